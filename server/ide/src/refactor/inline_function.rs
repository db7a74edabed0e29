//! Inline function: what a function gives goes where it is called.

use graph::SymbolRef;
use syntax::{Node, Symbol, SymbolKind};
use text::{TextRange, TextSize};

use super::{
    RefactorError, Refactored,
    delete::{TITLE_FILES_MAX, definition_node},
    draft::Draft,
    extract_function::written_type,
    inline_variable::{around_value, is_delimited},
    refused,
    source::{Source, children, parts, range_of, walk},
    value::Nature,
};
use crate::{Analysis, FilePosition, FileRange, navigate::Name, rename::words::is_callable};

const NOT_A_FUNCTION: RefactorError =
    RefactorError::NotHere("there is no function of this workspace here");
const ONE_VALUE: &str = "its body is more than one value or one call";
const TYPE: &str = "only a compiler can tell whether this still has its type";
/// What every grammar at hand calls a statement that is one expression.
const EXPRESSION_STATEMENT: &str = "expression_statement";

/// A function that is one value.
struct Inlined<'t> {
    symbol: SymbolRef,
    name: String,
    node: Node<'t>,
    value: Node<'t>,
    /// Its value is what it does: it is called for that only.
    is_statement: bool,
    parameters: Vec<Parameter<'t>>,
}

struct Parameter<'t> {
    symbol: SymbolRef,
    /// Where the value names it.
    uses: Vec<Node<'t>>,
}

/// A call of it.
struct Call<'t> {
    node: Node<'t>,
    arguments: Vec<Node<'t>>,
}

/// What takes the place of a call, with the pieces that it is put together from.
#[derive(Default)]
struct Woven {
    text: String,
    pieces: Vec<(TextRange, TextRange)>,
}

impl Woven {
    fn piece(&mut self, source: &Source<'_>, range: TextRange) {
        let start = self.text.len();
        self.text.push_str(source.text.get(range.to_usize()).unwrap_or_default());
        self.pieces.push((range, TextRange::from_usize(start, self.text.len())));
    }
}

impl Analysis {
    /// The draft where a menu may wait for it.
    pub(super) fn inline_title(&self, source: &Source<'_>, at: FileRange) -> Refactored<Draft> {
        let (symbol, _) = self.called_at(source, at)?;
        let name = self.symbol_name(symbol).unwrap_or_default();
        if TITLE_FILES_MAX < self.graph().files_mentioning(&name).len() {
            return Err(NOT_A_FUNCTION);
        }
        self.inline_function(source, at)
    }

    /// On a call that one, on the definition all of them, which then goes.
    pub(super) fn inline_function(&self, source: &Source<'_>, at: FileRange) -> Refactored<Draft> {
        let (symbol, only) = self.called_at(source, at)?;
        let function = self.inlined(source, symbol)?;
        let calls = self.calls(source, &function, only)?;
        let Inlined { name, .. } = &function;
        let mut draft = Draft {
            title: match only {
                Some(_) => format!("Inline this call of `{name}`"),
                None => format!("Inline function `{name}`"),
            },
            reason: "its value is put together from the same parts, in the same order".to_owned(),
            ..Draft::default()
        };
        for call in &calls {
            self.inline_call(source, &function, call, &mut draft)?;
        }
        if only.is_none() {
            let it = source.facts.symbol(symbol.symbol);
            let node = definition_node(source, it)?;
            let gone = self.extent(source, it, node)?;
            self.mark_unproven(source, symbol, gone, &mut draft)?;
            super::delete::take_out(source, node, gone, &mut draft);
        }
        Ok(draft)
    }

    /// The function at a position, and the name there where that is a use of it.
    fn called_at(
        &self,
        source: &Source<'_>,
        at: FileRange,
    ) -> Refactored<(SymbolRef, Option<TextRange>)> {
        let position = FilePosition { file: at.file, offset: at.range.start() };
        let (symbol, only) = match self.name(position) {
            Some(Name::Definition(symbol)) => (SymbolRef { file: source.file, symbol }, None),
            Some(Name::Reference(reference)) => {
                let resolved = self.graph().resolve(source.file, reference);
                let [target] = resolved.targets() else { return Err(NOT_A_FUNCTION) };
                (target.symbol_ref(), Some(source.facts.reference(reference).range()))
            }
            _ => return Err(NOT_A_FUNCTION),
        };
        let facts = self.facts(symbol.file).ok_or(NOT_A_FUNCTION)?;
        let it = facts.symbol(symbol.symbol);
        if !is_callable(it.kind) || it.kind == SymbolKind::Constructor {
            return Err(NOT_A_FUNCTION);
        }
        if symbol.file != source.file {
            let name = facts.name(it.name);
            return refused(format!("`{name}` is defined in another file"));
        }
        Ok((symbol, only))
    }

    fn inlined<'t>(&self, source: &'t Source<'_>, symbol: SymbolRef) -> Refactored<Inlined<'t>> {
        let it = source.facts.symbol(symbol.symbol);
        let name = source.facts.name(it.name).to_owned();
        self.check_relatives(symbol, &name)?;
        let node = source.node(it.range).map(|it| function_in(source, it));
        let Some(node) = node.filter(|it| parts(*it, source.rules.bodies).is_some()) else {
            return Err(NOT_A_FUNCTION);
        };
        if node.child_by_field_name("type_parameters").is_some() {
            return refused("it has type parameters");
        }
        // What is written around it may make more of a call than its body says.
        self.extent(source, it, definition_node(source, it)?)?;
        let (value, is_statement) = value_of(source, it, node)?;
        check_comments(source, node)?;
        check_head(source, node)?;
        check_value(source, it, value)?;
        let parameters = self.parameters_of(source, node, value)?;
        let is_recursive = source.facts.references().any(|(reference, used)| {
            range_of(value).contains_range(used.range())
                && self
                    .graph()
                    .resolve(source.file, reference)
                    .targets()
                    .iter()
                    .any(|it| it.symbol_ref() == symbol)
        });
        match is_recursive {
            true => refused(format!("`{name}` calls itself")),
            false => Ok(Inlined { symbol, name, node, value, is_statement, parameters }),
        }
    }

    /// Its parameters but the receiver, each one name that never gets another value.
    fn parameters_of<'t>(
        &self,
        source: &'t Source<'_>,
        function: Node<'t>,
        value: Node<'t>,
    ) -> Refactored<Vec<Parameter<'t>>> {
        let Some(list) = function.child_by_field_name("parameters") else {
            return refused("its parameters are not written as a list");
        };
        let mut res = Vec::new();
        for node in children(list, source.language) {
            let inside: Vec<SymbolRef> = source
                .facts
                .symbols()
                .filter(|it| it.1.kind == SymbolKind::Parameter)
                .filter(|it| range_of(node).contains_range(it.1.name_range))
                .map(|it| SymbolRef { file: source.file, symbol: it.0 })
                .collect();
            let names: Vec<&str> = inside
                .iter()
                .map(|it| source.facts.name(source.facts.symbol(it.symbol).name))
                .collect();
            if res.is_empty() && is_receiver(source, node, &names) {
                continue;
            }
            let is_plain = source.rules.plain_parameters.contains(&node.kind())
                && node.child_by_field_name("value").is_none();
            if !is_plain || inside.is_empty() {
                return refused(format!("its parameter `{}` is not one name", source.of(node)));
            }
            for (symbol, name) in inside.into_iter().zip(names) {
                if self.is_changed(source, symbol) {
                    return refused(format!("`{name}` is given another value, or may be"));
                }
                let uses = self.uses_inside(source, symbol, value)?;
                res.push(Parameter { symbol, uses });
            }
        }
        Ok(res)
    }

    fn uses_inside<'t>(
        &self,
        source: &'t Source<'_>,
        symbol: SymbolRef,
        value: Node<'t>,
    ) -> Refactored<Vec<Node<'t>>> {
        let mut res = Vec::new();
        let (inside, name) = (range_of(value), source.facts.symbol(symbol.symbol).name);
        for (reference, it) in source.facts.references() {
            self.check()?;
            // Only what stands inside is resolved: thousands may have a parameter of the name.
            let range = it.range();
            let is_near = it.name() == name && inside.contains_range(range);
            let means = |it: &graph::Target| it.symbol_ref() == symbol;
            if !is_near || !self.graph().resolve(source.file, reference).targets().iter().any(means)
            {
                continue;
            }
            let node = source.around(range).filter(|it| {
                range_of(*it) == range && source.language.identifiers.contains(&it.kind())
            });
            match node {
                Some(node) => res.push(node),
                None => return refused("a string or a macro of it names a parameter"),
            }
        }
        Ok(res)
    }

    /// The calls that are meant; every use has to be one.
    fn calls<'t>(
        &self,
        source: &'t Source<'_>,
        function: &Inlined<'_>,
        only: Option<TextRange>,
    ) -> Refactored<Vec<Call<'t>>> {
        let mut res = Vec::new();
        for found in self.graph().references_to(function.symbol, &mut || self.check())? {
            let range = self.facts(found.file).map(|it| it.reference(found.reference).range());
            let Some(range) = range else { continue };
            if only.is_some() && (found.file, Some(range)) != (source.file, only) {
                continue;
            }
            if found.file != source.file {
                let path = self.path(found.file).map_or(String::new(), ToString::to_string);
                return refused(format!("{path} uses `{}`, too", function.name));
            }
            res.push(self.call_at(source, function, range)?);
        }
        match res.is_empty() {
            true => refused(format!("`{}` is not called", function.name)),
            false => Ok(res),
        }
    }

    fn call_at<'t>(
        &self,
        source: &'t Source<'_>,
        function: &Inlined<'_>,
        name: TextRange,
    ) -> Refactored<Call<'t>> {
        let line = source.line(name);
        let not_called = || {
            RefactorError::Refused(format!(
                "line {line} uses `{}` without calling it",
                function.name
            ))
        };
        let used = source.around(name).ok_or_else(not_called)?;
        let up = std::iter::successors(Some(used), Node::parent).take(3);
        let found = up.filter_map(|it| Some((it, parts(it, source.rules.calls)?)));
        let found = found.into_iter().find(|(_, parts)| parts[0].end_byte() == used.end_byte());
        let (node, callee) = found.ok_or_else(not_called)?;
        self.check_receiver(source, function, (node, callee[0]))?;
        let list = node.child_by_field_name("arguments").ok_or_else(not_called)?;
        let between = source.text.get(callee[0].end_byte()..list.start_byte());
        let is_list = source.rules.evaluated.contains(&list.kind());
        let arguments = children(list, source.language);
        let is_odd = |it: &Node<'_>| source.rules.odd_arguments.contains(&it.kind());
        if between.is_none_or(|it| !it.trim().is_empty())
            || !is_list
            || arguments.iter().any(is_odd)
            || arguments.len() != function.parameters.len()
        {
            return refused(format!("the arguments at line {line} are not one for each parameter"));
        }
        let is_statement = node.parent().is_some_and(|it| it.kind() == EXPRESSION_STATEMENT);
        if function.is_statement && !is_statement {
            return refused(format!(
                "line {line} asks for a value that `{}` does not give",
                function.name
            ));
        }
        if is_statement && !source.rules.effects.contains(&function.value.kind()) {
            return refused(format!("line {line} would do nothing with the value"));
        }
        Ok(Call { node, arguments })
    }

    /// That a member is called on the receiver of another function of the same type.
    fn check_receiver(
        &self,
        source: &Source<'_>,
        function: &Inlined<'_>,
        (call, callee): (Node<'_>, Node<'_>),
    ) -> Refactored<()> {
        let it = source.facts.symbol(function.symbol.symbol);
        let start = range_of(call).start().to_usize();
        let written = source.text.get(start..callee.end_byte()).unwrap_or_default();
        let receiver = written.strip_suffix(function.name.as_str());
        let receiver = receiver.map(|it| it.trim_end_matches('.'));
        let line = source.line(range_of(call));
        let is_ours = |it: &&str| it.is_empty() || source.language.self_names.contains(it);
        if receiver.filter(is_ours).is_none() {
            return refused(format!("line {line} calls it on something else"));
        }
        let around = source.enclosing(call, source.rules.functions).map(range_of);
        let owner = around.and_then(|range| {
            let mut own = source.facts.symbols.iter().filter(|it| it.range == range);
            own.next().map(|it| it.parent)
        });
        let is_member = it.kind == SymbolKind::Method || receiver != Some("");
        match is_member && owner != Some(it.parent) {
            true => refused(format!("line {line} calls it from outside of its type")),
            false => Ok(()),
        }
    }

    fn inline_call(
        &self,
        source: &Source<'_>,
        function: &Inlined<'_>,
        call: &Call<'_>,
        draft: &mut Draft,
    ) -> Refactored<()> {
        self.check_order(source, function, call)?;
        let woven = woven(source, function, call);
        let range = range_of(call.node);
        let is_statement = call.node.parent().is_some_and(|it| it.kind() == EXPRESSION_STATEMENT);
        let begins = woven.text.starts_with(|it: char| it.is_alphanumeric() || it == '_');
        if is_statement && !begins {
            let line = source.line(range);
            return refused(format!("line {line} would begin with a bracket or an operator"));
        }
        let is_proven = self.has_types(source, function, call, is_statement);
        let edit = draft.replace(source.path, range, woven.text);
        for (from, within) in woven.pieces {
            draft.moved(FileRange { file: source.file, range: from }, edit, within);
        }
        if !is_proven {
            draft.left.extend(self.left_at(source.file, range, TYPE));
        }
        Ok(())
    }

    /// That the arguments are evaluated as often as now, and in an order that gives the same.
    fn check_order(
        &self,
        source: &Source<'_>,
        function: &Inlined<'_>,
        call: &Call<'_>,
    ) -> Refactored<()> {
        let natures: Vec<Nature> =
            call.arguments.iter().map(|it| self.nature(source, *it)).collect();
        let n_moving = natures.iter().filter(|it| **it != Nature::Stable).count();
        if 1 < n_moving && natures.contains(&Nature::Effects) {
            return refused("its arguments do something: their order could change");
        }
        let pairs = function.parameters.iter().zip(&call.arguments).zip(natures);
        for ((parameter, argument), nature) in pairs {
            if nature == Nature::Stable {
                continue;
            }
            let what = super::value::short(source.of(*argument));
            let [used] = parameter.uses[..] else {
                let n = parameter.uses.len();
                return refused(format!("`{what}` would be evaluated {n} times instead of once"));
            };
            let value = function.value.id();
            let mut way = vec![used];
            while let Some(parent) = way.last().filter(|it| it.id() != value).and_then(Node::parent)
            {
                way.push(parent);
            }
            if let Err(why) = self.is_first_as(source, &way, nature) {
                return refused(format!("of `{what}` in its body: {why}"));
            }
        }
        Ok(())
    }

    /// Whether arguments and value are known to have the types that the function writes.
    fn has_types(
        &self,
        source: &Source<'_>,
        function: &Inlined<'_>,
        call: &Call<'_>,
        is_statement: bool,
    ) -> bool {
        let result = parts(function.node, source.rules.results);
        let gives = match result.as_deref() {
            Some([ty, ..]) if !is_statement => {
                let written = source.of(*ty).trim_start_matches([':', ' ']);
                self.type_of(source, function.value).is_ok_and(|it| it == written)
            }
            _ => true,
        };
        let mut pairs = function.parameters.iter().zip(&call.arguments);
        gives && pairs.all(|(parameter, argument)| self.is_of_type(source, parameter, *argument))
    }

    fn is_of_type(
        &self,
        source: &Source<'_>,
        parameter: &Parameter<'_>,
        argument: Node<'_>,
    ) -> bool {
        if !source.rules.parameter.contains("{type}") || parameter.uses.is_empty() {
            return true;
        }
        let written =
            |symbol: SymbolRef| written_type(source, source.facts.symbol(symbol.symbol)).ok();
        let Some(expected) = written(parameter.symbol) else { return false };
        // What is taken for anything may have been found to be something nearer where it is given.
        if ["any", "unknown"].contains(&expected.trim_start_matches([':', ' '])) {
            return false;
        }
        let at = TextSize::from_usize(argument.start_byte());
        let reference = source
            .facts
            .reference_at(at)
            .filter(|it| source.facts.reference(*it).range() == range_of(argument));
        let found = match reference {
            Some(reference) => {
                let resolved = self.graph().resolve(source.file, reference);
                match resolved.targets() {
                    [target] if target.file == source.file => written(target.symbol_ref()),
                    _ => None,
                }
            }
            None => self.type_of(source, argument).ok(),
        };
        found == Some(expected)
    }
}

/// What stands in the place of a call afterwards.
fn woven(source: &Source<'_>, function: &Inlined<'_>, call: &Call<'_>) -> Woven {
    let mut uses: Vec<(Node<'_>, Node<'_>)> = Vec::new();
    for (parameter, argument) in function.parameters.iter().zip(&call.arguments) {
        uses.extend(parameter.uses.iter().map(|it| (*it, *argument)));
    }
    uses.sort_by_key(|it| it.0.start_byte());
    let (before, after) = match is_bracketed(source, function.value, call.node) {
        true => ("(", ")"),
        false => ("", ""),
    };
    let mut res = Woven { text: before.to_owned(), pieces: Vec::new() };
    let mut at = function.value.start_byte();
    for (used, argument) in uses {
        res.piece(source, TextRange::from_usize(at, used.start_byte()));
        let (before, after) = around_value(source, argument, used);
        res.text.push_str(&before);
        res.piece(source, range_of(argument));
        res.text.push_str(after);
        at = used.end_byte();
    }
    res.piece(source, TextRange::from_usize(at, function.value.end_byte()));
    res.text.push_str(after);
    res
}

/// Whether a value needs brackets in the place of a call.
fn is_bracketed(source: &Source<'_>, value: Node<'_>, call: Node<'_>) -> bool {
    let mut cursor = value.walk();
    let has_comma = value.children(&mut cursor).any(|it| it.kind() == ",");
    let is_whole = call.parent().is_some_and(|it| it.kind() == EXPRESSION_STATEMENT);
    let is_atom = source.rules.atoms.contains(&value.kind());
    let is_free = is_delimited(&source.text, range_of(call)) && !has_comma;
    !(is_atom || is_whole || is_free)
}

/// The function itself inside what is written around it.
fn function_in<'t>(source: &Source<'_>, node: Node<'t>) -> Node<'t> {
    let mut node = node;
    while source.rules.definition_wrappers.contains(&node.kind()) {
        let mut cursor = node.walk();
        let inner = node.named_children(&mut cursor).last();
        let Some(inner) = inner else { break };
        node = inner;
    }
    node
}

fn is_receiver(source: &Source<'_>, node: Node<'_>, names: &[&str]) -> bool {
    node.kind() == "self_parameter"
        || names.iter().any(|it| source.language.self_names.contains(it))
}

/// What the function gives, or the only thing it does.
fn value_of<'t>(
    source: &'t Source<'_>,
    it: &Symbol,
    function: Node<'t>,
) -> Refactored<(Node<'t>, bool)> {
    let body = parts(function, source.rules.bodies).and_then(|it| it.first().copied());
    let Some(body) = body else { return refused(ONE_VALUE) };
    let inner = children(body, source.language);
    let is_list = |it: &&Node<'_>| source.rules.blocks.contains(&it.kind());
    let body = inner.first().filter(|it| inner.len() == 1 && is_list(it)).copied().unwrap_or(body);
    let doc = source.facts.doc(it);
    let mut statements = children(body, source.language);
    statements.retain(|it| doc.is_none_or(|doc| !doc.intersects(range_of(*it))));
    let [only] = statements[..] else { return refused(ONE_VALUE) };
    let is_last_value = source.rules.returned.contains(&body.kind())
        && [source.rules.values, source.rules.atoms, source.rules.evaluated]
            .iter()
            .any(|kinds| kinds.contains(&only.kind()))
        && only.kind() != EXPRESSION_STATEMENT;
    if is_last_value {
        return Ok((only, false));
    }
    let is_returned = source.rules.returned.contains(&only.kind());
    let inner = children(only, source.language);
    let [mut value] = inner[..] else { return refused(ONE_VALUE) };
    if source.rules.several_values.contains(&value.kind()) {
        value = match children(value, source.language)[..] {
            [value] => value,
            _ => return refused(ONE_VALUE),
        };
    }
    match is_returned {
        true => Ok((value, false)),
        false if only.kind() == EXPRESSION_STATEMENT => Ok((value, true)),
        false => refused(ONE_VALUE),
    }
}

/// That nothing is said in its body that would be lost.
fn check_comments(source: &Source<'_>, function: Node<'_>) -> Refactored<()> {
    let mut has_comments = false;
    walk(function, &mut |it| {
        has_comments |= source.language.comments.contains(&it.kind());
        !has_comments
    });
    match has_comments {
        true => refused("the comments in it would be lost"),
        false => Ok(()),
    }
}

/// That calling it runs its body at once, and does nothing else.
fn check_head(source: &Source<'_>, function: Node<'_>) -> Refactored<()> {
    let name =
        function.child_by_field_name("name").map_or(function.end_byte(), |it| it.start_byte());
    let head = source.text.get(function.start_byte()..name).unwrap_or_default();
    let mut words = head.split_whitespace();
    match words.find(|it| source.rules.special_words.contains(it)) {
        Some(word) => refused(format!("it is `{word}`: calling it does more than its body says")),
        None => Ok(()),
    }
}

/// That the value means the same outside of the function.
fn check_value(source: &Source<'_>, it: &Symbol, value: Node<'_>) -> Refactored<()> {
    let is_member = it.kind == SymbolKind::Method;
    let mut found = None;
    walk(value, &mut |it| {
        let kind = it.kind();
        let text = source.of(it);
        let is_receiver = !is_member && source.language.self_names.contains(&text);
        let is_bound = source.rules.exits.contains(&kind)
            || source.language.token_trees.contains(&kind)
            || source.language.super_names.contains(&text)
            || source.rules.frame_names.contains(&text)
            || is_receiver;
        found = found.or(is_bound.then_some(it));
        found.is_none()
    });
    match found {
        Some(it) => {
            let what = super::value::short(source.of(it));
            refused(format!("`{what}` in its body could mean something else elsewhere"))
        }
        None => Ok(()),
    }
}

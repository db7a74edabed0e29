//! Extract function: the selected statements, or a value, become a function of their own.

use std::collections::BTreeMap;

use grammars::RefactorRules;
use graph::SymbolRef;
use syntax::{Node, ReferenceKind, ScopeKind, Symbol, SymbolIdx, SymbolKind};
use text::{TextRange, TextSize};

use super::{
    RefactorError, Refactored,
    draft::{Draft, Move},
    imports::local_name,
    lines::{filled, indent_at, indent_of, indent_step, newline, reindented},
    refused,
    source::{Source, children, parts, range_of, stands_at, walk},
};
use crate::{Analysis, FileRange, rename::words::words};

/// Parameters of a function beyond which it says nothing any more.
const PARAMETERS_MAX: usize = 8;

const NOT_A_BLOCK: RefactorError =
    RefactorError::NotHere("select whole statements of one block, or a whole value");

/// What is to become a function.
struct Part<'t> {
    nodes: Vec<Node<'t>>,
    /// Of all nodes.
    range: TextRange,
    is_value: bool,
    function: Node<'t>,
}

/// A variable that the part declares for what stands behind it.
struct Given {
    name: String,
    ty: String,
    name_range: TextRange,
}

/// What the part needs and gives.
#[derive(Default)]
struct Flow {
    /// Variables from outside, with their types where those are written.
    parameters: BTreeMap<TextSize, (String, String)>,
    /// The variable that is declared inside and used behind.
    result: Option<Given>,
    uses_receiver: bool,
    /// Uses of variables of whose types more may be known there than is written.
    narrowed: Vec<TextRange>,
}

impl Analysis {
    pub(super) fn extract_function(
        &self,
        source: &Source<'_>,
        at: FileRange,
        name: Option<&str>,
    ) -> Refactored<Draft> {
        let part = part(source, at.range)?;
        check_exits(source, &part)?;
        let flow = self.flow(source, &part)?;
        let wished = name.or(Some("extracted"));
        let name = match name {
            Some(_) => self.new_name(source, part.nodes[0], wished)?,
            None => self.free_name(source, "extracted")?,
        };
        let is_method = flow.uses_receiver || source.rules.function.is_empty();
        if !is_method {
            check_types(source, &part, &flow)?;
        }
        let call = self.call(source, &flow, &name, is_method);
        let text = self.written(source, &part, &flow, (&name, is_method))?;
        self.drafted(source, &part, &flow, (&name, call, text))
    }

    fn free_name(&self, source: &Source<'_>, base: &str) -> Refactored<String> {
        let mut names =
            std::iter::once(base.to_owned()).chain((2..100).map(|it| format!("{base}{it}")));
        let free = names.find(|it| {
            source.facts.names.find(it).is_none() && self.graph().definitions_named(it).is_empty()
        });
        free.ok_or_else(|| RefactorError::Refused("no free name was found: give one".to_owned()))
    }

    /// What the part needs from outside and gives back.
    fn flow(&self, source: &Source<'_>, part: &Part<'_>) -> Refactored<Flow> {
        let mut flow = Flow::default();
        let function = range_of(part.function);
        for (reference, it) in source.facts.references() {
            if !function.contains_range(it.range()) {
                continue;
            }
            let is_inside = part.range.contains_range(it.range());
            let name = source.facts.name(it.name());
            let is_self = source.language.self_names.contains(&name)
                || source.language.super_names.contains(&name);
            if is_inside && is_self {
                flow.uses_receiver = true;
                continue;
            }
            for target in self.graph().resolve(source.file, reference).targets() {
                let symbol = target.symbol_ref();
                let Some(found) = local_of(source, symbol, function) else { continue };
                if part.range.contains_range(found.name_range) {
                    self.gives(source, part, (symbol, it.range()), &mut flow)?;
                } else if is_inside {
                    self.needs(source, (symbol, it.range()), it.kind(), &mut flow)?;
                }
            }
        }
        if PARAMETERS_MAX < flow.parameters.len() {
            let n = flow.parameters.len();
            return refused(format!("the function would need {n} parameters"));
        }
        if part.is_value && flow.result.is_some() {
            return refused("a variable that is declared inside is used outside");
        }
        Ok(flow)
    }

    /// A use of a variable that is declared inside.
    fn gives(
        &self,
        source: &Source<'_>,
        part: &Part<'_>,
        (symbol, used): (SymbolRef, TextRange),
        flow: &mut Flow,
    ) -> Refactored<()> {
        if part.range.contains_range(used) {
            return Ok(());
        }
        let it = source.facts.symbol(symbol.symbol);
        let name = source.facts.name(it.name).to_owned();
        if flow.result.as_ref().is_some_and(|given| given.name_range != it.name_range) {
            return refused("more than one variable that is declared inside is used behind");
        }
        if self.is_changed(source, symbol) {
            return refused(format!(
                "`{name}` is declared inside and may get another value behind"
            ));
        }
        let ty = match source.rules.result.is_empty() {
            true => String::new(),
            false => written_type(source, it)?,
        };
        if ty.contains('&') {
            return refused(format!("how long `{name}` lives cannot be written"));
        }
        flow.result = Some(Given { name, ty, name_range: it.name_range });
        Ok(())
    }

    /// A use of a variable from outside.
    fn needs(
        &self,
        source: &Source<'_>,
        (symbol, used): (SymbolRef, TextRange),
        kind: ReferenceKind,
        flow: &mut Flow,
    ) -> Refactored<()> {
        let it = source.facts.symbol(symbol.symbol);
        let name = source.facts.name(it.name).to_owned();
        if source.language.self_names.contains(&&*name) {
            flow.uses_receiver = true;
            return Ok(());
        }
        let is_callable = matches!(it.kind, SymbolKind::Function | SymbolKind::Method);
        if it.kind == SymbolKind::TypeParameter || it.kind == SymbolKind::Label || is_callable {
            return refused(format!("`{name}` is known in this function only"));
        }
        if kind == ReferenceKind::Write || self.is_changed(source, symbol) {
            return refused(format!("`{name}` is from outside and is given another value"));
        }
        let ty = written_type(source, it)?;
        if may_be_narrower(source, it) {
            flow.narrowed.push(used);
        }
        flow.parameters.insert(it.name_range.start(), (name, ty));
        Ok(())
    }

    fn call(&self, source: &Source<'_>, flow: &Flow, name: &str, is_method: bool) -> String {
        let names: Vec<&str> = flow.parameters.values().map(|it| it.0.as_str()).collect();
        let call = format!("{name}({})", names.join(", "));
        match is_method && (flow.uses_receiver || source.rules.function.is_empty()) {
            true => filled(source.rules.method_call, &[("call", &call)]),
            false => call,
        }
    }

    /// The function, indented as it stands where it goes.
    fn written(
        &self,
        source: &Source<'_>,
        part: &Part<'_>,
        flow: &Flow,
        (name, is_method): (&str, bool),
    ) -> Refactored<Written> {
        let rules = source.rules;
        let home = home(source, part, is_method)?;
        let Some(indent) = indent_at(&source.text, home.start_byte()) else {
            return refused("another definition stands on the same line as the function");
        };
        let newline = newline(&source.text);
        let inner = format!("{indent}{}", indent_step(&source.text));
        let old_indent = indent_of(&source.text, part.range.start().to_usize());
        let selected = source.text.get(part.range.to_usize()).unwrap_or_default();
        let body = reindented(selected, old_indent, &inner);
        let mut parameters: Vec<String> = flow
            .parameters
            .values()
            .map(|(name, ty)| filled(rules.parameter, &[("name", name), ("type", ty)]))
            .collect();
        if is_method && flow.uses_receiver {
            parameters.splice(0..0, self.receiver(source, part)?);
        }
        let ty = match (&flow.result, part.is_value) {
            (Some(given), _) => given.ty.clone(),
            (None, true) if rules.result.is_empty() => String::new(),
            (None, true) => self.type_of(source, part.nodes[0])?,
            (None, false) => String::new(),
        };
        let result = match (ty.as_str(), flow.result.is_some() || part.is_value) {
            (_, false) => rules.no_result.to_owned(),
            (ty, true) => filled(rules.result, &[("type", ty)]),
        };
        let marked = framed(rules, part, &flow.result, (newline, indent, &inner));
        let template = match is_method && !rules.method.is_empty() {
            true => rules.method,
            false => rules.function,
        };
        let clauses = clauses(source, part);
        let modifiers = match is_static(source, part) {
            true => "static ",
            false => "",
        };
        let values = [
            ("name", name),
            ("parameters", &parameters.join(", ")),
            ("result", &result),
            ("modifiers", modifiers),
            ("clauses", &clauses),
            ("body", &marked),
        ];
        let text = filled(template, &values);
        let (before, after) = text.split_once('\u{0}').unwrap_or((&text, ""));
        let gap = format!("{newline}{}{indent}", blank_lines(source, home, newline));
        Ok(Written {
            place: TextSize::from_usize(home.end_byte()),
            text: format!("{gap}{before}{body}{after}"),
            body: TextRange::from_usize(
                gap.len() + before.len(),
                gap.len() + before.len() + body.len(),
            ),
        })
    }

    /// The receiver as the enclosing function declares it.
    fn receiver(&self, source: &Source<'_>, part: &Part<'_>) -> Refactored<Option<String>> {
        if !source.rules.receiver.is_empty() {
            return Ok(Some(source.rules.receiver.to_owned()));
        }
        let list = part.function.child_by_field_name("parameters");
        let own = list.and_then(|it| it.named_child(0)).filter(|it| it.kind() == "self_parameter");
        let Some(own) = own else { return Ok(None) };
        let text = source.of(own);
        match text.starts_with('&') {
            true => Ok(Some(text.to_owned())),
            false => refused("the receiver would be given away"),
        }
    }

    fn drafted(
        &self,
        source: &Source<'_>,
        part: &Part<'_>,
        flow: &Flow,
        (name, call, text): (&str, String, Written),
    ) -> Refactored<Draft> {
        let mut draft = Draft {
            title: format!("Extract into the function `{name}`"),
            reason: "nothing leaves it half way, and it changes no variable from outside"
                .to_owned(),
            ..Draft::default()
        };
        let used = match (&flow.result, part.is_value) {
            (_, true) => call,
            (Some(given), false) => {
                let values = [("name", &*given.name), ("type", &*given.ty), ("value", &*call)];
                filled(source.rules.declare, &values)
            }
            (None, false) => filled(source.rules.call_statement, &[("call", &call)]),
        };
        let at = FileRange { file: source.file, range: part.range };
        let edit = draft.replace(source.path, TextRange::empty(text.place), text.text);
        draft.moved(at, edit, text.body);
        let given = flow.result.as_ref().filter(|_| !part.is_value);
        let declared = given.and_then(|it| {
            let head = source.rules.declare.split("{name}").next()?;
            Some((it, filled(head, &[("type", &it.ty)]).len()))
        });
        let declared = declared.map(|(it, start)| {
            let old = FileRange { file: source.file, range: it.name_range };
            (old, TextRange::from_usize(start, start + it.name.len()))
        });
        for used in &flow.narrowed {
            let why = "more may be known of its type here than what is written";
            draft.left.extend(self.left_at(source.file, *used, why));
        }
        let call = draft.replace(source.path, part.range, used);
        draft.redeclared.extend(declared.map(|(from, within)| Move { from, edit: call, within }));
        Ok(draft)
    }
}

/// A new function, with where it goes and where in it the moved text stands.
struct Written {
    place: TextSize,
    text: String,
    body: TextRange,
}

/// What stands around the moved text, whose place a zero byte marks: brackets, and what gives the
/// result.
fn framed(
    rules: &RefactorRules,
    part: &Part<'_>,
    result: &Option<Given>,
    (newline, indent, inner): (&str, &str, &str),
) -> String {
    let (head, tail) = match part.is_value {
        true => {
            let statement = filled(rules.result_statement, &[("name", "\u{0}")]);
            let (head, tail) = statement.split_once('\u{0}').unwrap_or(("", ""));
            (head.to_owned(), tail.to_owned())
        }
        false => (
            String::new(),
            result.as_ref().map_or(String::new(), |given| {
                let gives = filled(rules.result_statement, &[("name", &given.name)]);
                format!("{newline}{inner}{gives}")
            }),
        ),
    };
    let braces = !rules.empty_block.is_empty();
    let (open, close) = match braces {
        true => (format!("{newline}{inner}"), String::new()),
        false => (format!("{{{newline}{inner}"), format!("{newline}{indent}}}")),
    };
    format!("{open}{head}\u{0}{tail}{close}")
}

/// The statements, or the value, at a selection.
fn part<'t>(source: &'t Source<'_>, selected: TextRange) -> Refactored<Part<'t>> {
    let range = source.trimmed(selected).ok_or(NOT_A_BLOCK)?;
    let found = match source.node(range) {
        Some(node) if source.rules.values.contains(&node.kind()) => Some((vec![node], true)),
        _ => statements(source, range).map(|it| (it, false)),
    };
    let Some((nodes, is_value)) = found else { return Err(NOT_A_BLOCK) };
    let Some(function) = source.enclosing(nodes[0], source.rules.functions) else {
        return Err(NOT_A_BLOCK);
    };
    let is_named = parts(function, source.rules.bodies).is_some();
    if !is_named || function.child_by_field_name("name").is_none() {
        return refused("it stands in a function without a name");
    }
    if source.enclosing(function, source.rules.functions).is_some() {
        return refused("it stands in a function inside another one");
    }
    let has_parameters = function.child_by_field_name("type_parameters").is_some();
    if has_parameters {
        return refused("the function has type parameters");
    }
    check_imports(source, range, function)?;
    if !is_value && nodes.last().is_some_and(|it| gives_value(source, *it, function)) {
        return refused("what the block gives would be lost: select less, or a value");
    }
    if !is_value && nodes.last().is_some_and(|it| it.kind().starts_with("throw")) {
        return refused("nothing behind it is reached: the compiler would not see that any more");
    }
    if let Some(around) = source.enclosing(nodes[0], source.rules.not_inside) {
        return refused(format!(
            "it stands inside the statement at line {}, which catches what it throws",
            source.line(range_of(around))
        ));
    }
    if is_value && let Some(parent) = nodes[0].parent() {
        if stands_at(parent, nodes[0], source.rules.not_as) {
            return refused(
                "it is called, borrowed, assigned or dropped here, not used as a value",
            );
        }
        if source.rules.several_values.contains(&parent.kind()) && parent.named_child_count() == 1 {
            return refused("it may stand for several values here");
        }
    }
    Ok(Part { nodes, range, is_value, function })
}

/// Whole statements of one block that are exactly `range`.
fn statements<'t>(source: &'t Source<'_>, range: TextRange) -> Option<Vec<Node<'t>>> {
    let mut block = source.around(range)?;
    while !source.rules.blocks.contains(&block.kind()) {
        block = block.parent()?;
    }
    let mut cursor = block.walk();
    let inside: Vec<Node<'t>> =
        block.named_children(&mut cursor).filter(|it| range.intersects(range_of(*it))).collect();
    let (first, last) = (inside.first()?, inside.last()?);
    let end = last.end_byte();
    let closes = source.text.get(end..range.end().to_usize()).is_some_and(|it| it.trim() == ";");
    let fits =
        first.start_byte() == range.start().to_usize() && (end == range.end().to_usize() || closes);
    // The last value of a block is what the block gives.
    let gives =
        source.rules.values.contains(&last.kind()) || source.rules.atoms.contains(&last.kind());
    let is_code =
        |it: &Node<'_>| !source.language.comments.contains(&it.kind()) && source.of(*it) != ";";
    (fits && !gives && inside.iter().any(is_code)).then_some(inside)
}

/// Whether `last` is the value that a block gives, where the language's blocks give one.
fn gives_value(source: &Source<'_>, last: Node<'_>, function: Node<'_>) -> bool {
    let Some(block) = last.parent().filter(|it| source.rules.returned.contains(&it.kind())) else {
        return false;
    };
    let gives_nothing = ["_statement", "_declaration", "_item", "_definition"];
    // Some grammars take what ends with a brace for a statement, wherever it stands.
    let is_closed = !last.kind().ends_with("_statement") || source.of(last).ends_with(';');
    let is_expression = !is_closed || !gives_nothing.iter().any(|it| last.kind().ends_with(it));
    let is_last = children(block, source.language).last().map(Node::id) == Some(last.id());
    let is_body = block.parent().map(|it| it.id()) == Some(function.id());
    let is_unit = is_body && parts(function, source.rules.results).is_none();
    is_expression && is_last && !is_unit && source.rules.blocks.contains(&block.kind())
}

/// That no import of the function's own would have to be in two places.
fn check_imports(source: &Source<'_>, part: TextRange, function: Node<'_>) -> Refactored<()> {
    let own = source
        .facts
        .imports
        .iter()
        .filter(|it| range_of(function).contains_range(it.range) && it.scope.index() != 0);
    for import in own {
        let line = source.line(import.range);
        if part.contains_range(import.range) {
            return refused(format!("the import at line {line} would be known in there only"));
        }
        let name = local_name(source, import);
        let written = name.map_or_else(Vec::new, |it| words(&source.text, part, it));
        if name.is_none() || !written.is_empty() {
            return refused(format!("the import at line {line} is known in this function only"));
        }
    }
    Ok(())
}

/// That nothing inside leaves the part.
fn check_exits(source: &Source<'_>, part: &Part<'_>) -> Refactored<()> {
    for node in &part.nodes {
        let mut found: Option<Node<'_>> = None;
        walk(*node, &mut |it| {
            let kind = it.kind();
            let leaves = source.rules.exits.contains(&kind)
                || source.rules.loop_exits.contains(&kind) && !stays(source, it, part.range);
            if leaves {
                found = found.or(Some(it));
            }
            found.is_none() && !source.rules.functions.contains(&kind)
        });
        if let Some(exit) = found {
            let line = source.line(range_of(exit));
            return refused(format!("line {line} leaves it half way"));
        }
        let mut macros = None;
        walk(*node, &mut |it| {
            if source.language.token_trees.contains(&it.kind()) {
                macros = macros.or(Some(it));
            }
            macros.is_none()
        });
        if let Some(it) = macros {
            let line = source.line(range_of(it));
            return refused(format!("what the macro at line {line} expands to is not known"));
        }
    }
    Ok(())
}

/// Whether the loop that an exit leaves is inside `range`; a label may name another one.
fn stays(source: &Source<'_>, exit: Node<'_>, range: TextRange) -> bool {
    let around = source.enclosing(exit, source.rules.loops);
    exit.named_child_count() == 0 && around.is_some_and(|it| range.contains_range(range_of(it)))
}

/// The local of `function` that a symbol is.
fn local_of<'a>(
    source: &'a Source<'_>,
    symbol: SymbolRef,
    function: TextRange,
) -> Option<&'a Symbol> {
    if symbol.file != source.file {
        return None;
    }
    let it = source.facts.symbol(symbol.symbol);
    let is_own = function.contains_range(it.name_range);
    // A function in a function is no local, but is known there only.
    let is_inner = it.parent.is_some_and(|it| is_function(source, it));
    (is_own && (it.is_local || is_inner)).then_some(it)
}

fn is_function(source: &Source<'_>, symbol: SymbolIdx) -> bool {
    matches!(source.facts.symbol(symbol).kind, SymbolKind::Function | SymbolKind::Method)
}

/// The type of a variable as its declaration writes it; empty where none needs to be written.
pub(super) fn written_type(source: &Source<'_>, it: &Symbol) -> Refactored<String> {
    let rules = source.rules;
    if !rules.parameter.contains("{type}") {
        return Ok(String::new());
    }
    let name = source.facts.name(it.name);
    let unknown = || RefactorError::Refused(format!("the type of `{name}` is not written"));
    let (_, ty) = declaration(source, it).ok_or_else(unknown)?;
    // `byte name[]` is no byte.
    let behind = source.text.get(it.name_range.end().to_usize()..).unwrap_or_default();
    if ty.end_byte() <= it.name_range.start().to_usize() && behind.trim_start().starts_with('[') {
        return Err(unknown());
    }
    if !rules.passed.is_empty() && !rules.passed.contains(&ty.kind()) {
        return refused(format!("`{name}` would be given away"));
    }
    let text = source.of(ty);
    if text == "var" {
        return Err(unknown());
    }
    // An annotation begins with its mark in some grammars.
    let is_marked = text.starts_with(':') && !rules.parameter.contains(':');
    Ok(if is_marked || !text.starts_with(':') {
        text.to_owned()
    } else {
        text[1..].trim().to_owned()
    })
}

/// Where a variable is declared, and its type there.
fn declaration<'t>(source: &'t Source<'_>, it: &Symbol) -> Option<(Node<'t>, Node<'t>)> {
    let up = std::iter::successors(source.around(it.name_range), Node::parent).take(5);
    let mut found = up.filter_map(|node| Some((node, parts(node, source.rules.parameters)?)));
    let (node, parts) = found.next()?;
    let (written, ty) = (parts.first()?, parts.get(1)?);
    (range_of(*written) == it.name_range).then_some((node, *ty))
}

/// True where a test before a use may have said more of a variable than its declaration: a function
/// that is given it knows only what is written.
fn may_be_narrower(source: &Source<'_>, it: &Symbol) -> bool {
    let narrowed = source.rules.narrowed;
    declaration(source, it).is_some_and(|(node, ty)| {
        let mut cursor = ty.walk();
        let mut types = ty.named_children(&mut cursor).chain([ty, node]);
        types.any(|it| narrowed.contains(&it.kind()))
    })
}

/// That the types which the function writes mean something where it goes.
fn check_types(source: &Source<'_>, part: &Part<'_>, flow: &Flow) -> Refactored<()> {
    let facts = source.facts;
    let given = flow.result.iter().map(|it| &it.ty);
    let types: Vec<&String> = flow.parameters.values().map(|it| &it.1).chain(given).collect();
    let names = |ty: &str, name: &str| {
        ty.split(|it: char| !it.is_alphanumeric() && it != '_' && it != '$').any(|it| it == name)
    };
    for (_, symbol) in facts.symbols().filter(|it| it.1.kind == SymbolKind::TypeParameter) {
        let name = facts.name(symbol.name);
        let is_known_here = facts.scope(symbol.scope).range.contains_range(part.range);
        if is_known_here && types.iter().any(|it| names(it, name)) {
            return refused(format!("the type `{name}` is not known where the function goes"));
        }
    }
    Ok(())
}

/// The definition behind which the new function goes.
fn home<'t>(source: &Source<'_>, part: &Part<'t>, is_method: bool) -> Refactored<Node<'t>> {
    let mut home = part.function;
    while let Some(parent) = home.parent() {
        let is_top = parent.parent().is_none();
        let is_member = home.id() == part.function.id()
            || source.rules.definition_wrappers.contains(&home.kind());
        let is_wrapped = source.rules.definition_wrappers.contains(&parent.kind());
        if is_method && is_member && !is_wrapped {
            let start = TextSize::from_usize(home.start_byte());
            let scope = source.facts.scope(source.facts.scope_at(start));
            let outer = scope.parent.map(|it| source.facts.scope(it).kind);
            let is_member = scope.kind == ScopeKind::Class || outer == Some(ScopeKind::Class);
            if is_member && asks_for_members(source, part) {
                return refused("its type says which functions it has: no other one fits in");
            }
            return match is_member {
                true => Ok(home),
                false => refused("the receiver is known in this function only"),
            };
        }
        if is_top {
            return Ok(home);
        }
        home = parent;
    }
    refused("the function has no place beside which another one could stand")
}

/// Whether the function stands in an interface, or in a block that implements one.
fn asks_for_members(source: &Source<'_>, part: &Part<'_>) -> bool {
    let start = TextSize::from_usize(part.function.start_byte());
    let facts = source.facts;
    let own = facts.symbol_around(start).map(|it| facts.symbol(it));
    let parent = own.and_then(|it| it.parent).map(|it| facts.symbol(it));
    parent.is_some_and(|it| {
        it.kind == SymbolKind::Interface
            || it.kind == SymbolKind::Implementation && facts.interface(it).is_some()
    })
}

/// As many blank lines as stand between definitions of this depth.
pub(super) fn blank_lines(source: &Source<'_>, home: Node<'_>, newline: &str) -> String {
    let between = home.prev_named_sibling().map(|it| {
        let between = source.text.get(it.end_byte()..home.start_byte()).unwrap_or_default();
        between.matches('\n').count().saturating_sub(1)
    });
    newline.repeat(between.unwrap_or(1).clamp(1, 2))
}

/// What else the enclosing function declares of itself: what it throws.
fn clauses(source: &Source<'_>, part: &Part<'_>) -> String {
    let mut cursor = part.function.walk();
    let own = part.function.named_children(&mut cursor);
    let own = own.filter(|it| source.rules.clauses.contains(&it.kind()));
    own.map(|it| format!(" {}", source.of(it))).collect()
}

fn is_static(source: &Source<'_>, part: &Part<'_>) -> bool {
    let head = part.function.child_by_field_name("body").map(|body| {
        let head = TextRange::from_usize(part.function.start_byte(), body.start_byte());
        source.text.get(head.to_usize()).unwrap_or_default()
    });
    head.is_some_and(|it| it.split_whitespace().any(|it| it == "static"))
}

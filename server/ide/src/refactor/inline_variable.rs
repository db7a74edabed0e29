//! Inline variable: the value goes where the variable is used, the declaration goes.

use graph::SymbolRef;
use syntax::{Node, ReferenceKind, ScopeKind, SymbolKind};
use text::TextRange;

use super::{
    RefactorError, Refactored,
    draft::Draft,
    lines::whole_lines,
    refused,
    source::{Source, children, parts, range_of, stands_at, walk},
    value::Nature,
};
use crate::{Analysis, FilePosition, FileRange};

/// Steps from a variable's name up to its declaration, and from there to its statement.
const STEPS_MAX: usize = 3;

const NOT_A_VARIABLE: RefactorError = RefactorError::NotHere("there is no local variable here");
const LIFETIME: &str = "the value may be dropped here while something still borrows it";
const MOVED: &str = "what the value names may be moved or borrowed before it here";
const CAPTURED: &str = "what the value names may be moved into the closure here";

/// A variable with what declares it.
struct Variable<'t> {
    symbol: SymbolRef,
    value: Node<'t>,
    /// All that is to go.
    statement: Node<'t>,
    declaration: Node<'t>,
}

impl Analysis {
    pub(super) fn inline_variable(&self, source: &Source<'_>, at: FileRange) -> Refactored<Draft> {
        let variable = self.variable_at(source, at)?;
        let name = source.facts.name(source.facts.symbol(variable.symbol.symbol).name);
        self.check_type(source, &variable)?;
        let uses = self.uses(source, &variable, name)?;
        if has_statements(source, variable.value) {
            return refused("its value is made by statements of its own");
        }
        let nature = self.nature(source, variable.value);
        if nature != Nature::Stable {
            self.check_single_use(source, &variable, &uses)?;
        }
        let mut draft = Draft {
            title: format!("Inline variable `{name}`"),
            reason: match nature {
                Nature::Stable => "its value is the same wherever it is used".to_owned(),
                _ => "it is used once, right behind, before anything can change it".to_owned(),
            },
            ..Draft::default()
        };
        let value = source.of(variable.value);
        let frame = frame_name(source, variable.value);
        let fleeting = self.fleeting_name(source, variable.value);
        for it in &uses {
            let range = range_of(*it);
            if let Some(name) = frame.filter(|_| is_in_other_frame(source, &variable, *it)) {
                let line = source.line(range);
                return refused(format!("`{name}` means something else at line {line}"));
            }
            if let Some((name, _)) = fleeting.filter(|it2| is_after(source, it2.1, &variable, *it))
            {
                let line = source.line(range);
                return refused(format!("`{name}` is gone at line {line}, or may be"));
            }
            let (before, after) = around_value(source, variable.value, *it);
            let text = format!("{before}{value}{after}");
            let edit = draft.replace(source.path, range, text);
            let within = TextRange::from_usize(before.len(), before.len() + value.len());
            let from = FileRange { file: source.file, range: range_of(variable.value) };
            draft.moved(from, edit, within);
            if let Some(why) = unproven_owner(source, &variable, *it) {
                draft.left.extend(self.left_at(source.file, range, why));
            }
        }
        let gone = whole_lines(&source.text, range_of(variable.statement));
        draft.replace(source.path, gone, String::new());
        Ok(draft)
    }

    fn variable_at<'t>(&self, source: &'t Source<'_>, at: FileRange) -> Refactored<Variable<'t>> {
        let offset = at.range.start();
        let name = self.name_at(at.file, offset).ok_or(NOT_A_VARIABLE)?;
        if !name.touches(at.range.end()) {
            return Err(NOT_A_VARIABLE);
        }
        let resolved = self.resolved_at(FilePosition { file: at.file, offset });
        let [target] = resolved.targets() else { return Err(NOT_A_VARIABLE) };
        let symbol = target.symbol_ref();
        if symbol.file != source.file {
            return Err(NOT_A_VARIABLE);
        }
        let it = source.facts.symbol(symbol.symbol);
        let is_variable = matches!(it.kind, SymbolKind::Variable | SymbolKind::Constant);
        if !is_variable || source.facts.scope(it.scope).kind == ScopeKind::Class {
            return Err(NOT_A_VARIABLE);
        }
        let node = source.around(it.name_range).ok_or(NOT_A_VARIABLE)?;
        let up = std::iter::successors(Some(node), Node::parent).take(STEPS_MAX + 1);
        let declared = up.filter_map(|it| Some((it, parts(it, source.rules.variables)?)));
        let found = declared.into_iter().find(|(_, parts)| range_of(parts[0]) == it.name_range);
        let Some((declaration, parts)) = found else {
            return refused("its declaration does more than give it one value");
        };
        let mut value = parts[1];
        if source.rules.several_values.contains(&value.kind()) {
            value = match value.named_child_count() {
                1 => value.named_child(0).unwrap_or(value),
                _ => return refused("its declaration does more than give it one value"),
            };
        }
        let way = source.way_up(declaration).ok_or(NOT_A_VARIABLE)?;
        let function = source.enclosing(declaration, source.rules.functions);
        if function.is_none() {
            return Err(NOT_A_VARIABLE);
        }
        let is_alone = way.iter().skip(1).all(|it| it.named_child_count() == 1);
        if STEPS_MAX < way.len() || !is_alone {
            return refused("its declaration does more than give it one value");
        }
        Ok(Variable { symbol, value, statement: way[way.len() - 1], declaration })
    }

    /// That the type which the declaration writes is the value's own.
    fn check_type(&self, source: &Source<'_>, variable: &Variable<'_>) -> Refactored<()> {
        let declaration = variable.declaration;
        let Some(ty) = declaration.child_by_field_name("type") else { return Ok(()) };
        if parts(declaration, source.rules.declared_types).is_some()
            && self.type_of(source, variable.value).is_ok_and(|it| it == source.of(ty))
        {
            return Ok(());
        }
        refused(format!(
            "its type `{}` would be lost",
            source.of(ty).trim_start_matches([':', ' '])
        ))
    }

    /// Where the variable is used, each as the node of its name.
    fn uses<'t>(
        &self,
        source: &'t Source<'_>,
        variable: &Variable<'_>,
        name: &str,
    ) -> Refactored<Vec<Node<'t>>> {
        if self.is_changed(source, variable.symbol) {
            return refused(format!("`{name}` is given another value, or may be"));
        }
        let found = self.graph().references_to(variable.symbol, &mut || self.check())?;
        let mut res = Vec::new();
        for it in found {
            let reference = source.facts.reference(it.reference);
            let line = source.line(reference.range());
            if it.file != source.file || reference.kind() == ReferenceKind::Write {
                return refused(format!("`{name}` is given another value at line {line}"));
            }
            let node = source.around(reference.range()).filter(|it| {
                range_of(*it) == reference.range()
                    && source.language.identifiers.contains(&it.kind())
            });
            let Some(node) = node else {
                return refused(format!("line {line} names `{name}` inside a string"));
            };
            if source.enclosing(node, source.language.token_trees).is_some() {
                return refused(format!("line {line} gives `{name}` to a macro"));
            }
            res.push(node);
        }
        if res.is_empty() {
            return refused(format!("`{name}` is not used"));
        }
        Ok(res)
    }

    /// A name in a value that is gone once the node is left that binds it.
    fn fleeting_name<'t>(
        &self,
        source: &'t Source<'_>,
        value: Node<'t>,
    ) -> Option<(&'t str, Node<'t>)> {
        let binds = |node: Node<'t>, symbol: SymbolRef| {
            let inner = children(node, source.language);
            let block = inner.iter().find(|it| source.rules.blocks.contains(&it.kind()));
            let head = TextRange::from_usize(
                node.start_byte(),
                block.map_or(node.end_byte(), Node::start_byte),
            );
            let name = source.facts.symbol(symbol.symbol).name_range;
            symbol.file == source.file && head.contains_range(name)
        };
        let range = range_of(value);
        for (reference, it) in source.facts.references() {
            if !range.contains_range(it.range()) {
                continue;
            }
            let resolved = self.graph().resolve(source.file, reference);
            let around = std::iter::successors(Some(value), Node::parent);
            let mut fleeting = around.filter(|it| source.rules.fleeting.contains(&it.kind()));
            let found = fleeting
                .find(|node| resolved.targets().iter().any(|it| binds(*node, it.symbol_ref())));
            if let Some(node) = found {
                return Some((source.facts.name(it.name()), node));
            }
        }
        None
    }

    /// That a value which may be another one later is used once, in the next statement, first.
    fn check_single_use(
        &self,
        source: &Source<'_>,
        variable: &Variable<'_>,
        uses: &[Node<'_>],
    ) -> Refactored<()> {
        let [used] = uses else {
            let n = uses.len();
            return refused(format!("its value would be evaluated {n} times instead of once"));
        };
        let way = source.way_up(*used).ok_or(NOT_A_VARIABLE)?;
        let next = std::iter::successors(variable.statement.next_named_sibling(), |it| {
            it.next_named_sibling().filter(|_| source.language.comments.contains(&it.kind()))
        });
        let next = next.last();
        if next.map(|it| it.id()) != way.last().map(|it| it.id()) {
            return refused("its value may change before it is used");
        }
        let nature = self.nature(source, variable.value);
        match self.is_first_as(source, &way, nature) {
            Ok(()) => Ok(()),
            Err(why) => refused(format!("where it is used, {why}")),
        }
    }
}

/// A name in a value that means the call in which it stands, or its receiver.
fn frame_name<'t>(source: &'t Source<'_>, value: Node<'t>) -> Option<&'t str> {
    let mut found = None;
    walk(value, &mut |it| {
        let text = source.of(it);
        let is_frame = source.language.self_names.contains(&text)
            || source.language.super_names.contains(&text)
            || source.rules.frame_names.contains(&text);
        found = found.or(is_frame.then_some(text));
        found.is_none() && !source.rules.own_frames.contains(&it.kind())
    });
    found
}

/// Whether a use stands behind `node`, or in a function that may run behind it.
fn is_after(source: &Source<'_>, node: Node<'_>, variable: &Variable<'_>, used: Node<'_>) -> bool {
    let functions = source.rules.functions;
    let own = source.enclosing(variable.declaration, functions);
    let around = source.enclosing(used, functions);
    let is_inside = range_of(node).contains_range(range_of(used));
    !is_inside || own.map(|it| it.id()) != around.map(|it| it.id())
}

/// Whether a use stands in a function inside the variable's, with a receiver of its own.
fn is_in_other_frame(source: &Source<'_>, variable: &Variable<'_>, used: Node<'_>) -> bool {
    let own = source.enclosing(variable.declaration, source.rules.own_frames);
    let around = source.enclosing(used, source.rules.own_frames);
    own.map(|it| it.id()) != around.map(|it| it.id())
}

/// What stands before and behind the value where it replaces a use.
pub(super) fn around_value(
    source: &Source<'_>,
    value: Node<'_>,
    used: Node<'_>,
) -> (String, &'static str) {
    let range = range_of(used);
    let reference = source.facts.reference_at(range.start());
    let is_shorthand = reference.is_some_and(|it| source.facts.reference(it).is_shorthand());
    let name = source.of(used);
    let key = if is_shorthand { format!("{name}: ") } else { String::new() };
    let mut cursor = value.walk();
    let has_comma = value.children(&mut cursor).any(|it| it.kind() == ",");
    let is_atom = source.rules.atoms.contains(&value.kind());
    let is_delimited = is_shorthand || is_delimited(&source.text, range);
    match is_atom || (is_delimited && !has_comma) {
        true => (key, ""),
        false => (key + "(", ")"),
    }
}

/// Whether what stands at a range is bounded by punctuation on both sides.
pub(super) fn is_delimited(text: &str, range: TextRange) -> bool {
    let range = range.to_usize();
    let before = text[..range.start].trim_end_matches([' ', '\t']);
    let after = text[range.end..].trim_start_matches([' ', '\t']);
    let compares = ["==", "!=", "<=", ">="].iter().any(|it| before.ends_with(it));
    let assigns = before.ends_with('=') && !compares;
    let opens = before.ends_with(['(', ',', '[']) || assigns || before.ends_with("return");
    opens && (after.is_empty() || after.starts_with([')', ',', ']', ';', '\n', '\r', '}']))
}

/// Whether a value holds statements that are no function's.
fn has_statements(source: &Source<'_>, value: Node<'_>) -> bool {
    let mut found = false;
    walk(value, &mut |it| {
        found |= source.rules.blocks.contains(&it.kind());
        !found && !source.rules.functions.contains(&it.kind())
    });
    found
}

/// Why only a compiler can say who owns what at a use, where the language asks for that.
fn unproven_owner(
    source: &Source<'_>,
    variable: &Variable<'_>,
    used: Node<'_>,
) -> Option<&'static str> {
    if source.rules.borrowed.is_empty() {
        return None;
    }
    if outlives(source, variable.value, used) {
        return Some(LIFETIME);
    }
    let names = names_in(source, range_of(variable.value));
    let own = source.enclosing(variable.declaration, source.rules.functions);
    let around = source.enclosing(used, source.rules.functions);
    if own.map(|it| it.id()) != around.map(|it| it.id()) && !names.is_empty() {
        return Some(CAPTURED);
    }
    let way = source.way_up(used)?;
    let before = TextRange::from_usize(way.last()?.start_byte(), used.start_byte());
    let taken = names_in(source, before);
    names.iter().any(|it| taken.contains(it)).then_some(MOVED)
}

/// The names that stand by themselves in a range: of variables, functions, the receiver.
fn names_in<'t>(source: &'t Source<'_>, range: TextRange) -> Vec<&'t str> {
    let mut res = Vec::new();
    walk(source.tree.root_node(), &mut |it| {
        let is_name = source.language.identifiers.contains(&it.kind())
            || source.language.self_names.contains(&source.of(it));
        if is_name && it.child_count() == 0 && range.contains_range(range_of(it)) {
            res.push(source.of(it));
        }
        range_of(it).intersects(range)
    });
    res
}

/// Whether something that outlives the statement of `used` may borrow `value` there.
fn outlives(source: &Source<'_>, value: Node<'_>, used: Node<'_>) -> bool {
    if !source.rules.temporaries.contains(&value.kind()) {
        return false;
    }
    let is_borrowed =
        used.parent().is_some_and(|parent| stands_at(parent, used, source.rules.borrowed));
    let way = source.way_up(used).unwrap_or_default();
    // A statement that drops its value ends every borrow in it.
    let ends_there = way.last().is_some_and(|it| source.rules.not_as.contains(&it.kind()));
    is_borrowed && !ends_there
}

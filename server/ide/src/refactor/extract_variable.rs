//! Extract variable: the selected value gets a name, before the statement it stands in.

use syntax::{Node, ScopeKind};
use text::{TextRange, TextSize};

use super::{
    RefactorError, Refactored,
    draft::Draft,
    lines::{filled, indent_at, newline},
    refused,
    source::{Source, parts, range_of, stands_at, walk},
    value::short,
};
use crate::{Analysis, FileRange};

/// Names that are tried after the first one is taken.
const NAMES_MAX: usize = 100;

const NOT_A_VALUE: RefactorError = RefactorError::NotHere("select a whole value");
const LIFETIME: &str = "what is borrowed here may not live as long as the variable";
const CONTEXT: &str = "its type may have come from what is around the value";

impl Analysis {
    pub(super) fn extract_variable(
        &self,
        source: &Source<'_>,
        at: FileRange,
        name: Option<&str>,
    ) -> Refactored<Draft> {
        let node = source.node(at.range).ok_or(NOT_A_VALUE)?;
        if !source.rules.values.contains(&node.kind()) {
            return Err(NOT_A_VALUE);
        }
        let way = source.way_up(node).ok_or(NOT_A_VALUE)?;
        check_position(source, node)?;
        let statement = way[way.len() - 1];
        let start = statement.start_byte();
        let scope = source.facts.scope_at(TextSize::from_usize(start));
        if source.facts.scope(scope).kind == ScopeKind::Class {
            return refused("a variable here would become a member of the type");
        }
        if let Err(why) = self.is_first(source, &way) {
            return refused(why);
        }
        let Some(indent) = indent_at(&source.text, start) else {
            return refused("another statement stands on the same line");
        };
        let ty = match source.rules.declare.contains("{type}") {
            true => self.type_of(source, node)?,
            false => String::new(),
        };
        let name = self.new_name(source, node, name)?;
        let value = source.of(node);
        let values = [("name", &*name), ("type", &*ty), ("value", value)];
        let declared = filled(source.rules.declare, &values);
        // The value is the last thing the template names.
        let value_at = declared.rfind(value).unwrap_or(0);
        let text = format!("{declared}{}{indent}", newline(&source.text));
        let mut draft = Draft {
            title: format!("Extract `{}` into a variable", short(value)),
            reason: "it is evaluated once, and nothing before it in its statement can change it"
                .to_owned(),
            ..Draft::default()
        };
        let range = range_of(node);
        let edit = draft.replace(source.path, TextRange::from_usize(start, start), text);
        draft.moved(
            FileRange { file: source.file, range },
            edit,
            TextRange::from_usize(value_at, value_at + value.len()),
        );
        draft.replace(source.path, range, name);
        if let Some(parameter) = contextual_parameter(source, node) {
            draft.left.extend(self.left_at(source.file, range_of(parameter), CONTEXT));
        }
        if let Some(borrowed) = borrowed_temporary(source, node) {
            draft.left.extend(self.left_at(source.file, range_of(borrowed), LIFETIME));
        }
        Ok(draft)
    }

    /// A name for the value of `node`: the one that is wished for, else one that says what it is.
    pub(super) fn new_name(
        &self,
        source: &Source<'_>,
        node: Node<'_>,
        wished: Option<&str>,
    ) -> Refactored<String> {
        let is_taken = |name: &str| source.facts.names.find(name).is_some();
        if let Some(name) = wished {
            if source.language.keywords.contains(&name) {
                return refused(format!("`{name}` is a keyword of {}", source.language.name));
            }
            let is_name = |it: char| it.is_alphanumeric() || it == '_' || it == '$';
            if name.is_empty()
                || name.starts_with(|it: char| it.is_numeric())
                || !name.chars().all(is_name)
            {
                return refused(format!("`{name}` is not a name in {}", source.language.name));
            }
            let at = TextSize::from_usize(node.start_byte());
            let known = self.graph().lookup(source.file, at, name);
            if !known.targets().is_empty() {
                return refused(format!("`{name}` means something else here already"));
            }
            return Ok(name.to_owned());
        }
        let base = suggested(source, node);
        let plain = ["value".to_owned(), "result".to_owned()];
        let numbered = (2..NAMES_MAX).map(|it| format!("value{it}"));
        let mut names = std::iter::once(base).chain(plain).chain(numbered);
        let fits = |it: &String| !is_taken(it) && !source.language.keywords.contains(&&**it);
        match names.find(fits) {
            Some(name) => Ok(name),
            None => refused("no free name was found: give one"),
        }
    }

    /// The type of a value, as it can be written here.
    pub(super) fn type_of(&self, source: &Source<'_>, node: Node<'_>) -> Refactored<String> {
        let unknown =
            || RefactorError::Refused("the type of the value is written nowhere".to_owned());
        let rules = source.rules;
        let known = rules.types.iter().filter_map(|it| it.split_once('='));
        if let Some((_, ty)) = known.clone().find(|it| it.0 == node.kind()) {
            // A suffix gives a number another type.
            let is_suffixed = source.of(node).ends_with(['l', 'L']);
            return if is_suffixed { Err(unknown()) } else { Ok(ty.to_owned()) };
        }
        let mut cursor = node.walk();
        if node.children(&mut cursor).any(|it| rules.truth_operators.contains(&it.kind())) {
            return Ok(rules.truth_type.to_owned());
        }
        if let Some(found) = parts(node, rules.type_fields) {
            let ty = source.of(found[0]);
            return if ty.contains("<>") { Err(unknown()) } else { Ok(ty.to_owned()) };
        }
        let Some(callee) = parts(node, rules.calls) else { return Err(unknown()) };
        self.returned_type(source, callee[0]).ok_or_else(unknown)
    }

    /// The type that the function called by a name is declared to return, where it can be written
    /// in this file as it is there.
    fn returned_type(&self, source: &Source<'_>, callee: Node<'_>) -> Option<String> {
        let at = TextSize::from_usize(callee.start_byte());
        // Of `a.b` it is `b` that is called.
        let reference = source.facts.reference_at(TextSize::from_usize(callee.end_byte()))?;
        let resolved = self.graph().resolve(source.file, reference);
        let mut res: Option<String> = None;
        for target in resolved.targets() {
            let other = self.source(target.file).ok()?;
            let range = other.facts.symbol(target.symbol).range;
            let declaration = other.node(range)?;
            let ty = *parts(declaration, other.rules.results)?.first()?;
            let written = other.of(ty);
            let is_plain = other.rules.primitive_types.contains(&ty.kind())
                || other.rules.plain_types.contains(&written);
            if !is_plain && !self.means_the_same(&other, ty, source, at) {
                return None;
            }
            if res.as_deref().is_some_and(|it| it != written) {
                return None;
            }
            res = Some(written.to_owned());
        }
        res
    }

    /// Whether a type that is one name means the same symbol at another place.
    fn means_the_same(
        &self,
        there: &Source<'_>,
        ty: Node<'_>,
        here: &Source<'_>,
        at: TextSize,
    ) -> bool {
        let name = there.of(ty);
        let reference = there.facts.reference_at(TextSize::from_usize(ty.start_byte()));
        let Some(reference) = reference else { return false };
        if there.facts.reference(reference).range() != range_of(ty) {
            return false;
        }
        let meant = self.graph().resolve(there.file, reference);
        let symbols = |it: &graph::Resolved| -> Vec<graph::SymbolRef> {
            it.targets().iter().map(graph::Target::symbol_ref).collect()
        };
        let is_parameter = |it: &graph::SymbolRef| {
            self.facts(it.file).is_none_or(|facts| facts.symbol(it.symbol).is_local)
        };
        let found = symbols(&meant);
        !found.is_empty()
            && !found.iter().any(is_parameter)
            && found == symbols(&self.graph().lookup(here.file, at, name))
    }
}

/// That the value of `node` is used as a value where it stands.
fn check_position(source: &Source<'_>, node: Node<'_>) -> Refactored<()> {
    let Some(parent) = node.parent() else { return Err(NOT_A_VALUE) };
    if stands_at(parent, node, source.rules.not_as) {
        return refused("it is called, borrowed, assigned or dropped here, not used as a value");
    }
    if source.rules.several_values.contains(&parent.kind()) && parent.named_child_count() == 1 {
        return refused("it may stand for several values here");
    }
    Ok(())
}

/// A parameter of a function in the value whose type is not written.
fn contextual_parameter<'t>(source: &Source<'_>, value: Node<'t>) -> Option<Node<'t>> {
    let mut found = None;
    walk(value, &mut |it| {
        let is_plain = it.child_by_field_name("type").is_none();
        let parameter = parts(it, source.rules.contextual).filter(|_| is_plain);
        found = found.or_else(|| parameter.and_then(|it| it.first().copied()));
        found.is_none()
    });
    found
}

/// A temporary inside `node` that its value may borrow.
pub(super) fn borrowed_temporary<'t>(source: &Source<'_>, node: Node<'t>) -> Option<Node<'t>> {
    let mut found = None;
    walk(node, &mut |it| {
        let is_borrowed =
            it.parent().is_some_and(|parent| stands_at(parent, it, source.rules.borrowed));
        if it.id() != node.id() && is_borrowed && source.rules.temporaries.contains(&it.kind()) {
            found = found.or(Some(it));
        }
        found.is_none() && !source.rules.functions.contains(&it.kind())
    });
    found
}

/// A name for a value: after what is called or reached, in the manner of the names around.
fn suggested(source: &Source<'_>, node: Node<'_>) -> String {
    let range = range_of(node);
    let inside = source.facts.references().filter(|it| range.contains_range(it.1.range()));
    // The outermost name: that of the last member that is reached outside of all arguments.
    let mut best: Option<(usize, &str)> = None;
    for (_, it) in inside {
        let depth = depth_of(source, it.range(), node);
        if best.is_none_or(|best| depth <= best.0) {
            best = Some((depth, source.facts.name(it.name())));
        }
    }
    let name = best.map_or("value", |it| it.1);
    let words =
        ["get_", "to_", "is_", "make_", "new_", "create_", "build_", "into_", "as_", "with_"];
    let name = words.iter().find_map(|it| name.strip_prefix(it)).unwrap_or(name);
    let camel = ["get", "make", "create", "build"].iter().find_map(|it| name.strip_prefix(it));
    let camel = camel.filter(|it| it.starts_with(char::is_uppercase));
    let name = camel.unwrap_or(name).trim_matches(['_', '$', '#']);
    let name = if writes_snake(source) { to_snake(name) } else { to_camel(name) };
    match name.as_str() {
        "" | "new" | "self" | "this" | "super" | "cls" | "some" | "ok" | "err" => {
            "value".to_owned()
        }
        _ => name,
    }
}

/// How many lists of arguments and the like are between a name and `node`.
fn depth_of(source: &Source<'_>, range: TextRange, node: Node<'_>) -> usize {
    let Some(found) = source.around(range) else { return usize::MAX };
    let up = std::iter::successors(found.parent(), Node::parent);
    let up = up.take_while(|it| it.id() != node.id());
    up.filter(|it| it.kind().contains("argument") || it.kind().contains("list")).count()
}

/// Whether the names of the file's variables are words joined by `_`.
fn writes_snake(source: &Source<'_>) -> bool {
    let locals = source.facts.symbols.iter().filter(|it| it.is_local);
    let names = locals.map(|it| source.facts.name(it.name));
    let (mut snake, mut camel) = (0, 0);
    for name in names.filter(|it| it.starts_with(char::is_lowercase)) {
        snake += usize::from(name.contains('_'));
        camel += usize::from(name.contains(char::is_uppercase));
    }
    camel <= snake
}

pub(super) fn to_snake(name: &str) -> String {
    let mut res = String::new();
    for (nth, it) in name.chars().enumerate() {
        if it.is_uppercase()
            && nth > 0
            && !res.ends_with('_')
            && !name.chars().all(|it| !it.is_lowercase())
        {
            res.push('_');
        }
        res.extend(it.to_lowercase());
    }
    res
}

fn to_camel(name: &str) -> String {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

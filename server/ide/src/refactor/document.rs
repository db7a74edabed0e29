//! Document: a comment with a place for everything that a definition takes and gives, in the
//! style of its language. What it says are the words of the names: for the user to go on from.

use syntax::{Node, SymbolIdx, SymbolKind};
use text::TextRange;

use super::{
    RefactorError, Refactored,
    delete::definition_node,
    draft::Draft,
    lines::{indent_at, indent_of, newline},
    refused,
    source::{Source, parts, walk},
};
use crate::{Analysis, FileRange};

const NOT_A_DEFINITION: RefactorError =
    RefactorError::NotHere("there is no definition here that could be documented");

/// A definition that is to be documented.
struct Documented<'t> {
    symbol: SymbolIdx,
    node: Node<'t>,
    name: String,
    parameters: Vec<String>,
    gives: bool,
}

impl Analysis {
    /// A skeleton of documentation for the definition that is named at a place.
    pub(super) fn document_definition(
        &self,
        source: &Source<'_>,
        at: FileRange,
    ) -> Refactored<Draft> {
        let symbol = source.facts.symbol_named_at(at.range.start()).ok_or(NOT_A_DEFINITION)?;
        let it = source.facts.symbol(symbol);
        if it.is_local || source.rules.doc_short.is_empty() {
            return Err(NOT_A_DEFINITION);
        }
        let node = definition_node(source, it)?;
        let name = source.facts.name(it.name).to_owned();
        if source.facts.doc(it).is_some() {
            return refused(format!("`{name}` is documented already"));
        }
        let parameters = parameters(source, symbol);
        let gives = is_function(it.kind) && gives(source, node);
        let documented = Documented { symbol, node, name, parameters, gives };
        let mut draft = Draft {
            title: format!("Document `{}`", documented.name),
            reason: "a comment changes nothing of what the code does".to_owned(),
            ..Draft::default()
        };
        let (at, indent) = place(source, &documented)?;
        let newline = newline(&source.text);
        let lines = lines(source, &documented).into_iter().map(|it| match it.is_empty() {
            true => newline.to_owned(),
            false => format!("{indent}{it}{newline}"),
        });
        // The first line goes where the definition's stood, behind the blanks before it.
        let text: String = lines.collect::<String>() + &indent;
        let text = text.strip_prefix(indent.as_str()).unwrap_or(&text).to_owned();
        draft.replace(source.path, TextRange::from_usize(at, at), text);
        Ok(draft)
    }
}

fn is_function(kind: SymbolKind) -> bool {
    matches!(kind, SymbolKind::Function | SymbolKind::Method)
}

/// The names of what a function takes, the receiver apart.
fn parameters(source: &Source<'_>, symbol: SymbolIdx) -> Vec<String> {
    let Some(inner) = source.facts.symbol(symbol).inner else { return Vec::new() };
    let own = source.facts.symbols.iter().filter(|it| {
        let name = source.facts.name(it.name);
        let is_receiver = source.language.self_names.contains(&name);
        it.kind == SymbolKind::Parameter && it.scope == inner && !is_receiver
    });
    own.map(|it| source.facts.name(it.name).to_owned()).collect()
}

/// Whether a function gives something back: its head says so, or one of its ends does.
fn gives(source: &Source<'_>, node: Node<'_>) -> bool {
    let node = bodied(node);
    if let Some(result) = parts(node, source.rules.results) {
        return result
            .iter()
            .all(|it| !matches!(source.of(*it), "void" | "None" | ": void" | "()"));
    }
    let rules = source.rules;
    let mut found = false;
    walk(node, &mut |it| {
        let is_inside = it.id() == node.id() || !rules.functions.contains(&it.kind());
        let returns = rules.exits.contains(&it.kind()) && it.kind().starts_with("return");
        found |= is_inside && returns && 0 < it.named_child_count();
        is_inside
    });
    found
}

/// The definition itself, without what is wrapped around it.
fn bodied(node: Node<'_>) -> Node<'_> {
    if node.child_by_field_name("body").is_some() {
        return node;
    }
    let mut cursor = node.walk();
    let mut inner = node.named_children(&mut cursor);
    inner.find(|it| it.child_by_field_name("body").is_some()).unwrap_or(node)
}

/// Where the documentation goes, and how deep it stands.
fn place(source: &Source<'_>, documented: &Documented<'_>) -> Refactored<(usize, String)> {
    let Documented { node, name, .. } = documented;
    if source.rules.doc_inside == "body" {
        let body = bodied(*node).child_by_field_name("body").ok_or(NOT_A_DEFINITION)?;
        let start = body.start_byte();
        return match indent_at(&source.text, start) {
            Some(indent) => Ok((start, indent.to_owned())),
            None => refused(format!("the body of `{name}` stands on the line of its head")),
        };
    }
    let mut outer = *node;
    while let Some(before) = outer.prev_named_sibling() {
        if !source.rules.attributes.contains(&before.kind()) {
            break;
        }
        outer = before;
    }
    let start = outer.start_byte();
    match indent_at(&source.text, start) {
        Some(_) => Ok((start, indent_of(&source.text, start).to_owned())),
        None => refused(format!("`{name}` does not begin its line")),
    }
}

fn lines(source: &Source<'_>, documented: &Documented<'_>) -> Vec<String> {
    let rules = source.rules;
    let Documented { symbol, name, parameters, .. } = documented;
    let summary = summary(name, source.facts.symbol(*symbol).kind);
    let head = |it: &&str| it.replace("{symbol}", name).replace("{summary}", &summary);
    let has_parameters = !parameters.is_empty() && !rules.doc_parameter.is_empty();
    let has_result = documented.gives && !rules.doc_result.is_empty();
    if !has_parameters && !has_result {
        return vec![head(&rules.doc_short)];
    }
    let mut res: Vec<String> = rules.doc_open.iter().map(head).collect();
    res.extend(rules.doc_gap.iter().map(head));
    if has_parameters {
        res.extend(rules.doc_parameters.iter().map(head));
        res.extend(parameters.iter().map(|it| {
            rules.doc_parameter.replace("{name}", it).replace("{words}", &words(it).join(" "))
        }));
    }
    if has_result {
        res.extend(rules.doc_result.iter().map(head));
    }
    res.extend(rules.doc_close.iter().map(head));
    res
}

/// The words of a name as a sentence: `load_user` is `Load user.`
fn summary(name: &str, kind: SymbolKind) -> String {
    let mut words = words(name);
    if !is_function(kind) {
        words.insert(0, "the".to_owned());
    }
    let text = words.join(" ");
    let mut chars = text.chars();
    let first = chars.next().map(|it| it.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// The words of a name, lower case.
fn words(name: &str) -> Vec<String> {
    let mut res: Vec<String> = Vec::new();
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            was_lower = false;
            res.push(String::new());
            continue;
        }
        if c.is_uppercase() && was_lower || res.is_empty() {
            res.push(String::new());
        }
        was_lower = !c.is_uppercase();
        if let Some(last) = res.last_mut() {
            last.extend(c.to_lowercase());
        }
    }
    res.retain(|it| !it.is_empty());
    res
}

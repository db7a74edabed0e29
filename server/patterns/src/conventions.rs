//! Conventions: how names are written and where tests lie, and what keeps to none of it.

use std::{collections::BTreeMap, fmt};

use graph::CodeGraph;
use syntax::{FileFacts, SymbolKind};
use text::{TextRange, TextSize};
use vfs::FileId;

use crate::{Evidence, Finding, Findings, Site};

/// Fewer names make no convention.
pub const CODE_NAMES_MIN: usize = 20;
/// The share that makes a convention.
const SHARE_MIN: f32 = 0.9;
/// Exceptions of one convention that are listed.
const EXCEPTIONS_MAX: usize = 20;

/// How the words of a name are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Style {
    Snake,
    Screaming,
    Camel,
    Pascal,
    Kebab,
    Other,
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Style::Snake => "snake_case",
            Style::Screaming => "SCREAMING_CASE",
            Style::Camel => "camelCase",
            Style::Pascal => "PascalCase",
            Style::Kebab => "kebab-case",
            Style::Other => "a style of its own",
        })
    }
}

/// The style of a name; `None` for one word, which fits several, and for names without letters.
fn style(name: &str) -> Option<Style> {
    let name = name.trim_matches(|it: char| !it.is_alphanumeric());
    let has = |it: fn(&char) -> bool| name.chars().any(|c| it(&c));
    let (upper, lower) = (has(|it| it.is_uppercase()), has(|it| it.is_lowercase()));
    let first_upper = name.chars().next()?.is_uppercase();
    let inner_upper = name.chars().skip(1).any(char::is_uppercase);
    if !upper && !lower {
        return None;
    }
    Some(match (name.contains('_'), name.contains('-')) {
        (true, true) => Style::Other,
        (true, false) if !upper => Style::Snake,
        (true, false) if !lower => Style::Screaming,
        (true, false) => Style::Other,
        (false, true) if !upper => Style::Kebab,
        (false, true) => Style::Other,
        (false, false) if !inner_upper => return None,
        (false, false) if !lower => return None,
        (false, false) if first_upper => Style::Pascal,
        (false, false) => Style::Camel,
    })
}

/// What names are compared with each other.
fn group(kind: SymbolKind) -> Option<&'static str> {
    Some(match kind {
        SymbolKind::Class
        | SymbolKind::Struct
        | SymbolKind::Enum
        | SymbolKind::Interface
        | SymbolKind::Union
        | SymbolKind::Type => "types",
        SymbolKind::Function => "functions",
        SymbolKind::Method => "methods",
        SymbolKind::Constant => "constants",
        SymbolKind::Field | SymbolKind::Property => "fields",
        SymbolKind::Variant => "variants",
        SymbolKind::Module | SymbolKind::Namespace => "modules",
        _ => return None,
    })
}

/// One name and where it is.
struct Name {
    file: FileId,
    range: TextRange,
    name: String,
    style: Style,
}

/// The conventions of a workspace that most keep to, with those that do not.
pub fn conventions(graph: &CodeGraph, max: usize) -> Findings {
    let mut names: BTreeMap<(&'static str, &'static str), Vec<Name>> = BTreeMap::new();
    let mut tests: BTreeMap<&'static str, Vec<(FileId, &'static str)>> = BTreeMap::new();
    for file in graph.files() {
        let (Some(facts), Some(path)) = (graph.facts(file), graph.path(file)) else { continue };
        let Some(language) = facts.language else { continue };
        if facts.is_test {
            tests.entry(language.name).or_default().push((file, test_place(path.as_str())));
        } else {
            let stem = path.file_name().and_then(|it| it.split('.').next()).unwrap_or_default();
            if let Some(style) = style(stem) {
                let range = TextRange::empty(TextSize::from_usize(0));
                let name = Name { file, range, name: stem.to_owned(), style };
                names.entry((language.name, "files")).or_default().push(name);
            }
        }
        code_names(file, facts, language.name, &mut names);
    }
    let named =
        names.into_iter().filter_map(|((language, what), names)| naming(language, what, names));
    let placed = tests.into_iter().filter_map(|(language, files)| layout(graph, language, files));
    let found = named.chain(placed).collect();
    let limits = vec![format!(
        "a convention is what {:.0} % of at least {CODE_NAMES_MIN} keep to; names of one word fit \
         several styles and are not counted",
        SHARE_MIN * 100.0
    )];
    Findings { found, limits }.best(max)
}

fn code_names(
    file: FileId,
    facts: &FileFacts,
    language: &'static str,
    names: &mut BTreeMap<(&'static str, &'static str), Vec<Name>>,
) {
    for symbol in facts.symbols.iter().filter(|it| !it.is_local && !it.is_test) {
        let Some(what) = group(symbol.kind).filter(|_| !facts.is_test) else { continue };
        let name = facts.name(symbol.name);
        if let Some(style) = style(name) {
            let name = Name { file, range: symbol.name_range, name: name.to_owned(), style };
            names.entry((language, what)).or_default().push(name);
        }
    }
}

fn naming(language: &str, what: &str, names: Vec<Name>) -> Option<Finding> {
    let mut counts: BTreeMap<Style, usize> = BTreeMap::new();
    for name in &names {
        *counts.entry(name.style).or_default() += 1;
    }
    let (style, n) = counts.into_iter().max_by_key(|it| it.1)?;
    let share = n as f32 / names.len() as f32;
    if names.len() < CODE_NAMES_MIN || share < SHARE_MIN || style == Style::Other {
        return None;
    }
    let exceptions: Vec<Name> = names.into_iter().filter(|it| it.style != style).collect();
    let n_all = n + exceptions.len();
    let evidence = exceptions.iter().take(EXCEPTIONS_MAX).map(|it| Evidence {
        site: Site::Code { file: it.file, range: it.range, name: it.name.clone() },
        note: format!("{} instead", it.style),
    });
    Some(Finding {
        title: format!(
            "{language} {what} are {style}: {n} of {n_all}, {} {}",
            exceptions.len(),
            if exceptions.len() == 1 { "exception" } else { "exceptions" }
        ),
        score: n as f32,
        evidence: evidence.collect(),
    })
}

/// Where a test file lies, in the words of a convention.
fn test_place(path: &str) -> &'static str {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split('.').next().unwrap_or(name);
    let folders = ["test", "tests", "__tests__", "spec", "specs"];
    if stem.ends_with("_test") || stem.starts_with("test_") || stem.ends_with("Test") {
        match folder.split('/').any(|it| folders.contains(&it)) {
            true => "named as tests in a folder of tests",
            false => "named as tests beside the code",
        }
    } else if name.contains(".test.") || name.contains(".spec.") {
        match folder.split('/').any(|it| folders.contains(&it)) {
            true => "named as tests in a folder of tests",
            false => "named as tests beside the code",
        }
    } else {
        "in a folder of tests"
    }
}

fn layout(
    graph: &CodeGraph,
    language: &str,
    files: Vec<(FileId, &'static str)>,
) -> Option<Finding> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (_, place) in &files {
        *counts.entry(place).or_default() += 1;
    }
    let (place, n) = counts.into_iter().max_by_key(|it| it.1)?;
    let share = n as f32 / files.len() as f32;
    if files.len() < CODE_NAMES_MIN || share < SHARE_MIN {
        return None;
    }
    let others = files.iter().filter(|it| it.1 != place);
    let evidence = others.clone().take(EXCEPTIONS_MAX).map(|(file, other)| {
        let name = graph.path(*file).and_then(|it| it.file_name()).unwrap_or_default().to_owned();
        let range = TextRange::empty(TextSize::from_usize(0));
        Evidence { site: Site::Code { file: *file, range, name }, note: format!("{other} instead") }
    });
    Some(Finding {
        title: format!(
            "{language} test files are {place}: {n} of {}, {} exceptions",
            files.len(),
            others.clone().count()
        ),
        score: n as f32,
        evidence: evidence.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_told_apart_and_one_word_is_none() {
        let shown: Vec<Option<Style>> =
            ["join_queue", "joinQueue", "JoinQueue", "JOIN_QUEUE", "join-queue", "Join_queue"]
                .into_iter()
                .map(style)
                .collect();
        use Style::{Camel, Kebab, Other, Pascal, Screaming, Snake};
        let expected = [Snake, Camel, Pascal, Screaming, Kebab, Other].map(Some);
        assert_eq!(shown, expected);
        for word in ["join", "Join", "JOIN", "_join", "x1", "_"] {
            assert_eq!(style(word), None, "{word}");
        }
    }
}

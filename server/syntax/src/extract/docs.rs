//! Comments and attributes that stand before definitions.

use grammars::Language;
use text::TextRange;

use crate::{
    extract::{definitions::Definition, symbols::Draft},
    raw::{Raw, Source, Span, Trivia},
};

/// A definition that begins further behind the start of its line stands there with others.
const HEAD_BYTES_MAX: usize = 1_024;
/// Comments and attributes of one definition.
const TRIVIA_MAX: usize = 2_000;

/// What stands before a symbol.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Documented {
    /// The docstring, or the comments before it.
    pub(crate) doc: Option<TextRange>,
    /// Where its comments and attributes begin; its own start where it has none.
    pub(crate) lead: u32,
    /// An attribute says that it is a test.
    pub(crate) has_test_mark: bool,
}

/// What stands before each symbol, by index.
pub(crate) fn find(
    draft: &Draft,
    definitions: &[Definition],
    raw: &Raw,
    source: Source<'_>,
) -> Vec<Documented> {
    let symbols = draft.symbols.iter().zip(&draft.definition_of);
    let documented = symbols.map(|(symbol, definition)| {
        let definition = &definitions[*definition as usize];
        let start = definition.node.start;
        let own =
            Documented { doc: definition.doc.map(Span::range), lead: start, has_test_mark: false };
        if symbol.is_local { own } else { before(own, definition, raw, source) }
    });
    documented.collect()
}

/// The last comment before a definition, local or not, with nothing but blanks between them.
pub(crate) fn comment_before(
    definition: &Definition,
    raw: &Raw,
    source: Source<'_>,
) -> Option<Span> {
    let at = line_head(source.text, definition.node.start);
    let after = raw.trivia.partition_point(|it| it.span.start < at);
    let last = raw.trivia[..after].last().filter(|it| it.is_comment && it.span.end <= at)?;
    let gap = source.text_of(Span { start: last.span.end, end: at });
    gap.trim().is_empty().then_some(last.span)
}

fn before(
    mut res: Documented,
    definition: &Definition,
    raw: &Raw,
    source: Source<'_>,
) -> Documented {
    let text = source.text;
    let mut at = line_head(text, definition.node.start);
    let mut doc: Option<Span> = None;
    let after = raw.trivia.partition_point(|it| it.span.start < at);
    for trivia in raw.trivia[..after].iter().rev().take(TRIVIA_MAX) {
        let span = trimmed(*trivia, text);
        let is_next = span.end <= at && is_gap(&text[span.end as usize..at as usize]);
        if !is_next || (trivia.is_comment && !begins_line(text, span.start)) {
            break;
        }
        if trivia.is_comment {
            if !documents(source.text_of(span), source.language) {
                break;
            }
            doc = Some(Span { start: span.start, end: doc.map_or(span.end, |it| it.end) });
        }
        at = span.start;
        res.lead = at;
    }
    res.doc = res.doc.or(doc.map(Span::range));
    if !source.language.tests.attributes.is_empty() {
        let lead = doc.map_or(res.lead, |it| it.end.min(definition.node.start));
        let lead = Span { start: lead.min(definition.name.start), end: definition.name.start };
        res.has_test_mark = has_mark(source.text_of(lead), source.language);
    }
    res
}

/// The first character of the line that is not blank, unless something else than modifiers stands
/// between it and `start`.
fn line_head(text: &str, start: u32) -> u32 {
    let Some(line) = line_before(text, start) else { return start };
    let head = start as usize - line.trim_start().len();
    let is_other = line.contains(['{', '}', ';', ',', '(']);
    if is_other { start } else { head as u32 }
}

/// The line up to `start`; `None` where it is longer than modifiers are.
fn line_before(text: &str, start: u32) -> Option<&str> {
    let before = &text[..start as usize];
    let from = text.floor_char_boundary(before.len().saturating_sub(HEAD_BYTES_MAX));
    match before[from..].rfind('\n') {
        Some(end) => Some(&before[from + end + 1..]),
        None if from == 0 => Some(before),
        None => None,
    }
}

/// A comment without the line end that some grammars count to it.
fn trimmed(trivia: Trivia, text: &str) -> Span {
    let Span { start, end } = trivia.span;
    let own = &text[start as usize..end as usize];
    Span { start, end: start + own.trim_end().len() as u32 }
}

/// Nothing but blanks, and no blank line.
fn is_gap(gap: &str) -> bool {
    gap.bytes().all(|it| it.is_ascii_whitespace()) && gap.matches('\n').count() <= 1
}

fn begins_line(text: &str, start: u32) -> bool {
    line_before(text, start).is_some_and(|it| it.trim().is_empty())
}

fn documents(comment: &str, language: &Language) -> bool {
    language.doc_prefixes.iter().any(|it| comment.starts_with(it))
}

/// An attribute is a word behind one of the characters that attributes begin with or continue
/// after.
fn has_mark(lead: &str, language: &Language) -> bool {
    const LEAD_BYTES_MAX: usize = 4096;
    let mut end = lead.len().min(LEAD_BYTES_MAX);
    while !lead.is_char_boundary(end) {
        end -= 1;
    }
    let lead = &lead[..end];
    // Most definitions have no attribute at all, and searching for each would cost more than all
    // else that is done for them.
    const BEFORE: [char; 7] = ['@', '[', '(', ':', ',', '.', '\\'];
    if !lead.contains(BEFORE) {
        return false;
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let attributes = language.tests.attributes;
    let is_denied = |mark: &&str| mark.strip_prefix('!').is_some_and(|it| lead.contains(it));
    !attributes.iter().any(is_denied)
        && attributes.iter().any(|mark| {
            lead.match_indices(mark).any(|(at, _)| {
                let before = lead[..at].trim_end();
                before.ends_with(BEFORE) && !lead[at + mark.len()..].starts_with(is_word)
            })
        })
}

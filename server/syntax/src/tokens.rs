//! Names in a text of which the grammar makes no tree: the body of a macro in C.

use crate::{
    names::Interner,
    raw::{Leaf, LeafKind, Source, Span, leaf_of},
};

/// Adds the names in the text at `span`.
pub(crate) fn push_names(
    acc: &mut Vec<Leaf>,
    span: Span,
    source: Source<'_>,
    interner: &mut Interner,
) {
    let before = &source.text[..span.start as usize];
    let line = &before[before.rfind('\n').map_or(0, |it| it + 1)..];
    for (at, len) in names(source.text_of(span), line, source.language.keywords) {
        let start = span.start + at as u32;
        let name = Span { start, end: start + len as u32 };
        acc.extend(leaf_of(name, LeafKind::Token, source, interner));
    }
}

/// The names in `text`, by their places and lengths: what is no keyword, no number, and in no
/// string or comment. `before` is what stands before it on its line. What is pasted to something
/// else is no name by itself, but a parameter stays one.
fn names(text: &str, before: &str, keywords: &[&str]) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut res = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        at += match rest {
            [b'/', b'/', ..] => rest.len(),
            [b'/', b'*', ..] => text[at + 2..].find("*/").map_or(rest.len(), |it| it + 4),
            [quote @ (b'"' | b'\''), ..] => 1 + quoted(&rest[1..], *quote),
            [b'0'..=b'9', ..] => word(rest, b'.'),
            [first, ..] if is_word(*first) => {
                let len = word(rest, b'_');
                let name = &text[at..at + len];
                let is_pasted = text[..at].trim_end().ends_with("##")
                    || text[at + len..].trim_start().starts_with("##");
                if !keywords.contains(&name) && (!is_pasted || is_parameter(name, before)) {
                    res.push((at, len));
                }
                len
            }
            _ => 1,
        };
    }
    res
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// The length of the word, or with `also` the number, that `bytes` begin with.
fn word(bytes: &[u8], also: u8) -> usize {
    bytes.iter().take_while(|it| is_word(**it) || **it == also).count()
}

/// The length of what is left of a string behind its first quote, with the last one.
fn quoted(bytes: &[u8], quote: u8) -> usize {
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote || byte == b'\n' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Whether a macro whose head is `before` has a parameter `name`.
fn is_parameter(name: &str, before: &str) -> bool {
    let within = before.split_once('(').and_then(|it| it.1.split_once(')'));
    within.is_some_and(|it| it.0.split(',').any(|it| it.trim() == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, text: &str, expected: &[&str]) {
        let names = names(text, before, &["int", "sizeof"]);
        let names: Vec<&str> = names.iter().map(|it| &text[it.0..it.0 + it.1]).collect();
        assert_eq!(names, expected, "{text}");
    }

    #[test]
    fn names_are_words_that_mean_something() {
        check("#define F(a) ", "(f(a) + 0x1Fu * sizeof(int))", &["f", "a"]);
        check("#define F ", "\"no \\\" names\" 'x' g /* none */ h // none", &["g", "h"]);
        check(
            "#define F(L) ",
            "{ L->top.p = 1.5e3f; \\\n  größe(L); }",
            &["L", "top", "p", "größe", "L"],
        );
        check("#define F(a, b) ", "a ## _x + y ## b + #b", &["a", "b", "b"]);
        check("#define F ", "\"open", &[]);
        check("#define F ", "/* open", &[]);
    }
}

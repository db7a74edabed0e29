//! Texts that would make a parser hang. Hardly a word among thousands of signs, with an error at
//! every other one: a parser keeps several guesses at what each error means, and a few kilobytes of
//! them take it minutes and gigabytes, in places where nobody can stop it.

use grammars::Language;
use tree_sitter::Tree;

use crate::{
    raw::{Span, goto_into_or_past},
    read::{first_piece, parse_in_steps},
};

/// Bytes that are looked at together.
const WINDOW: usize = 256;
/// Of a window of code, so many parts in eight are words and blanks at least.
const WORDY: usize = 5;
/// So many bytes with hardly a word in them are tried first, and no fewer are worth it.
const TRIED: usize = 512;
/// Where there is an error for so many bytes, the rest is not parsed.
const BYTES_PER_ERROR: usize = 16;
/// Shorter stretches, such as a wide table in a comment, cost a second at most.
const STRETCH_MIN: usize = 2_048;
/// What may end a string that a stretch of signs is in.
const STRING_ENDS: [&str; 7] = ["\"", "\"\"\"", "'''", "`", "\"#", "\"##", "\"###"];
/// Honest texts of signs, such as tables of numbers, may cost so many times their parse.
const TRIES_MAX: usize = 6;

/// True where the text that `chunk_at` gives in pieces is not to be parsed. The text up to the
/// first signs is parsed with few of them, then with more, for as long as they make sense.
pub(crate) fn would_hang<'a>(
    language: &Language,
    len: usize,
    chunk_at: &mut dyn FnMut(usize) -> &'a [u8],
) -> bool {
    let mut stretches = signs(len, chunk_at);
    stretches.retain(|(start, end)| STRETCH_MIN <= end - start);
    if stretches.is_empty() {
        return false;
    }
    let text = whole(len, chunk_at);
    // Signs in a comment or a string make sense once it is closed, if it ever is.
    let comment_end = language.block_comment.map(|it| it.1);
    let ends = comment_end.into_iter().chain(STRING_ENDS);
    let ends: Vec<(&str, usize)> = ends.filter_map(|it| Some((it, last(it, &text)?))).collect();
    let mut left = len.saturating_mul(TRIES_MAX);
    for (start, end) in stretches {
        let mut tried = TRIED;
        while tried <= end - start {
            let until = start + tried;
            let Some(rest) = left.checked_sub(until) else { return false };
            left = rest;
            let makes_sense = |end: &str| {
                let tree = tree_with(&text[..until], end.as_bytes(), language);
                tree.is_some_and(|it| n_errors(&it, start) <= tried / BYTES_PER_ERROR)
            };
            let mut behind = ends.iter().filter(|(_, last)| until <= *last);
            if !makes_sense("") && !behind.any(|(end, _)| makes_sense(end)) {
                return true;
            }
            tried += tried / 2;
        }
    }
    false
}

/// Blocks inside each other at most, where a grammar's scanner keeps them. That of one has room for
/// 253, two of which may begin in one column, and writes beyond it without looking.
const BLOCKS_MAX: usize = 120;

/// True where blocks that begin by their column are nested deeper than a scanner has room for.
pub(crate) fn is_too_deep<'a>(
    language: &Language,
    len: usize,
    chunk_at: &mut dyn FnMut(usize) -> &'a [u8],
) -> bool {
    if language.block_marks.is_empty() {
        return false;
    }
    let text = whole(len, chunk_at);
    let mut open: Vec<usize> = Vec::new();
    for line in text.split(|it| *it == b'\n') {
        let head = words(line).next().map_or(usize::MAX, |it| it.0);
        open.truncate(open.partition_point(|it| *it < head));
        // A block begins at the first word, and at each word after marks alone.
        let mut after_mark = true;
        for (column, word) in words(line) {
            if after_mark {
                open.push(column);
            }
            after_mark = language.block_marks.iter().any(|it| it.as_bytes() == word);
            if BLOCKS_MAX < open.len() {
                return true;
            }
        }
    }
    false
}

/// The words of a line between its blanks, each with its column.
fn words(line: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let is_blank = |it: &u8| matches!(it, b' ' | b'\t' | b'\r');
    let mut at = 0;
    line.split(is_blank).filter_map(move |word| {
        let column = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some((column, word))
    })
}

/// The text that `chunk_at` gives in pieces, as grammars read it.
fn whole<'a>(len: usize, chunk_at: &mut dyn FnMut(usize) -> &'a [u8]) -> Vec<u8> {
    let mut res = Vec::with_capacity(len);
    while res.len() < len {
        let chunk = chunk_at(res.len());
        if chunk.is_empty() {
            break;
        }
        res.extend_from_slice(chunk);
    }
    res
}

/// Where `sign` stands in the text for the last time.
fn last(sign: &str, text: &[u8]) -> Option<usize> {
    text.windows(sign.len()).rposition(|it| it == sign.as_bytes())
}

/// The tree of `text` with `end` behind it.
fn tree_with(text: &[u8], end: &[u8], language: &Language) -> Option<Tree> {
    let mut chunk_at = |at: usize| match text.get(at..) {
        Some(rest) if !rest.is_empty() => first_piece(rest),
        _ => end.get(at - text.len()..).unwrap_or_default(),
    };
    parse_in_steps(language, None, text.len() + end.len(), &mut chunk_at)
}

/// The stretches with hardly a word in them.
fn signs<'a>(len: usize, chunk_at: &mut dyn FnMut(usize) -> &'a [u8]) -> Vec<(usize, usize)> {
    let mut res: Vec<(usize, usize)> = Vec::new();
    let (mut at, mut n_words, mut window) = (0, 0, 0);
    while at < len {
        let chunk = chunk_at(at);
        if chunk.is_empty() {
            break;
        }
        for byte in chunk {
            let is_wordy = byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
            n_words += usize::from(is_wordy || byte.is_ascii_whitespace());
            at += 1;
            if at - window < WINDOW && at < len {
                continue;
            }
            if n_words * 8 < (at - window) * WORDY {
                match res.last_mut() {
                    Some(last) if last.1 == window => last.1 = at,
                    _ => res.push((window, at)),
                }
            }
            (window, n_words) = (at, 0);
        }
    }
    res
}

/// Errors at or behind `start`.
fn n_errors(tree: &Tree, start: usize) -> usize {
    let mut cursor = tree.walk();
    let mut res = 0;
    loop {
        let node = cursor.node();
        let is_behind = start as u32 <= Span::of(node).end;
        let is_one = node.is_error() || node.is_missing();
        res += usize::from(is_one && is_behind);
        if !goto_into_or_past(&mut cursor, node.has_error() && is_behind) {
            return res;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: bool) {
        let language = grammars::language_for_path(path, "").unwrap();
        let mut chunk_at = |at: usize| text.as_bytes().get(at..).unwrap_or_default();
        assert_eq!(would_hang(language, text.len(), &mut chunk_at), expected, "{path}");
    }

    #[test]
    fn signs_that_make_no_sense_are_told_from_those_that_do() {
        check("a.py", &"/*\n".repeat(4_000), true);
        check("a.c", &format!("int main(void) {{ return 0; }}\n{}", ")*".repeat(20_000)), true);
        check("a.c", &"a=>\n".repeat(4_000), true);
        check("a.json", &format!("[{}1]", "1,".repeat(8_000)), false);
        check("a.rs", &format!("const A: &[u8] = &[{}];", "1, -2, ".repeat(2_000)), false);
        check("a.md", &"|---|:--|\n".repeat(1_000), false);
        check("a.c", &format!("/*{}*/ int a;", "=-+*".repeat(2_000)), false);
        check("a.py", &format!("x = \"\"\"{}\"\"\"\n", "=-+*\n".repeat(2_000)), false);
        check("a.py", ")*\n".repeat(50).as_str(), false);
        check("a.js", &"/*\n".repeat(4_000), true);
        let table = "| ----- | ----- |\n".repeat(300);
        check("a.rs", &format!("const A: &str = r##\"{table}\"##;\n"), false);
    }

    #[test]
    fn blocks_are_counted_where_a_scanner_keeps_them() {
        let too_deep = |path: &str, text: &str| {
            let language = grammars::language_for_path(path, "").unwrap();
            is_too_deep(language, text.len(), &mut |at| &text.as_bytes()[at..])
        };
        let nested = |n: usize, line: &str| -> String {
            (0..n).map(|it| format!("{}{line}\n", "  ".repeat(it))).collect()
        };
        for (n, expected) in [(100, false), (300, true)] {
            assert_eq!(too_deep("a.yaml", &"- ".repeat(n)), expected);
            assert_eq!(too_deep("a.yaml", &format!("b\na: {}", "?\t".repeat(n))), expected);
            assert_eq!(too_deep("a.yaml", &nested(n, "a:")), expected);
            assert_eq!(too_deep("a.yaml", &nested(n, "-\r")), expected);
        }
        assert!(!too_deep("a.yaml", &"- a: b - c: d\n".repeat(300)));
        assert!(!too_deep("a.yaml", &format!("{}\n\n{}", nested(100, "a:"), nested(100, "-"))));
        assert!(!too_deep("a.py", &nested(300, "if a:")));
        // The parser itself does not come back from it.
        let yaml = grammars::language("yaml").unwrap();
        assert!(crate::read::parse_text(&"- ".repeat(254), yaml).is_none());
    }
}

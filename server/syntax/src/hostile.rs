//! Texts that would make a parser hang. Hardly a word among thousands of signs, with an error at
//! every other one: a parser keeps several guesses at what each error means, and a few kilobytes of
//! them take it minutes and gigabytes, in places where nobody can stop it.

use grammars::Language;
use tree_sitter::Tree;

use crate::{
    extract::parse_in_steps,
    raw::{Span, goto_into_or_past},
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
    let mut left = len.saturating_mul(TRIES_MAX);
    let stretches = signs(len, chunk_at).into_iter();
    for (start, end) in stretches.filter(|(start, end)| STRETCH_MIN <= end - start) {
        let mut tried = TRIED;
        while tried <= end - start {
            let until = start + tried;
            let Some(rest) = left.checked_sub(until) else { return false };
            left = rest;
            // Signs in a comment or a string make sense once it is closed, if it ever is.
            let comment_end = language.block_comment.map(|it| it.1);
            let mut ends: Vec<&'static str> = comment_end.into_iter().chain(STRING_ENDS).collect();
            ends.retain(|it| is_behind(it.as_bytes(), until, len, chunk_at));
            ends.insert(0, "");
            let mut makes_sense = |end: &&'static str| {
                let tree = tree_up_to(until, end.as_bytes(), language, chunk_at);
                tree.is_some_and(|it| n_errors(&it, start) <= tried / BYTES_PER_ERROR)
            };
            if !ends.iter().any(&mut makes_sense) {
                return true;
            }
            tried += tried / 2;
        }
    }
    false
}

/// True where `sign` stands in the text from `from` on.
fn is_behind<'a>(
    sign: &[u8],
    from: usize,
    len: usize,
    chunk_at: &mut dyn FnMut(usize) -> &'a [u8],
) -> bool {
    // A piece may end within a sign.
    let mut seen = Vec::new();
    let mut at = from;
    while at < len {
        let chunk = chunk_at(at);
        if chunk.is_empty() {
            break;
        }
        seen.extend_from_slice(chunk);
        if seen.windows(sign.len()).any(|it| it == sign) {
            return true;
        }
        seen.drain(..seen.len().saturating_sub(sign.len() - 1));
        at += chunk.len();
    }
    false
}

/// The tree of the first `len` bytes with `end` behind them.
fn tree_up_to<'a>(
    len: usize,
    end: &'a [u8],
    language: &Language,
    chunk_at: &mut dyn FnMut(usize) -> &'a [u8],
) -> Option<Tree> {
    let mut prefix = |at: usize| match len.checked_sub(at) {
        Some(left) if 0 < left => {
            let chunk = chunk_at(at);
            &chunk[..chunk.len().min(left)]
        }
        _ => end.get(at - len..).unwrap_or_default(),
    };
    parse_in_steps(language, None, len + end.len(), &mut prefix)
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
}

//! Two texts compared by lines.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};
use text::{TextEdit, TextEdits, TextRange};

/// Lines of the old text that became lines of the new one. One of the two ranges may be empty, and
/// two hunks never touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hunk {
    /// Lines of the old text.
    pub(crate) old: Range<usize>,
    /// Lines of the new text.
    pub(crate) new: Range<usize>,
}

/// The lines of `text`, each with its line end: `\n`, `\r\n` or `\r`. The last may have none.
pub(crate) fn split(text: &str) -> Vec<&str> {
    let mut res = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let ends = match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        if ends {
            res.push(&text[start..=at]);
            start = at + 1;
        }
    }
    if start < text.len() {
        res.push(&text[start..]);
    }
    res
}

/// What differs between `old` and `new`.
pub(crate) fn hunks(old: &[&str], new: &[&str]) -> Vec<Hunk> {
    let mut res: Vec<Hunk> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let hunk = Hunk { old: op.old_range(), new: op.new_range() };
        match res.last_mut() {
            Some(last) if last.old.end == hunk.old.start && last.new.end == hunk.new.start => {
                last.old.end = hunk.old.end;
                last.new.end = hunk.new.end;
            }
            _ => res.push(hunk),
        }
    }
    res
}

/// The text in which only the hunks that are on were made.
pub(crate) fn compose(
    old: &[&str],
    new: &[&str],
    hunks: &[Hunk],
    is_on: &dyn Fn(usize) -> bool,
) -> String {
    let mut res = String::new();
    let mut at = 0;
    for (nth, hunk) in hunks.iter().enumerate() {
        res.extend(old[at..hunk.old.start].iter().copied());
        let lines = if is_on(nth) { &new[hunk.new.clone()] } else { &old[hunk.old.clone()] };
        res.extend(lines.iter().copied());
        at = hunk.old.end;
    }
    res.extend(old[at..].iter().copied());
    res
}

/// Small edits that turn `old` into `new`: one for each hunk, without the beginning and the end
/// that both texts of the hunk share.
pub(crate) fn edits(old: &str, new: &str) -> TextEdits {
    let (old_lines, new_lines) = (split(old), split(new));
    let mut res = Vec::new();
    let (mut at, mut line) = (0, 0);
    for hunk in hunks(&old_lines, &new_lines) {
        at += bytes(&old_lines[line..hunk.old.start]);
        let before = old_lines[hunk.old.clone()].concat();
        let after = new_lines[hunk.new].concat();
        let (start, end) = shared(&before, &after);
        res.push(TextEdit {
            range: TextRange::from_usize(at + start, at + before.len() - end),
            text: after[start..after.len() - end].to_owned(),
        });
        at += before.len();
        line = hunk.old.end;
    }
    TextEdits::new(res).expect("hunks are disjoint")
}

/// How long `lines` are together.
pub(crate) fn bytes(lines: &[&str]) -> usize {
    lines.iter().map(|it| it.len()).sum()
}

/// How many bytes the two texts share at the beginning and at the end. Neither a character nor a
/// `\r\n` is cut: no editor has a position inside them.
fn shared(a: &str, b: &str) -> (usize, usize) {
    let is_place = |text: &str, at: usize| {
        let is_inside_line_end =
            0 < at && text.as_bytes()[at - 1] == b'\r' && text.as_bytes().get(at) == Some(&b'\n');
        text.is_char_boundary(at) && !is_inside_line_end
    };
    let mut start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    while !is_place(a, start) || !is_place(b, start) {
        start -= 1;
    }
    let tails = a[start..].bytes().rev().zip(b[start..].bytes().rev());
    let mut end = tails.take_while(|(a, b)| a == b).count();
    while !is_place(a, a.len() - end) || !is_place(b, b.len() - end) {
        end -= 1;
    }
    (start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_belongs_to_one_line() {
        for text in ["", "a", "a\n", "a\r\nb\rc\n\nd", "\r\r\n\n"] {
            assert_eq!(split(text).concat(), text);
        }
        assert_eq!(split("a\r\nb\rc"), ["a\r\n", "b\r", "c"]);
    }

    #[test]
    fn edits_turn_one_text_into_the_other() {
        let texts = ["", "a\nb\nc\n", "a\nB\nc", "é\r\nb\r\n", "è\r\nb\n", "c\nb\na\n", "a\rb\r"];
        for old in texts {
            for new in texts {
                assert_eq!(edits(old, new).apply(old).unwrap(), new);
            }
        }
    }

    #[test]
    fn an_edit_is_no_larger_than_the_difference_and_cuts_no_line_end() {
        let edit = |old: &str, new: &str| {
            let edits = edits(old, new);
            edits.iter().map(|it| (it.range.to_usize(), it.text.clone())).collect::<Vec<_>>()
        };
        assert_eq!(edit("let a = 1;\n", "let b = 1;\n"), [(4..5, "b".to_owned())]);
        assert_eq!(edit("a\r\n", "a\n"), [(1..3, "\n".to_owned())]);
        assert_eq!(edit("é", "è"), [(0..2, "è".to_owned())]);
    }
}

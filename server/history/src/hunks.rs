//! Lines that differ between two contents, and what becomes of a stretch of lines.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput, sources::byte_lines};

/// Lines of a content, counted from 0; the end is not among them.
pub type Lines = Range<u32>;

/// A stretch that was replaced: lines before, lines after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// Lines before; empty where lines were only added.
    pub before: Lines,
    /// Lines after; empty where lines were only taken away.
    pub after: Lines,
}

/// The hunks that make `before` into `after`, in order.
pub fn hunks(before: &[u8], after: &[u8]) -> Vec<Hunk> {
    let input = InternedInput::new(byte_lines(before), byte_lines(after));
    let diff = Diff::compute(Algorithm::Histogram, &input);
    diff.hunks().map(|it| Hunk { before: it.before, after: it.after }).collect()
}

/// The lines of `after` that are not those of `before`; where lines were only taken away, the place
/// is an empty range.
pub fn changed_lines(before: &[u8], after: &[u8]) -> Vec<Lines> {
    hunks(before, after).into_iter().map(|it| it.after).collect()
}

/// Binary contents have no lines.
pub(crate) fn is_text(content: &[u8]) -> bool {
    !content[..content.len().min(8000)].contains(&0)
}

/// What the hunks did to a stretch of the content after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Before {
    /// The lines it was made of; empty where it was not there.
    pub(crate) lines: Lines,
    /// Lines added and taken away in it.
    pub(crate) changed: (u32, u32),
}

/// Where the stretch `lines` of the content after was in the content before. A hunk touches it
/// where it added or replaced one of its lines, or took lines away from between two of them.
pub(crate) fn before(hunks: &[Hunk], lines: &Lines) -> Before {
    let mut changed = (0, 0);
    for Hunk { before, after } in hunks {
        let start = after.start.max(lines.start);
        let end = after.end.min(lines.end);
        let is_inside = after.is_empty() && lines.start < after.start && after.start < lines.end;
        if start < end || is_inside {
            changed.0 += end.saturating_sub(start);
            changed.1 += before.end - before.start;
        }
    }
    let start = back(hunks, lines.start).start;
    let end = match lines.is_empty() {
        true => start,
        false => back(hunks, lines.end - 1).end.max(start),
    };
    Before { lines: start..end, changed }
}

/// The lines before that stand for one line after: all of its hunk where it is new.
fn back(hunks: &[Hunk], line: u32) -> Lines {
    let mut shift = 0i64;
    for Hunk { before, after } in hunks {
        if line < after.start {
            break;
        }
        if line < after.end {
            return before.clone();
        }
        shift += i64::from(after.end - after.start) - i64::from(before.end - before.start);
    }
    let line = u32::try_from(i64::from(line) - shift).unwrap_or(0);
    line..line + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, lines: Lines, expected: (Lines, (u32, u32))) {
        let found = before(&hunks(old.as_bytes(), new.as_bytes()), &lines);
        assert_eq!((found.lines, found.changed), expected);
    }

    #[test]
    fn lines_above_move_a_stretch_and_do_not_touch_it() {
        check("a\nb\nc\n", "x\ny\na\nb\nc\n", 3..5, (1..3, (0, 0)));
        check("x\ny\na\nb\nc\n", "a\nb\nc\n", 1..3, (3..5, (0, 0)));
    }

    #[test]
    fn a_line_inside_touches() {
        check("a\nb\nc\nd\n", "a\nB\nc\nd\n", 0..3, (0..3, (1, 1)));
        check("a\nb\nc\nd\n", "a\nb\nn\nc\nd\n", 1..4, (1..3, (1, 0)));
        check("a\nb\nc\nd\n", "a\nd\n", 0..2, (0..4, (0, 2)));
    }

    #[test]
    fn a_stretch_that_came_has_no_lines_before() {
        check("a\nd\n", "a\nb\nc\nd\n", 1..3, (1..1, (2, 0)));
    }

    #[test]
    fn a_neighbour_that_changed_does_not_touch() {
        check("a\nb\nc\nd\n", "A\nb\nc\nD\n", 1..3, (1..3, (0, 0)));
        check("a\nb\nc\n", "a\nb\n", 0..2, (0..2, (0, 0)));
    }
}

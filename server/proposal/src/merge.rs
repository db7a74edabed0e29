//! Three texts into one, by lines.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::lines::{Hunk, hunks, split};

/// A place where both sides changed the base, each in its own way. Lines count from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictHunk {
    /// Lines of the base.
    pub base: Range<usize>,
    /// Lines of our text.
    pub ours: Range<usize>,
    /// The base's text.
    pub base_text: String,
    /// Our text.
    pub ours_text: String,
    /// Their text.
    pub theirs_text: String,
}

/// `ours` with what changed from `base` to `theirs`.
///
/// Changes of neighbouring lines are no conflict: which line is which is known. A line that both
/// changed is one, and so are two different insertions at one place, and a line that both moved,
/// each to another place. A line that one moved and the other took away is gone.
///
/// # Errors
/// The places where both changed, each in its own way.
pub fn merge(base: &str, ours: &str, theirs: &str) -> Result<String, Vec<ConflictHunk>> {
    // What only one side changed needs no alignment, and this is by far the most frequent case.
    if ours == theirs || theirs == base {
        return Ok(ours.to_owned());
    }
    if ours == base {
        return Ok(theirs.to_owned());
    }
    let base = split(base);
    let mut ours = Side::new(&base, split(ours));
    let mut theirs = Side::new(&base, split(theirs));
    let moved = Moved::of(&base, &ours, &theirs);
    let mut res = Vec::with_capacity(ours.lines.len());
    let mut conflicts = Vec::new();
    let mut at = 0;
    while let Some(group) = next_group(&ours, &theirs) {
        let range = group.base.clone();
        res.extend_from_slice(&base[at..range.start]);
        let our_lines = ours.take(group.ours, &range);
        let their_lines = theirs.take(group.theirs, &range);
        let our_text = moved.without_gone(&ours.lines[our_lines.clone()]);
        let their_text = moved.without_gone(&theirs.lines[their_lines]);
        let base_text = &base[range.clone()];
        if their_text == base_text || our_text == their_text {
            res.extend(our_text);
        } else if our_text == base_text {
            res.extend(their_text);
        } else {
            conflicts.push(ConflictHunk {
                ours: our_lines,
                base_text: base_text.concat(),
                ours_text: our_text.concat(),
                theirs_text: their_text.concat(),
                base: range.clone(),
            });
        }
        at = range.end;
    }
    res.extend_from_slice(&base[at..]);
    conflicts.extend(moved.twice(&res, &base, &ours));
    if conflicts.is_empty() { Ok(res.concat()) } else { Err(conflicts) }
}

/// One side of a merge, and how far it is merged.
struct Side<'a> {
    lines: Vec<&'a str>,
    hunks: Vec<Hunk>,
    next: usize,
    /// How many lines more than the base this side has before the next hunk.
    grown: isize,
}

/// Hunks that have to be looked at together.
struct Group {
    base: Range<usize>,
    ours: usize,
    theirs: usize,
}

impl<'a> Side<'a> {
    fn new(base: &[&str], lines: Vec<&'a str>) -> Side<'a> {
        let hunks = hunks(base, &lines);
        Side { lines, hunks, next: 0, grown: 0 }
    }

    fn peek(&self, skip: usize) -> Option<&Hunk> {
        self.hunks.get(self.next + skip)
    }

    /// Takes the next `n` hunks; gives the lines of this side that stand for `base`.
    fn take(&mut self, n: usize, base: &Range<usize>) -> Range<usize> {
        let start = base.start.strict_add_signed(self.grown);
        for hunk in &self.hunks[self.next..self.next + n] {
            self.grown += hunk.new.len().cast_signed() - hunk.old.len().cast_signed();
        }
        self.next += n;
        start..base.end.strict_add_signed(self.grown)
    }
}

/// Lines that a side moved: such as stand once in the base and once in that side, elsewhere. What
/// has no letter and no digit, like a bracket, is no line that one could follow.
struct Moved<'a> {
    /// The other side took them away.
    gone: FxHashSet<&'a str>,
    /// Both sides moved them.
    by_both: Vec<&'a str>,
}

impl<'a> Moved<'a> {
    fn of(base: &[&'a str], ours: &Side<'a>, theirs: &Side<'a>) -> Moved<'a> {
        let mut counts: FxHashMap<&str, [usize; 3]> = FxHashMap::default();
        for (nth, lines) in [base, &ours.lines, &theirs.lines].into_iter().enumerate() {
            lines.iter().for_each(|it| counts.entry(it).or_default()[nth] += 1);
        }
        let left = |side: &Side<'_>, expected: [usize; 3]| {
            let left = side.hunks.iter().flat_map(|it| &base[it.old.clone()]).copied();
            let is_it = |it: &&str| counts[it] == expected && it.contains(char::is_alphanumeric);
            left.filter(is_it).collect::<FxHashSet<&str>>()
        };
        let mut gone = left(ours, [1, 1, 0]);
        gone.extend(left(theirs, [1, 0, 1]));
        let (by_us, by_them) = (left(ours, [1, 1, 1]), left(theirs, [1, 1, 1]));
        let by_both = base.iter().filter(|it| by_us.contains(*it) && by_them.contains(*it));
        Moved { gone, by_both: by_both.copied().collect() }
    }

    fn without_gone(&self, lines: &[&'a str]) -> Vec<&'a str> {
        lines.iter().filter(|it| !self.gone.contains(*it)).copied().collect()
    }

    /// Lines that both sides moved and that `merged` holds at both of their new places.
    fn twice(&self, merged: &[&str], base: &[&str], ours: &Side<'_>) -> Vec<ConflictHunk> {
        let is_twice = |line: &&&str| merged.iter().filter(|it| it == line).nth(1).is_some();
        let place = |lines: &[&str], line: &str| {
            let at = lines.iter().position(|it| *it == line).unwrap_or_default();
            at..at + 1
        };
        let conflict = |line: &&str| ConflictHunk {
            base: place(base, line),
            ours: place(&ours.lines, line),
            base_text: (*line).to_owned(),
            ours_text: (*line).to_owned(),
            theirs_text: (*line).to_owned(),
        };
        self.by_both.iter().filter(is_twice).map(conflict).collect()
    }
}

/// The next hunk of either side, with all that clash with it.
fn next_group(ours: &Side<'_>, theirs: &Side<'_>) -> Option<Group> {
    let order = |it: &Hunk| (it.old.start, it.old.end);
    let first = match (ours.peek(0), theirs.peek(0)) {
        (Some(a), Some(b)) => std::cmp::min_by_key(a, b, |it| order(it)),
        (a, b) => a.or(b)?,
    };
    let mut group = Group { base: first.old.clone(), ours: 0, theirs: 0 };
    loop {
        // The first hunk itself clashes with its own range only where it is no insertion.
        let clashes = |it: &&Hunk| it.old == group.base || clash(&it.old, &group.base);
        if let Some(hunk) = ours.peek(group.ours).filter(clashes) {
            group.base = cover(&group.base, &hunk.old);
            group.ours += 1;
        } else if let Some(hunk) = theirs.peek(group.theirs).filter(clashes) {
            group.base = cover(&group.base, &hunk.old);
            group.theirs += 1;
        } else {
            return Some(group);
        }
    }
}

/// True where the two have a line in common, or one inserts inside the other.
fn clash(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

fn cover(a: &Range<usize>, b: &Range<usize>) -> Range<usize> {
    a.start.min(b.start)..a.end.max(b.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words stand for lines; `!` marks a conflict with the lines of ours.
    #[track_caller]
    fn check(base: &str, ours: &str, theirs: &str, expected: &str) {
        let lines = |text: &str| text.split(' ').fold(String::new(), |acc, it| acc + it + "\n");
        let merged = match merge(&lines(base), &lines(ours), &lines(theirs)) {
            Ok(merged) => merged.trim_end().replace('\n', " "),
            Err(conflicts) => {
                let places = conflicts.iter().map(|it| format!("!{:?}", it.ours));
                places.collect::<Vec<_>>().join(" ")
            }
        };
        assert_eq!(merged, expected);
    }

    #[test]
    fn changes_of_different_lines_are_both_made() {
        check("a b c d", "a B c d", "a b c D", "a B c D");
        check("a b c d", "x a b c d", "a b d", "x a b d");
        check("a b c", "a B c", "a B c", "a B c");
    }

    #[test]
    fn changes_of_neighbouring_lines_are_no_conflict() {
        check("a b c d", "a B c d", "a b C d", "a B C d");
        check("a b c d", "a x b c d", "a B c d", "a x B c d");
        check("a b c d", "a B x c d", "a b C d", "a B x C d");
        check("a b c d", "a c d", "a b C d", "a C d");
        check("a b c", "a b c x", "a b C", "a b C x");
    }

    #[test]
    fn a_line_that_both_changed_is_a_conflict() {
        check("a b c", "a X c", "a Y c", "!1..2");
        check("a b c", "a x b c", "a y b c", "!1..2");
        check("a b c d", "a b x c d", "a d", "!1..4");
        check("a b c d e", "a X c d Y", "a Z c d W", "!1..2 !4..5");
        check("a b c", "new a X c", "a Y c", "!2..3");
    }

    #[test]
    fn a_line_that_one_moved_and_the_other_took_away_is_gone() {
        check("a b c d e", "a c d b e", "a c d e", "a c d e");
        check("a b c d e f", "a c d b e f", "a c d e F", "a c d e F");
        check("a b c d e", "a c d e", "a c d b e", "a c d e");
        // Brackets are not followed, nor what stands twice.
        check("a } c d e", "a c d } e", "a c d e", "a c d } e");
        check("a b c d b", "a c d b b", "a c d b", "a c d b b");
    }

    #[test]
    fn a_line_that_both_moved_to_different_places_is_a_conflict() {
        check("a b c d e", "b a c d e", "a c d b e", "!0..1");
        check("a b c d", "a c b d", "a c b d", "a c b d");
    }

    #[test]
    fn the_end_of_the_last_line_is_a_change_like_any_other() {
        assert_eq!(merge("a\nb", "a\nb\n", "A\nb"), Ok("A\nb\n".to_owned()));
        assert_eq!(merge("a\r\nb\r\n", "a\r\nc\r\n", "x\r\nb\r\n"), Ok("x\r\nc\r\n".to_owned()));
        assert!(merge("a\nb", "a\nb\n", "a\nc").is_err());
    }

    /// All texts of up to four lines over an alphabet of two: what one side left alone is the
    /// other side's, and the sides can change places.
    #[test]
    fn merging_is_symmetric_and_keeps_the_only_change() {
        let texts: Vec<String> = (0..=4usize)
            .flat_map(|len| {
                (0..1usize << len).map(move |bits| {
                    (0..len).map(|at| if bits >> at & 1 == 0 { "a\n" } else { "b\n" }).collect()
                })
            })
            .collect();
        for base in &texts {
            for ours in &texts {
                assert_eq!(merge(base, ours, base).as_ref(), Ok(ours));
                assert_eq!(merge(base, base, ours).as_ref(), Ok(ours));
                assert_eq!(merge(base, ours, ours).as_ref(), Ok(ours));
                for theirs in &texts {
                    let (one, other) = (merge(base, ours, theirs), merge(base, theirs, ours));
                    assert_eq!(one.as_ref().ok(), other.as_ref().ok(), "{base:?}");
                }
            }
        }
    }
}

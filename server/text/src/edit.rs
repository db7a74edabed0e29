//! Edits of one text: sorted, disjoint, invertible.

use std::{fmt, ops::Range};

use crate::{TextRange, TextSize};

/// `range` of the old text becomes `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced; empty for an insertion.
    pub range: TextRange,
    /// What stands there afterwards; empty for a deletion.
    pub text: String,
}

/// Edits of one text that all count in the text before any of them. Invariant: sorted by start,
/// none overlaps the next; several insertions at one place keep their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextEdits {
    edits: Vec<TextEdit>,
}

/// Why a list of edits is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditsError {
    /// Two edits overlap; the place is where the second begins.
    Overlap(TextSize),
    /// An edit reaches beyond the text or cuts a character; the place is where it begins.
    OutOfText(TextSize),
}

impl fmt::Display for EditsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditsError::Overlap(at) => write!(f, "two edits overlap at byte {at:?}"),
            EditsError::OutOfText(at) => write!(f, "the edit at byte {at:?} is outside the text"),
        }
    }
}

impl std::error::Error for EditsError {}

impl TextEdits {
    /// `edits` in any order.
    ///
    /// # Errors
    /// [`EditsError::Overlap`] where two of them touch the same byte.
    pub fn new(mut edits: Vec<TextEdit>) -> Result<TextEdits, EditsError> {
        edits.sort_by_key(|it| it.range);
        for pair in edits.windows(2) {
            if pair[1].range.start() < pair[0].range.end() {
                return Err(EditsError::Overlap(pair[1].range.start()));
            }
        }
        Ok(TextEdits { edits })
    }

    /// The edits in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &TextEdit> + ExactSizeIterator {
        self.edits.iter()
    }

    /// True where nothing is edited.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// `text` with all edits made.
    ///
    /// # Errors
    /// [`EditsError::OutOfText`] where an edit does not fit `text`.
    pub fn apply(&self, text: &str) -> Result<String, EditsError> {
        let mut res = String::with_capacity(text.len());
        let mut at = 0;
        for edit in &self.edits {
            let range = edit.range.to_usize();
            let kept =
                text.get(at..range.start).ok_or(EditsError::OutOfText(edit.range.start()))?;
            text.get(range.clone()).ok_or(EditsError::OutOfText(edit.range.start()))?;
            res.push_str(kept);
            res.push_str(&edit.text);
            at = range.end;
        }
        res.push_str(&text[at..]);
        Ok(res)
    }

    /// The edits that do at once what these do and then `later`, whose places count in `between`,
    /// the text that these leave. What `later` does not touch stays an edit of its own.
    ///
    /// # Errors
    /// [`EditsError::OutOfText`] where an edit does not fit `between`.
    pub fn then(&self, between: &str, later: &TextEdits) -> Result<Composed, EditsError> {
        let mut composed = Composed::default();
        let mut first = Ends::new(self);
        let mut second = later.edits.iter().peekable();
        loop {
            let grown = first.grown;
            let next = first.peek();
            let is_first = match (&next, second.peek()) {
                (None, None) => return Ok(composed),
                (Some(own), Some(other)) => own.start <= other.range.start().to_usize(),
                (own, _) => own.is_some(),
            };
            let mut part = 0..0;
            let mut own = Vec::new();
            let mut others: Vec<&TextEdit> = Vec::new();
            match next.filter(|_| is_first) {
                Some(range) => {
                    part = range;
                    own.push(first.take());
                }
                None => {
                    others.extend(second.next());
                    part = others.first().map_or(part, |it| it.range.to_usize());
                }
            }
            // All that hangs together, each of these by an edit of the others.
            loop {
                let meets = |start: usize| start <= part.end;
                if let Some(range) = first.peek().filter(|it| !others.is_empty() && meets(it.start))
                {
                    part.end = part.end.max(range.end);
                    own.push(first.take());
                } else if !own.is_empty()
                    && let Some(edit) = second.next_if(|it| meets(it.range.start().to_usize()))
                {
                    part.end = part.end.max(edit.range.end().to_usize());
                    others.push(edit);
                } else {
                    break;
                }
            }
            let before = |at: usize, grown: i64| (at as i64 - grown) as usize;
            let range =
                TextRange::from_usize(before(part.start, grown), before(part.end, first.grown));
            composed.places.extend(own.iter().map(|_| composed.edits.edits.len()));
            let text = replaced(between, part, &others)?;
            composed.edits.edits.push(TextEdit { range, text });
        }
    }

    /// The edits that take the edited text back to `text`, which is the text before them.
    ///
    /// # Errors
    /// [`EditsError::OutOfText`] where an edit does not fit `text`.
    pub fn inverse(&self, text: &str) -> Result<TextEdits, EditsError> {
        let mut edits = Vec::with_capacity(self.edits.len());
        let mut grown: i64 = 0;
        for edit in &self.edits {
            let old =
                text.get(edit.range.to_usize()).ok_or(EditsError::OutOfText(edit.range.start()))?;
            let start =
                TextSize::from_usize((i64::from(edit.range.start().raw()) + grown) as usize);
            edits.push(TextEdit {
                range: TextRange::at(start, TextSize::of(&edit.text)),
                text: old.to_owned(),
            });
            grown += edit.text.len() as i64 - i64::from(edit.range.len().raw());
        }
        Ok(TextEdits { edits })
    }
}

/// What [`TextEdits::then`] gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Composed {
    /// The edits, of the text before both.
    pub edits: TextEdits,
    /// Of each of the first edits, the number of the edit that it is in now.
    pub places: Vec<usize>,
}

/// Edits in the text that they leave, one after the other.
struct Ends<'a> {
    edits: &'a [TextEdit],
    /// How much longer the text is by those that were taken.
    grown: i64,
}

impl<'a> Ends<'a> {
    fn new(edits: &'a TextEdits) -> Ends<'a> {
        Ends { edits: &edits.edits, grown: 0 }
    }

    /// Where the text of the next one stands.
    fn peek(&self) -> Option<Range<usize>> {
        let next = self.edits.first()?;
        let start = (i64::from(next.range.start().raw()) + self.grown) as usize;
        Some(start..start + next.text.len())
    }

    fn take(&mut self) -> &'a TextEdit {
        let (first, rest) = self.edits.split_first().expect("it was peeked at");
        self.grown += first.text.len() as i64 - i64::from(first.range.len().raw());
        self.edits = rest;
        first
    }
}

/// `part` of a text after edits that are all inside it.
fn replaced(text: &str, part: Range<usize>, edits: &[&TextEdit]) -> Result<String, EditsError> {
    let out = |at: usize| EditsError::OutOfText(TextSize::from_usize(at));
    let mut res = String::new();
    let mut at = part.start;
    for edit in edits {
        let range = edit.range.to_usize();
        res.push_str(text.get(at..range.start).ok_or(out(range.start))?);
        res.push_str(&edit.text);
        at = range.end;
    }
    res.push_str(text.get(at..part.end).ok_or(out(at))?);
    Ok(res)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, text: &str) -> TextEdit {
        TextEdit { range: TextRange::from_usize(start, end), text: text.to_owned() }
    }

    #[test]
    fn edits_then_their_inverse_change_nothing() {
        let text = "let a = b;";
        let edits =
            TextEdits::new(vec![edit(8, 9, "cde"), edit(4, 5, ""), edit(0, 0, "// ")]).unwrap();
        let edited = edits.apply(text).unwrap();
        assert_eq!(edited, "// let  = cde;");
        assert_eq!(edits.inverse(text).unwrap().apply(&edited).unwrap(), text);
    }

    #[test]
    fn what_a_later_edit_does_not_touch_stays_by_itself() {
        let text = "pay(a); pay(b);\npay(c);\n";
        let first = [edit(0, 3, "settle"), edit(8, 11, "settle"), edit(16, 19, "settle")];
        let first = TextEdits::new(first.to_vec()).unwrap();
        let between = first.apply(text).unwrap();
        assert_eq!(between, "settle(a); settle(b);\nsettle(c);\n");
        let later = TextEdits::new(vec![edit(10, 11, "\n"), edit(33, 33, "// end\n")]).unwrap();
        let both = first.then(&between, &later).unwrap();
        let expected = [
            edit(0, 3, "settle"),
            edit(7, 11, "\nsettle"),
            edit(16, 19, "settle"),
            edit(24, 24, "// end\n"),
        ];
        assert_eq!(both.edits, TextEdits { edits: expected.to_vec() });
        assert_eq!(both.places, [0, 1, 2]);
    }

    #[test]
    fn edits_and_later_ones_are_the_same_at_once() {
        let mut seed = 7_u64;
        let mut below = |n: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
            (seed >> 33) as usize % n
        };
        for _ in 0..5_000 {
            let text: String = (0..below(30)).map(|it| (b'a' + it as u8 % 26) as char).collect();
            let mut some = |len: usize| {
                let mut at = 0;
                let mut edits = Vec::new();
                while at <= len && below(4) != 0 {
                    let start = at + below(len - at + 1);
                    let end = start + below((len - start + 1).min(5));
                    edits.push(edit(start, end, &"XYZ"[..below(4)]));
                    at = end + below(2);
                }
                TextEdits::new(edits).unwrap()
            };
            let first = some(text.len());
            let between = first.apply(&text).unwrap();
            let later = some(between.len());
            let both = first.then(&between, &later).unwrap();
            let expected = later.apply(&between).unwrap();
            let shown = format!("{text}: {first:?} then {later:?}: {both:?}");
            assert_eq!(both.edits.apply(&text).as_ref(), Ok(&expected), "{shown}");
            assert_eq!(TextEdits::new(both.edits.edits.clone()), Ok(both.edits), "{shown}");
            assert!(both.places.len() == first.edits.len() && both.places.is_sorted(), "{shown}");
        }
    }

    #[test]
    fn overlapping_and_foreign_edits_are_refused() {
        let overlap = TextEdits::new(vec![edit(0, 3, ""), edit(2, 4, "")]);
        assert_eq!(overlap, Err(EditsError::Overlap(TextSize::new(2))));
        let beyond = TextEdits::new(vec![edit(5, 9, "")]).unwrap();
        assert_eq!(beyond.apply("abc"), Err(EditsError::OutOfText(TextSize::new(5))));
        let cut = TextEdits::new(vec![edit(1, 2, "")]).unwrap();
        assert_eq!(cut.apply("ç"), Err(EditsError::OutOfText(TextSize::new(1))));
    }
}

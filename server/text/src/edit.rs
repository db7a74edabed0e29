//! Edits of one text: sorted, disjoint, invertible.

use std::fmt;

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
    fn overlapping_and_foreign_edits_are_refused() {
        let overlap = TextEdits::new(vec![edit(0, 3, ""), edit(2, 4, "")]);
        assert_eq!(overlap, Err(EditsError::Overlap(TextSize::new(2))));
        let beyond = TextEdits::new(vec![edit(5, 9, "")]).unwrap();
        assert_eq!(beyond.apply("abc"), Err(EditsError::OutOfText(TextSize::new(5))));
        let cut = TextEdits::new(vec![edit(1, 2, "")]).unwrap();
        assert_eq!(cut.apply("ç"), Err(EditsError::OutOfText(TextSize::new(1))));
    }
}

//! Three texts into one, by lines.

use std::ops::Range;

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
/// # Errors
/// The places where both changed, each in its own way.
pub fn merge(base: &str, ours: &str, theirs: &str) -> Result<String, Vec<ConflictHunk>> {
    let _ = (base, ours, theirs);
    todo!()
}

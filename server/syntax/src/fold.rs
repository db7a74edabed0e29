//! What an editor folds and how it widens a selection.

use text::{TextRange, TextSize};

use crate::Parse;

/// A part of a file that can be folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folding {
    /// From the first line that stays visible to the end of what is hidden.
    pub range: TextRange,
    /// What is folded.
    pub kind: FoldingKind,
}

/// What is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldingKind {
    /// A body, a block, a list.
    Region,
    /// A comment, or several in a row.
    Comment,
    /// A run of imports.
    Imports,
}

/// What can be folded in the file, sorted by start, outer before inner.
pub fn folding_ranges(parse: &Parse) -> Vec<Folding> {
    let _ = parse;
    todo!()
}

/// The ranges around `offset`, each inside the next, from a word to the whole file.
pub fn selection_ranges(parse: &Parse, offset: TextSize) -> Vec<TextRange> {
    let _ = (parse, offset);
    todo!()
}

//! Offsets, ranges, lines, position encodings and text edits: what every other crate says "where"
//! with.

mod edit;
mod lines;
mod range;
mod rope;

// The one place that names the rope crate and its features: the line ends of LSP, not Unicode's.
pub use ropey::Rope;

pub use crate::{
    edit::{Composed, EditsError, TextEdit, TextEdits},
    lines::{LineCol, LineIndex, LineParts, PositionEncoding},
    range::{TextRange, TextSize},
    rope::{edit_rope, edit_rope_all, rope_is, rope_line_col, rope_offset},
};

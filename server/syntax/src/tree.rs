//! The tree itself, for those who change code by its shape.

use grammars::Language;
pub use tree_sitter::{Node, Tree};

use crate::read::parse_text;

/// The tree of `text`; `None` where parsing was given up.
pub fn tree(text: &str, language: &Language) -> Option<Tree> {
    parse_text(text, language)
}

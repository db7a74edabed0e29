//! A file's tree, renewed by edits, with its facts computed when first asked for.

use std::sync::Arc;

use grammars::Language;
use text::{Rope, TextRange};
use tree_sitter::InputEdit;

use crate::FileFacts;

/// A text with its tree. Cloning is cheap; all clones share the facts once one of them computed them.
#[derive(Clone)]
pub struct Parse {
    rope: Rope,
    language: &'static Language,
}

/// The tree of `rope`. With `old`, the parse of the text before `edits` (each in the text after the one
/// before it, as [`input_edit`] makes them), only what changed is parsed again, and so it is with the facts.
/// `path` is as in [`crate::facts`].
pub fn parse(
    path: &str,
    rope: &Rope,
    language: &'static Language,
    old: Option<(&Parse, &[InputEdit])>,
) -> Parse {
    let _ = (path, old);
    Parse { rope: rope.clone(), language }
}

/// The edit that replaces `range` of `before` by `text`, as [`parse`] wants it.
pub fn input_edit(before: &Rope, range: TextRange, text: &str) -> InputEdit {
    let _ = (before, range, text);
    todo!()
}

impl Parse {
    /// The text.
    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    /// The language.
    pub fn language(&self) -> &'static Language {
        self.language
    }

    /// The facts of this text, computed by the first who asks: by changed ranges where the parse before
    /// this one had facts, from the whole text otherwise. The result is the same.
    pub fn facts(&self) -> &Arc<FileFacts> {
        todo!()
    }
}

//! A refactoring on its way: edits, where text moves to, and what must be so afterwards.

use std::collections::BTreeMap;

use text::{TextEdit, TextEdits, TextRange};
use vfs::{FileId, FileOperation, SourceChange, VfsPath};

use super::{RefactorError, Refactored};
use crate::{FileRange, LeftOut};
use graph::SymbolRef;

/// What a refactoring is about to change.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) title: String,
    pub(super) reason: String,
    pub(super) edits: Vec<(VfsPath, TextEdit)>,
    pub(super) operations: Vec<FileOperation>,
    pub(super) left: Vec<LeftOut>,
    /// Text that stands elsewhere afterwards.
    pub(super) moves: Vec<Move>,
    /// Names of variables that are declared again, for what stands behind.
    pub(super) redeclared: Vec<Move>,
    /// Names that must stand for something else than now.
    pub(super) gains: Vec<(FileRange, SymbolRef)>,
    /// Names that must stand for packages, of these files.
    pub(super) packages: Vec<(FileRange, Vec<FileId>)>,
    /// What a name that would mean something else does.
    pub(super) strictness: Strictness,
    /// Files whose names must mean what they mean now, besides those that are edited.
    pub(super) watched: Vec<FileId>,
}

/// What becomes of a draft in which a name would mean something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Strictness {
    /// It is refused.
    #[default]
    Refuse,
    /// The name is left to the user.
    Mark,
}

/// Text that is written again inside an edit, perhaps indented otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    /// Where it is now.
    pub(super) from: FileRange,
    /// The edit, by its place in [`Draft::edits`]; behind those the operations count on.
    pub(super) edit: usize,
    /// Where it stands in the edit's text.
    pub(super) within: TextRange,
}

impl Draft {
    /// Replaces `range` of a file; gives the number of the edit.
    pub(super) fn replace(&mut self, path: &VfsPath, range: TextRange, text: String) -> usize {
        self.edits.push((path.clone(), TextEdit { range, text }));
        self.edits.len() - 1
    }

    /// Says that `from` is written again at `within` of an edit's text.
    pub(super) fn moved(&mut self, from: FileRange, edit: usize, within: TextRange) {
        self.moves.push(Move { from, edit, within });
    }

    /// The change that all this comes to.
    pub(super) fn change(&self) -> Refactored<SourceChange> {
        let mut by_path: BTreeMap<VfsPath, Vec<TextEdit>> = BTreeMap::new();
        for (path, edit) in &self.edits {
            by_path.entry(path.clone()).or_default().push(edit.clone());
        }
        let mut change = SourceChange { operations: self.operations.clone(), ..Default::default() };
        for (path, edits) in by_path {
            let edits = TextEdits::new(edits).map_err(|it| {
                RefactorError::Refused(format!("{path}: the edits meet each other: {it}"))
            })?;
            change.edits.insert(path, edits);
        }
        Ok(change)
    }
}

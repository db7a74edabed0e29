//! The graph itself: files and indexes, changed by diffs only.

use std::sync::Arc;

use syntax::{FileFacts, ReferenceIdx, SymbolIdx};
use vfs::{FileId, VfsPath};

use crate::{
    Cancelled, Check, EdgeCounts, Found, Resolved, Summary, SymbolId, SymbolMatch, SymbolRef,
};

/// Facts of every file of a workspace, and the indexes that resolve names across them.
/// Cloning is cheap: what is not changed is shared.
#[derive(Clone, Default)]
pub struct CodeGraph {}

/// What changes in the graph when one file does. Made by [`diff`], without the graph, so on any thread.
#[derive(Clone)]
pub struct GraphDiff {}

/// The difference between a file's old and new facts; `None` is a file that is not there.
/// `old` must be what the graph holds when the diff is applied.
pub fn diff(
    file: FileId,
    path: &VfsPath,
    old: Option<Arc<FileFacts>>,
    new: Option<Arc<FileFacts>>,
) -> GraphDiff {
    let _ = (file, path, old, new);
    todo!()
}

impl CodeGraph {
    /// Makes the change. Costs by the size of the difference, not of the workspace.
    pub fn apply(&mut self, diff: GraphDiff) {
        let _ = diff;
        todo!()
    }

    /// Puts `new` in the place of whatever facts the graph holds of the file: [`diff`] and [`CodeGraph::apply`].
    pub fn set_file(&mut self, file: FileId, path: &VfsPath, new: Option<Arc<FileFacts>>) {
        let _ = (file, path, new);
        todo!()
    }

    /// The facts of a file.
    pub fn facts(&self, file: FileId) -> Option<&Arc<FileFacts>> {
        let _ = file;
        todo!()
    }

    /// The path of a file that has facts.
    pub fn path(&self, file: FileId) -> Option<&VfsPath> {
        let _ = file;
        todo!()
    }

    /// The file at a path, where it has facts.
    pub fn file_at(&self, path: &str) -> Option<FileId> {
        let _ = path;
        todo!()
    }

    /// All files with facts, sorted by id.
    pub fn files(&self) -> Vec<FileId> {
        todo!()
    }

    /// What a reference stands for.
    pub fn resolve(&self, file: FileId, reference: ReferenceIdx) -> Resolved {
        let _ = (file, reference);
        todo!()
    }

    /// Members and functions of the reference's name anywhere, as candidates: for a name that does not
    /// resolve, and only when the user asks for guesses. At most `max`, nearest first.
    pub fn candidates(
        &self,
        file: FileId,
        reference: ReferenceIdx,
        max: usize,
    ) -> Vec<crate::Target> {
        let _ = (file, reference, max);
        todo!()
    }

    /// Every place that names the symbol, exact and inferred, sorted by file and place.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn references_to(
        &self,
        symbol: SymbolRef,
        check: Check<'_>,
    ) -> Result<Vec<Found>, Cancelled> {
        let _ = (symbol, check);
        todo!()
    }

    /// Places of the symbol's name that do not resolve and so may or may not mean it, sorted.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn candidate_references_to(
        &self,
        symbol: SymbolRef,
        check: Check<'_>,
    ) -> Result<Vec<Found>, Cancelled> {
        let _ = (symbol, check);
        todo!()
    }

    /// The symbol with every other that must bear the same name: overloads, a declaration and its
    /// implementation, a member with those it overrides and that override it. Sorted; never empty.
    pub fn family(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        let _ = symbol;
        todo!()
    }

    /// Symbols whose bodies call the symbol, with the places of the calls. `None` is a file's top level.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn callers(
        &self,
        symbol: SymbolRef,
        check: Check<'_>,
    ) -> Result<Vec<(FileId, Option<SymbolIdx>, Vec<Found>)>, Cancelled> {
        let _ = (symbol, check);
        todo!()
    }

    /// Symbols that the symbol's body calls, with the places of the calls.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn callees(
        &self,
        symbol: SymbolRef,
        check: Check<'_>,
    ) -> Result<Vec<(SymbolRef, Vec<Found>)>, Cancelled> {
        let _ = (symbol, check);
        todo!()
    }

    /// Definitions of exactly this name, locals not among them, sorted.
    pub fn definitions_named(&self, name: &str) -> Vec<SymbolRef> {
        let _ = name;
        todo!()
    }

    /// Definitions by a written path such as `Type::method`, `Type.method` or `module::function`; each
    /// segment but the last must be an enclosing symbol, an owner or the file's name.
    pub fn definitions_at_path(&self, path: &str) -> Vec<SymbolRef> {
        let _ = path;
        todo!()
    }

    /// Definitions whose name holds the letters of `query` in order, best first, at most `max`.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn symbols_matching(
        &self,
        query: &str,
        max: usize,
        check: Check<'_>,
    ) -> Result<Vec<SymbolMatch>, Cancelled> {
        let _ = (query, max, check);
        todo!()
    }

    /// The lasting id of a symbol.
    pub fn symbol_id(&self, symbol: SymbolRef) -> Option<SymbolId> {
        let _ = symbol;
        todo!()
    }

    /// The symbol of a lasting id, where it still is.
    pub fn find(&self, id: &SymbolId) -> Option<SymbolRef> {
        let _ = id;
        todo!()
    }

    /// Files that import something of the file, sorted.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn importers(&self, file: FileId, check: Check<'_>) -> Result<Vec<FileId>, Cancelled> {
        let _ = (file, check);
        todo!()
    }

    /// Files in which the name is written, sorted.
    pub fn files_mentioning(&self, name: &str) -> Vec<FileId> {
        let _ = name;
        todo!()
    }

    /// Counts.
    pub fn summary(&self) -> Summary {
        todo!()
    }

    /// Resolves every reference and counts the outcomes.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn count_edges(&self, check: Check<'_>) -> Result<EdgeCounts, Cancelled> {
        let _ = check;
        todo!()
    }
}

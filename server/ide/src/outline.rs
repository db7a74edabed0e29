//! Symbols of one file and of the workspace by name.

use vfs::FileId;

use crate::{Analysis, Cancellable, NavTarget, OutlineItem, SymbolHit};

impl Analysis {
    /// The symbols of a file as a tree, in order.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn document_symbols(&self, file: FileId) -> Cancellable<Vec<OutlineItem>> {
        let _ = file;
        todo!()
    }

    /// Definitions whose name fits `query`, best first, at most `max`. All of them, in no particular
    /// order of worth, for the empty query.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn workspace_symbols(&self, query: &str, max: usize) -> Cancellable<Vec<SymbolHit>> {
        let _ = (query, max);
        todo!()
    }

    /// Definitions by a written name such as `pay`, `Cart::total` or `shop.Cart.total`, sorted by
    /// path and place. A file may be named too: `src/shop.py:Cart.total`.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn find_symbol(&self, path: &str) -> Cancellable<Vec<NavTarget>> {
        let _ = path;
        todo!()
    }
}

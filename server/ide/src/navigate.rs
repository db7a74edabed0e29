//! From a name to what it stands for, and back: definition, references, highlights, hover, calls.

use graph::{SymbolId, SymbolRef};

use crate::{
    Analysis, Call, Cancellable, FilePosition, Highlight, Hover, NavTarget, References, Site,
};

impl Analysis {
    /// The symbols that the name at a position stands for, or that it declares; best first.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn symbols_at(&self, position: FilePosition) -> Cancellable<Vec<SymbolRef>> {
        let _ = position;
        todo!()
    }

    /// Where the name at a position is defined. On a declaration's own name: itself, so that an editor
    /// can show it. Exact and inferred targets only; candidates, marked as such, only where there is
    /// nothing else.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn definition(&self, position: FilePosition) -> Cancellable<Vec<NavTarget>> {
        let _ = position;
        todo!()
    }

    /// Where the symbol at a position is named. `None` where there is no symbol.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn references(&self, position: FilePosition) -> Cancellable<Option<References>> {
        let _ = position;
        todo!()
    }

    /// Where a symbol is named.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn references_of(&self, symbol: SymbolRef) -> Cancellable<References> {
        let _ = symbol;
        todo!()
    }

    /// Places that bear the symbol's name but do not resolve: guesses, to be shown as such.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn candidate_references(&self, symbol: SymbolRef) -> Cancellable<Vec<Site>> {
        let _ = symbol;
        todo!()
    }

    /// The occurrences, in this file, of what is at a position, sorted.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn highlights(&self, position: FilePosition) -> Cancellable<Vec<Highlight>> {
        let _ = position;
        todo!()
    }

    /// Signature, documentation and how it was resolved.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn hover(&self, position: FilePosition) -> Cancellable<Option<Hover>> {
        let _ = position;
        todo!()
    }

    /// Who calls the symbol, sorted by file and place.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn callers(&self, symbol: SymbolRef) -> Cancellable<Vec<Call>> {
        let _ = symbol;
        todo!()
    }

    /// Whom the symbol calls, sorted by file and place.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn callees(&self, symbol: SymbolRef) -> Cancellable<Vec<Call>> {
        let _ = symbol;
        todo!()
    }

    /// A symbol as a place to go to.
    pub fn nav_target(&self, symbol: SymbolRef) -> Option<NavTarget> {
        let _ = symbol;
        todo!()
    }

    /// The lasting id of a symbol.
    pub fn symbol_id(&self, symbol: SymbolRef) -> Option<SymbolId> {
        self.graph().symbol_id(symbol)
    }

    /// The symbol of a lasting id, where it still is.
    pub fn symbol(&self, id: &SymbolId) -> Option<SymbolRef> {
        self.graph().find(id)
    }
}

//! What one file's tree says about stretches of it: folding and growing selections.

use std::sync::Arc;

use syntax::Folding;
use text::{LineIndex, TextRange, TextSize};
use vfs::FileId;

use crate::{Analysis, Cancellable};

impl Analysis {
    /// Stretches that can be folded; empty for a file that is not open or has no language.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn folding_ranges(&self, file: FileId) -> Cancellable<Vec<Folding>> {
        let _ = file;
        todo!()
    }

    /// For each offset the ranges around it, inner to outer, strictly growing; never empty.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn selection_ranges(
        &self,
        file: FileId,
        offsets: &[TextSize],
    ) -> Cancellable<Vec<Vec<TextRange>>> {
        let _ = (file, offsets);
        todo!()
    }

    /// Lines of a file with facts or open.
    pub fn line_index(&self, file: FileId) -> Option<Arc<LineIndex>> {
        let _ = file;
        todo!()
    }
}

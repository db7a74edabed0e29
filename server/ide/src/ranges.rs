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
        self.check()?;
        let parse = self.document(file).and_then(|it| it.parse());
        Ok(parse.map(syntax::folding_ranges).unwrap_or_default())
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
        self.check()?;
        let parse = self.document(file).and_then(|it| it.parse());
        let whole = self.facts(file).map_or(TextSize::default(), |it| it.lines.len());
        let around = |offset: &TextSize| {
            let ranges = parse.map(|it| syntax::selection_ranges(it, *offset)).unwrap_or_default();
            if ranges.is_empty() { vec![TextRange::at(TextSize::default(), whole)] } else { ranges }
        };
        Ok(offsets.iter().map(around).collect())
    }

    /// Lines of a file with facts, which every open one has, as editors count in them: of a closed
    /// one from behind its byte order mark.
    pub fn line_index(&self, file: FileId) -> Option<Arc<LineIndex>> {
        let lines = &self.facts(file)?.lines;
        let is_marked = self.document(file).is_none() && lines.may_have_mark();
        let text = is_marked.then(|| self.text(file)).flatten();
        Some(Arc::new(lines.clone().as_opened(text.as_deref().unwrap_or_default())))
    }
}

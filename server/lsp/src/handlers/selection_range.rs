//! `textDocument/selectionRange`: how a selection grows.

use text::TextSize;
use tower_lsp::{
    gen_lsp_types::{SelectionRange, SelectionRangeParams},
    jsonrpc::Result,
};

use crate::{backend::Backend, error, from_proto, to_proto, view};

/// Cursors in one question.
pub(crate) const CURSORS_MAX: usize = 1_000;

pub(crate) async fn handle_selection_range(
    backend: &Backend,
    params: SelectionRangeParams,
) -> Result<Option<Vec<SelectionRange>>> {
    let path = from_proto::path(&params.text_document)?;
    if CURSORS_MAX < params.positions.len() {
        return Err(error::invalid_params(format!("more than {CURSORS_MAX} positions")));
    }
    let answer = backend.link().read("selection ranges", move |view| {
        let Some((file, lines)) = view.file(&path) else { return Ok(None) };
        let encoding = view.session.encoding;
        let offsets: Vec<TextSize> =
            params.positions.iter().map(|it| view::offset(&lines, *it, encoding)).collect();
        let ranges = view.snapshot.analysis.selection_ranges(file, &offsets)?;
        Ok(Some(ranges.iter().map(|it| to_proto::selection_range(view, &lines, it)).collect()))
    });
    answer.await
}

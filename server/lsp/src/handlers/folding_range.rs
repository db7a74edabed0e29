//! `textDocument/foldingRange`: what can be folded away.

use tower_lsp::{
    gen_lsp_types::{FoldingRange, FoldingRangeParams},
    jsonrpc::Result,
};

use crate::{backend::Backend, from_proto, to_proto};

pub(crate) async fn handle_folding_range(
    backend: &Backend,
    params: FoldingRangeParams,
) -> Result<Option<Vec<FoldingRange>>> {
    let path = from_proto::path(&params.text_document)?;
    let answer = backend.link().read("folding ranges", move |view| {
        let Some((file, lines)) = view.file(&path) else { return Ok(None) };
        let foldings = view.snapshot.analysis.folding_ranges(file)?;
        let max = view.session.can.folding_ranges_max.unwrap_or(usize::MAX);
        let ranges = foldings.iter().filter_map(|it| to_proto::folding_range(view, &lines, it));
        Ok(Some(ranges.take(max).collect()))
    });
    answer.await
}

//! `textDocument/documentHighlight`: the same name elsewhere in the file.

use tower_lsp::{
    gen_lsp_types::{DocumentHighlight, DocumentHighlightParams},
    jsonrpc::Result,
};

use crate::{backend::Backend, from_proto, to_proto};

pub(crate) async fn handle_document_highlight(
    backend: &Backend,
    params: DocumentHighlightParams,
) -> Result<Option<Vec<DocumentHighlight>>> {
    let at = params.text_document_position_params;
    let path = from_proto::path(&at.text_document)?;
    let answer =
        backend.link().read_about("textDocument/documentHighlight", path.clone(), move |view| {
            let Some(position) = view.position(&path, at.position) else { return Ok(None) };
            let Some((_, lines)) = view.file(&path) else { return Ok(None) };
            let highlights = view.snapshot.analysis.highlights(position)?;
            Ok(Some(highlights.iter().map(|it| to_proto::highlight(view, &lines, *it)).collect()))
        });
    answer.await
}

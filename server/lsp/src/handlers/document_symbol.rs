//! `textDocument/documentSymbol`: what a file defines.

use tower_lsp::{
    gen_lsp_types::{DocumentSymbolParams, DocumentSymbolResponse},
    jsonrpc::Result,
};

use crate::{backend::Backend, from_proto, to_proto};

pub(crate) async fn handle_document_symbol(
    backend: &Backend,
    params: DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>> {
    let uri = params.text_document.uri;
    let path = from_proto::path_of(&uri)?;
    let answer = backend.link().read("document symbols", move |view| {
        let Some((file, lines)) = view.file(&path) else { return Ok(None) };
        let items = view.snapshot.analysis.document_symbols(file)?;
        Ok(Some(if view.session.can.hierarchical_symbols {
            to_proto::document_symbols(view, &lines, &items).into()
        } else {
            to_proto::flat_symbols(view, &uri, &lines, &items).into()
        }))
    });
    answer.await
}

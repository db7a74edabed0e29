//! `textDocument/documentSymbol`: what a file defines.

use tower_lsp::{
    gen_lsp_types::{
        DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, SymbolInformation,
    },
    jsonrpc::Result,
};

use crate::{
    backend::Backend,
    from_proto,
    partial::{Begin, in_parts},
    to_proto,
};

pub(crate) async fn handle_document_symbol(
    backend: &Backend,
    params: DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>> {
    let link = backend.link();
    let uri = params.text_document.uri;
    let path = from_proto::path_of(&uri)?;
    let token = params.partial_result_params.partial_result_token;
    let method = "textDocument/documentSymbol";
    if !link.session.can.hierarchical_symbols {
        let answer = in_parts(link, token, |begin: Begin<SymbolInformation>| {
            link.read_about(method, path.clone(), move |view| {
                let mut parts = begin.parts();
                let Some((file, lines)) = view.file(&path) else { return Ok(None) };
                let items = view.snapshot.analysis.document_symbols(file)?;
                parts.extend(to_proto::flat_symbols(view, &uri, &lines, &items));
                Ok(Some(parts.finish().into()))
            })
        });
        return answer.await;
    }
    let answer = in_parts(link, token, |begin: Begin<DocumentSymbol>| {
        link.read_about(method, path.clone(), move |view| {
            let mut parts = begin.parts();
            let Some((file, lines)) = view.file(&path) else { return Ok(None) };
            let items = view.snapshot.analysis.document_symbols(file)?;
            parts.extend(to_proto::document_symbols(view, &lines, &items));
            Ok(Some(parts.finish().into()))
        })
    });
    answer.await
}

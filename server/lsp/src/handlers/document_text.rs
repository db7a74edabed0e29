//! `aios/documentText`: the server's own text of a document.

use tower_lsp::jsonrpc::Result;

use crate::{
    backend::Backend,
    ext::{DocumentText, DocumentTextParams},
    from_proto,
};

pub(crate) async fn handle_document_text(
    backend: &Backend,
    params: DocumentTextParams,
) -> Result<Option<DocumentText>> {
    let path = from_proto::path(&params.text_document)?;
    let answer = backend.link().read("document text", move |view| {
        let Ok(file) = view.snapshot.file(&path) else { return Ok(None) };
        if let Some(overlay) = view.snapshot.vfs.overlay(file) {
            let text = overlay.rope.to_string();
            return Ok(Some(DocumentText { text, version: Some(overlay.version) }));
        }
        let text = view.snapshot.text(file);
        Ok(text.map(|it| DocumentText { text: it.to_string(), version: None }))
    });
    answer.await
}

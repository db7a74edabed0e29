//! `textDocument/didOpen`, `didChange`, `didSave`, `didClose`: the client's documents as it sees
//! them.

use engine::{ClientChange, ContentEdit};
use tower_lsp::gen_lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, Uri,
};
use vfs::VfsPath;

use crate::{backend::Backend, from_proto, uri};

pub(crate) async fn handle_did_open(backend: &Backend, params: DidOpenTextDocumentParams) {
    let document = params.text_document;
    let Some(path) = path(&document.uri) else { return };
    let link = backend.link();
    link.spellings.open(&path, document.uri);
    let language = document.language_id.as_str().to_owned();
    let (version, text) = (document.version, document.text);
    link.engine.post(ClientChange::Open { path, language, version, text });
    link.touched();
}

pub(crate) async fn handle_did_change(backend: &Backend, params: DidChangeTextDocumentParams) {
    let document = params.text_document;
    let Some(path) = path(&document.text_document_identifier.uri) else { return };
    let link = backend.link();
    let edits: Vec<ContentEdit> =
        params.content_changes.into_iter().map(from_proto::content_edit).collect();
    let (version, encoding) = (document.version, link.session.encoding);
    link.engine.post(ClientChange::Edit { path, version, edits, encoding });
    link.touched();
}

pub(crate) async fn handle_did_save(backend: &Backend, params: DidSaveTextDocumentParams) {
    let Some(path) = path(&params.text_document.uri) else { return };
    let link = backend.link();
    link.engine.post(ClientChange::Save { path });
    link.touched();
}

pub(crate) async fn handle_did_close(backend: &Backend, params: DidCloseTextDocumentParams) {
    let Some(path) = path(&params.text_document.uri) else { return };
    let link = backend.link();
    link.engine.post(ClientChange::Close { path: path.clone() });
    link.spellings.close(&path);
    link.touched();
}

/// A notification cannot be answered, so a URI that is none is told in the log.
fn path(uri: &Uri) -> Option<VfsPath> {
    let path = uri::to_path(uri);
    if path.is_none() {
        tracing::warn!(%uri, "a document is named by no URI");
    }
    path
}

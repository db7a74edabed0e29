//! `workspace/didChangeWorkspaceFolders`: folders come and go.

use engine::ClientChange;
use tower_lsp::gen_lsp_types::DidChangeWorkspaceFoldersParams;

use crate::{backend::Backend, from_proto};

pub(crate) async fn handle_did_change_workspace_folders(
    backend: &Backend,
    params: DidChangeWorkspaceFoldersParams,
) {
    let added = from_proto::folders(&params.event.added);
    let removed = from_proto::folders(&params.event.removed);
    backend.link().engine.post(ClientChange::Folders { added, removed });
}

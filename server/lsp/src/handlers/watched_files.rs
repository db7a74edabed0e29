//! `workspace/didChangeWatchedFiles`: what the client's watcher saw.

use engine::ClientChange;
use tower_lsp::gen_lsp_types::DidChangeWatchedFilesParams;

use crate::{backend::Backend, from_proto, uri};

pub(crate) async fn handle_did_change_watched_files(
    backend: &Backend,
    params: DidChangeWatchedFilesParams,
) {
    let events = params.changes.into_iter().filter_map(|it| {
        let path = uri::to_path(&it.uri).filter(|path| !uri::is_elsewhere(path))?;
        Some((path, from_proto::file_event(it.kind)))
    });
    backend.link().engine.post(ClientChange::Watched(events.collect()));
}

//! The server from its first byte to its exit code.

use std::{
    io,
    process::ExitCode,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{mpsc, watch},
};
use tower_lsp::{ClientSocket, LspService};

use crate::{
    backend::{Backend, Link, StartEngine},
    ext, handlers,
    log::LogEntries,
    wire::{
        outbox::{Outbox, outbox},
        parent, stdio,
        transport::{self, Ended},
    },
};

/// How long the last messages may take to be written before the process ends without them.
const FLUSH_MS_MAX: u64 = 1_000;

/// How long the engine may take to bring what it began to a safe end; its journal stands a kill.
const STOP_MS_MAX: u64 = 10_000;

/// What a server is started with.
pub struct Config {
    /// Starts the engine, once the client has named the workspace.
    pub start: StartEngine,
    /// What is to appear in the editor's log.
    pub log: Option<LogEntries>,
}

/// Serves one client over standard input and output until it ends, and stops the engine.
///
/// The exit code is the protocol's: 0 after `shutdown`, else 1.
pub fn run(config: Config) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let ended = runtime.and_then(|runtime| {
        let ended = runtime.block_on(serve_stdio(config));
        // Dropping it would wait for an engine that does not stop.
        runtime.shutdown_background();
        ended
    });
    match ended {
        Ok(Ended::InOrder) => ExitCode::SUCCESS,
        Ok(Ended::Abruptly) => ExitCode::FAILURE,
        Err(error) => {
            tracing::error!(%error, "the server cannot start");
            ExitCode::FAILURE
        }
    }
}

async fn serve_stdio(config: Config) -> io::Result<Ended> {
    let input = stdio::stdin()?;
    let (outbox, outlet) = outbox();
    let written = stdio::stdout(outlet)?;
    let ended = converse(config, input, outbox).await;
    if tokio::time::timeout(Duration::from_millis(FLUSH_MS_MAX), written).await.is_err() {
        tracing::warn!("the client did not read the last messages");
    }
    Ok(ended)
}

/// Serves one client over any pair of streams, on the runtime at hand.
pub async fn serve(
    config: Config,
    input: impl AsyncRead + Send + Unpin + 'static,
    output: impl AsyncWrite + Send + Unpin + 'static,
) -> Ended {
    let (outbox, outlet) = outbox();
    let written = tokio::spawn(outlet.write_to(output));
    let ended = converse(config, stdio::pump(input), outbox).await;
    // As above; in one process nobody is there to be told.
    let _ = tokio::time::timeout(Duration::from_millis(FLUSH_MS_MAX), written).await;
    ended
}

async fn converse(config: Config, input: mpsc::Receiver<Vec<u8>>, outbox: Outbox) -> Ended {
    let link = Arc::new(OnceLock::new());
    let (parent, pid) = watch::channel(None);
    let service = service(config, link.clone(), parent);
    let ended = transport::converse(service, input, outbox, parent::gone(pid)).await;
    if let Some(link) = link.get() {
        let engine = link.engine.clone();
        // Stopping waits for what was begun; the runtime has the writer to drive meanwhile.
        let stopped = tokio::task::spawn_blocking(move || engine.stop());
        match tokio::time::timeout(Duration::from_millis(STOP_MS_MAX), stopped).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the engine did not stop in order"),
            Err(_) => tracing::error!("the engine does not stop"),
        }
    }
    ended
}

fn service(
    config: Config,
    link: Arc<OnceLock<Arc<Link>>>,
    parent: watch::Sender<Option<i32>>,
) -> (LspService<Backend>, ClientSocket) {
    let Config { start, log } = config;
    LspService::build_with_lifecycle_methods(|client| {
        Backend::new(client, (start, log), link, parent)
    })
    .custom_method("textDocument/didOpen", handlers::handle_did_open)
    .custom_method("textDocument/didChange", handlers::handle_did_change)
    .custom_method("textDocument/didSave", handlers::handle_did_save)
    .custom_method("textDocument/didClose", handlers::handle_did_close)
    .custom_method("textDocument/documentSymbol", handlers::handle_document_symbol)
    .custom_method("textDocument/definition", handlers::handle_definition)
    .custom_method("textDocument/declaration", handlers::handle_declaration)
    .custom_method("textDocument/typeDefinition", handlers::handle_type_definition)
    .custom_method("textDocument/implementation", handlers::handle_implementation)
    .custom_method("textDocument/prepareCallHierarchy", handlers::handle_prepare_call_hierarchy)
    .custom_method("callHierarchy/incomingCalls", handlers::handle_incoming_calls)
    .custom_method("callHierarchy/outgoingCalls", handlers::handle_outgoing_calls)
    .custom_method("textDocument/prepareTypeHierarchy", handlers::handle_prepare_type_hierarchy)
    .custom_method("typeHierarchy/supertypes", handlers::handle_supertypes)
    .custom_method("typeHierarchy/subtypes", handlers::handle_subtypes)
    .custom_method("textDocument/documentLink", handlers::handle_document_link)
    .custom_method("textDocument/codeLens", handlers::handle_code_lens)
    .custom_method("codeLens/resolve", handlers::handle_code_lens_resolve)
    .custom_method("textDocument/diagnostic", handlers::handle_document_diagnostic)
    .custom_method("textDocument/references", handlers::handle_references)
    .custom_method("textDocument/documentHighlight", handlers::handle_document_highlight)
    .custom_method("textDocument/hover", handlers::handle_hover)
    .custom_method("textDocument/foldingRange", handlers::handle_folding_range)
    .custom_method("textDocument/selectionRange", handlers::handle_selection_range)
    .custom_method("textDocument/prepareRename", handlers::handle_prepare_rename)
    .custom_method("textDocument/rename", handlers::handle_rename)
    .custom_method("textDocument/codeAction", handlers::handle_code_action)
    .custom_method("codeAction/resolve", handlers::handle_code_action_resolve)
    .custom_method("workspace/symbol", handlers::handle_workspace_symbol)
    .custom_method("workspaceSymbol/resolve", handlers::handle_workspace_symbol_resolve)
    .custom_method("workspace/executeCommand", handlers::handle_execute_command)
    .custom_method("workspace/willRenameFiles", handlers::handle_will_rename_files)
    .custom_method("workspace/didRenameFiles", handlers::handle_did_rename_files)
    .custom_method("workspace/didChangeConfiguration", handlers::handle_did_change_configuration)
    .custom_method("workspace/didChangeWatchedFiles", handlers::handle_did_change_watched_files)
    .custom_method(
        "workspace/didChangeWorkspaceFolders",
        handlers::handle_did_change_workspace_folders,
    )
    .custom_method("window/workDoneProgress/cancel", handlers::handle_cancel_progress)
    .custom_method(ext::OTHER_SERVERS, handlers::handle_other_servers)
    .custom_method(ext::DOCUMENT_TEXT, handlers::handle_document_text)
    .finish()
}

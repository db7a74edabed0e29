//! What the server says it can do, by what the client declared.

use serde_json::json;
use tower_lsp::gen_lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProvider, CodeLensOptions, DiagnosticOptions,
    DiagnosticProvider, DocumentLinkOptions, ExecuteCommandOptions, FileOperationFilter,
    FileOperationOptions, FileOperationPattern, FileOperationRegistrationOptions, InitializeResult,
    RenameOptions, RenameProvider, SaveOptions, ServerCapabilities, ServerInfo,
    TextDocumentSyncKind, TextDocumentSyncOptions, WorkDoneProgressOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceOptions, WorkspaceSymbolOptions,
};

use crate::{
    ext,
    handlers::code_action::SEARCH_KIND,
    session::{Can, Session},
};

/// The answer to `initialize`.
pub(crate) fn initialize_result(session: &Session) -> InitializeResult {
    InitializeResult {
        capabilities: server_capabilities(session),
        server_info: Some(ServerInfo {
            name: "aios".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}

fn server_capabilities(session: &Session) -> ServerCapabilities {
    let can = &session.can;
    ServerCapabilities {
        position_encoding: Some(session.encoding_kind()),
        text_document_sync: Some(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::Incremental),
                save: Some(SaveOptions { include_text: Some(false) }.into()),
                ..TextDocumentSyncOptions::default()
            }
            .into(),
        ),
        hover_provider: Some(true.into()),
        declaration_provider: Some(true.into()),
        type_definition_provider: Some(true.into()),
        implementation_provider: Some(true.into()),
        call_hierarchy_provider: Some(true.into()),
        type_hierarchy_provider: Some(true.into()),
        document_link_provider: Some(DocumentLinkOptions::default()),
        code_lens_provider: Some(CodeLensOptions {
            resolve_provider: Some(true),
            ..CodeLensOptions::default()
        }),
        diagnostic_provider: can.pull_diagnostics.then(diagnostics),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_highlight_provider: Some(true.into()),
        document_symbol_provider: Some(true.into()),
        folding_range_provider: Some(true.into()),
        selection_range_provider: Some(true.into()),
        workspace_symbol_provider: Some(
            WorkspaceSymbolOptions {
                resolve_provider: Some(can.resolve_symbol_range),
                ..WorkspaceSymbolOptions::default()
            }
            .into(),
        ),
        rename_provider: Some(rename(can)),
        code_action_provider: Some(actions(can)),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: ext::COMMANDS.iter().map(|it| it.name.to_owned()).collect(),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        workspace: Some(WorkspaceOptions {
            workspace_folders: can.workspace_folders.then(|| WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(true.into()),
            }),
            file_operations: Some(file_operations(can)),
            ..WorkspaceOptions::default()
        }),
        experimental: Some(json!({
            "aios": { "documentText": true, "serverStatus": can.server_status }
        })),
        ..ServerCapabilities::default()
    }
}

fn rename(can: &Can) -> RenameProvider {
    if can.prepare_rename {
        RenameOptions { prepare_provider: Some(true), ..RenameOptions::default() }.into()
    } else {
        true.into()
    }
}

fn actions(can: &Can) -> CodeActionProvider {
    if can.code_action_literals {
        CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QuickFix,
                CodeActionKind::RefactorExtract,
                CodeActionKind::RefactorInline,
                CodeActionKind::RefactorRewrite,
                CodeActionKind::Source,
                CodeActionKind::from(SEARCH_KIND),
            ]),
            resolve_provider: Some(can.code_action_data),
            ..CodeActionOptions::default()
        }
        .into()
    } else {
        true.into()
    }
}

fn diagnostics() -> DiagnosticProvider {
    DiagnosticOptions {
        identifier: Some("aios".to_owned()),
        inter_file_dependencies: true,
        workspace_diagnostics: false,
        ..DiagnosticOptions::default()
    }
    .into()
}

/// Which moves of files are to be told. Who asks before needs no word after.
fn file_operations(can: &Can) -> FileOperationOptions {
    FileOperationOptions {
        will_rename: can.will_rename_files.then(every_path),
        did_rename: (can.did_rename_files && !can.will_rename_files).then(every_path),
        ..FileOperationOptions::default()
    }
}

/// Files and folders alike, on the disk.
fn every_path() -> FileOperationRegistrationOptions {
    let pattern = FileOperationPattern { glob: "**/*".to_owned(), matches: None, options: None };
    let filter = FileOperationFilter { scheme: Some("file".to_owned()), pattern };
    FileOperationRegistrationOptions { filters: vec![filter] }
}

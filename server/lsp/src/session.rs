//! What one client declared, as the yes and no that the handlers ask for.

use serde_json::Value;
use text::PositionEncoding;
use tower_lsp::gen_lsp_types::{
    InitializeParams, PositionEncodingKind, RootPath, Uri, WorkspaceFolders,
};
use vfs::VfsPath;

use crate::uri;

/// Whom the server talks to. Never changes after `initialize`.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The client's own name, for logs and audit; decides nothing.
    pub(crate) client: String,
    pub(crate) encoding: PositionEncoding,
    /// The folders that are open at first.
    pub(crate) roots: Vec<VfsPath>,
    pub(crate) can: Can,
}

/// What the client can do. One field for each thing that changes what is sent to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Can {
    pub(crate) apply_edit: bool,
    pub(crate) document_changes: bool,
    pub(crate) create_files: bool,
    pub(crate) rename_files: bool,
    pub(crate) delete_files: bool,
    pub(crate) change_annotations: bool,
    pub(crate) show_document: bool,
    pub(crate) progress: bool,
    pub(crate) configuration: bool,
    pub(crate) register_configuration: bool,
    pub(crate) register_watched_files: bool,
    pub(crate) workspace_folders: bool,
    /// Files and folders that the user is about to move are told, and the edits of the answer made.
    pub(crate) will_rename_files: bool,
    /// Files and folders that the user has moved are told.
    pub(crate) did_rename_files: bool,
    pub(crate) hierarchical_symbols: bool,
    pub(crate) resolve_symbol_range: bool,
    pub(crate) markdown: bool,
    pub(crate) code_action_literals: bool,
    pub(crate) code_action_data: bool,
    pub(crate) disabled_actions: bool,
    pub(crate) prepare_rename: bool,
    pub(crate) line_folding_only: bool,
    pub(crate) folding_ranges_max: Option<usize>,
    pub(crate) pull_diagnostics: bool,
    pub(crate) refresh_diagnostics: bool,
    pub(crate) refresh_lenses: bool,
    pub(crate) related_information: bool,
    pub(crate) unnecessary_tag: bool,
    pub(crate) diagnostic_versions: bool,
    pub(crate) link_tooltips: bool,
    /// `experimental.aios.candidates`: wants guesses where nothing better is known, and shows the
    /// message that calls them so.
    pub(crate) candidates: bool,
    /// `experimental.serverStatusNotification`: wants `aios/serverStatus`.
    pub(crate) server_status: bool,
    /// `experimental.aios.inputNewName`: asks the user for the name when it runs
    /// `aios.renameSymbol`.
    pub(crate) input_new_name: bool,
    /// `experimental.aios.review`: takes `aios/review` and has the proposal reviewed itself.
    pub(crate) review: bool,
    /// `experimental.aios.liveDocuments`: takes `aios/documentChanged`.
    pub(crate) live_documents: bool,
    /// `experimental.aios.save`: takes `aios/save`.
    pub(crate) save: bool,
}

impl Session {
    /// What `params` declare.
    pub(crate) fn new(params: &InitializeParams) -> Session {
        let declared = serde_json::to_value(&params.capabilities).unwrap_or_default();
        let client = params.client_info.as_ref();
        Session {
            client: client.map_or_else(|| "unnamed client".to_owned(), |it| it.name.clone()),
            encoding: encoding(&declared),
            roots: roots(params),
            can: can(&declared),
        }
    }

    /// The protocol's name of the encoding.
    pub(crate) fn encoding_kind(&self) -> PositionEncodingKind {
        match self.encoding {
            PositionEncoding::Utf8 => PositionEncodingKind::UTF8,
            PositionEncoding::Utf16 => PositionEncodingKind::UTF16,
            PositionEncoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }
}

/// UTF-8 wherever it is offered, because texts are kept in it; else what the client likes best.
fn encoding(declared: &Value) -> PositionEncoding {
    let offered: Vec<PositionEncoding> = texts(declared, "/general/positionEncodings")
        .filter_map(|it| match it {
            "utf-8" => Some(PositionEncoding::Utf8),
            "utf-16" => Some(PositionEncoding::Utf16),
            "utf-32" => Some(PositionEncoding::Utf32),
            _ => None,
        })
        .collect();
    if offered.contains(&PositionEncoding::Utf8) {
        return PositionEncoding::Utf8;
    }
    offered.first().copied().unwrap_or(PositionEncoding::Utf16)
}

fn can(declared: &Value) -> Can {
    let has = |path: &str| declared.pointer(path).and_then(Value::as_bool) == Some(true);
    let is_there = |path: &str| declared.pointer(path).is_some_and(|it| !it.is_null());
    let lists = |path: &str, word: &str| texts(declared, path).any(|it| it == word);
    let operations = "/workspace/workspaceEdit/resourceOperations";
    Can {
        apply_edit: has("/workspace/applyEdit"),
        document_changes: has("/workspace/workspaceEdit/documentChanges"),
        create_files: lists(operations, "create"),
        rename_files: lists(operations, "rename"),
        delete_files: lists(operations, "delete"),
        change_annotations: is_there("/workspace/workspaceEdit/changeAnnotationSupport"),
        show_document: has("/window/showDocument/support"),
        progress: has("/window/workDoneProgress"),
        configuration: has("/workspace/configuration"),
        register_configuration: has("/workspace/didChangeConfiguration/dynamicRegistration"),
        register_watched_files: has("/workspace/didChangeWatchedFiles/dynamicRegistration"),
        workspace_folders: has("/workspace/workspaceFolders"),
        will_rename_files: has("/workspace/fileOperations/willRename"),
        did_rename_files: has("/workspace/fileOperations/didRename"),
        hierarchical_symbols: has("/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
        resolve_symbol_range: lists(
            "/workspace/symbol/resolveSupport/properties",
            "location.range",
        ),
        markdown: lists("/textDocument/hover/contentFormat", "markdown"),
        code_action_literals: is_there("/textDocument/codeAction/codeActionLiteralSupport"),
        code_action_data: has("/textDocument/codeAction/dataSupport"),
        disabled_actions: has("/textDocument/codeAction/disabledSupport"),
        prepare_rename: has("/textDocument/rename/prepareSupport"),
        line_folding_only: has("/textDocument/foldingRange/lineFoldingOnly"),
        folding_ranges_max: declared
            .pointer("/textDocument/foldingRange/rangeLimit")
            .and_then(Value::as_u64)
            .map(|it| it as usize),
        pull_diagnostics: is_there("/textDocument/diagnostic"),
        refresh_diagnostics: has("/workspace/diagnostics/refreshSupport"),
        refresh_lenses: has("/workspace/codeLens/refreshSupport"),
        related_information: has("/textDocument/publishDiagnostics/relatedInformation")
            || has("/textDocument/diagnostic/relatedInformation"),
        unnecessary_tag: has_tag(declared, "/textDocument/publishDiagnostics")
            || has_tag(declared, "/textDocument/diagnostic"),
        diagnostic_versions: has("/textDocument/publishDiagnostics/versionSupport"),
        link_tooltips: has("/textDocument/documentLink/tooltipSupport"),
        candidates: has("/experimental/aios/candidates"),
        server_status: has("/experimental/serverStatusNotification"),
        input_new_name: has("/experimental/aios/inputNewName"),
        review: has("/experimental/aios/review"),
        live_documents: has("/experimental/aios/liveDocuments"),
        save: has("/experimental/aios/save"),
    }
}

/// Whether diagnostics can be tagged as unnecessary.
fn has_tag(declared: &Value, of: &str) -> bool {
    let tags = declared.pointer(&format!("{of}/tagSupport/valueSet"));
    let is_unnecessary = |it: &Value| it.as_u64() == Some(1);
    tags.and_then(Value::as_array).is_some_and(|it| it.iter().any(is_unnecessary))
}

fn texts<'a>(declared: &'a Value, path: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    declared.pointer(path).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The open folders: those the client names, else the root in the older fields, which the protocol
/// deprecates and editors still send alone.
#[expect(deprecated)]
fn roots(params: &InitializeParams) -> Vec<VfsPath> {
    let folders = &params.workspace_folders_initialize_params.workspace_folders;
    let mut uris: Vec<Uri> = match folders {
        Some(WorkspaceFolders::WorkspaceFolderList(folders)) => {
            folders.iter().map(|it| it.uri.clone()).collect()
        }
        Some(WorkspaceFolders::Null) | None => Vec::new(),
    };
    if uris.is_empty() {
        uris.extend(params.root_uri.clone());
    }
    let mut roots: Vec<VfsPath> =
        uris.iter().filter_map(uri::to_path).filter(|it| !uri::is_elsewhere(it)).collect();
    if let (true, Some(RootPath::String(path))) = (roots.is_empty(), &params.root_path) {
        roots.extend(VfsPath::from_path(std::path::Path::new(path)));
    }
    roots.dedup();
    roots
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn session(params: Value) -> Session {
        Session::new(&serde_json::from_value(params).unwrap())
    }

    #[track_caller]
    fn check_encoding(offered: Value, expected: PositionEncoding) {
        let capabilities = json!({"general": {"positionEncodings": offered}});
        assert_eq!(session(json!({"capabilities": capabilities})).encoding, expected);
    }

    #[test]
    fn utf_8_is_taken_where_offered_and_else_the_first() {
        check_encoding(json!(["utf-16", "utf-8", "utf-32"]), PositionEncoding::Utf8);
        check_encoding(json!(["utf-32", "utf-16"]), PositionEncoding::Utf32);
        check_encoding(json!(["utf-7"]), PositionEncoding::Utf16);
        check_encoding(json!(null), PositionEncoding::Utf16);
    }

    #[test]
    fn roots_are_folders_else_the_older_fields() {
        let roots = |params| -> Vec<String> {
            session(params).roots.iter().map(VfsPath::to_string).collect()
        };
        assert_eq!(
            roots(json!({"capabilities": {}, "rootUri": "file:///c",
                "workspaceFolders": [{"uri": "file:///a%20b", "name": "a"}]})),
            ["/a b"]
        );
        assert_eq!(
            roots(json!({"capabilities": {}, "rootUri": "file:///c", "workspaceFolders": null})),
            ["/c"]
        );
        assert_eq!(roots(json!({"capabilities": {}, "rootUri": null, "rootPath": "/d"})), ["/d"]);
        assert!(roots(json!({"capabilities": {}, "rootUri": "untitled:x"})).is_empty());
    }
}

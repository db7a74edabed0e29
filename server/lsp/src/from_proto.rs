//! The client's words as the engine's.

use std::collections::BTreeMap;

use engine::{Abilities, ContentEdit};
use text::LineCol;
use tower_lsp::{
    gen_lsp_types::{
        FileChangeType, LspAny, Position, TextDocumentContentChangeEvent, TextDocumentIdentifier,
        Uri, WorkspaceFolder,
    },
    jsonrpc::Result,
};
use vfs::{FileEvent, VfsPath};

use crate::{error, session::Can, uri};

/// The path of a document.
pub(crate) fn path(document: &TextDocumentIdentifier) -> Result<VfsPath> {
    path_of(&document.uri)
}

/// The path that a URI names.
pub(crate) fn path_of(uri: &Uri) -> Result<VfsPath> {
    uri::to_path(uri).ok_or_else(|| error::no_uri(uri))
}

/// The folders that are on disk; a client can have others, which hold nothing that we can read.
pub(crate) fn folders(folders: &[WorkspaceFolder]) -> Vec<VfsPath> {
    let paths = folders.iter().filter_map(|it| uri::to_path(&it.uri));
    paths.filter(|it| !uri::is_elsewhere(it)).collect()
}

/// One edit of a document.
pub(crate) fn content_edit(change: TextDocumentContentChangeEvent) -> ContentEdit {
    use TextDocumentContentChangeEvent as Event;
    match change {
        Event::TextDocumentContentChangePartial(change) => ContentEdit::Range {
            start: line_col(change.range.start),
            end: line_col(change.range.end),
            text: change.text,
        },
        Event::TextDocumentContentChangeWholeDocument(change) => ContentEdit::Full(change.text),
    }
}

/// A position without its encoding.
pub(crate) fn line_col(position: Position) -> LineCol {
    LineCol { line: position.line, col: position.character }
}

/// What happened to a file.
pub(crate) fn file_event(kind: FileChangeType) -> FileEvent {
    match kind {
        FileChangeType::Created => FileEvent::Created,
        FileChangeType::Deleted => FileEvent::Deleted,
        // A kind that is still to be invented means that the file is worth a look.
        FileChangeType::Changed | FileChangeType::Custom(_) => FileEvent::Changed,
    }
}

/// JSON as a value of settings.
pub(crate) fn settings(value: LspAny) -> settings::Value {
    use settings::Value;
    match value {
        LspAny::Null => Value::Null,
        LspAny::Bool(it) => Value::Bool(it),
        LspAny::Number(it) => match it.as_i64() {
            Some(it) => Value::Int(it),
            None => Value::Float(it.as_f64().unwrap_or(f64::NAN)),
        },
        LspAny::String(it) => Value::Text(it),
        LspAny::Array(list) => Value::List(list.into_iter().map(settings).collect()),
        LspAny::Object(table) => {
            let table: BTreeMap<String, Value> =
                table.into_iter().map(|(key, it)| (key, settings(it))).collect();
            Value::Table(table)
        }
    }
}

/// What the engine has to know of the client.
pub(crate) fn abilities(can: &Can) -> Abilities {
    Abilities {
        apply_edit: can.apply_edit,
        annotations: can.change_annotations && can.document_changes,
        document_changes: can.document_changes,
        create: can.document_changes && can.create_files,
        rename: can.document_changes && can.rename_files,
        delete: can.document_changes && can.delete_files,
        show_document: can.show_document,
        live_documents: can.live_documents,
        reviews: can.review,
        saves: can.save,
        watched_files: can.register_watched_files,
        progress: can.progress,
        status: can.server_status,
    }
}

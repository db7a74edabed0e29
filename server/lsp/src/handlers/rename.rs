//! `textDocument/prepareRename` and `textDocument/rename`: the editor's own rename. The editor
//! makes the edit that it gets, and the journal records it once it is made; what is to be previewed
//! is the command `aios.renameSymbol`.

use std::collections::{BTreeMap, BTreeSet};

use engine::{Given, GivenEdit, ReadError, Snapshot};
use tower_lsp::{
    gen_lsp_types::{
        PrepareRenameParams, PrepareRenamePlaceholder, PrepareRenameResult, RenameParams,
        WorkspaceEdit,
    },
    jsonrpc::Result,
};
use vfs::{ContentHash, FileOperation, SourceChange, VfsPath};

use crate::{
    backend::Backend,
    edit::{Style, Written, workspace_edit},
    from_proto,
    view::View,
};

pub(crate) async fn handle_prepare_rename(
    backend: &Backend,
    params: PrepareRenameParams,
) -> Result<Option<PrepareRenameResult>> {
    let at = params.text_document_position_params;
    let path = from_proto::path(&at.text_document)?;
    let answer =
        backend.link().read_about("textDocument/prepareRename", path.clone(), move |view| {
            let Some(position) = view.position(&path, at.position) else { return Ok(None) };
            let prepared = view.snapshot.analysis.prepare_rename(position)?;
            let Some((_, lines)) = view.file(&path) else { return Ok(None) };
            let placeholder = PrepareRenamePlaceholder {
                range: view.range(&lines, prepared.at.range),
                placeholder: prepared.placeholder,
            };
            Ok(Some(placeholder.into()))
        });
    answer.await
}

/// What a rename has to do with files that are not read yet: they may use the name, too.
#[derive(Clone, Copy)]
enum IfUnread {
    /// Nothing is answered before they are.
    Tell,
    /// They were waited for, with the document at this version.
    GoOn(Option<i32>),
}

/// What a rename found.
enum Found {
    /// There are files that are not read yet; the document is at this version.
    Unread(Option<i32>),
    /// The edit, and what the journal is to know of it.
    Edit(WorkspaceEdit, Box<GivenEdit>),
}

pub(crate) async fn handle_rename(
    backend: &Backend,
    params: RenameParams,
) -> Result<Option<WorkspaceEdit>> {
    let at = params.text_document_position_params;
    let path = from_proto::path(&at.text_document)?;
    let link = backend.link();
    let ask = |if_unread: IfUnread| {
        let (path, new_name) = (path.clone(), params.new_name.clone());
        link.read_about("textDocument/rename", path.clone(), move |view| {
            match if_unread {
                IfUnread::Tell if view.snapshot.status.indexing => {
                    return Ok(Some(Found::Unread(view.version(&path))));
                }
                // The place was counted in another text.
                IfUnread::GoOn(version) if view.version(&path) != version => {
                    return Err(ReadError::Stale);
                }
                IfUnread::Tell | IfUnread::GoOn(_) => {}
            }
            let position = view.position(&path, at.position);
            let position = position.ok_or_else(|| ReadError::NoFile(path.clone()))?;
            let rename = view.snapshot.analysis.rename(position, &new_name)?;
            let edit = edit_of(view, &rename.change)?;
            let seen = seen(view.snapshot, &rename.change)?;
            let given = GivenEdit { what: Given::Rename(rename), seen };
            Ok(Some(Found::Edit(edit, Box::new(given))))
        })
    };
    let found = match ask(IfUnread::Tell).await? {
        Some(Found::Unread(version)) => {
            link.await_files().await;
            ask(IfUnread::GoOn(version)).await?
        }
        found => found,
    };
    let Some(Found::Edit(edit, given)) = found else { return Ok(None) };
    link.given(given).await;
    Ok(Some(edit))
}

/// The files that a change finds, each with its text of this moment.
pub(super) fn seen(
    snapshot: &Snapshot,
    change: &SourceChange,
) -> std::result::Result<Vec<(VfsPath, ContentHash)>, ReadError> {
    let moved = change.operations.iter().filter_map(|it| match it {
        FileOperation::Rename { from, .. } => Some(from),
        FileOperation::Create { .. } | FileOperation::Delete { .. } => None,
    });
    let paths: BTreeSet<&VfsPath> = change.edits.keys().chain(moved).collect();
    let files = paths.into_iter().map(|path| {
        let present = snapshot.present(path).map_err(|it| ReadError::Failed(it.to_string()))?;
        let present = present.ok_or_else(|| ReadError::NoFile(path.clone()))?;
        Ok((path.clone(), ContentHash::of(&present.bytes)))
    });
    files.collect()
}

/// A change as the edit that the client makes itself.
pub(super) fn edit_of(
    view: &View<'_>,
    change: &SourceChange,
) -> std::result::Result<WorkspaceEdit, ReadError> {
    let vfs = &view.snapshot.vfs;
    let mut lines = BTreeMap::new();
    let mut versions = BTreeMap::new();
    for path in change.edits.keys() {
        let file = view.snapshot.file(path)?;
        lines.insert(path.clone(), view.snapshot.analysis.line_index(file).unwrap_or_default());
        versions.extend(vfs.overlay(file).map(|it| (path.clone(), it.version)));
    }
    let written =
        Written { change, lines: &lines, versions: &versions, annotations: &[], confirm: false };
    let style = Style { session: view.session, spellings: view.spellings };
    Ok(workspace_edit(style, &written))
}

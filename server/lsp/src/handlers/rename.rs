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
    error, from_proto,
    unread::{Time, Waits},
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

pub(crate) async fn handle_rename(
    backend: &Backend,
    params: RenameParams,
) -> Result<Option<WorkspaceEdit>> {
    let at = params.text_document_position_params;
    let path = from_proto::path(&at.text_document)?;
    let link = backend.link();
    let ask = |time: Time| {
        let (path, new_name) = (path.clone(), params.new_name.clone());
        link.read_about("textDocument/rename", path.clone(), move |view| {
            time.ask((view, Some(&path)), Waits::Always, || {
                let position = view.position(&path, at.position);
                let position = position.ok_or_else(|| ReadError::NoFile(path.clone()))?;
                let rename = view.snapshot.analysis.rename(position, &new_name)?;
                let edit = edit_of(view, &rename.change)?;
                let seen = seen(view.snapshot, &rename.change)?;
                Ok(Some((edit, Box::new(GivenEdit { what: Given::Rename(rename), seen }))))
            })
        })
    };
    let Some((edit, given)) = link.once_read(ask).await? else { return Ok(None) };
    link.given(given).await.map_err(error::failed)?;
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

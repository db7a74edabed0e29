//! `workspace/willRenameFiles`, `didRenameFiles` and `aios.moveFile`: imports follow the files.

use engine::{Given, GivenEdit, RunRequest};
use ide::{FileMove, Mover, RefactorError};
use serde::Deserialize;
use tower_lsp::{
    gen_lsp_types::{RenameFilesParams, Uri, WorkspaceEdit},
    jsonrpc::Result,
};

use super::{
    execute_command::then,
    rename::{edit_of, seen},
};
use crate::{backend::Backend, error, from_proto};

/// The edits that the editor makes before it moves the files; the journal records both once they
/// are made. What cannot follow is not worth an error: the user moves the file all the same.
pub(crate) async fn handle_will_rename_files(
    backend: &Backend,
    params: RenameFilesParams,
) -> Result<Option<WorkspaceEdit>> {
    let moves = moves(&params)?;
    backend.link().await_files().await?;
    let answer = backend.link().read("will rename files", move |view| {
        match view.snapshot.analysis.move_files(&moves, Mover::Change) {
            // A move that nobody has to follow is none of ours.
            Ok(done) if done.change.edits.is_empty() => Ok(None),
            Ok(moved) => {
                let edit = edit_of(view, &moved.change.edits_alone())?;
                let seen = seen(view.snapshot, &moved.change)?;
                Ok(Some((edit, GivenEdit { what: Given::Move(moved), seen })))
            }
            Err(error @ (RefactorError::Cancelled | RefactorError::Stale(_))) => Err(error.into()),
            Err(why) => {
                tracing::info!(%why, "imports do not follow a move");
                Ok(None)
            }
        }
    });
    let Some((edit, given)) = answer.await? else { return Ok(None) };
    // No answer keeps an editor from moving the file; it is told that nothing follows, and why.
    let may_edit = backend.link().given(Box::new(given)).await;
    Ok(may_edit.ok().map(|()| edit))
}

/// The editor has moved files without asking: what their users import is proposed.
pub(crate) async fn handle_did_rename_files(backend: &Backend, params: RenameFilesParams) {
    let Ok(moves) = moves(&params) else { return };
    let request = RunRequest::MoveFiles { moves, mover: Mover::Done, then: then(false) };
    let (_, _done) = backend.link().run(request);
}

/// The argument of `aios.moveFile`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct MoveFileArgument {
    from: Option<Uri>,
    to: Option<Uri>,
    keep: bool,
}

/// The run that it asks for.
pub(super) fn request(argument: MoveFileArgument) -> Result<RunRequest> {
    let MoveFileArgument { from: Some(from), to: Some(to), keep } = argument else {
        return Err(error::failed("aios.moveFile needs `from` and `to`"));
    };
    let moves = vec![FileMove { from: from_proto::path_of(&from)?, to: from_proto::path_of(&to)? }];
    Ok(RunRequest::MoveFiles { moves, mover: Mover::Change, then: then(keep) })
}

fn moves(params: &RenameFilesParams) -> Result<Vec<FileMove>> {
    let moves = params.files.iter().map(|it| {
        let (from, to) = (from_proto::path_of(&it.old_uri)?, from_proto::path_of(&it.new_uri)?);
        Ok(FileMove { from, to })
    });
    moves.collect()
}

//! Edits that a client makes by itself, given to it as the answer to a request of its own: they are
//! measured and recorded like any other change.

use ide::Rename;
use proposal::{Begun, Proposal};
use vfs::{ContentHash, VfsPath};

use crate::{
    RunId,
    edits::{
        Confirm, EditDone,
        parts::Started,
        tasks::{self, EditContext, Ended, not_allowed},
    },
    state::GlobalState,
};

/// A rename whose edit a client was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenRename {
    /// The rename.
    pub rename: Rename,
    /// Its files, each with the text that it was made for.
    pub seen: Vec<(VfsPath, ContentHash)>,
}

impl GlobalState {
    /// Stores a checkpoint of the files as they are before the client edits them.
    pub(crate) fn rename_given(&mut self, run: RunId, given: GivenRename) {
        self.edit_task(run, "rename in the editor", move |ctx| {
            EditDone::Begun(run, Confirm::Given, begin(ctx, given).map(Started::boxed))
        });
    }
}

fn begin(ctx: &EditContext, given: GivenRename) -> Result<(Proposal, Begun), Ended> {
    for (path, seen) in &given.seen {
        let present = ctx.present(path).map_err(not_allowed)?;
        if present.is_none_or(|it| ContentHash::of(&it.bytes) != *seen) {
            return Err(not_allowed(format!("{path} is not what the rename was made for")));
        }
    }
    let (proposal, _) = ctx.propose(tasks::rename_draft(ctx, given.rename))?;
    let begun = tasks::begin(ctx, &proposal)?;
    Ok((proposal, begun))
}

//! Edits that a client makes by itself, given to it as the answer to a request of its own: they are
//! measured and recorded like any other change.

use ide::{Refactoring, Rename};
use proposal::{Begun, Proposal, ProposalId};
use vfs::{ContentHash, VfsPath};

use crate::{
    RunId,
    edits::{
        Confirm, EditDone,
        parts::Started,
        refactor::{ACTION_MOVE_FILES, refactoring_draft},
        tasks::{self, EditContext, Ended, not_allowed},
    },
    state::GlobalState,
};

/// An edit that a client was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenEdit {
    /// What it does.
    pub what: Given,
    /// Its files, each with the text that it was made for.
    pub seen: Vec<(VfsPath, ContentHash)>,
}

/// What an edit does that a client makes by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// It renames a symbol.
    Rename(Rename),
    /// It moves files, after it has made what imports them follow.
    Move(Refactoring),
}

impl GlobalState {
    /// Stores a checkpoint of the files as they are before the client edits them.
    pub(crate) fn edit_given(&mut self, run: RunId, given: GivenEdit) {
        let name = given.name();
        self.edit_task(run, name, move |ctx| {
            EditDone::Begun(run, Confirm::Given, begin(ctx, given).map(Started::boxed))
        });
    }
}

impl GivenEdit {
    /// What it is called in the log.
    pub(crate) fn name(&self) -> &'static str {
        match self.what {
            Given::Rename(_) => "rename in the editor",
            Given::Move(_) => "move in the editor",
        }
    }

    fn noun(&self) -> &'static str {
        match self.what {
            Given::Rename(_) => "rename",
            Given::Move(_) => "move",
        }
    }
}

fn begin(ctx: &EditContext, given: GivenEdit) -> Result<(Proposal, Begun), Ended> {
    let noun = given.noun();
    for (path, seen) in &given.seen {
        let present = ctx.present(path).map_err(not_allowed)?;
        if present.is_none_or(|it| ContentHash::of(&it.bytes) != *seen) {
            return Err(not_allowed(format!("{path} is not what the {noun} was made for")));
        }
    }
    let draft = match given.what {
        Given::Rename(rename) => tasks::rename_draft(ctx, rename),
        Given::Move(moved) => refactoring_draft(ctx, ACTION_MOVE_FILES, moved),
    };
    // The client writes what it was given, and nothing else.
    let id = ProposalId::new(ctx.clock.wall_ms(), ctx.random.next());
    let (proposal, _) = ctx.propose_exactly(id, draft)?;
    let begun = tasks::begin(ctx, &proposal)?;
    Ok((proposal, begun))
}

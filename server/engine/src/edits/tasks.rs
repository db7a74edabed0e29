//! The work behind a change, on threads of its own: everything here sees one moment and the
//! journal.

use std::sync::Arc;

use ide::{FilePosition, LeftOut, Rename};
use proposal::{
    Begun, Context, DiffStyle, Draft, Finished, Journal, JournalError, LeftSite, Measured, Noted,
    Origin, Present, PresentFile, Proposal, ProposalId, Recorded, Simulation, TransactionId,
    UndoRequest, diff_text, measure, paths_below, propose, simulate,
};
use store::Trust;
use vfs::{ContentHash, FileId, ReadError, SourceChange, Texts, VfsPath};

use crate::{
    Clock, Place, Random, RunOutcome, Snapshot,
    edits::unread::named_unread,
    format::{self, Formatting},
    own::{self, runs},
    task::Cancel,
};

/// How a run ends before its time. In a box: it is seldom, and large.
pub(crate) type Ended = Box<RunOutcome>;

/// What a task of a change works with.
pub(crate) struct EditContext {
    pub(crate) snapshot: Snapshot,
    pub(crate) journal: Journal,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) cancel: Cancel,
    pub(crate) caller: String,
    pub(crate) trust: Arc<Trust>,
    /// True where the caller may trust.
    pub(crate) is_owner: bool,
    /// Whether what is proposed is formatted.
    pub(crate) formatting: Formatting,
}

impl EditContext {
    /// What became of `proposal` so far.
    pub(crate) fn measure(&self, proposal: &Proposal) -> Measured {
        measure(proposal, &|path| self.present(path))
    }

    /// Measures a transaction for the last time.
    pub(crate) fn finish(&self, transaction: &TransactionId) -> Result<Finished, String> {
        let now_ms = self.clock.wall_ms();
        let finished = self.journal.finish(transaction, now_ms, &|path| self.present(path));
        finished.map_err(|it| it.to_string())
    }

    /// A file as it is: its open document as this moment has it, else what the disk holds now.
    pub(crate) fn present(&self, path: &VfsPath) -> Result<Option<PresentFile>, ReadError> {
        self.snapshot.present(path)
    }

    /// The files of a proposal of the journal before and after it.
    pub(crate) fn simulation_of(&self, recorded: &Recorded) -> Result<Simulation, JournalError> {
        self.journal.simulation_of(recorded, &|path| self.present(path))
    }

    /// Hands a context for making a proposal to `with`.
    pub(crate) fn proposing<T>(&self, with: impl FnOnce(&Context<'_>) -> T) -> T {
        self.proposing_as(ProposalId::new(self.clock.wall_ms(), self.random.next()), with)
    }

    fn proposing_as<T>(&self, id: ProposalId, with: impl FnOnce(&Context<'_>) -> T) -> T {
        let present: &Present<'_> = &|path| self.present(path);
        // Facts of closed files may be of another text than the disk holds now.
        let facts = |path: &VfsPath, hash: ContentHash| {
            let vfs = &self.snapshot.vfs;
            let file = vfs.file_id(path)?;
            let is_indexed = vfs.disk(file).is_some_and(|it| it.hash == hash);
            let is_known = vfs.overlay(file).is_some() || is_indexed;
            self.snapshot.analysis.facts(file).filter(|_| is_known).cloned()
        };
        let now_ms = self.clock.wall_ms();
        with(&Context { id, now_ms, roots: &self.snapshot.roots, present, facts: &facts })
    }

    /// Makes a proposal of `draft` and records it.
    pub(crate) fn propose(&self, draft: Draft) -> Result<(Proposal, Simulation), Ended> {
        self.propose_as(ProposalId::new(self.clock.wall_ms(), self.random.next()), draft)
    }

    /// The same under an id that was chosen before.
    pub(crate) fn propose_as(
        &self,
        id: ProposalId,
        draft: Draft,
    ) -> Result<(Proposal, Simulation), Ended> {
        let draft = self.formatted(draft);
        self.propose_exactly(id, draft)
    }

    /// The same for a draft that was written by somebody else already.
    pub(crate) fn propose_exactly(
        &self,
        id: ProposalId,
        mut draft: Draft,
    ) -> Result<(Proposal, Simulation), Ended> {
        let roots = &self.snapshot.roots;
        draft.title = paths_below(&draft.title, roots);
        draft.reason = paths_below(&draft.reason, roots);
        let made = self.proposing_as(id, |ctx| propose(draft, ctx));
        let mut made = made.map_err(not_allowed)?;
        proposal::add_effect(&mut made.0, &made.1, &self.snapshot.analysis);
        own::weigh(&mut made.0, &made.1, &self.snapshot);
        if self.cancel.is_cancelled() {
            return Err(Box::new(RunOutcome::Cancelled));
        }
        self.journal.record(&made.0).map_err(|it| refused(&it))?;
        Ok(made)
    }

    /// The draft as the project formats it, where that is wanted. What does not fit the texts of
    /// this moment is refused when it is proposed.
    fn formatted(&self, draft: Draft) -> Draft {
        if matches!(self.formatting, Formatting::Off) {
            return draft;
        }
        let Ok(simulation) = simulate(&draft.change, &|path| self.present(path)) else {
            return draft;
        };
        format::formatted(self, draft, &simulation)
    }

    /// Who proposes, and through what.
    pub(crate) fn origin(&self, action: &str) -> Origin {
        Origin { caller: self.caller.clone(), action: action.to_owned() }
    }
}

/// How a run ends that the journal did not let go on.
pub(crate) fn refused(error: &JournalError) -> Ended {
    let why = error.to_string();
    Box::new(match error {
        JournalError::Store(_) | JournalError::Damaged(_) => RunOutcome::Failed(why),
        _ => RunOutcome::Refused(why),
    })
}

/// The end of a run that was not allowed, for this reason.
pub(crate) fn not_allowed(why: impl ToString) -> Ended {
    Box::new(RunOutcome::Refused(why.to_string()))
}

/// Proposes to rename what is at `at`.
pub(crate) fn rename(
    ctx: &EditContext,
    at: &Place,
    new_name: &str,
) -> Result<(Proposal, Simulation), Ended> {
    let position = resolve(ctx, at)?;
    let rename = ctx.snapshot.analysis.rename(position, new_name).map_err(|error| {
        match (error, ctx.cancel.is_cancelled()) {
            (_, true) => Box::new(RunOutcome::Cancelled),
            (error, false) => not_allowed(error),
        }
    })?;
    ctx.propose(rename_draft(ctx, rename))
}

/// A rename in the words of a proposal.
pub(crate) fn rename_draft(ctx: &EditContext, rename: Rename) -> Draft {
    let mut left: Vec<LeftSite> = rename.left.iter().map(|it| left_site(ctx, it)).collect();
    if let Some(home) = rename.sites.first().and_then(|it| ctx.snapshot.analysis.path(it.file)) {
        left.extend(named_unread(ctx, home, &rename.old_name));
    }
    let n_sites = rename.sites.len();
    let places = match n_sites {
        1 => "1 place that certainly means".to_owned(),
        _ => format!("{n_sites} places that certainly mean"),
    };
    Draft {
        title: format!("Rename `{}` to `{}`", rename.old_name, rename.new_name),
        reason: format!("{places} it, by scope, import or type"),
        origin: ctx.origin(ide::ACTION_RENAME),
        change: rename.change,
        annotations: Vec::new(),
        left,
        leaves: rename.leaves,
    }
}

/// Proposes a settings file below `root`.
pub(crate) fn create_settings(
    ctx: &EditContext,
    root: &VfsPath,
) -> Result<(Proposal, Simulation), Ended> {
    ctx.propose(Draft {
        title: format!("Create {}", settings::WORKSPACE_FILE),
        reason: "every setting that a workspace may have, at its default and commented out"
            .to_owned(),
        origin: ctx.origin(ide::ACTION_CREATE_SETTINGS),
        change: ide::create_settings(root),
        ..Draft::default()
    })
}

/// Proposes that files hold something else: the smallest edits that get there.
pub(crate) fn write_files(
    ctx: &EditContext,
    (title, reason): (String, String),
    files: &[(VfsPath, Option<String>)],
) -> Result<(Proposal, Simulation), Ended> {
    let mut texts = Texts::new();
    for (path, _) in files {
        let now = ctx.present(path).map_err(not_allowed)?;
        let text = now.map(|it| vfs::decode(path, it.bytes.to_vec())).transpose();
        texts.insert(path.clone(), text.map_err(not_allowed)?);
    }
    let wanted = |path: &VfsPath| files.iter().find(|it| it.0 == *path)?.1.clone();
    ctx.propose(Draft {
        title,
        reason,
        origin: ctx.origin("write"),
        change: SourceChange::between(&texts, &wanted),
        ..Draft::default()
    })
}

/// Stores the checkpoint of `proposal`: from now on it may be applied.
pub(crate) fn begin(ctx: &EditContext, proposal: &Proposal) -> Result<Begun, Ended> {
    if ctx.cancel.is_cancelled() {
        return Err(Box::new(RunOutcome::Cancelled));
    }
    let now_ms = ctx.clock.wall_ms();
    let id = TransactionId::new(now_ms, ctx.random.next());
    let begun = ctx.journal.begin(proposal, id, now_ms, &|path| ctx.present(path));
    let begun = begun.map_err(|it| refused(&it))?;
    runs::carry_trust(ctx, proposal, &begun.simulation);
    Ok(begun)
}

/// The same for a proposal that waits in the journal.
pub(crate) fn begin_recorded(
    ctx: &EditContext,
    id: &ProposalId,
) -> Result<(Proposal, Begun), Ended> {
    // What an editor declined may be asked again.
    ctx.journal.reopen(id).map_err(|it| refused(&it))?;
    let recorded = ctx.journal.proposal(id).map_err(|it| refused(&it))?;
    let begun = begin(ctx, &recorded.proposal)?;
    Ok((recorded.proposal, begun))
}

/// Makes the proposal that takes a transaction back, or brings it back, and begins it.
pub(crate) fn begin_reversal(
    ctx: &EditContext,
    request: &UndoRequest,
    is_undo: bool,
) -> Result<(Proposal, Begun), Ended> {
    let reversal = ctx.proposing(|it| match is_undo {
        true => ctx.journal.undo(request, it),
        false => ctx.journal.redo(request, it),
    });
    let proposal = reversal.map_err(|it| refused(&it))?.proposal;
    ctx.journal.record(&proposal).map_err(|it| refused(&it))?;
    let begun = begin(ctx, &proposal)?;
    Ok((proposal, begun))
}

/// A proposal of the journal that can still be answered, with the files before and after it.
pub(crate) fn recorded(
    ctx: &EditContext,
    id: &ProposalId,
) -> Result<(Proposal, Simulation), Ended> {
    let recorded = ctx.journal.proposal(id).map_err(|it| refused(&it))?;
    if !recorded.is_pending() {
        return Err(not_allowed(format!("{id} waits for no answer any more")));
    }
    let simulation = ctx.simulation_of(&recorded).map_err(|it| refused(&it))?;
    Ok((recorded.proposal, simulation))
}

/// Writes the document that shows `proposal`.
pub(crate) fn write_diff(
    ctx: &EditContext,
    folder: Option<VfsPath>,
    proposal: &Proposal,
    simulation: &Simulation,
) -> Result<VfsPath, String> {
    let folder = folder.ok_or("there is no state folder")?;
    let path = folder.join(&format!("{}.diff", proposal.id));
    let style = DiffStyle {
        roots: &ctx.snapshot.roots,
        answers: &[
            "Answer with the code actions of this document: `apply` and `reject` are about all of",
            "it, `accept` and `reject this hunk` mark the one under the cursor, with [x] or [-].",
            "You may write the marks yourself. `apply accepted` takes those with [x]; what is left",
            "open goes on waiting.",
        ],
        has_marks: true,
    };
    let text = diff_text(proposal, simulation, &style);
    disk::write_document(&path, &text).map_err(|it| it.to_string())?;
    Ok(path)
}

/// What of the editor's own undo concerns us.
pub(crate) fn note_editor_undo(ctx: &EditContext, paths: &[VfsPath]) -> Vec<Noted> {
    let noted = ctx.journal.note_editor_undo(paths, &|path| ctx.present(path));
    noted.unwrap_or_else(|error| {
        tracing::warn!(%error, "the editor's undo cannot be recorded");
        Vec::new()
    })
}

/// The file, where it is what the client saw.
pub(crate) fn unchanged_file(
    ctx: &EditContext,
    path: &VfsPath,
    version: Option<i32>,
) -> Result<FileId, Ended> {
    ctx.snapshot.unchanged_file(path, version).map_err(not_allowed)
}

/// The position that a client means.
pub(crate) fn resolve(ctx: &EditContext, place: &Place) -> Result<FilePosition, Ended> {
    ctx.snapshot.place(place).map_err(not_allowed)
}

/// A place left to the user, with its line.
pub(crate) fn left_site(ctx: &EditContext, left: &LeftOut) -> LeftSite {
    let text = ctx.snapshot.text(left.file).unwrap_or_default();
    let line = text.lines().nth(left.line as usize).unwrap_or_default();
    LeftSite {
        path: left.path.clone(),
        range: left.range,
        line: left.line,
        text: line.to_owned(),
        reason: left.reason.to_owned(),
    }
}

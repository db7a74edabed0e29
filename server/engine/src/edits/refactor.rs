//! Refactorings as proposals: tried on one moment of the workspace, on a thread of their own.

use ide::{
    FileMove, FilePosition, FileRange, Mover, Refactor, RefactorError, Refactoring, Rewrite,
};
use proposal::{Draft, Proposal, Simulation};
use text::TextRange;

use crate::{
    Area, RunId, RunOutcome, Then,
    edits::{
        tasks::{EditContext, Ended, left_site, not_allowed, resolve, unchanged_file},
        unread::named_unread,
    },
    state::GlobalState,
};

/// The action of a proposal that moves files.
pub(crate) const ACTION_MOVE_FILES: &str = "moveFiles";

impl GlobalState {
    /// Proposes a refactoring.
    pub(crate) fn refactor(&mut self, run: RunId, at: Area, refactor: Refactor, then: Then) {
        self.begin_progress(run, "Refactoring");
        self.propose_task(run, "refactor", then, move |ctx| {
            propose_refactoring(ctx, &at, &refactor)
        });
    }

    /// Proposes to rewrite every match of a pattern.
    pub(crate) fn rewrite(&mut self, run: RunId, rewrite: Rewrite, then: Then) {
        self.begin_progress(run, &format!("Rewriting {}", rewrite.pattern));
        self.propose_task(run, "rewrite", then, move |ctx| {
            let done = ctx.snapshot.analysis.rewrite(&rewrite);
            propose(ctx, ide::ACTION_REWRITE, done.map_err(|error| ended(ctx, &error))?)
        });
    }

    /// Proposes to move files.
    pub(crate) fn move_files(
        &mut self,
        run: RunId,
        moves: Vec<FileMove>,
        mover: Mover,
        then: Then,
    ) {
        self.begin_progress(run, "Moving files");
        self.propose_task(run, "move files", then, move |ctx| {
            let done = ctx.snapshot.analysis.move_files(&moves, mover);
            propose(ctx, ACTION_MOVE_FILES, done.map_err(|error| ended(ctx, &error))?)
        });
    }
}

fn propose_refactoring(
    ctx: &EditContext,
    at: &Area,
    refactor: &Refactor,
) -> Result<(Proposal, Simulation), Ended> {
    let at = file_range(ctx, at)?;
    let analysis = &ctx.snapshot.analysis;
    let done = analysis.refactor(at, refactor).map_err(|error| ended(ctx, &error))?;
    let mut draft = refactoring_draft(ctx, refactor.id(), done);
    if matches!(refactor, Refactor::MoveSymbol { .. } | Refactor::SafeDelete)
        && let Some(home) = analysis.path(at.file)
        && let Ok(named) =
            analysis.prepare_rename(FilePosition { file: at.file, offset: at.range.start() })
    {
        draft.left.extend(named_unread(ctx, home, &named.placeholder));
    }
    ctx.propose(draft)
}

/// Makes a proposal of what was done on paper.
fn propose(
    ctx: &EditContext,
    action: &str,
    done: Refactoring,
) -> Result<(Proposal, Simulation), Ended> {
    ctx.propose(refactoring_draft(ctx, action, done))
}

/// A refactoring in the words of a proposal.
pub(crate) fn refactoring_draft(ctx: &EditContext, action: &str, done: Refactoring) -> Draft {
    Draft {
        title: done.title,
        reason: done.reason,
        origin: ctx.origin(action),
        change: done.change,
        leaves: done.leaves,
        annotations: Vec::new(),
        left: done.left.iter().map(|it| left_site(ctx, it)).collect(),
    }
}

fn ended(ctx: &EditContext, error: &RefactorError) -> Ended {
    match ctx.cancel.is_cancelled() {
        true => Box::new(RunOutcome::Cancelled),
        false => not_allowed(error),
    }
}

fn file_range(ctx: &EditContext, area: &Area) -> Result<FileRange, Ended> {
    match area {
        Area::Place(place) => {
            let at = resolve(ctx, place)?;
            Ok(FileRange { file: at.file, range: TextRange::empty(at.offset) })
        }
        Area::Range { path, range, encoding, version } => {
            let file = unchanged_file(ctx, path, *version)?;
            let offset = |it| ctx.snapshot.offset(file, it, *encoding).map_err(not_allowed);
            let (start, end) = (offset(range.0)?, offset(range.1)?);
            Ok(FileRange { file, range: TextRange::new(start.min(end), start.max(end)) })
        }
    }
}

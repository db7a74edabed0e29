//! After it was accepted: an idle server looks whether the newest experiment in force is worse in
//! use, and where it is, proposes once to take it back.

use evolve::{InUse, TAKEN_BACK, accepted_variant, in_use};
use proposal::{Journal, ProposalId};
use store::StoreError;
use store::history::{EpisodeRow, TransactionKind};

use super::{
    EvolveDone, KEPT_MAX,
    standing::{Experiment, experiments, failed, taken_back},
};
use crate::{
    EPISODES_MAX, Lane, ReadError, RunId, RunOutcome, Snapshot,
    edits::tasks::{EditContext, Ended},
    event::ClientId,
    state::GlobalState,
    task::{Task, TaskDone},
};

/// What the run is called.
pub(crate) const RUN: &str = "watch experiment";
/// Transactions among which is looked for the one that applied an experiment.
const TRANSACTIONS_MAX: usize = 1_000;

impl Snapshot {
    /// How the newest experiment that is in force does in use, by its id; `None` where none is.
    ///
    /// # Errors
    /// [`ReadError::Failed`] where the history cannot be read.
    pub fn experiment_in_use(&self) -> Result<Option<(String, InUse)>, ReadError> {
        let Some(journal) = &self.journal else { return Ok(None) };
        // What waits to be written counts, too.
        self.noted_episodes(None, 0)?;
        let all = experiments(journal, KEPT_MAX)?;
        let watched = newest_in_use(journal, &all, self.now_ms())?;
        Ok(watched.map(|it| (it.0.row.id.clone(), it.1)))
    }
}

impl GlobalState {
    /// Looks, and then whether it is time for an experiment.
    pub(super) fn watch_experiment(&mut self) {
        let run = self.runs.own_id();
        let client = self.clients.owner().unwrap_or(ClientId(u64::MAX));
        self.runs.begin_own(run, client, RUN, self.outside.clock.now_ms());
        let Some(ctx) = self.edit_context_of(run) else { return };
        let lost = RunOutcome::Failed("internal error, see the log".to_owned());
        self.outside.give(Task {
            lane: Lane::Work,
            name: RUN,
            on_panic: TaskDone::Evolve(EvolveDone::Over(run, lost)),
            work: Box::new(move || {
                let found = watch(run, &ctx).unwrap_or_else(|it| EvolveDone::Over(run, *it));
                TaskDone::Evolve(found)
            }),
        });
    }
}

fn watch(run: RunId, ctx: &EditContext) -> Result<EvolveDone, Ended> {
    let all = experiments(&ctx.journal, KEPT_MAX).map_err(failed)?;
    let found = newest_in_use(&ctx.journal, &all, ctx.clock.wall_ms()).map_err(failed)?;
    let Some((experiment, InUse::Worse(found))) = found else {
        return Ok(EvolveDone::Watched(run));
    };
    // Whoever was asked once and said no is not asked again.
    let was_asked = |it: &Experiment| {
        let is_of_use = it.row.outcome == TAKEN_BACK && !it.row.body.variants.is_empty();
        is_of_use && it.row.body.parent.as_ref() == Some(&experiment.row.id)
    };
    if all.iter().any(was_asked) {
        return Ok(EvolveDone::Watched(run));
    }
    let (row, made) = taken_back(ctx, &all, experiment, Some(&found))?;
    Ok(EvolveDone::Ended(run, Box::new(row), made.map(Box::new)))
}

/// The experiment that was applied last of those in force, and how it does in use.
fn newest_in_use<'a>(
    journal: &Journal,
    all: &'a [Experiment],
    now_ms: u64,
) -> Result<Option<(&'a Experiment, InUse)>, StoreError> {
    let in_force: Vec<(ProposalId, &Experiment)> = all
        .iter()
        // A workflow or another place of a file changes nothing of what is found first.
        .filter(|it| it.is_in_force && accepted_variant(&it.row).is_some())
        .filter_map(|it| Some((ProposalId::parse(it.row.proposal.as_deref()?)?, it)))
        .collect();
    if in_force.is_empty() {
        return Ok(None);
    }
    // The newest come first.
    let made = journal.transactions(TRANSACTIONS_MAX).unwrap_or_default();
    let newest = made.iter().find_map(|transaction| {
        let of = in_force.iter().find(|it| it.0 == transaction.proposal)?;
        (transaction.kind == TransactionKind::Apply).then_some((of.1, transaction.started_ms))
    });
    let Some((experiment, applied_ms)) = newest else { return Ok(None) };
    let mut episodes: Vec<EpisodeRow> = Vec::new();
    for kind in ["question", "opened", "used"] {
        episodes.extend(journal.episodes().noted_episodes(Some(kind), EPISODES_MAX)?);
    }
    Ok(Some((experiment, in_use(&episodes, applied_ms, now_ms))))
}

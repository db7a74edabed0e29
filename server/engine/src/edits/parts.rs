//! A proposal of which only some parts are applied, and what becomes of the others.

use std::{collections::BTreeSet, sync::Arc};

use proposal::{
    Begun, PartId, PartsError, Proposal, ProposalId, Simulation, add_effect, narrow, parts,
    propose, simulate,
};

use crate::{
    Choice, NoticeLevel, RunId, RunOutcome,
    edits::{
        Confirm, EditDone,
        tasks::{self, EditContext, Ended, not_allowed, refused},
    },
    state::GlobalState,
};

/// A transaction whose checkpoint is on the disk.
pub(crate) struct Started {
    pub(crate) proposal: Proposal,
    pub(crate) begun: Begun,
    /// Set where the user wants more than this transaction makes.
    pub(crate) planned: Option<Planned>,
}

/// What shall be there in the end.
#[derive(Clone)]
pub(crate) struct Planned {
    /// The proposal that it comes from.
    pub(crate) of: Arc<Proposal>,
    /// Its texts before and after.
    pub(crate) simulation: Arc<Simulation>,
}

impl Started {
    /// One after which nothing is left to do.
    pub(crate) fn boxed((proposal, begun): (Proposal, Begun)) -> Box<Started> {
        Box::new(Started { proposal, begun, planned: None })
    }
}

impl GlobalState {
    /// Applies parts of a pending proposal; the user has seen them.
    pub(crate) fn apply_parts(&mut self, run: RunId, id: ProposalId, choice: Choice) {
        self.edit_task(run, "apply parts", move |ctx| {
            EditDone::Begun(run, Confirm::No, begin_parts(ctx, &id, &choice).map(Box::new))
        });
    }

    /// Proposes what is missing after `changed`, and ends the run.
    pub(crate) fn propose_rest(&mut self, run: RunId, changed: RunOutcome, planned: Planned) {
        self.edit_task(run, "propose the rest", move |ctx| {
            let mut outcome = changed;
            match rest(ctx, &planned) {
                Ok(proposed) => {
                    if let RunOutcome::Changed { rest, .. } = &mut outcome {
                        *rest = proposed;
                    }
                }
                Err(why) => {
                    let said = format!("the rest cannot be proposed: {why}");
                    if let RunOutcome::Changed { reason, .. } = &mut outcome {
                        *reason = Some(match reason.take() {
                            Some(reason) => format!("{reason}; {said}"),
                            None => said,
                        });
                    }
                }
            }
            EditDone::Over(run, outcome)
        });
    }

    /// Tells everybody who listens.
    pub(crate) fn tell_all(&mut self, level: NoticeLevel, text: String) {
        self.clients.message(level, text);
    }
}

/// Begins what is accepted of a proposal.
fn begin_parts(ctx: &EditContext, id: &ProposalId, choice: &Choice) -> Result<Started, Ended> {
    ctx.journal.reopen(id).map_err(|it| refused(&it))?;
    let recorded = ctx.journal.proposal(id).map_err(|it| refused(&it))?;
    let simulation = ctx.journal.simulation_of(&recorded, &|path| ctx.present(path));
    let simulation = simulation.map_err(|it| refused(&it))?;
    let whole = recorded.proposal;
    let all: BTreeSet<PartId> = parts(&whole, &simulation).iter().map(|it| it.id).collect();
    if choice.accepted == all {
        let begun = tasks::begin(ctx, &whole)?;
        return Ok(Started { proposal: whole, begun, planned: None });
    }
    let wanted: BTreeSet<PartId> = all.difference(&choice.rejected).copied().collect();
    let wanted: BTreeSet<PartId> = wanted.union(&choice.accepted).copied().collect();
    let draft = narrow(&whole, &simulation, &choice.accepted).map_err(unfit)?;
    let mut made = ctx.proposing(|it| propose(draft, it)).map_err(not_allowed)?;
    add_effect(&mut made.0, &made.1, &ctx.snapshot.analysis);
    // A server that is killed now leaves this word for the next one.
    let rejected = choice.rejected.difference(&choice.accepted).copied().collect();
    let proposal = Proposal { part_of: Some(whole.id.clone()), rejected, ..made.0 };
    let planned = match wanted == choice.accepted {
        true => None,
        false => {
            let draft = narrow(&whole, &simulation, &wanted).map_err(unfit)?;
            let planned = simulate(&draft.change, &|path| ctx.present(path));
            let simulation = Arc::new(planned.map_err(not_allowed)?);
            Some(Planned { of: Arc::new(whole), simulation })
        }
    };
    ctx.journal.record(&proposal).map_err(|it| refused(&it))?;
    let begun = tasks::begin(ctx, &proposal)?;
    Ok(Started { proposal, begun, planned })
}

fn unfit(error: PartsError) -> Ended {
    not_allowed(error)
}

/// Records a proposal of what is missing; `None` where nothing is.
fn rest(ctx: &EditContext, planned: &Planned) -> Result<Option<ProposalId>, String> {
    let made = ctx.proposing(|it| ctx.journal.rest(&planned.of, &planned.simulation, it));
    let Some((proposal, _)) = made.map_err(|it| it.to_string())? else { return Ok(None) };
    ctx.journal.record(&proposal).map_err(|it| it.to_string())?;
    Ok(Some(proposal.id))
}

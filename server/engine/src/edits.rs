//! The life of a change: proposed, shown, applied, measured, taken back. The loop decides; the work
//! is done by tasks in `edits::tasks`.

pub(crate) mod given;
pub(crate) mod many;
pub(crate) mod parts;
pub(crate) mod recovery;
pub(crate) mod refactor;
pub(crate) mod steps;
pub(crate) mod tasks;
pub(crate) mod unread;
pub(crate) mod write;

use std::{collections::BTreeMap, sync::Arc};

use proposal::{
    Finished, Measured, Noted, Outcome, Proposal, ProposalId, Simulation, TransactionId,
    UndoRequest, UndoScope, needs_preview,
};
use rustc_hash::FxHashSet;
use vfs::{SourceChange, VfsPath};

use crate::{
    Abilities, Lane, Notice, NoticeLevel, Place, Recovery, RunId, RunOutcome, Then,
    agents::AgentDone,
    edits::{
        many::Queue,
        parts::{Planned, Started},
        recovery::Recovering,
        steps::{edit_step, is_client_able},
        tasks::{EditContext, Ended},
    },
    event::ClientId,
    format::Formatting,
    state::GlobalState,
    task::{Cancel, Task, TaskDone},
    workflows::runs::FlowDone,
};

/// How long buffers and files may take to become what an editor says it has made of them.
const MEASURE_MS_MAX: u64 = 5_000;
/// The same where the editor says that it did not apply the change: a part may have been applied.
const MEASURE_DECLINED_MS: u64 = 400;

/// How long an editor may take to answer where it does not ask the user.
const ANSWER_MS_MAX: u64 = 30_000;

/// How long an editor may take to make an edit that it asked for: it may show it first.
const GIVEN_MS_MAX: u64 = 60_000;

/// Changes on their way, and what has to be remembered of those that are done.
#[derive(Default)]
pub(crate) struct Proposals {
    pub(crate) applying: BTreeMap<ProposalId, Applying>,
    /// Reversals that follow one another in one run.
    pub(crate) queues: BTreeMap<RunId, Queue>,
    /// Files of recent transactions: only in them an editor's undo can mean one of ours.
    pub(crate) touched: FxHashSet<VfsPath>,
    pub(crate) recovering: Recovering,
    /// How the user confirms changes whose hooks were called.
    pub(crate) confirms: BTreeMap<RunId, Confirm>,
}

/// A change that is being applied.
pub(crate) struct Applying {
    run: RunId,
    client: ClientId,
    proposal: Arc<Proposal>,
    simulation: Arc<Simulation>,
    transaction: TransactionId,
    /// What shall be there when all that the user wants is.
    planned: Option<Planned>,
    confirm: Confirm,
    steps: Vec<SourceChange>,
    /// The step that was asked for last.
    step: usize,
    reason: Option<String>,
    phase: Phase,
}

/// Whether the user confirms each part in the editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirm {
    /// Each.
    Yes,
    /// None: they have seen it, or asked for just this.
    No,
    /// The client has the edit already, and makes it by itself.
    Given,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The client was asked and has not answered. Without a deadline it is the user who is asked.
    Asked { deadline_ms: Option<u64> },
    /// Buffers and files are watched until they are as proposed, or it is too late.
    Watched { deadline_ms: u64, look: Look },
    /// It is being written, or measured for the last time.
    Ending,
}

/// Whether what became of a change is being measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// Nobody looks.
    Away,
    /// A task looks at how things were when it began.
    Under,
    /// A task looks, and documents have changed since: it has to look again.
    Outdated,
}

/// What comes back of a task. Refusals and failures are outcomes already.
pub(crate) enum EditDone {
    /// A change was looked at and recorded.
    Proposed(RunId, Then, Result<Box<(Proposal, Simulation)>, Ended>),
    /// The diff document is there.
    Shown(RunId, ProposalId, Result<VfsPath, String>),
    /// A transaction may be applied; where that is said, each part is to be confirmed.
    Begun(RunId, Confirm, Result<Box<Started>, Ended>),
    /// These transactions are to be reversed, one after the other.
    Selected(RunId, bool, Result<Vec<TransactionId>, Ended>),
    /// The files were written.
    Written(ProposalId, Result<(), String>),
    /// Files that nobody has open were created and deleted, in the course of a change that a client
    /// makes.
    StepWritten(ProposalId, Result<(), String>),
    /// A change in the middle of being applied was measured.
    Measured(ProposalId, Measured),
    /// A transaction was measured for the last time, and that was recorded.
    Finished(ProposalId, Result<Finished, String>),
    /// A run is over.
    Over(RunId, RunOutcome),
    /// What the editor took back or brought back.
    Noted(Vec<Noted>),
    /// What an earlier server left, and the files of recent transactions.
    Recovered(Box<Recovery>, Vec<VfsPath>),
    /// The document that lists the latest changes is there.
    HistoryShown(RunId, Result<VfsPath, String>),
    /// Something about agents.
    Agent(AgentDone),
    /// Something about workflows.
    Flow(FlowDone),
    /// A task panicked that nobody waits for.
    Lost,
}

impl Proposals {
    /// When a change has to be measured for the last time.
    pub(crate) fn next_timer_ms(&self) -> Option<u64> {
        let deadlines = self.applying.values().filter_map(|it| match it.phase {
            Phase::Watched { deadline_ms, look: Look::Away } => Some(deadline_ms),
            Phase::Asked { deadline_ms } => deadline_ms,
            _ => None,
        });
        deadlines.min()
    }
}

impl GlobalState {
    /// Proposes a rename.
    pub(crate) fn rename(&mut self, run: RunId, at: Place, new_name: String, then: Then) {
        self.begin_progress(run, &format!("Renaming to {new_name}"));
        self.propose_task(run, "rename", then, move |ctx| tasks::rename(ctx, &at, &new_name));
    }

    /// Proposes a settings file.
    pub(crate) fn create_settings(&mut self, run: RunId, root: Option<VfsPath>, then: Then) {
        let Some(root) = root.or_else(|| self.files.roots.first().cloned()) else {
            let why = "no folder is open that could have settings".to_owned();
            return self.end_run(run, RunOutcome::Refused(why));
        };
        self.propose_task(run, "create settings", then, move |ctx| {
            tasks::create_settings(ctx, &root)
        });
    }

    /// Proposes that files hold something else.
    pub(crate) fn write_files(
        &mut self,
        run: RunId,
        words: (String, String),
        files: Vec<(VfsPath, Option<String>)>,
        then: Then,
    ) {
        self.propose_task(run, "write files", then, move |ctx| {
            tasks::write_files(ctx, words, &files)
        });
    }

    /// Shows a pending proposal once more.
    pub(crate) fn show_proposal(&mut self, run: RunId, id: ProposalId) {
        let folder = self.outside.proposals_folder.clone();
        self.edit_task(run, "show proposal", move |ctx| match tasks::recorded(ctx, &id) {
            Ok((proposal, simulation)) => {
                let document = tasks::write_diff(ctx, folder, &proposal, &simulation);
                EditDone::Shown(run, id, document)
            }
            Err(ended) => EditDone::Over(run, *ended),
        });
    }

    /// Applies a pending proposal; the user has seen it.
    pub(crate) fn apply_proposal(&mut self, run: RunId, id: ProposalId) {
        let confirm = self.proposals.confirms.remove(&run).unwrap_or(Confirm::No);
        self.edit_task(run, "apply", move |ctx| {
            let begun = tasks::begin_recorded(ctx, &id);
            EditDone::Begun(run, confirm, begun.map(Started::boxed))
        });
    }

    /// Sets a pending proposal aside.
    pub(crate) fn reject_proposal(&mut self, run: RunId, id: ProposalId) {
        self.edit_task(run, "reject", move |ctx| {
            let res = ctx.journal.reject(&id);
            let rejected = RunOutcome::Rejected(id);
            EditDone::Over(run, res.map_or_else(|it| *tasks::refused(&it), |()| rejected))
        });
    }

    /// Takes a transaction back, or brings it back. The user asked for just that: it is not shown
    /// first.
    pub(crate) fn reverse(
        &mut self,
        run: RunId,
        transaction: Option<TransactionId>,
        scope: UndoScope,
        is_undo: bool,
    ) {
        self.begin_progress(run, if is_undo { "Undoing" } else { "Redoing" });
        self.edit_task(run, if is_undo { "undo" } else { "redo" }, move |ctx| {
            let request = UndoRequest { transaction, scope, caller: ctx.caller.clone() };
            let begun = tasks::begin_reversal(ctx, &request, is_undo);
            EditDone::Begun(run, Confirm::No, begun.map(Started::boxed))
        });
    }

    /// Looks whether the editor took a change of ours back, or brought it back, in one of `paths`.
    pub(crate) fn note_editor_undo(&mut self, mut paths: Vec<VfsPath>) {
        paths.retain(|it| self.proposals.touched.contains(it));
        // A change that is under way looks like anything.
        if paths.is_empty() || !self.proposals.applying.is_empty() {
            return;
        }
        let Some(ctx) = self.edit_context() else { return };
        self.outside.give(Task {
            lane: Lane::Latency,
            name: "note editor undo",
            on_panic: TaskDone::Edit(EditDone::Lost),
            work: Box::new(move || {
                TaskDone::Edit(EditDone::Noted(tasks::note_editor_undo(&ctx, &paths)))
            }),
        });
    }

    /// Documents or files changed: changes that are being applied may be done now.
    pub(crate) fn documents_changed(&mut self) {
        let mut unwatched = Vec::new();
        for (id, applying) in &mut self.proposals.applying {
            let Phase::Watched { deadline_ms, look } = applying.phase else { continue };
            match look {
                Look::Away => unwatched.push(id.clone()),
                Look::Under | Look::Outdated => {
                    applying.phase = Phase::Watched { deadline_ms, look: Look::Outdated };
                }
            }
        }
        for id in unwatched {
            self.measure(&id);
        }
    }

    /// Measures the changes whose time has come.
    pub(crate) fn measure_due(&mut self, now_ms: u64) {
        let mut due = Vec::new();
        for (id, applying) in &mut self.proposals.applying {
            match applying.phase {
                Phase::Watched { deadline_ms, look: Look::Away } if deadline_ms <= now_ms => {}
                Phase::Asked { deadline_ms: Some(deadline_ms) } if deadline_ms <= now_ms => {
                    applying.reason = Some("the editor did not answer".to_owned());
                }
                _ => continue,
            }
            due.push(id.clone());
        }
        for id in due {
            self.finish(&id);
        }
    }

    /// The client says what it made of a step.
    pub(crate) fn edit_answered(
        &mut self,
        id: &ProposalId,
        step: u32,
        applied: bool,
        reason: Option<String>,
    ) {
        let Some(applying) = self.proposals.applying.get_mut(id) else {
            tracing::warn!(%id, step, "an answer about a change that is not being applied");
            return;
        };
        if !matches!(applying.phase, Phase::Asked { .. }) || applying.step as u32 != step {
            tracing::warn!(%id, step, "an answer about a step that was not asked");
            return;
        }
        tracing::info!(%id, step, applied, ?reason, "the client answered");
        // The user was waited for; what is asked from now on waits for this change again.
        self.runs.resume_edit(applying.run);
        self.step_done(id, applied, reason);
    }

    /// A step was made, or was not: the next one, or what became of them all.
    fn step_done(&mut self, id: &ProposalId, applied: bool, reason: Option<String>) {
        let Some(applying) = self.proposals.applying.get_mut(id) else { return };
        applying.reason = reason;
        if applied && applying.step + 1 < applying.steps.len() {
            applying.step += 1;
            self.make_step(id);
            return;
        }
        self.watch_edit(id, if applied { MEASURE_MS_MAX } else { MEASURE_DECLINED_MS });
    }

    /// Watches buffers and files for at most so long.
    fn watch_edit(&mut self, id: &ProposalId, wait_ms: u64) {
        let now_ms = self.outside.clock.now_ms();
        let Some(applying) = self.proposals.applying.get_mut(id) else { return };
        applying.phase = Phase::Watched { deadline_ms: now_ms + wait_ms, look: Look::Away };
        self.measure(id);
    }

    /// Takes in what a task brought.
    pub(crate) fn edit_done(&mut self, done: EditDone) {
        match done {
            EditDone::Proposed(run, then, made) => match made {
                Ok(made) => self.proposed(run, then, made.0, made.1),
                Err(outcome) => self.end_run(run, *outcome),
            },
            EditDone::Shown(run, proposal, document) => self.shown(run, proposal, document),
            EditDone::Begun(run, confirm, started) => match started {
                Ok(started) => self.begun(run, confirm, *started),
                Err(outcome) => self.end_edit(run, *outcome),
            },
            EditDone::Selected(run, is_undo, selected) => match selected {
                Ok(transactions) => self.begin_queue(run, is_undo, transactions),
                Err(outcome) => self.end_run(run, *outcome),
            },
            EditDone::Written(id, Ok(())) => self.finish(&id),
            EditDone::Written(id, Err(why)) => {
                if let Some(applying) = self.proposals.applying.get_mut(&id) {
                    applying.reason = Some(why);
                }
                self.finish(&id);
            }
            EditDone::StepWritten(id, written) => {
                self.step_done(&id, written.is_ok(), written.err());
            }
            EditDone::Measured(id, measured) => self.measured(&id, &measured),
            EditDone::Finished(id, finished) => self.finished(&id, finished),
            EditDone::Over(run, outcome) => {
                if let (RunOutcome::Rejected(id), Some(it)) = (&outcome, self.runs.get(run)) {
                    self.wake_flows(it.client, id);
                }
                self.show_reply(run, &outcome);
                self.end_edit(run, outcome);
            }
            EditDone::Noted(noted) => {
                for it in noted {
                    let standing = it.standing.name();
                    tracing::info!(transaction = %it.transaction, standing, "noted in the editor");
                    self.note_turned(&it.transaction, it.state);
                }
            }
            EditDone::Recovered(recovery, touched) => self.recovered(*recovery, touched),
            EditDone::HistoryShown(run, path) => self.history_shown(run, path),
            EditDone::Agent(done) => self.agent_done(done),
            EditDone::Flow(done) => self.flow_done(done),
            EditDone::Lost => {}
        }
    }

    /// A proposal is there: it waits, is shown, or is applied.
    fn proposed(&mut self, run: RunId, then: Then, proposal: Proposal, simulation: Simulation) {
        let preview = self.configuration.settings.preview;
        let is_shown = needs_preview(&proposal.risk, preview, &proposal.change);
        let abilities = self.run_abilities(run);
        let id = proposal.id.clone();
        let way = match way(then, is_shown, abilities, &proposal.change) {
            // Without a state folder there is nowhere to write it.
            Way::Document if self.outside.proposals_folder.is_none() => Way::Wait,
            way => way,
        };
        tracing::info!(%id, risk = %proposal.risk.level, ?way, "proposed");
        match way {
            Way::Wait => {
                let outcome = RunOutcome::Proposed { proposal: id, document: None };
                self.end_run(run, outcome);
            }
            Way::Review => {
                if let Some(client) = self.runs.get(run).map(|it| it.client) {
                    self.clients.tell(client, Notice::Review { proposal: id.clone() });
                }
                self.end_run(run, RunOutcome::Proposed { proposal: id, document: None });
            }
            Way::Document => self.show(run, proposal, simulation),
            Way::Apply(confirm) if self.before_apply(run, id, confirm) => {}
            Way::Apply(confirm) => self.edit_task(run, "begin", move |ctx| {
                let begun = tasks::begin(ctx, &proposal);
                let started = begun.map(|begun| Started::boxed((proposal, begun)));
                EditDone::Begun(run, confirm, started)
            }),
        }
    }

    /// Writes the diff document and has the client open it.
    fn show(&mut self, run: RunId, proposal: Proposal, simulation: Simulation) {
        let folder = self.outside.proposals_folder.clone();
        self.edit_task(run, "show", move |ctx| {
            let id = proposal.id.clone();
            let document = tasks::write_diff(ctx, folder, &proposal, &simulation);
            EditDone::Shown(run, id, document)
        });
    }

    fn shown(&mut self, run: RunId, proposal: ProposalId, document: Result<VfsPath, String>) {
        let document = match document {
            Ok(path) => Some(path),
            Err(why) => {
                let text = format!("{proposal} cannot be shown: {why}");
                self.clients.message(NoticeLevel::Warning, text);
                None
            }
        };
        if let (Some(path), Some(run)) = (&document, self.runs.get(run)) {
            let client = run.client;
            self.clients.tell(client, Notice::ShowDocument { path: path.clone() });
        }
        self.end_run(run, RunOutcome::Proposed { proposal, document });
    }

    /// The checkpoint is on the disk: now whoever can makes the change.
    fn begun(&mut self, run: RunId, confirm: Confirm, started: Started) {
        let Started { proposal, begun, planned } = started;
        let client = self.runs.get(run).map_or(ClientId(u64::MAX), |it| it.client);
        let id = proposal.id.clone();
        let applying = Applying {
            run,
            client,
            steps: self.steps(&proposal, confirm),
            proposal: Arc::new(proposal),
            simulation: Arc::new(begun.simulation),
            transaction: begun.transaction,
            planned,
            confirm,
            step: 0,
            reason: None,
            phase: Phase::Ending,
        };
        let abilities = self.clients.abilities(client);
        let whole = &applying.proposal.change;
        let asked = |it: &&SourceChange| confirm != Confirm::No || !self.is_ours(it, whole);
        let able = applying.steps.iter().filter(asked).all(|it| is_client_able(abilities, it));
        self.proposals.applying.insert(id.clone(), applying);
        match (confirm, able) {
            (Confirm::Given, _) => {
                self.clients.tell(client, Notice::MayEdit { run });
                self.watch_edit(&id, GIVEN_MS_MAX);
            }
            (_, true) => self.make_step(&id),
            (_, false) => self.write(&id),
        }
    }

    /// Has the present step made, by the client where it can only be made there.
    fn make_step(&mut self, id: &ProposalId) {
        let Some(applying) = self.proposals.applying.get(id) else { return };
        let step = &applying.steps[applying.step];
        let is_ours = self.is_ours(step, &applying.proposal.change);
        match applying.confirm == Confirm::No && is_ours {
            true => self.write_step(id),
            false => self.ask(id),
        }
    }

    /// Asks the client to make the present step.
    fn ask(&mut self, id: &ProposalId) {
        let now_ms = self.outside.clock.now_ms();
        let Some(applying) = self.proposals.applying.get_mut(id) else { return };
        let deadline_ms = match applying.confirm {
            Confirm::Yes => None,
            Confirm::No | Confirm::Given => Some(now_ms + ANSWER_MS_MAX),
        };
        applying.phase = Phase::Asked { deadline_ms };
        let run = applying.run;
        let step = edit_step(
            &applying.proposal,
            &applying.simulation,
            &applying.steps[applying.step],
            applying.step as u32,
            applying.confirm == Confirm::Yes,
        );
        let client = applying.client;
        self.clients.tell(client, Notice::ApplyEdit(Box::new(step)));
        if deadline_ms.is_none() {
            self.yield_edit(run);
        }
    }

    fn measure(&mut self, id: &ProposalId) {
        let Some(applying) = self.proposals.applying.get_mut(id) else { return };
        let Phase::Watched { deadline_ms, .. } = applying.phase else { return };
        applying.phase = Phase::Watched { deadline_ms, look: Look::Under };
        let (run, id) = (applying.run, id.clone());
        let proposal = Arc::clone(&applying.proposal);
        self.edit_task(run, "measure", move |ctx| EditDone::Measured(id, ctx.measure(&proposal)));
    }

    fn measured(&mut self, id: &ProposalId, measured: &Measured) {
        let now_ms = self.outside.clock.now_ms();
        let Some(applying) = self.proposals.applying.get_mut(id) else { return };
        let Phase::Watched { deadline_ms, look } = applying.phase else { return };
        applying.phase = Phase::Watched { deadline_ms, look: Look::Away };
        if measured.outcome == Outcome::Applied || deadline_ms <= now_ms {
            self.finish(id);
        } else if look == Look::Outdated {
            self.measure(id);
        }
    }

    /// Measures for the last time and records it.
    fn finish(&mut self, id: &ProposalId) {
        let Some(applying) = self.proposals.applying.get_mut(id) else { return };
        applying.phase = Phase::Ending;
        let (run, id) = (applying.run, id.clone());
        let transaction = applying.transaction.clone();
        self.edit_task(run, "finish", move |ctx| EditDone::Finished(id, ctx.finish(&transaction)));
    }

    fn finished(&mut self, id: &ProposalId, finished: Result<Finished, String>) {
        let Some(applying) = self.proposals.applying.remove(id) else { return };
        let paths = applying.proposal.change.paths();
        self.proposals.touched.extend(paths.iter().cloned());
        self.read_again(&paths);
        // What the editor did by itself is not for us to take back.
        if let Ok(finished) = &finished
            && applying.confirm != Confirm::Given
        {
            self.verify_applied(
                applying.client,
                (&applying.transaction, &finished.measured.outcome),
                &applying.proposal,
                &applying.simulation,
            );
        }
        self.have_saved(&applying);
        let outcome = match finished {
            Ok(finished) => finished.measured.outcome,
            Err(why) => return self.end_edit(applying.run, RunOutcome::Failed(why)),
        };
        if outcome == Outcome::Applied {
            self.applied_event(applying.proposal.reverses.is_some());
            self.wake_flows(applying.client, &applying.proposal.id);
        }
        let missing = applying.missing(&outcome);
        let (run, changed) = (applying.run, applying.changed(outcome));
        match missing {
            Some(planned) => self.propose_rest(run, changed, planned),
            None => self.end_edit(run, changed),
        }
    }

    /// A change was applied, or taken back: what waits for that begins.
    fn applied_event(&mut self, is_reversal: bool) {
        match is_reversal {
            true => self.fire("proposal-undone", None),
            false => {
                self.fire("proposal-applied", None);
                self.after("apply");
            }
        }
    }

    /// A client that does not want a run any more and has not answered what it was asked: what is
    /// there is measured.
    pub(crate) fn stop_asking(&mut self, run: RunId) {
        let asked = |it: &&Applying| it.run == run && matches!(it.phase, Phase::Asked { .. });
        let id = self.proposals.applying.values().find(asked).map(|it| it.proposal.id.clone());
        if let Some(id) = id {
            self.finish(&id);
        }
    }

    /// What became of edits that clients make by themselves is recorded as it is now: what is asked
    /// for next builds on it.
    pub(crate) fn finish_given(&mut self) {
        let is_given = |it: &&Applying| {
            it.confirm == Confirm::Given && matches!(it.phase, Phase::Watched { .. })
        };
        let given = self.proposals.applying.values().filter(is_given);
        let given: Vec<_> = given.map(|it| (it.proposal.id.clone(), it.run)).collect();
        for (id, run) in given {
            self.runs.resume_edit(run);
            self.finish(&id);
        }
    }

    /// Gives the task away that makes a proposal.
    pub(crate) fn propose_task(
        &mut self,
        run: RunId,
        name: &'static str,
        then: Then,
        work: impl FnOnce(&EditContext) -> Result<(Proposal, Simulation), Ended> + Send + 'static,
    ) {
        let Some(ctx) = self.edit_context_of(run) else { return };
        // A formatter is waited for: nothing else waits behind it.
        let lane = if ctx.formatting.is_on() { Lane::Agents } else { Lane::Latency };
        self.give_edit(run, (lane, name), ctx, move |ctx| {
            EditDone::Proposed(run, then, work(ctx).map(Box::new))
        });
    }

    /// Gives a task of a run away. Without a journal, or after a panic, the run ends.
    pub(crate) fn edit_task(
        &mut self,
        run: RunId,
        name: &'static str,
        work: impl FnOnce(&EditContext) -> EditDone + Send + 'static,
    ) {
        let Some(ctx) = self.edit_context_of(run) else { return };
        self.give_edit(run, (Lane::Latency, name), ctx, work);
    }

    fn give_edit(
        &self,
        run: RunId,
        (lane, name): (Lane, &'static str),
        ctx: EditContext,
        work: impl FnOnce(&EditContext) -> EditDone + Send + 'static,
    ) {
        let lost = RunOutcome::Failed("internal error, see the log".to_owned());
        self.outside.give(Task {
            lane,
            name,
            on_panic: TaskDone::Edit(EditDone::Over(run, lost)),
            work: Box::new(move || TaskDone::Edit(work(&ctx))),
        });
    }

    /// What a task of a run works with. Without a journal the run ends.
    pub(crate) fn edit_context_of(&mut self, run: RunId) -> Option<EditContext> {
        let Some(mut ctx) = self.edit_context() else {
            let why = "without a history nothing can be changed; the status says why there is none";
            self.end_run(run, RunOutcome::Failed(why.to_owned()));
            return None;
        };
        if let Some(it) = self.runs.get(run) {
            let analysis = ctx.snapshot.analysis.with_cancel(it.cancel.flag());
            ctx.snapshot.analysis = analysis;
            ctx.cancel = it.cancel.clone();
            ctx.formatting = self.formatting();
            let caller = self.clients.caller(it.client);
            ctx.is_owner = caller.is_some_and(|it| it.role == crate::Role::Owner);
            ctx.caller = caller.map(|it| it.identity.clone()).unwrap_or_default();
        }
        Some(ctx)
    }

    pub(crate) fn edit_context(&mut self) -> Option<EditContext> {
        let journal = self.outside.journal.clone()?;
        let mut snapshot = self.snapshot(Arc::default());
        snapshot.analysis = snapshot.analysis.uncancelled();
        Some(EditContext {
            snapshot,
            journal,
            clock: Arc::clone(&self.outside.clock),
            random: Arc::clone(&self.outside.random),
            cancel: Cancel::default(),
            caller: String::new(),
            trust: Arc::clone(&self.outside.trust),
            is_owner: false,
            formatting: Formatting::Off,
        })
    }

    /// What the client of a run can do.
    pub(crate) fn run_abilities(&self, run: RunId) -> Abilities {
        let client = self.runs.get(run).map(|it| it.client);
        client.map(|it| self.clients.abilities(it)).unwrap_or_default()
    }
}

impl Applying {
    /// What has to be proposed again, so that nothing of what the user wants is forgotten.
    fn missing(&self, outcome: &Outcome) -> Option<Planned> {
        match outcome {
            Outcome::Declined => None,
            _ if self.confirm == Confirm::Given => None,
            Outcome::Applied => self.planned.clone(),
            // An undo that was made in part is asked for again.
            Outcome::Partial { .. } if self.proposal.reverses.is_some() => None,
            Outcome::Partial { .. } => Some(self.planned.clone().unwrap_or_else(|| Planned {
                of: Arc::clone(&self.proposal),
                simulation: Arc::clone(&self.simulation),
            })),
        }
    }

    fn changed(self, outcome: Outcome) -> RunOutcome {
        RunOutcome::Changed {
            transaction: self.transaction,
            proposal: self.proposal.id.clone(),
            outcome,
            reason: self.reason,
            rest: None,
        }
    }
}

/// What becomes of a proposal now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It waits for an answer.
    Wait,
    /// The client has it reviewed, and it waits.
    Review,
    /// It is shown as a document, and waits.
    Document,
    /// It is applied.
    Apply(Confirm),
}

fn way(then: Then, is_shown: bool, abilities: Abilities, change: &SourceChange) -> Way {
    let Abilities { apply_edit, annotations, document_changes, show_document, reviews, .. } =
        abilities;
    match (then, is_shown) {
        (Then::Keep, _) => Way::Wait,
        (Then::Follow, false) => Way::Apply(Confirm::No),
        (Then::Follow, true) if !apply_edit => Way::Wait,
        (Then::Follow, true) if reviews => Way::Review,
        // Editors that confirm edits were seen to create files without asking.
        (Then::Follow, true) if annotations && document_changes && change.operations.is_empty() => {
            Way::Apply(Confirm::Yes)
        }
        (Then::Follow, true) if show_document => Way::Document,
        (Then::Follow, true) if annotations && document_changes => Way::Apply(Confirm::Yes),
        // The document is written all the same: the user can open it.
        (Then::Follow, true) => Way::Document,
    }
}

//! Workflows at work: the loop's side. Every state of a run is written before what it says is done,
//! each agent's run and each proposal has its name before it begins, and so a run goes on after any
//! end of its server with each effect made once.

use std::collections::BTreeMap;

use agent::{Approval, End, StepEffect, StepInput, StepOutput, WorkflowRun, WorkflowState};
use proposal::{AgentRunId, Outcome, ProposalId, ProposalState, TransactionId, UndoScope};
use store::history::WorkflowRunRow;

use crate::{
    AgentTask, Lane, NoticeLevel, Priority, RunId, RunOutcome, RunRequest, Then, WorkflowReport,
    WorkflowTask,
    edits::EditDone,
    event::ClientId,
    state::GlobalState,
    task::{Task, TaskDone},
    workflows::steps,
};

/// Runs of workflows that are under way at most.
const FLOWS_MAX: usize = 64;

/// Runs of workflows.
#[derive(Default)]
pub(crate) struct Flows {
    flows: BTreeMap<RunId, Flow>,
    /// What is done for a step, and what else is to be done for it afterwards.
    children: BTreeMap<RunId, Child>,
}

/// A run that is under way.
pub(crate) struct Flow {
    pub(crate) row: WorkflowRunRow,
    pub(crate) machine: WorkflowRun,
    /// The runs of agents, by step.
    pub(crate) agent_runs: BTreeMap<String, AgentRunId>,
    /// True where the user has said yes to everything beforehand.
    pub(crate) is_approved: bool,
    /// Effects whose state is being written.
    is_saving: bool,
    /// Steps that something is done for.
    busy: BTreeMap<String, u32>,
    /// What is done again after an interruption, before anything new.
    again: Vec<StepEffect>,
    is_cancelled: bool,
}

/// What is done for a step.
struct Child {
    parent: RunId,
    step: String,
    kind: ChildKind,
}

enum ChildKind {
    /// Its agent is at work.
    Agent,
    /// A proposal is being applied, and then the others.
    Apply(Vec<ProposalId>),
    /// A change is being taken back, and then the others.
    Undo(Vec<TransactionId>),
}

/// What comes back of a task.
pub(crate) enum FlowDone {
    /// A run may begin or go on.
    Begun(RunId, Box<Flow>),
    /// How it stands is written; now this is done.
    Saved(RunId, Vec<StepEffect>, Result<(), String>),
    /// Where the proposals of a step stand.
    Looked(RunId, String, Approval, Result<Vec<(ProposalId, ProposalState)>, String>),
    /// The changes of a step that are to be taken back.
    ToUndo(RunId, String, Result<Vec<TransactionId>, String>),
    /// These runs of other servers were interrupted.
    Interrupted(Vec<WorkflowRunRow>),
    /// These runs wait for nobody any more: the user has decided.
    Woken(ClientId, Vec<String>),
}

impl Flow {
    pub(crate) fn new(row: WorkflowRunRow, machine: WorkflowRun, is_approved: bool) -> Flow {
        let (agent_runs, busy) = (BTreeMap::new(), BTreeMap::new());
        let (is_saving, is_cancelled) = (false, false);
        let again = machine.again();
        Flow { row, machine, agent_runs, is_approved, is_saving, busy, again, is_cancelled }
    }
}

impl GlobalState {
    /// Begins a workflow.
    pub(crate) fn start_workflow(&mut self, run: RunId, task: WorkflowTask) {
        if FLOWS_MAX <= self.flows.flows.len() {
            let why = format!("{FLOWS_MAX} workflows are under way already");
            return self.end_run(run, RunOutcome::Refused(why));
        }
        self.begin_progress(run, &format!("Workflow {}", task.workflow));
        self.edit_task(run, "begin workflow", move |ctx| match steps::begin(ctx, &task) {
            Ok(flow) => EditDone::Flow(FlowDone::Begun(run, Box::new(flow))),
            Err(ended) => EditDone::Over(run, *ended),
        });
    }

    /// Goes on with a run that was interrupted or waits for the user.
    pub(crate) fn resume_workflow(&mut self, run: RunId, id: String, is_approved: bool) {
        self.begin_progress(run, &format!("Going on with {id}"));
        self.edit_task(run, "resume workflow", move |ctx| {
            match steps::resume(ctx, &id, is_approved) {
                Ok(flow) => EditDone::Flow(FlowDone::Begun(run, Box::new(flow))),
                Err(ended) => EditDone::Over(run, *ended),
            }
        });
    }

    /// Takes in what a task brought.
    pub(crate) fn flow_done(&mut self, done: FlowDone) {
        match done {
            FlowDone::Begun(run, flow) => {
                self.flows.flows.insert(run, *flow);
                self.advance_flow(run);
            }
            FlowDone::Saved(run, effects, Ok(())) => self.flow_saved(run, effects),
            FlowDone::Saved(run, _, Err(why)) => {
                self.flows.flows.remove(&run);
                self.end_run(run, RunOutcome::Failed(why));
            }
            FlowDone::Looked(run, step, approval, looked) => {
                self.free_step(run, &step);
                match looked {
                    Ok(proposals) => self.approve_step(run, step, approval, &proposals),
                    Err(why) => self.feed_step(run, &step, StepInput::Declined(why)),
                }
            }
            FlowDone::ToUndo(run, step, found) => {
                self.free_step(run, &step);
                match found {
                    Ok(transactions) => self.undo_next(run, step, transactions),
                    Err(why) => self.feed_step(run, &step, StepInput::Undone(Err(why))),
                }
            }
            FlowDone::Woken(client, ids) => {
                for id in ids {
                    let run = self.runs.own_id();
                    let now_ms = self.outside.clock.now_ms();
                    self.runs.begin_own(run, client, "resume workflow", now_ms);
                    self.resume_workflow(run, id, false);
                }
            }
            FlowDone::Interrupted(rows) => {
                for it in rows {
                    let (id, name) = (&it.id, &it.workflow);
                    let text = format!(
                        "workflow {name} ({id}) was interrupted; `aios workflow resume {id}` goes \
                         on with it"
                    );
                    self.clients.message(NoticeLevel::Warning, text);
                }
            }
        }
    }

    /// Decides what is next, and has it written before it is done.
    fn advance_flow(&mut self, run: RunId) {
        let now_ms = self.outside.clock.wall_ms();
        let Some(flow) = self.flows.flows.get_mut(&run) else { return };
        if flow.is_saving || flow.is_cancelled {
            return;
        }
        let mut effects = std::mem::take(&mut flow.again);
        let names: Vec<String> = effects.iter().map(|it| name_of(it).to_owned()).collect();
        let is_new = |it: &StepEffect| !names.iter().any(|name| name == name_of(it));
        effects.extend(flow.machine.advance().into_iter().filter(is_new));
        effects.retain(|it| !flow.busy.contains_key(name_of(it)));
        for effect in &effects {
            if let StepEffect::Run { name, .. } = effect
                && !flow.agent_runs.contains_key(name)
            {
                let id = AgentRunId::new(now_ms, self.outside.random.next());
                flow.agent_runs.insert(name.clone(), id);
            }
        }
        flow.is_saving = true;
        let state = flow.machine.state();
        let is_idle = effects.is_empty() && flow.busy.is_empty();
        steps::note_state(&mut flow.row, &state, is_idle, now_ms);
        let (row, steps) = (flow.row.clone(), steps::rows(flow));
        self.edit_task(run, "save workflow", move |ctx| {
            let saved = ctx.journal.workflow_runs().save_workflow_run(&row, &steps);
            let saved = saved.map_err(|it| it.to_string());
            EditDone::Flow(FlowDone::Saved(run, effects, saved))
        });
    }

    fn flow_saved(&mut self, run: RunId, effects: Vec<StepEffect>) {
        let Some(flow) = self.flows.flows.get_mut(&run) else { return };
        flow.is_saving = false;
        if flow.is_cancelled {
            self.flows.flows.remove(&run);
            return self.end_run(run, RunOutcome::Cancelled);
        }
        let is_over = effects.is_empty() && flow.busy.is_empty();
        if is_over && flow.row.ended_ms.is_some() {
            return self.end_flow(run);
        }
        for effect in effects {
            self.carry_step(run, effect);
        }
        // What came in while it was written counts now.
        if self.flows.flows.get(&run).is_some_and(|it| it.busy.is_empty()) {
            self.advance_flow(run);
        }
    }

    /// The user has decided on a proposal: runs that wait for that go on. A command of one moment
    /// leaves them to `resume`.
    pub(crate) fn wake_flows(&mut self, client: ClientId, decided: &ProposalId) {
        if !self.clients.any_stays() {
            return;
        }
        let Some(ctx) = self.edit_context() else { return };
        let decided = decided.clone();
        self.outside.give(Task {
            lane: Lane::Latency,
            name: "wake workflows",
            on_panic: TaskDone::Edit(EditDone::Lost),
            work: Box::new(move || {
                let ids = steps::waiting_for(&ctx, &decided);
                TaskDone::Edit(EditDone::Flow(FlowDone::Woken(client, ids)))
            }),
        });
    }

    fn end_flow(&mut self, run: RunId) {
        let client = self.runs.get(run).map(|it| it.client);
        let Some(flow) = self.flows.flows.remove(&run) else { return };
        if let (WorkflowState::Waiting(proposals), Some(client)) = (flow.machine.state(), client) {
            // The user may have been quicker than the word that it waits.
            let proposals = proposals.iter().filter_map(|it| ProposalId::parse(it));
            proposals.for_each(|it| self.wake_flows(client, &it));
        }
        let report = WorkflowReport {
            id: flow.row.id.clone(),
            workflow: flow.row.workflow.clone(),
            state: flow.machine.state(),
            steps: flow.machine.steps().to_vec(),
        };
        self.end_run(run, RunOutcome::Flowed(Box::new(report)));
    }

    fn carry_step(&mut self, run: RunId, effect: StepEffect) {
        self.report_progress(run, name_of(&effect).to_owned());
        let Some(flow) = self.flows.flows.get_mut(&run) else { return };
        *flow.busy.entry(name_of(&effect).to_owned()).or_default() += 1;
        match effect {
            StepEffect::Run { name, agent, capability, arguments, message } => {
                let task = AgentTask {
                    capability,
                    arguments,
                    message,
                    id: flow.agent_runs.get(&name).cloned(),
                    priority: Priority::Normal,
                    cause: format!("workflow {} {}/{name}", flow.row.workflow, flow.row.id),
                    ..AgentTask::by_user(&agent)
                };
                let child = self.begin_child(run, name, ChildKind::Agent);
                self.start_agent(child, task);
            }
            StepEffect::Approve { name, proposals, approval } => {
                self.edit_task(run, "look at proposals", move |ctx| {
                    let looked = steps::states(ctx, &proposals);
                    EditDone::Flow(FlowDone::Looked(run, name, approval, looked))
                });
            }
            StepEffect::Undo { name, proposals } => {
                self.edit_task(run, "look at changes", move |ctx| {
                    let found = steps::to_undo(ctx, &proposals);
                    EditDone::Flow(FlowDone::ToUndo(run, name, found))
                });
            }
        }
    }

    fn begin_child(&mut self, parent: RunId, step: String, kind: ChildKind) -> RunId {
        let child = self.runs.own_id();
        let client = self.runs.get(parent).map(|it| it.client);
        let now_ms = self.outside.clock.now_ms();
        let client = client.unwrap_or(ClientId(u64::MAX));
        self.runs.begin_child(child, client, now_ms);
        self.flows.children.insert(child, Child { parent, step, kind });
        child
    }

    /// Decides on the proposals of a step by where they stand: each is applied once.
    fn approve_step(
        &mut self,
        run: RunId,
        step: String,
        approval: Approval,
        proposals: &[(ProposalId, ProposalState)],
    ) {
        use ProposalState::{Applied, Declined, Interrupted, Pending};
        let refused =
            proposals.iter().find(|it| !matches!(it.1, Applied | Declined | Interrupted | Pending));
        if let Some((id, state)) = refused {
            let why = format!("{id} is {}", state.name());
            return self.feed_step(run, &step, StepInput::Declined(why));
        }
        let open = proposals.iter().filter(|it| it.1 != Applied).map(|it| it.0.clone());
        let open: Vec<ProposalId> = open.collect();
        if open.is_empty() {
            return self.feed_step(run, &step, StepInput::Approved);
        }
        let Some(flow) = self.flows.flows.get(&run) else { return };
        match flow.is_approved || approval == Approval::None {
            true => self.apply_next(run, step, open),
            // The user is waited for: nothing is done until the run is resumed.
            false => self.flow_rests(run),
        }
    }

    /// Nothing can be done before the user has decided: where that is all, the run is left.
    fn flow_rests(&mut self, run: RunId) {
        let now_ms = self.outside.clock.wall_ms();
        let Some(flow) = self.flows.flows.get_mut(&run) else { return };
        let state = flow.machine.state();
        if !flow.busy.is_empty() || !matches!(state, WorkflowState::Waiting(_)) {
            return;
        }
        steps::note_state(&mut flow.row, &state, true, now_ms);
        flow.is_saving = true;
        let (row, steps) = (flow.row.clone(), steps::rows(flow));
        self.edit_task(run, "save workflow", move |ctx| {
            let saved = ctx.journal.workflow_runs().save_workflow_run(&row, &steps);
            let saved = saved.map_err(|it| it.to_string());
            EditDone::Flow(FlowDone::Saved(run, Vec::new(), saved))
        });
    }

    fn apply_next(&mut self, run: RunId, step: String, mut open: Vec<ProposalId>) {
        let Some(flow) = self.flows.flows.get_mut(&run) else { return };
        let is_approved = flow.is_approved;
        *flow.busy.entry(step.clone()).or_default() += 1;
        let next = open.remove(0);
        let child = self.begin_child(run, step, ChildKind::Apply(open));
        let request = match is_approved {
            true => RunRequest::Apply(next),
            false => RunRequest::Follow(next),
        };
        self.dispatch(child, request);
    }

    fn undo_next(&mut self, run: RunId, step: String, mut left: Vec<TransactionId>) {
        if left.is_empty() {
            return self.feed_step(run, &step, StepInput::Undone(Ok(())));
        }
        let Some(flow) = self.flows.flows.get_mut(&run) else { return };
        *flow.busy.entry(step.clone()).or_default() += 1;
        let next = left.remove(0);
        let child = self.begin_child(run, step, ChildKind::Undo(left));
        let (transaction, scope) = (Some(next), UndoScope::Transaction);
        self.queue_edit(child, RunRequest::Undo { transaction, scope });
    }

    /// What was done for a step is over. False where `child` was done for none.
    pub(crate) fn child_ended(&mut self, child: RunId, outcome: &RunOutcome) -> bool {
        let Some(Child { parent, step, kind }) = self.flows.children.remove(&child) else {
            return false;
        };
        self.free_step(parent, &step);
        match kind {
            ChildKind::Agent => {
                let ran = output_of(outcome);
                if let (Err(_), Some(flow)) = (&ran, self.flows.flows.get_mut(&parent)) {
                    // The next try is another run.
                    flow.agent_runs.remove(&step);
                }
                self.feed_step(parent, &step, StepInput::Ran(ran));
            }
            ChildKind::Apply(open) => match outcome {
                RunOutcome::Changed { outcome: Outcome::Applied, .. } if open.is_empty() => {
                    self.feed_step(parent, &step, StepInput::Approved);
                }
                RunOutcome::Changed { outcome: Outcome::Applied, .. } => {
                    self.apply_next(parent, step, open);
                }
                // It is shown, and waits for the user.
                RunOutcome::Proposed { .. } => self.flow_rests(parent),
                other => self.feed_step(parent, &step, StepInput::Declined(other.describe())),
            },
            ChildKind::Undo(left) => match outcome {
                RunOutcome::Changed { outcome: Outcome::Applied, .. } => {
                    self.undo_next(parent, step, left);
                }
                other => {
                    let why = other.describe();
                    self.feed_step(parent, &step, StepInput::Undone(Err(why)));
                }
            },
        }
        true
    }

    fn free_step(&mut self, run: RunId, step: &str) {
        let Some(flow) = self.flows.flows.get_mut(&run) else { return };
        if let Some(n) = flow.busy.get_mut(step) {
            *n = n.saturating_sub(1);
            if *n == 0 {
                flow.busy.remove(step);
            }
        }
    }

    fn feed_step(&mut self, run: RunId, step: &str, input: StepInput) {
        let Some(flow) = self.flows.flows.get_mut(&run) else { return };
        flow.machine.take(step, input);
        self.advance_flow(run);
    }

    /// Somebody does not want a workflow any more: what is under way for it ends, and it is left as
    /// it stands, to be resumed. True where nothing of it is being written.
    pub(crate) fn cancel_flow(&mut self, run: RunId) -> bool {
        let Some(flow) = self.flows.flows.get_mut(&run) else { return false };
        flow.is_cancelled = true;
        let now_ms = self.outside.clock.wall_ms();
        flow.row.state = "interrupted".to_owned();
        flow.row.why = "cancelled".to_owned();
        flow.row.ended_ms = Some(now_ms);
        flow.is_saving = true;
        let (row, steps) = (flow.row.clone(), steps::rows(flow));
        let of_run = |it: &(&RunId, &Child)| it.1.parent == run;
        let children: Vec<RunId> =
            self.flows.children.iter().filter(of_run).map(|it| *it.0).collect();
        for child in children {
            self.flows.children.remove(&child);
            self.cancel_run(child);
        }
        self.edit_task(run, "leave workflow", move |ctx| {
            let saved = ctx.journal.workflow_runs().save_workflow_run(&row, &steps);
            let saved = saved.map_err(|it| it.to_string());
            EditDone::Flow(FlowDone::Saved(run, Vec::new(), saved))
        });
        false
    }
}

fn name_of(effect: &StepEffect) -> &str {
    match effect {
        StepEffect::Run { name, .. }
        | StepEffect::Approve { name, .. }
        | StepEffect::Undo { name, .. } => name,
    }
}

/// What the run of an agent means for its step.
fn output_of(outcome: &RunOutcome) -> Result<StepOutput, String> {
    let RunOutcome::Ran(report) = outcome else { return Err(outcome.describe()) };
    match &report.end {
        End::Done => Ok(StepOutput {
            text: report.text.clone(),
            findings: report.findings.len() as u32,
            proposals: report.proposals.iter().map(ToString::to_string).collect(),
        }),
        other => Err(format!("{} {}", other.name(), other.why()).trim_end().to_owned()),
    }
}

impl WorkflowTask {
    /// A user starts `workflow`, by a command.
    pub fn by_user(workflow: &str) -> WorkflowTask {
        WorkflowTask {
            workflow: workflow.to_owned(),
            parameters: BTreeMap::new(),
            is_approved: false,
            cause: "command".to_owned(),
            then: Then::Keep,
        }
    }
}

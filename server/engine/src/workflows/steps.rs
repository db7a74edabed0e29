//! The work behind workflows, on threads of its own: what may begin, how it is kept, and where its
//! changes stand.

use std::{collections::BTreeMap, sync::Arc};

use agent::{StepOutput, StepRun, StepState, Workflow, WorkflowRun, WorkflowState, fill_all};
use proposal::{AgentRunId, ProposalId, ProposalState, TransactionId, TransactionKind};
use serde_json::Value;
use store::history::{WorkflowRunRow, WorkflowStepRow};

use crate::{
    ReadError, RunOutcome, Snapshot, Then,
    edits::tasks::{EditContext, Ended, not_allowed},
    workflows::runs::Flow,
};

/// Transactions that are looked through for those of a run.
const TRANSACTIONS_MAX: usize = 1_000;
/// Runs that are looked through for those that wait.
const RUNS_MAX: usize = 200;

/// A workflow that is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowTask {
    /// The workflow.
    pub workflow: String,
    /// Arguments by parameter.
    pub parameters: BTreeMap<String, String>,
    /// True where the user says yes beforehand to all that it proposes.
    pub is_approved: bool,
    /// What it is for: a command, an event.
    pub cause: String,
    /// What becomes of proposals.
    pub then: Then,
}

/// What came of a workflow up to now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowReport {
    /// The run.
    pub id: String,
    /// The workflow.
    pub workflow: String,
    /// How it stands.
    pub state: WorkflowState,
    /// Each step.
    pub steps: Vec<StepRun>,
}

impl WorkflowReport {
    /// The outcome in a few words, for people.
    pub fn describe(&self) -> String {
        let WorkflowReport { id, workflow, .. } = self;
        match &self.state {
            WorkflowState::Running => format!("{workflow} ({id}) goes on"),
            WorkflowState::Waiting(proposals) => {
                let proposals = proposals.join(", ");
                format!("{workflow} ({id}) waits for your answer to {proposals}")
            }
            WorkflowState::Done => format!("{workflow} ({id}) is done"),
            WorkflowState::Failed(why) => format!("{workflow} ({id}) failed: {why}"),
        }
    }
}

impl Snapshot {
    /// The newest runs of workflows, newest first.
    ///
    /// # Errors
    /// [`ReadError::Failed`] where the history cannot be read.
    pub fn workflow_runs(&self, n_max: usize) -> Result<Vec<WorkflowRunRow>, ReadError> {
        let journal = self.journal_for_agents()?;
        Ok(journal.workflow_runs().workflow_runs(self.agents_root(), n_max)?)
    }

    /// A run of a workflow with its steps.
    ///
    /// # Errors
    /// [`ReadError::Refused`] where there is none, and as [`Snapshot::workflow_runs`].
    pub fn workflow_run(
        &self,
        id: &str,
    ) -> Result<(WorkflowRunRow, Vec<WorkflowStepRow>), ReadError> {
        let runs = self.journal_for_agents()?.workflow_runs();
        let row = runs.workflow_run(id)?;
        let row = row.ok_or_else(|| ReadError::Refused(format!("there is no run `{id}`")))?;
        Ok((row, runs.workflow_steps(id)?))
    }
}

fn failed(error: &store::StoreError) -> Ended {
    Box::new(RunOutcome::Failed(error.to_string()))
}

/// The workflow of this name, which may act; with the name of its definition.
fn workflow_of(ctx: &EditContext, name: &str) -> Result<(Arc<Workflow>, String), Ended> {
    let own = &ctx.snapshot.own;
    let Some((path, workflow)) = own.workflows.iter().find(|it| it.1.name == name) else {
        let why = format!("there is no workflow `{name}`; `aios workflow list` lists all");
        return Err(not_allowed(why));
    };
    if !own.standing.files_may_act() {
        let why = format!("{path} is not trusted: `aios trust` shows what is, and trusts it");
        return Err(not_allowed(why));
    }
    Ok((Arc::clone(workflow), own.digests.get(path).cloned().unwrap_or_default()))
}

/// Writes a run down that may begin.
pub(crate) fn begin(ctx: &EditContext, task: &WorkflowTask) -> Result<Flow, Ended> {
    let (workflow, definition) = workflow_of(ctx, &task.workflow)?;
    let mut parameters = task.parameters.clone();
    let what = format!("workflow `{}`", workflow.name);
    fill_all(&what, &workflow.parameters, &mut parameters).map_err(not_allowed)?;
    let now_ms = ctx.clock.wall_ms();
    let id = AgentRunId::new(now_ms, ctx.random.next());
    let row = WorkflowRunRow {
        id: id.as_str().replacen("r-", "w-", 1),
        workflow: workflow.name.clone(),
        caller: ctx.caller.clone(),
        cause: task.cause.clone(),
        parameters: serde_json::to_string(&parameters).unwrap_or_default(),
        definition,
        began_ms: now_ms,
        ended_ms: None,
        state: "running".to_owned(),
        why: String::new(),
    };
    let flow = Flow::new(row, WorkflowRun::new(workflow, parameters), task.is_approved);
    let runs = ctx.journal.workflow_runs();
    let added = runs.add_workflow_run(ctx.snapshot.agents_root(), &flow.row, &rows(&flow));
    added.map_err(|it| failed(&it))?;
    Ok(flow)
}

/// Takes a run over that was interrupted, or waits for the user.
pub(crate) fn resume(ctx: &EditContext, id: &str, is_approved: bool) -> Result<Flow, Ended> {
    let (row, steps) = ctx.snapshot.workflow_run(id).map_err(not_allowed)?;
    let (workflow, definition) = workflow_of(ctx, &row.workflow)?;
    if definition != row.definition {
        let why = format!("workflow `{}` was changed since: start it anew", row.workflow);
        return Err(not_allowed(why));
    }
    let damaged = || not_allowed(format!("run {id} cannot be read"));
    let parameters = parameters_of(&row.parameters).ok_or_else(damaged)?;
    let runs = steps.iter().map(step_of).collect::<Option<Vec<StepRun>>>();
    let runs = runs.ok_or_else(damaged)?;
    let taken = ctx.journal.workflow_runs().resume_workflow_run(id);
    if !taken.map_err(|it| failed(&it))? {
        let why = format!("run {id} is {}: only interrupted or waiting ones go on", row.state);
        return Err(not_allowed(why));
    }
    let row =
        WorkflowRunRow { state: "running".to_owned(), why: String::new(), ended_ms: None, ..row };
    let machine = WorkflowRun::restore(workflow, parameters, runs);
    let mut flow = Flow::new(row, machine, is_approved);
    for it in &steps {
        if let Some(run) = it.agent_run.as_deref().and_then(AgentRunId::parse) {
            flow.agent_runs.insert(it.name.clone(), run);
        }
    }
    Ok(flow)
}

fn parameters_of(text: &str) -> Option<BTreeMap<String, String>> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut res = BTreeMap::new();
    for (name, text) in value.as_object()? {
        res.insert(name.clone(), text.as_str()?.to_owned());
    }
    Some(res)
}

/// The steps of a run as they are kept.
pub(crate) fn rows(flow: &Flow) -> Vec<WorkflowStepRow> {
    let row = |it: &StepRun| WorkflowStepRow {
        name: it.name.clone(),
        step: it.step.clone(),
        item: it.item.clone(),
        state: it.state.name().to_owned(),
        attempts: it.attempts,
        text: it.output.text.clone(),
        findings: it.output.findings,
        proposals: it.output.proposals.join(" "),
        why: it.why.clone(),
        agent_run: flow.agent_runs.get(&it.name).map(ToString::to_string),
    };
    flow.machine.steps().iter().map(row).collect()
}

fn step_of(row: &WorkflowStepRow) -> Option<StepRun> {
    Some(StepRun {
        name: row.name.clone(),
        step: row.step.clone(),
        item: row.item.clone(),
        state: StepState::parse(&row.state)?,
        attempts: row.attempts,
        output: StepOutput {
            text: row.text.clone(),
            findings: row.findings,
            proposals: row.proposals.split_whitespace().map(str::to_owned).collect(),
        },
        why: row.why.clone(),
    })
}

/// Notes how a run stands; `is_idle`: nothing is done for it, so that it ends or is left here.
pub(crate) fn note_state(
    row: &mut WorkflowRunRow,
    state: &WorkflowState,
    is_idle: bool,
    now_ms: u64,
) {
    let (word, why) = match state {
        _ if !is_idle => ("running", String::new()),
        WorkflowState::Running => ("running", String::new()),
        WorkflowState::Waiting(proposals) => ("waiting", proposals.join(" ")),
        WorkflowState::Done => ("done", String::new()),
        WorkflowState::Failed(why) => ("failed", why.clone()),
    };
    (row.state, row.why) = (word.to_owned(), why);
    row.ended_ms = (word != "running").then_some(now_ms);
}

/// The runs that wait for the answer to this proposal, which is given.
pub(crate) fn waiting_for(ctx: &EditContext, decided: &ProposalId) -> Vec<String> {
    let is_open = |it: &ProposalId| {
        ctx.journal.proposal(it).is_ok_and(|it| it.state == ProposalState::Pending)
    };
    if is_open(decided) {
        return Vec::new();
    }
    let rows = ctx.snapshot.workflow_runs(RUNS_MAX).unwrap_or_default();
    let waits = rows
        .into_iter()
        .filter(|it| it.state == "waiting" && it.why.split(' ').any(|it| it == decided.as_str()));
    waits.map(|it| it.id).collect()
}

/// Where proposals stand.
pub(crate) fn states(
    ctx: &EditContext,
    proposals: &[String],
) -> Result<Vec<(ProposalId, ProposalState)>, String> {
    let mut res = Vec::new();
    for id in proposals {
        let id = ProposalId::parse(id).ok_or_else(|| format!("`{id}` is no proposal's id"))?;
        let recorded = ctx.journal.proposal(&id).map_err(|it| it.to_string())?;
        res.push((id, recorded.state));
    }
    Ok(res)
}

/// The transactions that applied these proposals and are still there, the last first.
pub(crate) fn to_undo(
    ctx: &EditContext,
    proposals: &[String],
) -> Result<Vec<TransactionId>, String> {
    let states = states(ctx, proposals)?;
    let all = ctx.journal.transactions(TRANSACTIONS_MAX).map_err(|it| it.to_string())?;
    let is_there = |it: &&(ProposalId, ProposalState)| {
        matches!(it.1, ProposalState::Applied | ProposalState::Partial)
    };
    let mut res = Vec::new();
    for (id, _) in states.iter().rev().filter(is_there) {
        let of =
            |it: &&proposal::Transaction| it.proposal == *id && it.kind == TransactionKind::Apply;
        match all.iter().find(of) {
            Some(found) => res.push(found.id.clone()),
            None => return Err(format!("the change of {id} is not in the journal any more")),
        }
    }
    Ok(res)
}

//! The agents that there are, where each stands, and what moves it on: every transition is a row.

pub(crate) mod chat;
pub(crate) mod commands;
pub(crate) mod commits;
pub(crate) mod document;
pub(crate) mod events;
pub(crate) mod given;
pub(crate) mod messages;
pub(crate) mod place;
pub(crate) mod programs;
pub(crate) mod replay;
pub(crate) mod runs;
pub(crate) mod steps;
pub(crate) mod task;
pub(crate) mod tools;
pub(crate) mod transcript;

use std::sync::Arc;

use agent::{AgentDef, AgentState, Found, Life, Transition, built_in_agents, settle};
use models::NoModel;
use proposal::{Journal, Proposal, ProposalId, ProposalState, Simulation};
use store::history::{AgentEventRow, AgentRunRow, MarkRow, WorkflowRunRow};
use vfs::VfsPath;

use crate::{
    Lane, Own, ReadError, RunId, RunOutcome, Snapshot, Then,
    agents::commits::Tip,
    edits::{
        EditDone,
        tasks::{self, EditContext, Ended, not_allowed},
    },
    own::{OWN_FOLDER, digest},
    state::GlobalState,
    task::{Task, TaskDone},
    workflows::runs::FlowDone,
};

/// Who does what nobody asked for.
const SYSTEM: &str = "system";

/// An agent that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// What it is.
    pub def: Arc<AgentDef>,
    /// Its file, below the workspace; `None`: it came with the program.
    pub path: Option<String>,
    /// Names its definition.
    pub digest: String,
}

/// Whether a model can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelState {
    /// It can.
    Ready,
    /// It is not configured: why, for people.
    Missing(String),
    /// The user wants none: what needs one is not even offered.
    Off,
}

/// An agent and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentStatus {
    /// Its name.
    pub name: String,
    /// The agent; `None` where its file is not there.
    pub agent: Option<Agent>,
    /// Where it stands.
    pub state: AgentState,
    /// The proposal that it waits for.
    pub proposal: Option<ProposalId>,
    /// Why it may not act now; `None`: it may.
    pub blocked: Option<String>,
}

/// Something to be done with an agent.
#[derive(Clone, Debug)]
pub enum AgentRequest {
    /// Proposes the file of a new agent.
    Create {
        /// Its name.
        name: String,
        /// All of its file.
        text: String,
        /// What becomes of the proposal.
        then: Then,
    },
    /// Proposes another definition of an active agent.
    Modify {
        /// Its name.
        name: String,
        /// All of its file.
        text: String,
        /// What becomes of the proposal.
        then: Then,
    },
    /// Moves an agent on.
    Move {
        /// Its name.
        name: String,
        /// How.
        transition: Transition,
    },
}

/// What comes back of a task about agents.
pub(crate) enum AgentDone {
    /// What followed by itself is recorded.
    Settled,
    /// What is noted of schedules and hooks.
    Marked(Vec<MarkRow>),
    /// The tips of the repositories.
    Tips(Vec<Tip>),
    /// These runs of other servers were interrupted: of agents, and of workflows.
    Interrupted(Vec<AgentRunRow>, Vec<WorkflowRunRow>),
    /// The proposal that an agent waits for is to be applied.
    Apply(RunId, ProposalId),
}

impl AgentRequest {
    /// True where only the user may ask for it: it decides what acts.
    pub(crate) fn is_decision(&self) -> bool {
        matches!(self, AgentRequest::Move { .. })
    }
}

impl Own {
    /// All agents, by name: those of the workspace, and of those that came with the program the
    /// ones that no file takes the place of.
    pub fn roster(&self) -> Vec<Agent> {
        let files = self.agents.iter().map(|(path, def)| Agent {
            def: Arc::clone(def),
            path: Some(path.clone()),
            digest: self.digests.get(path).cloned().unwrap_or_default(),
        });
        let mut res: Vec<Agent> = files.collect();
        for it in built_in_agents() {
            if !res.iter().any(|other| other.def.name == it.def.name) {
                let (def, digest) = (Arc::clone(&it.def), digest(it.text));
                res.push(Agent { def, path: None, digest });
            }
        }
        res.sort_by(|a, b| a.def.name.cmp(&b.def.name));
        res
    }

    fn agent(&self, name: &str) -> Option<Agent> {
        self.roster().into_iter().find(|it| it.def.name == name)
    }

    /// Why an agent of this workspace may not act, whatever its state.
    fn distrusted(&self, agent: &Agent) -> Option<String> {
        let path = agent.path.as_ref().filter(|_| !self.standing.files_may_act())?;
        Some(format!("{path} is not trusted: `aios trust` shows what is, and trusts it"))
    }

    fn found<'a>(&self, agent: &'a Agent) -> Found<'a> {
        Found {
            definition: &agent.digest,
            is_trusted: self.distrusted(agent).is_none(),
            is_built_in: agent.path.is_none(),
        }
    }
}

impl Snapshot {
    /// Every agent and where it stands, by name.
    ///
    /// # Errors
    /// [`ReadError::Failed`] where the history cannot be read.
    pub fn agents(&self) -> Result<Vec<AgentStatus>, ReadError> {
        let journal = self.journal_for_agents()?;
        let rows = journal.agents().agent_states(self.agents_root())?;
        let roster = self.own.roster();
        let mut names: Vec<&str> = rows.iter().map(|it| it.agent.as_str()).collect();
        names.extend(roster.iter().map(|it| it.def.name.as_str()));
        names.sort_unstable();
        names.dedup();
        let status = |name: &str| {
            let row = rows.iter().find(|it| it.agent == name);
            let agent = roster.iter().find(|it| it.def.name == name);
            status(name, row, agent, &self.own)
        };
        Ok(names.into_iter().filter_map(status).collect())
    }

    /// Whether the model `id` can be asked, or the one that is asked where nobody names one. Asks
    /// nobody.
    pub fn model_state(&self, id: Option<&str>) -> ModelState {
        match self.models.get(id) {
            Ok(_) => ModelState::Ready,
            Err(NoModel::Off) => ModelState::Off,
            Err(why) => ModelState::Missing(why.to_string()),
        }
    }

    /// The agent of this name and where it stands.
    ///
    /// # Errors
    /// [`ReadError::Refused`] where there is none, and as [`Snapshot::agents`].
    pub fn agent(&self, name: &str) -> Result<AgentStatus, ReadError> {
        let found = self.agents()?.into_iter().find(|it| it.name == name);
        found.ok_or_else(|| ReadError::Refused(no_agent(name)))
    }

    /// The transitions of an agent, oldest first.
    ///
    /// # Errors
    /// As [`Snapshot::agents`].
    pub fn agent_events(&self, name: &str) -> Result<Vec<AgentEventRow>, ReadError> {
        Ok(self.journal_for_agents()?.agents().agent_events(self.agents_root(), name)?)
    }

    pub(crate) fn journal_for_agents(&self) -> Result<&Journal, ReadError> {
        let why = "without a history there are no agents; the status says why there is none";
        self.journal.as_ref().ok_or_else(|| ReadError::Failed(why.to_owned()))
    }

    /// The workspace, as the records of its agents name it.
    pub(crate) fn agents_root(&self) -> &str {
        self.roots.first().map_or("", VfsPath::as_str)
    }
}

fn no_agent(name: &str) -> String {
    format!("there is no agent `{name}`; `aios agent list` lists all")
}

fn life_of(row: &AgentEventRow) -> Option<Life> {
    let state = AgentState::parse(&row.state)?;
    Some(Life { state, definition: row.definition.clone() })
}

/// Where an agent stands once all has followed that follows by itself.
fn status(
    name: &str,
    row: Option<&AgentEventRow>,
    agent: Option<&Agent>,
    own: &Own,
) -> Option<AgentStatus> {
    let life = row.and_then(life_of);
    let mut state = life.as_ref().map(|it| it.state);
    let settled = agent.map(|it| settle(life.as_ref(), own.found(it))).unwrap_or_default();
    for transition in &settled {
        state = transition.leads(state).ok();
    }
    let state = state?;
    let proposal = row.filter(|_| settled.is_empty()).and_then(|it| it.proposal.as_deref());
    let blocked = match (agent, state) {
        (None, _) => Some(format!("agent `{name}` has no definition: its file is not there")),
        (Some(agent), AgentState::Active) => own.distrusted(agent).or_else(|| {
            let is_aside = agent.def.is_suspended;
            is_aside
                .then(|| format!("agent `{name}` is set aside: its file says `suspended: true`"))
        }),
        (Some(agent), state) => Some(own.distrusted(agent).unwrap_or_else(|| {
            format!("agent `{name}` is {}, and only active ones act", state.name())
        })),
    };
    Some(AgentStatus {
        name: name.to_owned(),
        agent: agent.cloned(),
        state,
        proposal: proposal.and_then(ProposalId::parse),
        blocked,
    })
}

impl GlobalState {
    /// Does something with an agent.
    pub(crate) fn agent_run(&mut self, run: RunId, request: AgentRequest) {
        self.edit_task(run, "agent", move |ctx| match request {
            AgentRequest::Create { name, text, then } => {
                EditDone::Proposed(run, then, create(ctx, &name, text).map(Box::new))
            }
            AgentRequest::Modify { name, text, then } => {
                EditDone::Proposed(run, then, modify(ctx, &name, text).map(Box::new))
            }
            AgentRequest::Move { name, transition } => match step(ctx, &name, transition) {
                Ok(Moved::To(state)) => {
                    let text = format!("agent `{name}` is {}", state.name());
                    EditDone::Over(run, RunOutcome::Done(text))
                }
                Ok(Moved::By(proposal)) => EditDone::Agent(AgentDone::Apply(run, proposal)),
                Err(ended) => EditDone::Over(run, *ended),
            },
        });
    }

    /// Takes in what a task about agents brought.
    pub(crate) fn agent_done(&mut self, done: AgentDone) {
        match done {
            AgentDone::Settled => {}
            AgentDone::Tips(found) => self.tips_found(found),
            AgentDone::Marked(marks) => self.marks_read(&marks),
            AgentDone::Interrupted(rows, flows) => {
                // A run of a workflow's step goes on with the workflow.
                let is_alone = |it: &&AgentRunRow| !it.cause.starts_with("workflow ");
                let rows: Vec<AgentRunRow> = rows.iter().filter(is_alone).cloned().collect();
                self.agents_interrupted(&rows);
                self.flow_done(FlowDone::Interrupted(flows));
            }
            // What follows from the new file is recorded when it was read.
            AgentDone::Apply(run, proposal) => self.apply_proposal(run, proposal),
        }
    }

    /// Looks for runs that the end of another server interrupted.
    pub(crate) fn look_for_interrupted(&self, ctx: EditContext) {
        self.outside.give(Task {
            lane: Lane::Latency,
            name: "interrupted runs",
            on_panic: TaskDone::Edit(EditDone::Agent(AgentDone::Settled)),
            work: Box::new(move || {
                let runs = ctx.journal.agent_runs();
                let now_ms = ctx.clock.wall_ms();
                let flows = ctx.journal.workflow_runs();
                let flows = flows.interrupt_workflow_runs(ctx.snapshot.agents_root(), now_ms);
                let flows = flows.unwrap_or_default();
                let rows = runs.interrupt_agent_runs(ctx.snapshot.agents_root(), now_ms);
                let rows = rows.unwrap_or_else(|error| {
                    tracing::warn!(%error, "interrupted runs are not looked for");
                    Vec::new()
                });
                TaskDone::Edit(EditDone::Agent(AgentDone::Interrupted(rows, flows)))
            }),
        });
    }

    /// Records what follows from the files of the agents as they are now.
    pub(crate) fn settle_agents(&mut self) {
        if self.own.agents.is_empty() {
            return;
        }
        let Some(ctx) = self.edit_context() else { return };
        self.outside.give(Task {
            lane: Lane::Latency,
            name: "settle agents",
            on_panic: TaskDone::Edit(EditDone::Agent(AgentDone::Settled)),
            work: Box::new(move || {
                for agent in ctx.snapshot.own.roster().iter().filter(|it| it.path.is_some()) {
                    if let Err(ended) = settled(&ctx, agent) {
                        tracing::warn!(agent = agent.def.name, ?ended, "not settled");
                    }
                }
                TaskDone::Edit(EditDone::Agent(AgentDone::Settled))
            }),
        });
    }
}

/// Whom a transition is about.
#[derive(Clone, Copy)]
struct Subject<'a> {
    name: &'a str,
    agent: Option<&'a Agent>,
    row: Option<&'a AgentEventRow>,
}

/// What came of a transition.
enum Moved {
    /// It is done.
    To(AgentState),
    /// It will be once this proposal is applied.
    By(ProposalId),
}

/// Moves an agent on.
fn step(ctx: &EditContext, name: &str, transition: Transition) -> Result<Moved, Ended> {
    let agent = ctx.snapshot.own.agent(name);
    let row = match &agent {
        Some(agent) => settled(ctx, agent)?,
        None => last(ctx, name)?,
    };
    let Some(row) = row else { return Err(not_allowed(no_agent(name))) };
    let state = AgentState::parse(&row.state);
    let to = transition.leads(state).map_err(|it| not_allowed(format!("agent `{name}`: {it}")))?;
    if matches!(transition, Transition::Create | Transition::Initialize | Transition::Modify) {
        let name = transition.name();
        return Err(not_allowed(format!("`{name}` comes with a definition, not by itself")));
    }
    if transition == Transition::Apply
        && let Some(proposal) = row.proposal.as_deref().and_then(ProposalId::parse)
        && is_pending(ctx, &proposal)
    {
        return Ok(Moved::By(proposal));
    }
    if transition.lets_act() {
        let Some(agent) = &agent else {
            let why = format!("agent `{name}` has no definition: its file is not there");
            return Err(not_allowed(why));
        };
        if let Some(why) = ctx.snapshot.own.distrusted(agent) {
            return Err(not_allowed(why));
        }
    }
    let it = Subject { name, agent: agent.as_ref(), row: Some(&row) };
    record(ctx, it, (transition, None), &ctx.caller)?;
    Ok(Moved::To(to))
}

fn is_pending(ctx: &EditContext, id: &ProposalId) -> bool {
    ctx.journal.proposal(id).is_ok_and(|it| it.state == ProposalState::Pending)
}

/// Proposes the file of a new agent.
fn create(ctx: &EditContext, name: &str, text: String) -> Result<(Proposal, Simulation), Ended> {
    checked(name, &text)?;
    let row = last(ctx, name)?;
    let agent = ctx.snapshot.own.agent(name);
    let state = row.as_ref().and_then(|it| AgentState::parse(&it.state));
    Transition::Create.leads(state).map_err(|it| not_allowed(format!("agent `{name}`: {it}")))?;
    if let Some(path) = agent.as_ref().and_then(|it| it.path.as_ref())
        && state.is_none()
    {
        return Err(not_allowed(format!("agent `{name}` is there already, in {path}")));
    }
    if agent.as_ref().is_some_and(|it| it.path.is_none()) && state.is_none() {
        let why = format!("agent `{name}` came with the program: `aios agent modify` changes it");
        return Err(not_allowed(why));
    }
    let made = proposed_file(ctx, agent.as_ref(), name, text, "Create")?;
    let by = (Transition::Create, Some(&made.0.id));
    record(ctx, Subject { name, agent: None, row: row.as_ref() }, by, &ctx.caller)?;
    Ok(made)
}

/// Proposes another definition.
fn modify(ctx: &EditContext, name: &str, text: String) -> Result<(Proposal, Simulation), Ended> {
    checked(name, &text)?;
    let Some(agent) = ctx.snapshot.own.agent(name) else {
        return Err(not_allowed(no_agent(name)));
    };
    let row = settled(ctx, &agent)?;
    let state = row.as_ref().and_then(|it| AgentState::parse(&it.state));
    Transition::Modify.leads(state).map_err(|it| not_allowed(format!("agent `{name}`: {it}")))?;
    if digest(&text) == agent.digest {
        return Err(not_allowed(format!("agent `{name}` is defined just so already")));
    }
    let made = proposed_file(ctx, Some(&agent), name, text, "Modify")?;
    let by = (Transition::Modify, Some(&made.0.id));
    let it = Subject { name, agent: Some(&agent), row: row.as_ref() };
    record(ctx, it, by, &ctx.caller)?;
    Ok(made)
}

/// Refuses a text that does not define the agent `name`.
fn checked(name: &str, text: &str) -> Result<(), Ended> {
    let def = AgentDef::parse(text).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        not_allowed(format!("the definition has faults: {}", problems.join("; ")))
    })?;
    if def.name != name {
        return Err(not_allowed(format!("the definition is of `{}`, not of `{name}`", def.name)));
    }
    Ok(())
}

fn proposed_file(
    ctx: &EditContext,
    agent: Option<&Agent>,
    name: &str,
    text: String,
    verb: &str,
) -> Result<(Proposal, Simulation), Ended> {
    let Some(root) = ctx.snapshot.roots.first() else {
        return Err(not_allowed("no folder is open that could have agents"));
    };
    let path = agent.and_then(|it| it.path.clone());
    let path = path.unwrap_or_else(|| format!("{OWN_FOLDER}/agents/{name}.yaml"));
    let words = (format!("{verb} agent {name}"), "an agent is its file".to_owned());
    tasks::write_files(ctx, words, &[(root.join(&path), Some(text))])
}

/// The last row of an agent.
fn last(ctx: &EditContext, name: &str) -> Result<Option<AgentEventRow>, Ended> {
    let rows = ctx.journal.agents().agent_states(ctx.snapshot.agents_root());
    let rows = rows.map_err(|it| failed(&it))?;
    Ok(rows.into_iter().find(|it| it.agent == name))
}

fn failed(error: &store::StoreError) -> Ended {
    Box::new(RunOutcome::Failed(error.to_string()))
}

/// Records what follows by itself for an agent, and gives its last row.
fn settled(ctx: &EditContext, agent: &Agent) -> Result<Option<AgentEventRow>, Ended> {
    let name = &agent.def.name;
    let mut row = last(ctx, name)?;
    let life = row.as_ref().and_then(life_of);
    for transition in settle(life.as_ref(), ctx.snapshot.own.found(agent)) {
        let it = Subject { name, agent: Some(agent), row: row.as_ref() };
        row = Some(record(ctx, it, (transition, None), SYSTEM)?);
    }
    Ok(row)
}

/// Records a transition; another server may have been quicker.
fn record(
    ctx: &EditContext,
    Subject { name, agent, row }: Subject<'_>,
    (transition, proposal): (Transition, Option<&ProposalId>),
    caller: &str,
) -> Result<AgentEventRow, Ended> {
    let from = row.map(|it| it.state.as_str());
    let state = transition.leads(from.and_then(AgentState::parse));
    let state = state.map_err(|it| not_allowed(format!("agent `{name}`: {it}")))?;
    let before = row.map(|it| it.definition.clone()).unwrap_or_default();
    let definition = match transition {
        Transition::Create => String::new(),
        Transition::Suspend | Transition::Modify | Transition::Terminate => before,
        Transition::Initialize | Transition::Activate | Transition::Resume | Transition::Apply => {
            agent.map(|it| it.digest.clone()).unwrap_or_default()
        }
    };
    let next = AgentEventRow {
        agent: name.to_owned(),
        at_ms: ctx.clock.wall_ms(),
        transition: transition.name().to_owned(),
        state: state.name().to_owned(),
        caller: caller.to_owned(),
        definition,
        proposal: proposal.map(ToString::to_string),
    };
    let root = ctx.snapshot.agents_root();
    let added = ctx.journal.agents().add_agent_event(root, from, &next);
    match added.map_err(|it| failed(&it))? {
        true => {
            tracing::info!(agent = name, transition = next.transition, caller, "agent moved");
            Ok(next)
        }
        false => Err(not_allowed(format!("agent `{name}` was moved on meanwhile; look again"))),
    }
}

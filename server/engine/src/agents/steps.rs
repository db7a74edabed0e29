//! The steps of an agent's run, each on a thread of its own: what was decided is written down, then
//! carried out, and what came of it is the next input.

use std::sync::Arc;

use agent::{
    AgentDef, AgentRun, Answer, Call, Effect, End, Finding, Input, Proposed, Said, SkillId, Spent,
    Task, Tool,
};
use models::{ChatRequest, Delta, retry_wait};
use proposal::{AgentRunId, Draft, Origin, ProposalId};
use store::history::{AgentRunEnd, AgentRunRow, AgentRunStepRow, MessageRow};
use vfs::VfsPath;

use crate::{
    AgentTask, ReadError, RunOutcome,
    agents::{
        document::Listener,
        given, messages, place,
        programs::{self, Programs},
        replay, tools,
    },
    edits::tasks::{EditContext, Ended, not_allowed},
};

/// The first wait before a tool is called again; each further one is twice as long.
const WAIT_MS: u64 = 50;
/// A body in the transcript is cut behind so many bytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// Something for a run to do.
#[derive(Clone)]
pub(crate) enum Job {
    /// Find out whether the agent may act, and begin.
    Begin(Box<AgentTask>),
    /// Go on with a run that was interrupted.
    Resume(AgentRunId),
    /// Go on with a run that has ended: the user says this.
    GoOn(AgentRunId, String),
    /// Carry out what the run decided.
    Carry(Effect),
}

/// A run that has begun.
pub(crate) struct Begun {
    pub(crate) id: AgentRunId,
    pub(crate) machine: AgentRun,
    /// What is to be written with the next step.
    pub(crate) rows: Vec<AgentRunStepRow>,
    /// The id of a proposal that may have been made before a crash.
    pub(crate) proposal: Option<ProposalId>,
    /// What was said and proposed before a crash.
    pub(crate) said: Vec<String>,
    pub(crate) proposals: Vec<ProposalId>,
}

/// What is known of a run on its thread.
pub(crate) struct Kept {
    pub(crate) id: AgentRunId,
    pub(crate) rows: Vec<AgentRunStepRow>,
    pub(crate) proposal: Option<ProposalId>,
}

/// What a step works with.
pub(crate) struct StepContext {
    pub(crate) edit: EditContext,
    /// None before the run has begun.
    pub(crate) kept: Option<Kept>,
    pub(crate) def: Option<Arc<AgentDef>>,
    pub(crate) spent: Spent,
    /// How many messages led to the run.
    pub(crate) hops: u32,
    /// The run's task, for who is told of it.
    pub(crate) about: String,
    /// Where documents for the client lie; `None` where it cannot show them.
    pub(crate) folder: Option<VfsPath>,
    /// Who hears what a model says while it says it.
    pub(crate) listener: Listener,
    /// With what something is run for the agent.
    pub(crate) programs: Programs,
}

/// What a step brought.
pub(crate) enum Stepped {
    /// The run has begun, and this is its first effect.
    Begun(Box<Begun>, Effect),
    /// The effect was carried out.
    Came(Box<Came>),
    /// A message is on its way; the receiver's answer is what came of it.
    Sent(Box<MessageRow>),
    /// It failed in a way that may pass.
    Again { job: Box<Job>, why: String, wait_ms: u64 },
    /// The run is over, as is written; or it never began, and ends like this.
    Ended(Result<End, RunOutcome>, Option<VfsPath>),
    /// It panicked.
    Panicked,
}

/// What came of an effect.
pub(crate) struct Came {
    pub(crate) input: Input,
    pub(crate) rows: Vec<AgentRunStepRow>,
    pub(crate) said: Option<String>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) proposal: Option<ProposalId>,
}

impl Came {
    /// What came in, and the rows that tell it.
    pub(crate) fn of(input: Input, rows: Vec<AgentRunStepRow>) -> Came {
        Came { input, rows, said: None, findings: Vec::new(), proposal: None }
    }
}

impl Begun {
    pub(crate) fn new(id: AgentRunId, machine: AgentRun, rows: Vec<AgentRunStepRow>) -> Begun {
        let (said, proposals) = (Vec::new(), Vec::new());
        Begun { id, machine, rows, proposal: None, said, proposals }
    }
}

impl Job {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Job::Begin(_) => "begin agent",
            Job::Resume(_) => "resume agent",
            Job::GoOn(..) => "go on with agent",
            Job::Carry(Effect::Ask(_)) => "ask model",
            Job::Carry(Effect::Call(_)) => "call tool",
            Job::Carry(Effect::Gather { .. }) => "gather edits",
            Job::Carry(Effect::Propose { .. }) => "agent proposes",
            Job::Carry(Effect::Say(_)) => "agent says",
            Job::Carry(Effect::Done(_)) => "end agent",
        }
    }
}

/// Carries a job out; it is the `attempt`-th time, from 1.
pub(crate) fn carry_out(ctx: StepContext, job: Job, attempt: u32) -> Stepped {
    let effect = match job {
        Job::Begin(task) => return begin(&ctx, &task),
        Job::Resume(id) => {
            let resumed = replay::resume(&ctx, id);
            return resumed.unwrap_or_else(|it| Stepped::Ended(Err(*it), None));
        }
        Job::GoOn(id, message) => {
            let gone_on = replay::say_more(&ctx, id, message);
            return gone_on.unwrap_or_else(|it| Stepped::Ended(Err(*it), None));
        }
        Job::Carry(effect) => effect,
    };
    let StepContext { kept: Some(kept), .. } = &ctx else {
        return Stepped::Panicked;
    };
    let script = Script { ctx: &ctx.edit, kept, rows: kept.rows.clone() };
    match carry_effect(&ctx, script, effect, attempt) {
        Ok(stepped) => stepped,
        Err(ended) => Stepped::Ended(Err(*ended), None),
    }
}

/// The transcript of a step: rows are written before what they tell is done.
struct Script<'a> {
    ctx: &'a EditContext,
    kept: &'a Kept,
    rows: Vec<AgentRunStepRow>,
}

impl Script<'_> {
    fn add(&mut self, kind: &str, title: impl Into<String>, body: impl Into<String>) {
        self.rows.push(row(self.ctx.clock.wall_ms(), (kind, title.into(), body.into())));
    }

    fn write(&mut self) -> Result<(), Ended> {
        let runs = self.ctx.journal.agent_runs();
        let written = runs.add_agent_run_steps(self.kept.id.as_str(), &self.rows);
        written.map_err(|it| Box::new(RunOutcome::Failed(it.to_string())))?;
        self.rows.clear();
        Ok(())
    }

    /// What came of it; its rows are written with the next step.
    fn came(self, input: Input) -> Came {
        let rows = self.rows;
        Came { input, rows, said: None, findings: Vec::new(), proposal: None }
    }
}

/// A row of a transcript.
pub(crate) fn row(at_ms: u64, (kind, title, mut body): (&str, String, String)) -> AgentRunStepRow {
    if BODY_BYTES_MAX < body.len() {
        let end = (0..=BODY_BYTES_MAX).rev().find(|it| body.is_char_boundary(*it));
        body.truncate(end.unwrap_or(0));
    }
    AgentRunStepRow { at_ms, kind: kind.to_owned(), title, body }
}

/// Finds out whether the agent may act, and writes down what it is asked.
fn begin(ctx: &StepContext, task: &AgentTask) -> Stepped {
    if let Some(id) = &task.id
        && let Ok(Some(_)) = ctx.edit.journal.agent_runs().agent_run(id.as_str())
    {
        let known = replay::go_on(ctx, id.clone());
        return known.unwrap_or_else(|it| Stepped::Ended(Err(*it), None));
    }
    match try_begin(ctx, task) {
        Ok((begun, effect)) => Stepped::Begun(Box::new(begun), effect),
        Err(ended) => Stepped::Ended(Err(*ended), None),
    }
}

fn try_begin(ctx: &StepContext, asked: &AgentTask) -> Result<(Begun, Effect), Ended> {
    let edit = &ctx.edit;
    let asked = &with_place(ctx, asked)?;
    let (task, digest) = task_of(ctx, asked)?;
    let now_ms = edit.clock.wall_ms();
    let new = || AgentRunId::new(now_ms, edit.random.next());
    let id = asked.id.clone().unwrap_or_else(new);
    let added = edit.journal.agent_runs().add_agent_run(
        edit.snapshot.agents_root(),
        &AgentRunRow {
            id: id.to_string(),
            agent: asked.agent.clone(),
            caller: edit.caller.clone(),
            cause: asked.cause.clone(),
            request: asked.to_json(),
            definition: digest,
            began_ms: now_ms,
            end: AgentRunEnd::default(),
        },
    );
    added.map_err(|it| Box::new(RunOutcome::Failed(it.to_string())))?;
    let words = task.describe();
    let mut machine = AgentRun::new(task, no_model(ctx, asked));
    let mut rows = vec![row(now_ms, ("task", format!("Task for {}", asked.agent), words))];
    if machine.asks_model() {
        let context = given::context_for(&edit.snapshot, machine.task());
        let context = context.map_err(|it| Box::new(RunOutcome::Failed(it.to_string())))?;
        rows.push(row(now_ms, ("context", "Given".to_owned(), context.clone())));
        machine.give(context);
    }
    let effect = machine.step(Input::Begin);
    Ok((Begun::new(id, machine, rows), effect))
}

/// The task with what is known by where the user is. Where nothing was said that has to be, a
/// document is opened that asks for it.
fn with_place(ctx: &StepContext, asked: &AgentTask) -> Result<AgentTask, Ended> {
    let status = ctx.edit.snapshot.agent(&asked.agent).map_err(not_allowed)?;
    let Some(def) = status.agent.map(|it| it.def) else { return Ok(asked.clone()) };
    let task = place::filled(&ctx.edit.snapshot, &def, asked).map_err(not_allowed)?;
    let (Some(folder), Some(capability)) =
        (ctx.folder.as_ref().filter(|_| asked.asks), def.capability(task.capability.as_deref()))
    else {
        return Ok(task);
    };
    let is_missing = |it: &&agent::Parameter| !task.arguments.contains_key(&it.name);
    if status.blocked.is_some() || capability.words().filter(is_missing).is_none() {
        return Ok(task);
    }
    if let (None, Some(why)) = (&capability.skill, no_model(ctx, asked)) {
        return Err(not_allowed(format!("agent `{}` needs a model: {why}", asked.agent)));
    }
    let name = format!("ask-{}-{:08x}.md", def.name, ctx.edit.random.next() as u32);
    let path = folder.join(&name);
    let text = agent::request_page(&def, capability, &task.arguments);
    Err(Box::new(match disk::write_document(&path, &text) {
        Ok(()) => RunOutcome::Shown(path),
        Err(error) => RunOutcome::Failed(error.to_string()),
    }))
}

/// The task, where its agent may act and it fits the agent; with the name of its definition.
pub(crate) fn task_of(ctx: &StepContext, asked: &AgentTask) -> Result<(Task, String), Ended> {
    let status = ctx.edit.snapshot.agent(&asked.agent).map_err(not_allowed)?;
    if let Some(why) = status.blocked {
        return Err(not_allowed(why));
    }
    let Some(agent) = status.agent else { return Err(not_allowed("it has no definition")) };
    let (capability, arguments) = (asked.capability.as_deref(), asked.arguments.clone());
    let task = Task::new(agent.def, capability, arguments, &asked.message);
    Ok((task.map_err(not_allowed)?, agent.digest))
}

/// Why the agent has no model to ask; `None`: it has one.
pub(crate) fn no_model(ctx: &StepContext, asked: &AgentTask) -> Option<String> {
    let status = ctx.edit.snapshot.agent(&asked.agent).ok();
    let def = status.and_then(|it| it.agent).map(|it| it.def);
    let wanted = def.as_ref().and_then(|it| it.model.as_deref());
    ctx.edit.snapshot.models.get(wanted).err().map(|it| it.to_string())
}

fn carry_effect(
    ctx: &StepContext,
    mut script: Script<'_>,
    effect: Effect,
    attempt: u32,
) -> Result<Stepped, Ended> {
    match effect {
        Effect::Ask(request) => ask(ctx, script, request, attempt),
        Effect::Call(call) => {
            if attempt == 1 {
                let arguments = call.arguments.iter().map(|(name, text)| format!("{name}: {text}"));
                let body = arguments.collect::<Vec<_>>().join("\n");
                script.add("call", format!("Calls {}", call.tool.name()), body);
                script.write()?;
            }
            if call.tool == Tool::Send {
                return Ok(match messages::send(ctx, &call) {
                    Ok(row) => Stepped::Sent(Box::new(row)),
                    Err(why) => answered(script, Answer::Failed(why)),
                });
            }
            match call_tool(ctx, &call) {
                Ok(answer) => Ok(answered(script, answer)),
                Err(error) if ctx.edit.cancel.is_cancelled() => {
                    Ok(answered(script, Answer::Failed(error.to_string())))
                }
                Err(error) => Ok(again(Effect::Call(call), &error, attempt)),
            }
        }
        Effect::Propose { title, reason, change, left } => {
            let left =
                left.iter().map(|it| crate::edits::tasks::left_site(&ctx.edit, it)).collect();
            let draft = Draft {
                title,
                reason,
                origin: Origin { caller: String::new(), action: String::new() },
                change: *change,
                left,
                ..Draft::default()
            };
            propose(ctx, script, draft)
        }
        Effect::Gather { title, reason, edits } => {
            let answer = tools::gather(&ctx.edit, &title, &reason, &edits);
            Ok(answered(script, answer))
        }
        Effect::Say(said) => say(script, said),
        Effect::Done(end) => finish(ctx, script, end),
    }
}

fn call_tool(ctx: &StepContext, call: &Call) -> Result<Answer, ReadError> {
    match &call.tool {
        Tool::Skill(SkillId::Verify) => Ok(programs::check(ctx, &call.taken)),
        Tool::Own(tool) => Ok(programs::run(ctx, tool, &call.arguments)),
        _ => tools::answer(&ctx.edit, call),
    }
}

fn again(effect: Effect, error: &ReadError, attempt: u32) -> Stepped {
    let wait_ms = WAIT_MS << attempt.min(8);
    Stepped::Again { job: Box::new(Job::Carry(effect)), why: error.to_string(), wait_ms }
}

fn answered(mut script: Script<'_>, answer: Answer) -> Stepped {
    let (kind, body) = match &answer {
        Answer::Failed(why) => ("refusal", why.clone()),
        Answer::Done { reply: agent::SkillReply::Change { title, .. }, .. } => {
            ("change", title.clone())
        }
        Answer::Done { text, .. } => ("answer", text.clone()),
    };
    let published = match &answer {
        Answer::Done { reply: agent::SkillReply::Findings { findings, .. }, .. } => {
            findings.iter().filter(|it| it.rule == "agent").cloned().collect()
        }
        _ => Vec::new(),
    };
    script.add(kind, "Answer", body);
    let mut came = script.came(Input::Answer(Box::new(answer)));
    came.findings = published;
    Stepped::Came(Box::new(came))
}

fn ask(
    ctx: &StepContext,
    mut script: Script<'_>,
    request: Box<ChatRequest>,
    attempt: u32,
) -> Result<Stepped, Ended> {
    let wanted = ctx.def.as_ref().and_then(|it| it.model.as_deref());
    let found = match ctx.edit.snapshot.models.get(wanted) {
        Ok(found) => found,
        Err(why) => return Ok(failed(script, &why.to_string())),
    };
    if attempt == 1 {
        script.add("ask", format!("Asks {}", found.model.id()), String::new());
        script.write()?;
    }
    let cancel = ctx.edit.cancel.flag();
    let now_ms = || ctx.edit.clock.now_ms();
    let head = ctx.listener.document.as_ref();
    let head = head.and_then(|_| ctx.edit.snapshot.run_page(&script.kept.id).ok());
    let mut hearing = ctx.listener.begin(head.unwrap_or_default(), now_ms());
    let mut hear = |delta: Delta<'_>| {
        if let Delta::Text(text) = delta {
            hearing.hear(text, now_ms());
        }
    };
    match found.model.chat(&request, &cancel, &mut hear) {
        Ok(reply) => {
            let cost = found.price.map_or(0, |it| it.of(&reply.usage).0);
            let body = replay::reply_json(&reply, cost);
            script.add("reply", format!("Answer of {}", found.model.id()), body);
            Ok(Stepped::Came(Box::new(script.came(Input::Reply(Box::new(reply), cost)))))
        }
        Err(error) => match retry_wait(&error, attempt, ctx.edit.random.next()) {
            Some(wait) => Ok(Stepped::Again {
                job: Box::new(Job::Carry(Effect::Ask(request))),
                why: error.to_string(),
                wait_ms: wait.as_millis() as u64,
            }),
            None => Ok(failed(script, &error.to_string())),
        },
    }
}

fn failed(mut script: Script<'_>, why: &str) -> Stepped {
    script.add("failure", "No answer", why);
    Stepped::Came(Box::new(script.came(Input::ModelFailed(why.to_owned()))))
}

/// Makes a proposal. Its id is written first: whoever goes on after a crash looks whether it is
/// there already.
fn propose(ctx: &StepContext, mut script: Script<'_>, mut draft: Draft) -> Result<Stepped, Ended> {
    let edit = &ctx.edit;
    draft.origin = Origin {
        caller: ctx.def.as_ref().map(|it| it.name.clone()).unwrap_or_default(),
        action: format!("agent {}", script.kept.id),
    };
    let title = draft.title.clone();
    let new = || ProposalId::new(edit.clock.wall_ms(), edit.random.next());
    let id = script.kept.proposal.clone().unwrap_or_else(new);
    script.add("proposing", title.clone(), id.as_str());
    script.write()?;
    if edit.journal.proposal(&id).is_ok() {
        return Ok(proposed(script, Ok(Proposed { id: id.to_string(), title })));
    }
    let made = match edit.propose_as(id.clone(), draft) {
        Ok(_) => Ok(Proposed { id: id.to_string(), title: title.clone() }),
        Err(ended) => match *ended {
            RunOutcome::Refused(why) => Err(why),
            RunOutcome::Cancelled => Err("cancelled".to_owned()),
            other => return Err(Box::new(other)),
        },
    };
    Ok(proposed(script, made))
}

fn proposed(mut script: Script<'_>, made: Result<Proposed, String>) -> Stepped {
    let proposal = made.as_ref().ok().and_then(|it| ProposalId::parse(&it.id));
    match &made {
        Ok(it) => script.add("proposed", it.title.clone(), it.id.clone()),
        Err(why) => script.add("refusal", "Not proposed", why.clone()),
    }
    let mut came = script.came(Input::Proposed(made));
    came.proposal = proposal;
    Stepped::Came(Box::new(came))
}

fn say(mut script: Script<'_>, mut said: Said) -> Result<Stepped, Ended> {
    if let Some(shown) = said.shown.take() {
        said.text = given::checked_answer(&script.ctx.snapshot, &said.text, shown);
    }
    let n = said.findings.len();
    let title = if n == 0 { "Says".to_owned() } else { format!("Says, with {n} findings") };
    script.add("say", title, said.text.clone());
    script.write()?;
    let mut came = script.came(Input::Said);
    came.said = Some(said.text);
    came.findings = said.findings;
    Ok(Stepped::Came(Box::new(came)))
}

/// Writes how the run ended.
fn finish(ctx: &StepContext, mut script: Script<'_>, end: End) -> Result<Stepped, Ended> {
    let now_ms = ctx.edit.clock.wall_ms();
    script.add("end", end.name(), end.why());
    let row = AgentRunEnd {
        state: end.name().to_owned(),
        why: end.why(),
        ended_ms: Some(now_ms),
        steps: ctx.spent.steps,
        tokens: ctx.spent.tokens,
        cost_micros: ctx.spent.cost_micros,
    };
    let runs = ctx.edit.journal.agent_runs();
    let ended = runs.end_agent_run(script.kept.id.as_str(), &row, &script.rows);
    ended.map_err(|it| Box::new(RunOutcome::Failed(it.to_string())))?;
    let document = ctx.listener.document.as_ref().and_then(|path| {
        let text = ctx.edit.snapshot.run_page(&script.kept.id).ok()?;
        disk::write_document(path, &text).ok()?;
        Some(path.clone())
    });
    Ok(Stepped::Ended(Ok(end), document))
}

//! A run that was interrupted, brought back to where it was: what came in is played again, and what
//! was decided last is carried out.

use agent::{AgentRun, Answer, Effect, End, Input, MESSAGE_BYTES_MAX, Proposed, SkillReply, Task};
use models::Reply;
use proposal::{AgentRunId, ProposalId};
use serde_json::{Value, json};
use store::history::{AgentRunRow, AgentRunStepRow};
use vfs::SourceChange;

use crate::{
    AgentTask, RunOutcome,
    agents::steps::{Begun, StepContext, Stepped, no_model, row as row_of, task_of},
    edits::tasks::{Ended, not_allowed},
};

/// A model's answer as it is kept.
pub(crate) fn reply_json(reply: &Reply, cost: u64) -> String {
    json!({"reply": reply, "cost_micros": cost}).to_string()
}

/// A model's answer as it was kept, and what it cost.
pub(crate) fn reply_of(text: &str) -> Option<(Reply, u64)> {
    let value: Value = serde_json::from_str(text).ok()?;
    let cost = value.get("cost_micros")?.as_u64()?;
    Some((serde_json::from_value(value.get("reply")?.clone()).ok()?, cost))
}

/// Goes on with a run that was begun under this id, however it stands: one that ended stays so.
pub(crate) fn go_on(ctx: &StepContext, id: AgentRunId) -> Result<Stepped, Ended> {
    let row = ctx.edit.snapshot.agent_run(&id).map_err(not_allowed)?;
    match row.0.end.state.as_str() {
        "done" => {
            let task = task_of_row(ctx, &row.0)?.0;
            let mut played = Played::new(AgentRun::new(task, Some("it is done".to_owned())));
            played.skill(&row.1);
            let machine = played.machine;
            let mut begun = Begun::new(id, machine, Vec::new());
            (begun.said, begun.proposals) = (played.said, played.proposals);
            Ok(Stepped::Begun(Box::new(begun), Effect::Done(End::Done)))
        }
        "interrupted" => resume(ctx, id),
        state => Err(not_allowed(format!("run {id} is {state}"))),
    }
}

/// The task of a run, with the name of its agent's definition.
fn task_of_row(ctx: &StepContext, row: &AgentRunRow) -> Result<(Task, String), Ended> {
    let damaged = || not_allowed(format!("run {} cannot be read", row.id));
    let asked = AgentTask::from_json(&row.agent, &row.cause, &row.request).ok_or_else(damaged)?;
    task_of(ctx, &asked)
}

/// Takes a run over that was interrupted.
pub(crate) fn resume(ctx: &StepContext, id: AgentRunId) -> Result<Stepped, Ended> {
    let failed = |it: store::StoreError| Box::new(RunOutcome::Failed(it.to_string()));
    let runs = ctx.edit.journal.agent_runs();
    let row = runs.agent_run(id.as_str()).map_err(failed)?;
    let Some(row) = row else { return Err(not_allowed(format!("there is no run `{id}`"))) };
    if row.end.state != "interrupted" {
        let why = format!("run {id} is {}: only interrupted ones go on", row.end.state);
        return Err(not_allowed(why));
    }
    let damaged = || not_allowed(format!("run {id} cannot be read"));
    let asked = AgentTask::from_json(&row.agent, &row.cause, &row.request).ok_or_else(damaged)?;
    let (task, digest) = task_of(ctx, &asked)?;
    if digest != row.definition {
        let why = format!("agent `{}` was changed since: start it anew", row.agent);
        return Err(not_allowed(why));
    }
    let steps = runs.agent_run_steps(id.as_str()).map_err(failed)?;
    if !runs.resume_agent_run(id.as_str()).map_err(failed)? {
        return Err(not_allowed(format!("run {id} goes on elsewhere already")));
    }
    let mut machine = AgentRun::new(task, no_model(ctx, &asked));
    if let Some(given) = steps.iter().find(|it| it.kind == "context") {
        machine.give(given.body.clone());
    }
    let mut played = Played::new(machine);
    let is_skill = played.machine.task().skill().is_some();
    // Where the user went on with it, a model did.
    let is_skill = is_skill && steps.iter().all(|it| it.kind != "message");
    match is_skill {
        true => played.skill(&steps),
        false => steps.iter().try_for_each(|it| played.step(it)).ok_or_else(damaged)?,
    }
    let mut begun = Begun::new(id, played.machine, Vec::new());
    (begun.said, begun.proposals) = (played.said, played.proposals);
    begun.proposal = played.proposing;
    let effect = match (played.effect, played.before) {
        // The change itself is not kept: the call that made it is made again.
        (Effect::Propose { .. }, Some((machine, call))) => {
            begun.machine = machine;
            call
        }
        (effect, _) => effect,
    };
    Ok(Stepped::Begun(Box::new(begun), effect))
}

/// Goes on with a run that has ended: the user says `message`.
pub(crate) fn say_more(
    ctx: &StepContext,
    id: AgentRunId,
    message: String,
) -> Result<Stepped, Ended> {
    let failed = |it: store::StoreError| Box::new(RunOutcome::Failed(it.to_string()));
    let message = message.trim().to_owned();
    if message.is_empty() || MESSAGE_BYTES_MAX < message.len() {
        let why = format!("a message has 1 to {MESSAGE_BYTES_MAX} bytes: write it below the line");
        return Err(not_allowed(why));
    }
    let (row, steps) = ctx.edit.snapshot.agent_run(&id).map_err(not_allowed)?;
    if row.end.state == "interrupted" {
        return Err(not_allowed(format!("run {id} was interrupted: resume it first")));
    }
    let damaged = || not_allowed(format!("run {id} cannot be read"));
    let asked = AgentTask::from_json(&row.agent, &row.cause, &row.request).ok_or_else(damaged)?;
    let (task, digest) = task_of(ctx, &asked)?;
    if digest != row.definition {
        let why = format!("agent `{}` was changed since: start it anew", row.agent);
        return Err(not_allowed(why));
    }
    if let Some(why) = no_model(ctx, &asked) {
        let why = format!("agent `{}` needs a model to go on: {why}", row.agent);
        return Err(not_allowed(why));
    }
    let runs = ctx.edit.journal.agent_runs();
    if !runs.reopen_agent_run(id.as_str()).map_err(failed)? {
        return Err(not_allowed(format!("run {id} has not ended")));
    }
    let mut machine = AgentRun::new(task, None);
    if let Some(given) = steps.iter().find(|it| it.kind == "context") {
        machine.give(given.body.clone());
    }
    let mut played = Played::new(machine);
    steps.iter().try_for_each(|it| played.step(it)).ok_or_else(damaged)?;
    played.effect = played.machine.step(Input::Message(message.clone()));
    let now_ms = ctx.edit.clock.wall_ms();
    let rows = vec![row_of(now_ms, ("message", "You say".to_owned(), message))];
    Ok(Stepped::Begun(Box::new(Begun::new(id, played.machine, rows)), played.effect))
}

/// A run that is played again.
struct Played {
    machine: AgentRun,
    /// What is to be done now.
    effect: Effect,
    /// The run as it was before the change that is being proposed, and the call that made it.
    before: Option<(AgentRun, Effect)>,
    /// The id of a proposal that was begun and of which nobody knows whether it was made.
    proposing: Option<ProposalId>,
    said: Vec<String>,
    proposals: Vec<ProposalId>,
}

impl Played {
    fn new(mut machine: AgentRun) -> Played {
        let effect = machine.step(Input::Begin);
        let (said, proposals) = (Vec::new(), Vec::new());
        Played { machine, effect, before: None, proposing: None, said, proposals }
    }

    /// A skill is called again, unless what came of it is known already.
    fn skill(&mut self, steps: &[AgentRunStepRow]) {
        for it in steps {
            match it.kind.as_str() {
                "proposing" => self.proposing = ProposalId::parse(&it.body),
                "proposed" => self.proposals.extend(ProposalId::parse(&it.body)),
                "say" => self.said.push(it.body.clone()),
                _ => continue,
            }
        }
        if !self.said.is_empty() || !self.proposals.is_empty() {
            self.effect = Effect::Done(End::Done);
        }
    }

    /// Plays one step; `None` where it cannot be read.
    fn step(&mut self, row: &AgentRunStepRow) -> Option<()> {
        let body = row.body.clone();
        let is_proposing = matches!(self.effect, Effect::Propose { .. });
        let input = match row.kind.as_str() {
            "reply" => {
                let (reply, cost) = reply_of(&body)?;
                Input::Reply(Box::new(reply), cost)
            }
            "failure" => Input::ModelFailed(body),
            "answer" => {
                let reply = SkillReply::Report { title: String::new(), markdown: String::new() };
                Input::Answer(Box::new(Answer::Done { reply, text: body }))
            }
            "change" => {
                self.before = Some((self.machine.clone(), self.effect.clone()));
                let (title, reason, left) = (body, String::new(), Vec::new());
                let change = SourceChange::default();
                let reply = SkillReply::Change { title, reason, change, left };
                Input::Answer(Box::new(Answer::Done { reply, text: String::new() }))
            }
            "refusal" if is_proposing => Input::Proposed(Err(body)),
            "refusal" => Input::Answer(Box::new(Answer::Failed(body))),
            "proposing" => {
                self.proposing = ProposalId::parse(&body);
                return Some(());
            }
            "proposed" => {
                self.proposals.extend(ProposalId::parse(&body));
                self.proposing = None;
                Input::Proposed(Ok(Proposed { id: body, title: row.title.clone() }))
            }
            "say" => {
                self.said.push(body);
                Input::Said
            }
            "message" => Input::Message(body),
            // One that ended by itself stays as it ended.
            "end" => Input::Cancelled,
            _ => return Some(()),
        };
        self.effect = self.machine.step(input);
        // That is in the transcript already.
        self.machine.take_denied();
        Some(())
    }
}

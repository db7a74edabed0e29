//! The commands of agents and workflows: which there are, starting one, going on with a run.

use std::collections::BTreeMap;

use agent::{AgentDef, Capability, Parameter};
use engine::{AgentStatus, AgentTask, ModelState, RunRequest, WorkflowTask};
use proposal::AgentRunId;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::{
    gen_lsp_types::{Position, Range},
    jsonrpc::Result,
};

use super::{
    execute_command::{Document, parse, then},
    skills::area,
};
use crate::{backend::Link, error, ext, view::View};

/// Runs that are listed where nobody says how many.
const RUNS_DEFAULT: usize = 50;
/// Runs that are listed at most.
const RUNS_MAX: usize = 1_000;

/// The argument of `aios.runAgent`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RunArgument {
    agent: String,
    capability: Option<String>,
    arguments: BTreeMap<String, String>,
    message: String,
    text_document: Option<Document>,
    range: Option<Range>,
    position: Option<Position>,
    keep: bool,
}

/// The argument of `aios.continueRun` and `aios.showRun`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TranscriptArgument {
    transcript: String,
    message: String,
    keep: bool,
}

/// The argument of the commands of workflows.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WorkflowArgument {
    workflow: String,
    parameters: BTreeMap<String, String>,
    run: String,
    approve: bool,
}

/// The argument of `aios.runs`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RunsArgument {
    limit: Option<usize>,
}

/// The commands that start something.
const STARTS: &[&str] =
    &[ext::RUN_AGENT, ext::SHOW_RUN, ext::CONTINUE_RUN, ext::RUN_WORKFLOW, ext::RESUME_WORKFLOW];

/// True for the name of a command that [`start`] takes.
pub(super) fn is_start(command: &str) -> bool {
    STARTS.contains(&command)
}

/// What such a command starts.
pub(super) fn start(link: &Link, command: &str, argument: Value) -> Result<RunRequest> {
    match command {
        ext::RUN_AGENT => run(link, argument),
        ext::SHOW_RUN => show(argument),
        ext::CONTINUE_RUN => go_on(argument),
        ext::RUN_WORKFLOW => run_workflow(argument),
        _ => resume_workflow(argument),
    }
}

/// An agent by its name, as a run.
fn run(link: &Link, argument: Value) -> Result<RunRequest> {
    let argument: RunArgument = parse(argument, "agent")?;
    if argument.agent.is_empty() {
        return Err(error::failed("aios.runAgent needs an agent: `aios.agents` lists them"));
    }
    let document = argument.text_document.as_ref();
    let at = document.map(|it| area(link, it, argument.range, argument.position)).transpose()?;
    let task = AgentTask {
        capability: argument.capability,
        arguments: argument.arguments,
        message: argument.message,
        at,
        asks: true,
        then: then(argument.keep),
        ..AgentTask::by_user(&argument.agent)
    };
    Ok(RunRequest::RunAgent(Box::new(task)))
}

/// The next message to a run that has ended.
fn go_on(argument: Value) -> Result<RunRequest> {
    let TranscriptArgument { transcript, message, keep } = parse(argument, "transcript")?;
    Ok(RunRequest::GoOnWithAgent(run_id(&transcript)?, message, then(keep)))
}

/// The document of a run.
fn show(argument: Value) -> Result<RunRequest> {
    let TranscriptArgument { transcript, .. } = parse(argument, "transcript")?;
    Ok(RunRequest::ShowRun(run_id(&transcript)?))
}

fn run_id(text: &str) -> Result<AgentRunId> {
    AgentRunId::parse(text)
        .ok_or_else(|| error::invalid_params(format!("`{text}` is no transcript's id")))
}

/// A workflow by its name, as a run.
fn run_workflow(argument: Value) -> Result<RunRequest> {
    let argument: WorkflowArgument = parse(argument, "workflow")?;
    if argument.workflow.is_empty() {
        return Err(error::failed("aios.runWorkflow needs a workflow: `aios.agents` lists them"));
    }
    let task = WorkflowTask {
        parameters: argument.parameters,
        is_approved: argument.approve,
        ..WorkflowTask::by_user(&argument.workflow)
    };
    Ok(RunRequest::RunWorkflow(Box::new(task)))
}

/// Goes on with a run of a workflow.
fn resume_workflow(argument: Value) -> Result<RunRequest> {
    let argument: WorkflowArgument = parse(argument, "run")?;
    if argument.run.is_empty() {
        return Err(error::failed("aios.resumeWorkflow needs a run: `w-…`"));
    }
    Ok(RunRequest::ResumeWorkflow(argument.run, argument.approve))
}

/// The agents and workflows that there are, and why those that may not act may not.
pub(super) async fn list(link: &Link) -> Result<Option<Value>> {
    let answer = link.read("agents", |view| {
        let model = view.snapshot.model_state(None);
        let is_off = model == ModelState::Off;
        let agents = view.snapshot.agents()?;
        let agents = agents.iter().filter_map(|it| agent_json(view, it, is_off));
        let own = &view.snapshot.own;
        let untrusted = (own.standing != engine::Standing::Trusted)
            .then_some("it is not trusted: `aios.showTrust` shows what is");
        let workflows = own.workflows.values().map(|it| {
            json!({
                "workflow": it.name,
                "description": it.description,
                "parameters": it.parameters.iter().map(parameter_json).collect::<Vec<_>>(),
                "blocked": untrusted,
            })
        });
        Ok(Some(json!({
            "agents": agents.collect::<Vec<_>>(),
            "workflows": workflows.collect::<Vec<_>>(),
            "noModel": missing(&model),
        })))
    });
    answer.await
}

/// An agent with what it can do; none where all of that needs a model and the user wants none.
fn agent_json(view: &View<'_>, status: &AgentStatus, is_off: bool) -> Option<Value> {
    let def = &status.agent.as_ref()?.def;
    let capabilities = def.capabilities.iter().filter(|it| it.skill.is_some() || !is_off);
    let capabilities: Vec<Value> = capabilities.map(|it| capability_json(view, def, it)).collect();
    if is_off && capabilities.is_empty() {
        return None;
    }
    Some(json!({
        "agent": status.name,
        "type": def.kind.name(),
        "state": status.state.name(),
        "builtIn": status.agent.as_ref()?.path.is_none(),
        "blocked": status.blocked,
        "capabilities": capabilities,
    }))
}

fn capability_json(view: &View<'_>, def: &AgentDef, capability: &Capability) -> Value {
    let model = view.snapshot.model_state(def.model.as_deref());
    json!({
        "name": capability.name,
        "description": capability.description.trim(),
        "needsModel": capability.skill.is_none(),
        "disabled": missing(&model).filter(|_| capability.skill.is_none()),
        "prompt": capability.words().map(|it| it.name.clone()),
        "parameters": capability.parameters.iter().map(parameter_json).collect::<Vec<_>>(),
    })
}

/// Why there is no model; `None` where there is one.
fn missing(model: &ModelState) -> Option<String> {
    match model {
        ModelState::Ready => None,
        ModelState::Missing(why) => Some(why.clone()),
        ModelState::Off => Some("models are switched off by `ai.enabled`".to_owned()),
    }
}

fn parameter_json(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "type": parameter.kind.name(),
        "required": parameter.required,
        "default": parameter.default,
    })
}

/// The latest runs of agents and workflows, newest first.
pub(super) async fn runs(link: &Link, argument: Value) -> Result<Option<Value>> {
    let RunsArgument { limit } = parse(argument, "limit")?;
    let n_max = limit.unwrap_or(RUNS_DEFAULT).min(RUNS_MAX);
    let answer = link.read("runs", move |view| {
        let runs = view.snapshot.agent_runs(n_max)?.into_iter().map(|it| {
            json!({
                "transcript": it.id, "agent": it.agent, "state": it.end.state,
                "message": it.end.why, "caller": it.caller, "cause": it.cause,
                "beganMs": it.began_ms, "endedMs": it.end.ended_ms,
                "steps": it.end.steps, "tokens": it.end.tokens, "costMicros": it.end.cost_micros,
            })
        });
        let flows = view.snapshot.workflow_runs(n_max)?.into_iter().map(|it| {
            json!({
                "run": it.id, "workflow": it.workflow, "state": it.state, "message": it.why,
                "caller": it.caller, "cause": it.cause,
                "beganMs": it.began_ms, "endedMs": it.ended_ms,
            })
        });
        let (runs, flows) = (runs.collect::<Vec<_>>(), flows.collect::<Vec<_>>());
        Ok(Some(json!({ "runs": runs, "workflows": flows })))
    });
    answer.await
}

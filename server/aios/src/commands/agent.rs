//! `aios agent`: the agents that there are, where each stands, and what moves them on.

use std::{
    io::{self, Read as _},
    path::Path,
};

use agent::{AgentKind, Template, Transition, template};
use anyhow::Context as _;
use engine::{AgentRequest, AgentStatus, LoadGraph, ModelState, RunRequest, Then};
use proposal::visible_line;
use serde_json::{Value, json};

use crate::{
    args::{AgentChange, AgentCommand, AgentCreate, AgentName},
    commands::change::{Afterwards, ended, proposed},
    exit::Exit,
    output::{Output, Paint},
    session::Session,
    when::minute,
};

/// More is no definition.
const INPUT_BYTES_MAX: u64 = 1024 * 1024;

/// `aios agent`.
pub(crate) fn run(root: &Path, command: &AgentCommand, output: Output) -> anyhow::Result<Exit> {
    match command {
        AgentCommand::List => list(root, output),
        AgentCommand::Show(args) => show(root, &args.name, output),
        AgentCommand::Create(args) => create(root, args, output),
        AgentCommand::Modify(args) => modify(root, args, output),
        AgentCommand::Activate(args) => step(root, args, Transition::Activate, output),
        AgentCommand::Suspend(args) => step(root, args, Transition::Suspend, output),
        AgentCommand::Resume(args) => step(root, args, Transition::Resume, output),
        AgentCommand::Apply(args) => step(root, args, Transition::Apply, output),
        AgentCommand::Terminate(args) => step(root, args, Transition::Terminate, output),
    }
}

fn list(root: &Path, output: Output) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Never)?;
    let all = session.ask("agents", |snapshot| {
        let with_model = |it: AgentStatus| {
            let def = it.agent.as_ref().map(|it| &it.def);
            let model = snapshot.model_state(def.and_then(|it| it.model.as_deref()));
            let asks = def.is_some_and(|it| it.capabilities.iter().all(|it| it.skill.is_none()));
            (it, if asks { model } else { ModelState::Ready })
        };
        Ok(snapshot.agents()?.into_iter().map(with_model).collect::<Vec<_>>())
    })?;
    for (status, model) in &all {
        let is_built_in = status.agent.as_ref().is_some_and(|it| it.path.is_none());
        let no_model = match model {
            ModelState::Ready => None,
            // Who wants no model wants to see none of these.
            ModelState::Off if is_built_in => continue,
            ModelState::Off => Some("models are switched off by `ai.enabled`"),
            ModelState::Missing(why) => Some(why.as_str()),
        };
        output.line(
            || {
                let mut object = status_json(status);
                object["no_model"] = json!(no_model);
                object
            },
            || {
                let line = status_line(status, output);
                let why = no_model.map(|it| format!("  needs a model: {it}"));
                line + &output.paint(Paint::Faint, why.unwrap_or_default())
            },
        )?;
    }
    Ok(Exit::Done)
}

fn status_line(status: &AgentStatus, output: Output) -> String {
    let agent = status.agent.as_ref();
    let kind = agent.map_or("", |it| it.def.kind.name());
    let origin = match agent {
        None => "no definition",
        Some(it) => it.path.as_deref().unwrap_or("built in"),
    };
    format!(
        "{}  {}  {kind:<10}  {}",
        output.paint(Paint::Name, format!("{:<20}", status.name)),
        output.paint(Paint::Place, format!("{:<11}", status.state.name())),
        output.paint(Paint::Faint, origin),
    )
}

fn status_json(status: &AgentStatus) -> Value {
    let agent = status.agent.as_ref();
    let capabilities = agent.map(|it| it.def.capabilities.iter().map(|it| &it.name));
    json!({
        "agent": status.name,
        "state": status.state.name(),
        "type": agent.map(|it| it.def.kind.name()),
        "version": agent.map(|it| &it.def.version),
        "file": agent.and_then(|it| it.path.as_ref()),
        "built_in": agent.is_some_and(|it| it.path.is_none()),
        "capabilities": capabilities.map(Iterator::collect::<Vec<_>>),
        "tools": agent.map(|it| it.def.tool_names()),
        "proposal": status.proposal.as_ref().map(ToString::to_string),
        "blocked": status.blocked,
    })
}

fn show(root: &Path, name: &str, output: Output) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Never)?;
    let name = name.to_owned();
    let (status, events) = session.ask("agent", move |snapshot| {
        Ok((snapshot.agent(&name)?, snapshot.agent_events(&name)?))
    })?;
    output.line(|| status_json(&status), || status_line(&status, output))?;
    if let Some(why) = &status.blocked {
        output.say(output.paint(Paint::Removed, why))?;
    }
    if let Some(agent) = &status.agent {
        for it in &agent.def.capabilities {
            let about = visible_line(&it.description);
            output.say(format!("  {}  {about}", output.paint(Paint::Name, &it.name)))?;
            for it in &it.parameters {
                let need = if it.required { "required" } else { "optional" };
                let line = format!("    --param {}=…  {need}", it.name);
                output.say(output.paint(Paint::Faint, line))?;
            }
        }
        for line in agent.def.instructions.lines() {
            output.say(output.paint(Paint::Faint, format!("  | {line}")))?;
        }
    }
    for it in events {
        output.line(
            || {
                json!({
                    "transition": it.transition, "state": it.state, "by": it.caller,
                    "at_ms": it.at_ms, "proposal": it.proposal,
                })
            },
            || {
                let by = it.proposal.as_ref().map(|it| format!(", {it}")).unwrap_or_default();
                let what = format!("{:<10} -> {:<11}", it.transition, it.state);
                let faint = output.paint(Paint::Faint, format!("by {}{by}", it.caller));
                format!("{}  {what}  {faint}", minute(it.at_ms))
            },
        )?;
    }
    Ok(Exit::Done)
}

fn create(root: &Path, args: &AgentCreate, output: Output) -> anyhow::Result<Exit> {
    let text = match &args.file {
        Some(file) => input(file)?,
        None => template(&Template {
            name: &args.name,
            kind: args.kind.into(),
            instructions: args.instructions.as_deref().unwrap_or_default(),
            tools: &args.tool,
        }),
    };
    let request = AgentRequest::Create { name: args.name.clone(), text, then: Then::Keep };
    propose(root, request, args.apply, output)
}

fn modify(root: &Path, args: &AgentChange, output: Output) -> anyhow::Result<Exit> {
    let text = input(&args.file)?;
    let request = AgentRequest::Modify { name: args.name.clone(), text, then: Then::Keep };
    propose(root, request, args.apply, output)
}

fn propose(
    root: &Path,
    request: AgentRequest,
    apply: bool,
    output: Output,
) -> anyhow::Result<Exit> {
    let mut session = Session::indexed(root, LoadGraph::Never)?;
    let outcome = session.run(RunRequest::Agent(request))?;
    let afterwards = if apply { Afterwards::Apply } else { Afterwards::Show };
    let exit = proposed(&mut session, outcome, afterwards, output)?;
    session.index()?;
    Ok(exit)
}

fn step(
    root: &Path,
    args: &AgentName,
    transition: Transition,
    output: Output,
) -> anyhow::Result<Exit> {
    let mut session = Session::indexed(root, LoadGraph::Never)?;
    let name = args.name.clone();
    let outcome = session.run(RunRequest::Agent(AgentRequest::Move { name, transition }))?;
    let exit = ended(&session, &outcome, output)?;
    // Where a file was written, what follows from it is recorded now.
    session.index()?;
    Ok(exit)
}

/// The text of a file, or of standard input.
fn input(file: &Path) -> anyhow::Result<String> {
    let read = |it: &mut dyn io::Read| -> anyhow::Result<String> {
        let mut text = String::new();
        let n = it.take(INPUT_BYTES_MAX + 1).read_to_string(&mut text);
        let n = n.with_context(|| format!("{} is no UTF-8 text", file.display()))?;
        anyhow::ensure!(n as u64 <= INPUT_BYTES_MAX, "more than {INPUT_BYTES_MAX} bytes came in");
        Ok(text)
    };
    if file == Path::new("-") {
        return read(&mut io::stdin().lock());
    }
    let opened = std::fs::File::open(file);
    read(&mut opened.with_context(|| format!("{} cannot be read", file.display()))?)
}

impl From<crate::args::AgentType> for AgentKind {
    fn from(written: crate::args::AgentType) -> AgentKind {
        match written {
            crate::args::AgentType::Assistant => AgentKind::Assistant,
            crate::args::AgentType::Analyzer => AgentKind::Analyzer,
            crate::args::AgentType::Generator => AgentKind::Generator,
            crate::args::AgentType::Specialist => AgentKind::Specialist,
        }
    }
}

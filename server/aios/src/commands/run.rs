//! `aios run` and `aios runs`: agents at work, and what they did.

use std::{collections::BTreeMap, path::Path};

use engine::{AgentReport, AgentTask, LoadGraph, RunOutcome, RunRequest, Then, transcript};
use proposal::{AgentRunId, visible_line};
use serde_json::json;

use crate::{
    args::{RunArgs, RunsArgs, RunsCommand},
    commands::change::{Afterwards, ended, proposed},
    exit::Exit,
    output::{Output, Paint},
    session::Session,
    when::minute,
};

/// `aios run`.
pub(crate) fn run(root: &Path, args: &RunArgs, output: Output) -> anyhow::Result<Exit> {
    let arguments = match parameters(&args.params) {
        Ok(arguments) => arguments,
        Err(why) => return Ok(output.refuse(why)?),
    };
    let task = AgentTask {
        capability: args.capability.clone(),
        arguments,
        message: args.message.clone(),
        ..AgentTask::by_user(&args.agent)
    };
    let mut session = Session::indexed_with_vectors(root, LoadGraph::Always)?;
    let outcome = session.run(RunRequest::RunAgent(Box::new(task)))?;
    let afterwards = if args.apply { Afterwards::Apply } else { Afterwards::Show };
    answered(&mut session, outcome, afterwards, output)
}

/// Parameters as they are written: `NAME=VALUE`.
pub(crate) fn parameters(written: &[String]) -> Result<BTreeMap<String, String>, String> {
    let parse = |it: &String| match it.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(format!("`{it}` is no NAME=VALUE")),
    };
    written.iter().map(parse).collect()
}

/// `aios ask`.
pub(crate) fn ask(root: &Path, question: &str, output: Output) -> anyhow::Result<Exit> {
    let arguments = BTreeMap::from([("question".to_owned(), question.to_owned())]);
    let task = AgentTask { arguments, ..AgentTask::by_user("ask") };
    let mut session = Session::indexed_with_vectors(root, LoadGraph::Always)?;
    let outcome = session.run(RunRequest::RunAgent(Box::new(task)))?;
    answered(&mut session, outcome, Afterwards::Show, output)
}

/// `aios runs`.
pub(crate) fn runs(root: &Path, args: &RunsArgs, output: Output) -> anyhow::Result<Exit> {
    match &args.command {
        None => list(root, args.limit.into(), output),
        Some(RunsCommand::Messages) => messages(root, args.limit.into(), output),
        Some(RunsCommand::Show(run)) => match AgentRunId::parse(&run.id) {
            Some(id) => show(root, id, output),
            None => Ok(output.refuse(format!("`{}` is no run\'s id", run.id))?),
        },
        Some(RunsCommand::Resume(run)) => {
            let Some(id) = AgentRunId::parse(&run.id) else {
                return Ok(output.refuse(format!("`{}` is no run\'s id", run.id))?);
            };
            let mut session = Session::indexed_with_vectors(root, LoadGraph::Always)?;
            let outcome = session.run(RunRequest::ResumeAgent(id, Then::Keep))?;
            answered(&mut session, outcome, Afterwards::Show, output)
        }
    }
}

/// A text of a model or a repository: it does not command the terminal.
fn visible(text: &str) -> String {
    let lines: Vec<String> = text.trim_end().lines().map(visible_line).collect();
    lines.join("\n")
}

/// Prints what came of a run, then what it proposed.
pub(crate) fn answered(
    session: &mut Session,
    outcome: RunOutcome,
    afterwards: Afterwards,
    output: Output,
) -> anyhow::Result<Exit> {
    let RunOutcome::Ran(report) = outcome else { return ended(session, &outcome, output) };
    let mut exit = print(&report, output)?;
    for proposal in &report.proposals {
        let made = RunOutcome::Proposed { proposal: proposal.clone(), document: None };
        let applied = proposed(session, made, afterwards, output)?;
        exit = if applied == Exit::Done { exit } else { applied };
    }
    Ok(exit)
}

/// Prints what came of a run.
pub(crate) fn print(report: &AgentReport, output: Output) -> anyhow::Result<Exit> {
    if !report.text.is_empty() {
        output.say(visible(&report.text))?;
    }
    for it in &report.findings {
        output.line(
            || json!({"finding": it.message, "rule": it.rule, "file": it.path.as_str()}),
            || {
                let path = output.paint(Paint::Place, &it.path);
                format!("{path}  {}", visible_line(&it.message))
            },
        )?;
    }
    let AgentReport { id, agent, end, spent, .. } = report;
    output.line(
        || {
            json!({
                "run": id.as_str(),
                "agent": agent,
                "outcome": end.name(),
                "message": end.why(),
                "text": report.text,
                "proposals": report.proposals.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
                "steps": spent.steps,
                "tokens": spent.tokens,
                "cost_micros": spent.cost_micros,
            })
        },
        || {
            let why = if end.why().is_empty() { String::new() } else { format!(": {}", end.why()) };
            let state = format!("{} {}{why}", output.paint(Paint::Name, id), end.name());
            format!("{state}  {}", output.paint(Paint::Faint, spent))
        },
    )?;
    Ok(if *end == agent::End::Done { Exit::Done } else { Exit::Refused })
}

fn list(root: &Path, limit: usize, output: Output) -> anyhow::Result<Exit> {
    let session = Session::start(root, LoadGraph::Never)?;
    let runs = session.ask("runs", move |snapshot| snapshot.agent_runs(limit))?;
    for it in &runs {
        let end = &it.end;
        output.line(
            || {
                json!({
                    "run": it.id, "agent": it.agent, "state": end.state, "message": end.why,
                    "by": it.caller, "cause": it.cause, "began_ms": it.began_ms,
                    "ended_ms": end.ended_ms, "steps": end.steps, "tokens": end.tokens,
                    "cost_micros": end.cost_micros,
                })
            },
            || {
                let name = output.paint(Paint::Name, &it.id);
                let state = output.paint(Paint::Place, format!("{:<11}", end.state));
                let why = output.paint(Paint::Faint, format!("{} {}", it.cause, end.why));
                format!("{name}  {}  {state}  {:<16}  {why}", minute(it.began_ms), it.agent)
            },
        )?;
    }
    if runs.is_empty() {
        return Ok(output.refuse("no agent has run here")?);
    }
    Ok(Exit::Done)
}

fn messages(root: &Path, limit: usize, output: Output) -> anyhow::Result<Exit> {
    let session = Session::start(root, LoadGraph::Never)?;
    let messages = session.ask("messages", move |snapshot| snapshot.agent_messages(limit))?;
    for it in &messages {
        output.line(
            || {
                json!({
                    "id": it.id, "from": it.from, "to": it.to, "at_ms": it.at_ms,
                    "message": it.message, "context": it.context, "run": it.run,
                    "hops": it.hops, "answer": it.answer,
                })
            },
            || {
                let id = output.paint(Paint::Name, &it.id);
                let ends = output.paint(Paint::Place, format!("{} -> {}", it.from, it.to));
                let text = output.paint(Paint::Faint, &it.message);
                format!("{id}  {}  {ends}  {text}", minute(it.at_ms))
            },
        )?;
    }
    if messages.is_empty() {
        return Ok(output.refuse("no agent has written to another here")?);
    }
    Ok(Exit::Done)
}

fn show(root: &Path, id: AgentRunId, output: Output) -> anyhow::Result<Exit> {
    let session = Session::start(root, LoadGraph::Never)?;
    let (row, steps) = session.ask("run", move |snapshot| snapshot.agent_run(&id))?;
    if !output.is_json() {
        output.say(visible(&transcript(&row, &steps)))?;
        return Ok(Exit::Done);
    }
    for it in steps {
        let object = || {
            json!({
                "at_ms": it.at_ms, "kind": it.kind, "title": it.title,
                "body": it.body,
            })
        };
        output.line(object, String::new)?;
    }
    Ok(Exit::Done)
}

//! `aios workflow`: what several agents do one after the other.

use std::path::Path;

use agent::{StepRun, WorkflowState};
use engine::{LoadGraph, RunOutcome, RunRequest, WorkflowReport, WorkflowTask};
use proposal::{ProposalId, visible_line};
use serde_json::json;

use crate::{
    args::{WorkflowCommand, WorkflowResume, WorkflowRun},
    commands::{
        change::{Afterwards, ended, proposed},
        run::parameters,
    },
    exit::Exit,
    output::{Output, Paint},
    session::Session,
    when::minute,
};

/// Runs that are listed.
const RUNS_SHOWN_MAX: usize = 20;

/// `aios workflow`.
pub(crate) fn run(root: &Path, command: &WorkflowCommand, output: Output) -> anyhow::Result<Exit> {
    match command {
        WorkflowCommand::List => list(root, output),
        WorkflowCommand::Run(args) => start(root, args, output),
        WorkflowCommand::Show(args) => show(root, &args.id, output),
        WorkflowCommand::Resume(args) => resume(root, args, output),
    }
}

fn list(root: &Path, output: Output) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Never)?;
    let (own, runs) = session.ask("workflows", |snapshot| {
        Ok((snapshot.own.clone(), snapshot.workflow_runs(RUNS_SHOWN_MAX)?))
    })?;
    if own.workflows.is_empty() && runs.is_empty() {
        return Ok(output.refuse("there are no workflows: they are .aios/workflows/*.yaml")?);
    }
    for (path, it) in &own.workflows {
        let steps: Vec<&str> = it.steps.iter().map(|it| it.id.as_str()).collect();
        output.line(
            || json!({"workflow": it.name, "file": path, "steps": steps, "about": it.description}),
            || {
                let name = output.paint(Paint::Name, format!("{:<20}", it.name));
                let steps = output.paint(Paint::Faint, steps.join(", "));
                let about = visible_line(it.description.as_deref().unwrap_or(path));
                format!("{name}  {about}  {steps}")
            },
        )?;
    }
    for it in runs {
        output.line(
            || {
                json!({
                    "run": it.id, "workflow": it.workflow, "state": it.state, "message": it.why,
                    "cause": it.cause, "by": it.caller, "began_ms": it.began_ms,
                    "ended_ms": it.ended_ms,
                })
            },
            || {
                let state = output.paint(Paint::Place, format!("{:<11}", it.state));
                let name = output.paint(Paint::Name, &it.id);
                let why = output.paint(Paint::Faint, &it.why);
                format!("{name}  {}  {state}  {}  {why}", minute(it.began_ms), it.workflow)
            },
        )?;
    }
    Ok(Exit::Done)
}

fn start(root: &Path, args: &WorkflowRun, output: Output) -> anyhow::Result<Exit> {
    let parameters = match parameters(&args.params) {
        Ok(parameters) => parameters,
        Err(why) => return Ok(output.refuse(why)?),
    };
    let is_approved = args.yes;
    let task = WorkflowTask { parameters, is_approved, ..WorkflowTask::by_user(&args.workflow) };
    let mut session = Session::indexed(root, LoadGraph::Always)?;
    let outcome = session.run(RunRequest::RunWorkflow(Box::new(task)))?;
    answered(&mut session, outcome, output)
}

fn resume(root: &Path, args: &WorkflowResume, output: Output) -> anyhow::Result<Exit> {
    let mut session = Session::indexed(root, LoadGraph::Always)?;
    // What a crash left half applied is ended before anything of it is looked at.
    session.run(RunRequest::Recover)?;
    let outcome = session.run(RunRequest::ResumeWorkflow(args.id.clone(), args.yes))?;
    answered(&mut session, outcome, output)
}

/// Prints how a workflow stands, and what it waits for.
fn answered(session: &mut Session, outcome: RunOutcome, output: Output) -> anyhow::Result<Exit> {
    let RunOutcome::Flowed(report) = outcome else { return ended(session, &outcome, output) };
    let exit = print(&report, output)?;
    if let WorkflowState::Waiting(proposals) = &report.state {
        for id in proposals.iter().filter_map(|it| ProposalId::parse(it)) {
            let made = RunOutcome::Proposed { proposal: id, document: None };
            proposed(session, made, Afterwards::Show, output)?;
        }
        let next = format!("then: aios workflow resume {}", report.id);
        output.say(output.paint(Paint::Faint, next))?;
    }
    Ok(exit)
}

/// Prints what came of a workflow.
pub(crate) fn print(report: &WorkflowReport, output: Output) -> anyhow::Result<Exit> {
    for it in &report.steps {
        step(it, output)?;
    }
    output.line(
        || {
            json!({
                "run": report.id, "workflow": report.workflow, "message": report.describe(),
                "outcome": word(&report.state),
            })
        },
        || report.describe(),
    )?;
    Ok(match report.state {
        WorkflowState::Done | WorkflowState::Waiting(_) => Exit::Done,
        WorkflowState::Running | WorkflowState::Failed(_) => Exit::Refused,
    })
}

fn word(state: &WorkflowState) -> &'static str {
    match state {
        WorkflowState::Running => "running",
        WorkflowState::Waiting(_) => "waiting",
        WorkflowState::Done => "done",
        WorkflowState::Failed(_) => "failed",
    }
}

fn step(it: &StepRun, output: Output) -> anyhow::Result<()> {
    output.line(
        || {
            json!({
                "step": it.name, "state": it.state.name(), "attempts": it.attempts,
                "findings": it.output.findings, "proposals": it.output.proposals,
                "message": it.why,
            })
        },
        || {
            let state = output.paint(Paint::Place, format!("{:<9}", it.state.name()));
            let proposals = it.output.proposals.join(" ");
            let why = output.paint(Paint::Faint, format!("{proposals} {}", it.why));
            format!("{state}  {}  {why}", output.paint(Paint::Name, &it.name))
        },
    )?;
    Ok(())
}

fn show(root: &Path, id: &str, output: Output) -> anyhow::Result<Exit> {
    let session = Session::start(root, LoadGraph::Never)?;
    let id = id.to_owned();
    let (row, steps) = session.ask("workflow run", move |snapshot| snapshot.workflow_run(&id))?;
    output.line(
        || {
            json!({
                "run": row.id, "workflow": row.workflow, "state": row.state, "message": row.why,
                "cause": row.cause, "by": row.caller,
            })
        },
        || format!("{} {} {} {}", row.id, row.workflow, row.state, row.why),
    )?;
    for it in steps {
        output.line(
            || {
                json!({
                    "step": it.name, "state": it.state, "attempts": it.attempts,
                    "findings": it.findings, "proposals": it.proposals, "message": it.why,
                    "run": it.agent_run,
                })
            },
            || {
                let run = it.agent_run.as_deref().unwrap_or_default();
                let state = output.paint(Paint::Place, format!("{:<9}", it.state));
                let faint =
                    output.paint(Paint::Faint, format!("{run} {} {}", it.proposals, it.why));
                format!("{state}  {}  {faint}", output.paint(Paint::Name, &it.name))
            },
        )?;
    }
    Ok(Exit::Done)
}

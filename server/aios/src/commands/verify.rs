//! `aios verify`: the checks of a change, and what becomes of a change that fails them.

use std::path::Path;

use engine::{CheckResult, LoadGraph, RunOutcome, RunRequest, Standing, Verdict, VerdictOutcome};
use proposal::{Outcome, ProposalId, UndoScope, VerdictRow};
use serde_json::json;
use settings::{RollbackPolicy, VerifyWhen};

use crate::{
    commands::change::ended,
    exit::Exit,
    output::{Output, Paint},
    session::Session,
};

/// `aios verify`.
pub(crate) fn verify(root: &Path, id: Option<&str>, output: Output) -> anyhow::Result<Exit> {
    let id = match id {
        None => None,
        Some(text) => match ProposalId::parse(text) {
            Some(id) => Some(id),
            None => return Ok(output.refuse(format!("`{text}` is no proposal's id"))?),
        },
    };
    let mut session = Session::indexed(root, LoadGraph::Always)?;
    let outcome = session.run(RunRequest::Verify(id))?;
    ended(&session, &outcome, output)
}

/// Prints a verdict.
pub(crate) fn print(verdict: &Verdict, output: Output) -> anyhow::Result<Exit> {
    for check in &verdict.checks {
        let paint = match check.result {
            CheckResult::Passed => Paint::Added,
            CheckResult::Failed => Paint::Removed,
            CheckResult::FailedBefore | CheckResult::NotRun => Paint::Faint,
        };
        output.line(
            || {
                json!({
                    "check": check.name,
                    "result": check.result.name(),
                    "detail": check.detail,
                    "cpu_ms": check.cpu_ms,
                    "output": check.output,
                })
            },
            || {
                let result = output.paint(paint, format!("{:<17}", check.result.name()));
                let cpu = output.paint(Paint::Faint, format!("{:.1} s", check.cpu_ms as f64 / 1e3));
                format!("{result} {}  {cpu}", output.paint(Paint::Name, &check.name))
            },
        )?;
        if check.result != CheckResult::Passed {
            output.say(output.paint(Paint::Faint, format!("  {}", check.detail)))?;
            for line in check.output.lines() {
                output.say(output.paint(Paint::Faint, format!("  | {line}")))?;
            }
        }
    }
    for note in &verdict.notes {
        output.line(|| json!({"note": note}), || format!("note: {note}"))?;
    }
    output.line(
        || json!({"outcome": "verified", "verdict": verdict.outcome.name()}),
        || format!("checks: {}", verdict.outcome.name()),
    )?;
    Ok(match verdict.outcome {
        VerdictOutcome::Passed => Exit::Done,
        VerdictOutcome::Failed | VerdictOutcome::Open => Exit::Refused,
    })
}

/// A verdict of the journal in a line.
pub(crate) fn describe(row: &VerdictRow) -> String {
    let failed = row.checks.iter().find(|it| it.result == CheckResult::Failed.name());
    let why = failed.map(|it| format!(", `{}`: {}", it.name, it.detail)).unwrap_or_default();
    format!("Checked: {}{why}", row.outcome)
}

/// Checks what was just applied, where the settings want it, and takes it back where it fails and
/// they say so.
pub(crate) fn after_apply(
    session: &mut Session,
    applied: &RunOutcome,
    output: Output,
) -> anyhow::Result<Option<Exit>> {
    let RunOutcome::Changed { proposal, transaction, outcome: Outcome::Applied, .. } = applied
    else {
        return Ok(None);
    };
    let (own, settings) =
        session.ask("verify", |snapshot| Ok((snapshot.own.clone(), snapshot.settings.clone())))?;
    let is_wanted = settings.verify.when == VerifyWhen::After;
    if own.standing != Standing::Trusted || !is_wanted {
        return Ok(None);
    }
    let outcome = session.run(RunRequest::Verify(Some(proposal.clone())))?;
    let exit = ended(session, &outcome, output)?;
    let RunOutcome::Verified { verdict, .. } = &outcome else { return Ok(Some(exit)) };
    if verdict.outcome != VerdictOutcome::Failed {
        return Ok(Some(Exit::Done));
    }
    if settings.verify.rollback != RollbackPolicy::Always {
        output.say("the change stays; `aios undo` takes it back")?;
        return Ok(Some(Exit::Refused));
    }
    let (transaction, scope) = (Some(transaction.clone()), UndoScope::Transaction);
    let undone = session.run(RunRequest::Undo { transaction, scope })?;
    ended(session, &undone, output)?;
    Ok(Some(Exit::Refused))
}

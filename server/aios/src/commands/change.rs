//! The changes: `rename`, `settings`, `proposals`, `show`, `apply`, `reject`.

use std::{collections::BTreeSet, path::Path};

use engine::{Choice, LoadGraph, ReadError, RunOutcome, RunRequest, Snapshot, Then};
use proposal::{
    DiffLine, DiffLineKind, DiffStyle, Journal, JournalError, Outcome, Part, Present, Proposal,
    ProposalId, ProposalState, Recorded, TransactionId, diff_lines, parts,
};
use serde_json::{Value, json};
use vfs::VfsPath;

use crate::{
    args::ApplyArgs,
    commands::{chosen::parts_named, skill, target::Target, verify},
    exit::Exit,
    output::{Output, Paint},
    session::Session,
};

/// Proposals that are listed.
const PROPOSALS_SHOWN_MAX: usize = 50;
/// Proposals that are looked through for the latest one that fits.
const PROPOSALS_SEARCHED_MAX: usize = 1_000;

/// What becomes of a proposal that a command makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Afterwards {
    /// It is shown and waits.
    Show,
    /// It is applied at once.
    Apply,
}

/// `aios rename`.
pub(crate) fn rename(
    root: &Path,
    (symbol, new_name): (&str, &str),
    afterwards: Afterwards,
    output: Output,
) -> anyhow::Result<Exit> {
    let mut session = Session::indexed(root, LoadGraph::Always)?;
    let at = Target::parse(symbol, &session.root)?.into_place();
    let new_name = new_name.to_owned();
    let outcome = session.run(RunRequest::Rename { at, new_name, then: Then::Keep })?;
    proposed(&mut session, outcome, afterwards, output)
}

/// `aios settings`: the first self-modification.
pub(crate) fn settings(
    root: &Path,
    afterwards: Afterwards,
    output: Output,
) -> anyhow::Result<Exit> {
    let mut session = Session::indexed(root, LoadGraph::Never)?;
    let outcome = session.run(RunRequest::CreateSettings { root: None, then: Then::Keep })?;
    proposed(&mut session, outcome, afterwards, output)
}

/// `aios proposals`.
pub(crate) fn proposals(root: &Path, output: Output) -> anyhow::Result<Exit> {
    let session = Session::start(root, LoadGraph::Never)?;
    let proposals = session.ask("proposals", |snapshot| {
        let journal = journal(snapshot)?;
        let proposals = journal.proposals(PROPOSALS_SHOWN_MAX)?;
        let present = |path: &VfsPath| snapshot.present(path);
        let with_staleness = proposals.into_iter().map(|it| (is_stale(journal, &it, &present), it));
        Ok(with_staleness.collect::<Vec<(bool, Recorded)>>())
    })?;
    for (is_stale, Recorded { proposal, state, .. }) in &proposals {
        output.line(
            || {
                let mut object = proposal_json(proposal, *state);
                object["stale"] = (*is_stale).into();
                object
            },
            || {
                let state = if *is_stale { "stale" } else { state.name() };
                let state = format!("{state:<11}");
                format!(
                    "{}  {}  {}  {}",
                    output.paint(Paint::Name, &proposal.id),
                    output.paint(Paint::Place, state),
                    proposal.title,
                    output.paint(Paint::Faint, format!("risk {}", proposal.risk.level))
                )
            },
        )?;
    }
    if proposals.is_empty() {
        return Ok(output.refuse("there are no proposals")?);
    }
    Ok(Exit::Done)
}

/// `aios show`.
pub(crate) fn show(root: &Path, id: Option<&str>, output: Output) -> anyhow::Result<Exit> {
    let session = Session::start(root, LoadGraph::Never)?;
    let id = match id.and_then(TransactionId::parse) {
        None => id.map(str::to_owned),
        Some(transaction) => {
            let applied = session.ask("transaction", move |snapshot| {
                Ok(journal(snapshot)?.transaction(&transaction)?.proposal)
            })?;
            Some(applied.to_string())
        }
    };
    let Some(recorded) = chosen(&session, id.as_deref(), |_| true, output)? else {
        return Ok(Exit::Refused);
    };
    print_diff(&session, recorded, output)?;
    Ok(Exit::Done)
}

/// `aios apply`.
pub(crate) fn apply(root: &Path, args: &ApplyArgs, output: Output) -> anyhow::Result<Exit> {
    let id = args.id.as_deref();
    if args.only.is_empty() {
        return answer(root, id, output, RunRequest::Apply);
    }
    let mut session = Session::indexed(root, LoadGraph::Never)?;
    let Some(recorded) = chosen(&session, id, Recorded::is_pending, output)? else {
        return Ok(Exit::Refused);
    };
    let id = recorded.proposal.id.clone();
    let parts = session.ask("parts", move |snapshot| {
        let present = |path: &VfsPath| snapshot.present(path);
        let simulation = journal(snapshot)?.simulation_of(&recorded, &present)?;
        Ok(parts(&recorded.proposal, &simulation))
    })?;
    let accepted = parts_named(&args.only, &parts, &session.root)?;
    let choice = Choice { accepted, rejected: BTreeSet::new() };
    let outcome = session.run(RunRequest::ApplyParts(id, choice))?;
    ended(&session, &outcome, output)
}

/// `aios reject`.
pub(crate) fn reject(root: &Path, id: Option<&str>, output: Output) -> anyhow::Result<Exit> {
    answer(root, id, output, RunRequest::Reject)
}

/// Prints what a run proposed, then applies it where that was asked for.
pub(crate) fn proposed(
    session: &mut Session,
    outcome: RunOutcome,
    afterwards: Afterwards,
    output: Output,
) -> anyhow::Result<Exit> {
    let RunOutcome::Proposed { proposal: id, .. } = outcome else {
        return ended(session, &outcome, output);
    };
    let journaled = journaled(session, &id)?;
    print_diff(session, journaled, output)?;
    match afterwards {
        Afterwards::Apply => {
            let outcome = session.run(RunRequest::Apply(id))?;
            ended(session, &outcome, output)
        }
        Afterwards::Show => {
            let next = format!("`aios apply {id}` writes it, `aios reject {id}` drops it");
            output.say(output.paint(Paint::Faint, format!("nothing is changed yet: {next}")))?;
            Ok(Exit::Done)
        }
    }
}

/// Answers the proposal `id`, or the latest one that is pending.
fn answer(
    root: &Path,
    id: Option<&str>,
    output: Output,
    request: impl Fn(ProposalId) -> RunRequest,
) -> anyhow::Result<Exit> {
    let mut session = Session::indexed(root, LoadGraph::Never)?;
    let Some(recorded) = chosen(&session, id, Recorded::is_pending, output)? else {
        return Ok(Exit::Refused);
    };
    let outcome = session.run(request(recorded.proposal.id))?;
    let exit = ended(&session, &outcome, output)?;
    Ok(verify::after_apply(&mut session, &outcome, output)?.unwrap_or(exit))
}

/// The proposal `id`, else the newest for which `fits` is true; says so where there is none.
fn chosen(
    session: &Session,
    id: Option<&str>,
    fits: impl Fn(&Recorded) -> bool,
    output: Output,
) -> anyhow::Result<Option<Recorded>> {
    let found = match id {
        Some(written) => {
            let all = recorded(session, PROPOSALS_SEARCHED_MAX)?;
            let found = all.into_iter().find(|it| it.proposal.id.as_str() == written);
            if found.is_none() {
                output.refuse(format!("there is no proposal `{written}`"))?;
            }
            found
        }
        None => {
            let all = recorded(session, PROPOSALS_SEARCHED_MAX)?;
            let interrupted = all.iter().find(|it| it.state == ProposalState::Interrupted);
            let hint = interrupted.map(|it| {
                let id = &it.proposal.id;
                format!("no proposal waits; `aios apply {id}` goes on with the interrupted one")
            });
            let found = all.into_iter().find(fits);
            if found.is_none() {
                let none =
                    || "no proposal waits for an answer; `aios proposals` lists all".to_owned();
                output.refuse(hint.unwrap_or_else(none))?;
            }
            found
        }
    };
    Ok(found)
}

fn recorded(session: &Session, n_max: usize) -> anyhow::Result<Vec<Recorded>> {
    session.ask("proposals", move |snapshot| Ok(journal(snapshot)?.proposals(n_max)?))
}

fn journaled(session: &Session, id: &ProposalId) -> anyhow::Result<Recorded> {
    let id = id.clone();
    session.ask("proposal", move |snapshot| Ok(journal(snapshot)?.proposal(&id)?))
}

/// The journal, where the history could be opened.
pub(crate) fn journal(snapshot: &Snapshot) -> Result<&Journal, ReadError> {
    let journal = snapshot.journal.as_ref();
    journal.ok_or_else(|| ReadError::Failed("the history cannot be opened".to_owned()))
}

fn print_diff(session: &Session, recorded: Recorded, output: Output) -> anyhow::Result<()> {
    let object = proposal_json(&recorded.proposal, recorded.state);
    let root = session.root.clone();
    let (lines, parts, verdict) = session.ask("show", move |snapshot| {
        let verdict = journal(snapshot)?.verdict(&recorded.proposal.id)?;
        let present = |path: &VfsPath| snapshot.present(path);
        let simulation = journal(snapshot)?.simulation_of(&recorded, &present)?;
        let style = DiffStyle { roots: &[root], answers: &[], has_marks: false };
        let lines = diff_lines(&recorded.proposal, &simulation, &style);
        Ok((lines, parts(&recorded.proposal, &simulation), verdict))
    })?;
    if output.is_json() {
        let mut object = object;
        object["parts"] = parts.iter().map(part_json).collect::<Vec<Value>>().into();
        object["verdict"] = verdict.as_ref().map(|it| it.outcome.clone()).into();
        object["diff"] = lines.iter().map(|it| it.text.as_str()).collect::<Vec<&str>>().into();
        return Ok(output.line(|| object, String::new)?);
    }
    if let Some(verdict) = &verdict {
        output.say(output.paint(Paint::Head, format!("# {}", verify::describe(verdict))))?;
    }
    for line in &lines {
        output.say(painted(line, output))?;
    }
    Ok(())
}

/// True where `recorded` waits, but a file that it was made for has changed: it would be refused.
fn is_stale(journal: &Journal, recorded: &Recorded, present: &Present<'_>) -> bool {
    let simulation = || journal.simulation_of(recorded, present);
    recorded.is_pending() && matches!(simulation(), Err(JournalError::Stale(_)))
}

fn painted(line: &DiffLine, output: Output) -> String {
    let paint = match line.kind {
        DiffLineKind::Title | DiffLineKind::File => Paint::Head,
        DiffLineKind::Header | DiffLineKind::Note => Paint::Faint,
        DiffLineKind::Hunk => Paint::Place,
        DiffLineKind::Added => Paint::Added,
        DiffLineKind::Removed => Paint::Removed,
        DiffLineKind::Context => return line.text.clone(),
    };
    output.paint(paint, &line.text)
}

fn part_json(part: &Part) -> Value {
    json!({
        "id": part.id.to_string(),
        "path": part.path.as_str(),
        "kind": part.kind.name(),
        "old": { "start": part.old.start + 1, "lines": part.old.len() },
        "new": { "start": part.new.start + 1, "lines": part.new.len() },
        "reasons": part.reasons,
    })
}

fn proposal_json(proposal: &Proposal, state: ProposalState) -> Value {
    let paths = proposal.files.iter().map(|it| it.path().as_str());
    let reasons = proposal.risk.reasons.iter().map(|it| it.detail.as_str());
    json!({
        "id": proposal.id.as_str(),
        "title": proposal.title,
        "reason": proposal.reason,
        "state": state.name(),
        "created_ms": proposal.created_ms,
        "action": proposal.origin.action,
        "files": paths.collect::<Vec<&str>>(),
        "risk": proposal.risk.level.name(),
        "risk_reasons": reasons.collect::<Vec<&str>>(),
        "lines_added": proposal.impact.lines_added,
        "lines_removed": proposal.impact.lines_removed,
        "left_to_you": proposal.left.len(),
    })
}

fn list(transactions: &[TransactionId]) -> String {
    if transactions.is_empty() {
        return "nothing".to_owned();
    }
    let ids: Vec<&str> = transactions.iter().map(TransactionId::as_str).collect();
    ids.join(", ")
}

/// Prints how a run ended.
pub(crate) fn ended(
    session: &Session,
    outcome: &RunOutcome,
    output: Output,
) -> anyhow::Result<Exit> {
    let (word, text, exit) = match outcome {
        RunOutcome::Changed { proposal, outcome, reason, rest, transaction } => {
            let (word, exit) = match outcome {
                Outcome::Applied => ("applied", Exit::Done),
                Outcome::Partial { .. } => ("partial", Exit::Refused),
                Outcome::Declined => ("declined", Exit::Refused),
            };
            let reason = reason.as_ref().map_or(String::new(), |it| format!(": {it}"));
            // The title says whether it was made, taken back or brought back.
            let title = journaled(session, proposal)?.proposal.title;
            let next = match rest {
                Some(rest) => format!(
                    "; the rest waits as {rest}: `aios apply {rest}` completes it, `aios undo \
                     {transaction}` takes back what was applied"
                ),
                None => String::new(),
            };
            (word, format!("{word} {proposal}: {title}{reason}{next}"), exit)
        }
        RunOutcome::Reversed { is_undo, done, refused } => {
            let word = if *is_undo { "taken back" } else { "brought back" };
            let mut text = format!("{word}: {}", list(done));
            for (transaction, why) in refused {
                text.push_str(&format!("\nleft as it is: {transaction}: {why}"));
            }
            let exit = if refused.is_empty() { Exit::Done } else { Exit::Refused };
            (word, text, exit)
        }
        RunOutcome::Recovered(recovery) => ("recovered", recovery.describe(), Exit::Done),
        RunOutcome::Replied { reply, markdown, understood, .. } => {
            return skill::print(reply, markdown, understood.as_ref(), output);
        }
        RunOutcome::Flowed(report) => return crate::commands::workflow::print(report, output),
        RunOutcome::Ran(report) => return crate::commands::run::print(report, output),
        RunOutcome::Shown(path) => ("shown", path.to_string(), Exit::Done),
        RunOutcome::Verified { verdict, .. } => return verify::print(verdict, output),
        RunOutcome::Done(what) => ("done", what.clone(), Exit::Done),
        RunOutcome::Rejected(proposal) => ("rejected", format!("rejected {proposal}"), Exit::Done),
        RunOutcome::Proposed { proposal, .. } => {
            ("proposed", format!("proposed {proposal}"), Exit::Done)
        }
        RunOutcome::Refused(why) => ("refused", format!("refused: {why}"), Exit::Refused),
        RunOutcome::Cancelled => ("cancelled", "cancelled".to_owned(), Exit::Refused),
        RunOutcome::Failed(why) => anyhow::bail!("{why}"),
        RunOutcome::Indexed(_)
        | RunOutcome::HistoryRead(_)
        | RunOutcome::Remembered(_)
        | RunOutcome::Forgotten(_)
        | RunOutcome::Evolved { .. } => ("done", outcome.describe(), Exit::Done),
    };
    output.line(|| json!({"outcome": word, "message": text}), || text.clone())?;
    Ok(exit)
}

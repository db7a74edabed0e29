//! `aios evolve`: experiments with the server's own settings.

use std::path::Path;

use anyhow::{Context as _, bail};
use engine::{EvolveRequest, LoadGraph, ReadError, RunOutcome, RunRequest, Snapshot};
use evolve::{report, summary};
use proposal::{Journal, ProposalId, ProposalState, TransactionId, UndoScope};
use serde_json::{Value, json};
use settings::EvolvePolicy;
use store::history::ExperimentRow;

use crate::{
    args::EvolveCommand,
    commands::change::{Afterwards, ended, journal, proposed},
    exit::Exit,
    output::{Output, Paint},
    session::Session,
    when::{self, Way},
};

/// Experiments that are looked through for the one that is meant.
const SEARCHED_MAX: usize = 500;

/// `aios evolve`.
pub(crate) fn run(root: &Path, what: &EvolveCommand, output: Output) -> anyhow::Result<Exit> {
    match what {
        EvolveCommand::Run { given, until, apply } => {
            let until = until.as_deref().map(|it| when::moment(it, Way::Back)).transpose()?;
            let request = EvolveRequest {
                given: given.iter().map(|it| variant(it)).collect::<anyhow::Result<_>>()?,
                until_s: until.map(|it| it.as_second()),
            };
            let afterwards = if *apply { Afterwards::Apply } else { Afterwards::Show };
            experiment(root, request, afterwards, output)
        }
        EvolveCommand::Status => status(root, output),
        EvolveCommand::History { id, limit } => {
            history(root, id.as_deref(), usize::from(*limit), output)
        }
        EvolveCommand::Revert { id } => revert(root, id.as_deref(), output),
    }
}

fn variant(written: &str) -> anyhow::Result<(String, String)> {
    let (key, value) = written.split_once('=').context("write it as SETTING=PERCENT")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

fn experiment(
    root: &Path,
    request: EvolveRequest,
    afterwards: Afterwards,
    output: Output,
) -> anyhow::Result<Exit> {
    let mut session = Session::with_vectors(root, LoadGraph::Never)?;
    match session.run(RunRequest::Evolve(request))? {
        RunOutcome::Evolved { experiment, proposal } => {
            output.line(
                || experiment_json(&experiment),
                || report(&experiment, &when::minute).trim_end().to_owned(),
            )?;
            let Some(proposal) = proposal else { return Ok(Exit::Done) };
            output.say("")?;
            let outcome = RunOutcome::Proposed { proposal, document: None };
            proposed(&mut session, outcome, afterwards, output)
        }
        RunOutcome::Refused(why) => Ok(output.refuse(why)?),
        RunOutcome::Failed(why) => bail!("{why}"),
        other => bail!("the experiment ended as {other:?}"),
    }
}

fn status(root: &Path, output: Output) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Never)?;
    let (policy, learned, row) = session.ask("evolve status", |snapshot| {
        let rows = experiments(snapshot, 1)?;
        let bent = snapshot.settings.weights.iter().filter(|it| it.1 != 100);
        let bent: Vec<(String, u16)> = bent.map(|it| (format!("weights.{}", it.0), it.1)).collect();
        Ok((snapshot.settings.evolve, bent, rows.into_iter().next()))
    })?;
    let policy = match policy {
        EvolvePolicy::Off => "off",
        EvolvePolicy::Suggest => "suggest",
        EvolvePolicy::AutoConfig => "auto-config",
    };
    let stands = row.as_ref().map(|it| session.ask("stands", stands_of(it.clone()))).transpose()?;
    let stands = stands.flatten();
    output.line(
        || {
            let settings: Value = learned.iter().map(|it| (it.0.clone(), json!(it.1))).collect();
            let last = row.as_ref().map(experiment_json);
            json!({"policy": policy, "settings": settings, "last": last, "stands": stands})
        },
        || {
            let set: Vec<String> =
                learned.iter().map(|it| format!("{} = {}", it.0, it.1)).collect();
            let set = if set.is_empty() { "as shipped".to_owned() } else { set.join(", ") };
            let last = match &row {
                Some(row) => format!(
                    "last experiment: {} at {}, {}{}",
                    row.id,
                    when::minute(row.at_ms),
                    row.outcome,
                    stands.map(|it| format!(", its proposal is {it}")).unwrap_or_default()
                ),
                None => "no experiment was made yet".to_owned(),
            };
            format!("policy: {policy}\nweights: {set}\n{last}")
        },
    )?;
    Ok(Exit::Done)
}

/// Where the proposal of an experiment stands.
fn stands_of(
    row: ExperimentRow,
) -> impl FnOnce(&Snapshot) -> Result<Option<&'static str>, ReadError> + Send + 'static {
    move |snapshot| {
        let Some(id) = row.proposal.as_deref().and_then(ProposalId::parse) else { return Ok(None) };
        // The journal may have let it go.
        Ok(journal(snapshot)?.proposal(&id).ok().map(|it| it.state.name()))
    }
}

fn history(root: &Path, id: Option<&str>, max: usize, output: Output) -> anyhow::Result<Exit> {
    let session = Session::start(root, LoadGraph::Never)?;
    let wanted = id.map(str::to_owned);
    let rows = session.ask("experiments", move |snapshot| match &wanted {
        Some(id) => {
            let row = journal(snapshot)?.experiments().experiment(id)?;
            Ok(row.into_iter().collect())
        }
        None => experiments(snapshot, max),
    })?;
    if rows.is_empty() {
        let why = match id {
            Some(id) => format!("there is no experiment `{id}`"),
            None => "no experiment was made yet; `aios evolve run` makes one".to_owned(),
        };
        return Ok(output.refuse(why)?);
    }
    for row in &rows {
        let text = || match id {
            Some(_) => report(row, &when::minute).trim_end().to_owned(),
            None => format!(
                "{}  {}  {:<19} {}",
                output.paint(Paint::Name, &row.id),
                output.paint(Paint::Faint, when::minute(row.at_ms)),
                row.outcome,
                summary(row)
            ),
        };
        output.line(|| experiment_json(row), text)?;
    }
    Ok(Exit::Done)
}

fn revert(root: &Path, id: Option<&str>, output: Output) -> anyhow::Result<Exit> {
    let mut session = Session::indexed(root, LoadGraph::Never)?;
    let wanted = id.map(str::to_owned);
    let transaction = session.ask("experiments", move |snapshot| {
        let rows = experiments(snapshot, SEARCHED_MAX)?;
        let journal = journal(snapshot)?;
        let fits = |it: &&ExperimentRow| wanted.as_ref().is_none_or(|id| *id == it.id);
        for row in rows.iter().filter(fits) {
            let applied = applied(journal, row)?;
            if applied.is_some() {
                return Ok(applied);
            }
        }
        Ok(None)
    })?;
    let Some(transaction) = transaction else {
        let which = id.map_or("any experiment".to_owned(), |it| format!("`{it}`"));
        return Ok(output.refuse(format!("nothing that {which} changed is in force"))?);
    };
    let scope = UndoScope::Transaction;
    let request = RunRequest::Undo { transaction: Some(transaction), scope };
    let outcome = session.run(request)?;
    ended(&session, &outcome, output)
}

/// The transaction that applied the proposal of an experiment, where it is in force.
fn applied(journal: &Journal, row: &ExperimentRow) -> Result<Option<TransactionId>, ReadError> {
    let Some(id) = row.proposal.as_deref().and_then(ProposalId::parse) else { return Ok(None) };
    let is_applied = journal.proposal(&id).is_ok_and(|it| it.state == ProposalState::Applied);
    if !is_applied {
        return Ok(None);
    }
    let all = journal.transactions(SEARCHED_MAX)?;
    Ok(all.into_iter().find(|it| it.proposal == id).map(|it| it.id))
}

fn experiments(snapshot: &Snapshot, n_max: usize) -> Result<Vec<ExperimentRow>, ReadError> {
    Ok(journal(snapshot)?.experiments().experiments(n_max)?)
}

fn experiment_json(row: &ExperimentRow) -> Value {
    let body = &row.body;
    let values = |it: &[(String, u16)]| -> Value {
        it.iter().map(|it| (it.0.clone(), json!(it.1))).collect()
    };
    let variants = body.variants.iter().map(|it| {
        let measures = it.measures.iter().map(|(name, it)| {
            json!({
                "measure": name,
                "questions": it.n,
                "before": it.before,
                "after": it.after,
                "low": it.low,
                "high": it.high,
                "confidence": it.confidence,
                "better": it.better,
                "worse": it.worse,
            })
        });
        json!({
            "values": values(&it.values),
            "found_by": it.found_by,
            "against": it.against,
            "measures": measures.collect::<Vec<_>>(),
        })
    });
    json!({
        "id": row.id,
        "at_ms": row.at_ms,
        "outcome": row.outcome,
        "proposal": row.proposal,
        "root": body.root,
        "parent": body.parent,
        "before": values(&body.before),
        "tuning": {"n": body.tuning.n, "from_s": body.tuning.from_s, "to_s": body.tuning.to_s},
        "held_out": {
            "n": body.held_out.n, "from_s": body.held_out.from_s, "to_s": body.held_out.to_s,
        },
        "commits": body.n_commits,
        "measured": body.n_measured,
        "cpu_ms": body.cpu_ms,
        "cpu_ms_max": body.cpu_ms_max,
        "seed": body.seed,
        "notes": body.notes,
        "variants": variants.collect::<Vec<_>>(),
    })
}

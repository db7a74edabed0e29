//! `aios evolve`: experiments with the server's own settings.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use engine::{
    EvolveRequest, Experiment, LoadGraph, ReadError, RunOutcome, RunRequest, Snapshot, Then,
};
use evolve::{InUse, Level, VOCABULARY_FILE, Vocabulary, report, summary};
use proposal::ProposalState;
use serde_json::{Value, json};
use settings::EvolvePolicy;
use store::history::{ExperimentRow, SuggestionRow};

use crate::{
    args::EvolveCommand,
    commands::change::{Afterwards, proposed},
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
        EvolveCommand::Run { given, until, level, apply } => {
            let until = until.as_deref().map(|it| when::moment(it, Way::Back)).transpose()?;
            let request = EvolveRequest {
                given: given.iter().map(|it| variant(it)).collect::<anyhow::Result<_>>()?,
                until_s: until.map(|it| it.as_second()),
                level: level.as_deref().and_then(Level::parse),
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
    let mut session = match request.level {
        None => Session::with_vectors(root, LoadGraph::Never)?,
        // Who imports what decides there.
        Some(Level::Structure | Level::Configuration) => Session::indexed(root, LoadGraph::Always)?,
        Some(_) => Session::indexed(root, LoadGraph::Never)?,
    };
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

/// What there is to say of how experiments stand.
struct Standing {
    policy: EvolvePolicy,
    /// Weights that are not as shipped.
    bent: Vec<(String, u16)>,
    words: Arc<Vocabulary>,
    /// True where the words wait for trust.
    words_wait: bool,
    all: Vec<Experiment>,
    in_use: Option<(String, InUse)>,
}

impl Standing {
    fn of(snapshot: &Snapshot) -> Result<Standing, ReadError> {
        let is_bent = |it: &&(&str, u16)| {
            let default = settings::Setting::find(&format!("weights.{}", it.0));
            default.map(settings::Setting::default_value)
                != Some(settings::Value::Int(i64::from(it.1)))
        };
        let bent = snapshot.settings.weights.iter().filter(is_bent);
        Ok(Standing {
            policy: snapshot.settings.evolve,
            bent: bent.map(|it| (format!("weights.{}", it.0), it.1)).collect(),
            words: Arc::clone(&snapshot.own.written_vocabulary),
            words_wait: snapshot.own.vocabulary_waits(),
            all: snapshot.experiments(SEARCHED_MAX)?,
            in_use: snapshot.experiment_in_use()?,
        })
    }
}

fn use_json((experiment, said): &(String, InUse)) -> Value {
    json!({ "experiment": experiment, "said": said.to_string() })
}

fn status(root: &Path, output: Output) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Never)?;
    let standing = session.ask("evolve status", Standing::of)?;
    let Standing { bent, words, words_wait, all, in_use, .. } = standing;
    let policy = match standing.policy {
        EvolvePolicy::Off => "off",
        EvolvePolicy::Suggest => "suggest",
        EvolvePolicy::AutoConfig => "auto-config",
    };
    let last = all.first();
    let is_waiting = |it: &&Experiment| it.state == Some(ProposalState::Pending);
    let waiting: Vec<&Experiment> = all.iter().filter(is_waiting).collect();
    let in_force: Vec<&Experiment> = all.iter().filter(|it| it.is_in_force).collect();
    output.line(
        || {
            let settings: Value = bent.iter().map(|it| (it.0.clone(), json!(it.1))).collect();
            let ids =
                |of: &[&Experiment]| of.iter().map(|it| it.row.id.clone()).collect::<Vec<_>>();
            json!({
                "policy": policy,
                "settings": settings,
                "vocabulary": {
                    "learned": words.learned,
                    "words": words.words.len(),
                    "often": words.often.len(),
                    "trusted": !words_wait,
                },
                "last": last.map(|it| experiment_json(&it.row)),
                "stands": last.and_then(|it| it.state).map(ProposalState::name),
                "waiting": ids(&waiting),
                "in_force": ids(&in_force),
                "in_use": in_use.as_ref().map(use_json),
            })
        },
        || {
            let set: Vec<String> = bent.iter().map(|it| format!("{} = {}", it.0, it.1)).collect();
            let set = if set.is_empty() { "as shipped".to_owned() } else { set.join(", ") };
            let mut lines = vec![format!("policy: {policy}"), format!("weights: {set}")];
            lines.extend(words_line(&words, words_wait));
            lines.push(match last {
                Some(it) => format!("last experiment: {}", line(it, output)),
                None => "no experiment was made yet; `aios evolve run` makes one".to_owned(),
            });
            lines.extend(waiting.iter().filter_map(|it| {
                let proposal = it.row.proposal.as_ref()?;
                Some(format!(
                    "waits for you: {}; `aios show {proposal}`, then `aios apply {proposal}` or \
                     `aios reject {proposal}`",
                    summary(&it.row)
                ))
            }));
            lines.extend(in_force.iter().map(|it| {
                let id = &it.row.id;
                format!("in force: {}; `aios evolve revert {id}` takes it back", summary(&it.row))
            }));
            lines.extend(in_use.as_ref().map(|it| format!("in use: {}: {}", it.0, it.1)));
            lines.join("\n")
        },
    )?;
    Ok(Exit::Done)
}

/// How much is said of the repository's own words; nothing where nothing is.
fn words_line(words: &Vocabulary, waits: bool) -> Option<String> {
    let Vocabulary { learned, words: all, often, .. } = words;
    (!words.is_empty()).then(|| {
        let (n_words, n_often) = (all.len(), often.len());
        format!(
            "words: {n_words} of this repository's own, and {n_often} places that change often, \
             learned from {learned}: {VOCABULARY_FILE}{}",
            if waits { "; they count once you trust them (`aios trust`)" } else { "" }
        )
    })
}

/// An experiment in a line.
fn line(it: &Experiment, output: Output) -> String {
    let stands = match (it.is_in_force, it.state) {
        (true, _) => "in force",
        (false, Some(state)) => state.name(),
        (false, None) => "",
    };
    format!(
        "{}  {}  {:<19} {:<9} {}",
        output.paint(Paint::Name, &it.row.id),
        output.paint(Paint::Faint, when::minute(it.row.at_ms)),
        it.row.outcome,
        stands,
        summary(&it.row)
    )
}

fn history(root: &Path, id: Option<&str>, max: usize, output: Output) -> anyhow::Result<Exit> {
    let session = Session::start(root, LoadGraph::Never)?;
    let n_max = if id.is_some() { SEARCHED_MAX } else { max };
    let mut all = session.ask("experiments", move |snapshot| snapshot.experiments(n_max))?;
    all.retain(|it| id.is_none_or(|id| it.row.id == id));
    if all.is_empty() {
        let why = match id {
            Some(id) => format!("there is no experiment `{id}`"),
            None => "no experiment was made yet; `aios evolve run` makes one".to_owned(),
        };
        return Ok(output.refuse(why)?);
    }
    for it in &all {
        let object = || {
            let mut object = experiment_json(&it.row);
            object["stands"] = it.state.map(ProposalState::name).into();
            object["in_force"] = it.is_in_force.into();
            object
        };
        let text = || match id {
            Some(_) => report(&it.row, &when::minute).trim_end().to_owned(),
            None => line(it, output),
        };
        output.line(object, text)?;
    }
    Ok(Exit::Done)
}

fn revert(root: &Path, id: Option<&str>, output: Output) -> anyhow::Result<Exit> {
    let mut session = Session::indexed(root, LoadGraph::Never)?;
    let request = RunRequest::TakeBackExperiment(id.map(str::to_owned), Then::Keep);
    let outcome = session.run(request)?;
    proposed(&mut session, outcome, Afterwards::Apply, output)
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
        "level": if body.level.is_empty() { "weights" } else { &body.level },
        "suggestion": body.suggestion.as_ref().map(suggestion_json),
    })
}

fn suggestion_json(row: &SuggestionRow) -> Value {
    let seen = row.seen.iter().map(
        |it| json!({ "what": it.what, "n": it.n, "first_ms": it.first_ms, "last_ms": it.last_ms }),
    );
    json!({
        "rule": row.rule,
        "about": row.about,
        "title": row.title,
        "seen": seen.collect::<Vec<_>>(),
        "before": row.before,
        "after": row.after,
        "sure": row.sure,
    })
}

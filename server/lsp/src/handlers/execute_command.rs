//! `workspace/executeCommand`: the commands of [`ext::COMMANDS`].

use std::sync::Arc;

use engine::{AgentReport, Choice, HistoryDepth, Place, RunId, RunOutcome, RunRequest, Then};
use proposal::{Outcome, PartId, ProposalId, Selection, TransactionId, UndoScope};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tower_lsp::{
    gen_lsp_types::{ExecuteCommandParams, MessageType, Position, Uri},
    jsonrpc::Result,
};

use crate::{
    backend::{Backend, Link},
    error, ext, from_proto,
    handlers::{experiments, journal_lists, own, questions, search},
    notices,
    review_json::review_json,
};

pub(crate) async fn handle_execute_command(
    backend: &Backend,
    params: ExecuteCommandParams,
) -> Result<Option<Value>> {
    let link = backend.link();
    let argument = params.arguments.and_then(|it| it.into_iter().next()).unwrap_or_default();
    let wait = argument.get("wait").and_then(Value::as_bool) == Some(true);
    let command = params.command.as_str();
    if let Some(answer) = answer_at_once(link, command, &argument).await? {
        return Ok(answer);
    }
    let request = match command {
        ext::RENAME_SYMBOL => rename(link, parse(argument, "newName")?)?,
        ext::REFACTOR => super::refactor::request(link, parse(argument, "refactor")?)?,
        ext::MOVE_FILE => super::rename_files::request(parse(argument, "to")?)?,
        ext::REWRITE => super::refactor::rewrite(parse(argument, "pattern")?)?,
        ext::CREATE_SETTINGS => create_settings(parse(argument, "root")?)?,
        ext::APPLY_PROPOSAL => apply(link, argument).await?,
        ext::SHOW_PROPOSAL => RunRequest::ShowProposal(proposal(link, argument).await?),
        ext::REJECT_PROPOSAL => RunRequest::Reject(proposal(link, argument).await?),
        ext::UNDO => reverse(argument, true)?,
        ext::REDO => reverse(argument, false)?,
        ext::SHOW_HISTORY => show_history(argument)?,
        ext::SHOW_HITS => search::show_hits(parse(argument, "query")?)?,
        it if experiments::is_about_experiments(it) => experiments::request(it, argument)?,
        ext::REINDEX => RunRequest::Index,
        ext::READ_HISTORY => RunRequest::ReadHistory(HistoryDepth::All),
        ext::REMEMBER => super::knowledge::remember(link, argument)?,
        ext::FORGET => super::knowledge::forget(argument)?,
        ext::SKILL => super::skills::skill(link, argument)?,
        ext::DO_COMMAND => super::skills::typed(link, argument).await?,
        ext::CLEAR_FINDINGS => RunRequest::ClearFindings,
        it if super::agents::is_start(it) => super::agents::start(link, it, argument)?,
        ext::TRUST => {
            let seen = parse::<own::TrustArgument>(argument, "seen")?.seen;
            match seen {
                Some(seen) => RunRequest::Trust { seen: Some(seen) },
                None if !wait => return own::trust_unseen(link).await,
                None => {
                    let own = own::own(link).await?;
                    own::look_or_trust(&own)
                }
            }
        }
        ext::VERIFY => RunRequest::Verify(own::verified(argument)?),
        ext::UNTRUST => RunRequest::Untrust,
        ext::SHOW_TRUST => RunRequest::ShowTrust,
        ext::PROPOSE => own::propose(parse(argument, "uri")?)?,
        other => return Err(error::invalid_params(format!("there is no command `{other}`"))),
    };
    let (run, done) = link.run(request);
    if !wait {
        return Ok(Some(json!({ "run": run.to_string() })));
    }
    let outcome = done.await.map_err(|_| error::failed("the server has stopped"))?;
    Ok(Some(outcome_json(link, run, &outcome)))
}

/// The answer to a command that only asks, or that ends at once; `None` for one that starts a run.
async fn answer_at_once(
    link: &Arc<Link>,
    command: &str,
    argument: &Value,
) -> Result<Option<Option<Value>>> {
    let argument = argument.clone();
    let answer = match command {
        ext::SEARCH => search::search(link, parse(argument, "query")?).await?,
        ext::STATUS => status(link).await?,
        ext::RUNNING => Some(link.running.list()),
        ext::CANCEL_RUN => cancel(link, parse(argument, "run")?).await?,
        it if questions::is_question(it) => questions::answer(link, it, argument).await?,
        ext::REVIEW => review(link, argument).await?,
        ext::PROPOSALS => journal_lists::proposals(link).await?,
        ext::JOURNAL => journal_lists::journal(link, parse(argument, "by")?).await?,
        ext::HISTORY => super::knowledge::history(link, argument).await?,
        ext::RECALL => super::knowledge::recall(link, argument).await?,
        ext::PATTERNS => super::knowledge::patterns(link, argument).await?,
        ext::COMPLETE_COMMAND => super::skills::complete(link, argument).await?,
        ext::AGENTS => super::agents::list(link).await?,
        ext::RUNS => super::agents::runs(link, argument).await?,
        ext::CONTEXT => super::knowledge::context(link, argument).await?,
        _ => return Ok(None),
    };
    Ok(Some(answer))
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RenameArgument {
    text_document: Option<Document>,
    position: Position,
    symbol: Option<String>,
    new_name: String,
    keep: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Document {
    pub(super) uri: Uri,
    pub(super) version: Option<i32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CreateSettingsArgument {
    root: Option<Uri>,
    keep: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct IdArgument {
    proposal: Option<String>,
    parts: Option<Vec<String>>,
    reject: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ReverseArgument {
    transaction: Option<String>,
    parts: Option<Vec<String>>,
    since: Option<u64>,
    by: Option<String>,
}

/// The one argument of a command: an object, nothing, or the value of its field `main` alone, which
/// is what a user can type.
pub(super) fn parse<T: DeserializeOwned + Default>(argument: Value, main: &str) -> Result<T> {
    let argument = match argument {
        Value::Null => return Ok(T::default()),
        Value::String(text) => json!({ main: text }),
        other => other,
    };
    serde_json::from_value(argument).map_err(|it| error::invalid_params(it.to_string()))
}

fn rename(link: &Link, argument: RenameArgument) -> Result<RunRequest> {
    let RenameArgument { text_document, position, symbol, new_name, keep } = argument;
    if new_name.is_empty() {
        return Err(error::failed(
            "aios.renameSymbol needs a new name: use the editor's rename, or `aios rename`",
        ));
    }
    let at = match (text_document, symbol) {
        (Some(document), _) => Place::Position {
            path: from_proto::path_of(&document.uri)?,
            position: from_proto::line_col(position),
            encoding: link.session.encoding,
            version: document.version,
        },
        (None, Some(symbol)) => Place::Symbol(symbol),
        (None, None) => return Err(error::failed("aios.renameSymbol needs a document")),
    };
    Ok(RunRequest::Rename { at, new_name, then: then(keep) })
}

fn create_settings(argument: CreateSettingsArgument) -> Result<RunRequest> {
    let root = argument.root.as_ref().map(from_proto::path_of).transpose()?;
    Ok(RunRequest::CreateSettings { root, then: then(argument.keep) })
}

pub(super) fn then(keep: bool) -> Then {
    if keep { Then::Keep } else { Then::Follow }
}

/// The proposal that is meant: the one that is named, else the only one that waits.
async fn proposal(link: &Link, argument: Value) -> Result<ProposalId> {
    if let Some(text) = parse::<IdArgument>(argument, "proposal")?.proposal {
        return ProposalId::parse(&text)
            .ok_or_else(|| error::invalid_params(format!("`{text}` is no proposal's id")));
    }
    let pending = link.read("pending proposals", |view| {
        let Some(journal) = &view.snapshot.journal else { return Ok(Vec::new()) };
        let recorded = journal.proposals(proposal::PROPOSALS_MAX)?;
        let pending = recorded.into_iter().filter(|it| it.is_pending());
        Ok(pending.map(|it| it.proposal.id).collect::<Vec<_>>())
    });
    let mut pending = pending.await?;
    match pending.len() {
        1 => Ok(pending.remove(0)),
        0 => Err(error::failed("no proposal waits for an answer")),
        n => Err(error::failed(format!("{n} proposals wait for an answer: name one"))),
    }
}

/// All of a proposal, or the parts of it that are named.
async fn apply(link: &Link, argument: Value) -> Result<RunRequest> {
    let IdArgument { parts, reject, .. } = parse(argument.clone(), "proposal")?;
    let id = proposal(link, argument).await?;
    Ok(match parts {
        None if reject.is_empty() => RunRequest::Apply(id),
        None => return Err(error::invalid_params("`reject` without `parts` leaves nothing")),
        Some(parts) => {
            let accepted = part_ids(&parts)?.into_iter().collect();
            let rejected = part_ids(&reject)?.into_iter().collect();
            RunRequest::ApplyParts(id, Choice { accepted, rejected })
        }
    })
}

fn show_history(argument: Value) -> Result<RunRequest> {
    let ReverseArgument { since, by, .. } = parse(argument, "by")?;
    let selection = Selection { since_ms: since, caller: by, ..Selection::default() };
    Ok(RunRequest::ShowHistory(selection))
}

fn reverse(argument: Value, is_undo: bool) -> Result<RunRequest> {
    let ReverseArgument { transaction, parts, since, by } = parse(argument, "transaction")?;
    if since.is_some() || by.is_some() {
        let selection = Selection { since_ms: since, caller: by, ..Selection::default() };
        return Ok(RunRequest::ReverseMany { selection, is_undo });
    }
    let transaction = transaction.map(|text| {
        TransactionId::parse(&text)
            .ok_or_else(|| error::invalid_params(format!("`{text}` is no transaction's id")))
    });
    let transaction = transaction.transpose()?;
    let scope = match parts {
        None => UndoScope::Transaction,
        Some(parts) => UndoScope::Parts(part_ids(&parts)?),
    };
    Ok(match is_undo {
        true => RunRequest::Undo { transaction, scope },
        false => RunRequest::Redo { transaction, scope },
    })
}

fn part_ids(written: &[String]) -> Result<Vec<PartId>> {
    let ids = written.iter().map(|text| {
        PartId::parse(text)
            .ok_or_else(|| error::invalid_params(format!("`{text}` is no part's id")))
    });
    ids.collect()
}

/// A proposal as files and parts.
async fn review(link: &Link, argument: Value) -> Result<Option<Value>> {
    let id = proposal(link, argument).await?;
    let answer = link.read("review", move |view| {
        let Some(journal) = &view.snapshot.journal else { return Ok(None) };
        let recorded = journal.proposal(&id)?;
        let simulation = journal.simulation_of(&recorded, &|path| view.snapshot.present(path))?;
        Ok(Some(review_json(view, &recorded, &simulation)))
    });
    answer.await
}

async fn status(link: &Link) -> Result<Option<Value>> {
    let status = link.read("status", |view| {
        let status = &view.snapshot.status;
        let memory = status.memory.iter().map(|it| json!({ "part": it.name, "bytes": it.bytes }));
        let mut answer = json!(notices::server_status(status));
        answer["memory"] = memory.collect();
        Ok(Some(answer))
    });
    status.await
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RunArgument {
    run: Option<String>,
}

/// Stops a run: the one that is named, else the newest.
async fn cancel(link: &Link, argument: RunArgument) -> Result<Option<Value>> {
    let name = argument.run.as_deref();
    let (run, title) = link.running.to_cancel(name).map_err(error::failed)?;
    link.engine.cancel(run);
    if name.is_none() {
        // Whoever names none may not see which one it was.
        let text = format!("{title}: stopped");
        link.client.show_message(MessageType::Info, text).await;
    }
    Ok(Some(json!({ "run": run.to_string(), "title": title })))
}

/// What became of several transactions.
fn reversed_json(done: &[TransactionId], refused: &[(TransactionId, String)]) -> Value {
    let refused = refused
        .iter()
        .map(|(transaction, why)| json!({ "transaction": transaction.as_str(), "message": why }));
    json!({
        "outcome": "reversed",
        "done": done.iter().map(TransactionId::as_str).collect::<Vec<&str>>(),
        "refused": refused.collect::<Vec<Value>>(),
    })
}

/// How a run ended, for whoever waits for it.
fn outcome_json(link: &Link, run: RunId, outcome: &RunOutcome) -> Value {
    let mut answer = match outcome {
        RunOutcome::Indexed(summary) => {
            json!({ "outcome": "indexed", "files": summary.files, "symbols": summary.symbols })
        }
        RunOutcome::HistoryRead(folders) => {
            let reached = folders.iter().filter_map(|it| it.found.as_ref().ok());
            let absent = folders.iter().filter_map(|it| it.found.as_ref().err());
            json!({
                "outcome": "read",
                "commits": reached.map(|it| it.reached).sum::<usize>(),
                "absent": absent.collect::<Vec<_>>(),
            })
        }
        RunOutcome::Remembered(memory) => json!({
            "outcome": "remembered", "memory": memory.id, "anchors": memory.anchors.len(),
        }),
        RunOutcome::Forgotten(n) => json!({ "outcome": "forgotten", "count": n }),
        RunOutcome::Proposed { proposal, document } => {
            let document = document.as_ref().map(|it| link.spellings.uri(it));
            json!({ "outcome": "proposed", "proposal": proposal.as_str(), "document": document })
        }
        RunOutcome::Changed { transaction, proposal, outcome, reason, rest } => {
            let (proposal, transaction) = (proposal.as_str(), transaction.as_str());
            let outcome = match outcome {
                Outcome::Applied => "applied",
                Outcome::Partial { .. } => "partial",
                Outcome::Declined => "declined",
            };
            json!({
                "outcome": outcome,
                "proposal": proposal,
                "transaction": transaction,
                "message": reason,
                "rest": rest.as_ref().map(ProposalId::as_str),
            })
        }
        RunOutcome::Reversed { done, refused, .. } => reversed_json(done, refused),
        RunOutcome::Recovered(recovery) => {
            json!({ "outcome": "recovered", "message": recovery.describe() })
        }
        RunOutcome::Flowed(report) => {
            json!({ "outcome": "flowed", "transcript": report.id, "message": report.describe() })
        }
        RunOutcome::Ran(report) => ran_json(link, report),
        RunOutcome::Shown(path) => {
            json!({ "outcome": "shown", "document": link.spellings.uri(path) })
        }
        RunOutcome::Replied { .. } => super::skills::replied(link, outcome),
        RunOutcome::Rejected(proposal) => {
            json!({ "outcome": "rejected", "proposal": proposal.as_str() })
        }
        RunOutcome::Verified { proposal, verdict, .. } => json!({
            "outcome": "verified",
            "verdict": verdict.outcome.name(),
            "proposal": proposal.as_ref().map(ProposalId::as_str),
            "message": verdict.describe(),
        }),
        RunOutcome::Evolved { experiment, proposal } => {
            experiments::evolved_json(experiment, proposal)
        }
        RunOutcome::Done(what) => json!({ "outcome": "done", "message": what }),
        RunOutcome::Refused(why) => json!({ "outcome": "refused", "message": why }),
        RunOutcome::Cancelled => json!({ "outcome": "cancelled" }),
        RunOutcome::Failed(why) => json!({ "outcome": "failed", "message": why }),
    };
    answer["run"] = json!(run.to_string());
    answer
}

fn ran_json(link: &Link, report: &AgentReport) -> Value {
    json!({
        "outcome": report.end.name(),
        "message": report.end.why(),
        "agent": report.agent,
        "transcript": report.id.as_str(),
        "text": report.text,
        "findings": report.findings.len(),
        "proposals": report.proposals.iter().map(ProposalId::as_str).collect::<Vec<_>>(),
        "document": report.document.as_ref().map(|it| link.spellings.uri(it)),
    })
}

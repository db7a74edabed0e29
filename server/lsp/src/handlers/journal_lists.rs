//! `aios.proposals` and `aios.journal`: the journal as data, for clients with views of their own.

use proposal::{PROPOSALS_MAX, PartId, Recorded, Selection, Transaction, TransactionFile};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::Result;

use crate::{backend::Link, view::View};

/// Changes of one answer, where the question names no limit.
const LISTED: usize = 100;
/// Changes of one answer at most.
const LISTED_MAX: usize = 1_000;

/// Which changes are listed.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct JournalArgument {
    by: Option<String>,
    since: Option<u64>,
    limit: Option<usize>,
}

/// The proposals that wait for an answer, newest first.
pub(crate) async fn proposals(link: &Link) -> Result<Option<Value>> {
    let answer = link.read("proposals", |view| {
        let Some(journal) = &view.snapshot.journal else { return Ok(json!([])) };
        let recorded = journal.proposals(PROPOSALS_MAX)?;
        let pending = recorded.iter().filter(|it| it.is_pending());
        Ok(pending.map(|it| proposal_json(view, it)).collect())
    });
    answer.await.map(Some)
}

/// The changes that fit, newest first.
pub(crate) async fn journal(link: &Link, argument: JournalArgument) -> Result<Option<Value>> {
    let JournalArgument { by, since, limit } = argument;
    let selection = Selection { caller: by, since_ms: since, ..Selection::default() };
    let n_max = limit.unwrap_or(LISTED).min(LISTED_MAX);
    let answer = link.read("journal", move |view| {
        let Some(journal) = &view.snapshot.journal else { return Ok(json!([])) };
        let listed = journal.selected(&selection, n_max)?;
        Ok(listed.iter().map(|it| transaction_json(view, it)).collect())
    });
    answer.await.map(Some)
}

fn proposal_json(view: &View<'_>, recorded: &Recorded) -> Value {
    let proposal = &recorded.proposal;
    let uris: Vec<Value> = proposal.files.iter().map(|it| json!(view.uri(it.path()))).collect();
    json!({
        "proposal": proposal.id.as_str(),
        "title": proposal.title,
        "reason": proposal.reason,
        "caller": proposal.origin.caller,
        "risk": proposal.risk.level.name(),
        "createdMs": proposal.created_ms,
        "files": uris,
    })
}

fn transaction_json(view: &View<'_>, transaction: &Transaction) -> Value {
    let file = |(nth, it): (usize, &TransactionFile)| {
        let off = it
            .hunks_off
            .iter()
            .map(|hunk| PartId { file: nth as u32, hunk: Some(*hunk) }.to_string());
        json!({
            "uri": view.uri(&it.path),
            "standing": it.standing_text(),
            "stands": transaction.is_in_force(&it.path),
            "off": off.collect::<Vec<String>>(),
        })
    };
    let stands = transaction.files.iter().any(|it| transaction.is_in_force(&it.path));
    json!({
        "transaction": transaction.id.as_str(),
        "proposal": transaction.proposal.as_str(),
        "kind": transaction.kind.name(),
        "title": transaction.title,
        "caller": transaction.caller,
        "action": transaction.action,
        "startedMs": transaction.started_ms,
        "state": transaction.state.name(),
        "standing": transaction.standing(),
        "stands": stands,
        "files": transaction.files.iter().enumerate().map(file).collect::<Vec<Value>>(),
    })
}

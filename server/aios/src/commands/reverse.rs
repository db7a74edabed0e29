//! Taking back and bringing back: `undo`, `redo`.

use std::path::Path;

use engine::{LoadGraph, RunRequest};
use proposal::{PartId, Selection, Transaction, TransactionId, UndoScope, parts};

use crate::{
    args::UndoArgs,
    commands::{
        change::{ended, journal},
        chosen::parts_named,
        journal::since_ms,
    },
    exit::Exit,
    output::Output,
    session::Session,
};

/// Transactions that are looked through for the one that is meant.
const TRANSACTIONS_SEARCHED_MAX: usize = 1_000;

/// `aios undo` and `aios redo`.
pub(crate) fn run(
    root: &Path,
    args: &UndoArgs,
    is_undo: bool,
    output: Output,
) -> anyhow::Result<Exit> {
    let mut session = Session::indexed(root, LoadGraph::Never)?;
    let request = if args.since.is_some() || args.by.is_some() {
        let since = args.since.as_deref();
        let since_ms = since.map(since_ms).transpose()?;
        let selection = Selection { since_ms, caller: args.by.clone(), ..Selection::default() };
        RunRequest::ReverseMany { selection, is_undo }
    } else {
        let transaction = match &args.id {
            None => None,
            Some(written) => match transaction_named(&session, written)? {
                Some(transaction) => Some(transaction),
                None => {
                    return Ok(output.refuse(format!("there is no applied change `{written}`"))?);
                }
            },
        };
        let Some((transaction, scope)) = reach(&session, transaction, &args.only, is_undo)? else {
            let what = if is_undo { "take back" } else { "bring back" };
            return Ok(output.refuse(format!("there is nothing to {what}"))?);
        };
        match is_undo {
            true => RunRequest::Undo { transaction, scope },
            false => RunRequest::Redo { transaction, scope },
        }
    };
    let outcome = session.run(request)?;
    ended(&session, &outcome, output)
}

/// How much of which transaction: without `only` all of it, else the parts that are named there.
fn reach(
    session: &Session,
    transaction: Option<TransactionId>,
    only: &[String],
    is_undo: bool,
) -> anyhow::Result<Option<(Option<TransactionId>, UndoScope)>> {
    if only.is_empty() {
        return Ok(Some((transaction, UndoScope::Transaction)));
    }
    let found = session.ask("parts", move |snapshot| {
        let journal = journal(snapshot)?;
        let id = match transaction {
            Some(id) => Some(id),
            None => journal.reversible(&Selection::default(), is_undo)?.into_iter().next(),
        };
        let Some(id) = id else { return Ok(None) };
        let root = journal.transaction(&id)?.root;
        let proposal = journal.proposal(&journal.transaction(&root)?.proposal)?.proposal;
        let simulation = journal.checkpoint(&root)?.simulation();
        Ok(Some((root, parts(&proposal, &simulation))))
    })?;
    let Some((root, parts)) = found else { return Ok(None) };
    let named: Vec<PartId> = parts_named(only, &parts, &session.root)?.into_iter().collect();
    Ok(Some((Some(root), UndoScope::Parts(named))))
}

/// The transaction with the id `written`, or the one that applied the proposal with it.
pub(crate) fn transaction_named(
    session: &Session,
    written: &str,
) -> anyhow::Result<Option<TransactionId>> {
    if let Some(id) = TransactionId::parse(written) {
        return Ok(Some(id));
    }
    let written = written.to_owned();
    session.ask("transactions", move |snapshot| {
        let journal = journal(snapshot)?;
        let transactions = journal.transactions(TRANSACTIONS_SEARCHED_MAX)?;
        let is_it = |it: &Transaction| it.proposal.as_str() == written;
        Ok(transactions.into_iter().find(is_it).map(|it| it.root))
    })
}

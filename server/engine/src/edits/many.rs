//! Several transactions taken back or brought back in one run, one after the other; and the
//! document that lists them.

use std::collections::VecDeque;

use proposal::{Outcome, Selection, TransactionId, UndoRequest, UndoScope, history_text};
use vfs::VfsPath;

use crate::{
    RunId, RunOutcome,
    edits::{
        Confirm, EditDone,
        parts::Started,
        tasks::{self, EditContext, refused},
    },
    state::GlobalState,
};

/// Transactions that a document lists.
const LISTED_MAX: usize = 500;
/// The document's name in the folder of proposals.
pub(crate) const HISTORY_DOCUMENT: &str = "history.txt";

/// Reversals that wait for each other.
pub(crate) struct Queue {
    is_undo: bool,
    now: Option<TransactionId>,
    waiting: VecDeque<TransactionId>,
    done: Vec<TransactionId>,
    refused: Vec<(TransactionId, String)>,
}

impl GlobalState {
    /// Takes all of `selection` back, or brings it back.
    pub(crate) fn reverse_many(&mut self, run: RunId, selection: Selection, is_undo: bool) {
        self.begin_progress(run, if is_undo { "Undoing" } else { "Redoing" });
        self.edit_task(run, "select", move |ctx| {
            let selected = ctx.journal.reversible(&selection, is_undo);
            EditDone::Selected(run, is_undo, selected.map_err(|it| refused(&it)))
        });
    }

    /// Begins the first of `transactions`; the others follow.
    pub(crate) fn begin_queue(
        &mut self,
        run: RunId,
        is_undo: bool,
        transactions: Vec<TransactionId>,
    ) {
        if transactions.is_empty() {
            let what = if is_undo { "take back" } else { "bring back" };
            let why = format!("no change that fits is there to {what}");
            return self.end_run(run, RunOutcome::Refused(why));
        }
        let queue = Queue {
            is_undo,
            now: None,
            waiting: transactions.into(),
            done: Vec::new(),
            refused: Vec::new(),
        };
        self.proposals.queues.insert(run, queue);
        self.next_of_queue(run);
    }

    fn next_of_queue(&mut self, run: RunId) {
        let is_cancelled = self.runs.get(run).is_none_or(|it| it.cancel.is_cancelled());
        let Some(queue) = self.proposals.queues.get_mut(&run) else { return };
        let next = queue.waiting.pop_front().filter(|_| !is_cancelled);
        let Some(transaction) = next else {
            let Some(queue) = self.proposals.queues.remove(&run) else { return };
            let Queue { is_undo, done, refused, .. } = queue;
            return self.end_run(run, RunOutcome::Reversed { is_undo, done, refused });
        };
        queue.now = Some(transaction.clone());
        let is_undo = queue.is_undo;
        self.edit_task(run, "next of many", move |ctx| {
            let request = UndoRequest {
                transaction: Some(transaction),
                scope: UndoScope::Transaction,
                caller: ctx.caller.clone(),
            };
            let begun = tasks::begin_reversal(ctx, &request, is_undo);
            EditDone::Begun(run, Confirm::No, begun.map(Started::boxed))
        });
    }

    /// The end of a run that changes files, or of one of the changes that it makes.
    pub(crate) fn end_edit(&mut self, run: RunId, outcome: RunOutcome) {
        let Some(queue) = self.proposals.queues.get_mut(&run) else {
            return self.end_run(run, outcome);
        };
        if let Some(transaction) = queue.now.take() {
            match outcome {
                RunOutcome::Changed { outcome: Outcome::Applied, .. } => {
                    queue.done.push(transaction);
                }
                other => queue.refused.push((transaction, other.describe())),
            }
        }
        self.next_of_queue(run);
    }

    /// Writes the document that lists the latest changes.
    pub(crate) fn show_history(&mut self, run: RunId, selection: Selection) {
        let folder = self.outside.proposals_folder.clone();
        self.edit_task(run, "show history", move |ctx| {
            EditDone::HistoryShown(run, write_history(ctx, folder, &selection))
        });
    }

    /// Has the client open it.
    pub(crate) fn history_shown(&mut self, run: RunId, path: Result<VfsPath, String>) {
        self.end_run(run, path.map_or_else(RunOutcome::Failed, RunOutcome::Shown));
    }
}

fn write_history(
    ctx: &EditContext,
    folder: Option<VfsPath>,
    selection: &Selection,
) -> Result<VfsPath, String> {
    let folder = folder.ok_or("there is no state folder to write it in")?;
    let listed = ctx.journal.selected(selection, LISTED_MAX).map_err(|it| it.to_string())?;
    let text = history_text(&listed, &ctx.snapshot.roots);
    let path = folder.join(HISTORY_DOCUMENT);
    disk::write_document(&path, &text).map_err(|it| it.to_string())?;
    Ok(path)
}

//! Transactions chosen by when they were made, by whom, and in which file.

use std::collections::BTreeSet;

use store::history::TransactionKind;
use vfs::VfsPath;

use super::{
    Journal, JournalError, Transaction, file_path, parse_transaction_id,
    undo::{is_reversible, is_wanted},
};
use crate::TransactionId;

/// Transactions that are looked through.
const SELECTED_FROM_MAX: usize = 100_000;

/// Which transactions; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Made at this moment or later, in milliseconds since 1970.
    pub since_ms: Option<u64>,
    /// Made before this moment.
    pub until_ms: Option<u64>,
    /// Asked for by this identity.
    pub caller: Option<String>,
    /// With this file, or with files in this folder.
    pub path: Option<VfsPath>,
}

impl Selection {
    fn fits(&self, transaction: &Transaction) -> bool {
        let time = transaction.started_ms;
        let is_there =
            |path: &VfsPath| transaction.files.iter().any(|it| it.path.starts_with(path));
        self.since_ms.is_none_or(|it| it <= time)
            && self.until_ms.is_none_or(|it| time < it)
            && self.caller.as_ref().is_none_or(|it| *it == transaction.caller)
            && self.path.as_ref().is_none_or(is_there)
    }
}

impl Journal {
    /// The newest `n_max` transactions that `selection` fits, newest first.
    pub fn selected(
        &self,
        selection: &Selection,
        n_max: usize,
    ) -> Result<Vec<Transaction>, JournalError> {
        let mut res = Vec::new();
        for row in self.history.transactions(SELECTED_FROM_MAX)? {
            if n_max <= res.len() || selection.since_ms.is_some_and(|it| row.started_ms < it) {
                break;
            }
            let transaction = self.transaction_of_row(row)?;
            if selection.fits(&transaction) {
                res.push(transaction);
            }
        }
        Ok(res)
    }

    /// The transactions of `selection` that can be taken back, the newest first; or the undos whose
    /// work can be brought back, the last first. Those are chosen by when they were made, and by
    /// whose change they took back.
    pub fn reversible(
        &self,
        selection: &Selection,
        is_undo: bool,
    ) -> Result<Vec<TransactionId>, JournalError> {
        let mut seen = BTreeSet::new();
        let mut res = Vec::new();
        for row in self.history.transactions(SELECTED_FROM_MAX)? {
            let is_candidate = match is_undo {
                true => row.kind == TransactionKind::Apply && is_wanted(&row, true),
                false => is_wanted(&row, false),
            };
            if !is_candidate {
                continue;
            }
            let root = self.transaction(&parse_transaction_id(&row.root)?)?;
            let dated = Transaction { started_ms: row.started_ms, ..root };
            let root_files = self.history.transaction_files(&row.root)?;
            if !selection.fits(&dated) || !root_files.iter().any(|it| is_reversible(it, is_undo)) {
                continue;
            }
            // A change that was taken back twice is brought back once.
            let mut is_new = false;
            for file in self.history.transaction_files(&row.id)? {
                is_new |= seen.insert((row.root.clone(), file.root_nth, file.flipped));
            }
            if is_new {
                res.push(parse_transaction_id(&row.id)?);
            }
        }
        Ok(res)
    }

    /// Which file of the transaction `path` is, by its number; by the path after it, else before.
    pub fn file_nth(
        &self,
        transaction: &TransactionId,
        path: &VfsPath,
    ) -> Result<Option<u32>, JournalError> {
        let root = self.row(transaction)?.root;
        for file in self.history.transaction_files(&root)? {
            let is_before = file.before.as_deref() == Some(path.as_str());
            if is_before || file_path(&file)? == *path {
                return Ok(Some(file.nth));
            }
        }
        Ok(None)
    }
}

//! The list of changes as a document: one line a transaction, one a file of it.

use vfs::VfsPath;

use crate::{
    FileStanding, Transaction, TransactionId, TransactionKind, TransactionState, ids, show,
};

/// Files of one transaction that are listed.
const FILES_MAX: usize = 100;
const HEAD: &str = "\
# What was changed here, the newest first; times are UTC. Code actions take back the change or the
# file under the cursor, or bring it back.
";

/// What a line of the document is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPlace {
    /// The transaction.
    pub transaction: TransactionId,
    /// One file of it, by its number from 0; `None`: all of it.
    pub file: Option<u32>,
}

/// The document.
pub fn history_text(transactions: &[Transaction], roots: &[VfsPath]) -> String {
    let mut res = HEAD.to_owned();
    if transactions.is_empty() {
        res.push_str("# Nothing was changed yet.\n");
    }
    for it in transactions {
        let kind = match it.kind {
            TransactionKind::Apply => "",
            TransactionKind::Undo | TransactionKind::Redo => " of ",
        };
        let root = if kind.is_empty() { String::new() } else { format!("{kind}{}", it.root) };
        res.push_str(&show::visible_line(&format!(
            "{}  {}  {:<10}  {}{root}  (by {})",
            it.id,
            ids::minute(it.started_ms),
            it.standing(),
            it.title,
            it.caller,
        )));
        res.push('\n');
        for (nth, file) in it.files.iter().enumerate().take(FILES_MAX) {
            let path = show::path(&file.path, roots);
            res.push_str(&format!("    {:>3}  {path}  {}\n", nth + 1, file.standing_text()));
        }
        if let Some(more) = it.files.len().checked_sub(FILES_MAX).filter(|it| *it != 0) {
            res.push_str(&format!("         and {more} more\n"));
        }
    }
    res
}

/// What the line `line` (from 0) of the document is about.
pub fn history_at(text: &str, line: usize) -> Option<HistoryPlace> {
    let lines: Vec<&str> = text.lines().take(line + 1).collect();
    let here = lines.get(line)?;
    let word = |it: &str| it.split_whitespace().next().map(str::to_owned);
    let number = || word(here)?.parse::<u32>().ok()?.checked_sub(1);
    let file = if here.starts_with(' ') { Some(number()?) } else { None };
    let transaction = lines.iter().rev().find(|it| !it.starts_with(' '))?;
    Some(HistoryPlace { transaction: TransactionId::parse(&word(transaction)?)?, file })
}

impl Transaction {
    /// Where it stands, in a few words.
    pub fn standing(&self) -> &'static str {
        match self.state {
            TransactionState::Started => return "under way",
            TransactionState::Declined => return "declined",
            TransactionState::Applied | TransactionState::Partial => {}
        }
        match self.kind {
            TransactionKind::Undo => return "undo",
            TransactionKind::Redo => return "redo",
            TransactionKind::Apply => {}
        }
        let is_off =
            |it: FileStanding| matches!(it, FileStanding::Undone | FileStanding::EditorUndone);
        let n_off = self.files.iter().filter(|it| is_off(it.standing)).count();
        let n_on = self.files.iter().filter(|it| it.standing == FileStanding::InForce).count();
        let has_hunks_off = self.files.iter().any(|it| !it.hunks_off.is_empty());
        match (n_on, n_off) {
            (0, _) => "taken back",
            (_, 0) if !has_hunks_off && self.state == TransactionState::Applied => "in force",
            _ => "in part",
        }
    }
}

impl crate::TransactionFile {
    /// Where the file stands, in a few words.
    pub fn standing_text(&self) -> String {
        match self.standing {
            FileStanding::Untouched => "not changed".to_owned(),
            FileStanding::Undone => "taken back".to_owned(),
            FileStanding::EditorUndone => "taken back in the editor".to_owned(),
            FileStanding::InForce if self.hunks_off.is_empty() => "in force".to_owned(),
            FileStanding::InForce => {
                let hunks = self.hunks_off.iter().map(|it| (it + 1).to_string());
                format!("in force but for hunks {}", hunks.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ProposalId, TransactionFile};

    #[test]
    fn a_line_says_its_transaction_and_its_file() {
        let id = TransactionId::new(1_795_392_000_000, 7);
        let file = |name: &str, hunks_off| TransactionFile {
            path: VfsPath::new(name).unwrap(),
            standing: FileStanding::InForce,
            hunks_off,
        };
        let transaction = Transaction {
            id: id.clone(),
            proposal: ProposalId::new(0, 1),
            kind: TransactionKind::Apply,
            root: id.clone(),
            title: "Rename `a`\u{1b}[1m to `b`".to_owned(),
            caller: "local".to_owned(),
            action: "rename".to_owned(),
            started_ms: 1_795_392_000_000,
            state: TransactionState::Applied,
            files: vec![file("/w/a.rs", vec![]), file("/w/b.rs", vec![0, 2])],
        };
        let text = history_text(&[transaction], &[VfsPath::new("/w").unwrap()]);
        let (_, listed) = text.split_once("bring it back.\n").unwrap();
        assert_eq!(
            listed,
            "t-20261123-000007  2026-11-23 00:00  in part     \
             Rename `a`‹U+001B›[1m to `b`  (by local)\n    \
             \u{20} 1  a.rs  in force\n    \
             \u{20} 2  b.rs  in force but for hunks 1, 3\n"
        );
        let at = |line| history_at(&text, line);
        assert_eq!(at(0), None);
        let whole = HistoryPlace { transaction: id, file: None };
        assert_eq!(at(2), Some(whole.clone()));
        assert_eq!(at(4), Some(HistoryPlace { file: Some(1), ..whole }));
        assert_eq!(at(5), None);
    }
}

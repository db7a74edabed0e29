//! A workspace in memory with its journal, for tests.

// Each test target uses a part of it.
#![allow(dead_code, clippy::unwrap_used)]

use std::{cell::RefCell, collections::BTreeMap, path::Path, sync::Arc};

use proposal::{
    Context, Draft, Finished, Journal, JournalError, Origin, Outcome, PresentFile, Proposal,
    ProposalId, ProposalState, Simulation, TransactionId, UndoRequest, UndoScope, propose,
};
use store::history::{open_history, open_history_in_memory};
use text::{TextEdit, TextEdits, TextRange};
use vfs::{ReadError, SourceChange, VfsPath};

/// A workspace in memory with its journal.
pub(crate) struct World {
    pub(crate) files: RefCell<BTreeMap<VfsPath, String>>,
    pub(crate) journal: Journal,
    pub(crate) n_ids: RefCell<u64>,
}

pub(crate) fn path(name: &str) -> VfsPath {
    VfsPath::new("/w").unwrap().join(name)
}

pub(crate) fn open(dir: &Path) -> Journal {
    Journal::new(Arc::new(open_history(dir, 1).unwrap().history))
}

impl World {
    pub(crate) fn new(files: &[(&str, &str)]) -> World {
        World::on(Journal::new(Arc::new(open_history_in_memory().unwrap())), files)
    }

    pub(crate) fn on(journal: Journal, files: &[(&str, &str)]) -> World {
        let files = files.iter().map(|it| (path(it.0), it.1.to_owned())).collect();
        World { files: RefCell::new(files), journal, n_ids: RefCell::new(0) }
    }

    pub(crate) fn present(&self, path: &VfsPath) -> Result<Option<PresentFile>, ReadError> {
        Ok(self.files.borrow().get(path).map(|it| PresentFile::closed(it.as_bytes())))
    }

    pub(crate) fn set(&self, name: &str, text: &str) {
        self.files.borrow_mut().insert(path(name), text.to_owned());
    }

    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.files.borrow().get(&path(name)).cloned()
    }

    pub(crate) fn number(&self) -> u64 {
        *self.n_ids.borrow_mut() += 1;
        *self.n_ids.borrow()
    }

    pub(crate) fn with_context<T>(&self, with: impl FnOnce(&Context<'_>) -> T) -> T {
        with(&Context {
            id: ProposalId::new(0, self.number()),
            now_ms: self.number(),
            roots: &[VfsPath::new("/w").unwrap()],
            present: &|path| self.present(path),
            facts: &|_, _| None,
        })
    }

    /// The first `from` of each of these files becomes `to`.
    pub(crate) fn replace(&self, names: &[&str], from: &str, to: &str) -> Proposal {
        let mut change = SourceChange::default();
        for name in names {
            let text = self.get(name).unwrap();
            let at = text.find(from).unwrap();
            let range = TextRange::from_usize(at, at + from.len());
            let edits = TextEdits::new(vec![TextEdit { range, text: to.to_owned() }]).unwrap();
            change.edits.insert(path(name), edits);
        }
        self.propose(change)
    }

    /// Every `from` of this file becomes `to`.
    pub(crate) fn replace_all(&self, name: &str, from: &str, to: &str) -> SourceChange {
        let text = self.get(name).unwrap();
        let edits = text.match_indices(from).map(|(at, it)| TextEdit {
            range: TextRange::from_usize(at, at + it.len()),
            text: to.to_owned(),
        });
        let edits = TextEdits::new(edits.collect()).unwrap();
        SourceChange { edits: BTreeMap::from([(path(name), edits)]), operations: Vec::new() }
    }

    pub(crate) fn propose(&self, change: SourceChange) -> Proposal {
        let draft = Draft {
            title: "Change it".to_owned(),
            origin: Origin { caller: "me".to_owned(), action: "test".to_owned() },
            change,
            ..Draft::default()
        };
        let proposal = self.with_context(|ctx| propose(draft, ctx)).unwrap().0;
        self.journal.record(&proposal).unwrap();
        proposal
    }

    pub(crate) fn begin(
        &self,
        proposal: &Proposal,
    ) -> Result<(TransactionId, Simulation), JournalError> {
        let id = TransactionId::new(0, self.number());
        let begun = self.journal.begin(proposal, id, self.number(), &|it| self.present(it))?;
        Ok((begun.transaction, begun.simulation))
    }

    pub(crate) fn write(&self, simulation: &Simulation) {
        let mut files = self.files.borrow_mut();
        for file in &simulation.files {
            file.before.iter().for_each(|it| drop(files.remove(it)));
            if let (Some(after), Some(text)) = (&file.after, file.post_text()) {
                files.insert(after.clone(), text.to_owned());
            }
        }
    }

    pub(crate) fn finish(&self, id: &TransactionId) -> Finished {
        self.journal.finish(id, 2, &|it| self.present(it)).unwrap()
    }

    pub(crate) fn apply(&self, proposal: &Proposal) -> TransactionId {
        let (id, simulation) = self.begin(proposal).unwrap();
        self.write(&simulation);
        assert_eq!(self.finish(&id).measured.outcome, Outcome::Applied);
        id
    }

    pub(crate) fn undo(
        &self,
        transaction: Option<&TransactionId>,
    ) -> Result<Proposal, JournalError> {
        self.undo_some(transaction, UndoScope::Transaction)
    }

    pub(crate) fn undo_some(
        &self,
        transaction: Option<&TransactionId>,
        scope: UndoScope,
    ) -> Result<Proposal, JournalError> {
        let request =
            UndoRequest { transaction: transaction.cloned(), scope, caller: "me".to_owned() };
        let proposal = self.with_context(|ctx| self.journal.undo(&request, ctx))?.proposal;
        self.journal.record(&proposal).unwrap();
        Ok(proposal)
    }

    pub(crate) fn state(&self, id: &ProposalId) -> ProposalState {
        self.journal.proposal(id).unwrap().state
    }
}

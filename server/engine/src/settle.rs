//! Folding the facts of a quiet document into the graph, computed aside.

use std::sync::Arc;

use ide::{Change, FileDelta, FileState};
use syntax::FileFacts;
use vfs::FileId;

use crate::{
    Lane,
    state::GlobalState,
    task::{Task, TaskDone},
};

/// The facts of a document.
pub(crate) struct SettleDone {
    file: FileId,
    /// Which text they were taken from.
    text: u64,
    facts: Option<Arc<FileFacts>>,
}

impl GlobalState {
    /// Gives quiet documents away to have their facts computed, and looks whether the editor took a
    /// change of ours back.
    pub(crate) fn settle_quiet(&mut self, now_ms: u64) {
        let quiet = self.files.quiet(now_ms);
        let paths: Vec<_> = quiet.iter().map(|it| self.files.vfs.path(it.0).clone()).collect();
        for (file, document, text) in quiet {
            let on_panic = SettleDone { file, text, facts: None };
            self.outside.give(Task {
                lane: Lane::Latency,
                name: "settle",
                on_panic: TaskDone::Settle(on_panic),
                // Readers may have computed them already: then they are only shared.
                work: Box::new(move || {
                    let facts = Some(Arc::clone(document.facts()));
                    TaskDone::Settle(SettleDone { file, text, facts })
                }),
            });
        }
        self.note_editor_undo(paths);
    }

    /// Takes the facts in, where they are still those of the present text.
    pub(crate) fn settled(&mut self, done: SettleDone) {
        let SettleDone { file, text, facts } = done;
        let is_present = self.files.is_present(file, text);
        let Some(facts) = facts.filter(|_| is_present) else { return };
        let path = self.files.vfs.path(file).clone();
        let delta = FileDelta { file, path, state: FileState::Settled(facts) };
        self.apply(Change { files: vec![delta] });
    }
}

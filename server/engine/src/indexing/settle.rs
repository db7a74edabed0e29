//! Folding the facts of a quiet document into the graph, computed aside.

use std::sync::Arc;

use ide::{Change, FileDelta, FileState, OpenDocument};
use syntax::Parse;
use vfs::FileId;

use crate::{
    Lane,
    state::GlobalState,
    task::{Task, TaskDone},
};

/// A document whose facts are to stand in the graph.
pub(crate) struct SettleDone {
    file: FileId,
    /// Which text it is.
    text: u64,
    /// The document; `None` after a panic.
    settled: Option<Settled>,
}

enum Settled {
    /// As readers have it; and, where it was renewed from texts before it, a parse of it alone.
    AsRead(OpenDocument, Option<Parse>),
    /// Parsed anew, with another outcome.
    Anew(OpenDocument),
}

impl GlobalState {
    /// Gives quiet documents away to have their facts computed, and looks whether the editor took a
    /// change of ours back.
    pub(crate) fn settle_quiet(&mut self, now_ms: u64) {
        let quiet = self.files.quiet(now_ms);
        let paths: Vec<_> = quiet.iter().map(|it| self.files.vfs.path(it.0).clone()).collect();
        for (file, document, text) in quiet {
            let relative = self.files.relative(self.files.vfs.path(file)).to_owned();
            self.outside.give(Task {
                lane: Lane::Work,
                name: "settle",
                on_panic: TaskDone::Settle(SettleDone { file, text, settled: None }),
                work: Box::new(move || {
                    let settled = Some(settle(&relative, document));
                    TaskDone::Settle(SettleDone { file, text, settled })
                }),
            });
        }
        self.note_editor_undo(paths);
    }

    /// Takes the facts in, where they are still those of the present text.
    pub(crate) fn settled(&mut self, done: SettleDone) {
        let SettleDone { file, text, settled } = done;
        let is_present = self.files.is_present(file, text);
        let Some(settled) = settled.filter(|_| is_present) else { return };
        let path = self.files.vfs.path(file).clone();
        let delta = |state| FileDelta { file, path: path.clone(), state };
        let files = match settled {
            Settled::AsRead(open, fresh) => {
                if let Some(fresh) = fresh {
                    // Nothing hangs on it that came before: the next edits begin there.
                    self.files.renew_parse(file, fresh);
                }
                vec![delta(FileState::Settled(Arc::clone(open.facts())))]
            }
            Settled::Anew(open) => {
                self.files.replace_parse(file, &open);
                let facts = Arc::clone(open.facts());
                vec![delta(FileState::Open(open)), delta(FileState::Settled(facts))]
            }
        };
        self.apply(Change { files });
    }
}

/// In broken text the tree that edits led to can differ from the one a parser would make now: how
/// it gets over errors depends on how the text came about. What stays in the graph must not.
fn settle(relative: &str, document: OpenDocument) -> Settled {
    let Some(parse) = document.parse() else { return Settled::AsRead(document, None) };
    let fresh = syntax::parse(relative, document.rope(), parse.language(), None);
    if **fresh.facts() == **document.facts() {
        let is_renewed = parse.is_renewed();
        return Settled::AsRead(document, is_renewed.then_some(fresh));
    }
    let rope = document.rope().clone();
    Settled::Anew(OpenDocument::new(document.version(), rope, Some(fresh)))
}

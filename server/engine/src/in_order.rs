//! Puts edits of a document in the order of their versions.
//!
//! Some clients (Helix to 25.01) hand each edit to a task of its own, and a busy machine then sends
//! the later one first. Taken as they come, the text would be another than the user sees.

use std::collections::VecDeque;

use text::{PositionEncoding, Rope};
use vfs::VfsPath;

use crate::ContentEdit;

/// How many edits are kept to be done again behind a late one.
const STEPS_MAX: usize = 32;

/// How many edits are kept of documents that are not open yet, and how large each may be.
const EARLY_MAX: usize = 64;
const EARLY_BYTES_MAX: usize = 1024 * 1024;

/// One message of the client: the text it was made for, and what it changed.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) version: i32,
    pub(crate) before: Rope,
    pub(crate) edits: Vec<ContentEdit>,
}

/// The last edits of one document, by version.
#[derive(Debug)]
pub(crate) struct InOrder {
    /// The version of the text that the first step was made for.
    base: i32,
    steps: VecDeque<Step>,
}

impl InOrder {
    /// A document that was opened at `version`.
    pub(crate) fn new(version: i32) -> InOrder {
        InOrder { base: version, steps: VecDeque::new() }
    }

    /// Takes out the steps that belong behind an edit of `version`: none where it comes in order.
    /// `None` where the edit is older than everything that is kept, so that it has no place.
    pub(crate) fn take_later(&mut self, version: i32) -> Option<Vec<Step>> {
        if version < self.base {
            return None;
        }
        let n_before = self.steps.partition_point(|it| it.version <= version);
        Some(self.steps.split_off(n_before).into())
    }

    /// Keeps a step that was done. Behind one that replaced the whole text nothing older counts.
    pub(crate) fn push(&mut self, step: Step) {
        let is_whole = step.edits.iter().any(|it| matches!(it, ContentEdit::Full(_)));
        if is_whole {
            self.base = step.version;
            self.steps.clear();
            return;
        }
        self.steps.push_back(step);
        if self.steps.len() > STEPS_MAX {
            let oldest = self.steps.pop_front().expect("there are more than none");
            self.base = oldest.version;
        }
    }
}

/// Edits of documents that are not open: the same clients may send the opening behind them.
#[derive(Debug, Default)]
pub(crate) struct Early {
    edits: VecDeque<EarlyEdit>,
}

/// An edit that came before its document.
#[derive(Debug)]
pub(crate) struct EarlyEdit {
    path: VfsPath,
    pub(crate) version: i32,
    pub(crate) edits: Vec<ContentEdit>,
    pub(crate) encoding: PositionEncoding,
}

impl Early {
    /// Keeps an edit until its document is opened. The oldest go when there are too many.
    pub(crate) fn keep(
        &mut self,
        path: &VfsPath,
        version: i32,
        edits: Vec<ContentEdit>,
        encoding: PositionEncoding,
    ) {
        let bytes = |it: &ContentEdit| match it {
            ContentEdit::Full(text) | ContentEdit::Range { text, .. } => text.len(),
        };
        let bytes: usize = edits.iter().map(bytes).sum();
        if EARLY_BYTES_MAX < bytes {
            return;
        }
        self.edits.push_back(EarlyEdit { path: path.clone(), version, edits, encoding });
        if EARLY_MAX < self.edits.len() {
            self.edits.pop_front();
        }
    }

    /// The edits that follow on `version` of a document without a gap, in order. The others are
    /// of an earlier life of it, and are forgotten.
    pub(crate) fn take(&mut self, path: &VfsPath, version: i32) -> Vec<EarlyEdit> {
        let all = std::mem::take(&mut self.edits).into_iter();
        let (mut own, others): (Vec<EarlyEdit>, Vec<EarlyEdit>) =
            all.partition(|it| it.path == *path);
        self.edits = others.into();
        own.sort_by_key(|it| it.version);
        let next = (1..).map(|nth| version.saturating_add(nth));
        let n_following = own.iter().zip(next).take_while(|(it, next)| it.version == *next).count();
        own.truncate(n_following);
        own
    }
}

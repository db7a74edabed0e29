//! Puts edits of a document in the order of their versions.
//!
//! Some clients (Helix to 25.01) hand each edit to a task of its own, and a busy machine then sends
//! the later one first. Taken as they come, the text would be another than the user sees.

use std::collections::VecDeque;

use text::Rope;

use crate::ContentEdit;

/// How many edits are kept to be done again behind a late one.
const STEPS_MAX: usize = 32;

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

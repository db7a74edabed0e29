//! What became of a change: measured against buffers and disk, never believed.

use vfs::VfsPath;

use crate::{Present, Proposal};

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every file is as proposed.
    Applied,
    /// Some of it is there.
    Partial {
        /// Files that are as proposed.
        done: Vec<VfsPath>,
        /// Files that are as they were.
        missing: Vec<VfsPath>,
        /// Files that are neither: a part of the edits, or somebody wrote at the same time.
        other: Vec<VfsPath>,
    },
    /// Every file is as it was.
    Declined,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// As proposed.
    Done,
    /// As it was.
    Missing,
    /// Some of its edits are there, by their number, and nothing else changed.
    Edits(Vec<usize>),
    /// Neither as it was nor as proposed.
    Other,
    /// It cannot be read, for this reason.
    Unknown(String),
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// All in all.
    pub outcome: Outcome,
    /// By the number of the file in the proposal.
    pub files: Vec<FileState>,
}

/// Compares what `present` gives with `proposal`.
pub fn measure(proposal: &Proposal, present: &Present<'_>) -> Measured {
    let _ = (proposal, present);
    todo!()
}

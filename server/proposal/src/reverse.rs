//! The change that takes a transaction back, whatever happened since.

use std::fmt;

use vfs::{ReadError, VfsPath};

use crate::ConflictHunk;

/// Why a reversal is refused as a whole; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReverseError {
    /// One reason a file.
    pub refusals: Vec<Refusal>,
}

/// Why one file cannot be taken back. Every variant names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The user changed the same lines since.
    Conflict(VfsPath, Vec<ConflictHunk>),
    /// A file that was created, and would be deleted, was changed since.
    ChangedSince(VfsPath),
    /// A file that was changed or moved is not there any more.
    Gone(VfsPath),
    /// A file that would come back is there, with another content.
    InTheWay(VfsPath),
    /// Its contents are a secret that the journal does not keep.
    Secret(VfsPath),
    /// It cannot be read, or is no text any more.
    Read(ReadError),
    /// The bytes of the journal are not what their hash says.
    Damaged(VfsPath),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Conflict(path, hunks) => {
                let lines: Vec<String> =
                    hunks.iter().map(|it| (it.ours.start + 1).to_string()).collect();
                write!(f, "{path}: changed since in the same place (line {})", lines.join(", "))
            }
            Refusal::ChangedSince(path) => write!(f, "{path}: changed since it was created"),
            Refusal::Gone(path) => write!(f, "{path}: is not there any more"),
            Refusal::InTheWay(path) => write!(f, "{path}: another file stands in its place"),
            Refusal::Secret(path) => {
                write!(f, "{path}: its contents are a secret that the journal does not keep")
            }
            Refusal::Read(error) => error.fmt(f),
            Refusal::Damaged(path) => write!(f, "{path}: the journal's copy is damaged"),
        }
    }
}

impl fmt::Display for ReverseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, refusal) in self.refusals.iter().enumerate() {
            let separator = if nth == 0 { "" } else { "; " };
            write!(f, "{separator}{refusal}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ReverseError {}

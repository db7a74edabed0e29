//! Where changes go: the trait for writing several files, all of them or none.

use std::{fmt, sync::Arc};

use crate::{ContentHash, VfsPath};

/// One file of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileWrite {
    /// The file.
    pub path: VfsPath,
    /// What it must hold now for the write to begin; `None`: it must not be there.
    pub before: Option<ContentHash>,
    /// What it holds afterwards; `None`: it goes.
    pub after: Option<Arc<[u8]>>,
    /// Where the path led to through a link when the change was looked at: it must do so still. One
    /// that went through none must go through none.
    pub leads_to: Option<VfsPath>,
    /// The file that this one was before the change, where it moves: its mode is kept.
    pub moved_from: Option<VfsPath>,
}

/// Writes a workspace. After a crash at any moment all files of a write hold what they held before
/// it, or all of them what they hold after it.
pub trait Writer: Send + Sync {
    /// Writes all of `writes` or nothing. `name` names the write in what is left behind by a crash.
    ///
    /// # Errors
    /// [`WriteError`]; then every file is as it was.
    fn write(&self, name: &str, writes: &[FileWrite]) -> Result<(), WriteError>;
}

/// Why nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// The file does not hold what the change was made for.
    Changed {
        /// The file.
        path: VfsPath,
    },
    /// It lies outside the workspace, or a link on the way to it leads out of it.
    Outside {
        /// The file.
        path: VfsPath,
    },
    /// The system refused.
    Io {
        /// The file.
        path: VfsPath,
        /// What the system said.
        error: String,
    },
    /// The write failed, and what it had done could not be taken back: the next start, or the next
    /// write, ends it or takes it back.
    HalfDone {
        /// What failed first.
        why: Box<WriteError>,
    },
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Changed { path } => {
                write!(f, "{path}: changed since the proposal was made, so nothing was written")
            }
            WriteError::Outside { path } => {
                write!(f, "{path}: leads outside the workspace, so nothing was written")
            }
            WriteError::HalfDone { why } => {
                write!(f, "{why}; what was begun is ended or taken back at the next start")
            }
            WriteError::Io { path, error } => write!(f, "{path}: {error}; nothing was written"),
        }
    }
}

impl std::error::Error for WriteError {}

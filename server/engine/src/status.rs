//! How the server is: what `aios status` and the editor's status bar show.

use vfs::{SkipReason, VfsPath};

/// One look at the server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServerStatus {
    /// Changes applied since the start.
    pub revision: u64,
    /// Files known.
    pub files: usize,
    /// Files whose facts are there.
    pub indexed: usize,
    /// Files that are still to be read: the lag of the index.
    pub lag: usize,
    /// Files whose vectors are still to come; searches find them by words.
    pub unembedded: usize,
    /// True while files are listed, read or counted.
    pub indexing: bool,
    /// True while there may be files that the graph does not have yet: an answer to which every
    /// file may add is not complete.
    pub unread: bool,
    /// What waits.
    pub queues: QueueLengths,
    /// Bytes by part, estimated.
    pub memory: Vec<MemoryPart>,
    /// True where the index cannot be written: another server does, or the folder does not allow
    /// it.
    pub read_only: bool,
    /// Left out, and why; the first of them.
    pub skipped: Vec<SkippedFile>,
    /// How many were left out.
    pub n_skipped: usize,
    /// How well it goes.
    pub health: Health,
    /// Why it does not go better; empty where it does.
    pub message: String,
}

/// How well it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// All works.
    #[default]
    Ok,
    /// Something is missing; the message says what.
    Warning,
    /// Nothing works.
    Error,
}

/// A file that is not indexed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SkippedFile {
    /// Where it is.
    pub path: VfsPath,
    /// Why.
    pub reason: SkipReason,
}

/// What waits where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueLengths {
    /// Events before the loop.
    pub inbox: usize,
    /// Reads that were asked and are not answered.
    pub reads: usize,
    /// Runs under way.
    pub runs: usize,
    /// Tasks that a thread works on or has before it.
    pub tasks: usize,
}

/// About how much a part of the server holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryPart {
    /// The part.
    pub name: &'static str,
    /// Bytes.
    pub bytes: usize,
}

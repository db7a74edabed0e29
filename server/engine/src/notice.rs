//! What the engine tells its clients without being asked.

use std::{collections::BTreeMap, sync::Arc};

use proposal::{ChangeAnnotation, ProposalId};
use text::LineIndex;
use vfs::{SourceChange, VfsPath};

use crate::{RunId, RunOutcome, RunRequest, ServerStatus};

/// Something to show or to do.
#[derive(Clone, Debug)]
pub enum Notice {
    /// How far a run is. Runs that nobody asked for, as indexing at the start, have an id too.
    Progress {
        /// The run.
        run: RunId,
        /// How far it is.
        state: ProgressState,
    },
    /// Something the user should read.
    Message {
        /// How bad it is.
        level: NoticeLevel,
        /// The text.
        text: String,
    },
    /// How the server is; only to clients that take it.
    Status(Arc<ServerStatus>),
    /// The client is to make an edit and to tell [`crate::ClientChange::EditAnswered`].
    ApplyEdit(Box<EditStep>),
    /// The client is to open a document.
    ShowDocument {
        /// The file.
        path: VfsPath,
    },
    /// A document that the client was shown was written anew; only to clients that take it.
    DocumentChanged {
        /// The file.
        path: VfsPath,
    },
    /// The client is to have a proposal reviewed; only to clients that can.
    Review {
        /// The proposal, which waits for an answer.
        proposal: ProposalId,
    },
    /// The client is to save documents; only to clients that can.
    Save {
        /// Their files.
        paths: Vec<VfsPath>,
    },
    /// The checkpoint of an edit that this client is given is stored: it may be made.
    MayEdit {
        /// The run that records it.
        run: RunId,
    },
    /// An edit that this client asked for is not to be made: a guard does not let it pass. The run
    /// that would have recorded it ends, refused.
    MayNotEdit {
        /// That run.
        run: RunId,
        /// Why, for people.
        why: String,
    },
    /// A run that this client started ended. Sent once for each.
    RunDone {
        /// The run.
        run: RunId,
        /// How.
        outcome: RunOutcome,
    },
    /// Something that the user may want to do; only they start it.
    Offer {
        /// What it is about.
        text: String,
        /// What can be done.
        offers: Vec<Offer>,
    },
    /// Answers to earlier questions may be different now, for another reason than the client's own
    /// edits: files were indexed.
    Refresh,
}

/// One edit for the client to make: either edits of texts or file operations, never both, since no
/// editor undoes the two together.
#[derive(Clone, Debug)]
pub struct EditStep {
    /// The proposal it belongs to.
    pub proposal: ProposalId,
    /// Which step of it.
    pub step: u32,
    /// For the editor's undo list.
    pub label: String,
    /// What to do.
    pub change: SourceChange,
    /// The reasons of its parts; places count in `change`.
    pub annotations: Vec<ChangeAnnotation>,
    /// True where the user is to confirm each part: only to clients that can annotate.
    pub confirm: bool,
    /// Versions of the open documents that the edits count in. A closed file has none.
    pub versions: BTreeMap<VfsPath, i32>,
    /// The lines of the texts before the edits, for turning offsets into positions.
    pub lines: BTreeMap<VfsPath, Arc<LineIndex>>,
}

/// One thing that the user may want to do.
#[derive(Clone, Debug)]
pub struct Offer {
    /// In a word or two.
    pub title: String,
    /// What is started then.
    pub request: RunRequest,
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgressState {
    /// It begins.
    Begin {
        /// What it does, for people.
        title: String,
        /// Whether [`crate::Engine::cancel`] ends it.
        cancellable: bool,
    },
    /// It goes on. Some of these are left out where there are many.
    Report {
        /// Where it is.
        message: String,
        /// 0 to 100, never falling.
        percent: Option<u32>,
    },
    /// It ended. Sent once for each `Begin`.
    End {
        /// What came of it.
        message: String,
    },
}

/// How bad a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeLevel {
    /// Good to know.
    Info,
    /// Something does not work as it should.
    Warning,
    /// Something does not work.
    Error,
}

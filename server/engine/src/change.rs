//! What a client tells: facts about its documents, its files and itself. Nothing is answered.

use proposal::ProposalId;
use text::{LineCol, PositionEncoding};
use vfs::{FileEvent, VfsPath};

use crate::Abilities;

/// Something that happened at the client. Told with [`crate::Engine::post`], in the order in which
/// it happened.
#[derive(Clone, Debug)]
pub enum ClientChange {
    /// The folders to work on. Reading them begins now; told once, later changes by `Folders`.
    OpenWorkspace {
        /// The folders, absolute.
        roots: Vec<VfsPath>,
    },
    /// Folders came and went.
    Folders {
        /// New ones.
        added: Vec<VfsPath>,
        /// Those that are no longer part of the workspace.
        removed: Vec<VfsPath>,
    },
    /// A document was opened: from now on the client's text is the truth.
    Open {
        /// Its file, whether that exists or not.
        path: VfsPath,
        /// The client's name for its language.
        language: String,
        /// The client's version of it.
        version: i32,
        /// All of it.
        text: String,
    },
    /// A document was edited.
    Edit {
        /// Which.
        path: VfsPath,
        /// The version after the edits.
        version: i32,
        /// Each counts in the text that the one before it leaves.
        edits: Vec<ContentEdit>,
        /// What the columns count.
        encoding: PositionEncoding,
    },
    /// A document was written to its file.
    Save {
        /// Which.
        path: VfsPath,
    },
    /// A document was closed: from now on the file is the truth.
    Close {
        /// Which.
        path: VfsPath,
    },
    /// Files changed on disk, as the client's watcher saw it.
    Watched(Vec<(VfsPath, FileEvent)>),
    /// The client's settings, all of them: what is missing is not set.
    Settings(settings::Value),
    /// The client's answer to [`crate::Notice::ApplyEdit`]. What it says is noted, not believed.
    EditAnswered {
        /// The proposal that the edit belongs to.
        proposal: ProposalId,
        /// The step.
        step: u32,
        /// What the client says.
        applied: bool,
        /// Why it was not applied, where the client says so.
        reason: Option<String>,
    },
    /// What is wrong in a document, as the client shows it of us, is different now.
    DiagnosticsChanged {
        /// Which.
        path: VfsPath,
    },
    /// The user asked this: remembered for a while, so that they find it again.
    Asked {
        /// The question.
        question: String,
    },
    /// What was asked was answered with places in these files, best first.
    Found {
        /// The question.
        question: String,
        /// The files, each once.
        paths: Vec<VfsPath>,
    },
    /// What the client can do is known now, or has changed.
    Abilities(Abilities),
}

impl ClientChange {
    /// What it is called in logs and audit.
    pub fn name(&self) -> &'static str {
        match self {
            ClientChange::OpenWorkspace { .. } => "open workspace",
            ClientChange::Folders { .. } => "folders",
            ClientChange::Open { .. } => "open",
            ClientChange::Edit { .. } => "edit",
            ClientChange::Save { .. } => "save",
            ClientChange::Close { .. } => "close",
            ClientChange::Watched(_) => "watched files",
            ClientChange::Settings(_) => "settings",
            ClientChange::EditAnswered { .. } => "edit answered",
            ClientChange::DiagnosticsChanged { .. } => "diagnostics changed",
            ClientChange::Asked { .. } => "asked",
            ClientChange::Found { .. } => "found",
            ClientChange::Abilities(_) => "abilities",
        }
    }
}

/// One edit of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentEdit {
    /// The whole text is replaced.
    Full(String),
    /// A range is replaced. Places beyond a line or the text are clamped, as LSP says.
    Range {
        /// Where it begins.
        start: LineCol,
        /// Where it ends.
        end: LineCol,
        /// What stands there afterwards.
        text: String,
    },
}

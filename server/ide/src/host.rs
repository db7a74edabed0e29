//! The host that takes changes, and the moments of the workspace it gives out.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use graph::{Cancelled, CodeGraph};
use rustc_hash::FxHashMap;
use syntax::{FileFacts, Parse};
use text::Rope;
use vfs::{FileId, VfsPath};

use crate::Cancellable;

/// Gives the text of a file that is not open, as the snapshot's facts saw it; `None` where it has
/// changed since or cannot be read.
pub type TextOf = Arc<dyn Fn(FileId) -> Option<Arc<str>> + Send + Sync>;

/// What changes from one moment to the next.
#[derive(Clone, Default)]
pub struct Change {
    /// One entry a file.
    pub files: Vec<FileDelta>,
}

/// One file's part of a [`Change`].
#[derive(Clone)]
pub struct FileDelta {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: VfsPath,
    /// What becomes of it.
    pub state: FileState,
}

/// What becomes of a file.
#[derive(Clone)]
pub enum FileState {
    /// It is open and has a new text: readers see its facts from now on, the first of them computes
    /// them. Cancels the reads under way.
    Open(OpenDocument),
    /// Facts as they are to stand in the graph: of a closed file, or those of the open document's
    /// present text, computed aside ("the file settles").
    Settled(Arc<FileFacts>),
    /// It is no longer open. Its settled facts stay until others come.
    Closed,
    /// It is not there any more.
    Gone,
}

/// An open document at one version. Clones share the facts.
#[derive(Clone)]
pub struct OpenDocument(Arc<DocumentState>);

struct DocumentState {
    version: i32,
    rope: Rope,
    parse: Option<Parse>,
    facts: OnceLock<Arc<FileFacts>>,
}

/// The folders of the workspace and what is known of them besides facts.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// The folders the user opened.
    pub roots: Vec<VfsPath>,
    /// Those of `roots` that have a `.aios/config.toml`.
    pub with_settings: Vec<VfsPath>,
    /// Files that are not indexed, with the reason in a few words.
    pub skipped: Arc<FxHashMap<VfsPath, String>>,
}

/// Owns the knowledge; one writer holds it.
pub struct AnalysisHost {
    graph: CodeGraph,
    workspace: Workspace,
    revision: u64,
}

/// A moment of the workspace. Cheap to clone, for any thread.
#[derive(Clone)]
pub struct Analysis {
    revision: u64,
}

impl AnalysisHost {
    /// An empty workspace.
    pub fn new() -> AnalysisHost {
        todo!()
    }

    /// Takes a change. Does not parse or compute facts.
    pub fn apply_change(&mut self, change: Change) {
        let _ = change;
        todo!()
    }

    /// Sets folders, settings and skipped files.
    pub fn set_workspace(&mut self, workspace: Workspace) {
        self.workspace = workspace;
    }

    /// The present moment. `text_of` answers for files that are not open.
    pub fn analysis(&self, text_of: TextOf) -> Analysis {
        let _ = text_of;
        todo!()
    }

    /// How many changes were applied.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The graph of settled facts: what a task that computes facts aside starts from.
    pub fn settled(&self) -> &CodeGraph {
        &self.graph
    }
}

impl Analysis {
    /// The number of changes this moment has seen.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The same moment with a flag of its own: once it is set, reads end as [`Cancelled`].
    pub fn with_cancel(&self, cancel: Arc<AtomicBool>) -> Analysis {
        let _ = cancel;
        todo!()
    }

    /// The same moment, not cancelled by later edits: for the command line and for computing proposals.
    pub fn uncancelled(&self) -> Analysis {
        todo!()
    }

    /// # Errors
    /// [`Cancelled`] once a document was edited after this moment or its own flag is set.
    pub fn check(&self) -> Cancellable<()> {
        todo!()
    }

    /// The graph, with the facts of every open document's present text. The first call after an edit
    /// computes those; later ones share them.
    pub fn graph(&self) -> &CodeGraph {
        todo!()
    }

    /// Facts of a file: of the buffer where it is open.
    pub fn facts(&self, file: FileId) -> Option<&Arc<FileFacts>> {
        self.graph().facts(file)
    }

    /// The open document.
    pub fn document(&self, file: FileId) -> Option<&OpenDocument> {
        let _ = file;
        todo!()
    }

    /// Open documents whose facts are not yet in the settled graph, by id.
    pub fn unsettled(&self) -> Vec<FileId> {
        todo!()
    }

    /// The text that the facts of the file were taken from: the buffer where it is open.
    pub fn text(&self, file: FileId) -> Option<Arc<str>> {
        let _ = file;
        todo!()
    }

    /// The path of a file with facts.
    pub fn path(&self, file: FileId) -> Option<&VfsPath> {
        self.graph().path(file)
    }

    /// The file with facts at a path.
    pub fn file(&self, path: &VfsPath) -> Option<FileId> {
        self.graph().file_at(path.as_str())
    }

    /// Folders, settings and skipped files.
    pub fn workspace(&self) -> &Workspace {
        todo!()
    }
}

impl OpenDocument {
    /// The document at `version`; `parse` is `None` where its language is unknown.
    pub fn new(version: i32, rope: Rope, parse: Option<Parse>) -> OpenDocument {
        OpenDocument(Arc::new(DocumentState { version, rope, parse, facts: OnceLock::new() }))
    }

    /// The version the client counts.
    pub fn version(&self) -> i32 {
        self.0.version
    }

    /// Its text.
    pub fn rope(&self) -> &Rope {
        &self.0.rope
    }

    /// Its tree.
    pub fn parse(&self) -> Option<&Parse> {
        self.0.parse.as_ref()
    }

    /// Its facts, computed by the first caller.
    pub fn facts(&self) -> &Arc<FileFacts> {
        self.0.facts.get_or_init(|| todo!())
    }
}

impl fmt::Debug for OpenDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenDocument").field("version", &self.0.version).finish_non_exhaustive()
    }
}

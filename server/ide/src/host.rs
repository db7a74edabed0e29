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
    /// Set by the host that takes the document: some texts are known by their path only.
    path: OnceLock<VfsPath>,
    /// Facts of a text without a language; those of a parsed one are shared by its [`Parse`].
    plain: OnceLock<Arc<FileFacts>>,
    text: OnceLock<Arc<str>>,
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
#[derive(Default)]
pub struct AnalysisHost {
    graph: CodeGraph,
    documents: Arc<FxHashMap<FileId, Document>>,
    workspace: Arc<Workspace>,
    revision: u64,
    edits: Arc<AtomicU64>,
}

/// An open document in the host.
#[derive(Clone)]
struct Document {
    path: VfsPath,
    open: OpenDocument,
    /// The graph holds the facts of its present text.
    is_settled: bool,
}

/// A moment of the workspace. Cheap to clone, for any thread.
#[derive(Clone)]
pub struct Analysis {
    moment: Arc<Moment>,
    cancel: Option<Arc<AtomicBool>>,
    outlives_edits: bool,
}

struct Moment {
    revision: u64,
    /// Number of edits before this moment, and the counter that tells those since.
    edits_before: u64,
    edits: Arc<AtomicU64>,
    settled: CodeGraph,
    /// `settled` with the facts of the unsettled documents, made by the first reader.
    fresh: OnceLock<CodeGraph>,
    documents: Arc<FxHashMap<FileId, Document>>,
    workspace: Arc<Workspace>,
    text_of: TextOf,
}

impl AnalysisHost {
    /// An empty workspace.
    pub fn new() -> AnalysisHost {
        AnalysisHost::default()
    }

    /// Takes a change. Does not parse or compute facts.
    pub fn apply_change(&mut self, change: Change) {
        self.revision += 1;
        if change.files.iter().any(|it| matches!(it.state, FileState::Open(_))) {
            // Readers compare this with what they began with: they end before the new text is seen,
            // or one of them could finish on the old text and be taken for current.
            self.edits.fetch_add(1, Ordering::SeqCst);
        }
        for delta in change.files {
            self.apply_delta(delta);
        }
    }

    fn apply_delta(&mut self, delta: FileDelta) {
        let FileDelta { file, path, state } = delta;
        match state {
            FileState::Open(open) => {
                open.0.path.get_or_init(|| path.clone());
                let document = Document { path, open, is_settled: false };
                Arc::make_mut(&mut self.documents).insert(file, document);
            }
            FileState::Settled(facts) => {
                if let Some(document) = self.documents.get(&file) {
                    // Facts computed aside may be those of an older text: the reader's overlay
                    // stays.
                    let is_settled = document.open.has_facts(&facts);
                    Arc::make_mut(&mut self.documents)
                        .entry(file)
                        .and_modify(|it| it.is_settled = is_settled);
                }
                self.graph.set_file(file, &path, Some(facts));
            }
            FileState::Closed => {
                Arc::make_mut(&mut self.documents).remove(&file);
            }
            FileState::Gone => {
                if self.documents.contains_key(&file) {
                    Arc::make_mut(&mut self.documents)
                        .entry(file)
                        .and_modify(|it| it.is_settled = false);
                }
                self.graph.set_file(file, &path, None);
            }
        }
    }

    /// Sets folders, settings and skipped files.
    pub fn set_workspace(&mut self, workspace: Workspace) {
        self.workspace = Arc::new(workspace);
    }

    /// The present moment. `text_of` answers for files that are not open.
    pub fn analysis(&self, text_of: TextOf) -> Analysis {
        let moment = Moment {
            revision: self.revision,
            edits_before: self.edits.load(Ordering::SeqCst),
            edits: Arc::clone(&self.edits),
            settled: self.graph.clone(),
            fresh: OnceLock::new(),
            documents: Arc::clone(&self.documents),
            workspace: Arc::clone(&self.workspace),
            text_of,
        };
        Analysis { moment: Arc::new(moment), cancel: None, outlives_edits: false }
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
        self.moment.revision
    }

    /// The same moment with a flag of its own: once it is set, reads end as [`Cancelled`].
    pub fn with_cancel(&self, cancel: Arc<AtomicBool>) -> Analysis {
        Analysis { cancel: Some(cancel), ..self.clone() }
    }

    /// The same moment, not cancelled by later edits: for the command line and for computing
    /// proposals.
    pub fn uncancelled(&self) -> Analysis {
        Analysis { outlives_edits: true, ..self.clone() }
    }

    /// # Errors
    /// [`Cancelled`] once a document was edited after this moment or its own flag is set.
    pub fn check(&self) -> Cancellable<()> {
        let is_taken_back = self.cancel.as_ref().is_some_and(|it| it.load(Ordering::Relaxed));
        let edits = self.moment.edits.load(Ordering::SeqCst);
        let is_overtaken = !self.outlives_edits && edits != self.moment.edits_before;
        if is_taken_back || is_overtaken { Err(Cancelled) } else { Ok(()) }
    }

    /// The graph, with the facts of every open document's present text. The first call after an
    /// edit computes those; later ones share them.
    pub fn graph(&self) -> &CodeGraph {
        self.moment.fresh.get_or_init(|| {
            let mut graph = self.moment.settled.clone();
            for file in self.unsettled() {
                let document = &self.moment.documents[&file];
                let facts = Arc::clone(document.open.facts());
                graph.set_file(file, &document.path, Some(facts));
            }
            graph
        })
    }

    /// This moment, had the graph been another one: that of before a file was moved.
    pub(crate) fn with_graph(&self, graph: CodeGraph) -> Analysis {
        let moment = &self.moment;
        let moment = Moment {
            revision: moment.revision,
            edits_before: moment.edits_before,
            edits: Arc::clone(&moment.edits),
            settled: graph.clone(),
            fresh: OnceLock::from(graph),
            documents: Arc::clone(&moment.documents),
            workspace: Arc::clone(&moment.workspace),
            text_of: Arc::clone(&moment.text_of),
        };
        Analysis {
            moment: Arc::new(moment),
            cancel: self.cancel.clone(),
            outlives_edits: self.outlives_edits,
        }
    }

    /// Facts of a file: of the buffer where it is open. Costs no more than they do: the graph,
    /// which takes the difference in after an edit, is not asked for them.
    pub fn facts(&self, file: FileId) -> Option<&Arc<FileFacts>> {
        match self.moment.documents.get(&file) {
            Some(document) => Some(document.open.facts()),
            None => self.moment.settled.facts(file),
        }
    }

    /// The open document.
    pub fn document(&self, file: FileId) -> Option<&OpenDocument> {
        self.moment.documents.get(&file).map(|it| &it.open)
    }

    /// Open documents whose facts are not yet in the settled graph, by id.
    pub fn unsettled(&self) -> Vec<FileId> {
        let documents = self.moment.documents.iter();
        let mut res: Vec<FileId> =
            documents.filter(|it| !it.1.is_settled).map(|it| *it.0).collect();
        res.sort_unstable();
        res
    }

    /// The text that the facts of the file were taken from: the buffer where it is open.
    pub fn text(&self, file: FileId) -> Option<Arc<str>> {
        match self.document(file) {
            Some(document) => Some(Arc::clone(document.text())),
            None => (self.moment.text_of)(file),
        }
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
        &self.moment.workspace
    }
}

impl OpenDocument {
    /// The document at `version`; `parse` is `None` where its language is unknown.
    pub fn new(version: i32, rope: Rope, parse: Option<Parse>) -> OpenDocument {
        let (path, plain, text) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        OpenDocument(Arc::new(DocumentState { version, rope, parse, path, plain, text }))
    }

    /// The version the client counts.
    pub fn version(&self) -> i32 {
        self.0.version
    }

    /// Its text.
    pub fn rope(&self) -> &Rope {
        &self.0.rope
    }

    /// Its text in one piece, made by the first caller.
    pub fn text(&self) -> &Arc<str> {
        self.0.text.get_or_init(|| Arc::from(self.0.rope.to_string()))
    }

    /// Its tree.
    pub fn parse(&self) -> Option<&Parse> {
        self.0.parse.as_ref()
    }

    /// Its facts, computed by the first caller.
    pub fn facts(&self) -> &Arc<FileFacts> {
        match &self.0.parse {
            Some(parse) => parse.facts(),
            None => self.0.plain.get_or_init(|| {
                let path = self.0.path.get().map_or("", |it| it.as_str());
                Arc::new(syntax::facts_of_text(path, self.text()))
            }),
        }
    }

    /// Whether `facts` are those of this very text, as [`OpenDocument::facts`] gave them.
    fn has_facts(&self, facts: &Arc<FileFacts>) -> bool {
        Arc::ptr_eq(self.facts(), facts)
    }
}

impl fmt::Debug for OpenDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenDocument").field("version", &self.0.version).finish_non_exhaustive()
    }
}

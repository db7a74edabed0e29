//! What a reader sees: one moment of the workspace, for as long as it keeps it.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use ide::{Analysis, Cancelled, FilePosition};
use memory::{
    Answer, Embedding, PieceConfig, Query, QueryVector, Retriever, Sources, UnsavedFile, Weights,
};
use models::{Embedder, Registry};
use proposal::{Journal, PresentFile, paths_below};
use settings::Settings;
use store::Store;
use syntax::FileFacts;
use text::{LineCol, LineIndex, PositionEncoding, TextSize};
use vfs::{ContentHash, FileId, Link, Loader, Overlay, Vfs, VfsPath};

use crate::{
    Own, ServerStatus,
    answers::{past::Histories, patterns::Fingerprints, signals::RELATED_MAX},
    files::root_of,
    skills::places::Found,
};

/// One moment of the workspace. Everything in it stays as it was when the read's turn came.
#[derive(Clone)]
pub struct Snapshot {
    /// What is known.
    pub analysis: Analysis,
    /// Files and open documents.
    pub vfs: Vfs,
    /// How many changes this moment has seen.
    pub revision: u64,
    /// How the server was.
    pub status: Arc<ServerStatus>,
    /// What was set.
    pub settings: Arc<Settings>,
    /// The settings that somebody set, by key, and who did.
    pub in_force: Arc<BTreeMap<&'static str, (settings::Value, settings::Source)>>,
    /// The models that can be asked, or why there are none.
    pub models: Arc<Registry>,
    /// The product's own files, and whether they are trusted.
    pub own: Arc<Own>,
    /// What the last skill found that finds places, until somebody clears it.
    pub found: Arc<[Found]>,
    /// The folders of the workspace.
    pub roots: Arc<[VfsPath]>,
    /// Proposals and transactions; `None` where the history cannot be opened.
    pub journal: Option<Journal>,
    /// Where diff documents lie; `None` where there is no state folder.
    pub proposals_folder: Option<VfsPath>,
    /// Where documents of agents' runs lie; `None` where there is no state folder.
    pub runs_folder: Option<VfsPath>,
    pub(crate) loader: Arc<dyn Loader>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) embedder: Option<Arc<dyn Embedder>>,
    pub(crate) pieces: PieceConfig,
    pub(crate) histories: Histories,
    pub(crate) fingerprints: Fingerprints,
    /// Milliseconds since 1970.
    pub(crate) wall_ms: u64,
    /// Episodes that wait to be written.
    pub(crate) noting: crate::episodes::Waiting,
    pub(crate) cancel: Arc<AtomicBool>,
}

/// An open document with a text of its own.
struct OpenFile<'a> {
    root: &'a VfsPath,
    path: &'a str,
    text: String,
    facts: Arc<FileFacts>,
}

/// Why a read has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// A document was edited in between: the answer would be about an old text.
    Stale,
    /// Whoever asked is not interested any more.
    Cancelled,
    /// More reads wait than the engine lets wait.
    TooBusy,
    /// The caller may not ask this, for this reason.
    Denied(String),
    /// There is no such file in the workspace.
    NoFile(VfsPath),
    /// The file has no such line.
    NoPosition(VfsPath),
    /// The question has no answer, for this reason; the user can do something about it.
    Refused(String),
    /// Something outside failed.
    Failed(String),
    /// A bug: the read panicked. The log knows more.
    Panicked,
    /// The engine has stopped.
    Stopped,
}

/// Where a read runs and when it is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadConfig {
    /// Its threads.
    pub lane: Lane,
    /// What an edit in between does to it.
    pub when_changed: WhenChanged,
}

/// The kinds of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// For what the user waits on while typing.
    Latency,
    /// For the rest.
    Work,
    /// For what waits on other programs.
    Outside,
    /// For the steps of agents: each has a thread of its own, for it may hang.
    Agents,
}

/// What an edit does to a read that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenChanged {
    /// It ends as [`ReadError::Stale`]: the client asks again.
    Cancel,
    /// It goes on and answers for the moment it began in.
    Finish,
}

impl Snapshot {
    /// To be asked in every long loop.
    ///
    /// # Errors
    /// [`ReadError::Stale`] after an edit, [`ReadError::Cancelled`] when nobody waits any more.
    pub fn check(&self) -> Result<(), ReadError> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(ReadError::Cancelled);
        }
        Ok(self.analysis.check()?)
    }

    /// The file at `path`, where it is open or indexed.
    ///
    /// # Errors
    /// [`ReadError::NoFile`].
    pub fn file(&self, path: &VfsPath) -> Result<FileId, ReadError> {
        let file = self.vfs.file_id(path).filter(|it| self.vfs.exists(*it));
        file.ok_or_else(|| ReadError::NoFile(path.clone()))
    }

    /// Whether there is a file at `path`, open or on disk now, indexed or not; or might be, for
    /// what the workspace ignores is made by others: a build, an installation.
    pub fn may_exist(&self, path: &VfsPath) -> bool {
        let is_there = self.file(path).is_ok() || self.loader.stat(path).is_ok();
        let is_ignored = || match root_of(&self.roots, path) {
            Some(root) => !self.loader.is_listed(root, path),
            None => true,
        };
        is_there || is_ignored()
    }

    /// Whether the walk of the workspace would list the file.
    pub(crate) fn is_listed(&self, root: &VfsPath, path: &VfsPath) -> bool {
        self.loader.is_listed(root, path)
    }

    /// Whether a link leads to the file.
    pub(crate) fn is_linked(&self, root: &VfsPath, path: &VfsPath) -> bool {
        self.loader.link(root, path) != Link::None
    }

    /// The text of a file: of the open document, else from disk where the disk still holds what was
    /// indexed.
    pub fn text(&self, file: FileId) -> Option<Arc<str>> {
        self.analysis.text(file)
    }

    /// A file as it is: its open document as this moment has it, else what the disk holds now.
    ///
    /// # Errors
    /// What the disk says of a file that is there and cannot be read.
    pub fn present(&self, path: &VfsPath) -> Result<Option<PresentFile>, vfs::ReadError> {
        if let Some(overlay) = self.vfs.file_id(path).and_then(|it| self.vfs.overlay(it)) {
            // An editor may keep the document of a file that it has deleted.
            let is_gone = || matches!(self.loader.stat(path), Err(vfs::ReadError::NotFound { .. }));
            if is_gone() && overlay.is_saved() {
                return Ok(None);
            }
            let text = overlay.rope.to_string();
            let leads_to = self.leads_to(path);
            return Ok(Some(PresentFile { leads_to, ..PresentFile::open(&text, overlay.version) }));
        }
        match self.loader.read(path) {
            Ok(bytes) => {
                let leads_to = self.leads_to(path);
                Ok(Some(PresentFile { leads_to, ..PresentFile::closed(bytes) }))
            }
            Err(vfs::ReadError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn leads_to(&self, path: &VfsPath) -> Option<VfsPath> {
        let root = self.roots.iter().find(|it| path.starts_with(it))?;
        self.loader.leads_to(root, path)
    }

    /// The lines of the text that the answers about `file` count in.
    pub fn line_index(&self, file: FileId) -> Option<Arc<LineIndex>> {
        self.analysis.line_index(file)
    }

    /// The offset of a client's position.
    ///
    /// # Errors
    /// [`ReadError::NoPosition`] where the file has no such line, [`ReadError::NoFile`] where
    /// nothing is known of it.
    pub fn offset(
        &self,
        file: FileId,
        position: LineCol,
        encoding: PositionEncoding,
    ) -> Result<TextSize, ReadError> {
        let path = self.vfs.path(file);
        if let Some(overlay) = self.vfs.overlay(file) {
            return Ok(text::rope_offset(&overlay.rope, position, encoding));
        }
        let lines =
            self.analysis.line_index(file).ok_or_else(|| ReadError::NoFile(path.clone()))?;
        let offset = lines.offset(position, encoding);
        offset.ok_or_else(|| ReadError::NoPosition(path.clone()))
    }

    /// The position of an offset, as a client counts.
    pub fn line_col(
        &self,
        file: FileId,
        offset: TextSize,
        encoding: PositionEncoding,
    ) -> Option<LineCol> {
        if let Some(overlay) = self.vfs.overlay(file) {
            return Some(text::rope_line_col(&overlay.rope, offset, encoding));
        }
        Some(self.analysis.line_index(file)?.line_col(offset, encoding))
    }

    /// File and offset of a client's position.
    ///
    /// # Errors
    /// As [`Snapshot::file`] and [`Snapshot::offset`].
    pub fn position(
        &self,
        path: &VfsPath,
        position: LineCol,
        encoding: PositionEncoding,
    ) -> Result<FilePosition, ReadError> {
        let file = self.file(path)?;
        Ok(FilePosition { file, offset: self.offset(file, position, encoding)? })
    }

    /// The answer to a question about the code: from the index, and from the open documents where
    /// they are newer.
    ///
    /// # Errors
    /// What the index reports.
    pub fn search(&self, query: &Query) -> Result<Answer, ReadError> {
        let mut open = Vec::new();
        for (file, overlay) in self.vfs.overlays() {
            self.check()?;
            open.extend(self.open_file(file, overlay));
        }
        let unsaved: Vec<UnsavedFile<'_>> = open
            .iter()
            .map(|it| UnsavedFile {
                root: it.root.as_str(),
                path: it.path,
                text: &it.text,
                facts: &it.facts,
            })
            .collect();
        let (query, without) = self.prepared(query);
        let weights = Weights::default().bent(&self.settings.weights);
        let sources = Sources {
            store: self.store.as_ref(),
            unsaved: &unsaved,
            embedding: self.embedding().filter(|it| it.model.is_cheap()),
            weights: &weights,
            signals: &self.signals(&query.text),
        };
        // More than is wanted: who is related to good hits may come up among them.
        let mut wide = query.clone();
        wide.hits_max = query.hits_max.max(RELATED_MAX);
        wide.filters.relevance_min = 0.0;
        let mut answer = memory::search(&sources, &wide)?;
        self.relate(&mut answer.hits);
        memory::reorder(&mut answer, &weights, (&query.filters, query.hits_max));
        if let Some(why) = without {
            answer.absent.retain(|it| it.0 != Retriever::Vectors);
            answer.absent.push((Retriever::Vectors, why));
        }
        answer.unembedded = self.status.unembedded;
        Ok(answer)
    }

    /// The question for this workspace, with its vector; and why it has none.
    fn prepared(&self, query: &Query) -> (Query, Option<String>) {
        // Worktrees of one repository share a store; only this workspace's folders are asked for.
        let mut query = query.clone();
        if query.filters.roots.is_empty() {
            query.filters.roots = self.roots.iter().map(|it| it.as_str().to_owned()).collect();
        }
        let mut without = None;
        if query.vector.is_none() && !query.text.trim().is_empty() {
            (query.vector, without) = self.question_vector(&query.text);
        }
        (query, without)
    }

    fn embedding(&self) -> Option<Embedding<'_>> {
        let model = self.embedder.as_deref()?;
        Some(Embedding { model, pieces: self.pieces })
    }

    /// The vector of a question, or why there is none.
    fn question_vector(&self, text: &str) -> (Option<QueryVector>, Option<String>) {
        let Some(embedding) = self.embedding() else { return (None, None) };
        match embedding.model.embed_question(text) {
            Ok(components) if components.iter().any(|it| *it != 0.0) => {
                (Some(QueryVector { space: embedding.space(), components }), None)
            }
            Ok(_) => (None, Some("the model knows none of the words of the question".to_owned())),
            Err(error) => (None, Some(error.to_string())),
        }
    }

    /// Code that is like what stands at `line` (from 1) of the file at `path`; that itself is left
    /// out.
    ///
    /// # Errors
    /// [`ReadError::NoFile`], [`ReadError::NoPosition`], and what the index reports.
    pub fn similar(&self, path: &VfsPath, line: u32, query: &Query) -> Result<Answer, ReadError> {
        let file = self.file(path)?;
        let (Some(facts), Some(text)) = (self.analysis.facts(file), self.text(file)) else {
            return Err(ReadError::NoFile(path.clone()));
        };
        let at = facts.lines.line(line.saturating_sub(1));
        let at = at.ok_or_else(|| ReadError::NoPosition(path.clone()))?;
        let chunk = facts.chunks.iter().find(|it| it.range.intersects(at));
        let chunk = chunk.map_or(at, |it| it.range);
        let code = text.get(chunk.to_usize()).unwrap_or_default();
        let mut query = Query { text: code.to_owned(), ..query.clone() };
        query.hits_max += 1;
        let mut answer = self.search(&query)?;
        let root = root_of(&self.roots, path).map_or("", VfsPath::as_str);
        let relative = path.as_str().strip_prefix(root).unwrap_or_default().trim_start_matches('/');
        answer
            .hits
            .retain(|it| it.root != root || it.path != relative || !it.range.intersects(chunk));
        answer.hits.truncate(query.hits_max - 1);
        Ok(answer)
    }

    /// The open document, where it is in the workspace and its file holds another text.
    fn open_file(&self, file: FileId, overlay: &Overlay) -> Option<OpenFile<'_>> {
        let path = self.vfs.path(file);
        let root = root_of(&self.roots, path)?;
        let text = overlay.rope.to_string();
        let disk = self.vfs.disk(file);
        if disk.is_some_and(|it| it.hash == ContentHash::of(text.as_bytes())) {
            return None;
        }
        let facts = Arc::clone(self.analysis.facts(file)?);
        Some(OpenFile { root, path: path.relative_to(root)?, text, facts })
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Stale => f.write_str("the document was edited meanwhile"),
            ReadError::Cancelled => f.write_str("cancelled"),
            ReadError::TooBusy => f.write_str("too many requests are waiting"),
            ReadError::Denied(why) | ReadError::Refused(why) | ReadError::Failed(why) => {
                f.write_str(why)
            }
            ReadError::NoFile(path) => write!(f, "{path}: no such file in the workspace"),
            ReadError::NoPosition(path) => write!(f, "{path}: no such line"),
            ReadError::Panicked => f.write_str("internal error, see the log"),
            ReadError::Stopped => f.write_str("the server has stopped"),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<Cancelled> for ReadError {
    fn from(_: Cancelled) -> ReadError {
        ReadError::Stale
    }
}

impl From<store::StoreError> for ReadError {
    fn from(error: store::StoreError) -> ReadError {
        ReadError::Failed(error.to_string())
    }
}

impl ReadError {
    /// The error with the paths in its words written below the folders of the workspace.
    pub(crate) fn with_paths_below(self, roots: &[VfsPath]) -> ReadError {
        match self {
            ReadError::Refused(why) => ReadError::Refused(paths_below(&why, roots)),
            ReadError::Failed(why) => ReadError::Failed(paths_below(&why, roots)),
            other => other,
        }
    }
}

impl From<proposal::JournalError> for ReadError {
    fn from(error: proposal::JournalError) -> ReadError {
        match &error {
            proposal::JournalError::Store(_) | proposal::JournalError::Damaged(_) => {
                ReadError::Failed(error.to_string())
            }
            _ => ReadError::Refused(error.to_string()),
        }
    }
}

impl From<ide::RefactorError> for ReadError {
    fn from(error: ide::RefactorError) -> ReadError {
        match error {
            ide::RefactorError::Cancelled => ReadError::Stale,
            other => ReadError::Refused(other.to_string()),
        }
    }
}

impl From<ide::RenameError> for ReadError {
    fn from(error: ide::RenameError) -> ReadError {
        match error {
            ide::RenameError::Cancelled => ReadError::Stale,
            other => ReadError::Refused(other.to_string()),
        }
    }
}

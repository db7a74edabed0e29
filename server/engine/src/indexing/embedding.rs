//! Vectors for what the index holds: the last and least of the work, in batches between which
//! everything else goes first.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use memory::{Embedding, PieceConfig};
use models::Embedder;
use proposal::Journal;
use rustc_hash::{FxHashMap, FxHashSet};
use store::{FileRow, Store, TextVectors, VectorFiles};
use syntax::FileFacts;
use vfs::{ContentHash, Loader, VfsPath, decode};

use crate::{
    IndexSummary, Lane, LoadGraph, Notice, NoticeLevel, ProgressState, RunId, RunOutcome,
    answers::memories::RECENT_MAX,
    indexing::scan::Known,
    outside::IndexAccess,
    state::GlobalState,
    task::{Cancel, Task, TaskDone},
};

/// Files in one batch at most; indexing and whatever else waits no longer than one takes.
const FILES_MAX: usize = 16;

/// More files at once are not worth naming: all that lack vectors are looked for.
const NAMED_MAX: usize = 500;

/// How long a model that failed is left alone, at first and at most.
const PAUSE_MS_MIN: u64 = 30_000;
const PAUSE_MS_MAX: u64 = 3_600_000;

/// So many files are worth a progress bar.
const PROGRESS_FILES_MIN: usize = 64;

/// What is under way to give every text its vector.
#[derive(Default)]
pub(crate) struct Embeddings {
    wanted: Wanted,
    /// Files some of whose texts have no vector.
    queue: VecDeque<VfsPath>,
    is_running: bool,
    /// True where vectors were added since the index file was last looked at.
    is_unsaved: bool,
    /// Set once this process knows what vectors there are.
    has_looked: bool,
    cancel: Cancel,
    progress: Option<Progress>,
    /// A model that failed is not asked before this time, and then for twice as long.
    pause: Option<Pause>,
    /// Index runs that end with the vectors.
    waiting: Vec<(RunId, Box<IndexSummary>)>,
}

impl Embeddings {
    /// Those who wait are told the first thing that could not be kept.
    fn note_unkept(&mut self, troubles: &[String]) {
        let Some(why) = troubles.first() else { return };
        for (_, summary) in &mut self.waiting {
            summary.unkept.get_or_insert_with(|| why.clone());
        }
    }
}

/// Where to look for texts without vectors.
#[derive(Debug, Default)]
enum Wanted {
    #[default]
    Nowhere,
    In(BTreeSet<VfsPath>),
    Everywhere,
}

#[derive(Clone, Copy)]
struct Pause {
    until_ms: u64,
    took_ms: u64,
    /// Files that wait for its end.
    n_files: usize,
}

struct Progress {
    run: RunId,
    n_all: usize,
    n_done: usize,
    percent: Option<u32>,
}

/// What comes back of a task.
pub(crate) enum EmbedDone {
    /// The files that lack vectors; and what the user has to know.
    Listed(Vec<(String, String)>, Vec<String>),
    /// A batch of so many files.
    Batch(usize, Vec<String>),
    /// The model failed at a batch of so many files.
    Failed(usize, String),
    /// The index file is written.
    Saved(Vec<String>),
}

/// What a task works with.
struct EmbedContext {
    store: Arc<dyn Store>,
    /// What was used lately stands there.
    journal: Option<Journal>,
    loader: Arc<dyn Loader>,
    model: Arc<dyn Embedder>,
    pieces: PieceConfig,
    files: VectorFiles,
    cancel: Cancel,
}

impl GlobalState {
    /// The files at `paths` were read: what is new in them wants vectors. Not begun before the
    /// index is up to date.
    pub(crate) fn want_vectors_of(&mut self, paths: &[VfsPath]) {
        let wanted = &mut self.embeddings.wanted;
        match wanted {
            Wanted::Nowhere => *wanted = Wanted::In(paths.iter().cloned().collect()),
            Wanted::In(all) => all.extend(paths.iter().cloned()),
            Wanted::Everywhere => {}
        }
        if matches!(wanted, Wanted::In(all) if NAMED_MAX < all.len()) {
            *wanted = Wanted::Everywhere;
        }
    }

    /// Looks everywhere: the folders, the model or how texts are cut have changed.
    pub(crate) fn want_all_vectors(&mut self) {
        self.embeddings.wanted = Wanted::Everywhere;
        self.pump_embedding();
    }

    /// The index is up to date; `runs` end when the vectors are too.
    pub(crate) fn end_with_vectors(&mut self, runs: Vec<RunId>, summary: &IndexSummary) {
        let runs = runs.into_iter().map(|it| (it, Box::new(summary.clone())));
        self.embeddings.waiting.extend(runs);
        if !self.embeddings.has_looked {
            self.embeddings.has_looked = true;
            self.embeddings.wanted = Wanted::Everywhere;
        }
        self.pump_embedding();
    }

    /// Nobody waits for `run` any more; true where it was waiting.
    pub(crate) fn cancel_embedding_run(&mut self, run: RunId) -> bool {
        let n_before = self.embeddings.waiting.len();
        self.embeddings.waiting.retain(|it| it.0 != run);
        let is_own = self.embeddings.progress.as_ref().is_some_and(|it| it.run == run);
        if is_own {
            self.stop_embedding();
            // The next start, or the next change of many files, goes on with the rest.
            self.embeddings.cancel = Cancel::default();
            self.pump_embedding();
        }
        is_own || self.embeddings.waiting.len() < n_before
    }

    /// Ends what is under way.
    pub(crate) fn stop_embedding(&mut self) {
        self.embeddings.cancel.cancel();
        self.embeddings.queue.clear();
        self.embeddings.wanted = Wanted::Nowhere;
    }

    /// Begins the next piece of work, where the index is at rest.
    pub(crate) fn pump_embedding(&mut self) {
        if self.embeddings.is_running || self.index.is_busy() {
            return;
        }
        let now_ms = self.outside.clock.now_ms();
        if self.embeddings.pause.is_some_and(|it| now_ms < it.until_ms) {
            self.end_embedding();
            return;
        }
        let Some(ctx) = self.embed_context() else {
            self.embeddings.queue.clear();
            self.embeddings.wanted = Wanted::Nowhere;
            self.end_embedding();
            return;
        };
        match std::mem::take(&mut self.embeddings.wanted) {
            Wanted::Nowhere => {}
            Wanted::In(paths) => self.queue_embedding(paths.into_iter().collect()),
            Wanted::Everywhere => {
                self.give_embedding(
                    "list vectors",
                    EmbedDone::Listed(Vec::new(), Vec::new()),
                    move || list(&ctx),
                );
                return;
            }
        }
        let mut batch = Vec::new();
        while batch.len() < FILES_MAX
            && let Some(path) = self.embeddings.queue.pop_front()
        {
            batch.extend(self.file_to_embed(path));
        }
        if !batch.is_empty() {
            let n_files = batch.len();
            let lost = "a batch of files was not embedded; the log knows why".to_owned();
            let lost = EmbedDone::Batch(n_files, vec![lost]);
            self.give_embedding("embed", lost, move || embed(&ctx, &batch));
        } else if std::mem::take(&mut self.embeddings.is_unsaved) {
            let done = EmbedDone::Saved(Vec::new());
            self.give_embedding("save vectors", done, move || save(&ctx));
        } else {
            self.end_embedding();
        }
    }

    /// Takes in what a task brought.
    pub(crate) fn embed_done(&mut self, done: EmbedDone) {
        self.embeddings.is_running = false;
        let troubles = match done {
            EmbedDone::Listed(files, notes) => {
                for text in notes {
                    self.clients.message(NoticeLevel::Info, text);
                }
                let found = files.iter().filter_map(|(root, path)| {
                    let root = self.files.roots.iter().find(|it| it.as_str() == root)?;
                    Some(root.join(path))
                });
                let found: Vec<VfsPath> = found.collect();
                self.queue_embedding(found);
                // The index file may be lost or damaged though every text has its vector: looking
                // after it takes in what it lacks, while searches go by words.
                self.embeddings.is_unsaved = true;
                Vec::new()
            }
            EmbedDone::Failed(n_files, why) => {
                self.pause_embedding(n_files);
                vec![why]
            }
            EmbedDone::Batch(n_files, troubles) => {
                self.embeddings.is_unsaved = true;
                self.embeddings.pause = None;
                self.tell_embedding(n_files);
                self.embeddings.note_unkept(&troubles);
                troubles
            }
            EmbedDone::Saved(troubles) => {
                self.embeddings.note_unkept(&troubles);
                troubles
            }
        };
        for trouble in troubles {
            self.trouble(trouble);
        }
        self.pump_embedding();
    }

    /// Leaves a model that failed alone for a while; searches go by words meanwhile.
    fn pause_embedding(&mut self, n_files: usize) {
        let took_ms = self.embeddings.pause.map_or(PAUSE_MS_MIN, |it| it.took_ms * 2);
        let took_ms = took_ms.min(PAUSE_MS_MAX);
        let until_ms = self.outside.clock.now_ms() + took_ms;
        let n_files = n_files + self.n_unembedded();
        self.embeddings.queue.clear();
        self.embeddings.wanted = Wanted::Everywhere;
        self.embeddings.pause = Some(Pause { until_ms, took_ms, n_files });
    }

    /// What gives texts their vectors; `None` where nothing does.
    pub(crate) fn embedder(&self) -> Option<Arc<dyn Embedder>> {
        let built_in = self.outside.embedder.as_ref()?;
        let chosen = self.configuration.models.embedder().and_then(|it| it.as_ref().ok());
        Some(Arc::clone(chosen.unwrap_or(built_in)))
    }

    /// Says why the model that the settings name does not give texts their vectors.
    pub(crate) fn tell_embedder_fault(&mut self) {
        if let Some(Err(why)) = self.configuration.models.embedder() {
            let text = format!("{why}; the built-in model gives texts their vectors");
            self.clients.message(NoticeLevel::Warning, text);
        }
    }

    /// Files whose vectors are not up to date.
    pub(crate) fn n_unembedded(&self) -> usize {
        let wanted = match &self.embeddings.wanted {
            Wanted::In(paths) => paths.len(),
            Wanted::Nowhere => 0,
            Wanted::Everywhere => self.embeddings.pause.map_or(0, |it| it.n_files),
        };
        self.embeddings.queue.len() + wanted
    }

    /// The model and how texts are cut for it; `None` where there is no model or the index is
    /// another's.
    fn embed_context(&self) -> Option<EmbedContext> {
        let model = self.embedder()?;
        (self.outside.access == IndexAccess::Write).then(|| EmbedContext {
            store: Arc::clone(&self.outside.store),
            journal: self.outside.journal.clone(),
            loader: Arc::clone(&self.outside.loader),
            model,
            pieces: self.configuration.pieces(),
            // A command ends with its answer; a server has time, and questions to come.
            files: match self.configuration.graph {
                LoadGraph::Always => VectorFiles::Check,
                LoadGraph::IfChanged | LoadGraph::Never => VectorFiles::Trust,
            },
            cancel: self.embeddings.cancel.clone(),
        })
    }

    fn queue_embedding(&mut self, paths: Vec<VfsPath>) {
        let n_new = paths.len();
        self.embeddings.queue.extend(paths);
        if let Some(progress) = &mut self.embeddings.progress {
            progress.n_all += n_new;
        } else if PROGRESS_FILES_MIN <= n_new {
            let run = self.embeddings.waiting.first().map(|it| it.0);
            let run = run.unwrap_or_else(|| self.runs.own_id());
            let state = ProgressState::Begin { title: "Embedding".to_owned(), cancellable: true };
            self.clients.tell_all(&Notice::Progress { run, state });
            self.embeddings.progress =
                Some(Progress { run, n_all: n_new, n_done: 0, percent: None });
        }
    }

    /// What a batch needs to know of a file; `None` for one that is not indexed any more.
    fn file_to_embed(&self, path: VfsPath) -> Option<FileToEmbed> {
        let root = self.files.root_of(&path)?;
        let relative = path.relative_to(root)?.to_owned();
        let known = self.index.known(&path)?.clone();
        Some(FileToEmbed { path, relative, known })
    }

    fn give_embedding(
        &mut self,
        name: &'static str,
        on_panic: EmbedDone,
        work: impl FnOnce() -> EmbedDone + Send + 'static,
    ) {
        self.embeddings.is_running = true;
        self.outside.give(Task {
            lane: Lane::Work,
            name,
            on_panic: TaskDone::Embed(on_panic),
            work: Box::new(move || TaskDone::Embed(work())),
        });
    }

    fn tell_embedding(&mut self, n_files: usize) {
        let Some(progress) = &mut self.embeddings.progress else { return };
        progress.n_done += n_files;
        let percent = (progress.n_done * 100 / progress.n_all.max(1)).min(100) as u32;
        if progress.percent.is_some_and(|it| percent <= it) {
            return;
        }
        progress.percent = Some(percent);
        let message = format!("{}/{} files", progress.n_done, progress.n_all);
        let state = ProgressState::Report { message, percent: Some(percent) };
        let run = progress.run;
        self.clients.tell_all(&Notice::Progress { run, state });
    }

    fn end_embedding(&mut self) {
        if let Some(Progress { run, n_done, .. }) = self.embeddings.progress.take() {
            let state = ProgressState::End { message: format!("{n_done} files") };
            self.clients.tell_all(&Notice::Progress { run, state });
        }
        for (run, summary) in std::mem::take(&mut self.embeddings.waiting) {
            self.end_run(run, RunOutcome::Indexed(summary));
        }
        self.look_at_history();
    }
}

/// A file some of whose texts may lack vectors.
struct FileToEmbed {
    path: VfsPath,
    /// Relative to its root.
    relative: String,
    known: Known,
}

fn list(ctx: &EmbedContext) -> EmbedDone {
    let space = ctx.embedding().space();
    let mut notes = Vec::new();
    match ctx.store.vector_spaces() {
        Ok(spaces) => {
            let others = spaces.iter().filter(|it| **it != space);
            notes.extend(others.map(|it| {
                format!(
                    "the vectors are of model `{}` ({} components), not of `{}` ({}): all texts \
                     are embedded again, and searches go by words meanwhile",
                    it.model, it.dims, space.model, space.dims
                )
            }));
        }
        Err(error) => notes.push(error.to_string()),
    }
    match ctx.store.files_without_vectors(&space) {
        // Also where every text has its vector: questions want theirs.
        Ok(mut files) => match ctx.model.prepare() {
            Ok(()) => {
                ctx.most_used_first(&mut files);
                EmbedDone::Listed(files, notes)
            }
            Err(error) => EmbedDone::Failed(files.len(), error.to_string()),
        },
        Err(error) => {
            notes.push(error.to_string());
            EmbedDone::Listed(Vec::new(), notes)
        }
    }
}

fn embed(ctx: &EmbedContext, files: &[FileToEmbed]) -> EmbedDone {
    let mut troubles = Vec::new();
    let mut texts: Vec<TextVectors> = Vec::new();
    let mut failed = None;
    // The same text may stand in several files of the batch.
    let mut done = FxHashSet::default();
    for file in files {
        if ctx.cancel.is_cancelled() {
            break;
        }
        match ctx.vectors_of(file, &done) {
            Ok(new) => {
                done.extend(new.iter().map(|it| it.key));
                texts.extend(new);
            }
            Err(Fault::Model(why)) => {
                failed = Some(why);
                break;
            }
            Err(Fault::Store(trouble)) => troubles.push(trouble),
        }
    }
    if !texts.is_empty() {
        let put = ctx.store.put_vectors(&ctx.embedding().space(), &texts);
        troubles.extend(put.err().map(|it| it.to_string()));
    }
    match failed {
        Some(why) => EmbedDone::Failed(files.len(), why),
        None => EmbedDone::Batch(files.len(), troubles),
    }
}

/// Why a file got no vectors.
enum Fault {
    Store(String),
    /// The model failed, and will fail at the next file.
    Model(String),
}

fn save(ctx: &EmbedContext) -> EmbedDone {
    let saved = ctx.store.save_vectors(&ctx.embedding().space(), ctx.files);
    EmbedDone::Saved(saved.err().into_iter().map(|it| it.to_string()).collect())
}

impl EmbedContext {
    fn embedding(&self) -> Embedding<'_> {
        Embedding { model: self.model.as_ref(), pieces: self.pieces }
    }

    /// Files that were edited or looked at lately before all others, the last one first: they are
    /// asked about most, and a slow model may be at work for hours.
    fn most_used_first(&self, files: &mut [(String, String)]) {
        let recent = self.journal.as_ref().map(|it| it.memories().recent(None, RECENT_MAX));
        let recent = recent.and_then(Result::ok).unwrap_or_default();
        let mut place: FxHashMap<&str, usize> = FxHashMap::default();
        for (nth, it) in recent.iter().enumerate() {
            place.entry(&it.path).or_insert(nth);
        }
        files.sort_by_key(|(_, path)| place.get(path.as_str()).copied().unwrap_or(usize::MAX));
    }

    /// The vectors that the file's texts lack; none where the file is not what was indexed, for
    /// then it comes again.
    fn vectors_of(
        &self,
        file: &FileToEmbed,
        done: &FxHashSet<u64>,
    ) -> Result<Vec<TextVectors>, Fault> {
        let in_store = |it: store::StoreError| Fault::Store(it.to_string());
        let Some(facts) = self.facts_of(file).map_err(in_store)? else {
            return Ok(Vec::new());
        };
        let keys = facts.chunks.iter().map(|it| it.hash).filter(|it| !done.contains(it));
        let keys: Vec<u64> = keys.collect();
        let embedding = self.embedding();
        let missing = self.store.vectors_missing(&embedding.space(), &keys);
        let missing: FxHashSet<u64> = missing.map_err(in_store)?.into_iter().collect();
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        let Ok(bytes) = self.loader.read(&file.path) else { return Ok(Vec::new()) };
        if ContentHash::of(&bytes) != file.known.disk.hash {
            return Ok(Vec::new());
        }
        let Ok(text) = decode(&file.path, bytes) else { return Ok(Vec::new()) };
        let vectors = embedding.vectors(&text, &facts, &missing);
        vectors.map_err(|it| Fault::Model(it.to_string()))
    }

    fn facts_of(&self, file: &FileToEmbed) -> store::Result<Option<FileFacts>> {
        let Known { disk, language, is_test, counts } = &file.known;
        let row = FileRow {
            path: file.relative.clone(),
            len: disk.len,
            mtime_ns: disk.mtime_ns,
            hash: *disk.hash.as_bytes(),
            language: language.as_deref().map(str::to_owned),
            is_test: *is_test,
            counts: *counts,
        };
        Ok(self.store.facts(&row)?.and_then(|it| FileFacts::from_bytes(&it)))
    }
}

//! The code as it was: an index in memory that is taken from one commit's parent to the next.

use std::{fmt, sync::Arc};

use grammars::language_for_path;
use history::{HistoryError, Renames, Repository};
use memory::{Embedding, PieceConfig, documents};
use models::{EmbedError, Embedder};
use rustc_hash::{FxHashMap, FxHashSet};
use store::{FileCounts, FileRow, FileWrite, SqliteStore, Store, StoreError, commits::ObjectKey};
use syntax::FileFacts;

use crate::Task;

/// The root under which everything is put.
pub(crate) const ROOT: &str = "/then";
/// Files written in one transaction.
const BATCH: usize = 64;
/// A longer file is left out.
const FILE_BYTES_MAX: usize = 1024 * 1024;

/// The index of a moment of the past. Files are read from the repository's own objects; nothing is
/// checked out.
pub struct Corpus {
    model: Option<Model>,
    pub(crate) store: SqliteStore,
    /// What is in the index: path to content.
    files: FxHashMap<String, ObjectKey>,
    /// The same by where they are today, below the folder.
    by_place: FxHashMap<String, String>,
    /// What is still to be read until it is the index of the moment that is wanted.
    waiting: Vec<(String, ObjectKey)>,
}

/// A model and how texts are cut for it.
#[derive(Clone)]
pub struct Model {
    /// The model.
    pub embedder: Arc<dyn Embedder>,
    /// How texts are cut.
    pub pieces: PieceConfig,
}

/// Why the past cannot be indexed.
#[derive(Debug)]
pub enum CorpusError {
    /// The repository.
    History(HistoryError),
    /// The index.
    Store(StoreError),
    /// The model.
    Model(EmbedError),
}

impl Corpus {
    /// An empty index.
    ///
    /// # Errors
    /// Where memory is short.
    pub fn new(model: Option<Model>) -> Result<Corpus, CorpusError> {
        let store = store::open_in_memory()?;
        Ok(Corpus {
            model,
            store,
            files: FxHashMap::default(),
            by_place: FxHashMap::default(),
            waiting: Vec::new(),
        })
    }

    /// Begins to make it the index of the code just before `task`'s commit; [`Corpus::go_on`] does
    /// the rest.
    ///
    /// # Errors
    /// [`CorpusError`].
    pub fn go_before(
        &mut self,
        repository: &Repository,
        renames: &Renames,
        task: &Task,
    ) -> Result<(), CorpusError> {
        let mut wanted = repository.files_at(&task.commit.key)?;
        // What a commit with one parent changed, taken back, is its parent.
        for change in &task.changes {
            wanted.remove(&change.path);
            let path = change.from.as_ref().unwrap_or(&change.path);
            if let Some(before) = &change.before {
                wanted.insert(path.clone(), before.clone());
            }
        }
        wanted.retain(|path, _| repository.in_folder(path).is_some());
        let gone = self.files.keys().filter(|it| !wanted.contains_key(*it));
        let gone: Vec<&str> = gone.map(String::as_str).collect();
        self.store.remove(ROOT, &gone)?;
        let is_new = |it: &(&String, &ObjectKey)| self.files.get(it.0) != Some(it.1);
        let new = wanted.iter().filter(is_new);
        self.waiting = new.map(|(path, key)| (path.clone(), key.clone())).collect();
        self.waiting.sort_by(|a, b| b.cmp(a));
        let place = |path: &String| {
            let now = repository.in_folder(renames.now(path))?;
            Some((now.to_owned(), path.clone()))
        };
        self.by_place = wanted.keys().filter_map(place).collect();
        self.files = wanted;
        Ok(())
    }

    /// Reads some more of the files that are still to be read; false where none is.
    ///
    /// # Errors
    /// [`CorpusError`].
    pub fn go_on(&mut self, repository: &Repository) -> Result<bool, CorpusError> {
        let rest = self.waiting.len().saturating_sub(BATCH);
        let batch = self.waiting.split_off(rest);
        self.put(repository, &batch)?;
        Ok(!self.waiting.is_empty())
    }

    /// The text of a file and its facts, as they are in the index.
    pub(crate) fn file(&self, repository: &Repository, path: &str) -> Option<(String, FileFacts)> {
        let text = text_of(repository, path, self.files.get(path)?)?;
        let facts = facts_of(path, &text);
        Some((text, facts))
    }

    /// Where a file stands in the index that is at `place` today, below the folder.
    pub(crate) fn then(&self, place: &str) -> Option<&str> {
        self.by_place.get(place).map(String::as_str)
    }

    /// The files of the index.
    pub(crate) fn paths(&self) -> Vec<&str> {
        let mut res: Vec<&str> = self.files.keys().map(String::as_str).collect();
        res.sort_unstable();
        res
    }

    pub(crate) fn embedding(&self) -> Option<Embedding<'_>> {
        let Model { embedder, pieces } = self.model.as_ref()?;
        Some(Embedding { model: embedder.as_ref(), pieces: *pieces })
    }

    fn put(
        &self,
        repository: &Repository,
        files: &[(String, ObjectKey)],
    ) -> Result<(), CorpusError> {
        let mut writes = Vec::new();
        let mut stale = Vec::new();
        for (path, key) in files {
            let Some(text) = text_of(repository, path, key) else {
                stale.push(path.as_str());
                continue;
            };
            let facts = facts_of(path, &text);
            self.embed(&text, &facts)?;
            writes.push(FileWrite {
                row: FileRow {
                    path: path.clone(),
                    len: text.len() as u64,
                    mtime_ns: 0,
                    hash: *blake3::hash(text.as_bytes()).as_bytes(),
                    language: facts.language.map(|it| it.id.to_owned()),
                    is_test: facts.is_test,
                    counts: FileCounts::default(),
                },
                facts: None,
                documents: Some(documents(path, &text, &facts)),
                skipped: None,
            });
        }
        self.store.remove(ROOT, &stale)?;
        self.store.put(ROOT, &writes)?;
        Ok(())
    }

    fn embed(&self, text: &str, facts: &FileFacts) -> Result<(), CorpusError> {
        let Some(embedding) = self.embedding() else { return Ok(()) };
        let keys: Vec<u64> = facts.chunks.iter().map(|it| it.hash).collect();
        let space = embedding.space();
        let missing: FxHashSet<u64> =
            self.store.vectors_missing(&space, &keys)?.into_iter().collect();
        if missing.is_empty() {
            return Ok(());
        }
        let vectors = embedding.vectors(text, facts, &missing)?;
        self.store.put_vectors(&space, &vectors)?;
        Ok(())
    }
}

fn text_of(repository: &Repository, path: &str, key: &[u8]) -> Option<String> {
    let bytes = repository.blob(key).filter(|it| it.len() <= FILE_BYTES_MAX)?;
    if syntax::classify(path, &bytes).is_some() {
        return None;
    }
    String::from_utf8(bytes).ok()
}

fn facts_of(path: &str, text: &str) -> FileFacts {
    match language_for_path(path, text.lines().next().unwrap_or_default()) {
        Some(language) => syntax::facts(path, text, language),
        None => syntax::facts_of_text(path, text),
    }
}

impl fmt::Display for CorpusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CorpusError::History(error) => error.fmt(f),
            CorpusError::Store(error) => error.fmt(f),
            CorpusError::Model(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CorpusError {}

impl From<HistoryError> for CorpusError {
    fn from(error: HistoryError) -> CorpusError {
        CorpusError::History(error)
    }
}

impl From<StoreError> for CorpusError {
    fn from(error: StoreError) -> CorpusError {
        CorpusError::Store(error)
    }
}

impl From<EmbedError> for CorpusError {
    fn from(error: EmbedError) -> CorpusError {
        CorpusError::Model(error)
    }
}

//! Reading a batch of files: from bytes to facts and rows. Runs on a thread of its own.

use std::sync::Arc;

use grammars::Language;
use ide::OpenDocument;
use memory::documents;
use rustc_hash::FxHashMap;
use store::{FileCounts, FileRow, FileWrite};
use syntax::{FileFacts, Unfit};
use vfs::{ContentHash, DiskState, ReadError, SkipReason, VfsPath, decode};

use crate::indexing::scan::{Candidate, Known, ScanContext, is_unchanged};

/// Files in one batch at most.
pub(crate) const BATCH_FILES_MAX: usize = 32;
/// Bytes in one batch at most, one large file apart.
pub(crate) const BATCH_BYTES_MAX: u64 = 512 * 1024;

/// Some files of one folder of the workspace.
pub(crate) struct Batch {
    pub(crate) root: VfsPath,
    pub(crate) files: Vec<Candidate>,
    /// Those of them that are open: their facts may serve.
    pub(crate) open: FxHashMap<VfsPath, OpenDocument>,
    /// True where the graph wants the facts.
    pub(crate) wants_facts: bool,
}

/// What became of a batch.
#[derive(Default)]
pub(crate) struct BatchDone {
    pub(crate) files: Vec<FileDone>,
    /// How many files were read rather than loaded.
    pub(crate) n_read: usize,
    pub(crate) troubles: Vec<String>,
    /// Why what was read is not in the index; `None` where it is.
    pub(crate) unkept: Option<String>,
}

/// What became of a file.
pub(crate) struct FileDone {
    pub(crate) path: VfsPath,
    pub(crate) outcome: FileOutcome,
    /// False where its text alone could be read; `None` where that was not looked at.
    pub(crate) is_parsed: Option<bool>,
}

/// What is known of a file now.
pub(crate) enum FileOutcome {
    /// Its facts; `None` where nobody wants them.
    Indexed(Known, Option<Arc<FileFacts>>),
    /// It is left out. The state, where its bytes were seen.
    Skipped(Option<DiskState>, SkipReason),
    /// It is not there any more.
    Gone,
}

/// Reads all files of `batch` and writes what is new about them to the index.
pub(crate) fn read_batch(ctx: &ScanContext, batch: &Batch) -> BatchDone {
    let mut res = BatchDone::default();
    let mut writes = Vec::new();
    let mut stale = Vec::new();
    for candidate in &batch.files {
        if ctx.cancel.is_cancelled() {
            return res;
        }
        let reader = FileReader { ctx, batch, candidate };
        let read = reader.read();
        res.n_read += usize::from(read.write.is_some());
        if read.is_stale {
            stale.extend(candidate.path.relative_to(&batch.root));
        }
        writes.extend(read.write);
        let path = candidate.path.clone();
        res.files.push(FileDone { path, outcome: read.outcome, is_parsed: read.is_parsed });
    }
    if !ctx.may_write {
        return res;
    }
    let root = batch.root.as_str();
    let removed = if stale.is_empty() { Ok(()) } else { ctx.store.remove(root, &stale) };
    let written = if writes.is_empty() { Ok(()) } else { ctx.store.put(root, &writes) };
    for error in [removed.err(), written.err()].into_iter().flatten() {
        let unkept = format!("{error}: what was read is not kept in the index");
        res.troubles.push(unkept.clone());
        res.unkept = Some(unkept);
    }
    res
}

fn counts_of(facts: &FileFacts) -> FileCounts {
    FileCounts { symbols: facts.n_symbols() as u32, lines: facts.lines.n_lines() }
}

struct FileReader<'a> {
    ctx: &'a ScanContext,
    batch: &'a Batch,
    candidate: &'a Candidate,
}

struct FileRead {
    outcome: FileOutcome,
    write: Option<FileWrite>,
    /// True where what the index holds of the file must go.
    is_stale: bool,
    /// As in [`FileDone`].
    is_parsed: Option<bool>,
}

impl FileRead {
    fn of(outcome: FileOutcome) -> FileRead {
        let is_parsed = match &outcome {
            FileOutcome::Indexed(_, Some(facts)) => Some(!facts.gave_up),
            _ => None,
        };
        FileRead { outcome, write: None, is_stale: false, is_parsed }
    }
}

impl FileReader<'_> {
    fn read(&self) -> FileRead {
        let Candidate { path, stat, known, .. } = self.candidate;
        if let Some(known) = known.clone().filter(|_| is_unchanged(self.candidate)) {
            if !self.batch.wants_facts {
                return FileRead::of(FileOutcome::Indexed(known, None));
            }
            if let Some(facts) = self.stored_facts(&known) {
                return FileRead::of(FileOutcome::Indexed(known, Some(Arc::new(facts))));
            }
        }
        let bytes = match self.ctx.loader.read(path) {
            Ok(bytes) => bytes,
            Err(ReadError::NotFound { .. }) => {
                return FileRead { is_stale: true, ..FileRead::of(FileOutcome::Gone) };
            }
            Err(error) => {
                let outcome = FileOutcome::Skipped(None, error.skip_reason());
                return FileRead { is_stale: known.is_some(), ..FileRead::of(outcome) };
            }
        };
        let hash = ContentHash::of(&bytes);
        let disk = DiskState { hash, len: bytes.len() as u64, mtime_ns: stat.mtime_ns };
        match self.unfit(&bytes) {
            Some(reason) => self.left_out(disk, reason),
            None => self.indexed(disk, bytes),
        }
    }

    /// The row alone is kept, so that the file is not read again until it changes.
    fn left_out(&self, disk: DiskState, reason: SkipReason) -> FileRead {
        let counts = FileCounts::default();
        let row = self.row(&Known { disk, language: None, is_test: false, counts });
        let skipped = Some(reason.to_string());
        FileRead {
            outcome: FileOutcome::Skipped(Some(disk), reason),
            write: Some(FileWrite { row, facts: None, documents: None, skipped }),
            is_stale: self.candidate.known.is_some(),
            is_parsed: None,
        }
    }

    fn indexed(&self, disk: DiskState, bytes: Vec<u8>) -> FileRead {
        let path = &self.candidate.path;
        let text = match decode(path, bytes) {
            Ok(text) => text,
            Err(error) => return self.left_out(disk, error.skip_reason()),
        };
        let mut known = self.known(disk, &text);
        let stored = self.stored_facts(&known);
        let is_touched = self.candidate.known.as_ref().is_some_and(|it| it.disk.hash == disk.hash);
        let is_kept = stored.is_some();
        let facts = stored.map_or_else(|| self.facts(&text), Arc::new);
        known.counts = counts_of(&facts);
        // What a file that was only touched had is still right.
        let is_written = !(is_touched && is_kept);
        let write = FileWrite {
            row: self.row(&known),
            facts: (!is_kept).then(|| facts.to_bytes()),
            documents: is_written.then(|| documents(self.relative(), &text, &facts)),
            skipped: facts.gave_up.then(|| SkipReason::NotParsed.to_string()),
        };
        let is_parsed = Some(!facts.gave_up);
        let wanted = self.batch.wants_facts.then_some(facts);
        FileRead {
            outcome: FileOutcome::Indexed(known, wanted),
            write: Some(write),
            is_stale: false,
            is_parsed,
        }
    }

    /// What decides how a text is read: its language, and whether it holds tests. Nothing is
    /// counted yet.
    fn known(&self, disk: DiskState, text: &str) -> Known {
        let language = self.language(text);
        Known {
            disk,
            language: language.map(|it| Arc::from(it.id)),
            is_test: language.is_some_and(|it| it.is_test_path(self.relative())),
            counts: FileCounts::default(),
        }
    }

    fn language(&self, text: &str) -> Option<&'static Language> {
        grammars::language_for_path(self.relative(), text.lines().next().unwrap_or_default())
    }

    /// The facts of `text`: those of the open document where it holds just that.
    fn facts(&self, text: &str) -> Arc<FileFacts> {
        let open = self.batch.open.get(&self.candidate.path);
        if let Some(open) = open.filter(|it| text::rope_is(it.rope(), text)) {
            return Arc::clone(open.facts());
        }
        let relative = self.relative();
        Arc::new(match self.language(text) {
            Some(language) => syntax::facts(relative, text, language),
            None => syntax::facts_of_text(relative, text),
        })
    }

    /// The facts that the index keeps of such bytes, from whatever path they were taken.
    fn stored_facts(&self, known: &Known) -> Option<FileFacts> {
        let bytes = self.ctx.store.facts(&self.row(known)).ok().flatten()?;
        let facts = FileFacts::from_bytes(&bytes)?;
        // Only a manifest's facts hold its text, and whether a file is one depends on its name.
        let fits = facts.manifest.is_some() == grammars::is_manifest(self.relative());
        fits.then_some(facts)
    }

    fn unfit(&self, bytes: &[u8]) -> Option<SkipReason> {
        let path = &self.candidate.path;
        if self.ctx.limits.file_bytes_max < bytes.len() as u64 {
            return Some(SkipReason::TooLarge);
        }
        // Settings and manifests are never too odd to be known.
        if path.relative_to(&self.batch.root).is_some_and(|it| it.starts_with(".aios/")) {
            return None;
        }
        syntax::classify(self.relative(), bytes).map(|it| match it {
            Unfit::Binary => SkipReason::Binary,
            Unfit::Minified => SkipReason::Minified,
            Unfit::Generated => SkipReason::Generated,
            Unfit::Vendored => SkipReason::Vendored,
        })
    }

    fn row(&self, known: &Known) -> FileRow {
        FileRow {
            path: self.relative().to_owned(),
            len: known.disk.len,
            mtime_ns: known.disk.mtime_ns,
            hash: *known.disk.hash.as_bytes(),
            language: known.language.as_deref().map(str::to_owned),
            is_test: known.is_test,
            counts: known.counts,
        }
    }

    fn relative(&self) -> &str {
        self.candidate.path.relative_to(&self.batch.root).unwrap_or_default()
    }
}

//! Keeping the index up to date: comparing, reading in batches, telling how far it is.

pub(crate) mod batch;
pub(crate) mod embedding;
pub(crate) mod history;
pub(crate) mod scan;
pub(crate) mod settle;
pub(crate) mod summary;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use ide::{Change, FileDelta, FileState};
use rustc_hash::{FxHashMap, FxHashSet};
use vfs::{FileEvent, SkipReason, VfsPath, WalkLimits};

use crate::{
    Health, Lane, LoadGraph, Notice, NoticeLevel, ProgressState, RunId, SkippedFile,
    indexing::{
        batch::{
            BATCH_BYTES_MAX, BATCH_FILES_MAX, Batch, BatchDone, FileDone, FileOutcome, read_batch,
        },
        scan::{Candidate, Known, Scan, ScanContext, look_again, scan},
        summary::{Counting, Summing, sum_up},
    },
    op_queue::OpQueue,
    outside::IndexAccess,
    state::GlobalState,
    task::{Cancel, Task, TaskDone},
};

/// Batches under way at once: more would only wait, and hold back what comes later and is urgent.
const BATCHES_MAX: usize = 4;
/// Files folded in between two events.
const FOLDED_AT_ONCE: usize = 2;
/// Skipped files that a status or summary lists.
pub(crate) const SKIPPED_LISTED_MAX: usize = 100;
/// Single files that are looked at one by one; more changes at once are a scan.
const CHANGES_MAX: usize = 2_000;
/// Files whose names change what a walk finds.
const IGNORE_FILES: [&str; 3] = [".gitignore", ".ignore", disk::IGNORE_FILE];
/// Where one file in so many has changed, all is counted anew.
const COUNT_SHARE: usize = 10;
/// Troubles remembered for the status.
const TROUBLES_MAX: usize = 8;

/// What is under way to bring the index up to date.
#[derive(Default)]
pub(crate) struct Indexing {
    scans: OpQueue<BTreeSet<VfsPath>>,
    /// True until folders that were just opened have been compared.
    is_opening: bool,
    looks: OpQueue<BTreeSet<VfsPath>>,
    /// To be read, in this order.
    queue: VecDeque<Candidate>,
    /// Read right now. A file is in one batch at a time: two could end in the wrong order.
    under_way: FxHashSet<VfsPath>,
    n_batches: usize,
    /// Read, and not yet folded in.
    folding: VecDeque<FileDone>,
    is_summing: bool,
    cancel: Cancel,
    indexed: FxHashMap<VfsPath, Known>,
    skipped: BTreeMap<VfsPath, SkipReason>,
    /// True where `skipped` differs from what the store has.
    skipped_is_new: bool,
    troubles: Vec<String>,
    facts_bytes: usize,
    round: Option<Round>,
    /// Runs that wait for the end of the round.
    waiting: Vec<RunId>,
    /// Files read, and files gone, in rounds that no run was told of: the next one is.
    untold: (usize, usize),
}

/// From the first candidate to an index that is up to date.
pub(crate) struct Round {
    run: RunId,
    began_ms: u64,
    n_all: usize,
    n_done: usize,
    pub(crate) n_read: usize,
    pub(crate) n_gone: usize,
    percent: Option<u32>,
    /// Unchanged files that are loaded only if something has changed.
    put_off: Vec<Candidate>,
    /// True where whole folders were compared: only then everything is counted anew.
    is_whole: bool,
    /// True where the graph has all files.
    is_loaded: bool,
    /// The first reason why something is not kept.
    unkept: Option<String>,
}

/// What comes back of a task.
pub(crate) enum IndexDone {
    /// Folders were compared.
    Scanned(Vec<Scan>),
    /// Single files were compared.
    Looked(Box<Scan>),
    /// Files were read.
    Batch {
        /// Which.
        paths: Vec<VfsPath>,
        /// What became of them.
        done: BatchDone,
    },
    /// All is counted.
    Summed(Box<Summing>),
}

impl GlobalState {
    /// Compares `roots` with the index.
    pub(crate) fn scan(&mut self, roots: Vec<VfsPath>) {
        if roots.is_empty() {
            return;
        }
        self.index.scans.request(roots.into_iter().collect(), |waiting, new| waiting.extend(new));
        self.pump();
    }

    /// Looks at single files again, whatever is known of them.
    pub(crate) fn read_again(&mut self, paths: &[VfsPath]) {
        let mut inside: BTreeSet<VfsPath> =
            paths.iter().filter(|it| self.files.root_of(it).is_some()).cloned().collect();
        if inside.is_empty() {
            return;
        }
        let rules = |it: &VfsPath| it.file_name().is_some_and(|it| IGNORE_FILES.contains(&it));
        if inside.iter().any(rules) || CHANGES_MAX < inside.len() {
            let roots = self.files.roots.iter();
            let roots = roots.filter(|root| inside.iter().any(|it| it.starts_with(root)));
            let roots = roots.cloned().collect();
            inside.retain(rules);
            self.scan(roots);
        }
        self.index.looks.request(inside, |waiting, new| waiting.extend(new));
        self.pump();
    }

    /// Somebody saw files change on disk.
    pub(crate) fn files_changed(&mut self, changes: Vec<(VfsPath, FileEvent)>) {
        let paths: Vec<VfsPath> = changes.into_iter().map(|it| it.0).collect();
        self.read_again(&paths);
        self.documents_changed();
    }

    /// A run wants to know when the index is up to date.
    pub(crate) fn index_run(&mut self, run: RunId) {
        self.index.waiting.push(run);
        // Who opens folders and asks for their index wants that one comparison. Any other that is
        // under way may have looked already where something was written since.
        if !self.index.is_opening {
            self.scan(self.files.roots.to_vec());
        }
        self.pump();
    }

    /// Compares folders that were just opened.
    pub(crate) fn scan_opened(&mut self, roots: Vec<VfsPath>) {
        self.index.is_opening |= !roots.is_empty();
        self.scan(roots);
    }

    /// Ends the round that `run` waits for, where nobody else does; true where the run was waiting.
    pub(crate) fn cancel_index_run(&mut self, run: RunId) -> bool {
        let n_before = self.index.waiting.len();
        self.index.waiting.retain(|it| *it != run);
        let is_round = self.index.round.as_ref().is_some_and(|it| it.run == run);
        if is_round {
            // What was not read is read at the next change or start: its rows are still old.
            self.index.cancel.cancel();
            self.index.cancel = Cancel::default();
            self.index.queue.clear();
            self.pump();
        }
        is_round || self.index.waiting.len() < n_before || self.cancel_embedding_run(run)
    }

    /// Forgets files that are in no folder of the workspace any more.
    pub(crate) fn forget_outside(&mut self) {
        let gone: Vec<VfsPath> = self
            .index
            .indexed
            .keys()
            .filter(|it| self.files.root_of(it).is_none())
            .cloned()
            .collect();
        self.index.queue.retain(|it| self.files.root_of(&it.path).is_some());
        self.index.skipped.retain(|path, _| self.files.root_of(path).is_some());
        self.forget(&gone);
    }

    /// Takes in what a task brought.
    pub(crate) fn index_done(&mut self, done: IndexDone) {
        match done {
            IndexDone::Scanned(scans) => {
                self.index.scans.end();
                self.index.is_opening = false;
                for scan in scans {
                    self.compared(scan, true);
                }
            }
            IndexDone::Looked(scan) => {
                self.index.looks.end();
                self.compared(*scan, false);
            }
            IndexDone::Batch { paths, done } => self.batch_done(&paths, done),
            IndexDone::Summed(summing) => self.summed(*summing),
        }
        self.pump();
    }

    fn compared(&mut self, scan: Scan, is_whole: bool) {
        let unlisted = self.unlisted(&scan);
        self.read_again(&unlisted);
        for trouble in scan.troubles {
            self.trouble(trouble);
        }
        if let Some(own) = scan.own {
            self.own_files(own);
        }
        self.forget(&scan.gone);
        scan.missing.iter().for_each(|it| self.index.unskip(it));
        for (path, reason) in scan.skipped {
            self.index.skip(path, reason);
        }
        let round = self.round();
        round.is_whole |= is_whole;
        round.n_gone += scan.gone.len();
        let n_all = scan.unchanged.len() + scan.changed.len();
        // What is known comes first: it costs least and answers most.
        match (self.configuration.graph, is_whole) {
            (LoadGraph::Always, _) | (_, false) => self.queue(scan.unchanged),
            (LoadGraph::IfChanged | LoadGraph::Never, true) => {
                self.note_unloaded(&scan.unchanged);
                self.round().put_off.extend(scan.unchanged);
            }
        }
        let n_changed = scan.changed.len() + scan.gone.len();
        let wants_graph = !scan.has_counts || n_all < n_changed * COUNT_SHARE;
        self.queue(scan.changed);
        if is_whole && wants_graph && self.configuration.graph == LoadGraph::IfChanged {
            self.round().is_loaded = true;
        }
        if self.round().is_loaded {
            let put_off = std::mem::take(&mut self.round().put_off);
            self.queue(put_off);
        }
    }

    /// Files that are known and were not met in their folder: they went while they were being read,
    /// so that no row tells of them.
    fn unlisted(&self, scan: &Scan) -> Vec<VfsPath> {
        let Some(root) = &scan.root else { return Vec::new() };
        // The first comparison, which is the largest, finds nothing known.
        if self.index.indexed.is_empty() {
            return Vec::new();
        }
        let compared = scan.unchanged.iter().chain(&scan.changed).map(|it| &it.path);
        let left_out = scan.skipped.iter().map(|it| &it.0);
        let met: FxHashSet<&VfsPath> = compared.chain(left_out).chain(&scan.gone).collect();
        let is_here = |path: &&VfsPath| self.files.root_of(path) == Some(root);
        let known = self.index.indexed.keys().filter(is_here);
        known.filter(|it| !met.contains(it)).cloned().collect()
    }

    /// Files that are in the index and not in the graph.
    fn note_unloaded(&mut self, unchanged: &[Candidate]) {
        for candidate in unchanged {
            let file = self.files.vfs.intern(&candidate.path);
            let Some(known) = &candidate.known else { continue };
            self.files.vfs.set_disk(file, Some(known.disk));
            self.index.indexed.insert(candidate.path.clone(), known.clone());
        }
    }

    fn queue(&mut self, candidates: Vec<Candidate>) {
        self.round().n_all += candidates.len();
        self.index.queue.extend(candidates);
    }

    fn forget(&mut self, gone: &[VfsPath]) {
        let mut change = Change::default();
        for path in gone {
            self.index.indexed.remove(path);
            self.index.unskip(path);
            let file = self.files.vfs.intern(path);
            self.files.vfs.set_disk(file, None);
            // What is open is there for as long as it is open.
            if self.files.document(file).is_none() {
                let state = FileState::Gone;
                change.files.push(FileDelta { file, path: path.clone(), state });
            }
        }
        self.apply(change);
    }

    /// Tells everybody, once, what does not work as it should.
    pub(crate) fn trouble(&mut self, text: String) {
        if self.index.trouble(text.clone()) {
            self.clients.message(NoticeLevel::Warning, text);
        }
    }

    fn batch_done(&mut self, paths: &[VfsPath], done: BatchDone) {
        self.index.n_batches -= 1;
        for trouble in done.troubles {
            self.trouble(trouble);
        }
        let round = self.round();
        round.n_done += paths.len();
        round.n_read += done.n_read;
        round.unkept = round.unkept.take().or(done.unkept);
        self.want_vectors_of(paths);
        let folded: FxHashSet<&VfsPath> = done.files.iter().map(|it| &it.path).collect();
        // After a panic there is nothing to fold in.
        for path in paths.iter().filter(|it| !folded.contains(it)) {
            self.index.under_way.remove(path);
        }
        self.index.folding.extend(done.files);
        self.tell_progress();
    }

    /// Takes in a few of the files that were read; false where none waits. A batch at once would
    /// keep the user waiting.
    pub(crate) fn fold(&mut self) -> bool {
        let n = self.index.folding.len().min(FOLDED_AT_ONCE);
        if n == 0 {
            return false;
        }
        let mut change = Change::default();
        let files: Vec<FileDone> = self.index.folding.drain(..n).collect();
        for file in files {
            change.files.extend(self.fold_file(file));
        }
        self.apply(change);
        if self.index.folding.is_empty() {
            self.pump();
        }
        true
    }

    /// Takes one file in; gives what the host is to be told.
    fn fold_file(&mut self, done: FileDone) -> Option<FileDelta> {
        let FileDone { path, outcome, is_parsed } = done;
        self.index.under_way.remove(&path);
        // A folder may have left the workspace meanwhile.
        self.files.root_of(&path)?;
        let file = self.files.vfs.intern(&path);
        let (disk, state) = match outcome {
            FileOutcome::Indexed(known, facts) => {
                let disk = known.disk;
                let old = self.index.indexed.insert(path.clone(), known);
                if old.is_some_and(|it| it.disk.hash != disk.hash) {
                    self.note_read_again(&path);
                }
                match is_parsed {
                    Some(true) => self.index.unskip(&path),
                    Some(false) => self.index.skip(path.clone(), SkipReason::NotParsed),
                    None => {}
                }
                (Some(disk), facts.map(FileState::Settled))
            }
            FileOutcome::Skipped(disk, reason) => {
                self.index.indexed.remove(&path);
                self.index.skip(path.clone(), reason);
                (disk, Some(FileState::Gone))
            }
            FileOutcome::Gone => {
                self.index.indexed.remove(&path);
                self.index.unskip(&path);
                (None, Some(FileState::Gone))
            }
        };
        self.files.vfs.set_disk(file, disk);
        // An open document speaks for itself.
        let is_open = self.files.document(file).is_some();
        state.filter(|_| !is_open).map(|state| FileDelta { file, path, state })
    }

    /// Begins what can be begun.
    pub(crate) fn pump(&mut self) {
        if let Some(roots) = self.index.scans.begin() {
            self.round();
            self.begin_scan(roots);
        }
        if let Some(paths) = self.index.looks.begin() {
            self.begin_look(paths);
        }
        // What was read waits in memory until it is folded in: no more than a few batches of it.
        let is_full = |it: &Indexing| BATCHES_MAX * BATCH_FILES_MAX <= it.folding.len();
        while self.index.n_batches < BATCHES_MAX && !is_full(&self.index) && self.begin_batch() {}
        if self.index.is_reading() {
            return;
        }
        if !self.index.is_summing && self.index.round.is_some() {
            self.begin_summing();
        }
        // Who waits for the files does not wait for what is counted in them.
        self.begin_read();
    }

    fn begin_scan(&mut self, roots: BTreeSet<VfsPath>) {
        let ctx = self.scan_context();
        self.outside.give(Task {
            lane: Lane::Work,
            name: "scan",
            on_panic: TaskDone::Index(IndexDone::Scanned(Vec::new())),
            work: Box::new(move || {
                let scans = roots.iter().map(|root| scan(&ctx, root)).collect();
                TaskDone::Index(IndexDone::Scanned(scans))
            }),
        });
    }

    fn begin_look(&mut self, paths: BTreeSet<VfsPath>) {
        let ctx = self.scan_context();
        let known: Vec<_> = paths
            .into_iter()
            .map(|path| {
                let known = self.index.indexed.get(&path).cloned();
                (path, known)
            })
            .collect();
        // Only a path that is no known file can be a folder whose files went with it.
        let mut below: FxHashMap<VfsPath, Vec<VfsPath>> = FxHashMap::default();
        for (path, _) in known.iter().filter(|it| it.1.is_none()) {
            let inside = self.index.indexed.keys().filter(|it| it.starts_with(path));
            below.insert(path.clone(), inside.cloned().collect());
        }
        self.outside.give(Task {
            lane: Lane::Work,
            name: "look",
            on_panic: TaskDone::Index(IndexDone::Looked(Box::default())),
            work: Box::new(move || {
                TaskDone::Index(IndexDone::Looked(Box::new(look_again(&ctx, &known, &below))))
            }),
        });
    }

    /// Begins one batch of the queue; false where there is nothing to begin.
    fn begin_batch(&mut self) -> bool {
        let mut files: Vec<Candidate> = Vec::new();
        let mut bytes = 0;
        let mut waiting = Vec::new();
        while let Some(candidate) = self.index.queue.pop_front() {
            let fits = files.first().is_none_or(|it| it.root == candidate.root)
                && (files.is_empty() || bytes + candidate.stat.len <= BATCH_BYTES_MAX);
            if self.index.under_way.contains(&candidate.path) {
                waiting.push(candidate);
                continue;
            }
            if !fits || files.len() == BATCH_FILES_MAX {
                self.index.queue.push_front(candidate);
                break;
            }
            bytes += candidate.stat.len;
            self.index.under_way.insert(candidate.path.clone());
            files.push(candidate);
        }
        self.index.queue.extend(waiting);
        let Some(first) = files.first() else { return false };
        let open = files.iter().filter_map(|it| {
            let file = self.files.vfs.file_id(&it.path)?;
            Some((it.path.clone(), self.files.document(file)?.clone()))
        });
        let batch = Batch {
            root: first.root.clone(),
            open: open.collect(),
            files,
            wants_facts: self.round().is_loaded,
        };
        let ctx = self.scan_context();
        let paths: Vec<VfsPath> = batch.files.iter().map(|it| it.path.clone()).collect();
        let lost = BatchDone {
            troubles: vec!["a batch of files could not be read; the log knows why".to_owned()],
            ..BatchDone::default()
        };
        self.index.n_batches += 1;
        self.outside.give(Task {
            lane: Lane::Work,
            name: "batch",
            on_panic: TaskDone::Index(IndexDone::Batch { paths: paths.clone(), done: lost }),
            work: Box::new(move || {
                let done = read_batch(&ctx, &batch);
                TaskDone::Index(IndexDone::Batch { paths, done })
            }),
        });
        true
    }

    fn begin_summing(&mut self) {
        let Some(round) = &self.index.round else { return };
        let skipped_is_new = std::mem::take(&mut self.index.skipped_is_new);
        let skipped = skipped_is_new.then(|| self.index.skipped.clone());
        let counting = match (self.index.waiting.is_empty(), round.is_whole) {
            // To resolve every name is work for those who asked for just that.
            (false, _) if self.configuration.graph == LoadGraph::IfChanged => Counting::All,
            (false, _) | (true, true) => Counting::Little,
            (true, false) => Counting::Nothing,
        };
        let is_loaded = round.is_loaded && counting != Counting::Nothing;
        let summing = Summing::new(round, &self.index.indexed, self.index.skipped.len());
        let text_of = self.files.text_of(&self.outside.loader);
        let analysis = is_loaded.then(|| self.host.analysis(text_of).uncancelled());
        let ctx = self.scan_context();
        self.index.is_summing = true;
        self.outside.give(Task {
            lane: Lane::Work,
            name: "summing",
            on_panic: TaskDone::Index(IndexDone::Summed(Box::default())),
            work: Box::new(move || {
                let summing = sum_up(&ctx, summing, skipped, analysis, counting);
                TaskDone::Index(IndexDone::Summed(Box::new(summing)))
            }),
        });
    }

    fn summed(&mut self, summing: Summing) {
        self.index.is_summing = false;
        if 0 < summing.facts_bytes {
            self.index.facts_bytes = summing.facts_bytes;
        }
        let unkept = summing.troubles.first().cloned();
        for trouble in summing.troubles {
            self.trouble(trouble);
        }
        self.tell_host_the_workspace();
        // Something came in between: the round goes on.
        if self.index.is_reading() {
            return;
        }
        let Some(round) = self.index.round.take() else { return };
        self.fire("indexed", None);
        let mut summary = summing.summary;
        let took_ms = self.outside.clock.now_ms() - round.began_ms;
        summary.took = std::time::Duration::from_millis(took_ms);
        let is_new = 0 < summary.read + summary.gone;
        let never_kept = self.outside.unkept.clone().filter(|_| is_new);
        summary.unkept = never_kept.or(round.unkept).or(unkept);
        summary.skipped = self.index.skipped_head();
        tracing::info!(files = summary.files, read = summary.read, took_ms, "indexed");
        if is_new {
            self.note_memory();
        }
        let message = format!("{} files", summary.files);
        let notice = Notice::Progress { run: round.run, state: ProgressState::End { message } };
        if round.percent.is_some() {
            self.clients.tell_all(&notice);
        }
        let (n_read, n_gone) = &mut self.index.untold;
        *n_read += round.n_read;
        *n_gone += round.n_gone;
        if !self.index.waiting.is_empty() {
            (summary.read, summary.gone) = std::mem::take(&mut self.index.untold);
        }
        let waiting = std::mem::take(&mut self.index.waiting);
        self.end_with_vectors(waiting, &summary);
        self.give_back.note_indexed(round.n_read, self.outside.clock.now_ms());
        // A watcher tells of much that concerns nobody. Files that had not changed since the last
        // session are news to the graph of this one.
        if 0 < round.n_read + round.n_gone || round.is_whole {
            self.clients.tell_all(&Notice::Refresh);
            self.tell_status();
        }
    }

    /// Ends what is under way: the engine stops.
    pub(crate) fn stop_indexing(&mut self) {
        self.index.cancel.cancel();
        self.index.queue.clear();
    }

    /// The round under way, a new one where there is none.
    fn round(&mut self) -> &mut Round {
        if self.index.round.is_none() {
            let run = self.index.waiting.first().copied();
            let run = run.unwrap_or_else(|| self.runs.own_id());
            let is_loaded = self.configuration.graph == LoadGraph::Always;
            self.index.round = Some(Round {
                run,
                began_ms: self.outside.clock.now_ms(),
                n_all: 0,
                n_done: 0,
                n_read: 0,
                n_gone: 0,
                percent: None,
                put_off: Vec::new(),
                is_whole: false,
                is_loaded,
                unkept: None,
            });
        }
        self.index.round.as_mut().expect("one was just made")
    }

    /// Tells how far the round is, where that is news.
    fn tell_progress(&mut self) {
        let Some(round) = &mut self.index.round else { return };
        // Saving a file is not worth a progress bar.
        if round.n_all <= BATCH_FILES_MAX {
            return;
        }
        let percent = (round.n_done * 100 / round.n_all.max(1)).min(100) as u32;
        // More files may be found while others are read; the bar does not go back for that.
        let percent = percent.max(round.percent.unwrap_or(0));
        let run = round.run;
        let message = format!("{}/{} files", round.n_done, round.n_all);
        let is_first = round.percent.is_none();
        if round.percent == Some(percent) {
            return;
        }
        round.percent = Some(percent);
        if is_first {
            let title = "Indexing".to_owned();
            let state = ProgressState::Begin { title, cancellable: true };
            self.clients.tell_all(&Notice::Progress { run, state });
            self.tell_status();
        }
        let state = ProgressState::Report { message, percent: Some(percent) };
        self.clients.tell_all(&Notice::Progress { run, state });
    }

    fn scan_context(&self) -> ScanContext {
        let settings = &self.configuration.settings;
        ScanContext {
            loader: Arc::clone(&self.outside.loader),
            store: Arc::clone(&self.outside.store),
            trust: Arc::clone(&self.outside.trust),
            roots: Arc::clone(&self.files.roots),
            limits: WalkLimits {
                files_max: settings.files_max,
                file_bytes_max: settings.file_bytes_max,
            },
            may_write: self.outside.access == IndexAccess::Write,
            cancel: self.index.cancel.clone(),
        }
    }
}

impl Indexing {
    /// True where something is under way.
    pub(crate) fn is_busy(&self) -> bool {
        self.round.is_some()
    }

    /// True while files are looked for or read that the graph may not have yet.
    pub(crate) fn is_reading(&self) -> bool {
        !self.scans.is_idle()
            || !self.looks.is_idle()
            || !self.queue.is_empty()
            || !self.folding.is_empty()
            || 0 < self.n_batches
    }

    /// Files whose facts or rows are there.
    pub(crate) fn n_indexed(&self) -> usize {
        self.indexed.len()
    }

    /// What is known of an indexed file.
    pub(crate) fn known(&self, path: &VfsPath) -> Option<&Known> {
        self.indexed.get(path)
    }

    /// Files that wait to be read.
    pub(crate) fn n_waiting(&self) -> usize {
        self.queue.len() + self.under_way.len()
    }

    /// The files that are left out.
    pub(crate) fn skipped(&self) -> &BTreeMap<VfsPath, SkipReason> {
        &self.skipped
    }

    /// The first of them.
    pub(crate) fn skipped_head(&self) -> Vec<SkippedFile> {
        let listed = self.skipped.iter().take(SKIPPED_LISTED_MAX);
        listed
            .map(|(path, reason)| SkippedFile { path: path.clone(), reason: reason.clone() })
            .collect()
    }

    /// Something does not work as it should; true where that is news.
    pub(crate) fn trouble(&mut self, text: String) -> bool {
        if self.troubles.contains(&text) {
            return false;
        }
        tracing::warn!("{text}");
        let is_told = self.troubles.len() < TROUBLES_MAX;
        if is_told {
            self.troubles.push(text);
        }
        is_told
    }

    /// How well it goes.
    pub(crate) fn health(&self) -> Health {
        if self.troubles.is_empty() { Health::Ok } else { Health::Warning }
    }

    /// Why it does not go better.
    pub(crate) fn health_message(&self) -> String {
        self.troubles.join("; ")
    }

    /// Bytes of all facts, as they were last counted.
    pub(crate) fn facts_bytes(&self) -> usize {
        self.facts_bytes
    }

    fn skip(&mut self, path: VfsPath, reason: SkipReason) {
        if self.skipped.get(&path) != Some(&reason) {
            self.skipped.insert(path, reason);
            self.skipped_is_new = true;
        }
    }

    fn unskip(&mut self, path: &VfsPath) {
        self.skipped_is_new |= self.skipped.remove(path).is_some();
    }
}

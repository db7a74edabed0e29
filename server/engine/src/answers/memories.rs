//! Memories of a workspace: what is remembered, recalled and forgotten, and what every piece of
//! code was when it was spoken of.

use ide::SymbolRef;
use memory::{
    ANCHORS_MAX, AnchorNow, MEMORIES_MAX, MEMORY_BYTES_MAX, MemoryKind, RecallQuery, Recalled,
    content_hash,
};
use proposal::{MemoryId, Transaction};
use store::history::{AnchorRow, MemoryRow, RecentRow};
use vfs::VfsPath;

use crate::{
    Lane, Place, ReadError, RunId, RunOutcome, Snapshot,
    files::root_of,
    state::GlobalState,
    task::{Task, TaskDone},
};

/// Of each kind of what happened lately, so much is kept.
pub const RECENT_MAX: usize = 200;
/// A longer question is cut.
const QUESTION_BYTES_MAX: usize = 1024;
/// Applied changes that are looked at for episodes.
const EPISODES_MAX: usize = 1_000;

/// Something to be remembered.
#[derive(Clone, Debug, Default)]
pub struct Remember {
    /// The text. It is data: nothing in it is ever carried out.
    pub text: String,
    /// What it is.
    pub kind: MemoryKind,
    /// The code it is about.
    pub about: Vec<About>,
    /// Since when it holds, in milliseconds since 1970; `None`: now.
    pub valid_from_ms: Option<u64>,
    /// Until when.
    pub valid_to_ms: Option<u64>,
    /// When it may be thrown away.
    pub expires_ms: Option<u64>,
    /// The memory in whose place it comes; that one ends.
    pub replaces: Option<String>,
}

/// Code that a memory is about.
#[derive(Clone, Debug)]
pub enum About {
    /// The symbol at a place.
    Symbol(Place),
    /// A whole file.
    File(VfsPath),
}

/// What is to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forget {
    /// The memory with this id.
    Memory(String),
    /// Those that expired.
    Expired,
    /// What happened lately.
    Recent,
    /// What was done with the server.
    Episodes,
}

/// What was done, by whom, and how it ended.
#[derive(Clone, Debug)]
pub struct Episode {
    /// The change.
    pub transaction: Transaction,
    /// True where every file is still as the change left it, as far as the journal noticed.
    pub is_in_force: bool,
}

impl Snapshot {
    /// The memories that fit, each with what the code is now.
    ///
    /// # Errors
    /// [`ReadError::Failed`] where the history cannot be read.
    pub fn recall(&self, query: &RecallQuery) -> Result<Vec<Recalled>, ReadError> {
        let Some(journal) = &self.journal else { return Err(no_history()) };
        let memories = match &query.path {
            Some(path) => journal.memories().memories_at(path)?,
            None => journal.memories().memories()?,
        };
        let query = RecallQuery { now_ms: query.now_ms.max(1), ..query.clone() };
        let recalled = memory::recall(memories, &query, &mut |it| self.anchor_now(it));
        self.check()?;
        Ok(recalled)
    }

    /// The memories about one symbol that hold now.
    ///
    /// # Errors
    /// As [`Snapshot::recall`].
    pub fn memories_of(&self, symbol: SymbolRef) -> Result<Vec<Recalled>, ReadError> {
        let Some((path, name)) = self.anchor_place(symbol) else { return Ok(Vec::new()) };
        self.recall(&RecallQuery {
            path: Some(path),
            symbol: Some(name),
            now_ms: self.wall_ms,
            memories_max: 20,
            ..RecallQuery::default()
        })
    }

    /// What happened lately, newest first: edits, questions, places.
    ///
    /// # Errors
    /// As [`Snapshot::recall`].
    pub fn recent(&self, kind: Option<&str>, n_max: usize) -> Result<Vec<RecentRow>, ReadError> {
        let Some(journal) = &self.journal else { return Err(no_history()) };
        Ok(journal.memories().recent(kind, n_max)?)
    }

    /// What was done lately, newest first: the changes of the journal.
    ///
    /// # Errors
    /// As [`Snapshot::recall`].
    pub fn episodes(&self, text: &str, n_max: usize) -> Result<Vec<Episode>, ReadError> {
        let Some(journal) = &self.journal else { return Err(no_history()) };
        let words = memory::distinct_words(text);
        let mut res = Vec::new();
        for transaction in journal.transactions(EPISODES_MAX)? {
            let own = memory::words_of(&transaction.title);
            let fits = words.is_empty() || own.split(' ').any(|it| words.iter().any(|w| w == it));
            if fits && res.len() < n_max {
                let in_force =
                    |it: &proposal::TransactionFile| it.standing == proposal::FileStanding::InForce;
                let is_in_force = transaction.files.iter().all(in_force);
                res.push(Episode { transaction, is_in_force });
            }
        }
        Ok(res)
    }

    /// Where the memories about something are: the path below its folder, and the name path of the
    /// symbol; none for a whole file.
    ///
    /// # Errors
    /// As [`Snapshot::symbol_of`].
    pub fn place_of(&self, about: &About) -> Result<(Option<String>, Option<String>), ReadError> {
        match about {
            About::Symbol(place) => {
                let place = self.anchor_place(self.symbol_of(place)?);
                Ok(place.map_or((None, None), |it| (Some(it.0), Some(it.1))))
            }
            About::File(path) => {
                let below = root_of(&self.roots, path).and_then(|it| path.relative_to(it));
                let no_file = || ReadError::NoFile(path.clone());
                Ok((Some(below.ok_or_else(no_file)?.to_owned()), None))
            }
        }
    }

    /// The time by which memories are recalled now, in milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        self.wall_ms
    }

    /// File below its folder, and name path.
    fn anchor_place(&self, symbol: SymbolRef) -> Option<(String, String)> {
        let path = self.vfs.path(symbol.file);
        let below = path.relative_to(root_of(&self.roots, path)?)?;
        let facts = self.analysis.facts(symbol.file)?;
        Some((below.to_owned(), facts.name_path(symbol.symbol)))
    }

    fn anchor(&self, about: &About) -> Result<AnchorRow, ReadError> {
        match about {
            About::Symbol(place) => {
                let symbol = self.symbol_of(place)?;
                let text = self.symbol_text(symbol);
                let anchor = self.anchor_place(symbol).zip(text);
                let missing = || ReadError::NoFile(self.vfs.path(symbol.file).clone());
                let ((path, symbol), text) = anchor.ok_or_else(missing)?;
                Ok(AnchorRow { path, symbol, hash: content_hash(&text) })
            }
            About::File(path) => {
                let missing = || ReadError::NoFile(path.clone());
                let root = root_of(&self.roots, path).ok_or_else(missing)?;
                let text = self.text(self.file(path)?).ok_or_else(missing)?;
                let path = path.relative_to(root).ok_or_else(missing)?.to_owned();
                Ok(AnchorRow { path, symbol: String::new(), hash: content_hash(&text) })
            }
        }
    }

    /// What became of what a memory is about.
    fn anchor_now(&self, anchor: &AnchorRow) -> AnchorNow {
        let files = self.roots.iter().filter_map(|it| self.file(&it.join(&anchor.path)).ok());
        let mut is_there = false;
        for file in files {
            if anchor.symbol.is_empty() {
                is_there = true;
                if self.text(file).is_some_and(|it| content_hash(&it) == anchor.hash) {
                    return AnchorNow::Same;
                }
                continue;
            }
            let Some(facts) = self.analysis.facts(file) else { continue };
            for (symbol, it) in facts.symbols() {
                if it.is_local || facts.name_path(symbol) != anchor.symbol {
                    continue;
                }
                is_there = true;
                let text = self.symbol_text(SymbolRef { file, symbol });
                if text.is_some_and(|it| content_hash(&it) == anchor.hash) {
                    return AnchorNow::Same;
                }
            }
        }
        match is_there {
            true => AnchorNow::Changed,
            false => self.moved_to(anchor).map_or(AnchorNow::Gone, AnchorNow::Moved),
        }
    }

    /// The other file that holds what is not in its own any more, where it is as it was.
    fn moved_to(&self, anchor: &AnchorRow) -> Option<String> {
        let graph = self.analysis.graph();
        let name = anchor.symbol.rsplit("::").next()?;
        let found = graph.definitions_named(name).into_iter().find(|it| {
            graph.name_path(*it).is_some_and(|path| path == anchor.symbol)
                && self.symbol_text(*it).is_some_and(|it| content_hash(&it) == anchor.hash)
        })?;
        Some(self.anchor_place(found)?.0)
    }

    /// The text of a definition.
    pub(crate) fn symbol_text(&self, symbol: SymbolRef) -> Option<String> {
        let facts = self.analysis.facts(symbol.file)?;
        let range = facts.symbols.get(symbol.symbol.index())?.range;
        Some(self.text(symbol.file)?.get(range.to_usize())?.to_owned())
    }
}

fn no_history() -> ReadError {
    ReadError::Failed("the history cannot be opened, so nothing is remembered".to_owned())
}

impl GlobalState {
    /// Keeps something in mind.
    pub(crate) fn remember_run(&mut self, run: RunId, remember: Remember) {
        let id = MemoryId::new(self.outside.clock.wall_ms(), self.outside.random.next());
        let author = self.runs.get(run).and_then(|it| self.clients.caller(it.client));
        let author = author.map(|it| it.identity.clone()).unwrap_or_default();
        self.memory_task(run, move |snapshot| remembered(snapshot, id, author, remember));
    }

    /// Forgets something.
    pub(crate) fn forget_run(&mut self, run: RunId, forget: Forget) {
        self.memory_task(run, move |snapshot| forgotten(snapshot, &forget));
    }

    /// Notes what happened, on a thread; what cannot be noted is lost without a word, for nothing
    /// hangs on it.
    pub(crate) fn note_recent(&self, kind: &str, path: Option<&VfsPath>, text: &str) {
        let Some(journal) = self.outside.journal.clone() else { return };
        if !self.configuration.settings.episodes {
            return;
        }
        let below = path.and_then(|it| it.relative_to(root_of(&self.files.roots, it)?));
        if path.is_some() && below.is_none() {
            return;
        }
        let row = RecentRow {
            kind: kind.to_owned(),
            at_ms: self.outside.clock.wall_ms(),
            path: below.unwrap_or_default().to_owned(),
            symbol: String::new(),
            text: text[..text.floor_char_boundary(QUESTION_BYTES_MAX.min(text.len()))].to_owned(),
        };
        self.outside.give(Task {
            lane: Lane::Work,
            name: "note",
            on_panic: TaskDone::Read,
            work: Box::new(move || {
                if let Err(why) = journal.memories().note(&row, RECENT_MAX) {
                    tracing::debug!(%why, "what happened was not noted");
                }
                TaskDone::Read
            }),
        });
    }

    /// Carries out what needs a snapshot and changes nothing of the loop's.
    pub(crate) fn memory_task(
        &mut self,
        run: RunId,
        work: impl FnOnce(&Snapshot) -> Result<RunOutcome, ReadError> + Send + 'static,
    ) {
        let Some(cancel) = self.runs.get(run).map(|it| it.cancel.flag()) else { return };
        let snapshot = self.snapshot(cancel);
        let snapshot = Snapshot { analysis: snapshot.analysis.uncancelled(), ..snapshot };
        let panicked = RunOutcome::Failed("internal error, see the log".to_owned());
        self.outside.give(Task {
            lane: Lane::Work,
            name: "memory",
            on_panic: TaskDone::Ended { run, outcome: panicked },
            work: Box::new(move || {
                let outcome = match work(&snapshot) {
                    Ok(outcome) => outcome,
                    Err(ReadError::Failed(why)) => RunOutcome::Failed(why),
                    Err(ReadError::Cancelled) => RunOutcome::Cancelled,
                    Err(error) => RunOutcome::Refused(error.to_string()),
                };
                TaskDone::Ended { run, outcome }
            }),
        });
    }
}

fn remembered(
    snapshot: &Snapshot,
    id: MemoryId,
    author: String,
    remember: Remember,
) -> Result<RunOutcome, ReadError> {
    let refused = |why: String| Err(ReadError::Refused(why));
    let Some(journal) = &snapshot.journal else { return Err(no_history()) };
    let text = remember.text.trim();
    if !memory::has_words(text) {
        return refused("there is nothing to remember".to_owned());
    }
    if MEMORY_BYTES_MAX < text.len() {
        return refused(format!(
            "a memory holds at most {MEMORY_BYTES_MAX} bytes, this one has {}",
            text.len()
        ));
    }
    if ANCHORS_MAX < remember.about.len() {
        return refused(format!("a memory is about at most {ANCHORS_MAX} places"));
    }
    let anchors = remember.about.iter().map(|it| snapshot.anchor(it));
    let anchors: Vec<AnchorRow> = anchors.collect::<Result<_, _>>()?;
    let now_ms = snapshot.wall_ms;
    let memories = journal.memories();
    memories.forget_expired(now_ms)?;
    if let Some(replaced) = &remember.replaces
        && !memories.memories()?.iter().any(|it| it.id == *replaced)
    {
        return refused(format!("there is no memory `{replaced}` to replace"));
    }
    let row = MemoryRow {
        id: id.to_string(),
        kind: remember.kind.as_str().to_owned(),
        text: text.to_owned(),
        author,
        recorded_ms: now_ms,
        valid_from_ms: remember.valid_from_ms.unwrap_or(now_ms),
        valid_to_ms: remember.valid_to_ms,
        expires_ms: remember.expires_ms,
        replaces: remember.replaces,
        anchors,
    };
    if row.valid_to_ms.is_some_and(|it| it <= row.valid_from_ms) {
        return refused("it would end before it begins".to_owned());
    }
    if row.expires_ms.is_some_and(|it| it <= now_ms) {
        return refused("it would be deleted at once: its expiry lies in the past".to_owned());
    }
    match memories.remember(&row, MEMORIES_MAX)? {
        true => Ok(RunOutcome::Remembered(Box::new(row))),
        false => refused(format!("{MEMORIES_MAX} memories are kept already: forget some")),
    }
}

fn forgotten(snapshot: &Snapshot, forget: &Forget) -> Result<RunOutcome, ReadError> {
    let Some(journal) = &snapshot.journal else { return Err(no_history()) };
    let memories = journal.memories();
    let n = match forget {
        Forget::Memory(id) => match memories.forget(id)? {
            true => 1,
            false => return Err(ReadError::Refused(format!("there is no memory `{id}`"))),
        },
        Forget::Expired => memories.forget_expired(snapshot.wall_ms)?,
        Forget::Recent => memories.forget_recent()?,
        Forget::Episodes => journal.episodes().forget_episodes()? + memories.forget_recent()?,
    };
    Ok(RunOutcome::Forgotten(n))
}

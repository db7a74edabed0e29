//! Everything outside the loop: files, index, history, time, threads.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use disk::Transactions;
use memory::WORDS_VERSION;
use models::Embedder;
use proposal::Journal;
use store::{
    Access, Fault, Mode, Store, Trust,
    history::{History, open_history},
};
use syntax::FACTS_VERSION;
use vfs::{ContentHash, Loader, VfsPath, Writer};

use crate::{
    Clock, EngineConfig, NoticeLevel, Random, Sandboxing, Stores,
    answers::past::Histories,
    event::Inbox,
    task::{Spawn, Task},
};

/// The folder below the state folder that holds diff documents.
const PROPOSALS: &str = "proposals";

/// The folder below the state folder that holds transcripts of agents' runs.
const RUNS: &str = "runs";

/// The folder below the state folder in which checks work: a copy, caches, scratch files.
const VERIFY: &str = "verify";

/// What the loop reaches outside itself.
pub(crate) struct Outside {
    pub(crate) loader: Arc<dyn Loader>,
    given_writer: Option<Arc<dyn Writer>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) spawn: Box<dyn Spawn>,
    pub(crate) inbox: Inbox,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) journal: Option<Journal>,
    pub(crate) histories: Histories,
    pub(crate) trust: Arc<Trust>,
    /// `None`: nothing is run.
    pub(crate) sandboxing: Option<Sandboxing>,
    pub(crate) proposals_folder: Option<VfsPath>,
    state_folder: Option<PathBuf>,
    pub(crate) embedder: Option<Arc<dyn Embedder>>,
    pub(crate) access: IndexAccess,
    /// Why the index ends with this process; `None` where it does not.
    pub(crate) unkept: Option<String>,
    pub(crate) watcher: Option<disk::Watcher>,
}

/// Whether the index may be written, and why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IndexAccess {
    /// It may.
    Write,
    /// Another server writes it.
    Read,
}

/// What opening brought.
struct OpenedStores {
    store: Arc<dyn Store>,
    journal: Option<Journal>,
    state_folder: Option<PathBuf>,
    access: IndexAccess,
    /// Why the index ends with this process; `None` where it does not.
    unkept: Option<String>,
    /// What the user has to know about it.
    messages: Vec<(NoticeLevel, String)>,
}

/// An index, and what it may be used for.
struct OpenedIndex {
    store: Arc<dyn Store>,
    access: IndexAccess,
    unkept: Option<String>,
}

/// Opens index and history. What cannot be opened is replaced by something that works less well,
/// and told.
fn open_stores(stores: Stores, now_ms: u64) -> OpenedStores {
    match stores {
        Stores::Open { index, history } => OpenedStores {
            store: index,
            journal: history.map(Journal::new),
            state_folder: None,
            access: IndexAccess::Write,
            unkept: None,
            messages: Vec::new(),
        },
        Stores::Folder(folder) => open_folder(&folder, now_ms),
    }
}

fn open_folder(folder: &Path, now_ms: u64) -> OpenedStores {
    let mut messages = Vec::new();
    let OpenedIndex { store, access, unkept } = open_index(folder, &mut messages);
    let journal = open_journal(folder, now_ms, &mut messages);
    let state_folder = Some(folder.to_owned());
    OpenedStores { store, journal, state_folder, access, unkept, messages }
}

/// What the index is made by: other versions of it made other facts and words.
fn extraction() -> String {
    let mut packs = String::new();
    for language in &grammars::LANGUAGES {
        packs.push_str(language.id);
        language.query_files.iter().for_each(|it| packs.push_str(it.text));
    }
    let packs = ContentHash::of(packs.as_bytes());
    format!("facts {FACTS_VERSION} words {WORDS_VERSION} packs {packs}")
}

fn open_index(folder: &Path, messages: &mut Vec<(NoticeLevel, String)>) -> OpenedIndex {
    let in_memory = |error| Some(format!("the index is kept in memory: {error}"));
    let opened = match store::open(folder, Access::ReadWrite, &extraction()) {
        Ok(opened) => opened,
        Err(error) => {
            let unkept = in_memory(error);
            messages.extend(unkept.clone().map(|it| (NoticeLevel::Warning, it)));
            let store = store::open_in_memory().expect("a store in memory needs only memory");
            return OpenedIndex { store: Arc::new(store), access: IndexAccess::Write, unkept };
        }
    };
    if let Some(recovery) = opened.recovered {
        let text = format!("the index was dropped and is built again: {}", recovery.why);
        messages.push((NoticeLevel::Warning, text));
    }
    let (access, unkept) = match opened.mode {
        Mode::Writer => (IndexAccess::Write, None),
        Mode::Reader(why) => {
            // Whoever else writes it keeps it up to date.
            let is_kept = why.as_ref().is_none_or(|it| matches!(it.fault, Fault::Busy));
            let why = why.map_or_else(|| "only to be read".to_owned(), |it| it.to_string());
            let text = format!("the index is read, not written: {why}");
            messages.push((NoticeLevel::Info, text.clone()));
            (IndexAccess::Read, (!is_kept).then_some(text))
        }
        Mode::Memory(error) => {
            let unkept = in_memory(error);
            messages.extend(unkept.clone().map(|it| (NoticeLevel::Warning, it)));
            (IndexAccess::Write, unkept)
        }
    };
    OpenedIndex { store: Arc::new(opened.store), access, unkept }
}

fn open_journal(
    folder: &Path,
    now_ms: u64,
    messages: &mut Vec<(NoticeLevel, String)>,
) -> Option<Journal> {
    match open_history(folder, now_ms) {
        Ok(opened) => {
            if let Some(moved) = opened.moved {
                let to = moved.to.display();
                let text = format!("{}; it was kept as {to}, and a new one begun", moved.why);
                messages.push((NoticeLevel::Error, text));
            }
            let history: Arc<dyn History> = Arc::new(opened.history);
            Some(Journal::new(history))
        }
        Err(error) => {
            let text = format!("{error}: without a history nothing can be changed or undone");
            messages.push((NoticeLevel::Error, text));
            None
        }
    }
}

impl Outside {
    /// Opens what `config` names; the rest of it is the loop's.
    pub(crate) fn open(
        config: &EngineConfig,
        spawn: Box<dyn Spawn>,
        inbox: Inbox,
    ) -> (Outside, Vec<(NoticeLevel, String)>) {
        let opened = open_stores(config.stores.clone(), config.clock.wall_ms());
        let proposals = opened.state_folder.as_ref().map(|it| it.join(PROPOSALS));
        let outside = Outside {
            loader: Arc::clone(&config.loader),
            given_writer: config.writer.clone(),
            clock: Arc::clone(&config.clock),
            random: Arc::clone(&config.random),
            spawn,
            inbox,
            store: opened.store,
            journal: opened.journal,
            histories: Histories::below(opened.state_folder.clone()),
            sandboxing: config.sandbox.clone(),
            trust: Arc::new(
                opened.state_folder.as_deref().map_or_else(Trust::default, Trust::in_folder),
            ),
            proposals_folder: proposals.and_then(|it| VfsPath::from_path(&it)),
            state_folder: opened.state_folder,
            embedder: config.embedder.clone(),
            access: opened.access,
            unkept: opened.unkept,
            watcher: None,
        };
        (outside, opened.messages)
    }

    /// Where transcripts of agents' runs lie; `None` where there is no state folder.
    pub(crate) fn runs_folder(&self) -> Option<VfsPath> {
        VfsPath::from_path(&self.state_folder.as_ref()?.join(RUNS))
    }

    /// Gives `task` away.
    pub(crate) fn give(&self, task: Task) {
        self.spawn.spawn(task);
    }

    /// Who writes the files of `roots`; `None` where nobody can.
    pub(crate) fn writer(&self, roots: &[VfsPath]) -> Option<Arc<dyn Writer>> {
        let given = self.given_writer.clone();
        given.or_else(|| Some(Arc::new(self.transactions(roots)?)))
    }

    /// Where checks work; `None` where there is no state folder.
    pub(crate) fn verify_folder(&self) -> Option<PathBuf> {
        Some(self.state_folder.as_ref()?.join(VERIFY))
    }

    /// The writer that goes by the state folder, where that is the one; only it has to recover.
    pub(crate) fn transactions(&self, roots: &[VfsPath]) -> Option<Transactions> {
        let folder = self.state_folder.as_ref().filter(|_| self.given_writer.is_none())?;
        Some(Transactions::new(folder, roots))
    }
}

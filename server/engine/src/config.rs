//! What an engine is started with: everything outside it, so that a simulation can stand in.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use models::Embedder;
use settings::Layers;
use store::{Store, history::History};
use vfs::{ContentHash, Loader, VfsPath, Writer};

use crate::{ChatModels, Sandboxing};

/// Everything that an engine needs from outside.
pub struct EngineConfig {
    /// Where index and history are kept.
    pub stores: Stores,
    /// Where files come from.
    pub loader: Arc<dyn Loader>,
    /// Where changes go that no editor makes; `None`: to the disk, by way of the state folder of
    /// `stores`.
    pub writer: Option<Arc<dyn Writer>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random numbers.
    pub random: Arc<dyn Random>,
    /// How many threads.
    pub threads: Threads,
    /// Settings as they are before any workspace or client: the user's own.
    pub settings: Layers,
    /// What gives texts their vectors; `None`: searches go by words alone.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// What makes the models that agents ask; [`crate::no_models`] where there are none.
    pub chat: ChatModels,
    /// When the graph is loaded.
    pub graph: LoadGraph,
    /// True where the server itself may watch files, if no client does.
    pub watch: bool,
    /// With what commands of a project are run; `None`: none is.
    pub sandbox: Option<Sandboxing>,
}

/// Where index and history are kept.
#[derive(Clone)]
pub enum Stores {
    /// In this folder, which is made where it is missing. Opened on the engine's own thread.
    Folder(PathBuf),
    /// In stores that are open already.
    Open {
        /// The index.
        index: Arc<dyn Store>,
        /// The journal; `None`: nothing can be applied.
        history: Option<Arc<dyn History>>,
    },
}

/// When the facts of unchanged files are loaded into the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadGraph {
    /// At the start: for editors, and for commands that ask the graph.
    Always,
    /// Only when much has changed, or nothing was counted yet: for telling what there is.
    IfChanged,
    /// Not at all: for commands that ask the index or the journal alone.
    Never,
}

/// How many threads work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threads {
    /// For what the user waits on while typing.
    pub latency: usize,
    /// For the rest.
    pub work: usize,
}

impl Threads {
    /// For a server that shares the machine with an editor: one core stays free.
    pub fn for_server() -> Threads {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Threads { latency: (cores / 2).max(1), work: cores.saturating_sub(1).max(1) }
    }

    /// For one command that the user waits for: all cores.
    pub fn for_command() -> Threads {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Threads { latency: 1, work: cores }
    }
}

/// The time. The simulation has its own.
pub trait Clock: Send + Sync {
    /// Milliseconds since some fixed moment; never falls.
    fn now_ms(&self) -> u64;

    /// Milliseconds since 1970, as the machine's clock says.
    fn wall_ms(&self) -> u64;

    /// CPU time of this thread, in milliseconds; the time that passes where nobody counts it.
    fn cpu_ms(&self) -> u64 {
        self.now_ms()
    }
}

/// Random numbers. The simulation has its own.
pub trait Random: Send + Sync {
    /// The next number.
    fn next(&self) -> u64;
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    fn wall_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |it| it.as_millis() as u64)
    }

    #[cfg(unix)]
    fn cpu_ms(&self) -> u64 {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        time.tv_sec.unsigned_abs() * 1000 + time.tv_nsec.unsigned_abs() / 1_000_000
    }
}

/// Numbers from the system's own randomness, good enough to keep ids apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn next(&self) -> u64 {
        // Every `RandomState` has new keys.
        RandomState::new().build_hasher().finish()
    }
}

/// The state folder of the workspace `root`: `$AIOS_STATE_DIR`, else one per workspace below
/// `$XDG_STATE_HOME/aios` or `~/.local/state/aios`. Worktrees of one repository share theirs. `var`
/// gives environment variables. `None` where none of them is set to an absolute path.
pub fn state_folder(
    root: &VfsPath,
    loader: &dyn Loader,
    var: &dyn Fn(&str) -> Option<String>,
) -> Option<PathBuf> {
    let folder = |name: &str| {
        let value = var(name).map(PathBuf::from);
        value.filter(|it| it.is_absolute())
    };
    if let Some(folder) = folder("AIOS_STATE_DIR") {
        return Some(folder);
    }
    let base = folder("XDG_STATE_HOME")
        .or_else(|| Some(folder("HOME")?.join(".local/state")))
        .or_else(|| folder("LOCALAPPDATA"))?;
    Some(base.join("aios").join(workspace_id(root, loader)))
}

/// The name of a workspace's folder: readable, and a hash of where its repository lies.
fn workspace_id(root: &VfsPath, loader: &dyn Loader) -> String {
    let shared = repository(root, loader).unwrap_or_else(|| root.clone());
    let hash = ContentHash::of(shared.as_str().as_bytes()).to_string();
    let name: String = root
        .file_name()
        .unwrap_or("root")
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '-' })
        .take(32)
        .collect();
    // Worktrees have names of their own, so the name is left out where the folder is shared.
    if shared == *root { format!("{name}-{}", &hash[..16]) } else { hash[..16].to_owned() }
}

/// The common git folder of a linked worktree; `None` for anything else. Read as files: git is not
/// run, and what the files say is only hashed.
fn repository(root: &VfsPath, loader: &dyn Loader) -> Option<VfsPath> {
    let read = |path: &VfsPath| String::from_utf8(loader.read(path).ok()?).ok();
    let resolve = |from: &VfsPath, to: &str| {
        let to = to.trim();
        if Path::new(to).is_absolute() {
            VfsPath::from_path(Path::new(to))
        } else {
            Some(from.join(to))
        }
    };
    let link = read(&root.join(".git"))?;
    let git = resolve(root, link.strip_prefix("gitdir:")?)?;
    let common = read(&git.join("commondir"))?;
    resolve(&git, &common)?.parent()
}

//! A disk in memory that forgets what was not synced, and stops where a test says.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard},
};

use super::files::{Files, Kind};

/// Where the disk fails. Operations that change something are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nowhere.
    None,
    /// Nothing happens from this operation on; a file that it makes is half written.
    Kill(usize),
    /// This operation fails, those after it do not.
    Once(usize),
    /// From this operation on no file can be made or grown.
    Full(usize),
}

/// What of the unsynced is there after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crash {
    /// All of it: the process was killed.
    Process,
    /// Nothing: the machine lost power, and the disk had written only what it was told to.
    Power,
    /// Any part: the machine lost power, and the disk had written what it liked.
    Chance(u64),
}

/// The disk.
#[derive(Default)]
pub(super) struct Model {
    state: Mutex<State>,
    pub(super) has_links: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Dir,
    File(usize),
    Link(PathBuf),
}

#[derive(Clone, Default)]
struct Node {
    bytes: Vec<u8>,
    synced: Vec<u8>,
    mode: u32,
}

#[derive(Clone, Debug)]
enum NameChange {
    Set(PathBuf, Entry),
    Unset(PathBuf),
    Move(PathBuf, PathBuf, Entry),
}

#[derive(Default)]
struct State {
    nodes: Vec<Node>,
    names: BTreeMap<PathBuf, Entry>,
    durable: BTreeMap<PathBuf, Entry>,
    pending: Vec<NameChange>,
    n_operations: usize,
    fault: Option<Fault>,
    is_killed: bool,
}

impl Model {
    pub(super) fn new() -> Model {
        let res = Model { state: Mutex::default(), has_links: true };
        res.state().names.insert(PathBuf::from("/"), Entry::Dir);
        res
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Lays out a file that is safely on the disk, with the folders around it.
    pub(super) fn put(&self, path: &str, bytes: &[u8], mode: u32) {
        let mut state = self.state();
        for dir in Path::new(path).ancestors().skip(1) {
            state.names.insert(dir.to_owned(), Entry::Dir);
        }
        let node = Node { bytes: bytes.to_vec(), synced: bytes.to_vec(), mode };
        state.nodes.push(node);
        let nth = state.nodes.len() - 1;
        state.names.insert(PathBuf::from(path), Entry::File(nth));
        state.durable = state.names.clone();
    }

    pub(super) fn put_dir(&self, path: &str) {
        let mut state = self.state();
        for dir in Path::new(path).ancestors() {
            state.names.insert(dir.to_owned(), Entry::Dir);
        }
        state.durable = state.names.clone();
    }

    pub(super) fn put_link(&self, path: &str, to: &str) {
        let mut state = self.state();
        state.names.insert(PathBuf::from(path), Entry::Link(PathBuf::from(to)));
        state.durable = state.names.clone();
    }

    pub(super) fn set_fault(&self, fault: Fault) {
        let mut state = self.state();
        state.fault = Some(fault);
        state.n_operations = 0;
    }

    pub(super) fn n_operations(&self) -> usize {
        self.state().n_operations
    }

    /// The machine stops and starts again.
    pub(super) fn crash(&self, crash: Crash) {
        let mut state = self.state();
        let mut seed = match crash {
            Crash::Chance(seed) => seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            _ => 1,
        };
        let mut draw = |n: u64| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed >> 11) % n
        };
        for change in std::mem::take(&mut state.pending) {
            let stays = match crash {
                Crash::Process => true,
                Crash::Power => false,
                Crash::Chance(_) => draw(2) == 0,
            };
            if stays {
                change.apply(&mut state.durable);
            }
        }
        for node in &mut state.nodes {
            if crash != Crash::Process && node.bytes != node.synced {
                let n_bytes = match crash {
                    Crash::Chance(_) => draw(node.bytes.len() as u64 + 1) as usize,
                    _ => 0,
                };
                node.bytes.truncate(n_bytes);
            }
            node.synced = node.bytes.clone();
        }
        let mut names = std::mem::take(&mut state.durable);
        let kept = names.clone();
        names
            .retain(|path, _| path.ancestors().skip(1).all(|it| kept.get(it) == Some(&Entry::Dir)));
        state.durable = names.clone();
        state.names = names;
        state.fault = None;
        state.is_killed = false;
    }

    /// Everything below `root`: files with their bytes and modes, folders with a slash.
    pub(super) fn show(&self, root: &str) -> String {
        let state = self.state();
        let below = state.names.iter().filter(|(path, _)| path.starts_with(root));
        below.fold(String::new(), |acc, (path, entry)| {
            let path = path.display();
            acc + &match entry {
                Entry::Dir => format!("{path}/\n"),
                Entry::Link(to) => format!("{path} -> {}\n", to.display()),
                Entry::File(nth) => {
                    let node = &state.nodes[*nth];
                    format!("{path} {:o} {}\n", node.mode, node.bytes.escape_ascii())
                }
            }
        })
    }

    /// Counts an operation; `Err` where it is the one that fails.
    fn count(&self, is_growth: bool) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        if state.is_killed {
            return Err(io::Error::other("killed"));
        }
        state.n_operations += 1;
        let at = state.n_operations;
        match state.fault {
            Some(Fault::Kill(n)) if n <= at => {
                state.is_killed = true;
                Err(io::Error::other("killed"))
            }
            Some(Fault::Once(n)) if n == at => Err(io::Error::other("failed once")),
            Some(Fault::Full(n)) if n <= at && is_growth => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(state),
        }
    }
}

impl NameChange {
    fn dir(&self) -> &Path {
        let (NameChange::Set(path, _) | NameChange::Unset(path) | NameChange::Move(path, ..)) =
            self;
        path.parent().unwrap()
    }

    fn apply(self, names: &mut BTreeMap<PathBuf, Entry>) {
        match self {
            NameChange::Set(path, entry) => {
                names.insert(path, entry);
            }
            NameChange::Unset(path) => {
                names.remove(&path);
            }
            NameChange::Move(from, to, entry) => {
                names.remove(&from);
                names.insert(to, entry);
            }
        }
    }
}

impl State {
    fn change(&mut self, change: NameChange) -> io::Result<()> {
        if self.names.get(change.dir()) != Some(&Entry::Dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        change.clone().apply(&mut self.names);
        self.pending.push(change);
        Ok(())
    }

    fn file(&self, path: &Path) -> io::Result<usize> {
        match self.names.get(path) {
            Some(Entry::File(nth)) => Ok(*nth),
            Some(_) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn vacant(&self, path: &Path) -> io::Result<()> {
        match self.names.contains_key(path) {
            true => Err(io::ErrorKind::AlreadyExists.into()),
            false => Ok(()),
        }
    }
}

impl Files for Model {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let state = self.state();
        Ok(state.nodes[state.file(path)?].bytes.clone())
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        let state = self.state();
        Ok(match state.names.get(path) {
            None => Kind::Missing,
            Some(Entry::Dir) => Kind::Dir { is_read_only: false },
            Some(Entry::Link(_)) => Kind::Link,
            Some(Entry::File(nth)) => {
                let mode = state.nodes[*nth].mode;
                Kind::File { is_read_only: mode & 0o222 == 0, mode: Some(mode) }
            }
        })
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        let state = self.state();
        let mut res = PathBuf::new();
        for segment in path {
            res.push(segment);
            if let Some(Entry::Link(to)) = state.names.get(&res) {
                res = to.clone();
            }
        }
        state.names.contains_key(&res).then_some(res).ok_or(io::ErrorKind::NotFound.into())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let state = self.state();
        if !state.names.contains_key(dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(state.names.keys().filter(|it| it.parent() == Some(dir)).cloned().collect())
    }

    fn is_same(&self, a: &Path, b: &Path) -> io::Result<bool> {
        let state = self.state();
        Ok(state.file(a)? == state.file(b)?)
    }

    fn lock(&self, _: &Path) -> io::Result<Box<dyn Send>> {
        Ok(Box::new(()))
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        let dirs: Vec<&Path> = path.ancestors().collect();
        for dir in dirs.into_iter().rev() {
            let is_there = self.state().names.contains_key(dir);
            if !is_there {
                self.create_dir(dir)?;
                self.sync_dir(dir.parent().unwrap())?;
            }
        }
        Ok(())
    }

    fn create(&self, path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
        let counted = self.count(true);
        let (mut state, bytes, res) = match counted {
            Ok(state) => (state, bytes, Ok(())),
            // The file is there, and half of its bytes.
            Err(error) => (self.state(), &bytes[..bytes.len() / 2], Err(error)),
        };
        state.vacant(path)?;
        let mode = mode.unwrap_or(0o644);
        state.nodes.push(Node { bytes: bytes.to_vec(), synced: Vec::new(), mode });
        let nth = state.nodes.len() - 1;
        state.change(NameChange::Set(path.to_owned(), Entry::File(nth)))?;
        res
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        let mut state = self.count(false)?;
        let nth = state.file(path)?;
        state.nodes[nth].synced = state.nodes[nth].bytes.clone();
        Ok(())
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.count(false)?;
        if !state.names.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let pending = std::mem::take(&mut state.pending);
        let (synced, rest) = pending.into_iter().partition(|it| it.dir() == path);
        state.pending = rest;
        let synced: Vec<NameChange> = synced;
        synced.into_iter().for_each(|it| it.apply(&mut state.durable));
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.count(false)?;
        let nth = state.file(from)?;
        // Two names of one file: the call does nothing, as POSIX has it.
        if state.file(to).is_ok_and(|it| it == nth) {
            return Ok(());
        }
        let entry = Entry::File(nth);
        state.change(NameChange::Move(from.to_owned(), to.to_owned(), entry))
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        if !self.has_links {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let mut state = self.count(true)?;
        let nth = state.file(from)?;
        state.vacant(to)?;
        state.change(NameChange::Set(to.to_owned(), Entry::File(nth)))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.count(false)?;
        state.file(path)?;
        state.change(NameChange::Unset(path.to_owned()))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.count(true)?;
        state.vacant(path)?;
        state.change(NameChange::Set(path.to_owned(), Entry::Dir))
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.count(false)?;
        if !state.names.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        if state.names.keys().any(|it| it.parent() == Some(path)) {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        state.change(NameChange::Unset(path.to_owned()))
    }
}

/// A disk on which names that differ in case only are one.
pub(super) struct Folding(pub(super) std::sync::Arc<Model>);

fn folded(path: &Path) -> PathBuf {
    PathBuf::from(path.to_string_lossy().to_lowercase())
}

impl Files for Folding {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.read(&folded(path))
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        self.0.kind(&folded(path))
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        self.0.real_path(&folded(path))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        self.0.list(&folded(dir))
    }

    fn is_same(&self, a: &Path, b: &Path) -> io::Result<bool> {
        self.0.is_same(&folded(a), &folded(b))
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn Send>> {
        self.0.lock(&folded(path))
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.0.create_dir_all(&folded(path))
    }

    fn create(&self, path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
        self.0.create(&folded(path), bytes, mode)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.0.sync(&folded(path))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.0.sync_dir(&folded(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.rename(&folded(from), &folded(to))
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.link(&folded(from), &folded(to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.remove(&folded(path))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.0.create_dir(&folded(path))
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.0.remove_dir(&folded(path))
    }
}

//! The door to gix: a repository that is opened as a stranger's, and its objects.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use gix::{
    ObjectId, ThreadSafeRepository,
    bstr::ByteSlice,
    discover::upwards::{Options as Discovery, TrustPolicy},
    open::Options,
    sec::Trust,
};
use rustc_hash::FxHashMap;
use store::{StoreError, commits::ObjectKey};

/// A longer content is not compared line by line.
pub const BLOB_BYTES_MAX: u64 = 1024 * 1024;
/// What holds whatever the repository says: an object may not ask for more memory than this,
/// whatever its header claims, and this much is kept of what deltas are made from.
const OVERRIDES: [&str; 2] = ["gitoxide.objects.allocLimit=64m", "core.deltaBaseCacheLimit=16m"];
/// Trees and commits that are kept in memory while history is read.
const OBJECT_CACHE_BYTES: usize = 16 * 1024 * 1024;

/// The repository around a folder.
pub struct Repository {
    git: gix::Repository,
    /// The folder's path in the work tree, with a `/` behind it; empty for its top.
    prefix: String,
}

/// Why a folder has no history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It lies in no repository.
    NoRepository,
    /// Nothing was ever committed.
    NoCommit,
    /// The repository cannot be read, for this reason.
    Unreadable(String),
}

/// Why history could not be read.
#[derive(Debug)]
pub enum HistoryError {
    /// There is none.
    Absent(Absent),
    /// There is no such commit.
    NoCommit(String),
    /// The repository cannot be read here, for this reason.
    Git(String),
    /// What is kept of it cannot.
    Store(StoreError),
    /// Somebody does not want it any more.
    Cancelled,
}

/// Commits that are looked through from one tip to the one before.
const STEPS_MAX: usize = 500;

impl Repository {
    /// The repository in which the folder at the absolute path `root` lies.
    ///
    /// # Errors
    /// [`Absent`] where it lies in none, or in one that cannot be read.
    pub fn open(root: &Path) -> Result<Repository, Absent> {
        // Trust is never derived from who owns the files: a repository of the user's own may have
        // come in an archive. Reduced trust, and no configuration but the repository's own, whose
        // format (hash, worktrees) must be known to read it at all.
        let options = || {
            Options::isolated()
                .config_overrides(OVERRIDES)
                .bail_if_untrusted(false)
                .with(Trust::Reduced)
        };
        let discovery =
            Discovery { trust: TrustPolicy::Assume(Trust::Reduced), ..Discovery::default() };
        let mapping = gix::sec::trust::Mapping { full: options(), reduced: options() };
        let found = ThreadSafeRepository::discover_opts(root, discovery, mapping);
        let mut git = match found {
            Ok(git) => git.to_thread_local(),
            Err(error) if is_not_found(&error) => return Err(Absent::NoRepository),
            Err(error) => return Err(Absent::Unreadable(error.to_string())),
        };
        let top = git.workdir().map(Path::to_owned).ok_or(Absent::NoRepository)?;
        git.object_cache_size_if_unset(OBJECT_CACHE_BYTES);
        Ok(Repository { prefix: prefix(&top, root), git })
    }

    /// The commit that is checked out.
    ///
    /// # Errors
    /// [`Absent::NoCommit`] where nothing was committed yet.
    pub fn head(&self) -> Result<ObjectKey, Absent> {
        let head = self.git.head().map_err(|it| Absent::Unreadable(it.to_string()))?;
        if head.is_unborn() {
            return Err(Absent::NoCommit);
        }
        let id = self.git.head_id().map_err(|it| Absent::Unreadable(it.to_string()))?;
        Ok(id.as_bytes().to_vec())
    }

    /// Whether what was committed leads from the commit `before` to the commit `after`: it stands
    /// on it, or takes its place as an amended one does. Looks at the newest [`STEPS_MAX`] at most.
    pub fn leads_to(&self, before: &[u8], after: &[u8]) -> bool {
        let (Some(before), Some(after)) = (object_id(before), object_id(after)) else {
            return false;
        };
        let parents = |id: ObjectId| -> Vec<ObjectId> {
            let commit = self.git.find_commit(id).ok();
            commit.map(|it| it.parent_ids().map(|it| it.detach()).collect()).unwrap_or_default()
        };
        let of_before = parents(before);
        if !of_before.is_empty() && of_before == parents(after) {
            return true;
        }
        let mut known: Vec<ObjectId> = vec![after];
        let mut at = 0;
        while let Some(id) = known.get(at).copied().filter(|_| at < STEPS_MAX) {
            for parent in parents(id) {
                if parent == before {
                    return true;
                }
                if !known.contains(&parent) {
                    known.push(parent);
                }
            }
            at += 1;
        }
        false
    }

    /// True where only the newest commits were fetched.
    pub fn is_shallow(&self) -> bool {
        self.git.is_shallow().unwrap_or(false)
    }

    /// The path in the repository of the file at `path` below the folder.
    pub fn in_repository(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// The path below the folder; `None` for files outside it.
    pub fn in_folder<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(self.prefix.as_str())
    }

    /// The commit that a revision names: `HEAD~3`, a branch, a tag, the beginning of a hash.
    ///
    /// # Errors
    /// [`HistoryError::NoCommit`].
    pub fn resolve(&self, revision: &str) -> Result<ObjectKey, HistoryError> {
        let written = format!("{revision}^{{commit}}");
        let id = self.git.rev_parse_single(written.as_str());
        let id = id.map_err(|_| HistoryError::NoCommit(revision.to_owned()))?;
        Ok(id.as_bytes().to_vec())
    }

    /// The content with this key; `None` where it is not there (a partial clone), is no file's
    /// content, or is longer than [`BLOB_BYTES_MAX`].
    pub fn blob(&self, key: &[u8]) -> Option<Vec<u8>> {
        let id = object_id(key)?;
        let header = self.git.try_find_header(id).ok()??;
        if header.kind() != gix::object::Kind::Blob || BLOB_BYTES_MAX < header.size() {
            return None;
        }
        let mut blob = self.git.try_find_object(id).ok()??;
        Some(std::mem::take(&mut blob.data))
    }

    /// The key of the file at `path` in the repository, as of a commit.
    ///
    /// # Errors
    /// Where the commit or its trees cannot be read.
    pub fn file_at(&self, commit: &[u8], path: &str) -> Result<Option<ObjectKey>, HistoryError> {
        let id = object_id(commit).ok_or_else(|| HistoryError::NoCommit(hex(commit)))?;
        let tree = self.git.find_commit(id).and_then(|it| it.tree()).map_err(git)?;
        let entry = tree.lookup_entry(path.split('/').map(str::as_bytes)).map_err(git)?;
        let file = entry.filter(|it| it.mode().is_blob());
        Ok(file.map(|it| it.object_id().as_slice().to_vec()))
    }

    /// Every file of a commit with the key of its content.
    ///
    /// # Errors
    /// Where its trees cannot be read.
    pub fn files_at(&self, commit: &[u8]) -> Result<FxHashMap<String, ObjectKey>, HistoryError> {
        let id = object_id(commit).ok_or_else(|| HistoryError::NoCommit(hex(commit)))?;
        let tree = self.git.find_commit(id).and_then(|it| it.tree()).map_err(git)?;
        let entries = tree.traverse().breadthfirst.files().map_err(git)?;
        let files = entries.into_iter().filter(|it| it.mode.is_blob()).filter_map(|it| {
            Some((String::from_utf8(it.filepath.into()).ok()?, it.oid.as_slice().to_vec()))
        });
        Ok(files.collect())
    }

    /// The key that a content would have, for comparing it with what was committed.
    pub fn key_of(&self, content: &[u8]) -> Option<ObjectKey> {
        let kind = self.git.object_hash();
        let id = gix::objs::compute_hash(kind, gix::object::Kind::Blob, content).ok()?;
        Some(id.as_slice().to_vec())
    }

    pub(crate) fn git(&self) -> &gix::Repository {
        &self.git
    }
}

/// A key as people write it.
pub fn hex(key: &[u8]) -> String {
    key.iter().map(|it| format!("{it:02x}")).collect()
}

/// The bytes that an even number of hexadecimal digits write.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.is_empty() || digits.len() % 2 == 1 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

pub(crate) fn object_id(key: &[u8]) -> Option<ObjectId> {
    ObjectId::try_from(key).ok()
}

pub(crate) fn git(error: impl fmt::Display) -> HistoryError {
    HistoryError::Git(error.to_string())
}

/// Text of unknown encoding as far as it can be read, in one line of at most `max` bytes.
pub(crate) fn line(bytes: &[u8], max: usize) -> String {
    cut(&bytes.to_str_lossy(), max).replace(['\n', '\r'], " ").trim().to_owned()
}

/// The first `max` bytes of `text`, at a character.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max.min(text.len()))]
}

fn is_not_found(error: &gix::Error) -> bool {
    use gix::discover::upwards::Error;
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(it) = source {
        if let Some(found) = it.downcast_ref::<Error>() {
            return !matches!(found, Error::NoTrustedGitRepository { .. });
        }
        source = it.source();
    }
    error.to_string().starts_with("Could not find a git repository")
}

/// Where `root` lies below `top`. Links on the way were resolved by neither or by both; where only
/// one has them, no file of the folder is found in the history, and nothing worse happens.
fn prefix(top: &Path, root: &Path) -> String {
    let below: PathBuf = root.strip_prefix(top).map(Path::to_owned).unwrap_or_default();
    let parts = below.components().filter_map(|it| it.as_os_str().to_str());
    parts.map(|it| format!("{it}/")).collect()
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Absent::NoRepository => f.write_str("the folder lies in no git repository"),
            Absent::NoCommit => f.write_str("nothing was committed yet"),
            Absent::Unreadable(why) => write!(f, "the git repository cannot be read: {why}"),
        }
    }
}

impl fmt::Display for HistoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HistoryError::Absent(absent) => absent.fmt(f),
            HistoryError::NoCommit(name) => write!(f, "there is no commit `{name}`"),
            HistoryError::Git(why) => write!(f, "the git repository cannot be read: {why}"),
            HistoryError::Store(error) => error.fmt(f),
            HistoryError::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for HistoryError {}

impl From<StoreError> for HistoryError {
    fn from(error: StoreError) -> HistoryError {
        HistoryError::Store(error)
    }
}

impl From<Absent> for HistoryError {
    fn from(absent: Absent) -> HistoryError {
        HistoryError::Absent(absent)
    }
}

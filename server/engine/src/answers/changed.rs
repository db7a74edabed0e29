//! Which files changed since a moment: by commits, and by what was not committed yet.

use history::Repository;
use rustc_hash::{FxHashMap, FxHashSet};
use vfs::{FileId, VfsPath};

use crate::{ReadError, Snapshot, files::root_of};

impl Snapshot {
    /// The files that a commit changed since `since_s` (seconds since 1970), and those that were
    /// written since and hold what was never committed; each with its root. Where there is no
    /// history, the time of writing alone decides.
    ///
    /// # Errors
    /// [`ReadError::Cancelled`].
    pub fn changed_since(&self, since_s: i64) -> Result<FxHashSet<(String, String)>, ReadError> {
        let mut res = FxHashSet::default();
        let mut committed: FxHashMap<&VfsPath, Committed> = FxHashMap::default();
        for root in self.roots.iter() {
            let past = self.past(root);
            let since = past.files().filter(|it| since_s <= it.1.last_s);
            res.extend(since.map(|it| (root.as_str().to_owned(), it.0.to_owned())));
            committed.extend(Committed::of(root).map(|it| (root, it)));
        }
        for (file, path, disk) in self.vfs.files() {
            self.check()?;
            let is_written =
                disk.is_some_and(|it| i128::from(since_s) * 1_000_000_000 <= it.mtime_ns);
            let Some(root) = root_of(&self.roots, path) else { continue };
            let Some(below) = path.relative_to(root) else { continue };
            let key = (root.as_str().to_owned(), below.to_owned());
            if res.contains(&key) || !(is_written || self.vfs.overlay(file).is_some()) {
                continue;
            }
            let is_committed = || committed.get(root).is_some_and(|it| it.holds(self, file, below));
            if !is_committed() {
                res.insert(key);
            }
        }
        Ok(res)
    }
}

/// What the last commit of a folder holds.
struct Committed {
    repository: Repository,
    /// The key of each file's content.
    files: FxHashMap<String, Vec<u8>>,
}

impl Committed {
    fn of(root: &VfsPath) -> Option<Committed> {
        let repository = Repository::open(&root.as_path()).ok()?;
        let files = repository.files_at(&repository.head().ok()?).ok()?;
        Some(Committed { repository, files })
    }

    /// True where the file is what was committed.
    fn holds(&self, snapshot: &Snapshot, file: FileId, below: &str) -> bool {
        let Ok(Some(now)) = snapshot.present(snapshot.vfs.path(file)) else { return false };
        let key = self.repository.key_of(&now.bytes);
        key.is_some() && key.as_ref() == self.files.get(&self.repository.in_repository(below))
    }
}

//! The state of all known files, in shards that a snapshot shares until they change.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use text::Rope;

use crate::{ContentHash, VfsPath};

/// Entries in one shard of files: what an edit of one entry copies at most.
const SHARD_FILES: usize = 256;
/// Shards of the map from paths to ids.
const SHARD_PATHS: usize = 256;

/// A file of one session. Opaque: handed out by a [`Vfs`], stable for its life, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// The number behind the id, for a table that is indexed by it.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The id with number `index`. For tests and tables; an id that no [`Vfs`] gave out makes its
    /// methods panic.
    pub const fn from_index(index: u32) -> FileId {
        FileId(index)
    }
}

/// A file as it was last seen on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskState {
    /// Of its bytes.
    pub hash: ContentHash,
    /// Its length in bytes.
    pub len: u64,
    /// When it last changed, in nanoseconds since 1970.
    pub mtime_ns: i128,
}

/// An open document: what the client holds, saved or not.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// The version the client counts.
    pub version: i32,
    /// The text.
    pub rope: Rope,
    /// The client's name of the language.
    pub language: Arc<str>,
    /// What the disk held when the document was opened or saved; `None` where it was on no disk, or
    /// held something else than the disk.
    pub saved: Option<ContentHash>,
}

impl Overlay {
    /// True where nothing was typed since the document was last on the disk.
    pub fn is_saved(&self) -> bool {
        self.saved.is_some_and(|it| it == self.hash())
    }

    /// The hash that the text would have on the disk.
    pub fn hash(&self) -> ContentHash {
        ContentHash::of(self.rope.to_string().as_bytes())
    }
}

/// Every file that was ever named. Cloning copies a few pointers; writing copies the shards it
/// touches, where a clone still holds them.
#[derive(Clone)]
pub struct Vfs {
    files: Arc<Vec<Arc<Vec<Entry>>>>,
    paths: Arc<Vec<Arc<FxHashMap<VfsPath, FileId>>>>,
    overlays: Arc<FxHashMap<FileId, Arc<Overlay>>>,
}

#[derive(Clone)]
struct Entry {
    path: VfsPath,
    disk: Option<DiskState>,
}

impl Default for Vfs {
    fn default() -> Vfs {
        Vfs {
            files: Arc::default(),
            paths: Arc::new(vec![Arc::default(); SHARD_PATHS]),
            overlays: Arc::default(),
        }
    }
}

impl Vfs {
    /// The id of `path`, a new one where it was never named before.
    pub fn intern(&mut self, path: &VfsPath) -> FileId {
        if let Some(file) = self.file_id(path) {
            return file;
        }
        let file = FileId(u32::try_from(self.n_files()).expect("fewer files than numbers"));
        let files = Arc::make_mut(&mut self.files);
        if files.last().is_none_or(|it| it.len() == SHARD_FILES) {
            files.push(Arc::new(Vec::with_capacity(SHARD_FILES)));
        }
        let shard = files.last_mut().expect("one was just pushed");
        Arc::make_mut(shard).push(Entry { path: path.clone(), disk: None });
        let shard = &mut Arc::make_mut(&mut self.paths)[shard_of(path)];
        Arc::make_mut(shard).insert(path.clone(), file);
        file
    }

    /// The id of `path` where it has one. A deleted file keeps its id.
    pub fn file_id(&self, path: &VfsPath) -> Option<FileId> {
        self.paths[shard_of(path)].get(path).copied()
    }

    /// The path of `file`.
    pub fn path(&self, file: FileId) -> &VfsPath {
        &self.entry(file).path
    }

    /// The file on disk; `None` where it is not there.
    pub fn disk(&self, file: FileId) -> Option<&DiskState> {
        self.entry(file).disk.as_ref()
    }

    /// Notes what the disk holds; `None`: the file is gone.
    pub fn set_disk(&mut self, file: FileId, disk: Option<DiskState>) {
        if self.entry(file).disk == disk {
            return;
        }
        let shard = &mut Arc::make_mut(&mut self.files)[file.index() / SHARD_FILES];
        Arc::make_mut(shard)[file.index() % SHARD_FILES].disk = disk;
    }

    /// Lays `overlay` over the file: it is open, or open with a new text.
    pub fn set_overlay(&mut self, file: FileId, overlay: Overlay) {
        Arc::make_mut(&mut self.overlays).insert(file, Arc::new(overlay));
    }

    /// Takes the overlay away: the file is closed. Gives it back where there was one.
    pub fn close(&mut self, file: FileId) -> Option<Arc<Overlay>> {
        Arc::make_mut(&mut self.overlays).remove(&file)
    }

    /// The open document; `None` where the file is closed.
    pub fn overlay(&self, file: FileId) -> Option<&Arc<Overlay>> {
        self.overlays.get(&file)
    }

    /// All open documents, by id.
    pub fn overlays(&self) -> impl Iterator<Item = (FileId, &Arc<Overlay>)> {
        let mut files: Vec<_> = self.overlays.iter().map(|(file, it)| (*file, it)).collect();
        files.sort_by_key(|it| it.0);
        files.into_iter()
    }

    /// True where the file is open or on disk.
    pub fn exists(&self, file: FileId) -> bool {
        self.overlays.contains_key(&file) || self.disk(file).is_some()
    }

    /// All files ever named, with what the disk holds of them, by id.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &VfsPath, Option<&DiskState>)> {
        let entries = self.files.iter().flat_map(|it| it.iter());
        entries.enumerate().map(|(index, it)| (FileId(index as u32), &it.path, it.disk.as_ref()))
    }

    /// How many files were ever named.
    pub fn n_files(&self) -> usize {
        let full = self.files.len().saturating_sub(1) * SHARD_FILES;
        full + self.files.last().map_or(0, |it| it.len())
    }

    /// About how many bytes the tables hold, open texts apart.
    pub fn bytes(&self) -> usize {
        let paths: usize = self.files().map(|(_, path, _)| path.as_str().len() + 16).sum();
        let entry = size_of::<Entry>() + size_of::<(VfsPath, FileId)>() * 2;
        paths + self.n_files() * entry
    }

    fn entry(&self, file: FileId) -> &Entry {
        &self.files[file.index() / SHARD_FILES][file.index() % SHARD_FILES]
    }
}

fn shard_of(path: &VfsPath) -> usize {
    use std::hash::{BuildHasher, BuildHasherDefault};
    let hasher: BuildHasherDefault<rustc_hash::FxHasher> = BuildHasherDefault::default();
    // The upper bits: the map inside the shard uses the lower ones.
    (hasher.hash_one(path) >> 56) as usize % SHARD_PATHS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(n: usize) -> VfsPath {
        VfsPath::new(&format!("/w/{n}.rs")).unwrap()
    }

    #[test]
    fn a_clone_keeps_what_it_saw() {
        let mut vfs = Vfs::default();
        let files: Vec<FileId> = (0..1000).map(|n| vfs.intern(&path(n))).collect();
        let state = DiskState { hash: ContentHash::of(b"x"), len: 1, mtime_ns: 7 };
        vfs.set_disk(files[700], Some(state));
        let before = vfs.clone();
        vfs.set_disk(files[700], None);
        let overlay = Overlay {
            version: 1,
            rope: Rope::from_str("y"),
            language: Arc::from("rust"),
            saved: None,
        };
        vfs.set_overlay(files[3], overlay);
        let new = vfs.intern(&path(1000));
        assert_eq!(before.disk(files[700]), Some(&state));
        assert_eq!((before.n_files(), before.file_id(&path(1000))), (1000, None));
        assert!(before.overlay(files[3]).is_none());
        assert_eq!((vfs.disk(files[700]), vfs.n_files(), new.index()), (None, 1001, 1000));
        assert!(vfs.exists(files[3]) && !before.exists(files[3]));
    }

    #[test]
    fn a_file_keeps_its_id_through_everything() {
        let mut vfs = Vfs::default();
        let file = vfs.intern(&path(1));
        vfs.set_disk(file, None);
        vfs.close(file);
        assert_eq!(vfs.intern(&path(1)), file);
        assert_eq!(vfs.path(file), &path(1));
    }
}

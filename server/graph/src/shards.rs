//! Copy-on-write tables in shards: a clone is one pointer, a write copies the shards it touches.

use std::{
    hash::{BuildHasher, BuildHasherDefault},
    sync::Arc,
};

use rustc_hash::{FxHashMap, FxHasher};
use vfs::FileId;

/// Shards of one index: a write after a clone copies one part in this many.
const SHARDS: usize = 256;
/// Files in one shard of the file table.
const SHARD_FILES: usize = 64;

/// A name, path or folder as indexes know it. Two different strings with one key would be looked at
/// together and then told apart by their text, so a collision costs time and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(u64);

impl Key {
    pub(crate) fn of(text: &str) -> Key {
        let hasher: BuildHasherDefault<FxHasher> = BuildHasherDefault::default();
        Key(hasher.hash_one(text))
    }

    fn shard(self) -> usize {
        (self.0 >> 48) as usize % SHARDS
    }
}

/// Key → files, each list sorted.
#[derive(Clone)]
pub(crate) struct FileIndex {
    shards: Arc<Vec<Arc<FxHashMap<Key, Files>>>>,
}

/// Most names are known to one file only, so one file needs no allocation.
#[derive(Clone, Debug)]
enum Files {
    One(FileId),
    Many(Box<[FileId]>),
}

impl Files {
    fn as_slice(&self) -> &[FileId] {
        match self {
            Files::One(file) => std::slice::from_ref(file),
            Files::Many(files) => files,
        }
    }
}

impl Default for FileIndex {
    fn default() -> FileIndex {
        FileIndex { shards: Arc::new(vec![Arc::default(); SHARDS]) }
    }
}

impl FileIndex {
    pub(crate) fn get(&self, key: Key) -> &[FileId] {
        self.shards[key.shard()].get(&key).map_or(&[], Files::as_slice)
    }

    pub(crate) fn insert(&mut self, key: Key, file: FileId) {
        let shard = Arc::make_mut(&mut Arc::make_mut(&mut self.shards)[key.shard()]);
        match shard.get_mut(&key) {
            None => {
                shard.insert(key, Files::One(file));
            }
            Some(files) => {
                let Err(at) = files.as_slice().binary_search(&file) else { return };
                let mut many = files.as_slice().to_vec();
                many.insert(at, file);
                *files = Files::Many(many.into_boxed_slice());
            }
        }
    }

    pub(crate) fn remove(&mut self, key: Key, file: FileId) {
        let shard = &mut Arc::make_mut(&mut self.shards)[key.shard()];
        let Some(files) = shard.get(&key) else { return };
        let left: Vec<FileId> = files.as_slice().iter().copied().filter(|it| *it != file).collect();
        let shard = Arc::make_mut(shard);
        match left[..] {
            [] => shard.remove(&key),
            [one] => shard.insert(key, Files::One(one)),
            _ => shard.insert(key, Files::Many(left.into_boxed_slice())),
        };
    }
}

/// File → value, indexed by the number of the file.
pub(crate) struct FileTable<T> {
    shards: Arc<Vec<Arc<Slots<T>>>>,
}

type Slots<T> = Vec<Option<Arc<T>>>;

impl<T> Clone for FileTable<T> {
    fn clone(&self) -> FileTable<T> {
        FileTable { shards: Arc::clone(&self.shards) }
    }
}

impl<T> Default for FileTable<T> {
    fn default() -> FileTable<T> {
        FileTable { shards: Arc::default() }
    }
}

impl<T> FileTable<T> {
    pub(crate) fn get(&self, file: FileId) -> Option<&Arc<T>> {
        self.shards.get(file.index() / SHARD_FILES)?.get(file.index() % SHARD_FILES)?.as_ref()
    }

    pub(crate) fn set(&mut self, file: FileId, value: Option<Arc<T>>) {
        let shards = Arc::make_mut(&mut self.shards);
        let (shard, slot) = (file.index() / SHARD_FILES, file.index() % SHARD_FILES);
        if shards.len() <= shard {
            shards.resize_with(shard + 1, Arc::default);
        }
        let slots = Arc::make_mut(&mut shards[shard]);
        if slots.len() <= slot {
            slots.resize_with(slot + 1, || None);
        }
        slots[slot] = value;
    }

    /// All files that have a value, by their number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (FileId, &Arc<T>)> {
        let numbered = self.shards.iter().enumerate().flat_map(|(shard, slots)| {
            let first = shard * SHARD_FILES;
            slots.iter().enumerate().map(move |(slot, value)| (first + slot, value))
        });
        numbered.filter_map(|(number, value)| {
            // File numbers come from 32 bits and go back into them.
            Some((FileId::from_index(number as u32), value.as_ref()?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_does_not_see_later_writes() {
        let mut index = FileIndex::default();
        let (a, b) = (FileId::from_index(1), FileId::from_index(2));
        index.insert(Key::of("x"), b);
        let before = index.clone();
        index.insert(Key::of("x"), a);
        index.insert(Key::of("x"), a);
        assert_eq!((before.get(Key::of("x")), index.get(Key::of("x"))), (&[b][..], &[a, b][..]));
        index.remove(Key::of("x"), b);
        index.remove(Key::of("x"), a);
        assert_eq!(index.get(Key::of("x")), &[]);
    }

    #[test]
    fn a_table_gives_back_what_was_set_in_order() {
        let mut table = FileTable::default();
        table.set(FileId::from_index(130), Some(Arc::new("b")));
        table.set(FileId::from_index(3), Some(Arc::new("a")));
        let before = table.clone();
        table.set(FileId::from_index(3), None);
        let names: Vec<_> = before.iter().map(|(file, it)| (file.index(), **it)).collect();
        assert_eq!(names, [(3, "a"), (130, "b")]);
        assert_eq!(table.get(FileId::from_index(3)), None);
    }
}

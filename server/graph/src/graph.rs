//! The graph itself: files and indexes, changed by diffs only.

use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;
use syntax::{FileFacts, SymbolIdx};
use vfs::{FileId, VfsPath};

use crate::{
    LanguageCount, Summary, SymbolRef,
    entry::{self, FileEntry, Keys},
    resolve::Remembered,
    shards::{FileIndex, FileTable, Key},
};

/// Facts of every file of a workspace, and the indexes that resolve names across them.
/// Cloning is cheap: what is not changed is shared.
#[derive(Clone, Default)]
pub struct CodeGraph {
    files: FileTable<FileEntry>,
    /// Name → files that define it, locals aside.
    definitions: FileIndex,
    /// Type → files that define members of it away from it.
    owners: FileIndex,
    /// Name → files that use it.
    mentions: FileIndex,
    /// Path, folder, stem and package → files.
    places: FileIndex,
    /// What questions about this moment have found out.
    pub(crate) remembered: Arc<Mutex<Option<Remembered>>>,
}

/// What changes in the graph when one file does. Made by [`diff`], without the graph, so on any
/// thread.
#[derive(Clone)]
pub struct GraphDiff {
    file: FileId,
    entry: Option<Arc<FileEntry>>,
    gone: Keys,
    come: Keys,
}

/// The difference between a file's old and new facts; `None` is a file that is not there.
/// `old` must be what the graph holds when the diff is applied.
pub fn diff(
    file: FileId,
    path: &VfsPath,
    old: Option<Arc<FileFacts>>,
    new: Option<Arc<FileFacts>>,
) -> GraphDiff {
    let keys = |facts: &Option<Arc<FileFacts>>| {
        facts.as_ref().map(|it| entry::keys(path, it)).unwrap_or_default()
    };
    let (mut gone, mut come) = (keys(&old), keys(&new));
    for (gone, come) in gone.lists_mut().into_iter().zip(come.lists_mut()) {
        drop_shared(gone, come);
    }
    GraphDiff { file, entry: new.map(|it| Arc::new(FileEntry::new(path, it))), gone, come }
}

/// Takes out of two sorted lists what both have.
fn drop_shared(a: &mut Vec<Key>, b: &mut Vec<Key>) {
    let old = std::mem::take(a);
    a.extend(old.iter().copied().filter(|it| b.binary_search(it).is_err()));
    b.retain(|it| old.binary_search(it).is_err());
}

impl CodeGraph {
    /// Makes the change. Costs by the size of the difference, not of the workspace.
    pub fn apply(&mut self, diff: GraphDiff) {
        let GraphDiff { file, entry, gone, come } = diff;
        for (index, keys) in self.indexes_mut().into_iter().zip(gone.lists()) {
            keys.iter().for_each(|it| index.remove(*it, file));
        }
        for (index, keys) in self.indexes_mut().into_iter().zip(come.lists()) {
            keys.iter().for_each(|it| index.insert(*it, file));
        }
        self.files.set(file, entry);
        // Clones of the moment before still share what was found out about that.
        self.remembered = Arc::default();
    }

    /// Puts `new` in the place of whatever facts the graph holds of the file: [`diff`] and
    /// [`CodeGraph::apply`].
    pub fn set_file(&mut self, file: FileId, path: &VfsPath, new: Option<Arc<FileFacts>>) {
        let old = self.facts(file).cloned();
        self.apply(diff(file, path, old, new));
    }

    /// The facts of a file.
    pub fn facts(&self, file: FileId) -> Option<&Arc<FileFacts>> {
        self.entry(file).map(|it| &it.facts)
    }

    /// The path of a file that has facts.
    pub fn path(&self, file: FileId) -> Option<&VfsPath> {
        self.entry(file).map(|it| &it.path)
    }

    /// The file at a path, where it has facts.
    pub fn file_at(&self, path: &str) -> Option<FileId> {
        let files = self.places.get(entry::path_key(path));
        files.iter().copied().find(|it| self.path(*it).is_some_and(|it| it.as_str() == path))
    }

    /// All files with facts, sorted by id.
    pub fn files(&self) -> Vec<FileId> {
        self.files.iter().map(|it| it.0).collect()
    }

    /// Files in which the name is written, sorted.
    pub fn files_mentioning(&self, name: &str) -> Vec<FileId> {
        self.mentions.get(Key::of(name)).to_vec()
    }

    /// Definitions of exactly this name, locals not among them, sorted.
    pub fn definitions_named(&self, name: &str) -> Vec<SymbolRef> {
        let mut res = Vec::new();
        for file in self.definitions.get(Key::of(name)) {
            self.symbols_named(
                *file,
                name,
                |entry, idx| !entry.facts.symbol(idx).is_local,
                &mut res,
            );
        }
        res
    }

    /// Counts.
    pub fn summary(&self) -> Summary {
        let mut res = Summary::default();
        let mut languages: FxHashMap<&'static str, LanguageCount> = FxHashMap::default();
        for (_, entry) in self.files.iter() {
            let facts = &entry.facts;
            let lines = facts.lines.n_lines() as usize;
            let language = facts.language.map_or("text", |it| it.id);
            res.files += 1;
            res.symbols += facts.n_symbols();
            res.references += facts.references.len();
            res.imports += facts.imports.len();
            res.lines += lines;
            let count = languages.entry(language);
            let count = count.or_insert(LanguageCount { language, files: 0, lines: 0 });
            count.files += 1;
            count.lines += lines;
        }
        res.languages = languages.into_values().collect();
        res.languages.sort_by(|a, b| b.files.cmp(&a.files).then(a.language.cmp(b.language)));
        res
    }

    pub(crate) fn entry(&self, file: FileId) -> Option<&FileEntry> {
        self.files.get(file).map(|it| &**it)
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (FileId, &FileEntry)> {
        self.files.iter().map(|(file, it)| (file, &**it))
    }

    /// Whether the graph holds the symbol's file and that file's facts reach so far: a symbol of an
    /// earlier moment may be gone.
    pub(crate) fn knows(&self, symbol: SymbolRef) -> bool {
        let facts = self.facts(symbol.file);
        facts.is_some_and(|it| symbol.symbol.index() < it.symbols.len())
    }

    /// Files that define the name.
    pub(crate) fn defining(&self, name: &str) -> &[FileId] {
        self.definitions.get(Key::of(name))
    }

    /// Files that define members of a type of this name away from the type.
    pub(crate) fn owning(&self, name: &str) -> &[FileId] {
        self.owners.get(Key::of(name))
    }

    /// Files that use the name.
    pub(crate) fn mentioning(&self, name: &str) -> &[FileId] {
        self.mentions.get(Key::of(name))
    }

    /// Files at a place: see the keys of [`crate::entry`].
    pub(crate) fn at_place(&self, key: Key) -> &[FileId] {
        self.places.get(key)
    }

    /// The symbols of a name in one file that `keep` keeps, in order, appended to `acc`.
    pub(crate) fn symbols_named(
        &self,
        file: FileId,
        name: &str,
        keep: impl Fn(&FileEntry, SymbolIdx) -> bool,
        acc: &mut Vec<SymbolRef>,
    ) {
        let Some(entry) = self.entry(file) else { return };
        let Some(name) = entry.facts.names.find(name) else { return };
        let symbols = entry.named(name).iter().copied().filter(|it| keep(entry, *it));
        let first = acc.len();
        acc.extend(symbols.map(|symbol| SymbolRef { file, symbol }));
        acc[first..].sort_unstable();
    }

    fn indexes_mut(&mut self) -> [&mut FileIndex; 4] {
        [&mut self.definitions, &mut self.owners, &mut self.mentions, &mut self.places]
    }
}

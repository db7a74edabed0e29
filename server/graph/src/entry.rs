//! One file in the graph: its facts, and what is looked up in them all the time.

use std::sync::Arc;

use syntax::{Access, FileFacts, Imported, NameId, ScopeIdx, SymbolIdx};
use vfs::VfsPath;

use crate::{manifest::Manifest, shards::Key};

/// A file of the graph.
#[derive(Debug)]
pub(crate) struct FileEntry {
    pub(crate) path: VfsPath,
    pub(crate) facts: Arc<FileFacts>,
    /// What the file says about its project, where it is a manifest.
    pub(crate) manifest: Option<Manifest>,
    /// The names that the file lists as all that it exports; `None` where it has no such list, or
    /// one that is not written out.
    pub(crate) listed: Option<Box<[NameId]>>,
    /// Symbols sorted by name and scope, those of one scope in the order of the file.
    by_name: Box<[SymbolIdx]>,
    /// Symbols that have a parent, sorted by it.
    by_parent: Box<[SymbolIdx]>,
}

impl FileEntry {
    pub(crate) fn new(path: &VfsPath, facts: Arc<FileFacts>) -> FileEntry {
        let mut by_name: Vec<SymbolIdx> = facts.symbols().map(|it| it.0).collect();
        by_name.sort_unstable_by_key(|it| (facts.symbol(*it).name, facts.symbol(*it).scope, *it));
        let with_parent = facts.symbols().filter(|(_, it)| it.parent.is_some() && !it.is_local);
        let mut by_parent: Vec<SymbolIdx> = with_parent.map(|it| it.0).collect();
        by_parent.sort_by_key(|it| (facts.symbol(*it).parent, *it));
        FileEntry {
            manifest: Manifest::of(path, &facts),
            listed: listed(&facts),
            path: path.clone(),
            by_name: by_name.into_boxed_slice(),
            by_parent: by_parent.into_boxed_slice(),
            facts,
        }
    }

    /// The symbols of a name, locals among them, scope by scope.
    pub(crate) fn named(&self, name: NameId) -> &[SymbolIdx] {
        let start = self.by_name.partition_point(|it| self.facts.symbol(*it).name < name);
        let len = self.by_name[start..].partition_point(|it| self.facts.symbol(*it).name == name);
        &self.by_name[start..start + len]
    }

    /// The symbols of a name that one scope holds, locals among them, in order.
    pub(crate) fn named_in(&self, scope: ScopeIdx, name: NameId) -> &[SymbolIdx] {
        let named = self.named(name);
        let start = named.partition_point(|it| self.facts.symbol(*it).scope < scope);
        let len = named[start..].partition_point(|it| self.facts.symbol(*it).scope == scope);
        &named[start..start + len]
    }

    /// The definitions written directly inside a symbol, in order; no locals.
    pub(crate) fn children(&self, parent: SymbolIdx) -> &[SymbolIdx] {
        let of = |it: &SymbolIdx| self.facts.symbol(*it).parent;
        let start = self.by_parent.partition_point(|it| of(it) < Some(parent));
        let len = self.by_parent[start..].partition_point(|it| of(it) == Some(parent));
        &self.by_parent[start..start + len]
    }
}

/// What a file lists as all that it exports. The list of another module in it (`a.__all__`) makes
/// it longer than it is written.
fn listed(facts: &FileFacts) -> Option<Box<[NameId]>> {
    let listed = || facts.references.iter().filter(|it| it.is_listed());
    let is_whole = listed().all(|it| it.access() == Access::Bare);
    let names: Box<[NameId]> = listed().map(|it| it.name()).collect();
    (is_whole && !names.is_empty()).then_some(names)
}

/// Under which keys the indexes know a file.
pub(crate) fn keys(path: &VfsPath, facts: &FileFacts) -> Keys {
    let names: Vec<Key> = facts.names.iter().map(|(_, name)| Key::of(name)).collect();
    let key = |name: NameId| names[name.index()];
    let mut keys = Keys::default();
    for symbol in facts.symbols.iter().filter(|it| !it.is_local) {
        keys.definitions.push(key(symbol.name));
        if let Some(owner) = facts.owner(symbol) {
            keys.owners.push(key(owner));
        }
    }
    keys.mentions.extend(facts.references.iter().map(|it| key(it.name())));
    for import in &facts.imports {
        if let Imported::Name(name) = import.name {
            keys.mentions.push(key(name));
        }
        match import.path.last() {
            Some(source) if import.from_source => {
                keys.mentions.push(Key::of(source_stem(facts.name(*source))));
            }
            _ => keys.mentions.extend(import.path.iter().map(|it| key(*it))),
        }
    }
    keys.mentions.extend(facts.mods.iter().map(|it| key(it.name)));
    keys.mentions.extend(facts.doc_links.iter().map(|it| key(it.name)));
    keys.places = place_keys(path, facts);
    keys.sort();
    keys
}

/// Under which keys the indexes know a file; each list sorted, no key twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    /// Names it defines.
    pub(crate) definitions: Vec<Key>,
    /// Types it defines members of, away from the type itself.
    pub(crate) owners: Vec<Key>,
    /// Names it uses.
    pub(crate) mentions: Vec<Key>,
    /// Its path, folder, stem and package.
    pub(crate) places: Vec<Key>,
}

impl Keys {
    pub(crate) fn lists(&self) -> [&Vec<Key>; 4] {
        [&self.definitions, &self.owners, &self.mentions, &self.places]
    }

    pub(crate) fn lists_mut(&mut self) -> [&mut Vec<Key>; 4] {
        [&mut self.definitions, &mut self.owners, &mut self.mentions, &mut self.places]
    }

    fn sort(&mut self) {
        for keys in self.lists_mut() {
            keys.sort_unstable();
            keys.dedup();
        }
    }
}

fn place_keys(path: &VfsPath, facts: &FileFacts) -> Vec<Key> {
    let mut res = vec![path_key(path.as_str()), stem_key(stem(path.as_str()))];
    let folder = folder(path.as_str());
    res.push(folder_key(folder));
    // A folder's index file goes by the name of the folder, too: `pay/__init__.py`, `pay/index.ts`.
    res.push(stem_key(stem(folder)));
    if let Some(package) = facts.package {
        let package = facts.name(package);
        res.push(package_key(package));
        let ends = package.match_indices(['.', '\\', ':', '/']);
        res.extend(ends.map(|(end, _)| around_key(&package[..end])));
    }
    if facts.manifest.is_some() {
        res.push(manifests_key());
    }
    res
}

/// Key of the file at a path.
pub(crate) fn path_key(path: &str) -> Key {
    Key::of(&format!("p{path}"))
}

/// Key of the files whose name, without what follows its first dot, is `stem`.
pub(crate) fn stem_key(stem: &str) -> Key {
    Key::of(&format!("s{stem}"))
}

/// Key of the files directly in a folder.
pub(crate) fn folder_key(folder: &str) -> Key {
    Key::of(&format!("f{folder}"))
}

/// Key of the files of a package; separators do not count, for `a.b` and `a\b` are one in two
/// languages.
pub(crate) fn package_key(package: &str) -> Key {
    Key::of(&format!("k{}", package_text(package)))
}

fn package_text(package: &str) -> String {
    package.chars().map(|it| if matches!(it, '\\' | ':' | '/') { '.' } else { it }).collect()
}

/// Key of the files of the packages below a package.
pub(crate) fn around_key(package: &str) -> Key {
    Key::of(&format!("a{}", package_text(package)))
}

/// Key of all manifests.
pub(crate) fn manifests_key() -> Key {
    Key::of("m")
}

/// The folder of a path; empty for a file at the root.
pub(crate) fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |it| &path[..it])
}

/// The file name of a path up to its first dot; a name that begins with a dot is its own stem.
pub(crate) fn stem(path: &str) -> &str {
    let name = &path[path.rfind('/').map_or(0, |it| it + 1)..];
    match name.find('.') {
        None | Some(0) => name,
        Some(dot) => &name[..dot],
    }
}

/// The name by which an import's source string asks for a file: `pay` for `./pay.js` and
/// `shop/pay`.
fn source_stem(source: &str) -> &str {
    let trimmed = source.trim_end_matches('/');
    match stem(trimmed) {
        // `.` and `..` name a folder whose own name is not written: they mean its index file.
        "." | ".." | "" => "index",
        stem => stem,
    }
}

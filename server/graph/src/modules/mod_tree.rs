//! A tree of modules that `mod` declarations span over files, one tree a crate; crates by manifest.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use syntax::{Import, ScopeIdx, SymbolKind};
use vfs::FileId;

use super::{found, walk};
use crate::{
    SymbolRef,
    entry::{folder, folder_key, manifests_key, stem},
    manifest::{CrateManifest, Manifest},
    resolve::{Globs, Hit, Outcome, Place, Resolver, Thing, Want},
};

/// Files that stand for the folder they are in.
const FOLDER_FILES: [&str; 3] = ["mod", "lib", "main"];
/// Modules between a file and the root of its crate.
const MODULE_DEPTH_MAX: usize = 64;

/// The crates of a workspace.
pub(super) type Crates = Arc<CrateTable>;

/// Crates by name, and who calls them by another one.
#[derive(Default)]
pub(super) struct CrateTable {
    roots: FxHashMap<String, FileId>,
    /// Folder of a manifest, name there, crate.
    renamed: Vec<(String, String, String)>,
}

/// The module that an import names.
pub(super) fn import_module(res: &Resolver<'_>, file: FileId, import: &Import) -> Outcome {
    let facts = res.facts(file);
    let mut path = import.path.iter().map(|it| facts.name(*it)).peekable();
    let mut start: Option<Outcome> = None;
    while let Some(&name) = path.peek() {
        let next = match (name, &start) {
            ("crate" | "$crate", None) => root(res, file).map(Thing::File),
            ("self", None) => Some(module_at(res, file, import.scope)),
            ("super", None) => parent_module(res, file, &module_at(res, file, import.scope)),
            ("super", Some(Outcome::Hits(hits))) => parent_module(res, file, &hits[0].thing),
            _ => break,
        };
        path.next();
        match next {
            Some(next) => start = Some(found(next)),
            None => return Outcome::Unknown,
        }
    }
    let start = match start {
        Some(start) => start,
        None => match path.next() {
            Some(first) => {
                let place = Place::new(file, import.scope, Some(import.range.start()));
                let globs = match import.name {
                    syntax::Imported::Glob => Globs::Unseen,
                    _ => Globs::Seen,
                };
                res.bare(Place { globs, ..place }, first, Want::Container)
            }
            None => return Outcome::Unknown,
        },
    };
    walk(res, start, path, file)
}

/// Crates by name where a path begins, macros of the crate, and words that are places in the tree.
pub(super) fn beyond_file(res: &Resolver<'_>, place: Place, name: &str, want: Want) -> Outcome {
    let file = place.file;
    match want {
        Want::Macro => return macro_named(res, file, name),
        Want::Label => return Outcome::Unknown,
        Want::Container | Want::Any | Want::Type | Want::Call => {}
    }
    match name {
        "crate" | "$crate" => return Outcome::of(root(res, file).map(hit).into_iter().collect()),
        "self" => return found(module_at(res, file, place.scope)),
        "super" => {
            let parent = parent_module(res, file, &module_at(res, file, place.scope));
            return Outcome::of(
                parent.map(|it| Hit::exact(it, "parent module")).into_iter().collect(),
            );
        }
        _ => {}
    }
    if want == Want::Container
        && let Some(root) = crate_named(res, file, name)
    {
        return Outcome::Hits(vec![Hit::exact(Thing::File(root), "crate of the workspace")]);
    }
    Outcome::External
}

fn hit(root: FileId) -> Hit {
    Hit::exact(Thing::File(root), "root of the crate")
}

/// A macro by name: textual scope and `#[macro_use]` make it known in its crate, `#[macro_export]`
/// everywhere.
fn macro_named(res: &Resolver<'_>, file: FileId, name: &str) -> Outcome {
    let mut found = Vec::new();
    for candidate in res.graph.defining(name) {
        res.graph.symbols_named(
            *candidate,
            name,
            |entry, it| entry.facts.symbol(it).kind == SymbolKind::Macro,
            &mut found,
        );
    }
    let own = root(res, file);
    let in_crate: Vec<SymbolRef> =
        found.iter().copied().filter(|it| root(res, it.file) == own).collect();
    let meant = if in_crate.is_empty() { found } else { in_crate };
    // Two macros of one name in other crates: which is meant depends on what those export.
    match meant[..] {
        [] => Outcome::External,
        [one] => Outcome::Hits(vec![Hit::symbol(one.file, one.symbol, "macro in scope")]),
        _ => Outcome::Unknown,
    }
}

/// The innermost module around a scope: one inside the file, or the file.
pub(super) fn module_at(res: &Resolver<'_>, file: FileId, scope: ScopeIdx) -> Thing {
    let facts = res.facts(file);
    let mut at = Some(scope);
    // A file that could not be parsed has no scopes, not even its own.
    while let Some(scope) = at.and_then(|it| facts.scopes.get(it.index())) {
        if let Some(symbol) = scope.owner
            && facts.symbol(symbol).kind == SymbolKind::Module
        {
            return Thing::Symbol(SymbolRef { file, symbol });
        }
        at = scope.parent;
    }
    Thing::File(file)
}

fn parent_module(res: &Resolver<'_>, file: FileId, module: &Thing) -> Option<Thing> {
    match module {
        Thing::Symbol(inline) => {
            let parent =
                res.symbol(*inline).parent.map(|it| SymbolRef { file: inline.file, symbol: it });
            let inside = parent.filter(|it| res.symbol(*it).kind == SymbolKind::Module);
            Some(inside.map_or(Thing::File(inline.file), Thing::Symbol))
        }
        Thing::File(file) => parent_file(res, *file).map(Thing::File),
        Thing::Folder(_) | Thing::Package(_) => {
            debug_assert!(false, "no folder is a module in the tree of {file:?}");
            None
        }
    }
}

/// The module that a path goes back to from a module by `super`.
pub(super) fn above(res: &Resolver<'_>, module: &Thing) -> Outcome {
    let file = match module {
        Thing::Symbol(it) if res.symbol(*it).kind == SymbolKind::Module => it.file,
        Thing::File(it) => *it,
        _ => return Outcome::Unknown,
    };
    let parent = parent_module(res, file, module);
    Outcome::of(parent.map(|it| Hit::exact(it, "parent module")).into_iter().collect())
}

/// The file of the module that a module declares under a name.
pub(super) fn child(
    res: &Resolver<'_>,
    file: FileId,
    scope: ScopeIdx,
    name: &str,
) -> Option<FileId> {
    let facts = res.facts(file);
    let around = match module_at(res, file, scope) {
        Thing::Symbol(inline) => Some(inline.symbol),
        _ => None,
    };
    let declared =
        facts.mods.iter().find(|it| it.parent == around && facts.name(it.name) == name)?;
    let path = res.entry(file).path.as_str();
    if let Some(explicit) = declared.path {
        let target = res.entry(file).path.parent()?.join(facts.name(explicit));
        return res.graph.file_at(target.as_str());
    }
    let mut base = base_folder(res, file, path);
    let mut inline_names = Vec::new();
    let mut at = around;
    while let Some(idx) = at {
        inline_names.push(facts.name(facts.symbol(idx).name));
        at = facts.symbol(idx).parent;
    }
    for name in inline_names.into_iter().rev() {
        base = format!("{base}/{name}");
    }
    let plain = res.graph.file_at(&format!("{base}/{name}.rs"));
    plain.or_else(|| res.graph.file_at(&format!("{base}/{name}/mod.rs")))
}

/// The folder that the children of a file's module are in.
fn base_folder(res: &Resolver<'_>, file: FileId, path: &str) -> String {
    let stem = stem(path);
    let is_root = FOLDER_FILES.contains(&stem) || parent_file(res, file).is_none();
    if is_root { folder(path).to_owned() } else { format!("{}/{stem}", folder(path)) }
}

/// The file whose module declares the file's own.
/// Whether a file is a module of a tree: its root, or declared by another file.
pub(super) fn is_in_tree(res: &Resolver<'_>, file: FileId) -> bool {
    let is_root = matches!(stem(res.entry(file).path.as_str()), "lib" | "main");
    is_root || parent_file(res, file).is_some()
}

fn parent_file(res: &Resolver<'_>, file: FileId) -> Option<FileId> {
    if let Some(known) = res.workspace.parents.borrow().get(&file) {
        return *known;
    }
    let parent = find_parent(res, file);
    res.workspace.parents.borrow_mut().insert(file, parent);
    parent
}

fn find_parent(res: &Resolver<'_>, file: FileId) -> Option<FileId> {
    let path = res.entry(file).path.as_str();
    let own_folder = folder(path);
    let (name, place) = match stem(path) {
        "mod" => (stem(own_folder), folder(own_folder)),
        "lib" | "main" => return None,
        stem => (stem, own_folder),
    };
    let declares = |candidate: FileId| {
        let facts = res.facts(candidate);
        candidate != file && facts.mods.iter().any(|it| facts.name(it.name) == name)
    };
    let named = FOLDER_FILES.iter().map(|it| format!("{place}/{it}.rs"));
    let beside = std::iter::once(format!("{place}.rs"));
    let by_name =
        named.chain(beside).filter_map(|it| res.graph.file_at(&it)).find(|it| declares(*it));
    by_name.or_else(|| {
        // A root by another name, such as a test with modules of its own.
        let siblings = res.graph.at_place(folder_key(place)).iter().copied();
        let mut siblings = siblings.filter(|it| {
            folder(res.entry(*it).path.as_str()) == place
                && res.modules(*it) == grammars::Modules::ModTree
        });
        siblings.find(|it| declares(*it))
    })
}

fn root(res: &Resolver<'_>, file: FileId) -> Option<FileId> {
    let mut at = file;
    for _ in 0..MODULE_DEPTH_MAX {
        match parent_file(res, at) {
            Some(parent) => at = parent,
            None => return Some(at),
        }
    }
    None
}

/// The root of the crate that a name means in a file.
fn crate_named(res: &Resolver<'_>, file: FileId, name: &str) -> Option<FileId> {
    let crates = crates(res);
    let path = res.entry(file).path.as_str();
    let renamed = crates
        .renamed
        .iter()
        .filter(|(folder, here, _)| here == name && path.starts_with(&**folder));
    let renamed = renamed.max_by_key(|it| it.0.len()).map(|it| &*it.2);
    crates.roots.get(renamed.unwrap_or(name)).copied()
}

fn crates(res: &Resolver<'_>) -> Crates {
    if let Some(known) = &*res.workspace.crates.borrow() {
        return Arc::clone(known);
    }
    let mut table = CrateTable::default();
    for file in res.graph.at_place(manifests_key()) {
        let entry = res.entry(*file);
        if let Some(Manifest::Crate(manifest)) = &entry.manifest {
            add_crate(res, folder(entry.path.as_str()), manifest, &mut table);
        }
    }
    let table = Arc::new(table);
    *res.workspace.crates.borrow_mut() = Some(Arc::clone(&table));
    table
}

fn add_crate(res: &Resolver<'_>, folder: &str, manifest: &CrateManifest, table: &mut CrateTable) {
    for (here, package) in &manifest.renamed {
        table.renamed.push((format!("{folder}/"), here.clone(), package.clone()));
    }
    let lib = manifest.lib.as_deref().unwrap_or("src/lib.rs");
    let root = res.graph.file_at(&format!("{folder}/{}", lib.trim_start_matches("./")));
    if let (Some(name), Some(root)) = (&manifest.name, root) {
        table.roots.entry(name.clone()).or_insert(root);
    }
}

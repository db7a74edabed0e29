//! Folders as packages, modules by dotted path (`a.b.c`), each package's own names in `__init__`.

use std::sync::Arc;

use syntax::Import;
use vfs::FileId;

use super::{found, walk};
use crate::{
    entry::{folder, folder_key, manifests_key, stem, stem_key},
    resolve::{Hit, Outcome, Resolver, Thing},
};

/// What a package's own file is called.
const PACKAGE_FILE: &str = "__init__";

/// The module that an import names.
pub(super) fn import_module(res: &Resolver<'_>, file: FileId, import: &Import) -> Outcome {
    let facts = res.facts(file);
    let path: Vec<&str> = import.path.iter().map(|it| facts.name(*it)).collect();
    if import.dots == 0 {
        let Some((first, rest)) = path.split_first() else { return Outcome::Unknown };
        let inside = match import.name {
            syntax::Imported::Name(name) => Some(facts.name(name)),
            _ => None,
        };
        let inside = rest.first().copied().or(inside);
        let Some(package) = top_level(res, file, (*first, inside)) else {
            return Outcome::External;
        };
        // `import a.b.c` binds `a`; only under an alias does it bind the module at the end.
        let bound = import.local.map(|(local, _)| facts.name(local));
        let binds_first = import.name == syntax::Imported::Module && bound == Some(*first);
        let rest = if binds_first { &[] } else { rest };
        return down(res, package, rest, file);
    }
    let mut at = folder(res.entry(file).path.as_str()).to_owned();
    for _ in 1..import.dots {
        at = folder(&at).to_owned();
    }
    match module_of_folder(res, &at) {
        Some(package) => down(res, package, &path, file),
        None => Outcome::Unknown,
    }
}

/// Goes down a path of modules. A module's file comes before what its package calls by that name:
/// the path is what the package's own imports are written in.
fn down(res: &Resolver<'_>, package: Thing, path: &[&str], file: FileId) -> Outcome {
    let mut at = package;
    for (depth, name) in path.iter().enumerate() {
        let below = match &at {
            Thing::File(it) => child(res, *it, name),
            Thing::Folder(folder) => submodule(res, folder, name),
            Thing::Symbol(_) | Thing::Package(_) => None,
        };
        match below {
            Some(module) => at = module,
            None => return walk(res, found(at), path[depth..].iter().copied(), file),
        }
    }
    found(at)
}

/// The package or module at the top that a path begins with, the one nearest to the importing file;
/// `inside` is what is taken from it first.
fn top_level(
    res: &Resolver<'_>,
    file: FileId,
    (first, inside): (&str, Option<&str>),
) -> Option<Thing> {
    let from = res.entry(file).path.as_str();
    let mut best: Option<(usize, &str, Thing)> = None;
    for candidate in res.graph.at_place(stem_key(first)) {
        let at = res.entry(*candidate).path.as_str();
        if res.modules(*candidate) != grammars::Modules::DottedPackages {
            continue;
        }
        // `a.py` and `a/__init__.py` are module `a`; other files in a folder `a` make it a package
        // without a file of its own.
        let (root, thing) = match stem(at) {
            own if own == first => (folder(at), Thing::File(*candidate)),
            PACKAGE_FILE => (folder(folder(at)), Thing::File(*candidate)),
            _ => {
                let package = folder(at);
                if own_file(res, package).is_some() {
                    continue;
                }
                (folder(package), Thing::Folder(Arc::from(package)))
            }
        };
        // Inside a package the same name is reached with its package's name before it.
        if own_file(res, root).is_some() {
            continue;
        }
        // Anything may lie in a folder called `typing`: without a file of its own it is a package
        // only where modules are looked for, and the library's own come before it.
        if let Thing::Folder(package) = &thing {
            let is_package = match inside {
                Some(inside) => {
                    is_searched(res, root, from) && submodule(res, package, inside).is_some()
                }
                None => is_project(res, root),
            };
            if !is_package {
                continue;
            }
        }
        let nearness = common_prefix(root, from);
        let better = best.as_ref().is_none_or(|(known, path, _)| {
            nearness > *known || (nearness == *known && root.len() < path.len())
        });
        if better {
            best = Some((nearness, root, thing));
        }
    }
    best.map(|it| it.2)
}

/// Whether modules of a folder go by their bare names: it is around the importing file, or the root
/// of a project or of its sources.
fn is_searched(res: &Resolver<'_>, root: &str, from: &str) -> bool {
    let is_around =
        root.is_empty() || from.strip_prefix(root).is_some_and(|it| it.starts_with('/'));
    is_around || is_project(res, root) || is_project(res, folder(root))
}

/// Whether a folder is the root of the workspace or of a project in it.
fn is_project(res: &Resolver<'_>, root: &str) -> bool {
    let manifests = res.graph.at_place(manifests_key()).iter();
    let mut folders = manifests.map(|it| folder(res.entry(*it).path.as_str()));
    root.is_empty() || folders.any(|folder| folder == root)
}

fn common_prefix(a: &str, b: &str) -> usize {
    a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).count()
}

fn own_file(res: &Resolver<'_>, folder: &str) -> Option<FileId> {
    let by_ending = ["py", "pyi"].iter().map(|it| format!("{folder}/{PACKAGE_FILE}.{it}"));
    by_ending.into_iter().find_map(|it| res.graph.file_at(&it))
}

fn module_of_folder(res: &Resolver<'_>, folder: &str) -> Option<Thing> {
    if let Some(file) = own_file(res, folder) {
        return Some(Thing::File(file));
    }
    let has_files = !res.graph.at_place(folder_key(folder)).is_empty();
    has_files.then(|| Thing::Folder(Arc::from(folder)))
}

/// The module of a name beside a package's own file.
pub(super) fn child(res: &Resolver<'_>, file: FileId, name: &str) -> Option<Thing> {
    let path = res.entry(file).path.as_str();
    (stem(path) == PACKAGE_FILE).then(|| submodule(res, folder(path), name)).flatten()
}

fn submodule(res: &Resolver<'_>, folder: &str, name: &str) -> Option<Thing> {
    let plain =
        ["py", "pyi"].iter().find_map(|it| res.graph.file_at(&format!("{folder}/{name}.{it}")));
    plain.map(Thing::File).or_else(|| module_of_folder(res, &format!("{folder}/{name}")))
}

/// What `name` is in a package without a file of its own.
pub(super) fn member_of_folder(res: &Resolver<'_>, folder: &str, name: &str) -> Outcome {
    let module = submodule(res, folder, name);
    Outcome::of(module.map(|it| Hit::exact(it, "module of that path")).into_iter().collect())
}

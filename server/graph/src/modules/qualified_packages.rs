//! Packages and namespaces that a clause in each file names, whatever folder it lies in.

use std::sync::Arc;

use grammars::{Modules, Packages};
use syntax::{Import, Imported, SymbolIdx, SymbolKind};
use vfs::FileId;

use super::{SharedImports, found, walk};
use crate::{
    SymbolRef,
    entry::{FileEntry, around_key, package_key},
    resolve::{Hit, Outcome, Place, Resolver, Thing, Want},
};

/// The package, or the type, that an import names.
pub(super) fn import_module(res: &Resolver<'_>, file: FileId, import: &Import) -> Outcome {
    let facts = res.facts(file);
    let path: Vec<&str> = import.path.iter().flat_map(|it| parts(facts.name(*it))).collect();
    // The longest beginning that is a package; what follows are types and their members.
    for len in (1..=path.len()).rev() {
        let name = path[..len].join(".");
        if exists(res, &name) {
            return walk(
                res,
                found(Thing::Package(Arc::from(name))),
                path[len..].iter().copied(),
                file,
            );
        }
    }
    if path.is_empty() {
        // A name of the package without a name.
        return found(Thing::Package(Arc::from("")));
    }
    Outcome::External
}

/// The names of a path that may be written as one string.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '\\', '/', ':']).filter(|it| !it.is_empty())
}

fn exists(res: &Resolver<'_>, package: &str) -> bool {
    let at = |key| !res.graph.at_place(key).is_empty();
    at(package_key(package))
        || at(around_key(package.trim_start_matches(['\\', '.'])))
        || !namespaces(res, package).is_empty()
}

/// A name of the file's own package, or of one around it.
pub(super) fn beyond_file(res: &Resolver<'_>, file: FileId, name: &str, want: Want) -> Outcome {
    let facts = res.facts(file);
    let own = facts.package.map(|it| facts.name(it)).unwrap_or_default();
    let own: Vec<&str> = parts(own).collect();
    let outermost = match facts.language.map(|it| it.packages) {
        Some(Packages::Nested) => 0,
        _ => own.len(),
    };
    let mut hits = Vec::new();
    for len in (outermost..=own.len()).rev() {
        hits = in_package(res, &own[..len].join("."), name, want, file);
        hits.retain(|it| !matches!(&it.thing, Thing::Symbol(it) if it.file == file));
        if !hits.is_empty() {
            break;
        }
    }
    if hits.is_empty() && matches!(want, Want::Container | Want::Any) {
        // The beginning of a whole name, or of one that begins in a package around.
        for len in (outermost..=own.len()).rev() {
            let mut path = own[..len].to_vec();
            path.push(name);
            let path = path.join(".");
            if exists(res, &path) {
                return found(Thing::Package(Arc::from(path)));
            }
        }
        if exists(res, name) {
            return found(Thing::Package(Arc::from(name)));
        }
    }
    match hits.is_empty() {
        true => imported_for_all(res, file, name, want),
        false => Outcome::Hits(hits),
    }
}

/// A name that another file imports for the whole program.
fn imported_for_all(res: &Resolver<'_>, file: FileId, name: &str, want: Want) -> Outcome {
    let language = |it: FileId| res.facts(it).language.map(|it| it.id);
    for (from, idx) in shared_imports(res).iter() {
        if language(*from) != language(file) {
            continue;
        }
        for hit in res.import(*from, *idx, Want::Container).hits() {
            if let Outcome::Hits(hits) = res.member(&hit.thing, name, want, file) {
                let why = "imported for all files";
                return Outcome::of(hits.into_iter().map(|it| Hit { why, ..it }).collect());
            }
        }
    }
    Outcome::External
}

/// The imports of whole packages that files hand on to all others.
fn shared_imports(res: &Resolver<'_>) -> SharedImports {
    if let Some(known) = &*res.workspace.shared_imports.borrow() {
        return Arc::clone(known);
    }
    let mut found = Vec::new();
    let files = res.graph.files().into_iter();
    for file in files.filter(|it| res.modules(*it) == Modules::QualifiedPackages) {
        let imports = res.facts(file).imports.iter().enumerate();
        let shared = imports.filter(|it| it.1.reexport && it.1.name == Imported::Glob);
        found.extend(shared.map(|it| (file, it.0)));
    }
    found.sort_unstable();
    let found = Arc::new(found);
    *res.workspace.shared_imports.borrow_mut() = Some(Arc::clone(&found));
    found
}

/// What `name` is in a package.
pub(super) fn member(
    res: &Resolver<'_>,
    package: &str,
    name: &str,
    want: Want,
    from: FileId,
) -> Outcome {
    let hits = in_package(res, package, name, want, from);
    if !hits.is_empty() {
        return Outcome::Hits(hits);
    }
    let below = format!("{package}.{name}");
    if exists(res, &below) { found(Thing::Package(Arc::from(below))) } else { Outcome::Unknown }
}

fn in_package(res: &Resolver<'_>, package: &str, name: &str, want: Want, from: FileId) -> Vec<Hit> {
    let mut hits = Vec::new();
    let family = res.modules(from);
    for file in res.graph.defining(name) {
        let facts = res.facts(*file);
        if res.modules(*file) != family {
            continue;
        }
        let own = facts.package.map(|it| facts.name(it)).unwrap_or_default();
        if !parts(own).eq(parts(package)) {
            continue;
        }
        let Some(id) = facts.names.find(name) else { continue };
        hits.extend(res.defined_in(Place::top_level(*file), id, want));
    }
    for namespace in namespaces(res, package) {
        hits.extend(res.children_named(namespace, name, want));
    }
    let why = "defined in the same package";
    let mut hits: Vec<Hit> = hits.into_iter().map(|it| Hit { why, ..it }).collect();
    if hits.iter().any(|it| res.fits(&it.thing, want)) {
        hits.retain(|it| res.fits(&it.thing, want));
    }
    hits
}

/// The blocks that open a namespace of a dotted name, nested or written at once.
fn namespaces(res: &Resolver<'_>, package: &str) -> Vec<SymbolRef> {
    let mut found = Vec::new();
    let is_namespace = |entry: &FileEntry, it: SymbolIdx| {
        matches!(entry.facts.symbol(it).kind, SymbolKind::Namespace | SymbolKind::Module)
    };
    let mut names = vec![package];
    names.extend(parts(package).last().filter(|it| *it != package));
    for name in names {
        for file in res.graph.defining(name) {
            res.graph.symbols_named(*file, name, is_namespace, &mut found);
        }
    }
    found.retain(|it| {
        let entry = res.entry(it.file);
        let own = qualified_name(entry, it.symbol);
        res.modules(it.file) == Modules::QualifiedPackages && parts(&own).eq(parts(package))
    });
    found
}

fn qualified_name(entry: &FileEntry, symbol: SymbolIdx) -> String {
    let facts = &entry.facts;
    let mut names = Vec::new();
    let mut at = Some(symbol);
    while let Some(idx) = at {
        names.push(facts.name(facts.symbol(idx).name));
        at = facts.symbol(idx).parent;
    }
    names.reverse();
    names.join(".")
}

/// The parts of a type that other files of its package write under the same names.
pub(super) fn parts_elsewhere(res: &Resolver<'_>, part: SymbolRef) -> Vec<SymbolRef> {
    let whole = |it: SymbolRef| {
        let entry = res.entry(it.file);
        let package = entry.facts.package.map(|it| entry.facts.name(it)).unwrap_or_default();
        // A namespace with a block is around its types already.
        let own = qualified_name(entry, it.symbol);
        if own.starts_with(package) { own } else { format!("{package}.{own}") }
    };
    let own = whole(part);
    let kind = res.symbol(part).kind;
    let mut found = res.graph.definitions_named(res.name(part));
    found.retain(|it| {
        it.file != part.file
            && res.symbol(*it).kind == kind
            && res.modules(it.file) == Modules::QualifiedPackages
            && whole(*it) == own
    });
    found
}

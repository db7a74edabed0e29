//! How files belong together: one strategy for each way in which languages spread a program over
//! files. A strategy knows paths and manifests; scopes, members and types are the same for all.

mod constants;
mod dotted_packages;
mod folder_packages;
mod includes;
mod mod_tree;
mod qualified_packages;
mod relative_files;

use std::{borrow::Cow, cell::RefCell};

use grammars::Modules;
use rustc_hash::FxHashMap;
use syntax::{Import, ScopeIdx};
use vfs::FileId;

use crate::{
    SymbolRef,
    resolve::{Hit, Outcome, Place, Resolver, Thing, Want},
};

/// Files with the number of an import in each.
type SharedImports = std::sync::Arc<Vec<(FileId, usize)>>;

/// What a question learns of the workspace once and asks for often.
#[derive(Default)]
pub(crate) struct Workspace {
    crates: RefCell<Option<mod_tree::Crates>>,
    parents: RefCell<FxHashMap<FileId, Option<FileId>>>,
    included: RefCell<FxHashMap<FileId, std::sync::Arc<Vec<FileId>>>>,
    /// The imports that files write for all others of the program.
    shared_imports: RefCell<Option<SharedImports>>,
    pub(crate) implementations: RefCell<FxHashMap<SymbolRef, Vec<SymbolRef>>>,
}

/// The module that an import names, whatever it takes from it.
pub(crate) fn import_module(res: &Resolver<'_>, file: FileId, import: &Import) -> Outcome {
    match res.modules(file) {
        Modules::ModTree => mod_tree::import_module(res, file, import),
        Modules::DottedPackages => dotted_packages::import_module(res, file, import),
        Modules::RelativeFiles => relative_files::import_module(res, file, import),
        Modules::FolderPackages => folder_packages::import_module(res, file, import),
        Modules::QualifiedPackages => qualified_packages::import_module(res, file, import),
        Modules::Includes => includes::import_module(res, file, import),
        Modules::Constants => constants::import_module(res, file, import),
        Modules::None => Outcome::Unknown,
    }
}

/// What a bare name means that the file itself does not know.
pub(crate) fn beyond_file(res: &Resolver<'_>, place: Place, name: &str, want: Want) -> Outcome {
    let file = place.file;
    match res.modules(file) {
        Modules::ModTree => mod_tree::beyond_file(res, place, name, want),
        Modules::FolderPackages => folder_packages::beyond_file(res, file, name, want),
        Modules::QualifiedPackages => qualified_packages::beyond_file(res, file, name, want),
        Modules::Includes => includes::beyond_file(res, file, name, want),
        Modules::Constants => constants::beyond_file(res, place, name, want),
        Modules::RelativeFiles => relative_files::beyond_file(res, file, name, want),
        // Every name of a module is bound in it: what is not is built in.
        Modules::DottedPackages => Outcome::External,
        Modules::None => Outcome::Unknown,
    }
}

/// What `name` is in a package.
pub(crate) fn member(
    res: &Resolver<'_>,
    package: &Thing,
    name: &str,
    want: Want,
    from: FileId,
) -> Outcome {
    match (package, res.modules(from)) {
        (Thing::Folder(folder), Modules::FolderPackages) => {
            folder_packages::member(res, folder, name, want)
        }
        (Thing::Folder(folder), _) => dotted_packages::member_of_folder(res, folder, name),
        (Thing::Package(package), _) => qualified_packages::member(res, package, name, want, from),
        (Thing::Symbol(_) | Thing::File(_), _) => Outcome::Unknown,
    }
}

/// The parts of a type that other files write.
pub(crate) fn parts_elsewhere(res: &Resolver<'_>, part: SymbolRef) -> Vec<SymbolRef> {
    match res.modules(part.file) {
        Modules::QualifiedPackages => qualified_packages::parts_elsewhere(res, part),
        Modules::Constants => constants::parts_elsewhere(res, part),
        _ => Vec::new(),
    }
}

/// What `name` is in a module that other files open too.
pub(crate) fn member_elsewhere(
    res: &Resolver<'_>,
    module: SymbolRef,
    name: &str,
    want: Want,
) -> Outcome {
    match res.modules(module.file) {
        Modules::Constants => constants::member_elsewhere(res, module, name, want),
        _ => Outcome::Unknown,
    }
}

/// Whether a name in a file is looked for in all types around it: of a function only the innermost
/// is asked where functions are those of the receiver.
pub(crate) fn is_lexical(res: &Resolver<'_>, file: FileId, name: &str) -> bool {
    res.modules(file) != Modules::Constants || constants::is_constant(name)
}

/// The module that a path goes back to from a module, where the name says so.
pub(crate) fn above(
    res: &Resolver<'_>,
    module: &Thing,
    name: &str,
    from: FileId,
) -> Option<Outcome> {
    let goes_back = name == "super" && res.modules(from) == Modules::ModTree;
    goes_back.then(|| mod_tree::above(res, module))
}

/// The module of a name below a module: one that is declared there, or lies in its folder.
pub(crate) fn child(
    res: &Resolver<'_>,
    file: FileId,
    scope: ScopeIdx,
    name: &str,
) -> Option<Thing> {
    match res.modules(file) {
        Modules::ModTree => mod_tree::child(res, file, scope, name).map(Thing::File),
        Modules::DottedPackages if scope == ScopeIdx::FILE => {
            dotted_packages::child(res, file, name)
        }
        _ => None,
    }
}

/// The module of a name that a scope itself declares (`mod x;`).
pub(crate) fn declared_child(
    res: &Resolver<'_>,
    file: FileId,
    scope: ScopeIdx,
    name: &str,
) -> Option<Thing> {
    let facts = res.facts(file);
    let owner = facts.scope(scope).owner;
    if owner.is_none() && scope != ScopeIdx::FILE {
        // A block declares nothing of its file.
        return None;
    }
    let is_declared = |it: &syntax::ModDecl| it.parent == owner && facts.name(it.name) == name;
    if facts.mods.is_empty() || !facts.mods.iter().any(is_declared) {
        return None;
    }
    child(res, file, scope, name)
}

/// Whether a file belongs to a program, as far as its language says so: data for tests does not.
pub(crate) fn is_in_program(res: &Resolver<'_>, file: FileId) -> bool {
    match res.modules(file) {
        Modules::ModTree => mod_tree::is_in_tree(res, file),
        _ => true,
    }
}

/// The name that an import of a whole module binds.
pub(crate) fn module_binding<'a>(
    res: &'a Resolver<'_>,
    file: FileId,
    import: &'a Import,
) -> Option<Cow<'a, str>> {
    let facts = res.facts(file);
    match res.modules(file) {
        // `import a.b.c` makes `a` known, through which the rest is reached.
        Modules::DottedPackages => import.path.first().map(|it| Cow::Borrowed(facts.name(*it))),
        Modules::FolderPackages => folder_packages::binding(res, file, import),
        Modules::RelativeFiles | Modules::Includes | Modules::Constants | Modules::None => None,
        Modules::ModTree | Modules::QualifiedPackages => {
            import.path.last().map(|it| Cow::Borrowed(facts.name(*it)))
        }
    }
}

/// Goes down a path of members from where it begins.
fn walk<'a>(
    res: &Resolver<'_>,
    start: Outcome,
    path: impl Iterator<Item = &'a str>,
    from: FileId,
) -> Outcome {
    let mut at = start;
    for name in path {
        let Outcome::Hits(hits) = at else { return at };
        at = Outcome::Unknown;
        for hit in &hits {
            match res.member(&hit.thing, name, Want::Container, from) {
                Outcome::Unknown => {}
                found => {
                    at = found;
                    break;
                }
            }
        }
    }
    at
}

fn found(thing: Thing) -> Outcome {
    Outcome::Hits(vec![Hit::exact(thing, "module of that path")])
}

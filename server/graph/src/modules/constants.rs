//! Constants that the whole program shares: whichever file is loaded adds to the same modules and
//! classes. What loads it is seldom written in the file that uses it.

use syntax::{ScopeIdx, SymbolIdx, SymbolKind};
use vfs::FileId;

use super::includes;
use crate::{
    SymbolRef,
    entry::FileEntry,
    resolve::{Hit, Outcome, Place, Resolver, Want},
};

/// A constant of the modules around the place, the innermost first, or of no module; a function of
/// a file that is loaded by name.
pub(super) fn beyond_file(res: &Resolver<'_>, place: Place, name: &str, want: Want) -> Outcome {
    if !is_constant(name) {
        return includes::beyond_file(res, place.file, name, want);
    }
    let around = around(res, place);
    for len in (0..=around.len()).rev() {
        let found = constants(res, place.file, &around[..len], name);
        if !found.is_empty() {
            let why = "constant of the program";
            let hits = found.into_iter().map(|it| Hit::symbol(it.file, it.symbol, why));
            return Outcome::of(hits.collect());
        }
    }
    Outcome::External
}

/// Whether a name is one that the whole program shares.
pub(super) fn is_constant(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}

/// The other places where a module or class is opened.
pub(super) fn parts_elsewhere(res: &Resolver<'_>, part: SymbolRef) -> Vec<SymbolRef> {
    let entry = res.entry(part.file);
    let path = path(entry, part.symbol);
    let Some((name, around)) = path.split_last() else { return Vec::new() };
    let mut found = constants(res, part.file, around, name);
    found.retain(|it| *it != part && opens(res.symbol(*it).kind));
    found
}

/// The definitions of a constant of a module, by the names from the outermost module down, for a
/// file that asks. Tests are programs of their own: what one defines, no other knows for sure.
fn constants(res: &Resolver<'_>, from: FileId, around: &[&str], name: &str) -> Vec<SymbolRef> {
    let mut found = Vec::new();
    for file in res.graph.defining(name) {
        let is_of_other_test = res.facts(*file).is_test && *file != from;
        if res.modules(*file) != grammars::Modules::Constants || is_of_other_test {
            continue;
        }
        let is_that = |entry: &FileEntry, it: SymbolIdx| {
            let symbol = entry.facts.symbol(it);
            let is_constant = opens(symbol.kind) || symbol.kind == SymbolKind::Constant;
            let path = path(entry, it);
            is_constant && path.split_last().is_some_and(|it| it.1 == around)
        };
        res.graph.symbols_named(*file, name, is_that, &mut found);
    }
    found
}

/// Whether a definition has constants of its own.
fn opens(kind: SymbolKind) -> bool {
    matches!(kind, SymbolKind::Module | SymbolKind::Class)
}

/// The names of the modules and classes around a place, from the outermost.
fn around<'a>(res: &Resolver<'a>, place: Place) -> Vec<&'a str> {
    let entry = res.entry(place.file);
    let mut scope = Some(place.scope);
    while let Some(at) = scope.filter(|it| *it != ScopeIdx::FILE) {
        let it = entry.facts.scope(at);
        if let Some(owner) = it.owner.filter(|it| opens(entry.facts.symbol(*it).kind)) {
            return path(entry, owner);
        }
        scope = it.parent;
    }
    Vec::new()
}

/// The names of a definition and of what it is in, from the outermost: of `class A::B` both.
fn path(entry: &FileEntry, symbol: SymbolIdx) -> Vec<&str> {
    let facts = &entry.facts;
    let mut names = Vec::new();
    let mut at = Some(symbol);
    while let Some(idx) = at {
        let symbol = facts.symbol(idx);
        names.push(facts.name(symbol.name));
        let owner = facts.owner(symbol).map_or("", |it| facts.name(it));
        names.extend(owner.rsplit("::").filter(|it| !it.is_empty()));
        at = symbol.parent;
    }
    names.reverse();
    names
}

/// The file that a statement loads.
pub(super) fn import_module(res: &Resolver<'_>, file: FileId, import: &syntax::Import) -> Outcome {
    includes::import_module(res, file, import)
}

/// A member of a module in all the places where it is opened.
pub(super) fn member_elsewhere(
    res: &Resolver<'_>,
    module: SymbolRef,
    name: &str,
    want: Want,
) -> Outcome {
    let parts = parts_elsewhere(res, module).into_iter();
    Outcome::of(parts.flat_map(|it| res.children_named(it, name, want)).collect())
}

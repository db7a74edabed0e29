//! Files included as text, each seeing what it includes, and headers with the files that implement
//! them.

use std::{collections::VecDeque, rc::Rc};

use rustc_hash::FxHashSet;
use syntax::{Import, ScopeIdx, SymbolKind};
use vfs::FileId;

use super::found;
use crate::{
    entry::{stem, stem_key},
    resolve::{Hit, Outcome, Place, Resolver, Thing, Want},
};

/// Files that one file may include, directly and through others, that are looked at.
const INCLUDED_MAX: usize = 400;

/// The file that an include names.
pub(super) fn import_module(res: &Resolver<'_>, file: FileId, import: &Import) -> Outcome {
    let facts = res.facts(file);
    let Some(source) = import.path.last() else { return Outcome::Unknown };
    match file_of(res, file, facts.name(*source)) {
        Some(target) => found(Thing::File(target)),
        None => Outcome::External,
    }
}

/// Beside the including file, else the only file of the workspace whose path ends so.
fn file_of(res: &Resolver<'_>, file: FileId, source: &str) -> Option<FileId> {
    let beside = res.entry(file).path.parent()?.join(source);
    if let Some(found) = res.graph.file_at(beside.as_str()) {
        return Some(found);
    }
    let ending = format!("/{}", source.trim_start_matches("../").trim_start_matches("./"));
    let named = res.graph.at_place(stem_key(stem(&ending))).iter().copied();
    let mut named = named.filter(|it| res.entry(*it).path.as_str().ends_with(&ending));
    let first = named.next()?;
    named.next().is_none().then_some(first)
}

/// A name that an included file defines; of a function that is only declared there, the definition
/// too.
pub(super) fn beyond_file(res: &Resolver<'_>, file: FileId, name: &str, want: Want) -> Outcome {
    let defining = res.graph.defining(name);
    if defining.is_empty() {
        return Outcome::External;
    }
    let included = included_by(res, file);
    let mut hits = Vec::new();
    for candidate in defining.iter().filter(|it| included.contains(it)) {
        let Some(id) = res.facts(*candidate).names.find(name) else { continue };
        let found = res.defined_in(Place::top_level(*candidate), id, want);
        let why = "defined in an included file";
        hits.extend(found.into_iter().map(|it| Hit { why, ..it }));
    }
    if hits.is_empty() {
        return Outcome::Unknown;
    }
    let mut bodies = bodies_of(res, &hits, name);
    bodies.extend(
        hits.into_iter()
            .filter(|hit| !bodies.iter().any(|it| it.thing == hit.thing))
            .collect::<Vec<_>>(),
    );
    Outcome::Hits(bodies)
}

/// Where functions that `hits` declare without a body have one: in a file that includes the header.
fn bodies_of(res: &Resolver<'_>, hits: &[Hit], name: &str) -> Vec<Hit> {
    let declared: Vec<FileId> = hits
        .iter()
        .filter_map(|it| match &it.thing {
            Thing::Symbol(it) if is_prototype(res, *it) => Some(it.file),
            _ => None,
        })
        .collect();
    if declared.is_empty() {
        return Vec::new();
    }
    let mut bodies = Vec::new();
    for file in res.graph.defining(name) {
        let mut found = Vec::new();
        res.graph.symbols_named(
            *file,
            name,
            |entry, it| entry.facts.symbol(it).kind == SymbolKind::Function,
            &mut found,
        );
        found.retain(|it| !is_prototype(res, *it) && res.symbol(*it).scope == ScopeIdx::FILE);
        if !found.is_empty() && included_by(res, *file).iter().any(|it| declared.contains(it)) {
            let why = "implements what an included file declares";
            bodies.extend(found.iter().map(|it| Hit::symbol(it.file, it.symbol, why)));
        }
    }
    bodies
}

/// Whether a function is declared without a body.
fn is_prototype(res: &Resolver<'_>, symbol: crate::SymbolRef) -> bool {
    let facts = res.facts(symbol.file);
    let symbol = facts.symbol(symbol.symbol);
    symbol.kind == SymbolKind::Function && facts.detail(symbol).signature_end.is_none()
}

/// The files that a file includes, directly and through others.
fn included_by(res: &Resolver<'_>, file: FileId) -> Rc<Vec<FileId>> {
    if let Some(known) = res.workspace.included.borrow().get(&file) {
        return Rc::clone(known);
    }
    let mut seen = FxHashSet::from_iter([file]);
    let mut order = Vec::new();
    let mut queue = VecDeque::from([file]);
    while let Some(at) = queue.pop_front() {
        let facts = res.facts(at);
        for import in facts.imports.iter().filter(|it| it.from_source) {
            let Some(source) = import.path.last() else { continue };
            let Some(target) = file_of(res, at, facts.name(*source)) else { continue };
            if order.len() < INCLUDED_MAX && seen.insert(target) {
                order.push(target);
                queue.push_back(target);
            }
        }
    }
    let order = Rc::new(order);
    res.workspace.included.borrow_mut().insert(file, Rc::clone(&order));
    order
}

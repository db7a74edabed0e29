//! Files included as text, each seeing what it includes, and headers with the files that implement
//! them.

use std::{collections::VecDeque, sync::Arc};

use rustc_hash::FxHashSet;
use syntax::{Import, ScopeIdx, SymbolKind};
use vfs::FileId;

use super::{found, walk};
use crate::{
    entry::{folder, manifests_key, stem, stem_key},
    manifest::Manifest,
    resolve::{Globs, Hit, Outcome, Place, Resolver, Thing, Want},
};

/// Files that one file may include, directly and through others, that are looked at.
const INCLUDED_MAX: usize = 400;

/// The file that an include names, or the namespace that a path does.
pub(super) fn import_module(res: &Resolver<'_>, file: FileId, import: &Import) -> Outcome {
    let facts = res.facts(file);
    if !import.from_source {
        // A namespace, by its path: `using shop::Cart`.
        let mut path = import.path.iter().map(|it| facts.name(*it));
        let Some(first) = path.next() else { return Outcome::Unknown };
        let place = Place::new(file, import.scope, Some(import.range.start()));
        let place = Place { globs: Globs::Unseen, ..place };
        return walk(res, res.bare(place, first, Want::Container), path, file);
    }
    let Some(source) = import.path.last() else { return Outcome::Unknown };
    match file_of(res, file, facts.name(*source)) {
        Some(target) => found(Thing::File(target)),
        None => Outcome::External,
    }
}

/// Beside the including file; below a folder that the build looks in; else of the files whose path
/// ends so the one nearest to the including file.
fn file_of(res: &Resolver<'_>, file: FileId, source: &str) -> Option<FileId> {
    let entry = res.entry(file);
    // Where includes are written without an ending, it is that of the language.
    let has_ending = source[source.rfind('/').unwrap_or(0)..].contains('.');
    let endings = entry.facts.language.filter(|_| !has_ending).map_or(&[][..], |it| it.extensions);
    let with_endings = endings.iter().map(|it| format!("{source}.{it}"));
    let mut written = std::iter::once(source.to_owned()).chain(with_endings);
    written.find_map(|it| {
        let beside = entry.path.parent()?.join(&it);
        let beside = res.graph.file_at(beside.as_str());
        beside
            .or_else(|| by_build(res, entry.path.as_str(), &it))
            .or_else(|| nearest(res, file, &it))
    })
}

/// Below one of the folders that the nearest manifest of a build above the file names, or its own
/// `include`.
fn by_build(res: &Resolver<'_>, from: &str, source: &str) -> Option<FileId> {
    let mut above: Vec<(&str, &[String])> = Vec::new();
    for manifest in res.graph.at_place(manifests_key()) {
        let entry = res.entry(*manifest);
        let Some(Manifest::Includes(folders)) = &entry.manifest else { continue };
        let root = folder(entry.path.as_str());
        // A build folder inside the project holds the manifest as often as its root does.
        let root = if from.starts_with(root) { root } else { folder(root) };
        if from.starts_with(root) {
            above.push((root, folders));
        }
    }
    above.sort_by_key(|(root, _)| std::cmp::Reverse(root.len()));
    let folders = above.into_iter().flat_map(|it| it.1);
    folders.into_iter().find_map(|it| res.graph.file_at(&format!("{it}/{source}")))
}

/// Of the files whose path ends so, the one that has most of its path in common with the including
/// file; none where two have.
fn nearest(res: &Resolver<'_>, file: FileId, source: &str) -> Option<FileId> {
    let ending = format!("/{}", source.trim_start_matches("../").trim_start_matches("./"));
    let from = res.entry(file).path.as_str();
    let shared = |it: &FileId| {
        let path = res.entry(*it).path.as_str();
        path.split('/').zip(from.split('/')).take_while(|(a, b)| a == b).count()
    };
    let named = res.graph.at_place(stem_key(stem(&ending))).iter().copied();
    let mut named: Vec<FileId> =
        named.filter(|it| res.entry(*it).path.as_str().ends_with(&ending)).collect();
    named.sort_by_key(|it| std::cmp::Reverse(shared(it)));
    match named[..] {
        [] => None,
        [first, second, ..] if shared(&first) == shared(&second) => None,
        [first, ..] => Some(first),
    }
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

/// Whether a function is declared without a body. Where macros break the text of a type, what
/// follows it may look like one of its functions.
fn is_prototype(res: &Resolver<'_>, symbol: crate::SymbolRef) -> bool {
    let facts = res.facts(symbol.file);
    let symbol = facts.symbol(symbol.symbol);
    matches!(symbol.kind, SymbolKind::Function | SymbolKind::Method)
        && facts.detail(symbol).signature_end.is_none()
}

/// The files that a file includes, directly and through others.
fn included_by(res: &Resolver<'_>, file: FileId) -> Arc<Vec<FileId>> {
    if let Some(known) = res.workspace.included.borrow().get(&file) {
        return Arc::clone(known);
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
    let order = Arc::new(order);
    res.workspace.included.borrow_mut().insert(file, Arc::clone(&order));
    order
}

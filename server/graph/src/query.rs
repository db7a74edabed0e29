//! Questions over the whole graph: who names a symbol, who calls it, what must bear one name with
//! it.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use syntax::{
    Access, FileFacts, ImportIdx, Imported, Reference, ReferenceIdx, ReferenceKind, SymbolIdx,
    SymbolKind,
};
use text::{TextRange, TextSize};
use vfs::FileId;

use crate::{
    Cancelled, Check, CodeGraph, EdgeKind, Found, Resolution, Resolved, SymbolRef, Target,
    edges::confidence,
    entry::{FileEntry, folder, stem},
    kinds::edge_kind,
    resolve::{Hit, Outcome, Place, Resolver, Thing, Want},
};

/// Names that one symbol is followed through: its own and its aliases.
const NAMES_MAX: usize = 64;
/// References resolved between two looks whether anybody still wants the answer.
const REFERENCES_PER_CHECK: usize = 256;
/// Symbols whose overrides are followed when a family is put together.
const FAMILY_MAX: usize = 512;
/// Calls of one symbol, by caller.
pub type CallsByCaller = Vec<(FileId, Option<SymbolIdx>, Vec<Found>)>;

impl CodeGraph {
    /// What a reference stands for.
    pub fn resolve(&self, file: FileId, reference: ReferenceIdx) -> Resolved {
        let facts = self.facts(file);
        if facts.is_none_or(|it| it.references.len() <= reference.index()) {
            return Resolved::Unresolved;
        }
        let res = Resolver::new(self);
        self.resolved(&res, res.reference(file, reference))
    }

    /// What an import of a file stands for: the symbol it imports, or the module it takes whole.
    pub fn resolve_import(&self, file: FileId, import: usize) -> Resolved {
        if self.facts(file).is_none_or(|it| it.imports.len() <= import) {
            return Resolved::Unresolved;
        }
        let res = Resolver::new(self);
        self.resolved(&res, res.import(file, import, Want::Any))
    }

    /// The import of the file that brings a name which leads out of the workspace, where there is
    /// nothing better to show of it.
    pub fn brought_from_outside(&self, file: FileId, reference: ReferenceIdx) -> Option<ImportIdx> {
        self.facts(file)?;
        let idx = Resolver::new(self).brought_from_outside(file, reference)?;
        Some(ImportIdx::new(idx))
    }

    /// The constructors that a call of a type runs: those that take as many arguments as are given,
    /// all where none fits. Empty where the type has none or the reference is no call.
    pub fn constructors_called(
        &self,
        file: FileId,
        reference: ReferenceIdx,
        class: SymbolRef,
    ) -> Vec<SymbolRef> {
        if !self.knows(class) || self.facts(file).is_none() {
            return Vec::new();
        }
        Resolver::new(self).constructors_called(file, reference, class)
    }

    /// The definitions that are one entity with this one, itself first: all bindings of one
    /// variable, a function with its overload signatures, the parts of an open type.
    pub fn same_entity(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        if self.knows(symbol) { Resolver::new(self).same_entity(symbol) } else { vec![symbol] }
    }

    pub(crate) fn resolved(&self, res: &Resolver<'_>, outcome: Outcome) -> Resolved {
        let hits = match outcome {
            Outcome::Hits(hits) => hits,
            Outcome::External => return Resolved::External,
            Outcome::Unknown => return Resolved::Unresolved,
        };
        let mut targets: Vec<Target> = Vec::new();
        let mut files = Vec::new();
        for hit in &hits {
            match &hit.thing {
                Thing::Symbol(symbol) => {
                    if targets.iter().all(|it| it.symbol_ref() != *symbol) {
                        targets.push(Target {
                            file: symbol.file,
                            symbol: symbol.symbol,
                            resolution: hit.resolution,
                            confidence: confidence(hit.resolution),
                            why: hit.why,
                        });
                    }
                }
                module => files.extend(res.files_of(module)),
            }
        }
        if !targets.is_empty() {
            return Resolved::Targets(targets);
        }
        files.sort_unstable();
        files.dedup();
        if files.is_empty() { Resolved::External } else { Resolved::Module(files) }
    }

    /// Members and functions of the reference's name anywhere, as candidates: for a name that does
    /// not resolve, and only when the user asks for guesses. At most `max`, nearest first.
    pub fn candidates(&self, file: FileId, reference: ReferenceIdx, max: usize) -> Vec<Target> {
        let Some(entry) = self.entry(file) else { return Vec::new() };
        let facts = &entry.facts;
        let it = facts.reference(reference);
        let mut found = self.definitions_named(facts.name(it.name()));
        found.retain(|symbol| {
            let entry = self.entry(symbol.file);
            entry.is_some_and(|entry| is_candidate(entry, symbol.symbol, facts, it))
        });
        let own = entry.path.as_str();
        let distance = |it: &SymbolRef| {
            let path = self.path(it.file).map_or("", |it| it.as_str());
            let shared = own.split('/').zip(path.split('/')).take_while(|(a, b)| a == b).count();
            (it.file != file, std::cmp::Reverse(shared), *it)
        };
        found.sort_by_key(distance);
        found.truncate(max);
        let candidate = |it: SymbolRef| Target {
            file: it.file,
            symbol: it.symbol,
            resolution: Resolution::Candidate,
            confidence: confidence(Resolution::Candidate),
            why: "by its name only",
        };
        found.into_iter().map(candidate).collect()
    }

    /// Whether [`CodeGraph::candidates`] would give any; to ask for many names.
    pub(crate) fn has_candidate(&self, file: FileId, reference: ReferenceIdx) -> bool {
        let Some(facts) = self.facts(file) else { return false };
        let it = facts.reference(reference);
        let name = facts.name(it.name());
        self.defining(name).iter().any(|file| {
            let mut found = Vec::new();
            let may_be = |entry: &FileEntry, symbol| {
                !entry.facts.symbol(symbol).is_local && is_candidate(entry, symbol, facts, it)
            };
            self.symbols_named(*file, name, may_be, &mut found);
            !found.is_empty()
        })
    }

    /// Every place that names the symbol, exact and inferred, sorted by file and place.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn references_to(
        &self,
        symbol: SymbolRef,
        check: Check<'_>,
    ) -> Result<Vec<Found>, Cancelled> {
        if !self.knows(symbol) {
            return Ok(Vec::new());
        }
        let res = Resolver::new(self);
        let same: FxHashSet<SymbolRef> = res.same_entity(symbol).into_iter().collect();
        self.references_to_any(&res, &same, check)
    }

    /// Every place that names one of several symbols of one name, sorted by file and place.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn references_to_all(
        &self,
        symbols: &[SymbolRef],
        check: Check<'_>,
    ) -> Result<Vec<Found>, Cancelled> {
        let res = Resolver::new(self);
        let known = symbols.iter().copied().filter(|it| self.knows(*it));
        let same: FxHashSet<SymbolRef> = known.collect();
        self.references_to_any(&res, &same, check)
    }

    pub(crate) fn references_to_any(
        &self,
        res: &Resolver<'_>,
        symbols: &FxHashSet<SymbolRef>,
        check: Check<'_>,
    ) -> Result<Vec<Found>, Cancelled> {
        let mut found = BTreeMap::new();
        for (file, reference) in self.places_of(res, symbols, check)? {
            let outcome = res.reference(file, reference);
            let is_meant = |hit: &&Hit| match &hit.thing {
                Thing::Symbol(it) => symbols.contains(it),
                _ => false,
            };
            let hit = outcome.hits().iter().find(is_meant);
            let shorthand = match hit {
                Some(_) => Outcome::Unknown,
                None => res.shorthand_field(file, reference),
            };
            let hit = hit.or_else(|| shorthand.hits().iter().find(is_meant));
            let constructs = || {
                // A call of a type is a use of the constructor that it runs.
                let hit = outcome.hits().first()?;
                let Thing::Symbol(class) = hit.thing else { return None };
                let run = res.constructors_called(file, reference, class);
                run.iter().any(|it| symbols.contains(it)).then_some(hit)
            };
            if let Some(hit) = hit.or_else(constructs) {
                let kind = edge_kind(res.facts(file), reference);
                let resolution = hit.resolution;
                found.insert((file, reference), Found { file, reference, resolution, kind });
            }
        }
        Ok(found.into_values().collect())
    }

    /// Places of the symbol's name that do not resolve and so may or may not mean it, sorted.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn candidate_references_to(
        &self,
        symbol: SymbolRef,
        check: Check<'_>,
    ) -> Result<Vec<Found>, Cancelled> {
        let res = Resolver::new(self);
        if !self.knows(symbol) || res.symbol(symbol).is_local {
            return Ok(Vec::new());
        }
        let is_member = res.is_member(symbol);
        let language = res.facts(symbol.file).language;
        let mut found = Vec::new();
        let name = res.name(symbol);
        for file in self.mentioning(name) {
            check()?;
            let facts = res.facts(*file);
            let Some(id) = facts.names.find(name) else { continue };
            if facts.language != language && !same_family(facts, res.facts(symbol.file)) {
                continue;
            }
            for (reference, it) in facts.references().filter(|it| it.1.name() == id) {
                // The name of an argument is that of a parameter, or of nothing here.
                let could_be = it.access() != Access::Argument
                    && ((it.access() != Access::Bare) == is_member || !is_member);
                if could_be && res.reference(*file, reference) == Outcome::Unknown {
                    let kind = edge_kind(facts, reference);
                    let resolution = Resolution::Candidate;
                    found.push(Found { file: *file, reference, resolution, kind });
                }
            }
        }
        Ok(found)
    }

    /// The symbol with every other that must bear the same name: overloads, a declaration and its
    /// implementation, a class with its constructors, a member with those it overrides and that
    /// override it. Sorted; never empty.
    pub fn family(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        if !self.knows(symbol) {
            return vec![symbol];
        }
        let res = Resolver::new(self);
        let mut family = Vec::new();
        let mut left = vec![symbol];
        while let Some(next) = left.pop() {
            if family.contains(&next) || FAMILY_MAX <= family.len() {
                continue;
            }
            family.push(next);
            left.extend(res.same_entity(next));
            left.extend(res.constructors(next));
            left.extend(res.siblings(next));
            left.extend(res.overrides(next));
        }
        family.sort_unstable();
        family
    }

    /// Symbols whose bodies call the symbol, with the places of the calls, sorted. Without a symbol
    /// it is the top level of a file.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn callers(&self, symbol: SymbolRef, check: Check<'_>) -> Result<CallsByCaller, Cancelled> {
        let mut callers: BTreeMap<(FileId, Option<SymbolIdx>), Vec<Found>> = BTreeMap::new();
        for found in self.references_to(symbol, check)? {
            let Some(facts) = self.facts(found.file) else { continue };
            if found.kind == EdgeKind::Calls {
                let caller = facts.actor_of(found.reference);
                callers.entry((found.file, caller)).or_default().push(found);
            }
        }
        Ok(callers.into_iter().map(|((file, caller), calls)| (file, caller, calls)).collect())
    }

    /// Symbols that the symbol's body calls, with the places of the calls, sorted.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn callees(
        &self,
        symbol: SymbolRef,
        check: Check<'_>,
    ) -> Result<Vec<(SymbolRef, Vec<Found>)>, Cancelled> {
        if !self.knows(symbol) {
            return Ok(Vec::new());
        }
        let res = Resolver::new(self);
        let facts = res.facts(symbol.file);
        let range = facts.symbol(symbol.symbol).range;
        let mut callees: BTreeMap<SymbolRef, Vec<Found>> = BTreeMap::new();
        let start = facts.references.partition_point(|it| it.start() < range.start());
        for (n, it) in facts.references[start..].iter().enumerate() {
            if range.end() <= it.start() {
                break;
            }
            if n % REFERENCES_PER_CHECK == 0 {
                check()?;
            }
            let reference = ReferenceIdx::new(start + n);
            if !matches!(it.kind(), ReferenceKind::Call | ReferenceKind::Macro) {
                continue;
            }
            for hit in res.reference(symbol.file, reference).hits() {
                let Thing::Symbol(callee) = hit.thing else { continue };
                let (kind, resolution) = (EdgeKind::Calls, hit.resolution);
                let found = Found { file: symbol.file, reference, resolution, kind };
                callees.entry(callee).or_default().push(found);
            }
        }
        Ok(callees.into_iter().collect())
    }

    /// What `name`, were it written at `offset`, would stand for.
    pub fn lookup(&self, file: FileId, offset: TextSize, name: &str) -> Resolved {
        let res = Resolver::new(self);
        let facts = self.facts(file).filter(|it| !it.scopes.is_empty());
        let Some(facts) = facts else { return Resolved::Unresolved };
        let place = Place::new(file, facts.scope_at(offset), Some(offset));
        let outcome = res.bare(place, name, Want::Any);
        self.resolved(&res, outcome)
    }

    /// What `name` would stand for were it written in the place of a bare reference.
    pub fn lookup_like(&self, file: FileId, reference: ReferenceIdx, name: &str) -> Resolved {
        let res = Resolver::new(self);
        let Some(facts) = self.facts(file) else { return Resolved::Unresolved };
        let it = facts.reference(reference);
        let place = Place::new(file, facts.scope_of(reference), Some(it.start()));
        let want = Want::of(it);
        let outcome = match res.bare(place, name, want) {
            // What is of another kind is no meaning of the name here.
            Outcome::Hits(hits) => {
                Outcome::of(hits.into_iter().filter(|it| res.fits(&it.thing, want)).collect())
            }
            other => other,
        };
        self.resolved(&res, outcome)
    }

    /// What a definition's own name leads to besides itself: the other definitions that are bound
    /// to the name together with it (overloads, the setter of a property), where a name is bound
    /// once, and what an object that is written out for a type has the member for.
    pub fn defined_with(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        if !self.knows(symbol) {
            return Vec::new();
        }
        let res = Resolver::new(self);
        let mut found = res.declared_for(symbol);
        found.extend(res.bound_with(symbol));
        found.retain(|it| *it != symbol);
        found
    }

    /// The types that a member belongs to; none for what is no member.
    pub fn owners(&self, member: SymbolRef) -> Vec<SymbolRef> {
        if self.knows(member) { Resolver::new(self).owners_of(member) } else { Vec::new() }
    }

    /// What `name` is as a member of a type or module, inherited ones included.
    pub fn member(&self, owner: SymbolRef, name: &str) -> Resolved {
        if !self.knows(owner) {
            return Resolved::Unresolved;
        }
        let res = Resolver::new(self);
        let outcome = res.member(&Thing::Symbol(owner), name, Want::Any, owner.file);
        self.resolved(&res, outcome)
    }

    /// The names in the lists of what a member's types extend and implement that lead out of the
    /// workspace: who is behind them may ask for the member by its name.
    pub fn foreign_bases(&self, member: SymbolRef) -> Vec<(FileId, ReferenceIdx)> {
        if self.knows(member) { Resolver::new(self).foreign_bases(member) } else { Vec::new() }
    }

    /// Files that import something of the file, sorted.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn importers(&self, file: FileId, check: Check<'_>) -> Result<Vec<FileId>, Cancelled> {
        let res = Resolver::new(self);
        let mut importers = Vec::new();
        for candidate in self.may_import(file) {
            check()?;
            let facts = res.facts(candidate);
            let imports = facts.imports.iter();
            let mut modules = imports.filter_map(|import| {
                match crate::modules::import_module(&res, candidate, import) {
                    Outcome::Hits(hits) => Some(hits),
                    Outcome::External | Outcome::Unknown => None,
                }
            });
            let is_of_file = |thing: &Thing| res.files_of(thing).contains(&file);
            if modules.any(|it| it.iter().any(|hit| is_of_file(&hit.thing))) {
                importers.push(candidate);
            }
        }
        Ok(importers)
    }

    /// The files that make up the module an import names, whatever it takes from it.
    pub fn imported_files(&self, file: FileId, import: usize) -> Vec<FileId> {
        let Some(facts) = self.facts(file) else { return Vec::new() };
        let Some(import) = facts.imports.get(import) else { return Vec::new() };
        let res = Resolver::new(self);
        match crate::modules::import_module(&res, file, import) {
            Outcome::Hits(hits) => hits.iter().flat_map(|it| res.files_of(&it.thing)).collect(),
            Outcome::External | Outcome::Unknown => Vec::new(),
        }
    }

    /// Files in which the name of a file, or of the folder it stands for, is written.
    fn may_import(&self, file: FileId) -> Vec<FileId> {
        let Some(path) = self.path(file) else { return Vec::new() };
        let own = stem(path.as_str());
        let of_folder = stem(folder(path.as_str()));
        let mut names = vec![own.to_owned(), of_folder.to_owned(), "index".to_owned()];
        let package = self.facts(file).and_then(|it| it.package.map(|p| it.name(p).to_owned()));
        names.extend(package.and_then(|it| it.rsplit(['.', '\\']).next().map(str::to_owned)));
        let mut res: Vec<FileId> =
            names.iter().flat_map(|it| self.mentioning(it).iter().copied()).collect();
        res.sort_unstable();
        res.dedup();
        res.retain(|it| *it != file);
        res
    }

    /// All places that bear a name under which one of the symbols may go: its own, and the aliases
    /// that imports give it, followed from file to file.
    fn places_of<'g>(
        &'g self,
        res: &Resolver<'g>,
        symbols: &FxHashSet<SymbolRef>,
        check: Check<'_>,
    ) -> Result<Vec<(FileId, ReferenceIdx)>, Cancelled> {
        let mut names: Vec<String> = Vec::new();
        for symbol in symbols {
            names.push(res.name(*symbol).to_owned());
            let made = res.made_by(*symbol).into_iter();
            names.extend(made.map(|it| res.name(it).to_owned()));
        }
        names.sort_unstable();
        names.dedup();
        let all_local = symbols.iter().all(|it| res.symbol(*it).is_local);
        let own: FxHashSet<FileId> = symbols.iter().map(|it| it.file).collect();
        if all_local && symbols.iter().any(|it| res.function_of(*it).is_some()) {
            return self.places_of_parameters(res, &names, &own, check);
        }
        if !all_local {
            names.extend(self.default_names(res, symbols.iter().copied()));
        }
        let mut places = Vec::new();
        let mut at = 0;
        while let Some(name) = names.get(at).cloned() {
            at += 1;
            for file in self.mentioning(&name).iter().filter(|it| !all_local || own.contains(it)) {
                check()?;
                let facts = res.facts(*file);
                let Some(id) = facts.names.find(&name) else { continue };
                let named = facts.references().filter(|it| it.1.name() == id);
                places.extend(named.map(|it| (*file, it.0)));
                for alias in aliases_of(facts, id) {
                    if names.len() < NAMES_MAX && names.iter().all(|it| it != alias) {
                        names.push(alias.to_owned());
                    }
                }
            }
        }
        Ok(places)
    }

    /// The places that bear the name of a parameter: all in its own file, in others the names of
    /// arguments.
    fn places_of_parameters(
        &self,
        res: &Resolver<'_>,
        names: &[String],
        own: &FxHashSet<FileId>,
        check: Check<'_>,
    ) -> Result<Vec<(FileId, ReferenceIdx)>, Cancelled> {
        let mut places = Vec::new();
        for name in names {
            for file in self.mentioning(name) {
                check()?;
                let facts = res.facts(*file);
                let Some(id) = facts.names.find(name) else { continue };
                let is_own = own.contains(file);
                let named = facts.references().filter(|(_, it)| {
                    it.name() == id && (is_own || it.access() == Access::Argument)
                });
                places.extend(named.map(|it| (*file, it.0)));
            }
        }
        Ok(places)
    }

    /// The places where imports bind a name of their own choice to one of the symbols: `a` of
    /// `import a from './pay'`. No reference stands there. Sorted by file and place.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn bindings_of(
        &self,
        symbols: &[SymbolRef],
        check: Check<'_>,
    ) -> Result<Vec<(FileId, TextRange)>, Cancelled> {
        let res = Resolver::new(self);
        let known: Vec<SymbolRef> = symbols.iter().copied().filter(|it| self.knows(*it)).collect();
        let mut found = Vec::new();
        for (file, import) in self.default_imports(&res, known.iter().copied()) {
            check()?;
            let outcome = res.import(file, import, Want::Any);
            let is_meant =
                |hit: &Hit| matches!(hit.thing, Thing::Symbol(it) if known.contains(&it));
            let local = res.facts(file).imports[import].local;
            if outcome.hits().iter().any(is_meant) {
                found.extend(local.map(|(_, range)| (file, range)));
            }
        }
        found.sort_unstable_by_key(|(file, range)| (*file, range.start()));
        found.dedup();
        Ok(found)
    }

    /// The names by which others import the default export of the symbols' files, where a symbol is
    /// it.
    pub(crate) fn default_names(
        &self,
        res: &Resolver<'_>,
        symbols: impl Iterator<Item = SymbolRef>,
    ) -> Vec<String> {
        let imports = self.default_imports(res, symbols).into_iter();
        let mut names: Vec<String> = imports
            .filter_map(|(file, import)| {
                let facts = res.facts(file);
                Some(facts.name(facts.imports[import].local?.0).to_owned())
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names.truncate(NAMES_MAX);
        names
    }

    /// The imports of the default export of the symbols' files, where a symbol is it.
    fn default_imports(
        &self,
        res: &Resolver<'_>,
        symbols: impl Iterator<Item = SymbolRef>,
    ) -> Vec<(FileId, usize)> {
        let mut imports = Vec::new();
        for symbol in symbols {
            let facts = res.facts(symbol.file);
            let own = facts.symbol(symbol.symbol).name;
            let is_default = facts.imports.iter().any(|it| {
                let alias = it.local.map(|(local, _)| facts.name(local));
                it.reexport
                    && it.name == Imported::Name(own)
                    && matches!(alias, Some("default" | "exports"))
            });
            // A default without a name of its own is called by the word.
            if !is_default && facts.name(own) != "default" {
                continue;
            }
            for file in self.may_import(symbol.file) {
                let facts = res.facts(file);
                let defaults = facts.imports.iter().enumerate().filter(|(_, it)| {
                    it.name == Imported::Default
                        || matches!(it.name, Imported::Name(name) if facts.name(name) == "default")
                        || (it.name == Imported::Module && it.from_source)
                });
                imports.extend(defaults.map(|(import, _)| (file, import)));
            }
        }
        imports
    }
}

/// The other names that imports of a file give to a name.
pub(crate) fn aliases_of(facts: &FileFacts, name: syntax::NameId) -> impl Iterator<Item = &str> {
    facts.imports.iter().filter_map(move |it| match (it.name, it.local) {
        (Imported::Name(imported), Some((local, _))) if imported == name && local != name => {
            Some(facts.name(local))
        }
        _ => None,
    })
}

/// Whether a definition could be what a name means that does not resolve.
fn is_candidate(
    entry: &FileEntry,
    symbol: SymbolIdx,
    facts: &FileFacts,
    reference: &Reference,
) -> bool {
    let symbol = entry.facts.symbol(symbol);
    let is_member = reference.access() != Access::Bare;
    reference.access() != Access::Argument
        && (entry.facts.language == facts.language || same_family(&entry.facts, facts))
        && symbol.kind != SymbolKind::Implementation
        && (!is_member || symbol.parent.is_some() || entry.facts.owner(symbol).is_some())
}

fn same_family(a: &FileFacts, b: &FileFacts) -> bool {
    let modules = |it: &FileFacts| it.language.map(|it| it.modules);
    modules(a) == modules(b) && modules(a) != Some(grammars::Modules::None)
}

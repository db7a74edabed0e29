//! Types above and below a type, and the members that stand for one another along them.

use grammars::{Interfaces, Modules};
use rustc_hash::FxHashSet;
use syntax::{ReferenceIdx, SymbolKind};
use vfs::FileId;

use super::{Outcome, Resolver, Thing, Want, entity::is_callable, typing::is_type};
use crate::SymbolRef;

/// Bases of bases that are followed.
const BASES_MAX: usize = 256;
/// Heirs of heirs that are followed.
const HEIRS_MAX: usize = 1024;
/// Names under which one type is looked for in lists of bases: its own, and its aliases.
const NAMES_MAX: usize = 16;

/// A type or an implementation that names another type among its bases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Heir {
    /// The type or the implementation.
    pub(crate) symbol: SymbolRef,
    /// Where, in the symbol's file, it names the other.
    pub(crate) base: ReferenceIdx,
}

/// A type above another one, as one of its bases or further up.
#[derive(Clone, Debug)]
pub(super) struct Above {
    /// The file in which it is named as a base.
    pub(super) file: FileId,
    /// Where.
    pub(super) base: ReferenceIdx,
    /// What that is, where it is known.
    pub(super) thing: Option<Thing>,
    /// It is outside the workspace.
    pub(super) is_external: bool,
}

impl Resolver<'_> {
    /// The members that a member overrides or implements, and those that override or implement it.
    pub(crate) fn overrides(&self, member: SymbolRef) -> Vec<SymbolRef> {
        let mut res = self.overridden(member);
        res.extend(self.overriding(member));
        res
    }

    /// The members of bases that a member stands for, the nearest of each base.
    pub(crate) fn overridden(&self, member: SymbolRef) -> Vec<SymbolRef> {
        let mut res = Vec::new();
        if !self.is_overridable(member) {
            return res;
        }
        for owner in self.owners_of(member) {
            for (file, base) in self.bases_of_member(member, owner) {
                for hit in self.type_named(file, base).hits() {
                    res.extend(self.members_like(member, &hit.thing, file));
                }
            }
        }
        res
    }

    /// The members that stand for a member in types below its own, however far.
    pub(crate) fn overriding(&self, member: SymbolRef) -> Vec<SymbolRef> {
        let mut res = Vec::new();
        if !self.is_overridable(member) {
            return res;
        }
        for owner in self.owners_of(member) {
            // An heir without the member hands it on to heirs that may have it.
            for heir in self.all_heirs(owner) {
                res.extend(self.members_like(member, &Thing::Symbol(heir), heir.file));
            }
        }
        res
    }

    /// The types and implementations below a type, nearest first.
    pub(crate) fn all_heirs(&self, owner: SymbolRef) -> Vec<SymbolRef> {
        let mut heirs: Vec<SymbolRef> = self.heirs(owner).iter().map(|it| it.symbol).collect();
        let mut seen: FxHashSet<SymbolRef> = heirs.iter().copied().collect();
        let mut at = 0;
        while let Some(heir) = heirs.get(at).copied() {
            at += 1;
            for next in self.heirs(heir) {
                if heirs.len() < HEIRS_MAX && seen.insert(next.symbol) {
                    heirs.push(next.symbol);
                }
            }
        }
        heirs
    }

    fn is_overridable(&self, member: SymbolRef) -> bool {
        let kind = self.symbol(member).kind;
        let has_kind = is_callable(kind) && kind != SymbolKind::Constructor
            || matches!(
                kind,
                SymbolKind::Property | SymbolKind::Type | SymbolKind::Constant | SymbolKind::Field
            );
        has_kind && self.is_member(member)
    }

    /// The members that bear the name of `member` and are functions where that is one.
    fn members_like(&self, member: SymbolRef, owner: &Thing, from: FileId) -> Vec<SymbolRef> {
        let want = if is_callable(self.symbol(member).kind) { Want::Call } else { Want::Any };
        let outcome = self.member(owner, self.name(member), want, from);
        let symbols = outcome.hits().iter().filter_map(|hit| match hit.thing {
            Thing::Symbol(it) => Some(it),
            _ => None,
        });
        symbols.filter(|it| *it != member).collect()
    }

    /// The bases, direct or inherited, of a member's types that are not in the workspace.
    pub(crate) fn foreign_bases(&self, member: SymbolRef) -> Vec<(FileId, ReferenceIdx)> {
        let mut res = Vec::new();
        let mut seen = Vec::new();
        let mut left: Vec<(FileId, ReferenceIdx)> = Vec::new();
        for owner in self.owners_of(member) {
            left.extend(self.bases_of_member(member, owner));
        }
        while let Some((file, base)) = left.pop() {
            if seen.contains(&(file, base)) || BASES_MAX <= seen.len() {
                continue;
            }
            seen.push((file, base));
            let types = self.type_named(file, base);
            if types.hits().is_empty() {
                res.push((file, base));
            }
            for hit in types.hits() {
                if let Thing::Symbol(it) = hit.thing {
                    left.extend(self.bases(it));
                }
            }
        }
        res.sort_unstable();
        res
    }

    /// The interface of its own block for a member of an implementation, else all bases of the
    /// owner.
    fn bases_of_member(&self, member: SymbolRef, owner: SymbolRef) -> Vec<(FileId, ReferenceIdx)> {
        let facts = self.facts(member.file);
        let parent = self.symbol(member).parent.map(|it| facts.symbol(it));
        match parent {
            Some(block) if block.kind == SymbolKind::Implementation => {
                facts.interface(block).map(|it| (member.file, it)).into_iter().collect()
            }
            _ => self.bases(owner),
        }
    }

    /// The types above a type, first those whose members come first: each before what it inherits
    /// from, and of several side by side the one that is written first; where types are embedded
    /// and not inherited, what is nearer.
    pub(super) fn above(&self, owner: SymbolRef) -> Vec<Above> {
        let language = self.facts(owner.file).language;
        if language.is_some_and(|it| it.interfaces == Interfaces::Structural) {
            let mut res = self.directly_above(owner);
            let mut next = 0;
            while let Some(at) = res.get(next).filter(|_| res.len() < BASES_MAX) {
                next += 1;
                let Some(Thing::Symbol(it)) = at.thing else { continue };
                let known = |it: &Above| {
                    it.thing.is_some() && res.iter().any(|known| known.thing == it.thing)
                };
                let more: Vec<Above> =
                    self.directly_above(it).into_iter().filter(|it| !known(it)).collect();
                res.extend(more);
            }
            return res;
        }
        // Behind all that is below it: the order in which a walk leaves the types, backwards.
        let mut seen: FxHashSet<SymbolRef> = [owner].into_iter().collect();
        let mut left: Vec<Above> = Vec::new();
        let mut open: Vec<(Option<Above>, Vec<Above>)> = vec![(None, self.directly_above(owner))];
        while let Some((_, below)) = open.last_mut() {
            let Some(next) = below.pop() else {
                left.extend(open.pop().and_then(|it| it.0));
                continue;
            };
            match next.thing {
                Some(Thing::Symbol(it)) => {
                    if seen.len() < BASES_MAX && seen.insert(it) {
                        let above = self.directly_above(it);
                        open.push((Some(next), above));
                    }
                }
                _ => left.push(next),
            }
        }
        left.reverse();
        left
    }

    fn directly_above(&self, owner: SymbolRef) -> Vec<Above> {
        let mut res = Vec::new();
        for (file, base) in self.declarations(owner).iter().flat_map(|it| self.bases(*it)) {
            let types = self.type_named(file, base);
            let is_external = types == Outcome::External;
            match types {
                Outcome::Hits(hits) => res.extend(hits.into_iter().map(|hit| Above {
                    file,
                    base,
                    thing: Some(hit.thing),
                    is_external,
                })),
                _ => res.push(Above { file, base, thing: None, is_external }),
            }
        }
        res
    }

    /// Whether a block adds members to a type that is written elsewhere, rather than being a type
    /// without a name that stands for itself.
    pub(super) fn adds_members(&self, block: SymbolRef) -> bool {
        self.modules(block.file) == Modules::ModTree
    }

    /// The types whose member a symbol is.
    pub(crate) fn owners_of(&self, member: SymbolRef) -> Vec<SymbolRef> {
        let symbol = self.symbol(member);
        let symbols = |things: Vec<Thing>| {
            things.into_iter().filter_map(|it| match it {
                Thing::Symbol(it) => Some(it),
                _ => None,
            })
        };
        if self.facts(member.file).owner(symbol).is_some()
            && symbol.kind != SymbolKind::Implementation
        {
            return symbols(self.named_owner(member)).collect();
        }
        let Some(parent) = symbol.parent.map(|it| SymbolRef { file: member.file, symbol: it })
        else {
            return Vec::new();
        };
        match self.symbol(parent).kind {
            SymbolKind::Implementation if !self.adds_members(parent) => vec![parent],
            SymbolKind::Implementation => {
                let types: Vec<SymbolRef> = symbols(self.implemented_type(parent)).collect();
                if types.is_empty() { vec![parent] } else { types }
            }
            kind if is_type(kind) => vec![parent],
            _ => Vec::new(),
        }
    }

    /// The types and blocks that name a type among what they extend or implement, under whatever
    /// name they know it by; sorted.
    pub(crate) fn heirs(&self, owner: SymbolRef) -> Vec<Heir> {
        let mut names = vec![self.name(owner).to_owned()];
        names.extend(self.graph.default_names(self, std::iter::once(owner)));
        let mut res = Vec::new();
        let mut at = 0;
        while let Some(name) = names.get(at).cloned() {
            at += 1;
            for file in self.graph.mentioning(&name) {
                let facts = self.facts(*file);
                let Some(id) = facts.names.find(&name) else { continue };
                self.heirs_in(*file, id, owner, &mut res);
                for alias in crate::query::aliases_of(facts, id) {
                    if names.len() < NAMES_MAX && names.iter().all(|it| it != alias) {
                        names.push(alias.to_owned());
                    }
                }
            }
        }
        res.sort_unstable();
        res.dedup();
        res
    }

    /// The heirs of a type in one file, where that calls it `name`.
    fn heirs_in(&self, file: FileId, name: syntax::NameId, owner: SymbolRef, acc: &mut Vec<Heir>) {
        let facts = self.facts(file);
        for (symbol, it) in facts.symbols().filter(|it| it.1.detail.is_some()) {
            let bases = facts.bases(it).iter().map(|it| it.reference);
            let mut named =
                bases.chain(facts.interface(it)).filter(|it| facts.reference(*it).name() == name);
            let base = named.find(|it| {
                let outcome = self.type_named(file, *it);
                outcome.hits().iter().any(|hit| hit.thing == Thing::Symbol(owner))
            });
            acc.extend(base.map(|base| Heir { symbol: SymbolRef { file, symbol }, base }));
        }
    }
}

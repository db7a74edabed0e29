//! Which definitions are one thing, and which must bear one name.

use grammars::{Modules, Rebinding};
use syntax::{ScopeKind, SymbolIdx, SymbolKind};
use text::TextSize;
use vfs::FileId;

use super::{Hit, Outcome, Resolver, Thing, Want, typing::is_type};
use crate::{
    SymbolRef,
    entry::{folder, folder_key, package_key},
};

/// Bases of bases that are followed.
const BASES_MAX: usize = 256;
/// Heirs of heirs that are followed.
const HEIRS_MAX: usize = 1024;

impl Resolver<'_> {
    /// The definitions that are one entity with this one, itself first: the bindings of one
    /// variable, a function with its overload signatures, the parts of an open type.
    pub(crate) fn same_entity(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        let entry = self.entry(symbol.file);
        let facts = &entry.facts;
        let own = facts.symbol(symbol.symbol);
        let beside = entry.named(own.name).iter().copied().filter(|it| {
            let other = facts.symbol(*it);
            *it != symbol.symbol
                && other.scope == own.scope
                && other.is_local == own.is_local
                && other.parent == own.parent
        });
        let beside: Vec<SymbolIdx> = beside.collect();
        let mut res = vec![symbol];
        if beside.is_empty() {
            return res;
        }
        let shadows = facts.language.is_none_or(|it| it.rebinding == Rebinding::Shadow);
        let has_body = |it: &SymbolIdx| facts.detail(facts.symbol(*it)).signature_end.is_some();
        let one = |it: &SymbolIdx| {
            let other = facts.symbol(*it);
            match own.kind {
                kind if is_callable(kind) && is_callable(other.kind) => {
                    // Two bodies are two functions; a body and signatures are one.
                    !(has_body(it) && has_body(&symbol.symbol))
                }
                kind if is_type(kind) => is_type(other.kind),
                _ if own.is_local => {
                    let ordered = |it: &syntax::Symbol| it.visible_from > TextSize::new(0);
                    same_namespace(own.kind, other.kind)
                        && !(shadows && (ordered(own) || ordered(other)))
                }
                _ => own.kind == other.kind && !shadows,
            }
        };
        res.extend(
            beside
                .iter()
                .filter(|it| one(it))
                .map(|it| SymbolRef { file: symbol.file, symbol: *it }),
        );
        res
    }

    /// The definitions of the same name beside a definition that a use of the name may mean as
    /// well: overloads, a property's getter and setter, a type and a value that are imported as
    /// one.
    pub(crate) fn siblings(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        let entry = self.entry(symbol.file);
        let facts = &entry.facts;
        let own = facts.symbol(symbol.symbol);
        let modules = self.modules(symbol.file);
        let is_one_name = matches!(modules, Modules::RelativeFiles | Modules::DottedPackages);
        let is_key = matches!(own.kind, SymbolKind::Property | SymbolKind::Field);
        if is_key && facts.scope(own.scope).kind != ScopeKind::Class {
            // Two objects written out in one function each have keys of their own.
            return Vec::new();
        }
        let beside = entry.named(own.name).iter().copied().filter(|it| {
            let other = facts.symbol(*it);
            let same_place = other.scope == own.scope
                && other.parent == own.parent
                && facts.owner(other) == facts.owner(own);
            let same_kind = is_callable(own.kind) == is_callable(other.kind)
                && is_type(own.kind) == is_type(other.kind);
            let concerned = !own.is_local && !other.is_local && same_place;
            concerned
                && (is_one_name || same_kind)
                && (own.kind == SymbolKind::Implementation)
                    == (other.kind == SymbolKind::Implementation)
        });
        beside.map(|it| SymbolRef { file: symbol.file, symbol: it }).collect()
    }

    /// A type's constructors that bear its name, and the type of such a constructor.
    pub(crate) fn constructors(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        let entry = self.entry(symbol.file);
        let own = entry.facts.symbol(symbol.symbol);
        if own.kind == SymbolKind::Constructor {
            let parent = own.parent.filter(|it| entry.facts.symbol(*it).name == own.name);
            return parent
                .map(|it| SymbolRef { file: symbol.file, symbol: it })
                .into_iter()
                .collect();
        }
        if !is_type(own.kind) {
            return Vec::new();
        }
        let inside = entry.children(symbol.symbol).iter().filter(|it| {
            let child = entry.facts.symbol(**it);
            child.kind == SymbolKind::Constructor && child.name == own.name
        });
        inside.map(|it| SymbolRef { file: symbol.file, symbol: *it }).collect()
    }

    /// The constructors that a call of a type runs.
    pub(crate) fn constructors_called(
        &self,
        file: FileId,
        reference: syntax::ReferenceIdx,
        class: SymbolRef,
    ) -> Vec<SymbolRef> {
        if self.facts(file).reference(reference).kind() != syntax::ReferenceKind::Call {
            return Vec::new();
        }
        let entry = self.entry(class.file);
        let constructors = entry
            .children(class.symbol)
            .iter()
            .filter(|it| entry.facts.symbol(**it).kind == SymbolKind::Constructor);
        let why = "constructor of the type";
        let hits = constructors.map(|it| Hit::symbol(class.file, *it, why)).collect();
        let fitting = self.of_arity(file, reference, Outcome::of(hits));
        let symbols = fitting.hits().iter().filter_map(|it| match it.thing {
            Thing::Symbol(it) => Some(it),
            _ => None,
        });
        symbols.collect()
    }

    /// The members that a member overrides or implements, and those that override or implement it.
    pub(crate) fn overrides(&self, member: SymbolRef) -> Vec<SymbolRef> {
        if !is_overridable(self.symbol(member).kind) || !self.is_member(member) {
            return Vec::new();
        }
        let name = self.name(member);
        let mut res = Vec::new();
        for owner in self.owners_of(member) {
            for (file, base) in self.bases_of_member(member, owner) {
                for hit in self.type_named(file, base).hits() {
                    self.members_of(&hit.thing, name, file, &mut res);
                }
            }
            // An heir without the member hands it on to heirs that may have it.
            let mut heirs = self.heirs(owner);
            let mut at = 0;
            while let Some(heir) = heirs.get(at).copied() {
                at += 1;
                self.members_of(&Thing::Symbol(heir), name, heir.file, &mut res);
                for next in self.heirs(heir) {
                    if heirs.len() < HEIRS_MAX && !heirs.contains(&next) {
                        heirs.push(next);
                    }
                }
            }
        }
        res.retain(|it| *it != member);
        res
    }

    fn members_of(&self, owner: &Thing, name: &str, from: FileId, acc: &mut Vec<SymbolRef>) {
        for hit in self.member(owner, name, Want::Any, from).hits() {
            if let Thing::Symbol(it) = hit.thing {
                acc.push(it);
            }
        }
    }

    /// The bases, direct or inherited, of a member's types that are not in the workspace.
    pub(crate) fn foreign_bases(&self, member: SymbolRef) -> Vec<(FileId, syntax::ReferenceIdx)> {
        let mut res = Vec::new();
        let mut seen = Vec::new();
        let mut left: Vec<(FileId, syntax::ReferenceIdx)> = Vec::new();
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
    fn bases_of_member(
        &self,
        member: SymbolRef,
        owner: SymbolRef,
    ) -> Vec<(FileId, syntax::ReferenceIdx)> {
        let facts = self.facts(member.file);
        let parent = self.symbol(member).parent.map(|it| facts.symbol(it));
        match parent {
            Some(block) if block.kind == SymbolKind::Implementation => {
                facts.interface(block).map(|it| (member.file, it)).into_iter().collect()
            }
            _ => self.bases(owner),
        }
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
            SymbolKind::Implementation => {
                let types: Vec<SymbolRef> = symbols(self.implemented_type(parent)).collect();
                if types.is_empty() { vec![parent] } else { types }
            }
            kind if is_type(kind) => vec![parent],
            _ => Vec::new(),
        }
    }

    /// The types and blocks that extend or implement a type, directly.
    fn heirs(&self, owner: SymbolRef) -> Vec<SymbolRef> {
        let name = self.name(owner);
        let mut res = Vec::new();
        for file in self.graph.mentioning(name) {
            let facts = self.facts(*file);
            let Some(id) = facts.names.find(name) else { continue };
            for (symbol, it) in facts.symbols().filter(|it| it.1.detail.is_some()) {
                let bases = facts.bases(it).iter().map(|it| it.reference);
                let mut named =
                    bases.chain(facts.interface(it)).filter(|it| facts.reference(*it).name() == id);
                let is_heir = named.any(|it| {
                    let outcome = self.type_named(*file, it);
                    outcome.hits().iter().any(|hit| hit.thing == Thing::Symbol(owner))
                });
                if is_heir {
                    res.push(SymbolRef { file: *file, symbol });
                }
            }
        }
        res
    }

    /// Whether a symbol is reached through a receiver or a type.
    pub(crate) fn is_member(&self, symbol: SymbolRef) -> bool {
        let facts = self.facts(symbol.file);
        let own = self.symbol(symbol);
        let parent = own.parent.map(|it| facts.symbol(it).kind);
        let in_type = parent.is_some_and(|it| is_type(it) || it == SymbolKind::Implementation);
        !own.is_local && (in_type || facts.owner(own).is_some())
    }

    /// The files that make up a thing.
    pub(crate) fn files_of(&self, thing: &Thing) -> Vec<FileId> {
        match thing {
            Thing::Symbol(symbol) => vec![symbol.file],
            Thing::File(file) => vec![*file],
            Thing::Folder(path) => {
                let files = self.graph.at_place(folder_key(path)).iter().copied();
                files
                    .filter(|it| {
                        let entry = self.entry(*it);
                        folder(entry.path.as_str()) == &**path && entry.facts.language.is_some()
                    })
                    .collect()
            }
            Thing::Package(name) => self.graph.at_place(package_key(name)).to_vec(),
        }
    }
}

fn is_callable(kind: SymbolKind) -> bool {
    matches!(
        kind,
        SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor | SymbolKind::Test
    )
}

fn is_overridable(kind: SymbolKind) -> bool {
    is_callable(kind) && kind != SymbolKind::Constructor
        || matches!(
            kind,
            SymbolKind::Property | SymbolKind::Type | SymbolKind::Constant | SymbolKind::Field
        )
}

/// Whether two locals of the kinds can hide each other.
fn same_namespace(a: SymbolKind, b: SymbolKind) -> bool {
    let apart = |it| matches!(it, SymbolKind::Label | SymbolKind::TypeParameter);
    apart(a) == apart(b)
}

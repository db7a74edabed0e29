//! Interfaces that a type implements by having what they ask for, without a word about them.

use grammars::Interfaces;
use rustc_hash::FxHashSet;
use syntax::SymbolKind;

use super::{Resolver, Thing, Want, entity::is_callable};
use crate::SymbolRef;

/// Functions of one interface, inherited ones included, that are asked for.
const ASKED_MAX: usize = 128;
/// Types, or interfaces, of which each is compared function by function.
const COMPARED_MAX: usize = 512;

impl Resolver<'_> {
    /// The types that have every function an interface asks for; none where interfaces are
    /// implemented by name, or where the interface asks for nothing, as then every type would do.
    pub(crate) fn structural_implementers(&self, interface: SymbolRef) -> Vec<SymbolRef> {
        if !self.is_structural(interface) {
            return Vec::new();
        }
        let Some(asked) = self.asked_functions(interface) else { return Vec::new() };
        // The types that have the rarest of the functions are the only ones to compare.
        let rarest = asked.iter().min_by_key(|it| self.graph.defining(self.name(**it)).len());
        let Some(rarest) = rarest else { return Vec::new() };
        let mut types: Vec<SymbolRef> = Vec::new();
        let mut seen = FxHashSet::default();
        for function in self.graph.definitions_named(self.name(*rarest)) {
            if self.symbol(function).kind != SymbolKind::Method {
                continue;
            }
            for owner in self.owners_of(function) {
                // A type that embeds the owner has its functions, too.
                for it in std::iter::once(owner).chain(self.all_heirs(owner)) {
                    if types.len() < COMPARED_MAX && seen.insert(it) {
                        types.push(it);
                    }
                }
            }
        }
        types.retain(|it| *it != interface && self.has_all(*it, &asked));
        types.sort_unstable();
        types
    }

    /// The interfaces all of whose functions a type has, where it need not name them.
    pub(crate) fn structural_interfaces(&self, owner: SymbolRef) -> Vec<SymbolRef> {
        let language = self.facts(owner.file).language;
        if language.is_none_or(|it| it.interfaces != Interfaces::Structural) {
            return Vec::new();
        }
        let mut interfaces = Vec::new();
        let mut seen = FxHashSet::default();
        for function in self.functions_of(owner) {
            for same in self.graph.definitions_named(self.name(function)) {
                let parent = self.symbol(same).parent;
                let Some(symbol) = parent else { continue };
                let it = SymbolRef { file: same.file, symbol };
                let may = it != owner && interfaces.len() < COMPARED_MAX && self.is_structural(it);
                if may && seen.insert(it) {
                    interfaces.push(it);
                }
            }
        }
        interfaces.retain(|it| {
            self.asked_functions(*it).is_some_and(|asked| self.has_all(owner, &asked))
        });
        interfaces.sort_unstable();
        interfaces
    }

    fn is_structural(&self, symbol: SymbolRef) -> bool {
        let language = self.facts(symbol.file).language;
        language.is_some_and(|it| it.interfaces == Interfaces::Structural)
            && self.symbol(symbol).kind == SymbolKind::Interface
    }

    /// What an interface and its bases ask for; `None` where that is nothing, or not known because
    /// a base is outside the workspace.
    fn asked_functions(&self, interface: SymbolRef) -> Option<Vec<SymbolRef>> {
        let mut asked = Vec::new();
        let mut left = vec![interface];
        let mut seen = FxHashSet::default();
        while let Some(next) = left.pop() {
            if !seen.insert(next) || ASKED_MAX <= asked.len() {
                continue;
            }
            let entry = self.entry(next.file);
            let functions = entry.children(next.symbol).iter();
            let functions = functions.filter(|it| is_callable(entry.facts.symbol(**it).kind));
            asked.extend(functions.map(|it| SymbolRef { file: next.file, symbol: *it }));
            for (file, base) in self.bases(next) {
                let named = self.type_named(file, base);
                if named.hits().is_empty() {
                    return None;
                }
                left.extend(named.hits().iter().filter_map(|hit| match hit.thing {
                    Thing::Symbol(it) => Some(it),
                    _ => None,
                }));
            }
        }
        (!asked.is_empty()).then_some(asked)
    }

    /// The functions of a type: its own, those written away from it, and those of its bases.
    fn functions_of(&self, owner: SymbolRef) -> Vec<SymbolRef> {
        let mut res = Vec::new();
        let mut left = vec![owner];
        let mut seen = FxHashSet::default();
        while let Some(next) = left.pop() {
            if !seen.insert(next) || ASKED_MAX <= res.len() {
                continue;
            }
            res.extend(self.members_away(next));
            for (file, base) in self.bases(next) {
                left.extend(self.type_named(file, base).hits().iter().filter_map(|hit| {
                    match hit.thing {
                        Thing::Symbol(it) => Some(it),
                        _ => None,
                    }
                }));
            }
        }
        res.retain(|it| is_callable(self.symbol(*it).kind));
        res
    }

    /// The members of a type that are written away from it.
    pub(crate) fn members_away(&self, owner: SymbolRef) -> Vec<SymbolRef> {
        let name = self.name(owner);
        let mut found = Vec::new();
        for file in self.graph.owning(name) {
            let facts = self.facts(*file);
            let named = facts.symbols().filter(|(_, it)| {
                it.kind != SymbolKind::Implementation
                    && facts.owner(it).is_some_and(|it| facts.name(it) == name)
            });
            found.extend(named.map(|(symbol, _)| SymbolRef { file: *file, symbol }));
        }
        found.retain(|it| self.named_owner(*it).contains(&Thing::Symbol(owner)));
        found
    }

    /// Whether a type has a function of the name and number of parameters of each asked one.
    fn has_all(&self, owner: SymbolRef, asked: &[SymbolRef]) -> bool {
        asked.iter().all(|function| {
            let name = self.name(*function);
            let found = self.member(&Thing::Symbol(owner), name, Want::Call, owner.file);
            found.hits().iter().any(|hit| match hit.thing {
                Thing::Symbol(it) => {
                    is_callable(self.symbol(it).kind) && self.may_stand_for(it, *function)
                }
                _ => false,
            })
        })
    }

    /// Whether a function can take what another does, as far as the numbers of their named
    /// parameters say.
    fn may_stand_for(&self, function: SymbolRef, asked: SymbolRef) -> bool {
        let counts = [function, asked].map(|it| self.parameters(it).count());
        // Parameters of an interface's functions often have no names: then nothing is known.
        counts.contains(&0) || counts[0] == counts[1]
    }
}

//! What a type parameter stands for where a value of its type is at hand: `Cart` is what `get` of a
//! `Box<Cart>` gives back.

use syntax::{Qualifier, ReferenceIdx, SymbolIdx, SymbolKind};
use vfs::FileId;

use super::{Hit, Outcome, Resolver, Thing, typing::Taken};
use crate::SymbolRef;

/// Types above one that are gone through to the one whose parameter it is.
const DEPTH_MAX: usize = 8;

impl Resolver<'_> {
    /// `types`, with what the receiver was given in the place of the parameters of its type.
    pub(super) fn given_by(&self, file: FileId, receiver: Qualifier, types: Outcome) -> Outcome {
        let Outcome::Hits(hits) = types else { return types };
        if !hits.iter().any(|it| self.parameter_of(&it.thing).is_some()) {
            return Outcome::Hits(hits);
        }
        let Some((from, written)) = self.written_type(file, receiver) else {
            return Outcome::Hits(hits);
        };
        let mut res: Vec<Hit> = Vec::new();
        for hit in hits {
            let given = match self.parameter_of(&hit.thing) {
                Some(parameter) => self.given(from, written, parameter, DEPTH_MAX),
                None => Outcome::Unknown,
            };
            match given {
                Outcome::Hits(given) => res.extend(given),
                Outcome::External | Outcome::Unknown => res.push(hit),
            }
        }
        Outcome::Hits(res)
    }

    /// The type that a parameter belongs to, and which one of its parameters it is.
    fn parameter_of(&self, thing: &Thing) -> Option<(SymbolRef, usize)> {
        let Thing::Symbol(parameter) = thing else { return None };
        let entry = self.entry(parameter.file);
        let symbol = entry.facts.symbol(parameter.symbol);
        let owner = symbol.parent.filter(|_| symbol.kind == SymbolKind::TypeParameter)?;
        let is_parameter = |it: &SymbolIdx| {
            let other = entry.facts.symbol(*it);
            other.kind == SymbolKind::TypeParameter && other.parent == Some(owner)
        };
        let before = (owner.index() + 1..parameter.symbol.index()).map(SymbolIdx::new);
        let nth = before.filter(is_parameter).count();
        Some((SymbolRef { file: parameter.file, symbol: owner }, nth))
    }

    /// Where the type of a receiver is written, with what it is given.
    fn written_type(&self, file: FileId, receiver: Qualifier) -> Option<(FileId, ReferenceIdx)> {
        match receiver {
            Qualifier::Reference(value) => {
                let value = self.only_symbol(file, value).filter(|it| self.is_value(*it))?;
                let symbol = self.symbol(value);
                if let Some(type_ref) = symbol.type_ref {
                    return Some((value.file, type_ref));
                }
                let made = symbol.value.filter(|it| it.is_call)?;
                self.written_return(value.file, made.reference)
            }
            Qualifier::Call(callee) => self.written_return(file, callee),
            Qualifier::None | Qualifier::Opaque => None,
        }
    }

    /// Where the type is written that a call gives back, or makes.
    fn written_return(&self, file: FileId, callee: ReferenceIdx) -> Option<(FileId, ReferenceIdx)> {
        let called = self.only_symbol(file, callee)?;
        match self.symbol(called).kind {
            SymbolKind::Function | SymbolKind::Method => {
                self.symbol(called).type_ref.map(|it| (called.file, it))
            }
            _ => Some((file, callee)),
        }
    }

    fn only_symbol(&self, file: FileId, idx: ReferenceIdx) -> Option<SymbolRef> {
        match self.reference(file, idx).hits().first()?.thing {
            Thing::Symbol(it) => Some(it),
            _ => None,
        }
    }

    /// What a written type gives to a parameter of itself or of a type above it.
    fn given(
        &self,
        file: FileId,
        written: ReferenceIdx,
        (owner, nth): (SymbolRef, usize),
        depth: usize,
    ) -> Outcome {
        let Some(depth) = depth.checked_sub(1) else { return Outcome::Unknown };
        let named = self.type_named(file, written);
        let types = named.hits().iter().filter_map(|it| match it.thing {
            Thing::Symbol(it) => Some(it),
            _ => None,
        });
        for named in types {
            if self.declarations(named).contains(&owner) {
                let arguments = self.facts(file).type_arguments(written);
                let argument = arguments.get(nth).and_then(|it| it.argument);
                return argument
                    .map_or(Outcome::Unknown, |it| self.wrapped_type(file, it, Taken::No));
            }
            for (above, base) in self.bases(named) {
                let Outcome::Hits(hits) = self.given(above, base, (owner, nth), depth) else {
                    continue;
                };
                // What is given further up may be a parameter of this one.
                let own = hits.iter().find_map(|it| self.parameter_of(&it.thing));
                return match own.filter(|it| it.0 == named) {
                    Some(own) => self.given(file, written, own, depth),
                    None => Outcome::Hits(hits),
                };
            }
        }
        Outcome::Unknown
    }
}

//! Names of arguments: which parameter, or which field of what is made, they stand for.

use syntax::{ReferenceIdx, SymbolIdx, SymbolKind};
use vfs::FileId;

use super::{Hit, Outcome, Resolver, Thing, Want, entity::is_callable, typing::is_type};
use crate::{Resolution, SymbolRef};

impl Resolver<'_> {
    /// What the name of an argument stands for in a call of `callee`.
    pub(super) fn parameter_named(
        &self,
        file: FileId,
        callee: ReferenceIdx,
        name: &str,
    ) -> Outcome {
        let called = match self.is_self(file, callee) {
            true => {
                let at = self.facts(file).reference(callee).start();
                let types = self.owner_types(file, at).into_iter();
                Outcome::of(types.map(|it| Hit::exact(it, "the enclosing type")).collect())
            }
            false => self.reference(file, callee),
        };
        let Outcome::Hits(called) = called else { return called };
        let mut found: Vec<Hit> = Vec::new();
        for hit in &called {
            let Thing::Symbol(function) = hit.thing else { continue };
            for it in self.taken_under(function, name) {
                let resolution = it.resolution.max(hit.resolution);
                found.push(Hit { resolution, ..it });
            }
        }
        Outcome::of(found)
    }

    /// What a call of a function or type takes under a name.
    fn taken_under(&self, called: SymbolRef, name: &str) -> Vec<Hit> {
        let kind = self.symbol(called).kind;
        if is_callable(kind) {
            return self.parameter(called, name).into_iter().collect();
        }
        if !is_type(kind) {
            return Vec::new();
        }
        let constructors = self.constructors_of(called);
        if !constructors.is_empty() {
            return constructors.into_iter().filter_map(|it| self.parameter(it, name)).collect();
        }
        // A type that says nowhere how it is made takes what it holds.
        let field = self.member(&Thing::Symbol(called), name, Want::Any, called.file);
        let is_field = |hit: &&Hit| match hit.thing {
            Thing::Symbol(it) => {
                matches!(self.symbol(it).kind, SymbolKind::Field | SymbolKind::Property)
            }
            _ => false,
        };
        let why = "field that an argument fills";
        let fields = field.hits().iter().filter(is_field);
        fields.map(|it| Hit { why, resolution: Resolution::Inferred, ..it.clone() }).collect()
    }

    fn parameter(&self, function: SymbolRef, name: &str) -> Option<Hit> {
        let mut parameters = self.parameters(function);
        let found = parameters.find(|it| self.name(*it) == name)?;
        Some(Hit::symbol(found.file, found.symbol, "parameter of what is called"))
    }

    /// The function that a parameter belongs to, where others may call that.
    pub(crate) fn function_of(&self, parameter: SymbolRef) -> Option<SymbolRef> {
        let facts = self.facts(parameter.file);
        let it = facts.symbol(parameter.symbol);
        let owner: SymbolIdx = facts.scope(it.scope).owner?;
        let is_function = it.kind == SymbolKind::Parameter && is_callable(facts.symbol(owner).kind);
        is_function.then_some(SymbolRef { file: parameter.file, symbol: owner })
    }
}

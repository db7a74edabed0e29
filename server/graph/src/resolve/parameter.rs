//! Names of arguments: which parameter, or which field of what is made, they stand for.

use grammars::Modules;
use syntax::{ReferenceIdx, SymbolIdx, SymbolKind};
use vfs::FileId;

use super::{
    Hit, Outcome, Resolver, Thing, Want,
    entity::is_callable,
    typing::{Taken, is_type},
};
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
            let named = self.parameter(called, name);
            return match named {
                Some(it) => vec![it],
                None => self.field_of_parameter(called, name),
            };
        }
        if !is_type(kind) {
            return Vec::new();
        }
        let constructors = self.constructors_of(called);
        if !constructors.is_empty() {
            let found = constructors.into_iter().flat_map(|it| self.taken_under(it, name));
            return found.collect();
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

    /// The field of what a function takes that the key of an object written out for it names: names
    /// of arguments are written so where there are no others.
    fn field_of_parameter(&self, function: SymbolRef, name: &str) -> Vec<Hit> {
        if self.modules(function.file) != Modules::RelativeFiles {
            return Vec::new();
        }
        let fields = self.parameters(function).map(|it| {
            let types = self.type_of(it, Taken::No);
            self.member_of_types(types, name, Want::Any, "field of what is taken")
        });
        let mut fields = fields.map(|it| it.hits().to_vec()).filter(|it| !it.is_empty());
        fields.next().unwrap_or_default()
    }

    fn parameter(&self, function: SymbolRef, name: &str) -> Option<Hit> {
        let mut parameters = self.parameters(function);
        // Some write a mark before the parameter that they leave out before the argument: `$size`.
        let found = parameters.find(|it| self.name(*it).trim_start_matches('$') == name)?;
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

//! From a name to what belongs to it in other ways than by definition: its declaration, its type,
//! what implements it, the types above and below.

use graph::{End, SymbolRef, Target};
use syntax::SymbolKind;

use crate::{Analysis, Cancellable, FilePosition, NavTarget};

impl Analysis {
    /// Where the name at a position is declared: of several definitions that are one thing the ones
    /// without a body, of a member the one that its base asks for, of an imported name the import
    /// that brings it here; else its definition.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn declaration(&self, position: FilePosition) -> Cancellable<Vec<NavTarget>> {
        let definitions = self.definition(position)?;
        let mut res = Vec::new();
        for symbol in definitions.iter().filter_map(|it| it.symbol) {
            let same = self.graph().same_entity(symbol);
            let bodiless = same.iter().filter(|it| !self.has_body(**it));
            res.extend(bodiless.filter_map(|it| self.nav_target(*it)));
            let above = self.graph().overridden(symbol);
            res.extend(above.iter().filter_map(|it| self.nav_target_of(it)));
        }
        res.dedup_by_key(|it| it.symbol);
        Ok(if res.is_empty() { definitions } else { res })
    }

    /// The types of the value at a position, or of what the function there returns; of a type
    /// itself.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn type_definition(&self, position: FilePosition) -> Cancellable<Vec<NavTarget>> {
        let asking = self.graph().asking();
        let mut types: Vec<SymbolRef> = Vec::new();
        for symbol in self.symbols_at(position)? {
            if self.is_type(symbol) {
                types.push(symbol);
            } else {
                types.extend(asking.types_of(symbol));
            }
        }
        types.sort_unstable();
        types.dedup();
        Ok(types.iter().filter_map(|it| self.nav_target(*it)).collect())
    }

    /// Where what stands at a position is implemented: types below a type, members that stand for a
    /// member; of a function with several definitions those that have a body.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn implementations(&self, position: FilePosition) -> Cancellable<Vec<NavTarget>> {
        let mut res: Vec<NavTarget> = Vec::new();
        for symbol in self.symbols_at(position)? {
            self.check()?;
            let below: Vec<Target> = self.graph().implementations(symbol);
            res.extend(below.iter().filter_map(|it| self.nav_target_of(it)));
            if below.is_empty() && !self.is_type(symbol) {
                let same = self.graph().same_entity(symbol);
                let with_body = same.iter().filter(|it| self.has_body(**it));
                res.extend(with_body.filter_map(|it| self.nav_target(*it)));
            }
        }
        res.sort_by_key(|it| (it.file, it.name_range.start()));
        res.dedup_by_key(|it| (it.file, it.name_range));
        Ok(res)
    }

    /// The types that a type extends and implements.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn supertypes(&self, symbol: SymbolRef) -> Cancellable<Vec<NavTarget>> {
        self.check()?;
        let edges = self.graph().supertypes(symbol);
        Ok(self.ends(edges.iter().map(|it| (it.to, it.resolution))))
    }

    /// The types that extend and implement a type.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn subtypes(&self, symbol: SymbolRef) -> Cancellable<Vec<NavTarget>> {
        self.check()?;
        let edges = self.graph().subtypes(symbol);
        Ok(self.ends(edges.iter().map(|it| (it.from, it.resolution))))
    }

    fn ends(&self, ends: impl Iterator<Item = (End, Option<graph::Resolution>)>) -> Vec<NavTarget> {
        let targets = ends.filter_map(|(end, resolution)| {
            let End::Symbol(symbol) = end else { return None };
            let nav = self.nav_target(symbol)?;
            Some(NavTarget { resolution: resolution?, ..nav })
        });
        let mut res: Vec<NavTarget> = targets.collect();
        res.sort_by_key(|it| (it.file, it.name_range.start()));
        res.dedup_by_key(|it| it.symbol);
        res
    }

    /// Whether the symbol is a type, in the sense in which types have types above and below.
    pub fn is_type(&self, symbol: SymbolRef) -> bool {
        let kind = self.facts(symbol.file).map(|it| it.symbol(symbol.symbol).kind);
        matches!(
            kind,
            Some(
                SymbolKind::Class
                    | SymbolKind::Struct
                    | SymbolKind::Enum
                    | SymbolKind::Interface
                    | SymbolKind::Union
                    | SymbolKind::Type
            )
        )
    }

    /// Whether the symbol is called.
    pub fn is_callable(&self, symbol: SymbolRef) -> bool {
        let kind = self.facts(symbol.file).map(|it| it.symbol(symbol.symbol).kind);
        matches!(
            kind,
            Some(
                SymbolKind::Function
                    | SymbolKind::Method
                    | SymbolKind::Constructor
                    | SymbolKind::Macro
                    | SymbolKind::Test
            )
        )
    }

    fn has_body(&self, symbol: SymbolRef) -> bool {
        let Some(facts) = self.facts(symbol.file) else { return false };
        facts.detail(facts.symbol(symbol.symbol)).signature_end.is_some()
    }
}

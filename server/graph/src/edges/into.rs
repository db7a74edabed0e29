//! Edges that lead into a symbol.

use super::{Edge, End, Evidence, How, in_order};
use crate::{Cancelled, Check, CodeGraph, EdgeKind, Found, SymbolRef, resolve::Resolver};

/// Kinds of edges that a name in the text makes.
const NAMED: [EdgeKind; 6] = [
    EdgeKind::Calls,
    EdgeKind::References,
    EdgeKind::Imports,
    EdgeKind::Extends,
    EdgeKind::Implements,
    EdgeKind::Tests,
];

impl CodeGraph {
    /// The edges of some kinds that lead into a symbol, in the order of files and text. A name in a
    /// test makes an edge of kind `Tests`, too, where those are asked for.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn edges_into(
        &self,
        symbol: SymbolRef,
        kinds: &[EdgeKind],
        check: Check<'_>,
    ) -> Result<Vec<Edge>, Cancelled> {
        if !self.knows(symbol) {
            return Ok(Vec::new());
        }
        let res = Resolver::new(self);
        let mut edges = Vec::new();
        if kinds.contains(&EdgeKind::Contains) {
            edges.push(self.contained(&res, symbol));
        }
        if kinds.contains(&EdgeKind::Overrides) {
            edges.extend(self.overridden_by_edges(&res, symbol));
        }
        if kinds.iter().any(|it| NAMED.contains(it)) {
            for found in self.references_to(symbol, check)? {
                edges.extend(self.named_edges(&res, symbol, &found, kinds));
            }
        }
        if kinds.contains(&EdgeKind::Documents) {
            edges.extend(self.documents_into(&res, symbol, check)?);
        }
        if kinds.contains(&EdgeKind::Implements) {
            edges.extend(self.structural_edges_into(&res, symbol));
        }
        Ok(in_order(edges))
    }

    /// The tests that name a symbol.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn tests_of(&self, symbol: SymbolRef, check: Check<'_>) -> Result<Vec<Edge>, Cancelled> {
        self.edges_into(symbol, &[EdgeKind::Tests], check)
    }

    /// What documents a symbol: its own comment, and every other text that mentions it.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn documents_of(
        &self,
        symbol: SymbolRef,
        check: Check<'_>,
    ) -> Result<Vec<Edge>, Cancelled> {
        self.edges_into(symbol, &[EdgeKind::Documents], check)
    }

    fn contained(&self, res: &Resolver<'_>, symbol: SymbolRef) -> Edge {
        let it = res.symbol(symbol);
        let from = match it.parent {
            Some(parent) => End::Symbol(SymbolRef { file: symbol.file, symbol: parent }),
            None => End::File(symbol.file),
        };
        let evidence = Evidence { file: symbol.file, range: it.name_range };
        let how = How::exact("written inside it");
        Edge::found(EdgeKind::Contains, (from, End::Symbol(symbol)), how, evidence)
    }

    /// What one place that names the symbol says.
    fn named_edges(
        &self,
        res: &Resolver<'_>,
        symbol: SymbolRef,
        found: &Found,
        kinds: &[EdgeKind],
    ) -> Vec<Edge> {
        let facts = res.facts(found.file);
        let around = facts.symbol_of(found.reference);
        let mut from = match around {
            Some(symbol) => End::Symbol(SymbolRef { file: found.file, symbol }),
            None => End::File(found.file),
        };
        let is_test = facts.is_test || around.is_some_and(|it| facts.symbol(it).is_test);
        let range = facts.reference(found.reference).range();
        let evidence = Evidence { file: found.file, range };
        let how = How { resolution: found.resolution, why: "names it" };
        let mut edges = Vec::new();
        if is_test && kinds.contains(&EdgeKind::Tests) {
            edges.push(Edge::found(EdgeKind::Tests, (from, End::Symbol(symbol)), how, evidence));
        }
        if kinds.contains(&found.kind) {
            if matches!(found.kind, EdgeKind::Extends | EdgeKind::Implements) {
                from = self.heir_end(res, from);
            }
            edges.push(Edge::found(found.kind, (from, End::Symbol(symbol)), how, evidence));
        }
        edges
    }
}

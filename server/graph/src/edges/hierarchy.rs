//! Types above and below a type, members that stand for others, as edges and as targets.

use syntax::SymbolKind;

use super::{Edge, End, Evidence, How, in_order, out::edges_of};
use crate::{
    CodeGraph, EdgeKind, SymbolRef, Target,
    resolve::{Resolver, Thing, is_type},
};

/// Why a type without a word about an interface implements it.
const STRUCTURAL: How = How::inferred("has every function that it asks for");

impl CodeGraph {
    /// What a type extends and implements, directly: an edge for each base, those outside the
    /// workspace too, with the place that says so.
    pub fn supertypes(&self, symbol: SymbolRef) -> Vec<Edge> {
        if self.knows(symbol) {
            in_order(self.base_edges(&Resolver::new(self), symbol))
        } else {
            Vec::new()
        }
    }

    /// The types that extend or implement a type, directly: an edge for each, with the place that
    /// says so.
    pub fn subtypes(&self, symbol: SymbolRef) -> Vec<Edge> {
        if !self.knows(symbol) {
            return Vec::new();
        }
        let res = Resolver::new(self);
        let mut edges = self.structural_edges_into(&res, symbol);
        for heir in res.heirs(symbol) {
            let facts = res.facts(heir.symbol.file);
            let kind = crate::kinds::edge_kind(facts, heir.base);
            let range = facts.reference(heir.base).range();
            let evidence = Evidence { file: heir.symbol.file, range };
            let from = self.heir_end(&res, End::Symbol(heir.symbol));
            let how = How::exact("names it as its base");
            edges.push(Edge::found(kind, (from, End::Symbol(symbol)), how, evidence));
        }
        in_order(edges)
    }

    /// Where a type or a member is implemented: the types below a type, however far, or the members
    /// below a member that stand for it. Types only where the type is an interface or a class; of
    /// an implementation for a foreign type the implementation itself.
    pub fn implementations(&self, symbol: SymbolRef) -> Vec<Target> {
        if !self.knows(symbol) {
            return Vec::new();
        }
        let res = Resolver::new(self);
        if !is_type(res.symbol(symbol).kind) {
            return self.overriding(symbol);
        }
        let mut targets = Vec::new();
        for heir in res.all_heirs(symbol) {
            if let End::Symbol(it) = self.heir_end(&res, End::Symbol(heir)) {
                targets.push(How::exact("is of that type").target(it));
            }
        }
        let structural = res.structural_implementers(symbol);
        targets.extend(structural.into_iter().map(|it| STRUCTURAL.target(it)));
        once_each(targets)
    }

    /// The members of bases that a member stands for, the nearest of each base.
    pub fn overridden(&self, member: SymbolRef) -> Vec<Target> {
        if !self.knows(member) {
            return Vec::new();
        }
        let res = Resolver::new(self);
        let edges = self.override_edges(&res, member);
        once_each(edges.iter().filter_map(|it| end_target(it, it.to)).collect())
    }

    /// The members below a member that stand for it, however far.
    pub fn overriding(&self, member: SymbolRef) -> Vec<Target> {
        if !self.knows(member) {
            return Vec::new();
        }
        let res = Resolver::new(self);
        let edges = self.overridden_by_edges(&res, member);
        once_each(edges.iter().filter_map(|it| end_target(it, it.from)).collect())
    }

    /// An edge for each base of a type; the bases of an implementation are those of its type.
    pub(super) fn base_edges(&self, res: &Resolver<'_>, symbol: SymbolRef) -> Vec<Edge> {
        let kind = res.symbol(symbol).kind;
        if !is_type(kind) && kind != SymbolKind::Implementation {
            return Vec::new();
        }
        let mut edges = Vec::new();
        for (file, base) in res.bases(symbol) {
            let facts = res.facts(file);
            let kind = crate::kinds::edge_kind(facts, base);
            let evidence = Evidence { file, range: facts.reference(base).range() };
            let outcome = res.type_named(file, base);
            edges.extend(edges_of(res, &outcome, (kind, End::Symbol(symbol)), evidence));
        }
        let evidence = self.own_evidence(res, symbol);
        for interface in res.structural_interfaces(symbol) {
            let ends = (End::Symbol(symbol), End::Symbol(interface));
            edges.push(Edge::found(EdgeKind::Implements, ends, STRUCTURAL, evidence));
        }
        edges
    }

    /// Edges from types that implement an interface without naming it.
    pub(super) fn structural_edges_into(
        &self,
        res: &Resolver<'_>,
        interface: SymbolRef,
    ) -> Vec<Edge> {
        let types = res.structural_implementers(interface).into_iter();
        let edge = |it| {
            let ends = (End::Symbol(it), End::Symbol(interface));
            Edge::found(EdgeKind::Implements, ends, STRUCTURAL, self.own_evidence(res, it))
        };
        types.map(edge).collect()
    }

    /// Edges from a member to those of bases that it stands for.
    pub(super) fn override_edges(&self, res: &Resolver<'_>, member: SymbolRef) -> Vec<Edge> {
        let evidence = self.own_evidence(res, member);
        let from = End::Symbol(member);
        let edge =
            |it, how| Edge::found(EdgeKind::Overrides, (from, End::Symbol(it)), how, evidence);
        let how = How::exact("member of a base, under the same name");
        let mut edges: Vec<Edge> =
            res.overridden(member).into_iter().map(|it| edge(it, how)).collect();
        for owner in res.owners_of(member) {
            for interface in res.structural_interfaces(owner) {
                let asked =
                    res.children_named(interface, res.name(member), crate::resolve::Want::Call);
                edges.extend(asked.iter().filter_map(|hit| match hit.thing {
                    Thing::Symbol(it) => Some(edge(it, STRUCTURAL)),
                    _ => None,
                }));
            }
        }
        edges
    }

    /// Edges from the members below a member that stand for it.
    pub(super) fn overridden_by_edges(&self, res: &Resolver<'_>, member: SymbolRef) -> Vec<Edge> {
        let to = End::Symbol(member);
        let edge = |it, how| {
            let evidence = self.own_evidence(res, it);
            Edge::found(EdgeKind::Overrides, (End::Symbol(it), to), how, evidence)
        };
        let how = How::exact("member of a base, under the same name");
        let mut edges: Vec<Edge> =
            res.overriding(member).into_iter().map(|it| edge(it, how)).collect();
        for owner in res.owners_of(member) {
            for implementer in res.structural_implementers(owner) {
                let thing = Thing::Symbol(implementer);
                let name = res.name(member);
                let own = res.member(&thing, name, crate::resolve::Want::Call, implementer.file);
                edges.extend(own.hits().iter().filter_map(|hit| match hit.thing {
                    Thing::Symbol(it) if it != member => Some(edge(it, STRUCTURAL)),
                    _ => None,
                }));
            }
        }
        edges
    }

    /// The type that an implementation is for in its place, where that is in the workspace.
    pub(super) fn heir_end(&self, res: &Resolver<'_>, end: End) -> End {
        let End::Symbol(heir) = end else { return end };
        if res.symbol(heir).kind != SymbolKind::Implementation {
            return end;
        }
        let types = res.implemented_type(heir).into_iter();
        let mut symbols = types.filter_map(|it| match it {
            Thing::Symbol(it) => Some(it),
            _ => None,
        });
        End::Symbol(symbols.next().unwrap_or(heir))
    }

    /// A symbol's own name, where nothing else in the text says what it is.
    fn own_evidence(&self, res: &Resolver<'_>, symbol: SymbolRef) -> Evidence {
        Evidence { file: symbol.file, range: res.symbol(symbol).name_range }
    }
}

fn end_target(edge: &Edge, end: End) -> Option<Target> {
    match (end, edge.resolution) {
        (End::Symbol(it), Some(resolution)) => Some(How { resolution, why: edge.why }.target(it)),
        _ => None,
    }
}

/// Each symbol once, the surest first, those of one kind in the order of files.
fn once_each(mut targets: Vec<Target>) -> Vec<Target> {
    targets.sort_by_key(|it| (it.symbol_ref(), it.resolution));
    targets.dedup_by_key(|it| it.symbol_ref());
    targets.sort_by_key(|it| (it.resolution, it.symbol_ref()));
    targets
}

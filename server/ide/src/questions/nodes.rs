//! One step along the edges of the graph: from symbols to those that depend on them, and to those
//! that they depend on.

use std::collections::BTreeMap;

use graph::{Asking, EdgeKind, Found, Resolution, SymbolRef};
use syntax::SymbolKind;
use vfs::FileId;

use crate::{Analysis, Cancellable, NavTarget};

/// A symbol, or what stands at the top level of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Node {
    /// The file.
    pub(crate) file: FileId,
    /// The symbol; `None` for the file's own level.
    pub(crate) symbol: Option<syntax::SymbolIdx>,
}

/// An edge between what was asked about and another node.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NodeEdge {
    /// The other node.
    pub(crate) node: Node,
    pub(crate) kind: EdgeKind,
    pub(crate) resolution: Resolution,
    /// The places; none for edges that no single place makes.
    pub(crate) found: Vec<Found>,
}

/// Which members that stand for one another are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dispatch {
    /// None.
    Unfollowed,
    /// Those of bases: who calls them may run this one.
    Up,
    /// Those below: who calls this one may run them.
    Down,
    /// All.
    Both,
}

/// Which kinds of edges count.
pub(crate) type Wanted<'a> = &'a dyn Fn(EdgeKind) -> bool;

impl Node {
    pub(crate) fn symbol_ref(self) -> Option<SymbolRef> {
        self.symbol.map(|symbol| SymbolRef { file: self.file, symbol })
    }
}

impl From<SymbolRef> for Node {
    fn from(it: SymbolRef) -> Node {
        Node { file: it.file, symbol: Some(it.symbol) }
    }
}

/// Edges to the same node become one for each kind.
#[derive(Default)]
struct Grouped(BTreeMap<(Node, EdgeKind), (Resolution, Vec<Found>)>);

impl Grouped {
    fn add(
        &mut self,
        node: Node,
        (kind, resolution): (EdgeKind, Resolution),
        found: Option<Found>,
    ) {
        let entry = self.0.entry((node, kind)).or_insert((resolution, Vec::new()));
        entry.0 = entry.0.min(resolution);
        entry.1.extend(found);
    }

    fn into_edges(self) -> Vec<NodeEdge> {
        let edges = self.0.into_iter().map(|((node, kind), (resolution, mut found))| {
            found.sort_unstable();
            found.dedup();
            NodeEdge { node, kind, resolution, found }
        });
        edges.collect()
    }
}

impl Analysis {
    /// Who depends on one of the symbols by an edge that is wanted, sorted by file and place. The
    /// symbols themselves are not among them.
    pub(crate) fn dependents_of(
        &self,
        asking: &Asking<'_>,
        symbols: &[SymbolRef],
        (wanted, dispatch): (Wanted<'_>, Dispatch),
    ) -> Cancellable<Vec<NodeEdge>> {
        let mut grouped = Grouped::default();
        for found in asking.references_to(symbols, &mut || self.check())? {
            if found.kind == EdgeKind::Imports || !wanted(found.kind) {
                continue;
            }
            let Some(facts) = self.facts(found.file) else { continue };
            let node = Node { file: found.file, symbol: facts.actor_of(found.reference) };
            let node = self.type_of_block(node);
            grouped.add(node, (found.kind, found.resolution), Some(found));
        }
        self.add_dispatched(symbols, dispatch, &mut grouped);
        let mut edges = grouped.into_edges();
        edges.retain(|it| it.node.symbol_ref().is_none_or(|it| !symbols.contains(&it)));
        Ok(edges)
    }

    /// On whom the symbols depend by an edge that is wanted, sorted by file and place. The symbols
    /// themselves are not among them.
    pub(crate) fn dependencies_of(
        &self,
        asking: &Asking<'_>,
        symbols: &[SymbolRef],
        (wanted, dispatch): (Wanted<'_>, Dispatch),
    ) -> Cancellable<Vec<NodeEdge>> {
        let mut grouped = Grouped::default();
        for symbol in symbols {
            for it in asking.uses(*symbol, &mut || self.check())? {
                let found = it.found;
                if found.kind != EdgeKind::Imports && wanted(found.kind) {
                    grouped.add(it.target.into(), (found.kind, found.resolution), Some(found));
                }
            }
        }
        self.add_dispatched(symbols, dispatch, &mut grouped);
        let mut edges = grouped.into_edges();
        edges.retain(|it| it.node.symbol_ref().is_none_or(|it| !symbols.contains(&it)));
        Ok(edges)
    }

    fn add_dispatched(&self, symbols: &[SymbolRef], dispatch: Dispatch, acc: &mut Grouped) {
        for symbol in symbols.iter().copied() {
            let mut members = Vec::new();
            if matches!(dispatch, Dispatch::Up | Dispatch::Both) {
                members.extend(self.graph().overridden(symbol));
            }
            if matches!(dispatch, Dispatch::Down | Dispatch::Both) {
                members.extend(self.graph().overriding(symbol));
            }
            for it in members {
                // Which of them runs is known when the program does.
                let how = (EdgeKind::Overrides, Resolution::Inferred);
                acc.add(it.symbol_ref().into(), how, None);
            }
        }
    }

    /// Of the head of a block that gives a type members, the type; other nodes are themselves.
    fn type_of_block(&self, node: Node) -> Node {
        let Some(symbol) = node.symbol_ref() else { return node };
        let kind = self.facts(node.file).map(|it| it.symbol(symbol.symbol).kind);
        if kind != Some(SymbolKind::Implementation) {
            return node;
        }
        self.graph().types_of_block(symbol).first().map_or(node, |it| Node::from(*it))
    }

    /// A node as a place to go to.
    pub(crate) fn nav_node(&self, node: Node) -> Option<NavTarget> {
        match node.symbol_ref() {
            Some(symbol) => self.nav_target(symbol),
            None => self.nav_file(node.file),
        }
    }

    /// Whether a node is a test or lies in a file of tests.
    pub(crate) fn is_test(&self, node: Node) -> bool {
        let Some(facts) = self.facts(node.file) else { return false };
        facts.is_test || node.symbol.is_some_and(|it| facts.symbol(it).is_test)
    }
}

//! From symbol to symbol, nearest first: what a change reaches, and which tests see it.

use graph::{Asking, EdgeKind, SymbolRef};
use rustc_hash::FxHashSet;

use super::{
    Answer, AnswerItem, Limit,
    nodes::{Dispatch, Node, NodeEdge, Wanted},
};
use crate::{Analysis, Cancellable};

/// How far a walk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalkConfig {
    /// Edges from what was asked about.
    pub depth_max: u32,
    /// Symbols in the answer.
    pub items_max: usize,
}

/// Symbols that a walk for tests passes through at most.
const PASSED_MAX: usize = 5_000;

impl Analysis {
    /// Everything that depends on one of the symbols, directly and through others: what a change of
    /// them may break.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn impact(&self, symbols: &[SymbolRef], config: WalkConfig) -> Cancellable<Answer> {
        let asking = self.graph().asking();
        let (items, limit) = self.walk_up(&asking, symbols, config)?;
        let items = as_tree(items);
        let coverage = self.coverage(&asking, symbols, &items)?;
        Ok(Answer { items, coverage, limit, notes: Vec::new() })
    }

    /// The tests that reach one of the symbols, each with the nearest way.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn tests_of(&self, symbols: &[SymbolRef], config: WalkConfig) -> Cancellable<Answer> {
        let asking = self.graph().asking();
        let passed = WalkConfig { items_max: PASSED_MAX, ..config };
        let (all, mut limit) = self.walk_up(&asking, symbols, passed)?;
        let tests: Vec<usize> = (0..all.len()).filter(|it| all[*it].is_test).collect();
        let n_tests = tests.len();
        if config.items_max < n_tests {
            let (max, left_out) = (config.items_max, n_tests - config.items_max);
            limit = Some(Limit { what: "tests", max, left_out });
        }
        let items = as_tree(with_ways(&all, tests.into_iter().take(config.items_max)));
        let coverage = self.coverage(&asking, symbols, &items)?;
        Ok(Answer { items, coverage, limit, notes: Vec::new() })
    }

    /// Who depends on the symbols, breadth first.
    fn walk_up(
        &self,
        asking: &Asking<'_>,
        symbols: &[SymbolRef],
        config: WalkConfig,
    ) -> Cancellable<(Vec<AnswerItem>, Option<Limit>)> {
        let any: Wanted<'_> = &|_| true;
        let roots: Vec<SymbolRef> = symbols.iter().flat_map(|it| asking.same_entity(*it)).collect();
        let mut seen: FxHashSet<Node> = roots.iter().map(|it| Node::from(*it)).collect();
        let mut items: Vec<AnswerItem> = Vec::new();
        let mut nodes: Vec<Node> = Vec::new();
        let mut limit = None;
        let first = self.dependents_of(asking, &roots, (any, Dispatch::Both))?;
        self.take_edges((first, None), &mut seen, &mut items, &mut nodes);
        let mut at = 0;
        while at < items.len() && items.len() < config.items_max {
            self.check()?;
            let depth = items[at].depth;
            if let Some(symbol) = nodes[at].symbol_ref() {
                // What stands for another member is reached as that one is, and hands nothing on to
                // the others that do.
                let kind = items[at].edge.as_ref().map(|it| it.kind);
                let dispatch = match kind {
                    Some(EdgeKind::Overrides) => Dispatch::Unfollowed,
                    _ => Dispatch::Up,
                };
                let edges = self.dependents_of(asking, &[symbol], (any, dispatch))?;
                if depth < config.depth_max {
                    self.take_edges((edges, Some(at)), &mut seen, &mut items, &mut nodes);
                } else {
                    let beyond = edges.iter().filter(|it| !seen.contains(&it.node)).count();
                    let known = limit.map_or(0, |it: Limit| it.left_out);
                    let (max, left_out) = (config.depth_max as usize, known + beyond);
                    limit = (0 < left_out).then_some(Limit { what: "depth", max, left_out });
                }
            }
            at += 1;
        }
        if config.items_max < items.len() || at < items.len() {
            let left_out = items.len().saturating_sub(config.items_max).max(1);
            limit = Some(Limit { what: "symbols", max: config.items_max, left_out });
            items.truncate(config.items_max);
        }
        Ok((items, limit))
    }

    /// Takes edges that lead to nodes which no earlier edge led to.
    fn take_edges(
        &self,
        (edges, from): (Vec<NodeEdge>, Option<usize>),
        seen: &mut FxHashSet<Node>,
        items: &mut Vec<AnswerItem>,
        nodes: &mut Vec<Node>,
    ) {
        let depth = from.map_or(1, |it| items[it].depth + 1);
        for edge in edges {
            if !seen.insert(edge.node) {
                continue;
            }
            let Some(target) = self.nav_node(edge.node) else { continue };
            items.push(AnswerItem {
                is_test: self.is_test(edge.node),
                edge: Some(self.edge_of(&edge)),
                target,
                depth,
                from,
                group: 0,
            });
            nodes.push(edge.node);
        }
    }
}

/// The chosen items with those on the way to them, renumbered.
fn with_ways(all: &[AnswerItem], chosen: impl Iterator<Item = usize>) -> Vec<AnswerItem> {
    let mut kept = std::collections::BTreeSet::new();
    for it in chosen {
        let mut at = Some(it);
        while let Some(idx) = at.filter(|it| kept.insert(*it)) {
            at = all[idx].from;
        }
    }
    let kept: Vec<usize> = kept.into_iter().collect();
    let renumbered = |it: usize| kept.binary_search(&it).ok();
    let items = kept.iter().map(|idx| {
        let it = all[*idx].clone();
        AnswerItem { from: it.from.and_then(renumbered), ..it }
    });
    items.collect()
}

/// The items with each below the one that it was reached from, renumbered.
fn as_tree(items: Vec<AnswerItem>) -> Vec<AnswerItem> {
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    let mut waiting = Vec::new();
    for (nth, it) in items.iter().enumerate().rev() {
        match it.from {
            Some(from) => below[from].push(nth),
            None => waiting.push(nth),
        }
    }
    let mut place = vec![0; items.len()];
    let mut order = Vec::with_capacity(items.len());
    while let Some(nth) = waiting.pop() {
        place[nth] = order.len();
        order.push(nth);
        waiting.append(&mut below[nth]);
    }
    let mut items: Vec<Option<AnswerItem>> = items.into_iter().map(Some).collect();
    let tree = order.iter().filter_map(|nth| {
        let it = items[*nth].take()?;
        Some(AnswerItem { from: it.from.map(|it| place[it]), ..it })
    });
    tree.collect()
}

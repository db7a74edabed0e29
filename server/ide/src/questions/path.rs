//! The shortest way along dependencies from one symbol to another.

use std::collections::hash_map::Entry;

use graph::{Asking, SymbolRef};
use rustc_hash::FxHashMap;

use super::{
    Answer, AnswerItem, Limit,
    nodes::{Dispatch, Node, NodeEdge, Wanted},
};
use crate::{Analysis, Cancellable};

/// Symbols that are looked at on the search for a way.
const VISITED_MAX: usize = 20_000;

/// How the search came to a node.
struct Step {
    before: Option<Node>,
    edge: Option<NodeEdge>,
}

impl Analysis {
    /// The shortest way from one of `from` to one of `to` along what depends on what: the first
    /// item is the beginning, the last the end. Where there is none, the way back, with a note;
    /// where there is neither, no item.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn path_between(&self, from: &[SymbolRef], to: &[SymbolRef]) -> Cancellable<Answer> {
        let asking = self.graph().asking();
        let mut answer = Answer::default();
        let there = self.way(&asking, (from, to), &mut answer.limit)?;
        answer.items = match there {
            Some(items) => items,
            None => match self.way(&asking, (to, from), &mut answer.limit)? {
                Some(items) => {
                    let note = "there is no way in the direction that was asked for; this one \
                                leads back";
                    answer.notes.push(note.to_owned());
                    items
                }
                None => Vec::new(),
            },
        };
        if !answer.items.is_empty() {
            answer.limit = None;
        }
        let both: Vec<SymbolRef> = from.iter().chain(to).copied().collect();
        answer.coverage = self.coverage(&asking, &both, &answer.items)?;
        Ok(answer)
    }

    fn way(
        &self,
        asking: &Asking<'_>,
        (from, to): (&[SymbolRef], &[SymbolRef]),
        limit: &mut Option<Limit>,
    ) -> Cancellable<Option<Vec<AnswerItem>>> {
        let ends: Vec<Node> =
            to.iter().flat_map(|it| asking.same_entity(*it)).map(Node::from).collect();
        let mut steps: FxHashMap<Node, Step> = FxHashMap::default();
        let mut queue: Vec<Node> = from.iter().map(|it| Node::from(*it)).collect();
        for start in &queue {
            steps.insert(*start, Step { before: None, edge: None });
        }
        let mut at = 0;
        while let Some(node) = queue.get(at).copied() {
            at += 1;
            if ends.contains(&node) {
                return Ok(Some(self.steps_to(node, &steps)));
            }
            if VISITED_MAX <= queue.len() {
                let left_out = queue.len() - at;
                *limit = Some(Limit { what: "symbols on the way", max: VISITED_MAX, left_out });
                return Ok(None);
            }
            self.check()?;
            let Some(symbol) = node.symbol_ref() else { continue };
            let any: Wanted<'_> = &|_| true;
            for edge in self.dependencies_of(asking, &[symbol], (any, Dispatch::Down))? {
                let next = edge.node;
                if let Entry::Vacant(step) = steps.entry(next) {
                    step.insert(Step { before: Some(node), edge: Some(edge) });
                    queue.push(next);
                }
            }
        }
        Ok(None)
    }

    fn steps_to(&self, end: Node, steps: &FxHashMap<Node, Step>) -> Vec<AnswerItem> {
        let mut nodes = vec![end];
        while let Some(before) = steps.get(&nodes[nodes.len() - 1]).and_then(|it| it.before) {
            nodes.push(before);
        }
        nodes.reverse();
        let mut items: Vec<AnswerItem> = Vec::new();
        for node in nodes {
            let Some(target) = self.nav_node(node) else { continue };
            let edge = steps.get(&node).and_then(|it| it.edge.as_ref());
            items.push(AnswerItem {
                target,
                depth: items.len() as u32,
                from: items.len().checked_sub(1),
                edge: edge.map(|it| self.edge_of(it)),
                is_test: self.is_test(node),
                group: 0,
            });
        }
        items
    }
}

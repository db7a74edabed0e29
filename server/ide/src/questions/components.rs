//! Strongly connected parts of a directed graph, and a short cycle through each.

use std::collections::VecDeque;

/// The parts of more than one node, or of one that leads to itself, sorted; `edges[n]` lists where
/// node `n` leads.
pub(crate) fn cyclic_parts(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search::new(edges.len());
    for start in 0..edges.len() {
        if search.order[start] == UNSEEN {
            search.from(start, edges);
        }
    }
    let is_cyclic = |part: &Vec<usize>| 1 < part.len() || edges[part[0]].contains(&part[0]);
    let mut parts: Vec<Vec<usize>> = search.parts.into_iter().filter(is_cyclic).collect();
    parts.iter_mut().for_each(|it| it.sort_unstable());
    parts.sort_unstable();
    parts
}

/// A shortest cycle through `start` inside a part that holds it; it begins with `start`.
pub(crate) fn cycle_through(start: usize, part: &[usize], edges: &[Vec<usize>]) -> Vec<usize> {
    let mut before: Vec<Option<usize>> = vec![None; part.len()];
    let place = |node: &usize| part.binary_search(node).ok();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for next in edges[node].iter().filter(|it| place(it).is_some()) {
            if *next == start {
                let mut cycle = vec![node];
                while cycle[cycle.len() - 1] != start {
                    let last = place(&cycle[cycle.len() - 1]).expect("only nodes of the part");
                    cycle.push(before[last].expect("every node but the start was reached"));
                }
                cycle.reverse();
                return cycle;
            }
            let at = place(next).expect("it was filtered for being in the part");
            if before[at].is_none() {
                before[at] = Some(node);
                queue.push_back(*next);
            }
        }
    }
    Vec::new()
}

const UNSEEN: usize = usize::MAX;

/// Tarjan's search with a stack of its own: a chain of imports may be deeper than a thread's stack.
struct Search {
    order: Vec<usize>,
    low: Vec<usize>,
    is_on_stack: Vec<bool>,
    stack: Vec<usize>,
    n_seen: usize,
    parts: Vec<Vec<usize>>,
}

impl Search {
    fn new(n: usize) -> Search {
        Search {
            order: vec![UNSEEN; n],
            low: vec![UNSEEN; n],
            is_on_stack: vec![false; n],
            stack: Vec::new(),
            n_seen: 0,
            parts: Vec::new(),
        }
    }

    fn enter(&mut self, node: usize) {
        self.order[node] = self.n_seen;
        self.low[node] = self.n_seen;
        self.n_seen += 1;
        self.stack.push(node);
        self.is_on_stack[node] = true;
    }

    fn from(&mut self, start: usize, edges: &[Vec<usize>]) {
        self.enter(start);
        let mut way = vec![(start, 0)];
        while let Some((node, at)) = way.last_mut() {
            let node = *node;
            match edges[node].get(*at) {
                Some(next) => {
                    *at += 1;
                    if self.order[*next] == UNSEEN {
                        self.enter(*next);
                        way.push((*next, 0));
                    } else if self.is_on_stack[*next] {
                        self.low[node] = self.low[node].min(self.order[*next]);
                    }
                }
                None => {
                    way.pop();
                    if let Some((above, _)) = way.last() {
                        self.low[*above] = self.low[*above].min(self.low[node]);
                    }
                    if self.low[node] == self.order[node] {
                        self.leave(node);
                    }
                }
            }
        }
    }

    fn leave(&mut self, root: usize) {
        let mut part = Vec::new();
        while let Some(node) = self.stack.pop() {
            self.is_on_stack[node] = false;
            part.push(node);
            if node == root {
                break;
            }
        }
        self.parts.push(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_what_leads_back_to_itself() {
        let edges = vec![vec![1], vec![2], vec![0, 3], vec![4], vec![4], vec![3]];
        assert_eq!(cyclic_parts(&edges), [vec![0, 1, 2], vec![4]]);
    }

    #[test]
    fn the_shortest_cycle_is_told() {
        let edges = vec![vec![1, 2], vec![2], vec![3], vec![0]];
        let part = &cyclic_parts(&edges)[0];
        assert_eq!(cycle_through(0, part, &edges), [0, 2, 3]);
    }

    #[test]
    fn a_long_chain_does_not_overflow_the_stack() {
        let n = 200_000;
        let edges: Vec<Vec<usize>> = (0..n).map(|it| vec![(it + 1) % n]).collect();
        assert_eq!(cyclic_parts(&edges)[0].len(), n);
    }
}

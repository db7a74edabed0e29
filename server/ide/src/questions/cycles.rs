//! Cycles: files that import each other, functions that call each other.

use graph::{EdgeKind, SymbolRef};
use rustc_hash::FxHashMap;
use syntax::SymbolKind;
use vfs::FileId;

use super::{
    Answer, AnswerItem, CALLS, Edge, Limit, Progress,
    components::{cycle_through, cyclic_parts},
    nodes::Node,
};
use crate::{Analysis, Cancellable, Site};

/// What is to lead back to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CycleKind {
    /// Modules that load each other.
    Imports,
    /// Functions that call each other. One that calls itself does not count.
    Calls,
}

/// Nodes with numbers from 0.
#[derive(Default)]
struct Numbers {
    nodes: Vec<Node>,
    of: FxHashMap<Node, usize>,
    edges: Vec<Vec<usize>>,
}

impl Numbers {
    fn number(&mut self, node: Node) -> usize {
        *self.of.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            self.edges.push(Vec::new());
            self.nodes.len() - 1
        })
    }

    fn add(&mut self, from: Node, to: Node) {
        let (from, to) = (self.number(from), self.number(to));
        if from != to && !self.edges[from].contains(&to) {
            self.edges[from].push(to);
        }
    }
}

impl Analysis {
    /// One shortest cycle through each group of files or functions that lead to each other, at most
    /// `max` groups. Looks at the whole workspace.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn cycles(
        &self,
        kind: CycleKind,
        max: usize,
        progress: Progress<'_>,
    ) -> Cancellable<Answer> {
        let numbers = match kind {
            CycleKind::Imports => self.loading(progress)?,
            CycleKind::Calls => self.calling(progress)?,
        };
        let parts = cyclic_parts(&numbers.edges);
        let mut answer = Answer::default();
        for (group, part) in parts.iter().take(max).enumerate() {
            self.check()?;
            let start = part.iter().copied().min_by_key(|it| self.order_of(numbers.nodes[*it]));
            let start = start.expect("a part has a node");
            let cycle = cycle_through(start, part, &numbers.edges);
            let nodes: Vec<Node> = cycle.iter().map(|it| numbers.nodes[*it]).collect();
            self.add_cycle((kind, group as u32), &nodes, &mut answer.items)?;
            if cycle.len() < part.len() {
                let name = self.nav_node(nodes[0]).map(|it| it.name).unwrap_or_default();
                answer.notes.push(format!(
                    "cycle {} is the shortest through `{name}` of {} that lead to each other",
                    group + 1,
                    part.len()
                ));
            }
        }
        if max < parts.len() {
            let left_out = parts.len() - max;
            answer.limit = Some(Limit { what: "cycles", max, left_out });
        }
        answer.coverage = self.coverage(&self.graph().asking(), &[], &answer.items)?;
        Ok(answer)
    }

    fn order_of(&self, node: Node) -> (String, Option<syntax::SymbolIdx>) {
        (self.path(node.file).map(|it| it.as_str().to_owned()).unwrap_or_default(), node.symbol)
    }

    /// Which files load which.
    fn loading(&self, progress: Progress<'_>) -> Cancellable<Numbers> {
        let asking = self.graph().asking();
        let files = self.graph().files();
        let mut numbers = Numbers::default();
        for (n, file) in files.iter().enumerate() {
            self.check()?;
            progress(n, files.len());
            if !self.loads_at_all(*file) {
                continue;
            }
            let unit = self.unit_of(*file);
            // A package is looked at once, by way of its first file.
            if unit.first() != Some(file) {
                continue;
            }
            for load in self.loads_of(&asking, &unit) {
                let to = self.unit_of(load.to).first().copied().unwrap_or(load.to);
                numbers.add(whole(*file), whole(to));
            }
        }
        Ok(numbers)
    }

    /// Which functions call which.
    fn calling(&self, progress: Progress<'_>) -> Cancellable<Numbers> {
        let asking = self.graph().asking();
        let files = self.graph().files();
        let mut numbers = Numbers::default();
        for (n, file) in files.iter().enumerate() {
            progress(n, files.len());
            for (within, it) in asking.uses_in_file(*file, &mut || self.check())?.uses {
                let Some(symbol) = within else { continue };
                let from = SymbolRef { file: *file, symbol };
                let is_call = it.found.kind == EdgeKind::Calls;
                if is_call && self.is_function(from) && self.is_function(it.target) {
                    numbers.add(from.into(), it.target.into());
                }
            }
        }
        Ok(numbers)
    }

    fn is_function(&self, symbol: SymbolRef) -> bool {
        let kind = self.facts(symbol.file).map(|it| it.symbol(symbol.symbol).kind);
        matches!(kind, Some(SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor))
    }

    /// Appends the nodes of one cycle, each with the edge that leads to it from the one before; the
    /// first again at the end.
    fn add_cycle(
        &self,
        (kind, group): (CycleKind, u32),
        nodes: &[Node],
        acc: &mut Vec<AnswerItem>,
    ) -> Cancellable<()> {
        let first = acc.len();
        let closed = nodes.iter().chain(nodes.first());
        let mut before: Option<Node> = None;
        for (depth, node) in closed.enumerate() {
            let Some(target) = self.nav_node(*node) else { continue };
            let edge = match before {
                Some(before) => self.edge_between(kind, before, *node)?,
                None => None,
            };
            acc.push(AnswerItem {
                target,
                depth: depth as u32,
                from: (first < acc.len()).then(|| acc.len() - 1),
                edge,
                is_test: self.is_test(*node),
                group,
            });
            before = Some(*node);
        }
        Ok(())
    }

    fn edge_between(&self, kind: CycleKind, from: Node, to: Node) -> Cancellable<Option<Edge>> {
        let asking = self.graph().asking();
        if kind == CycleKind::Imports {
            let loads = self.loads_of(&asking, &self.unit_of(from.file));
            let to_unit = self.unit_of(to.file);
            let load = loads.iter().find(|it| it.to == to.file || to_unit.contains(&it.to));
            let site = load.map(|it| Site {
                file: it.at.file,
                range: it.at.range,
                kind: EdgeKind::Imports,
                is_write: false,
                resolution: graph::Resolution::Exact,
                within: None,
            });
            let (kind, resolution) = (EdgeKind::Imports, graph::Resolution::Exact);
            return Ok(site.map(|it| Edge { kind, resolution, sites: vec![it] }));
        }
        let Some(symbol) = from.symbol_ref() else { return Ok(None) };
        let edges = self.dependencies_of(&asking, &[symbol], CALLS)?;
        Ok(edges.iter().find(|it| it.node == to).map(|it| self.edge_of(it)))
    }
}

fn whole(file: FileId) -> Node {
    Node { file, symbol: None }
}

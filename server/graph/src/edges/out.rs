//! Edges that lead out of a symbol or a file.

use syntax::{FileFacts, ReferenceIdx, SymbolIdx, SymbolKind};
use text::TextRange;
use vfs::FileId;

use super::{Edge, End, Evidence, How, in_order};
use crate::{
    Cancelled, Check, CodeGraph, EdgeKind, SymbolRef,
    kinds::KindsOfFile,
    resolve::{Outcome, Resolver, Thing},
};

/// References looked at between two looks whether anybody still wants the answer.
const REFERENCES_PER_CHECK: usize = 256;

impl CodeGraph {
    /// The edges of some kinds that lead out of a symbol, in the order of the text. What stands
    /// inside a definition within the symbol is that definition's. What is external or not known is
    /// told as such. The calls of a test are edges of kind `Tests`, too, where those are asked for.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn edges_from(
        &self,
        symbol: SymbolRef,
        kinds: &[EdgeKind],
        check: Check<'_>,
    ) -> Result<Vec<Edge>, Cancelled> {
        if !self.knows(symbol) {
            return Ok(Vec::new());
        }
        let res = Resolver::new(self);
        let facts = res.facts(symbol.file);
        let mut edges = Vec::new();
        if kinds.contains(&EdgeKind::Contains) {
            let entry = res.entry(symbol.file);
            let children = entry.children(symbol.symbol).iter().copied();
            edges.extend(children.map(|it| contains(facts, End::Symbol(symbol), symbol.file, it)));
        }
        let types = [EdgeKind::Extends, EdgeKind::Implements];
        if types.iter().any(|it| kinds.contains(it)) {
            let supertypes = self.base_edges(&res, symbol);
            edges.extend(supertypes.into_iter().filter(|it| kinds.contains(&it.kind)));
        }
        if kinds.contains(&EdgeKind::Overrides) {
            edges.extend(self.override_edges(&res, symbol));
        }
        if kinds.contains(&EdgeKind::Documents) {
            edges.extend(self.documents_from(&res, symbol.file, Some(symbol.symbol)));
        }
        let place = Some(symbol.symbol);
        let range = facts.symbol(symbol.symbol).range;
        let mut walk = Walk { res: &res, file: symbol.file, place, kinds, edges };
        walk.references(range, check)?;
        Ok(in_order(walk.edges))
    }

    /// The edges of some kinds that lead out of the top level of a file, in the order of the text.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn edges_from_file(
        &self,
        file: FileId,
        kinds: &[EdgeKind],
        check: Check<'_>,
    ) -> Result<Vec<Edge>, Cancelled> {
        let Some(facts) = self.facts(file) else { return Ok(Vec::new()) };
        let res = Resolver::new(self);
        let mut edges = Vec::new();
        if kinds.contains(&EdgeKind::Contains) {
            let outer = facts.symbols().filter(|(_, it)| it.parent.is_none() && !it.is_local);
            edges.extend(outer.map(|(idx, _)| contains(facts, End::File(file), file, idx)));
        }
        if kinds.contains(&EdgeKind::Documents) {
            edges.extend(self.documents_from(&res, file, None));
        }
        let mut walk = Walk { res: &res, file, place: None, kinds, edges };
        // A file that could not be parsed has no scopes and no references.
        if let Some(whole) = facts.scopes.first() {
            walk.references(whole.range, check)?;
        }
        Ok(in_order(walk.edges))
    }
}

/// The references of one symbol or top level, on the way to its edges.
struct Walk<'a, 'g> {
    res: &'a Resolver<'g>,
    file: FileId,
    /// Whose references; without it those of the top level.
    place: Option<SymbolIdx>,
    kinds: &'a [EdgeKind],
    edges: Vec<Edge>,
}

impl Walk<'_, '_> {
    fn references(&mut self, range: TextRange, check: Check<'_>) -> Result<(), Cancelled> {
        let facts = self.res.facts(self.file);
        let kinds_of = KindsOfFile::new(facts);
        let is_test = self.is_test(facts);
        let start = facts.references.partition_point(|it| it.start() < range.start());
        for (n, it) in facts.references[start..].iter().enumerate() {
            if range.end() <= it.start() {
                break;
            }
            if n % REFERENCES_PER_CHECK == 0 {
                check()?;
            }
            let idx = ReferenceIdx::new(start + n);
            let kind = kinds_of.of(facts, idx);
            // The bases of types are told with the type, wherever they are written.
            let is_base = matches!(kind, EdgeKind::Extends | EdgeKind::Implements);
            let also_tests = is_test && self.kinds.contains(&EdgeKind::Tests);
            let is_asked = self.kinds.contains(&kind) || also_tests;
            if is_base || !is_asked || facts.symbol_of(idx) != self.place {
                continue;
            }
            self.reference(idx, kind, also_tests);
        }
        Ok(())
    }

    fn is_test(&self, facts: &FileFacts) -> bool {
        facts.is_test || self.place.is_some_and(|it| facts.symbol(it).is_test)
    }

    fn reference(&mut self, idx: ReferenceIdx, kind: EdgeKind, also_tests: bool) {
        let range = self.res.facts(self.file).reference(idx).range();
        let evidence = Evidence { file: self.file, range };
        let from = match self.place {
            Some(symbol) => End::Symbol(SymbolRef { file: self.file, symbol }),
            None => End::File(self.file),
        };
        let outcome = self.res.reference(self.file, idx);
        let is_asked = self.kinds.contains(&kind);
        let kind_asked = is_asked.then_some(kind);
        for kind in kind_asked.into_iter().chain(also_tests.then_some(EdgeKind::Tests)) {
            self.edges.extend(edges_of(self.res, &outcome, (kind, from), evidence));
        }
    }
}

/// The edges that the outcome of one name makes; what is local to a function is nobody's end.
pub(super) fn edges_of(
    res: &Resolver<'_>,
    outcome: &Outcome,
    (kind, from): (EdgeKind, End),
    evidence: Evidence,
) -> Vec<Edge> {
    let hits = match outcome {
        Outcome::Hits(hits) => hits,
        // Only what could be tested is: a library is not what a test is for.
        Outcome::External | Outcome::Unknown if kind == EdgeKind::Tests => return Vec::new(),
        Outcome::External => return vec![Edge::lost(kind, (from, End::External), evidence)],
        Outcome::Unknown => return vec![Edge::lost(kind, (from, End::Unresolved), evidence)],
    };
    let mut edges = Vec::new();
    for hit in hits {
        let how = How::of_hit(hit);
        match &hit.thing {
            Thing::Symbol(it) if is_inner(res, *it) => {}
            Thing::Symbol(it) if kind == EdgeKind::Tests && is_test(res, *it) => {}
            Thing::Symbol(it) => {
                edges.push(Edge::found(kind, (from, End::Symbol(*it)), how, evidence));
            }
            module => {
                let files = res.files_of(module).into_iter();
                edges.extend(
                    files.map(|it| Edge::found(kind, (from, End::File(it)), how, evidence)),
                );
            }
        }
    }
    edges
}

/// Whether a symbol matters in its function only.
fn is_inner(res: &Resolver<'_>, symbol: SymbolRef) -> bool {
    let it = res.symbol(symbol);
    it.is_local || matches!(it.kind, SymbolKind::Parameter | SymbolKind::Label)
}

/// Whether a symbol is a test, or what tests are written with.
fn is_test(res: &Resolver<'_>, symbol: SymbolRef) -> bool {
    res.facts(symbol.file).is_test || res.symbol(symbol).is_test
}

fn contains(facts: &FileFacts, from: End, file: FileId, child: SymbolIdx) -> Edge {
    let to = End::Symbol(SymbolRef { file, symbol: child });
    let evidence = Evidence { file, range: facts.symbol(child).name_range };
    Edge::found(EdgeKind::Contains, (from, to), How::exact("written inside it"), evidence)
}

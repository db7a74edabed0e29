//! What a snapshot knows of places beside their words: what changed when something like it was
//! done, what was edited and looked at lately, and which hits call or hold each other.

use graph::SymbolRef;
use history::touched_alike;
use memory::{Feature, Hit, Signal, Signals};
use rustc_hash::FxHashMap;
use syntax::{ReferenceIdx, ReferenceKind};

use crate::{Snapshot, answers::memories::RECENT_MAX};

/// Hits among which calls are looked for.
pub(crate) const RELATED_MAX: usize = 20;
/// What was used counts half after so many hours.
const HALF_LIFE_HOURS: f64 = 8.0;
/// Looking at a file says less than editing it.
const PLACE: f32 = 0.5;

impl Snapshot {
    /// What speaks for places that `words` are asked about. What is not known speaks for nothing.
    pub(crate) fn signals(&self, question: &str) -> Signals {
        let mut res = Signals::default();
        self.add_history(&mut res, question);
        self.add_past_use(&mut res);
        self.own.vocabulary.speak(question, &mut res);
        res
    }

    /// The files, and where that is known already the symbols, that commits like the question
    /// changed.
    fn add_history(&self, acc: &mut Signals, question: &str) {
        let words = memory::asked_words(question);
        for root in self.roots.iter() {
            let Ok(history) = self.history(root) else { continue };
            let touched = history.folder.renames().and_then(|renames| {
                touched_alike(history.folder.commits.as_ref(), &renames, &words, None)
            });
            for (path, share) in touched.unwrap_or_default() {
                if let Some(path) = history.repository.in_folder(&path) {
                    acc.add(path, None, Signal { history: share, ..Signal::default() });
                }
            }
        }
    }

    /// Files that were edited or looked at lately.
    fn add_past_use(&self, acc: &mut Signals) {
        let recent = self.recent(None, RECENT_MAX).unwrap_or_default();
        for it in recent.iter().filter(|it| !it.path.is_empty()) {
            let hours = self.now_ms().saturating_sub(it.at_ms) as f64 / 3_600_000.0;
            let worth = if it.kind == "edit" { 1.0 } else { PLACE };
            let past_use = worth * (-hours / HALF_LIFE_HOURS).exp2() as f32;
            acc.add(&it.path, None, Signal { past_use, ..Signal::default() });
        }
    }

    /// Notes with each of the first hits how good the best hit is that it calls, is called by,
    /// holds or stands in. Hits of which the graph knows nothing keep what they have.
    pub(crate) fn relate(&self, hits: &mut [Hit]) {
        let Some(best) = hits.first().map(|it| it.score.max(f32::EPSILON)) else { return };
        let n_hits = hits.len().min(RELATED_MAX);
        let symbols: Vec<Option<SymbolRef>> = hits[..n_hits]
            .iter()
            .map(|it| self.symbol_of_hit(self.file_of(&it.root, &it.path)?, it))
            .collect();
        let mut named: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (nth, hit) in hits[..n_hits].iter().enumerate() {
            if let (Some(name), Some(_)) = (&hit.symbol, symbols[nth]) {
                named.entry(name).or_default().push(nth);
            }
        }
        let mut edges = Vec::new();
        for (nth, symbol) in symbols.iter().enumerate() {
            if let Some(symbol) = symbol {
                self.edges(&mut edges, (nth, *symbol), &symbols, &named);
            }
        }
        let share: Vec<f32> = hits[..n_hits].iter().map(|it| it.score / best).collect();
        for (a, b) in edges {
            for (of, other) in [(a, b), (b, a)] {
                let value = &mut hits[of].values[Feature::Neighbour];
                *value = value.max(share[other].clamp(0.0, 1.0));
            }
        }
    }

    /// The hits that hit `nth` calls or stands in.
    fn edges(
        &self,
        acc: &mut Vec<(usize, usize)>,
        (nth, symbol): (usize, SymbolRef),
        symbols: &[Option<SymbolRef>],
        named: &FxHashMap<&str, Vec<usize>>,
    ) {
        let Some(facts) = self.analysis.facts(symbol.file) else { return };
        let own = facts.symbol(symbol.symbol);
        let parent = own.parent.map(|it| SymbolRef { file: symbol.file, symbol: it });
        acc.extend(symbols.iter().position(|it| it.is_some() && *it == parent).map(|it| (nth, it)));
        let asking = self.analysis.graph().asking();
        let start = facts.references.partition_point(|it| it.start() < own.range.start());
        let inside = facts.references[start..].iter().take_while(|it| it.start() < own.range.end());
        for (n, reference) in inside.enumerate() {
            let is_call = matches!(reference.kind(), ReferenceKind::Call | ReferenceKind::Macro);
            // Only what bears the name of a hit can be one: nothing else is resolved.
            let Some(others) = named.get(facts.name(reference.name())).filter(|_| is_call) else {
                continue;
            };
            let resolved = asking.resolve(symbol.file, ReferenceIdx::new(start + n));
            let targets: Vec<SymbolRef> =
                resolved.targets().iter().map(|it| it.symbol_ref()).collect();
            let called =
                others.iter().filter(|it| symbols[**it].is_some_and(|s| targets.contains(&s)));
            acc.extend(called.filter(|it| **it != nth).map(|it| (nth, *it)));
        }
    }
}

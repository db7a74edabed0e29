//! Counting what the index holds, at the end of a round.

use std::collections::{BTreeMap, BTreeSet};

use graph::EdgeCounts;
use ide::{Analysis, Cancelled};
use rustc_hash::FxHashMap;
use store::{SkippedRow, Store};
use syntax::FileFacts;
use vfs::{SkipReason, VfsPath};

use crate::{
    IndexSummary,
    files::root_of,
    indexing::{
        Round,
        scan::{Known, ScanContext},
    },
};

/// The counts of one folder of the workspace, kept in the store for rounds that load no graph.
const META: &str = "summary";

/// So many files must have changed before spare facts are looked for.
const GARBAGE_AFTER: usize = 64;

/// How much is counted in the graph. Files, lines and symbols are known of each file, and summed up
/// in every round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    /// Nothing: a file was saved. What was kept of edges is no longer true.
    Nothing,
    /// What costs little, and how every name resolves where that is not known yet.
    Little,
    /// And how every name resolves, where that was asked for.
    All,
}

/// What is known of the indexed files besides facts.
type Languages = FxHashMap<VfsPath, Known>;

/// A summary in the making.
#[derive(Default)]
pub(crate) struct Summing {
    pub(crate) summary: IndexSummary,
    pub(crate) troubles: Vec<String>,
    /// Bytes of the facts of all files; 0 where they were not looked at.
    pub(crate) facts_bytes: usize,
}

/// What is kept between rounds: edges, and what else there was when they were last looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Kept {
    symbols: usize,
    lines: u64,
    edges: Option<EdgeCounts>,
    /// True where something has changed since the edges were counted.
    edges_stale: bool,
}

impl Summing {
    /// What the loop knows at the end of `round`.
    pub(crate) fn new(round: &Round, indexed: &Languages, n_skipped: usize) -> Summing {
        let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
        let mut summary = IndexSummary {
            files: indexed.len(),
            read: round.n_read,
            gone: round.n_gone,
            n_skipped,
            ..IndexSummary::default()
        };
        for known in indexed.values() {
            *languages.entry(known.language.as_deref().unwrap_or("text")).or_default() += 1;
            summary.symbols += known.counts.symbols as usize;
            summary.lines += u64::from(known.counts.lines);
        }
        let languages = languages.into_iter().map(|(name, n)| (name.to_owned(), n));
        summary.languages = languages.collect();
        summary.languages.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Summing { summary, troubles: Vec::new(), facts_bytes: 0 }
    }
}

/// Counts the rest and keeps it. `skipped` is given where it is to be kept, `analysis` where the
/// graph is loaded.
pub(crate) fn sum_up(
    ctx: &ScanContext,
    mut acc: Summing,
    skipped: Option<BTreeMap<VfsPath, SkipReason>>,
    analysis: Option<Analysis>,
    counting: Counting,
) -> Summing {
    if let Some(skipped) = skipped.filter(|_| ctx.may_write) {
        keep_skipped(ctx, &mut acc, &skipped);
    }
    let key = meta_key(&ctx.roots);
    let old = ctx.store.meta(&key).ok().flatten().and_then(|it| Kept::parse(&it));
    if let Some(analysis) = &analysis {
        let graph = analysis.graph();
        let facts = graph.files().into_iter().filter_map(|it| analysis.facts(it));
        acc.facts_bytes = facts.map(|it| bytes_of(it)).sum();
    }
    let new = kept(ctx, &acc.summary, old.as_ref(), (analysis.as_ref(), counting));
    if ctx.may_write && old.as_ref() != Some(&new) {
        let kept = ctx.store.set_meta(&key, &new.to_text());
        acc.troubles.extend(kept.err().map(|it| it.to_string()));
    }
    acc.summary.edges_stale = new.edges.is_some() && new.edges_stale;
    acc.summary.edges = new.edges;
    collect_garbage(ctx, &mut acc);
    acc
}

/// The edges of the graph, where there is one and they are asked for or were never counted; else
/// those of `old`, and whether anything has changed since.
fn kept(
    ctx: &ScanContext,
    summary: &IndexSummary,
    old: Option<&Kept>,
    (analysis, counting): (Option<&Analysis>, Counting),
) -> Kept {
    let (symbols, lines) = (summary.symbols, summary.lines);
    let changed = 0 < summary.read + summary.gone;
    let edges = old.and_then(|it| it.edges);
    let is_wanted = edges.is_none() || counting == Counting::All && changed;
    if let Some(analysis) = analysis.filter(|_| is_wanted) {
        let mut check = || if ctx.cancel.is_cancelled() { Err(Cancelled) } else { Ok(()) };
        if let Ok(edges) = analysis.graph().count_edges(&mut check) {
            return Kept { symbols, lines, edges: Some(edges), edges_stale: false };
        }
    }
    // A round that was killed has changed files and kept nothing.
    let is_same = old.is_some_and(|it| (it.symbols, it.lines) == (symbols, lines));
    let was_stale = old.is_some_and(|it| it.edges_stale);
    Kept { symbols, lines, edges, edges_stale: was_stale || changed || !is_same }
}

/// About how much the facts of one file hold.
fn bytes_of(facts: &FileFacts) -> usize {
    let (starts, end_lens, wide, _) = facts.lines.parts();
    size_of::<FileFacts>()
        + size_of_val(starts)
        + size_of_val(end_lens)
        + size_of_val(wide)
        + facts.names.iter().map(|it| it.1.len() + size_of::<u32>()).sum::<usize>()
        + size_of_val(&*facts.symbols)
        + size_of_val(&*facts.details)
        + size_of_val(&*facts.bases)
        + size_of_val(&*facts.scopes)
        + size_of_val(&*facts.references)
        + size_of_val(&*facts.imports)
        + size_of_val(&*facts.chunks)
        + facts.manifest.as_ref().map_or(0, |it| it.len())
}

fn keep_skipped(ctx: &ScanContext, acc: &mut Summing, skipped: &BTreeMap<VfsPath, SkipReason>) {
    for root in ctx.roots.iter() {
        let mut rows = Vec::new();
        for (path, reason) in skipped {
            if root_of(&ctx.roots, path) != Some(root) {
                continue;
            }
            let path = path.relative_to(root).unwrap_or_default().to_owned();
            rows.push(SkippedRow { path, reason: reason.to_string() });
        }
        if let Err(error) = ctx.store.set_skipped(root.as_str(), &rows) {
            acc.troubles.push(error.to_string());
        }
    }
}

/// Branches leave facts behind that nobody uses.
fn collect_garbage(ctx: &ScanContext, acc: &mut Summing) {
    let changed = acc.summary.read + acc.summary.gone;
    if changed < GARBAGE_AFTER || !ctx.may_write {
        return;
    }
    match ctx.store.collect_garbage() {
        Ok(n) => tracing::debug!(n, "dropped facts that no file uses"),
        Err(error) => acc.troubles.push(error.to_string()),
    }
}

/// Whether the counts of these folders are kept.
pub(crate) fn has_counts(store: &dyn Store, roots: &[VfsPath]) -> bool {
    let kept = store.meta(&meta_key(roots)).ok().flatten();
    kept.is_some_and(|it| Kept::parse(&it).is_some_and(|it| it.edges.is_some()))
}

fn meta_key(roots: &[VfsPath]) -> String {
    let roots: BTreeSet<&str> = roots.iter().map(VfsPath::as_str).collect();
    let roots: Vec<&str> = roots.into_iter().collect();
    format!("{META}:{}", roots.join(":"))
}

impl Kept {
    fn to_text(&self) -> String {
        let edges = self.edges.as_ref().map(|it| {
            let EdgeCounts { exact, inferred, candidates, modules, external, unresolved } = it;
            format!(" {exact} {inferred} {candidates} {modules} {external} {unresolved}")
        });
        let stale = usize::from(self.edges_stale);
        format!("{} {} {stale}{}", self.symbols, self.lines, edges.unwrap_or_default())
    }

    fn parse(text: &str) -> Option<Kept> {
        let numbers: Option<Vec<usize>> = text.split(' ').map(|it| it.parse().ok()).collect();
        let numbers = numbers?;
        let (symbols, lines) = (*numbers.first()?, *numbers.get(1)? as u64);
        let edges_stale = *numbers.get(2)? != 0;
        let edges = match numbers.get(3..)? {
            [exact, inferred, candidates, modules, external, unresolved] => Some(EdgeCounts {
                exact: *exact,
                inferred: *inferred,
                candidates: *candidates,
                modules: *modules,
                external: *external,
                unresolved: *unresolved,
            }),
            _ => None,
        };
        Some(Kept { symbols, lines, edges, edges_stale })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_counts_are_read_back() {
        let edges = EdgeCounts {
            exact: 1,
            inferred: 2,
            candidates: 3,
            modules: 4,
            external: 5,
            unresolved: 6,
        };
        for edges in [None, Some(edges)] {
            let kept = Kept { symbols: 7, lines: 90, edges, edges_stale: true };
            assert_eq!(Kept::parse(&kept.to_text()), Some(kept));
        }
        assert_eq!(Kept::parse("nonsense"), None);
    }
}

//! Counting what the index holds, at the end of a round.

use std::collections::{BTreeMap, BTreeSet};

use graph::EdgeCounts;
use ide::{Analysis, Cancelled};
use store::{SkippedRow, Store};
use vfs::{SkipReason, VfsPath};

use crate::{IndexSummary, files::root_of, indexing::Round, scan::ScanContext};

/// The counts of one folder of the workspace, kept in the store for rounds that load no graph.
const META: &str = "summary";

/// So many files must have changed before spare facts are looked for.
const GARBAGE_AFTER: usize = 64;

/// How much is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    /// Nothing: a file was saved. What was kept is no longer true.
    Nothing,
    /// What costs little.
    Symbols,
    /// And how every name resolves.
    All,
}

/// A summary in the making.
#[derive(Default)]
pub(crate) struct Summing {
    pub(crate) summary: IndexSummary,
    pub(crate) troubles: Vec<String>,
    languages: BTreeMap<String, usize>,
}

/// What is kept between rounds.
#[derive(Debug, Default, PartialEq, Eq)]
struct Kept {
    symbols: usize,
    lines: u64,
    edges: Option<EdgeCounts>,
}

impl Summing {
    /// What the loop knows at the end of `round`.
    pub(crate) fn new(round: &Round, n_files: usize, n_skipped: usize) -> Summing {
        Summing {
            summary: IndexSummary {
                files: n_files,
                read: round.n_read,
                gone: round.n_gone,
                n_skipped,
                ..IndexSummary::default()
            },
            troubles: Vec::new(),
            languages: round.languages.clone(),
        }
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
    let changed = 0 < acc.summary.read + acc.summary.gone;
    if changed && analysis.is_none() {
        let kept = if ctx.may_write { ctx.store.set_meta(&key, "") } else { Ok(()) };
        acc.troubles.extend(kept.err().map(|it| it.to_string()));
    }
    let mut kept = ctx.store.meta(&key).ok().flatten().and_then(|it| Kept::parse(&it));
    if let Some(analysis) = analysis {
        let summary = analysis.graph().summary();
        acc.languages =
            summary.languages.iter().map(|it| (it.language.to_owned(), it.files)).collect();
        let is_same = kept.as_ref().is_some_and(|it| !changed && it.symbols == summary.symbols);
        let old_edges = kept.take().and_then(|it| it.edges).filter(|_| is_same);
        let edges = match old_edges {
            None if counting == Counting::All => {
                let mut check = || if ctx.cancel.is_cancelled() { Err(Cancelled) } else { Ok(()) };
                analysis.graph().count_edges(&mut check).ok()
            }
            old => old,
        };
        let new = Kept { symbols: summary.symbols, lines: summary.lines as u64, edges };
        if ctx.may_write
            && !is_same
            && let Err(error) = ctx.store.set_meta(&key, &new.to_text())
        {
            acc.troubles.push(error.to_string());
        }
        kept = Some(new);
    }
    let kept = kept.unwrap_or_default();
    acc.summary.symbols = kept.symbols;
    acc.summary.lines = kept.lines;
    acc.summary.edges = kept.edges;
    let mut languages: Vec<(String, usize)> = acc.languages.clone().into_iter().collect();
    languages.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    acc.summary.languages = languages;
    collect_garbage(ctx, &mut acc);
    acc
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
            let EdgeCounts { exact, inferred, modules, external, unresolved } = it;
            format!(" {exact} {inferred} {modules} {external} {unresolved}")
        });
        format!("{} {}{}", self.symbols, self.lines, edges.unwrap_or_default())
    }

    fn parse(text: &str) -> Option<Kept> {
        let numbers: Option<Vec<usize>> = text.split(' ').map(|it| it.parse().ok()).collect();
        let numbers = numbers?;
        let (symbols, lines) = (*numbers.first()?, *numbers.get(1)? as u64);
        let edges = match numbers.get(2..)? {
            [exact, inferred, modules, external, unresolved] => Some(EdgeCounts {
                exact: *exact,
                inferred: *inferred,
                modules: *modules,
                external: *external,
                unresolved: *unresolved,
            }),
            _ => None,
        };
        Some(Kept { symbols, lines, edges })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_counts_are_read_back() {
        let edges = EdgeCounts { exact: 1, inferred: 2, modules: 3, external: 4, unresolved: 5 };
        for edges in [None, Some(edges)] {
            let kept = Kept { symbols: 7, lines: 90, edges };
            assert_eq!(Kept::parse(&kept.to_text()), Some(kept));
        }
        assert_eq!(Kept::parse("nonsense"), None);
    }
}

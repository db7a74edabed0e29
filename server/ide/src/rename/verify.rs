//! A rename carried out on a copy of the workspace: does each changed name still mean the symbol?

use std::sync::Arc;

use graph::{CodeGraph, EdgeKind, SymbolRef};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::NameChange;
use text::TextSize;
use vfs::{FileId, SourceChange};

use super::Plan;
use crate::{Analysis, Leaves, RenameError, Site};

/// Times that places are taken out of a rename because they would not mean the symbol any more.
const ROUNDS_MAX: usize = 6;

/// A rename that was tried.
pub(super) struct Verified {
    pub(super) change: SourceChange,
    /// What it changes.
    pub(super) sites: Vec<Site>,
    /// What it must not change: the name there is another file's choice, as that of an alias is.
    pub(super) dropped: Vec<Site>,
    pub(super) leaves: Leaves,
}

/// The workspace after a change.
struct Tried {
    graph: CodeGraph,
    leaves: Leaves,
}

impl Analysis {
    /// The edits of those sites that mean the symbol by its new name afterwards.
    pub(super) fn verified(
        &self,
        mut sites: Vec<Site>,
        plan: &Plan,
        new_name: &str,
    ) -> Result<Verified, RenameError> {
        let mut dropped = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let change = self.edits(&sites, plan, new_name)?;
            let names = NameChange { from: &plan.old_name, to: new_name };
            let Tried { graph: after, leaves } = self.changed_graph(&change, names)?;
            let failing = self.failing(&sites, (&change, &after), new_name)?;
            if failing.is_empty() {
                self.forget_what_stays(&mut dropped, (&sites, &change, &after), new_name);
                return Ok(Verified { change, sites, dropped, leaves });
            }
            let (bad, good) = sites.into_iter().enumerate().partition(|it| failing.contains(&it.0));
            let bad: Vec<(usize, Site)> = bad;
            let good: Vec<(usize, Site)> = good;
            dropped.extend(bad.into_iter().map(|it| it.1));
            sites = good.into_iter().map(|it| it.1).collect();
        }
        Err(RenameError::Unsafe(plan.old_name.clone()))
    }

    /// The numbers of the sites that do not mean the symbol once the change is made.
    fn failing(
        &self,
        sites: &[Site],
        (change, after): (&SourceChange, &CodeGraph),
        new_name: &str,
    ) -> Result<FxHashSet<usize>, RenameError> {
        let places = self.places_after(sites, change, new_name);
        let mut symbols: FxHashSet<SymbolRef> = FxHashSet::default();
        for (index, site) in sites.iter().enumerate().filter(|it| is_declaration(it.1)) {
            let symbol = symbol_at(after, site.file, places[&index]);
            let symbol = symbol.ok_or_else(|| RenameError::Unsafe(new_name.to_owned()))?;
            symbols.insert(symbol);
        }
        let mut failing = FxHashSet::default();
        for (index, site) in sites.iter().enumerate().filter(|it| !is_declaration(it.1)) {
            self.check()?;
            if !means(after, (site.file, places[&index]), &symbols) {
                failing.insert(index);
            }
        }
        Ok(failing)
    }

    /// Takes out of `dropped` what means the symbol by the old name still: an alias bears it.
    fn forget_what_stays(
        &self,
        dropped: &mut Vec<Site>,
        (sites, change, after): (&[Site], &SourceChange, &CodeGraph),
        new_name: &str,
    ) {
        if dropped.is_empty() {
            return;
        }
        let places = self.places_after(sites, change, new_name);
        let declared = sites.iter().enumerate().filter(|it| is_declaration(it.1));
        let symbols = declared.filter_map(|(index, it)| symbol_at(after, it.file, places[&index]));
        let symbols: FxHashSet<SymbolRef> = symbols.collect();
        dropped.retain(|site| {
            let edits = self.path(site.file).and_then(|it| change.edits.get(it));
            let before = edits.into_iter().flat_map(|it| it.iter());
            let before = before.take_while(|it| it.range.start() < site.range.start());
            let grown: i64 =
                before.map(|it| it.text.len() as i64 - i64::from(it.range.len().raw())).sum();
            let at = usize::try_from(i64::from(site.range.start().raw()) + grown).unwrap_or(0);
            !means(after, (site.file, TextSize::from_usize(at)), &symbols)
        });
    }

    /// The graph with the facts of the changed texts. Files that only use the name, most of them,
    /// are not read again.
    fn changed_graph(
        &self,
        change: &SourceChange,
        names: NameChange<'_>,
    ) -> Result<Tried, RenameError> {
        let mut graph = self.graph().clone();
        let mut leaves = Leaves::default();
        for (path, edits) in &change.edits {
            self.check()?;
            let stale = || RenameError::Stale(path.clone());
            let file = self.file(path).ok_or_else(stale)?;
            let before = self.text(file).ok_or_else(stale)?;
            let text = edits.apply(&before).map_err(|_| stale())?;
            let old = self.facts(file).ok_or_else(stale)?;
            let language = old.language.ok_or_else(stale)?;
            let facts = syntax::renamed(old, (&before, &text), edits, names);
            let facts =
                facts.unwrap_or_else(|| syntax::facts(self.below_root(path), &text, language));
            let facts = Arc::new(facts);
            leaves.note(path, &text, &facts);
            graph.set_file(file, path, Some(facts));
        }
        Ok(Tried { graph, leaves })
    }

    /// Where the new name of each site stands after the change.
    fn places_after(
        &self,
        sites: &[Site],
        change: &SourceChange,
        new_name: &str,
    ) -> FxHashMap<usize, TextSize> {
        let mut res = FxHashMap::default();
        for (path, edits) in &change.edits {
            let Some(file) = self.file(path) else { continue };
            let mut grown: i64 = 0;
            let mut moved = FxHashMap::default();
            for edit in edits.iter() {
                let inside = edit.text.rfind(new_name).unwrap_or(0) as i64;
                let at = i64::from(edit.range.start().raw()) + grown + inside;
                moved.insert(edit.range, TextSize::from_usize(usize::try_from(at).unwrap_or(0)));
                grown += edit.text.len() as i64 - i64::from(edit.range.len().raw());
            }
            for (index, site) in sites.iter().enumerate().filter(|it| it.1.file == file) {
                res.extend(moved.get(&site.range).map(|it| (index, *it)));
            }
        }
        res
    }
}

fn is_declaration(site: &Site) -> bool {
    site.kind == EdgeKind::Contains
}

fn symbol_at(graph: &CodeGraph, file: FileId, at: TextSize) -> Option<SymbolRef> {
    let facts = graph.facts(file)?;
    let found =
        facts.symbols().find(|it| it.1.name_range.touches(at) && it.1.name_range.start() == at);
    // The mark of a raw name may or may not be a part of its range.
    let found = found.or_else(|| facts.symbols().find(|it| it.1.name_range.contains(at)));
    found.map(|it| SymbolRef { file, symbol: it.0 })
}

fn means(
    graph: &CodeGraph,
    (file, at): (FileId, TextSize),
    symbols: &FxHashSet<SymbolRef>,
) -> bool {
    let Some(facts) = graph.facts(file) else { return false };
    let Some(reference) = facts.reference_at(at) else { return false };
    let resolved = graph.resolve(file, reference);
    resolved.targets().iter().any(|it| symbols.contains(&it.symbol_ref()))
}

//! Symbols of one file and of the workspace by name.

use syntax::{FileFacts, Symbol, SymbolIdx, SymbolKind};
use vfs::FileId;

use crate::{Analysis, Cancellable, NavTarget, OutlineItem, SymbolHit};

/// Levels of an outline; what is nested deeper stands on the last one.
const OUTLINE_DEPTH_MAX: usize = 64;

impl Analysis {
    /// The symbols of a file as a tree, in order.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn document_symbols(&self, file: FileId) -> Cancellable<Vec<OutlineItem>> {
        self.check()?;
        let Some(facts) = self.facts(file) else { return Ok(Vec::new()) };
        // Symbols come outer before inner, so an item is complete once one outside it begins.
        let mut open: Vec<(SymbolIdx, OutlineItem)> = Vec::new();
        let mut top = Vec::new();
        for (idx, symbol) in facts.symbols().filter(|it| !it.1.is_local) {
            while open.last().is_some_and(|it| Some(it.0) != symbol.parent) {
                close_last(&mut open, &mut top);
            }
            if open.len() == OUTLINE_DEPTH_MAX {
                close_last(&mut open, &mut top);
            }
            open.push((idx, outline_item(facts, symbol)));
        }
        while !open.is_empty() {
            close_last(&mut open, &mut top);
        }
        Ok(top)
    }

    /// Definitions whose name fits `query`, best first, at most `max`. All of them, in no
    /// particular order of worth, for the empty query.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn workspace_symbols(&self, query: &str, max: usize) -> Cancellable<Vec<SymbolHit>> {
        let matches = self.graph().symbols_matching(query, max, &mut || self.check())?;
        let hits = matches.into_iter().filter_map(|it| {
            Some(SymbolHit { target: self.nav_target(it.symbol)?, score: it.score })
        });
        Ok(hits.collect())
    }

    /// Definitions by a written name such as `pay`, `Cart::total` or `shop.Cart.total`, sorted by
    /// path and place. A file may be named too: `src/shop.py:Cart.total`.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn find_symbol(&self, path: &str) -> Cancellable<Vec<NavTarget>> {
        self.check()?;
        let (in_file, name) = split_file(path);
        let mut found: Vec<NavTarget> = self
            .graph()
            .definitions_at_path(name)
            .into_iter()
            .filter(|it| {
                let path = self.path(it.file).map_or("", |it| it.as_str());
                in_file.is_none_or(|file| ends_with_path(path, file))
            })
            .filter_map(|it| self.nav_target(it))
            .collect();
        found.sort_by(|a, b| {
            let path = |it: &NavTarget| self.path(it.file).map(|it| it.as_str().to_owned());
            path(a).cmp(&path(b)).then(a.name_range.cmp(&b.name_range))
        });
        Ok(found)
    }
}

fn close_last(open: &mut Vec<(SymbolIdx, OutlineItem)>, top: &mut Vec<OutlineItem>) {
    let Some((_, item)) = open.pop() else { return };
    match open.last_mut() {
        Some((_, parent)) => parent.children.push(item),
        None => top.push(item),
    }
}

fn outline_item(facts: &FileFacts, symbol: &Symbol) -> OutlineItem {
    OutlineItem {
        name: facts.name(symbol.name).to_owned(),
        detail: detail(facts, symbol),
        kind: symbol.kind,
        range: symbol.range,
        name_range: symbol.name_range,
        children: Vec::new(),
    }
}

/// What an implementation implements, whose member a member is, else the head of the type.
fn detail(facts: &FileFacts, symbol: &Symbol) -> String {
    let name = |it| facts.name(facts.reference(it).name());
    if symbol.kind == SymbolKind::Implementation {
        return facts
            .interface(symbol)
            .map_or("impl".to_owned(), |it| format!("impl {}", name(it)));
    }
    if let Some(owner) = facts.owner(symbol) {
        return facts.name(owner).to_owned();
    }
    symbol.type_ref.map(|it| name(it).to_owned()).unwrap_or_default()
}

/// Takes `file:` off the front of `file:Type::name`.
fn split_file(path: &str) -> (Option<&str>, &str) {
    let colon = path.match_indices(':').map(|it| it.0).rfind(|at| {
        // A colon of `::` separates names, not a file from a name.
        !path[at + 1..].starts_with(':') && !path[..*at].ends_with(':')
    });
    match colon {
        Some(at) => (Some(&path[..at]), &path[at + 1..]),
        None => (None, path),
    }
}

fn ends_with_path(path: &str, ending: &str) -> bool {
    let ending = ending.trim_start_matches("./");
    path.strip_suffix(ending)
        .is_some_and(|it| it.is_empty() || it.ends_with('/') || ending.starts_with('/'))
}

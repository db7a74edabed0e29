//! Symbols by name: lasting ids, written paths, and the fuzzy search.

use std::sync::Arc;

use syntax::{SymbolIdx, SymbolKind};
use vfs::FileId;

use crate::{
    Cancelled, Check, CodeGraph, SymbolId, SymbolMatch, SymbolRef,
    entry::{FileEntry, stem},
};

/// Files searched between two looks at the clock of the asker.
const FILES_PER_CHECK: usize = 64;

impl CodeGraph {
    /// The lasting id of a symbol.
    pub fn symbol_id(&self, symbol: SymbolRef) -> Option<SymbolId> {
        let entry = self.entry(symbol.file)?;
        let name = entry.facts.symbols.get(symbol.symbol.index())?.name;
        let path = entry.facts.name_path(symbol.symbol);
        let same = entry.named(name).iter().take_while(|it| **it != symbol.symbol);
        let nth = same.filter(|it| entry.facts.name_path(**it) == path).count() as u32;
        Some(SymbolId { file: symbol.file, path: Arc::from(path), nth })
    }

    /// The symbol of a lasting id, where it still is.
    pub fn find(&self, id: &SymbolId) -> Option<SymbolRef> {
        let entry = self.entry(id.file)?;
        let name = id.path.rsplit("::").next().unwrap_or(&id.path);
        let name = entry.facts.names.find(name)?;
        let mut same =
            entry.named(name).iter().copied().filter(|it| entry.facts.name_path(*it) == *id.path);
        let symbol = same.nth(id.nth as usize)?;
        Some(SymbolRef { file: id.file, symbol })
    }

    /// The names around a symbol, outermost first, then its own, joined by `::`.
    pub fn name_path(&self, symbol: SymbolRef) -> Option<String> {
        let entry = self.entry(symbol.file)?;
        entry.facts.symbols.get(symbol.symbol.index())?;
        Some(entry.facts.name_path(symbol.symbol))
    }

    /// Definitions by a written path such as `Type::method`, `Type.method` or `module::function`;
    /// each segment but the last must be an enclosing symbol or an owner, in order, or where there
    /// is no such definition a part of the file's path.
    pub fn definitions_at_path(&self, path: &str) -> Vec<SymbolRef> {
        let segments = split_path(path);
        let Some((name, around)) = segments.split_last() else { return Vec::new() };
        let mut found = self.definitions_named(name);
        found.retain(|it| {
            let kind = self.entry(it.file).map(|entry| entry.facts.symbol(it.symbol).kind);
            kind.is_some_and(|it| it != SymbolKind::Implementation)
        });
        let named = |it: &&SymbolRef| {
            let path = self.name_path(**it).unwrap_or_default();
            let outer: Vec<&str> = path.split("::").collect();
            outer[..outer.len() - 1].ends_with(around)
        };
        let by_symbols: Vec<SymbolRef> = found.iter().filter(named).copied().collect();
        if !by_symbols.is_empty() {
            return by_symbols;
        }
        found.retain(|it| {
            self.entry(it.file).is_some_and(|entry| lies_in(entry, it.symbol, around))
        });
        found
    }

    /// Definitions whose name holds the letters of `query` in order, best first, at most `max`. A
    /// query may name what is around the symbol, too: `cart.tot` finds `Cart::total`.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn symbols_matching(
        &self,
        query: &str,
        max: usize,
        check: Check<'_>,
    ) -> Result<Vec<SymbolMatch>, Cancelled> {
        let segments = split_path(query);
        let (name, around) = segments.split_last().map_or(("", &[][..]), |(a, b)| (*a, b));
        let needle = Needle::new(name);
        let mut found: Vec<SymbolMatch> = Vec::new();
        for (n, (file, entry)) in self.entries().enumerate() {
            if n % FILES_PER_CHECK == 0 {
                check()?;
            }
            add_matches((file, entry), &needle, around, &mut found);
        }
        let by_worth = |a: &SymbolMatch, b: &SymbolMatch| {
            let path = |it: &SymbolMatch| self.path(it.symbol.file).map(|it| it.as_str());
            b.score
                .total_cmp(&a.score)
                .then_with(|| path(a).cmp(&path(b)))
                .then(a.symbol.cmp(&b.symbol))
        };
        if max < found.len() {
            // Order the best only: a query of one letter finds nearly everything.
            if let Some(last) = max.checked_sub(1) {
                found.select_nth_unstable_by(last, by_worth);
            }
            found.truncate(max);
        }
        found.sort_by(by_worth);
        Ok(found)
    }
}

fn add_matches(
    (file, entry): (FileId, &FileEntry),
    needle: &Needle,
    around: &[&str],
    acc: &mut Vec<SymbolMatch>,
) {
    let facts = &entry.facts;
    // A name is looked at once, however many symbols of the file bear it.
    let scores: Vec<f32> = facts.names.iter().map(|(_, it)| needle.score(it)).collect();
    for (symbol, it) in facts.symbols() {
        let score = scores[it.name.index()];
        if score <= 0.0 || it.is_local || it.kind == SymbolKind::Implementation {
            continue;
        }
        if !around.is_empty() && !lies_in(entry, symbol, around) {
            continue;
        }
        let weight = kind_weight(it.kind) * if it.is_test { 0.9 } else { 1.0 };
        acc.push(SymbolMatch { symbol: SymbolRef { file, symbol }, score: score * weight });
    }
}

/// What is written to be found by name comes before what merely has one.
fn kind_weight(kind: SymbolKind) -> f32 {
    match kind {
        SymbolKind::Key | SymbolKind::Heading | SymbolKind::Selector => 0.6,
        SymbolKind::Field | SymbolKind::Property | SymbolKind::Variable | SymbolKind::Variant => {
            0.9
        }
        _ => 1.0,
    }
}

fn split_path(path: &str) -> Vec<&str> {
    path.split("::")
        .flat_map(|it| it.split(['.', '#', '/', '\\']))
        .filter(|it| !it.is_empty())
        .collect()
}

/// Whether the segments, in order, are among the names of what a symbol lies in.
fn lies_in(entry: &FileEntry, symbol: SymbolIdx, around: &[&str]) -> bool {
    let facts = &entry.facts;
    let mut left = around;
    let mut take = |name: &str| {
        if let Some((last, rest)) = left.split_last()
            && last.eq_ignore_ascii_case(name)
        {
            left = rest;
        }
    };
    let mut at = Some(symbol);
    while let Some(idx) = at {
        let inner = facts.symbol(idx);
        if idx != symbol {
            take(facts.name(inner.name));
        }
        if let Some(owner) = facts.owner(inner).filter(|_| inner.kind != SymbolKind::Implementation)
        {
            take(facts.name(owner));
        }
        at = inner.parent;
    }
    let path = entry.path.as_str();
    take(stem(path));
    path.rsplit('/').skip(1).for_each(&mut take);
    left.is_empty()
}

/// A query, ready to be compared with many names.
struct Needle {
    lower: Vec<u8>,
    exact: String,
}

impl Needle {
    fn new(query: &str) -> Needle {
        let exact: String = query.chars().filter(|it| !it.is_whitespace()).collect();
        Needle { lower: exact.to_ascii_lowercase().into_bytes(), exact }
    }

    /// 0 where the name does not hold the letters in order; the more, the better it fits.
    fn score(&self, name: &str) -> f32 {
        let bytes = name.as_bytes();
        if self.lower.is_empty() {
            return 1.0;
        }
        if bytes.len() < self.lower.len() {
            return 0.0;
        }
        if bytes.eq_ignore_ascii_case(&self.lower) {
            return if name == self.exact { 1000.0 } else { 950.0 };
        }
        let spare = (bytes.len() - self.lower.len()) as f32;
        if bytes[..self.lower.len()].eq_ignore_ascii_case(&self.lower) {
            return 800.0 - spare.min(100.0);
        }
        self.subsequence(bytes) - spare.min(100.0) * 0.5
    }

    /// Letters in order, each as early as it can be, at the start of a word where there is one;
    /// letters at word starts and letters in a row count more.
    fn subsequence(&self, name: &[u8]) -> f32 {
        let mut score = 200.0;
        let mut next = 0;
        let mut last: Option<usize> = None;
        for wanted in &self.lower {
            let found = |at: &usize| name[*at].eq_ignore_ascii_case(wanted);
            let in_row = last.map(|it| it + 1).filter(|it| *it < name.len() && found(it));
            let at_word = (next..name.len()).find(|it| found(it) && is_word_start(name, *it));
            let Some(at) = in_row.or(at_word).or_else(|| (next..name.len()).find(found)) else {
                return self.plain_subsequence(name);
            };
            score += if is_word_start(name, at) { 40.0 } else { 0.0 };
            score += if in_row.is_some() { 25.0 } else { 0.0 };
            last = Some(at);
            next = at + 1;
        }
        score
    }

    /// Without any preference: going for word starts may have gone too far.
    fn plain_subsequence(&self, name: &[u8]) -> f32 {
        let mut rest = name.iter();
        let holds = self.lower.iter().all(|wanted| rest.any(|it| it.eq_ignore_ascii_case(wanted)));
        if holds { 150.0 } else { 0.0 }
    }
}

fn is_word_start(name: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|it| name[it]) else { return true };
    let is_hump = name[at].is_ascii_uppercase() && !before.is_ascii_uppercase();
    is_hump || !before.is_ascii_alphanumeric()
}

//! The symbols that a commit touched: lines that differ, met with the facts of both versions.

use std::collections::BTreeMap;

use grammars::language_for_path;
use store::commits::{ChangeRow, CommitId, Commits, LinkRow};
use syntax::{FileFacts, SymbolIdx, SymbolKind};
use text::TextSize;

use crate::{
    HistoryError, Repository,
    hunks::{Lines, hunks, is_text},
};

/// Files of one commit that are looked at.
const FILES_MAX: usize = 40;
/// A longer version is not parsed.
const PARSED_BYTES_MAX: usize = 256 * 1024;

/// What one commit touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkedCommit {
    /// The symbols, by path and name.
    pub links: Vec<LinkRow>,
    /// Files that were not looked into: too many, too long, of no known language.
    pub n_unread: usize,
}

/// What a commit touched. It is looked at once and then kept; `check` ends it.
///
/// # Errors
/// [`HistoryError`].
pub fn link(
    repository: &Repository,
    commits: &dyn Commits,
    id: CommitId,
    check: &mut dyn FnMut() -> Result<(), HistoryError>,
) -> Result<LinkedCommit, HistoryError> {
    let changes = commits.changes_of(id)?;
    let links = match commits.links(id)? {
        Some(links) => links,
        None => {
            let mut links = Vec::new();
            for change in changes.iter().take(FILES_MAX) {
                check()?;
                links.extend(links_of(repository, change).unwrap_or_default());
            }
            commits.set_links(id, &links)?;
            links
        }
    };
    let is_read = |it: &&ChangeRow| links.iter().any(|link| link.path == it.path);
    let n_unread = changes.len() - changes.iter().filter(is_read).count();
    Ok(LinkedCommit { links, n_unread })
}

/// The symbols of one file; `None` where it cannot be looked into.
fn links_of(repository: &Repository, change: &ChangeRow) -> Option<Vec<LinkRow>> {
    let side = |key: &Option<Vec<u8>>, path: &str| match key {
        Some(key) => Side::of(path, repository.blob(key)?),
        None => Some(Side::default()),
    };
    let before = side(&change.before, change.from.as_deref().unwrap_or(&change.path))?;
    let after = side(&change.after, &change.path)?;
    let mut touched: BTreeMap<(String, &'static str), (u32, u32)> = BTreeMap::new();
    for hunk in hunks(before.text.as_bytes(), after.text.as_bytes()) {
        for key in after.symbols(&hunk.after) {
            touched.entry(key).or_default().0 += 1;
        }
        for key in before.symbols(&hunk.before) {
            touched.entry(key).or_default().1 += 1;
        }
    }
    let row = |((symbol, kind), lines): ((String, &'static str), (u32, u32))| LinkRow {
        path: change.path.clone(),
        symbol,
        kind: kind.to_owned(),
        lines,
    };
    Some(touched.into_iter().map(row).collect())
}

/// One version of a file.
#[derive(Default)]
struct Side {
    text: String,
    facts: FileFacts,
}

impl Side {
    fn of(path: &str, content: Vec<u8>) -> Option<Side> {
        if PARSED_BYTES_MAX < content.len() || !is_text(&content) {
            return None;
        }
        let text = String::from_utf8(content).ok()?;
        let language = language_for_path(path, text.lines().next().unwrap_or(""))?;
        let facts = syntax::facts(path, &text, language);
        Some(Side { text, facts })
    }

    /// Name path and kind of the symbol around each of the lines; empty for none.
    fn symbols(&self, lines: &Lines) -> Vec<(String, &'static str)> {
        lines.clone().map(|line| self.symbol(line)).collect()
    }

    fn symbol(&self, line: u32) -> (String, &'static str) {
        let found = || {
            let range = self.facts.lines.line(line)?;
            let text = self.text.get(range.to_usize())?;
            let indent = text.len() - text.trim_start().len();
            let at = TextSize::from_usize(range.to_usize().start + indent);
            self.outer(self.facts.symbol_around(at)?)
        };
        match found() {
            Some(idx) => (self.facts.name_path(idx), self.facts.symbol(idx).kind.as_str()),
            None => (String::new(), ""),
        }
    }

    /// The definition that people would name: not a field or a variable inside of it.
    fn outer(&self, idx: SymbolIdx) -> Option<SymbolIdx> {
        let mut at = Some(idx);
        while let Some(idx) = at {
            let symbol = self.facts.symbol(idx);
            if !is_detail(symbol.kind) || symbol.parent.is_none() {
                return Some(idx);
            }
            at = symbol.parent;
        }
        None
    }
}

/// What people would not name as that which changed: the definition around it is.
fn is_detail(kind: SymbolKind) -> bool {
    matches!(
        kind,
        SymbolKind::Field
            | SymbolKind::Property
            | SymbolKind::Variant
            | SymbolKind::Variable
            | SymbolKind::Key
    )
}

//! How much a symbol is used: the numbers of code lenses and hovers, at a bounded price.

use graph::{EdgeKind, SymbolRef};
use rustc_hash::FxHashSet;
use syntax::{FileFacts, SymbolIdx, SymbolKind};
use vfs::FileId;

use crate::{Analysis, Cancellable, questions::nodes::Node};

/// Files that write a symbol's name; where there are more, uses are not counted.
const FILES_MAX: usize = 2_000;

/// How much a symbol is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Functions, and top levels of files, that call it.
    pub callers: usize,
    /// Places that name it, calls among them, imports not.
    pub places: usize,
    /// Tests that name it themselves.
    pub tests: usize,
}

/// Which definitions have a lens above them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LensScope {
    /// Functions and types that others can use.
    Exported,
    /// All functions and types.
    All,
}

impl Analysis {
    /// How much a symbol is used; `None` where its name is written in so many files that counting
    /// takes too long.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn usage(&self, symbol: SymbolRef) -> Cancellable<Option<Usage>> {
        let Some(facts) = self.facts(symbol.file) else { return Ok(None) };
        let it = facts.symbol(symbol.symbol);
        if !it.is_local && FILES_MAX < self.graph().files_mentioning(facts.name(it.name)).len() {
            return Ok(None);
        }
        let asking = self.graph().asking();
        let mut usage = Usage::default();
        let (mut callers, mut tests) = (FxHashSet::default(), FxHashSet::default());
        for found in asking.references_to(&[symbol], &mut || self.check())? {
            let Some(facts) = self.facts(found.file) else { continue };
            if found.kind == EdgeKind::Imports {
                continue;
            }
            usage.places += 1;
            let node = Node { file: found.file, symbol: facts.actor_of(found.reference) };
            if self.is_test(node) {
                tests.insert(node);
            } else if found.kind == EdgeKind::Calls && node != Node::from(symbol) {
                callers.insert(node);
            }
        }
        (usage.callers, usage.tests) = (callers.len(), tests.len());
        Ok(Some(usage))
    }

    /// The definitions of a file that have a lens, in order.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn lenses(&self, file: FileId, scope: LensScope) -> Cancellable<Vec<SymbolRef>> {
        self.check()?;
        let Some(facts) = self.facts(file) else { return Ok(Vec::new()) };
        // Tests are run, not called.
        if facts.is_test {
            return Ok(Vec::new());
        }
        let wanted = facts.symbols().filter(|(idx, _)| has_lens(facts, *idx, scope));
        Ok(wanted.map(|(symbol, _)| SymbolRef { file, symbol }).collect())
    }
}

fn has_lens(facts: &FileFacts, idx: SymbolIdx, scope: LensScope) -> bool {
    let symbol = facts.symbol(idx);
    let by_kind = matches!(
        symbol.kind,
        SymbolKind::Function
            | SymbolKind::Method
            | SymbolKind::Class
            | SymbolKind::Struct
            | SymbolKind::Enum
            | SymbolKind::Interface
    );
    // What stands inside a function is used right there.
    let parent = symbol.parent.map(|it| facts.symbol(it).kind);
    let in_function = matches!(parent, Some(SymbolKind::Function | SymbolKind::Method));
    by_kind
        && !symbol.is_local
        && !symbol.is_test
        && !in_function
        && (scope == LensScope::All || symbol.exported)
}

impl Usage {
    /// In a few words: `3 callers · 1 test`.
    pub fn describe(&self, kind: SymbolKind) -> String {
        let is_type = !matches!(kind, SymbolKind::Function | SymbolKind::Method);
        let first = match is_type {
            true => counted(self.places, "use"),
            false => counted(self.callers, "caller"),
        };
        match self.tests {
            0 => first,
            n => format!("{first} · {}", counted(n, "test")),
        }
    }
}

fn counted(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}

//! The place where a task is given: what is selected, the definition around it with its neighbours,
//! the types above and below it, and what is certainly wrong in its file.

use ide::{FilePosition, FileRange, NavTarget, Rules, SymbolRef};
use memory::Piece;
use text::TextRange;

use crate::{ReadError, Snapshot};

/// What is selected is worth more than anything that is found; so is the definition there, a little
/// less.
const SELECTED: f32 = 3.0;
const HERE: f32 = 2.0;
/// What a type above or below is worth, and a finding of the file, in shares of the best hit.
const TYPE: f32 = 0.3;
const FINDING: f32 = 0.4;
/// Types of one kind, and findings, that are looked at.
const TYPES_MAX: usize = 4;
const FINDINGS_MAX: usize = 8;

impl Snapshot {
    /// Adds what belongs to the place.
    pub(super) fn of_place(&self, at: FileRange, acc: &mut Vec<Piece>) -> Result<(), ReadError> {
        if !at.range.is_empty() {
            acc.extend(self.piece(at.file, at.range, None, ("selected", SELECTED)));
        }
        if let Some(symbol) = self.symbol_here(at)? {
            let why = ("the definition here", HERE);
            let range = self.range_of(symbol);
            acc.extend(range.and_then(|it| self.piece(symbol.file, it, Some(symbol), why)));
            self.push_neighbours(symbol, HERE, acc)?;
            let name = self.name_path(symbol);
            for (word, types) in [
                ("stands above", self.analysis.supertypes(symbol)?),
                ("stands on", self.analysis.subtypes(symbol)?),
            ] {
                self.push_types(&types, &format!("{word} {name}"), acc);
            }
        }
        self.push_findings(at, acc)
    }

    /// The symbol that is named at a place, else the definition around it.
    fn symbol_here(&self, at: FileRange) -> Result<Option<SymbolRef>, ReadError> {
        let position = FilePosition { file: at.file, offset: at.range.start() };
        let named = self.analysis.symbols_at(position)?.first().copied();
        let around = || {
            let symbol = self.analysis.facts(at.file)?.symbol_around(position.offset)?;
            Some(SymbolRef { file: at.file, symbol })
        };
        Ok(named.or_else(around))
    }

    fn name_path(&self, symbol: SymbolRef) -> String {
        let facts = self.analysis.facts(symbol.file);
        facts.map(|it| it.name_path(symbol.symbol)).unwrap_or_default()
    }

    /// Types by their heads: what they hold is seldom needed.
    fn push_types(&self, types: &[NavTarget], why: &str, acc: &mut Vec<Piece>) {
        for symbol in types.iter().take(TYPES_MAX).filter_map(|it| it.symbol) {
            let head = self.head_of(symbol);
            acc.extend(head.and_then(|it| self.piece(symbol.file, it, Some(symbol), (why, TYPE))));
        }
    }

    /// The lines of the file in which something is certainly wrong, with what.
    fn push_findings(&self, at: FileRange, acc: &mut Vec<Piece>) -> Result<(), ReadError> {
        let rules = Rules { import_cycles: true, unresolved_imports: true, unused_private: true };
        let found = self.analysis.findings(at.file, rules, &|path| self.may_exist(path))?;
        let Some(facts) = self.analysis.facts(at.file) else { return Ok(()) };
        for it in found.iter().take(FINDINGS_MAX) {
            let line = facts.lines.line(facts.lines.line_of(it.range.start()));
            let range = line.unwrap_or(TextRange::empty(it.range.start()));
            let why = format!("{}: {}", it.rule, it.message);
            acc.extend(self.piece(at.file, range, None, (&why, FINDING)));
        }
        Ok(())
    }
}

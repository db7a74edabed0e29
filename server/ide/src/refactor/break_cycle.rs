//! Break a cycle of imports: the definition that a module of the cycle is imported for moves to a
//! file of its own, so that the import leads out of the cycle.

use std::collections::BTreeSet;

use graph::SymbolRef;
use syntax::Imported;
use text::TextRange;
use vfs::FileId;

use super::{Refactor, RefactorError, Refactored, Refactoring, refused};
use crate::{Analysis, FilePosition, FileRange, Rule, Rules, questions::nodes};

/// Files that are looked through for a way back.
const REACHED_MAX: usize = 20_000;

/// One import of a cycle: who imports whom.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    from: FileId,
    to: FileId,
}

impl Analysis {
    /// The move that breaks the import cycle through `file`, on paper.
    ///
    /// # Errors
    /// [`RefactorError::Refused`] with the reason for every import of the cycle, where no move of
    /// one definition does it.
    pub fn break_cycle(&self, file: FileId) -> Refactored<Refactoring> {
        let rules = Rules { import_cycles: true, ..Rules::default() };
        let cycles = self.findings(file, rules, &|_| true)?;
        let Some(cycle) = cycles.iter().find(|it| it.rule == Rule::ImportCycle) else {
            return Err(RefactorError::NotHere("no import cycle goes through this file"));
        };
        let mut at = vec![FileRange { file, range: cycle.range }];
        at.extend(cycle.related.iter().map(|it| it.0));
        let mut whys = Vec::new();
        for step in self.steps(&at) {
            match self.break_step(step) {
                Ok(mut done) => {
                    done.title = format!("Break the {}: {}", cycle.message, lower(&done.title));
                    return Ok(done);
                }
                Err(RefactorError::Cancelled) => return Err(RefactorError::Cancelled),
                Err(why) => {
                    let names = [step.from, step.to].map(|it| self.shown_path(it));
                    let [from, to] = names.map(Option::unwrap_or_default);
                    whys.push(format!("{from} → {to}: {why}"));
                }
            }
        }
        let whys = whys.join("\n");
        refused(format!("no move of one definition breaks the {}:\n{whys}", cycle.message))
    }

    /// The imports that stand at these places.
    fn steps(&self, at: &[FileRange]) -> BTreeSet<Step> {
        let asking = self.graph().asking();
        let mut res = BTreeSet::new();
        for place in at {
            let Some(facts) = self.facts(place.file) else { continue };
            for (nth, import) in facts.imports.iter().enumerate() {
                if import.range.intersects(place.range)
                    && let graph::ImportedFiles::Files(files) =
                        asking.imported_files(place.file, nth)
                    && let [to] = files[..]
                {
                    res.insert(Step { from: place.file, to });
                }
            }
        }
        res
    }

    fn break_step(&self, step: Step) -> Refactored<Refactoring> {
        let symbol = self.only_import(step)?;
        self.check_way_out(step, symbol)?;
        let offset = self.facts(step.to).map(|it| it.symbol(symbol.symbol).name_range.start());
        let offset = offset.ok_or(RefactorError::NotHere("it is gone"))?;
        let at = FileRange { file: step.to, range: TextRange::empty(offset) };
        self.refactor(at, &Refactor::MoveSymbol { to: None })
    }

    /// What the definition needs must not lead back to who imports it: the cycle would go on
    /// through its new file.
    fn check_way_out(&self, step: Step, symbol: SymbolRef) -> Refactored<()> {
        let gone = RefactorError::NotHere("it is gone");
        let facts = self.facts(step.to).ok_or(gone)?;
        let range = facts.symbol(symbol.symbol).range;
        let inside = facts.symbols().filter(|it| range.contains_range(it.1.range));
        let inside: Vec<SymbolRef> =
            inside.map(|it| SymbolRef { file: step.to, symbol: it.0 }).collect();
        let asking = self.graph().asking();
        let any = (&|_| true) as nodes::Wanted<'_>;
        let needs = self.dependencies_of(&asking, &inside, (any, nodes::Dispatch::Unfollowed))?;
        let files = needs.iter().filter_map(|it| Some(self.nav_node(it.node)?.file));
        let mut todo: Vec<FileId> = files.collect();
        let mut reached: BTreeSet<FileId> = todo.iter().copied().collect();
        while let Some(file) = todo.pop() {
            self.check()?;
            if file == step.from {
                let name = facts.name(facts.symbol(symbol.symbol).name);
                return refused(format!("`{name}` needs what leads back there"));
            }
            if REACHED_MAX < reached.len() {
                return refused("too many files would have to be looked at");
            }
            let n_imports = self.facts(file).map_or(0, |it| it.imports.len());
            for next in (0..n_imports).flat_map(|it| self.graph().imported_files(file, it)) {
                if reached.insert(next) {
                    todo.push(next);
                }
            }
        }
        Ok(())
    }

    /// The one definition of `to` that `from` imports it for.
    fn only_import(&self, step: Step) -> Refactored<SymbolRef> {
        let asking = self.graph().asking();
        let gone = RefactorError::NotHere("it is gone");
        let facts = self.facts(step.from).ok_or(gone)?;
        let mut symbols: BTreeSet<SymbolRef> = BTreeSet::new();
        for (nth, import) in facts.imports.iter().enumerate() {
            let graph::ImportedFiles::Files(files) = asking.imported_files(step.from, nth) else {
                continue;
            };
            if !files.contains(&step.to) {
                continue;
            }
            let (Imported::Name(_), Some(reference)) = (import.name, import.reference) else {
                return refused("the module is imported as a whole");
            };
            let offset = facts.reference(reference).start();
            let found = self.symbols_at(FilePosition { file: step.from, offset })?;
            let own: Vec<SymbolRef> = found.into_iter().filter(|it| it.file == step.to).collect();
            match own[..] {
                [symbol] => symbols.insert(symbol),
                _ => return refused("what is imported is not defined there, or more than once"),
            };
        }
        let mut symbols = symbols.into_iter();
        match (symbols.next(), symbols.len()) {
            (Some(symbol), 0) => Ok(symbol),
            (Some(_), more) => refused(format!("{} names are imported", more + 1)),
            (None, _) => refused("nothing is imported by its name"),
        }
    }
}

/// The text as it goes on in a sentence.
fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|it| it.to_lowercase().collect::<String>()).unwrap_or_default();
    first + chars.as_str()
}

//! Break a cycle of imports: the definition that a module of the cycle is imported for moves to a
//! file of its own, so that the import leads out of the cycle.

use std::collections::{BTreeMap, BTreeSet};

use grammars::Modules;
use graph::{Asking, ImportedFiles, Resolved, SymbolRef};
use syntax::Imported;
use text::TextRange;
use vfs::FileId;

use super::{
    Refactor, RefactorError, Refactored, Refactoring, refused,
    source::{Source, stands_at},
};
use crate::{Analysis, FilePosition, FileRange, Rule, Rules, questions::nodes};

/// Files that are looked through for a way back.
const REACHED_MAX: usize = 20_000;
/// Names and lines that are told.
const TOLD_MAX: usize = 5;

/// What a file uses of a module that it imports as a whole.
#[derive(Default)]
struct WholeUse {
    /// The lines of the imports.
    imports: BTreeSet<u32>,
    /// The definitions at the top level of the module, with the lines that name them.
    names: BTreeMap<SymbolRef, BTreeSet<u32>>,
    /// The lines of those that run while the file is loaded.
    at_load: BTreeSet<u32>,
}

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
                    && let ImportedFiles::Files(files) = asking.imported_files(place.file, nth)
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
            todo.extend(self.loaded_by(&asking, file).into_iter().filter(|it| reached.insert(*it)));
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
            let ImportedFiles::Files(files) = asking.imported_files(step.from, nth) else {
                continue;
            };
            if !files.contains(&step.to) {
                continue;
            }
            let is_module = matches!(asking.import_resolves(step.from, nth), Resolved::Module(_));
            let (Imported::Name(_), Some(reference), false) =
                (import.name, import.reference, is_module)
            else {
                return refused(self.taken_whole(&asking, step)?);
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

    /// Why a module that is imported as a whole keeps the cycle: what is used through it, and what
    /// would break it.
    fn taken_whole(&self, asking: &Asking<'_>, step: Step) -> Refactored<String> {
        let source = self.source(step.from)?;
        let used = self.whole_use(asking, step, &source)?;
        let at = lines(&used.imports);
        let head = format!("the module is imported as a whole ({at})");
        if used.names.is_empty() {
            return Ok(format!(
                "{head} and no definition of it is known to be used there\n  without {at} the \
                 cycle would be broken, unless the module is loaded for what it does"
            ));
        }
        let names = used.names.iter();
        let names: Vec<String> =
            names.map(|(it, at)| format!("{} ({})", self.quoted(*it), lines(at))).collect();
        let mut bound = Vec::new();
        for symbol in used.names.keys() {
            match self.check_way_out(step, *symbol) {
                Ok(()) => {}
                Err(RefactorError::Cancelled) => return Err(RefactorError::Cancelled),
                Err(why) => bound.push(why.to_string()),
            }
        }
        let moved = match bound.is_empty() {
            true => "moved to another file and imported by name, the cycle would be broken".into(),
            false => format!("a move would not break the cycle: {}", some_of(&bound)),
        };
        // Elsewhere an import is a statement of the file, or does not load anything.
        let may_wait = source.language.modules == Modules::DottedPackages;
        let waiting = match (may_wait, used.at_load.is_empty()) {
            (true, true) => "\n  an import in the functions that use it would break it".to_owned(),
            (true, false) => format!(
                "\n  an import in functions would not, it is used while the file is loaded ({})",
                lines(&used.at_load)
            ),
            (false, _) => String::new(),
        };
        Ok(format!("{head} for {}\n  {moved}{waiting}", some_of(&names)))
    }

    fn whole_use(
        &self,
        asking: &Asking<'_>,
        step: Step,
        source: &Source<'_>,
    ) -> Refactored<WholeUse> {
        let mut res = WholeUse::default();
        let Some(facts) = self.facts(step.to) else { return Ok(res) };
        for (nth, import) in source.facts.imports.iter().enumerate() {
            if let ImportedFiles::Files(files) = asking.imported_files(step.from, nth)
                && files.contains(&step.to)
            {
                res.imports.insert(source.line(import.range));
            }
        }
        let uses = asking.uses_in_file(step.from, &mut || self.check())?;
        for (_, used) in uses.uses {
            let target = used.target;
            if target.file != step.to || facts.symbol(target.symbol).parent.is_some() {
                continue;
            }
            let range = source.facts.reference(used.found.reference).range();
            let line = source.line(range);
            res.names.entry(target).or_default().insert(line);
            if !is_in_body(source, range) {
                res.at_load.insert(line);
            }
        }
        Ok(res)
    }

    fn quoted(&self, symbol: SymbolRef) -> String {
        let name = self.facts(symbol.file).map(|it| it.name(it.symbol(symbol.symbol).name));
        format!("`{}`", name.unwrap_or_default())
    }
}

/// `a, b and 3 more`.
fn some_of(all: &[String]) -> String {
    match all.len().checked_sub(TOLD_MAX) {
        None | Some(0) => all.join(", "),
        Some(n) => format!("{} and {n} more", all[..TOLD_MAX].join(", ")),
    }
}

fn lines(all: &BTreeSet<u32>) -> String {
    let word = if all.len() == 1 { "line" } else { "lines" };
    format!("{word} {}", some_of(&all.iter().map(u32::to_string).collect::<Vec<_>>()))
}

/// Whether what stands at `range` runs when a function is called, not when its file is loaded.
fn is_in_body(source: &Source<'_>, range: TextRange) -> bool {
    let mut at = source.around(range);
    while let Some((child, parent)) = at.and_then(|it| Some((it, it.parent()?))) {
        if stands_at(parent, child, source.rules.bodies) {
            return true;
        }
        at = Some(parent);
    }
    false
}

/// The text as it goes on in a sentence.
fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|it| it.to_lowercase().collect::<String>()).unwrap_or_default();
    first + chars.as_str()
}

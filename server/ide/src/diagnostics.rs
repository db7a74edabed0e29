//! What is wrong in a file as far as the graph can say for certain: import cycles, imports that
//! lead nowhere, private definitions that nothing uses.
//!
//! Each rule would rather miss something than be wrong: what a build might make, what an attribute
//! hands on, what does not resolve, is no finding.

use std::{collections::VecDeque, fmt};

use grammars::{Exports, Modules};
use graph::{Asking, ImportedFiles, Resolved};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::{FileFacts, Import, Imported, ScopeIdx};
use text::TextRange;
use vfs::{FileId, VfsPath};

use crate::{
    Analysis, Cancellable, FileRange,
    imports::{Load, is_at_line_start, module_name_range, modules},
    privates::{is_private, may_be_dead},
};

/// Modules that are looked at on the search for a cycle through one of them.
const CYCLE_UNITS_MAX: usize = 1_000;
/// Findings of one file.
const FINDINGS_MAX: usize = 1_000;
/// Endings of what a Python import may find that is no Python.
const COMPILED: [&str; 7] = ["py", "pyi", "pyx", "so", "pyd", "pxd", "c"];

/// Which rules are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// [`Rule::ImportCycle`].
    pub import_cycles: bool,
    /// [`Rule::UnresolvedImport`].
    pub unresolved_imports: bool,
    /// [`Rule::UnusedPrivate`].
    pub unused_private: bool,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Loading a module loads it again on the way.
    ImportCycle,
    /// An import names something of the workspace that is not there.
    UnresolvedImport,
    /// Nothing can use a definition that is kept private.
    UnusedPrivate,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule says so.
    pub rule: Rule,
    /// Where.
    pub range: TextRange,
    /// What, for people.
    pub message: String,
    /// Other places that belong to it, each with a word about it.
    pub related: Vec<(FileRange, String)>,
}

/// Says whether there is something at a path on disk, indexed or not, or might be after a build.
pub type Exists<'a> = &'a dyn Fn(&VfsPath) -> bool;

impl Rule {
    /// The name by which settings and clients know it.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::ImportCycle => "import-cycle",
            Rule::UnresolvedImport => "unresolved-import",
            Rule::UnusedPrivate => "unused-private",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Analysis {
    /// What the rules find in a file, sorted by place.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn findings(
        &self,
        file: FileId,
        rules: Rules,
        exists: Exists<'_>,
    ) -> Cancellable<Vec<Finding>> {
        self.check()?;
        let Some(facts) = self.facts(file) else { return Ok(Vec::new()) };
        let mut acc = Vec::new();
        // Facts of a text that was given up on lack most of what it says.
        if facts.gave_up || facts.language.is_none() {
            return Ok(acc);
        }
        let asking = self.graph().asking();
        if rules.unresolved_imports {
            self.unresolved_imports(&asking, file, exists, &mut acc);
        }
        if rules.unused_private {
            self.unused_privates(&asking, file, &mut acc)?;
        }
        if rules.import_cycles {
            self.import_cycles(&asking, file, &mut acc)?;
        }
        acc.sort_by_key(|it| (it.range.start(), it.rule));
        acc.truncate(FINDINGS_MAX);
        Ok(acc)
    }

    /// Cycles of loading that go through the file, one for each statement of it that begins one.
    fn import_cycles(
        &self,
        asking: &Asking<'_>,
        file: FileId,
        acc: &mut Vec<Finding>,
    ) -> Cancellable<()> {
        let unit = self.unit_of(file);
        if !unit.contains(&file) || !self.loads_at_all(file) {
            return Ok(());
        }
        let Some(back) = self.units_leading_to(asking, &unit)? else { return Ok(()) };
        for load in self.loads_of(asking, &unit).iter().filter(|it| it.at.file == file) {
            let Some(way) = way_back(load, &unit, &back) else { continue };
            let names: Vec<String> = std::iter::once(file)
                .chain(way.iter().map(|it| it.at.file))
                .chain([file])
                .filter_map(|it| self.shown_path(it))
                .collect();
            let related = way
                .iter()
                .filter_map(|it| Some((it.at, format!("imports {}", self.shown_path(it.to)?))));
            acc.push(Finding {
                rule: Rule::ImportCycle,
                range: load.at.range,
                message: format!("import cycle: {}", names.join(" → ")),
                related: related.collect(),
            });
        }
        Ok(())
    }

    /// For every unit that the given one loads, directly or through others, the next step of the
    /// shortest way back; `None` where there are too many to look at.
    fn units_leading_to(
        &self,
        asking: &Asking<'_>,
        unit: &[FileId],
    ) -> Cancellable<Option<FxHashMap<FileId, Load>>> {
        // Forward first: what is loaded, and by whom.
        let mut loaders: FxHashMap<FileId, Vec<Load>> = FxHashMap::default();
        let mut seen: FxHashSet<FileId> = unit.iter().copied().collect();
        let mut queue = VecDeque::from([unit.to_vec()]);
        let mut n_units = 0;
        while let Some(next) = queue.pop_front() {
            self.check()?;
            n_units += 1;
            if CYCLE_UNITS_MAX < n_units {
                return Ok(None);
            }
            let own = next.first().copied();
            for load in self.loads_of(asking, &next) {
                let target = self.unit_of(load.to);
                let Some(head) = target.first().copied() else { continue };
                // The loader goes by the head of its unit, as the loaded does.
                let from = own.unwrap_or(load.at.file);
                loaders.entry(head).or_default().push(Load { to: from, at: load.at });
                if seen.insert(head) {
                    queue.push_back(target);
                }
            }
        }
        // Then backward from the unit: the first step that is found is one of a shortest way.
        let mut back: FxHashMap<FileId, Load> = FxHashMap::default();
        let Some(head) = unit.first().copied() else { return Ok(None) };
        let mut queue = VecDeque::from([head]);
        while let Some(next) = queue.pop_front() {
            for it in loaders.get(&next).into_iter().flatten() {
                if it.to != head && !back.contains_key(&it.to) {
                    back.insert(it.to, Load { to: next, at: it.at });
                    queue.push_back(it.to);
                }
            }
        }
        Ok(Some(back))
    }

    fn unresolved_imports(
        &self,
        asking: &Asking<'_>,
        file: FileId,
        exists: Exists<'_>,
        acc: &mut Vec<Finding>,
    ) {
        let (Some(facts), Some(text)) = (self.facts(file), self.text(file)) else { return };
        // A page names what a server will have.
        if facts.language.is_none_or(|it| it.exports == Exports::All) {
            return;
        }
        let mut told = FxHashSet::default();
        for (idx, import) in facts.imports.iter().enumerate() {
            if import.scope != ScopeIdx::FILE || is_broken_at(facts, import.range) {
                continue;
            }
            let Some(range) = module_name_range(facts, import, &text) else { continue };
            let name = text.get(range.to_usize()).unwrap_or_default();
            let message = match asking.imported_files(file, idx) {
                ImportedFiles::Files(files) => {
                    let found = (asking.import_resolves(file, idx), files);
                    let Some(missing) = self.missing_name((file, import), &found, exists) else {
                        continue;
                    };
                    let range = import.reference.map_or(range, |it| facts.reference(it).range());
                    let message = format!("`{name}` has no `{missing}`");
                    acc.push(finding(Rule::UnresolvedImport, range, message));
                    continue;
                }
                ImportedFiles::External | ImportedFiles::Unknown => {
                    match self.is_missing((file, import), name, exists) {
                        true => format!("`{name}` is not there"),
                        false => continue,
                    }
                }
            };
            if told.insert(range) {
                acc.push(finding(Rule::UnresolvedImport, range, message));
            }
        }
    }

    /// Whether what an import names can only be a file of the workspace, and there is none, on disk
    /// either.
    fn is_missing(
        &self,
        (file, import): (FileId, &Import),
        name: &str,
        exists: Exists<'_>,
    ) -> bool {
        let (Some(facts), Some(path)) = (self.facts(file), self.path(file)) else { return false };
        let Some(folder) = path.parent() else { return false };
        match modules(facts) {
            Modules::RelativeFiles => {
                let is_relative = name.starts_with("./") || name.starts_with("../");
                // A bundler reads queries and loaders; a pattern means many files.
                let is_plain = !name.contains(['?', '!', '*', '#', '$', '{']);
                is_relative && is_plain && !has_any(&folder.join(name), exists)
            }
            Modules::DottedPackages => {
                let is_conditional = !is_at_line_start(facts, import);
                if import.dots == 0 || import.path.is_empty() || is_conditional {
                    return false;
                }
                let mut at = folder;
                for _ in 1..import.dots {
                    let Some(above) = at.parent() else { return false };
                    at = above;
                }
                let parts: Vec<&str> = import.path.iter().map(|it| facts.name(*it)).collect();
                // What a build writes is not there before it.
                let is_made = |it: &&str| it.contains("version") || it.contains("generated");
                !parts.iter().any(is_made) && !module_exists(&at, &parts, exists)
            }
            _ => false,
        }
    }

    /// The name that an import takes from a file of the workspace which does not have it.
    fn missing_name(
        &self,
        (file, import): (FileId, &Import),
        (resolved, files): &(Resolved, Vec<FileId>),
        exists: Exists<'_>,
    ) -> Option<String> {
        let facts = self.facts(file)?;
        let (Imported::Name(name), [module]) = (import.name, &files[..]) else { return None };
        let by_strategy = match modules(facts) {
            Modules::RelativeFiles => import.from_source && !import.reexport,
            Modules::DottedPackages => 0 < import.dots && is_at_line_start(facts, import),
            _ => false,
        };
        let module_facts = self.facts(*module)?;
        let name = facts.name(name);
        let is_open = module_facts.imports.iter().any(|it| it.name == Imported::Glob)
            || !module_facts.errors.is_empty()
            || module_facts.gave_up
            || modules(module_facts) != modules(facts);
        // The name may be written there in a way that the facts do not see: assigned to
        // `exports`, put into `globals()`, answered by `__getattr__`.
        let text = self.text(*module)?;
        let hints = [name, "__getattr__", "globals()", "exports", "import *", "declare "];
        let may_be_there = hints.iter().any(|it| text.contains(it));
        let beside = self.path(*module)?.parent()?.join(name);
        let is_unresolved = *resolved == Resolved::Unresolved;
        let is_missing = by_strategy && is_unresolved && !is_open && !may_be_there;
        (is_missing && !has_any(&beside, exists)).then(|| name.to_owned())
    }

    fn unused_privates(
        &self,
        asking: &Asking<'_>,
        file: FileId,
        acc: &mut Vec<Finding>,
    ) -> Cancellable<()> {
        let Some(facts) = self.facts(file) else { return Ok(()) };
        if self.is_declaration_file(file) || !asking.is_in_program(file) {
            return Ok(());
        }
        for (idx, symbol) in facts.symbols() {
            if !may_be_dead(facts, idx) || !is_private(facts, symbol) {
                continue;
            }
            self.check()?;
            let it = graph::SymbolRef { file, symbol: idx };
            if is_broken_at(facts, symbol.range)
                || self.may_be_used(asking, it)
                || self.has_attribute(it)
            {
                continue;
            }
            let name = facts.name(symbol.name);
            let message = format!("{} `{name}` is never used", symbol.kind.as_str());
            acc.push(finding(Rule::UnusedPrivate, symbol.name_range, message));
        }
        Ok(())
    }
}

fn finding(rule: Rule, range: TextRange, message: String) -> Finding {
    Finding { rule, range, message, related: Vec::new() }
}

/// The statements from what `load` loads back to the unit; `None` where there is no way.
fn way_back(load: &Load, unit: &[FileId], back: &FxHashMap<FileId, Load>) -> Option<Vec<Load>> {
    let head = unit.first()?;
    let mut way = Vec::new();
    let mut at = load.to;
    while at != *head {
        let step = back.get(&at)?;
        way.push(*step);
        at = step.to;
    }
    Some(way)
}

/// Text that does not parse is still being written.
fn is_broken_at(facts: &FileFacts, range: TextRange) -> bool {
    facts.errors.iter().any(|it| it.start() < range.end() && range.start() < it.end())
}

/// Whether there is something at the path, with an ending or as a folder with a file of its own.
fn has_any(path: &VfsPath, exists: Exists<'_>) -> bool {
    const ENDINGS: [&str; 16] = [
        "ts", "tsx", "d.ts", "mts", "cts", "js", "jsx", "mjs", "cjs", "vue", "svelte", "json",
        "node", "py", "pyi", "so",
    ];
    const OWN_FILES: [&str; 7] = [
        "index.ts",
        "index.tsx",
        "index.d.ts",
        "index.js",
        "index.mjs",
        "index.vue",
        "package.json",
    ];
    let text = path.as_str();
    let bare = text.rsplit_once('.').map_or(text, |it| it.0);
    let is_there = |text: String| VfsPath::new(&text).is_some_and(|it| exists(&it));
    let with_ending = |stem: &str| ENDINGS.iter().any(|it| is_there(format!("{stem}.{it}")));
    let has_own_file = || OWN_FILES.iter().any(|it| is_there(format!("{text}/{it}")));
    exists(path) || with_ending(text) || with_ending(bare) || has_own_file()
}

/// Whether a module by dotted path is on disk below a folder: as code, compiled, or as a package.
fn module_exists(folder: &VfsPath, parts: &[&str], exists: Exists<'_>) -> bool {
    let path = folder.join(&parts.join("/"));
    let is_there = |text: String| VfsPath::new(&text).is_some_and(|it| exists(&it));
    COMPILED.iter().any(|it| is_there(format!("{path}.{it}")))
        || is_there(format!("{path}/__init__.py"))
}

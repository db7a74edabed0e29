//! Renaming a symbol everywhere it is certain to be meant, and saying where it is not.

mod collide;
mod spell;
mod verify;
pub(crate) mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use graph::{Found, Resolution, SymbolRef, Target};
use rustc_hash::FxHashSet;
use syntax::{Access, FileFacts, Imported, SymbolKind};
use text::{TextEdit, TextEdits, TextRange};
use vfs::{FileId, SourceChange, VfsPath};

use crate::{Analysis, FilePosition, FileRange, Leaves, Site, navigate::Name};

/// Places left to the user that are listed; more are cut off, which the proposal's text says.
pub const LEFT_MAX: usize = 1000;

/// That a name can be renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedRename {
    /// The name as written under the cursor.
    pub at: FileRange,
    /// The name the symbol has now.
    pub placeholder: String,
}

/// A rename, ready to be proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// Edits of every file, against the texts of this moment.
    pub change: SourceChange,
    /// The name before.
    pub old_name: String,
    /// The name after.
    pub new_name: String,
    /// The places the edits change, declarations included, sorted.
    pub sites: Vec<Site>,
    /// Places that bear the name and may or may not mean the symbol: left to the user, sorted.
    pub left: Vec<LeftOut>,
    /// What was parsed on the way.
    pub leaves: Leaves,
}

/// A place that a rename does not touch although it bears the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: VfsPath,
    /// The name there.
    pub range: TextRange,
    /// Its line, from 0.
    pub line: u32,
    /// Why it was left, in a few words.
    pub reason: &'static str,
}

/// Why a name cannot be renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenameError {
    /// There is no name under the cursor.
    NoSymbol,
    /// The name is defined outside the workspace.
    External(String),
    /// What the name stands for is not known.
    Unresolved(String),
    /// The name stands for several things that are not one symbol.
    Ambiguous(String),
    /// The symbol is a whole file or module, whose name is a path.
    IsModule(String),
    /// The new name is none in the language.
    NotAnIdentifier {
        /// The new name.
        name: String,
        /// The language.
        language: &'static str,
    },
    /// The new name is a word of the language.
    Keyword {
        /// The new name.
        name: String,
        /// The language.
        language: &'static str,
    },
    /// The language gives the name its meaning: a constructor's, a special method's.
    Given(String),
    /// A trial showed that places would not mean the symbol any more, whatever is left out.
    Unsafe(String),
    /// The new name is the old one.
    SameName(String),
    /// The new name is taken where the symbol is defined or used.
    Collision {
        /// The new name.
        name: String,
        /// Where it is taken.
        path: VfsPath,
        /// On which line, from 0.
        line: u32,
        /// What would happen, in a few words.
        what: &'static str,
    },
    /// A file that would have to change must not be.
    Protected {
        /// The file.
        path: VfsPath,
        /// Why, as the list of skipped files says.
        reason: String,
    },
    /// The text of a file is not what its facts were taken from.
    Stale(VfsPath),
    /// A newer edit came in between.
    Cancelled,
}

impl fmt::Display for RenameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RenameError::NoSymbol => write!(f, "there is no name here to rename"),
            RenameError::External(name) => write!(f, "`{name}` is defined outside the workspace"),
            RenameError::Unresolved(name) => write!(f, "what `{name}` stands for is not known"),
            RenameError::Ambiguous(name) => {
                write!(f, "`{name}` stands for several different symbols here")
            }
            RenameError::IsModule(name) => {
                write!(f, "`{name}` is a module: its name is the path of a file")
            }
            RenameError::NotAnIdentifier { name, language } => {
                write!(f, "`{name}` is not a name in {language}")
            }
            RenameError::Keyword { name, language } => {
                write!(f, "`{name}` is a keyword of {language}")
            }
            RenameError::Given(name) => {
                write!(f, "`{name}` is a name that the language prescribes")
            }
            RenameError::Unsafe(name) => {
                write!(f, "after a trial rename `{name}` is not meant everywhere it should be")
            }
            RenameError::SameName(name) => write!(f, "`{name}` is its name already"),
            RenameError::Collision { name, path, line, what } => {
                write!(f, "`{name}` {what} at {path}:{}", line + 1)
            }
            RenameError::Protected { path, reason } => write!(f, "{path} is not edited: {reason}"),
            RenameError::Stale(path) => write!(f, "{path} has changed since it was indexed"),
            RenameError::Cancelled => write!(f, "cancelled by a newer edit"),
        }
    }
}

impl std::error::Error for RenameError {}

impl From<graph::Cancelled> for RenameError {
    fn from(_: graph::Cancelled) -> RenameError {
        RenameError::Cancelled
    }
}

/// What a rename is about to change.
struct Plan {
    /// The definitions, all of one name.
    family: Vec<SymbolRef>,
    old_name: String,
    /// Places that certainly mean one of the family.
    sure: Vec<Found>,
    left: Vec<LeftOut>,
}

impl Analysis {
    /// Whether the name at a position can be renamed.
    ///
    /// # Errors
    /// The reason why not.
    pub fn prepare_rename(&self, position: FilePosition) -> Result<PreparedRename, RenameError> {
        self.check()?;
        let range = self.name_at(position.file, position.offset).ok_or(RenameError::NoSymbol)?;
        let at = FileRange { file: position.file, range };
        if let Some(alias) = self.alias_at(position) {
            return Ok(PreparedRename { at, placeholder: alias });
        }
        let targets = self.renamed_at(position)?;
        let placeholder = self.symbol_name(targets[0].symbol_ref()).ok_or(RenameError::NoSymbol)?;
        Ok(PreparedRename { at, placeholder })
    }

    /// Renames the symbol at a position wherever it is certain that it is meant. On a name that an
    /// import gives to something, that name, in its file.
    ///
    /// # Errors
    /// The reason why it must not be done.
    pub fn rename(&self, position: FilePosition, new_name: &str) -> Result<Rename, RenameError> {
        self.check()?;
        if let Some(alias) = self.alias_at(position) {
            return self.rename_alias(position, alias, new_name);
        }
        let targets = self.renamed_at(position)?;
        let mut plan = self.plan(&targets)?;
        if plan.old_name == new_name {
            return Err(RenameError::SameName(new_name.to_owned()));
        }
        self.check_spelling(&plan.family, new_name)?;
        self.check_collisions(&plan, new_name)?;
        let mut sites: Vec<Site> =
            plan.family.iter().filter_map(|it| self.declaration_site(*it)).collect();
        sites.extend(plan.sure.iter().filter_map(|it| self.site(it)));
        sites.sort_by_key(|it| (it.file, it.range));
        sites.dedup_by_key(|it| (it.file, it.range));
        let verified = self.verified(sites, &plan, new_name)?;
        let mut left = std::mem::take(&mut plan.left);
        for site in &verified.dropped {
            let reason = "its name here is given elsewhere and would not follow";
            left.extend(self.left_at(site.file, site.range, reason));
        }
        self.leave_words(&plan, &verified.sites, &mut left)?;
        self.mention_overloads(targets[0].symbol_ref(), &plan, &mut left);
        left.sort_by_key(|it| (it.path.clone(), it.range));
        left.truncate(LEFT_MAX);
        Ok(Rename {
            change: verified.change,
            old_name: plan.old_name,
            new_name: new_name.to_owned(),
            sites: verified.sites,
            left,
            leaves: verified.leaves,
        })
    }

    /// The symbols that a rename at a position is about: one symbol, however often it is declared.
    fn renamed_at(&self, position: FilePosition) -> Result<Vec<Target>, RenameError> {
        let name = self.written_name(position).ok_or(RenameError::NoSymbol)?;
        let language = self.facts(position.file).and_then(|it| it.language);
        if language.is_some_and(|it| it.refactor.blank == name) {
            return Err(RenameError::NoSymbol);
        }
        let targets = match self.resolved_at(position) {
            graph::Resolved::Targets(targets) => targets,
            graph::Resolved::Module(_) => return Err(RenameError::IsModule(name)),
            graph::Resolved::External => return Err(RenameError::External(name)),
            graph::Resolved::Unresolved => return Err(RenameError::Unresolved(name)),
        };
        let family = self.graph().family(targets[0].symbol_ref());
        if !targets.iter().all(|it| family.contains(&it.symbol_ref())) {
            return Err(RenameError::Ambiguous(name));
        }
        for symbol in &family {
            self.check_kind(*symbol)?;
            self.check_protected(symbol.file)?;
            self.check_foreign(*symbol)?;
        }
        Ok(targets)
    }

    fn check_kind(&self, symbol: SymbolRef) -> Result<(), RenameError> {
        let facts = self.facts(symbol.file).ok_or(RenameError::NoSymbol)?;
        let it = facts.symbol(symbol.symbol);
        let name = facts.name(it.name);
        let parent = it.parent.map(|it| facts.symbol(it).name);
        let prescribed = facts.language.map_or(&[][..], |it| it.refactor.prescribed);
        match it.kind {
            kind if words::is_callable(kind) && prescribed.contains(&name) => {
                Err(RenameError::Given(name.to_owned()))
            }
            SymbolKind::Heading => Err(RenameError::NoSymbol),
            SymbolKind::Constructor if parent != Some(it.name) => {
                Err(RenameError::Given(name.to_owned()))
            }
            _ if 4 < name.len() && name.starts_with("__") && name.ends_with("__") => {
                Err(RenameError::Given(name.to_owned()))
            }
            // The block is named by its type; the type is what can be renamed.
            SymbolKind::Implementation => Err(RenameError::NoSymbol),
            _ => Ok(()),
        }
    }

    fn check_protected(&self, file: FileId) -> Result<(), RenameError> {
        let path = self.path(file).ok_or(RenameError::NoSymbol)?;
        match self.workspace().skipped.get(path) {
            Some(reason) => {
                Err(RenameError::Protected { path: path.clone(), reason: reason.clone() })
            }
            None => Ok(()),
        }
    }

    /// A member that an interface outside the workspace prescribes keeps the name it was given
    /// there.
    pub(crate) fn check_foreign(&self, symbol: SymbolRef) -> Result<(), RenameError> {
        let facts = self.facts(symbol.file).ok_or(RenameError::NoSymbol)?;
        let it = facts.symbol(symbol.symbol);
        let parent = it.parent.map(|it| facts.symbol(it));
        let interface = parent.and_then(|it| facts.interface(it));
        let is_foreign =
            interface.is_some_and(|it| self.graph().resolve(symbol.file, it).targets().is_empty());
        if is_foreign && parent.is_some_and(|it| it.kind == SymbolKind::Implementation) {
            return Err(RenameError::External(facts.name(it.name).to_owned()));
        }
        Ok(())
    }

    fn plan(&self, targets: &[Target]) -> Result<Plan, RenameError> {
        let family = self.graph().family(targets[0].symbol_ref());
        let old_name = self.symbol_name(family[0]).ok_or(RenameError::NoSymbol)?;
        let mut plan = Plan { family, old_name, sure: Vec::new(), left: Vec::new() };
        for found in self.graph().references_to_all(&plan.family, &mut || self.check())? {
            self.sort_out(found, &mut plan);
        }
        for symbol in plan.family.clone() {
            for found in self.graph().candidate_references_to(symbol, &mut || self.check())? {
                plan.left
                    .extend(self.left_out(&found, "what the name stands for here is not known"));
            }
        }
        self.leave_bases(&mut plan);
        self.leave_shorthands(&mut plan);
        plan.left.sort_by_key(|it| (it.path.clone(), it.range));
        plan.left.dedup_by_key(|it| (it.file, it.range));
        plan.left.truncate(LEFT_MAX);
        Ok(plan)
    }

    /// Puts a found place among those to change or those to leave.
    fn sort_out(&self, found: Found, plan: &mut Plan) {
        let Some(facts) = self.facts(found.file) else { return };
        let reference = facts.reference(found.reference);
        let is_named_so = facts.name(reference.name()) == plan.old_name;
        // An alias keeps its name: only the name that is imported changes.
        if !is_named_so || is_through_alias(facts, &found, &plan.old_name) {
            return;
        }
        if self.check_protected(found.file).is_err() {
            plan.left.extend(self.left_out(&found, "the file is not edited: it is skipped"));
            return;
        }
        let resolved = self.graph().resolve(found.file, found.reference);
        let only_family =
            resolved.targets().iter().all(|it| plan.family.contains(&it.symbol_ref()));
        // A shorthand names a field beside the local that it resolves to.
        let is_shorthand_of_field = reference.is_shorthand() && self.is_field(plan);
        if only_family || is_shorthand_of_field {
            plan.sure.push(found);
        } else {
            plan.left.extend(self.left_out(&found, "it may mean another definition of that name"));
        }
    }

    /// Where bases outside the workspace may ask for the name.
    fn leave_bases(&self, plan: &mut Plan) {
        let mut bases = BTreeSet::new();
        for symbol in &plan.family {
            bases.extend(self.graph().foreign_bases(*symbol));
        }
        for (file, reference) in bases {
            let (resolution, kind) = (Resolution::Candidate, graph::EdgeKind::Extends);
            let found = Found { file, reference, resolution, kind };
            let reason = "this base is outside the workspace and may ask for the old name";
            plan.left.extend(self.left_out(&found, reason));
        }
    }

    /// A field's name may also stand in shorthands, where it is a local's name at once.
    fn leave_shorthands(&self, plan: &mut Plan) {
        let is_field = |it: &SymbolRef| {
            let kind = self.facts(it.file).map(|facts| facts.symbol(it.symbol).kind);
            matches!(kind, Some(SymbolKind::Field | SymbolKind::Property))
        };
        if !plan.family.iter().any(is_field) {
            return;
        }
        let sure: FxHashSet<(FileId, TextRange)> = plan
            .sure
            .iter()
            .filter_map(|it| Some((it.file, self.facts(it.file)?.reference(it.reference).range())))
            .collect();
        let mut files = self.graph().files_mentioning(&plan.old_name);
        files.extend(plan.family.iter().map(|it| it.file));
        files.sort_unstable();
        files.dedup();
        for file in files {
            let Some(facts) = self.facts(file) else { continue };
            let Some(id) = facts.names.find(&plan.old_name) else { continue };
            let symbols = facts.symbols.iter().filter(|it| it.shorthand && it.name == id);
            let used = facts.references.iter().filter(|it| it.is_shorthand() && it.name() == id);
            let ranges = symbols.map(|it| it.name_range).chain(used.map(|it| it.range()));
            for range in ranges.filter(|it| !sure.contains(&(file, *it))) {
                let reason = "this shorthand may name the field";
                plan.left.extend(self.left_at(file, range, reason));
            }
        }
    }

    fn left_out(&self, found: &Found, reason: &'static str) -> Option<LeftOut> {
        let range = self.facts(found.file)?.reference(found.reference).range();
        self.left_at(found.file, range, reason)
    }

    pub(crate) fn left_at(
        &self,
        file: FileId,
        range: TextRange,
        reason: &'static str,
    ) -> Option<LeftOut> {
        let line = self.facts(file)?.lines.line_of(range.start());
        Some(LeftOut { file, path: self.path(file)?.clone(), range, line, reason })
    }

    /// The edits that give every site the new name, against the texts that the facts were taken
    /// from.
    fn edits(
        &self,
        sites: &[Site],
        plan: &Plan,
        new_name: &str,
    ) -> Result<SourceChange, RenameError> {
        let mut by_file: BTreeMap<FileId, Vec<&Site>> = BTreeMap::new();
        for site in sites {
            by_file.entry(site.file).or_default().push(site);
        }
        let mut change = SourceChange::default();
        for (file, sites) in by_file {
            self.check()?;
            let path = self.path(file).ok_or(RenameError::NoSymbol)?;
            let stale = || RenameError::Stale(path.clone());
            // Of a closed file that is a look at the disk.
            let text = self.text(file).ok_or_else(stale)?;
            let edits = sites.into_iter().map(|it| self.edit(it, &text, plan, new_name));
            let edits = edits.collect::<Option<Vec<TextEdit>>>().ok_or_else(stale)?;
            let edits = TextEdits::new(edits).map_err(|_| stale())?;
            change.edits.insert(path.clone(), edits);
        }
        Ok(change)
    }

    /// The edit of one site; `None` where `text` is not what its facts were taken from.
    fn edit(&self, site: &Site, text: &str, plan: &Plan, new_name: &str) -> Option<TextEdit> {
        let written = text.get(site.range.to_usize())?;
        // `r#name`: what is before the name is no part of it and stays.
        let before = written.strip_suffix(plan.old_name.as_str())?;
        let facts = self.facts(site.file)?;
        let text = match shorthand_at(facts, site.range) {
            // The definition is the local or the variable: the other, the field, keeps the name.
            true if self.is_field(plan) => format!("{new_name}: {before}{}", plan.old_name),
            true => format!("{before}{}: {new_name}", plan.old_name),
            false => format!("{before}{new_name}"),
        };
        Some(TextEdit { range: site.range, text })
    }

    fn is_field(&self, plan: &Plan) -> bool {
        plan.family.iter().any(|it| {
            let kind = self.facts(it.file).map(|facts| facts.symbol(it.symbol).kind);
            matches!(kind, Some(SymbolKind::Field | SymbolKind::Property))
        })
    }

    pub(crate) fn symbol_name(&self, symbol: SymbolRef) -> Option<String> {
        let facts = self.facts(symbol.file)?;
        Some(facts.name(facts.symbol(symbol.symbol).name).to_owned())
    }

    fn written_name(&self, position: FilePosition) -> Option<String> {
        let facts = self.facts(position.file)?;
        Some(match self.name(position)? {
            Name::Definition(it) => facts.name(facts.symbol(it).name).to_owned(),
            Name::Reference(it) => facts.name(facts.reference(it).name()).to_owned(),
            Name::Alias(_, import) => facts.name(facts.imports[import].local?.0).to_owned(),
        })
    }

    /// The name at a position where it is one that an import of the file gives to what it imports.
    fn alias_at(&self, position: FilePosition) -> Option<String> {
        let facts = self.facts(position.file)?;
        let written = self.written_name(position)?;
        match self.name(position)? {
            Name::Alias(_, import) => is_alias(facts, import, &written).then_some(written),
            Name::Definition(_) => None,
            Name::Reference(reference) => {
                let it = facts.reference(reference);
                let aliased =
                    (0..facts.imports.len()).any(|import| is_alias(facts, import, &written));
                let uses_it = it.access() == Access::Bare && !it.is_import() && aliased;
                let target = self.resolved_at(position).targets().first().map(Target::symbol_ref);
                // A local of the same name is no use of the alias.
                let is_other = target.is_none_or(|it| {
                    it.file != position.file || self.symbol_name(it).as_deref() != Some(&written)
                });
                (uses_it && is_other).then_some(written)
            }
        }
    }

    /// Renames what an import calls something, in the one file that knows the name.
    fn rename_alias(
        &self,
        position: FilePosition,
        alias: String,
        new_name: &str,
    ) -> Result<Rename, RenameError> {
        let file = position.file;
        self.check_protected(file)?;
        if alias == new_name {
            return Err(RenameError::SameName(alias));
        }
        let facts = self.facts(file).ok_or(RenameError::NoSymbol)?;
        let id = facts.names.find(&alias).ok_or(RenameError::NoSymbol)?;
        let meant = self.resolved_at(position);
        let mut ranges = BTreeSet::new();
        for import in &facts.imports {
            let local = import.local.filter(|it| it.0 == id && !import.reexport);
            ranges.extend(local.map(|it| it.1));
        }
        for (reference, it) in facts.references().filter(|it| it.1.name() == id) {
            let is_same = it.access() == Access::Bare && !it.is_import();
            if is_same && self.graph().resolve(file, reference) == meant {
                ranges.insert(it.range());
            }
        }
        let first = *ranges.first().ok_or(RenameError::NoSymbol)?;
        self.check_spelling_at(FileRange { file, range: first }, new_name)?;
        self.check_alias_collision(file, &ranges, new_name)?;
        let sites: Vec<Site> = ranges.into_iter().map(|range| alias_site(file, range)).collect();
        let plan = Plan { family: Vec::new(), old_name: alias, sure: Vec::new(), left: Vec::new() };
        let change = self.edits(&sites, &plan, new_name)?;
        let (old_name, new_name) = (plan.old_name, new_name.to_owned());
        let (left, leaves) = (Vec::new(), Leaves::default());
        Ok(Rename { change, old_name, new_name, sites, left, leaves })
    }
}

fn alias_site(file: FileId, range: TextRange) -> Site {
    Site {
        file,
        range,
        kind: graph::EdgeKind::References,
        is_write: false,
        resolution: Resolution::Exact,
        within: None,
    }
}

/// Whether an import gives what it imports a name that is the file's own choice.
fn is_alias(facts: &FileFacts, import: usize, name: &str) -> bool {
    let import = &facts.imports[import];
    let Some((local, _)) = import.local else { return false };
    let chosen = match import.name {
        Imported::Name(imported) => imported != local,
        Imported::Default => true,
        Imported::Module => import.from_source || import.path.last() != Some(&local),
        Imported::Glob => false,
    };
    chosen && !import.reexport && facts.name(local) == name
}

/// Whether a place names the symbol by a name that only its own file gives it, though it is the
/// same word.
fn is_through_alias(facts: &FileFacts, found: &Found, name: &str) -> bool {
    let reference = facts.reference(found.reference);
    let is_use = reference.access() == Access::Bare && !reference.is_import();
    is_use && (0..facts.imports.len()).any(|it| is_alias(facts, it, name))
}

/// Whether the name at a range is a field's and a local's at once.
fn shorthand_at(facts: &FileFacts, range: TextRange) -> bool {
    let reference = facts.reference_at(range.start());
    let used = reference.is_some_and(|it| {
        let it = facts.reference(it);
        // What is imported or exported by one name goes by the new one on both sides.
        it.range() == range && it.is_shorthand() && !it.is_import()
    });
    used || facts.symbols.iter().any(|it| it.shorthand && it.name_range == range)
}

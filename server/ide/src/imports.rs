//! Imports: the files they lead to, as links, and what loads what.

use grammars::Modules;
use graph::{Asking, ImportedFiles};
use rustc_hash::FxHashSet;
use syntax::{BaseKind, FileFacts, Import, Imported, NameId, ReferenceKind, ScopeIdx, SymbolKind};
use text::{TextRange, TextSize};
use vfs::FileId;

use crate::{Analysis, Cancellable, FileRange};

/// A module's name in an import, and the file it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImportLink {
    /// The name, or the path between the quotes.
    pub range: TextRange,
    /// The file.
    pub target: FileId,
}

/// One file, or one package of files, loading another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Load {
    /// The first file of what is loaded.
    pub(crate) to: FileId,
    /// The statement.
    pub(crate) at: FileRange,
}

impl Analysis {
    /// The files that the imports of a file lead to, sorted by place.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn import_links(&self, file: FileId) -> Cancellable<Vec<ImportLink>> {
        self.check()?;
        let (Some(facts), Some(text)) = (self.facts(file), self.text(file)) else {
            return Ok(Vec::new());
        };
        let asking = self.graph().asking();
        let mut links: Vec<ImportLink> = Vec::new();
        for (idx, import) in facts.imports.iter().enumerate() {
            let Some(range) = module_name_range(facts, import, &text) else { continue };
            let ImportedFiles::Files(files) = asking.imported_files(file, idx) else { continue };
            let Some(target) = self.first_loaded(&files) else { continue };
            links.push(ImportLink { range, target });
        }
        for (idx, it) in facts.mods.iter().enumerate() {
            let target = asking.declared_module(file, idx);
            links.extend(target.map(|target| ImportLink { range: it.name_range, target }));
        }
        links.sort_unstable();
        links.dedup_by_key(|it| it.range);
        Ok(links)
    }

    /// The files that are one module with a file: itself, or its whole package where a folder is
    /// one. Tests beside a package do not count; empty where the file is one of those.
    pub(crate) fn unit_of(&self, file: FileId) -> Vec<FileId> {
        let Some(facts) = self.facts(file) else { return Vec::new() };
        if modules(facts) != Modules::FolderPackages {
            return vec![file];
        }
        let mut unit = self.graph().files_beside(file);
        unit.retain(|it| {
            self.facts(*it).is_some_and(|other| {
                other.language == facts.language
                    && !other.is_test
                    && package(other) == package(facts)
            })
        });
        if unit.contains(&file) { unit } else { Vec::new() }
    }

    /// What a unit loads when it is loaded itself, where the language does that at all: the
    /// statements at the top level that take more than types. Sorted.
    pub(crate) fn loads_of(&self, asking: &Asking<'_>, unit: &[FileId]) -> Vec<Load> {
        let mut loads = Vec::new();
        for file in unit {
            if let Some(facts) = self.facts(*file).filter(|_| self.loads_at_all(*file)) {
                self.add_loads(asking, (*file, facts), &mut loads);
            }
        }
        loads.retain(|it| !unit.contains(&it.to));
        loads.sort_unstable();
        loads.dedup_by_key(|it| it.to);
        loads
    }

    /// Whether importing loads something in the file's language, and the file is no mere
    /// declaration of another.
    pub(crate) fn loads_at_all(&self, file: FileId) -> bool {
        let Some(facts) = self.facts(file) else { return false };
        let by_language = matches!(
            modules(facts),
            Modules::RelativeFiles | Modules::DottedPackages | Modules::FolderPackages
        );
        by_language && !self.is_declaration_file(file)
    }

    fn add_loads(
        &self,
        asking: &Asking<'_>,
        (file, facts): (FileId, &FileFacts),
        acc: &mut Vec<Load>,
    ) {
        let elides = modules(facts) == Modules::RelativeFiles;
        let used = if elides { names_used_as_values(facts) } else { FxHashSet::default() };
        for (idx, import) in facts.imports.iter().enumerate() {
            let at_top = import.scope == ScopeIdx::FILE && is_at_line_start(facts, import);
            if !at_top || (elides && !self.takes_a_value(asking, (file, idx), &used)) {
                continue;
            }
            let ImportedFiles::Files(files) = asking.imported_files(file, idx) else { continue };
            let Some(to) = self.first_loaded(&files) else { continue };
            acc.push(Load { to, at: FileRange { file, range: import.range } });
        }
    }

    /// Whether an import takes something that is there when the program runs. What takes only types
    /// is left out by the compiler.
    fn takes_a_value(
        &self,
        asking: &Asking<'_>,
        (file, idx): (FileId, usize),
        used: &FxHashSet<NameId>,
    ) -> bool {
        let Some(facts) = self.facts(file) else { return false };
        let import = &facts.imports[idx];
        let local = import.local.map(|it| it.0);
        let is_used = match (import.name, import.reexport) {
            (Imported::Glob, _) | (_, true) => true,
            (Imported::Module, false) => local.is_none_or(|it| used.contains(&it)),
            (Imported::Name(name), false) => used.contains(&local.unwrap_or(name)),
            (Imported::Default, false) => local.is_some_and(|it| used.contains(&it)),
        };
        if !is_used || matches!(import.name, Imported::Glob | Imported::Module) {
            return is_used;
        }
        // Types vanish, and the values of an enumeration are written in the place of its name.
        let resolved = asking.import_resolves(file, idx);
        resolved.targets().iter().any(|it| {
            let kind = self.facts(it.file).map(|facts| facts.symbol(it.symbol).kind);
            let vanishes = [SymbolKind::Interface, SymbolKind::Type, SymbolKind::Enum];
            kind.is_some_and(|it| !vanishes.contains(&it))
        })
    }

    /// The file that stands for those that one import leads to.
    fn first_loaded(&self, files: &[FileId]) -> Option<FileId> {
        let is_code = |it: &&FileId| self.facts(**it).is_some_and(|it| !it.is_test);
        files.iter().find(is_code).or(files.first()).copied()
    }
}

/// Names that a file uses otherwise than as types.
fn names_used_as_values(facts: &FileFacts) -> FxHashSet<NameId> {
    let values = facts
        .references
        .iter()
        .filter(|it| it.kind() != ReferenceKind::Type && !it.is_import())
        .map(|it| it.name());
    let extended = facts.bases.iter().filter(|it| it.kind == BaseKind::Extends);
    values.chain(extended.map(|it| facts.reference(it.reference).name())).collect()
}

/// What stands further in is under a condition.
pub(crate) fn is_at_line_start(facts: &FileFacts, import: &Import) -> bool {
    let line = facts.lines.line_of(import.range.start());
    facts.lines.line(line).is_some_and(|it| it.start() == import.range.start())
}

pub(crate) fn modules(facts: &FileFacts) -> Modules {
    facts.language.map_or(Modules::None, |it| it.modules)
}

fn package(facts: &FileFacts) -> Option<&str> {
    facts.package.map(|it| facts.name(it))
}

/// Where an import names its module, for the languages in which that is a file's name.
pub(crate) fn module_name_range(
    facts: &FileFacts,
    import: &Import,
    text: &str,
) -> Option<TextRange> {
    let name = match modules(facts) {
        _ if import.from_source => facts.name(*import.path.last()?).to_owned(),
        Modules::DottedPackages => {
            let path: Vec<&str> = import.path.iter().map(|it| facts.name(*it)).collect();
            format!("{}{}", ".".repeat(import.dots.into()), path.join("."))
        }
        _ => return None,
    };
    let statement = text.get(import.range.to_usize())?;
    let is_part = |it: char| it.is_alphanumeric() || it == '_' || it == '.';
    let mut found = statement.match_indices(&name).filter(|(at, _)| {
        let before = statement[..*at].chars().next_back();
        let after = statement[at + name.len()..].chars().next();
        import.from_source || !(before.is_some_and(is_part) || after.is_some_and(is_part))
    });
    let (at, _) = if import.from_source { found.last() } else { found.next() }?;
    if name.is_empty() {
        return None;
    }
    let start = import.range.start() + TextSize::new(at as u32);
    Some(TextRange::at(start, TextSize::new(name.len() as u32)))
}

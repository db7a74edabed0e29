//! Which imports nothing uses, or nothing would once a piece of code is gone.

use std::collections::BTreeSet;

use grammars::Modules;
use syntax::{Access, Import, Imported, SymbolKind};
use text::TextRange;

use super::{local_name, packages::is_named_by_path};
use crate::{
    Analysis,
    refactor::{
        lines::{line_start, next_line, whole_lines},
        source::{Source, children, range_of},
    },
    rename::words::words,
};

impl Analysis {
    /// Whether the name that an import brings is written nowhere else in the file, and nobody takes
    /// it from here.
    pub(super) fn is_unused(&self, source: &Source<'_>, nth: usize, import: &Import) -> bool {
        if import.reexport || import.name == Imported::Glob {
            return false;
        }
        let package = self.package_name_of(source, nth, import);
        let Some(name) = package.or_else(|| local_name(source, import)) else { return false };
        let written = written(source, name);
        if !written.iter().all(|it| import.range.contains_range(*it)) {
            return false;
        }
        if source.language.modules == Modules::ModTree {
            // A trait is used by its members.
            let resolved = self.graph().resolve_import(source.file, nth);
            let is_trait = |it: &graph::Target| {
                self.facts(it.file)
                    .is_none_or(|facts| facts.symbol(it.symbol).kind == SymbolKind::Interface)
            };
            let targets = resolved.targets();
            if targets.is_empty() || targets.iter().any(is_trait) {
                return false;
            }
        }
        let is_package = source.path.file_name().is_some_and(|it| it.starts_with("__init__."));
        if source.language.modules == Modules::FolderPackages {
            // Nobody takes an import from another file.
            return package.is_some() || import.local.is_some() || is_named_by_path(source, import);
        }
        if is_package {
            return false;
        }
        let users = self.graph().importers(source.file, &mut || self.check()).unwrap_or_default();
        !users
            .iter()
            .any(|it| self.facts(*it).is_some_and(|facts| facts.names.find(name).is_some()))
    }

    /// The lines of the imports whose names only `gone` writes.
    pub(in crate::refactor) fn imports_only_for(
        &self,
        source: &Source<'_>,
        gone: TextRange,
    ) -> Vec<TextRange> {
        let mut res = Vec::new();
        let mut seen: BTreeSet<TextRange> = BTreeSet::new();
        for import in source.facts.imports.iter().filter(|it| seen.insert(it.range)) {
            let mut beside = source.facts.imports.iter().enumerate();
            let is_needed = beside
                .any(|(nth, it)| it.range == import.range && !self.is_only_for(source, nth, gone));
            let whole = whole_import(source, import);
            let range = whole.to_usize();
            let lines = TextRange::from_usize(
                line_start(&source.text, range.start),
                next_line(&source.text, range.end.saturating_sub(1)),
            );
            let text = source.text.get(lines.to_usize()).unwrap_or_default();
            let is_alone = source.text.get(range).is_some_and(|it| it.trim() == text.trim());
            if !is_needed && is_alone {
                res.push(whole_lines(&source.text, whole));
            }
        }
        res
    }

    /// Whether the name that an import brings is written in `gone` and nowhere else.
    fn is_only_for(&self, source: &Source<'_>, nth: usize, gone: TextRange) -> bool {
        let import = &source.facts.imports[nth];
        let package = self.package_name_of(source, nth, import);
        let Some(name) = package.or_else(|| local_name(source, import)) else { return false };
        let is_first = !source.facts.imports[..nth].iter().any(|it| {
            !it.reexport && it.scope.index() == 0 && local_name(source, it) == Some(name)
        });
        if import.reexport || import.scope.index() != 0 || !is_first {
            return false;
        }
        let written = written(source, name);
        let mut elsewhere = written
            .iter()
            .filter(|it| !gone.contains_range(**it) && !import.range.contains_range(**it));
        if elsewhere.next().is_some() || !written.iter().any(|it| gone.contains_range(*it)) {
            return false;
        }
        // A trait is used by its members, too.
        let resolved = self.graph().resolve_import(source.file, nth);
        let is_trait = |it: &graph::Target| {
            self.facts(it.file)
                .is_none_or(|facts| facts.symbol(it.symbol).kind == SymbolKind::Interface)
        };
        source.language.modules != Modules::ModTree || !resolved.targets().iter().all(is_trait)
    }
}

/// Where a name that an import brings is written, comments and strings included where they may
/// mean it.
pub(in crate::refactor) fn written(source: &Source<'_>, name: &str) -> Vec<TextRange> {
    if source.language.modules == Modules::FolderPackages {
        // A compiler refuses what is imported and only spoken of.
        let uses = source.facts.references.iter().filter(|it| it.access() == Access::Bare);
        let own = uses.filter(|it| source.facts.name(it.name()) == name);
        return own.map(syntax::Reference::range).collect();
    }
    let all = TextRange::from_usize(0, source.text.len());
    words(&source.text, all, name)
}

/// The statement that an import is all of, else the import.
fn whole_import(source: &Source<'_>, import: &Import) -> TextRange {
    let top = children(source.tree.root_node(), source.language);
    let around = top.into_iter().map(range_of).find(|it| it.contains_range(import.range));
    let is_whole = |it: &TextRange| {
        let inside = source.facts.imports.iter().filter(|other| it.contains_range(other.range));
        source.language.modules == Modules::FolderPackages && inside.count() == 1
    };
    around.filter(is_whole).unwrap_or(import.range)
}

//! Packages that a clause names: the clause, the imports, and those that were not needed before.

use std::collections::BTreeSet;

use graph::SymbolRef;
use syntax::{Imported, SymbolKind};
use text::TextRange;
use vfs::VfsPath;

use super::{Moved, written_in};
use crate::{
    Analysis,
    refactor::{
        Refactored,
        draft::Draft,
        imports::import_place,
        lines::filled,
        refused,
        source::{Source, children, range_of},
    },
};

impl Analysis {
    /// Rewrites the package clause and the imports of a file.
    pub(super) fn move_qualified(
        &self,
        source: &Source<'_>,
        moved: &Moved,
        draft: &mut Draft,
    ) -> Refactored<()> {
        let own = moved.paths.get(&source.file);
        let package = source.facts.package.map(|it| source.facts.name(it).to_owned());
        let package = package.unwrap_or_default();
        let mut new_package = package.clone();
        if let Some(own) = own {
            if own.file_name() != source.path.file_name() {
                return refused(format!(
                    "{}: its type has the file's name; rename the type instead",
                    source.path
                ));
            }
            new_package = package_at(source.path, &package, own).ok_or_else(|| {
                let why = format!("{own} is not below the folder that its package begins in");
                crate::RefactorError::Refused(why)
            })?;
            let root = source.tree.root_node();
            let clause = children(root, source.language)
                .into_iter()
                .find(|it| source.language.skip.contains(&it.kind()));
            if let Some(range) = clause.and_then(|it| written_in(source, range_of(it), &package)) {
                draft.replace(source.path, range, new_package.clone());
            }
        }
        self.move_imports(source, moved, draft);
        self.add_needed(source, moved, (&package, &new_package), draft)
    }

    /// Imports of types that move.
    fn move_imports(&self, source: &Source<'_>, moved: &Moved, draft: &mut Draft) {
        for (nth, import) in source.facts.imports.iter().enumerate() {
            if import.name == Imported::Glob {
                continue;
            }
            let resolved = self.graph().resolve_import(source.file, nth);
            let Some(target) = resolved.targets().iter().find(|it| moved.has(it.file)) else {
                continue;
            };
            let Some(new) = self.package_after(target.file, moved) else { continue };
            let Some(old) = self.package(target.file) else { continue };
            if let Some(range) = written_in(source, import.range, &old)
                && new != old
            {
                draft.replace(source.path, range, new);
            }
        }
    }

    /// Adds imports for what was known without, through the package or all of it, and is no more.
    fn add_needed(
        &self,
        source: &Source<'_>,
        moved: &Moved,
        (package, new_package): (&str, &str),
        draft: &mut Draft,
    ) -> Refactored<()> {
        let mut needed: BTreeSet<(String, String)> = BTreeSet::new();
        for (reference, it) in source.facts.references().filter(|it| !it.1.is_import()) {
            let resolved = self.graph().resolve(source.file, reference);
            for target in resolved.targets() {
                let symbol: SymbolRef = target.symbol_ref();
                let Some(facts) = self.facts(symbol.file) else { continue };
                let found = facts.symbol(symbol.symbol);
                let is_top = found.parent.is_none() && symbol.file != source.file;
                let was_near = self.package(symbol.file).as_deref() == Some(package);
                let after = self.package_after(symbol.file, moved).unwrap_or_default();
                if was_near && after != new_package && self.is_known_nearby(symbol) {
                    let line = source.line(it.range());
                    return refused(format!(
                        "`{}` is known in its package only, and {}:{line} uses it",
                        facts.name(found.name),
                        source.path
                    ));
                }
                let was_glob = !was_near && !self.imports_by_name(source, symbol);
                if !is_top || found.is_local || !(was_near || was_glob && moved.has(symbol.file)) {
                    continue;
                }
                let name = source.text.get(it.range().to_usize()).unwrap_or_default();
                if after != new_package && facts.name(found.name) == name {
                    needed.insert((after, name.to_owned()));
                }
            }
        }
        let lines: Vec<String> = needed
            .iter()
            .map(|(module, name)| {
                filled(source.rules.import_name, &[("module", module), ("name", name)])
            })
            .collect();
        if !lines.is_empty() {
            let (place, text) = import_place(source, &lines.join("\n"));
            draft.replace(source.path, TextRange::empty(place), text);
        }
        Ok(())
    }

    /// Whether nothing says that a definition may be used from other packages.
    fn is_known_nearby(&self, symbol: SymbolRef) -> bool {
        let Some(facts) = self.facts(symbol.file) else { return false };
        let it = facts.symbol(symbol.symbol);
        let owner = it.parent.map(|it| facts.symbol(it).kind);
        let is_open = owner == Some(SymbolKind::Interface) || it.kind == SymbolKind::Variant;
        let head = TextRange::new(it.range.start(), it.name_range.start().max(it.range.start()));
        let text = self.text(symbol.file).unwrap_or_default();
        let head = text.get(head.to_usize()).unwrap_or_default();
        let mut words = head.split_whitespace();
        let says = words.any(|it| ["public", "protected", "private"].contains(&it));
        !it.is_local && !is_open && !says
    }

    fn imports_by_name(&self, source: &Source<'_>, symbol: SymbolRef) -> bool {
        source.facts.imports.iter().enumerate().any(|(nth, import)| {
            let is_named = import.name != Imported::Glob;
            is_named && {
                let resolved = self.graph().resolve_import(source.file, nth);
                resolved.targets().iter().any(|it| it.symbol_ref() == symbol)
            }
        })
    }

    fn package(&self, file: vfs::FileId) -> Option<String> {
        let facts = self.facts(file)?;
        Some(facts.name(facts.package?).to_owned())
    }

    fn package_after(&self, file: vfs::FileId, moved: &Moved) -> Option<String> {
        let old = self.package(file)?;
        match moved.paths.get(&file) {
            Some(new) => package_at(self.path(file)?, &old, new),
            None => Some(old),
        }
    }
}

/// The package of a file at `new`, where `package` is that of the file at `old`.
fn package_at(old: &VfsPath, package: &str, new: &VfsPath) -> Option<String> {
    let folder = old.parent()?;
    let root = folder.as_str().strip_suffix(&package.replace('.', "/"))?;
    let new = new.parent()?;
    let below = new.as_str().strip_prefix(root)?;
    Some(below.replace('/', "."))
}

//! What a definition needs to be known at its new place.

use std::collections::BTreeSet;

use grammars::Modules;
use graph::{Resolved, SymbolRef};
use syntax::{Access, Import, Imported};
use text::{TextRange, TextSize};
use vfs::FileId;

use super::Plan;
use crate::{
    Analysis,
    refactor::{
        Refactored,
        imports::{import_line, local_name, relative_path},
        refused,
        source::Source,
    },
    rename::words::words,
};

/// Imports that have to stand at the new place.
#[derive(Default)]
pub(super) struct Needs {
    pub(super) lines: Vec<String>,
    /// One of them is of the file that it leaves.
    pub(super) needs_source: bool,
    /// The files that the others are of.
    pub(super) files: BTreeSet<FileId>,
}

impl Analysis {
    /// The imports for the names inside the definition.
    pub(super) fn names_needed(&self, plan: &Plan<'_>) -> Refactored<Needs> {
        let source = plan.source;
        let mut known: BTreeSet<&str> = BTreeSet::new();
        let mut needs = Needs::default();
        for (reference, it) in source.facts.references() {
            if !plan.gone.contains_range(it.range()) || it.is_import() {
                continue;
            }
            let resolved = self.graph().resolve(source.file, reference);
            self.check_hidden(plan, &resolved)?;
            let name = source.facts.name(it.name());
            if it.access() != Access::Bare || self.is_own(plan, &resolved) || !known.insert(name) {
                continue;
            }
            match import_of(source, name) {
                Some(nth) => {
                    let carried = self.carried(plan, nth, &resolved)?;
                    if carried.is_some() {
                        needs.files.extend(self.graph().imported_files(source.file, nth));
                    }
                    needs.lines.extend(carried);
                }
                None if is_unknown_package(plan, it.range(), &resolved) => {
                    return refused(format!("which import brings `{name}` is not known"));
                }
                None => self.need_own(plan, name, &resolved, &mut needs)?,
            }
        }
        needs.lines.extend(self.silent_imports(plan)?);
        needs.lines.sort();
        needs.lines.dedup();
        Ok(needs)
    }

    /// Whether a name means something inside the definition.
    fn is_own(&self, plan: &Plan<'_>, resolved: &Resolved) -> bool {
        let is_own = |it: &graph::Target| {
            self.facts(it.file).is_some_and(|facts| {
                let found = facts.symbol(it.symbol);
                found.is_local || plan.is_inside(it.file, found.name_range)
            })
        };
        !resolved.targets().is_empty() && resolved.targets().iter().all(is_own)
    }

    /// That it uses nothing which only its file or its module may use.
    fn check_hidden(&self, plan: &Plan<'_>, resolved: &Resolved) -> Refactored<()> {
        if plan.source.language.modules != Modules::ModTree {
            return Ok(());
        }
        for target in resolved.targets() {
            let Some(facts) = self.facts(target.file) else { continue };
            let found = facts.symbol(target.symbol);
            let is_hidden = !found.exported && !found.is_local;
            if is_hidden && !plan.is_inside(target.file, found.name_range) {
                let name = facts.name(found.name);
                return refused(format!("it uses `{name}`, which is known in its module only"));
            }
        }
        Ok(())
    }

    /// A name that no import brings.
    fn need_own(
        &self,
        plan: &Plan<'_>,
        name: &str,
        resolved: &Resolved,
        needs: &mut Needs,
    ) -> Refactored<()> {
        let source = plan.source;
        let is_everywhere =
            source.language.keywords.contains(&name) || source.language.self_names.contains(&name);
        if plan.is_shared() || is_everywhere {
            return Ok(());
        }
        let has_globs = source
            .facts
            .imports
            .iter()
            .any(|it| it.name == Imported::Glob && !it.reexport && it.scope.index() == 0);
        let [target] = resolved.targets() else {
            return match (resolved, has_globs) {
                (Resolved::External | Resolved::Unresolved, false) => Ok(()),
                (Resolved::Targets(_), _) => refused(format!("`{name}` may be several things")),
                (Resolved::Module(_), _) => refused(format!("`{name}` is a module of its file")),
                _ => refused(format!("`{name}` may come with all names of a module")),
            };
        };
        if target.file != source.file {
            return refused(format!("`{name}` comes with all names of a module"));
        }
        let found = source.facts.symbol(target.symbol);
        if !source.rules.made_visible.is_empty() && !found.exported {
            return refused(format!("it uses `{name}`, which is known in its file only"));
        }
        if self.is_known(plan, name, resolved)? {
            return Ok(());
        }
        let home = plan.home.as_ref().unwrap_or(source);
        let module = match &plan.home {
            Some(home) => self.module_at(home, source.path, self.dots_of(home)),
            None => self.module_from(plan, source),
        };
        let Some(module) = module else {
            return refused(format!("`{name}` cannot be imported from there"));
        };
        needs.lines.push(import_line(home, (&module, name, name), false));
        needs.needs_source = true;
        Ok(())
    }

    /// How a file that is made names the one that the definition leaves.
    fn module_from(&self, plan: &Plan<'_>, source: &Source<'_>) -> Option<String> {
        match source.language.modules {
            Modules::RelativeFiles => Some(self.relative_source(source, &plan.to, source.path)),
            _ => self.module_at(source, source.path, 0),
        }
    }

    /// Whether the new place knows the name already, and as the same thing.
    fn is_known(&self, plan: &Plan<'_>, name: &str, meant: &Resolved) -> Refactored<bool> {
        let Some(home) = &plan.home else { return Ok(false) };
        let end = TextSize::from_usize(home.text.len());
        let found = self.graph().lookup(home.file, end, name);
        let symbols = |it: &Resolved| -> BTreeSet<SymbolRef> {
            it.targets().iter().map(graph::Target::symbol_ref).collect()
        };
        match (&found, meant) {
            (Resolved::Targets(_), Resolved::Targets(_)) if symbols(&found) == symbols(meant) => {
                Ok(true)
            }
            (Resolved::Module(found), Resolved::Module(meant)) if found == meant => Ok(true),
            (Resolved::External | Resolved::Unresolved, _) => Ok(false),
            _ => refused(format!("`{name}` means something else in {}", plan.to)),
        }
    }

    /// An import of the old place, as the new one has to write it; `None` where it does already.
    fn carried(
        &self,
        plan: &Plan<'_>,
        nth: usize,
        resolved: &Resolved,
    ) -> Refactored<Option<String>> {
        let source = plan.source;
        let import = &source.facts.imports[nth];
        let local = local_name(source, import).unwrap_or_default();
        if self.is_known(plan, local, resolved)? {
            return Ok(None);
        }
        if let Some(home) = &plan.home
            && let Some(other) = import_of(home, local)
        {
            let other = &home.facts.imports[other];
            return match spelled(source, import) == spelled(home, other) {
                true => Ok(None),
                false => refused(format!("`{local}` means something else in {}", plan.to)),
            };
        }
        let text = source.text.get(import.range.to_usize()).unwrap_or_default();
        let is_top = source.node(import.range).and_then(|it| it.parent());
        let is_top = is_top.is_some_and(|it| it.parent().is_none());
        match source.language.modules {
            Modules::QualifiedPackages => return Ok(Some(text.to_owned())),
            Modules::FolderPackages => {
                let is_whole = text.starts_with("import");
                return Ok(Some(if is_whole { text.to_owned() } else { format!("import {text}") }));
            }
            _ if !is_top => return refused(format!("`{local}` is imported under a condition")),
            _ => {}
        }
        let Some(module) = self.carried_module(plan, nth)? else {
            return refused(format!("`{local}` is imported by a path that counts from its file"));
        };
        let writer = plan.home.as_ref().unwrap_or(source);
        if let Imported::Name(name) = import.name {
            let name = source.facts.name(name);
            let is_type = text.starts_with("import type");
            return Ok(Some(import_line(writer, (&module, name, local), is_type)));
        }
        let n_others = source.facts.imports.iter().filter(|it| it.range == import.range).count();
        match (n_others, import.path.first().filter(|_| import.from_source)) {
            (1, Some(written)) => Ok(Some(text.replacen(source.facts.name(*written), &module, 1))),
            (1, None) => Ok(Some(text.to_owned())),
            _ => refused(format!("`{local}` is imported together with others")),
        }
    }

    /// The module of an import as the new place names it; `None` where that is not known.
    fn carried_module(&self, plan: &Plan<'_>, nth: usize) -> Refactored<Option<String>> {
        let source = plan.source;
        let import = &source.facts.imports[nth];
        let names: Vec<&str> = import.path.iter().map(|it| source.facts.name(*it)).collect();
        let is_beside = plan.to.parent() == source.path.parent();
        let files = self.graph().imported_files(source.file, nth);
        Ok(match source.language.modules {
            Modules::RelativeFiles => {
                let written = names.first().copied().unwrap_or_default();
                match (written.starts_with('.'), source.path.parent()) {
                    (false, _) => Some(written.to_owned()),
                    (true, _) if is_beside => Some(written.to_owned()),
                    (true, Some(folder)) => Some(relative_path(&plan.to, &folder.join(written))),
                    (true, None) => None,
                }
            }
            Modules::DottedPackages if import.dots == 0 => Some(names.join(".")),
            Modules::DottedPackages if is_beside => {
                Some(format!("{}{}", ".".repeat(import.dots.into()), names.join(".")))
            }
            Modules::DottedPackages => match files[..] {
                [file] => self.path(file).and_then(|it| self.module_at(source, it, 0)),
                _ => None,
            },
            Modules::ModTree => self.carried_path(plan, &names, &files),
            _ => None,
        })
    }

    /// The same in a tree of modules, where a path may count from the file, and lead through
    /// modules that only some may name.
    fn carried_path(&self, plan: &Plan<'_>, names: &[&str], files: &[FileId]) -> Option<String> {
        let home = plan.home.as_ref()?;
        let first = *names.first()?;
        if files.is_empty() {
            let is_relative = ["crate", "self", "super"].contains(&first);
            return (!is_relative).then(|| names.join("::"));
        }
        let [file] = files else { return None };
        let target = self.path(*file)?;
        let written = names.join("::");
        match self.module_at(home, target, 0) {
            Some(path) if first != "crate" || path == written => Some(path),
            _ => None,
        }
    }

    /// Imports whose names nothing writes: in a tree of modules they may be there for the functions
    /// of a trait.
    fn silent_imports(&self, plan: &Plan<'_>) -> Refactored<Vec<String>> {
        let source = plan.source;
        let mut res = Vec::new();
        if source.language.modules != Modules::ModTree {
            return Ok(res);
        }
        let all = TextRange::from_usize(0, source.text.len());
        for (nth, import) in source.facts.imports.iter().enumerate() {
            let is_top = import.scope.index() == 0 && !import.reexport;
            let Some(name) = local_name(source, import).filter(|_| is_top) else { continue };
            let written = words(&source.text, all, name);
            let is_trait =
                self.graph().resolve_import(source.file, nth).targets().iter().any(|it| {
                    self.facts(it.file).is_some_and(|facts| {
                        facts.symbol(it.symbol).kind == syntax::SymbolKind::Interface
                    })
                });
            let is_silent = written.iter().all(|it| import.range.contains_range(*it));
            if is_silent || is_trait && import_of(source, name) == Some(nth) {
                let resolved = self.graph().resolve_import(source.file, nth);
                res.extend(self.carried(plan, nth, &resolved)?);
            }
        }
        Ok(res)
    }
}

/// Whether a name that nothing explains is asked for a member: a package, perhaps, whose import
/// says another name.
fn is_unknown_package(plan: &Plan<'_>, range: TextRange, resolved: &Resolved) -> bool {
    let behind = plan.source.text.get(range.end().to_usize()..).unwrap_or_default();
    plan.source.language.modules == Modules::FolderPackages
        && matches!(resolved, Resolved::External | Resolved::Unresolved)
        && behind.starts_with('.')
}

/// The import of the whole file that brings a name.
fn import_of(source: &Source<'_>, name: &str) -> Option<usize> {
    source.facts.imports.iter().position(|it| {
        !it.reexport && it.scope.index() == 0 && local_name(source, it) == Some(name)
    })
}

/// What an import takes, as it is written.
fn spelled(source: &Source<'_>, import: &Import) -> (Vec<String>, u8, Option<String>) {
    let path = import.path.iter().map(|it| source.facts.name(*it).to_owned()).collect();
    let name = match import.name {
        Imported::Name(name) => Some(source.facts.name(name).to_owned()),
        _ => None,
    };
    (path, import.dots, name)
}

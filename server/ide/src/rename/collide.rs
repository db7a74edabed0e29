//! Whether a new name is taken: beside the definition, or where the symbol is used.

use std::collections::BTreeSet;

use grammars::Modules;
use graph::{Resolved, SymbolRef};
use syntax::{Access, FileFacts, ReferenceKind, SymbolKind};
use text::{TextRange, TextSize};
use vfs::FileId;

use super::Plan;
use crate::{Analysis, RenameError};

impl Analysis {
    /// That no place would mean something else afterwards.
    pub(super) fn check_collisions(&self, plan: &Plan, new_name: &str) -> Result<(), RenameError> {
        let mut files = BTreeSet::new();
        for symbol in &plan.family {
            files.insert(symbol.file);
            self.check_beside(*symbol, plan, new_name)?;
        }
        for found in &plan.sure {
            self.check()?;
            let Some(facts) = self.facts(found.file) else { continue };
            let reference = facts.reference(found.reference);
            if reference.access() != Access::Bare || reference.is_import() {
                continue;
            }
            files.insert(found.file);
            self.check_capture(found, plan, new_name)?;
        }
        for symbol in &plan.family {
            self.check_shadowed(*symbol, &files, new_name)?;
        }
        Ok(())
    }

    /// That the scope, the type or the module that defines the symbol has nothing of the new name.
    fn check_beside(
        &self,
        symbol: SymbolRef,
        plan: &Plan,
        new_name: &str,
    ) -> Result<(), RenameError> {
        let Some(facts) = self.facts(symbol.file) else { return Ok(()) };
        let own = facts.symbol(symbol.symbol);
        let taken = |it: &syntax::Symbol| {
            is_member(it.kind) == is_member(own.kind)
                && facts.owner(it) == facts.owner(own)
                && share_names(facts, it.kind, own.kind)
        };
        if let Some(id) = facts.names.find(new_name) {
            let beside = facts.symbols.iter().find(|it| {
                let same_place = it.scope == own.scope && it.parent == own.parent;
                it.name == id && same_place && taken(it) && it.kind != SymbolKind::Implementation
            });
            if let Some(it) = beside {
                let what = "is already defined";
                return Err(self.collision(symbol.file, it.name_range.start(), new_name, what));
            }
            let imported = facts.imports.iter().find(|it| {
                it.scope == own.scope && it.local.is_some_and(|it| it.0 == id) && !own.is_local
            });
            if let Some(it) = imported {
                let what = "is already imported";
                return Err(self.collision(symbol.file, it.range.start(), new_name, what));
            }
        }
        for owner in self.graph().owners(symbol) {
            let member = self.graph().member(owner, new_name);
            let others = member.targets().iter().find(|it| {
                let other = self.facts(it.file).map(|facts| facts.symbol(it.symbol).kind);
                let clashes = other.is_none_or(|it| share_names(facts, it, own.kind));
                clashes && !plan.family.contains(&it.symbol_ref())
            });
            if let Some(target) = others
                && let Some(nav) = self.nav_target(target.symbol_ref())
            {
                let what = "is already a member";
                return Err(self.collision(nav.file, nav.name_range.start(), new_name, what));
            }
        }
        Ok(())
    }

    /// That the new name means nothing nearer where the symbol is used.
    fn check_capture(
        &self,
        found: &graph::Found,
        plan: &Plan,
        new_name: &str,
    ) -> Result<(), RenameError> {
        let file = found.file;
        let Some(facts) = self.facts(file) else { return Ok(()) };
        let at = facts.reference(found.reference).start();
        let found = self.graph().lookup_like(file, found.reference, new_name);
        let Resolved::Targets(targets) = found else { return Ok(()) };
        let Some(target) = targets.first().filter(|it| !plan.family.contains(&it.symbol_ref()))
        else {
            return Ok(());
        };
        // What is farther out than the symbol itself does not come before it.
        let is_farther = plan.family.iter().any(|it| {
            let is_beyond = target.file != file || self.is_inside(file, it.symbol, target.symbol);
            it.file == file && is_beyond
        });
        if is_farther {
            return Ok(());
        }
        Err(self.collision(file, at, new_name, "means something else"))
    }

    /// Whether the scope of the first symbol is inside that of the second.
    fn is_inside(&self, file: FileId, inner: syntax::SymbolIdx, outer: syntax::SymbolIdx) -> bool {
        let Some(facts) = self.facts(file) else { return false };
        let (inner, outer) = (facts.symbol(inner).scope, facts.symbol(outer).scope);
        let outer_range = facts.scope(outer).range;
        inner != outer && outer_range.contains_range(facts.scope(inner).range)
    }

    /// That uses of the new name which mean something farther out do not come to mean the symbol.
    fn check_shadowed(
        &self,
        symbol: SymbolRef,
        files: &BTreeSet<FileId>,
        new_name: &str,
    ) -> Result<(), RenameError> {
        let Some(facts) = self.facts(symbol.file) else { return Ok(()) };
        let own = facts.symbol(symbol.symbol);
        if is_member(own.kind) || !self.graph().owners(symbol).is_empty() {
            return Ok(());
        }
        let inside = facts.scope(own.scope).range;
        for file in files {
            self.check()?;
            let Some(facts) = self.facts(*file) else { continue };
            if own.is_local && *file != symbol.file {
                continue;
            }
            for at in uses_of(facts, new_name, own.kind) {
                let concerned = *file != symbol.file || inside.contains_range(at);
                if !concerned || self.means_nearer(*file, at, symbol) {
                    continue;
                }
                return Err(self.collision(
                    *file,
                    at.start(),
                    new_name,
                    "would change its meaning",
                ));
            }
        }
        Ok(())
    }

    /// Whether the name at a range means something whose scope is inside the symbol's: that stays.
    fn means_nearer(&self, file: FileId, at: TextRange, symbol: SymbolRef) -> bool {
        let Some(facts) = self.facts(file) else { return true };
        let Some(reference) = facts.reference_at(at.start()) else { return true };
        let resolved = self.graph().resolve(file, reference);
        let targets = resolved.targets();
        let local = |it: &graph::Target| {
            let nearer = it.file == symbol.file && self.is_inside(file, it.symbol, symbol.symbol);
            it.file == file && (facts.symbol(it.symbol).is_local && file != symbol.file || nearer)
        };
        !targets.is_empty() && targets.iter().all(local)
    }

    /// That the file of an alias has nothing of its new name.
    pub(super) fn check_alias_collision(
        &self,
        file: FileId,
        sites: &BTreeSet<TextRange>,
        new_name: &str,
    ) -> Result<(), RenameError> {
        for site in sites {
            let found = self.graph().lookup(file, site.start(), new_name);
            if matches!(found, Resolved::Targets(_) | Resolved::Module(_)) {
                return Err(self.collision(file, site.start(), new_name, "means something else"));
            }
        }
        let Some(facts) = self.facts(file) else { return Ok(()) };
        match uses_of(facts, new_name, SymbolKind::Variable).into_iter().next() {
            Some(at) => Err(self.collision(file, at.start(), new_name, "would change its meaning")),
            None => Ok(()),
        }
    }

    fn collision(&self, file: FileId, at: TextSize, name: &str, what: &'static str) -> RenameError {
        let line = self.line_index(file).map_or(0, |it| it.line_of(at));
        match self.path(file) {
            Some(path) => {
                RenameError::Collision { name: name.to_owned(), path: path.clone(), line, what }
            }
            None => RenameError::NoSymbol,
        }
    }
}

/// Where a file uses a name by scope.
fn uses_of(facts: &FileFacts, name: &str, kind: SymbolKind) -> Vec<TextRange> {
    let Some(id) = facts.names.find(name) else { return Vec::new() };
    let uses = facts.references.iter().filter(|it| it.name() == id && it.access() == Access::Bare);
    let concerned = uses.filter(|it| match it.kind() {
        ReferenceKind::Label => kind == SymbolKind::Label,
        ReferenceKind::Macro => kind == SymbolKind::Macro,
        _ => !matches!(kind, SymbolKind::Label | SymbolKind::Macro),
    });
    concerned.map(|it| it.range()).collect()
}

/// Whether symbols of two kinds cannot bear one name in one place.
fn share_names(facts: &FileFacts, a: SymbolKind, b: SymbolKind) -> bool {
    let modules = facts.language.map(|it| it.modules);
    // Functions and values, in the others types too, have name spaces of their own.
    let apart = matches!(modules, Some(Modules::ModTree | Modules::QualifiedPackages));
    let is_call =
        |it| matches!(it, SymbolKind::Method | SymbolKind::Function | SymbolKind::Constructor);
    is_label(a) == is_label(b) && !(apart && is_member(a) && is_call(a) != is_call(b))
}

/// Whether symbols of the kind are reached through an owner.
fn is_member(kind: SymbolKind) -> bool {
    matches!(
        kind,
        SymbolKind::Field | SymbolKind::Property | SymbolKind::Method | SymbolKind::Variant
    )
}

fn is_label(kind: SymbolKind) -> bool {
    kind == SymbolKind::Label
}

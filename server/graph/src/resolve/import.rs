//! Imports: what they bind, what they stand for, and the path segments written in them.

use std::borrow::Cow;

use grammars::Modules;
use syntax::{Access, FileFacts, Import, Imported, ReferenceIdx};
use vfs::FileId;

use super::{Hit, Lookup, Outcome, Place, Resolver, Thing, Want, scope::scopes_from};
use crate::modules;

/// What a module exports when it is asked for its default, best first. The second is CommonJS:
/// `module.exports = x`.
const DEFAULTS: [&str; 2] = ["default", "exports"];

impl Resolver<'_> {
    /// What an import stands for: the imported symbol, or the module where it takes that whole.
    pub(crate) fn import(&self, file: FileId, idx: usize, want: Want) -> Outcome {
        self.guarded(Lookup::Import(file, idx, want), || self.import_unguarded(file, idx, want))
    }

    fn import_unguarded(&self, file: FileId, idx: usize, want: Want) -> Outcome {
        let facts = self.facts(file);
        let import = &facts.imports[idx];
        if is_local_export(import) {
            return self.local_export(file, idx, want);
        }
        if let (Modules::ModTree | Modules::Includes, [], Imported::Name(name)) =
            (self.modules(file), &*import.path, import.name)
        {
            // `use x as y;`, `namespace y = x;` take a name that is known already, most often that
            // of a crate.
            let place = Place::new(file, import.scope, Some(import.range.start()));
            let name = facts.name(name);
            return match self.bare(place, name, Want::Container) {
                found @ Outcome::Hits(_) => found,
                _ => self.bare(place, name, want),
            };
        }
        let module = modules::import_module(self, file, import);
        let Outcome::Hits(modules) = module else { return module };
        match import.name {
            // A module that is assigned as a whole is what it is assigned.
            Imported::Module if import.from_source && self.has_default(&modules) => {
                let assigned = self.first_member(&modules, &DEFAULTS[1..], want, file);
                let mut hits = assigned.hits().to_vec();
                hits.extend(modules);
                Outcome::Hits(hits)
            }
            Imported::Module | Imported::Glob => Outcome::Hits(modules),
            Imported::Name(name) => self.first_member(&modules, &[facts.name(name)], want, file),
            Imported::Default => match self.first_member(&modules, &DEFAULTS, want, file) {
                // Without a default of its own, a module is what it is imported as.
                Outcome::Unknown if !self.has_default(&modules) => Outcome::Hits(modules),
                found => found,
            },
        }
    }

    /// An export of something of the file itself: `export { a as b }`.
    fn local_export(&self, file: FileId, idx: usize, want: Want) -> Outcome {
        let facts = self.facts(file);
        let import = &facts.imports[idx];
        let Imported::Name(name) = import.name else { return Outcome::Unknown };
        let place = Place::new(file, import.scope, Some(import.range.start()));
        self.bare(place, facts.name(name), want)
    }

    fn first_member(&self, modules: &[Hit], names: &[&str], want: Want, from: FileId) -> Outcome {
        let mut res = Outcome::Unknown;
        for name in names {
            for module in modules {
                match self.member(&module.thing, name, want, from) {
                    found @ Outcome::Hits(_) => return found,
                    Outcome::External => res = Outcome::External,
                    Outcome::Unknown => {}
                }
            }
        }
        res
    }

    fn has_default(&self, modules: &[Hit]) -> bool {
        modules.iter().any(|it| match it.thing {
            Thing::File(file) => {
                let facts = self.facts(file);
                let mut exports = facts.imports.iter().filter(|it| it.reexport);
                exports.any(|it| {
                    it.local.is_some_and(|(name, _)| DEFAULTS.contains(&facts.name(name)))
                })
            }
            _ => false,
        })
    }

    /// Whether the import binds its name in the file it stands in.
    pub(crate) fn binds_here(&self, file: FileId, idx: usize) -> bool {
        let import = &self.facts(file).imports[idx];
        !(import.reexport && self.modules(file) == Modules::RelativeFiles)
    }

    /// Whether others who import from the file get what it imports.
    pub(crate) fn hands_on(&self, file: FileId, idx: usize) -> bool {
        let import = &self.facts(file).imports[idx];
        match self.modules(file) {
            Modules::RelativeFiles => import.reexport,
            _ => true,
        }
    }

    /// The name an import binds; `None` for globs and for what binds nothing.
    pub(crate) fn bound_name(&self, file: FileId, idx: usize) -> Option<Cow<'_, str>> {
        let facts = self.facts(file);
        let import = &facts.imports[idx];
        if let Some((local, _)) = import.local {
            return Some(Cow::Borrowed(facts.name(local)));
        }
        match import.name {
            Imported::Name(name) => Some(Cow::Borrowed(facts.name(name))),
            Imported::Module => modules::module_binding(self, file, import),
            Imported::Default | Imported::Glob => None,
        }
    }

    /// The import of the file that brings a name from outside the workspace: all there is to show
    /// of it. `None` where another file, or the language's own library, would say more.
    pub(crate) fn brought_from_outside(
        &self,
        file: FileId,
        reference: ReferenceIdx,
    ) -> Option<usize> {
        let facts = self.facts(file);
        let it = facts.reference(reference);
        if it.access() != Access::Bare || facts.import_of(reference).is_some() {
            return None;
        }
        let name = facts.name(it.name());
        let mut imports =
            scopes_from(facts, facts.scope_of(reference)).into_iter().flat_map(|at| {
                let here = facts.imports.iter().enumerate().filter(move |(_, it)| it.scope == at);
                here.filter(|(idx, _)| self.binds_here(file, *idx))
            });
        let (idx, import) =
            imports.find(|(idx, _)| self.bound_name(file, *idx).as_deref() == Some(name))?;
        let module = import.path.first().map_or("", |it| facts.name(*it));
        let is_library = facts.language.is_some_and(|it| it.library.contains(&module));
        let may_be_missing = match self.modules(file) {
            Modules::RelativeFiles => true,
            Modules::DottedPackages => !is_library,
            _ => false,
        };
        may_be_missing.then_some(idx)
    }

    /// The outcome of a reference that stands inside an import statement; `None` where it does not,
    /// or is no part of the import's path.
    pub(crate) fn within_import(
        &self,
        file: FileId,
        reference: ReferenceIdx,
        want: Want,
    ) -> Option<Outcome> {
        let facts = self.facts(file);
        if let Some(idx) = facts.import_of(reference) {
            return Some(self.imported_reference(file, idx.index(), want));
        }
        let at = facts.reference(reference).start();
        let name = facts.reference(reference).name();
        let mut around = imports_at(facts, at).peekable();
        around.peek()?;
        // Inside `use a::{b::c, d}` the path of `c` holds `b`; the leaf that follows next is the
        // one that the segment belongs to.
        let leaf = around
            .filter(|(_, it)| it.path.contains(&name) && !it.from_source)
            .min_by_key(|(_, it)| self.leaf_distance(facts, it, at))?;
        let import = leaf.1;
        let depth = import.path.iter().position(|it| *it == name)?;
        let part =
            Import { path: import.path[..=depth].into(), name: Imported::Module, ..import.clone() };
        Some(modules::import_module(self, file, &part))
    }

    /// How far behind `at` the leaf of an import stands; a leaf before it is farther than any after
    /// it.
    fn leaf_distance(&self, facts: &FileFacts, import: &Import, at: text::TextSize) -> (bool, u32) {
        let leaf = import.reference.map(|it| facts.reference(it).start());
        match leaf {
            Some(leaf) if at <= leaf => (false, leaf.raw() - at.raw()),
            Some(leaf) => (true, at.raw() - leaf.raw()),
            None => (false, import.range.end().raw()),
        }
    }

    /// The imported name where it is written. An alias of an export is a name of this file.
    fn imported_reference(&self, file: FileId, idx: usize, want: Want) -> Outcome {
        let import = &self.facts(file).imports[idx];
        let found = match import.name {
            // What is written is the whole path, whatever part of it the statement binds.
            Imported::Module => {
                modules::import_module(self, file, &Import { local: None, ..import.clone() })
            }
            _ => self.import(file, idx, want),
        };
        match found {
            Outcome::Hits(hits) => {
                let why = "imported by name";
                Outcome::Hits(hits.into_iter().map(|it| Hit { why, ..it }).collect())
            }
            other => other,
        }
    }
}

/// Whether the statement exports something of its own file rather than importing.
pub(crate) fn is_local_export(import: &Import) -> bool {
    import.reexport && import.path.is_empty() && !import.from_source && import.dots == 0
}

/// The imports whose statement is around an offset.
fn imports_at(facts: &FileFacts, at: text::TextSize) -> impl Iterator<Item = (usize, &Import)> {
    let end = facts.imports.partition_point(|it| it.range.start() <= at);
    // Statements do not nest, but several leaves share one; they stand side by side in the list.
    let before = facts.imports[..end].iter().enumerate().rev();
    before.take_while(move |(_, it)| at < it.range.end())
}

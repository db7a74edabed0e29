//! Several questions about one moment of the graph, which share what was resolved on the way.

use rustc_hash::FxHashSet;
use syntax::{FileFacts, Import, Imported, NameId, ReferenceIdx, ReferenceKind, SymbolIdx};
use vfs::FileId;

use crate::{
    Cancelled, Check, CodeGraph, EdgeKind, Found, Resolution, Resolved, SymbolRef,
    entry::{self, folder, folder_key},
    kinds::{KindsOfFile, edge_kind},
    modules::{import_module, is_in_program},
    resolve::{Outcome, Resolver, Taken, Thing, Want, is_local_export},
};

/// References resolved between two looks whether anybody still wants the answer.
const REFERENCES_PER_CHECK: usize = 256;

/// A graph that is asked many things in a row. What one question resolves the next one knows: a
/// walk over half the workspace resolves no reference twice.
pub struct Asking<'g> {
    res: Resolver<'g>,
}

/// A place inside a symbol that names another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// Whom it names.
    pub target: SymbolRef,
    /// Where, and how that was found.
    pub found: Found,
}

/// What a file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileUses {
    /// The places that name symbols which are no locals, in order, each with the innermost
    /// definition around it; `None` for the file's own level.
    pub uses: Vec<(Option<SymbolIdx>, Use)>,
    /// Names that somewhere in the file stand for nobody knows what, each once.
    pub unknown: Vec<NameId>,
}

/// Where an import statement leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportedFiles {
    /// To these files of the workspace, sorted; none for an export of the file itself.
    Files(Vec<FileId>),
    /// Out of the workspace, as far as the workspace can tell.
    External,
    /// Nobody knows.
    Unknown,
}

/// How the references of some files resolve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResolvedShare {
    /// How many there are.
    pub references: usize,
    /// Those of which nobody knows what they stand for.
    pub unresolved: usize,
}

impl CodeGraph {
    /// The graph, to be asked many things in a row.
    pub fn asking(&self) -> Asking<'_> {
        Asking { res: Resolver::new(self) }
    }

    /// The types that a block gives members to; none for what is no such block.
    pub fn types_of_block(&self, block: SymbolRef) -> Vec<SymbolRef> {
        if !self.knows(block) {
            return Vec::new();
        }
        let types = Resolver::new(self).implemented_type(block).into_iter();
        let types = types.filter_map(|it| match it {
            Thing::Symbol(it) => Some(it),
            _ => None,
        });
        types.collect()
    }

    /// The files directly in the folder of a file, that one among them, sorted.
    pub fn files_beside(&self, file: FileId) -> Vec<FileId> {
        let Some(path) = self.path(file) else { return Vec::new() };
        let folder = folder(path.as_str());
        let mut files = self.at_place(folder_key(folder)).to_vec();
        files.retain(|it| self.path(*it).is_some_and(|it| entry::folder(it.as_str()) == folder));
        files
    }
}

impl<'g> Asking<'g> {
    /// The graph that is asked.
    pub fn graph(&self) -> &'g CodeGraph {
        self.res.graph
    }

    /// What a reference stands for.
    pub fn resolve(&self, file: FileId, reference: ReferenceIdx) -> Resolved {
        let Some(facts) = self.facts(file) else { return Resolved::Unresolved };
        if facts.references.len() <= reference.index() {
            return Resolved::Unresolved;
        }
        self.graph().resolved(&self.res, self.res.reference(file, reference))
    }

    /// Every place that names one of several symbols, exact and inferred, sorted by file and place.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn references_to(
        &self,
        symbols: &[SymbolRef],
        check: Check<'_>,
    ) -> Result<Vec<Found>, Cancelled> {
        let known = symbols.iter().copied().filter(|it| self.graph().knows(*it));
        let same: FxHashSet<SymbolRef> = known.flat_map(|it| self.res.same_entity(it)).collect();
        self.graph().references_to_any(&self.res, &same, check)
    }

    /// The places inside a symbol that name symbols of the workspace which are no locals, in order;
    /// a name with several meanings is there once for each.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn uses(&self, symbol: SymbolRef, check: Check<'_>) -> Result<Vec<Use>, Cancelled> {
        if !self.graph().knows(symbol) {
            return Ok(Vec::new());
        }
        let facts = self.res.facts(symbol.file);
        let range = facts.symbol(symbol.symbol).range;
        let start = facts.references.partition_point(|it| it.start() < range.start());
        let len = facts.references[start..].partition_point(|it| it.start() < range.end());
        let mut acc = Vec::new();
        for n in start..start + len {
            if (n - start) % REFERENCES_PER_CHECK == 0 {
                check()?;
            }
            let reference = ReferenceIdx::new(n);
            let kind = edge_kind(facts, reference);
            self.add_uses((symbol.file, reference), kind, &mut acc);
        }
        Ok(acc)
    }

    /// What a whole file names.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn uses_in_file(&self, file: FileId, check: Check<'_>) -> Result<FileUses, Cancelled> {
        let mut res = FileUses::default();
        let Some(facts) = self.facts(file) else { return Ok(res) };
        let kinds = KindsOfFile::new(facts);
        let mut uses = Vec::new();
        for (reference, it) in facts.references() {
            if reference.index() % REFERENCES_PER_CHECK == 0 {
                check()?;
            }
            let kind = kinds.of(facts, reference);
            self.add_uses((file, reference), kind, &mut uses);
            if uses.is_empty() && self.res.reference(file, reference) == Outcome::Unknown {
                res.unknown.push(it.name());
            }
            let within = (!uses.is_empty()).then(|| facts.symbol_of(reference)).flatten();
            res.uses.extend(uses.drain(..).map(|it| (within, it)));
        }
        res.unknown.sort_unstable();
        res.unknown.dedup();
        Ok(res)
    }

    fn add_uses(
        &self,
        (file, reference): (FileId, ReferenceIdx),
        kind: EdgeKind,
        acc: &mut Vec<Use>,
    ) {
        let facts = self.res.facts(file);
        if facts.reference(reference).kind() == ReferenceKind::Label {
            return;
        }
        let outcome = self.res.reference(file, reference);
        let mut add = |target: SymbolRef, resolution: Resolution| {
            if !self.res.symbol(target).is_local {
                acc.push(Use { target, found: Found { file, reference, resolution, kind } });
            }
        };
        for hit in outcome.hits() {
            let Thing::Symbol(target) = hit.thing else { continue };
            add(target, hit.resolution);
            // A call of a type runs its constructor.
            for constructor in self.res.constructors_called(file, reference, target) {
                add(constructor, hit.resolution);
            }
        }
    }

    /// The types that a value, or what a function returns, is declared or inferred to have.
    pub fn types_of(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        if !self.graph().knows(symbol) {
            return Vec::new();
        }
        let outcome = self.res.type_of(symbol, Taken::No);
        let types = outcome.hits().iter().filter_map(|it| match it.thing {
            Thing::Symbol(it) => Some(it),
            _ => None,
        });
        types.collect()
    }

    /// The definitions that are one entity with this one, itself first.
    pub fn same_entity(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        if self.graph().knows(symbol) { self.res.same_entity(symbol) } else { vec![symbol] }
    }

    /// Where an import statement leads: the files of the module that it names, or of the module
    /// that it takes whole.
    pub fn imported_files(&self, file: FileId, import: usize) -> ImportedFiles {
        let Some(facts) = self.facts(file) else { return ImportedFiles::Unknown };
        let Some(it) = facts.imports.get(import) else { return ImportedFiles::Unknown };
        if is_local_export(it) {
            return ImportedFiles::Files(Vec::new());
        }
        if let Some(files) = self.submodule(file, import, it) {
            return ImportedFiles::Files(files);
        }
        // What is written is the whole path, whatever part of it the statement binds.
        let whole = Import { local: None, ..it.clone() };
        let whole = if it.name == Imported::Module { &whole } else { it };
        match import_module(&self.res, file, whole) {
            Outcome::Hits(hits) => {
                let mut files: Vec<FileId> =
                    hits.iter().flat_map(|it| self.loaded(file, &it.thing)).collect();
                files.sort_unstable();
                files.dedup();
                ImportedFiles::Files(files)
            }
            Outcome::External => ImportedFiles::External,
            Outcome::Unknown => ImportedFiles::Unknown,
        }
    }

    /// The files of a module that an import takes by name out of the one that its path names, as in
    /// `from package import module`.
    fn submodule(&self, file: FileId, import: usize, it: &Import) -> Option<Vec<FileId>> {
        if !matches!(it.name, Imported::Name(_)) || it.from_source {
            return None;
        }
        let outcome = self.res.import(file, import, Want::Any);
        let mut files = Vec::new();
        for hit in outcome.hits() {
            match &hit.thing {
                Thing::Symbol(_) => return None,
                module => files.extend(self.loaded(file, module)),
            }
        }
        (!files.is_empty()).then_some(files)
    }

    /// The files that taking a module loads. A folder of modules by dotted path has none of its
    /// own.
    fn loaded(&self, from: FileId, module: &Thing) -> Vec<FileId> {
        let is_namespace = matches!(module, Thing::Folder(_))
            && self.res.modules(from) == grammars::Modules::DottedPackages;
        if is_namespace { Vec::new() } else { self.res.files_of(module) }
    }

    /// Whether an import leads to something: the symbol that it names, or the module.
    pub fn import_resolves(&self, file: FileId, import: usize) -> Resolved {
        if self.facts(file).is_none_or(|it| it.imports.len() <= import) {
            return Resolved::Unresolved;
        }
        self.graph().resolved(&self.res, self.res.import(file, import, Want::Any))
    }

    /// The file of a module that a file declares (`mod x;`), by the place of the declaration in the
    /// file's list of them.
    pub fn declared_module(&self, file: FileId, declaration: usize) -> Option<FileId> {
        let facts = self.facts(file)?;
        let it = facts.mods.get(declaration)?;
        let scope = match it.parent {
            Some(parent) => facts.symbol(parent).inner?,
            None => syntax::ScopeIdx::FILE,
        };
        let module = crate::modules::child(&self.res, file, scope, facts.name(it.name))?;
        self.res.files_of(&module).first().copied()
    }

    /// How the references of the files resolve.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn share(&self, files: &[FileId], check: Check<'_>) -> Result<ResolvedShare, Cancelled> {
        let mut share = ResolvedShare::default();
        for file in files {
            let Some(facts) = self.facts(*file) else { continue };
            for (reference, _) in facts.references() {
                if reference.index() % REFERENCES_PER_CHECK == 0 {
                    check()?;
                }
                share.references += 1;
                let is_known = self.res.reference(*file, reference) != Outcome::Unknown;
                share.unresolved += usize::from(!is_known);
            }
        }
        Ok(share)
    }

    /// Whether some place in the file that bears the name may mean the symbol: all do that are not
    /// known to mean another one.
    pub fn may_use(&self, file: FileId, symbol: SymbolRef) -> bool {
        let (Some(facts), true) = (self.facts(file), self.graph().knows(symbol)) else {
            return false;
        };
        let Some(id) = facts.names.find(self.res.name(symbol)) else { return false };
        let mut named = facts.references().filter(|it| it.1.name() == id);
        named.any(|(reference, _)| match self.res.reference(file, reference) {
            // A receiver or a glob may seem to lead outside for a reason that is not seen here.
            Outcome::Unknown | Outcome::External => true,
            Outcome::Hits(hits) => hits.iter().any(|it| it.thing == Thing::Symbol(symbol)),
        })
    }

    /// Whether a file belongs to a program, as far as its language says so.
    pub fn is_in_program(&self, file: FileId) -> bool {
        self.facts(file).is_some() && is_in_program(&self.res, file)
    }

    fn facts(&self, file: FileId) -> Option<&'g FileFacts> {
        self.graph().entry(file).map(|it| &*it.facts)
    }
}

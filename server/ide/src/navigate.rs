//! From a name to what it stands for, and back: definition, references, highlights, calls.

use grammars::MadeBy;
use graph::{EdgeKind, Found, Resolution, Resolved, SymbolId, SymbolRef, Target};
use syntax::{ReferenceIdx, ReferenceKind, SymbolIdx, SymbolKind};
use text::{TextRange, TextSize};
use vfs::FileId;

use crate::{
    Analysis, Call, Cancellable, FilePosition, Highlight, HighlightKind, NavTarget, References,
    Site,
};

/// Guesses shown for a name that does not resolve.
const CANDIDATES_MAX: usize = 20;

/// A name in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// The name of a definition, where it is defined.
    Definition(SymbolIdx),
    /// A name that is used.
    Reference(ReferenceIdx),
    /// The name that an import gives to something, with the imported name.
    Alias(TextRange, usize),
}

impl Analysis {
    /// The symbols that the name at a position stands for, or that it declares; best first.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn symbols_at(&self, position: FilePosition) -> Cancellable<Vec<SymbolRef>> {
        let targets = self.targets_at(position)?;
        Ok(targets.iter().map(Target::symbol_ref).collect())
    }

    /// Where the name at a position is defined. On a declaration's own name: itself, so that an
    /// editor can show it, then what is bound to the name with it. Exact and inferred targets only,
    /// nothing where the name is not resolved: [`Analysis::candidates`] has the guesses.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn definition(&self, position: FilePosition) -> Cancellable<Vec<NavTarget>> {
        self.check()?;
        let resolved = self.resolved_at(position);
        let targets: Vec<NavTarget> = match &resolved {
            Resolved::Targets(targets) => targets
                .iter()
                .flat_map(|it| self.constructed(position, it))
                .filter_map(|it| self.nav_target_of(&it))
                .collect(),
            Resolved::Module(files) => files.iter().filter_map(|it| self.nav_file(*it)).collect(),
            Resolved::External => self.brought_by(position).into_iter().collect(),
            Resolved::Unresolved => Vec::new(),
        };
        let with = match self.name(position) {
            Some(Name::Definition(symbol)) => {
                self.graph().defined_with(SymbolRef { file: position.file, symbol })
            }
            _ => Vec::new(),
        };
        let with = with.into_iter().filter_map(|it| self.nav_target(it));
        Ok(targets.into_iter().chain(with).collect())
    }

    /// The name in the import that brings what stands at a position from outside the workspace.
    fn brought_by(&self, position: FilePosition) -> Option<NavTarget> {
        let Some(Name::Reference(reference)) = self.name(position) else { return None };
        let facts = self.facts(position.file)?;
        let import = self.graph().brought_from_outside(position.file, reference)?;
        let import = &facts.imports[import.index()];
        let written = import.reference.map(|it| facts.reference(it).range());
        let name_range = import.local.map(|it| it.1).or(written)?;
        Some(NavTarget {
            symbol: None,
            file: position.file,
            range: import.range,
            name_range,
            name: facts.name(facts.reference(reference).name()).to_owned(),
            kind: SymbolKind::Module,
            container: None,
            resolution: Resolution::Exact,
            why: "imported from outside the workspace",
        })
    }

    /// Where a type is called: the constructors that the call runs, if it has any.
    fn constructed(&self, position: FilePosition, target: &Target) -> Vec<Target> {
        let Some(Name::Reference(reference)) = self.name(position) else { return vec![*target] };
        let class = target.symbol_ref();
        let language = self.facts(position.file).and_then(|it| it.language);
        if language.is_some_and(|it| it.made_by == MadeBy::Type) {
            return vec![*target];
        }
        let constructors = self.graph().constructors_called(position.file, reference, class);
        if constructors.is_empty() {
            return vec![*target];
        }
        let why = "constructor of the called type";
        constructors.into_iter().map(|it| Target { symbol: it.symbol, why, ..*target }).collect()
    }

    /// Guesses for a name that does not resolve: definitions of that name, nearest first. Nothing
    /// for a name that resolves.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn candidates(&self, position: FilePosition) -> Cancellable<Vec<NavTarget>> {
        self.check()?;
        let Some(Name::Reference(reference)) = self.name(position) else { return Ok(Vec::new()) };
        if self.graph().resolve(position.file, reference) != Resolved::Unresolved {
            return Ok(Vec::new());
        }
        let targets = self.graph().candidates(position.file, reference, CANDIDATES_MAX);
        Ok(targets.iter().filter_map(|it| self.nav_target_of(it)).collect())
    }

    /// Where the symbol at a position is named. `None` where there is no symbol.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn references(&self, position: FilePosition) -> Cancellable<Option<References>> {
        let symbols = self.symbols_at(position)?;
        if symbols.is_empty() {
            return Ok(None);
        }
        self.references_of_all(&symbols).map(Some)
    }

    /// Where a symbol is named.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn references_of(&self, symbol: SymbolRef) -> Cancellable<References> {
        self.references_of_all(&[symbol])
    }

    fn references_of_all(&self, symbols: &[SymbolRef]) -> Cancellable<References> {
        let mut same: Vec<SymbolRef> =
            symbols.iter().flat_map(|it| self.graph().same_entity(*it)).collect();
        same.sort_unstable();
        same.dedup();
        let found = self.graph().references_to_all(&same, &mut || self.check())?;
        let bindings = self.graph().bindings_of(&same, &mut || self.check())?;
        let binding = |(file, range): (FileId, TextRange)| Site {
            file,
            range,
            kind: EdgeKind::Imports,
            is_write: false,
            resolution: Resolution::Exact,
            within: None,
        };
        let mut found: Vec<Site> = found.iter().filter_map(|it| self.site(it)).collect();
        found.extend(bindings.into_iter().map(binding));
        found.sort_by_key(|it| (it.file, it.range.start()));
        Ok(References {
            declarations: same.iter().filter_map(|it| self.nav_target(*it)).collect(),
            found,
        })
    }

    /// Places that bear the symbol's name but do not resolve: guesses, to be shown as such.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn candidate_references(&self, symbol: SymbolRef) -> Cancellable<Vec<Site>> {
        let found = self.graph().candidate_references_to(symbol, &mut || self.check())?;
        Ok(found.iter().filter_map(|it| self.site(it)).collect())
    }

    /// The occurrences, in this file, of what is at a position, sorted.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn highlights(&self, position: FilePosition) -> Cancellable<Vec<Highlight>> {
        self.check()?;
        let file = position.file;
        let (Some(facts), Some(name)) = (self.facts(file), self.name(position)) else {
            return Ok(Vec::new());
        };
        let meant = self.resolved_at(position);
        let mut same: Vec<SymbolRef> = meant.targets().iter().map(Target::symbol_ref).collect();
        same = same.into_iter().flat_map(|it| self.graph().same_entity(it)).collect();
        let mut res = Vec::new();
        for symbol in same.iter().filter(|it| it.file == file) {
            let range = facts.symbol(symbol.symbol).name_range;
            res.push(Highlight { range, kind: HighlightKind::Write });
        }
        let Some(id) = self.name_id(file, name) else { return Ok(res) };
        for (reference, it) in facts.references().filter(|it| it.1.name() == id) {
            self.check()?;
            let resolved = self.graph().resolve(file, reference);
            let is_same = match &meant {
                Resolved::Targets(_) => {
                    resolved.targets().iter().any(|it| same.contains(&it.symbol_ref()))
                }
                Resolved::Module(_) | Resolved::External => resolved == meant,
                Resolved::Unresolved => false,
            };
            if is_same {
                let is_write = it.kind() == ReferenceKind::Write;
                let kind = if is_write { HighlightKind::Write } else { HighlightKind::Read };
                res.push(Highlight { range: it.range(), kind });
            }
        }
        res.extend(self.alias_highlights(file, id, &meant));
        res.sort_unstable();
        res.dedup_by_key(|it| it.range);
        Ok(res)
    }

    /// The places in import statements that give the meant thing its name in this file.
    fn alias_highlights(
        &self,
        file: FileId,
        id: syntax::NameId,
        meant: &Resolved,
    ) -> Vec<Highlight> {
        let Some(facts) = self.facts(file) else { return Vec::new() };
        let locals = facts.imports.iter().filter_map(|it| it.local.filter(|it| it.0 == id));
        let same = locals.filter(|it| {
            let at = FilePosition { file, offset: it.1.start() };
            *meant != Resolved::Unresolved && self.resolved_at(at) == *meant
        });
        same.map(|it| Highlight { range: it.1, kind: HighlightKind::Write }).collect()
    }

    /// Who calls the symbol, sorted by file and place.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn callers(&self, symbol: SymbolRef) -> Cancellable<Vec<Call>> {
        let callers = self.graph().callers(symbol, &mut || self.check())?;
        let calls = callers.into_iter().filter_map(|(file, caller, found)| {
            let target = match caller {
                Some(caller) => self.nav_target(SymbolRef { file, symbol: caller })?,
                None => self.nav_file(file)?,
            };
            Some(Call { target, sites: found.iter().filter_map(|it| self.site(it)).collect() })
        });
        Ok(calls.collect())
    }

    /// Whom the symbol calls, sorted by file and place.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn callees(&self, symbol: SymbolRef) -> Cancellable<Vec<Call>> {
        let callees = self.graph().callees(symbol, &mut || self.check())?;
        let calls = callees.into_iter().filter_map(|(callee, found)| {
            let target = self.nav_target(callee)?;
            Some(Call { target, sites: found.iter().filter_map(|it| self.site(it)).collect() })
        });
        Ok(calls.collect())
    }

    /// A symbol as a place to go to.
    pub fn nav_target(&self, symbol: SymbolRef) -> Option<NavTarget> {
        let facts = self.facts(symbol.file)?;
        let it = facts.symbols.get(symbol.symbol.index())?;
        let path = self.graph().name_path(symbol)?;
        Some(NavTarget {
            symbol: Some(symbol),
            file: symbol.file,
            range: it.range,
            name_range: it.name_range,
            name: facts.name(it.name).to_owned(),
            kind: it.kind,
            container: path.rsplit_once("::").map(|it| it.0.to_owned()),
            resolution: Resolution::Exact,
            why: "its definition",
        })
    }

    /// The lasting id of a symbol.
    pub fn symbol_id(&self, symbol: SymbolRef) -> Option<SymbolId> {
        self.graph().symbol_id(symbol)
    }

    /// The symbol of a lasting id, where it still is.
    pub fn symbol(&self, id: &SymbolId) -> Option<SymbolRef> {
        self.graph().find(id)
    }

    /// Where a symbol's name stands.
    pub fn position_of(&self, symbol: SymbolRef) -> Option<FilePosition> {
        let target = self.nav_target(symbol)?;
        Some(FilePosition { file: target.file, offset: target.name_range.start() })
    }

    /// The range of the name at an offset.
    pub(crate) fn name_at(&self, file: FileId, offset: TextSize) -> Option<TextRange> {
        let facts = self.facts(file)?;
        match self.name(FilePosition { file, offset })? {
            Name::Definition(it) => Some(facts.symbol(it).name_range),
            Name::Reference(it) => Some(facts.reference(it).range()),
            Name::Alias(range, _) => Some(range),
        }
    }

    /// What kind of name stands at a position.
    pub(crate) fn name(&self, position: FilePosition) -> Option<Name> {
        let facts = self.facts(position.file)?;
        let offset = position.offset;
        if let Some(reference) = facts.reference_at(offset) {
            return Some(Name::Reference(reference));
        }
        if let Some(symbol) = facts.symbol_named_at(offset) {
            return Some(Name::Definition(symbol));
        }
        let mut aliases = facts.imports.iter().enumerate();
        aliases.find_map(|(idx, it)| {
            let (_, range) = it.local.filter(|it| it.1.touches(offset))?;
            Some(Name::Alias(range, idx))
        })
    }

    fn name_id(&self, file: FileId, name: Name) -> Option<syntax::NameId> {
        let facts = self.facts(file)?;
        Some(match name {
            Name::Definition(it) => facts.symbol(it).name,
            Name::Reference(it) => facts.reference(it).name(),
            Name::Alias(_, idx) => facts.imports[idx].local?.0,
        })
    }

    /// What the name at a position stands for.
    pub(crate) fn resolved_at(&self, position: FilePosition) -> Resolved {
        let file = position.file;
        match self.name(position) {
            Some(Name::Reference(reference)) => self.graph().resolve(file, reference),
            Some(Name::Definition(symbol)) => Resolved::Targets(vec![Target {
                file,
                symbol,
                resolution: Resolution::Exact,
                confidence: 1.0,
                why: "its definition",
            }]),
            Some(Name::Alias(_, import)) => self.graph().resolve_import(file, import),
            None => Resolved::Unresolved,
        }
    }

    /// The symbols at a position with how they were found.
    pub(crate) fn targets_at(&self, position: FilePosition) -> Cancellable<Vec<Target>> {
        self.check()?;
        Ok(self.resolved_at(position).targets().to_vec())
    }

    pub(crate) fn nav_target_of(&self, target: &Target) -> Option<NavTarget> {
        let nav = self.nav_target(target.symbol_ref())?;
        Some(NavTarget { resolution: target.resolution, why: target.why, ..nav })
    }

    /// A whole file as a place to go to.
    pub(crate) fn nav_file(&self, file: FileId) -> Option<NavTarget> {
        let path = self.path(file)?;
        let start = TextRange::empty(TextSize::default());
        Some(NavTarget {
            symbol: None,
            file,
            range: start,
            name_range: start,
            name: path.file_name().unwrap_or_default().to_owned(),
            kind: SymbolKind::Module,
            container: None,
            resolution: Resolution::Exact,
            why: "module of that path",
        })
    }

    pub(crate) fn site(&self, found: &Found) -> Option<Site> {
        let facts = self.facts(found.file)?;
        let reference = facts.reference(found.reference);
        let within = facts.symbol_of(found.reference);
        let within = within.map(|symbol| SymbolRef { file: found.file, symbol });
        Some(Site {
            file: found.file,
            range: reference.range(),
            kind: found.kind,
            is_write: reference.kind() == ReferenceKind::Write,
            resolution: found.resolution,
            within: within.and_then(|it| self.graph().name_path(it)),
        })
    }

    /// The place of a definition's own name, as one of the sites that bear it.
    pub(crate) fn declaration_site(&self, symbol: SymbolRef) -> Option<Site> {
        let target = self.nav_target(symbol)?;
        Some(Site {
            file: target.file,
            range: target.name_range,
            kind: EdgeKind::Contains,
            is_write: true,
            resolution: Resolution::Exact,
            within: target.container,
        })
    }
}

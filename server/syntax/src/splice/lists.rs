//! The lists of facts, cut where a part of the text was, and joined with those of the new part.

use std::{cell::Cell, ops::Range};

use text::{TextRange, TextSize};

use crate::{
    Argument, Asked, Base, Chunk, Detail, DetailIdx, DocLink, FileFacts, Given, Import, Imported,
    ModDecl, NameId, Names, Narrowing, Qualifier, Reference, ReferenceIdx, Scope, ScopeIdx, Symbol,
    SymbolIdx, TypeArgument, Value, WrittenType, extract::LINKS_MAX, raw::Span,
};

/// Which entries of each list are about the part of the text that is replaced.
#[derive(Debug)]
pub(crate) struct Cuts {
    was: Span,
    scopes: Range<usize>,
    symbols: Range<usize>,
    references: Range<usize>,
    details: Range<usize>,
    bases: Range<usize>,
    narrowings: Range<usize>,
    branches: Range<usize>,
    doc_links: Range<usize>,
    /// With what lies between the definitions on both sides.
    chunks: Range<usize>,
    /// From the end of the last chunk that stays to the start of the next.
    unchunked: TextRange,
    /// Nothing is imported in the part: here the imports behind it begin.
    imports: usize,
    mods: usize,
}

impl Cuts {
    /// Cuts out what lies in `was`; `None` where something reaches across one of its ends.
    pub(crate) fn new(facts: &FileFacts, was: Span) -> Option<Cuts> {
        let (start, end) = (TextSize::new(was.start), TextSize::new(was.end));
        let at = |range: TextRange| range.start();
        let scopes = cut(&facts.scopes, was, |it| at(it.range));
        // The first scope is the file, and is everywhere.
        let scopes = scopes.start.max(1)..scopes.end.max(1);
        let symbols = cut(&facts.symbols, was, |it| at(it.range));
        let references = cut(&facts.references, was, Reference::start);
        let imports = cut(&facts.imports, was, |it| at(it.range));
        let mods = cut(&facts.mods, was, |it| at(it.range));
        let narrowings = cut(&facts.narrowings, was, |it| at(it.range));
        let branches = cut(&facts.branches, was, |it| at(*it));
        let first_scopes = facts.scopes[1..scopes.start].iter().map(|it| it.range);
        let before = first_scopes
            .chain(facts.symbols[..symbols.start].iter().map(|it| it.range))
            .chain(facts.imports[..imports.start].iter().map(|it| it.range))
            .chain(facts.mods[..mods.start].iter().map(|it| it.range))
            .chain(facts.narrowings[..narrowings.start].iter().map(|it| it.range));
        let inside = facts.scopes[scopes.clone()].iter().map(|it| it.range);
        let inside = inside.chain(facts.symbols[symbols.clone()].iter().map(|it| it.range));
        let is_across = before.into_iter().any(|it| start < it.end())
            || inside.into_iter().any(|it| end < it.end())
            || !imports.is_empty()
            || !mods.is_empty();
        if is_across {
            return None;
        }
        let detailed = |it: &[Symbol]| it.iter().filter(|it| it.detail.is_some()).count();
        let first_detail = detailed(&facts.symbols[..symbols.start]);
        let details = first_detail..first_detail + detailed(&facts.symbols[symbols.clone()]);
        let n_bases = |it: &[Detail]| it.iter().map(|it| it.bases.1 as usize).sum::<usize>();
        let first_base = n_bases(&facts.details[..details.start]);
        let bases = first_base..first_base + n_bases(&facts.details[details.clone()]);
        let (chunks, unchunked) = cut_chunks(facts, was);
        let is_cut_off = unchunked.start() <= start && end <= unchunked.end();
        is_cut_off.then(|| Cuts {
            was,
            doc_links: cut(&facts.doc_links, was, |it| at(it.range)),
            scopes,
            symbols,
            references,
            details,
            bases,
            narrowings,
            branches,
            chunks,
            unchunked,
            imports: imports.start,
            mods: mods.start,
        })
    }

    /// What of the new text is to be cut into chunks, where the part is `now`.
    pub(crate) fn chunked(&self, now: Span) -> TextRange {
        let behind = self.unchunked.end() - TextSize::new(self.was.end);
        TextRange::new(self.unchunked.start(), TextSize::new(now.end) + behind)
    }

    pub(crate) fn symbols(&self) -> Range<usize> {
        self.symbols.clone()
    }

    pub(crate) fn references(&self) -> Range<usize> {
        self.references.clone()
    }

    /// The symbols before the part, and those behind it.
    pub(crate) fn around_symbols<'f>(&self, facts: &'f FileFacts) -> [&'f [Symbol]; 2] {
        [&facts.symbols[..self.symbols.start], &facts.symbols[self.symbols.end..]]
    }

    /// The references before the part, and those behind it.
    pub(crate) fn around_references<'f>(&self, facts: &'f FileFacts) -> [&'f [Reference]; 2] {
        [&facts.references[..self.references.start], &facts.references[self.references.end..]]
    }
}

/// The entries that begin in `was`, of a list sorted by where they begin.
fn cut<T>(list: &[T], was: Span, start: impl Fn(&T) -> TextSize) -> Range<usize> {
    let first = list.partition_point(|it| start(it).raw() < was.start);
    first..list.partition_point(|it| start(it).raw() < was.end)
}

/// The entries about what is in `among`, of a list sorted by what its entries are about.
fn cut_by<T>(list: &[T], among: &Range<usize>, about: impl Fn(&T) -> usize) -> Range<usize> {
    let first = list.partition_point(|it| about(it) < among.start);
    first..list.partition_point(|it| about(it) < among.end)
}

/// The chunks from the last definition before `was` to the first behind it, and what they cover.
fn cut_chunks(facts: &FileFacts, was: Span) -> (Range<usize>, TextRange) {
    let chunks = &facts.chunks;
    let mut cut = cut(chunks, was, |it| it.range.start());
    while cut.start.checked_sub(1).is_some_and(|it| chunks[it].symbol.is_none()) {
        cut.start -= 1;
    }
    while chunks.get(cut.end).is_some_and(|it| it.symbol.is_none()) {
        cut.end += 1;
    }
    let start = cut.start.checked_sub(1).map(|it| chunks[it].range.end());
    let end = chunks.get(cut.end).map(|it| it.range.start());
    (cut, TextRange::new(start.unwrap_or_default(), end.unwrap_or(facts.lines.len())))
}

/// `old` without what `cuts` says, and `middle` in its place. Names are the interner's numbers:
/// those of `middle` are, those of `old` are found in `ids`. `None` where what stays speaks of what
/// went.
pub(crate) fn joined(
    old: &FileFacts,
    middle: FileFacts,
    cuts: &Cuts,
    ids: &[u32],
) -> Option<FileFacts> {
    let movers = Mover::three(old, &middle, cuts, ids);
    let join = Join { movers: &movers };
    let mut scopes = join.list(&old.scopes, &cuts.scopes, &middle.scopes[1..], Mover::scope);
    scopes[0] = middle.scopes[0];
    let of_references = &cuts.references;
    let arguments = cut_by(&old.arguments, of_references, |it| it.call.index());
    let of_types = |old: &[TypeArgument], middle: &[TypeArgument]| {
        let cut = cut_by(old, of_references, |it| it.of.index());
        join.list(old, &cut, middle, Mover::type_argument)
    };
    let written = cut_by(&old.written_types, &cuts.symbols, |it| it.symbol.index());
    let doc_links = join.list(&old.doc_links, &cuts.doc_links, &middle.doc_links, Mover::doc_link);
    let (imports, mods) = (cuts.imports..cuts.imports, cuts.mods..cuts.mods);
    let facts = FileFacts {
        language: old.language,
        symbols: join.list(&old.symbols, &cuts.symbols, &middle.symbols, Mover::symbol),
        details: join.list(&old.details, &cuts.details, &middle.details, Mover::detail),
        bases: join.list(&old.bases, &cuts.bases, &middle.bases, Mover::base),
        written_types: join.list(
            &old.written_types,
            &written,
            &middle.written_types,
            Mover::written_type,
        ),
        scopes,
        references: join.list(
            &old.references,
            &cuts.references,
            &middle.references,
            Mover::reference,
        ),
        arguments: join.list(&old.arguments, &arguments, &middle.arguments, Mover::argument),
        type_arguments: of_types(&old.type_arguments, &middle.type_arguments),
        type_parts: of_types(&old.type_parts, &middle.type_parts),
        type_choices: of_types(&old.type_choices, &middle.type_choices),
        branches: join
            .list(&old.branches, &cuts.branches, &middle.branches, |mover, it| mover.range(*it)),
        narrowings: join.list(
            &old.narrowings,
            &cuts.narrowings,
            &middle.narrowings,
            Mover::narrowing,
        ),
        imports: join.list(&old.imports, &imports, &[], Mover::import),
        mods: join.list(&old.mods, &mods, &[], Mover::module),
        chunks: join.list(&old.chunks, &cuts.chunks, &middle.chunks, Mover::chunk),
        package: old.package.map(|it| movers[0].name(it)),
        doc_links,
        lines: middle.lines,
        manifest: middle.manifest,
        is_test: old.is_test,
        // What has errors is read whole; the names are numbered where all of them are known.
        errors: Box::default(),
        gave_up: false,
        names: Names::default(),
    };
    // Of more only the first are kept.
    let is_whole = facts.doc_links.len() < LINKS_MAX && !movers.iter().any(|it| it.is_torn.get());
    is_whole.then_some(facts)
}

struct Join<'m, 'a> {
    movers: &'m [Mover<'a>; 3],
}

impl<'a> Join<'_, 'a> {
    fn list<T>(
        &self,
        old: &[T],
        cut: &Range<usize>,
        middle: &[T],
        moved: impl Fn(&Mover<'a>, &T) -> T,
    ) -> Box<[T]> {
        let [before, within, behind] = self.movers;
        let mut res = Vec::with_capacity(old.len() - cut.len() + middle.len());
        res.extend(old[..cut.start].iter().map(|it| moved(before, it)));
        res.extend(middle.iter().map(|it| moved(within, it)));
        res.extend(old[cut.end..].iter().map(|it| moved(behind, it)));
        res.into_boxed_slice()
    }
}

/// Moves what is before the part, in it, or behind it to where it is among all.
struct Mover<'a> {
    /// Added to offsets, around the end of the numbers where that is less than nothing.
    by: u32,
    scopes: Indexes,
    symbols: Indexes,
    references: Indexes,
    details: Indexes,
    bases: Indexes,
    /// The interner's number of each name, where names are other numbers.
    ids: Option<&'a [u32]>,
    /// Set where something speaks of an entry that is not among those that are moved.
    is_torn: Cell<bool>,
}

/// Entries of a list, and where they go.
#[derive(Clone, Copy)]
struct Indexes {
    from: usize,
    n: usize,
    to: usize,
}

impl Indexes {
    /// Before the part, in it, and behind it, of lists with `n_old` and `n_middle` entries. The
    /// first `n_shared` are everywhere.
    fn three(n_old: usize, cut: &Range<usize>, n_middle: usize, n_shared: usize) -> [Indexes; 3] {
        let behind = cut.start + n_middle - n_shared;
        [
            Indexes { from: n_shared, n: cut.start - n_shared, to: n_shared },
            Indexes { from: n_shared, n: n_middle - n_shared, to: cut.start },
            Indexes { from: cut.end, n: n_old - cut.end, to: behind },
        ]
    }
}

impl<'a> Mover<'a> {
    fn three(old: &FileFacts, new: &FileFacts, cuts: &Cuts, ids: &'a [u32]) -> [Mover<'a>; 3] {
        let three = |old: usize, cut, new| Indexes::three(old, cut, new, 0);
        let scopes = Indexes::three(old.scopes.len(), &cuts.scopes, new.scopes.len(), 1);
        let symbols = three(old.symbols.len(), &cuts.symbols, new.symbols.len());
        let references = three(old.references.len(), &cuts.references, new.references.len());
        let details = three(old.details.len(), &cuts.details, new.details.len());
        let bases = three(old.bases.len(), &cuts.bases, new.bases.len());
        let by = new.lines.len().raw().wrapping_sub(old.lines.len().raw());
        let part = |nth: usize, by, ids| Mover {
            by,
            scopes: scopes[nth],
            symbols: symbols[nth],
            references: references[nth],
            details: details[nth],
            bases: bases[nth],
            ids,
            is_torn: Cell::new(false),
        };
        [part(0, 0, Some(ids)), part(1, 0, None), part(2, by, Some(ids))]
    }

    fn index(&self, among: Indexes, index: usize) -> usize {
        match index.checked_sub(among.from).filter(|it| *it < among.n) {
            Some(nth) => among.to + nth,
            None => {
                self.is_torn.set(true);
                0
            }
        }
    }

    fn name(&self, it: NameId) -> NameId {
        self.ids.map_or(it, |ids| NameId::new(ids[it.index()] as usize))
    }

    fn offset(&self, it: TextSize) -> TextSize {
        TextSize::new(it.raw().wrapping_add(self.by))
    }

    fn range(&self, it: TextRange) -> TextRange {
        TextRange::new(self.offset(it.start()), self.offset(it.end()))
    }

    fn scope_idx(&self, it: ScopeIdx) -> ScopeIdx {
        match it {
            ScopeIdx::FILE => it,
            _ => ScopeIdx::new(self.index(self.scopes, it.index())),
        }
    }

    fn symbol_idx(&self, it: SymbolIdx) -> SymbolIdx {
        SymbolIdx::new(self.index(self.symbols, it.index()))
    }

    fn reference_idx(&self, it: ReferenceIdx) -> ReferenceIdx {
        ReferenceIdx::new(self.index(self.references, it.index()))
    }

    fn scope(&self, it: &Scope) -> Scope {
        Scope {
            range: self.range(it.range),
            parent: it.parent.map(|it| self.scope_idx(it)),
            owner: it.owner.map(|it| self.symbol_idx(it)),
            kind: it.kind,
        }
    }

    fn symbol(&self, it: &Symbol) -> Symbol {
        let value = |it: Value| Value { reference: self.reference_idx(it.reference), ..it };
        let everywhere = TextSize::default();
        Symbol {
            name: self.name(it.name),
            range: self.range(it.range),
            name_range: self.range(it.name_range),
            parent: it.parent.map(|it| self.symbol_idx(it)),
            scope: self.scope_idx(it.scope),
            inner: it.inner.map(|it| self.scope_idx(it)),
            visible_from: match it.visible_from == everywhere {
                true => everywhere,
                false => self.offset(it.visible_from),
            },
            type_ref: it.type_ref.map(|it| self.reference_idx(it)),
            value: it.value.map(value),
            detail: it.detail.map(|it| DetailIdx::new(self.index(self.details, it.index()))),
            ..*it
        }
    }

    fn detail(&self, it: &Detail) -> Detail {
        let (first, n) = it.bases;
        Detail {
            signature_end: it.signature_end.map(|it| self.offset(it)),
            owner: it.owner.map(|it| self.name(it)),
            doc: it.doc.map(|it| self.range(it)),
            interface: it.interface.map(|it| self.reference_idx(it)),
            bases: match n {
                0 => (first, n),
                _ => (self.index(self.bases, first as usize) as u32, n),
            },
        }
    }

    fn base(&self, it: &Base) -> Base {
        Base { reference: self.reference_idx(it.reference), ..*it }
    }

    fn written_type(&self, it: &WrittenType) -> WrittenType {
        WrittenType { symbol: self.symbol_idx(it.symbol), name: self.name(it.name) }
    }

    fn reference(&self, it: &Reference) -> Reference {
        let qualifier = match it.before() {
            Qualifier::Reference(it) => Qualifier::Reference(self.reference_idx(it)),
            Qualifier::Call(it) => Qualifier::Call(self.reference_idx(it)),
            it @ (Qualifier::None | Qualifier::Opaque) => it,
        };
        let moved = it.with_name(self.name(it.name())).with_start(self.offset(it.start()));
        moved.with_access(it.access(), qualifier)
    }

    fn argument(&self, it: &Argument) -> Argument {
        let given = match it.given {
            it @ (Given::Unknown | Given::NoPrimitive) => it,
            Given::Type(it) => Given::Type(self.name(it)),
            Given::Value(it) => Given::Value(self.reference_idx(it)),
            Given::Result(it) => Given::Result(self.reference_idx(it)),
            Given::Element(it) => Given::Element(self.reference_idx(it)),
        };
        Argument { call: self.reference_idx(it.call), given }
    }

    fn type_argument(&self, it: &TypeArgument) -> TypeArgument {
        let argument = it.argument.map(|it| self.reference_idx(it));
        TypeArgument { of: self.reference_idx(it.of), argument }
    }

    fn narrowing(&self, it: &Narrowing) -> Narrowing {
        let asked = match it.asked {
            Asked::Reference(it) => Asked::Reference(self.reference_idx(it)),
            Asked::Local(it) => Asked::Local(self.symbol_idx(it)),
        };
        let type_ref = self.reference_idx(it.type_ref);
        Narrowing { range: self.range(it.range), asked, type_ref }
    }

    fn import(&self, it: &Import) -> Import {
        Import {
            range: self.range(it.range),
            scope: self.scope_idx(it.scope),
            path: it.path.iter().map(|it| self.name(*it)).collect(),
            name: match it.name {
                Imported::Name(it) => Imported::Name(self.name(it)),
                it @ (Imported::Module | Imported::Default | Imported::Glob) => it,
            },
            local: it.local.map(|(name, range)| (self.name(name), self.range(range))),
            reference: it.reference.map(|it| self.reference_idx(it)),
            ..*it
        }
    }

    fn module(&self, it: &ModDecl) -> ModDecl {
        ModDecl {
            name: self.name(it.name),
            range: self.range(it.range),
            name_range: self.range(it.name_range),
            parent: it.parent.map(|it| self.symbol_idx(it)),
            path: it.path.map(|it| self.name(it)),
            exported: it.exported,
        }
    }

    fn doc_link(&self, it: &DocLink) -> DocLink {
        DocLink {
            path: self.name(it.path),
            name: self.name(it.name),
            range: self.range(it.range),
            symbol: it.symbol.map(|it| self.symbol_idx(it)),
        }
    }

    fn chunk(&self, it: &Chunk) -> Chunk {
        let symbol = it.symbol.map(|it| self.symbol_idx(it));
        Chunk { range: self.range(it.range), symbol, ..*it }
    }
}

//! Facts as bytes: compact, versioned, checked. Numbers are little-endian base 128, places are
//! differences to the place before; nothing is allocated for each item.

mod bytes;

use text::{LineIndex, TextRange, TextSize};

use crate::{
    Argument, Asked, Base, BaseKind, Chunk, Detail, DetailIdx, DocLink, FACTS_VERSION, FileFacts,
    Given, Import, Imported, ModDecl, NameId, Names, Narrowing, Part, Qualifier, Reference,
    ReferenceIdx, Scope, ScopeIdx, ScopeKind, Symbol, SymbolIdx, SymbolKind, TypeArgument, Value,
    WrittenType,
    codec::bytes::{Input, Output},
    extract::hash_of,
};

impl FileFacts {
    /// The facts as bytes, for [`FileFacts::from_bytes`] of the same [`FACTS_VERSION`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Output::default();
        out.text(self.language.map_or("", |it| it.id));
        out.raw(&self.language.map_or(0, |it| it.fingerprint).to_le_bytes());
        out.flags(&[self.is_test, self.gave_up, self.manifest.is_some(), self.package.is_some()]);
        if let Some(manifest) = &self.manifest {
            out.text(manifest);
        }
        write_lines(&mut out, &self.lines);
        write_names(&mut out, &self.names);
        if let Some(package) = self.package {
            out.index(package.index());
        }
        write_scopes(&mut out, &self.scopes);
        write_symbols(&mut out, &self.symbols);
        write_details(&mut out, &self.details);
        out.number(self.bases.len() as u32);
        for it in &self.bases {
            out.index(it.reference.index());
            out.byte(it.kind as u8);
        }
        write_references(&mut out, &self.references, &self.names);
        write_overloading(&mut out, self);
        write_type_arguments(&mut out, &self.type_arguments);
        write_type_arguments(&mut out, &self.type_parts);
        write_type_arguments(&mut out, &self.type_choices);
        write_ranges(&mut out, &self.branches);
        write_narrowings(&mut out, &self.narrowings);
        write_imports(&mut out, &self.imports);
        write_rest(&mut out, self);
        let hash = hash_of(&out.bytes);
        let mut res = Vec::with_capacity(out.bytes.len() + HEAD_BYTES);
        res.extend_from_slice(&FACTS_VERSION.to_le_bytes());
        res.extend_from_slice(&hash.to_le_bytes());
        res.extend_from_slice(&out.bytes);
        res
    }

    /// The facts that `bytes` encode; `None` for another version and for anything damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<FileFacts> {
        let (head, body) = bytes.split_at_checked(HEAD_BYTES)?;
        let is_ours = head[..4] == FACTS_VERSION.to_le_bytes();
        if !is_ours || head[4..] != hash_of(body).to_le_bytes() {
            return None;
        }
        let mut input = Input::new(body);
        let facts = read(&mut input)?;
        (input.is_empty() && is_sound(&facts)).then_some(facts)
    }
}

/// Version and hash.
const HEAD_BYTES: usize = 12;

fn read(input: &mut Input<'_>) -> Option<FileFacts> {
    let language = match input.text()? {
        "" => None,
        id => Some(grammars::language(id)?),
    };
    // Facts that another version of the language's queries made are as old as those of another
    // text.
    if input.raw(8)? != language.map_or(0, |it| it.fingerprint).to_le_bytes() {
        return None;
    }
    let [is_test, gave_up, has_manifest, has_package] = input.flags()?;
    let manifest = if has_manifest { Some(input.text()?.into()) } else { None };
    let lines = read_lines(input)?;
    let names = read_names(input)?;
    let package = if has_package { Some(NameId::new(input.index()?)) } else { None };
    let scopes = read_scopes(input)?;
    let symbols = read_symbols(input)?;
    let details = read_details(input)?;
    let bases = input.list(|input| {
        let reference = ReferenceIdx::new(input.index()?);
        let kind = match input.byte()? {
            0 => BaseKind::Extends,
            1 => BaseKind::Implements,
            _ => return None,
        };
        Some(Base { reference, kind })
    })?;
    let references = read_references(input, &names)?;
    let (written_types, arguments) = read_overloading(input)?;
    let type_arguments = read_type_arguments(input)?;
    let type_parts = read_type_arguments(input)?;
    let type_choices = read_type_arguments(input)?;
    let branches = read_ranges(input)?;
    let narrowings = read_narrowings(input)?;
    let imports = read_imports(input)?;
    let (mods, doc_links) = read_mods_and_links(input)?;
    let (chunks, errors) = read_rest(input)?;
    Some(FileFacts {
        language,
        lines,
        names,
        symbols,
        details,
        bases,
        written_types,
        scopes,
        references,
        arguments,
        type_arguments,
        type_parts,
        type_choices,
        branches,
        narrowings,
        imports,
        package,
        mods,
        doc_links,
        chunks,
        errors,
        manifest,
        is_test,
        gave_up,
    })
}

/// Every index is that of an entry, and the file's scope is there.
fn is_sound(facts: &FileFacts) -> bool {
    let name = |it: NameId| it.index() < facts.names.len();
    let symbol = |it: Option<SymbolIdx>| it.is_none_or(|it| it.index() < facts.symbols.len());
    let scope = |it: ScopeIdx| it.index() < facts.scopes.len();
    let reference = |it: ReferenceIdx| it.index() < facts.references.len();
    let opt = |it: Option<ReferenceIdx>| it.is_none_or(reference);
    let detail = |it: DetailIdx| it.index() < facts.details.len();
    let earlier = |it: Option<usize>, index: usize| it.is_none_or(|it| it < index);
    facts.symbols.iter().enumerate().all(|(index, it)| {
        let parent_is_other = it.parent.is_none_or(|it| it.index() != index);
        name(it.name)
            && symbol(it.parent)
            && parent_is_other
            && scope(it.scope)
            && it.inner.is_none_or(scope)
            && opt(it.type_ref)
            && opt(it.value.map(|it| it.reference))
            && it.detail.is_none_or(detail)
    }) && facts
        .scopes
        .iter()
        .enumerate()
        .all(|(index, it)| earlier(it.parent.map(ScopeIdx::index), index) && symbol(it.owner))
        && facts.details.iter().all(|it| {
            let (first, n) = it.bases;
            it.owner.is_none_or(name)
                && opt(it.interface)
                && first.checked_add(n).is_some_and(|it| it as usize <= facts.bases.len())
        })
        && facts.bases.iter().all(|it| reference(it.reference))
        && facts.references.iter().all(|it| match it.before() {
            Qualifier::Reference(idx) | Qualifier::Call(idx) => reference(idx),
            Qualifier::None | Qualifier::Opaque => true,
        })
        && types_are_sound(facts)
        && facts.imports.iter().all(|it| {
            let imported = match it.name {
                Imported::Name(it) => name(it),
                _ => true,
            };
            imported
                && it.path.iter().all(|it| name(*it))
                && it.local.is_none_or(|(it, _)| name(it))
                && scope(it.scope)
                && opt(it.reference)
        })
        && facts
            .mods
            .iter()
            .all(|it| name(it.name) && symbol(it.parent) && it.path.is_none_or(name))
        && facts.doc_links.iter().all(|it| name(it.path) && name(it.name) && symbol(it.symbol))
        && facts.chunks.iter().all(|it| symbol(it.symbol))
        && facts.package.is_none_or(name)
}

/// The same of what the facts say of types.
fn types_are_sound(facts: &FileFacts) -> bool {
    let name = |it: NameId| it.index() < facts.names.len();
    let symbol = |it: Option<SymbolIdx>| it.is_none_or(|it| it.index() < facts.symbols.len());
    let reference = |it: ReferenceIdx| it.index() < facts.references.len();
    let opt = |it: Option<ReferenceIdx>| it.is_none_or(reference);
    facts.written_types.iter().all(|it| symbol(Some(it.symbol)) && name(it.name))
        && facts.arguments.iter().all(|it| {
            reference(it.call)
                && match it.given {
                    Given::Unknown | Given::NoPrimitive => true,
                    Given::Type(it) => name(it),
                    Given::Value(it) | Given::Result(it) | Given::Element(it) => reference(it),
                }
        })
        && facts
            .type_arguments
            .iter()
            .chain(&facts.type_parts)
            .chain(&facts.type_choices)
            .all(|it| reference(it.of) && opt(it.argument))
        && facts.narrowings.iter().all(|it| {
            let is_asked = match it.asked {
                Asked::Reference(it) => reference(it),
                Asked::Local(it) => symbol(Some(it)),
            };
            is_asked && reference(it.type_ref)
        })
}

fn write_lines(out: &mut Output, lines: &LineIndex) {
    let (starts, end_lens, wide, len) = lines.parts();
    out.number(len);
    out.ascending(starts.iter().copied());
    out.raw(end_lens);
    out.ascending(wide.iter().map(|(at, _)| *at));
    wide.iter().for_each(|(_, len)| out.byte(*len));
}

fn read_lines(input: &mut Input<'_>) -> Option<LineIndex> {
    let len = input.number()?;
    let starts = input.ascending()?;
    let end_lens = input.raw(starts.len())?.to_vec();
    let wide_at = input.ascending()?;
    let wide_lens = input.raw(wide_at.len())?;
    let wide = wide_at.into_iter().zip(wide_lens.iter().copied()).collect();
    LineIndex::from_parts(starts, end_lens, wide, len)
}

fn write_names(out: &mut Output, names: &Names) {
    let (arena, ends) = names.parts();
    out.ascending(ends.iter().copied());
    out.text(arena);
}

fn read_names(input: &mut Input<'_>) -> Option<Names> {
    let ends = input.ascending()?;
    Names::from_parts(input.text()?.into(), ends.into())
}

fn write_scopes(out: &mut Output, scopes: &[Scope]) {
    out.number(scopes.len() as u32);
    let mut last = TextSize::default();
    for it in scopes {
        out.range(it.range, &mut last);
        out.option(it.parent.map(ScopeIdx::index));
        out.option(it.owner.map(SymbolIdx::index));
        out.byte(it.kind as u8);
    }
}

fn read_scopes(input: &mut Input<'_>) -> Option<Box<[Scope]>> {
    let mut last = TextSize::default();
    input.list(|input| {
        Some(Scope {
            range: input.range(&mut last)?,
            parent: input.option()?.map(ScopeIdx::new),
            owner: input.option()?.map(SymbolIdx::new),
            kind: match input.byte()? {
                0 => ScopeKind::File,
                1 => ScopeKind::Block,
                2 => ScopeKind::Function,
                3 => ScopeKind::Class,
                4 => ScopeKind::Module,
                _ => return None,
            },
        })
    })
}

fn write_symbols(out: &mut Output, symbols: &[Symbol]) {
    out.number(symbols.len() as u32);
    let mut last = TextSize::default();
    for it in symbols {
        let value = it.value;
        out.byte(it.kind as u8);
        out.flags(&[it.exported, it.is_local, it.is_test, it.shorthand, it.range == it.name_range]);
        out.range(it.range, &mut last);
        if it.range != it.name_range {
            let mut start = it.range.start();
            out.range(it.name_range, &mut start);
        }
        out.index(it.name.index());
        out.option(it.parent.map(SymbolIdx::index));
        out.index(it.scope.index());
        out.option(it.inner.map(ScopeIdx::index));
        out.number(it.visible_from.raw());
        out.option(it.type_ref.map(ReferenceIdx::index));
        out.option(value.map(|it| {
            it.reference.index() << 4 | (it.part as usize) << 1 | usize::from(it.is_call)
        }));
        out.option(it.detail.map(DetailIdx::index));
    }
}

fn read_symbols(input: &mut Input<'_>) -> Option<Box<[Symbol]>> {
    let mut last = TextSize::default();
    input.list(|input| {
        let kind = symbol_kind(input.byte()?)?;
        let [exported, is_local, is_test, shorthand, is_name] = input.flags()?;
        let range = input.range(&mut last)?;
        let mut start = range.start();
        let name_range = if is_name { range } else { input.range(&mut start)? };
        Some(Symbol {
            name: NameId::new(input.index()?),
            range,
            name_range,
            parent: input.option()?.map(SymbolIdx::new),
            scope: ScopeIdx::new(input.index()?),
            inner: input.option()?.map(ScopeIdx::new),
            visible_from: TextSize::new(input.number()?),
            type_ref: input.option()?.map(ReferenceIdx::new),
            value: input.option()?.map(value),
            kind,
            exported,
            is_local,
            is_test,
            shorthand,
            detail: input.option()?.map(DetailIdx::new),
        })
    })
}

fn symbol_kind(byte: u8) -> Option<SymbolKind> {
    SymbolKind::ALL.get(usize::from(byte)).copied()
}

fn write_details(out: &mut Output, details: &[Detail]) {
    out.number(details.len() as u32);
    for it in details {
        out.option(it.signature_end.map(TextSize::to_usize));
        out.option(it.owner.map(NameId::index));
        out.option(it.doc.map(|it| it.start().to_usize()));
        out.number(it.doc.unwrap_or_default().len().raw());
        out.option(it.interface.map(ReferenceIdx::index));
        out.number(it.bases.0);
        out.number(it.bases.1);
    }
}

fn read_details(input: &mut Input<'_>) -> Option<Box<[Detail]>> {
    input.list(|input| {
        let signature_end = input.option()?.map(TextSize::from_usize);
        let owner = input.option()?.map(NameId::new);
        let doc_start = input.option()?.map(TextSize::from_usize);
        let doc_len = TextSize::new(input.number()?);
        Some(Detail {
            signature_end,
            owner,
            doc: doc_start.map(|it| TextRange::at(it, doc_len)),
            interface: input.option()?.map(ReferenceIdx::new),
            bases: (input.number()?, input.number()?),
        })
    })
}

/// Beside the bits of a reference: its length is not that of its name.
const ODD_LENGTH: u32 = 1 << 16;

fn write_references(out: &mut Output, references: &[Reference], names: &Names) {
    out.number(references.len() as u32);
    let mut last = TextSize::default();
    for (index, it) in references.iter().enumerate() {
        let len = it.range().len().raw();
        let is_odd = len as usize != names.get(it.name()).len();
        out.number(it.start().raw() - last.raw());
        out.index(it.name().index());
        let qualifier = match it.before() {
            Qualifier::None => 0,
            Qualifier::Opaque => 1,
            Qualifier::Reference(_) => 2,
            Qualifier::Call(_) => 3,
        };
        let odd = if is_odd { ODD_LENGTH } else { 0 };
        out.number((u32::from(it.bits()) | odd) << 2 | qualifier);
        if let Qualifier::Reference(other) | Qualifier::Call(other) = it.before() {
            out.difference(other.index(), index);
        }
        if is_odd {
            out.number(len);
        }
        last = it.start();
    }
}

fn read_references(input: &mut Input<'_>, names: &Names) -> Option<Box<[Reference]>> {
    let mut last = 0_u32;
    let mut index = 0;
    input.list(|input| {
        let start = last.checked_add(input.number()?)?;
        let name = NameId::new(input.index()?);
        let packed = input.number()?;
        let qualifier = match packed & 0b11 {
            0 => Qualifier::None,
            1 => Qualifier::Opaque,
            2 => Qualifier::Reference(ReferenceIdx::new(input.difference(index)?)),
            _ => Qualifier::Call(ReferenceIdx::new(input.difference(index)?)),
        };
        let bits = packed >> 2;
        let len = match bits & ODD_LENGTH {
            0 => names.len_of(name)?,
            _ => input.number()?,
        };
        (last, index) = (start, index + 1);
        let range = TextRange::at(TextSize::new(start), TextSize::new(len));
        Some(Reference::from_parts(name, range, bits as u16, qualifier))
    })
}

fn write_overloading(out: &mut Output, facts: &FileFacts) {
    out.number(facts.written_types.len() as u32);
    for it in &facts.written_types {
        out.index(it.symbol.index());
        out.index(it.name.index());
    }
    out.number(facts.arguments.len() as u32);
    for it in &facts.arguments {
        out.index(it.call.index());
        let (tag, index) = match it.given {
            Given::Unknown => (0, 0),
            Given::NoPrimitive => (1, 0),
            Given::Type(it) => (2, it.index()),
            Given::Value(it) => (3, it.index()),
            Given::Result(it) => (4, it.index()),
            Given::Element(it) => (5, it.index()),
        };
        out.byte(tag);
        out.index(index);
    }
}

/// Types as written, and what calls are given.
type Overloading = (Box<[WrittenType]>, Box<[Argument]>);

fn read_overloading(input: &mut Input<'_>) -> Option<Overloading> {
    let types = input.list(|input| {
        let symbol = SymbolIdx::new(input.index()?);
        Some(WrittenType { symbol, name: NameId::new(input.index()?) })
    })?;
    let arguments = input.list(|input| {
        let call = ReferenceIdx::new(input.index()?);
        let tag = input.byte()?;
        let index = input.index()?;
        let given = match tag {
            0 => Given::Unknown,
            1 => Given::NoPrimitive,
            2 => Given::Type(NameId::new(index)),
            3 => Given::Value(ReferenceIdx::new(index)),
            4 => Given::Result(ReferenceIdx::new(index)),
            5 => Given::Element(ReferenceIdx::new(index)),
            _ => return None,
        };
        Some(Argument { call, given })
    })?;
    Some((types, arguments))
}

fn write_type_arguments(out: &mut Output, arguments: &[TypeArgument]) {
    out.number(arguments.len() as u32);
    for it in arguments {
        out.index(it.of.index());
        out.option(it.argument.map(ReferenceIdx::index));
    }
}

fn read_type_arguments(input: &mut Input<'_>) -> Option<Box<[TypeArgument]>> {
    input.list(|input| {
        let of = ReferenceIdx::new(input.index()?);
        Some(TypeArgument { of, argument: input.option()?.map(ReferenceIdx::new) })
    })
}

fn write_ranges(out: &mut Output, ranges: &[TextRange]) {
    out.number(ranges.len() as u32);
    let mut last = TextSize::default();
    for it in ranges {
        out.range(*it, &mut last);
    }
}

fn read_ranges(input: &mut Input<'_>) -> Option<Box<[TextRange]>> {
    let mut last = TextSize::default();
    input.list(|input| input.range(&mut last))
}

fn write_narrowings(out: &mut Output, narrowings: &[Narrowing]) {
    out.number(narrowings.len() as u32);
    let mut last = TextSize::default();
    for it in narrowings {
        out.range(it.range, &mut last);
        let (is_local, asked) = match it.asked {
            Asked::Reference(it) => (false, it.index()),
            Asked::Local(it) => (true, it.index()),
        };
        out.byte(u8::from(is_local));
        out.index(asked);
        out.index(it.type_ref.index());
    }
}

fn read_narrowings(input: &mut Input<'_>) -> Option<Box<[Narrowing]>> {
    let mut last = TextSize::default();
    input.list(|input| {
        Some(Narrowing {
            range: input.range(&mut last)?,
            asked: match input.byte()? {
                0 => Asked::Reference(ReferenceIdx::new(input.index()?)),
                1 => Asked::Local(SymbolIdx::new(input.index()?)),
                _ => return None,
            },
            type_ref: ReferenceIdx::new(input.index()?),
        })
    })
}

fn write_imports(out: &mut Output, imports: &[Import]) {
    out.number(imports.len() as u32);
    let mut last = TextSize::default();
    for it in imports {
        out.range(it.range, &mut last);
        out.index(it.scope.index());
        out.number(it.path.len() as u32);
        it.path.iter().for_each(|it| out.index(it.index()));
        out.flags(&[it.from_source, it.reexport, it.local.is_some()]);
        out.byte(it.dots);
        match it.name {
            Imported::Name(name) => {
                out.byte(0);
                out.index(name.index());
            }
            Imported::Module => out.byte(1),
            Imported::Default => out.byte(2),
            Imported::Glob => out.byte(3),
        }
        if let Some((name, range)) = it.local {
            out.index(name.index());
            let mut start = it.range.start();
            out.range(range, &mut start);
        }
        out.option(it.reference.map(ReferenceIdx::index));
    }
}

fn read_imports(input: &mut Input<'_>) -> Option<Box<[Import]>> {
    let mut last = TextSize::default();
    input.list(|input| {
        let range = input.range(&mut last)?;
        let scope = ScopeIdx::new(input.index()?);
        let path = input.list(|input| Some(NameId::new(input.index()?)))?;
        let [from_source, reexport, has_local] = input.flags()?;
        let dots = input.byte()?;
        let name = match input.byte()? {
            0 => Imported::Name(NameId::new(input.index()?)),
            1 => Imported::Module,
            2 => Imported::Default,
            3 => Imported::Glob,
            _ => return None,
        };
        let mut start = range.start();
        let local = match has_local {
            true => Some((NameId::new(input.index()?), input.range(&mut start)?)),
            false => None,
        };
        let reference = input.option()?.map(ReferenceIdx::new);
        Some(Import { range, scope, path, from_source, dots, name, local, reexport, reference })
    })
}

fn write_rest(out: &mut Output, facts: &FileFacts) {
    out.number(facts.mods.len() as u32);
    let mut last = TextSize::default();
    for it in &facts.mods {
        out.range(it.range, &mut last);
        let mut start = it.range.start();
        out.range(it.name_range, &mut start);
        out.index(it.name.index());
        out.option(it.parent.map(SymbolIdx::index));
        out.option(it.path.map(NameId::index));
        out.flags(&[it.exported]);
    }
    out.number(facts.doc_links.len() as u32);
    let mut last = TextSize::default();
    for it in &facts.doc_links {
        out.range(it.range, &mut last);
        out.index(it.path.index());
        out.index(it.name.index());
        out.option(it.symbol.map(SymbolIdx::index));
    }
    out.number(facts.chunks.len() as u32);
    let mut last = TextSize::default();
    for it in &facts.chunks {
        out.range(it.range, &mut last);
        out.option(it.symbol.map(SymbolIdx::index));
        out.raw(&it.hash.to_le_bytes());
    }
    write_ranges(out, &facts.errors);
}

/// A value from its number.
fn value(number: usize) -> Value {
    let part = match number >> 1 & 0b111 {
        1 => Part::Held,
        2 => Part::Element,
        3 => Part::Many,
        4 => Part::First,
        5 => Part::Second,
        6 => Part::Third,
        _ => Part::Whole,
    };
    Value { reference: ReferenceIdx::new(number >> 4), is_call: number & 1 == 1, part }
}

/// Modules in other files, and names that documentation mentions.
type ModsAndLinks = (Box<[ModDecl]>, Box<[DocLink]>);

fn read_mods_and_links(input: &mut Input<'_>) -> Option<ModsAndLinks> {
    let mut last = TextSize::default();
    let mods = input.list(|input| {
        let range = input.range(&mut last)?;
        let mut start = range.start();
        let name_range = input.range(&mut start)?;
        let name = NameId::new(input.index()?);
        let parent = input.option()?.map(SymbolIdx::new);
        let path = input.option()?.map(NameId::new);
        let [exported] = input.flags()?;
        Some(ModDecl { name, range, name_range, parent, path, exported })
    })?;
    let mut last = TextSize::default();
    let doc_links = input.list(|input| {
        let range = input.range(&mut last)?;
        let path = NameId::new(input.index()?);
        let name = NameId::new(input.index()?);
        let symbol = input.option()?.map(SymbolIdx::new);
        Some(DocLink { path, name, range, symbol })
    })?;
    Some((mods, doc_links))
}

/// Chunks, and what did not parse.
type Rest = (Box<[Chunk]>, Box<[TextRange]>);

fn read_rest(input: &mut Input<'_>) -> Option<Rest> {
    let mut last = TextSize::default();
    let chunks = input.list(|input| {
        let range = input.range(&mut last)?;
        let symbol = input.option()?.map(SymbolIdx::new);
        let hash = u64::from_le_bytes(input.raw(8)?.try_into().ok()?);
        Some(Chunk { range, symbol, hash })
    })?;
    let errors = read_ranges(input)?;
    Some((chunks, errors))
}

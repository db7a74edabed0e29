//! What one file says about itself: its names, symbols, scopes, references, imports and chunks.

use std::{fmt, num::NonZeroU32, sync::Arc};

use grammars::Language;
use text::{LineIndex, TextRange, TextSize};

use crate::{Argument, Narrowing, Reference, TypeArgument, WrittenType};

/// The number in every encoded [`FileFacts`]; another number means "extract again". It changes with
/// the meaning of any fact, not only with the layout; a change of a language pack is noticed
/// without.
pub const FACTS_VERSION: u32 = 11;

/// Manifests whose text the facts keep are at most this long; of longer ones nothing is kept.
pub const MANIFEST_BYTES_MAX: usize = 1024 * 1024;

/// Longer identifiers are no references and no definitions: they are data, not names.
pub const NAME_BYTES_MAX: usize = 1024;

/// Definitions inside definitions that a name path tells.
const PATH_SEGMENTS_MAX: usize = 64;

/// Everything known of one file from its text alone. A pure function of text and language; facts of
/// one file never depend on another file. All lists are sorted by start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileFacts {
    /// The language, `None` for a file indexed as plain text.
    pub language: Option<&'static Language>,
    /// Where the lines begin.
    pub lines: LineIndex,
    /// Every name of the file, once.
    pub names: Names,
    /// Definitions, outer before inner; locals and parameters are marked `is_local`.
    pub symbols: Box<[Symbol]>,
    /// What only few symbols have; reached through [`FileFacts::doc`] and its neighbours.
    pub details: Box<[Detail]>,
    /// All bases of all types, in the order of their symbols; reached through [`FileFacts::bases`].
    pub bases: Box<[Base]>,
    /// The types that symbols are declared with, in order of the symbols; only of languages in
    /// which they tell functions of one name apart.
    pub written_types: Box<[WrittenType]>,
    /// Scopes, outer before inner; the first is the whole file.
    pub scopes: Box<[Scope]>,
    /// Every identifier that is not a definition's own name.
    pub references: Box<[Reference]>,
    /// What calls are given, in order of the calls; only of languages in which that tells functions
    /// of one name apart.
    pub arguments: Box<[Argument]>,
    /// The types that types are given, in the order of the text.
    pub type_arguments: Box<[TypeArgument]>,
    /// The types that types without a name of their own are put together from, by the first name
    /// in them: `A` and `B` of `(A, B)`.
    pub type_parts: Box<[TypeArgument]>,
    /// The further types that something may be, or is at once, by the first name in all of them:
    /// `B` of `A | B`.
    pub type_choices: Box<[TypeArgument]>,
    /// Blocks that open no scope.
    pub branches: Box<[TextRange]>,
    /// Where names have a type that they were asked for.
    pub narrowings: Box<[Narrowing]>,
    /// What is imported, one entry for each imported name.
    pub imports: Box<[Import]>,
    /// The package or namespace clause, dotted as written.
    pub package: Option<NameId>,
    /// Declarations of modules that live in other files (`mod x;`).
    pub mods: Box<[ModDecl]>,
    /// The names that documentation mentions.
    pub doc_links: Box<[DocLink]>,
    /// The parts that are embedded and searched.
    pub chunks: Box<[Chunk]>,
    /// What did not parse.
    pub errors: Box<[TextRange]>,
    /// The text, where the file is a manifest of its language (`Cargo.toml`, `go.mod`).
    pub manifest: Option<Arc<str>>,
    /// True where the path says that the file holds tests.
    pub is_test: bool,
    /// True where parsing was given up (time, depth): these are then the facts of plain text.
    pub gave_up: bool,
}

macro_rules! index_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(NonZeroU32);

        impl $name {
            /// The entry at `index` of its list.
            pub fn new(index: usize) -> $name {
                let raw = u32::try_from(index).unwrap_or(u32::MAX - 1);
                $name(NonZeroU32::MIN.saturating_add(raw))
            }

            /// The place in its list, from 0.
            pub fn index(self) -> usize {
                self.0.get() as usize - 1
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.index())
            }
        }
    };
}

index_type! {
    /// A name in [`Names`] of the same file.
    NameId
}
index_type! {
    /// A symbol in `FileFacts::symbols` of the same file.
    SymbolIdx
}
index_type! {
    /// A scope in `FileFacts::scopes` of the same file.
    ScopeIdx
}
index_type! {
    /// A reference in `FileFacts::references` of the same file.
    ReferenceIdx
}
index_type! {
    /// An import in `FileFacts::imports` of the same file.
    ImportIdx
}
index_type! {
    /// Rare facts of a symbol in `FileFacts::details` of the same file.
    DetailIdx
}

impl ScopeIdx {
    /// The scope of the whole file.
    pub const FILE: ScopeIdx = ScopeIdx(NonZeroU32::MIN);
}

/// The unique strings of a file, in one allocation, numbered by first appearance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    arena: Box<str>,
    /// End of each name in the arena; it begins where the one before ends.
    ends: Box<[u32]>,
}

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SymbolKind {
    /// A module or a file-like unit (`mod`).
    Module,
    /// A namespace.
    Namespace,
    /// A package.
    Package,
    /// A class.
    Class,
    /// A struct or record.
    Struct,
    /// An enumeration.
    Enum,
    /// An interface, trait or protocol.
    Interface,
    /// A union.
    Union,
    /// A type alias or associated type.
    Type,
    /// A free function.
    Function,
    /// A function of a type.
    Method,
    /// A constructor.
    Constructor,
    /// A macro.
    Macro,
    /// A constant.
    Constant,
    /// A variable; also a local one.
    Variable,
    /// A field.
    Field,
    /// A property.
    Property,
    /// A member of an enumeration.
    Variant,
    /// A block that gives a type functions (Rust `impl`); it is named by the type.
    Implementation,
    /// A key of a data file.
    Key,
    /// A heading of a document.
    Heading,
    /// A selector of a style sheet.
    Selector,
    /// A table.
    Table,
    /// A test.
    Test,
    /// A parameter; always local.
    Parameter,
    /// A parameter of a type; always local.
    TypeParameter,
    /// A jump label or a lifetime; always local.
    Label,
}

impl SymbolKind {
    /// All kinds in the order of their numbers.
    pub const ALL: &'static [SymbolKind] = &[
        SymbolKind::Module,
        SymbolKind::Namespace,
        SymbolKind::Package,
        SymbolKind::Class,
        SymbolKind::Struct,
        SymbolKind::Enum,
        SymbolKind::Interface,
        SymbolKind::Union,
        SymbolKind::Type,
        SymbolKind::Function,
        SymbolKind::Method,
        SymbolKind::Constructor,
        SymbolKind::Macro,
        SymbolKind::Constant,
        SymbolKind::Variable,
        SymbolKind::Field,
        SymbolKind::Property,
        SymbolKind::Variant,
        SymbolKind::Implementation,
        SymbolKind::Key,
        SymbolKind::Heading,
        SymbolKind::Selector,
        SymbolKind::Table,
        SymbolKind::Test,
        SymbolKind::Parameter,
        SymbolKind::TypeParameter,
        SymbolKind::Label,
    ];

    /// The word for it, lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            SymbolKind::Module => "module",
            SymbolKind::Namespace => "namespace",
            SymbolKind::Package => "package",
            SymbolKind::Class => "class",
            SymbolKind::Struct => "struct",
            SymbolKind::Enum => "enum",
            SymbolKind::Interface => "interface",
            SymbolKind::Union => "union",
            SymbolKind::Type => "type",
            SymbolKind::Function => "function",
            SymbolKind::Method => "method",
            SymbolKind::Constructor => "constructor",
            SymbolKind::Macro => "macro",
            SymbolKind::Constant => "constant",
            SymbolKind::Variable => "variable",
            SymbolKind::Field => "field",
            SymbolKind::Property => "property",
            SymbolKind::Variant => "variant",
            SymbolKind::Implementation => "implementation",
            SymbolKind::Key => "key",
            SymbolKind::Heading => "heading",
            SymbolKind::Selector => "selector",
            SymbolKind::Table => "table",
            SymbolKind::Test => "test",
            SymbolKind::Parameter => "parameter",
            SymbolKind::TypeParameter => "type parameter",
            SymbolKind::Label => "label",
        }
    }
}

/// A definition. Fields that few symbols have are in [`Detail`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// What it is called.
    pub name: NameId,
    /// The whole definition; of a local its name.
    pub range: TextRange,
    /// The name.
    pub name_range: TextRange,
    /// The innermost definition, not local, around this one.
    pub parent: Option<SymbolIdx>,
    /// Where it is visible.
    pub scope: ScopeIdx,
    /// The scope it opens: its parameters, its members.
    pub inner: Option<ScopeIdx>,
    /// In its scope it is visible from here on; 0 where it is visible in all of it.
    pub visible_from: TextSize,
    /// The head of its declared type, or of what it returns.
    pub type_ref: Option<ReferenceIdx>,
    /// What it is initialised with.
    pub value: Option<Value>,
    /// What it is.
    pub kind: SymbolKind,
    /// Visible outside its file or type.
    pub exported: bool,
    /// A variable in a function, a parameter, a label: not known outside its scope. Functions and
    /// types inside functions are not local, but never `exported`.
    pub is_local: bool,
    /// A test, or inside one.
    pub is_test: bool,
    /// Its name is that of a field too (`S { a }` as a pattern): renamed, it must become `a: new`.
    pub shorthand: bool,
    /// Rare facts.
    pub detail: Option<DetailIdx>,
}

/// The head of an initialiser: `a::b` or the callee of `a.b()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// The last name of the value, or of the callee.
    pub reference: ReferenceIdx,
    /// The value is what the reference returns.
    pub is_call: bool,
    /// Which part of the value it is.
    pub part: Part,
}

/// Which part of a value a symbol is initialised with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Part {
    /// All of it; of a shorthand in a pattern the member of its name.
    Whole,
    /// What it holds: a pattern took it out (`Some(x)`).
    Held,
    /// One of the many that it holds: a loop, an index or a callback gives them.
    Element,
    /// It is one of the many that the symbol holds: `[value]`.
    Many,
    /// The first of several that it gives in order.
    First,
    /// The second of them.
    Second,
    /// The third of them.
    Third,
}

/// What few symbols have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Where the signature ends and the body begins.
    pub signature_end: Option<TextSize>,
    /// The type it belongs to where that is not the definition around it; of an implementation, the
    /// type.
    pub owner: Option<NameId>,
    /// The comments or the docstring that document it.
    pub doc: Option<TextRange>,
    /// Of an implementation, the interface it implements.
    pub interface: Option<ReferenceIdx>,
    /// The part of `FileFacts::bases` that is this symbol's: first and number.
    pub bases: (u32, u32),
}

/// A type that a symbol extends or implements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// The head of the type's name.
    pub reference: ReferenceIdx,
    /// In which way.
    pub kind: BaseKind,
}

/// How a type relates to its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BaseKind {
    /// It inherits.
    Extends,
    /// It implements.
    Implements,
}

/// A region in which names are visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Where it is.
    pub range: TextRange,
    /// The scope around it; only the file has none.
    pub parent: Option<ScopeIdx>,
    /// The definition that opens it.
    pub owner: Option<SymbolIdx>,
    /// What opens it.
    pub kind: ScopeKind,
}

/// What opens a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ScopeKind {
    /// The file.
    File,
    /// A block, a loop, a match arm.
    Block,
    /// A function or a closure.
    Function,
    /// A type; what its names mean in nested scopes is said by `Language::class_scope`.
    Class,
    /// A module inside a file: names of the scopes around it are not seen inside.
    Module,
}

/// One imported name, or one module imported whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The statement.
    pub range: TextRange,
    /// Where the imported name is visible.
    pub scope: ScopeIdx,
    /// The segments before the name; a string source is one segment, as written between the quotes.
    pub path: Box<[NameId]>,
    /// The path is a string source (`"./x"`), not a path of names.
    pub from_source: bool,
    /// Leading dots of a relative import: 1 is the file's own package.
    pub dots: u8,
    /// What is imported.
    pub name: Imported,
    /// What it is called here, and where that is written. `None` for globs, and where the name
    /// follows from the module alone.
    pub local: Option<(NameId, TextRange)>,
    /// It is visible from outside under its name here.
    pub reexport: bool,
    /// The imported name as written.
    pub reference: Option<ReferenceIdx>,
}

/// What an import takes from its module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// One name.
    Name(NameId),
    /// The module itself.
    Module,
    /// Its default export.
    Default,
    /// All its names.
    Glob,
}

/// A declaration of a module that lives in another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModDecl {
    /// Its name.
    pub name: NameId,
    /// The declaration.
    pub range: TextRange,
    /// The name.
    pub name_range: TextRange,
    /// The module around it, where that is inline.
    pub parent: Option<SymbolIdx>,
    /// Its path attribute, where it has one.
    pub path: Option<NameId>,
    /// Visible outside.
    pub exported: bool,
}

/// A name that documentation mentions: code in backticks, a link, a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocLink {
    /// As written: `pay`, `Cart::total`, `Cart#total`; [`crate::segments`] takes it apart.
    pub path: NameId,
    /// The last name of it.
    pub name: NameId,
    /// Where it is written.
    pub range: TextRange,
    /// The definition that the documentation is of; `None` in a text that is documentation as a
    /// whole.
    pub symbol: Option<SymbolIdx>,
}

/// A part of a file that is searched on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Where it is.
    pub range: TextRange,
    /// The definition it is, if it is one.
    pub symbol: Option<SymbolIdx>,
    /// A hash of its text that is the same on every machine and in every version.
    pub hash: u64,
}

impl Names {
    /// The string of `id`.
    pub fn get(&self, id: NameId) -> &str {
        let index = id.index();
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.arena[start..self.ends[index] as usize]
    }

    /// The id of `name`, if the file has it. Linear in the number of names of the file.
    pub fn find(&self, name: &str) -> Option<NameId> {
        let arena = self.arena.as_bytes();
        let mut start = 0;
        for (index, end) in self.ends.iter().enumerate() {
            if *end - start == name.len() as u32
                && arena[start as usize..*end as usize] == *name.as_bytes()
            {
                return Some(NameId::new(index));
            }
            start = *end;
        }
        None
    }

    /// All names in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (NameId, &str)> {
        (0..self.ends.len()).map(|it| (NameId::new(it), self.get(NameId::new(it))))
    }

    /// Number of names.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True where the file has no name.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The length of the name `id`; `None` where there is no such name.
    pub(crate) fn len_of(&self, id: NameId) -> Option<u32> {
        let index = id.index();
        let start = if index == 0 { 0 } else { *self.ends.get(index - 1)? };
        Some(self.ends.get(index)? - start)
    }

    /// The same names but one, which is `name` instead.
    pub(crate) fn with(&self, id: NameId, name: &str) -> Names {
        let mut arena = String::with_capacity(self.arena.len() + name.len());
        let mut ends = Vec::with_capacity(self.ends.len());
        for (other, it) in self.iter() {
            arena.push_str(if other == id { name } else { it });
            ends.push(arena.len() as u32);
        }
        Names { arena: arena.into(), ends: ends.into() }
    }

    /// All names one after the other, and where each ends.
    pub fn parts(&self) -> (&str, &[u32]) {
        (&self.arena, &self.ends)
    }

    /// Names from their parts; `None` where the ends do not fit the arena.
    pub fn from_parts(arena: Box<str>, ends: Box<[u32]>) -> Option<Names> {
        let fits = ends.is_sorted()
            && ends.last().copied().unwrap_or(0) as usize == arena.len()
            && ends.iter().all(|it| arena.is_char_boundary(*it as usize));
        fits.then_some(Names { arena, ends })
    }
}

impl FileFacts {
    /// The string of a name.
    pub fn name(&self, id: NameId) -> &str {
        self.names.get(id)
    }

    /// A symbol of this file.
    pub fn symbol(&self, idx: SymbolIdx) -> &Symbol {
        &self.symbols[idx.index()]
    }

    /// A scope of this file.
    pub fn scope(&self, idx: ScopeIdx) -> &Scope {
        &self.scopes[idx.index()]
    }

    /// A reference of this file.
    pub fn reference(&self, idx: ReferenceIdx) -> &Reference {
        &self.references[idx.index()]
    }

    /// All symbols with their indices.
    pub fn symbols(&self) -> impl DoubleEndedIterator<Item = (SymbolIdx, &Symbol)> {
        self.symbols.iter().enumerate().map(|(index, it)| (SymbolIdx::new(index), it))
    }

    /// All references with their indices.
    pub fn references(&self) -> impl DoubleEndedIterator<Item = (ReferenceIdx, &Reference)> {
        self.references.iter().enumerate().map(|(index, it)| (ReferenceIdx::new(index), it))
    }

    /// How many symbols a summary counts: local ones are none of them.
    pub fn n_symbols(&self) -> usize {
        self.symbols.iter().filter(|it| !it.is_local).count()
    }

    /// The innermost scope around `offset`.
    pub fn scope_at(&self, offset: TextSize) -> ScopeIdx {
        let after = self.scopes.partition_point(|it| it.range.start() <= offset);
        let mut index = after.saturating_sub(1);
        // Scopes nest, so the one that begins last before the offset either holds it or has an
        // ancestor that does.
        while !self.scopes.get(index).is_some_and(|it| it.range.contains(offset)) {
            match self.scopes.get(index).and_then(|it| it.parent) {
                Some(parent) => index = parent.index(),
                None => return ScopeIdx::FILE,
            }
        }
        ScopeIdx::new(index)
    }

    /// The innermost definition, not local, whose range holds `offset`; right behind it still
    /// counts.
    pub fn symbol_around(&self, offset: TextSize) -> Option<SymbolIdx> {
        let mut next = self.last_symbol_from(offset);
        while let Some(idx) = next {
            let symbol = self.symbol(idx);
            if !symbol.is_local && symbol.range.touches(offset) {
                return Some(idx);
            }
            next = self.outward(idx);
        }
        None
    }

    /// The last symbol that begins at or before `offset`.
    fn last_symbol_from(&self, offset: TextSize) -> Option<SymbolIdx> {
        let after = self.symbols.partition_point(|it| it.range.start() <= offset);
        after.checked_sub(1).map(SymbolIdx::new)
    }

    /// The next symbol to look at on the way out. Ranges nest, so what holds an offset is among the
    /// ancestors of the last symbol before it. The parent of a symbol with an owner of its own, or
    /// of one that shares its range with its neighbour, does not lead there: then the neighbour
    /// does.
    fn outward(&self, idx: SymbolIdx) -> Option<SymbolIdx> {
        let symbol = self.symbol(idx);
        let before = idx.index().checked_sub(1).map(SymbolIdx::new);
        let shares = before.is_some_and(|it| self.symbol(it).range == symbol.range);
        if shares || self.owner(symbol).is_some() { before } else { symbol.parent }
    }

    /// The reference whose range holds or touches `offset`.
    pub fn reference_at(&self, offset: TextSize) -> Option<ReferenceIdx> {
        let after = self.references.partition_point(|it| it.start() <= offset);
        let index = after.checked_sub(1)?;
        self.references[index].range().touches(offset).then(|| ReferenceIdx::new(index))
    }

    /// The symbol whose name holds or touches `offset`, local or not.
    pub fn symbol_named_at(&self, offset: TextSize) -> Option<SymbolIdx> {
        let mut next = self.last_symbol_from(offset);
        while let Some(idx) = next {
            if self.symbol(idx).name_range.touches(offset) {
                return Some(idx);
            }
            next = self.outward(idx);
        }
        None
    }

    /// The scope a reference stands in.
    pub fn scope_of(&self, idx: ReferenceIdx) -> ScopeIdx {
        self.scope_at(self.reference(idx).start())
    }

    /// The innermost definition, not local, around a reference.
    pub fn symbol_of(&self, idx: ReferenceIdx) -> Option<SymbolIdx> {
        self.symbol_around(self.reference(idx).start())
    }

    /// The definition that does what a reference does: the innermost around it, but of what a
    /// function assigns to a member the function (`this.rules = make()`).
    pub fn actor_of(&self, idx: ReferenceIdx) -> Option<SymbolIdx> {
        let innermost = self.symbol_of(idx)?;
        let is_value = |it: &SymbolIdx| {
            let kind = self.symbol(*it).kind;
            matches!(
                kind,
                SymbolKind::Field
                    | SymbolKind::Property
                    | SymbolKind::Variable
                    | SymbolKind::Constant
            )
        };
        let mut around = Some(innermost);
        for _ in 0..PATH_SEGMENTS_MAX {
            around = around.filter(is_value).and_then(|it| self.symbol(it).parent);
            let Some(it) = around else { break };
            let kind = self.symbol(it).kind;
            if matches!(kind, SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor) {
                return Some(it);
            }
        }
        Some(innermost)
    }

    /// The import whose imported name the reference is.
    pub fn import_of(&self, idx: ReferenceIdx) -> Option<ImportIdx> {
        if !self.reference(idx).is_import() {
            return None;
        }
        self.imports.iter().position(|it| it.reference == Some(idx)).map(ImportIdx::new)
    }

    /// The names around a symbol, outermost first, then its own, joined by `::`.
    pub fn name_path(&self, symbol: SymbolIdx) -> String {
        let mut names = Vec::new();
        let mut at = Some(symbol);
        while let Some(idx) = at
            && names.len() < PATH_SEGMENTS_MAX
        {
            let symbol = self.symbol(idx);
            names.push(self.name(symbol.name));
            at = symbol.parent;
            let owner = self.owner(symbol).filter(|_| symbol.kind != SymbolKind::Implementation);
            if let Some(owner) = owner {
                // A member may be written inside a function of its own type: `this.n = 1`.
                let around = std::iter::successors(at, |it| self.symbol(*it).parent);
                match around.take(PATH_SEGMENTS_MAX).find(|it| self.symbol(*it).name == owner) {
                    Some(outer) => at = Some(outer),
                    None => names.push(self.name(owner)),
                }
            }
        }
        names.reverse();
        names.join("::")
    }

    /// Rare facts of a symbol; all empty where it has none.
    pub fn detail(&self, symbol: &Symbol) -> Detail {
        symbol.detail.map(|it| self.details[it.index()]).unwrap_or_default()
    }

    /// Where the signature of a symbol ends: before its body, else the end of the symbol.
    pub fn signature_end(&self, symbol: &Symbol) -> TextSize {
        self.detail(symbol).signature_end.unwrap_or(symbol.range.end())
    }

    /// The type a symbol belongs to where that is not the definition around it.
    pub fn owner(&self, symbol: &Symbol) -> Option<NameId> {
        self.detail(symbol).owner
    }

    /// Comments or docstring of a symbol.
    pub fn doc(&self, symbol: &Symbol) -> Option<TextRange> {
        self.detail(symbol).doc
    }

    /// The interface that an implementation implements.
    pub fn interface(&self, symbol: &Symbol) -> Option<ReferenceIdx> {
        self.detail(symbol).interface
    }

    /// The type that a symbol is declared with, as written; see [`WrittenType`].
    pub fn written_type(&self, symbol: SymbolIdx) -> Option<&str> {
        let found = self.written_types.binary_search_by_key(&symbol, |it| it.symbol).ok()?;
        Some(self.name(self.written_types[found].name))
    }

    /// What a call is given.
    pub fn arguments(&self, call: ReferenceIdx) -> &[Argument] {
        let start = self.arguments.partition_point(|it| it.call < call);
        let len = self.arguments[start..].partition_point(|it| it.call == call);
        &self.arguments[start..start + len]
    }

    /// What a type is given where it is named.
    pub fn type_arguments(&self, of: ReferenceIdx) -> &[TypeArgument] {
        let start = self.type_arguments.partition_point(|it| it.of < of);
        let len = self.type_arguments[start..].partition_point(|it| it.of == of);
        &self.type_arguments[start..start + len]
    }

    /// What else a type is, or may be, by the first name in it.
    pub fn type_choices(&self, of: ReferenceIdx) -> &[TypeArgument] {
        let start = self.type_choices.partition_point(|it| it.of < of);
        let len = self.type_choices[start..].partition_point(|it| it.of == of);
        &self.type_choices[start..start + len]
    }

    /// What a type is put together from, by the first name in it.
    pub fn type_parts(&self, of: ReferenceIdx) -> &[TypeArgument] {
        let start = self.type_parts.partition_point(|it| it.of < of);
        let len = self.type_parts[start..].partition_point(|it| it.of == of);
        &self.type_parts[start..start + len]
    }

    /// What a type extends and implements.
    pub fn bases(&self, symbol: &Symbol) -> &[Base] {
        let (first, n) = self.detail(symbol).bases;
        &self.bases[first as usize..(first + n) as usize]
    }
}

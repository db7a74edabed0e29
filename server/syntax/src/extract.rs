//! From a text to its facts.

mod chunks;
mod definitions;
mod doc_links;
pub(crate) mod doc_types;
mod docs;
mod generics;
mod given;
mod imports;
mod narrow;
mod numbers;
mod scopes;
mod symbols;
mod uses;

pub(crate) use chunks::{hash_of, moved as moved_chunks};
pub(crate) use doc_links::LINKS_MAX;
pub use doc_links::segments;
pub(crate) use numbers::number;

use std::sync::Arc;

use grammars::{Capture, Docs, Language, Modules};
use text::{LineIndex, TextRange, TextSize};

use crate::{
    Access, FileFacts, Import, MANIFEST_BYTES_MAX, ModDecl, Qualifier, REFERENCES_MAX, Reference,
    ReferenceIdx, ReferenceKind, ScopeIdx, Symbol, SymbolIdx,
    extract::{
        definitions::Outer,
        scopes::Scopes,
        uses::{Before, Uses},
    },
    names::{Interner, unnumbered},
    raw::{LeafKind, Raw, Source, Span, Trivia},
    read::parse_text,
};

/// The facts of `text` in `language`. `path` (relative to its workspace, `/` separated) decides
/// only whether the file holds tests and whether it is a manifest.
pub fn facts(path: &str, text: &str, language: &'static Language) -> FileFacts {
    let Ok(compiled) = language.query() else { return without_tree(path, text, language) };
    let source = Source { text, language, compiled };
    let Some(tree) = parse_text(text, language) else { return without_tree(path, text, language) };
    match Raw::collect(tree.root_node(), source) {
        Ok(mut raw) => assemble(&mut raw, source, path).facts,
        Err(_) => without_tree(path, text, language),
    }
}

/// The facts of a text in no known language: lines, and chunks of 40 lines; its text, where `path`
/// is that of a manifest.
pub fn facts_of_text(path: &str, text: &str) -> FileFacts {
    let lines = LineIndex::new(text);
    let chunks = chunks::of_lines(text, &lines);
    FileFacts {
        manifest: manifest(path, text),
        chunks: chunks.into_boxed_slice(),
        lines,
        ..FileFacts::default()
    }
}

/// The facts of a file whose parsing was given up.
pub(crate) fn without_tree(path: &str, text: &str, language: &'static Language) -> FileFacts {
    FileFacts {
        language: Some(language),
        is_test: language.is_test_path(path),
        gave_up: true,
        ..facts_of_text(path, text)
    }
}

fn manifest(path: &str, text: &str) -> Option<Arc<str>> {
    let keeps = text.len() <= MANIFEST_BYTES_MAX && grammars::is_manifest(path);
    keeps.then(|| Arc::from(text))
}

/// Facts, and what is known of how they were put together.
#[derive(Debug)]
pub(crate) struct Assembled {
    pub(crate) facts: FileFacts,
    /// The interner's number of each of their names.
    pub(crate) ids: Box<[u32]>,
    pub(crate) whole: Whole,
}

/// What of a text is about all of it, and not about one of the nodes directly below its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whole {
    /// Nothing, but for a package clause that may stand somewhere.
    Clause(Option<Span>),
    /// Something else.
    Bound,
}

/// What facts are put together within.
pub(crate) struct Frame<'a> {
    /// Relative to the workspace.
    pub(crate) path: &'a str,
    /// The lines of the whole text.
    pub(crate) lines: LineIndex,
    /// The part of the text that chunks are cut from.
    pub(crate) chunked: TextRange,
}

/// Puts together what the tree and the queries said.
pub(crate) fn assemble(raw: &mut Raw, source: Source<'_>, path: &str) -> Assembled {
    let mut names = std::mem::take(&mut raw.names);
    let lines = LineIndex::new(source.text);
    let chunked = TextRange::new(TextSize::default(), lines.len());
    let frame = Frame { path, lines, chunked };
    let (mut facts, whole) = assemble_unnumbered(raw, &mut names, source, frame);
    let ids = number(&mut facts, &names);
    raw.names = names;
    Assembled { facts, ids, whole }
}

/// The same, with the interner's numbers as names.
pub(crate) fn assemble_unnumbered(
    raw: &Raw,
    names: &mut Interner,
    source: Source<'_>,
    frame: Frame<'_>,
) -> (FileFacts, Whole) {
    let Frame { path, lines, chunked } = frame;
    let mut gathered = gather(raw, source, names);
    let mut imports =
        gathered.imports.imports(source, &mut gathered.scopes, &mut gathered.uses, names);
    imports.extend(doc_types::imports(raw, source, &mut gathered.uses, names));
    imports.sort_by_key(|it| it.import.range.start());
    let package = imports::package(&mut gathered.imports, source, names);
    gathered.imports.find_paths(raw, source, names);
    let mut definitions = definitions::definitions(&mut gathered, raw, source, names);
    let whole = whole(&gathered, raw, source);
    let Gathered { mut uses, scopes, imports: found_imports, types, narrowed, branches, .. } =
        gathered;

    let mut draft = symbols::Draft::new(&definitions, scopes);
    doc_types::declare(&mut definitions, &draft, raw, source);
    let (references, reference_of) = references(&uses);
    let mut overloading = given::Overloading { source, names };
    let written_types = overloading.written_types(&draft, &definitions);
    let arguments = overloading.arguments(&mut uses, &reference_of);
    let documented = docs::find(&draft, &definitions, raw, source);
    let mut links = symbols::Links { uses: &mut uses, reference_of: &reference_of };
    draft.refer(&definitions, &documented, &mut links);
    let type_arguments = generics::type_arguments(types.given, &mut links);
    let type_parts = generics::type_parts(types.parts, &mut links);
    let type_choices = generics::type_choices(types.choices, &mut links);
    let narrowings = narrow::narrowings(&narrowed, &draft.symbols, &mut links);
    let is_test = source.language.is_test_path(path);
    draft.finish(source, &documented, &definitions, (is_test, names));
    let doc_links = doc_links::find(source, &documented, names);
    let chunks = chunks::of_symbols((source.text, chunked), &lines, &draft.symbols, &documented);
    let imports = imports.into_iter().map(|it| referring(it, &reference_of)).collect();
    let mods = mods(&found_imports, source, &draft.symbols, &mut uses);
    let facts = FileFacts {
        language: Some(source.language),
        lines,
        symbols: draft.symbols.into_boxed_slice(),
        details: draft.details.into_boxed_slice(),
        bases: draft.bases.into_boxed_slice(),
        written_types: written_types.into_boxed_slice(),
        scopes: draft.scopes.scopes.into_boxed_slice(),
        references: references.into_boxed_slice(),
        arguments: arguments.into_boxed_slice(),
        type_arguments: type_arguments.into_boxed_slice(),
        type_parts: type_parts.into_boxed_slice(),
        type_choices: type_choices.into_boxed_slice(),
        branches,
        narrowings: narrowings.into_boxed_slice(),
        imports,
        package: package.map(unnumbered),
        mods,
        doc_links,
        chunks: chunks.into_boxed_slice(),
        errors: raw.errors.iter().map(|it| it.range()).collect(),
        manifest: manifest(path, source.text),
        is_test,
        ..FileFacts::default()
    };
    (facts, whole)
}

/// What is about all of the text.
fn whole(gathered: &Gathered, raw: &Raw, source: Source<'_>) -> Whole {
    // A comment with types is about what follows it, and may import.
    let has_types = |it: &Trivia| {
        it.is_comment && !doc_types::names(source.text_of(it.span), source.language).is_empty()
    };
    if !source.language.doc_types.is_empty() && raw.trivia.iter().any(has_types) {
        return Whole::Bound;
    }
    // A section reaches to the next one.
    let has_sections = || raw.has_capture(Capture::DefinitionHeading);
    let is_bound = !raw.is_by_children
        || source.language.docs == Docs::Text
        || gathered.outer.iter().any(|it| it.0 == ScopeIdx::FILE)
        || has_sections();
    if is_bound {
        return Whole::Bound;
    }
    let is_clause = source.language.modules != Modules::ModTree;
    let clause = gathered.imports.declarations.first().filter(|_| is_clause);
    Whole::Clause(clause.map(|it| it.node))
}

/// What the matches say, sorted by what it is about.
#[derive(Debug)]
pub(crate) struct Gathered {
    uses: Uses,
    scopes: Scopes,
    claims: Vec<definitions::Claim>,
    outer: Outer,
    imports: imports::Found,
    narrowed: Vec<narrow::Narrowed>,
    types: generics::Types,
    branches: Box<[TextRange]>,
}

/// What a capture speaks of, as bits.
mod about {
    pub(super) const USE: u8 = 1;
    pub(super) const SCOPE: u8 = 1 << 1;
    pub(super) const DEFINITION: u8 = 1 << 2;
    pub(super) const IMPORT: u8 = 1 << 3;
    pub(super) const OUTER: u8 = 1 << 4;
    pub(super) const NARROWS: u8 = 1 << 5;
    pub(super) const TYPES: u8 = 1 << 6;
    pub(super) const BRANCH: u8 = 1 << 7;
}

fn about(capture: Capture) -> u8 {
    match capture {
        Capture::Reference
        | Capture::Call
        | Capture::CallWhole
        | Capture::ReferenceType
        | Capture::ReferenceMacro
        | Capture::ReferenceWrite
        | Capture::ReferenceLabel
        | Capture::Shorthand
        | Capture::Index
        | Capture::Array
        | Capture::Member
        | Capture::Path
        | Capture::Argument
        | Capture::Case
        | Capture::Listed
        | Capture::Passes
        | Capture::Gathers
        | Capture::Ignore => about::USE,
        Capture::ScopeBlock
        | Capture::ScopeFunction
        | Capture::ScopeClass
        | Capture::ScopeModule => about::SCOPE,
        Capture::LocalOuter => about::OUTER,
        Capture::Narrowed => about::NARROWS,
        Capture::TypeArgument | Capture::TypePart | Capture::TypeChoice => about::TYPES,
        Capture::Branch => about::BRANCH,
        Capture::Import
        | Capture::ImportPrefix
        | Capture::ImportGroup
        | Capture::ImportLeaf
        | Capture::ImportAlias
        | Capture::ImportGlob
        | Capture::ImportDefault
        | Capture::ImportNamespace
        | Capture::ImportSource
        | Capture::ImportReexport
        | Capture::ModuleDeclaration => about::IMPORT,
        other if definitions::defines(other) => about::DEFINITION,
        _ => 0,
    }
}

fn gather(raw: &Raw, source: Source<'_>, names: &mut Interner) -> Gathered {
    let mut uses = Uses::new(raw, source, names);
    let mut imports = imports::Found::default();
    let (mut claims, mut found_scopes, mut outers) = (Vec::new(), Vec::new(), Vec::new());
    let (mut narrowed, mut types) = (Vec::new(), generics::Types::default());
    let mut branches: Vec<Span> = Vec::new();
    for (index, found) in raw.matches.iter().enumerate() {
        let captured = raw.captured(found);
        let about = captured.iter().fold(0, |acc, it| acc | about(it.capture));
        if about & about::USE != 0 {
            uses.take(found, raw);
        }
        if about & about::SCOPE != 0 {
            scopes::take(&mut found_scopes, captured);
        }
        if about & about::DEFINITION != 0 {
            definitions::take(&mut claims, index as u32, found.pattern, captured);
        }
        if about & about::IMPORT != 0 {
            imports.take(found, captured);
        }
        if about & about::NARROWS != 0 {
            narrow::take(&mut narrowed, captured);
        }
        if about & about::TYPES != 0 {
            types.take(captured);
        }
        if about & about::BRANCH != 0 {
            branches.extend(uses::find(captured, Capture::Branch));
        }
        if about & about::OUTER != 0 {
            outers.extend(uses::find(captured, Capture::LocalOuter));
        }
    }
    uses.resolve_qualifiers(source);
    let mut scopes = Scopes::new(found_scopes, source.text.len() as u32);
    let mut outer = Outer::default();
    for span in outers {
        if let Some(leaf) = uses.leaf_at(span) {
            let at = scopes.at(span.start);
            outer.insert((scopes.no_block(at), uses.leaves[leaf as usize].name));
        }
    }
    branches.sort_unstable();
    branches.dedup();
    let branches = branches.into_iter().map(Span::range).collect();
    Gathered { uses, scopes, claims, outer, imports, narrowed, types, branches }
}

/// The references among the leaves, and which one each leaf is.
fn references(uses: &Uses) -> (Vec<Reference>, Vec<Option<ReferenceIdx>>) {
    let mut reference_of = Vec::with_capacity(uses.leaves.len());
    let mut n_references = 0;
    for it in &uses.uses {
        let is_ignored = it.is_ignored && it.access != Access::Argument;
        let is_reference = !it.is_definition && !is_ignored && n_references < REFERENCES_MAX;
        reference_of.push(is_reference.then(|| ReferenceIdx::new(n_references)));
        n_references += usize::from(is_reference);
    }
    let mut references = Vec::with_capacity(n_references);
    let of = |leaf: u32| reference_of[leaf as usize];
    for ((leaf, it), idx) in uses.leaves.iter().zip(&uses.uses).zip(&reference_of) {
        if idx.is_none() {
            continue;
        }
        let kind = it.kind.unwrap_or(match leaf.kind {
            LeafKind::Type => ReferenceKind::Type,
            LeafKind::Label => ReferenceKind::Label,
            LeafKind::Plain | LeafKind::Token => ReferenceKind::Read,
        });
        let qualifier = match it.qualifier {
            Before::Nothing => Qualifier::None,
            Before::Leaf(leaf) | Before::Element(leaf) => {
                of(leaf).map_or(Qualifier::Opaque, Qualifier::Reference)
            }
            Before::Call(leaf) | Before::ElementOfCall(leaf) => {
                of(leaf).map_or(Qualifier::Opaque, Qualifier::Call)
            }
            Before::Many(_) | Before::ManyOfCalls(_) | Before::Opaque | Before::Span(_) => {
                Qualifier::Opaque
            }
        };
        let mut reference = Reference::new(unnumbered(leaf.name), leaf.span().range())
            .with_kind(kind)
            .with_access(it.access, qualifier);
        if let Some(n) = it.n_args {
            reference = reference.with_arguments(usize::from(n));
        }
        if it.is_import {
            reference = reference.with_import();
        }
        if it.is_shorthand {
            reference = reference.with_shorthand();
        }
        if matches!(it.qualifier, Before::Element(_) | Before::ElementOfCall(_)) {
            reference = reference.with_element();
        }
        if it.is_array {
            reference = reference.with_array();
        }
        if it.is_listed {
            reference = reference.with_listed();
        }
        if it.is_case {
            reference = reference.with_case();
        }
        references.push(reference);
    }
    (references, reference_of)
}

/// The import with the reference that its leaf is.
fn referring(draft: imports::Draft, reference_of: &[Option<ReferenceIdx>]) -> Import {
    let reference = draft.leaf.and_then(|it| reference_of[it as usize]);
    Import { reference, ..draft.import }
}

/// Declarations of modules in other files, where the language has them.
fn mods(
    found: &imports::Found,
    source: Source<'_>,
    symbols: &[Symbol],
    uses: &mut Uses,
) -> Box<[ModDecl]> {
    if source.language.modules != Modules::ModTree {
        return Box::default();
    }
    let mut declarations = found.declarations.clone();
    declarations.sort_unstable();
    let named = declarations.iter().filter_map(|it| {
        let leaf = uses.leaf_at(it.name)?;
        let at = it.node.range();
        let around = symbols.partition_point(|it| it.range.start() < at.start());
        let mut parent = around.checked_sub(1).map(SymbolIdx::new);
        while let Some(idx) = parent.filter(|it| !symbols[it.index()].range.contains_range(at)) {
            parent = symbols[idx.index()].parent;
        }
        Some(ModDecl {
            name: unnumbered(uses.leaves[leaf as usize].name),
            range: at,
            name_range: it.name.range(),
            parent,
            path: it.path.map(unnumbered),
            exported: it.exported,
        })
    });
    named.collect()
}

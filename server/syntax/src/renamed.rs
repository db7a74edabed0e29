//! The facts of a text in which one name was replaced by another, without reading it again.

use text::{LineIndex, TextEdits, TextRange, TextSize};

use crate::{
    Argument, Detail, DocLink, FileFacts, Given, Import, Imported, ModDecl, NAME_BYTES_MAX, NameId,
    Narrowing, Reference, Scope, Symbol, extract::moved_chunks,
};

/// A name and what takes its place.
#[derive(Clone, Copy, Debug)]
pub struct NameChange<'a> {
    /// The name before.
    pub from: &'a str,
    /// The name after.
    pub to: &'a str,
}

/// Places at which a name was replaced by one that is longer or shorter: where everything else
/// stands afterwards.
pub(crate) struct Replaced {
    /// Sorted; of one length.
    ranges: Vec<TextRange>,
    /// How much longer the text is after each of them.
    growth: i64,
    end_before: TextSize,
}

/// The facts of the text that `edits` make of `before`, whose facts are `facts`: the very same that
/// reading `after` gives. `None` where that is not certain by what is known of the language: only
/// names that the file uses, all of them, may have been replaced, and a text that has errors, or in
/// which the new name stands already, is read again.
///
/// Why it is certain: the parser sees kinds of tokens, and a name that is no word of the language
/// is of the kind that any other name is of; the queries compare names with words of their own only
/// (`Language::reads_alike`). So the tree, and what is found in it, is the same at shifted places.
/// What is taken from the text beyond that is looked at here: composed names, documentation, how
/// the text is cut into chunks.
pub fn renamed(
    facts: &FileFacts,
    (before, after): (&str, &str),
    edits: &TextEdits,
    change: NameChange<'_>,
) -> Option<FileFacts> {
    let is_read_alike = facts.language?.reads_alike(change.from, change.to);
    let is_plain = facts.errors.is_empty() && !facts.gave_up && facts.manifest.is_none();
    if !is_read_alike
        || !is_plain
        || NAME_BYTES_MAX < change.to.len()
        || has_word(before, change.to)
    {
        return None;
    }
    // What is a type in a comment hangs on how it is spelled.
    let language = facts.language?;
    let mut tags = language.doc_types.iter().chain(language.doc_parameters);
    if tags.any(|it| before.contains(it)) {
        return None;
    }
    let name = facts.names.find(change.from)?;
    let replaced = Replaced::new(edits, before, change)?;
    if !is_all_of_it(facts, name, &replaced) || is_composed(facts, change.from) {
        return None;
    }
    let shift = Shift { replaced: &replaced };
    Some(FileFacts {
        language: facts.language,
        lines: LineIndex::new(after),
        names: facts.names.with(name, change.to),
        symbols: all(&facts.symbols, |it| shift.symbol(it))?,
        details: all(&facts.details, |it| shift.detail(it))?,
        bases: facts.bases.clone(),
        written_types: facts.written_types.clone(),
        scopes: all(&facts.scopes, |it| shift.scope(it))?,
        references: all(&facts.references, |it| shift.reference(it))?,
        arguments: facts.arguments.clone(),
        type_arguments: facts.type_arguments.clone(),
        type_parts: facts.type_parts.clone(),
        type_choices: facts.type_choices.clone(),
        branches: all(&facts.branches, |it| replaced.range(*it))?,
        narrowings: all(&facts.narrowings, |it| shift.narrowing(it))?,
        imports: all(&facts.imports, |it| shift.import(it))?,
        package: facts.package,
        mods: all(&facts.mods, |it| shift.mod_decl(it))?,
        doc_links: all(&facts.doc_links, |it| shift.doc_link(it))?,
        chunks: moved_chunks(&facts.chunks, &replaced, after)?,
        errors: Box::default(),
        manifest: None,
        is_test: facts.is_test,
        gave_up: false,
    })
}

/// What `f` makes of each entry, where it makes something of all of them.
fn all<T>(entries: &[T], f: impl Fn(&T) -> Option<T>) -> Option<Box<[T]>> {
    entries.iter().map(f).collect()
}

impl Replaced {
    /// `None` where an edit does more than to put one name in the place of another, or where what
    /// stands beside it may be read together with it.
    fn new(edits: &TextEdits, before: &str, change: NameChange<'_>) -> Option<Replaced> {
        let bytes = before.as_bytes();
        let mut ranges = Vec::with_capacity(edits.iter().len());
        for edit in edits.iter() {
            let range = edit.range.to_usize();
            let around = range.start.checked_sub(1).map(|it| bytes[it]);
            let is_apart = ![around, bytes.get(range.end).copied()].into_iter().any(joins);
            let is_name = before.get(range) == Some(change.from) && edit.text == change.to;
            if !is_name || !is_apart {
                return None;
            }
            ranges.push(edit.range);
        }
        let growth = change.to.len() as i64 - change.from.len() as i64;
        Some(Replaced { ranges, growth, end_before: TextSize::of(before) })
    }

    /// The length of the text before.
    pub(crate) fn end_before(&self) -> TextSize {
        self.end_before
    }

    /// Whether one of the places is in `range`, at least in part.
    pub(crate) fn touches(&self, range: TextRange) -> bool {
        let next = self.ranges.partition_point(|it| it.end() <= range.start());
        self.ranges.get(next).is_some_and(|it| it.start() < range.end())
    }

    /// Where `range` is afterwards; `None` where it begins or ends inside a name that was replaced.
    pub(crate) fn range(&self, range: TextRange) -> Option<TextRange> {
        Some(TextRange::new(self.at(range.start())?, self.at(range.end())?))
    }

    fn at(&self, at: TextSize) -> Option<TextSize> {
        let n_before = self.ranges.partition_point(|it| it.end() <= at);
        let is_inside = self.ranges.get(n_before).is_some_and(|it| it.start() < at);
        let moved = i64::from(at.raw()) + self.growth * n_before as i64;
        let moved = u32::try_from(moved).ok().filter(|_| !is_inside);
        moved.map(TextSize::new)
    }
}

/// Bytes that may be read as one with a name beside them: prefixes of strings, marks of raw names.
fn joins(byte: Option<u8>) -> bool {
    byte.is_some_and(|it| {
        !it.is_ascii()
            || it.is_ascii_alphanumeric()
            || matches!(it, b'_' | b'$' | b'\\' | b'"' | b'\'' | b'`' | b'#')
    })
}

/// Whether the name was replaced wherever the facts speak of it, and is only used.
fn is_all_of_it(facts: &FileFacts, name: NameId, replaced: &Replaced) -> bool {
    let used = facts.references.iter().filter(|it| it.name() == name).map(Reference::range);
    let is_local =
        |it: &Import| it.local.is_some_and(|(id, at)| id == name && !replaced.ranges.contains(&at));
    let is_imported = |it: &Import| {
        let imported = it.reference.map(|it| facts.reference(it).name());
        it.name == Imported::Name(name) && imported != Some(name)
    };
    let is_given = |it: &Argument| matches!(it.given, Given::Type(id) if id == name);
    used.eq(replaced.ranges.iter().copied())
        && !facts
            .imports
            .iter()
            .any(|it| it.path.contains(&name) || is_local(it) || is_imported(it))
        && !facts.symbols.iter().any(|it| it.name == name)
        && !facts.details.iter().any(|it| it.owner == Some(name))
        && !facts.written_types.iter().any(|it| it.name == name)
        && !facts.arguments.iter().any(is_given)
        && !facts.mods.iter().any(|it| it.name == name || it.path == Some(name))
        && !facts.doc_links.iter().any(|it| it.name == name || it.path == name)
        && facts.package != Some(name)
}

/// Whether a name that is composed of several, as a path or a type is, has `word` in it. Sources of
/// imports stand in quotes: no name is replaced there.
fn is_composed(facts: &FileFacts, word: &str) -> bool {
    let given = facts.arguments.iter().filter_map(|it| match it.given {
        Given::Type(name) => Some(name),
        _ => None,
    });
    let paths = facts.imports.iter().filter(|it| !it.from_source).flat_map(|it| it.path.to_vec());
    let composed = facts
        .symbols
        .iter()
        .map(|it| it.name)
        .chain(facts.details.iter().filter_map(|it| it.owner))
        .chain(facts.written_types.iter().map(|it| it.name))
        .chain(facts.mods.iter().filter_map(|it| it.path))
        .chain(facts.doc_links.iter().map(|it| it.path))
        .chain(facts.package)
        .chain(given)
        .chain(paths);
    let mut names = composed.map(|it| facts.name(it));
    names.any(|it| has_word(it, word))
}

/// Whether `word` stands somewhere in `text` by itself.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let after = text[at + word.len()..].chars().next();
        !after.is_some_and(is_part) && !text[..at].chars().next_back().is_some_and(is_part)
    })
}

/// Moves what facts say.
struct Shift<'a> {
    replaced: &'a Replaced,
}

impl Shift<'_> {
    fn symbol(&self, it: &Symbol) -> Option<Symbol> {
        Some(Symbol {
            range: self.replaced.range(it.range)?,
            name_range: self.replaced.range(it.name_range)?,
            visible_from: self.replaced.at(it.visible_from)?,
            ..*it
        })
    }

    fn detail(&self, it: &Detail) -> Option<Detail> {
        let signature_end = match it.signature_end {
            Some(it) => Some(self.replaced.at(it)?),
            None => None,
        };
        Some(Detail { signature_end, doc: self.option(it.doc)?, ..*it })
    }

    fn scope(&self, it: &Scope) -> Option<Scope> {
        Some(Scope { range: self.replaced.range(it.range)?, ..*it })
    }

    fn reference(&self, it: &Reference) -> Option<Reference> {
        Some(it.placed(self.replaced.range(it.range())?))
    }

    fn narrowing(&self, it: &Narrowing) -> Option<Narrowing> {
        Some(Narrowing { range: self.replaced.range(it.range)?, ..*it })
    }

    fn import(&self, it: &Import) -> Option<Import> {
        let local = match it.local {
            Some((id, range)) => Some((id, self.replaced.range(range)?)),
            None => None,
        };
        Some(Import { range: self.replaced.range(it.range)?, local, ..it.clone() })
    }

    fn mod_decl(&self, it: &ModDecl) -> Option<ModDecl> {
        let name_range = self.replaced.range(it.name_range)?;
        Some(ModDecl { range: self.replaced.range(it.range)?, name_range, ..*it })
    }

    fn doc_link(&self, it: &DocLink) -> Option<DocLink> {
        Some(DocLink { range: self.replaced.range(it.range)?, ..*it })
    }

    fn option(&self, range: Option<TextRange>) -> Option<Option<TextRange>> {
        match range {
            Some(it) => self.replaced.range(it).map(Some),
            None => Some(None),
        }
    }
}

//! Imports, module declarations and the package clause.

use std::cmp::Reverse;

use grammars::{Capture, Modules};

use crate::{
    Access, Import, Imported, ReferenceIdx,
    extract::{
        scopes::Scopes,
        uses::{Before, Uses, find},
    },
    names::{Interner, unnumbered},
    raw::{Captured, LeafKind, Match, Raw, Source, Span, unprefixed},
};

/// What the matches say of imports, before they are put together.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Statements.
    statements: Vec<Span>,
    reexports: Vec<Span>,
    /// Sources, by where they stand.
    sources: Vec<Span>,
    /// Groups with the prefix of their paths.
    groups: Vec<(Span, Span)>,
    items: Vec<Item>,
    pub(crate) declarations: Vec<Declaration>,
}

/// One imported thing. Several matches may speak of one leaf; what they say is put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    /// Where it stands: the leaf, else the whole match.
    at: Span,
    leaf: Option<Span>,
    alias: Option<Span>,
    is_glob: bool,
    is_default: bool,
    is_namespace: bool,
}

/// A module in another file, or a package clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Declaration {
    pub(crate) node: Span,
    pub(crate) name: Span,
    pub(crate) exported: bool,
    /// The file that an attribute before it names.
    pub(crate) path: Option<u32>,
}

/// An import whose names are numbers of the interner and whose reference is a leaf.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) import: Import,
    pub(crate) leaf: Option<u32>,
}

impl Found {
    /// Takes down what one match says.
    pub(crate) fn take(&mut self, found: &Match, captured: &[Captured]) {
        let get = |capture| find(captured, capture);
        if let Some(node) = get(Capture::ModuleDeclaration) {
            let name = get(Capture::Name).unwrap_or(node);
            let exported = get(Capture::Export).is_some();
            self.declarations.push(Declaration { node, name, exported, path: None });
            return;
        }
        let statement = get(Capture::Import);
        self.statements.extend(statement);
        if get(Capture::ImportReexport).is_some() {
            self.reexports.push(statement.unwrap_or(found.span));
        }
        self.sources.extend(get(Capture::ImportSource));
        if let (Some(prefix), Some(group)) = (get(Capture::ImportPrefix), get(Capture::ImportGroup))
        {
            self.groups.push((group, prefix));
        }
        // A capture of a name, not of the statement, says what the default or the module is called.
        let binding = get(Capture::ImportDefault).or(get(Capture::ImportNamespace));
        let binding =
            binding.filter(|it| Some(*it) != statement && get(Capture::ImportLeaf).is_none());
        let alias = get(Capture::ImportAlias).or(binding);
        let item = Item {
            at: get(Capture::ImportLeaf).or(alias).unwrap_or(found.span),
            leaf: get(Capture::ImportLeaf),
            alias,
            is_glob: get(Capture::ImportGlob).is_some(),
            is_default: get(Capture::ImportDefault).is_some(),
            is_namespace: get(Capture::ImportNamespace).is_some(),
        };
        let says = item.leaf.or(item.alias).is_some()
            || item.is_glob
            || item.is_default
            || item.is_namespace;
        if says {
            self.items.push(item);
        }
    }

    /// Notes the files that attributes before declarations name: `#[path = "other.rs"]`.
    pub(crate) fn find_paths(&mut self, raw: &Raw, source: Source<'_>, names: &mut Interner) {
        for declaration in &mut self.declarations {
            let mut at = declaration.node.start;
            let after = raw.trivia.partition_point(|it| it.span.start < at);
            for trivia in raw.trivia[..after].iter().rev() {
                let text = source.text_of(trivia.span).trim_end();
                let end = trivia.span.start + text.len() as u32;
                let gap = Span { start: end, end: at };
                if at < end || !source.text_of(gap).trim().is_empty() {
                    break;
                }
                at = trivia.span.start;
                let value = text.split_once("path").map(|(_, rest)| rest.trim_start());
                let value = value.and_then(|it| it.strip_prefix('=')?.split('"').nth(1));
                if let Some(path) = value.filter(|_| !trivia.is_comment) {
                    declaration.path = Some(names.intern(path));
                }
            }
        }
    }

    /// True where the file imports nothing and declares no module.
    pub(crate) fn is_empty(&self) -> bool {
        self.statements.is_empty() && self.items.is_empty()
    }

    /// The imports, in the order of the text. Marks in `uses` what they bind and import.
    pub(crate) fn imports(
        &mut self,
        source: Source<'_>,
        scopes: &mut Scopes,
        uses: &mut Uses,
        names: &mut Interner,
    ) -> Vec<Draft> {
        if self.is_empty() {
            return Vec::new();
        }
        self.sort();
        let mut reader = Reader { source, scopes, uses, names };
        let mut res: Vec<Draft> = Vec::new();
        let mut filled: Vec<Span> = Vec::new();
        let (mut around, mut next_group) = (Vec::new(), 0);
        for item in &self.items {
            let statement = innermost(&self.statements, item.at).unwrap_or(item.at);
            filled.push(statement);
            while let Some(group) = self.groups.get(next_group)
                && group.0.start <= item.at.start
            {
                around.push(*group);
                next_group += 1;
            }
            around.retain(|(group, _)| item.at.start < group.end);
            let place = Place { statement, groups: &around };
            res.push(self.import(item, &place, &mut reader));
        }
        // What is left imports a module for its own sake: `import "./styles"`.
        filled.sort_unstable();
        for statement in &self.statements {
            let is_filled = innermost(&filled, *statement).is_some();
            if !is_filled && self.source_in(*statement).is_some() {
                let item = Item { at: *statement, is_namespace: true, ..Item::default() };
                let place = Place { statement: *statement, groups: &[] };
                res.push(self.import(&item, &place, &mut reader));
            }
        }
        res.sort_by_key(|it| (it.import.range, it.leaf, it.import.local));
        res
    }

    fn sort(&mut self) {
        self.statements.sort_unstable_by_key(|it| (it.start, Reverse(it.end)));
        self.statements.dedup();
        self.sources.sort_unstable();
        self.reexports.sort_unstable();
        self.groups.sort_unstable_by_key(|(group, _)| (group.start, Reverse(group.end)));
        self.groups.dedup();
        self.items.sort_unstable();
        // Of one leaf or alias all matches speak together.
        let mut merged: Vec<Item> = Vec::new();
        for item in &self.items {
            let same =
                merged.iter_mut().rev().take(4).find(|it| {
                    it.at == item.at || (item.alias.is_some() && it.alias == item.alias)
                });
            match same {
                Some(it) => {
                    it.leaf = it.leaf.or(item.leaf);
                    it.alias = it.alias.or(item.alias);
                    it.is_glob |= item.is_glob;
                    it.is_default |= item.is_default;
                    it.is_namespace |= item.is_namespace;
                }
                None => merged.push(*item),
            }
        }
        self.items = merged;
    }

    /// The first source in `statement`.
    fn source_in(&self, statement: Span) -> Option<Span> {
        let first = self.sources.partition_point(|it| it.start < statement.start);
        self.sources.get(first).copied().filter(|it| statement.holds(*it))
    }

    fn import(&self, item: &Item, place: &Place<'_>, reader: &mut Reader<'_>) -> Draft {
        let statement = place.statement;
        let reexport = innermost(&self.reexports, item.at).is_some();
        let source = self.source_in(statement);
        let mut path = Path::default();
        if let Some(source) = source.filter(|it| item.leaf != Some(*it)) {
            path.push_source(source, reader);
        }
        let groups = place.groups.iter().filter(|(group, prefix)| {
            group.holds(item.at) && statement.holds(*group) && *prefix != item.at
        });
        for (_, prefix) in groups {
            path.push_prefix(*prefix, reader);
        }
        let n_before = path.segments.len();
        match item.leaf {
            Some(leaf) if source == Some(leaf) => path.push_source(leaf, reader),
            Some(leaf) => path.push_prefix(leaf, reader),
            None => {}
        }
        let is_whole = item.is_glob || item.is_namespace || item.leaf.is_none();
        let last = path.segments.last().copied();
        // `a::{self}` imports `a` itself, under its own name.
        let is_self = path.segments.len() == n_before + 1
            && 0 < n_before
            && last.is_some_and(|it| reader.is_self(it.name));
        let name = match () {
            () if item.is_glob => Imported::Glob,
            () if item.is_default => Imported::Default,
            () if is_whole || is_self => Imported::Module,
            () => last.map_or(Imported::Module, |it| Imported::Name(it.name_id())),
        };
        if is_self || (!is_whole && !item.is_default) {
            path.segments.pop();
        }
        let local = reader.local(item, &path, last, is_self);
        let leaf = last.and_then(|it| it.leaf).filter(|_| item.leaf.is_some());
        reader.mark(item, leaf, &path);
        // A function that is given a module binds it inside.
        let scope = reader.scopes.at(item.alias.map_or(statement.start, |it| it.start));
        let import = Import {
            range: statement.range(),
            scope,
            path: path.segments.iter().map(|it| it.name_id()).collect(),
            from_source: source.is_some(),
            dots: path.dots,
            name,
            local,
            reexport,
            reference: None::<ReferenceIdx>,
        };
        Draft { import, leaf }
    }
}

/// Where an import stands.
struct Place<'a> {
    statement: Span,
    /// Groups around it with their prefixes, outer before inner.
    groups: &'a [(Span, Span)],
}

/// What is read from and marked in while imports are put together.
struct Reader<'a> {
    source: Source<'a>,
    scopes: &'a mut Scopes,
    uses: &'a mut Uses,
    names: &'a mut Interner,
}

/// A segment of a path: its name, and the leaf it was read from.
#[derive(Clone, Copy, Debug)]
struct Segment {
    name: u32,
    leaf: Option<u32>,
}

#[derive(Debug, Default)]
struct Path {
    segments: Vec<Segment>,
    dots: u8,
}

impl Segment {
    /// Until all names of the file are known, imports hold the interner's numbers.
    fn name_id(self) -> crate::NameId {
        unnumbered(self.name)
    }
}

impl Path {
    /// A string is one segment.
    fn push_source(&mut self, span: Span, reader: &mut Reader<'_>) {
        let text = reader.source.text_of(span).trim_matches(['"', '\'', '`', '<', '>']);
        let text = unprefixed(text, reader.source.language);
        let name = reader.names.intern(text);
        self.segments.push(Segment { name, leaf: None });
    }

    /// The names in `span`, and the dots it begins with. A span without names is one segment of
    /// text.
    fn push_prefix(&mut self, span: Span, reader: &mut Reader<'_>) {
        let text = reader.source.text_of(span);
        let dots = text.len() - text.trim_start_matches('.').len();
        self.dots = self.dots.saturating_add(u8::try_from(dots).unwrap_or(u8::MAX));
        let leaves = reader.uses.leaves_in(span);
        if leaves.is_empty() && dots < text.len() {
            return self.push_source(span, reader);
        }
        for index in leaves {
            let leaf = reader.uses.leaves[index];
            if leaf.kind != LeafKind::Label {
                self.segments.push(Segment { name: leaf.name, leaf: Some(index as u32) });
            }
        }
    }
}

impl Reader<'_> {
    fn is_self(&self, name: u32) -> bool {
        self.source.language.self_names.contains(&self.names.get(name))
    }

    /// What the import is called in this file and where that is written.
    fn local(
        &mut self,
        item: &Item,
        path: &Path,
        last: Option<Segment>,
        is_self: bool,
    ) -> Option<(crate::NameId, text::TextRange)> {
        if let Some(alias) = item.alias {
            let text = self.source.text_of(alias);
            if text == "_" {
                return None;
            }
            let name = match self.uses.leaf_at(alias) {
                Some(leaf) => self.uses.leaves[leaf as usize].name,
                None => self.names.intern(text.trim_matches(['"', '\''])),
            };
            return Some((unnumbered(name), alias.range()));
        }
        if item.is_glob {
            return None;
        }
        // `import a.b` binds `a`; every other path binds its last name.
        let bound = match item.is_namespace {
            true => path.segments.first().copied(),
            false if is_self => path.segments.last().copied(),
            false => last,
        };
        let bound = bound.filter(|it| it.leaf.is_some())?;
        let written = if is_self { last? } else { bound };
        let leaf = self.uses.leaves[written.leaf? as usize];
        Some((bound.name_id(), leaf.span().range()))
    }

    /// Marks what the import binds and imports, and hangs the first name of a path in a group on
    /// the prefix of the group.
    fn mark(&mut self, item: &Item, leaf: Option<u32>, path: &Path) {
        if let Some(alias) = item.alias.and_then(|it| self.uses.leaf_at(it))
            && Some(alias) != leaf
        {
            self.uses.uses[alias as usize].is_import_binding = true;
            self.uses.uses[alias as usize].is_ignored = true;
        }
        if let Some(leaf) = leaf {
            let it = &mut self.uses.uses[leaf as usize];
            it.is_import = true;
            it.is_import_binding |= item.alias.is_none();
        }
        let leaves: Vec<u32> = path.segments.iter().filter_map(|it| it.leaf).chain(leaf).collect();
        for pair in leaves.windows(2) {
            let it = &mut self.uses.uses[pair[1] as usize];
            if it.qualifier == Before::Nothing && pair[0] != pair[1] {
                it.qualifier = Before::Leaf(pair[0]);
                it.access = Access::Path;
            }
        }
    }
}

/// The last of `spans`, sorted outer before inner, that holds `at`.
fn innermost(spans: &[Span], at: Span) -> Option<Span> {
    let after = spans.partition_point(|it| it.start <= at.start);
    spans[..after].iter().rev().take(64).find(|it| it.holds(at)).copied()
}

/// The package that a file says it belongs to, as written without blanks, where its language has
/// such clauses.
pub(crate) fn package(found: &mut Found, source: Source<'_>, names: &mut Interner) -> Option<u32> {
    if source.language.modules == Modules::ModTree {
        return None;
    }
    found.declarations.sort_unstable();
    let name = found.declarations.first()?.name;
    let text: String = source.text_of(name).split_whitespace().collect();
    Some(names.intern(&text))
}

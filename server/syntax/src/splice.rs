//! Facts of a text with one edited part: those of before, with what that part says put in.
//!
//! A file of ten thousand functions costs a parser milliseconds for each letter, though its old
//! tree is there, and putting its facts together costs more. Most edits concern a few of the nodes
//! directly below the root. These are parsed alone, between two neighbours that nobody touched: if
//! the neighbours come out as they were, so will the rest of the file.

mod lists;

use std::sync::Arc;

use grammars::{Capture, Kinds, Rebinding};
use rustc_hash::FxHashSet;
use text::{LineIndex, TextSize};
use tree_sitter::{InputEdit, Node, Point, Tree, TreeCursor};

use crate::{
    FileFacts, NameId, Reference, ReferenceKind, ScopeIdx, Symbol,
    extract::{self, Frame, Whole},
    names::Interner,
    raw::{Raw, Source, Span, goto_into_or_past},
    read::parse_part,
    splice::lists::Cuts,
};

/// Larger parts are read as any text is.
const PART_BYTES_MAX: u32 = 32 * 1024;
/// A part is worth it where the text is so many times larger; tests take any.
const TIMES_MIN: u32 = if cfg!(test) { 0 } else { 8 };
/// So many nodes beside an edit are looked at for one that tells where its surroundings begin.
const NEIGHBOURS_MAX: usize = 64;

/// Facts into which parts can be put.
#[derive(Clone, Debug)]
pub(crate) struct Basis {
    pub(crate) facts: Arc<FileFacts>,
    /// The names that were ever met, and the number in there of each that the facts have.
    names: Arc<Interner>,
    ids: Arc<[u32]>,
    /// Where a package clause stands.
    clause: Option<Span>,
    /// Parts that were put in: there the tree of the whole tells nothing any more.
    stale: Vec<Span>,
    /// What was edited since the facts were right.
    edited: Option<Span>,
}

impl Basis {
    /// Whole facts as a basis, where no part of them is about all of the text.
    pub(crate) fn new(facts: &Arc<FileFacts>, raw: &Raw, of: (Box<[u32]>, Whole)) -> Option<Basis> {
        let (ids, Whole::Clause(clause)) = of else { return None };
        facts.errors.is_empty().then(|| Basis {
            facts: Arc::clone(facts),
            names: Arc::new(raw.names.clone()),
            ids: Arc::from(ids),
            clause,
            stale: Vec::new(),
            edited: None,
        })
    }

    /// Notes an edit.
    pub(crate) fn edit(&mut self, edit: &InputEdit) {
        let start = edit.start_byte as u32;
        let (was_end, now_end) = (edit.old_end_byte as u32, edit.new_end_byte as u32);
        let moved = |it: u32| match () {
            () if it <= start => it,
            () if it < was_end => now_end,
            () => it - was_end + now_end,
        };
        let now = Span { start, end: now_end };
        let moved = |it: Span| Span { start: moved(it.start), end: moved(it.end) };
        self.edited = Some(self.edited.map_or(now, |it| moved(it).cover(now)));
        self.stale.iter_mut().chain(&mut self.clause).for_each(|it| *it = moved(*it));
    }

    /// The facts of `source`, of which `tree` was the tree before the edits that are noted in it;
    /// `None` where it takes more than a part to tell.
    pub(crate) fn spliced(&self, tree: &Tree, source: Source<'_>, path: &str) -> Option<Basis> {
        let edited = self.edited?;
        let text_len = source.text.len() as u32;
        let was_len = self.facts.lines.len().raw();
        let before = |it: Span| {
            let end = (it.end + was_len).checked_sub(text_len)?;
            Some(Span { start: it.start, end }).filter(|it| it.start <= it.end)
        };
        let was_edited = before(edited)?;
        let lines = self.facts.lines.spliced(source.text, was_edited.range(), edited.range());
        let (around, part) = self.part(tree, edited, &lines, source)?;
        let now = Span { start: around.inner().start, end: around.outer().end };
        let cuts = Cuts::new(&self.facts, before(now)?)?;
        if self.clause.is_some_and(|it| it.start < now.end && now.start < it.end) {
            return None;
        }

        let known = Interner::clone(&self.names);
        let mut raw = Raw::collect_part(part.root_node(), source, known).ok()?;
        if !raw.is_by_children {
            return None;
        }
        raw.forget_before(now.start);
        let mut names = std::mem::take(&mut raw.names);
        let frame = Frame { path, lines, chunked: cuts.chunked(now) };
        let (middle, whole) = extract::assemble_unnumbered(&raw, &mut names, source, frame);
        let is_apart = whole == Whole::Clause(None)
            && middle.imports.is_empty()
            && middle.mods.is_empty()
            && !self.may_rebind(&cuts, &middle, source);
        if !is_apart {
            return None;
        }

        let mut facts = lists::joined(&self.facts, middle, &cuts, &self.ids)?;
        let ids = extract::number(&mut facts, &names);
        let mut stale = self.stale.clone();
        stale.retain(|it| !around.inner().holds(*it));
        stale.push(around.inner());
        Some(Basis {
            facts: Arc::new(facts),
            names: Arc::new(names),
            ids: Arc::from(ids),
            clause: self.clause,
            stale,
            edited: None,
        })
    }

    /// Between which nodes of the old tree `edited` lies, and the tree of these and of what is
    /// between.
    fn part<'t>(
        &self,
        tree: &'t Tree,
        edited: Span,
        lines: &LineIndex,
        source: Source<'_>,
    ) -> Option<(Around<'t>, Tree)> {
        let text_len = source.text.len() as u32;
        let kinds = &source.compiled.kinds;
        let around = Around::new(tree, (edited, text_len), &self.stale, kinds)?;
        let outer = around.outer();
        let len = outer.end.checked_sub(outer.start)?;
        if PART_BYTES_MAX < len || text_len < len.saturating_mul(TIMES_MIN) {
            return None;
        }
        let points = [outer.start, outer.end].map(|it| point_at(it, lines));
        let part = parse_part(source.text, outer, points, source.language)?;
        let is_sound = !part.root_node().has_error() && around.is_in(&part, tree);
        is_sound.then_some((around, part))
    }

    /// True where a name at the level of the file may be defined both in the part and outside:
    /// the one that comes first counts.
    fn may_rebind(&self, cuts: &Cuts, middle: &FileFacts, source: Source<'_>) -> bool {
        let may = source.language.rebinding == Rebinding::Write
            || source.compiled.captures.contains(&Capture::LocalHoist);
        if !may {
            return false;
        }
        let of_file = |it: &&Symbol| it.scope == ScopeIdx::FILE;
        let writes = |it: &&Reference| it.kind() == ReferenceKind::Write;
        let of_old = |it: NameId| self.ids[it.index()];
        let of_new = |it: NameId| it.index() as u32;
        let [symbols, symbols_behind] = cuts.around_symbols(&self.facts);
        let [uses, uses_behind] = cuts.around_references(&self.facts);

        let was = self.facts.symbols[cuts.symbols()].iter().filter(of_file);
        let is = middle.symbols.iter().filter(of_file);
        let was = was.map(|it| of_old(it.name));
        let defined: FxHashSet<u32> = was.chain(is.map(|it| of_new(it.name))).collect();
        let was = self.facts.references[cuts.references()].iter().filter(writes);
        let is = middle.references.iter().filter(writes);
        let was = was.map(|it| of_old(it.name()));
        let written: FxHashSet<u32> = was.chain(is.map(|it| of_new(it.name()))).collect();

        let outside = symbols.iter().chain(symbols_behind).filter(of_file);
        let mut outside = outside.map(|it| of_old(it.name));
        let used = uses.iter().chain(uses_behind).filter(writes);
        let mut used = used.map(|it| of_old(it.name()));
        outside.any(|it| defined.contains(&it) || written.contains(&it))
            || used.any(|it| defined.contains(&it))
    }
}

/// The nodes directly below the root on both sides of an edit that nobody touched, and that say
/// nothing of each other; `None` where the text ends first.
struct Around<'t> {
    before: Option<Node<'t>>,
    after: Option<Node<'t>>,
    text_len: u32,
}

impl<'t> Around<'t> {
    fn new(
        tree: &'t Tree,
        (edited, text_len): (Span, u32),
        stale: &[Span],
        kinds: &[Kinds],
    ) -> Option<Around<'t>> {
        let mut hull = edited;
        // Each turn takes in at least one of the stale parts.
        for _ in 0..=stale.len() {
            let around = Around {
                before: before(tree.walk(), hull.start, kinds)?,
                after: after(tree.walk(), hull.end, kinds)?,
                text_len,
            };
            let outer = around.outer();
            let meets = |it: &&Span| it.start < outer.end && outer.start < it.end;
            match stale.iter().filter(meets).find(|it| !hull.holds(**it)) {
                Some(it) => hull = hull.cover(*it),
                None => return Some(around),
            }
        }
        None
    }

    /// What lies between the two.
    fn inner(&self) -> Span {
        Span {
            start: self.before.map_or(0, |it| Span::of(it).end),
            end: self.after.map_or(self.text_len, |it| Span::of(it).start),
        }
    }

    /// That and both of them.
    fn outer(&self) -> Span {
        Span {
            start: self.before.map_or(0, |it| Span::of(it).start),
            end: self.after.map_or(self.text_len, |it| Span::of(it).end),
        }
    }

    /// True where `part` begins and ends with these very nodes.
    fn is_in(&self, part: &Tree, tree: &Tree) -> bool {
        let root = part.root_node();
        let last = root.child_count().checked_sub(1).and_then(|it| root.child(it));
        let same = |old: Option<Node<'_>>, new: Option<Node<'_>>| match (old, new) {
            (Some(old), Some(new)) => is_alike(old, new),
            (old, _) => old.is_none(),
        };
        root.kind_id() == tree.root_node().kind_id()
            && same(self.before, root.child(0))
            && same(self.after, last)
            && (self.before.is_none() || self.after.is_none() || 1 < root.child_count())
    }
}

/// The last node that ends before `at`, outer `None` where none tells.
fn before<'t>(mut cursor: TreeCursor<'t>, at: u32, kinds: &[Kinds]) -> Option<Option<Node<'t>>> {
    if at == 0 || !cursor.goto_first_child() {
        return Some(None);
    }
    cursor.goto_parent();
    // The first that reaches so far is touched, if there is one.
    if cursor.goto_first_child_for_byte(at as usize - 1).is_none() {
        cursor.goto_last_child();
    }
    for _ in 0..NEIGHBOURS_MAX {
        let node = cursor.node();
        if Span::of(node).end < at && tells(node, kinds) {
            return Some(Some(node));
        }
        if !cursor.goto_previous_sibling() {
            return Some(None);
        }
    }
    None
}

/// The first node that begins behind `at`, outer `None` where none tells.
fn after<'t>(mut cursor: TreeCursor<'t>, at: u32, kinds: &[Kinds]) -> Option<Option<Node<'t>>> {
    if cursor.goto_first_child_for_byte(at as usize).is_none() {
        return Some(None);
    }
    for _ in 0..NEIGHBOURS_MAX {
        let node = cursor.node();
        if at < Span::of(node).start && tells(node, kinds) {
            return Some(Some(node));
        }
        if !cursor.goto_next_sibling() {
            return Some(None);
        }
    }
    None
}

/// Comments may stand anywhere and speak of what follows, as attributes do: where they come out as
/// they were, that says nothing of what is around them.
fn tells(node: Node<'_>, kinds: &[Kinds]) -> bool {
    let kinds = kinds.get(usize::from(node.kind_id())).copied().unwrap_or_default();
    let is_beside = node.is_extra() || kinds.is(Kinds::COMMENT.or(Kinds::DOC_BETWEEN));
    !is_beside && node.is_named() && !node.has_error() && node.start_byte() < node.end_byte()
}

/// True where two nodes are of one shape and stand at the same place.
fn is_alike(a: Node<'_>, b: Node<'_>) -> bool {
    let (mut left, mut right) = (a.walk(), b.walk());
    let look = |it: &TreeCursor<'_>| (it.depth(), it.node().kind_id(), Span::of(it.node()));
    loop {
        if look(&left) != look(&right) {
            return false;
        }
        match (goto_into_or_past(&mut left, true), goto_into_or_past(&mut right, true)) {
            (true, true) => {}
            ends => return ends == (false, false),
        }
    }
}

/// Row and column of a byte, as the parser sees them.
fn point_at(at: u32, lines: &LineIndex) -> Point {
    let row = lines.line_of(TextSize::new(at));
    let start = lines.line(row).map_or(0, |it| it.start().raw());
    Point { row: row as usize, column: (at - start) as usize }
}

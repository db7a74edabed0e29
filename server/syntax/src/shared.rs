//! What two trees have in common: the parts of a text whose nodes an edit left as they were.

use std::cmp::Reverse;

use grammars::Kinds;
use tree_sitter::{InputEdit, Node, Tree, TreeCursor};

use crate::raw::Span;

/// Neighbouring nodes, with all that is below them, that are the very same in both trees. No node
/// around them is as narrow as they are together, neither here nor there: a span inside a region
/// belongs to the region's own nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    /// Where they are. Not empty.
    pub(crate) now: Span,
    /// Where they began in the text before the edits.
    pub(crate) was: u32,
}

/// The regions of `new`, in order and disjoint; `edited` is the tree before `edits`, with these
/// noted in it.
///
/// What a parser takes over from an edited tree it does not copy: nodes are in both trees where
/// they stand at the same place in memory. That tells more than a comparison of kinds and ranges,
/// which finds nothing alike below a node that an unclosed bracket turned into an error.
pub(crate) fn shared(
    edited: &Tree,
    new: &Tree,
    edits: &[InputEdit],
    kinds: &[Kinds],
) -> Vec<Region> {
    let mut there = Other { walk: Walk::new(edited.walk(), kinds), is_over: false };
    let mut here = Walk::new(new.walk(), kinds);
    let mut spans: Vec<Span> = Vec::new();
    let is_sound = !edited.root_node().has_error() && !new.root_node().has_error();
    let sole_edit = if let ([edit], true) = (edits, is_sound) { Some(edit) } else { None };
    // The roots differ: a region has something around it.
    let mut goes_on = here.down();
    let mut is_beside = false;
    while goes_on {
        let node = here.cursor.node();
        let span = Span::of(node);
        let found = here.around().span != span && there.find(node, span, here.around().context);
        if !found {
            is_beside = false;
            goes_on = here.down() || here.past();
            continue;
        }
        let narrower = |it: Span| it != here.around().span && it != there.walk.around().span;
        match spans.last_mut() {
            Some(last) if is_beside && there.walk.is_beside && narrower(last.cover(span)) => {
                *last = last.cover(span);
            }
            _ => spans.push(span),
        }
        if let Some(edit) = sole_edit
            && let Some(far) = leap(&mut here, &mut there, edit)
        {
            let last = spans.last_mut().expect("one was just found");
            *last = last.cover(far);
        }
        there.walk.is_beside = false;
        goes_on = here.past();
        is_beside = here.is_beside;
    }
    spans.into_iter().filter_map(|now| Some(Region { now, was: before(now, edits)? })).collect()
}

/// Goes from a node that both trees have to the last one beside it that neither the edit nor what
/// stands next to it touches, where both trees have that, too; gives its span.
///
/// In a text without errors what lies between two nodes that were taken over is what it was: there
/// is one way to read it. A file of ten thousand functions is thousands of steps shorter by this.
fn leap(here: &mut Walk<'_, '_>, there: &mut Other<'_, '_>, edit: &InputEdit) -> Option<Span> {
    let from = Span::of(here.cursor.node());
    let around = here.around().span;
    let (start, end) = (edit.start_byte as u32, edit.new_end_byte as u32);
    let until = match () {
        () if from.end < start => around.end.min(start.saturating_sub(1)),
        () if end < from.start => around.end,
        () => return None,
    };
    // Few nodes beside it are as quickly gone through; tests leap wherever it can be done.
    const WORTH: u32 = if cfg!(test) { 1 } else { 64 };
    if until.saturating_sub(from.end) / WORTH < from.end - from.start {
        return None;
    }
    let mut far = here.cursor.clone();
    let is_there = far.goto_parent()
        && match until < around.end {
            true => far.goto_first_child_for_byte(until as usize).is_some(),
            false => far.goto_last_child(),
        };
    if !is_there {
        return None;
    }
    while until < far.node().end_byte() as u32 {
        if !far.goto_previous_sibling() {
            return None;
        }
    }
    let span = Span::of(far.node());
    let mut other = there.walk.cursor.clone();
    if span.start <= from.start
        || !other.goto_parent()
        || other.goto_first_child_for_byte(span.start as usize).is_none()
        || Span::of(other.node()) != span
        || !is_same(other.node(), far.node())
    {
        return None;
    }
    let whole = from.cover(span);
    let is_narrower = whole != around && whole != there.walk.around().span;
    is_narrower.then(|| {
        (here.cursor, there.walk.cursor) = (far, other);
        span
    })
}

/// Where `now` began before `edits`; `None` where one of them is inside.
fn before(now: Span, edits: &[InputEdit]) -> Option<u32> {
    let len = now.end - now.start;
    edits.iter().rev().try_fold(now.start, |start, edit| {
        let (from, to) = (edit.start_byte as u32, edit.new_end_byte as u32);
        match () {
            () if to <= start => Some(start - to + edit.old_end_byte as u32),
            () if start + len <= from => Some(start),
            () => None,
        }
    })
}

/// What the nodes around a node say of the names in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// There are mere tokens here.
    pub(crate) is_tokens: bool,
    /// There are no names here.
    pub(crate) is_mute: bool,
}

impl Context {
    /// The context inside a node of these kinds that stands in this one.
    pub(crate) fn inside(self, kinds: Kinds) -> Context {
        const ENDS: Kinds = Kinds::IDENTIFIER.or(Kinds::COMMENT);
        let may_hold = kinds.is(Kinds::DOC_BETWEEN) || !kinds.is(Kinds::SKIP);
        Context {
            is_tokens: self.is_tokens || kinds.is(Kinds::TOKEN_TREE),
            is_mute: self.is_mute || kinds.is(ENDS) || !may_hold,
        }
    }
}

/// A cursor that knows what is around it.
pub(crate) struct Walk<'tree, 'kinds> {
    pub(crate) cursor: TreeCursor<'tree>,
    around: Vec<Around>,
    kinds: &'kinds [Kinds],
    /// True where the last step went to the next node beside.
    is_beside: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(crate) span: Span,
    /// Inside it.
    pub(crate) context: Context,
}

impl<'tree, 'kinds> Walk<'tree, 'kinds> {
    pub(crate) fn new(cursor: TreeCursor<'tree>, kinds: &'kinds [Kinds]) -> Self {
        Walk { cursor, around: Vec::new(), kinds, is_beside: false }
    }

    /// How many nodes are around this one.
    pub(crate) fn depth(&self) -> usize {
        self.around.len()
    }

    /// The node around this one; around the root there is only text.
    pub(crate) fn around(&self) -> Around {
        let text = Around { span: Span { start: 0, end: u32::MAX }, context: Context::default() };
        self.around.last().copied().unwrap_or(text)
    }

    /// To the first node below this one; false, without a step, where there is none.
    pub(crate) fn down(&mut self) -> bool {
        let node = self.cursor.node();
        if !self.cursor.goto_first_child() {
            return false;
        }
        let kinds = self.kinds.get(usize::from(node.kind_id())).copied().unwrap_or_default();
        let context = self.around().context.inside(kinds);
        self.around.push(Around { span: Span::of(node), context });
        self.is_beside = false;
        true
    }

    /// To the next node that is not below this one; false at the end.
    pub(crate) fn past(&mut self) -> bool {
        self.is_beside = true;
        while !self.cursor.goto_next_sibling() {
            if !self.up() {
                return false;
            }
        }
        true
    }

    /// To the next node behind `region`, in which this node is.
    pub(crate) fn past_region(&mut self, region: Span) -> bool {
        /// Going there at once costs a look at all nodes beside it, in the worst of trees: no more
        /// than so many times for the same ones.
        const PARTS_MAX: u32 = 8;
        let around = self.around().span;
        let is_large = (around.end - around.start) / PARTS_MAX <= region.end - region.start;
        if is_large && self.cursor.goto_parent() {
            // To the last node inside. The one behind it cannot be asked for: where tokens that are
            // no nodes stand between the two, the search ends at them.
            let last = region.end as usize - 1;
            if self.cursor.goto_first_child_for_byte(last).is_none() {
                self.cursor.goto_first_child();
                while (self.cursor.node().end_byte()) <= last && self.cursor.goto_next_sibling() {}
            }
        }
        self.past()
    }

    fn up(&mut self) -> bool {
        self.is_beside = false;
        self.around.pop();
        self.cursor.goto_parent()
    }
}

/// The other tree. It is only walked forwards, as the nodes come that are looked for.
struct Other<'tree, 'kinds> {
    walk: Walk<'tree, 'kinds>,
    is_over: bool,
}

impl Other<'_, '_> {
    /// Goes to the node that is `node`; false where there is none.
    fn find(&mut self, node: Node<'_>, span: Span, context: Context) -> bool {
        if span.start == span.end || !self.seek(span) {
            return false;
        }
        // Of nodes around each other that are equally wide any may be the one.
        let mut n_down = 0;
        while Span::of(self.walk.cursor.node()) == span {
            let around = self.walk.around();
            let fits = around.span != span && around.context == context;
            if fits && is_same(self.walk.cursor.node(), node) {
                return true;
            }
            if !self.walk.down() {
                break;
            }
            n_down += 1;
        }
        (0..n_down).for_each(|_| {
            self.walk.up();
        });
        false
    }

    /// Goes to the first node that begins where `span` does or later, and is no wider than that.
    fn seek(&mut self, span: Span) -> bool {
        let mut n_steps = 0;
        while !self.is_over {
            let at = Span::of(self.walk.cursor.node());
            if (span.start, Reverse(span.end)) <= (at.start, Reverse(at.end)) {
                // Only the very next node is beside the last that was found.
                self.walk.is_beside &= n_steps <= 1;
                return true;
            }
            let moved =
                if at.end <= span.start { false } else { self.walk.down() } || self.walk.past();
            self.is_over = !moved;
            n_steps += 1;
        }
        false
    }
}

/// True where both are one node in memory, seen from two trees.
fn is_same(a: Node<'_>, b: Node<'_>) -> bool {
    if a.kind_id() != b.kind_id() {
        return false;
    }
    // An id is a place among the children of the node around: a node that moved into another one
    // is told by the places of its own children.
    let ends = |it: Node<'_>| {
        let n = it.child_count();
        Some((it.child(0)?.id(), it.child(n.checked_sub(1)?)?.id()))
    };
    let counts = |it: Node<'_>| (it.child_count(), it.descendant_count());
    a.id() == b.id() || (counts(a) == counts(b) && ends(a).is_some_and(|it| Some(it) == ends(b)))
}

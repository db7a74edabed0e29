//! What an editor folds and how it widens a selection.

use grammars::Kinds;
use text::{TextRange, TextSize};
use tree_sitter::Node;

use crate::{
    Parse,
    raw::{Span, goto_into_or_past},
};

/// A part of a file that can be folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folding {
    /// From the first line that stays visible to the end of what is hidden.
    pub range: TextRange,
    /// What is folded.
    pub kind: FoldingKind,
}

/// What is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldingKind {
    /// A body, a block, a list.
    Region,
    /// A comment, or several in a row.
    Comment,
    /// A run of imports.
    Imports,
}

/// More than this many foldings of one file are not told.
const FOLDINGS_MAX: usize = 20_000;

/// What can be folded in the file, sorted by start, outer before inner: what stands in brackets,
/// comments, runs of imports, bodies of definitions, and the kinds its language names. Each spans
/// at least two lines, and of those that begin on one line only the longest is kept.
pub fn folding_ranges(parse: &Parse) -> Vec<Folding> {
    let facts = parse.facts();
    let mut res = Vec::new();
    nodes(parse, &mut res);
    let bodies = facts.symbols.iter().filter(|it| !it.is_local);
    res.extend(bodies.map(|it| Folding { range: it.range, kind: FoldingKind::Region }));
    runs(facts.imports.iter().map(|it| it.range), parse, FoldingKind::Imports, &mut res);
    res.sort_by_key(|it| (it.range.start(), std::cmp::Reverse(it.range.end())));
    let lines = &facts.lines;
    let line_of = |it: TextSize| lines.line_of(it);
    // A range that ends right behind a line end does not reach into the next line.
    let last = |it: &Folding| line_of(it.range.end().max(TextSize::new(1)) - TextSize::new(1));
    res.retain(|it| line_of(it.range.start()) < last(it));
    let mut kept: Vec<Folding> = Vec::new();
    for it in res {
        let line = line_of(it.range.start());
        match kept.last_mut().filter(|last| line_of(last.range.start()) == line) {
            Some(same) if same.range.end() < it.range.end() => *same = it,
            Some(_) => {}
            None => kept.push(it),
        }
    }
    kept.truncate(FOLDINGS_MAX);
    kept
}

/// Foldings that the tree alone shows.
fn nodes(parse: &Parse, res: &mut Vec<Folding>) {
    let Some((tree, Ok(compiled))) = parse.tree().map(|it| (it, parse.language().query())) else {
        return;
    };
    let mut comments = Vec::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let kinds = compiled.kinds.get(usize::from(node.kind_id())).copied().unwrap_or_default();
        // A node on one line holds nothing that spans two.
        let is_tall = node.start_position().row < node.end_position().row;
        if kinds.is(Kinds::COMMENT) {
            comments.push(Span::of(node).range());
        } else if is_tall && (kinds.is(Kinds::FOLD) || is_bracketed(node)) {
            res.push(Folding { range: Span::of(node).range(), kind: FoldingKind::Region });
        }
        let descend = is_tall && !kinds.is(Kinds::COMMENT);
        if !goto_into_or_past(&mut cursor, descend) {
            break;
        }
    }
    runs(comments.into_iter(), parse, FoldingKind::Comment, res);
}

/// True where the node begins and ends with brackets of one kind.
fn is_bracketed(node: Node<'_>) -> bool {
    let last = node.child_count().checked_sub(1).and_then(|it| node.child(it));
    let kinds = node.child(0).zip(last).map(|(first, last)| (first.kind(), last.kind()));
    matches!(kinds, Some(("{", "}") | ("(", ")") | ("[", "]")))
}

/// Ranges that follow each other with nothing but one line end between them are one folding.
fn runs(
    ranges: impl Iterator<Item = TextRange>,
    parse: &Parse,
    kind: FoldingKind,
    res: &mut Vec<Folding>,
) {
    let lines = &parse.facts().lines;
    let mut run: Option<TextRange> = None;
    for range in ranges {
        let end = range.end().max(TextSize::new(1)) - TextSize::new(1);
        run = Some(match run {
            Some(last) if lines.line_of(range.start()) <= lines.line_of(last.end()) + 1 => {
                last.cover(TextRange::new(range.start(), end))
            }
            last => {
                res.extend(last.map(|range| Folding { range, kind }));
                TextRange::new(range.start(), end)
            }
        });
    }
    // The last byte was left out so that a line end that is part of a comment does not reach into
    // the next line; what is folded ends with its line anyway.
    let close = |it: TextRange| TextRange::new(it.start(), it.end() + TextSize::new(1));
    res.extend(run.map(|range| Folding { range, kind }));
    for it in res.iter_mut().filter(|it| it.kind == kind) {
        it.range = close(it.range);
    }
}

/// The ranges around `offset`, each inside the next, from a word to the whole file.
pub fn selection_ranges(parse: &Parse, offset: TextSize) -> Vec<TextRange> {
    let whole = TextRange::from_usize(0, parse.rope().len_bytes());
    let mut res = Vec::new();
    if let Some(tree) = parse.tree() {
        let at = offset.to_usize().min(parse.rope().len_bytes());
        let mut cursor = tree.walk();
        loop {
            let range = Span::of(cursor.node()).range();
            if res.last() != Some(&range) && !range.is_empty() {
                res.push(range);
            }
            // Behind a word the word is meant; at a place where two nodes meet, the one that
            // begins.
            if !goto_child_around(&mut cursor, at) {
                break;
            }
        }
    }
    res.reverse();
    if res.last() != Some(&whole) {
        res.push(whole);
    }
    res
}

/// Moves to the child that holds the byte at `at`, else to one that ends there.
fn goto_child_around(cursor: &mut tree_sitter::TreeCursor<'_>, at: usize) -> bool {
    if !cursor.goto_first_child() {
        return false;
    }
    loop {
        let node = cursor.node();
        let begins_next =
            || node.next_sibling().is_some_and(|it| it.start_byte() == at && it.end_byte() != at);
        let holds = node.start_byte() <= at && at < node.end_byte();
        let ends = node.end_byte() == at && node.start_byte() < at && !begins_next();
        if holds || ends {
            return true;
        }
        if at < node.start_byte() || !cursor.goto_next_sibling() {
            cursor.goto_parent();
            return false;
        }
    }
}

//! A file's tree and facts, computed when first asked for and renewed by edits.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use grammars::Language;
use text::{Rope, TextRange};
use tree_sitter::{InputEdit, Point, Tree};

use crate::{
    FileFacts,
    extract::{assemble, without_tree},
    line_ends::readable,
    raw::{Raw, Source, Span, errors},
    read::parse_bounded,
    shared::shared,
};

/// A text with its tree and facts. Both are computed by the first who asks; all clones share them.
/// To make one costs next to nothing, so that a thread that must never wait can.
#[derive(Clone)]
pub struct Parse {
    path: Arc<str>,
    rope: Rope,
    language: &'static Language,
    known: Arc<Known>,
}

/// What was known beforehand, and what is by now.
#[derive(Default)]
struct Known {
    /// The last tree before this one that was there, and how its text became this one.
    old: Option<Old>,
    /// The same of the last text before this one that had facts.
    basis: Option<(Arc<Raw>, Old)>,
    /// `None` inside where parsing was given up.
    tree: OnceLock<Option<Tree>>,
    facts: OnceLock<Computed>,
}

#[derive(Clone)]
struct Old {
    tree: Tree,
    edits: Vec<InputEdit>,
}

struct Computed {
    facts: Arc<FileFacts>,
    raw: Option<Arc<Raw>>,
}

/// After so many edits without anybody asking, the whole text is read.
const PENDING_EDITS_MAX: usize = 1_000;

/// A parse of `rope`. With `old`, the parse of the text before `edits` (each in the text after the
/// one before it, as [`input_edit`] makes them), only what changed is parsed again, and so it is
/// with the facts. Edits that do not lead from the old text to this one cost a whole parse, no
/// more. `path` is as in [`crate::facts`].
pub fn parse(
    path: &str,
    rope: &Rope,
    language: &'static Language,
    old: Option<(&Parse, &[InputEdit])>,
) -> Parse {
    let old = old.filter(|(old, edits)| {
        old.language == language && len_after(old.rope.len_bytes(), edits) == Some(rope.len_bytes())
    });
    let known = old.map(|(old, edits)| old.after(edits)).unwrap_or_default();
    Parse { path: Arc::from(path), rope: rope.clone(), language, known: Arc::new(known) }
}

/// The length of a text of `len` bytes after `edits`; `None` where one of them does not fit.
fn len_after(len: usize, edits: &[InputEdit]) -> Option<usize> {
    edits.iter().try_fold(len, |len, it| {
        let fits = it.start_byte <= it.old_end_byte
            && it.old_end_byte <= len
            && it.start_byte <= it.new_end_byte;
        fits.then(|| len - it.old_end_byte + it.new_end_byte)
    })
}

/// The edit that replaces `range` of `before` by `text`, as [`parse`] wants it. A range beyond the
/// text is cut off at its end.
pub fn input_edit(before: &Rope, range: TextRange, text: &str) -> InputEdit {
    let mut start = range.start().to_usize().min(before.len_bytes());
    let old_end = range.end().to_usize().min(before.len_bytes()).max(start);
    let new_end = start + text.len();
    let start_point = point_at(before, start);
    // Whether the end of `text` ends a line depends on what follows it.
    let next = before.get_byte(old_end).unwrap_or_default();
    let ends: Vec<usize> = line_ends(text.as_bytes(), next).collect();
    let new_end_point = match ends.last() {
        Some(last) => Point { row: start_point.row + ends.len(), column: text.len() - last },
        None => Point { row: start_point.row, column: start_point.column + text.len() },
    };
    let old_end_point = point_at(before, old_end);
    let mut start_position = start_point;
    // A `\r` is a line end of its own or half of one; which, the edit behind it may change.
    if let Some(at) = start.checked_sub(1)
        && before.get_byte(at) == Some(b'\r')
    {
        start = at;
        start_position = point_at(before, at);
    }
    InputEdit {
        start_byte: start,
        old_end_byte: old_end,
        new_end_byte: new_end,
        start_position,
        old_end_position: old_end_point,
        new_end_position: new_end_point,
    }
}

/// Where lines end in `bytes`, which `next` follows: behind each `\n`, and behind each `\r` without
/// one.
fn line_ends(bytes: &[u8], next: u8) -> impl Iterator<Item = usize> {
    bytes.iter().enumerate().filter_map(move |(at, byte)| match byte {
        b'\n' => Some(at + 1),
        b'\r' if *bytes.get(at + 1).unwrap_or(&next) != b'\n' => Some(at + 1),
        _ => None,
    })
}

/// Row and column in bytes, as the parser sees them.
fn point_at(rope: &Rope, at: usize) -> Point {
    let row = rope.byte_to_line(at);
    Point { row, column: at - rope.line_to_byte(row) }
}

impl Parse {
    /// The text.
    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    /// The language.
    pub fn language(&self) -> &'static Language {
        self.language
    }

    /// What did not parse, in order; of very many the first. Needs no facts.
    pub fn errors(&self) -> Vec<TextRange> {
        let root = self.tree().map(Tree::root_node);
        root.map(errors).unwrap_or_default().into_iter().map(Span::range).collect()
    }

    /// True where the tree is there, or was given up.
    pub fn is_parsed(&self) -> bool {
        self.known.tree.get().is_some()
    }

    /// The tree; `None` where parsing was given up.
    pub fn tree(&self) -> Option<&Tree> {
        self.known.tree.get_or_init(|| self.parsed()).as_ref()
    }

    /// The facts of this text: from the nodes that are new where a parse before this one had facts,
    /// from the whole tree otherwise. The result is the same.
    pub fn facts(&self) -> &Arc<FileFacts> {
        &self.known.facts.get_or_init(|| self.computed()).facts
    }

    fn parsed(&self) -> Option<Tree> {
        let rope = &self.rope;
        let mut chunk_at = |at: usize| {
            let at = at.min(rope.len_bytes());
            let (chunk, start, ..) = rope.chunk_at_byte(at);
            readable(&chunk.as_bytes()[at - start..], rope.get_byte(start + chunk.len()))
        };
        let edited = self.known.old.as_ref().map(Old::edited);
        parse_bounded(self.language, edited.as_ref(), rope.len_bytes(), &mut chunk_at)
    }

    fn computed(&self) -> Computed {
        let text = String::from(&self.rope);
        match self.raw(&text) {
            Some((mut raw, source)) => {
                let facts = assemble(&mut raw, source, &self.path);
                Computed { facts: Arc::new(facts), raw: Some(Arc::new(raw)) }
            }
            None => {
                let facts = without_tree(&self.path, &text, self.language);
                Computed { facts: Arc::new(facts), raw: None }
            }
        }
    }

    fn raw<'a>(&self, text: &'a str) -> Option<(Raw, Source<'a>)> {
        let compiled = self.language.query().ok()?;
        let source = Source { text, language: self.language, compiled };
        let tree = self.tree()?;
        let raw = match &self.known.basis {
            Some((raw, old)) => {
                let shared = shared(&old.edited(), tree, &old.edits, &compiled.kinds);
                raw.renewed(tree.root_node(), source, &shared)
            }
            None => Raw::collect(tree.root_node(), source),
        };
        Some((raw.ok()?, source))
    }

    /// What is known of the text that `edits` make of this one.
    fn after(&self, edits: &[InputEdit]) -> Known {
        let old = match self.known.tree.get() {
            Some(tree) => tree.as_ref().map(|it| Old::new(it, edits)),
            None => self.known.old.as_ref().and_then(|it| it.after(edits)),
        };
        let basis = match (self.known.facts.get(), self.known.tree.get()) {
            (Some(computed), Some(Some(tree))) => {
                computed.raw.clone().map(|raw| (raw, Old::new(tree, edits)))
            }
            (Some(_), _) => None,
            (None, _) => {
                let basis = self.known.basis.as_ref();
                basis.and_then(|(raw, old)| Some((Arc::clone(raw), old.after(edits)?)))
            }
        };
        Known { old, basis, ..Known::default() }
    }
}

impl Old {
    fn new(tree: &Tree, edits: &[InputEdit]) -> Old {
        Old { tree: tree.clone(), edits: edits.to_vec() }
    }

    fn after(&self, edits: &[InputEdit]) -> Option<Old> {
        let fits = self.edits.len() + edits.len() <= PENDING_EDITS_MAX;
        let edits = [&self.edits, edits].concat();
        fits.then(|| Old { tree: self.tree.clone(), edits })
    }

    /// The tree with the edits noted in it.
    fn edited(&self) -> Tree {
        let mut tree = self.tree.clone();
        self.edits.iter().for_each(|it| tree.edit(it));
        tree
    }
}

impl fmt::Debug for Parse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parse({}, {:?}, {} bytes)", self.path, self.language, self.rope.len_bytes())
    }
}

#[cfg(test)]
mod tests;

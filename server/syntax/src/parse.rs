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
    extract::{Assembled, assemble, without_tree},
    line_ends::readable,
    raw::{Raw, Source, Span, errors},
    read::parse_bounded,
    shared::shared,
    splice,
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
    /// The last tree before this one that was there, with what was edited since.
    old: Option<Old>,
    /// What the last text before this one that had facts leaves to this one.
    basis: Option<Basis>,
    /// `None` inside where parsing was given up.
    tree: OnceLock<Option<Tree>>,
    facts: OnceLock<Computed>,
}

/// A tree with the edits that came after it noted in it.
#[derive(Clone)]
struct Old {
    tree: Tree,
    edits: Vec<InputEdit>,
}

/// What facts are renewed from.
#[derive(Clone)]
struct Basis {
    /// What the whole tree said when it was last asked, and that tree.
    raw: Arc<Raw>,
    old: Old,
    /// The last facts, where parts can be put into them.
    parts: Option<splice::Basis>,
}

struct Computed {
    facts: Arc<FileFacts>,
    basis: Option<Basis>,
}

/// After so many edits without anybody asking the whole tree, the whole text is read.
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

    /// True where it goes back to an earlier text, and holds what is known of that.
    pub fn is_renewed(&self) -> bool {
        self.known.old.is_some() || self.known.basis.is_some()
    }

    /// The tree; `None` where parsing was given up.
    pub fn tree(&self) -> Option<&Tree> {
        self.known.tree.get_or_init(|| self.parsed()).as_ref()
    }

    /// The facts of this text: where a parse before this one had facts, from the edited part alone
    /// or the nodes that are new; from the whole tree otherwise. The result is the same.
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
        let old = self.known.old.as_ref().map(|it| &it.tree);
        parse_bounded(self.language, old, rope.len_bytes(), &mut chunk_at)
    }

    fn computed(&self) -> Computed {
        let text = String::from(&self.rope);
        let compiled = self.language.query().ok();
        let source =
            compiled.map(|it| Source { text: &text, language: self.language, compiled: it });
        let computed = source.and_then(|it| self.spliced(it).or_else(|| self.assembled(it)));
        computed.unwrap_or_else(|| {
            let facts = without_tree(&self.path, &text, self.language);
            Computed { facts: Arc::new(facts), basis: None }
        })
    }

    /// The facts before with what the edited part says; `None` where the tree has to be asked.
    fn spliced(&self, source: Source<'_>) -> Option<Computed> {
        let basis = self.known.basis.as_ref()?;
        let parts = basis.parts.as_ref()?.spliced(&basis.old.tree, source, &self.path)?;
        let facts = Arc::clone(&parts.facts);
        let basis = Basis { parts: Some(parts), ..basis.clone() };
        Some(Computed { facts, basis: Some(basis) })
    }

    fn assembled(&self, source: Source<'_>) -> Option<Computed> {
        let tree = self.tree()?;
        let mut raw = match &self.known.basis {
            Some(Basis { raw, old, .. }) => {
                let shared = shared(&old.tree, tree, &old.edits, &source.compiled.kinds);
                raw.renewed(tree.root_node(), source, &shared)
            }
            None => Raw::collect(tree.root_node(), source),
        }
        .ok()?;
        let Assembled { facts, ids, whole } = assemble(&mut raw, source, &self.path);
        let facts = Arc::new(facts);
        let parts = splice::Basis::new(&facts, &raw, (ids, whole));
        let basis = Basis { raw: Arc::new(raw), old: Old::new(tree), parts };
        Some(Computed { facts, basis: Some(basis) })
    }

    /// What is known of the text that `edits` make of this one.
    fn after(&self, edits: &[InputEdit]) -> Known {
        let old = match self.known.tree.get() {
            Some(tree) => tree.as_ref().and_then(|it| Old::new(it).after(edits)),
            None => self.known.old.as_ref().and_then(|it| it.after(edits)),
        };
        let basis = match self.known.facts.get() {
            Some(computed) => computed.basis.as_ref(),
            None => self.known.basis.as_ref(),
        };
        Known { old, basis: basis.and_then(|it| it.after(edits)), ..Known::default() }
    }
}

impl Old {
    fn new(tree: &Tree) -> Old {
        Old { tree: tree.clone(), edits: Vec::new() }
    }

    fn after(&self, edits: &[InputEdit]) -> Option<Old> {
        let fits = self.edits.len() + edits.len() <= PENDING_EDITS_MAX;
        fits.then(|| {
            let mut tree = self.tree.clone();
            edits.iter().for_each(|it| tree.edit(it));
            Old { tree, edits: [&self.edits, edits].concat() }
        })
    }
}

impl Basis {
    fn after(&self, edits: &[InputEdit]) -> Option<Basis> {
        let mut parts = self.parts.clone();
        if let Some(parts) = &mut parts {
            edits.iter().for_each(|it| parts.edit(it));
        }
        Some(Basis { raw: Arc::clone(&self.raw), old: self.old.after(edits)?, parts })
    }
}

impl fmt::Debug for Parse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parse({}, {:?}, {} bytes)", self.path, self.language, self.rope.len_bytes())
    }
}

#[cfg(test)]
mod tests;

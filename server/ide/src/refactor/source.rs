//! One file as refactorings see it: its text, its tree, and the rules of its language.

use std::sync::Arc;

use grammars::{Language, RefactorRules};
use syntax::{FileFacts, Node, Tree};
use text::TextRange;
use vfs::{FileId, VfsPath};

use super::{RefactorError, Refactored};
use crate::Analysis;

/// A file with its tree.
pub(super) struct Source<'a> {
    pub(super) file: FileId,
    pub(super) path: &'a VfsPath,
    pub(super) text: Arc<str>,
    pub(super) facts: &'a Arc<FileFacts>,
    pub(super) language: &'static Language,
    pub(super) rules: &'static RefactorRules,
    pub(super) tree: Tree,
}

impl Analysis {
    /// The file, where its language has rules for changing code and its text is at hand.
    pub(super) fn source(&self, file: FileId) -> Refactored<Source<'_>> {
        let none = RefactorError::NotHere("nothing is known of this file");
        let facts = self.facts(file).ok_or(none.clone())?;
        let path = self.path(file).ok_or(none)?;
        let unknown = "code of this language cannot be changed by its structure";
        let language = facts.language.ok_or(RefactorError::NotHere(unknown))?;
        if language.refactor.blocks.is_empty() {
            return Err(RefactorError::NotHere(unknown));
        }
        let text = self.text(file).ok_or_else(|| RefactorError::Stale(path.clone()))?;
        let open = self.document(file).and_then(|it| it.parse()?.tree().cloned());
        let tree = open.or_else(|| syntax::tree(&text, language));
        let tree = tree.ok_or(RefactorError::NotHere("this file could not be parsed"))?;
        let rules = &language.refactor;
        Ok(Source { file, path, text, facts, language, rules, tree })
    }
}

impl Source<'_> {
    /// The named node that is exactly `range`, blanks around it aside; of several the outermost
    /// that is no block.
    pub(super) fn node(&self, range: TextRange) -> Option<Node<'_>> {
        let range = self.trimmed(range)?.to_usize();
        let found = self.tree.root_node().descendant_for_byte_range(range.start, range.end)?;
        let is_it = |it: &Node<'_>| it.byte_range() == range;
        let mut found = Some(found).filter(is_it)?;
        let is_block = |it: &Node<'_>| self.rules.blocks.contains(&it.kind());
        while let Some(around) = found.parent().filter(|it| is_it(it) && !is_block(it)) {
            found = around;
        }
        found.is_named().then_some(found)
    }

    /// The innermost named node around `range`.
    pub(super) fn around(&self, range: TextRange) -> Option<Node<'_>> {
        let range = range.to_usize();
        self.tree.root_node().named_descendant_for_byte_range(range.start, range.end)
    }

    /// `range` without the blanks at its ends; `None` where nothing is left.
    pub(super) fn trimmed(&self, range: TextRange) -> Option<TextRange> {
        let selected = self.text.get(range.to_usize())?;
        let start = range.start().to_usize() + (selected.len() - selected.trim_start().len());
        let selected = selected.trim();
        (!selected.is_empty()).then(|| TextRange::from_usize(start, start + selected.len()))
    }

    /// What is written in a node.
    pub(super) fn of(&self, node: Node<'_>) -> &str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// The statement around a node: the ancestor that stands in a block, with the way up to it.
    pub(super) fn way_up<'t>(&self, node: Node<'t>) -> Option<Vec<Node<'t>>> {
        let mut way = vec![node];
        loop {
            let last = *way.last()?;
            let parent = last.parent()?;
            if self.rules.blocks.contains(&parent.kind()) {
                return Some(way);
            }
            way.push(parent);
        }
    }

    /// The nearest ancestor of one of `kinds`.
    pub(super) fn enclosing<'t>(&self, node: Node<'t>, kinds: &[&str]) -> Option<Node<'t>> {
        std::iter::successors(node.parent(), Node::parent).find(|it| kinds.contains(&it.kind()))
    }

    /// The line of an offset, from 1.
    pub(super) fn line(&self, range: TextRange) -> u32 {
        self.facts.lines.line_of(range.start()) + 1
    }
}

/// The bytes of a node.
pub(super) fn range_of(node: Node<'_>) -> TextRange {
    TextRange::from_usize(node.start_byte(), node.end_byte())
}

/// Whether `child` of `parent` stands at one of `positions`.
pub(super) fn stands_at(parent: Node<'_>, child: Node<'_>, positions: &[&str]) -> bool {
    positions.iter().any(|position| {
        if let Some((kind, field)) = position.split_once('.') {
            return kind == parent.kind() && field_of(parent, child) == Some(field);
        }
        match position.split_once('/') {
            Some((kind, below)) => kind == parent.kind() && below == child.kind(),
            None => *position == parent.kind(),
        }
    })
}

fn field_of<'t>(parent: Node<'t>, child: Node<'t>) -> Option<&'t str> {
    let mut places = 0..parent.child_count();
    let nth = places.find(|it| parent.child(*it).is_some_and(|it| it.id() == child.id()))?;
    parent.field_name_for_child(nth)
}

/// The parts of `node` that one of `entries` names: `kind.field.field`, `kind/below.field.field`.
/// With several entries that fit, the first whose fields are all there.
pub(super) fn parts<'t>(node: Node<'t>, entries: &[&str]) -> Option<Vec<Node<'t>>> {
    entries.iter().find_map(|entry| {
        let mut words = entry.split('.');
        let (kind, below) = match words.next()?.split_once('/') {
            Some((kind, below)) => (kind, Some(below)),
            None => (entry.split('.').next()?, None),
        };
        if kind != node.kind() {
            return None;
        }
        let mut cursor = node.walk();
        let holders: Vec<Node<'t>> = match below {
            Some(below) => {
                node.named_children(&mut cursor).filter(|it| it.kind() == below).collect()
            }
            None => vec![node],
        };
        let [holder] = holders[..] else { return None };
        words
            .map(|field| {
                // The type of a declaration stands beside the part that names it.
                holder.child_by_field_name(field).or_else(|| node.child_by_field_name(field))
            })
            .collect()
    })
}

/// Named children that are no comments.
pub(super) fn children<'t>(node: Node<'t>, language: &Language) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    let named = node.named_children(&mut cursor);
    named.filter(|it| !language.comments.contains(&it.kind())).collect()
}

/// Every node below `node`, itself included, outer before inner, for which `enters` is true.
pub(super) fn walk<'t>(node: Node<'t>, visit: &mut dyn FnMut(Node<'t>) -> bool) {
    let mut todo = vec![node];
    while let Some(it) = todo.pop() {
        if !visit(it) {
            continue;
        }
        let mut cursor = it.walk();
        let inner: Vec<Node<'t>> = it.children(&mut cursor).collect();
        todo.extend(inner.into_iter().rev());
    }
}

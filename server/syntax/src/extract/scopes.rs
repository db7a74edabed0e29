//! The scopes of a file: where they are and which is inside which.

use std::cmp::Reverse;

use grammars::Capture;
use text::TextRange;

use crate::{
    Scope, ScopeIdx, ScopeKind,
    raw::{Captured, Span},
};

/// Scopes by start, outer before inner; the first is the file.
#[derive(Debug)]
pub(crate) struct Scopes {
    pub(crate) scopes: Vec<Scope>,
    finger: usize,
}

/// Scopes nested deeper are not told apart: whoever climbs them climbs a bounded way.
pub(crate) const DEPTH_MAX: usize = 256;

/// Adds the scope that a match speaks of, if it does.
pub(crate) fn take(found: &mut Vec<(Span, ScopeKind)>, captured: &[Captured]) {
    for it in captured {
        let kind = match it.capture {
            Capture::ScopeBlock => ScopeKind::Block,
            Capture::ScopeFunction => ScopeKind::Function,
            Capture::ScopeClass => ScopeKind::Class,
            Capture::ScopeModule => ScopeKind::Module,
            _ => continue,
        };
        let end = captured.iter().find(|it| it.capture == Capture::ScopeEnd);
        let end = end.map_or(it.span.end, |it| it.span.end);
        found.push((Span { start: it.span.start, end }, kind));
    }
}

impl Scopes {
    /// The scopes `found` in a text of `len` bytes. Two of one span are one, of the greater kind;
    /// but for a type that is nothing but one function, where braces do not make it wider.
    pub(crate) fn new(mut found: Vec<(Span, ScopeKind)>, len: u32) -> Scopes {
        found.sort_by_key(|(span, kind)| (span.start, Reverse(span.end), Reverse(*kind)));
        found.dedup_by(|inner, outer| {
            let are_two = outer.1 == ScopeKind::Class && inner.1 == ScopeKind::Function;
            inner.0 == outer.0 && !are_two
        });
        let range = TextRange::from_usize(0, len as usize);
        let mut scopes = vec![Scope { range, parent: None, owner: None, kind: ScopeKind::File }];
        let (mut top, mut depth) = (ScopeIdx::FILE, 0);
        for (span, kind) in found {
            let range = span.range();
            // What begins inside a scope but ends outside is cut off: scopes nest. It cannot come
            // from a tree, only from an end that a pattern named.
            while !scopes[top.index()].range.contains_range(range) {
                let Some(parent) = scopes[top.index()].parent else { break };
                top = parent;
                depth -= 1;
            }
            if DEPTH_MAX <= depth || !scopes[top.index()].range.contains_range(range) {
                continue;
            }
            depth += 1;
            let idx = ScopeIdx::new(scopes.len());
            scopes.push(Scope { range, parent: Some(top), owner: None, kind });
            top = idx;
        }
        Scopes { scopes, finger: 0 }
    }

    pub(crate) fn get(&self, idx: ScopeIdx) -> &Scope {
        &self.scopes[idx.index()]
    }

    /// The innermost scope around the byte at `at`.
    pub(crate) fn at(&mut self, at: u32) -> ScopeIdx {
        let starts_before = |it: &Scope| it.range.start().raw() <= at;
        // Most questions come in order, so the answer is near the last one.
        let near = self.finger..(self.finger + 8).min(self.scopes.len());
        let fits = self.scopes.get(near.start).is_some_and(starts_before)
            && !self.scopes.get(near.end).is_some_and(starts_before);
        let searched = if fits { near } else { 0..self.scopes.len() };
        let n_before = self.scopes[searched.clone()].partition_point(starts_before);
        let mut index = (searched.start + n_before).saturating_sub(1);
        self.finger = index;
        while !self.scopes[index].range.to_usize().contains(&(at as usize)) {
            match self.scopes[index].parent {
                Some(parent) => index = parent.index(),
                None => break,
            }
        }
        ScopeIdx::new(index)
    }

    /// The innermost scope that holds all of `span` and is not its own: not of that very span, but
    /// for the type around its only function.
    pub(crate) fn around(&mut self, span: Span) -> ScopeIdx {
        let innermost = self.at(span.start);
        let mut idx = innermost;
        loop {
            let scope = self.get(idx);
            let is_type_around = scope.kind == ScopeKind::Class && idx != innermost;
            let is_own = scope.range == span.range() && !is_type_around;
            let holds = scope.range.contains_range(span.range()) && !is_own;
            match scope.parent {
                Some(parent) if !holds => idx = parent,
                _ => return idx,
            }
        }
    }

    /// The scope that is the node at `span`, else the innermost one around it.
    pub(crate) fn of_node(&mut self, span: Span) -> ScopeIdx {
        let mut idx = self.at(span.start);
        loop {
            let scope = self.get(idx);
            match scope.parent {
                Some(parent) if !scope.range.contains_range(span.range()) => idx = parent,
                _ => return idx,
            }
        }
    }

    /// `idx` or the nearest scope around it that is no block.
    pub(crate) fn no_block(&self, mut idx: ScopeIdx) -> ScopeIdx {
        while let (ScopeKind::Block, Some(parent)) = (self.get(idx).kind, self.get(idx).parent) {
            idx = parent;
        }
        idx
    }

    /// `idx` or the nearest scope around it that is a type's.
    pub(crate) fn class(&self, idx: ScopeIdx) -> Option<ScopeIdx> {
        let mut next = Some(idx);
        while let Some(idx) = next {
            if self.get(idx).kind == ScopeKind::Class {
                return Some(idx);
            }
            next = self.get(idx).parent;
        }
        None
    }

    /// True where `idx` is inside a function.
    pub(crate) fn is_in_function(&self, idx: ScopeIdx) -> bool {
        let mut next = Some(idx);
        while let Some(idx) = next {
            if self.get(idx).kind == ScopeKind::Function {
                return true;
            }
            next = self.get(idx).parent;
        }
        false
    }
}

impl Span {
    pub(crate) fn range(self) -> TextRange {
        TextRange::from_usize(self.start as usize, self.end as usize)
    }
}

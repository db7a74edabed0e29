//! Definitions put inside each other and into their scopes: the symbols.

use std::cmp::Reverse;

use grammars::Exports;
use text::{TextRange, TextSize};

use crate::{
    Base, Detail, DetailIdx, Part, ReferenceIdx, ScopeIdx, ScopeKind, Symbol, SymbolIdx,
    SymbolKind, Value,
    extract::{
        definitions::{Definition, Owner},
        docs::Documented,
        scopes::{DEPTH_MAX, Scopes},
        uses::{Before, Uses},
    },
    names::{Interner, unnumbered},
    raw::{Source, Span},
};

/// The symbols while they are put together.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) symbols: Vec<Symbol>,
    /// The definition that each symbol was.
    pub(crate) definition_of: Vec<u32>,
    pub(crate) scopes: Scopes,
    pub(crate) details: Vec<Detail>,
    pub(crate) bases: Vec<Base>,
}

impl Draft {
    /// The symbols in order, each with its parent and its scopes.
    pub(crate) fn new(definitions: &[Definition], scopes: Scopes) -> Draft {
        let mut definition_of: Vec<u32> = (0..definitions.len() as u32).collect();
        definition_of.sort_unstable_by_key(|it| {
            let it = &definitions[*it as usize];
            (it.node.start, Reverse(it.node.end), it.name)
        });
        let symbols = definition_of.iter().map(|it| {
            let it = &definitions[*it as usize];
            Symbol {
                name: unnumbered(it.name_id),
                range: it.node.range(),
                name_range: it.name.range(),
                parent: None,
                scope: it.scope,
                inner: None,
                visible_from: TextSize::new(it.visible_from),
                type_ref: None,
                value: None,
                kind: it.kind,
                exported: it.exported,
                is_local: it.is_local,
                is_test: false,
                shorthand: it.shorthand,
                detail: None,
            }
        });
        let symbols = symbols.collect();
        let (details, bases) = (Vec::new(), Vec::new());
        let mut draft = Draft { symbols, definition_of, scopes, details, bases };
        draft.nest();
        draft.settle(definitions);
        draft
    }

    /// Goes through symbols and scopes in the order of the text, outer before inner.
    fn nest(&mut self) {
        let mut around: Vec<SymbolIdx> = Vec::new();
        let mut next_scope = 1;
        for index in 0..=self.symbols.len() {
            let range = self.symbols.get(index).map(|it| it.range);
            while let Some(scope) = self.scopes.scopes.get(next_scope)
                && range.is_none_or(|it| is_before(scope.range, it))
            {
                self.open_scope(ScopeIdx::new(next_scope), &mut around);
                next_scope += 1;
            }
            let Some(range) = range else { break };
            self.close(&mut around, range);
            let is_twin = |it: &&SymbolIdx| self.symbols[it.index()].range == range;
            let n_twins = around.iter().rev().take_while(is_twin).count();
            let parent = around.iter().rev().nth(n_twins).copied();
            self.symbols[index].parent = parent;
            if !self.symbols[index].is_local && around.len() < DEPTH_MAX {
                around.push(SymbolIdx::new(index));
            }
        }
    }

    fn close(&self, around: &mut Vec<SymbolIdx>, range: TextRange) {
        let holds = |it: &SymbolIdx| self.symbols[it.index()].range.contains_range(range);
        while around.last().is_some_and(|it| !holds(it)) {
            around.pop();
        }
    }

    /// A scope belongs to the innermost definition around it, if that opens scopes of its kind and
    /// has none yet, and no other scope is between them.
    fn open_scope(&mut self, idx: ScopeIdx, around: &mut Vec<SymbolIdx>) {
        let scope = *self.scopes.get(idx);
        self.close(around, scope.range);
        // A class of one function only: its body is as wide as the function, and is not its scope.
        let may_own = |it: &&SymbolIdx| {
            let symbol = &self.symbols[it.index()];
            symbol.range != scope.range || opens(symbol.kind, scope.kind)
        };
        let Some(owner) = around.iter().rev().find(may_own).copied() else { return };
        let symbol = &mut self.symbols[owner.index()];
        let parent = scope.parent.map_or(ScopeIdx::FILE, |it| it);
        let is_between = symbol.range.contains_range(self.scopes.get(parent).range)
            && symbol.range != self.scopes.get(parent).range;
        if symbol.inner.is_none() && !is_between && opens(symbol.kind, scope.kind) {
            symbol.inner = Some(idx);
            self.scopes.scopes[idx.index()].owner = Some(owner);
        }
    }

    /// What follows from the parent: methods, fields, visibility.
    fn settle(&mut self, definitions: &[Definition]) {
        for index in 0..self.symbols.len() {
            let definition = &definitions[self.definition_of[index] as usize];
            if let Some(Owner::Scope(class)) = definition.owner {
                self.symbols[index].parent = self.scopes.get(class).owner;
            }
            let parent = self.symbols[index].parent.map(|it| self.symbols[it.index()]);
            let Some(parent) = parent.filter(|it| is_type(it.kind)) else { continue };
            let implements = parent.kind == SymbolKind::Implementation
                && definitions
                    .get(self.parent_definition(index))
                    .is_some_and(|it| it.interface_node.is_some());
            let symbol = &mut self.symbols[index];
            if symbol.is_local {
                continue;
            }
            symbol.kind = match symbol.kind {
                SymbolKind::Function => SymbolKind::Method,
                SymbolKind::Variable => SymbolKind::Field,
                other => other,
            };
            // What an interface asks for is as visible as the interface.
            symbol.exported |=
                implements || (parent.kind == SymbolKind::Interface && parent.exported);
        }
    }

    fn parent_definition(&self, index: usize) -> usize {
        let parent = self.symbols[index].parent.map(|it| it.index());
        parent.map_or(usize::MAX, |it| self.definition_of[it] as usize)
    }

    /// Fills in what refers to other names: types, values, bases, interfaces.
    pub(crate) fn refer(
        &mut self,
        definitions: &[Definition],
        documented: &[Documented],
        links: &mut Links<'_>,
    ) {
        for index in 0..self.symbols.len() {
            let it = &definitions[self.definition_of[index] as usize];
            let symbol = &mut self.symbols[index];
            symbol.type_ref = it.type_node.and_then(|it| links.head(it));
            symbol.value = it.value_node.and_then(|node| links.value(node, it.part));
            let first_base = self.bases.len() as u32;
            for (span, kind) in &it.bases {
                let head = links.head(*span);
                self.bases.extend(head.map(|reference| Base { reference, kind: *kind }));
            }
            let n_bases = self.bases.len() as u32 - first_base;
            let owner = match it.owner {
                Some(Owner::Name(name)) => Some(name),
                Some(Owner::Scope(_)) => {
                    let parent = symbol.parent.map(|it| self.definition_of[it.index()]);
                    parent.map(|it| definitions[it as usize].name_id)
                }
                None if it.kind == SymbolKind::Implementation => Some(it.name_id),
                None => None,
            };
            let detail = Detail {
                signature_end: it.body.map(TextSize::new),
                owner: owner.map(unnumbered),
                doc: documented[index].doc,
                interface: it.interface_node.and_then(|it| links.head(it)),
                bases: if n_bases == 0 { (0, 0) } else { (first_base, n_bases) },
            };
            if detail != Detail::default() {
                symbol.detail = Some(DetailIdx::new(self.details.len()));
                self.details.push(detail);
            }
        }
    }

    /// Marks tests.
    pub(crate) fn finish(
        &mut self,
        source: Source<'_>,
        documented: &[Documented],
        definitions: &[Definition],
        (is_test_file, names): (bool, &Interner),
    ) {
        let tests = &source.language.tests;
        for index in 0..self.symbols.len() {
            let symbol = &self.symbols[index];
            let is_function =
                matches!(symbol.kind, SymbolKind::Function | SymbolKind::Method | SymbolKind::Test);
            let name = names.get(definitions[self.definition_of[index] as usize].name_id);
            let parent_is_test = symbol.parent.is_some_and(|it| self.symbols[it.index()].is_test);
            let is_test = is_test_file
                || parent_is_test
                || symbol.kind == SymbolKind::Test
                || documented[index].has_test_mark
                || (is_function && tests.names.iter().any(|it| grammars::glob_matches(it, name)));
            self.symbols[index].is_test = is_test;
        }
        debug_assert!(
            source.language.exports != Exports::All
                || self.symbols.iter().all(|it| it.scope.index() < self.scopes.scopes.len())
        );
    }
}

/// From nodes to references.
pub(crate) struct Links<'a> {
    pub(crate) uses: &'a mut Uses,
    /// The reference that each leaf is.
    pub(crate) reference_of: &'a [Option<ReferenceIdx>],
}

impl Links<'_> {
    /// The name that the type expression at `span` is about.
    pub(crate) fn head(&mut self, span: Span) -> Option<ReferenceIdx> {
        self.reference_of[self.uses.type_head(span)? as usize]
    }

    /// The last name of the expression at `span`, where that is nothing but names.
    pub(crate) fn name_at(&mut self, span: Span) -> Option<ReferenceIdx> {
        match self.uses.value_at(span) {
            Before::Leaf(leaf) => self.reference_of[leaf as usize],
            _ => None,
        }
    }

    /// What the expression at `span` is as a value.
    fn value(&mut self, span: Span, part: Part) -> Option<Value> {
        let (leaf, is_call, own) = match self.uses.value_at(span) {
            Before::Leaf(leaf) => (leaf, false, Part::Whole),
            Before::Call(leaf) => (leaf, true, Part::Whole),
            Before::Element(leaf) => (leaf, false, Part::Element),
            Before::ElementOfCall(leaf) => (leaf, true, Part::Element),
            Before::Many(leaf) => (leaf, false, Part::Many),
            Before::ManyOfCalls(leaf) => (leaf, true, Part::Many),
            Before::Nothing | Before::Opaque | Before::Span(_) => return None,
        };
        // Of elements that are taken apart once more nothing is known.
        let part = match (own, part) {
            (own, Part::Whole) => own,
            (Part::Whole, part) => part,
            (Part::Many, Part::Element) => Part::Whole,
            _ => return None,
        };
        Some(Value { reference: self.reference_of[leaf as usize]?, is_call, part })
    }
}

/// True where a scope stands before, or around, a symbol; of one range the symbol comes first.
fn is_before(scope: TextRange, symbol: TextRange) -> bool {
    (scope.start(), Reverse(scope.end())) < (symbol.start(), Reverse(symbol.end()))
}

/// Types, in whose bodies functions are methods.
pub(crate) fn is_type(kind: SymbolKind) -> bool {
    matches!(
        kind,
        SymbolKind::Class
            | SymbolKind::Struct
            | SymbolKind::Enum
            | SymbolKind::Interface
            | SymbolKind::Union
            | SymbolKind::Implementation
    )
}

/// True where a definition of this kind may own a scope of that one.
fn opens(symbol: SymbolKind, scope: ScopeKind) -> bool {
    match scope {
        ScopeKind::File => false,
        ScopeKind::Block => matches!(symbol, SymbolKind::Type),
        ScopeKind::Function => matches!(
            symbol,
            SymbolKind::Function
                | SymbolKind::Method
                | SymbolKind::Constructor
                | SymbolKind::Property
                | SymbolKind::Macro
                | SymbolKind::Test
        ),
        ScopeKind::Class | ScopeKind::Module => {
            is_type(symbol)
                || matches!(
                    symbol,
                    SymbolKind::Module
                        | SymbolKind::Namespace
                        | SymbolKind::Package
                        | SymbolKind::Type
                )
        }
    }
}

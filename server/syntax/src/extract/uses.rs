//! What each name of a file is used for, before names are told apart into definitions and
//! references.

use grammars::Capture;
use rustc_hash::FxHashMap;

use crate::{
    Access, ReferenceKind,
    names::Interner,
    raw::{Captured, Leaf, LeafKind, Match, Raw, RawArgument, Source, Span, leaf_of},
};

/// What is known of one leaf.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use {
    pub(crate) kind: Option<ReferenceKind>,
    pub(crate) access: Access,
    pub(crate) qualifier: Before,
    /// The expression that ends with this name: `a.b` of `b`.
    pub(crate) whole: Span,
    /// It is the name of a definition.
    pub(crate) is_definition: bool,
    /// It is bound by an import, under this or another name.
    pub(crate) is_import_binding: bool,
    /// It is the imported name of an import.
    pub(crate) is_import: bool,
    pub(crate) is_ignored: bool,
    pub(crate) is_shorthand: bool,
    /// It is in the list of what the file exports.
    pub(crate) is_listed: bool,
    /// It is a member of what stands before it, or else known by scope.
    pub(crate) is_case: bool,
    /// It is the type of the elements of an array.
    pub(crate) is_array: bool,
    /// It is called with so many arguments.
    pub(crate) n_args: Option<u8>,
}

/// What stands before a member or path, by leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    Nothing,
    /// Not looked up yet.
    Span(Span),
    Leaf(u32),
    Call(u32),
    /// One of the values that the name, or the result of the call, holds.
    Element(u32),
    ElementOfCall(u32),
    /// Several values, of which the name, or the result of the call, is one.
    Many(u32),
    ManyOfCalls(u32),
    Opaque,
}

/// All names of a file in order, and what they are used for.
#[derive(Debug)]
pub(crate) struct Uses {
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) uses: Vec<Use>,
    /// Callee by the span of the call.
    calls: FxHashMap<Span, u32>,
    /// What is indexed, by the span of the whole.
    indexed: FxHashMap<Span, Span>,
    /// What an expression merely hands on, by the span of the whole: one of these.
    passed: FxHashMap<Span, Vec<Span>>,
    /// One of the values that an expression puts together, by the span of the whole.
    gathered: FxHashMap<Span, Span>,
    /// Expressions inside each other that are looked through right now.
    nesting: u32,
    /// Types of which there are arrays.
    arrays: Vec<Span>,
    /// What is given to calls, by the leaf of the callee, in order within each call.
    pub(crate) arguments: Vec<(u32, RawArgument)>,
    /// Where the last search ended: matches come roughly in order.
    finger: usize,
}

impl Uses {
    /// The names of `raw` with those that only strings and keywords hold.
    pub(crate) fn new(raw: &Raw, source: Source<'_>, names: &mut Interner) -> Uses {
        let mut leaves = raw.leaves.clone();
        for span in &raw.format_strings {
            push_format_names(&mut leaves, *span, source, names);
        }
        for found in &raw.matches {
            let marked = raw.captured(found).iter();
            for keyword in marked.filter(|it| it.capture == Capture::Predicate) {
                let after = raw.leaves.partition_point(|it| it.end() <= keyword.span.start);
                let is_free = raw.leaves.get(after).is_none_or(|it| keyword.span.end <= it.start);
                if is_free {
                    leaves.extend(leaf_of(keyword.span, LeafKind::Plain, source, names));
                }
            }
        }
        if leaves.len() != raw.leaves.len() {
            leaves.sort_by_key(|it| it.start);
            leaves.dedup_by_key(|it| it.start);
        }
        let uses = vec![Use::default(); leaves.len()];
        Uses {
            leaves,
            uses,
            calls: FxHashMap::default(),
            indexed: FxHashMap::default(),
            passed: FxHashMap::default(),
            nesting: 0,
            gathered: FxHashMap::default(),
            arrays: Vec::new(),
            arguments: Vec::new(),
            finger: 0,
        }
    }

    /// The leaf whose text is the node at `span`; the node may begin with a prefix of names.
    pub(crate) fn leaf_at(&mut self, span: Span) -> Option<u32> {
        let index = self.first_from(span.start);
        let leaf = self.leaves.get(index)?;
        (leaf.end() == span.end).then_some(index as u32)
    }

    /// Leaves inside `span`.
    pub(crate) fn leaves_in(&mut self, span: Span) -> std::ops::Range<usize> {
        let first = self.first_from(span.start);
        let n = self.leaves[first..].iter().take_while(|it| it.end() <= span.end).count();
        first..first + n
    }

    /// Index of the first leaf that begins at or after `start`.
    fn first_from(&mut self, start: u32) -> usize {
        const NEAR: usize = 8;
        let low = self.finger.saturating_sub(NEAR);
        let high = (self.finger + NEAR).min(self.leaves.len());
        let fits_low = low == 0 || self.leaves[low - 1].start < start;
        let fits_high = high == self.leaves.len() || start <= self.leaves[high].start;
        let (low, high) = if fits_low && fits_high { (low, high) } else { (0, self.leaves.len()) };
        self.finger = low + self.leaves[low..high].partition_point(|it| it.start < start);
        self.finger
    }

    /// Takes down what the captures of one match say about how names are used.
    pub(crate) fn take(&mut self, found: &Match, raw: &Raw) {
        let captured = raw.captured(found);
        for it in captured {
            match it.capture {
                Capture::Reference => self.set_kind(it.span, ReferenceKind::Read),
                Capture::Call => self.set_kind(it.span, ReferenceKind::Call),
                Capture::ReferenceType => self.set_kind(it.span, ReferenceKind::Type),
                Capture::ReferenceMacro => self.set_kind(it.span, ReferenceKind::Macro),
                Capture::ReferenceWrite => self.set_kind(it.span, ReferenceKind::Write),
                Capture::ReferenceLabel => self.set_kind(it.span, ReferenceKind::Label),
                Capture::Member => self.set_access(it.span, Access::Member, found, captured),
                Capture::Argument => self.set_access(it.span, Access::Argument, found, captured),
                Capture::Path => self.set_access(it.span, Access::Path, found, captured),
                Capture::Case => {
                    self.set_access(it.span, Access::Member, found, captured);
                    self.set_flag(it.span, |it| it.is_case = true);
                }
                Capture::Listed => self.set_flag(it.span, |it| it.is_listed = true),
                Capture::Passes => {
                    let passed = captured.iter().filter(|it| it.capture == Capture::Passed);
                    let known = self.passed.entry(it.span).or_default();
                    known.extend(passed.map(|it| it.span));
                }
                Capture::Gathers => {
                    let gathered = find(captured, Capture::Gathered);
                    self.gathered.extend(gathered.map(|gathered| (it.span, gathered)));
                }
                Capture::Ignore => self.set_flag(it.span, |it| it.is_ignored = true),
                Capture::Shorthand => self.set_shorthand(it.span, captured),
                Capture::Index => {
                    let indexed = find(captured, Capture::Indexed);
                    self.indexed.extend(indexed.map(|indexed| (it.span, indexed)));
                }
                Capture::Array => self.arrays.push(it.span),
                Capture::CallWhole => self.set_call(it.span, found, raw),
                _ => {}
            }
        }
    }

    fn set_kind(&mut self, span: Span, kind: ReferenceKind) {
        self.set_flag(span, |it| {
            // Several patterns may speak of one name in any order; the most telling one counts.
            it.kind = it.kind.max(Some(kind));
        });
    }

    fn set_flag(&mut self, span: Span, set: impl FnOnce(&mut Use)) {
        if let Some(leaf) = self.leaf_at(span) {
            set(&mut self.uses[leaf as usize]);
        }
    }

    /// A shorthand stands by itself; the type whose field it is, where that is written, is kept all
    /// the same.
    fn set_shorthand(&mut self, span: Span, captured: &[Captured]) {
        let of_type = find(captured, Capture::Qualifier).map(Before::Span);
        self.set_flag(span, |it| {
            it.is_shorthand = true;
            if let (Some(of_type), Before::Nothing) = (of_type, it.qualifier) {
                it.qualifier = of_type;
            }
        });
    }

    fn set_access(&mut self, span: Span, access: Access, found: &Match, captured: &[Captured]) {
        let before = match find(captured, Capture::Qualifier) {
            Some(qualifier) => Before::Span(qualifier),
            None => Before::Nothing,
        };
        let whole = found.span;
        self.set_flag(span, |it| {
            it.access = access;
            it.whole = whole;
            if it.qualifier == Before::Nothing {
                it.qualifier = before;
            }
        });
    }

    fn set_call(&mut self, span: Span, found: &Match, raw: &Raw) {
        let captured = raw.captured(found);
        // A type among the arguments of a call says more of what it gives than its callee.
        let made = find(captured, Capture::ReferenceType);
        let callee = find(captured, Capture::Call).or(made);
        if let Some(leaf) = callee.and_then(|it| self.leaf_at(it)) {
            match made {
                Some(_) => _ = self.calls.insert(span, leaf),
                None => _ = self.calls.entry(span).or_insert(leaf),
            }
            let it = &mut self.uses[leaf as usize];
            let is_known = it.n_args.is_some();
            it.n_args = it.n_args.max(found.n_args);
            if !is_known {
                self.arguments.extend(raw.arguments(found).iter().map(|it| (leaf, *it)));
            }
        }
    }

    /// What the node at `span` is as a value: a name, the result of a call, or neither.
    pub(crate) fn value_at(&mut self, span: Span) -> Before {
        if NESTING_MAX <= self.nesting {
            return Before::Opaque;
        }
        self.nesting += 1;
        let found = self.value_through(span);
        self.nesting -= 1;
        if let Some(found) = found {
            return found;
        }
        // Before names: where arguments may be left out, a call ends with its callee.
        if let Some(callee) = self.calls.get(&span) {
            return Before::Call(*callee);
        }
        let after = self.first_from(span.end);
        let last = after.checked_sub(1).filter(|it| self.leaves[*it].end() == span.end);
        if let Some(index) = last {
            let leaf = self.leaves[index];
            let is_alone = self.first_from(span.start) == index
                && leaf.start - span.start.min(leaf.start) <= PREFIX_BYTES_MAX;
            if leaf.start == span.start || self.uses[index].whole == span || is_alone {
                return Before::Leaf(index as u32);
            }
        }
        Before::Opaque
    }

    /// What an expression is that is made of others which are values: a choice of several, several
    /// put together, one taken out.
    fn value_through(&mut self, span: Span) -> Option<Before> {
        if let Some(passed) = self.passed.get(&span) {
            let mut passed: Vec<Span> = passed.iter().copied().filter(|it| *it != span).collect();
            passed.sort_unstable();
            passed.truncate(ALTERNATIVES_MAX);
            // A call says most of what it gives.
            let found: Vec<Before> = passed.into_iter().map(|it| self.value_at(it)).collect();
            let calls = found.iter().find(|it| matches!(it, Before::Call(_)));
            let known = calls.or_else(|| found.iter().find(|it| **it != Before::Opaque));
            return Some(known.copied().unwrap_or(Before::Opaque));
        }
        if let Some(gathered) = self.gathered.get(&span).copied().filter(|it| *it != span) {
            return Some(match self.value_at(gathered) {
                Before::Leaf(leaf) => Before::Many(leaf),
                Before::Call(leaf) => Before::ManyOfCalls(leaf),
                _ => Before::Opaque,
            });
        }
        let indexed = self.indexed.get(&span).copied().filter(|it| *it != span)?;
        Some(match self.value_at(indexed) {
            Before::Leaf(leaf) => Before::Element(leaf),
            Before::Call(leaf) => Before::ElementOfCall(leaf),
            Before::Many(leaf) => Before::Leaf(leaf),
            Before::ManyOfCalls(leaf) => Before::Call(leaf),
            _ => Before::Opaque,
        })
    }

    /// The name that a type expression is about: its first type name, and where that is followed by
    /// a path that goes on, the end of that path. Qualifiers must have been looked up.
    pub(crate) fn type_head(&mut self, span: Span) -> Option<u32> {
        if let Before::Leaf(leaf) = self.value_at(span) {
            return Some(leaf);
        }
        let inside = self.leaves_in(span);
        let is_type = |it: &usize| {
            self.leaves[*it].kind == LeafKind::Type
                || self.uses[*it].kind == Some(ReferenceKind::Type)
        };
        let is_name = |it: &usize| self.leaves[*it].kind != LeafKind::Label;
        let mut head = inside.clone().find(is_type).or_else(|| inside.clone().find(is_name))?;
        while let Some(next) = Some(head + 1).filter(|it| inside.contains(it)) {
            if self.uses[next].qualifier != Before::Leaf(head as u32) {
                break;
            }
            head = next;
        }
        Some(head as u32)
    }

    /// Looks up all qualifiers, now that every match is taken.
    pub(crate) fn resolve_qualifiers(&mut self, source: Source<'_>) {
        for index in 0..self.uses.len() {
            if self.leaves[index].kind == LeafKind::Token && self.uses[index].kind.is_none() {
                self.classify_token(index, source);
            } else if let Before::Span(span) = self.uses[index].qualifier {
                self.uses[index].qualifier = self.value_at(span);
            }
        }
        for span in std::mem::take(&mut self.arrays) {
            if let Some(head) = self.type_head(span) {
                self.uses[head as usize].is_array = true;
            }
        }
    }

    /// In mere tokens there is no tree: what stands beside a name tells what it does.
    fn classify_token(&mut self, index: usize, source: Source<'_>) {
        let (leaf, text) = (self.leaves[index], source.text);
        // Where no tokens have a tree, they are those of C.
        let is_c = source.language.token_trees.is_empty();
        let (before, after) = (&text[..leaf.start as usize], &text[leaf.end() as usize..]);
        let before = before.trim_ascii_end();
        let access = match () {
            () if before.ends_with("::") => Access::Path,
            () if is_c && before.ends_with("->") => Access::Member,
            () if before.ends_with('.') && !before.ends_with("..") => Access::Member,
            () => Access::Bare,
        };
        let dots = if before.ends_with('.') { 1 } else { 2 };
        let qualifier = match access {
            Access::Bare => Before::Nothing,
            _ => {
                let receiver = before[..before.len() - dots].trim_ascii_end();
                let receiver = receiver.trim_end_matches('?');
                let end = receiver.len() as u32;
                let previous = index.checked_sub(1).filter(|it| self.leaves[*it].end() == end);
                match previous {
                    Some(it) => Before::Leaf(it as u32),
                    None => self.call_that_ends(index, receiver),
                }
            }
        };
        let after = after.trim_ascii_start();
        if access == Access::Bare
            && !is_c
            && after.starts_with(':')
            && !after.starts_with("::")
            && let Some(made) = self.literal_around(index, before)
        {
            let it = &mut self.uses[index];
            (it.access, it.qualifier) = (Access::Member, Before::Leaf(made));
            return;
        }
        let kind = match after.as_bytes() {
            [b'(', ..] => Some(ReferenceKind::Call),
            [b'!', b'(' | b'[' | b'{', ..] if !is_c => Some(ReferenceKind::Macro),
            _ => None,
        };
        let it = &mut self.uses[index];
        (it.access, it.qualifier, it.kind) = (access, qualifier, kind);
        let is_given = after.starts_with('=') && !after[1..].starts_with(['=', '>']);
        if is_given && !is_c && before.ends_with(['(', ',']) {
            it.is_ignored = true;
            self.ignore_in_format(index, before);
        }
    }

    /// The name of the type whose literal is around a field among mere tokens: `S` of `S { a: 1 }`.
    fn literal_around(&self, index: usize, before: &str) -> Option<u32> {
        const LITERAL_BYTES_MAX: usize = 4_096;
        if !before.ends_with(['{', ',']) {
            return None;
        }
        let (mut depth, mut in_string) = (0_u32, false);
        let bytes = before.as_bytes();
        for (at, byte) in bytes.iter().enumerate().rev().take(LITERAL_BYTES_MAX) {
            match byte {
                b'"' if at == 0 || bytes[at - 1] != b'\\' => in_string = !in_string,
                _ if in_string => {}
                b')' | b']' | b'}' => depth += 1,
                b'{' if depth == 0 => {
                    let end = before[..at].trim_ascii_end().len() as u32;
                    let last = self.leaves[..index].iter().rposition(|it| it.end() <= end)?;
                    return (self.leaves[last].end() == end).then_some(last as u32);
                }
                b'(' | b'[' if depth == 0 => return None,
                b'(' | b'[' | b'{' => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// The call among mere tokens with which `text` ends, before the name at `index`.
    fn call_that_ends(&self, index: usize, text: &str) -> Before {
        const ARGUMENTS_BYTES_MAX: usize = 4_096;
        if !text.ends_with(')') {
            return Before::Opaque;
        }
        let bytes = text.as_bytes();
        let (mut depth, mut in_string) = (0_u32, false);
        for (at, byte) in bytes.iter().enumerate().rev().take(ARGUMENTS_BYTES_MAX) {
            match byte {
                b'"' if at == 0 || bytes[at - 1] != b'\\' => in_string = !in_string,
                _ if in_string => {}
                b')' => depth += 1,
                b'(' if depth == 1 => {
                    let before = self.leaves[..index].iter().rposition(|it| it.end() <= at as u32);
                    let callee = before.filter(|it| self.leaves[*it].end() == at as u32);
                    return callee.map_or(Before::Opaque, |it| Before::Call(it as u32));
                }
                b'(' => depth -= 1,
                _ => {}
            }
        }
        Before::Opaque
    }

    /// What a macro is given by name is no variable, neither there nor in the format string before
    /// it. `before` is the text before the name at `index`.
    fn ignore_in_format(&mut self, index: usize, before: &str) {
        const ARGUMENTS_BYTES_MAX: usize = 1_024;
        let mut depth = 0_u32;
        let mut opens = None;
        for (at, byte) in before.bytes().enumerate().rev().take(ARGUMENTS_BYTES_MAX) {
            match byte {
                b')' | b']' | b'}' => depth += 1,
                b'(' | b'[' | b'{' if depth == 0 => {
                    opens = Some(at);
                    break;
                }
                b'(' | b'[' | b'{' => depth -= 1,
                _ => {}
            }
        }
        let Some(start) = opens else { return };
        let name = self.leaves[index].name;
        let leaves = self.leaves[..index].iter().zip(&mut self.uses[..index]).rev();
        for (leaf, it) in leaves.take_while(|(leaf, _)| start <= leaf.start as usize) {
            if leaf.name == name && leaf.kind == LeafKind::Plain {
                it.is_ignored = true;
            }
        }
    }
}

/// Of the values that an expression hands on, so many are looked at: each may hand on others.
const ALTERNATIVES_MAX: usize = 2;
/// Expressions inside each other that are looked through for a value.
const NESTING_MAX: u32 = 32;
/// Prefixes of names are short; what is longer in front of a lone name is an expression of its own.
const PREFIX_BYTES_MAX: u32 = 2;

impl Default for Use {
    fn default() -> Use {
        Use {
            kind: None,
            access: Access::Bare,
            qualifier: Before::Nothing,
            whole: Span::default(),
            is_definition: false,
            is_import_binding: false,
            is_import: false,
            is_ignored: false,
            is_shorthand: false,
            is_listed: false,
            is_case: false,
            is_array: false,
            n_args: None,
        }
    }
}

impl Leaf {
    pub(crate) fn end(&self) -> u32 {
        self.start + u32::from(self.len)
    }

    pub(crate) fn span(&self) -> Span {
        Span { start: self.start, end: self.end() }
    }
}

/// The first node that a match captured so.
pub(crate) fn find(captured: &[Captured], capture: Capture) -> Option<Span> {
    captured.iter().find(|it| it.capture == capture).map(|it| it.span)
}

/// Names in the braces of a format string: `{name}`, `{name:?}`; `{{` is a brace.
fn push_format_names(leaves: &mut Vec<Leaf>, span: Span, source: Source<'_>, names: &mut Interner) {
    let text = source.text_of(span);
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|it| at + it) {
        at = open + 1;
        if text[at..].starts_with('{') {
            at += 1;
            continue;
        }
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let len = text[at..].find(|c| !is_name(c)).unwrap_or(0);
        let begins = text[at..].starts_with(|c: char| c.is_alphabetic() || c == '_');
        if begins && text[at + len..].starts_with(['}', ':']) {
            let start = span.start + at as u32;
            let name = Span { start, end: start + len as u32 };
            leaves.extend(leaf_of(name, LeafKind::Plain, source, names));
        }
        at += len;
    }
}

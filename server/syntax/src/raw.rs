//! What a tree says of one text before it is put together: names, comments, errors, and what the
//! queries found. It can be renewed by the nodes that are new.

use std::ops::ControlFlow;

use grammars::{Capture, CompiledQuery, Kinds, Language};
use tree_sitter::{
    Node, QueryCursor, QueryCursorOptions, QueryCursorState, StreamingIterator, TreeCursor,
};

use crate::{
    NAME_BYTES_MAX,
    behind_macro::{behind_macro, is_torn},
    extract::doc_types,
    names::Interner,
    shared::{Context, Region, Walk},
    tokens,
};

/// Half-open byte range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A node whose text is a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf {
    pub(crate) start: u32,
    pub(crate) len: u16,
    pub(crate) kind: LeafKind,
    pub(crate) name: u32,
}

/// What the kind of a leaf says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeafKind {
    Plain,
    Type,
    Label,
    /// One of mere tokens.
    Token,
}

/// A comment, or something that may stand between a comment and a definition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trivia {
    pub(crate) span: Span,
    pub(crate) is_comment: bool,
}

/// A match of a pattern. Its span holds everything the match depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Match {
    pub(crate) span: Span,
    pub(crate) pattern: u16,
    n: u16,
    first: u32,
    /// Of a call, the number of arguments.
    pub(crate) n_args: Option<u8>,
    /// Of a call, what is kept of the arguments.
    first_argument: u32,
    n_arguments: u8,
}

/// What is seen of an argument without looking at another node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawArgument {
    pub(crate) span: Span,
    pub(crate) shows: Shows,
}

/// What an argument shows of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// The span is that of an expression.
    Value,
    /// The span is that of its type.
    Type,
    /// The span is that of the type of its elements.
    ArrayOf,
    /// It is a literal of this type.
    Literal(&'static str),
    /// It is of no primitive type.
    NoPrimitive,
}

/// A captured node, or a binding inside a captured pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Captured {
    pub(crate) capture: Capture,
    pub(crate) span: Span,
}

/// See the header.
#[derive(Clone, Debug, Default)]
pub(crate) struct Raw {
    /// Sorted by start; disjoint.
    pub(crate) leaves: Vec<Leaf>,
    /// Sorted by start.
    pub(crate) trivia: Vec<Trivia>,
    /// Sorted by start.
    pub(crate) errors: Vec<Span>,
    /// Sorted by start.
    pub(crate) format_strings: Vec<Span>,
    /// In no order that means anything.
    pub(crate) matches: Vec<Match>,
    captured: Vec<Captured>,
    arguments: Vec<RawArgument>,
    pub(crate) names: Interner,
    /// True where each match speaks of one node directly below the root.
    pub(crate) is_by_children: bool,
}

/// More matches are not followed at once: the one that began first is dropped. Honest code has some
/// dozens, one for each node around a place; a file nested a hundred thousand deep took minutes.
const OPEN_MATCHES_MAX: u32 = 512;

/// Deeper trees are given up: queries count depth in sixteen bits, and beyond that take minutes.
const DEPTH_MAX: usize = 20_000;

/// The query took too long, or the tree is too deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GaveUp;

/// Everything a text is read with.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) text: &'a str,
    pub(crate) language: &'static Language,
    pub(crate) compiled: &'static CompiledQuery,
}

impl Span {
    pub(crate) fn of(node: Node<'_>) -> Span {
        Span { start: node.start_byte() as u32, end: node.end_byte() as u32 }
    }

    pub(crate) fn holds(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    pub(crate) fn cover(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    fn map(self, f: impl Fn(u32) -> u32) -> Span {
        Span { start: f(self.start), end: f(self.end) }
    }
}

/// Where a node is beside the regions that its tree shares with an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// It belongs to this one.
    Inside(Span),
    /// It shares nothing.
    Outside,
    /// Something in it is shared.
    Around,
}

/// The regions that are not behind yet, for a walk in the order of the text.
struct Regions<'a>(&'a [Region]);

impl Regions<'_> {
    fn place(&mut self, span: Span) -> Place {
        while self.0.first().is_some_and(|it| it.now.end <= span.start) {
            self.0 = &self.0[1..];
        }
        match self.0.first() {
            Some(it) if it.now.holds(span) => Place::Inside(it.now),
            Some(it) if it.now.start < span.end => Place::Around,
            _ => Place::Outside,
        }
    }
}

impl Region {
    fn was(&self) -> Span {
        Span { start: self.was, end: self.was + self.now.end - self.now.start }
    }
}

impl Source<'_> {
    /// The text of a span; spans come from trees of this text.
    pub(crate) fn text_of(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

impl Raw {
    /// What the whole tree says.
    pub(crate) fn collect(root: Node<'_>, source: Source<'_>) -> Result<Raw, GaveUp> {
        Raw::default().renewed(root, source, &[])
    }

    /// The same for a tree of a part of the text, with names that have numbers already.
    pub(crate) fn collect_part(
        root: Node<'_>,
        source: Source<'_>,
        names: Interner,
    ) -> Result<Raw, GaveUp> {
        let mut raw = Raw { names, ..Raw::default() };
        raw.fill(root, source, &[])?;
        Ok(raw)
    }

    /// What the tree `root` says, where `self` is what an earlier tree said that has `shared` in
    /// common with it. All other nodes are looked at.
    pub(crate) fn renewed(
        &self,
        root: Node<'_>,
        source: Source<'_>,
        shared: &[Region],
    ) -> Result<Raw, GaveUp> {
        let mut raw = self.kept(shared);
        raw.fill(root, source, shared)?;
        Ok(raw)
    }

    /// Adds what the nodes outside `shared` say.
    fn fill(
        &mut self,
        root: Node<'_>,
        source: Source<'_>,
        shared: &[Region],
    ) -> Result<(), GaveUp> {
        self.walk(root, source, shared)?;
        // An error may grow over text in which nothing else changed.
        self.errors = errors(root);
        self.query(root, source, shared)?;
        // Two sorted runs, which the stable sort merges.
        self.leaves.sort_by_key(|it| it.start);
        self.trivia.sort_by_key(|it| it.span);
        self.format_strings.sort_unstable();
        self.is_by_children = self.is_by_children(root);
        Ok(())
    }

    fn is_by_children(&self, root: Node<'_>) -> bool {
        let mut cursor = root.walk();
        let children: Vec<Span> = root.children(&mut cursor).map(Span::of).collect();
        let mut near = 0;
        self.matches.iter().filter_map(|it| self.hull(it)).all(|hull| {
            // Matches come nearly in the order of the text.
            let holds = |at: usize| children.get(at).is_some_and(|it| it.holds(hull));
            near = match () {
                () if holds(near) => near,
                () if holds(near + 1) => near + 1,
                () => children.partition_point(|it| it.end < hull.end),
            };
            holds(near)
        })
    }

    /// Forgets all names and matches before `start`; comments stay.
    pub(crate) fn forget_before(&mut self, start: u32) {
        self.leaves.retain(|it| start <= it.start);
        self.format_strings.retain(|it| start <= it.start);
        let mut matches = std::mem::take(&mut self.matches);
        matches.retain(|it| self.hull(it).is_some_and(|it| start <= it.start));
        self.matches = matches;
    }

    /// All that a match captured; that may be less than it depends on, as it may hang on the root.
    fn hull(&self, found: &Match) -> Option<Span> {
        self.captured(found).iter().map(|it| it.span).reduce(Span::cover)
    }

    /// True where something was captured so.
    pub(crate) fn has_capture(&self, capture: Capture) -> bool {
        self.captured.iter().any(|it| it.capture == capture)
    }

    /// What of `self` stays true, moved to where it is now: what lies inside a region says
    /// something of its nodes only.
    fn kept(&self, shared: &[Region]) -> Raw {
        let mut raw = Raw { names: self.names.clone(), ..Raw::default() };
        for region in shared {
            let was = region.was();
            let moved = |it: u32| it - was.start + region.now.start;
            let first = self.leaves.partition_point(|it| it.start < was.start);
            let leaves = self.leaves[first..].iter().take_while(|it| it.end() <= was.end);
            raw.leaves.extend(leaves.map(|it| Leaf { start: moved(it.start), ..*it }));
            let first = self.trivia.partition_point(|it| it.span.start < was.start);
            let trivia = self.trivia[first..].iter().take_while(|it| it.span.start < was.end);
            let trivia = trivia.filter(|it| it.span.end <= was.end);
            raw.trivia.extend(trivia.map(|it| Trivia { span: it.span.map(moved), ..*it }));
            let inside = self.format_strings.iter().filter(|it| was.holds(**it));
            raw.format_strings.extend(inside.map(|it| it.map(moved)));
        }
        raw.matches.reserve(self.matches.len() + 64);
        raw.captured.reserve(self.captured.len() + 256);
        let mut by_was: Vec<Region> = shared.to_vec();
        by_was.sort_unstable_by_key(|it| it.was);
        for found in &self.matches {
            let after = by_was.partition_point(|it| it.was <= found.span.start);
            let region = after.checked_sub(1).map(|it| by_was[it]);
            let Some(region) = region.filter(|it| it.was().holds(found.span)) else { continue };
            let moved = |it: u32| it - region.was + region.now.start;
            let first = raw.captured.len() as u32;
            let first_argument = raw.arguments.len() as u32;
            let span = found.span.map(moved);
            raw.matches.push(Match { span, first, first_argument, ..*found });
            let captured = self.captured(found).iter();
            raw.captured.extend(captured.map(|it| Captured { span: it.span.map(moved), ..*it }));
            let given = self.arguments(found).iter();
            raw.arguments.extend(given.map(|it| RawArgument { span: it.span.map(moved), ..*it }));
        }
        raw
    }

    /// What a match captured.
    pub(crate) fn captured(&self, found: &Match) -> &[Captured] {
        &self.captured[found.first as usize..found.first as usize + usize::from(found.n)]
    }

    /// What a call is given, as far as that is kept.
    pub(crate) fn arguments(&self, found: &Match) -> &[RawArgument] {
        &self.arguments[found.first_argument as usize..][..usize::from(found.n_arguments)]
    }

    /// Collects names and comments of all nodes outside `shared`.
    fn walk(
        &mut self,
        root: Node<'_>,
        source: Source<'_>,
        shared: &[Region],
    ) -> Result<(), GaveUp> {
        let mut walk = Walk::new(root.walk(), &source.compiled.kinds);
        let mut regions = Regions(shared);
        loop {
            let node = walk.cursor.node();
            let span = Span::of(node);
            let goes_on = match regions.place(span) {
                Place::Inside(region) => walk.past_region(region),
                _ if !self.visit(node, span, source, walk.around().context) => walk.past(),
                _ => walk.down() || walk.past(),
            };
            if !goes_on {
                return Ok(());
            }
            if DEPTH_MAX < walk.depth() {
                return Err(GaveUp);
            }
        }
    }

    /// Takes down what one node is; true where its children have something to say.
    fn visit(&mut self, node: Node<'_>, span: Span, source: Source<'_>, context: Context) -> bool {
        let id = node.kind_id();
        let kinds = source.compiled.kinds.get(usize::from(id)).copied().unwrap_or_default();
        if kinds == Kinds::default() {
            return true;
        }
        if kinds.is(Kinds::IDENTIFIER) {
            let kind = match () {
                () if kinds.is(Kinds::TYPE) => LeafKind::Type,
                () if kinds.is(Kinds::LABEL) => LeafKind::Label,
                () if context.is_tokens => LeafKind::Token,
                () => LeafKind::Plain,
            };
            self.leaves.extend(leaf_of(span, kind, source, &mut self.names));
        } else if kinds.is(Kinds::TOKEN_TEXT) {
            tokens::push_names(&mut self.leaves, span, source, &mut self.names);
        } else if kinds.is(Kinds::COMMENT.or(Kinds::DOC_BETWEEN)) {
            let is_comment = kinds.is(Kinds::COMMENT);
            self.trivia.push(Trivia { span, is_comment });
            if is_comment && !source.language.doc_types.is_empty() {
                self.visit_doc(span, source);
            }
        }
        let inside = context.inside(kinds);
        if kinds.is(Kinds::FORMAT_STRING) && inside.is_tokens {
            self.format_strings.push(span);
        }
        !inside.is_mute
    }

    /// Takes down the names of types in a comment.
    fn visit_doc(&mut self, comment: Span, source: Source<'_>) {
        for (at, len) in doc_types::names(source.text_of(comment), source.language) {
            let start = comment.start + at as u32;
            let span = Span { start, end: start + len as u32 };
            self.leaves.extend(leaf_of(span, LeafKind::Type, source, &mut self.names));
        }
    }

    /// Takes the matches of all nodes outside `shared`.
    fn query(
        &mut self,
        root: Node<'_>,
        source: Source<'_>,
        shared: &[Region],
    ) -> Result<(), GaveUp> {
        let steps_unseen = unseen_work(root) / WORK_PER_STEP;
        let mut steps_left = steps_max(source.text.len()).saturating_sub(steps_unseen);
        if steps_left == 0 {
            return Err(GaveUp);
        }
        let mut queries = QueryCursor::new();
        queries.set_match_limit(OPEN_MATCHES_MAX);
        let mut regions = Regions(shared);
        let mut walk = Walk::new(root.walk(), &source.compiled.kinds);
        loop {
            let node = walk.cursor.node();
            let goes_on = match regions.place(Span::of(node)) {
                Place::Inside(region) => walk.past_region(region),
                // All that is below it is new too: one query sees everything.
                Place::Outside => {
                    queries.set_max_start_depth(None);
                    self.query_node(node, source, &mut queries, &mut steps_left)?;
                    walk.past()
                }
                Place::Around => {
                    queries.set_max_start_depth(Some(0));
                    self.query_node(node, source, &mut queries, &mut steps_left)?;
                    walk.down() || walk.past()
                }
            };
            if !goes_on {
                return Ok(());
            }
        }
    }

    /// Takes the matches that begin at `node` or as far below it as `queries` may begin.
    fn query_node(
        &mut self,
        node: Node<'_>,
        source: Source<'_>,
        queries: &mut QueryCursor,
        steps_left: &mut usize,
    ) -> Result<(), GaveUp> {
        let mut progress = |_: &QueryCursorState| {
            *steps_left = steps_left.saturating_sub(1);
            if *steps_left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = QueryCursorOptions::new().progress_callback(&mut progress);
        let query = &source.compiled.query;
        let text = source.text.as_bytes();
        let mut matches = queries.matches_with_options(query, node, text, options);
        while let Some(found) = matches.next() {
            let captures = found.captures();
            let Some(first) = captures.first().filter(|_| source.compiled.fits(captures)) else {
                continue;
            };
            let hull = captures.iter().map(|it| Span::of(it.node));
            let hull = hull.fold(Span::of(first.node), Span::cover);
            // What is only missing says nothing, and belongs to no region.
            if hull.start == hull.end {
                continue;
            }
            let first = self.captured.len();
            let first_argument = self.arguments.len();
            let mut n_args = None;
            let is_torn = captures.iter().any(|it| is_torn(it.node));
            for it in captures {
                let capture = match source.compiled.captures[it.index as usize] {
                    Capture::Owner if is_torn => continue,
                    Capture::DefinitionMethod if is_torn => Capture::DefinitionFunction,
                    other => other,
                };
                self.push_captured(capture, it.node, source);
                if capture == Capture::CallWhole {
                    n_args = self.push_arguments(it.node, source);
                }
            }
            self.matches.push(Match {
                span: hull,
                pattern: found.pattern_index as u16,
                n: (self.captured.len() - first) as u16,
                first: first as u32,
                n_args,
                first_argument: first_argument as u32,
                n_arguments: (self.arguments.len() - first_argument) as u8,
            });
        }
        drop(matches);
        if *steps_left == 0 { Err(GaveUp) } else { Ok(()) }
    }

    /// Takes down the arguments of a call where the language has a use for them; gives their
    /// number.
    fn push_arguments(&mut self, call: Node<'_>, source: Source<'_>) -> Option<u8> {
        let arguments = call.child_by_field_id(source.compiled.arguments_field?)?;
        let mut cursor = arguments.walk();
        let kinds = |it: &Node<'_>| {
            source.compiled.kinds.get(usize::from(it.kind_id())).copied().unwrap_or_default()
        };
        let named = arguments.named_children(&mut cursor);
        let named = named.filter(|it| !kinds(it).is(Kinds::COMMENT));
        let overloads = &source.language.overloads;
        let mut n = 0;
        for argument in named.take(crate::ARGUMENTS_MAX + 2) {
            n += 1;
            if overloads.by_types() && n <= crate::ARGUMENTS_MAX {
                self.arguments.push(argument_at(argument, source));
            }
        }
        u8::try_from(n).ok()
    }

    fn push_captured(&mut self, capture: Capture, node: Node<'_>, source: Source<'_>) {
        let node = match capture {
            Capture::Root | Capture::Predicate => return,
            Capture::Pattern | Capture::PatternParameter | Capture::Declarator => {
                return self.push_bindings(capture, node, source);
            }
            Capture::Value
            | Capture::OwnValue
            | Capture::Element
            | Capture::OwnElement
            | Capture::OwnFirst
            | Capture::OwnSecond
            | Capture::OwnThird
            | Capture::Gathered
            | Capture::Returns
            | Capture::Indexed
            | Capture::Passed
            | Capture::Narrowed
            | Capture::Qualifier => seen_through(node, source),
            _ => node,
        };
        let span = Span::of(node);
        if is_name_by_query(capture, node, span, source) {
            self.captured.push(Captured { capture: Capture::Predicate, span });
        }
        self.captured.push(Captured { capture, span });
    }

    /// The names that a pattern binds, as locals; of a declarator the first, as the name of a
    /// definition.
    fn push_bindings(&mut self, capture: Capture, pattern: Node<'_>, source: Source<'_>) {
        const BINDINGS_MAX: usize = 10_000;
        let capture = match capture {
            Capture::PatternParameter => Capture::LocalParameter,
            Capture::Declarator => Capture::Name,
            _ => Capture::LocalDefinition,
        };
        let n_max = if capture == Capture::Name { 1 } else { BINDINGS_MAX };
        let end = self.captured.len() + n_max;
        let mut cursor = pattern.walk();
        // What stands at each depth is given by the value of the whole pattern.
        let mut given = vec![Given::Whole];
        loop {
            let kinds = source.compiled.kinds
                [usize::from(cursor.node().kind_id().min(source.compiled.kinds.len() as u16 - 1))];
            let skipped = kinds.is(Kinds::PATTERN_SKIP) || {
                let field = cursor.field_id().map(|it| it.get());
                field.is_some_and(|it| source.compiled.skipped_fields.contains(&it))
                    && cursor.depth() > 0
            };
            if kinds.is(Kinds::BINDING) && !skipped {
                let behind = (capture == Capture::Name).then(|| behind_macro(&cursor)).flatten();
                let span = Span::of(behind.unwrap_or_else(|| cursor.node()));
                let is_upper = source.text_of(span).starts_with(char::is_uppercase);
                if source.language.binding_uppercase || !is_upper {
                    self.captured.push(Captured { capture, span });
                    let part = given.last().and_then(|it| it.capture());
                    self.captured.extend(part.map(|capture| Captured { capture, span }));
                }
            }
            let descend = !skipped && !kinds.is(Kinds::BINDING);
            let depth = cursor.depth() as usize;
            let below = given[depth].below(cursor.node(), kinds, source);
            if end <= self.captured.len() || !goto_into_or_past(&mut cursor, descend) {
                break;
            }
            given.truncate(cursor.depth() as usize + 1);
            if depth < cursor.depth() as usize {
                given.push(below);
            }
        }
    }
}

/// What a part of a pattern is given of the value of the whole.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Whole,
    /// What the value holds.
    Held,
    Part,
}

impl Given {
    fn capture(self) -> Option<Capture> {
        match self {
            Given::Whole => None,
            Given::Held => Some(Capture::Held),
            Given::Part => Some(Capture::Part),
        }
    }

    /// What the children of a node of a pattern are given, which is given this.
    fn below(self, node: Node<'_>, kinds: Kinds, source: Source<'_>) -> Given {
        if kinds.is(Kinds::SAME) {
            return self;
        }
        let names = source.language.pattern_held;
        let is_held = self == Given::Whole
            && !names.is_empty()
            && node.named_child(0).is_some_and(|it| {
                let name = source.text_of(Span::of(it));
                names.contains(&name) && node.named_child_count() == 2
            });
        if is_held { Given::Held } else { Given::Part }
    }
}

/// What did not parse, in order; of more than [`ERRORS_MAX`] the first.
pub(crate) fn errors(root: Node<'_>) -> Vec<Span> {
    let mut res = Vec::new();
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        let has_error = node.has_error();
        if has_error && (node.is_error() || node.is_missing()) {
            res.push(Span::of(node));
        }
        let ends = ERRORS_MAX <= res.len();
        if ends || !goto_into_or_past(&mut cursor, has_error) {
            return res;
        }
    }
}

/// What a query does without counting it: at each child of an error it looks for the next sibling
/// that is named, past all that are not. An error has its children side by side, so that ten
/// thousands of brackets in a row cost their square; anywhere else repetitions are balanced trees.
fn unseen_work(root: Node<'_>) -> usize {
    let mut res: usize = 0;
    let (mut cursor, mut children) = (root.walk(), root.walk());
    loop {
        let node = cursor.node();
        if node.is_error() {
            let mut n_unnamed: usize = 0;
            for child in node.children(&mut children) {
                n_unnamed = if child.is_named() { 0 } else { n_unnamed + 1 };
                res = res.saturating_add(n_unnamed);
            }
        }
        if !goto_into_or_past(&mut cursor, node.has_error()) {
            return res;
        }
    }
}

/// Of more errors in one file only the first are told.
const ERRORS_MAX: usize = 1_000;

/// A leaf for the name at `span`, without the prefixes that are no part of it.
pub(crate) fn leaf_of(
    mut span: Span,
    kind: LeafKind,
    source: Source<'_>,
    names: &mut Interner,
) -> Option<Leaf> {
    let text = source.text_of(span);
    let name = unprefixed(text, source.language);
    span.start += (text.len() - name.len()) as u32;
    let len = u16::try_from(name.len()).ok()?;
    if name.is_empty() || NAME_BYTES_MAX < name.len() {
        return None;
    }
    let name = names.intern(name);
    Some(Leaf { start: span.start, len, kind, name })
}

/// `text` without the prefixes that are no part of a name.
pub(crate) fn unprefixed<'a>(text: &'a str, language: &Language) -> &'a str {
    language.name_prefixes.iter().fold(text, |text, it| text.strip_prefix(it).unwrap_or(text))
}

/// A query counts a step for so much work; as the cursor has it.
const WORK_PER_STEP: usize = 1_000;

/// Steps a query or a parse may take on a text of `len` bytes: far more than any honest text needs,
/// so that only one made to hang is given up.
pub(crate) fn steps_max(len: usize) -> usize {
    const STEPS_MIN: usize = 20_000;
    STEPS_MIN + len / 4
}

/// True where a query makes a name of a node whose kind is none: a reference that only few nodes of
/// its kind are, or a keyword such as `this` that members hang on.
fn is_name_by_query(capture: Capture, node: Node<'_>, span: Span, source: Source<'_>) -> bool {
    let language = source.language;
    let makes_name = match capture {
        Capture::Reference
        | Capture::Call
        | Capture::ReferenceType
        | Capture::ReferenceMacro
        | Capture::ReferenceWrite
        | Capture::ReferenceLabel
        | Capture::Member
        | Capture::Argument
        | Capture::Case
        | Capture::Listed
        | Capture::Path => true,
        Capture::Qualifier => {
            let text = source.text_of(span);
            language.self_names.contains(&text) || language.super_names.contains(&text)
        }
        _ => false,
    };
    let kinds = source.compiled.kinds.get(usize::from(node.kind_id())).copied();
    makes_name && !kinds.is_some_and(|it| it.is(Kinds::IDENTIFIER))
}

/// What an argument shows of its type; a cast tells more than what is cast.
fn argument_at(mut node: Node<'_>, source: Source<'_>) -> RawArgument {
    let overloads = &source.language.overloads;
    for _ in 0..WRAPPERS_MAX {
        let kind = node.kind();
        if let Some(name) = overloads.literal(kind) {
            return RawArgument { span: Span::of(node), shows: Shows::Literal(name) };
        }
        let typed = overloads.type_field(kind);
        let typed = typed.and_then(|(it, many)| Some((node.child_by_field_name(it)?, many)));
        if let Some((it, is_array)) = typed {
            let shows = if is_array { Shows::ArrayOf } else { Shows::Type };
            return RawArgument { span: Span::of(it), shows };
        }
        if overloads.no_primitives.contains(&kind) {
            return RawArgument { span: Span::of(node), shows: Shows::NoPrimitive };
        }
        match inside(node, source) {
            Some(inner) => node = inner,
            None => break,
        }
    }
    RawArgument { span: Span::of(node), shows: Shows::Value }
}

/// Nodes around a value that are looked through.
const WRAPPERS_MAX: usize = 16;

/// The node that `node` stands for as a value.
fn seen_through<'tree>(mut node: Node<'tree>, source: Source<'_>) -> Node<'tree> {
    for _ in 0..WRAPPERS_MAX {
        let Some(inner) = inside(node, source) else { break };
        node = inner;
    }
    node
}

/// What a transparent node stands for.
fn inside<'tree>(node: Node<'tree>, source: Source<'_>) -> Option<Node<'tree>> {
    let kinds = source.compiled.kinds.get(usize::from(node.kind_id()))?;
    let is_transparent = kinds.is(Kinds::TRANSPARENT);
    let inner = || node.child_by_field_name("value").or_else(|| node.named_child(0));
    is_transparent.then(inner).flatten()
}

/// Moves on to the first node below this one if `descend` says so and there is one, else to the
/// next that is not below; false at the end of the walk.
pub(crate) fn goto_into_or_past(cursor: &mut TreeCursor<'_>, descend: bool) -> bool {
    if descend && cursor.goto_first_child() {
        return true;
    }
    while !cursor.goto_next_sibling() {
        if !cursor.goto_parent() {
            return false;
        }
    }
    true
}

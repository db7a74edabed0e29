//! From what the queries found to definitions: one for each name, with what all its matches say.

use grammars::{Capture, Exports, Rebinding};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    BaseKind, Part, ReferenceKind, ScopeIdx, ScopeKind, SymbolKind,
    extract::{
        Gathered,
        scopes::Scopes,
        uses::{Before, Uses},
    },
    names::Interner,
    raw::{Captured, Raw, Source, Span, unprefixed},
};

/// A definition, before definitions are put inside each other.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) name: Span,
    pub(crate) name_id: u32,
    /// The whole definition.
    pub(crate) node: Span,
    pub(crate) kind: SymbolKind,
    pub(crate) is_local: bool,
    pub(crate) exported: bool,
    pub(crate) shorthand: bool,
    pub(crate) scope: ScopeIdx,
    pub(crate) visible_from: u32,
    pub(crate) body: Option<u32>,
    pub(crate) doc: Option<Span>,
    pub(crate) type_node: Option<Span>,
    pub(crate) value_node: Option<Span>,
    /// Which part of the value it is.
    pub(crate) part: Part,
    pub(crate) interface_node: Option<Span>,
    pub(crate) bases: Vec<(Span, BaseKind)>,
    /// The type it belongs to, where that is not the definition around it.
    pub(crate) owner: Option<Owner>,
}

/// A type that a definition belongs to from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// By name.
    Name(u32),
    /// The type whose scope this is.
    Scope(ScopeIdx),
}

/// A match that says something of the name at `name`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    name: Span,
    pattern: u16,
    index: u32,
}

/// What the matches on one name say together.
#[derive(Debug, Default)]
struct Said {
    node: Option<Span>,
    kind: Option<SymbolKind>,
    local: Option<SymbolKind>,
    after: Option<u32>,
    local_in: Option<Span>,
    hoist: bool,
    export: bool,
    private: bool,
    body: Option<u32>,
    doc: Option<Span>,
    owner: Option<Span>,
    type_node: Option<Span>,
    value_node: Option<Span>,
    element_node: Option<Span>,
    /// What it is initialised with, whatever the pattern that it stands in.
    own: Option<(Span, Part)>,
    returns: Option<Span>,
    /// What a pattern says of its binding.
    in_pattern: Option<Capture>,
    interface: Option<Span>,
    bases: Vec<(Span, BaseKind)>,
    /// The match that made it a local.
    local_match: u32,
}

/// What a query says of one binding of a pattern.
const OWN: [Capture; 5] = [
    Capture::OwnValue,
    Capture::OwnElement,
    Capture::OwnFirst,
    Capture::OwnSecond,
    Capture::OwnThird,
];

/// Whether a match tells what one binding of a pattern is given, and no more.
fn tells_own(captured: &[Captured]) -> bool {
    captured.iter().any(|it| OWN.contains(&it.capture))
}

/// Adds a claim for each name that a match defines.
pub(crate) fn take(claims: &mut Vec<Claim>, index: u32, pattern: u16, captured: &[Captured]) {
    let defines = captured.iter().any(|it| kind_of(it.capture).is_some());
    for it in captured {
        let is_name = (it.capture == Capture::Name && defines) || local_kind(it.capture).is_some();
        if is_name {
            claims.push(Claim { name: it.span, pattern, index });
        }
    }
}

/// Names that a function takes from outside (`global x`), by the function's scope.
pub(crate) type Outer = FxHashSet<(ScopeIdx, u32)>;

/// The definitions that the claims make, in the order of their names. Marks their names in the
/// uses.
pub(crate) fn definitions(
    gathered: &mut Gathered,
    raw: &Raw,
    source: Source<'_>,
    names: &mut Interner,
) -> Vec<Definition> {
    let Gathered { claims, scopes, uses, outer, .. } = gathered;
    // Matches have no order of their own. This one is that of the text, and it decides among
    // patterns.
    // They come nearly in that order, which the stable sort makes use of.
    claims.sort_by(|a, b| {
        let key = |it: &Claim| (it.name.start, it.name.end, it.pattern);
        let span = |it: &Claim| raw.matches[it.index as usize].span;
        let rest = |it: &Claim| raw.captured(&raw.matches[it.index as usize]);
        key(a).cmp(&key(b)).then_with(|| span(a).cmp(&span(b))).then_with(|| rest(a).cmp(rest(b)))
    });
    let mut res: Vec<Definition> = Vec::new();
    // By scope and name, the match that made it a local and its place among the definitions.
    let mut known: FxHashMap<(ScopeIdx, u32, bool), (u32, usize)> = FxHashMap::default();
    for group in claims.chunk_by(|a, b| a.name == b.name) {
        if group.iter().all(|it| tells_own(raw.captured(&raw.matches[it.index as usize]))) {
            // No pattern binds it: it is a constant, or assigned.
            continue;
        }
        let Some(name) = Name::new(group[0].name, source, uses, names) else { continue };
        let is_import = name.leaf.is_some_and(|it| uses.uses[it as usize].is_import_binding);
        if is_import {
            continue;
        }
        let said = said_by(group, raw);
        let Some(mut definition) = place(&said, &name, source, scopes, names) else {
            // What belongs to a receiver outside any type defines nothing, it only writes.
            write_only(&name, uses);
            continue;
        };
        // Labels have names of their own.
        let is_label = definition.kind == SymbolKind::Label;
        let key = (definition.scope, name.id, is_label);
        let earlier = known.get(&key).copied();
        let is_pattern_twin =
            earlier.is_some_and(|it| it.0 == said.local_match) && said.local.is_some();
        let rebinds = said.hoist
            || matches!(definition.owner, Some(Owner::Scope(_)))
            || (source.language.rebinding == Rebinding::Write && said.local.is_some());
        let is_outer = said.local.is_some() && outer.contains(&(key.0, key.1));
        if is_outer || is_pattern_twin || (rebinds && earlier.is_some()) {
            write_only(&name, uses);
            if let Some((_, first)) = earlier.filter(|_| !is_pattern_twin) {
                take_over_value(&mut res[first], &definition, uses);
            }
            continue;
        }
        let local_match = if said.local.is_some() { said.local_match } else { u32::MAX };
        known.insert(key, (local_match, res.len()));
        mark(&mut definition, &name, uses);
        if said.in_pattern == Some(Capture::Part) && !definition.shorthand {
            // Which part it is, is not known, unless the query tells.
            definition.type_node = None;
            definition.value_node = said.own.map(|it| it.0);
        }
        res.push(definition);
    }
    res
}

/// The name of a definition: a leaf, or a node of several words or in quotes.
struct Name {
    span: Span,
    id: u32,
    leaf: Option<u32>,
}

impl Name {
    fn new(span: Span, source: Source<'_>, uses: &mut Uses, names: &mut Interner) -> Option<Name> {
        if let Some(leaf) = uses.leaf_at(span) {
            let it = uses.leaves[leaf as usize];
            return Some(Name { span: it.span(), id: it.name, leaf: Some(leaf) });
        }
        let text = source.text_of(span);
        let unquoted = ['"', '\'', '`']
            .into_iter()
            .find_map(|it| text.strip_prefix(it)?.strip_suffix(it))
            .unwrap_or(text);
        let trimmed = unprefixed(unquoted.trim(), source.language);
        let lead = trimmed.as_ptr() as usize - text.as_ptr() as usize;
        let lead = lead as u32;
        let start = span.start + lead;
        let is_name = !trimmed.is_empty() && trimmed.len() <= crate::NAME_BYTES_MAX;
        is_name.then(|| Name {
            span: Span { start, end: start + trimmed.len() as u32 },
            id: names.intern(trimmed),
            leaf: None,
        })
    }
}

fn said_by(group: &[Claim], raw: &Raw) -> Said {
    let mut said = Said::default();
    for claim in group {
        let captured = raw.captured(&raw.matches[claim.index as usize]);
        let tells_own = tells_own(captured);
        for it in captured {
            if let Some(kind) = kind_of(it.capture) {
                said.kind = Some(kind);
                // The last pattern decides what it is, the widest where it is.
                if said.node.is_none_or(|node| !node.holds(it.span)) {
                    said.node = Some(it.span);
                }
            }
            if let Some(kind) = local_kind(it.capture).filter(|_| it.span == claim.name) {
                // What tells of one binding of a pattern is not the pattern.
                if !tells_own {
                    said.local_match = claim.index;
                    said.local = Some(kind);
                }
            }
            let or = |old: Option<Span>| old.or(Some(it.span));
            let is_own = it.span == claim.name;
            match it.capture {
                Capture::Part | Capture::Held if is_own => said.in_pattern = Some(it.capture),
                Capture::Element => said.element_node = or(said.element_node),
                Capture::OwnValue => said.own = said.own.or(Some((it.span, Part::Whole))),
                Capture::OwnElement => said.own = said.own.or(Some((it.span, Part::Element))),
                Capture::OwnFirst => said.own = said.own.or(Some((it.span, Part::First))),
                Capture::OwnSecond => said.own = said.own.or(Some((it.span, Part::Second))),
                Capture::OwnThird => said.own = said.own.or(Some((it.span, Part::Third))),
                Capture::Returns => said.returns = or(said.returns),
                Capture::LocalAfter => said.after = said.after.or(Some(it.span.end)),
                Capture::LocalIn => said.local_in = or(said.local_in),
                Capture::LocalHoist => said.hoist = true,
                Capture::Export => said.export = true,
                Capture::Private => said.private = true,
                Capture::Body => said.body = said.body.or(Some(it.span.start)),
                Capture::Doc => said.doc = or(said.doc),
                Capture::Owner => said.owner = or(said.owner),
                Capture::Type => said.type_node = or(said.type_node),
                Capture::Value => said.value_node = or(said.value_node),
                Capture::Interface => said.interface = or(said.interface),
                Capture::Extends => said.bases.push((it.span, BaseKind::Extends)),
                Capture::Implements => said.bases.push((it.span, BaseKind::Implements)),
                _ => {}
            }
        }
    }
    said.bases.sort_unstable_by_key(|(span, kind)| (*span, *kind as u8));
    said.bases.dedup();
    said
}

/// Where the definition lives and what it is; `None` where it belongs to a receiver without a type.
fn place(
    said: &Said,
    name: &Name,
    source: Source<'_>,
    scopes: &mut Scopes,
    names: &mut Interner,
) -> Option<Definition> {
    let node = said.node.unwrap_or(name.span);
    let mut scope = match said.local {
        Some(_) => match said.local_in {
            Some(node) => scopes.of_node(node),
            None if said.node.is_some_and(|it| it != name.span) => {
                scopes.around_name(name.span, node)
            }
            None => scopes.at(name.span.start),
        },
        None => scopes.around(node),
    };
    if said.hoist {
        scope = scopes.no_block(scope);
    }
    let mut owner = None;
    if let Some(span) = said.owner {
        let text = source.text_of(span);
        if source.language.self_names.contains(&text) {
            let class = scopes.class(scope)?;
            owner = Some(Owner::Scope(class));
            if said.local.is_none() {
                scope = class;
            }
        } else {
            owner = Some(Owner::Name(names.intern(text.trim())));
        }
    }
    let around = scopes.get(scopes.no_block(scope)).kind;
    let is_variable = matches!(said.kind, Some(SymbolKind::Variable | SymbolKind::Constant));
    let is_local = match (said.kind, said.local) {
        (Some(_), _) => owner.is_none() && is_variable && around == ScopeKind::Function,
        (None, Some(SymbolKind::Variable)) => scope != ScopeIdx::FILE,
        (None, _) => true,
    };
    let exported = match source.language.exports {
        Exports::Modifier => said.export,
        Exports::Capital => names.get(name.id).starts_with(char::is_uppercase),
        Exports::Underscore => said.export || !names.get(name.id).starts_with('_'),
        Exports::All => !said.private,
    };
    let is_inside = matches!(owner, Some(Owner::Scope(_)));
    let (value_node, part) = value_of(said);
    Some(Definition {
        name: name.span,
        name_id: name.id,
        node: if is_local || is_inside { name.span } else { node },
        kind: said.kind.or(said.local).unwrap_or(SymbolKind::Variable),
        is_local,
        exported: exported && !is_local && (is_inside || !scopes.is_in_function(scope)),
        shorthand: false,
        scope,
        visible_from: said.after.unwrap_or(0),
        body: said.body,
        doc: said.doc,
        type_node: said.type_node,
        value_node,
        part,
        interface_node: said.interface,
        bases: said.bases.clone(),
        owner,
    })
}

/// What a definition is initialised with, or gives back, and which part of that it is.
fn value_of(said: &Said) -> (Option<Span>, Part) {
    if let Some((own, part)) = said.own.filter(|_| said.in_pattern != Some(Capture::Held)) {
        return (Some(own), part);
    }
    let whole = said.returns.or(said.value_node);
    match (whole, said.element_node) {
        (Some(_), _) if said.in_pattern == Some(Capture::Held) => (whole, Part::Held),
        (Some(_), _) => (whole, Part::Whole),
        (None, element) => (element, Part::Element),
    }
}

/// What is defined without a value that says something has that of a later assignment: `self.x =
/// None`, and elsewhere `self.x = X()`.
fn take_over_value(first: &mut Definition, later: &Definition, uses: &mut Uses) {
    let mut says_nothing =
        |it: &Definition| it.value_node.is_none_or(|it| uses.value_at(it) == Before::Opaque);
    if first.type_node.is_none() && says_nothing(first) && !says_nothing(later) {
        (first.value_node, first.part) = (later.value_node, later.part);
    }
    first.type_node = first.type_node.or(later.type_node);
}

/// The name defines nothing; where it is a leaf it writes what is defined elsewhere.
fn write_only(name: &Name, uses: &mut Uses) {
    if let Some(leaf) = name.leaf {
        let it = &mut uses.uses[leaf as usize];
        it.kind = it.kind.max(Some(ReferenceKind::Write));
    }
}

/// Takes the name of a definition out of the references. That of an implementation stays: it uses
/// the name of a type.
fn mark(definition: &mut Definition, name: &Name, uses: &mut Uses) {
    match name.leaf {
        Some(leaf) => {
            let it = &mut uses.uses[leaf as usize];
            definition.shorthand = it.is_shorthand;
            it.is_definition = definition.kind != SymbolKind::Implementation;
        }
        None => {
            for index in uses.leaves_in(name.span) {
                uses.uses[index].is_ignored = true;
            }
        }
    }
}

impl Scopes {
    /// The scope of a local that is also a definition with the node `node`: the one around its
    /// name, but not one that the definition itself opens.
    fn around_name(&mut self, name: Span, node: Span) -> ScopeIdx {
        let mut idx = self.at(name.start);
        while let (true, Some(parent)) = (self.get(idx).range == node.range(), self.get(idx).parent)
        {
            idx = parent;
        }
        idx
    }
}

/// True where a capture makes its match one of a definition.
pub(crate) fn defines(capture: Capture) -> bool {
    kind_of(capture).is_some() || local_kind(capture).is_some()
}

fn local_kind(capture: Capture) -> Option<SymbolKind> {
    Some(match capture {
        Capture::LocalDefinition => SymbolKind::Variable,
        Capture::LocalParameter => SymbolKind::Parameter,
        Capture::LocalType => SymbolKind::TypeParameter,
        Capture::LocalLabel => SymbolKind::Label,
        _ => return None,
    })
}

pub(crate) fn kind_of(capture: Capture) -> Option<SymbolKind> {
    Some(match capture {
        Capture::DefinitionModule => SymbolKind::Module,
        Capture::DefinitionNamespace => SymbolKind::Namespace,
        Capture::DefinitionPackage => SymbolKind::Package,
        Capture::DefinitionClass => SymbolKind::Class,
        Capture::DefinitionStruct => SymbolKind::Struct,
        Capture::DefinitionEnum => SymbolKind::Enum,
        Capture::DefinitionInterface => SymbolKind::Interface,
        Capture::DefinitionUnion => SymbolKind::Union,
        Capture::DefinitionType => SymbolKind::Type,
        Capture::DefinitionFunction => SymbolKind::Function,
        Capture::DefinitionMethod => SymbolKind::Method,
        Capture::DefinitionConstructor => SymbolKind::Constructor,
        Capture::DefinitionMacro => SymbolKind::Macro,
        Capture::DefinitionConstant => SymbolKind::Constant,
        Capture::DefinitionVariable => SymbolKind::Variable,
        Capture::DefinitionField => SymbolKind::Field,
        Capture::DefinitionProperty => SymbolKind::Property,
        Capture::DefinitionVariant => SymbolKind::Variant,
        Capture::DefinitionImplementation => SymbolKind::Implementation,
        Capture::DefinitionKey => SymbolKind::Key,
        Capture::DefinitionHeading => SymbolKind::Heading,
        Capture::DefinitionSelector => SymbolKind::Selector,
        Capture::DefinitionTable => SymbolKind::Table,
        Capture::DefinitionTest => SymbolKind::Test,
        _ => return None,
    })
}

//! From a name in the text to what it stands for: by scope, import, module and receiver; never by
//! bare name.

mod entity;
mod generic;
mod hierarchy;
mod import;
mod member;
mod narrow;
mod overload;
mod parameter;
mod scope;
mod structural;
mod typing;

use std::{cell::RefCell, sync::Arc};

use grammars::{MadeBy, Modules};
use rustc_hash::FxHashMap;
use syntax::{
    Access, FileFacts, Qualifier, Reference, ReferenceIdx, ReferenceKind, ScopeIdx, SymbolIdx,
    SymbolKind,
};
use text::TextSize;
use vfs::FileId;

pub(crate) use crate::resolve::{
    import::is_local_export,
    typing::{Taken, is_type},
};
use crate::{
    CodeGraph, Resolution, SymbolRef,
    entry::FileEntry,
    modules::{self, Workspace},
};

/// Steps from name to name, through imports, aliases and types, after which a chain is given up.
const DEPTH_MAX: usize = 128;
/// Lookups of one question, whatever a workspace holds; a question beyond them is not answered.
const STEPS_MAX: usize = 20_000;
/// Outcomes, and meanings in them, that a resolver remembers from one question to the next.
const KNOWN_MAX: usize = 400_000;
/// Of these, so many are left to the next question; beyond that it begins with nothing.
const REMEMBERED_MAX: usize = 150_000;
/// What follows a part of a path: the next one, or first the arguments of a type.
const PATH_PARTS_LOOKED_AT: usize = 4;
/// A name that may mean more than so many things says nothing.
const MEANINGS_MAX: usize = 512;

/// Resolves names against one graph. It begins with what earlier questions about the same moment
/// found out, and leaves that to the next; two at one time know nothing of each other.
pub(crate) struct Resolver<'g> {
    pub(crate) graph: &'g CodeGraph,
    pub(crate) workspace: Workspace,
    memo: RefCell<Memo>,
}

/// What questions about one moment of the graph have found out, for the next one.
#[derive(Default)]
pub(crate) struct Remembered {
    known: FxHashMap<Lookup, Outcome>,
    n_known: usize,
    workspace: Workspace,
}

/// What a resolver has found out, and what it is about to.
struct Memo {
    /// Lookups whose outcome is certain.
    known: FxHashMap<Lookup, Outcome>,
    /// How much that is.
    n_known: usize,
    /// Lookups under way, outermost first. One that comes back to itself ends there.
    active: Vec<Lookup>,
    /// Outcomes that a lookup under way cut short, with the place of that one among the active:
    /// good enough for the rest of this question, and the reason why it cannot take forever.
    tentative: FxHashMap<Lookup, (usize, Outcome)>,
    /// The outermost active lookup that cut short what is being looked up now.
    cut: usize,
    steps: usize,
}

/// One lookup on the way from a name to what it stands for.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Lookup {
    Reference(FileId, ReferenceIdx, Want),
    Import(FileId, usize, Want),
    Member(Thing, Arc<str>, Want),
    Type(SymbolRef, Taken),
}

/// What a name can stand for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Thing {
    /// A symbol; also a module written inside a file.
    Symbol(SymbolRef),
    /// A file as a module.
    File(FileId),
    /// A folder as a package, by its path.
    Folder(Arc<str>),
    /// A package that clauses name, dotted.
    Package(Arc<str>),
}

/// Something a name stands for, and how that was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit {
    pub(crate) thing: Thing,
    pub(crate) resolution: Resolution,
    pub(crate) why: &'static str,
}

/// What came of a lookup.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// What the name stands for; never empty.
    Hits(Vec<Hit>),
    /// Something outside the workspace.
    External,
    /// Not known.
    Unknown,
}

/// Where a name is looked up from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) file: FileId,
    pub(crate) scope: ScopeIdx,
    /// Only what is visible here counts, locals too; without it only what others may see.
    pub(crate) at: Option<TextSize>,
    /// Whether glob imports count. Not for the beginning of a glob import's own path: else each
    /// would be looked for in all others.
    pub(crate) globs: Globs,
}

/// Whether glob imports count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Globs {
    Seen,
    Unseen,
}

/// What kind of thing the place asks for. Names of other kinds do not count where the language
/// keeps them apart, and come last where it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Want {
    Any,
    Type,
    Call,
    Macro,
    Label,
    /// Something that has members by path: a module or a type.
    Container,
}

impl Memo {
    /// Puts a lookup among the active ones and gives its place there, with what cut short the
    /// lookup around it; or the outcome where it need not be run.
    fn begin(&mut self, lookup: &Lookup) -> Result<(usize, usize), Outcome> {
        if let Some(outcome) = self.known.get(lookup) {
            return Err(outcome.clone());
        }
        if let Some((cut, outcome)) = self.tentative.get(lookup) {
            self.cut = self.cut.min(*cut);
            return Err(outcome.clone());
        }
        if let Some(place) = self.active.iter().position(|it| it == lookup) {
            self.cut = self.cut.min(place);
            return Err(Outcome::Unknown);
        }
        if DEPTH_MAX <= self.active.len() || STEPS_MAX <= self.steps {
            self.cut = 0;
            return Err(Outcome::Unknown);
        }
        self.steps += 1;
        self.active.push(lookup.clone());
        Ok((self.active.len() - 1, std::mem::replace(&mut self.cut, usize::MAX)))
    }

    /// Takes the innermost lookup from among the active ones. Its outcome is certain where nothing
    /// outside of it cut it short.
    fn end(&mut self, place: usize, outer_cut: usize, outcome: &Outcome) {
        let lookup = self.active.pop().expect("each lookup that begins ends once");
        if place <= self.cut && STEPS_MAX > self.steps {
            self.n_known += 1 + outcome.hits().len();
            self.known.insert(lookup, outcome.clone());
            self.cut = outer_cut;
        } else {
            self.tentative.insert(lookup, (self.cut, outcome.clone()));
            self.cut = self.cut.min(outer_cut);
        }
        if self.active.is_empty() {
            self.tentative.clear();
            self.cut = usize::MAX;
            self.steps = 0;
            if KNOWN_MAX < self.n_known {
                self.known.clear();
                self.n_known = 0;
            }
        }
    }
}

impl Outcome {
    pub(crate) fn of(hits: Vec<Hit>) -> Outcome {
        if hits.is_empty() { Outcome::Unknown } else { Outcome::Hits(hits) }
    }

    pub(crate) fn hits(&self) -> &[Hit] {
        match self {
            Outcome::Hits(hits) => hits,
            Outcome::External | Outcome::Unknown => &[],
        }
    }

    /// This outcome, unless it is too many things at once to mean any of them.
    fn if_few(self) -> Outcome {
        if MEANINGS_MAX < self.hits().len() { Outcome::Unknown } else { self }
    }

    /// This outcome, or where it is not known the other.
    pub(crate) fn or_else(self, other: impl FnOnce() -> Outcome) -> Outcome {
        match self {
            Outcome::Unknown => other(),
            known => known,
        }
    }
}

impl Place {
    /// The top level of a file, as others see it.
    pub(crate) fn top_level(file: FileId) -> Place {
        Place::new(file, ScopeIdx::FILE, None)
    }

    pub(crate) fn new(file: FileId, scope: ScopeIdx, at: Option<TextSize>) -> Place {
        Place { file, scope, at, globs: Globs::Seen }
    }
}

impl Hit {
    pub(crate) fn exact(thing: Thing, why: &'static str) -> Hit {
        Hit { thing, resolution: Resolution::Exact, why }
    }

    pub(crate) fn symbol(file: FileId, symbol: SymbolIdx, why: &'static str) -> Hit {
        Hit::exact(Thing::Symbol(SymbolRef { file, symbol }), why)
    }
}

impl Want {
    pub(crate) fn of(reference: &Reference) -> Want {
        match reference.kind() {
            ReferenceKind::Type => Want::Type,
            ReferenceKind::Call => Want::Call,
            ReferenceKind::Macro => Want::Macro,
            ReferenceKind::Label => Want::Label,
            ReferenceKind::Read | ReferenceKind::Write => Want::Any,
        }
    }
}

impl Drop for Resolver<'_> {
    fn drop(&mut self) {
        let memo = self.memo.get_mut();
        if REMEMBERED_MAX < memo.n_known {
            return;
        }
        let remembered = Remembered {
            known: std::mem::take(&mut memo.known),
            n_known: memo.n_known,
            workspace: std::mem::take(&mut self.workspace),
        };
        let Ok(mut slot) = self.graph.remembered.lock() else { return };
        // Of two that asked at one time the one stays that knows more.
        if slot.as_ref().is_none_or(|it| it.n_known <= remembered.n_known) {
            *slot = Some(remembered);
        }
    }
}

impl<'g> Resolver<'g> {
    pub(crate) fn new(graph: &'g CodeGraph) -> Resolver<'g> {
        let remembered = graph.remembered.lock().ok().and_then(|mut it| it.take());
        let Remembered { known, n_known, workspace } = remembered.unwrap_or_default();
        Resolver {
            graph,
            workspace,
            memo: RefCell::new(Memo {
                known,
                n_known,
                active: Vec::new(),
                tentative: FxHashMap::default(),
                cut: usize::MAX,
                steps: 0,
            }),
        }
    }

    pub(crate) fn entry(&self, file: FileId) -> &'g FileEntry {
        self.graph.entry(file).expect("things of a resolver come from its own graph")
    }

    pub(crate) fn facts(&self, file: FileId) -> &'g FileFacts {
        &self.entry(file).facts
    }

    pub(crate) fn symbol(&self, symbol: SymbolRef) -> &'g syntax::Symbol {
        self.facts(symbol.file).symbol(symbol.symbol)
    }

    pub(crate) fn name(&self, symbol: SymbolRef) -> &'g str {
        self.facts(symbol.file).name(self.symbol(symbol).name)
    }

    /// What a reference stands for.
    pub(crate) fn reference(&self, file: FileId, idx: ReferenceIdx) -> Outcome {
        let want = self.want_of(file, idx);
        self.guarded(Lookup::Reference(file, idx, want), || {
            let outcome = self.reference_as(file, idx, want);
            let outcome = match outcome {
                Outcome::Unknown if want == Want::Container => {
                    self.reference_as(file, idx, Want::of(self.facts(file).reference(idx)))
                }
                outcome => outcome,
            };
            let outcome = self.or_in_scope(file, idx, outcome);
            self.fitting(file, idx, outcome).or_else(|| self.only_near_member(file, idx))
        })
    }

    /// What a name is asked for: before `::` it is a module or a type, though a function bears the
    /// name too.
    fn want_of(&self, file: FileId, idx: ReferenceIdx) -> Want {
        let facts = self.facts(file);
        let want = Want::of(facts.reference(idx));
        if want != Want::Any || self.modules(file) != Modules::ModTree {
            return want;
        }
        let behind = facts.references.iter().skip(idx.index() + 1).take(PATH_PARTS_LOOKED_AT);
        let mut behind = behind.filter(|it| it.access() == Access::Path);
        match behind.any(|it| it.qualifier() == Qualifier::Reference(idx)) {
            true => Want::Container,
            false => want,
        }
    }

    /// What a name stands for that is a member of something, or else known by scope.
    fn or_in_scope(&self, file: FileId, idx: ReferenceIdx, outcome: Outcome) -> Outcome {
        let facts = self.facts(file);
        let reference = facts.reference(idx);
        if !reference.is_case() || !outcome.hits().is_empty() {
            return outcome;
        }
        let place = Place::new(file, facts.scope_of(idx), Some(reference.start()));
        match self.bare(place, facts.name(reference.name()), Want::of(reference)) {
            found @ Outcome::Hits(_) => found,
            _ => outcome,
        }
    }

    /// The field that a shorthand names beside the local of its name, where the type is written.
    pub(crate) fn shorthand_field(&self, file: FileId, idx: ReferenceIdx) -> Outcome {
        let facts = self.facts(file);
        let reference = facts.reference(idx);
        match reference.qualifier() {
            Qualifier::Reference(of_type) if reference.is_shorthand() => {
                let name = facts.name(reference.name());
                self.member_by_name(file, (of_type, Access::Path), name, Want::Any)
            }
            _ => Outcome::Unknown,
        }
    }

    /// What a reference stands for as the qualifier of another.
    fn qualifier(&self, file: FileId, idx: ReferenceIdx, access: Access) -> Outcome {
        match access {
            Access::Path => {
                let want = Want::Container;
                self.guarded(Lookup::Reference(file, idx, want), || {
                    self.reference_as(file, idx, want)
                })
            }
            Access::Bare | Access::Member | Access::Argument => self.reference(file, idx),
        }
    }

    fn reference_as(&self, file: FileId, idx: ReferenceIdx, want: Want) -> Outcome {
        let facts = self.facts(file);
        let reference = facts.reference(idx);
        if let Some(outcome) = self.within_import(file, idx, want) {
            return outcome;
        }
        let name = facts.name(reference.name());
        if want == Want::Call
            && let Some(constructors) = self.constructors_by_word(file, idx)
        {
            return constructors;
        }
        match (reference.access(), reference.qualifier()) {
            (Access::Argument, Qualifier::Reference(callee)) => {
                self.parameter_named(file, callee, name)
            }
            (Access::Argument, _) => Outcome::Unknown,
            (Access::Path, Qualifier::None) if self.modules(file) == Modules::Constants => {
                // `::A` begins outside of all modules.
                let place = Place::new(file, ScopeIdx::FILE, Some(reference.start()));
                self.bare(place, name, want)
            }
            (Access::Bare, _) | (_, Qualifier::None) => {
                let scope = facts.scope_of(idx);
                self.bare(Place::new(file, scope, Some(reference.start())), name, want)
            }
            (_, Qualifier::Opaque) => self.member_of_element(file, idx, name, want),
            (access, Qualifier::Reference(qualifier)) => {
                self.member_by_name(file, (qualifier, access), name, want)
            }
            (_, Qualifier::Call(callee)) if self.is_super(file, callee) => {
                self.member_of_super(file, callee, name, want)
            }
            (_, Qualifier::Call(callee)) => self.member_of_call(file, callee, name, want),
        }
    }

    /// The constructors that a call of the receiver itself runs, `this(…)` or `super(…)`; `None`
    /// where that is no such call, or types are made by their own names only.
    fn constructors_by_word(&self, file: FileId, idx: ReferenceIdx) -> Option<Outcome> {
        let facts = self.facts(file);
        let is_super = self.is_super(file, idx);
        facts.language.filter(|it| it.made_by == MadeBy::Constructor)?;
        let is_word = is_super || self.is_self(file, idx);
        if !is_word || self.modules(file) == Modules::ModTree {
            return None;
        }
        let mut classes = Vec::new();
        for owner in self.owner_types(file, facts.reference(idx).start()) {
            let Thing::Symbol(owner) = owner else { continue };
            match is_super {
                true => classes.extend(self.bases(owner).into_iter().flat_map(|(file, base)| {
                    self.type_named(file, base)
                        .hits()
                        .iter()
                        .map(|it| it.thing.clone())
                        .collect::<Vec<_>>()
                })),
                false => classes.push(Thing::Symbol(owner)),
            }
        }
        let why = "constructor of the type";
        let classes = classes.into_iter().filter_map(|it| match it {
            Thing::Symbol(it) if self.symbol(it).kind == SymbolKind::Class => Some(it),
            _ => None,
        });
        let found = classes.flat_map(|it| self.constructors_of(it));
        Some(Outcome::of(found.map(|it| Hit::symbol(it.file, it.symbol, why)).collect()))
    }

    /// `a.b` and `a::b` where `a` is a name.
    fn member_by_name(
        &self,
        file: FileId,
        (qualifier, access): (ReferenceIdx, Access),
        name: &str,
        want: Want,
    ) -> Outcome {
        if access == Access::Member && self.is_self(file, qualifier) {
            return self.member_of_self(file, qualifier, name, want);
        }
        // In a tree of modules `super::` is the module around.
        let is_path_to_module = access == Access::Path && self.modules(file) == Modules::ModTree;
        if !is_path_to_module && self.is_super(file, qualifier) {
            return self.member_of_super(file, qualifier, name, want);
        }
        if access == Access::Member
            && let Some(types) = self.narrowed(file, qualifier)
        {
            let why = "member of the type that was asked for";
            if let found @ Outcome::Hits(_) = self.member_of_types(types, name, want, why) {
                return found;
            }
        }
        let outcome = self.qualifier(file, qualifier, access);
        let Outcome::Hits(hits) = outcome else { return outcome };
        let mut external = false;
        for hit in &hits {
            let found = match &hit.thing {
                Thing::Symbol(symbol) if access == Access::Member && self.is_value(*symbol) => {
                    let receiver = self.facts(file).reference(qualifier).qualifier();
                    self.member_of_value((file, receiver), *symbol, name, want)
                }
                thing => self.member(thing, name, want, file),
            };
            match found {
                Outcome::Hits(found) => {
                    // A chain is as sure as its least sure link.
                    let linked =
                        |it: Hit| Hit { resolution: it.resolution.max(hit.resolution), ..it };
                    return Outcome::of(found.into_iter().map(linked).collect());
                }
                Outcome::External => external = true,
                Outcome::Unknown => {}
            }
        }
        if external { Outcome::External } else { Outcome::Unknown }
    }

    /// A name that means the receiver as its base sees it, `super`.
    fn is_super(&self, file: FileId, idx: ReferenceIdx) -> bool {
        let facts = self.facts(file);
        let reference = facts.reference(idx);
        let name = facts.name(reference.name());
        reference.access() == Access::Bare
            && facts.language.is_some_and(|it| it.super_names.contains(&name))
    }

    /// A member whose receiver is not known, where the function around it defines a type of its
    /// own, without a name, that has a member of that name: test tables are written so.
    fn only_near_member(&self, file: FileId, idx: ReferenceIdx) -> Outcome {
        let entry = self.entry(file);
        let reference = entry.facts.reference(idx);
        if reference.access() != Access::Member {
            return Outcome::Unknown;
        }
        let Some(function) = entry.facts.symbol_of(idx) else { return Outcome::Unknown };
        let is_near = |it: &&SymbolIdx| {
            let symbol = entry.facts.symbol(**it);
            symbol.parent == Some(function)
                && matches!(symbol.kind, SymbolKind::Field | SymbolKind::Property)
        };
        let mut near = entry.named(reference.name()).iter().filter(is_near);
        match (near.next(), near.next()) {
            (Some(one), None) => Outcome::Hits(vec![Hit {
                thing: Thing::Symbol(SymbolRef { file, symbol: *one }),
                resolution: Resolution::Inferred,
                why: "the only member of that name in the function",
            }]),
            _ => Outcome::Unknown,
        }
    }

    /// The parameters of a function, in order; a receiver that stands before its name is none.
    fn parameters(&self, function: SymbolRef) -> impl Iterator<Item = SymbolRef> {
        let facts = self.facts(function.file);
        let inner = self.symbol(function).inner;
        let end = self.symbol(function).range.end();
        let name = self.symbol(function).name_range;
        let inside = (function.symbol.index() + 1..facts.symbols.len()).map(SymbolIdx::new);
        let inside = inside.take_while(move |it| facts.symbol(*it).range.start() < end);
        inside
            .filter(move |it| {
                let symbol = facts.symbol(*it);
                Some(symbol.scope) == inner
                    && symbol.kind == SymbolKind::Parameter
                    && name.start() <= symbol.name_range.start()
            })
            .map(move |symbol| SymbolRef { file: function.file, symbol })
    }

    fn has_body(&self, function: SymbolRef) -> bool {
        self.symbol(function).inner.is_some()
    }

    /// A name whose only meaning is the receiver, `self` or `this`.
    pub(crate) fn is_self(&self, file: FileId, idx: ReferenceIdx) -> bool {
        let facts = self.facts(file);
        let reference = facts.reference(idx);
        let name = facts.name(reference.name());
        reference.access() == Access::Bare
            && facts.language.is_some_and(|it| it.self_names.contains(&name))
    }

    /// Whether a symbol holds a value whose type has the members, rather than having members
    /// itself.
    pub(crate) fn is_value(&self, symbol: SymbolRef) -> bool {
        matches!(
            self.symbol(symbol).kind,
            SymbolKind::Variable
                | SymbolKind::Constant
                | SymbolKind::Field
                | SymbolKind::Property
                | SymbolKind::Parameter
                | SymbolKind::Variant
        )
    }

    /// Whether nothing that is being looked up has cut short what was found since it began.
    fn is_certain(&self) -> bool {
        let memo = self.memo.borrow();
        memo.cut == usize::MAX && memo.steps < STEPS_MAX
    }

    /// Whether the import is being looked up: it cannot be what its own path begins with.
    fn is_importing(&self, file: FileId, idx: usize) -> bool {
        let memo = self.memo.borrow();
        memo.active
            .iter()
            .any(|it| matches!(it, Lookup::Import(f, i, _) if (*f, *i) == (file, idx)))
    }

    /// The outcome of a lookup: remembered, or looked up now unless it is under way already or the
    /// question has taken too many steps.
    fn guarded(&self, lookup: Lookup, run: impl FnOnce() -> Outcome) -> Outcome {
        let (place, outer_cut) = match self.memo.borrow_mut().begin(&lookup) {
            Ok(begun) => begun,
            Err(outcome) => return outcome,
        };
        let outcome = run().if_few();
        self.memo.borrow_mut().end(place, outer_cut, &outcome);
        outcome
    }

    /// How files of the language belong together.
    pub(crate) fn modules(&self, file: FileId) -> Modules {
        self.facts(file).language.map_or(Modules::None, |it| it.modules)
    }

    pub(crate) fn beyond_file(&self, place: Place, name: &str, want: Want) -> Outcome {
        modules::beyond_file(self, place, name, want)
    }
}

//! Which type a value has: what is declared, and the little that can be inferred without guessing.

use grammars::Modules;
use syntax::{Part, Qualifier, ReferenceIdx, SymbolKind, TypeArgument};
use text::TextSize;
use vfs::FileId;

use super::{Hit, Lookup, Outcome, Place, Resolver, Thing, Want};
use crate::SymbolRef;

/// Types inside types that are followed to the element of a declared type.
const ELEMENT_DEPTH_MAX: usize = 8;

/// Whether what a type holds may have been taken out of it by an operator that the facts do not
/// show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Taken {
    No,
    Maybe,
    /// A pattern takes it out.
    Held,
    /// It is one of many.
    Element,
    /// It is one of several in order, the first being 0.
    Nth(u8),
}

impl Taken {
    /// What is asked of a whole so that a part of it is what was asked for; `None` where that is
    /// more than is known.
    fn of_part(self, part: Part) -> Option<Taken> {
        match (self, part) {
            (taken, Part::Whole) => Some(taken),
            (Taken::No | Taken::Maybe, Part::Held) => Some(Taken::Held),
            (Taken::No | Taken::Maybe, Part::Element) => Some(Taken::Element),
            (Taken::Element | Taken::Nth(_), Part::Many) => Some(Taken::No),
            (Taken::No | Taken::Maybe, Part::First) => Some(Taken::Nth(0)),
            (Taken::No | Taken::Maybe, Part::Second) => Some(Taken::Nth(1)),
            (Taken::No | Taken::Maybe, Part::Third) => Some(Taken::Nth(2)),
            // `Option<Vec<T>>`: the type is taken apart as a whole.
            (Taken::Element, Part::Held) => Some(Taken::Element),
            _ => None,
        }
    }
}

impl Resolver<'_> {
    /// Whether a member of `name` may be one of what a call's result holds, not of the result.
    pub(crate) fn may_be_taken(&self, file: FileId, name: &str) -> Taken {
        let Some(language) = self.facts(file).language else { return Taken::No };
        let own = language.unwrappers.contains(&name) || language.optional_members.contains(&name);
        if own { Taken::No } else { Taken::Maybe }
    }

    /// The types, or type-like things, that a value belongs to.
    pub(crate) fn type_of(&self, value: SymbolRef, taken: Taken) -> Outcome {
        self.guarded(Lookup::Type(value, taken), || self.type_of_unguarded(value, taken))
    }

    fn type_of_unguarded(&self, value: SymbolRef, taken: Taken) -> Outcome {
        let symbol = self.symbol(value);
        let facts = self.facts(value.file);
        if symbol.shorthand && symbol.is_local {
            return self.type_of_shorthand(value, taken);
        }
        if symbol.kind == SymbolKind::Parameter
            && facts.language.is_some_and(|it| it.self_names.contains(&facts.name(symbol.name)))
        {
            return types(self.owner_types(value.file, symbol.name_range.start()));
        }
        if symbol.kind == SymbolKind::Variant && taken == Taken::Element {
            return self.content_of(value);
        }
        if symbol.kind == SymbolKind::Variant {
            let parent = symbol.parent.map(|it| SymbolRef { file: value.file, symbol: it });
            return types(parent.map(Thing::Symbol).into_iter().collect());
        }
        match symbol.type_ref {
            Some(type_ref) => self.declared_type_taken(value.file, type_ref, taken),
            None => self.type_of_value(value, taken),
        }
    }

    /// The type of the one value that a type or a variant is written to hold: `struct Meters(f32)`.
    fn content_of(&self, holder: SymbolRef) -> Outcome {
        match self.symbol(holder).type_ref {
            Some(type_ref) => self.wrapped_type(holder.file, type_ref, Taken::No),
            None => Outcome::Unknown,
        }
    }

    /// The contents of several types.
    fn contents_of(&self, holders: Outcome) -> Outcome {
        self.each(holders, |thing| match thing {
            Thing::Symbol(it) if self.symbol(*it).kind == SymbolKind::Struct => {
                self.content_of(*it)
            }
            _ => Outcome::Unknown,
        })
    }

    /// The type of what a symbol is made with, or gives back.
    fn type_of_value(&self, symbol: SymbolRef, taken: Taken) -> Outcome {
        let Some(init) = self.symbol(symbol).value else { return Outcome::Unknown };
        let Some(taken) = taken.of_part(init.part) else { return Outcome::Unknown };
        match init.is_call {
            true => self.returned_by(symbol.file, init.reference, taken),
            false => self.type_of_reference(symbol.file, init.reference, taken),
        }
    }

    /// The type of what a pattern takes out of a value by the name of a member.
    fn type_of_shorthand(&self, local: SymbolRef, taken: Taken) -> Outcome {
        let whole = match self.symbol(local).type_ref {
            Some(type_ref) => self.wrapped_type(local.file, type_ref, Taken::No),
            None => {
                let variants = self.variant_taken_apart(local);
                variants.or_else(|| self.type_of_value(local, Taken::Maybe))
            }
        };
        self.each(whole, |thing| {
            let member = self.member(thing, self.name(local), Want::Any, local.file);
            self.each(member, |thing| match thing {
                Thing::Symbol(it) if self.is_value(*it) => self.type_of(*it, taken),
                _ => Outcome::Unknown,
            })
        })
    }

    /// The variant that a pattern takes apart by the names of its fields.
    fn variant_taken_apart(&self, local: SymbolRef) -> Outcome {
        let Some(value) = self.symbol(local).value.filter(|it| !it.is_call) else {
            return Outcome::Unknown;
        };
        let mut hits = self.reference(local.file, value.reference).hits().to_vec();
        hits.retain(|it| {
            matches!(it.thing, Thing::Symbol(it) if self.symbol(it).kind == SymbolKind::Variant)
        });
        Outcome::of(hits)
    }

    /// What is taken out of a declared type.
    fn declared_type_taken(&self, file: FileId, type_ref: ReferenceIdx, taken: Taken) -> Outcome {
        match taken {
            Taken::Element => self.element_type(file, type_ref, ELEMENT_DEPTH_MAX),
            Taken::Nth(n) => self.nth_type(file, type_ref, n),
            Taken::Held => self.wrapped_type(file, type_ref, Taken::Maybe),
            // Nobody takes anything out of what is declared without a trace.
            Taken::No | Taken::Maybe => self.wrapped_type(file, type_ref, Taken::No),
        }
    }

    /// The type of one of several values that a declared type puts together in order; where it is
    /// of many, of one of those.
    fn nth_type(&self, file: FileId, type_ref: ReferenceIdx, n: u8) -> Outcome {
        let facts = self.facts(file);
        let nth = |parts: &[TypeArgument]| parts.get(usize::from(n)).and_then(|it| it.argument);
        let part = |it: Option<ReferenceIdx>| {
            it.map_or(Outcome::Unknown, |it| self.whole_type(file, it, Taken::No))
        };
        let parts = facts.type_parts(type_ref);
        if !parts.is_empty() {
            return part(nth(parts));
        }
        let Some(language) = facts.language else { return Outcome::Unknown };
        let name = facts.name(facts.reference(type_ref).name());
        if language.tuples.contains(&name) {
            return part(nth(facts.type_arguments(type_ref)));
        }
        if language.optionals.contains(&name) || language.wrappers.contains(&name) {
            let held = self.type_argument(file, type_ref).map(|it| facts.type_parts(it));
            return held.map_or(Outcome::Unknown, |it| part(nth(it)));
        }
        self.element_type(file, type_ref, ELEMENT_DEPTH_MAX)
    }

    /// The type of one of the many values of a declared type.
    fn element_type(&self, file: FileId, type_ref: ReferenceIdx, depth: usize) -> Outcome {
        let facts = self.facts(file);
        let reference = facts.reference(type_ref);
        if reference.is_array() {
            return self.whole_type(file, type_ref, Taken::No);
        }
        let Some(language) = facts.language else { return Outcome::Unknown };
        let Some(depth) = depth.checked_sub(1) else { return Outcome::Unknown };
        let name = facts.name(reference.name());
        if let Outcome::Hits(hits) = self.reference(file, type_ref) {
            // An alias of ours; what other types of ours give when gone through is not known.
            let aliases = hits.iter().filter_map(|hit| match hit.thing {
                Thing::Symbol(it) if self.symbol(it).kind == SymbolKind::Type => {
                    Some((it.file, self.symbol(it).type_ref?))
                }
                _ => None,
            });
            let mut elements = aliases.map(|(file, it)| self.element_type(file, it, depth));
            return elements
                .next()
                .unwrap_or_else(|| self.contents_of(Outcome::Hits(hits.clone())));
        }
        let argument = match () {
            () if language.keyed_containers.contains(&name) => self.last_argument(file, type_ref),
            () if language.containers.contains(&name) || language.optionals.contains(&name) => {
                self.type_argument(file, type_ref)
            }
            () if language.wrappers.contains(&name) => {
                let wrapped = self.type_argument(file, type_ref);
                return wrapped.map_or(Outcome::Unknown, |it| self.element_type(file, it, depth));
            }
            () => None,
        };
        argument.map_or(Outcome::Unknown, |it| self.wrapped_type(file, it, Taken::No))
    }

    /// The head of the second argument of a type: `V` of `Map<K, V>`.
    fn last_argument(&self, file: FileId, type_ref: ReferenceIdx) -> Option<ReferenceIdx> {
        self.facts(file).type_arguments(type_ref).get(1)?.argument
    }

    /// The types that a reference in a type's place names, aliases followed.
    pub(crate) fn type_named(&self, file: FileId, type_ref: ReferenceIdx) -> Outcome {
        self.with_choices(file, type_ref, |it| self.unaliased(self.reference(file, it)))
    }

    /// What `of` says of a type, and of the others that something is or may be beside it.
    fn with_choices(
        &self,
        file: FileId,
        type_ref: ReferenceIdx,
        of: impl Fn(ReferenceIdx) -> Outcome,
    ) -> Outcome {
        let first = of(type_ref);
        let choices = self.facts(file).type_choices(type_ref);
        if choices.is_empty() {
            return first;
        }
        let mut hits = first.hits().to_vec();
        for choice in choices.iter().filter_map(|it| it.argument) {
            for hit in of(choice).hits() {
                if hits.iter().all(|it| it.thing != hit.thing) {
                    hits.push(hit.clone());
                }
            }
        }
        if hits.is_empty() { first } else { Outcome::Hits(hits) }
    }

    /// Like [`Resolver::type_named`], but of a type that merely wraps another, the other one.
    pub(super) fn wrapped_type(
        &self,
        file: FileId,
        type_ref: ReferenceIdx,
        taken: Taken,
    ) -> Outcome {
        match self.facts(file).reference(type_ref).is_array() {
            // An array has members of its own, none of ours.
            true => Outcome::External,
            false => self.whole_type(file, type_ref, taken),
        }
    }

    fn whole_type(&self, file: FileId, type_ref: ReferenceIdx, taken: Taken) -> Outcome {
        self.with_choices(file, type_ref, |it| self.one_type(file, it, taken))
    }

    fn one_type(&self, file: FileId, type_ref: ReferenceIdx, taken: Taken) -> Outcome {
        let named = self.unaliased(self.reference(file, type_ref));
        let is_type_of_ours = named.hits().iter().any(|it| match &it.thing {
            Thing::Symbol(it) => self.symbol(*it).kind != SymbolKind::Type,
            _ => false,
        });
        let facts = self.facts(file);
        let Some(language) = facts.language.filter(|_| !is_type_of_ours) else { return named };
        let name = facts.name(facts.reference(type_ref).name());
        if language.self_types.contains(&name) && named.hits().is_empty() {
            return types(self.owner_types(file, facts.reference(type_ref).start()));
        }
        let is_through = language.wrappers.contains(&name)
            || (taken == Taken::Maybe && language.optionals.contains(&name));
        match self.type_argument(file, type_ref).filter(|_| is_through) {
            Some(argument) => self.wrapped_type(file, argument, taken),
            None => named,
        }
    }

    /// The head of the first argument of a type: `T` of `Box<T>`, `b::T` of `Box<&b::T>`.
    fn type_argument(&self, file: FileId, type_ref: ReferenceIdx) -> Option<ReferenceIdx> {
        self.facts(file).type_arguments(type_ref).first()?.argument
    }

    /// The type of what a reference stands for.
    pub(crate) fn type_of_reference(
        &self,
        file: FileId,
        idx: ReferenceIdx,
        taken: Taken,
    ) -> Outcome {
        if self.is_self(file, idx) {
            let own = types(self.owner_types(file, self.facts(file).reference(idx).start()));
            return if taken == Taken::Element { self.contents_of(own) } else { own };
        }
        if let Some(narrowed) = self.narrowed(file, idx).filter(|_| taken != Taken::Element) {
            return narrowed;
        }
        self.each(self.reference(file, idx), |thing| match thing {
            Thing::Symbol(it) if self.is_value(*it) && !self.is_callable(*it) => {
                let receiver = self.facts(file).reference(idx).qualifier();
                self.given_by(file, receiver, self.type_of(*it, taken))
            }
            Thing::Symbol(_) if taken == Taken::Element => {
                self.contents_of(types(vec![thing.clone()]))
            }
            // A class as a value: what is reached through it are its members.
            Thing::Symbol(it) if !self.is_callable(*it) => types(vec![Thing::Symbol(*it)]),
            _ => Outcome::Unknown,
        })
    }

    /// The type of what a call gives: what the callee is declared to return, or the type that it
    /// makes.
    pub(crate) fn returned_by(&self, file: FileId, callee: ReferenceIdx, taken: Taken) -> Outcome {
        if self.is_self(file, callee) {
            // `cls()` makes one of the type around.
            return types(self.owner_types(file, self.facts(file).reference(callee).start()));
        }
        let called = self.reference(file, callee);
        let receiver = self.facts(file).reference(callee).qualifier();
        if called.hits().is_empty() {
            let made = self.made_through(file, callee);
            return made.or_else(|| self.unwrapped(file, callee, taken));
        }
        self.each(called, |thing| {
            let Thing::Symbol(callee) = thing else { return Outcome::Unknown };
            let symbol = self.symbol(*callee);
            match symbol.kind {
                SymbolKind::Class
                | SymbolKind::Struct
                | SymbolKind::Enum
                | SymbolKind::Union
                | SymbolKind::Interface
                | SymbolKind::TypeParameter
                | SymbolKind::Type => self.unaliased(types(vec![Thing::Symbol(*callee)])),
                SymbolKind::Variant => self.type_of(*callee, taken),
                SymbolKind::Constructor => {
                    let parent =
                        symbol.parent.map(|it| SymbolRef { file: callee.file, symbol: it });
                    types(parent.map(Thing::Symbol).into_iter().collect())
                }
                SymbolKind::Function | SymbolKind::Method => match symbol.type_ref {
                    Some(type_ref) if matches!(taken, Taken::No | Taken::Maybe) => {
                        let returned = self.wrapped_type(callee.file, type_ref, taken);
                        self.given_by(file, receiver, returned)
                    }
                    Some(type_ref) => self.declared_type_taken(callee.file, type_ref, taken),
                    // A function with members of its own is a type, and makes one of it.
                    None if symbol.value.is_none() && !self.members_away(*callee).is_empty() => {
                        types(vec![Thing::Symbol(*callee)])
                    }
                    // Without a declaration it is the type of what the function gives back.
                    None => self.guarded(Lookup::Type(*callee, taken), || {
                        self.type_of_value(*callee, taken)
                    }),
                },
                _ => Outcome::Unknown,
            }
        })
    }

    /// What a call of a function gives that makes a value of the type it is reached through.
    fn made_through(&self, file: FileId, callee: ReferenceIdx) -> Outcome {
        let facts = self.facts(file);
        let reference = facts.reference(callee);
        let makers = facts.language.map_or(&[][..], |it| it.makers);
        match reference.qualifier() {
            Qualifier::Reference(of) if makers.contains(&facts.name(reference.name())) => {
                let mut hits = self.type_named(file, of).hits().to_vec();
                hits.retain(|it| match it.thing {
                    Thing::Symbol(it) => is_type(self.symbol(it).kind),
                    _ => false,
                });
                Outcome::of(hits)
            }
            _ => Outcome::Unknown,
        }
    }

    /// What a call of a method gives that only takes out what its receiver holds, or one or some of
    /// the many values of it.
    fn unwrapped(&self, file: FileId, callee: ReferenceIdx, taken: Taken) -> Outcome {
        let facts = self.facts(file);
        let reference = facts.reference(callee);
        let name = facts.name(reference.name());
        let Some(language) = facts.language else { return Outcome::Unknown };
        let gives_one = language.getters.contains(&name) && taken != Taken::Element;
        let gives_some = taken == Taken::Element
            && (language.iterators.contains(&name) || language.unwrappers.contains(&name));
        if gives_one || gives_some {
            return match reference.qualifier() {
                Qualifier::Reference(receiver) => {
                    self.type_of_reference(file, receiver, Taken::Element)
                }
                Qualifier::Call(callee) => self.returned_by(file, callee, Taken::Element),
                Qualifier::None | Qualifier::Opaque => Outcome::Unknown,
            };
        }
        let is_many =
            language.containers.contains(&name) || language.keyed_containers.contains(&name);
        if taken == Taken::Element && is_many {
            // `new Map<K, V>()`.
            return self.element_type(file, callee, ELEMENT_DEPTH_MAX);
        }
        if !language.unwrappers.contains(&name) || taken == Taken::Element {
            return Outcome::Unknown;
        }
        match reference.qualifier() {
            Qualifier::Reference(receiver) => self.held_by(file, receiver),
            Qualifier::Call(callee) => self.returned_by(file, callee, Taken::Maybe),
            Qualifier::None | Qualifier::Opaque => Outcome::Unknown,
        }
    }

    /// The type of what a name holds, its own wrapping taken off.
    fn held_by(&self, file: FileId, receiver: ReferenceIdx) -> Outcome {
        self.each(self.reference(file, receiver), |thing| {
            let Thing::Symbol(value) = thing else { return Outcome::Unknown };
            match self.symbol(*value).type_ref {
                Some(type_ref) if self.is_value(*value) => {
                    self.wrapped_type(value.file, type_ref, Taken::Maybe)
                }
                _ => self.type_of_reference(file, receiver, Taken::Maybe),
            }
        })
    }

    /// The types around a place: of a member's own type where it is written away from it.
    pub(crate) fn owner_types(&self, file: FileId, at: TextSize) -> Vec<Thing> {
        let facts = self.facts(file);
        let mut around = facts.symbol_around(at);
        while let Some(idx) = around {
            let symbol = facts.symbol(idx);
            let owner = SymbolRef { file, symbol: idx };
            if symbol.kind == SymbolKind::Implementation && self.adds_members(owner) {
                let types = self.implemented_type(owner);
                // A foreign type has no symbol; the block itself then stands for it.
                return if types.is_empty() { vec![Thing::Symbol(owner)] } else { types };
            }
            if is_type(symbol.kind) || symbol.kind == SymbolKind::Implementation {
                return vec![Thing::Symbol(owner)];
            }
            if facts.owner(symbol).is_some() {
                return self.named_owner(owner);
            }
            let parent = symbol.parent.map(|symbol| SymbolRef { file, symbol });
            if let Some(object) = parent.filter(|it| self.is_value(*it))
                && symbol.kind == SymbolKind::Method
                && self.modules(file) == Modules::RelativeFiles
            {
                // A function of an object that is written out.
                return vec![Thing::Symbol(object)];
            }
            around = symbol.parent;
        }
        Vec::new()
    }

    /// The type that an implementation is for.
    pub(crate) fn implemented_type(&self, block: SymbolRef) -> Vec<Thing> {
        let symbol = self.symbol(block);
        let at = symbol.range.start();
        let name = self.name(block);
        let place = Place::new(block.file, symbol.scope, Some(at));
        let found = self.bare(place, name, Want::Type);
        let types = found.hits().iter().map(|it| it.thing.clone());
        types
            .filter(|it| matches!(it, Thing::Symbol(it) if is_type(self.symbol(*it).kind)))
            .collect()
    }

    /// The type that a member written away from it names as its owner.
    pub(crate) fn named_owner(&self, member: SymbolRef) -> Vec<Thing> {
        let facts = self.facts(member.file);
        let symbol = self.symbol(member);
        let Some(owner) = facts.owner(symbol) else { return Vec::new() };
        let at = Some(symbol.range.start());
        let place = Place::new(member.file, symbol.scope, at);
        let found = self.bare(place, facts.name(owner), Want::Type);
        found.hits().iter().map(|it| it.thing.clone()).collect()
    }

    /// Follows type aliases to what they stand for.
    pub(crate) fn unaliased(&self, outcome: Outcome) -> Outcome {
        let Outcome::Hits(hits) = outcome else { return outcome };
        let mut res = Vec::new();
        for hit in hits {
            match self.alias_target(&hit.thing) {
                Some(Outcome::Hits(targets)) => res.extend(targets),
                Some(_) | None => res.push(hit),
            }
        }
        Outcome::of(res)
    }

    fn alias_target(&self, thing: &Thing) -> Option<Outcome> {
        let Thing::Symbol(alias) = thing else { return None };
        let symbol = self.symbol(*alias);
        let is_alias = matches!(
            symbol.kind,
            SymbolKind::Type
                | SymbolKind::TypeParameter
                | SymbolKind::Variable
                | SymbolKind::Constant
        );
        if !is_alias {
            return None;
        }
        let target =
            symbol.type_ref.or(symbol.value.filter(|it| !it.is_call).map(|it| it.reference));
        let target = target?;
        if self.facts(alias.file).reference(target).is_array() {
            // A name for many: what it stands for has other members than one of them.
            return None;
        }
        Some(self.guarded(Lookup::Type(*alias, Taken::No), || self.type_named(alias.file, target)))
    }

    /// Applies `f` to each thing and puts the outcomes together.
    fn each(&self, outcome: Outcome, f: impl Fn(&Thing) -> Outcome) -> Outcome {
        let Outcome::Hits(hits) = outcome else { return outcome };
        let mut res: Vec<Hit> = Vec::new();
        let mut external = false;
        for hit in &hits {
            match f(&hit.thing) {
                Outcome::Hits(found) => {
                    for it in found {
                        if res.iter().all(|known| known.thing != it.thing) {
                            res.push(Hit { resolution: it.resolution.max(hit.resolution), ..it });
                        }
                    }
                }
                Outcome::External => external = true,
                Outcome::Unknown => {}
            }
        }
        if res.is_empty() && external { Outcome::External } else { Outcome::of(res) }
    }

    fn is_callable(&self, symbol: SymbolRef) -> bool {
        matches!(self.symbol(symbol).kind, SymbolKind::Function | SymbolKind::Method)
    }
}

/// A type as the outcome of an inference.
fn types(things: Vec<Thing>) -> Outcome {
    Outcome::of(things.into_iter().map(|it| Hit::exact(it, "type")).collect())
}

/// Whether symbols of the kind have members.
pub(crate) fn is_type(kind: SymbolKind) -> bool {
    matches!(
        kind,
        SymbolKind::Class
            | SymbolKind::Struct
            | SymbolKind::Enum
            | SymbolKind::Interface
            | SymbolKind::Union
            | SymbolKind::Type
    )
}

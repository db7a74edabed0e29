//! Which of several functions of one name a call means: by the number of what it is given, and
//! where the language tells functions apart by types, by those.

use grammars::Overloads;
use syntax::{Given, ReferenceIdx, SymbolKind};
use vfs::FileId;

use super::{Hit, Outcome, Resolver, Thing, Want, entity::is_callable, typing::Taken};
use crate::{Resolution, SymbolRef};

/// Bases, on the way up, that are compared with a parameter's type.
const BASES_MAX: usize = 64;
/// Functions of one name among which one is chosen.
const FUNCTIONS_MAX: usize = 64;

/// What a conversion costs, beside each step of it: what is cheaper is meant.
mod cost {
    /// The type of one of both is not known.
    pub(super) const UNKNOWN: u32 = 2;
    /// Everything is of the parameter's type.
    pub(super) const TOP: u32 = 20;
    /// A primitive value is put into an object, or taken out of one.
    pub(super) const BOXED: u32 = 100;
    /// The parameter takes all that is left.
    pub(super) const REST: u32 = 10_000;
}

/// A type as far as overloads are told apart by it.
#[derive(Clone, Debug)]
enum Kind {
    Unknown,
    NoPrimitive,
    /// As written, and what of the workspace that is.
    Named(String, Option<SymbolRef>),
}

/// How well a function takes what a call gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fit {
    cost: u32,
    /// All types are known.
    is_sure: bool,
}

impl Resolver<'_> {
    /// Of several functions of one name, those that take what the call gives, inherited ones among
    /// them.
    pub(super) fn fitting(&self, file: FileId, call: ReferenceIdx, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Hits(hits) if self.facts(file).reference(call).n_args().is_some() => {
                let hits = self.with_inherited(hits);
                Outcome::Hits(self.fitting_of(file, call, hits))
            }
            other => other,
        }
    }

    /// Of several functions of one name, those that take as many arguments as the call gives, and
    /// of their types. All of them where none fits: parameters may have defaults, or take many.
    pub(super) fn fitting_of(
        &self,
        file: FileId,
        call: ReferenceIdx,
        mut hits: Vec<Hit>,
    ) -> Vec<Hit> {
        let Some(n_args) = self.facts(file).reference(call).n_args().map(usize::from) else {
            return hits;
        };
        if hits.len() < 2 {
            return hits;
        }
        let takes = |hit: &Hit| match &hit.thing {
            Thing::Symbol(it) if self.has_body(*it) => {
                let n = self.parameters(*it).count();
                n == n_args || (n <= n_args + 1 && self.rest_of(*it).is_some())
            }
            _ => false,
        };
        if hits.iter().any(takes) {
            hits.retain(takes);
        }
        match self.overloads(file) {
            Some(overloads) if 1 < hits.len() && n_args != 0 => {
                self.cheapest(file, call, hits, overloads)
            }
            _ => hits,
        }
    }

    /// What the language says of overloads, where types tell them apart.
    fn overloads(&self, file: FileId) -> Option<&'static Overloads> {
        let language = self.facts(file).language?;
        Some(&language.overloads).filter(|it| it.by_types())
    }

    /// The functions, and those of their name in the bases of their types: a name is no end of the
    /// search where types tell functions apart.
    fn with_inherited(&self, mut hits: Vec<Hit>) -> Vec<Hit> {
        let mut next = 0;
        while let Some(hit) = hits.get(next).filter(|_| hits.len() < FUNCTIONS_MAX).cloned() {
            next += 1;
            let Thing::Symbol(function) = hit.thing else { continue };
            let is_member = self.symbol(function).kind == SymbolKind::Method;
            if !is_member || self.overloads(function.file).is_none() {
                continue;
            }
            for owner in self.owners_of(function) {
                let inherited = self.inherited(owner, self.name(function), Want::Call);
                for found in inherited.hits() {
                    if self.is_another(&hits, &found.thing) {
                        let resolution = found.resolution.max(hit.resolution);
                        hits.push(Hit { resolution, ..found.clone() });
                    }
                }
            }
        }
        hits
    }

    /// Whether a function is none of those known, and overridden by none.
    fn is_another(&self, known: &[Hit], found: &Thing) -> bool {
        let Thing::Symbol(function) = found else { return false };
        let types = self.parameter_types(*function);
        known.iter().all(|it| match &it.thing {
            Thing::Symbol(it) => it != function && self.parameter_types(*it) != types,
            _ => true,
        })
    }

    fn parameter_types(&self, function: SymbolRef) -> Vec<Option<&str>> {
        let facts = self.facts(function.file);
        self.parameters(function).map(|it| facts.written_type(it.symbol)).collect()
    }

    /// The functions that take what is given at the least cost. Of several nobody knows which; and
    /// one that is chosen among several is as sure as the types are.
    fn cheapest(
        &self,
        file: FileId,
        call: ReferenceIdx,
        hits: Vec<Hit>,
        overloads: &Overloads,
    ) -> Vec<Hit> {
        let facts = self.facts(file);
        let given: Vec<Kind> =
            facts.arguments(call).iter().map(|it| self.kind_given(file, it.given)).collect();
        let fits = hits.iter().map(|hit| match &hit.thing {
            Thing::Symbol(it) => self.fit(*it, &given, overloads),
            _ => None,
        });
        let fits: Vec<Option<Fit>> = fits.collect();
        let least = fits.iter().flatten().map(|it| it.cost).min();
        let n_possible = fits.iter().flatten().count();
        let chosen = hits.iter().zip(&fits).filter(|(_, it)| it.map(|it| it.cost) == least);
        let chosen: Vec<(&Hit, &Option<Fit>)> = chosen.collect();
        let is_sure = match chosen[..] {
            [(_, Some(fit))] => fit.is_sure || n_possible == 1,
            _ => false,
        };
        let least_sure = if is_sure { Resolution::Exact } else { Resolution::Inferred };
        let hits = chosen
            .into_iter()
            .map(|(hit, _)| Hit { resolution: hit.resolution.max(least_sure), ..hit.clone() });
        hits.collect()
    }

    /// How well a function takes what is given; `None` where it does not.
    fn fit(&self, function: SymbolRef, given: &[Kind], overloads: &Overloads) -> Option<Fit> {
        let parameters: Vec<SymbolRef> = self.parameters(function).collect();
        let rest = self.rest_of(function);
        let is_whole = parameters.len() == given.len();
        let mut best = is_whole.then(|| self.fit_each(&parameters, given, overloads)).flatten();
        if let (None, Some((rest, element))) = (best, rest) {
            let (first, left) = given.split_at(given.len().min(parameters.len() - 1));
            best = self.fit_each(&parameters[..first.len()], first, overloads).and_then(|fit| {
                let element = self.kind_named(rest, element);
                let mut res = Fit { cost: fit.cost + cost::REST, ..fit };
                for it in left {
                    res = res.and(self.conversion(it, &element, overloads)?);
                }
                Some(res)
            });
        }
        best
    }

    fn fit_each(
        &self,
        parameters: &[SymbolRef],
        given: &[Kind],
        overloads: &Overloads,
    ) -> Option<Fit> {
        let mut res = Fit { cost: 0, is_sure: true };
        for (parameter, given) in parameters.iter().zip(given) {
            let declared = match self.facts(parameter.file).written_type(parameter.symbol) {
                Some(written) => self.kind_named(*parameter, &as_array(written, overloads)),
                None => Kind::Unknown,
            };
            res = res.and(self.conversion(given, &declared, overloads)?);
        }
        Some(res)
    }

    /// The last parameter of a function and the type of each of the many that it takes.
    fn rest_of(&self, function: SymbolRef) -> Option<(SymbolRef, &str)> {
        let overloads = self.overloads(function.file)?;
        let last = self.parameters(function).last()?;
        let written = self.facts(last.file).written_type(last.symbol)?;
        let element = overloads.rest.iter().find_map(|it| written.strip_suffix(it))?;
        Some((last, element))
    }

    /// The type of an argument.
    fn kind_given(&self, file: FileId, given: Given) -> Kind {
        let facts = self.facts(file);
        match given {
            Given::Unknown => Kind::Unknown,
            Given::NoPrimitive => Kind::NoPrimitive,
            Given::Type(name) => self.kind_by_name(file, facts.name(name)),
            Given::Value(it) => self.kind_of_reference(file, it),
            Given::Result(it) => self.kind_of_reference(file, it),
            Given::Element(it) => match self.kind_of_reference(file, it) {
                Kind::Named(name, symbol) => match name.strip_suffix("[]") {
                    Some(element) => Kind::Named(element.to_owned(), symbol),
                    None => Kind::Unknown,
                },
                other => other,
            },
        }
    }

    /// The type of what a reference stands for, or of what a call of it gives.
    fn kind_of_reference(&self, file: FileId, reference: ReferenceIdx) -> Kind {
        if self.is_self(file, reference) {
            let at = self.facts(file).reference(reference).start();
            return match self.owner_types(file, at)[..] {
                [Thing::Symbol(it)] => Kind::Named(self.name(it).to_owned(), Some(it)),
                _ => Kind::NoPrimitive,
            };
        }
        let outcome = self.reference(file, reference);
        let Some(Hit { thing: Thing::Symbol(found), .. }) = outcome.hits().first() else {
            let name = self.facts(file).name(self.facts(file).reference(reference).name());
            let result = self.overloads(file).and_then(|it| it.result(name));
            return result.map_or(Kind::Unknown, |it| Kind::Named(it.to_owned(), None));
        };
        let found = *found;
        let symbol = self.symbol(found);
        if symbol.kind == SymbolKind::Constructor
            || !(self.is_value(found) || is_callable(symbol.kind))
        {
            let class = self.owners_of(found).first().copied().unwrap_or(found);
            return Kind::Named(self.name(class).to_owned(), Some(class));
        }
        match self.facts(found.file).written_type(found.symbol) {
            // What is left to be inferred has no name that means anything.
            Some(written) if symbol.type_ref.is_some() || self.is_foreign(found, written) => {
                let written = match self.overloads(found.file) {
                    Some(overloads) => as_array(written, overloads),
                    None => written.to_owned(),
                };
                self.kind_named(found, &written)
            }
            _ => match self.type_of(found, Taken::No).hits() {
                [Hit { thing: Thing::Symbol(it), .. }] => {
                    Kind::Named(self.name(*it).to_owned(), Some(*it))
                }
                _ => Kind::Unknown,
            },
        }
    }

    /// Whether a written type is a primitive one, or many of them.
    fn is_foreign(&self, symbol: SymbolRef, written: &str) -> bool {
        let element = written.trim_end_matches("[]").trim_end_matches("...");
        self.overloads(symbol.file).is_some_and(|it| it.is_primitive(element))
    }

    /// The type of a symbol that is declared with `written`.
    fn kind_named(&self, symbol: SymbolRef, written: &str) -> Kind {
        let Some(type_ref) = self.symbol(symbol).type_ref else {
            return Kind::Named(written.to_owned(), None);
        };
        match self.type_named(symbol.file, type_ref).hits() {
            [Hit { thing: Thing::Symbol(it), .. }, ..] => match self.symbol(*it).kind {
                // What it stands for differs from call to call.
                SymbolKind::TypeParameter => Kind::Unknown,
                _ => Kind::Named(written.to_owned(), Some(*it)),
            },
            _ => Kind::Named(written.to_owned(), None),
        }
    }

    /// The type of the name where nothing but the name is known.
    fn kind_by_name(&self, file: FileId, name: &str) -> Kind {
        let place = super::Place::top_level(file);
        let element = name.trim_end_matches("[]");
        match self.bare(place, element, Want::Type).hits() {
            [Hit { thing: Thing::Symbol(it), .. }, ..] => Kind::Named(name.to_owned(), Some(*it)),
            _ => Kind::Named(name.to_owned(), None),
        }
    }

    /// What it costs to hand over what is given as what is asked for; `None` where that cannot be.
    fn conversion(&self, given: &Kind, asked: &Kind, overloads: &Overloads) -> Option<Fit> {
        let sure = |cost: u32| Some(Fit { cost, is_sure: true });
        let unsure = |cost: u32| Some(Fit { cost, is_sure: false });
        let Kind::Named(asked, asked_symbol) = asked else { return unsure(cost::UNKNOWN) };
        let is_top = overloads.top.contains(&&**asked);
        let (given, given_symbol) = match given {
            Kind::Unknown if is_top => return unsure(cost::TOP),
            Kind::Unknown => return unsure(cost::UNKNOWN),
            Kind::NoPrimitive if overloads.is_primitive(asked) => return None,
            Kind::NoPrimitive => return sure(if is_top { cost::TOP } else { 1 }),
            Kind::Named(name, symbol) => (name, symbol),
        };
        if given == asked {
            return sure(0);
        }
        let converted = |from: &str| overloads.conversions(from, asked);
        match (overloads.is_primitive(given), overloads.is_primitive(asked)) {
            (true, true) => converted(given).and_then(sure),
            (true, false) if is_top => sure(cost::BOXED + cost::TOP),
            (true, false) => {
                let steps = converted(overloads.boxed(given)?)?;
                sure(cost::BOXED + steps)
            }
            (false, true) => {
                let steps = converted(overloads.unboxed(given)?)?;
                sure(cost::BOXED + steps)
            }
            (false, false) if is_top => sure(cost::TOP),
            (false, false) => {
                self.upcast((given, *given_symbol), (asked, *asked_symbol), overloads)
            }
        }
    }

    /// What it costs to hand over an object as one of another type.
    fn upcast(
        &self,
        (given, given_symbol): (&str, Option<SymbolRef>),
        (asked, asked_symbol): (&str, Option<SymbolRef>),
        overloads: &Overloads,
    ) -> Option<Fit> {
        if given.ends_with("[]") != asked.ends_with("[]") {
            return None;
        }
        if let Some(steps) = overloads.conversions(given, asked) {
            return Some(Fit { cost: steps, is_sure: true });
        }
        let element = |it: &str| it.trim_end_matches("[]").to_owned();
        if given.ends_with("[]")
            && (overloads.is_primitive(&element(given)) || overloads.is_primitive(&element(asked)))
        {
            return None;
        }
        let Some(given_symbol) = given_symbol else {
            // What the workspace does not define derives from nothing that it defines.
            let is_closed = overloads.is_closed(given) || overloads.is_closed(asked);
            let may_be = asked_symbol.is_none() && !is_closed;
            return may_be.then_some(Fit { cost: cost::UNKNOWN, is_sure: false });
        };
        self.steps_up(given_symbol, asked, asked_symbol)
    }

    /// How far above a type another one is.
    fn steps_up(
        &self,
        from: SymbolRef,
        asked: &str,
        asked_symbol: Option<SymbolRef>,
    ) -> Option<Fit> {
        let mut seen = vec![from];
        let mut reached = vec![from];
        let mut leads_out = false;
        for steps in 0.. {
            if reached.iter().any(|it| Some(*it) == asked_symbol) {
                return Some(Fit { cost: steps, is_sure: true });
            }
            let mut above = Vec::new();
            for it in reached {
                for (file, base) in self.bases(it) {
                    let facts = self.facts(file);
                    let named = self.type_named(file, base);
                    if named.hits().is_empty() {
                        leads_out = true;
                        if facts.name(facts.reference(base).name()) == asked {
                            return Some(Fit { cost: steps + 1, is_sure: true });
                        }
                    }
                    above.extend(named.hits().iter().filter_map(|it| match it.thing {
                        Thing::Symbol(it) if !seen.contains(&it) => Some(it),
                        _ => None,
                    }));
                }
            }
            seen.extend(&above);
            reached = above;
            if reached.is_empty() || BASES_MAX < seen.len() {
                break;
            }
        }
        let may_be = leads_out && asked_symbol.is_none();
        may_be.then_some(Fit { cost: cost::UNKNOWN, is_sure: false })
    }
}

impl Fit {
    fn and(self, other: Fit) -> Fit {
        Fit { cost: self.cost + other.cost, is_sure: self.is_sure && other.is_sure }
    }
}

/// What takes all that is left is many of them inside the function, and may be given as such.
fn as_array(written: &str, overloads: &Overloads) -> String {
    let element = overloads.rest.iter().find_map(|it| written.strip_suffix(it));
    element.map_or_else(|| written.to_owned(), |it| format!("{it}[]"))
}

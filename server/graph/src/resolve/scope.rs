//! Bare names: outwards through the scopes of the file, then through what the file belongs to.

use grammars::{ClassScope, Modules, Rebinding};
use syntax::{FileFacts, Imported, NameId, ScopeIdx, ScopeKind, Symbol, SymbolIdx, SymbolKind};
use text::TextSize;
use vfs::FileId;

use super::{Globs, Hit, MEANINGS_MAX, Outcome, Place, Resolver, Thing, Want, typing::is_type};
use crate::{SymbolRef, modules};

/// A name, and its id where the file has it.
#[derive(Clone, Copy)]
struct Named<'a> {
    name: &'a str,
    id: Option<NameId>,
}

/// Scopes around one place that are looked at.
const SCOPES_MAX: usize = 256;

impl Resolver<'_> {
    /// What `name`, written at a place, stands for.
    pub(crate) fn bare(&self, place: Place, name: &str, want: Want) -> Outcome {
        let Place { file, at, .. } = place;
        let facts = self.facts(file);
        if let Some(owner) = at.and_then(|it| self.self_type(file, it, (name, want))) {
            return owner;
        }
        let named = Named { name, id: facts.names.find(name) };
        let mut weak = Outcome::Unknown;
        let is_lexical = modules::is_lexical(self, file, name);
        let mut is_in_type = false;
        for (depth, scope) in scopes_from(facts, place.scope).into_iter().enumerate() {
            if facts.scope(scope).kind == ScopeKind::Class {
                if is_in_type && !is_lexical {
                    continue;
                }
                is_in_type = true;
            }
            let found = self.in_scope(Place { scope, ..place }, depth, named, want);
            match found {
                Outcome::Hits(hits)
                    if hits.iter().all(|it| self.fits(&it.thing, want))
                        && !self.is_uncalled_variable(&hits, want) =>
                {
                    return Outcome::Hits(hits);
                }
                // A thing of another kind hides nothing where kinds have name spaces of their own,
                // but is better than nothing where it turns out to be all there is.
                Outcome::Hits(hits) => weak = weak.or_else(|| Outcome::Hits(hits)),
                Outcome::External if want != Want::Macro => return Outcome::External,
                Outcome::External | Outcome::Unknown => {}
            }
            if self.ends_at(file, scope) {
                break;
            }
        }
        let beyond = self.beyond_file(place, name, want);
        match beyond {
            Outcome::Hits(_) => beyond,
            Outcome::External | Outcome::Unknown => weak.or_else(|| beyond),
        }
    }

    /// What a name means in one scope: its own definitions, then its imports, then its globs, then
    /// what a type inherits.
    fn in_scope(&self, place: Place, depth: usize, named: Named<'_>, want: Want) -> Outcome {
        let Place { file, scope, .. } = place;
        let Named { name, id } = named;
        let facts = self.facts(file);
        let kind = facts.scope(scope).kind;
        let lexical = facts.language.is_some_and(|it| it.class_scope == ClassScope::Lexical);
        if kind == ScopeKind::Class && depth > 0 && !lexical {
            // Only the parameters of the type are known in its functions by bare name.
            let own = id.map(|it| self.defined_in(place, it, want));
            let mut own = own.unwrap_or_default();
            own.retain(|it| self.kind_of(&it.thing) == Some(SymbolKind::TypeParameter));
            return Outcome::of(own);
        }
        if let Some(id) = id {
            let own = self.defined_in(place, id, want);
            let fits = own.iter().all(|it| self.fits(&it.thing, want));
            if !own.is_empty() && !fits && want == Want::Container {
                // A function and a module may bear one name.
                let module = modules::declared_child(self, file, scope, name);
                let module = module.map(|it| vec![Hit::exact(it, "module declared in scope")]);
                return Outcome::Hits(module.unwrap_or(own));
            }
            if !own.is_empty() {
                return Outcome::Hits(own);
            }
            if let Some(imported) = self.imported_in(file, scope, id, want) {
                return imported;
            }
        }
        if want != Want::Macro
            && let Some(module) = modules::declared_child(self, file, scope, name)
        {
            return Outcome::Hits(vec![Hit::exact(module, "module declared in scope")]);
        }
        let globbed = match place.globs {
            Globs::Seen => self.globbed_in(file, scope, name, want),
            Globs::Unseen => Outcome::Unknown,
        };
        if globbed != Outcome::Unknown {
            return globbed;
        }
        match facts.scope(scope).owner {
            Some(owner) if lexical => self.member_of_scope_owner(file, owner, (name, want)),
            _ => Outcome::Unknown,
        }
    }

    /// A member of the type that a scope belongs to: of the class it is, or of the owner that its
    /// function names (`void Foo::f() { … }`).
    fn member_of_scope_owner(
        &self,
        file: FileId,
        owner: SymbolIdx,
        (name, want): (&str, Want),
    ) -> Outcome {
        let owner = SymbolRef { file, symbol: owner };
        let types = match self.symbol(owner).kind {
            kind if is_type(kind) => vec![Thing::Symbol(owner)],
            // A type without a name.
            SymbolKind::Implementation => vec![Thing::Symbol(owner)],
            _ => self.named_owner(owner),
        };
        for owner in types {
            // A base may be outside the workspace, and so may the name; outer scopes are tried all
            // the same.
            let Outcome::Hits(mut hits) = self.member(&owner, name, want, file) else { continue };
            hits.retain(|it| self.kind_of(&it.thing) != Some(SymbolKind::Constructor));
            if !hits.is_empty() {
                let why = "member of the enclosing type";
                return Outcome::Hits(hits.into_iter().map(|it| Hit { why, ..it }).collect());
            }
        }
        Outcome::Unknown
    }

    /// The symbols that a scope itself defines under a name.
    pub(crate) fn defined_in(&self, place: Place, name: NameId, want: Want) -> Vec<Hit> {
        let Place { file, scope, at, .. } = place;
        let entry = self.entry(file);
        let facts = &entry.facts;
        let sees_members = facts.language.is_none_or(|it| it.class_scope != ClassScope::Members);
        let in_type = sees_members && facts.scope(scope).kind == ScopeKind::Class;
        let visible = |idx: &SymbolIdx| {
            let symbol = facts.symbol(*idx);
            (in_type || !is_reached_through_owner(facts, symbol))
                && at.is_none_or(|it| symbol.visible_from <= it)
                && (at.is_some() || !symbol.is_local)
                && allowed(symbol.kind, symbol.is_local, want)
        };
        let mut found: Vec<SymbolIdx> = Vec::new();
        let mut n_shared = 0;
        for idx in entry.named_in(scope, name).iter().copied().filter(visible) {
            found.push(idx);
            n_shared += usize::from(!facts.symbol(idx).is_local);
            // So many that a lookup keeps none of them.
            if MEANINGS_MAX < n_shared {
                return found.into_iter().map(|it| Hit::symbol(file, it, "one of many")).collect();
            }
        }
        if found.is_empty() {
            return Vec::new();
        }
        let best = found.iter().map(|it| rank(facts.symbol(*it).kind, want)).min().unwrap_or(0);
        found.retain(|it| rank(facts.symbol(*it).kind, want) == best);
        let local = found.iter().any(|it| facts.symbol(*it).is_local);
        if local {
            found = vec![shown_local(facts, &found)];
        }
        let why = if local { "local in scope" } else { "defined in scope" };
        found.into_iter().map(|it| Hit::symbol(file, it, why)).collect()
    }

    /// What the imports of a scope bind to a name; `None` where none does.
    pub(crate) fn imported_in(
        &self,
        file: FileId,
        scope: ScopeIdx,
        name: NameId,
        want: Want,
    ) -> Option<Outcome> {
        let facts = self.facts(file);
        let mut res = None;
        for (idx, import) in facts.imports.iter().enumerate() {
            if import.scope != scope || !self.binds_here(file, idx) || self.is_importing(file, idx)
            {
                continue;
            }
            if self.bound_name(file, idx).as_deref() != Some(facts.name(name)) {
                continue;
            }
            match self.import(file, idx, want) {
                Outcome::Hits(hits) => {
                    let hits: Vec<Hit> =
                        hits.into_iter().map(|it| Hit { why: "imported by name", ..it }).collect();
                    if hits.iter().all(|it| self.fits(&it.thing, want)) {
                        return Some(Outcome::Hits(hits));
                    }
                    res = Some(Outcome::Hits(hits));
                }
                // The name is bound to something we cannot see: it must not be looked up further
                // out.
                other => {
                    res = res.or(Some(match other {
                        Outcome::Unknown => Outcome::External,
                        other => other,
                    }))
                }
            }
        }
        res
    }

    /// What the glob imports of a scope bring under a name.
    pub(crate) fn globbed_in(
        &self,
        file: FileId,
        scope: ScopeIdx,
        name: &str,
        want: Want,
    ) -> Outcome {
        let facts = self.facts(file);
        let mut res = Outcome::Unknown;
        // What is included is one text with the file: a header may only declare what another file
        // defines, which the strategy knows.
        let is_included = self.modules(file) == Modules::Includes;
        for (idx, import) in facts.imports.iter().enumerate() {
            if is_included && import.from_source {
                continue;
            }
            if import.scope != scope || import.name != Imported::Glob || !self.binds_here(file, idx)
            {
                continue;
            }
            for hit in self.import(file, idx, Want::Container).hits() {
                if !self.is_globbed(&hit.thing, name) {
                    continue;
                }
                let found = self.member(&hit.thing, name, want, file);
                if let Outcome::Hits(hits) = found {
                    let hits = hits.into_iter().map(|it| Hit { why: "imported by a glob", ..it });
                    let hits: Vec<Hit> = hits.collect();
                    if hits.iter().all(|it| self.fits(&it.thing, want)) {
                        return Outcome::Hits(hits);
                    }
                    res = Outcome::Hits(hits);
                }
            }
        }
        res
    }

    /// Names that mean the type around them, `Self`, as far as the language has any.
    fn self_type(&self, file: FileId, at: TextSize, (name, want): (&str, Want)) -> Option<Outcome> {
        let language = self.facts(file).language?;
        // `Self` is a type wherever it stands, `this` and `static` only where a type does.
        let is_type_place =
            matches!(want, Want::Type | Want::Container) && self.modules(file) != Modules::ModTree;
        let stands_for_type = name.starts_with(char::is_uppercase) || is_type_place;
        let is_type = stands_for_type && language.self_names.contains(&name);
        let owners = if is_type { self.owner_types(file, at) } else { Vec::new() };
        // In a language of modules `self` may be one.
        (!owners.is_empty()).then(|| {
            Outcome::of(owners.into_iter().map(|it| Hit::exact(it, "the enclosing type")).collect())
        })
    }

    /// Whether names of the scopes around this one mean nothing inside it.
    fn ends_at(&self, file: FileId, scope: ScopeIdx) -> bool {
        let facts = self.facts(file);
        let owner = facts.scope(scope).owner;
        self.modules(file) == Modules::ModTree
            && owner.is_some_and(|it| facts.symbol(it).kind == SymbolKind::Module)
    }

    fn kind_of(&self, thing: &Thing) -> Option<SymbolKind> {
        match thing {
            Thing::Symbol(symbol) => Some(self.symbol(*symbol).kind),
            Thing::File(_) | Thing::Folder(_) | Thing::Package(_) => None,
        }
    }

    /// Whether a call does not mean these: where packages are named by clauses, functions have a
    /// name space of their own, and a variable is called only where there is nothing else of the
    /// name.
    fn is_uncalled_variable(&self, hits: &[Hit], want: Want) -> bool {
        want == Want::Call
            && hits.iter().all(|it| match &it.thing {
                Thing::Symbol(it) => {
                    self.is_value(*it) && self.modules(it.file) == Modules::QualifiedPackages
                }
                Thing::File(_) | Thing::Folder(_) | Thing::Package(_) => false,
            })
    }

    /// Whether the thing is of a kind the place asks for.
    pub(crate) fn fits(&self, thing: &Thing, want: Want) -> bool {
        match thing {
            Thing::Symbol(symbol) => rank(self.symbol(*symbol).kind, want) == 0,
            Thing::File(_) | Thing::Folder(_) | Thing::Package(_) => {
                matches!(want, Want::Any | Want::Container)
            }
        }
    }
}

/// Whether a symbol, written outside the body of a type, is a member all the same: `T.prototype.f =
/// …`, `func (t T) f()`, `this.f = …`.
fn is_reached_through_owner(facts: &FileFacts, symbol: &Symbol) -> bool {
    let is_member =
        matches!(symbol.kind, SymbolKind::Field | SymbolKind::Property | SymbolKind::Method);
    // A parameter that makes a field is a parameter, too: `constructor(private a: A)`.
    // The field of a type without a name that a function writes out is none.
    let in_function = symbol.parent.is_some_and(|it| facts.symbol(it).kind == SymbolKind::Function);
    let is_parameter = facts.scope(symbol.scope).kind == ScopeKind::Function && !in_function;
    is_member && !is_parameter && (symbol.parent.is_some() || facts.owner(symbol).is_some())
}

/// The scope and those around it, from the inside out.
pub(super) fn scopes_from(facts: &FileFacts, scope: ScopeIdx) -> Vec<ScopeIdx> {
    let next = |it: &ScopeIdx| facts.scope(*it).parent;
    std::iter::successors(Some(scope), next).take(SCOPES_MAX).collect()
}

/// Of several locals of one name and scope, the one that is meant: where a second binding shadows
/// the first, the last that is visible already; otherwise they are one variable, shown where it
/// begins.
fn shown_local(facts: &FileFacts, found: &[SymbolIdx]) -> SymbolIdx {
    let shadows = facts.language.is_none_or(|it| it.rebinding == Rebinding::Shadow);
    let key =
        |it: &&SymbolIdx| (facts.symbol(**it).visible_from, facts.symbol(**it).name_range.start());
    let last_in_force = found.iter().max_by_key(key);
    let in_order =
        last_in_force.is_some_and(|it| facts.symbol(*it).visible_from > TextSize::new(0));
    match last_in_force {
        Some(last) if shadows && in_order => *last,
        _ => found[0],
    }
}

/// Whether a symbol may be meant at all where `want` is asked for.
fn allowed(kind: SymbolKind, is_local: bool, want: Want) -> bool {
    use SymbolKind as K;
    match kind {
        K::Macro => want != Want::Label,
        K::Label => want == Want::Label,
        // An implementation bears the name of its type and is no definition of it; keys, headings
        // and selectors are not named by code.
        K::Implementation | K::Key | K::Heading | K::Selector => false,
        // A bare name is that of the type; what making it runs follows from there.
        K::Constructor => false,
        _ if matches!(want, Want::Macro | Want::Label) => false,
        K::Variable | K::Parameter if is_local => want != Want::Type,
        _ => true,
    }
}

/// 0 where the kind is what is asked for, more where it is merely possible.
pub(crate) fn rank(kind: SymbolKind, want: Want) -> u8 {
    use SymbolKind as K;
    let is_type = matches!(
        kind,
        K::Class | K::Struct | K::Enum | K::Interface | K::Union | K::Type | K::TypeParameter
    );
    let is_module = matches!(kind, K::Module | K::Namespace | K::Package);
    let fits = match want {
        Want::Any => kind != K::Macro,
        Want::Type => is_type || is_module || kind == K::Table,
        Want::Call => !is_module && !matches!(kind, K::Macro | K::Type | K::Interface),
        Want::Macro => kind == K::Macro,
        Want::Label => kind == K::Label,
        Want::Container => is_type || is_module,
    };
    u8::from(!fits)
}

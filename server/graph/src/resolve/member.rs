//! Members: of a module, a package, a type with its implementations and bases, of a value by its
//! type.

use std::sync::Arc;

use grammars::{Exports, Modules, Packages};
use syntax::{Imported, Qualifier, ReferenceIdx, ScopeIdx, SymbolIdx, SymbolKind};
use vfs::FileId;

use super::{
    Hit, Lookup, Outcome, Place, Resolver, Thing, Want,
    import::is_local_export,
    typing::{Taken, is_type},
};
use crate::{Resolution, SymbolRef, modules};

impl Resolver<'_> {
    /// What `name` is inside `thing`. `from` is the file that asks.
    pub(crate) fn member(&self, thing: &Thing, name: &str, want: Want, from: FileId) -> Outcome {
        if let Some(above) = modules::above(self, thing, name, from) {
            return above;
        }
        let lookup = Lookup::Member(thing.clone(), Arc::from(name), want);
        self.guarded(lookup, || match thing {
            Thing::Symbol(symbol) => self.member_of_symbol(*symbol, name, want),
            Thing::File(file) => self.member_of_module(*file, ScopeIdx::FILE, name, want),
            Thing::Folder(_) | Thing::Package(_) => modules::member(self, thing, name, want, from),
        })
    }

    /// A member of what a value is declared or inferred to be.
    /// The value is reached through a receiver in a file, or by its bare name.
    pub(crate) fn member_of_value(
        &self,
        (file, receiver): (FileId, Qualifier),
        value: SymbolRef,
        name: &str,
        want: Want,
    ) -> Outcome {
        let own = self.children_named(value, name, want);
        if !own.is_empty() {
            // The value is written out with its members: `const config = { depth: 1 }`.
            return Outcome::Hits(own);
        }
        let types = self.type_of(value, self.may_be_taken(value.file, name));
        let types = self.given_by(file, receiver, types);
        self.member_of_types(types, name, want, "member of the receiver's type")
    }

    /// A member of what a call returns.
    pub(crate) fn member_of_call(
        &self,
        file: FileId,
        callee: ReferenceIdx,
        name: &str,
        want: Want,
    ) -> Outcome {
        // What is called outside the workspace may give back something from inside it: that is
        // unknown.
        let returned = self.returned_by(file, callee, self.may_be_taken(file, name));
        self.member_of_types(returned, name, want, "member of what the call returns")
    }

    /// A member of one of the many values of what stands before a name.
    pub(crate) fn member_of_element(
        &self,
        file: FileId,
        reference: ReferenceIdx,
        name: &str,
        want: Want,
    ) -> Outcome {
        let types = match self.facts(file).reference(reference).element_of() {
            Qualifier::Reference(holder) => self.type_of_reference(file, holder, Taken::Element),
            Qualifier::Call(callee) => self.returned_by(file, callee, Taken::Element),
            Qualifier::None | Qualifier::Opaque => Outcome::Unknown,
        };
        self.member_of_types(types, name, want, "member of an element's type")
    }

    pub(super) fn member_of_types(
        &self,
        types: Outcome,
        name: &str,
        want: Want,
        why: &'static str,
    ) -> Outcome {
        let Outcome::Hits(types) = types else { return types };
        let mut res: Vec<Hit> = Vec::new();
        for hit in types {
            let Thing::Symbol(symbol) = hit.thing else { continue };
            if self.is_told_apart_by_none(symbol, name, want) {
                continue;
            }
            for found in self.member(&hit.thing, name, want, symbol.file).hits() {
                if res.iter().all(|it| it.thing != found.thing) {
                    let resolution = found.resolution.max(Resolution::Inferred);
                    res.push(Hit { thing: found.thing.clone(), resolution, why });
                }
            }
        }
        Outcome::of(res)
    }

    /// A member of the receiver, of the type around the place.
    pub(crate) fn member_of_self(
        &self,
        file: FileId,
        receiver: ReferenceIdx,
        name: &str,
        want: Want,
    ) -> Outcome {
        let at = self.facts(file).reference(receiver).start();
        for owner in self.owner_types(file, at) {
            let found = self.member(&owner, name, want, file);
            if let Outcome::Hits(hits) = found {
                let why = "member of the enclosing type";
                return Outcome::of(hits.into_iter().map(|it| Hit { why, ..it }).collect());
            }
        }
        Outcome::Unknown
    }

    /// A member of the receiver, of a base of the type around the place.
    pub(crate) fn member_of_super(
        &self,
        file: FileId,
        receiver: ReferenceIdx,
        name: &str,
        want: Want,
    ) -> Outcome {
        let at = self.facts(file).reference(receiver).start();
        let mut res = Outcome::Unknown;
        for owner in self.owner_types(file, at) {
            let Thing::Symbol(owner) = owner else { continue };
            match self.inherited(owner, name, want) {
                found @ Outcome::Hits(_) => return found,
                other => res = other,
            }
        }
        res
    }

    fn member_of_symbol(&self, symbol: SymbolRef, name: &str, want: Want) -> Outcome {
        let kind = self.symbol(symbol).kind;
        if matches!(kind, SymbolKind::Module | SymbolKind::Namespace | SymbolKind::Package) {
            let own = self.member_of_namespace(symbol, name, want);
            return own.or_else(|| modules::member_elsewhere(self, symbol, name, want));
        }
        for declaration in self.declarations(symbol) {
            let found = self.member_of_declaration(declaration, name, want);
            if found != Outcome::Unknown {
                return self.declared_above(declaration, name, want).unwrap_or(found);
            }
        }
        for declaration in self.declarations(symbol) {
            let found = self.inherited(declaration, name, want);
            if found != Outcome::Unknown {
                return found;
            }
        }
        self.member_of_alias(symbol, name, want)
    }

    fn member_of_alias(&self, symbol: SymbolRef, name: &str, want: Want) -> Outcome {
        match self.symbol(symbol).kind {
            SymbolKind::Type | SymbolKind::TypeParameter => self
                .member_of_named_body(symbol, name, want)
                .or_else(|| self.member_through_alias(symbol, name, want))
                .or_else(|| self.member_of_held(symbol, name, want)),
            _ => Outcome::Unknown,
        }
    }

    /// A member of what a type of many holds (`type List []Item`), where the facts do not show
    /// whether one of the many is taken.
    fn member_of_held(&self, many: SymbolRef, name: &str, want: Want) -> Outcome {
        let Some(held) = self.symbol(many).type_ref else { return Outcome::Unknown };
        let is_shown = self.modules(many.file) != Modules::FolderPackages;
        if is_shown || !self.facts(many.file).reference(held).is_array() {
            return Outcome::Unknown;
        }
        for hit in self.type_named(many.file, held).hits() {
            let found = self.member(&hit.thing, name, want, many.file);
            if found != Outcome::Unknown && hit.thing != Thing::Symbol(many) {
                return found;
            }
        }
        Outcome::Unknown
    }

    /// Whether a type of many and what it holds both have a member of the name: a value of either
    /// looks the same in the facts.
    fn is_told_apart_by_none(&self, many: SymbolRef, name: &str, want: Want) -> bool {
        let own = || self.member_of_declaration(many, name, want) != Outcome::Unknown;
        self.symbol(many).kind == SymbolKind::Type
            && self.member_of_held(many, name, want) != Outcome::Unknown
            && own()
    }

    /// A member of a type itself, not of what it inherits.
    fn own_member(&self, thing: &Thing, name: &str, want: Want, from: FileId) -> Outcome {
        let Thing::Symbol(symbol) = thing else { return self.member(thing, name, want, from) };
        let kind = self.symbol(*symbol).kind;
        if matches!(kind, SymbolKind::Module | SymbolKind::Namespace | SymbolKind::Package) {
            return self.member_of_namespace(*symbol, name, want);
        }
        let declarations = self.declarations(*symbol).into_iter();
        let mut found = declarations.map(|it| self.member_of_declaration(it, name, want));
        let found = found.find(|it| *it != Outcome::Unknown);
        found.unwrap_or_else(|| self.member_of_alias(*symbol, name, want))
    }

    /// What a base declares under a name that the type itself does no more than assign to.
    fn declared_above(&self, owner: SymbolRef, name: &str, want: Want) -> Option<Outcome> {
        let own = self.children_named(owner, name, want);
        let is_assigned = |it: &Hit| matches!(it.thing, Thing::Symbol(it) if self.is_assigned(it));
        if own.is_empty() || !own.iter().all(is_assigned) || self.bases(owner).is_empty() {
            return None;
        }
        let above = self.inherited(owner, name, want);
        let is_declared = !above.hits().is_empty() && !above.hits().iter().all(is_assigned);
        is_declared.then_some(above)
    }

    /// Whether a member is there only because something is assigned to it: `self.x = 1`.
    fn is_assigned(&self, member: SymbolRef) -> bool {
        let it = self.symbol(member);
        it.kind == SymbolKind::Field && it.range == it.name_range && it.type_ref.is_none()
    }

    /// A member that a type's own body, or a block or function that names the type as owner,
    /// defines.
    fn member_of_declaration(&self, owner: SymbolRef, name: &str, want: Want) -> Outcome {
        let own = self.children_named(owner, name, want);
        let is_told = |it: &Hit| self.is_called(&it.thing) == (want == Want::Call);
        if own.iter().any(is_told) {
            return Outcome::Hits(own);
        }
        let mut res = own;
        for block in self.implementations(owner) {
            res.extend(self.children_named(block, name, want));
        }
        res.extend(self.owned_members(owner, name));
        self.retain_called(&mut res, want);
        Outcome::of(res)
    }

    /// Of a field and a function of one name a call means the function, and nothing else does.
    fn retain_called(&self, hits: &mut Vec<Hit>, want: Want) {
        let is_told = |it: &Hit| self.is_called(&it.thing) == (want == Want::Call);
        if matches!(want, Want::Call | Want::Any) && hits.iter().any(is_told) {
            hits.retain(is_told);
        }
    }

    /// Whether a thing is a function, or a type that is called to be made.
    fn is_called(&self, thing: &Thing) -> bool {
        matches!(thing, Thing::Symbol(it) if !self.is_value(*it))
    }

    /// A member of a base, an implemented interface, or of what those inherit. What a base no more
    /// than assigns to is the member that one further up declares, if any does.
    pub(super) fn inherited(&self, owner: SymbolRef, name: &str, want: Want) -> Outcome {
        let mut external = false;
        let mut assigned = None;
        let is_handed_on = |hit: &Hit| !self.is_kept_by_type(&hit.thing);
        let is_assigned = |it: &Hit| matches!(it.thing, Thing::Symbol(it) if self.is_assigned(it));
        for above in self.above(owner) {
            let facts = self.facts(above.file);
            if facts.name(facts.reference(above.base).name()) == name {
                // An embedded type is a member under its own name.
                return self.type_named(above.file, above.base);
            }
            let Some(thing) = above.thing else {
                external |= above.is_external;
                continue;
            };
            match self.own_member(&thing, name, want, above.file) {
                Outcome::Hits(hits) if hits.iter().any(is_handed_on) => {
                    let why = "member of a base type";
                    let hits = hits.into_iter().filter(is_handed_on);
                    let hits: Vec<Hit> = hits.map(|it| Hit { why, ..it }).collect();
                    if !hits.iter().all(is_assigned) {
                        return Outcome::Hits(hits);
                    }
                    assigned.get_or_insert(hits);
                }
                Outcome::External => external = true,
                Outcome::Hits(_) | Outcome::Unknown => {}
            }
        }
        match assigned {
            Some(hits) => Outcome::Hits(hits),
            None if external => Outcome::External,
            None => Outcome::Unknown,
        }
    }

    /// Whether a member is no member of the types below its own.
    fn is_kept_by_type(&self, thing: &Thing) -> bool {
        let Thing::Symbol(symbol) = thing else { return false };
        let language = self.facts(symbol.file).language;
        language.is_some_and(|it| it.exports == Exports::All)
            && !self.symbol(*symbol).exported
            && self.is_member(*symbol)
    }

    /// The references to what a type extends and implements, in its own list and by its
    /// implementations.
    pub(crate) fn bases(&self, owner: SymbolRef) -> Vec<(FileId, ReferenceIdx)> {
        let facts = self.facts(owner.file);
        let symbol = self.symbol(owner);
        let own = facts.bases(symbol).iter().map(|it| (owner.file, it.reference));
        let mut res: Vec<(FileId, ReferenceIdx)> = own.collect();
        let interface = facts.interface(symbol);
        res.extend(interface.map(|it| (owner.file, it)));
        for block in self.implementations(owner) {
            let facts = self.facts(block.file);
            res.extend(facts.interface(self.symbol(block)).map(|it| (block.file, it)));
        }
        res
    }

    /// An alias may be written around the type that it names: `typedef struct X { … } Y;`.
    fn member_of_named_body(&self, alias: SymbolRef, name: &str, want: Want) -> Outcome {
        let entry = self.entry(alias.file);
        let inside = entry.children(alias.symbol).iter();
        let types = inside.filter(|it| is_type(entry.facts.symbol(**it).kind));
        let mut members = types
            .flat_map(|it| self.children_named(SymbolRef { symbol: *it, ..alias }, name, want));
        Outcome::of(members.by_ref().collect())
    }

    /// Members of an alias are those of what it stands for.
    fn member_through_alias(&self, alias: SymbolRef, name: &str, want: Want) -> Outcome {
        let known = Hit::exact(Thing::Symbol(alias), "type");
        let Outcome::Hits(targets) = self.unaliased(Outcome::Hits(vec![known])) else {
            return Outcome::Unknown;
        };
        for target in targets.iter().filter(|it| it.thing != Thing::Symbol(alias)) {
            let found = self.member(&target.thing, name, want, alias.file);
            if found != Outcome::Unknown {
                return found;
            }
        }
        Outcome::Unknown
    }

    /// The definitions that are one with this one: the parts of a class or namespace in one scope.
    pub(crate) fn declarations(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        let entry = self.entry(symbol.file);
        let own = entry.facts.symbol(symbol.symbol);
        if !is_type(own.kind) {
            return vec![symbol];
        }
        let same = entry.named_in(own.scope, own.name).iter().copied().filter(|it| {
            let other = entry.facts.symbol(*it);
            is_type(other.kind) && !other.is_local
        });
        let mut res = vec![symbol];
        if entry.facts.language.is_some_and(|it| it.packages == Packages::Nested) {
            res.extend(modules::parts_elsewhere(self, symbol));
        }
        res.extend(
            same.filter(|it| *it != symbol.symbol)
                .map(|it| SymbolRef { file: symbol.file, symbol: it }),
        );
        res
    }

    /// The definitions of a name directly inside a symbol.
    pub(crate) fn children_named(&self, owner: SymbolRef, name: &str, want: Want) -> Vec<Hit> {
        let entry = self.entry(owner.file);
        let Some(id) = entry.facts.names.find(name) else { return Vec::new() };
        let is_child = |it: &SymbolIdx| {
            let symbol = entry.facts.symbol(*it);
            let listed = symbol.parent == Some(owner.symbol) && !symbol.is_local;
            listed && symbol.kind != SymbolKind::Implementation
        };
        let found: Vec<SymbolIdx> = entry.named(id).iter().copied().filter(is_child).collect();
        let best =
            found.iter().map(|it| super::scope::rank(entry.facts.symbol(*it).kind, want)).min();
        let of_best =
            |it: &SymbolIdx| Some(super::scope::rank(entry.facts.symbol(*it).kind, want)) == best;
        let hits = found.into_iter().filter(of_best);
        let why = "member of the named type";
        let mut hits = hits.map(|it| Hit::symbol(owner.file, it, why)).collect();
        self.retain_called(&mut hits, want);
        hits
    }

    /// The blocks that give a type functions and interfaces (`impl`).
    pub(crate) fn implementations(&self, owner: SymbolRef) -> Vec<SymbolRef> {
        if self.modules(owner.file) != Modules::ModTree || !is_type(self.symbol(owner).kind) {
            return Vec::new();
        }
        if let Some(known) = self.workspace.implementations.borrow().get(&owner) {
            return known.clone();
        }
        let name = self.name(owner);
        let mut blocks = Vec::new();
        for file in self.graph.defining(name) {
            let is_block = |entry: &crate::entry::FileEntry, it: SymbolIdx| {
                entry.facts.symbol(it).kind == SymbolKind::Implementation
            };
            self.graph.symbols_named(*file, name, is_block, &mut blocks);
        }
        blocks.retain(|it| self.implemented_type(*it).contains(&Thing::Symbol(owner)));
        if self.is_certain() {
            self.workspace.implementations.borrow_mut().insert(owner, blocks.clone());
        }
        blocks
    }

    /// The members of a name that are written away from the type and name it as their owner.
    fn owned_members(&self, owner: SymbolRef, name: &str) -> Vec<Hit> {
        let type_name = self.name(owner);
        let mut found = Vec::new();
        for file in self.graph.owning(type_name) {
            let is_member = |entry: &crate::entry::FileEntry, it: SymbolIdx| {
                let symbol = entry.facts.symbol(it);
                let named = entry.facts.owner(symbol).map(|it| entry.facts.name(it));
                symbol.kind != SymbolKind::Implementation && named == Some(type_name)
            };
            self.graph.symbols_named(*file, name, is_member, &mut found);
        }
        found.retain(|it| self.named_owner(*it).contains(&Thing::Symbol(owner)));
        found
            .into_iter()
            .map(|it| Hit::symbol(it.file, it.symbol, "member of the named type"))
            .collect()
    }

    fn member_of_namespace(&self, namespace: SymbolRef, name: &str, want: Want) -> Outcome {
        let Some(inner) = self.symbol(namespace).inner else {
            return Outcome::of(self.children_named(namespace, name, want));
        };
        self.member_of_module(namespace.file, inner, name, want)
            .or_else(|| Outcome::of(self.children_named(namespace, name, want)))
    }

    /// A name at the level of a module: defined, declared, imported, or brought by a glob.
    pub(crate) fn member_of_module(
        &self,
        file: FileId,
        scope: ScopeIdx,
        name: &str,
        want: Want,
    ) -> Outcome {
        let mut weak = Outcome::Unknown;
        if let Some(id) = self.facts(file).names.find(name) {
            let why = "member of the named module";
            let own = self.defined_in(Place::new(file, scope, None), id, want).into_iter();
            let own = own.filter(|it| !self.is_kept_inside(file, &it.thing));
            let own = Outcome::of(own.map(|it| Hit { why, ..it }).collect());
            if self.all_fit(&own, want) {
                return own;
            }
            // What a package imports comes before its own file of that name: `from .pay import
            // pay`.
            let imported =
                self.exported_import(file, scope, name, want).unwrap_or(Outcome::Unknown);
            if self.all_fit(&imported, want) {
                return imported;
            }
            weak = own.or_else(|| imported);
        }
        // What a package takes from its own module by a glob comes before the module itself.
        if self.modules(file) == Modules::DottedPackages {
            let globbed = self.globbed_export(file, scope, name, want);
            if let Outcome::Hits(_) = globbed {
                return globbed;
            }
        }
        // A macro is none, and hides none.
        if want != Want::Macro
            && let Some(module) = modules::child(self, file, scope, name)
        {
            return Outcome::Hits(vec![Hit::exact(module, "module of that name")]);
        }
        weak.or_else(|| self.globbed_export(file, scope, name, want))
    }

    /// Whether a definition is not what its module hands out: a module that lists what it exports
    /// gives nothing else away.
    fn is_kept_inside(&self, file: FileId, thing: &Thing) -> bool {
        let facts = self.facts(file);
        let Thing::Symbol(symbol) = thing else { return false };
        let own = self.symbol(*symbol);
        let is_plain = matches!(
            own.kind,
            SymbolKind::Function | SymbolKind::Class | SymbolKind::Variable | SymbolKind::Constant
        );
        is_plain
            && !own.exported
            && own.parent.is_none()
            && facts.owner(own).is_none()
            && self.modules(file) == Modules::RelativeFiles
            && facts.imports.iter().any(is_local_export)
    }

    fn all_fit(&self, outcome: &Outcome, want: Want) -> bool {
        matches!(outcome, Outcome::Hits(hits) if hits.iter().all(|it| self.fits(&it.thing, want)))
    }

    /// What the imports of a module hand on under a name.
    fn exported_import(
        &self,
        file: FileId,
        scope: ScopeIdx,
        name: &str,
        want: Want,
    ) -> Option<Outcome> {
        let facts = self.facts(file);
        let mut res = None;
        for (idx, import) in facts.imports.iter().enumerate() {
            if import.scope != scope || !self.hands_on(file, idx) {
                continue;
            }
            if self.bound_name(file, idx).as_deref() != Some(name) {
                continue;
            }
            let found = self.import(file, idx, want);
            let why = match is_local_export(import) {
                true => "member of the named module",
                false => "imported through another module",
            };
            let found = match found {
                Outcome::Hits(hits) => {
                    Outcome::Hits(hits.into_iter().map(|it| Hit { why, ..it }).collect())
                }
                other => other,
            };
            let fits = found.hits().iter().all(|it| self.fits(&it.thing, want));
            if matches!(found, Outcome::Hits(_)) && fits {
                return Some(found);
            }
            res = res.or(Some(found));
        }
        res
    }

    /// Whether a glob import of a module brings a name: one that the module lists, where it has a
    /// list, else one that is not marked as its own.
    pub(super) fn is_globbed(&self, module: &Thing, name: &str) -> bool {
        let Thing::File(file) = module else { return true };
        let entry = self.entry(*file);
        match &entry.listed {
            Some(listed) => listed.iter().any(|it| entry.facts.name(*it) == name),
            None => {
                let language = entry.facts.language;
                let is_marked = language.is_some_and(|it| it.exports == Exports::Underscore);
                !(is_marked && name.starts_with('_'))
            }
        }
    }

    fn globbed_export(&self, file: FileId, scope: ScopeIdx, name: &str, want: Want) -> Outcome {
        let facts = self.facts(file);
        for (idx, import) in facts.imports.iter().enumerate() {
            let is_glob = import.scope == scope && import.name == Imported::Glob;
            if !is_glob || !self.hands_on(file, idx) {
                continue;
            }
            for hit in self.import(file, idx, Want::Container).hits() {
                if !self.is_globbed(&hit.thing, name) {
                    continue;
                }
                if let Outcome::Hits(hits) = self.member(&hit.thing, name, want, file) {
                    let why = "imported through another module";
                    return Outcome::of(hits.into_iter().map(|it| Hit { why, ..it }).collect());
                }
            }
        }
        Outcome::Unknown
    }
}

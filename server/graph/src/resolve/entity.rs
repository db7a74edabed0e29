//! Which definitions are one thing, and which must bear one name.

use grammars::{Modules, Rebinding};
use syntax::{ScopeKind, SymbolIdx, SymbolKind};
use text::TextSize;
use vfs::FileId;

use super::{
    Hit, Resolver, Thing, Want,
    typing::{Taken, is_type},
};
use crate::{
    SymbolRef,
    entry::{folder, folder_key, package_key},
};

/// Types above one that are looked at for its constructor.
const BASES_MAX: usize = 32;

impl Resolver<'_> {
    /// The definitions that are one entity with this one, itself first: the bindings of one
    /// variable, a function with its overload signatures, the parts of an open type.
    pub(crate) fn same_entity(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        let entry = self.entry(symbol.file);
        let facts = &entry.facts;
        let own = facts.symbol(symbol.symbol);
        let beside = entry.named_in(own.scope, own.name).iter().copied().filter(|it| {
            let other = facts.symbol(*it);
            *it != symbol.symbol && other.is_local == own.is_local && other.parent == own.parent
        });
        let beside: Vec<SymbolIdx> = beside.collect();
        let mut res = vec![symbol];
        if beside.is_empty() {
            return res;
        }
        let shadows = facts.language.is_none_or(|it| it.rebinding == Rebinding::Shadow);
        let has_body = |it: &SymbolIdx| facts.detail(facts.symbol(*it)).signature_end.is_some();
        let one = |it: &SymbolIdx| {
            let other = facts.symbol(*it);
            match own.kind {
                kind if is_callable(kind) && is_callable(other.kind) => {
                    // Two bodies are two functions; a body and signatures are one.
                    !(has_body(it) && has_body(&symbol.symbol))
                }
                kind if is_type(kind) => is_type(other.kind),
                _ if own.is_local => {
                    let ordered = |it: &syntax::Symbol| it.visible_from > TextSize::new(0);
                    same_namespace(own.kind, other.kind)
                        && !(shadows && (ordered(own) || ordered(other)))
                }
                _ => own.kind == other.kind && !shadows,
            }
        };
        res.extend(
            beside
                .iter()
                .filter(|it| one(it))
                .map(|it| SymbolRef { file: symbol.file, symbol: *it }),
        );
        res
    }

    /// The definitions of the same name beside a definition that a use of the name may mean as
    /// well: overloads, a property's getter and setter, a type and a value that are imported as
    /// one.
    pub(crate) fn siblings(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        let entry = self.entry(symbol.file);
        let facts = &entry.facts;
        let own = facts.symbol(symbol.symbol);
        let modules = self.modules(symbol.file);
        let is_one_name = matches!(modules, Modules::RelativeFiles | Modules::DottedPackages);
        let is_key = matches!(own.kind, SymbolKind::Property | SymbolKind::Field);
        if is_key && facts.scope(own.scope).kind != ScopeKind::Class {
            // Two objects written out in one function each have keys of their own.
            return Vec::new();
        }
        let beside = entry.named_in(own.scope, own.name).iter().copied().filter(|it| {
            let other = facts.symbol(*it);
            let same_place = other.parent == own.parent && facts.owner(other) == facts.owner(own);
            let same_kind = is_callable(own.kind) == is_callable(other.kind)
                && is_type(own.kind) == is_type(other.kind);
            let concerned = !own.is_local && !other.is_local && same_place;
            concerned
                && (is_one_name || same_kind)
                && (own.kind == SymbolKind::Implementation)
                    == (other.kind == SymbolKind::Implementation)
        });
        beside.map(|it| SymbolRef { file: symbol.file, symbol: it }).collect()
    }

    /// The functions and properties that are bound to one name together with this one, in order.
    pub(crate) fn bound_with(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        let modules = self.modules(symbol.file);
        let binds_once = matches!(modules, Modules::RelativeFiles | Modules::DottedPackages);
        let is_function = |it: SymbolRef| {
            let kind = self.symbol(it).kind;
            is_callable(kind) || kind == SymbolKind::Property
        };
        if !binds_once || !is_function(symbol) {
            return Vec::new();
        }
        let mut beside = self.siblings(symbol);
        beside.retain(|it| is_function(*it));
        beside
    }

    /// The members of the declared type of an object that a function written in it stands for.
    pub(crate) fn declared_for(&self, function: SymbolRef) -> Vec<SymbolRef> {
        let own = self.symbol(function);
        let Some(parent) = own.parent.filter(|_| is_callable(own.kind)) else { return Vec::new() };
        let object = SymbolRef { file: function.file, symbol: parent };
        if !self.is_value(object) || self.symbol(object).type_ref.is_none() {
            return Vec::new();
        }
        let types = self.type_of(object, Taken::No);
        let found = self.member_of_types(types, self.name(function), Want::Any, "declared");
        let symbols = found.hits().iter().filter_map(|it| match it.thing {
            Thing::Symbol(it) => Some(it),
            _ => None,
        });
        symbols.collect()
    }

    /// A type's constructors that bear its name, and the type of such a constructor.
    pub(crate) fn constructors(&self, symbol: SymbolRef) -> Vec<SymbolRef> {
        let entry = self.entry(symbol.file);
        let own = entry.facts.symbol(symbol.symbol);
        if own.kind == SymbolKind::Constructor {
            let parent = own.parent.filter(|it| entry.facts.symbol(*it).name == own.name);
            return parent
                .map(|it| SymbolRef { file: symbol.file, symbol: it })
                .into_iter()
                .collect();
        }
        if !is_type(own.kind) {
            return Vec::new();
        }
        let inside = entry.children(symbol.symbol).iter().filter(|it| {
            let child = entry.facts.symbol(**it);
            child.kind == SymbolKind::Constructor && child.name == own.name
        });
        inside.map(|it| SymbolRef { file: symbol.file, symbol: *it }).collect()
    }

    /// The constructors that a call of a type runs.
    pub(crate) fn constructors_called(
        &self,
        file: FileId,
        reference: syntax::ReferenceIdx,
        class: SymbolRef,
    ) -> Vec<SymbolRef> {
        if self.facts(file).reference(reference).kind() != syntax::ReferenceKind::Call {
            return Vec::new();
        }
        let why = "constructor of the type";
        let constructors = self.constructors_of(class).into_iter();
        let hits = constructors.map(|it| Hit::symbol(it.file, it.symbol, why)).collect();
        let fitting = self.fitting_of(file, reference, hits);
        let symbols = fitting.iter().filter_map(|it| match it.thing {
            Thing::Symbol(it) => Some(it),
            _ => None,
        });
        symbols.collect()
    }

    /// The types that a constructor makes: its own, and those that inherit it.
    pub(crate) fn made_by(&self, constructor: SymbolRef) -> Vec<SymbolRef> {
        let own = self.symbol(constructor);
        let Some(class) = own.parent.filter(|_| own.kind == SymbolKind::Constructor) else {
            return Vec::new();
        };
        let class = SymbolRef { file: constructor.file, symbol: class };
        let heirs = match own.name == self.symbol(class).name {
            true => Vec::new(),
            false => self.all_heirs(class),
        };
        let inherits =
            heirs.into_iter().filter(|it| self.constructors_of(*it).contains(&constructor));
        std::iter::once(class).chain(inherits).collect()
    }

    /// The constructors that make a type: its own, else those that it inherits, as far as they are
    /// not named by their type.
    pub(crate) fn constructors_of(&self, class: SymbolRef) -> Vec<SymbolRef> {
        let mut seen = vec![class];
        let mut next = 0;
        while let Some(at) = seen.get(next).copied().filter(|_| seen.len() < BASES_MAX) {
            next += 1;
            let entry = self.entry(at.file);
            let own = entry.children(at.symbol).iter().copied().filter(|it| {
                let it = entry.facts.symbol(*it);
                let by_type = it.name == entry.facts.symbol(at.symbol).name;
                it.kind == SymbolKind::Constructor && (at == class || !by_type)
            });
            let own: Vec<SymbolRef> =
                own.map(|symbol| SymbolRef { file: at.file, symbol }).collect();
            if !own.is_empty() {
                return own;
            }
            for (file, base) in self.bases(at) {
                let named = self.type_named(file, base);
                seen.extend(named.hits().iter().filter_map(|it| match it.thing {
                    Thing::Symbol(it) if is_type(self.symbol(it).kind) => Some(it),
                    _ => None,
                }));
            }
        }
        Vec::new()
    }

    /// Whether a symbol is reached through a receiver or a type.
    pub(crate) fn is_member(&self, symbol: SymbolRef) -> bool {
        let facts = self.facts(symbol.file);
        let own = self.symbol(symbol);
        let parent = own.parent.map(|it| facts.symbol(it).kind);
        let in_type = parent.is_some_and(|it| is_type(it) || it == SymbolKind::Implementation);
        !own.is_local && (in_type || facts.owner(own).is_some())
    }

    /// The files that make up a thing.
    pub(crate) fn files_of(&self, thing: &Thing) -> Vec<FileId> {
        match thing {
            Thing::Symbol(symbol) => vec![symbol.file],
            Thing::File(file) => vec![*file],
            Thing::Folder(path) => {
                let files = self.graph.at_place(folder_key(path)).iter().copied();
                files
                    .filter(|it| {
                        let entry = self.entry(*it);
                        folder(entry.path.as_str()) == &**path && entry.facts.language.is_some()
                    })
                    .collect()
            }
            Thing::Package(name) => self.graph.at_place(package_key(name)).to_vec(),
        }
    }
}

pub(crate) fn is_callable(kind: SymbolKind) -> bool {
    matches!(
        kind,
        SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor | SymbolKind::Test
    )
}

/// Whether two locals of the kinds can hide each other.
fn same_namespace(a: SymbolKind, b: SymbolKind) -> bool {
    let apart = |it| matches!(it, SymbolKind::Label | SymbolKind::TypeParameter);
    apart(a) == apart(b)
}

//! The names of facts, numbered by their first use.

use crate::{FileFacts, Given, Imported, NameId, Names, names::Interner};

/// Numbers the names of `facts`, which the interner's numbers stand for, by their first use: names
/// of an earlier text are dropped, and equal texts have equal facts. Gives the interner's number of
/// each.
pub(crate) fn number(facts: &mut FileFacts, names: &Interner) -> Box<[u32]> {
    let mut namer = Namer { ids: vec![0; names.len()], used: Vec::new() };
    facts.symbols.iter_mut().for_each(|it| namer.number(&mut it.name));
    for it in &mut facts.references {
        let mut name = it.name();
        namer.number(&mut name);
        *it = it.with_name(name);
    }
    facts.written_types.iter_mut().for_each(|it| namer.number(&mut it.name));
    for it in &mut facts.arguments {
        if let Given::Type(name) = &mut it.given {
            namer.number(name);
        }
    }
    for owner in facts.details.iter_mut().filter_map(|it| it.owner.as_mut()) {
        namer.number(owner);
    }
    for it in &mut facts.doc_links {
        namer.number(&mut it.path);
        namer.number(&mut it.name);
    }
    facts.package.iter_mut().for_each(|it| namer.number(it));
    for it in &mut facts.imports {
        it.path.iter_mut().for_each(|it| namer.number(it));
        if let Imported::Name(name) = &mut it.name {
            namer.number(name);
        }
        it.local.iter_mut().for_each(|it| namer.number(&mut it.0));
    }
    for it in &mut facts.mods {
        namer.number(&mut it.name);
        it.path.iter_mut().for_each(|it| namer.number(it));
    }
    facts.names = namer.names(names);
    namer.used.into_boxed_slice()
}

struct Namer {
    /// By the interner's number; 0 is "not used yet".
    ids: Vec<u32>,
    used: Vec<u32>,
}

impl Namer {
    fn number(&mut self, name: &mut NameId) {
        let index = name.index();
        if self.ids[index] == 0 {
            self.used.push(index as u32);
            self.ids[index] = self.used.len() as u32;
        }
        *name = NameId::new(self.ids[index] as usize - 1);
    }

    fn names(&self, names: &Interner) -> Names {
        let mut arena = String::new();
        let mut ends = Vec::with_capacity(self.used.len());
        for raw in &self.used {
            arena.push_str(names.get(*raw));
            ends.push(arena.len() as u32);
        }
        Names::from_parts(arena.into(), ends.into()).expect("the ends are those of whole names")
    }
}

//! Interning the names of one file.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use crate::NameId;

/// A name in facts whose names have no numbers of their own yet: the interner's stands for it.
pub(crate) fn unnumbered(name: u32) -> NameId {
    NameId::new(name as usize)
}

/// Unique strings in one allocation. Cloning it is three copies of memory, for it is cloned with
/// every keystroke.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interner {
    arena: String,
    ends: Vec<u32>,
    /// Open addressing; an entry is the index of a name plus one. Its length is a power of two.
    table: Vec<u32>,
}

impl Interner {
    /// The number of `name`.
    pub(crate) fn intern(&mut self, name: &str) -> u32 {
        if self.table.len() < (self.ends.len() + 1) * 2 {
            self.grow();
        }
        let mask = self.table.len() - 1;
        let mut slot = hash_of(name) & mask;
        loop {
            match self.table[slot] {
                0 => break,
                entry if self.get(entry - 1) == name => return entry - 1,
                _ => slot = (slot + 1) & mask,
            }
        }
        self.arena.push_str(name);
        self.ends.push(self.arena.len() as u32);
        self.table[slot] = self.ends.len() as u32;
        self.ends.len() as u32 - 1
    }

    /// The name with the number `id`.
    pub(crate) fn get(&self, id: u32) -> &str {
        let index = id as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.arena[start..self.ends[index] as usize]
    }

    /// Number of names.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn grow(&mut self) {
        let len = (self.table.len() * 2).max(64);
        self.table.clear();
        self.table.resize(len, 0);
        for index in 0..self.ends.len() {
            let mut slot = hash_of(self.get(index as u32)) & (len - 1);
            while self.table[slot] != 0 {
                slot = (slot + 1) & (len - 1);
            }
            self.table[slot] = index as u32 + 1;
        }
    }
}

fn hash_of(name: &str) -> usize {
    let mut hasher = FxHasher::default();
    hasher.write(name.as_bytes());
    hasher.finish() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number() {
        let mut interner = Interner::default();
        let names: Vec<String> = (0..1000).map(|it| format!("name{it}")).collect();
        let first: Vec<u32> = names.iter().map(|it| interner.intern(it)).collect();
        let again: Vec<u32> = names.iter().map(|it| interner.intern(it)).collect();
        assert_eq!(first, again);
        assert!(first.iter().zip(&names).all(|(id, name)| interner.get(*id) == name));
        assert_eq!(interner.len(), 1000);
    }
}

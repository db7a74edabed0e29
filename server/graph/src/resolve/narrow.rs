//! Types that something has where it was asked for them: `if isinstance(x, A)`, a type switch.

use syntax::{Access, Asked, Qualifier, ReferenceIdx, ReferenceKind};
use text::TextRange;
use vfs::FileId;

use super::{Outcome, Resolver, Thing};
use crate::SymbolRef;

/// Places before one where something was asked for its type that are looked at.
const ASKED_MAX: usize = 256;
/// Names of a path (`a.b.c`) that are compared.
const PATH_MAX: usize = 8;

impl Resolver<'_> {
    /// The types that what ends with a name has where that stands, as it was asked for them; `None`
    /// where it was not, or was given something else since.
    pub(super) fn narrowed(&self, file: FileId, idx: ReferenceIdx) -> Option<Outcome> {
        let facts = self.facts(file);
        let at = facts.reference(idx).start();
        let before = facts.narrowings.partition_point(|it| it.range.start() <= at);
        let around = facts.narrowings[..before].iter().rev().take(ASKED_MAX);
        let mut around = around.filter(|it| it.range.contains(at));
        let innermost = around.find(|it| self.is_asked(file, idx, it.asked))?;
        if self.is_written_since(file, innermost.range, idx) {
            return None;
        }
        let mut hits = Vec::new();
        let first = before.saturating_sub(ASKED_MAX);
        for it in &facts.narrowings[first..before] {
            if it.range == innermost.range && it.asked == innermost.asked {
                hits.extend(self.type_named(file, it.type_ref).hits().iter().cloned());
            }
        }
        Some(Outcome::of(hits))
    }

    fn is_asked(&self, file: FileId, idx: ReferenceIdx, asked: Asked) -> bool {
        let facts = self.facts(file);
        let reference = facts.reference(idx);
        match asked {
            Asked::Reference(it) => self.is_same_path(file, idx, it),
            Asked::Local(symbol) => {
                let is_named = reference.access() == Access::Bare
                    && facts.symbol(symbol).name == reference.name();
                let local = Thing::Symbol(SymbolRef { file, symbol });
                is_named && self.reference(file, idx).hits().iter().any(|it| it.thing == local)
            }
        }
    }

    /// Whether two names, with all that stands before them, mean one thing.
    fn is_same_path(&self, file: FileId, a: ReferenceIdx, b: ReferenceIdx) -> bool {
        let facts = self.facts(file);
        let (mut a, mut b) = (a, b);
        for _ in 0..PATH_MAX {
            let (first, second) = (facts.reference(a), facts.reference(b));
            if first.name() != second.name() || first.access() != second.access() {
                return false;
            }
            match (first.access(), first.qualifier(), second.qualifier()) {
                (Access::Bare, ..) if self.is_self(file, a) => return true,
                (Access::Bare, ..) => {
                    let outcome = self.reference(file, a);
                    return !outcome.hits().is_empty() && outcome == self.reference(file, b);
                }
                (_, Qualifier::Reference(before_a), Qualifier::Reference(before_b)) => {
                    (a, b) = (before_a, before_b);
                }
                _ => return false,
            }
        }
        false
    }

    /// Whether the name of a place is assigned between the beginning of a region and that.
    fn is_written_since(&self, file: FileId, region: TextRange, until: ReferenceIdx) -> bool {
        let facts = self.facts(file);
        let name = facts.reference(until).name();
        let first = facts.references.partition_point(|it| it.start() < region.start());
        let between = facts.references.get(first..until.index()).unwrap_or_default();
        between.iter().any(|it| it.kind() == ReferenceKind::Write && it.name() == name)
    }
}

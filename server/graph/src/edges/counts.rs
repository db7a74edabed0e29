//! How the names of a whole workspace resolve.

use std::collections::BTreeMap;

use crate::{
    Cancelled, Check, CodeGraph, EdgeCounts, EdgeKind, Resolution,
    kinds::KindsOfFile,
    resolve::{Outcome, Resolver, Thing},
};

impl CodeGraph {
    /// Resolves every reference and counts the outcomes.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn count_edges(&self, check: Check<'_>) -> Result<EdgeCounts, Cancelled> {
        let mut all = EdgeCounts::default();
        for counts in self.count_edges_by_kind(check)?.into_values() {
            all.exact += counts.exact;
            all.inferred += counts.inferred;
            all.candidates += counts.candidates;
            all.modules += counts.modules;
            all.external += counts.external;
            all.unresolved += counts.unresolved;
        }
        Ok(all)
    }

    /// Resolves every reference and counts the outcomes by what the places do.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn count_edges_by_kind(
        &self,
        check: Check<'_>,
    ) -> Result<BTreeMap<EdgeKind, EdgeCounts>, Cancelled> {
        let res = Resolver::new(self);
        let mut counts: BTreeMap<EdgeKind, EdgeCounts> = BTreeMap::new();
        for (file, entry) in self.entries() {
            check()?;
            let kinds = KindsOfFile::new(&entry.facts);
            for (reference, _) in entry.facts.references() {
                let counts = counts.entry(kinds.of(&entry.facts, reference)).or_default();
                match res.reference(file, reference) {
                    Outcome::Unknown if self.has_candidate(file, reference) => {
                        counts.candidates += 1;
                    }
                    Outcome::Unknown => counts.unresolved += 1,
                    Outcome::External => counts.external += 1,
                    Outcome::Hits(hits) => match &hits[0].thing {
                        Thing::Symbol(_) if hits[0].resolution == Resolution::Exact => {
                            counts.exact += 1;
                        }
                        Thing::Symbol(_) => counts.inferred += 1,
                        _ => counts.modules += 1,
                    },
                }
            }
        }
        Ok(counts)
    }
}

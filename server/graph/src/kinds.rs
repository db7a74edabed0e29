//! What a name in the text does with what it names.

use rustc_hash::FxHashMap;
use syntax::{BaseKind, FileFacts, ReferenceIdx, ReferenceKind};

use crate::EdgeKind;

/// The kinds of a file's names; to ask for many.
pub(crate) struct KindsOfFile {
    bases: FxHashMap<ReferenceIdx, EdgeKind>,
}

impl KindsOfFile {
    pub(crate) fn new(facts: &FileFacts) -> KindsOfFile {
        let interfaces = facts.details.iter().filter_map(|it| it.interface);
        let mut bases: FxHashMap<ReferenceIdx, EdgeKind> =
            interfaces.map(|it| (it, EdgeKind::Implements)).collect();
        bases.extend(facts.bases.iter().map(|it| (it.reference, of_base(it.kind))));
        KindsOfFile { bases }
    }

    pub(crate) fn of(&self, facts: &FileFacts, idx: ReferenceIdx) -> EdgeKind {
        plain_kind(facts, idx, || self.bases.get(&idx).copied())
    }
}

/// What one reference does with what it names.
pub(crate) fn edge_kind(facts: &FileFacts, idx: ReferenceIdx) -> EdgeKind {
    plain_kind(facts, idx, || {
        let base = facts.bases.iter().find(|it| it.reference == idx).map(|it| of_base(it.kind));
        let is_interface = || facts.details.iter().any(|it| it.interface == Some(idx));
        base.or_else(|| is_interface().then_some(EdgeKind::Implements))
    })
}

fn plain_kind(
    facts: &FileFacts,
    idx: ReferenceIdx,
    as_base: impl FnOnce() -> Option<EdgeKind>,
) -> EdgeKind {
    let reference = facts.reference(idx);
    if reference.is_import() {
        return EdgeKind::Imports;
    }
    as_base().unwrap_or(match reference.kind() {
        ReferenceKind::Call | ReferenceKind::Macro => EdgeKind::Calls,
        _ => EdgeKind::References,
    })
}

fn of_base(kind: BaseKind) -> EdgeKind {
    match kind {
        BaseKind::Extends => EdgeKind::Extends,
        BaseKind::Implements => EdgeKind::Implements,
    }
}

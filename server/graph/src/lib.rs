//! The code graph of a whole workspace: facts of every file, indexes kept by diffs, names resolved on demand.

mod graph;
mod types;

pub use crate::{
    graph::{CodeGraph, GraphDiff, diff},
    types::{
        Cancelled, Check, EdgeCounts, EdgeKind, Found, LanguageCount, Resolution, Resolved,
        Summary, SymbolId, SymbolMatch, SymbolRef, Target,
    },
};

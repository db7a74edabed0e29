//! The code graph of a whole workspace: facts of every file, indexes kept by diffs, names resolved
//! on demand.

mod asking;
mod edges;
mod entry;
#[cfg(test)]
mod fixture;
mod graph;
mod kinds;
mod manifest;
mod modules;
mod names;
mod query;
mod resolve;
mod shards;
#[cfg(test)]
mod tests;
mod types;

pub use crate::{
    asking::{Asking, FileUses, ImportedFiles, ResolvedShare, Use},
    edges::{Edge, End, Evidence, FileImport},
    graph::{CodeGraph, GraphDiff, diff},
    query::CallsByCaller,
    types::{
        Cancelled, Check, EdgeCounts, EdgeKind, Found, LanguageCount, Resolution, Resolved,
        Summary, SymbolId, SymbolMatch, SymbolRef, Target,
    },
};

//! Edges: what leads out of a symbol and into it, each with how it was found and where it stands in
//! the text. Computed when asked for, through the indexes: no question looks at the whole graph.

mod counts;
mod documents;
mod hierarchy;
mod imports;
mod into;
mod out;

use text::TextRange;
use vfs::FileId;

use crate::{EdgeKind, Resolution, SymbolRef, Target, resolve::Hit};

pub use crate::edges::imports::FileImport;

/// One end of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// A symbol of the workspace.
    Symbol(SymbolRef),
    /// A file: what stands at its top level, or the module that it is.
    File(FileId),
    /// Something outside the workspace: a library, a builtin.
    External,
    /// Not known.
    Unresolved,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub range: TextRange,
}

/// What one symbol or file has to do with another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// What.
    pub kind: EdgeKind,
    /// Whose it is.
    pub from: End,
    /// What it leads to.
    pub to: End,
    /// How it was found; `None` where it leads to nothing that is known.
    pub resolution: Option<Resolution>,
    /// From 0 to 1: how sure that is; 0 where it leads to nothing that is known.
    pub confidence: f32,
    /// The text that says so.
    pub evidence: Evidence,
    /// A short phrase for people: `local in scope`, `imported by name`.
    pub why: &'static str,
}

impl Edge {
    /// An edge of a certain resolution.
    fn found(kind: EdgeKind, ends: (End, End), how: How, evidence: Evidence) -> Edge {
        let (from, to) = ends;
        let How { resolution, why } = how;
        let confidence = confidence(resolution);
        Edge { kind, from, to, resolution: Some(resolution), confidence, evidence, why }
    }

    /// An edge whose end is not in the workspace, or not known.
    fn lost(kind: EdgeKind, ends: (End, End), evidence: Evidence) -> Edge {
        let (from, to) = ends;
        let why = match to {
            End::External => "outside the workspace",
            End::Symbol(_) | End::File(_) | End::Unresolved => "not known",
        };
        Edge { kind, from, to, resolution: None, confidence: 0.0, evidence, why }
    }

    /// In the order in which edges are told.
    fn key(&self) -> (Evidence, EdgeKind, End, End) {
        (self.evidence, self.kind, self.from, self.to)
    }
}

/// How an edge was found, and in words.
#[derive(Clone, Copy, Debug)]
struct How {
    resolution: Resolution,
    why: &'static str,
}

impl How {
    const fn exact(why: &'static str) -> How {
        How { resolution: Resolution::Exact, why }
    }

    const fn inferred(why: &'static str) -> How {
        How { resolution: Resolution::Inferred, why }
    }

    fn of_hit(hit: &Hit) -> How {
        How { resolution: hit.resolution, why: hit.why }
    }

    /// A target found so.
    fn target(self, symbol: SymbolRef) -> Target {
        Target {
            file: symbol.file,
            symbol: symbol.symbol,
            resolution: self.resolution,
            confidence: confidence(self.resolution),
            why: self.why,
        }
    }
}

/// How much an edge of a resolution is worth, from 0 to 1.
pub(crate) fn confidence(resolution: Resolution) -> f32 {
    match resolution {
        Resolution::Exact => 1.0,
        Resolution::Inferred => 0.8,
        Resolution::Candidate => 0.3,
    }
}

/// Sorts edges as they are told, each once.
fn in_order(mut edges: Vec<Edge>) -> Vec<Edge> {
    edges.sort_by_key(Edge::key);
    edges.dedup_by_key(|it| it.key());
    edges
}

//! Questions about how symbols hang together, and the one shape of their answers: symbols, the edge
//! that led to each, and what the answer does not cover.

pub(crate) mod components;
mod cycles;
mod dead;
pub(crate) mod nodes;
mod path;
mod picture;
mod walk;

use std::collections::BTreeSet;

use graph::{Asking, EdgeKind, Resolution, SymbolRef};
use vfs::FileId;

pub use self::{
    cycles::CycleKind,
    dead::{DeadCodeConfig, Exported},
    picture::{Picture, PictureFormat},
    walk::WalkConfig,
};
use crate::{Analysis, Cancellable, NavTarget, Site};

/// Files whose references are resolved to tell the share of those that do not resolve.
const COVERED_FILES_MAX: usize = 64;
/// Places that one edge tells.
const SITES_MAX: usize = 100;

/// Calls as they are written.
pub(crate) const CALLS: (nodes::Wanted<'static>, nodes::Dispatch) =
    (&|kind| matches!(kind, EdgeKind::Calls), nodes::Dispatch::Unfollowed);

/// Told now and then by questions about the whole workspace: how much of how much is done.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize);

/// What came of a question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The symbols found: each below the one that it was reached from, those beside each other in
    /// the order in which they were reached.
    pub items: Vec<AnswerItem>,
    /// What was looked at and what remained unknown.
    pub coverage: Coverage,
    /// Where the answer was cut short: which limit, and what was left out.
    pub limit: Option<Limit>,
    /// What else a reader has to know, in sentences.
    pub notes: Vec<String>,
}

/// One symbol of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerItem {
    /// The symbol; without one it is the top level of its file, or the file itself.
    pub target: NavTarget,
    /// Edges between this and what was asked about.
    pub depth: u32,
    /// The item that this one was reached from; `None` where that is what was asked about.
    pub from: Option<usize>,
    /// The edge that led here; `None` for what was asked about itself.
    pub edge: Option<Edge>,
    /// It is a test, or in a file of tests.
    pub is_test: bool,
    /// Which of several parts of the answer it belongs to: the cycle.
    pub group: u32,
}

/// How two symbols hang together.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// In which way.
    pub kind: EdgeKind,
    /// How that was found; of several places the surest.
    pub resolution: Resolution,
    /// The places, sorted; at most [`SITES_MAX`].
    pub sites: Vec<Site>,
}

/// What an answer looked at, and what it could not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Files that the answer concerns.
    pub files: usize,
    /// References in those that were counted.
    pub references: usize,
    /// Of those, the ones of which nobody knows what they stand for.
    pub unresolved: usize,
    /// Places anywhere that bear the name that was asked for and do not resolve: each might be one
    /// more.
    pub same_name: usize,
    /// True where more files are concerned than were counted.
    pub is_sample: bool,
}

/// A limit that an answer ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is limited: `symbols`, `depth`.
    pub what: &'static str,
    /// The limit.
    pub max: usize,
    /// How many more there are at least.
    pub left_out: usize,
}

impl Answer {
    /// What a reader should know of how far the answer goes, a sentence each.
    pub fn limits(&self) -> Vec<String> {
        let mut res = Vec::new();
        if let Some(Limit { what, max, left_out }) = self.limit {
            res.push(format!("stopped at {max} {what}: at least {left_out} more"));
        }
        res.extend(self.notes.iter().cloned());
        let Coverage { files, references, unresolved, same_name, is_sample } = self.coverage;
        if 0 < same_name {
            let places = if same_name == 1 { "place bears" } else { "places bear" };
            res.push(format!("{same_name} more {places} the name and do not resolve"));
        }
        if 0 < unresolved {
            let percent = unresolved as f64 * 100.0 / references as f64;
            let some = if is_sample { "some of the " } else { "the " };
            let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
            res.push(format!(
                "in {some}{files} concerned {unresolved} of {references} names do not resolve \
                 ({percent:.1} %)"
            ));
        }
        res
    }
}

impl Analysis {
    /// Who calls one of the symbols.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn callers_of(&self, symbols: &[SymbolRef], max: usize) -> Cancellable<Answer> {
        let asking = self.graph().asking();
        let edges = self.dependents_of(&asking, symbols, CALLS)?;
        self.one_step(&asking, symbols, edges, max)
    }

    /// Whom the symbols call.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn callees_of(&self, symbols: &[SymbolRef], max: usize) -> Cancellable<Answer> {
        let asking = self.graph().asking();
        let edges = self.dependencies_of(&asking, symbols, CALLS)?;
        self.one_step(&asking, symbols, edges, max)
    }

    fn one_step(
        &self,
        asking: &Asking<'_>,
        symbols: &[SymbolRef],
        edges: Vec<nodes::NodeEdge>,
        max: usize,
    ) -> Cancellable<Answer> {
        let mut answer = Answer::default();
        let n_edges = edges.len();
        for edge in edges.into_iter().take(max) {
            let Some(target) = self.nav_node(edge.node) else { continue };
            answer.items.push(AnswerItem {
                is_test: self.is_test(edge.node),
                edge: Some(self.edge_of(&edge)),
                target,
                depth: 1,
                from: None,
                group: 0,
            });
        }
        if max < n_edges {
            answer.limit = Some(Limit { what: "symbols", max, left_out: n_edges - max });
        }
        answer.coverage = self.coverage(asking, symbols, &answer.items)?;
        Ok(answer)
    }

    fn edge_of(&self, edge: &nodes::NodeEdge) -> Edge {
        let sites = edge.found.iter().take(SITES_MAX).filter_map(|it| self.site(it));
        Edge { kind: edge.kind, resolution: edge.resolution, sites: sites.collect() }
    }

    /// What an answer about `symbols` does not cover.
    fn coverage(
        &self,
        asking: &Asking<'_>,
        symbols: &[SymbolRef],
        items: &[AnswerItem],
    ) -> Cancellable<Coverage> {
        let files = symbols.iter().map(|it| it.file).chain(items.iter().map(|it| it.target.file));
        let mut coverage = self.share_of(asking, files.collect())?;
        for symbol in symbols {
            let mut check = || self.check();
            coverage.same_name += self.graph().candidate_references_to(*symbol, &mut check)?.len();
        }
        Ok(coverage)
    }

    /// The share of references in the files that do not resolve.
    fn share_of(&self, asking: &Asking<'_>, files: Vec<FileId>) -> Cancellable<Coverage> {
        let concerned: BTreeSet<FileId> = files.into_iter().collect();
        let counted: Vec<FileId> = concerned.iter().copied().take(COVERED_FILES_MAX).collect();
        let share = asking.share(&counted, &mut || self.check())?;
        Ok(Coverage {
            files: concerned.len(),
            references: share.references,
            unresolved: share.unresolved,
            same_name: 0,
            is_sample: counted.len() < concerned.len(),
        })
    }
}

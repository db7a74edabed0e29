//! Patterns: what comes again and again in a workspace, each as a query whose answer carries its
//! evidence and says what it did not look at.
//!
//! Nothing here is kept but fingerprints of code by the hash of its text, so that only what changed
//! is looked at again.

mod cochange;
mod complexity;
mod conventions;
mod duplicates;
mod hotspots;
mod layering;
#[cfg(test)]
mod tests;
mod tokens;

use text::TextRange;
use vfs::FileId;

pub use crate::{
    cochange::{CoChangeConfig, missing_partners},
    complexity::complexity,
    conventions::{CODE_NAMES_MIN, conventions},
    duplicates::{DuplicateConfig, Fingerprint, Unit, duplicates, fingerprint},
    hotspots::hotspots,
    layering::layering,
};

/// One thing that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is, in a line.
    pub title: String,
    /// The higher, the more of it; comparable within one answer only.
    pub score: f32,
    /// Where it is to be seen, with what is to be seen there.
    pub evidence: Vec<Evidence>,
}

/// A place that speaks for a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Where.
    pub site: Site,
    /// What is to be seen there.
    pub note: String,
}

/// A place.
#[derive(Clone, Debug, PartialEq)]
pub enum Site {
    /// In a file of the workspace.
    Code {
        /// The file.
        file: FileId,
        /// What of it.
        range: TextRange,
        /// What stands there; empty for a whole file.
        name: String,
    },
    /// A file of which only the path is known: it may be gone.
    Path(String),
}

/// What a query found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// The most telling first.
    pub found: Vec<Finding>,
    /// What was not looked at, and how far the answer can be trusted; for people.
    pub limits: Vec<String>,
}

impl Findings {
    /// Orders what was found and keeps the first `max`.
    pub(crate) fn best(mut self, max: usize) -> Findings {
        self.found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.title.cmp(&b.title)));
        if max < self.found.len() {
            self.limits.push(format!("the first {max} of {} are shown", self.found.len()));
            self.found.truncate(max);
        }
        self
    }
}

//! From a draft to a proposal: simulated, measured, weighed.

use std::fmt;
use std::sync::Arc;

use syntax::FileFacts;
use vfs::VfsPath;

use crate::{Draft, Present, Proposal, ProposalId, SimulateError, Simulation};

/// A change of more files is refused.
pub const PROPOSAL_FILES_MAX: usize = 5_000;
/// A change that meets or leaves more bytes than this is refused.
pub const PROPOSAL_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What a proposal is made in.
pub struct Context<'a> {
    /// The id it will have.
    pub id: ProposalId,
    /// This moment, in milliseconds since 1970.
    pub now_ms: u64,
    /// The folders of the workspace; nothing outside them is changed.
    pub roots: &'a [VfsPath],
    /// The texts of this moment.
    pub present: &'a Present<'a>,
    /// The facts of a file as `present` gives it, where they are known; saves parsing it.
    pub facts: &'a dyn Fn(&VfsPath) -> Option<Arc<FileFacts>>,
}

/// Why a draft becomes no proposal. Every variant says the file or the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProposeError {
    /// It changes nothing.
    Empty,
    /// It does not fit the texts of this moment.
    Simulate(SimulateError),
    /// It would touch a file outside the workspace.
    Outside(VfsPath),
    /// It would touch what nobody but git writes.
    Forbidden(VfsPath),
    /// It touches more files than [`PROPOSAL_FILES_MAX`].
    TooManyFiles(usize),
    /// It touches more bytes than [`PROPOSAL_BYTES_MAX`].
    TooManyBytes(usize),
}

impl fmt::Display for ProposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProposeError::Empty => f.write_str("the change is empty"),
            ProposeError::Simulate(error) => error.fmt(f),
            ProposeError::Outside(path) => write!(f, "{path}: outside the workspace"),
            ProposeError::Forbidden(path) => write!(f, "{path}: belongs to git"),
            ProposeError::TooManyFiles(n) => {
                write!(f, "the change touches {n} files, more than {PROPOSAL_FILES_MAX}")
            }
            ProposeError::TooManyBytes(n) => {
                write!(f, "the change touches {n} bytes, more than {PROPOSAL_BYTES_MAX}")
            }
        }
    }
}

impl std::error::Error for ProposeError {}

/// Looks at `draft`: carries it out in an overlay, parses what it leaves, and says what it touches
/// and how dangerous it is. Gives the simulation too: the texts that a diff is made of.
///
/// # Errors
/// [`ProposeError`] where it cannot be made or is not allowed.
pub fn propose(draft: Draft, ctx: &Context<'_>) -> Result<(Proposal, Simulation), ProposeError> {
    let _ = (draft, ctx);
    todo!()
}

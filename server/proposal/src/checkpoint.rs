//! What is kept before a change is applied, so that it can be taken back.

use std::sync::Arc;

use vfs::{ContentHash, VfsPath};

use crate::{Proposal, Simulation};

/// The contents of all files of a change, before and after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// One image a file.
    pub files: Vec<Image>,
}

/// One file before and after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its path before; `None`: it is created.
    pub before: Option<VfsPath>,
    /// Its path after; `None`: it is deleted.
    pub after: Option<VfsPath>,
    /// Its content before.
    pub pre: Option<Content>,
    /// Its content after.
    pub post: Option<Content>,
}

/// A content: kept, or only known by its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The bytes.
    Kept(Arc<[u8]>),
    /// A secret's hash: enough to recognise it, not to restore it.
    Redacted(ContentHash),
}

impl Content {
    /// The content's hash.
    pub fn hash(&self) -> ContentHash {
        match self {
            Content::Kept(bytes) => ContentHash::of(bytes),
            Content::Redacted(hash) => *hash,
        }
    }
}

impl Checkpoint {
    /// The checkpoint of `proposal` as `simulation` carries it out; contents of secret files are left
    /// out.
    pub fn of(proposal: &Proposal, simulation: &Simulation) -> Checkpoint {
        let _ = (proposal, simulation);
        todo!()
    }
}

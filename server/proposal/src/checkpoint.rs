//! What is kept before a change is applied, so that it can be taken back.

use std::sync::Arc;

use vfs::{ContentHash, VfsPath};

use crate::{SimulatedFile, Simulation, secret::is_secret};

/// U+FEFF in UTF-8. Editors take it off a text that they open and put it back when they save.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The contents of all files of a change, before and after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// One image a file, in the order of the simulation.
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

    /// True where `bytes` are this content. An open document without the byte order mark that the
    /// file has is the same content: the editor keeps the mark for itself.
    pub fn is(&self, bytes: &[u8]) -> bool {
        match self {
            Content::Kept(kept) => **kept == *bytes || without_mark(kept) == bytes,
            Content::Redacted(hash) => {
                *hash == ContentHash::of(bytes)
                    || (!bytes.starts_with(MARK)
                        && *hash == ContentHash::of(&[MARK, bytes].concat()))
            }
        }
    }

    /// The bytes where they are kept, in the likeness of `now`: without the byte order mark where
    /// `now` has none.
    pub(crate) fn like(&self, now: &[u8]) -> Option<&[u8]> {
        match self {
            Content::Kept(kept) if now.starts_with(MARK) => Some(kept),
            Content::Kept(kept) => Some(without_mark(kept)),
            Content::Redacted(_) => None,
        }
    }
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK).unwrap_or(bytes)
}

impl Checkpoint {
    /// The checkpoint of what `simulation` carries out; contents of secret files are left out.
    pub fn of(simulation: &Simulation) -> Checkpoint {
        Checkpoint { files: simulation.files.iter().map(Image::of).collect() }
    }

    /// The texts before and after, with nothing in place of secrets.
    pub fn simulation(&self) -> Simulation {
        let bytes = |content: &Option<Content>| {
            content.as_ref().map(|it| match it {
                Content::Kept(bytes) => bytes.clone(),
                Content::Redacted(_) => Arc::from([]),
            })
        };
        let files = self.files.iter().map(|it| SimulatedFile {
            before: it.before.clone(),
            after: it.after.clone(),
            pre: bytes(&it.pre),
            post: bytes(&it.post),
            version: None,
            leads_to: None,
        });
        Simulation { files: files.collect(), ..Simulation::default() }
    }
}

impl Image {
    fn of(file: &SimulatedFile) -> Image {
        let is_secret = file.before.iter().chain(&file.after).any(is_secret);
        let content = |bytes: &Option<Arc<[u8]>>| {
            bytes.as_ref().map(|it| match is_secret {
                true => Content::Redacted(ContentHash::of(it)),
                false => Content::Kept(it.clone()),
            })
        };
        Image {
            before: file.before.clone(),
            after: file.after.clone(),
            pre: content(&file.pre),
            post: content(&file.post),
        }
    }

    /// The path by which the file is spoken of: after the change, else before.
    pub fn path(&self) -> &VfsPath {
        self.after.as_ref().or(self.before.as_ref()).expect("a file is somewhere before or after")
    }
}

//! Files as the server sees them: what the disk holds, overlaid by open documents, as one value
//! that is cheap to clone.

mod change;
mod hash;
mod load;
mod path;
mod tree;
mod write;

pub use crate::{
    change::{ChangeError, FileOperation, SourceChange, Texts},
    hash::ContentHash,
    load::{
        FILE_BYTES_MAX, FILES_MAX, FileEvent, Link, Listed, Loader, ReadError, SkipReason, Stat,
        WalkLimits, decode,
    },
    path::VfsPath,
    tree::{DiskState, FileId, Overlay, Vfs},
    write::{FileWrite, WriteError, Writer},
};

//! The texts of this moment, as the caller knows them: the open document first, then the disk.

use std::sync::Arc;

use vfs::{ReadError, VfsPath};

/// A file as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentFile {
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// The version of the open document; `None` where the file is closed.
    pub version: Option<i32>,
    /// The file that the path leads to through a link.
    pub leads_to: Option<VfsPath>,
}

/// Gives a file as it is now: its open document, else what the disk holds; `Ok(None)` where there
/// is no such file. An error is never taken for a missing file.
pub type Present<'a> = dyn Fn(&VfsPath) -> Result<Option<PresentFile>, ReadError> + 'a;

impl PresentFile {
    /// An open document.
    pub fn open(text: &str, version: i32) -> PresentFile {
        let bytes = Arc::from(text.as_bytes());
        PresentFile { bytes, version: Some(version), leads_to: None }
    }

    /// A closed file.
    pub fn closed(bytes: impl Into<Arc<[u8]>>) -> PresentFile {
        PresentFile { bytes: bytes.into(), version: None, leads_to: None }
    }
}

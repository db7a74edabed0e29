//! Facts as bytes: compact, versioned, checked.

use crate::FileFacts;

impl FileFacts {
    /// The facts as bytes, for [`FileFacts::from_bytes`] of the same [`crate::FACTS_VERSION`].
    pub fn to_bytes(&self) -> Vec<u8> {
        todo!()
    }

    /// The facts that `bytes` encode; `None` for another version and for anything damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<FileFacts> {
        let _ = bytes;
        todo!()
    }
}

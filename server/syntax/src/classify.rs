//! Which files hold no source worth indexing, and why.

/// Why a file's text is not indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unfit {
    /// It holds a NUL byte.
    Binary,
    /// Its lines are too long to be written by hand.
    Minified,
    /// A mark near its head says that a tool wrote it.
    Generated,
    /// Its path says that it is a copy of somebody else's code.
    Vendored,
}

/// Why the file at `path` (relative to its workspace, `/` separated) with `text` (all of it, or its
/// first 64 KiB) should not be indexed; `None` where it should.
pub fn classify(path: &str, text: &[u8]) -> Option<Unfit> {
    let _ = (path, text);
    todo!()
}

//! One question to all retrievers, one ranked answer.

use store::Store;

use crate::{Answer, Query, UnsavedFile};

/// Answers `query` from the store, and from `unsaved` for the files that are open and changed: what
/// the store knows of those is not used.
///
/// # Errors
/// What the store reports.
pub fn search(
    store: &dyn Store,
    unsaved: &[UnsavedFile<'_>],
    query: &Query,
) -> store::Result<Answer> {
    let _ = (store, unsaved, query);
    todo!()
}

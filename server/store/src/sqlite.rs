//! The store in one SQLite file.

/// The cache in SQLite and usearch.
pub struct SqliteStore {}

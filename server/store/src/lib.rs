//! Persistence: what is known of a workspace's files, kept in SQLite and usearch.
//!
//! `index.db` and `vectors/` are a cache: derived from the files, safe to delete, dropped and built
//! again when their schema differs or their bytes are damaged. `history.db` is history and is never
//! dropped.

pub mod commits;
mod database;
mod error;
mod full_text;
pub mod history;
mod open;
mod rows;
mod schema;
mod sqlite;
mod trust;
mod vectors;
mod write;

pub use crate::{
    error::{Fault, Result, StoreError},
    open::{Access, Mode, Opened, Recovery, open, open_in_memory},
    rows::{
        CONTENT_KEY_BYTES, ContentKey, DOCUMENTS_PER_FILE_MAX, Document, DocumentId, DocumentRow,
        Field, FieldStatistics, FileCounts, FileDocuments, FileRow, FileWrite, FullTextQuery, Role,
        ScoredDoc, SkippedRow, Store,
    },
    sqlite::SqliteStore,
    trust::{TRUST_FILE, Trust, TrustRow},
    vectors::{Nearest, TextVectors, VectorFiles, VectorFormat, VectorKey, VectorSpace},
};

//! Opening the cache of a workspace: who may write, what had to be built again, what it fell back to.

use std::path::Path;

use crate::{Result, SqliteStore, StoreError};

/// What the opener wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To write, where nobody else does.
    ReadWrite,
    /// Only to read.
    ReadOnly,
}

/// What the opener got.
#[derive(Debug)]
pub enum Mode {
    /// This process is the writer; the lock is held until the store is dropped.
    Writer,
    /// Another process is the writer, or only reading was asked for: writes are refused.
    Reader,
    /// The state folder could not be used; the store lives in memory and ends with the process.
    Memory(StoreError),
}

/// A cache that was thrown away because it could not be used.
#[derive(Debug)]
pub struct Recovery {
    /// What was wrong with it.
    pub why: StoreError,
}

/// An open store and what happened on the way.
pub struct Opened {
    /// The store.
    pub store: SqliteStore,
    /// What it may do.
    pub mode: Mode,
    /// Set where the old cache was dropped; the new one is empty.
    pub recovered: Option<Recovery>,
}

/// Opens the cache in the folder `dir`, which is created where it is missing.
///
/// A damaged cache, or one of another schema, is dropped by its writer and told as `recovered`. Where
/// another process writes, or the folder cannot be written, the caller gets less and is told by `mode`.
///
/// # Errors
/// What is left: a cache that may only be read and cannot be.
pub fn open(dir: &Path, access: Access) -> Result<Opened> {
    let _ = (dir, access);
    todo!()
}

/// An empty store that ends with the process.
///
/// # Errors
/// Where memory is short.
pub fn open_in_memory() -> Result<SqliteStore> {
    todo!()
}

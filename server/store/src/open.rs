//! Opening the cache of a workspace: who may write, what had to be built again, what it fell back
//! to.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::Path,
};

use crate::{Fault, Result, SqliteStore, StoreError, sqlite::DAMAGED_FILE};

/// The cache's file in the state folder.
const INDEX_FILE: &str = "index.db";

/// The writer's lock in the state folder. It is held through the file handle, so a killed process
/// leaves none behind.
const LOCK_FILE: &str = "writer.lock";

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
    /// Writes are refused: because only reading was asked for (`None`), or because of this.
    Reader(Option<StoreError>),
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

/// Opens the cache in the folder `dir`, which is created where it is missing. `extraction` names
/// the version of what is kept (facts, words): a cache made by another version is dropped.
///
/// A damaged cache is dropped by its writer too, and told as `recovered`. Where another process
/// writes, the folder may not be written or the disk is full, the caller gets less and is told by
/// `mode`.
///
/// # Errors
/// What is left: not even a store in memory could be made.
pub fn open(dir: &Path, access: Access, extraction: &str) -> Result<Opened> {
    let index = dir.join(INDEX_FILE);
    let locked = match access {
        Access::ReadWrite => lock_folder(dir),
        Access::ReadOnly => return open_reader(&index, extraction, None),
    };
    let lock = match locked {
        Ok(lock) => lock,
        Err(error) => return open_reader(&index, extraction, Some(error)),
    };
    match open_writer(dir, &index, lock, extraction) {
        Ok((store, recovered)) => Ok(Opened { store, mode: Mode::Writer, recovered }),
        Err(error) => in_memory(error),
    }
}

/// An empty store that ends with the process.
///
/// # Errors
/// Where memory is short.
pub fn open_in_memory() -> Result<SqliteStore> {
    SqliteStore::memory()
}

fn lock_folder(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK_FILE);
    fs::create_dir_all(dir).map_err(StoreError::io(dir))?;
    let file = File::options().create(true).append(true).open(&path);
    let file = file.map_err(StoreError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::new(&path, Fault::Busy)),
        Err(TryLockError::Error(error)) => Err(StoreError::new(&path, Fault::from(error))),
    }
}

fn open_writer(
    dir: &Path,
    index: &Path,
    lock: File,
    extraction: &str,
) -> Result<(SqliteStore, Option<Recovery>)> {
    let mark = dir.join(DAMAGED_FILE);
    let why = if mark.exists() {
        let why = "it was found damaged while it was read";
        StoreError::new(index, Fault::Corrupt(why.to_owned()))
    } else {
        let lock = lock.try_clone().map_err(StoreError::io(dir))?;
        match SqliteStore::writer(index, lock, extraction) {
            Ok(store) => return Ok((store, None)),
            Err(error) if error.asks_for_rebuild() => error,
            Err(error) => return Err(error),
        }
    };
    drop_cache(dir)?;
    let store = SqliteStore::writer(index, lock, extraction)?;
    missing_is_fine(&mark, fs::remove_file(&mark))?;
    Ok((store, Some(Recovery { why })))
}

fn open_reader(index: &Path, extraction: &str, why: Option<StoreError>) -> Result<Opened> {
    match SqliteStore::reader(index, extraction) {
        Ok(store) => Ok(Opened { store, mode: Mode::Reader(why), recovered: None }),
        Err(error) => in_memory(why.unwrap_or(error)),
    }
}

fn in_memory(why: StoreError) -> Result<Opened> {
    Ok(Opened { store: SqliteStore::memory()?, mode: Mode::Memory(why), recovered: None })
}

/// Deletes the cache's files; the lock stays.
pub(crate) fn drop_cache(dir: &Path) -> Result<()> {
    for name in [INDEX_FILE, "index.db-wal", "index.db-shm"] {
        let path = dir.join(name);
        missing_is_fine(&path, fs::remove_file(&path))?;
    }
    let vectors = dir.join("vectors");
    missing_is_fine(&vectors, fs::remove_dir_all(&vectors))
}

fn missing_is_fine(path: &Path, res: io::Result<()>) -> Result<()> {
    match res {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::new(path, Fault::from(error)))
        }
        _ => Ok(()),
    }
}

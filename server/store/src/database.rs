//! Opening one SQLite file with our pragmas, and bringing its schema up to date.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};

use crate::{Fault, Result, StoreError};

/// How long a statement waits for another process before it reports `Busy`.
const BUSY_MS_MAX: u64 = 5_000;

/// One step of a schema. Steps are only ever added at the end; a released one is never edited.
pub(crate) struct Migration {
    /// The schema's number after this step: 1, 2, 3, …
    pub(crate) number: i64,
    /// What the step does.
    pub(crate) sql: &'static str,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    /// Reads and writes; the file is created where it is missing.
    ReadWrite,
    /// Reads only; the file must exist.
    ReadOnly,
}

/// A connection to the file at `path`: WAL, foreign keys, `cache_kib` of page cache. An empty or
/// missing file opened to be written is brought to the last of `migrations`, each step in one
/// transaction; one opened to be read must already be there.
///
/// # Errors
/// [`Fault::Corrupt`] where the file is no database, [`Fault::Schema`] where its number is higher
/// than the last migration's (or lower, when it may only be read), and what the disk reports.
pub(crate) fn open_database(
    path: &Path,
    open: Open,
    cache_kib: u32,
    migrations: &[Migration],
) -> Result<Connection> {
    let failed = StoreError::sql(path);
    let flags = match open {
        Open::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        Open::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags).map_err(&failed)?;
    db.busy_timeout(Duration::from_millis(BUSY_MS_MAX)).map_err(&failed)?;
    if open == Open::ReadWrite {
        db.pragma_update(None, "journal_mode", "wal").map_err(&failed)?;
        db.pragma_update(None, "synchronous", "normal").map_err(&failed)?;
        db.pragma_update(None, "foreign_keys", true).map_err(&failed)?;
    }
    db.pragma_update(None, "cache_size", -i64::from(cache_kib)).map_err(&failed)?;
    db.set_prepared_statement_cache_capacity(64);
    match open {
        Open::ReadWrite => migrate(&mut db, path, migrations)?,
        Open::ReadOnly => {
            let found = schema_number(&db).map_err(&failed)?;
            if found != last_number(migrations) {
                return Err(StoreError::new(path, Fault::Schema(found)));
            }
        }
    }
    Ok(db)
}

/// Takes the steps of `migrations` that `db` has not taken yet.
pub(crate) fn migrate(db: &mut Connection, path: &Path, migrations: &[Migration]) -> Result<()> {
    let failed = StoreError::sql(path);
    let found = schema_number(db).map_err(&failed)?;
    // Where the first step is not number one, it makes all anew: an older file cannot take it.
    let first = migrations.first().map_or(0, |it| it.number);
    if last_number(migrations) < found || (0 < found && found < first) {
        return Err(StoreError::new(path, Fault::Schema(found)));
    }
    for migration in migrations.iter().filter(|it| it.number > found) {
        let transaction = db.transaction().map_err(&failed)?;
        transaction.execute_batch(migration.sql).map_err(&failed)?;
        transaction.pragma_update(None, "user_version", migration.number).map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
    }
    Ok(())
}

fn schema_number(db: &Connection) -> rusqlite::Result<i64> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn last_number(migrations: &[Migration]) -> i64 {
    migrations.last().map_or(0, |it| it.number)
}

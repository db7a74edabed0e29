//! Opening the commits' cache of a workspace folder; a damaged one is dropped.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use rusqlite::Connection;

use super::SqliteCommits;
use crate::{
    Result, StoreError,
    database::{Migration, Open, migrate, open_database},
};

/// The folder in the state folder.
const COMMITS_DIR: &str = "commits";
const CACHE_KIB: u32 = 4 * 1024;

/// The only step: the whole schema. A change of it is a new number, and old caches are dropped.
const SCHEMA: [Migration; 1] = [Migration { number: 1, sql: SQL }];

const SQL: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE authors (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, UNIQUE (name, email)
);
CREATE TABLE paths (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE commits (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    time_s INTEGER NOT NULL,
    author INTEGER NOT NULL REFERENCES authors,
    n_parents INTEGER NOT NULL,
    n_files INTEGER NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    reached INTEGER NOT NULL,
    linked INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE changes (
    path INTEGER NOT NULL REFERENCES paths,
    commit_id INTEGER NOT NULL REFERENCES commits ON DELETE CASCADE,
    kind INTEGER NOT NULL,
    origin INTEGER REFERENCES paths,
    before BLOB,
    after BLOB,
    PRIMARY KEY (path, commit_id)
) WITHOUT ROWID;
CREATE INDEX changes_by_commit ON changes (commit_id);
CREATE TABLE links (
    commit_id INTEGER NOT NULL REFERENCES commits ON DELETE CASCADE,
    path TEXT NOT NULL,
    symbol TEXT NOT NULL,
    kind TEXT NOT NULL,
    added INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    PRIMARY KEY (commit_id, path, symbol)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE messages USING fts5(
    words, content='', contentless_delete=1, tokenize='ascii');
";

/// An open cache of commits.
pub struct OpenedCommits {
    /// The cache.
    pub commits: SqliteCommits,
    /// What was wrong with the old file, where it was dropped.
    pub dropped: Option<StoreError>,
}

/// Opens the commits of the workspace folder that is called `name` (letters, digits, `-`) in the
/// state folder `dir`.
///
/// # Errors
/// What the disk reports.
pub fn open_commits(dir: &Path, name: &str) -> Result<OpenedCommits> {
    let folder = dir.join(COMMITS_DIR);
    fs::create_dir_all(&folder).map_err(StoreError::io(&folder))?;
    let path = folder.join(format!("{name}.db"));
    let open = || -> Result<Connection> {
        let db = open_database(&path, Open::ReadWrite, CACHE_KIB, &SCHEMA)?;
        // The first page is read at least, so that a file that is no database is noticed here.
        db.query_row("SELECT count(*) FROM meta", [], |_| Ok(()))
            .map_err(StoreError::sql(&path))?;
        Ok(db)
    };
    let (db, dropped) = match open() {
        Ok(db) => (db, None),
        Err(why) if why.asks_for_rebuild() => {
            remove(&path)?;
            (open()?, Some(why))
        }
        Err(error) => return Err(error),
    };
    Ok(OpenedCommits { commits: SqliteCommits { db: Mutex::new(db), path }, dropped })
}

/// A cache that ends with the process.
///
/// # Errors
/// Where memory is short.
pub fn open_commits_in_memory() -> Result<SqliteCommits> {
    let path = PathBuf::from(":memory:");
    let mut db = Connection::open_in_memory().map_err(StoreError::sql(&path))?;
    db.pragma_update(None, "foreign_keys", true).map_err(StoreError::sql(&path))?;
    migrate(&mut db, &path, &SCHEMA)?;
    Ok(SqliteCommits { db: Mutex::new(db), path })
}

fn remove(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let path = PathBuf::from(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::io(&path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

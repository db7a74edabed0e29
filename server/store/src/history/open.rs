//! Opening `history.db`: one at a time, moved aside where it is damaged, and a number for each
//! server.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::Mutex,
};

use rusqlite::Connection;

use super::SqliteHistory;
use crate::{
    Fault, Result, StoreError,
    database::{Migration, Open, migrate, open_database},
};

/// The file's name in the state folder.
pub const HISTORY_FILE: &str = "history.db";
/// Held while the history is opened: nobody else migrates it or moves it aside meanwhile.
const LOCK_FILE: &str = "history.lock";
/// Holds one file for each living server, locked as long as it lives.
const SERVERS_DIR: &str = "servers";
/// There since damage was met: the next opener looks through all pages, however many.
pub(super) const SUSPECT_FILE: &str = "history.suspect";
/// A larger history is looked through only where damage was met: every start would pay for it.
const CHECKED_BYTES_MAX: u64 = 32 * 1024 * 1024;
const CACHE_KIB: u32 = 2 * 1024;

/// The steps of the schema. A released one is never edited.
const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, sql: include_str!("migrations/0001_journal.sql") },
    Migration { number: 2, sql: include_str!("migrations/0002_memories.sql") },
    Migration { number: 3, sql: include_str!("migrations/0003_hunks.sql") },
    Migration { number: 4, sql: include_str!("migrations/0004_verdicts.sql") },
    Migration { number: 5, sql: include_str!("migrations/0005_agents.sql") },
    Migration { number: 6, sql: include_str!("migrations/0006_agent_runs.sql") },
    Migration { number: 7, sql: include_str!("migrations/0007_workflow_runs.sql") },
    Migration { number: 8, sql: include_str!("migrations/0008_experiments.sql") },
    Migration { number: 9, sql: include_str!("migrations/0009_marks.sql") },
    Migration { number: 10, sql: include_str!("migrations/0010_messages.sql") },
    Migration { number: 11, sql: include_str!("migrations/0011_episodes.sql") },
];

/// An open history, and what happened on the way.
pub struct OpenedHistory {
    /// The history.
    pub history: SqliteHistory,
    /// Set where the old file was damaged: it is kept under another name, and the new one is empty.
    pub moved: Option<MovedAside>,
}

/// A damaged history that was kept.
#[derive(Debug)]
pub struct MovedAside {
    /// What was wrong with it.
    pub why: StoreError,
    /// Where it is now.
    pub to: PathBuf,
}

/// Opens the history in the folder `dir`, which is created where it is missing. `now_ms` (since
/// 1970) names a damaged file that is moved aside.
///
/// # Errors
/// [`Fault::Schema`] where a newer program wrote it: it is left alone. [`Fault::Corrupt`] where it
/// is damaged and another server still has it open. And what the disk reports.
pub fn open_history(dir: &Path, now_ms: u64) -> Result<OpenedHistory> {
    create_private_dir(dir)?;
    let servers = dir.join(SERVERS_DIR);
    create_private_dir(&servers)?;
    let lock_path = dir.join(LOCK_FILE);
    let lock = File::create(&lock_path).map_err(StoreError::io(&lock_path))?;
    lock.lock().map_err(StoreError::io(&lock_path))?;

    let path = dir.join(HISTORY_FILE);
    let open = || -> Result<(Connection, i64)> {
        let db = open_checked(&path)?;
        let server = add_server(&db, &path, now_ms)?;
        Ok((db, server))
    };
    let ((db, server), moved) = match open() {
        Ok(opened) => (opened, None),
        Err(why) if matches!(why.fault, Fault::Corrupt(_)) && !is_any_alive(&servers) => {
            let to = move_aside(&path, now_ms)?;
            (open()?, Some(MovedAside { why, to }))
        }
        Err(error) => return Err(error),
    };
    let alive_path = alive_path(&servers, server);
    let alive = File::create(&alive_path).map_err(StoreError::io(&alive_path))?;
    alive.lock().map_err(StoreError::io(&alive_path))?;
    sweep(&servers);
    let history = SqliteHistory {
        db: Mutex::new(db),
        path,
        server,
        servers: Some(servers),
        _alive: Some(alive),
    };
    Ok(OpenedHistory { history, moved })
}

/// A history that ends with the process.
///
/// # Errors
/// Where memory is short.
pub fn open_history_in_memory() -> Result<SqliteHistory> {
    let path = PathBuf::from(":memory:");
    let mut db = Connection::open_in_memory().map_err(StoreError::sql(&path))?;
    db.pragma_update(None, "foreign_keys", true).map_err(StoreError::sql(&path))?;
    migrate(&mut db, &path, MIGRATIONS)?;
    let server = add_server(&db, &path, 0)?;
    Ok(SqliteHistory { db: Mutex::new(db), path, server, servers: None, _alive: None })
}

/// True where the server with this number holds its file.
pub(super) fn is_alive(servers: &Path, server: i64) -> bool {
    let path = alive_path(servers, server);
    match File::open(&path) {
        Ok(file) => matches!(file.try_lock(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    }
}

fn alive_path(servers: &Path, server: i64) -> PathBuf {
    servers.join(format!("{server}.lock"))
}

/// Opens the database and looks through its pages: damage is found now rather than when an undo
/// needs the page.
fn open_checked(path: &Path) -> Result<Connection> {
    let db = open_database(path, Open::ReadWrite, CACHE_KIB, MIGRATIONS)?;
    let failed = StoreError::sql(path);
    // A checkpoint has to be on the disk before anything is applied: in WAL mode, `normal` would
    // leave the last commits to the operating system.
    db.pragma_update(None, "synchronous", "full").map_err(&failed)?;
    let suspect = path.with_file_name(SUSPECT_FILE);
    let is_small = fs::metadata(path).is_ok_and(|it| it.len() <= CHECKED_BYTES_MAX);
    if !is_small && !suspect.exists() {
        return Ok(db);
    }
    let verdict: String =
        db.pragma_query_value(None, "quick_check", |row| row.get(0)).map_err(&failed)?;
    if verdict != "ok" {
        return Err(StoreError::new(path, Fault::Corrupt(verdict)));
    }
    remove_if_there(&suspect)?;
    Ok(db)
}

fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::new(path, Fault::from(error)))
        }
        _ => Ok(()),
    }
}

fn add_server(db: &Connection, path: &Path, now_ms: u64) -> Result<i64> {
    let sql = "INSERT INTO servers (opened_ms) VALUES (?1)";
    db.execute(sql, [now_ms.cast_signed()]).map_err(StoreError::sql(path))?;
    Ok(db.last_insert_rowid())
}

fn is_any_alive(servers: &Path) -> bool {
    numbers(servers).into_iter().any(|it| is_alive(servers, it))
}

/// Takes the files of servers away that are gone.
fn sweep(servers: &Path) {
    for server in numbers(servers) {
        if !is_alive(servers, server) {
            // A file that stays is looked at again by the next server; nothing depends on it.
            let _ = fs::remove_file(alive_path(servers, server));
        }
    }
}

fn numbers(servers: &Path) -> Vec<i64> {
    let Ok(entries) = fs::read_dir(servers) else { return Vec::new() };
    let names = entries.filter_map(|it| it.ok()?.file_name().into_string().ok());
    names.filter_map(|it| it.strip_suffix(".lock")?.parse().ok()).collect()
}

/// Renames the database and what SQLite keeps beside it, so that it can still be looked into.
fn move_aside(path: &Path, now_ms: u64) -> Result<PathBuf> {
    let to = path.with_file_name(format!("history.damaged-{now_ms}.db"));
    for suffix in ["", "-wal", "-shm"] {
        let from = with_suffix(path, suffix);
        match fs::rename(&from, with_suffix(&to, suffix)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(StoreError::new(&from, Fault::from(error))),
        }
    }
    remove_if_there(&path.with_file_name(SUSPECT_FILE))?;
    Ok(to)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Creates the folder for this user alone: it will hold copies of the user's files.
fn create_private_dir(dir: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(StoreError::io(dir))
}

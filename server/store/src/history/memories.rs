//! Memories in `history.db`: what somebody wanted to be remembered, and what happened lately.

use rusqlite::{Connection, Row, Transaction, params};

use super::{BlobKey, SqliteHistory};
use crate::Result;

/// One memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryRow {
    /// Its id.
    pub id: String,
    /// What it is, in the words of whoever keeps it.
    pub kind: String,
    /// What is to be remembered.
    pub text: String,
    /// Who said it.
    pub author: String,
    /// When it was recorded, in milliseconds since 1970.
    pub recorded_ms: u64,
    /// Since when it holds.
    pub valid_from_ms: u64,
    /// Until when; `None`: it still does.
    pub valid_to_ms: Option<u64>,
    /// When it may be thrown away.
    pub expires_ms: Option<u64>,
    /// The memory in whose place it came.
    pub replaces: Option<String>,
    /// The code it is about.
    pub anchors: Vec<AnchorRow>,
}

/// A place that a memory is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorRow {
    /// The file, below its workspace folder.
    pub path: String,
    /// Name path of the symbol; empty for the whole file.
    pub symbol: String,
    /// Hash of its content when the memory was recorded.
    pub hash: BlobKey,
}

/// Something that happened lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentRow {
    /// `edit`, `query` or `place`.
    pub kind: String,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// The file; empty for none.
    pub path: String,
    /// Name path of the symbol; empty for none.
    pub symbol: String,
    /// The question; empty for none.
    pub text: String,
}

/// Memories and what happened lately. Every method is one database transaction.
pub trait Memories: Send + Sync {
    /// Adds a memory; the one it replaces ends when it begins to hold. False where there are
    /// `n_max` already, and nothing changes then.
    fn remember(&self, row: &MemoryRow, n_max: usize) -> Result<bool>;

    /// All memories, newest first.
    fn memories(&self) -> Result<Vec<MemoryRow>>;

    /// The memories about the file at `path` or about what is in it, newest first.
    fn memories_at(&self, path: &str) -> Result<Vec<MemoryRow>>;

    /// Deletes a memory; false where there is none of that id.
    fn forget(&self, id: &str) -> Result<bool>;

    /// Deletes those that expired before `now_ms`; gives how many.
    fn forget_expired(&self, now_ms: u64) -> Result<usize>;

    /// Notes something that happened; of each kind the newest `n_max` are kept.
    fn note(&self, row: &RecentRow, n_max: usize) -> Result<()>;

    /// What happened lately, newest first; of `kind` where one is given.
    fn recent(&self, kind: Option<&str>, n_max: usize) -> Result<Vec<RecentRow>>;

    /// Forgets what happened lately; gives how much.
    fn forget_recent(&self) -> Result<usize>;
}

const MEMORY: &str = "SELECT id, kind, text, author, recorded_ms, valid_from_ms, valid_to_ms,
       expires_ms, replaces FROM memories";

const ADD_MEMORY: &str = "INSERT INTO memories
       (id, kind, text, author, recorded_ms, valid_from_ms, valid_to_ms, expires_ms, replaces)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

const ADD_ANCHOR: &str =
    "INSERT INTO memory_anchors (memory, nth, path, symbol, hash) VALUES (?1, ?2, ?3, ?4, ?5)";

const TRIM_RECENT: &str = "DELETE FROM recent WHERE kind = ?1 AND seq NOT IN
       (SELECT seq FROM recent WHERE kind = ?1 ORDER BY seq DESC LIMIT ?2)";

impl Memories for SqliteHistory {
    fn remember(&self, row: &MemoryRow, n_max: usize) -> Result<bool> {
        self.write(|db| remember(db, row, n_max))
    }

    fn memories(&self) -> Result<Vec<MemoryRow>> {
        self.read(|db| {
            let sql = format!("{MEMORY} ORDER BY seq DESC");
            let rows = db.prepare_cached(&sql)?.query_map([], memory_row)?.collect();
            with_anchors(db, rows)
        })
    }

    fn memories_at(&self, path: &str) -> Result<Vec<MemoryRow>> {
        self.read(|db| {
            let sql = format!(
                "{MEMORY} WHERE id IN (SELECT memory FROM memory_anchors WHERE path = ?1)
                 ORDER BY seq DESC"
            );
            let rows = db.prepare_cached(&sql)?.query_map([path], memory_row)?.collect();
            with_anchors(db, rows)
        })
    }

    fn forget(&self, id: &str) -> Result<bool> {
        self.write(|db| Ok(db.execute("DELETE FROM memories WHERE id = ?1", [id])? == 1))
    }

    fn forget_expired(&self, now_ms: u64) -> Result<usize> {
        let sql = "DELETE FROM memories WHERE expires_ms <= ?1";
        self.write(|db| db.execute(sql, [now_ms.cast_signed()]))
    }

    fn note(&self, row: &RecentRow, n_max: usize) -> Result<()> {
        self.write(|db| {
            let sql = "INSERT INTO recent (kind, at_ms, path, symbol, text)
                       VALUES (?1, ?2, ?3, ?4, ?5)";
            let at_ms = row.at_ms.cast_signed();
            db.prepare_cached(sql)?
                .execute(params![row.kind, at_ms, row.path, row.symbol, row.text])?;
            db.prepare_cached(TRIM_RECENT)?.execute(params![row.kind, n_max as i64])?;
            Ok(())
        })
    }

    fn recent(&self, kind: Option<&str>, n_max: usize) -> Result<Vec<RecentRow>> {
        self.read(|db| {
            let sql = "SELECT kind, at_ms, path, symbol, text FROM recent
                       WHERE ?1 IS NULL OR kind = ?1 ORDER BY seq DESC LIMIT ?2";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map(params![kind, n_max as i64], |row| {
                Ok(RecentRow {
                    kind: row.get(0)?,
                    at_ms: row.get::<_, i64>(1)?.cast_unsigned(),
                    path: row.get(2)?,
                    symbol: row.get(3)?,
                    text: row.get(4)?,
                })
            })?;
            rows.collect()
        })
    }

    fn forget_recent(&self) -> Result<usize> {
        self.write(|db| db.execute("DELETE FROM recent", []))
    }
}

fn remember(db: &Transaction<'_>, row: &MemoryRow, n_max: usize) -> rusqlite::Result<bool> {
    let n: i64 = db.query_row("SELECT count(*) FROM memories", [], |row| row.get(0))?;
    if n_max as i64 <= n {
        return Ok(false);
    }
    db.prepare_cached(ADD_MEMORY)?.execute(params![
        row.id,
        row.kind,
        row.text,
        row.author,
        row.recorded_ms.cast_signed(),
        row.valid_from_ms.cast_signed(),
        row.valid_to_ms.map(u64::cast_signed),
        row.expires_ms.map(u64::cast_signed),
        row.replaces,
    ])?;
    for (nth, it) in row.anchors.iter().enumerate() {
        let values = params![row.id, nth as i64, it.path, it.symbol, it.hash];
        db.prepare_cached(ADD_ANCHOR)?.execute(values)?;
    }
    if let Some(replaced) = &row.replaces {
        let sql = "UPDATE memories SET valid_to_ms = ?2
                   WHERE id = ?1 AND (valid_to_ms IS NULL OR ?2 < valid_to_ms)";
        db.execute(sql, params![replaced, row.valid_from_ms.cast_signed()])?;
    }
    Ok(true)
}

fn with_anchors(
    db: &Connection,
    rows: rusqlite::Result<Vec<MemoryRow>>,
) -> rusqlite::Result<Vec<MemoryRow>> {
    let mut rows = rows?;
    let sql = "SELECT path, symbol, hash FROM memory_anchors WHERE memory = ?1 ORDER BY nth";
    let mut statement = db.prepare_cached(sql)?;
    for row in &mut rows {
        let anchors = statement.query_map([&row.id], |row| {
            Ok(AnchorRow { path: row.get(0)?, symbol: row.get(1)?, hash: row.get(2)? })
        })?;
        row.anchors = anchors.collect::<rusqlite::Result<_>>()?;
    }
    Ok(rows)
}

fn memory_row(row: &Row<'_>) -> rusqlite::Result<MemoryRow> {
    let time = |it: Option<i64>| it.map(i64::cast_unsigned);
    Ok(MemoryRow {
        id: row.get(0)?,
        kind: row.get(1)?,
        text: row.get(2)?,
        author: row.get(3)?,
        recorded_ms: row.get::<_, i64>(4)?.cast_unsigned(),
        valid_from_ms: row.get::<_, i64>(5)?.cast_unsigned(),
        valid_to_ms: time(row.get(6)?),
        expires_ms: time(row.get(7)?),
        replaces: row.get(8)?,
        anchors: Vec::new(),
    })
}

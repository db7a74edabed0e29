//! The commits' cache in SQLite.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::{
    ChangeKind, ChangeRow, ChangeSeen, CommitId, CommitRow, CommitWrite, Commits, HeadRow, LinkRow,
    ObjectKey, ScoredCommit,
};
use crate::{Result, StoreError};

/// The file of one workspace folder, or its likeness in memory.
pub struct SqliteCommits {
    pub(super) db: Mutex<Connection>,
    pub(super) path: PathBuf,
}

const COMMIT: &str =
    "SELECT c.id, c.key, c.time_s, a.name, a.email, c.n_parents, c.subject, c.body,
       c.n_files FROM commits c JOIN authors a ON a.id = c.author";

const ADD_COMMIT: &str = "INSERT OR IGNORE INTO commits
       (key, time_s, author, n_parents, n_files, subject, body, reached)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)";

const ADD_CHANGE: &str = "INSERT OR IGNORE INTO changes
       (path, commit_id, kind, origin, before, after) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

const CHANGES: &str = "SELECT p.path, h.kind, o.path, h.before, h.after FROM changes h
     JOIN paths p ON p.id = h.path LEFT JOIN paths o ON o.id = h.origin
     WHERE h.commit_id = ?1 ORDER BY p.path";

const COMMITS_OF: &str =
    "SELECT c.id, c.key, c.time_s, a.name, a.email, c.n_parents, c.subject, c.body,
       c.n_files, h.kind, o.path, h.before, h.after
     FROM changes h JOIN commits c ON c.id = h.commit_id JOIN authors a ON a.id = c.author
       LEFT JOIN paths o ON o.id = h.origin
     WHERE h.path = (SELECT id FROM paths WHERE path = ?1) AND c.reached
     ORDER BY c.time_s DESC, c.id LIMIT ?2";

const PATHS_OF: &str = "SELECT p.path FROM commits c JOIN changes h ON h.commit_id = c.id
     JOIN paths p ON p.id = h.path WHERE c.id = ?1 AND c.n_files <= ?2 ORDER BY p.path";

const EACH_CHANGE: &str = "SELECT c.id, c.time_s, c.n_files, c.author, p.path, o.path
     FROM commits c JOIN changes h ON h.commit_id = c.id JOIN paths p ON p.id = h.path
       LEFT JOIN paths o ON o.id = h.origin
     WHERE c.reached ORDER BY c.time_s DESC, c.id";

const RENAMES: &str = "SELECT o.path, p.path FROM changes h JOIN commits c ON c.id = h.commit_id
       JOIN paths p ON p.id = h.path JOIN paths o ON o.id = h.origin
     WHERE h.origin IS NOT NULL AND c.reached ORDER BY c.time_s DESC, c.id";

const SEARCH: &str = "SELECT m.rowid, -bm25(messages) AS score FROM messages m
     JOIN commits c ON c.id = m.rowid
     WHERE messages MATCH ?1 AND c.reached ORDER BY score DESC, m.rowid LIMIT ?2";

const DROP_SPARE: &str = "DELETE FROM commits WHERE NOT reached AND id NOT IN
       (SELECT id FROM commits WHERE NOT reached ORDER BY time_s DESC LIMIT ?1) RETURNING id";

impl SqliteCommits {
    fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        read(&self.db()).map_err(StoreError::sql(&self.path))
    }

    fn write<T>(&self, write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T> {
        let mut db = self.db();
        let written = (|| {
            let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let res = write(&transaction)?;
            transaction.commit()?;
            Ok(res)
        })();
        written.map_err(StoreError::sql(&self.path))
    }
}

impl Commits for SqliteCommits {
    fn head(&self) -> Result<Option<HeadRow>> {
        self.read(|db| {
            let Some(head) = meta(db, "head")? else { return Ok(None) };
            let text = |key| -> rusqlite::Result<Option<String>> {
                Ok(meta(db, key)?.and_then(|it| String::from_utf8(it).ok()))
            };
            Ok(Some(HeadRow {
                head,
                is_complete: text("complete")?.as_deref() == Some("1"),
                cut: text("cut")?,
                rewritten: text("rewritten")?.as_deref() == Some("1"),
            }))
        })
    }

    fn set_head(&self, row: &HeadRow) -> Result<()> {
        let flag = |it: bool| Some(if it { b"1".as_slice() } else { b"0" });
        self.write(|db| {
            set_meta(db, "head", Some(&row.head))?;
            set_meta(db, "complete", flag(row.is_complete))?;
            set_meta(db, "cut", row.cut.as_deref().map(str::as_bytes))?;
            set_meta(db, "rewritten", flag(row.rewritten))
        })
    }

    fn keys(&self) -> Result<Vec<ObjectKey>> {
        self.read(|db| {
            db.prepare_cached("SELECT key FROM commits")?.query_map([], |row| row.get(0))?.collect()
        })
    }

    fn add(&self, batch: &[CommitWrite]) -> Result<()> {
        self.write(|db| batch.iter().try_for_each(|it| add(db, it)))
    }

    fn set_reached(&self, keys: &[ObjectKey], spare_max: usize) -> Result<usize> {
        self.write(|db| {
            db.execute("UPDATE commits SET reached = 0", [])?;
            let mut reach = db.prepare("UPDATE commits SET reached = 1 WHERE key = ?1")?;
            let mut n_reached = 0;
            for key in keys {
                n_reached += reach.execute([key])?;
            }
            let mut spare = db.prepare(DROP_SPARE)?;
            let gone: Vec<i64> = spare
                .query_map([spare_max as i64], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            for id in gone {
                db.prepare_cached("DELETE FROM messages WHERE rowid = ?1")?.execute([id])?;
            }
            Ok(n_reached)
        })
    }

    fn n_reached(&self) -> Result<usize> {
        let sql = "SELECT count(*) FROM commits WHERE reached";
        self.read(|db| db.query_row(sql, [], |row| row.get::<_, i64>(0))).map(|it| it as usize)
    }

    fn commit(&self, prefix: &[u8]) -> Result<Option<CommitRow>> {
        self.read(|db| {
            let sql = format!(
                "{COMMIT} WHERE c.reached AND c.key >= ?1 AND substr(c.key, 1, ?2) = ?1 LIMIT 2"
            );
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(params![prefix, prefix.len() as i64], commit_row)?;
            let mut rows: Vec<CommitRow> = rows.collect::<rusqlite::Result<_>>()?;
            Ok(if rows.len() == 1 { rows.pop() } else { None })
        })
    }

    fn commits(&self, ids: &[CommitId]) -> Result<Vec<CommitRow>> {
        self.read(|db| {
            let sql = format!("{COMMIT} WHERE c.id = ?1");
            let mut statement = db.prepare_cached(&sql)?;
            let mut res = Vec::new();
            for id in ids {
                res.extend(statement.query_row([id.0], commit_row).optional()?);
            }
            Ok(res)
        })
    }

    fn commits_of(&self, path: &str, n_max: usize) -> Result<Vec<(CommitRow, ChangeRow)>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(COMMITS_OF)?;
            let rows = statement.query_map(params![path, n_max as i64], |row| {
                let change = ChangeRow {
                    path: path.to_owned(),
                    kind: ChangeKind::numbered(row.get(9)?),
                    from: row.get(10)?,
                    before: row.get(11)?,
                    after: row.get(12)?,
                };
                Ok((commit_row(row)?, change))
            })?;
            rows.collect()
        })
    }

    fn changes_of(&self, id: CommitId) -> Result<Vec<ChangeRow>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(CHANGES)?;
            let rows = statement.query_map([id.0], |row| {
                Ok(ChangeRow {
                    path: row.get(0)?,
                    kind: ChangeKind::numbered(row.get(1)?),
                    from: row.get(2)?,
                    before: row.get(3)?,
                    after: row.get(4)?,
                })
            })?;
            rows.collect()
        })
    }

    fn paths_of(&self, ids: &[CommitId], files_max: u32) -> Result<Vec<Vec<String>>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(PATHS_OF)?;
            let mut paths = |it: &CommitId| -> rusqlite::Result<Vec<String>> {
                statement.query_map(params![it.0, files_max], |row| row.get(0))?.collect()
            };
            ids.iter().map(&mut paths).collect()
        })
    }

    fn each_change(&self, found: &mut dyn FnMut(&ChangeSeen<'_>)) -> Result<()> {
        self.read(|db| {
            let mut statement = db.prepare_cached(EACH_CHANGE)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                found(&ChangeSeen {
                    commit: CommitId(row.get(0)?),
                    time_s: row.get(1)?,
                    n_files: row.get(2)?,
                    author: row.get(3)?,
                    path: row.get_ref(4)?.as_str()?,
                    from: row.get_ref(5)?.as_str_or_null()?,
                });
            }
            Ok(())
        })
    }

    fn renames(&self, found: &mut dyn FnMut(&str, &str)) -> Result<()> {
        self.read(|db| {
            let mut statement = db.prepare_cached(RENAMES)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                found(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
            }
            Ok(())
        })
    }

    fn search(&self, words: &[String], n_max: usize) -> Result<Vec<ScoredCommit>> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let quoted: Vec<String> =
            words.iter().map(|it| format!("\"{}\"", it.replace('"', ""))).collect();
        self.read(|db| {
            let mut statement = db.prepare_cached(SEARCH)?;
            let found = statement.query_map(params![quoted.join(" OR "), n_max as i64], |row| {
                let score: f64 = row.get(1)?;
                Ok(ScoredCommit { id: CommitId(row.get(0)?), score: score as f32 })
            })?;
            found.collect()
        })
    }

    fn links(&self, id: CommitId) -> Result<Option<Vec<LinkRow>>> {
        self.read(|db| {
            let sql = "SELECT linked FROM commits WHERE id = ?1";
            let linked = db.query_row(sql, [id.0], |row| row.get::<_, bool>(0)).optional()?;
            if linked != Some(true) {
                return Ok(None);
            }
            let sql = "SELECT path, symbol, kind, added, removed FROM links
                       WHERE commit_id = ?1 ORDER BY path, symbol";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([id.0], |row| {
                Ok(LinkRow {
                    path: row.get(0)?,
                    symbol: row.get(1)?,
                    kind: row.get(2)?,
                    lines: (row.get(3)?, row.get(4)?),
                })
            })?;
            rows.collect::<rusqlite::Result<_>>().map(Some)
        })
    }

    fn set_links(&self, id: CommitId, links: &[LinkRow]) -> Result<()> {
        self.write(|db| {
            db.execute("UPDATE commits SET linked = 1 WHERE id = ?1", [id.0])?;
            let sql = "INSERT OR REPLACE INTO links (commit_id, path, symbol, kind, added, removed)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let mut statement = db.prepare_cached(sql)?;
            for it in links {
                let values = params![id.0, it.path, it.symbol, it.kind, it.lines.0, it.lines.1];
                statement.execute(values)?;
            }
            Ok(())
        })
    }
}

fn add(db: &Transaction<'_>, it: &CommitWrite) -> rusqlite::Result<()> {
    let (name, email) = &it.author;
    db.prepare_cached("INSERT OR IGNORE INTO authors (name, email) VALUES (?1, ?2)")?
        .execute([name, email])?;
    let author: i64 = db
        .prepare_cached("SELECT id FROM authors WHERE name = ?1 AND email = ?2")?
        .query_row([name, email], |row| row.get(0))?;
    let added = db.prepare_cached(ADD_COMMIT)?.execute(params![
        it.key,
        it.time_s,
        author,
        it.n_parents,
        it.n_files,
        it.subject,
        it.body
    ])?;
    if added == 0 {
        // Another process was faster, or a branch came back to it.
        db.prepare_cached("UPDATE commits SET reached = 1 WHERE key = ?1")?.execute([&it.key])?;
        return Ok(());
    }
    let id = db.last_insert_rowid();
    db.prepare_cached("INSERT INTO messages (rowid, words) VALUES (?1, ?2)")?
        .execute(params![id, it.words])?;
    for change in &it.changes {
        let path = path_id(db, &change.path)?;
        let origin = change.from.as_deref().map(|it| path_id(db, it)).transpose()?;
        db.prepare_cached(ADD_CHANGE)?.execute(params![
            path,
            id,
            change.kind.number(),
            origin,
            change.before,
            change.after
        ])?;
    }
    Ok(())
}

fn path_id(db: &Transaction<'_>, path: &str) -> rusqlite::Result<i64> {
    let mut find = db.prepare_cached("SELECT id FROM paths WHERE path = ?1")?;
    if let Some(id) = find.query_row([path], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    db.prepare_cached("INSERT INTO paths (path) VALUES (?1)")?.execute([path])?;
    Ok(db.last_insert_rowid())
}

fn meta(db: &Connection, key: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    let mut statement = db.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    statement.query_row([key], |row| row.get(0)).optional()
}

fn set_meta(db: &Connection, key: &str, value: Option<&[u8]>) -> rusqlite::Result<()> {
    match value {
        Some(value) => db
            .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?
            .execute(params![key, value])?,
        None => db.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?,
    };
    Ok(())
}

fn commit_row(row: &Row<'_>) -> rusqlite::Result<CommitRow> {
    Ok(CommitRow {
        id: CommitId(row.get(0)?),
        key: row.get(1)?,
        time_s: row.get(2)?,
        author: (row.get(3)?, row.get(4)?),
        n_parents: row.get(5)?,
        subject: row.get(6)?,
        body: row.get(7)?,
        n_files: row.get(8)?,
    })
}

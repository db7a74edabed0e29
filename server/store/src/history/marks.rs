//! Marks in `history.db`: when something that comes again was last looked at, and what is used up.

use rusqlite::params;

use super::SqliteHistory;
use crate::Result;

/// A mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkRow {
    /// What it is about: `schedule`, `hook`.
    pub kind: String,
    /// Which one.
    pub name: String,
    /// When it was made, in milliseconds since 1970.
    pub at_ms: u64,
}

/// Marks, each of one workspace: `root` names it. Every method is one database transaction.
pub trait Marks: Send + Sync {
    /// All marks.
    fn marks(&self, root: &str) -> Result<Vec<MarkRow>>;

    /// Makes marks; each takes the place of the one of its kind and name.
    fn note_marks(&self, root: &str, rows: &[MarkRow]) -> Result<()>;
}

impl Marks for SqliteHistory {
    fn marks(&self, root: &str) -> Result<Vec<MarkRow>> {
        self.read(|db| {
            let sql = "SELECT kind, name, at_ms FROM marks WHERE root = ?1 ORDER BY kind, name";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([root], |row| {
                Ok(MarkRow {
                    kind: row.get(0)?,
                    name: row.get(1)?,
                    at_ms: row.get::<_, i64>(2)?.cast_unsigned(),
                })
            })?;
            rows.collect()
        })
    }

    fn note_marks(&self, root: &str, rows: &[MarkRow]) -> Result<()> {
        self.write(|db| {
            let sql = "INSERT OR REPLACE INTO marks (root, kind, name, at_ms)
                       VALUES (?1, ?2, ?3, ?4)";
            let mut statement = db.prepare_cached(sql)?;
            for it in rows {
                statement.execute(params![root, it.kind, it.name, it.at_ms.cast_signed()])?;
            }
            Ok(())
        })
    }
}

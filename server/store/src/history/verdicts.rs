//! The rows of verdicts.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

/// Verdicts on the workspace itself, which belong to no proposal, that are kept.
const LOOSE_MAX: u32 = 200;

/// What checks found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerdictRow {
    /// The proposal; `None`: the workspace as it was.
    pub proposal: Option<String>,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// All in all: `passed`, `failed` or `open`.
    pub outcome: String,
    /// Each check.
    pub checks: Vec<CheckRow>,
    /// What the reader has to know.
    pub notes: Vec<String>,
}

/// One check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckRow {
    /// The command, or what was looked at.
    pub name: String,
    /// What came of it.
    pub result: String,
    /// More about it.
    pub detail: String,
    /// The end of what it said.
    pub output: String,
    /// Processor time.
    pub cpu_ms: u64,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Body {
    checks: Vec<CheckRow>,
    notes: Vec<String>,
}

pub(super) fn add(db: &Connection, row: &VerdictRow) -> rusqlite::Result<()> {
    let body = Body { checks: row.checks.clone(), notes: row.notes.clone() };
    let body = serde_json::to_string(&body).unwrap_or_default();
    let sql = "INSERT INTO verdicts (proposal, at_ms, outcome, body) VALUES (?1, ?2, ?3, ?4)";
    db.execute(sql, params![row.proposal, row.at_ms.cast_signed(), row.outcome, body])?;
    let sql = "DELETE FROM verdicts WHERE proposal IS NULL AND seq NOT IN
                 (SELECT seq FROM verdicts WHERE proposal IS NULL ORDER BY seq DESC LIMIT ?1)";
    db.execute(sql, [LOOSE_MAX])?;
    Ok(())
}

pub(super) fn latest(db: &Connection, proposal: &str) -> rusqlite::Result<Option<VerdictRow>> {
    let sql = "SELECT at_ms, outcome, body FROM verdicts WHERE proposal = ?1
               ORDER BY seq DESC LIMIT 1";
    let row = db.query_row(sql, [proposal], |row| {
        let body: String = row.get(2)?;
        let Body { checks, notes } = serde_json::from_str(&body).unwrap_or_default();
        Ok(VerdictRow {
            proposal: Some(proposal.to_owned()),
            at_ms: row.get::<_, i64>(0)?.cast_unsigned(),
            outcome: row.get(1)?,
            checks,
            notes,
        })
    });
    row.optional()
}

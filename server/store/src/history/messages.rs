//! Messages between agents in `history.db`, each in its envelope.

use rusqlite::params;

use super::SqliteHistory;
use crate::Result;

/// Messages kept of one workspace; the oldest go.
const MESSAGES_MAX: u32 = 5_000;

/// A message in its envelope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageRow {
    /// Its id.
    pub id: String,
    /// The agent that sent it.
    pub from: String,
    /// The agent that it is for.
    pub to: String,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What it says.
    pub message: String,
    /// What both know: the task that it is about.
    pub context: String,
    /// The run of the sender.
    pub run: String,
    /// How many messages led to it, one after the other, itself counted.
    pub hops: u32,
    /// What became of it: empty until there is an answer.
    pub answer: String,
}

/// Messages, each of one workspace: `root` names it. Every method is one database transaction.
pub trait Messages: Send + Sync {
    /// Adds a message.
    fn add_message(&self, root: &str, row: &MessageRow) -> Result<()>;

    /// Notes what became of a message.
    fn answer_message(&self, id: &str, answer: &str) -> Result<()>;

    /// The newest `n_max` messages, newest first.
    fn messages(&self, root: &str, n_max: usize) -> Result<Vec<MessageRow>>;

    /// How many messages a run has sent.
    fn n_messages_of(&self, run: &str) -> Result<u32>;
}

impl Messages for SqliteHistory {
    fn add_message(&self, root: &str, row: &MessageRow) -> Result<()> {
        self.write(|db| {
            let sql = "INSERT INTO messages (id, root, from_agent, to_agent, at_ms, message,
                         context, run, hops, answer)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
            let at_ms = row.at_ms.cast_signed();
            db.execute(
                sql,
                params![
                    row.id,
                    root,
                    row.from,
                    row.to,
                    at_ms,
                    row.message,
                    row.context,
                    row.run,
                    row.hops,
                    row.answer
                ],
            )?;
            let sql = "DELETE FROM messages WHERE root = ?1 AND seq <=
                         (SELECT seq FROM messages WHERE root = ?1
                          ORDER BY seq DESC LIMIT 1 OFFSET ?2)";
            db.execute(sql, params![root, MESSAGES_MAX])?;
            Ok(())
        })
    }

    fn answer_message(&self, id: &str, answer: &str) -> Result<()> {
        self.write(|db| {
            db.execute("UPDATE messages SET answer = ?2 WHERE id = ?1", [id, answer])?;
            Ok(())
        })
    }

    fn messages(&self, root: &str, n_max: usize) -> Result<Vec<MessageRow>> {
        self.read(|db| {
            let sql = "SELECT id, from_agent, to_agent, at_ms, message, context, run, hops, answer
                       FROM messages WHERE root = ?1 ORDER BY seq DESC LIMIT ?2";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map(params![root, n_max as i64], |row| {
                Ok(MessageRow {
                    id: row.get(0)?,
                    from: row.get(1)?,
                    to: row.get(2)?,
                    at_ms: row.get::<_, i64>(3)?.cast_unsigned(),
                    message: row.get(4)?,
                    context: row.get(5)?,
                    run: row.get(6)?,
                    hops: row.get(7)?,
                    answer: row.get(8)?,
                })
            })?;
            rows.collect()
        })
    }

    fn n_messages_of(&self, run: &str) -> Result<u32> {
        self.read(|db| {
            db.query_row("SELECT count(*) FROM messages WHERE run = ?1", [run], |row| row.get(0))
        })
    }
}

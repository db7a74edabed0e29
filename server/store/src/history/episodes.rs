//! Episodes in `history.db`: what was done with the server, and what came of it.

use rusqlite::{Row, params};

use super::SqliteHistory;
use crate::Result;

/// Something that was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EpisodeRow {
    /// `question`, `opened`, `used`, `missed`, `command`, `change`, `agent`, `slow`, `noise`.
    pub kind: String,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Through which client.
    pub client: String,
    /// The question, the command's name, the agent.
    pub what: String,
    /// What came of it, in a few words.
    pub outcome: String,
    /// The file, below its workspace folder; empty for none.
    pub path: String,
    /// The place of the hit that was opened or used, from 1; how many hits a question had; how
    /// often a file was read; else 0.
    pub place: u64,
    /// How long it took, or how soon it came, in milliseconds.
    pub took_ms: u64,
}

/// Episodes. Every method is one database transaction.
pub trait Episodes: Send + Sync {
    /// Adds episodes; of each kind the newest `n_max` are kept.
    fn note_episodes(&self, rows: &[EpisodeRow], n_max: usize) -> Result<()>;

    /// The newest `n_max` episodes, newest first; of `kind` where one is given.
    fn noted_episodes(&self, kind: Option<&str>, n_max: usize) -> Result<Vec<EpisodeRow>>;

    /// Forgets all of them; gives how many.
    fn forget_episodes(&self) -> Result<usize>;
}

const ADD: &str = "INSERT INTO episodes
       (kind, at_ms, client, what, outcome, path, place, took_ms)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const TRIM: &str = "DELETE FROM episodes WHERE kind = ?1 AND seq NOT IN
       (SELECT seq FROM episodes WHERE kind = ?1 ORDER BY seq DESC LIMIT ?2)";

const NEWEST: &str = "SELECT kind, at_ms, client, what, outcome, path, place, took_ms
       FROM episodes WHERE ?1 IS NULL OR kind = ?1 ORDER BY seq DESC LIMIT ?2";

impl Episodes for SqliteHistory {
    fn note_episodes(&self, rows: &[EpisodeRow], n_max: usize) -> Result<()> {
        self.write(|db| {
            for it in rows {
                db.prepare_cached(ADD)?.execute(params![
                    it.kind,
                    it.at_ms.cast_signed(),
                    it.client,
                    it.what,
                    it.outcome,
                    it.path,
                    it.place.cast_signed(),
                    it.took_ms.cast_signed(),
                ])?;
                db.prepare_cached(TRIM)?.execute(params![it.kind, n_max as i64])?;
            }
            Ok(())
        })
    }

    fn noted_episodes(&self, kind: Option<&str>, n_max: usize) -> Result<Vec<EpisodeRow>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(NEWEST)?;
            statement.query_map(params![kind, n_max as i64], episode_row)?.collect()
        })
    }

    fn forget_episodes(&self) -> Result<usize> {
        self.write(|db| db.execute("DELETE FROM episodes", []))
    }
}

fn episode_row(row: &Row<'_>) -> rusqlite::Result<EpisodeRow> {
    let number = |nth: usize| row.get::<_, i64>(nth).map(i64::cast_unsigned);
    Ok(EpisodeRow {
        kind: row.get(0)?,
        at_ms: number(1)?,
        client: row.get(2)?,
        what: row.get(3)?,
        outcome: row.get(4)?,
        path: row.get(5)?,
        place: number(6)?,
        took_ms: number(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::open_history_in_memory;

    #[test]
    fn of_each_kind_the_newest_are_kept_and_all_are_forgotten() {
        let history = open_history_in_memory().unwrap();
        let row = |kind: &str, n: u64| EpisodeRow {
            kind: kind.to_owned(),
            at_ms: n,
            what: format!("{kind} {n}"),
            ..EpisodeRow::default()
        };
        let rows: Vec<EpisodeRow> = (0..9).map(|it| row("command", it)).collect();
        history.note_episodes(&rows, 4).unwrap();
        history.note_episodes(&[row("agent", 1)], 4).unwrap();
        let kept = |kind: Option<&str>| -> Vec<String> {
            let rows = history.noted_episodes(kind, 100).unwrap();
            rows.into_iter().map(|it| it.what).collect()
        };
        assert_eq!(kept(Some("command")), ["command 8", "command 7", "command 6", "command 5"]);
        assert_eq!(kept(None)[0], "agent 1");
        assert_eq!(history.forget_episodes().unwrap(), 5);
        assert!(kept(None).is_empty());
    }
}

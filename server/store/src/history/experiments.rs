//! Experiments in `history.db`: what of the server's own settings was tried, on what, and what came
//! of it. The archive of all variants, with what each came from.

use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::SqliteHistory;
use crate::Result;

/// One experiment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExperimentRow {
    /// Its id.
    pub id: String,
    /// When it ended, in milliseconds since 1970.
    pub at_ms: u64,
    /// What came of it, in a word or two: `accepted`, `dropped`, `suggested`.
    pub outcome: String,
    /// The proposal that was made of it.
    pub proposal: Option<String>,
    /// Everything else.
    pub body: ExperimentBody,
}

/// What an experiment tried, on what, and what it cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExperimentBody {
    /// The folder whose past it was about.
    pub root: String,
    /// The experiment whose accepted variant was set when this one began.
    pub parent: Option<String>,
    /// What was set when it began: key and value.
    pub before: Vec<(String, u16)>,
    /// Every variant that was looked at on the held-out tasks.
    pub variants: Vec<VariantRow>,
    /// Variants that were measured on the tuning tasks.
    pub n_measured: u64,
    /// Tasks for the search: how many, the first's and the last's time in seconds since 1970.
    pub tuning: TasksRow,
    /// Tasks for the ruling.
    pub held_out: TasksRow,
    /// Commits that were looked at for tasks.
    pub n_commits: u64,
    /// CPU time, in milliseconds.
    pub cpu_ms: u64,
    /// The budget it had.
    pub cpu_ms_max: u64,
    /// What chance began with.
    pub seed: u64,
    /// What the reader has to know.
    pub notes: Vec<String>,
    /// Where it learned words anew that were accepted: what they said before, and what they say.
    pub words: Option<(String, String)>,
    /// What it looked for where it was about something else than weights: a level's name.
    pub level: String,
    /// What was suggested by a rule, because of what was seen.
    pub suggestion: Option<SuggestionRow>,
}

/// What is suggested, and what was seen that speaks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SuggestionRow {
    /// At which level: `configuration`, `code`, `structure`, `capability`.
    pub level: String,
    /// By which rule.
    pub rule: String,
    /// What it is about: the same again is about the same.
    pub about: String,
    /// What it does, in one line.
    pub title: String,
    /// What was seen.
    pub seen: Vec<SeenRow>,
    /// How it was.
    pub before: String,
    /// How it is to be.
    pub after: String,
    /// How sure that is, and by what.
    pub sure: String,
    /// The number that it sets in a file: what it is called there, before and after.
    pub number: Option<(String, u64, u64)>,
    /// The lines that it adds to a file in which their order means nothing.
    pub lines: Vec<String>,
}

/// Something that was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SeenRow {
    /// What.
    pub what: String,
    /// How often.
    pub n: u64,
    /// When first, in milliseconds since 1970; 0 where it is a state.
    pub first_ms: u64,
    /// When last.
    pub last_ms: u64,
}

/// Some tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TasksRow {
    /// How many.
    pub n: u64,
    /// When the oldest was committed, in seconds since 1970.
    pub from_s: i64,
    /// When the newest was.
    pub to_s: i64,
}

/// A variant with what was measured of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VariantRow {
    /// Key and value of every parameter.
    pub values: Vec<(String, u16)>,
    /// How it was found.
    pub found_by: String,
    /// Each measure, with its name.
    pub measures: Vec<(String, MeasureRow)>,
    /// Why it was not accepted; `None`: it was.
    pub against: Option<String>,
}

/// Before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MeasureRow {
    /// Questions.
    pub n: u64,
    /// Mean under what was set.
    pub before: f64,
    /// Mean under the variant.
    pub after: f64,
    /// The interval of the mean difference.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// How sure it is.
    pub confidence: f64,
    /// Questions answered better.
    pub better: u64,
    /// Questions answered worse.
    pub worse: u64,
}

/// The archive of experiments. Every method is one database transaction.
pub trait Experiments: Send + Sync {
    /// Adds an experiment; the newest `n_max` are kept.
    fn add_experiment(&self, row: &ExperimentRow, n_max: usize) -> Result<()>;

    /// The newest `n_max` experiments, newest first.
    fn experiments(&self, n_max: usize) -> Result<Vec<ExperimentRow>>;

    /// The experiment with this id.
    fn experiment(&self, id: &str) -> Result<Option<ExperimentRow>>;
}

const EXPERIMENT: &str = "SELECT id, at_ms, outcome, proposal, body FROM experiments";

const TRIM: &str = "DELETE FROM experiments WHERE seq NOT IN
       (SELECT seq FROM experiments ORDER BY seq DESC LIMIT ?1)";

impl Experiments for SqliteHistory {
    fn add_experiment(&self, row: &ExperimentRow, n_max: usize) -> Result<()> {
        let body = serde_json::to_string(&row.body).unwrap_or_default();
        self.write(|db| {
            let sql = "INSERT INTO experiments (id, at_ms, outcome, proposal, body)
                       VALUES (?1, ?2, ?3, ?4, ?5)";
            let at_ms = row.at_ms.cast_signed();
            db.execute(sql, params![row.id, at_ms, row.outcome, row.proposal, body])?;
            db.execute(TRIM, [n_max as i64])?;
            Ok(())
        })
    }

    fn experiments(&self, n_max: usize) -> Result<Vec<ExperimentRow>> {
        self.read(|db| {
            let sql = format!("{EXPERIMENT} ORDER BY seq DESC LIMIT ?1");
            db.prepare_cached(&sql)?.query_map([n_max as i64], experiment_row)?.collect()
        })
    }

    fn experiment(&self, id: &str) -> Result<Option<ExperimentRow>> {
        self.read(|db| {
            let sql = format!("{EXPERIMENT} WHERE id = ?1");
            db.query_row(&sql, [id], experiment_row).optional()
        })
    }
}

fn experiment_row(row: &Row<'_>) -> rusqlite::Result<ExperimentRow> {
    let body: String = row.get(4)?;
    Ok(ExperimentRow {
        id: row.get(0)?,
        at_ms: row.get::<_, i64>(1)?.cast_unsigned(),
        outcome: row.get(2)?,
        proposal: row.get(3)?,
        // What a newer program wrote may have another shape; the row's own columns still tell.
        body: serde_json::from_str(&body).unwrap_or_default(),
    })
}

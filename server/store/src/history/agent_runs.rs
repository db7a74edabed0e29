//! The runs of agents in `history.db`, each with the steps of its transcript.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{SqliteHistory, open::is_alive};
use crate::Result;

/// Runs kept of one workspace; the oldest that have ended go.
const RUNS_MAX: u32 = 2_000;

/// A run of an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentRunRow {
    /// Its id.
    pub id: String,
    /// The agent.
    pub agent: String,
    /// Who wanted it.
    pub caller: String,
    /// What it was for: a command, an event, a step of a workflow.
    pub cause: String,
    /// What was asked, in the words of whoever keeps it.
    pub request: String,
    /// Names the agent's definition.
    pub definition: String,
    /// When it began, in milliseconds since 1970.
    pub began_ms: u64,
    /// How it stands, and how much it has taken.
    pub end: AgentRunEnd,
}

/// How a run stands or ended, and how much it has taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentRunEnd {
    /// `running` until it ended.
    pub state: String,
    /// Why, for people.
    pub why: String,
    /// When it ended.
    pub ended_ms: Option<u64>,
    /// Questions and calls.
    pub steps: u32,
    /// Tokens.
    pub tokens: u64,
    /// Money, in millionths.
    pub cost_micros: u64,
}

/// A step of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentRunStepRow {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What kind of step.
    pub kind: String,
    /// In one line.
    pub title: String,
    /// All of it.
    pub body: String,
}

/// The runs of agents, each of one workspace: `root` names it. Every method is one database
/// transaction.
pub trait AgentRuns: Send + Sync {
    /// Adds a run of this server.
    fn add_agent_run(&self, root: &str, row: &AgentRunRow) -> Result<()>;

    /// Adds steps to a run that is under way.
    fn add_agent_run_steps(&self, run: &str, rows: &[AgentRunStepRow]) -> Result<()>;

    /// Notes how a run ended, with its last steps.
    fn end_agent_run(&self, run: &str, end: &AgentRunEnd, rows: &[AgentRunStepRow]) -> Result<()>;

    /// The newest `n_max` runs, newest first.
    fn agent_runs(&self, root: &str, n_max: usize) -> Result<Vec<AgentRunRow>>;

    /// The run of this id.
    fn agent_run(&self, id: &str) -> Result<Option<AgentRunRow>>;

    /// The steps of a run, in order.
    fn agent_run_steps(&self, id: &str) -> Result<Vec<AgentRunStepRow>>;

    /// Marks the runs of servers that are gone as interrupted, and gives them, oldest first.
    fn interrupt_agent_runs(&self, root: &str, now_ms: u64) -> Result<Vec<AgentRunRow>>;

    /// Takes an interrupted run over, which is under way again then; false where it is not
    /// interrupted, and nothing changes.
    fn resume_agent_run(&self, id: &str) -> Result<bool>;

    /// Takes a run over that has ended, because the user goes on with it; false where it has not.
    fn reopen_agent_run(&self, id: &str) -> Result<bool>;
}

const RUN: &str = "SELECT id, agent, caller, cause, request, definition, began_ms, state, why,
       ended_ms, steps, tokens, cost_micros FROM agent_runs";

const ADD_RUN: &str = "INSERT INTO agent_runs (id, root, agent, caller, cause, request, definition,
       server, began_ms, state, why, steps, tokens, cost_micros)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'running', '', 0, 0, 0)";

const TRIM: &str = "DELETE FROM agent_runs WHERE root = ?1 AND state <> 'running' AND seq <=
       (SELECT seq FROM agent_runs WHERE root = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)";

/// What comes late, from a step that its run went on without, is not taken.
const ADD_STEP: &str = "INSERT INTO agent_run_steps (run, nth, at_ms, kind, title, body)
     SELECT ?1, (SELECT count(*) FROM agent_run_steps WHERE run = ?1), ?2, ?3, ?4, ?5
     WHERE EXISTS (SELECT 1 FROM agent_runs WHERE id = ?1 AND state = 'running')";

const END_RUN: &str = "UPDATE agent_runs
     SET state = ?2, why = ?3, ended_ms = ?4, steps = ?5, tokens = ?6, cost_micros = ?7
     WHERE id = ?1";

impl AgentRuns for SqliteHistory {
    fn add_agent_run(&self, root: &str, row: &AgentRunRow) -> Result<()> {
        self.write(|db| {
            db.prepare_cached(ADD_RUN)?.execute(params![
                row.id,
                root,
                row.agent,
                row.caller,
                row.cause,
                row.request,
                row.definition,
                self.server,
                row.began_ms.cast_signed(),
            ])?;
            db.prepare_cached(TRIM)?.execute(params![root, RUNS_MAX])?;
            Ok(())
        })
    }

    fn add_agent_run_steps(&self, run: &str, rows: &[AgentRunStepRow]) -> Result<()> {
        self.write(|db| add_steps(db, run, rows))
    }

    fn end_agent_run(&self, run: &str, end: &AgentRunEnd, rows: &[AgentRunStepRow]) -> Result<()> {
        self.write(|db| {
            add_steps(db, run, rows)?;
            db.prepare_cached(END_RUN)?.execute(params![
                run,
                end.state,
                end.why,
                end.ended_ms.map(u64::cast_signed),
                end.steps,
                end.tokens.cast_signed(),
                end.cost_micros.cast_signed(),
            ])?;
            Ok(())
        })
    }

    fn agent_runs(&self, root: &str, n_max: usize) -> Result<Vec<AgentRunRow>> {
        self.read(|db| {
            let sql = format!("{RUN} WHERE root = ?1 ORDER BY seq DESC LIMIT ?2");
            db.prepare_cached(&sql)?.query_map(params![root, n_max as i64], run_row)?.collect()
        })
    }

    fn agent_run(&self, id: &str) -> Result<Option<AgentRunRow>> {
        self.read(|db| {
            let sql = format!("{RUN} WHERE id = ?1");
            db.prepare_cached(&sql)?.query_row([id], run_row).optional()
        })
    }

    fn agent_run_steps(&self, id: &str) -> Result<Vec<AgentRunStepRow>> {
        self.read(|db| {
            let sql = "SELECT at_ms, kind, title, body FROM agent_run_steps
                       WHERE run = ?1 ORDER BY nth";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([id], |row| {
                Ok(AgentRunStepRow {
                    at_ms: row.get::<_, i64>(0)?.cast_unsigned(),
                    kind: row.get(1)?,
                    title: row.get(2)?,
                    body: row.get(3)?,
                })
            })?;
            rows.collect()
        })
    }

    fn interrupt_agent_runs(&self, root: &str, now_ms: u64) -> Result<Vec<AgentRunRow>> {
        let Some(servers) = &self.servers else { return Ok(Vec::new()) };
        self.write(|db| {
            let sql = "SELECT id, server FROM agent_runs
                       WHERE root = ?1 AND state = 'running' ORDER BY seq";
            let mut statement = db.prepare_cached(sql)?;
            let running = statement.query_map([root], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let running: Vec<(String, i64)> = running.collect::<rusqlite::Result<_>>()?;
            let is_gone = |it: &i64| *it != self.server && !is_alive(servers, *it);
            let mut res = Vec::new();
            for (id, _) in running.iter().filter(|it| is_gone(&it.1)) {
                let sql = "UPDATE agent_runs SET state = 'interrupted', ended_ms = ?2,
                             why = 'the server ended in the middle of it' WHERE id = ?1";
                db.execute(sql, params![id, now_ms.cast_signed()])?;
                let row = db.query_row(&format!("{RUN} WHERE id = ?1"), [id], run_row)?;
                res.push(row);
            }
            Ok(res)
        })
    }

    fn resume_agent_run(&self, id: &str) -> Result<bool> {
        self.write(|db| {
            let sql = "UPDATE agent_runs SET state = 'running', why = '', ended_ms = NULL,
                         server = ?2 WHERE id = ?1 AND state = 'interrupted'";
            Ok(db.execute(sql, params![id, self.server])? == 1)
        })
    }

    fn reopen_agent_run(&self, id: &str) -> Result<bool> {
        self.write(|db| {
            let sql = "UPDATE agent_runs SET state = 'running', why = '', ended_ms = NULL,
                         server = ?2 WHERE id = ?1 AND state NOT IN ('running', 'interrupted')";
            Ok(db.execute(sql, params![id, self.server])? == 1)
        })
    }
}

fn add_steps(db: &Connection, run: &str, rows: &[AgentRunStepRow]) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(ADD_STEP)?;
    for it in rows {
        let at_ms = it.at_ms.cast_signed();
        statement.execute(params![run, at_ms, it.kind, it.title, it.body])?;
    }
    Ok(())
}

fn run_row(row: &Row<'_>) -> rusqlite::Result<AgentRunRow> {
    Ok(AgentRunRow {
        id: row.get(0)?,
        agent: row.get(1)?,
        caller: row.get(2)?,
        cause: row.get(3)?,
        request: row.get(4)?,
        definition: row.get(5)?,
        began_ms: row.get::<_, i64>(6)?.cast_unsigned(),
        end: AgentRunEnd {
            state: row.get(7)?,
            why: row.get(8)?,
            ended_ms: row.get::<_, Option<i64>>(9)?.map(i64::cast_unsigned),
            steps: row.get(10)?,
            tokens: row.get::<_, i64>(11)?.cast_unsigned(),
            cost_micros: row.get::<_, i64>(12)?.cast_unsigned(),
        },
    })
}

//! The runs of workflows in `history.db`: each with all of its steps as they stand, so that it goes
//! on from there whatever happens.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{SqliteHistory, open::is_alive};
use crate::Result;

/// Runs kept of one workspace; the oldest that have ended go.
const RUNS_MAX: u32 = 500;

/// A run of a workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkflowRunRow {
    /// Its id.
    pub id: String,
    /// The workflow.
    pub workflow: String,
    /// Who wanted it.
    pub caller: String,
    /// What it was for: a command, an event.
    pub cause: String,
    /// Its arguments, in the words of whoever keeps them.
    pub parameters: String,
    /// Names the workflow's definition.
    pub definition: String,
    /// When it began, in milliseconds since 1970.
    pub began_ms: u64,
    /// When it ended, or was left.
    pub ended_ms: Option<u64>,
    /// How it stands.
    pub state: String,
    /// Why, for people.
    pub why: String,
}

/// A step of a run, as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkflowStepRow {
    /// Its name in the run.
    pub name: String,
    /// The step in the workflow.
    pub step: String,
    /// What it is for, where it is one of several.
    pub item: Option<String>,
    /// How it stands.
    pub state: String,
    /// How often it was begun.
    pub attempts: u32,
    /// What was said.
    pub text: String,
    /// How much was found.
    pub findings: u32,
    /// What was proposed: ids joined by spaces.
    pub proposals: String,
    /// Why it stands so, for people.
    pub why: String,
    /// The run of its agent.
    pub agent_run: Option<String>,
}

/// The runs of workflows, each of one workspace: `root` names it. Every method is one database
/// transaction.
pub trait WorkflowRuns: Send + Sync {
    /// Adds a run of this server.
    fn add_workflow_run(
        &self,
        root: &str,
        row: &WorkflowRunRow,
        steps: &[WorkflowStepRow],
    ) -> Result<()>;

    /// Keeps how a run and all of its steps stand.
    fn save_workflow_run(&self, row: &WorkflowRunRow, steps: &[WorkflowStepRow]) -> Result<()>;

    /// The newest `n_max` runs, newest first.
    fn workflow_runs(&self, root: &str, n_max: usize) -> Result<Vec<WorkflowRunRow>>;

    /// The run of this id.
    fn workflow_run(&self, id: &str) -> Result<Option<WorkflowRunRow>>;

    /// The steps of a run, in order.
    fn workflow_steps(&self, id: &str) -> Result<Vec<WorkflowStepRow>>;

    /// Marks the runs of servers that are gone as interrupted, and gives them, oldest first.
    fn interrupt_workflow_runs(&self, root: &str, now_ms: u64) -> Result<Vec<WorkflowRunRow>>;

    /// Takes a run over that was interrupted or waits for the user; false where it is neither, and
    /// nothing changes.
    fn resume_workflow_run(&self, id: &str) -> Result<bool>;
}

const RUN: &str = "SELECT id, workflow, caller, cause, parameters, definition, began_ms, ended_ms,
       state, why FROM workflow_runs";

const ADD_RUN: &str = "INSERT INTO workflow_runs (id, root, workflow, caller, cause, parameters,
       definition, server, began_ms, state, why)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

const TRIM: &str = "DELETE FROM workflow_runs
     WHERE root = ?1 AND state NOT IN ('running', 'waiting', 'interrupted') AND seq <=
       (SELECT seq FROM workflow_runs WHERE root = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)";

const ADD_STEP: &str = "INSERT INTO workflow_steps (run, nth, name, step, item, state, attempts,
       text, findings, proposals, why, agent_run)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

impl WorkflowRuns for SqliteHistory {
    fn add_workflow_run(
        &self,
        root: &str,
        row: &WorkflowRunRow,
        steps: &[WorkflowStepRow],
    ) -> Result<()> {
        self.write(|db| {
            db.execute(
                ADD_RUN,
                params![
                    row.id,
                    root,
                    row.workflow,
                    row.caller,
                    row.cause,
                    row.parameters,
                    row.definition,
                    self.server,
                    row.began_ms.cast_signed(),
                    row.state,
                    row.why,
                ],
            )?;
            db.execute(TRIM, params![root, RUNS_MAX])?;
            set_steps(db, &row.id, steps)
        })
    }

    fn save_workflow_run(&self, row: &WorkflowRunRow, steps: &[WorkflowStepRow]) -> Result<()> {
        self.write(|db| {
            let sql = "UPDATE workflow_runs SET state = ?2, why = ?3, ended_ms = ?4 WHERE id = ?1";
            let ended_ms = row.ended_ms.map(u64::cast_signed);
            db.execute(sql, params![row.id, row.state, row.why, ended_ms])?;
            set_steps(db, &row.id, steps)
        })
    }

    fn workflow_runs(&self, root: &str, n_max: usize) -> Result<Vec<WorkflowRunRow>> {
        self.read(|db| {
            let sql = format!("{RUN} WHERE root = ?1 ORDER BY seq DESC LIMIT ?2");
            db.prepare_cached(&sql)?.query_map(params![root, n_max as i64], run_row)?.collect()
        })
    }

    fn workflow_run(&self, id: &str) -> Result<Option<WorkflowRunRow>> {
        self.read(|db| db.query_row(&format!("{RUN} WHERE id = ?1"), [id], run_row).optional())
    }

    fn workflow_steps(&self, id: &str) -> Result<Vec<WorkflowStepRow>> {
        self.read(|db| {
            let sql = "SELECT name, step, item, state, attempts, text, findings, proposals, why,
                         agent_run FROM workflow_steps WHERE run = ?1 ORDER BY nth";
            db.prepare_cached(sql)?.query_map([id], step_row)?.collect()
        })
    }

    fn interrupt_workflow_runs(&self, root: &str, now_ms: u64) -> Result<Vec<WorkflowRunRow>> {
        let Some(servers) = &self.servers else { return Ok(Vec::new()) };
        self.write(|db| {
            let sql = "SELECT id, server FROM workflow_runs
                       WHERE root = ?1 AND state = 'running' ORDER BY seq";
            let mut statement = db.prepare_cached(sql)?;
            let running = statement.query_map([root], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let running: Vec<(String, i64)> = running.collect::<rusqlite::Result<_>>()?;
            let is_gone = |it: &i64| *it != self.server && !is_alive(servers, *it);
            let mut res = Vec::new();
            for (id, _) in running.iter().filter(|it| is_gone(&it.1)) {
                let sql = "UPDATE workflow_runs SET state = 'interrupted', ended_ms = ?2,
                             why = 'the server ended in the middle of it' WHERE id = ?1";
                db.execute(sql, params![id, now_ms.cast_signed()])?;
                res.push(db.query_row(&format!("{RUN} WHERE id = ?1"), [id], run_row)?);
            }
            Ok(res)
        })
    }

    fn resume_workflow_run(&self, id: &str) -> Result<bool> {
        self.write(|db| {
            let sql = "UPDATE workflow_runs SET state = 'running', why = '', ended_ms = NULL,
                         server = ?2 WHERE id = ?1 AND state IN ('interrupted', 'waiting')";
            Ok(db.execute(sql, params![id, self.server])? == 1)
        })
    }
}

fn set_steps(db: &Connection, run: &str, steps: &[WorkflowStepRow]) -> rusqlite::Result<()> {
    db.execute("DELETE FROM workflow_steps WHERE run = ?1", [run])?;
    let mut statement = db.prepare_cached(ADD_STEP)?;
    for (nth, it) in steps.iter().enumerate() {
        statement.execute(params![
            run,
            nth as i64,
            it.name,
            it.step,
            it.item,
            it.state,
            it.attempts,
            it.text,
            it.findings,
            it.proposals,
            it.why,
            it.agent_run,
        ])?;
    }
    Ok(())
}

fn step_row(row: &Row<'_>) -> rusqlite::Result<WorkflowStepRow> {
    Ok(WorkflowStepRow {
        name: row.get(0)?,
        step: row.get(1)?,
        item: row.get(2)?,
        state: row.get(3)?,
        attempts: row.get(4)?,
        text: row.get(5)?,
        findings: row.get(6)?,
        proposals: row.get(7)?,
        why: row.get(8)?,
        agent_run: row.get(9)?,
    })
}

fn run_row(row: &Row<'_>) -> rusqlite::Result<WorkflowRunRow> {
    Ok(WorkflowRunRow {
        id: row.get(0)?,
        workflow: row.get(1)?,
        caller: row.get(2)?,
        cause: row.get(3)?,
        parameters: row.get(4)?,
        definition: row.get(5)?,
        began_ms: row.get::<_, i64>(6)?.cast_unsigned(),
        ended_ms: row.get::<_, Option<i64>>(7)?.map(i64::cast_unsigned),
        state: row.get(8)?,
        why: row.get(9)?,
    })
}

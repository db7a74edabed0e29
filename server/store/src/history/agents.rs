//! The lives of agents in `history.db`: one row for each transition.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::SqliteHistory;
use crate::Result;

/// Rows kept of one agent; older ones go.
const EVENTS_MAX: u32 = 200;

/// A step in the life of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentEventRow {
    /// The agent.
    pub agent: String,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What happened.
    pub transition: String,
    /// Where it led.
    pub state: String,
    /// Who did it.
    pub caller: String,
    /// Names the definition it stood there with.
    pub definition: String,
    /// The proposal that belongs to it.
    pub proposal: Option<String>,
}

/// The lives of agents, each of one workspace: `root` names it. Every method is one database
/// transaction.
pub trait Agents: Send + Sync {
    /// Adds a transition; false where the agent's state is not `from` (`None`: it has none), and
    /// nothing changes then.
    fn add_agent_event(&self, root: &str, from: Option<&str>, row: &AgentEventRow) -> Result<bool>;

    /// The last transition of each agent, by name.
    fn agent_states(&self, root: &str) -> Result<Vec<AgentEventRow>>;

    /// The transitions of an agent, oldest first.
    fn agent_events(&self, root: &str, agent: &str) -> Result<Vec<AgentEventRow>>;
}

const EVENT: &str =
    "SELECT agent, at_ms, transition, state, caller, definition, proposal FROM agent_events";

const LAST_STATE: &str =
    "SELECT state FROM agent_events WHERE root = ?1 AND agent = ?2 ORDER BY seq DESC LIMIT 1";

const ADD_EVENT: &str = "INSERT INTO agent_events
       (root, agent, at_ms, transition, state, caller, definition, proposal)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const TRIM: &str = "DELETE FROM agent_events WHERE root = ?1 AND agent = ?2 AND seq NOT IN
       (SELECT seq FROM agent_events WHERE root = ?1 AND agent = ?2 ORDER BY seq DESC LIMIT ?3)";

impl Agents for SqliteHistory {
    fn add_agent_event(&self, root: &str, from: Option<&str>, row: &AgentEventRow) -> Result<bool> {
        self.write(|db| add_event(db, root, from, row))
    }

    fn agent_states(&self, root: &str) -> Result<Vec<AgentEventRow>> {
        self.read(|db| {
            let sql = format!(
                "{EVENT} WHERE seq IN (SELECT max(seq) FROM agent_events WHERE root = ?1
                   GROUP BY agent) ORDER BY agent"
            );
            db.prepare_cached(&sql)?.query_map([root], event_row)?.collect()
        })
    }

    fn agent_events(&self, root: &str, agent: &str) -> Result<Vec<AgentEventRow>> {
        self.read(|db| {
            let sql = format!("{EVENT} WHERE root = ?1 AND agent = ?2 ORDER BY seq");
            db.prepare_cached(&sql)?.query_map([root, agent], event_row)?.collect()
        })
    }
}

fn add_event(
    db: &Transaction<'_>,
    root: &str,
    from: Option<&str>,
    row: &AgentEventRow,
) -> rusqlite::Result<bool> {
    let state = db.query_row(LAST_STATE, params![root, row.agent], |row| row.get(0));
    let state: Option<String> = state.optional()?;
    if state.as_deref() != from {
        return Ok(false);
    }
    db.prepare_cached(ADD_EVENT)?.execute(params![
        root,
        row.agent,
        row.at_ms.cast_signed(),
        row.transition,
        row.state,
        row.caller,
        row.definition,
        row.proposal,
    ])?;
    db.prepare_cached(TRIM)?.execute(params![root, row.agent, EVENTS_MAX])?;
    Ok(true)
}

fn event_row(row: &Row<'_>) -> rusqlite::Result<AgentEventRow> {
    Ok(AgentEventRow {
        agent: row.get(0)?,
        at_ms: row.get::<_, i64>(1)?.cast_unsigned(),
        transition: row.get(2)?,
        state: row.get(3)?,
        caller: row.get(4)?,
        definition: row.get(5)?,
        proposal: row.get(6)?,
    })
}

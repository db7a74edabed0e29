//! The transcript of an agent's run, for people.

use std::fmt::Write as _;

use agent::Spent;
use proposal::AgentRunId;
use store::history::{AgentRunEnd, AgentRunRow, AgentRunStepRow};

use crate::{ReadError, Snapshot, agents::replay::reply_of};

impl Snapshot {
    /// The newest runs of agents, newest first.
    ///
    /// # Errors
    /// [`ReadError::Failed`] where the history cannot be read.
    pub fn agent_runs(&self, n_max: usize) -> Result<Vec<AgentRunRow>, ReadError> {
        Ok(self.journal_for_agents()?.agent_runs().agent_runs(self.agents_root(), n_max)?)
    }

    /// A run and the steps of its transcript.
    ///
    /// # Errors
    /// [`ReadError::Refused`] where there is none, and as [`Snapshot::agent_runs`].
    pub fn agent_run(
        &self,
        id: &AgentRunId,
    ) -> Result<(AgentRunRow, Vec<AgentRunStepRow>), ReadError> {
        let runs = self.journal_for_agents()?.agent_runs();
        let Some(row) = runs.agent_run(id.as_str())? else {
            return Err(ReadError::Refused(format!("there is no run `{id}`")));
        };
        Ok((row, runs.agent_run_steps(id.as_str())?))
    }
}

/// What a run has taken.
pub(crate) fn spent_by(row: &AgentRunRow) -> Spent {
    let AgentRunEnd { steps, tokens, cost_micros, .. } = row.end;
    Spent { steps, tokens, cost_micros }
}

/// The transcript of a run, as Markdown.
pub fn transcript(row: &AgentRunRow, steps: &[AgentRunStepRow]) -> String {
    let mut res = format!("# {} {}\n\n", row.agent, row.id);
    let end = &row.end;
    let why = if end.why.is_empty() { String::new() } else { format!(": {}", end.why) };
    let _ = writeln!(res, "{}{why}", end.state);
    let _ = writeln!(res, "\nasked by {}, for: {}", row.caller, row.cause);
    let _ = writeln!(res, "{}", spent_by(row));
    for step in steps {
        let _ = writeln!(res, "\n## {}\n", step.title);
        match step.kind.as_str() {
            "say" => res.push_str(&step.body),
            "reply" => reply(&mut res, &step.body),
            _ => quoted(&mut res, &step.body),
        }
        if !res.ends_with('\n') {
            res.push('\n');
        }
    }
    res
}

fn reply(acc: &mut String, body: &str) {
    let Some((reply, _)) = reply_of(body) else { return quoted(acc, body) };
    acc.push_str(&reply.text);
    for call in &reply.tool_calls {
        let _ = write!(acc, "\n- wants `{}` with `{}`", call.name, call.arguments_json);
    }
    let _ = write!(acc, "\n\n({})", reply.usage);
}

/// Data stays data, whatever it looks like.
fn quoted(acc: &mut String, text: &str) {
    for line in text.lines() {
        let _ = writeln!(acc, "    {line}");
    }
}

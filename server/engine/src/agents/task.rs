//! What an agent is asked to do, as clients say it and as it is kept.

use std::collections::BTreeMap;

use agent::{End, Finding, Spent};
use proposal::{AgentRunId, ProposalId};
use serde_json::{Value, json};
use vfs::VfsPath;

use crate::{Area, Then};

/// Something that an agent is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentTask {
    /// The agent.
    pub agent: String,
    /// The id of the run, where it has one already: it is begun once, and gone on with afterwards.
    pub id: Option<AgentRunId>,
    /// Which of its capabilities; `None`: the first.
    pub capability: Option<String>,
    /// Arguments by parameter.
    pub arguments: BTreeMap<String, String>,
    /// What is said with it; a model is needed for it.
    pub message: String,
    /// Where the user is: that fills the parameters that say where something is.
    pub at: Option<Area>,
    /// True where a document is to be opened that asks for what has to be said and is not.
    pub asks: bool,
    /// Who goes first.
    pub priority: Priority,
    /// What it is for: a command, an event, a step of a workflow.
    pub cause: String,
    /// How many messages led to it.
    pub hops: u32,
    /// What becomes of proposals that it makes.
    pub then: Then,
}

/// Who goes first where many wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A user waits for it.
    High,
    /// Somebody does.
    Normal,
    /// Nobody does.
    Low,
}

/// What came of a run of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentReport {
    /// The run.
    pub id: AgentRunId,
    /// The agent.
    pub agent: String,
    /// How it ended.
    pub end: End,
    /// What it said, as Markdown.
    pub text: String,
    /// What it found.
    pub findings: Vec<Finding>,
    /// What it proposed; these wait for an answer.
    pub proposals: Vec<ProposalId>,
    /// What it took.
    pub spent: Spent,
    /// Its transcript, where it was written for a client to show.
    pub document: Option<VfsPath>,
}

impl AgentTask {
    /// A user asks `agent`, by a command.
    pub fn by_user(agent: &str) -> AgentTask {
        AgentTask {
            agent: agent.to_owned(),
            id: None,
            capability: None,
            arguments: BTreeMap::new(),
            message: String::new(),
            at: None,
            asks: false,
            priority: Priority::High,
            cause: "command".to_owned(),
            hops: 0,
            then: Then::Keep,
        }
    }

    /// As it is kept.
    pub(crate) fn to_json(&self) -> String {
        json!({
            "capability": self.capability,
            "arguments": self.arguments,
            "message": self.message,
        })
        .to_string()
    }

    /// What is kept of a task of `agent`; `None` where it is none of ours.
    pub(crate) fn from_json(agent: &str, cause: &str, text: &str) -> Option<AgentTask> {
        let value: Value = serde_json::from_str(text).ok()?;
        let mut arguments = BTreeMap::new();
        for (name, text) in value.get("arguments")?.as_object()? {
            arguments.insert(name.clone(), text.as_str()?.to_owned());
        }
        Some(AgentTask {
            capability: value.get("capability")?.as_str().map(str::to_owned),
            arguments,
            message: value.get("message")?.as_str()?.to_owned(),
            cause: cause.to_owned(),
            ..AgentTask::by_user(agent)
        })
    }
}

impl AgentReport {
    /// The outcome in a few words, for people.
    pub fn describe(&self) -> String {
        let why = self.end.why();
        let mut res = match why.as_str() {
            "" => format!("{} {}", self.agent, self.end.name()),
            why => format!("{} {}: {why}", self.agent, self.end.name()),
        };
        if !self.findings.is_empty() {
            res.push_str(&format!(", {} findings", self.findings.len()));
        }
        for id in &self.proposals {
            res.push_str(&format!(", {id} waits for an answer"));
        }
        res
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_read_as_it_was_kept() {
        let task = AgentTask {
            capability: Some("look".to_owned()),
            arguments: BTreeMap::from([("a".to_owned(), "\"1\"".to_owned())]),
            message: "hm\n".to_owned(),
            ..AgentTask::by_user("x")
        };
        assert_eq!(AgentTask::from_json("x", "command", &task.to_json()), Some(task));
        assert_eq!(AgentTask::from_json("x", "command", "{}"), None);
    }
}

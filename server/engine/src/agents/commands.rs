//! Commands of the workspace's own: `/nightly`, which an agent or a workflow names as its trigger,
//! and `/edit make it faster`, the name of one with what it is told; `/keeper/check` names one of
//! several things that an agent can do.

use std::collections::BTreeMap;

use agent::{Able, CommandError, Completion, Parameter, Trigger, parse_command};

use crate::{AgentTask, Area, Snapshot, Standing, Typed, WorkflowTask};

/// What such a command starts.
enum Owner {
    Agent(String),
    Workflow(String),
}

impl Snapshot {
    /// Whether `text` can be understood; as [`Snapshot::understand`] would say, without doing it.
    ///
    /// # Errors
    /// Why it is no command.
    pub fn check_command(&self, text: &str) -> Result<(), CommandError> {
        match parse_command(text) {
            Err(CommandError::NoSkill { .. }) if self.own_command(text, None).is_some() => Ok(()),
            other => other.map(drop),
        }
    }

    /// What a command means that names no skill; `None` where nothing here is called so.
    pub(crate) fn own_command(&self, text: &str, at: Option<&Area>) -> Option<Typed> {
        let command = text.trim().strip_prefix('/')?;
        let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let cause = format!("command /{name}");
        let (name, capability) = match name.split_once('/') {
            Some((name, capability)) => (name, Some(capability.to_owned())),
            None => (name, None),
        };
        match self.command_owner(name)? {
            Owner::Agent(agent) => {
                let def = self.own.roster().into_iter().find(|it| it.def.name == agent)?.def;
                let asked = def.capability(capability.as_deref());
                if capability.is_some() && asked.is_none() {
                    return None;
                }
                let (arguments, message) =
                    arguments(asked.map_or(&[][..], |it| &it.parameters), rest);
                Some(Typed::Agent(Box::new(AgentTask {
                    capability,
                    arguments,
                    message: message.to_owned(),
                    at: at.cloned(),
                    asks: true,
                    cause,
                    ..AgentTask::by_user(&agent)
                })))
            }
            Owner::Workflow(_) if capability.is_some() => None,
            Owner::Workflow(workflow) => {
                let def = self.own.workflows.values().find(|it| it.name == workflow)?;
                let (mut parameters, words) = arguments(&def.parameters, rest);
                let open = def.parameters.iter().find(|it| !parameters.contains_key(&it.name));
                if let Some(open) = open.filter(|_| !words.is_empty()) {
                    parameters.insert(open.name.clone(), words.to_owned());
                }
                let task = WorkflowTask { parameters, cause, ..WorkflowTask::by_user(&workflow) };
                Some(Typed::Workflow(Box::new(task)))
            }
        }
    }

    /// Triggers come first, and only of what is trusted; then what is called so.
    fn command_owner(&self, name: &str) -> Option<Owner> {
        let own = &self.own;
        let is_it = |it: &Trigger| matches!(it, Trigger::Command(pattern) if pattern == name);
        if own.standing == Standing::Trusted {
            if let Some(it) = own.agents.values().find(|it| it.triggers.iter().any(is_it)) {
                return Some(Owner::Agent(it.name.clone()));
            }
            if let Some(it) = own.workflows.values().find(|it| it.triggers.iter().any(is_it)) {
                return Some(Owner::Workflow(it.name.clone()));
            }
        }
        if own.roster().iter().any(|it| it.def.name == name) {
            return Some(Owner::Agent(name.to_owned()));
        }
        let is_workflow = own.workflows.values().any(|it| it.name == name);
        is_workflow.then(|| Owner::Workflow(name.to_owned()))
    }

    /// The commands of the workspace's own that begin with `typed`.
    pub(crate) fn own_completions(&self, acc: &mut Vec<Completion>, typed: &str) {
        let Some(typed) = typed.strip_prefix('/') else { return };
        let own = &self.own;
        let mut add = |name: &str, detail: &str| {
            let text = format!("/{name}");
            if name.starts_with(typed) && !acc.iter().any(|it| it.text == text) {
                acc.push(Completion { text, detail: detail.trim().to_owned() });
            }
        };
        let trusted = own.standing == Standing::Trusted;
        let commands = |it: &Trigger| match it {
            Trigger::Command(pattern) if trusted => Some(pattern.clone()),
            _ => None,
        };
        for def in own.agents.values() {
            for it in def.triggers.iter().filter_map(commands) {
                add(&it, &format!("agent {}", def.name));
            }
        }
        for def in own.workflows.values() {
            for it in def.triggers.iter().filter_map(commands).chain([def.name.clone()]) {
                add(&it, def.description.as_deref().unwrap_or("a workflow"));
            }
        }
        for it in own.roster() {
            let detail = it.def.capability(None).map_or("an agent", |it| &it.description);
            add(&it.def.name, detail);
        }
    }
}

/// The command that asks an agent for just this.
pub(crate) fn agent_command(
    able: &Able,
    given: &BTreeMap<String, String>,
    message: &str,
) -> String {
    let capability = if able.nth == 0 { "" } else { &able.capability().name };
    let slash = if capability.is_empty() { "" } else { "/" };
    let mut res = format!("/{}{slash}{capability}", able.def.name);
    for (name, value) in given {
        match value.contains(char::is_whitespace) {
            true => res.push_str(&format!(" {name}=\"{}\"", value.replace('"', "'"))),
            false => res.push_str(&format!(" {name}={value}")),
        }
    }
    if !message.is_empty() {
        res.push_str(&format!(" {message}"));
    }
    res
}

/// What begins with `name=value` for parameters that there are, and the words behind it. Quotes
/// hold the words of a value together.
fn arguments<'a>(parameters: &[Parameter], text: &'a str) -> (BTreeMap<String, String>, &'a str) {
    let mut res = BTreeMap::new();
    let mut rest = text.trim();
    loop {
        let Some((name, value)) = rest.split_once('=') else { return (res, rest) };
        if !parameters.iter().any(|it| it.name == name) {
            return (res, rest);
        }
        let quoted = value.strip_prefix('"').and_then(|it| it.split_once('"'));
        let bare = || value.split_once(char::is_whitespace).unwrap_or((value, ""));
        let (value, behind) = quoted.unwrap_or_else(bare);
        res.insert(name.to_owned(), value.to_owned());
        rest = behind.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use agent::AgentDef;

    use super::*;

    #[test]
    fn a_command_for_an_agent_is_read_as_it_was_written() {
        let text = "name: keeper\nversion: 1.0.0\ntype: analyzer\ninstructions: Look.\n\
                    capabilities:\n- {name: look, description: Looks}\n- name: check\n  \
                    description: Checks\n  parameters:\n  - {name: path, type: string}\n  \
                    - {name: why, type: string}\n";
        let able = Able { def: Arc::new(AgentDef::parse(text).unwrap()), nth: 1 };
        let pairs = [("path", "a.py"), ("why", "it is new")];
        let given = pairs.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        let command = agent_command(&able, &given, "all = of it");
        assert_eq!(command, r#"/keeper/check path=a.py why="it is new" all = of it"#);
        let rest = command.strip_prefix("/keeper/check").unwrap();
        let read = arguments(&able.capability().parameters, rest);
        assert_eq!(read, (given, "all = of it"));
    }
}

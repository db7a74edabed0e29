//! An agent: what it is called, what it can do, how it is told to behave, and what starts it.

use std::sync::Arc;

use crate::{
    Cron, Handler, Limits, OwnTool, Skill, Tool, event,
    table::Table,
    yaml::{At, Node, NodeKind, Problem, parse},
};

/// What hooks can be called around.
pub(crate) const HOOK_EVENTS: &[&str] = &["run", "apply", "create-agent"];

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentDef {
    /// Its name, one in the workspace.
    pub name: String,
    /// Its version, three numbers.
    pub version: String,
    /// What it is.
    pub kind: AgentKind,
    /// Who made it: `system` or `user`.
    pub author: Option<String>,
    /// What it can do.
    pub capabilities: Vec<Capability>,
    /// How it is told to behave.
    pub instructions: String,
    /// The tools it may call; each is one that agents of its kind may have.
    pub tools: Vec<String>,
    /// Programs that it brings and may run; a specialist's alone.
    pub own_tools: Vec<Arc<OwnTool>>,
    /// The model it asks; `None`: the one of the settings.
    pub model: Option<String>,
    /// How much a run of it may take.
    pub limits: Limits,
    /// True where it is set aside: it does not act while its file says so.
    pub is_suspended: bool,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// What is called around its steps.
    pub hooks: Vec<Hook>,
}

/// What an agent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentKind {
    /// Helps with whatever comes.
    Assistant,
    /// Looks and reports.
    Analyzer,
    /// Makes something.
    Generator,
    /// Knows one thing, and brings programs of its own for it.
    Specialist,
}

/// Something that an agent can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The tool that does it without a model.
    pub skill: Option<Tool>,
    /// What it takes.
    pub parameters: Vec<Parameter>,
}

/// A parameter of a capability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it takes.
    pub kind: ParameterKind,
    /// Whether it has to be given.
    pub required: bool,
    /// What holds where it is not given.
    pub default: Option<String>,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A text.
    String,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// Fields.
    Object,
}

/// What starts an agent or a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A command of this name.
    Command(String),
    /// An event of this name.
    Event(String),
    /// A time, as cron writes it.
    Schedule(String),
}

/// What is called around a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// True where it is called before.
    pub is_before: bool,
    /// Of which event.
    pub event: String,
    /// What is called.
    pub handler: Handler,
    /// Higher ones are called first.
    pub priority: i32,
    /// True where it is called until it has succeeded once.
    pub once: bool,
    /// True where its failure keeps what it comes before from being done.
    pub guard: bool,
}

impl AgentDef {
    /// The names of all tools that it may call, those that it brings last.
    pub fn tool_names(&self) -> Vec<&str> {
        let own = self.own_tools.iter().map(|it| it.name.as_str());
        self.tools.iter().map(String::as_str).chain(own).collect()
    }

    /// The agent that `text`, a file's, defines.
    ///
    /// # Errors
    /// Everything that is wrong, by place.
    pub fn parse(text: &str) -> Result<AgentDef, Vec<Problem>> {
        let node = parse(text).map_err(|it| vec![it])?;
        let mut problems = Vec::new();
        let agent = agent(&node, &mut problems);
        problems.sort();
        match agent {
            Some(agent) if problems.is_empty() => Ok(agent),
            _ => Err(problems),
        }
    }
}

fn agent(node: &Node, acc: &mut Vec<Problem>) -> Option<AgentDef> {
    let kinds = [
        ("assistant", AgentKind::Assistant),
        ("analyzer", AgentKind::Analyzer),
        ("generator", AgentKind::Generator),
        ("specialist", AgentKind::Specialist),
    ];
    let mut table = Table::of(node, "an agent", acc)?;
    let name = table.need_name("name", acc);
    let version = version(&mut table, acc);
    let kind = table.need_word("type", &kinds, acc);
    let author = table.get("metadata").and_then(|it| metadata(it, acc));
    let (tools, own_tools) = tools(&mut table, kind, acc);
    let capabilities = table.list("capabilities", acc).iter();
    let capabilities =
        capabilities.filter_map(|it| capability(it, kind, &own_tools, acc)).collect();
    let instructions = table.need_text("instructions", acc);
    let model = table.text("model", acc);
    let limits = Limits::read(&mut table, acc);
    let is_suspended = table.flag("suspended", acc).unwrap_or(false);
    let triggers = triggers(&mut table, acc);
    let hooks = table.list("hooks", acc).iter().filter_map(|it| hook(it, acc)).collect();
    table.end(acc);
    Some(AgentDef {
        name,
        version,
        kind: kind?,
        author,
        capabilities,
        instructions,
        tools,
        own_tools,
        model,
        limits,
        is_suspended,
        triggers,
        hooks,
    })
}

/// A version: three numbers joined by dots.
pub(crate) fn version(table: &mut Table<'_>, acc: &mut Vec<Problem>) -> String {
    let at = table.get("version").map_or(table.at, |it| it.at);
    let version = table.need_text("version", acc);
    let parts: Vec<&str> = version.split('.').collect();
    let is_number = |it: &&str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    if !version.is_empty() && (parts.len() != 3 || !parts.iter().all(is_number)) {
        acc.push(at.problem(format!("`version` is three numbers as 1.0.0, not `{version}`")));
    }
    version
}

fn metadata(node: &Node, acc: &mut Vec<Problem>) -> Option<String> {
    let mut table = Table::of(node, "metadata", acc)?;
    let authors = [("system", "system"), ("user", "user")];
    let author = table.get("author").is_some().then(|| table.need_word("author", &authors, acc));
    for key in ["created", "modified"] {
        table.text(key, acc);
    }
    table.end(acc);
    author.flatten().map(str::to_owned)
}

/// The tools, where an agent of this kind may have each, and those that it brings.
fn tools(
    table: &mut Table<'_>,
    kind: Option<AgentKind>,
    acc: &mut Vec<Problem>,
) -> (Vec<String>, Vec<Arc<OwnTool>>) {
    let (mut res, mut own) = (Vec::new(), Vec::<Arc<OwnTool>>::new());
    for node in table.list("tools", acc) {
        let NodeKind::Text(name, _) = &node.kind else {
            if kind.is_some_and(|it| it != AgentKind::Specialist) {
                acc.push(node.at.problem("only a specialist brings tools of its own"));
                continue;
            }
            let Some(tool) = OwnTool::read(node, acc) else { continue };
            if own.iter().any(|it| it.name == tool.name) {
                acc.push(node.at.problem(format!("there are two tools `{}`", tool.name)));
            }
            own.push(tool);
            continue;
        };
        match Tool::named(name) {
            None => acc.push(node.at.problem(format!("there is no tool `{name}`"))),
            Some(tool) => {
                check_tool(&tool, kind, node.at, acc);
                res.push(tool.name().to_owned());
            }
        }
    }
    (res, own)
}

fn check_tool(tool: &Tool, kind: Option<AgentKind>, at: At, acc: &mut Vec<Problem>) {
    if let Some(kind) = kind.filter(|it| !tool.is_for(*it)) {
        let (tool, kind) = (tool.name(), kind.name());
        acc.push(at.problem(format!("an agent of type {kind} may not call `{tool}`")));
    }
}

fn capability(
    node: &Node,
    kind: Option<AgentKind>,
    own_tools: &[Arc<OwnTool>],
    acc: &mut Vec<Problem>,
) -> Option<Capability> {
    let mut table = Table::of(node, "a capability", acc)?;
    let name = table.need_name("name", acc);
    let description = table.need_text("description", acc);
    let skill_at = table.get("skill").map_or(table.at, |it| it.at);
    let skill = table.text("skill", acc).and_then(|name| {
        let own = own_tools.iter().find(|it| it.name == name).map(|it| Tool::Own(it.clone()));
        let skill = own.or_else(|| Tool::named(&name).filter(|it| *it != Tool::Send));
        match &skill {
            None => acc.push(skill_at.problem(format!("there is no skill `{name}`"))),
            Some(skill) => check_tool(skill, kind, skill_at, acc),
        }
        skill
    });
    let parameters = table.list("parameters", acc).iter();
    let parameters = parameters.filter_map(|it| parameter(it, acc)).collect();
    table.end(acc);
    Some(Capability { name, description, skill, parameters })
}

/// A parameter of a capability or a workflow.
pub(crate) fn parameter(node: &Node, acc: &mut Vec<Problem>) -> Option<Parameter> {
    let kinds = [
        ("string", ParameterKind::String),
        ("number", ParameterKind::Number),
        ("boolean", ParameterKind::Boolean),
        ("object", ParameterKind::Object),
    ];
    let mut table = Table::of(node, "a parameter", acc)?;
    let name = table.need_name("name", acc);
    let kind = table.need_word("type", &kinds, acc);
    let required = table.flag("required", acc).unwrap_or(false);
    let default_at = table.get("default").map(|it| it.at);
    let default = table.text("default", acc);
    table.end(acc);
    if let (true, Some(at)) = (required, default_at) {
        acc.push(at.problem("a required parameter has no default"));
    }
    if let (Some(kind), Some(text), Some(at)) = (kind, &default, default_at) {
        check_default(kind, text, at, acc);
    }
    Some(Parameter { name, kind: kind?, required, default })
}

fn check_default(kind: ParameterKind, text: &str, at: At, acc: &mut Vec<Problem>) {
    let fits = match kind {
        ParameterKind::String => true,
        ParameterKind::Number => text.parse::<f64>().is_ok_and(f64::is_finite),
        ParameterKind::Boolean => matches!(text, "true" | "false"),
        ParameterKind::Object => false,
    };
    if !fits {
        acc.push(at.problem(format!("`{text}` is no default of this type")));
    }
}

/// The triggers of an agent or a workflow.
pub(crate) fn triggers(table: &mut Table<'_>, acc: &mut Vec<Problem>) -> Vec<Trigger> {
    let triggers = table.list("triggers", acc).iter();
    triggers.filter_map(|it| trigger(it, acc)).collect()
}

/// A kind of trigger, by its word, and what makes one of a pattern.
type TriggerKind = (&'static str, fn(String) -> Trigger);

fn trigger(node: &Node, acc: &mut Vec<Problem>) -> Option<Trigger> {
    let kinds: [TriggerKind; 3] =
        [("command", Trigger::Command), ("event", Trigger::Event), ("schedule", Trigger::Schedule)];
    let mut table = Table::of(node, "a trigger", acc)?;
    let kind = table.need_word("type", &kinds, acc);
    let pattern_at = table.get("pattern").map_or(table.at, |it| it.at);
    let pattern = table.need_text("pattern", acc);
    table.end(acc);
    let trigger = kind?(pattern);
    let fact = match &trigger {
        Trigger::Schedule(pattern) => Cron::parse(pattern).err(),
        Trigger::Event(pattern) => event::pattern_problem(pattern),
        Trigger::Command(pattern) => command_problem(pattern),
    };
    if let Some(fact) = fact {
        acc.push(pattern_at.problem(fact));
    }
    Some(trigger)
}

/// What is wrong with the name of a command, for people.
fn command_problem(pattern: &str) -> Option<String> {
    let is_name = |it: &str| {
        it.starts_with(|it: char| it.is_ascii_lowercase())
            && it.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-')
    };
    if !is_name(pattern) {
        return Some(format!("a command is one word as `check-all`, not `{pattern}`"));
    }
    let is_skill = Skill::named(pattern).is_some();
    is_skill.then(|| format!("`/{pattern}` is a skill already: choose another word"))
}

/// A whole number, below zero too; without one it is 0.
fn priority(table: &mut Table<'_>, acc: &mut Vec<Problem>) -> i32 {
    let Some(node) = table.get("priority") else { return 0 };
    let text = table.text("priority", acc).unwrap_or_default();
    text.parse().unwrap_or_else(|_| {
        acc.push(node.at.problem(format!("`priority` is a whole number, not `{text}`")));
        0
    })
}

fn hook(node: &Node, acc: &mut Vec<Problem>) -> Option<Hook> {
    let mut table = Table::of(node, "a hook", acc)?;
    let is_before = table.need_word("type", &[("before", true), ("after", false)], acc);
    let event = table.need_text("event", acc);
    let event_at = table.get("event").map_or(table.at, |it| it.at);
    if !event.is_empty() && !HOOK_EVENTS.contains(&event.as_str()) {
        let events = HOOK_EVENTS.join(", ");
        acc.push(event_at.problem(format!("a hook is on one of {events}, not on `{event}`")));
    }
    let handler_at = table.get("handler").map_or(table.at, |it| it.at);
    let handler = Handler::parse(&table.need_text("handler", acc));
    let handler = handler.map_err(|fact| acc.push(handler_at.problem(fact))).ok();
    let priority = priority(&mut table, acc);
    let once = table.flag("once", acc).unwrap_or(false);
    let guard = table.flag("guard", acc).unwrap_or(false);
    if guard && is_before == Some(false) {
        acc.push(table.at.problem("only a hook that is called before something guards it"));
    }
    table.end(acc);
    Some(Hook { is_before: is_before?, event, handler: handler?, priority, once, guard })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const GOOD: &str = "\
name: review
version: 1.0.0
type: analyzer
metadata:
  author: user
  created: 2026-11-25
capabilities:
  - name: read-diff
    description: Reads a change
    parameters:
      - name: depth
        type: number
        default: 3
instructions: |
  Be brief.
tools: [search, impact]
triggers:
  - type: command
    pattern: review-all
hooks:
  - type: before
    event: apply
    handler: command /review
";

    #[track_caller]
    fn check(text: &str, expected: Expect) {
        let shown = match AgentDef::parse(text) {
            Ok(agent) => format!("{agent:?}"),
            Err(problems) => {
                problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            }
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn the_whole_schema_is_read() {
        let agent = AgentDef::parse(GOOD).unwrap();
        assert_eq!((agent.name.as_str(), agent.kind), ("review", AgentKind::Analyzer));
        assert_eq!(agent.capabilities[0].parameters[0].default.as_deref(), Some("3"));
        assert_eq!(agent.instructions, "Be brief.\n");
        assert_eq!(agent.triggers, [Trigger::Command("review-all".to_owned())]);
        assert_eq!(agent.tools, ["search", "impact"]);
        assert!(agent.hooks[0].is_before);
    }

    #[test]
    fn everything_wrong_is_named_at_its_place() {
        check(
            "name: My Agent\nversion: 1\ntype: wizard\ncolour: red\ntools: search\n",
            expect![[r#"
                1:1: an agent needs `instructions`
                1:7: `name` is lower-case words joined by `-`, not `My Agent`
                2:10: `version` is three numbers as 1.0.0, not `1`
                3:7: `type` is one of assistant, analyzer, generator, specialist, not `wizard`
                4:1: an agent has no field `colour`
                5:8: `tools` is a list, not a text"#]],
        );
        let broken = GOOD.replace("default: 3", "default: many\n        required: true");
        check(
            &broken,
            expect![[r#"
                13:18: `many` is no default of this type
                13:18: a required parameter has no default"#]],
        );
    }

    #[test]
    fn tools_skills_and_limits_are_those_that_there_are_and_that_the_type_may_have() {
        let broken = GOOD
            .replace("[search, impact]", "[serch, edit]\nlimits: {steps: 0, tokens: 5}")
            .replace("description: Reads a change", "description: R\n    skill: rename");
        check(
            &broken,
            expect![[r#"
                10:12: an agent of type analyzer may not call `rename`
                17:9: there is no tool `serch`
                17:16: an agent of type analyzer may not call `edit`
                18:17: `steps` is a whole number from 1 to 500, not `0`"#]],
        );
    }

    #[test]
    fn what_is_no_yaml_or_too_clever_is_refused() {
        check("name: [a\n", expect!["2:1: while parsing a flow sequence, expected ',' or ']'"]);
        check("", expect!["1:1: the file is empty"]);
        check("- a\n", expect!["1:1: an agent is a table of fields, not a list"]);
        check("a: &x [1]\nb: *x\n", expect!["1:7: anchors are not taken here"]);
        check("name: !!str a\n", expect!["1:13: tags are not taken here"]);
        check(
            "name: a\nname: b\n",
            expect![[r#"
            1:1: an agent needs `instructions`
            1:1: an agent needs `type`
            1:1: an agent needs `version`
            2:1: `name` is there twice"#]],
        );
        check("a: 1\n---\nb: 2\n", expect!["2:1: a second document; one file defines one thing"]);
        let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
        check(&deep, expect!["1:17: nested deeper than 16"]);
    }
}

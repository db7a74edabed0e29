//! The tools that an agent may call, and which kind of agent may call which.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::{AgentKind, Needed, OwnTool, SKILLS, Skill, SkillId, SkillKind, Takes};

/// Something that an agent may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tool {
    /// A skill of the server.
    Skill(SkillId),
    /// Reads lines of a file.
    Read,
    /// Publishes a finding at a place.
    Report,
    /// Proposes to put one text in the place of another.
    Edit,
    /// Proposes all that a file holds.
    Write,
    /// Proposes to rewrite every match of a pattern of code.
    Rewrite,
    /// Proposes the definition of a new agent.
    Define,
    /// Sends a message to another agent and takes its answer.
    Send,
    /// Runs a program that a specialist brings.
    Own(Arc<OwnTool>),
}

/// What a tool does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It reads.
    Read,
    /// It publishes findings.
    Publish,
    /// It runs the project's own checks, in a sandbox.
    Check,
    /// It runs a program of the agent's own, in a sandbox.
    Run,
    /// It makes proposals.
    Propose,
    /// Only a user may do it.
    User,
}

/// The tools that are no skills: name, what it does, and its parameters with what each is.
type Row = (Tool, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const TABLE: &[Row] = &[
    (
        Tool::Read,
        "read",
        "Reads lines of a file of the workspace.",
        &[
            ("path", "the file, below the workspace"),
            ("from", "the first line, from 1; may be left out"),
            ("to", "the last line; may be left out"),
        ],
    ),
    (
        Tool::Report,
        "report",
        "Publishes a finding at a place, for the user to see in the editor.",
        &[
            ("path", "the file, below the workspace"),
            ("line", "the line, from 1"),
            ("message", "what is to be said"),
        ],
    ),
    (
        Tool::Edit,
        "edit",
        "Proposes to put one text of a file in the place of another. The user decides.",
        &[
            ("path", "the file, below the workspace"),
            ("old", "the text as it stands there; it must be there just once"),
            ("new", "what shall stand there"),
            ("reason", "why; may be left out"),
        ],
    ),
    (
        Tool::Write,
        "write",
        "Proposes all that a file shall hold, a new one too. The user decides.",
        &[
            ("path", "the file, below the workspace"),
            ("text", "all of it"),
            ("reason", "why; may be left out"),
        ],
    ),
    (
        Tool::Rewrite,
        "rewrite",
        "Proposes to rewrite every match of a pattern of code; a hole as `$A` stands for one part \
         of it, `$$$A` for several. The user decides.",
        &[
            ("pattern", "code of the language, with holes"),
            ("replacement", "what shall stand there, with the same holes"),
            ("language", "the language, as `rust`"),
            ("path", "only in files below this; may be left out"),
        ],
    ),
    (
        Tool::Define,
        "define",
        "Proposes an agent: its file is shown to the user, who decides.",
        &[("text", "all of its file, in YAML"), ("reason", "why; may be left out")],
    ),
    (
        Tool::Send,
        "send",
        "Sends a message to another agent of this workspace and gives its answer.",
        &[("to", "the agent"), ("message", "the message")],
    ),
];

impl Tool {
    /// The tool of this name; `_` and `-` count as the same.
    pub fn named(name: &str) -> Option<Tool> {
        let own = TABLE.iter().find(|it| it.1 == name).map(|it| it.0.clone());
        own.or_else(|| Skill::named(name).map(|it| Tool::Skill(it.id)))
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Tool> {
        TABLE.iter().map(|it| it.0.clone()).chain(SKILLS.iter().map(|it| Tool::Skill(it.id)))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Tool::Skill(id) => id.skill().name,
            Tool::Own(own) => &own.name,
            other => other.row().1,
        }
    }

    /// What it does, in a sentence.
    pub fn description(&self) -> &str {
        match self {
            Tool::Skill(id) => id.skill().description,
            Tool::Own(own) => &own.description,
            other => other.row().2,
        }
    }

    fn row(&self) -> &'static Row {
        let found = TABLE.iter().find(|it| it.0 == *self);
        found.expect("every tool that is no skill and nobody's own has a row")
    }

    /// What it does to the world.
    pub fn reach(&self) -> Reach {
        match self {
            Tool::Skill(SkillId::Verify) => Reach::Check,
            Tool::Skill(id) => match id.skill().kind {
                SkillKind::Report | SkillKind::Findings => Reach::Read,
                SkillKind::Change => Reach::Propose,
                SkillKind::Act => Reach::User,
            },
            Tool::Read | Tool::Send => Reach::Read,
            Tool::Report => Reach::Publish,
            Tool::Edit | Tool::Write | Tool::Rewrite | Tool::Define => Reach::Propose,
            Tool::Own(_) => Reach::Run,
        }
    }

    /// Whether an agent of this kind may call it: assistants answer, analyzers also publish and
    /// check, generators also propose, and specialists also run programs that they bring.
    pub fn is_for(&self, kind: AgentKind) -> bool {
        match self.reach() {
            Reach::Read => true,
            Reach::Publish | Reach::Check => kind != AgentKind::Assistant,
            Reach::Run => kind == AgentKind::Specialist,
            Reach::Propose => matches!(kind, AgentKind::Generator | AgentKind::Specialist),
            Reach::User => false,
        }
    }

    /// JSON Schema of its arguments.
    pub fn schema(&self) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        match self {
            // A model is at no place: what a cursor would say has to be said.
            Tool::Skill(id) => return schema_of(id.skill(), |it| it != Needed::Never),
            Tool::Own(own) => return own.schema(),
            other => {
                for (name, description) in other.row().3 {
                    let property = json!({"type": "string", "description": description});
                    properties.insert((*name).to_owned(), property);
                    if !description.contains("may be left out") {
                        required.push(name);
                    }
                }
            }
        }
        json!({"type": "object", "properties": properties, "required": required})
    }
}

/// JSON Schema of a skill's arguments; `is_required` says which have to be given.
pub(crate) fn schema_of(skill: &Skill, is_required: impl Fn(Needed) -> bool) -> Value {
    let mut properties = Map::new();
    for it in skill.parameters {
        let mut property = json!({"type": "string", "description": it.description});
        if let Takes::OneOf(words) = it.takes {
            property["enum"] = json!(words);
        }
        properties.insert(it.name.to_owned(), property);
    }
    let required = skill.parameters.iter().filter(|it| is_required(it.needed)).map(|it| it.name);
    json!({"type": "object", "properties": properties, "required": required.collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_kind_of_agent_may_call_grows_from_answers_to_edits() {
        let named = |name: &str| Tool::named(name).unwrap();
        let may = |name: &str| {
            use AgentKind::{Analyzer, Assistant, Generator, Specialist};
            [Assistant, Analyzer, Generator, Specialist].map(|it| named(name).is_for(it))
        };
        assert_eq!(may("read"), [true; 4]);
        assert_eq!(may("impact"), [true; 4]);
        assert_eq!(may("report"), [false, true, true, true]);
        assert_eq!(may("edit"), [false, false, true, true]);
        assert_eq!(may("organize-imports"), [false, false, true, true]);
        assert_eq!(may("undo"), [false; 4]);
        assert_eq!(may("verify"), [false, true, true, true]);
        let own = Tool::Own(Arc::default());
        use AgentKind::{Analyzer, Assistant, Generator, Specialist};
        let own = [Assistant, Analyzer, Generator, Specialist].map(|it| own.is_for(it));
        assert_eq!(own, [false, false, false, true]);
    }

    #[test]
    fn every_tool_has_a_name_of_its_own_that_providers_take_and_a_schema() {
        let all: Vec<Tool> = Tool::all().collect();
        let mut names: Vec<&str> = all.iter().map(Tool::name).collect();
        let is_letter = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
        assert!(names.iter().all(|it| it.len() <= 64 && it.bytes().all(is_letter)), "{names:?}");
        names.sort_unstable();
        let n_all = names.len();
        names.dedup();
        assert_eq!(names.len(), n_all);
        let schema = Tool::named("read").unwrap().schema();
        assert_eq!(schema["required"], json!(["path"]));
    }
}

//! Agents and workflows as a workspace defines them: `.aios/agents/*.yaml` and
//! `.aios/workflows/*.yaml`, checked field by field; and the skills that are built in. Nothing here
//! runs any of them.

mod definition;
mod skill;
mod table;
mod workflow;
mod yaml;

pub use crate::{
    definition::{AgentDef, AgentKind, Capability, Hook, Parameter, ParameterKind, Trigger},
    skill::{
        ArgumentError, Arguments, Finding, Needed, SKILLS, Skill, SkillChoice, SkillId, SkillKind,
        SkillParameter, SkillReply, Takes,
    },
    workflow::{Step, Workflow},
    yaml::{Problem, TEXT_BYTES_MAX},
};

/// What a file under `.aios/` is, by its path below the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Definition {
    /// An agent.
    Agent,
    /// A workflow.
    Workflow,
}

impl Definition {
    /// What the file at `path` (`.aios/agents/review.yaml`) defines; `None` for other files.
    pub fn of_path(path: &str) -> Option<Definition> {
        let (folder, name) = path.strip_prefix(".aios/")?.split_once('/')?;
        let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
        match folder {
            _ if !is_yaml || name.contains('/') => None,
            "agents" => Some(Definition::Agent),
            "workflows" => Some(Definition::Workflow),
            _ => None,
        }
    }
}

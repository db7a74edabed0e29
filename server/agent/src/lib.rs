//! Agents and workflows as a workspace defines them: `.aios/agents/*.yaml` and
//! `.aios/workflows/*.yaml`, checked field by field; the skills and agents that are built in; and
//! how an agent lives. Nothing here acts.

mod built_in;
mod citation;
mod command;
mod cron;
mod definition;
mod event;
mod flow;
mod hook;
mod instruct;
mod lifecycle;
mod limits;
mod own_tool;
mod page;
mod revise;
mod route;
mod routine;
mod run;
mod schema;
mod skill;
mod table;
mod task;
mod template;
mod tool;
mod workflow;
mod yaml;

pub use crate::{
    built_in::{BuiltIn, built_in_agents},
    citation::{CheckedAnswer, Citation, Shown, Support, check_citations, citations},
    command::{
        COMMAND_BYTES_MAX, Command, CommandError, Completion, Completions, command_text, complete,
        parse_command,
    },
    cron::Cron,
    definition::{AgentDef, AgentKind, Capability, Hook, Parameter, ParameterKind, Trigger},
    event::{EVENTS, matches_event},
    flow::{StepEffect, StepInput, StepOutput, StepRun, StepState, WorkflowRun, WorkflowState},
    hook::{BoundHook, Handler, HookChain, HookNote, HookStep},
    instruct::{instructed, instructing},
    lifecycle::{AgentState, Found, IllegalTransition, Life, Transition, settle},
    limits::{Limit, Limits, Spent},
    own_tool::OwnTool,
    page::{
        MESSAGE_BYTES_MAX, Written, place_for_message, read_message, read_request, request_page,
    },
    revise::{Revision, limit_values, revised},
    route::{Able, Chosen, IsName, Meaning, Route, Routed, Router, choosing, chosen, router},
    routine::{can_be_step, is_routine, routine},
    run::{AgentRun, Answer, Call, Effect, End, Input, Proposed, Said},
    skill::{
        ArgumentError, Arguments, Finding, Needed, SKILLS, Skill, SkillChoice, SkillId, SkillKind,
        SkillParameter, SkillReply, Takes, since_ms,
    },
    task::{Task, fill_all},
    template::{Template, template},
    tool::{Reach, Tool},
    workflow::{Approval, Condition, Each, Step, Workflow},
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

impl AgentKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            AgentKind::Assistant => "assistant",
            AgentKind::Analyzer => "analyzer",
            AgentKind::Generator => "generator",
            AgentKind::Specialist => "specialist",
        }
    }
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

//! What a user types: a command of the grammar, or a sentence that is routed to a skill or an
//! agent, by a model where there is one to ask, else by likeness.

use std::{collections::BTreeMap, fmt, sync::Arc, sync::atomic::AtomicBool};

use agent::{
    Able, AgentKind, Chosen, Command, CommandError, Completion, Completions, Meaning, Route,
    Routed, SkillChoice, SkillId, SkillReply, Takes, choosing, chosen, command_text, complete,
    parse_command, router,
};
use models::{ModelError, Registered, StopReason};

use super::{SkillCall, named};
use crate::{
    AgentTask, Area, ModelState, ReadError, Snapshot, WorkflowTask, agents::commands::agent_command,
};

/// Names of the workspace that complete a command.
const NAMES_MAX: usize = 40;
/// Characters of what a model says that knows of nothing to do.
const SAID_CHARS_MAX: usize = 600;
/// From here on the likeness of words counts for more than a model that calls nothing.
const SURE_MIN: f32 = 0.8;

/// What typed text comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Typed {
    /// A skill, named outright.
    Call(SkillCall),
    /// A skill that reads only, meant by a sentence.
    Meant {
        /// The skill.
        call: SkillCall,
        /// What the sentence was taken for.
        understood: Understood,
    },
    /// An agent, by a command.
    Agent(Box<AgentTask>),
    /// An agent that only answers or looks, meant by a sentence.
    MeantAgent {
        /// What it is asked to do.
        task: Box<AgentTask>,
        /// What the sentence was taken for.
        understood: Understood,
    },
    /// A workflow, by a command.
    Workflow(Box<WorkflowTask>),
    /// The user has to say more, or to choose.
    Reply(SkillReply),
}

/// What a sentence was taken for.
#[derive(Clone, Debug, PartialEq)]
pub struct Understood {
    /// The command that says the same: `/impact symbol=total`.
    pub command: String,
    /// By what.
    pub by: By,
}

/// What told what a sentence means.
#[derive(Clone, Debug, PartialEq)]
pub enum By {
    /// Its likeness to what others say: 0 to 1.
    Likeness(f32),
    /// The model of this id.
    Model(String),
}

impl fmt::Display for Understood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.by {
            By::Likeness(score) => write!(f, "understood as {} ({score:.2})", self.command),
            By::Model(id) => write!(f, "understood as {} (by {id})", self.command),
        }
    }
}

impl Typed {
    /// Whether the words alone leave no doubt that something that only reads is meant.
    fn is_surely_meant(&self) -> bool {
        matches!(self, Typed::Meant { understood, .. }
            if matches!(understood.by, By::Likeness(score) if SURE_MIN <= score))
    }
}

impl Snapshot {
    /// What `text`, typed at `at`, comes to, without asking a model. A sentence alone never starts
    /// what writes: it comes back as a choice, which says the command that it would be.
    ///
    /// # Errors
    /// Why a command is none.
    pub fn understand(&self, text: &str, at: Option<&Area>) -> Result<Typed, CommandError> {
        let sentence = match parse_command(text) {
            Ok(Command::Skill(skill, arguments)) => {
                return Ok(Typed::Call(SkillCall { skill, arguments, at: at.cloned() }));
            }
            Ok(Command::Sentence(sentence)) => sentence,
            Err(why @ CommandError::NoSkill { .. }) => {
                return self.own_command(text, at).ok_or(why);
            }
            Err(why) => return Err(why),
        };
        let is_name = |word: &str| {
            let graph = self.analysis.graph();
            !graph.definitions_at_path(word).is_empty()
        };
        let agents = self.able_agents();
        let words: Vec<Vec<String>> = agents.iter().map(Able::words).collect();
        Ok(match router().route_among(&sentence, &is_name, &words) {
            Route::Clear(it) => {
                let meant = self.meaning(&it, &sentence, &agents);
                self.meant(meant, By::Likeness(it.score), at)
            }
            Route::Unclear(all) => Typed::Reply(SkillReply::Choices {
                question: format!("what does `{sentence}` mean?"),
                choices: all
                    .iter()
                    .map(|it| {
                        let meant = self.meaning(it, &sentence, &agents);
                        choice(&meant, Some(it.score))
                    })
                    .collect(),
            }),
            Route::Nothing(nearest) => {
                let near = self.meaning(&nearest, &sentence, &agents);
                Typed::Reply(SkillReply::Nothing(format!(
                    "no skill is like this (the nearest is /{}, {:.2}); commands begin with /",
                    near.name(),
                    nearest.score
                )))
            }
        })
    }

    /// The model that says what `text` means; `None` for a command, and where there is none.
    pub(crate) fn model_for(&self, text: &str) -> Option<Registered> {
        match parse_command(text) {
            Ok(Command::Sentence(_)) => self.models.get(None).ok().cloned(),
            _ => None,
        }
    }

    /// What a sentence comes to, as a model sees it, which is asked. What it calls is treated as if
    /// it had been typed: it starts what only reads, and everything else is asked about first.
    ///
    /// # Errors
    /// Why the model did not say it, for people.
    pub(crate) fn understand_by(
        &self,
        model: &Registered,
        (sentence, at): (&str, Option<&Area>),
        cancel: &Arc<AtomicBool>,
    ) -> Result<Typed, ModelError> {
        let (agents, id) = (self.able_agents(), model.model.id());
        let here = at.and_then(|it| self.here(it));
        let request = choosing(sentence, here.as_deref(), &agents);
        let reply = model.model.chat(&request, cancel, &mut |_| {})?;
        let refused = |fact: String| ModelError::Malformed { model: id.to_owned(), fact };
        let mut all = chosen(&reply, &agents).map_err(refused)?;
        if all.len() <= 1 {
            let Some(one) = all.pop() else {
                // A small model calls nothing, whatever is said to it.
                if reply.stop != StopReason::Refused
                    && let Ok(typed) = self.understand(sentence, at)
                    && typed.is_surely_meant()
                {
                    return Ok(typed);
                }
                let said: String = reply.text.trim().chars().take(SAID_CHARS_MAX).collect();
                let said = if said.is_empty() { "nothing here does this".to_owned() } else { said };
                return Ok(Typed::Reply(SkillReply::Nothing(format!("{id}: {said}"))));
            };
            let meant = Meant::of(one, &agents);
            return Ok(self.meant(meant, By::Model(id.to_owned()), at));
        }
        let choices = all.into_iter().map(|it| choice(&Meant::of(it, &agents), None)).collect();
        let question = format!("`{sentence}` means several things: which one first?");
        Ok(Typed::Reply(SkillReply::Choices { question, choices }))
    }

    /// What agents can do that may act now. What the built-in ones do without a model are skills.
    fn able_agents(&self) -> Vec<Able> {
        let Ok(all) = self.agents() else { return Vec::new() };
        let mut res = Vec::new();
        for agent in all.into_iter().filter(|it| it.blocked.is_none()).filter_map(|it| it.agent) {
            let has_model = self.model_state(agent.def.model.as_deref()) == ModelState::Ready;
            for (nth, capability) in agent.def.capabilities.iter().enumerate() {
                let is_wanted = match (&capability.skill, &agent.path) {
                    (Some(_), None) => false,
                    (Some(_), Some(_)) => true,
                    (None, _) => has_model,
                };
                if is_wanted {
                    res.push(Able { def: Arc::clone(&agent.def), nth });
                }
            }
        }
        res
    }

    /// Where the user is, for a model.
    fn here(&self, at: &Area) -> Option<String> {
        let symbol = self.symbol_in(at).ok().and_then(|it| {
            let facts = self.analysis.facts(it.file)?;
            Some(facts.name_path(it.symbol))
        });
        let file = self.area(at).ok().map(|it| self.shown_path(self.vfs.path(it.file)));
        match (symbol, file) {
            (Some(symbol), Some(file)) => Some(format!("`{symbol}` in {file}")),
            (Some(symbol), None) => Some(format!("`{symbol}`")),
            (None, file) => file,
        }
    }

    /// What a routed sentence means, with what it says for it.
    fn meaning(&self, routed: &Routed, sentence: &str, agents: &[Able]) -> Meant {
        match routed.meaning {
            Meaning::Skill(skill) => Meant::Skill(skill, routed.given.clone()),
            Meaning::Other(nth) => Meant::Agent {
                able: agents[nth].clone(),
                arguments: BTreeMap::new(),
                // Without words to be told it does what it does; with a model it is told.
                message: match agents[nth].capability() {
                    it if it.skill.is_some() && it.words().is_none() => String::new(),
                    _ => sentence.to_owned(),
                },
            },
        }
    }

    /// Starts what is meant and reads only; asks about all else.
    fn meant(&self, meant: Meant, by: By, at: Option<&Area>) -> Typed {
        if meant.writes() {
            return Typed::Reply(SkillReply::Choices {
                question: "this changes something: is it meant?".to_owned(),
                choices: vec![choice(&meant, by.score())],
            });
        }
        match meant {
            Meant::Skill(id, given) => match id.skill().check(&given) {
                Ok(arguments) => {
                    let command = command_text(id.skill(), &arguments);
                    let call = SkillCall { skill: id, arguments, at: at.cloned() };
                    Typed::Meant { call, understood: Understood { command, by } }
                }
                Err(why) => Typed::Reply(SkillReply::Nothing(match by.score() {
                    Some(score) => format!("{why} ({score:.2})"),
                    None => why.to_string(),
                })),
            },
            Meant::Agent { ref able, ref arguments, ref message } => {
                let task = Box::new(AgentTask {
                    capability: Some(able.capability().name.clone()),
                    arguments: arguments.clone(),
                    message: message.clone(),
                    at: at.cloned(),
                    asks: true,
                    cause: "sentence".to_owned(),
                    ..AgentTask::by_user(&able.def.name)
                });
                let understood = Understood { command: meant.command(), by };
                Typed::MeantAgent { task, understood }
            }
        }
    }

    /// How a command can go on at its end, with the names and files of this workspace.
    ///
    /// # Errors
    /// [`ReadError::Stale`] after an edit.
    pub fn complete_command(&self, text: &str) -> Result<Completions, ReadError> {
        let mut res = complete(text);
        let typed = text.get(res.start..).unwrap_or_default();
        if res.start == 0 {
            self.own_completions(&mut res.items, typed);
        }
        match res.takes {
            Some(Takes::Symbol) if !typed.is_empty() => {
                let hits = self.analysis.workspace_symbols(typed, NAMES_MAX)?;
                res.items.extend(hits.iter().map(|it| Completion {
                    text: named(&it.target),
                    detail: it.target.kind.as_str().to_owned(),
                }));
            }
            Some(Takes::File) => {
                let paths = self.vfs.files().map(|it| self.shown_path(it.1));
                let fitting = paths.filter(|it| it.contains(typed)).take(NAMES_MAX);
                res.items.extend(fitting.map(|text| Completion { text, detail: String::new() }));
            }
            _ => {}
        }
        res.items.dedup();
        Ok(res)
    }
}

/// What a sentence means, whoever says so; nothing of it is checked yet.
enum Meant {
    Skill(SkillId, BTreeMap<String, String>),
    Agent { able: Able, arguments: BTreeMap<String, String>, message: String },
}

impl Meant {
    /// What a model chose among `agents`.
    fn of(chosen: Chosen, agents: &[Able]) -> Meant {
        match chosen {
            Chosen::Skill(id, given) => Meant::Skill(id, given),
            Chosen::Agent { nth, arguments, message } => {
                Meant::Agent { able: agents[nth].clone(), arguments, message }
            }
        }
    }

    fn name(&self) -> &str {
        match self {
            Meant::Skill(id, _) => id.skill().name,
            Meant::Agent { able, .. } => &able.def.name,
        }
    }

    /// True for what may change something, or propose to.
    fn writes(&self) -> bool {
        match self {
            Meant::Skill(id, _) => id.skill().writes(),
            Meant::Agent { able, .. } => {
                !matches!(able.def.kind, AgentKind::Assistant | AgentKind::Analyzer)
            }
        }
    }

    fn title(&self) -> String {
        match self {
            Meant::Skill(id, _) => id.skill().title.to_owned(),
            Meant::Agent { able, .. } => {
                let description = able.capability().description.split_whitespace();
                format!("{}: {}", able.def.name, description.collect::<Vec<_>>().join(" "))
            }
        }
    }

    /// The command that says the same. What does not fit is left out: the user sees the command and
    /// can complete it.
    fn command(&self) -> String {
        let (id, given) = match self {
            Meant::Skill(id, given) => (id, given),
            Meant::Agent { able, arguments, message } => {
                return agent_command(able, arguments, message);
            }
        };
        let (skill, mut given) = (id.skill(), given.clone());
        loop {
            match skill.check(&given) {
                Ok(arguments) => break command_text(skill, &arguments),
                Err(agent::ArgumentError::Unfit { name, .. }) => given.remove(name),
                Err(_) => {
                    let words = given.iter().map(|(name, value)| format!(" {name}={value}"));
                    break format!("/{}{}", skill.name, words.collect::<String>());
                }
            };
        }
    }
}

impl By {
    fn score(&self) -> Option<f32> {
        match self {
            By::Likeness(score) => Some(*score),
            By::Model(_) => None,
        }
    }
}

/// Something to choose, with the command that it is and how like the sentence is.
fn choice(meant: &Meant, score: Option<f32>) -> SkillChoice {
    let title = match score {
        Some(score) => format!("{} ({score:.2})", meant.title()),
        None => meant.title(),
    };
    SkillChoice { title, command: meant.command() }
}

//! What a user types: a command of the grammar, or a sentence that is routed to a skill.

use std::collections::BTreeMap;

use agent::{
    Command, CommandError, Completion, Completions, Route, Routed, SkillChoice, SkillReply, Takes,
    command_text, complete, parse_command, router,
};

use super::{SkillCall, named};
use crate::{AgentTask, Area, ReadError, Snapshot, WorkflowTask};

/// Names of the workspace that complete a command.
const NAMES_MAX: usize = 40;

/// What typed text comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Typed {
    /// A skill, named outright.
    Call(SkillCall),
    /// A skill that reads only, meant by a sentence: how like it was, and the command it stands
    /// for.
    Meant {
        /// The skill.
        call: SkillCall,
        /// `/impact symbol=total`.
        command: String,
        /// 0 to 1.
        score: f32,
    },
    /// An agent, by a command.
    Agent(Box<AgentTask>),
    /// A workflow, by a command.
    Workflow(Box<WorkflowTask>),
    /// The user has to say more, or to choose.
    Reply(SkillReply),
}

impl Snapshot {
    /// What `text`, typed at `at`, comes to. A sentence alone never starts what writes: it comes
    /// back as a choice, which says the command that it would be.
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
        Ok(match router().route(&sentence, &is_name) {
            Route::Clear(routed) => self.meant(&routed, at),
            Route::Unclear(all) => Typed::Reply(SkillReply::Choices {
                question: format!("what does `{sentence}` mean?"),
                choices: all.iter().map(choice).collect(),
            }),
            Route::Nothing(nearest) => Typed::Reply(SkillReply::Nothing(format!(
                "no skill is like this (the nearest is /{}, {:.2}); commands begin with /",
                nearest.skill.skill().name,
                nearest.score
            ))),
        })
    }

    fn meant(&self, routed: &Routed, at: Option<&Area>) -> Typed {
        let skill = routed.skill.skill();
        match skill.check(&routed.given) {
            Ok(arguments) if !skill.writes() => {
                let command = command_text(skill, &arguments);
                let call = SkillCall { skill: skill.id, arguments, at: at.cloned() };
                Typed::Meant { call, command, score: routed.score }
            }
            Ok(_) => Typed::Reply(SkillReply::Choices {
                question: "this changes something: is it meant?".to_owned(),
                choices: vec![choice(routed)],
            }),
            Err(why) => Typed::Reply(SkillReply::Nothing(format!("{why} ({:.2})", routed.score))),
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

/// A skill to choose, with what the sentence says for it and how like it is.
fn choice(routed: &Routed) -> SkillChoice {
    let skill = routed.skill.skill();
    let title = format!("{} ({:.2})", skill.title, routed.score);
    // What does not fit is left out: the user sees the command and can complete it.
    let mut given: BTreeMap<String, String> = routed.given.clone();
    let command = loop {
        match skill.check(&given) {
            Ok(arguments) => break command_text(skill, &arguments),
            Err(agent::ArgumentError::Unfit { name, .. }) => given.remove(name),
            Err(_) => {
                let words = given.iter().map(|(name, value)| format!(" {name}={value}"));
                break format!("/{}{}", skill.name, words.collect::<String>());
            }
        };
    };
    SkillChoice { title, command }
}

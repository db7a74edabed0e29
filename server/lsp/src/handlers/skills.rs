//! The commands that carry skills out: by name, by what was typed; how a command can go on.

use std::collections::BTreeMap;

use agent::SkillReply;
use engine::{Area, By, RunOutcome, RunRequest, SkillCall};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::{
    gen_lsp_types::{Position, Range},
    jsonrpc::Result,
};

use super::execute_command::{Document, parse, then};
use crate::{backend::Link, error, from_proto};

/// The argument of `aios.doCommand` and `aios.skill`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Argument {
    text: String,
    skill: String,
    arguments: BTreeMap<String, String>,
    text_document: Option<Document>,
    range: Option<Range>,
    position: Option<Position>,
    keep: bool,
}

impl Argument {
    /// Where the user is.
    fn area(&self, link: &Link) -> Result<Option<Area>> {
        let document = self.text_document.as_ref();
        document.map(|it| area(link, it, self.range, self.position)).transpose()
    }
}

/// Where the user is, in a document: a range, a position, or its beginning.
pub(super) fn area(
    link: &Link,
    document: &Document,
    range: Option<Range>,
    position: Option<Position>,
) -> Result<Area> {
    let at = position.map(|it| Range { start: it, end: it });
    let range = range.or(at).unwrap_or_default();
    Ok(Area::Range {
        path: from_proto::path_of(&document.uri)?,
        range: (from_proto::line_col(range.start), from_proto::line_col(range.end)),
        encoding: link.session.encoding,
        version: document.version,
    })
}

/// What was typed, as a run.
pub(super) async fn typed(link: &Link, argument: Value) -> Result<RunRequest> {
    let argument: Argument = parse(argument, "text")?;
    let at = argument.area(link)?;
    // A wrong command is told at once.
    let text = argument.text.clone();
    let answer = link.read("check command", move |view| {
        Ok(view.snapshot.check_command(&text).err().map(|it| it.to_string()))
    });
    if let Some(why) = answer.await? {
        return Err(error::failed(why));
    }
    Ok(RunRequest::Do { text: argument.text, at, then: then(argument.keep) })
}

/// A skill by its name, as a run.
pub(super) fn skill(link: &Link, argument: Value) -> Result<RunRequest> {
    let argument: Argument = parse(argument, "skill")?;
    let Some(skill) = agent::Skill::named(&argument.skill) else {
        let why = format!("there is no skill `{}`", argument.skill);
        return Err(error::invalid_params(why));
    };
    let arguments = skill.check(&argument.arguments);
    let arguments = arguments.map_err(|it| error::invalid_params(it.to_string()))?;
    let at = argument.area(link)?;
    let call = SkillCall { skill: skill.id, arguments, at };
    Ok(RunRequest::Skill { call: Box::new(call), then: then(argument.keep) })
}

/// How the command that is being typed can go on.
pub(super) async fn complete(link: &Link, argument: Value) -> Result<Option<Value>> {
    let argument: Argument = parse(argument, "text")?;
    let text = argument.text;
    let answer = link.read("complete command", move |view| {
        let found = view.snapshot.complete_command(&text)?;
        let items = found.items.iter().map(|it| json!({ "text": it.text, "detail": it.detail }));
        // Editors count characters; what is typed begins after so many.
        let start = text.get(..found.start).map_or(0, |it| it.chars().count());
        Ok(Some(json!({ "start": start, "items": items.collect::<Vec<_>>() })))
    });
    answer.await
}

/// What a skill answered, for whoever waits for its run.
pub(super) fn replied(link: &Link, outcome: &RunOutcome) -> Value {
    let RunOutcome::Replied { reply, markdown, understood, document } = outcome else {
        return Value::Null;
    };
    json!({
        "outcome": reply_word(reply),
        "message": outcome.describe(),
        "markdown": markdown,
        "understood": understood.as_ref().map(|it| match &it.by {
            By::Likeness(score) => json!({ "command": it.command, "score": score }),
            By::Model(id) => json!({ "command": it.command, "model": id }),
        }),
        "choices": choices(reply),
        "document": document.as_ref().map(|it| link.spellings.uri(it)),
    })
}

/// In one word, what a skill answered.
fn reply_word(reply: &SkillReply) -> &'static str {
    match reply {
        SkillReply::Report { .. } => "report",
        SkillReply::Findings { .. } => "findings",
        SkillReply::Change { .. } => "proposed",
        SkillReply::Choices { .. } => "choices",
        SkillReply::Nothing(_) => "nothing",
    }
}

/// What there is to choose from.
fn choices(reply: &SkillReply) -> Value {
    let SkillReply::Choices { choices, .. } = reply else { return Value::Null };
    let choices = choices.iter().map(|it| json!({ "title": it.title, "command": it.command }));
    json!(choices.collect::<Vec<_>>())
}

//! `aios do`: a skill by its command, or by a sentence that means one.

use std::path::Path;

use agent::{CommandError, Needed, SKILLS, SkillParameter, SkillReply, parse_command};
use engine::{Area, By, LoadGraph, RunOutcome, RunRequest, Then, Understood};
use serde_json::{Value, json};

use crate::{
    args::DoArgs,
    commands::{
        change::{Afterwards, proposed},
        run::answered,
        target::Target,
    },
    exit::Exit,
    output::{Output, Paint},
    session::Session,
};

/// Runs the command.
pub(crate) fn run(root: &Path, args: &DoArgs, output: Output) -> anyhow::Result<Exit> {
    if args.list {
        return list(output);
    }
    let text = args.text.join(" ");
    if let Some(start) = &args.complete {
        return completions(root, start, output);
    }
    // A command that is none needs no index to be refused.
    if let Err(why) = parse_command(&text)
        && !matches!(why, CommandError::NoSkill { .. })
    {
        return Ok(output.refuse(why)?);
    }
    let mut session = Session::indexed_with_vectors(root, LoadGraph::Always)?;
    let at = match &args.at {
        Some(at) => Some(Area::Place(Target::parse(at, &session.root)?.into_place())),
        None => None,
    };
    let outcome = session.run(RunRequest::Do { text, at, then: Then::Keep })?;
    let afterwards = if args.apply { Afterwards::Apply } else { Afterwards::Show };
    match outcome {
        // An agent says something, and may propose several things.
        RunOutcome::Ran(_) => answered(&mut session, outcome, afterwards, output),
        outcome => proposed(&mut session, outcome, afterwards, output),
    }
}

/// Prints what a skill answered.
pub(crate) fn print(
    reply: &SkillReply,
    markdown: &str,
    understood: Option<&Understood>,
    output: Output,
) -> anyhow::Result<Exit> {
    if let Some(it) = understood {
        let object = || match &it.by {
            By::Likeness(score) => json!({"understood": it.command, "score": score}),
            By::Model(id) => json!({"understood": it.command, "model": id}),
        };
        output.line(object, || output.paint(Paint::Faint, it.to_string()))?;
    }
    let exit = match reply {
        SkillReply::Nothing(why) => return Ok(output.refuse(why)?),
        SkillReply::Choices { .. } => Exit::Refused,
        _ => Exit::Done,
    };
    if output.is_json() {
        for object in objects(reply, markdown) {
            output.line(|| object, String::new)?;
        }
        return Ok(exit);
    }
    for line in markdown.lines() {
        let paint = if line.starts_with('#') { Paint::Head } else { Paint::Name };
        let line = without_addresses(line);
        match paint {
            Paint::Head => output.say(output.paint(paint, line))?,
            _ => output.say(proposal::visible_line(&line))?,
        }
    }
    Ok(exit)
}

fn objects(reply: &SkillReply, markdown: &str) -> Vec<Value> {
    match reply {
        SkillReply::Findings { findings, limits, .. } => {
            let found = findings.iter().map(|it| {
                json!({
                    "rule": it.rule,
                    "file": it.path.as_str(),
                    "start": it.range.start().raw(),
                    "end": it.range.end().raw(),
                    "symbol": it.symbol,
                    "message": it.message,
                    "remedy": it.remedy.map(|it| it.skill().name),
                })
            });
            found.chain([json!({ "limits": limits })]).collect()
        }
        SkillReply::Choices { question, choices } => {
            let choices =
                choices.iter().map(|it| json!({ "title": it.title, "command": it.command }));
            vec![json!({ "question": question, "choices": choices.collect::<Vec<_>>() })]
        }
        SkillReply::Report { title, .. } | SkillReply::Change { title, .. } => {
            vec![json!({ "title": title, "markdown": markdown })]
        }
        SkillReply::Nothing(why) => vec![json!({ "outcome": "refused", "message": why })],
    }
}

/// A line of Markdown with the texts of its links alone: a terminal shows no addresses.
fn without_addresses(line: &str) -> String {
    let mut res = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(open) = rest.find('[') {
        let (before, link) = rest.split_at(open);
        let parts = link[1..].split_once("](").and_then(|(text, after)| {
            let (address, after) = after.split_once(')')?;
            (address.starts_with("file:") && !text.contains('[')).then_some((text, after))
        });
        res.push_str(before);
        match parts {
            Some((text, after)) => {
                res.push_str(text);
                rest = after;
            }
            None => {
                res.push('[');
                rest = &link[1..];
            }
        }
    }
    res.push_str(rest);
    res
}

fn list(output: Output) -> anyhow::Result<Exit> {
    for it in SKILLS {
        let parameters: Vec<String> = it.parameters.iter().map(written).collect();
        output.line(
            || json!({"name": it.name, "description": it.description, "parameters": parameters}),
            || {
                let name = format!("/{} {}", it.name, parameters.join(" "));
                format!("{}\n    {}", output.paint(Paint::Name, name.trim_end()), it.description)
            },
        )?;
    }
    Ok(Exit::Done)
}

/// `SYMBOL`, in brackets where it may be missing.
fn written(it: &SkillParameter) -> String {
    let name = it.name.to_uppercase();
    if it.needed == Needed::Always { name } else { format!("[{name}]") }
}

fn completions(root: &Path, start: &str, output: Output) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Always)?;
    let text = start.to_owned();
    let found = session.ask("complete", move |snapshot| snapshot.complete_command(&text))?;
    for it in &found.items {
        output.line(
            || json!({"start": found.start, "text": it.text, "detail": it.detail}),
            || format!("{}  {}", it.text, output.paint(Paint::Faint, &it.detail)),
        )?;
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lose_their_addresses_and_brackets_stay() {
        let line = "- `f` · [a.rs:1](file:///a.rs#L1) and [b](x) and x[0]";
        assert_eq!(without_addresses(line), "- `f` · a.rs:1 and [b](x) and x[0]");
    }
}

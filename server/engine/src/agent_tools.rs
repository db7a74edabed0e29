//! The tools of agents, each carried out on one moment of the workspace. They read, and what they
//! would change comes back on paper.

use std::collections::BTreeMap;

use agent::{Answer, Call, Finding, SkillId, SkillReply, Tool};
use proposal::is_secret;
use text::{TextEdit, TextEdits, TextRange, TextSize};
use vfs::{SourceChange, Texts, VfsPath};

use crate::{ReadError, SkillCall, edit_tasks::EditContext};

/// Lines that one call reads at most.
const LINES_MAX: usize = 600;

/// What the tool answers.
pub(crate) fn answer(ctx: &EditContext, call: &Call) -> Result<Answer, ReadError> {
    let Call { tool, arguments } = call;
    let answered = match tool {
        Tool::Skill(skill) => return skill_answer(ctx, *skill, arguments),
        Tool::Read => read(ctx, arguments),
        Tool::Report => report(ctx, arguments),
        Tool::Edit => edit(ctx, arguments),
        Tool::Write => write(ctx, arguments),
        Tool::Send => Err("no message can be sent from here".to_owned()),
    };
    Ok(match answered {
        Ok((reply, text)) => Answer::Done { reply, text },
        Err(why) => Answer::Failed(why),
    })
}

fn skill_answer(
    ctx: &EditContext,
    skill: SkillId,
    arguments: &BTreeMap<String, String>,
) -> Result<Answer, ReadError> {
    let arguments = match skill.skill().check(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return Ok(Answer::Failed(error.to_string())),
    };
    match ctx.snapshot.skill(&SkillCall { skill, arguments, at: None }) {
        Ok(reply) => {
            let text = ctx.snapshot.reply_markdown(&reply);
            Ok(Answer::Done { reply, text })
        }
        Err(it @ (ReadError::Stale | ReadError::TooBusy | ReadError::Cancelled)) => Err(it),
        Err(error) => Ok(Answer::Failed(error.to_string())),
    }
}

/// The file that is meant: below the workspace, and none that git or secrets keep.
fn file(ctx: &EditContext, arguments: &BTreeMap<String, String>) -> Result<VfsPath, String> {
    let written = argument(arguments, "path")?;
    let is_odd = |it: &str| matches!(it, "" | "." | ".." | ".git");
    let root = ctx.snapshot.roots.first().ok_or("no folder is open")?;
    let relative = match written.strip_prefix(root.as_str()) {
        Some(rest) => rest.trim_start_matches('/'),
        None => written,
    };
    if relative.starts_with('/') || relative.contains('\\') || relative.split('/').any(is_odd) {
        return Err(format!("`{written}` is no file of the workspace"));
    }
    Ok(root.join(relative))
}

fn argument<'a>(arguments: &'a BTreeMap<String, String>, name: &str) -> Result<&'a str, String> {
    let found = arguments.get(name).map(String::as_str);
    found.ok_or_else(|| format!("the argument `{name}` is missing"))
}

fn number(arguments: &BTreeMap<String, String>, name: &str) -> Result<Option<usize>, String> {
    let Some(text) = arguments.get(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|it| 0 < *it);
    number.map(Some).ok_or_else(|| format!("`{name}` is a number from 1, not `{text}`"))
}

fn text_of(ctx: &EditContext, path: &VfsPath) -> Result<String, String> {
    if is_secret(path) {
        return Err(format!("{path} may hold secrets: it is not read"));
    }
    let present = ctx.present(path).map_err(|it| it.to_string())?;
    let present = present.ok_or_else(|| format!("{path}: there is no such file"))?;
    vfs::decode(path, present.bytes.to_vec()).map_err(|it| it.to_string())
}

type Answered = Result<(SkillReply, String), String>;

fn read(ctx: &EditContext, arguments: &BTreeMap<String, String>) -> Answered {
    let path = file(ctx, arguments)?;
    let listed = ctx.snapshot.roots.first().is_some_and(|it| ctx.snapshot.is_listed(it, &path));
    if !listed {
        return Err(format!("{path} is ignored by the workspace: it is not read"));
    }
    let text = text_of(ctx, &path)?;
    let from = number(arguments, "from")?.unwrap_or(1);
    let to = number(arguments, "to")?.unwrap_or(usize::MAX);
    let n_all = text.lines().count();
    let lines = text.lines().enumerate().skip(from - 1).take(to.saturating_sub(from - 1));
    let lines = lines.take(LINES_MAX).map(|(row, line)| format!("{:>5} {line}\n", row + 1));
    let mut shown: String = lines.collect();
    let n_shown = shown.lines().count();
    if from - 1 + n_shown < n_all.min(to) {
        shown.push_str(&format!("(lines {from} to {} of {n_all})\n", from - 1 + n_shown));
    }
    let title = path.to_string();
    Ok((SkillReply::Report { title, markdown: shown.clone() }, shown))
}

fn report(ctx: &EditContext, arguments: &BTreeMap<String, String>) -> Answered {
    let path = file(ctx, arguments)?;
    let message = argument(arguments, "message")?.to_owned();
    let line = number(arguments, "line")?.ok_or("the argument `line` is missing")?;
    let text = text_of(ctx, &path)?;
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let Some(own) = text.get(start..).and_then(|it| it.lines().next()) else {
        return Err(format!("{path} has no line {line}"));
    };
    let range = TextRange::at(size(start), size(own.len()));
    let finding = Finding {
        rule: "agent",
        path,
        range,
        symbol: None,
        message: message.clone(),
        related: Vec::new(),
        remedy: None,
    };
    let (title, findings) = (message, vec![finding]);
    let reply = SkillReply::Findings { title, findings, limits: Vec::new() };
    Ok((reply, "published".to_owned()))
}

fn edit(ctx: &EditContext, arguments: &BTreeMap<String, String>) -> Answered {
    let path = file(ctx, arguments)?;
    let (old, new) = (argument(arguments, "old")?, argument(arguments, "new")?);
    let text = text_of(ctx, &path)?;
    let mut places = text.match_indices(old).map(|it| it.0);
    let (Some(at), None, false) = (places.next(), places.next(), old.is_empty()) else {
        let n = text.matches(old).count();
        return Err(format!("`old` is there {n} times in {path}: it has to be there just once"));
    };
    let start = size(at);
    let range = TextRange::at(start, size(old.len()));
    let edits = TextEdits::new(vec![TextEdit { range, text: new.to_owned() }]);
    let edits = edits.map_err(|_| "the edit does not fit".to_owned())?;
    let change = SourceChange { edits: [(path.clone(), edits)].into(), ..SourceChange::default() };
    Ok((on_paper(ctx, &path, arguments, change), String::new()))
}

fn write(ctx: &EditContext, arguments: &BTreeMap<String, String>) -> Answered {
    let path = file(ctx, arguments)?;
    let text = argument(arguments, "text")?.to_owned();
    let present = ctx.present(&path).map_err(|it| it.to_string())?;
    let now = present.map(|it| vfs::decode(&path, it.bytes.to_vec())).transpose();
    let mut texts = Texts::new();
    texts.insert(path.clone(), now.map_err(|it| it.to_string())?);
    let change = SourceChange::between(&texts, &|_| Some(text.clone()));
    Ok((on_paper(ctx, &path, arguments, change), String::new()))
}

fn on_paper(
    ctx: &EditContext,
    path: &VfsPath,
    arguments: &BTreeMap<String, String>,
    change: SourceChange,
) -> SkillReply {
    let root = ctx.snapshot.roots.first();
    let shown = root.and_then(|it| path.relative_to(it)).unwrap_or(path.as_str());
    SkillReply::Change {
        title: format!("Change {shown}"),
        reason: arguments.get("reason").cloned().unwrap_or_default(),
        change,
        left: Vec::new(),
    }
}

fn size(offset: usize) -> TextSize {
    TextSize::from_usize(offset)
}

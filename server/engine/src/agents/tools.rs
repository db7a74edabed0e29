//! The tools of agents, each carried out on one moment of the workspace. They read, and what they
//! would change comes back on paper.

use std::collections::BTreeMap;

use agent::{AgentDef, Answer, Call, Finding, SkillId, SkillReply, Tool};
use ide::{Refactoring, Rewrite};
use proposal::is_secret;
use text::{TextRange, TextSize};
use vfs::{SourceChange, Texts, VfsPath};

use crate::{ReadError, SkillCall, edits::tasks::EditContext, own::OWN_FOLDER};

/// Lines that one call reads at most.
const LINES_MAX: usize = 600;

/// What the tool answers.
pub(crate) fn answer(ctx: &EditContext, call: &Call) -> Result<Answer, ReadError> {
    let Call { tool, arguments, taken } = call;
    let answered = match tool {
        Tool::Skill(skill) => return skill_answer(ctx, *skill, arguments),
        Tool::Read => read(ctx, arguments, taken),
        Tool::Report => report(ctx, arguments),
        Tool::Edit => edit(ctx, arguments, taken),
        Tool::Write => write(ctx, arguments),
        Tool::Rewrite => rewrite(ctx, arguments),
        Tool::Define => define(ctx, arguments),
        Tool::Send | Tool::Own(_) => Err("the executor does that".to_owned()),
    };
    Ok(match answered {
        Ok((reply, text)) => Answer::Done { reply, text },
        Err(why) => Answer::Failed(why),
    })
}

/// All that a run has taken down, as one change of the workspace as it is now.
pub(crate) fn gather(ctx: &EditContext, title: &str, reason: &str, edits: &[Call]) -> Answer {
    let change = || {
        let mut texts = Texts::new();
        let mut wanted = BTreeMap::new();
        for call in edits {
            let path = changed_file(ctx, &call.arguments)?;
            let present = ctx.present(&path).map_err(|it| it.to_string())?;
            let now = present.map(|it| vfs::decode(&path, it.bytes.to_vec())).transpose();
            texts.insert(path.clone(), now.map_err(|it| it.to_string())?);
            let text = drafted(ctx, &path, edits)?;
            wanted.insert(path, text);
        }
        Ok(SourceChange::between(&texts, &|path| wanted.get(path).cloned().flatten()))
    };
    match change() {
        Err(why) => Answer::Failed(why),
        Ok(change) => {
            let (title, reason) = (title.to_owned(), reason.to_owned());
            let reply = SkillReply::Change { title, reason, change, left: Vec::new() };
            Answer::Done { reply, text: String::new() }
        }
    }
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

/// The file that is meant: below the workspace, and none that git keeps.
pub(crate) fn file(ctx: &EditContext, written: &str) -> Result<VfsPath, String> {
    let is_odd = |it: &str| matches!(it, "" | "." | "..") || is_named(it, ".git");
    let root = ctx.snapshot.roots.first().ok_or("no folder is open")?;
    let relative = match written.strip_prefix(root.as_str()) {
        Some(rest) => rest.trim_start_matches('/'),
        None => written,
    };
    if relative.starts_with('/')
        || relative.contains(['\\', ':', '\0'])
        || relative.split('/').any(is_odd)
    {
        return Err(format!("`{written}` is no file of the workspace"));
    }
    let path = root.join(relative);
    match ctx.snapshot.is_linked(root, &path) {
        true => Err(format!("`{written}` is reached by a link, which may lead anywhere")),
        false => Ok(path),
    }
}

/// The same for a file that is to be changed: none that decides what the server itself may do.
fn changed_file(
    ctx: &EditContext,
    arguments: &BTreeMap<String, String>,
) -> Result<VfsPath, String> {
    let path = file(ctx, argument(arguments, "path")?)?;
    check_changed(ctx, &path)?;
    Ok(path)
}

fn check_changed(ctx: &EditContext, path: &VfsPath) -> Result<(), String> {
    let below = ctx.snapshot.roots.first().and_then(|it| path.relative_to(it)).unwrap_or_default();
    if below.split('/').any(|it| is_named(it, OWN_FOLDER)) {
        return Err(format!("{below} decides what aios itself may do: no agent changes it so"));
    }
    if is_secret(path) {
        return Err(format!("{below} may hold secrets: no agent changes it"));
    }
    Ok(())
}

/// Whether the part of a path is `name` on any file system: some take a capital or a dot at the end
/// for nothing.
fn is_named(part: &str, name: &str) -> bool {
    part.trim_end_matches(['.', ' ']).eq_ignore_ascii_case(name)
}

/// The file as the run wants it, with what it has taken down; `None` where there is none.
fn drafted(ctx: &EditContext, path: &VfsPath, taken: &[Call]) -> Result<Option<String>, String> {
    let mut text = match ctx.present(path).map_err(|it| it.to_string())? {
        Some(_) => Some(text_of(ctx, path)?),
        None => None,
    };
    for call in taken {
        if file(ctx, argument(&call.arguments, "path")?)? != *path {
            continue;
        }
        text = match call.tool {
            Tool::Edit => Some(replaced(path, text.as_deref().unwrap_or(""), &call.arguments)?),
            _ => Some(argument(&call.arguments, "text")?.to_owned()),
        };
    }
    Ok(text)
}

/// `text` with `new` in the place of `old`, which stands there once.
fn replaced(
    path: &VfsPath,
    text: &str,
    arguments: &BTreeMap<String, String>,
) -> Result<String, String> {
    let (old, new) = (argument(arguments, "old")?, argument(arguments, "new")?);
    match text.matches(old).count() {
        1 if !old.is_empty() => Ok(text.replacen(old, new, 1)),
        n => Err(format!("`old` is there {n} times in {path}: it has to be there just once")),
    }
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

fn read(ctx: &EditContext, arguments: &BTreeMap<String, String>, taken: &[Call]) -> Answered {
    let path = file(ctx, argument(arguments, "path")?)?;
    let listed = ctx.snapshot.roots.first().is_some_and(|it| ctx.snapshot.is_listed(it, &path));
    if !listed {
        return Err(format!("{path} is ignored by the workspace: it is not read"));
    }
    let text = drafted(ctx, &path, taken)?;
    let text = text.ok_or_else(|| format!("{path}: there is no such file"))?;
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
    let path = file(ctx, argument(arguments, "path")?)?;
    let message = argument(arguments, "message")?.to_owned();
    let line = number(arguments, "line")?.ok_or("the argument `line` is missing")?;
    let text = text_of(ctx, &path)?;
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let Some(own) = text.get(start..).and_then(|it| it.lines().next()) else {
        return Err(format!("{path} has no line {line}"));
    };
    let range = TextRange::at(TextSize::from_usize(start), TextSize::from_usize(own.len()));
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

fn edit(ctx: &EditContext, arguments: &BTreeMap<String, String>, taken: &[Call]) -> Answered {
    let path = changed_file(ctx, arguments)?;
    let text = drafted(ctx, &path, taken)?;
    let text = text.ok_or_else(|| format!("{path}: there is no such file"))?;
    let wanted = replaced(&path, &text, arguments)?;
    Ok(on_paper(ctx, &path, arguments, wanted))
}

fn write(ctx: &EditContext, arguments: &BTreeMap<String, String>) -> Answered {
    let path = changed_file(ctx, arguments)?;
    let text = argument(arguments, "text")?.to_owned();
    Ok(on_paper(ctx, &path, arguments, text))
}

fn rewrite(ctx: &EditContext, arguments: &BTreeMap<String, String>) -> Answered {
    let text = |name| argument(arguments, name).map(str::to_owned);
    let below = arguments.get("path").map(|it| file(ctx, it)).transpose()?;
    let done = ctx.snapshot.analysis.rewrite(&Rewrite {
        pattern: text("pattern")?,
        replacement: text("replacement")?,
        language: text("language")?,
        below,
    });
    let Refactoring { title, reason, change, left, .. } = done.map_err(|it| it.to_string())?;
    change.paths().iter().try_for_each(|it| check_changed(ctx, it))?;
    Ok((SkillReply::Change { title, reason, change, left }, String::new()))
}

/// The file of an agent, where it defines one without faults.
fn define(ctx: &EditContext, arguments: &BTreeMap<String, String>) -> Answered {
    let text = argument(arguments, "text")?.to_owned();
    let def = AgentDef::parse(&text).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        problems.join("\n")
    })?;
    if ctx.snapshot.own.roster().iter().any(|it| it.def.name == def.name) {
        return Err(format!("there is an agent `{}` already: choose another name", def.name));
    }
    let root = ctx.snapshot.roots.first().ok_or("no folder is open")?;
    let path = root.join(&format!("{OWN_FOLDER}/agents/{}.yaml", def.name));
    Ok(on_paper(ctx, &path, arguments, text))
}

fn on_paper(
    ctx: &EditContext,
    path: &VfsPath,
    arguments: &BTreeMap<String, String>,
    text: String,
) -> (SkillReply, String) {
    let root = ctx.snapshot.roots.first();
    let shown = root.and_then(|it| path.relative_to(it)).unwrap_or(path.as_str());
    let now = ctx.present(path).ok().flatten();
    let now = now.and_then(|it| vfs::decode(path, it.bytes.to_vec()).ok());
    let texts = Texts::from_iter([(path.clone(), now)]);
    let reply = SkillReply::Change {
        title: format!("Change {shown}"),
        reason: arguments.get("reason").cloned().unwrap_or_default(),
        change: SourceChange::between(&texts, &|_| Some(text.clone())),
        left: Vec::new(),
    };
    (reply, String::new())
}

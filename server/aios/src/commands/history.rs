//! `aios git`: the commits that touched a symbol or a file, and those that are like a question.

use std::path::Path;

use anyhow::bail;
use engine::{
    HistoryDepth, HistoryQuery, LikeCommit, LoadGraph, ReadError, RunOutcome, RunRequest, Snapshot,
    SymbolHistory,
};
use history::{Touch, hex};
use ide::FilePosition;
use proposal::visible_line;
use serde_json::{Value, json};
use vfs::VfsPath;

use crate::{
    args::GitArgs,
    commands::target::{Target, file_named},
    exit::Exit,
    output::{Output, Paint},
    session::{Session, tell},
    when::{self, Way},
};

/// Digits of a commit that are shown.
const COMMIT_DIGITS: usize = 10;

/// Runs the command.
pub(crate) fn run(root: &Path, args: &GitArgs, output: Output) -> anyhow::Result<Exit> {
    let since = args.since.as_deref().map(|it| when::moment(it, Way::Back)).transpose()?;
    let query = HistoryQuery {
        since_s: since.map(|it| it.as_second()),
        at: args.at.clone(),
        commits_max: args.limit.into(),
    };
    let needs = if args.like.is_some() { LoadGraph::Never } else { LoadGraph::Always };
    let mut session = Session::indexed(root, needs)?;
    read(&mut session)?;
    match (&args.like, &args.symbol) {
        (Some(question), _) => like(&session, question.clone(), query, output),
        (None, Some(symbol)) => of_symbol(&session, symbol, query, output),
        (None, None) => bail!("name a symbol or a file, or ask with --like"),
    }
}

/// Reads what was committed since the last time; what stands in the way is told.
pub(crate) fn read(session: &mut Session) -> anyhow::Result<()> {
    match session.run(RunRequest::ReadHistory(HistoryDepth::All))? {
        RunOutcome::HistoryRead(folders) => {
            for folder in folders {
                if let Err(why) = folder.found {
                    tell(&format!("aios: {}: {why}", folder.root));
                }
            }
            Ok(())
        }
        RunOutcome::Refused(why) | RunOutcome::Failed(why) => bail!("{why}"),
        other => bail!("reading the history ended as {other:?}"),
    }
}

fn of_symbol(
    session: &Session,
    written: &str,
    query: HistoryQuery,
    output: Output,
) -> anyhow::Result<Exit> {
    let file = file_named(written, &session.root)?;
    let target = match &file {
        Some(_) => None,
        None => Some(Target::parse(written, &session.root)?),
    };
    let found = session.ask("history", move |snapshot| match (&file, &target) {
        (Some(path), _) => Ok(vec![snapshot.file_history(snapshot.file(path)?, &query)?]),
        (None, Some(target)) => histories(snapshot, target, &query),
        (None, None) => Ok(Vec::new()),
    })?;
    for it in &found {
        print(it, output)?;
    }
    if found.is_empty() {
        return Ok(output.refuse(format!("no symbol `{written}` was found"))?);
    }
    Ok(Exit::Done)
}

fn histories(
    snapshot: &Snapshot,
    target: &Target,
    query: &HistoryQuery,
) -> Result<Vec<SymbolHistory>, ReadError> {
    let mut res = Vec::new();
    for FilePosition { file, offset } in target.positions(snapshot)? {
        let at = FilePosition { file, offset };
        for symbol in snapshot.analysis.symbols_at(at)? {
            res.push(snapshot.symbol_history(symbol, query)?);
        }
    }
    Ok(res)
}

fn print(found: &SymbolHistory, output: Output) -> anyhow::Result<()> {
    output.line(|| head_json(found), || head_text(found, output))?;
    if let Some(then) = &found.then {
        let place = format!("{}:{} at {}", then.path, then.line, short(&then.commit));
        output.line(
            || {
                json!({"then": {
                    "commit": then.commit, "path": then.path, "line": then.line, "text": then.text,
                }})
            },
            || {
                let lines: Vec<String> = then.text.lines().map(visible_line).collect();
                format!("{}\n{}", output.paint(Paint::Place, &place), lines.join("\n"))
            },
        )?;
    }
    for touch in &found.touches {
        output.line(|| touch_json(touch), || touch_text(touch, output))?;
    }
    for partner in &found.partners {
        let share = (partner.share() * 100.0).round();
        output.line(
            || json!({"partner": partner.path, "together": partner.together, "of": partner.of}),
            || {
                let how = format!(
                    "changed in {} of {} commits ({share} %)",
                    partner.together, partner.of
                );
                let path = visible_line(&partner.path);
                format!("with  {path}  {}", output.paint(Paint::Faint, how))
            },
        )?;
    }
    for limit in &found.limits {
        output.line(
            || json!({"limit": limit}),
            || output.paint(Paint::Faint, format!("note: {limit}")),
        )?;
    }
    Ok(())
}

fn head_json(found: &SymbolHistory) -> Value {
    json!({
        "file": found.path,
        "symbol": found.symbol,
        "commits": found.touches.len(),
        "uncommitted": found.is_uncommitted,
    })
}

fn head_text(found: &SymbolHistory, output: Output) -> String {
    let name = match &found.symbol {
        Some(symbol) => {
            format!("{}  {}", output.paint(Paint::Place, &found.path), visible_line(symbol))
        }
        None => output.paint(Paint::Place, &found.path),
    };
    let now = if found.is_uncommitted { ", changed since" } else { "" };
    let n = found.touches.len();
    let commits = if n == 1 { "commit" } else { "commits" };
    format!("{name}  {}", output.paint(Paint::Faint, format!("{n} {commits}{now}")))
}

fn touch_json(touch: &Touch) -> Value {
    json!({
        "commit": hex(&touch.commit.key),
        "date": date(touch.commit.time_s),
        "author": touch.commit.author.0,
        "email": touch.commit.author.1,
        "subject": touch.commit.subject,
        "path": touch.path,
        "added": touch.lines.0,
        "removed": touch.lines.1,
        "came": touch.came,
    })
}

fn touch_text(touch: &Touch, output: Output) -> String {
    let lines = format!("+{} -{}", touch.lines.0, touch.lines.1);
    let came = if touch.came { ", came here" } else { "" };
    format!(
        "{} {} {}  {}  {}",
        output.paint(Paint::Place, short(&hex(&touch.commit.key))),
        date(touch.commit.time_s),
        visible_line(&touch.commit.author.0),
        output.paint(Paint::Name, &touch.commit.subject),
        output.paint(Paint::Faint, format!("({lines}{came})"))
    )
}

fn like(
    session: &Session,
    question: String,
    query: HistoryQuery,
    output: Output,
) -> anyhow::Result<Exit> {
    let found =
        session.ask("commits like", move |snapshot| snapshot.commits_like(&question, &query))?;
    for it in &found {
        output.line(|| like_json(it), || like_text(it, &session.root, output))?;
    }
    if found.is_empty() {
        return Ok(output.refuse("no commit is like that")?);
    }
    Ok(Exit::Done)
}

fn like_json(it: &LikeCommit) -> Value {
    let links = it.links.iter().map(|it| {
        json!({
            "path": it.path, "symbol": it.symbol, "kind": it.kind,
            "added": it.lines.0, "removed": it.lines.1,
        })
    });
    json!({
        "commit": hex(&it.commit.key),
        "date": date(it.commit.time_s),
        "author": it.commit.author.0,
        "subject": it.commit.subject,
        "score": it.score,
        "files": it.commit.n_files,
        "touched": links.collect::<Vec<_>>(),
        "more": it.n_more,
    })
}

fn like_text(it: &LikeCommit, root: &VfsPath, output: Output) -> String {
    let mut lines = vec![format!(
        "{} {} {}  {}",
        output.paint(Paint::Place, short(&hex(&it.commit.key))),
        date(it.commit.time_s),
        visible_line(&it.commit.author.0),
        output.paint(Paint::Name, &it.commit.subject)
    )];
    if it.root != *root {
        lines.push(format!("    in {}", it.root));
    }
    for link in &it.links {
        let symbol = if link.symbol.is_empty() { "(top level)" } else { &link.symbol };
        let counts = format!("+{} -{}", link.lines.0, link.lines.1);
        lines.push(format!(
            "    {}  {} {}  {}",
            visible_line(&link.path),
            link.kind,
            visible_line(symbol),
            output.paint(Paint::Faint, counts)
        ));
    }
    if 0 < it.n_more {
        lines.push(output.paint(Paint::Faint, format!("    and {} more", it.n_more)));
    }
    lines.join("\n")
}

fn date(time_s: i64) -> String {
    when::day(time_s.max(0).cast_unsigned().saturating_mul(1000))
}

fn short(commit: &str) -> &str {
    &commit[..commit.len().min(COMMIT_DIGITS)]
}

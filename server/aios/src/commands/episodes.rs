//! `aios episodes`: what was noted of the user's work with the server.

use std::path::Path;

use engine::{EPISODES_MAX, Forget, LoadGraph, RunOutcome, RunRequest};
use serde_json::json;
use store::history::EpisodeRow;

use crate::{
    args::{EPISODE_KINDS, EpisodesArgs},
    commands::change::ended,
    exit::Exit,
    output::{Output, Paint},
    session::Session,
    when,
};

/// No more than these are ever kept.
pub(crate) const KEPT_MAX: usize = EPISODE_KINDS.len() * EPISODES_MAX;

/// `aios episodes`.
pub(crate) fn run(root: &Path, args: &EpisodesArgs, output: Output) -> anyhow::Result<Exit> {
    let mut session = Session::start(root, LoadGraph::Never)?;
    if args.forget {
        return match session.run(RunRequest::Forget(Forget::Episodes))? {
            RunOutcome::Forgotten(n) => {
                output.line(|| json!({"forgotten": n}), || format!("{n} forgotten"))?;
                Ok(Exit::Done)
            }
            other => ended(&session, &other, output),
        };
    }
    // All of them: what became of a question stands in those behind it.
    let all = session.ask("episodes", |it| it.noted_episodes(None, KEPT_MAX))?;
    let is_on = session.ask("settings", |it| Ok(it.settings.episodes))?;
    let wanted = all
        .iter()
        .enumerate()
        .filter(|it| args.kind.as_ref().is_none_or(|kind| it.1.kind == *kind));
    let shown: Vec<(usize, &EpisodeRow)> = wanted.take(usize::from(args.limit)).collect();
    if shown.is_empty() {
        let why = match (is_on, &args.kind) {
            (true, None) => "nothing was noted yet".to_owned(),
            (true, Some(kind)) => format!("nothing of the kind `{kind}` was noted yet"),
            (false, _) => "nothing is noted: the setting `episodes` is off".to_owned(),
        };
        return Ok(output.refuse(why)?);
    }
    for (nth, row) in shown {
        let outcome = outcome(row, &all[..nth]);
        output.line(
            || {
                json!({
                    "kind": row.kind,
                    "at_ms": row.at_ms,
                    "client": row.client,
                    "what": row.what,
                    "outcome": outcome,
                    "path": row.path,
                    "place": row.place,
                    "took_ms": row.took_ms,
                })
            },
            || text(row, &outcome, output),
        )?;
    }
    Ok(Exit::Done)
}

/// What came of an episode; of a question, what was done with its hits before the next one (`later`
/// are the episodes behind it, newest first).
fn outcome(row: &EpisodeRow, later: &[EpisodeRow]) -> String {
    if row.kind != "question" {
        return row.outcome.clone();
    }
    let until_next = later.iter().rev().take_while(|it| it.kind != "question");
    let of_it: Vec<&EpisodeRow> =
        until_next.filter(|it| matches!(it.kind.as_str(), "opened" | "used")).collect();
    let best = of_it.iter().find(|it| it.kind == "used").or(of_it.first());
    match best {
        Some(it) => format!("{} hit {}", it.kind, it.place),
        None if row.place == 0 => "nothing found".to_owned(),
        None => "ignored".to_owned(),
    }
}

fn text(row: &EpisodeRow, outcome: &str, output: Output) -> String {
    let took = match row.took_ms {
        0 => String::new(),
        ms if ms < 10_000 => format!("{ms} ms"),
        ms => format!("{} s", ms / 1000),
    };
    let place = if row.path.is_empty() { String::new() } else { format!(" {}", row.path) };
    format!(
        "{}  {:<8}  {}{}  {}",
        output.paint(Paint::Faint, when::minute(row.at_ms)),
        row.kind,
        output.paint(Paint::Name, &row.what),
        output.paint(Paint::Place, place),
        output.paint(
            Paint::Faint,
            [outcome, &took, &row.client]
                .into_iter()
                .filter(|it| !it.is_empty())
                .collect::<Vec<_>>()
                .join(", ")
        ),
    )
}

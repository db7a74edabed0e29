//! `aios remember`, `aios recall`, `aios forget`.

use std::path::Path;

use anyhow::bail;
use engine::{About, Episode, Forget, LoadGraph, Remember, RunOutcome, RunRequest};
use memory::{AnchorNow, Freshness, MemoryKind, RecallQuery, Recalled, Term};
use proposal::{TransactionState, visible_line};
use serde_json::{Value, json};

use crate::{
    args::{ForgetArgs, RecallArgs, RecallKind, RememberArgs},
    commands::target::{Target, file_named},
    exit::Exit,
    output::{Output, Paint},
    session::Session,
    when::{self, Way},
};

/// `aios remember`.
pub(crate) fn remember(root: &Path, args: &RememberArgs, output: Output) -> anyhow::Result<Exit> {
    let time = |it: &Option<String>| it.as_deref().map(ahead).transpose();
    let mut session = Session::indexed(root, LoadGraph::Always)?;
    let about = args.about.iter().map(|it| about_of(it, &session));
    let about = about.collect::<anyhow::Result<Vec<About>>>()?;
    let remember = Remember {
        text: args.text.join(" "),
        kind: MemoryKind::parse(&args.kind).unwrap_or_default(),
        about,
        valid_from_ms: time(&args.from)?,
        valid_to_ms: time(&args.until)?,
        expires_ms: time(&args.expires)?,
        replaces: args.replaces.clone(),
    };
    match session.run(RunRequest::Remember(Box::new(remember)))? {
        RunOutcome::Remembered(row) => {
            let places = row.anchors.len();
            output.line(
                || json!({"id": row.id, "kind": row.kind, "anchors": places}),
                || match places {
                    0 => format!(
                        "{} is remembered; it is about no place in the code, so \
                                  nobody will notice when it stops being so",
                        row.id
                    ),
                    _ => format!("{} is remembered", row.id),
                },
            )?;
            Ok(Exit::Done)
        }
        other => ended(other, output),
    }
}

/// `aios recall`.
pub(crate) fn recall(root: &Path, args: &RecallArgs, output: Output) -> anyhow::Result<Exit> {
    let text = args.text.join(" ");
    let max = usize::from(args.limit);
    match args.kind {
        Some(RecallKind::Episode) => return episodes(root, text, max, output),
        Some(RecallKind::Recent) => return recent(root, max, output),
        _ => {}
    }
    let session = Session::indexed(root, LoadGraph::Always)?;
    let about = args.about.as_deref();
    let about = about.map(|it| about_of(it, &session)).transpose()?;
    let as_of = args.as_of.as_deref().map(|it| when::moment(it, Way::Back)).transpose()?;
    let mut query = RecallQuery {
        text,
        kind: args.kind.and_then(RecallKind::of_memory),
        with_ended: args.all,
        memories_max: max,
        ..RecallQuery::default()
    };
    let recalled = session.ask("recall", move |snapshot| {
        query.now_ms = match as_of {
            Some(moment) => moment.as_millisecond().max(0).cast_unsigned(),
            None => snapshot.now_ms(),
        };
        if let Some(about) = &about {
            (query.path, query.symbol) = snapshot.place_of(about)?;
        }
        snapshot.recall(&query)
    })?;
    if args.markdown {
        output.say(memory::markdown(&recalled, &when::day))?;
        return Ok(Exit::Done);
    }
    for it in &recalled {
        output.line(|| recalled_json(it), || recalled_text(it, output))?;
    }
    if recalled.is_empty() {
        return Ok(output.refuse("nothing is remembered of that")?);
    }
    Ok(Exit::Done)
}

/// `aios forget`.
pub(crate) fn forget(root: &Path, args: &ForgetArgs, output: Output) -> anyhow::Result<Exit> {
    let forget = match (&args.id, args.expired, args.recent) {
        (Some(id), ..) => Forget::Memory(id.clone()),
        (None, true, _) => Forget::Expired,
        (None, false, true) => Forget::Recent,
        (None, false, false) => bail!("name a memory, or say --expired or --recent"),
    };
    let mut session = Session::start(root, LoadGraph::Never)?;
    match session.run(RunRequest::Forget(forget))? {
        RunOutcome::Forgotten(n) => {
            output.line(|| json!({"forgotten": n}), || format!("{n} forgotten"))?;
            Ok(Exit::Done)
        }
        other => ended(other, output),
    }
}

/// The file or the symbol that is written.
fn about_of(written: &str, session: &Session) -> anyhow::Result<About> {
    Ok(match file_named(written, &session.root)? {
        Some(path) => About::File(path),
        None => About::Symbol(Target::parse(written, &session.root)?.into_place()),
    })
}

fn ended(outcome: RunOutcome, output: Output) -> anyhow::Result<Exit> {
    match outcome {
        RunOutcome::Refused(why) => Ok(output.refuse(why)?),
        RunOutcome::Failed(why) => bail!("{why}"),
        other => bail!("it ended as {other:?}"),
    }
}

fn episodes(root: &Path, text: String, max: usize, output: Output) -> anyhow::Result<Exit> {
    let session = Session::start(root, LoadGraph::Never)?;
    let found = session.ask("episodes", move |snapshot| snapshot.episodes(&text, max))?;
    for it in &found {
        output.line(|| episode_json(it), || episode_text(it, output))?;
    }
    if found.is_empty() {
        return Ok(output.refuse("no change was made")?);
    }
    Ok(Exit::Done)
}

fn recent(root: &Path, max: usize, output: Output) -> anyhow::Result<Exit> {
    let session = Session::start(root, LoadGraph::Never)?;
    let rows = session.ask("recent", move |snapshot| snapshot.recent(None, max))?;
    for row in &rows {
        let what = [&row.path, &row.symbol, &row.text];
        let what: Vec<&str> =
            what.into_iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
        output.line(
            || {
                json!({
                    "at": when::day(row.at_ms), "kind": row.kind, "path": row.path,
                    "symbol": row.symbol, "text": row.text,
                })
            },
            || format!("{} {}  {}", when::day(row.at_ms), row.kind, visible_line(&what.join("  "))),
        )?;
    }
    if rows.is_empty() {
        return Ok(output.refuse("nothing happened lately")?);
    }
    Ok(Exit::Done)
}

fn recalled_json(it: &Recalled) -> Value {
    let anchors = it.memory.anchors.iter().zip(&it.anchors).map(|(anchor, now)| {
        let (now, to) = now_of(now);
        json!({"path": anchor.path, "symbol": anchor.symbol, "now": now, "moved_to": to})
    });
    json!({
        "id": it.memory.id,
        "kind": it.memory.kind,
        "text": it.memory.text,
        "by": it.memory.author,
        "state": it.freshness.as_str(),
        "holds": it.term == Term::Holds,
        "recorded": when::day(it.memory.recorded_ms),
        "from": when::day(it.memory.valid_from_ms),
        "until": it.memory.valid_to_ms.map(when::day),
        "expires": it.memory.expires_ms.map(when::day),
        "replaces": it.memory.replaces,
        "anchors": anchors.collect::<Vec<_>>(),
        "score": it.score,
    })
}

fn recalled_text(it: &Recalled, output: Output) -> String {
    let state = match (it.term, it.freshness) {
        (Term::Ended, _) => output.paint(Paint::Removed, "ended"),
        (Term::NotYet, _) => output.paint(Paint::Faint, "not yet"),
        (Term::Holds, Freshness::Fresh) => output.paint(Paint::Added, "fresh"),
        (Term::Holds, Freshness::Unanchored) => output.paint(Paint::Faint, "unanchored"),
        (Term::Holds, worse) => output.paint(Paint::Removed, worse),
    };
    let memory = &it.memory;
    let id = output.paint(Paint::Place, &memory.id);
    let mut head = format!("{id} {} {} {state}", when::day(memory.recorded_ms), memory.kind);
    let begins = Some(memory.valid_from_ms).filter(|it| *it != memory.recorded_ms);
    let times = [("from", begins), ("until", memory.valid_to_ms), ("expires", memory.expires_ms)];
    for (word, at_ms) in times.into_iter().filter_map(|(word, at)| Some((word, at?))) {
        head += &output.paint(Paint::Faint, format!(", {word} {}", when::day(at_ms)));
    }
    let mut lines = vec![head];
    lines.extend(it.memory.text.lines().map(|it| format!("    {}", visible_line(it))));
    for (anchor, now) in it.memory.anchors.iter().zip(&it.anchors) {
        let (now, to) = now_of(now);
        let to = to.map(|it| format!(" to {it}")).unwrap_or_default();
        let place = format!("{} {}", anchor.path, anchor.symbol);
        let place = format!("{}: {now}{to}", place.trim_end());
        lines.push(format!("    {}", output.paint(Paint::Faint, place)));
    }
    lines.join("\n")
}

fn now_of(now: &AnchorNow) -> (&'static str, Option<&str>) {
    match now {
        AnchorNow::Same => ("as it was", None),
        AnchorNow::Moved(to) => ("moved", Some(to)),
        AnchorNow::Changed => ("changed since", None),
        AnchorNow::Gone => ("gone", None),
    }
}

fn outcome(state: TransactionState) -> String {
    format!("{state:?}").to_lowercase()
}

fn episode_json(it: &Episode) -> Value {
    let done = &it.transaction;
    json!({
        "transaction": done.id.as_str(),
        "at": when::day(done.started_ms),
        "title": done.title,
        "by": done.caller,
        "outcome": outcome(done.state),
        "in_force": it.is_in_force,
        "files": done.files.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(),
    })
}

fn episode_text(it: &Episode, output: Output) -> String {
    let done = &it.transaction;
    let force = if it.is_in_force { "in force" } else { "not in force any more" };
    let files = done.files.len();
    format!(
        "{} {} {}  {}",
        output.paint(Paint::Place, done.id.as_str()),
        when::day(done.started_ms),
        output.paint(Paint::Name, &done.title),
        output.paint(
            Paint::Faint,
            format!("by {}, {}, {files} files, {force}", done.caller, outcome(done.state))
        )
    )
}

/// The moment that `written` means, in milliseconds since 1970.
fn ahead(written: &str) -> anyhow::Result<u64> {
    let moment = when::moment(written, Way::Ahead)?;
    Ok(moment.as_millisecond().max(0).cast_unsigned())
}

//! The product's own files: `propose`, `trust`, `untrust`.

use std::{
    io::{self, BufRead, IsTerminal, Read, Write},
    path::{Component, Path, PathBuf},
};

use anyhow::Context as _;
use engine::{LoadGraph, Own, RunRequest, Standing, Then, render_changes};
use serde_json::json;
use vfs::VfsPath;

use crate::{
    args::ProposeArgs,
    commands::change::{Afterwards, ended, proposed},
    exit::Exit,
    output::{Output, Paint},
    session::Session,
};

/// More is no file that a person writes.
const INPUT_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// `aios propose`.
pub(crate) fn propose(root: &Path, args: &ProposeArgs, output: Output) -> anyhow::Result<Exit> {
    let text = if args.delete { None } else { Some(input()?) };
    let mut session = Session::indexed(root, LoadGraph::Always)?;
    let path = place(&session.root, &args.file)?;
    let shown = path.relative_to(&session.root).unwrap_or(path.as_str()).to_owned();
    let title = args.title.clone().unwrap_or_else(|| match &text {
        Some(_) => format!("Write {shown}"),
        None => format!("Delete {shown}"),
    });
    let reason = args.reason.clone();
    let request = RunRequest::Write { title, reason, files: vec![(path, text)], then: Then::Keep };
    let outcome = session.run(request)?;
    let afterwards = if args.apply { Afterwards::Apply } else { Afterwards::Show };
    proposed(&mut session, outcome, afterwards, output)
}

fn input() -> anyhow::Result<String> {
    let mut text = String::new();
    let stdin = io::stdin().lock().take(INPUT_BYTES_MAX + 1);
    let n = io::BufReader::new(stdin)
        .read_to_string(&mut text)
        .context("standard input is no UTF-8 text")?;
    anyhow::ensure!(n as u64 <= INPUT_BYTES_MAX, "more than {INPUT_BYTES_MAX} bytes came in");
    Ok(text)
}

/// The file that is meant: from the workspace's top, else from here.
fn place(root: &VfsPath, file: &Path) -> anyhow::Result<VfsPath> {
    let from_top = root.as_path().join(file);
    let is_from_top = from_top.exists() || file.starts_with(".aios");
    let full = match (file.is_absolute(), is_from_top) {
        (true, _) => file.to_owned(),
        (false, true) => from_top,
        (false, false) => std::env::current_dir()?.join(file),
    };
    let mut plain = PathBuf::new();
    for part in full.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    VfsPath::from_path(&plain)
        .with_context(|| format!("the name of {} is not UTF-8", plain.display()))
}

/// `aios trust`.
pub(crate) fn trust(root: &Path, yes: bool, output: Output) -> anyhow::Result<Exit> {
    let mut session = Session::indexed(root, LoadGraph::Never)?;
    let own = session.ask("trust", |snapshot| Ok(snapshot.own.clone()))?;
    show(&own, output)?;
    if own.standing == Standing::Trusted {
        return Ok(Exit::Done);
    }
    if !yes && !is_sure()? {
        let seen = "nothing was trusted; to trust it without being asked: aios trust --yes";
        return Ok(output.refuse(seen)?);
    }
    // What was shown is what is trusted: a file that changed meanwhile refuses it.
    let outcome = session.run(RunRequest::Trust { seen: Some(own.fingerprint.clone()) })?;
    ended(&session, &outcome, output)
}

fn show(own: &Own, output: Output) -> anyhow::Result<()> {
    let files: Vec<&str> = own.changes.iter().map(|it| it.path.as_str()).collect();
    output.line(
        || {
            json!({
                "standing": own.standing.name(),
                "fingerprint": own.fingerprint,
                "changed": files,
                "agents": own.agents.values().map(|it| &it.name).collect::<Vec<_>>(),
                "workflows": own.workflows.values().map(|it| &it.name).collect::<Vec<_>>(),
                "problems": own.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })
        },
        || match own.standing {
            Standing::Unasked => "nobody was asked yet to trust this workspace".to_owned(),
            standing => format!("this workspace is {}", standing.name()),
        },
    )?;
    for line in render_changes(&own.changes).lines() {
        let paint = match line.as_bytes().first() {
            _ if line.starts_with("+++") || line.starts_with("---") => Paint::Head,
            Some(b'+') => Paint::Added,
            Some(b'-') => Paint::Removed,
            _ => Paint::Faint,
        };
        output.say(output.paint(paint, line))?;
    }
    for problem in &own.problems {
        output.say(output.paint(Paint::Removed, problem))?;
    }
    output.say(
        "Trusted, its settings count, its agents and workflows may be run, and the checks of the \
         project (its own build and tests) are run in a sandbox.",
    )?;
    Ok(())
}

/// Asks on the terminal; whoever cannot be asked has not said yes.
fn is_sure() -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(false);
    }
    write!(io::stderr(), "Trust it just as it is? [y/N] ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// `aios untrust`.
pub(crate) fn untrust(root: &Path, output: Output) -> anyhow::Result<Exit> {
    let mut session = Session::indexed(root, LoadGraph::Never)?;
    let outcome = session.run(RunRequest::Untrust)?;
    ended(&session, &outcome, output)
}

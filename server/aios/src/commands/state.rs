//! How things are: `status` and `doctor`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use engine::{IndexSummary, LoadGraph, Own, ServerStatus};
use serde_json::{Value, json};
use vfs::VfsPath;

use crate::{
    commands::{change::journal, setup::attachments},
    exit::Exit,
    output::{Output, Paint},
    session::{Session, state_dir},
};

/// `aios status`.
pub(crate) fn status(root: &Path, all_skipped: bool, output: Output) -> anyhow::Result<Exit> {
    let mut session = Session::start(root, LoadGraph::IfChanged)?;
    let summary = session.index()?;
    let status = session.ask("status", |snapshot| Ok(snapshot.status.clone()))?;
    if all_skipped {
        for it in &summary.skipped {
            let path = it.path.relative_to(&session.root).unwrap_or(it.path.as_str());
            output.line(
                || json!({"file": path, "skipped": it.reason.to_string()}),
                || output.paint(Paint::Place, format!("{path}: {}", it.reason)),
            )?;
        }
    }
    output.line(|| status_json(&status), || status_text(&status, root))?;
    Ok(Exit::Done)
}

fn status_json(status: &ServerStatus) -> Value {
    let memory: serde_json::Map<String, Value> =
        status.memory.iter().map(|it| (it.name.to_owned(), json!(it.bytes))).collect();
    json!({
        "revision": status.revision,
        "files": status.files,
        "indexed": status.indexed,
        "lag": status.lag,
        "unembedded": status.unembedded,
        "read_only": status.read_only,
        "skipped": status.n_skipped,
        "memory": memory,
        "message": status.message,
    })
}

fn status_text(status: &ServerStatus, root: &Path) -> String {
    let mut lines = vec![
        format!("workspace  {}", root.display()),
        format!("files      {} known, {} still to be read", status.files, status.lag),
        format!("skipped    {}", status.n_skipped),
    ];
    if status.read_only {
        lines.push("index      read only: another server writes it, or the folder forbids".into());
    }
    for part in &status.memory {
        lines.push(format!("memory     {:.1} MB {}", part.bytes as f64 / 1e6, part.name));
    }
    if !status.message.is_empty() {
        lines.push(format!("note       {}", status.message));
    }
    lines.join("\n")
}

/// `aios doctor`: each check says what it looked at, and what to do where it fails.
pub(crate) fn doctor(root: &Path, output: Output) -> anyhow::Result<Exit> {
    let mut all_good = true;
    for check in checks(root) {
        let (mark, paint) = match check.outcome {
            Ok(_) => ("ok", Paint::Added),
            Err(_) => ("FAIL", Paint::Removed),
        };
        all_good &= check.outcome.is_ok();
        let (Ok(fact) | Err(fact)) = &check.outcome;
        output.line(
            || json!({"check": check.name, "ok": check.outcome.is_ok(), "fact": fact}),
            || format!("{} {:<18} {fact}", output.paint(paint, format!("{mark:<4}")), check.name),
        )?;
    }
    Ok(if all_good { Exit::Done } else { Exit::Refused })
}

struct Check {
    name: &'static str,
    /// The fact that was found, good or bad.
    outcome: Result<String, String>,
}

fn checks(root: &Path) -> Vec<Check> {
    let state = state_of(root);
    let mut checks = vec![
        Check { name: "version", outcome: Ok(env!("CARGO_PKG_VERSION").to_owned()) },
        Check { name: "workspace", outcome: readable(root) },
        Check { name: "state folder", outcome: state.as_deref().map_err(text).and_then(writable) },
        Check { name: "languages", outcome: Ok(languages()) },
    ];
    let (index, own) = match look(root) {
        Ok(seen) => (index_and_journal(root, &seen), own_files(&seen.own)),
        Err(why) => (Err(why.clone()), Err(why)),
    };
    checks.push(Check { name: "index and journal", outcome: index });
    checks.push(Check { name: "files under .aios", outcome: own });
    // After the history was opened: damage is found then.
    let damaged = state.as_deref().map_err(text).and_then(no_damaged_history);
    checks.push(Check { name: "damaged history", outcome: damaged });
    checks.extend(attachments().map(|(name, outcome)| Check { name, outcome }));
    checks
}

fn state_of(root: &Path) -> Result<PathBuf, anyhow::Error> {
    let root = VfsPath::from_path(root).context("the folder's name is not UTF-8")?;
    state_dir(&root).context("set AIOS_STATE_DIR or HOME to an absolute path")
}

fn text(error: &anyhow::Error) -> String {
    format!("{error:#}")
}

fn readable(root: &Path) -> Result<String, String> {
    match fs::read_dir(root) {
        Ok(_) => Ok(root.display().to_string()),
        Err(error) => Err(format!("{}: {error}", root.display())),
    }
}

fn writable(state: &Path) -> Result<String, String> {
    let probe = state.join(format!("probe-{}", std::process::id()));
    let written = fs::create_dir_all(state).and_then(|()| fs::write(&probe, "aios"));
    let res = match written {
        Ok(()) => Ok(state.display().to_string()),
        Err(error) => Err(format!("{}: {error}; set AIOS_STATE_DIR", state.display())),
    };
    // Where it could not be written there is nothing to remove.
    let _ = fs::remove_file(&probe);
    res
}

fn languages() -> String {
    let names: Vec<&str> = grammars::LANGUAGES.iter().map(|it| it.name).collect();
    format!("{} packs: {}", names.len(), names.join(", "))
}

/// What a session of its own says of the workspace.
struct Seen {
    summary: IndexSummary,
    status: Arc<ServerStatus>,
    own: Arc<Own>,
}

fn look(root: &Path) -> Result<Seen, String> {
    let look = || {
        let mut session = Session::start(root, LoadGraph::IfChanged)?;
        let summary = session.index()?;
        let seen = session.ask("status", |snapshot| {
            journal(snapshot)?.proposals(1)?;
            Ok((Arc::clone(&snapshot.status), Arc::clone(&snapshot.own)))
        });
        let (status, own) = seen?;
        anyhow::Ok(Seen { summary, status, own })
    };
    look().map_err(|error| text(&error))
}

/// Whether the settings, agents and workflows of the workspace are what they should be.
fn own_files(own: &Own) -> Result<String, String> {
    let problems: Vec<String> = own.problems.iter().map(ToString::to_string).collect();
    match problems.is_empty() {
        true => Ok(format!(
            "{} agents, {} workflows, {}",
            own.agents.len(),
            own.workflows.len(),
            own.standing.name()
        )),
        false => Err(problems.join("; ")),
    }
}

fn index_and_journal(root: &Path, seen: &Seen) -> Result<String, String> {
    let Seen { summary, status, .. } = seen;
    if !status.message.is_empty() {
        return Err(status.message.clone());
    }
    let fact = format!("{} files, {} symbols", summary.files, summary.symbols);
    if !status.read_only {
        return Ok(fact);
    }
    let index = state_of(root).map_err(|error| text(&error))?.join("index.db");
    // A server that runs is no fault; a file that nobody may write is.
    match fs::File::options().append(true).open(&index) {
        Ok(_) => Ok(format!("{fact}; another server writes the index")),
        Err(error) => Err(format!("{}: {error}; the index is out of date", index.display())),
    }
}

/// Histories that were damaged and moved aside: what they hold cannot be undone any more.
fn no_damaged_history(state: &Path) -> Result<String, String> {
    let entries = fs::read_dir(state).map_err(|error| format!("{}: {error}", state.display()))?;
    let names = entries.flatten().filter_map(|it| it.file_name().into_string().ok());
    let mut damaged: Vec<String> =
        names.filter(|it| it.starts_with("history.damaged-") && it.ends_with(".db")).collect();
    damaged.sort();
    match damaged.is_empty() {
        true => Ok("none".to_owned()),
        false => Err(format!(
            "{} in {}: moved aside, changes from before cannot be undone; save what you need with \
             `sqlite3 FILE .recover`, then delete it",
            damaged.join(", "),
            state.display()
        )),
    }
}

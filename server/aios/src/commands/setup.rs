//! `aios setup`: puts aios into an editor, or takes it out, by changing only what is its own there.

mod files;
mod helix;
mod neovim;
mod vscode;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum;
use serde_json::json;

use self::files::FileChange;
use crate::{
    args::SetupArgs,
    exit::Exit,
    output::{Output, Paint},
};

/// An editor that aios can be put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Editor {
    /// Visual Studio Code, VSCodium, code-server: an extension.
    Vscode,
    /// Neovim 0.11 and newer: a plugin in its packages.
    Neovim,
    /// Helix: entries of languages.toml.
    Helix,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Add,
    Remove,
}

/// What is to be done, before any of it is.
#[derive(Debug, Default)]
struct Plan {
    files: Vec<FileChange>,
    /// A command of the editor's own to be run.
    command: Option<vscode::Install>,
    /// What the user still has to do or should know.
    notes: Vec<String>,
}

/// Shows what would change, and changes it unless this is a dry run.
///
/// # Errors
/// A file that cannot be read, parsed or written, named; nothing is changed then, or what was
/// changed is told.
pub(crate) fn run(args: &SetupArgs, output: Output) -> anyhow::Result<Exit> {
    let direction = if args.remove { Direction::Remove } else { Direction::Add };
    let program = std::env::current_exe().context("where this program is cannot be found out")?;
    let plan = match args.editor {
        Editor::Helix => helix::plan(direction, &program)?,
        Editor::Neovim => neovim::plan(direction, &program)?,
        Editor::Vscode => vscode::plan(direction, args.vsix.as_deref(), &program)?,
    };
    let changes: Vec<&FileChange> = plan.files.iter().filter(|it| it.changes()).collect();
    for change in &changes {
        show(change, args.dry_run, output)?;
    }
    if changes.is_empty() && plan.command.is_none() {
        let object = || json!({"outcome": "unchanged", "message": "nothing to change"});
        output.line(object, || "Nothing to change.".to_owned())?;
    }
    if !args.dry_run {
        for change in &changes {
            change.write()?;
        }
    }
    if let Some(command) = &plan.command {
        output.line(
            || json!({"outcome": outcome(args.dry_run), "command": command.words()}),
            || format!("{} {}", outcome(args.dry_run), command.words().join(" ")),
        )?;
        if !args.dry_run {
            command.run()?;
        }
    }
    for note in &plan.notes {
        output.line(|| json!({"note": note}), || note.clone())?;
    }
    Ok(Exit::Done)
}

/// What became, or becomes, of a change.
fn outcome(dry_run: bool) -> &'static str {
    if dry_run { "would run" } else { "running" }
}

fn show(change: &FileChange, dry_run: bool, output: Output) -> anyhow::Result<()> {
    let did = match (&change.before, &change.after) {
        (None, _) => "create",
        (_, None) => "delete",
        _ => "change",
    };
    let word = if dry_run { format!("would {did}") } else { did.to_owned() };
    let diff = change.diff();
    output.line(
        || json!({"outcome": word, "file": change.path, "diff": diff}),
        || output.paint(Paint::Head, format!("{word} {}", change.path.display())),
    )?;
    for line in diff.lines() {
        let paint = match line.chars().next() {
            Some('+') => Paint::Added,
            Some('-') => Paint::Removed,
            _ => Paint::Faint,
        };
        output.say(output.paint(paint, line))?;
    }
    Ok(())
}

/// A folder of the user's: `variable` where that is set to an absolute path, else `below_home`.
fn user_folder(variable: &str, below_home: &str) -> anyhow::Result<PathBuf> {
    let absolute = |name: &str| {
        let value = std::env::var_os(name).map(PathBuf::from);
        value.filter(|it| it.is_absolute())
    };
    absolute(variable)
        .or_else(|| Some(absolute("HOME")?.join(below_home)))
        .with_context(|| format!("set HOME or {variable} to an absolute path"))
}

/// How each editor stands, for `aios doctor`: the good or bad fact of it.
pub(crate) fn attachments() -> [(&'static str, Result<String, String>); 3] {
    let program = std::env::current_exe().unwrap_or_default();
    [
        ("nvim", neovim::attachment(&program)),
        ("hx", helix::attachment(&program)),
        ("code", vscode::attachment()),
    ]
}

/// Where `program` lies on the PATH.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|it| it.join(program)).find(|it| it.is_file())
}

/// `path` as text, for files that hold text only.
fn text_of(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{}: the path is not UTF-8", path.display()))
}

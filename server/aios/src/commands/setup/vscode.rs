//! VS Code and its kin: the extension, installed by the editor's own command line.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use super::{Direction, Plan, on_path};

/// The extension, as VS Code names it.
const ID: &str = "aios.aios";

/// Command lines that install extensions, in the order in which they are looked for.
const EDITORS: &[&str] = &["code", "codium", "code-insiders", "code-server"];

/// A call of the editor's own command line.
#[derive(Debug)]
pub(super) struct Install {
    program: PathBuf,
    arguments: Vec<String>,
}

impl Install {
    /// The call in words.
    pub(super) fn words(&self) -> Vec<String> {
        let program = self.program.display().to_string();
        std::iter::once(program).chain(self.arguments.iter().cloned()).collect()
    }

    /// Runs it.
    ///
    /// # Errors
    /// The call, and how it ended.
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let call = || self.words().join(" ");
        let status = Command::new(&self.program).args(&self.arguments).status();
        let status = status.with_context(call)?;
        anyhow::ensure!(status.success(), "{}: {status}", call());
        Ok(())
    }
}

pub(super) fn plan(
    direction: Direction,
    vsix: Option<&Path>,
    program: &Path,
) -> anyhow::Result<Plan> {
    let editor =
        editor().with_context(|| format!("none of {} is on the PATH", EDITORS.join(", ")))?;
    let arguments = match direction {
        Direction::Remove => vec!["--uninstall-extension".to_owned(), ID.to_owned()],
        Direction::Add => {
            let vsix = match vsix {
                Some(vsix) => vsix.to_owned(),
                None => beside(program).with_context(|| {
                    format!(
                        "there is no aios-*.vsix beside {}: name one with --vsix, or make one with \
                         `cargo xtask dist`",
                        program.display()
                    )
                })?,
            };
            anyhow::ensure!(vsix.is_file(), "{}: there is no such file", vsix.display());
            vec!["--install-extension".to_owned(), vsix.display().to_string(), "--force".to_owned()]
        }
    };
    let command = Some(Install { program: editor, arguments });
    Ok(Plan { command, ..Plan::default() })
}

/// How VS Code stands.
pub(super) fn attachment() -> Result<String, String> {
    let Some(editor) = editor() else { return Ok("not on PATH".to_owned()) };
    let shown = editor.display();
    let output = Command::new(&editor).arg("--list-extensions").output();
    let output = output.map_err(|it| format!("{shown} --list-extensions: {it}"))?;
    let listed = String::from_utf8_lossy(&output.stdout);
    match listed.lines().any(|it| it.trim() == ID) {
        true => Ok(format!("{shown}; set up")),
        false => Ok(format!("{shown}; not set up: `aios setup vscode`")),
    }
}

fn editor() -> Option<PathBuf> {
    EDITORS.iter().find_map(|it| on_path(it))
}

/// The newest package beside the binary, as a release lays them out.
fn beside(program: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(program.parent()?).ok()?;
    let is_package = |it: &PathBuf| {
        let name = it.file_name().and_then(|it| it.to_str()).unwrap_or_default();
        name.starts_with("aios-") && name.ends_with(".vsix")
    };
    entries.flatten().map(|it| it.path()).filter(is_package).max()
}

//! Foreign programs that packaging calls, each with its call in the error.

use std::{path::Path, process::Command};

use anyhow::Context as _;

/// Runs `program` in `folder` and waits for its end. Its output goes to ours.
///
/// # Errors
/// The call, and how it ended.
pub(crate) fn run(folder: &Path, program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let call = || format!("{program} {} (in {})", arguments.join(" "), folder.display());
    // npm is a script on Windows, which only the shell finds.
    let program = if cfg!(windows) && program == "npm" { "npm.cmd" } else { program };
    let status = Command::new(program).args(arguments).current_dir(folder).status();
    let status = status.with_context(call)?;
    anyhow::ensure!(status.success(), "{}: {status}", call());
    Ok(())
}

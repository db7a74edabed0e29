//! Which folder a command works on.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Names that mark the top of a workspace.
const MARKS: [&str; 2] = [".aios", ".git"];

/// The workspace: the folder that was asked for, else the nearest one from here up that holds a
/// mark of a workspace, else this one.
///
/// # Errors
/// Where the folder does not exist or is no folder.
pub(crate) fn workspace(asked: Option<&Path>) -> anyhow::Result<PathBuf> {
    let root = match asked {
        Some(folder) => folder.to_owned(),
        None => {
            let here = std::env::current_dir().context("the current folder cannot be read")?;
            nearest_marked(&here).unwrap_or(here)
        }
    };
    let root = root
        .canonicalize()
        .with_context(|| format!("the folder {} cannot be opened", root.display()))?;
    anyhow::ensure!(root.is_dir(), "{} is not a folder", root.display());
    Ok(root)
}

fn nearest_marked(from: &Path) -> Option<PathBuf> {
    let marked = |folder: &&Path| MARKS.iter().any(|mark| folder.join(mark).exists());
    from.ancestors().find(marked).map(Path::to_owned)
}

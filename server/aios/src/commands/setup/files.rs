//! Files of an editor's configuration: read whole, compared, and replaced whole or not at all.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use similar::TextDiff;

/// One file as it is and as it shall be; `None` where it is not there.
#[derive(Debug)]
pub(super) struct FileChange {
    /// The file. Where it was reached by a link, the link's target.
    pub(super) path: PathBuf,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

impl FileChange {
    pub(super) fn changes(&self) -> bool {
        self.before != self.after
    }

    /// The difference in unified form, without a head.
    pub(super) fn diff(&self) -> String {
        let text = |it: &Option<String>| it.clone().unwrap_or_default();
        let (before, after) = (text(&self.before), text(&self.after));
        TextDiff::from_lines(before.as_str(), after.as_str()).unified_diff().to_string()
    }

    /// Makes the change: the file is the old one or the new one at every moment.
    ///
    /// # Errors
    /// The file, and why it could not be replaced, or that it changed meanwhile.
    pub(super) fn write(&self) -> anyhow::Result<()> {
        let shown = self.path.display();
        if read(&self.path)? != self.before {
            anyhow::bail!("{shown}: changed by somebody else meanwhile; nothing was written to it");
        }
        let Some(text) = &self.after else {
            return fs::remove_file(&self.path).with_context(|| shown.to_string());
        };
        replace(&self.path, text).with_context(|| shown.to_string())
    }
}

/// The text of a file; `None` where there is none.
///
/// # Errors
/// The file, and why it cannot be read.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Where a file really lies: dotfiles are often links into a repository, and writing must not put a
/// file in the link's place.
pub(super) fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    match fs::metadata(path) {
        Ok(old) => file.as_file().set_permissions(old.permissions())?,
        Err(_) => readable_by_default(file.as_file())?,
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// A temporary file is its owner's alone; a new file of a configuration is as other new files.
#[cfg(unix)]
fn readable_by_default(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_default(_: &fs::File) -> io::Result<()> {
    Ok(())
}

//! Where a write really goes: links are followed, but never out of the workspace.

use std::{
    io,
    path::{Path, PathBuf},
};

use vfs::{ContentHash, FileWrite, WriteError};

use super::{
    failed,
    files::{Files, Kind},
};

/// The place of one file on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Its path without links.
    pub(super) path: PathBuf,
    /// Folders that have to be made first, outer before inner.
    pub(super) missing_dirs: Vec<PathBuf>,
    /// The permissions that the file keeps; `None`: those of a new file.
    pub(super) mode: Option<u32>,
}

/// Looks where `write` goes and that the file there is what it has to be.
///
/// # Errors
/// [`WriteError`] with the file and what stands in the way.
pub(super) fn resolve(
    files: &dyn Files,
    roots: &[PathBuf],
    write: &FileWrite,
) -> Result<Target, WriteError> {
    let path = write.path.as_path();
    let failed = failed(&path);
    let refused = |why: &str| failed(io::Error::other(why.to_owned()));
    let outside = || WriteError::Outside { path: write.path.clone() };
    let mut target = place(files, &path).map_err(&failed)?.ok_or_else(outside)?;
    let plain = target.path.clone();
    let is_link = files.kind(&target.path).map_err(&failed)? == Kind::Link;
    if is_link {
        if write.before.is_none() || write.after.is_none() {
            return Err(refused("a link, which is neither replaced nor moved"));
        }
        target.path = files.real_path(&target.path).map_err(&failed)?;
    }
    let is_inside = roots.iter().any(|root| {
        files.real_path(root).is_ok_and(|root| target.path != root && target.path.starts_with(root))
    });
    if !is_inside {
        return Err(outside());
    }
    if write.before.is_some() && !leads_as_before(files, roots, (write, &path), &target, &plain) {
        return Err(WriteError::Changed { path: write.path.clone() });
    }
    match files.kind(&target.path).map_err(&failed)? {
        Kind::Missing if write.before.is_none() => {}
        Kind::File { is_read_only, mode } if write.before.is_some() => {
            if is_read_only {
                return Err(refused("the file is read-only"));
            }
            let bytes = files.read(&target.path).map_err(&failed)?;
            if write.before != Some(ContentHash::of(&bytes)) {
                return Err(WriteError::Changed { path: write.path.clone() });
            }
            target.mode = mode;
        }
        Kind::Missing | Kind::File { .. } => {
            return Err(WriteError::Changed { path: write.path.clone() });
        }
        Kind::Dir { .. } => return Err(refused("a folder stands there")),
        Kind::Link | Kind::Other => return Err(refused("no ordinary file")),
    }
    let folder = files.kind(&base(&target)).map_err(&failed)?;
    if folder == (Kind::Dir { is_read_only: true }) {
        return Err(refused("the folder is read-only"));
    }
    if let Some(from) = &write.moved_from {
        // A file that moves over nothing keeps its own mode.
        if let Kind::File { mode, .. } = files.kind(&from.as_path()).map_err(&failed)? {
            target.mode = target.mode.or(mode);
        }
    }
    Ok(target)
}

/// True where the path leads to the very file that it led to when the change was looked at: a link
/// that was put in its place since leads elsewhere, whatever that file holds.
fn leads_as_before(
    files: &dyn Files,
    roots: &[PathBuf],
    (write, path): (&FileWrite, &Path),
    target: &Target,
    plain: &Path,
) -> bool {
    if let Some(known) = &write.leads_to {
        return target.path == known.as_path();
    }
    let without_links = roots.iter().any(|root| {
        let below = path.strip_prefix(root).ok();
        let real = files.real_path(root).ok();
        below.zip(real).is_some_and(|(below, real)| real.join(below) == plain)
    });
    without_links && target.path == plain
}

/// The same look once more, after the new contents were staged.
///
/// # Errors
/// [`WriteError::Changed`] where anything is not what it was at the first look.
pub(super) fn check_again(
    files: &dyn Files,
    roots: &[PathBuf],
    write: &FileWrite,
    target: &Target,
) -> Result<(), WriteError> {
    let now = resolve(files, roots, write)?;
    // The folders that were missing have been made meanwhile, and a moved file may be staged away.
    if now.path == target.path {
        return Ok(());
    }
    Err(WriteError::Changed { path: write.path.clone() })
}

/// The folder that is there, in which the file or its outermost new folder comes into being.
fn base(target: &Target) -> PathBuf {
    let first = target.missing_dirs.first().unwrap_or(&target.path);
    first.parent().unwrap_or(first).to_owned()
}

/// The path with the links of its folders followed; the last segment is left as it is. `None` where
/// no folder of it is there.
fn place(files: &dyn Files, path: &Path) -> io::Result<Option<Target>> {
    let mut missing: Vec<&Path> = Vec::new();
    let mut folder = path.parent();
    while let Some(dir) = folder {
        if files.kind(dir)? != Kind::Missing {
            let real = files.real_path(dir)?;
            let below = |it: &Path| real.join(it.strip_prefix(dir).unwrap_or(it));
            return Ok(Some(Target {
                path: below(path),
                missing_dirs: missing.iter().rev().map(|it| below(it)).collect(),
                mode: None,
            }));
        }
        missing.push(dir);
        folder = dir.parent();
    }
    Ok(None)
}

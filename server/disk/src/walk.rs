//! Walks and reads: `vfs::Loader` over the file system.

use std::{
    fs,
    io::{ErrorKind, Read},
    ops::ControlFlow,
    path::Path,
    time::UNIX_EPOCH,
};

use ignore::{DirEntry, WalkBuilder, gitignore::GitignoreBuilder};
use vfs::{FILE_BYTES_MAX, Listed, Loader, ReadError, SkipReason, Stat, VfsPath, WalkLimits};

/// The name of our own ignore files, which rank above `.ignore` and `.gitignore`.
pub const IGNORE_FILE: &str = ".aiosignore";

/// Hidden entries that are walked all the same: settings of this server, and what people edit.
const HIDDEN_KEPT: [&str; 2] = [".aios", ".github"];

/// The file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Loader for Disk {
    fn list(
        &self,
        root: &VfsPath,
        limits: &WalkLimits,
        found: &mut dyn FnMut(Listed) -> ControlFlow<()>,
    ) {
        let mut n_files = 0;
        for entry in walker(&root.as_path()).build() {
            let listed = match entry {
                Ok(entry) => listed(&entry, limits),
                Err(error) => unreadable(root, &error),
            };
            let Some(listed) = listed else { continue };
            if matches!(listed, Listed::File { .. }) {
                if n_files == limits.files_max {
                    let reason = SkipReason::TooMany;
                    let _ = found(Listed::Skipped { path: root.clone(), reason });
                    return;
                }
                n_files += 1;
            }
            if found(listed).is_break() {
                return;
            }
        }
    }

    fn read(&self, path: &VfsPath) -> Result<Vec<u8>, ReadError> {
        let refused = |error| io_error(path, &error);
        let file = fs::File::open(path.as_path()).map_err(refused)?;
        let metadata = file.metadata().map_err(refused)?;
        if !metadata.is_file() {
            return Err(ReadError::NotFound { path: path.clone() });
        }
        let len = metadata.len();
        if FILE_BYTES_MAX < len {
            return Err(ReadError::TooLarge { path: path.clone(), len });
        }
        let mut bytes = Vec::with_capacity(len as usize);
        // The file may have grown since it was measured.
        file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(refused)?;
        if FILE_BYTES_MAX < bytes.len() as u64 {
            return Err(ReadError::TooLarge { path: path.clone(), len: bytes.len() as u64 });
        }
        Ok(bytes)
    }

    fn stat(&self, path: &VfsPath) -> Result<Stat, ReadError> {
        let metadata = fs::metadata(path.as_path()).map_err(|error| io_error(path, &error))?;
        if !metadata.is_file() {
            return Err(ReadError::NotFound { path: path.clone() });
        }
        Ok(stat(&metadata))
    }

    fn is_listed(&self, root: &VfsPath, path: &VfsPath) -> bool {
        let Some(relative) = path.relative_to(root) else { return false };
        let hidden = |it: &str| it.starts_with('.') && !HIDDEN_KEPT.contains(&it);
        let folders = relative.rsplit_once('/').map_or("", |it| it.0);
        if folders.split('/').any(hidden) {
            return false;
        }
        let name = path.file_name().unwrap_or_default();
        !hidden(name) && !is_ignored(root, path)
    }
}

/// The walk of everything worth reading below `root`.
fn walker(root: &Path) -> WalkBuilder {
    let mut builder = WalkBuilder::new(root);
    builder
        .hidden(false)
        .require_git(false)
        .follow_links(false)
        .add_custom_ignore_filename(IGNORE_FILE)
        .filter_entry(|entry| {
            let name = entry.file_name().to_str().unwrap_or("");
            let hidden = name.starts_with('.') && !HIDDEN_KEPT.contains(&name);
            entry.depth() == 0 || !hidden
        });
    builder
}

/// True where an ignore file between `root` and `path` leaves it out. The nearest file decides
/// first, as in a walk; within one folder our own, then `.ignore`, then `.gitignore`.
fn is_ignored(root: &VfsPath, path: &VfsPath) -> bool {
    // A folder that is left out takes everything below it along.
    let mut at = path.clone();
    let mut is_dir = false;
    while at != *root {
        if is_ignored_itself(root, &at, is_dir) {
            return true;
        }
        let Some(parent) = at.parent() else { return false };
        at = parent;
        is_dir = true;
    }
    false
}

fn is_ignored_itself(root: &VfsPath, path: &VfsPath, is_dir: bool) -> bool {
    for name in [IGNORE_FILE, ".ignore", ".gitignore"] {
        let mut folder = path.parent();
        while let Some(it) = folder.filter(|it| it.starts_with(root)) {
            let file = it.join(name).as_path();
            if file.is_file() {
                let mut builder = GitignoreBuilder::new(it.as_path());
                // A rule that cannot be read is skipped, here as in the walk.
                let _ = builder.add(file);
                if let Ok(rules) = builder.build() {
                    match rules.matched(path.as_path(), is_dir) {
                        ignore::Match::Ignore(_) => return true,
                        ignore::Match::Whitelist(_) => return false,
                        ignore::Match::None => {}
                    }
                }
            }
            folder = it.parent();
        }
    }
    false
}

fn listed(entry: &DirEntry, limits: &WalkLimits) -> Option<Listed> {
    let kind = entry.file_type()?;
    if kind.is_dir() {
        return None;
    }
    let path = VfsPath::from_path(entry.path());
    let Some(path) = path else {
        let path = VfsPath::from_path(Path::new(&*entry.path().to_string_lossy()))?;
        let reason = SkipReason::Unreadable("its name is not UTF-8".to_owned());
        return Some(Listed::Skipped { path, reason });
    };
    // A link to a file is that file under another name; a link to a folder may be a loop.
    let metadata = match kind.is_symlink() {
        true => fs::metadata(entry.path()).ok()?,
        false => match entry.metadata() {
            Ok(it) => it,
            Err(error) => {
                let reason = SkipReason::Unreadable(error.to_string());
                return Some(Listed::Skipped { path, reason });
            }
        },
    };
    if !metadata.is_file() {
        return None;
    }
    if limits.file_bytes_max < metadata.len() {
        return Some(Listed::Skipped { path, reason: SkipReason::TooLarge });
    }
    Some(Listed::File { path, stat: stat(&metadata) })
}

fn unreadable(root: &VfsPath, error: &ignore::Error) -> Option<Listed> {
    let mut path = root.clone();
    let mut inner = error;
    loop {
        match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = VfsPath::from_path(at).unwrap_or(path);
                inner = err;
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
                inner = err;
            }
            // A broken ignore file: the walk goes on without the rule, the file itself is no loss.
            ignore::Error::Glob { .. } | ignore::Error::Partial(_) => return None,
            _ => break,
        }
    }
    let reason = SkipReason::Unreadable(inner.to_string());
    Some(Listed::Skipped { path, reason })
}

fn stat(metadata: &fs::Metadata) -> Stat {
    let mtime = metadata.modified().ok();
    let mtime_ns = mtime.map_or(0, |it| match it.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    });
    Stat { len: metadata.len(), mtime_ns }
}

fn io_error(path: &VfsPath, error: &std::io::Error) -> ReadError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            ReadError::NotFound { path: path.clone() }
        }
        _ => ReadError::Io { path: path.clone(), error: error.to_string() },
    }
}

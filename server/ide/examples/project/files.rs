//! The files of a project that the examples read.

use std::path::{Path, PathBuf};

/// Adds the files below `folder`, but for hidden folders and what is built or installed.
pub(crate) fn walk(folder: &Path, acc: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_hidden = name.starts_with('.') || ["node_modules", "target"].contains(&&*name);
        match entry.file_type().unwrap() {
            it if it.is_dir() && !is_hidden => walk(&entry.path(), acc),
            it if it.is_file() => acc.push(entry.path()),
            _ => {}
        }
    }
}

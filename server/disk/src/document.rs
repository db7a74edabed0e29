//! Documents of the server's own, in its state folder: diffs that an editor shows.

use std::{fs, io};

use vfs::{VfsPath, WriteError};

/// Makes a folder of the state folder, for this user alone.
///
/// # Errors
/// What the system said.
pub fn create_folder(folder: &std::path::Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes `text` to `path`, a file of the state folder. The folder is made where it is missing, and
/// readable by the user only.
///
/// # Errors
/// [`WriteError::Io`] with what the system said.
pub fn write_document(path: &VfsPath, text: &str) -> Result<(), WriteError> {
    let failed = |error: io::Error| WriteError::Io { path: path.clone(), error: error.to_string() };
    if let Some(folder) = path.parent() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder.as_path()).map_err(failed)?;
    }
    fs::write(path.as_path(), text).map_err(failed)
}

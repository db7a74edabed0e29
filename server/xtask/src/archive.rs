//! Archives that are the same bytes for the same files, and their checksums.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use anyhow::Context as _;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

/// A file of an archive.
pub(crate) struct Entry {
    /// Its path in the archive.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) is_executable: bool,
}

impl Entry {
    /// The file at `path` under another name.
    ///
    /// # Errors
    /// The path, and why it cannot be read.
    pub(crate) fn read(path: &Path, name: &str, is_executable: bool) -> anyhow::Result<Entry> {
        let bytes = fs::read(path).with_context(|| path.display().to_string())?;
        Ok(Entry { name: name.to_owned(), bytes, is_executable })
    }
}

/// Writes `entries` below `folder` into a `.tar.gz` at `path`. Owners and times are left out, so
/// that two builds of one state can be compared.
///
/// # Errors
/// The path, and why it cannot be written.
pub(crate) fn tar_gz(path: &Path, folder: &str, entries: &[Entry]) -> anyhow::Result<()> {
    let write = || -> io::Result<()> {
        let encoder = GzEncoder::new(File::create(path)?, Compression::best());
        let mut archive = tar::Builder::new(encoder);
        for entry in entries {
            let mut header = tar::Header::new_gnu();
            header.set_size(entry.bytes.len() as u64);
            header.set_mode(if entry.is_executable { 0o755 } else { 0o644 });
            archive.append_data(
                &mut header,
                format!("{folder}/{}", entry.name),
                entry.bytes.as_slice(),
            )?;
        }
        archive.into_inner()?.finish()?.sync_all()
    };
    write().with_context(|| path.display().to_string())
}

/// Writes `SHA256SUMS` beside `files`, in the form that `sha256sum --check` reads.
///
/// # Errors
/// The path, and why it cannot be read or written.
pub(crate) fn checksums(folder: &Path, files: &[String]) -> anyhow::Result<()> {
    let mut sums = Vec::new();
    for name in files {
        let path = folder.join(name);
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        let digest = Sha256::digest(&bytes);
        let hex: String = digest.iter().map(|it| format!("{it:02x}")).collect();
        writeln!(sums, "{hex}  {name}")?;
    }
    let path = folder.join("SHA256SUMS");
    fs::write(&path, sums).with_context(|| path.display().to_string())
}

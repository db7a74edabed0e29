//! The file operations that a write is made of, so that a test can stop it at each of them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// What stands at a path; links are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing.
    Missing,
    /// A file.
    File {
        /// True where nobody may write it.
        is_read_only: bool,
        /// Its permissions, where the system has such.
        mode: Option<u32>,
    },
    /// A folder.
    Dir {
        /// True where nobody may write it.
        is_read_only: bool,
    },
    /// A link.
    Link,
    /// A device, a socket.
    Other,
}

/// The operations. Those that change something are counted by the tests.
pub(super) trait Files: Send + Sync {
    /// The bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// What stands at `path`.
    fn kind(&self, path: &Path) -> io::Result<Kind>;
    /// The path without links.
    fn real_path(&self, path: &Path) -> io::Result<PathBuf>;
    /// What a folder holds.
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>>;
    /// True where two names are one file.
    fn is_same(&self, a: &Path, b: &Path) -> io::Result<bool>;
    /// Waits for the lock at `path`; it is held until the value is dropped.
    fn lock(&self, path: &Path) -> io::Result<Box<dyn Send>>;
    /// Makes a folder and those around it.
    fn create_dir_all(&self, path: &Path) -> io::Result<()>;
    /// Makes a new file.
    fn create(&self, path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()>;
    /// Waits until the file's bytes are on the disk.
    fn sync(&self, path: &Path) -> io::Result<()>;
    /// Waits until the folder's names are on the disk.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Moves a file, replacing what is there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// A second name; [`io::ErrorKind::Unsupported`] where the file system has none.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Takes a name away.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes a folder, in one that is there.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// Takes an empty folder away.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
}

/// The disk.
pub(super) struct RealFiles;

impl Files for RealFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kind::Missing),
            Err(error) => return Err(error),
        };
        let is_read_only = metadata.permissions().readonly();
        Ok(if metadata.is_file() {
            #[cfg(unix)]
            let mode = Some(std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()));
            #[cfg(not(unix))]
            let mode = None;
            Kind::File { is_read_only, mode }
        } else if metadata.is_dir() {
            Kind::Dir { is_read_only }
        } else if metadata.is_symlink() {
            Kind::Link
        } else {
            Kind::Other
        })
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        fs::read_dir(dir)?.map(|it| Ok(it?.path())).collect()
    }

    #[cfg(unix)]
    fn is_same(&self, a: &Path, b: &Path) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt;
        let (a, b) = (fs::symlink_metadata(a)?, fs::symlink_metadata(b)?);
        Ok((a.dev(), a.ino()) == (b.dev(), b.ino()))
    }

    #[cfg(not(unix))]
    fn is_same(&self, a: &Path, b: &Path) -> io::Result<bool> {
        // The next best thing: their bytes are ours either way.
        Ok(fs::read(a)? == fs::read(b)?)
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn Send>> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        file.lock()?;
        Ok(Box::new(file))
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn create(&self, path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(bytes)?;
        #[cfg(unix)]
        if let Some(mode) = mode {
            use std::os::unix::fs::PermissionsExt;
            file.set_permissions(fs::Permissions::from_mode(mode & 0o7777))?;
        }
        #[cfg(not(unix))]
        let _ = mode;
        Ok(())
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        // Windows syncs only what is open for writing, and a read-only file may be ours.
        File::options().read(true).append(cfg!(windows)).open(path)?.sync_all()
    }

    #[cfg(unix)]
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    #[cfg(not(unix))]
    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        // Windows has no such call; NTFS journals names itself.
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to).map_err(|error| match error.kind() {
            // What systems say that know no links, or allow them only to the file's owner.
            io::ErrorKind::PermissionDenied | io::ErrorKind::TooManyLinks => {
                io::ErrorKind::Unsupported.into()
            }
            _ => error,
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }
}

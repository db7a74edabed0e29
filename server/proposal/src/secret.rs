//! Files whose contents are never copied.

use vfs::VfsPath;

/// True where the name of the file says that it holds keys, passwords or tokens.
pub fn is_secret(path: &VfsPath) -> bool {
    let _ = path;
    todo!()
}

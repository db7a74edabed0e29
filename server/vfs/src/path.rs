//! Paths as values: absolute, normalised, the same spelling on every platform.

use std::{
    fmt,
    path::{Component, Path, PathBuf, Prefix},
    sync::Arc,
};

/// An absolute path without `.` and `..`, separated by `/`. On Windows the drive is the first
/// segment (`/c:/code`). Invariant: begins with `/`, and ends in one only where it is the root.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VfsPath(Arc<str>);

impl VfsPath {
    /// `path` where it is absolute and UTF-8, else `None`.
    pub fn from_path(path: &Path) -> Option<VfsPath> {
        let mut res = String::new();
        let mut is_absolute = false;
        for component in path.components() {
            match component {
                Component::Prefix(prefix) => match prefix.kind() {
                    Prefix::Disk(drive) | Prefix::VerbatimDisk(drive) => {
                        res = format!("/{}:", char::from(drive.to_ascii_lowercase()));
                    }
                    Prefix::UNC(server, share) | Prefix::VerbatimUNC(server, share) => {
                        res = format!("/{}/{}", server.to_str()?, share.to_str()?);
                    }
                    _ => return None,
                },
                Component::RootDir => is_absolute = true,
                Component::CurDir => {}
                Component::ParentDir => pop(&mut res),
                Component::Normal(segment) => {
                    res.push('/');
                    res.push_str(segment.to_str()?);
                }
            }
        }
        is_absolute.then(|| VfsPath::of(res))
    }

    /// A path that is written the way this type spells it, `/a/b`; `None` where it is not absolute.
    pub fn new(path: &str) -> Option<VfsPath> {
        let segments = path.strip_prefix('/')?;
        Some(VfsPath::of(String::new()).join(segments))
    }

    /// The path as the platform spells it.
    pub fn as_path(&self) -> PathBuf {
        if cfg!(windows) {
            let bytes = self.0.as_bytes();
            let has_drive = bytes.len() >= 3 && bytes[2] == b':' && bytes[1].is_ascii_alphabetic();
            return match has_drive {
                true if bytes.len() == 3 => PathBuf::from(format!("{}\\", &self.0[1..])),
                true => PathBuf::from(self.0[1..].replace('/', "\\")),
                false => PathBuf::from(format!("\\{}", self.0.replace('/', "\\"))),
            };
        }
        PathBuf::from(&*self.0)
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder that holds it; `None` for the root.
    pub fn parent(&self) -> Option<VfsPath> {
        if &*self.0 == "/" {
            return None;
        }
        let end = self.0.rfind('/')?;
        Some(VfsPath::of(self.0[..end].to_owned()))
    }

    /// The last segment; `None` for the root.
    pub fn file_name(&self) -> Option<&str> {
        self.0.rsplit('/').next().filter(|it| !it.is_empty())
    }

    /// What follows the last dot of the file name; a name that only begins with a dot has none.
    pub fn extension(&self) -> Option<&str> {
        let (stem, extension) = self.file_name()?.rsplit_once('.')?;
        (!stem.is_empty()).then_some(extension)
    }

    /// `relative` below this path; `..` goes up, never above the root; an absolute `relative`
    /// counts from here all the same.
    pub fn join(&self, relative: &str) -> VfsPath {
        let mut res = if &*self.0 == "/" { String::new() } else { self.0.to_string() };
        for segment in relative.split('/') {
            match segment {
                "" | "." => {}
                ".." => pop(&mut res),
                _ => {
                    res.push('/');
                    res.push_str(segment);
                }
            }
        }
        VfsPath::of(res)
    }

    /// True where this is `folder` or lies below it.
    pub fn starts_with(&self, folder: &VfsPath) -> bool {
        self.relative_to(folder).is_some()
    }

    /// What is left of this path below `folder`, without a leading `/`; empty for the folder
    /// itself.
    pub fn relative_to(&self, folder: &VfsPath) -> Option<&str> {
        if &*folder.0 == "/" {
            return Some(&self.0[1..]);
        }
        let rest = self.0.strip_prefix(&*folder.0)?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }

    fn of(path: String) -> VfsPath {
        VfsPath(if path.is_empty() { Arc::from("/") } else { Arc::from(path) })
    }
}

impl fmt::Display for VfsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for VfsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// Takes the last segment away; the root stays the root.
fn pop(path: &mut String) {
    let end = path.rfind('/').unwrap_or(0);
    path.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &str) {
        assert_eq!(VfsPath::from_path(Path::new(path)).unwrap().as_str(), expected);
    }

    #[cfg(unix)]
    #[test]
    fn paths_have_one_spelling() {
        check("/a/./b//c", "/a/b/c");
        check("/a/b/../c/", "/a/c");
        check("/../..", "/");
        assert_eq!(VfsPath::from_path(Path::new("a/b")), None);
        assert_eq!(VfsPath::new("a"), None);
        assert_eq!(VfsPath::new("/a/../../b").unwrap().as_str(), "/b");
    }

    #[test]
    fn parts_of_a_path() {
        let path = VfsPath::new("/code/src/.env.rs").unwrap();
        assert_eq!(path.file_name(), Some(".env.rs"));
        assert_eq!(path.extension(), Some("rs"));
        assert_eq!(VfsPath::new("/x/.env").unwrap().extension(), None);
        assert_eq!(path.parent().unwrap().as_str(), "/code/src");
        assert_eq!(path.join("../lib.rs").as_str(), "/code/src/lib.rs");
        let root = VfsPath::new("/").unwrap();
        assert_eq!((root.parent(), root.file_name()), (None, None));
        assert_eq!(root.join("../../a").as_str(), "/a");
    }

    #[test]
    fn a_folder_with_a_longer_name_is_not_inside() {
        let folder = VfsPath::new("/code/a").unwrap();
        let inside = VfsPath::new("/code/a/b/c").unwrap();
        let beside = VfsPath::new("/code/ab").unwrap();
        assert_eq!(inside.relative_to(&folder), Some("b/c"));
        assert_eq!(beside.relative_to(&folder), None);
        assert_eq!(folder.relative_to(&folder), Some(""));
        assert_eq!(inside.relative_to(&VfsPath::new("/").unwrap()), Some("code/a/b/c"));
    }
}

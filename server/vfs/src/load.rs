//! Where files come from: the trait that the disk and the simulation implement.

use std::{fmt, ops::ControlFlow};

use crate::VfsPath;

/// Larger files are listed as skipped: no reader has use for them, and each costs a parse.
pub const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// A workspace with more files is indexed up to here, and says so.
pub const FILES_MAX: usize = 200_000;

/// How far a walk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalkLimits {
    /// Files listed at most; the walk ends with one [`SkipReason::TooMany`].
    pub files_max: usize,
    /// Longer files are skipped.
    pub file_bytes_max: u64,
}

impl Default for WalkLimits {
    fn default() -> WalkLimits {
        WalkLimits { files_max: FILES_MAX, file_bytes_max: FILE_BYTES_MAX }
    }
}

/// One find of a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// A file worth reading.
    File {
        /// Where it is.
        path: VfsPath,
        /// How long it is and when it changed.
        stat: Stat,
    },
    /// A file or folder that is left out, and why.
    Skipped {
        /// Where it is.
        path: VfsPath,
        /// Why it is left out.
        reason: SkipReason,
    },
}

/// What a file system tells of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Bytes.
    pub len: u64,
    /// Time of the last change, in nanoseconds since 1970.
    pub mtime_ns: i128,
}

/// What happened to a file on disk, as a watcher tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileEvent {
    /// It is new.
    Created,
    /// It holds something else.
    Changed,
    /// It is gone.
    Deleted,
}

/// Reads a workspace. Implementations are shared between threads.
pub trait Loader: Send + Sync {
    /// Walks `root` and hands each find to `found`, in no order, until it breaks. Ignored files are
    /// left out silently: there can be more of them than of all others.
    fn list(
        &self,
        root: &VfsPath,
        limits: &WalkLimits,
        found: &mut dyn FnMut(Listed) -> ControlFlow<()>,
    );

    /// The bytes of a file, at most [`FILE_BYTES_MAX`] of them.
    ///
    /// # Errors
    /// Every [`ReadError`] but those about the bytes' meaning, which [`decode`] finds.
    fn read(&self, path: &VfsPath) -> Result<Vec<u8>, ReadError>;

    /// Length and time of a file.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] where there is no file (a folder is none), [`ReadError::Io`] else.
    fn stat(&self, path: &VfsPath) -> Result<Stat, ReadError>;

    /// True where a walk from `root` would not leave `path` out: its ignore rules allow it, and no
    /// link leads to it.
    fn is_listed(&self, root: &VfsPath, path: &VfsPath) -> bool;

    /// The link that `path` is, or that a folder of `root` around it is. File systems in memory
    /// have none.
    fn link(&self, _root: &VfsPath, _path: &VfsPath) -> Link {
        Link::None
    }

    /// The file that `path` leads to through such a link; `None` where it goes through none, or to
    /// nothing.
    fn leads_to(&self, _root: &VfsPath, _path: &VfsPath) -> Option<VfsPath> {
        None
    }
}

/// Whether a path goes through a link. None is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// It does not.
    None,
    /// Through one to what lies in the workspace folder anyway, or to nothing.
    Inside,
    /// Through one that leads out of the workspace folder.
    Outside,
}

/// Why a file's text cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// There is no such file.
    NotFound {
        /// The file.
        path: VfsPath,
    },
    /// The bytes are text in no encoding that is read here.
    NotUtf8 {
        /// The file.
        path: VfsPath,
        /// Where the first wrong byte is.
        offset: usize,
    },
    /// Longer than the limit.
    TooLarge {
        /// The file.
        path: VfsPath,
        /// Its length.
        len: u64,
    },
    /// Holds a zero byte, so it is no text.
    Binary {
        /// The file.
        path: VfsPath,
    },
    /// The system refused.
    Io {
        /// The file.
        path: VfsPath,
        /// What the system said.
        error: String,
    },
}

impl ReadError {
    /// How the walk's report calls this.
    pub fn skip_reason(&self) -> SkipReason {
        match self {
            ReadError::NotFound { .. } => SkipReason::Unreadable("no such file".to_owned()),
            ReadError::NotUtf8 { .. } => SkipReason::NotUtf8,
            ReadError::TooLarge { .. } => SkipReason::TooLarge,
            ReadError::Binary { .. } => SkipReason::Binary,
            ReadError::Io { error, .. } => SkipReason::Unreadable(error.clone()),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::NotFound { path } => write!(f, "{path}: no such file"),
            ReadError::NotUtf8 { path, offset } => {
                write!(f, "{path}: not UTF-8 at byte {offset}")
            }
            ReadError::TooLarge { path, len } => {
                write!(f, "{path}: {len} bytes, more than the {FILE_BYTES_MAX} that are read")
            }
            ReadError::Binary { path } => write!(f, "{path}: a binary file, it holds a zero byte"),
            ReadError::Io { path, error } => write!(f, "{path}: {error}"),
        }
    }
}

impl std::error::Error for ReadError {}

/// Why a file is not indexed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// Holds a zero byte.
    Binary,
    /// Longer than the limit.
    TooLarge,
    /// Lines of a length that no person writes.
    Minified,
    /// Says of itself that a tool wrote it.
    Generated,
    /// Somebody else's code, copied in.
    Vendored,
    /// Its name says that it holds keys, passwords or tokens.
    Secret,
    /// Text in another encoding.
    NotUtf8,
    /// The system refused to read it, for this reason.
    Unreadable(String),
    /// A link to what lies outside the workspace folder.
    OutsideLink,
    /// The workspace has more files than the limit; this is where counting stopped.
    TooMany,
    /// Parsing it would have taken too long. Its text can be searched all the same.
    NotParsed,
}

impl SkipReason {
    /// The reason that is shown as `text`; `None` where none is.
    pub fn parse(text: &str) -> Option<SkipReason> {
        use SkipReason::{
            Binary, Generated, Minified, NotParsed, NotUtf8, OutsideLink, Secret, TooLarge,
            TooMany, Unreadable, Vendored,
        };
        if let Some(error) = text.strip_prefix("unreadable: ") {
            return Some(Unreadable(error.to_owned()));
        }
        let all = [
            Binary,
            TooLarge,
            Minified,
            Generated,
            Vendored,
            Secret,
            NotUtf8,
            OutsideLink,
            TooMany,
            NotParsed,
        ];
        all.into_iter().find(|it| it.to_string() == text)
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SkipReason::Binary => f.write_str("binary"),
            SkipReason::TooLarge => write!(f, "larger than {FILE_BYTES_MAX} bytes"),
            SkipReason::Minified => f.write_str("minified"),
            SkipReason::Generated => f.write_str("generated"),
            SkipReason::Vendored => f.write_str("vendored"),
            SkipReason::Secret => f.write_str("a secret, by its name"),
            SkipReason::NotUtf8 => f.write_str("not UTF-8"),
            SkipReason::Unreadable(error) => write!(f, "unreadable: {error}"),
            SkipReason::OutsideLink => f.write_str("link outside the workspace"),
            SkipReason::TooMany => f.write_str("more files than the limit"),
            SkipReason::NotParsed => f.write_str("too broken to parse, searched as plain text"),
        }
    }
}

/// The text of a file's bytes. A byte order mark is part of the text, so that offsets, hashes and
/// what is written back agree with the file.
///
/// # Errors
/// [`ReadError::Binary`] where a zero byte is inside, [`ReadError::NotUtf8`] for other encodings.
pub fn decode(path: &VfsPath, bytes: Vec<u8>) -> Result<String, ReadError> {
    if bytes.contains(&0) {
        return Err(ReadError::Binary { path: path.clone() });
    }
    String::from_utf8(bytes).map_err(|error| ReadError::NotUtf8 {
        path: path.clone(),
        offset: error.utf8_error().valid_up_to(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_back_from_its_words() {
        let unreadable = SkipReason::Unreadable("denied".to_owned());
        for reason in [SkipReason::NotParsed, SkipReason::TooLarge, unreadable] {
            assert_eq!(SkipReason::parse(&reason.to_string()), Some(reason));
        }
        assert_eq!(SkipReason::parse("odd"), None);
    }

    #[test]
    fn bytes_that_are_no_text_are_named_with_the_place() {
        let path = VfsPath::new("/a").unwrap();
        let decode = |bytes: &[u8]| decode(&path, bytes.to_vec()).map_err(|it| it.to_string());
        assert_eq!(decode("\u{feff}ä".as_bytes()), Ok("\u{feff}ä".to_owned()));
        assert_eq!(decode(b"ab\xffc"), Err("/a: not UTF-8 at byte 2".to_owned()));
        let binary = "/a: a binary file, it holds a zero byte";
        assert_eq!(decode(b"ab\0\xff"), Err(binary.to_owned()));
    }
}

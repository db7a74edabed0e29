//! The rows of the commits' cache.

/// The longest key of an object, in bytes: SHA-256.
pub const OBJECT_BYTES_MAX: usize = 32;

/// The hash of a commit or a blob, as the repository counts.
pub type ObjectKey = Vec<u8>;

/// A commit's number in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(pub i64);

/// Where reading a repository stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadRow {
    /// The commit that was read from.
    pub head: ObjectKey,
    /// False where reading was stopped before all commits within the limit were read.
    pub is_complete: bool,
    /// Why older commits are missing: the repository is shallow, the limit was reached.
    pub cut: Option<String>,
    /// Set where the head is no descendant of the one before.
    pub rewritten: bool,
}

/// A commit to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitWrite {
    /// Its key.
    pub key: ObjectKey,
    /// When it was committed, in seconds since 1970.
    pub time_s: i64,
    /// Who wrote it.
    pub author: (String, String),
    /// Number of parents: 0 the first commit, 2 and more a merge.
    pub n_parents: u32,
    /// The first line of the message.
    pub subject: String,
    /// The rest of the message.
    pub body: String,
    /// The words of the message, split and separated by spaces.
    pub words: String,
    /// How many files it changed, also those that are not kept.
    pub n_files: u32,
    /// What it changed. Empty for merges.
    pub changes: Vec<ChangeRow>,
}

/// A commit as it is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitRow {
    /// Its number.
    pub id: CommitId,
    /// Its key.
    pub key: ObjectKey,
    /// When it was committed, in seconds since 1970.
    pub time_s: i64,
    /// The author's name and address.
    pub author: (String, String),
    /// Number of parents.
    pub n_parents: u32,
    /// The first line of the message.
    pub subject: String,
    /// The rest of the message.
    pub body: String,
    /// How many files it changed.
    pub n_files: u32,
}

/// What became of a file in a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It came.
    Added,
    /// It has another content.
    Modified,
    /// It has another path, and perhaps another content.
    Renamed,
    /// It went.
    Deleted,
}

impl ChangeKind {
    /// The word for it, lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Modified => "modified",
            ChangeKind::Renamed => "renamed",
            ChangeKind::Deleted => "deleted",
        }
    }

    pub(super) fn number(self) -> i64 {
        match self {
            ChangeKind::Added => 0,
            ChangeKind::Modified => 1,
            ChangeKind::Renamed => 2,
            ChangeKind::Deleted => 3,
        }
    }

    pub(super) fn numbered(number: i64) -> ChangeKind {
        match number {
            0 => ChangeKind::Added,
            2 => ChangeKind::Renamed,
            3 => ChangeKind::Deleted,
            _ => ChangeKind::Modified,
        }
    }
}

/// One file of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its path in the repository, after the commit where it is still there.
    pub path: String,
    /// What became of it.
    pub kind: ChangeKind,
    /// Its path before, where that is another.
    pub from: Option<String>,
    /// Its content before.
    pub before: Option<ObjectKey>,
    /// Its content after.
    pub after: Option<ObjectKey>,
}

/// One change as [`super::Commits::each_change`] gives it.
#[derive(Clone, Copy, Debug)]
pub struct ChangeSeen<'a> {
    /// The commit.
    pub commit: CommitId,
    /// When it was committed, in seconds since 1970.
    pub time_s: i64,
    /// How many files it changed.
    pub n_files: u32,
    /// The number of its author.
    pub author: i64,
    /// The file.
    pub path: &'a str,
    /// Its path before, where that is another.
    pub from: Option<&'a str>,
}

/// A symbol that a commit touched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkRow {
    /// The file, by its path after the commit.
    pub path: String,
    /// Name path of the symbol; empty for what stands outside all symbols.
    pub symbol: String,
    /// What it is.
    pub kind: String,
    /// Lines added and taken away in it.
    pub lines: (u32, u32),
}

/// A commit that a search found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredCommit {
    /// The commit.
    pub id: CommitId,
    /// BM25.
    pub score: f32,
}

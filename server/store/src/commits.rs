//! Commits: what of a repository's past is kept, in one file of the state folder for each workspace
//! folder.
//!
//! A cache: whatever is in it can be read from the repository again. A damaged file, or one of
//! another schema, is dropped.

mod open;
mod rows;
mod sqlite;

pub use self::{
    open::{OpenedCommits, open_commits, open_commits_in_memory},
    rows::{
        ChangeKind, ChangeRow, ChangeSeen, CommitId, CommitRow, CommitWrite, HeadRow, LinkRow,
        OBJECT_BYTES_MAX, ObjectKey, ScoredCommit,
    },
    sqlite::SqliteCommits,
};

use crate::Result;

/// The commits of one workspace folder. Every method is one database transaction.
pub trait Commits: Send + Sync {
    /// Where reading stands; `None` before the first time.
    fn head(&self) -> Result<Option<HeadRow>>;

    /// Notes where reading stands.
    fn set_head(&self, row: &HeadRow) -> Result<()>;

    /// The keys of all kept commits, those that the head does not reach any more among them.
    fn keys(&self) -> Result<Vec<ObjectKey>>;

    /// Adds commits that are reached from the head; those that are there already are left alone.
    fn add(&self, batch: &[CommitWrite]) -> Result<()>;

    /// Says which commits the head reaches: exactly these, of those that are kept. Of the others
    /// the `spare_max` newest are kept for a branch to come back to. Gives how many are reached.
    fn set_reached(&self, keys: &[ObjectKey], spare_max: usize) -> Result<usize>;

    /// Number of commits that the head reaches.
    fn n_reached(&self) -> Result<usize>;

    /// The reached commit whose key begins with `prefix`; `None` where there is none or several.
    fn commit(&self, prefix: &[u8]) -> Result<Option<CommitRow>>;

    /// The rows of `ids`, in their order; one that is gone is left out.
    fn commits(&self, ids: &[CommitId]) -> Result<Vec<CommitRow>>;

    /// The reached commits that changed the file at `path`, newest first, with the change.
    fn commits_of(&self, path: &str, n_max: usize) -> Result<Vec<(CommitRow, ChangeRow)>>;

    /// What a commit changed, by path.
    fn changes_of(&self, id: CommitId) -> Result<Vec<ChangeRow>>;

    /// The paths, after each of the commits `ids`, of the files that it changed; none where they
    /// are more than `files_max`.
    fn paths_of(&self, ids: &[CommitId], files_max: u32) -> Result<Vec<Vec<String>>>;

    /// Gives every change of the reached commits to `found`, newest commit first.
    fn each_change(&self, found: &mut dyn FnMut(&ChangeSeen<'_>)) -> Result<()>;

    /// Gives every path that a reached commit took a file from, and that it gave it, to `found`,
    /// newest commit first.
    fn renames(&self, found: &mut dyn FnMut(&str, &str)) -> Result<()>;

    /// Reached commits whose message has one of `words`, best first by BM25.
    fn search(&self, words: &[String], n_max: usize) -> Result<Vec<ScoredCommit>>;

    /// The symbols a commit touched; `None` where that was never looked at.
    fn links(&self, id: CommitId) -> Result<Option<Vec<LinkRow>>>;

    /// Notes the symbols a commit touched.
    fn set_links(&self, id: CommitId, links: &[LinkRow]) -> Result<()>;
}

//! What a repository's past says of its files and symbols: read through gix, never by running git.
//!
//! Nothing that a repository brings is run or believed: no hook, filter, external diff, monitor or
//! include is known to the features that are compiled in, and its configuration is read as that of
//! a stranger. See `README.md`.

mod alike;
mod churn;
mod hunks;
mod links;
mod repository;
#[cfg(test)]
mod tests;
mod trace;
mod update;

pub use crate::{
    alike::{Renames, TouchedAlike, touched_alike},
    churn::{CO_CHANGE_FILES_MAX, FilePast, Partner, Past},
    hunks::{Hunk, Lines, changed_lines, hunks},
    links::{LinkedCommit, link},
    repository::{Absent, BLOB_BYTES_MAX, HistoryError, Repository, hex, unhex},
    trace::{Stretch, TRACE_COMMITS_MAX, Touch, Trace, TraceLimits, trace},
    update::{COMMITS_MAX, Progress, Update, UpdateConfig, Updated, update},
};

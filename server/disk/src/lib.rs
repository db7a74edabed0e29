//! The workspace on a real disk: walked by the ignore rules, read within limits, watched, and
//! written all at once or not at all.

mod document;
mod transaction;
mod walk;
mod watch;

pub use crate::{
    document::write_document,
    transaction::{Recovered, Transactions},
    walk::{Disk, IGNORE_FILE},
    watch::{WatchError, Watcher, watch},
};

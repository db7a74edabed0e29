//! The workspace on a real disk: walked by the ignore rules, read within limits, watched, and written
//! all at once or not at all.

mod walk;
mod watch;

pub use crate::{
    walk::{Disk, IGNORE_FILE},
    watch::{WatchError, Watcher, watch},
};

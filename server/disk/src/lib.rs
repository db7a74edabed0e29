//! The workspace on a real disk: walked by the ignore rules, read within limits, watched, and
//! written all at once or not at all.

mod copy;
mod document;
mod drafts;
mod transaction;
mod walk;
mod watch;

pub use crate::{
    copy::{COPY_BYTES_MAX, COPY_FILES_MAX, CopyRequest, WorkspaceCopy, copy_workspace},
    document::{create_folder, write_document},
    drafts::Drafts,
    transaction::{Recovered, Transactions},
    walk::{Disk, IGNORE_FILE},
    watch::{WatchError, Watcher, watch},
};

//! Watches folders where the client does not: events of a short while are told together.

use std::{
    collections::BTreeMap,
    fmt,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use notify::{EventKind, RecursiveMode, Watcher as _, event::ModifyKind};
use vfs::{FileEvent, VfsPath};

/// How long the folders must be quiet before their events are told.
const QUIET: Duration = Duration::from_millis(100);
/// Told together at most, so that a checkout of thousands of files begins to be read early.
const EVENTS_MAX: usize = 4096;

/// A running watch; dropping it ends it.
pub struct Watcher {
    // Dropping the watcher closes the channel, which ends the thread.
    _watcher: notify::RecommendedWatcher,
}

/// Why a folder is not watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchError {
    /// The folder.
    pub path: VfsPath,
    /// What the system said.
    pub error: String,
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: cannot be watched: {}", self.path, self.error)
    }
}

impl std::error::Error for WatchError {}

/// What is told of each batch.
type Told = Box<dyn Fn(Vec<(VfsPath, FileEvent)>) + Send>;

/// Watches `roots` and all folders below them. Every event is told, also of ignored files; who is
/// told asks `Loader::is_listed`. A folder that cannot be watched is given back as an error, the
/// others are.
///
/// # Errors
/// Where the system gives no watcher at all.
pub fn watch(roots: &[VfsPath], told: Told) -> Result<(Watcher, Vec<WatchError>), WatchError> {
    let (sender, receiver) = channel();
    let error_at = |path: Option<&VfsPath>, error: &notify::Error| WatchError {
        path: path.cloned().unwrap_or_else(|| VfsPath::new("/").expect("the root is a path")),
        error: error.to_string(),
    };
    let mut watcher = notify::recommended_watcher(move |event| {
        // The receiver is gone only while the watcher is being dropped.
        let _ = sender.send(event);
    })
    .map_err(|error| error_at(roots.first(), &error))?;
    let mut errors = Vec::new();
    for root in roots {
        if let Err(error) = watcher.watch(&root.as_path(), RecursiveMode::Recursive) {
            errors.push(error_at(Some(root), &error));
        }
    }
    let thread = thread::Builder::new().name("aios-watch".to_owned());
    thread.spawn(move || gather(&receiver, &told)).map_err(|error| WatchError {
        path: VfsPath::new("/").expect("the root is a path"),
        error: error.to_string(),
    })?;
    Ok((Watcher { _watcher: watcher }, errors))
}

fn gather(events: &Receiver<notify::Result<notify::Event>>, told: &Told) {
    let mut batch = BTreeMap::new();
    loop {
        let event = match batch.is_empty() {
            true => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            false => events.recv_timeout(QUIET),
        };
        match event {
            Ok(Ok(event)) => note(&mut batch, &event),
            Ok(Err(error)) => tracing::warn!(%error, "watching files"),
            Err(RecvTimeoutError::Timeout) => {
                told(std::mem::take(&mut batch).into_iter().collect())
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if EVENTS_MAX <= batch.len() {
            told(std::mem::take(&mut batch).into_iter().collect());
        }
    }
}

fn note(batch: &mut BTreeMap<VfsPath, FileEvent>, event: &notify::Event) {
    let kind = match event.kind {
        EventKind::Create(_) => FileEvent::Created,
        EventKind::Remove(_) => FileEvent::Deleted,
        // Both ends of a rename come as changes; who reads them sees which end is gone.
        EventKind::Modify(ModifyKind::Metadata(_)) | EventKind::Access(_) => return,
        _ => FileEvent::Changed,
    };
    for path in event.paths.iter().filter_map(|it| VfsPath::from_path(it)) {
        // The last word on a file counts: a reader looks at the file, not at its story.
        batch.insert(path, kind);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_happens_in_a_folder_below_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let root = VfsPath::from_path(&dir.path().canonicalize().unwrap()).unwrap();
        fs::create_dir(dir.path().join("src")).unwrap();
        let (sender, receiver) = channel();
        let told: Told = Box::new(move |events| sender.send(events).unwrap_or_default());
        let (watcher, errors) = watch(std::slice::from_ref(&root), told).unwrap();
        assert_eq!(errors, []);
        fs::write(dir.path().join("src/a.rs"), "").unwrap();
        let path = root.join("src/a.rs");
        // The system tells in its own time, and in as many batches as it likes.
        let events = receiver.iter().find(|it| it.iter().any(|it| it.0 == path));
        assert!(events.is_some());
        drop(watcher);
        // The thread ends with its watcher, and the receiver with the thread.
        assert_eq!(receiver.iter().flatten().find(|it| it.1 == FileEvent::Deleted), None);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let root = VfsPath::new("/nowhere/at/all").unwrap();
        let (_watcher, errors) = watch(&[root], Box::new(|_| {})).unwrap();
        assert!(errors[0].to_string().starts_with("/nowhere/at/all: cannot be watched"));
    }
}

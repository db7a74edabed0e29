//! A disk and a clock in memory.

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::{Mutex, MutexGuard},
};

use vfs::{
    ContentHash, FileWrite, Listed, Loader, ReadError, Stat, VfsPath, WalkLimits, WriteError,
    Writer,
};

/// Files and the time.
#[derive(Default)]
pub(crate) struct World {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    files: BTreeMap<VfsPath, (Vec<u8>, i128)>,
    now_ms: u64,
    writes: i128,
}

impl World {
    pub(crate) fn write(&self, path: &VfsPath, text: &str) {
        let mut state = self.lock();
        state.writes += 1;
        let written = (text.as_bytes().to_vec(), state.writes);
        state.files.insert(path.clone(), written);
    }

    pub(crate) fn remove(&self, path: &VfsPath) {
        self.lock().files.remove(path);
    }

    /// The file's text; `None` where there is none.
    pub(crate) fn text(&self, path: &VfsPath) -> Option<String> {
        let state = self.lock();
        let (bytes, _) = state.files.get(path)?;
        Some(String::from_utf8(bytes.clone()).expect("only texts are written"))
    }

    /// All files with their texts.
    pub(crate) fn texts(&self) -> BTreeMap<VfsPath, String> {
        let paths: Vec<VfsPath> = self.lock().files.keys().cloned().collect();
        paths.into_iter().filter_map(|it| Some((it.clone(), self.text(&it)?))).collect()
    }

    pub(crate) fn pass(&self, ms: u64) {
        self.lock().now_ms += ms;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl engine::Clock for World {
    fn now_ms(&self) -> u64 {
        self.lock().now_ms
    }

    fn wall_ms(&self) -> u64 {
        1_795_392_000_000 + self.lock().now_ms
    }
}

impl Loader for World {
    fn list(
        &self,
        root: &VfsPath,
        _limits: &WalkLimits,
        found: &mut dyn FnMut(Listed) -> ControlFlow<()>,
    ) {
        let files: Vec<(VfsPath, Stat)> = {
            let state = self.lock();
            let files = state.files.iter().filter(|it| it.0.starts_with(root));
            files.map(|(path, file)| (path.clone(), stat(file))).collect()
        };
        for (path, stat) in files {
            if found(Listed::File { path, stat }).is_break() {
                return;
            }
        }
    }

    fn read(&self, path: &VfsPath) -> Result<Vec<u8>, ReadError> {
        let state = self.lock();
        let file = state.files.get(path);
        file.map(|it| it.0.clone()).ok_or_else(|| ReadError::NotFound { path: path.clone() })
    }

    fn stat(&self, path: &VfsPath) -> Result<Stat, ReadError> {
        let state = self.lock();
        let file = state.files.get(path);
        file.map(stat).ok_or_else(|| ReadError::NotFound { path: path.clone() })
    }

    fn is_listed(&self, root: &VfsPath, path: &VfsPath) -> bool {
        path.starts_with(root)
    }
}

impl Writer for World {
    fn write(&self, _name: &str, writes: &[FileWrite]) -> Result<(), WriteError> {
        for write in writes {
            let held = self.lock().files.get(&write.path).map(|it| ContentHash::of(&it.0));
            if held != write.before {
                return Err(WriteError::Changed { path: write.path.clone() });
            }
        }
        for write in writes {
            match &write.after {
                Some(bytes) => World::write(self, &write.path, std::str::from_utf8(bytes).unwrap()),
                None => self.remove(&write.path),
            }
        }
        Ok(())
    }
}

fn stat(file: &(Vec<u8>, i128)) -> Stat {
    Stat { len: file.0.len() as u64, mtime_ns: file.1 }
}

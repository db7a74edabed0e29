//! What the user trusts: the exact contents of the files under `.aios/` of a workspace, kept in the
//! state folder, where no repository reaches.

use std::{
    collections::BTreeMap,
    fs,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::{Deserialize, Serialize};

use crate::{Fault, Result, StoreError};

/// The file's name in the state folder.
pub const TRUST_FILE: &str = "trust.json";

/// What was trusted of one workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustRow {
    /// When it was given, in milliseconds since 1970; 0 where it never was: then the contents are
    /// those of changes that the user applied.
    pub given_ms: u64,
    /// The contents that were trusted of each file, by its path below the workspace, the latest
    /// last. They are kept whole so that a later difference can be shown.
    pub files: BTreeMap<String, Vec<String>>,
}

/// Contents of one file that stay trusted: a change that was approved and taken back asks nobody.
const CONTENTS_MAX: usize = 8;

impl TrustRow {
    /// Trusts `text` as a content of `path`.
    pub fn accept(&mut self, path: &str, text: &str) {
        let contents = self.files.entry(path.to_owned()).or_default();
        contents.retain(|it| it != text);
        contents.push(text.to_owned());
        contents.drain(..contents.len().saturating_sub(CONTENTS_MAX));
    }

    /// True where this content was trusted.
    pub fn has(&self, path: &str, text: &str) -> bool {
        self.files.get(path).is_some_and(|it| it.iter().any(|it| it == text))
    }
}

/// The trust that was given, by the path of the workspace.
#[derive(Debug, Default)]
pub struct Trust {
    /// `None`: it ends with the process.
    path: Option<PathBuf>,
    kept: Mutex<BTreeMap<String, TrustRow>>,
    /// Held from reading the record until it is written again.
    writing: Mutex<()>,
    n_writes: AtomicU64,
}

impl Trust {
    /// The trust that is kept in this state folder.
    pub fn in_folder(state: &Path) -> Trust {
        Trust { path: Some(state.join(TRUST_FILE)), ..Trust::default() }
    }

    /// How often this process gave trust or took it: what was read at a smaller number is of the
    /// past.
    pub fn n_writes(&self) -> u64 {
        self.n_writes.load(Ordering::Acquire)
    }

    /// What is trusted of `root`. Read anew each time: another process may have given it.
    ///
    /// # Errors
    /// What the disk reports, and [`Fault::Corrupt`]: nothing is trusted then.
    pub fn of(&self, root: &str) -> Result<Option<TrustRow>> {
        Ok(self.read()?.remove(root))
    }

    /// Trusts `row` of `root`, and no longer what was trusted of it before.
    ///
    /// # Errors
    /// What the disk reports; then nothing has changed.
    pub fn give(&self, root: &str, row: TrustRow) -> Result<()> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.read()?;
        all.insert(root.to_owned(), row);
        self.write(all)
    }

    /// Takes the trust in `root` back; false where there was none.
    ///
    /// # Errors
    /// What the disk reports; then nothing has changed.
    pub fn take(&self, root: &str) -> Result<bool> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.read()?;
        let had = all.remove(root).is_some();
        if had {
            self.write(all)?;
        }
        Ok(had)
    }

    fn read(&self) -> Result<BTreeMap<String, TrustRow>> {
        let Some(path) = &self.path else {
            return Ok(self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone());
        };
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(StoreError::new(path, Fault::from(error))),
        };
        serde_json::from_slice(&bytes)
            .map_err(|error| StoreError::new(path, Fault::Corrupt(error.to_string())))
    }

    fn write(&self, all: BTreeMap<String, TrustRow>) -> Result<()> {
        self.write_whole(all)?;
        self.n_writes.fetch_add(1, Ordering::Release);
        Ok(())
    }

    fn write_whole(&self, all: BTreeMap<String, TrustRow>) -> Result<()> {
        let Some(path) = &self.path else {
            *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = all;
            return Ok(());
        };
        let failed = StoreError::io(path);
        let text = serde_json::to_vec_pretty(&all)
            .map_err(|error| StoreError::new(path, Fault::Invalid(error.to_string())))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(&failed)?;
        // Whole or not at all: half a record would be no trust, but its loss would be a surprise.
        let new = path.with_extension(format!("{}.new", std::process::id()));
        let written = fs::File::create(&new).and_then(|mut file| {
            file.write_all(&text)?;
            file.sync_all()
        });
        written.and_then(|()| fs::rename(&new, path)).map_err(&failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> TrustRow {
        let mut row = TrustRow { given_ms: 7, ..TrustRow::default() };
        row.accept("config.toml", text);
        row
    }

    #[test]
    fn trust_is_seen_by_other_processes_and_taken_back() {
        let state = tempfile::tempdir().unwrap();
        let (one, other) = (Trust::in_folder(state.path()), Trust::in_folder(state.path()));
        assert_eq!(one.of("/w").unwrap(), None);
        one.give("/w", row("a")).unwrap();
        one.give("/v", row("b")).unwrap();
        assert_eq!(other.of("/w").unwrap(), Some(row("a")));
        assert!(other.take("/w").unwrap() && !one.take("/w").unwrap());
        assert_eq!(one.of("/v").unwrap(), Some(row("b")));
    }

    #[test]
    fn older_contents_stay_trusted_up_to_a_limit() {
        let mut row = row("0");
        (1..=CONTENTS_MAX).for_each(|it| row.accept("config.toml", &it.to_string()));
        assert!(row.has("config.toml", "1") && row.has("config.toml", "8"));
        assert!(!row.has("config.toml", "0") && !row.has("other", "1"));
    }

    #[test]
    fn a_damaged_record_trusts_nothing_and_is_told() {
        let state = tempfile::tempdir().unwrap();
        fs::write(state.path().join(TRUST_FILE), "{\"/w\":").unwrap();
        let error = Trust::in_folder(state.path()).of("/w").unwrap_err();
        assert!(matches!(error.fault, Fault::Corrupt(_)), "{error}");
    }
}

//! Several files written as one: all of them hold what they held before, or all of them what they
//! hold after, whatever stops the write.
//!
//! The order: a record of what is going to happen (synced); the new contents beside the files they
//! replace, and second names for the old ones (synced); the renames (synced); the record renamed to
//! say that all is done (synced). A write that stops before that last rename is taken back by
//! whoever comes next, from the second names; one that stops after it is only tidied up.

mod confine;
mod files;
mod intent;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use vfs::{ContentHash, FileWrite, VfsPath, WriteError, Writer};

use self::{
    confine::{Target, resolve},
    files::{Files, Kind, RealFiles},
    intent::{Intent, Step},
};

/// Where the records lie, below the state folder.
const DIR: &str = "transactions";
/// Held by the one process that writes or recovers.
const LOCK_FILE: &str = "lock";
/// A record that is being written: nothing has happened yet.
const DRAFT: &str = "draft";
/// A record of a write that is under way.
const INTENT: &str = "intent";
/// A record of a write that is done but for tidying up.
const COMMIT: &str = "commit";
/// A record that nobody can read any more.
const DAMAGED: &str = "damaged";

/// Writes the files of a workspace. Servers that share a state folder write one after the other.
#[derive(Clone)]
pub struct Transactions {
    dir: PathBuf,
    roots: Vec<PathBuf>,
    files: Arc<dyn Files>,
}

/// What was found of a write that a crash had interrupted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The name of the write.
    pub name: String,
    /// True where it had been done: all files are as they are after it. False where it was taken
    /// back.
    pub is_done: bool,
    /// Files that somebody else wrote since; they are left as they are.
    pub foreign: Vec<VfsPath>,
    /// Where its record lies now, which is damaged: nobody can tell what it would have ended or
    /// taken back. What the write had put beside the files is still there.
    pub damaged: Option<PathBuf>,
}

impl Transactions {
    /// Writes below `roots` only; the records lie in the state folder `state_dir`.
    pub fn new(state_dir: &Path, roots: &[VfsPath]) -> Transactions {
        Transactions::over(state_dir, roots, Arc::new(RealFiles))
    }

    fn over(state_dir: &Path, roots: &[VfsPath], files: Arc<dyn Files>) -> Transactions {
        let roots = roots.iter().map(VfsPath::as_path).collect();
        Transactions { dir: state_dir.join(DIR), roots, files }
    }

    /// Ends what a crash interrupted: takes back what was not done, tidies up what was. For a
    /// start, before anything is written. Waits for another server's write that is under way.
    ///
    /// # Errors
    /// What the disk reports, with the path. What could not be ended is tried again by the next
    /// call.
    pub fn recover(&self) -> Result<Vec<Recovered>, WriteError> {
        let has_records = match self.files.list(&self.dir) {
            Ok(records) => {
                let is_open = |it: &str| [DRAFT, INTENT, COMMIT].contains(&it);
                records.iter().any(|it| extension(it).is_some_and(is_open))
            }
            Err(error) if is_missing(&error) => false,
            Err(error) => return Err(failed(&self.dir)(error)),
        };
        if !has_records {
            return Ok(Vec::new());
        }
        let _lock = self.lock()?;
        self.recover_locked()
    }

    fn lock(&self) -> Result<Box<dyn Send>, WriteError> {
        self.files.create_dir_all(&self.dir).map_err(failed(&self.dir))?;
        let path = self.dir.join(LOCK_FILE);
        self.files.lock(&path).map_err(failed(&path))
    }

    fn recover_locked(&self) -> Result<Vec<Recovered>, WriteError> {
        let mut records = self.files.list(&self.dir).map_err(failed(&self.dir))?;
        records.sort();
        let mut res = Vec::new();
        for record in records {
            let name = record.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let is_done = match extension(&record) {
                Some(DRAFT) => {
                    self.remove_record(&record)?;
                    continue;
                }
                Some(INTENT) => false,
                Some(COMMIT) => true,
                _ => continue,
            };
            let bytes = self.files.read(&record).map_err(failed(&record))?;
            let mut recovered = Recovered { name, is_done, foreign: Vec::new(), damaged: None };
            match Intent::decode(&bytes) {
                // Writes that come later do not touch what it left: they have names of their own.
                None => recovered.damaged = Some(self.set_aside(&record)?),
                Some(intent) => {
                    match is_done {
                        true => self.tidy(&intent)?,
                        false => recovered.foreign = self.take_back(&intent)?,
                    }
                    self.remove_record(&record)?;
                }
            }
            res.push(recovered);
        }
        Ok(res)
    }

    /// Takes a record out of the way of later writes, whole. Gives where it is now.
    fn set_aside(&self, record: &Path) -> Result<PathBuf, WriteError> {
        let mut aside = record.with_added_extension(DAMAGED);
        while self.files.kind(&aside).map_err(failed(&aside))? != Kind::Missing {
            aside = aside.with_added_extension(DAMAGED);
        }
        self.files.rename(record, &aside).map_err(failed(record))?;
        self.files.sync_dir(&self.dir).map_err(failed(&self.dir))?;
        Ok(aside)
    }

    fn remove_record(&self, record: &Path) -> Result<(), WriteError> {
        self.files.remove(record).map_err(failed(record))?;
        self.files.sync_dir(&self.dir).map_err(failed(&self.dir))
    }

    /// What `writes` will do, after looking that every file is what it has to be.
    fn plan(&self, name: &str, writes: &[FileWrite]) -> Result<(Intent, Vec<Target>), WriteError> {
        let mut intent = Intent::default();
        let mut targets: Vec<Target> = Vec::new();
        // Names that differ in case only are one file on some disks.
        let mut by_name: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        for (nth, write) in writes.iter().enumerate() {
            let target = resolve(&*self.files, &self.roots, write)?;
            let folded = target.path.to_string_lossy().to_lowercase();
            let alike = by_name.entry(folded).or_default();
            let is_one = |it: &PathBuf| {
                *it == target.path || self.files.is_same(it, &target.path).unwrap_or(false)
            };
            if alike.iter().any(is_one) {
                let twice = io::Error::other("written twice, under two names");
                return Err(failed(&target.path)(twice));
            }
            alike.push(target.path.clone());
            for dir in &target.missing_dirs {
                if !intent.dirs.contains(dir) {
                    intent.dirs.push(dir.clone());
                }
            }
            let beside =
                |end: &str| target.path.with_file_name(format!(".aios-{name}-{nth}.{end}"));
            intent.steps.push(Step {
                path: target.path.clone(),
                temp: beside("new"),
                backup: beside("old"),
                before: write.before,
                after: write.after.as_deref().map(ContentHash::of),
            });
            targets.push(target);
        }
        intent.dirs.sort();
        Ok((intent, targets))
    }

    fn record(&self, name: &str, intent: &Intent) -> Result<PathBuf, WriteError> {
        let draft = self.dir.join(format!("{name}.{DRAFT}"));
        let record = self.dir.join(format!("{name}.{INTENT}"));
        let written = (|| {
            self.files.create(&draft, &intent.encode(), None)?;
            self.files.sync(&draft)?;
            self.files.rename(&draft, &record)?;
            self.files.sync_dir(&self.dir)
        })();
        match written {
            Ok(()) => Ok(record),
            Err(error) => {
                // Nothing was touched yet; a draft or a record that stays says nothing.
                let _ = self.files.remove(&draft);
                let _ = self.files.remove(&record);
                Err(failed(&record)(error))
            }
        }
    }

    /// Puts the new contents and the second names of the old ones beside the files.
    fn stage(
        &self,
        intent: &Intent,
        writes: &[FileWrite],
        targets: &[Target],
    ) -> Result<(), WriteError> {
        for dir in &intent.dirs {
            self.files.create_dir(dir).map_err(failed(dir))?;
        }
        for ((step, write), target) in intent.steps.iter().zip(writes).zip(targets) {
            let failed = failed(&step.path);
            if let Some(after) = &write.after {
                self.files.create(&step.temp, after, target.mode).map_err(&failed)?;
                self.files.sync(&step.temp).map_err(&failed)?;
            }
            if step.before.is_some() {
                self.second_name(&step.path, &step.backup, target.mode).map_err(&failed)?;
            }
        }
        self.sync_dirs(intent)
    }

    /// A second name for the file, or a copy where the file system knows no second names.
    fn second_name(&self, path: &Path, backup: &Path, mode: Option<u32>) -> io::Result<()> {
        match self.files.link(path, backup) {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                let bytes = self.files.read(path)?;
                self.files.create(backup, &bytes, mode)?;
                self.files.sync(backup)
            }
            res => res,
        }
    }

    /// Makes the new contents the files.
    fn switch(&self, intent: &Intent) -> Result<(), WriteError> {
        for step in &intent.steps {
            let switched = match (step.before, step.after) {
                (Some(_), Some(_)) => self.files.rename(&step.temp, &step.path),
                (None, Some(_)) => self.put(step),
                (Some(_), None) => self.files.remove(&step.path),
                (None, None) => Ok(()),
            };
            switched.map_err(failed(&step.path))?;
        }
        self.sync_dirs(intent)
    }

    /// Gives the new file its name, without replacing one that appeared meanwhile. The waiting name
    /// stays: it shows that the file is ours. Where the file system knows no second names, an empty
    /// file under the name of the old content shows that.
    fn put(&self, step: &Step) -> io::Result<()> {
        match self.files.link(&step.temp, &step.path) {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                if self.files.kind(&step.path)? != Kind::Missing {
                    return Err(io::ErrorKind::AlreadyExists.into());
                }
                self.files.create(&step.backup, b"", None)?;
                self.files.sync_dir(step.folder())?;
                self.files.rename(&step.temp, &step.path)
            }
            res => res,
        }
    }

    fn sync_dirs(&self, intent: &Intent) -> Result<(), WriteError> {
        for dir in intent.folders() {
            self.files.sync_dir(&dir).map_err(failed(&dir))?;
        }
        Ok(())
    }

    /// Makes every file what it was before the write. Gives the files that somebody else wrote
    /// since.
    fn take_back(&self, intent: &Intent) -> Result<Vec<VfsPath>, WriteError> {
        let mut foreign = Vec::new();
        for step in intent.steps.iter().rev() {
            if !self.take_step_back(step).map_err(failed(&step.path))? {
                foreign.extend(VfsPath::from_path(&step.path));
            }
        }
        // The second names show what is ours; they go only when all that they were needed for is on
        // the disk.
        self.sync_dirs_that_are_there(intent)?;
        for step in &intent.steps {
            self.remove_if_there(&step.backup)?;
            self.remove_if_there(&step.temp)?;
        }
        for dir in intent.dirs.iter().rev() {
            match self.files.remove_dir(dir) {
                Ok(()) => {}
                // Somebody put a file there, or it was never made.
                Err(error) if is_missing(&error) => {}
                Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
                Err(error) => return Err(failed(dir)(error)),
            }
        }
        self.sync_dirs_that_are_there(intent)?;
        Ok(foreign)
    }

    fn sync_dirs_that_are_there(&self, intent: &Intent) -> Result<(), WriteError> {
        for dir in intent.folders() {
            match self.files.sync_dir(&dir) {
                Err(error) if !is_missing(&error) => return Err(failed(&dir)(error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// False where the file is neither what it was nor what the write made of it.
    fn take_step_back(&self, step: &Step) -> io::Result<bool> {
        let now = match self.files.kind(&step.path)? {
            Kind::Missing => None,
            Kind::File { .. } => Some(ContentHash::of(&self.files.read(&step.path)?)),
            _ => return Ok(false),
        };
        if now == step.before {
            return Ok(true);
        }
        let is_ours = now == step.after;
        match step.before {
            Some(_) => {
                // No second name: the write did not get this far, the file was changed by somebody.
                let is_backed_up = self.files.kind(&step.backup)? != Kind::Missing;
                if is_ours && is_backed_up {
                    self.files.rename(&step.backup, &step.path)?;
                }
                Ok(is_ours && is_backed_up)
            }
            None => {
                // A file with the same content that somebody made is not the one that we put there.
                let is_put = match self.files.kind(&step.temp)? {
                    Kind::Missing => self.files.kind(&step.backup)? != Kind::Missing,
                    _ => self.files.is_same(&step.temp, &step.path)?,
                };
                if is_ours && is_put {
                    self.files.remove(&step.path)?;
                }
                Ok(is_ours && is_put)
            }
        }
    }

    fn tidy(&self, intent: &Intent) -> Result<(), WriteError> {
        for step in &intent.steps {
            self.remove_if_there(&step.backup)?;
            self.remove_if_there(&step.temp)?;
        }
        self.sync_dirs(intent)
    }

    fn remove_if_there(&self, path: &Path) -> Result<(), WriteError> {
        match self.files.remove(path) {
            Err(error) if !is_missing(&error) => Err(failed(path)(error)),
            _ => Ok(()),
        }
    }

    /// Says on the disk that all is done. On an error the record says again that it is not; where
    /// not even that can be had, the result is `Err(None)`.
    fn commit(&self, record: &Path) -> Result<PathBuf, Option<WriteError>> {
        let done = record.with_extension(COMMIT);
        let renamed = self.files.rename(record, &done);
        let Err(error) = renamed.and_then(|()| self.files.sync_dir(&self.dir)) else {
            return Ok(done);
        };
        let is_back = match self.files.kind(record) {
            Ok(Kind::Missing) => self.files.rename(&done, record),
            other => other.map(|_| ()),
        };
        match is_back.and_then(|()| self.files.sync_dir(&self.dir)) {
            Ok(()) => Err(Some(failed(record)(error))),
            Err(_) => Err(None),
        }
    }

    fn abort(&self, intent: &Intent, record: &Path, why: WriteError) -> WriteError {
        match self.take_back(intent).and_then(|_| self.remove_record(record)) {
            Ok(()) => why,
            Err(_) => WriteError::HalfDone { why: Box::new(why) },
        }
    }
}

impl Writer for Transactions {
    fn write(&self, name: &str, writes: &[FileWrite]) -> Result<(), WriteError> {
        let _lock = self.lock()?;
        self.recover_locked()?;
        let name = file_name(name);
        let (intent, targets) = self.plan(&name, writes)?;
        let record = self.record(&name, &intent)?;
        let switched = self.stage(&intent, writes, &targets).and_then(|()| {
            // Once more, as late as can be: staging took its time.
            for (write, target) in writes.iter().zip(&targets) {
                confine::check_again(&*self.files, &self.roots, write, target)?;
            }
            self.switch(&intent)
        });
        if let Err(why) = switched {
            return Err(self.abort(&intent, &record, why));
        }
        match self.commit(&record) {
            Ok(done) => {
                // What is left over is swept by the next write or start.
                let _ = self.tidy(&intent).and_then(|()| self.remove_record(&done));
                Ok(())
            }
            Err(Some(why)) => Err(self.abort(&intent, &record, why)),
            Err(None) => {
                let why = io::Error::other("the end of the write could not be recorded");
                Err(WriteError::HalfDone { why: Box::new(failed(&record)(why)) })
            }
        }
    }
}

/// What of `name` may stand in a file name, and is short enough for it.
fn file_name(name: &str) -> String {
    let name: String = name.chars().filter(|it| it.is_ascii_alphanumeric()).take(32).collect();
    if name.is_empty() { "write".to_owned() } else { name }
}

fn extension(path: &Path) -> Option<&str> {
    path.extension()?.to_str()
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The error of `path`, in the words of the one who asked for the write.
fn failed(path: &Path) -> impl Fn(io::Error) -> WriteError {
    move |error| {
        let path = VfsPath::from_path(path).unwrap_or_else(|| {
            VfsPath::new("/").expect("the root is a path").join(&path.to_string_lossy())
        });
        let error = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "the disk is full".to_owned()
            }
            _ => error.to_string(),
        };
        WriteError::Io { path, error }
    }
}

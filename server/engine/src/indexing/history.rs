//! The run that reads the history of the workspace's folders, newest commits first, on a thread of
//! the `Work` lane.

use std::ops::ControlFlow;

use history::{HistoryError, Progress, Repository, Update, UpdateConfig, Updated};
use vfs::VfsPath;

use crate::{
    Lane, Notice, ProgressState, RunId, RunOutcome,
    answers::past::Histories,
    outside::IndexAccess,
    state::GlobalState,
    task::{Cancel, Task, TaskDone},
};

/// Commits that ranking learns from: more were measured to find hardly more.
const NEWEST: usize = 4_000;

/// A server looks for new commits when something was saved, at most this often.
const LOOK_AGAIN_MS: u64 = 60_000;

/// What the server reads of the past by itself.
#[derive(Default)]
pub(crate) struct NewestHistory {
    looked_ms: Option<u64>,
    pub(crate) cancel: Cancel,
}

/// How much of the past is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryDepth {
    /// All that `history.commits_max` allows.
    All,
    /// What ranking looks at: the newest commits.
    Newest,
}

/// What one folder's history is known to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderRead {
    /// The folder.
    pub root: VfsPath,
    /// What reading brought, or why there is nothing to read.
    pub found: Result<Updated, String>,
}

/// What comes back of the task.
pub(crate) enum HistoryDone {
    /// It is so far, and wants to go on.
    More(Box<Reading>),
    /// It has ended.
    Read {
        /// The run.
        run: RunId,
        /// How.
        outcome: RunOutcome,
    },
}

/// A reading under way. After every step its thread is free for what the user waits on.
pub(crate) struct Reading {
    run: RunId,
    cancel: Cancel,
    histories: Histories,
    commits_max: usize,
    newest: Option<usize>,
    /// Folders that wait.
    roots: Vec<VfsPath>,
    /// Folders that are done.
    folders: Vec<FolderRead>,
    current: Option<(VfsPath, Update)>,
}

impl GlobalState {
    /// Reads what was committed since the last time, in all folders.
    pub(crate) fn history_run(&mut self, run: RunId, depth: HistoryDepth) {
        let Some(cancel) = self.runs.get(run).map(|it| it.cancel.clone()) else { return };
        self.begin_reading(run, cancel, depth);
    }

    /// Reads what ranking looks at, for nobody in particular: the index is at rest. A command asks
    /// for it itself.
    pub(crate) fn look_at_history(&mut self) {
        let counts_nothing = self.configuration.settings.weights.contains(&("history", 0));
        let now_ms = self.outside.clock.now_ms();
        let is_new = |it: u64| now_ms < it + LOOK_AGAIN_MS;
        let may_read = self.configuration.may_watch && self.outside.access == IndexAccess::Write;
        if counts_nothing || !may_read || self.newest_history.looked_ms.is_some_and(is_new) {
            return;
        }
        self.newest_history.looked_ms = Some(now_ms);
        let run = self.runs.own_id();
        self.begin_reading(run, self.newest_history.cancel.clone(), HistoryDepth::Newest);
    }

    fn begin_reading(&mut self, run: RunId, cancel: Cancel, depth: HistoryDepth) {
        self.read_history(Reading {
            run,
            cancel,
            histories: self.outside.histories.clone(),
            commits_max: self.configuration.settings.history_commits_max,
            newest: (depth == HistoryDepth::Newest).then_some(NEWEST),
            roots: self.files.roots.iter().rev().cloned().collect(),
            folders: Vec::new(),
            current: None,
        });
    }

    fn read_history(&self, reading: Reading) {
        let run = reading.run;
        let outcome = RunOutcome::Failed("internal error, see the log".to_owned());
        self.outside.give(Task {
            lane: Lane::Work,
            name: "read history",
            on_panic: TaskDone::History(HistoryDone::Read { run, outcome }),
            work: Box::new(move || TaskDone::History(reading.step())),
        });
    }

    /// Takes in what the task brought.
    pub(crate) fn history_done(&mut self, done: HistoryDone) {
        match done {
            HistoryDone::More(reading) => {
                if let Some((root, update)) = &reading.current {
                    let Progress { done, all } = update.progress();
                    let name = root.file_name().unwrap_or("/");
                    let message = format!("{name}: {done} of {all} commits");
                    let percent = Some((done * 100 / all.max(1)) as u32);
                    self.tell_history(reading.run, ProgressState::Report { message, percent });
                }
                self.read_history(*reading);
            }
            HistoryDone::Read { run, outcome } => match self.runs.take_after_history(run) {
                // What could not be read is told by the answer.
                Some(call) if !matches!(outcome, RunOutcome::Cancelled) => {
                    self.skill_task(run, call);
                }
                _ => self.end_run(run, outcome),
            },
        }
    }

    fn tell_history(&mut self, run: RunId, state: ProgressState) {
        self.begin_progress_once(run, "reading history");
        let Some(client) = self.runs.get(run).map(|it| it.client) else { return };
        self.clients.tell(client, Notice::Progress { run, state });
    }
}

impl Reading {
    fn step(mut self) -> HistoryDone {
        if self.cancel.is_cancelled() {
            return HistoryDone::Read { run: self.run, outcome: RunOutcome::Cancelled };
        }
        if self.current.is_none() {
            let Some(root) = self.roots.pop() else {
                let outcome = RunOutcome::HistoryRead(self.folders);
                return HistoryDone::Read { run: self.run, outcome };
            };
            match self.begin(&root) {
                Ok(update) => self.current = Some((root, update)),
                Err(HistoryError::Cancelled) => {}
                Err(why) => self.folders.push(FolderRead { root, found: Err(why.to_string()) }),
            }
            return HistoryDone::More(Box::new(self));
        }
        let Some((root, mut update)) = self.current.take() else {
            return HistoryDone::More(Box::new(self));
        };
        match self.next(&root, &mut update) {
            Ok(None) => self.current = Some((root, update)),
            Ok(Some(updated)) => self.folders.push(FolderRead { root, found: Ok(updated) }),
            Err(why) => self.folders.push(FolderRead { root, found: Err(why.to_string()) }),
        }
        HistoryDone::More(Box::new(self))
    }

    fn begin(&self, root: &VfsPath) -> Result<Update, HistoryError> {
        let repository = Repository::open(&root.as_path())?;
        let folder = self.histories.folder(root)?;
        let mut go_on = |_| match self.cancel.is_cancelled() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        Update::begin(repository, folder.commits.as_ref(), &self.config(), &mut go_on)
    }

    fn next(&self, root: &VfsPath, update: &mut Update) -> Result<Option<Updated>, HistoryError> {
        update.step(self.histories.folder(root)?.commits.as_ref(), &self.config())
    }

    fn config(&self) -> UpdateConfig<'static> {
        UpdateConfig {
            commits_max: self.commits_max,
            newest: self.newest,
            words: &memory::words_of,
        }
    }
}

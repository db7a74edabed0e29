//! What was done with the server, noted for what it can learn from: what was asked and which hit
//! was opened, what was run and how it ended, what was slow. It stays on this machine, the newest
//! of each kind, and one switch ends it.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use rustc_hash::{FxHashMap, FxHashSet};

use proposal::{Journal, Outcome, ProposalState, TransactionId};
use store::history::EpisodeRow;
use vfs::VfsPath;

use crate::{
    Lane, ReadError, RunOutcome, Snapshot,
    event::ClientId,
    files::root_of,
    state::GlobalState,
    task::{Task, TaskDone},
};

/// Of each kind so many are kept.
pub const EPISODES_MAX: usize = 1_000;
/// A longer text is cut.
const TEXT_BYTES_MAX: usize = 1_024;
/// Hits of a question that are known again when they are opened.
const HITS_MAX: usize = 20;
/// A hit that is opened later was not opened because of the question.
const OPENED_MS: u64 = 10 * 60 * 1000;
/// One that is saved later was not of use for it.
const USED_MS: u64 = 60 * 60 * 1000;
/// An answer that takes longer is slow.
pub(crate) const SLOW_MS: u64 = 1_000;
/// Rows that wait to be written; a disk that takes none loses the oldest.
const WAITING_MAX: usize = 500;

/// A file that was read again so often without anybody having opened it makes noise, and again each
/// time that it was.
const NOISE: u32 = 20;
/// Files of which it is counted how often they are read, and files that were opened or found.
const COUNTED_MAX: usize = 10_000;

/// Whoever turns a change by the editor's own undo.
const EDITOR: &str = "the editor's own undo";

/// Memory is noted where it changed by so much, and by a quarter.
const MEMORY_BYTES_MIN: usize = 16 << 20;

/// Runs that are no doing of the user's, or that tell nothing.
const QUIET: [&str; 9] = [
    "index",
    "await files",
    "read history",
    "step",
    "show history",
    "show hits",
    "forget",
    crate::experiments::watching::RUN,
    crate::experiments::levels::RUN,
];

/// What is noted and not written yet, and what was asked last.
#[derive(Default)]
pub(crate) struct Episodes {
    waiting: Waiting,
    asked: Option<Asked>,
    /// How often files changed on the disk that nobody looked at.
    read: FxHashMap<VfsPath, u32>,
    /// Those that somebody looked at.
    looked_at: FxHashSet<VfsPath>,
    /// What the server held when that was noted last.
    memory_bytes: usize,
}

/// Rows that wait to be written. Shared with the threads that write them: what the end of the
/// server drops before they do is still here.
#[derive(Clone, Default)]
pub(crate) struct Waiting(Arc<Mutex<Vec<Waits>>>);

/// A row, and the transaction whose title and distance from the first of its chain it lacks.
type Waits = (EpisodeRow, Option<TransactionId>);

struct Asked {
    question: String,
    client: String,
    at_ms: u64,
    /// Files of the hits, best first, and how far each came.
    hits: Vec<(VfsPath, Standing)>,
    /// True once it is known where the user went instead.
    is_missed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Found,
    Opened,
    Used,
}

impl Waiting {
    pub(crate) fn push(&self, row: EpisodeRow, transaction: Option<TransactionId>) {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rows.len() < WAITING_MAX {
            rows.push((row, transaction));
        }
    }

    /// An answer took long.
    pub(crate) fn push_slow(&self, name: &str, at_ms: u64, took_ms: u64) {
        let (kind, what) = ("slow".to_owned(), name.to_owned());
        self.push(EpisodeRow { kind, what, at_ms, took_ms, ..EpisodeRow::default() }, None);
    }

    fn write(&self, journal: &Journal) {
        let rows = mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if rows.is_empty() {
            return;
        }
        let rows: Vec<EpisodeRow> =
            rows.into_iter().map(|(row, made)| completed(row, made, journal)).collect();
        if let Err(why) = journal.episodes().note_episodes(&rows, EPISODES_MAX) {
            tracing::debug!(%why, "what was done was not noted");
        }
    }
}

/// The row of a change with its title, and of an undo with how soon it came.
fn completed(
    mut row: EpisodeRow,
    transaction: Option<TransactionId>,
    journal: &Journal,
) -> EpisodeRow {
    let Some(made) = transaction.and_then(|it| journal.transaction(&it).ok()) else { return row };
    row.what = cut(&made.title);
    if row.client == EDITOR {
        row.took_ms = row.at_ms.saturating_sub(made.started_ms);
    } else if made.root != made.id
        && let Ok(first) = journal.transaction(&made.root)
    {
        row.took_ms = made.started_ms.saturating_sub(first.started_ms);
    }
    row
}

impl Snapshot {
    /// What was done with the server, newest first; of `kind` where one is given.
    ///
    /// # Errors
    /// [`ReadError::Failed`] where the history cannot be read.
    pub fn noted_episodes(
        &self,
        kind: Option<&str>,
        n_max: usize,
    ) -> Result<Vec<EpisodeRow>, ReadError> {
        let no_history = || ReadError::Failed("there is no history".to_owned());
        let journal = self.journal.as_ref().ok_or_else(no_history)?;
        self.noting.write(journal);
        Ok(journal.episodes().noted_episodes(kind, n_max)?)
    }
}

impl GlobalState {
    /// Where episodes wait to be written; `None` where none are to be noted.
    pub(crate) fn noting(&self) -> Option<Waiting> {
        let is_on = self.configuration.settings.episodes && self.outside.journal.is_some();
        is_on.then(|| self.episodes.waiting.clone())
    }

    /// The same whether or not any is to be noted.
    pub(crate) fn noted(&self) -> Waiting {
        self.episodes.waiting.clone()
    }

    /// Writes what waits: the server ends.
    pub(crate) fn write_episodes(&self) {
        if let Some(journal) = &self.outside.journal {
            self.episodes.waiting.write(journal);
        }
    }

    /// A search answered `client`.
    pub(crate) fn note_found(&mut self, client: ClientId, question: &str, paths: Vec<VfsPath>) {
        if self.noting().is_none() {
            self.episodes.asked = None;
            return;
        }
        let client = self.client_name(client);
        let question = cut(question);
        paths.iter().for_each(|it| self.note_wanted(it));
        self.note(EpisodeRow {
            place: paths.len() as u64,
            ..self.episode("question", &client, &question)
        });
        let hits = paths.into_iter().take(HITS_MAX).map(|it| (it, Standing::Found)).collect();
        let at_ms = self.outside.clock.wall_ms();
        self.episodes.asked = Some(Asked { question, client, at_ms, hits, is_missed: false });
    }

    /// Somebody wants to see a file: it makes no noise.
    fn note_wanted(&mut self, path: &VfsPath) {
        let Episodes { read, looked_at, .. } = &mut self.episodes;
        read.remove(path);
        if looked_at.len() < COUNTED_MAX {
            looked_at.insert(path.clone());
        }
    }

    /// The workspace was read, by what is held now.
    pub(crate) fn note_memory(&mut self) {
        let parts = self.memory();
        let bytes = parts.iter().map(|it| it.bytes).sum();
        if !is_much(self.episodes.memory_bytes, bytes) {
            return;
        }
        self.episodes.memory_bytes = bytes;
        let largest = parts.iter().max_by_key(|it| it.bytes).map_or("", |it| it.name);
        let row = self.episode("memory", "server", largest);
        let mib = bytes as u64 >> 20;
        self.note(EpisodeRow { place: mib, outcome: format!("{mib} MiB in all"), ..row });
    }

    /// A file that was known has changed on the disk, and was read again.
    pub(crate) fn note_read_again(&mut self, path: &VfsPath) {
        let Episodes { read, looked_at, .. } = &mut self.episodes;
        let is_counted = read.len() < COUNTED_MAX || read.contains_key(path);
        if looked_at.contains(path) || !is_counted {
            return;
        }
        let n = read.entry(path.clone()).or_default();
        *n += 1;
        if *n < NOISE {
            return;
        }
        *n = 0;
        let below = root_of(&self.files.roots, path).and_then(|it| path.relative_to(it));
        let path = below.unwrap_or_default().to_owned();
        let row = self.episode("noise", "disk", "read again");
        self.note(EpisodeRow { path, place: NOISE.into(), ..row });
    }

    /// A file was opened (or saved, with `is_used`): perhaps because it was found.
    pub(crate) fn note_looked_at(&mut self, path: &VfsPath, is_used: bool) {
        self.note_wanted(path);
        let now_ms = self.outside.clock.wall_ms();
        let Some(asked) = &mut self.episodes.asked else { return };
        let took_ms = now_ms.saturating_sub(asked.at_ms);
        let (kind, next, within_ms) = match is_used {
            true => ("used", Standing::Used, USED_MS),
            false => ("opened", Standing::Opened, OPENED_MS),
        };
        let place = asked.hits.iter().position(|it| it.0 == *path);
        if place.is_none() && !is_used {
            return self.note_missed(path, now_ms);
        }
        let Some(place) = place.filter(|_| took_ms <= within_ms) else { return };
        let before = mem::replace(&mut asked.hits[place].1, next);
        // Once is enough; and what was used was opened before.
        if before == next || before == Standing::Used {
            asked.hits[place].1 = before;
            return;
        }
        let (client, question) = (asked.client.clone(), asked.question.clone());
        let below = root_of(&self.files.roots, path).and_then(|it| path.relative_to(it));
        self.note(EpisodeRow {
            path: below.unwrap_or_default().to_owned(),
            place: place as u64 + 1,
            took_ms,
            ..self.episode(kind, &client, &question)
        });
    }

    /// A file was opened that the last question did not find: perhaps it was asked for, and is of a
    /// kind that no language pack reads.
    fn note_missed(&mut self, path: &VfsPath, now_ms: u64) {
        let Some(asked) = &mut self.episodes.asked else { return };
        let took_ms = now_ms.saturating_sub(asked.at_ms);
        let is_answered = asked.hits.iter().any(|it| it.1 != Standing::Found);
        let below = root_of(&self.files.roots, path).and_then(|it| path.relative_to(it));
        let Some(below) = below.filter(|it| grammars::language_for_path(it, "").is_none()) else {
            return;
        };
        if is_answered || OPENED_MS < took_ms || mem::replace(&mut asked.is_missed, true) {
            return;
        }
        let (path, what) = (below.to_owned(), asked.question.clone());
        let client = asked.client.clone();
        self.note(EpisodeRow { path, took_ms, ..self.episode("missed", &client, &what) });
    }

    /// A run of a client's has ended; `about` is the file that it was about.
    pub(crate) fn note_run(
        &mut self,
        client: ClientId,
        (name, about): (&'static str, Option<&VfsPath>),
        took_ms: u64,
        outcome: &RunOutcome,
    ) {
        if QUIET.contains(&name) || self.noting().is_none() {
            return;
        }
        let client = self.client_name(client);
        let below = about.and_then(|it| it.relative_to(root_of(&self.files.roots, it)?));
        let path = below.unwrap_or_default().to_owned();
        let row = EpisodeRow { took_ms, path, ..self.episode("command", &client, name) };
        match outcome {
            RunOutcome::Ran(report) => {
                let outcome = match &report.end {
                    agent::End::Done => "done".to_owned(),
                    agent::End::Refused(why) | agent::End::Failed(why) => cut(why),
                    agent::End::Stopped(limit) => format!("stopped: {limit:?}"),
                    agent::End::Cancelled => "cancelled".to_owned(),
                };
                let what = report.agent.clone();
                self.note(EpisodeRow { kind: "agent".to_owned(), what, outcome, ..row });
            }
            RunOutcome::Changed { outcome: made, transaction, .. } => {
                let word = match (name, made) {
                    (_, Outcome::Declined) => "declined",
                    (_, Outcome::Partial { .. }) => "partly applied",
                    ("undo", Outcome::Applied) => "taken back",
                    ("redo", Outcome::Applied) => "brought back",
                    (_, Outcome::Applied) => "applied",
                };
                let row = EpisodeRow { kind: "change".to_owned(), outcome: word.to_owned(), ..row };
                self.note_with(row, Some(transaction.clone()));
            }
            RunOutcome::Rejected(_) => {
                let (kind, outcome) = ("change".to_owned(), "rejected".to_owned());
                self.note(EpisodeRow { kind, outcome, ..row });
            }
            other => self.note(EpisodeRow { outcome: cut(&other.describe()), ..row }),
        }
    }

    /// The editor's own undo or redo turned a change of ours.
    pub(crate) fn note_turned(&self, transaction: &TransactionId, state: ProposalState) {
        let outcome = match state {
            ProposalState::Undone => "taken back",
            ProposalState::Applied => "brought back",
            _ => "partly taken back",
        };
        let row = self.episode("change", EDITOR, "");
        let row = EpisodeRow { outcome: outcome.to_owned(), ..row };
        self.note_with(row, Some(transaction.clone()));
    }

    fn note(&self, row: EpisodeRow) {
        self.note_with(row, None);
    }

    fn note_with(&self, row: EpisodeRow, transaction: Option<TransactionId>) {
        let Some((waiting, journal)) = self.noting().zip(self.outside.journal.clone()) else {
            return;
        };
        waiting.push(row, transaction);
        self.outside.give(Task {
            lane: Lane::Work,
            name: "note episode",
            on_panic: TaskDone::Read,
            work: Box::new(move || {
                waiting.write(&journal);
                TaskDone::Read
            }),
        });
    }

    fn episode(&self, kind: &str, client: &str, what: &str) -> EpisodeRow {
        EpisodeRow {
            kind: kind.to_owned(),
            at_ms: self.outside.clock.wall_ms(),
            client: client.to_owned(),
            what: what.to_owned(),
            ..EpisodeRow::default()
        }
    }

    fn client_name(&self, client: ClientId) -> String {
        self.clients.caller(client).map_or_else(|| "server".to_owned(), |it| it.client.clone())
    }
}

/// Whether to hold `now` bytes instead of `before` is worth a note.
fn is_much(before: usize, now: usize) -> bool {
    let by = before.abs_diff(now);
    MEMORY_BYTES_MIN <= by && before / 4 <= by
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(TEXT_BYTES_MAX.min(text.len()))].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_noted_where_it_changed_much() {
        const MIB: usize = 1 << 20;
        assert!(!is_much(0, 15 * MIB) && is_much(0, 16 * MIB));
        assert!(!is_much(400 * MIB, 420 * MIB) && is_much(400 * MIB, 500 * MIB));
        assert!(is_much(400 * MIB, 300 * MIB), "what is given back is told, too");
    }
}

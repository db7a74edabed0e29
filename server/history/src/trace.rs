//! The commits that touched a stretch of a file: its lines are followed back through the versions
//! of the file.

use rustc_hash::FxHashMap;
use store::commits::{ChangeKind, ChangeRow, CommitRow, Commits, ObjectKey};

use crate::{
    HistoryError, Lines, Repository,
    hunks::{before, hunks, is_text},
};

/// Versions of one file that are looked at.
pub const TRACE_COMMITS_MAX: usize = 500;

/// Files that went with a commit among which the one that a new file was is looked for.
const GONE_MAX: usize = 40;
/// The share of lines that a renamed file has kept.
const KEPT_MIN: f32 = 0.5;

/// A stretch of a file.
#[derive(Clone, Debug)]
pub struct Stretch<'a> {
    /// The file's path in the repository.
    pub path: &'a str,
    /// What the file holds now.
    pub text: &'a str,
    /// The lines.
    pub lines: Lines,
}

/// How far a stretch is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceLimits {
    /// Versions of the file that are compared.
    pub versions_max: usize,
    /// Commits that are wanted.
    pub touches_max: usize,
}

/// A commit that touched the stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The commit.
    pub commit: CommitRow,
    /// The file, by its path after the commit.
    pub path: String,
    /// Lines of the stretch added and taken away.
    pub lines: (u32, u32),
    /// True where the stretch came with this commit.
    pub came: bool,
}

/// What became of a stretch of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The commits that touched it, newest first.
    pub touches: Vec<Touch>,
    /// True where it was changed since the last commit.
    pub is_uncommitted: bool,
    /// Versions of the file that were compared.
    pub n_versions: usize,
    /// Versions that could not be: too long, not fetched, no text.
    pub n_unread: usize,
    /// True where the file has older versions than were looked at.
    pub is_cut: bool,
}

impl Trace {
    /// True where the commit is among them that the stretch came with.
    pub fn is_whole(&self) -> bool {
        self.touches.last().is_some_and(|it| it.came)
    }
}

/// The commits that touched a stretch. Renames of the file are followed; `check` ends it.
///
/// # Errors
/// [`HistoryError`].
pub fn trace(
    repository: &Repository,
    commits: &dyn Commits,
    stretch: &Stretch<'_>,
    limits: TraceLimits,
    check: &mut dyn FnMut() -> Result<(), HistoryError>,
) -> Result<Trace, HistoryError> {
    let mut res = Trace::default();
    let mut waiting = commits.commits_of(stretch.path, limits.versions_max + 1)?;
    let mut tracer = Tracer {
        repository,
        known: FxHashMap::default(),
        latest: (stretch.text.replace("\r\n", "\n").into_bytes(), stretch.lines.clone()),
    };
    res.is_uncommitted = tracer.begin(stretch.path)?;
    waiting.reverse();
    while let Some((commit, mut change)) = waiting.pop() {
        check()?;
        if res.n_versions == limits.versions_max {
            res.is_cut = true;
            break;
        }
        res.n_versions += 1;
        if change.kind == ChangeKind::Added {
            let gone = commits.changes_of(commit.id)?;
            change = tracer.renamed(change, &gone);
        }
        match tracer.step(&change) {
            Step::Unread => res.n_unread += 1,
            Step::Untouched => {}
            Step::Touched { lines, came } => {
                res.touches.push(Touch { commit, path: change.path, lines, came });
                if came || res.touches.len() == limits.touches_max {
                    break;
                }
            }
        }
        if let Some(from) = change.from.filter(|_| change.kind == ChangeKind::Renamed) {
            waiting.extend(commits.commits_of(&from, limits.versions_max + 1)?);
            waiting.sort_by_key(|it| (it.0.time_s, std::cmp::Reverse(it.0.id)));
        }
    }
    Ok(res)
}

struct Tracer<'a> {
    repository: &'a Repository,
    /// Where the stretch is in the versions of the file.
    known: FxHashMap<ObjectKey, Lines>,
    /// The version that was compared last. One that no edge of the history leads to (the sides of
    /// a merge whose result is neither) is compared with it.
    latest: (Vec<u8>, Lines),
}

enum Step {
    Unread,
    Untouched,
    Touched { lines: (u32, u32), came: bool },
}

impl Tracer<'_> {
    /// Takes the stretch from the text to what is committed of it; true where they differ.
    fn begin(&mut self, path: &str) -> Result<bool, HistoryError> {
        let committed = self.repository.file_at(&self.repository.head()?, path)?;
        let Some(key) = committed else { return Ok(true) };
        let Some(content) = self.text(&key) else { return Ok(false) };
        let found = before(&hunks(&content, &self.latest.0), &self.latest.1);
        if found.lines.is_empty() {
            return Ok(true);
        }
        self.known.insert(key, found.lines.clone());
        self.latest = (content, found.lines);
        Ok(found.changed != (0, 0))
    }

    fn step(&mut self, change: &ChangeRow) -> Step {
        // A file that went and came again: the versions before may still be its own.
        let Some(after_key) = &change.after else { return Step::Untouched };
        let Some(after) = self.text(after_key) else { return Step::Unread };
        let lines = match self.known.get(after_key) {
            Some(lines) => lines.clone(),
            None => before(&hunks(&after, &self.latest.0), &self.latest.1).lines,
        };
        if lines.is_empty() {
            return Step::Untouched;
        }
        let Some(before_key) = &change.before else {
            return Step::Touched { lines: (lines.end - lines.start, 0), came: true };
        };
        if before_key == after_key {
            self.known.insert(before_key.clone(), lines);
            return Step::Untouched;
        }
        let Some(old) = self.text(before_key) else { return Step::Unread };
        let found = before(&hunks(&old, &after), &lines);
        let came = found.lines.is_empty();
        if !came {
            self.known.insert(before_key.clone(), found.lines.clone());
            self.latest = (old, found.lines);
        }
        match found.changed {
            (0, 0) => Step::Untouched,
            lines => Step::Touched { lines, came },
        }
    }

    /// The change as a rename where the file came in place of one that went with the same commit
    /// and held mostly the same lines. Reading the history pairs only what needs no content.
    fn renamed(&self, change: ChangeRow, of_commit: &[ChangeRow]) -> ChangeRow {
        let ending = |path: &str| path.rsplit_once('.').map(|it| it.1.to_owned());
        let gone = of_commit.iter().filter(|it| {
            it.kind == ChangeKind::Deleted && ending(&it.path) == ending(&change.path)
        });
        let Some(now) = change.after.as_ref().and_then(|it| self.text(it)) else { return change };
        let shares = gone.take(GONE_MAX).filter_map(|it| {
            let before = self.text(it.before.as_ref()?)?;
            Some((share_kept(&before, &now), it))
        });
        let best = shares.max_by(|a, b| a.0.total_cmp(&b.0));
        let Some((_, from)) = best.filter(|it| KEPT_MIN <= it.0) else { return change };
        ChangeRow {
            kind: ChangeKind::Renamed,
            from: Some(from.path.clone()),
            before: from.before.clone(),
            ..change
        }
    }

    fn text(&self, key: &[u8]) -> Option<Vec<u8>> {
        let content = self.repository.blob(key).filter(|it| is_text(it))?;
        if !content.contains(&b'\r') {
            return Some(content);
        }
        let text = String::from_utf8_lossy(&content).replace("\r\n", "\n");
        Some(text.into_bytes())
    }
}

/// The share of lines that two contents have in common, of the longer one.
fn share_kept(before: &[u8], after: &[u8]) -> f32 {
    let n_lines = |it: &[u8]| it.iter().filter(|byte| **byte == b'\n').count().max(1) as f32;
    let gone: u32 = hunks(before, after).iter().map(|it| it.before.end - it.before.start).sum();
    ((n_lines(before) - gone as f32) / n_lines(before).max(n_lines(after))).max(0.0)
}

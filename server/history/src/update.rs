//! Reading the commits that are new since the last time, newest first.

use std::{cell::Cell, collections::BTreeMap, ops::ControlFlow};

use gix::{
    ObjectId,
    bstr::{BStr, ByteSlice},
    diff::tree::{Recorder, State, Visit, recorder, visit},
    objs::TreeRefIter,
    revision::walk::Sorting,
};
use rustc_hash::FxHashSet;
use store::commits::{ChangeKind, ChangeRow, CommitWrite, Commits, HeadRow, ObjectKey};

use crate::{
    HistoryError, Repository,
    repository::{cut, git, line},
};

/// Older commits than the newest so many are not read, unless the caller wants another number.
pub const COMMITS_MAX: usize = 50_000;
/// Changes of one commit that are kept; all are counted.
const CHANGES_MAX: usize = 2_000;
/// Commits between two transactions, and between two reports.
const BATCH: usize = 256;
/// Commits walked between two looks at whether anybody still waits.
const WALK_PER_CHECK: usize = 1024;
const SUBJECT_BYTES_MAX: usize = 400;
const BODY_BYTES_MAX: usize = 4096;
const AUTHOR_BYTES_MAX: usize = 200;
/// Commits of other branches that are kept for them to come back.
const SPARE_MAX: usize = 5_000;

/// How history is read.
pub struct UpdateConfig<'a> {
    /// How many commits are read at most.
    pub commits_max: usize,
    /// Where only what is new is wanted: so many of the newest will do, as long as nobody has read
    /// all. The head is then noted as not read to its end.
    pub newest: Option<usize>,
    /// Cuts a message into the words that a search compares.
    pub words: &'a dyn Fn(&str) -> String,
}

/// How far reading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Commits that were read.
    pub done: usize,
    /// Commits to read in all; 0 while they are counted.
    pub all: usize,
}

/// What reading brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Updated {
    /// Commits that were read now.
    pub read: usize,
    /// Commits that the head reaches and that are known.
    pub reached: usize,
    /// Why older ones are missing.
    pub cut: Option<String>,
    /// True where the head is no descendant of the one before: another branch, or rewritten
    /// history.
    pub moved: bool,
}

/// A reading under way. It is done step by step, so that whoever does it can do other things in
/// between.
pub struct Update {
    repository: Repository,
    head: ObjectKey,
    walked: Walked,
    /// Commits that are not known yet, newest first.
    new: Vec<ObjectId>,
    n_done: usize,
    /// Buffers of the comparison of trees.
    state: State,
}

/// Brings `commits` up to what `repository` has checked out. `report` is told how far it is, and
/// may stop it; what was read until then is kept, and the next call goes on there.
///
/// # Errors
/// [`HistoryError`].
pub fn update(
    repository: Repository,
    commits: &dyn Commits,
    config: &UpdateConfig<'_>,
    report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Updated, HistoryError> {
    let mut update = Update::begin(repository, commits, config, report)?;
    loop {
        if report(update.progress()).is_break() {
            return Err(HistoryError::Cancelled);
        }
        if let Some(updated) = update.step(commits, config)? {
            return Ok(updated);
        }
    }
}

impl Update {
    /// Finds out which commits are to be read.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn begin(
        repository: Repository,
        commits: &dyn Commits,
        config: &UpdateConfig<'_>,
        report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Update, HistoryError> {
        let head = repository.head()?;
        let old = commits.head()?;
        let is_all = old.as_ref().is_some_and(|it| it.is_complete);
        let newest = config.newest.filter(|it| !is_all && *it < config.commits_max);
        let old_of_head = old.as_ref().filter(|it| it.head == head);
        let is_enough = match newest {
            Some(newest) => old_of_head.is_some() && newest <= commits.n_reached()?,
            None => is_all && old_of_head.is_some(),
        };
        let walked = match old_of_head.filter(|_| is_enough) {
            Some(old) => Walked { cut: old.cut.clone(), is_all, ..Walked::default() },
            None => {
                let known = commits.keys()?.into_iter().collect();
                let max = newest.unwrap_or(config.commits_max);
                let walker = Walker { repository: &repository, head: &head, max };
                let mut walked = walker.walk(old.as_ref(), &known, report)?;
                walked.is_all = newest.is_none() || walked.ids.len() < max;
                walked
            }
        };
        let known: FxHashSet<ObjectKey> = match walked.ids.is_empty() {
            true => FxHashSet::default(),
            false => commits.keys()?.into_iter().collect(),
        };
        let new = walked.ids.iter().copied().filter(|it| !known.contains(it.as_slice())).collect();
        Ok(Update { repository, head, walked, new, n_done: 0, state: State::default() })
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        Progress { done: self.n_done, all: self.new.len() }
    }

    /// Reads the next commits; what it brought in all, once it is done.
    ///
    /// # Errors
    /// What the store reports.
    pub fn step(
        &mut self,
        commits: &dyn Commits,
        config: &UpdateConfig<'_>,
    ) -> Result<Option<Updated>, HistoryError> {
        let end = (self.n_done + BATCH).min(self.new.len());
        if self.n_done < end {
            let mut reader =
                Reader { repository: &self.repository, config, state: &mut self.state };
            let batch = self.new[self.n_done..end].iter().filter_map(|it| reader.commit(*it));
            commits.add(&batch.collect::<Vec<CommitWrite>>())?;
            commits.set_head(&self.row(false))?;
            self.n_done = end;
        }
        if end < self.new.len() {
            return Ok(None);
        }
        let reached = match self.walked.is_whole {
            true => {
                let ids = self.walked.ids.iter();
                let keys: Vec<ObjectKey> = ids.map(|it| it.as_slice().to_vec()).collect();
                commits.set_reached(&keys, SPARE_MAX)?
            }
            false => commits.n_reached()?,
        };
        commits.set_head(&self.row(self.walked.is_all))?;
        let Walked { moved, cut, .. } = &self.walked;
        Ok(Some(Updated { read: self.new.len(), reached, cut: cut.clone(), moved: *moved }))
    }

    fn row(&self, is_complete: bool) -> HeadRow {
        HeadRow {
            head: self.head.clone(),
            is_complete,
            cut: self.walked.cut.clone(),
            rewritten: self.walked.moved,
        }
    }
}

#[derive(Default)]
struct Walked {
    /// Newest first.
    ids: Vec<ObjectId>,
    /// True where no more are wanted, whoever asks.
    is_all: bool,
    /// True where these are all commits that the head reaches, within the limit; false where they
    /// are those that came since the last time.
    is_whole: bool,
    moved: bool,
    cut: Option<String>,
}

/// Walks from the head down.
struct Walker<'a> {
    repository: &'a Repository,
    head: &'a [u8],
    max: usize,
}

type Report<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

impl Walker<'_> {
    /// The commits to look at: those since the last head where it is an ancestor of this one, else
    /// all.
    fn walk(
        &self,
        old: Option<&HeadRow>,
        known: &FxHashSet<ObjectKey>,
        report: Report<'_>,
    ) -> Result<Walked, HistoryError> {
        let max = self.max;
        let mut moved = false;
        if let Some(old) = old.filter(|it| it.is_complete) {
            let met = Cell::new(false);
            let is_new = |id: &gix::oid| {
                met.set(met.get() || id.as_bytes() == old.head);
                !known.contains(id.as_bytes())
            };
            let (ids, _) = self.ids(&is_new, report)?;
            // A little over the limit is let be; trimming looks at every commit.
            if met.get() && known.len() + ids.len() <= max + max / 4 {
                return Ok(Walked { ids, moved, cut: old.cut.clone(), ..Walked::default() });
            }
            moved = !met.get();
        }
        let (ids, more) = self.ids(&|_| true, report)?;
        let cut = match (more, self.repository.is_shallow()) {
            (true, _) => Some(format!("only the newest {max} commits are read")),
            (false, true) => {
                Some("the clone is shallow: older commits were not fetched".to_owned())
            }
            (false, false) => None,
        };
        Ok(Walked { ids, is_whole: true, moved, cut, ..Walked::default() })
    }

    /// The newest commits from the head down that `wanted` wants, and whether there are more.
    fn ids(
        &self,
        wanted: &dyn Fn(&gix::oid) -> bool,
        report: Report<'_>,
    ) -> Result<(Vec<ObjectId>, bool), HistoryError> {
        let head = crate::repository::object_id(self.head);
        let head = head.ok_or_else(|| HistoryError::Git("the head is no hash".to_owned()))?;
        // The commit graph file saves little here, and it is one more thing that can lie.
        let walk = self
            .repository
            .git()
            .rev_walk([head])
            .sorting(Sorting::ByCommitTime(Default::default()))
            .use_commit_graph(false)
            .selected(wanted)
            .map_err(git)?;
        let mut ids = Vec::new();
        for info in walk {
            // A parent that is missing ends the walk there: what can be read is read.
            let Ok(info) = info else { break };
            if ids.len() == self.max {
                return Ok((ids, true));
            }
            if ids.len() % WALK_PER_CHECK == 0 && report(Progress { done: 0, all: 0 }).is_break() {
                return Err(HistoryError::Cancelled);
            }
            ids.push(info.id);
        }
        Ok((ids, false))
    }
}

struct Reader<'a> {
    repository: &'a Repository,
    config: &'a UpdateConfig<'a>,
    state: &'a mut State,
}

impl Reader<'_> {
    /// The commit as a row; `None` where it cannot be read: the others still can.
    fn commit(&mut self, id: ObjectId) -> Option<CommitWrite> {
        let commit = self.repository.git().find_commit(id).ok()?;
        let decoded = commit.decode().ok()?;
        let message = decoded.message();
        let body = message.body.map(|it| it.to_str_lossy().into_owned()).unwrap_or_default();
        let subject = line(message.title, SUBJECT_BYTES_MAX);
        let body = cut(body.trim(), BODY_BYTES_MAX).to_owned();
        let author = decoded.author().ok();
        let text = |it: &BStr| line(it, AUTHOR_BYTES_MAX);
        let parents: Vec<ObjectId> = decoded.parents().collect();
        let changes = match parents.as_slice() {
            [] => self.changes(None, decoded.tree()),
            [parent] => {
                // Behind the edge of a shallow clone nothing is known, so nothing is said.
                let parent = self.repository.git().find_commit(*parent).ok();
                let tree = parent.and_then(|it| Some(it.tree_id().ok()?.detach()));
                tree.map(|it| self.changes(Some(it), decoded.tree())).unwrap_or_default()
            }
            // A merge brings what its branches changed, and those tell it themselves.
            _ => Changes::default(),
        };
        Some(CommitWrite {
            key: id.as_slice().to_vec(),
            time_s: commit.time().map(|it| it.seconds).unwrap_or(0),
            author: author.map(|it| (text(it.name), text(it.email))).unwrap_or_default(),
            n_parents: parents.len() as u32,
            words: (self.config.words)(&format!("{subject}\n{body}")),
            subject,
            body,
            n_files: changes.n_files,
            changes: changes.kept,
        })
    }

    /// What makes one tree of another.
    fn changes(&mut self, before: Option<ObjectId>, after: ObjectId) -> Changes {
        let repo = self.repository.git();
        let tree = |id: ObjectId| repo.find_tree(id).ok();
        let Some(after) = tree(after) else { return Changes::default() };
        let before = before.and_then(tree).unwrap_or_else(|| repo.empty_tree());
        let hash = repo.object_hash();
        let mut seen = Seen { recorder: Recorder::default(), n_files: 0 };
        let iter = |data| TreeRefIter::from_bytes(data, hash);
        let (old, new) = (iter(&before.data), iter(&after.data));
        let done = gix::diff::tree(old, new, &mut *self.state, &repo.objects, &mut seen);
        // A tree that is missing or damaged: what was seen of it until there is no whole commit.
        if done.is_err() {
            return Changes::default();
        }
        Changes { n_files: seen.n_files, kept: rows(seen.recorder.records) }
    }
}

#[derive(Default)]
struct Changes {
    n_files: u32,
    kept: Vec<ChangeRow>,
}

/// Keeps the changes of files up to the limit and counts all.
struct Seen {
    recorder: Recorder,
    n_files: u32,
}

impl Visit for Seen {
    fn pop_front_tracked_path_and_set_current(&mut self) {
        self.recorder.pop_front_tracked_path_and_set_current();
    }

    fn push_back_tracked_path_component(&mut self, component: &BStr) {
        self.recorder.push_back_tracked_path_component(component);
    }

    fn push_path_component(&mut self, component: &BStr) {
        self.recorder.push_path_component(component);
    }

    fn pop_path_component(&mut self) {
        self.recorder.pop_path_component();
    }

    fn visit(&mut self, change: visit::Change) -> visit::Action {
        let is_file = match &change {
            visit::Change::Addition { entry_mode, .. }
            | visit::Change::Deletion { entry_mode, .. } => entry_mode.is_blob(),
            visit::Change::Modification { entry_mode, previous_entry_mode, .. } => {
                entry_mode.is_blob() && previous_entry_mode.is_blob()
            }
        };
        if is_file {
            self.n_files += 1;
            if self.n_files as usize <= CHANGES_MAX {
                return self.recorder.visit(change);
            }
        }
        ControlFlow::Continue(())
    }
}

/// The changes as rows. A file that went and one that came are one renamed file where their
/// contents are the same, or where their names are and no other file of that name came or went.
fn rows(records: Vec<recorder::Change>) -> Vec<ChangeRow> {
    let (mut res, mut gone, mut come) = (Vec::new(), Vec::new(), Vec::new());
    for record in records {
        // Paths that are no UTF-8 are those of no file that the workspace knows.
        let path = |it: gix::bstr::BString| String::from_utf8(it.into()).ok();
        match record {
            recorder::Change::Addition { oid, path: at, .. } => {
                come.extend(path(at).map(|it| (it, oid)));
            }
            recorder::Change::Deletion { oid, path: at, .. } => {
                gone.extend(path(at).map(|it| (it, oid)));
            }
            recorder::Change::Modification { previous_oid, oid, path: at, .. } => {
                res.extend(path(at).map(|path| ChangeRow {
                    path,
                    kind: ChangeKind::Modified,
                    from: None,
                    before: Some(previous_oid.as_slice().to_vec()),
                    after: Some(oid.as_slice().to_vec()),
                }));
            }
        }
    }
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    pair(&mut gone, &mut come, &mut res, &|it| it.1.to_string());
    pair(&mut gone, &mut come, &mut res, &|it| name(&it.0));
    res.extend(come.into_iter().map(|(path, after)| ChangeRow {
        path,
        kind: ChangeKind::Added,
        from: None,
        before: None,
        after: Some(after.as_slice().to_vec()),
    }));
    res.extend(gone.into_iter().map(|(path, before)| ChangeRow {
        path,
        kind: ChangeKind::Deleted,
        from: None,
        before: Some(before.as_slice().to_vec()),
        after: None,
    }));
    res
}

type Files = Vec<(String, ObjectId)>;

/// Takes out the files that went and came with one key and are the only ones of it.
fn pair(
    gone: &mut Files,
    come: &mut Files,
    res: &mut Vec<ChangeRow>,
    key: &dyn Fn(&(String, ObjectId)) -> String,
) {
    let mut by_key: BTreeMap<String, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (nth, it) in gone.iter().enumerate() {
        by_key.entry(key(it)).or_default().0.push(nth);
    }
    for (nth, it) in come.iter().enumerate() {
        by_key.entry(key(it)).or_default().1.push(nth);
    }
    let (mut gone_done, mut come_done) = (FxHashSet::default(), FxHashSet::default());
    for (old, new) in by_key.into_values() {
        let ([old], [new]) = (old.as_slice(), new.as_slice()) else { continue };
        let ((from, before), (path, after)) = (gone[*old].clone(), come[*new].clone());
        res.push(ChangeRow {
            path,
            kind: ChangeKind::Renamed,
            from: Some(from),
            before: Some(before.as_slice().to_vec()),
            after: Some(after.as_slice().to_vec()),
        });
        gone_done.insert(*old);
        come_done.insert(*new);
    }
    let mut nth = 0..;
    gone.retain(|_| !gone_done.contains(&nth.next().unwrap_or(0)));
    let mut nth = 0..;
    come.retain(|_| !come_done.contains(&nth.next().unwrap_or(0)));
}

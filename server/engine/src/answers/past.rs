//! What a snapshot answers about the past: who touched a symbol, what was done like this before.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use history::{
    HistoryError, Lines, Partner, Past, Renames, Repository, Stretch, TRACE_COMMITS_MAX, Touch,
    TraceLimits, hex, link, trace,
};
use ide::SymbolRef;
use store::{
    StoreError,
    commits::{CommitRow, Commits, LinkRow, ObjectKey, open_commits, open_commits_in_memory},
};
use syntax::SymbolIdx;
use text::TextRange;
use vfs::{ContentHash, FileId, VfsPath};

use crate::{ReadError, Snapshot, files::root_of};

/// Files that are told as changing together with one.
const PARTNERS_MAX: usize = 10;
/// Versions of a file that a hover looks at.
const HOVER_VERSIONS_MAX: usize = 30;
/// Symbols of a commit that a list of commits tells.
const LINKS_MAX: usize = 12;

/// The histories of the workspace's folders, opened when they are first asked for.
#[derive(Clone, Default)]
pub(crate) struct Histories(Arc<Opened>);

#[derive(Default)]
struct Opened {
    /// Where they are kept; `None`: in memory.
    state_folder: Option<PathBuf>,
    folders: Mutex<BTreeMap<VfsPath, Arc<FolderHistory>>>,
}

/// The history of one folder.
pub(crate) struct FolderHistory {
    pub(crate) commits: Arc<dyn Commits>,
    /// The past of its files, as of the head it was made for and the commits that were read then.
    past: Mutex<Option<(AsOf, Arc<Past>)>>,
    /// Where its files are now, likewise.
    renames: Mutex<Option<(AsOf, Arc<Renames>)>>,
}

/// A head, and how many commits were read then.
type AsOf = (ObjectKey, usize);

impl Histories {
    /// Histories that are kept below the state folder.
    pub(crate) fn below(state_folder: Option<PathBuf>) -> Histories {
        Histories(Arc::new(Opened { state_folder, folders: Mutex::default() }))
    }

    /// What is kept of the history of the folder `root`.
    pub(crate) fn folder(&self, root: &VfsPath) -> Result<Arc<FolderHistory>, StoreError> {
        let mut folders = self.0.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = folders.get(root) {
            return Ok(Arc::clone(folder));
        }
        let commits: Arc<dyn Commits> = match &self.0.state_folder {
            Some(state) => {
                let name = ContentHash::of(root.as_str().as_bytes()).to_string();
                let opened = open_commits(state, &name[..16])?;
                if let Some(why) = opened.dropped {
                    tracing::warn!(%why, "what was kept of the history was dropped");
                }
                Arc::new(opened.commits)
            }
            None => Arc::new(open_commits_in_memory()?),
        };
        let folder =
            Arc::new(FolderHistory { commits, past: Mutex::default(), renames: Mutex::default() });
        folders.insert(root.clone(), Arc::clone(&folder));
        Ok(folder)
    }
}

impl FolderHistory {
    /// The past of the folder's files; made once for each head.
    fn past(&self, repository: &Repository, now_s: i64) -> Result<Arc<Past>, HistoryError> {
        self.kept(&self.past, || Past::load(repository, self.commits.as_ref(), now_s))
    }

    /// Where files that were renamed are now; made once for each head.
    pub(crate) fn renames(&self) -> Result<Arc<Renames>, HistoryError> {
        self.kept(&self.renames, || Renames::load(self.commits.as_ref()))
    }

    /// What is in `place`, made anew where commits were read since.
    fn kept<T: Default>(
        &self,
        place: &Mutex<Option<(AsOf, Arc<T>)>>,
        load: impl FnOnce() -> Result<T, HistoryError>,
    ) -> Result<Arc<T>, HistoryError> {
        let Some(row) = self.commits.head()? else { return Ok(Arc::default()) };
        let as_of = (row.head, self.commits.n_reached()?);
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        match &*place {
            Some((known, it)) if *known == as_of => Ok(Arc::clone(it)),
            _ => {
                let new = Arc::new(load()?);
                *place = Some((as_of, Arc::clone(&new)));
                Ok(new)
            }
        }
    }
}

/// Which commits are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Only commits since then, in seconds since 1970.
    pub since_s: Option<i64>,
    /// Only this commit and what came before, as git writes revisions.
    pub at: Option<String>,
    /// At most so many.
    pub commits_max: usize,
}

/// The past of a symbol or of a whole file.
#[derive(Clone, Debug)]
pub struct SymbolHistory {
    /// The file, below its folder.
    pub path: String,
    /// Name path of the symbol; `None` for a file.
    pub symbol: Option<String>,
    /// The commits that touched it, newest first.
    pub touches: Vec<Touch>,
    /// True where it was changed since the last commit.
    pub is_uncommitted: bool,
    /// Files that are often changed together with its file.
    pub partners: Vec<Partner>,
    /// The symbol as it was at the commit that was asked for.
    pub then: Option<Then>,
    /// What was not looked at, and why; for people.
    pub limits: Vec<String>,
}

/// A symbol as it was.
#[derive(Clone, Debug)]
pub struct Then {
    /// The commit.
    pub commit: String,
    /// The file's path then, in the repository.
    pub path: String,
    /// First line, from 1.
    pub line: u32,
    /// Its text.
    pub text: String,
}

/// A commit that is like a question.
#[derive(Clone, Debug)]
pub struct LikeCommit {
    /// The folder it is of.
    pub root: VfsPath,
    /// The commit.
    pub commit: CommitRow,
    /// How like; comparable within one answer only.
    pub score: f32,
    /// The symbols it touched, most lines first.
    pub links: Vec<LinkRow>,
    /// Symbols it touched that are not among them, and files that were not looked into.
    pub n_more: usize,
}

/// One folder's repository with what is kept of it.
pub(crate) struct OpenHistory {
    pub(crate) repository: Repository,
    pub(crate) folder: Arc<FolderHistory>,
    pub(crate) limits: Vec<String>,
}

impl Snapshot {
    /// The past of the files of the folder `root`, as ranking takes it; empty where nothing was
    /// read yet or there is nothing to read.
    pub fn past(&self, root: &VfsPath) -> Arc<Past> {
        let past = || {
            let opened = self.history(root).ok()?;
            opened.folder.past(&opened.repository, self.now_s()).ok()
        };
        past().unwrap_or_default()
    }

    /// The commits that touched a symbol, followed back line by line.
    ///
    /// # Errors
    /// [`ReadError::Refused`] where there is no history, or no such commit.
    pub fn symbol_history(
        &self,
        symbol: SymbolRef,
        query: &HistoryQuery,
    ) -> Result<SymbolHistory, ReadError> {
        let missing = || ReadError::NoFile(self.vfs.path(symbol.file).clone());
        let lines = self.lines_of(symbol).ok_or_else(missing)?;
        self.stretch_history(symbol.file, Some(symbol.symbol), lines, query)
    }

    /// The commit that touched a symbol last, and whether it was changed since; `None` where no
    /// history was read, or the last commits of the file did not touch it. For a hover: it looks at
    /// few commits.
    pub fn last_change(&self, symbol: SymbolRef) -> Option<(bool, Touch)> {
        let path = self.vfs.path(symbol.file);
        let root = root_of(&self.roots, path)?;
        let OpenHistory { repository, folder, .. } = self.history(root).ok()?;
        folder.commits.head().ok()??;
        let in_repository = repository.in_repository(path.relative_to(root)?);
        let lines = self.lines_of(symbol)?;
        let text = self.text(symbol.file)?;
        let stretch = Stretch { path: &in_repository, text: &text, lines };
        let limits = TraceLimits { versions_max: HOVER_VERSIONS_MAX, touches_max: 1 };
        let mut check = || self.check().map_err(|_| HistoryError::Cancelled);
        let traced = trace(&repository, folder.commits.as_ref(), &stretch, limits, &mut check);
        let traced = traced.ok()?;
        Some((traced.is_uncommitted, traced.touches.into_iter().next()?))
    }

    /// The lines of a symbol with its documentation.
    fn lines_of(&self, symbol: SymbolRef) -> Option<Lines> {
        let facts = self.analysis.facts(symbol.file)?;
        let it = facts.symbols.get(symbol.symbol.index())?;
        let doc = facts.doc(it).filter(|doc| doc.end() <= it.range.start());
        let range = doc.map_or(it.range, |doc| doc.cover(it.range));
        Some(facts.lines.line_of(range.start())..facts.lines.line_of(range.end()) + 1)
    }

    /// The commits that changed a file.
    ///
    /// # Errors
    /// As [`Snapshot::symbol_history`].
    pub fn file_history(
        &self,
        file: FileId,
        query: &HistoryQuery,
    ) -> Result<SymbolHistory, ReadError> {
        let path = self.vfs.path(file).clone();
        let facts = self.analysis.facts(file).ok_or(ReadError::NoFile(path))?;
        self.stretch_history(file, None, 0..facts.lines.n_lines(), query)
    }

    fn stretch_history(
        &self,
        file: FileId,
        symbol: Option<SymbolIdx>,
        lines: Lines,
        query: &HistoryQuery,
    ) -> Result<SymbolHistory, ReadError> {
        let path = self.vfs.path(file);
        let no_file = || ReadError::NoFile(path.clone());
        let root = root_of(&self.roots, path).ok_or_else(no_file)?;
        let below = path.relative_to(root).ok_or_else(no_file)?;
        let text = self.text(file).ok_or_else(no_file)?;
        let OpenHistory { repository, folder, mut limits } = self.history(root)?;
        let commits = folder.commits.as_ref();
        let in_repository = repository.in_repository(below);
        let mut check = || self.check().map_err(|_| HistoryError::Cancelled);
        let stretch = Stretch { path: &in_repository, text: &text, lines };
        let limits_of_trace =
            TraceLimits { versions_max: TRACE_COMMITS_MAX, touches_max: usize::MAX };
        let mut traced = trace(&repository, commits, &stretch, limits_of_trace, &mut check)?;
        limits.extend(self.limits_of(&traced));

        let name = symbol.and_then(|it| Some(self.analysis.facts(file)?.name_path(it)));
        let mut then = None;
        if let Some(at) = &query.at {
            let key = repository.resolve(at)?;
            let Some(row) = commits.commit(&key)? else {
                let why = format!("commit {} is not in the history of the head", hex(&key));
                return Err(ReadError::Refused(why));
            };
            traced.touches.retain(|it| it.commit.time_s <= row.time_s);
            let path_then = path_at(commits, &in_repository, row.time_s)?;
            then = symbol_then(&repository, &key, &path_then, name.as_deref())?;
        }
        traced.touches.retain(|it| query.since_s.is_none_or(|since| since <= it.commit.time_s));
        traced.touches.truncate(query.commits_max);
        let past = folder.past(&repository, self.now_s())?;
        Ok(SymbolHistory {
            partners: past.partners(&[below], PARTNERS_MAX),
            path: below.to_owned(),
            symbol: name,
            touches: traced.touches,
            is_uncommitted: traced.is_uncommitted,
            then,
            limits,
        })
    }

    /// Commits whose message is like `question`, with the symbols they touched: how something like
    /// it was done before.
    ///
    /// # Errors
    /// [`ReadError::Refused`] where no folder has a history.
    pub fn commits_like(
        &self,
        question: &str,
        query: &HistoryQuery,
    ) -> Result<Vec<LikeCommit>, ReadError> {
        let words = memory::distinct_words(question);
        let mut res = Vec::new();
        let mut refused = None;
        for root in self.roots.iter() {
            let OpenHistory { repository, folder, .. } = match self.history(root) {
                Ok(opened) => opened,
                Err(why) => {
                    refused = Some(why);
                    continue;
                }
            };
            let commits = folder.commits.as_ref();
            let until_s = match &query.at {
                Some(at) => commits.commit(&repository.resolve(at)?)?.map(|it| it.time_s),
                None => None,
            };
            let found = commits.search(&words, query.commits_max * 4)?;
            for it in found {
                let Some(commit) = commits.commits(&[it.id])?.pop() else { continue };
                let is_in_time = query.since_s.is_none_or(|since| since <= commit.time_s)
                    && until_s.is_none_or(|until| commit.time_s < until);
                if is_in_time {
                    res.push((root, it.score, commit));
                }
            }
        }
        if res.is_empty() {
            return refused.map_or(Ok(Vec::new()), Err);
        }
        res.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.2.time_s.cmp(&a.2.time_s)));
        res.truncate(query.commits_max);
        res.into_iter().map(|(root, score, commit)| self.like(root, score, commit)).collect()
    }

    fn like(&self, root: &VfsPath, score: f32, commit: CommitRow) -> Result<LikeCommit, ReadError> {
        let OpenHistory { repository, folder, .. } = self.history(root)?;
        let mut check = || self.check().map_err(|_| HistoryError::Cancelled);
        let linked = link(&repository, folder.commits.as_ref(), commit.id, &mut check)?;
        let mut links = linked.links;
        links.sort_by_key(|it| std::cmp::Reverse(it.lines.0 + it.lines.1));
        let n_more = linked.n_unread + links.len().saturating_sub(LINKS_MAX);
        links.truncate(LINKS_MAX);
        Ok(LikeCommit { root: root.clone(), commit, score, links, n_more })
    }

    /// The history of a folder of the workspace.
    pub(crate) fn history(&self, root: &VfsPath) -> Result<OpenHistory, ReadError> {
        let repository = Repository::open(&root.as_path()).map_err(HistoryError::from)?;
        let folder = self.histories.folder(root)?;
        let mut limits = Vec::new();
        match folder.commits.head()? {
            None => limits.push("the history was not read yet".to_owned()),
            Some(row) => {
                if !row.is_complete {
                    limits.push("the history is not read to its end".to_owned());
                }
                if repository.head().is_ok_and(|it| it != row.head) {
                    limits.push("there are newer commits than were read".to_owned());
                }
                limits.extend(row.cut);
            }
        }
        Ok(OpenHistory { repository, folder, limits })
    }

    /// The pasts of all folders that have one.
    ///
    /// # Errors
    /// Why there is none, where no folder has one.
    pub(crate) fn pasts(&self) -> Result<Vec<(VfsPath, Arc<Past>)>, ReadError> {
        let mut res = Vec::new();
        let mut refused = None;
        for root in self.roots.iter() {
            match self.history(root) {
                Ok(it) => {
                    res.push((root.clone(), it.folder.past(&it.repository, self.now_s())?));
                }
                Err(why) => refused = Some(why),
            }
        }
        if res.is_empty() { refused.map_or(Ok(res), Err) } else { Ok(res) }
    }

    fn limits_of(&self, traced: &history::Trace) -> Vec<String> {
        let mut res = Vec::new();
        if traced.is_cut {
            res.push(format!("only {} versions of the file were compared", traced.n_versions));
        }
        if 0 < traced.n_unread {
            let n = traced.n_unread;
            res.push(format!("{n} versions of the file could not be read or are too long"));
        }
        if !traced.is_cut && !traced.is_whole() && 0 < traced.n_versions {
            res.push("the commit it came with was not found".to_owned());
        }
        if traced.n_versions == 0 {
            res.push("no commit that was read changed the file".to_owned());
        }
        res
    }

    fn now_s(&self) -> i64 {
        (self.wall_ms / 1000).cast_signed()
    }
}

impl OpenHistory {
    /// The files below the folder that a commit changed.
    pub(crate) fn changed_in(&self, revision: &str) -> Result<Vec<String>, ReadError> {
        let key = self.repository.resolve(revision)?;
        let Some(commit) = self.folder.commits.commit(&key)? else {
            let why = format!("commit {} is not in the history of the head", hex(&key));
            return Err(ReadError::Refused(why));
        };
        let changes = self.folder.commits.changes_of(commit.id)?;
        let below = changes.iter().filter_map(|it| self.repository.in_folder(&it.path));
        Ok(below.map(str::to_owned).collect())
    }
}

/// What the file was called at a time: the renames since are taken back.
fn path_at(commits: &dyn Commits, path: &str, time_s: i64) -> Result<String, ReadError> {
    let mut path = path.to_owned();
    // A chain of renames is as long as somebody made it; two files may swap their names.
    for _ in 0..64 {
        let renamed = commits.commits_of(&path, TRACE_COMMITS_MAX)?;
        let renamed = renamed.into_iter().rfind(|it| time_s < it.0.time_s && it.1.from.is_some());
        match renamed.and_then(|it| it.1.from) {
            Some(from) => path = from,
            None => break,
        }
    }
    Ok(path)
}

/// The symbol in the version of a commit; `None` where it was not there.
fn symbol_then(
    repository: &Repository,
    commit: &[u8],
    path: &str,
    name: Option<&str>,
) -> Result<Option<Then>, ReadError> {
    let Some(key) = repository.file_at(commit, path)? else { return Ok(None) };
    let text = repository.blob(&key).and_then(|it| String::from_utf8(it).ok());
    let Some(text) = text else { return Ok(None) };
    let whole = TextRange::from_usize(0, text.len());
    let (range, line) = match name {
        None => (whole, 0),
        Some(name) => {
            let first = text.lines().next().unwrap_or("");
            let Some(language) = grammars::language_for_path(path, first) else { return Ok(None) };
            let facts = syntax::facts(path, &text, language);
            let named = |it: &SymbolIdx| facts.name_path(*it) == name;
            let Some(idx) = facts.symbols().map(|it| it.0).find(named) else { return Ok(None) };
            let range = facts.symbol(idx).range;
            (range, facts.lines.line_of(range.start()))
        }
    };
    let text = text.get(range.to_usize()).unwrap_or("").to_owned();
    Ok(Some(Then { commit: hex(commit), path: path.to_owned(), line: line + 1, text }))
}

impl From<HistoryError> for ReadError {
    fn from(error: HistoryError) -> ReadError {
        match error {
            HistoryError::Cancelled => ReadError::Cancelled,
            HistoryError::Absent(_) | HistoryError::NoCommit(_) => {
                ReadError::Refused(error.to_string())
            }
            HistoryError::Git(_) | HistoryError::Store(_) => ReadError::Failed(error.to_string()),
        }
    }
}

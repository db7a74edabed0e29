//! Evidence from the repository's own past: a commit's message asks, what it changed answers.

use std::collections::{BTreeMap, BTreeSet};

use grammars::language_for_path;
use history::{HistoryError, Repository, hunks};
use store::commits::{ChangeKind, ChangeRow, CommitId, CommitRow, Commits};
use syntax::{FileFacts, SymbolIdx, SymbolKind};
use text::TextSize;

/// A commit of more files is about many things; its message asks for none of them.
const FILES_MAX: u32 = 12;
/// The same of files that are no tests.
const CODE_FILES_MAX: usize = 4;
/// The same of functions.
const FUNCTIONS_MAX: usize = 6;
/// A shorter title asks nothing.
const TITLE_WORDS_MIN: usize = 3;
/// A longer message is cut.
const MESSAGE_BYTES_MAX: usize = 2_000;
/// A longer file is not parsed.
const PARSED_BYTES_MAX: usize = 512 * 1024;

/// What the titles of commits begin with that are about no function.
const NO_QUESTIONS: [&str; 20] = [
    "merge", "revert", "release", "bump", "chore", "doc:", "docs:", "doc(", "docs(", "doc ",
    "docs ", "ci:", "ci(", "build(", "style", "test:", "tests:", "test(", "prepare", "version",
];

/// What the lines of a message begin with that say nothing of the change.
const TRAILERS: [&str; 9] = [
    "signed-off-by",
    "co-authored-by",
    "reviewed-by",
    "closes",
    "fixes",
    "refs",
    "ref:",
    "change-id",
    "pr-url",
];

/// A question whose answer is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The commit that it comes from.
    pub commit: CommitRow,
    /// What it changed.
    pub changes: Vec<ChangeRow>,
    /// The question.
    pub question: String,
    /// The files that answer, by their paths in the repository before the commit.
    pub files: Vec<String>,
    /// The functions that answer.
    pub functions: Vec<FunctionName>,
}

/// A function, by what stays the same while the code around it changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionName {
    /// The file, in the repository.
    pub path: String,
    /// Its name path.
    pub name: String,
}

/// How much of the past is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceConfig {
    /// Tasks at most; the newest are taken.
    pub tasks_max: usize,
    /// Commits that are looked at, the newest first.
    pub commits_max: usize,
    /// Only commits before this moment, in seconds since 1970.
    pub until_s: Option<i64>,
}

/// What the past says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The tasks, oldest first.
    pub tasks: Vec<Task>,
    /// Commits that were looked at.
    pub n_commits: usize,
}

/// Tasks being made of the newest commits that make good questions.
pub(crate) struct Gathering {
    /// Commits that were not looked at, the newest last.
    waiting: Vec<CommitId>,
    tasks_max: usize,
    /// What was found; its tasks newest first.
    found: Evidence,
}

impl Gathering {
    pub(crate) fn begin(
        commits: &dyn Commits,
        config: &EvidenceConfig,
    ) -> Result<Gathering, HistoryError> {
        let mut waiting: Vec<CommitId> = Vec::new();
        commits.each_change(&mut |seen| {
            let is_wanted = seen.n_files <= FILES_MAX
                && config.until_s.is_none_or(|until| seen.time_s < until)
                && waiting.len() < config.commits_max;
            if is_wanted && waiting.last() != Some(&seen.commit) {
                waiting.push(seen.commit);
            }
        })?;
        waiting.reverse();
        Ok(Gathering { waiting, tasks_max: config.tasks_max, found: Evidence::default() })
    }

    /// Looks at one more commit; the evidence, once there is enough or no further one.
    pub(crate) fn step(
        &mut self,
        repository: &Repository,
        commits: &dyn Commits,
    ) -> Result<Option<Evidence>, HistoryError> {
        let next = self.waiting.pop().filter(|_| self.found.tasks.len() < self.tasks_max);
        let Some(id) = next else {
            let mut found = std::mem::take(&mut self.found);
            found.tasks.reverse();
            return Ok(Some(found));
        };
        self.found.n_commits += 1;
        let commit = commits.commits(&[id])?.pop();
        if let Some(commit) = commit.filter(|it| it.n_parents == 1 && is_question(&it.subject)) {
            let changes = commits.changes_of(id)?;
            self.found.tasks.extend(task(repository, commit, changes));
        }
        Ok(None)
    }

    /// Tasks that were found, and how many are wanted.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.found.tasks.len(), self.tasks_max)
    }
}

/// The task that a commit makes; `None` where it is about no function, or about too many.
fn task(repository: &Repository, commit: CommitRow, changes: Vec<ChangeRow>) -> Option<Task> {
    let mut functions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for change in &changes {
        let path = change.from.as_ref().unwrap_or(&change.path);
        if repository.in_folder(path).is_none() || change.kind == ChangeKind::Added {
            continue;
        }
        let touched = touched(repository, path, change).unwrap_or_default();
        if !touched.is_empty() {
            functions.entry(path.clone()).or_default().extend(touched);
        }
    }
    let files: Vec<String> = functions.keys().cloned().collect();
    let functions = functions.into_iter().flat_map(|(path, names)| {
        names.into_iter().map(move |name| FunctionName { path: path.clone(), name })
    });
    let functions: Vec<FunctionName> = functions.collect();
    let is_good = (1..=FUNCTIONS_MAX).contains(&functions.len()) && files.len() <= CODE_FILES_MAX;
    let question = question(&commit);
    is_good.then_some(Task { commit, changes, question, files, functions })
}

/// The functions of a file, tests apart, that a change takes lines from or puts lines into, by
/// their name paths before it.
fn touched(repository: &Repository, path: &str, change: &ChangeRow) -> Option<BTreeSet<String>> {
    let before = repository.blob(change.before.as_ref()?)?;
    let after = match &change.after {
        Some(key) => repository.blob(key)?,
        None => Vec::new(),
    };
    if PARSED_BYTES_MAX < before.len() || syntax::classify(path, &before).is_some() {
        return None;
    }
    let before = String::from_utf8(before).ok()?;
    let language = language_for_path(path, before.lines().next().unwrap_or_default())?;
    if language.is_test_path(path) {
        return None;
    }
    let facts = syntax::facts(path, &before, language);
    let mut res = BTreeSet::new();
    for hunk in hunks(before.as_bytes(), &after) {
        // Lines that were only added touch what stands around the place.
        let lines = match hunk.before.is_empty() {
            true => hunk.before.start.saturating_sub(1)..hunk.before.start,
            false => hunk.before,
        };
        let around = lines.filter_map(|line| function_at(&before, &facts, line));
        res.extend(around.map(|it| facts.name_path(it)));
    }
    Some(res)
}

/// The innermost function around a line.
fn function_at(text: &str, facts: &FileFacts, line: u32) -> Option<SymbolIdx> {
    let range = facts.lines.line(line)?.to_usize();
    let own = text.get(range.clone())?;
    let indent = own.len() - own.trim_start().len();
    let mut at = facts.symbol_around(TextSize::from_usize(range.start + indent));
    while let Some(idx) = at {
        let symbol = facts.symbol(idx);
        if is_function(symbol.kind) {
            return (!symbol.is_test).then_some(idx);
        }
        at = symbol.parent;
    }
    None
}

pub(crate) fn is_function(kind: SymbolKind) -> bool {
    matches!(kind, SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor)
}

/// The same of what a kind is called.
pub(crate) fn is_function_kind(kind: &str) -> bool {
    let all = [SymbolKind::Function, SymbolKind::Method, SymbolKind::Constructor];
    all.iter().any(|it| it.as_str() == kind)
}

fn is_question(title: &str) -> bool {
    let lower = title.trim().to_lowercase();
    TITLE_WORDS_MIN <= lower.split_whitespace().count()
        && !NO_QUESTIONS.iter().any(|it| lower.starts_with(it))
}

/// A message without what says nothing of the change.
pub(crate) fn question(commit: &CommitRow) -> String {
    let is_trailer = |line: &str| {
        let lower = line.trim().to_lowercase();
        TRAILERS.iter().any(|it| lower.starts_with(it))
    };
    let mut res = commit.subject.clone();
    for line in commit.body.lines().filter(|it| !is_trailer(it)) {
        res.push('\n');
        res.push_str(line);
    }
    let res = res.trim();
    res[..res.floor_char_boundary(MESSAGE_BYTES_MAX.min(res.len()))].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_that_are_about_no_function_ask_nothing() {
        for title in
            ["Merge branch x into y", "docs: say more of it", "Bump serde to 1.2", "fix it"]
        {
            assert!(!is_question(title), "{title}");
        }
        assert!(is_question("net: close the socket on error"));
    }
}

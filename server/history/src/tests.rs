//! Histories made by git itself, read back.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod hostile;
mod shapes;
mod symbols;

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::Command,
};

use store::commits::{Commits, SqliteCommits, open_commits_in_memory};
use tempfile::TempDir;

use crate::{
    Absent, Past, Repository, Stretch, Trace, TraceLimits, UpdateConfig, Updated, trace, update,
};

/// A repository in a folder of its own, and what is kept of it.
pub(crate) struct World {
    dir: TempDir,
    pub(crate) commits: SqliteCommits,
    n_commits: u32,
}

impl World {
    pub(crate) fn new() -> World {
        let dir = TempDir::new().unwrap();
        let world = World { dir, commits: open_commits_in_memory().unwrap(), n_commits: 0 };
        world.git(&["init", "-q", "-b", "main"]);
        world
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap()
    }

    /// Runs git without what this machine's user has set.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        git_in(&self.root(), args, self.n_commits)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Commits all files as they are. Each commit is a day after the one before.
    pub(crate) fn commit(&mut self, message: &str) {
        self.n_commits += 1;
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", message]);
    }

    pub(crate) fn open(&self) -> Repository {
        Repository::open(&self.root()).unwrap()
    }

    pub(crate) fn update(&self) -> Updated {
        self.update_to(1000)
    }

    pub(crate) fn update_to(&self, commits_max: usize) -> Updated {
        self.update_as(commits_max, None)
    }

    pub(crate) fn update_as(&self, commits_max: usize, newest: Option<usize>) -> Updated {
        let words = |it: &str| it.to_lowercase();
        let config = UpdateConfig { commits_max, newest, words: &words };
        let go_on = &mut |_| ControlFlow::Continue(());
        update(self.open(), &self.commits, &config, go_on).unwrap()
    }

    pub(crate) fn subjects_of(&self, path: &str) -> Vec<String> {
        let rows = self.commits.commits_of(path, 100).unwrap();
        rows.into_iter().map(|it| it.0.subject).collect()
    }

    pub(crate) fn trace(&self, path: &str, lines: std::ops::Range<u32>) -> Trace {
        let text = fs::read_to_string(self.root().join(path)).unwrap();
        let stretch = Stretch { path, text: &text, lines };
        let limits = TraceLimits { versions_max: 100, touches_max: 100 };
        trace(&self.open(), &self.commits, &stretch, limits, &mut || Ok(())).unwrap()
    }

    pub(crate) fn past(&self) -> Past {
        Past::load(&self.open(), &self.commits, now_s(self.n_commits)).unwrap()
    }
}

pub(crate) fn git_in(dir: &Path, args: &[&str], day: u32) -> String {
    let date = format!("{} +0000", now_s(day));
    let output = Command::new("git")
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", dir)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_ALLOW_PROTOCOL", "file")
        .envs([("GIT_AUTHOR_NAME", "Ann"), ("GIT_AUTHOR_EMAIL", "ann@example.org")])
        .envs([("GIT_COMMITTER_NAME", "Ann"), ("GIT_COMMITTER_EMAIL", "ann@example.org")])
        .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

fn now_s(day: u32) -> i64 {
    1_700_000_000 + i64::from(day) * 86_400
}

#[test]
fn a_folder_without_history_says_why() {
    let dir = TempDir::new().unwrap();
    assert_eq!(Repository::open(dir.path()).err(), Some(Absent::NoRepository));
    let world = World::new();
    assert_eq!(world.open().head().err(), Some(Absent::NoCommit));
}

#[test]
fn only_new_commits_are_read() {
    let mut world = World::new();
    for n in 0..3 {
        world.write("a.txt", &format!("{n}\n"));
        world.commit(&format!("change {n}"));
    }
    let expected = Updated { read: 3, reached: 3, cut: None, moved: false };
    assert_eq!(world.update(), expected);
    assert_eq!(world.update(), Updated { read: 0, ..expected.clone() });
    world.write("a.txt", "more\n");
    world.commit("change 3");
    assert_eq!(world.update(), Updated { read: 1, reached: 4, ..expected });
    assert_eq!(world.subjects_of("a.txt"), ["change 3", "change 2", "change 1", "change 0"]);
}

#[test]
fn a_stopped_reading_goes_on_where_it_was() {
    let mut world = World::new();
    for n in 0..260 {
        world.write("a.txt", &format!("{n}\n"));
        world.commit(&format!("change {n}"));
    }
    let words = |it: &str| it.to_owned();
    let config = UpdateConfig { commits_max: 1000, newest: None, words: &words };
    // The first batch is written, the second is not.
    let stop = &mut |it: crate::Progress| match 0 < it.done {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    assert!(update(world.open(), &world.commits, &config, stop).is_err());
    assert_eq!(world.subjects_of("a.txt").first().map(String::as_str), Some("change 259"));
    let rest = world.update();
    assert_eq!((rest.read, rest.reached, rest.moved), (4, 260, false));
}

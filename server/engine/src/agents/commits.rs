//! The event `committed`: where something waits for it, the tip of each repository is looked at
//! every few seconds. What was checked out is no commit, and what was there at the start is none.

use std::{collections::BTreeMap, time::Duration};

use history::Repository;
use vfs::VfsPath;

use crate::{
    Lane,
    agents::AgentDone,
    edits::EditDone,
    state::GlobalState,
    task::{Task, TaskDone},
};

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(2);

/// The tips of the repositories, and when they are looked at.
#[derive(Default)]
pub(crate) struct Commits {
    tips: BTreeMap<VfsPath, Vec<u8>>,
    is_wanted: bool,
    is_under_way: bool,
    look_ms: Option<u64>,
}

/// What was found in the repository of a folder.
pub(crate) struct Tip {
    root: VfsPath,
    key: Vec<u8>,
    /// True where commits were made on top of the tip before.
    is_commit: bool,
}

impl Commits {
    /// When something is due, by the loop's clock.
    pub(crate) fn next_timer_ms(&self) -> Option<u64> {
        self.look_ms.filter(|_| self.is_wanted && !self.is_under_way)
    }
}

impl GlobalState {
    /// Something waits for commits, or nothing does any more.
    pub(crate) fn want_commits(&mut self, is_wanted: bool) {
        let commits = &mut self.commits;
        if is_wanted && !commits.is_wanted {
            commits.look_ms = Some(self.outside.clock.now_ms());
        }
        commits.is_wanted = is_wanted;
        if !is_wanted {
            commits.tips.clear();
        }
    }

    /// Looks at the tips.
    pub(crate) fn look_for_commits(&mut self) {
        self.commits.is_under_way = true;
        let (roots, tips) = (self.files.roots.to_vec(), self.commits.tips.clone());
        self.outside.give(Task {
            lane: Lane::Work,
            name: "look for commits",
            on_panic: TaskDone::Edit(EditDone::Agent(AgentDone::Tips(Vec::new()))),
            work: Box::new(move || {
                let found = roots.into_iter().filter_map(|root| {
                    let repository = Repository::open(&root.as_path()).ok()?;
                    let key = repository.head().ok()?;
                    let before = tips.get(&root).filter(|it| **it != key);
                    let is_commit = before.is_some_and(|it| repository.leads_to(it, &key));
                    Some(Tip { root, key, is_commit })
                });
                TaskDone::Edit(EditDone::Agent(AgentDone::Tips(found.collect())))
            }),
        });
    }

    /// Takes in what was found.
    pub(crate) fn tips_found(&mut self, found: Vec<Tip>) {
        let now_ms = self.outside.clock.now_ms();
        self.commits.is_under_way = false;
        self.commits.look_ms = Some(now_ms + LOOK.as_millis() as u64);
        if !self.commits.is_wanted {
            return;
        }
        let mut is_commit = false;
        for it in found {
            is_commit |= it.is_commit;
            self.commits.tips.insert(it.root, it.key);
        }
        if is_commit {
            self.fire("committed", None);
        }
    }
}

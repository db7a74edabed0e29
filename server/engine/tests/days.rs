//! Days of use in simulated time: experiments begin while nobody does anything, wait as soon as
//! somebody does, ask once, and leave little behind.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use disk::Disk;
use engine::{
    Abilities, Caller, ClientChange, Clock, EngineConfig, LoadGraph, Notice, Notices, Random,
    RunRequest, Stepper, Stores, Threads,
};
use fixture::past::telling_paths;
use proposal::{Journal, ProposalState, Recorded};
use settings::Layers;
use store::history::{ExperimentRow, open_history};
use vfs::VfsPath;

const MINUTE_MS: u64 = 60_000;
/// The commits of the past end before.
const BEGAN_MS: u64 = 1_800_000_000_000;
/// Nobody did anything for so long before an experiment goes on.
const IDLE_MS: u64 = 10 * MINUTE_MS;
/// What experiments and episodes of days may leave in the journal's file.
const HISTORY_BYTES_MAX: u64 = 1024 * 1024;

/// A clock that the test moves; each look at the CPU time costs some of it, so that an experiment
/// is done in many steps.
#[derive(Default)]
struct Hands {
    now_ms: AtomicU64,
    cpu_ms: AtomicU64,
}

impl Clock for Hands {
    fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    fn wall_ms(&self) -> u64 {
        BEGAN_MS + self.now_ms()
    }

    fn cpu_ms(&self) -> u64 {
        self.cpu_ms.fetch_add(25, Ordering::Relaxed)
    }
}

#[derive(Default)]
struct Numbers(AtomicU64);

impl Random for Numbers {
    fn next(&self) -> u64 {
        self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)
    }
}

struct Days {
    clock: Arc<Hands>,
    engine: Stepper,
    notices: Notices,
    active_ms: u64,
    /// Steps of experiments that were carried out while somebody worked.
    n_late: usize,
    offers: Vec<String>,
}

/// Tasks that are carried out in a minute: an experiment takes many.
const TASKS_A_MINUTE: usize = 4;

impl Days {
    fn begin(dir: &Path) -> Days {
        let clock = Arc::new(Hands::default());
        let config = EngineConfig {
            stores: Stores::Folder(dir.join("state")),
            loader: Arc::new(Disk),
            writer: None,
            clock: Arc::clone(&clock) as _,
            random: Arc::new(Numbers::default()),
            threads: Threads { latency: 1, work: 1 },
            settings: Layers::default(),
            graph: LoadGraph::Always,
            watch: false,
            embedder: None,
            chat: engine::no_models(),
            sandbox: None,
        };
        let engine = Stepper::start(config, Caller::local("sim", Abilities::default()));
        let notices = engine.engine().subscribe();
        let root = VfsPath::from_path(&dir.join("w").canonicalize().unwrap()).unwrap();
        engine.engine().post(ClientChange::OpenWorkspace { roots: vec![root] });
        let offers = Vec::new();
        let mut days = Days { clock, engine, notices, active_ms: 0, n_late: 0, offers };
        days.engine.calm();
        days
    }

    /// Ten minutes pass; with `is_busy` somebody asks something in every one of them.
    fn pass(&mut self, is_busy: bool) {
        for _ in 0..10 {
            self.clock.now_ms.fetch_add(MINUTE_MS, Ordering::Relaxed);
            if is_busy {
                self.active_ms = self.clock.now_ms();
                self.engine.engine().post(ClientChange::Asked { question: "why".to_owned() });
            }
            self.work();
        }
        while let Ok(notice) = self.notices.try_recv() {
            if let Notice::Offer { text, .. } = notice {
                self.offers.push(text);
            }
        }
    }

    /// What is due is done, a minute's worth of it.
    fn work(&mut self) {
        while self.engine.step() {}
        self.engine.fire_timers();
        for _ in 0..TASKS_A_MINUTE {
            while self.engine.step() {}
            let Some(name) = self.engine.tasks().first().copied() else { return };
            let is_idle = IDLE_MS <= self.clock.now_ms() - self.active_ms;
            self.n_late += usize::from(name == "evolve" && !is_idle);
            self.engine.run_task(0);
        }
    }

    fn pass_hours(&mut self, n: usize, is_busy: bool) {
        (0..6 * n).for_each(|_| self.pass(is_busy));
    }
}

fn repository(dir: &Path) {
    let folder = dir.join("w");
    fs::create_dir(&folder).unwrap();
    let git = |args: &[&str], input: &str| {
        let mut command = Command::new("git");
        command.args(args).current_dir(&folder).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("HOME", &folder).stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "git {args:?}");
    };
    git(&["init", "-q", "-b", "main"], "");
    git(&["fast-import", "--quiet"], &telling_paths(110));
    git(&["reset", "-q", "--hard"], "");
}

#[test]
fn days_of_use_are_left_alone_and_asked_once() {
    let dir = tempfile::tempdir().unwrap();
    repository(dir.path());
    let mut days = Days::begin(dir.path());
    let history = open_history(&dir.path().join("state"), BEGAN_MS).unwrap().history;
    let journal = Journal::new(Arc::new(history));
    let experiments = || -> Vec<ExperimentRow> { journal.experiments().experiments(100).unwrap() };
    let proposals = || -> Vec<Recorded> { journal.proposals(100).unwrap() };

    // It begins after ten minutes without anybody, and waits as soon as somebody is there.
    days.pass(false);
    days.pass(false);
    assert_eq!(days.n_late, 0);
    days.pass_hours(8, true);
    assert!(days.n_late <= 1, "{} steps while somebody worked", days.n_late);
    assert_eq!(experiments(), [], "it waits");
    // In the evening and at night it goes on, and asks once.
    days.pass_hours(15, false);
    assert_eq!(experiments().len(), 1);
    assert_eq!(experiments()[0].outcome, "accepted", "{:?}", experiments()[0]);
    assert_eq!((proposals().len(), days.offers.len()), (1, 1), "{:?}", days.offers);
    // Whoever is asked is not asked again meanwhile.
    days.pass_hours(24, false);
    assert_eq!((experiments().len(), proposals().len()), (1, 1));
    let id = proposals()[0].proposal.id.clone();
    days.engine.engine().run(RunRequest::Reject(id));
    days.engine.calm();
    assert_eq!(proposals()[0].state, ProposalState::Rejected);
    // Nor soon after they said no.
    days.pass_hours(48, false);
    assert_eq!((experiments().len(), proposals().len(), days.offers.len()), (1, 1, 1));
    assert!(!dir.path().join("w/.aios").exists());
    let bytes = fs::metadata(dir.path().join("state/history.db")).unwrap().len();
    assert!(bytes < HISTORY_BYTES_MAX, "{bytes} bytes");
}

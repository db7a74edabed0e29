//! A workspace whose past teaches something, used in simulated time: the test moves the clock, and
//! carries out what the engine wants done, a few tasks a minute.

// Each test target takes what it needs of it.
#![allow(dead_code, unreachable_pub, missing_docs)]
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
    RunOutcome, RunRequest, Stepper, Stores, Threads,
};
use proposal::{Journal, Outcome, ProposalId, Recorded};
use settings::Layers;
use store::history::{ExperimentRow, open_history};
use vfs::VfsPath;

pub const MINUTE_MS: u64 = 60_000;
/// The commits of the past end before.
const BEGAN_MS: u64 = 1_800_000_000_000;
/// Nobody did anything for so long before an experiment goes on.
const IDLE_MS: u64 = 10 * MINUTE_MS;

/// A clock that the test moves; each look at the CPU time costs some of it, so that an experiment
/// is done in many steps.
#[derive(Default)]
pub struct Hands {
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

pub struct Days {
    pub clock: Arc<Hands>,
    pub engine: Stepper,
    pub journal: Journal,
    pub root: VfsPath,
    notices: Notices,
    ended: Vec<RunOutcome>,
    active_ms: u64,
    /// Steps of experiments that were carried out while somebody worked.
    pub n_late: usize,
    pub offers: Vec<String>,
}

/// Tasks that are carried out in a minute: an experiment takes many.
const TASKS_A_MINUTE: usize = 4;

impl Days {
    pub fn begin(dir: &Path) -> Days {
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
        engine.engine().post(ClientChange::OpenWorkspace { roots: vec![root.clone()] });
        let history = open_history(&dir.join("state"), BEGAN_MS).unwrap().history;
        let journal = Journal::new(Arc::new(history));
        let mut days = Days {
            clock,
            engine,
            journal,
            root,
            notices,
            ended: Vec::new(),
            active_ms: 0,
            n_late: 0,
            offers: Vec::new(),
        };
        days.engine.calm();
        days.hear();
        days
    }

    /// Ten minutes pass; with `is_busy` somebody asks something in every one of them.
    pub fn pass(&mut self, is_busy: bool) {
        for _ in 0..10 {
            self.clock.now_ms.fetch_add(MINUTE_MS, Ordering::Relaxed);
            if is_busy {
                self.active_ms = self.clock.now_ms();
                self.engine.engine().post(ClientChange::Asked { question: "why".to_owned() });
            }
            self.work();
        }
        self.hear();
    }

    fn hear(&mut self) {
        while let Ok(notice) = self.notices.try_recv() {
            match notice {
                Notice::Offer { text, .. } => self.offers.push(text),
                Notice::RunDone { outcome, .. } => self.ended.push(outcome),
                _ => {}
            }
        }
    }

    /// Somebody has something done, and waits for it.
    pub fn run(&mut self, request: RunRequest) -> RunOutcome {
        self.active_ms = self.clock.now_ms();
        self.engine.calm();
        self.hear();
        self.ended.clear();
        self.engine.engine().run(request);
        self.engine.calm();
        self.hear();
        assert_eq!(self.ended.len(), 1, "{:?}", self.ended);
        self.ended.remove(0)
    }

    #[track_caller]
    pub fn applied(&mut self, request: RunRequest) {
        match self.run(request) {
            RunOutcome::Changed { outcome: Outcome::Applied, .. } => {}
            other => panic!("{other:?}"),
        }
        // What was written is read again.
        self.engine.engine().run(RunRequest::Index);
        self.engine.calm();
        self.hear();
    }

    #[track_caller]
    pub fn proposed(&mut self, request: RunRequest) -> ProposalId {
        match self.run(request) {
            RunOutcome::Proposed { proposal, .. } => proposal,
            RunOutcome::Evolved { proposal: Some(proposal), .. } => proposal,
            other => panic!("{other:?}"),
        }
    }

    /// A question is asked in an editor, and of its hits the one at `place` is opened and worked
    /// on; 0: none is. That takes so many milliseconds.
    pub fn asks(&mut self, question: &str, files: &[String], (place, took_ms): (usize, u64)) {
        let paths: Vec<VfsPath> = files.iter().map(|it| self.root.join(it)).collect();
        let used = place.checked_sub(1).map(|nth| paths[nth].clone());
        let question = question.to_owned();
        self.clock.now_ms.fetch_add(took_ms / 2, Ordering::Relaxed);
        self.active_ms = self.clock.now_ms();
        self.engine.fire_timers();
        self.post(ClientChange::Asked { question: question.clone() });
        self.post(ClientChange::Found { question, paths });
        self.engine.calm();
        self.clock.now_ms.fetch_add(took_ms / 2, Ordering::Relaxed);
        let Some(path) = used else { return };
        let text = fs::read_to_string(path.as_path()).unwrap();
        let language = "python".to_owned();
        self.post(ClientChange::Open { path: path.clone(), language, version: 1, text });
        self.post(ClientChange::Save { path: path.clone() });
        self.post(ClientChange::Close { path });
        self.engine.calm();
    }

    fn post(&self, change: ClientChange) {
        self.engine.engine().post(change);
    }

    pub fn experiments(&self) -> Vec<ExperimentRow> {
        self.journal.experiments().experiments(100).unwrap()
    }

    pub fn proposals(&self) -> Vec<Recorded> {
        self.journal.proposals(100).unwrap()
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

    pub fn pass_hours(&mut self, n: usize, is_busy: bool) {
        (0..6 * n).for_each(|_| self.pass(is_busy));
    }
}

/// A repository of this past in the folder `w` of `dir`.
pub fn repository(dir: &Path, past: &str) {
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
    git(&["fast-import", "--quiet"], past);
    git(&["reset", "-q", "--hard"], "");
}

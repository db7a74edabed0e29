//! A workspace with its engine, for tests of what the product does with its own files.

// Each test target takes what it needs of it.
#![allow(dead_code, unreachable_pub, missing_docs)]
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{fs, path::Path, sync::Arc};

use disk::Disk;
use engine::{
    Abilities, Caller, ClientChange, Clock, Engine, EngineConfig, LoadGraph, Notice, Notices, Own,
    RunId, RunOutcome, RunRequest, Standing, Stores, SystemClock, SystemRandom, Then, Threads,
};
use fixture::provider::{Protocol, Provider};
use models::{KeyPlace, Keys, ModelSpec, Registered, Registry, Remote, Secret, Timeouts, Wire};
use proposal::{Outcome, ProposalId, UndoScope};
use settings::{Layers, Settings};
use tempfile::TempDir;
use vfs::{Loader, VfsPath};

/// The key of the models of a test.
pub const KEY: &str = "sk-nobody-may-see-this";

struct OneKey;

impl Keys for OneKey {
    fn key(&self, _: &KeyPlace) -> Option<Secret> {
        Secret::new(KEY)
    }
}

/// One model, behind a provider.
pub fn registry(protocol: Protocol, provider: &Provider) -> Registry {
    let spec = ModelSpec {
        id: "test".to_owned(),
        wire: match protocol {
            Protocol::Anthropic => Wire::Anthropic,
            Protocol::OpenAi => Wire::Compatible,
        },
        name: "test-1".to_owned(),
        url: provider.url(),
        key: Some(KeyPlace::Variable("KEY".to_owned())),
        temperature: Some(0.7),
        tokens_max: 1000,
        timeouts: Timeouts::default(),
    };
    let model = Arc::new(Remote::new(spec, Arc::new(OneKey)).unwrap());
    Registry::new(vec![Registered { model, price: None }], None)
}

/// A workspace with its engine.
pub struct Desk {
    pub dir: TempDir,
    pub engine: Engine,
    pub notices: Notices,
    pub root: VfsPath,
    pub told: Vec<String>,
    /// Runs that ended while another one was waited for.
    ended: Vec<(RunId, RunOutcome)>,
}

impl Desk {
    pub fn open(dir: TempDir) -> Desk {
        Desk::open_with(dir, Registry::off())
    }

    pub fn open_with(dir: TempDir, models: Registry) -> Desk {
        Desk::open_full(dir, models, Arc::new(SystemClock::default()), Arc::new(Disk))
    }

    /// Reading by another loader.
    pub fn open_by(dir: TempDir, loader: Arc<dyn Loader>) -> Desk {
        Desk::open_full(dir, Registry::off(), Arc::new(SystemClock::default()), loader)
    }

    /// By another clock, where one is given.
    pub fn open_at(dir: TempDir, clock: Option<Arc<dyn Clock>>) -> Desk {
        let clock = clock.unwrap_or_else(|| Arc::new(SystemClock::default()));
        Desk::open_full(dir, Registry::off(), clock, Arc::new(Disk))
    }

    /// With models, by another clock.
    pub fn open_with_at(dir: TempDir, models: Registry, clock: Arc<dyn Clock>) -> Desk {
        Desk::open_full(dir, models, clock, Arc::new(Disk))
    }

    fn open_full(
        dir: TempDir,
        models: Registry,
        clock: Arc<dyn Clock>,
        loader: Arc<dyn Loader>,
    ) -> Desk {
        fs::create_dir_all(dir.path().join("w")).unwrap();
        let root = VfsPath::from_path(&dir.path().join("w").canonicalize().unwrap()).unwrap();
        let config = EngineConfig {
            stores: Stores::Folder(dir.path().join("state")),
            loader,
            writer: None,
            clock,
            random: Arc::new(SystemRandom),
            threads: Threads { latency: 1, work: 1 },
            settings: Layers::default(),
            graph: LoadGraph::Always,
            watch: false,
            embedder: None,
            chat: Arc::new(move |_| models.clone()),
            sandbox: None,
        };
        let caller = Caller::local("test", Abilities::default());
        let engine = Engine::start(config, caller).unwrap();
        let notices = engine.subscribe();
        engine.post(ClientChange::OpenWorkspace { roots: vec![root.clone()] });
        let mut desk = Desk { dir, engine, notices, root, told: Vec::new(), ended: Vec::new() };
        desk.run(RunRequest::Index);
        desk
    }

    pub fn new(files: &[(&str, &str)]) -> Desk {
        Desk::with_models(files, Registry::off())
    }

    pub fn with_models(files: &[(&str, &str)], models: Registry) -> Desk {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            write(dir.path(), path, text);
        }
        Desk::open_with(dir, models)
    }

    pub fn run(&mut self, request: RunRequest) -> RunOutcome {
        let wanted = self.engine.run(request);
        self.outcome(wanted)
    }

    /// Waits for the end of a run, which may have come already.
    pub fn outcome(&mut self, wanted: RunId) -> RunOutcome {
        if let Some(at) = self.ended.iter().position(|it| it.0 == wanted) {
            return self.ended.remove(at).1;
        }
        loop {
            match self.notices.blocking_recv().unwrap() {
                Notice::RunDone { run, outcome } if run == wanted => return outcome,
                Notice::RunDone { run, outcome } => self.ended.push((run, outcome)),
                Notice::Message { text, .. } | Notice::Offer { text, .. } => self.told.push(text),
                _ => {}
            }
        }
    }

    /// Ends the engine and gives the folder.
    pub fn close(self) -> TempDir {
        let Desk { dir, engine, .. } = self;
        engine.stop();
        drop(engine);
        dir
    }

    /// The same folder with an engine of its own.
    pub fn reopen(self) -> Desk {
        Desk::open(self.close())
    }

    pub fn own(&self) -> Arc<Own> {
        self.engine.read_blocking("own", |it| Ok(it.own.clone())).unwrap()
    }

    pub fn settings(&self) -> Arc<Settings> {
        self.engine.read_blocking("settings", |it| Ok(it.settings.clone())).unwrap()
    }

    /// Proposes that a file holds `text`, looks at it and applies it.
    #[track_caller]
    pub fn change(&mut self, path: &str, text: &str) {
        let files = vec![(self.root.join(path), Some(text.to_owned()))];
        let (title, reason) = (format!("Change {path}"), "test".to_owned());
        let request = RunRequest::Write { title, reason, files, then: Then::Follow };
        // Under `.aios/` even a client that previews nothing only gets a proposal.
        let proposal = self.proposed(request);
        self.applied(RunRequest::Apply(proposal));
    }

    #[track_caller]
    pub fn proposed(&mut self, request: RunRequest) -> ProposalId {
        match self.run(request) {
            RunOutcome::Proposed { proposal, .. } => proposal,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    pub fn applied(&mut self, request: RunRequest) {
        match self.run(request) {
            RunOutcome::Changed { outcome: Outcome::Applied, .. } => {}
            other => panic!("{other:?}"),
        }
        self.run(RunRequest::Index);
    }

    #[track_caller]
    pub fn undo(&mut self) {
        let scope = UndoScope::Transaction;
        self.applied(RunRequest::Undo { transaction: None, scope });
    }

    /// Somebody else writes a file.
    pub fn edit(&mut self, path: &str, text: &str) {
        write(self.dir.path(), path, text);
        self.run(RunRequest::Index);
    }

    #[track_caller]
    pub fn trust(&mut self) {
        let seen = Some(self.own().fingerprint.clone());
        assert!(matches!(self.run(RunRequest::Trust { seen }), RunOutcome::Done(_)));
        assert_eq!(self.own().standing, Standing::Trusted);
    }

    #[track_caller]
    pub fn problems(&self, expected: &[&str]) {
        let own = self.own();
        let problems: Vec<String> = own.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, expected);
    }

    pub fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.dir.path().join("w").join(path)).ok()
    }
}

pub fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join("w").join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

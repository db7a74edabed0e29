//! Histories of changes: proposed, made by an editor or on disk, wholly, partly or not at all,
//! taken back, brought back, with restarts in between. What the server says of them is compared
//! with what became of the texts.

use std::{collections::BTreeMap, sync::Arc};

use engine::{
    Abilities, Caller, ClientChange, ContentEdit, EditStep, EngineConfig, LoadGraph, Notice,
    Notices, Place, RunId, RunOutcome, RunRequest, Stepper, Stores, Then, Threads,
};
use proposal::{Outcome, UndoScope};
use settings::{Layers, Source};
use store::{Store, history::History as JournalRows, history::open_history_in_memory};
use text::{PositionEncoding, Rope};
use vfs::{FileEvent, FileOperation, VfsPath};

use crate::{random::Seeded, world::World};

type Texts = BTreeMap<VfsPath, String>;

/// A workspace whose names mean each other across files, in two languages.
const FILES: [(&str, &str); 4] = [
    (
        "/w/src/lib.rs",
        "mod pay;\nuse crate::pay::pay;\n\npub fn buy() -> u32 {\n    pay() + pay()\n}\n",
    ),
    ("/w/src/pay.rs", "/// Ünïcode 😀\npub fn pay() -> u32 {\n    1\n}\n"),
    ("/w/tool.py", "from help import assist\n\ndef use():\n    return assist()\n"),
    ("/w/help.py", "def assist():\n    return 1\n"),
];
const SYMBOLS: [&str; 3] = ["pay", "assist", "buy"];

/// What the editor makes of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// All of it.
    Whole,
    /// Every second file, and says that it was all.
    Half,
    /// Nothing.
    Declines,
    /// Nothing, and says that it was all.
    Lies,
}

pub(crate) struct Changes {
    random: Arc<Seeded>,
    world: Arc<World>,
    index: Arc<dyn Store>,
    journal: Arc<dyn JournalRows>,
    abilities: Abilities,
    engine: Stepper,
    notices: Notices,
    buffers: BTreeMap<VfsPath, (i32, Rope)>,
    manner: Manner,
    outcomes: BTreeMap<RunId, RunOutcome>,
}

impl Changes {
    pub(crate) fn new(seed: u64) -> Changes {
        let random = Arc::new(Seeded::new(seed));
        let world = Arc::<World>::default();
        for (path, text) in FILES {
            world.write(&at(path), text);
        }
        let index: Arc<dyn Store> = Arc::new(store::open_in_memory().unwrap());
        let journal: Arc<dyn JournalRows> = Arc::new(open_history_in_memory().unwrap());
        let abilities = match random.below(3) {
            // The command line.
            0 => Abilities::default(),
            // An editor that can do everything.
            1 => Abilities {
                apply_edit: true,
                document_changes: true,
                create: true,
                rename: true,
                delete: true,
                ..Abilities::default()
            },
            // One that leaves files to others.
            _ => Abilities { apply_edit: true, document_changes: true, ..Abilities::default() },
        };
        let (engine, notices) = start(&random, &world, &index, &journal, abilities);
        Changes {
            random,
            world,
            index,
            journal,
            abilities,
            engine,
            notices,
            buffers: BTreeMap::new(),
            manner: Manner::Whole,
            outcomes: BTreeMap::new(),
        }
    }

    pub(crate) fn play(&mut self, steps: usize) {
        self.rest();
        for _ in 0..steps {
            if self.abilities.apply_edit && self.random.once_in(3) {
                let (path, _) = FILES[self.random.below(FILES.len())];
                self.open(&at(path));
            }
            self.change_and_take_back();
        }
    }

    /// One change, made or not, and what can be done about it afterwards.
    fn change_and_take_back(&mut self) {
        let before = self.texts();
        let manners = [Manner::Whole, Manner::Whole, Manner::Half, Manner::Declines, Manner::Lies];
        self.manner = *self.random.pick(&manners);
        let request = self.some_request();
        let is_settings = matches!(request, RunRequest::CreateSettings { .. });
        let outcome = self.run(request);
        let outcome = match outcome {
            RunOutcome::Proposed { proposal, .. } => {
                assert_eq!(self.texts(), before, "a proposal changes nothing");
                if self.random.once_in(4) {
                    self.restart();
                }
                self.run(RunRequest::Apply(proposal))
            }
            other => other,
        };
        let RunOutcome::Changed { outcome, .. } = outcome else {
            assert!(is_settings, "a rename ended as {outcome:?}");
            assert_eq!(self.texts(), before, "what is refused changes nothing");
            return;
        };
        let after = self.texts();
        match &outcome {
            Outcome::Declined => assert_eq!(after, before),
            Outcome::Applied | Outcome::Partial { .. } => assert_ne!(after, before),
        }
        if self.manner == Manner::Whole {
            assert_eq!(outcome, Outcome::Applied);
        }
        if outcome == Outcome::Declined {
            return;
        }
        self.manner = Manner::Whole;
        if self.random.once_in(3) {
            self.restart();
        }
        self.reverse(true, &before);
        if self.random.once_in(2) {
            self.reverse(false, &after);
            self.reverse(true, &before);
        }
    }

    fn reverse(&mut self, is_undo: bool, expected: &Texts) {
        let (transaction, scope) = (None, UndoScope::Transaction);
        let outcome = self.run(match is_undo {
            true => RunRequest::Undo { transaction, scope },
            false => RunRequest::Redo { transaction, scope },
        });
        assert!(
            matches!(outcome, RunOutcome::Changed { outcome: Outcome::Applied, .. }),
            "taking back ended as {outcome:?}"
        );
        assert_eq!(&self.texts(), expected, "every byte is back");
    }

    fn some_request(&self) -> RunRequest {
        if self.random.once_in(4) {
            return RunRequest::CreateSettings { root: None, then: Then::Follow };
        }
        let name = SYMBOLS[self.random.below(SYMBOLS.len())];
        let at = match self.random.once_in(2) {
            true => Place::Symbol(name.to_owned()),
            false => self.place_of(name),
        };
        let then = if self.random.once_in(2) { Then::Follow } else { Then::Keep };
        RunRequest::Rename { at, new_name: format!("{name}_new"), then }
    }

    /// Where a definition is, as an editor says it.
    fn place_of(&self, name: &str) -> Place {
        let texts = self.texts();
        let defined = |text: &str| {
            let (keywords, n) = (["fn ", "def "], name.len());
            keywords.iter().find_map(|keyword| {
                let whole = format!("{keyword}{name}(");
                Some(text.find(&whole)? + whole.len() - n - 1)
            })
        };
        let found = texts.iter().find_map(|(path, text)| Some((path, text, defined(text)?)));
        let (path, text, offset) = found.expect("every name is defined");
        let encoding = PositionEncoding::Utf16;
        let rope = Rope::from_str(text);
        let offset = text::TextSize::from_usize(offset);
        Place::Position {
            path: path.clone(),
            position: text::rope_line_col(&rope, offset, encoding),
            encoding,
            version: self.buffers.get(path).map(|it| it.0),
        }
    }

    /// Starts a run and does what it asks for, in a random order, until it ends.
    fn run(&mut self, request: RunRequest) -> RunOutcome {
        let run = self.engine.engine().run(request);
        for _ in 0..10_000 {
            let n_tasks = self.engine.tasks().len();
            match self.random.below(4) {
                0 | 1 => {
                    self.engine.step();
                }
                2 if 0 < n_tasks => self.engine.run_task(self.random.below(n_tasks)),
                _ => {
                    self.world.pass(50);
                    self.engine.fire_timers();
                }
            }
            self.take_notices();
            if let Some(outcome) = self.outcomes.remove(&run) {
                self.rest();
                return outcome;
            }
        }
        panic!("{run} does not end");
    }

    fn take_notices(&mut self) {
        while let Ok(notice) = self.notices.try_recv() {
            match notice {
                Notice::ApplyEdit(step) => self.apply(&step),
                Notice::RunDone { run, outcome } => {
                    let old = self.outcomes.insert(run, outcome);
                    assert!(old.is_none(), "{run} ended twice");
                }
                Notice::Message { text, .. } => panic!("the server complains: {text}"),
                _ => {}
            }
        }
    }

    /// The editor makes an edit, in its manner.
    fn apply(&mut self, step: &EditStep) {
        let manner = self.manner;
        let is_made = move |nth: usize| match manner {
            Manner::Whole => true,
            Manner::Half => nth.is_multiple_of(2),
            Manner::Declines | Manner::Lies => false,
        };
        let edits = step.change.edits.iter().enumerate().filter(|it| is_made(it.0));
        let edits: Vec<_> = edits.map(|(_, (path, edits))| (path.clone(), edits.clone())).collect();
        for (path, edits) in edits {
            self.open(&path);
            let (version, rope) = self.buffers.get_mut(&path).unwrap();
            assert!(step.versions.get(&path).is_none_or(|it| it == version), "a stale edit");
            text::edit_rope_all(rope, &edits).unwrap();
            *version += 1;
            self.tell_full(&path);
        }
        for (nth, operation) in step.change.operations.iter().enumerate() {
            if is_made(nth) {
                self.operate(operation);
            }
        }
        self.engine.engine().post(ClientChange::EditAnswered {
            proposal: step.proposal.clone(),
            step: step.step,
            applied: self.manner != Manner::Declines,
            reason: None,
        });
    }

    /// As Neovim does it: a created file is empty on disk, and its text in an unsaved buffer.
    fn operate(&mut self, operation: &FileOperation) {
        match operation {
            FileOperation::Create { path, text } => {
                self.world.write(path, "");
                self.watched(path, FileEvent::Created);
                self.open(path);
                let (version, rope) = self.buffers.get_mut(path).unwrap();
                *rope = Rope::from_str(text);
                *version += 1;
                self.tell_full(path);
            }
            FileOperation::Delete { path } => {
                self.world.remove(path);
                self.watched(path, FileEvent::Deleted);
                self.buffers.remove(path);
                self.engine.engine().post(ClientChange::Close { path: path.clone() });
            }
            FileOperation::Rename { .. } => panic!("nothing renames files yet"),
        }
    }

    fn open(&mut self, path: &VfsPath) {
        if self.buffers.contains_key(path) {
            return;
        }
        let text = self.world.text(path).unwrap_or_default();
        self.buffers.insert(path.clone(), (1, Rope::from_str(&text)));
        self.tell_open(path);
    }

    fn tell_open(&self, path: &VfsPath) {
        let (version, rope) = &self.buffers[path];
        self.engine.engine().post(ClientChange::Open {
            path: path.clone(),
            language: String::new(),
            version: *version,
            text: rope.to_string(),
        });
    }

    fn tell_full(&self, path: &VfsPath) {
        let (version, rope) = &self.buffers[path];
        self.engine.engine().post(ClientChange::Edit {
            path: path.clone(),
            version: *version,
            edits: vec![ContentEdit::Full(rope.to_string())],
            encoding: PositionEncoding::Utf16,
        });
    }

    fn watched(&self, path: &VfsPath, event: FileEvent) {
        self.engine.engine().post(ClientChange::Watched(vec![(path.clone(), event)]));
    }

    /// What the user sees: buffers, and files below them.
    fn texts(&self) -> Texts {
        let mut texts = self.world.texts();
        for (path, (_, rope)) in &self.buffers {
            texts.insert(path.clone(), rope.to_string());
        }
        texts
    }

    /// Lets everything come to rest.
    fn rest(&mut self) {
        for _ in 0..4 {
            self.engine.calm();
            self.take_notices();
            self.world.pass(1_000);
            self.engine.fire_timers();
        }
        self.engine.calm();
    }

    /// The server is killed while nothing happens; the editor starts a new one.
    fn restart(&mut self) {
        let (engine, notices) =
            start(&self.random, &self.world, &self.index, &self.journal, self.abilities);
        (self.engine, self.notices) = (engine, notices);
        let open: Vec<VfsPath> = self.buffers.keys().cloned().collect();
        for path in open {
            self.tell_open(&path);
        }
        self.rest();
        self.outcomes.clear();
    }
}

fn start(
    random: &Arc<Seeded>,
    world: &Arc<World>,
    index: &Arc<dyn Store>,
    journal: &Arc<dyn JournalRows>,
    abilities: Abilities,
) -> (Stepper, Notices) {
    let mut settings = Layers::default();
    if abilities.apply_edit {
        assert_eq!(settings.set_toml(Source::User, "user", "preview = \"risky\""), []);
    }
    let config = EngineConfig {
        stores: Stores::Open { index: Arc::clone(index), history: Some(Arc::clone(journal)) },
        loader: Arc::clone(world) as _,
        writer: Some(Arc::clone(world) as _),
        clock: Arc::clone(world) as _,
        random: Arc::clone(random) as _,
        threads: Threads { latency: 1, work: 1 },
        settings,
        embedder: None,
        chat: engine::no_models(),
        graph: LoadGraph::Always,
        watch: false,
        sandbox: None,
    };
    let abilities = Abilities { watched_files: true, ..abilities };
    let engine = Stepper::start(config, Caller::local("sim", abilities));
    let notices = engine.engine().subscribe();
    let roots = vec![at("/w")];
    engine.engine().post(ClientChange::OpenWorkspace { roots });
    (engine, notices)
}

fn at(path: &str) -> VfsPath {
    VfsPath::new(path).unwrap()
}

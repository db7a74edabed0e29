//! One history: a world, an engine in it, an editor, and a seed that decides what happens.

use std::{collections::BTreeMap, sync::Arc};

use engine::{
    Abilities, Caller, ClientChange, ContentEdit, EngineConfig, LoadGraph, Notice, Notices,
    ReadError, Reading, RunId, RunOutcome, RunRequest, Stepper, Stores, Threads,
};
use settings::Layers;
use store::{Store, history::History as JournalRows, history::open_history_in_memory};
use text::{LineCol, PositionEncoding, Rope, TextSize, rope_line_col};
use vfs::{FileEvent, VfsPath};

use crate::{answers::answers, random::Seeded, world::World};

const ROOT: &str = "/w";
const PATHS: [&str; 6] =
    ["/w/src/lib.rs", "/w/src/shop.rs", "/w/src/pay.rs", "/w/tool.py", "/w/help.py", "/w/read.md"];
/// What texts are made of; together they define, import and call each other across files.
const LINES: [&str; 14] = [
    "pub fn pay() {}\n",
    "pub fn buy() { pay(); }\n",
    "mod pay;\n",
    "use crate::pay::pay;\n",
    "pub struct Shop { name: String }\n",
    "impl Shop { pub fn open(&self) -> Shop { buy() } }\n",
    "import help\n",
    "from help import assist\n",
    "def assist(): return 1\n",
    "class Tool:\n    def use(self): assist()\n",
    "# Ünïcode 😀\n",
    "\r\n",
    "let x = \"",
    "}}}",
];

/// A history under way.
pub(crate) struct History {
    random: Arc<Seeded>,
    world: Arc<World>,
    index: Arc<dyn Store>,
    journal: Arc<dyn JournalRows>,
    engine: Stepper,
    notices: Notices,
    /// The documents that the editor has open.
    buffers: BTreeMap<VfsPath, Buffer>,
    reads: Vec<Reading<String>>,
    runs: Vec<RunId>,
    n_asked: usize,
    n_answered: usize,
    /// True where each step is printed.
    is_told: bool,
}

#[derive(Clone)]
struct Buffer {
    version: i32,
    text: Rope,
}

impl History {
    pub(crate) fn new(seed: u64) -> History {
        let random = Arc::new(Seeded::new(seed));
        let world = Arc::<World>::default();
        for path in PATHS {
            if random.below(3) != 0 {
                world.write(&at(path), &some_text(&random));
            }
        }
        let index: Arc<dyn Store> = Arc::new(store::open_in_memory().unwrap());
        let journal: Arc<dyn JournalRows> = Arc::new(open_history_in_memory().unwrap());
        let (engine, notices) = start(&random, &world, &index, &journal);
        History {
            random,
            world,
            index,
            journal,
            engine,
            notices,
            buffers: BTreeMap::new(),
            reads: Vec::new(),
            runs: Vec::new(),
            n_asked: 0,
            n_answered: 0,
            is_told: std::env::var_os("AIOS_SIM_SEED").is_some(),
        }
    }

    pub(crate) fn play(&mut self, steps: usize) {
        for _ in 0..steps {
            self.act();
            self.advance();
            self.take_answers();
            if self.random.once_in(8) {
                self.compare();
            }
        }
        self.compare();
        assert_eq!(self.n_asked, self.n_answered, "every read is answered once");
        assert!(self.runs.is_empty(), "every run ends once");
    }

    /// The user, the editor or somebody else does something.
    fn act(&mut self) {
        let path: &str = PATHS[self.random.below(PATHS.len())];
        let path = at(path);
        let what = self.random.below(16);
        if self.is_told {
            println!("{what} {path}");
        }
        match what {
            0 if self.random.once_in(8) => self.type_at_length(&path),
            0..6 => self.edit(&path),
            6 | 7 => self.open(&path),
            8 => self.close(&path),
            9 => self.save(&path),
            10 => self.write_from_outside(&path),
            11 => self.remove_from_outside(&path),
            12 | 13 => self.ask(),
            14 => self.run_index(),
            _ if self.random.once_in(3) => self.restart(),
            _ => self.ask_and_forget(),
        }
    }

    fn open(&mut self, path: &VfsPath) {
        if self.buffers.contains_key(path) {
            return;
        }
        let text = self.world.text(path).unwrap_or_default();
        let buffer = Buffer { version: self.random.below(2) as i32, text: Rope::from_str(&text) };
        self.tell_open(path, &buffer);
        self.buffers.insert(path.clone(), buffer);
    }

    fn tell_open(&self, path: &VfsPath, buffer: &Buffer) {
        self.engine.engine().post(ClientChange::Open {
            path: path.clone(),
            language: path.extension().unwrap_or_default().to_owned(),
            version: buffer.version,
            text: buffer.text.to_string(),
        });
    }

    /// Replaces random ranges of the document, counted in a random encoding, as an editor tells it.
    fn edit(&mut self, path: &VfsPath) {
        let Some(buffer) = self.buffers.get_mut(path) else { return self.open(path) };
        let encodings = [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32];
        let encoding = *self.random.pick(&encodings);
        let mut edits = Vec::new();
        for _ in 0..=self.random.below(3) {
            if self.random.once_in(10) {
                let text = some_text(&self.random);
                buffer.text = Rope::from_str(&text);
                edits.push(ContentEdit::Full(text));
                continue;
            }
            let n = buffer.text.len_chars();
            let start = self.random.below(n + 1);
            let end = (start + self.random.below(12)).min(n);
            let place = |char| line_col(&buffer.text, char, encoding);
            let (from, to) = (place(start), place(end));
            // An editor counts in lines: a place inside a line end is the end of the line.
            let start = char_at(&buffer.text, from, encoding);
            let end = char_at(&buffer.text, to, encoding);
            let text = if self.random.once_in(3) { "" } else { self.random.pick(&LINES) };
            buffer.text.remove(start..end);
            buffer.text.insert(start, text);
            edits.push(ContentEdit::Range { start: from, end: to, text: text.to_owned() });
        }
        buffer.version += 1 + self.random.below(2) as i32;
        let version = buffer.version;
        let change = ClientChange::Edit { path: path.clone(), version, edits, encoding };
        self.engine.engine().post(change);
    }

    /// Many edits before anybody asks for what they made of the document.
    fn type_at_length(&mut self, path: &VfsPath) {
        for _ in 0..=self.random.below(300) {
            self.edit(path);
        }
    }

    fn close(&mut self, path: &VfsPath) {
        if self.buffers.remove(path).is_some() {
            self.engine.engine().post(ClientChange::Close { path: path.clone() });
        }
    }

    fn save(&mut self, path: &VfsPath) {
        let Some(buffer) = self.buffers.get(path) else { return };
        self.world.write(path, &buffer.text.to_string());
        self.engine.engine().post(ClientChange::Save { path: path.clone() });
        if self.random.once_in(2) {
            self.watched(path, FileEvent::Changed);
        }
    }

    fn write_from_outside(&self, path: &VfsPath) {
        let text = some_text(&self.random);
        let event = match self.world.text(path) {
            Some(_) => FileEvent::Changed,
            None => FileEvent::Created,
        };
        self.world.write(path, &text);
        self.watched(path, event);
    }

    fn remove_from_outside(&self, path: &VfsPath) {
        if self.world.text(path).is_some() {
            self.world.remove(path);
            self.watched(path, FileEvent::Deleted);
        }
    }

    fn watched(&self, path: &VfsPath, event: FileEvent) {
        self.engine.engine().post(ClientChange::Watched(vec![(path.clone(), event)]));
    }

    fn ask(&mut self) {
        self.reads.push(self.engine.engine().read("answers", answers));
        self.n_asked += 1;
    }

    /// A request that its client takes back.
    fn ask_and_forget(&mut self) {
        drop(self.engine.engine().read("answers", answers));
    }

    fn run_index(&mut self) {
        let run = self.engine.engine().run(RunRequest::Index);
        self.runs.push(run);
        if self.random.once_in(3) {
            self.engine.engine().cancel(run);
        }
    }

    /// The server is killed: nothing that waits is done. The editor starts a new one.
    fn restart(&mut self) {
        let (engine, notices) = start(&self.random, &self.world, &self.index, &self.journal);
        (self.engine, self.notices) = (engine, notices);
        self.n_asked -= self.reads.len();
        self.reads.clear();
        self.runs.clear();
        for (path, buffer) in &self.buffers {
            self.tell_open(path, buffer);
        }
    }

    /// Some of what waits happens, in a random order.
    fn advance(&mut self) {
        for _ in 0..self.random.below(12) {
            let n_tasks = self.engine.tasks().len();
            match self.random.below(4) {
                0 | 1 => {
                    self.engine.step();
                }
                2 if 0 < n_tasks => self.engine.run_task(self.random.below(n_tasks)),
                _ => {
                    self.world.pass(self.random.below(200) as u64);
                    self.engine.fire_timers();
                }
            }
        }
    }

    fn take_answers(&mut self) {
        let mut waiting = Vec::new();
        for mut read in std::mem::take(&mut self.reads) {
            match read.try_answer() {
                None => waiting.push(read),
                Some(Ok(_) | Err(ReadError::Stale)) => self.n_answered += 1,
                Some(Err(error)) => panic!("a read failed: {error}"),
            }
        }
        self.reads = waiting;
        while let Ok(notice) = self.notices.try_recv() {
            match notice {
                Notice::RunDone { run, outcome } => self.run_done(run, &outcome),
                Notice::Message { text, .. } => panic!("the server complains: {text}"),
                _ => {}
            }
        }
    }

    fn run_done(&mut self, run: RunId, outcome: &RunOutcome) {
        let n_before = self.runs.len();
        self.runs.retain(|it| *it != run);
        assert_eq!(self.runs.len() + 1, n_before, "{run} ended twice or was never begun");
        assert!(
            matches!(outcome, RunOutcome::Indexed(_) | RunOutcome::Cancelled),
            "an index run ended as {outcome:?}"
        );
    }

    /// Lets everything come to rest and compares with an engine that has read all at once.
    fn compare(&mut self) {
        self.engine.calm();
        self.world.pass(1_000);
        self.engine.fire_timers();
        self.engine.calm();
        // Whoever was cancelled left files unread; the next start or event would read them.
        let run = self.engine.engine().run(RunRequest::Index);
        self.runs.push(run);
        self.engine.calm();
        self.take_answers();
        let present = ask_all(&mut self.engine);
        let index: Arc<dyn Store> = Arc::new(store::open_in_memory().unwrap());
        let (mut fresh, _notices) = start(&self.random, &self.world, &index, &self.journal);
        for (path, buffer) in &self.buffers {
            fresh.engine().post(ClientChange::Open {
                path: path.clone(),
                language: path.extension().unwrap_or_default().to_owned(),
                version: buffer.version,
                text: buffer.text.to_string(),
            });
        }
        fresh.calm();
        let expected = ask_all(&mut fresh);
        let open: Vec<&VfsPath> = self.buffers.keys().collect();
        let disk = self.world.texts();
        assert_eq!(present, expected, "open: {open:?}; on disk: {disk:?}");
        for (path, buffer) in &self.buffers {
            let shown = format!("{path}: {:?}", Some(buffer.text.to_string()));
            assert!(present.contains(&shown), "{path} is not what the editor shows");
        }
    }
}

fn start(
    random: &Arc<Seeded>,
    world: &Arc<World>,
    index: &Arc<dyn Store>,
    journal: &Arc<dyn JournalRows>,
) -> (Stepper, Notices) {
    let config = EngineConfig {
        stores: Stores::Open { index: Arc::clone(index), history: Some(Arc::clone(journal)) },
        loader: Arc::clone(world) as _,
        writer: Some(Arc::clone(world) as _),
        clock: Arc::clone(world) as _,
        random: Arc::clone(random) as _,
        threads: Threads { latency: 1, work: 1 },
        settings: Layers::default(),
        embedder: None,
        chat: engine::no_models(),
        graph: LoadGraph::Always,
        watch: false,
        sandbox: None,
    };
    let abilities = Abilities { watched_files: true, progress: true, ..Abilities::default() };
    let engine = Stepper::start(config, Caller::local("sim", abilities));
    let notices = engine.engine().subscribe();
    engine.engine().post(ClientChange::OpenWorkspace { roots: vec![at(ROOT)] });
    (engine, notices)
}

fn ask_all(engine: &mut Stepper) -> String {
    let mut reading = engine.engine().read("answers", answers);
    engine.calm();
    reading.try_answer().expect("a calm engine has answered").expect("nothing was edited")
}

fn some_text(random: &Seeded) -> String {
    (0..random.below(8)).map(|_| *random.pick(&LINES)).collect()
}

fn at(path: &str) -> VfsPath {
    VfsPath::new(path).unwrap()
}

fn line_col(rope: &Rope, char: usize, encoding: PositionEncoding) -> LineCol {
    rope_line_col(rope, TextSize::from_usize(rope.char_to_byte(char)), encoding)
}

fn char_at(rope: &Rope, position: LineCol, encoding: PositionEncoding) -> usize {
    rope.byte_to_char(text::rope_offset(rope, position, encoding).to_usize())
}

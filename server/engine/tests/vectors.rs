//! Vectors come after the index, once for each text, and are mended where they do not fit.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    fs,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use disk::Disk;
use engine::{
    Abilities, Caller, ClientChange, Engine, EngineConfig, LoadGraph, Notice, Notices, RunOutcome,
    RunRequest, Stores, SystemClock, SystemRandom, Threads,
};
use memory::{Answer, Feature, Query, Retriever};
use models::{EmbedError, Embedder, built_in};
use settings::Layers;
use tempfile::TempDir;
use vfs::VfsPath;

/// The built-in model under a name of its own, which counts what it is asked.
struct Counting {
    id: &'static str,
    /// Components that are kept of each vector.
    dims: usize,
    n_texts: AtomicUsize,
    is_down: AtomicBool,
    n_failed: AtomicUsize,
    last: Mutex<String>,
}

impl Counting {
    fn new(id: &'static str) -> Arc<Counting> {
        Counting::of_dims(id, built_in().dims())
    }

    fn of_dims(id: &'static str, dims: usize) -> Arc<Counting> {
        Arc::new(Counting {
            id,
            dims,
            n_texts: AtomicUsize::new(0),
            is_down: AtomicBool::new(false),
            n_failed: AtomicUsize::new(0),
            last: Mutex::default(),
        })
    }

    /// The first components of a vector, of length one again.
    fn cut(&self, mut vector: Vec<f32>) -> Vec<f32> {
        vector.truncate(self.dims);
        let length = vector.iter().map(|it| it * it).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        vector.iter_mut().for_each(|it| *it /= length);
        vector
    }

    /// Texts embedded since the last time.
    fn take(&self) -> usize {
        self.n_texts.swap(0, Ordering::Relaxed)
    }
}

impl Embedder for Counting {
    fn id(&self) -> &str {
        self.id
    }

    fn dims(&self) -> usize {
        self.dims
    }

    fn count_tokens(&self, text: &str) -> usize {
        built_in().count_tokens(text)
    }

    fn is_cheap(&self) -> bool {
        true
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        if self.is_down.load(Ordering::Relaxed) {
            self.n_failed.fetch_add(1, Ordering::Relaxed);
            return Err(EmbedError { model: self.id.to_owned(), fact: "it is down".to_owned() });
        }
        self.n_texts.fetch_add(texts.len(), Ordering::Relaxed);
        *self.last.lock().unwrap() = texts.join("\n");
        Ok(built_in().embed(texts)?.into_iter().map(|it| self.cut(it)).collect())
    }

    fn embed_question(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        Ok(self.cut(built_in().embed_question(text)?))
    }
}

struct Desk {
    engine: Engine,
    notices: Notices,
    root: VfsPath,
    messages: Vec<String>,
}

impl Desk {
    fn new(dir: &TempDir, model: &Arc<Counting>) -> Desk {
        Desk::with(dir, model, LoadGraph::Always)
    }

    /// A command's engine: it indexes and ends.
    fn command(dir: &TempDir, model: &Arc<Counting>) {
        drop(Desk::with(dir, model, LoadGraph::IfChanged));
    }

    fn with(dir: &TempDir, model: &Arc<Counting>, graph: LoadGraph) -> Desk {
        let embedder: Arc<dyn Embedder> = Arc::clone(model) as _;
        let config = EngineConfig {
            stores: Stores::Folder(dir.path().join("state")),
            loader: Arc::new(Disk),
            writer: None,
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom),
            threads: Threads { latency: 1, work: 2 },
            settings: Layers::default(),
            embedder: Some(embedder),
            chat: engine::no_models(),
            graph,
            watch: false,
            sandbox: None,
        };
        let abilities = Abilities { watched_files: true, ..Abilities::default() };
        let engine = Engine::start(config, Caller::local("test", abilities)).unwrap();
        let notices = engine.subscribe();
        let root = VfsPath::from_path(&dir.path().canonicalize().unwrap().join("w")).unwrap();
        engine.post(ClientChange::OpenWorkspace { roots: vec![root.clone()] });
        let mut desk = Desk { engine, notices, root, messages: Vec::new() };
        desk.index();
        desk
    }

    fn index(&mut self) {
        let wanted = self.engine.run(RunRequest::Index);
        loop {
            match self.notices.blocking_recv().unwrap() {
                Notice::RunDone { run, outcome } if run == wanted => {
                    assert!(matches!(outcome, RunOutcome::Indexed(_)), "{outcome:?}");
                    return;
                }
                Notice::Message { text, .. } => self.messages.push(text),
                _ => {}
            }
        }
    }

    fn ask(&self, text: &str) -> Answer {
        let query = Query::text(text, 5);
        self.engine.read_blocking("search", move |snapshot| snapshot.search(&query)).unwrap()
    }

    /// Where the vectors put the first hit, and whether they took part.
    #[track_caller]
    fn check(&self, question: &str, expected: &str) {
        let answer = self.ask(question);
        assert!(answer.retrievers.contains(&Retriever::Vectors), "{:?}", answer.absent);
        assert_eq!(answer.hits[0].symbol.as_deref(), Some(expected), "{}", answer.hits[0].why());
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

const FILES: &str = "w/files.py";
const READ: &str =
    "def read_text(path):\n    with open(path) as file:\n        return file.read()\n";
const SORT: &str = "\ndef order(items):\n    return sorted(items, key=lambda it: it.price)\n";

/// Shares no word with `READ`.
const QUESTION: &str = "load the contents of a document from disk";

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn a_text_is_embedded_once_and_a_save_only_what_changed() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), FILES, &format!("{READ}{SORT}"));
    write(dir.path(), "w/copy.py", READ);
    let model = Counting::new("one");
    let mut desk = Desk::new(&dir, &model);
    assert_eq!(model.take(), 2, "the copy has the same text");
    desk.check(QUESTION, "read_text");

    write(dir.path(), FILES, &format!("{READ}{}", SORT.replace("price", "weight")));
    desk.index();
    assert_eq!(model.take(), 1);
    assert!(model.last.lock().unwrap().contains("weight"));
    desk.index();
    drop(desk);
    let desk = Desk::new(&dir, &model);
    assert_eq!(model.take(), 0, "nothing changed");
    desk.check(QUESTION, "read_text");
}

#[test]
fn vectors_of_another_model_are_told_and_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), FILES, READ);
    drop(Desk::new(&dir, &Counting::new("one")));
    let model = Counting::new("two");
    let desk = Desk::new(&dir, &model);
    assert_eq!(model.take(), 1);
    let told =
        desk.messages.iter().any(|it| it.contains("`one 512/50 named`") && it.contains("again"));
    assert!(told, "{:?}", desk.messages);
    desk.check(QUESTION, "read_text");
    // The old ones are gone: going back is another beginning.
    drop(desk);
    let model = Counting::new("one");
    drop(Desk::new(&dir, &model));
    assert_eq!(model.take(), 1);
}

#[test]
fn vectors_of_other_dimensions_are_told_and_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), FILES, &format!("{READ}{SORT}"));
    drop(Desk::new(&dir, &Counting::new("one")));
    let model = Counting::of_dims("one", 64);
    let desk = Desk::new(&dir, &model);
    assert_eq!(model.take(), 2);
    let told =
        desk.messages.iter().any(|it| it.contains("(256 components)") && it.contains("(64)"));
    assert!(told, "{:?}", desk.messages);
    desk.check(QUESTION, "read_text");
}

#[test]
fn a_lost_or_damaged_file_of_vectors_costs_nothing_but_time() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), FILES, &format!("{READ}{SORT}"));
    let model = Counting::new("one");
    drop(Desk::new(&dir, &model));
    model.take();
    let file = dir.path().join("state/vectors/1.usearch");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 3]).unwrap();
    Desk::new(&dir, &model).check(QUESTION, "read_text");
    fs::remove_file(&file).unwrap();
    Desk::new(&dir, &model).check(QUESTION, "read_text");
    assert_eq!(model.take(), 0, "the truth is in the database");
}

#[test]
fn a_command_reads_no_file_of_vectors_and_makes_one_that_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), FILES, &format!("{READ}{SORT}"));
    let model = Counting::new("one");
    drop(Desk::new(&dir, &model));
    let file = dir.path().join("state/vectors/1.usearch");
    let mut damaged = fs::read(&file).unwrap();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    fs::write(&file, &damaged).unwrap();
    Desk::command(&dir, &model);
    assert!(fs::read(&file).unwrap() == damaged, "nobody asked, so nobody looked");
    Desk::new(&dir, &model).check(QUESTION, "read_text");
    assert!(fs::read(&file).unwrap() != damaged, "a server looks");
    fs::remove_file(&file).unwrap();
    Desk::command(&dir, &model);
    assert!(file.exists());
    Desk::new(&dir, &model).check(QUESTION, "read_text");
}

#[test]
fn a_model_that_is_down_is_left_alone_and_words_answer() {
    let dir = tempfile::tempdir().unwrap();
    (0..40).for_each(|n| write(dir.path(), &format!("w/{n}.py"), &READ.replace("path", "name")));
    write(dir.path(), FILES, READ);
    let model = Counting::new("one");
    model.is_down.store(true, Ordering::Relaxed);
    let mut desk = Desk::new(&dir, &model);
    desk.index();
    assert_eq!(model.n_failed.load(Ordering::Relaxed), 1, "no file after the first was tried");
    let answer = desk.ask("read_text path");
    assert_eq!(answer.retrievers, [Retriever::FullText]);
    assert_eq!(answer.hits[0].path, "files.py");
    assert!(0 < answer.unembedded, "what is missing is told");
    drop(desk);
    // The next server tries again.
    model.is_down.store(false, Ordering::Relaxed);
    Desk::new(&dir, &model).check(QUESTION, "read_text");
}

#[test]
fn a_lost_file_of_many_vectors_is_built_again() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), FILES, &format!("{READ}{SORT}"));
    // More than a question would take in by itself.
    for file in 0..30 {
        let text: String =
            (0..80).map(|n| format!("def f{n}():\n    return {file}{n}\n\n")).collect();
        write(dir.path(), &format!("w/many{file}.py"), &text);
    }
    let model = Counting::new("one");
    drop(Desk::new(&dir, &model));
    assert!(2_000 < model.take());
    let file = dir.path().join("state/vectors/1.usearch");
    fs::remove_file(&file).unwrap();
    Desk::new(&dir, &model).check(QUESTION, "read_text");
    assert_eq!(model.take(), 0, "the truth is in the database");
    assert!(file.exists());
}

#[test]
fn what_is_typed_is_found_by_meaning_before_it_is_saved() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), FILES, SORT);
    let desk = Desk::new(&dir, &Counting::new("one"));
    desk.engine.post(ClientChange::Open {
        path: desk.root.join("files.py"),
        language: "python".to_owned(),
        version: 1,
        text: format!("{READ}{SORT}"),
    });
    desk.check(QUESTION, "read_text");
    assert_eq!(desk.ask(QUESTION).lagging, Vec::<String>::new());
}

#[test]
fn hits_that_call_or_hold_each_other_are_told_as_related() {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        FILES,
        "class Cart:\n    def total(self):\n        return vat(self)\n\n\n\
         def vat(cart):\n    return cart\n\n\ndef cart_of(user):\n    return user\n",
    );
    let desk = Desk::new(&dir, &Counting::new("one"));
    let answer = desk.ask("the total of a cart with its vat");
    let related = |symbol: &str| {
        let hit = answer.hits.iter().find(|it| it.symbol.as_deref() == Some(symbol)).unwrap();
        hit.values[Feature::Neighbour]
    };
    assert!(0.0 < related("total") && 0.0 < related("vat") && 0.0 < related("Cart"));
    assert_eq!(related("cart_of"), 0.0);
}

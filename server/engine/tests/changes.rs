//! Changes through the whole engine on a real disk: with no editor, with an editor that does what
//! it is told, with editors that do not, and with an outside that refuses.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use disk::Disk;
use engine::{
    Abilities, Caller, ClientChange, ContentEdit, EditStep, Engine, EngineConfig, Given, GivenEdit,
    LoadGraph, Notice, Notices, Place, RunId, RunOutcome, RunRequest, Stores, SystemClock,
    SystemRandom, Then, Threads,
};
use ide::{FileMove, Mover};
use proposal::{Outcome, ProposalId, ProposalState, UndoScope};
use settings::Layers;
use tempfile::TempDir;
use text::PositionEncoding;
use vfs::{ContentHash, FileEvent, FileOperation, FileWrite, VfsPath, WriteError, Writer};

const USES: &str = "from shape import area\n\nprint(area(2))\n";
const DEFINES: &str = "def area(r):\n    return r * r\n";
const WAIT: Duration = Duration::from_secs(60);

/// How an editor treats an edit that it is asked to make.
#[derive(Clone, Copy, PartialEq)]
enum Manners {
    /// Makes it and says so.
    Obeys,
    /// Says so and makes nothing of it.
    Lies,
    /// Makes it in the first file, and says that it made all of it.
    Half,
    /// Makes it, and keeps the document of a file that it deletes.
    Keeps,
}

/// An engine over a workspace of two files, and who talks to it.
struct Desk {
    engine: Engine,
    notices: Notices,
    root: VfsPath,
    buffers: BTreeMap<VfsPath, (i32, String)>,
    messages: Vec<String>,
}

fn workspace() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("w")).unwrap();
    fs::write(dir.path().join("w/shape.py"), DEFINES).unwrap();
    fs::write(dir.path().join("w/main.py"), USES).unwrap();
    dir
}

fn editor() -> Abilities {
    Abilities {
        apply_edit: true,
        document_changes: true,
        create: true,
        rename: true,
        delete: true,
        ..Abilities::default()
    }
}

impl Desk {
    fn new(dir: &TempDir, abilities: Abilities) -> Desk {
        Desk::with_writer(dir, abilities, None)
    }

    fn with_writer(dir: &TempDir, abilities: Abilities, writer: Option<Arc<dyn Writer>>) -> Desk {
        let mut res = Desk::opened(dir, abilities, writer);
        let indexed = res.run(RunRequest::Index, Manners::Obeys);
        assert!(matches!(indexed, RunOutcome::Indexed(_)), "{indexed:?}");
        res
    }

    /// The workspace was just opened: nobody has waited until it is read.
    fn opened(dir: &TempDir, abilities: Abilities, writer: Option<Arc<dyn Writer>>) -> Desk {
        let config = EngineConfig {
            stores: Stores::Folder(dir.path().join("state")),
            loader: Arc::new(Disk),
            writer,
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom),
            threads: Threads { latency: 1, work: 1 },
            settings: Layers::default(),
            embedder: None,
            chat: engine::no_models(),
            graph: LoadGraph::Always,
            watch: false,
            sandbox: None,
        };
        let engine = Engine::start(config, Caller::local("test", abilities)).unwrap();
        let notices = engine.subscribe();
        let root = VfsPath::from_path(&dir.path().canonicalize().unwrap().join("w")).unwrap();
        engine.post(ClientChange::OpenWorkspace { roots: vec![root.clone()] });
        let buffers = BTreeMap::new();
        Desk { engine, notices, root, buffers, messages: Vec::new() }
    }

    fn run(&mut self, request: RunRequest, manners: Manners) -> RunOutcome {
        let wanted = self.engine.run(request);
        loop {
            match self.notices.blocking_recv().unwrap() {
                Notice::RunDone { run, outcome } if run == wanted => return outcome,
                Notice::ApplyEdit(step) => self.edit(&step, manners),
                Notice::Message { text, .. } => self.messages.push(text),
                _ => {}
            }
        }
    }

    fn edit(&mut self, step: &EditStep, manners: Manners) {
        let n_files = match manners {
            Manners::Obeys | Manners::Keeps => usize::MAX,
            Manners::Half => 1,
            Manners::Lies => 0,
        };
        for (path, edits) in step.change.edits.iter().take(n_files) {
            let text = self.text(path);
            self.set(path, &edits.apply(&text).unwrap());
        }
        for operation in step.change.operations.iter().take(n_files) {
            match operation {
                FileOperation::Create { path, text } => {
                    fs::create_dir_all(path.parent().unwrap().as_path()).unwrap();
                    fs::write(path.as_path(), "").unwrap();
                    self.set(path, text);
                }
                FileOperation::Delete { path } => {
                    if manners != Manners::Keeps {
                        self.buffers.remove(path);
                        self.engine.post(ClientChange::Close { path: path.clone() });
                    }
                    fs::remove_file(path.as_path()).unwrap();
                }
                FileOperation::Rename { from, to } => self.move_file(from, to),
            }
        }
        self.engine.post(ClientChange::EditAnswered {
            proposal: step.proposal.clone(),
            step: step.step,
            applied: true,
            reason: None,
        });
    }

    /// The buffer's text; a closed file is opened, as an editor does.
    fn text(&mut self, path: &VfsPath) -> String {
        if !self.buffers.contains_key(path) {
            let text = fs::read_to_string(path.as_path()).unwrap();
            self.engine.post(ClientChange::Open {
                path: path.clone(),
                language: "python".to_owned(),
                version: 1,
                text: text.clone(),
            });
            self.buffers.insert(path.clone(), (1, text));
        }
        self.buffers[path].1.clone()
    }

    fn set(&mut self, path: &VfsPath, text: &str) {
        self.text(path);
        let buffer = self.buffers.get_mut(path).unwrap();
        *buffer = (buffer.0 + 1, text.to_owned());
        self.engine.post(ClientChange::Edit {
            path: path.clone(),
            version: buffer.0,
            edits: vec![ContentEdit::Full(text.to_owned())],
            encoding: PositionEncoding::Utf8,
        });
    }

    fn move_file(&mut self, from: &VfsPath, to: &VfsPath) {
        let buffer = self.buffers.remove(from);
        self.engine.post(ClientChange::Close { path: from.clone() });
        fs::rename(from.as_path(), to.as_path()).unwrap();
        let events = [(from, FileEvent::Deleted), (to, FileEvent::Created)];
        let events = events.map(|(path, event)| (path.clone(), event)).to_vec();
        self.engine.post(ClientChange::Watched(events));
        if let Some((_, text)) = buffer {
            self.text(to);
            self.set(to, &text);
        }
    }

    /// Has an edit recorded, up to where the editor may make it.
    fn given(&mut self, given: GivenEdit) -> RunId {
        let wanted = self.engine.run(RunRequest::EditGiven(Box::new(given)));
        loop {
            match self.notices.blocking_recv().unwrap() {
                Notice::MayEdit { run } if run == wanted => return run,
                Notice::RunDone { run, outcome } if run == wanted => panic!("{outcome:?}"),
                _ => {}
            }
        }
    }

    /// Waits for the end of a run that asks for nothing.
    fn end_of(&mut self, wanted: RunId) -> RunOutcome {
        loop {
            match self.notices.blocking_recv().unwrap() {
                Notice::RunDone { run, outcome } if run == wanted => return outcome,
                _ => {}
            }
        }
    }

    fn rename(&mut self) -> ProposalId {
        let at = Place::Symbol("area".to_owned());
        let request = RunRequest::Rename { at, new_name: "surface".to_owned(), then: Then::Keep };
        match self.run(request, Manners::Obeys) {
            RunOutcome::Proposed { proposal, .. } => proposal,
            other => panic!("{other:?}"),
        }
    }

    fn undo(&mut self) -> RunOutcome {
        let scope = UndoScope::Transaction;
        self.run(RunRequest::Undo { transaction: None, scope }, Manners::Obeys)
    }

    fn state(&self, id: &ProposalId) -> ProposalState {
        let id = id.clone();
        let state = self.engine.read_blocking("state", move |snapshot| {
            Ok(snapshot.journal.as_ref().unwrap().proposal(&id).unwrap().state)
        });
        state.unwrap()
    }

    fn disk(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.root.join(name).as_path()).ok()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

#[track_caller]
fn assert_changed(outcome: &RunOutcome, expected: &Outcome) {
    match outcome {
        RunOutcome::Changed { outcome, .. } => assert_eq!(outcome, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_are_written_without_an_editor_and_taken_back_after_a_restart() {
    let dir = workspace();
    let mut desk = Desk::new(&dir, Abilities::default());
    let id = desk.rename();
    let applied = desk.run(RunRequest::Apply(id.clone()), Manners::Obeys);
    assert_changed(&applied, &Outcome::Applied);
    assert_eq!(desk.disk("main.py").unwrap(), USES.replace("area", "surface"));
    let settings = RunRequest::CreateSettings { root: None, then: Then::Keep };
    let RunOutcome::Proposed { proposal, .. } = desk.run(settings, Manners::Obeys) else {
        panic!("no proposal");
    };
    assert_changed(&desk.run(RunRequest::Apply(proposal), Manners::Obeys), &Outcome::Applied);
    assert!(desk.disk(".aios/config.toml").is_some());
    drop(desk);

    let mut desk = Desk::new(&dir, Abilities::default());
    assert_changed(&desk.undo(), &Outcome::Applied);
    assert_eq!(desk.disk(".aios/config.toml"), None);
    assert_changed(&desk.undo(), &Outcome::Applied);
    assert_eq!(desk.disk("main.py").unwrap(), USES);
    assert_eq!(desk.disk("shape.py").unwrap(), DEFINES);
    assert_eq!(desk.state(&id), ProposalState::Undone);
    let nothing = desk.undo();
    assert!(matches!(&nothing, RunOutcome::Refused(why) if why == "there is nothing to take back"));
}

#[test]
fn a_rename_waits_until_the_workspace_is_read() {
    let dir = workspace();
    let mut desk = Desk::opened(&dir, Abilities::default(), None);
    let id = desk.rename();
    assert_changed(&desk.run(RunRequest::Apply(id), Manners::Obeys), &Outcome::Applied);
    assert_eq!(desk.disk("main.py").unwrap(), USES.replace("area", "surface"));
    assert_eq!(desk.disk("shape.py").unwrap(), DEFINES.replace("area", "surface"));
}

#[test]
fn a_file_is_gone_and_comes_back_although_the_editor_keeps_its_document() {
    let dir = workspace();
    let mut desk = Desk::new(&dir, editor());
    let shape = desk.root.join("shape.py");
    desk.text(&shape);
    let delete = RunRequest::Write {
        title: "Delete shape.py".to_owned(),
        reason: String::new(),
        files: vec![(shape, None)],
        then: Then::Keep,
    };
    let RunOutcome::Proposed { proposal, .. } = desk.run(delete, Manners::Keeps) else {
        panic!("no proposal");
    };
    let deleted = desk.run(RunRequest::Apply(proposal), Manners::Keeps);
    assert_changed(&deleted, &Outcome::Applied);
    assert_eq!(desk.disk("shape.py"), None);
    assert_changed(&desk.undo(), &Outcome::Applied);
    assert_eq!(desk.disk("shape.py").unwrap(), DEFINES);
}

#[test]
fn what_an_editor_says_is_not_believed() {
    let dir = workspace();
    let mut desk = Desk::new(&dir, editor());
    let id = desk.rename();
    let declined = desk.run(RunRequest::Apply(id.clone()), Manners::Lies);
    assert_changed(&declined, &Outcome::Declined);
    assert_eq!(desk.state(&id), ProposalState::Declined);

    let id = desk.rename();
    let half = desk.run(RunRequest::Apply(id.clone()), Manners::Half);
    let (main, shape) = (desk.root.join("main.py"), desk.root.join("shape.py"));
    let (done, missing) = (vec![main.clone()], vec![shape]);
    assert_changed(&half, &Outcome::Partial { done, missing, other: Vec::new() });
    assert_changed(&desk.undo(), &Outcome::Applied);
    assert_eq!(desk.buffers[&main].1, USES);
    assert_eq!(desk.state(&id), ProposalState::Undone);
}

#[test]
fn an_editor_applies_undoes_and_creates() {
    let dir = workspace();
    let mut desk = Desk::new(&dir, editor());
    let (main, shape) = (desk.root.join("main.py"), desk.root.join("shape.py"));
    let unsaved = USES.replace("2", "3");
    desk.set(&main, &unsaved);
    let id = desk.rename();
    let applied = desk.run(RunRequest::Apply(id.clone()), Manners::Obeys);
    assert_changed(&applied, &Outcome::Applied);
    assert_eq!(desk.buffers[&main].1, unsaved.replace("area", "surface"));
    assert_eq!(desk.disk("main.py").unwrap(), USES, "what is not saved stays so");

    // The editor's own undo, one buffer after the other.
    desk.set(&main, &unsaved);
    desk.set(&shape, DEFINES);
    let begin = Instant::now();
    while desk.state(&id) != ProposalState::Undone {
        assert!(begin.elapsed() < WAIT, "the editor's undo is not noticed");
        std::thread::yield_now();
    }
    // And its redo; then a later edit and our own undo, which keeps it.
    desk.set(&main, &unsaved.replace("area", "surface"));
    desk.set(&shape, &DEFINES.replace("area", "surface"));
    while desk.state(&id) != ProposalState::Applied {
        assert!(begin.elapsed() < WAIT, "the editor's redo is not noticed");
        std::thread::yield_now();
    }
    desk.set(&shape, &(DEFINES.replace("area", "surface") + "\n# later\n"));
    assert_changed(&desk.undo(), &Outcome::Applied);
    assert_eq!(desk.buffers[&main].1, unsaved);
    assert_eq!(desk.buffers[&shape].1, DEFINES.to_owned() + "\n# later\n");

    let settings = RunRequest::CreateSettings { root: None, then: Then::Keep };
    let RunOutcome::Proposed { proposal, .. } = desk.run(settings, Manners::Obeys) else {
        panic!("no proposal");
    };
    assert_changed(&desk.run(RunRequest::Apply(proposal), Manners::Obeys), &Outcome::Applied);
    assert_changed(&desk.undo(), &Outcome::Applied);
    assert_eq!(desk.disk(".aios/config.toml"), None);
}

#[test]
fn a_stale_proposal_is_refused_with_the_file() {
    let dir = workspace();
    let mut desk = Desk::new(&dir, editor());
    let id = desk.rename();
    let main = desk.root.join("main.py");
    desk.set(&main, &USES.replace("2", "3"));
    let refused = desk.run(RunRequest::Apply(id.clone()), Manners::Obeys);
    let RunOutcome::Refused(why) = refused else { panic!("{refused:?}") };
    assert_eq!(why, "main.py: changed since the proposal was made; make it anew");
    assert_eq!(desk.state(&id), ProposalState::Pending);
}

/// A writer on a disk that has no room.
struct Full;

impl Writer for Full {
    fn write(&self, _: &str, writes: &[FileWrite]) -> Result<(), WriteError> {
        let path = writes[0].path.clone();
        Err(WriteError::Io { path, error: "the disk is full".to_owned() })
    }
}

#[test]
fn a_workspace_that_cannot_be_written_stays_as_it_is() {
    let dir = workspace();
    let path = dir.path().join("w/shape.py");
    let mut read_only = fs::metadata(&path).unwrap().permissions();
    let writable = read_only.clone();
    read_only.set_readonly(true);
    fs::set_permissions(&path, read_only).unwrap();
    let mut desk = Desk::new(&dir, Abilities::default());
    let id = desk.rename();
    let check = |outcome: RunOutcome, end: &str| match outcome {
        RunOutcome::Changed { outcome: Outcome::Declined, reason: Some(reason), .. } => {
            assert!(reason.ends_with(end), "{reason}");
        }
        other => panic!("{other:?}"),
    };
    let declined = desk.run(RunRequest::Apply(id), Manners::Obeys);
    check(declined, "shape.py: the file is read-only; nothing was written");
    assert_eq!(
        (desk.disk("main.py").unwrap(), desk.disk("shape.py").unwrap()),
        (USES.into(), DEFINES.into())
    );
    drop(desk);
    fs::set_permissions(&path, writable).unwrap();

    let mut desk = Desk::with_writer(&dir, Abilities::default(), Some(Arc::new(Full)));
    let id = desk.rename();
    let declined = desk.run(RunRequest::Apply(id), Manners::Obeys);
    check(declined, "main.py: the disk is full; nothing was written");
    assert_eq!(desk.disk("main.py").unwrap(), USES);
}

#[test]
fn a_damaged_history_is_told_and_kept() {
    let dir = workspace();
    let mut desk = Desk::new(&dir, Abilities::default());
    let id = desk.rename();
    assert_changed(&desk.run(RunRequest::Apply(id), Manners::Obeys), &Outcome::Applied);
    drop(desk);
    let state = dir.path().join("state");
    let damaged = b"no database any more, whatever it was before this happened".repeat(20);
    fs::write(state.join("history.db"), &damaged).unwrap();
    let mut desk = Desk::new(&dir, Abilities::default());
    let told = desk.messages.iter().find(|it| it.contains("history.damaged-"));
    assert!(told.is_some(), "{:?}", desk.messages);
    let is_kept = |it: &fs::DirEntry| fs::read(it.path()).is_ok_and(|it| it == damaged);
    assert_eq!(entries(&state).iter().filter(|it| is_kept(it)).count(), 1);
    assert!(matches!(desk.undo(), RunOutcome::Refused(_)));
    let name = Place::Symbol("surface".to_owned());
    let request = RunRequest::Rename { at: name, new_name: "area".to_owned(), then: Then::Keep };
    let RunOutcome::Proposed { proposal, .. } = desk.run(request, Manners::Obeys) else {
        panic!("no proposal");
    };
    assert_changed(&desk.run(RunRequest::Apply(proposal), Manners::Obeys), &Outcome::Applied);
    assert_eq!(desk.disk("main.py").unwrap(), USES);
}

fn entries(dir: &Path) -> Vec<fs::DirEntry> {
    let entries = fs::read_dir(dir).unwrap().map(Result::unwrap);
    entries.filter(|it| it.file_type().unwrap().is_file()).collect()
}

#[test]
fn without_a_history_nothing_is_changed() {
    let dir = workspace();
    fs::write(dir.path().join("state"), "a file where the folder should be").unwrap();
    let mut desk = Desk::new(&dir, Abilities::default());
    let at = Place::Symbol("area".to_owned());
    let request = RunRequest::Rename { at, new_name: "surface".to_owned(), then: Then::Keep };
    let failed = desk.run(request, Manners::Obeys);
    assert!(matches!(&failed, RunOutcome::Failed(why) if why.contains("history")), "{failed:?}");
    assert_eq!(desk.disk("main.py").unwrap(), USES);
}

/// What the handler of `textDocument/rename` does.
fn given_rename(desk: &Desk) -> GivenEdit {
    let given = desk.engine.read_blocking("rename", |snapshot| {
        let place = Place::Symbol("area".to_owned());
        let position = snapshot.place(&place).unwrap();
        let rename = snapshot.analysis.rename(position, "surface").unwrap();
        let text = |path| ContentHash::of(&snapshot.present(path).unwrap().unwrap().bytes);
        let seen = rename.change.edits.keys().map(|path| (path.clone(), text(path))).collect();
        Ok(GivenEdit { what: Given::Rename(rename), seen })
    });
    given.unwrap()
}

#[test]
fn a_rename_that_an_editor_makes_by_itself_is_recorded_and_taken_back() {
    let dir = workspace();
    let mut desk = Desk::new(&dir, editor());
    let (main, shape) = (desk.root.join("main.py"), desk.root.join("shape.py"));
    desk.text(&main);
    let given = given_rename(&desk);
    let run = desk.given(given);
    desk.set(&main, &USES.replace("area", "surface"));
    desk.set(&shape, &DEFINES.replace("area", "surface"));
    assert_changed(&desk.end_of(run), &Outcome::Applied);
    assert_changed(&desk.undo(), &Outcome::Applied);
    assert_eq!((desk.text(&main), desk.text(&shape)), (USES.to_owned(), DEFINES.to_owned()));
}

#[test]
fn a_move_that_an_editor_makes_by_itself_is_recorded_with_what_follows_it() {
    let dir = workspace();
    let mut desk = Desk::new(&dir, editor());
    let [main, shape, form] = ["main.py", "shape.py", "form.py"].map(|it| desk.root.join(it));
    // One of them is not saved.
    let unsaved = DEFINES.to_owned() + "\n# more\n";
    desk.set(&shape, &unsaved);
    desk.text(&main);
    // What the handler of `workspace/willRenameFiles` does.
    let moves = [FileMove { from: shape.clone(), to: form.clone() }];
    let seen = vec![(main.clone(), USES.to_owned()), (shape.clone(), unsaved.clone())];
    let seen = seen.into_iter().map(|(path, it)| (path, ContentHash::of(it.as_bytes()))).collect();
    let moved = desk.engine.read_blocking("move", move |snapshot| {
        Ok(snapshot.analysis.move_files(&moves, Mover::Change).unwrap())
    });
    let given = GivenEdit { what: Given::Move(moved.unwrap()), seen };
    let run = desk.given(given);
    desk.set(&main, &USES.replace("shape", "form"));
    desk.move_file(&shape, &form);
    assert_changed(&desk.end_of(run), &Outcome::Applied);
    assert_changed(&desk.undo(), &Outcome::Applied);
    assert_eq!((desk.text(&main), desk.text(&shape)), (USES.to_owned(), unsaved));
    assert_eq!((desk.disk("form.py"), desk.disk("shape.py").unwrap()), (None, DEFINES.to_owned()));
}

#[test]
fn an_undo_takes_back_what_an_editor_made_of_its_rename_so_far() {
    let dir = workspace();
    let mut desk = Desk::new(&dir, editor());
    let main = desk.root.join("main.py");
    desk.text(&main);
    let given = given_rename(&desk);
    desk.given(given);
    desk.set(&main, &USES.replace("area", "surface"));
    // The other file is not renamed, and never will be.
    assert_changed(&desk.undo(), &Outcome::Applied);
    assert_eq!(desk.text(&main), USES);
    assert_eq!(desk.disk("shape.py").unwrap(), DEFINES);
}

#[test]
fn a_rename_for_another_text_is_not_recorded() {
    let dir = workspace();
    let mut desk = Desk::new(&dir, editor());
    let main = desk.root.join("main.py");
    desk.text(&main);
    let given = given_rename(&desk);
    desk.set(&main, &format!("# late\n{USES}"));
    let refused = desk.run(RunRequest::EditGiven(Box::new(given)), Manners::Obeys);
    let RunOutcome::Refused(why) = refused else { panic!("{refused:?}") };
    assert!(why.ends_with("main.py is not what the rename was made for"), "{why}");
}

#[test]
fn two_servers_share_one_history() {
    let dir = workspace();
    let mut one = Desk::new(&dir, Abilities::default());
    let mut other = Desk::new(&dir, Abilities::default());
    let id = one.rename();
    let applied = other.run(RunRequest::Apply(id.clone()), Manners::Obeys);
    assert_changed(&applied, &Outcome::Applied);
    let again = one.run(RunRequest::Apply(id.clone()), Manners::Obeys);
    let RunOutcome::Refused(why) = again else { panic!("{again:?}") };
    assert_eq!(why, format!("{id}: is applied already"));
    assert_changed(&one.undo(), &Outcome::Applied);
    assert_eq!(one.disk("main.py").unwrap(), USES);
    assert_eq!(other.state(&id), ProposalState::Undone);
}

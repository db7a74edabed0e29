//! The journal's promises, one at a time; `histories.rs` has them all at once.

mod world;

use std::{fs, path::Path};

use proposal::{
    Checkpoint, Content, FileStanding, FileState, Journal, JournalError, Outcome, PresentFile,
    Proposal, ProposalState, Recorded, Retention, TransactionId, TransactionState, UndoScope,
};
use text::{TextEdit, TextEdits};
use vfs::{FileOperation, VfsPath};

use crate::world::{World, open, path};

#[test]
fn a_proposal_comes_back_as_it_was() {
    let world = World::new(&[("a.rs", "pub fn a() {}\n"), ("b", "x"), ("c", "x")]);
    let mut change = world.replace(&["a.rs"], "a()", "b(").change;
    change.operations = vec![
        FileOperation::Delete { path: path("b") },
        FileOperation::Rename { from: path("c"), to: path("d") },
        FileOperation::Create { path: path("é"), text: "\u{feff}\r\n".to_owned() },
    ];
    let proposal = world.propose(change);
    assert!(!proposal.risk.reasons.is_empty() && !proposal.impact.syntax_errors.is_empty());
    let recorded = world.journal.proposal(&proposal.id).unwrap();
    assert_eq!(recorded, Recorded { proposal, state: ProposalState::Pending });
}

#[test]
fn a_proposal_is_answered_once() {
    let world = World::new(&[("a", "x")]);
    let proposal = world.replace(&["a"], "x", "y");
    world.apply(&proposal);
    let again = world.begin(&proposal).unwrap_err().to_string();
    assert_eq!(again, "/w/a: changed since the proposal was made; make it anew");
    world.set("a", "x");
    let again = world.begin(&proposal).unwrap_err().to_string();
    assert_eq!(again, format!("{}: is applied already", proposal.id));
    let rejected = world.journal.reject(&proposal.id).unwrap_err().to_string();
    assert_eq!(rejected, format!("{}: is applied already", proposal.id));
    let other = world.replace(&["a"], "x", "z");
    world.journal.reject(&other.id).unwrap();
    assert_eq!(world.state(&other.id), ProposalState::Rejected);
    let again = world.begin(&other).unwrap_err().to_string();
    assert_eq!(again, format!("{}: is rejected already", other.id));
}

#[test]
fn an_answer_that_came_too_early_is_corrected() {
    let world = World::new(&[("a", "x")]);
    let proposal = world.replace(&["a"], "x", "y");
    let (id, simulation) = world.begin(&proposal).unwrap();
    assert_eq!(world.finish(&id).measured.outcome, Outcome::Declined);
    assert_eq!(world.state(&proposal.id), ProposalState::Declined);
    world.write(&simulation);
    assert_eq!(world.finish(&id).measured.outcome, Outcome::Applied);
    assert_eq!(world.state(&proposal.id), ProposalState::Applied);
    let again = world.journal.finish(&id, 3, &|it| world.present(it)).unwrap_err();
    assert!(matches!(again, JournalError::Finished(_, TransactionState::Applied)));
}

#[test]
fn what_was_only_partly_applied_is_taken_back_as_far_as_it_went() {
    let world = World::new(&[("a", "one\n"), ("b", "one\n")]);
    let mut change = world.replace(&["a", "b"], "one", "two").change;
    let text = "made\n".to_owned();
    change.operations = vec![FileOperation::Create { path: path("c"), text }];
    let proposal = world.propose(change);
    let (id, _) = world.begin(&proposal).unwrap();
    world.set("a", "two\n");
    // The editor made the file and was told not to fill it.
    world.set("c", "");
    let finished = world.finish(&id);
    let expected = [FileState::Done, FileState::Missing, FileState::Edits(Vec::new())];
    assert_eq!(finished.measured.files, expected);
    assert_eq!(world.state(&proposal.id), ProposalState::Partial);
    world.apply(&world.undo(None).unwrap());
    let now = (world.get("a"), world.get("b"), world.get("c"));
    assert_eq!(now, (Some("one\n".to_owned()), Some("one\n".to_owned()), None));
    assert_eq!(world.state(&proposal.id), ProposalState::Undone);
}

#[test]
fn an_undo_is_a_transaction_and_can_be_undone() {
    let world = World::new(&[("a", "one\n")]);
    let first = world.apply(&world.replace(&["a"], "one", "two"));
    let undo = world.apply(&world.undo(None).unwrap());
    assert_eq!(world.get("a").unwrap(), "one\n");
    // Given the undo's own id, the undo is taken back.
    let redo = world.undo(Some(&undo)).unwrap();
    assert_eq!(redo.title, "Redo: Change it");
    world.apply(&redo);
    assert_eq!(world.get("a").unwrap(), "two\n");
    assert_eq!(world.journal.transaction(&undo).unwrap().root, first);
    world.apply(&world.undo(Some(&first)).unwrap());
    assert!(matches!(world.undo(None), Err(JournalError::Nothing { is_undo: true })));
}

#[test]
fn one_file_of_several_is_taken_back() {
    let world = World::new(&[("a", "one\n"), ("b", "one\n")]);
    let proposal = world.replace(&["a", "b"], "one", "two");
    let id = world.apply(&proposal);
    let undo = world.undo_some(Some(&id), UndoScope::Files(vec![path("b")])).unwrap();
    world.apply(&undo);
    assert_eq!(
        (world.get("a").unwrap(), world.get("b").unwrap()),
        ("two\n".into(), "one\n".into())
    );
    assert_eq!(world.state(&proposal.id), ProposalState::Partial);
    let files = world.journal.transaction(&id).unwrap().files;
    let standing: Vec<_> = files.into_iter().map(|it| (it.path, it.standing)).collect();
    let expected = [(path("a"), FileStanding::InForce), (path("b"), FileStanding::Undone)];
    assert_eq!(standing, expected);
}

/// A server dies when these files of a change of `a` and `b` are written; the next one measures.
#[track_caller]
fn check_killed(done: &[&str], expected: ProposalState) {
    let dir = tempfile::tempdir().unwrap();
    let world = World::on(open(dir.path()), &[("a", "one\n"), ("b", "one\n")]);
    let proposal = world.replace(&["a", "b"], "one", "two");
    world.begin(&proposal).unwrap();
    done.iter().for_each(|it| world.set(it, "two\n"));
    let present = |journal: Journal| {
        let files = world.files.borrow().clone();
        let at = |path: &VfsPath| Ok(files.get(path).map(|it| PresentFile::closed(it.as_bytes())));
        journal.recover(1, &at).unwrap()
    };
    assert_eq!(present(open(dir.path())), [], "it is alive");
    let files = world.files.take();
    drop(world);
    let journal = open(dir.path());
    let at = |path: &VfsPath| Ok(files.get(path).map(|it| PresentFile::closed(it.as_bytes())));
    let finished = journal.recover(1, &at).unwrap();
    assert_eq!(finished.len(), 1);
    assert_eq!(finished[0].measured.outcome.state_recovered(), expected);
    assert_eq!(journal.proposal(&proposal.id).unwrap().state, expected);
    assert_eq!(journal.recover(1, &at).unwrap(), []);
}

#[test]
fn a_killed_server_leaves_what_the_next_one_measures() {
    check_killed(&[], ProposalState::Interrupted);
    check_killed(&["b"], ProposalState::Partial);
    check_killed(&["a", "b"], ProposalState::Applied);
}

/// No file of the journal holds the secret.
#[track_caller]
fn check_kept_back(dir: &Path) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            let bytes = fs::read(entry.path()).unwrap();
            let is_there = bytes.windows(7).any(|it| it == b"hunter2");
            assert!(!is_there, "{}", entry.path().display());
        }
    }
}

#[test]
fn a_file_that_becomes_a_secret_is_one() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::on(open(dir.path()), &[("plain", "PIN=0\n")]);
    let mut change = world.replace(&["plain"], "0", "1").change;
    for edits in change.edits.values_mut() {
        let secret = |it: &TextEdit| TextEdit { text: "hunter2".to_owned(), ..it.clone() };
        *edits = TextEdits::new(edits.iter().map(secret).collect()).unwrap();
    }
    change.operations = vec![FileOperation::Rename { from: path("plain"), to: path("s.key") }];
    let id = world.apply(&world.propose(change));
    check_kept_back(dir.path());
    let why = "/w/s.key: its contents are a secret that the journal does not keep";
    assert_eq!(world.undo(Some(&id)).unwrap_err().to_string(), why);
    assert_eq!(world.get("s.key").unwrap(), "PIN=hunter2\n");
}

#[test]
fn secrets_never_reach_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let old = "KEY=old-hunter2\n";
    let world = World::on(open(dir.path()), &[(".env", old), ("a", "KEY=\n")]);
    let mut change = world.replace(&[".env"], "KEY=old", "KEY=new").change;
    change.edits.extend(world.replace(&["a"], "KEY=", "NAME=").change.edits);
    let text = "-----BEGIN hunter2".to_owned();
    change.operations = vec![FileOperation::Create { path: path("k.pem"), text }];
    let proposal = world.propose(change);
    // The server that made it can apply it; one that reads it from the disk cannot.
    let recorded = world.journal.proposal(&proposal.id).unwrap();
    assert_eq!(recorded.proposal, proposal);
    let other = open(dir.path());
    let redacted = other.proposal(&proposal.id).unwrap().proposal;
    assert!(redacted.is_redacted);
    let id = TransactionId::new(0, 99);
    let refused = other.begin(&redacted, id, 1, &|it| world.present(it)).unwrap_err();
    assert!(matches!(refused, JournalError::Redacted(_)), "{refused}");
    drop(other);

    let id = world.apply(&proposal);
    check_kept_back(dir.path());
    let checkpoint: Checkpoint = world.journal.checkpoint(&id).unwrap();
    let env = checkpoint.files.iter().find(|it| it.path() == &path(".env")).unwrap();
    assert!(matches!(env.pre, Some(Content::Redacted(_))));
    // It was said in advance that this cannot be taken back; the rest of it can.
    let refused = world.undo(Some(&id)).unwrap_err().to_string();
    let why = "/w/.env: its contents are a secret that the journal does not keep";
    assert_eq!(refused, why);
    let rest = UndoScope::Files(vec![path("a"), path("k.pem")]);
    world.apply(&world.undo_some(Some(&id), rest).unwrap());
    assert_eq!((world.get("a").unwrap(), world.get("k.pem")), ("KEY=\n".to_owned(), None));
    assert_eq!(world.get(".env").unwrap(), "KEY=new-hunter2\n");
}

#[test]
fn a_change_is_shown_before_and_after_it_was_applied() {
    let world = World::new(&[("a", "one\n")]);
    let proposal = world.replace(&["a"], "one", "two");
    let shown = || {
        let recorded = world.journal.proposal(&proposal.id).unwrap();
        let simulation = world.journal.simulation_of(&recorded, &|it| world.present(it));
        simulation.map(|it| {
            let file = &it.files[0];
            (file.pre_text().unwrap().to_owned(), file.post_text().unwrap().to_owned())
        })
    };
    let texts = ("one\n".to_owned(), "two\n".to_owned());
    assert_eq!(shown().unwrap(), texts);
    world.apply(&proposal);
    world.set("a", "something else\n");
    assert_eq!(shown().unwrap(), texts);
    let other = world.replace(&["a"], "else", "more");
    world.set("a", "yet something else\n");
    let recorded = world.journal.proposal(&other.id).unwrap();
    let stale = world.journal.simulation_of(&recorded, &|it| world.present(it)).unwrap_err();
    assert_eq!(stale.to_string(), "/w/a: changed since the proposal was made; make it anew");
}

#[test]
fn the_editors_undo_is_told_from_an_older_text_that_was_put_back() {
    let world = World::new(&[("a", "one\n")]);
    let first = world.replace(&["a"], "one", "two");
    world.apply(&first);
    // This is a change of its own, not an undo of the first.
    let second = world.replace(&["a"], "two", "one");
    world.apply(&second);
    let note = || world.journal.note_editor_undo(&[path("a")], &|it| world.present(it)).unwrap();
    assert_eq!(note(), []);
    // One press of `u`.
    world.set("a", "two\n");
    let noted = note();
    assert_eq!((noted.len(), noted[0].standing), (1, FileStanding::EditorUndone));
    assert_eq!(world.state(&second.id), ProposalState::Undone);
    assert_eq!(world.state(&first.id), ProposalState::Applied);
    // Another press, or a redo: the texts are the same, and the newest that explains them wins.
    world.set("a", "one\n");
    note();
    assert_eq!(world.state(&second.id), ProposalState::Applied);
    assert_eq!(world.undo(None).unwrap().reverses.unwrap().root, world_root(&world, &second));
}

fn world_root(world: &World, proposal: &Proposal) -> TransactionId {
    let all = world.journal.transactions(10).unwrap();
    all.into_iter().find(|it| it.proposal == proposal.id).unwrap().root
}

#[test]
fn a_changed_copy_in_the_journal_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::on(open(dir.path()), &[("a", "one unique text\n")]);
    let id = world.apply(&world.replace(&["a"], "one", "two"));
    let files = world.files.take();
    drop(world);
    // No page is damaged, only a text in it; SQLite has no way to know.
    let db = dir.path().join("history.db");
    let mut bytes = fs::read(&db).unwrap();
    let at = bytes.windows(10).position(|it| it == b"one unique").unwrap();
    bytes[at] = b'0';
    fs::write(&db, bytes).unwrap();
    let world = World::on(open(dir.path()), &[]);
    *world.files.borrow_mut() = files;
    let error = world.undo(Some(&id)).unwrap_err();
    assert!(matches!(error, JournalError::Damaged(_)), "{error}");
}

#[test]
fn what_is_kept_has_a_limit_that_is_told() {
    let world = World::new(&[("a", "0\n")]);
    for n in 0..10 {
        world.apply(&world.replace(&["a"], &n.to_string(), &(n + 1).to_string()));
    }
    let retention = Retention { proposals_max: 4, blob_bytes_max: u64::MAX, age_ms_max: u64::MAX };
    let gone = world.journal.forget(&retention, 0).unwrap();
    // Each content is the next one's beginning, so they share it.
    assert_eq!((gone.proposals, gone.transactions, gone.blob_bytes), (6, 6, 12));
    for n in (6..10).rev() {
        world.apply(&world.undo(None).unwrap());
        assert_eq!(world.get("a").unwrap(), format!("{n}\n"));
    }
    assert!(matches!(world.undo(None), Err(JournalError::Nothing { .. })));
}

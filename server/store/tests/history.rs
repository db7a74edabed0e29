//! The history on a real disk: damaged, written by a newer program, shared, full, read-only.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{fs, path::Path, sync::Arc};

use store::{
    Fault,
    history::{
        BlobRow, FileStanding, FinishRow, HISTORY_FILE, History, Keep, ProposalBody, ProposalRow,
        ProposalState, SqliteHistory, StandingRow, TransactionFileRow, TransactionKind,
        TransactionRow, TransactionState, Usage, open_history,
    },
};

fn open(dir: &Path) -> SqliteHistory {
    let opened = open_history(dir, 1_000).unwrap();
    assert!(opened.moved.is_none());
    opened.history
}

fn proposal(id: &str) -> ProposalRow {
    ProposalRow {
        id: id.to_owned(),
        created_ms: 7,
        state: ProposalState::Pending,
        title: format!("title of {id}"),
        reason: "why".to_owned(),
        caller: "local".to_owned(),
        action: "rename".to_owned(),
        body: ProposalBody { risk: 1, ..ProposalBody::default() },
    }
}

fn transaction(history: &dyn History, id: &str, proposal: &str, root: &str) -> TransactionRow {
    TransactionRow {
        seq: 0,
        id: id.to_owned(),
        proposal: proposal.to_owned(),
        kind: if id == root { TransactionKind::Apply } else { TransactionKind::Undo },
        root: root.to_owned(),
        server: history.server(),
        started_ms: 8,
        finished_ms: None,
        state: TransactionState::Started,
        title: format!("title of {proposal}"),
        caller: "local".to_owned(),
        action: "rename".to_owned(),
    }
}

/// Content of which only the first byte differs.
fn blob(first: u8) -> BlobRow {
    BlobRow { key: [first; 32], bytes: vec![first; 100] }
}

fn file(pre: u8, post: u8) -> TransactionFileRow {
    TransactionFileRow {
        nth: 0,
        root_nth: 0,
        before: Some("/w/a".to_owned()),
        after: Some("/w/a".to_owned()),
        pre: Some([pre; 32]),
        post: Some([post; 32]),
        is_secret: false,
        standing: FileStanding::Untouched,
        flipped: Some(vec![0, 12]),
        off: vec![3],
    }
}

/// Proposes, begins and finishes; the content goes from `pre` to `post`.
fn apply(history: &dyn History, n: u8, root: Option<&str>) {
    let (proposal_id, id) = (format!("p{n}"), format!("t{n}"));
    history.add_proposal(&proposal(&proposal_id)).unwrap();
    let row = transaction(history, &id, &proposal_id, root.unwrap_or(&id));
    assert!(history.begin(&row, &[file(n, n + 1)], &[blob(n), blob(n + 1)]).unwrap());
    history
        .finish(&FinishRow {
            id,
            state: TransactionState::Applied,
            finished_ms: 9,
            proposals: vec![(proposal_id, ProposalState::Applied)],
            ..FinishRow::default()
        })
        .unwrap();
}

#[test]
fn what_was_stored_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    history.add_proposal(&proposal("p1")).unwrap();
    let row = transaction(&history, "t1", "p1", "t1");
    assert!(history.begin(&row, &[file(1, 2)], &[blob(1), blob(2)]).unwrap());
    drop(history);

    let history = open(dir.path());
    let expected = ProposalRow { state: ProposalState::Applying, ..proposal("p1") };
    assert_eq!(history.proposal("p1").unwrap(), Some(expected));
    assert_eq!(history.transaction_files("t1").unwrap(), [file(1, 2)]);
    assert_eq!(history.blob(&[2; 32]).unwrap(), Some(vec![2; 100]));
    let unfinished = history.unfinished().unwrap();
    assert_eq!(unfinished, [TransactionRow { seq: 1, ..row }]);
}

#[test]
fn a_proposal_is_applied_once_though_two_servers_try() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (open(dir.path()), open(dir.path()));
    one.add_proposal(&proposal("p1")).unwrap();
    let row = transaction(&one, "t1", "p1", "t1");
    assert!(one.begin(&row, &[], &[]).unwrap());
    let row = transaction(&other, "t2", "p1", "t2");
    assert!(!other.begin(&row, &[], &[blob(1)]).unwrap());
    assert_eq!(other.transaction("t2").unwrap(), None);
    assert_eq!(other.blob(&[1; 32]).unwrap(), None);
    // What a living server has begun is its own business; of a dead one it is everybody's.
    assert_eq!(other.unfinished().unwrap(), []);
    drop(one);
    assert_eq!(other.unfinished().unwrap().len(), 1);
}

#[test]
fn two_servers_write_at_once_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let threads = [0, 1].map(|half| {
        let history = Arc::new(open(dir.path()));
        std::thread::spawn(move || {
            (0..40).for_each(|n| apply(&*history, half * 100 + n * 2, None));
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    let history = open(dir.path());
    let usage = history.usage().unwrap();
    assert_eq!((usage.proposals, usage.transactions), (80, 80));
}

#[test]
fn a_damaged_history_is_kept_under_another_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(HISTORY_FILE);
    let history = open(dir.path());
    (0..100).for_each(|n| apply(&history, n, None));
    drop(history);
    let whole = fs::read(&path).unwrap();
    let mut in_the_middle = whole.clone();
    let at = whole.len() / 2;
    in_the_middle[at..at + 5_000].fill(0xa5);
    for damaged in [b"this is no database, but it is long enough".repeat(10), in_the_middle] {
        fs::write(&path, &damaged).unwrap();
        let opened = open_history(dir.path(), 1_234).unwrap();
        let moved = opened.moved.unwrap();
        assert!(matches!(moved.why.fault, Fault::Corrupt(_)), "{}", moved.why);
        assert_eq!(moved.to, dir.path().join("history.damaged-1234.db"));
        assert_eq!(fs::read(&moved.to).unwrap(), damaged);
        apply(&opened.history, 1, None);
        drop(opened.history);
        assert_eq!(open(dir.path()).usage().unwrap().proposals, 1);
    }
}

#[test]
fn a_damaged_history_that_another_server_has_open_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    apply(&history, 1, None);
    // Without this the pages would come from the log beside the file, which is whole.
    let db = rusqlite::Connection::open(dir.path().join(HISTORY_FILE)).unwrap();
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    fs::write(dir.path().join(HISTORY_FILE), b"no database at all, any more".repeat(100)).unwrap();
    let error = open_history(dir.path(), 1).err().unwrap();
    assert!(matches!(error.fault, Fault::Corrupt(_)), "{error}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().filter(is_damaged).count(), 0);
}

fn is_damaged(entry: &std::io::Result<fs::DirEntry>) -> bool {
    entry.as_ref().unwrap().file_name().to_string_lossy().contains("damaged")
}

#[test]
fn damage_that_is_met_later_is_looked_for_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    history.add_proposal(&proposal("p1")).unwrap();
    // More than is looked through at every start.
    let large = |n: u8| BlobRow { key: [n; 32], bytes: vec![n; 1_000_000] };
    let blobs: Vec<BlobRow> = (0..40).map(large).collect();
    let row = transaction(&history, "t1", "p1", "t1");
    assert!(history.begin(&row, &[], &blobs).unwrap());
    drop(history);
    let path = dir.path().join(HISTORY_FILE);
    let whole = fs::read(&path).unwrap();
    // Far behind the tables: pages that only a content is in.
    let mut damaged = whole;
    let at = damaged.len() - 20 * 4096;
    damaged[at..].fill(0xa5);
    fs::write(&path, &damaged).unwrap();
    let history = open(dir.path());
    let met = (0..40u8).find_map(|n| history.blob(&[n; 32]).err()).unwrap();
    assert!(matches!(met.fault, Fault::Corrupt(_)), "{met}");
    drop(history);
    let opened = open_history(dir.path(), 7).unwrap();
    assert!(opened.moved.is_some());
    drop(opened);
    assert!(open_history(dir.path(), 8).unwrap().moved.is_none());
}

#[test]
fn the_history_of_a_newer_program_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let path = dir.path().join(HISTORY_FILE);
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let before = fs::read(&path).unwrap();
    let error = open_history(dir.path(), 1).err().unwrap();
    assert!(matches!(error.fault, Fault::Schema(99)), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_state_folder_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), b"").unwrap();
    let error = open_history(&dir.path().join("file/state"), 1).err().unwrap();
    assert!(error.to_string().contains("file/state: "), "{error}");
}

#[test]
fn the_oldest_go_first_with_their_undos_and_their_contents() {
    let history = store::history::open_history_in_memory().unwrap();
    apply(&history, 1, None);
    apply(&history, 3, None);
    apply(&history, 5, Some("t1"));
    history.add_proposal(&proposal("p7")).unwrap();
    let keep = |proposals, blob_bytes| Keep { proposals, blob_bytes, since_ms: 0 };
    assert_eq!(history.forget_oldest(&keep(10, 10_000)).unwrap(), Usage::default());
    // The first goes with its undo, though that is younger than the second.
    let gone = history.forget_oldest(&keep(3, 10_000)).unwrap();
    assert_eq!(gone, Usage { proposals: 2, transactions: 2, blob_bytes: 400 });
    assert!(history.proposal("p3").unwrap().is_some());
    assert_eq!(history.blob(&[1; 32]).unwrap(), None);
    assert!(history.blob(&[4; 32]).unwrap().is_some());
    // The newest stays, whatever the limit.
    history.forget_oldest(&keep(0, 0)).unwrap();
    assert_eq!(history.usage().unwrap(), Usage { proposals: 1, transactions: 0, blob_bytes: 0 });
}

#[test]
fn what_is_under_way_is_not_forgotten() {
    let history = store::history::open_history_in_memory().unwrap();
    history.add_proposal(&proposal("p1")).unwrap();
    let row = transaction(&history, "t1", "p1", "t1");
    assert!(history.begin(&row, &[file(1, 2)], &[blob(1), blob(2)]).unwrap());
    history.add_proposal(&proposal("p2")).unwrap();
    let none = Keep { proposals: 0, blob_bytes: 0, since_ms: u64::MAX >> 1 };
    assert_eq!(history.forget_oldest(&none).unwrap(), Usage::default());
}

#[test]
fn what_waits_for_an_answer_is_not_forgotten_and_what_is_old_is() {
    let history = store::history::open_history_in_memory().unwrap();
    let at = |id: &str, created_ms| ProposalRow { created_ms, ..proposal(id) };
    let reject = |id: &str| {
        assert!(
            history.move_proposal(id, ProposalState::Pending, ProposalState::Rejected).unwrap()
        );
    };
    history.add_proposal(&at("waits", 1)).unwrap();
    history.add_proposal(&at("old", 2)).unwrap();
    reject("old");
    // Taken back a moment ago, though it was applied long since.
    apply(&history, 1, None);
    history.add_proposal(&at("undo", 50)).unwrap();
    let row = transaction(&history, "t-undo", "undo", "t1");
    assert!(history.begin(&row, &[], &[]).unwrap());
    let state = TransactionState::Applied;
    let proposals = vec![("undo".to_owned(), ProposalState::Applied)];
    let finish = FinishRow { id: "t-undo".to_owned(), state, proposals, ..FinishRow::default() };
    history.finish(&finish).unwrap();
    history.add_proposal(&at("new", 60)).unwrap();
    reject("new");
    let keep = Keep { proposals: 100, blob_bytes: 10_000, since_ms: 50 };
    let gone = Usage { proposals: 1, ..Usage::default() };
    assert_eq!(history.forget_oldest(&keep).unwrap(), gone);
    assert!(history.proposal("old").unwrap().is_none());
    assert!(history.proposal("waits").unwrap().is_some());
    assert!(history.transaction("t1").unwrap().is_some());
    assert_eq!(history.forget_oldest(&Keep { since_ms: 51, ..keep }).unwrap().proposals, 2);
    assert!(history.proposal("waits").unwrap().is_some());
}

#[test]
fn hunks_that_are_taken_back_are_noted_and_stay_noted() {
    let history = store::history::open_history_in_memory().unwrap();
    apply(&history, 1, None);
    let stand = |standing, off: Option<&[u32]>| {
        let off = off.map(<[u32]>::to_vec);
        let row = StandingRow { transaction: "t1".to_owned(), nth: 0, standing, off };
        history.set_standing(&[row]).unwrap();
        let file = history.transaction_files("t1").unwrap().remove(0);
        (file.standing, file.off)
    };
    let (in_force, undone) = (FileStanding::InForce, FileStanding::Undone);
    assert_eq!(stand(in_force, Some(&[1, 2])), (in_force, vec![1, 2]));
    assert_eq!(stand(undone, None), (undone, vec![1, 2]));
    assert_eq!(stand(in_force, Some(&[])), (in_force, vec![]));
}

//! Every operation of a write is where it stops once; afterwards all files are old, or all are new.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    model::{Crash, Fault, Folding, Model},
    *,
};

fn path(path: &str) -> VfsPath {
    VfsPath::new(path).unwrap()
}

fn write(at: &str, before: Option<&str>, after: Option<&str>) -> FileWrite {
    FileWrite {
        path: path(at),
        before: before.map(|it| ContentHash::of(it.as_bytes())),
        after: after.map(|it| Arc::from(it.as_bytes())),
        leads_to: None,
        moved_from: None,
    }
}

/// A workspace with a script, a private file and one that moves, and a write that does everything
/// to it that a write can do.
fn workspace() -> (Arc<Model>, Transactions, Vec<FileWrite>) {
    workspace_on(Model::new())
}

fn workspace_on(model: Model) -> (Arc<Model>, Transactions, Vec<FileWrite>) {
    model.put("/w/a.sh", b"old a", 0o755);
    model.put("/w/src/b", b"old b", 0o600);
    model.put("/w/src/gone", b"old gone", 0o644);
    model.put("/w/from", b"moves", 0o640);
    model.put_dir("/s");
    let model = Arc::new(model);
    let transactions = Transactions::over(Path::new("/s"), &[path("/w")], model.clone());
    let mut moved = write("/w/new/to", None, Some("moved"));
    moved.moved_from = Some(path("/w/from"));
    let writes = vec![
        write("/w/a.sh", Some("old a"), Some("new a")),
        write("/w/src/b", Some("old b"), Some("new b, longer")),
        write("/w/src/gone", Some("old gone"), None),
        write("/w/from", Some("moves"), None),
        moved,
        write("/w/new/deep/c", None, Some("new c")),
    ];
    (model, transactions, writes)
}

const OLD: &str = "/w/
/w/a.sh 755 old a
/w/from 640 moves
/w/src/
/w/src/b 600 old b
/w/src/gone 644 old gone
";

const NEW: &str = "/w/
/w/a.sh 755 new a
/w/new/
/w/new/deep/
/w/new/deep/c 644 new c
/w/new/to 640 moved
/w/src/
/w/src/b 600 new b, longer
";

fn n_operations() -> usize {
    let (model, transactions, writes) = workspace();
    model.set_fault(Fault::None);
    transactions.write("t-1", &writes).unwrap();
    model.n_operations()
}

fn crashes() -> impl Iterator<Item = Crash> {
    [Crash::Process, Crash::Power].into_iter().chain((0..12).map(Crash::Chance))
}

#[test]
fn a_write_does_all_of_it_and_leaves_nothing_behind() {
    let (model, transactions, writes) = workspace();
    transactions.write("t-1", &writes).unwrap();
    assert_eq!(model.show("/w"), NEW);
    assert_eq!(model.show("/s"), "/s/\n/s/transactions/\n");
    assert_eq!(transactions.recover(), Ok(Vec::new()));
}

#[test]
fn what_was_written_stays_when_the_power_goes() {
    for crash in crashes() {
        let (model, transactions, writes) = workspace();
        transactions.write("t-1", &writes).unwrap();
        model.crash(crash);
        transactions.recover().unwrap();
        assert_eq!(model.show("/w"), NEW, "{crash:?}");
    }
}

#[test]
fn a_write_killed_anywhere_is_all_old_or_all_new() {
    let mut seen = [0, 0];
    for n in 1..=n_operations() {
        for crash in crashes() {
            let (model, transactions, writes) = workspace();
            model.set_fault(Fault::Kill(n));
            // Ok: it was killed while tidying up.
            let is_ok = transactions.write("t-1", &writes).is_ok();
            model.crash(crash);
            transactions.recover().unwrap();
            let shown = model.show("/w");
            assert!(shown == NEW || shown == OLD && !is_ok, "at {n}, {crash:?}:\n{shown}");
            seen[usize::from(shown == NEW)] += 1;
            assert!(!model.show("/s").contains("t1"), "at {n}, {crash:?}");
        }
    }
    assert!(seen[0] > 100 && seen[1] > 10, "{seen:?}");
}

#[test]
fn a_recovery_killed_anywhere_is_ended_by_the_next() {
    for n in 1..=n_operations() {
        for crash in [Crash::Process, Crash::Power, Crash::Chance(n as u64)] {
            for m in 1.. {
                let (model, transactions, writes) = workspace();
                model.set_fault(Fault::Kill(n));
                let _ = transactions.write("t-1", &writes);
                model.crash(crash);
                model.set_fault(Fault::Kill(m));
                let recovered = transactions.recover();
                model.crash(match crash {
                    Crash::Chance(seed) => Crash::Chance(seed + m as u64),
                    other => other,
                });
                transactions.recover().unwrap();
                let shown = model.show("/w");
                assert!(shown == OLD || shown == NEW, "at {n} and {m}, {crash:?}:\n{shown}");
                if recovered.is_ok() {
                    break;
                }
            }
        }
    }
}

#[test]
fn one_failure_anywhere_is_an_error_with_all_old_or_no_error_with_all_new() {
    for n in 1..=n_operations() {
        for fault in [Fault::Once(n), Fault::Full(n)] {
            let (model, transactions, writes) = workspace();
            model.set_fault(fault);
            let res = transactions.write("t-1", &writes);
            model.set_fault(Fault::None);
            if let Err(WriteError::HalfDone { .. }) = res {
                transactions.recover().unwrap();
                assert!([OLD, NEW].contains(&&*model.show("/w")), "{fault:?}");
                continue;
            }
            if res.is_ok() {
                // It failed while tidying up, which the next start does.
                transactions.recover().unwrap();
            }
            assert_eq!(model.show("/w"), if res.is_ok() { NEW } else { OLD }, "{fault:?}: {res:?}");
            // The workspace is not stuck: the same write goes through afterwards.
            if res.is_err() {
                transactions.write("t-1", &writes).unwrap();
                assert_eq!(model.show("/w"), NEW);
            }
        }
    }
}

#[test]
fn a_full_disk_is_named() {
    let (model, transactions, writes) = workspace();
    model.set_fault(Fault::Full(8));
    let error = transactions.write("t-1", &writes).unwrap_err().to_string();
    assert!(error.ends_with("the disk is full; nothing was written"), "{error}");
}

#[test]
fn a_disk_without_second_names_keeps_the_promise_too() {
    let bare = || {
        let mut model = Model::new();
        model.has_links = false;
        workspace_on(model)
    };
    let (model, transactions, writes) = bare();
    model.set_fault(Fault::None);
    transactions.write("t-1", &writes).unwrap();
    assert_eq!(model.show("/w"), NEW);
    for n in 1..=model.n_operations() {
        for crash in crashes() {
            let (model, transactions, writes) = bare();
            model.set_fault(Fault::Kill(n));
            let _ = transactions.write("t-1", &writes);
            model.crash(crash);
            transactions.recover().unwrap();
            let shown = model.show("/w");
            assert!(shown == NEW || shown == OLD, "at {n}, {crash:?}:\n{shown}");
        }
    }
}

#[test]
fn what_somebody_wrote_after_the_crash_is_kept() {
    let (model, transactions, writes) = workspace();
    // The last rename: all files are new, and nothing says that this was all.
    let n_switched = (1..=n_operations()).find(|n| {
        let (model, transactions, writes) = workspace();
        model.set_fault(Fault::Kill(*n));
        let _ = transactions.write("t-1", &writes);
        model.show("/w").contains("new c\n/w/new/to 640 moved")
            && model.show("/w").contains("new a")
    });
    model.set_fault(Fault::Kill(n_switched.unwrap()));
    let _ = transactions.write("t-1", &writes);
    model.crash(Crash::Process);
    model.put("/w/a.sh", b"by hand", 0o755);
    model.put("/w/new/deep/c", b"by hand", 0o644);
    let recovered = transactions.recover().unwrap();
    assert_eq!(recovered.len(), 1);
    assert_eq!(recovered[0].foreign, [path("/w/new/deep/c"), path("/w/a.sh")]);
    assert_eq!(
        model.show("/w"),
        "/w/
/w/a.sh 755 by hand
/w/from 640 moves
/w/new/
/w/new/deep/
/w/new/deep/c 644 by hand
/w/src/
/w/src/b 600 old b
/w/src/gone 644 old gone
"
    );
}

#[test]
fn a_file_that_somebody_made_with_the_same_content_is_not_taken_away() {
    for n in 1..=n_operations() {
        let (model, transactions, writes) = workspace();
        model.set_fault(Fault::Kill(n));
        let _ = transactions.write("t-1", &writes);
        model.crash(Crash::Process);
        if model.show("/w").contains("/w/new/deep/c ") {
            continue;
        }
        model.put("/w/new/deep/c", b"new c", 0o644);
        transactions.recover().unwrap();
        assert!(model.show("/w").contains("/w/new/deep/c 644 new c\n"), "at {n}");
    }
}

#[test]
fn a_damaged_record_is_set_aside_and_no_old_text_is_lost() {
    let mut n_damaged = 0;
    for n in 1..=n_operations() {
        let (model, transactions, writes) = workspace();
        model.set_fault(Fault::Kill(n));
        let _ = transactions.write("t-1", &writes);
        model.crash(Crash::Process);
        if !model.show("/s").contains("t1.intent") {
            continue;
        }
        n_damaged += 1;
        model.put("/s/transactions/t1.intent", b"no record", 0o600);
        let recovered = transactions.recover().unwrap();
        let aside = PathBuf::from("/s/transactions/t1.intent.damaged");
        assert_eq!(recovered[0].damaged, Some(aside), "at {n}");
        assert!(model.show("/s").contains("t1.intent.damaged 600 no record"), "at {n}");
        for old in ["old a", "old b", "old gone", "moves"] {
            assert!(model.show("/w").contains(old), "at {n}: {old}");
        }
        transactions.write("t-2", &[write("/w/later", None, Some("later"))]).unwrap();
        assert!(model.show("/w").contains("/w/later 644 later"), "at {n}");
    }
    assert!(10 < n_damaged);
}

/// Two files whose names differ in case only are one file on some disks: such a write is refused
/// there, wherever it is stopped, and every old text is still there.
#[test]
fn twins_by_case_are_all_old_on_a_disk_that_knows_one_name() {
    let mut moved = write("/w/Src/Upper", None, Some("old"));
    moved.moved_from = Some(path("/w/src/upper"));
    let twins: [Vec<FileWrite>; 3] = [
        vec![write("/w/Twin", None, Some("one")), write("/w/twin", None, Some("two"))],
        vec![
            write("/w/src/upper", Some("old"), Some("one")),
            write("/w/src/UPPER", Some("old"), Some("two")),
        ],
        vec![write("/w/src/upper", Some("old"), None), moved],
    ];
    for writes in twins {
        for n in 1.. {
            let model = Model::new();
            model.put("/w/src/upper", b"old", 0o644);
            model.put_dir("/s");
            let model = Arc::new(model);
            let folding = Arc::new(Folding(model.clone()));
            let transactions = Transactions::over(Path::new("/s"), &[path("/w")], folding);
            let before = model.show("/w");
            model.set_fault(Fault::Kill(n));
            let res = transactions.write("t-1", &writes);
            let n_operations = model.n_operations();
            model.crash(Crash::Process);
            transactions.recover().unwrap();
            assert!(res.is_err(), "at {n}");
            assert_eq!(model.show("/w"), before, "at {n}: {res:?}");
            if n_operations < n {
                break;
            }
        }
    }
}

/// What a refused write says; nothing may have changed.
#[track_caller]
fn check_refused(model: &Arc<Model>, write: FileWrite, expected: &str) {
    let transactions = Transactions::over(Path::new("/s"), &[path("/w")], model.clone());
    model.create_dir_all(Path::new("/s/transactions")).unwrap();
    let before = model.show("/");
    let res = transactions.write("t-1", &[write]);
    assert_eq!(res.unwrap_err().to_string(), expected);
    assert_eq!(model.show("/"), before);
}

#[test]
fn links_are_followed_inside_the_workspace_only() {
    let (model, transactions, _) = workspace();
    model.put("/etc/passwd", b"root", 0o644);
    model.put_link("/w/out", "/etc");
    model.put_link("/w/passwd", "/etc/passwd");
    model.put_link("/w/in", "/w/src");
    model.put_link("/w/b", "/w/src/b");
    let refused = |at: &str| format!("{at}: leads outside the workspace, so nothing was written");
    let write_out = write("/w/out/passwd", Some("root"), Some("x"));
    check_refused(&model, write_out, &refused("/w/out/passwd"));
    check_refused(&model, write("/w/out/new", None, Some("x")), &refused("/w/out/new"));
    check_refused(&model, write("/w/passwd", Some("root"), Some("x")), &refused("/w/passwd"));
    check_refused(&model, write("/etc/new", None, Some("x")), &refused("/etc/new"));
    check_refused(&model, write("/w", None, Some("x")), &refused("/w"));
    check_refused(
        &model,
        write("/w/b", Some("old b"), None),
        "/w/b: a link, which is neither replaced nor moved; nothing was written",
    );
    // The link was there when the change was looked at.
    let mut through = write("/w/b", Some("old b"), Some("new"));
    through.leads_to = Some(path("/w/src/b"));
    let writes = [through, write("/w/in/d", None, Some("d"))];
    transactions.write("t-2", &writes).unwrap();
    let shown = model.show("/w");
    assert!(shown.contains("/w/b -> /w/src/b\n"), "{shown}");
    assert!(shown.contains("/w/src/b 600 new\n/w/src/d 644 d\n"), "{shown}");
}

#[test]
fn a_link_put_in_the_place_of_a_file_is_not_written_through() {
    let (model, ..) = workspace();
    // It holds the very bytes that the file held.
    model.put("/w/other", b"old a", 0o644);
    let changed = "changed since the proposal was made, so nothing was written";
    model.remove(Path::new("/w/a.sh")).unwrap();
    model.put_link("/w/a.sh", "/w/other");
    let swapped = write("/w/a.sh", Some("old a"), Some("new a"));
    check_refused(&model, swapped, &format!("/w/a.sh: {changed}"));
    // Nor a folder.
    model.put("/w/elsewhere/b", b"old b", 0o600);
    model.put_link("/w/src2", "/w/elsewhere");
    let swapped = write("/w/src2/b", Some("old b"), Some("new b"));
    check_refused(&model, swapped, &format!("/w/src2/b: {changed}"));
    // A link that was there and now leads to another file of the same bytes.
    let mut swapped = write("/w/a.sh", Some("old a"), Some("new a"));
    swapped.leads_to = Some(path("/w/src/a"));
    check_refused(&model, swapped, &format!("/w/a.sh: {changed}"));
}

#[test]
fn a_file_that_is_not_what_was_read_is_not_written() {
    let (model, transactions, mut writes) = workspace();
    let changed = "changed since the proposal was made, so nothing was written";
    check_refused(
        &model,
        write("/w/a.sh", Some("older a"), Some("x")),
        &format!("/w/a.sh: {changed}"),
    );
    check_refused(&model, write("/w/a.sh", None, Some("x")), &format!("/w/a.sh: {changed}"));
    check_refused(&model, write("/w/no", Some("x"), Some("y")), &format!("/w/no: {changed}"));
    check_refused(
        &model,
        write("/w/src", None, Some("x")),
        "/w/src: a folder stands there; nothing was written",
    );
    writes.push(write("/w/src/../a.sh", Some("old a"), Some("x")));
    let error = transactions.write("t-1", &writes).unwrap_err().to_string();
    assert_eq!(error, "/w/a.sh: written twice, under two names; nothing was written");
    assert_eq!(model.show("/w"), OLD);
}

#[test]
fn a_read_only_file_is_named_and_left() {
    let (model, ..) = workspace();
    model.put("/w/ro", b"x", 0o444);
    check_refused(
        &model,
        write("/w/ro", Some("x"), Some("y")),
        "/w/ro: the file is read-only; nothing was written",
    );
}

#[test]
fn fifty_megabytes_of_no_text_at_all_are_written_and_written_back() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap().join("w");
    fs::create_dir_all(&root).unwrap();
    let at = VfsPath::from_path(&root.join("big.bin")).unwrap();
    let old: Arc<[u8]> = (0..50_000_000u32).map(|it| (it % 251) as u8).collect();
    let new: Arc<[u8]> = old.iter().map(|it| it ^ 0xff).collect();
    fs::write(at.as_path(), &old).unwrap();
    let roots = [VfsPath::from_path(&root).unwrap()];
    let transactions = Transactions::new(&dir.path().join("state"), &roots);
    let swap = |from: &Arc<[u8]>, to: &Arc<[u8]>| {
        let (before, after) = (Some(ContentHash::of(from)), Some(Arc::clone(to)));
        transactions.write(
            "t-1",
            &[FileWrite { path: at.clone(), before, after, leads_to: None, moved_from: None }],
        )
    };
    swap(&old, &new).unwrap();
    assert!(fs::read(at.as_path()).unwrap() == *new);
    swap(&new, &old).unwrap();
    assert!(fs::read(at.as_path()).unwrap() == *old);
    assert_eq!(fs::read_dir(&root).unwrap().count(), 1);
}

/// The same on the real disk, without the crashes: modes, new folders, links, read-only folders.
#[cfg(unix)]
#[test]
fn the_real_disk_does_what_the_model_does() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap().join("w");
    fs::create_dir_all(root.join("src")).unwrap();
    let put = |at: &str, text: &str, mode: u32| {
        fs::write(root.join(at), text).unwrap();
        fs::set_permissions(root.join(at), fs::Permissions::from_mode(mode)).unwrap();
    };
    put("a.sh", "old a", 0o755);
    put("src/b", "old b", 0o600);
    put("from", "moves", 0o640);
    symlink(dir.path(), root.join("out")).unwrap();
    let at = |at: &str| VfsPath::from_path(&root.join(at)).unwrap();
    let transactions =
        Transactions::new(&dir.path().join("state"), &[VfsPath::from_path(&root).unwrap()]);
    let place = |mut write: FileWrite| {
        write.path = at(&write.path.as_str()[1..]);
        write
    };
    let mut moved = place(write("/new/deep/to", None, Some("moved")));
    moved.moved_from = Some(at("from"));
    let writes = [
        place(write("/a.sh", Some("old a"), Some("new a"))),
        place(write("/src/b", Some("old b"), None)),
        place(write("/from", Some("moves"), None)),
        moved,
    ];
    transactions.write("t-1", &writes).unwrap();
    let read = |at: &str| {
        let path = root.join(at);
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        format!("{mode:o} {}", fs::read_to_string(path).unwrap())
    };
    assert_eq!((read("a.sh"), read("new/deep/to")), ("755 new a".into(), "640 moved".into()));
    let left = |dir: &Path| {
        let names = fs::read_dir(dir).unwrap().map(|it| it.unwrap().file_name());
        let mut names: Vec<PathBuf> = names.map(PathBuf::from).collect();
        names.sort();
        names
    };
    assert_eq!(left(&root), ["a.sh", "new", "out", "src"].map(PathBuf::from));
    assert_eq!(left(&dir.path().join("state/transactions")), ["lock"].map(PathBuf::from));

    let outside = transactions.write("t-2", &[place(write("/out/x", None, Some("x")))]);
    assert_eq!(outside, Err(WriteError::Outside { path: at("out/x") }));
    fs::set_permissions(root.join("src"), fs::Permissions::from_mode(0o555)).unwrap();
    let error = transactions.write("t-3", &[place(write("/src/x", None, Some("x")))]);
    assert!(error.unwrap_err().to_string().contains("/src/x: the folder is read-only"));
    fs::set_permissions(root.join("src"), fs::Permissions::from_mode(0o755)).unwrap();
}

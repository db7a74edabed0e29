//! The program killed at every system call that changes the disk, while it applies a change, takes
//! it back and brings it back: all files are old or all new, the next start heals the rest, and the
//! journal says what is there.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::{cli::aios, workspace::Workspace};

/// The calls; each is counted by itself.
const CALLS: &[&str] = &[
    "rename",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "fsync",
    "fdatasync",
    "pwrite64",
    "ftruncate",
    "mkdir",
    "rmdir",
];
/// Calls of one kind that are tried: a database makes many that are alike.
const CALLS_MAX: usize = 40;

type Texts = BTreeMap<PathBuf, Vec<u8>>;

#[test]
fn a_change_killed_anywhere_is_all_old_or_all_new_and_can_be_gone_on_with() {
    if std::env::var_os("RUN_SLOW_TESTS").is_none() {
        return;
    }
    if Command::new(strace()).arg("-V").output().is_err() {
        assert!(
            std::env::var_os("AIOS_E2E_REQUIRE").is_none(),
            "no strace: tests/editors/install-strace.sh DIR, then AIOS_STRACE=DIR/strace"
        );
        eprintln!("skipped: no strace here");
        return;
    }
    let workspace = Workspace::new(&[
        ("pay.py", "def pay_now(sum):\r\n    return sum\r\n"),
        ("shop.py", "from pay import pay_now\n\npay_now(1)"),
        ("sub/mark.py", "\u{feff}from pay import pay_now\n\nprint(pay_now(2))\n"),
    ]);
    assert_eq!(aios(&workspace, &["rename", "pay_now", "settle"]).0, 0);
    let mut seen = [0, 0];
    for command in ["apply", "undo", "redo"] {
        let before = texts(&workspace.root());
        let start = copy(&workspace);
        assert_eq!(aios(&workspace, &[command]).0, 0);
        let after = texts(&workspace.root());
        assert_ne!(before, after);
        let end = copy(&workspace);
        for call in CALLS {
            for nth in 1..=CALLS_MAX {
                put_back(&workspace, start.path());
                if !killed(&workspace, command, (call, nth)) {
                    break;
                }
                let place = format!("{command}, {call} {nth}");
                let is_new = healed(&workspace, (&before, &after), &place);
                seen[usize::from(is_new)] += 1;
                goes_on(&workspace, command, (is_new, &before, &after), &place);
            }
        }
        put_back(&workspace, end.path());
    }
    assert!(50 < seen[0] && 10 < seen[1], "{seen:?}");
}

/// strace where `tests/run` installed it, else from the PATH.
fn strace() -> OsString {
    std::env::var_os("AIOS_STRACE").unwrap_or_else(|| "strace".into())
}

/// Runs a command that is killed by its `nth` call; false where it made fewer.
fn killed(workspace: &Workspace, command: &str, (call, nth): (&str, usize)) -> bool {
    let mut strace = Command::new(strace());
    strace
        .args(["-f", "-qq", "-o", "/dev/null", "-e"])
        .arg(format!("trace={call}"))
        .arg("-e")
        .arg(format!("inject={call}:signal=SIGKILL:when={nth}"))
        .arg(env!("CARGO_BIN_EXE_aios"))
        .arg(command)
        .current_dir(workspace.root())
        .env("AIOS_STATE_DIR", workspace.state());
    let Output { status, stdout, .. } = strace.output().unwrap();
    let is_killed = status.signal() == Some(9) || status.code() == Some(137);
    assert!(is_killed || status.success(), "{command}: {}", String::from_utf8_lossy(&stdout));
    is_killed
}

/// Whether all files are new after the next start; all are old else.
fn healed(workspace: &Workspace, (before, after): (&Texts, &Texts), place: &str) -> bool {
    let (code, said) = aios(workspace, &["recover"]);
    assert_eq!(code, 0, "{place}: {said}");
    let now = texts(&workspace.root());
    assert!(now == *before || now == *after, "{place}: {now:?}\n{said}");
    now == *after
}

/// What was interrupted can be done, and what is done can be taken back.
fn goes_on(
    workspace: &Workspace,
    command: &str,
    (is_new, before, after): (bool, &Texts, &Texts),
    place: &str,
) {
    if !is_new {
        let (code, said) = match command {
            "apply" => aios(workspace, &["apply", &newest(workspace)]),
            _ => aios(workspace, &[command]),
        };
        assert_eq!(code, 0, "{place}: {said}");
        assert_eq!(texts(&workspace.root()), *after, "{place}");
    }
    let back = if command == "undo" { "redo" } else { "undo" };
    let (code, said) = aios(workspace, &[back]);
    assert_eq!(code, 0, "{place}: {said}");
    assert_eq!(texts(&workspace.root()), *before, "{place}");
}

/// The newest proposal.
fn newest(workspace: &Workspace) -> String {
    let rows = crate::cli::json(workspace, &["proposals"]);
    rows[0]["id"].as_str().unwrap().to_owned()
}

fn texts(root: &Path) -> Texts {
    let mut res = Texts::new();
    walk(root, &mut |path| drop(res.insert(path.to_owned(), std::fs::read(path).unwrap())));
    res
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => walk(&entry.path(), visit),
            false => visit(&entry.path()),
        }
    }
}

/// Workspace and state folder as they are now.
fn copy(workspace: &Workspace) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    copy_folder(&workspace.root(), &to.path().join("work"));
    copy_folder(&workspace.state(), &to.path().join("state"));
    to
}

fn put_back(workspace: &Workspace, from: &Path) {
    for (name, to) in [("work", workspace.root()), ("state", workspace.state())] {
        let _ = std::fs::remove_dir_all(&to);
        copy_folder(&from.join(name), &to);
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    walk(from, &mut |path| {
        let to = to.join(path.strip_prefix(from).unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(path, to).unwrap();
    });
}

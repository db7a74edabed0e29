//! The program killed with -9 while it indexes, at many points of what it writes: the next start
//! finds a sound index, reads what is missing and nothing twice, and answers as one that was built
//! at once.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    cli::{aios, json},
    workspace::Workspace,
};

/// Files of each kind: several batches.
const FILES: usize = 60;
/// Longer than any indexing here takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// Files of several languages that use each other, and some that are left out for their contents.
fn workspace() -> Workspace {
    let workspace = Workspace::new(&[]);
    for n in 0..FILES {
        let before = n.saturating_sub(1);
        workspace.write(
            &format!("py/stage_{n}.py"),
            &format!(
                "from stage_{before} import run_{before}\n\ndef run_{n}():\n    run_{before}()\n"
            ),
        );
        workspace.write(
            &format!("rs/step_{n}.rs"),
            &format!("/// Carries out step {n}.\npub fn step_{n}() {{ crate::step_{before}() }}\n"),
        );
        workspace.write(&format!("doc/part_{n}.md"), &format!("# Part {n}\n\nOf stages.\n"));
        if n % 10 == 0 {
            workspace.write(&format!("bin/picture_{n}.dat"), "\0\0");
            workspace.write(&format!("web/made_{n}.js"), &"var a=1;".repeat(800));
        }
    }
    workspace
}

/// Changes half of the files, takes some away and adds others.
fn change(workspace: &Workspace) {
    for n in 0..FILES {
        match n % 4 {
            0 => fs::remove_file(workspace.root().join(format!("doc/part_{n}.md"))).unwrap(),
            1 => {
                let text = workspace.read(&format!("py/stage_{n}.py"));
                workspace.write(&format!("py/stage_{n}.py"), &format!("{text}\nstage = {n}\n"));
            }
            2 => workspace.write(&format!("rs/step_{n}.rs"), "\0 no longer a text"),
            _ => workspace
                .write(&format!("go/new_{n}.go"), &format!("package go\n\nfunc New{n}() {{}}\n")),
        }
    }
}

/// What the index answers: counts, what is left out, and hits with their scores, which would show
/// a text that is known twice.
fn answers(workspace: &Workspace) -> String {
    let mut res = String::new();
    let mut tell = |row: &Value, keys: &[&str]| {
        let values: Vec<String> = keys.iter().map(|it| row[it].to_string()).collect();
        writeln!(res, "{}", values.join(" ")).unwrap();
    };
    for row in json(workspace, &["status", "--skipped"]) {
        tell(&row, &["file", "skipped", "files", "indexed", "lag", "unembedded", "message"]);
    }
    let index = json(workspace, &["index"]).pop().unwrap();
    // Lines and symbols are as they were counted last: where little was left to read after a kill,
    // nobody counts them again.
    tell(&index, &["files", "read", "gone", "languages", "skipped"]);
    for question in ["run stage", "step", "part of stages", "New3"] {
        // Hits by their own words. What else is found depends on vectors too, which count by the
        // nearest and the farthest, among them those of texts that are gone.
        let mut rows = json(workspace, &["search", "--limit", "1000", question]);
        rows.retain(|it| ["body", "name"].iter().any(|part| it["parts"][part].is_f64()));
        rows.sort_by_key(|it| (it["file"].to_string(), it["start_line"].as_u64()));
        for mut row in rows {
            let parts = row["parts"].as_object_mut().unwrap();
            parts.retain(|name, _| !name.ends_with("vector"));
            tell(&row, &["file", "start_line", "parts"]);
        }
    }
    for symbol in ["run_7", "step_9"] {
        for row in json(workspace, &["refs", symbol]) {
            tell(&row, &["file", "start_line", "column", "why"]);
        }
    }
    res
}

/// An `aios index` that somebody may kill.
fn begin(workspace: &Workspace) -> Child {
    Command::new(env!("CARGO_BIN_EXE_aios"))
        .arg("index")
        .current_dir(workspace.root())
        .env("AIOS_STATE_DIR", workspace.state())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Bytes in the files of the index.
fn written(state: &Path) -> u64 {
    let names = ["index.db", "index.db-wal"];
    names.iter().filter_map(|it| fs::metadata(state.join(it)).ok()).map(|it| it.len()).sum()
}

/// Kills an indexing once it has written so many bytes; false where it ended before.
fn killed_at(workspace: &Workspace, bytes: u64) -> bool {
    let mut child = begin(workspace);
    let began = Instant::now();
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if bytes <= written(&workspace.state()) {
            child.kill().unwrap();
            return child.wait().unwrap().code().is_none();
        }
        assert!(began.elapsed() < PATIENCE, "an index does not come to its end");
        std::thread::yield_now();
    }
}

/// The most bytes that the files of the index have while one is made.
fn bytes_of_a_whole_index(workspace: &Workspace) -> u64 {
    let mut child = begin(workspace);
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(written(&workspace.state()));
        std::thread::yield_now();
    }
    most
}

fn forget_state(workspace: &Workspace) {
    let _ = fs::remove_dir_all(workspace.state());
}

#[test]
fn an_index_killed_anywhere_is_gone_on_with_and_answers_as_one_made_at_once() {
    let is_slow = std::env::var_os("RUN_SLOW_TESTS").is_some();
    let n_points = if is_slow { 24 } else { 2 };
    let workspace = workspace();
    let most = bytes_of_a_whole_index(&workspace);
    let expected = answers(&workspace);
    let mut n_killed = 0;
    for point in 0..n_points {
        forget_state(&workspace);
        // Killed once more while it goes on, some of the time.
        for nth in 0..1 + point % 2 {
            let share = (point * 7 + nth * 5) % n_points;
            let bytes = most * share as u64 / n_points as u64;
            n_killed += usize::from(killed_at(&workspace, bytes));
        }
        let (code, said) = aios(&workspace, &["doctor"]);
        assert_eq!(code, 0, "killed at point {point}: {said}");
        assert_eq!(answers(&workspace), expected, "killed at point {point}");
    }
    assert!(n_points / 2 <= n_killed, "{n_killed} of {n_points} were killed");
}

#[test]
fn an_index_killed_while_it_takes_changes_in_loses_and_doubles_nothing() {
    let is_slow = std::env::var_os("RUN_SLOW_TESTS").is_some();
    let n_points = if is_slow { 12 } else { 1 };
    let mut n_killed = 0;
    for point in 0..n_points {
        let workspace = workspace();
        assert_eq!(aios(&workspace, &["index"]).0, 0);
        let before = written(&workspace.state());
        change(&workspace);
        let bytes = before + 20_000 * (1 + point as u64);
        n_killed += usize::from(killed_at(&workspace, bytes));
        assert_eq!(aios(&workspace, &["index"]).0, 0);
        let present = answers(&workspace);
        forget_state(&workspace);
        assert_eq!(aios(&workspace, &["index"]).0, 0);
        assert_eq!(present, answers(&workspace), "killed at point {point}");
    }
    assert!(n_points / 2 <= n_killed, "{n_killed} of {n_points} were killed");
}

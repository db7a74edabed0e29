//! The command line: what it prints, how it ends, and that a change is made whole and taken back.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use crate::workspace::Workspace;

/// Runs `aios` on `workspace`; the exit code and standard output.
pub(crate) fn aios(workspace: &Workspace, args: &[&str]) -> (i32, String) {
    let Output { status, stdout, .. } = command(workspace, args).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap())
}

/// The same, with this on standard input.
pub(crate) fn told(workspace: &Workspace, args: &[&str], input: &str) -> (i32, String) {
    let mut command = command(workspace, args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let Output { status, stdout, .. } = child.wait_with_output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap())
}

fn command(workspace: &Workspace, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aios"));
    command.args(args).current_dir(workspace.root()).env("AIOS_STATE_DIR", workspace.state());
    // The settings of whoever runs the tests are none of theirs.
    command.env("XDG_CONFIG_HOME", workspace.state().join("config"));
    command
}

/// The JSON objects that a command prints.
pub(crate) fn json(workspace: &Workspace, args: &[&str]) -> Vec<Value> {
    let args = [&["--json"], args].concat();
    let (_, stdout) = aios(workspace, &args);
    stdout.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

#[test]
fn an_index_counts_what_it_found_and_the_next_one_reads_nothing() {
    let workspace = Workspace::shop();
    workspace.write("logo.bin", "\0\0");
    let summary = json(&workspace, &["index"]).pop().unwrap();
    assert_eq!(summary["files"], 2);
    assert_eq!(summary["read"], 3, "the skipped file was read to know what it is");
    assert_eq!(summary["languages"]["python"], 2);
    let skipped = &json(&workspace, &["index"])[0];
    assert_eq!(skipped["file"], "logo.bin");
    assert_eq!(skipped["skipped"], "binary");
    let again = json(&workspace, &["index"]).pop().unwrap();
    assert_eq!(again["read"], 0);
    assert_eq!(again["symbols"], summary["symbols"]);
}

#[test]
fn references_and_hits_are_objects_with_file_lines_and_reason() {
    let workspace = Workspace::new(&[
        ("pay.py", "def pay_now(sum):\n    return sum\n"),
        ("shop.py", "from pay import pay_now\n\npay_now(1)\n"),
    ]);
    let refs = json(&workspace, &["refs", "pay_now"]);
    let places: Vec<String> = refs
        .iter()
        .map(|it| format!("{}:{} {}", it["file"], it["start_line"], it["why"]))
        .collect();
    assert_eq!(
        places,
        [r#""pay.py":1 "definition""#, r#""shop.py":1 "exact""#, r#""shop.py":3 "exact""#,]
    );
    let hit = &json(&workspace, &["search", "pay", "now"])[0];
    assert_eq!(hit["file"], "pay.py");
    assert_eq!(hit["start_line"], 1);
    assert!(hit["score"].as_f64().unwrap() > 0.0);
    assert!(hit["why"].as_str().unwrap().contains("name"));
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_no_text_is_wrong_usage() {
    use std::os::unix::ffi::OsStrExt;
    let workspace = Workspace::shop();
    let mut command = command(&workspace, &["search"]);
    let output = command.arg(std::ffi::OsStr::from_bytes(b"\xff")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("UTF-8"), "{said}");
}

#[test]
fn no_line_of_a_repository_commands_the_terminal() {
    let workspace = Workspace::new(&[("a.py", "def run():\n    run() # \x1b[31mred\n")]);
    let (code, stdout) = aios(&workspace, &["refs", "run"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("‹U+001B›[31mred"), "{stdout}");
    assert!(!stdout.contains('\x1b'), "{stdout}");
}

#[test]
fn a_rename_waits_is_applied_is_undone_and_brought_back() {
    let workspace = Workspace::new(&[
        ("pay.py", "def pay_now(sum):\r\n    return sum\r\n"),
        ("shop.py", "from pay import pay_now\n\npay_now(1)"),
    ]);
    let before = (workspace.read("pay.py"), workspace.read("shop.py"));
    let (code, diff) = aios(&workspace, &["rename", "pay_now", "settle"]);
    assert_eq!(code, 0, "{diff}");
    assert!(diff.contains("+from pay import settle"), "{diff}");
    assert_eq!((workspace.read("pay.py"), workspace.read("shop.py")), before);

    assert_eq!(aios(&workspace, &["apply"]).0, 0);
    let after = (workspace.read("pay.py"), workspace.read("shop.py"));
    assert_eq!(after.0, "def settle(sum):\r\n    return sum\r\n");
    assert_eq!(after.1, "from pay import settle\n\nsettle(1)");

    assert_eq!(aios(&workspace, &["undo"]).0, 0);
    assert_eq!((workspace.read("pay.py"), workspace.read("shop.py")), before);
    assert_eq!(aios(&workspace, &["redo"]).0, 0);
    assert_eq!((workspace.read("pay.py"), workspace.read("shop.py")), after);
}

#[test]
fn settings_are_created_by_a_proposal_and_taken_back_with_it() {
    let workspace = Workspace::shop();
    assert_eq!(aios(&workspace, &["settings"]).0, 0);
    assert!(!workspace.has(".aios/config.toml"));
    assert_eq!(aios(&workspace, &["apply"]).0, 0);
    assert!(workspace.read(".aios/config.toml").contains("# preview = \"always\""));
    assert_eq!(aios(&workspace, &["undo"]).0, 0);
    assert!(!workspace.has(".aios/config.toml"));
}

#[test]
fn later_edits_survive_an_undo_and_a_stale_proposal_is_refused() {
    let workspace = Workspace::new(&[("pay.py", "def pay_now():\n    pass\n\n\n\nx = 1\n")]);
    assert_eq!(aios(&workspace, &["rename", "pay_now", "settle", "--apply"]).0, 0);
    let edited = workspace.read("pay.py").replace("x = 1", "x = 2");
    workspace.write("pay.py", &edited);
    assert_eq!(aios(&workspace, &["undo"]).0, 0);
    assert_eq!(workspace.read("pay.py"), "def pay_now():\n    pass\n\n\n\nx = 2\n");

    assert_eq!(aios(&workspace, &["rename", "pay_now", "settle"]).0, 0);
    let newest = || json(&workspace, &["proposals"]).swap_remove(0);
    assert_eq!((&newest()["state"], &newest()["stale"]), (&"pending".into(), &false.into()));
    workspace.write("pay.py", "def pay_now():\n    return 3\n");
    assert_eq!((&newest()["state"], &newest()["stale"]), (&"pending".into(), &true.into()));
    assert!(aios(&workspace, &["proposals"]).1.contains("  stale "));
    assert_eq!(aios(&workspace, &["show"]).0, 1);
    assert_eq!(aios(&workspace, &["apply"]).0, 1);
    assert_eq!(workspace.read("pay.py"), "def pay_now():\n    return 3\n");
}

#[test]
fn exit_codes_tell_scripts_what_happened() {
    let workspace = Workspace::shop();
    let code = |args: &[&str]| aios(&workspace, args).0;
    assert_eq!(code(&["search", "zzzzqqqq"]), 1);
    assert_eq!(code(&["refs", "no_such_symbol"]), 1);
    assert_eq!(code(&["undo"]), 1);
    assert_eq!(code(&["show", "p-1"]), 1);
    assert_eq!(code(&["no-such-command"]), 2);
    assert_eq!(code(&["search"]), 2);
    assert_eq!(code(&["undo", "--since", "some day"]), 2);
    assert_eq!(code(&["history", "--until", "10"]), 2);
    assert_eq!(code(&["index", "--root", "/no/such/folder"]), 3);
    assert_eq!(code(&["--help"]), 0);
}

#[test]
fn a_place_that_is_not_there_is_named() {
    let workspace = Workspace::new(&[("a.py", "def run():\n    run()\n")]);
    for (written, why) in [
        ("pkg/nope.py:1:1", "pkg/nope.py: no such file"),
        ("nope.py:1", "nope.py: no such file"),
        ("a.py:4:1", "a.py: there is no line 4, the file has 3"),
        ("a.py:1:12", "a.py: line 1 has no column 12, it ends at 11"),
        ("a.py:0:1", "a.py: lines and columns are counted from 1"),
    ] {
        for args in [&["refs", written][..], &["callers", written], &["rename", written, "b"]] {
            let (code, stdout) = aios(&workspace, args);
            assert_eq!((code, stdout.trim_end()), (1, why), "{args:?}");
        }
    }
    let (code, stdout) = aios(&workspace, &["symbols", "pkg/nope.py"]);
    assert_eq!((code, stdout.trim_end()), (1, "pkg/nope.py: no such file"));
    let (code, stdout) = aios(&workspace, &["refs", "nope:1:1"]);
    assert_eq!((code, stdout.trim_end()), (1, "no symbol `nope:1:1` was found"));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_workspace_is_told_and_not_read() {
    let outside = Workspace::new(&[("secret.txt", "zebra crossing\n")]);
    let workspace = Workspace::new(&[("a.txt", "zebra\n")]);
    let links = [("secret.txt", outside.root().join("secret.txt")), ("b.txt", "a.txt".into())];
    for (name, target) in links {
        std::os::unix::fs::symlink(target, workspace.root().join(name)).unwrap();
    }
    let hits = json(&workspace, &["search", "zebra"]);
    let files: Vec<&str> = hits.iter().filter_map(|it| it["file"].as_str()).collect();
    assert_eq!(files, ["a.txt"]);
    let skipped = &json(&workspace, &["index"])[0];
    assert_eq!(skipped["file"], "secret.txt");
    assert_eq!(skipped["skipped"], "link outside the workspace");
}

#[test]
fn a_refusal_is_an_object_too() {
    let workspace = Workspace::shop();
    for args in [&["refs", "no_such_symbol"][..], &["undo"], &["show"], &["search", "zzzzqqqq"]] {
        let answer = json(&workspace, args);
        assert_eq!(answer.len(), 1, "{args:?}");
        assert_eq!(answer[0]["outcome"], "refused", "{args:?}");
    }
}

#[test]
fn a_name_that_is_several_symbols_is_refused_with_the_places() {
    let workspace =
        Workspace::new(&[("a.py", "def run():\n    pass\n"), ("b.py", "def run():\n    pass\n")]);
    let (code, stdout) = aios(&workspace, &["rename", "run", "start"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("a.py") && stdout.contains("b.py"), "{stdout}");
    let (code, _) = aios(&workspace, &["rename", "b.py:1:5", "start", "--apply"]);
    assert_eq!(code, 0);
    assert_eq!(workspace.read("a.py"), "def run():\n    pass\n");
    assert_eq!(workspace.read("b.py"), "def start():\n    pass\n");
}

#[test]
fn the_log_tells_time_level_service_and_cause() {
    let workspace = Workspace::shop();
    std::fs::create_dir_all(workspace.state()).unwrap();
    assert_eq!(aios(&workspace, &["undo"]).0, 1);
    let log = std::fs::read_to_string(workspace.state().join("aios.log")).unwrap();
    let first: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    for key in ["timestamp", "level", "service", "cause", "message"] {
        assert!(first[key].is_string(), "{key} is missing: {first}");
    }
}

#[test]
fn the_doctor_names_a_damaged_history_until_it_is_gone() {
    let workspace = Workspace::shop();
    let check = |name: &str| {
        let checks = json(&workspace, &["doctor"]);
        checks.into_iter().find(|it| it["check"] == name).unwrap()
    };
    assert_eq!(check("damaged history")["ok"], true);
    assert_eq!(check("index and journal")["ok"], true);
    let text = b"no database any more, whatever it was before this happened".repeat(20);
    std::fs::write(workspace.state().join("history.db"), text).unwrap();
    assert_eq!(check("index and journal")["ok"], false, "damage that was just found is told");
    assert_eq!(check("index and journal")["ok"], true, "the new history is used");
    let told = check("damaged history");
    assert_eq!(told["ok"], false);
    let named = told["fact"].as_str().unwrap().split(' ').next().unwrap();
    std::fs::remove_file(workspace.state().join(named)).unwrap();
    assert_eq!(aios(&workspace, &["doctor"]).0, 0);
}

#[test]
fn the_tour_ends_well_on_a_small_workspace() {
    let workspace = Workspace::new(&[
        ("pay.py", "def pay_now(sum):\n    return sum\n"),
        ("shop.py", "from pay import pay_now\n\ndef buy():\n    return pay_now(1)\n"),
    ]);
    let (code, stdout) = aios(&workspace, &["tour", "--root", "."]);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("every byte as before"), "{stdout}");
    assert!(stdout.trim_end().ends_with("Done: asked, changed, verified and undone."), "{stdout}");
}

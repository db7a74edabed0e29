//! What the command line knows beside the code: the past, memories, patterns, contexts.

use std::{fs, process::Command};

use serde_json::Value;

use crate::{
    cli::{aios, json},
    workspace::Workspace,
};

/// Runs git in the workspace without what this machine's user has set.
fn git(workspace: &Workspace, args: &[&str], day: u32) {
    let date = format!("{} +0000", 1_700_000_000 + i64::from(day) * 86_400);
    let output = Command::new("git")
        .args(args)
        .current_dir(workspace.root())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", workspace.root())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([("GIT_AUTHOR_NAME", "Ann"), ("GIT_AUTHOR_EMAIL", "ann@example.org")])
        .envs([("GIT_COMMITTER_NAME", "Ann"), ("GIT_COMMITTER_EMAIL", "ann@example.org")])
        .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(workspace: &Workspace, day: u32, message: &str) {
    git(workspace, &["add", "-A"], day);
    git(workspace, &["commit", "-q", "-m", message], day);
}

const PAY: &str = "def pay_now(sum):\n    return sum\n";

/// A shop with a past of three commits.
fn shop() -> Workspace {
    let workspace = Workspace::new(&[
        ("pay.py", PAY),
        ("shop.py", "from pay import pay_now\n\n\ndef sell():\n    return pay_now(1)\n"),
    ]);
    git(&workspace, &["init", "-q", "-b", "main"], 0);
    commit(&workspace, 0, "Open the shop");
    workspace.write("pay.py", "def pay_now(sum):\n    return sum + 1\n");
    commit(&workspace, 1, "Take a fee for the terminal");
    git(&workspace, &["mv", "pay.py", "till.py"], 2);
    workspace
        .write("shop.py", "from till import pay_now\n\n\ndef sell():\n    return pay_now(1)\n");
    commit(&workspace, 2, "Call it a till");
    workspace
}

fn texts(rows: &[Value], field: &str) -> Vec<String> {
    rows.iter().filter_map(|it| it[field].as_str()).map(str::to_owned).collect()
}

#[test]
fn the_commits_of_a_symbol_are_found_through_a_rename() {
    let workspace = shop();
    let rows = json(&workspace, &["git", "pay_now"]);
    assert_eq!(texts(&rows, "subject"), ["Take a fee for the terminal", "Open the shop"]);
    assert_eq!(rows[0]["file"], "till.py");
    let since = json(&workspace, &["git", "pay_now", "--since", "2023-11-15"]);
    assert_eq!(texts(&since, "subject"), ["Take a fee for the terminal"]);
    let then = json(&workspace, &["git", "pay_now", "--at", "HEAD~2"]);
    assert_eq!(then[1]["then"]["path"], "pay.py");
    assert_eq!(then[1]["then"]["text"].as_str().unwrap().trim_end(), PAY.trim_end());
}

#[test]
fn a_file_is_named_by_the_end_of_its_path_where_no_other_ends_so() {
    let workspace = shop();
    workspace.write("lib/walk.py", "def walk():\n    pass\n");
    commit(&workspace, 3, "Walk");
    let rows = json(&workspace, &["git", "walk.py"]);
    assert_eq!(rows[0]["file"], "lib/walk.py");
    assert_eq!(texts(&rows, "subject"), ["Walk"]);
    assert_eq!(json(&workspace, &["refs", "walk.py:1:5"])[0]["file"], "lib/walk.py");
    workspace.write("tests/lib/walk.py", "");
    let (code, stdout) = aios(&workspace, &["git", "walk.py"]);
    let choices = "walk.py: 2 files are named so: lib/walk.py, tests/lib/walk.py";
    assert_eq!((code, stdout.trim_end()), (1, choices));
    assert_eq!(json(&workspace, &["git", "tests/lib/walk.py"])[0]["file"], "tests/lib/walk.py");
    let (code, stdout) = aios(&workspace, &["git", "alk.py"]);
    assert_eq!((code, stdout.trim_end()), (1, "alk.py: no such file"));
}

#[test]
fn code_like_a_place_tells_what_of_the_place_was_not_used() {
    let long: Vec<String> = (0..200).map(|it| format!("    step{it}_of_all()\n")).collect();
    let workspace = shop();
    workspace.write("long.py", &format!("def pay_all():\n{}", long.concat()));
    let (code, stdout) = aios(&workspace, &["search", "--similar", "long.py:1"]);
    let note = stdout.lines().last().unwrap_or_default();
    assert!(code == 0 && note.ends_with(" words of what stands there were not used"), "{note}");
}

#[test]
fn a_search_since_a_day_finds_what_was_committed_or_written_since() {
    let workspace = shop();
    let files = |args: &[&str]| {
        let rows = json(&workspace, args);
        let mut files = texts(&rows, "file");
        files.sort();
        files.dedup();
        files
    };
    assert_eq!(files(&["search", "pay", "now"]), ["shop.py", "till.py"]);
    // All files were written today, but what they hold was committed on these days.
    let since = |day| files(&["search", "pay", "now", "--since", day]);
    assert_eq!(since("2023-11-16"), ["shop.py", "till.py"]);
    assert_eq!(aios(&workspace, &["search", "pay", "--since", "2023-11-18"]).0, 1);
    workspace.write("shop.py", "from till import pay_now\n\n\ndef give():\n    pay_now(2)\n");
    assert_eq!(since("2023-11-18"), ["shop.py"]);
}

#[test]
fn commits_that_speak_like_the_question_speak_for_their_files() {
    let workspace = shop();
    // A command ranks by what was read before; a server reads by itself.
    assert_eq!(aios(&workspace, &["git", "pay_now"]).0, 0);
    let of = |path: &str| {
        let rows = json(&workspace, &["search", "--explain", "a fee for the terminal, pay now"]);
        let hit = rows.into_iter().find(|it| it["file"] == path).unwrap();
        hit["values"]["history"].as_f64().unwrap_or_default()
    };
    // The fee was taken in a file that has another name today.
    assert_eq!(of("till.py"), 1.0);
    assert!(of("shop.py") < 1.0);
    // A folder without a past is searched without one.
    fs::remove_dir_all(workspace.root().join(".git")).unwrap();
    assert_eq!(aios(&workspace, &["search", "pay"]).0, 0);
}

#[test]
fn a_hit_carries_what_is_around_it() {
    let workspace = shop();
    let hit = &json(&workspace, &["search", "--neighbours", "pay_now"])[0];
    assert_eq!(hit["symbol"], "pay_now");
    let caller = &hit["neighbours"]["callers"][0];
    assert_eq!((&caller["name"], &caller["place"]), (&"sell".into(), &"shop.py:4".into()));
    assert_eq!(hit["neighbours"]["callees"], serde_json::json!([]));
    let hit = &json(&workspace, &["search", "pay_now"])[0];
    assert_eq!(hit["neighbours"], Value::Null, "nobody asked");
}

#[test]
fn how_it_was_done_before_names_the_symbols() {
    let workspace = shop();
    let rows = json(&workspace, &["git", "--like", "fees of terminals"]);
    assert_eq!(rows[0]["subject"], "Take a fee for the terminal");
    assert_eq!(rows[0]["touched"][0]["symbol"], "pay_now");
}

#[test]
fn without_a_repository_the_command_says_why() {
    let workspace = Workspace::new(&[("pay.py", PAY)]);
    let (code, stdout) = aios(&workspace, &["git", "pay_now"]);
    assert_eq!((code, stdout.trim()), (1, "the folder lies in no git repository"));
}

#[test]
fn a_memory_is_fresh_until_its_code_changes_and_orphaned_when_it_goes() {
    let workspace = Workspace::new(&[("pay.py", PAY)]);
    json(&workspace, &["remember", "sums are cents", "--about", "pay_now"]);
    let state = || json(&workspace, &["recall", "cents"])[0]["state"].clone();
    assert_eq!(state(), "fresh");
    workspace.write("pay.py", "\n\ndef pay_now(sum):\n\n    return   sum\n");
    assert_eq!(state(), "fresh", "moved and formatted");
    workspace.write("pay.py", "def pay_now(sum):\n    return sum * 100\n");
    assert_eq!(state(), "drifted");
    workspace.write("pay.py", "def other():\n    pass\n");
    assert_eq!(state(), "orphaned");
    workspace.write("till.py", PAY);
    assert_eq!(state(), "fresh", "it stands in another file now");
}

#[test]
fn a_replaced_memory_ends_and_a_forgotten_one_is_gone() {
    let workspace = Workspace::new(&[("pay.py", PAY)]);
    let old = json(&workspace, &["remember", "five retries"])[0]["id"].clone();
    let old = old.as_str().unwrap();
    json(&workspace, &["remember", "three retries", "--replaces", old]);
    assert_eq!(texts(&json(&workspace, &["recall", "retries"]), "text"), ["three retries"]);
    let all = json(&workspace, &["recall", "retries", "--all"]);
    assert_eq!(texts(&all, "text"), ["three retries", "five retries"]);
    assert_eq!(all[1]["holds"], false);
    assert_eq!(json(&workspace, &["forget", old])[0]["forgotten"], 1);
    assert_eq!(json(&workspace, &["recall", "--all"]).len(), 1);
    let (code, _) = aios(&workspace, &["forget", old]);
    assert_eq!(code, 1, "it is gone already");
}

#[test]
fn a_context_keeps_to_its_tokens_and_says_why_each_piece_is_there() {
    let workspace = shop();
    let rows = json(&workspace, &["context", "sell in the shop", "--tokens", "400"]);
    let (total, pieces) = rows.split_last().unwrap();
    let names = texts(pieces, "symbol");
    assert_eq!(names.first().map(String::as_str), Some("sell"));
    assert!(names.contains(&"pay_now".to_owned()), "{names:?}");
    let sum: u64 = pieces.iter().map(|it| it["tokens"].as_u64().unwrap()).sum();
    assert_eq!(total["tokens"], sum);
    assert!(sum <= 400);
    assert!(pieces.iter().all(|it| it["why"].as_str().is_some_and(|it| !it.is_empty())));
}

#[test]
fn a_file_that_usually_changes_too_is_missed() {
    let workspace = Workspace::new(&[("api.py", "def a():\n    return 0\n"), ("docs.md", "0\n")]);
    git(&workspace, &["init", "-q", "-b", "main"], 0);
    for n in 0..5 {
        workspace.write("api.py", &format!("def a():\n    return {n}\n"));
        workspace.write("docs.md", &format!("{n}\n"));
        commit(&workspace, n, &format!("Version {n}"));
    }
    workspace.write("api.py", "def a():\n    return 9\n");
    let rows = json(&workspace, &["patterns", "cochange"]);
    assert_eq!(rows[0]["title"], "docs.md was not changed");
    fs::write(workspace.root().join("docs.md"), "9\n").unwrap();
    let (code, _) = aios(&workspace, &["patterns", "cochange"]);
    assert_eq!(code, 1, "nothing is missed any more");
}

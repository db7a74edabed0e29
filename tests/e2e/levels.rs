//! The four levels on which the server changes itself, each through the real program: a change is
//! proposed, shown, applied and in force; one that breaks it on purpose is told with the place, and
//! what was good stays; and all is taken back. From the shell, and from an editor.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    cli::{aios, json, told},
    client::capabilities,
    editor::Editor,
    workflows::SCRIBE,
    workspace::{SHOP, Workspace},
};

/// The machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

const SETTINGS: &str = ".aios/config.toml";
const SCRIPT: &str = ".aios/scripts/check.py";
const AGENT: &str = ".aios/agents/scribe.yaml";
const FLOW: &str = ".aios/workflows/mark.yaml";

const MARK: &str = "\
name: mark
version: 1.0.0
steps:
- {id: one, agent: scribe, params: {path: log.txt, old: end, new: 'mark end'}}
";

/// Has the shell propose that a file holds `text`; gives what it shows.
#[track_caller]
fn proposed(workspace: &Workspace, path: &str, text: &str) -> String {
    let (code, shown) = told(workspace, &["propose", path], text);
    assert_eq!(code, 0, "{shown}");
    shown
}

/// The same, applied.
#[track_caller]
fn changed(workspace: &Workspace, path: &str, text: &str) -> String {
    let shown = proposed(workspace, path, text);
    done(workspace, &["apply"]);
    assert_eq!(workspace.read(path), text);
    shown
}

#[track_caller]
fn done(workspace: &Workspace, args: &[&str]) -> String {
    let (code, said) = aios(workspace, args);
    assert_eq!(code, 0, "{args:?}: {said}");
    said
}

/// What `aios doctor` says of the files under `.aios/`.
#[track_caller]
fn health(workspace: &Workspace) -> Value {
    let checks = json(workspace, &["doctor"]);
    checks.into_iter().find(|it| it["check"] == "files under .aios").unwrap()
}

/// The value of a setting, and who says so.
#[track_caller]
fn setting(workspace: &Workspace, key: &str) -> (String, String) {
    let all = json(workspace, &["describe"]).swap_remove(0);
    let row = all["settings"].as_array().unwrap().iter().find(|it| it["key"] == key).unwrap();
    let word = |it: &str| row[it].as_str().unwrap().to_owned();
    (word("value"), word("origin"))
}

#[test]
fn configuration_changes_from_the_shell() {
    let workspace = Workspace::shop();
    let good = "[index]\nfiles_max = 70\n\n[verify]\nseconds_max = 9\n";
    let shown = proposed(&workspace, SETTINGS, good);
    assert!(shown.contains("changes how this server behaves: .aios/config.toml"), "{shown}");
    assert!(shown.contains("+files_max = 70"), "{shown}");
    assert!(!workspace.has(SETTINGS), "nothing is changed before it is applied");
    done(&workspace, &["apply"]);
    assert_eq!(setting(&workspace, "index.files_max"), ("70".to_owned(), "workspace".to_owned()));
    assert_eq!(health(&workspace)["ok"], true);

    let wrong = ".aios/config.toml:2: index.files_max: a text is no whole number";
    let shown = changed(&workspace, SETTINGS, &good.replace("70", "\"all\""));
    assert!(shown.contains("high: is not taken as it is") && shown.contains(wrong), "{shown}");
    assert_eq!(
        health(&workspace),
        json!({
            "check": "files under .aios", "ok": false, "fact": wrong,
        })
    );
    assert_eq!(
        setting(&workspace, "verify.seconds_max").0,
        "9",
        "the rest of the file is in force"
    );

    done(&workspace, &["undo"]);
    assert_eq!(
        (setting(&workspace, "index.files_max").0, workspace.read(SETTINGS)),
        ("70".to_owned(), good.to_owned(),)
    );
    done(&workspace, &["undo"]);
    assert!(!workspace.has(SETTINGS));
    assert_eq!(setting(&workspace, "index.files_max").1, "default");
}

#[test]
fn code_changes_from_the_shell() {
    let good = "def check():\n    return 1\n\n\ncheck()\n";
    let workspace = Workspace::new(&[(SCRIPT, good)]);
    let better = good.replace("check", "inspect");
    let at = format!("{SCRIPT}:1:5");
    let shown = done(&workspace, &["rename", &at, "inspect"]);
    assert!(shown.contains("+def inspect():") && shown.contains("+inspect()"), "{shown}");
    done(&workspace, &["apply"]);
    assert_eq!(workspace.read(SCRIPT), better);
    assert!(done(&workspace, &["symbols", SCRIPT]).contains("inspect"));

    let shown = proposed(&workspace, SCRIPT, &better.replace("():", "("));
    assert!(
        shown.contains("high: no longer parses as before: .aios/scripts/check.py:1"),
        "{shown}"
    );
    done(&workspace, &["apply"]);
    done(&workspace, &["undo"]);
    assert_eq!(workspace.read(SCRIPT), better);
    done(&workspace, &["undo"]);
    assert_eq!(workspace.read(SCRIPT), good);
}

#[test]
fn structure_changes_from_the_shell() {
    let workspace = Workspace::shop();
    let cart = workspace.read("cart.py");
    let shown = done(&workspace, &["refactor", "move", "shop.py", "till.py"]);
    assert!(shown.contains("+from till import pay") && workspace.has("shop.py"), "{shown}");
    done(&workspace, &["apply"]);
    assert_eq!(workspace.read("cart.py"), cart.replace("from shop", "from till"));
    let uses = |symbol: &str| json(&workspace, &["refs", symbol]).len();
    assert_eq!(uses("pay"), 4, "the definition, the import and both uses");

    let (code, shown) = aios(&workspace, &["propose", "till.py", "--delete"]);
    assert_eq!(code, 0, "{shown}");
    let why = "high: leads nowhere afterwards: `pay` in cart.py:1";
    assert!(shown.contains(why), "{shown}");
    done(&workspace, &["apply"]);
    assert!(!workspace.has("till.py"));
    done(&workspace, &["undo"]);
    assert_eq!((workspace.read("till.py").as_str(), uses("pay")), (SHOP, 4));
    done(&workspace, &["undo"]);
    assert_eq!((workspace.read("shop.py").as_str(), workspace.read("cart.py")), (SHOP, cart));
    assert!(!workspace.has("till.py"));
}

#[test]
fn a_capability_comes_and_goes_from_the_shell() {
    let workspace = Workspace::new(&[("log.txt", "end\n")]);
    changed(&workspace, AGENT, SCRIBE);
    changed(&workspace, FLOW, MARK);
    done(&workspace, &["agent", "activate", "scribe"]);
    done(&workspace, &["workflow", "run", "mark", "--yes"]);
    assert_eq!(workspace.read("log.txt"), "mark end\n");
    done(&workspace, &["undo"]);
    assert_eq!(workspace.read("log.txt"), "end\n");

    let shown = changed(&workspace, AGENT, &SCRIBE.replace("generator", "sorcerer"));
    let place = ".aios/agents/scribe.yaml:3:7: ";
    assert!(shown.contains("high: is not taken as it is") && shown.contains(place), "{shown}");
    let fact = health(&workspace)["fact"].as_str().unwrap().to_owned();
    assert!(fact.contains(place), "{fact}");
    assert_eq!(
        aios(&workspace, &["workflow", "run", "mark", "--yes"]).0,
        1,
        "it is not run as it is"
    );
    assert_eq!(workspace.read("log.txt"), "end\n");

    done(&workspace, &["undo"]);
    assert_eq!(health(&workspace)["ok"], true);
    done(&workspace, &["undo"]);
    done(&workspace, &["undo"]);
    assert!(!workspace.has(AGENT) && !workspace.has(FLOW));
    let agents = json(&workspace, &["agent", "list"]);
    let scribe = agents.iter().find(|it| it["agent"] == "scribe").unwrap();
    assert_eq!(scribe["blocked"], "agent `scribe` has no definition: its file is not there");
    assert_eq!(aios(&workspace, &["workflow", "run", "mark", "--yes"]).0, 1);
}

/// Has the editor propose that a file holds `text` and apply it; gives the diff that it was shown.
#[track_caller]
fn written(editor: &mut Editor<'_>, workspace: &Workspace, path: &str, text: &str) -> String {
    let argument = json!({ "uri": workspace.uri(path), "text": text, "keep": true });
    let proposed = editor.execute("aios.propose", argument);
    assert_eq!(proposed["outcome"], "proposed", "{proposed}");
    let id = json!({ "proposal": proposed["proposal"] });
    let shown = editor.execute("aios.showProposal", id.clone());
    let document = shown["document"].as_str().unwrap_or_else(|| panic!("{shown}"));
    let diff = std::fs::read_to_string(document.strip_prefix("file://").unwrap()).unwrap();
    let applied = editor.execute("aios.applyProposal", id);
    assert_eq!(applied["outcome"], "applied", "{applied}");
    diff
}

/// Waits until `now` says `expected`: the server takes its own files in beside what it answers.
#[track_caller]
fn comes_to<T: PartialEq + std::fmt::Debug>(
    editor: &mut Editor<'_>,
    now: impl Fn(&mut Editor<'_>) -> T,
    expected: T,
) {
    let began = Instant::now();
    let mut last = now(editor);
    while last != expected && began.elapsed() < PATIENCE {
        std::thread::sleep(PAUSE);
        last = now(editor);
    }
    assert_eq!(last, expected);
}

#[track_caller]
fn taken_back(editor: &mut Editor<'_>) {
    let undone = editor.execute("aios.undo", json!({}));
    assert_eq!(undone["outcome"], "applied", "{undone}");
}

#[test]
fn code_and_structure_change_from_an_editor() {
    let script = "from shop import pay\n\npay(1)\n";
    let workspace = Workspace::shop();
    workspace.write(SCRIPT, script);
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    let broken = written(&mut editor, &workspace, SCRIPT, "from shop import (\n");
    assert!(broken.contains("no longer parses as before: .aios/scripts/check.py:1"), "{broken}");
    taken_back(&mut editor);
    assert_eq!(editor.text(SCRIPT), script);

    // What moves takes its users along, the product's own script too.
    let (from, to) = (workspace.uri("shop.py"), workspace.uri("till.py"));
    let moved = json!({ "from": from, "to": to, "keep": true });
    let proposed = editor.execute("aios.moveFile", moved);
    assert_eq!(proposed["outcome"], "proposed", "{proposed}");
    let applied = editor.execute("aios.applyProposal", json!({ "proposal": proposed["proposal"] }));
    assert_eq!(applied["outcome"], "applied", "{applied}");
    assert_eq!(editor.text(SCRIPT), script.replace("shop", "till"));
    assert!(editor.text("cart.py").contains("from till import pay"));
    taken_back(&mut editor);
    assert_eq!((editor.text(SCRIPT), workspace.read("shop.py").as_str()), (script, SHOP));
    editor.client.stop();
}

#[test]
fn a_capability_comes_and_goes_while_the_server_runs() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    let known = |editor: &mut Editor<'_>| {
        let all = editor.execute("aios.agents", json!({}));
        let is_known = |list: &str, kind: &str, name: &str| {
            all[list].as_array().unwrap().iter().any(|it| it[kind] == name)
        };
        (is_known("agents", "agent", "scribe"), is_known("workflows", "workflow", "mark"))
    };
    assert_eq!(known(&mut editor), (false, false));
    written(&mut editor, &workspace, AGENT, SCRIBE);
    written(&mut editor, &workspace, FLOW, MARK);
    comes_to(&mut editor, known, (true, true));

    let diff = written(&mut editor, &workspace, AGENT, &SCRIBE.replace("generator", "sorcerer"));
    assert!(diff.contains(".aios/agents/scribe.yaml:3:7: "), "{diff}");
    let uri = workspace.uri(AGENT);
    let document = json!({ "textDocument": { "uri": uri } });
    let places = |editor: &mut Editor<'_>| -> Vec<Value> {
        let found = editor.client.request("textDocument/diagnostic", document.clone());
        found["items"].as_array().unwrap().iter().map(|it| it["range"]["start"].clone()).collect()
    };
    comes_to(&mut editor, places, vec![json!({ "line": 2, "character": 6 })]);
    assert_eq!(known(&mut editor), (true, true), "the last good agent stays");

    (0..3).for_each(|_| taken_back(&mut editor));
    comes_to(&mut editor, known, (false, false));
    assert!(!workspace.has(AGENT) && !workspace.has(FLOW));
    editor.client.stop();
}

#[test]
fn configuration_changes_while_the_server_runs() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    let n_hits = |editor: &mut Editor<'_>| {
        let found = editor.execute("aios.search", json!({ "query": "pay" }));
        found["hits"].as_array().unwrap_or_else(|| panic!("{found}")).len()
    };
    let by_default = n_hits(&mut editor);
    assert!(1 < by_default);
    written(&mut editor, &workspace, SETTINGS, "[memory]\ntop_k = 1\n");
    comes_to(&mut editor, n_hits, 1);

    let broken = "[memory]\ntop_k = \"few\"\n";
    let diff = written(&mut editor, &workspace, SETTINGS, broken);
    assert!(diff.contains(".aios/config.toml:2: memory.top_k: "), "{diff}");
    let uri = workspace.uri(SETTINGS);
    let document = json!({ "textDocument": { "uri": uri } });
    let line = |editor: &mut Editor<'_>| {
        let found = editor.client.request("textDocument/diagnostic", document.clone());
        found["items"][0]["range"]["start"]["line"].as_u64()
    };
    comes_to(&mut editor, line, Some(1));

    taken_back(&mut editor);
    comes_to(&mut editor, n_hits, 1);
    taken_back(&mut editor);
    comes_to(&mut editor, n_hits, by_default);
    assert!(!workspace.has(SETTINGS));
    editor.client.stop();
}

//! Experiments from the shell and from an editor: what there is proof of is shown, applied, changes
//! the search, outlives the server, and is taken back.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use fixture::past::{changed, changed_by_words, message, telling_paths, telling_words};
use serde_json::{Value, json};

use crate::{
    cli::{aios, json},
    client::capabilities,
    editor::Editor,
    workspace::Workspace,
};

/// A variant that has proof in that past.
const VARIANT: &str = "weights.path=300";

/// A workspace whose past says that paths tell what is meant.
fn workspace() -> Workspace {
    workspace_of(&telling_paths(110))
}

/// A workspace whose past says what the words of its messages stand for.
pub(crate) fn workspace_of_words() -> Workspace {
    workspace_of(&telling_words(110))
}

fn workspace_of(past: &str) -> Workspace {
    let workspace = Workspace::new(&[]);
    let git = |args: &[&str], input: &str| {
        let mut command = Command::new("git");
        command.args(args).current_dir(workspace.root()).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("HOME", workspace.root()).stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "git {args:?}");
    };
    git(&["init", "-q", "-b", "main"], "");
    git(&["fast-import", "--quiet"], past);
    git(&["reset", "-q", "--hard"], "");
    workspace
}

/// The files that the shell finds for what a change said of itself.
fn found(workspace: &Workspace) -> Vec<String> {
    let hits = json(workspace, &["search", &message(7)]);
    hits.iter().filter_map(|it| Some(it["file"].as_str()?.to_owned())).collect()
}

#[test]
fn a_shell_sees_the_proof_applies_it_and_takes_it_back() {
    let workspace = workspace();
    let before = found(&workspace);
    assert!(!before[..5].contains(&changed(7)), "{before:?}");
    let (_, text) = aios(&workspace, &["evolve", "status"]);
    assert!(text.contains("weights: as shipped\nno experiment was made yet"), "{text}");

    let (code, text) = aios(&workspace, &["evolve", "run", "--try", VARIANT]);
    assert_eq!(code, 0, "{text}");
    let row = "| both, on commits that the search did not see | 44 |";
    assert!(text.contains(row) && text.contains("+path = 300"), "{text}");
    assert_eq!(found(&workspace), before, "nothing is changed yet");
    let (_, text) = aios(&workspace, &["evolve", "status"]);
    assert!(text.contains("waits for you: weights.path 100 → 300"), "{text}");
    let (code, text) = aios(&workspace, &["apply"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(found(&workspace)[0], changed(7));

    let status = &json(&workspace, &["evolve", "status"])[0];
    let experiment = status["in_force"][0].as_str().unwrap();
    assert_eq!(status["settings"]["weights.path"], 300);
    let (_, text) = aios(&workspace, &["evolve", "status"]);
    let in_use =
        format!("in use: {experiment}: 0 questions before and 0 since are too few to tell");
    assert!(text.contains(&in_use), "{text}");
    server_knows_itself(&workspace, experiment);
    let (code, text) = aios(&workspace, &["evolve", "revert", experiment]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("weights.path 300 → 100"), "{text}");
    assert_eq!((found(&workspace), workspace.has(".aios/config.toml")), (before, false));
    let all = json(&workspace, &["evolve", "history"]);
    let outcomes: Vec<&Value> = all.iter().map(|it| &it["outcome"]).collect();
    assert_eq!(outcomes, ["taken back", "accepted"]);
    let (code, text) = aios(&workspace, &["evolve", "revert"]);
    assert_eq!((code, text.trim_end()), (1, NOTHING_LEFT));
}

#[test]
fn a_shell_is_told_what_the_repository_s_words_stand_for_and_may_take_it_back() {
    let workspace = workspace_of_words();
    let before = found(&workspace);
    assert!(!before[..5].contains(&changed_by_words(7)), "{before:?}");
    let (code, text) = aios(&workspace, &["evolve", "run", "--try", "weights.vocabulary=100"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("weights.vocabulary 0 → 100"), "{text}");
    let place = format!(" {}\"", changed_by_words(7));
    assert!(text.lines().any(|it| it.starts_with('+') && it.contains(&place)), "{text}");
    let (code, text) = aios(&workspace, &["apply"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(found(&workspace)[0], changed_by_words(7));
    let (_, text) = aios(&workspace, &["search", "--explain", &message(7)]);
    let told = format!("→ {} (changed in ", changed_by_words(7));
    assert!(text.contains("the repository's words:") && text.contains(&told), "{text}");
    let (_, text) = aios(&workspace, &["evolve", "status"]);
    assert!(text.contains("of this repository's own") && text.contains("in force: "), "{text}");
    assert_eq!(json(&workspace, &["describe"])[0]["vocabulary"]["words"], 90);
    let (code, text) = aios(&workspace, &["evolve", "revert"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!((found(&workspace), workspace.has(".aios/vocabulary.toml")), (before, false));
}

/// What was learned has its origin and its proof, and what was done is noted.
fn server_knows_itself(workspace: &Workspace, experiment: &str) {
    let all = &json(workspace, &["describe"])[0];
    let settings = all["settings"].as_array().unwrap();
    let of = |key: &str| settings.iter().find(|it| it["key"] == key).unwrap().clone();
    let path = of("weights.path");
    assert_eq!((&path["origin"], &path["value"]), (&json!("learned"), &json!("300")));
    assert_eq!(of("weights.name")["origin"], "default");
    assert_eq!(all["learned"][0]["experiment"], experiment);
    assert!(all["commands"]["shell"].as_array().unwrap().iter().any(|it| it["name"] == "evolve"));
    let (_, text) = aios(workspace, &["describe"]);
    assert!(text.contains("set         weights.path by learned"), "{text}");

    let kinds = |workspace: &Workspace| -> Vec<(String, String, String)> {
        let text = |it: &Value, of: &str| it[of].as_str().unwrap_or_default().to_owned();
        let rows = json(workspace, &["episodes"]);
        rows.iter().map(|it| (text(it, "kind"), text(it, "what"), text(it, "outcome"))).collect()
    };
    let noted = kinds(workspace);
    assert_eq!((noted[0].0.as_str(), noted[0].2.as_str()), ("change", "applied"), "{noted:?}");
    assert_eq!((noted[1].0.as_str(), noted[1].1.as_str()), ("command", "evolve"), "{noted:?}");
    let (code, text) = aios(workspace, &["episodes", "--kind", "agent"]);
    assert_eq!((code, text.trim_end()), (1, "nothing of the kind `agent` was noted yet"));
    let (code, text) = aios(workspace, &["episodes", "--forget"]);
    assert_eq!(code, 0, "{text}");
    let (code, text) = aios(workspace, &["episodes"]);
    assert_eq!((code, text.trim_end()), (1, "nothing was noted yet"));
}

const NOTHING_LEFT: &str = "refused: nothing that any experiment changed is in force";

/// True where an editor finds what was changed before all others, false where it is not among the
/// first five. Vectors that come meanwhile may move the others.
#[track_caller]
fn is_first(editor: &mut Editor<'_>) -> bool {
    let argument = json!({ "query": message(7) });
    let params = json!({ "command": "aios.search", "arguments": [argument] });
    let found = editor.client.request("workspace/executeCommand", params);
    let hits = found["hits"].as_array().unwrap();
    let paths: Vec<&str> = hits.iter().filter_map(|it| it["path"].as_str()).collect();
    let place = paths.iter().position(|it| *it == changed(7)).unwrap_or(usize::MAX);
    assert!(place == 0 || 5 <= place, "{paths:?}");
    place == 0
}

/// The code actions on the settings file that are about experiments: titles and commands.
fn actions(editor: &mut Editor<'_>, workspace: &Workspace) -> Vec<(String, Value)> {
    let at = json!({ "line": 0, "character": 0 });
    let params = json!({
        "textDocument": { "uri": workspace.uri(".aios/config.toml") },
        "range": { "start": at, "end": at },
        "context": { "diagnostics": [], "triggerKind": 1 },
    });
    let all = editor.client.request("textDocument/codeAction", params);
    let all = all.as_array().unwrap().iter();
    let own = all.filter(|it| it["kind"].as_str().unwrap_or_default().ends_with("aios.evolve"));
    let own = own.map(|it| (it["title"].as_str().unwrap().to_owned(), it["command"].clone()));
    own.collect()
}

#[track_caller]
fn chosen(actions: &[(String, Value)], title: &str) -> (String, Value) {
    let action = actions.iter().find(|it| it.0 == title);
    let (_, command) = action.unwrap_or_else(|| panic!("no `{title}` in {actions:?}"));
    (command["command"].as_str().unwrap().to_owned(), command["arguments"][0].clone())
}

#[test]
fn an_editor_sees_what_would_change_applies_it_and_takes_it_back_after_a_restart() {
    let workspace = workspace();
    let settings = "# mine\n[memory]\ntop_k = 12\n";
    workspace.write(".aios/config.toml", settings);
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    editor.open(".aios/config.toml");
    assert!(!is_first(&mut editor));
    let argument = json!({ "try": { "weights.path": 300 } });
    let evolved = editor.execute("aios.evolve", argument);
    assert_eq!(evolved["result"], "accepted", "{evolved}");
    // It is offered, and nothing is changed before somebody says yes.
    let offer = editor.client.wait_for("the offer", |it| {
        let said = it["params"]["message"].as_str().unwrap_or_default();
        it["method"] == "window/showMessageRequest" && said.contains("weights.path 100 → 300")
    });
    let answers = offer["params"]["actions"].as_array().unwrap();
    let answers: Vec<&str> = answers.iter().filter_map(|it| it["title"].as_str()).collect();
    assert_eq!(answers, ["Look", "Apply", "Not"]);
    editor.client.answer(&offer, Value::Null);
    assert_eq!(editor.text(".aios/config.toml"), settings);
    assert!(!is_first(&mut editor));

    let offered = actions(&mut editor, &workspace);
    let (command, argument) =
        chosen(&offered, "AIOS: show what would change: weights.path 100 → 300");
    assert_eq!(editor.execute(&command, argument)["outcome"], "proposed");
    let (command, argument) = chosen(&offered, "AIOS: show the proof for weights.path 100 → 300");
    let shown = editor.execute(&command, argument);
    let document = shown["document"].as_str().unwrap().trim_start_matches("file://").to_owned();
    let document = std::fs::read_to_string(document).unwrap();
    assert!(document.contains("| guard: exact names |"), "{document}");
    let (command, argument) = chosen(&offered, "AIOS: apply weights.path 100 → 300");
    assert_eq!(editor.execute(&command, argument)["outcome"], "applied");
    let with = "# mine\n[memory]\ntop_k = 12\n\n[weights]\npath = 300\n";
    assert_eq!(editor.text(".aios/config.toml"), with);
    editor.save(".aios/config.toml");
    editor.execute("aios.reindex", json!({}));
    assert!(is_first(&mut editor));
    editor.client.stop();

    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    editor.open(".aios/config.toml");
    assert!(is_first(&mut editor), "it outlives the server");
    let offered = actions(&mut editor, &workspace);
    let (command, argument) = chosen(&offered, "AIOS: take back weights.path 100 → 300");
    assert_eq!(editor.execute(&command, argument)["outcome"], "applied");
    assert_eq!(editor.text(".aios/config.toml").trim_end(), settings.trim_end());
    editor.save(".aios/config.toml");
    editor.execute("aios.reindex", json!({}));
    assert!(!is_first(&mut editor));
    editor.client.stop();
}

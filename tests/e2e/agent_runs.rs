//! Agents with a model, started, watched, stopped, answered and gone on with from an editor: by a
//! code action, by words that the editor asked for, by a document that the server opens. The same
//! with the abilities of every editor, and with both protocols of providers.

use std::time::Duration;

use fixture::provider::{Protocol, Provider, Turn};
use serde_json::{Value, json};

use crate::{
    editor::Editor,
    models::{config, configure},
    skills::{actions, answered, every_client},
    workspace::Workspace,
};

const PAY: &str = "def total(cart):\n    return tax(cart)\n\n\ndef tax(cart):\n    return 1\n";
const FILES: &[(&str, &str)] = &[("pay.py", PAY)];
const EDIT: &str = r#"{"path": "pay.py", "old": "return 1", "new": "return 2"}"#;

fn start<'a>(workspace: &'a Workspace, capabilities: &Value, config: &str) -> Editor<'a> {
    configure(workspace, config);
    let mut editor = Editor::start(workspace, capabilities);
    editor.client.wait_until_indexed();
    editor.open("pay.py");
    editor
}

/// What to do with each client and each protocol, where a model plays `turns`.
fn each(turns: &[Turn], check: impl Fn(&Workspace, &mut Editor<'_>, &Provider)) {
    for protocol in [Protocol::Anthropic, Protocol::OpenAi] {
        for capabilities in every_client() {
            let workspace = Workspace::new(FILES);
            let provider = Provider::script(protocol, turns.to_vec());
            let config = config(protocol, &provider.url(), "env:TEST_KEY");
            let mut editor = start(&workspace, &capabilities, &config);
            check(&workspace, &mut editor, &provider);
            editor.client.stop();
        }
    }
}

#[track_caller]
fn action(editor: &mut Editor<'_>, uri: &str, line: u32, title: &str) -> Value {
    let all = actions(editor, uri, line, &json!([]));
    let is_it = |it: &&Value| it["title"].as_str().unwrap().starts_with(title);
    let titles: Vec<&Value> = all.iter().map(|it| &it["title"]).collect();
    all.iter().find(is_it).unwrap_or_else(|| panic!("no `{title}` in {titles:?}")).clone()
}

/// Runs an action; `message` is what the user says where the editor asks them.
#[track_caller]
fn run(editor: &mut Editor<'_>, action: &Value, message: Option<&str>) -> Value {
    assert!(action.get("disabled").is_none(), "{action}");
    let mut argument = action["command"]["arguments"][0].clone();
    if let Some(message) = message {
        assert!(argument["prompt"].is_string(), "nothing is asked for: {action}");
        argument["message"] = json!(message);
    }
    editor.execute(action["command"]["command"].as_str().unwrap(), argument)
}

/// Opens the document that the server had shown last.
#[track_caller]
fn open_shown(editor: &mut Editor<'_>, outcome: &Value) -> String {
    editor.client.request("workspace/executeCommand", json!({ "command": "aios.status" }));
    let uri = editor.client.shown.last().unwrap_or_else(|| panic!("nothing shown: {outcome}"));
    let uri = uri.clone();
    let text = std::fs::read_to_string(uri.strip_prefix("file://").unwrap()).unwrap();
    editor.open_uri(&uri, "markdown", text);
    uri
}

#[test]
fn an_agent_changes_code_as_told_and_that_is_undone() {
    let turns = [Turn::Call("edit", EDIT.to_owned()), Turn::Say("Doubled.".to_owned())];
    each(&turns, |workspace, editor, provider| {
        let uri = workspace.uri("pay.py");
        let it = action(editor, &uri, 5, "AIOS: change `tax` as told");
        assert_eq!(it["kind"], "refactor.rewrite.aios.agent.edit");
        let outcome = run(editor, &it, Some("make it two"));
        let outcome = answered(editor, outcome);
        assert_eq!(outcome["outcome"], "applied", "{outcome}");
        assert_eq!(editor.text("pay.py"), PAY.replace("return 1", "return 2"));
        let asked = provider.asked()[0].body.to_string();
        assert!(asked.contains("make it two") && asked.contains("place: pay.py:5-6"), "{asked}");
        let undone = editor.execute("aios.undo", json!({}));
        assert_eq!((&undone["outcome"], editor.text("pay.py")), (&json!("applied"), PAY));
    });
}

#[test]
fn an_editor_that_cannot_ask_opens_a_document_in_which_the_user_writes() {
    let turns = [Turn::Call("edit", EDIT.to_owned()), Turn::Say("Doubled.".to_owned())];
    each(&turns, |workspace, editor, provider| {
        let it = action(editor, &workspace.uri("pay.py"), 5, "AIOS: change `tax` as told");
        let outcome = run(editor, &it, None);
        assert_eq!(outcome["outcome"], "shown", "{outcome}");
        assert_eq!(provider.asked(), []);
        let request = open_shown(editor, &outcome);
        let text = editor.document(&request);
        assert!(text.starts_with("# Request to edit edit\n"), "{text}");
        assert!(text.contains("- place: pay.py:5-6\n"), "{text}");
        // Sent too early, it opens the request again.
        let send = action(editor, &request, 0, "AIOS: send this to edit");
        assert_eq!(run(editor, &send, None)["outcome"], "shown");
        editor.set_document(&request, &format!("{text}make it\ntwo\n"));
        let send = action(editor, &request, 0, "AIOS: send this to edit");
        let outcome = run(editor, &send, None);
        let outcome = answered(editor, outcome);
        assert_eq!(outcome["outcome"], "applied", "{outcome}");
        assert!(provider.asked()[0].body.to_string().contains("make it\\ntwo"));
    });
}

#[test]
fn an_answer_is_shown_and_answered_from_its_own_document() {
    let turns = [
        Turn::Say("It is one (pay.py:6).".to_owned()),
        Turn::Say("Because nobody changed it.".to_owned()),
    ];
    each(&turns, |workspace, editor, provider| {
        let it = action(editor, &workspace.uri("pay.py"), 5, "AIOS: ask the workspace");
        let outcome = run(editor, &it, Some("what is the tax?"));
        assert_eq!((&outcome["outcome"], &outcome["agent"]), (&json!("done"), &json!("ask")));
        let page = open_shown(editor, &outcome);
        let text = editor.document(&page);
        assert!(text.starts_with("# ask, done\n"), "{text}");
        assert!(text.contains("It is one (pay.py:6).\n\n(1 of 1 citations verified)"), "{text}");
        let send = action(editor, &page, 0, "AIOS: send this to ask");
        let refused = run(editor, &send, None);
        assert_eq!(refused["outcome"], "refused", "{refused}");
        editor.set_document(&page, &format!("{text}Why one?\n"));
        let send = action(editor, &page, 0, "AIOS: send this to ask");
        let outcome = run(editor, &send, None);
        assert_eq!(
            (&outcome["outcome"], &outcome["text"]),
            (&json!("done"), &json!("Because nobody changed it."))
        );
        let asked = provider.asked();
        let sent = asked[1].body["messages"].to_string();
        for part in ["what is the tax?", "It is one (pay.py:6).", "Why one?"] {
            assert!(sent.contains(part), "{part} in {sent}");
        }
        let path = page.strip_prefix("file://").unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        // An editor that holds the document open is given what was written behind it.
        if editor.document(&page) != text {
            let is_edit = |it: &Value| it["method"] == "workspace/applyEdit";
            let edit = editor.client.wait_for("what was written", is_edit);
            editor.apply(&edit["params"]["edit"]);
        }
        assert_eq!(editor.document(&page), text);
        let (first, last) = (text.find("It is one"), text.find("Because nobody"));
        assert!(first.is_some() && first < text.find("> Why one?"), "{text}");
        assert!(text.find("> Why one?") < last, "{text}");
    });
}

#[test]
fn a_run_is_heard_while_its_model_speaks_and_stopped_by_its_progress() {
    let words = "one two three four five six seven eight";
    let slowly = Turn::Slowly(words.to_owned(), Duration::from_millis(150));
    for protocol in [Protocol::Anthropic, Protocol::OpenAi] {
        let mut capabilities = every_client()[0].clone();
        capabilities["experimental"]["aios"] = json!({ "liveDocuments": true });
        let workspace = Workspace::new(FILES);
        let provider = Provider::script(protocol, vec![slowly.clone(), Turn::Hang]);
        let config = config(protocol, &provider.url(), "env:TEST_KEY");
        let mut editor = start(&workspace, &capabilities, &config);
        let ask = json!({ "agent": "ask", "message": "count" });
        let outcome = editor.execute("aios.runAgent", ask.clone());
        assert_eq!((&outcome["outcome"], &outcome["text"]), (&json!("done"), &json!(words)));
        let uri = outcome["document"].clone();
        assert_eq!(json!(editor.client.shown), json!([uri]), "it is shown once, at the beginning");
        let is_report = |it: &Value| {
            it["params"]["value"]["message"].as_str().is_some_and(|it| it.starts_with("one two"))
        };
        editor.client.wait_for("words in the progress", is_report);
        let is_changed =
            |it: &Value| it["method"] == "aios/documentChanged" && it["params"]["uri"] == uri;
        editor.client.wait_for("word of a document that was written anew", is_changed);
        // The second model says nothing; the user has enough.
        editor.client.inbox.clear();
        let argument = json!({ "command": "aios.runAgent", "arguments": [{
            "agent": "ask", "message": "and?", "wait": true,
        }] });
        let id = editor.client.start_request("workspace/executeCommand", argument);
        let is_begin = |it: &Value| it["params"]["value"]["title"] == "Agent ask";
        let begun = editor.client.wait_for("progress", is_begin);
        let token = begun["params"]["token"].clone();
        while provider.asked().len() < 2 {
            editor.client.request("workspace/executeCommand", json!({ "command": "aios.status" }));
        }
        editor.client.notify("window/workDoneProgress/cancel", json!({ "token": token }));
        let ended = editor.client.wait_for("its end", |it| it["id"] == id);
        assert_eq!(ended["result"]["outcome"], "cancelled", "{ended}");
        let runs = json!({ "command": "aios.runs" });
        let runs = editor.client.request("workspace/executeCommand", runs);
        assert_eq!(
            (&runs["runs"][0]["state"], &runs["runs"][1]["state"]),
            (&json!("cancelled"), &json!("done"))
        );
        editor.client.stop();
    }
}

#[test]
fn what_needs_a_model_says_why_there_is_none_and_is_gone_where_none_is_wanted() {
    for capabilities in every_client() {
        let workspace = Workspace::new(FILES);
        let uri = workspace.uri("pay.py");
        let mut editor = start(&workspace, &capabilities, "");
        let titles = |all: &[Value], is_disabled: bool| {
            let fits = |it: &&Value| it.get("disabled").is_some() == is_disabled;
            let fitting = all.iter().filter(fits);
            fitting.map(|it| it["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let all = actions(&mut editor, &uri, 5, &json!([]));
        let can_disable = capabilities["textDocument"]["codeAction"]["disabledSupport"] == true;
        let disabled = titles(&all, true);
        assert_eq!(disabled.iter().any(|it| it.contains("write tests for `tax`")), can_disable);
        let is_of_agent = |it: &&Value| it["title"].as_str().unwrap().contains("write tests for");
        let why = all.iter().filter(is_of_agent).find_map(|it| it["disabled"]["reason"].as_str());
        let told = "no model is configured: see `ai.models`";
        assert_eq!(why.filter(|_| can_disable), can_disable.then_some(told));
        // What hides these says it by a message.
        let it = action(&mut editor, &uri, 5, "AIOS: edit, fix, write tests …");
        let outcome = run(&mut editor, &it, None);
        assert_eq!(outcome["outcome"], "refused", "{outcome}");
        let is_told = |it: &Value| {
            it["method"] == "window/showMessage"
                && it["params"]["message"].as_str().is_some_and(|it| it.contains(told))
        };
        editor.client.wait_for("the reason", is_told);
        let listed =
            editor.client.request("workspace/executeCommand", json!({ "command": "aios.agents" }));
        assert_eq!(listed["noModel"], told);
        editor.client.stop();
        let mut editor = start(&workspace, &capabilities, "ai.enabled = false\n");
        let all = actions(&mut editor, &uri, 5, &json!([]));
        let about_models = |it: &&String| it.contains("model") || it.contains("as told");
        let enabled = titles(&all, false);
        assert_eq!(enabled.iter().find(about_models), None, "{enabled:?}");
        assert_eq!(titles(&all, true).iter().find(about_models), None);
        let listed =
            editor.client.request("workspace/executeCommand", json!({ "command": "aios.agents" }));
        let agents = listed["agents"].as_array().unwrap().iter();
        let agents: Vec<&str> = agents.map(|it| it["agent"].as_str().unwrap()).collect();
        assert_eq!(agents, ["explain", "find", "skills"]);
        editor.client.stop();
    }
}

/// Titles are made from what is known already: nobody is asked, nothing is started or written.
#[test]
fn titles_ask_no_model_and_start_nothing() {
    each(&[Turn::Say("ready".to_owned())], |workspace, editor, provider| {
        let uri = workspace.uri("pay.py");
        let diagnostics = json!([{
            "range": {
                "start": { "line": 1, "character": 11 }, "end": { "line": 1, "character": 14 },
            },
            "message": "`tax` takes no argument",
        }]);
        for line in 0..6 {
            let all = actions(editor, &uri, line, &diagnostics);
            let has = |title: &str| all.iter().any(|it| it["title"].as_str() == Some(title));
            assert!(has("AIOS: ask the workspace …"), "{all:?}");
            assert!(has("AIOS: fix with a model: `tax` takes no argument"), "{all:?}");
        }
        assert_eq!(provider.asked(), []);
        let runs = json!({ "command": "aios.runs" });
        let runs = editor.client.request("workspace/executeCommand", runs);
        assert_eq!(runs, json!({ "runs": [], "workflows": [] }));
    });
}

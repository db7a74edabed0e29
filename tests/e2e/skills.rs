//! Skills from a code action, a comment or typed words to a report, a mark, or a change that is
//! applied and undone; the same for every set of abilities, and with no model.

use serde_json::{Value, json};

use crate::{
    changes::plain_capabilities,
    cli::{aios, json as json_rows},
    client::capabilities,
    editor::Editor,
    workspace::Workspace,
};

const PAY: &str = "\
import os


def total(cart):
    return tax(cart)


def tax(cart):
    return 1


def _old(cart):
    return 2
";
const FILES: &[(&str, &str)] = &[
    ("pay.py", PAY),
    ("test_pay.py", "from pay import total\n\n\ndef test_total():\n    assert total([]) == 1\n"),
    ("one.py", "from two import b\n\n\ndef a():\n    return b()\n"),
    ("two.py", "from one import a\n\n\ndef b():\n    return 1\n\n\ndef c():\n    return a()\n"),
];

/// Without `applyEdit` left out: what VS Code and Neovim 0.12, and what Helix and Neovim 0.11
/// declare.
pub(crate) fn every_client() -> [Value; 2] {
    let mut vscode = capabilities();
    vscode["textDocument"]["publishDiagnostics"] = json!({ "versionSupport": true });
    let mut helix = plain_capabilities();
    helix["textDocument"]["publishDiagnostics"] = json!({});
    [vscode, helix]
}

fn start<'a>(workspace: &'a Workspace, capabilities: &Value) -> Editor<'a> {
    let mut editor = Editor::start(workspace, capabilities);
    editor.client.wait_until_indexed();
    editor.open("pay.py");
    editor
}

/// What can be done in a line, asked for by the user.
pub(crate) fn actions(
    editor: &mut Editor<'_>,
    uri: &str,
    line: u32,
    diagnostics: &Value,
) -> Vec<Value> {
    let at = json!({ "line": line, "character": 4 });
    let params = json!({
        "textDocument": { "uri": uri },
        "range": { "start": at, "end": at },
        "context": { "diagnostics": diagnostics, "triggerKind": 1 },
    });
    let answer = editor.client.request("textDocument/codeAction", params);
    answer.as_array().unwrap().clone()
}

/// Runs the action whose title begins so.
#[track_caller]
fn act(editor: &mut Editor<'_>, uri: &str, line: u32, title: &str) -> Value {
    let all = actions(editor, uri, line, &json!([]));
    let is_it = |it: &&Value| it["title"].as_str().unwrap().starts_with(title);
    let titles: Vec<&Value> = all.iter().map(|it| &it["title"]).collect();
    let action = all.iter().find(is_it).unwrap_or_else(|| panic!("no `{title}` in {titles:?}"));
    let command = action["command"]["command"].as_str().unwrap().to_owned();
    editor.execute(&command, action["command"]["arguments"][0].clone())
}

/// What a report says that the client was asked to open.
#[track_caller]
fn opened(editor: &mut Editor<'_>, outcome: &Value) -> String {
    let uri = outcome["document"].as_str().unwrap_or_else(|| panic!("no document: {outcome}"));
    // Asking for anything takes in what was sent before, the request to show the report too.
    editor.client.request("workspace/executeCommand", json!({ "command": "aios.status" }));
    assert_eq!(editor.client.shown.last().map(String::as_str), Some(uri));
    std::fs::read_to_string(uri.strip_prefix("file://").unwrap()).unwrap()
}

#[test]
fn reports_open_as_documents_in_every_editor() {
    for capabilities in every_client() {
        let workspace = Workspace::new(FILES);
        let mut editor = start(&workspace, &capabilities);
        let uri = workspace.uri("pay.py");
        for (title, wanted) in [
            ("AIOS: explain `tax`", "## Who calls it"),
            ("AIOS: impact of `tax`", "test_total"),
            ("AIOS: tests for `tax`", "1 test, each below the way to it"),
            ("AIOS: review this file", "nothing refers to it"),
        ] {
            let outcome = act(&mut editor, &uri, 7, title);
            let text = opened(&mut editor, &outcome);
            assert!(text.contains(wanted), "{title}: {text}");
            assert!(text.contains(&format!("{uri}#L")), "it links to its places: {text}");
        }
        editor.client.stop();
    }
}

#[test]
fn what_a_review_finds_is_marked_mended_undone_and_cleared() {
    for capabilities in every_client() {
        let workspace = Workspace::new(FILES);
        let mut editor = start(&workspace, &capabilities);
        let uri = workspace.uri("pay.py");
        let outcome = act(&mut editor, &uri, 0, "AIOS: review this file");
        assert_eq!(outcome["outcome"], "findings", "{outcome}");
        let marked = wait_for_mark(&mut editor, &uri, "dead-code");
        assert_eq!(
            (&marked["source"], &marked["range"]["start"]["line"]),
            (&json!("aios"), &json!(11))
        );
        let lenses = json!({ "textDocument": { "uri": uri } });
        let lenses = editor.client.request("textDocument/codeLens", lenses);
        let says = |it: &Value| it["command"]["title"].as_str().unwrap_or("").contains("_old");
        assert!(lenses.as_array().unwrap().iter().any(says), "{lenses}");
        // A line that comes before it moves the mark with it.
        editor.set_text("pay.py", &format!("# first\n{PAY}"));
        let outcome = act(&mut editor, &uri, 12, "AIOS: mend (dead-code)");
        let outcome = answered(&mut editor, outcome);
        assert_eq!(outcome["outcome"], "applied", "{outcome}");
        assert!(!editor.text("pay.py").contains("_old"));
        let undone = editor.execute("aios.undo", json!({}));
        assert_eq!(undone["outcome"], "applied", "{undone}");
        assert_eq!(editor.text("pay.py"), format!("# first\n{PAY}"));
        editor.execute("aios.clearFindings", json!({}));
        let is_gone = |it: &Value| {
            let rules = it["params"]["diagnostics"].as_array();
            it["method"] == "textDocument/publishDiagnostics"
                && it["params"]["uri"] == uri
                && rules.is_some_and(|it| it.iter().all(|it| it["code"] != "dead-code"))
        };
        editor.client.wait_for("cleared marks", is_gone);
        editor.client.stop();
    }
}

/// The end of a run that proposes: where the client is shown a document, it is applied from there.
#[track_caller]
pub(crate) fn answered(editor: &mut Editor<'_>, outcome: Value) -> Value {
    match outcome["outcome"].as_str() {
        Some("proposed") => {
            editor.execute("aios.applyProposal", json!({ "proposal": outcome["proposal"] }))
        }
        _ => outcome,
    }
}

#[track_caller]
fn wait_for_mark(editor: &mut Editor<'_>, uri: &str, rule: &str) -> Value {
    let has = |it: &Value| {
        let all = it["params"]["diagnostics"].as_array();
        it["params"]["uri"] == uri && all.is_some_and(|it| it.iter().any(|it| it["code"] == rule))
    };
    let told = editor.client.wait_for("marks", has);
    let all = told["params"]["diagnostics"].as_array().unwrap().clone();
    all.into_iter().find(|it| it["code"] == rule).unwrap()
}

#[test]
fn changes_are_applied_and_undone_in_every_editor() {
    for capabilities in every_client() {
        let workspace = Workspace::new(FILES);
        let mut editor = start(&workspace, &capabilities);
        editor.open("one.py");
        editor.open("two.py");
        let (pay, one) = (workspace.uri("pay.py"), workspace.uri("one.py"));
        for (uri, line, title, path, wanted) in [
            (&pay, 3, "Document `total`", "pay.py", ":param cart: the cart"),
            (&pay, 0, "Organise imports", "pay.py", "def total"),
            (&pay, 11, "Delete unused function", "pay.py", "def tax"),
        ] {
            let before = editor.text(path).to_owned();
            let outcome = act(&mut editor, uri, line, title);
            let outcome = answered(&mut editor, outcome);
            assert_eq!(outcome["outcome"], "applied", "{title}: {outcome}");
            assert!(editor.text(path).contains(wanted) && editor.text(path) != before, "{title}");
            let told = act(&mut editor, uri, line, "AIOS: changelog of what was changed here");
            let told = opened(&mut editor, &told);
            assert!(told.contains("pay.py"), "{title}: {told}");
            let undone = editor.execute("aios.undo", json!({}));
            assert_eq!(undone["outcome"], "applied", "{undone}");
            assert_eq!(editor.text(path), before, "{title}");
        }
        let cycle = json!([{
            "range": {
                "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 9 },
            },
            "message": "", "source": "aios", "code": "import-cycle",
        }]);
        let all = actions(&mut editor, &one, 0, &cycle);
        let it = all.iter().find(|it| it["title"] == "AIOS: break the import cycle").unwrap();
        let outcome = editor.execute("aios.skill", it["command"]["arguments"][0].clone());
        let outcome = answered(&mut editor, outcome);
        assert_eq!(outcome["outcome"], "applied", "{outcome}");
        assert!(editor.text("one.py").starts_with("from b import b"), "{}", editor.text("one.py"));
        editor.execute("aios.undo", json!({}));
        assert_eq!(editor.text("one.py"), FILES[2].1);
        editor.client.stop();
    }
}

#[test]
fn words_are_typed_as_a_command_or_written_as_a_comment() {
    let workspace = Workspace::new(FILES);
    let mut editor = start(&workspace, &plain_capabilities());
    let uri = workspace.uri("pay.py");
    let typed = json!({
        "text": "who calls this", "textDocument": { "uri": uri },
        "position": { "line": 7, "character": 5 },
    });
    let outcome = editor.execute("aios.doCommand", typed);
    assert_eq!(outcome["understood"]["command"], "/callers", "{outcome}");
    assert!(opened(&mut editor, &outcome).contains("`total` (function)"));
    editor.set_text("pay.py", &PAY.replace("def tax", "# aios: /explain\ndef tax"));
    let outcome = act(&mut editor, &uri, 7, "AIOS: do `/explain`");
    assert!(opened(&mut editor, &outcome).starts_with("# `tax`"));
    // What writes is asked about first, and a wrong command is told at once.
    let params = json!({ "command": "aios.doCommand", "arguments": [{ "text": "undo that" }] });
    editor.client.request("workspace/executeCommand", params);
    let asked = editor.client.wait_for_method("window/showMessageRequest");
    assert!(asked["params"]["actions"][0]["title"].as_str().unwrap().contains("/undo"));
    editor.client.answer(&asked, Value::Null);
    let params = json!({ "command": "aios.doCommand", "arguments": [{ "text": "/renam x" }] });
    let answer = editor.client.try_request("workspace/executeCommand", params);
    let message = answer["error"]["message"].as_str().unwrap();
    assert_eq!(message, "there is no skill `renam`; did you mean /rename?");
    let params = json!({ "text": "/impact to" });
    let params = json!({ "command": "aios.completeCommand", "arguments": [params] });
    let found = editor.client.request("workspace/executeCommand", params);
    assert_eq!((&found["start"], &found["items"][0]["text"]), (&json!(8), &json!("total")));
    editor.client.stop();
}

#[test]
fn a_shell_reviews_what_is_not_committed() {
    let workspace = Workspace::new(FILES);
    let git = |args: &[&str]| {
        let set = ["-c", "user.name=a", "-c", "user.email=a@b"];
        let output = std::process::Command::new("git")
            .args(set)
            .args(args)
            .current_dir(workspace.root())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "first"]);
    let (code, text) = aios(&workspace, &["do", "/review"]);
    assert_eq!((code, text.trim_end()), (1, "nothing has changed since the last commit"));
    workspace.write("pay.py", &format!("{PAY}\n\ndef fresh(cart):\n    return tax(cart)\n"));
    workspace.write("new.py", "def brand_new():\n    return 1\n");
    let rows = json_rows(&workspace, &["do", "review my changes"]);
    let told: Vec<(&str, &str)> =
        rows.iter().filter_map(|it| Some((it["rule"].as_str()?, it["symbol"].as_str()?))).collect();
    assert_eq!(told, [("untested", "brand_new"), ("untested", "fresh")], "{rows:?}");
    assert_eq!(rows[0]["understood"], "/review of=changes");
}

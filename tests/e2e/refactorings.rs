//! Every refactoring as an editor asks for it: a code action is offered, chosen, made by the editor
//! and taken back.

use serde_json::{Value, json};

use crate::{changes::plain_capabilities, editor::Editor, workspace::Workspace};

const LIB: &str = "\
import os
import sys


def half(count):
    return count / 2


def price(count):
    total = count * 2 + 1
    return total


def cost(count):
    return price(count) + half(count) + len(sys.argv)


def unused(count):
    return count
";

/// A place in `lib.py`: the `nth` time that `marked` is written there, from 0.
fn range(marked: &str, nth: usize) -> Value {
    let at = LIB.match_indices(marked).nth(nth).unwrap().0;
    let position = |at: usize| {
        let before = &LIB[..at];
        let column = at - before.rfind('\n').map_or(0, |it| it + 1);
        json!({ "line": before.matches('\n').count(), "character": column })
    };
    json!({ "start": position(at), "end": position(at + marked.len()) })
}

fn actions(editor: &mut Editor<'_>, uri: &str, range: &Value) -> Vec<Value> {
    let params = json!({
        "textDocument": { "uri": uri },
        "range": range,
        "context": { "diagnostics": [] },
    });
    let actions = editor.client.request("textDocument/codeAction", params);
    actions.as_array().unwrap().clone()
}

/// Chooses the action with this title at `marked`, looks at what became of the file, and takes it
/// back.
#[track_caller]
fn check(
    editor: &mut Editor<'_>,
    workspace: &Workspace,
    (marked, nth, title): (&str, usize, &str),
) -> String {
    let uri = workspace.uri("lib.py");
    let all = actions(editor, &uri, &range(marked, nth));
    let titles: Vec<&str> = all.iter().map(|it| it["title"].as_str().unwrap()).collect();
    let Some(at) = titles.iter().position(|it| it.starts_with(title)) else {
        panic!("no `{title}` among {titles:#?}");
    };
    assert!(all[at].get("disabled").is_none(), "{}", all[at]);
    let command = &all[at]["command"];
    let name = command["command"].as_str().unwrap().to_owned();
    let outcome = editor.execute(&name, command["arguments"][0].clone());
    assert_eq!(outcome["outcome"], "proposed", "{outcome}");
    let proposal = outcome["proposal"].clone();
    let outcome = editor.execute("aios.applyProposal", json!({ "proposal": proposal }));
    assert_eq!(outcome["outcome"], "applied", "{title}: {outcome}");
    let text = editor.text("lib.py").to_owned();
    let outcome = editor.execute("aios.undo", json!({ "transaction": outcome["transaction"] }));
    assert_eq!(outcome["outcome"], "applied", "{title}: {outcome}");
    assert_eq!(editor.text("lib.py"), LIB, "{title}");
    text
}

#[test]
fn every_refactoring_is_offered_made_and_taken_back() {
    let workspace = Workspace::new(&[("lib.py", LIB)]);
    let mut editor = Editor::start(&workspace, &plain_capabilities());
    editor.client.wait_until_indexed();
    editor.open("lib.py");
    let mut check = |at| check(&mut editor, &workspace, at);
    let text = check(("count * 2", 0, "Extract `count * 2` into a variable"));
    assert!(text.contains("= count * 2\n") && text.contains(" + 1\n"), "{text}");
    let text = check(("count * 2 + 1", 0, "Extract into the function"));
    assert!(text.contains("total = extracted(count)\n"), "{text}");
    let text = check(("total", 1, "Inline"));
    assert!(text.contains("return count * 2 + 1\n"), "{text}");
    let text = check(("half(count)", 1, "Inline"));
    assert!(text.contains("return price(count) + (count / 2) + len(sys.argv)\n"), "{text}");
    let text = check(("import os", 0, "Organise imports"));
    assert!(text.starts_with("import sys\n"), "{text}");
    let text = check(("unused", 0, "Delete"));
    assert!(!text.contains("unused"), "{text}");
    let text = check(("price", 0, "Move to the new file price.py"));
    assert!(text.contains("from price import price\n"), "{text}");
    assert!(!workspace.has("price.py"), "taken back");
    let text = check(("cost", 0, "Document"));
    assert!(text.contains("\"\"\""), "{text}");
}

#[test]
fn what_cannot_be_done_says_why() {
    let workspace = Workspace::new(&[("lib.py", LIB)]);
    let mut editor = Editor::start(&workspace, &plain_capabilities());
    editor.client.wait_until_indexed();
    editor.open("lib.py");
    let uri = workspace.uri("lib.py");
    let all = actions(&mut editor, &uri, &range("price", 0));
    let delete = all.iter().find(|it| it["title"].as_str().unwrap().starts_with("Delete")).unwrap();
    let reason = delete["disabled"]["reason"].as_str().unwrap();
    assert_eq!(reason, "`price` is used at lib.py:15");
    // Checks run the project's own code: not before it is trusted.
    let titled = |all: &[Value], title: &str| {
        let found = all.iter().find(|it| it["title"].as_str().unwrap() == title);
        found.unwrap_or_else(|| panic!("no {title}")).clone()
    };
    let verify = titled(&all, "AIOS: run the project's checks");
    assert!(verify["disabled"]["reason"].as_str().unwrap().contains("trust the workspace first"));
    let own = editor.execute("aios.trust", json!({}));
    editor.execute("aios.trust", json!({ "seen": own["seen"] }));
    let all = actions(&mut editor, &uri, &range("price", 0));
    let verify = titled(&all, "AIOS: run the project's checks");
    assert!(verify.get("disabled").is_none(), "{verify}");
    if cfg!(target_os = "linux") {
        let outcome = editor.execute("aios.verify", verify["command"]["arguments"][0].clone());
        assert_eq!(outcome["outcome"], "verified", "{outcome}");
    }
}

//! The first seconds of a session: what is asked before the workspace is read is answered as it
//! will be after, or says that it is not known yet.

use serde_json::{Value, json};

use crate::{client::capabilities, editor::Editor, workspace::Workspace};

/// Enough that reading them takes longer than asking.
const FILES: usize = 600;

const BASE: &str = "\
class Base:
    def run(self):
        return 0


def helper():
    pass
";
const USER: &str = "\
from base import Base, helper


class Last(Base):
    def run(self):
        return helper()
";

/// A workspace whose interesting files are read last.
fn large() -> Workspace {
    let workspace = Workspace::new(&[("base.py", BASE), ("zz/user.py", USER)]);
    let text: String =
        (0..60).map(|it| format!("def f{it}(x):\n    return x + {it}\n\n")).collect();
    for file in 0..FILES {
        workspace.write(&format!("many/m{file}.py"), &text);
    }
    workspace
}

fn at(workspace: &Workspace, path: &str, line: u32, character: u32) -> Value {
    json!({
        "textDocument": { "uri": workspace.uri(path) },
        "position": { "line": line, "character": character },
        "context": { "includeDeclaration": false },
    })
}

/// Where the places of an answer begin: file and line.
fn places(workspace: &Workspace, answer: &Value) -> Vec<(String, u64)> {
    let root = workspace.uri("");
    let places = answer.as_array().unwrap_or_else(|| panic!("{answer}")).iter().map(|it| {
        let uri = it["uri"].as_str().unwrap();
        let line = it["range"]["start"]["line"].as_u64().unwrap();
        (uri.strip_prefix(&root).unwrap().to_owned(), line)
    });
    places.collect()
}

/// The answer to a request that was sent before.
fn answer(editor: &mut Editor<'_>, id: i64) -> Value {
    editor.client.wait_for("an answer", |it| it.get("method").is_none() && it["id"] == id)
}

#[test]
fn what_any_file_may_add_to_waits_until_all_are_read() {
    let workspace = large();
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.open("base.py");
    editor.open("zz/user.py");
    let method = at(&workspace, "base.py", 1, 8);
    let class = at(&workspace, "base.py", 0, 6);
    let import = at(&workspace, "zz/user.py", 0, 6);
    let ask = |editor: &mut Editor<'_>, method: &str, params: &Value| {
        editor.client.start_request(method, params.clone())
    };
    let implementation = ask(&mut editor, "textDocument/implementation", &method);
    let references = ask(&mut editor, "textDocument/references", &class);
    let links = ask(&mut editor, "textDocument/documentLink", &import);
    let callers = json!({ "command": "aios.callers", "arguments": [{ "symbol": "helper" }] });
    let callers = ask(&mut editor, "workspace/executeCommand", &callers);
    let found = answer(&mut editor, implementation);
    assert_eq!(places(&workspace, &found["result"]), [("zz/user.py".to_owned(), 4)]);
    let found = answer(&mut editor, references);
    let users = [("zz/user.py".to_owned(), 0), ("zz/user.py".to_owned(), 3)];
    assert_eq!(places(&workspace, &found["result"]), users);
    let found = answer(&mut editor, links);
    assert_eq!(found["result"][0]["target"], workspace.uri("base.py"), "{found}");
    let found = answer(&mut editor, callers);
    assert_eq!(found["result"]["items"][0]["name"], "Last::run", "{found}");
}

#[test]
fn lenses_say_that_they_are_not_counted_and_are_refreshed_when_they_are() {
    let workspace = large();
    let mut can = capabilities();
    can["workspace"]["codeLens"] = json!({ "refreshSupport": true });
    let mut editor = Editor::start(&workspace, &can);
    editor.open("base.py");
    let document = json!({ "textDocument": { "uri": workspace.uri("base.py") } });
    let lenses = editor.client.request("textDocument/codeLens", document.clone());
    let lens = editor.client.request("codeLens/resolve", lenses[0].clone());
    let title = &lens["command"]["title"];
    assert!(title == "1 use" || title == "not counted yet: files are still being read", "{title}");
    editor.client.wait_until_indexed();
    let refresh = editor.client.wait_for_method("workspace/codeLens/refresh");
    editor.client.answer(&refresh, Value::Null);
    let lenses = editor.client.request("textDocument/codeLens", document);
    let lens = editor.client.request("codeLens/resolve", lenses[0].clone());
    assert_eq!(lens["command"]["title"], "1 use");
}

#[test]
fn a_question_that_waits_can_be_taken_back_alone() {
    let workspace = large();
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.open("base.py");
    let class = at(&workspace, "base.py", 0, 6);
    let gone = editor.client.start_request("textDocument/references", class.clone());
    let kept = editor.client.start_request("textDocument/references", class);
    editor.client.notify("$/cancelRequest", json!({ "id": gone }));
    let gone = answer(&mut editor, gone);
    // On a very quick machine the answer was there first.
    assert!(gone["error"]["code"] == -32800 || gone["result"].is_array(), "{gone}");
    let kept = answer(&mut editor, kept);
    let users = [("zz/user.py".to_owned(), 0), ("zz/user.py".to_owned(), 3)];
    assert_eq!(places(&workspace, &kept["result"]), users);
}

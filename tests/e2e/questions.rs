//! What the graph is asked over the protocol and by commands: hierarchies, links, lenses, findings,
//! impact; and that another server's answers are left to it.

use serde_json::{Value, json};

use crate::{
    cli::{aios, json as json_rows},
    client::capabilities,
    editor::Editor,
    workspace::Workspace,
};

const SHOP: &[(&str, &str)] = &[
    ("pay.py", "def total(cart):\n    return tax(cart)\n\ndef tax(cart):\n    return 1\n"),
    (
        "shop.py",
        "from pay import total\n\nclass Shop:\n    def buy(self):\n        return total([])\n\n\
         class Stall(Shop):\n    def buy(self):\n        return 0\n",
    ),
    ("test_shop.py", "from pay import total\n\ndef test_total():\n    assert total([]) == 1\n"),
];

/// An editor on the workspace, once everything is indexed.
fn start<'a>(workspace: &'a Workspace, capabilities: &Value) -> Editor<'a> {
    let mut editor = Editor::start(workspace, capabilities);
    editor.client.wait_until_indexed();
    editor
}

fn execute(editor: &mut Editor<'_>, command: &str, argument: Value) -> Value {
    let params = json!({ "command": command, "arguments": [argument] });
    editor.client.request("workspace/executeCommand", params)
}

fn at(workspace: &Workspace, path: &str, line: u32, character: u32) -> Value {
    json!({
        "textDocument": { "uri": workspace.uri(path) },
        "position": { "line": line, "character": character }
    })
}

fn names(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
}

#[test]
fn calls_and_types_have_hierarchies() {
    let workspace = Workspace::new(SHOP);
    let mut editor = start(&workspace, &capabilities());
    editor.open("shop.py");
    let call = at(&workspace, "shop.py", 4, 15);
    let items = editor.client.request("textDocument/prepareCallHierarchy", call);
    assert_eq!(names(&items), ["total"]);
    let incoming =
        editor.client.request("callHierarchy/incomingCalls", json!({ "item": items[0] }));
    let from: Vec<&str> = incoming
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["from"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(from, ["buy", "test_total"]);
    let outgoing =
        editor.client.request("callHierarchy/outgoingCalls", json!({ "item": items[0] }));
    assert_eq!(outgoing[0]["to"]["name"], "tax");
    let stall = at(&workspace, "shop.py", 6, 7);
    let types = editor.client.request("textDocument/prepareTypeHierarchy", stall);
    let above = editor.client.request("typeHierarchy/supertypes", json!({ "item": types[0] }));
    assert_eq!(names(&above), ["Shop"]);
    let below = editor.client.request("typeHierarchy/subtypes", json!({ "item": above[0] }));
    assert_eq!(names(&below), ["Stall"]);
    let method = at(&workspace, "shop.py", 3, 9);
    let below = editor.client.request("textDocument/implementation", method);
    assert_eq!(below[0]["range"]["start"]["line"], 7);
}

#[test]
fn imports_are_links_and_definitions_have_lenses_that_count_when_shown() {
    let workspace = Workspace::new(SHOP);
    let mut editor = start(&workspace, &capabilities());
    editor.open("shop.py");
    editor.open("pay.py");
    let document = json!({ "textDocument": { "uri": workspace.uri("shop.py") } });
    let links = editor.client.request("textDocument/documentLink", document);
    assert_eq!(links[0]["target"], workspace.uri("pay.py"));
    assert_eq!(links[0]["range"]["start"], json!({ "line": 0, "character": 5 }));
    let document = json!({ "textDocument": { "uri": workspace.uri("pay.py") } });
    let lenses = editor.client.request("textDocument/codeLens", document);
    assert!(lenses[0].get("command").is_none(), "{lenses}");
    let lens = editor.client.request("codeLens/resolve", lenses[0].clone());
    assert_eq!(lens["command"]["title"], "1 caller · 1 test");
    assert_eq!(lens["command"]["command"], "aios.callers");
    let argument = lens["command"]["arguments"][0].clone();
    let callers = execute(&mut editor, "aios.callers", argument);
    assert_eq!(names(&callers["items"]), ["Shop::buy", "test_total"]);
}

#[test]
fn questions_tell_how_they_know_and_what_they_do_not() {
    let workspace = Workspace::new(SHOP);
    let mut editor = start(&workspace, &capabilities());
    let impact = execute(&mut editor, "aios.impact", json!({ "symbol": "tax" }));
    assert_eq!(names(&impact["items"])[0], "total");
    let edge = &impact["items"][0]["edge"];
    assert_eq!((&edge["kind"], &edge["resolution"]), (&json!("calls"), &json!("exact")));
    assert_eq!(impact["coverage"]["waiting"], 0);
    let cut = execute(&mut editor, "aios.impact", json!({ "symbol": "tax", "limit": 1 }));
    assert_eq!(cut["limit"]["what"], "symbols");
    let way = json!({ "from": { "symbol": "Shop::buy" }, "to": { "symbol": "tax" } });
    let way = execute(&mut editor, "aios.path", way);
    assert_eq!(names(&way["items"]), ["Shop::buy", "total", "tax"]);
    let picture =
        execute(&mut editor, "aios.exportGraph", json!({ "symbol": "tax", "format": "dot" }));
    assert!(picture["text"].as_str().unwrap().starts_with("digraph"), "{picture}");
    let nobody = json!({ "command": "aios.impact", "arguments": [{ "symbol": "nobody" }] });
    let answer = editor.client.try_request("workspace/executeCommand", nobody);
    assert_eq!(answer["error"]["message"], "no symbol `nobody` was found");
}

const CYCLE: &[(&str, &str)] = &[
    ("one.py", "from two import b\n\ndef a():\n    return b()\n"),
    ("two.py", "from one import a\n\ndef b():\n    return a\n"),
];

#[test]
fn findings_are_pulled_unchanged_and_gone_when_mended() {
    let workspace = Workspace::new(CYCLE);
    let mut can = capabilities();
    can["textDocument"]["diagnostic"] = json!({});
    let mut editor = start(&workspace, &can);
    editor.open("one.py");
    let document = json!({ "uri": workspace.uri("one.py") });
    let pull = |editor: &mut Editor<'_>, previous: &Value| {
        let params = json!({ "textDocument": document, "previousResultId": previous });
        editor.client.request("textDocument/diagnostic", params)
    };
    let report = pull(&mut editor, &json!(null));
    assert_eq!(report["items"][0]["code"], "import-cycle", "{report}");
    assert_eq!(report["items"][0]["source"], "aios");
    let again = pull(&mut editor, &report["resultId"]);
    assert_eq!(again["kind"], "unchanged");
    assert_eq!(again["resultId"], report["resultId"]);
    editor.set_text("one.py", "def a():\n    return b()\n");
    let mended = pull(&mut editor, &report["resultId"]);
    assert_eq!((&mended["kind"], &mended["items"]), (&json!("full"), &json!([])));
}

#[test]
fn findings_are_pushed_with_their_version_and_taken_back() {
    let workspace = Workspace::new(CYCLE);
    let mut can = capabilities();
    can["textDocument"]["publishDiagnostics"] = json!({ "versionSupport": true });
    let mut editor = start(&workspace, &can);
    editor.open("one.py");
    let told = editor.client.wait_for_method("textDocument/publishDiagnostics")["params"].clone();
    assert_eq!((&told["version"], &told["uri"]), (&json!(1), &json!(workspace.uri("one.py"))));
    assert_eq!(told["diagnostics"][0]["code"], "import-cycle");
    let document = json!({ "textDocument": { "uri": workspace.uri("one.py") } });
    editor.client.notify("textDocument/didClose", document);
    let gone = editor.client.wait_for_method("textDocument/publishDiagnostics")["params"].clone();
    assert_eq!(gone["diagnostics"], json!([]));
}

#[test]
fn what_another_server_answers_is_left_to_it() {
    let workspace = Workspace::new(SHOP);
    let mut editor = start(&workspace, &capabilities());
    editor.open("shop.py");
    let call = at(&workspace, "shop.py", 4, 15);
    assert!(!editor.client.request("textDocument/hover", call.clone()).is_null());
    let others = json!({ "languages": { "python": ["textDocument/hover"] } });
    editor.client.notify("aios/otherServers", others);
    assert!(editor.client.request("textDocument/hover", call.clone()).is_null());
    assert!(!editor.client.request("textDocument/definition", call.clone()).is_null());
    editor.client.notify("aios/otherServers", json!({ "languages": {} }));
    assert!(!editor.client.request("textDocument/hover", call).is_null());
}

#[test]
fn a_big_answer_comes_in_parts_where_the_client_takes_them() {
    let calls: String = (0..600).map(|it| format!("def f{it}(): return total()\n")).collect();
    let many = format!("from pay import total\n{calls}");
    let workspace = Workspace::new(&[("pay.py", "def total(): pass\n"), ("many.py", &many)]);
    let mut editor = start(&workspace, &capabilities());
    editor.open("pay.py");
    let mut params = at(&workspace, "pay.py", 0, 5);
    params["context"] = json!({ "includeDeclaration": true });
    let whole = editor.client.request("textDocument/references", params.clone());
    assert_eq!(whole.as_array().unwrap().len(), 602);
    params["partialResultToken"] = json!("part");
    let rest = editor.client.request("textDocument/references", params);
    assert_eq!(rest, json!([]));
    let is_part = |it: &&Value| it["params"]["token"] == "part";
    let parts: Vec<&Value> = editor.client.inbox.iter().filter(is_part).collect();
    assert!(1 < parts.len());
    let n: usize = parts.iter().map(|it| it["params"]["value"].as_array().unwrap().len()).sum();
    assert_eq!(n, 602);
}

#[test]
fn commands_of_the_shell_end_with_what_they_do_not_cover() {
    let workspace = Workspace::new(SHOP);
    let (code, text) = aios(&workspace, &["impact", "tax"]);
    assert_eq!(code, 0);
    assert!(text.contains("function total  (calls, exact)"), "{text}");
    assert!(text.contains("test_shop.py:3"), "{text}");
    let rows = json_rows(&workspace, &["tests", "tax"]);
    assert_eq!((&rows[1]["name"], &rows[1]["from"]), (&json!("test_total"), &json!(0)));
    assert_eq!(rows.last().unwrap()["coverage"]["waiting"], 0);
    let rows = json_rows(&workspace, &["path", "Shop::buy", "tax"]);
    let names: Vec<&str> = rows.iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, ["Shop::buy", "total", "tax"]);
    let rows = json_rows(&workspace, &["callees", "total"]);
    assert_eq!(rows[0]["name"], "tax");
    let (code, text) = aios(&workspace, &["cycles"]);
    assert_eq!((code, text.trim_end()), (1, "no import cycle"));
    let (_, text) = aios(&workspace, &["graph"]);
    assert!(text.starts_with("flowchart LR\n"), "{text}");
    let (code, text) = aios(&workspace, &["impact", "nobody"]);
    assert_eq!((code, text.trim_end()), (1, "no symbol `nobody` was found"));
}

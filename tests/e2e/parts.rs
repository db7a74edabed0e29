//! Parts of a change, taken one by one: in the diff document, in the list of changes, and on the
//! command line.

use serde_json::{Value, json};

use crate::{
    changes::{plain_capabilities, rename_argument, renamed},
    cli,
    editor::Editor,
    workspace::{CART, SHOP, Workspace},
};

/// The actions of the document `uri` on the first line that contains `at`.
#[track_caller]
fn actions(editor: &mut Editor<'_>, uri: &str, at: &str) -> Vec<Value> {
    let text = editor.document(uri);
    let line =
        text.lines().position(|it| it.contains(at)).unwrap_or_else(|| panic!("{at}: {text}"));
    let position = json!({ "line": line, "character": 0 });
    let params = json!({
        "textDocument": { "uri": uri },
        "range": { "start": position, "end": position },
        "context": { "diagnostics": [] },
    });
    let actions = editor.client.request("textDocument/codeAction", params);
    actions.as_array().unwrap().clone()
}

#[track_caller]
fn titled<'a>(actions: &'a [Value], title: &str) -> &'a Value {
    let is_it = |it: &&Value| it["title"].as_str().unwrap().starts_with(title);
    let titles: Vec<&str> = actions.iter().map(|it| it["title"].as_str().unwrap()).collect();
    actions.iter().find(is_it).unwrap_or_else(|| panic!("no `{title}` among {titles:#?}"))
}

#[track_caller]
fn run(editor: &mut Editor<'_>, action: &Value) -> Value {
    let command = action["command"]["command"].as_str().unwrap().to_owned();
    editor.execute(&command, action["command"]["arguments"][0].clone())
}

/// Proposes the rename and opens the document that shows it.
fn shown(editor: &mut Editor<'_>, workspace: &Workspace) -> (String, Value) {
    let proposed = editor.execute("aios.renameSymbol", rename_argument(workspace));
    let uri = proposed["document"].as_str().unwrap().to_owned();
    let diff = std::fs::read_to_string(uri.strip_prefix("file://").unwrap()).unwrap();
    editor.open_uri(&uri, "diff", diff);
    (uri, proposed)
}

#[test]
fn hunks_are_accepted_and_rejected_in_the_diff_document() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &plain_capabilities());
    editor.client.wait_until_indexed();
    editor.open("shop.py");
    let (uri, _) = shown(&mut editor, &workspace);
    for (at, title) in [
        ("+def charge(amount):", "AIOS: accept this hunk (2.1)"),
        ("+    return -charge(amount)", "AIOS: accept this hunk (2.2)"),
        ("+    return charge(len(cart))", "AIOS: reject this hunk (1.2)"),
    ] {
        let actions = actions(&mut editor, &uri, at);
        editor.apply(&titled(&actions, title)["edit"]);
    }
    let diff = editor.document(&uri);
    for mark in ["[ ] 1.1 imports", "[-] 1.2 ", "[x] 2.1 definition", "[x] 2.2 "] {
        assert!(diff.contains(mark), "{mark}: {diff}");
    }
    let found = actions(&mut editor, &uri, "# Rename");
    let applied = run(&mut editor, titled(&found, "AIOS: apply accepted (2 of 4)"));
    assert_eq!(applied["outcome"], "applied", "{applied}");
    assert_eq!(editor.text("shop.py"), renamed(SHOP));
    assert_eq!(workspace.read("cart.py"), CART);

    // What was left open waits; what was rejected does not.
    let rest = json!({ "proposal": applied["rest"] });
    let params = json!({ "command": "aios.review", "arguments": [rest] });
    let review = editor.client.request("workspace/executeCommand", params);
    let parts = review["files"][0]["parts"].as_array().unwrap();
    assert_eq!((review["files"].as_array().unwrap().len(), parts.len()), (1, 1), "{review}");
    assert_eq!(parts[0]["newText"], "from shop import charge\n");
    let completed = editor.execute("aios.applyProposal", rest);
    assert_eq!(completed["outcome"], "applied", "{completed}");
    assert_eq!(editor.text("cart.py"), CART.replace("import pay", "import charge"));

    let argument = json!({ "transaction": applied["transaction"], "parts": ["1.2"] });
    let undone = editor.execute("aios.undo", argument);
    assert_eq!(undone["outcome"], "applied", "{undone}");
    assert_eq!(editor.text("shop.py"), SHOP.replace("def pay", "def charge"));
    editor.client.stop();
}

#[test]
fn a_client_with_a_review_of_its_own_applies_what_its_user_ticked() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &plain_capabilities());
    editor.client.wait_until_indexed();
    editor.open("shop.py");
    let (_, proposed) = shown(&mut editor, &workspace);
    let argument = json!({ "proposal": proposed["proposal"] });
    let params = json!({ "command": "aios.review", "arguments": [argument] });
    let review = editor.client.request("workspace/executeCommand", params);
    let ids: Vec<&str> = (review["files"].as_array().unwrap().iter())
        .flat_map(|it| it["parts"].as_array().unwrap())
        .map(|it| it["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["1.1", "1.2", "2.1", "2.2"], "{review}");
    assert_eq!(review["files"][1]["parts"][0]["oldText"], "def pay(amount):\n");
    let argument = json!({
        "proposal": proposed["proposal"],
        "parts": ["1.1", "1.2"],
        "reject": ["2.1", "2.2"],
    });
    let applied = editor.execute("aios.applyProposal", argument);
    assert_eq!((&applied["outcome"], &applied["rest"]), (&json!("applied"), &Value::Null));
    assert_eq!((editor.text("cart.py"), editor.text("shop.py")), (&*renamed(CART), SHOP));
    editor.client.stop();
}

#[test]
fn changes_are_taken_back_from_the_list_of_changes() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &plain_capabilities());
    editor.client.wait_until_indexed();
    editor.open("shop.py");
    let (_, proposed) = shown(&mut editor, &workspace);
    let argument = json!({ "proposal": proposed["proposal"] });
    assert_eq!(editor.execute("aios.applyProposal", argument)["outcome"], "applied");
    let listed = editor.execute("aios.showHistory", json!({}));
    let uri = listed["document"].as_str().unwrap().to_owned();
    let text = std::fs::read_to_string(uri.strip_prefix("file://").unwrap()).unwrap();
    editor.open_uri(&uri, "plaintext", text);
    let found = actions(&mut editor, &uri, "1  cart.py");
    let undone = run(&mut editor, titled(&found, "AIOS: undo this file (cart.py)"));
    assert_eq!(undone["outcome"], "applied", "{undone}");
    assert_eq!((editor.text("cart.py"), editor.text("shop.py")), (CART, &*renamed(SHOP)));
    let found = actions(&mut editor, &uri, "in force");
    let undone = run(&mut editor, titled(&found, "AIOS: undo this change"));
    assert_eq!(undone["outcome"], "applied", "{undone}");
    assert_eq!(editor.text("shop.py"), SHOP);
    let everything = editor.execute("aios.redo", json!({ "by": "local" }));
    assert_eq!(everything["outcome"], "reversed", "{everything}");
    assert_eq!(
        (editor.text("cart.py"), editor.text("shop.py")),
        (&*renamed(CART), &*renamed(SHOP))
    );
    editor.client.stop();
}

#[test]
fn the_command_line_takes_parts_lists_and_recovers() {
    let workspace = Workspace::shop();
    let aios = |args: &[&str]| cli::aios(&workspace, args);
    assert_eq!(aios(&["rename", "pay", "charge"]).0, 0);
    let (code, text) = aios(&["apply", "--only", "cart.py:1", "--only", "shop.py"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("the rest waits as p-"), "{text}");
    assert_eq!(workspace.read("shop.py"), renamed(SHOP));
    assert_eq!(workspace.read("cart.py"), CART.replace("import pay", "import charge"));
    assert_eq!(aios(&["apply"]).0, 0);
    assert_eq!(workspace.read("cart.py"), renamed(CART));
    assert_eq!(aios(&["apply", "--only", "no.py"]).0, 1);

    let listed = cli::json(&workspace, &["history", "--since", "10min"]);
    assert_eq!(listed.len(), 2);
    let first = listed[1]["id"].as_str().unwrap();
    let (code, text) = aios(&["undo", first, "--only", "shop.py:2"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(workspace.read("shop.py"), SHOP.replace("def pay", "def charge"));
    let (_, text) = aios(&["history", "--file", "shop.py"]);
    assert!(text.contains("in force but for hunks 2"), "{text}");
    let (code, text) = aios(&["show", first]);
    assert!(code == 0 && text.contains("+def charge(amount):"), "{text}");

    let (code, text) = aios(&["undo", "--since", "10min", "--by", "local"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(
        (workspace.read("shop.py").as_str(), workspace.read("cart.py").as_str()),
        (SHOP, CART)
    );
    assert_eq!(aios(&["undo", "--by", "somebody else"]).0, 1);
    assert_eq!(aios(&["redo", "--since", "10min"]).0, 0);
    assert_eq!(workspace.read("shop.py"), renamed(SHOP));

    let recovered = cli::json(&workspace, &["recover"]).remove(0);
    assert_eq!(recovered["troubles"], json!([]));
    // A damaged record is told, and stands in nobody's way.
    std::fs::write(workspace.state().join("transactions/x.intent"), "damaged").unwrap();
    let (code, text) = aios(&["recover"]);
    assert!(code == 1 && text.contains("x.intent"), "{text}");
    assert_eq!(aios(&["undo"]).0, 0);
}

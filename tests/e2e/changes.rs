//! The edit trip: proposed, shown, made by the editor, measured, taken back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    client::capabilities,
    editor::Editor,
    workspace::{CART, SHOP, Workspace},
};

pub(crate) fn rename_argument(workspace: &Workspace) -> Value {
    json!({
        "textDocument": { "uri": workspace.uri("shop.py") },
        "position": { "line": 0, "character": 5 },
        "newName": "charge",
    })
}

/// Without the ability to annotate edits: Neovim 0.11 and Helix.
pub(crate) fn plain_capabilities() -> Value {
    let mut capabilities = capabilities();
    let edit = capabilities["workspace"]["workspaceEdit"].as_object_mut().unwrap();
    edit.remove("changeAnnotationSupport");
    capabilities
}

pub(crate) fn renamed(text: &str) -> String {
    // The comment in the cart is no reference.
    text.replace("pay(", "charge(").replace("import pay", "import charge")
}

#[test]
fn an_annotated_rename_is_confirmed_made_measured_and_taken_back() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    editor.open("shop.py");
    let params = json!({
        "command": "aios.renameSymbol",
        "arguments": [rename_argument(&workspace)],
    });
    editor.client.request("workspace/executeCommand", params);
    let step = editor.client.wait_for_method("workspace/applyEdit");
    let edit = &step["params"]["edit"];
    let annotations = edit["changeAnnotations"].as_object().unwrap();
    assert!(annotations.values().all(|it| it["needsConfirmation"] == true), "{edit}");
    for change in edit["documentChanges"].as_array().unwrap() {
        let edits = change["edits"].as_array().unwrap();
        assert!(
            edits.iter().all(|it| annotations.contains_key(it["annotationId"].as_str().unwrap()))
        );
    }
    editor.apply(edit);
    editor.client.answer(&step, json!({ "applied": true }));
    assert_eq!(editor.text("shop.py"), renamed(SHOP));
    assert_eq!(editor.text("cart.py"), renamed(CART));
    let undone = editor.execute("aios.undo", json!({}));
    assert_eq!(undone["outcome"], "applied", "{undone}");
    assert_eq!((editor.text("shop.py"), editor.text("cart.py")), (SHOP, CART));
    let redone = editor.execute("aios.redo", json!({}));
    assert_eq!(redone["outcome"], "applied", "{redone}");
    assert_eq!(editor.text("cart.py"), renamed(CART));
    editor.client.stop();
}

#[test]
fn a_move_that_the_editor_makes_is_taken_back_with_the_imports_that_followed_it() {
    let workspace = Workspace::shop();
    let mut capabilities = capabilities();
    capabilities["workspace"]["fileOperations"] = json!({ "willRename": true });
    let mut editor = Editor::start(&workspace, &capabilities);
    editor.client.wait_until_indexed();
    editor.open("shop.py");
    let files = json!([{ "oldUri": workspace.uri("shop.py"), "newUri": workspace.uri("till.py") }]);
    let edit = editor.client.request("workspace/willRenameFiles", json!({ "files": files }));
    editor.apply(&edit);
    editor.move_file("shop.py", "till.py");
    assert_eq!(editor.text("cart.py"), CART.replace("from shop", "from till"));
    let undone = editor.execute("aios.undo", json!({}));
    assert_eq!(undone["outcome"], "applied", "{undone}");
    assert_eq!((editor.text("cart.py"), workspace.read("shop.py").as_str()), (CART, SHOP));
    assert!(!workspace.has("till.py"));
    editor.client.stop();
}

#[test]
fn an_editor_that_only_says_so_is_not_believed() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    editor.open("shop.py");
    editor.open("cart.py");
    let mut argument = rename_argument(&workspace);
    argument["wait"] = json!(true);
    let params = json!({ "command": "aios.renameSymbol", "arguments": [argument] });
    let id = editor.client.start_request("workspace/executeCommand", params);
    let step = editor.client.wait_for_method("workspace/applyEdit");
    editor.client.answer(&step, json!({ "applied": true }));
    let answer =
        editor.client.wait_for("outcome", |it| it.get("method").is_none() && it["id"] == id);
    assert_eq!(answer["result"]["outcome"], "declined", "{answer}");
    editor.client.stop();
}

#[test]
fn a_proposal_is_shown_as_a_diff_and_answered_there() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &plain_capabilities());
    editor.client.wait_until_indexed();
    editor.open("shop.py");
    let proposed = editor.execute("aios.renameSymbol", rename_argument(&workspace));
    assert_eq!(proposed["outcome"], "proposed", "{proposed}");
    // Asking for anything takes in what was sent before, the request to show the diff too.
    editor.client.request("workspace/executeCommand", json!({ "command": "aios.status" }));
    let uri = proposed["document"].as_str().unwrap().to_owned();
    assert_eq!(editor.client.shown, [uri.as_str()]);
    let diff = std::fs::read_to_string(uri.strip_prefix("file://").unwrap()).unwrap();
    assert!(diff.contains("-def pay(amount):") && diff.contains("+def charge(amount):"), "{diff}");
    assert_eq!((workspace.read("shop.py").as_str(), editor.text("shop.py")), (SHOP, SHOP));
    editor.open_uri(&uri, "diff", diff);
    let top = json!({ "line": 0, "character": 0 });
    let actions = editor.client.request(
        "textDocument/codeAction",
        json!({
            "textDocument": { "uri": uri },
            "range": { "start": top, "end": top },
            "context": { "diagnostics": [] },
        }),
    );
    let commands: Vec<&str> = actions
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["command"]["command"].as_str())
        .collect();
    assert_eq!(commands[..2], ["aios.applyProposal", "aios.rejectProposal"]);
    let argument = actions[0]["command"]["arguments"][0].clone();
    let applied = editor.execute("aios.applyProposal", argument);
    assert_eq!(applied["outcome"], "applied", "{applied}");
    assert_eq!(editor.text("cart.py"), renamed(CART));
    editor.client.stop();
}

#[test]
fn a_proposal_that_was_overtaken_by_an_edit_is_refused() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &plain_capabilities());
    editor.client.wait_until_indexed();
    editor.open("shop.py");
    let proposed = editor.execute("aios.renameSymbol", rename_argument(&workspace));
    let typed = format!("# typed\n{SHOP}");
    editor.set_text("shop.py", &typed);
    let argument = json!({ "proposal": proposed["proposal"] });
    let refused = editor.execute("aios.applyProposal", argument);
    assert_eq!(refused["outcome"], "refused", "{refused}");
    assert_eq!(editor.text("shop.py"), typed);
    let message = editor.client.wait_for_method("window/showMessage");
    assert!(message["params"]["message"].as_str().unwrap().contains("shop.py"), "{message}");
    editor.client.stop();
}

#[test]
fn settings_are_created_and_taken_back_with_the_file() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    // No editor asks before it creates a file, so this is shown as a diff even to those that ask.
    let proposed = editor.execute("aios.createSettings", json!({}));
    assert_eq!(proposed["outcome"], "proposed", "{proposed}");
    let created = editor.execute("aios.applyProposal", json!({}));
    assert_eq!(created["outcome"], "applied", "{created}");
    assert!(workspace.read(".aios/config.toml").contains("preview"));
    let undone = editor.execute("aios.undo", json!({}));
    assert_eq!(undone["outcome"], "applied", "{undone}");
    assert!(!workspace.has(".aios/config.toml"));
    editor.client.stop();
}

#[test]
fn a_change_outlives_a_killed_server() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    editor.open("shop.py");
    let applied = editor.execute("aios.renameSymbol", rename_argument(&workspace));
    assert_eq!(applied["outcome"], "applied", "{applied}");
    for path in ["shop.py", "cart.py"] {
        editor.save(path);
    }
    assert_eq!(workspace.read("cart.py"), renamed(CART));
    editor.client.kill();
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    let undone = editor.execute("aios.undo", json!({}));
    assert_eq!(undone["outcome"], "applied", "{undone}");
    assert_eq!((editor.text("shop.py"), editor.text("cart.py")), (SHOP, CART));
    editor.client.stop();
}

/// The titles of the actions at the top of a file, as a user who asks for them sees them.
fn action_titles(editor: &mut Editor<'_>, uri: &str) -> Vec<String> {
    let top = json!({ "line": 0, "character": 0 });
    let params = json!({
        "textDocument": { "uri": uri },
        "range": { "start": top, "end": top },
        "context": { "diagnostics": [], "triggerKind": 1 },
    });
    let actions = editor.client.request("textDocument/codeAction", params);
    let title = |it: &Value| it["title"].as_str().unwrap().to_owned();
    actions.as_array().unwrap().iter().map(title).collect()
}

#[test]
fn the_editors_own_undo_is_noticed() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    editor.open("shop.py");
    let applied = editor.execute("aios.renameSymbol", rename_argument(&workspace));
    assert_eq!(applied["outcome"], "applied", "{applied}");
    let uri = workspace.uri("shop.py");
    let offers_undo =
        |titles: &[String]| titles.iter().any(|it| it.starts_with("AIOS: undo last change"));
    assert!(offers_undo(&action_titles(&mut editor, &uri)));
    editor.set_text("shop.py", SHOP);
    editor.set_text("cart.py", CART);
    let deadline = Instant::now() + Duration::from_secs(120);
    while offers_undo(&action_titles(&mut editor, &uri)) {
        assert!(Instant::now() < deadline, "the undo is not noticed");
    }
    let refused = editor.execute("aios.undo", json!({}));
    assert_eq!(refused["outcome"], "refused", "{refused}");
    assert_eq!((editor.text("shop.py"), editor.text("cart.py")), (SHOP, CART));
    editor.client.stop();
}

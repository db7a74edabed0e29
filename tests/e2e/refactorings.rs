//! Refactorings as an editor has them: offered in the menu, carried out by what stands there, taken
//! back; and refused where they are disabled.

use serde_json::{Value, json};

use crate::{client::capabilities, editor::Editor, workspace::Workspace};

const PAY: &str = "\
RATE = 2


def _rounded(n):
    return round(n)


def pay(n):
    return _rounded(n * RATE)
";
const CART: &str = "from pay import pay\n\npay(1)\n";

/// The actions on a name, as a user who asks for them gets them.
fn actions(editor: &mut Editor<'_>, uri: &str, line: u32, character: u32) -> Vec<Value> {
    let at = json!({ "line": line, "character": character });
    let params = json!({
        "textDocument": { "uri": uri },
        "range": { "start": at, "end": at },
        "context": { "diagnostics": [], "triggerKind": 1 },
    });
    let actions = editor.client.request("textDocument/codeAction", params);
    actions.as_array().unwrap().clone()
}

fn titled<'a>(actions: &'a [Value], title: &str) -> &'a Value {
    let titles: Vec<&Value> = actions.iter().map(|it| &it["title"]).collect();
    let found = actions.iter().find(|it| it["title"].as_str().unwrap().starts_with(title));
    found.unwrap_or_else(|| panic!("no {title} in {titles:?}"))
}

/// Carries out what an action says.
fn choose(editor: &mut Editor<'_>, action: &Value) -> Value {
    let command = action["command"]["command"].as_str().unwrap();
    let argument = action["command"]["arguments"][0].clone();
    editor.execute(command, argument)
}

#[test]
fn a_function_is_inlined_and_a_definition_moved_from_the_menu() {
    let workspace = Workspace::new(&[("pay.py", PAY), ("cart.py", CART)]);
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    editor.open("pay.py");
    let uri = workspace.uri("pay.py");

    let offered = actions(&mut editor, &uri, 3, 6);
    let inline = titled(&offered, "Inline function `_rounded`").clone();
    let done = choose(&mut editor, &inline);
    assert_eq!(done["outcome"], "applied", "{done}");
    let inlined = "RATE = 2\n\n\ndef pay(n):\n    return round(n * RATE)\n";
    assert_eq!(editor.text("pay.py"), inlined);

    let undone = editor.execute("aios.undo", json!({}));
    assert_eq!(undone["outcome"], "applied", "{undone}");
    assert_eq!(editor.text("pay.py"), PAY);

    let offered = actions(&mut editor, &uri, 3, 6);
    titled(&offered, "Move to the new file rounded.py");
    editor.client.stop();
}

#[test]
fn what_cannot_be_done_is_refused_with_the_reason() {
    let workspace = Workspace::new(&[("pay.py", PAY), ("cart.py", CART)]);
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    editor.open("pay.py");
    let text_document = json!({ "uri": workspace.uri("pay.py") });
    let at = |line: u32, character: u32| {
        let at = json!({ "line": line, "character": character });
        json!({ "start": at, "end": at })
    };
    let inline =
        json!({ "textDocument": text_document, "range": at(7, 6), "refactor": "inlineFunction" });
    let refused = editor.execute("aios.refactor", inline);
    assert_eq!(refused["outcome"], "refused", "{refused}");
    assert!(refused.to_string().contains("cart.py uses `pay`, too"), "{refused}");

    let moved = json!({
        "textDocument": text_document,
        "range": at(3, 6),
        "refactor": "moveSymbol",
        "name": "money.py",
    });
    let done = editor.execute("aios.refactor", moved);
    assert_eq!(done["outcome"], "applied", "{done}");
    assert!(editor.text("pay.py").contains("from money import _rounded"), "{done}");
    assert!(workspace.has("money.py"), "{done}");
    let undone = editor.execute("aios.undo", json!({}));
    assert_eq!(undone["outcome"], "applied", "{undone}");
    assert_eq!(editor.text("pay.py"), PAY);
    assert!(!workspace.has("money.py"));
    editor.client.stop();
}

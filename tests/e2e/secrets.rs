//! Files that hold secrets: what is in them comes into no record of the server, whatever is done
//! with them, and what that costs is said before.

use std::{fs, path::Path};

use serde_json::json;

use crate::{
    cli::{aios, json, told},
    client::capabilities,
    editor::Editor,
    workspace::Workspace,
};

const OLD: &str = "TOKEN=hunter2-old\n";
const NEW: &str = "TOKEN=hunter2-new\n";
const KEPT_NOT: &str = "its contents are a secret that the journal does not keep";

/// The files below `folder` that hold a part of a secret.
fn leaks(folder: &Path, acc: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            leaks(&path, acc);
        } else if let Ok(bytes) = fs::read(&path)
            && bytes.windows(7).any(|it| it == b"hunter2")
        {
            acc.push(path.display().to_string());
        }
    }
}

#[track_caller]
fn check_no_leaks(workspace: &Workspace) {
    let mut found = Vec::new();
    leaks(&workspace.state(), &mut found);
    assert_eq!(found, <[String; 0]>::default());
    assert!(workspace.state().join("history.db").exists(), "there is a journal at all");
}

#[test]
fn what_a_secret_file_holds_comes_into_no_record() {
    let code = "import os\n\nTOKEN = os.environ['TOKEN']\n";
    let workspace = Workspace::new(&[(".env", OLD), ("app.py", code)]);
    assert_eq!(aios(&workspace, &["index"]).0, 0);
    assert_eq!(aios(&workspace, &["search", "hunter2-old"]).0, 1, "it is not found");
    let (_, context) = aios(&workspace, &["context", "where TOKEN is read"]);
    assert!(!context.contains("hunter2"), "{context}");

    let (code, shown) = told(&workspace, &["propose", ".env"], NEW);
    assert_eq!(code, 0, "{shown}");
    let why = "high: contents of secret files are not kept, so this cannot be taken back: .env";
    assert!(shown.contains(why) && !shown.contains("hunter2"), "{shown}");
    check_no_leaks(&workspace);
    let (code, why) = aios(&workspace, &["apply"]);
    assert_eq!((code, workspace.read(".env").as_str()), (1, OLD));
    assert!(why.contains("secrets that are not kept across a restart; make it anew"), "{why}");

    let (code, said) = told(&workspace, &["propose", ".env", "--apply"], NEW);
    assert_eq!((code, workspace.read(".env").as_str()), (0, NEW), "{said}");
    let (code, why) = aios(&workspace, &["undo"]);
    assert_eq!((code, workspace.read(".env").as_str()), (1, NEW), "{why}");
    assert!(why.contains(".env: ") && why.contains(KEPT_NOT), "{why}");
    let (_, history) = aios(&workspace, &["history"]);
    let (_, shown) = aios(&workspace, &["show"]);
    assert!(!history.contains("hunter2") && !shown.contains("hunter2"), "{history}{shown}");
    assert!(!json(&workspace, &["episodes"]).is_empty());
    check_no_leaks(&workspace);
}

#[test]
fn an_editor_that_writes_a_secret_leaves_no_trace_of_it_either() {
    let workspace = Workspace::new(&[(".env", OLD), ("app.py", "x = 1\n")]);
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    editor.open(".env");
    let argument = json!({ "uri": workspace.uri(".env"), "text": NEW, "keep": true });
    let proposed = editor.execute("aios.propose", argument);
    assert_eq!(proposed["outcome"], "proposed", "{proposed}");
    let id = json!({ "proposal": proposed["proposal"] });
    let applied = editor.execute("aios.applyProposal", id);
    assert_eq!((&applied["outcome"], editor.text(".env")), (&json!("applied"), NEW), "{applied}");
    editor.save(".env");
    let undone = editor.execute("aios.undo", json!({}));
    assert_eq!((&undone["outcome"], editor.text(".env")), (&json!("refused"), NEW), "{undone}");
    let told = editor.client.wait_for("why", |it| {
        it["params"]["message"].as_str().is_some_and(|it| it.contains(KEPT_NOT))
    });
    assert!(told["params"]["message"].as_str().unwrap().contains(".env"), "{told}");
    editor.client.stop();
    check_no_leaks(&workspace);
}

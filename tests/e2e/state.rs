//! The state folder: shared, damaged, or out of reach.

use std::process::Command;

use serde_json::json;

use crate::{
    cli,
    client::{Client, capabilities},
    workspace::Workspace,
};

#[track_caller]
fn check_answers(client: &mut Client) {
    client.wait_until_indexed();
    let symbols = client.request("workspace/symbol", json!({ "query": "checkout" }));
    assert_eq!(symbols[0]["name"], "checkout");
}

#[test]
fn two_servers_serve_one_workspace_and_one_of_them_writes() {
    let workspace = Workspace::shop();
    let mut first = Client::start(&workspace, &capabilities());
    check_answers(&mut first);
    let mut second = Client::start(&workspace, &capabilities());
    check_answers(&mut second);
    let read_only = |client: &mut Client| {
        let status = json!({ "command": "aios.status" });
        client.request("workspace/executeCommand", status)["readOnly"].clone()
    };
    assert_eq!((read_only(&mut first), read_only(&mut second)), (json!(false), json!(true)));
    first.stop();
    second.stop();
}

#[test]
fn a_damaged_index_is_built_again() {
    let workspace = Workspace::shop();
    let mut client = Client::start(&workspace, &capabilities());
    check_answers(&mut client);
    client.stop();
    let index = workspace.state().join("index.db");
    assert!(index.exists());
    std::fs::write(&index, b"no database at all".repeat(1000)).unwrap();
    let mut client = Client::start(&workspace, &capabilities());
    check_answers(&mut client);
    client.stop();
}

#[test]
fn a_state_folder_that_cannot_be_made_is_told_and_done_without() {
    let workspace = Workspace::shop();
    // A file stands where the folder should.
    std::fs::write(workspace.state(), "in the way").unwrap();
    let mut client = Client::start(&workspace, &capabilities());
    check_answers(&mut client);
    let message = client.wait_for_method("window/showMessage");
    assert!(message["params"]["message"].as_str().unwrap().contains("state"), "{message}");
    client.stop();
}

#[test]
#[cfg(unix)]
fn an_index_that_the_disk_stops_taking_is_no_success() {
    let workspace = Workspace::new(&[]);
    for n in 0..40 {
        let lines: Vec<String> = (0..400).map(|it| format!("def name_{n}_{it}(): pass")).collect();
        workspace.write(&format!("part_{n}.py"), &lines.join("\n"));
    }
    // No file may grow beyond so many blocks: what is written fails midway, as on a full disk.
    let script = "trap '' XFSZ; ulimit -f 1024; exec \"$0\" index";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_aios")])
        .current_dir(workspace.root())
        .env("AIOS_STATE_DIR", workspace.state())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    let folder = workspace.state().display().to_string();
    let told = said.lines().last().unwrap_or_default();
    let is_whole = told.starts_with("aios: the index of") && told.contains(&folder);
    assert!(is_whole && told.contains("is not complete"), "{said}");
    // Where there is room again the rest is read.
    let index = || cli::json(&workspace, &["index"]).pop().unwrap();
    assert_eq!((index()["files"].clone(), index()["unkept"].clone()), (json!(40), json!(null)));
    assert_eq!(index()["read"], 0);
}

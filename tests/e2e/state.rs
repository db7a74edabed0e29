//! The state folder: shared, damaged, or out of reach.

use serde_json::json;

use crate::{
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

//! The beginning and the end of a server.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::{
    cli::aios,
    client::{Client, capabilities},
    workspace::Workspace,
};

#[test]
fn a_conversation_in_order_ends_with_0() {
    let workspace = Workspace::shop();
    let mut client = Client::start(&workspace, &capabilities());
    assert_eq!(client.capabilities["positionEncoding"], "utf-8");
    client.wait_until_indexed();
    client.stop();
}

#[test]
fn exit_without_shutdown_ends_with_1() {
    let workspace = Workspace::shop();
    let mut client = Client::start(&workspace, &capabilities());
    client.notify("exit", Value::Null);
    assert_eq!(client.wait_exit().code(), Some(1));
}

#[test]
fn the_end_of_input_ends_the_server_even_inside_a_message() {
    let workspace = Workspace::shop();
    let mut client = Client::start(&workspace, &capabilities());
    client.bytes(b"Content-Length: 100\r\n\r\n{\"jsonrpc\"");
    client.close_input();
    assert_eq!(client.wait_exit().code(), Some(1));
}

#[cfg(unix)]
#[test]
fn a_server_whose_editor_was_killed_ends() {
    let workspace = Workspace::shop();
    let mut editor = Command::new("sleep").arg("600").stdout(Stdio::null()).spawn().unwrap();
    let mut client = Client::spawn(&workspace);
    let params = json!({ "processId": editor.id(), "rootUri": null, "capabilities": {} });
    client.request("initialize", params);
    client.notify("initialized", json!({}));
    editor.kill().unwrap();
    editor.wait().unwrap();
    assert_eq!(client.wait_exit().code(), Some(1));
}

#[test]
fn nonsense_is_answered_and_the_server_goes_on() {
    let workspace = Workspace::shop();
    let mut client = Client::start(&workspace, &capabilities());
    client.bytes(b"Content-Length: abc\r\n\r\n");
    client.bytes(b"Content-Length: 5\r\n\r\n{\"a\":");
    for _ in 0..2 {
        let error =
            client.wait_for("parse error", |it| it["id"].is_null() && it["error"] != json!(null));
        assert_eq!(error["error"]["code"], -32700);
    }
    let unknown = client.try_request("$/unknown", json!({}));
    assert_eq!(unknown["error"]["code"], -32601);
    client.stop();
}

#[test]
fn a_client_without_folder_and_capabilities_is_served() {
    let workspace = Workspace::shop();
    let mut client = Client::spawn(&workspace);
    let params = json!({ "processId": null, "rootUri": null, "capabilities": {} });
    client.request("initialize", params);
    client.notify("initialized", json!({}));
    let (uri, text) = ("untitled:one", "def f(): ...");
    let document = json!({ "uri": uri, "languageId": "python", "version": 1, "text": text });
    client.notify("textDocument/didOpen", json!({ "textDocument": document }));
    let symbols = client.request(
        "textDocument/documentSymbol",
        json!({ "textDocument": { "uri": "untitled:one" } }),
    );
    assert_eq!(symbols[0]["name"], "f");
    client.stop();
}

#[test]
fn indexing_tells_how_far_it_is_and_can_be_cancelled_and_taken_up_again() {
    let workspace = Workspace::new(&[]);
    for n in 0..1_000 {
        workspace.write(&format!("d{}/m{n}.py", n % 10), &format!("def f{n}(): ...\n"));
    }
    let mut client = Client::start(&workspace, &capabilities());
    let is_kind = |it: &Value, kind: &str| {
        it["method"] == "$/progress" && it["params"]["value"]["kind"] == kind
    };
    let begin = client.wait_for("begin of progress", |it| is_kind(it, "begin"));
    assert_eq!(begin["params"]["value"]["cancellable"], true);
    let token = begin["params"]["token"].clone();
    // Some editors show it.
    assert!(token.as_str().is_some_and(|it| it.starts_with("aios: Indexing")), "{token}");
    client.notify("window/workDoneProgress/cancel", json!({ "token": token }));
    client.wait_for("end of progress", |it| is_kind(it, "end") && it["params"]["token"] == token);
    let again = json!({ "command": "aios.reindex", "arguments": [{ "wait": true }] });
    let outcome = client.request("workspace/executeCommand", again);
    assert_eq!((&outcome["outcome"], &outcome["files"]), (&json!("indexed"), &json!(1_000)));
    let symbols = client.request("workspace/symbol", json!({ "query": "f999" }));
    assert_eq!(symbols[0]["name"], "f999");
    client.stop();
}

/// A workspace that is trusted, whose checks never end by themselves.
fn busy() -> Workspace {
    let config = "[verify]\ncommands = [\"sleep 600\"]\n";
    let workspace =
        Workspace::new(&[("shop.py", "def pay(): ...\n"), (".aios/config.toml", config)]);
    assert_eq!(aios(&workspace, &["trust", "--yes"]).0, 0);
    workspace
}

#[test]
fn what_is_under_way_is_listed_and_stopped_by_name_or_as_the_newest() {
    if cfg!(not(target_os = "linux")) {
        return;
    }
    let workspace = busy();
    let mut client = Client::start(&workspace, &capabilities());
    client.wait_until_indexed();
    let command = |name: &str, argument: Value| json!({ "command": name, "arguments": [argument] });
    for by_name in [true, false] {
        let verify = command("aios.verify", json!({ "wait": true }));
        let verify = client.start_request("workspace/executeCommand", verify);
        client.wait_for("begin of the checks", |it| {
            it["method"] == "$/progress" && it["params"]["value"]["title"] == "Checking"
        });
        let running =
            client.request("workspace/executeCommand", command("aios.running", json!({})));
        assert_eq!(running[0]["title"], "Checking", "{running}");
        assert_eq!(running[0]["cancellable"], true, "{running}");
        let argument = if by_name { json!({ "run": running[0]["run"] }) } else { json!({}) };
        let cancel = command("aios.cancelRun", argument);
        assert_eq!(client.request("workspace/executeCommand", cancel)["run"], running[0]["run"]);
        let end = client.wait_for("end of the checks", |it| it["id"] == verify);
        assert_eq!(end["result"]["outcome"], "cancelled", "{end}");
        let running =
            client.request("workspace/executeCommand", command("aios.running", json!({})));
        assert_eq!(running, json!([]));
    }
    let cancel =
        client.try_request("workspace/executeCommand", command("aios.cancelRun", json!({})));
    assert_eq!(cancel["error"]["message"], "nothing runs that could be stopped");
    client.stop();
}

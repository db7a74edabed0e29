//! Agents from the command line.

use serde_json::{Value, json};

use crate::{
    cli::{aios, json},
    client::{Client, capabilities},
    workspace::{CART, SHOP, Workspace},
};

#[test]
fn an_agent_is_created_trusted_activated_and_ended_from_the_command_line() {
    let workspace = Workspace::shop();
    let create = ["agent", "create", "reviewer", "--type", "analyzer", "--instructions", "Look."];
    let (code, diff) = aios(&workspace, &create);
    assert_eq!(code, 0, "{diff}");
    assert!(diff.contains("+type: analyzer"), "{diff}");
    let state = || {
        let shown = json(&workspace, &["agent", "show", "reviewer"]);
        shown[0]["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(), "created");
    assert_eq!(aios(&workspace, &["apply"]).0, 0);
    assert_eq!(state(), "initialized");
    // What the user applied is trusted; what somebody wrote there since is not.
    let path = ".aios/agents/reviewer.yaml";
    workspace.write(path, &workspace.read(path).replace("Look.", "Look twice."));
    let (code, why) = aios(&workspace, &["agent", "activate", "reviewer"]);
    assert_eq!(code, 1);
    assert!(why.contains("reviewer.yaml is not trusted"), "{why}");
    assert_eq!(aios(&workspace, &["trust", "--yes"]).0, 0);
    assert_eq!(aios(&workspace, &["agent", "activate", "reviewer"]).0, 0);
    let (code, why) = aios(&workspace, &["agent", "resume", "reviewer"]);
    assert_eq!(code, 1);
    assert!(why.contains("it is active, and `resume` leads on from suspended only"), "{why}");
    assert_eq!(aios(&workspace, &["agent", "terminate", "reviewer"]).0, 0);
    let events = json(&workspace, &["agent", "show", "reviewer"]);
    let events: Vec<&str> =
        events[1..].iter().map(|it| it["transition"].as_str().unwrap()).collect();
    assert_eq!(events, ["create", "initialize", "activate", "terminate"]);
    let agents = json(&workspace, &["agent", "list"]);
    let find = agents.iter().find(|it| it["agent"] == "find").unwrap();
    assert_eq!((&find["state"], &find["built_in"]), (&"active".into(), &true.into()));
}

#[test]
fn an_agent_runs_from_the_command_line_and_its_steps_can_be_read() {
    let workspace = Workspace::new(&[("pay.py", "def pay_now(sum):\n    return sum\n")]);
    let (code, text) = aios(&workspace, &["run", "find", "--param", "query=pay now"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("pay.py") && text.contains(" done"), "{text}");
    let run = json(&workspace, &["runs"])[0]["run"].as_str().unwrap().to_owned();
    let steps = json(&workspace, &["runs", "show", &run]);
    let kinds: Vec<&str> = steps.iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["task", "call", "answer", "say", "end"]);
    let (code, text) = aios(&workspace, &["run", "find", "--message", "pay now"]);
    assert_eq!(code, 0, "{text}");
    let (code, why) = aios(&workspace, &["run", "find"]);
    assert_eq!(code, 1);
    assert!(why.contains("needs the parameter `query`"), "{why}");
    let (code, why) = aios(&workspace, &["runs", "resume", &run]);
    assert_eq!(code, 1);
    assert!(why.contains("is done: only interrupted ones go on"), "{why}");
}

#[test]
fn what_a_repository_says_of_its_agents_does_not_command_the_terminal() {
    let evil = r#""a\e]0;title\a\nb""#;
    let agent = format!(
        "name: evil\nversion: 1.0.0\ntype: assistant\ninstructions: {evil}\ncapabilities:\n\
         - {{name: look, description: {evil}}}\n"
    );
    let flow = format!(
        "name: flow\nversion: 1.0.0\ndescription: {evil}\nsteps:\n- {{id: one, agent: evil}}\n"
    );
    let workspace =
        Workspace::new(&[(".aios/agents/evil.yaml", &agent), (".aios/workflows/flow.yaml", &flow)]);
    for args in [&["agent", "show", "evil"][..], &["workflow", "list"]] {
        let (code, shown) = aios(&workspace, args);
        assert_eq!(code, 0, "{shown}");
        assert!(shown.contains("a‹U+001B›]0;title‹U+0007› b"), "{shown}");
        assert!(!shown.contains(['\x1b', '\x07']), "{shown}");
    }
}

#[test]
fn a_guard_keeps_what_an_editor_changes_by_itself_from_being_made() {
    let keeper = "name: keeper\nversion: 1.0.0\ntype: assistant\ninstructions: Look.\nhooks:\n\
                  - {type: before, event: apply, handler: agent nobody, guard: true}\n";
    let files = [("shop.py", SHOP), ("cart.py", CART), (".aios/agents/keeper.yaml", keeper)];
    let workspace = Workspace::new(&files);
    let rename = |client: &mut Client| {
        let document = json!({ "uri": workspace.uri("shop.py") });
        let position = json!({ "line": 0, "character": 4 });
        let params = json!({ "textDocument": document, "position": position, "newName": "charge" });
        client.try_request("textDocument/rename", params)
    };
    let mut capabilities = capabilities();
    capabilities["workspace"]["fileOperations"] = json!({ "willRename": true });
    let mut client = Client::start(&workspace, &capabilities);
    client.wait_until_indexed();
    let answer = rename(&mut client);
    assert!(answer["result"].is_object(), "what is not trusted guards nothing: {answer}");
    client.stop();
    assert_eq!(aios(&workspace, &["trust", "--yes"]).0, 0);
    assert_eq!(aios(&workspace, &["agent", "activate", "keeper"]).0, 0);
    let mut client = Client::start(&workspace, &capabilities);
    client.wait_until_indexed();
    let is_why = |it: &Value| {
        it["message"].as_str().is_some_and(|it| it.contains("hook before:apply of keeper"))
    };
    let answer = rename(&mut client);
    assert!(is_why(&answer["error"]), "{answer}");
    client.wait_for("why, for the user", |it| is_why(&it["params"]));
    let moves = json!([{
        "oldUri": workspace.uri("shop.py"),
        "newUri": workspace.uri("store.py"),
    }]);
    let follows = client.request("workspace/willRenameFiles", json!({ "files": moves }));
    assert_eq!(follows, Value::Null, "nothing follows the move");
    client.wait_for("why, for the user", |it| is_why(&it["params"]));
    client.stop();
}

//! Documents and questions about them.

use serde_json::{Value, json};

use crate::{
    changes::plain_capabilities,
    client::{Client, capabilities},
    editor::Editor,
    workspace::{CART, SHOP, Workspace},
};

fn place(workspace: &Workspace, path: &str, line: u32, character: u32) -> Value {
    json!({
        "textDocument": { "uri": workspace.uri(path) },
        "position": { "line": line, "character": character },
        "context": { "includeDeclaration": true },
    })
}

/// Locations as `file:line:column`.
fn places(workspace: &Workspace, locations: &Value) -> Vec<String> {
    let root = workspace.uri("");
    let place = |it: &Value| {
        let uri = it["uri"].as_str().unwrap();
        let start = &it["range"]["start"];
        let path = uri.strip_prefix(&root).unwrap_or(uri);
        format!("{path}:{}:{}", start["line"], start["character"])
    };
    locations.as_array().unwrap().iter().map(place).collect()
}

#[test]
fn places_in_a_closed_file_are_counted_from_behind_its_byte_order_mark() {
    let workspace = Workspace::new(&[
        ("pay.py", "\u{feff}def pay(): pass\npay()\n"),
        ("shop.py", "from pay import pay\n"),
    ]);
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    editor.open("shop.py");
    let at_import = place(&workspace, "shop.py", 0, 17);
    let references = editor.client.request("textDocument/references", at_import.clone());
    let mut found = places(&workspace, &references);
    found.sort();
    assert_eq!(found, ["pay.py:0:4", "pay.py:1:0", "shop.py:0:16"]);
    let mut rename = at_import;
    rename["newName"] = json!("charge");
    let edit = editor.client.request("textDocument/rename", rename);
    let changes = edit["documentChanges"].as_array().unwrap();
    let in_pay = changes.iter().find(|it| it["textDocument"]["uri"] == workspace.uri("pay.py"));
    assert_eq!(in_pay.unwrap()["edits"][0]["range"]["start"], json!({"line": 0, "character": 4}));
    editor.client.stop();
}

#[test]
fn questions_are_answered_across_files() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    editor.open("cart.py");
    let at_call = place(&workspace, "cart.py", 5, 12);
    let definition = editor.client.request("textDocument/definition", at_call.clone());
    assert_eq!(places(&workspace, &definition), ["shop.py:0:4"]);
    let references = editor.client.request("textDocument/references", at_call.clone());
    let mut found = places(&workspace, &references);
    found.sort();
    assert_eq!(found, ["cart.py:0:17", "cart.py:5:11", "shop.py:0:4", "shop.py:5:12"]);
    let hover = editor.client.request("textDocument/hover", at_call);
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.contains("def pay(amount)"), "{text}");
    let symbols = editor.client.request("workspace/symbol", json!({ "query": "refund" }));
    assert_eq!(symbols[0]["name"], "refund");
    editor.client.stop();
}

#[track_caller]
fn check_encoding(encoding: &str, character: u32) {
    let workspace = Workspace::new(&[]);
    let mut offered = capabilities();
    offered["general"]["positionEncodings"] = json!([encoding]);
    let mut client = Client::start(&workspace, &offered);
    assert_eq!(client.capabilities["positionEncoding"], encoding);
    let uri = workspace.uri("wide.py");
    let text = "s = '😀é𝄞'; wide = 1\n";
    let document = json!({ "uri": uri, "languageId": "python", "version": 1, "text": text });
    client.notify("textDocument/didOpen", json!({ "textDocument": document }));
    let at = |character: u32| json!({ "line": 0, "character": character });
    let change =
        json!({ "range": { "start": at(character), "end": at(character + 4) }, "text": "x" });
    let identifier = json!({ "uri": uri, "version": 2 });
    let params = json!({ "textDocument": identifier, "contentChanges": [change] });
    client.notify("textDocument/didChange", params);
    let text = client.request("aios/documentText", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(text, json!({ "text": "s = '😀é𝄞'; x = 1\n", "version": 2 }));
    client.stop();
}

#[test]
fn columns_count_what_was_agreed_on() {
    check_encoding("utf-8", 18);
    check_encoding("utf-16", 13);
    check_encoding("utf-32", 11);
}

#[test]
fn answers_come_from_the_buffer_and_after_closing_from_the_file() {
    let workspace = Workspace::shop();
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    editor.open("shop.py");
    editor.set_text("shop.py", "def other(): ...\n");
    let document = json!({ "textDocument": { "uri": workspace.uri("shop.py") } });
    let symbols = editor.client.request("textDocument/documentSymbol", document.clone());
    assert_eq!(symbols[0]["name"], "other");
    editor.client.notify("textDocument/didClose", document.clone());
    let text = editor.client.request("aios/documentText", document.clone());
    assert_eq!(text["text"], SHOP);
    let symbols = editor.client.request("textDocument/documentSymbol", document);
    assert_eq!(symbols[0]["name"], "pay");
    editor.client.stop();
}

#[test]
fn a_file_that_changes_on_disk_is_read_again() {
    let workspace = Workspace::shop();
    let mut client = Client::start(&workspace, &capabilities());
    client.wait_until_indexed();
    workspace.write("cart.py", &CART.replace("checkout", "settle"));
    let changes = json!([{ "uri": workspace.uri("cart.py"), "type": 2 }]);
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    loop {
        let symbols = client.request("workspace/symbol", json!({ "query": "settle" }));
        if symbols[0]["name"] == "settle" {
            break;
        }
        client.wait_for_method("aios/serverStatus");
    }
    client.stop();
}

#[test]
fn files_that_cannot_be_read_are_skipped_counted_and_in_nobodys_way() {
    let workspace = Workspace::shop();
    let root = workspace.root();
    std::fs::write(root.join("latin.py"), b"# caf\xe9\n").unwrap();
    std::fs::write(root.join("nul.py"), [0; 1000]).unwrap();
    std::fs::write(root.join("broken.py"), "def (((\n  class 1\n").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("gone", root.join("dangling.py")).unwrap();
    let mut client = Client::start(&workspace, &capabilities());
    client.wait_until_indexed();
    let status = json!({ "command": "aios.status" });
    let status = client.request("workspace/executeCommand", status);
    // A file that does not parse is read all the same.
    assert_eq!((&status["skipped"], &status["indexed"]), (&json!(2), &json!(3)), "{status}");
    let symbols = client.request("workspace/symbol", json!({ "query": "checkout" }));
    assert_eq!(symbols[0]["name"], "checkout");
    for path in ["latin.py", "nul.py", "broken.py", "dangling.py"] {
        let document = json!({ "textDocument": { "uri": workspace.uri(path) } });
        client.request("textDocument/documentSymbol", document);
    }
    client.stop();
}

#[test]
fn a_search_finds_places_and_says_why() {
    let workspace = Workspace::shop();
    let mut client = Client::start(&workspace, &capabilities());
    client.wait_until_indexed();
    // A user can type the question alone.
    let params = json!({ "command": "aios.search", "arguments": ["checkout the cart"] });
    let answer = client.request("workspace/executeCommand", params);
    let hit = &answer["hits"][0];
    assert_eq!(hit["location"]["uri"], workspace.uri("cart.py"));
    assert_eq!(hit["symbol"], "checkout");
    assert!(hit["why"].as_str().is_some_and(|it| !it.is_empty()), "{hit}");
    let empty = client.try_request(
        "workspace/executeCommand",
        json!({ "command": "aios.search", "arguments": [] }),
    );
    assert_eq!(empty["error"]["message"], "aios.search needs a query");
    client.stop();
}

/// What an action with this title asks for, where the cursor stands at `line` of a file.
fn action(editor: &mut Editor<'_>, uri: &str, line: u32, title: &str) -> Value {
    let at = json!({ "line": line, "character": 4 });
    let actions = editor.client.request(
        "textDocument/codeAction",
        json!({
            "textDocument": { "uri": uri },
            "range": { "start": at, "end": at },
            "context": { "diagnostics": [], "triggerKind": 1 },
        }),
    );
    let actions = actions.as_array().unwrap();
    let wanted = actions.iter().find(|it| it["title"] == title);
    wanted.unwrap_or_else(|| panic!("no {title}: {actions:#?}"))["command"].clone()
}

#[test]
fn a_search_that_begins_in_the_code_opens_a_list_that_leads_back_to_it() {
    let workspace = Workspace::new(&[
        ("a.py", "def total(cart):\n    return sum(it.price for it in cart)\n"),
        ("b.py", "def total_of(cart):\n    return sum(it.price for it in cart.items)\n"),
        ("c.py", "x = 1\n# where are the prices of a cart summed\n"),
    ]);
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    for (file, line, title, found) in [
        ("a.py", 1, "AIOS: find similar code", "b.py"),
        ("c.py", 1, "AIOS: where is this done?", "a.py"),
    ] {
        editor.open(file);
        let command = action(&mut editor, &workspace.uri(file), line, title);
        assert_eq!(command["command"], "aios.showHits");
        let shown = editor.execute("aios.showHits", command["arguments"][0].clone());
        assert_eq!(shown["outcome"], "shown", "{shown}");
        let uri = shown["document"].as_str().unwrap().to_owned();
        let list = std::fs::read_to_string(uri.strip_prefix("file://").unwrap()).unwrap();
        let at = list.lines().position(|it| it.contains(&format!("/{found}:1  to 2")));
        let at = at.unwrap_or_else(|| panic!("no {found} in {list}"));
        let is_asked = |it: &str| it.contains(&format!("/{file}:{}  to ", line + 1));
        let is_around = |it: &str| it.contains(&format!("/{file}:1  to 2"));
        assert!(!list.lines().any(|it| is_asked(it) || is_around(it)), "the place itself: {list}");
        editor.open_uri(&uri, "plaintext", list);
        // From the code below the place, too.
        for line in [at, at + 1] {
            let place = json!({
                "textDocument": { "uri": uri },
                "position": { "line": line, "character": 0 },
            });
            let definition = editor.client.request("textDocument/definition", place);
            assert_eq!(places(&workspace, &definition), [format!("{found}:0:0")]);
        }
        let document = json!({ "textDocument": { "uri": uri } });
        let links = editor.client.request("textDocument/documentLink", document.clone());
        assert_eq!(links[0]["target"], format!("{}#L1", workspace.uri(found)));
        editor.client.notify("textDocument/didClose", document);
    }
    editor.client.stop();
}

#[test]
fn what_is_not_trusted_is_shown_and_trusted_just_as_it_was_shown() {
    let config = "[verify]\ncommands = [\"true\"]\n";
    let workspace = Workspace::new(&[("a.py", "a = 1\n"), (".aios/config.toml", config)]);
    let mut editor = Editor::start(&workspace, &plain_capabilities());
    editor.client.wait_until_indexed();
    let shown = editor.execute("aios.showTrust", json!({}));
    let uri = shown["document"].as_str().unwrap().to_owned();
    let text = std::fs::read_to_string(uri.strip_prefix("file://").unwrap()).unwrap();
    assert!(text.contains("+commands = [\"true\"]"), "{text}");
    editor.open_uri(&uri, "diff", text);
    let start = json!({ "line": 0, "character": 0 });
    let params = json!({
        "textDocument": { "uri": uri },
        "range": { "start": start, "end": start },
        "context": { "diagnostics": [] },
    });
    let actions = editor.client.request("textDocument/codeAction", params);
    let is_it = |it: &&Value| it["title"] == "AIOS: trust these files";
    let trust = actions.as_array().unwrap().iter().find(is_it).unwrap();
    let argument = &trust["command"]["arguments"][0];
    workspace.write(".aios/config.toml", &config.replace("true", "rm -rf ."));
    let outcome = editor.execute("aios.trust", argument.clone());
    assert_eq!(outcome["outcome"], "refused", "{outcome}");
    workspace.write(".aios/config.toml", config);
    let outcome = editor.execute("aios.trust", argument.clone());
    assert_eq!(outcome["outcome"], "done", "{outcome}");
    editor.client.stop();
}

#[test]
#[cfg(target_os = "linux")]
fn what_many_documents_held_is_given_back_once_they_are_closed() {
    let workspace = Workspace::shop();
    let mut client = Client::start(&workspace, &capabilities());
    client.wait_until_indexed();
    let at_first = client.resident_kb();
    let n_documents = 150;
    let uri = |nth: usize| workspace.uri(&format!("part_{nth}.py"));
    for nth in 0..n_documents {
        let text: String = (0..150)
            .map(|it| format!("def f_{nth}_{it}(a, b):\n    return a + b * {it}\n"))
            .collect();
        let document =
            json!({ "uri": uri(nth), "languageId": "python", "version": 1, "text": text });
        client.notify("textDocument/didOpen", json!({ "textDocument": document }));
        let asked = json!({ "textDocument": { "uri": uri(nth) } });
        client.request("textDocument/documentSymbol", asked);
    }
    let with_all = client.resident_kb();
    assert!(at_first + 20_000 < with_all, "{at_first} kB, and with all open {with_all} kB");
    for nth in 0..n_documents {
        let document = json!({ "textDocument": { "uri": uri(nth) } });
        client.notify("textDocument/didClose", document);
    }
    let half = at_first + (with_all - at_first) / 2;
    let began = std::time::Instant::now();
    while half < client.resident_kb() {
        let present = client.resident_kb();
        assert!(began.elapsed().as_secs() < 60, "{at_first} kB, {with_all} kB, then {present} kB");
        // Each answer is a moment later.
        client.request("workspace/executeCommand", json!({ "command": "aios.status" }));
    }
    client.stop();
}

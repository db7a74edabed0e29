//! An editor's documents: opened, edited and changed by the server's edits as a real one does it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{client::Client, workspace::Workspace};

/// Documents by URI, with positions in UTF-8.
pub(crate) struct Editor<'a> {
    pub(crate) client: Client,
    workspace: &'a Workspace,
    documents: BTreeMap<String, (String, i64)>,
}

impl<'a> Editor<'a> {
    /// An editor in `workspace` that declares `capabilities`.
    pub(crate) fn start(workspace: &'a Workspace, capabilities: &Value) -> Editor<'a> {
        let client = Client::start(workspace, capabilities);
        Editor { client, workspace, documents: BTreeMap::new() }
    }

    /// Opens a file of the workspace.
    pub(crate) fn open(&mut self, path: &str) {
        let text = self.workspace.read(path);
        self.open_uri(&self.workspace.uri(path), "python", text);
    }

    /// Opens a document with this text.
    pub(crate) fn open_uri(&mut self, uri: &str, language: &str, text: String) {
        let document = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.client.notify("textDocument/didOpen", json!({ "textDocument": document }));
        self.documents.insert(uri.to_owned(), (text, 1));
    }

    /// The text of an open document.
    pub(crate) fn text(&self, path: &str) -> &str {
        &self.documents[&self.workspace.uri(path)].0
    }

    /// The text of an open document that lies elsewhere.
    pub(crate) fn document(&self, uri: &str) -> String {
        self.documents[uri].0.clone()
    }

    /// The user types: the whole text is another.
    pub(crate) fn set_text(&mut self, path: &str, text: &str) {
        let uri = self.workspace.uri(path);
        self.change(&uri, text.to_owned(), json!([{ "text": text }]));
    }

    /// The same in a document that lies elsewhere.
    pub(crate) fn set_document(&mut self, uri: &str, text: &str) {
        self.change(uri, text.to_owned(), json!([{ "text": text }]));
    }

    fn change(&mut self, uri: &str, text: String, changes: Value) {
        let document = self.documents.get_mut(uri).unwrap();
        *document = (text, document.1 + 1);
        let identifier = json!({ "uri": uri, "version": document.1 });
        let params = json!({ "textDocument": identifier, "contentChanges": changes });
        self.client.notify("textDocument/didChange", params);
    }

    /// Runs a command and gives its outcome, making every edit that the server asks for meanwhile.
    #[track_caller]
    pub(crate) fn execute(&mut self, command: &str, mut argument: Value) -> Value {
        argument["wait"] = json!(true);
        let params = json!({ "command": command, "arguments": [argument] });
        let id = self.client.start_request("workspace/executeCommand", params);
        loop {
            let message = self.client.wait_for(command, |it| {
                it["method"] == "workspace/applyEdit"
                    || (it.get("method").is_none() && it["id"] == id)
            });
            if message["method"] == "workspace/applyEdit" {
                self.apply(&message["params"]["edit"]);
                self.client.answer(&message, json!({ "applied": true }));
            } else {
                assert!(message.get("error").is_none(), "{command}: {}", message["error"]);
                return message["result"].clone();
            }
        }
    }

    /// Makes an edit of the server's: open documents are changed, closed files opened first, as VS
    /// Code and Neovim do.
    #[track_caller]
    pub(crate) fn apply(&mut self, edit: &Value) {
        for change in edit["documentChanges"].as_array().unwrap() {
            match change["kind"].as_str() {
                None => self.apply_document(change),
                Some("create") => {
                    let path = self.path(change["uri"].as_str().unwrap());
                    assert!(!self.workspace.has(&path), "{path} is there already");
                    self.workspace.write(&path, "");
                }
                Some("delete") => {
                    let uri = change["uri"].as_str().unwrap();
                    std::fs::remove_file(self.workspace.root().join(self.path(uri))).unwrap();
                    if self.documents.remove(uri).is_some() {
                        let params = json!({ "textDocument": { "uri": uri } });
                        self.client.notify("textDocument/didClose", params);
                    }
                }
                Some("rename") => {
                    let end = |it: &str| self.path(change[it].as_str().unwrap());
                    let (from, to) = (end("oldUri"), end("newUri"));
                    self.move_file(&from, &to);
                }
                Some(other) => panic!("an operation that no test asks for: {other}"),
            }
        }
    }

    /// Moves a file; its document, where it is open, goes with it.
    pub(crate) fn move_file(&mut self, from: &str, to: &str) {
        let uris = [self.workspace.uri(from), self.workspace.uri(to)];
        let root = self.workspace.root();
        std::fs::rename(root.join(from), root.join(to)).unwrap();
        if let Some((text, _)) = self.documents.remove(&uris[0]) {
            let closed = json!({ "textDocument": { "uri": uris[0] } });
            self.client.notify("textDocument/didClose", closed);
            self.open_uri(&uris[1], "python", text);
        }
        let changes = json!([{ "uri": uris[0], "type": 3 }, { "uri": uris[1], "type": 1 }]);
        self.client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    }

    #[track_caller]
    fn apply_document(&mut self, change: &Value) {
        let uri = change["textDocument"]["uri"].as_str().unwrap().to_owned();
        if !self.documents.contains_key(&uri) {
            let path = self.path(&uri);
            self.open(&path);
        }
        let (text, version) = &self.documents[&uri];
        let named = change["textDocument"]["version"].as_i64();
        assert!(named.is_none_or(|it| it == *version), "version {named:?} of {version}");
        let mut edits: Vec<(usize, usize, String)> = Vec::new();
        for edit in change["edits"].as_array().unwrap() {
            let start = offset(text, &edit["range"]["start"]);
            let end = offset(text, &edit["range"]["end"]);
            edits.push((start, end, edit["newText"].as_str().unwrap().to_owned()));
        }
        edits.sort();
        let mut text = text.clone();
        for (start, end, new_text) in edits.iter().rev() {
            text.replace_range(*start..*end, new_text);
        }
        let changes = json!([{ "text": text }]);
        self.change(&uri, text, changes);
    }

    fn path(&self, uri: &str) -> String {
        let root = format!("{}/", self.workspace.uri(""));
        uri.strip_prefix(root.trim_end_matches('/')).unwrap().trim_start_matches('/').to_owned()
    }

    /// Writes an open document to its file.
    pub(crate) fn save(&mut self, path: &str) {
        let uri = self.workspace.uri(path);
        self.workspace.write(path, self.text(path));
        self.client.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri } }));
    }
}

/// The byte of a position in UTF-8.
fn offset(text: &str, position: &Value) -> usize {
    let line = position["line"].as_u64().unwrap() as usize;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    start + position["character"].as_u64().unwrap() as usize
}

//! A small editor: starts the server as a child, talks LSP to it over pipes, keeps the documents it
//! opened and applies the edits it is sent, as a real editor does.

use std::{
    collections::{BTreeMap, VecDeque},
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, bail, ensure};
use serde_json::{Value, json};
use text::{LineCol, LineIndex, PositionEncoding, TextEdit, TextEdits, TextRange};

/// How long one answer may take before the tour gives up and says so.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);
/// The longest message that this client reads.
const MESSAGE_BYTES_MAX: usize = 256 << 20;

/// The editor's side of one session.
pub(super) struct Client {
    child: Child,
    stdin: ChildStdin,
    messages: Receiver<Value>,
    /// Messages that came while another was waited for.
    early: VecDeque<Value>,
    next_id: u64,
    documents: BTreeMap<PathBuf, Document>,
    /// Documents that the server asked to show, oldest first.
    pub(super) shown: Vec<PathBuf>,
    /// Titles and messages of progress, as they came.
    pub(super) progress: Vec<String>,
    /// What the server said in words.
    pub(super) told: Vec<String>,
}

struct Document {
    version: i64,
    text: String,
}

impl Client {
    /// Starts `program lsp` with its state in `state_dir`, and shakes hands over `root`.
    pub(super) fn start(program: &Path, root: &Path, state_dir: &Path) -> anyhow::Result<Client> {
        let mut child = Command::new(program)
            .arg("lsp")
            .env("AIOS_STATE_DIR", state_dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let stdin = child.stdin.take().context("the server has no stdin")?;
        let stdout = child.stdout.take().context("the server has no stdout")?;
        let (sender, messages) = mpsc::channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Ok(Some(message)) = read_message(&mut stdout) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut client = Client {
            child,
            stdin,
            messages,
            early: VecDeque::new(),
            next_id: 0,
            documents: BTreeMap::new(),
            shown: Vec::new(),
            progress: Vec::new(),
            told: Vec::new(),
        };
        client.initialize(root)?;
        Ok(client)
    }

    /// Sends a request and waits for its answer; serves what the server asks meanwhile.
    pub(super) fn request(&mut self, method: &str, params: Value) -> anyhow::Result<Value> {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        let is_answer = |it: &Value| it.get("method").is_none() && it["id"] == json!(id);
        let mut answer = self.wait(&format!("an answer to {method}"), is_answer)?;
        match answer.get("error") {
            None => Ok(answer["result"].take()),
            Some(error) => bail!("{method}: {}", error["message"].as_str().unwrap_or("no reason")),
        }
    }

    /// Sends a notification.
    pub(super) fn notify(&mut self, method: &str, params: Value) -> anyhow::Result<()> {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }

    /// Serves the server's messages until `is_wanted` is true of one, and returns that one.
    pub(super) fn wait(
        &mut self,
        what: &str,
        is_wanted: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        if let Some(idx) = self.early.iter().position(&is_wanted) {
            return Ok(self.early.remove(idx).expect("`position` found it"));
        }
        let deadline = Instant::now() + ANSWER_TIME_MAX;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let message = match self.messages.recv_timeout(left) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => {
                    bail!("{what} did not come in {ANSWER_TIME_MAX:?}")
                }
                Err(RecvTimeoutError::Disconnected) => bail!("the server ended before {what}"),
            };
            self.serve(&message)?;
            if is_wanted(&message) {
                return Ok(message);
            }
            self.early.push_back(message);
        }
    }

    /// Opens a document, as it is on disk.
    pub(super) fn open(&mut self, path: &Path, language: &str) -> anyhow::Result<()> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let params = json!({"textDocument": {
            "uri": uri(path), "languageId": language, "version": 1, "text": text,
        }});
        self.documents.insert(path.to_owned(), Document { version: 1, text });
        self.notify("textDocument/didOpen", params)
    }

    /// The text of a document: the buffer where it is open, else the disk.
    pub(super) fn text(&self, path: &Path) -> anyhow::Result<String> {
        match self.documents.get(path) {
            Some(document) => Ok(document.text.clone()),
            None => fs::read_to_string(path).with_context(|| path.display().to_string()),
        }
    }

    /// Writes every open document to disk, as "save all" does.
    pub(super) fn save_all(&mut self) -> anyhow::Result<()> {
        let paths: Vec<PathBuf> = self.documents.keys().cloned().collect();
        for path in paths {
            fs::write(&path, &self.documents[&path].text)?;
            self.notify("textDocument/didSave", json!({"textDocument": {"uri": uri(&path)}}))?;
        }
        Ok(())
    }

    /// Says goodbye and returns whether the server ended as the protocol asks.
    pub(super) fn stop(mut self) -> anyhow::Result<bool> {
        self.request("shutdown", Value::Null)?;
        self.notify("exit", Value::Null)?;
        Ok(self.child.wait()?.success())
    }

    fn initialize(&mut self, root: &Path) -> anyhow::Result<()> {
        let capabilities = json!({
            "experimental": {"serverStatusNotification": true},
            "general": {"positionEncodings": ["utf-8", "utf-16"]},
            "window": {"workDoneProgress": true, "showDocument": {"support": true}},
            "workspace": {
                "applyEdit": true,
                "workspaceEdit": {
                    "documentChanges": true,
                    "resourceOperations": ["create", "rename", "delete"],
                },
            },
            "textDocument": {
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
                "codeAction": {
                    "dataSupport": true,
                    "resolveSupport": {"properties": ["edit", "command"]},
                    "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["refactor"]}},
                },
            },
        });
        let answer = self.request(
            "initialize",
            json!({
                "processId": std::process::id(),
                "clientInfo": {"name": "aios tour"},
                "rootUri": uri(root),
                "workspaceFolders": [{"uri": uri(root), "name": "tour"}],
                "capabilities": capabilities,
            }),
        )?;
        let encoding = answer["capabilities"]["positionEncoding"].as_str();
        ensure!(encoding == Some("utf-8"), "the server chose positions in {encoding:?}");
        self.notify("initialized", json!({}))
    }

    fn send(&mut self, message: &Value) -> anyhow::Result<()> {
        let body = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{body}", body.len())
            .and_then(|()| self.stdin.flush())
            .context("the server does not read any more")
    }

    /// Does what an editor does with a message of the server that is no answer.
    fn serve(&mut self, message: &Value) -> anyhow::Result<()> {
        let Some(method) = message["method"].as_str() else { return Ok(()) };
        let params = &message["params"];
        match method {
            "$/progress" => self.note_progress(&params["value"]),
            "window/showMessage" => {
                self.told.push(params["message"].as_str().unwrap_or_default().to_owned());
            }
            _ => {}
        }
        let Some(id) = message.get("id") else { return Ok(()) };
        let result = match method {
            "workspace/applyEdit" => match self.apply(&params["edit"]) {
                Ok(()) => json!({"applied": true}),
                Err(error) => json!({"applied": false, "failureReason": format!("{error:#}")}),
            },
            "window/showDocument" => {
                let path = params["uri"].as_str().and_then(path_of);
                self.shown.extend(path);
                json!({"success": true})
            }
            "workspace/configuration" => {
                let n = params["items"].as_array().map_or(0, Vec::len);
                json!(vec![Value::Null; n])
            }
            _ => Value::Null,
        };
        self.send(&json!({"jsonrpc": "2.0", "id": id, "result": result}))
    }

    fn note_progress(&mut self, value: &Value) {
        let words = value["title"].as_str().or(value["message"].as_str());
        self.progress.extend(words.map(str::to_owned));
    }

    fn apply(&mut self, edit: &Value) -> anyhow::Result<()> {
        let changes = edit["documentChanges"].as_array().context("no documentChanges")?;
        for change in changes {
            match change["kind"].as_str() {
                None => self.apply_text(change)?,
                Some("create") => fs::write(wanted_path(&change["uri"])?, "")?,
                Some("delete") => fs::remove_file(wanted_path(&change["uri"])?)?,
                Some("rename") => {
                    fs::rename(wanted_path(&change["oldUri"])?, wanted_path(&change["newUri"])?)?;
                }
                Some(other) => bail!("unknown file operation {other}"),
            }
        }
        Ok(())
    }

    /// Edits an open document in its buffer and tells the server; opens a closed one first, as
    /// editors do.
    fn apply_text(&mut self, change: &Value) -> anyhow::Result<()> {
        let path = wanted_path(&change["textDocument"]["uri"])?;
        if !self.documents.contains_key(&path) {
            self.open(&path, "")?;
        }
        let document =
            self.documents.get_mut(&path).expect("a closed document was opened just above");
        if let Some(version) = change["textDocument"]["version"].as_i64() {
            ensure!(version == document.version, "{} has changed", path.display());
        }
        let edits = change["edits"].as_array().context("no edits")?;
        document.text = edited(&document.text, edits)?;
        document.version += 1;
        let params = json!({
            "textDocument": {"uri": uri(&path), "version": document.version},
            "contentChanges": [{"text": document.text}],
        });
        self.notify("textDocument/didChange", params)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // After a polite end there is nobody left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `path` as a `file:` URI.
pub(super) fn uri(path: &Path) -> String {
    let mut uri = "file://".to_owned();
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// The path that a `file:` URI names.
pub(super) fn path_of(uri: &str) -> Option<PathBuf> {
    let mut rest = uri.strip_prefix("file://")?.bytes();
    let mut path = Vec::new();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        };
        path.push(byte);
    }
    String::from_utf8(path).ok().map(PathBuf::from)
}

fn wanted_path(uri: &Value) -> anyhow::Result<PathBuf> {
    let uri = uri.as_str().unwrap_or_default();
    path_of(uri).ok_or_else(|| anyhow!("`{uri}` is no file"))
}

fn edited(text: &str, edits: &[Value]) -> anyhow::Result<String> {
    let lines = LineIndex::new(text);
    let offset = |at: &Value| {
        let number = |key: &str| at[key].as_u64().and_then(|it| u32::try_from(it).ok());
        let position = LineCol { line: number("line")?, col: number("character")? };
        lines.offset(position, PositionEncoding::Utf8)
    };
    let mut res = Vec::with_capacity(edits.len());
    for edit in edits {
        let start = offset(&edit["range"]["start"]).context("an edit outside the text")?;
        let end = offset(&edit["range"]["end"]).context("an edit outside the text")?;
        let new_text = edit["newText"].as_str().context("an edit without text")?;
        res.push(TextEdit { range: TextRange::new(start, end), text: new_text.to_owned() });
    }
    Ok(TextEdits::new(res)?.apply(text)?)
}

fn read_message(stdout: &mut impl BufRead) -> anyhow::Result<Option<Value>> {
    let mut len = None;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end() {
            "" => break,
            header => {
                let value = header.strip_prefix("Content-Length:").map(str::trim);
                len = value.map(str::parse::<usize>).transpose()?.or(len);
            }
        }
    }
    let len = len.context("a message without a length")?;
    ensure!(len <= MESSAGE_BYTES_MAX, "a message of {len} bytes");
    let mut body = vec![0; len];
    stdout.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

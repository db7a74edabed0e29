//! A client over stdio: sends what a test says, answers what every editor answers, remembers the
//! rest.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::workspace::Workspace;

/// No answer takes this long; a test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server and the client's end of the conversation.
pub(crate) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Value>,
    next_id: i64,
    /// Requests and notifications of the server that nobody has looked at yet.
    pub(crate) inbox: Vec<Value>,
    /// What `initialize` answered.
    pub(crate) capabilities: Value,
    /// What `window/showDocument` asked for.
    pub(crate) shown: Vec<String>,
}

/// What an editor of today declares, as far as it matters here.
pub(crate) fn capabilities() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-8"] },
        "workspace": {
            "applyEdit": true,
            "workspaceEdit": {
                "documentChanges": true,
                "resourceOperations": ["create", "rename", "delete"],
                "changeAnnotationSupport": {}
            },
            "didChangeWatchedFiles": { "dynamicRegistration": true },
            "workspaceFolders": true
        },
        "textDocument": {
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "codeAction": {
                "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [""] } },
                "dataSupport": true,
                "disabledSupport": true
            },
            "rename": { "prepareSupport": true }
        },
        "window": { "workDoneProgress": true, "showDocument": { "support": true } },
        "experimental": { "serverStatusNotification": true }
    })
}

impl Client {
    /// A server in `workspace` after `initialized`.
    pub(crate) fn start(workspace: &Workspace, capabilities: &Value) -> Client {
        let mut client = Client::spawn(workspace);
        let root = format!("file://{}", workspace.root().display());
        let result = client.request(
            "initialize",
            json!({
                "processId": std::process::id(),
                "clientInfo": { "name": "e2e" },
                "rootUri": root,
                "workspaceFolders": [{ "uri": root, "name": "work" }],
                "capabilities": capabilities,
            }),
        );
        client.capabilities = result["capabilities"].clone();
        client.notify("initialized", json!({}));
        client
    }

    /// A server that nothing was said to.
    pub(crate) fn spawn(workspace: &Workspace) -> Client {
        let mut child = Command::new(env!("CARGO_BIN_EXE_aios"))
            .arg("lsp")
            .current_dir(workspace.root())
            .env("AIOS_STATE_DIR", workspace.state())
            // What the user of this machine has set is none of a test's business.
            .env("XDG_CONFIG_HOME", workspace.state().join("config"))
            .env("TEST_KEY", "sk-nobody-may-see-this")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut stdout = stdout;
            while let Some(message) = read_message(&mut stdout) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Client {
            stdin: child.stdin.take(),
            child,
            messages,
            next_id: 0,
            inbox: Vec::new(),
            capabilities: Value::Null,
            shown: Vec::new(),
        }
    }

    /// Sends raw bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        // A server that has ended is noticed by whoever waits for it.
        let _ = self.stdin.as_mut().unwrap().write_all(bytes);
    }

    fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = json!("2.0");
        let body = message.to_string();
        self.bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Sends a notification.
    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "method": method, "params": params }));
    }

    /// The result of a request; an error fails the test.
    #[track_caller]
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let answer = self.try_request(method, params);
        assert!(answer.get("error").is_none(), "{method}: {}", answer["error"]);
        answer["result"].clone()
    }

    /// The whole answer to a request. One that an edit made worthless is asked again, as editors
    /// do.
    #[track_caller]
    pub(crate) fn try_request(&mut self, method: &str, params: Value) -> Value {
        loop {
            let id = self.start_request(method, params.clone());
            let answer = self.wait_for(method, |it| it.get("method").is_none() && it["id"] == id);
            if answer["error"]["code"] != -32801 {
                return answer;
            }
        }
    }

    /// Sends a request and does not wait.
    pub(crate) fn start_request(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let mut message = json!({ "id": self.next_id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(message);
        self.next_id
    }

    /// Answers a request of the server.
    pub(crate) fn answer(&mut self, request: &Value, result: Value) {
        self.send(json!({ "id": request["id"], "result": result }));
    }

    /// The first message that is wanted, whether it has come already or comes now.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, what: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.inbox.iter().position(&is_wanted) {
                return self.inbox.remove(at);
            }
            match self.messages.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => panic!("no {what}; there is {:?}", self.inbox),
                Err(RecvTimeoutError::Disconnected) => panic!("no {what}: the server ended"),
            }
        }
    }

    /// The next message of the server with this method.
    #[track_caller]
    pub(crate) fn wait_for_method(&mut self, method: &str) -> Value {
        self.wait_for(method, |it| it["method"] == method)
    }

    /// Waits until everything is indexed.
    #[track_caller]
    pub(crate) fn wait_until_indexed(&mut self) {
        let is_done =
            |it: &Value| it["quiescent"] == true && 0 < it["indexed"].as_u64().unwrap_or(0);
        if is_done(&self.request("workspace/executeCommand", json!({ "command": "aios.status" }))) {
            return;
        }
        self.wait_for("status of an indexed workspace", |it| {
            it["method"] == "aios/serverStatus" && is_done(&it["params"])
        });
    }

    /// Keeps a message, or answers it where every editor answers the same.
    fn take(&mut self, message: Value) {
        let result = match message["method"].as_str() {
            Some("window/workDoneProgress/create" | "client/registerCapability") => Value::Null,
            Some("workspace/configuration") => json!([null]),
            Some("window/showDocument") => {
                self.shown.extend(message["params"]["uri"].as_str().map(str::to_owned));
                json!({ "success": true })
            }
            _ => return self.inbox.push(message),
        };
        self.answer(&message, result);
    }

    /// Ends the conversation in order.
    #[track_caller]
    pub(crate) fn stop(mut self) {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        assert_eq!(self.wait_exit().code(), Some(0));
    }

    /// Ends the server as a crash does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// How much memory the server holds.
    #[cfg(target_os = "linux")]
    pub(crate) fn resident_kb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Closes the server's input.
    pub(crate) fn close_input(&mut self) {
        self.stdin = None;
    }

    /// How the server ended.
    #[track_caller]
    pub(crate) fn wait_exit(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the server does not end");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A failed test leaves its server behind; a finished one has none.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_message(stream: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|it| 0 < *it)?;
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

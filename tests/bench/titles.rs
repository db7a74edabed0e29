//! What it costs to say which code actions there are at a place, as an editor asks with every move
//! of the cursor: CPU time of the whole server, over its protocol.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

/// Files with functions that call each other, where no folder is named.
const FILES: usize = 100;
/// Functions of one file.
const FUNCTIONS: usize = 100;
/// Places that are asked about in a file.
const PLACES: usize = 60;
/// What the dearest but one in ten may cost.
const LIMIT_MS: f64 = 50.0;
/// How often it is asked whether all is read, with a pause between.
const WAITS_MAX: usize = 6_000;
const PAUSE: Duration = Duration::from_millis(50);

/// `AIOS_BENCH_ROOT` names a folder of code, `AIOS_BENCH_FILE` a file in it.
#[test]
fn titles_of_code_actions_cost_little() {
    let scratch = tempfile::tempdir().expect("a temporary folder can be made");
    let is_real = std::env::var_os("RUN_BENCHES").is_some();
    let named = std::env::var_os("AIOS_BENCH_ROOT").zip(std::env::var_os("AIOS_BENCH_FILE"));
    let (root, file) = match named.filter(|_| is_real) {
        Some((root, file)) => (PathBuf::from(root), PathBuf::from(file)),
        None => {
            let root = scratch.path().join("code");
            let n_files = if is_real { FILES } else { FILES / 20 };
            (0..n_files).for_each(|nth| write_functions(&root, nth));
            (root, PathBuf::from("code0.py"))
        }
    };
    let mut server = Server::start(&root, &scratch.path().join("state"));
    server.wait_until_read();
    let mut costs = server.costs_of_titles(&root.join(&file));
    costs.sort_by(f64::total_cmp);
    let (half, nine_tenths) = (costs[costs.len() / 2], costs[costs.len() * 9 / 10]);
    let last = costs.last().expect("places were asked about");
    println!(
        "titles in {}, {} places: CPU p50 {half:.1}, p90 {nine_tenths:.1}, max {last:.1} ms",
        file.display(),
        costs.len()
    );
    assert!(!is_real || nine_tenths < LIMIT_MS, "p90 {nine_tenths:.1} ms");
    server.stop();
}

/// A file in which every function calls the next, and imports the file behind it.
fn write_functions(root: &Path, nth: usize) {
    fs::create_dir_all(root).expect("a folder is made");
    let mut text = format!("from code{} import work_0_0\n\n\n", nth + 1);
    for n in 0..FUNCTIONS {
        let next = (n + 1) % FUNCTIONS;
        text += &format!(
            "def work_{nth}_{n}(items, limit=10):\n    res = []\n    for it in items:\n        if \
             limit < len(res):\n            break\n        res.append(work_{nth}_{next}(it))\n    \
             return res\n\n\n"
        );
    }
    fs::write(root.join(format!("code{nth}.py")), text).expect("a file is written");
}

/// The server and an editor that says little.
struct Server {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    n_asked: i64,
}

impl Server {
    fn start(root: &Path, state: &Path) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_aios"))
            .arg("lsp")
            .env("AIOS_STATE_DIR", state)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary that this test was built with can be started");
        let to = child.stdin.take().expect("it was piped");
        let from = BufReader::new(child.stdout.take().expect("it was piped"));
        let mut res = Server { child, to, from, n_asked: 0 };
        let literals = json!({ "codeActionKind": { "valueSet": ["", "quickfix", "refactor"] } });
        let actions = json!({
            "codeActionLiteralSupport": literals, "dataSupport": true, "disabledSupport": true,
        });
        res.ask(
            "initialize",
            json!({
                "processId": null,
                "workspaceFolders": [{ "uri": uri(root), "name": "code" }],
                "capabilities": { "textDocument": { "codeAction": actions } },
            }),
        );
        res.send(&json!({ "method": "initialized", "params": {} }));
        res
    }

    fn wait_until_read(&mut self) {
        for _ in 0..WAITS_MAX {
            let asked = json!({ "command": "aios.status", "arguments": [] });
            let status = self.ask("workspace/executeCommand", asked);
            if status["quiescent"] == true && 0 < status["indexed"].as_u64().unwrap_or(0) {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        panic!("the workspace was not read");
    }

    /// What each place of a file costs, in milliseconds of CPU: places on names, lines and
    /// selections, asked for by the editor itself and by its user.
    fn costs_of_titles(&mut self, file: &Path) -> Vec<f64> {
        let text = fs::read_to_string(file).expect("the file is text");
        let lines: Vec<&str> = text.lines().collect();
        let document = json!({ "uri": uri(file), "languageId": "", "version": 1, "text": text });
        self.send(&json!({
            "method": "textDocument/didOpen", "params": { "textDocument": document },
        }));
        let document = json!({ "uri": uri(file) });
        self.ask("textDocument/documentSymbol", json!({ "textDocument": document }));
        let places = (0..PLACES).map(|nth| {
            let line = nth * lines.len() / PLACES;
            let start = json!({ "line": line, "character": lines[line].len().min(8) });
            let end = match nth % 3 {
                0 => start.clone(),
                1 => json!({ "line": line, "character": lines[line].len() }),
                _ => json!({ "line": (line + 6).min(lines.len() - 1), "character": 0 }),
            };
            let context = json!({ "diagnostics": [], "triggerKind": 1 + nth % 2 });
            let range = json!({ "start": start, "end": end });
            json!({ "textDocument": document, "range": range, "context": context })
        });
        let costs = places.collect::<Vec<_>>().into_iter().map(|place| {
            let before = self.cpu_ms();
            let actions = self.ask("textDocument/codeAction", place);
            assert!(actions.is_array(), "{actions}");
            self.cpu_ms() - before
        });
        costs.collect()
    }

    /// CPU time of all threads that live, in milliseconds.
    fn cpu_ms(&self) -> f64 {
        let tasks = format!("/proc/{}/task", self.child.id());
        let threads = fs::read_dir(tasks).expect("the server lives").flatten();
        let nanos = threads.filter_map(|it| {
            let told = fs::read_to_string(it.path().join("schedstat")).ok()?;
            told.split(' ').next()?.parse::<u64>().ok()
        });
        nanos.sum::<u64>() as f64 / 1e6
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.n_asked += 1;
        let id = self.n_asked;
        self.send(&json!({ "id": id, "method": method, "params": params }));
        loop {
            let mut message = self.receive();
            if message["method"].is_null() && message["id"] == id {
                return message["result"].take();
            }
            if !message["method"].is_null() && !message["id"].is_null() {
                self.send(&json!({ "id": message["id"], "result": null }));
            }
        }
    }

    fn send(&mut self, message: &Value) {
        let mut message = message.clone();
        message["jsonrpc"] = json!("2.0");
        let body = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("it listens");
        self.to.flush().expect("it listens");
    }

    fn receive(&mut self) -> Value {
        let mut n_bytes = 0;
        loop {
            let mut line = String::new();
            let n_read = self.from.read_line(&mut line).expect("it speaks");
            assert_ne!(n_read, 0, "the server has ended");
            if let Some(length) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                n_bytes = length.trim().parse().expect("a length is a number");
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; n_bytes];
        self.from.read_exact(&mut body).expect("it speaks");
        serde_json::from_slice(&body).expect("it speaks JSON")
    }

    fn stop(mut self) {
        self.ask("shutdown", Value::Null);
        self.send(&json!({ "method": "exit" }));
        self.child.wait().expect("it ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Where the test failed before.
        let _ = self.child.kill();
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

//! A terminal of its own, with a program in it that is typed at and read as a person would.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How long a screen may take to show what it shall. The machine may be busy.
const SCREEN_MS_MAX: u64 = 120_000;
const POLL: Duration = Duration::from_millis(50);

/// A tmux server with one window, which ends with this value.
pub(crate) struct Terminal {
    socket: String,
    /// All that the program writes, as it writes it.
    recording: PathBuf,
}

impl Terminal {
    /// Runs `command`, words for a shell, in `folder`, and keeps what it writes in `recording`.
    pub(crate) fn start(folder: &Path, command: &str, recording: PathBuf) -> Terminal {
        // The path of a socket has a hundred bytes or so, and a name of a test may be longer.
        static STARTED: AtomicU64 = AtomicU64::new(0);
        let nth = STARTED.fetch_add(1, Ordering::Relaxed);
        let socket = format!("aios-{}-{nth}", std::process::id());
        let terminal = Terminal { socket, recording };
        let folder = folder.to_str().unwrap();
        let size = ["-x", "120", "-y", "40"];
        let arguments = ["-f", "/dev/null", "new-session", "-d", "-c", folder];
        // It begins once it is recorded.
        let command = format!("read begin; exec {command}");
        terminal.tmux(&[&arguments[..], &size[..], &[command.as_str()][..]].concat());
        let sink = format!("exec cat > '{}'", terminal.recording.display());
        terminal.tmux(&["pipe-pane", &sink]);
        let end = Instant::now() + Duration::from_millis(SCREEN_MS_MAX);
        while !terminal.recording.exists() {
            assert!(Instant::now() < end, "nothing is recorded");
            thread::sleep(POLL);
        }
        terminal.keys(&["Enter"]);
        terminal
    }

    /// True where tmux is installed.
    pub(crate) fn is_there() -> bool {
        Command::new(tmux()).arg("-V").output().is_ok_and(|it| it.status.success())
    }

    /// Presses keys, each in tmux's words: `Enter`, `Escape`, `a`, `:w`.
    pub(crate) fn keys(&self, keys: &[&str]) {
        self.tmux(&[&["send-keys"][..], keys].concat());
    }

    /// Types a text as it is.
    pub(crate) fn types(&self, text: &str) {
        self.tmux(&["send-keys", "-l", text]);
    }

    /// What stands on the screen.
    pub(crate) fn screen(&self) -> String {
        let output = self.tmux(&["capture-pane", "-p"]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The lines of the screen that have something reversed in them, with what that is.
    pub(crate) fn reversed(&self) -> Vec<(usize, String)> {
        let output = self.tmux(&["capture-pane", "-p", "-e"]);
        let screen = String::from_utf8_lossy(&output.stdout).into_owned();
        reversed_in(&screen)
    }

    /// All that was ever written: what stood there for a moment, too.
    pub(crate) fn recorded(&self) -> String {
        let bytes = std::fs::read(&self.recording).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until the screen satisfies `holds`, and gives it.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + Duration::from_millis(SCREEN_MS_MAX);
        loop {
            let screen = self.screen();
            if holds(&screen) {
                return screen;
            }
            assert!(Instant::now() < end, "not on the screen: {what}\n{screen}");
            thread::sleep(POLL);
        }
    }

    /// Waits until `text` stands on the screen.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) -> String {
        self.until(text, |screen| screen.contains(text))
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        let mut call = Command::new(tmux());
        // Boxes are drawn with more than ASCII, whatever the locale.
        let output = call.args(["-u", "-L", &self.socket]).args(arguments).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tmux {arguments:?}: {stderr}");
        output
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = Command::new(tmux()).args(["-L", &self.socket, "kill-server"]).output();
    }
}

/// tmux where `tests/run` installed it, else from the PATH.
fn tmux() -> OsString {
    std::env::var_os("AIOS_TMUX").unwrap_or_else(|| "tmux".into())
}

/// What is reversed in a screen that was captured with its attributes, by line.
fn reversed_in(screen: &str) -> Vec<(usize, String)> {
    let mut res = Vec::new();
    let mut is_reversed = false;
    for (nth, line) in screen.lines().enumerate() {
        let mut text = String::new();
        let mut parts = line.split('\x1b');
        let first = parts.next().unwrap_or_default();
        if is_reversed {
            text.push_str(first);
        }
        for part in parts {
            let Some((codes, rest)) = part.strip_prefix('[').and_then(|it| it.split_once('m'))
            else {
                continue;
            };
            is_reversed = after(codes, is_reversed);
            if is_reversed {
                text.push_str(rest);
            }
        }
        if !text.is_empty() {
            res.push((nth, text));
        }
    }
    res
}

/// Whether text is reversed behind a change of attributes.
fn after(codes: &str, was_reversed: bool) -> bool {
    let mut is_reversed = was_reversed;
    let mut codes = codes.split(';');
    while let Some(code) = codes.next() {
        match code {
            "7" => is_reversed = true,
            "" | "0" | "27" => is_reversed = false,
            // A colour takes numbers that mean something else.
            "38" | "48" => {
                let n_more = if codes.next() == Some("5") { 1 } else { 3 };
                codes.by_ref().take(n_more).for_each(drop);
            }
            _ => {}
        }
    }
    is_reversed
}

#[test]
fn what_is_reversed_is_found_across_other_attributes() {
    let screen =
        "a\x1b[1mb\x1b[0m\nx\x1b[7;32my\x1b[38;5;0mz\x1b[0;48;5;7mw\n\x1b[7mall\nlines\x1b[27m.";
    let found = reversed_in(screen);
    let wanted = [(1, "yz"), (2, "all"), (3, "lines")];
    assert_eq!(found, wanted.map(|(nth, text)| (nth, text.to_owned())));
}

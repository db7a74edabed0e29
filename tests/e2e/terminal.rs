//! A terminal of its own, with a program in it that is typed at and read as a person would.

use std::{
    ffi::OsString,
    path::Path,
    process::{Command, Output},
    thread,
    time::{Duration, Instant},
};

/// How long a screen may take to show what it shall. The machine may be busy.
const SCREEN_MS_MAX: u64 = 60_000;
const POLL: Duration = Duration::from_millis(50);

/// A tmux server with one window, which ends with this value.
pub(crate) struct Terminal {
    socket: String,
}

impl Terminal {
    /// Runs `command`, words for a shell, in `folder`.
    pub(crate) fn start(name: &str, folder: &Path, command: &str) -> Terminal {
        let terminal = Terminal { socket: format!("aios-{name}-{}", std::process::id()) };
        let folder = folder.to_str().unwrap();
        let size = ["-x", "120", "-y", "40"];
        let arguments = ["-f", "/dev/null", "new-session", "-d", "-c", folder];
        terminal.tmux(&[&arguments[..], &size[..], &[command][..]].concat());
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

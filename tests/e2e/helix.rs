//! A real Helix with the real server, typed at in a terminal, configured by `aios setup helix`.
//!
//! Each trip has an editor and a workspace of its own. Helix 25.01 hands each edit and each
//! question to a task of its own, so that on a busy machine a question may overtake an edit: what
//! is asked is asked again until it is answered as it shall be, and never a key is sent into a menu
//! that is not seen.

mod asking;
mod changing;
mod living;

use std::{
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{cli, terminal::Terminal, workspace::Workspace};

/// How long something may take that the screen does not show. The machine may be busy.
const WAIT_MS_MAX: u64 = 120_000;
/// After so long a list is asked for again.
const ANSWER_MS: u64 = 5_000;
/// What Helix says where a question has no answer, for whatever reason.
const UNANSWERED: &[&str] = &[
    "No configured language server",
    "No code actions available",
    "edited meanwhile",
    "modified",
    "cancelled",
];

/// The theme of a terminal with few colours: the chosen entry of a menu is reversed there, and
/// nothing else shall be.
const THEME: &str = "\
inherits = \"base16_default\"
\"ui.cursor\" = { fg = \"black\", bg = \"light-gray\" }
\"ui.cursor.primary\" = { fg = \"black\", bg = \"light-gray\" }
\"ui.menu.selected\" = { modifiers = [\"reversed\"] }
";
const CONFIG: &str = "\
theme = \"spec\"
[editor.lsp]
display-progress-messages = true
";

/// Helix where `tests/run` installed it, else from the PATH. `None` where there is none and none is
/// required.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn binary() -> Option<PathBuf> {
    let named = std::env::var_os("AIOS_HX").map(PathBuf::from);
    let path = named.unwrap_or_else(|| PathBuf::from("hx"));
    let version = Command::new(&path).arg("--version").output();
    let is_there = version.is_ok_and(|it| it.status.success()) && Terminal::is_there();
    if !is_there {
        assert!(
            std::env::var_os("AIOS_E2E_REQUIRE").is_none(),
            "no Helix or no tmux: tests/editors/install-helix.sh DIR, then AIOS_HX=DIR/hx"
        );
        eprintln!("skipped: no Helix or no tmux here; tests/run installs one");
    }
    is_there.then_some(path)
}

/// A Helix in a workspace.
struct Helix<'a> {
    terminal: Terminal,
    workspace: &'a Workspace,
    name: String,
}

impl<'a> Helix<'a> {
    /// Helix with `file` of `workspace` open, once the server answers for it. `None`: see
    /// [`binary`].
    fn open(workspace: &'a Workspace, file: &str) -> Option<Helix<'a>> {
        Helix::open_with(workspace, file, Path::new("/usr/bin:/bin"))
    }

    /// The same, with this `PATH`: the other servers that there are.
    fn open_with(workspace: &'a Workspace, file: &str, path: &Path) -> Option<Helix<'a>> {
        let helix = Helix::start(workspace, file, path)?;
        helix.knows("the symbols of the file", |it| it.contains("function"));
        Some(helix)
    }

    /// The same, without waiting for the server.
    fn start(workspace: &'a Workspace, file: &str, path: &Path) -> Option<Helix<'a>> {
        let helix = binary()?;
        let home = workspace.state().with_file_name("home");
        let config = home.join("config");
        let themes = config.join("helix/themes");
        std::fs::create_dir_all(&themes).unwrap();
        std::fs::write(themes.join("spec.toml"), THEME).unwrap();
        std::fs::write(config.join("helix/config.toml"), CONFIG).unwrap();
        let setup = Command::new(env!("CARGO_BIN_EXE_aios"))
            .args(["setup", "helix"])
            .current_dir(workspace.root())
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", &config)
            .env("AIOS_STATE_DIR", workspace.state())
            .env("PATH", path)
            .output()
            .unwrap();
        assert!(setup.status.success(), "{}", String::from_utf8_lossy(&setup.stderr));
        std::fs::create_dir_all(workspace.root().join(".git")).unwrap();
        let variables = [
            ("HOME", home.clone()),
            ("XDG_CONFIG_HOME", config),
            ("XDG_CACHE_HOME", home.join("cache")),
            ("AIOS_STATE_DIR", workspace.state()),
            ("PATH", path.to_owned()),
        ];
        let set: Vec<String> =
            variables.iter().map(|(name, path)| format!("{name}='{}'", path.display())).collect();
        let command = format!("env {} '{}' '{file}'", set.join(" "), helix.display());
        let test = thread::current().name().unwrap_or_default().to_owned();
        let name = test.rsplit("::").next().unwrap_or_default().to_owned();
        let recording = screens().join(format!("{name}.raw"));
        // A trip may open Helix a second time.
        let _ = std::fs::remove_file(&recording);
        let terminal = Terminal::start(&workspace.root(), &command, recording);
        terminal.shows(&format!("NOR   {file}"));
        Some(Helix { terminal, workspace, name })
    }

    fn keys(&self, keys: &[&str]) {
        self.terminal.keys(keys);
    }

    fn types(&self, text: &str) {
        self.terminal.types(text);
    }

    #[track_caller]
    fn shows(&self, text: &str) -> String {
        self.terminal.shows(text)
    }

    /// Waits until something holds that the screen does not show.
    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let end = Instant::now() + Duration::from_millis(WAIT_MS_MAX);
        while !holds() {
            let screen = self.terminal.screen();
            assert!(Instant::now() < end, "not so: {what}\n{screen}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Types a command.
    fn command(&self, text: &str) {
        self.types(&format!(":{text}"));
        self.keys(&["Enter"]);
    }

    /// Runs a command of the server.
    fn run(&self, command: &str) {
        self.command(&format!("lsp-workspace-command {command}"));
    }

    /// Leaves what shows `text`, once it does: Escape and a key at once are another key, and so the
    /// text must be seen to come and to go.
    #[track_caller]
    fn escape(&self, text: &str) {
        self.shows(text);
        self.keys(&["Escape"]);
        self.terminal.until(&format!("the editor without `{text}`"), |it| !it.contains(text));
    }

    /// Asks for the symbols of the file until their list is as it shall be.
    #[track_caller]
    fn knows(&self, what: &str, holds: impl Fn(&str) -> bool) {
        self.lists(what, "s", "", holds);
    }

    /// Opens a list of symbols (`s` of the file, `S` of the workspace), types what is looked for,
    /// and does so again until the list is as it shall be.
    #[track_caller]
    fn lists(&self, what: &str, key: &str, typed: &str, holds: impl Fn(&str) -> bool) {
        let end = Instant::now() + Duration::from_millis(WAIT_MS_MAX);
        loop {
            let is_open = |it: &str| it.contains("kind ") && it.contains("name");
            self.keys(&["Space", key]);
            let mut screen = self.terminal.until("a list of symbols, or none", |it| {
                is_open(it) || UNANSWERED.iter().any(|text| it.contains(text))
            });
            if is_open(&screen) && !typed.is_empty() {
                self.types(typed);
                screen = self.watch(|it| holds(it));
            }
            let is_so = is_open(&screen) && holds(&screen);
            if is_so {
                self.look("symbols");
            }
            self.keys(&["Escape"]);
            self.terminal.until("the bare editor", |it| {
                !is_open(it) && !UNANSWERED.iter().any(|text| it.contains(text))
            });
            if is_so {
                return;
            }
            assert!(Instant::now() < end, "not in the list: {what}\n{screen}");
        }
    }

    /// Does what asks until the screen is as it shall be.
    #[track_caller]
    fn asks(&self, what: &str, ask: impl Fn(), holds: impl Fn(&str) -> bool) {
        let end = Instant::now() + Duration::from_millis(WAIT_MS_MAX);
        loop {
            ask();
            let screen = self.watch(&holds);
            if holds(&screen) {
                return self.look(what);
            }
            assert!(Instant::now() < end, "not on the screen: {what}\n{screen}");
            // Where nothing is open, nobody would see Escape being taken.
            if screen.contains('│') {
                self.keys(&["Escape"]);
                self.watch(|it| it.contains("NOR ") && !it.contains('│'));
            }
        }
    }

    /// The screen once it is as it shall be, or after a while: Helix asks for the symbols of the
    /// workspace when nothing was typed for a moment, and does not say when it was answered.
    fn watch(&self, holds: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + Duration::from_millis(ANSWER_MS);
        loop {
            let screen = self.terminal.screen();
            if holds(&screen) || end < Instant::now() {
                return screen;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Picks the code action whose title holds `title`. The list is asked for again where it does
    /// not have it, since it may have been made for a text before the last edit.
    #[track_caller]
    fn act(&self, title: &str) {
        let end = Instant::now() + Duration::from_millis(WAIT_MS_MAX);
        loop {
            self.keys(&["Space", "a"]);
            self.terminal.until("code actions, or none", |it| {
                !self.chosen().is_empty() || UNANSWERED.iter().any(|text| it.contains(text))
            });
            if self.choose(title) {
                return;
            }
            let screen = self.terminal.screen();
            let is_bare = |it: &str| {
                self.chosen().is_empty() && !UNANSWERED.iter().any(|text| it.contains(text))
            };
            // A menu may close by itself; nobody would see Escape being taken then.
            if !is_bare(&screen) {
                self.keys(&["Escape"]);
                self.terminal.until("the bare editor", is_bare);
            }
            assert!(Instant::now() < end, "no action `{title}`\n{screen}");
        }
    }

    /// Goes down an open menu to `title` and takes it; false where it has no such entry.
    #[track_caller]
    fn choose(&self, title: &str) -> bool {
        let mut passed = Vec::new();
        loop {
            let chosen = self.chosen();
            if chosen.contains(title) {
                self.look(title);
                self.keys(&["Enter"]);
                self.terminal.until("the menu closed", |_| !self.chosen().contains(title));
                return true;
            }
            if chosen.is_empty() || passed.contains(&chosen) {
                return false;
            }
            self.keys(&["Down"]);
            self.terminal.until("the next entry", |_| self.chosen() != chosen);
            passed.push(chosen);
        }
    }

    /// The entry of the open menu that Enter would take; empty without a menu.
    fn chosen(&self) -> String {
        let lines = self.terminal.reversed();
        lines.first().map(|it| it.1.trim().to_owned()).unwrap_or_default()
    }

    /// Renames the symbol under the cursor, until `shown` stands there.
    #[track_caller]
    fn rename(&self, name: &str, shown: &str) {
        let is_asked = |it: &str| it.contains("rename-to:");
        let ask = || {
            self.keys(&["Space", "r"]);
            if is_asked(&self.watch(is_asked)) {
                self.keys(&["C-u"]);
                self.types(name);
                self.keys(&["Enter"]);
            }
        };
        self.asks(shown, ask, |it| it.contains(shown));
    }

    /// Waits until the last change of the journal is as it shall be: the server has then seen what
    /// Helix made of it.
    #[track_caller]
    fn journal(&self, what: &str, holds: impl Fn(&Value) -> bool) {
        self.until(what, || {
            let changes = cli::json(self.workspace, &["history"]);
            changes.first().is_some_and(&holds)
        });
    }

    /// Keeps the screen for whoever wants to look at it.
    fn look(&self, what: &str) {
        let what = what.replace(|it: char| !it.is_alphanumeric(), "-");
        let path = screens().join(format!("{}-{what}.txt", self.name));
        std::fs::write(path, self.terminal.screen()).unwrap();
    }

    /// Kills the server, as a crash would.
    fn kill_server(&self) {
        let state = format!("AIOS_STATE_DIR={}", self.workspace.state().display());
        let holds = |path: PathBuf, text: &str| {
            std::fs::read(path)
                .is_ok_and(|it| it.split(|byte| *byte == 0).any(|it| it == text.as_bytes()))
        };
        let all = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok).map(|it| it.path());
        let servers =
            all.filter(|it| holds(it.join("environ"), &state) && holds(it.join("cmdline"), "lsp"));
        for server in servers {
            let id = server.file_name().unwrap().to_os_string();
            assert!(Command::new("kill").arg("-9").arg(id).status().unwrap().success());
        }
    }
}

/// Where the screens of the trips are kept.
fn screens() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens/helix");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

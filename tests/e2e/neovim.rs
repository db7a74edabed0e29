//! A real Neovim with the real server: runs the specification in `editors/neovim/spec`, and looks
//! at what a user sees of it in a terminal.

mod agents;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use fixture::past::{changed_by_words, message};

use crate::{
    cli,
    evolving::workspace_of_words,
    terminal::Terminal,
    workspace::{CART, SHOP, Workspace},
};

/// Neovim where `tests/run` installed it, else from the PATH. `None` where there is none and none
/// is required.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn neovim() -> Option<PathBuf> {
    let named = std::env::var_os("AIOS_NVIM").map(PathBuf::from);
    let path = named.unwrap_or_else(|| PathBuf::from("nvim"));
    let version = Command::new(&path).arg("--version").output();
    let is_there = version.is_ok_and(|it| it.status.success());
    if !is_there {
        assert!(
            std::env::var_os("AIOS_E2E_REQUIRE").is_none(),
            "no Neovim: tests/editors/install-nvim.sh DIR, then AIOS_NVIM=DIR/bin/nvim"
        );
        eprintln!("skipped: no Neovim here; tests/run installs one");
    }
    is_there.then_some(path)
}

/// The folder that users put on the runtimepath.
fn client() -> PathBuf {
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/neovim");
    client.canonicalize().unwrap()
}

/// Runs the specification; of its parts those that belong together, where `themes` names some.
fn check_specification(neovim: &Path, workspace: &Workspace, themes: Option<&str>) {
    let client = client();
    let output = Command::new(neovim)
        .args(["--clean", "--headless", "-i", "NONE", "-n", "-l"])
        .arg(client.join("spec/run.lua"))
        .current_dir(workspace.root())
        .env("AIOS_BIN", env!("CARGO_BIN_EXE_aios"))
        .env("AIOS_STATE_DIR", workspace.state())
        // What the user of this machine has set is none of a test's business.
        .env("XDG_CONFIG_HOME", workspace.state().join("config"))
        .env("TEST_KEY", "sk-nobody-may-see-this")
        .env("AIOS_CLIENT", client)
        .envs(themes.map(|it| ("AIOS_SPEC", it)))
        .env("NVIM_LOG_FILE", workspace.state().with_file_name("nvim.log"))
        .env("XDG_STATE_HOME", workspace.state().with_file_name("xdg-state"))
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
}

#[test]
fn the_specification_of_the_neovim_client_holds() {
    let Some(neovim) = neovim() else { return };
    check_specification(&neovim, &Workspace::polyglot(), None);
}

#[test]
fn agents_without_a_model_work_from_their_code_actions_in_neovim() {
    let Some(neovim) = neovim() else { return };
    check_specification(&neovim, &Workspace::new(&[]), Some("skills"));
}

/// Another Neovim, a newer one: none can be had that stays the same, and so none is required.
#[test]
fn the_specification_of_the_neovim_client_holds_in_another_version() {
    let Some(neovim) = std::env::var_os("AIOS_NVIM_OTHER") else {
        eprintln!("skipped: AIOS_NVIM_OTHER names no Neovim");
        return;
    };
    check_specification(Path::new(&neovim), &Workspace::polyglot(), None);
}

/// A Neovim in a terminal, as a user has it.
struct Seen {
    terminal: Terminal,
    folder: PathBuf,
    n_looks: std::cell::Cell<u32>,
}

impl Seen {
    /// Opens `file` of `workspace`, and waits until the status line says that all is read.
    fn open(neovim: &Path, workspace: &Workspace, file: &str) -> Seen {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens/neovim");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::create_dir_all(workspace.root().join(".git")).unwrap();
        let config = workspace.state().with_file_name("init.lua");
        let text = format!(
            "vim.opt.runtimepath:prepend('{}')\n\
             vim.lsp.config('aios', {{ cmd = {{ '{}', 'lsp' }} }})\n\
             vim.lsp.enable('aios')\n\
             vim.o.statusline = \"%f %m%=[%{{%v:lua.require'aios'.statusline()%}}]\"\n",
            client().display(),
            env!("CARGO_BIN_EXE_aios"),
        );
        std::fs::write(&config, text).unwrap();
        let home = workspace.state().with_file_name("home");
        let state = workspace.state();
        let variables = [("HOME", &home), ("AIOS_STATE_DIR", &state), ("XDG_STATE_HOME", &home)];
        let set = variables.map(|(name, path)| format!("{name}='{}'", path.display()));
        let command = format!(
            "env {} '{}' --clean -i NONE -n -u '{}' '{file}'",
            set.join(" "),
            neovim.display(),
            config.display()
        );
        // Tests are threads, and each has a recording of its own.
        let thread = std::thread::current().name().unwrap_or("all").replace("::", "-");
        let recording = folder.join(format!("{thread}.raw"));
        // What an earlier run wrote is none of this one's.
        let _ = std::fs::remove_file(&recording);
        let terminal = Terminal::start(&workspace.root(), &command, recording);
        let seen = Seen { terminal, folder, n_looks: std::cell::Cell::new(0) };
        seen.shows("[aios]");
        seen
    }

    #[track_caller]
    fn shows(&self, text: &str) -> String {
        self.terminal.shows(text)
    }

    /// Types a command.
    fn command(&self, text: &str) {
        self.terminal.types(&format!(":{text}"));
        self.terminal.keys(&["Enter"]);
    }

    /// Waits until `text` is seen, and keeps the screen for whoever wants to look at it.
    #[track_caller]
    fn look(&self, what: &str, text: &str) {
        let screen = self.shows(text);
        let nth = self.n_looks.replace(self.n_looks.get() + 1) + 1;
        std::fs::write(self.folder.join(format!("{nth:02}-{what}.txt")), screen).unwrap();
    }
}

impl Seen {
    /// Asks for what can be done at the cursor, and does what is called `title`.
    #[track_caller]
    fn choose(&self, title: &str) {
        self.terminal.types("gra");
        let screen = self.shows(title);
        let line = screen.lines().rev().find(|it| it.contains(title)).unwrap_or_default();
        let number: String = line.trim_start().chars().take_while(char::is_ascii_digit).collect();
        assert!(!number.is_empty(), "{screen}");
        self.terminal.types(&number);
        self.terminal.keys(&["Enter"]);
    }

    /// Waits until a search for what a change said of itself finds what it changed before all
    /// others, or does not any more.
    #[track_caller]
    fn finds(&self, nth: usize, is_first: bool) {
        self.terminal.until("what a search finds first", |_| {
            self.command("edit .aios/config.toml");
            self.command(&format!("Aios search {}", message(nth)));
            let is_hit = |line: &&str| line.contains(".py|");
            let screen = self.terminal.until("hits", |screen| screen.lines().any(|it| is_hit(&it)));
            self.command("cclose");
            let first = screen.lines().find(is_hit).unwrap_or_default();
            first.contains(&changed_by_words(nth)) == is_first
        });
    }
}

#[test]
fn a_user_of_neovim_sees_what_words_stand_for_takes_it_and_takes_it_back() {
    let Some(neovim) = neovim().filter(|_| Terminal::is_there()) else { return };
    let workspace = workspace_of_words();
    // A settings file of somebody else's would be asked about.
    let run: [&[&str]; 3] =
        [&["settings"], &["apply"], &["evolve", "run", "--try", "weights.vocabulary=100"]];
    for args in run {
        let (code, text) = cli::aios(&workspace, args);
        assert_eq!(code, 0, "{text}");
    }
    let seen = Seen::open(&neovim, &workspace, ".aios/config.toml");
    seen.finds(3, false);
    // The suggestion stands at the settings, with its table and its diff.
    seen.choose("AIOS: show the proof for weights.vocabulary 0 → 100");
    seen.look("evolve-proof", "| both, on commits that the search did not see |");
    seen.command("edit .aios/config.toml");
    seen.choose("AIOS: show what would change: weights.vocabulary 0 → 100");
    seen.look("evolve-diff", "vocabulary.toml");
    seen.command("edit .aios/config.toml");
    seen.choose("AIOS: apply weights.vocabulary 0 → 100");
    seen.terminal.until("what came of it is known", |_| {
        let changes = cli::json(&workspace, &["history"]);
        changes.first().is_some_and(|it| it["state"] == "applied")
    });
    seen.command("wall");
    seen.finds(3, true);
    seen.command("qall!");

    let seen = Seen::open(&neovim, &workspace, ".aios/config.toml");
    seen.finds(3, true);
    seen.choose("AIOS: take back weights.vocabulary 0 → 100");
    seen.look("evolve-taking-back", "# Take back experiment");
    seen.command("Aios apply");
    seen.terminal.until("it is taken back", |_| !workspace.has(".aios/vocabulary.toml"));
    seen.finds(3, false);
    seen.command("qall!");

    let seen = Seen::open(&neovim, &workspace, ".aios/config.toml");
    seen.finds(3, false);
}

#[test]
fn what_a_user_of_neovim_sees_is_readable() {
    let Some(neovim) = neovim().filter(|_| Terminal::is_there()) else { return };
    let workspace = Workspace::shop();
    let seen = Seen::open(&neovim, &workspace, "shop.py");
    seen.look("opened", "def pay(amount):");
    seen.command("Aios search refund");
    seen.look("search", "refund (");
    seen.command("cclose | 1");
    seen.terminal.types("fp");
    seen.terminal.types("K");
    seen.look("hover", "2 callers");
    seen.terminal.keys(&["Escape"]);
    seen.command("1");
    seen.terminal.types("fp");
    seen.command("Aios callers");
    seen.look("callers", "(calls, exact)");
    seen.command("cclose");
    seen.command("Aios rename charge");
    seen.shows("# Rename `pay` to `charge`");
    seen.look("proposal", "aios: answer with code actions (gra)");
    seen.terminal.types("gg/+def");
    seen.terminal.keys(&["Enter"]);
    seen.command("Aios accept");
    seen.look("accepted", "[x]");
    seen.command("Aios apply");
    seen.command("edit shop.py");
    seen.look("applied-in-part", "def charge(amount):");
    seen.terminal.until("what came of it is known", |_| {
        let changes = cli::json(&workspace, &["history"]);
        changes.first().is_some_and(|it| it["state"] == "applied")
    });
    seen.command("Aios journal");
    seen.look("journal", "aios: changes");
    seen.terminal.types("1");
    seen.terminal.keys(&["Enter"]);
    seen.look("journal-of-a-change", "Take it back");
    seen.terminal.types("1");
    seen.terminal.keys(&["Enter"]);
    seen.look("taken-back", "def pay(amount):");
    seen.command("Aios do");
    seen.shows("aios:");
    seen.terminal.types("who calls pay");
    seen.terminal.keys(&["Enter"]);
    seen.look("report", "# Who calls `pay`");
    seen.command("checkhealth aios");
    seen.look("health", "2 of 2 files indexed");
    assert!(!seen.terminal.screen().contains("server 2"), "one server is enough");
    assert_eq!((workspace.read("shop.py"), workspace.read("cart.py")), (SHOP.into(), CART.into()));
}

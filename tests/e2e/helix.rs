//! A real Helix with the real server, typed at in a terminal, configured by `aios setup helix`.

use std::{path::PathBuf, process::Command};

use crate::{
    terminal::Terminal,
    workspace::{CART, SHOP, Workspace},
};

/// Helix where `tests/run` installed it, else from the PATH. `None` where there is none and none is
/// required.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn helix() -> Option<PathBuf> {
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

/// Helix with `file` of `workspace` open, once the server answers for it. `None`: see [`helix`].
fn open(workspace: &Workspace, file: &str) -> Option<Terminal> {
    let helix = helix()?;
    let home = workspace.state().with_file_name("home");
    let config = home.join("config");
    let setup = Command::new(env!("CARGO_BIN_EXE_aios"))
        .args(["setup", "helix"])
        .current_dir(workspace.root())
        .env("HOME", &home)
        .env("XDG_CONFIG_HOME", &config)
        .env("AIOS_STATE_DIR", workspace.state())
        // The editor's usual servers are not what is tested.
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    assert!(setup.status.success(), "{}", String::from_utf8_lossy(&setup.stderr));
    std::fs::create_dir_all(workspace.root().join(".git")).unwrap();
    let variables = [
        ("HOME", home.clone()),
        ("XDG_CONFIG_HOME", config),
        ("XDG_CACHE_HOME", home.join("cache")),
        ("AIOS_STATE_DIR", workspace.state()),
        ("PATH", PathBuf::from("/usr/bin:/bin")),
    ];
    let set: Vec<String> =
        variables.iter().map(|(name, path)| format!("{name}='{}'", path.display())).collect();
    let command = format!("env {} '{}' '{file}'", set.join(" "), helix.display());
    let name = std::thread::current().name().unwrap_or_default().replace("::", "-");
    let terminal = Terminal::start(&name, &workspace.root(), &command);
    terminal.shows(&format!("NOR   {file}"));
    wait_for_server(&terminal);
    Some(terminal)
}

/// Asks for the symbols of the file until the server answers. Helix sends a question that is asked
/// too early before it has opened the document, and shows an empty list then.
#[track_caller]
fn wait_for_server(terminal: &Terminal) {
    const NOBODY: &str = "No configured language server";
    loop {
        terminal.keys(&["Space", "s"]);
        let screen = terminal.until("symbols, or that nobody answers", |it| {
            it.contains("kind ") || it.contains(NOBODY)
        });
        terminal.keys(&["Escape"]);
        terminal.until("the bare editor", |it| !it.contains("kind ") && !it.contains(NOBODY));
        if screen.contains("function") {
            return;
        }
    }
}

/// Leaves what shows `text`. Waits for it: Escape and a key at once are another key.
#[track_caller]
fn escape(terminal: &Terminal, text: &str) {
    terminal.keys(&["Escape"]);
    terminal.until(&format!("the editor without `{text}`"), |it| !it.contains(text));
}

/// Picks the code action whose title begins with `title`.
#[track_caller]
fn act(terminal: &Terminal, title: &str) {
    let before = terminal.screen();
    terminal.keys(&["Space", "a"]);
    let menu = terminal.shows(title);
    // The menu lies over the text, with its first entry chosen.
    let first = before.lines().zip(menu.lines()).position(|(before, now)| before != now);
    let wanted = menu.lines().position(|line| line.contains(title));
    for _ in first.unwrap()..wanted.unwrap() {
        terminal.keys(&["Down"]);
    }
    terminal.keys(&["Enter"]);
}

/// Renames the symbol under the cursor.
#[track_caller]
fn rename(terminal: &Terminal, name: &str) {
    terminal.keys(&["Space", "r"]);
    terminal.shows("rename-to:");
    terminal.keys(&["C-u"]);
    terminal.types(name);
    terminal.keys(&["Enter"]);
}

/// Kills the server of a workspace, as a crash would.
fn kill_server(workspace: &Workspace) {
    let state = format!("AIOS_STATE_DIR={}", workspace.state().display());
    let holds = |path: PathBuf, text: &str| {
        std::fs::read(path)
            .is_ok_and(|it| it.split(|byte| *byte == 0).any(|it| it == text.as_bytes()))
    };
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok).map(|it| it.path());
    let servers = processes
        .filter(|it| holds(it.join("environ"), &state) && holds(it.join("cmdline"), "lsp"));
    for server in servers {
        let id = server.file_name().unwrap().to_os_string();
        assert!(Command::new("kill").arg("-9").arg(id).status().unwrap().success());
    }
}

fn command(terminal: &Terminal, text: &str) {
    terminal.types(&format!(":{text}"));
    terminal.keys(&["Enter"]);
}

#[test]
fn symbols_definition_and_hover_are_answered_in_helix() {
    let workspace = Workspace::shop();
    let Some(terminal) = open(&workspace, "cart.py") else { return };
    terminal.keys(&["Space", "S"]);
    terminal.shows("kind name path");
    terminal.types("refu");
    terminal.shows("refund");
    escape(&terminal, "kind ");
    // The first `p` of line 6 is that of the call.
    terminal.types("6Gfp");
    terminal.keys(&["Space", "k"]);
    terminal.shows("amount");
    escape(&terminal, "amount");
    terminal.types("gd");
    terminal.shows("NOR   shop.py");
}

#[test]
fn settings_are_proposed_applied_and_taken_back_in_helix() {
    let workspace = Workspace::shop();
    let Some(terminal) = open(&workspace, "shop.py") else { return };
    act(&terminal, "Create workspace settings");
    terminal.shows("# Create .aios/config.toml");
    assert!(!workspace.has(".aios/config.toml"), "nothing is changed before it was seen");
    act(&terminal, "AIOS: apply this proposal");
    terminal.until("the file is there", |_| workspace.has(".aios/config.toml"));
    command(&terminal, "lsp-workspace-command aios.undo");
    terminal.until("the file is gone", |_| !workspace.has(".aios/config.toml"));
}

/// Renames `pay` in both files of the workspace and saves them.
#[track_caller]
fn rename_and_save(terminal: &Terminal, workspace: &Workspace) {
    terminal.types("ggfp");
    rename(terminal, "charge");
    terminal.shows("def charge(amount):");
    command(terminal, "write-all");
    let is_renamed = |path: &str| workspace.read(path).contains("charge(");
    terminal.until("both files renamed", |_| is_renamed("shop.py") && is_renamed("cart.py"));
}

/// Has the server take that back, and saves both files.
#[track_caller]
fn undo_and_save(terminal: &Terminal, workspace: &Workspace) {
    command(terminal, "lsp-workspace-command aios.undo");
    terminal.shows("def pay(amount):");
    command(terminal, "write-all");
    terminal.until("both files as before", |_| {
        workspace.read("shop.py") == SHOP && workspace.read("cart.py") == CART
    });
}

#[test]
fn a_rename_is_made_in_all_files_and_taken_back_in_helix() {
    let workspace = Workspace::polyglot();
    let Some(terminal) = open(&workspace, "shop.py") else { return };
    rename_and_save(&terminal, &workspace);
    undo_and_save(&terminal, &workspace);
}

#[test]
fn a_killed_server_comes_back_with_its_journal_in_helix() {
    let workspace = Workspace::shop();
    let Some(terminal) = open(&workspace, "shop.py") else { return };
    rename_and_save(&terminal, &workspace);
    kill_server(&workspace);
    // `:lsp-restart` waits for an answer of the dead one, and Helix 25.01 has no other way back.
    drop(terminal);
    let Some(terminal) = open(&workspace, "shop.py") else { return };
    undo_and_save(&terminal, &workspace);
}

#[test]
fn a_proposal_that_is_declined_or_overtaken_changes_nothing_in_helix() {
    let workspace = Workspace::shop();
    let Some(terminal) = open(&workspace, "shop.py") else { return };
    act(&terminal, "Create workspace settings");
    terminal.shows("# Create .aios/config.toml");
    act(&terminal, "AIOS: reject this proposal");
    command(&terminal, "buffer-close");
    terminal.shows("NOR   shop.py");
    assert!(!workspace.has(".aios/config.toml"), "it was declined");
    act(&terminal, "Create workspace settings");
    terminal.shows("# Create .aios/config.toml");
    workspace.write(".aios/config.toml", "preview = \"never\"\n");
    act(&terminal, "AIOS: apply this proposal");
    terminal.shows("config.toml:");
    assert_eq!(workspace.read(".aios/config.toml"), "preview = \"never\"\n");
}

#[test]
fn what_is_typed_and_not_saved_is_known_in_helix() {
    let workspace = Workspace::shop();
    let Some(terminal) = open(&workspace, "shop.py") else { return };
    terminal.types("geo");
    terminal.types("def zebra_crossing(): pass");
    escape(&terminal, "INS");
    terminal.keys(&["Space", "s"]);
    terminal.until("the symbol that was typed", |it| {
        it.lines().any(|line| line.contains("function") && line.contains("zebra_crossing"))
    });
    escape(&terminal, "kind ");
    assert_eq!(workspace.read("shop.py"), SHOP, "nothing was saved");
}

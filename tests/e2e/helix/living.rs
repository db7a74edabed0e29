//! Living with a user: other servers, settings, trust, runs that take long, odd and large files.

use std::path::Path;

use super::Helix;
use crate::{
    cli,
    workspace::{CART, SHOP, Workspace},
};

const OTHER_SERVER: &str = include_str!("other_server.py");

/// A function that nothing can use.
const OLD: &str = "def _old(cart):\n    return 2\n";
const NO_FINDINGS: &str = "[diagnostics]\nunused_private = \"off\"\n";

/// Asks what is wrong in the file.
fn ask_findings(helix: &Helix<'_>) {
    helix.keys(&["Space", "d"]);
}

fn has_finding(screen: &str) -> bool {
    screen.lines().any(|line| line.contains("_old") && line.contains('│'))
}

fn has_none(screen: &str) -> bool {
    screen.contains("0/0") && !has_finding(screen)
}

#[test]
fn nothing_is_run_before_the_workspace_is_trusted_in_helix() {
    let config = "[verify]\ncommands = [\"true\"]\n";
    let workspace = Workspace::new(&[("shop.py", SHOP), (".aios/config.toml", config)]);
    let Some(helix) = Helix::open(&workspace, "shop.py") else { return };
    helix.run("aios.verify");
    helix.shows("trust the workspace first");
    helix.run("aios.trust");
    helix.shows("+commands = [\"true\"]");
    helix.act("AIOS: trust these files");
    let is_trusted = || cli::aios(&workspace, &["trust"]).0 == 0;
    helix.until("the workspace is trusted", is_trusted);
    helix.command("buffer-close");
    // The verdict is told, and so is the end of the progress; the later one stands there.
    let is_passed = |it: &str| it.contains("checks: passed") || it.contains("checks passed");
    helix.asks("the checks ran", || helix.run("aios.verify"), is_passed);
}

#[test]
fn an_agent_runs_and_a_long_run_is_told_and_stopped_in_helix() {
    let config = "[verify]\ncommands = [\"sleep 600\"]\n";
    let workspace = Workspace::new(&[("shop.py", SHOP), (".aios/config.toml", config)]);
    assert_eq!(cli::aios(&workspace, &["trust", "--yes"]).0, 0);
    let Some(helix) = Helix::open(&workspace, "shop.py") else { return };
    helix.types("gg");
    helix.act("AIOS: explain `pay`");
    helix.shows("# `pay`");
    helix.look("report");
    helix.command("buffer-close");
    helix.shows("NOR   shop.py");
    helix.run("aios.verify");
    helix.until("progress that is told", || helix.terminal.recorded().contains("Checking"));
    helix.look("progress");
    helix.asks("that it stopped", || helix.run("aios.cancelRun"), |it| it.contains("cancelled"));
}

#[test]
fn settings_that_are_written_hold_at_once_in_helix() {
    let workspace = Workspace::new(&[("shop.py", SHOP), ("old.py", OLD)]);
    let Some(helix) = Helix::open(&workspace, "old.py") else { return };
    helix.asks("what is wrong", || ask_findings(&helix), has_finding);
    helix.escape("│");
    helix.command("open .aios/config.toml");
    helix.shows("NOR   .aios/config.toml");
    helix.types("i");
    helix.types("diagnostics.unused_private = \"off\"");
    helix.escape("INS");
    helix.command("write!");
    helix.until("it is written", || workspace.has(".aios/config.toml"));
    helix.command("open old.py");
    helix.shows("NOR   old.py");
    helix.asks("silence", || ask_findings(&helix), has_none);
    helix.escape("│");
    helix.command("open .aios/config.toml");
    helix.shows("NOR   .aios/config.toml");
    helix.types("%d");
    helix.command("write!");
    helix.command("open old.py");
    helix.shows("NOR   old.py");
    helix.asks("what is wrong again", || ask_findings(&helix), has_finding);
}

#[test]
fn settings_of_the_workspace_are_proposed_and_hold_when_they_are_applied_in_helix() {
    let workspace = Workspace::new(&[("shop.py", SHOP), ("old.py", OLD)]);
    let Some(helix) = Helix::open(&workspace, "old.py") else { return };
    helix.asks("what is wrong", || ask_findings(&helix), has_finding);
    helix.escape("│");
    let (code, text) = cli::told(&workspace, &["propose", ".aios/config.toml"], NO_FINDINGS);
    assert_eq!(code, 0, "{text}");
    helix.run("aios.showProposal");
    helix.shows("+unused_private = \"off\"");
    helix.act("AIOS: apply this proposal");
    helix.until("the file is there", || workspace.has(".aios/config.toml"));
    helix.command("open old.py");
    helix.shows("NOR   old.py");
    helix.asks("silence", || ask_findings(&helix), has_none);
    helix.escape("│");
    helix.run("aios.undo");
    helix.until("the file is gone", || !workspace.has(".aios/config.toml"));
    helix.asks("what is wrong again", || ask_findings(&helix), has_finding);
}

#[cfg(unix)]
#[test]
fn what_another_server_answers_is_left_to_it_in_helix() {
    use std::os::unix::fs::PermissionsExt as _;

    let workspace = Workspace::shop();
    let tools = workspace.state().with_file_name("tools");
    std::fs::create_dir(&tools).unwrap();
    // Helix starts this one for Python by itself, where it is there.
    let other = tools.join("jedi-language-server");
    std::fs::write(&other, OTHER_SERVER).unwrap();
    std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", tools.display());
    let Some(helix) = Helix::start(&workspace, "cart.py", Path::new(&path)) else { return };
    helix.types("6Gfp");
    let hover = || helix.keys(&["Space", "k"]);
    helix.asks("a hover", hover, |it| it.contains("said by the other server"));
    let screen = helix.shows("said by the other server");
    assert!(!screen.contains("exact"), "one hover, not two\n{screen}");
    helix.escape("said by");
    helix.lists("our symbols", "S", "refu", |it| {
        it.lines().any(|line| line.contains("function") && line.contains("refund"))
    });
    helix.act("AIOS: explain");
    helix.shows("# `checkout`");
}

#[test]
fn a_file_of_50_000_lines_is_edited_and_asked_like_any_other_in_helix() {
    let workspace = Workspace::shop();
    let functions = (0..12_500).map(|nth| format!("def f{nth}(x):\n    return x\n\n\n"));
    workspace.write("large.py", &functions.collect::<String>());
    let Some(helix) = Helix::open(&workspace, "large.py") else { return };
    helix.types("gei");
    helix.types("def typed_just_now(x): return x");
    helix.escape("INS");
    helix.lists("the symbol that was typed", "s", "typed_just", |it| {
        it.lines().any(|line| line.contains("function") && line.contains("typed_just_now"))
    });
}

#[test]
fn odd_names_are_no_obstacle_in_helix() {
    let workspace = Workspace::polyglot();
    let odd = "a b/ü %20 #1 $x.py";
    let text = "def odd():\n    return 1\n\n\nodd()\n";
    workspace.write(odd, text);
    let Some(helix) = Helix::open(&workspace, odd) else { return };
    helix.types("ggfo");
    helix.rename("even", "def even():");
    helix.command("write");
    let renamed = text.replace("odd", "even");
    helix.until("it is saved", || workspace.holds(odd, |it| it == renamed));
    helix.journal("the server has seen it", |it| it["standing"] == "in force");
    helix.run("aios.undo");
    helix.shows("def odd():");
    helix.command("write");
    helix.until("every byte of it", || workspace.holds(odd, |it| it == text));
    assert_eq!(workspace.read("cart.py"), CART);
}

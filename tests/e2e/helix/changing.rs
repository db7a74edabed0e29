//! Changes: shown, made, refused, taken back.

use super::Helix;
use crate::{
    cli,
    workspace::{CART, SHOP, Workspace},
};

/// True where the newest proposal was set aside.
fn is_declined(workspace: &Workspace) -> bool {
    cli::json(workspace, &["proposals"]).first().is_some_and(|it| it["state"] == "rejected")
}

/// True where the change is made as a whole and stands.
fn is_applied(change: &serde_json::Value) -> bool {
    change["state"] == "applied" && change["standing"] == "in force"
}

/// Renames `pay` in both files of the workspace and saves them; waits until the server knows it.
#[track_caller]
fn rename_and_save(helix: &Helix<'_>) {
    helix.types("ggfp");
    helix.rename("charge", "def charge(amount):");
    helix.command("write-all");
    let workspace = helix.workspace;
    let is_renamed = |path: &str| workspace.holds(path, |it| it.contains("charge("));
    helix.until("both files renamed", || is_renamed("shop.py") && is_renamed("cart.py"));
    helix.journal("the server has seen it", is_applied);
}

/// Has the server take that back, and saves both files.
#[track_caller]
fn undo_and_save(helix: &Helix<'_>) {
    helix.run("aios.undo");
    helix.shows("def pay(amount):");
    helix.command("write-all");
    let workspace = helix.workspace;
    helix.until("both files as before", || {
        workspace.holds("shop.py", |it| it == SHOP) && workspace.holds("cart.py", |it| it == CART)
    });
}

#[test]
fn settings_are_proposed_applied_and_taken_back_in_helix() {
    let workspace = Workspace::shop();
    let Some(helix) = Helix::open(&workspace, "shop.py") else { return };
    helix.act("Create workspace settings");
    helix.shows("# Create .aios/config.toml");
    helix.look("proposal");
    assert!(!workspace.has(".aios/config.toml"), "nothing is changed before it was seen");
    helix.act("AIOS: apply this proposal");
    helix.until("the file is there", || workspace.has(".aios/config.toml"));
    helix.journal("the change is made", is_applied);
    helix.run("aios.undo");
    helix.until("the file is gone", || !workspace.has(".aios/config.toml"));
}

#[test]
fn a_rename_is_made_in_all_files_and_taken_back_in_helix() {
    let workspace = Workspace::polyglot();
    let Some(helix) = Helix::open(&workspace, "shop.py") else { return };
    rename_and_save(&helix);
    undo_and_save(&helix);
}

#[test]
fn what_helix_undoes_itself_is_known_to_the_journal() {
    let workspace = Workspace::shop();
    let Some(helix) = Helix::open(&workspace, "shop.py") else { return };
    rename_and_save(&helix);
    for file in ["shop.py", "cart.py"] {
        helix.command(&format!("open {file}"));
        helix.shows(&format!("NOR   {file}"));
        helix.types("u");
        helix.terminal.until("the text before", |it| !it.contains("charge"));
    }
    helix.command("write-all");
    helix.until("both files as before", || {
        workspace.holds("shop.py", |it| it == SHOP) && workspace.holds("cart.py", |it| it == CART)
    });
    helix.journal("nothing of it stands", |it| it["standing"] == "taken back");
}

#[test]
fn a_killed_server_comes_back_with_its_journal_in_helix() {
    let workspace = Workspace::shop();
    let Some(helix) = Helix::open(&workspace, "shop.py") else { return };
    rename_and_save(&helix);
    helix.kill_server();
    // `:lsp-restart` waits for an answer of the dead one, and Helix 25.01 has no other way back.
    drop(helix);
    let Some(helix) = Helix::open(&workspace, "shop.py") else { return };
    undo_and_save(&helix);
}

/// Asks for `pay` to be renamed by a comment, up to the diff that asks.
#[track_caller]
fn preview_rename(helix: &Helix<'_>) {
    helix.types("ggO");
    helix.types("# aios: /rename pay to charge");
    helix.escape("INS");
    helix.act("AIOS: do `/rename pay to charge`");
    helix.shows("# Rename `pay` to `charge`");
}

#[test]
fn a_rename_is_seen_first_and_taken_in_part_in_helix() {
    let workspace = Workspace::shop();
    let Some(helix) = Helix::open(&workspace, "shop.py") else { return };
    preview_rename(&helix);
    helix.types("gg/\\+def charge");
    helix.keys(&["Enter"]);
    helix.act("AIOS: accept this hunk");
    helix.shows("[x]");
    helix.look("accepted");
    helix.act("AIOS: apply accepted (1 of");
    helix.journal("it was applied", |it| it["state"] == "applied");
    helix.command("open shop.py");
    helix.shows("def charge(amount):");
    helix.shows("return -pay(amount)");
    // What was not taken waits.
    helix.run("aios.showProposal");
    helix.shows("# The rest of: Rename `pay` to `charge`");
    helix.act("AIOS: reject this proposal");
    helix.until("it was declined", || is_declined(&workspace));
    helix.command("open shop.py");
    helix.shows("def charge(amount):");
    helix.run("aios.undo");
    helix.shows("def pay(amount):");
    assert_eq!(workspace.read("cart.py"), CART);
}

#[test]
fn a_proposal_that_is_declined_or_overtaken_changes_nothing_in_helix() {
    let workspace = Workspace::shop();
    let Some(helix) = Helix::open(&workspace, "shop.py") else { return };
    helix.act("Create workspace settings");
    helix.shows("# Create .aios/config.toml");
    helix.act("AIOS: reject this proposal");
    helix.until("it was declined", || is_declined(&workspace));
    helix.command("buffer-close");
    helix.shows("NOR   shop.py");
    assert!(!workspace.has(".aios/config.toml"), "it was declined");
    helix.act("Create workspace settings");
    helix.shows("# Create .aios/config.toml");
    workspace.write(".aios/config.toml", "preview = \"never\"\n");
    helix.act("AIOS: apply this proposal");
    helix.shows("config.toml:");
    assert_eq!(workspace.read(".aios/config.toml"), "preview = \"never\"\n");
}

#[test]
fn what_is_typed_and_not_saved_is_renamed_with_the_rest_in_helix() {
    let workspace = Workspace::shop();
    let Some(helix) = Helix::open(&workspace, "cart.py") else { return };
    helix.types("geo");
    helix.keys(&["C-u"]);
    helix.types("tip = pay(1)");
    helix.escape("INS");
    helix.knows("the variable that was typed", |it| it.contains("tip"));
    helix.command("open shop.py");
    helix.shows("NOR   shop.py");
    helix.types("ggfp");
    helix.rename("charge", "def charge(amount):");
    helix.command("open cart.py");
    helix.shows("tip = charge(1)");
    assert_eq!(workspace.read("cart.py"), CART, "nothing was saved");
}

#[test]
fn files_that_move_come_and_go_are_brought_back_in_helix() {
    let workspace = Workspace::polyglot();
    let Some(helix) = Helix::open(&workspace, "shop.py") else { return };
    let before = (workspace.read("src/colour.ts"), workspace.read("src/paint.ts"));
    // Helix 25.01 types no arguments of commands: a shell proposes, Helix shows and applies.
    let (code, text) =
        cli::aios(&workspace, &["refactor", "move", "src/colour.ts", "src/hue/tint.ts"]);
    assert_eq!(code, 0, "{text}");
    helix.run("aios.showProposal");
    helix.act("AIOS: apply this proposal");
    helix.journal("it moved", is_applied);
    assert!(workspace.has("src/hue/tint.ts") && !workspace.has("src/colour.ts"));
    helix.run("aios.undo");
    helix.until("the file is back", || {
        workspace.has("src/colour.ts") && !workspace.has("src/hue/tint.ts")
    });
    assert_eq!(workspace.read("src/colour.ts"), before.0);
    helix.command("write-all");
    helix.until("its user as before", || workspace.holds("src/paint.ts", |it| it == before.1));

    let area = workspace.read("src/area.rs");
    let (code, text) = cli::aios(&workspace, &["propose", "src/area.rs", "--delete"]);
    assert_eq!(code, 0, "{text}");
    helix.run("aios.showProposal");
    helix.shows("area.rs");
    helix.act("AIOS: apply this proposal");
    helix.until("the file is gone", || !workspace.has("src/area.rs"));
    helix.journal("it is gone for good", is_applied);
    helix.run("aios.undo");
    helix.until("every byte of it", || workspace.holds("src/area.rs", |it| it == area));
}

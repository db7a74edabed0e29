//! Questions, in the order in which a user meets them.

use super::Helix;
use crate::workspace::{SHOP, Workspace};

#[test]
fn a_workspace_in_several_languages_is_read_with_progress_in_helix() {
    let workspace = Workspace::polyglot();
    for nth in 0..300 {
        workspace.write(&format!("many/part_{nth}.py"), &format!("value_{nth} = {nth}\n"));
    }
    let Some(helix) = Helix::open(&workspace, "shop.py") else { return };
    // It reads the files first and their meaning then; which of it Helix still shows is a matter of
    // speed.
    let told = ["Indexing", "Embedding"];
    helix.until("progress that is told", || {
        let recorded = helix.terminal.recorded();
        recorded.contains("[aios:") && told.iter().any(|it| recorded.contains(it))
    });
    helix.lists("a symbol of another language", "S", "mix", |it| {
        it.lines().any(|line| line.contains("function") && line.contains("mix"))
    });
}

#[test]
fn symbols_definition_and_hover_are_answered_in_helix() {
    let workspace = Workspace::shop();
    let Some(helix) = Helix::open(&workspace, "cart.py") else { return };
    helix.lists("a symbol of another file", "S", "refu", |it| {
        it.lines().any(|line| line.contains("function") && line.contains("refund"))
    });
    // The first `p` of line 6 is that of the call.
    helix.types("6Gfp");
    helix.keys(&["Space", "k"]);
    helix.shows("amount");
    helix.look("hover");
    helix.escape("amount");
    helix.types("gd");
    helix.shows("NOR   shop.py");
}

#[test]
fn a_question_opens_a_list_that_leads_to_the_code_in_helix() {
    let workspace = Workspace::shop();
    let Some(helix) = Helix::open(&workspace, "cart.py") else { return };
    helix.types("4G");
    helix.act("AIOS: where is this done?");
    helix.shows("# Where is this done: def checkout(cart):");
    helix.look("hits");
    // The first hit stands below the head, and the place of the question is none.
    let follow = || {
        helix.types("4G");
        helix.types("gd");
    };
    helix.asks("the code", follow, |it| it.contains("NOR   shop.py"));
}

#[test]
fn what_is_typed_and_not_saved_is_known_in_helix() {
    let workspace = Workspace::shop();
    let Some(helix) = Helix::open(&workspace, "shop.py") else { return };
    helix.types("geo");
    helix.types("def zebra_crossing(): pass");
    helix.escape("INS");
    let is_there = |it: &str| {
        it.lines().any(|line| line.contains("function") && line.contains("zebra_crossing"))
    };
    helix.knows("the symbol that was typed", is_there);
    helix.lists("the same among all of the workspace", "S", "zebra", is_there);
    assert_eq!(workspace.read("shop.py"), SHOP, "nothing was saved");
}

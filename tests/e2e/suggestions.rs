//! Suggestions from the shell and in an editor: what was seen is told with its numbers, shown,
//! applied, outlives the server, and is taken back.

use serde_json::{Value, json};
use store::history::{EpisodeRow, Episodes as _, open_history};

use crate::{
    cli::{aios, json},
    client::capabilities,
    editor::Editor,
    workspace::Workspace,
};

/// When the shown days were, in milliseconds since 1970.
const BEGAN_MS: u64 = 1_790_000_000_000;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const FLOW: &str = ".aios/workflows/review-then-organize-imports.yaml";

/// A shop in which all that needs the taxes stands elsewhere.
fn shop() -> Workspace {
    let workspace = Workspace::new(&[
        ("shop/__init__.py", ""),
        ("pay/__init__.py", ""),
        ("shop/tax.py", "def tax(n):\n    return n // 5\n"),
        ("shop/cart.py", "import os\n\n\ndef cart():\n    return []\n"),
    ]);
    for nth in 0..7 {
        let text = format!("from shop.tax import tax\n\n\ndef pay{nth}(n):\n    return tax(n)\n");
        workspace.write(&format!("pay/way{nth}.py"), &text);
    }
    workspace
}

/// Has it noted that on each of five days these commands were given, a minute apart.
fn note_days(workspace: &Workspace, commands: &[&str]) {
    let command = |day: u64, (nth, what): (usize, &&str)| EpisodeRow {
        kind: "command".to_owned(),
        at_ms: BEGAN_MS + day * DAY_MS + nth as u64 * 60_000,
        client: "neovim".to_owned(),
        what: (*what).to_owned(),
        path: "shop/cart.py".to_owned(),
        ..EpisodeRow::default()
    };
    let rows = (0..5).flat_map(|day| commands.iter().enumerate().map(move |it| command(day, it)));
    let history = open_history(&workspace.state(), BEGAN_MS).unwrap().history;
    history.note_episodes(&rows.collect::<Vec<_>>(), 1_000).unwrap();
}

#[test]
fn a_shell_is_told_where_a_file_belongs_moves_it_and_takes_that_back() {
    let workspace = shop();
    let (code, text) = aios(&workspace, &["evolve", "run", "--level", "structure"]);
    assert_eq!(code, 0, "{text}");
    for row in [
        "| files of pay import it | 7 | – | – |",
        "| shop/tax.py | pay/tax.py | 7 of 7 neighbours, with 95 % confidence at least 65 %;",
        "+from pay.tax import tax",
    ] {
        assert!(text.contains(row), "{row} in {text}");
    }
    assert!(workspace.has("shop/tax.py"), "nothing is changed yet");
    let (_, text) = aios(&workspace, &["evolve", "status"]);
    assert!(text.contains("waits for you: Move shop/tax.py to pay"), "{text}");
    let (code, text) = aios(&workspace, &["apply"]);
    assert_eq!(code, 0, "{text}");
    assert!(workspace.has("pay/tax.py") && !workspace.has("shop/tax.py"));
    assert!(workspace.read("pay/way6.py").starts_with("from pay.tax import tax\n"));

    let status = &json(&workspace, &["evolve", "status"])[0];
    let experiment = status["in_force"][0].as_str().unwrap();
    let described = &json(&workspace, &["describe"])[0];
    assert_eq!(described["learned"][0]["experiment"], experiment);
    assert_eq!(described["learned"][0]["level"], "structure");
    let edit = described["agents"].as_array().unwrap().iter().find(|it| it["name"] == "edit");
    assert_eq!(edit.unwrap()["limits"], json!({"steps": 60, "tokens": 200_000, "seconds": 600}));
    assert_eq!(described["commands"]["skills"][0]["name"], "review");
    assert_eq!(status["last"]["level"], "structure");
    assert_eq!(status["last"]["suggestion"]["rule"], "misplaced");
    let (code, text) = aios(&workspace, &["evolve", "revert", experiment]);
    assert_eq!(code, 0, "{text}");
    assert!(workspace.has("shop/tax.py") && !workspace.has("pay/tax.py"));
    assert!(workspace.read("pay/way6.py").starts_with("from shop.tax import tax\n"));
    let again = &json(&workspace, &["evolve", "run", "--level", "structure"])[0];
    assert_eq!(again["outcome"], "nothing to suggest");
    assert!(again["notes"].to_string().contains("not wanted; not again within 60 days"), "{again}");
}

#[test]
fn a_shell_is_told_what_is_missing_for_a_suggestion() {
    let workspace = shop();
    note_days(&workspace, &["review"]);
    for (level, fact) in [
        ("capability", "5 commands are noted; of sequences of them none was repeated"),
        ("code", "0 runs of agents are noted"),
        ("configuration", "0 files changed often and were never opened"),
    ] {
        let all = json(&workspace, &["evolve", "run", "--level", level]);
        assert_eq!((all.len(), &all[0]["outcome"]), (1, &json!("nothing to suggest")), "{all:?}");
        assert!(all[0]["notes"].to_string().contains(fact), "{all:?}");
    }
    let (code, text) = aios(&workspace, &["evolve", "run", "--level", "luck"]);
    assert_eq!((code, text.as_str()), (2, ""));
}

#[test]
fn an_editor_is_offered_a_workflow_runs_it_and_takes_it_back_after_a_restart() {
    let workspace = shop();
    note_days(&workspace, &["review", "organize-imports"]);
    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    let evolved = editor.execute("aios.evolve", json!({ "level": "capability" }));
    assert_eq!(evolved["result"], "suggested", "{evolved}");
    let offer = editor.client.wait_for("the offer", |it| {
        let said = it["params"]["message"].as_str().unwrap_or_default();
        it["method"] == "window/showMessageRequest" && said.contains("5 of 5 times")
    });
    let answers = offer["params"]["actions"].as_array().unwrap();
    let answers: Vec<&str> = answers.iter().filter_map(|it| it["title"].as_str()).collect();
    assert_eq!(answers, ["Look", "Apply", "Not"]);
    editor.client.answer(&offer, Value::Null);
    assert!(!workspace.has(FLOW), "nothing is changed before somebody says yes");
    let argument = json!({ "experiment": evolved["experiment"] });
    let shown = editor.execute("aios.showExperiment", argument);
    let document = shown["document"].as_str().unwrap().trim_start_matches("file://").to_owned();
    let document = std::fs::read_to_string(document).unwrap();
    let row = "| review → organize-imports, one after the other | 5 | 2026-09-21";
    assert!(document.contains(row), "{document}");
    let applied = editor.execute("aios.applyProposal", json!({ "proposal": evolved["proposal"] }));
    assert_eq!(applied["outcome"], "applied");
    editor.client.stop();
    assert!(workspace.has(FLOW));

    let mut editor = Editor::start(&workspace, &capabilities());
    editor.client.wait_until_indexed();
    let taken = editor.execute("aios.takeBackExperiment", json!({}));
    // That a file goes is looked at first.
    assert_eq!(taken["outcome"], "proposed", "{taken}");
    let gone = editor.execute("aios.applyProposal", json!({ "proposal": taken["proposal"] }));
    assert_eq!(gone["outcome"], "applied", "{gone}");
    editor.client.stop();
    assert!(!workspace.has(FLOW));
}

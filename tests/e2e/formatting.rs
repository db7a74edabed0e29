//! What a change leaves is formatted as the project formats it before it is shown, and saved where
//! that is wanted.

use std::{path::Path, process::Command};

use serde_json::json;

use crate::{
    changes::{plain_capabilities, rename_argument, renamed},
    cli::told,
    editor::Editor,
    workspace::{CART, SHOP, Workspace},
};

const MANIFEST: &str = "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
const LIB: &str = "\
mod odd;

pub fn pay(amount: u32, fee: u32) -> u32 {
    amount + fee
}

pub fn all(first: u32, second: u32, third: u32) -> u32 {
    pay(first, second) + pay(second, third) + pay(third, first) + odd::odd(first)
}
";
const ODD: &str = "pub fn odd( a:u32 )->u32{ crate::pay( a,1 ) }\n";

/// Stands for a formatter of Python: no blanks inside brackets.
const BLACK: &str = "#!/bin/sh\nshift\nfor file do sed -i 's/( /(/g; s/ )/)/g' \"$file\"; done\n";

/// The user wants changes formatted.
fn want(workspace: &Workspace) {
    let folder = workspace.state().join("config/aios");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "[changes]\nformat = \"project\"\n").unwrap();
}

#[test]
fn a_rename_is_shown_and_made_as_rustfmt_has_it() {
    let is_there = Command::new("rustfmt").arg("--version").output().is_ok();
    if cfg!(not(target_os = "linux")) || !is_there {
        return;
    }
    let files = [("Cargo.toml", MANIFEST), ("src/lib.rs", LIB), ("src/odd.rs", ODD)];
    let workspace = Workspace::new(&files);
    let rename = ["rename", "pay", "pay_with_every_fee"];
    want(&workspace);
    let (code, text) = told(&workspace, &rename, "");
    assert!(code == 0 && text.contains("not formatted: ") && text.contains("trust"), "{text}");
    assert_eq!(told(&workspace, &["trust", "--yes"], "").0, 0);
    let (code, text) = told(&workspace, &rename, "");
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("formatted by rustfmt"), "{text}");
    assert!(
        text.contains("src/odd.rs is left as it is: rustfmt had not formatted it before"),
        "{text}"
    );
    let sum = "    pay_with_every_fee(first, second)\n        \
               + pay_with_every_fee(second, third)\n        \
               + pay_with_every_fee(third, first)\n        + odd::odd(first)\n";
    let line = LIB.lines().find(|it| it.contains("odd::odd")).unwrap();
    let formatted =
        LIB.replace(&format!("{line}\n"), sum).replace("fn pay(", "fn pay_with_every_fee(");
    for line in sum.lines() {
        assert!(text.contains(&format!("+{line}")), "{text}");
    }
    assert_eq!(told(&workspace, &["apply"], "").0, 0);
    assert_eq!(workspace.read("src/lib.rs"), formatted);
    assert_eq!(workspace.read("src/odd.rs"), ODD.replace("pay(", "pay_with_every_fee("));
    assert_eq!(told(&workspace, &["undo"], "").0, 0);
    assert_eq!(
        (workspace.read("src/lib.rs"), workspace.read("src/odd.rs")),
        (LIB.into(), ODD.into())
    );
    let copies = workspace.state().join("verify/format").read_dir().unwrap();
    assert_eq!(copies.count(), 0, "no copy is left");
}

#[test]
fn a_formatter_that_was_installed_beside_the_project_is_run() {
    if cfg!(not(target_os = "linux")) {
        return;
    }
    let tool = "[tool.black]\nline-length = 80\n";
    let files = [("pyproject.toml", tool), ("a.py", "x = (1)\n"), (".venv/bin/black", BLACK)];
    let workspace = Workspace::new(&files);
    executable(&workspace.root().join(".venv/bin/black"));
    want(&workspace);
    assert_eq!(told(&workspace, &["trust", "--yes"], "").0, 0);
    let (code, text) = told(&workspace, &["propose", "a.py"], "x = ( 2 )\n");
    assert!(code == 0 && text.contains("formatted by black"), "{text}");
    assert_eq!(told(&workspace, &["propose", "new.py"], "y = ( 3 )\n").0, 0);
    for _ in 0..2 {
        assert_eq!(told(&workspace, &["apply"], "").0, 0);
    }
    assert_eq!(workspace.read("a.py"), "x = (2)\n");
    assert_eq!(workspace.read("new.py"), "y = (3)\n");
    // One that fails is told, and the change is proposed as it was made.
    workspace
        .write(".venv/bin/black", "#!/bin/sh\necho cannot read the configuration >&2\nexit 3\n");
    let (code, text) = told(&workspace, &["propose", "a.py"], "x = ( 4 )\n");
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("not formatted by black") && text.contains("cannot read the conf"),
        "{text}"
    );
    assert_eq!(told(&workspace, &["apply"], "").0, 0);
    assert_eq!(workspace.read("a.py"), "x = ( 4 )\n");
}

#[cfg(unix)]
fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn executable(_: &Path) {}

#[test]
fn what_is_to_be_saved_is_written_where_it_is_closed_and_asked_for_where_it_is_open() {
    let workspace = Workspace::shop();
    let mut capabilities = plain_capabilities();
    capabilities["experimental"]["aios"] = json!({ "save": true });
    let mut editor = Editor::start(&workspace, &capabilities);
    let settings = json!({ "aios": { "preview": "never", "changes": { "save": "save" } } });
    editor.client.notify("workspace/didChangeConfiguration", json!({ "settings": settings }));
    editor.client.wait_until_indexed();
    editor.open("shop.py");
    let outcome = editor.execute("aios.renameSymbol", rename_argument(&workspace));
    assert_eq!(outcome["outcome"], "applied", "{outcome}");
    assert_eq!(editor.text("shop.py"), renamed(SHOP));
    assert_eq!(workspace.read("shop.py"), SHOP, "what is open is the editor's to save");
    assert_eq!(workspace.read("cart.py"), renamed(CART), "nobody had it open");
    let asked = editor.client.wait_for_method("aios/save");
    assert_eq!(asked["params"]["uris"], json!([workspace.uri("shop.py")]));
    editor.save("shop.py");
    let undone = editor.execute("aios.undo", json!({}));
    assert_eq!(undone["outcome"], "applied", "{undone}");
    assert_eq!((editor.text("shop.py"), workspace.read("cart.py")), (SHOP, CART.to_owned()));
    editor.client.stop();
}

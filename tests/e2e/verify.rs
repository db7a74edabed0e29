//! Checks of a change by the real program, in a copy and only where trusted; what becomes of a
//! change that fails them.

use std::process::Command;

use crate::{cli::told, workspace::Workspace};

const CONFIG: &str = "[verify]\ncommands = [\"sh check.sh\"]\n";
const CHECK: &str = "echo made > by-the-check; grep -q good value.txt\n";

#[track_caller]
fn change(workspace: &Workspace, text: &str) -> (i32, String) {
    let (code, shown) = told(workspace, &["propose", "value.txt"], text);
    assert_eq!(code, 0, "{shown}");
    told(workspace, &["apply"], "")
}

#[test]
fn a_change_that_fails_its_checks_is_taken_back_and_one_that_passes_stays() {
    if cfg!(not(target_os = "linux")) {
        return;
    }
    let files = [(".aios/config.toml", CONFIG), ("check.sh", CHECK), ("value.txt", "good 1\n")];
    let workspace = Workspace::new(&files);
    let value = || workspace.read("value.txt");
    let (code, text) = told(&workspace, &["verify"], "");
    assert!(code == 1 && text.contains("trust the workspace first"), "{text}");
    let (code, text) = told(&workspace, &["trust"], "");
    assert!(code == 1 && text.contains("+commands = [\"sh check.sh\"]"), "{text}");
    assert_eq!(told(&workspace, &["trust", "--yes"], "").0, 0);

    let (code, text) = change(&workspace, "good 2\n");
    assert!(code == 0 && text.contains("checks: passed"), "{text}");
    let (code, text) = change(&workspace, "bad\n");
    assert!(code == 1 && text.contains("checks: failed"), "{text}");
    assert_eq!(value(), "good 2\n", "it was taken back");
    assert!(!workspace.has("by-the-check"), "it works in a copy");

    // What failed before does not speak against a change.
    workspace.write("value.txt", "broken by hand\n");
    let (code, text) = change(&workspace, "still broken\n");
    assert!(code == 0 && text.contains("failed before too"), "{text}");
    assert_eq!(value(), "still broken\n");
    let (_, text) = told(&workspace, &["show"], "");
    assert!(text.contains("Checked: open"), "{text}");
}

#[test]
fn the_projects_own_build_and_tests_are_found_and_run() {
    let is_there = Command::new("cargo").arg("--version").output().is_ok();
    if cfg!(not(target_os = "linux")) || !is_there {
        return;
    }
    let lib = "pub fn double(n: u32) -> u32 {\n    n * 2\n}\n\n#[cfg(test)]\nmod tests {\n    \
               #[test]\n    fn two() {\n        assert_eq!(super::double(1), 2);\n    }\n}\n";
    let manifest = "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let workspace = Workspace::new(&[("Cargo.toml", manifest), ("src/lib.rs", lib)]);
    assert_eq!(told(&workspace, &["trust", "--yes"], "").0, 0);
    let propose = |text: &str| {
        let (code, text) = told(&workspace, &["propose", "src/lib.rs", "--json"], text);
        assert_eq!(code, 0, "{text}");
        let id = text.split('"').find(|it| it.starts_with("p-2")).unwrap().to_owned();
        told(&workspace, &["verify", &id], "")
    };
    let (code, text) = propose(&lib.replace("n * 2", "n + n"));
    assert!(code == 0 && text.contains("cargo test --offline --workspace -- two"), "{text}");
    let (code, text) = propose(&lib.replace("n * 2", "n * 3"));
    assert!(code == 1 && text.contains("checks: failed"), "{text}");
    let (code, text) = propose(&lib.replace("n * 2", "m * 2"));
    assert!(code == 1 && text.contains("error[E0425]"), "{text}");
    assert_eq!(workspace.read("src/lib.rs"), lib, "nothing of it was applied");
    assert!(!workspace.has("target"));
}

//! A real VS Code with the real extension and server: runs the specification in
//! `editors/vscode/spec`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

#[test]
fn the_specification_of_the_vscode_client_holds() {
    let Some(editor) = std::env::var_os("AIOS_VSCODE").map(PathBuf::from) else {
        assert!(
            std::env::var_os("AIOS_E2E_REQUIRE").is_none(),
            "no VS Code: tests/editors/install-vscode.sh DIR, then AIOS_VSCODE=DIR"
        );
        eprintln!("skipped: no VS Code here; tests/run installs one");
        return;
    };
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/vscode");
    let client = client.canonicalize().unwrap();
    let search = std::env::var_os("PATH").unwrap_or_default();
    let tools = std::env::split_paths(&search);
    let path = std::env::join_paths(std::iter::once(editor.join("bin")).chain(tools)).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let mut call = Command::new(editor.join("bin").join(program));
        let call = call.args(arguments).current_dir(&client).env("PATH", &path);
        let shots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens/vscode");
        let call = call.env("AIOS_SHOTS", shots);
        let output = call.env("AIOS_BIN", env!("CARGO_BIN_EXE_aios")).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{program} {arguments:?}\n{stdout}\n{stderr}");
    };
    run("npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    run("npm", &["run", "check"]);
    run("npm", &["run", "build"]);
    run("node", &["spec/run.mjs"]);
}

//! A real Neovim with the real server: runs the specification in `editors/neovim/spec`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::workspace::Workspace;

/// Neovim where `tests/run` installed it, else from the PATH.
fn neovim() -> Option<PathBuf> {
    let named = std::env::var_os("AIOS_NVIM").map(PathBuf::from);
    let path = named.unwrap_or_else(|| PathBuf::from("nvim"));
    let version = Command::new(&path).arg("--version").output();
    version.is_ok_and(|it| it.status.success()).then_some(path)
}

#[test]
fn the_specification_of_the_neovim_client_holds() {
    let Some(neovim) = neovim() else {
        assert!(
            std::env::var_os("AIOS_E2E_REQUIRE").is_none(),
            "no Neovim: tests/editors/install-nvim.sh DIR, then AIOS_NVIM=DIR/bin/nvim"
        );
        eprintln!("skipped: no Neovim here; tests/run installs one");
        return;
    };
    let workspace = Workspace::polyglot();
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/neovim");
    let client = client.canonicalize().unwrap();
    let output = Command::new(neovim)
        .args(["--clean", "--headless", "-i", "NONE", "-n", "-l"])
        .arg(client.join("spec/run.lua"))
        .current_dir(workspace.root())
        .env("AIOS_BIN", env!("CARGO_BIN_EXE_aios"))
        .env("AIOS_STATE_DIR", workspace.state())
        .env("AIOS_CLIENT", client)
        .env("NVIM_LOG_FILE", workspace.state().with_file_name("nvim.log"))
        .env("XDG_STATE_HOME", workspace.state().with_file_name("xdg-state"))
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
}

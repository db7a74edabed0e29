//! What a user may not read or write. Whoever is root may do anything: the program is then run by
//! somebody else.

// Rights are Unix's here.
#![cfg(unix)]

use std::{
    fs, io,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::Command,
};

use crate::workspace::Workspace;

/// A user with no rights of its own.
const NOBODY: u32 = 65_534;

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Exit code and all output of `aios`; `None` where nobody else may run it here.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn aios(workspace: &Workspace, args: &[&str]) -> Option<(i32, String)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aios"));
    command.args(args).current_dir(workspace.root());
    command.env("AIOS_STATE_DIR", workspace.state()).env("HOME", workspace.state());
    if fs::metadata(workspace.root()).unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    match command.output() {
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            Some((output.status.code().unwrap(), String::from_utf8(said).unwrap()))
        }
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            eprintln!("skipped: only root may run what is built here");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn what_may_not_be_read_is_listed_and_what_may_not_be_written_is_left() {
    let workspace = Workspace::shop();
    workspace.write("secret/pay.py", "def hidden(): pass\n");
    workspace.write("locked.py", "def locked(): pass\n");
    fs::create_dir(workspace.state()).unwrap();
    if fs::metadata(workspace.root()).unwrap().uid() == 0 {
        chown(workspace.state(), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    allow(workspace.root().parent().unwrap(), 0o755);
    for path in ["secret", "locked.py"] {
        allow(&workspace.root().join(path), 0o000);
    }
    for path in ["shop.py", "cart.py"] {
        allow(&workspace.root().join(path), 0o444);
    }
    allow(&workspace.root(), 0o555);
    let before = (workspace.read("shop.py"), workspace.read("cart.py"));

    if let Some((code, said)) = aios(&workspace, &["index"]) {
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("skipped:   2"), "{said}");
        let (_, said) = aios(&workspace, &["status", "--skipped"]).unwrap();
        assert!(said.contains("locked.py") && said.contains("secret"), "{said}");
        assert!(said.contains("denied"), "{said}");
        let (code, said) = aios(&workspace, &["rename", "pay", "charge", "--apply"]).unwrap();
        assert_ne!(code, 0, "{said}");
        assert!(said.contains("denied") || said.contains("read-only"), "{said}");
        assert_eq!((workspace.read("shop.py"), workspace.read("cart.py")), before);
        // Nothing lies about either.
        let names = fs::read_dir(workspace.root()).unwrap().map(|it| it.unwrap().file_name());
        assert_eq!(names.count(), 4);
    }
    for path in ["", "secret"] {
        allow(&workspace.root().join(path), 0o755);
    }
}

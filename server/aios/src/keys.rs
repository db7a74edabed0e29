//! The user's keys: from the environment, or from the keyring of the operating system by the
//! program that comes with it.

use std::process::{Command, Stdio};

use models::{KeyPlace, Keys, Secret};

/// Under which service the keyring holds them.
const SERVICE: &str = "aios";

/// The keys of whoever runs this.
pub(crate) struct UserKeys;

impl Keys for UserKeys {
    fn key(&self, place: &KeyPlace) -> Option<Secret> {
        match place {
            KeyPlace::Variable(name) => Secret::new(&std::env::var(name).ok()?),
            KeyPlace::Keyring(name) => from_keyring(name),
        }
    }
}

/// `secret-tool` of libsecret, or `security` of macOS. What they print is the key and goes nowhere.
fn from_keyring(name: &str) -> Option<Secret> {
    let mut command = match cfg!(target_os = "macos") {
        true => {
            let mut command = Command::new("security");
            command.args(["find-generic-password", "-w", "-s", SERVICE, "-a", name]);
            command
        }
        false => {
            let mut command = Command::new("secret-tool");
            command.args(["lookup", "service", SERVICE, "account", name]);
            command
        }
    };
    // It may ask the user to unlock the keyring, on a screen of its own.
    let told = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    if !told.status.success() {
        return None;
    }
    Secret::new(&String::from_utf8(told.stdout).ok()?)
}

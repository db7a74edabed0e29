//! The user's own settings: one file in their configuration folder, read at the start.

use std::{fs, io, path::PathBuf};

use settings::{Layers, SettingsError, Source};

/// The settings as the user has them, and what is wrong with what was written.
pub(crate) fn settings() -> (Layers, Vec<SettingsError>) {
    let mut layers = Layers::default();
    let Some(path) = path() else { return (layers, Vec::new()) };
    let shown = path.display().to_string();
    let errors = match fs::read_to_string(&path) {
        Ok(text) => layers.set_toml(Source::User, &shown, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            let fact = error.to_string();
            vec![SettingsError { file: shown, line: None, key: String::new(), fact }]
        }
    };
    (layers, errors)
}

/// Where the user's settings are: `aios/config.toml` below `$XDG_CONFIG_HOME`, `~/.config` or
/// `%APPDATA%`. `None` where none of them is an absolute path.
pub(crate) fn path() -> Option<PathBuf> {
    let folder = |name: &str| {
        let value = std::env::var_os(name).map(PathBuf::from);
        value.filter(|it| it.is_absolute())
    };
    let base = folder("XDG_CONFIG_HOME")
        .or_else(|| Some(folder("HOME")?.join(".config")))
        .or_else(|| folder("APPDATA"))?;
    Some(base.join("aios/config.toml"))
}

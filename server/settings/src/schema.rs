//! The table of settings and the typed values that the server works with.

use std::collections::BTreeMap;

use crate::Value;

/// Who may set a setting, beside the user, who may set all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The workspace too.
    Workspace,
    /// The workspace may only make it stricter: a repository decides no policy.
    Policy,
    /// Nobody else: it is about this machine.
    Machine,
}

impl Scope {
    /// What the guide says of it.
    pub fn describe(self) -> &'static str {
        match self {
            Scope::Workspace => "user, workspace",
            Scope::Policy => "user; the workspace may only make it stricter",
            Scope::Machine => "user only",
        }
    }
}

/// What a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of these words, the strictest first where the order matters.
    Choice(&'static [&'static str]),
    /// A whole number from the first to the second, both included.
    Int(i64, i64),
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Dotted name: `index.files_max` is `files_max` in the table `index`.
    pub key: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What holds where nobody sets it, as TOML.
    pub default: &'static str,
    /// Who may set it.
    pub scope: Scope,
    /// What it does, in sentences.
    pub doc: &'static str,
}

/// Every setting there is.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "preview",
        kind: Kind::Choice(&["always", "risky", "never"]),
        default: "\"always\"",
        scope: Scope::Policy,
        doc: "Which changes are shown and confirmed before they are made: all of them, only the \
              risky ones, or none. Changes under `.aios/` are always shown.",
    },
    Setting {
        key: "watch",
        kind: Kind::Choice(&["auto", "server", "off"]),
        default: "\"auto\"",
        scope: Scope::Machine,
        doc: "Who notices that files change on disk: the editor where it can and else the server, \
              always the server, or nobody.",
    },
    Setting {
        key: "index.files_max",
        kind: Kind::Int(1, 1_000_000),
        default: "200000",
        scope: Scope::Workspace,
        doc: "How many files are indexed at most. The rest is counted and told.",
    },
    Setting {
        key: "index.file_bytes_max",
        kind: Kind::Int(1024, 4_194_304),
        default: "4194304",
        scope: Scope::Workspace,
        doc: "Longer files are skipped and listed as skipped.",
    },
    Setting {
        key: "memory.chunk_tokens",
        kind: Kind::Int(32, 8_192),
        default: "512",
        scope: Scope::Workspace,
        doc: "How many tokens of a function, a type or a section get one vector; longer ones are \
              cut into pieces. Another number means that all texts are embedded again.",
    },
    Setting {
        key: "memory.overlap_tokens",
        kind: Kind::Int(0, 1_024),
        default: "50",
        scope: Scope::Workspace,
        doc: "How many tokens two pieces of one text have in common.",
    },
    Setting {
        key: "memory.top_k",
        kind: Kind::Int(1, 1_000),
        default: "10",
        scope: Scope::Workspace,
        doc: "How many places a search lists where the question does not say.",
    },
    Setting {
        key: "memory.threshold",
        kind: Kind::Int(0, 100),
        default: "0",
        scope: Scope::Workspace,
        doc: "Hits whose relevance, in percent, is below this are left out of a search.",
    },
    Setting {
        key: "memory.context_threshold",
        kind: Kind::Int(0, 100),
        default: "70",
        scope: Scope::Workspace,
        doc: "Hits whose relevance, in percent, is below this are never put into a context that \
              nobody asked for.",
    },
    Setting {
        key: "log.level",
        kind: Kind::Choice(&["error", "warn", "info", "debug", "trace"]),
        default: "\"info\"",
        scope: Scope::Machine,
        doc: "How much is written to `aios.log` in the state folder.",
    },
];

/// Which changes are confirmed before they are made, the strictest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Preview {
    /// All.
    #[default]
    Always,
    /// Those whose risk is not low.
    Risky,
    /// None.
    Never,
}

/// Who watches the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watching {
    /// The client where it can, else the server.
    Auto,
    /// The server.
    Server,
    /// Nobody.
    Off,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Only what failed.
    Error,
    /// And what is wrong.
    Warn,
    /// And what happens.
    Info,
    /// And how.
    Debug,
    /// Everything.
    Trace,
}

/// All settings with their values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `preview`.
    pub preview: Preview,
    /// `watch`.
    pub watch: Watching,
    /// `index.files_max`.
    pub files_max: usize,
    /// `index.file_bytes_max`.
    pub file_bytes_max: u64,
    /// `memory.chunk_tokens`.
    pub chunk_tokens: usize,
    /// `memory.overlap_tokens`.
    pub overlap_tokens: usize,
    /// `memory.top_k`.
    pub top_k: usize,
    /// `memory.threshold`, in percent.
    pub threshold: u8,
    /// `memory.context_threshold`, in percent.
    pub context_threshold: u8,
    /// `log.level`.
    pub log_level: LogLevel,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings::from_values(&BTreeMap::new())
    }
}

impl Settings {
    /// The settings that `values` say, the defaults where they say nothing. The values are checked
    /// already: each fits the kind of its key.
    pub(crate) fn from_values(values: &BTreeMap<&'static str, Value>) -> Settings {
        Settings {
            preview: match choice(values, "preview") {
                0 => Preview::Always,
                1 => Preview::Risky,
                _ => Preview::Never,
            },
            watch: match choice(values, "watch") {
                0 => Watching::Auto,
                1 => Watching::Server,
                _ => Watching::Off,
            },
            files_max: int(values, "index.files_max") as usize,
            file_bytes_max: int(values, "index.file_bytes_max") as u64,
            chunk_tokens: int(values, "memory.chunk_tokens") as usize,
            overlap_tokens: int(values, "memory.overlap_tokens") as usize,
            top_k: int(values, "memory.top_k") as usize,
            threshold: int(values, "memory.threshold") as u8,
            context_threshold: int(values, "memory.context_threshold") as u8,
            log_level: match choice(values, "log.level") {
                0 => LogLevel::Error,
                1 => LogLevel::Warn,
                2 => LogLevel::Info,
                3 => LogLevel::Debug,
                _ => LogLevel::Trace,
            },
        }
    }
}

impl Setting {
    /// The row of `key`.
    pub fn find(key: &str) -> Option<&'static Setting> {
        SETTINGS.iter().find(|it| it.key == key)
    }

    /// Checks `value`; the error says what is wrong with it.
    ///
    /// # Errors
    /// What the setting takes and what it was given.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        match (self.kind, value) {
            (Kind::Choice(words), Value::Text(word)) if words.contains(&word.as_str()) => Ok(()),
            (Kind::Choice(words), _) => Err(format!("{value} is none of {}", words.join(", "))),
            (Kind::Int(min, max), Value::Int(n)) if (min..=max).contains(n) => Ok(()),
            (Kind::Int(min, max), Value::Int(n)) => {
                Err(format!("{n} is not between {min} and {max}"))
            }
            (Kind::Int(..), _) => Err(format!("{} is no whole number", value.shape())),
        }
    }

    /// The default as a value.
    pub fn default_value(&self) -> Value {
        match self.kind {
            Kind::Choice(_) => Value::Text(self.default.trim_matches('"').to_owned()),
            Kind::Int(..) => Value::Int(self.default.parse().expect("a test checks every default")),
        }
    }

    /// Where the word `value` stands among the choices; 0 is the strictest.
    pub(crate) fn rank(&self, value: &Value) -> usize {
        match (self.kind, value) {
            (Kind::Choice(words), Value::Text(word)) => {
                words.iter().position(|it| it == word).unwrap_or(0)
            }
            _ => 0,
        }
    }
}

fn choice(values: &BTreeMap<&'static str, Value>, key: &str) -> usize {
    let setting = Setting::find(key).expect("the key is a row of the table");
    setting.rank(values.get(key).unwrap_or(&setting.default_value()))
}

fn int(values: &BTreeMap<&'static str, Value>, key: &str) -> i64 {
    let setting = Setting::find(key).expect("the key is a row of the table");
    match values.get(key).cloned().unwrap_or_else(|| setting.default_value()) {
        Value::Int(n) => n,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_allowed() {
        for setting in SETTINGS {
            assert_eq!(setting.check(&setting.default_value()), Ok(()), "{}", setting.key);
        }
    }
}

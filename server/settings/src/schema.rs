//! The table of settings and the typed values that the server works with.

use std::collections::BTreeMap;

use crate::{
    AiSettings, ChangeSettings, Findings, Lenses, NavigationByLanguage, Severity, Value,
    VerifySettings,
    ai::{check_models, models_of},
    changes::{changes, verify},
    reach::{NAVIGATIONS, SEVERITIES},
};

/// Who may set a setting, beside the user, who may set all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The workspace too.
    Workspace,
    /// The workspace may only make it stricter: a repository decides no policy.
    Policy,
    /// The workspace too, once the user trusts it.
    Trusted,
    /// Nobody else: it is about this machine.
    Machine,
}

impl Scope {
    /// What the guide says of it.
    pub fn describe(self) -> &'static str {
        match self {
            Scope::Workspace => "user, workspace",
            Scope::Policy => "user; the workspace may only make it stricter",
            Scope::Trusted => "user; the workspace once it is trusted",
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
    /// One of these words for all languages, or a table that says one for each language it names.
    PerLanguage(&'static [&'static str]),
    /// Texts, at most this many.
    Texts(usize),
    /// `true` or `false`, the stricter of which is `false`.
    Flag,
    /// A text of at most so many bytes; empty for none.
    Text(usize),
    /// Models, each a table of [`crate::MODEL_FIELDS`].
    Models,
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
        key: "navigation",
        kind: Kind::PerLanguage(NAVIGATIONS),
        default: "\"auto\"",
        scope: Scope::Machine,
        doc: "Whether definition, references, hover, rename and their like are answered: `auto` \
              only those that no other server of the editor answers for the language, as the \
              editor tells; `on` all; `off` none. For each language apart as a table: \
              `navigation = { rust = \"off\" }`; languages that are not in it are `auto`.",
    },
    Setting {
        key: "code_lens",
        kind: Kind::Choice(&["off", "exported", "all"]),
        default: "\"exported\"",
        scope: Scope::Workspace,
        doc: "Above which definitions a lens tells callers and tests: none, exported functions \
              and types at the top level of a file, or every function and type.",
    },
    Setting {
        key: "evolve",
        kind: Kind::Choice(&["off", "suggest", "auto-config"]),
        default: "\"suggest\"",
        scope: Scope::Policy,
        doc: "Whether the server looks, while it is idle, for settings that find this repository's \
              code better, measured on its own history: never, or it proposes what it has proof \
              of, or it also applies that where it is about settings alone. `aios evolve run` \
              looks at once.",
    },
    Setting {
        key: "evolve_cpu_seconds_max",
        kind: Kind::Int(10, 3_600),
        default: "600",
        scope: Scope::Machine,
        doc: "How much CPU time one such look may cost.",
    },
    Setting {
        key: "episodes",
        kind: Kind::Choice(&["off", "on"]),
        default: "\"on\"",
        scope: Scope::Machine,
        doc: "Whether it is noted what was asked, which hit was opened, what was run and what \
              became of changes: the newest of each kind, in the state folder of this machine, \
              sent nowhere. `aios episodes` shows them, `aios episodes --forget` forgets them.",
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
        key: "journal.changes_max",
        kind: Kind::Int(10, 1_000_000),
        default: "2000",
        scope: Scope::Machine,
        doc: "How many changes the journal keeps. When there are more, the oldest that are \
              answered go, and that is told: they cannot be taken back any more.",
    },
    Setting {
        key: "journal.bytes_max",
        kind: Kind::Int(1_048_576, 1_099_511_627_776),
        default: "268435456",
        scope: Scope::Machine,
        doc: "How many bytes of files before and after their changes the journal keeps.",
    },
    Setting {
        key: "journal.days_max",
        kind: Kind::Int(1, 36_500),
        default: "90",
        scope: Scope::Machine,
        doc: "How many days the journal keeps a change that nobody touched since.",
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
        key: "diagnostics.import_cycles",
        kind: Kind::Choice(SEVERITIES),
        default: "\"information\"",
        scope: Scope::Workspace,
        doc: "How bad a finding it is when modules load each other: Python, JavaScript, \
              TypeScript, Go. Imports of types alone, under a condition or inside a function do \
              not count.",
    },
    Setting {
        key: "diagnostics.unresolved_imports",
        kind: Kind::Choice(SEVERITIES),
        default: "\"warning\"",
        scope: Scope::Workspace,
        doc: "How bad a finding it is when an import names a file or a name of the workspace that \
              is not there: relative imports of Python, JavaScript and TypeScript.",
    },
    Setting {
        key: "diagnostics.unused_private",
        kind: Kind::Choice(SEVERITIES),
        default: "\"hint\"",
        scope: Scope::Workspace,
        doc: "How bad a finding it is when nothing can use a private function, type or constant: \
              Rust, Python, JavaScript, TypeScript, Go.",
    },
    Setting {
        key: "history.commits_max",
        kind: Kind::Int(1, 1_000_000),
        default: "50000",
        scope: Scope::Workspace,
        doc: "How many commits are read at most, the newest first. Where older ones are left out, \
              answers say so.",
    },
    Setting {
        key: "weights.body",
        kind: Kind::Int(0, 1_000),
        default: "100",
        scope: Scope::Workspace,
        doc: "How much the words of a function or type count in a search, in percent of what was \
              learned.",
    },
    Setting {
        key: "weights.name",
        kind: Kind::Int(0, 1_000),
        default: "100",
        scope: Scope::Workspace,
        doc: "How much the words of its name count in a search, in percent of what was \
              learned.",
    },
    Setting {
        key: "weights.doc",
        kind: Kind::Int(0, 1_000),
        default: "100",
        scope: Scope::Workspace,
        doc: "How much the words of its documentation count in a search, in percent of what was \
              learned.",
    },
    Setting {
        key: "weights.file",
        kind: Kind::Int(0, 1_000),
        default: "100",
        scope: Scope::Workspace,
        doc: "How much the words of its file count in a search, in percent of what was \
              learned.",
    },
    Setting {
        key: "weights.path",
        kind: Kind::Int(0, 1_000),
        default: "100",
        scope: Scope::Workspace,
        doc: "How much the words of its path count in a search, in percent of what was \
              learned.",
    },
    Setting {
        key: "weights.vector",
        kind: Kind::Int(0, 1_000),
        default: "100",
        scope: Scope::Workspace,
        doc: "How much nearness in meaning counts in a search, in percent of what was \
              learned.",
    },
    Setting {
        key: "weights.test",
        kind: Kind::Int(0, 1_000),
        default: "100",
        scope: Scope::Workspace,
        doc: "How much being test code counts against it in a search, in percent of what was \
              learned.",
    },
    Setting {
        key: "weights.neighbour",
        kind: Kind::Int(0, 1_000),
        default: "100",
        scope: Scope::Workspace,
        doc: "How much it counts in a search that a place calls, is called by or stands in a \
              better hit, in percent of what was learned.",
    },
    Setting {
        key: "weights.history",
        kind: Kind::Int(0, 1_000),
        default: "100",
        scope: Scope::Workspace,
        doc: "How much changes of the past that speak like the question count in a search, in \
              percent of what was learned.",
    },
    Setting {
        key: "weights.past_use",
        kind: Kind::Int(0, 1_000),
        default: "100",
        scope: Scope::Workspace,
        doc: "How much having been of use before counts in a search, in percent of what was \
              learned.",
    },
    Setting {
        key: "weights.vocabulary",
        kind: Kind::Int(0, 1_000),
        default: "100",
        scope: Scope::Workspace,
        doc: "How much it counts in a search that a word of the question stands for a place, as \
              `.aios/vocabulary.toml` says of this repository's own words, in percent of what was \
              learned. Without that file nothing does.",
    },
    Setting {
        key: "weights.often",
        kind: Kind::Int(0, 1_000),
        default: "100",
        scope: Scope::Workspace,
        doc: "How much it counts in a search that a place changes often, as \
              `.aios/vocabulary.toml` says, in percent of what was learned. Without that file \
              nothing does.",
    },
    Setting {
        key: "changes.format",
        kind: Kind::Choice(&["off", "project"]),
        default: "\"off\"",
        scope: Scope::Trusted,
        doc: "Whether what a change leaves is formatted before it is shown, by the formatter that \
              the project names (rustfmt, black, ruff, prettier, gofmt, clang-format), in a \
              sandbox and in a trusted workspace only. A file that was not formatted before stays \
              as it is.",
    },
    Setting {
        key: "changes.save",
        kind: Kind::Choice(&["leave", "save"]),
        default: "\"leave\"",
        scope: Scope::Machine,
        doc: "What becomes of the files of a change that an editor makes: they are left unsaved, \
              as the editor leaves them, or saved. Files that nobody has open are then written at \
              once; those that are open are saved by editors with an aios extension (VS Code, \
              Neovim).",
    },
    Setting {
        key: "verify.when",
        kind: Kind::Choice(&["after", "manual"]),
        default: "\"after\"",
        scope: Scope::Policy,
        doc: "When the project's own checks are run on a change, in a sandbox and in a trusted \
              workspace only: after it was applied, or only when asked for.",
    },
    Setting {
        key: "verify.rollback",
        kind: Kind::Choice(&["always", "ask", "never"]),
        default: "\"always\"",
        scope: Scope::Policy,
        doc: "What becomes of an applied change that fails its checks, where they passed without \
              it: it is taken back, you are asked, or it stays.",
    },
    Setting {
        key: "verify.tests",
        kind: Kind::Choice(&["all", "reached", "none"]),
        default: "\"reached\"",
        scope: Scope::Policy,
        doc: "Which tests are run: those that reach the change first and then all, only those that \
              reach it, or none.",
    },
    Setting {
        key: "verify.network",
        kind: Kind::Choice(&["none", "host"]),
        default: "\"none\"",
        scope: Scope::Policy,
        doc: "What checks reach of the network: nothing but themselves, or what this machine \
              reaches.",
    },
    Setting {
        key: "verify.commands",
        kind: Kind::Texts(16),
        default: "[]",
        scope: Scope::Trusted,
        doc: "Commands to check with, each a line as a shell reads it, run one after the other. \
              Empty: found by the project's own files.",
    },
    Setting {
        key: "verify.seconds_max",
        kind: Kind::Int(1, 86_400),
        default: "600",
        scope: Scope::Trusted,
        doc: "How long one check may take.",
    },
    Setting {
        key: "verify.memory_mib_max",
        kind: Kind::Int(64, 1_048_576),
        default: "4096",
        scope: Scope::Trusted,
        doc: "How much memory one check may use, in MiB.",
    },
    Setting {
        key: "ai.enabled",
        kind: Kind::Flag,
        default: "true",
        scope: Scope::Policy,
        doc: "Whether models may be asked. Where not, nothing that needs one is offered.",
    },
    Setting {
        key: "ai.model",
        kind: Kind::Text(64),
        default: "\"\"",
        scope: Scope::Trusted,
        doc: "The id of the model that is asked where neither the request nor the agent names \
              one. Empty: the first of `ai.models`.",
    },
    Setting {
        key: "ai.models",
        kind: Kind::Models,
        default: "[]",
        scope: Scope::Machine,
        doc: "The models that can be asked, each with its address and the place of its key. \
              Nothing is sent anywhere as long as there are none.",
    },
    Setting {
        key: "ai.embedder",
        kind: Kind::Text(64),
        default: "\"\"",
        scope: Scope::Machine,
        doc: "The id of the model of `ai.models` that gives texts their vectors, by \
              `/v1/embeddings`; all code of the workspace is sent to it, and it is asked for \
              nothing else. Where it is served by a `command`, that program has of the \
              processors what nobody else wants. Empty: the built-in one, which sends nothing.",
    },
    Setting {
        key: "ai.embedder_dims",
        kind: Kind::Int(2, 4_096),
        default: "768",
        scope: Scope::Machine,
        doc: "How many components the vectors of `ai.embedder` have.",
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

/// What becomes of settings that would find code better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvolvePolicy {
    /// Nobody looks for them.
    Off,
    /// They are proposed.
    Suggest,
    /// They are applied, and journaled as everything else.
    AutoConfig,
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
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `preview`.
    pub preview: Preview,
    /// `watch`.
    pub watch: Watching,
    /// `index.files_max`.
    pub files_max: usize,
    /// `index.file_bytes_max`.
    pub file_bytes_max: u64,
    /// `journal.changes_max`.
    pub journal_changes_max: u64,
    /// `journal.bytes_max`.
    pub journal_bytes_max: u64,
    /// `journal.days_max`.
    pub journal_days_max: u64,
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
    /// `navigation`.
    pub navigation: NavigationByLanguage,
    /// `code_lens`.
    pub code_lens: Lenses,
    /// `diagnostics.*`.
    pub findings: Findings,
    /// `history.commits_max`.
    pub history_commits_max: usize,
    /// `weights.*`: the last part of each key, and percent of what was learned.
    pub weights: Vec<(&'static str, u16)>,
    /// `evolve`.
    pub evolve: EvolvePolicy,
    /// `evolve_cpu_seconds_max`.
    pub evolve_cpu_seconds_max: u64,
    /// `episodes`.
    pub episodes: bool,
    /// `changes.*`.
    pub changes: ChangeSettings,
    /// `verify.*`.
    pub verify: VerifySettings,
    /// `ai.*`.
    pub ai: AiSettings,
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
            journal_changes_max: int(values, "journal.changes_max").unsigned_abs(),
            journal_bytes_max: int(values, "journal.bytes_max").unsigned_abs(),
            journal_days_max: int(values, "journal.days_max").unsigned_abs(),
            chunk_tokens: int(values, "memory.chunk_tokens") as usize,
            overlap_tokens: int(values, "memory.overlap_tokens") as usize,
            top_k: int(values, "memory.top_k") as usize,
            threshold: int(values, "memory.threshold") as u8,
            context_threshold: int(values, "memory.context_threshold") as u8,
            navigation: NavigationByLanguage::from_value(&value(values, "navigation")),
            code_lens: Lenses::of_rank(choice(values, "code_lens")),
            findings: Findings {
                import_cycles: severity(values, "diagnostics.import_cycles"),
                unresolved_imports: severity(values, "diagnostics.unresolved_imports"),
                unused_private: severity(values, "diagnostics.unused_private"),
            },
            history_commits_max: int(values, "history.commits_max") as usize,
            weights: SETTINGS
                .iter()
                .filter_map(|it| Some((it.key.strip_prefix("weights.")?, it.key)))
                .map(|(name, key)| (name, int(values, key) as u16))
                .collect(),
            evolve: match choice(values, "evolve") {
                0 => EvolvePolicy::Off,
                1 => EvolvePolicy::Suggest,
                _ => EvolvePolicy::AutoConfig,
            },
            evolve_cpu_seconds_max: int(values, "evolve_cpu_seconds_max").unsigned_abs(),
            episodes: choice(values, "episodes") == 1,
            changes: changes(values),
            verify: verify(values),
            ai: ai(values),
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
            (Kind::PerLanguage(words), Value::Table(table)) => {
                let wrong = table.iter().find(|it| !is_one_of(words, it.1));
                match wrong {
                    None => Ok(()),
                    Some((name, it)) => {
                        Err(format!("{name}: {it} is none of {}", words.join(", ")))
                    }
                }
            }
            (Kind::PerLanguage(words), it) if is_one_of(words, it) => Ok(()),
            (Kind::PerLanguage(words), _) => {
                Err(format!("{value} is none of {}, and no table", words.join(", ")))
            }
            (Kind::Texts(max), Value::List(items)) => {
                match items.iter().find(|it| !matches!(it, Value::Text(_))) {
                    Some(item) => Err(format!("{} in a list of texts", item.shape())),
                    None if max < items.len() => Err(format!("more than {max} texts")),
                    None => Ok(()),
                }
            }
            (Kind::Texts(_), _) => Err(format!("{} is no list of texts", value.shape())),
            (Kind::Flag, Value::Bool(_)) => Ok(()),
            (Kind::Flag, _) => Err(format!("{value} is neither true nor false")),
            (Kind::Text(max), Value::Text(text)) if text.len() <= max => Ok(()),
            (Kind::Text(max), Value::Text(_)) => Err(format!("longer than {max} bytes")),
            (Kind::Text(_), _) => Err(format!("{} is no text", value.shape())),
            (Kind::Models, _) => check_models(value),
        }
    }

    /// The default as a value.
    pub fn default_value(&self) -> Value {
        match self.kind {
            Kind::Choice(_) | Kind::PerLanguage(_) | Kind::Text(_) => {
                Value::Text(self.default.trim_matches('"').to_owned())
            }
            Kind::Int(..) => Value::Int(self.default.parse().expect("a test checks every default")),
            // No list is anything but empty by itself.
            Kind::Texts(_) | Kind::Models => Value::List(Vec::new()),
            Kind::Flag => Value::Bool(self.default == "true"),
        }
    }

    /// Where the word `value` stands among the choices; 0 is the strictest.
    pub(crate) fn rank(&self, value: &Value) -> usize {
        match (self.kind, value) {
            (Kind::Choice(words), Value::Text(word)) => {
                words.iter().position(|it| it == word).unwrap_or(0)
            }
            (Kind::Flag, Value::Bool(flag)) => usize::from(*flag),
            _ => 0,
        }
    }
}

fn is_one_of(words: &[&str], value: &Value) -> bool {
    matches!(value, Value::Text(word) if words.contains(&word.as_str()))
}

fn value(values: &BTreeMap<&'static str, Value>, key: &str) -> Value {
    let setting = Setting::find(key).expect("the key is a row of the table");
    values.get(key).cloned().unwrap_or_else(|| setting.default_value())
}

fn severity(values: &BTreeMap<&'static str, Value>, key: &str) -> Option<Severity> {
    Severity::of_rank(choice(values, key))
}

fn ai(values: &BTreeMap<&'static str, Value>) -> AiSettings {
    AiSettings {
        is_enabled: value(values, "ai.enabled") == Value::Bool(true),
        model: match value(values, "ai.model") {
            Value::Text(id) if !id.is_empty() => Some(id),
            _ => None,
        },
        models: models_of(&value(values, "ai.models")),
        embedder: match value(values, "ai.embedder") {
            Value::Text(id) if !id.is_empty() => Some(id),
            _ => None,
        },
        embedder_dims: int(values, "ai.embedder_dims") as usize,
    }
}

pub(crate) fn texts(values: &BTreeMap<&'static str, Value>, key: &str) -> Vec<String> {
    let Some(Value::List(items)) = values.get(key) else { return Vec::new() };
    let texts = items.iter().filter_map(|it| match it {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

pub(crate) fn choice(values: &BTreeMap<&'static str, Value>, key: &str) -> usize {
    let setting = Setting::find(key).expect("the key is a row of the table");
    setting.rank(values.get(key).unwrap_or(&setting.default_value()))
}

pub(crate) fn int(values: &BTreeMap<&'static str, Value>, key: &str) -> i64 {
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

//! The models of the user: one table each, checked field by field.

use std::collections::BTreeMap;

use crate::Value;

/// Whether models are asked, and which.
#[derive(Clone, Debug, PartialEq)]
pub struct AiSettings {
    /// `ai.enabled`.
    pub is_enabled: bool,
    /// `ai.model`; `None` for the first of the models.
    pub model: Option<String>,
    /// `ai.models`.
    pub models: Vec<ModelSettings>,
    /// `ai.embedder`; `None` for the built-in one.
    pub embedder: Option<String>,
    /// `ai.embedder_dims`.
    pub embedder_dims: usize,
}

/// One model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSettings {
    /// By which it is asked for.
    pub id: String,
    /// What it speaks.
    pub provider: ModelProvider,
    /// The provider's name of it.
    pub name: String,
    /// The address of the provider.
    pub url: String,
    /// The program on this machine that serves it, with its arguments; `None` where it is asked at
    /// `url`.
    pub command: Option<Vec<String>>,
    /// Where its key is, as `env:NAME` or `keyring:NAME`; `None` where it needs none.
    pub key: Option<String>,
    /// `None` where none is sent.
    pub temperature: Option<f64>,
    /// Tokens of an answer at most.
    pub tokens_max: u32,
    /// Seconds until an answer is complete at most.
    pub seconds_max: u32,
    /// What a million tokens cost that it reads, reads from a cache, and writes; `None` where the
    /// user did not say.
    pub prices: Option<(f64, f64, f64)>,
}

/// Who speaks what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelProvider {
    /// Anthropic.
    Anthropic,
    /// OpenAI.
    OpenAi,
    /// Others who speak OpenAI's protocol.
    Compatible,
}

/// What a field of a model takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ModelFieldKind {
    /// A text of some characters.
    Text,
    /// Several, the first a program, with `{port}` in one of them.
    Command,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// The place of a key; never the key.
    KeyPlace,
    /// A whole number from the first to the second.
    Int(i64, i64),
    /// A number from 0 to this.
    Number(f64),
    /// The same, or the word `none`.
    NumberOrNone(f64),
}

/// One field of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModelField {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: ModelFieldKind,
    /// What it means, and what holds without it.
    pub doc: &'static str,
}

/// Models at most.
pub const MODELS_MAX: usize = 64;

/// Bytes of a text in a model.
const TEXT_BYTES_MAX: usize = 512;

/// Parts of a command at most.
const ARGUMENTS_MAX: usize = 100;

/// All fields. The first two must be there.
pub const MODEL_FIELDS: &[ModelField] = &[
    ModelField {
        name: "id",
        kind: ModelFieldKind::Text,
        doc: "By which agents and `ai.model` name it.",
    },
    ModelField {
        name: "provider",
        kind: ModelFieldKind::Choice(&["anthropic", "openai", "compatible"]),
        doc: "`compatible` is OpenAI's protocol spoken by others: Ollama, llama.cpp, vLLM, LM \
              Studio.",
    },
    ModelField {
        name: "name",
        kind: ModelFieldKind::Text,
        doc: "The provider's name of it; else its id.",
    },
    ModelField {
        name: "url",
        kind: ModelFieldKind::Text,
        doc: "The address of the provider, with the version for OpenAI's protocol \
              (`http://localhost:11434/v1`); else the provider's own. Must be there for \
              `compatible`.",
    },
    ModelField {
        name: "command",
        kind: ModelFieldKind::Command,
        doc: "A program on this machine that serves the model by OpenAI's protocol, with its \
              arguments, instead of `url`: `[\"llama-server\", \"-m\", \"model.gguf\", \
              \"--port\", \"{port}\"]`. It is started when the model is first asked, listens at \
              the port that stands for `{port}`, and is ended with the server.",
    },
    ModelField {
        name: "key",
        kind: ModelFieldKind::KeyPlace,
        doc: "Where the key is, never the key: `env:NAME`, `keyring:NAME` or `none`; else \
              `env:ANTHROPIC_API_KEY` or `env:OPENAI_API_KEY`, and none for `compatible`.",
    },
    ModelField {
        name: "temperature",
        kind: ModelFieldKind::NumberOrNone(2.0),
        doc: "How free answers are, or `none` for models that take none; else 0.7.",
    },
    ModelField {
        name: "tokens_max",
        kind: ModelFieldKind::Int(1, 1_000_000),
        doc: "Tokens of an answer at most; else 1000.",
    },
    ModelField {
        name: "seconds_max",
        kind: ModelFieldKind::Int(1, 86_400),
        doc: "Seconds until an answer is complete; else 600.",
    },
    ModelField {
        name: "price_input",
        kind: ModelFieldKind::Number(1e6),
        doc: "What a million tokens cost that it reads; without prices no cost is told.",
    },
    ModelField {
        name: "price_cached_input",
        kind: ModelFieldKind::Number(1e6),
        doc: "The same for those read from the provider's cache; else `price_input`.",
    },
    ModelField {
        name: "price_output",
        kind: ModelFieldKind::Number(1e6),
        doc: "The same for those that it writes.",
    },
];

/// Checks the value of `ai.models`.
///
/// # Errors
/// The first thing that is wrong, with the number of its model. A text that may be a key is not
/// repeated.
pub(crate) fn check_models(value: &Value) -> Result<(), String> {
    let Value::List(rows) = value else {
        return Err(format!("{} is no list of models", value.shape()));
    };
    if MODELS_MAX < rows.len() {
        return Err(format!("more than {MODELS_MAX} models"));
    }
    let mut ids = Vec::new();
    for (idx, row) in rows.iter().enumerate() {
        let id = check_model(row).map_err(|fact| format!("model {}: {fact}", idx + 1))?;
        if ids.contains(&id) {
            return Err(format!("model {}: there is another with the id {id}", idx + 1));
        }
        ids.push(id);
    }
    Ok(())
}

/// The id of the model in `row`.
fn check_model(row: &Value) -> Result<&str, String> {
    let Value::Table(row) = row else { return Err(format!("{} is no table", row.shape())) };
    for (name, value) in row {
        let field = MODEL_FIELDS.iter().find(|it| it.name == name);
        let field = field.ok_or_else(|| format!("{name}: no such field"))?;
        field.check(value).map_err(|fact| format!("{name}: {fact}"))?;
    }
    for field in &MODEL_FIELDS[..2] {
        if !row.contains_key(field.name) {
            return Err(format!("{}: is missing", field.name));
        }
    }
    let is_compatible = text(row, "provider") == Some("compatible");
    if is_compatible && !row.contains_key("url") && !row.contains_key("command") {
        return Err("url: is missing".to_owned());
    }
    if row.contains_key("command") && (!is_compatible || row.contains_key("url")) {
        return Err("command: stands with provider compatible, and without url".to_owned());
    }
    if row.contains_key("price_input") != row.contains_key("price_output") {
        return Err("price_input and price_output stand together".to_owned());
    }
    Ok(text(row, "id").unwrap_or(""))
}

impl ModelField {
    fn check(&self, value: &Value) -> Result<(), String> {
        let is_right = match (self.kind, value) {
            (ModelFieldKind::Text, Value::Text(it)) => {
                !it.trim().is_empty() && it.len() <= TEXT_BYTES_MAX
            }
            (ModelFieldKind::Command, value) => command(value).is_some_and(|it| {
                it.iter().all(|it| it.len() <= TEXT_BYTES_MAX)
                    && it.len() <= ARGUMENTS_MAX
                    && it.iter().skip(1).any(|it| it.contains("{port}"))
            }),
            (ModelFieldKind::Choice(words), Value::Text(it)) => words.contains(&it.as_str()),
            (ModelFieldKind::KeyPlace, Value::Text(it)) => is_key_place(it),
            (ModelFieldKind::Int(min, max), Value::Int(it)) => (min..=max).contains(it),
            (ModelFieldKind::NumberOrNone(_), Value::Text(it)) => it == "none",
            (ModelFieldKind::Number(max) | ModelFieldKind::NumberOrNone(max), it) => {
                number(it).is_some_and(|it| (0.0..=max).contains(&it))
            }
            _ => false,
        };
        if is_right { Ok(()) } else { Err(format!("takes {}", self.takes())) }
    }

    /// What it takes, in words.
    pub fn takes(&self) -> String {
        match self.kind {
            ModelFieldKind::Text => "a text".to_owned(),
            ModelFieldKind::Command => {
                "a program and its arguments, a list of texts with `{port}` in one".to_owned()
            }
            ModelFieldKind::Choice(words) => words.join(", "),
            ModelFieldKind::KeyPlace => {
                "the place of a key, never the key: `env:NAME`, `keyring:NAME` or `none`".to_owned()
            }
            ModelFieldKind::Int(min, max) => format!("{min} to {max}"),
            ModelFieldKind::Number(max) => format!("0 to {max}"),
            ModelFieldKind::NumberOrNone(max) => format!("0 to {max} or `none`"),
        }
    }
}

fn is_key_place(text: &str) -> bool {
    let is_name = |it: &str| {
        !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || "_-.".contains(it))
    };
    match text.split_once(':') {
        Some(("env" | "keyring", name)) => is_name(name),
        _ => text == "none",
    }
}

/// The models in a value that was checked.
pub(crate) fn models_of(value: &Value) -> Vec<ModelSettings> {
    let Value::List(rows) = value else { return Vec::new() };
    let tables = rows.iter().filter_map(|it| match it {
        Value::Table(row) => Some(row),
        _ => None,
    });
    tables.map(model_of).collect()
}

fn model_of(row: &BTreeMap<String, Value>) -> ModelSettings {
    let (provider, url, key) = match text(row, "provider") {
        Some("anthropic") => {
            (ModelProvider::Anthropic, "https://api.anthropic.com", Some("env:ANTHROPIC_API_KEY"))
        }
        Some("openai") => {
            (ModelProvider::OpenAi, "https://api.openai.com/v1", Some("env:OPENAI_API_KEY"))
        }
        _ => (ModelProvider::Compatible, "", None),
    };
    let id = text(row, "id").unwrap_or("");
    let int = |name: &str, default: u32| match row.get(name) {
        Some(Value::Int(it)) => u32::try_from(*it).unwrap_or(default),
        _ => default,
    };
    let price = |name: &str| row.get(name).and_then(number);
    let prices = price("price_input").zip(price("price_output"));
    ModelSettings {
        id: id.to_owned(),
        provider,
        name: text(row, "name").unwrap_or(id).to_owned(),
        url: text(row, "url").unwrap_or(url).to_owned(),
        command: row.get("command").and_then(command),
        key: text(row, "key").or(key).filter(|it| *it != "none").map(str::to_owned),
        temperature: match row.get("temperature") {
            None => Some(0.7),
            Some(value) => number(value),
        },
        tokens_max: int("tokens_max", 1000),
        seconds_max: int("seconds_max", 600),
        prices: prices
            .map(|(input, output)| (input, price("price_cached_input").unwrap_or(input), output)),
    }
}

fn text<'v>(row: &'v BTreeMap<String, Value>, name: &str) -> Option<&'v str> {
    match row.get(name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// A list of texts, the first not empty.
fn command(value: &Value) -> Option<Vec<String>> {
    let Value::List(parts) = value else { return None };
    let parts = parts.iter().map(|it| match it {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    });
    let parts: Vec<String> = parts.collect::<Option<_>>()?;
    parts.first().is_some_and(|it| !it.trim().is_empty()).then_some(parts)
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(it) => Some(*it as f64),
        Value::Float(it) => Some(*it),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Layers, Source, WORKSPACE_FILE};

    fn user(text: &str) -> (AiSettings, String) {
        let mut layers = Layers::default();
        let errors = layers.set_toml(Source::User, "user", text);
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        (layers.settings().ai, errors.join("\n"))
    }

    #[test]
    fn models_come_with_what_their_provider_needs() {
        let (ai, errors) = user(
            "[ai]\nmodel = \"local\"\n\
             [[ai.models]]\nid = \"sonnet\"\nprovider = \"anthropic\"\nname = \"s-1\"\n\
             price_input = 3\nprice_output = 15.5\n\
             [[ai.models]]\nid = \"local\"\nprovider = \"compatible\"\n\
             url = \"http://localhost:11434/v1\"\ntemperature = \"none\"\ntokens_max = 64\n",
        );
        assert_eq!(errors, "");
        assert_eq!((ai.is_enabled, ai.model.as_deref()), (true, Some("local")));
        let [sonnet, local] = ai.models.as_slice() else { panic!("{ai:?}") };
        assert_eq!(
            (sonnet.name.as_str(), sonnet.url.as_str()),
            ("s-1", "https://api.anthropic.com")
        );
        assert_eq!(sonnet.key.as_deref(), Some("env:ANTHROPIC_API_KEY"));
        assert_eq!((sonnet.temperature, sonnet.tokens_max), (Some(0.7), 1000));
        assert_eq!(sonnet.prices, Some((3.0, 3.0, 15.5)));
        assert_eq!((local.name.as_str(), local.key.as_deref()), ("local", None));
        assert_eq!((local.temperature, local.tokens_max, local.prices), (None, 64, None));
    }

    #[test]
    fn without_settings_models_are_on_and_there_are_none() {
        let (ai, _) = user("");
        let none = AiSettings {
            is_enabled: true,
            model: None,
            models: Vec::new(),
            embedder: None,
            embedder_dims: 768,
        };
        assert_eq!(ai, none);
        assert!(!user("ai.enabled = false").0.is_enabled);
    }

    #[test]
    fn what_is_wrong_with_a_model_is_told_and_never_its_key() {
        let one = |fields: &str| user(&format!("[[ai.models]]\nid = \"a\"\n{fields}")).1;
        let prefix = "user:1: ai.models: model 1: ";
        assert_eq!(one(""), format!("{prefix}provider: is missing"));
        assert_eq!(
            one("provider = \"other\""),
            format!("{prefix}provider: takes anthropic, openai, compatible")
        );
        assert_eq!(one("provider = \"compatible\""), format!("{prefix}url: is missing"));
        let written = one("provider = \"openai\"\nkey = \"sk-secret\"");
        assert!(written.contains("key: takes the place of a key") && !written.contains("secret"));
        assert_eq!(
            one("provider = \"openai\"\ntemperature = 3"),
            format!("{prefix}temperature: takes 0 to 2 or `none`")
        );
        assert_eq!(one("provider = \"openai\"\nurls = 1"), format!("{prefix}urls: no such field"));
        let served = "provider = \"compatible\"\ncommand = [\"llama-server\", \"{port}\"]";
        assert_eq!(one(served), "");
        let command =
            user(&format!("[[ai.models]]\nid = \"a\"\n{served}")).0.models.remove(0).command;
        assert_eq!(command.unwrap(), ["llama-server", "{port}"]);
        let takes =
            "command: takes a program and its arguments, a list of texts with `{port}` in one";
        for wrong in ["\"llama-server {port}\"", "[]", "[\"llama-server\"]", "[1, \"{port}\"]"] {
            let fields = format!("provider = \"compatible\"\ncommand = {wrong}");
            assert_eq!(one(&fields), format!("{prefix}{takes}"), "{wrong}");
        }
        let beside = "command: stands with provider compatible, and without url";
        let with_url = format!("{served}\nurl = \"http://localhost/v1\"");
        assert_eq!(one(&with_url), format!("{prefix}{beside}"));
        assert_eq!(one(&served.replace("compatible", "openai")), format!("{prefix}{beside}"));
        let twice = "provider = \"openai\"\n[[ai.models]]\nid = \"a\"\nprovider = \"openai\"";
        assert_eq!(one(twice), "user:1: ai.models: model 2: there is another with the id a");
        assert_eq!(
            user("ai.models = 3").1,
            "user:1: ai.models: a whole number is no list of models"
        );
    }

    #[test]
    fn a_workspace_brings_no_addresses_and_switches_only_off() {
        let mut layers = Layers::default();
        layers.set_trusted(true);
        let text = "[ai]\nenabled = false\nmodel = \"b\"\n\
                    [[ai.models]]\nid = \"b\"\nprovider = \"compatible\"\n\
                    url = \"https://evil.example/v1\"\nkey = \"env:HOME\"\n";
        let errors = layers.set_toml(Source::Workspace, WORKSPACE_FILE, text);
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors, [".aios/config.toml:4: ai.models: only the user may set this"]);
        let ai = layers.settings().ai;
        assert_eq!((ai.is_enabled, ai.model.as_deref(), ai.models.len()), (false, Some("b"), 0));
        layers.set_toml(Source::User, "user", "ai.enabled = false");
        let errors = layers.set_toml(Source::Workspace, WORKSPACE_FILE, "ai.enabled = true");
        assert_eq!(errors[0].fact, "a workspace may not loosen this to true");
        assert!(!layers.settings().ai.is_enabled);
        layers.set_trusted(false);
        let text = "ai.model = \"b\"";
        assert_eq!(layers.set_toml(Source::Workspace, WORKSPACE_FILE, text).len(), 1);
        assert_eq!(layers.settings().ai.model, None);
    }
}

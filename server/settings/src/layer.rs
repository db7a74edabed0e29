//! Layers of settings: who said what, what of it counts, and what is wrong with it.

use std::{collections::BTreeMap, fmt};

use toml_edit::{Document, Item, TableLike};

use crate::{Kind, Scope, Setting, Settings, Value};

/// Who sets a layer, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The user's own file.
    User,
    /// `.aios/config.toml` of the workspace, which came with the code and is not trusted.
    Workspace,
    /// The client: the user, in the editor's settings or on the command line.
    Client,
}

/// What one source sets. Every value is known and of the right kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    values: BTreeMap<&'static str, Value>,
}

/// Something wrong in what was set. The rest of the layer counts, and for this key the last good
/// value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// The file, or the client's name for its settings.
    pub file: String,
    /// The line, from 1, where the source has lines.
    pub line: Option<u32>,
    /// The dotted key; empty where the whole text is wrong.
    pub key: String,
    /// What is wrong.
    pub fact: String,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.fact)
    }
}

impl std::error::Error for SettingsError {}

/// The layers of one server; what none of them sets is the default.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    layers: BTreeMap<Source, Layer>,
    /// True where the user trusts what the workspace says.
    is_trusted: bool,
}

impl Layers {
    /// Replaces the layer of `source` by what `text`, a TOML file named `file`, says. Where the
    /// text is no TOML the old layer stays; where a value is wrong the old value of its key.
    pub fn set_toml(&mut self, source: Source, file: &str, text: &str) -> Vec<SettingsError> {
        let document = match Document::parse(text) {
            Ok(it) => it,
            Err(error) => {
                let line = error.span().map(|it| line_of(text, it.start));
                let fact = error.message().to_owned();
                return vec![SettingsError {
                    file: file.to_owned(),
                    line,
                    key: String::new(),
                    fact,
                }];
            }
        };
        let mut found = Vec::new();
        flatten_toml(&mut found, "", document.as_table(), text);
        self.set_found(source, file, found)
    }

    /// Replaces the layer of `source` by `value`, a table or nothing, as the client named `name`
    /// gave it. Wrong values leave the old ones.
    pub fn set_value(&mut self, source: Source, name: &str, value: &Value) -> Vec<SettingsError> {
        let mut found = Vec::new();
        match value {
            Value::Null => {}
            // Lua has one empty table for lists and for tables.
            Value::List(list) if list.is_empty() => {}
            Value::Table(table) => flatten_value(&mut found, "", table),
            other => {
                let fact = format!("{} is no table of settings", other.shape());
                let key = String::new();
                return vec![SettingsError { file: name.to_owned(), line: None, key, fact }];
            }
        }
        self.set_found(source, name, found)
    }

    /// The user trusts what the workspace says, or does not any more.
    pub fn set_trusted(&mut self, is_trusted: bool) {
        self.is_trusted = is_trusted;
    }

    /// Takes the layer away: its file is gone.
    pub fn remove(&mut self, source: Source) {
        self.layers.remove(&source);
    }

    /// What holds, all layers taken together.
    pub fn settings(&self) -> Settings {
        Settings::from_values(&self.values())
    }

    /// Each value that holds and is set, with the strongest source that sets it so. What the
    /// workspace asks for and may not have is not among them.
    pub fn in_force(&self) -> BTreeMap<&'static str, (Value, Source)> {
        let mut res = BTreeMap::new();
        for (key, value) in self.values() {
            let sets = |it: &(&Source, &Layer)| it.1.values.get(key) == Some(&value);
            if let Some(source) = self.layers.iter().rev().find(sets).map(|it| *it.0) {
                res.insert(key, (value, source));
            }
        }
        res
    }

    fn values(&self) -> BTreeMap<&'static str, Value> {
        let mut values = BTreeMap::new();
        for layer in self.layers.values() {
            for (key, value) in &layer.values {
                values.insert(*key, value.clone());
            }
        }
        self.tighten(&mut values);
        values
    }

    /// The strongest source that sets `key`; `None`: it is at its default.
    pub fn origin(&self, key: &str) -> Option<Source> {
        let sets = |it: &(&Source, &Layer)| it.1.values.contains_key(key);
        self.layers.iter().rev().find(sets).map(|it| *it.0)
    }

    /// Makes each policy no looser than the user has it, whatever the workspace says, and as strict
    /// as the workspace wants it.
    fn tighten(&self, values: &mut BTreeMap<&'static str, Value>) {
        let Some(workspace) = self.layers.get(&Source::Workspace) else { return };
        for (key, asked) in &workspace.values {
            let setting = Setting::find(key).expect("a layer holds known keys only");
            let own = self.own(setting);
            match setting.scope {
                Scope::Policy => {}
                Scope::Trusted if !self.is_trusted => {
                    values.insert(setting.key, own);
                    continue;
                }
                _ => continue,
            }
            let strict = setting.rank(asked) < setting.rank(&own);
            values.insert(setting.key, if strict { asked.clone() } else { own });
        }
    }

    /// What the user wants, whatever the workspace says.
    fn own(&self, setting: &Setting) -> Value {
        let own = [Source::Client, Source::User].into_iter().find_map(|source| {
            self.layers.get(&source).and_then(|it| it.values.get(setting.key)).cloned()
        });
        own.unwrap_or_else(|| setting.default_value())
    }

    fn set_found(
        &mut self,
        source: Source,
        file: &str,
        found: Vec<(String, Value, Option<u32>)>,
    ) -> Vec<SettingsError> {
        let old = self.layers.remove(&source).unwrap_or_default();
        let mut layer = Layer::default();
        let mut errors = Vec::new();
        for (key, value, line) in found {
            let error = |key: &str, fact: String| SettingsError {
                file: file.to_owned(),
                line,
                key: key.to_owned(),
                fact,
            };
            let Some(setting) = Setting::find(&key) else {
                errors.push(error(&key, "no such setting".to_owned()));
                continue;
            };
            if source == Source::Workspace && setting.scope == Scope::Machine {
                errors.push(error(&key, "only the user may set this".to_owned()));
                continue;
            }
            let looser = setting.scope == Scope::Policy
                && setting.check(&value).is_ok()
                && setting.rank(&self.own(setting)) < setting.rank(&value);
            if source == Source::Workspace && looser {
                // It is kept all the same: it counts where the user becomes looser than this.
                let fact = format!("a workspace may not loosen this to {value}");
                errors.push(error(&key, fact));
            }
            if source == Source::Workspace && setting.scope == Scope::Trusted && !self.is_trusted {
                // Kept: it counts from the moment at which the workspace is trusted.
                errors.push(error(&key, "counts once this workspace is trusted".to_owned()));
            }
            match setting.check(&value) {
                Ok(()) => {
                    layer.values.insert(setting.key, value);
                }
                Err(fact) => {
                    errors.push(error(&key, fact));
                    if let Some(value) = old.values.get(setting.key) {
                        layer.values.insert(setting.key, value.clone());
                    }
                }
            }
        }
        self.layers.insert(source, layer);
        errors
    }
}

/// Settings nest two deep; what is nested deeper is a wrong value, not a table to look into.
const DEPTH_MAX: usize = 2;

fn flatten_toml(
    acc: &mut Vec<(String, Value, Option<u32>)>,
    prefix: &str,
    table: &dyn TableLike,
    text: &str,
) {
    for (name, item) in table.iter() {
        let key = dotted(prefix, name);
        match item.as_table_like() {
            Some(inner) if key.split('.').count() < DEPTH_MAX && !takes_a_table(&key) => {
                flatten_toml(acc, &key, inner, text);
            }
            _ => {
                let line = item.span().map(|it| line_of(text, it.start));
                acc.push((key, value_of(item), line));
            }
        }
    }
}

fn flatten_value(
    acc: &mut Vec<(String, Value, Option<u32>)>,
    prefix: &str,
    table: &BTreeMap<String, Value>,
) {
    for (name, value) in table {
        let key = dotted(prefix, name);
        match value {
            Value::Null => {}
            Value::Table(inner) if key.split('.').count() < DEPTH_MAX && !takes_a_table(&key) => {
                flatten_value(acc, &key, inner);
            }
            _ => acc.push((key, value.clone(), None)),
        }
    }
}

/// Whether a table under the key is the value of one setting.
fn takes_a_table(key: &str) -> bool {
    Setting::find(key).is_some_and(|it| matches!(it.kind, Kind::PerLanguage(_)))
}

fn value_of(item: &Item) -> Value {
    if let Some(it) = item.as_str() {
        Value::Text(it.to_owned())
    } else if let Some(it) = item.as_integer() {
        Value::Int(it)
    } else if let Some(it) = item.as_bool() {
        Value::Bool(it)
    } else if let Some(it) = item.as_float() {
        Value::Float(it)
    } else if item.is_array() {
        let items = item.as_array().into_iter().flatten();
        Value::List(items.map(|it| value_of(&Item::Value(it.clone()))).collect())
    } else if let Some(tables) = item.as_array_of_tables() {
        Value::List(tables.iter().map(|it| value_of_table(it)).collect())
    } else if let Some(table) = item.as_table_like() {
        value_of_table(table)
    } else {
        Value::Text(item.to_string().trim().to_owned())
    }
}

fn value_of_table(table: &dyn TableLike) -> Value {
    Value::Table(table.iter().map(|(name, it)| (name.to_owned(), value_of(it))).collect())
}

fn dotted(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

fn line_of(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().iter().take(offset);
    before.filter(|it| **it == b'\n').count() as u32 + 1
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::{Navigation, Preview, WORKSPACE_FILE};

    #[track_caller]
    fn check(layers: &mut Layers, text: &str, expected: Expect) {
        let errors = layers.set_toml(Source::Workspace, WORKSPACE_FILE, text);
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let settings = layers.settings();
        let values = format!("{:?}, {} files", settings.preview, settings.files_max);
        expected.assert_eq(&[vec![values], errors].concat().join("\n"));
    }

    #[test]
    fn a_wrong_value_is_named_and_the_last_good_one_kept() {
        let mut layers = Layers::default();
        check(&mut layers, "[index]\nfiles_max = 7", expect!["Always, 7 files"]);
        check(
            &mut layers,
            "colour = 1\n[index]\nfiles_max = \"many\"\n",
            expect![[r#"
                Always, 7 files
                .aios/config.toml:1: colour: no such setting
                .aios/config.toml:3: index.files_max: a text is no whole number"#]],
        );
        check(
            &mut layers,
            "index = {files_max = 0}\n",
            expect![[r#"
                Always, 7 files
                .aios/config.toml:1: index.files_max: 0 is not between 1 and 1000000"#]],
        );
        let errors = layers.set_toml(Source::Workspace, WORKSPACE_FILE, "\n= 3\n");
        assert_eq!((errors.len(), errors[0].line), (1, Some(2)));
        assert_eq!(layers.settings().files_max, 7);
        check(&mut layers, "", expect!["Always, 200000 files"]);
    }

    #[test]
    fn a_workspace_makes_policy_stricter_only() {
        let mut layers = Layers::default();
        check(
            &mut layers,
            "preview = \"never\"\nwatch = \"off\"",
            expect![[r#"
                Always, 200000 files
                .aios/config.toml:1: preview: a workspace may not loosen this to "never"
                .aios/config.toml:2: watch: only the user may set this"#]],
        );
        let client =
            Value::Table(BTreeMap::from([("preview".to_owned(), Value::Text("never".to_owned()))]));
        layers.set_value(Source::Client, "editor", &client);
        assert_eq!(layers.settings().preview, Preview::Never);
        check(&mut layers, "preview = \"risky\"", expect!["Risky, 200000 files"]);
        check(&mut layers, "preview = \"always\"", expect!["Always, 200000 files"]);
    }

    #[test]
    fn navigation_is_one_word_or_one_for_each_language() {
        let mut layers = Layers::default();
        let mut set = |text: &str| {
            let errors = layers.set_toml(Source::User, "config.toml", text);
            let navigation = layers.settings().navigation;
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            (navigation.of("rust"), navigation.of("go"), errors.join("\n"))
        };
        assert_eq!(set("navigation = \"on\""), (Navigation::On, Navigation::On, String::new()));
        let own = "[navigation]\nrust = \"off\"";
        assert_eq!(set(own), (Navigation::Off, Navigation::Auto, String::new()));
        let (rust, _, error) = set("[navigation]\nrust = \"yes\"");
        assert_eq!(rust, Navigation::Off);
        assert!(error.contains("rust: \"yes\" is none of auto, on, off"), "{error}");
    }

    #[test]
    fn what_needs_trust_counts_once_it_is_given() {
        let mut layers = Layers::default();
        let text = "[verify]\ncommands = [\"make check\"]\nnetwork = \"host\"\n";
        let errors = layers.set_toml(Source::Workspace, WORKSPACE_FILE, text);
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let loosened = ".aios/config.toml:3: verify.network: a workspace may not loosen this to \
                        \"host\"";
        let untrusted =
            ".aios/config.toml:2: verify.commands: counts once this workspace is trusted";
        assert_eq!(errors, [untrusted, loosened]);
        assert!(layers.settings().verify.commands.is_empty());
        layers.set_trusted(true);
        assert_eq!(layers.settings().verify.commands, ["make check"]);
        // A policy stays the user's, trusted or not.
        assert!(!layers.settings().verify.has_network);
        layers.set_trusted(false);
        assert!(layers.settings().verify.commands.is_empty());
        let errors = layers.set_toml(Source::User, "user", "verify.commands = [\"a\", 3]\n");
        assert_eq!(
            errors[0].to_string(),
            "user:1: verify.commands: a whole number in a list of texts"
        );
    }

    #[test]
    fn a_client_that_sends_nothing_wants_the_defaults() {
        let mut layers = Layers::default();
        assert_eq!(layers.set_value(Source::Client, "editor", &Value::Null), []);
        let empty = Value::Table(BTreeMap::new());
        assert_eq!(layers.set_value(Source::Client, "editor", &empty), []);
        let empty = Value::List(Vec::new());
        assert_eq!(layers.set_value(Source::Client, "editor", &empty), []);
        assert_eq!(layers.settings(), Settings::default());
        let errors = layers.set_value(Source::Client, "editor", &Value::Int(3));
        assert_eq!(errors[0].to_string(), "editor: a whole number is no table of settings");
    }
}

//! Helix: one server and one entry for each language in languages.toml.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use serde::Deserialize;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use super::{
    Direction, FileChange, Plan,
    files::{read, resolved},
    on_path, text_of, user_folder,
};

const NAME: &str = "aios";

/// Helix's languages and its own servers for them.
const SERVERS: &str = include_str!("../../../../../editors/helix/servers.toml");

/// What aios leaves to a language's own server where that is installed, so that nothing is shown
/// twice. What Helix merges from all servers stays: actions, diagnostics, workspace symbols.
const LEFT_TO_OTHERS: &[&str] = &[
    "hover",
    "goto-declaration",
    "goto-definition",
    "goto-type-definition",
    "goto-reference",
    "goto-implementation",
    "document-highlight",
    "document-symbols",
    "rename-symbol",
];

#[derive(Deserialize)]
struct Language {
    servers: Vec<Server>,
    /// Where Helix has no such language: its files.
    #[serde(default)]
    globs: Vec<String>,
}

impl Language {
    /// The entry of a language that is not in the user's file.
    fn entry(&self, name: &str) -> Table {
        let mut entry = Table::new();
        entry.insert("name", value(name));
        if !self.globs.is_empty() {
            let globs = self.globs.iter().map(|glob| {
                let mut table = InlineTable::new();
                table.insert("glob", glob.into());
                table
            });
            entry.insert("scope", value(format!("text.{name}")));
            entry.insert("file-types", value(Array::from_iter(globs)));
        }
        entry
    }

    /// True where an entry says nothing that [`Language::entry`] does not.
    fn is_bare(&self, entry: &Table) -> bool {
        let own = self.entry(named(entry).unwrap_or_default());
        entry.iter().all(|(key, _)| own.contains_key(key))
    }
}

#[derive(Deserialize)]
struct Server {
    name: String,
    /// Where it differs from the name.
    command: Option<String>,
}

impl Server {
    fn is_installed(&self, finds: &dyn Fn(&str) -> bool) -> bool {
        finds(self.command.as_deref().unwrap_or(&self.name))
    }
}

pub(super) fn plan(direction: Direction, program: &Path) -> anyhow::Result<Plan> {
    let path = resolved(&file()?);
    let before = read(&path)?;
    let text = before.as_deref().unwrap_or_default();
    let after = match direction {
        Direction::Add => Some(with(text, text_of(program)?, &|it| on_path(it).is_some())),
        Direction::Remove => before.as_deref().map(without),
    };
    let after = after.transpose().with_context(|| path.display().to_string())?;
    let after = after.filter(|it| !(it.trim().is_empty() && direction == Direction::Remove));
    let notes = match direction {
        Direction::Add => vec!["In Helix: `:lsp-restart`, then `space a` for actions.".to_owned()],
        Direction::Remove => Vec::new(),
    };
    Ok(Plan { files: vec![FileChange { path, before, after }], notes, command: None })
}

/// How Helix stands.
pub(super) fn attachment(program: &Path) -> Result<String, String> {
    let Some(helix) = on_path("hx").or_else(|| on_path("helix")) else {
        return Ok("not on PATH".to_owned());
    };
    let path = file().map_err(|it| format!("{it:#}"))?;
    let text = read(&path).map_err(|it| format!("{it:#}"))?.unwrap_or_default();
    let document: DocumentMut = text.parse().map_err(|it| format!("{}: {it}", path.display()))?;
    let command = document
        .get("language-server")
        .and_then(|it| it.get(NAME)?.get("command")?.as_str().map(str::to_owned));
    let shown = helix.display();
    match command {
        None => Ok(format!("{shown}; not set up: `aios setup helix`")),
        Some(command) if Path::new(&command) == program => Ok(format!("{shown}; set up")),
        Some(command) if Path::new(&command).is_file() || on_path(&command).is_some() => {
            Ok(format!("{shown}; set up with another binary: {command}"))
        }
        Some(command) => Err(format!(
            "{}: the server `{command}` is not there; `aios setup helix` writes the right one",
            path.display()
        )),
    }
}

fn file() -> anyhow::Result<PathBuf> {
    let folder = match cfg!(windows) {
        true => user_folder("APPDATA", "AppData/Roaming")?,
        false => user_folder("XDG_CONFIG_HOME", ".config")?,
    };
    Ok(folder.join("helix/languages.toml"))
}

/// `text` with aios in it. `finds` says which programs are installed.
fn with(text: &str, program: &str, finds: &dyn Fn(&str) -> bool) -> anyhow::Result<String> {
    let mut document: DocumentMut = text.parse()?;
    let servers = document.entry("language-server").or_insert(Item::Table(implicit()));
    let servers = servers.as_table_like_mut().context("`language-server` is no table")?;
    let own = servers.entry(NAME).or_insert(Item::Table(Table::new()));
    let own = own.as_table_like_mut().context("`language-server.aios` is no table")?;
    own.insert("command", value(program));
    own.insert("args", value(Array::from_iter(["lsp"])));
    let languages = document.entry("language").or_insert(ArrayOfTables::new().into());
    let languages =
        languages.as_array_of_tables_mut().context("`language` is no list of tables")?;
    for (name, language) in known() {
        let at = languages.iter().position(|it| named(it) == Some(name.as_str()));
        let entry = match at {
            Some(at) => languages.get_mut(at).expect("found just now"),
            None => {
                languages.push(language.entry(&name));
                languages.get_mut(languages.len() - 1).expect("pushed just now")
            }
        };
        let list = entry.entry("language-servers").or_insert_with(|| value(usual(&language)));
        let list = list
            .as_array_mut()
            .with_context(|| format!("the `language-servers` of `{name}` is no list"))?;
        if !list.iter().any(is_aios) {
            list.push(reference(language.servers.iter().any(|it| it.is_installed(finds))));
        }
    }
    Ok(document.to_string())
}

/// `text` without what [`with`] puts in it.
fn without(text: &str) -> anyhow::Result<String> {
    let mut document: DocumentMut = text.parse()?;
    if let Some(servers) = document.get_mut("language-server").and_then(Item::as_table_like_mut) {
        servers.remove(NAME);
        if servers.is_empty() {
            document.remove("language-server");
        }
    }
    let known = known();
    if let Some(languages) = document.get_mut("language").and_then(Item::as_array_of_tables_mut) {
        for entry in languages.iter_mut() {
            let usual = named(entry).and_then(|it| known.get(it)).map(usual);
            let Some(list) = entry.get_mut("language-servers").and_then(Item::as_array_mut) else {
                continue;
            };
            let n_before = list.len();
            list.retain(|it| !is_aios(it));
            // The list was ours, or says what Helix does without it.
            let is_usual = usual.is_some_and(|it| names(&it) == names(list));
            if list.len() < n_before && is_usual {
                entry.remove("language-servers");
            }
        }
        let is_bare = |it: &Table| match named(it) {
            Some(name) => known.get(name).map_or(it.len() == 1, |known| known.is_bare(it)),
            None => false,
        };
        languages.retain(|it| !is_bare(it));
        if languages.is_empty() {
            document.remove("language");
        }
    }
    Ok(document.to_string())
}

fn known() -> BTreeMap<String, Language> {
    toml_edit::de::from_str(SERVERS).expect("the table is a part of this program, and tested")
}

/// A table that is only there for those below it.
fn implicit() -> Table {
    let mut table = Table::new();
    table.set_implicit(true);
    table
}

fn named(entry: &Table) -> Option<&str> {
    entry.get("name")?.as_str()
}

fn usual(language: &Language) -> Array {
    language.servers.iter().map(|it| it.name.as_str()).collect()
}

/// How a list names aios.
fn reference(has_other: bool) -> Value {
    if !has_other {
        return NAME.into();
    }
    let mut table = InlineTable::new();
    table.insert("name", NAME.into());
    table.insert("except-features", Array::from_iter(LEFT_TO_OTHERS.iter().copied()).into());
    table.into()
}

fn names(list: &Array) -> Vec<Option<&str>> {
    list.iter().map(name_of).collect()
}

fn name_of(item: &Value) -> Option<&str> {
    match item {
        Value::InlineTable(table) => table.get("name")?.as_str(),
        other => other.as_str(),
    }
}

fn is_aios(item: &Value) -> bool {
    name_of(item) == Some(NAME)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::{known, with, without};

    const USERS: &str = r#"# mine
[[language]]
name = "rust"
auto-format = true # always

[[language]]
name = "go"
language-servers = ["gopls"]

[language-server.gopls]
command = "gopls"
"#;

    fn only_gopls(program: &str) -> bool {
        program == "gopls"
    }

    #[test]
    fn what_the_user_wrote_stays_and_comes_back_when_it_is_removed() {
        let with = with(USERS, "/bin/aios", &only_gopls).unwrap();
        let head: Vec<&str> = with.lines().take(9).collect();
        expect![[r##"
            # mine
            [[language]]
            name = "rust"
            auto-format = true # always
            language-servers = ["rust-analyzer", "aios"]

            [[language]]
            name = "go"
            language-servers = ["gopls", { name = "aios", except-features = ["hover", "goto-declaration", "goto-definition", "goto-type-definition", "goto-reference", "goto-implementation", "document-highlight", "document-symbols", "rename-symbol"] }]
        "##]]
        .assert_eq(&format!("{}\n", head.join("\n")));
        expect![[r#"
            # mine
            [[language]]
            name = "rust"
            auto-format = true # always

            [[language]]
            name = "go"
            language-servers = ["gopls"]

            [language-server.gopls]
            command = "gopls"
        "#]]
        .assert_eq(&without(&with).unwrap());
    }

    #[test]
    fn a_second_time_changes_nothing() {
        let once = with(USERS, "/bin/aios", &only_gopls).unwrap();
        assert_eq!(with(&once, "/bin/aios", &only_gopls).unwrap(), once);
    }

    #[test]
    fn an_empty_file_is_empty_again() {
        let added = with("", "/bin/aios", &|_| false).unwrap();
        assert!(added.contains("[language-server.aios]\ncommand = \"/bin/aios\""), "{added}");
        assert_eq!(without(&added).unwrap().trim(), "");
    }

    #[test]
    fn a_file_that_is_no_toml_is_refused_with_its_line() {
        let error = with("[[language]\n", "/bin/aios", &|_| false).unwrap_err();
        assert!(error.to_string().contains("line 1"), "{error}");
    }

    #[test]
    fn every_language_of_the_packs_is_known_to_the_table() {
        let by_helix = |id: &str| match id {
            "csharp" => "c-sharp".to_owned(),
            other => other.to_owned(),
        };
        let missing: Vec<String> = grammars::LANGUAGES
            .iter()
            .map(|it| by_helix(it.id))
            .filter(|it| !known().contains_key(it))
            .collect();
        assert_eq!(missing, Vec::<String>::new());
    }
}

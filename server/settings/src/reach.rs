//! What the server offers where: beside another server, above definitions, as findings.

use std::collections::BTreeMap;

use crate::Value;

/// Whether the server answers questions about the names of a language that an editor can also ask
/// of another server: definition, references, hover, rename and their like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Navigation {
    /// Those that no other server of the editor answers for the language.
    #[default]
    Auto,
    /// All, whoever else answers.
    On,
    /// None.
    Off,
}

/// [`Navigation`] for each language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NavigationByLanguage {
    others: Navigation,
    languages: BTreeMap<String, Navigation>,
}

/// Above which definitions a lens tells callers and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lenses {
    /// None.
    Off,
    /// Exported functions and types at the top level of a file.
    Exported,
    /// Every function and type.
    All,
}

/// How bad a finding is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As a hint.
    Hint,
    /// As an information.
    Information,
    /// As a warning.
    Warning,
    /// As an error.
    Error,
}

/// What a severity takes in the settings, [`Severity::of_rank`] in order.
pub(crate) const SEVERITIES: &[&str] = &["off", "hint", "information", "warning", "error"];
/// What [`Navigation`] takes, in order.
pub(crate) const NAVIGATIONS: &[&str] = &["auto", "on", "off"];

/// Which findings are told, and how bad each is; `None` is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Findings {
    /// Modules that load each other.
    pub import_cycles: Option<Severity>,
    /// Imports of what the workspace would have to hold and does not.
    pub unresolved_imports: Option<Severity>,
    /// Private definitions that nothing uses.
    pub unused_private: Option<Severity>,
}

impl Severity {
    pub(crate) fn of_rank(rank: usize) -> Option<Severity> {
        match rank {
            0 => None,
            1 => Some(Severity::Hint),
            2 => Some(Severity::Information),
            3 => Some(Severity::Warning),
            _ => Some(Severity::Error),
        }
    }
}

impl Lenses {
    pub(crate) fn of_rank(rank: usize) -> Lenses {
        match rank {
            0 => Lenses::Off,
            1 => Lenses::Exported,
            _ => Lenses::All,
        }
    }
}

impl NavigationByLanguage {
    /// What holds for a language, by the name of its pack.
    pub fn of(&self, language: &str) -> Navigation {
        self.languages.get(language).copied().unwrap_or(self.others)
    }

    /// From a checked value: a word for all languages, or a table of languages.
    pub(crate) fn from_value(value: &Value) -> NavigationByLanguage {
        let word = |it: &Value| match it {
            Value::Text(it) if it == "on" => Navigation::On,
            Value::Text(it) if it == "off" => Navigation::Off,
            _ => Navigation::Auto,
        };
        match value {
            Value::Table(table) => NavigationByLanguage {
                others: Navigation::Auto,
                languages: table.iter().map(|(name, it)| (name.clone(), word(it))).collect(),
            },
            one => NavigationByLanguage { others: word(one), languages: BTreeMap::new() },
        }
    }
}

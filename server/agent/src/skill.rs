//! Skills: what the server does without a model, each with its words, its arguments and the shape
//! of its answer. Carrying one out is the engine's.

mod table;
mod time;

use std::{collections::BTreeMap, fmt};

use ide::LeftOut;
use text::TextRange;
use vfs::{SourceChange, VfsPath};

pub use self::{table::SKILLS, time::since_ms};

/// One skill.
#[derive(Clone, Copy, Debug)]
pub struct Skill {
    /// Which.
    pub id: SkillId,
    /// Its name in commands: `/impact`.
    pub name: &'static str,
    /// For menus.
    pub title: &'static str,
    /// What it does, in a sentence.
    pub description: &'static str,
    /// What a user might say who wants it; `{symbol}` stands for any name.
    pub examples: &'static [&'static str],
    /// What it takes, in the order in which it is written.
    pub parameters: &'static [SkillParameter],
    /// What comes of it.
    pub kind: SkillKind,
    /// Whether it asks what was committed: whoever calls it has that read before.
    pub asks_history: bool,
}

/// The name of a skill, for code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkillId {
    /// What a reviewer would say.
    Review,
    /// What depends on a symbol.
    Impact,
    /// The tests that reach a symbol.
    Tests,
    /// What a symbol or a file is, from the graph.
    Explain,
    /// Who calls a symbol.
    Callers,
    /// Whom a symbol calls.
    Callees,
    /// Code that a text is about.
    Search,
    /// Imports that nothing uses go, the others are sorted.
    OrganizeImports,
    /// A definition that nothing uses goes.
    SafeDelete,
    /// A comment with a place for everything that a definition takes and gives.
    Document,
    /// An import cycle is broken.
    BreakCycle,
    /// What was changed, from the journal.
    Changelog,
    /// A symbol gets another name.
    Rename,
    /// The last change is taken back.
    Undo,
    /// What was taken back is brought back.
    Redo,
    /// What leads back to itself.
    Cycles,
    /// What nothing alive uses.
    DeadCode,
    /// Functions that are nearly the same.
    Copies,
    /// How names are written here.
    Conventions,
    /// What changes often and is hard to follow.
    Hotspots,
    /// What usually changes too.
    MissingChanges,
    /// The code that a task needs.
    Context,
    /// Something is kept in mind.
    Remember,
    /// What was kept in mind.
    Recall,
    /// The commits that touched something.
    History,
    /// A file that defines an agent.
    CreateAgent,
    /// The project's own checks are run.
    Verify,
}

/// What comes of a skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkillKind {
    /// A text to read.
    Report,
    /// Places, each with what is to be said of it, and a text that lists them.
    Findings,
    /// A change to look at, apply and undo.
    Change,
    /// Something is done by the engine itself, for a user only.
    Act,
}

/// A parameter of a skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkillParameter {
    /// Its name: `to=Bar`.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Whether it has to be given.
    pub needed: Needed,
    /// What it is for.
    pub description: &'static str,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A name path as `Type::method`, or a place as `src/a.rs:10:5`.
    Symbol,
    /// A path below the workspace.
    File,
    /// One new name.
    Name,
    /// Any words.
    Text,
    /// A time: `30min`, `2h`, `3d`, `1w`, `today`, `yesterday`.
    Time,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// Whether a parameter has to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// It has.
    Always,
    /// Unless it is clear from where the user is.
    UnlessHere,
    /// It has not.
    Never,
}

/// Arguments that fit the parameters of their skill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    given: BTreeMap<&'static str, String>,
}

/// Why arguments do not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgumentError {
    /// The skill has no such parameter.
    Unknown {
        /// The skill.
        skill: &'static str,
        /// What was given.
        name: String,
    },
    /// It has to be given.
    Missing {
        /// The skill.
        skill: &'static str,
        /// The parameter.
        name: &'static str,
    },
    /// It takes something else.
    Unfit {
        /// The skill.
        skill: &'static str,
        /// The parameter.
        name: &'static str,
        /// What it takes.
        takes: Takes,
        /// What was given.
        given: String,
    },
}

/// What a skill answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkillReply {
    /// A text.
    Report {
        /// What it is about.
        title: String,
        /// The text, as Markdown.
        markdown: String,
    },
    /// Places and what is to be said of them.
    Findings {
        /// What was looked at.
        title: String,
        /// The places, by file and place.
        findings: Vec<Finding>,
        /// What was not looked at, and how far the findings can be trusted; for people.
        limits: Vec<String>,
    },
    /// A change, on paper.
    Change {
        /// What it does.
        title: String,
        /// Why that is right.
        reason: String,
        /// The change, against the texts of the moment that was asked.
        change: SourceChange,
        /// Places that it leaves to the user.
        left: Vec<LeftOut>,
    },
    /// It is not clear what is meant: the user has to choose.
    Choices {
        /// What is to be chosen.
        question: String,
        /// What there is to choose from, the likeliest first.
        choices: Vec<SkillChoice>,
    },
    /// There is nothing to answer or to change, for this reason.
    Nothing(String),
}

/// One thing to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkillChoice {
    /// For people.
    pub title: String,
    /// The command that it stands for: `/rename Foo to Bar`.
    pub command: String,
}

/// Something that is to be said of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing it is: `long-function`.
    pub rule: &'static str,
    /// The file.
    pub path: VfsPath,
    /// The place in the text of the moment that was asked; empty at the file's start where the
    /// whole file is meant.
    pub range: TextRange,
    /// Name path of the definition that it is about; with it the place is found again after edits.
    pub symbol: Option<String>,
    /// What is to be said.
    pub message: String,
    /// Other places that belong to it, each with a word.
    pub related: Vec<(VfsPath, TextRange, String)>,
    /// The skill that mends it, asked for at its place, where there is one.
    pub remedy: Option<SkillId>,
}

impl SkillId {
    /// The skill.
    pub fn skill(self) -> &'static Skill {
        SKILLS.iter().find(|it| it.id == self).expect("the table has every skill, as its test says")
    }
}

impl Skill {
    /// The skill of this name; `_` and `-` count as the same.
    pub fn named(name: &str) -> Option<&'static Skill> {
        let name = name.replace('_', "-");
        SKILLS.iter().find(|it| it.name == name)
    }

    /// True where it can change something.
    pub fn writes(&self) -> bool {
        matches!(self.kind, SkillKind::Change | SkillKind::Act)
    }

    /// The arguments, where each fits. What is clear from where the user is may be missing.
    ///
    /// # Errors
    /// The first that does not fit.
    pub fn check(&self, given: &BTreeMap<String, String>) -> Result<Arguments, ArgumentError> {
        let is_known = |name: &str| self.parameters.iter().any(|it| it.name == name);
        if let Some(name) = given.keys().find(|it| !is_known(it)) {
            return Err(ArgumentError::Unknown { skill: self.name, name: name.clone() });
        }
        let mut res = Arguments::default();
        for it in self.parameters {
            match given.get(it.name).map(|it| it.trim()).filter(|it| !it.is_empty()) {
                Some(text) if it.takes.fits(text) => {
                    res.given.insert(it.name, text.to_owned());
                }
                Some(text) => {
                    return Err(ArgumentError::Unfit {
                        skill: self.name,
                        name: it.name,
                        takes: it.takes,
                        given: text.to_owned(),
                    });
                }
                None if it.needed == Needed::Always => {
                    return Err(ArgumentError::Missing { skill: self.name, name: it.name });
                }
                None => {}
            }
        }
        Ok(res)
    }
}

impl Takes {
    /// Whether a text can be one.
    pub(crate) fn fits(self, text: &str) -> bool {
        match self {
            // A path is a symbol's place only with a line behind it.
            Takes::Symbol => {
                let tail = text.rsplit(':').next().unwrap_or_default();
                let has_line = !tail.is_empty() && tail.bytes().all(|it| it.is_ascii_digit());
                !text.contains(['/', '\0']) || has_line
            }
            Takes::Name => !text.contains(char::is_whitespace),
            Takes::OneOf(words) => words.contains(&text),
            Takes::Time => since_ms(text, u64::MAX / 2).is_some(),
            Takes::File | Takes::Text => !text.contains('\0'),
        }
    }
}

impl Arguments {
    /// What was given for a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.given.iter().map(|(name, text)| (*name, text.as_str()))
    }
}

impl fmt::Display for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Takes::Symbol => f.write_str("a symbol"),
            Takes::File => f.write_str("a file"),
            Takes::Name => f.write_str("one name"),
            Takes::Text => f.write_str("a text"),
            Takes::Time => f.write_str("a time as 30min, 2h, 3d, 1w, today, yesterday"),
            Takes::OneOf(words) => write!(f, "one of {}", words.join(", ")),
        }
    }
}

impl fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArgumentError::Unknown { skill, name } => {
                write!(f, "/{skill} knows no argument `{name}`")
            }
            ArgumentError::Missing { skill, name } => write!(f, "/{skill} needs `{name}`"),
            ArgumentError::Unfit { skill, name, takes, given } => {
                write!(f, "/{skill}: `{name}` takes {takes}, not `{given}`")
            }
        }
    }
}

impl std::error::Error for ArgumentError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(skill: SkillId, given: &[(&str, &str)]) -> Result<Arguments, String> {
        let given = given.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
        skill.skill().check(&given).map_err(|it| it.to_string())
    }

    #[test]
    fn arguments_fit_or_say_what_does_not() {
        let fit = check(SkillId::Rename, &[("symbol", "Cart"), ("to", "Basket")]).unwrap();
        assert_eq!((fit.get("symbol"), fit.get("to")), (Some("Cart"), Some("Basket")));
        let refused = |given: &[(&str, &str)]| check(SkillId::Rename, given).unwrap_err();
        assert_eq!(refused(&[("symbol", "Cart")]), "/rename needs `to`");
        assert_eq!(
            refused(&[("to", "big basket")]),
            "/rename: `to` takes one name, not `big basket`"
        );
        assert_eq!(refused(&[("from", "Cart")]), "/rename knows no argument `from`");
        let of = check(SkillId::Cycles, &[("of", "files")]).unwrap_err();
        assert_eq!(of, "/cycles: `of` takes one of imports, calls, not `files`");
    }

    #[test]
    fn every_skill_is_in_the_table_once_and_can_be_written() {
        for (nth, it) in SKILLS.iter().enumerate() {
            assert_eq!(it.id.skill().name, it.name);
            assert_eq!(it.id as usize, nth, "{}: the order of the table", it.name);
            assert!(it.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", it.name);
            assert!(5 <= it.examples.len(), "{} has too few examples", it.name);
            assert!(!it.title.is_empty() && it.description.ends_with('.'), "{}", it.name);
        }
        assert_eq!(SKILLS.len(), SkillId::Verify as usize + 1);
        assert_eq!(Skill::named("dead_code").map(|it| it.id), Some(SkillId::DeadCode));
    }
}

//! What was seen of the server's use, and what is suggested because of it: rules at four levels,
//! each with its bounds, each told with what was seen, how often, when, and how sure that is.
//! Nothing is measured here: what can be measured on the past is an experiment's.

mod capability;
mod code;
mod configuration;
mod structure;
mod sure;
mod written;

use store::history::{EpisodeRow, SeenRow, SuggestionRow};

pub use self::{
    capability::{routines, unanswered},
    code::{AgentNow, RunLimit, Troubled, failing_agents, short_limits, troubled_agents},
    configuration::{Indexed, NUMBERS, longer_lists, noisy_files},
    structure::{Standing, cycles, misplaced},
    written::{suggestion_report, suggestion_summary},
};

/// At which level something is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Settings, and which files are read at all.
    Configuration,
    /// Agents: what they may take, and how they are told to behave.
    Code,
    /// Where files stand.
    Structure,
    /// What can be done at all.
    Capability,
}

/// What is suggested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// At which level.
    pub level: Level,
    /// By which rule.
    pub rule: &'static str,
    /// What it is about: the same again is about the same.
    pub about: String,
    /// What it does, in one line.
    pub title: String,
    /// What was seen.
    pub seen: Vec<Seen>,
    /// How it is.
    pub before: String,
    /// How it would be.
    pub after: String,
    /// How sure it is that this is right, and by what.
    pub sure: String,
    /// What is to be done.
    pub wish: Wish,
}

/// Something that was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// What.
    pub what: String,
    /// How often.
    pub n: usize,
    /// When first and when last, in milliseconds since 1970; nothing where it is a state.
    pub when_ms: Option<(u64, u64)>,
}

/// What is to be done about something that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// A workflow of these commands.
    Routine(Vec<String>),
    /// Another limit for an agent.
    Limit {
        /// The agent.
        agent: String,
        /// Which of its limits.
        limit: RunLimit,
        /// What it is.
        before: u64,
        /// What it would be.
        after: u64,
    },
    /// An agent is told otherwise how to behave.
    Instructions {
        /// The agent.
        agent: String,
        /// All that it is told.
        text: String,
    },
    /// An agent is set aside.
    Suspend(String),
    /// These lines in the file that says what is left out of the index.
    Ignore(Vec<String>),
    /// Another number for one of [`NUMBERS`].
    Number {
        /// The setting.
        key: &'static str,
        /// What it is.
        before: u16,
        /// What it would be.
        after: u16,
    },
    /// A file moves, and all that imports it follows; paths below the folder.
    Move {
        /// Where it is.
        from: String,
        /// Where it would be.
        to: String,
    },
    /// The import cycle through this file is broken.
    BreakCycle(String),
    /// Nothing that a file could say: it is told.
    Told,
}

/// What a rule found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// The surest first.
    pub suggestions: Vec<Suggestion>,
    /// What was looked at, and what is missing where nothing is suggested; for people.
    pub notes: Vec<String>,
}

impl Level {
    /// All of them.
    pub const ALL: [Level; 4] =
        [Level::Configuration, Level::Code, Level::Structure, Level::Capability];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Level::Configuration => "configuration",
            Level::Code => "code",
            Level::Structure => "structure",
            Level::Capability => "capability",
        }
    }

    /// The level of this name.
    pub fn parse(name: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|it| it.name() == name)
    }
}

impl Suggestion {
    /// As the archive keeps it.
    pub fn row(&self) -> SuggestionRow {
        let seen = self.seen.iter().map(|it| SeenRow {
            what: it.what.clone(),
            n: it.n as u64,
            first_ms: it.when_ms.map_or(0, |it| it.0),
            last_ms: it.when_ms.map_or(0, |it| it.1),
        });
        SuggestionRow {
            level: self.level.name().to_owned(),
            rule: self.rule.to_owned(),
            about: self.about.clone(),
            title: self.title.clone(),
            seen: seen.collect(),
            before: self.before.clone(),
            after: self.after.clone(),
            sure: self.sure.clone(),
            number: self.wish.number(),
            lines: match &self.wish {
                Wish::Ignore(lines) => lines.clone(),
                _ => Vec::new(),
            },
        }
    }
}

impl Wish {
    /// The number that it sets: what it is called, before and after.
    fn number(&self) -> Option<(String, u64, u64)> {
        match self {
            Wish::Limit { agent, limit, before, after } => {
                Some((format!("{agent} {}", limit.name()), *before, *after))
            }
            _ => None,
        }
    }
}

impl Looked {
    /// Both, one after the other.
    #[must_use]
    pub fn and(mut self, other: Looked) -> Looked {
        self.suggestions.extend(other.suggestions);
        self.notes.extend(other.notes);
        self
    }
}

impl Seen {
    /// So many of `rows`, from the first to the last of them.
    fn of<'a>(what: String, rows: impl IntoIterator<Item = &'a EpisodeRow>) -> Seen {
        let mut res = Seen { what, ..Seen::default() };
        for row in rows {
            res.n += 1;
            let (first, last) = res.when_ms.unwrap_or((row.at_ms, row.at_ms));
            res.when_ms = Some((first.min(row.at_ms), last.max(row.at_ms)));
        }
        res
    }
}

/// A day, in milliseconds.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// On how many days these were noted.
fn n_days<'a>(rows: impl IntoIterator<Item = &'a EpisodeRow>) -> usize {
    let mut days: Vec<u64> = rows.into_iter().map(|it| it.at_ms / DAY_MS).collect();
    days.sort_unstable();
    days.dedup();
    days.len()
}

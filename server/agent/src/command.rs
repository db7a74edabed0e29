//! The one grammar of commands, for palettes, the command line and comments in code: `/skill`
//! with its arguments, or a sentence.
//!
//! `/rename Cart to Basket`, `/rename symbol=Cart to=Basket` and `/rename Cart Basket` say the
//! same: a word that is the name of a parameter announces its value, what is announced by nothing
//! goes to the first parameter that takes it, and a text takes all that is left. Quotes hold
//! words together.

use std::{collections::BTreeMap, fmt};

use crate::skill::{ArgumentError, Arguments, SKILLS, Skill, SkillId, SkillParameter, Takes};

/// Longer commands are refused.
pub const COMMAND_BYTES_MAX: usize = 16 * 1024;
/// Names that are offered for one that is not known.
const NEAR_MAX: usize = 3;

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A skill with its arguments.
    Skill(SkillId, Arguments),
    /// Words that name no skill.
    Sentence(String),
}

/// Why it is no command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// There is nothing.
    Empty,
    /// There is too much.
    TooLong,
    /// A quote is opened and not closed.
    Unclosed(char),
    /// There is no skill of this name; these are like it.
    NoSkill {
        /// What was typed.
        name: String,
        /// What is like it, the likest first.
        near: Vec<&'static str>,
    },
    /// An argument that no parameter takes.
    TooMuch {
        /// The skill.
        skill: &'static str,
        /// The argument.
        rest: String,
    },
    /// An argument does not fit.
    Argument(ArgumentError),
}

/// How a command can go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where in the text what is being typed begins.
    pub start: usize,
    /// What can stand there.
    pub items: Vec<Completion>,
    /// What the parameter takes whose value is being typed: with a symbol or a file, whoever knows
    /// the workspace adds its own.
    pub takes: Option<Takes>,
}

/// One way to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What stands there then.
    pub text: String,
    /// About it.
    pub detail: String,
}

/// One word of a command, or what stands in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    text: String,
    start: usize,
    is_quoted: bool,
}

/// Reads a command.
///
/// # Errors
/// Why it is none.
pub fn parse_command(text: &str) -> Result<Command, CommandError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(CommandError::Empty);
    }
    if COMMAND_BYTES_MAX < text.len() {
        return Err(CommandError::TooLong);
    }
    let Some(command) = text.strip_prefix('/') else {
        return Ok(Command::Sentence(text.to_owned()));
    };
    let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    let skill = Skill::named(name)
        .ok_or_else(|| CommandError::NoSkill { name: name.to_owned(), near: near(name) })?;
    let given = arguments(skill, rest)?;
    let arguments = skill.check(&given).map_err(CommandError::Argument)?;
    Ok(Command::Skill(skill.id, arguments))
}

/// The command that says `arguments` of a skill, as [`parse_command`] reads it.
pub fn command_text(skill: &Skill, arguments: &Arguments) -> String {
    let mut res = format!("/{}", skill.name);
    for (name, value) in arguments.iter() {
        let needs_quotes = value.is_empty() || value.contains(|it: char| it.is_whitespace());
        match (needs_quotes, value.contains('"')) {
            (false, false) => res.push_str(&format!(" {name}={value}")),
            (_, false) => res.push_str(&format!(" {name}=\"{value}\"")),
            (_, true) => res.push_str(&format!(" {name}='{value}'")),
        }
    }
    res
}

/// How the command `text` can go on at its end.
pub fn complete(text: &str) -> Completions {
    let Some(command) = text.strip_prefix('/') else {
        let start = text.len();
        let items = if text.is_empty() { skills("") } else { Vec::new() };
        return Completions { start, items, takes: None };
    };
    let Some((name, rest)) = command.split_once(char::is_whitespace) else {
        return Completions { start: 0, items: skills(command), takes: None };
    };
    let Some(skill) = Skill::named(name) else { return Completions::default() };
    let typed = rest.rsplit(char::is_whitespace).next().unwrap_or_default();
    let start = text.len() - typed.len();
    if let Some((name, value)) = typed.split_once('=')
        && let Some(parameter) = skill.parameters.iter().find(|it| it.name == name)
    {
        let items = values(parameter.takes, value);
        return Completions {
            start: text.len() - value.len(),
            items,
            takes: Some(parameter.takes),
        };
    }
    let before = arguments(skill, &rest[..rest.len() - typed.len()]).unwrap_or_default();
    let mut open = skill.parameters.iter().filter(|it| !before.contains_key(it.name));
    let mut items: Vec<Completion> =
        open.clone().next().map(|it| values(it.takes, typed)).unwrap_or_default();
    items.extend(open.clone().filter(|it| it.name.starts_with(typed)).map(|it| Completion {
        text: format!("{}=", it.name),
        detail: format!("{}: {}", it.takes, it.description),
    }));
    Completions { start, items, takes: open.next().map(|it| it.takes) }
}

fn skills(typed: &str) -> Vec<Completion> {
    let fitting = SKILLS.iter().filter(|it| it.name.starts_with(typed));
    let completion = |it: &Skill| Completion {
        text: format!("/{}", it.name),
        detail: it.description.to_owned(),
    };
    fitting.map(completion).collect()
}

fn values(takes: Takes, typed: &str) -> Vec<Completion> {
    let words: &[&str] = match takes {
        Takes::OneOf(words) => words,
        Takes::Time => &["today", "yesterday", "2h", "1w"],
        _ => &[],
    };
    let fitting = words.iter().filter(|it| it.starts_with(typed));
    fitting.map(|it| Completion { text: (*it).to_owned(), detail: takes.to_string() }).collect()
}

/// What is said of each parameter.
fn arguments(skill: &'static Skill, text: &str) -> Result<BTreeMap<String, String>, CommandError> {
    let words = words(text)?;
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let announced = announced(skill, word).filter(|it| !given.contains_key(it.0.name));
        if let Some((parameter, value)) = announced {
            let value = match value {
                Some(value) => value.to_owned(),
                None => match words.get(at) {
                    Some(next) => {
                        at += 1;
                        value_from(parameter, next, text, &mut at, words.len())
                    }
                    // A name with nothing behind it is meant as a value.
                    None => {
                        place(skill, word, &mut given)?;
                        continue;
                    }
                },
            };
            given.insert(parameter.name.to_owned(), value);
            continue;
        }
        let open = first_open(skill, word, &given);
        if let Some(parameter) = open
            && parameter.takes == Takes::Text
        {
            let value = value_from(parameter, word, text, &mut at, words.len());
            given.insert(parameter.name.to_owned(), value);
            continue;
        }
        place(skill, word, &mut given)?;
    }
    Ok(given)
}

/// The value that begins with `word`: a text takes all that is left as it is written.
fn value_from(
    parameter: &SkillParameter,
    word: &Word,
    text: &str,
    at: &mut usize,
    n_words: usize,
) -> String {
    let is_last = *at == n_words;
    if parameter.takes != Takes::Text || (word.is_quoted && is_last) {
        return word.text.clone();
    }
    *at = n_words;
    text[word.start..].trim().to_owned()
}

/// The parameter that a word announces, with the value where it stands in the same word.
fn announced<'a>(
    skill: &'static Skill,
    word: &'a Word,
) -> Option<(&'static SkillParameter, Option<&'a str>)> {
    let (name, value) = match word.text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None if word.is_quoted => return None,
        None => (word.text.as_str(), None),
    };
    let parameter = skill.parameters.iter().find(|it| it.name == name)?;
    // A text that comes first is announced by the command itself: `/search query optimizer`.
    let is_first = parameter.takes == Takes::Text && skill.parameters.first() == Some(parameter);
    (value.is_some() || !is_first).then_some((parameter, value))
}

/// The first parameter without a value that takes a word.
fn first_open(
    skill: &'static Skill,
    word: &Word,
    given: &BTreeMap<String, String>,
) -> Option<&'static SkillParameter> {
    let mut open = skill.parameters.iter().filter(|it| !given.contains_key(it.name));
    open.find(|it| it.takes.fits(&word.text))
}

fn place(
    skill: &'static Skill,
    word: &Word,
    given: &mut BTreeMap<String, String>,
) -> Result<(), CommandError> {
    let Some(parameter) = first_open(skill, word, given) else {
        return Err(CommandError::TooMuch { skill: skill.name, rest: word.text.clone() });
    };
    given.insert(parameter.name.to_owned(), word.text.clone());
    Ok(())
}

fn words(text: &str) -> Result<Vec<Word>, CommandError> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut quote = None;
    for (start, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.get_or_insert_with(|| Word::at(start)).text.push(c),
            None if c.is_whitespace() => words.extend(word.take()),
            // An apostrophe inside a word is none that opens: `don't`.
            None if matches!(c, '"' | '`') || c == '\'' && word.is_none() || is_value(&word, c) => {
                quote = Some(c);
                word.get_or_insert_with(|| Word::at(start)).is_quoted = true;
            }
            None => word.get_or_insert_with(|| Word::at(start)).text.push(c),
        }
    }
    if let Some(open) = quote {
        return Err(CommandError::Unclosed(open));
    }
    words.extend(word);
    Ok(words)
}

/// True where a quote opens a value: `to='a b'`.
fn is_value(word: &Option<Word>, c: char) -> bool {
    c == '\'' && word.as_ref().is_some_and(|it| it.text.ends_with('='))
}

impl Word {
    fn at(start: usize) -> Word {
        Word { text: String::new(), start, is_quoted: false }
    }
}

/// The names that a mistyped one is like.
fn near(name: &str) -> Vec<&'static str> {
    let mut near: Vec<(usize, &str)> = SKILLS
        .iter()
        .map(|it| (distance(name, it.name), it.name))
        .filter(|it| it.0 <= 2 || it.1.contains(name) && !name.is_empty())
        .collect();
    near.sort_unstable();
    near.into_iter().take(NEAR_MAX).map(|it| it.1).collect()
}

/// How many letters differ.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (nth, c) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = nth + 1;
        for (at, d) in b.iter().enumerate() {
            let changed = diagonal + usize::from(c != *d);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommandError::Empty => f.write_str("say what to do: a sentence, or / and a skill"),
            CommandError::TooLong => {
                write!(f, "a command has {COMMAND_BYTES_MAX} bytes at most")
            }
            CommandError::Unclosed(quote) => write!(f, "{quote} is opened and not closed"),
            CommandError::NoSkill { name, near } if near.is_empty() => {
                write!(f, "there is no skill `{name}`")
            }
            CommandError::NoSkill { name, near } => {
                write!(f, "there is no skill `{name}`; did you mean /{}?", near.join(", /"))
            }
            CommandError::TooMuch { skill, rest } => {
                write!(f, "/{skill} has no parameter that takes `{rest}`")
            }
            CommandError::Argument(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CommandError {}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Expect) {
        let shown = match parse_command(text) {
            Ok(Command::Skill(skill, arguments)) => command_text(skill.skill(), &arguments),
            Ok(Command::Sentence(text)) => format!("sentence: {text}"),
            Err(error) => format!("refused: {error}"),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn arguments_are_announced_or_go_where_they_fit() {
        check("/rename Cart to Basket", expect!["/rename symbol=Cart to=Basket"]);
        check("/rename Cart Basket", expect!["/rename symbol=Cart to=Basket"]);
        check("/rename to=Basket symbol=Cart", expect!["/rename symbol=Cart to=Basket"]);
        check("/rename to Basket", expect!["/rename to=Basket"]);
        check("/review src/a.py", expect!["/review file=src/a.py"]);
        check("/review changes", expect!["/review of=changes"]);
        check("/impact src/a.py:3:5", expect!["/impact symbol=src/a.py:3:5"]);
        check("/cycles of calls", expect!["/cycles of=calls"]);
        check("/changelog since 2h", expect!["/changelog since=2h"]);
        check("/explain", expect!["/explain"]);
    }

    #[test]
    fn a_text_takes_all_that_is_left_and_quotes_hold_words_together() {
        check(
            "/search where the user's name is cut",
            expect![[r#"/search query="where the user's name is cut""#]],
        );
        check(
            r#"/context "retry after a refusal""#,
            expect![[r#"/context task="retry after a refusal""#]],
        );
        check("/search query optimizer", expect![[r#"/search query="query optimizer""#]]);
        check(
            "/create-agent linter reads what I write",
            expect![[r#"/create-agent description="reads what I write" name=linter"#]],
        );
        check("/search 'half", expect!["refused: ' is opened and not closed"]);
    }

    #[test]
    fn what_is_no_command_says_why() {
        check("  ", expect!["refused: say what to do: a sentence, or / and a skill"]);
        check("/renam Cart", expect!["refused: there is no skill `renam`; did you mean /rename?"]);
        check("/xyz", expect!["refused: there is no skill `xyz`"]);
        check("/rename Cart", expect!["refused: /rename needs `to`"]);
        check(
            "/undo everything",
            expect!["refused: /undo has no parameter that takes `everything`"],
        );
        check(
            "/cycles of=files",
            expect!["refused: /cycles: `of` takes one of imports, calls, not `files`"],
        );
        check("undo that", expect!["sentence: undo that"]);
    }

    #[test]
    fn what_is_written_is_read_again() {
        for skill in SKILLS {
            let given = skill.parameters.iter().map(|it| {
                let value = match it.takes {
                    Takes::OneOf(words) => words[0],
                    Takes::Time => "2h",
                    Takes::Text => "it's \"so\" and so",
                    _ => "Cart",
                };
                (it.name.to_owned(), value.replace('\'', "’"))
            });
            let arguments = skill.check(&given.collect()).unwrap();
            let text = command_text(skill, &arguments);
            assert_eq!(parse_command(&text), Ok(Command::Skill(skill.id, arguments)), "{text}");
        }
    }

    #[track_caller]
    fn check_completions(text: &str, expected: Expect) {
        let found = complete(text);
        let items: Vec<&str> = found.items.iter().map(|it| it.text.as_str()).collect();
        let takes = found.takes.map(|it| format!(" ({it})")).unwrap_or_default();
        expected.assert_eq(&format!("{}|{}{takes}", &text[..found.start], items.join(" ")));
    }

    #[test]
    fn commands_complete_by_name_parameter_and_value() {
        check_completions("/ca", expect!["|/callers /callees"]);
        check_completions("/rename Cart t", expect!["/rename Cart |to= (one name)"]);
        check_completions(
            "/cycles ",
            expect!["/cycles |imports calls of= (one of imports, calls)"],
        );
        check_completions("/cycles of=c", expect!["/cycles of=|calls (one of imports, calls)"]);
        check_completions("/impact Ca", expect!["/impact | (a symbol)"]);
        check_completions("/nothing x", expect!["|"]);
    }
}

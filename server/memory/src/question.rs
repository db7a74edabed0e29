//! A question taken apart: its words, the names and the places it holds, and what kind it is.

use rustc_hash::FxHashSet;

use crate::{
    QuestionKind,
    kinds::change_percent,
    places::{Place, places},
    words,
};

/// Distinct words of a question that are looked at, from its beginning; more were measured to find
/// less, and each costs time.
pub(crate) const WORDS_MAX: usize = 32;

/// How often the words of a title count.
const TITLE_TIMES: usize = 3;

/// Bytes of a question that are looked at.
const QUESTION_BYTES_MAX: usize = 16 * 1024;

/// What is less likely a change is a sentence, what is more likely than the second is a change, and
/// what lies between is weighed as both. The words of a change that is taken for a sentence cost
/// more than the other way round.
const SENTENCE_PERCENT: u8 = 10;
const CHANGE_PERCENT: u8 = 60;

/// Longer beginnings before a colon are no name of a part (`net: …`).
const PART_BYTES_MAX: usize = 40;

/// What traces and messages of failure begin with or hold.
const ERROR_SIGNS: [&str; 8] = [
    "Traceback (most recent call last)",
    "panicked at",
    "Exception",
    "error:",
    "Error:",
    "error[",
    "SIGSEGV",
    "stack trace",
];

/// A question taken apart.
pub(crate) struct Question {
    /// What full text is asked. Of a question of several lines the first is its summary: the words
    /// of that line stand here [`TITLE_TIMES`].
    pub(crate) words: Vec<String>,
    /// Identifiers as typed: a symbol of exactly this name is likely meant.
    pub(crate) identifiers: FxHashSet<String>,
    /// The identifiers of several parts, each as one word, where the question is nothing else.
    pub(crate) wholes: Vec<String>,
    pub(crate) places: Vec<Place>,
    pub(crate) kind: QuestionKind,
    /// True where it speaks of tests.
    pub(crate) is_about_tests: bool,
    pub(crate) words_left_out: usize,
}

/// The words of a question as full text is asked for them: no more than are looked at, those of a
/// title as often as they count.
pub fn asked_words(text: &str) -> Vec<String> {
    Question::new(text).words
}

impl Question {
    pub(crate) fn new(text: &str) -> Question {
        let text = text.get(..text.floor_char_boundary(QUESTION_BYTES_MAX)).unwrap_or(text).trim();
        let mut words = words::distinct(text);
        let words_left_out = words.len().saturating_sub(WORDS_MAX);
        words.truncate(WORDS_MAX);
        let is_about_tests = words.iter().any(|it| it == "test");
        if let Some((title, _)) = text.split_once('\n') {
            let mut title = words::distinct(title);
            title.retain(|it| words.contains(it));
            for _ in 1..TITLE_TIMES {
                words.extend_from_slice(&title);
            }
        }
        let (identifiers, places) = (identifiers(text), places(text));
        let kind = kind(text, &places);
        let mut wholes = Vec::new();
        if kind == QuestionKind::Identifier {
            wholes.extend(identifiers.iter().filter_map(|it| words::whole(it)));
            // A name may be a word that says nothing elsewhere: `from`, `with`.
            if words.is_empty() {
                words.extend(identifiers.iter().map(|it| it.to_lowercase()));
            }
        }
        Question { words, identifiers, wholes, places, kind, is_about_tests, words_left_out }
    }

    /// Share of the words of a symbol's name that stand in the question.
    pub(crate) fn share_of(&self, symbol: &str) -> f32 {
        let mut parts = words::distinct(symbol);
        // The name as one word says nothing that its parts do not.
        if 1 < parts.len() && words::whole(symbol).as_ref() == parts.last() {
            parts.pop();
        }
        let n_found = parts.iter().filter(|it| self.words.contains(it)).count();
        n_found as f32 / parts.len().max(1) as f32
    }
}

fn kind(text: &str, places: &[Place]) -> QuestionKind {
    let n_words = text.split_whitespace().count();
    let has_line = places.iter().any(|it| it.line.is_some());
    if n_words <= 2 && !places.is_empty() {
        return QuestionKind::Path;
    }
    if (has_line && 3 < n_words) || ERROR_SIGNS.iter().any(|it| text.contains(it)) {
        return QuestionKind::Error;
    }
    match n_words {
        0..=2 => QuestionKind::Identifier,
        _ if is_change(text) => QuestionKind::Change,
        _ => match change_percent(text) {
            ..SENTENCE_PERCENT => QuestionKind::Sentence,
            CHANGE_PERCENT.. => QuestionKind::Change,
            between => {
                let range = f32::from(CHANGE_PERCENT - SENTENCE_PERCENT);
                let share = f32::from(between - SENTENCE_PERCENT) / range;
                QuestionKind::Either { change_percent: (share * 100.0).round() as u8 }
            }
        },
    }
}

/// True where a text is surely a commit's message or an issue: more than a line, or a part of the
/// project before a colon.
fn is_change(text: &str) -> bool {
    let names_part = text.split_once(": ").is_some_and(|(part, _)| {
        let is_of_name = |c: char| c.is_alphanumeric() || " _-./,*()!".contains(c);
        part.len() <= PART_BYTES_MAX && part.chars().all(is_of_name)
    });
    text.contains('\n') || names_part
}

/// The identifiers of a question: those that no sentence has, what stands between backticks, and
/// all where the question is no more than one or two of them.
fn identifiers(text: &str) -> FxHashSet<String> {
    let is_short = text.split_whitespace().count() <= 2;
    let mut res = FxHashSet::default();
    let mut is_quoted = false;
    for part in text.split('`') {
        let names = part.split(|c: char| !c.is_alphanumeric() && c != '_');
        for name in names.filter(|it| !it.is_empty()) {
            if is_short || is_quoted || words::whole(name).is_some() {
                res.insert(name.to_owned());
            }
        }
        is_quoted = !is_quoted;
    }
    res
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_have_kinds() {
        for (text, expected) in [
            ("parse_color", "Identifier"),
            ("Parser::parse", "Identifier"),
            ("src/main.rs:12", "Path"),
            ("server.go", "Path"),
            ("net: close the socket on error", "Change"),
            ("crash on an empty file\nIt happens where the index is new.", "Change"),
            ("compare hashes in constant time", "Either"),
            ("thread 'main' panicked at src/main.rs:10:5: index out of bounds", "Error"),
            ("TypeError: foo is not a function\n    at run (lib/a.js:3:1)", "Error"),
        ] {
            let kind = format!("{:?}", Question::new(text).kind);
            assert!(kind.starts_with(expected), "{text}: {kind}");
        }
    }

    #[test]
    fn a_name_is_shared_by_its_words() {
        let question = Question::new("read the lines of a file");
        assert_eq!(question.share_of("read_lines"), 1.0);
        assert_eq!(question.share_of("ReadBytes"), 0.5);
        assert_eq!(question.share_of("x"), 0.0);
    }
}

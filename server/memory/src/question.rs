//! A question taken apart: its words, the names and the places it holds, and what kind it is.

use rustc_hash::FxHashSet;

use crate::{
    QuestionKind,
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

/// What the messages of changes begin with. Words that as often begin a sentence about code
/// (`return`, `check`, `sort`) are left out.
const CHANGE_VERBS: [&str; 143] = [
    "add",
    "added",
    "adds",
    "adjust",
    "allow",
    "allows",
    "also",
    "always",
    "avoid",
    "avoids",
    "backport",
    "bring",
    "bump",
    "change",
    "changes",
    "clamp",
    "clarify",
    "clean",
    "cleanup",
    "clear",
    "close",
    "consolidate",
    "correct",
    "correctly",
    "dedupe",
    "default",
    "defer",
    "deprecate",
    "disable",
    "disallow",
    "do",
    "document",
    "don",
    "drop",
    "emit",
    "enable",
    "encapsulate",
    "ensure",
    "exclude",
    "expose",
    "extend",
    "fall",
    "fix",
    "fixed",
    "fixes",
    "follow",
    "forbid",
    "force",
    "guard",
    "handle",
    "handles",
    "hide",
    "hoist",
    "ignore",
    "implement",
    "improve",
    "improves",
    "include",
    "increase",
    "initial",
    "inline",
    "introduce",
    "invert",
    "keep",
    "let",
    "limit",
    "log",
    "lower",
    "make",
    "makes",
    "mark",
    "merge",
    "migrate",
    "minor",
    "mitigate",
    "modernize",
    "no",
    "normalize",
    "only",
    "optimise",
    "optimize",
    "perf",
    "permit",
    "port",
    "prefer",
    "preserve",
    "prevent",
    "propagate",
    "properly",
    "provide",
    "put",
    "raise",
    "readd",
    "rebuild",
    "reduce",
    "refactor",
    "reject",
    "relax",
    "remove",
    "removed",
    "removes",
    "rename",
    "reorder",
    "replace",
    "report",
    "require",
    "reset",
    "respect",
    "restore",
    "restrict",
    "reuse",
    "revert",
    "rework",
    "rewrite",
    "shorten",
    "show",
    "silence",
    "simplify",
    "speed",
    "stop",
    "store",
    "support",
    "supports",
    "suppress",
    "switch",
    "sync",
    "tidy",
    "tighten",
    "treat",
    "try",
    "turn",
    "tweak",
    "undo",
    "unify",
    "unwrap",
    "update",
    "updated",
    "updates",
    "upgrade",
    "use",
    "uses",
    "warn",
    "wrap",
];

/// What sentences that describe or ask begin with and instructions do not.
const NO_VERBS: [&str; 40] = [
    "",
    "a",
    "all",
    "an",
    "are",
    "at",
    "c",
    "can",
    "code",
    "for",
    "from",
    "function",
    "given",
    "golang",
    "how",
    "i",
    "if",
    "in",
    "into",
    "it",
    "java",
    "javascript",
    "method",
    "my",
    "on",
    "php",
    "python",
    "ruby",
    "rust",
    "that",
    "this",
    "to",
    "typescript",
    "what",
    "when",
    "where",
    "which",
    "who",
    "why",
    "with",
];

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
        _ if is_instruction(text) => QuestionKind::Either,
        _ => QuestionKind::Sentence,
    }
}

/// True where a text may begin with a verb in its plain form, of which there are too many to know
/// them all. What begins like a question, a description (`returns …`, `reading …`) or a noun with
/// its article does not.
fn is_instruction(text: &str) -> bool {
    let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let first = first.to_lowercase();
    let is_described = ["s", "ing", "ed"].iter().any(|it| first.ends_with(it));
    // Whoever writes a title leaves out what whoever writes a sentence does not.
    let is_sentence = text.ends_with('?') || text.split_whitespace().any(|it| it == "the");
    !is_described && !is_sentence && !NO_VERBS.contains(&first.as_str())
}

/// True where a text reads like a commit's message or an issue: more than a line, a part of the
/// project before a colon, or a verb that says what is to become of the code.
fn is_change(text: &str) -> bool {
    let names_part = text.split_once(": ").is_some_and(|(part, _)| {
        let is_of_name = |c: char| c.is_alphanumeric() || " _-./,*()!".contains(c);
        part.len() <= PART_BYTES_MAX && part.chars().all(is_of_name)
    });
    let first = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let first = first.to_ascii_lowercase();
    text.contains('\n') || names_part || CHANGE_VERBS.binary_search(&first.as_str()).is_ok()
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
        use QuestionKind::*;
        for (text, expected) in [
            ("parse_color", Identifier),
            ("Parser::parse", Identifier),
            ("src/main.rs:12", Path),
            ("server.go", Path),
            ("where is the retry delay set", Sentence),
            ("returns the number of bytes that were read", Sentence),
            ("net: close the socket on error", Change),
            ("Avoid a copy of each line", Change),
            ("compare hashes in constant time", Either),
            ("compare the hashes in constant time", Sentence),
            ("Register named routes transitively", Either),
            ("the number of bytes that were read", Sentence),
            ("compare two hashes?", Sentence),
            ("crash on an empty file\nIt happens where the index is new.", Change),
            ("thread 'main' panicked at src/main.rs:10:5: index out of bounds", Error),
            ("TypeError: foo is not a function\n    at run (lib/a.js:3:1)", Error),
        ] {
            assert_eq!(Question::new(text).kind, expected, "{text}");
        }
    }

    #[test]
    fn every_verb_is_found() {
        assert!(CHANGE_VERBS.is_sorted());
    }

    #[test]
    fn a_name_is_shared_by_its_words() {
        let question = Question::new("read the lines of a file");
        assert_eq!(question.share_of("read_lines"), 1.0);
        assert_eq!(question.share_of("ReadBytes"), 0.5);
        assert_eq!(question.share_of("x"), 0.0);
    }
}

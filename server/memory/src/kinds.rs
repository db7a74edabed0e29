//! How likely a line says what is to become of the code rather than what it does.
//!
//! `compare hashes in constant time` may be either. A logistic model over the first word and a few
//! signs, learned by `tests/eval/ranking/kinds.py`, which says how often it is right.

/// What each sign adds, in tenths, by the name it has in `kinds.py`.
const ENDS_IN_S: i32 = -14;
const ENDS_IN_ING: i32 = -5;
const ENDS_IN_ED: i32 = 17;
const QUESTION: i32 = -12;
const LANGUAGE: i32 = -21;
const IDENTIFIER: i32 = 6;
const THE: i32 = -12;
const A: i32 = -17;
const OF: i32 = -4;
const FULL_STOP: i32 = -17;
const SHORT: i32 = -2;
const BASE: i32 = 3;

/// Up to so many words a line is short.
const SHORT_WORDS_MAX: usize = 6;

/// First words of questions.
const ASKING: [&str; 7] = ["how", "what", "when", "where", "which", "who", "why"];

/// Whoever asks about one project names no language, whoever asks a search engine does.
const LANGUAGES: [&str; 19] = [
    "bash",
    "c",
    "cpp",
    "csharp",
    "golang",
    "java",
    "javascript",
    "js",
    "kotlin",
    "nodejs",
    "php",
    "python",
    "python2",
    "python3",
    "ruby",
    "rust",
    "scala",
    "swift",
    "typescript",
];

/// The chance in percent that `text`, one line, says what is to become of the code.
pub(crate) fn change_percent(text: &str) -> u8 {
    let text = text.trim();
    let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let first = first.to_lowercase();
    let is_around = |c: char| ".,:;?!()`'\"".contains(c);
    let words: Vec<String> =
        text.split_whitespace().map(|it| it.trim_matches(is_around).to_lowercase()).collect();
    let says = |wanted: &[&str]| words.iter().any(|it| wanted.contains(&it.as_str()));
    let signs = [
        (ENDS_IN_S, first.ends_with('s')),
        (ENDS_IN_ING, first.ends_with("ing")),
        (ENDS_IN_ED, first.ends_with("ed")),
        (QUESTION, text.ends_with('?') || ASKING.contains(&first.as_str())),
        (LANGUAGE, says(&LANGUAGES)),
        (IDENTIFIER, has_identifier(text)),
        (THE, says(&["the"])),
        (A, says(&["a", "an"])),
        (OF, says(&["of"])),
        (FULL_STOP, text.ends_with('.')),
        (SHORT, words.len() <= SHORT_WORDS_MAX),
        (BASE, true),
    ];
    let of_signs: i32 = signs.iter().filter(|it| it.1).map(|it| it.0).sum();
    let known = FIRST_WORDS.binary_search_by_key(&first.as_str(), |it| it.0);
    let of_first = known.map_or(0, |it| i32::from(FIRST_WORDS[it].1));
    let chance = 1.0 / (1.0 + (-f64::from(of_signs + of_first) / 10.0).exp());
    (chance * 100.0).round() as u8
}

/// True where a text holds a name as only code has them.
fn has_identifier(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_of_word = |it: Option<&u8>| it.is_some_and(|it| it.is_ascii_alphanumeric());
    let is_joined = |at: usize| match bytes[at] {
        b'_' => 0 < at && is_of_word(bytes.get(at - 1)) && is_of_word(bytes.get(at + 1)),
        it => it.is_ascii_lowercase() && bytes.get(at + 1).is_some_and(u8::is_ascii_uppercase),
    };
    ["`", "::", "()"].iter().any(|it| text.contains(it)) || (0..bytes.len()).any(is_joined)
}

/// What the first word adds, in tenths. Sorted.
const FIRST_WORDS: [(&str, i8); 128] = [
    ("a", -7),
    ("add", 32),
    ("added", 25),
    ("adding", 14),
    ("address", 24),
    ("adds", 13),
    ("adjust", 19),
    ("allow", 28),
    ("always", 24),
    ("an", -7),
    ("apply", 11),
    ("assert", -14),
    ("avoid", 20),
    ("better", 16),
    ("build", 7),
    ("bump", 36),
    ("calculate", -15),
    ("change", 10),
    ("check", -14),
    ("checks", -10),
    ("clarify", 29),
    ("clean", 17),
    ("cleanup", 17),
    ("close", -4),
    ("compute", -8),
    ("computes", -2),
    ("construct", -5),
    ("constructs", -2),
    ("convert", -12),
    ("correct", 23),
    ("create", -11),
    ("creates", -6),
    ("delete", -11),
    ("disable", 15),
    ("do", 14),
    ("document", 24),
    ("don", 25),
    ("drop", 14),
    ("enable", 17),
    ("ensure", 17),
    ("expand", 11),
    ("extract", -2),
    ("fix", 52),
    ("fixed", 19),
    ("for", -12),
    ("generate", -4),
    ("get", -23),
    ("gets", -5),
    ("given", -7),
    ("handle", 20),
    ("helper", -14),
    ("how", -30),
    ("if", -13),
    ("ignore", 18),
    ("implement", 17),
    ("improve", 31),
    ("include", 17),
    ("initialize", 1),
    ("let", -13),
    ("list", -15),
    ("load", -1),
    ("log", 8),
    ("make", 18),
    ("mention", 14),
    ("migrate", 24),
    ("minor", 16),
    ("more", 16),
    ("move", 27),
    ("new", 13),
    ("no", 15),
    ("note", -1),
    ("only", 13),
    ("optimize", 19),
    ("parse", -4),
    ("parses", -3),
    ("pass", 18),
    ("perform", 1),
    ("pin", 19),
    ("prepare", 22),
    ("preserve", 15),
    ("prevent", 18),
    ("print", -9),
    ("properly", 17),
    ("provide", 14),
    ("python", -26),
    ("raise", 13),
    ("re", 8),
    ("read", -13),
    ("reduce", 21),
    ("refactor", 23),
    ("register", -6),
    ("reject", 17),
    ("remove", 18),
    ("removed", 15),
    ("rename", 22),
    ("render", 4),
    ("replace", 16),
    ("reset", 3),
    ("resolve", 9),
    ("restore", 17),
    ("return", -8),
    ("returns", -16),
    ("run", 6),
    ("see", -8),
    ("sets", -5),
    ("show", 14),
    ("simplify", 20),
    ("skip", 22),
    ("split", -1),
    ("start", 7),
    ("stop", 12),
    ("support", 29),
    ("switch", 22),
    ("test", 1),
    ("the", -17),
    ("this", -13),
    ("try", 9),
    ("update", 33),
    ("updated", 17),
    ("updates", 11),
    ("upgrade", 28),
    ("use", 33),
    ("validate", -4),
    ("verify", 10),
    ("when", 9),
    ("whether", -6),
    ("wrap", 6),
    ("write", -9),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_become_of_code_is_told_from_what_code_does() {
        for (text, least, most) in [
            ("Avoid a copy of each line", 40, 100),
            ("fix crash on empty input", 90, 100),
            ("Remove unused imports from lexer", 85, 100),
            ("returns the number of bytes that were read", 0, 15),
            ("where is the retry delay set", 0, 20),
            ("how to remove zeros from a list in python", 0, 10),
            ("compare hashes in constant time", 20, 80),
            ("", 0, 100),
        ] {
            let percent = change_percent(text);
            assert!((least..=most).contains(&percent), "`{text}`: {percent} %");
        }
    }

    #[test]
    fn every_first_word_is_found() {
        assert!(FIRST_WORDS.is_sorted_by(|a, b| a.0 < b.0));
    }
}

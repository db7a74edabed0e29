//! A sentence as it is compared: its words by their stems, its names apart.

use std::collections::{BTreeMap, BTreeSet};

use super::concept::concepts;
use crate::skill::since_ms;

/// What a pair of words counts beside a word.
const PAIR: f32 = 0.7;
/// What a piece of a word counts, and its length: words are akin that share some.
const PIECE: f32 = 0.5;
const PIECE_CHARS: usize = 4;
/// What a concept counts, and what two of one sentence do: what is done, and to what.
const CONCEPT: f32 = 1.5;
const CONCEPTS: f32 = 1.5;
/// What counts that stands behind the beginning of a clause: there is told what a thing is for.
const BEHIND: f32 = 0.5;
/// Words that begin such a clause, unless they begin the sentence.
const CLAUSES: [&str; 9] =
    ["that", "which", "who", "about", "for", "because", "to", "when", "before"];
/// Words that begin a question; those of the second list do not where `you` follows.
const ASKS: [&str; 22] = [
    "what", "which", "who", "whom", "whose", "where", "when", "why", "how", "is", "are", "was",
    "were", "do", "does", "did", "has", "have", "any", "anything", "should", "am",
];
const ASKS_OR_ORDERS: [&str; 4] = ["can", "could", "would", "will"];
/// The concept of a question.
const QUESTION: &str = "asks";
/// What stands for a name among the terms.
const NAME: &str = "<name>";
/// Endings of files.
const EXTENSIONS: [&str; 24] = [
    "py", "rs", "ts", "tsx", "js", "jsx", "go", "java", "c", "h", "cpp", "hpp", "cc", "cs", "rb",
    "php", "sh", "lua", "sql", "toml", "yaml", "yml", "json", "md",
];

/// The terms of a sentence with how often each stands there.
pub(super) type Terms = BTreeMap<String, f32>;

/// A sentence, taken apart.
pub(super) struct Wording {
    words: Vec<String>,
    /// How many words there are before what counts less.
    n_head: usize,
    /// Names and paths, in their order.
    pub(super) names: Vec<String>,
}

impl Wording {
    /// Takes a sentence apart; `is_name` says what else is a name.
    pub(super) fn of(sentence: &str, is_name: &dyn Fn(&str) -> bool) -> Wording {
        let mut res = Wording { words: Vec::new(), n_head: usize::MAX, names: Vec::new() };
        for (nth, raw) in sentence.split_whitespace().enumerate() {
            let is_quoted = raw.contains('`');
            let word = raw.trim_matches(|it: char| {
                !(it.is_alphanumeric() || it == '_') || matches!(it, '`' | '"' | '\'')
            });
            if word.is_empty() {
                continue;
            }
            if is_quoted || looks_like_name(word, nth == 0) || is_name(word) {
                res.names.push(word.trim_end_matches("()").to_owned());
                res.words.push(NAME.to_owned());
                continue;
            }
            let parts = word.split(|it: char| !it.is_alphanumeric());
            res.words.extend(parts.filter(|it| !it.is_empty()).map(str::to_lowercase));
            let begins_clause = CLAUSES.contains(&word.to_lowercase().as_str());
            if 1 < res.words.len() && (begins_clause || raw.ends_with(':')) {
                res.n_head = res.n_head.min(res.words.len());
            }
        }
        res.n_head = res.n_head.min(res.words.len());
        res
    }

    /// True for a question; an order may be said as one.
    fn asks(&self) -> bool {
        let word = |nth: usize| self.words.get(nth).map_or("", String::as_str);
        ASKS.contains(&word(0)) || ASKS_OR_ORDERS.contains(&word(0)) && word(1) != "you"
    }

    /// The one of `options` that the sentence speaks of.
    pub(super) fn one_of(&self, options: &[&str]) -> Option<String> {
        let stems: Vec<String> = self.words.iter().map(|it| stem(it)).collect();
        let found = options.iter().find(|it| stems.contains(&stem(it)));
        found.map(|it| (*it).to_owned())
    }
}

/// Words by their stems, pairs of neighbours, pieces of words, and the concepts that words stand
/// for.
pub(super) fn terms(wording: &Wording) -> Terms {
    let stems: Vec<String> = wording.words.iter().map(|it| stem(it)).collect();
    let share = |nth: usize| if nth < wording.n_head { 1.0 } else { BEHIND };
    let mut res = Terms::new();
    for (nth, it) in stems.iter().enumerate() {
        *res.entry(it.clone()).or_default() += share(nth);
    }
    for (nth, it) in stems.windows(2).enumerate() {
        *res.entry(format!("{} {}", it[0], it[1])).or_default() += PAIR * share(nth + 1);
    }
    for word in wording.words.iter().filter(|it| *it != NAME) {
        let word: Vec<char> = format!("^{word}$").chars().collect();
        for piece in word.windows(PIECE_CHARS).map(String::from_iter).collect::<BTreeSet<_>>() {
            *res.entry(format!("~{piece}")).or_default() += PIECE;
        }
    }
    let first = concepts(&stems[..wording.n_head]);
    let mut all: Vec<(&str, f32)> = concepts(&stems)
        .into_iter()
        .map(|it| (it, if first.contains(&it) { 1.0 } else { BEHIND }))
        .collect();
    if wording.asks() {
        all.push((QUESTION, 1.0));
    }
    for (nth, (it, share)) in all.iter().enumerate() {
        res.insert(format!("#{it}"), CONCEPT * share);
        for (other, others) in &all[nth + 1..] {
            res.insert(format!("#{it} #{other}"), CONCEPTS * share.min(*others));
        }
    }
    res
}

/// True for a term that is a word.
pub(super) fn is_word(term: &str) -> bool {
    !term.contains(' ') && !term.starts_with(['#', '~']) && term != NAME
}

/// True for a term that is a pair of words or concepts.
pub(super) fn is_pair(term: &str) -> bool {
    term.contains(' ')
}

/// A word without its ending; American and British spelling are the same.
pub(super) fn stem(word: &str) -> String {
    let mut word = word.replace("isation", "ization").replace("ise", "ize");
    for (ending, with) in
        [("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("ly", ""), ("e", "")]
    {
        let Some(start) = word.strip_suffix(ending) else { continue };
        // A `note` is nothing that is `not`.
        let is_other_word = start == "not" || ending == "s" && start.ends_with('s');
        if 3 <= start.len() && !is_other_word {
            word = format!("{start}{with}");
            break;
        }
    }
    let doubled = word.len() - word.trim_end_matches(|it| word.ends_with(it)).len();
    if 2 == doubled && !word.ends_with(['l', 's', 'e', 'o']) && 3 < word.len() {
        word.pop();
    }
    word
}

/// True for what is written like code: `a_b`, `a::b`, `aB`, `src/a.py`, `f()`; in the middle of a
/// sentence also a capitalised word.
fn looks_like_name(word: &str, is_first: bool) -> bool {
    let mut chars = word.chars();
    let first = chars.next().unwrap_or_default();
    let inner_upper = chars.clone().any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    let is_path = word.contains('/') && word.contains('.')
        || word.rsplit_once('.').is_some_and(|it| is_extension(it.1) && !it.0.is_empty());
    let has_case = first.is_uppercase() && !is_first && 1 < word.len();
    let is_acronym = word.chars().all(|it| !it.is_lowercase());
    word.contains('_')
        || word.contains("::")
        || word.ends_with("()")
        || is_path
        || inner_upper
        || (has_case && !is_acronym && !is_day(word))
}

fn is_day(word: &str) -> bool {
    word.ends_with("day")
}

/// True for the ending of a file's name.
pub(super) fn is_extension(text: &str) -> bool {
    EXTENSIONS.contains(&text)
}

/// What is to be kept of a sentence that begins with the order to keep it.
pub(super) fn text_of(sentence: &str) -> String {
    let head: String = sentence.chars().take(40).collect();
    for mark in [" that ", ": "] {
        if let Some(at) = head.find(mark)
            && head[..at].split_whitespace().count() <= 4
        {
            let rest = sentence[at + mark.len()..].trim();
            if !rest.is_empty() && (mark == ": " || starts_with_order(&head)) {
                return rest.to_owned();
            }
        }
    }
    sentence.trim().to_owned()
}

fn starts_with_order(head: &str) -> bool {
    let first = head.split_whitespace().next().unwrap_or_default().to_lowercase();
    ["remember", "note", "keep", "store", "save", "memorize"].contains(&first.as_str())
}

/// The time that a sentence names.
pub(super) fn time_of(sentence: &str) -> Option<String> {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let is_time = |it: &str| since_ms(it, u64::MAX / 2).is_some();
    let one = words.iter().map(|it| (*it).to_owned());
    let two = words.windows(2).map(|it| it.concat());
    let this = words.windows(2).filter(|it| matches!(it[0], "this" | "last"));
    let this = this.map(|it| format!("1{}", it[1]));
    one.chain(two).chain(this).find(|it| is_time(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sentence: &str, expected: &str) {
        let wording = Wording::of(sentence, &|_| false);
        let stems: Vec<String> = wording.words.iter().map(|it| stem(it)).collect();
        assert_eq!(format!("{} | {}", stems.join(" "), wording.names.join(" ")), expected);
    }

    #[test]
    fn words_lose_their_endings_and_names_stand_apart() {
        check("Organise the imports", "organiz the import | ");
        check("organizing unused imports", "organiz unus import | ");
        check("who calls Cart::add()?", "who call <name> | Cart::add");
        check("explain the Cart in src/cart.py", "explain the <name> in <name> | Cart src/cart.py");
        check("running the tests", "run the test | ");
        check("notes not noted", "note not noted | ");
    }

    #[test]
    fn times_and_texts_are_found() {
        assert_eq!(time_of("what changed this week").as_deref(), Some("1week"));
        assert_eq!(time_of("changes since 3 days").as_deref(), Some("3days"));
        assert_eq!(time_of("changes"), None);
        assert_eq!(text_of("note: ids are opaque"), "ids are opaque");
        assert_eq!(text_of("where is the code that parses"), "where is the code that parses");
    }
}

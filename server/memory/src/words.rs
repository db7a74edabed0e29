//! Words: what a text, a name or a question is cut into before it is compared.
//!
//! An identifier gives its parts, cut at case and underscore and reduced to a light stem, and
//! itself as one word: `JoinQueue` is `join`, `queu` and `joinqueue`. The parts find what a
//! sentence speaks of, the whole finds what was copied from the code.

/// Longer parts are data (keys, hashes, encoded bytes), not words.
const PART_BYTES_MAX: usize = 40;

/// Longer identifiers give only their parts.
const WHOLE_BYTES_MAX: usize = 64;

/// Appends the words of `text` to `acc`, each followed by a space.
pub(crate) fn push_words(acc: &mut String, text: &str) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_of_identifier(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && is_of_identifier(bytes[at]) {
            at += 1;
        }
        push_identifier(acc, &text[start..at]);
    }
}

/// The words of `text`, separated by spaces.
pub fn words_of(text: &str) -> String {
    let mut acc = String::new();
    push_words(&mut acc, text);
    acc
}

/// The words of `text`, each once, in the order in which they first appear.
pub fn distinct(text: &str) -> Vec<String> {
    let mut words = String::new();
    push_words(&mut words, text);
    let mut res: Vec<String> = Vec::new();
    for word in words.split_ascii_whitespace() {
        if !res.iter().any(|it| it == word) {
            res.push(word.to_owned());
        }
    }
    res
}

/// The word an identifier is as a whole; `None` where it is one part, and so its own word already.
pub(crate) fn whole(identifier: &str) -> Option<String> {
    let mut acc = String::new();
    let n_parts = push_parts(&mut acc, identifier);
    acc.clear();
    (1 < n_parts && push_whole(&mut acc, identifier)).then_some(acc)
}

/// Bytes of identifiers; all of what lies outside ASCII is taken for letters.
fn is_of_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

fn push_identifier(acc: &mut String, identifier: &str) {
    let n_parts = push_parts(acc, identifier);
    if 1 < n_parts && push_whole(acc, identifier) {
        acc.push(' ');
    }
}

/// Appends the parts of an identifier; gives how many it has, stop words counted.
fn push_parts(acc: &mut String, identifier: &str) -> usize {
    let bytes = identifier.as_bytes();
    let mut n_parts = 0;
    let mut start = 0;
    for at in 0..=bytes.len() {
        if at < bytes.len() && !is_cut(bytes, start, at) {
            continue;
        }
        if start < at {
            push_part(acc, &identifier[start..at]);
            n_parts += 1;
        }
        start = if bytes.get(at) == Some(&b'_') { at + 1 } else { at };
    }
    n_parts
}

/// True where a part that begins at `start` ends before `at`: at an underscore, before an
/// upper-case letter after another letter or digit (`joinQueue`), and before the last of several
/// upper-case letters (`HTTPServer`).
fn is_cut(bytes: &[u8], start: usize, at: usize) -> bool {
    let is_word_begin = || {
        let before = bytes[at - 1];
        let next_is_lower = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        before.is_ascii_lowercase() || before.is_ascii_digit() || next_is_lower
    };
    bytes[at] == b'_' || (start < at && bytes[at].is_ascii_uppercase() && is_word_begin())
}

fn push_part(acc: &mut String, part: &str) {
    if PART_BYTES_MAX < part.len() {
        return;
    }
    let start = acc.len();
    push_lower(acc, part);
    let word = &acc[start..];
    if is_stop_word(word) {
        acc.truncate(start);
        return;
    }
    let len = stem_len(word.as_bytes());
    acc.truncate(start + len);
    acc.push(' ');
}

fn push_whole(acc: &mut String, identifier: &str) -> bool {
    if WHOLE_BYTES_MAX < identifier.len() {
        return false;
    }
    for part in identifier.split('_') {
        push_lower(acc, part);
    }
    true
}

fn push_lower(acc: &mut String, part: &str) {
    if part.is_ascii() {
        acc.extend(part.bytes().map(|it| char::from(it.to_ascii_lowercase())));
    } else {
        acc.extend(part.chars().flat_map(char::to_lowercase));
    }
}

/// Length of the stem of a lower-case word: without the ending of a plural, of `-ing` and `-ed`,
/// and without a last `e` or `y`, so that `closes`, `closing`, `closed` and `close` are one word.
/// Nothing further: an ending that makes another word (`-er`, `-ion`) also makes another name in
/// code, and taking it off was measured to lose more than it finds.
fn stem_len(word: &[u8]) -> usize {
    let mut len = word.len();
    if len < 4 || !word.is_ascii() {
        return len;
    }
    if word.ends_with(b"s") && !matches!(word[len - 2], b's' | b'u' | b'i') {
        len -= 1;
        let is_of_es = word[..len].ends_with(b"e") && b"sxhz".contains(&word[len - 2]);
        len -= usize::from(is_of_es && 4 < len);
    }
    let has_vowel = |len: usize| word[..len].iter().any(|it| b"aeiouy".contains(it));
    let ending = match &word[..len] {
        [.., b'i', b'n', b'g'] if 6 <= len && has_vowel(len - 3) => 3,
        [.., b'e', b'd'] if 5 <= len && has_vowel(len - 2) => 2,
        _ => 0,
    };
    if ending != 0 {
        len -= ending;
        // `stopped` and `stop`, but `called` and `call`.
        let is_doubled = word[len - 1] == word[len - 2] && !b"lsz".contains(&word[len - 1]);
        len -= usize::from(is_doubled && 3 <= len);
    }
    len -= usize::from(4 <= len && word[len - 1] == b'e');
    len -= usize::from((3 <= len && word[len - 1] == b'y') || (4 <= len && word[len - 1] == b'i'));
    len
}

/// Words that stand in every English sentence and say nothing about code; many are keywords too.
/// Sorted.
const STOP_WORDS: [&str; 75] = [
    "a", "also", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did",
    "do", "does", "don", "e", "eg", "for", "from", "g", "had", "has", "have", "how", "i", "ie",
    "if", "in", "into", "is", "isn", "it", "its", "may", "no", "not", "of", "on", "or", "our", "s",
    "should", "so", "t", "than", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "those", "to", "us", "via", "was", "we", "were", "what", "when", "where", "which",
    "while", "who", "why", "will", "with", "would", "you", "your",
];

/// Length of the longest of them.
const STOP_WORD_BYTES_MAX: usize = 6;

fn is_stop_word(word: &str) -> bool {
    word.len() <= STOP_WORD_BYTES_MAX && STOP_WORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Expect) {
        let mut acc = String::new();
        push_words(&mut acc, text);
        expected.assert_eq(acc.trim_end());
    }

    #[test]
    fn identifiers_are_cut_at_case_and_underscore_and_kept_whole() {
        check("write_all_vectored", expect!["writ all vector writeallvectored"]);
        check("HTTPServerError2", expect!["http server error2 httpservererror2"]);
        check("__init__ uv__spawn", expect!["init uv spawn uvspawn"]);
    }

    #[test]
    fn endings_of_one_word_are_one_word() {
        check("close closes closed closing", expect!["clos clos clos clos"]);
        check(
            "entries entry stopped stop calling call classes class",
            expect!["entr entr stop stop call call class class"],
        );
        check("is bus status this less", expect!["bus status less"]);
    }

    #[test]
    fn every_stop_word_is_found() {
        assert!(STOP_WORDS.is_sorted());
        assert!(STOP_WORDS.iter().all(|it| is_stop_word(it)));
    }

    #[test]
    fn stop_words_and_data_are_left_out() {
        check("if the poll is in 0123456789012345678901234567890123456789ab", expect!["poll"]);
        check("naïve ÜBER_größe", expect!["naïve über größe übergröße"]);
    }

    #[test]
    fn a_whole_is_only_where_there_are_parts() {
        assert_eq!(whole("JoinQueue").as_deref(), Some("joinqueue"));
        assert_eq!(whole("_join"), None);
    }
}

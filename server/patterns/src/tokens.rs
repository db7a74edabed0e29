//! Code as tokens, by a lexer that knows of a language only what its pack says. Names are told from
//! keywords by the facts: a word that is a definition or a reference is a name.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;
use syntax::FileFacts;
use text::TextRange;

/// A longer quotation is no string: the quotation mark means something else.
const QUOTED_BYTES_MAX: usize = 4096;
/// Single quotation marks that stand further apart are no string: they are lifetimes, or prose.
const SINGLE_QUOTED_BYTES_MAX: usize = 200;

/// The tokens of a piece of code, as hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// As they are written.
    pub(crate) exact: Vec<u64>,
    /// With all names, all numbers and all strings the same.
    pub(crate) shape: Vec<u64>,
}

const NAME: u64 = 1;
const NUMBER: u64 = 2;
const STRING: u64 = 3;

/// The tokens of `range` of `text`; comments are left out.
pub(crate) fn tokens(text: &str, facts: &FileFacts, range: TextRange) -> Tokens {
    let mut lexer = Lexer { names: names(facts, range), comments: comments(facts), next_name: 0 };
    let mut res = Tokens::default();
    let end = range.to_usize().end.min(text.len());
    let mut at = range.to_usize().start;
    let bytes = text.as_bytes();
    while at < end {
        if bytes[at].is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if let Some(after) = lexer.comment(text, at, end) {
            at = after;
            continue;
        }
        let (len, shape) = lexer.token(text, at, end);
        let exact = hash(&bytes[at..at + len]);
        res.exact.push(exact);
        res.shape.push(shape.unwrap_or(exact));
        at += len;
    }
    res
}

struct Lexer {
    /// Where the names of the range begin, in order.
    names: Vec<usize>,
    comments: (Option<&'static str>, Option<(&'static str, &'static str)>),
    next_name: usize,
}

impl Lexer {
    /// Where the comment ends that begins at `at`.
    fn comment(&self, text: &str, at: usize, end: usize) -> Option<usize> {
        let rest = text.get(at..end)?;
        let (line, block) = self.comments;
        if line.is_some_and(|it| rest.starts_with(it)) {
            return Some(at + rest.find('\n').unwrap_or(rest.len()));
        }
        let (open, close) = block.filter(|it| rest.starts_with(it.0))?;
        let inside = &rest[open.len()..];
        Some(at + open.len() + inside.find(close).map_or(inside.len(), |it| it + close.len()))
    }

    /// The length of the token at `at`, and what it is where its text does not matter.
    fn token(&mut self, text: &str, at: usize, end: usize) -> (usize, Option<u64>) {
        let bytes = &text.as_bytes()[at..end];
        let is_of_word = |it: &u8| it.is_ascii_alphanumeric() || *it == b'_' || !it.is_ascii();
        let word = bytes.iter().take_while(|it| is_of_word(it)).count();
        if 0 < word {
            if bytes[0].is_ascii_digit() {
                return (word, Some(NUMBER));
            }
            return (word, self.is_name(at).then_some(NAME));
        }
        if let Some(len) = quoted(bytes) {
            return (len, Some(STRING));
        }
        (1, None)
    }

    fn is_name(&mut self, at: usize) -> bool {
        while self.names.get(self.next_name).is_some_and(|it| *it < at) {
            self.next_name += 1;
        }
        self.names.get(self.next_name) == Some(&at)
    }
}

/// The length of the string at the beginning of `bytes`.
fn quoted(bytes: &[u8]) -> Option<usize> {
    let quote = *bytes.first()?;
    let (max, may_break) = match quote {
        b'"' | b'`' => (QUOTED_BYTES_MAX, true),
        b'\'' => (SINGLE_QUOTED_BYTES_MAX, false),
        _ => return None,
    };
    let mut at = 1;
    while at < bytes.len().min(max) {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' if !may_break => return None,
            it if it == quote => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

fn names(facts: &FileFacts, range: TextRange) -> Vec<usize> {
    let (start, end) = (range.start(), range.end());
    let first = facts.references.partition_point(|it| it.start() < start);
    let references = facts.references[first..].iter().map(|it| it.start());
    let mut res: Vec<usize> = references
        .take_while(|it| *it < end)
        .chain(facts.symbols.iter().map(|it| it.name_range.start()))
        .filter(|it| start <= *it && *it < end)
        .map(|it| TextRange::new(start.min(it), it).to_usize().end)
        .collect();
    res.sort_unstable();
    res
}

fn comments(facts: &FileFacts) -> (Option<&'static str>, Option<(&'static str, &'static str)>) {
    facts.language.map_or((None, None), |it| (it.line_comment, it.block_comment))
}

/// The same on every machine, as far as `usize` is not asked.
fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    bytes.hash(&mut hasher);
    hasher.finish()
}

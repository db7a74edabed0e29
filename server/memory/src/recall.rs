//! Memories: what was said of the code, and whether the code is still what it was said of.
//!
//! A memory is anchored to symbols with the hash of what they held. Whether it still holds is
//! computed when it is recalled, from the code as it is then: no model is asked, and what cannot be
//! checked is not called fresh.

use std::fmt;

use rustc_hash::FxHashMap;
use store::history::{AnchorRow, BlobKey, MemoryRow};

use crate::words::{distinct, words_of};

/// Memories are kept up to this number.
pub const MEMORIES_MAX: usize = 10_000;
/// The longest text of a memory.
pub const MEMORY_BYTES_MAX: usize = 8 * 1024;
/// Places that one memory may be about.
pub const ANCHORS_MAX: usize = 32;

/// What kind of thing is remembered for long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemoryKind {
    /// Something that is so.
    #[default]
    Fact,
    /// Something that was decided, with its reason.
    Decision,
    /// How things are done here.
    Convention,
    /// A shape that comes again and again.
    Pattern,
}

impl MemoryKind {
    /// All kinds.
    pub const ALL: [MemoryKind; 4] =
        [MemoryKind::Fact, MemoryKind::Decision, MemoryKind::Convention, MemoryKind::Pattern];

    /// The word for it, lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            MemoryKind::Fact => "fact",
            MemoryKind::Decision => "decision",
            MemoryKind::Convention => "convention",
            MemoryKind::Pattern => "pattern",
        }
    }

    /// The kind that `word` names.
    pub fn parse(word: &str) -> Option<MemoryKind> {
        MemoryKind::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// Whether the code is still what a memory was said of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// All of it is as it was.
    Fresh,
    /// It was said of no place in the code, so nobody can tell.
    Unanchored,
    /// Some of it holds something else, or is gone.
    Drifted,
    /// All of it is gone.
    Orphaned,
}

impl Freshness {
    /// The word for it, lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Freshness::Fresh => "fresh",
            Freshness::Unanchored => "unanchored",
            Freshness::Drifted => "drifted",
            Freshness::Orphaned => "orphaned",
        }
    }
}

impl fmt::Display for Freshness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an anchor is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnchorNow {
    /// As it was.
    Same,
    /// As it was, in another file.
    Moved(String),
    /// There, with another content.
    Changed,
    /// Not there.
    Gone,
}

/// Which memories are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecallQuery {
    /// Words that the memories are about; empty for all.
    pub text: String,
    /// Only of this kind.
    pub kind: Option<MemoryKind>,
    /// Only those about this file, or about what is in it.
    pub path: Option<String>,
    /// Only those about this symbol of the file.
    pub symbol: Option<String>,
    /// As of this moment, in milliseconds since 1970.
    pub now_ms: u64,
    /// Those that do not hold any more, too.
    pub with_ended: bool,
    /// At most so many.
    pub memories_max: usize,
}

/// Whether a memory holds at a moment; first what does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// It does.
    Holds,
    /// It begins later.
    NotYet,
    /// It ended, was replaced, or may be deleted.
    Ended,
}

impl Term {
    fn of(memory: &MemoryRow, now_ms: u64) -> Term {
        let is_over = |end: Option<u64>| end.is_some_and(|it| it <= now_ms);
        match memory.valid_from_ms <= now_ms {
            _ if is_over(memory.valid_to_ms) || is_over(memory.expires_ms) => Term::Ended,
            true => Term::Holds,
            false => Term::NotYet,
        }
    }
}

/// A memory with what it is worth now.
#[derive(Clone, Debug, PartialEq)]
pub struct Recalled {
    /// The memory.
    pub memory: MemoryRow,
    /// Whether the code is still what it was said of.
    pub freshness: Freshness,
    /// What became of each anchor, in their order.
    pub anchors: Vec<AnchorNow>,
    /// Whether it holds at the moment that was asked for.
    pub term: Term,
    /// The higher, the more it is about what was asked; comparable within one answer only.
    pub score: f32,
}

/// The memories that fit `query`: first those that are most about it, and among equals the fresher,
/// then the newer. `now` says what became of an anchor.
pub fn recall(
    memories: Vec<MemoryRow>,
    query: &RecallQuery,
    now: &mut dyn FnMut(&AnchorRow) -> AnchorNow,
) -> Vec<Recalled> {
    let scores = Scores::of(&memories, &query.text);
    let mut res = Vec::new();
    for memory in memories {
        let term = Term::of(&memory, query.now_ms);
        let score = scores.score(&memory.text);
        let fits = (term == Term::Holds || query.with_ended)
            && query.kind.is_none_or(|it| it.as_str() == memory.kind)
            && is_about(&memory, query)
            && (query.text.trim().is_empty() || 0.0 < score);
        if !fits {
            continue;
        }
        let anchors: Vec<AnchorNow> = memory.anchors.iter().map(&mut *now).collect();
        let freshness = freshness(&anchors);
        res.push(Recalled { memory, freshness, anchors, term, score });
    }
    res.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then((a.term, a.freshness).cmp(&(b.term, b.freshness)))
            .then(b.memory.recorded_ms.cmp(&a.memory.recorded_ms))
    });
    res.truncate(query.memories_max);
    res
}

fn is_about(memory: &MemoryRow, query: &RecallQuery) -> bool {
    let Some(path) = &query.path else { return true };
    memory.anchors.iter().any(|it| {
        it.path == *path && query.symbol.as_ref().is_none_or(|symbol| it.symbol == *symbol)
    })
}

fn freshness(anchors: &[AnchorNow]) -> Freshness {
    let is_same = |it: &AnchorNow| matches!(it, AnchorNow::Same | AnchorNow::Moved(_));
    match anchors {
        [] => Freshness::Unanchored,
        all if all.iter().all(is_same) => Freshness::Fresh,
        all if all.iter().all(|it| *it == AnchorNow::Gone) => Freshness::Orphaned,
        _ => Freshness::Drifted,
    }
}

/// How much texts have to do with a question: the rarer a shared word, the more.
struct Scores {
    weights: FxHashMap<String, f32>,
}

impl Scores {
    fn of(memories: &[MemoryRow], question: &str) -> Scores {
        let mut weights: FxHashMap<String, f32> =
            distinct(question).into_iter().map(|it| (it, 0.0)).collect();
        for memory in memories {
            for word in distinct(&memory.text) {
                if let Some(n) = weights.get_mut(&word) {
                    *n += 1.0;
                }
            }
        }
        let all = memories.len() as f32;
        weights.values_mut().for_each(|n| *n = (1.0 + (all - *n + 0.5) / (*n + 0.5)).ln());
        Scores { weights }
    }

    fn score(&self, text: &str) -> f32 {
        let words = distinct(text);
        let sum = words.iter().filter_map(|it| self.weights.get(it)).fold(0.0, |a, b| a + b);
        // Short memories say one thing; a long one that has a word has less to do with it.
        sum / (1.0 + words.len() as f32 / 64.0)
    }
}

/// The hash of a piece of code for an anchor. White space between words does not count: code that
/// was only formatted says what it said.
pub fn content_hash(text: &str) -> BlobKey {
    let mut hasher = blake3::Hasher::new();
    for word in text.split_whitespace() {
        hasher.update(word.as_bytes());
        hasher.update(b" ");
    }
    *hasher.finalize().as_bytes()
}

/// Memories as a Markdown document. Their texts are quoted, whatever they hold.
pub fn markdown(recalled: &[Recalled], date: &dyn Fn(u64) -> String) -> String {
    let mut res = String::from("# Memories\n");
    for it in recalled {
        let memory = &it.memory;
        let term = match it.term {
            Term::Holds => "",
            Term::NotYet => ", not yet",
            Term::Ended => ", ended",
        };
        res.push_str(&format!("\n## {} · {}{term}\n\n", memory.kind, it.freshness));
        for line in memory.text.lines() {
            res.push_str(&format!("> {line}\n"));
        }
        res.push_str(&format!("\n- id: {}\n- by: {}\n", memory.id, one_line(&memory.author)));
        res.push_str(&format!("- recorded: {}\n", date(memory.recorded_ms)));
        res.push_str(&format!("- holds from: {}\n", date(memory.valid_from_ms)));
        if let Some(until) = memory.valid_to_ms {
            res.push_str(&format!("- until: {}\n", date(until)));
        }
        for (anchor, now) in memory.anchors.iter().zip(&it.anchors) {
            let place = match anchor.symbol.as_str() {
                "" => anchor.path.clone(),
                symbol => format!("{} {symbol}", anchor.path),
            };
            let now = match now {
                AnchorNow::Same => "as it was".to_owned(),
                AnchorNow::Moved(to) => format!("as it was, now in {}", one_line(to)),
                AnchorNow::Changed => "changed since".to_owned(),
                AnchorNow::Gone => "gone".to_owned(),
            };
            res.push_str(&format!("- about: `{}` ({now})\n", one_line(&place).replace('`', "'")));
        }
    }
    res
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// True where `text` has anything that a question could find.
pub fn has_words(text: &str) -> bool {
    !words_of(text).trim().is_empty()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn memory(id: &str, text: &str, anchors: &[&str]) -> MemoryRow {
        let anchor = |it: &&str| AnchorRow {
            path: "a.rs".to_owned(),
            symbol: (*it).to_owned(),
            hash: content_hash(it),
        };
        MemoryRow {
            id: id.to_owned(),
            kind: "fact".to_owned(),
            text: text.to_owned(),
            author: "ann".to_owned(),
            recorded_ms: 10,
            valid_from_ms: 10,
            valid_to_ms: None,
            expires_ms: None,
            replaces: None,
            anchors: anchors.iter().map(anchor).collect(),
        }
    }

    #[track_caller]
    fn check(memories: &[MemoryRow], query: &RecallQuery, expected: Expect) {
        let mut now = |it: &AnchorRow| match it.symbol.as_str() {
            "same" => AnchorNow::Same,
            "moved" => AnchorNow::Moved("b.rs".to_owned()),
            "changed" => AnchorNow::Changed,
            _ => AnchorNow::Gone,
        };
        let recalled = recall(memories.to_vec(), query, &mut now);
        let line = |it: &Recalled| {
            let term = match it.term {
                Term::Holds => "",
                Term::NotYet => " not yet",
                Term::Ended => " ended",
            };
            format!("{} {}{term}\n", it.memory.id, it.freshness)
        };
        expected.assert_eq(&recalled.iter().map(line).collect::<String>());
    }

    fn query(text: &str) -> RecallQuery {
        RecallQuery {
            text: text.to_owned(),
            now_ms: 100,
            memories_max: 10,
            ..RecallQuery::default()
        }
    }

    #[test]
    fn a_memory_is_as_fresh_as_what_it_is_about() {
        let memories = [
            memory("gone", "x", &["gone"]),
            memory("half", "x", &["same", "gone"]),
            memory("other", "x", &["changed"]),
            memory("moved", "x", &["moved"]),
            memory("none", "x", &[]),
            memory("same", "x", &["same"]),
        ];
        check(
            &memories,
            &query(""),
            expect![[r#"
            moved fresh
            same fresh
            none unanchored
            half drifted
            other drifted
            gone orphaned
        "#]],
        );
    }

    #[test]
    fn the_rarer_word_decides() {
        let memories = [
            memory("1", "the cache holds pages", &[]),
            memory("2", "the cache is dropped by the watchdog", &[]),
            memory("3", "the parser", &[]),
        ];
        check(
            &memories,
            &query("cache watchdog"),
            expect![[r#"
            2 unanchored
            1 unanchored
        "#]],
        );
    }

    #[test]
    fn what_ended_is_not_shown_as_holding() {
        let replaced = MemoryRow { valid_to_ms: Some(50), ..memory("replaced", "x", &[]) };
        let expired = MemoryRow { expires_ms: Some(99), ..memory("expired", "x", &[]) };
        let coming = MemoryRow { valid_from_ms: 500, ..memory("coming", "x", &[]) };
        let memories = [replaced, expired, coming, memory("holds", "x", &[])];
        check(
            &memories,
            &query(""),
            expect![[r#"
            holds unanchored
        "#]],
        );
        let then = RecallQuery { now_ms: 40, ..query("") };
        check(
            &memories,
            &then,
            expect![[r#"
            replaced unanchored
            expired unanchored
            holds unanchored
        "#]],
        );
        let all = RecallQuery { with_ended: true, ..query("") };
        check(
            &memories,
            &all,
            expect![[r#"
            holds unanchored
            coming unanchored not yet
            replaced unanchored ended
            expired unanchored ended
        "#]],
        );
    }

    #[test]
    fn formatting_is_no_change_and_a_word_is() {
        assert_eq!(content_hash("fn a() {\n    b()\n}"), content_hash("fn a() { b() }"));
        assert_ne!(content_hash("fn a() { b() }"), content_hash("fn a() { c() }"));
    }

    #[test]
    fn a_memory_cannot_leave_its_quotation() {
        let bad = memory("1", "# Heading\n```\n- id: fake", &["a`b\n# x"]);
        let recalled = recall(vec![bad], &query(""), &mut |_| AnchorNow::Gone);
        expect![[r#"
            # Memories

            ## fact · orphaned

            > # Heading
            > ```
            > - id: fake

            - id: 1
            - by: ann
            - recorded: 10
            - holds from: 10
            - about: `a.rs a'b # x` (gone)
        "#]]
        .assert_eq(&markdown(&recalled, &|it| it.to_string()));
    }
}

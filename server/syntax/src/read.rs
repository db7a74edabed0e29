//! Runs the parser over a text, with limits on what that may take.

use std::{cell::Cell, ops::ControlFlow};

use grammars::Language;
use tree_sitter::{ParseOptions, ParseState, Parser, Point, Range, Tree};

use crate::{
    hostile::{is_too_deep, would_hang},
    line_ends::readable,
    raw::{Span, steps_max},
};

/// So much of a text is given to the parser at once. Whatever it looks ahead beyond is counted.
const PIECE: usize = 1_024;
/// A parser may read a text so many times over. Honest ones are read once or twice; scanners that
/// look for the end of each string to the end of the text read it once for each, and that of Lua
/// once for each error, of which a text in a dialect has many.
const READINGS_MAX: usize = 256;
/// And so many bytes more.
const READ_MIN: usize = 16 << 20;
/// Of a long text only so many bytes in all, but each of it so many times at least.
const READ_MAX: usize = 128 << 20;
const READINGS_MIN: usize = 16;
/// A parse may allocate so many bytes, those that it gave back too, and so many more for each byte
/// of the text. That bounds its memory and, since what takes long copies, its time.
const ALLOCATED_MIN: u64 = 48 << 20;
const ALLOCATED_PER_BYTE: u64 = 48;
/// So many tokens and nodes may be begun and not ended. A parser that comes to the end of a text
/// with a deep stack in several readings copies all of it for each of them, where nobody can stop
/// it: 150 MB at this depth, 5 GB at four times that.
const STACK_ENTRIES_MAX: i64 = 8_000;

/// The tree of `text`; `None` where parsing takes far longer than any honest text.
pub(crate) fn parse_text(text: &str, language: &Language) -> Option<Tree> {
    parse_bounded(language, None, text.len(), &mut |at| piece(text, at))
}

/// The tree of the part of `text` in `within`, as if nothing stood around it; its nodes stand where
/// they are in the whole. `points` are row and column of both ends.
pub(crate) fn parse_part(
    text: &str,
    within: Span,
    points: [Point; 2],
    language: &Language,
) -> Option<Tree> {
    let (start, end) = (within.start as usize, within.end as usize);
    let part = text.get(start..end)?;
    let mut of_part = |at: usize| piece(part, at);
    if is_too_deep(language, part.len(), &mut of_part)
        || would_hang(language, part.len(), &mut of_part)
    {
        return None;
    }
    let mut parser = Parser::new();
    let [start_point, end_point] = points;
    let range = Range { start_byte: start, end_byte: end, start_point, end_point };
    parser.set_included_ranges(&[range]).ok()?;
    run(parser, (language, part.len()), None, &mut |at| piece(text, at))
}

/// The piece of `text` that begins at `at`.
fn piece(text: &str, at: usize) -> &[u8] {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let piece = first_piece(rest);
    readable(piece, rest.get(piece.len()).copied())
}

/// The first piece of `rest`. It ends with a character: where the parser finds half of one it asks
/// for the rest, and reads what it gets even if that is nothing.
pub(crate) fn first_piece(rest: &[u8]) -> &[u8] {
    let mut end = rest.len().min(PIECE);
    while rest.get(end).is_some_and(|it| it & 0xc0 == 0x80) {
        end -= 1;
    }
    &rest[..end]
}

/// The tree of the text that `chunk_at` gives in pieces; `None` where it would take too long.
pub(crate) fn parse_bounded<'a>(
    language: &Language,
    old: Option<&Tree>,
    len: usize,
    chunk_at: &mut dyn FnMut(usize) -> &'a [u8],
) -> Option<Tree> {
    if is_too_deep(language, len, chunk_at) || would_hang(language, len, chunk_at) {
        return None;
    }
    parse_in_steps(language, old, len, chunk_at)
}

/// The tree, where the parser takes no more steps and reads no more than it may; what it does
/// within a step is not seen.
pub(crate) fn parse_in_steps<'a>(
    language: &Language,
    old: Option<&Tree>,
    len: usize,
    chunk_at: &mut dyn FnMut(usize) -> &'a [u8],
) -> Option<Tree> {
    run(Parser::new(), (language, len), old, chunk_at)
}

fn run<'a>(
    mut parser: Parser,
    (language, len): (&Language, usize),
    old: Option<&Tree>,
    chunk_at: &mut dyn FnMut(usize) -> &'a [u8],
) -> Option<Tree> {
    parser.set_language(&language.grammar()).ok()?;
    let reading = Reading::new(len);
    let allowance = Allowance::new(len);
    let mut steps_left = steps_max(len);
    let mut progress = |_: &ParseState| {
        steps_left = steps_left.saturating_sub(1);
        let ends = steps_left == 0 || reading.is_over() || allowance.is_over();
        if ends { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let mut read = |at: usize, _| {
        // A text that ends at once ends the scanner that asks.
        if reading.is_over() { &[] } else { reading.count(at, chunk_at(at)) }
    };
    let tree = parser.parse_with_options(&mut read, old, Some(options));
    tree.filter(|_| !reading.is_over())
}

/// What the parsers of this thread may still allocate.
struct Allowance {
    bytes_max: u64,
    stack_entries_max: i64,
}

impl Allowance {
    fn new(len: usize) -> Allowance {
        let now = grammars::allocated();
        let bytes = ALLOCATED_MIN + ALLOCATED_PER_BYTE * len as u64;
        Allowance {
            bytes_max: now.bytes + bytes,
            stack_entries_max: now.stack_entries + STACK_ENTRIES_MAX,
        }
    }

    fn is_over(&self) -> bool {
        let now = grammars::allocated();
        self.bytes_max < now.bytes || self.stack_entries_max < now.stack_entries
    }
}

/// How much of a text a parser has read, again and again where it looks ahead.
struct Reading {
    left: Cell<usize>,
    /// Where the last piece ended, and how long it was.
    last: Cell<(usize, usize)>,
}

impl Reading {
    fn new(len: usize) -> Reading {
        let all = READ_MIN + len.saturating_mul(READINGS_MAX);
        let left = Cell::new(all.min(READ_MAX.max(len.saturating_mul(READINGS_MIN))));
        Reading { left, last: Cell::default() }
    }

    fn is_over(&self) -> bool {
        self.left.get() == 0
    }

    /// Notes that `piece`, which begins at `at`, is read. Of a piece that was left for another one
    /// little was read; what follows it was asked for by somebody who read all of it.
    fn count<'a>(&self, at: usize, piece: &'a [u8]) -> &'a [u8] {
        let (end, len) = self.last.get();
        if at == end {
            self.left.set(self.left.get().saturating_sub(len));
        }
        self.last.set((at + piece.len(), piece.len()));
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, is_parsed: bool) {
        let language = grammars::language_for_path(path, "").unwrap();
        assert_eq!(parse_text(text, language).is_some(), is_parsed, "{path}");
    }

    #[test]
    fn a_scanner_that_looks_to_the_end_for_each_string_is_stopped() {
        let strings = [
            ("a.lua", "[==["),
            ("a.lua", "a=[==[\n"),
            ("a.rs", "r#\""),
            ("a.rb", "%w("),
            ("a.html", "<!--"),
        ];
        for (path, unclosed) in strings {
            check(path, &unclosed.repeat(50), true);
            check(path, &unclosed.repeat(20_000), false);
        }
    }

    /// Whether a text is parsed; what that allocates is bounded either way.
    #[track_caller]
    fn check_memory(path: &str, text: &str, is_parsed: bool) {
        let before = grammars::allocated().bytes;
        check(path, text, is_parsed);
        let bytes = grammars::allocated().bytes - before;
        // What is allocated within a step comes on top, and a prefix may be tried before.
        let max = 6 * (ALLOCATED_MIN + ALLOCATED_PER_BYTE * text.len() as u64);
        assert!(bytes <= max, "{path}: {bytes} bytes");
    }

    #[test]
    fn a_parser_that_copies_more_and_more_is_stopped() {
        check_memory("a.go", &"case a: ".repeat(5_000), false);
        check_memory("a.js", &"case a: ".repeat(5_000), false);
        check_memory("a.java", &"a => ".repeat(8_000), false);
        check_memory("a.java", &"ab ".repeat(300_000), false);
        check_memory("a.java", &"a a\n".repeat(5_000), true);
        check_memory("a.c", &"a a\n".repeat(5_000), true);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_deep_stack_is_given_up_before_the_end_of_the_text_finds_it() {
        for (path, open) in [("a.java", "a<"), ("a.cs", "a<"), ("a.cs", "<a "), ("a.c", "(")] {
            check_memory(path, &open.repeat(20_000), false);
            check_memory(path, &open.repeat(200), true);
        }
        let closed = |n| format!("int a = {}1{};", "(".repeat(n), ")".repeat(n));
        check_memory("a.c", &closed(5_000), true);
        check_memory("a.c", &closed(50_000), false);
    }

    #[test]
    fn pieces_make_up_the_text() {
        let text = format!("{}\r\n{}éé\rcé", "a".repeat(PIECE - 1), "b".repeat(PIECE - 2));
        let mut read = Vec::new();
        while read.len() < text.len() {
            let piece = std::str::from_utf8(piece(&text, read.len())).unwrap();
            read.extend_from_slice(piece.as_bytes());
        }
        assert_eq!(String::from_utf8(read).unwrap(), text.replace("\rc", "\nc"));
        assert!(piece(&text, text.len() + 1).is_empty());
    }
}

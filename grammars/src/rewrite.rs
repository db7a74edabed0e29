//! Queries as they are given to the library: rewritten, so that matches can be renewed and that
//! compiling them costs little.

use std::fmt::Write as _;

/// `source` with `@_root` on the outermost nodes of each pattern that are not captured. Facts are
/// renewed by the nodes that are new: a match must be thrown away when anything it looked at is
/// another node now, and all of that lies inside its outermost node.
pub(crate) fn with_roots(source: &str) -> String {
    let mut res = String::with_capacity(source.len() + source.len() / 4);
    for_each_expression(source, |part| match part {
        Part::Expression(expression, tail) => push_pattern(&mut res, expression, tail),
        Part::Other(text) => res.push_str(text),
    });
    res
}

/// Writes one outermost expression and what follows it, with the capture added where one is
/// missing.
fn push_pattern(res: &mut String, expression: &str, tail: &str) {
    let inner = expression.strip_prefix('(').map(str::trim_start);
    let is_group = inner.is_some_and(|it| it.starts_with(['(', '[', '"']));
    if is_group {
        // A group of siblings: each of them counts. Predicates among them are left alone.
        res.push('(');
        res.push_str(&with_roots(&expression[1..expression.len() - 1]));
        res.push(')');
        res.push_str(tail);
        return;
    }
    res.push_str(expression);
    let is_predicate = inner.is_some_and(|it| it.starts_with('#'));
    if is_predicate || tail.contains('@') {
        res.push_str(tail);
        return;
    }
    let quantifier = tail.find(['*', '+', '?']).map_or(0, |it| it + 1);
    res.push_str(&tail[..quantifier]);
    res.push_str(" @_root");
    res.push_str(&tail[quantifier..]);
}

/// The end of the bracketed expression, string, comment or single character at `at`.
fn expression_end(source: &str, at: usize) -> usize {
    let bytes = source.as_bytes();
    let mut depth = 0_usize;
    let mut pos = at;
    while pos < bytes.len() {
        match bytes[pos] {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                pos += 1;
                while pos < bytes.len() && bytes[pos] != b'"' {
                    pos += 1 + usize::from(bytes[pos] == b'\\');
                }
            }
            b';' => {
                while pos + 1 < bytes.len() && bytes[pos + 1] != b'\n' {
                    pos += 1;
                }
            }
            _ => {}
        }
        pos += 1;
        if depth == 0 {
            break;
        }
    }
    pos.min(bytes.len())
}

/// The end of the quantifier and the captures that follow an expression.
fn tail_end(source: &str, from: usize) -> usize {
    let bytes = source.as_bytes();
    let mut end = from;
    if bytes.get(end).is_some_and(|it| matches!(it, b'*' | b'+' | b'?')) {
        end += 1;
    }
    loop {
        let gap = source[end..].len() - source[end..].trim_start().len();
        if bytes.get(end + gap) != Some(&b'@') {
            return end;
        }
        let name = &source[end + gap + 1..];
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        end += gap + 1 + name.find(|c| !is_name(c)).unwrap_or(name.len());
    }
}

fn utf8_len(source: &str, at: usize) -> usize {
    source[at..].chars().next().map_or(1, char::len_utf8)
}

/// `source`, written with [`with_roots`], with `(_ …) @_is.KIND` for each `(KIND …)` below an
/// outermost node.
///
/// For each node with children below it whose kind is named, the library walks the grammar from
/// every state in which such a node can begin; that made up most of the time it took to compile
/// the queries of a large language. It does not for `_`, and we compare kinds in no time ourselves.
/// What may be missing or be there several times stays: of that, no match may be thrown away.
///
/// Only kinds that `may_open` says are kinds of nodes are opened: the library knows names of many
/// kinds, too.
pub(crate) fn with_open_kinds(source: &str, may_open: &dyn Fn(&str) -> bool) -> String {
    let mut opener = Opener { res: String::with_capacity(source.len() * 2), may_open };
    opener.push_all(source, true);
    opener.res
}

/// How the name of a capture begins that says of which kind its node must be.
pub(crate) const IS: &str = "_is.";

/// A step of the library takes so many captures.
const CAPTURES_MAX: usize = 3;

struct Opener<'a> {
    res: String,
    may_open: &'a dyn Fn(&str) -> bool,
}

impl Opener<'_> {
    fn push_all(&mut self, source: &str, is_outermost: bool) {
        for_each_expression(source, |part| match part {
            Part::Expression(it, tail) => self.push(it, tail, is_outermost),
            Part::Other(text) => self.res.push_str(text),
        });
    }

    /// Writes one expression and what follows it; of an outermost one only what is inside is
    /// opened.
    fn push(&mut self, expression: &str, tail: &str, is_outermost: bool) {
        let is_repeated = tail.starts_with(['*', '+', '?']);
        let inside = expression.get(1..expression.len() - 1).unwrap_or_default();
        let first = inside.trim_start().chars().next();
        match (expression.as_bytes()[0], first) {
            _ if is_repeated => self.res.push_str(expression),
            (b'[', _) | (b'(', Some('(' | '[' | '"')) => {
                self.res.push_str(&expression[..1]);
                self.push_all(inside, is_outermost);
                self.res.push_str(&expression[expression.len() - 1..]);
            }
            (b'(', Some('a'..='z')) => return self.push_node(inside, tail, is_outermost),
            _ => self.res.push_str(expression),
        }
        self.res.push_str(tail);
    }

    fn push_node(&mut self, inside: &str, tail: &str, is_outermost: bool) {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let inside = inside.trim_start();
        let (kind, children) =
            inside.split_at(inside.find(|c| !is_name(c)).unwrap_or(inside.len()));
        let has_room = tail.matches('@').count() < CAPTURES_MAX;
        let is_opened =
            !is_outermost && has_room && has_children(children) && (self.may_open)(kind);
        self.res.push('(');
        self.res.push_str(if is_opened { "_" } else { kind });
        self.push_all(children, false);
        self.res.push(')');
        self.res.push_str(tail);
        if is_opened {
            write!(self.res, " @{IS}{kind}").expect("a string takes text");
        }
    }
}

/// True where a node is looked for inside; predicates are none, and neither is what must not be.
fn has_children(source: &str) -> bool {
    let mut res = false;
    for_each_expression(source, |part| {
        res |= matches!(part, Part::Expression(it, _) if !it[1..].trim_start().starts_with('#'));
    });
    res
}

/// A piece of a query.
enum Part<'a> {
    /// A node, a group or a choice, and the quantifier and captures behind it.
    Expression(&'a str, &'a str),
    /// Anything between.
    Other(&'a str),
}

/// Gives the pieces of `source` one after the other; put together they are `source`.
fn for_each_expression<'a>(source: &'a str, mut take: impl FnMut(Part<'a>)) {
    let mut at = 0;
    while at < source.len() {
        let end = expression_end(source, at);
        match source.as_bytes()[at] {
            b'(' | b'[' | b'"' if at < end => {
                let tail = tail_end(source, end);
                take(Part::Expression(&source[at..end], &source[end..tail]));
                at = tail;
            }
            _ => {
                let end = end.max(at + utf8_len(source, at));
                take(Part::Other(&source[at..end]));
                at = end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        assert_eq!(with_roots(source), expected);
    }

    #[track_caller]
    fn check_opened(source: &str, expected: &str) {
        assert_eq!(with_open_kinds(source, &|it| it != "many"), expected);
    }

    #[test]
    fn kinds_below_the_outermost_node_are_captured() {
        check_opened("(a n: (b (c) @x) @y . (d)) @z", "(a n: (_ (c) @x) @y @_is.b . (d)) @z");
        check_opened("(a [(b \"(\") (c)] @x)", "(a [(_ \"(\") @_is.b (c)] @x)");
        check_opened("[(a (b (c))) (d)] @x", "[(a (_ (c)) @_is.b) (d)] @x");
        check_opened("((a (b (c))) (#eq? @x \"y\"))", "((a (_ (c)) @_is.b) (#eq? @x \"y\"))");
        check_opened("(a (b !n)) ; (no (no))", "(a (b !n)) ; (no (no))");
    }

    #[test]
    fn what_may_be_missing_stays() {
        for same in [
            "(a (b (c))? @x)",
            "(a ((b (c)) @x)*)",
            "(a (_ (c)))",
            "(a (b (#is? @x)))",
            "(a (many (c)))",
        ] {
            check_opened(same, same);
        }
        // A node has room for so many captures only.
        check_opened("(a (b (c)) @x @y @z)", "(a (b (c)) @x @y @z)");
    }

    #[test]
    fn outermost_nodes_are_captured_once() {
        check("(a) @x\n(b)", "(a) @x\n(b) @_root");
        check("; (no)\n[(a) (b)]+ ; c", "; (no)\n[(a) (b)]+ @_root ; c");
        check("((a) @x (#eq? @x \")\"))", "((a) @x (#eq? @x \")\"))");
        check("((a)* . (b n: (c) @x))", "((a)* @_root . (b n: (c) @x) @_root)");
        check("(a\n  n: (b) @x) @y @z\n", "(a\n  n: (b) @x) @y @z\n");
        check("\"if\"", "\"if\" @_root");
    }
}

//! YAML as a tree in which every node knows its place. Only what a definition needs: texts, lists
//! and tables; no anchors, aliases or tags, with which a small file can say very much.

use std::fmt;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// Longer definitions are refused.
pub const TEXT_BYTES_MAX: usize = 256 * 1024;
/// Lists and tables nest no deeper.
const DEPTH_MAX: usize = 16;
/// Nodes of one file at most.
const NODES_MAX: usize = 10_000;

/// Something wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// What is wrong.
    pub fact: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.fact)
    }
}

/// A place in the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl At {
    pub(crate) fn problem(self, fact: impl Into<String>) -> Problem {
        Problem { line: self.line, column: self.column, fact: fact.into() }
    }
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) at: At,
    pub(crate) kind: NodeKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NodeKind {
    /// A text; true where it stands in quotes or as a block, and so is never a number or `null`.
    Text(String, bool),
    List(Vec<Node>),
    Table(Vec<(Node, Node)>),
}

/// The one document of `text`.
pub(crate) fn parse(text: &str) -> Result<Node, Problem> {
    let start = At { line: 1, column: 1 };
    if TEXT_BYTES_MAX < text.len() {
        return Err(start.problem(format!("longer than {TEXT_BYTES_MAX} bytes")));
    }
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let marker = error.marker();
            let at = At { line: marker.line() as u32, column: marker.col() as u32 + 1 };
            at.problem(error.info())
        })?;
        builder.take(event, at(&span))?;
    }
    builder.done.ok_or_else(|| start.problem("the file is empty"))
}

fn at(span: &Span) -> At {
    At { line: span.start.line() as u32, column: span.start.col() as u32 + 1 }
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    done: Option<Node>,
    n_nodes: usize,
}

/// A list or table whose end has not come.
enum Open {
    List(At, Vec<Node>),
    Table(At, Vec<(Node, Node)>, Option<Node>),
}

impl Builder {
    fn take(&mut self, event: Event<'_>, at: At) -> Result<(), Problem> {
        match event {
            Event::Alias(_) => Err(at.problem("aliases are not taken here")),
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _)
                if anchor != 0 =>
            {
                Err(at.problem("anchors are not taken here"))
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => Err(at.problem("tags are not taken here")),
            Event::Scalar(text, style, _, None) => {
                let is_quoted = style != ScalarStyle::Plain;
                self.add(Node { at, kind: NodeKind::Text(text.into_owned(), is_quoted) })
            }
            Event::SequenceStart(..) => self.open(Open::List(at, Vec::new()), at),
            Event::MappingStart(..) => self.open(Open::Table(at, Vec::new(), None), at),
            Event::SequenceEnd | Event::MappingEnd => {
                let node = match self.open.pop() {
                    Some(Open::List(at, items)) => Node { at, kind: NodeKind::List(items) },
                    Some(Open::Table(at, fields, _)) => Node { at, kind: NodeKind::Table(fields) },
                    None => return Err(at.problem("an end without a beginning")),
                };
                self.add(node)
            }
            Event::DocumentStart(_) if self.done.is_some() => {
                Err(at.problem("a second document; one file defines one thing"))
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, open: Open, at: At) -> Result<(), Problem> {
        if self.open.len() == DEPTH_MAX {
            return Err(at.problem(format!("nested deeper than {DEPTH_MAX}")));
        }
        self.open.push(open);
        Ok(())
    }

    fn add(&mut self, node: Node) -> Result<(), Problem> {
        self.n_nodes += 1;
        if NODES_MAX < self.n_nodes {
            return Err(node.at.problem(format!("more than {NODES_MAX} values")));
        }
        match self.open.last_mut() {
            None => self.done = Some(node),
            Some(Open::List(_, items)) => items.push(node),
            Some(Open::Table(_, fields, key)) => match key.take() {
                None => *key = Some(node),
                Some(key) => fields.push((key, node)),
            },
        }
        Ok(())
    }
}

//! Reads the fields of a table: each is asked for once, and what nobody asked for is a problem.

#[cfg(test)]
pub(crate) use self::asked::asked_fields;
use crate::yaml::{At, Node, NodeKind, Problem};

/// Names are at most this long.
pub(crate) const NAME_CHARS_MAX: usize = 64;

/// A table whose fields are being read.
pub(crate) struct Table<'a> {
    pub(crate) at: At,
    what: &'static str,
    fields: Vec<(&'a str, At, &'a Node)>,
    asked: Vec<&'static str>,
}

impl<'a> Table<'a> {
    /// The fields of `node`, which is to be a `what`. Keys that come twice are a problem.
    pub(crate) fn of(node: &'a Node, what: &'static str, acc: &mut Vec<Problem>) -> Option<Self> {
        let NodeKind::Table(pairs) = &node.kind else {
            acc.push(node.at.problem(format!("{what} is a table of fields, not {}", shape(node))));
            return None;
        };
        let mut fields: Vec<(&str, At, &Node)> = Vec::new();
        for (key, value) in pairs {
            let NodeKind::Text(name, _) = &key.kind else {
                acc.push(key.at.problem("a field's name is a word"));
                continue;
            };
            if fields.iter().any(|it| it.0 == name) {
                acc.push(key.at.problem(format!("`{name}` is there twice")));
                continue;
            }
            fields.push((name, key.at, value));
        }
        Some(Table { at: node.at, what, fields, asked: Vec::new() })
    }

    /// The field; an empty one counts as missing.
    pub(crate) fn get(&mut self, key: &'static str) -> Option<&'a Node> {
        self.asked.push(key);
        let node = self.fields.iter().find(|it| it.0 == key)?.2;
        let is_null = matches!(&node.kind, NodeKind::Text(text, false)
            if matches!(text.as_str(), "" | "~" | "null"));
        (!is_null).then_some(node)
    }

    /// The same for a field that has to be there.
    fn need(&mut self, key: &'static str, acc: &mut Vec<Problem>) -> Option<&'a Node> {
        let node = self.get(key);
        if node.is_none() {
            acc.push(self.at.problem(format!("{} needs `{key}`", self.what)));
        }
        node
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &'static str, acc: &mut Vec<Problem>) -> Option<String> {
        let node = self.get(key)?;
        text(node, key, acc).map(str::to_owned)
    }

    /// A text that has to be there, and is not empty.
    pub(crate) fn need_text(&mut self, key: &'static str, acc: &mut Vec<Problem>) -> String {
        let Some(node) = self.need(key, acc) else { return String::new() };
        let text = text(node, key, acc).unwrap_or_default();
        if text.trim().is_empty() {
            acc.push(node.at.problem(format!("`{key}` is empty")));
        }
        text.to_owned()
    }

    /// A name: lower-case words joined by `-`.
    pub(crate) fn need_name(&mut self, key: &'static str, acc: &mut Vec<Problem>) -> String {
        let Some(node) = self.need(key, acc) else { return String::new() };
        let Some(name) = text(node, key, acc) else { return String::new() };
        if !is_name(name) {
            let fact = format!("`{key}` is lower-case words joined by `-`, not `{name}`");
            acc.push(node.at.problem(fact));
        }
        name.to_owned()
    }

    /// One of some words.
    pub(crate) fn need_word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
        acc: &mut Vec<Problem>,
    ) -> Option<T> {
        let node = self.need(key, acc)?;
        let given = text(node, key, acc)?;
        let found = words.iter().find(|it| it.0 == given);
        if found.is_none() {
            let words: Vec<&str> = words.iter().map(|it| it.0).collect();
            let fact = format!("`{key}` is one of {}, not `{given}`", words.join(", "));
            acc.push(node.at.problem(fact));
        }
        found.map(|it| it.1)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, key: &'static str, acc: &mut Vec<Problem>) -> Option<bool> {
        let node = self.get(key)?;
        match text(node, key, acc)? {
            "true" => Some(true),
            "false" => Some(false),
            other => {
                acc.push(node.at.problem(format!("`{key}` is true or false, not `{other}`")));
                None
            }
        }
    }

    /// A whole number within `range`.
    pub(crate) fn number(
        &mut self,
        key: &'static str,
        range: (u64, u64),
        acc: &mut Vec<Problem>,
    ) -> Option<u64> {
        let node = self.get(key)?;
        let given = text(node, key, acc)?;
        let number = given.parse().ok().filter(|it| (range.0..=range.1).contains(it));
        if number.is_none() {
            let (min, max) = range;
            let fact = format!("`{key}` is a whole number from {min} to {max}, not `{given}`");
            acc.push(node.at.problem(fact));
        }
        number
    }

    /// The items of a list; none where the field is missing.
    pub(crate) fn list(&mut self, key: &'static str, acc: &mut Vec<Problem>) -> &'a [Node] {
        let Some(node) = self.get(key) else { return &[] };
        match &node.kind {
            NodeKind::List(items) => items,
            _ => {
                acc.push(node.at.problem(format!("`{key}` is a list, not {}", shape(node))));
                &[]
            }
        }
    }

    /// The texts of a list, with their places.
    pub(crate) fn texts(&mut self, key: &'static str, acc: &mut Vec<Problem>) -> Vec<(String, At)> {
        let mut res = Vec::new();
        for item in self.list(key, acc) {
            res.extend(text(item, key, acc).map(|it| (it.to_owned(), item.at)));
        }
        res
    }

    /// What nobody asked for.
    pub(crate) fn end(self, acc: &mut Vec<Problem>) {
        #[cfg(test)]
        asked::note(self.what, &self.asked);
        for (name, at, _) in self.fields {
            if !self.asked.contains(&name) {
                acc.push(at.problem(format!("{} has no field `{name}`", self.what)));
            }
        }
    }
}

fn text<'a>(node: &'a Node, key: &str, acc: &mut Vec<Problem>) -> Option<&'a str> {
    match &node.kind {
        NodeKind::Text(text, _) => Some(text),
        _ => {
            acc.push(node.at.problem(format!("`{key}` is a text, not {}", shape(node))));
            None
        }
    }
}

fn is_name(text: &str) -> bool {
    let is_word = |it: &str| {
        !it.is_empty() && it.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
    };
    text.len() <= NAME_CHARS_MAX && text.split('-').all(is_word)
}

fn shape(node: &Node) -> &'static str {
    match node.kind {
        NodeKind::Text(..) => "a text",
        NodeKind::List(_) => "a list",
        NodeKind::Table(_) => "a table",
    }
}

/// Which fields were asked for, for the test that the schemas have them all.
#[cfg(test)]
mod asked {
    use std::{
        cell::RefCell,
        collections::{BTreeMap, BTreeSet},
    };

    /// The fields by what they are fields of.
    type Asked = BTreeMap<&'static str, BTreeSet<String>>;

    thread_local! {
        static ASKED: RefCell<Asked> = RefCell::default();
    }

    pub(super) fn note(what: &'static str, fields: &[&'static str]) {
        let fields = fields.iter().map(|it| (*it).to_owned());
        ASKED.with_borrow_mut(|it| it.entry(what).or_default().extend(fields));
    }

    /// What `read` asks for.
    pub(crate) fn asked_fields(read: impl FnOnce()) -> Asked {
        ASKED.with_borrow_mut(Asked::clear);
        read();
        ASKED.take()
    }
}

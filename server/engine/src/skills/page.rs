//! A report as it is written: Markdown with links to the places it speaks of.

use std::fmt::Write as _;

use agent::{Finding, SkillReply};
use ide::{Answer, AnswerItem, NavTarget};
use text::{PositionEncoding, TextSize};
use vfs::{FileId, VfsPath};

use super::named;
use crate::Snapshot;

/// A report under way.
pub(super) struct Page<'a> {
    snapshot: &'a Snapshot,
    title: String,
    text: String,
}

impl<'a> Page<'a> {
    /// A report with nothing but its title.
    pub(super) fn new(snapshot: &'a Snapshot, title: impl Into<String>) -> Page<'a> {
        let title = title.into();
        let text = format!("# {title}\n");
        Page { snapshot, title, text }
    }

    pub(super) fn section(&mut self, title: &str) {
        let _ = write!(self.text, "\n## {title}\n\n");
    }

    /// A paragraph of its own.
    pub(super) fn paragraph(&mut self, text: &str) {
        let _ = write!(self.text, "\n{text}\n");
    }

    /// An entry of a list, `depth` levels inside.
    pub(super) fn entry(&mut self, depth: usize, text: &str) {
        let last = self.text.lines().last().unwrap_or_default().trim_start();
        if !last.is_empty() && !last.starts_with("- ") {
            self.text.push('\n');
        }
        let _ = writeln!(self.text, "{}- {text}", "  ".repeat(depth));
    }

    /// Text as it is: Markdown.
    pub(super) fn markdown(&mut self, text: &str) {
        let _ = write!(self.text, "\n{}\n", text.trim_end());
    }

    /// The items of an answer, each below what it was reached from.
    pub(super) fn items(&mut self, items: &[AnswerItem]) {
        for item in items {
            let depth = (item.depth as usize).saturating_sub(1);
            let how = match &item.edge {
                Some(edge) => format!(" · {}, {}", edge.kind.as_str(), edge.resolution),
                None => String::new(),
            };
            let test = if item.is_test { " · test" } else { "" };
            let text = format!("{}{how}{test}", self.target(&item.target));
            self.entry(depth, &text);
        }
    }

    /// What an answer does not cover.
    pub(super) fn limits_of(&mut self, answer: &Answer) {
        let mut limits = answer.limits();
        let waiting = self.snapshot.status.lag;
        if 0 < waiting {
            limits.push(format!("{waiting} files wait to be indexed"));
        }
        self.limits(&limits);
    }

    /// What a reader has to know of how far this goes.
    pub(super) fn limits(&mut self, limits: &[String]) {
        if limits.is_empty() {
            return;
        }
        self.section("What this does not cover");
        for limit in limits {
            self.entry(0, limit);
        }
    }

    /// A definition: its name, what it is, and where.
    pub(super) fn target(&self, target: &NavTarget) -> String {
        let link = self.link(target.file, target.name_range.start());
        match target.symbol {
            Some(_) => format!("{} ({}) · {link}", code(&named(target)), target.kind.as_str()),
            None => format!("top level of {link}"),
        }
    }

    /// A link to a place of a file.
    pub(super) fn link(&self, file: FileId, offset: TextSize) -> String {
        let path = self.snapshot.vfs.path(file);
        let line = self.snapshot.line_col(file, offset, PositionEncoding::Utf8);
        self.link_to(path, line.map(|it| it.line + 1))
    }

    /// A link to a place of a file by its path.
    fn place(&self, path: &VfsPath, offset: TextSize) -> String {
        match self.snapshot.file(path) {
            Ok(file) => self.link(file, offset),
            Err(_) => self.link_to(path, None),
        }
    }

    /// A link to a file, to a line of it where one is given.
    pub(super) fn link_to(&self, path: &VfsPath, line: Option<u32>) -> String {
        let shown = self.snapshot.shown_path(path).replace(['[', ']', '`'], "?");
        let address = address(path);
        match line {
            Some(line) => format!("[{shown}:{line}]({address}#L{line})"),
            None => format!("[{shown}]({address})"),
        }
    }

    /// The report as it stands.
    pub(super) fn done(self) -> SkillReply {
        SkillReply::Report { title: self.title, markdown: self.text }
    }
}

/// An answer as text.
pub(super) fn reply_markdown(snapshot: &Snapshot, reply: &SkillReply) -> String {
    match reply {
        SkillReply::Report { markdown, .. } => markdown.clone(),
        SkillReply::Findings { title, findings, limits } => {
            findings_page(snapshot, title, findings, limits)
        }
        SkillReply::Change { title, reason, change, .. } => {
            let files = change.edits.len() + change.operations.len();
            format!("{title}: {reason} ({})", count(files, "file", "files"))
        }
        SkillReply::Choices { question, choices } => {
            let choices = choices.iter().map(|it| format!("- {}: `{}`\n", it.title, it.command));
            format!("{question}\n\n{}", choices.collect::<String>())
        }
        SkillReply::Nothing(why) => why.clone(),
    }
}

/// Findings as a report, file by file.
fn findings_page(
    snapshot: &Snapshot,
    title: &str,
    findings: &[Finding],
    limits: &[String],
) -> String {
    let mut page = Page::new(snapshot, title);
    page.paragraph(&count(findings.len(), "finding", "findings"));
    let mut path = None;
    for it in findings {
        if path != Some(&it.path) {
            path = Some(&it.path);
            page.section(&snapshot.shown_path(&it.path));
        }
        let link = page.place(&it.path, it.range.start());
        page.entry(0, &format!("{link} {} · {}", it.message, it.rule));
        for (path, range, word) in &it.related {
            let link = page.place(path, range.start());
            page.entry(1, &format!("{link} {word}"));
        }
        if let Some(remedy) = snapshot.remedy(it) {
            page.entry(1, &format!("to mend it: {}", code(&remedy)));
        }
    }
    page.limits(limits);
    page.text
}

/// A name as code; what is no name by its characters is made harmless.
pub(super) fn code(text: &str) -> String {
    let text: String =
        text.chars().map(|it| if it == '`' || it.is_control() { '\'' } else { it }).collect();
    format!("`{text}`")
}

/// A sentence about so many of something.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// The URI of a file.
fn address(path: &VfsPath) -> String {
    let path = path.as_str();
    let mut res = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                res.push(char::from(byte));
            }
            other => {
                let _ = write!(res, "%{other:02X}");
            }
        }
    }
    res
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_nothing_that_ends_a_link() {
        let path = VfsPath::new("/a b/c(1).rs").unwrap();
        assert_eq!(address(&path), "file:///a%20b/c%281%29.rs");
        assert_eq!(code("a`b\n"), "`a'b'`");
    }
}

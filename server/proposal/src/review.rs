//! The marks in a diff document: which parts the reader takes, which not, and which are still open.
//!
//! The document itself is what remembers them, as the list of an interactive rebase does: an action
//! changes one mark, and so may the reader by hand.

use std::ops::Range;

use crate::PartId;

/// What the reader says of a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// Nothing yet.
    #[default]
    Open,
    /// Take it.
    Accepted,
    /// Leave it.
    Rejected,
}

/// A mark where it stands in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The part.
    pub id: PartId,
    /// What is said of it.
    pub mark: Mark,
    /// The line, from 0.
    pub line: usize,
    /// The bytes of the line that are the mark.
    pub columns: Range<usize>,
}

impl Mark {
    /// The mark as it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Mark::Open => "[ ]",
            Mark::Accepted => "[x]",
            Mark::Rejected => "[-]",
        }
    }
}

/// All marks of the document `text`, in order.
pub fn marks(text: &str) -> Vec<Marked> {
    text.lines().enumerate().filter_map(|(nth, line)| marked(nth, line)).collect()
}

/// The mark of the part that the line `line` of the document belongs to: the nearest one above it,
/// or the one over the head of its file.
pub fn mark_at(text: &str, line: usize) -> Option<Marked> {
    let lines: Vec<&str> = text.lines().take(line + 1).collect();
    let at_cursor = lines.len().checked_sub(1)?;
    for nth in (0..=at_cursor).rev() {
        if let Some(found) = marked(nth, lines[nth]) {
            return Some(found);
        }
        if lines[nth].starts_with("diff --git ") {
            return marked(nth.checked_sub(1)?, lines[nth - 1]);
        }
    }
    None
}

/// The mark in the head of a hunk (`@@ -1 +1 @@ [ ] 2.3 …`) or over the head of a file
/// (`# [ ] 2 …`). Lines of the texts begin with another character.
fn marked(nth: usize, line: &str) -> Option<Marked> {
    let start = match line.strip_prefix("# ") {
        Some(_) => 2,
        None => line.strip_prefix("@@ ")?.find(" @@ ")? + "@@ ".len() + " @@ ".len(),
    };
    let rest = line.get(start..)?;
    let sign = rest.strip_prefix('[')?.chars().next()?;
    let columns = start..start + 1 + sign.len_utf8() + 1;
    let mark = match sign {
        'x' | 'X' => Mark::Accepted,
        '-' => Mark::Rejected,
        _ => Mark::Open,
    };
    let rest = line.get(columns.end - 1..)?.strip_prefix("] ")?;
    let id = PartId::parse(rest.split(' ').next()?)?;
    Some(Marked { id, mark, line: nth, columns })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Title [x] 1
# [x] 1 creates the file
diff --git a/n b/n
new file mode 100644
@@ -0,0 +1 @@
+# [ ] 9 text of the file
# [ ] 2 moves the file
diff --git a/o b/p
@@ -1 +1 @@ [-] 2.1 edits
-@@ -1 +1 @@ [x] 7.7 text of the file
@@ -9 +9 @@ [ x] 2.2
";

    #[test]
    fn marks_are_read_from_heads_only() {
        let found = marks(TEXT).iter().fold(String::new(), |acc, it| {
            let text = &TEXT.lines().nth(it.line).unwrap()[it.columns.clone()];
            acc + &format!("{}: {} {:?} {text}\n", it.line, it.id, it.mark)
        });
        assert_eq!(found, "1: 1 Accepted [x]\n6: 2 Open [ ]\n8: 2.1 Rejected [-]\n");
    }

    #[test]
    fn a_line_belongs_to_the_nearest_head() {
        let at = |line| mark_at(TEXT, line).map(|it| it.id.to_string());
        let expected = [None, Some("1"), Some("1"), Some("1"), Some("1"), Some("1"), Some("2")];
        for (line, expected) in expected.into_iter().enumerate() {
            assert_eq!(at(line).as_deref(), expected, "line {line}");
        }
        assert_eq!(at(7).as_deref(), Some("2"));
        assert_eq!(at(9).as_deref(), Some("2.1"));
        assert_eq!(at(99).as_deref(), Some("2.1"));
    }
}

//! Trust: whether the user has said that the files under `.aios/`, just as they are, may act.

use std::{collections::BTreeMap, fmt::Write as _};

use proposal::visible_line;
use similar::{ChangeTag, TextDiff};
use store::TrustRow;
use vfs::ContentHash;

use crate::Own;

/// Lines around a change that are shown.
const CONTEXT_LINES: usize = 3;
/// Characters of a fingerprint: nobody searches for two sets of files with the same one by hand.
const FINGERPRINT_CHARS: usize = 32;
/// The head of the document that shows what is not trusted.
const HEAD_LINES: usize = 3;
/// What stands before the fingerprint in it.
const SEEN: &str = "# What is shown: ";

/// Whether a workspace is trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has said so, and there is nothing that would act by itself.
    #[default]
    Unasked,
    /// Every file is just as a change of the user's own left it; nobody has trusted the rest of the
    /// workspace.
    Applied,
    /// There are files that nobody has trusted yet.
    Untrusted,
    /// It was trusted, and files have changed since.
    Changed,
    /// Every file is just as the user trusted it.
    Trusted,
}

/// A file that is not as it was trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustChange {
    /// The file, below the workspace.
    pub path: String,
    /// The content that was trusted last; `None`: none ever was.
    pub old: Option<String>,
    /// What it holds.
    pub new: String,
}

impl Standing {
    /// True where the files under `.aios/` may act. Commands of the project itself are run only
    /// where the workspace is trusted.
    pub fn files_may_act(self) -> bool {
        matches!(self, Standing::Applied | Standing::Trusted)
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Unasked => "not asked",
            Standing::Applied => "not asked; its files under .aios/ are your own",
            Standing::Untrusted => "untrusted",
            Standing::Changed => "changed since it was trusted",
            Standing::Trusted => "trusted",
        }
    }
}

/// Where `files` stand to what was trusted, and the name of all their contents.
pub(crate) fn standing(
    files: &BTreeMap<String, String>,
    trusted: Option<&TrustRow>,
) -> (Standing, Vec<TrustChange>, String) {
    let is_new = |it: &(&String, &String)| !trusted.is_some_and(|row| row.has(it.0, it.1));
    let changes = files.iter().filter(is_new).map(|(path, text)| TrustChange {
        path: path.clone(),
        old: trusted.and_then(|it| it.files.get(path)?.last().cloned()),
        new: text.clone(),
    });
    let changes: Vec<TrustChange> = changes.collect();
    let was_asked = trusted.is_some_and(|it| it.given_ms != 0);
    let standing = match (was_asked, files.is_empty(), changes.is_empty()) {
        (false, true, _) => Standing::Unasked,
        (false, false, true) => Standing::Applied,
        (false, false, false) => Standing::Untrusted,
        (true, _, true) => Standing::Trusted,
        (true, _, false) => Standing::Changed,
    };
    (standing, changes, fingerprint(files))
}

fn fingerprint(files: &BTreeMap<String, String>) -> String {
    let mut all = String::new();
    for (path, text) in files {
        let hash = ContentHash::of(text.as_bytes());
        writeln!(all, "{hash} {path}").expect("writing to a string does not fail");
    }
    ContentHash::of(all.as_bytes()).to_string().chars().take(FINGERPRINT_CHARS).collect()
}

/// What is not trusted, as a document that remembers what it shows.
pub(crate) fn document(own: &Own) -> String {
    format!(
        "# Files under .aios/: {}\n# Trust them: a code action here, or `aios trust`\n{SEEN}{}\n{}",
        own.standing.name(),
        own.fingerprint,
        render_changes(&own.changes)
    )
}

/// The fingerprint of what such a document shows; `None` for another text.
pub fn seen_in_trust_document(text: &str) -> Option<&str> {
    // Behind its head the document is what the repository says.
    text.lines().take(HEAD_LINES).find_map(|it| it.strip_prefix(SEEN))
}

/// The changes as a diff, for people. What a terminal would obey is made visible.
pub fn render_changes(changes: &[TrustChange]) -> String {
    let mut res = String::new();
    for change in changes {
        let old = change.old.as_deref().unwrap_or_default();
        let from = if change.old.is_some() { change.path.as_str() } else { "nothing" };
        let mut line = |sign: &str, text: &str| {
            let text = visible_line(text.trim_end_matches(['\n', '\r']));
            writeln!(res, "{sign}{text}").expect("writing to a string does not fail");
        };
        line("--- ", from);
        line("+++ ", &change.path);
        let diff = TextDiff::from_lines(old, &change.new);
        for group in diff.grouped_ops(CONTEXT_LINES) {
            line("@@", "");
            for part in group.iter().flat_map(|it| diff.iter_changes(it)) {
                let sign = match part.tag() {
                    ChangeTag::Delete => "-",
                    ChangeTag::Insert => "+",
                    ChangeTag::Equal => " ",
                };
                line(sign, part.value());
            }
        }
    }
    res
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect()
    }

    #[test]
    fn trust_is_in_contents_and_ends_with_them() {
        let none = files(&[]);
        assert_eq!(standing(&none, None).0, Standing::Unasked);
        let one = files(&[("a", "1")]);
        assert_eq!(standing(&one, None).0, Standing::Untrusted);
        let mut row = TrustRow::default();
        row.accept("a", "1");
        assert_eq!(standing(&one, Some(&row)).0, Standing::Applied);
        assert_eq!(standing(&none, Some(&row)).0, Standing::Unasked);
        let (now, changes, _) = standing(&files(&[("a", "1"), ("b", "2")]), Some(&row));
        let changes: Vec<&str> = changes.iter().map(|it| it.path.as_str()).collect();
        assert_eq!((now, changes), (Standing::Untrusted, vec!["b"]));
        row.given_ms = 1;
        assert_eq!(standing(&one, Some(&row)).0, Standing::Trusted);
        // The same content elsewhere is another thing.
        assert_eq!(standing(&files(&[("b", "1")]), Some(&row)).0, Standing::Changed);
        let (now, changes, name) = standing(&files(&[("a", "1"), ("b", "2")]), Some(&row));
        assert_eq!((now, changes.len()), (Standing::Changed, 1));
        assert_ne!(name, standing(&one, None).2);
        // What goes takes nothing that was trusted away.
        assert_eq!(standing(&none, Some(&row)).0, Standing::Trusted);
    }

    #[test]
    fn a_document_names_what_it_shows_and_no_file_can_name_it_otherwise() {
        let own = Own {
            fingerprint: "abc".to_owned(),
            changes: vec![TrustChange {
                path: "a".to_owned(),
                old: None,
                new: format!("{SEEN}def\n"),
            }],
            ..Own::default()
        };
        assert_eq!(seen_in_trust_document(&document(&own)), Some("abc"));
        assert_eq!(seen_in_trust_document(&render_changes(&own.changes)), None);
    }

    #[test]
    fn what_changed_is_shown_and_cannot_fool_a_terminal() {
        let change = TrustChange {
            path: ".aios/config.toml".to_owned(),
            old: Some("a = 1\nb = 2\n".to_owned()),
            new: "a = 1\nb = \"\x1b[2K\"\n".to_owned(),
        };
        expect![[r#"
            --- .aios/config.toml
            +++ .aios/config.toml
            @@
             a = 1
            -b = 2
            +b = "‹U+001B›[2K"
        "#]]
        .assert_eq(&render_changes(&[change]));
    }
}

//! What comments may say: work that is left can be found again, and nothing refers to what a reader
//! does not have.

use crate::{rust::RustFile, tree::Problem};

/// Work that is left: `TODO(area): what`. `FIXME:` marks a wrong behaviour that a test asserts as
/// it is.
pub(crate) fn todos(file: &RustFile) -> Vec<Problem> {
    let mut acc = Vec::new();
    file.each(|node| {
        if !matches!(node.kind(), "line_comment" | "block_comment") {
            return;
        }
        let text = file.text_of(node);
        for (offset, line) in text.lines().enumerate() {
            let message = match line {
                it if has_word(it, "XXX") || has_word(it, "HACK") => {
                    "say what is odd and why, or `TODO(area): …`"
                }
                it if has_word(it, "TODO") && !has_area(it) => "write `TODO(area): what is left`",
                it if has_word(it, "FIXME") && !file.is_test(node) => {
                    "`FIXME:` marks a wrong behaviour in its test; else `TODO(area): …`"
                }
                _ => continue,
            };
            let line = file.line_of(node) + offset;
            acc.push(Problem::new(&file.path, line, message.to_owned(), "style: Comments"));
        }
    });
    acc
}

/// What is left in `file`, each with its line.
pub(crate) fn left(file: &RustFile) -> Vec<(usize, String)> {
    let mut acc = Vec::new();
    file.each(|node| {
        if matches!(node.kind(), "line_comment" | "block_comment") {
            for (offset, line) in file.text_of(node).lines().enumerate() {
                if has_word(line, "TODO") || has_word(line, "FIXME") {
                    acc.push((file.line_of(node) + offset, line.trim().to_owned()));
                }
            }
        }
    });
    acc
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let is_letter = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || it == '`');
        !is_letter(line[..at].chars().next_back())
            && !is_letter(line[at + word.len()..].chars().next())
    })
}

fn has_area(line: &str) -> bool {
    let Some((_, rest)) = line.split_once("TODO(") else { return false };
    rest.split_once("): ").is_some_and(|(area, what)| !area.is_empty() && !what.is_empty())
}

/// Paths and names of the desk this was written at; a reader of the repository has none of them.
pub(crate) fn outside_names(path: &str, text: &str) -> Vec<Problem> {
    // Put together here, or this list would be its own first finding.
    let names = [
        concat!("/work", "/main"),
        concat!("/work", "/shared"),
        concat!("/work", "/plan"),
        concat!("/work", "/target"),
        concat!("..", "/shared/"),
        concat!("shared", "/DESIGN"),
        concat!("shared", "/STYLE"),
        concat!("PLAN", ".md"),
        concat!("in", "box-"),
        concat!("Cla", "ude"),
        concat!("Chat", "GPT"),
        concat!("Co-Auth", "ored-By"),
    ];
    let mut acc = Vec::new();
    for (row, line) in text.lines().enumerate() {
        if let Some(name) = names.iter().find(|it| line.contains(**it)) {
            let message = format!("`{name}` is nothing that a reader of this repository has");
            acc.push(Problem::new(path, row + 1, message, "style: Comments"));
        }
    }
    acc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_is_left_can_be_found_again() {
        let lines = |text: &str| -> Vec<usize> {
            let file = RustFile::parse("server/x/src/a.rs", text.to_owned());
            todos(&file).iter().map(|it| it.line).collect()
        };
        assert_eq!(lines("// TODO later\n// TODO(graph): resolve fields\nfn a() {}"), [1]);
        assert_eq!(lines("fn a() {}\n// FIXME: wrong\n// HACK\n"), [2, 3]);
        assert!(lines("#[test]\nfn a() { /* FIXME: wrong */ }").is_empty());
        assert!(lines("// `TODO` and TODOS are words.\nconst A: &str = \"TODO\";").is_empty());
    }

    #[test]
    fn the_desk_is_not_named() {
        let text = format!("fine\nsee {}DESIGN.md", concat!("..", "/shared/"));
        assert_eq!(outside_names("a.md", &text)[0].line, 2);
        assert!(outside_names("a.md", "a shared map, /home/me/main.rs").is_empty());
    }
}

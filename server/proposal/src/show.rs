//! How paths and texts of the workspace are written where people read them: nothing in them can
//! pretend to be something else.

use vfs::VfsPath;

/// Characters of one line that are shown.
pub(crate) const LINE_CHARS_MAX: usize = 2_000;

/// `path` below its workspace folder; with the folder's name where there are several, and whole
/// where it lies in none.
pub(crate) fn path(path: &VfsPath, roots: &[VfsPath]) -> String {
    let mut below = roots.iter().filter_map(|root| Some((root, path.relative_to(root)?)));
    let shown = match below.next() {
        Some((_, relative)) if roots.len() == 1 => relative.to_owned(),
        Some((root, relative)) => match root.file_name() {
            Some(name) => format!("{name}/{relative}"),
            None => relative.to_owned(),
        },
        None => path.to_string(),
    };
    visible_line(&shown)
}

/// `text` with the paths in it written below their workspace folders, as [`path`] writes them. A
/// folder's name counts only where a path begins there.
pub fn paths_below(text: &str, roots: &[VfsPath]) -> String {
    let mut res = text.to_owned();
    // Of a folder inside another one the longer path is the one that is meant.
    let mut longest: Vec<&VfsPath> = roots.iter().filter(|it| it.parent().is_some()).collect();
    longest.sort_by_key(|it| std::cmp::Reverse(it.as_str().len()));
    for root in longest {
        let name = root.file_name().filter(|_| 1 < roots.len());
        let shown = name.map_or(String::new(), |it| format!("{it}/"));
        let whole = format!("{root}/");
        let mut written = String::with_capacity(res.len());
        let mut rest = res.as_str();
        while let Some((before, after)) = rest.split_once(&whole) {
            let is_inside = |it: char| it.is_alphanumeric() || "/._-".contains(it);
            let begins = !before.chars().next_back().is_some_and(is_inside);
            written.push_str(before);
            written.push_str(if begins { &shown } else { &whole });
            rest = after;
        }
        written.push_str(rest);
        res = written;
    }
    res
}

/// `text` as one line: cut where it is too long, with what cannot be seen made visible. A terminal
/// would obey an escape character, and an editor turns lines around for some others.
pub fn visible_line(text: &str) -> String {
    let mut res = String::with_capacity(text.len());
    for (nth, c) in text.chars().enumerate() {
        if nth == LINE_CHARS_MAX {
            res.push('…');
            break;
        }
        match c {
            '\n' | '\r' => res.push(' '),
            _ => push_visible(&mut res, c),
        }
    }
    res
}

/// The same for a text of several lines, as long as they are.
pub fn visible_text(text: &str) -> String {
    let mut res = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => res.push(c),
            _ => push_visible(&mut res, c),
        }
    }
    res
}

fn push_visible(acc: &mut String, c: char) {
    match is_hidden(c) {
        true if c != '\t' => acc.push_str(&format!("‹U+{:04X}›", c as u32)),
        _ => acc.push(c),
    }
}

/// Control characters, direction marks and the byte order mark.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// `1 file`, `2 files`.
pub(crate) fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_made_visible() {
        assert_eq!(visible_text("a\tb\x1b[2J\n\r\u{7}c"), "a\tb‹U+001B›[2J\n‹U+000D›‹U+0007›c");
        assert_eq!(visible_line("a\tb\x1b[31m\u{202e}c\r\n"), "a\tb‹U+001B›[31m‹U+202E›c  ");
        assert_eq!(
            visible_line(&"x".repeat(LINE_CHARS_MAX + 9)).chars().count(),
            LINE_CHARS_MAX + 1
        );
    }

    #[test]
    fn a_path_is_shown_below_its_folder() {
        let folder = |path: &str| VfsPath::new(path).unwrap();
        let file = folder("/code/app/src/a.rs");
        assert_eq!(path(&file, &[folder("/code/app")]), "src/a.rs");
        assert_eq!(path(&file, &[folder("/code/lib"), folder("/code/app")]), "app/src/a.rs");
        assert_eq!(path(&file, &[]), "/code/app/src/a.rs");
    }

    #[test]
    fn paths_in_a_sentence_are_shown_below_their_folders() {
        let folder = |path: &str| VfsPath::new(path).unwrap();
        let text = "`x` at /code/app/a.rs:3, not /old/code/app/a.rs; see /code/app";
        assert_eq!(
            paths_below(text, &[folder("/code/app")]),
            "`x` at a.rs:3, not /old/code/app/a.rs; see /code/app"
        );
        let two = [folder("/code"), folder("/code/app")];
        assert_eq!(paths_below("/code/b.rs and /code/app/a.rs", &two), "code/b.rs and app/a.rs");
        assert_eq!(paths_below("/a.rs", &[folder("/")]), "/a.rs");
    }
}

//! Files and lines that a question names: a path, `file.rs:12`, the frames of a trace.

/// Most places taken from one question; a trace begins with those that matter.
const PLACES_MAX: usize = 16;

/// Longer paths are no paths.
const PATH_BYTES_MAX: usize = 512;

/// A file as the question names it, and the line where it names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The path as written, `/` between folders; often only its end, sometimes from the disk's
    /// root.
    pub(crate) path: String,
    /// From 1.
    pub(crate) line: Option<u32>,
}

impl Place {
    /// True where `path`, relative to its root, may be what the question names.
    pub(crate) fn is(&self, path: &str) -> bool {
        ends_with_path(path, &self.path) || ends_with_path(&self.path, path)
    }
}

/// The places that `text` names, in its order.
pub(crate) fn places(text: &str) -> Vec<Place> {
    let mut res: Vec<Place> = Vec::new();
    let is_around = |c: char| c.is_whitespace() || "\"'`()[]{}<>,;|=".contains(c);
    let mut tokens = text.split(is_around).filter(|it| !it.is_empty()).peekable();
    while let Some(token) = tokens.next() {
        let Some(mut place) = place(token) else { continue };
        // Python writes `File "a.py", line 12`.
        if place.line.is_none() && tokens.peek() == Some(&"line") {
            tokens.next();
            place.line = tokens.peek().and_then(|it| it.parse().ok());
        }
        if !res.contains(&place) {
            res.push(place);
        }
        if PLACES_MAX <= res.len() {
            break;
        }
    }
    res
}

fn place(token: &str) -> Option<Place> {
    let token = token.trim_end_matches(['.', ':', '!', '?']);
    let (path, line) = split_line(token);
    let path = path.replace('\\', "/");
    let path = path.trim_start_matches("./").trim_start_matches("../");
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, ending) = name.rsplit_once('.')?;
    let is_ending = (1..=8).contains(&ending.len())
        && ending.bytes().all(|it| it.is_ascii_alphanumeric())
        && ending.starts_with(|it: char| it.is_ascii_alphabetic());
    let is_path = is_ending && 1 < stem.len() && path.len() <= PATH_BYTES_MAX;
    is_path.then(|| Place { path: path.to_owned(), line })
}

/// `file.rs:12:4` is a path and a line.
fn split_line(token: &str) -> (&str, Option<u32>) {
    let number = |it: &str| it.parse::<u32>().ok();
    match token.rsplit_once(':') {
        Some((rest, last)) if number(last).is_some() => match rest.rsplit_once(':') {
            Some((path, line)) if number(line).is_some() => (path, number(line)),
            _ => (rest, number(last)),
        },
        _ => (token, None),
    }
}

fn ends_with_path(long: &str, short: &str) -> bool {
    match long.strip_suffix(short) {
        Some(rest) => rest.is_empty() || rest.ends_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Expect) {
        let places: Vec<String> = places(text)
            .iter()
            .map(|it| {
                format!("{} {}", it.path, it.line.map_or("-".to_owned(), |it| it.to_string()))
            })
            .collect();
        expected.assert_eq(&places.join("\n"));
    }

    #[test]
    fn paths_and_frames_are_places() {
        check("panicked at ./src/io/blocking.rs:211:5: oh", expect!["src/io/blocking.rs 211"]);
        check(
            "File \"/home/me/app/views.py\", line 12, in show",
            expect!["/home/me/app/views.py 12"],
        );
        check(
            "at Object.<anonymous> (C:\\app\\index.test.ts:3)",
            expect!["C:/app/index.test.ts 3"],
        );
        check("see README.md.", expect!["README.md -"]);
    }

    #[test]
    fn other_dots_are_none() {
        check("version 1.2.3, e.g. the end... 12.5 .gitignore", expect![""]);
    }

    #[test]
    fn a_place_is_a_path_by_its_end() {
        let place = Place { path: "io/blocking.rs".to_owned(), line: None };
        assert!(place.is("tokio/src/io/blocking.rs"));
        assert!(!place.is("tokio/src/aio/blocking.rs"));
        let place = Place { path: "/home/me/app/views.py".to_owned(), line: None };
        assert!(place.is("app/views.py"));
    }
}

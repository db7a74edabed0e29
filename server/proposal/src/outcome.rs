//! What became of a change: measured against buffers and disk, never believed.

use std::collections::BTreeMap;

use text::TextEdits;
use vfs::{SourceChange, VfsPath};

use crate::{Checkpoint, Content, FilePlan, Image, Present, Proposal};

/// Ways to read a half-applied text that are followed at once; more are told as "something else".
const READINGS_MAX: usize = 64;

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every file is as proposed.
    Applied,
    /// Some of it is there.
    Partial {
        /// Files that are as proposed.
        done: Vec<VfsPath>,
        /// Files that are as they were.
        missing: Vec<VfsPath>,
        /// Files that are neither: a part of the edits, or somebody wrote at the same time.
        other: Vec<VfsPath>,
    },
    /// Every file is as it was.
    Declined,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// As proposed.
    Done,
    /// As it was.
    Missing,
    /// Where it was, with these of its edits, by their number, and no other change. A file that
    /// should be created and is empty has none.
    Edits(Vec<usize>),
    /// Neither as it was nor as proposed.
    Other,
    /// It cannot be read, for this reason.
    Unknown(String),
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// All in all.
    pub outcome: Outcome,
    /// By the number of the file in the checkpoint.
    pub files: Vec<FileState>,
}

/// Compares what `present` gives with `proposal`, by the hashes alone: a file of which only some
/// edits were made is told as [`FileState::Other`]. For asking again and again until all has
/// settled.
pub fn measure(proposal: &Proposal, present: &Present<'_>) -> Measured {
    let image = |plan: &FilePlan| Image {
        before: plan.before.clone(),
        after: plan.after.clone(),
        pre: plan.hash_before.map(Content::Redacted),
        post: plan.hash_after.map(Content::Redacted),
    };
    let checkpoint = Checkpoint { files: proposal.files.iter().map(image).collect() };
    measure_texts(&proposal.change, &checkpoint, present)
}

/// Compares what `present` gives with `change` and its `checkpoint`.
pub(crate) fn measure_texts(
    change: &SourceChange,
    checkpoint: &Checkpoint,
    present: &Present<'_>,
) -> Measured {
    let world = World::of(checkpoint);
    let files: Vec<FileState> =
        checkpoint.files.iter().map(|it| world.state(it, change, present)).collect();
    let paths = |wanted: fn(&FileState) -> bool| {
        let files = checkpoint.files.iter().zip(&files).filter(|it| wanted(it.1));
        files.map(|it| it.0.path().clone()).collect::<Vec<_>>()
    };
    let done = paths(|it| *it == FileState::Done);
    let missing = paths(|it| *it == FileState::Missing);
    let outcome = if done.len() == files.len() {
        Outcome::Applied
    } else if missing.len() == files.len() {
        Outcome::Declined
    } else {
        let other = paths(|it| !matches!(it, FileState::Done | FileState::Missing));
        Outcome::Partial { done, missing, other }
    };
    Measured { outcome, files }
}

/// What stands at each path before and after all of the change.
struct World<'a> {
    before: BTreeMap<&'a VfsPath, &'a Content>,
    after: BTreeMap<&'a VfsPath, &'a Content>,
}

impl<'a> World<'a> {
    fn of(checkpoint: &'a Checkpoint) -> World<'a> {
        let mut world = World { before: BTreeMap::new(), after: BTreeMap::new() };
        for file in &checkpoint.files {
            world.before.extend(file.before.as_ref().zip(file.pre.as_ref()));
            world.after.extend(file.after.as_ref().zip(file.post.as_ref()));
        }
        world
    }

    fn state(&self, file: &Image, change: &SourceChange, present: &Present<'_>) -> FileState {
        let mut now = Vec::new();
        let mut paths: Vec<&VfsPath> = file.before.iter().chain(&file.after).collect();
        paths.dedup();
        for path in paths {
            match present(path) {
                Ok(present) => now.push((path, present.map(|it| it.bytes))),
                Err(error) => return FileState::Unknown(error.to_string()),
            }
        }
        let fits = |content: Option<&&Content>, now: Option<&[u8]>| match (content, now) {
            (Some(content), Some(now)) => content.is(now),
            (None, None) => true,
            _ => false,
        };
        if now.iter().all(|(path, now)| fits(self.after.get(path), now.as_deref())) {
            return FileState::Done;
        }
        if now.iter().all(|(path, now)| fits(self.before.get(path), now.as_deref())) {
            return FileState::Missing;
        }
        let (path, now_at_first) = (now[0].0, now[0].1.as_deref());
        match (&file.before, &file.pre, now_at_first) {
            (None, _, Some([])) => FileState::Edits(Vec::new()),
            (Some(_), Some(Content::Kept(_)), Some(now_text)) => {
                // A file that should have moved counts only where nothing stands at its new place.
                let is_elsewhere_as_before =
                    now[1..].iter().all(|(path, now)| fits(self.before.get(path), now.as_deref()));
                let edits = change.edits.get(path).filter(|_| is_elsewhere_as_before);
                let pre = file.pre.as_ref().and_then(|it| it.like(now_text));
                edits
                    .zip(pre)
                    .and_then(|(edits, pre)| applied(edits, pre, now_text))
                    .map_or(FileState::Other, FileState::Edits)
            }
            _ => FileState::Other,
        }
    }
}

/// Which of `edits` turn `pre` into `now`; `None` where no choice of them does.
///
/// Before each edit stand all places in `now` that a choice of the edits before it can lead to,
/// each with one such choice.
fn applied(edits: &TextEdits, pre: &[u8], now: &[u8]) -> Option<Vec<usize>> {
    let mut readings: BTreeMap<usize, Vec<usize>> = BTreeMap::from([(0, Vec::new())]);
    let mut at = 0;
    for (nth, edit) in edits.iter().enumerate() {
        let range = edit.range.to_usize();
        let (kept, old) = (pre.get(at..range.start)?, pre.get(range.clone())?);
        let mut next = BTreeMap::new();
        for (place, choice) in readings {
            let Some(rest) = now.get(place..).and_then(|it| it.strip_prefix(kept)) else {
                continue;
            };
            let place = place + kept.len();
            if rest.starts_with(edit.text.as_bytes()) {
                let mut choice = choice.clone();
                choice.push(nth);
                next.entry(place + edit.text.len()).or_insert(choice);
            }
            if rest.starts_with(old) {
                next.entry(place + old.len()).or_insert(choice);
            }
        }
        if next.len() > READINGS_MAX {
            return None;
        }
        readings = next;
        at = range.end;
    }
    let tail = pre.get(at..)?;
    readings.into_iter().find(|(place, _)| now.get(*place..) == Some(tail)).map(|it| it.1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use text::{TextEdit, TextRange};
    use vfs::{FileOperation, ReadError};

    use super::*;
    use crate::{PresentFile, simulate};

    type Files = BTreeMap<&'static str, &'static str>;

    fn path(path: &str) -> VfsPath {
        VfsPath::new(path).unwrap()
    }

    fn at(files: &Files, path: &VfsPath) -> Result<Option<PresentFile>, ReadError> {
        match files.get(path.as_str()) {
            Some(&"unreadable") => {
                Err(ReadError::Io { path: path.clone(), error: "no permission".to_owned() })
            }
            text => Ok(text.map(|it| PresentFile::closed(it.as_bytes()))),
        }
    }

    fn edits(places: &[(usize, usize, &str)]) -> TextEdits {
        let edit = |it: &(usize, usize, &str)| TextEdit {
            range: TextRange::from_usize(it.0, it.1),
            text: it.2.to_owned(),
        };
        TextEdits::new(places.iter().map(edit).collect()).unwrap()
    }

    /// `/a` and `/b` are edited in two places each, `/m` is edited and moved to `/n`, `/c` is made,
    /// `/d` goes. `now` says which files differ from that.
    #[track_caller]
    fn check(now: &[(&'static str, Option<&'static str>)], expected: &str) {
        let before =
            Files::from([("/a", "x y x"), ("/b", "\u{feff}x y x"), ("/m", "move"), ("/d", "gone")]);
        let operations = vec![
            FileOperation::Rename { from: path("/m"), to: path("/n") },
            FileOperation::Create { path: path("/c"), text: "made".to_owned() },
            FileOperation::Delete { path: path("/d") },
        ];
        let change = SourceChange {
            edits: BTreeMap::from([
                (path("/a"), edits(&[(0, 1, "xx"), (4, 5, "xx")])),
                (path("/b"), edits(&[(3, 4, "z"), (7, 8, "z")])),
                (path("/m"), edits(&[(0, 1, "M")])),
            ]),
            operations,
        };
        let simulation = simulate(&change, &|it| at(&before, it)).unwrap();
        let checkpoint = Checkpoint::of(&simulation);
        let mut files = Files::from([
            ("/a", "xx y xx"),
            ("/b", "\u{feff}z y z"),
            ("/n", "Move"),
            ("/c", "made"),
        ]);
        for (path, text) in now {
            match text {
                Some(text) => files.insert(path, text),
                None => files.remove(path),
            };
        }
        let measured = measure_texts(&change, &checkpoint, &|it| at(&files, it));
        let states = checkpoint.files.iter().zip(&measured.files);
        let states = states.filter(|it| *it.1 != FileState::Done);
        let states: Vec<String> = states.map(|it| format!("{}: {:?}", it.0.path(), it.1)).collect();
        let name = match measured.outcome {
            Outcome::Applied => "applied",
            Outcome::Partial { .. } => "partial",
            Outcome::Declined => "declined",
        };
        assert_eq!([&[name.to_owned()], &states[..]].concat().join("; "), expected);
    }

    #[test]
    fn all_of_it_or_nothing_of_it() {
        check(&[], "applied");
        // The editor took the byte order mark off.
        check(&[("/b", Some("z y z"))], "applied");
        let nothing = [
            ("/a", Some("x y x")),
            ("/b", Some("x y x")),
            ("/m", Some("move")),
            ("/n", None),
            ("/c", None),
            ("/d", Some("gone")),
        ];
        check(
            &nothing,
            "declined; /a: Missing; /b: Missing; /c: Missing; /d: Missing; /n: Missing",
        );
    }

    #[test]
    fn a_part_of_a_file_is_recognised() {
        check(&[("/a", Some("x y xx"))], "partial; /a: Edits([1])");
        check(&[("/a", Some("xx y x"))], "partial; /a: Edits([0])");
        check(&[("/b", Some("\u{feff}x y z"))], "partial; /b: Edits([1])");
        check(&[("/c", Some(""))], "partial; /c: Edits([])");
        check(&[("/m", Some("Move")), ("/n", None)], "partial; /n: Edits([0])");
        check(&[("/m", Some("move")), ("/n", None)], "partial; /n: Missing");
        check(&[("/d", Some("gone"))], "partial; /d: Missing");
    }

    #[test]
    fn what_somebody_else_wrote_is_told_apart() {
        check(&[("/a", Some("xx y xx "))], "partial; /a: Other");
        check(&[("/c", Some("mine"))], "partial; /c: Other");
        check(&[("/a", None)], "partial; /a: Other");
        check(&[("/m", Some("move"))], "partial; /n: Other");
        check(&[("/a", Some("unreadable"))], "partial; /a: Unknown(\"/a: no permission\")");
    }
}

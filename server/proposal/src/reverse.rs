//! The change that takes a transaction back, whatever happened since.

use std::{collections::BTreeMap, fmt};

use vfs::{FileOperation, ReadError, SourceChange, VfsPath};

use crate::{ConflictHunk, Content, Image, Present, lines, merge::merge};

/// Why a reversal is refused as a whole; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReverseError {
    /// One reason a file.
    pub refusals: Vec<Refusal>,
}

/// Why one file cannot be taken back. Every variant names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The user changed the same lines since.
    Conflict(VfsPath, Vec<ConflictHunk>),
    /// A file that was created, and would be deleted, was changed since.
    ChangedSince(VfsPath),
    /// A file that was changed or moved is not there any more.
    Gone(VfsPath),
    /// A file that was created or moved stands elsewhere now.
    MovedSince(VfsPath, VfsPath),
    /// A file that would come back is there, with another content.
    InTheWay(VfsPath),
    /// Its contents are a secret that the journal does not keep.
    Secret(VfsPath),
    /// It cannot be read, or is no text any more.
    Read(ReadError),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Conflict(path, hunks) => {
                let lines = hunks.iter().map(|it| (it.ours.start + 1).to_string());
                let lines = lines.collect::<Vec<_>>().join(", ");
                write!(f, "{path}: changed since in the same place (line {lines})")
            }
            Refusal::ChangedSince(path) => write!(f, "{path}: changed since it was created"),
            Refusal::Gone(path) => write!(f, "{path}: is not there any more"),
            Refusal::MovedSince(path, to) => write!(f, "{path}: was moved to {to} since"),
            Refusal::InTheWay(path) => write!(f, "{path}: another file stands in its place"),
            Refusal::Secret(path) => {
                write!(f, "{path}: its contents are a secret that the journal does not keep")
            }
            Refusal::Read(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for ReverseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, refusal) in self.refusals.iter().enumerate() {
            let separator = if nth == 0 { "" } else { "; " };
            write!(f, "{separator}{refusal}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ReverseError {}

/// How a transaction is taken back now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inverse {
    /// The change.
    pub(crate) change: SourceChange,
    /// For each file: `None` where nothing is left to do, else the path by which `change` meets it
    /// (the new one for a file that comes back).
    pub(crate) files: Vec<Option<VfsPath>>,
    /// True where later changes by others had to be merged.
    pub(crate) is_merged: bool,
}

/// The change that makes of what `files` left what they met, in the texts of this moment.
///
/// # Errors
/// [`ReverseError`] with every file that stands in the way.
pub(crate) fn inverse(files: &[Image], present: &Present<'_>) -> Result<Inverse, ReverseError> {
    let mut plan = Plan::new(present, files);
    let mut met = Vec::with_capacity(files.len());
    let mut refusals = Vec::new();
    for file in files {
        match plan.file(file) {
            Ok(path) => met.push(path),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if !refusals.is_empty() {
        return Err(ReverseError { refusals });
    }
    let is_merged = plan.is_merged;
    Ok(Inverse { change: plan.change(), files: met, is_merged })
}

struct Plan<'a> {
    present: &'a Present<'a>,
    files: &'a [Image],
    edits: BTreeMap<VfsPath, text::TextEdits>,
    deletes: Vec<VfsPath>,
    moves: Vec<(VfsPath, VfsPath)>,
    creates: Vec<(VfsPath, String)>,
    is_merged: bool,
}

impl<'a> Plan<'a> {
    fn new(present: &'a Present<'a>, files: &'a [Image]) -> Plan<'a> {
        Plan {
            present,
            files,
            edits: BTreeMap::new(),
            deletes: Vec::new(),
            moves: Vec::new(),
            creates: Vec::new(),
            is_merged: false,
        }
    }

    fn now(&self, path: &VfsPath) -> Result<Option<Vec<u8>>, Refusal> {
        let file = (self.present)(path).map_err(Refusal::Read)?;
        Ok(file.map(|it| it.bytes.to_vec()))
    }

    fn file(&mut self, file: &Image) -> Result<Option<VfsPath>, Refusal> {
        match (&file.before, &file.after, &file.pre, &file.post) {
            (Some(before), Some(after), Some(pre), Some(post)) => {
                self.restore(before, after, pre, post)
            }
            (None, Some(after), _, Some(post)) => self.uncreate(after, post),
            (Some(before), None, Some(pre), _) => self.undelete(before, pre),
            // No file before and none after: nothing to do.
            _ => Ok(None),
        }
    }

    /// A file that was edited, moved or both.
    fn restore(
        &mut self,
        before: &VfsPath,
        after: &VfsPath,
        pre: &Content,
        post: &Content,
    ) -> Result<Option<VfsPath>, Refusal> {
        let Some(now) = self.now(after)? else {
            let is_back = before != after && self.now(before)?.is_some_and(|it| pre.is(&it));
            return if is_back { Ok(None) } else { Err(Refusal::Gone(after.clone())) };
        };
        let mut is_edited = false;
        if !pre.is(&now) && pre.hash() != post.hash() {
            let target = self.target(after, &now, pre, post)?;
            let text = decode(after, &now)?;
            // Somebody may have taken our lines back by hand, and left others.
            is_edited = text != target;
            if is_edited {
                self.edits.insert(after.clone(), lines::edits(&text, &target));
            }
        }
        if before != after {
            if !self.is_vacated(before) && self.now(before)?.is_some() {
                return Err(Refusal::InTheWay(before.clone()));
            }
            self.moves.push((after.clone(), before.clone()));
        }
        Ok((is_edited || before != after).then(|| after.clone()))
    }

    /// What the file shall hold: the old text, with what was changed since.
    fn target(
        &mut self,
        path: &VfsPath,
        now: &[u8],
        pre: &Content,
        post: &Content,
    ) -> Result<String, Refusal> {
        let secret = || Refusal::Secret(path.clone());
        let pre = decode(path, pre.like(now).ok_or_else(secret)?)?;
        if post.is(now) {
            return Ok(pre);
        }
        let post = decode(path, post.like(now).ok_or_else(secret)?)?;
        self.is_merged = true;
        merge(&post, &decode(path, now)?, &pre)
            .map_err(|hunks| Refusal::Conflict(path.clone(), hunks))
    }

    fn uncreate(&mut self, after: &VfsPath, post: &Content) -> Result<Option<VfsPath>, Refusal> {
        match self.now(after)? {
            None => Ok(None),
            Some(now) if post.is(&now) => {
                self.deletes.push(after.clone());
                Ok(Some(after.clone()))
            }
            Some(_) => Err(Refusal::ChangedSince(after.clone())),
        }
    }

    fn undelete(&mut self, before: &VfsPath, pre: &Content) -> Result<Option<VfsPath>, Refusal> {
        match self.now(before)? {
            Some(now) if pre.is(&now) => return Ok(None),
            Some(_) if !self.is_vacated(before) => {
                return Err(Refusal::InTheWay(before.clone()));
            }
            _ => {}
        }
        let Content::Kept(bytes) = pre else { return Err(Refusal::Secret(before.clone())) };
        self.creates.push((before.clone(), decode(before, bytes)?));
        Ok(Some(before.clone()))
    }

    /// True where the file that stands at `path` goes away with this change.
    fn is_vacated(&self, path: &VfsPath) -> bool {
        self.files.iter().any(|it| it.after.as_ref() == Some(path) && it.before != it.after)
    }

    /// Deletions make room for moves, moves for files that come back. Moves that wait for each
    /// other in a ring go through a name of their own.
    fn change(mut self) -> SourceChange {
        let delete = |path| FileOperation::Delete { path };
        let mut operations: Vec<FileOperation> = self.deletes.drain(..).map(delete).collect();
        let mut waiting = self.moves;
        while !waiting.is_empty() {
            let free = waiting.iter().position(|(_, to)| waiting.iter().all(|it| it.0 != *to));
            match free {
                Some(nth) => {
                    let (from, to) = waiting.remove(nth);
                    operations.push(FileOperation::Rename { from, to });
                }
                None => {
                    let (from, to) = waiting.remove(0);
                    let name = format!(".aios-moving-{}", from.file_name().unwrap_or_default());
                    let between = from.parent().unwrap_or_else(|| from.clone()).join(&name);
                    waiting.push((between.clone(), to));
                    operations.push(FileOperation::Rename { from, to: between });
                }
            }
        }
        let creates = self.creates.into_iter();
        operations.extend(creates.map(|(path, text)| FileOperation::Create { path, text }));
        SourceChange { edits: self.edits, operations }
    }
}

fn decode(path: &VfsPath, bytes: &[u8]) -> Result<String, Refusal> {
    vfs::decode(path, bytes.to_vec()).map_err(Refusal::Read)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::{Checkpoint, PresentFile, simulate};

    type Files = BTreeMap<String, String>;

    fn at(files: &Files, path: &VfsPath) -> Result<Option<PresentFile>, ReadError> {
        let text = files.get(path.as_str());
        Ok(text.map(|it| PresentFile::closed(it.as_bytes())))
    }

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect()
    }

    fn texts(files: &Files) -> vfs::Texts {
        files.iter().map(|it| (VfsPath::new(it.0).unwrap(), Some(it.1.clone()))).collect()
    }

    fn apply(change: &SourceChange, files: &Files) -> Files {
        let simulation = simulate(change, &|it| at(files, it)).unwrap();
        let mut res = files.clone();
        for file in &simulation.files {
            res.retain(|path, _| file.before.as_ref().is_none_or(|it| it.as_str() != path));
        }
        for file in &simulation.files {
            if let (Some(after), Some(text)) = (&file.after, file.post_text()) {
                res.insert(after.to_string(), text.to_owned());
            }
        }
        res
    }

    /// A change from `before` to `after`, with `moves`; then the user makes `now` of it; then it is
    /// taken back.
    #[track_caller]
    fn check(
        before: &[(&str, &str)],
        moves: &[(&str, &str)],
        after: &[(&str, &str)],
        now: &[(&str, &str)],
        expected: Expect,
    ) {
        let path = |it: &str| VfsPath::new(it).unwrap();
        let mut moved = SourceChange::default();
        for (from, to) in moves {
            moved.operations.push(FileOperation::Rename { from: path(from), to: path(to) });
        }
        let before = files(before);
        let between = apply(&moved, &before);
        let after = files(after);
        // What remains after the moves is edited, made and deleted, all in one transaction.
        let mut rest = texts(&between);
        rest.extend(
            after.keys().filter(|it| !between.contains_key(*it)).map(|it| (path(it), None)),
        );
        let rest = SourceChange::between(&rest, &|it| after.get(it.as_str()).cloned());
        let mut change = moved;
        for (at, edits) in rest.edits {
            let from = moves.iter().find(|it| it.1 == at.as_str());
            change.edits.insert(from.map_or(at, |it| path(it.0)), edits);
        }
        change.operations.extend(rest.operations);
        assert_eq!(apply(&change, &before), after, "the test's own change");

        let checkpoint = Checkpoint::of(&simulate(&change, &|it| at(&before, it)).unwrap());
        let now = files(now);
        let shown = match inverse(&checkpoint.files, &|it| at(&now, it)) {
            Ok(inverse) => apply(&inverse.change, &now)
                .iter()
                .fold(String::new(), |acc, it| acc + &format!("{}={:?}\n", it.0, it.1)),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn what_was_not_touched_since_becomes_exactly_what_it_was() {
        let before = [("/a", "1\r\n2"), ("/b", "b"), ("/d", "gone")];
        let after = [("/a", "1\r\nx\n"), ("/e", "made"), ("/c", "b!")];
        check(
            &before,
            &[("/b", "/c")],
            &after,
            &after,
            expect![[r#"
            /a="1\r\n2"
            /b="b"
            /d="gone"
        "#]],
        );
        let swap = [("/a", "/t"), ("/b", "/a"), ("/t", "/b")];
        let after = [("/a", "B"), ("/b", "A")];
        check(
            &[("/a", "A"), ("/b", "B")],
            &swap,
            &after,
            &after,
            expect![[r#"
            /a="A"
            /b="B"
        "#]],
        );
    }

    #[test]
    fn later_edits_of_other_lines_are_kept() {
        let (before, after) = ([("/a", "1\n2\n3\n")], [("/a", "1\nx\n3\n")]);
        let now = [("/a", "0\n1\nx\n3!\n"), ("/other", "o")];
        check(
            &before,
            &[],
            &after,
            &now,
            expect![[r#"
            /a="0\n1\n2\n3!\n"
            /other="o"
        "#]],
        );
        let moved = [("/a", "1\nx\n3\n")];
        check(
            &before,
            &[("/a", "/b")],
            &[("/b", "1\nx\n3\n")],
            &[("/b", "1\nx\n3\n4\n")],
            expect![[r#"
            /a="1\n2\n3\n4\n"
        "#]],
        );
        // Taken back by hand already.
        check(
            &before,
            &[],
            &moved,
            &before,
            expect![[r#"
            /a="1\n2\n3\n"
        "#]],
        );
    }

    #[test]
    fn a_conflict_refuses_all_of_it() {
        let (before, after) = ([("/a", "1\n2\n"), ("/b", "b")], [("/a", "1\nx\n"), ("/b", "c")]);
        let now = [("/a", "1\ny\n"), ("/b", "c")];
        check(&before, &[], &after, &now, expect!["/a: changed since in the same place (line 2)"]);
        check(&before, &[], &after, &[("/b", "c")], expect!["/a: is not there any more"]);
    }

    #[test]
    fn files_are_deleted_and_restored_only_where_nothing_is_lost() {
        let made = [("/n", "made")];
        check(&[], &[], &made, &[("/n", "made!")], expect!["/n: changed since it was created"]);
        check(&[], &[], &made, &[], expect![""]);
        let gone = [("/d", "gone")];
        check(&gone, &[], &[], &[("/d", "new")], expect!["/d: another file stands in its place"]);
        check(
            &gone,
            &[],
            &[],
            &gone,
            expect![[r#"
            /d="gone"
        "#]],
        );
        let moved = [("/b", "a")];
        let now = [("/a", "new"), ("/b", "a")];
        check(
            &[("/a", "a")],
            &[("/a", "/b")],
            &moved,
            &now,
            expect!["/a: another file stands in its place"],
        );
        check(&[("/a", "a")], &[("/a", "/b")], &moved, &[], expect!["/b: is not there any more"]);
        check(
            &[("/a", "a")],
            &[("/a", "/b")],
            &moved,
            &[("/a", "a")],
            expect![[r#"
            /a="a"
        "#]],
        );
    }

    #[test]
    fn secrets_cannot_be_brought_back_but_be_taken_away() {
        let (before, after) = ([("/.env", "A=1")], [("/.env", "A=2")]);
        check(
            &before,
            &[],
            &after,
            &after,
            expect!["/.env: its contents are a secret that the journal does not keep"],
        );
        check(
            &before,
            &[],
            &[],
            &[],
            expect!["/.env: its contents are a secret that the journal does not keep"],
        );
        check(&[], &[], &before, &before, expect![""]);
        check(
            &before,
            &[("/.env", "/env/.env")],
            &[("/env/.env", "A=1")],
            &[("/env/.env", "A=3")],
            expect![[r#"
            /.env="A=3"
        "#]],
        );
    }
}

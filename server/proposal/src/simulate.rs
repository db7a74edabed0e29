//! The change carried out in an overlay: every file it touches before and after, in bytes.

use std::{collections::BTreeMap, fmt, sync::Arc};

use syntax::{FileFacts, Parse};
use text::{EditsError, TextRange};
use vfs::{ContentHash, FileOperation, FileWrite, ReadError, SourceChange, VfsPath};

use crate::{Present, PresentFile};

/// A change carried out over the texts of this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simulation {
    /// Each file that differs, in the order of the paths before (created ones by their path after).
    pub files: Vec<SimulatedFile>,
    /// Texts after it that were parsed on the way: nobody has to do it again.
    pub(crate) parsed: Parsed,
}

/// Parsed texts by path. They say nothing that the texts do not: all are equal.
#[derive(Clone, Default)]
pub(crate) struct Parsed(pub(crate) BTreeMap<VfsPath, ParsedText>);

/// A text that was parsed here, or by whoever made the change.
#[derive(Clone)]
pub(crate) enum ParsedText {
    Here(Parse),
    Before(Arc<FileFacts>),
}

impl ParsedText {
    /// Where it does not parse.
    pub(crate) fn errors(&self) -> Vec<TextRange> {
        match self {
            ParsedText::Here(parse) => parse.errors(),
            ParsedText::Before(facts) => facts.errors.to_vec(),
        }
    }
}

impl Parsed {
    /// The facts of the text at `path`, where it was parsed.
    pub(crate) fn facts(&self, path: &VfsPath) -> Option<Arc<FileFacts>> {
        self.0.get(path).map(|it| match it {
            ParsedText::Here(parse) => Arc::clone(parse.facts()),
            ParsedText::Before(facts) => Arc::clone(facts),
        })
    }
}

impl PartialEq for Parsed {
    fn eq(&self, _: &Parsed) -> bool {
        true
    }
}

impl Eq for Parsed {}

impl fmt::Debug for Parsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} parsed", self.0.len())
    }
}

/// One file before and after the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedFile {
    /// Its path before; `None`: it is created.
    pub before: Option<VfsPath>,
    /// Its path after; `None`: it is deleted.
    pub after: Option<VfsPath>,
    /// Its bytes before.
    pub pre: Option<Arc<[u8]>>,
    /// Its bytes after.
    pub post: Option<Arc<[u8]>>,
    /// The version of the open document.
    pub version: Option<i32>,
    /// The file that its path before leads to through a link.
    pub leads_to: Option<VfsPath>,
}

/// Why a change cannot be made. Every variant names the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SimulateError {
    /// An edited, deleted or renamed file is not there.
    Missing(VfsPath),
    /// A file that should come into being is there already.
    Exists(VfsPath),
    /// Edits that do not fit the text.
    Edits(VfsPath, EditsError),
    /// The file cannot be read, or is no UTF-8: such files are not edited, and not deleted, because
    /// they could not be written again.
    Read(ReadError),
}

impl fmt::Display for SimulateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SimulateError::Missing(path) => write!(f, "{path}: no such file"),
            SimulateError::Exists(path) => write!(f, "{path}: exists already"),
            SimulateError::Edits(path, error) => write!(f, "{path}: {error}"),
            SimulateError::Read(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SimulateError {}

/// Carries `change` out over what `present` gives.
///
/// # Errors
/// [`SimulateError`] where it does not fit.
pub fn simulate(change: &SourceChange, present: &Present<'_>) -> Result<Simulation, SimulateError> {
    let mut overlay = Overlay { present, files: Vec::new(), paths: BTreeMap::new() };
    for (path, edits) in &change.edits {
        let nth = overlay.file(path)?;
        let old = overlay.text(nth, path)?;
        let new = edits.apply(&old).map_err(|it| SimulateError::Edits(path.clone(), it))?;
        overlay.files[nth].post = Some(Arc::from(new.into_bytes()));
    }
    for operation in &change.operations {
        overlay.operate(operation)?;
    }
    let mut files = overlay.files;
    files.retain(|it| it.before != it.after || it.pre != it.post);
    files.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(Simulation { files, parsed: Parsed::default() })
}

struct Overlay<'a> {
    present: &'a Present<'a>,
    files: Vec<SimulatedFile>,
    /// Which file stands where now; `None`: nothing stands there. Paths that were never asked for
    /// are missing.
    paths: BTreeMap<VfsPath, Option<usize>>,
}

impl Overlay<'_> {
    /// The file that stands at `path` now.
    fn at(&mut self, path: &VfsPath) -> Result<Option<usize>, SimulateError> {
        if let Some(nth) = self.paths.get(path) {
            return Ok(*nth);
        }
        let nth = match (self.present)(path).map_err(SimulateError::Read)? {
            Some(PresentFile { bytes, version, leads_to }) => {
                self.files.push(SimulatedFile {
                    before: Some(path.clone()),
                    after: Some(path.clone()),
                    pre: Some(bytes.clone()),
                    post: Some(bytes),
                    version,
                    leads_to,
                });
                Some(self.files.len() - 1)
            }
            None => None,
        };
        self.paths.insert(path.clone(), nth);
        Ok(nth)
    }

    fn file(&mut self, path: &VfsPath) -> Result<usize, SimulateError> {
        self.at(path)?.ok_or_else(|| SimulateError::Missing(path.clone()))
    }

    fn vacant(&mut self, path: &VfsPath) -> Result<(), SimulateError> {
        match self.at(path)? {
            Some(_) => Err(SimulateError::Exists(path.clone())),
            None => Ok(()),
        }
    }

    fn text(&self, nth: usize, path: &VfsPath) -> Result<String, SimulateError> {
        let bytes = self.files[nth].post.as_deref().unwrap_or_default();
        vfs::decode(path, bytes.to_vec()).map_err(SimulateError::Read)
    }

    fn operate(&mut self, operation: &FileOperation) -> Result<(), SimulateError> {
        match operation {
            FileOperation::Create { path, text } => {
                self.vacant(path)?;
                self.paths.insert(path.clone(), Some(self.files.len()));
                self.files.push(SimulatedFile {
                    before: None,
                    after: Some(path.clone()),
                    pre: None,
                    post: Some(Arc::from(text.as_bytes())),
                    version: None,
                    leads_to: None,
                });
            }
            FileOperation::Delete { path } => {
                let nth = self.file(path)?;
                self.text(nth, path)?;
                self.paths.insert(path.clone(), None);
                self.files[nth].after = None;
                self.files[nth].post = None;
            }
            FileOperation::Rename { from, to } if from == to => {
                self.file(from)?;
            }
            FileOperation::Rename { from, to } => {
                let nth = self.file(from)?;
                self.vacant(to)?;
                self.paths.insert(from.clone(), None);
                self.paths.insert(to.clone(), Some(nth));
                self.files[nth].after = Some(to.clone());
            }
        }
        Ok(())
    }
}

impl SimulatedFile {
    fn order(&self) -> (Option<&VfsPath>, bool) {
        (self.before.as_ref().or(self.after.as_ref()), self.before.is_none())
    }

    /// The path by which the file is spoken of: after the change, else before.
    pub fn path(&self) -> &VfsPath {
        self.after.as_ref().or(self.before.as_ref()).expect("a file is somewhere before or after")
    }

    /// The text before; `None` where there was no file, or no text.
    pub fn pre_text(&self) -> Option<&str> {
        std::str::from_utf8(self.pre.as_deref()?).ok()
    }

    /// The text after; `None` where there is no file, or no text.
    pub fn post_text(&self) -> Option<&str> {
        std::str::from_utf8(self.post.as_deref()?).ok()
    }
}

impl Simulation {
    /// The change for whoever writes files without an editor, by path.
    pub fn writes(&self) -> Vec<FileWrite> {
        let mut writes: BTreeMap<&VfsPath, FileWrite> = BTreeMap::new();
        let empty = |path: &VfsPath| FileWrite {
            path: path.clone(),
            before: None,
            after: None,
            leads_to: None,
            moved_from: None,
        };
        for file in &self.files {
            if let (Some(path), Some(pre)) = (&file.before, &file.pre) {
                let write = writes.entry(path).or_insert_with(|| empty(path));
                write.before = Some(ContentHash::of(pre));
                write.leads_to = file.leads_to.clone();
            }
            if let (Some(path), Some(post)) = (&file.after, &file.post) {
                let write = writes.entry(path).or_insert_with(|| empty(path));
                write.after = Some(post.clone());
                write.moved_from = file.before.clone().filter(|it| it != path);
            }
        }
        writes.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use text::{TextEdit, TextEdits, TextRange};

    use super::*;

    fn path(path: &str) -> VfsPath {
        VfsPath::new(path).unwrap()
    }

    fn create(at: &str, text: &str) -> FileOperation {
        FileOperation::Create { path: path(at), text: text.to_owned() }
    }

    fn delete(at: &str) -> FileOperation {
        FileOperation::Delete { path: path(at) }
    }

    fn rename(from: &str, to: &str) -> FileOperation {
        FileOperation::Rename { from: path(from), to: path(to) }
    }

    /// Three files, `/a`, `/b` and `/bin` (no text); the first byte of each of `edited` is
    /// replaced.
    #[track_caller]
    fn check(edited: &[&str], operations: Vec<FileOperation>, expected: Expect) {
        let edit = TextEdit { range: TextRange::from_usize(0, 1), text: "X".to_owned() };
        let edits = TextEdits::new(vec![edit]).unwrap();
        let edits = edited.iter().map(|it| (path(it), edits.clone())).collect();
        let present = |path: &VfsPath| -> Result<Option<PresentFile>, ReadError> {
            Ok(match path.as_str() {
                "/a" => Some(PresentFile::open("aaa", 3)),
                "/b" => Some(PresentFile::closed(*b"bbb")),
                "/bin" => Some(PresentFile::closed(*b"\0\xff")),
                _ => None,
            })
        };
        let show = |path: &Option<VfsPath>, bytes: &Option<Arc<[u8]>>| match (path, bytes) {
            (Some(path), Some(bytes)) => format!("{path}={}", bytes.escape_ascii()),
            _ => "-".to_owned(),
        };
        let shown = match simulate(&SourceChange { edits, operations }, &present) {
            Ok(simulation) => simulation.files.iter().fold(String::new(), |acc, it| {
                let (pre, post) = (show(&it.before, &it.pre), show(&it.after, &it.post));
                acc + &format!("{pre} -> {post}\n")
            }),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn edits_come_first_and_operations_follow_in_their_order() {
        check(
            &["/a"],
            vec![rename("/a", "/c")],
            expect![[r#"
            /a=aaa -> /c=Xaa
        "#]],
        );
        let swap = vec![rename("/a", "/t"), rename("/b", "/a"), rename("/t", "/b")];
        check(
            &["/a"],
            swap,
            expect![[r#"
            /a=aaa -> /b=Xaa
            /b=bbb -> /a=bbb
        "#]],
        );
        check(
            &[],
            vec![delete("/a"), create("/a", "new")],
            expect![[r#"
            /a=aaa -> -
            - -> /a=new
        "#]],
        );
        check(
            &[],
            vec![rename("/bin", "/x")],
            expect![[r#"
            /bin=\x00\xff -> /x=\x00\xff
        "#]],
        );
        check(&[], vec![create("/n", "n"), delete("/n"), rename("/a", "/a")], expect![""]);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_file() {
        check(&["/no"], vec![], expect!["/no: no such file"]);
        check(&["/bin"], vec![], expect!["/bin: a binary file, it holds a zero byte"]);
        check(&[], vec![delete("/bin")], expect!["/bin: a binary file, it holds a zero byte"]);
        check(&[], vec![create("/a", "")], expect!["/a: exists already"]);
        check(&[], vec![rename("/a", "/b")], expect!["/b: exists already"]);
        check(&[], vec![delete("/a"), delete("/a")], expect!["/a: no such file"]);
    }
}

//! What a refactoring returns: edits of texts and operations on files, as one invertible value.

use std::{collections::BTreeMap, fmt};

use text::{EditsError, TextEdit, TextEdits, TextRange, TextSize};

use crate::VfsPath;

/// One operation on a whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileOperation {
    /// A new file; refused where there is one already.
    Create {
        /// Where.
        path: VfsPath,
        /// What it holds.
        text: String,
    },
    /// The file goes.
    Delete {
        /// Which.
        path: VfsPath,
    },
    /// The file moves; refused where there is one already.
    Rename {
        /// Where it was.
        from: VfsPath,
        /// Where it will be.
        to: VfsPath,
    },
}

/// A change of the workspace: first the edits, which count in the texts before anything, then the
/// operations in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceChange {
    /// Edits of existing texts.
    pub edits: BTreeMap<VfsPath, TextEdits>,
    /// Operations on files, after the edits.
    pub operations: Vec<FileOperation>,
}

/// The texts that a change meets and leaves: `None` is a file that is not there.
pub type Texts = BTreeMap<VfsPath, Option<String>>;

/// Why a change cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeError {
    /// An edited, deleted or renamed file is not there.
    Missing(VfsPath),
    /// A file that should be created is there already.
    Exists(VfsPath),
    /// Edits that do not fit the text.
    Edits(VfsPath, EditsError),
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChangeError::Missing(path) => write!(f, "{path}: no such file"),
            ChangeError::Exists(path) => write!(f, "{path}: exists already"),
            ChangeError::Edits(path, error) => write!(f, "{path}: {error}"),
        }
    }
}

impl std::error::Error for ChangeError {}

impl SourceChange {
    /// True where nothing would change.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty() && self.edits.values().all(TextEdits::is_empty)
    }

    /// The edits without the operations after them.
    pub fn edits_alone(&self) -> SourceChange {
        SourceChange { edits: self.edits.clone(), operations: Vec::new() }
    }

    /// Every file the change reads or writes, each once, sorted.
    pub fn paths(&self) -> Vec<VfsPath> {
        let mut res: Vec<VfsPath> = self.edits.keys().cloned().collect();
        for operation in &self.operations {
            match operation {
                FileOperation::Create { path, .. } | FileOperation::Delete { path } => {
                    res.push(path.clone());
                }
                FileOperation::Rename { from, to } => res.extend([from.clone(), to.clone()]),
            }
        }
        res.sort();
        res.dedup();
        res
    }

    /// The texts of all files of the change after it; `text` gives those before, `None` for a file
    /// that is not there.
    ///
    /// # Errors
    /// [`ChangeError`] where the change does not fit; nothing is half done then.
    pub fn apply(&self, text: &dyn Fn(&VfsPath) -> Option<String>) -> Result<Texts, ChangeError> {
        let mut res: Texts = self.paths().into_iter().map(|it| (it.clone(), text(&it))).collect();
        for (path, edits) in &self.edits {
            let old = res[path].as_ref().ok_or_else(|| ChangeError::Missing(path.clone()))?;
            let new = edits.apply(old).map_err(|it| ChangeError::Edits(path.clone(), it))?;
            res.insert(path.clone(), Some(new));
        }
        for operation in &self.operations {
            apply_operation(operation, &mut res)?;
        }
        Ok(res)
    }

    /// The change that takes the workspace back; `text` gives the texts before this change.
    ///
    /// # Errors
    /// [`ChangeError`] where the change itself does not fit.
    pub fn inverse(
        &self,
        text: &dyn Fn(&VfsPath) -> Option<String>,
    ) -> Result<SourceChange, ChangeError> {
        let after = self.apply(text)?;
        let before = |path: &VfsPath| text(path);
        Ok(SourceChange::between(&after, &before))
    }

    /// The smallest change, one edit a file, that turns the texts `from` into what `to` says.
    pub fn between(from: &Texts, to: &dyn Fn(&VfsPath) -> Option<String>) -> SourceChange {
        let mut res = SourceChange::default();
        for (path, old) in from {
            match (old, to(path)) {
                (Some(old), Some(new)) if *old != new => {
                    res.edits.insert(path.clone(), replace(old, &new));
                }
                (Some(_), None) => {
                    res.operations.push(FileOperation::Delete { path: path.clone() });
                }
                (None, Some(text)) => {
                    res.operations.push(FileOperation::Create { path: path.clone(), text });
                }
                _ => {}
            }
        }
        res
    }
}

fn apply_operation(operation: &FileOperation, texts: &mut Texts) -> Result<(), ChangeError> {
    match operation {
        FileOperation::Create { path, text } => {
            if texts[path].is_some() {
                return Err(ChangeError::Exists(path.clone()));
            }
            texts.insert(path.clone(), Some(text.clone()));
        }
        FileOperation::Delete { path } => {
            let old = texts.insert(path.clone(), None).flatten();
            old.ok_or_else(|| ChangeError::Missing(path.clone()))?;
        }
        FileOperation::Rename { from, to } => {
            if from == to {
                return Ok(());
            }
            if texts[to].is_some() {
                return Err(ChangeError::Exists(to.clone()));
            }
            let old = texts.insert(from.clone(), None).flatten();
            let text = old.ok_or_else(|| ChangeError::Missing(from.clone()))?;
            texts.insert(to.clone(), Some(text));
        }
    }
    Ok(())
}

/// One edit that leaves the common beginning and end alone.
fn replace(old: &str, new: &str) -> TextEdits {
    let bytes = old.bytes().zip(new.bytes());
    let mut start = bytes.take_while(|(a, b)| a == b).count();
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let bytes = old[start..].bytes().rev().zip(new[start..].bytes().rev());
    let mut tail = bytes.take_while(|(a, b)| a == b).count();
    while !old.is_char_boundary(old.len() - tail) || !new.is_char_boundary(new.len() - tail) {
        tail -= 1;
    }
    let range = TextRange::new(TextSize::from_usize(start), TextSize::from_usize(old.len() - tail));
    let text = new[start..new.len() - tail].to_owned();
    TextEdits::new(vec![TextEdit { range, text }]).expect("one edit overlaps no other")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(path: &str) -> VfsPath {
        VfsPath::new(path).unwrap()
    }

    fn texts() -> Texts {
        BTreeMap::from([
            (path("/a"), Some("één two".to_owned())),
            (path("/b"), Some("bee".to_owned())),
            (path("/c"), None),
            (path("/d"), None),
        ])
    }

    fn change() -> SourceChange {
        let range = TextRange::from_usize(0, 2);
        let edit = TextEdit { range, text: "ê".to_owned() };
        SourceChange {
            edits: BTreeMap::from([(path("/a"), TextEdits::new(vec![edit]).unwrap())]),
            operations: vec![
                FileOperation::Rename { from: path("/a"), to: path("/c") },
                FileOperation::Delete { path: path("/b") },
                FileOperation::Create { path: path("/d"), text: "new".to_owned() },
            ],
        }
    }

    #[test]
    fn a_change_and_its_inverse_change_nothing() {
        let before = texts();
        let change = change();
        let after = change.apply(&|it| before[it].clone()).unwrap();
        assert_eq!(after[&path("/c")].as_deref(), Some("êén two"));
        assert_eq!((&after[&path("/a")], &after[&path("/b")]), (&None, &None));
        let inverse = change.inverse(&|it| before[it].clone()).unwrap();
        assert_eq!(inverse.apply(&|it| after[it].clone()).unwrap(), before);
    }

    #[test]
    fn a_change_that_does_not_fit_names_the_file() {
        let mut before = texts();
        before.insert(path("/d"), Some(String::new()));
        let res = change().apply(&|it| before[it].clone());
        assert_eq!(res, Err(ChangeError::Exists(path("/d"))));
        let res = change().apply(&|_| None);
        assert_eq!(res, Err(ChangeError::Missing(path("/a"))));
    }

    #[test]
    fn a_difference_inside_a_character_is_an_edit_of_the_whole_character() {
        let edits = replace("aéb", "aèb");
        let edit = edits.iter().next().unwrap();
        assert_eq!((edit.range, edit.text.as_str()), (TextRange::from_usize(1, 3), "è"));
    }
}

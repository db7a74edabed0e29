//! The editor's own undo, noticed by the texts alone.

use std::collections::BTreeSet;

use store::history::{FileStanding, TransactionFileRow, TransactionKind};
use vfs::{ContentHash, VfsPath};

use super::{Journal, JournalError, Noted, file_path, parse_transaction_id, undo::is_wanted};
use crate::{Content, Present};

/// Transactions whose texts are looked for. Older ones are out of reach of an editor's undo in
/// practice, and every look costs a hash.
const WATCHED_MAX: usize = 64;

impl Journal {
    /// Where files of recent transactions are again as they were before them, though nobody asked
    /// this journal to take them back, that is noted; and the other way round. `changed` are the
    /// files whose texts changed since the last call.
    pub fn note_editor_undo(
        &self,
        changed: &[VfsPath],
        present: &Present<'_>,
    ) -> Result<Vec<Noted>, JournalError> {
        let changed: BTreeSet<&VfsPath> = changed.iter().collect();
        // A text belongs to the newest transaction that stands in it: one that puts an older text
        // back has not undone the transaction before it.
        let mut taken: BTreeSet<VfsPath> = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut res = Vec::new();
        for row in self.history.transactions(WATCHED_MAX)? {
            let is_later_link = row.kind == TransactionKind::Undo || !seen.insert(row.root.clone());
            if is_later_link || !is_wanted(&row, true) {
                continue;
            }
            let root = parse_transaction_id(&row.root)?;
            let files = self.history.transaction_files(&row.id)?;
            let root_files = self.history.transaction_files(&row.root)?;
            let mut back = Vec::new();
            let mut forth = Vec::new();
            for file in &files {
                let path = file_path(file)?;
                let stands = root_files.iter().find(|it| it.nth == file.root_nth);
                let Some(stands) = stands.map(|it| it.standing) else { continue };
                if changed.contains(&path) && !taken.contains(&path) {
                    match now(file, stands, &path, present) {
                        Some(FileStanding::EditorUndone) => {
                            back.push((file.root_nth, path.clone()))
                        }
                        Some(_) => forth.push((file.root_nth, path.clone())),
                        None => {}
                    }
                }
                let is_back = back.last().is_some_and(|it| it.1 == path);
                let is_forth = forth.last().is_some_and(|it| it.1 == path);
                if (stands == FileStanding::InForce && !is_back) || is_forth {
                    taken.insert(path);
                }
            }
            for (standing, files) in
                [(FileStanding::EditorUndone, back), (FileStanding::InForce, forth)]
            {
                if files.is_empty() {
                    continue;
                }
                let (nths, files): (Vec<u32>, Vec<VfsPath>) = files.into_iter().unzip();
                let state = self.set_standing(&root, standing, &nths)?;
                let (transaction, title) = (root.clone(), self.row(&root)?.title);
                res.push(Noted { transaction, title, files, standing, state });
            }
        }
        Ok(res)
    }
}

/// The new standing of a file, where its text says that it has one.
fn now(
    file: &TransactionFileRow,
    stands: FileStanding,
    path: &VfsPath,
    present: &Present<'_>,
) -> Option<FileStanding> {
    // Only edits of a text in its place: no editor takes back more than that.
    if file.before != file.after || file.pre == file.post {
        return None;
    }
    let content = |key: Option<[u8; 32]>| ContentHash::from_bytes(&key?).map(Content::Redacted);
    let (pre, post) = content(file.pre).zip(content(file.post))?;
    let bytes = present(path).ok()??.bytes;
    match stands {
        FileStanding::InForce if pre.is(&bytes) => Some(FileStanding::EditorUndone),
        FileStanding::Undone | FileStanding::EditorUndone if post.is(&bytes) => {
            Some(FileStanding::InForce)
        }
        _ => None,
    }
}

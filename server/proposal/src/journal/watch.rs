//! The editor's own undo, noticed by the texts alone.

use std::collections::BTreeSet;

use store::history::{FileStanding, TransactionFileRow};
use vfs::{ContentHash, VfsPath};

use super::{
    Journal, JournalError, Noted, file_path, parse_transaction_id,
    undo::{follow, is_wanted},
};
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
        let mut seen: BTreeSet<(String, u32)> = BTreeSet::new();
        let mut turned: Vec<Turned> = Vec::new();
        let rows = self.history.transactions(WATCHED_MAX)?;
        let moves = self.history.moves_after(rows.last().map_or(0, |it| it.seq))?;
        for row in rows.iter().filter(|it| is_wanted(it, true)) {
            let root_files = self.history.transaction_files(&row.root)?;
            for file in self.history.transaction_files(&row.id)? {
                let is_old = file.standing == FileStanding::Untouched
                    || !seen.insert((row.root.clone(), file.root_nth));
                let root_file = root_files.iter().find(|it| it.nth == file.root_nth);
                let Some(root_file) = root_file.filter(|_| !is_old) else { continue };
                let path = follow(&file_path(&file)?, row.seq, &moves)?;
                if !changed.contains(&path) || taken.contains(&path) {
                    continue;
                }
                let now = now(&file, root_file, &path, present);
                let to = now.as_ref().map_or(root_file.standing, |it| it.0);
                if to == FileStanding::InForce {
                    taken.insert(path.clone());
                }
                if let Some((to, off)) = now {
                    let root = row.root.clone();
                    turned.push(Turned { root, to, off, nth: file.root_nth, path });
                }
            }
        }
        self.note(turned)
    }

    /// Stores where these files stand now.
    fn note(&self, mut turned: Vec<Turned>) -> Result<Vec<Noted>, JournalError> {
        turned.sort_by(|a, b| (&a.root, a.to.name(), a.nth).cmp(&(&b.root, b.to.name(), b.nth)));
        let groups = turned.chunk_by(|a, b| (&a.root, a.to) == (&b.root, b.to));
        let noted = groups.map(|group| {
            let transaction = parse_transaction_id(&group[0].root)?;
            let stand = group.iter().map(|it| (it.nth, it.to, it.off.clone()));
            let stand: Vec<_> = stand.collect();
            Ok(Noted {
                title: self.row(&transaction)?.title,
                files: group.iter().map(|it| it.path.clone()).collect(),
                standing: group[0].to,
                state: self.set_standing(&transaction, &stand)?,
                transaction,
            })
        });
        noted.collect()
    }
}

/// A file of a root transaction that stands otherwise than noted.
struct Turned {
    root: String,
    nth: u32,
    path: VfsPath,
    to: FileStanding,
    /// Its hunks that are taken back, where that changed.
    off: Option<Vec<u32>>,
}

/// The new standing of a file and its hunks that are taken back, where its text says that something
/// changed.
fn now(
    file: &TransactionFileRow,
    root_file: &TransactionFileRow,
    path: &VfsPath,
    present: &Present<'_>,
) -> Option<(FileStanding, Option<Vec<u32>>)> {
    // Only edits of a text in its place: no editor takes back more than that.
    if file.before != file.after || file.pre == file.post {
        return None;
    }
    let content = |key: Option<[u8; 32]>| ContentHash::from_bytes(&key?).map(Content::Redacted);
    let (pre, post) = content(file.pre).zip(content(file.post))?;
    let bytes = present(path).ok()??.bytes;
    let off = &root_file.off;
    match (root_file.standing, &file.flipped) {
        (FileStanding::InForce, None) if pre.is(&bytes) => Some((FileStanding::EditorUndone, None)),
        (FileStanding::InForce, None) if !off.is_empty() && post.is(&bytes) => {
            Some((FileStanding::InForce, Some(Vec::new())))
        }
        // A redo of single hunks: only they were taken back.
        (FileStanding::InForce, Some(hunks))
            if hunks.iter().all(|it| !off.contains(it)) && pre.is(&bytes) =>
        {
            let mut off: Vec<u32> = off.iter().chain(hunks).copied().collect();
            off.sort_unstable();
            Some((FileStanding::InForce, Some(off)))
        }
        (FileStanding::InForce, Some(hunks))
            if hunks.iter().all(|it| off.contains(it)) && post.is(&bytes) =>
        {
            let off = off.iter().filter(|it| !hunks.contains(it)).copied().collect();
            Some((FileStanding::InForce, Some(off)))
        }
        (FileStanding::Undone | FileStanding::EditorUndone, None) if post.is(&bytes) => {
            Some((FileStanding::InForce, Some(Vec::new())))
        }
        _ => None,
    }
}

//! Single hunks of a transaction's file: which stand, and what takes one of them back.
//!
//! Hunks count in the root transaction: between its text before and its text after. Which of them
//! stand is noted with its file, so that their order of undoing and redoing is free.

use std::{collections::BTreeSet, ops::Range};

use store::history::{FileStanding, TransactionFileRow, TransactionKind, TransactionRow};
use vfs::VfsPath;

use super::{Journal, JournalError, UndoScope, file_path, undo::Wanted};
use crate::{
    Content, Flip, Image, PartId, Refusal, ReverseError, TransactionId,
    lines::{self, Hunk},
};

/// How much of a file.
pub(super) enum Reach {
    /// All of it.
    Whole,
    /// These hunks.
    Hunks(BTreeSet<u32>),
}

/// Taken back, or brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// An undo.
    Back,
    /// A redo.
    Forth,
}

/// A file of a root transaction.
pub(super) struct RootFile<'a> {
    pub(super) root: &'a TransactionId,
    pub(super) row: &'a TransactionFileRow,
    /// All that was done to it by the transactions of the chain, the newest first.
    pub(super) own: &'a [(&'a TransactionRow, &'a TransactionFileRow)],
}

/// Which hunks stand now, and which will.
struct Turn {
    all: Range<u32>,
    now: BTreeSet<u32>,
    then: BTreeSet<u32>,
}

impl Reach {
    /// How much of the root's file `scope` is about; `None`: nothing.
    pub(super) fn of(
        scope: &UndoScope,
        file: &TransactionFileRow,
    ) -> Result<Option<Reach>, JournalError> {
        Ok(match scope {
            UndoScope::Transaction => Some(Reach::Whole),
            UndoScope::Files(paths) => paths.contains(&file_path(file)?).then_some(Reach::Whole),
            UndoScope::Parts(parts) => {
                let own: Vec<&PartId> = parts.iter().filter(|it| it.file == file.nth).collect();
                let hunks: BTreeSet<u32> = own.iter().filter_map(|it| it.hunk).collect();
                match () {
                    () if own.is_empty() => None,
                    () if own.iter().any(|it| it.hunk.is_none()) => Some(Reach::Whole),
                    () => Some(Reach::Hunks(hunks)),
                }
            }
        })
    }

    /// True for single hunks.
    pub(super) fn is_of_hunks(&self) -> bool {
        matches!(self, Reach::Hunks(_))
    }
}

impl Turn {
    fn new(file: &TransactionFileRow, n_hunks: u32, direction: Direction, reach: &Reach) -> Turn {
        let all = 0..n_hunks;
        let on: BTreeSet<u32> = all.clone().filter(|it| !file.off.contains(it)).collect();
        let stands = file.standing == FileStanding::InForce;
        let now = if stands { on.clone() } else { BTreeSet::new() };
        let then = match (direction, reach) {
            (Direction::Back, Reach::Whole) => BTreeSet::new(),
            (Direction::Back, Reach::Hunks(hunks)) => now.difference(hunks).copied().collect(),
            // What was taken back as a whole comes back as it stood; what was taken back one by one
            // comes after that.
            (Direction::Forth, Reach::Whole) if !stands && !on.is_empty() => on,
            (Direction::Forth, Reach::Whole) => all.clone().collect(),
            (Direction::Forth, Reach::Hunks(hunks)) => now.union(hunks).copied().collect(),
        };
        Turn { all, now, then }
    }

    fn flipped(&self) -> Vec<u32> {
        self.now.symmetric_difference(&self.then).copied().collect()
    }

    fn off(&self) -> Vec<u32> {
        self.all.clone().filter(|it| !self.then.contains(it)).collect()
    }
}

impl Journal {
    /// The change of a root's file to be reversed so that only `reach` of it turns; `None` where
    /// nothing has to.
    pub(super) fn hunks_wanted(
        &self,
        file: &RootFile<'_>,
        direction: Direction,
        reach: &Reach,
    ) -> Result<Option<Wanted>, JournalError> {
        let Some((last_row, last_file)) = file.own.first() else { return Ok(None) };
        // What the editor took back, the editor brings back.
        let is_the_editors =
            file.row.standing == FileStanding::EditorUndone && !reach.is_of_hunks();
        if file.row.standing == FileStanding::Untouched || is_the_editors {
            return Ok(None);
        }
        let image = self.image(file.row)?;
        let cut = Cut::of(&image).map_err(|refusal| match (refusal, reach) {
            (Some(refusal), _) => JournalError::Reverse(ReverseError { refusals: vec![refusal] }),
            (None, Reach::Hunks(hunks)) => file.no_part(hunks.first().copied()),
            (None, Reach::Whole) => file.no_part(None),
        })?;
        let n_hunks = cut.hunks.len() as u32;
        if let Reach::Hunks(hunks) = reach
            && let Some(unknown) = hunks.iter().find(|it| n_hunks <= **it)
        {
            return Err(file.no_part(Some(*unknown)));
        }
        let turn = Turn::new(file.row, n_hunks, direction, reach);
        let last = self.image(last_file)?;
        let Some(stands) = last.after.clone() else { return Ok(None) };
        let Some(goes) = file.goes(&image, &stands, direction, reach) else {
            return Err(file.no_part(turn.flipped().first().copied()));
        };
        let flipped = turn.flipped();
        if flipped.is_empty() && goes == stands {
            return Ok(None);
        }
        let is_undone = direction == Direction::Back
            && turn.then.is_empty()
            && (image.before == image.after || goes != stands);
        let flip = Flip {
            hunks: flipped.clone(),
            off: if is_undone { file.row.off.clone() } else { turn.off() },
            is_undone,
        };
        let was_all = || turn.all.clone().collect::<Vec<u32>>();
        let last_flipped = last_file.flipped.clone().unwrap_or_else(was_all);
        let last_went = match last_row.kind {
            TransactionKind::Undo => Direction::Back,
            TransactionKind::Apply | TransactionKind::Redo => Direction::Forth,
        };
        // The last change did just the opposite: its own texts lie nearer to those of now.
        let is_opposite = last_went != direction
            && last_flipped == flipped
            && last.before.as_ref() == Some(&goes);
        let image = match is_opposite {
            true => last,
            false => Image {
                before: Some(goes),
                after: Some(stands),
                pre: Some(cut.with(&turn.then)),
                post: Some(cut.with(&turn.now)),
            },
        };
        Ok(Some(Wanted { root_nth: file.row.nth, image, seq: last_row.seq, flip: Some(flip) }))
    }
}

impl RootFile<'_> {
    /// Where the file will stand; `None` where hunks of a file are to come back that stands at the
    /// place it had before.
    fn goes(
        &self,
        image: &Image,
        stands: &VfsPath,
        direction: Direction,
        reach: &Reach,
    ) -> Option<VfsPath> {
        let is_in_force = self.row.standing == FileStanding::InForce;
        match (direction, reach) {
            _ if image.before == image.after => Some(stands.clone()),
            (Direction::Back, Reach::Whole) if is_in_force => image.before.clone(),
            (Direction::Forth, Reach::Whole) if !is_in_force => image.after.clone(),
            (Direction::Forth, Reach::Hunks(_)) if !is_in_force => None,
            _ => Some(stands.clone()),
        }
    }

    fn no_part(&self, hunk: Option<u32>) -> JournalError {
        JournalError::NoPart(self.root.clone(), PartId { file: self.row.nth, hunk })
    }
}

/// The root's texts, cut into hunks.
struct Cut<'a> {
    old: Vec<&'a str>,
    new: Vec<&'a str>,
    hunks: Vec<Hunk>,
}

impl<'a> Cut<'a> {
    /// `Err(None)` where the file was made or went: that has no hunks.
    fn of(image: &'a Image) -> Result<Cut<'a>, Option<Refusal>> {
        let (Some(_), Some(_), Some(pre), Some(post)) =
            (&image.before, &image.after, &image.pre, &image.post)
        else {
            return Err(None);
        };
        let (Content::Kept(pre), Content::Kept(post)) = (pre, post) else {
            return Err(Some(Refusal::Secret(image.path().clone())));
        };
        let text = |bytes: &'a [u8]| std::str::from_utf8(bytes).map_err(|_| None);
        let (old, new) = (lines::split(text(pre)?), lines::split(text(post)?));
        let hunks = lines::hunks(&old, &new);
        Ok(Cut { old, new, hunks })
    }

    /// The text in which these hunks stand.
    fn with(&self, on: &BTreeSet<u32>) -> Content {
        let is_on = |nth: usize| on.contains(&(nth as u32));
        let text = lines::compose(&self.old, &self.new, &self.hunks, &is_on);
        Content::Kept(text.into_bytes().into())
    }
}

//! Taking back and bringing back, in any order.

use std::collections::BTreeSet;

use store::history::{
    FileStanding, MoveRow, ProposalState, StandingRow, TransactionFileRow, TransactionKind,
    TransactionRow, TransactionState,
};
use vfs::VfsPath;

use super::{
    Journal, JournalError, Reversal, UndoRequest, UndoScope,
    hunks::{Direction, Reach, RootFile},
    parse_transaction_id, standing_state,
};
use crate::{
    ChangeAnnotation, Context, Draft, Flip, Image, Origin, PartId, Place, Proposal, Refusal,
    ReverseError, Reverses, TransactionId,
    propose::{Look, propose_looking},
    reverse::{Inverse, inverse},
};

/// Hunks that the reason of a reversal names.
const HUNKS_NAMED_MAX: usize = 8;
/// Transactions that are looked through for the last one that can be taken back.
const LOOK_BACK_MAX: usize = 1_000;

/// A file of the root transaction, and the change of it that is to be reversed.
pub(super) struct Wanted {
    pub(super) root_nth: u32,
    /// What was done, by the paths right after the transaction `seq`.
    pub(super) image: Image,
    pub(super) seq: i64,
    /// Set where it is about single hunks.
    pub(super) flip: Option<Flip>,
}

impl Journal {
    /// The proposal that takes a transaction back, whatever was done since. Given an undo, it takes
    /// that back.
    pub fn undo(&self, request: &UndoRequest, ctx: &Context<'_>) -> Result<Reversal, JournalError> {
        self.reversal(request, true, ctx)
    }

    /// The proposal that brings back what was taken back.
    pub fn redo(&self, request: &UndoRequest, ctx: &Context<'_>) -> Result<Reversal, JournalError> {
        self.reversal(request, false, ctx)
    }

    fn reversal(
        &self,
        request: &UndoRequest,
        is_undo: bool,
        ctx: &Context<'_>,
    ) -> Result<Reversal, JournalError> {
        let (root, is_undo, scope) = self.asked(request, is_undo)?;
        let mut wanted = self.wanted(&root, is_undo, &scope)?;
        if wanted.is_empty() {
            return Err(JournalError::Nothing { is_undo });
        }
        self.follow_all(&mut wanted)?;
        let images: Vec<Image> = wanted.iter().map(|it| it.image.clone()).collect();
        let inverse = inverse(&images, ctx.present).map_err(JournalError::Reverse)?;
        let reverses = reverses(root.clone(), is_undo, &wanted, &inverse);
        if inverse.change.is_empty() {
            self.note_already(&reverses)?;
            return Err(JournalError::Already { transaction: root, is_undo });
        }
        // A merged text is one that nobody has seen yet.
        let look = if inverse.is_merged { Look::Closely } else { Look::Again };
        let draft = self.draft(&reverses, &wanted, &inverse, request)?;
        let (mut proposal, simulation) =
            propose_looking(draft, ctx, look).map_err(JournalError::Propose)?;
        link(&mut proposal, &wanted, &inverse);
        proposal.reverses = Some(reverses);
        Ok(Reversal { proposal, simulation })
    }

    /// The root that is meant, the direction, and how much of it: an undo that is itself taken back
    /// brings back what it took, not more.
    fn asked(
        &self,
        request: &UndoRequest,
        is_undo: bool,
    ) -> Result<(TransactionId, bool, UndoScope), JournalError> {
        let Some(id) = &request.transaction else {
            let root = self.last(is_undo)?.ok_or(JournalError::Nothing { is_undo })?;
            return Ok((parse_transaction_id(&root)?, is_undo, request.scope.clone()));
        };
        let row = self.row(id)?;
        let root = parse_transaction_id(&row.root)?;
        let is_undo = is_undo && row.kind != TransactionKind::Undo;
        if row.kind == TransactionKind::Apply || request.scope != UndoScope::Transaction {
            return Ok((root, is_undo, request.scope.clone()));
        }
        let mut parts = Vec::new();
        for file in self.history.transaction_files(&row.id)? {
            let part = |hunk| PartId { file: file.root_nth, hunk };
            match &file.flipped {
                _ if file.standing == FileStanding::Untouched => {}
                None => parts.push(part(None)),
                Some(hunks) => parts.extend(hunks.iter().map(|it| part(Some(*it)))),
            }
        }
        Ok((root, is_undo, UndoScope::Parts(parts)))
    }

    /// The root of the last transaction that can be reversed.
    fn last(&self, is_undo: bool) -> Result<Option<String>, JournalError> {
        let mut seen = BTreeSet::new();
        for row in self.history.transactions(LOOK_BACK_MAX)? {
            if !is_wanted(&row, is_undo) || !seen.insert(row.root.clone()) {
                continue;
            }
            let files = self.history.transaction_files(&row.root)?;
            if files.iter().any(|it| is_reversible(it, is_undo)) {
                return Ok(Some(row.root));
            }
        }
        Ok(None)
    }

    /// The files to reverse, each with the last change that made it what it is.
    fn wanted(
        &self,
        root: &TransactionId,
        is_undo: bool,
        scope: &UndoScope,
    ) -> Result<Vec<Wanted>, JournalError> {
        let mut chain = self.history.chain(root.as_str())?;
        chain.retain(is_there);
        let mut links = Vec::with_capacity(chain.len());
        for row in chain.into_iter().rev() {
            let files = self.history.transaction_files(&row.id)?;
            links.push((row, files));
        }
        let mut res = Vec::new();
        let direction = if is_undo { Direction::Back } else { Direction::Forth };
        for row in self.history.transaction_files(root.as_str())? {
            let Some(reach) = Reach::of(scope, &row)? else { continue };
            let is_it = |it: &&TransactionFileRow| {
                it.root_nth == row.nth && it.standing != FileStanding::Untouched
            };
            let own = links
                .iter()
                .filter_map(|(link, files)| files.iter().find(is_it).map(|file| (link, file)));
            let own: Vec<(&TransactionRow, &TransactionFileRow)> = own.collect();
            if reach.is_of_hunks() || has_hunks(&row, &own) {
                let file = RootFile { root, row: &row, own: &own };
                res.extend(self.hunks_wanted(&file, direction, &reach)?);
                continue;
            }
            let last = own.iter().find(|it| is_wanted(it.0, is_undo));
            if let Some((link, file)) = last.filter(|_| row.standing == standing_before(is_undo)) {
                let image = self.image(file)?;
                res.push(Wanted { root_nth: row.nth, image, seq: link.seq, flip: None });
            }
        }
        Ok(res)
    }

    /// Brings the images to the paths at which their files stand now.
    fn follow_all(&self, wanted: &mut [Wanted]) -> Result<(), JournalError> {
        let Some(first) = wanted.iter().map(|it| it.seq).min() else { return Ok(()) };
        let moves = self.history.moves_after(first)?;
        let mut refusals = Vec::new();
        for Wanted { image, seq, .. } in wanted {
            if let Some(after) = image.after.clone() {
                let now = follow(&after, *seq, &moves)?;
                if image.before.as_ref() == Some(&after) {
                    image.before = Some(now.clone());
                    image.after = Some(now);
                } else if now != after {
                    refusals.push(Refusal::MovedSince(after, now));
                }
            }
        }
        if refusals.is_empty() {
            return Ok(());
        }
        Err(JournalError::Reverse(ReverseError { refusals }))
    }

    fn draft(
        &self,
        reverses: &Reverses,
        wanted: &[Wanted],
        inverse: &Inverse,
        request: &UndoRequest,
    ) -> Result<Draft, JournalError> {
        let Reverses { root, is_undo, .. } = reverses;
        let title = self.row(root)?.title;
        let (verb, does) = if *is_undo { ("Undo", "takes back") } else { ("Redo", "brings back") };
        let hunks = wanted.iter().filter_map(|it| Some((it.root_nth, it.flip.as_ref()?)));
        let hunks = hunks.flat_map(|(file, flip)| {
            let ids = flip.hunks.iter().map(move |it| PartId { file, hunk: Some(*it) });
            ids.map(|it| it.to_string())
        });
        let hunks: Vec<String> = hunks.collect();
        let what = match hunks.len() {
            0 => root.to_string(),
            1 => format!("hunk {} of {root}", hunks[0]),
            n if n <= HUNKS_NAMED_MAX => format!("hunks {} of {root}", hunks.join(", ")),
            n => format!("{n} hunks of {root}"),
        };
        let kept = if inverse.is_merged { ", keeping what was changed since" } else { "" };
        let change = inverse.change.clone();
        let edits = change.edits.iter().flat_map(|(path, edits)| {
            (0..edits.iter().len()).map(|nth| Place::Edit { path: path.clone(), nth })
        });
        let operations = (0..change.operations.len()).map(|nth| Place::Operation { nth });
        let places = edits.chain(operations).collect();
        Ok(Draft {
            title: format!("{verb}: {title}"),
            reason: format!("{does} {what}{kept}"),
            origin: Origin { caller: request.caller.clone(), action: verb.to_ascii_lowercase() },
            annotations: vec![ChangeAnnotation {
                label: format!("{does} {title}"),
                description: None,
                places,
            }],
            change,
            ..Draft::default()
        })
    }

    /// Notes that nothing is left to do because somebody did it by hand.
    fn note_already(&self, reverses: &Reverses) -> Result<(), JournalError> {
        let standing = |is_undone| match is_undone {
            true => FileStanding::EditorUndone,
            false => FileStanding::InForce,
        };
        let whole = reverses.already.iter().map(|nth| (*nth, standing(reverses.is_undo), None));
        let flips = reverses
            .already_flips
            .iter()
            .map(|(nth, flip)| (*nth, standing(flip.is_undone), Some(flip.off.clone())));
        self.set_standing(&reverses.root, &whole.chain(flips).collect::<Vec<_>>()).map(|_| ())
    }

    /// Sets where some files of a root transaction stand, and which of their hunks are taken back
    /// where that changes; gives the state of its proposal.
    pub(super) fn set_standing(
        &self,
        root: &TransactionId,
        stand: &[(u32, FileStanding, Option<Vec<u32>>)],
    ) -> Result<ProposalState, JournalError> {
        let row = self.row(root)?;
        let mut files = self.history.transaction_files(root.as_str())?;
        let mut rows = Vec::with_capacity(stand.len());
        for (nth, standing, off) in stand {
            for file in files.iter_mut().filter(|it| it.nth == *nth) {
                file.standing = *standing;
                file.off = off.clone().unwrap_or_else(|| file.off.clone());
            }
            rows.push(StandingRow {
                transaction: root.to_string(),
                nth: *nth,
                standing: *standing,
                off: off.clone(),
            });
        }
        let state = standing_state(&files);
        self.history.set_root_standing(&rows, &row.proposal, state)?;
        Ok(state)
    }
}

/// True where hunks of the file were taken back or brought back one by one.
fn has_hunks(root: &TransactionFileRow, own: &[(&TransactionRow, &TransactionFileRow)]) -> bool {
    !root.off.is_empty() || own.iter().any(|it| it.1.flipped.is_some())
}

/// True where something of the file can be taken back, or brought back.
pub(super) fn is_reversible(file: &TransactionFileRow, is_undo: bool) -> bool {
    let has_hunks_off = file.standing == FileStanding::InForce && !file.off.is_empty();
    file.standing == standing_before(is_undo) || (!is_undo && has_hunks_off)
}

fn is_there(row: &TransactionRow) -> bool {
    matches!(row.state, TransactionState::Applied | TransactionState::Partial)
}

/// True where the transaction did what an undo (or a redo) reverses.
pub(super) fn is_wanted(row: &TransactionRow, is_undo: bool) -> bool {
    is_there(row) && is_undo == (row.kind != TransactionKind::Undo)
}

/// Where a file stands that can be taken back, or brought back.
fn standing_before(is_undo: bool) -> FileStanding {
    if is_undo { FileStanding::InForce } else { FileStanding::Undone }
}

/// Where the file that stood at `path` after the transaction `seq` stands now.
pub(super) fn follow(path: &VfsPath, seq: i64, moves: &[MoveRow]) -> Result<VfsPath, JournalError> {
    let mut path = path.clone();
    let later = moves.partition_point(|it| it.seq <= seq);
    for group in moves[later..].chunk_by(|a, b| a.seq == b.seq) {
        if let Some(step) = group.iter().find(|it| it.from == path.as_str()) {
            path = crate::rows::path(&step.to).map_err(JournalError::Damaged)?;
        }
    }
    Ok(path)
}

/// What the reversal is about, with the files of which nothing is left to do.
fn reverses(root: TransactionId, is_undo: bool, wanted: &[Wanted], inverse: &Inverse) -> Reverses {
    let mut res = Reverses { root, is_undo, already: Vec::new(), already_flips: Vec::new() };
    for (it, _) in wanted.iter().zip(&inverse.files).filter(|it| it.1.is_none()) {
        match &it.flip {
            None => res.already.push(it.root_nth),
            Some(flip) => res.already_flips.push((it.root_nth, flip.clone())),
        }
    }
    res
}

/// Says of each file of `proposal` which file of the root transaction it is about.
fn link(proposal: &mut Proposal, wanted: &[Wanted], inverse: &Inverse) {
    for file in &mut proposal.files {
        let met = file.before.as_ref().or(file.after.as_ref());
        let nth = inverse.files.iter().position(|it| it.is_some() && it.as_ref() == met);
        file.root_nth = nth.map(|it| wanted[it].root_nth);
        file.flip = nth.and_then(|it| wanted[it].flip.clone());
    }
}

//! Taking back and bringing back, in any order.

use std::collections::BTreeSet;

use store::history::{
    FileStanding, MoveRow, ProposalState, StandingRow, TransactionFileRow, TransactionKind,
    TransactionRow, TransactionState,
};
use vfs::VfsPath;

use super::{
    Journal, JournalError, Reversal, UndoRequest, UndoScope, file_path, parse_transaction_id,
    standing_state,
};
use crate::{
    ChangeAnnotation, Context, Draft, Image, Origin, Place, Proposal, Refusal, ReverseError,
    Reverses, TransactionId,
    propose::{Look, propose_looking},
    reverse::{Inverse, inverse},
};

/// Transactions that are looked through for the last one that can be taken back.
const LOOK_BACK_MAX: usize = 1_000;

/// A file of the root transaction, and the transaction whose change of it is to be reversed.
struct Wanted {
    root_nth: u32,
    file: TransactionFileRow,
    seq: i64,
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
        let (root, is_undo) = match &request.transaction {
            Some(id) => {
                let row = self.row(id)?;
                (row.root, is_undo && row.kind != TransactionKind::Undo)
            }
            None => (self.last(is_undo)?.ok_or(JournalError::Nothing { is_undo })?, is_undo),
        };
        let root = parse_transaction_id(&root)?;
        let wanted = self.wanted(&root, is_undo, &request.scope)?;
        if wanted.is_empty() {
            return Err(JournalError::Nothing { is_undo });
        }
        let images = self.images(&wanted)?;
        let inverse = inverse(&images, ctx.present).map_err(JournalError::Reverse)?;
        let already = wanted.iter().zip(&inverse.files).filter(|it| it.1.is_none());
        let already: Vec<u32> = already.map(|it| it.0.root_nth).collect();
        if inverse.change.is_empty() {
            self.note_already(&root, is_undo, &already)?;
            return Err(JournalError::Already { transaction: root, is_undo });
        }
        // A merged text is one that nobody has seen yet.
        let look = if inverse.is_merged { Look::Closely } else { Look::Again };
        let draft = self.draft(&root, is_undo, &inverse, request)?;
        let (mut proposal, simulation) =
            propose_looking(draft, ctx, look).map_err(JournalError::Propose)?;
        link(&mut proposal, &wanted, &inverse);
        proposal.reverses = Some(Reverses { root, is_undo, already });
        Ok(Reversal { proposal, simulation })
    }

    /// The root of the last transaction that can be reversed.
    fn last(&self, is_undo: bool) -> Result<Option<String>, JournalError> {
        let mut seen = BTreeSet::new();
        for row in self.history.transactions(LOOK_BACK_MAX)? {
            if !is_wanted(&row, is_undo) || !seen.insert(row.root.clone()) {
                continue;
            }
            let files = self.history.transaction_files(&row.root)?;
            if files.iter().any(|it| it.standing == standing_before(is_undo)) {
                return Ok(Some(row.root));
            }
        }
        Ok(None)
    }

    /// The files to reverse, each with the last transaction that made it what it is.
    fn wanted(
        &self,
        root: &TransactionId,
        is_undo: bool,
        scope: &UndoScope,
    ) -> Result<Vec<Wanted>, JournalError> {
        let mut chain = self.history.chain(root.as_str())?;
        chain.retain(|it| is_wanted(it, is_undo));
        let mut links = Vec::with_capacity(chain.len());
        for row in chain.iter().rev() {
            links.push((row.seq, self.history.transaction_files(&row.id)?));
        }
        let mut res = Vec::new();
        for root_file in self.history.transaction_files(root.as_str())? {
            let is_in_scope = match scope {
                UndoScope::Transaction => true,
                UndoScope::Files(paths) => paths.contains(&file_path(&root_file)?),
            };
            if root_file.standing != standing_before(is_undo) || !is_in_scope {
                continue;
            }
            let last = links.iter().find_map(|(seq, files)| {
                let is_it = |it: &&TransactionFileRow| {
                    it.root_nth == root_file.nth && it.standing != FileStanding::Untouched
                };
                let file = files.iter().find(is_it)?;
                Some((*seq, file.clone()))
            });
            if let Some((seq, file)) = last {
                res.push(Wanted { root_nth: root_file.nth, file, seq });
            }
        }
        Ok(res)
    }

    /// What these transactions did, by the paths at which their files stand now.
    fn images(&self, wanted: &[Wanted]) -> Result<Vec<Image>, JournalError> {
        let Some(first) = wanted.iter().map(|it| it.seq).min() else { return Ok(Vec::new()) };
        let moves = self.history.moves_after(first)?;
        let mut images = Vec::with_capacity(wanted.len());
        let mut refusals = Vec::new();
        for it in wanted {
            let mut image = self.image(&it.file)?;
            if let Some(after) = image.after.clone() {
                let now = follow(&after, it.seq, &moves)?;
                if image.before.as_ref() == Some(&after) {
                    image.before = Some(now.clone());
                    image.after = Some(now);
                } else if now != after {
                    refusals.push(Refusal::MovedSince(after, now));
                }
            }
            images.push(image);
        }
        if refusals.is_empty() {
            return Ok(images);
        }
        Err(JournalError::Reverse(ReverseError { refusals }))
    }

    fn draft(
        &self,
        root: &TransactionId,
        is_undo: bool,
        inverse: &Inverse,
        request: &UndoRequest,
    ) -> Result<Draft, JournalError> {
        let title = self.row(root)?.title;
        let (verb, does) = if is_undo { ("Undo", "takes back") } else { ("Redo", "brings back") };
        let kept = if inverse.is_merged { ", keeping what was changed since" } else { "" };
        let change = inverse.change.clone();
        let edits = change.edits.iter().flat_map(|(path, edits)| {
            (0..edits.iter().len()).map(|nth| Place::Edit { path: path.clone(), nth })
        });
        let operations = (0..change.operations.len()).map(|nth| Place::Operation { nth });
        let places = edits.chain(operations).collect();
        Ok(Draft {
            title: format!("{verb}: {title}"),
            reason: format!("{does} {root}{kept}"),
            origin: Origin { caller: request.caller.clone(), action: verb.to_ascii_lowercase() },
            annotations: vec![ChangeAnnotation {
                label: format!("{does} {title}"),
                description: None,
                places,
            }],
            change,
            left: Vec::new(),
        })
    }

    /// Notes that nothing is left to do because somebody did it by hand.
    fn note_already(
        &self,
        root: &TransactionId,
        is_undo: bool,
        already: &[u32],
    ) -> Result<(), JournalError> {
        let standing = if is_undo { FileStanding::EditorUndone } else { FileStanding::InForce };
        self.set_standing(root, standing, already).map(|_| ())
    }

    /// Sets where some files of a root transaction stand; gives the state of its proposal.
    pub(super) fn set_standing(
        &self,
        root: &TransactionId,
        standing: FileStanding,
        nths: &[u32],
    ) -> Result<ProposalState, JournalError> {
        let row = self.row(root)?;
        let mut files = self.history.transaction_files(root.as_str())?;
        for file in files.iter_mut().filter(|it| nths.contains(&it.nth)) {
            file.standing = standing;
        }
        let state = standing_state(&files);
        let rows = nths.iter().map(|nth| StandingRow {
            transaction: root.to_string(),
            nth: *nth,
            standing,
        });
        self.history.set_root_standing(&rows.collect::<Vec<_>>(), &row.proposal, state)?;
        Ok(state)
    }
}

/// True where the transaction did what an undo (or a redo) reverses.
pub(super) fn is_wanted(row: &TransactionRow, is_undo: bool) -> bool {
    let is_there = matches!(row.state, TransactionState::Applied | TransactionState::Partial);
    is_there && is_undo == (row.kind != TransactionKind::Undo)
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

/// Says of each file of `proposal` which file of the root transaction it is about.
fn link(proposal: &mut Proposal, wanted: &[Wanted], inverse: &Inverse) {
    for file in &mut proposal.files {
        let met = file.before.as_ref().or(file.after.as_ref());
        let nth = inverse.files.iter().position(|it| it.is_some() && it.as_ref() == met);
        file.root_nth = nth.map(|it| wanted[it].root_nth);
    }
}

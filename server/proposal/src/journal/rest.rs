//! What is still missing of a change that was made in part: a proposal of its own.

use std::{collections::BTreeSet, sync::Arc};

use vfs::{ReadError, VfsPath};

use super::{Finished, Journal, JournalError, check_base, stale};
use crate::{
    Content, Context, Draft, Image, Origin, Outcome, PartId, Present, PresentFile, Proposal,
    ProposalId, ProposalState, Refusal, ReverseError, SimulatedFile, Simulation, narrow, parts,
    propose::{Look, propose_looking},
    reverse::inverse,
    simulate,
};

impl Journal {
    /// The proposal that makes of the texts of this moment what `planned` would have left, keeping
    /// what else was changed since; `None` where nothing is missing. `of` is the proposal whose
    /// rest it is.
    ///
    /// # Errors
    /// [`JournalError::Reverse`] where what was written since stands in the way.
    pub fn rest(
        &self,
        of: &Proposal,
        planned: &Simulation,
        ctx: &Context<'_>,
    ) -> Result<Option<(Proposal, Simulation)>, JournalError> {
        let files = planned.files.iter().map(|it| backwards(it, ctx.present));
        let images: Vec<Image> = files.collect::<Result<_, ReadError>>().map_err(|error| {
            JournalError::Reverse(ReverseError { refusals: vec![Refusal::Read(error)] })
        })?;
        let missing = inverse(&images, ctx.present).map_err(JournalError::Reverse)?;
        if missing.change.is_empty() {
            return Ok(None);
        }
        let draft = Draft {
            title: format!("The rest of: {}", whole_title(&of.title)),
            reason: format!("{} was applied in part", of.id),
            origin: Origin { caller: of.origin.caller.clone(), action: "complete".to_owned() },
            change: missing.change,
            ..Draft::default()
        };
        let made = propose_looking(draft, ctx, Look::Closely).map_err(JournalError::Propose)?;
        Ok(Some(made))
    }

    /// The same of a transaction that was measured only because its server had been killed: all
    /// that is missing of the proposal that it was to make, or was the chosen part of.
    ///
    /// # Errors
    /// As [`Journal::rest`], and where the whole proposal does not fit any more.
    pub fn rest_after_kill(
        &self,
        finished: &Finished,
        ctx: &Context<'_>,
    ) -> Result<Option<(Proposal, Simulation)>, JournalError> {
        let own = self.proposal(&finished.proposal)?.proposal;
        let outcome = &finished.measured.outcome;
        if own.reverses.is_some() || *outcome == Outcome::Declined {
            return Ok(None);
        }
        let rejected = own.rejected.clone();
        let whole = match &own.part_of {
            Some(whole) => self.proposal(whole)?.proposal,
            None if *outcome == Outcome::Applied => return Ok(None),
            None => own,
        };
        if whole.is_redacted {
            return Ok(None);
        }
        let checkpoint = self.checkpoint(&finished.transaction)?;
        let before = |path: &VfsPath| {
            let met = checkpoint.files.iter().find(|it| it.before.as_ref() == Some(path));
            match met.map(|it| &it.pre) {
                Some(Some(Content::Kept(bytes))) => {
                    let plan = whole.files.iter().find(|it| it.before.as_ref() == Some(path));
                    let leads_to = plan.and_then(|it| it.leads_to.clone());
                    Ok(Some(PresentFile { leads_to, ..PresentFile::closed(bytes.clone()) }))
                }
                None if checkpoint.files.iter().any(|it| it.after.as_ref() == Some(path)) => {
                    Ok(None)
                }
                _ => (ctx.present)(path),
            }
        };
        let mut planned = simulate(&whole.change, &before).map_err(stale)?;
        check_base(&whole, &planned)?;
        if !rejected.is_empty() {
            let mut wanted: BTreeSet<PartId> =
                parts(&whole, &planned).into_iter().map(|it| it.id).collect();
            wanted.retain(|it| !rejected.contains(it));
            // What cannot be taken by itself was not asked for: there is nothing to complete.
            let Ok(draft) = narrow(&whole, &planned, &wanted) else { return Ok(None) };
            planned = simulate(&draft.change, &before).map_err(stale)?;
        }
        self.rest(&whole, &planned, ctx)
    }

    /// Lets a proposal be answered again that an editor declined or a killed server left.
    ///
    /// # Errors
    /// [`JournalError::NotPending`] where it was answered otherwise.
    pub fn reopen(&self, id: &ProposalId) -> Result<(), JournalError> {
        let state = self.proposal(id)?.state;
        if state == ProposalState::Pending {
            return Ok(());
        }
        let is_open = matches!(state, ProposalState::Declined | ProposalState::Interrupted)
            && self.history.move_proposal(id.as_str(), state, ProposalState::Pending)?;
        match is_open {
            true => Ok(()),
            false => Err(JournalError::NotPending(id.clone(), state)),
        }
    }
}

/// The file's change the other way round: its reversal makes it. A file that has moved already only
/// lacks its edits.
fn backwards(file: &SimulatedFile, present: &Present<'_>) -> Result<Image, ReadError> {
    let content = |bytes: &Option<Arc<[u8]>>| bytes.clone().map(Content::Kept);
    let mut from = file.before.clone();
    if let (Some(before), Some(after)) = (&file.before, &file.after)
        && before != after
        && present(before)?.is_none()
        && present(after)?.is_some()
    {
        from = file.after.clone();
    }
    Ok(Image {
        before: file.after.clone(),
        after: from,
        pre: content(&file.post),
        post: content(&file.pre),
    })
}

/// A title without what earlier rests put before it.
fn whole_title(title: &str) -> &str {
    let title = title.strip_prefix("The rest of: ").unwrap_or(title);
    title.rsplit_once(" (").filter(|it| it.1.ends_with(" parts)")).map_or(title, |it| it.0)
}

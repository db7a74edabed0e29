//! What of a change the server writes by itself, and what it has an editor save.

use proposal::{Proposal, ProposalId};
use settings::SaveChanges;
use vfs::{FileOperation, SourceChange, VfsPath};

use super::{Applying, Confirm, EditDone, Phase};
use crate::{Notice, state::GlobalState};

impl GlobalState {
    /// The steps of a change. Where changes are to be saved, files that nobody has open make a step
    /// of their own, which no editor has to make.
    pub(super) fn steps(&self, proposal: &Proposal, confirm: Confirm) -> Vec<SourceChange> {
        let mut res = Vec::new();
        for mut step in proposal.steps() {
            let mut closed = SourceChange::default();
            if confirm == Confirm::No {
                let is_closed = |it: &VfsPath| self.is_written(it, &proposal.change);
                closed.edits = step.edits.extract_if(.., |it, _| is_closed(it)).collect();
            }
            res.extend([closed, step].into_iter().filter(|it| !it.is_empty()));
        }
        res
    }

    /// True where the edits of a file are written at once: they are to be saved, and nobody has it
    /// open. One that moves or goes afterwards is not: what the disk takes is all of it.
    fn is_written(&self, path: &VfsPath, whole: &SourceChange) -> bool {
        let operations =
            SourceChange { operations: whole.operations.clone(), ..Default::default() };
        self.configuration.settings.changes.save == SaveChanges::Save
            && !self.files.is_held(path)
            && !operations.paths().contains(path)
    }

    /// Has the client save what of a change it has open, where that is wanted.
    pub(super) fn have_saved(&mut self, applying: &Applying) {
        let saves = self.configuration.settings.changes.save == SaveChanges::Save;
        if !saves || !self.clients.abilities(applying.client).saves {
            return;
        }
        let files = applying.simulation.files.iter().filter_map(|it| it.after.clone());
        let paths: Vec<VfsPath> = files.filter(|it| self.files.is_held(it)).collect();
        if !paths.is_empty() {
            self.clients.tell(applying.client, Notice::Save { paths });
        }
    }

    /// True for a step in which files only appear, move and go that nobody has open, or that is
    /// written at once anyway. An editor would leave a created file empty on the disk until it is
    /// saved, or not move one into a folder that is not there (Helix), and its own undo would mix
    /// it up with the texts.
    pub(super) fn is_ours(&self, step: &SourceChange, whole: &SourceChange) -> bool {
        let is_ours = |operation: &FileOperation| match operation {
            FileOperation::Create { path, .. } | FileOperation::Delete { path } => {
                !self.files.is_held(path)
            }
            FileOperation::Rename { from, to, .. } => {
                !self.files.is_held(from) && !self.files.is_held(to)
            }
        };
        step.edits.keys().all(|it| self.is_written(it, whole))
            && step.operations.iter().all(is_ours)
    }

    /// Creates and deletes the files of the present step.
    pub(super) fn write_step(&mut self, id: &ProposalId) {
        let Some(applying) = self.proposals.applying.get(id) else { return };
        let paths = applying.steps[applying.step].paths();
        self.write_to_disk(id, EditDone::StepWritten, |it| paths.contains(it));
    }

    /// Writes the files, all or none. What the disk holds of one that is open is not what the user
    /// sees: then none.
    pub(super) fn write(&mut self, id: &ProposalId) {
        let Some(applying) = self.proposals.applying.get(id) else { return };
        let paths = applying.proposal.change.paths();
        match paths.iter().find(|it| self.files.is_held(it)) {
            Some(open) => {
                let why = format!("{open} is open in an editor that cannot edit it");
                self.edit_done(EditDone::Written(id.clone(), Err(why)));
            }
            None => self.write_to_disk(id, EditDone::Written, |_| true),
        }
    }

    /// Writes the files of a change that `is_wanted` says, all or none.
    fn write_to_disk(
        &mut self,
        id: &ProposalId,
        done: fn(ProposalId, Result<(), String>) -> EditDone,
        is_wanted: impl Fn(&VfsPath) -> bool,
    ) {
        let Some(applying) = self.proposals.applying.get_mut(id) else { return };
        applying.phase = Phase::Ending;
        let (run, id) = (applying.run, id.clone());
        let mut writes = applying.simulation.writes();
        writes.retain(|it| is_wanted(&it.path));
        let name = applying.transaction.to_string();
        let writer = self.outside.writer(&self.files.roots);
        self.edit_task(run, "write", move |_| {
            let writer = writer.ok_or_else(|| "there is no state folder to write by".to_owned());
            let written =
                writer.and_then(|it| it.write(&name, &writes).map_err(|it| it.to_string()));
            done(id, written)
        });
    }
}

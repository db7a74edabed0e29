//! One step of a change in the words of an editor.

use std::sync::Arc;

use proposal::{ChangeAnnotation, Place, Proposal, Simulation};
use text::LineIndex;
use vfs::{FileOperation, SourceChange};

use crate::{Abilities, EditStep};

/// True where an editor that can do this much can make all of `change`.
pub(crate) fn is_client_able(abilities: Abilities, change: &SourceChange) -> bool {
    let is_able = |operation: &FileOperation| match operation {
        FileOperation::Create { .. } => abilities.create,
        FileOperation::Delete { .. } => abilities.delete,
        FileOperation::Rename { .. } => abilities.rename,
    };
    let operations = &change.operations;
    abilities.apply_edit
        && (operations.is_empty() || abilities.document_changes)
        && operations.iter().all(is_able)
}

/// The step `change`, number `step`, of `proposal`.
pub(crate) fn edit_step(
    proposal: &Proposal,
    simulation: &Simulation,
    change: &SourceChange,
    step: u32,
    confirm: bool,
) -> EditStep {
    let lines = simulation.files.iter().filter_map(|file| {
        let path = file.before.as_ref().filter(|it| change.edits.contains_key(it))?;
        let text = std::str::from_utf8(file.pre.as_deref()?).ok()?;
        let lines = LineIndex::new(text);
        // What is open is counted as the editor sent it.
        let lines = if file.version.is_none() { lines.as_opened(text) } else { lines };
        Some((path.clone(), Arc::new(lines)))
    });
    // The versions of the moment of the checkpoint, which the texts were compared at: those of the
    // proposal may be of an earlier session of the editor.
    let versions = simulation.files.iter().filter_map(|file| {
        let path = file.before.as_ref().filter(|it| change.edits.contains_key(it))?;
        Some((path.clone(), file.version?))
    });
    EditStep {
        proposal: proposal.id.clone(),
        step,
        label: proposal.title.clone(),
        change: change.clone(),
        annotations: annotations(proposal, change),
        confirm,
        versions: versions.collect(),
        lines: lines.collect(),
    }
}

/// The reasons of the parts that are in this step.
fn annotations(proposal: &Proposal, change: &SourceChange) -> Vec<ChangeAnnotation> {
    let is_here = |place: &Place| match place {
        Place::Edit { path, .. } => change.edits.contains_key(path),
        Place::Operation { .. } => !change.operations.is_empty(),
    };
    let annotations = proposal.annotations.iter().map(|it| ChangeAnnotation {
        places: it.places.iter().filter(|it| is_here(it)).cloned().collect(),
        ..it.clone()
    });
    annotations.filter(|it| !it.places.is_empty()).collect()
}

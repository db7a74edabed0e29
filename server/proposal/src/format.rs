//! A draft whose texts a formatter has gone over: what it did becomes part of the change.

use vfs::{FileOperation, VfsPath};

use crate::{ChangeAnnotation, Draft, Place, Simulation, lines};

/// A file as a formatter leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// Its path after the change.
    pub path: VfsPath,
    /// All of it.
    pub text: String,
    /// The formatter.
    pub by: String,
}

/// The draft that leaves `files` as they are formatted; `simulation` is what it leaves without. An
/// edit that no formatter touched stays by itself, with its reason.
pub fn with_formatted(mut draft: Draft, simulation: &Simulation, files: &[Formatted]) -> Draft {
    let mut own: Vec<(String, Place)> = Vec::new();
    for formatted in files {
        let met = simulation.files.iter().find(|it| it.after.as_ref() == Some(&formatted.path));
        let Some(file) = met else { continue };
        let Some(post) = file.post_text().filter(|it| *it != formatted.text) else { continue };
        match &file.before {
            Some(before) => {
                let later = lines::edits(post, &formatted.text);
                let edits = draft.change.edits.remove(before).unwrap_or_default();
                let Ok(composed) = edits.then(post, &later) else { continue };
                for place in draft.annotations.iter_mut().flat_map(|it| &mut it.places) {
                    if let Place::Edit { path, nth } = place
                        && path == before
                        && let Some(now) = composed.places.get(*nth)
                    {
                        *nth = *now;
                    }
                }
                let places = 0..composed.edits.iter().len();
                let added = places.filter(|it| composed.places.binary_search(it).is_err());
                let place = |nth| Place::Edit { path: before.clone(), nth };
                own.extend(added.map(|nth| (formatted.by.clone(), place(nth))));
                draft.change.edits.insert(before.clone(), composed.edits);
            }
            None => {
                for operation in &mut draft.change.operations {
                    if let FileOperation::Create { path, text } = operation
                        && *path == formatted.path
                    {
                        text.clone_from(&formatted.text);
                    }
                }
            }
        }
    }
    for annotation in &mut draft.annotations {
        // Edits that became one are one part.
        annotation.places.sort();
        annotation.places.dedup();
    }
    own.sort();
    for by in own.chunk_by(|a, b| a.0 == b.0) {
        draft.annotations.push(ChangeAnnotation {
            label: format!("formatting by {}", by[0].0),
            description: None,
            places: by.iter().map(|it| it.1.clone()).collect(),
        });
    }
    draft
}

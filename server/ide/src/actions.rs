//! Code actions: what could be done here, without doing it.

use vfs::{SourceChange, VfsPath};

use crate::{Analysis, Cancellable, FileRange};

/// Id of the action that renames the symbol under the cursor.
pub const ACTION_RENAME: &str = "rename";
/// Id of the action that creates the settings of a workspace.
pub const ACTION_CREATE_SETTINGS: &str = "createSettings";

/// One thing that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Which action: one of the `ACTION_` ids.
    pub id: &'static str,
    /// For people.
    pub title: String,
    /// The protocol's dotted kind, as `refactor.rewrite.aios.rename`.
    pub kind: &'static str,
    /// Why it cannot be done now; such an action is shown greyed.
    pub disabled: Option<String>,
    /// Where it would act: the name for a rename, an empty range at the file's start for settings.
    pub at: FileRange,
}

impl Analysis {
    /// What can be done at a range. Asks no model, edits nothing, takes well under 50 ms.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn actions(&self, at: FileRange) -> Cancellable<Vec<Action>> {
        let _ = at;
        todo!()
    }
}

/// The change that creates `.aios/config.toml` below `root`.
pub fn create_settings(root: &VfsPath) -> SourceChange {
    let _ = root;
    todo!()
}

//! Code actions: what could be done here, without doing it.

use settings::WORKSPACE_FILE;
use text::{TextRange, TextSize};
use vfs::{FileOperation, SourceChange, VfsPath};

use crate::{Analysis, Cancellable, FilePosition, FileRange, Refactor, RenameError, Rewrite};

/// Id of the action that renames the symbol under the cursor.
pub const ACTION_RENAME: &str = "rename";
/// Id of the action that creates the settings of a workspace.
pub const ACTION_CREATE_SETTINGS: &str = "createSettings";

/// Id of the actions that refactor; which, says [`Action::refactor`].
pub const ACTION_REFACTOR: &str = "refactor";

/// Id of the action that rewrites every match of a pattern.
pub const ACTION_REWRITE: &str = "rewrite";

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
    /// Where it would act: the name for a rename, an empty range at the file's start for settings,
    /// what was asked about for a refactoring.
    pub at: FileRange,
    /// What a refactoring is told besides its place.
    pub refactor: Option<Refactor>,
    /// What [`ACTION_REWRITE`] rewrites.
    pub rewrite: Option<Rewrite>,
}

impl Analysis {
    /// What can be done at a range: on a name, a rename, disabled with its reason where it cannot
    /// be; the refactorings; on a file's first line, settings for a workspace that has none. Asks
    /// no model and edits nothing.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn actions(&self, at: FileRange) -> Cancellable<Vec<Action>> {
        self.check()?;
        let mut actions = Vec::new();
        actions.extend(self.rename_action(at)?);
        actions.extend(self.refactorings(at)?.into_iter().map(|it| Action {
            id: ACTION_REFACTOR,
            title: it.title,
            kind: it.refactor.kind(),
            disabled: it.disabled,
            at,
            refactor: Some(it.refactor),
            rewrite: None,
        }));
        actions.extend(self.rewrite_at(at).map(|rewrite| Action {
            id: ACTION_REWRITE,
            title: format!("Rewrite `{}` to `{}`", rewrite.pattern, rewrite.replacement),
            kind: "refactor.rewrite.aios.rewrite",
            disabled: None,
            at,
            refactor: None,
            rewrite: Some(rewrite),
        }));
        actions.extend(self.settings_action(at));
        Ok(actions)
    }

    fn rename_action(&self, at: FileRange) -> Cancellable<Option<Action>> {
        let Some(name) = self.name_at(at.file, at.range.start()) else { return Ok(None) };
        if !name.touches(at.range.end()) {
            return Ok(None);
        }
        let position = FilePosition { file: at.file, offset: at.range.start() };
        let disabled = match self.prepare_rename(position) {
            Ok(_) => None,
            Err(RenameError::Cancelled) => return Err(crate::Cancelled),
            // Not a name of code: a heading, a word of a text. Nobody looks for a rename there.
            Err(RenameError::NoSymbol) => return Ok(None),
            Err(reason) => Some(reason.to_string()),
        };
        Ok(Some(Action {
            id: ACTION_RENAME,
            title: "Rename symbol everywhere".to_owned(),
            kind: "refactor.rewrite.aios.rename",
            disabled,
            at: FileRange { file: at.file, range: name },
            refactor: None,
            rewrite: None,
        }))
    }

    fn settings_action(&self, at: FileRange) -> Option<Action> {
        let first_line = self.line_index(at.file)?.line(0)?;
        let path = self.path(at.file)?;
        let workspace = self.workspace();
        let root = workspace.roots.iter().find(|it| path.starts_with(it))?;
        if !first_line.touches(at.range.start()) || workspace.with_settings.contains(root) {
            return None;
        }
        Some(Action {
            id: ACTION_CREATE_SETTINGS,
            title: "Create workspace settings".to_owned(),
            kind: "source.aios.createSettings",
            disabled: None,
            at: FileRange { file: at.file, range: TextRange::empty(TextSize::default()) },
            refactor: None,
            rewrite: None,
        })
    }
}

/// The change that creates the settings file below `root`: every setting, commented out.
pub fn create_settings(root: &VfsPath) -> SourceChange {
    let create = FileOperation::Create {
        path: root.join(WORKSPACE_FILE),
        text: settings::config_template(),
    };
    SourceChange { operations: vec![create], ..SourceChange::default() }
}

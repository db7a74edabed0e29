//! The façade over all knowledge: a moment of the workspace, asked in plain values, answered in
//! plain values.

mod actions;
mod effect;
#[cfg(test)]
mod fixture;
mod host;
mod hover;
mod navigate;
mod outline;
mod ranges;
mod refactor;
mod rename;
#[cfg(test)]
mod tests;
mod types;

pub use crate::{
    actions::{ACTION_CREATE_SETTINGS, ACTION_REFACTOR, ACTION_RENAME, Action, create_settings},
    effect::{ApiChange, ApiChangeKind, ChangedFile, Dangling, Effect, TestReached},
    host::{Analysis, AnalysisHost, Change, FileDelta, FileState, OpenDocument, TextOf, Workspace},
    refactor::{Offer, REFACTORS, Refactor, RefactorError, Refactoring},
    rename::{LEFT_MAX, LeftOut, PreparedRename, Rename, RenameError},
    types::{
        Call, Cancellable, FilePosition, FileRange, Highlight, HighlightKind, Hover, NavTarget,
        OutlineItem, References, Site, SymbolHit,
    },
};
// Front ends speak of these without knowing the graph.
pub use graph::{Cancelled, EdgeKind, Resolution, SymbolId, SymbolRef};
pub use syntax::{Folding, FoldingKind, SymbolKind};

//! The façade over all knowledge: a moment of the workspace, asked in plain values, answered in
//! plain values.

mod actions;
mod diagnostics;
mod effect;
#[cfg(test)]
mod fixture;
mod host;
mod hover;
mod imports;
mod leaves;
mod navigate;
mod outline;
mod privates;
mod questions;
mod ranges;
mod refactor;
mod relations;
mod rename;
#[cfg(test)]
mod tests;
mod types;
mod usage;

pub use crate::{
    actions::{
        ACTION_CREATE_SETTINGS, ACTION_REFACTOR, ACTION_RENAME, ACTION_REWRITE, Action,
        create_settings,
    },
    diagnostics::{Exists, Finding, Rule, Rules},
    effect::{ApiChange, ApiChangeKind, ChangedFile, Dangling, Effect, TestReached},
    host::{Analysis, AnalysisHost, Change, FileDelta, FileState, OpenDocument, TextOf, Workspace},
    hover::Uses,
    imports::ImportLink,
    leaves::Leaves,
    questions::{
        Answer, AnswerItem, Coverage, CycleKind, DeadCodeConfig, Edge, Exported, Limit, Picture,
        PictureFormat, Progress, WalkConfig,
    },
    refactor::{FileMove, Mover, Offer, REFACTORS, Refactor, RefactorError, Refactoring, Rewrite},
    rename::{LEFT_MAX, LeftOut, PreparedRename, Rename, RenameError},
    types::{
        Call, Cancellable, FilePosition, FileRange, Highlight, HighlightKind, Hover, NavTarget,
        OutlineItem, References, Site, SymbolHit,
    },
    usage::{LensScope, Usage},
};
// Front ends speak of these without knowing the graph.
pub use graph::{Cancelled, EdgeKind, Resolution, SymbolId, SymbolRef};
pub use syntax::{Folding, FoldingKind, SymbolKind};

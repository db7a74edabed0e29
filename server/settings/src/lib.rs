//! What the user can set: one table of settings, the layers that set them, and what is wrong with
//! what was written.

mod ai;
mod changes;
mod doc;
mod edit;
mod layer;
mod reach;
mod schema;
mod value;

pub use crate::{
    ai::{
        AiSettings, MODEL_FIELDS, MODELS_MAX, ModelField, ModelFieldKind, ModelProvider,
        ModelSettings,
    },
    changes::{
        ChangeSettings, FormatChanges, RollbackPolicy, SaveChanges, TestsRun, VerifySettings,
        VerifyWhen,
    },
    doc::{config_template, render_markdown},
    edit::with_numbers,
    layer::{Layer, Layers, SettingsError, Source},
    reach::{Findings, Lenses, Navigation, NavigationByLanguage, Severity},
    schema::{EvolvePolicy, Kind, LogLevel, Preview, SETTINGS, Scope, Setting, Settings, Watching},
    value::Value,
};

/// Where the workspace's own settings lie, below its root.
pub const WORKSPACE_FILE: &str = ".aios/config.toml";

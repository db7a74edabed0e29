//! The change carried out in an overlay: every file it touches before and after, in bytes.

use std::{fmt, sync::Arc};

use vfs::{ReadError, SourceChange, VfsPath};

use crate::Present;

/// A change carried out over the texts of this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simulation {
    /// Each file that differs, in the order of the paths before (created ones by their path after).
    pub files: Vec<SimulatedFile>,
}

/// One file before and after the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedFile {
    /// Its path before; `None`: it is created.
    pub before: Option<VfsPath>,
    /// Its path after; `None`: it is deleted.
    pub after: Option<VfsPath>,
    /// Its bytes before.
    pub pre: Option<Arc<[u8]>>,
    /// Its bytes after.
    pub post: Option<Arc<[u8]>>,
    /// The version of the open document.
    pub version: Option<i32>,
}

/// Why a change cannot be made. Every variant names the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SimulateError {
    /// An edited, deleted or renamed file is not there.
    Missing(VfsPath),
    /// A file that should come into being is there already.
    Exists(VfsPath),
    /// Edits that do not fit the text.
    Edits(VfsPath, text::EditsError),
    /// The file cannot be read, or is no UTF-8: such files are not edited.
    Read(ReadError),
}

impl fmt::Display for SimulateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SimulateError::Missing(path) => write!(f, "{path}: no such file"),
            SimulateError::Exists(path) => write!(f, "{path}: exists already"),
            SimulateError::Edits(path, error) => write!(f, "{path}: {error}"),
            SimulateError::Read(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SimulateError {}

/// Carries `change` out over what `present` gives.
///
/// # Errors
/// [`SimulateError`] where it does not fit.
pub fn simulate(change: &SourceChange, present: &Present<'_>) -> Result<Simulation, SimulateError> {
    let _ = (change, present);
    todo!()
}

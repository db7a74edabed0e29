//! Renaming a symbol everywhere it is certain to be meant, and saying where it is not.

use std::fmt;

use text::TextRange;
use vfs::{FileId, SourceChange, VfsPath};

use crate::{Analysis, Cancellable, FilePosition, FileRange, Site};

/// That a name can be renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedRename {
    /// The name as written under the cursor.
    pub at: FileRange,
    /// The name the symbol has now.
    pub placeholder: String,
}

/// A rename, ready to be proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// Edits of every file, against the texts of this moment.
    pub change: SourceChange,
    /// The name before.
    pub old_name: String,
    /// The name after.
    pub new_name: String,
    /// The places the edits change, declarations included, sorted.
    pub sites: Vec<Site>,
    /// Places that bear the name and may or may not mean the symbol: left to the user, sorted.
    pub left: Vec<LeftOut>,
}

/// A place that a rename does not touch although it bears the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: VfsPath,
    /// The name there.
    pub range: TextRange,
    /// Its line, from 0.
    pub line: u32,
    /// Why it was left, in a few words.
    pub reason: &'static str,
}

/// Why a name cannot be renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenameError {
    /// There is no name under the cursor.
    NoSymbol,
    /// The name is defined outside the workspace.
    External(String),
    /// What the name stands for is not known.
    Unresolved(String),
    /// The name stands for several things that are not one symbol.
    Ambiguous(String),
    /// The symbol is a whole file or module, whose name is a path.
    IsModule(String),
    /// The new name is none in the language.
    NotAnIdentifier {
        /// The new name.
        name: String,
        /// The language.
        language: &'static str,
    },
    /// The new name is a word of the language.
    Keyword {
        /// The new name.
        name: String,
        /// The language.
        language: &'static str,
    },
    /// The new name is the old one.
    SameName(String),
    /// The new name is taken where the symbol is defined or used.
    Collision {
        /// The new name.
        name: String,
        /// Where it is taken.
        path: VfsPath,
        /// On which line, from 0.
        line: u32,
        /// What would happen, in a few words.
        what: &'static str,
    },
    /// A file that would have to change must not be.
    Protected {
        /// The file.
        path: VfsPath,
        /// Why, as the list of skipped files says.
        reason: String,
    },
    /// The text of a file is not what its facts were taken from.
    Stale(VfsPath),
    /// A newer edit came in between.
    Cancelled,
}

impl fmt::Display for RenameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RenameError::NoSymbol => write!(f, "there is no name here to rename"),
            RenameError::External(name) => write!(f, "`{name}` is defined outside the workspace"),
            RenameError::Unresolved(name) => write!(f, "what `{name}` stands for is not known"),
            RenameError::Ambiguous(name) => {
                write!(f, "`{name}` stands for several different symbols here")
            }
            RenameError::IsModule(name) => {
                write!(f, "`{name}` is a module: its name is the path of a file")
            }
            RenameError::NotAnIdentifier { name, language } => {
                write!(f, "`{name}` is not a name in {language}")
            }
            RenameError::Keyword { name, language } => {
                write!(f, "`{name}` is a keyword of {language}")
            }
            RenameError::SameName(name) => write!(f, "`{name}` is its name already"),
            RenameError::Collision { name, path, line, what } => {
                write!(f, "`{name}` {what} at {path}:{}", line + 1)
            }
            RenameError::Protected { path, reason } => write!(f, "{path} is not edited: {reason}"),
            RenameError::Stale(path) => write!(f, "{path} has changed since it was indexed"),
            RenameError::Cancelled => write!(f, "cancelled by a newer edit"),
        }
    }
}

impl std::error::Error for RenameError {}

impl From<graph::Cancelled> for RenameError {
    fn from(_: graph::Cancelled) -> RenameError {
        RenameError::Cancelled
    }
}

impl Analysis {
    /// Whether the name at a position can be renamed.
    ///
    /// # Errors
    /// The reason why not.
    pub fn prepare_rename(&self, position: FilePosition) -> Result<PreparedRename, RenameError> {
        let _ = position;
        todo!()
    }

    /// Renames the symbol at a position wherever it is certain that it is meant.
    ///
    /// # Errors
    /// The reason why it must not be done.
    pub fn rename(&self, position: FilePosition, new_name: &str) -> Result<Rename, RenameError> {
        let _ = (position, new_name);
        todo!()
    }

    /// Where a symbol's name stands: for a rename by symbol instead of by position.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn position_of(&self, symbol: graph::SymbolRef) -> Cancellable<Option<FilePosition>> {
        let _ = symbol;
        todo!()
    }
}

//! Refactorings: changes of code that leave what it does. Each is offered where that can be shown
//! from the tree and the graph, is tried on a copy of the workspace before it is proposed, and says
//! why where it cannot be done.

mod break_cycle;
mod delete;
mod document;
mod draft;
mod extract_function;
mod extract_variable;
mod imports;
mod inline_function;
mod inline_variable;
mod lines;
mod move_file;
mod move_symbol;
mod rewrite;
mod source;
mod trial;
mod value;

use std::fmt;

use vfs::{SourceChange, VfsPath};

use crate::{Analysis, Cancelled, FileRange, Leaves, LeftOut};

/// What to do with the code at a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refactor {
    /// Gives the selected value a name, before the statement it stands in.
    ExtractVariable {
        /// The name; `None`: one that says what the value is.
        name: Option<String>,
    },
    /// Makes the selected statements, or the selected value, a function of their own.
    ExtractFunction {
        /// Its name; `None`: `extracted`.
        name: Option<String>,
    },
    /// Puts the value of a variable where the variable is used, and drops the variable.
    InlineVariable,
    /// Puts what a function gives where it is called: on a call there, on the definition at all.
    InlineFunction,
    /// Takes out imports that nothing uses, and sorts the rest where their order means nothing.
    OrganizeImports,
    /// Imports the name at the cursor.
    AddImport {
        /// From where, as it is written; `None`: from the only place there is.
        module: Option<String>,
    },
    /// Moves a definition to another file, with the imports of all who use it.
    MoveSymbol {
        /// The file, which may count from the folder of the one where it is; `None`: a new one that
        /// is named after it.
        to: Option<String>,
    },
    /// Removes a definition that nothing uses.
    SafeDelete,
    /// Writes a comment with a place for everything that a definition takes and gives.
    Document,
}

/// All of them, without what can be said about how.
pub const REFACTORS: &[Refactor] = &[
    Refactor::ExtractVariable { name: None },
    Refactor::ExtractFunction { name: None },
    Refactor::InlineVariable,
    Refactor::InlineFunction,
    Refactor::OrganizeImports,
    Refactor::MoveSymbol { to: None },
    Refactor::SafeDelete,
    Refactor::Document,
];

impl Refactor {
    /// Its id on wires and command lines.
    pub fn id(&self) -> &'static str {
        match self {
            Refactor::ExtractVariable { .. } => "extractVariable",
            Refactor::ExtractFunction { .. } => "extractFunction",
            Refactor::InlineVariable => "inlineVariable",
            Refactor::InlineFunction => "inlineFunction",
            Refactor::OrganizeImports => "organizeImports",
            Refactor::AddImport { .. } => "addImport",
            Refactor::MoveSymbol { .. } => "moveSymbol",
            Refactor::SafeDelete => "safeDelete",
            Refactor::Document => "document",
        }
    }

    /// The one with this id, told the name for what is new.
    pub fn of_id(id: &str, name: Option<String>) -> Option<Refactor> {
        Some(match id {
            "extractVariable" => Refactor::ExtractVariable { name },
            "extractFunction" => Refactor::ExtractFunction { name },
            "inlineVariable" => Refactor::InlineVariable,
            "inlineFunction" => Refactor::InlineFunction,
            "organizeImports" => Refactor::OrganizeImports,
            "addImport" => Refactor::AddImport { module: name },
            "moveSymbol" => Refactor::MoveSymbol { to: name },
            "safeDelete" => Refactor::SafeDelete,
            "document" => Refactor::Document,
            _ => return None,
        })
    }

    /// The protocol's dotted kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Refactor::ExtractVariable { .. } => "refactor.extract.variable",
            Refactor::ExtractFunction { .. } => "refactor.extract.function",
            Refactor::InlineVariable => "refactor.inline.variable",
            Refactor::InlineFunction => "refactor.inline.function",
            Refactor::OrganizeImports => "source.organizeImports",
            Refactor::AddImport { .. } => "quickfix.aios.addImport",
            Refactor::MoveSymbol { .. } => "refactor.move",
            Refactor::SafeDelete => "refactor.rewrite.aios.safeDelete",
            Refactor::Document => "refactor.rewrite.aios.document",
        }
    }
}

/// A refactoring, ready to be proposed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refactoring {
    /// What it does, for people.
    pub title: String,
    /// Why that leaves what the code does.
    pub reason: String,
    /// The change, against the texts of this moment.
    pub change: SourceChange,
    /// Places that could not be proven: left to the user.
    pub left: Vec<LeftOut>,
    /// What was parsed on the way.
    pub leaves: Leaves,
}

/// One that could be done, without doing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Which.
    pub refactor: Refactor,
    /// For people.
    pub title: String,
    /// Why it cannot be done here.
    pub disabled: Option<String>,
}

/// Why a refactoring is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefactorError {
    /// Nothing at the range is what it is about.
    NotHere(&'static str),
    /// It could change what the code does, or cannot be written. For people.
    Refused(String),
    /// The text of a file is not what its facts were taken from.
    Stale(VfsPath),
    /// A newer edit came in between.
    Cancelled,
}

pub use move_file::{FileMove, Mover};
pub use rewrite::Rewrite;

pub(crate) type Refactored<T> = Result<T, RefactorError>;

impl fmt::Display for RefactorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RefactorError::NotHere(what) => f.write_str(what),
            RefactorError::Refused(why) => f.write_str(why),
            RefactorError::Stale(path) => write!(f, "{path} has changed since it was indexed"),
            RefactorError::Cancelled => f.write_str("cancelled by a newer edit"),
        }
    }
}

impl std::error::Error for RefactorError {}

impl From<Cancelled> for RefactorError {
    fn from(_: Cancelled) -> RefactorError {
        RefactorError::Cancelled
    }
}

/// Refuses, for a reason that is put together.
fn refused<T>(why: impl Into<String>) -> Refactored<T> {
    Err(RefactorError::Refused(why.into()))
}

impl Analysis {
    /// What could be done at a range: looked at in this file only, and not tried.
    ///
    /// # Errors
    /// [`Cancelled`] after a newer edit.
    pub fn refactorings(&self, at: FileRange) -> Result<Vec<Offer>, Cancelled> {
        self.check()?;
        let Ok(source) = self.source(at.file) else { return Ok(Vec::new()) };
        let mut res = Vec::new();
        res.extend(self.import_offers(&source, at));
        for refactor in REFACTORS {
            let drafted = match refactor {
                Refactor::ExtractVariable { .. } => self.extract_variable(&source, at, None),
                Refactor::ExtractFunction { .. } => self.extract_function(&source, at, None),
                Refactor::InlineVariable => self.inline_variable(&source, at),
                Refactor::InlineFunction => self.inline_title(&source, at),
                Refactor::OrganizeImports => self.organize_imports(&source),
                // Each module is an offer of its own.
                Refactor::AddImport { .. } => continue,
                Refactor::MoveSymbol { .. } => self.move_title(&source, at),
                Refactor::SafeDelete => self.delete_title(&source, at),
                Refactor::Document => self.document_definition(&source, at),
            };
            let (title, disabled) = match drafted {
                Ok(draft) => (draft.title, None),
                Err(RefactorError::NotHere(_)) => continue,
                Err(RefactorError::Cancelled) => return Err(Cancelled),
                Err(why) => (refactor.title().to_owned(), Some(why.to_string())),
            };
            res.push(Offer { refactor: refactor.clone(), title, disabled });
        }
        Ok(res)
    }

    fn import_offers(&self, source: &source::Source<'_>, at: FileRange) -> Vec<Offer> {
        let choices = self.import_choices(source, at).unwrap_or_default();
        let offer = |it: imports::ImportChoice| {
            let refactor = Refactor::AddImport { module: Some(it.module) };
            Offer { refactor, title: it.title, disabled: None }
        };
        choices.into_iter().map(offer).collect()
    }

    /// Does it, on paper: the change, tried on a copy of the workspace.
    ///
    /// # Errors
    /// The reason why it must not be done.
    pub fn refactor(&self, at: FileRange, refactor: &Refactor) -> Refactored<Refactoring> {
        self.check()?;
        let source = self.source(at.file)?;
        let draft = match refactor {
            Refactor::ExtractVariable { name } => {
                self.extract_variable(&source, at, name.as_deref())?
            }
            Refactor::ExtractFunction { name } => {
                self.extract_function(&source, at, name.as_deref())?
            }
            Refactor::InlineVariable => self.inline_variable(&source, at)?,
            Refactor::InlineFunction => self.inline_function(&source, at)?,
            Refactor::OrganizeImports => self.organize_imports(&source)?,
            Refactor::AddImport { module } => self.add_import(&source, at, module.as_deref())?,
            Refactor::MoveSymbol { to } => self.move_symbol(&source, at, to.as_deref())?,
            Refactor::SafeDelete => self.safe_delete(&source, at)?,
            Refactor::Document => self.document_definition(&source, at)?,
        };
        self.tried(draft)
    }
}

impl Refactor {
    /// What it is called where it cannot be done.
    fn title(&self) -> &'static str {
        match self {
            Refactor::ExtractVariable { .. } => "Extract into a variable",
            Refactor::ExtractFunction { .. } => "Extract into a function",
            Refactor::InlineVariable => "Inline variable",
            Refactor::InlineFunction => "Inline function",
            Refactor::OrganizeImports => "Organise imports",
            Refactor::AddImport { .. } => "Import the name",
            Refactor::MoveSymbol { .. } => "Move to another file",
            Refactor::SafeDelete => "Delete unused definition",
            Refactor::Document => "Document",
        }
    }
}

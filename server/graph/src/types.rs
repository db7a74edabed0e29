//! What the graph says: symbols, how a name was resolved, and counts.

use std::{fmt, sync::Arc};

use syntax::{ReferenceIdx, SymbolIdx};
use vfs::FileId;

/// A symbol that outlives edits: its file, its name path and which of several with that path it is.
/// Never an offset, so typing inside a body changes none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymbolId {
    /// The file that defines it.
    pub file: FileId,
    /// Names from the file down, joined by `::`, as in `mod::Type::method`.
    pub path: Arc<str>,
    /// From 0: which of the file's symbols with this path, in order of their place.
    pub nth: u32,
}

/// A symbol of the facts that a graph holds now; stale after the next change of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymbolRef {
    /// The file that defines it.
    pub file: FileId,
    /// Where it stands in that file's facts.
    pub symbol: SymbolIdx,
}

/// How an edge was found, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// By scope, import, module or an owner that is written down.
    Exact,
    /// By a type that was inferred.
    Inferred,
    /// By bare name only: a guess, never shown as a fact.
    Candidate,
}

impl Resolution {
    /// The word for it, lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Resolution::Exact => "exact",
            Resolution::Inferred => "inferred",
            Resolution::Candidate => "candidate",
        }
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What one symbol or place has to do with another symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// A symbol is written inside the other.
    Contains,
    /// The place calls it.
    Calls,
    /// The place reads, writes or names it.
    References,
    /// An import names it.
    Imports,
    /// The place is in the list of what a type extends.
    Extends,
    /// The place is in the list of what a type implements.
    Implements,
    /// A member stands for the member of that name in a base.
    Overrides,
    /// A test names it.
    Tests,
    /// A doc comment mentions it.
    Documents,
}

impl EdgeKind {
    /// All kinds.
    pub const ALL: [EdgeKind; 9] = [
        EdgeKind::Contains,
        EdgeKind::Calls,
        EdgeKind::References,
        EdgeKind::Imports,
        EdgeKind::Extends,
        EdgeKind::Implements,
        EdgeKind::Overrides,
        EdgeKind::Tests,
        EdgeKind::Documents,
    ];

    /// The word for it, lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            EdgeKind::Contains => "contains",
            EdgeKind::Calls => "calls",
            EdgeKind::References => "references",
            EdgeKind::Imports => "imports",
            EdgeKind::Extends => "extends",
            EdgeKind::Implements => "implements",
            EdgeKind::Overrides => "overrides",
            EdgeKind::Tests => "tests",
            EdgeKind::Documents => "documents",
        }
    }
}

/// A symbol that a name stands for, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// The file that defines it.
    pub file: FileId,
    /// Where it stands in that file's facts.
    pub symbol: SymbolIdx,
    /// How it was found.
    pub resolution: Resolution,
    /// From 0 to 1: how sure that is.
    pub confidence: f32,
    /// A short phrase for people: `local in scope`, `imported by name`.
    pub why: &'static str,
}

impl Target {
    /// The symbol without how it was found.
    pub fn symbol_ref(&self) -> SymbolRef {
        SymbolRef { file: self.file, symbol: self.symbol }
    }
}

/// What the graph knows of one name in the text.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved {
    /// The symbols it stands for, best first; never empty. Several where a symbol is defined
    /// several times, as overloads and declarations with their implementation are.
    Targets(Vec<Target>),
    /// A module or package as a whole: the files that make it up; never empty.
    Module(Vec<FileId>),
    /// Something outside the workspace: a library, a builtin.
    External,
    /// Not known. Silence, not a guess.
    Unresolved,
}

impl Resolved {
    /// The targets, none where it is no symbol of the workspace.
    pub fn targets(&self) -> &[Target] {
        match self {
            Resolved::Targets(targets) => targets,
            Resolved::Module(_) | Resolved::External | Resolved::Unresolved => &[],
        }
    }
}

/// A place that names a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The file it stands in.
    pub file: FileId,
    /// Where it stands in that file's facts.
    pub reference: ReferenceIdx,
    /// How it was found.
    pub resolution: Resolution,
    /// What it does with the symbol.
    pub kind: EdgeKind,
}

/// A symbol that fits a query of the user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SymbolMatch {
    /// The symbol.
    pub symbol: SymbolRef,
    /// The higher, the better; comparable within one answer only.
    pub score: f32,
}

/// Counts that cost nothing to give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files with facts.
    pub files: usize,
    /// Definitions, locals not among them.
    pub symbols: usize,
    /// Places that name something.
    pub references: usize,
    /// Import statements' leaves.
    pub imports: usize,
    /// Lines.
    pub lines: usize,
    /// Files and lines by language id, most files first; files of no language are `text`.
    pub languages: Vec<LanguageCount>,
}

/// Files of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanguageCount {
    /// Id of the language, `text` where there is none.
    pub language: &'static str,
    /// Number of files.
    pub files: usize,
    /// Number of lines.
    pub lines: usize,
}

/// How the names of a workspace resolve; to count them is to resolve every one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EdgeCounts {
    /// Resolved by scope, import, module or owner.
    pub exact: usize,
    /// Resolved by an inferred type.
    pub inferred: usize,
    /// Not known, but something of that name is defined in the workspace.
    pub candidates: usize,
    /// Modules and packages named as such.
    pub modules: usize,
    /// Outside the workspace.
    pub external: usize,
    /// Not known, and nothing of that name is defined in the workspace.
    pub unresolved: usize,
}

/// The question was overtaken by a change or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancelled")
    }
}

impl std::error::Error for Cancelled {}

/// Called now and then by long loops; an `Err` ends them.
pub type Check<'a> = &'a mut dyn FnMut() -> Result<(), Cancelled>;

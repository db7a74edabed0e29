//! What a proposal is: plain values.

use std::fmt;

use text::TextRange;
use vfs::{ContentHash, SourceChange, VfsPath};

use crate::{PartId, ProposalId, TransactionId};

/// What somebody wants to change, before it was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// What it does, in one line.
    pub title: String,
    /// Why it does that.
    pub reason: String,
    /// Who asked for it.
    pub origin: Origin,
    /// The change.
    pub change: SourceChange,
    /// Reasons of its parts; parts without one get theirs from the code they touch.
    pub annotations: Vec<ChangeAnnotation>,
    /// Places that the user has to look at because they could not be proved.
    pub left: Vec<LeftSite>,
    /// Texts after it that were parsed already.
    pub leaves: ide::Leaves,
}

/// Where a proposal comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The identity that asked.
    pub caller: String,
    /// The action that answered: `rename`, `createSettings`, `undo`.
    pub action: String,
}

/// A change that was looked at and waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// What it does, in one line.
    pub title: String,
    /// Why it does that.
    pub reason: String,
    /// Who asked for it.
    pub origin: Origin,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: u64,
    /// The change. Where `is_redacted` is set, texts of secret files are missing from it.
    pub change: SourceChange,
    /// Each file it touches, before and after; in the order of the paths before.
    pub files: Vec<FilePlan>,
    /// The reasons of its parts; each part has exactly one.
    pub annotations: Vec<ChangeAnnotation>,
    /// How dangerous it is, and why.
    pub risk: Risk,
    /// What it touches.
    pub impact: Impact,
    /// Places left to the user.
    pub left: Vec<LeftSite>,
    /// Set where it takes back or brings back a transaction.
    pub reverses: Option<Reverses>,
    /// True where it came back from the journal without the texts of secret files: it can be shown,
    /// not applied.
    pub is_redacted: bool,
    /// The proposal that this one is the chosen part of.
    pub part_of: Option<ProposalId>,
    /// Parts of that which the user rejected: they are no part of its rest.
    pub rejected: Vec<PartId>,
}

/// One file before and after a proposal, by hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePlan {
    /// Its path before; `None`: it is created.
    pub before: Option<VfsPath>,
    /// Its path after; `None`: it is deleted.
    pub after: Option<VfsPath>,
    /// Of its bytes before.
    pub hash_before: Option<ContentHash>,
    /// Of its bytes after.
    pub hash_after: Option<ContentHash>,
    /// The version of the open document it was made for.
    pub version: Option<i32>,
    /// The file that its path before leads to through a link.
    pub leads_to: Option<VfsPath>,
    /// True where its contents are never kept in the journal.
    pub is_secret: bool,
    /// Which file of the root transaction this is about, for a reversal.
    pub root_nth: Option<u32>,
    /// For a reversal that is about single hunks of that file.
    pub flip: Option<Flip>,
}

/// What a reversal does to the hunks of a root transaction's file, and how that stands afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flip {
    /// The hunks that it takes back or brings back, by their number from 0.
    pub hunks: Vec<u32>,
    /// Those that are taken back afterwards, while the rest of the file stands.
    pub off: Vec<u32>,
    /// True where nothing of the file stands afterwards.
    pub is_undone: bool,
}

/// The reason of some parts of a change, as the user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeAnnotation {
    /// The reason in a few words: `references in other files`.
    pub label: String,
    /// More about it.
    pub description: Option<String>,
    /// The parts.
    pub places: Vec<Place>,
}

/// One part of a change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The `nth` edit of a file.
    Edit {
        /// The file.
        path: VfsPath,
        /// Which edit.
        nth: usize,
    },
    /// The `nth` file operation.
    Operation {
        /// Which.
        nth: usize,
    },
}

/// A place that could not be proved and is left to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftSite {
    /// The file.
    pub path: VfsPath,
    /// The place.
    pub range: TextRange,
    /// Its line, from 0.
    pub line: u32,
    /// The text of the line.
    pub text: String,
    /// Why it was left.
    pub reason: String,
}

/// What a proposal takes back or brings back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reverses {
    /// The first transaction of the chain, the one that applied the original proposal.
    pub root: TransactionId,
    /// True for an undo, false for a redo.
    pub is_undo: bool,
    /// Files of the root transaction that somebody took back, or brought back, by hand already.
    pub already: Vec<u32>,
    /// The same for single hunks of a file.
    pub already_flips: Vec<(u32, Flip)>,
}

/// How dangerous a proposal is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Risk {
    /// The highest level among the reasons.
    pub level: RiskLevel,
    /// Why, the worst first.
    pub reasons: Vec<RiskReason>,
}

/// The levels of risk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RiskLevel {
    /// Nothing stands out.
    #[default]
    Low,
    /// Worth a look.
    Medium,
    /// Likely to break something, or hard to take back.
    High,
}

/// One reason of a risk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskReason {
    /// How much it weighs.
    pub level: RiskLevel,
    /// What kind of reason it is.
    pub kind: RiskKind,
    /// The facts, in one line.
    pub detail: String,
}

/// The kinds of reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RiskKind {
    /// A file parses worse than before.
    NewSyntaxErrors,
    /// Uses of something lead nowhere afterwards.
    Dangling,
    /// It cannot be taken back.
    NoRollback,
    /// Files are deleted.
    DeletesFiles,
    /// Files are moved.
    MovesFiles,
    /// Files under `.aios/` change: the product's own behaviour.
    OwnSettings,
    /// Files under `.aios/` that the server would not take as they would be.
    OwnInvalid,
    /// Contents that the journal does not keep; taking it back is impossible.
    Secret,
    /// A tool would write the file anew.
    Generated,
    /// Somebody else's code.
    Vendored,
    /// A symbol that other files may see gets another name or goes.
    ExportedSymbol,
    /// Places that could not be proved were left out.
    CandidatesLeft,
    /// The change is large.
    ManyFiles,
}

/// What a proposal touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    /// Files with another text or place, created and deleted ones among them.
    pub files: usize,
    /// Files that come into being.
    pub created: usize,
    /// Files that go.
    pub deleted: usize,
    /// Files that move.
    pub renamed: usize,
    /// Lines that are new.
    pub lines_added: usize,
    /// Lines that go.
    pub lines_removed: usize,
    /// References that are rewritten.
    pub references: usize,
    /// Test files among the files.
    pub tests: Vec<VfsPath>,
    /// Files that parse worse than before.
    pub syntax_errors: Vec<SyntaxProblem>,
    /// Names of symbols that other files may see and that get another name or go.
    pub exported: Vec<String>,
    /// What it does to the graph; `None` where nobody looked.
    pub effect: Option<ide::Effect>,
    /// Whether it can be taken back.
    pub rollback: Rollback,
}

/// Whether a change can be taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Rollback {
    /// Nobody tried.
    #[default]
    Untried,
    /// It was carried out and taken back in an overlay: every byte and every file was as before.
    Tried,
    /// It cannot, for this reason.
    Impossible(String),
}

/// A file that parses worse than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxProblem {
    /// The file, by its path after the change.
    pub path: VfsPath,
    /// The first line with a new error, from 0.
    pub line: u32,
}

impl Proposal {
    /// The annotation of `place` and its number among the annotations.
    pub fn annotation_of(&self, place: &Place) -> Option<(usize, &ChangeAnnotation)> {
        self.annotations.iter().enumerate().find(|(_, it)| it.places.contains(place))
    }

    /// The change in the order in which an editor has to be asked: the edits of texts, then the
    /// file operations, each as one change. No editor takes both back when they come together.
    pub fn steps(&self) -> Vec<SourceChange> {
        let edits = self.change.edits_alone();
        let operations = SourceChange {
            edits: std::collections::BTreeMap::new(),
            operations: self.change.operations.clone(),
        };
        [edits, operations].into_iter().filter(|it| !it.is_empty()).collect()
    }

    /// The version of the open document that the edits of `path` count in.
    pub fn version_of(&self, path: &VfsPath) -> Option<i32> {
        self.files.iter().find(|it| it.before.as_ref() == Some(path))?.version
    }
}

impl FilePlan {
    /// The path by which the file is spoken of: after the change, else before.
    pub fn path(&self) -> &VfsPath {
        self.after.as_ref().or(self.before.as_ref()).expect("a file is somewhere before or after")
    }
}

impl RiskLevel {
    /// The level's name.
    pub fn name(self) -> &'static str {
        match self {
            RiskLevel::Low => "low",
            RiskLevel::Medium => "medium",
            RiskLevel::High => "high",
        }
    }
}

impl fmt::Display for RiskLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl RiskKind {
    /// All kinds.
    pub const ALL: [RiskKind; 13] = [
        RiskKind::NewSyntaxErrors,
        RiskKind::Dangling,
        RiskKind::NoRollback,
        RiskKind::DeletesFiles,
        RiskKind::MovesFiles,
        RiskKind::OwnSettings,
        RiskKind::OwnInvalid,
        RiskKind::Secret,
        RiskKind::Generated,
        RiskKind::Vendored,
        RiskKind::ExportedSymbol,
        RiskKind::CandidatesLeft,
        RiskKind::ManyFiles,
    ];

    /// The kind's stable name.
    pub fn name(self) -> &'static str {
        match self {
            RiskKind::NewSyntaxErrors => "new-syntax-errors",
            RiskKind::Dangling => "dangling",
            RiskKind::NoRollback => "no-rollback",
            RiskKind::DeletesFiles => "deletes-files",
            RiskKind::MovesFiles => "moves-files",
            RiskKind::OwnSettings => "own-settings",
            RiskKind::OwnInvalid => "own-invalid",
            RiskKind::Secret => "secret",
            RiskKind::Generated => "generated",
            RiskKind::Vendored => "vendored",
            RiskKind::ExportedSymbol => "exported-symbol",
            RiskKind::CandidatesLeft => "candidates-left",
            RiskKind::ManyFiles => "many-files",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<RiskKind> {
        RiskKind::ALL.into_iter().find(|it| it.name() == name)
    }
}

//! The rows of the journal. Their serialised form is the body column of a proposal; a field that
//! comes later has a default.

use serde::{Deserialize, Serialize};

/// The BLAKE3 hash of kept bytes.
pub type BlobKey = [u8; 32];

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalState {
    /// Waits for an answer.
    Pending,
    /// A transaction of it is under way.
    Applying,
    /// All of it was applied.
    Applied,
    /// A part of it was applied.
    Partial,
    /// The editor was asked and changed nothing.
    Declined,
    /// The server was killed while it was applied; nothing of it is there.
    Interrupted,
    /// The user said no.
    Rejected,
    /// It was applied and taken back.
    Undone,
}

/// One proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalRow {
    /// Its id.
    pub id: String,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: u64,
    /// Where it stands.
    pub state: ProposalState,
    /// What it does, in one line.
    pub title: String,
    /// Why it does that.
    pub reason: String,
    /// Who asked for it.
    pub caller: String,
    /// Which action made it.
    pub action: String,
    /// Everything else.
    pub body: ProposalBody,
}

/// What a proposal holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProposalBody {
    /// Files before and after it.
    pub files: Vec<FilePlanRow>,
    /// Its edits by file.
    pub edits: Vec<FileEditsRow>,
    /// Its file operations.
    pub operations: Vec<OperationRow>,
    /// Reasons of its parts.
    pub annotations: Vec<AnnotationRow>,
    /// 0 low, 1 medium, 2 high.
    pub risk: u8,
    /// Why the risk is what it is.
    pub risk_reasons: Vec<RiskReasonRow>,
    /// What it touches.
    pub impact: ImpactRow,
    /// Places left to the user.
    pub left: Vec<LeftRow>,
    /// What it takes back or brings back.
    pub reverses: Option<ReversalRow>,
    /// True where texts were left out because they are secrets; it cannot be applied from this row.
    pub is_redacted: bool,
    /// The proposal that this one is the chosen part of.
    pub part_of: Option<String>,
    /// Parts of that which the user wants never: file and hunk.
    pub rejected: Vec<(u32, Option<u32>)>,
}

/// One file before and after a proposal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FilePlanRow {
    /// Its path before; `None`: it is created.
    pub before: Option<String>,
    /// Its path after; `None`: it is deleted.
    pub after: Option<String>,
    /// Of the bytes before.
    pub hash_before: Option<BlobKey>,
    /// Of the bytes after.
    pub hash_after: Option<BlobKey>,
    /// The version of the open document it was made for.
    pub version: Option<i32>,
    /// The file that its path before leads to through a link.
    pub leads_to: Option<String>,
    /// True where its contents are never kept.
    pub is_secret: bool,
    /// Which file of the root transaction this is about, for a reversal.
    pub root_nth: Option<u32>,
    /// For a reversal that is about single hunks of it.
    pub flip: Option<FlipRow>,
}

/// What a reversal does to the hunks of a root transaction's file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FlipRow {
    /// The hunks that it takes back or brings back, by their number from 0.
    pub hunks: Vec<u32>,
    /// Those that are taken back afterwards, while the rest of the file stands.
    pub off: Vec<u32>,
    /// True where nothing of the file stands afterwards.
    pub is_undone: bool,
}

/// The edits of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileEditsRow {
    /// The file.
    pub path: String,
    /// Its edits in order.
    pub edits: Vec<EditRow>,
}

/// One edit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EditRow {
    /// First byte replaced.
    pub start: u32,
    /// First byte after what is replaced.
    pub end: u32,
    /// What stands there afterwards.
    pub text: String,
}

/// One file operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum OperationRow {
    /// A new file.
    Create {
        /// Where.
        path: String,
        /// What it holds.
        text: String,
    },
    /// The file goes.
    Delete {
        /// Which.
        path: String,
    },
    /// The file moves.
    Rename {
        /// Where it was.
        from: String,
        /// Where it will be.
        to: String,
    },
}

/// The reason of a group of edits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AnnotationRow {
    /// The reason in a few words.
    pub label: String,
    /// More about it.
    pub description: Option<String>,
    /// What it is the reason of.
    pub places: Vec<PlaceRow>,
}

/// One part of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum PlaceRow {
    /// The `nth` edit of a file.
    Edit {
        /// The file.
        path: String,
        /// Which edit.
        nth: u32,
    },
    /// The `nth` file operation.
    Operation {
        /// Which.
        nth: u32,
    },
}

/// One reason of a risk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RiskReasonRow {
    /// 0 low, 1 medium, 2 high.
    pub level: u8,
    /// The stable name of the kind of reason.
    pub kind: String,
    /// What exactly.
    pub detail: String,
}

/// What a proposal touches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImpactRow {
    /// Files with another text, created, deleted and renamed ones among them.
    pub files: u32,
    /// Files that come into being.
    pub created: u32,
    /// Files that go.
    pub deleted: u32,
    /// Files that move.
    pub renamed: u32,
    /// Lines that are new.
    pub lines_added: u32,
    /// Lines that go.
    pub lines_removed: u32,
    /// References that are rewritten.
    pub references: u32,
    /// Test files among the files.
    pub tests: Vec<String>,
    /// Files that parse worse than before, with the first line that does.
    pub syntax_errors: Vec<(String, u32)>,
    /// Names of symbols that other files may see and that are renamed or taken away.
    pub exported: Vec<String>,
    /// What it does to the graph.
    pub effect: Option<EffectRow>,
    /// Empty where the way back was not tried, `tried`, or why there is none.
    pub rollback: String,
}

/// What a proposal does to the graph.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EffectRow {
    /// Uses that lead to a symbol only afterwards.
    pub gained: u32,
    /// Uses that lead to a symbol only before.
    pub lost: u32,
    /// Uses that lead nowhere afterwards: path, line from 0, name.
    pub dangling: Vec<(String, u32, String)>,
    /// How many there are.
    pub n_dangling: u32,
    /// Symbols that other files see: path, name path, true where it is new.
    pub api: Vec<(String, String, bool)>,
    /// How many there are.
    pub n_api: u32,
    /// Tests that reach it: path and name.
    pub tests: Vec<(String, Option<String>)>,
    /// True where a limit was met.
    pub is_partial: bool,
}

/// A place that the user has to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LeftRow {
    /// The file.
    pub path: String,
    /// The line, from 0.
    pub line: u32,
    /// First byte of the place.
    pub start: u32,
    /// First byte after it.
    pub end: u32,
    /// The line's text.
    pub text: String,
    /// Why it was left.
    pub reason: String,
}

/// What a proposal takes back or brings back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReversalRow {
    /// The first transaction of the chain.
    pub root: String,
    /// True for an undo, false for a redo.
    pub is_undo: bool,
    /// Files of the root transaction for which nothing is left to do.
    pub already: Vec<u32>,
    /// The same for single hunks of a file.
    pub already_flips: Vec<(u32, FlipRow)>,
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionKind {
    /// It applies a proposal.
    Apply,
    /// It takes one back.
    Undo,
    /// It brings one back.
    Redo,
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TransactionState {
    #[default]
    /// Under way, or its server was killed.
    Started,
    /// All of it is there.
    Applied,
    /// A part of it is there.
    Partial,
    /// Nothing of it is there.
    Declined,
}

/// One transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRow {
    /// Its place among all transactions; 0 before it is stored.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// The proposal it applies.
    pub proposal: String,
    /// What it is for.
    pub kind: TransactionKind,
    /// The first transaction of its chain: itself for an apply.
    pub root: String,
    /// The server that began it.
    pub server: i64,
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// When it was finished.
    pub finished_ms: Option<u64>,
    /// What became of it.
    pub state: TransactionState,
    /// What it does, in one line.
    pub title: String,
    /// Who asked for it.
    pub caller: String,
    /// Which action made it.
    pub action: String,
}

/// Where one file of a root transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStanding {
    /// The transaction did not change it.
    Untouched,
    /// The change is there.
    InForce,
    /// The change was taken back by an undo.
    Undone,
    /// The change was taken back by the editor's own undo.
    EditorUndone,
}

/// One file of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionFileRow {
    /// Its place in the transaction.
    pub nth: u32,
    /// Its place in the root transaction; the same for an apply.
    pub root_nth: u32,
    /// Its path before; `None`: it is created.
    pub before: Option<String>,
    /// Its path after; `None`: it is deleted.
    pub after: Option<String>,
    /// Of the bytes before; `None`: there was no file.
    pub pre: Option<BlobKey>,
    /// Of the bytes after; `None`: there is no file.
    pub post: Option<BlobKey>,
    /// True where the bytes are not kept.
    pub is_secret: bool,
    /// Where it stands; meaningful in root transactions.
    pub standing: FileStanding,
    /// The hunks of the root's file that it takes back or brings back; `None`: the whole file.
    pub flipped: Option<Vec<u32>>,
    /// The hunks that are taken back while the rest stands; meaningful in root transactions.
    pub off: Vec<u32>,
}

/// Bytes to keep under their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobRow {
    /// Their hash.
    pub key: BlobKey,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What was found of one file after its transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasuredRow {
    /// The file's place in the transaction.
    pub nth: u32,
    /// The path after it, where that is not what was planned.
    pub after: Option<String>,
    /// The hash of what the transaction really left there.
    pub post: Option<BlobKey>,
}

/// A new standing of a file of a root transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingRow {
    /// The root transaction.
    pub transaction: String,
    /// The file's place in it.
    pub nth: u32,
    /// Where it stands now.
    pub standing: FileStanding,
    /// The hunks that are taken back while the rest stands; `None`: as before.
    pub off: Option<Vec<u32>>,
}

/// The end of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FinishRow {
    /// Which.
    pub id: String,
    /// What became of it.
    pub state: TransactionState,
    /// When.
    pub finished_ms: u64,
    /// Its files that hold something else than planned.
    pub measured: Vec<MeasuredRow>,
    /// The bytes these hold.
    pub blobs: Vec<BlobRow>,
    /// Where the root's files stand now.
    pub standing: Vec<StandingRow>,
    /// The proposals that change their state with it.
    pub proposals: Vec<(String, ProposalState)>,
}

/// A file that a transaction moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveRow {
    /// The transaction's place among all.
    pub seq: i64,
    /// Where the file was.
    pub from: String,
    /// Where it is.
    pub to: String,
}

/// What the history may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Proposals at most.
    pub proposals: u64,
    /// Bytes of contents at most.
    pub blob_bytes: u64,
    /// Nothing that was last touched before this moment, in milliseconds since 1970.
    pub since_ms: u64,
}

/// How much of everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Proposals.
    pub proposals: u64,
    /// Transactions.
    pub transactions: u64,
    /// Bytes of kept contents.
    pub blob_bytes: u64,
}

impl ProposalState {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            ProposalState::Pending => "pending",
            ProposalState::Applying => "applying",
            ProposalState::Applied => "applied",
            ProposalState::Partial => "partial",
            ProposalState::Declined => "declined",
            ProposalState::Interrupted => "interrupted",
            ProposalState::Rejected => "rejected",
            ProposalState::Undone => "undone",
        }
    }

    /// The value with this name.
    pub fn from_name(name: &str) -> Option<ProposalState> {
        match name {
            "pending" => Some(ProposalState::Pending),
            "applying" => Some(ProposalState::Applying),
            "applied" => Some(ProposalState::Applied),
            "partial" => Some(ProposalState::Partial),
            "declined" => Some(ProposalState::Declined),
            "interrupted" => Some(ProposalState::Interrupted),
            "rejected" => Some(ProposalState::Rejected),
            "undone" => Some(ProposalState::Undone),
            _ => None,
        }
    }
}

impl TransactionKind {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            TransactionKind::Apply => "apply",
            TransactionKind::Undo => "undo",
            TransactionKind::Redo => "redo",
        }
    }

    /// The value with this name.
    pub fn from_name(name: &str) -> Option<TransactionKind> {
        match name {
            "apply" => Some(TransactionKind::Apply),
            "undo" => Some(TransactionKind::Undo),
            "redo" => Some(TransactionKind::Redo),
            _ => None,
        }
    }
}

impl TransactionState {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            TransactionState::Started => "started",
            TransactionState::Applied => "applied",
            TransactionState::Partial => "partial",
            TransactionState::Declined => "declined",
        }
    }

    /// The value with this name.
    pub fn from_name(name: &str) -> Option<TransactionState> {
        match name {
            "started" => Some(TransactionState::Started),
            "applied" => Some(TransactionState::Applied),
            "partial" => Some(TransactionState::Partial),
            "declined" => Some(TransactionState::Declined),
            _ => None,
        }
    }
}

impl FileStanding {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            FileStanding::Untouched => "untouched",
            FileStanding::InForce => "in-force",
            FileStanding::Undone => "undone",
            FileStanding::EditorUndone => "editor-undone",
        }
    }

    /// The value with this name.
    pub fn from_name(name: &str) -> Option<FileStanding> {
        match name {
            "untouched" => Some(FileStanding::Untouched),
            "in-force" => Some(FileStanding::InForce),
            "undone" => Some(FileStanding::Undone),
            "editor-undone" => Some(FileStanding::EditorUndone),
            _ => None,
        }
    }
}

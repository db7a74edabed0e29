//! The journal: every proposal and every transaction, what became of it, and how it is taken back.
//!
//! The order that survives a kill: the proposal is stored, then the checkpoint, then the change is
//! applied by whoever can, then it is measured. A server that starts measures what it finds begun.

use std::{fmt, sync::Arc};

use store::{
    StoreError,
    history::{FileStanding, History, ProposalState, TransactionKind, TransactionState},
};
use vfs::VfsPath;

use crate::{
    Checkpoint, Context, Measured, Outcome, Present, Proposal, ProposalId, ProposeError,
    ReverseError, SimulateError, Simulation, TransactionId,
};

/// Proposals listed at most.
pub const PROPOSALS_MAX: usize = 1_000;

/// Everything that was proposed and applied, on top of a [`History`]. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    history: Arc<dyn History>,
}

/// A proposal and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The proposal.
    pub proposal: Proposal,
    /// Where it stands.
    pub state: ProposalState,
}

/// A transaction, for a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Its id.
    pub id: TransactionId,
    /// The proposal it applies.
    pub proposal: ProposalId,
    /// What it is for.
    pub kind: TransactionKind,
    /// The first transaction of its chain: itself for an apply.
    pub root: TransactionId,
    /// What it does, in one line.
    pub title: String,
    /// Who asked for it.
    pub caller: String,
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// What became of it.
    pub state: TransactionState,
    /// Its files by the path after it (before it for a deleted one), and where each stands.
    pub files: Vec<(VfsPath, FileStanding)>,
}

/// A transaction whose checkpoint is on the disk: now it may be applied.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Its id.
    pub transaction: TransactionId,
    /// The texts before and after, for whoever writes without an editor.
    pub simulation: Simulation,
}

/// A transaction that was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Its id.
    pub transaction: TransactionId,
    /// Its proposal.
    pub proposal: ProposalId,
    /// What was found.
    pub measured: Measured,
}

/// What is to be taken back or brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoRequest {
    /// Which transaction; `None`: the last one that can be.
    pub transaction: Option<TransactionId>,
    /// How much of it.
    pub scope: UndoScope,
}

/// How much of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UndoScope {
    /// All of it.
    Transaction,
    /// These files, by their path after the transaction (before it for deleted ones).
    Files(Vec<VfsPath>),
}

/// A reversal that fits the texts of this moment: a proposal like any other.
#[derive(Clone, Debug)]
pub struct Reversal {
    /// To be recorded and applied.
    pub proposal: Proposal,
    /// The texts before and after.
    pub simulation: Simulation,
}

/// What the editor's own undo or redo did to a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// The transaction, the first of its chain.
    pub transaction: TransactionId,
    /// Where its files stand now.
    pub standing: FileStanding,
}

/// How much the journal keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Proposals and their transactions.
    pub proposals_max: u64,
    /// Bytes of kept contents.
    pub blob_bytes_max: u64,
}

/// What the journal let go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Proposals.
    pub proposals: u64,
    /// Transactions, which cannot be taken back any more.
    pub transactions: u64,
    /// Bytes.
    pub blob_bytes: u64,
}

/// Why the journal does not do what it was asked.
#[derive(Debug)]
pub enum JournalError {
    /// The database failed.
    Store(StoreError),
    /// There is no such proposal.
    NoProposal(ProposalId),
    /// There is no such transaction.
    NoTransaction(TransactionId),
    /// There is nothing to take back (`true`) or to bring back (`false`).
    Nothing {
        /// Undo or redo.
        is_undo: bool,
    },
    /// The proposal was answered already.
    NotPending(ProposalId, ProposalState),
    /// The proposal came back from the disk without the texts of secret files.
    Redacted(ProposalId),
    /// A file is not what the proposal was made for.
    Stale(VfsPath),
    /// The proposal does not fit any more.
    Simulate(SimulateError),
    /// The reversal is refused.
    Reverse(ReverseError),
    /// The reversal is no legal proposal.
    Propose(ProposeError),
    /// A row says what no row of ours says.
    Damaged(String),
}

impl Recorded {
    /// True where nobody has answered yet.
    pub fn is_pending(&self) -> bool {
        self.state == ProposalState::Pending
    }
}

impl Transaction {
    /// True where its change of `path` is still there, so that it can be taken back.
    pub fn is_in_force(&self, path: &VfsPath) -> bool {
        self.files.iter().any(|(it, standing)| it == path && *standing == FileStanding::InForce)
    }
}

impl Journal {
    /// The journal kept in `history`.
    pub fn new(history: Arc<dyn History>) -> Journal {
        Journal { history }
    }

    /// Stores a new proposal as pending.
    pub fn record(&self, proposal: &Proposal) -> Result<(), JournalError> {
        let _ = (proposal, &self.history);
        todo!()
    }

    /// The proposal with this id and where it stands.
    pub fn proposal(&self, id: &ProposalId) -> Result<Recorded, JournalError> {
        let _ = id;
        todo!()
    }

    /// The newest `n_max` proposals, newest first.
    pub fn proposals(&self, n_max: usize) -> Result<Vec<Recorded>, JournalError> {
        let _ = n_max;
        todo!()
    }

    /// The user says no.
    pub fn reject(&self, id: &ProposalId) -> Result<(), JournalError> {
        let _ = id;
        todo!()
    }

    /// Checks that every file is what `proposal` was made for, stores the checkpoint, and only then
    /// lets it be applied. `proposal` must have been recorded.
    pub fn begin(
        &self,
        proposal: &Proposal,
        id: TransactionId,
        now_ms: u64,
        present: &Present<'_>,
    ) -> Result<Begun, JournalError> {
        let _ = (proposal, id, now_ms, present);
        todo!()
    }

    /// Measures what became of a transaction and stores it.
    pub fn finish(
        &self,
        id: &TransactionId,
        now_ms: u64,
        present: &Present<'_>,
    ) -> Result<Finished, JournalError> {
        let _ = (id, now_ms, present);
        todo!()
    }

    /// Measures the transactions that a killed server left begun. For a start, after the disk's own
    /// recovery.
    pub fn recover(
        &self,
        now_ms: u64,
        present: &Present<'_>,
    ) -> Result<Vec<Finished>, JournalError> {
        let _ = (now_ms, present);
        todo!()
    }

    /// The proposal that takes a transaction back.
    pub fn undo(&self, request: &UndoRequest, ctx: &Context<'_>) -> Result<Reversal, JournalError> {
        let _ = (request, ctx);
        todo!()
    }

    /// The proposal that brings back what was taken back.
    pub fn redo(&self, request: &UndoRequest, ctx: &Context<'_>) -> Result<Reversal, JournalError> {
        let _ = (request, ctx);
        todo!()
    }

    /// The editor's own undo: where all files of a recent transaction that touches one of `changed`
    /// are again as they were before it, that is noted; and the other way round.
    pub fn note_editor_undo(
        &self,
        changed: &[VfsPath],
        present: &Present<'_>,
    ) -> Result<Vec<Noted>, JournalError> {
        let _ = (changed, present);
        todo!()
    }

    /// The transaction with this id.
    pub fn transaction(&self, id: &TransactionId) -> Result<Transaction, JournalError> {
        let _ = id;
        todo!()
    }

    /// The newest `n_max` transactions, newest first.
    pub fn transactions(&self, n_max: usize) -> Result<Vec<Transaction>, JournalError> {
        let _ = n_max;
        todo!()
    }

    /// The contents kept for a transaction.
    pub fn checkpoint(&self, id: &TransactionId) -> Result<Checkpoint, JournalError> {
        let _ = id;
        todo!()
    }

    /// Lets the oldest go until `retention` holds.
    pub fn forget(&self, retention: &Retention) -> Result<Forgotten, JournalError> {
        let _ = retention;
        todo!()
    }
}

impl Default for Retention {
    fn default() -> Retention {
        Retention { proposals_max: 2_000, blob_bytes_max: 256 * 1024 * 1024 }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JournalError::Store(error) => write!(f, "the journal: {error}"),
            JournalError::NoProposal(id) => write!(f, "{id}: no such proposal"),
            JournalError::NoTransaction(id) => write!(f, "{id}: no such transaction"),
            JournalError::Nothing { is_undo: true } => f.write_str("there is nothing to take back"),
            JournalError::Nothing { is_undo: false } => {
                f.write_str("there is nothing to bring back")
            }
            JournalError::NotPending(id, state) => write!(f, "{id}: is {} already", state.name()),
            JournalError::Redacted(id) => {
                write!(f, "{id}: holds secrets that are not kept across a restart; make it anew")
            }
            JournalError::Stale(path) => {
                write!(f, "{path}: changed since the proposal was made; make it anew")
            }
            JournalError::Simulate(error) => error.fmt(f),
            JournalError::Reverse(error) => error.fmt(f),
            JournalError::Propose(error) => error.fmt(f),
            JournalError::Damaged(what) => write!(f, "the journal holds a wrong row: {what}"),
        }
    }
}

impl std::error::Error for JournalError {}

impl From<StoreError> for JournalError {
    fn from(error: StoreError) -> JournalError {
        JournalError::Store(error)
    }
}

impl Outcome {
    /// The state of a proposal that ended so.
    pub fn state(&self) -> ProposalState {
        match self {
            Outcome::Applied => ProposalState::Applied,
            Outcome::Partial { .. } => ProposalState::Partial,
            Outcome::Declined => ProposalState::Declined,
        }
    }
}

//! History: the journal of proposals and transactions with the bytes they replaced, in
//! `history.db`.
//!
//! Unlike the cache this file is never dropped: its schema grows by migrations only, a damaged one
//! is moved aside, and one that a newer program wrote is left alone. Several servers may share it.

mod agent_runs;
mod agents;
mod episodes;
mod experiments;
mod marks;
mod memories;
mod messages;
mod open;
mod rows;
mod sqlite;
mod verdicts;
mod workflow_runs;

pub use self::{
    agent_runs::{AgentRunEnd, AgentRunRow, AgentRunStepRow, AgentRuns},
    agents::{AgentEventRow, Agents},
    episodes::{EpisodeRow, Episodes},
    experiments::{
        ExperimentBody, ExperimentRow, Experiments, MeasureRow, SeenRow, SuggestionRow, TasksRow,
        VariantRow,
    },
    marks::{MarkRow, Marks},
    memories::{AnchorRow, Memories, MemoryRow, RecentRow},
    messages::{MessageRow, Messages},
    open::{HISTORY_FILE, MovedAside, OpenedHistory, open_history, open_history_in_memory},
    rows::{
        AnnotationRow, BlobKey, BlobRow, EditRow, EffectRow, FileEditsRow, FilePlanRow,
        FileStanding, FinishRow, FlipRow, ImpactRow, Keep, LeftRow, MeasuredRow, MoveRow,
        OperationRow, PlaceRow, ProposalBody, ProposalRow, ProposalState, ReversalRow,
        RiskReasonRow, StandingRow, TransactionFileRow, TransactionKind, TransactionRow,
        TransactionState, Usage,
    },
    sqlite::SqliteHistory,
    verdicts::{CheckRow, VerdictRow},
    workflow_runs::{WorkflowRunRow, WorkflowRuns, WorkflowStepRow},
};

use crate::Result;

/// The journal's rows. Every method is one database transaction: all of it or nothing.
pub trait History:
    Memories + Agents + AgentRuns + WorkflowRuns + Experiments + Episodes + Marks + Messages
{
    /// The number of this server among all that ever opened the history.
    fn server(&self) -> i64;

    /// Adds a proposal.
    fn add_proposal(&self, row: &ProposalRow) -> Result<()>;

    /// The proposal with this id.
    fn proposal(&self, id: &str) -> Result<Option<ProposalRow>>;

    /// The newest `n_max` proposals, newest first.
    fn proposals(&self, n_max: usize) -> Result<Vec<ProposalRow>>;

    /// Moves a proposal from one state to another; false where it was not in `from`, and nothing
    /// changes then.
    fn move_proposal(&self, id: &str, from: ProposalState, to: ProposalState) -> Result<bool>;

    /// Notes a transaction that is about to be applied, with the bytes it needs to be taken back;
    /// its proposal moves from pending to applying. False where the proposal was not pending, and
    /// nothing changes then. When this returns, the rows are on the disk.
    fn begin(
        &self,
        row: &TransactionRow,
        files: &[TransactionFileRow],
        blobs: &[BlobRow],
    ) -> Result<bool>;

    /// Notes what became of a transaction.
    fn finish(&self, row: &FinishRow) -> Result<()>;

    /// The transaction with this id.
    fn transaction(&self, id: &str) -> Result<Option<TransactionRow>>;

    /// The newest `n_max` transactions, newest first.
    fn transactions(&self, n_max: usize) -> Result<Vec<TransactionRow>>;

    /// Transactions that began and were never finished, by servers that are gone, oldest first.
    fn unfinished(&self) -> Result<Vec<TransactionRow>>;

    /// All transactions that stand on `root` (itself, its undos, its redos), oldest first.
    fn chain(&self, root: &str) -> Result<Vec<TransactionRow>>;

    /// The files of a transaction in their order.
    fn transaction_files(&self, id: &str) -> Result<Vec<TransactionFileRow>>;

    /// The last transaction that applied this proposal.
    fn transaction_of(&self, proposal: &str) -> Result<Option<TransactionRow>>;

    /// What the transactions after `seq` moved, in order; those of one transaction moved at once.
    fn moves_after(&self, seq: i64) -> Result<Vec<MoveRow>>;

    /// The bytes kept under `key`.
    fn blob(&self, key: &BlobKey) -> Result<Option<Vec<u8>>>;

    /// Sets where the files of a root transaction stand.
    fn set_standing(&self, rows: &[StandingRow]) -> Result<()>;

    /// The same, together with the state of the proposal that the root transaction applied.
    fn set_root_standing(
        &self,
        rows: &[StandingRow],
        proposal: &str,
        state: ProposalState,
    ) -> Result<()>;

    /// Adds what checks found.
    fn add_verdict(&self, row: &VerdictRow) -> Result<()>;

    /// The latest that checks found of a proposal.
    fn verdict(&self, proposal: &str) -> Result<Option<VerdictRow>>;

    /// How much the history holds.
    fn usage(&self) -> Result<Usage>;

    /// Forgets the oldest finished proposals and transactions until `keep` holds, or only what
    /// waits for an answer is left; gives back how many of each went.
    fn forget_oldest(&self, keep: &Keep) -> Result<Usage>;
}

//! Runs: what takes longer than a read, can be cancelled, and ends with one outcome.

use std::{collections::BTreeSet, fmt, time::Duration};

use agent::SkillReply;
use disk::Recovered;
use graph::EdgeCounts;
use ide::{FileMove, FilePosition, Mover, Refactor, Rewrite};
use proposal::{
    AgentRunId, Forgotten, Outcome, PartId, ProposalId, ProposalState, Selection, TransactionId,
    UndoScope,
};
use store::history::{ExperimentRow, MemoryRow};
use text::{LineCol, PositionEncoding};
use vfs::VfsPath;

use crate::{
    agents::{
        AgentRequest,
        task::{AgentReport, AgentTask},
    },
    answers::{
        hits::Sought,
        memories::{Forget, Remember},
    },
    edits::given::GivenEdit,
    experiments::EvolveRequest,
    indexing::history::{FolderRead, HistoryDepth},
    skills::{SkillCall, Understood},
    status::SkippedFile,
    verify::verdict::Verdict,
    workflows::steps::{WorkflowReport, WorkflowTask},
};

/// A run of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub(crate) u64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run-{}", self.0)
    }
}

/// Something to do.
#[derive(Clone, Debug)]
pub enum RunRequest {
    /// Brings the index up to date with the disk and ends when it is.
    Index,
    /// Ends once the files of the workspace that are known to be new or changed are read; without
    /// any progress.
    AwaitFiles,
    /// Reads what was committed since the last time, in every folder of the workspace.
    ReadHistory(HistoryDepth),
    /// Keeps something in mind.
    Remember(Box<Remember>),
    /// Forgets something.
    Forget(Forget),
    /// Proposes to rename a symbol everywhere it is certainly meant.
    Rename {
        /// The symbol.
        at: Place,
        /// Its new name.
        new_name: String,
        /// What becomes of the proposal.
        then: Then,
    },
    /// Records what the client makes of an edit that it is given once the checkpoint is stored, as
    /// [`crate::Notice::MayEdit`] tells, or is not given, as [`crate::Notice::MayNotEdit`] does.
    EditGiven(Box<GivenEdit>),
    /// Proposes a change of code that leaves what the code does.
    Refactor {
        /// Where.
        at: Area,
        /// What.
        refactor: Refactor,
        /// What becomes of the proposal.
        then: Then,
    },
    /// Proposes to move files or folders, with the imports of all users.
    MoveFiles {
        /// What moves where.
        moves: Vec<FileMove>,
        /// Who moves them.
        mover: Mover,
        /// What becomes of the proposal.
        then: Then,
    },
    /// Proposes to rewrite every match of a pattern.
    Rewrite {
        /// What to what.
        rewrite: Rewrite,
        /// What becomes of the proposal.
        then: Then,
    },
    /// Proposes a `.aios/config.toml` with every setting at its default.
    CreateSettings {
        /// Below which folder; `None`: the first of the workspace.
        root: Option<VfsPath>,
        /// What becomes of the proposal.
        then: Then,
    },
    /// Proposes that files hold something else: the product's own, or any others.
    Write {
        /// What it does, in one line.
        title: String,
        /// Why.
        reason: String,
        /// Each file with all that it shall hold; `None`: it goes.
        files: Vec<(VfsPath, Option<String>)>,
        /// What becomes of the proposal.
        then: Then,
    },
    /// Does something with an agent.
    Agent(AgentRequest),
    /// Carries a skill out.
    Skill {
        /// Which, with its arguments.
        call: Box<SkillCall>,
        /// What becomes of the proposal, where it makes one.
        then: Then,
    },
    /// Does what a user types: a command that begins with `/`, or a sentence.
    Do {
        /// What was typed.
        text: String,
        /// Where the user is.
        at: Option<Area>,
        /// What becomes of the proposal, where one is made.
        then: Then,
    },
    /// Forgets what the last skill found: nothing is marked any more.
    ClearFindings,
    /// Has an agent do something.
    RunAgent(Box<AgentTask>),
    /// Runs a workflow.
    RunWorkflow(Box<WorkflowTask>),
    /// Goes on with a run of a workflow that was interrupted or waits for the user; with true the
    /// user says yes to all that it proposes.
    ResumeWorkflow(String, bool),
    /// Goes on with a run of an agent that was interrupted.
    ResumeAgent(AgentRunId, Then),
    /// Goes on with a run of an agent that has ended: the user says this to it.
    GoOnWithAgent(AgentRunId, String, Then),
    /// Writes the document of an agent's run, as of now, and has it shown.
    ShowRun(AgentRunId),
    /// Trusts the files under `.aios/` as they are. Only the user may.
    Trust {
        /// The fingerprint of what the user has seen; another one refuses the run.
        seen: Option<String>,
    },
    /// Takes the trust back.
    Untrust,
    /// Checks a proposal with the project's own commands, in a sandbox; `None`: the workspace as it
    /// is.
    Verify(Option<ProposalId>),
    /// Shows what is not trusted.
    ShowTrust,
    /// Shows or applies a pending proposal, as the settings and the client's abilities say.
    Follow(ProposalId),
    /// Writes the diff document of a pending proposal, as of now, and has it shown.
    ShowProposal(ProposalId),
    /// Applies a pending proposal.
    Apply(ProposalId),
    /// Applies chosen parts of a pending proposal. Those that were neither chosen nor refused go on
    /// waiting, as a proposal of their own.
    ApplyParts(ProposalId, Choice),
    /// Sets a pending proposal aside.
    Reject(ProposalId),
    /// Takes a transaction back.
    Undo {
        /// Which; `None`: the last one that can be.
        transaction: Option<TransactionId>,
        /// How much of it.
        scope: UndoScope,
    },
    /// Brings back what was taken back.
    Redo {
        /// Which; `None`: the last one that can be.
        transaction: Option<TransactionId>,
        /// How much of it.
        scope: UndoScope,
    },
    /// Takes all transactions of a selection back, the newest first, or brings them back. What
    /// cannot be is left and told; the others are done all the same.
    ReverseMany {
        /// Which.
        selection: Selection,
        /// True for taking back.
        is_undo: bool,
    },
    /// Ends what a crash interrupted, and tells what that was.
    Recover,
    /// Writes a document that lists the latest changes, and has it shown.
    ShowHistory(Selection),
    /// Searches, writes a document that lists what was found, and has it shown.
    ShowHits(Sought),
    /// Looks for settings that find the code better, measured on its own history; what there is
    /// proof of is proposed.
    Evolve(EvolveRequest),
    /// Writes the document of the experiment with this id, and has it shown.
    ShowExperiment(String),
    /// Proposes to take back what an experiment set, whatever was built on it since; `None`: the
    /// newest that is in force.
    TakeBackExperiment(Option<String>, Then),
}

/// What a user says of the parts of a proposal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Apply these.
    pub accepted: BTreeSet<PartId>,
    /// These not, now or later.
    pub rejected: BTreeSet<PartId>,
}

impl RunRequest {
    /// True where files that are not read yet may hold what has to change, too.
    pub(crate) fn needs_all_files(&self) -> bool {
        matches!(
            self,
            RunRequest::AwaitFiles
                | RunRequest::Rename { .. }
                | RunRequest::Refactor { .. }
                | RunRequest::MoveFiles { .. }
                | RunRequest::Rewrite { .. }
        )
    }

    /// What it is called in progress, logs and audit.
    pub fn name(&self) -> &'static str {
        match self {
            RunRequest::Index => "index",
            RunRequest::AwaitFiles => "await files",
            RunRequest::ReadHistory(_) => "read history",
            RunRequest::Remember(_) => "remember",
            RunRequest::Forget(_) => "forget",
            RunRequest::Rename { .. } => "rename",
            RunRequest::EditGiven(given) => given.name(),
            RunRequest::Refactor { .. } => "refactor",
            RunRequest::MoveFiles { .. } => "move files",
            RunRequest::Rewrite { .. } => "rewrite",
            RunRequest::CreateSettings { .. } => "create settings",
            RunRequest::Write { .. } => "write",
            RunRequest::Agent(_) => "agent",
            RunRequest::Skill { call, .. } => call.skill.skill().name,
            RunRequest::Do { .. } => "do",
            RunRequest::ClearFindings => "clear findings",
            RunRequest::RunAgent(_) => "run agent",
            RunRequest::ResumeAgent(..) => "resume agent",
            RunRequest::GoOnWithAgent(..) => "go on with agent",
            RunRequest::ShowRun(_) => "show run",
            RunRequest::RunWorkflow(_) => "run workflow",
            RunRequest::ResumeWorkflow(..) => "resume workflow",
            RunRequest::Trust { .. } => "trust",
            RunRequest::Untrust => "untrust",
            RunRequest::Verify(_) => "verify",
            RunRequest::ShowTrust => "show trust",
            RunRequest::Follow(_) => "follow",
            RunRequest::ShowProposal(_) => "show proposal",
            RunRequest::Apply(_) => "apply",
            RunRequest::ApplyParts(..) => "apply parts",
            RunRequest::Reject(_) => "reject",
            RunRequest::Undo { .. } => "undo",
            RunRequest::Redo { .. } => "redo",
            RunRequest::ReverseMany { is_undo: true, .. } => "undo many",
            RunRequest::ReverseMany { is_undo: false, .. } => "redo many",
            RunRequest::Recover => "recover",
            RunRequest::ShowHistory(_) => "show history",
            RunRequest::ShowHits(_) => "show hits",
            RunRequest::Evolve(_) => "evolve",
            RunRequest::ShowExperiment(_) => "show experiment",
            RunRequest::TakeBackExperiment(..) => "take back experiment",
        }
    }
}

/// Where a symbol is, in the words of whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a snapshot's own numbers.
    Offset(FilePosition),
    /// As an editor counts it.
    Position {
        /// The file.
        path: VfsPath,
        /// The place.
        position: LineCol,
        /// What its column counts.
        encoding: PositionEncoding,
        /// The version of the document it was counted in; another one refuses the run.
        version: Option<i32>,
    },
    /// A name path as `Type::method`, which must name one symbol only.
    Symbol(String),
}

/// What is selected, in the words of whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Area {
    /// From one place of a file to another, as an editor counts them.
    Range {
        /// The file.
        path: VfsPath,
        /// The first place and the one behind the last.
        range: (LineCol, LineCol),
        /// What the columns count.
        encoding: PositionEncoding,
        /// The version of the document they were counted in; another one refuses the run.
        version: Option<i32>,
    },
    /// The name of a symbol.
    Place(Place),
}

/// What becomes of a proposal once it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It is shown or applied, as the settings and the client's abilities say.
    Follow,
    /// It stays pending until somebody answers.
    Keep,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub enum RunOutcome {
    /// The index is up to date.
    Indexed(Box<IndexSummary>),
    /// The history is read.
    HistoryRead(Vec<FolderRead>),
    /// It is kept in mind.
    Remembered(Box<MemoryRow>),
    /// So much was forgotten.
    Forgotten(usize),
    /// A proposal waits for [`RunRequest::Apply`] or [`RunRequest::Reject`].
    Proposed {
        /// Its id.
        proposal: ProposalId,
        /// Its diff document in the state folder, where it was written for a client to show.
        document: Option<VfsPath>,
    },
    /// The change was made, or was not: measured.
    Changed {
        /// The transaction.
        transaction: TransactionId,
        /// Its proposal.
        proposal: ProposalId,
        /// What was found.
        outcome: Outcome,
        /// What the client said against it.
        reason: Option<String>,
        /// The pending proposal of what is still missing, where something is.
        rest: Option<ProposalId>,
    },
    /// Several transactions were taken back (`is_undo`) or brought back.
    Reversed {
        /// The direction.
        is_undo: bool,
        /// Those that were.
        done: Vec<TransactionId>,
        /// Those that were not, or not all of them, and why.
        refused: Vec<(TransactionId, String)>,
    },
    /// What a crash had interrupted is ended.
    Recovered(Box<Recovery>),
    /// An agent's run is over.
    Ran(Box<AgentReport>),
    /// A workflow is over, or waits for the user.
    Flowed(Box<WorkflowReport>),
    /// A document was written for the client to show.
    Shown(VfsPath),
    /// A skill answered.
    Replied {
        /// What.
        reply: Box<SkillReply>,
        /// The same as text.
        markdown: String,
        /// What a sentence was taken for.
        understood: Option<Understood>,
        /// The document that holds it, where it was written for a client to show.
        document: Option<VfsPath>,
    },
    /// An experiment was made.
    Evolved {
        /// What came of it.
        experiment: Box<ExperimentRow>,
        /// The pending proposal of what it has proof of.
        proposal: Option<ProposalId>,
    },
    /// The proposal was set aside.
    Rejected(ProposalId),
    /// Checks were made.
    Verified {
        /// Of which proposal; `None`: of the workspace as it is.
        proposal: Option<ProposalId>,
        /// The transaction that was just applied, where that is what was checked.
        transaction: Option<TransactionId>,
        /// What they found.
        verdict: Box<Verdict>,
    },
    /// It was done; what was, for people.
    Done(String),
    /// It cannot or must not be done; nothing was changed. For people.
    Refused(String),
    /// Somebody cancelled it; nothing was changed.
    Cancelled,
    /// Something outside failed. For people.
    Failed(String),
}

/// What a recovery found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Writes of files that were interrupted.
    pub writes: Vec<Recovered>,
    /// Transactions that were begun, with what was found of them.
    pub transactions: Vec<(TransactionId, ProposalId, ProposalState)>,
    /// Proposals of what is missing of transactions that were made in part.
    pub rests: Vec<ProposalId>,
    /// What the journal let go because it had reached its limits.
    pub forgotten: Forgotten,
    /// What did not work, for people.
    pub troubles: Vec<String>,
}

/// What an index run found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndexSummary {
    /// Files in the index.
    pub files: usize,
    /// Of those, read in this run because they were new or changed.
    pub read: usize,
    /// Files that went.
    pub gone: usize,
    /// Lines of the indexed files.
    pub lines: u64,
    /// Files by language, most first; plain text under `text`.
    pub languages: Vec<(String, usize)>,
    /// Symbols, local ones apart.
    pub symbols: usize,
    /// References by what became of them; `None` where they were never counted.
    pub edges: Option<EdgeCounts>,
    /// True where edges were counted before the latest changes: an edit in one file may lead the
    /// names of any other elsewhere, so that to count anew costs more than to take in a few files.
    pub edges_stale: bool,
    /// Left out, and why; bounded.
    pub skipped: Vec<SkippedFile>,
    /// How many were left out, the unlisted too.
    pub n_skipped: usize,
    /// Why something that was found in this run is not kept for the next one, with the file that
    /// could not be written; `None` where all is kept.
    pub unkept: Option<String>,
    /// How long it took.
    pub took: Duration,
}

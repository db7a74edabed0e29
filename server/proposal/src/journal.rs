//! The journal: every proposal and every transaction, what became of it, and how it is taken back.
//!
//! The order that survives a kill: the proposal is stored, then the checkpoint, then the change is
//! applied by whoever can, then it is measured. A server that starts measures what it finds begun.
//!
//! Long because each verb of a proposal's and of a transaction's life is one short method here.

mod hunks;
mod rest;
mod select;
mod undo;
mod watch;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

pub use self::select::Selection;

use rustc_hash::FxHashMap;
use store::{
    StoreError,
    history::{
        AgentRuns, Agents, BlobKey, BlobRow, Episodes, Experiments, FileStanding, FinishRow,
        History, Keep, Marks, MeasuredRow, Memories, Messages, ProposalRow, ProposalState,
        StandingRow, TransactionFileRow, TransactionKind, TransactionRow, TransactionState,
        VerdictRow, WorkflowRuns,
    },
};
use text::TextEdits;
use vfs::{ContentHash, SourceChange, VfsPath};

use crate::{
    Checkpoint, Content, FilePlan, FileState, Flip, Image, Measured, Outcome, PartId, Present,
    Proposal, ProposalId, ProposeError, ReverseError, Reverses, SimulateError, SimulatedFile,
    Simulation, TransactionId, outcome::measure_texts, rows, simulate,
};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Proposals listed at most.
pub const PROPOSALS_MAX: usize = 1_000;
/// Proposals with texts of secret files that are remembered; then all are forgotten.
const SECRET_PROPOSALS_MAX: usize = 64;

/// Everything that was proposed and applied, on top of a [`History`]. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    history: Arc<dyn History>,
    /// Proposals with texts of secret files, which only this process knows.
    secrets: Arc<Mutex<FxHashMap<ProposalId, Proposal>>>,
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
    /// Which action made it: `rename`, `undo`.
    pub action: String,
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// What became of it.
    pub state: TransactionState,
    /// Its files.
    pub files: Vec<TransactionFile>,
}

/// A file of a transaction, for a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionFile {
    /// The path after it, before it for a deleted one.
    pub path: VfsPath,
    /// Where it stands; meaningful in the first transaction of a chain.
    pub standing: FileStanding,
    /// The hunks of it that are taken back while the rest stands, from 0.
    pub hunks_off: Vec<u32>,
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
    /// The identity that asks.
    pub caller: String,
}

/// How much of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UndoScope {
    /// All of it.
    Transaction,
    /// These files, by their path after the transaction (before it for deleted ones).
    Files(Vec<VfsPath>),
    /// These parts of the first transaction of the chain: files and hunks of files.
    Parts(Vec<PartId>),
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
    /// Its title.
    pub title: String,
    /// The files that were as before the transaction (or as after it) again.
    pub files: Vec<VfsPath>,
    /// Where these files stand now.
    pub standing: FileStanding,
    /// Where its proposal stands now.
    pub state: ProposalState,
}

/// How much the journal keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Proposals and their transactions.
    pub proposals_max: u64,
    /// Bytes of kept contents.
    pub blob_bytes_max: u64,
    /// What was last touched longer ago than this goes.
    pub age_ms_max: u64,
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
    /// All of it was taken back (`true`) or brought back (`false`) by hand already.
    Already {
        /// The transaction, the first of its chain.
        transaction: TransactionId,
        /// Undo or redo.
        is_undo: bool,
    },
    /// The transaction has no such hunk of a file that can be taken back alone.
    NoPart(TransactionId, PartId),
    /// The transaction was measured already.
    Finished(TransactionId, TransactionState),
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
        let stands = |it: &TransactionFile| it.standing == FileStanding::InForce;
        self.files.iter().any(|it| it.path == *path && stands(it))
    }
}

impl Journal {
    /// Keeps what checks found.
    ///
    /// # Errors
    /// [`JournalError::Store`].
    pub fn add_verdict(&self, row: &VerdictRow) -> Result<(), JournalError> {
        Ok(self.history.add_verdict(row)?)
    }

    /// The latest that checks found of a proposal.
    ///
    /// # Errors
    /// [`JournalError::Store`].
    pub fn verdict(&self, id: &ProposalId) -> Result<Option<VerdictRow>, JournalError> {
        Ok(self.history.verdict(id.as_str())?)
    }

    /// The journal kept in `history`.
    pub fn new(history: Arc<dyn History>) -> Journal {
        Journal { history, secrets: Arc::default() }
    }

    /// The memories that are kept beside the journal.
    pub fn memories(&self) -> &dyn Memories {
        self.history.as_ref()
    }

    /// The lives of agents, which are kept beside the journal.
    pub fn agents(&self) -> &dyn Agents {
        self.history.as_ref()
    }

    /// The runs of agents, which are kept beside the journal.
    pub fn agent_runs(&self) -> &dyn AgentRuns {
        self.history.as_ref()
    }

    /// The runs of workflows, which are kept beside the journal.
    pub fn workflow_runs(&self) -> &dyn WorkflowRuns {
        self.history.as_ref()
    }

    /// The episodes that are kept beside the journal.
    pub fn episodes(&self) -> &dyn Episodes {
        self.history.as_ref()
    }

    /// The archive of experiments that is kept beside the journal.
    pub fn experiments(&self) -> &dyn Experiments {
        self.history.as_ref()
    }

    /// Marks, which are kept beside the journal.
    pub fn marks(&self) -> &dyn Marks {
        self.history.as_ref()
    }

    /// Messages between agents, which are kept beside the journal.
    pub fn messages(&self) -> &dyn Messages {
        self.history.as_ref()
    }

    /// Stores a new proposal as pending.
    pub fn record(&self, proposal: &Proposal) -> Result<(), JournalError> {
        self.history.add_proposal(&rows::row(proposal))?;
        if rows::is_redacted(proposal) {
            let mut secrets = self.secrets();
            if SECRET_PROPOSALS_MAX <= secrets.len() {
                secrets.clear();
            }
            secrets.insert(proposal.id.clone(), proposal.clone());
        }
        Ok(())
    }

    /// The proposal with this id and where it stands.
    pub fn proposal(&self, id: &ProposalId) -> Result<Recorded, JournalError> {
        let row = self.history.proposal(id.as_str())?;
        self.recorded(row.ok_or_else(|| JournalError::NoProposal(id.clone()))?)
    }

    /// The newest `n_max` proposals, newest first.
    pub fn proposals(&self, n_max: usize) -> Result<Vec<Recorded>, JournalError> {
        let rows = self.history.proposals(n_max.min(PROPOSALS_MAX))?;
        rows.into_iter().map(|it| self.recorded(it)).collect()
    }

    fn recorded(&self, row: ProposalRow) -> Result<Recorded, JournalError> {
        let state = row.state;
        let mut proposal = rows::proposal(row).map_err(JournalError::Damaged)?;
        if proposal.is_redacted
            && let Some(whole) = self.secrets().get(&proposal.id)
        {
            proposal = whole.clone();
        }
        Ok(Recorded { proposal, state })
    }

    fn secrets(&self) -> MutexGuard<'_, FxHashMap<ProposalId, Proposal>> {
        self.secrets.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The user says no.
    pub fn reject(&self, id: &ProposalId) -> Result<(), JournalError> {
        let (from, to) = (ProposalState::Pending, ProposalState::Rejected);
        if self.history.move_proposal(id.as_str(), from, to)? {
            self.secrets().remove(id);
            return Ok(());
        }
        Err(JournalError::NotPending(id.clone(), self.proposal(id)?.state))
    }

    /// The texts before and after a proposal, for showing it: those of this moment while it is
    /// pending, those that were kept once it was applied.
    pub fn simulation_of(
        &self,
        recorded: &Recorded,
        present: &Present<'_>,
    ) -> Result<Simulation, JournalError> {
        let id = &recorded.proposal.id;
        if let Some(row) = self.history.transaction_of(id.as_str())? {
            let files = self.history.transaction_files(&row.id)?;
            let images = files.iter().map(|it| self.image(it));
            let files = images.collect::<Result<_, JournalError>>()?;
            return Ok(Checkpoint { files }.simulation());
        }
        let simulation = simulate(&recorded.proposal.change, present).map_err(stale)?;
        match recorded.proposal.is_redacted {
            true => Ok(simulation),
            false => check_base(&recorded.proposal, &simulation).map(|()| simulation),
        }
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
        if proposal.is_redacted {
            return Err(JournalError::Redacted(proposal.id.clone()));
        }
        let simulation = simulate(&proposal.change, present).map_err(stale)?;
        check_base(proposal, &simulation)?;
        let (kind, root) = match &proposal.reverses {
            None => (TransactionKind::Apply, id.to_string()),
            Some(it) if it.is_undo => (TransactionKind::Undo, it.root.to_string()),
            Some(it) => (TransactionKind::Redo, it.root.to_string()),
        };
        let row = TransactionRow {
            seq: 0,
            id: id.to_string(),
            proposal: proposal.id.to_string(),
            kind,
            root,
            server: self.history.server(),
            started_ms: now_ms,
            finished_ms: None,
            state: TransactionState::Started,
            title: proposal.title.clone(),
            caller: proposal.origin.caller.clone(),
            action: proposal.origin.action.clone(),
        };
        let (files, blobs) = checkpoint_rows(proposal, &Checkpoint::of(&simulation));
        if !self.history.begin(&row, &files, &blobs)? {
            let state = self.proposal(&proposal.id)?.state;
            return Err(JournalError::NotPending(proposal.id.clone(), state));
        }
        Ok(Begun { transaction: id, simulation })
    }

    /// Measures what became of a transaction and stores it. One that was declined may be measured
    /// again: some editors answer before they ask the user.
    pub fn finish(
        &self,
        id: &TransactionId,
        now_ms: u64,
        present: &Present<'_>,
    ) -> Result<Finished, JournalError> {
        self.finish_as(id, now_ms, present, Outcome::state)
    }

    /// As [`Journal::finish`]; `state_of` says where an outcome leaves the proposal.
    fn finish_as(
        &self,
        id: &TransactionId,
        now_ms: u64,
        present: &Present<'_>,
        state_of: fn(&Outcome) -> ProposalState,
    ) -> Result<Finished, JournalError> {
        let row = self.row(id)?;
        if !matches!(row.state, TransactionState::Started | TransactionState::Declined) {
            return Err(JournalError::Finished(id.clone(), row.state));
        }
        let proposal_id = parse_proposal_id(&row.proposal)?;
        let proposal = self.proposal(&proposal_id)?.proposal;
        let files = self.history.transaction_files(id.as_str())?;
        let images = files.iter().map(|it| self.image(it)).collect::<Result<_, JournalError>>()?;
        let checkpoint = Checkpoint { files: images };
        let measured = measure_texts(&proposal.change, &checkpoint, present);

        let mut finish = finish_row(&row, now_ms, &measured);
        for (nth, state) in measured.files.iter().enumerate() {
            if let FileState::Edits(edits) = state {
                let image = &checkpoint.files[nth];
                really_left(&mut finish, nth, image, &proposal.change, edits);
            }
        }
        finish.proposals.push((row.proposal.clone(), state_of(&measured.outcome)));
        if let Some(reverses) = &proposal.reverses {
            self.stand(&mut finish, reverses, &proposal.files, &measured)?;
        }
        if let Some(whole) = &proposal.part_of
            && measured.outcome != Outcome::Declined
            && self.proposal(whole)?.is_pending()
        {
            finish.proposals.push((whole.to_string(), ProposalState::Partial));
        }
        self.history.finish(&finish)?;
        if measured.outcome != Outcome::Declined {
            self.secrets().remove(&proposal_id);
        }
        Ok(Finished { transaction: id.clone(), proposal: proposal_id, measured })
    }

    /// Notes in `finish` where the files of the root stand after its undo or redo.
    fn stand(
        &self,
        finish: &mut FinishRow,
        reverses: &Reverses,
        plans: &[FilePlan],
        measured: &Measured,
    ) -> Result<(), JournalError> {
        let root = reverses.root.as_str();
        let mut root_files = self.history.transaction_files(root)?;
        let is_there = |state: &FileState| matches!(state, FileState::Done | FileState::Other);
        let reversed = plans.iter().zip(&measured.files).filter(|it| is_there(it.1));
        let reversed = reversed.filter_map(|(plan, _)| Some((plan.root_nth?, plan.flip.as_ref())));
        let already = reverses.already.iter().map(|it| (*it, None));
        let already = already.chain(reverses.already_flips.iter().map(|it| (it.0, Some(&it.1))));
        for (nth, flip) in reversed.chain(already) {
            let row = standing_row(root, nth, reverses.is_undo, flip);
            for file in root_files.iter_mut().filter(|it| it.nth == nth) {
                file.standing = row.standing;
                file.off = row.off.clone().unwrap_or_else(|| file.off.clone());
            }
            finish.standing.push(row);
        }
        if let Some(row) = self.history.transaction(root)? {
            finish.proposals.push((row.proposal, standing_state(&root_files)));
        }
        Ok(())
    }

    /// Measures the transactions that a killed server left begun. For a start, after the disk's own
    /// recovery.
    pub fn recover(
        &self,
        now_ms: u64,
        present: &Present<'_>,
    ) -> Result<Vec<Finished>, JournalError> {
        let rows = self.history.unfinished()?;
        let ids = rows.iter().map(|it| parse_transaction_id(&it.id));
        ids.map(|id| self.finish_as(&id?, now_ms, present, Outcome::state_recovered)).collect()
    }

    /// The transaction with this id.
    pub fn transaction(&self, id: &TransactionId) -> Result<Transaction, JournalError> {
        self.transaction_of_row(self.row(id)?)
    }

    /// The newest `n_max` transactions, newest first.
    pub fn transactions(&self, n_max: usize) -> Result<Vec<Transaction>, JournalError> {
        let rows = self.history.transactions(n_max)?;
        rows.into_iter().map(|it| self.transaction_of_row(it)).collect()
    }

    fn transaction_of_row(&self, row: TransactionRow) -> Result<Transaction, JournalError> {
        let files = self.history.transaction_files(&row.id)?;
        let files = files.iter().map(|it| {
            let (standing, hunks_off) = (it.standing, it.off.clone());
            Ok(TransactionFile { path: file_path(it)?, standing, hunks_off })
        });
        Ok(Transaction {
            id: parse_transaction_id(&row.id)?,
            proposal: parse_proposal_id(&row.proposal)?,
            kind: row.kind,
            root: parse_transaction_id(&row.root)?,
            title: row.title,
            caller: row.caller,
            action: row.action,
            started_ms: row.started_ms,
            state: row.state,
            files: files.collect::<Result<_, JournalError>>()?,
        })
    }

    /// The contents kept for a transaction.
    pub fn checkpoint(&self, id: &TransactionId) -> Result<Checkpoint, JournalError> {
        let files = self.history.transaction_files(self.row(id)?.id.as_str())?;
        let images = files.iter().map(|it| self.image(it));
        Ok(Checkpoint { files: images.collect::<Result<_, JournalError>>()? })
    }

    fn row(&self, id: &TransactionId) -> Result<TransactionRow, JournalError> {
        let row = self.history.transaction(id.as_str())?;
        row.ok_or_else(|| JournalError::NoTransaction(id.clone()))
    }

    fn image(&self, row: &TransactionFileRow) -> Result<Image, JournalError> {
        let content = |key: Option<BlobKey>| -> Result<Option<Content>, JournalError> {
            let Some(key) = key else { return Ok(None) };
            let hash = ContentHash::from_bytes(&key).expect("a key is as long as a hash");
            if row.is_secret {
                return Ok(Some(Content::Redacted(hash)));
            }
            let bytes = self.history.blob(&key)?.filter(|it| ContentHash::of(it) == hash);
            let bytes = bytes.ok_or_else(|| {
                JournalError::Damaged(format!("the kept content {hash} is missing or changed"))
            })?;
            Ok(Some(Content::Kept(Arc::from(bytes))))
        };
        let path = |it: &Option<String>| it.as_deref().map(rows::path).transpose();
        Ok(Image {
            before: path(&row.before).map_err(JournalError::Damaged)?,
            after: path(&row.after).map_err(JournalError::Damaged)?,
            pre: content(row.pre)?,
            post: content(row.post)?,
        })
    }

    /// Lets the oldest go until `retention` holds; what is pending or under way stays, and so does
    /// the newest.
    pub fn forget(&self, retention: &Retention, now_ms: u64) -> Result<Forgotten, JournalError> {
        let gone = self.history.forget_oldest(&Keep {
            proposals: retention.proposals_max,
            blob_bytes: retention.blob_bytes_max,
            since_ms: now_ms.saturating_sub(retention.age_ms_max),
        })?;
        Ok(Forgotten {
            proposals: gone.proposals,
            transactions: gone.transactions,
            blob_bytes: gone.blob_bytes,
        })
    }
}

/// The proposal is still about the texts that it was made for.
fn check_base(proposal: &Proposal, simulation: &Simulation) -> Result<(), JournalError> {
    let is_same = |plan: &FilePlan, file: &SimulatedFile| {
        let hash = |bytes: &Option<Arc<[u8]>>| bytes.as_deref().map(ContentHash::of);
        (&plan.before, &plan.after, &plan.leads_to) == (&file.before, &file.after, &file.leads_to)
            && plan.hash_before == hash(&file.pre)
            && plan.hash_after == hash(&file.post)
    };
    for (nth, plan) in proposal.files.iter().enumerate() {
        if !simulation.files.get(nth).is_some_and(|it| is_same(plan, it)) {
            return Err(JournalError::Stale(plan.path().clone()));
        }
    }
    match simulation.files.get(proposal.files.len()) {
        Some(file) => Err(JournalError::Stale(file.path().clone())),
        None => Ok(()),
    }
}

fn stale(error: SimulateError) -> JournalError {
    match error {
        SimulateError::Missing(path)
        | SimulateError::Exists(path)
        | SimulateError::Edits(path, _) => JournalError::Stale(path),
        SimulateError::Read(_) => JournalError::Simulate(error),
    }
}

fn checkpoint_rows(
    proposal: &Proposal,
    checkpoint: &Checkpoint,
) -> (Vec<TransactionFileRow>, Vec<BlobRow>) {
    let mut blobs = Vec::new();
    let mut key = |content: &Option<Content>| {
        let content = content.as_ref()?;
        let key = *content.hash().as_bytes();
        if let Content::Kept(bytes) = content {
            blobs.push(BlobRow { key, bytes: bytes.to_vec() });
        }
        Some(key)
    };
    let mut files = Vec::with_capacity(checkpoint.files.len());
    for (nth, (image, plan)) in checkpoint.files.iter().zip(&proposal.files).enumerate() {
        files.push(TransactionFileRow {
            nth: nth as u32,
            root_nth: plan.root_nth.unwrap_or(nth as u32),
            before: image.before.as_ref().map(VfsPath::to_string),
            after: image.after.as_ref().map(VfsPath::to_string),
            pre: key(&image.pre),
            post: key(&image.post),
            is_secret: plan.is_secret,
            standing: FileStanding::Untouched,
            flipped: plan.flip.as_ref().map(|it| it.hunks.clone()),
            off: Vec::new(),
        });
    }
    (files, blobs)
}

fn finish_row(row: &TransactionRow, now_ms: u64, measured: &Measured) -> FinishRow {
    let state = match measured.outcome {
        Outcome::Applied => TransactionState::Applied,
        Outcome::Partial { .. } => TransactionState::Partial,
        Outcome::Declined => TransactionState::Declined,
    };
    let touched = measured.files.iter().enumerate().filter(|it| *it.1 != FileState::Missing);
    let standing = touched.map(|(nth, _)| StandingRow {
        transaction: row.id.clone(),
        nth: nth as u32,
        standing: FileStanding::InForce,
        off: None,
    });
    FinishRow {
        id: row.id.clone(),
        state,
        finished_ms: now_ms,
        standing: standing.collect(),
        ..FinishRow::default()
    }
}

/// Notes what a file holds of which only some edits were made: that is what will be taken back.
fn really_left(
    finish: &mut FinishRow,
    nth: usize,
    image: &Image,
    change: &SourceChange,
    edits: &[usize],
) {
    let path = image.before.as_ref().or(image.after.as_ref());
    let pre = match &image.pre {
        Some(Content::Kept(bytes)) => std::str::from_utf8(bytes).ok(),
        Some(Content::Redacted(_)) => None,
        None => Some(""),
    };
    let all = path.and_then(|it| change.edits.get(it));
    let made = all.into_iter().flat_map(|it| it.iter().enumerate());
    let made = made.filter(|it| edits.contains(&it.0)).map(|it| it.1.clone()).collect();
    let post = TextEdits::new(made).ok().zip(pre).and_then(|(edits, pre)| edits.apply(pre).ok());
    // A secret file keeps what was planned: nothing of it is kept anyway.
    let Some(post) = post else { return };
    let key = *ContentHash::of(post.as_bytes()).as_bytes();
    finish.measured.push(MeasuredRow {
        nth: nth as u32,
        after: path.map(VfsPath::to_string),
        post: Some(key),
    });
    finish.blobs.push(BlobRow { key, bytes: post.into_bytes() });
}

/// Where a file of the root stands after its undo or redo.
fn standing_row(root: &str, nth: u32, is_undo: bool, flip: Option<&Flip>) -> StandingRow {
    let is_undone = flip.map_or(is_undo, |it| it.is_undone);
    StandingRow {
        transaction: root.to_owned(),
        nth,
        standing: if is_undone { FileStanding::Undone } else { FileStanding::InForce },
        off: flip.map(|it| it.off.clone()),
    }
}

/// The state of a proposal whose files stand so.
fn standing_state(files: &[TransactionFileRow]) -> ProposalState {
    let is_undone = |it: &&TransactionFileRow| {
        matches!(it.standing, FileStanding::Undone | FileStanding::EditorUndone)
    };
    let has_hunks_off = files.iter().any(|it| !it.off.is_empty());
    let n_untouched = files.iter().filter(|it| it.standing == FileStanding::Untouched).count();
    let n_undone = files.iter().filter(is_undone).count();
    if n_undone == 0 && n_untouched == 0 && !has_hunks_off {
        ProposalState::Applied
    } else if n_undone + n_untouched == files.len() {
        ProposalState::Undone
    } else {
        ProposalState::Partial
    }
}

fn file_path(row: &TransactionFileRow) -> Result<VfsPath, JournalError> {
    let path = row.after.as_deref().or(row.before.as_deref()).unwrap_or_default();
    rows::path(path).map_err(JournalError::Damaged)
}

fn parse_proposal_id(text: &str) -> Result<ProposalId, JournalError> {
    ProposalId::parse(text).ok_or_else(|| JournalError::Damaged(format!("the id `{text}`")))
}

fn parse_transaction_id(text: &str) -> Result<TransactionId, JournalError> {
    TransactionId::parse(text).ok_or_else(|| JournalError::Damaged(format!("the id `{text}`")))
}

impl Default for Retention {
    fn default() -> Retention {
        Retention {
            proposals_max: 2_000,
            blob_bytes_max: 256 * 1024 * 1024,
            age_ms_max: 90 * DAY_MS,
        }
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
            JournalError::Already { transaction, is_undo: true } => {
                write!(f, "{transaction}: was taken back by hand already")
            }
            JournalError::Already { transaction, is_undo: false } => {
                write!(f, "{transaction}: was brought back by hand already")
            }
            JournalError::NoPart(id, part) => {
                write!(f, "{id}: has no hunk {part} that stands alone")
            }
            JournalError::Finished(id, state) => write!(f, "{id}: is {} already", state.name()),
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

    /// The state of a proposal whose server was killed, and that was found so: nobody declined it.
    pub fn state_recovered(&self) -> ProposalState {
        match self {
            Outcome::Declined => ProposalState::Interrupted,
            other => other.state(),
        }
    }
}

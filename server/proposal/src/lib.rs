//! A change before, while and after it is applied: what it would do, how risky that is, what became
//! of it, and how it is taken back.
//!
//! Nothing here touches a file or a clock. The texts come from a function that the caller passes
//! in, the journal is kept by a [`store::History`].

mod annotate;
mod checkpoint;
mod code;
mod diff;
mod effect;
mod format;
mod history_text;
mod ids;
mod impact_rows;
mod journal;
mod lines;
mod merge;
mod outcome;
mod parts;
mod present;
mod proposal;
mod propose;
mod reverse;
mod review;
mod risk;
mod rollback;
mod rows;
mod secret;
mod show;
mod simulate;

pub use crate::{
    checkpoint::{Checkpoint, Content, Image},
    diff::{DiffLine, DiffLineKind, DiffStyle, diff_lines, diff_text},
    effect::add_effect,
    format::{Formatted, with_formatted},
    history_text::{HistoryPlace, history_at, history_text},
    ids::{AgentRunId, ExperimentId, MemoryId, ProposalId, TransactionId, minute},
    journal::{
        Begun, Finished, Forgotten, Journal, JournalError, Noted, PROPOSALS_MAX, Recorded,
        Retention, Reversal, Selection, Transaction, TransactionFile, UndoRequest, UndoScope,
    },
    merge::{ConflictHunk, merge},
    outcome::{FileState, Measured, Outcome, measure},
    parts::{Part, PartId, PartKind, PartsError, narrow, parts},
    present::{Present, PresentFile},
    proposal::{
        ChangeAnnotation, Draft, FilePlan, Flip, Impact, LeftSite, Origin, Place, Proposal,
        Reverses, Risk, RiskKind, RiskLevel, RiskReason, Rollback, SyntaxProblem,
    },
    propose::{Context, PROPOSAL_BYTES_MAX, PROPOSAL_FILES_MAX, ProposeError, propose},
    reverse::{Refusal, ReverseError},
    review::{Mark, Marked, mark_at, marks},
    risk::{add_reason, needs_preview},
    secret::is_secret,
    show::{paths_below, visible_line, visible_text},
    simulate::{SimulateError, SimulatedFile, Simulation, simulate},
};
pub use store::history::{
    CheckRow, FileStanding, ProposalState, TransactionKind, TransactionState, VerdictRow,
};

//! The main loop: owns the state, schedules tasks, carries out effects. Front ends see [`Engine`]
//! and its four verbs: `post`, `read`, `run`, `subscribe`.

mod agents;
mod answers;
mod change;
mod clients;
mod config;
mod edits;
mod episodes;
mod event;
mod experiments;
mod files;
mod format;
mod give_back;
mod handle;
mod in_order;
mod indexing;
mod notice;
mod op_queue;
mod outside;
mod own;
mod policy;
mod pool;
mod request;
mod runs;
mod skills;
mod snapshot;
mod state;
mod status;
mod stepper;
mod task;
mod verify;
mod workflows;

pub use crate::{
    agents::{
        Agent, AgentRequest, AgentStatus, ModelState,
        chat::{ChatModels, no_models, remote_models},
        document::WrittenAnew,
        task::{AgentReport, AgentTask, Priority},
        transcript::transcript,
    },
    answers::{
        context::{CONTEXT_TOKENS, CONTEXT_TOKENS_MAX, ContextPack, ContextQuery},
        hits::{HITS_DOCUMENT, Sought, hit_at, hits_in},
        memories::{About, Episode, Forget, RECENT_MAX, Remember},
        neighbours::{NEIGHBOURS_MAX, Neighbours},
        past::{HistoryQuery, LikeCommit, SymbolHistory, Then as SymbolThen},
        patterns::PatternQuery,
    },
    change::{ClientChange, ContentEdit},
    config::{
        Clock, EngineConfig, LoadGraph, Random, Stores, SystemClock, SystemRandom, Threads,
        state_folder,
    },
    edits::given::{Given, GivenEdit},
    episodes::EPISODES_MAX,
    experiments::{EvolveRequest, standing::Experiment},
    handle::{Engine, Notices, Reading, StartError},
    indexing::history::{FolderRead, HistoryDepth},
    notice::{EditStep, Notice, NoticeLevel, Offer, ProgressState},
    own::{
        Own, OwnProblem, own_problems,
        trust::{Standing, TrustChange, render_changes, seen_in_trust_document},
    },
    policy::{Abilities, Caller, Role, Verb},
    request::{Area, Choice, IndexSummary, Place, Recovery, RunId, RunOutcome, RunRequest, Then},
    skills::{By, SkillCall, Typed, Understood, places::Found},
    snapshot::{Lane, ReadConfig, ReadError, Snapshot, WhenChanged},
    status::{Health, MemoryPart, QueueLengths, ServerStatus, SkippedFile},
    stepper::Stepper,
    verify::{
        Sandboxing,
        verdict::{CheckReport, CheckResult, Verdict, VerdictOutcome},
    },
    workflows::steps::{WorkflowReport, WorkflowTask},
};

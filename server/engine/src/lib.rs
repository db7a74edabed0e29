//! The main loop: owns the state, schedules tasks, carries out effects. Front ends see [`Engine`]
//! and its four verbs: `post`, `read`, `run`, `subscribe`.

mod agent_context;
mod agent_replay;
mod agent_runs;
mod agent_steps;
mod agent_task;
mod agent_tools;
mod agent_transcript;
mod agents;
mod batch;
mod change;
mod changed;
mod chat;
mod checks;
mod clients;
mod config;
mod context;
mod edit_given;
mod edit_many;
mod edit_parts;
mod edit_recovery;
mod edit_steps;
mod edit_tasks;
mod edits;
mod embedding;
mod event;
mod events;
mod evolve_runs;
mod files;
mod find_patterns;
mod found;
mod handle;
mod in_order;
mod indexing;
mod memories;
mod messages;
mod neighbours;
mod notice;
mod op_queue;
mod outside;
mod own;
mod own_runs;
mod past;
mod place;
mod policy;
mod pool;
mod read_history;
mod refactor_tasks;
mod request;
mod runs;
mod scan;
mod settle;
mod show_hits;
mod signals;
mod skill_runs;
mod skills;
mod snapshot;
mod state;
mod status;
mod stepper;
mod summary;
mod task;
mod trust;
mod verdict;
mod verify;
mod verify_tasks;
mod workflow_runs;
mod workflow_steps;

pub use crate::{
    agent_task::{AgentReport, AgentTask, Priority},
    agent_transcript::transcript,
    agents::{Agent, AgentRequest, AgentStatus},
    change::{ClientChange, ContentEdit},
    chat::{ChatModels, no_models, remote_models},
    config::{
        Clock, EngineConfig, LoadGraph, Random, Stores, SystemClock, SystemRandom, Threads,
        state_folder,
    },
    context::{CONTEXT_TOKENS, CONTEXT_TOKENS_MAX, ContextPack, ContextQuery},
    edit_given::GivenRename,
    evolve_runs::EvolveRequest,
    find_patterns::PatternQuery,
    found::Found,
    handle::{Engine, Notices, Reading, StartError},
    memories::{About, Episode, Forget, RECENT_MAX, Remember},
    neighbours::{NEIGHBOURS_MAX, Neighbours},
    notice::{EditStep, Notice, NoticeLevel, Offer, ProgressState},
    own::{Own, OwnProblem, own_problems},
    past::{HistoryQuery, LikeCommit, SymbolHistory, Then as SymbolThen},
    policy::{Abilities, Caller, Role, Verb},
    read_history::FolderRead,
    request::{Area, Choice, IndexSummary, Place, Recovery, RunId, RunOutcome, RunRequest, Then},
    show_hits::{HITS_DOCUMENT, Sought, hit_at, hits_in},
    skills::{SkillCall, Typed},
    snapshot::{Lane, ReadConfig, ReadError, Snapshot, WhenChanged},
    status::{Health, MemoryPart, QueueLengths, ServerStatus, SkippedFile},
    stepper::Stepper,
    trust::{Standing, TrustChange, render_changes},
    verdict::{CheckReport, CheckResult, Verdict, VerdictOutcome},
    verify::Sandboxing,
    workflow_steps::{WorkflowReport, WorkflowTask},
};

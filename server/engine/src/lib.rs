//! The main loop: owns the state, schedules tasks, carries out effects. Front ends see [`Engine`]
//! and its four verbs: `post`, `read`, `run`, `subscribe`.

mod batch;
mod change;
mod clients;
mod config;
mod edit_steps;
mod edit_tasks;
mod edits;
mod embedding;
mod event;
mod files;
mod handle;
mod indexing;
mod notice;
mod op_queue;
mod outside;
mod policy;
mod pool;
mod refactor_tasks;
mod request;
mod runs;
mod scan;
mod settle;
mod snapshot;
mod state;
mod status;
mod stepper;
mod summary;
mod task;

pub use crate::{
    change::{ClientChange, ContentEdit},
    config::{
        Clock, EngineConfig, LoadGraph, Random, Stores, SystemClock, SystemRandom, Threads,
        state_folder,
    },
    handle::{Engine, Notices, Reading, StartError},
    notice::{EditStep, Notice, NoticeLevel, ProgressState},
    policy::{Abilities, Caller, Role, Verb},
    request::{Area, IndexSummary, Place, RunId, RunOutcome, RunRequest, Then},
    snapshot::{Lane, ReadConfig, ReadError, Snapshot, WhenChanged},
    status::{Health, MemoryPart, QueueLengths, ServerStatus, SkippedFile},
    stepper::Stepper,
};

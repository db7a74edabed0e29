//! The main loop: owns the state, schedules tasks, carries out effects. Front ends see [`Engine`] and
//! its four verbs: `post`, `read`, `run`, `subscribe`.

mod change;
mod config;
mod handle;
mod notice;
mod policy;
mod request;
mod snapshot;
mod status;

pub use crate::{
    change::{ClientChange, ContentEdit},
    config::{
        Clock, EngineConfig, LoadGraph, Random, Stores, SystemClock, SystemRandom, Threads,
        state_folder,
    },
    handle::{Engine, Notices, StartError},
    notice::{EditStep, Notice, NoticeLevel, ProgressState},
    policy::{Abilities, Caller, Role, Verb},
    request::{IndexSummary, Place, RunId, RunOutcome, RunRequest, Then},
    snapshot::{Lane, ReadConfig, ReadError, Snapshot, WhenChanged},
    status::{Health, MemoryPart, QueueLengths, ServerStatus, SkippedFile},
};

//! The commands: each asks the engine and prints what it answers.

pub(crate) mod agent;
pub(crate) mod ask;
pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod chosen;
pub(crate) mod context;
pub(crate) mod evolve;
pub(crate) mod history;
pub(crate) mod index;
pub(crate) mod journal;
pub(crate) mod memory;
pub(crate) mod models;
pub(crate) mod own;
pub(crate) mod patterns;
pub(crate) mod questions;
pub(crate) mod refactor;
pub(crate) mod reverse;
pub(crate) mod run;
pub(crate) mod search;
pub(crate) mod setup;
pub(crate) mod skill;
pub(crate) mod state;
pub(crate) mod target;
pub(crate) mod tour;
pub(crate) mod verify;
pub(crate) mod workflow;

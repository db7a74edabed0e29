//! The only crate that knows LSP: a translation between the protocol and the engine's four verbs.

mod agent_actions;
mod asked;
mod backend;
mod capabilities;
mod edit;
mod error;
pub mod ext;
mod findings;
mod from_proto;
mod handlers;
mod hits;
mod log;
mod notices;
mod others;
mod own_findings;
mod partial;
mod publish;
mod registration;
mod review;
mod review_json;
mod running;
mod serve;
mod session;
mod settings_actions;
mod skill_actions;
mod symbol_data;
mod to_proto;
mod unread;
mod uri;
mod view;
mod wire;

pub use crate::{
    backend::StartEngine,
    log::{ClientLog, LogEntries, LogLevel, client_log},
    serve::{Config, run, serve},
    wire::transport::Ended,
};

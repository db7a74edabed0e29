//! The real binary over stdio, asked as an editor asks, and a real editor with it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails, wherever it stands")]

mod agent_runs;
mod agents;
mod changes;
mod cli;
mod client;
mod documents;
mod editor;
mod evolving;
mod formatting;
mod helix;
mod index_kills;
#[cfg(target_os = "linux")]
mod kills;
mod knowledge;
mod levels;
mod lifecycle;
mod models;
mod neovim;
mod odd_files;
mod parts;
mod questions;
mod refactorings;
mod rights;
mod secrets;
mod skills;
mod specialists;
mod state;
mod suggestions;
mod terminal;
#[cfg(target_os = "linux")]
mod tls;
mod unread;
mod verify;
mod vscode;
mod workflows;
mod workspace;

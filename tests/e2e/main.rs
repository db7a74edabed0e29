//! The real binary over stdio, asked as an editor asks, and a real editor with it.

mod changes;
mod client;
mod documents;
mod editor;
mod lifecycle;
mod neovim;
mod state;
mod workspace;

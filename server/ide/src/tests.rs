//! What an editor asks and what it is answered.

mod findings;
mod navigation;
mod questions;
mod refactor;
mod rename;
mod snapshots;

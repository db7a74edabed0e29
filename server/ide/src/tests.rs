//! What an editor asks and what it is answered.

mod navigation;
mod refactor;
mod rename;
mod snapshots;

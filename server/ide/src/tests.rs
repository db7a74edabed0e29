//! What an editor asks and what it is answered.

mod navigation;
mod rename;
mod snapshots;

//! What a snapshot answers: questions to one moment of the workspace, each in a file of its own.

pub(crate) mod changed;
pub(crate) mod context;
pub(crate) mod hits;
pub(crate) mod memories;
pub(crate) mod neighbours;
pub(crate) mod past;
pub(crate) mod patterns;
pub(crate) mod place;
pub(crate) mod signals;

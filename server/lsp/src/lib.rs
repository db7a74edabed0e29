//! The only crate that knows LSP: a translation between the protocol and the engine's four verbs.

mod capabilities;
pub mod ext;
mod session;
mod uri;
mod wire;

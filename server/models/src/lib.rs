//! Models: what turns texts into vectors. The one that is built in needs no network, no download
//! and no other program.

mod embedder;
mod static_code;
mod words;

pub use crate::{
    embedder::{EmbedError, Embedder},
    static_code::{LoadError, StaticCode, built_in},
};

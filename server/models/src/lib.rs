//! Models: what turns texts into vectors, and what answers conversations. The embedding model that
//! is built in needs no network, no download and no other program; no chat model is built in.

mod chat;
mod embedder;
mod error;
mod retry;
mod scripted;
mod static_code;
mod words;

pub use crate::{
    chat::{
        ANSWER_TOKENS_DEFAULT, ChatModel, ChatRequest, Delta, Message, Reply, StopReason,
        TEMPERATURE_DEFAULT, ToolCall, ToolSpec, Usage,
    },
    embedder::{EmbedError, Embedder},
    error::{ModelError, Phase},
    retry::{ATTEMPTS_MAX, retry_wait},
    scripted::Scripted,
    static_code::{LoadError, StaticCode, built_in},
};

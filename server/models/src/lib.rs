//! Models: what turns texts into vectors, and what answers conversations. The embedding model that
//! is built in needs no network, no download and no other program; no chat model is built in.

mod chat;
mod embedder;
mod embeddings;
mod error;
mod http;
mod local;
mod loopback;
mod price;
mod registry;
mod remembered;
mod remote;
mod retry;
mod scripted;
mod secret;
mod sse;
mod static_code;
mod wire;
mod words;

pub use crate::{
    chat::{
        ANSWER_TOKENS_DEFAULT, ChatModel, ChatRequest, Delta, Message, Reply, StopReason,
        TEMPERATURE_DEFAULT, ToolCall, ToolSpec, Usage,
    },
    embedder::{EmbedError, Embedder},
    embeddings::RemoteEmbedder,
    error::{ModelError, Phase},
    http::Timeouts,
    local::{Local, LocalEmbedder, PORT, Program, Programs, Share},
    loopback::{free_port, is_serving},
    price::{Cost, Price},
    registry::{Faulty, NoModel, Registered, Registry},
    remembered::{REPLIES_BYTES_MAX, REPLIES_MAX, Remembered},
    remote::{ANSWER_BYTES_MAX, ModelSpec, Remote},
    retry::{ATTEMPTS_MAX, retry_wait},
    scripted::Scripted,
    secret::{KeyPlace, Keys, Secret},
    static_code::{LoadError, StaticCode, built_in},
    wire::Wire,
};

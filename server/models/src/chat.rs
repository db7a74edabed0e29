//! What is said to a chat model and what it answers, in the words of no provider.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicBool},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ModelError;

/// What a request asks for where neither agent nor settings say.
pub const TEMPERATURE_DEFAULT: f64 = 0.7;

/// Tokens of an answer where neither agent nor settings say.
pub const ANSWER_TOKENS_DEFAULT: u32 = 1000;

/// A model that answers conversations and may call tools.
pub trait ChatModel: Send + Sync {
    /// The id by which settings and agents name it.
    fn id(&self) -> &str;

    /// One answer. Blocks until it is complete, so it is called on a thread that may wait; `deltas`
    /// hears of it as it comes. Nothing is tried twice: [`crate::retry_wait`] says whether and when
    /// to ask again, and the caller waits.
    ///
    /// # Errors
    /// What went wrong outside; [`ModelError::Cancelled`] soon after `cancel` is set.
    fn chat(
        &self,
        request: &ChatRequest,
        cancel: &Arc<AtomicBool>,
        deltas: &mut dyn FnMut(Delta<'_>),
    ) -> Result<Reply, ModelError>;
}

/// A conversation up to now, and what the answer may be like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatRequest {
    /// What the model is and does; said by us, never by a repository.
    pub system: String,
    /// What was said, the oldest first. Starts with [`Message::User`].
    pub messages: Vec<Message>,
    /// What it may call.
    pub tools: Vec<ToolSpec>,
    /// How free the answer is; `None` for what the settings of the model say.
    pub temperature: Option<f64>,
    /// Tokens of the answer at most; `None` for what the settings of the model say.
    pub tokens_max: Option<u32>,
}

/// One part of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// From the user, or data that we add.
    User(String),
    /// From the model.
    Assistant {
        /// What it said; may be empty.
        text: String,
        /// What it called; every call is answered before the user speaks again.
        tool_calls: Vec<ToolCall>,
    },
    /// What a call of the model gave.
    ToolResult {
        /// [`ToolCall::id`].
        call_id: String,
        /// What the tool answered, or why it did not.
        text: String,
        /// True where the call failed or was refused.
        is_error: bool,
    },
}

/// A tool as the model is told of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// Letters, digits, `_` and `-`, at most 64: what both providers take.
    pub name: String,
    /// What it does, for the model.
    pub description: String,
    /// JSON Schema of the arguments, an object.
    pub parameters: Value,
}

/// A call that the model asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The provider's name for this call.
    pub id: String,
    /// The tool; maybe one that was never offered.
    pub name: String,
    /// The arguments as the model wrote them; see [`ToolCall::arguments`].
    pub arguments_json: String,
}

impl ToolCall {
    /// The arguments as a table. Models write them; nothing else of them is checked.
    ///
    /// # Errors
    /// A sentence for the model where they are no JSON object.
    pub fn arguments(&self) -> Result<serde_json::Map<String, Value>, String> {
        if self.arguments_json.trim().is_empty() {
            return Ok(serde_json::Map::new());
        }
        match serde_json::from_str(&self.arguments_json) {
            Ok(Value::Object(table)) => Ok(table),
            Ok(_) => Err("the arguments are no JSON object".to_owned()),
            Err(error) => Err(format!("the arguments are no JSON: {error}")),
        }
    }
}

/// A complete answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// What the model said; may be empty where it calls tools.
    pub text: String,
    /// What it calls.
    pub tool_calls: Vec<ToolCall>,
    /// Why it stopped.
    pub stop: StopReason,
    /// What it took, as the provider counts; nothing where it was remembered.
    pub usage: Usage,
    /// True where the same was asked before and nobody was asked now.
    pub is_remembered: bool,
}

impl Reply {
    /// The answer as part of the conversation that goes on.
    pub fn message(&self) -> Message {
        Message::Assistant { text: self.text.clone(), tool_calls: self.tool_calls.clone() }
    }
}

/// Why an answer ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopReason {
    /// It was all said.
    End,
    /// Tools are to be called.
    ToolCalls,
    /// The answer reached its limit of tokens and is cut.
    TokensMax,
    /// The model or its provider refuses to answer.
    Refused,
    /// A reason of the provider's that is none of these.
    Other(String),
}

/// Tokens of one answer or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Read by the model and not found in the provider's cache.
    pub input: u64,
    /// Read from the provider's cache.
    pub cached_input: u64,
    /// Written by the model.
    pub output: u64,
    /// Answers of which the provider told no count: those are in none of the sums.
    pub n_uncounted: u32,
}

impl Usage {
    /// All tokens, read and written.
    pub fn tokens(&self) -> u64 {
        self.input.saturating_add(self.cached_input).saturating_add(self.output)
    }

    /// This and `other` together.
    #[must_use]
    pub fn plus(&self, other: &Usage) -> Usage {
        Usage {
            input: self.input.saturating_add(other.input),
            cached_input: self.cached_input.saturating_add(other.cached_input),
            output: self.output.saturating_add(other.output),
            n_uncounted: self.n_uncounted.saturating_add(other.n_uncounted),
        }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens read, {} written", self.input + self.cached_input, self.output)?;
        match self.n_uncounted {
            0 => Ok(()),
            n => write!(f, ", {n} answers uncounted"),
        }
    }
}

/// A piece of an answer as it comes; the complete one is the [`Reply`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delta<'a> {
    /// More text.
    Text(&'a str),
    /// The model begins to call this tool.
    Call(&'a str),
}

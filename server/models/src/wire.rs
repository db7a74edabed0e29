//! The two protocols that models speak: what a request looks like, and how the events of an answer
//! become one.

mod anthropic;
mod openai;

use serde_json::Value;

use crate::{ChatRequest, Delta, Reply, StopReason, ToolCall, Usage, sse::EventError};

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Anthropic's Messages.
    Anthropic,
    /// OpenAI's chat completions, as OpenAI itself speaks them.
    OpenAi,
    /// The same as everybody else speaks them: Ollama, llama.cpp, vLLM, LM Studio.
    Compatible,
}

/// What a request says beside the conversation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ask<'a> {
    /// The provider's name of the model.
    pub(crate) name: &'a str,
    pub(crate) temperature: Option<f64>,
    pub(crate) tokens_max: u32,
}

/// Why an event is no part of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum WireError {
    /// It is not what the protocol says.
    Malformed(String),
    /// The provider tells that something failed.
    Told { status: u16, message: String },
}

impl From<EventError> for WireError {
    fn from(error: EventError) -> WireError {
        WireError::Malformed(error.0.to_owned())
    }
}

impl Wire {
    /// Below the address of the provider.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Wire::Anthropic => "/v1/messages",
            Wire::OpenAi | Wire::Compatible => "/chat/completions",
        }
    }

    /// The heads of a request, with `key` where there is one.
    pub(crate) fn headers(self, key: Option<&str>) -> Vec<(&'static str, String)> {
        match self {
            Wire::Anthropic => {
                let mut headers = vec![("anthropic-version", "2023-06-01".to_owned())];
                headers.extend(key.map(|it| ("x-api-key", it.to_owned())));
                headers
            }
            Wire::OpenAi | Wire::Compatible => {
                key.map(|it| ("authorization", format!("Bearer {it}"))).into_iter().collect()
            }
        }
    }

    /// The body of a request.
    pub(crate) fn body(self, ask: &Ask<'_>, request: &ChatRequest) -> Value {
        match self {
            Wire::Anthropic => anthropic::body(ask, request),
            Wire::OpenAi => openai::body(ask, request, "max_completion_tokens"),
            Wire::Compatible => openai::body(ask, request, "max_tokens"),
        }
    }

    /// Takes one event of the answer in.
    ///
    /// # Errors
    /// Where it is none, or tells an error.
    pub(crate) fn take_event(
        self,
        draft: &mut Draft,
        data: &str,
        deltas: &mut dyn FnMut(Delta<'_>),
    ) -> Result<(), WireError> {
        if data.trim() == "[DONE]" {
            draft.is_complete = true;
            return Ok(());
        }
        let event = parse(data)?;
        told_error(&event)?;
        match self {
            Wire::Anthropic => anthropic::take_event(draft, &event, deltas),
            Wire::OpenAi | Wire::Compatible => openai::take_event(draft, &event, deltas),
        }
    }

    /// Takes an answer in that came whole, from a provider that does not stream.
    ///
    /// # Errors
    /// Where it is none, or tells an error.
    pub(crate) fn take_whole(
        self,
        draft: &mut Draft,
        text: &str,
        deltas: &mut dyn FnMut(Delta<'_>),
    ) -> Result<(), WireError> {
        let answer = parse(text)?;
        told_error(&answer)?;
        match self {
            Wire::Anthropic => anthropic::take_whole(draft, &answer, deltas),
            Wire::OpenAi | Wire::Compatible => openai::take_whole(draft, &answer, deltas),
        }
    }
}

/// The message in the body of an answer that is an error; the body itself where it has none.
pub(crate) fn error_message(body: &str) -> String {
    let said = serde_json::from_str::<Value>(body).ok().and_then(|it| message_of(&it));
    said.unwrap_or_else(|| body.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn parse(text: &str) -> Result<Value, WireError> {
    serde_json::from_str(text)
        .map_err(|error| WireError::Malformed(format!("the answer is no JSON: {error}")))
}

/// Both protocols put what failed into `error`, inside a stream too.
fn told_error(event: &Value) -> Result<(), WireError> {
    let Some(error) = event.get("error").filter(|it| !it.is_null()) else { return Ok(()) };
    let code = error.get("code").and_then(Value::as_u64).and_then(|it| u16::try_from(it).ok());
    let status = code.filter(|it| (400..600).contains(it)).unwrap_or_else(|| {
        match error.get("type").and_then(Value::as_str).unwrap_or("") {
            "invalid_request_error" => 400,
            "authentication_error" => 401,
            "permission_error" => 403,
            "not_found_error" => 404,
            "request_too_large" => 413,
            "rate_limit_error" | "rate_limit_exceeded" => 429,
            "overloaded_error" => 529,
            _ => 500,
        }
    });
    let message = message_of(event).unwrap_or_else(|| "the provider tells an error".to_owned());
    Err(WireError::Told { status, message })
}

/// `error.message`, or `error` itself where it is a text.
fn message_of(body: &Value) -> Option<String> {
    let error = body.get("error")?;
    let message = error.get("message").unwrap_or(error);
    message.as_str().map(str::to_owned)
}

/// An answer as far as it came.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    text: String,
    calls: Vec<DraftCall>,
    stop: Option<StopReason>,
    usage: Option<Usage>,
    is_refused: bool,
    /// The provider said that this is all.
    is_complete: bool,
}

/// A call as far as it came.
#[derive(Debug, Default)]
struct DraftCall {
    /// Where the provider counts it.
    index: u64,
    id: String,
    name: String,
    arguments_json: String,
}

impl Draft {
    fn say(&mut self, text: &str, deltas: &mut dyn FnMut(Delta<'_>)) {
        if !text.is_empty() {
            self.text.push_str(text);
            deltas(Delta::Text(text));
        }
    }

    fn begin_call(&mut self, call: DraftCall, deltas: &mut dyn FnMut(Delta<'_>)) {
        deltas(Delta::Call(&call.name));
        self.calls.push(call);
    }

    /// True where the provider said that the answer is complete, or why it ended.
    pub(crate) fn is_complete(&self) -> bool {
        self.is_complete || self.stop.is_some()
    }

    /// The answer.
    pub(crate) fn into_reply(self) -> Reply {
        let stop = match self.stop {
            _ if self.is_refused => StopReason::Refused,
            // Some servers say that an answer with calls just ended.
            None | Some(StopReason::End) if !self.calls.is_empty() => StopReason::ToolCalls,
            stop => stop.unwrap_or(StopReason::End),
        };
        let calls = self.calls.into_iter().enumerate().map(|(n, call)| ToolCall {
            // Some servers give no ids; results are matched by them.
            id: if call.id.is_empty() { format!("call_{n}") } else { call.id },
            name: call.name,
            arguments_json: call.arguments_json,
        });
        Reply {
            text: self.text,
            tool_calls: calls.collect(),
            stop,
            usage: self.usage.unwrap_or(Usage { n_uncounted: 1, ..Usage::default() }),
            is_remembered: false,
        }
    }
}

/// A text in `value`; empty where there is none.
fn text_of<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

/// A count in `value`.
fn count_of(value: &Value, key: &str) -> u64 {
    value.get(key).and_then(Value::as_u64).unwrap_or(0)
}

/// The arguments of a call that is told again: an object, for servers that take nothing else.
fn arguments_again(call: &ToolCall) -> Value {
    Value::Object(call.arguments().unwrap_or_default())
}

#[cfg(test)]
mod tests;

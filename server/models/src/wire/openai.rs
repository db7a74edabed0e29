//! OpenAI's chat completions, and everybody else's that follow them.

use serde_json::{Value, json};

use super::{Ask, Draft, DraftCall, WireError, arguments_again, count_of, text_of};
use crate::{ChatRequest, Delta, Message, StopReason, Usage};

/// `limit_key` is what the limit of the answer is called.
pub(super) fn body(ask: &Ask<'_>, request: &ChatRequest, limit_key: &str) -> Value {
    let system =
        (!request.system.is_empty()).then(|| json!({"role": "system", "content": request.system}));
    let messages: Vec<Value> =
        system.into_iter().chain(request.messages.iter().map(message)).collect();
    let mut body = json!({
        "model": ask.name,
        "messages": messages,
        "stream": true,
        "stream_options": {"include_usage": true},
    });
    body[limit_key] = json!(ask.tokens_max);
    if let Some(temperature) = ask.temperature {
        body["temperature"] = json!(temperature);
    }
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|it| {
            json!({
                "type": "function",
                "function": {
                    "name": it.name,
                    "description": it.description,
                    "parameters": it.parameters,
                },
            })
        });
        body["tools"] = tools.collect();
    }
    body
}

fn message(message: &Message) -> Value {
    match message {
        Message::User(text) => json!({"role": "user", "content": text}),
        Message::Assistant { text, tool_calls } if tool_calls.is_empty() => {
            json!({"role": "assistant", "content": text})
        }
        Message::Assistant { text, tool_calls } => {
            let calls = tool_calls.iter().map(|it| {
                let arguments = arguments_again(it).to_string();
                json!({
                    "id": it.id,
                    "type": "function",
                    "function": {"name": it.name, "arguments": arguments},
                })
            });
            let calls: Vec<Value> = calls.collect();
            json!({"role": "assistant", "content": text, "tool_calls": calls})
        }
        Message::ToolResult { call_id, text, is_error } => {
            let text = if *is_error { format!("error: {text}") } else { text.clone() };
            json!({"role": "tool", "tool_call_id": call_id, "content": text})
        }
    }
}

pub(super) fn take_event(
    draft: &mut Draft,
    event: &Value,
    deltas: &mut dyn FnMut(Delta<'_>),
) -> Result<(), WireError> {
    take_usage(draft, event);
    let Some(choices) = event.get("choices").and_then(Value::as_array) else {
        let is_usage = event.get("usage").is_some();
        let fact = "an event without choices".to_owned();
        return if is_usage { Ok(()) } else { Err(WireError::Malformed(fact)) };
    };
    // One answer was asked for.
    let Some(choice) = choices.first() else { return Ok(()) };
    take_choice(draft, choice, &choice["delta"], deltas);
    Ok(())
}

pub(super) fn take_whole(
    draft: &mut Draft,
    answer: &Value,
    deltas: &mut dyn FnMut(Delta<'_>),
) -> Result<(), WireError> {
    let Some(choice) = answer.get("choices").and_then(|it| it.get(0)) else {
        return Err(WireError::Malformed("an answer without choices".to_owned()));
    };
    take_usage(draft, answer);
    take_choice(draft, choice, &choice["message"], deltas);
    draft.is_complete = true;
    Ok(())
}

fn take_choice(draft: &mut Draft, choice: &Value, part: &Value, deltas: &mut dyn FnMut(Delta<'_>)) {
    draft.say(text_of(part, "content"), deltas);
    let refusal = text_of(part, "refusal");
    draft.is_refused |= !refusal.is_empty();
    draft.say(refusal, deltas);
    for call in part.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
        take_call(draft, call, deltas);
    }
    draft.stop = stop_of(choice).or(draft.stop.take());
}

/// A call comes in pieces that share an index; servers that count none give each call at once.
fn take_call(draft: &mut Draft, call: &Value, deltas: &mut dyn FnMut(Delta<'_>)) {
    let function = &call["function"];
    let (id, name) = (text_of(call, "id"), text_of(function, "name"));
    let index = call.get("index").and_then(Value::as_u64);
    let known = draft.calls.iter().position(|it| match index {
        Some(index) => it.index == index,
        None => it.id == id,
    });
    let at = known.unwrap_or_else(|| {
        let index = index.unwrap_or(draft.calls.len() as u64);
        let call =
            DraftCall { index, id: id.to_owned(), name: name.to_owned(), ..DraftCall::default() };
        draft.begin_call(call, deltas);
        draft.calls.len() - 1
    });
    let arguments = &function["arguments"];
    match arguments {
        Value::String(text) => draft.calls[at].arguments_json.push_str(text),
        // Some servers give the object itself.
        Value::Object(_) => draft.calls[at].arguments_json = arguments.to_string(),
        _ => {}
    }
}

fn take_usage(draft: &mut Draft, event: &Value) {
    let Some(usage) = event.get("usage").filter(|it| it.is_object()) else { return };
    let cached = usage.get("prompt_tokens_details").map_or(0, |it| count_of(it, "cached_tokens"));
    draft.usage = Some(Usage {
        input: count_of(usage, "prompt_tokens").saturating_sub(cached),
        cached_input: cached,
        output: count_of(usage, "completion_tokens"),
        n_uncounted: 0,
    });
}

fn stop_of(choice: &Value) -> Option<StopReason> {
    Some(match choice.get("finish_reason")?.as_str()? {
        "stop" => StopReason::End,
        "tool_calls" | "function_call" => StopReason::ToolCalls,
        "length" => StopReason::TokensMax,
        "content_filter" => StopReason::Refused,
        other => StopReason::Other(other.to_owned()),
    })
}

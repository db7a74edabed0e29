//! Anthropic's Messages: conversations as blocks, answers as events of blocks.

use serde_json::{Value, json};

use super::{Ask, Draft, DraftCall, WireError, arguments_again, count_of, text_of};
use crate::{ChatRequest, Delta, Message, StopReason, Usage};

pub(super) fn body(ask: &Ask<'_>, request: &ChatRequest) -> Value {
    let mut body = json!({
        "model": ask.name,
        "max_tokens": ask.tokens_max,
        "messages": messages(&request.messages),
        "stream": true,
    });
    if let Some(temperature) = ask.temperature {
        body["temperature"] = json!(temperature);
    }
    if !request.system.is_empty() {
        body["system"] = json!(request.system);
    }
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|it| {
            json!({
                "name": it.name,
                "description": it.description,
                "input_schema": it.parameters,
            })
        });
        body["tools"] = tools.collect();
    }
    body
}

/// Roles take turns: what follows in one role is one message. Empty texts are refused there.
fn messages(messages: &[Message]) -> Vec<Value> {
    let mut acc: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages {
        let (role, blocks) = blocks(message);
        match acc.last_mut() {
            _ if blocks.is_empty() => {}
            Some(last) if last.0 == role => last.1.extend(blocks),
            _ => acc.push((role, blocks)),
        }
    }
    acc.into_iter().map(|(role, blocks)| json!({"role": role, "content": blocks})).collect()
}

fn blocks(message: &Message) -> (&'static str, Vec<Value>) {
    let said =
        |text: &str| (!text.trim().is_empty()).then(|| json!({"type": "text", "text": text}));
    match message {
        Message::User(text) => ("user", said(text).into_iter().collect()),
        Message::Assistant { text, tool_calls } => {
            let calls = tool_calls.iter().map(|it| {
                json!({
                    "type": "tool_use",
                    "id": it.id,
                    "name": it.name,
                    "input": arguments_again(it),
                })
            });
            ("assistant", said(text).into_iter().chain(calls).collect())
        }
        Message::ToolResult { call_id, text, is_error } => {
            let result = json!({
                "type": "tool_result",
                "tool_use_id": call_id,
                "content": text,
                "is_error": is_error,
            });
            ("user", vec![result])
        }
    }
}

pub(super) fn take_event(
    draft: &mut Draft,
    event: &Value,
    deltas: &mut dyn FnMut(Delta<'_>),
) -> Result<(), WireError> {
    match text_of(event, "type") {
        "message_start" => take_usage(draft, &event["message"]["usage"]),
        "content_block_start" => {
            take_block(draft, count_of(event, "index"), &event["content_block"], deltas);
        }
        "content_block_delta" => {
            let delta = &event["delta"];
            draft.say(text_of(delta, "text"), deltas);
            let index = count_of(event, "index");
            if let Some(json) = delta.get("partial_json").and_then(Value::as_str) {
                let call = draft.calls.iter_mut().find(|it| it.index == index);
                let stray = || WireError::Malformed("arguments of a call that is none".to_owned());
                call.ok_or_else(stray)?.arguments_json.push_str(json);
            }
        }
        "message_delta" => {
            take_usage(draft, &event["usage"]);
            draft.stop = stop_of(&event["delta"]).or(draft.stop.take());
        }
        "message_stop" => draft.is_complete = true,
        "" => return Err(WireError::Malformed("an event without a type".to_owned())),
        // Pings, ends of blocks, thoughts, and what may come to be.
        _ => {}
    }
    Ok(())
}

pub(super) fn take_whole(
    draft: &mut Draft,
    answer: &Value,
    deltas: &mut dyn FnMut(Delta<'_>),
) -> Result<(), WireError> {
    let Some(blocks) = answer.get("content").and_then(Value::as_array) else {
        return Err(WireError::Malformed("an answer without content".to_owned()));
    };
    for (index, block) in blocks.iter().enumerate() {
        take_block(draft, index as u64, block, deltas);
        let input = block.get("input").filter(|_| text_of(block, "type") == "tool_use");
        if let (Some(call), Some(input)) = (draft.calls.last_mut(), input) {
            call.arguments_json = input.to_string();
        }
    }
    take_usage(draft, &answer["usage"]);
    draft.stop = stop_of(answer);
    draft.is_complete = true;
    Ok(())
}

fn take_block(draft: &mut Draft, index: u64, block: &Value, deltas: &mut dyn FnMut(Delta<'_>)) {
    match text_of(block, "type") {
        "text" => draft.say(text_of(block, "text"), deltas),
        "tool_use" => {
            let call = DraftCall {
                index,
                id: text_of(block, "id").to_owned(),
                name: text_of(block, "name").to_owned(),
                arguments_json: String::new(),
            };
            draft.begin_call(call, deltas);
        }
        _ => {}
    }
}

/// Counts come in parts, and later ones hold.
fn take_usage(draft: &mut Draft, usage: &Value) {
    if !usage.is_object() {
        return;
    }
    let old = draft.usage.unwrap_or_default();
    let input = count_of(usage, "input_tokens") + count_of(usage, "cache_creation_input_tokens");
    draft.usage = Some(Usage {
        input: old.input.max(input),
        cached_input: old.cached_input.max(count_of(usage, "cache_read_input_tokens")),
        output: old.output.max(count_of(usage, "output_tokens")),
        n_uncounted: 0,
    });
}

fn stop_of(holder: &Value) -> Option<StopReason> {
    Some(match holder.get("stop_reason")?.as_str()? {
        "end_turn" | "stop_sequence" => StopReason::End,
        "tool_use" => StopReason::ToolCalls,
        "max_tokens" | "model_context_window_exceeded" => StopReason::TokensMax,
        "refusal" => StopReason::Refused,
        other => StopReason::Other(other.to_owned()),
    })
}

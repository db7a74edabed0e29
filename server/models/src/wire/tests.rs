//! Requests and answers of both protocols, as values.

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::{Message, ToolSpec};

fn request() -> ChatRequest {
    let call = |json: &str| ToolCall {
        id: "c1".to_owned(),
        name: "read".to_owned(),
        arguments_json: json.to_owned(),
    };
    let result = |text: &str, is_error: bool| Message::ToolResult {
        call_id: "c1".to_owned(),
        text: text.to_owned(),
        is_error,
    };
    ChatRequest {
        system: "be brief".to_owned(),
        messages: vec![
            Message::User("what is a?".to_owned()),
            Message::Assistant { text: String::new(), tool_calls: vec![call("{\"path\":\"a\"}")] },
            result("no such file", true),
            Message::User("go on".to_owned()),
            Message::Assistant { text: "so".to_owned(), tool_calls: vec![call("{broken")] },
            result("1", false),
        ],
        tools: vec![ToolSpec {
            name: "read".to_owned(),
            description: "reads".to_owned(),
            parameters: json!({"type": "object"}),
        }],
        ..ChatRequest::default()
    }
}

#[track_caller]
fn check_body(wire: Wire, expected: Expect) {
    let ask = Ask { name: "m-1", temperature: Some(0.7), tokens_max: 1000 };
    let body = wire.body(&ask, &request());
    expected.assert_eq(&serde_json::to_string_pretty(&body).unwrap());
}

#[test]
fn a_conversation_is_told_to_anthropic() {
    check_body(
        Wire::Anthropic,
        expect![[r#"
        {
          "max_tokens": 1000,
          "messages": [
            {
              "content": [
                {
                  "text": "what is a?",
                  "type": "text"
                }
              ],
              "role": "user"
            },
            {
              "content": [
                {
                  "id": "c1",
                  "input": {
                    "path": "a"
                  },
                  "name": "read",
                  "type": "tool_use"
                }
              ],
              "role": "assistant"
            },
            {
              "content": [
                {
                  "content": "no such file",
                  "is_error": true,
                  "tool_use_id": "c1",
                  "type": "tool_result"
                },
                {
                  "text": "go on",
                  "type": "text"
                }
              ],
              "role": "user"
            },
            {
              "content": [
                {
                  "text": "so",
                  "type": "text"
                },
                {
                  "id": "c1",
                  "input": {},
                  "name": "read",
                  "type": "tool_use"
                }
              ],
              "role": "assistant"
            },
            {
              "content": [
                {
                  "content": "1",
                  "is_error": false,
                  "tool_use_id": "c1",
                  "type": "tool_result"
                }
              ],
              "role": "user"
            }
          ],
          "model": "m-1",
          "stream": true,
          "system": "be brief",
          "temperature": 0.7,
          "tools": [
            {
              "description": "reads",
              "input_schema": {
                "type": "object"
              },
              "name": "read"
            }
          ]
        }"#]],
    );
}

#[test]
fn a_conversation_is_told_to_openai() {
    check_body(
        Wire::OpenAi,
        expect![[r#"
        {
          "max_completion_tokens": 1000,
          "messages": [
            {
              "content": "be brief",
              "role": "system"
            },
            {
              "content": "what is a?",
              "role": "user"
            },
            {
              "content": "",
              "role": "assistant",
              "tool_calls": [
                {
                  "function": {
                    "arguments": "{\"path\":\"a\"}",
                    "name": "read"
                  },
                  "id": "c1",
                  "type": "function"
                }
              ]
            },
            {
              "content": "error: no such file",
              "role": "tool",
              "tool_call_id": "c1"
            },
            {
              "content": "go on",
              "role": "user"
            },
            {
              "content": "so",
              "role": "assistant",
              "tool_calls": [
                {
                  "function": {
                    "arguments": "{}",
                    "name": "read"
                  },
                  "id": "c1",
                  "type": "function"
                }
              ]
            },
            {
              "content": "1",
              "role": "tool",
              "tool_call_id": "c1"
            }
          ],
          "model": "m-1",
          "stream": true,
          "stream_options": {
            "include_usage": true
          },
          "temperature": 0.7,
          "tools": [
            {
              "function": {
                "description": "reads",
                "name": "read",
                "parameters": {
                  "type": "object"
                }
              },
              "type": "function"
            }
          ]
        }"#]],
    );
}

#[test]
fn others_know_the_limit_by_its_old_name() {
    let ask = Ask { name: "m-1", temperature: None, tokens_max: 5 };
    let body = Wire::Compatible.body(&ask, &ChatRequest::default());
    assert_eq!(body["max_tokens"], 5);
    assert_eq!(body.get("max_completion_tokens"), None);
    assert_eq!(body.get("temperature"), None);
}

/// What becomes of events, and what was heard while they came.
fn read(wire: Wire, events: &[Value]) -> Result<(Reply, Vec<String>), WireError> {
    let (mut draft, mut heard) = (Draft::default(), Vec::new());
    for event in events {
        wire.take_event(&mut draft, &event.to_string(), &mut |it| heard.push(format!("{it:?}")))?;
    }
    assert!(draft.is_complete());
    Ok((draft.into_reply(), heard))
}

#[test]
fn anthropic_answers_in_blocks() {
    let events = [
        json!({"type": "message_start", "message": {"usage": {
            "input_tokens": 20, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 5,
            "output_tokens": 1}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking"}}),
        json!({"type": "content_block_start", "index": 1,
            "content_block": {"type": "text", "text": ""}}),
        json!({"type": "ping"}),
        json!({"type": "content_block_delta", "index": 1,
            "delta": {"type": "text_delta", "text": "hé"}}),
        json!({"type": "content_block_stop", "index": 1}),
        json!({"type": "content_block_start", "index": 2,
            "content_block": {"type": "tool_use", "id": "t1", "name": "read", "input": {}}}),
        json!({"type": "content_block_delta", "index": 2,
            "delta": {"type": "input_json_delta", "partial_json": "{\"a\""}}),
        json!({"type": "content_block_delta", "index": 2,
            "delta": {"type": "input_json_delta", "partial_json": ":1}"}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"},
            "usage": {"output_tokens": 9}}),
        json!({"type": "message_stop"}),
    ];
    let (reply, heard) = read(Wire::Anthropic, &events).unwrap();
    assert_eq!(reply.text, "hé");
    assert_eq!(reply.tool_calls[0].arguments_json, "{\"a\":1}");
    assert_eq!((reply.stop, reply.tool_calls[0].id.as_str()), (StopReason::ToolCalls, "t1"));
    let usage = Usage { input: 25, cached_input: 100, output: 9, n_uncounted: 0 };
    assert_eq!(reply.usage, usage);
    assert_eq!(heard, ["Text(\"hé\")", "Call(\"read\")"]);
}

#[test]
fn openai_answers_in_deltas() {
    let delta = |delta: Value| json!({"choices": [{"index": 0, "delta": delta}]});
    let events = [
        delta(json!({"role": "assistant", "content": ""})),
        delta(json!({"content": "hé"})),
        delta(json!({"tool_calls": [
            {"index": 0, "id": "t1", "function": {"name": "read", "arguments": ""}}]})),
        delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"a\""}}]})),
        delta(json!({"tool_calls": [
            {"index": 1, "id": "t2", "function": {"name": "list", "arguments": "{}"}}]})),
        delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]})),
        json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}),
        json!({"choices": [], "usage": {"prompt_tokens": 120, "completion_tokens": 9,
            "prompt_tokens_details": {"cached_tokens": 100}}}),
    ];
    let (reply, heard) = read(Wire::OpenAi, &events).unwrap();
    assert_eq!(reply.text, "hé");
    let calls: Vec<(&str, &str)> =
        reply.tool_calls.iter().map(|it| (&*it.id, &*it.arguments_json)).collect();
    assert_eq!(calls, [("t1", "{\"a\":1}"), ("t2", "{}")]);
    assert_eq!(reply.stop, StopReason::ToolCalls);
    let usage = Usage { input: 20, cached_input: 100, output: 9, n_uncounted: 0 };
    assert_eq!(reply.usage, usage);
    assert_eq!(heard, ["Text(\"hé\")", "Call(\"read\")", "Call(\"list\")"]);
}

#[test]
fn servers_that_leave_things_out_are_understood() {
    let whole_call = json!({"choices": [{"delta": {"tool_calls": [
        {"function": {"name": "read", "arguments": {"a": 1}}}]}, "finish_reason": "stop"}]});
    let (reply, _) = read(Wire::Compatible, &[whole_call]).unwrap();
    assert_eq!(reply.stop, StopReason::ToolCalls);
    assert_eq!(reply.tool_calls[0].id, "call_0");
    assert_eq!(reply.tool_calls[0].arguments_json, "{\"a\":1}");
    assert_eq!(reply.usage.n_uncounted, 1);
}

#[test]
fn refusals_are_told_apart() {
    let refusal = [
        json!({"choices": [{"delta": {"refusal": "I will not"}}]}),
        json!({"choices": [{"delta": {}, "finish_reason": "stop"}]}),
    ];
    let (reply, _) = read(Wire::OpenAi, &refusal).unwrap();
    assert_eq!((reply.stop, reply.text.as_str()), (StopReason::Refused, "I will not"));
    let refusal = json!({"type": "message_delta", "delta": {"stop_reason": "refusal"}});
    let (reply, _) = read(Wire::Anthropic, &[refusal]).unwrap();
    assert_eq!(reply.stop, StopReason::Refused);
}

#[test]
fn errors_inside_a_stream_are_the_providers() {
    let overloaded = json!({"type": "error",
        "error": {"type": "overloaded_error", "message": "too much"}});
    let told = |status: u16, message: &str| WireError::Told { status, message: message.to_owned() };
    assert_eq!(read(Wire::Anthropic, &[overloaded]).unwrap_err(), told(529, "too much"));
    let coded = json!({"error": {"code": 503, "message": "loading"}});
    assert_eq!(read(Wire::Compatible, &[coded]).unwrap_err(), told(503, "loading"));
    let text = json!({"error": "out of memory"});
    assert_eq!(read(Wire::Compatible, &[text]).unwrap_err(), told(500, "out of memory"));
}

#[test]
fn what_is_no_answer_is_malformed() {
    for wire in [Wire::Anthropic, Wire::OpenAi] {
        for event in ["{\"a\":", "[1]", "{}", "\"text\""] {
            let told = wire.take_event(&mut Draft::default(), event, &mut |_| {});
            assert!(matches!(told, Err(WireError::Malformed(_))), "{wire:?} {event}");
            let told = wire.take_whole(&mut Draft::default(), event, &mut |_| {});
            assert!(matches!(told, Err(WireError::Malformed(_))), "{wire:?} {event}");
        }
    }
}

#[test]
fn an_error_is_told_by_its_message() {
    assert_eq!(error_message("{\"error\":{\"message\":\"no credit\"}}"), "no credit");
    assert_eq!(error_message("{\"error\":\"no model\"}"), "no model");
    assert_eq!(error_message("<h1>Bad\n gateway</h1>"), "<h1>Bad gateway</h1>");
}

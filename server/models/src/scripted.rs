//! A model that says what a test wrote down.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{ChatModel, ChatRequest, Delta, ModelError, Reply, StopReason, ToolCall, Usage};

/// Answers with the lines of a script, one a request, and keeps what it was asked.
#[derive(Debug, Default)]
pub struct Scripted {
    id: String,
    lines: Mutex<VecDeque<Result<Reply, ModelError>>>,
    asked: Mutex<Vec<ChatRequest>>,
}

impl Scripted {
    /// A model named `id` that answers with `lines`, in order. After the last one every request is
    /// malformed: a test that asks more than it wrote sees it.
    pub fn new(id: &str, lines: Vec<Result<Reply, ModelError>>) -> Scripted {
        Scripted { id: id.to_owned(), lines: Mutex::new(lines.into()), asked: Mutex::default() }
    }

    /// What it was asked up to now.
    pub fn asked(&self) -> Vec<ChatRequest> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Reply {
    /// A line of a script: `text`, and nothing called. One token a word is counted.
    pub fn says(text: &str) -> Reply {
        let output = text.split_whitespace().count() as u64;
        Reply {
            text: text.to_owned(),
            tool_calls: Vec::new(),
            stop: StopReason::End,
            usage: Usage { input: 1, output, ..Usage::default() },
            is_remembered: false,
        }
    }

    /// A line of a script: calls `name` with `arguments_json`, under the id `call_id`.
    pub fn calls(call_id: &str, name: &str, arguments_json: &str) -> Reply {
        let call = ToolCall {
            id: call_id.to_owned(),
            name: name.to_owned(),
            arguments_json: arguments_json.to_owned(),
        };
        Reply { tool_calls: vec![call], stop: StopReason::ToolCalls, ..Reply::says("") }
    }
}

impl ChatModel for Scripted {
    fn id(&self) -> &str {
        &self.id
    }

    fn chat(
        &self,
        request: &ChatRequest,
        cancel: &Arc<AtomicBool>,
        deltas: &mut dyn FnMut(Delta<'_>),
    ) -> Result<Reply, ModelError> {
        if cancel.load(Ordering::Relaxed) {
            return Err(ModelError::Cancelled);
        }
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        let line = self.lines.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let reply = line.unwrap_or_else(|| {
            let fact = "the script has no more lines".to_owned();
            Err(ModelError::Malformed { model: self.id.clone(), fact })
        })?;
        for word in reply.text.split_inclusive(' ') {
            deltas(Delta::Text(word));
        }
        for call in &reply.tool_calls {
            deltas(Delta::Call(&call.name));
        }
        Ok(reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Message;

    #[test]
    fn a_script_is_played_line_by_line_and_ends() {
        let lines = vec![Ok(Reply::calls("1", "read", "{\"path\":\"a\"}")), Ok(Reply::says("a b"))];
        let model = Scripted::new("test", lines);
        let request = ChatRequest {
            messages: vec![Message::User("hello".to_owned())],
            ..ChatRequest::default()
        };
        let mut heard = Vec::new();
        let mut chat = |cancel: bool| {
            model.chat(&request, &Arc::new(AtomicBool::new(cancel)), &mut |it| {
                heard.push(format!("{it:?}"))
            })
        };
        let call = chat(false).unwrap().tool_calls.remove(0);
        assert_eq!(call.arguments().unwrap()["path"], "a");
        assert_eq!(chat(true), Err(ModelError::Cancelled));
        assert_eq!(chat(false).unwrap().text, "a b");
        let end = chat(false).unwrap_err().to_string();
        assert_eq!(end, "model `test`: the script has no more lines");
        assert_eq!(heard, ["Call(\"read\")", "Text(\"a \")", "Text(\"b\")"]);
        assert_eq!(model.asked().len(), 3);
    }

    #[test]
    fn arguments_that_are_no_object_are_told_to_the_model() {
        let said = |json: &str| Reply::calls("1", "read", json).tool_calls[0].arguments();
        assert!(said("").unwrap().is_empty());
        assert_eq!(said("[1]"), Err("the arguments are no JSON object".to_owned()));
        assert!(said("{\"a\":").unwrap_err().starts_with("the arguments are no JSON: "));
    }
}

//! Answers that are not asked for twice.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use blake3::Hash;
use rustc_hash::FxHashMap;

use crate::{ChatModel, ChatRequest, Delta, ModelError, Reply, StopReason, Usage};

/// Answers that are kept at most.
pub const REPLIES_MAX: usize = 256;

/// Bytes of their texts at most.
pub const REPLIES_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A model that answers the same question once. Questions with tools are asked each time: what a
/// tool does is not undone by not asking.
pub struct Remembered {
    model: Arc<dyn ChatModel>,
    /// What beside the request decides the answer: the model and its settings.
    identity: String,
    replies: Mutex<Replies>,
}

/// The oldest go first.
#[derive(Default)]
struct Replies {
    by_request: FxHashMap<Hash, Reply>,
    order: VecDeque<Hash>,
    n_bytes: usize,
}

impl Remembered {
    /// `model`, of which `identity` says all that decides its answers.
    pub fn new(model: Arc<dyn ChatModel>, identity: &str) -> Remembered {
        Remembered { model, identity: identity.to_owned(), replies: Mutex::default() }
    }

    fn replies(&self) -> MutexGuard<'_, Replies> {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hash(&self, request: &ChatRequest) -> Option<Hash> {
        let request = serde_json::to_vec(request).ok()?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(self.identity.len() as u64).to_le_bytes());
        hasher.update(self.identity.as_bytes());
        hasher.update(&request);
        Some(hasher.finalize())
    }
}

impl Replies {
    fn keep(&mut self, hash: Hash, reply: &Reply) {
        if REPLIES_BYTES_MAX < reply.text.len() || self.by_request.contains_key(&hash) {
            return;
        }
        self.n_bytes += reply.text.len();
        self.by_request.insert(hash, reply.clone());
        self.order.push_back(hash);
        while REPLIES_MAX < self.order.len() || REPLIES_BYTES_MAX < self.n_bytes {
            let oldest = self.order.pop_front().expect("what is over a limit is not empty");
            let reply = self.by_request.remove(&oldest).expect("what is in order is kept");
            self.n_bytes -= reply.text.len();
        }
    }
}

impl ChatModel for Remembered {
    fn id(&self) -> &str {
        self.model.id()
    }

    fn chat(
        &self,
        request: &ChatRequest,
        cancel: &Arc<AtomicBool>,
        deltas: &mut dyn FnMut(Delta<'_>),
    ) -> Result<Reply, ModelError> {
        let Some(hash) = self.hash(request).filter(|_| request.tools.is_empty()) else {
            return self.model.chat(request, cancel, deltas);
        };
        if let Some(reply) = self.replies().by_request.get(&hash).cloned() {
            deltas(Delta::Text(&reply.text));
            return Ok(Reply { usage: Usage::default(), is_remembered: true, ..reply });
        }
        let reply = self.model.chat(request, cancel, deltas)?;
        // A cut answer or a refusal may be better the next time.
        if reply.stop == StopReason::End {
            self.replies().keep(hash, &reply);
        }
        Ok(reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Message, Scripted, ToolSpec};

    fn remembered(lines: &[&str]) -> (Arc<Scripted>, Remembered) {
        let lines = lines.iter().map(|it| Ok(Reply::says(it))).collect();
        let scripted = Arc::new(Scripted::new("m", lines));
        (Arc::clone(&scripted), Remembered::new(scripted, "m at a"))
    }

    fn request(text: &str) -> ChatRequest {
        let messages = vec![Message::User(text.to_owned())];
        ChatRequest { messages, ..ChatRequest::default() }
    }

    fn ask(model: &Remembered, request: &ChatRequest) -> (String, bool, u64) {
        let mut heard = String::new();
        let mut hear = |it: Delta<'_>| {
            if let Delta::Text(text) = it {
                heard.push_str(text);
            }
        };
        let reply = model.chat(request, &Arc::default(), &mut hear).unwrap();
        assert_eq!(reply.text, heard);
        (reply.text, reply.is_remembered, reply.usage.tokens())
    }

    #[test]
    fn the_same_question_is_asked_once_and_costs_once() {
        let (scripted, model) = remembered(&["one", "two", "three"]);
        assert_eq!(ask(&model, &request("a")), ("one".to_owned(), false, 2));
        assert_eq!(ask(&model, &request("a")), ("one".to_owned(), true, 0));
        assert_eq!(ask(&model, &request("b")).0, "two");
        let warmer = ChatRequest { temperature: Some(1.0), ..request("a") };
        assert_eq!(ask(&model, &warmer).0, "three");
        assert_eq!(scripted.asked().len(), 3);
    }

    #[test]
    fn a_question_with_tools_is_asked_each_time() {
        let (scripted, model) = remembered(&["one", "two"]);
        let tool = ToolSpec {
            name: "edit".to_owned(),
            description: String::new(),
            parameters: serde_json::json!({"type": "object"}),
        };
        let request = ChatRequest { tools: vec![tool], ..request("a") };
        assert_eq!(ask(&model, &request).0, "one");
        assert_eq!(ask(&model, &request).0, "two");
        assert_eq!(scripted.asked().len(), 2);
    }

    #[test]
    fn what_failed_or_was_cut_is_asked_again() {
        let cut = Reply { stop: StopReason::TokensMax, ..Reply::says("on") };
        let lines = vec![Err(ModelError::Cancelled), Ok(cut), Ok(Reply::says("one"))];
        let model = Remembered::new(Arc::new(Scripted::new("m", lines)), "m");
        let chat = || model.chat(&request("a"), &Arc::default(), &mut |_| {});
        assert_eq!(chat(), Err(ModelError::Cancelled));
        assert_eq!(chat().unwrap().text, "on");
        assert_eq!(chat().unwrap().text, "one");
        assert!(chat().unwrap().is_remembered);
    }

    #[test]
    fn the_oldest_answers_make_room() {
        let mut replies = Replies::default();
        let hash = |n: usize| blake3::hash(&n.to_le_bytes());
        for n in 0..REPLIES_MAX + 10 {
            replies.keep(hash(n), &Reply::says("x"));
        }
        assert_eq!((replies.by_request.len(), replies.n_bytes), (REPLIES_MAX, REPLIES_MAX));
        assert!(!replies.by_request.contains_key(&hash(9)));
        assert!(replies.by_request.contains_key(&hash(10)));
        let long = Reply::says(&"y".repeat(REPLIES_BYTES_MAX));
        replies.keep(hash(9999), &long);
        assert_eq!((replies.by_request.len(), replies.n_bytes), (1, REPLIES_BYTES_MAX));
        replies.keep(hash(8888), &Reply::says(&"z".repeat(REPLIES_BYTES_MAX + 1)));
        assert_eq!(replies.by_request.len(), 1);
    }
}

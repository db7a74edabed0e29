//! Conversations with a small service: what the loop promises, whatever the handlers are.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use expect_test::{Expect, expect};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc,
    task::{JoinHandle, yield_now},
};
use tower_lsp::{
    Client, LanguageServer, LspService,
    gen_lsp_types::{
        ApplyWorkspaceEditParams, ApplyWorkspaceEditRequest, InitializeParams, InitializeResult,
    },
    jsonrpc::Result,
};

use super::{
    outbox::{OUT_BYTES_MAX, outbox},
    transport::{Ended, converse},
};

/// Remembers what it was told; answers with that.
struct Notebook {
    client: Client,
    told: Arc<Mutex<Vec<i64>>>,
}

impl LanguageServer for Notebook {
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        Ok(InitializeResult::default())
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }
}

impl Notebook {
    async fn tell(&self, n: i64) {
        self.told.lock().unwrap().push(n);
        yield_now().await;
    }

    async fn ask(&self) -> Result<Vec<i64>> {
        let told = self.told.lock().unwrap().clone();
        yield_now().await;
        Ok(told)
    }

    async fn panic(&self) -> Result<()> {
        yield_now().await;
        panic!("on purpose")
    }

    async fn never(&self) -> Result<()> {
        std::future::pending().await
    }

    async fn large(&self) -> Result<String> {
        Ok("x".repeat(OUT_BYTES_MAX / 4))
    }

    async fn edit(&self) -> Result<Value> {
        let params = ApplyWorkspaceEditParams::default();
        let answer = self.client.send_request::<ApplyWorkspaceEditRequest>(params).await;
        Ok(json!(answer.map_err(|it| it.to_string()).map(|it| it.applied).unwrap_or(false)))
    }
}

/// The client's end.
struct Conversation {
    input: mpsc::Sender<Vec<u8>>,
    outlet: super::outbox::Outlet,
    task: JoinHandle<Ended>,
}

impl Conversation {
    fn new() -> Conversation {
        let (service, socket) = LspService::build_with_lifecycle_methods(|client| Notebook {
            client,
            told: Arc::default(),
        })
        .custom_method("test/tell", Notebook::tell)
        .custom_method("test/ask", Notebook::ask)
        .custom_method("test/panic", Notebook::panic)
        .custom_method("test/never", Notebook::never)
        .custom_method("test/large", Notebook::large)
        .custom_method("test/edit", Notebook::edit)
        .finish();
        let (input, receiver) = mpsc::channel(1024);
        let (outbox, outlet) = outbox();
        let never = std::future::pending();
        let task = tokio::spawn(converse((service, socket), receiver, outbox, never));
        Conversation { input, outlet, task }
    }

    async fn bytes(&self, bytes: &[u8]) {
        self.input.send(bytes.to_vec()).await.unwrap();
    }

    async fn send(&self, mut message: Value) {
        message["jsonrpc"] = json!("2.0");
        let body = message.to_string();
        self.bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
    }

    async fn call(&self, id: i64, method: &str) {
        self.send(json!({"id": id, "method": method})).await;
    }

    async fn initialize(&mut self) {
        self.send(json!({"id": 0, "method": "initialize", "params": {"capabilities": {}}})).await;
        self.receive().await;
    }

    async fn receive(&mut self) -> Value {
        let frame = tokio::time::timeout(Duration::from_secs(10), self.outlet.recv()).await;
        let frame = frame.expect("no answer in 10 s").expect("the loop ended");
        let at = frame.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
        serde_json::from_slice(&frame[at + 4..]).unwrap()
    }
}

/// What the loop answers to `messages` after `initialize`, and how it ends when the input does.
async fn check(messages: &[Value], expected: Expect) {
    let mut conversation = Conversation::new();
    conversation.initialize().await;
    for message in messages {
        conversation.send(message.clone()).await;
    }
    expected.assert_eq(&rest(conversation).await);
}

async fn rest(conversation: Conversation) -> String {
    let Conversation { input, mut outlet, task } = conversation;
    drop(input);
    let ended = task.await.unwrap();
    let mut acc = String::new();
    while let Some(frame) = outlet.recv().await {
        let frame = String::from_utf8(frame).unwrap();
        let (_, body) = frame.split_once("\r\n\r\n").unwrap();
        acc.push_str(body);
        acc.push('\n');
    }
    format!("{acc}{ended:?}")
}

#[tokio::test]
async fn a_question_sees_exactly_what_was_told_before_it() {
    let mut conversation = Conversation::new();
    conversation.initialize().await;
    for n in 0..300 {
        conversation.send(json!({"method": "test/tell", "params": n})).await;
        conversation.call(n, "test/ask").await;
    }
    for _ in 0..300 {
        let answer = conversation.receive().await;
        let expected: Vec<i64> = (0..=answer["id"].as_i64().unwrap()).collect();
        assert_eq!(answer["result"], json!(expected));
    }
}

#[tokio::test]
async fn the_phases_of_a_conversation_are_kept() {
    let conversation = Conversation::new();
    conversation.call(1, "test/ask").await;
    conversation.call(2, "test/gone").await;
    conversation.send(json!({"method": "test/tell", "params": 1})).await;
    conversation.send(json!({"id": 3, "method": "initialize", "params": {}})).await;
    let capabilities = json!({"capabilities": {}});
    conversation.send(json!({"id": 4, "method": "initialize", "params": capabilities})).await;
    conversation.send(json!({"id": 5, "method": "initialize", "params": capabilities})).await;
    conversation.call(6, "test/gone").await;
    conversation.call(7, "$/unknown").await;
    conversation.send(json!({"method": "$/unknown"})).await;
    conversation.call(8, "shutdown").await;
    conversation.call(9, "test/ask").await;
    conversation.send(json!({"method": "exit"})).await;
    conversation.call(10, "test/ask").await;
    expect![[r#"
        {"jsonrpc":"2.0","error":{"code":-32002,"message":"the server is not initialized"},"id":1}
        {"jsonrpc":"2.0","error":{"code":-32002,"message":"the server is not initialized"},"id":2}
        {"jsonrpc":"2.0","error":{"code":-32602,"message":"missing field `capabilities`"},"id":3}
        {"jsonrpc":"2.0","result":{"capabilities":{}},"id":4}
        {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request"},"id":5}
        {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found","data":"test/gone"},"id":6}
        {"jsonrpc":"2.0","error":{"code":-32601,"message":"no method $/unknown"},"id":7}
        {"jsonrpc":"2.0","result":null,"id":8}
        {"jsonrpc":"2.0","error":{"code":-32600,"message":"the server is shut down"},"id":9}
        InOrder"#]]
    .assert_eq(&rest(conversation).await);
}

#[tokio::test]
async fn exit_without_shutdown_is_abrupt() {
    check(&[json!({"method": "exit"})], expect!["Abruptly"]).await;
}

#[tokio::test]
async fn a_panic_is_one_requests_error() {
    check(
        &[json!({"id": 1, "method": "test/panic"}), json!({"id": 2, "method": "test/ask"})],
        expect![[r#"
            {"jsonrpc":"2.0","error":{"code":-32603,"message":"test/panic panicked"},"id":1}
            {"jsonrpc":"2.0","result":[],"id":2}
            Abruptly"#]],
    )
    .await;
}

#[tokio::test]
async fn a_cancelled_request_is_answered_once() {
    check(
        &[
            json!({"method": "$/cancelRequest", "params": {"id": 1}}),
            json!({"id": 1, "method": "test/never"}),
            json!({"id": "1", "method": "test/never"}),
            json!({"method": "$/cancelRequest", "params": {"id": 1}}),
            json!({"method": "$/cancelRequest", "params": {"id": "1"}}),
            json!({"method": "$/cancelRequest", "params": {"id": "1"}}),
            json!({"method": "$/cancelRequest", "params": 5}),
            json!({"id": 2, "method": "shutdown"}),
        ],
        expect![[r#"
            {"jsonrpc":"2.0","error":{"code":-32800,"message":"Canceled"},"id":1}
            {"jsonrpc":"2.0","error":{"code":-32800,"message":"Canceled"},"id":"1"}
            {"jsonrpc":"2.0","result":null,"id":2}
            InOrder"#]],
    )
    .await;
}

#[tokio::test]
async fn what_is_no_message_is_told_and_left_behind() {
    let mut conversation = Conversation::new();
    conversation.initialize().await;
    conversation.bytes(b"Content-Length: x\r\n\r\nContent-Length: 4\r\n\r\nnull").await;
    conversation.call(1, "test/ask").await;
    expect![[r#"
        {"jsonrpc":"2.0","error":{"code":-32700,"message":"the Content-Length is no number"},"id":null}
        {"jsonrpc":"2.0","error":{"code":-32600,"message":"a message is one object"},"id":null}
        {"jsonrpc":"2.0","result":[],"id":1}
        Abruptly"#]]
    .assert_eq(&rest(conversation).await);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_still_listened_to() {
    let mut conversation = Conversation::new();
    conversation.initialize().await;
    for id in 0..3 {
        conversation.call(id, "test/large").await;
    }
    for n in 0..300 {
        conversation.send(json!({"method": "test/tell", "params": n})).await;
    }
    conversation.call(3, "test/ask").await;
    let mut last = Value::Null;
    for _ in 0..4 {
        last = conversation.receive().await;
    }
    assert_eq!(last["result"].as_array().map(Vec::len), Some(300));
}

#[tokio::test]
async fn a_client_that_reads_nothing_at_all_is_read_no_further() {
    let mut conversation = Conversation::new();
    conversation.initialize().await;
    for id in 0..20 {
        conversation.call(id, "test/large").await;
    }
    for _ in 0..1_000 {
        yield_now().await;
    }
    // Four fill the queue; the rest waits unread on the client's side of the pipe.
    let mut n_waiting = 0;
    while conversation.outlet.try_recv().is_some() {
        n_waiting += 1;
    }
    assert!((4..=6).contains(&n_waiting), "{n_waiting}");
}

#[tokio::test]
async fn an_answer_without_result_is_an_answer() {
    let mut conversation = Conversation::new();
    conversation.initialize().await;
    conversation.call(1, "test/edit").await;
    let request = conversation.receive().await;
    assert_eq!(request["method"], "workspace/applyEdit");
    conversation.send(json!({"id": request["id"]})).await;
    let answer = conversation.receive().await;
    assert_eq!(answer, json!({"jsonrpc": "2.0", "id": 1, "result": false}));
}

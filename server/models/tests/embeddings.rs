//! An embedding model over the network, against a real server on this machine: what it asks, and
//! what it makes of everything that providers answer.

use std::{sync::Arc, time::Duration};

use fixture::provider::{Asked, Protocol, Provider, Turn};
use models::{Embedder, KeyPlace, Keys, ModelSpec, RemoteEmbedder, Secret, Timeouts, Wire};
use serde_json::{Value, json};

const KEY: &str = "sk-a-key-that-nobody-may-see";

struct OneKey;

impl Keys for OneKey {
    fn key(&self, place: &KeyPlace) -> Option<Secret> {
        (*place == KeyPlace::Variable("KEY".to_owned())).then(|| Secret::new(KEY)).flatten()
    }
}

fn spec(url: String) -> ModelSpec {
    ModelSpec {
        id: "vectors".to_owned(),
        wire: Wire::Compatible,
        name: "embed-1".to_owned(),
        url,
        key: Some(KeyPlace::Variable("KEY".to_owned())),
        temperature: None,
        tokens_max: 10,
        timeouts: Timeouts::default(),
    }
}

fn embedder(provider: &Provider) -> RemoteEmbedder {
    RemoteEmbedder::new(spec(provider.url()), 2, Arc::new(OneKey))
        .expect("the address is one that is asked")
}

fn answered(body: &Value) -> Turn {
    Turn::Status(200, vec![("Content-Type", "application/json".to_owned())], body.to_string())
}

fn vectors(all: &[&[f64]]) -> Turn {
    let data = all.iter().enumerate();
    let data = data.map(|(index, it)| json!({ "index": index, "embedding": it }));
    answered(&json!({ "data": data.collect::<Vec<_>>() }))
}

/// What an embedder says of a provider that answers two texts with `turn`.
fn refusal(turn: Turn) -> String {
    let provider = Provider::script(Protocol::OpenAi, vec![turn]);
    let error =
        embedder(&provider).embed(&["a", "b"]).expect_err("two texts are answered by this turn");
    assert!(!error.to_string().contains(KEY), "{error}");
    error.fact
}

#[test]
fn texts_are_sent_once_and_their_vectors_have_length_one() {
    let provider = Provider::script(
        Protocol::OpenAi,
        vec![answered(&json!({ "data": [
            { "index": 1, "embedding": [0.0, 2.0] },
            { "index": 0, "embedding": [3.0, 4.0] },
        ] }))],
    );
    let found = embedder(&provider).embed(&["fn a() {}", " \n", &format!("key = {KEY}")]);
    assert_eq!(found.unwrap(), [vec![0.6, 0.8], vec![0.0, 0.0], vec![0.0, 1.0]]);
    let Asked { head, body } = provider.asked().remove(0);
    assert!(head.starts_with("POST /v1/embeddings HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("authorization: Bearer {KEY}")), "{head}");
    assert_eq!(body["model"], "embed-1");
    // A text that says nothing is not sent, and neither is a key that stands in the code.
    assert_eq!(body["input"], json!(["fn a() {}", "key = …"]));
}

#[test]
fn a_question_is_asked_once() {
    let provider = Provider::script(Protocol::OpenAi, vec![vectors(&[&[0.0, 1.0]])]);
    let embedder = embedder(&provider);
    for _ in 0..2 {
        assert_eq!(embedder.embed_question("where is it").unwrap(), [0.0, 1.0]);
    }
    assert_eq!(provider.asked().len(), 1);
}

#[test]
fn answers_that_are_none_are_told_as_what_they_are() {
    let not_two = refusal(vectors(&[&[1.0, 0.0]]));
    assert!(not_two.ends_with("gave 1 vectors for 2 texts"), "{not_two}");
    let other_dims = refusal(vectors(&[&[1.0, 0.0], &[1.0, 0.0, 0.0]]));
    assert!(other_dims.contains("3 components, not of 2"), "{other_dims}");
    let twice = json!({ "data": [
        { "index": 0, "embedding": [1, 0] }, { "index": 0, "embedding": [0, 1] },
    ] });
    assert!(refusal(answered(&twice)).contains("numbers its vectors wrongly"));
    assert!(refusal(vectors(&[&[1.0, 0.0], &[0.0, 0.0]])).contains("has no length"));
    let words = json!({ "data": [{ "embedding": ["x", 1] }, { "embedding": [1, 1] }] });
    assert!(refusal(answered(&words)).contains("no list of numbers"));
    assert!(refusal(answered(&json!({ "error": "no" }))).contains("no list `data`"));
    let html = Turn::Status(200, Vec::new(), "<html>sign in</html>".to_owned());
    assert!(refusal(html).contains("no JSON"));
    assert!(refusal(Turn::Malformed).contains("no JSON"));
    let denied = Turn::Status(401, Vec::new(), format!("{{\"error\": \"bad key {KEY}\"}}"));
    assert!(refusal(denied).contains("status 401"));
    let moved = vec![("Location", "http://example.org/".to_owned())];
    assert!(refusal(Turn::Status(302, moved, String::new())).contains("not followed"));
    assert!(refusal(Turn::BreakOff).contains("connection"));
}

#[test]
fn a_model_that_says_nothing_is_given_up() {
    let provider = Provider::script(Protocol::OpenAi, vec![Turn::Hang, Turn::Hang]);
    let timeouts = Timeouts { first_byte: Duration::from_millis(100), ..Timeouts::default() };
    let spec = ModelSpec { timeouts, ..spec(provider.url()) };
    let embedder = RemoteEmbedder::new(spec, 2, Arc::new(OneKey)).unwrap();
    let error = embedder.embed(&["a"]).unwrap_err();
    assert!(error.fact.contains("waited too long for the answer to begin"), "{error}");
    // Somebody waits for a question, whatever the settings allow.
    let error = embedder.embed_question("a").unwrap_err();
    assert!(error.fact.contains("waited too long"), "{error}");
}

#[test]
fn only_who_speaks_the_protocol_is_asked() {
    let of =
        |spec: ModelSpec| RemoteEmbedder::new(spec, 2, Arc::new(OneKey)).unwrap_err().to_string();
    let anthropic = ModelSpec { wire: Wire::Anthropic, ..spec("https://a.b".to_owned()) };
    assert!(of(anthropic).contains("no embeddings"));
    assert!(of(spec("http://a.b/v1".to_owned())).contains("use https"));
    let keyless = ModelSpec {
        key: Some(KeyPlace::Variable("OTHER".to_owned())),
        ..spec("http://localhost:1/v1".to_owned())
    };
    let embedder = RemoteEmbedder::new(keyless, 2, Arc::new(OneKey)).unwrap();
    assert!(embedder.embed(&["a"]).unwrap_err().fact.contains("no key"));
}

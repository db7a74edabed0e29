//! Both protocols against a real server on this machine: everything that providers do to a client.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use fixture::provider::{Asked, Protocol, Provider, Turn};
use models::{
    ANSWER_BYTES_MAX, ChatModel, ChatRequest, Delta, KeyPlace, Keys, Message, ModelError,
    ModelSpec, Phase, Remote, Reply, Secret, StopReason, Timeouts, ToolSpec, Wire, retry_wait,
};

const KEY: &str = "sk-a-key-that-nobody-may-see";

const BOTH: [Protocol; 2] = [Protocol::Anthropic, Protocol::OpenAi];

struct OneKey;

impl Keys for OneKey {
    fn key(&self, place: &KeyPlace) -> Option<Secret> {
        let is_known = *place == KeyPlace::Variable("KEY".to_owned());
        is_known.then(|| Secret::new(KEY)).flatten()
    }
}

fn spec(protocol: Protocol, url: String) -> ModelSpec {
    ModelSpec {
        id: "test".to_owned(),
        wire: match protocol {
            Protocol::Anthropic => Wire::Anthropic,
            Protocol::OpenAi => Wire::Compatible,
        },
        name: "test-1".to_owned(),
        url,
        key: Some(KeyPlace::Variable("KEY".to_owned())),
        temperature: Some(0.7),
        tokens_max: 1000,
        timeouts: Timeouts::default(),
    }
}

fn remote(protocol: Protocol, url: String) -> Remote {
    Remote::new(spec(protocol, url), Arc::new(OneKey)).expect("the address is this machine")
}

fn impatient(protocol: Protocol, url: String, timeouts: Timeouts) -> Remote {
    let spec = ModelSpec { timeouts, ..spec(protocol, url) };
    Remote::new(spec, Arc::new(OneKey)).expect("the address is this machine")
}

fn request() -> ChatRequest {
    ChatRequest {
        system: "be brief".to_owned(),
        messages: vec![Message::User("what is it?".to_owned())],
        tools: vec![ToolSpec {
            name: "read".to_owned(),
            description: "reads a file".to_owned(),
            parameters: serde_json::json!({"type": "object"}),
        }],
        ..ChatRequest::default()
    }
}

fn chat(model: &Remote) -> Result<Reply, ModelError> {
    model.chat(&request(), &Arc::default(), &mut |_| {})
}

/// What `turn` becomes, with each protocol.
fn each(turn: &Turn, mut check: impl FnMut(Result<Reply, ModelError>)) {
    for protocol in BOTH {
        let provider = Provider::script(protocol, vec![turn.clone()]);
        check(chat(&remote(protocol, provider.url())));
    }
}

#[test]
fn an_answer_is_heard_while_it_comes_and_counted() {
    for protocol in BOTH {
        let provider = Provider::script(protocol, vec![Turn::Say("it is é".to_owned())]);
        let mut heard = String::new();
        let reply = remote(protocol, provider.url())
            .chat(&request(), &Arc::default(), &mut |it| {
                if let Delta::Text(text) = it {
                    heard.push_str(text);
                }
            })
            .unwrap();
        assert_eq!((reply.text.as_str(), heard.as_str()), ("it is é", "it is é"));
        assert_eq!((reply.usage.input, reply.usage.output), (20, 7));
        assert_eq!((reply.stop, reply.is_remembered), (StopReason::End, false));
    }
}

#[test]
fn a_request_is_what_the_protocol_says() {
    let asked = |protocol: Protocol| -> Asked {
        let provider = Provider::script(protocol, vec![Turn::Say("yes".to_owned())]);
        chat(&remote(protocol, provider.url())).unwrap();
        provider.asked().remove(0)
    };
    let Asked { head, body } = asked(Protocol::Anthropic);
    assert!(head.starts_with("POST /v1/messages HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("x-api-key: {KEY}")), "{head}");
    assert!(head.contains("anthropic-version: 2023-06-01"), "{head}");
    assert_eq!(body["model"], "test-1");
    assert_eq!((&body["temperature"], &body["max_tokens"]), (&0.7.into(), &1000.into()));
    let Asked { head, body } = asked(Protocol::OpenAi);
    assert!(head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("authorization: Bearer {KEY}")), "{head}");
    assert_eq!((&body["temperature"], &body["max_tokens"]), (&0.7.into(), &1000.into()));
}

#[test]
fn answers_cut_at_every_byte_are_whole() {
    for protocol in BOTH {
        for piece_bytes in [1, 2, 3, 7] {
            let turns = |asked: &Asked| match asked.body["messages"].as_array().unwrap().len() {
                _ if asked.head.contains("/v1/") => {
                    Turn::Call("read", "{\"path\": \"é𝄞.rs\"}".to_owned())
                }
                _ => Turn::Say("wrong".to_owned()),
            };
            let provider = Provider::in_pieces(protocol, piece_bytes, turns);
            let reply = chat(&remote(protocol, provider.url())).unwrap();
            assert_eq!(reply.tool_calls.len(), 1);
            assert_eq!(reply.tool_calls[0].arguments().unwrap()["path"], "é𝄞.rs");
            assert_eq!(reply.stop, StopReason::ToolCalls);
        }
        let says = |_: &Asked| Turn::Say("naïve 𝄞 answer".to_owned());
        let provider = Provider::in_pieces(protocol, 1, says);
        assert_eq!(chat(&remote(protocol, provider.url())).unwrap().text, "naïve 𝄞 answer");
    }
}

#[test]
fn a_server_that_does_not_stream_is_understood() {
    each(&Turn::Whole("all at once".to_owned()), |reply| {
        assert_eq!(reply.unwrap().text, "all at once");
    });
}

#[test]
fn a_slow_answer_is_waited_for_as_long_as_it_goes_on() {
    let turn = Turn::Slowly("one two three four".to_owned(), Duration::from_millis(60));
    each(&turn, |reply| assert_eq!(reply.unwrap().text, "one two three four"));
}

#[test]
fn refusals_are_answers_of_their_own_kind() {
    each(&Turn::Refuse("I will not".to_owned()), |reply| {
        let reply = reply.unwrap();
        assert_eq!((reply.stop, reply.text.as_str()), (StopReason::Refused, "I will not"));
    });
}

#[test]
fn too_many_requests_wait_as_told_and_then_succeed() {
    for protocol in BOTH {
        let busy = Turn::Status(
            429,
            vec![("Retry-After", "2".to_owned())],
            "{\"error\":{\"message\":\"slow down\"}}".to_owned(),
        );
        let provider = Provider::script(protocol, vec![busy, Turn::Say("now".to_owned())]);
        let model = remote(protocol, provider.url());
        let error = chat(&model).unwrap_err();
        assert_eq!(error.to_string(), "model `test`: status 429: slow down");
        // The caller waits: here, not at all.
        assert_eq!(retry_wait(&error, 1, 0), Some(Duration::from_secs(2)));
        assert_eq!(chat(&model).unwrap().text, "now");
        assert_eq!(provider.asked().len(), 2);
    }
}

#[test]
fn an_overload_in_the_middle_is_tried_again() {
    each(&Turn::Overloaded, |reply| {
        let error = reply.unwrap_err();
        assert_eq!(error.to_string(), "model `test`: status 529: too busy");
        assert!(retry_wait(&error, 1, 0).is_some());
    });
}

#[test]
fn an_answer_that_breaks_off_is_no_answer() {
    each(&Turn::BreakOff, |reply| {
        let error = reply.unwrap_err();
        assert!(matches!(error, ModelError::Disconnected { .. }), "{error}");
        assert!(retry_wait(&error, 1, 0).is_some());
    });
}

#[test]
fn malformed_answers_are_told_and_not_tried_again() {
    each(&Turn::Malformed, |reply| {
        let error = reply.unwrap_err();
        assert!(error.to_string().starts_with("model `test`: the answer is no JSON"), "{error}");
        assert_eq!(retry_wait(&error, 1, 0), None);
    });
    // A page of a proxy that answers everything with success.
    let page = Turn::Status(200, Vec::new(), "<html>sign in</html>".to_owned());
    each(&page, |reply| {
        assert!(matches!(reply.unwrap_err(), ModelError::Malformed { .. }));
    });
}

#[test]
fn an_answer_of_thirty_megabytes_is_read_up_to_the_limit() {
    each(&Turn::Long(30 * 1024 * 1024), |reply| {
        let error = reply.unwrap_err();
        let model = "test".to_owned();
        assert_eq!(error, ModelError::TooLong { model, bytes_max: ANSWER_BYTES_MAX });
    });
    let long = Turn::Status(500, Vec::new(), "y".repeat(30 * 1024 * 1024));
    each(&long, |reply| assert!(reply.unwrap_err().to_string().len() < 600));
}

#[test]
fn silence_is_given_up_on() {
    let soon = Duration::from_millis(120);
    for protocol in BOTH {
        let phase = |turn: Turn, timeouts: Timeouts| {
            let provider = Provider::script(protocol, vec![turn]);
            match chat(&impatient(protocol, provider.url(), timeouts)).unwrap_err() {
                ModelError::TimedOut { phase, .. } => phase,
                other => panic!("{other}"),
            }
        };
        let first = Timeouts { first_byte: soon, ..Timeouts::default() };
        assert_eq!(phase(Turn::Hang, first), Phase::FirstByte);
        let idle = Timeouts { idle: soon, ..Timeouts::default() };
        assert_eq!(phase(Turn::HangMidway, idle), Phase::Idle);
        let total = Timeouts { total: soon, ..Timeouts::default() };
        let endless = Turn::Slowly("word ".repeat(1000), Duration::from_millis(20));
        assert_eq!(phase(endless, total), Phase::Total);
    }
}

#[test]
fn a_cancelled_request_ends_while_it_waits() {
    for protocol in BOTH {
        for turn in [Turn::Hang, Turn::HangMidway] {
            let cancel = Arc::<AtomicBool>::default();
            let flag = Arc::clone(&cancel);
            let provider = Provider::start(protocol, move |_| {
                flag.store(true, Ordering::Relaxed);
                turn.clone()
            });
            let model = remote(protocol, provider.url());
            // Nothing but the flag ends this within two minutes.
            let reply = model.chat(&request(), &cancel, &mut |_| {});
            assert_eq!(reply, Err(ModelError::Cancelled));
        }
    }
}

#[test]
fn a_cancelled_request_is_not_sent() {
    for protocol in BOTH {
        let provider = Provider::script(protocol, Vec::new());
        let model = remote(protocol, provider.url());
        let cancel = Arc::new(AtomicBool::new(true));
        let reply = model.chat(&request(), &cancel, &mut |_| {});
        assert_eq!(reply, Err(ModelError::Cancelled));
        assert_eq!(provider.asked(), []);
    }
}

#[test]
fn nobody_at_the_address_is_told() {
    for protocol in BOTH {
        let url = Provider::script(protocol, Vec::new()).url();
        let error = chat(&remote(protocol, url)).unwrap_err();
        assert!(matches!(error, ModelError::Disconnected { .. }), "{error}");
    }
}

#[test]
fn a_key_is_in_the_head_and_nowhere_else() {
    for protocol in BOTH {
        let echo = |it: &Asked| Turn::Status(401, Vec::new(), it.head.replace("\r\n", " "));
        let provider = Provider::start(protocol, echo);
        let model = remote(protocol, provider.url());
        let error = chat(&model).unwrap_err();
        assert!(provider.asked()[0].head.contains(KEY));
        assert!(!provider.asked()[0].body.to_string().contains(KEY));
        assert!(error.to_string().contains("status 401"), "{error}");
        let shown = format!("{error} {error:?} {:?}", model.spec());
        assert!(!shown.contains(KEY), "{shown}");
    }
}

#[test]
fn a_key_in_a_file_does_not_get_into_a_prompt() {
    for protocol in BOTH {
        let provider = Provider::script(protocol, vec![Turn::Say("yes".to_owned())]);
        let messages = vec![Message::User(format!(".env:1 KEY={KEY}"))];
        let request = ChatRequest { messages, ..request() };
        let model = remote(protocol, provider.url());
        model.chat(&request, &Arc::default(), &mut |_| {}).unwrap();
        let body = provider.asked()[0].body.to_string();
        assert!(body.contains(".env:1 KEY=…") && !body.contains(KEY), "{body}");
    }
}

#[test]
fn a_provider_that_says_the_key_is_not_heard_saying_it() {
    for protocol in BOTH {
        let words = format!("Your key is {KEY}, not {}", &KEY[..6]);
        let turns = [
            Turn::Slowly(words.clone(), Duration::ZERO),
            Turn::Whole(words),
            Turn::Call("read", format!("{{\"path\": \"{KEY}\"}}")),
        ];
        // Cut at every few bytes, so that the key comes in parts.
        let mut left = turns.into_iter();
        let provider = Provider::in_pieces(protocol, 7, move |_| left.next().unwrap());
        let model = remote(protocol, provider.url());
        for wanted in ["Your key is …, not sk-a-k", "Your key is …, not sk-a-k", ""] {
            let mut heard = String::new();
            let mut hear = |delta: Delta<'_>| {
                if let Delta::Text(text) = delta {
                    heard.push_str(text);
                }
            };
            let reply = model.chat(&request(), &Arc::default(), &mut hear).unwrap();
            assert_eq!((reply.text.as_str(), heard.as_str()), (wanted, wanted));
            assert!(!format!("{reply:?}").contains(KEY), "{reply:?}");
        }
    }
}

#[test]
fn without_its_key_nothing_is_sent() {
    for protocol in BOTH {
        let provider = Provider::script(protocol, Vec::new());
        let key = Some(KeyPlace::Variable("OTHER".to_owned()));
        let spec = ModelSpec { key, ..spec(protocol, provider.url()) };
        let error = chat(&Remote::new(spec, Arc::new(OneKey)).unwrap()).unwrap_err();
        let told = "model `test`: there is no key in the environment variable OTHER";
        assert_eq!(error.to_string(), told);
        assert_eq!(provider.asked(), []);
    }
}

#[test]
fn a_redirect_takes_no_key_along() {
    for protocol in BOTH {
        let other = Provider::script(protocol, vec![Turn::Say("hello".to_owned())]);
        let moved = Turn::Status(307, vec![("Location", other.url())], String::new());
        let provider = Provider::script(protocol, vec![moved]);
        let error = chat(&remote(protocol, provider.url())).unwrap_err();
        assert!(error.to_string().contains("not followed"), "{error}");
        assert_eq!(other.asked(), []);
    }
}

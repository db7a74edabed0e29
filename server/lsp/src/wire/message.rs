//! One message body as a call, an answer, or something to refuse.

use serde_json::{Map, Value};
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};

use super::lenient;

/// What a client said.
#[derive(Debug, PartialEq)]
pub(crate) enum Incoming {
    /// A request (with an id) or a notification (without).
    Call(Request),
    /// The answer to a request of ours.
    Answer(Response),
    /// No message; the error is to be answered to the id, which may be null.
    Invalid(Id, Error),
}

/// Reads one body.
///
/// What clients were seen to leave out or to put in beside the letter of the protocol is set right
/// here, so that the layers above see the letter only.
pub(crate) fn parse(body: &[u8]) -> Incoming {
    let value = match parse_json(body) {
        Ok(value) => value,
        Err(reason) => return Incoming::Invalid(Id::Null, error(ErrorCode::ParseError, reason)),
    };
    let Value::Object(message) = value else {
        // Batches are JSON-RPC, but LSP has none.
        return invalid(Id::Null, "a message is one object");
    };
    read(message)
}

fn read(mut message: Map<String, Value>) -> Incoming {
    let has_id = message.contains_key("id");
    let id = match message.remove("id") {
        None | Some(Value::Null) => Id::Null,
        Some(Value::String(id)) => Id::String(id),
        Some(Value::Number(id)) => match id.as_i64() {
            Some(id) => Id::Number(id),
            None => return invalid(Id::Null, "the id is no integer of 64 bits"),
        },
        Some(_) => return invalid(Id::Null, "the id is neither a number nor a string"),
    };
    if message.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return invalid(id, "`jsonrpc` is not \"2.0\"");
    }
    match message.remove("method") {
        Some(Value::String(method)) if !has_id => call(method, None, message),
        Some(Value::String(_)) if id == Id::Null => invalid(id, "the id of a request is null"),
        Some(Value::String(method)) => call(method, Some(id), message),
        Some(_) => invalid(id, "`method` is no string"),
        None if has_id => answer(id, message),
        None => invalid(id, "neither `method` nor `id`"),
    }
}

fn call(method: String, id: Option<Id>, mut message: Map<String, Value>) -> Incoming {
    let params = match (method.as_str(), message.remove("params")) {
        // Some clients send `{}` or `[]` where the protocol has nothing, others nothing where it
        // has an object of optional fields.
        ("shutdown" | "exit", _) => None,
        ("initialized", None | Some(Value::Null)) => Some(Value::Object(Map::new())),
        ("initialize", Some(params)) => Some(lenient::initialize_params(params)),
        (_, params) => params,
    };
    let mut request = Request::build(method);
    if let Some(params) = params {
        request = request.params(params);
    }
    if let Some(id) = id {
        request = request.id(id);
    }
    Incoming::Call(request.finish())
}

fn answer(id: Id, mut message: Map<String, Value>) -> Incoming {
    let response = match message.remove("error") {
        None | Some(Value::Null) => {
            // A result that is undefined in the client's language is left out by its encoder.
            Response::from_ok(id, message.remove("result").unwrap_or_default())
        }
        Some(error) => Response::from_error(id, foreign_error(&error)),
    };
    Incoming::Answer(response)
}

/// A client's error, whatever its shape.
fn foreign_error(value: &Value) -> Error {
    let code = value.get("code").and_then(Value::as_i64).unwrap_or(-32603);
    let message = value.get("message").and_then(Value::as_str).unwrap_or("no message");
    Error {
        code: ErrorCode::from(code),
        message: message.to_owned().into(),
        data: value.get("data").cloned(),
    }
}

fn parse_json(body: &[u8]) -> Result<Value, String> {
    let text = str::from_utf8(body).map_err(|it| format!("the body is not UTF-8: {it}"))?;
    serde_json::from_str(text).or_else(|first| {
        // An editor that counts in UTF-16 can cut a surrogate pair in two; the edit still counts.
        let mended = without_lone_surrogates(text).ok_or_else(|| first.to_string())?;
        serde_json::from_str(&mended).map_err(|_| first.to_string())
    })
}

/// `text` with the escapes of lone surrogates replaced by that of U+FFFD; `None` where it has none.
fn without_lone_surrogates(text: &str) -> Option<String> {
    let mut res = String::with_capacity(text.len());
    let mut rest = text;
    let mut found = false;
    while let Some(at) = rest.find('\\') {
        res.push_str(&rest[..at]);
        rest = &rest[at..];
        let len = match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                res.push_str("\\ufffd");
                found = true;
                rest = &rest[6..];
                continue;
            }
            // The escape and what it escapes, which may be a backslash itself.
            _ => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        res.push_str(&rest[..len]);
        rest = &rest[len..];
    }
    res.push_str(rest);
    found.then_some(res)
}

/// The UTF-16 unit that `text` begins with as `\uXXXX`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

fn invalid(id: Id, reason: &'static str) -> Incoming {
    Incoming::Invalid(id, error(ErrorCode::InvalidRequest, reason.to_owned()))
}

/// An error with a reason of our own.
pub(crate) fn error(code: ErrorCode, reason: String) -> Error {
    Error { code, message: reason.into(), data: None }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(body: &str, expected: Expect) {
        let actual = match parse(body.as_bytes()) {
            Incoming::Call(request) => format!("call {request}"),
            Incoming::Answer(response) => {
                format!("answer {}", serde_json::to_string(&response).unwrap())
            }
            Incoming::Invalid(id, error) => format!("invalid {id}: {error}"),
        };
        expected.assert_eq(&actual);
    }

    #[test]
    fn requests_notifications_and_answers_are_told_apart() {
        check(
            r#"{"jsonrpc":"2.0","id":"7","method":"a","params":{"x":1}}"#,
            expect![[r#"call {"jsonrpc":"2.0","method":"a","params":{"x":1},"id":"7"}"#]],
        );
        check(
            r#"{"jsonrpc":"2.0","method":"a"}"#,
            expect![[r#"call {"jsonrpc":"2.0","method":"a"}"#]],
        );
        check(
            r#"{"jsonrpc":"2.0","id":1}"#,
            expect![[r#"answer {"jsonrpc":"2.0","result":null,"id":1}"#]],
        );
        check(
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no","extra":1}}"#,
            expect![[r#"answer {"jsonrpc":"2.0","error":{"code":-32601,"message":"no"},"id":1}"#]],
        );
    }

    #[test]
    fn what_is_no_message_is_refused_by_name() {
        check(
            r#"{"jsonrpc":"2.0","#,
            expect!["invalid null: Parse error: EOF while parsing a value at line 1 column 17"],
        );
        check("[]", expect!["invalid null: Invalid request: a message is one object"]);
        check(
            r#"{"id":1,"method":"a"}"#,
            expect![[r#"invalid 1: Invalid request: `jsonrpc` is not "2.0""#]],
        );
        check(
            r#"{"jsonrpc":"2.0","id":99999999999999999999,"method":"a"}"#,
            expect!["invalid null: Invalid request: the id is no integer of 64 bits"],
        );
        check(
            r#"{"jsonrpc":"2.0","id":null,"method":"a"}"#,
            expect!["invalid null: Invalid request: the id of a request is null"],
        );
        let deep = format!(r#"{{"jsonrpc":"2.0","method":"a","params":{}"#, "[".repeat(100_000));
        check(
            &deep,
            expect!["invalid null: Parse error: recursion limit exceeded at line 1 column 166"],
        );
    }

    #[test]
    fn a_body_that_is_not_utf_8_is_a_parse_error() {
        let Incoming::Invalid(Id::Null, error) = parse(b"{\"a\":\"\xff\xfe\"}") else {
            panic!("taken for a message")
        };
        assert_eq!(error.code, ErrorCode::ParseError);
    }

    #[test]
    fn half_a_surrogate_pair_becomes_the_replacement_character() {
        check(
            r#"{"jsonrpc":"2.0","method":"a","params":["\ud83d","\ude00\\ud83d","\ud83d\ude00"]}"#,
            expect![[r#"call {"jsonrpc":"2.0","method":"a","params":["�","�\\ud83d","😀"]}"#]],
        );
    }

    #[test]
    fn parameters_that_clients_leave_out_or_add_are_set_right() {
        check(
            r#"{"jsonrpc":"2.0","id":1,"method":"shutdown","params":{}}"#,
            expect![[r#"call {"jsonrpc":"2.0","method":"shutdown","id":1}"#]],
        );
        check(
            r#"{"jsonrpc":"2.0","method":"initialized"}"#,
            expect![[r#"call {"jsonrpc":"2.0","method":"initialized","params":{}}"#]],
        );
    }
}

//! A model behind an address: checked before anything is sent, and read with limits.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use jiff::fmt::rfc2822;
use ureq::http::{HeaderMap, Uri, header};

use crate::{
    ChatModel, ChatRequest, Delta, KeyPlace, Keys, ModelError, Reply, Secret, Timeouts, Wire,
    http::{Answer, Failure, is_loopback, post},
    secret::Hiding,
    sse::EventStream,
    wire::{Ask, Draft, WireError, error_message},
};

/// Bytes of an answer that are read at most.
pub const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Bytes of an answer that is an error.
const ERROR_BYTES_MAX: usize = 64 * 1024;

/// Characters that are shown of it.
const ERROR_CHARS_MAX: usize = 500;

/// A model as the settings have it.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSpec {
    /// By which settings and agents name it.
    pub id: String,
    /// What it speaks.
    pub wire: Wire,
    /// The provider's name of it.
    pub name: String,
    /// The address of the provider; for OpenAI's protocol with its version: `…/v1`.
    pub url: String,
    /// Where the key is; `None` where none is needed.
    pub key: Option<KeyPlace>,
    /// `None` where none is sent: some models take none.
    pub temperature: Option<f64>,
    /// Tokens of an answer where nobody says.
    pub tokens_max: u32,
    /// How long what may take.
    pub timeouts: Timeouts,
}

/// A model that is asked over the network.
pub struct Remote {
    spec: ModelSpec,
    uri: Uri,
    keys: Arc<dyn Keys>,
}

impl Remote {
    /// The model of `spec`, which looks its key up when it is asked.
    ///
    /// # Errors
    /// Where the address is none that anything is sent to.
    pub fn new(spec: ModelSpec, keys: Arc<dyn Keys>) -> Result<Remote, ModelError> {
        match endpoint(&spec, spec.wire.path()) {
            Ok(uri) => Ok(Remote { spec, uri, keys }),
            Err(fact) => Err(ModelError::Refused { model: spec.id, fact }),
        }
    }

    /// What the settings say of it.
    pub fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    fn key(&self) -> Result<Option<Secret>, ModelError> {
        let Some(place) = &self.spec.key else { return Ok(None) };
        let key = self.keys.key(place).ok_or_else(|| ModelError::NoKey {
            model: self.spec.id.clone(),
            place: place.to_string(),
        })?;
        Ok(Some(key))
    }

    fn body(&self, request: &ChatRequest) -> String {
        let ask = Ask {
            name: &self.spec.name,
            temperature: request.temperature.or(self.spec.temperature),
            tokens_max: request.tokens_max.unwrap_or(self.spec.tokens_max),
        };
        self.spec.wire.body(&ask, request).to_string()
    }

    /// Sends `body` to `uri`: what a provider answers that did not refuse, and the key that no
    /// error may show.
    pub(crate) fn answer(
        &self,
        uri: &Uri,
        body: String,
        timeouts: &Timeouts,
        cancel: &Arc<AtomicBool>,
    ) -> Result<(Answer, Option<Secret>), ModelError> {
        let key = self.key()?;
        let headers = self.spec.wire.headers(key.as_ref().map(Secret::reveal));
        // A file of the workspace may hold the key; what is sent says `…` there.
        let body = match &key {
            Some(key) => key.hidden_in(&body),
            None => body,
        };
        let mut answer = post(uri, &headers, &body, timeouts, cancel)
            .map_err(|failure| self.failure(failure))?;
        if answer.status != 200 {
            return Err(self.status_error(&mut answer, key.as_ref()));
        }
        Ok((answer, key))
    }

    /// The answer of a provider that gave one.
    fn reply(
        &self,
        answer: &mut Answer,
        deltas: &mut dyn FnMut(Delta<'_>),
    ) -> Result<Reply, ModelError> {
        let wire = self.spec.wire;
        let mut draft = Draft::default();
        let is_stream = content_type(&answer.headers).starts_with("text/event-stream");
        let read = if is_stream {
            self.read_stream(answer, &mut |data| wire.take_event(&mut draft, data, deltas))
        } else {
            let text = self.read_all(answer)?;
            wire.take_whole(&mut draft, &text, deltas).map_err(|error| self.wire_error(error))
        };
        read?;
        if !draft.is_complete() {
            let fact = "the answer broke off".to_owned();
            return Err(ModelError::Disconnected { model: self.spec.id.clone(), fact });
        }
        Ok(draft.into_reply())
    }

    fn read_stream(
        &self,
        answer: &mut Answer,
        event: &mut dyn FnMut(&str) -> Result<(), WireError>,
    ) -> Result<(), ModelError> {
        let mut stream = EventStream::default();
        self.read_pieces(answer, &mut |bytes| {
            stream.push(bytes, event).map_err(|error| self.wire_error(error))
        })?;
        stream.end(event).map_err(|error| self.wire_error(error))
    }

    pub(crate) fn read_all(&self, answer: &mut Answer) -> Result<String, ModelError> {
        let mut body = Vec::new();
        self.read_pieces(answer, &mut |bytes| {
            body.extend_from_slice(bytes);
            Ok(())
        })?;
        String::from_utf8(body).map_err(|_| self.malformed("the answer is no UTF-8"))
    }

    fn read_pieces(
        &self,
        answer: &mut Answer,
        piece: &mut dyn FnMut(&[u8]) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        let mut buffer = vec![0; 16 * 1024];
        let mut n_bytes = 0;
        loop {
            let n = answer.read(&mut buffer).map_err(|failure| self.failure(failure))?;
            n_bytes += n;
            if ANSWER_BYTES_MAX < n_bytes {
                let model = self.spec.id.clone();
                return Err(ModelError::TooLong { model, bytes_max: ANSWER_BYTES_MAX });
            }
            if n == 0 {
                return Ok(());
            }
            piece(&buffer[..n])?;
        }
    }

    /// The error of a provider that answered with one. What it says may hold the key.
    fn status_error(&self, answer: &mut Answer, key: Option<&Secret>) -> ModelError {
        let mut body = Vec::new();
        let mut buffer = vec![0; 16 * 1024];
        while body.len() < ERROR_BYTES_MAX {
            match answer.read(&mut buffer) {
                // The status is what counts; a body that does not come adds nothing to it.
                Ok(0) | Err(Failure::TimedOut(_) | Failure::Disconnected(_)) => break,
                Ok(n) => body.extend_from_slice(&buffer[..n]),
                Err(Failure::Cancelled) => return ModelError::Cancelled,
            }
        }
        let message = match answer.status {
            300..400 => "the provider is at another address, which is not followed".to_owned(),
            _ => error_message(&String::from_utf8_lossy(&body)),
        };
        ModelError::Status {
            model: self.spec.id.clone(),
            status: answer.status,
            message: shown(&message, key),
            retry_after: retry_after(&answer.headers),
        }
    }

    fn failure(&self, failure: Failure) -> ModelError {
        let model = self.spec.id.clone();
        match failure {
            Failure::Cancelled => ModelError::Cancelled,
            Failure::TimedOut(phase) => ModelError::TimedOut { model, phase },
            Failure::Disconnected(fact) => ModelError::Disconnected { model, fact },
        }
    }

    fn wire_error(&self, error: WireError) -> ModelError {
        let model = self.spec.id.clone();
        match error {
            WireError::Malformed(fact) => ModelError::Malformed { model, fact },
            WireError::Told { status, message } => {
                ModelError::Status { model, status, message, retry_after: None }
            }
        }
    }

    pub(crate) fn malformed(&self, fact: &str) -> ModelError {
        ModelError::Malformed { model: self.spec.id.clone(), fact: fact.to_owned() }
    }
}

impl ChatModel for Remote {
    fn id(&self) -> &str {
        &self.spec.id
    }

    fn chat(
        &self,
        request: &ChatRequest,
        cancel: &Arc<AtomicBool>,
        deltas: &mut dyn FnMut(Delta<'_>),
    ) -> Result<Reply, ModelError> {
        let (body, timeouts) = (self.body(request), &self.spec.timeouts);
        let (mut answer, key) = self.answer(&self.uri, body, timeouts, cancel)?;
        let mut hiding = Hiding::new(key.as_ref());
        let mut heard = |delta: Delta<'_>| match delta {
            Delta::Text(text) => match hiding.push(text) {
                known if known.is_empty() => {}
                known => deltas(Delta::Text(&known)),
            },
            call @ Delta::Call(_) => deltas(call),
        };
        let reply = self.reply(&mut answer, &mut heard);
        let rest = hiding.end();
        if !rest.is_empty() {
            deltas(Delta::Text(&rest));
        }
        match (reply, &key) {
            (Ok(reply), Some(key)) => Ok(hidden_in_reply(reply, key)),
            (reply, key) => reply.map_err(|error| without_key(error, key.as_ref())),
        }
    }
}

/// A provider has the key, and what it says is written down.
fn hidden_in_reply(mut reply: Reply, key: &Secret) -> Reply {
    reply.text = key.hidden_in(&reply.text);
    for call in &mut reply.tool_calls {
        call.arguments_json = key.hidden_in(&call.arguments_json);
    }
    reply
}

/// Where requests of `spec` go, by their path below its address.
pub(crate) fn endpoint(spec: &ModelSpec, path: &str) -> Result<Uri, String> {
    let base = spec.url.trim_end_matches('/');
    if !["https://", "http://"].iter().any(|it| base.starts_with(it)) {
        return Err("its address begins with neither https:// nor http://".to_owned());
    }
    let uri: Uri =
        format!("{base}{path}").parse().map_err(|_| "its address is no URL".to_owned())?;
    let authority = uri.authority().map_or("", |it| it.as_str());
    let is_readable = uri.scheme_str() == Some("http") && !is_loopback(&uri);
    if authority.contains('@') {
        Err("its address holds a password; name the place of a key instead".to_owned())
    } else if base.contains(['?', '#']) {
        Err("its address holds a query".to_owned())
    } else if is_readable && spec.key.is_some() {
        Err("its key would be readable on the way: use https".to_owned())
    } else {
        Ok(uri)
    }
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or("")
}

/// How long the provider wants us to wait: as milliseconds, as seconds, or as a time, which is
/// compared with the provider's own clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).map(str::trim);
    if let Some(ms) = text("retry-after-ms").and_then(|it| it.parse().ok()) {
        return Some(Duration::from_millis(ms));
    }
    let after = text("retry-after")?;
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let parser = rfc2822::DateTimeParser::new();
    let until = parser.parse_timestamp(after).ok()?;
    let now = parser.parse_timestamp(text("date")?).ok()?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// What a provider said, on one line, cut, and without `key`.
fn shown(message: &str, key: Option<&Secret>) -> String {
    let message = key.map_or_else(|| message.to_owned(), |it| it.hidden_in(message));
    let line = message.replace(char::is_control, " ");
    match line.char_indices().nth(ERROR_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

pub(crate) fn without_key(error: ModelError, key: Option<&Secret>) -> ModelError {
    match error {
        ModelError::Status { model, status, message, retry_after } => {
            ModelError::Status { model, status, message: shown(&message, key), retry_after }
        }
        ModelError::Malformed { model, fact } => {
            ModelError::Malformed { model, fact: shown(&fact, key) }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(url: &str, key: Option<&str>) -> ModelSpec {
        ModelSpec {
            id: "m".to_owned(),
            wire: Wire::Compatible,
            name: "m-1".to_owned(),
            url: url.to_owned(),
            key: key.map(|it| KeyPlace::parse(it).unwrap()),
            temperature: None,
            tokens_max: 10,
            timeouts: Timeouts::default(),
        }
    }

    #[test]
    fn keys_go_where_nobody_reads_them() {
        let to = |url: &str, key: Option<&str>| {
            endpoint(&spec(url, key), "/chat/completions").map(|it| it.to_string())
        };
        let key = Some("env:K");
        assert_eq!(to("https://a.b/v1/", key).unwrap(), "https://a.b/v1/chat/completions");
        assert!(to("http://localhost:11434/v1", key).is_ok());
        assert!(to("http://[::1]:80/v1", key).is_ok());
        assert!(to("http://192.168.0.7:80/v1", None).is_ok());
        let refused = |url: &str, key: Option<&str>| to(url, key).unwrap_err();
        assert_eq!(
            refused("http://a.b/v1", key),
            "its key would be readable on the way: use https"
        );
        assert!(refused("http://localhost.evil.org/v1", key).contains("https"));
        assert!(refused("https://me:secret@a.b/v1", None).contains("password"));
        assert!(refused("https://a.b/v1?x=1", None).contains("query"));
        assert!(refused("file:///etc/passwd", None).contains("neither"));
        assert!(refused("", None).contains("neither"));
        assert!(refused("https://a b", None).contains("no URL"));
    }

    #[test]
    fn waits_are_read_in_every_form() {
        let wait = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            retry_after(&headers)
        };
        assert_eq!(wait(&[]), None);
        assert_eq!(wait(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(
            wait(&[("retry-after", "7"), ("retry-after-ms", "250")]),
            Some(Duration::from_millis(250))
        );
        let until = ("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT");
        let now = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(wait(&[until, now]), Some(Duration::from_secs(30)));
        assert_eq!(wait(&[("retry-after", now.1), ("date", until.1)]), Some(Duration::ZERO));
        assert_eq!(wait(&[until]), None);
        assert_eq!(wait(&[("retry-after", "soon")]), None);
    }

    #[test]
    fn what_providers_say_is_cut_and_holds_no_key() {
        let key = Secret::new("sk-1").unwrap();
        assert_eq!(shown("bad key\nsk-1", Some(&key)), "bad key …");
        assert_eq!(shown(&"é".repeat(600), None).chars().count(), 501);
    }
}

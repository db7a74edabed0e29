//! The loop between the client's bytes and the service.
//!
//! tower-lsp brings a loop of its own, which goes deaf after a header of 10 MB, stops with exit
//! code 0 on malformed JSON, never answers unknown `$/` requests, and lets a client that does not
//! read hold up its notifications. This one takes its place; types, routing, lifecycle,
//! cancellation and the way to the client stay the library's.

use std::{
    future::{Future, poll_fn},
    panic::AssertUnwindSafe,
    pin::Pin,
    task::Poll,
};

use futures_util::{FutureExt, SinkExt, StreamExt, stream::FuturesUnordered};
use tokio::sync::mpsc;
use tower_lsp::{
    ClientSocket, LanguageServer, LspService,
    jsonrpc::{Error, ErrorCode, Id, Request, Response},
};
use tower_service::Service;

use super::{
    framing::{Frame, Framer},
    message::{self, Incoming},
    outbox::Outbox,
};

/// How the conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// `exit`, end of input, or the client gone, after `shutdown`.
    InOrder,
    /// The same without `shutdown`.
    Abruptly,
}

/// A call under way: its answer, which a notification has not.
type Answer = Pin<Box<dyn Future<Output = Option<Response>> + Send>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Before `initialize`.
    Fresh,
    Running,
    /// After `shutdown`.
    ShutDown,
    /// After `exit`.
    Exited(Ended),
}

struct Transport<S: LanguageServer> {
    service: LspService<S>,
    phase: Phase,
    initialize_id: Option<Id>,
    in_flight: FuturesUnordered<Answer>,
    outbox: Outbox,
}

/// Talks to the client until it says `exit`, `input` ends, or `gone` resolves.
pub(crate) async fn converse<S: LanguageServer>(
    (service, socket): (LspService<S>, ClientSocket),
    input: mpsc::Receiver<Vec<u8>>,
    outbox: Outbox,
    gone: impl Future<Output = ()>,
) -> Ended {
    let mut transport = Transport {
        service,
        phase: Phase::Fresh,
        initialize_id: None,
        in_flight: FuturesUnordered::new(),
        outbox,
    };
    transport.run(input, socket, gone).await
}

impl<S: LanguageServer> Transport<S> {
    async fn run(
        &mut self,
        mut input: mpsc::Receiver<Vec<u8>>,
        socket: ClientSocket,
        gone: impl Future<Output = ()>,
    ) -> Ended {
        let (mut requests, mut answers) = socket.split();
        let mut gone = std::pin::pin!(gone);
        let mut framer = Framer::new();
        let mut frames = Vec::new();
        let outbox = self.outbox.clone();
        loop {
            let is_full = outbox.is_full();
            tokio::select! {
                biased;
                Some(response) = self.in_flight.next() => {
                    // What a handler said on the way comes before its answer: parts of it do.
                    while let Some(Some(said)) = requests.next().now_or_never() {
                        outbox.send(&said);
                    }
                    self.reply(response);
                }
                Some(request) = requests.next(), if !is_full => self.outbox.send(&request),
                () = outbox.room(), if is_full => {}
                bytes = input.recv(), if !is_full => {
                    let Some(bytes) = bytes else { return self.ended() };
                    framer.push(&mut frames, &bytes);
                    for frame in frames.drain(..) {
                        if let Some(answer) = self.take(frame).await {
                            // Fails only after `exit`, which ends this loop anyway.
                            let _ = answers.send(answer).await;
                            // Whoever waits for the answer tells the engine of it before the next
                            // message does: an undo right after an edit is about that edit.
                            tokio::task::yield_now().await;
                        }
                        if let Phase::Exited(ended) = self.phase {
                            return ended;
                        }
                    }
                }
                () = &mut gone => return self.ended(),
            }
        }
    }

    /// Takes one frame; gives the client's answer to a request of ours, if it is one.
    async fn take(&mut self, frame: Frame) -> Option<Response> {
        let incoming = match frame {
            Frame::Body(body) => message::parse(&body),
            Frame::Malformed(reason) => Incoming::Invalid(
                Id::Null,
                message::error(ErrorCode::ParseError, reason.to_owned()),
            ),
        };
        match incoming {
            Incoming::Call(request) => self.call(request).await,
            Incoming::Answer(response) => return Some(response),
            Incoming::Invalid(id, error) => {
                tracing::warn!(%id, %error, "the client sent no message");
                self.outbox.send(&Response::from_error(id, error));
            }
        }
        None
    }

    async fn call(&mut self, request: Request) {
        if request.method() == "exit" {
            self.phase = Phase::Exited(self.ended());
            return;
        }
        let id = request.id().cloned();
        if let Some(error) = self.refusal(&request) {
            self.reply(id.map(|id| Response::from_error(id, error)));
            return;
        }
        match request.method() {
            "initialize" if id.is_some() && self.phase == Phase::Fresh => {
                self.phase = Phase::Running;
                self.initialize_id.clone_from(&id);
            }
            "shutdown" if id.is_some() => self.phase = Phase::ShutDown,
            _ => {}
        }
        let mut answer = answer(&mut self.service, id, request);
        // The handler runs up to its first `.await` before the next message is even looked at. That
        // is the order of edits and of the requests between them: a handler posts before it awaits.
        match poll_fn(|ctx| Poll::Ready(answer.as_mut().poll(ctx))).await {
            Poll::Ready(response) => self.reply(response),
            Poll::Pending => self.in_flight.push(answer),
        }
    }

    /// Why a request is not even looked up: what the library leaves open or answers with silence.
    fn refusal(&self, request: &Request) -> Option<Error> {
        match self.phase {
            Phase::Fresh if request.method() != "initialize" => Some(Error {
                code: ErrorCode::ServerError(-32002),
                message: "the server is not initialized".into(),
                data: None,
            }),
            Phase::ShutDown | Phase::Exited(_) if request.id().is_some() => {
                Some(message::error(ErrorCode::InvalidRequest, "the server is shut down".into()))
            }
            _ if request.method().starts_with("$/") && request.id().is_some() => {
                Some(message::error(
                    ErrorCode::MethodNotFound,
                    format!("no method {}", request.method()),
                ))
            }
            _ => None,
        }
    }

    fn reply(&mut self, response: Option<Response>) {
        let Some(response) = response else { return };
        if self.initialize_id.as_ref() == Some(response.id()) {
            self.initialize_id = None;
            if response.is_error() {
                self.phase = Phase::Fresh;
            }
        }
        self.outbox.send(&response);
    }

    fn ended(&self) -> Ended {
        match self.phase {
            Phase::ShutDown => Ended::InOrder,
            Phase::Exited(ended) => ended,
            Phase::Fresh | Phase::Running => Ended::Abruptly,
        }
    }
}

/// The service's answer. A panic in a handler is that request's internal error and nobody else's.
fn answer<S: LanguageServer>(
    service: &mut LspService<S>,
    id: Option<Id>,
    request: Request,
) -> Answer {
    let method = request.method().to_owned();
    // `poll_ready` would only say that the service is not over, and it has no queue of its own.
    let future = AssertUnwindSafe(service.call(request)).catch_unwind();
    Box::pin(async move {
        let Ok(answered) = future.await else {
            tracing::error!(method, "a handler panicked");
            let error = message::error(ErrorCode::InternalError, format!("{method} panicked"));
            return id.map(|id| Response::from_error(id, error));
        };
        // The error means that the service is over; so is the loop then.
        answered.ok().flatten()
    })
}

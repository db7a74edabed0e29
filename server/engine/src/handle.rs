//! The handle that front ends hold: four verbs, each on behalf of one caller.

use std::{fmt, future::Future};

use crate::{
    Caller, ClientChange, EngineConfig, Notice, ReadConfig, ReadError, RunId, RunRequest, Snapshot,
};

/// The notices of one client, in order.
pub type Notices = tokio::sync::mpsc::Receiver<Notice>;

/// A client's way to the engine. Cloning gives the same client.
#[derive(Clone)]
pub struct Engine {
    _caller: std::sync::Arc<Caller>,
}

/// Why an engine does not start.
#[derive(Debug)]
pub enum StartError {
    /// The system gives no thread.
    Thread(std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Thread(error) => write!(f, "a thread cannot be started: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

impl Engine {
    /// Starts an engine for `caller`. Returns at once: files, index and history are opened on the
    /// engine's own thread, and what is wrong with them is told as status and message.
    ///
    /// # Errors
    /// [`StartError`] where not even a thread can be had.
    pub fn start(config: EngineConfig, caller: Caller) -> Result<Engine, StartError> {
        let _ = (config, caller);
        todo!()
    }

    /// A handle for another client of the same engine.
    pub fn connect(&self, caller: Caller) -> Engine {
        let _ = caller;
        todo!()
    }

    /// Tells a change. Never waits for the change to be taken in, and keeps the order.
    pub fn post(&self, change: ClientChange) {
        let _ = change;
        todo!()
    }

    /// Asks a snapshot that has seen everything posted before this call. The question is queued by
    /// the call itself, not by the first `await`; dropping the future cancels it. Runs on the latency
    /// lane, and ends as [`ReadError::Stale`] where a document is edited before it is done.
    pub fn read<T: Send + 'static>(
        &self,
        name: &'static str,
        question: impl FnOnce(&Snapshot) -> Result<T, ReadError> + Send + 'static,
    ) -> impl Future<Output = Result<T, ReadError>> + Send + use<T> {
        let _ = (name, question);
        async { todo!() }
    }

    /// As [`Engine::read`], with lane and behaviour chosen.
    pub fn read_with<T: Send + 'static>(
        &self,
        config: ReadConfig,
        name: &'static str,
        question: impl FnOnce(&Snapshot) -> Result<T, ReadError> + Send + 'static,
    ) -> impl Future<Output = Result<T, ReadError>> + Send + use<T> {
        let _ = (config, name, question);
        async { todo!() }
    }

    /// As [`Engine::read`] for callers without a runtime; edits do not cancel it.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read_blocking<T: Send + 'static>(
        &self,
        name: &'static str,
        question: impl FnOnce(&Snapshot) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let _ = (name, question);
        todo!()
    }

    /// Starts a run. Returns at once; how it ends is told as [`Notice::RunDone`], also where it is
    /// refused.
    pub fn run(&self, request: RunRequest) -> RunId {
        let _ = request;
        todo!()
    }

    /// Cancels a run of any client. A run that has ended, or cannot be stopped any more, goes on.
    pub fn cancel(&self, run: RunId) {
        let _ = run;
        todo!()
    }

    /// The notices for this client from now on. A second call ends the first receiver.
    pub fn subscribe(&self) -> Notices {
        todo!()
    }

    /// Stops the engine and waits until it has: what was begun is brought to a safe end.
    pub fn stop(&self) {
        todo!()
    }
}

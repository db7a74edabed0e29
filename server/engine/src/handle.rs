//! The handle that front ends hold: four verbs, each on behalf of one caller.

use std::{
    fmt,
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    thread::{self, JoinHandle},
};

use tokio::sync::{mpsc, oneshot};

use crate::{
    Caller, ClientChange, EngineConfig, Lane, Notice, ReadConfig, ReadError, RunId, RunRequest,
    Snapshot, Verb, WhenChanged,
    event::{Answer, ClientId, Event, Inbox, Outlet, ReadJob, inbox},
    policy,
    pool::TaskPool,
    state::GlobalState,
};

/// Notices that wait for a client at most. A client that does not read loses progress reports
/// first, see [`crate::Notice`].
const NOTICES_MAX: usize = 1024;

/// The notices of one client, in order.
pub type Notices = mpsc::Receiver<Notice>;

/// A client's way to the engine. Cloning gives the same client.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
    client: ClientId,
    caller: Arc<Caller>,
}

struct Shared {
    inbox: Inbox,
    clients: AtomicU64,
    runs: AtomicU64,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// A read that was asked: a future, and cancelled when it is dropped before it is done.
pub struct Reading<T> {
    answer: oneshot::Receiver<Result<T, ReadError>>,
    cancel: Arc<AtomicBool>,
}

/// Why an engine does not start.
#[derive(Debug)]
pub enum StartError {
    /// The system gives no thread.
    Thread(io::Error),
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
        let (inbox, outlet) = inbox();
        let pool = TaskPool::start(config.threads, &inbox).map_err(StartError::Thread)?;
        let engine = Engine::over(inbox.clone(), caller);
        let thread = thread::Builder::new().name("aios-loop".to_owned());
        let thread = thread.spawn(move || {
            let mut state = GlobalState::new(config, Box::new(pool), inbox);
            state.run(&outlet);
            // First the outlet: a thread that waits to put something in must be set free before the
            // pool waits for the thread.
            drop::<Outlet>(outlet);
            drop(state);
        });
        let thread = thread.map_err(StartError::Thread)?;
        *engine.shared.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(engine)
    }

    /// The first handle to a loop behind `inbox`, which somebody else runs.
    pub(crate) fn over(inbox: Inbox, caller: Caller) -> Engine {
        let shared = Shared {
            inbox,
            clients: AtomicU64::new(0),
            runs: AtomicU64::new(0),
            thread: Mutex::new(None),
        };
        Engine::handle(Arc::new(shared), caller)
    }

    /// A handle for another client of the same engine.
    pub fn connect(&self, caller: Caller) -> Engine {
        Engine::handle(Arc::clone(&self.shared), caller)
    }

    /// Tells a change. Does not wait for the change to be taken in, and keeps the order.
    pub fn post(&self, change: ClientChange) {
        if policy::authorise(&self.caller, Verb::Post, change.name()).is_ok() {
            self.send(Event::Client(self.client, change));
        }
    }

    /// Asks a snapshot that has seen everything posted before this call. The question is queued by
    /// the call itself, not by the first `await`; dropping the future cancels it. Runs on the
    /// latency lane, and ends as [`ReadError::Stale`] where a document is edited before it is done.
    /// `name` is for the log.
    pub fn read<T: Send + 'static>(
        &self,
        name: &'static str,
        question: impl FnOnce(&Snapshot) -> Result<T, ReadError> + Send + 'static,
    ) -> Reading<T> {
        let config = ReadConfig { lane: Lane::Latency, when_changed: WhenChanged::Cancel };
        self.read_with(config, name, question)
    }

    /// As [`Engine::read`], with lane and behaviour chosen.
    pub fn read_with<T: Send + 'static>(
        &self,
        config: ReadConfig,
        name: &'static str,
        question: impl FnOnce(&Snapshot) -> Result<T, ReadError> + Send + 'static,
    ) -> Reading<T> {
        let (sender, answer) = oneshot::channel();
        let cancel = Arc::<AtomicBool>::default();
        let reading = Reading { answer, cancel: Arc::clone(&cancel) };
        let denied = policy::authorise(&self.caller, Verb::Read, name).err();
        let ticket = self.shared.inbox.ticket();
        let owed = Owed(Some(sender));
        let answer: Answer = Box::new(move |snapshot: Result<&Snapshot, ReadError>| {
            let answer = snapshot
                .and_then(|it| question(it).map_err(|error| error.with_paths_below(&it.roots)));
            owed.pay(answer);
        });
        match (denied, ticket) {
            (Some(why), _) => answer(Err(ReadError::Denied(why))),
            (None, None) => answer(Err(ReadError::TooBusy)),
            (None, Some(ticket)) => {
                let job = ReadJob { name, config, cancel, answer, _ticket: ticket };
                self.send(Event::Read(job));
            }
        }
        reading
    }

    /// As [`Engine::read`] for callers without a runtime; edits do not cancel it. It must not be
    /// called on a thread that runs futures.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read_blocking<T: Send + 'static>(
        &self,
        name: &'static str,
        question: impl FnOnce(&Snapshot) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let config = ReadConfig { lane: Lane::Latency, when_changed: WhenChanged::Finish };
        let mut reading = self.read_with(config, name, question);
        let (_sender, never) = oneshot::channel();
        let answer = std::mem::replace(&mut reading.answer, never);
        answer.blocking_recv().unwrap_or(Err(ReadError::Stopped))
    }

    /// Starts a run. Returns at once; how it ends is told as [`Notice::RunDone`], also where it is
    /// refused.
    pub fn run(&self, request: RunRequest) -> RunId {
        let run = RunId(self.shared.runs.fetch_add(1, Ordering::Relaxed));
        self.send(Event::Run(self.client, run, request));
        run
    }

    /// Cancels a run of any client. A run that has ended, or cannot be stopped any more, goes on.
    pub fn cancel(&self, run: RunId) {
        self.send(Event::Cancel(run));
    }

    /// The notices for this client from now on. A second call ends the first receiver.
    pub fn subscribe(&self) -> Notices {
        let (sender, receiver) = mpsc::channel(NOTICES_MAX);
        if policy::authorise(&self.caller, Verb::Subscribe, "notices").is_ok() {
            self.send(Event::Subscribe(self.client, sender));
        }
        receiver
    }

    /// Stops the engine and waits until it has: what was begun is brought to a safe end.
    pub fn stop(&self) {
        self.send(Event::Stop);
        let thread = self.shared.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(panic)) = thread.map(JoinHandle::join) {
            tracing::error!(panic = crate::task::panic_text(&*panic), "the loop panicked");
        }
    }

    /// Who this handle speaks for.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    fn handle(shared: Arc<Shared>, caller: Caller) -> Engine {
        let client = ClientId(shared.clients.fetch_add(1, Ordering::Relaxed));
        let engine = Engine { shared, client, caller: Arc::new(caller) };
        engine.send(Event::Connect(client, Caller::clone(&engine.caller)));
        engine
    }

    fn send(&self, event: Event) {
        if !self.shared.inbox.send(event) {
            tracing::debug!("an event after the end of the loop");
        }
    }
}

/// An answer that is owed. Who drops it unpaid says why: a question that panics is a bug, one that
/// nobody came to asking was met by the end of the engine.
struct Owed<T>(Option<oneshot::Sender<Result<T, ReadError>>>);

impl<T> Owed<T> {
    fn pay(mut self, answer: Result<T, ReadError>) {
        // A receiver that is gone wants no answer.
        let _ = self.0.take().map(|it| it.send(answer));
    }
}

impl<T> Drop for Owed<T> {
    fn drop(&mut self) {
        let why = if thread::panicking() { ReadError::Panicked } else { ReadError::Stopped };
        let _ = self.0.take().map(|it| it.send(Err(why)));
    }
}

impl<T> Future for Reading<T> {
    type Output = Result<T, ReadError>;

    fn poll(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(ctx).map(|answer| answer.unwrap_or(Err(ReadError::Stopped)))
    }
}

impl<T> Reading<T> {
    /// The answer, where it is there already; for callers that step the engine themselves.
    pub fn try_answer(&mut self) -> Option<Result<T, ReadError>> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(oneshot::error::TryRecvError::Empty) => None,
            Err(oneshot::error::TryRecvError::Closed) => Some(Err(ReadError::Stopped)),
        }
    }
}

impl<T> Drop for Reading<T> {
    fn drop(&mut self) {
        self.cancel.store(true, Ordering::Relaxed);
    }
}

//! The server as tower-lsp sees it: the link between one client and the engine, and its lifecycle.

use std::sync::{
    Arc, Mutex, OnceLock, Weak,
    atomic::{AtomicU64, Ordering},
};

use engine::{Caller, ClientChange, Engine, GivenEdit, ReadError, RunId, RunOutcome, RunRequest};
use rustc_hash::FxHashMap;
use tokio::sync::{Notify, oneshot, watch};
use tower_lsp::{
    Client, LanguageServer,
    gen_lsp_types::{InitializeParams, InitializeResult, InitializedParams},
    jsonrpc::{Error, ErrorCode, Result},
};
use vfs::VfsPath;

use crate::{
    capabilities, error, from_proto,
    log::LogEntries,
    notices,
    others::Others,
    publish, registration,
    running::Running,
    session::Session,
    unread::Reading,
    view::{Spellings, View},
};

/// Starts the engine for the workspace that the client names; called once, by `initialize`. It must
/// return at once: the client waits.
pub type StartEngine =
    Box<dyn FnOnce(&[VfsPath], Caller) -> std::result::Result<Engine, String> + Send>;

/// What the handlers are methods of, in all but syntax.
pub(crate) struct Backend {
    client: Client,
    start: Mutex<Option<StartEngine>>,
    log: Mutex<Option<LogEntries>>,
    link: Arc<OnceLock<Arc<Link>>>,
    parent: watch::Sender<Option<i32>>,
}

/// One client and the engine, from `initialize` on.
pub(crate) struct Link {
    pub(crate) client: Client,
    pub(crate) engine: Engine,
    pub(crate) session: Arc<Session>,
    pub(crate) spellings: Arc<Spellings>,
    /// Who waits for the end of a run.
    waiting: Mutex<FxHashMap<RunId, oneshot::Sender<RunOutcome>>>,
    /// Who waits for the checkpoint of an edit that the client makes by itself.
    checkpoints: Mutex<FxHashMap<RunId, oneshot::Sender<MayEdit>>>,
    /// What is behind the progress tokens that the client knows.
    pub(crate) progress: Mutex<FxHashMap<String, Owner>>,
    /// What is under way.
    pub(crate) running: Running,
    /// What the client's other servers answer.
    pub(crate) others: Arc<Others>,
    /// Told whenever findings may be different.
    pub(crate) touch: Arc<Notify>,
    /// How often answers that clients keep have become old.
    pub(crate) refreshes: AtomicU64,
    /// Numbers for progress tokens.
    tokens: AtomicU64,
    /// Who waits for files that are not read yet.
    pub(crate) reading: Mutex<Weak<Reading>>,
}

/// What a question comes to.
pub(crate) type Asked<T> = std::result::Result<T, ReadError>;

/// Whether an edit of the client's own may be made, else why not.
type MayEdit = std::result::Result<(), String>;

/// Who ends when the user stops a progress.
pub(crate) enum Owner {
    Run(RunId),
    Question(oneshot::Sender<()>),
}

impl Backend {
    /// A backend before `initialize`. The link that `initialize` makes is put into `link`, the
    /// client's process id into `parent`.
    pub(crate) fn new(
        client: Client,
        (start, log): (StartEngine, Option<LogEntries>),
        link: Arc<OnceLock<Arc<Link>>>,
        parent: watch::Sender<Option<i32>>,
    ) -> Backend {
        Backend { client, start: Mutex::new(Some(start)), log: Mutex::new(log), link, parent }
    }

    /// The link. The library refuses every request before `initialize` was answered.
    pub(crate) fn link(&self) -> &Arc<Link> {
        self.link.get().expect("no handler runs before `initialize`")
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let session = Session::new(&params);
        let result = capabilities::initialize_result(&session);
        let caller = Caller::local(&session.client, from_proto::abilities(&session.can));
        let start = self.start.lock().expect("no holder panics").take();
        let start = start.ok_or_else(|| Error::new(ErrorCode::InvalidRequest))?;
        let engine = start(&session.roots, caller).map_err(error::failed)?;
        if let Some(options) = params.initialization_options {
            engine.post(ClientChange::Settings(from_proto::settings(options)));
        }
        let link = Link {
            client: self.client.clone(),
            engine,
            session: Arc::new(session),
            spellings: Arc::default(),
            waiting: Mutex::default(),
            checkpoints: Mutex::default(),
            progress: Mutex::default(),
            running: Running::default(),
            others: Arc::default(),
            touch: Arc::default(),
            refreshes: AtomicU64::new(0),
            tokens: AtomicU64::new(0),
            reading: Mutex::default(),
        };
        // Fails only for a second link, and `start` was there only once.
        let _ = self.link.set(Arc::new(link));
        self.parent.send_replace(params.process_id);
        Ok(result)
    }

    async fn initialized(&self, _params: InitializedParams) {
        let link = self.link();
        link.engine.post(ClientChange::OpenWorkspace { roots: link.session.roots.clone() });
        tokio::spawn(notices::carry(link.clone(), link.engine.subscribe()));
        tokio::spawn(registration::register(link.clone()));
        if !link.session.can.pull_diagnostics {
            tokio::spawn(publish::publish(link.clone()));
        }
        if let Some(entries) = self.log.lock().expect("no holder panics").take() {
            tokio::spawn(entries.carry(self.client.clone()));
        }
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }
}

impl Link {
    /// Asks a snapshot that has seen everything the client said before. The question is queued
    /// before this function first waits.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        name: &'static str,
        question: impl FnOnce(&View<'_>) -> Asked<T> + Send + 'static,
    ) -> Result<T> {
        let (session, spellings) = (self.session.clone(), self.spellings.clone());
        let answer = self
            .engine
            .read(name, move |snapshot| question(&View::new(snapshot, &session, &spellings)));
        answer.await.map_err(error::of_read)
    }

    /// Asks as [`Link::read`] about a document by one of the protocol's methods. `None` where
    /// another server of the editor answers that, or the user wants no answer.
    pub(crate) async fn read_about<T: Send + 'static>(
        &self,
        method: &'static str,
        path: VfsPath,
        question: impl FnOnce(&View<'_>) -> Asked<Option<T>> + Send + 'static,
    ) -> Result<Option<T>> {
        let others = self.others.clone();
        let answer = self.read(method, move |view| match others.leave(view, &path, method) {
            true => question(view),
            false => Ok(None),
        });
        answer.await
    }

    /// Notes that findings may be different now.
    pub(crate) fn touched(&self) {
        self.touch.notify_one();
    }

    /// A progress token that was not used before. Some editors show the token itself.
    pub(crate) fn new_token(&self, title: &str) -> String {
        format!("aios: {title} (question-{})", self.tokens.fetch_add(1, Ordering::Relaxed))
    }

    /// Starts a run; its end is told to the receiver.
    pub(crate) fn run(&self, request: RunRequest) -> (RunId, oneshot::Receiver<RunOutcome>) {
        let (sender, receiver) = oneshot::channel();
        let run = self.engine.run(request);
        // The end cannot be told before this: that happens on this thread too.
        self.waiting.lock().expect("no holder panics").insert(run, sender);
        (run, receiver)
    }

    /// Has an edit recorded that the client makes by itself, and waits until its checkpoint is
    /// stored: what the client does next must not be in it. Where it cannot be, the client is told,
    /// and makes its edit all the same.
    ///
    /// # Errors
    /// Why a guard of the workspace does not let it be made.
    pub(crate) async fn given(&self, edit: Box<GivenEdit>) -> MayEdit {
        let (sender, stored) = oneshot::channel();
        let (run, _done) = self.run(RunRequest::EditGiven(edit));
        // As with the end of a run: it cannot be told before this.
        self.checkpoints.lock().expect("no holder panics").insert(run, sender);
        // Dropped where the run ends without one.
        stored.await.unwrap_or(Ok(()))
    }

    /// Tells that the checkpoint of a run is stored, or why there is nothing to be made.
    pub(crate) fn may_edit(&self, run: RunId, may: MayEdit) {
        if let Some(waiting) = self.checkpoints.lock().expect("no holder panics").remove(&run) {
            // A request that was cancelled does not wait any more.
            let _ = waiting.send(may);
        }
    }

    /// Tells the end of a run to whoever waits for it.
    pub(crate) fn run_done(&self, run: RunId, outcome: RunOutcome) {
        self.checkpoints.lock().expect("no holder panics").remove(&run);
        if let Some(waiting) = self.waiting.lock().expect("no holder panics").remove(&run) {
            // Most commands do not wait.
            let _ = waiting.send(outcome);
        }
    }
}

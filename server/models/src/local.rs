//! Models that a program on this machine serves: started when the model is first asked, ended with
//! whoever asked. Which program is the user's own setting; a workspace names none.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError, TryLockError, atomic::AtomicBool},
};

use crate::{
    ChatModel, ChatRequest, Delta, EmbedError, Embedder, Keys, ModelError, ModelSpec, Remote,
    RemoteEmbedder, Reply, embeddings,
};

/// What stands in a command for the port that the program is to listen at.
pub const PORT: &str = "{port}";

/// How much of the processors a program is to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// As much as any other: somebody waits for its answers.
    Full,
    /// What nobody else wants.
    Idle,
}

/// Whoever can start programs.
pub trait Programs: Send + Sync {
    /// Starts `command`, in which [`PORT`] stands for a port of its choice, and waits until the
    /// program listens there.
    ///
    /// # Errors
    /// Why it does not; `None` where `cancel` was set meanwhile.
    fn start(
        &self,
        command: &[String],
        share: Share,
        cancel: &Arc<AtomicBool>,
    ) -> Result<Box<dyn Program>, Option<String>>;
}

/// A program that was started; dropping it ends it.
pub trait Program: Send {
    /// Where it listens.
    fn port(&self) -> u16;

    /// Whether it has ended by itself.
    fn has_ended(&mut self) -> bool;
}

/// A model that a program serves, which speaks OpenAI's protocol.
pub struct Local {
    keys: Arc<dyn Keys>,
    served: Served<Remote>,
}

impl Local {
    /// The model of `spec`, whose address is where `command` serves it. Nothing is started yet.
    pub fn new(
        spec: ModelSpec,
        command: Vec<String>,
        keys: Arc<dyn Keys>,
        programs: Arc<dyn Programs>,
    ) -> Local {
        let served = Served { spec, command, share: Share::Full, programs, now: Mutex::default() };
        Local { keys, served }
    }
}

impl ChatModel for Local {
    fn id(&self) -> &str {
        &self.served.spec.id
    }

    fn chat(
        &self,
        request: &ChatRequest,
        cancel: &Arc<AtomicBool>,
        deltas: &mut dyn FnMut(Delta<'_>),
    ) -> Result<Reply, ModelError> {
        let connect = |spec| Remote::new(spec, Arc::clone(&self.keys));
        self.served.get(cancel, connect)?.chat(request, cancel, deltas)
    }
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.served.fmt_as("Local", f)
    }
}

/// An embedding model that a program serves by `/v1/embeddings`. It has of the processors what
/// nobody else wants, so that a transformer may give vectors to a whole workspace meanwhile.
pub struct LocalEmbedder {
    id: String,
    dims: usize,
    keys: Arc<dyn Keys>,
    served: Served<RemoteEmbedder>,
}

impl LocalEmbedder {
    /// The model of `spec`, whose vectors have `dims` components and whose address is where
    /// `command` serves it. Nothing is started yet.
    pub fn new(
        spec: ModelSpec,
        dims: usize,
        command: Vec<String>,
        keys: Arc<dyn Keys>,
        programs: Arc<dyn Programs>,
    ) -> LocalEmbedder {
        // The same name served by another program may be another model; its port says nothing.
        let id = format!("{} by {}", spec.name, command.join(" "));
        let served = Served { spec, command, share: Share::Idle, programs, now: Mutex::default() };
        LocalEmbedder { id, dims, keys, served }
    }

    fn failed(&self, fact: String) -> EmbedError {
        EmbedError { model: self.id.clone(), fact }
    }

    fn connect(&self, spec: ModelSpec) -> Result<RemoteEmbedder, ModelError> {
        RemoteEmbedder::new(spec, self.dims, Arc::clone(&self.keys))
    }

    fn started(&self) -> Result<Arc<RemoteEmbedder>, EmbedError> {
        let started = self.served.get(&Arc::default(), |spec| self.connect(spec));
        started.map_err(|it| self.failed(it.to_string()))
    }
}

impl Embedder for LocalEmbedder {
    fn id(&self) -> &str {
        &self.id
    }

    fn dims(&self) -> usize {
        self.dims
    }

    fn count_tokens(&self, text: &str) -> usize {
        embeddings::count_tokens(text)
    }

    fn prepare(&self) -> Result<(), EmbedError> {
        self.started().map(drop)
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.started()?.embed(texts).map_err(|it| self.failed(it.fact))
    }

    fn embed_question(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        // Somebody waits: while another starts it the answer goes by words.
        let now = self.served.try_get(|spec| self.connect(spec));
        let remote = now.ok_or_else(|| self.failed("its program is being started".to_owned()))?;
        let remote = remote.map_err(|it| self.failed(it.to_string()))?;
        remote.embed_question(text).map_err(|it| self.failed(it.fact))
    }
}

impl fmt::Debug for LocalEmbedder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.served.fmt_as("LocalEmbedder", f)
    }
}

/// A program that runs, with a client of what it serves.
type Running<T> = Option<(Box<dyn Program>, Arc<T>)>;

/// A program, and a client of what it serves.
struct Served<T> {
    spec: ModelSpec,
    command: Vec<String>,
    share: Share,
    programs: Arc<dyn Programs>,
    now: Mutex<Running<T>>,
}

impl<T> Served<T> {
    /// What `connect` made of the program's address; the program is started where it does not run.
    /// Who asks meanwhile waits.
    fn get(
        &self,
        cancel: &Arc<AtomicBool>,
        connect: impl FnOnce(ModelSpec) -> Result<T, ModelError>,
    ) -> Result<Arc<T>, ModelError> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        self.running(&mut now, cancel, connect)
    }

    /// The same for who cannot wait; `None` where somebody else starts the program just now.
    fn try_get(
        &self,
        connect: impl FnOnce(ModelSpec) -> Result<T, ModelError>,
    ) -> Option<Result<Arc<T>, ModelError>> {
        let mut now = match self.now.try_lock() {
            Ok(now) => now,
            Err(TryLockError::Poisoned(now)) => now.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(self.running(&mut now, &Arc::default(), connect))
    }

    fn running(
        &self,
        now: &mut Running<T>,
        cancel: &Arc<AtomicBool>,
        connect: impl FnOnce(ModelSpec) -> Result<T, ModelError>,
    ) -> Result<Arc<T>, ModelError> {
        if let Some((program, client)) = now.as_mut()
            && !program.has_ended()
        {
            return Ok(Arc::clone(client));
        }
        *now = None;
        let started = self.programs.start(&self.command, self.share, cancel);
        let program = started.map_err(|why| match why {
            None => ModelError::Cancelled,
            Some(fact) => ModelError::Refused { model: self.spec.id.clone(), fact },
        })?;
        let url = format!("http://127.0.0.1:{}/v1", program.port());
        let client = Arc::new(connect(ModelSpec { url, ..self.spec.clone() })?);
        *now = Some((program, Arc::clone(&client)));
        Ok(client)
    }

    fn fmt_as(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{name} {{ id: {:?}, command: {:?} }}", self.spec.id, self.command)
    }
}

//! A model that a program on this machine serves: started when the model is first asked, ended with
//! whoever asked. Which program is the user's own setting; a workspace names none.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use crate::{ChatModel, ChatRequest, Delta, Keys, ModelError, ModelSpec, Remote, Reply};

/// What stands in a command for the port that the program is to listen at.
pub const PORT: &str = "{port}";

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
    spec: ModelSpec,
    command: Vec<String>,
    keys: Arc<dyn Keys>,
    programs: Arc<dyn Programs>,
    served: Mutex<Option<Served>>,
}

struct Served {
    program: Box<dyn Program>,
    remote: Arc<Remote>,
}

impl Local {
    /// The model of `spec`, whose address is where `command` serves it. Nothing is started yet.
    pub fn new(
        spec: ModelSpec,
        command: Vec<String>,
        keys: Arc<dyn Keys>,
        programs: Arc<dyn Programs>,
    ) -> Local {
        Local { spec, command, keys, programs, served: Mutex::default() }
    }

    fn served(&self) -> MutexGuard<'_, Option<Served>> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The program's address; it is started where it does not run. Who asks meanwhile waits.
    fn remote(&self, cancel: &Arc<AtomicBool>) -> Result<Arc<Remote>, ModelError> {
        let mut served = self.served();
        if let Some(it) = served.as_mut()
            && !it.program.has_ended()
        {
            return Ok(Arc::clone(&it.remote));
        }
        *served = None;
        let program = self.programs.start(&self.command, cancel).map_err(|why| match why {
            None => ModelError::Cancelled,
            Some(fact) => ModelError::Refused { model: self.spec.id.clone(), fact },
        })?;
        let url = format!("http://127.0.0.1:{}/v1", program.port());
        let spec = ModelSpec { url, ..self.spec.clone() };
        let remote = Arc::new(Remote::new(spec, Arc::clone(&self.keys))?);
        *served = Some(Served { program, remote: Arc::clone(&remote) });
        Ok(remote)
    }
}

impl ChatModel for Local {
    fn id(&self) -> &str {
        &self.spec.id
    }

    fn chat(
        &self,
        request: &ChatRequest,
        cancel: &Arc<AtomicBool>,
        deltas: &mut dyn FnMut(Delta<'_>),
    ) -> Result<Reply, ModelError> {
        self.remote(cancel)?.chat(request, cancel, deltas)
    }
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Local {{ id: {:?}, command: {:?} }}", self.spec.id, self.command)
    }
}

//! The runs of this client that tell how far they are: what a list of them shows, and what the user
//! can stop where an editor has no button for it.

use std::sync::Mutex;

use engine::{ProgressState, RunId};
use serde_json::{Value, json};

/// Runs under way, those that began first first.
#[derive(Debug, Default)]
pub(crate) struct Running {
    runs: Mutex<Vec<Run>>,
}

#[derive(Clone, Debug)]
struct Run {
    id: RunId,
    title: String,
    message: Option<String>,
    is_cancellable: bool,
}

impl Running {
    /// Takes in what a run tells.
    pub(crate) fn note(&self, id: RunId, state: &ProgressState) {
        let mut runs = self.runs.lock().expect("no holder panics");
        match state {
            ProgressState::Begin { title, cancellable } => {
                runs.retain(|it| it.id != id);
                let (title, message) = (title.clone(), None);
                runs.push(Run { id, title, message, is_cancellable: *cancellable });
            }
            ProgressState::Report { message, .. } => {
                if let Some(run) = runs.iter_mut().find(|it| it.id == id) {
                    run.message = Some(message.clone());
                }
            }
            ProgressState::End { .. } => runs.retain(|it| it.id != id),
        }
    }

    /// All of them, the newest first.
    pub(crate) fn list(&self) -> Value {
        let runs = self.runs.lock().expect("no holder panics");
        let runs = runs.iter().rev().map(|it| {
            json!({
                "run": it.id.to_string(),
                "title": it.title,
                "message": it.message,
                "cancellable": it.is_cancellable,
            })
        });
        runs.collect()
    }

    /// The run of this name that can be stopped, without a name the newest, and what it does.
    ///
    /// # Errors
    /// Why there is none, for people.
    pub(crate) fn to_cancel(&self, name: Option<&str>) -> Result<(RunId, String), String> {
        let runs = self.runs.lock().expect("no holder panics");
        let is_meant = |it: &&Run| name.is_none_or(|name| it.id.to_string() == name);
        let run = runs.iter().rev().filter(is_meant).find(|it| it.is_cancellable);
        match (run, name) {
            (Some(run), _) => Ok((run.id, run.title.clone())),
            (None, Some(name)) => Err(format!("`{name}` does not run, or cannot be stopped")),
            (None, None) => Err("nothing runs that could be stopped".to_owned()),
        }
    }
}

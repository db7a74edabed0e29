//! Questions to which files may add that are not read yet: they wait, and are asked again.
//!
//! In the first seconds of a session a name has no users yet, an import leads nowhere and a class
//! has no subclasses. None of that may be answered as if it were so.

use std::{future::Future, sync::Arc};

use engine::{Engine, ReadError, RunId, RunOutcome, RunRequest};
use tokio::sync::watch;
use tower_lsp::jsonrpc::Result;
use vfs::VfsPath;

use crate::{
    asked::with_progress,
    backend::{Asked, Link},
    error,
    view::View,
};

/// What the user is shown.
const WAITING: &str = "waiting for the workspace to be read";

/// What a question does while files are still unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    /// It waits: each of the files may add to its answer.
    Always,
    /// It waits where it finds nothing: what it finds does not get less true.
    IfNothing,
}

/// Which time a question is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Time {
    /// As it came.
    First,
    /// After the files were read, about the document that had this version.
    Again(Option<i32>),
}

/// What a question came to.
pub(crate) enum Tried<T> {
    /// An answer.
    Answer(T),
    /// Files are unread; the document has this version.
    Unread(Option<i32>),
}

impl Time {
    /// The answer of `question`, unless files that are not read yet may add to it.
    pub(crate) fn ask<T>(
        self,
        (view, path): (&View<'_>, Option<&VfsPath>),
        waits: Waits,
        question: impl FnOnce() -> Asked<Option<T>>,
    ) -> Asked<Option<Tried<T>>> {
        let version = path.and_then(|it| view.version(it));
        let may_wait = match self {
            Time::First => view.snapshot.status.unread,
            // The place was counted in another text.
            Time::Again(before) if before != version => return Err(ReadError::Stale),
            Time::Again(_) => false,
        };
        if may_wait && waits == Waits::Always {
            return Ok(Some(Tried::Unread(version)));
        }
        Ok(match question()? {
            None if may_wait => Some(Tried::Unread(version)),
            answer => answer.map(Tried::Answer),
        })
    }
}

impl Link {
    /// Asks as [`Link::read_about`] does, or as [`Link::read`] where the question names no
    /// document; once more when all files are read, where it `waits`. The first time is queued
    /// before this function first waits.
    pub(crate) async fn read_whole<T: Send + 'static>(
        self: &Arc<Link>,
        (name, path): (&'static str, Option<VfsPath>),
        waits: Waits,
        question: impl Fn(&View<'_>) -> Asked<Option<T>> + Clone + Send + 'static,
    ) -> Result<Option<T>> {
        let ask = |time: Time| {
            let (question, path) = (question.clone(), path.clone());
            async move {
                let about = path.clone();
                let ask = move |view: &View<'_>| {
                    time.ask((view, path.as_ref()), waits, || question(view))
                };
                match about {
                    Some(about) => self.read_about(name, about, ask).await,
                    None => self.read(name, ask).await,
                }
            }
        };
        self.once_read(ask).await
    }

    /// Asks, and asks again after the files were read where the first time says so.
    pub(crate) async fn once_read<T, F>(
        self: &Arc<Link>,
        ask: impl Fn(Time) -> F,
    ) -> Result<Option<T>>
    where
        F: Future<Output = Result<Option<Tried<T>>>>,
    {
        let tried = match ask(Time::First).await? {
            Some(Tried::Unread(version)) => {
                self.await_files().await?;
                ask(Time::Again(version)).await?
            }
            tried => tried,
        };
        match tried {
            Some(Tried::Answer(answer)) => Ok(Some(answer)),
            Some(Tried::Unread(_)) | None => Ok(None),
        }
    }

    /// Waits until the files of the workspace that are known to be new or changed are read. The
    /// user is shown that, once for all who wait, and may stop it.
    ///
    /// # Errors
    /// Where the user stopped it, or the engine is about to.
    pub(crate) async fn await_files(self: &Arc<Link>) -> Result<()> {
        let reading = self.join_reading();
        let mut outcome = reading.outcome.clone();
        // A sender that is gone told nothing: the engine stops.
        let outcome = outcome.wait_for(Option::is_some).await;
        match outcome.ok().and_then(|it| it.clone()) {
            Some(RunOutcome::Done(_)) => Ok(()),
            Some(RunOutcome::Refused(why)) => Err(error::failed(why)),
            Some(_) => Err(error::of_read(ReadError::Cancelled)),
            None => Err(error::of_read(ReadError::Stopped)),
        }
    }

    /// The waiting that is under way, or a new one.
    fn join_reading(self: &Arc<Link>) -> Arc<Reading> {
        let mut shared = self.reading.lock().expect("no holder panics");
        if let Some(reading) = shared.upgrade().filter(|it| it.outcome.borrow().is_none()) {
            return reading;
        }
        let (run, done) = self.run(RunRequest::AwaitFiles);
        let (sender, outcome) = watch::channel(None);
        let link = self.clone();
        tokio::spawn(async move {
            // How far the reading is, is told by the reading.
            let (_percent, percent) = watch::channel(0);
            let outcome = match with_progress(&link, WAITING, done, percent).await {
                Some(Ok(outcome)) => outcome,
                // The user stopped it.
                None => RunOutcome::Cancelled,
                Some(Err(_)) => return,
            };
            // Whoever waited may have been cancelled.
            let _ = sender.send(Some(outcome));
        });
        let reading = Arc::new(Reading { engine: self.engine.clone(), run, outcome });
        *shared = Arc::downgrade(&reading);
        reading
    }
}

/// One waiting for the files, shared by all who wait; it ends with the last of them.
pub(crate) struct Reading {
    engine: Engine,
    run: RunId,
    outcome: watch::Receiver<Option<RunOutcome>>,
}

impl Drop for Reading {
    fn drop(&mut self) {
        // A run that has ended is not known any more.
        self.engine.cancel(self.run);
    }
}

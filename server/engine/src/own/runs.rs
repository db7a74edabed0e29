//! Trust given and taken back, and the product's own files taken in when they change.

use std::sync::Arc;

use proposal::{Proposal, Simulation};
use store::Trust;
use vfs::{Loader, VfsPath};

use crate::{
    Lane, NoticeLevel, Offer, RunId, RunOutcome, RunRequest,
    edits::tasks::EditContext,
    own::{OWN_FOLDER, Own, OwnRead, read, trust::Standing},
    state::GlobalState,
    task::{Task, TaskDone},
};

/// What comes back of a task.
pub(crate) enum OwnDone {
    /// The files were read anew; where a run asked for it, how it ends.
    Read(OwnRead, Option<(RunId, RunOutcome)>),
    /// What is not trusted was written into a document.
    Shown(RunId, Result<VfsPath, String>),
    /// Nothing came of it.
    Over(Option<(RunId, RunOutcome)>),
}

/// The user has a change of the product's own files applied, and has seen what it makes of them:
/// these contents are trusted from now on. Before it is applied: whoever reads the files afterwards
/// finds the trust there. What a change does to a text that was not trusted shows only a part of
/// it, and what is taken back may be anybody's: both are asked about.
pub(crate) fn carry_trust(ctx: &EditContext, proposal: &Proposal, simulation: &Simulation) {
    let Some(root) = ctx.snapshot.roots.first() else { return };
    if !ctx.is_owner || proposal.reverses.is_some() {
        return;
    }
    let folder = root.join(OWN_FOLDER);
    let is_own = |it: &&VfsPath| it.starts_with(&folder);
    if !simulation.files.iter().any(|it| it.after.as_ref().filter(is_own).is_some()) {
        return;
    }
    let given = ctx.trust.of(root.as_str()).and_then(|row| {
        let mut row = row.unwrap_or_default();
        let mut is_new = false;
        for file in &simulation.files {
            let path = file.after.as_ref().filter(is_own).and_then(|it| it.relative_to(root));
            let Some((path, text)) = path.zip(file.post_text()) else { continue };
            let before = file.before.as_ref().and_then(|it| it.relative_to(root));
            let was_trusted = match (&file.before, before.zip(file.pre_text())) {
                (None, _) => true,
                (Some(_), Some((before, text))) => row.has(before, text),
                (Some(_), None) => false,
            };
            if was_trusted {
                row.accept(path, text);
                is_new = true;
            }
        }
        if is_new { ctx.trust.give(root.as_str(), row) } else { Ok(()) }
    });
    if let Err(error) = given {
        tracing::warn!(%error, "the trust could not be carried on: it is asked for again");
    }
}

impl GlobalState {
    /// Takes in what was read of the files under `.aios/`, if no trust was given or taken since: a
    /// look that began before says what was.
    pub(crate) fn own_files(&mut self, read: OwnRead) {
        if read.n_trust_writes < self.outside.trust.n_writes() {
            return self.read_own_again();
        }
        let trouble = read.trouble.clone();
        let old = Arc::clone(&self.own);
        let next = Own::next(&old, read, self.configuration.layers_mut());
        self.settings_changed();
        if let Some(trouble) = trouble {
            self.clients.message(NoticeLevel::Warning, format!("nothing is trusted: {trouble}"));
        }
        for problem in next.problems.iter().filter(|it| !old.problems.contains(it)) {
            self.clients.message(NoticeLevel::Warning, format!("{problem}; what was good stays"));
        }
        let is_asked_for = matches!(next.standing, Standing::Untrusted | Standing::Changed);
        let is_news = next.fingerprint != old.fingerprint || next.standing != old.standing;
        self.own = Arc::new(next);
        if is_news {
            self.settle_agents();
            self.read_schedules();
        }
        if is_asked_for && is_news {
            self.ask_for_trust();
        }
    }

    /// Asks whoever can answer whether the workspace is trusted; until then it is restricted.
    pub(crate) fn ask_for_trust(&mut self) {
        let own = Arc::clone(&self.own);
        let files: Vec<&str> = own.changes.iter().map(|it| it.path.as_str()).collect();
        let what = match own.standing {
            Standing::Changed => "came or changed since you trusted this workspace",
            _ => "came with this workspace, or was written by somebody else",
        };
        let text = format!(
            "{} {what}: until you trust it, nothing of it acts and no checks are run. Searching, \
             navigating and your own changes work.",
            files.join(", ")
        );
        let seen = own.fingerprint.clone();
        self.clients.offer(
            text,
            vec![
                Offer { title: "Look".to_owned(), request: RunRequest::ShowTrust },
                Offer {
                    title: "Trust".to_owned(),
                    request: RunRequest::Trust { seen: Some(seen) },
                },
            ],
        );
    }

    /// Trusts the files as they are on disk now, where they are what was seen.
    pub(crate) fn give_trust(&mut self, run: RunId, seen: Option<String>) {
        let now_ms = self.outside.clock.wall_ms();
        self.own_task(run, "trust", move |loader, trust, root| {
            let mut own = read(loader, trust, root);
            let (_, changes, fingerprint) =
                crate::own::trust::standing(&own.files, own.trusted.as_ref());
            if seen.is_some_and(|it| it != fingerprint) {
                let why = "the files under .aios/ changed since you looked; look again";
                return (own, RunOutcome::Refused(why.to_owned()));
            }
            let mut row = own.trusted.clone().unwrap_or_default();
            row.given_ms = now_ms;
            own.files.iter().for_each(|(path, text)| row.accept(path, text));
            match trust.give(root.as_str(), row.clone()) {
                Ok(()) => {
                    (own.trusted, own.n_trust_writes) = (Some(row), trust.n_writes());
                    let n = changes.len();
                    let text = format!("trusted {root}: {n} new or changed files under .aios/");
                    (own, RunOutcome::Done(text))
                }
                Err(error) => (own, RunOutcome::Failed(error.to_string())),
            }
        });
    }

    /// Takes the trust back.
    pub(crate) fn take_trust(&mut self, run: RunId) {
        self.own_task(run, "untrust", |loader, trust, root| {
            let outcome = match trust.take(root.as_str()) {
                Ok(true) => RunOutcome::Done(format!("{root} is not trusted any more")),
                Ok(false) => RunOutcome::Refused(format!("{root} was not trusted")),
                Err(error) => RunOutcome::Failed(error.to_string()),
            };
            (read(loader, trust, root), outcome)
        });
    }

    /// Writes what is not trusted into a document, and has the client open it.
    pub(crate) fn show_trust(&mut self, run: RunId) {
        let Some(folder) = self.outside.proposals_folder.clone() else {
            let why = "there is no state folder to write it to".to_owned();
            return self.end_run(run, RunOutcome::Refused(why));
        };
        let own = Arc::clone(&self.own);
        let path = folder.join("trust.diff");
        let text = crate::own::trust::document(&own);
        let lost = RunOutcome::Failed("internal error, see the log".to_owned());
        self.outside.give(Task {
            lane: Lane::Latency,
            name: "show trust",
            on_panic: TaskDone::Own(Box::new(OwnDone::Over(Some((run, lost))))),
            work: Box::new(move || {
                let written = disk::write_document(&path, &text).map_err(|it| it.to_string());
                TaskDone::Own(Box::new(OwnDone::Shown(run, written.map(|()| path))))
            }),
        });
    }

    fn read_own_again(&self) {
        let Some(root) = self.files.roots.first().cloned() else { return };
        let (loader, trust) = (Arc::clone(&self.outside.loader), Arc::clone(&self.outside.trust));
        self.outside.give(Task {
            lane: Lane::Latency,
            name: "read own files",
            on_panic: TaskDone::Own(Box::new(OwnDone::Over(None))),
            work: Box::new(move || {
                let read = read(loader.as_ref(), &trust, &root);
                TaskDone::Own(Box::new(OwnDone::Read(read, None)))
            }),
        });
    }

    fn own_task(
        &mut self,
        run: RunId,
        name: &'static str,
        work: impl FnOnce(&dyn Loader, &Trust, &VfsPath) -> (OwnRead, RunOutcome) + Send + 'static,
    ) {
        let Some(root) = self.files.roots.first().cloned() else {
            let why = "no folder is open that could be trusted".to_owned();
            return self.end_run(run, RunOutcome::Refused(why));
        };
        let loader = Arc::clone(&self.outside.loader);
        let trust = Arc::clone(&self.outside.trust);
        let lost = RunOutcome::Failed("internal error, see the log".to_owned());
        self.outside.give(Task {
            lane: Lane::Latency,
            name,
            on_panic: TaskDone::Own(Box::new(OwnDone::Over(Some((run, lost))))),
            work: Box::new(move || {
                let (read, outcome) = work(loader.as_ref(), &trust, &root);
                TaskDone::Own(Box::new(OwnDone::Read(read, Some((run, outcome)))))
            }),
        });
    }

    /// Takes in what a task brought.
    pub(crate) fn own_done(&mut self, done: OwnDone) {
        let (read, run) = match done {
            OwnDone::Read(read, run) => (Some(read), run),
            OwnDone::Over(run) => (None, run),
            OwnDone::Shown(run, Ok(path)) => (None, Some((run, RunOutcome::Shown(path)))),
            OwnDone::Shown(run, Err(why)) => (None, Some((run, RunOutcome::Failed(why)))),
        };
        if let Some(read) = read {
            self.own_files(read);
        }
        if let Some((run, outcome)) = run {
            self.end_run(run, outcome);
        }
    }
}

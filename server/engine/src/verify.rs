//! Checking a change: what the code says, then the project's own commands in a sandboxed copy.
//! The loop's side; the work is in `verify::tasks`.

pub(crate) mod checks;
pub(crate) mod tasks;
pub(crate) mod verdict;

use std::sync::Arc;

use proposal::{Outcome, Proposal, ProposalId, Simulation, TransactionId, UndoScope};
use sandbox::{Launcher, Machine};
use settings::{RollbackPolicy, VerifyWhen};

use crate::{
    Lane, Notice, Offer, ProgressState, RunId, RunOutcome, RunRequest, Standing, Verdict,
    VerdictOutcome,
    event::{ClientId, Event},
    state::GlobalState,
    task::{Task, TaskDone},
    verify::tasks::{Subject, VerifyContext},
};

/// With what commands are run.
#[derive(Clone, Debug)]
pub struct Sandboxing {
    /// The program that becomes the supervisor.
    pub launcher: Launcher,
    /// What of the machine a command sees.
    pub machine: Machine,
}

/// What comes back of a check, and what is told on the way.
pub(crate) enum VerifyDone {
    /// A check says how far it is.
    Progress(RunId, String),
    /// It is over.
    Over(RunId, Box<RunOutcome>),
}

impl GlobalState {
    /// Checks a proposal, or without one the workspace as it is.
    pub(crate) fn verify(&mut self, run: RunId, proposal: Option<ProposalId>) {
        let subject = match proposal {
            Some(id) => Subject::Recorded(id),
            None => Subject::Workspace,
        };
        self.verify_subject(run, subject);
    }

    /// A change was applied: it is checked, where that is wanted and may be.
    pub(crate) fn verify_applied(
        &mut self,
        client: ClientId,
        (transaction, outcome): (&TransactionId, &Outcome),
        proposal: &Arc<Proposal>,
        simulation: &Arc<Simulation>,
    ) {
        let is_wanted = self.configuration.settings.verify.when == VerifyWhen::After
            && *outcome == Outcome::Applied
            && proposal.reverses.is_none();
        // A command of one moment ends before a check would: it asks for it by itself.
        let stays = self.clients.abilities(client).apply_edit;
        let may = self.own.standing == Standing::Trusted && self.outside.sandboxing.is_some();
        if !is_wanted || !stays || !may {
            return;
        }
        let run = self.runs.own_id();
        self.runs.begin_own(run, client, "verify", self.outside.clock.now_ms());
        let subject = Subject::Applied {
            proposal: Arc::clone(proposal),
            simulation: Arc::clone(simulation),
            transaction: transaction.clone(),
        };
        self.verify_subject(run, subject);
    }

    fn verify_subject(&mut self, run: RunId, subject: Subject) {
        let Some(root) = self.files.roots.first().cloned() else {
            let why = "no folder is open that could be checked".to_owned();
            return self.end_run(run, RunOutcome::Refused(why));
        };
        if self.own.standing != Standing::Trusted {
            let why = "the project's own checks run its code: trust the workspace first \
                       (`aios trust`, or the command aios.trust)";
            return self.end_run(run, RunOutcome::Refused(why.to_owned()));
        }
        let (Some(sandboxing), Some(folder)) =
            (self.outside.sandboxing.clone(), self.outside.verify_folder())
        else {
            let why = "this program has no sandbox to check in".to_owned();
            return self.end_run(run, RunOutcome::Refused(why));
        };
        self.begin_progress(run, "Checking");
        let Some(edit) = self.edit_context_of(run) else { return };
        let inbox = self.outside.inbox.clone();
        let settings = self.configuration.settings.verify.clone();
        let lost = RunOutcome::Failed("internal error, see the log".to_owned());
        self.outside.give(Task {
            lane: Lane::Outside,
            name: "verify",
            on_panic: TaskDone::Verify(VerifyDone::Over(run, Box::new(lost))),
            work: Box::new(move || {
                let say = Box::new(move |text| {
                    inbox.send(Event::Task(TaskDone::Verify(VerifyDone::Progress(run, text))));
                });
                let edit = &edit;
                let context = VerifyContext { edit, sandboxing, folder, root, settings, say };
                let outcome = tasks::verify(&context, subject);
                TaskDone::Verify(VerifyDone::Over(run, Box::new(outcome)))
            }),
        });
    }

    /// Takes in what a check says.
    pub(crate) fn verify_done(&mut self, done: VerifyDone) {
        match done {
            VerifyDone::Progress(run, message) => {
                let Some(client) = self.runs.get(run).map(|it| it.client) else { return };
                let state = ProgressState::Report { message, percent: None };
                self.clients.tell(client, Notice::Progress { run, state });
            }
            VerifyDone::Over(run, outcome) => {
                let client = self.runs.get(run).map(|it| it.client);
                if let (RunOutcome::Verified { verdict, transaction: Some(id), .. }, Some(client)) =
                    (&*outcome, client)
                {
                    self.judge(client, verdict, id);
                }
                self.end_run(run, *outcome);
            }
        }
    }

    /// A change that was just applied was checked: it stays, goes, or the user decides.
    fn judge(&mut self, client: ClientId, verdict: &Verdict, transaction: &TransactionId) {
        if verdict.outcome != VerdictOutcome::Failed {
            return;
        }
        let (transaction, scope) = (Some(transaction.clone()), UndoScope::Transaction);
        let undo = RunRequest::Undo { transaction, scope };
        let text = format!("the change fails its checks: {}", verdict.first_failure());
        match self.configuration.settings.verify.rollback {
            RollbackPolicy::Always => {
                let text = format!("{text}; it is taken back");
                self.clients.message(crate::NoticeLevel::Warning, text);
                let run = self.runs.own_id();
                self.start_run(client, run, undo);
            }
            RollbackPolicy::Ask => {
                let offer = Offer { title: "Take it back".to_owned(), request: undo };
                self.clients.offer(text, vec![offer]);
            }
            RollbackPolicy::Never => self.clients.message(crate::NoticeLevel::Warning, text),
        }
    }
}

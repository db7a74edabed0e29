//! Runs: who asked for what, how it is cancelled, and that each ends with one outcome.

use std::collections::{BTreeMap, VecDeque};

use agent::SkillReply;
use proposal::paths_below;
use vfs::VfsPath;

use crate::{
    Area, Notice, Place, ProgressState, RunId, RunOutcome, RunRequest,
    event::ClientId,
    policy,
    skills::{SkillCall, Understood},
    state::GlobalState,
    task::Cancel,
};

/// Runs under way at most; further ones are refused.
const RUNS_MAX: usize = 64;
/// Ids of runs that nobody asked for begin here, far above those that handles give out.
const OWN_RUNS: u64 = 1 << 48;

/// The runs under way.
#[derive(Default)]
pub(crate) struct Runs {
    runs: BTreeMap<RunId, Run>,
    /// The one that changes files now.
    editing: Option<RunId>,
    /// Those that will: an undo that is asked for while a change is being measured takes back that
    /// change.
    waiting: VecDeque<(RunId, RunRequest)>,
    /// Those that begin once the workspace is read.
    until_read: Vec<(RunId, RunRequest)>,
    /// Skills that are asked once the history is read, by the run that reads it.
    after_history: BTreeMap<RunId, SkillCall>,
    n_own: u64,
}

/// A run under way.
pub(crate) struct Run {
    pub(crate) client: ClientId,
    pub(crate) cancel: Cancel,
    name: &'static str,
    began_ms: u64,
    has_progress: bool,
    /// True where it is done for a step of a workflow.
    is_child: bool,
    /// Where the user was, for what they choose next.
    at: Option<Area>,
    /// The file that it is about, where it is told.
    about: Option<VfsPath>,
    /// What a sentence was taken for.
    understood: Option<Understood>,
}

impl Run {
    fn new(client: ClientId, name: &'static str, began_ms: u64) -> Run {
        let cancel = Cancel::default();
        Run {
            client,
            cancel,
            name,
            began_ms,
            has_progress: false,
            is_child: false,
            at: None,
            about: None,
            understood: None,
        }
    }
}

impl Run {
    /// False for what is done for a step of a workflow, or by itself: its client hears of the
    /// whole.
    pub(crate) fn is_heard_of(&self) -> bool {
        !self.is_child
    }
}

impl Runs {
    /// How many are under way.
    pub(crate) fn len(&self) -> usize {
        self.runs.len()
    }

    /// A run that had yielded changes files again, unless another one does.
    pub(crate) fn resume_edit(&mut self, run: RunId) {
        self.editing.get_or_insert(run);
    }

    /// Has a skill asked once the history is read by the same run.
    pub(crate) fn after_history(&mut self, run: RunId, call: SkillCall) {
        self.after_history.insert(run, call);
    }

    /// The skill that waited for the history.
    pub(crate) fn take_after_history(&mut self, run: RunId) -> Option<SkillCall> {
        self.after_history.remove(&run)
    }

    /// Notes where the user of a run is.
    pub(crate) fn keep_place(&mut self, run: RunId, at: Option<Area>) {
        if let Some(run) = self.runs.get_mut(&run) {
            run.at = at;
        }
    }

    /// Where the user of a run is.
    pub(crate) fn take_place(&mut self, run: RunId) -> Option<Area> {
        self.runs.get_mut(&run)?.at.take()
    }

    /// Notes what a sentence was taken for.
    pub(crate) fn understood(&mut self, run: RunId, what: Understood) {
        if let Some(run) = self.runs.get_mut(&run) {
            run.understood = Some(what);
        }
    }

    /// What a sentence was taken for.
    pub(crate) fn take_understood(&mut self, run: RunId) -> Option<Understood> {
        self.runs.get_mut(&run)?.understood.take()
    }

    /// The run.
    pub(crate) fn get(&self, run: RunId) -> Option<&Run> {
        self.runs.get(&run)
    }

    /// Asks all of them to end.
    pub(crate) fn cancel_all(&self) {
        self.runs.values().for_each(|it| it.cancel.cancel());
    }

    /// Notes a run that the server begins by itself, for a client.
    pub(crate) fn begin_own(
        &mut self,
        id: RunId,
        client: ClientId,
        name: &'static str,
        began_ms: u64,
    ) {
        self.runs.insert(id, Run::new(client, name, began_ms));
    }

    /// Notes a run that is done for a step of a workflow: its client hears of the whole only.
    pub(crate) fn begin_child(&mut self, id: RunId, client: ClientId, began_ms: u64) {
        let run = Run::new(client, "step", began_ms);
        self.runs.insert(id, Run { is_child: true, ..run });
    }

    /// An id for a run of the server's own.
    pub(crate) fn own_id(&mut self) -> RunId {
        self.n_own += 1;
        RunId(OWN_RUNS + self.n_own)
    }
}

impl GlobalState {
    /// Starts what a client wants done, or says why not.
    pub(crate) fn start_run(&mut self, client: ClientId, id: RunId, request: RunRequest) {
        let name = request.name();
        let about = match &request {
            RunRequest::Skill { call, .. } => self.file_of(call),
            _ => None,
        };
        let run = Run { about, ..Run::new(client, name, self.outside.clock.now_ms()) };
        let denied = match self.clients.caller(client) {
            Some(caller) => policy::authorise_run(caller, &request).err(),
            None => Some("the client is not known".to_owned()),
        };
        // Agents have a queue of their own.
        let is_agent = matches!(
            request,
            RunRequest::RunAgent(_) | RunRequest::ResumeAgent(..) | RunRequest::GoOnWithAgent(..)
        );
        let n_others = self.runs.len() - self.agent_runs.len().min(self.runs.len());
        let is_full = !is_agent && RUNS_MAX <= n_others;
        self.runs.runs.insert(id, run);
        if let Some(why) = denied {
            self.end_run(id, RunOutcome::Refused(why));
        } else if is_full {
            let why = format!("{RUNS_MAX} runs are under way already");
            self.end_run(id, RunOutcome::Refused(why));
        } else {
            self.dispatch(id, request);
        }
    }

    /// What was typed is this skill.
    pub(crate) fn typed_as(&mut self, id: RunId, call: &SkillCall) {
        let about = self.file_of(call);
        if let Some(run) = self.runs.runs.get_mut(&id) {
            (run.name, run.about) = (call.skill.skill().name, about);
        }
    }

    /// The file that a skill is about, where it is told.
    fn file_of(&self, call: &SkillCall) -> Option<VfsPath> {
        if let Some(named) = call.arguments.get("file") {
            let below = self.files.roots.first().map(|it| it.join(named));
            return VfsPath::new(named).or(below);
        }
        match call.at.as_ref()? {
            Area::Range { path, .. } | Area::Place(Place::Position { path, .. }) => {
                Some(path.clone())
            }
            Area::Place(_) => None,
        }
    }

    /// Begins what a run does, once the hooks were called that come before.
    pub(crate) fn dispatch(&mut self, id: RunId, request: RunRequest) {
        if request.needs_all_files() && self.index.is_reading() {
            // Who only waits tells so itself, if it takes long.
            if !matches!(request, RunRequest::AwaitFiles) {
                self.begin_progress(id, "Waiting for the workspace to be read");
            }
            self.runs.until_read.push((id, request));
        } else if let Some(request) = self.before(id, request) {
            self.dispatch_hooked(id, request);
        }
    }

    /// Begins what a run does, at once or after those that change files.
    pub(crate) fn dispatch_hooked(&mut self, id: RunId, request: RunRequest) {
        if matches!(request, RunRequest::AwaitFiles) {
            self.end_run(id, RunOutcome::Done("the workspace is read".to_owned()));
        } else if let RunRequest::Verify(proposal) = request {
            // It takes its time and changes nothing: what changes files does not wait for it.
            self.verify(id, proposal);
        } else if matches!(request, RunRequest::Index) {
            self.index_run(id);
        } else if let RunRequest::ReadHistory(depth) = request {
            self.history_run(id, depth);
        } else if let RunRequest::Remember(remember) = request {
            self.remember_run(id, *remember);
        } else if let RunRequest::Forget(forget) = request {
            self.forget_run(id, forget);
        } else if let RunRequest::RunAgent(task) = request {
            self.start_agent(id, *task);
        } else if let RunRequest::RunWorkflow(task) = request {
            self.start_workflow(id, *task);
        } else if let RunRequest::ResumeWorkflow(run, is_approved) = request {
            self.resume_workflow(id, run, is_approved);
        } else if let RunRequest::ResumeAgent(agent_run, then) = request {
            self.resume_agent(id, agent_run, then);
        } else if let RunRequest::GoOnWithAgent(agent_run, message, then) = request {
            self.go_on_with_agent(id, agent_run, message, then);
        } else if let RunRequest::EditGiven(given) = request {
            // The client edits whoever else does: nothing waits for it, nor it for others.
            self.edit_given(id, *given);
        } else if let RunRequest::Skill { call, then } = request {
            self.skill_run(id, *call, then);
        } else if let RunRequest::Do { text, at, then } = request {
            self.typed(id, text, at, then);
        } else if let RunRequest::Evolve(request) = request {
            self.evolve_run(id, request);
        } else {
            self.queue_edit(id, request);
        }
    }

    /// The workspace is read: begins what waited for that.
    pub(crate) fn begin_read(&mut self) {
        for (id, request) in std::mem::take(&mut self.runs.until_read) {
            self.dispatch(id, request);
        }
    }

    /// Begins a run that changes files when its turn comes.
    pub(crate) fn queue_edit(&mut self, id: RunId, request: RunRequest) {
        self.finish_given();
        self.runs.waiting.push_back((id, request));
        self.next_edit();
    }

    /// Begins the next run that changes files, where none does.
    fn next_edit(&mut self) {
        if self.runs.editing.is_some() {
            return;
        }
        let Some((id, request)) = self.runs.waiting.pop_front() else { return };
        self.runs.editing = Some(id);
        self.carry_out(id, request);
    }

    /// Lets the next run begin although `id` goes on: it waits for the user.
    pub(crate) fn yield_edit(&mut self, id: RunId) {
        if self.runs.editing == Some(id) {
            self.runs.editing = None;
            self.next_edit();
        }
    }

    fn carry_out(&mut self, id: RunId, request: RunRequest) {
        match request {
            RunRequest::Index => self.index_run(id),
            RunRequest::AwaitFiles => self.dispatch(id, RunRequest::AwaitFiles),
            RunRequest::ReadHistory(depth) => self.history_run(id, depth),
            RunRequest::Remember(remember) => self.remember_run(id, *remember),
            RunRequest::Forget(forget) => self.forget_run(id, forget),
            RunRequest::Rename { at, new_name, then } => self.rename(id, at, new_name, then),
            RunRequest::EditGiven(given) => self.edit_given(id, *given),
            RunRequest::Refactor { at, refactor, then } => self.refactor(id, at, refactor, then),
            RunRequest::MoveFiles { moves, mover, then } => {
                self.move_files(id, moves, mover, then);
            }
            RunRequest::Rewrite { rewrite, then } => self.rewrite(id, rewrite, then),
            RunRequest::CreateSettings { root, then } => self.create_settings(id, root, then),
            RunRequest::Write { title, reason, files, then } => {
                self.write_files(id, (title, reason), files, then);
            }
            RunRequest::Agent(request) => self.agent_run(id, request),
            RunRequest::Skill { call, then } => self.skill_change(id, *call, then),
            RunRequest::Do { text, at, then } => self.typed(id, text, at, then),
            RunRequest::ClearFindings => self.clear_findings(id),
            RunRequest::RunAgent(task) => self.start_agent(id, *task),
            RunRequest::ResumeAgent(agent_run, then) => self.resume_agent(id, agent_run, then),
            RunRequest::GoOnWithAgent(agent_run, message, then) => {
                self.go_on_with_agent(id, agent_run, message, then);
            }
            RunRequest::ShowRun(agent_run) => self.show_run(id, agent_run),
            RunRequest::RunWorkflow(task) => self.start_workflow(id, *task),
            RunRequest::ResumeWorkflow(run, is_approved) => {
                self.resume_workflow(id, run, is_approved);
            }
            RunRequest::Follow(proposal) => self.follow_proposal(id, proposal),
            RunRequest::Trust { seen } => self.give_trust(id, seen),
            RunRequest::Untrust => self.take_trust(id),
            RunRequest::Verify(proposal) => self.verify(id, proposal),
            RunRequest::ShowTrust => self.show_trust(id),
            RunRequest::ShowProposal(proposal) => self.show_proposal(id, proposal),
            RunRequest::Apply(proposal) => self.apply_proposal(id, proposal),
            RunRequest::ApplyParts(proposal, choice) => self.apply_parts(id, proposal, choice),
            RunRequest::Reject(proposal) => self.reject_proposal(id, proposal),
            RunRequest::Undo { transaction, scope } => self.reverse(id, transaction, scope, true),
            RunRequest::Redo { transaction, scope } => self.reverse(id, transaction, scope, false),
            RunRequest::ReverseMany { selection, is_undo } => {
                self.reverse_many(id, selection, is_undo);
            }
            RunRequest::Recover => self.recover_run(id),
            RunRequest::ShowHistory(selection) => self.show_history(id, selection),
            RunRequest::ShowHits(sought) => self.show_hits(id, sought),
            RunRequest::Evolve(request) => self.evolve_run(id, request),
            RunRequest::ShowExperiment(experiment) => self.show_experiment(id, experiment),
            RunRequest::TakeBackExperiment(experiment, then) => {
                self.take_back_experiment(id, experiment, then);
            }
        }
    }

    /// A client does not want it done any more. What is being written is not stopped half way.
    pub(crate) fn cancel_run(&mut self, id: RunId) {
        if let Some(run) = self.runs.get(id) {
            run.cancel.cancel();
        }
        self.stop_asking(id);
        let n_waiting = self.runs.waiting.len() + self.runs.until_read.len();
        self.runs.waiting.retain(|it| it.0 != id);
        self.runs.until_read.retain(|it| it.0 != id);
        if self.runs.waiting.len() + self.runs.until_read.len() < n_waiting {
            self.end_run(id, RunOutcome::Cancelled);
        }
        if self.forget_hooks(id) {
            self.end_run(id, RunOutcome::Cancelled);
        }
        self.cancel_flow(id);
        if self.cancel_agent(id) {
            self.end_run(id, RunOutcome::Cancelled);
        }
        if self.cancel_index_run(id) && self.runs.get(id).is_some() {
            self.end_run(id, RunOutcome::Cancelled);
        }
    }

    /// Tells that a run has begun what may take a while. Where it had begun something else before,
    /// that goes on: a progress that is begun twice would never end in an editor.
    pub(crate) fn begin_progress(&mut self, id: RunId, title: &str) {
        let Some(run) = self.runs.runs.get_mut(&id).filter(|it| !it.is_child) else { return };
        if std::mem::replace(&mut run.has_progress, true) {
            return self.report_progress(id, title.to_owned());
        }
        let client = run.client;
        let state = ProgressState::Begin { title: title.to_owned(), cancellable: true };
        self.clients.tell(client, Notice::Progress { run: id, state });
    }

    /// Tells where a run is.
    pub(crate) fn report_progress(&mut self, id: RunId, message: String) {
        let Some(run) = self.runs.get(id).filter(|it| it.has_progress) else { return };
        let (client, percent) = (run.client, None);
        let state = ProgressState::Report { message, percent };
        self.clients.tell(client, Notice::Progress { run: id, state });
    }

    /// The same, where it was not told yet.
    pub(crate) fn begin_progress_once(&mut self, id: RunId, title: &str) {
        if self.runs.get(id).is_some_and(|it| !it.has_progress) {
            self.begin_progress(id, title);
        }
    }

    /// The one end of a run.
    pub(crate) fn end_run(&mut self, id: RunId, outcome: RunOutcome) {
        let Some(run) = self.runs.runs.remove(&id) else { return };
        let outcome = outcome.with_paths_below(&self.files.roots);
        if run.is_child {
            self.yield_edit(id);
            let is_known = self.child_ended(id, &outcome) || self.receiver_ended(id, &outcome);
            if !is_known {
                self.quiet_ended(id, &outcome);
            }
            return;
        }
        let took_ms = self.outside.clock.now_ms() - run.began_ms;
        tracing::info!(run = %id, name = run.name, took_ms, ?outcome, "run done");
        if run.has_progress {
            let state = ProgressState::End { message: outcome.describe() };
            self.clients.tell(run.client, Notice::Progress { run: id, state });
        }
        if let RunOutcome::Shown(path) = &outcome {
            self.clients.tell(run.client, Notice::ShowDocument { path: path.clone() });
        }
        self.note_run(run.client, (run.name, run.about.as_ref()), took_ms, &outcome);
        if matches!(&outcome, RunOutcome::Ran(report) if report.end == agent::End::Done) {
            self.after("run");
        }
        self.clients.tell(run.client, Notice::RunDone { run: id, outcome });
        self.yield_edit(id);
    }
}

impl RunOutcome {
    /// The outcome with the paths in its words written below the folders of the workspace.
    fn with_paths_below(mut self, roots: &[VfsPath]) -> RunOutcome {
        let below = |text: &mut String| *text = paths_below(text, roots);
        match &mut self {
            RunOutcome::Done(text) | RunOutcome::Refused(text) | RunOutcome::Failed(text) => {
                below(text);
            }
            RunOutcome::Changed { reason, .. } => reason.iter_mut().for_each(below),
            RunOutcome::Reversed { refused, .. } => {
                refused.iter_mut().for_each(|it| below(&mut it.1));
            }
            RunOutcome::Recovered(recovery) => recovery.troubles.iter_mut().for_each(below),
            _ => {}
        }
        self
    }

    /// The outcome in a few words, for people.
    pub fn describe(&self) -> String {
        use proposal::Outcome;
        match self {
            RunOutcome::Indexed(summary) => format!("{} files", summary.files),
            RunOutcome::HistoryRead(folders) => {
                let read = folders.iter().filter_map(|it| it.found.as_ref().ok());
                format!("{} commits", read.map(|it| it.reached).sum::<usize>())
            }
            RunOutcome::Remembered(memory) => format!("{} is remembered", memory.id),
            RunOutcome::Forgotten(n) => format!("{n} forgotten"),
            RunOutcome::Proposed { proposal, .. } => format!("{proposal} waits for an answer"),
            RunOutcome::Changed { outcome: Outcome::Applied, .. } => "applied".to_owned(),
            RunOutcome::Changed { outcome: Outcome::Declined, reason, .. } => match reason {
                Some(reason) => format!("not applied: {reason}"),
                None => "not applied".to_owned(),
            },
            RunOutcome::Changed { outcome: Outcome::Partial { done, missing, other }, .. } => {
                let all = done.len() + missing.len() + other.len();
                format!("applied in {} of {all} files", done.len())
            }
            RunOutcome::Rejected(_) => "set aside".to_owned(),
            RunOutcome::Reversed { is_undo, done, refused } => {
                let what = if *is_undo { "taken back" } else { "brought back" };
                let n_all = done.len() + refused.len();
                format!("{} of {n_all} changes {what}", done.len())
            }
            RunOutcome::Recovered(recovery) => recovery.describe(),
            RunOutcome::Ran(report) => report.describe(),
            RunOutcome::Flowed(report) => report.describe(),
            RunOutcome::Shown(path) => format!("open {path}"),
            RunOutcome::Replied { reply, .. } => match &**reply {
                SkillReply::Report { title, .. } | SkillReply::Change { title, .. } => {
                    title.clone()
                }
                SkillReply::Findings { findings, .. } => format!("{} findings", findings.len()),
                SkillReply::Choices { question, .. } => question.clone(),
                SkillReply::Nothing(why) => why.clone(),
            },
            RunOutcome::Done(what) => what.clone(),
            RunOutcome::Evolved { experiment, .. } => evolve::summary(experiment),
            RunOutcome::Verified { verdict, .. } => format!("checks {}", verdict.outcome.name()),
            RunOutcome::Refused(why) | RunOutcome::Failed(why) => why.clone(),
            RunOutcome::Cancelled => "cancelled".to_owned(),
        }
    }
}

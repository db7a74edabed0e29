//! The executor of agents' runs: what waits, what is under way, what hangs. It decides who goes
//! next; each step is a task on a thread of its own, and its result is the next input.
//!
//! A panic ends its run. A step that hangs is given up at its deadline: its run ends, its thread is
//! left behind and counted, and too many of those refuse further runs.

use std::{collections::BTreeMap, sync::Arc};

use agent::{AgentKind, AgentRun, Answer, Effect, End, Finding, Input, SkillReply};
use proposal::{AgentRunId, ProposalId};
use store::history::MessageRow;

use crate::{
    AgentReport, AgentTask, Lane, Notice, NoticeLevel, Priority, RunId, RunOutcome, RunRequest,
    Then,
    agents::{
        document::{Heard, Listener},
        messages,
        steps::{self, Begun, Came, Job, Kept, StepContext, Stepped},
    },
    edits::{EditDone, tasks},
    event::ClientId,
    state::GlobalState,
    task::{Task, TaskDone},
};

/// Runs that wait or are under way at most; further ones are refused.
const RUNS_MAX: usize = 4_096;
/// Steps that are carried out at once.
const STEPS_MAX: usize = 4;
/// Hanging steps that are put up with.
const LOST_MAX: usize = 16;
/// A step takes no longer, whatever its run may; but a model has limits of its own.
const STEP_MS_MAX: u64 = 300_000;
/// How long a step that nobody wants any more may take to notice.
const NOTICE_MS_MAX: u64 = 5_000;
/// Who waits longer for the next try hears why.
const WAIT_TOLD_MS: u64 = 1_000;
/// How often a step is tried.
const ATTEMPTS_MAX: u32 = 4;

/// Runs of agents.
#[derive(Default)]
pub(crate) struct AgentRuns {
    runs: BTreeMap<RunId, Live>,
    /// Those whose next step can begin, first come first served within a priority.
    ready: BTreeMap<(Priority, u64), RunId>,
    /// Runs that receive a message, each with the one that waits for its answer.
    receivers: BTreeMap<RunId, (RunId, String)>,
    /// Steps on their threads, by number.
    steps: BTreeMap<u64, UnderWay>,
    n_steps: u64,
    n_asked: u64,
    n_lost: usize,
}

/// A step on its thread.
struct UnderWay {
    /// Whose; none where its run went on without it.
    run: Option<RunId>,
    /// When it is given up.
    end_ms: u64,
}

/// A run that has not ended.
struct Live {
    priority: Priority,
    /// Who came first is done first.
    nth: u64,
    then: Then,
    /// What it does next; none while a step is under way.
    job: Option<Job>,
    /// The run itself, once its agent was found able to act.
    begun: Option<Box<Begun>>,
    /// When its time is over; none before its first step.
    deadline_ms: Option<u64>,
    /// When the step is tried again that failed last.
    retry_ms: Option<u64>,
    attempt: u32,
    hops: u32,
    /// True once its document was shown while it is under way.
    is_shown: bool,
    said: Vec<String>,
    findings: Vec<Finding>,
    proposals: Vec<ProposalId>,
}

/// What comes back of a step.
pub(crate) struct StepDone {
    run: RunId,
    nth: u64,
    stepped: Stepped,
}

impl AgentRuns {
    /// How many have not ended.
    pub(crate) fn len(&self) -> usize {
        self.runs.len()
    }

    /// When something is due.
    pub(crate) fn next_timer_ms(&self) -> Option<u64> {
        let retries = self.runs.values().filter_map(|it| it.retry_ms);
        let ends = self.runs.values().filter_map(|it| it.deadline_ms);
        retries.chain(ends).chain(self.steps.values().map(|it| it.end_ms)).min()
    }

    /// The run goes on without its step, which may take until `end_ms` to notice.
    fn leave_step(&mut self, run: RunId, end_ms: u64) {
        for step in self.steps.values_mut().filter(|it| it.run == Some(run)) {
            *step = UnderWay { run: None, end_ms: step.end_ms.min(end_ms) };
        }
    }

    fn make_ready(&mut self, run: RunId) {
        let Some(live) = self.runs.get(&run) else { return };
        self.ready.insert((live.priority, live.nth), run);
    }
}

impl GlobalState {
    /// Has an agent do something.
    pub(crate) fn start_agent(&mut self, run: RunId, task: AgentTask) {
        let (priority, then, hops) = (task.priority, task.then, task.hops);
        self.begin_progress(run, &format!("Agent {}", task.agent));
        self.add_live(run, Job::Begin(Box::new(task)), (priority, then));
        if let Some(live) = self.agent_runs.runs.get_mut(&run) {
            live.hops = hops;
        }
    }

    /// Goes on with a run that was interrupted.
    pub(crate) fn resume_agent(&mut self, run: RunId, id: AgentRunId, then: Then) {
        self.begin_progress(run, &format!("Going on with {id}"));
        self.add_live(run, Job::Resume(id), (Priority::High, then));
    }

    /// The user goes on with a run that has ended.
    pub(crate) fn go_on_with_agent(
        &mut self,
        run: RunId,
        id: AgentRunId,
        message: String,
        then: Then,
    ) {
        self.begin_progress(run, &format!("Going on with {id}"));
        self.add_live(run, Job::GoOn(id, message), (Priority::High, then));
    }

    /// Writes the document of a run and has it shown.
    pub(crate) fn show_run(&mut self, run: RunId, id: AgentRunId) {
        self.edit_task(run, "show run", move |ctx| {
            let Some(path) = ctx.snapshot.run_document(&id) else {
                let why = "there is no state folder that could hold documents";
                return EditDone::Over(run, *tasks::not_allowed(why));
            };
            EditDone::Over(
                run,
                match ctx.snapshot.run_page(&id) {
                    Err(why) => *tasks::not_allowed(why),
                    Ok(text) => match disk::write_document(&path, &text) {
                        Ok(()) => RunOutcome::Shown(path),
                        Err(error) => RunOutcome::Failed(error.to_string()),
                    },
                },
            )
        });
    }

    fn add_live(&mut self, run: RunId, job: Job, (priority, then): (Priority, Then)) {
        let refused = if RUNS_MAX <= self.agent_runs.len() {
            Some(format!("{RUNS_MAX} runs of agents wait or are under way already"))
        } else if LOST_MAX <= self.agent_runs.n_lost {
            Some(format!("{LOST_MAX} steps of agents hang: start the server anew"))
        } else {
            None
        };
        if let Some(why) = refused {
            return self.end_run(run, RunOutcome::Refused(why));
        }
        self.agent_runs.n_asked += 1;
        let live = Live {
            priority,
            nth: self.agent_runs.n_asked,
            then,
            job: Some(job),
            begun: None,
            deadline_ms: None,
            retry_ms: None,
            attempt: 1,
            hops: 0,
            is_shown: false,
            said: Vec::new(),
            findings: Vec::new(),
            proposals: Vec::new(),
        };
        self.agent_runs.runs.insert(run, live);
        self.agent_runs.make_ready(run);
        self.pump_agents();
    }

    /// Begins as many steps as may be carried out at once.
    fn pump_agents(&mut self) {
        while self.agent_runs.steps.len() < STEPS_MAX {
            let Some((_, run)) = self.agent_runs.ready.pop_first() else { return };
            self.begin_step(run);
        }
    }

    fn begin_step(&mut self, run: RunId) {
        let Some(ctx) = self.edit_context_of(run) else {
            self.agent_runs.runs.remove(&run);
            return;
        };
        let now_ms = self.outside.clock.now_ms();
        let is_heard_of = self.runs.get(run).is_some_and(|it| it.is_heard_of());
        let show = is_heard_of && self.run_abilities(run).can_show();
        let folder = self.outside.runs_folder().filter(|_| show);
        let Some(live) = self.agent_runs.runs.get_mut(&run) else { return };
        let Some(job) = live.job.take() else { return };
        let end_ms = match (&job, live.deadline_ms) {
            (Job::Carry(Effect::Ask(_)), Some(deadline_ms)) => deadline_ms,
            (_, deadline_ms) => deadline_ms.unwrap_or(u64::MAX).min(now_ms + STEP_MS_MAX),
        };
        let rows = live.begun.as_mut().map(|it| std::mem::take(&mut it.rows)).unwrap_or_default();
        let begun = live.begun.as_ref();
        let kept = begun.map(|it| Kept { id: it.id.clone(), rows, proposal: it.proposal.clone() });
        let def = begun.map(|it| it.machine.task().def.clone());
        let spent = begun.map(|it| *it.machine.spent()).unwrap_or_default();
        let about = begun.map(|it| it.machine.task().describe()).unwrap_or_default();
        let hops = live.hops;
        let document = folder.as_ref().zip(begun);
        let document = document.map(|(folder, it)| folder.join(&format!("{}.md", it.id)));
        let inbox = self.outside.inbox.clone();
        let listener = Listener { run, inbox, document };
        let (edit, programs) = (ctx, self.programs());
        let step = StepContext { edit, hops, about, kept, def, spent, folder, listener, programs };
        self.agent_runs.n_steps += 1;
        let nth = self.agent_runs.n_steps;
        self.agent_runs.steps.insert(nth, UnderWay { run: Some(run), end_ms });
        let attempt = self.agent_runs.runs.get(&run).map_or(1, |it| it.attempt);
        let lost = StepDone { run, nth, stepped: Stepped::Panicked };
        self.outside.give(Task {
            lane: Lane::Agents,
            name: job.name(),
            on_panic: TaskDone::AgentStep(Box::new(lost)),
            work: Box::new(move || {
                let stepped = steps::carry_out(step, job, attempt);
                TaskDone::AgentStep(Box::new(StepDone { run, nth, stepped }))
            }),
        });
    }

    /// Takes in what a step brought.
    pub(crate) fn agent_step_done(&mut self, done: StepDone) {
        let StepDone { run, nth, stepped } = done;
        match self.agent_runs.steps.remove(&nth) {
            // It was given up, and came back after all.
            None => self.agent_runs.n_lost = self.agent_runs.n_lost.saturating_sub(1),
            // Its run went on without it.
            Some(UnderWay { run: None, .. }) => {}
            Some(UnderWay { run: Some(_), .. }) => self.take_step(run, stepped),
        }
        self.pump_agents();
    }

    fn take_step(&mut self, run: RunId, stepped: Stepped) {
        let now_ms = self.outside.clock.now_ms();
        let Some(live) = self.agent_runs.runs.get_mut(&run) else { return };
        match stepped {
            Stepped::Begun(begun, effect) => {
                let seconds = u64::from(begun.machine.task().def.limits.seconds_max);
                live.deadline_ms = Some(now_ms + seconds * 1_000);
                live.said.extend(begun.said.iter().cloned());
                live.proposals.extend(begun.proposals.iter().cloned());
                live.begun = Some(begun);
                self.next_effect(run, effect);
            }
            Stepped::Came(came) => self.came(run, *came),
            Stepped::Sent(message) => self.deliver(run, &message),
            Stepped::Again { job, why, wait_ms } => {
                live.attempt += 1;
                if ATTEMPTS_MAX < live.attempt {
                    return self.feed(run, |_| Effect::Done(End::Failed(why)));
                }
                tracing::info!(%run, why, wait_ms, "a step of an agent is tried again");
                live.job = Some(*job);
                live.retry_ms = Some(now_ms + wait_ms);
                if WAIT_TOLD_MS <= wait_ms {
                    let seconds = wait_ms / 1_000;
                    self.report_progress(run, format!("{why}; again in {seconds} s"));
                }
            }
            Stepped::Ended(outcome, document) => self.ended(run, outcome, document),
            Stepped::Panicked => self
                .feed(run, |_| Effect::Done(End::Failed("internal error, see the log".to_owned()))),
        }
    }

    /// The model of a run says something: its client hears of it at once.
    pub(crate) fn agent_heard(&mut self, heard: Heard) {
        let Heard { run, document, words } = heard;
        let Some(live) = self.agent_runs.runs.get_mut(&run) else { return };
        let Some(client) = self.runs.get(run).map(|it| it.client) else { return };
        if let Some(path) = document
            && self.clients.abilities(client).live_documents
        {
            let notice = match std::mem::replace(&mut live.is_shown, true) {
                false => Notice::ShowDocument { path },
                true => Notice::DocumentChanged { path },
            };
            self.clients.tell(client, notice);
        }
        if !words.is_empty() {
            self.report_progress(run, words);
        }
    }

    /// A message goes to its receiver, whose run's answer is what the sender's call gives.
    fn deliver(&mut self, run: RunId, message: &MessageRow) {
        let receiver = self.runs.own_id();
        let client = self.runs.get(run).map(|it| it.client);
        let client = client.unwrap_or(ClientId(u64::MAX));
        let now_ms = self.outside.clock.now_ms();
        self.runs.begin_child(receiver, client, now_ms);
        self.agent_runs.receivers.insert(receiver, (run, message.id.clone()));
        let live = self.agent_runs.runs.get(&run);
        let task = AgentTask {
            message: messages::told(message),
            priority: live.map_or(Priority::Normal, |it| it.priority),
            cause: format!("message {} of {}", message.id, message.from),
            hops: message.hops,
            ..AgentTask::by_user(&message.to)
        };
        self.start_agent(receiver, task);
    }

    /// A receiver's run ended: its answer goes to the sender. False where `run` is no receiver's.
    pub(crate) fn receiver_ended(&mut self, run: RunId, outcome: &RunOutcome) -> bool {
        let Some((sender, id)) = self.agent_runs.receivers.remove(&run) else { return false };
        let answer = match outcome {
            RunOutcome::Ran(report) if report.end == End::Done => {
                let (title, text) = (id.clone(), report.text.clone());
                let reply = SkillReply::Report { title, markdown: text.clone() };
                Answer::Done { reply, text }
            }
            other => Answer::Failed(other.describe()),
        };
        let (kind, body) = match &answer {
            Answer::Done { text, .. } => ("answer", text.clone()),
            Answer::Failed(why) => ("refusal", why.clone()),
        };
        let at_ms = self.outside.clock.wall_ms();
        let row = steps::row(at_ms, (kind, format!("Answer to {id}"), body.clone()));
        self.note_answer(id, body);
        self.came(sender, Came::of(Input::Answer(Box::new(answer)), vec![row]));
        self.pump_agents();
        true
    }

    fn note_answer(&mut self, id: String, answer: String) {
        let Some(ctx) = self.edit_context() else { return };
        self.outside.give(Task {
            lane: Lane::Latency,
            name: "note answer",
            on_panic: TaskDone::Edit(EditDone::Lost),
            work: Box::new(move || {
                if let Err(error) = ctx.journal.messages().answer_message(&id, &answer) {
                    tracing::warn!(%error, "an answer is not kept");
                }
                TaskDone::Edit(EditDone::Lost)
            }),
        });
    }

    /// The result of an effect: what it was is kept for the report, and the run goes on with it.
    fn came(&mut self, run: RunId, came: Came) {
        let Some(live) = self.agent_runs.runs.get_mut(&run) else { return };
        let Some(begun) = &mut live.begun else { return };
        live.attempt = 1;
        begun.rows = came.rows;
        if came.proposal.is_some() {
            begun.proposal = None;
        }
        live.said.extend(came.said);
        live.findings.extend(came.findings);
        live.proposals.extend(came.proposal);
        let effect = begun.machine.step(came.input);
        let at_ms = self.outside.clock.wall_ms();
        let denied = begun.machine.take_denied().into_iter();
        begun.rows.extend(denied.map(|it| steps::row(at_ms, ("denied", "Not called".into(), it))));
        self.next_effect(run, effect);
    }

    fn next_effect(&mut self, run: RunId, effect: Effect) {
        self.report_agent(run, &effect);
        let Some(live) = self.agent_runs.runs.get_mut(&run) else { return };
        let is_end = matches!(effect, Effect::Done(_));
        live.job = Some(Job::Carry(effect));
        match is_end {
            // An end is written at once, whoever waits: it takes no time.
            true => self.begin_step(run),
            false => self.agent_runs.make_ready(run),
        }
    }

    fn report_agent(&mut self, run: RunId, effect: &Effect) {
        let message = match effect {
            Effect::Ask(_) => "asking the model".to_owned(),
            Effect::Call(call) => call.tool.name().to_owned(),
            Effect::Gather { title, .. } | Effect::Propose { title, .. } => {
                format!("proposing: {title}")
            }
            Effect::Say(_) | Effect::Done(_) => return,
        };
        self.report_progress(run, message);
    }

    /// Has the run decide what is next, without a step having ended.
    fn feed(&mut self, run: RunId, decide: impl FnOnce(&mut AgentRun) -> Effect) {
        let Some(live) = self.agent_runs.runs.get_mut(&run) else { return };
        let Some(begun) = &mut live.begun else {
            self.agent_runs.runs.remove(&run);
            return self.end_run(run, RunOutcome::Failed("internal error, see the log".to_owned()));
        };
        let effect = decide(&mut begun.machine);
        self.next_effect(run, effect);
    }

    /// A run is over, and that is on the disk.
    fn ended(
        &mut self,
        run: RunId,
        outcome: Result<End, RunOutcome>,
        document: Option<vfs::VfsPath>,
    ) {
        let Some(live) = self.agent_runs.runs.remove(&run) else { return };
        let (end, begun) = match (outcome, live.begun) {
            (Ok(end), Some(begun)) => (end, begun),
            (Ok(end), None) => return self.end_run(run, RunOutcome::Refused(end.why())),
            (Err(outcome), _) => return self.end_run(run, outcome),
        };
        let report = AgentReport {
            id: begun.id,
            agent: begun.machine.task().def.name.clone(),
            spent: *begun.machine.spent(),
            end,
            text: live.said.join("\n\n"),
            findings: live.findings,
            proposals: live.proposals,
            document,
        };
        let is_analyzer = begun.machine.task().def.kind == AgentKind::Analyzer;
        if (is_analyzer && report.end == End::Done) || !report.findings.is_empty() {
            let by = format!("agent {}", report.agent);
            let found = self.snapshot(Arc::default()).as_found(&by, &report.findings);
            if found != self.found {
                self.found = found;
                self.clients.tell_all(&Notice::Refresh);
            }
        }
        let is_followed = live.then == Then::Follow && !report.proposals.is_empty();
        // That it cannot be done is told by a message.
        let is_followed = is_followed || report.text.is_empty();
        self.show_transcript(run, report.document.clone(), (live.is_shown, is_followed));
        match (live.then, report.proposals.last()) {
            // What was proposed last is shown or applied; the others wait.
            (Then::Follow, Some(proposal)) => {
                self.queue_edit(run, RunRequest::Follow(proposal.clone()));
            }
            _ => self.end_run(run, RunOutcome::Ran(Box::new(report))),
        }
    }

    /// Has the client open the document of a run that is over, or read it again. Where a proposal
    /// is about to be shown, that is what the user wants to see.
    fn show_transcript(
        &mut self,
        run: RunId,
        document: Option<vfs::VfsPath>,
        (is_shown, is_followed): (bool, bool),
    ) {
        let (Some(path), Some(it)) = (document, self.runs.get(run)) else { return };
        let client = it.client;
        match (is_shown, is_followed) {
            (true, _) => self.clients.tell(client, Notice::DocumentChanged { path }),
            (false, true) => {}
            (false, false) => self.clients.tell(client, Notice::ShowDocument { path }),
        }
    }

    /// Shows or applies a proposal that waits, as the settings and the client's abilities say.
    pub(crate) fn follow_proposal(&mut self, run: RunId, id: ProposalId) {
        self.edit_task(run, "follow", move |ctx| {
            let found = tasks::recorded(ctx, &id);
            EditDone::Proposed(run, Then::Follow, found.map(Box::new))
        });
    }

    /// Somebody does not want an agent's run any more: it ends at once, whatever its step does.
    /// True where there is nothing to write of it.
    pub(crate) fn cancel_agent(&mut self, run: RunId) -> bool {
        let now_ms = self.outside.clock.now_ms();
        let Some(live) = self.agent_runs.runs.get_mut(&run) else { return false };
        live.retry_ms = None;
        let has_begun = live.begun.is_some();
        self.agent_runs.ready.retain(|_, it| *it != run);
        self.agent_runs.leave_step(run, now_ms + NOTICE_MS_MAX);
        self.cancel_receivers(run);
        match has_begun {
            true => self.feed(run, |machine| machine.step(Input::Cancelled)),
            false => drop(self.agent_runs.runs.remove(&run)),
        }
        self.pump_agents();
        !has_begun
    }

    /// Whoever works on a message of `run` stops: nobody waits for the answer.
    fn cancel_receivers(&mut self, run: RunId) {
        let of_run = |it: &(&RunId, &(RunId, String))| it.1.0 == run;
        let found = self.agent_runs.receivers.iter().filter(of_run).map(|it| *it.0);
        for receiver in found.collect::<Vec<RunId>>() {
            self.agent_runs.receivers.remove(&receiver);
            self.cancel_run(receiver);
        }
    }

    /// Ends what is over its time, and tries again what is due.
    pub(crate) fn agents_due(&mut self, now_ms: u64) {
        let runs = &mut self.agent_runs;
        let mut due = Vec::new();
        for (run, live) in &mut runs.runs {
            if live.retry_ms.is_some_and(|it| it <= now_ms) {
                live.retry_ms = None;
                due.push(*run);
            }
        }
        due.into_iter().for_each(|it| runs.make_ready(it));
        let is_over = |it: &(&RunId, &Live)| it.1.deadline_ms.is_some_and(|it| it <= now_ms);
        let over: Vec<RunId> = runs.runs.iter().filter(is_over).map(|it| *it.0).collect();
        let n_steps = runs.steps.len();
        let mut hanging = Vec::new();
        runs.steps.retain(|_, step| {
            let is_hanging = step.end_ms <= now_ms;
            hanging.extend(step.run.filter(|it| is_hanging && !over.contains(it)));
            !is_hanging
        });
        runs.n_lost += n_steps - runs.steps.len();
        for run in over {
            self.took_too_long(run, now_ms, |machine| machine.step(Input::TimeIsOver));
        }
        for run in hanging {
            let why = format!("a step took longer than {} seconds", STEP_MS_MAX / 1_000);
            self.took_too_long(run, now_ms, |_| Effect::Done(End::Failed(why)));
        }
        self.pump_agents();
    }

    /// Gives up whatever a run does now, and has it end as `decide` says.
    fn took_too_long(
        &mut self,
        run: RunId,
        now_ms: u64,
        decide: impl FnOnce(&mut AgentRun) -> Effect,
    ) {
        tracing::warn!(%run, "an agent's run took too long and is ended");
        if let Some(it) = self.runs.get(run) {
            it.cancel.cancel();
        }
        self.agent_runs.ready.retain(|_, it| *it != run);
        self.agent_runs.leave_step(run, now_ms + NOTICE_MS_MAX);
        self.cancel_receivers(run);
        let Some(live) = self.agent_runs.runs.get_mut(&run) else { return };
        (live.deadline_ms, live.retry_ms) = (None, None);
        self.feed(run, decide);
    }

    /// Tells what the end of another server interrupted.
    pub(crate) fn agents_interrupted(&mut self, rows: &[store::history::AgentRunRow]) {
        for it in rows {
            let (id, agent) = (&it.id, &it.agent);
            let text = format!(
                "run {id} of agent {agent} was interrupted; `aios runs resume {id}` goes on with it"
            );
            self.clients.message(NoticeLevel::Warning, text);
        }
    }
}

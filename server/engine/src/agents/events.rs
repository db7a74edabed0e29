//! What starts agents and workflows by itself: events, and times that come again; and what is
//! called before and after runs and changes. Only for what is trusted, and only in a server that
//! stays: a command of one moment starts nothing by itself.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use agent::{
    BoundHook, Cron, End, Handler, HookChain, HookNote, HookStep, SkillReply, Trigger,
    matches_event,
};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use proposal::ProposalId;
use store::history::MarkRow;

use crate::{
    AgentTask, Lane, Notice, NoticeLevel, Priority, RunId, RunOutcome, RunRequest, Then,
    WorkflowTask,
    agents::AgentDone,
    edits::{Confirm, EditDone},
    event::ClientId,
    state::GlobalState,
    task::{Task, TaskDone},
};

/// The machine's clock may be set: schedules are looked at this often.
const LOOK_MS_MAX: u64 = 60_000;
/// Days that are looked through for the next time of a schedule.
const DAYS_MAX: usize = 366 * 5;
/// An event starts the same no more often than this within a minute: what it starts may cause it.
const STARTS_MAX: usize = 12;
/// Missed times that are counted.
const MISSED_MAX: usize = 1_000;

/// What starts by itself.
#[derive(Default)]
pub(crate) struct Events {
    schedules: Vec<Schedule>,
    /// When they are looked at next, by the loop's clock.
    look_ms: Option<u64>,
    /// Hooks that are not called again.
    used: BTreeSet<String>,
    /// Runs that wait for their hooks.
    chains: BTreeMap<RunId, Chain>,
    /// Calls of hooks, by the run that makes them.
    calls: BTreeMap<RunId, RunId>,
    /// Runs that something started by itself, by what they are of.
    started: BTreeMap<RunId, String>,
    /// When events started what, in the last minute.
    lately: BTreeMap<String, VecDeque<u64>>,
}

struct Schedule {
    owner: Owner,
    pattern: String,
    cron: Cron,
    /// In milliseconds since 1970.
    next_ms: Option<u64>,
}

/// What a trigger starts.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Owner {
    Agent(String),
    Workflow(String),
}

struct Chain {
    chain: HookChain,
    /// What is done when all were called; nothing after the event.
    then: Option<RunRequest>,
    /// How a change is confirmed that was on its way to be applied.
    confirm: Option<Confirm>,
}

impl Owner {
    fn name(&self) -> String {
        match self {
            Owner::Agent(name) => format!("agent {name}"),
            Owner::Workflow(name) => format!("workflow {name}"),
        }
    }
}

impl Events {
    /// When something is due, by the loop's clock.
    pub(crate) fn next_timer_ms(&self) -> Option<u64> {
        self.look_ms
    }
}

/// The first time of `cron` after `after_ms`, here.
fn next_time(cron: &Cron, after_ms: u64, zone: &TimeZone) -> Option<u64> {
    let after = Timestamp::from_millisecond(after_ms.cast_signed()).ok()?;
    let mut date = after.to_zoned_datetime(zone.clone()).date();
    for _ in 0..DAYS_MAX {
        let weekday = date.weekday().to_sunday_zero_offset() as u8;
        if cron.has_day(date.month() as u8, date.day() as u8, weekday) {
            for (hour, minute) in cron.times() {
                let time = date.at(hour as i8, minute as i8, 0, 0);
                let time = time.to_zoned_datetime(zone.clone()).ok()?.timestamp();
                if after < time {
                    return Some(time.as_millisecond().cast_unsigned());
                }
            }
        }
        date = date.checked_add(1.day()).ok()?;
    }
    None
}

impl GlobalState {
    /// Everything that something starts by itself here: nothing where nobody has trusted it, or the
    /// server ends soon anyway.
    fn triggers(&self) -> Vec<(Owner, Trigger)> {
        if !self.own.standing.files_may_act() || !self.clients.any_stays() {
            return Vec::new();
        }
        let agents = self.own.agents.values().flat_map(|def| {
            def.triggers.iter().map(|it| (Owner::Agent(def.name.clone()), it.clone()))
        });
        let workflows = self.own.workflows.values().flat_map(|def| {
            def.triggers.iter().map(|it| (Owner::Workflow(def.name.clone()), it.clone()))
        });
        agents.chain(workflows).collect()
    }

    /// Something happened: what waits for it is started, one run of each at a time.
    pub(crate) fn fire(&mut self, event: &str, path: Option<&vfs::VfsPath>) {
        let below = path.and_then(|path| {
            let root = self.files.root_of(path)?;
            Some(path.relative_to(root)?.to_owned())
        });
        for (owner, trigger) in self.triggers() {
            let Trigger::Event(pattern) = &trigger else { continue };
            if matches_event(pattern, event, below.as_deref()) {
                let cause = match &below {
                    Some(path) => format!("event {event} {path}"),
                    None => format!("event {event}"),
                };
                self.start_by_itself(&owner, cause, below.as_deref());
            }
        }
    }

    /// Looks at the schedules anew: the files or the clients have changed. What was missed while no
    /// server ran is told and not made up for.
    pub(crate) fn read_schedules(&mut self) {
        let schedules = self.triggers().into_iter().filter_map(|(owner, trigger)| {
            let Trigger::Schedule(pattern) = trigger else { return None };
            let cron = Cron::parse(&pattern).ok()?;
            Some(Schedule { owner, pattern, cron, next_ms: None })
        });
        self.events.schedules = schedules.collect();
        let is_commit = |it: &(Owner, Trigger)| match &it.1 {
            Trigger::Event(pattern) => matches_event(pattern, "committed", None),
            _ => false,
        };
        let wants_commits = self.triggers().iter().any(is_commit);
        self.want_commits(wants_commits);
        let Some(ctx) = self.edit_context() else { return };
        self.outside.give(Task {
            lane: Lane::Latency,
            name: "read marks",
            on_panic: TaskDone::Edit(EditDone::Agent(AgentDone::Settled)),
            work: Box::new(move || {
                let marks = ctx.journal.marks().marks(ctx.snapshot.agents_root());
                let marks = marks.unwrap_or_default();
                TaskDone::Edit(EditDone::Agent(AgentDone::Marked(marks)))
            }),
        });
    }

    /// Takes in what was noted of schedules and hooks.
    pub(crate) fn marks_read(&mut self, marks: &[MarkRow]) {
        let now_ms = self.outside.clock.wall_ms();
        let zone = TimeZone::system();
        let used = marks.iter().filter(|it| it.kind == "hook").map(|it| it.name.clone());
        self.events.used = used.collect();
        let mut told = Vec::new();
        let mut rows = Vec::new();
        for it in &mut self.events.schedules {
            let name = format!("{} {}", it.owner.name(), it.pattern);
            let last = marks.iter().find(|mark| mark.kind == "schedule" && mark.name == name);
            let mut n_missed = 0;
            let mut at_ms = last.map(|it| it.at_ms);
            while let Some(next) = at_ms.and_then(|at| next_time(&it.cron, at, &zone))
                && next <= now_ms
                && n_missed < MISSED_MAX
            {
                n_missed += 1;
                at_ms = Some(next);
            }
            if 0 < n_missed {
                let more = if n_missed == MISSED_MAX { " at least" } else { "" };
                told.push(format!(
                    "{} was not started{more} {n_missed} times by `{}` while no server ran; it is \
                     not made up for",
                    it.owner.name(),
                    it.pattern
                ));
            }
            it.next_ms = next_time(&it.cron, now_ms, &zone);
            rows.push(MarkRow { kind: "schedule".to_owned(), name, at_ms: now_ms });
        }
        for text in told {
            self.clients.message(NoticeLevel::Warning, text);
        }
        self.note_marks(rows);
        self.plan_look();
    }

    fn plan_look(&mut self) {
        let (now_ms, wall_ms) = (self.outside.clock.now_ms(), self.outside.clock.wall_ms());
        let next = self.events.schedules.iter().filter_map(|it| it.next_ms).min();
        let wait = next.map(|it| it.saturating_sub(wall_ms).min(LOOK_MS_MAX));
        self.events.look_ms = wait.map(|it| now_ms + it);
    }

    /// Starts what is due. What is due several times over is started once.
    pub(crate) fn schedules_due(&mut self) {
        let wall_ms = self.outside.clock.wall_ms();
        let zone = TimeZone::system();
        let mut due = Vec::new();
        for it in &mut self.events.schedules {
            if it.next_ms.is_some_and(|next| next <= wall_ms) {
                due.push((it.owner.clone(), it.pattern.clone()));
                it.next_ms = next_time(&it.cron, wall_ms, &zone);
            }
        }
        let row = |(owner, pattern): &(Owner, String)| MarkRow {
            kind: "schedule".to_owned(),
            name: format!("{} {pattern}", owner.name()),
            at_ms: wall_ms,
        };
        self.note_marks(due.iter().map(row).collect());
        for (owner, pattern) in due {
            self.start_by_itself(&owner, format!("schedule {pattern}"), None);
        }
        self.plan_look();
    }

    fn note_marks(&mut self, rows: Vec<MarkRow>) {
        let Some(ctx) = self.edit_context().filter(|_| !rows.is_empty()) else { return };
        self.outside.give(Task {
            lane: Lane::Latency,
            name: "note marks",
            on_panic: TaskDone::Edit(EditDone::Agent(AgentDone::Settled)),
            work: Box::new(move || {
                let noted = ctx.journal.marks().note_marks(ctx.snapshot.agents_root(), &rows);
                if let Err(error) = noted {
                    tracing::warn!(%error, "marks are not kept");
                }
                TaskDone::Edit(EditDone::Agent(AgentDone::Settled))
            }),
        });
    }

    /// Starts an agent or a workflow that nobody asked for, unless it is under way already.
    fn start_by_itself(&mut self, owner: &Owner, cause: String, path: Option<&str>) {
        let name = owner.name();
        if self.events.started.values().any(|it| *it == name) {
            tracing::info!(name, cause, "not started: it is under way already");
            return;
        }
        if !self.may_start(&name) {
            return;
        }
        let run = self.begin_quiet();
        self.events.started.insert(run, name);
        match owner {
            Owner::Agent(agent) => {
                let mut task = AgentTask {
                    priority: Priority::Low,
                    cause,
                    then: Then::Keep,
                    ..AgentTask::by_user(agent)
                };
                task.arguments = self.path_argument(agent, path);
                self.start_agent(run, task);
            }
            Owner::Workflow(workflow) => {
                let task = WorkflowTask { cause, ..WorkflowTask::by_user(workflow) };
                self.start_workflow(run, task);
            }
        }
    }

    /// False where it was started too often in the last minute, which is told the first time.
    fn may_start(&mut self, name: &str) -> bool {
        let now_ms = self.outside.clock.now_ms();
        let lately = self.events.lately.entry(name.to_owned()).or_default();
        while lately.front().is_some_and(|it| it + 60_000 <= now_ms) {
            lately.pop_front();
        }
        if lately.len() < STARTS_MAX {
            lately.push_back(now_ms);
            return true;
        }
        if lately.len() == STARTS_MAX {
            lately.push_back(now_ms);
            let text = format!(
                "{name} is started too often by itself: more than {STARTS_MAX} times \
                                a minute, so it is left for a while"
            );
            self.clients.message(NoticeLevel::Warning, text);
        }
        false
    }

    /// The file that an event is about, where the agent takes one.
    fn path_argument(&self, agent: &str, path: Option<&str>) -> BTreeMap<String, String> {
        let def = self.own.agents.values().find(|it| it.name == agent);
        let first = def.and_then(|it| it.capabilities.first());
        let mut names = first.into_iter().flat_map(|it| &it.parameters).map(|it| &it.name);
        let name = names.find(|it| matches!(it.as_str(), "path" | "file"));
        name.zip(path).map(|(name, path)| (name.clone(), path.to_owned())).into_iter().collect()
    }

    /// A run that only the server hears of.
    fn begin_quiet(&mut self) -> RunId {
        let run = self.runs.own_id();
        let now_ms = self.outside.clock.now_ms();
        self.runs.begin_child(run, ClientId(u64::MAX), now_ms);
        run
    }

    /// The hooks of all agents that may act for `event`.
    fn hooks(&self, event: &str, is_before: bool) -> HookChain {
        if !self.own.standing.files_may_act() {
            return HookChain::new(Vec::new());
        }
        let mut res = Vec::new();
        for def in self.own.agents.values() {
            for (nth, hook) in def.hooks.iter().enumerate() {
                let bound = BoundHook { owner: def.name.clone(), nth, hook: hook.clone() };
                let is_used = hook.once && self.events.used.contains(&bound.key());
                if hook.is_before == is_before && hook.event == event && !is_used {
                    res.push(bound);
                }
            }
        }
        HookChain::new(res)
    }

    /// Has the hooks called that come before a run; gives the request back where there are none.
    pub(crate) fn before(&mut self, run: RunId, request: RunRequest) -> Option<RunRequest> {
        let Some(event) = hook_event(&request) else { return Some(request) };
        let chain = self.hooks(event, true);
        if chain.is_empty() {
            return Some(request);
        }
        self.events.chains.insert(run, Chain { chain, then: Some(request), confirm: None });
        self.next_hook(run, Ok(()));
        None
    }

    /// Has the hooks called that come before a change is applied without another word of the user.
    /// False where there are none.
    pub(crate) fn before_apply(&mut self, run: RunId, id: ProposalId, confirm: Confirm) -> bool {
        let chain = self.hooks("apply", true);
        if chain.is_empty() {
            return false;
        }
        // What a hook changes is not to wait for what waits for the hook.
        self.yield_edit(run);
        let then = Some(RunRequest::Apply(id));
        self.events.chains.insert(run, Chain { chain, then, confirm: Some(confirm) });
        self.next_hook(run, Ok(()));
        true
    }

    /// Has the hooks called that come after a run that ended well.
    pub(crate) fn after(&mut self, event: &'static str) {
        let chain = self.hooks(event, false);
        if !chain.is_empty() {
            let run = self.begin_quiet();
            self.events.chains.insert(run, Chain { chain, then: None, confirm: None });
            self.next_hook(run, Ok(()));
        }
    }

    /// A run is not wanted any more: its hooks are not waited for. False where it waits for none.
    pub(crate) fn forget_hooks(&mut self, run: RunId) -> bool {
        self.events.chains.remove(&run).is_some()
    }

    fn next_hook(&mut self, run: RunId, outcome: Result<(), String>) {
        let Some(chain) = self.events.chains.get_mut(&run) else { return };
        let (step, note) = chain.chain.next(outcome);
        match note {
            Some(HookNote::Failed(why)) => self.clients.message(NoticeLevel::Warning, why),
            Some(HookNote::Used(hook)) => {
                self.events.used.insert(hook.key());
                let (kind, name) = ("hook".to_owned(), hook.key());
                let at_ms = self.outside.clock.wall_ms();
                self.note_marks(vec![MarkRow { kind, name, at_ms }]);
            }
            None => {}
        }
        match step {
            HookStep::Call(hook) => self.call_hook(run, &hook),
            HookStep::Go => match self.events.chains.remove(&run) {
                Some(Chain { then: Some(request), confirm, .. }) => {
                    if let Some(confirm) = confirm {
                        self.proposals.confirms.insert(run, confirm);
                    }
                    self.dispatch_hooked(run, request);
                }
                _ => self.end_run(run, RunOutcome::Done(String::new())),
            },
            HookStep::Veto(why) => {
                let held_back = self.events.chains.remove(&run).and_then(|it| it.then);
                let client = self.runs.get(run).map(|it| it.client);
                if let (Some(RunRequest::EditGiven(_)), Some(client)) = (held_back, client) {
                    self.clients.tell(client, Notice::MayNotEdit { run, why: why.clone() });
                }
                self.end_run(run, RunOutcome::Refused(why));
            }
        }
    }

    fn call_hook(&mut self, run: RunId, hook: &BoundHook) {
        let call = self.begin_quiet();
        self.events.calls.insert(call, run);
        let cause = hook.to_string();
        match &hook.hook.handler {
            Handler::Agent(agent) => {
                let task = AgentTask { cause, ..AgentTask::by_user(agent) };
                self.start_agent(call, task);
            }
            Handler::Workflow(name) => {
                let task = WorkflowTask { cause, ..WorkflowTask::by_user(name) };
                self.start_workflow(call, task);
            }
            Handler::Command(words) => self.typed(call, words.clone(), None, Then::Keep),
        }
    }

    /// A run ended that a hook or a trigger began. False where it is neither.
    pub(crate) fn quiet_ended(&mut self, run: RunId, outcome: &RunOutcome) -> bool {
        if let Some(waiting) = self.events.calls.remove(&run) {
            self.next_hook(waiting, success_of(outcome));
            return true;
        }
        let Some(name) = self.events.started.remove(&run) else { return false };
        match outcome {
            // An agent that is not active is not started, and that is no news.
            RunOutcome::Refused(why) => tracing::info!(name, why, "not started"),
            RunOutcome::Failed(_) => {
                self.clients.message(NoticeLevel::Warning, outcome.describe());
            }
            _ => self.clients.message(NoticeLevel::Info, outcome.describe()),
        }
        true
    }
}

/// The event that hooks can be bound to, of what is asked for.
fn hook_event(request: &RunRequest) -> Option<&'static str> {
    match request {
        RunRequest::Apply(_) | RunRequest::ApplyParts(..) | RunRequest::EditGiven(_) => {
            Some("apply")
        }
        RunRequest::RunAgent(_) => Some("run"),
        RunRequest::Agent(crate::AgentRequest::Create { .. }) => Some("create-agent"),
        _ => None,
    }
}

/// Whether a handler succeeded: one that found something did not.
fn success_of(outcome: &RunOutcome) -> Result<(), String> {
    match outcome {
        RunOutcome::Ran(report) if report.end != End::Done => Err(report.describe()),
        RunOutcome::Ran(report) if !report.findings.is_empty() => Err(report.describe()),
        RunOutcome::Replied { reply, .. } => match &**reply {
            SkillReply::Findings { findings, .. } if !findings.is_empty() => {
                Err(format!("{} findings", findings.len()))
            }
            SkillReply::Choices { question, .. } => Err(question.clone()),
            _ => Ok(()),
        },
        RunOutcome::Flowed(report) if report.state != agent::WorkflowState::Done => {
            Err(report.describe())
        }
        RunOutcome::Refused(why) | RunOutcome::Failed(why) => Err(why.clone()),
        RunOutcome::Cancelled => Err("cancelled".to_owned()),
        _ => Ok(()),
    }
}

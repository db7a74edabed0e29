//! Work that the loop gives away, and what comes back of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    Lane, RunId, RunOutcome,
    agents::{document::Heard, runs::StepDone},
    edits::EditDone,
    event::{Event, Inbox},
    experiments::EvolveDone,
    indexing::{IndexDone, embedding::EmbedDone, history::HistoryDone, settle::SettleDone},
    own::runs::OwnDone,
    skills::runs::SkillDone,
    verify::VerifyDone,
};

/// A piece of work for a thread.
pub(crate) struct Task {
    /// Which threads.
    pub(crate) lane: Lane,
    /// For the log.
    pub(crate) name: &'static str,
    /// What the loop is told if the work panics.
    pub(crate) on_panic: TaskDone,
    /// The work. Its result goes into the inbox.
    pub(crate) work: Box<dyn FnOnce() -> TaskDone + Send>,
}

/// What comes back of a task. Plain values: the loop decides what they mean.
pub(crate) enum TaskDone {
    /// A read; its answer went its own way.
    Read,
    /// A step of an agent's run. In a box: it is large.
    AgentStep(Box<StepDone>),
    /// What the model of an agent says while it says it.
    AgentHeard(Heard),
    /// A part of indexing.
    Index(IndexDone),
    /// The facts of an open document that was quiet for a while.
    Settle(SettleDone),
    /// A part of embedding.
    Embed(EmbedDone),
    /// A step of a proposal's life.
    Edit(EditDone),
    /// A run ended that changed nothing of the loop's.
    Ended { run: RunId, outcome: RunOutcome },
    /// A part of reading the history.
    History(HistoryDone),
    /// The product's own files, or the trust in them. In a box: it is seldom, and large.
    Own(Box<OwnDone>),
    /// A check.
    Verify(VerifyDone),
    /// The answer of a skill. In a box: it is large.
    Skill(Box<SkillDone>),
    /// A part of an experiment.
    Evolve(EvolveDone),
}

/// Who carries tasks out: threads, or the simulation.
pub(crate) trait Spawn: Send {
    /// Queues `task`.
    fn spawn(&self, task: Task);

    /// Tasks that wait or run.
    fn n_tasks(&self) -> usize;
}

/// Carries `task` out on this thread and tells `inbox`. A panic ends here.
pub(crate) fn carry_out(task: Task, inbox: &Inbox) {
    let Task { name, work, on_panic, .. } = task;
    let span = tracing::debug_span!("task", name);
    let _entered = span.enter();
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    let done = done.unwrap_or_else(|panic| {
        tracing::error!(task = name, panic = panic_text(&*panic), "a task panicked");
        on_panic
    });
    inbox.send(Event::Task(done));
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}

/// A flag that ends long work.
#[derive(Clone, Default)]
pub(crate) struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the work to end.
    pub(crate) fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// True where it is to end.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The flag itself.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

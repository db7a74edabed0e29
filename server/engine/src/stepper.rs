//! The engine without threads, for the simulation: whoever holds it decides when which task runs.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    Caller, Engine, EngineConfig,
    event::{Event, Inbox, Outlet, inbox},
    state::GlobalState,
    task::{Spawn, Task, carry_out},
};

/// An engine that does nothing by itself. One order of steps is one history; clock, random numbers
/// and files come from the configuration.
pub struct Stepper {
    state: GlobalState,
    outlet: Outlet,
    inbox: Inbox,
    tasks: Waiting,
    engine: Engine,
}

#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<Vec<Task>>>);

impl Stepper {
    /// An engine that has taken no event yet.
    pub fn start(config: EngineConfig, caller: Caller) -> Stepper {
        let (inbox, outlet) = inbox();
        let tasks = Waiting::default();
        let engine = Engine::over(inbox.clone(), caller);
        let state = GlobalState::new(config, Box::new(tasks.clone()), inbox.clone());
        Stepper { state, outlet, inbox, tasks, engine }
    }

    /// The handle of the first client.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Takes the next event; false where none waits.
    pub fn step(&mut self) -> bool {
        let Ok(event) = self.outlet.receiver.try_recv() else {
            self.state.flush();
            return self.state.fold();
        };
        self.outlet.taken();
        if !matches!(event, Event::Stop) {
            self.state.handle(event);
        }
        true
    }

    /// The names of the tasks that wait.
    pub fn tasks(&self) -> Vec<&'static str> {
        self.tasks.lock().iter().map(|it| it.name).collect()
    }

    /// Carries one of the waiting tasks out, on this thread. Its result waits as an event then.
    ///
    /// # Panics
    /// Where fewer wait.
    pub fn run_task(&mut self, nth: usize) {
        let task = self.tasks.lock().remove(nth);
        carry_out(task, &self.inbox);
    }

    /// Does what is due by the clock.
    pub fn fire_timers(&mut self) {
        self.state.flush();
        self.state.fire_timers();
    }

    /// When something is due next, by the clock.
    pub fn next_timer_ms(&self) -> Option<u64> {
        self.state.next_timer_ms()
    }

    /// Takes all events and carries out all tasks, the oldest first, until nothing waits. Timers do
    /// not fire by themselves.
    pub fn calm(&mut self) {
        loop {
            while self.step() {}
            if self.tasks().is_empty() {
                return;
            }
            self.run_task(0);
        }
    }
}

impl Waiting {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Task>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spawn for Waiting {
    fn spawn(&self, task: Task) {
        self.lock().push(task);
    }

    fn n_tasks(&self) -> usize {
        self.lock().len()
    }
}

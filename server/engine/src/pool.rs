//! The threads: lanes, so that nothing long stands before what the user waits on.

use std::{
    collections::VecDeque,
    io,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::{
    Lane, Threads,
    event::Inbox,
    task::{Spawn, Task, carry_out},
};

/// How long the end waits for the steps of agents.
const ALONE_WAIT: Duration = Duration::from_secs(2);
const ALONE_POLL: Duration = Duration::from_millis(2);

/// Stack of a thread: syntax trees of nested code are walked recursively by some grammars.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// Threads in lanes, each with its queue. The loop bounds what it puts in: reads by their
/// tickets, indexing by batches under way. Dropping it waits for the tasks that run and drops those
/// that wait.
pub(crate) struct TaskPool {
    latency: Arc<Queue>,
    work: Arc<Queue>,
    /// One thread: it waits, it does not work.
    outside: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
    n_tasks: Arc<AtomicUsize>,
    /// Those of [`Lane::Agents`]: one a task, so that one that hangs holds nothing up.
    alone: Mutex<Vec<JoinHandle<()>>>,
    inbox: Inbox,
}

#[derive(Default)]
struct Queue {
    state: Mutex<QueueState>,
    wake: Condvar,
}

#[derive(Default)]
struct QueueState {
    tasks: VecDeque<Task>,
    is_closed: bool,
}

impl TaskPool {
    /// Starts the threads.
    pub(crate) fn start(config: Threads, inbox: &Inbox) -> io::Result<TaskPool> {
        let mut pool = TaskPool {
            latency: Arc::default(),
            work: Arc::default(),
            outside: Arc::default(),
            threads: Vec::new(),
            n_tasks: Arc::default(),
            alone: Mutex::default(),
            inbox: inbox.clone(),
        };
        for n in 0..config.latency.max(1) {
            let queue = Arc::clone(&pool.latency);
            pool.start_thread(format!("aios-latency-{n}"), queue, inbox)?;
        }
        for n in 0..config.work.max(1) {
            let queue = Arc::clone(&pool.work);
            pool.start_thread(format!("aios-work-{n}"), queue, inbox)?;
        }
        let queue = Arc::clone(&pool.outside);
        pool.start_thread("aios-outside".to_owned(), queue, inbox)?;
        Ok(pool)
    }

    fn start_thread(&mut self, name: String, queue: Arc<Queue>, inbox: &Inbox) -> io::Result<()> {
        let inbox = inbox.clone();
        let n_tasks = Arc::clone(&self.n_tasks);
        let thread =
            thread::Builder::new().name(name).stack_size(STACK_BYTES).spawn(move || {
                while let Some(task) = queue.next() {
                    carry_out(task, &inbox);
                    n_tasks.fetch_sub(1, Ordering::Relaxed);
                }
            })?;
        self.threads.push(thread);
        Ok(())
    }
}

impl TaskPool {
    /// Carries `task` out on a thread of its own. The loop bounds how many there are.
    fn spawn_alone(&self, task: Task) {
        let (inbox, n_tasks) = (self.inbox.clone(), Arc::clone(&self.n_tasks));
        // Where the system gives no thread the task waits for the others.
        let task = Arc::new(Mutex::new(Some(task)));
        let mine = Arc::clone(&task);
        let take =
            |task: &Mutex<Option<Task>>| task.lock().unwrap_or_else(PoisonError::into_inner).take();
        let started = thread::Builder::new()
            .name("aios-agent".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || {
                if let Some(task) = take(&mine) {
                    carry_out(task, &inbox);
                }
                n_tasks.fetch_sub(1, Ordering::Relaxed);
            });
        match started {
            Ok(thread) => {
                let mut alone = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
                alone.retain(|it| !it.is_finished());
                alone.push(thread);
            }
            Err(error) => {
                tracing::error!(%error, "no thread for an agent");
                if let Some(task) = take(&task) {
                    self.work.lock().tasks.push_back(task);
                    self.work.wake.notify_one();
                }
            }
        }
    }

    /// Waits for what is carried out alone, but not for what hangs.
    fn join_alone(&self) {
        let began = Instant::now();
        loop {
            let mut alone = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
            alone.retain(|it| !it.is_finished());
            if alone.is_empty() || ALONE_WAIT < began.elapsed() {
                return;
            }
            drop(alone);
            thread::sleep(ALONE_POLL);
        }
    }
}

impl Spawn for TaskPool {
    fn spawn(&self, task: Task) {
        self.n_tasks.fetch_add(1, Ordering::Relaxed);
        let queue = match task.lane {
            Lane::Latency => &self.latency,
            Lane::Work => &self.work,
            Lane::Outside => &self.outside,
            Lane::Agents => return self.spawn_alone(task),
        };
        queue.lock().tasks.push_back(task);
        queue.wake.notify_one();
    }

    fn n_tasks(&self) -> usize {
        self.n_tasks.load(Ordering::Relaxed)
    }
}

impl Drop for TaskPool {
    fn drop(&mut self) {
        for queue in [&self.latency, &self.work, &self.outside] {
            let mut state = queue.lock();
            state.is_closed = true;
            state.tasks.clear();
            queue.wake.notify_all();
        }
        self.join_alone();
        for thread in self.threads.drain(..) {
            // A thread ends by return only: panics of tasks are caught.
            let _ = thread.join();
        }
    }
}

impl Queue {
    fn next(&self) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return None;
            }
            if let Some(task) = state.tasks.pop_front() {
                return Some(task);
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, QueueState> {
        // No code that can panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{Event, inbox},
        task::TaskDone,
    };

    #[test]
    fn a_panic_fails_its_task_and_no_other() {
        let (inbox, outlet) = inbox();
        let pool = TaskPool::start(Threads { latency: 1, work: 1 }, &inbox).unwrap();
        for n in 0..3 {
            let work = Box::new(move || if n == 1 { panic!("one") } else { TaskDone::Read });
            let on_panic = TaskDone::Read;
            pool.spawn(Task { lane: Lane::Work, name: "test", on_panic, work });
        }
        for _ in 0..3 {
            assert!(matches!(outlet.receiver.recv().unwrap(), Event::Task(TaskDone::Read)));
        }
    }
}

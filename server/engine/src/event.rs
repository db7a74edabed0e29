//! What comes into the inbox, and the inbox itself.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
    mpsc::{SyncSender, sync_channel},
};

use vfs::{FileEvent, VfsPath};

use crate::{
    Caller, ClientChange, Notice, ReadConfig, ReadError, RunId, RunRequest, Snapshot,
    task::TaskDone,
};

/// Events that wait at most. Only a client that sends faster than the loop takes can fill it, and
/// such a client then waits in `post`: nothing is dropped.
pub(crate) const INBOX_MAX: usize = 65_536;

/// Reads that wait or run at most; further ones are refused as [`ReadError::TooBusy`].
pub(crate) const READS_MAX: usize = 256;

/// A client of this engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ClientId(pub(crate) u64);

/// Everything that the loop takes, one at a time.
pub(crate) enum Event {
    /// A client is there.
    Connect(ClientId, Caller),
    /// A client listens.
    Subscribe(ClientId, tokio::sync::mpsc::Sender<Notice>),
    /// A client tells something.
    Client(ClientId, ClientChange),
    /// A client asks something.
    Read(ReadJob),
    /// A client wants something done.
    Run(ClientId, RunId, RunRequest),
    /// A client does not want it done any more.
    Cancel(RunId),
    /// The server's own watcher saw something.
    Watched(Vec<(VfsPath, FileEvent)>),
    /// A task has something to say.
    Task(TaskDone),
    /// The end.
    Stop,
}

/// Asks a snapshot and hands the answer over.
pub(crate) type Answer = Box<dyn FnOnce(Result<&Snapshot, ReadError>) + Send>;

/// A question on its way to a thread.
pub(crate) struct ReadJob {
    /// For the log.
    pub(crate) name: &'static str,
    /// Where and how it runs.
    pub(crate) config: ReadConfig,
    /// Set when nobody waits any more.
    pub(crate) cancel: Arc<AtomicBool>,
    /// Asks the snapshot and hands the answer over.
    pub(crate) answer: Answer,
    /// Counts the read until it is dropped.
    pub(crate) _ticket: Ticket,
}

/// One of [`READS_MAX`] places.
pub(crate) struct Ticket(Arc<Counters>);

/// What is counted without the loop.
#[derive(Default)]
pub(crate) struct Counters {
    inbox: AtomicUsize,
    reads: AtomicUsize,
}

/// The sending end of the inbox.
#[derive(Clone)]
pub(crate) struct Inbox {
    sender: SyncSender<Event>,
    counters: Arc<Counters>,
}

/// The receiving end of the inbox.
pub(crate) struct Outlet {
    pub(crate) receiver: std::sync::mpsc::Receiver<Event>,
    counters: Arc<Counters>,
}

/// A new inbox.
pub(crate) fn inbox() -> (Inbox, Outlet) {
    let (sender, receiver) = sync_channel(INBOX_MAX);
    let counters = Arc::<Counters>::default();
    (Inbox { sender, counters: Arc::clone(&counters) }, Outlet { receiver, counters })
}

impl Inbox {
    /// Puts `event` at the end; false where the loop has ended.
    pub(crate) fn send(&self, event: Event) -> bool {
        self.counters.inbox.fetch_add(1, Ordering::Relaxed);
        self.sender.send(event).is_ok()
    }

    /// A place for one more read; `None` where all are taken.
    pub(crate) fn ticket(&self) -> Option<Ticket> {
        let taken = self.counters.reads.fetch_add(1, Ordering::Relaxed);
        // Made first, so that its drop takes the count back where there is no place.
        let ticket = Ticket(Arc::clone(&self.counters));
        (taken < READS_MAX).then_some(ticket)
    }

    /// Events that wait, and reads that wait or run.
    pub(crate) fn lengths(&self) -> (usize, usize) {
        let counters = &self.counters;
        (counters.inbox.load(Ordering::Relaxed), counters.reads.load(Ordering::Relaxed))
    }
}

impl Outlet {
    /// To be told of every event that was taken out.
    pub(crate) fn taken(&self) {
        self.counters.inbox.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.reads.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_for_reads_are_counted_and_given_back() {
        let (inbox, _outlet) = inbox();
        let tickets: Vec<Ticket> = (0..READS_MAX).map(|_| inbox.ticket().unwrap()).collect();
        assert!(inbox.ticket().is_none());
        assert_eq!(inbox.lengths().1, READS_MAX);
        drop(tickets);
        assert_eq!(inbox.lengths().1, 0);
        assert!(inbox.ticket().is_some());
    }
}

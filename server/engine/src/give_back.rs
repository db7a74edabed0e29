//! Gives memory back to the system that nothing needs any more.
//!
//! What many documents held is free once they are closed, and what an index took while it was made
//! once that is done. The allocator keeps it, because something small that is still used lies at
//! the end of each piece: 600 documents of 8 kB kept 180 MB for as long as the server ran.

use crate::{
    Lane,
    state::GlobalState,
    task::{Task, TaskDone},
};

/// So many closed documents, or files read, are worth the look at all pieces.
const CLOSED_MIN: usize = 16;
const READ_MIN: usize = 256;
/// Not before so long after the last of them: more may follow.
const REST_MS: u64 = 1_000;

/// When memory is to be given back.
#[derive(Default)]
pub(crate) struct GiveBack {
    n_closed: usize,
    due_ms: Option<u64>,
}

impl GiveBack {
    /// A document was closed.
    pub(crate) fn note_closed(&mut self, now_ms: u64) {
        self.n_closed += 1;
        if CLOSED_MIN <= self.n_closed {
            self.due_ms = Some(now_ms + REST_MS);
        }
    }

    /// An index is up to date, for which so many files were read.
    pub(crate) fn note_indexed(&mut self, n_read: usize, now_ms: u64) {
        if READ_MIN <= n_read {
            self.due_ms = Some(now_ms + REST_MS);
        }
    }

    /// When there is something to do.
    pub(crate) fn next_timer_ms(&self) -> Option<u64> {
        self.due_ms
    }
}

impl GlobalState {
    /// Gives memory back, on a thread that nobody waits for.
    pub(crate) fn give_memory_back(&mut self) {
        self.give_back = GiveBack::default();
        self.outside.give(Task {
            lane: Lane::Work,
            name: "give memory back",
            on_panic: TaskDone::Read,
            work: Box::new(|| {
                trim();
                TaskDone::Read
            }),
        });
    }
}

/// Has the allocator give back what is free.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "no crate wraps the call")]
fn trim() {
    // SAFETY: takes no pointer, and may be called by any thread at any time.
    unsafe { libc::malloc_trim(0) };
}

/// Other systems' allocators give back by themselves, or cannot be told to.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_given_back_once_many_documents_are_closed_and_it_is_quiet() {
        let mut give_back = GiveBack::default();
        (1..CLOSED_MIN).for_each(|it| give_back.note_closed(it as u64));
        assert_eq!(give_back.next_timer_ms(), None);
        give_back.note_closed(500);
        give_back.note_closed(700);
        assert_eq!(give_back.next_timer_ms(), Some(700 + REST_MS));
        let mut give_back = GiveBack::default();
        give_back.note_indexed(READ_MIN - 1, 0);
        assert_eq!(give_back.next_timer_ms(), None);
        give_back.note_indexed(READ_MIN, 5);
        assert_eq!(give_back.next_timer_ms(), Some(5 + REST_MS));
    }
}

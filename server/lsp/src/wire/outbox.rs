//! What goes to the client: whole messages in one queue, written by whoever owns the stream.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde::Serialize;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::{Notify, mpsc},
};

/// Bytes that wait for a client that does not read; beyond them nothing more is read from it.
pub(crate) const OUT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The sending end. Sending never waits, so a client that does not read cannot hold up the loop.
#[derive(Clone)]
pub(crate) struct Outbox {
    queue: mpsc::UnboundedSender<Vec<u8>>,
    level: Arc<Level>,
}

/// The writing end.
pub(crate) struct Outlet {
    queue: mpsc::UnboundedReceiver<Vec<u8>>,
    level: Arc<Level>,
}

#[derive(Default)]
struct Level {
    bytes: AtomicUsize,
    sank: Notify,
}

/// A queue of messages.
pub(crate) fn outbox() -> (Outbox, Outlet) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let level = Arc::new(Level::default());
    (Outbox { queue: sender, level: level.clone() }, Outlet { queue: receiver, level })
}

impl Outbox {
    /// Queues one message with its header.
    pub(crate) fn send(&self, message: &impl Serialize) {
        let body = match serde_json::to_vec(message) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(%error, "a message could not be encoded");
                return;
            }
        };
        let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        frame.extend_from_slice(&body);
        self.level.bytes.fetch_add(frame.len(), Ordering::Relaxed);
        // A closed queue means that the client is gone; the loop ends by its own signs of that.
        let _ = self.queue.send(frame);
    }

    /// True where so much waits that no more work should be taken on.
    pub(crate) fn is_full(&self) -> bool {
        OUT_BYTES_MAX <= self.level.bytes.load(Ordering::Relaxed)
    }

    /// Waits until less than the limit waits.
    pub(crate) async fn room(&self) {
        while self.is_full() {
            self.level.sank.notified().await;
        }
    }
}

impl Outlet {
    /// The next message, for a thread that may block; `None` when the last [`Outbox`] is dropped.
    pub(crate) fn blocking_recv(&mut self) -> Option<Vec<u8>> {
        self.queue.blocking_recv()
    }

    /// The next message, noted as written.
    #[cfg(test)]
    pub(crate) async fn recv(&mut self) -> Option<Vec<u8>> {
        let frame = self.queue.recv().await?;
        self.written(&frame);
        Some(frame)
    }

    /// A message that waits already.
    #[cfg(test)]
    pub(crate) fn try_recv(&mut self) -> Option<Vec<u8>> {
        self.queue.try_recv().ok()
    }

    /// Tells that `frame` waits no longer.
    pub(crate) fn written(&self, frame: &[u8]) {
        self.level.bytes.fetch_sub(frame.len(), Ordering::Relaxed);
        self.level.sank.notify_one();
    }

    /// Writes every message to `stream`, until the last [`Outbox`] is dropped or the stream fails.
    pub(crate) async fn write_to(mut self, mut stream: impl AsyncWrite + Unpin) {
        while let Some(frame) = self.queue.recv().await {
            let written = stream.write_all(&frame).await;
            self.written(&frame);
            if written.is_err() || stream.flush().await.is_err() {
                return;
            }
        }
    }
}

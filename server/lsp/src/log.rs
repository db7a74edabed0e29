//! The log as the editor shows it: a bounded queue between whoever logs and `window/logMessage`.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::sync::mpsc;
use tower_lsp::{Client, gen_lsp_types::MessageType};

/// Entries that wait for the client; later ones are left out and counted.
pub(crate) const LOG_ENTRIES_MAX: usize = 256;
/// Bytes of one entry.
pub(crate) const LOG_ENTRY_BYTES_MAX: usize = 4 * 1024;

/// How bad an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// Something is wrong.
    Warning,
    /// Something happened.
    Info,
}

/// Where entries go in. Never waits; for a layer of the log, on any thread.
#[derive(Clone)]
pub struct ClientLog {
    queue: mpsc::Sender<(LogLevel, String)>,
    left_out: Arc<AtomicU64>,
}

/// Where entries come out.
pub struct LogEntries {
    queue: mpsc::Receiver<(LogLevel, String)>,
    left_out: Arc<AtomicU64>,
}

/// A queue of entries for [`crate::Config::log`].
pub fn client_log() -> (ClientLog, LogEntries) {
    let (sender, receiver) = mpsc::channel(LOG_ENTRIES_MAX);
    let left_out: Arc<AtomicU64> = Arc::default();
    (
        ClientLog { queue: sender, left_out: left_out.clone() },
        LogEntries { queue: receiver, left_out },
    )
}

impl ClientLog {
    /// Sends an entry, or counts it where too many wait.
    pub fn send(&self, level: LogLevel, mut text: String) {
        if LOG_ENTRY_BYTES_MAX < text.len() {
            let end = text.floor_char_boundary(LOG_ENTRY_BYTES_MAX);
            text.truncate(end);
            text.push('…');
        }
        if self.queue.try_send((level, text)).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl LogEntries {
    /// Sends every entry to the client.
    pub(crate) async fn carry(mut self, client: Client) {
        while let Some((level, text)) = self.queue.recv().await {
            let level = match level {
                LogLevel::Error => MessageType::Error,
                LogLevel::Warning => MessageType::Warning,
                LogLevel::Info => MessageType::Info,
            };
            client.log_message(level, text).await;
            let left_out = self.left_out.swap(0, Ordering::Relaxed);
            if 0 < left_out {
                let text = format!("{left_out} entries were left out, see aios.log");
                client.log_message(MessageType::Warning, text).await;
            }
        }
    }
}

//! Big answers in parts, for clients that ask for them with a `partialResultToken`.

use std::future::Future;

use serde::Serialize;
use tokio::sync::mpsc;
use tower_lsp::{
    gen_lsp_types::{ProgressNotification, ProgressParams, ProgressToken},
    jsonrpc::Result,
};

use crate::backend::Link;

/// Entries of one part. An answer that has no more comes whole.
const PART_ENTRIES: usize = 256;

/// Where an answer begins; more than once where its question is asked again.
pub(crate) struct Begin<T> {
    sender: Option<mpsc::UnboundedSender<Vec<T>>>,
}

impl<T> Clone for Begin<T> {
    fn clone(&self) -> Begin<T> {
        Begin { sender: self.sender.clone() }
    }
}

impl<T> Begin<T> {
    /// An answer without entries.
    pub(crate) fn parts(&self) -> Parts<T> {
        Parts { sender: self.sender.clone(), waiting: Vec::new(), has_sent: false }
    }
}

/// An answer that grows; full parts go out at once where the client takes parts.
pub(crate) struct Parts<T> {
    sender: Option<mpsc::UnboundedSender<Vec<T>>>,
    waiting: Vec<T>,
    has_sent: bool,
}

impl<T> Parts<T> {
    /// Appends an entry.
    pub(crate) fn push(&mut self, entry: T) {
        self.waiting.push(entry);
        if self.waiting.len() == PART_ENTRIES + usize::from(!self.has_sent) {
            self.send();
        }
    }

    /// What is left for the answer itself: all, or nothing where parts were sent.
    pub(crate) fn finish(mut self) -> Vec<T> {
        if self.has_sent {
            self.send();
        }
        std::mem::take(&mut self.waiting)
    }

    fn send(&mut self) {
        if let Some(sender) = &self.sender {
            self.has_sent = true;
            // A receiver that is gone wants no answer.
            let _ = sender.send(std::mem::take(&mut self.waiting));
        }
    }
}

impl<T> Extend<T> for Parts<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, entries: I) {
        entries.into_iter().for_each(|it| self.push(it));
    }
}

/// Asks with a place for the answer's parts, and sends them on as they come, all before the answer
/// itself.
pub(crate) async fn in_parts<T: Serialize, A, F: Future<Output = Result<A>>>(
    link: &Link,
    token: Option<ProgressToken>,
    ask: impl FnOnce(Begin<T>) -> F,
) -> Result<A> {
    let Some(token) = token else {
        return ask(Begin { sender: None }).await;
    };
    let (sender, mut parts) = mpsc::unbounded_channel::<Vec<T>>();
    let asked = ask(Begin { sender: Some(sender) });
    let carry = async {
        while let Some(part) = parts.recv().await {
            let value = serde_json::to_value(part).expect("answers are plain data");
            let params = ProgressParams { token: token.clone(), value };
            link.client.send_notification::<ProgressNotification>(params).await;
        }
    };
    // The question first: it is queued before anything waits.
    tokio::join!(asked, carry).0
}

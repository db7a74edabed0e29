//! Questions that may take their time: with progress that the user can stop.

use std::{future::Future, sync::Arc, time::Duration};

use engine::{ReadConfig, ReadError};
use tokio::sync::{oneshot, watch};
use tower_lsp::{
    gen_lsp_types::{
        ProgressNotification, ProgressParams, ProgressToken, WorkDoneProgressBegin,
        WorkDoneProgressEnd, WorkDoneProgressReport,
    },
    jsonrpc::Result,
};

use crate::{
    backend::{Link, Owner},
    error,
    view::View,
};

/// What takes less shows no progress.
const QUIET: Duration = Duration::from_millis(500);

/// What a question comes to.
type Answered<T> = std::result::Result<T, ReadError>;

/// Where a question tells how far it is.
pub(crate) struct Told {
    sender: watch::Sender<u32>,
}

impl Told {
    /// So much of so much is done.
    pub(crate) fn progress(&mut self, done: usize, all: usize) {
        let percent = (done * 100).checked_div(all).unwrap_or(0) as u32;
        self.sender.send_if_modified(|it| {
            let is_new = *it < percent;
            *it = percent.max(*it);
            is_new
        });
    }
}

/// Asks `question`; from [`QUIET`] on the client shows progress, where it can, and may cancel.
pub(crate) async fn ask<T: Send + 'static>(
    link: &Arc<Link>,
    (config, title): (ReadConfig, &'static str),
    question: impl FnOnce(&View<'_>, &mut Told) -> Answered<T> + Send + 'static,
) -> Result<T> {
    let (session, spellings) = (link.session.clone(), link.spellings.clone());
    let (sender, percent) = watch::channel(0);
    let reading = link.engine.read_with(config, title, move |snapshot| {
        question(&View::new(snapshot, &session, &spellings), &mut Told { sender })
    });
    let answer = with_progress(link, title, reading, percent).await;
    answer.unwrap_or(Err(ReadError::Cancelled)).map_err(error::of_read)
}

/// The answer; `None` where the user stopped it.
pub(crate) async fn with_progress<T>(
    link: &Arc<Link>,
    title: &str,
    reading: impl Future<Output = T>,
    percent: watch::Receiver<u32>,
) -> Option<T> {
    tokio::pin!(reading);
    tokio::select! {
        biased;
        answer = &mut reading => return Some(answer),
        () = tokio::time::sleep(QUIET) => {}
    }
    if !link.session.can.progress {
        return Some(reading.await);
    }
    let token = link.new_token(title);
    let (stop, stopped) = oneshot::channel();
    let shown = Shown { link: link.clone(), token, title: title.to_owned() };
    let key = shown.token.clone();
    link.progress.lock().expect("no holder panics").insert(key.clone(), Owner::Question(stop));
    // The progress is told beside the answer, and ends with the channel.
    tokio::spawn(shown.tell(percent));
    let answer = tokio::select! {
        answer = &mut reading => Some(answer),
        Ok(()) = stopped => None,
    };
    link.progress.lock().expect("no holder panics").remove(&key);
    answer
}

/// A progress that the client shows.
struct Shown {
    link: Arc<Link>,
    token: String,
    title: String,
}

impl Shown {
    async fn tell(self, mut percent: watch::Receiver<u32>) {
        let token = ProgressToken::String(self.token.clone());
        if self.link.client.create_work_done_progress(token.clone()).await.is_err() {
            return;
        }
        let begin = WorkDoneProgressBegin {
            title: self.title.clone(),
            cancellable: Some(true),
            message: None,
            percentage: Some(0),
        };
        self.send(&token, serde_json::to_value(begin)).await;
        while percent.changed().await.is_ok() {
            let percentage = Some(*percent.borrow_and_update());
            let report = WorkDoneProgressReport { cancellable: None, message: None, percentage };
            self.send(&token, serde_json::to_value(report)).await;
        }
        let end = WorkDoneProgressEnd { message: None };
        self.send(&token, serde_json::to_value(end)).await;
    }

    async fn send(&self, token: &ProgressToken, value: serde_json::Result<serde_json::Value>) {
        let value = value.expect("progress has only texts and numbers");
        let params = ProgressParams { token: token.clone(), value };
        self.link.client.send_notification::<ProgressNotification>(params).await;
    }
}

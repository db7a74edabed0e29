//! What the engine tells, carried to the client: edits, messages, progress, status.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use agent::{End, SkillReply};
use engine::{
    ClientChange, EditStep, Health, Notice, NoticeLevel, Notices, Offer, ProgressState, RunId,
    RunOutcome, VerdictOutcome,
};
use proposal::{Outcome, ProposalId, paths_below};
use rustc_hash::FxHashMap;
use serde::Serialize;
use tokio::sync::mpsc;
use tower_lsp::gen_lsp_types::{
    ApplyWorkspaceEditParams, ApplyWorkspaceEditRequest, MessageActionItem, MessageType,
    ProgressNotification, ProgressParams, ProgressToken, ShowDocumentParams, ShowMessageRequest,
    ShowMessageRequestParams, WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport,
};
use vfs::VfsPath;

use crate::{
    backend::{Link, Owner},
    edit::{Style, Written, workspace_edit},
    ext,
};

/// Carries every notice until the engine stops. Nothing here waits for the user: what has to is a
/// task of its own.
pub(crate) async fn carry(link: Arc<Link>, mut notices: Notices) {
    let mut progress: FxHashMap<RunId, mpsc::UnboundedSender<ProgressState>> = FxHashMap::default();
    while let Some(notice) = notices.recv().await {
        match notice {
            Notice::Progress { run, state } => {
                link.running.note(run, &state);
                report(&link, &mut progress, run, state);
            }
            Notice::Message { level, text } => message(&link, level, text).await,
            Notice::Status(status) => {
                let status = server_status(&status);
                link.client.send_notification::<ext::ServerStatusNotification>(status).await;
            }
            Notice::ApplyEdit(step) => {
                tokio::spawn(apply_edit(link.clone(), step));
            }
            Notice::ShowDocument { path } => {
                tokio::spawn(show_document(link.clone(), path));
            }
            Notice::DocumentChanged { path } => {
                let params =
                    ext::DocumentChangedParams { uri: link.spellings.uri(&path).to_string() };
                link.client.send_notification::<ext::DocumentChangedNotification>(params).await;
            }
            Notice::Review { proposal } => {
                let params = ext::ReviewParams { proposal: proposal.as_str().to_owned() };
                link.client.send_notification::<ext::ReviewNotification>(params).await;
            }
            Notice::Save { paths } => {
                let uris = paths.iter().map(|it| link.spellings.uri(it).to_string()).collect();
                link.client
                    .send_notification::<ext::SaveNotification>(ext::SaveParams { uris })
                    .await;
            }
            Notice::MayEdit { run } => link.may_edit(run, Ok(())),
            Notice::MayNotEdit { run, why } => link.may_edit(run, Err(why)),
            Notice::RunDone { run, outcome } => {
                if let Some((level, text)) = for_the_user(&outcome) {
                    tokio::spawn(message_below(link.clone(), level, text));
                }
                link.run_done(run, outcome);
            }
            Notice::Refresh => {
                link.touched();
                tokio::spawn(refresh_later(link.clone()));
            }
            Notice::Offer { text, offers } => {
                tokio::spawn(offer(link.clone(), text, offers));
            }
        }
    }
}

/// How long files have to be quiet before the client is asked to look again.
const REFRESH_QUIET: Duration = Duration::from_millis(500);

/// Has the client ask again once files are quiet.
pub(crate) async fn refresh_later(link: Arc<Link>) {
    // Of many notices in a row the last one asks.
    let mine = link.refreshes.fetch_add(1, Ordering::Relaxed) + 1;
    tokio::time::sleep(REFRESH_QUIET).await;
    if link.refreshes.load(Ordering::Relaxed) == mine {
        refresh(&link).await;
    }
}

/// Has the client ask again for what it keeps: lenses and diagnostics.
pub(crate) async fn refresh(link: &Link) {
    let can = &link.session.can;
    if can.refresh_lenses
        && let Err(error) = link.client.code_lens_refresh().await
    {
        tracing::debug!(%error, "lenses are not refreshed");
    }
    if can.pull_diagnostics
        && can.refresh_diagnostics
        && let Err(error) = link.client.workspace_diagnostic_refresh().await
    {
        tracing::debug!(%error, "diagnostics are not refreshed");
    }
}

async fn message(link: &Link, level: NoticeLevel, text: String) {
    let level = match level {
        NoticeLevel::Info => MessageType::Info,
        NoticeLevel::Warning => MessageType::Warning,
        NoticeLevel::Error => MessageType::Error,
    };
    link.client.show_message(level, text).await;
}

/// A message in which paths are those below the workspace's folders.
async fn message_below(link: Arc<Link>, level: NoticeLevel, text: String) {
    // A server that stops names whole paths.
    let roots = link.read("folders", |view| Ok(view.snapshot.roots.clone())).await;
    message(&link, level, paths_below(&text, roots.as_deref().unwrap_or_default())).await;
}

/// What a run's end has to say that the user cannot see anyway.
fn for_the_user(outcome: &RunOutcome) -> Option<(NoticeLevel, String)> {
    match outcome {
        RunOutcome::Refused(why) => Some((NoticeLevel::Warning, why.clone())),
        RunOutcome::Failed(why) => Some((NoticeLevel::Error, why.clone())),
        RunOutcome::Verified { verdict, .. } => {
            let level = match verdict.outcome {
                VerdictOutcome::Passed => NoticeLevel::Info,
                VerdictOutcome::Failed | VerdictOutcome::Open => NoticeLevel::Warning,
            };
            Some((level, verdict.describe().trim_end().to_owned()))
        }
        RunOutcome::Ran(report) => match &report.end {
            End::Done | End::Cancelled => None,
            End::Refused(_) | End::Stopped(_) | End::Failed(_) => {
                Some((NoticeLevel::Warning, report.describe()))
            }
        },
        RunOutcome::Replied { reply, .. } => match &**reply {
            SkillReply::Nothing(why) => Some((NoticeLevel::Info, why.clone())),
            _ => None,
        },
        RunOutcome::Changed { outcome: Outcome::Declined, reason, .. } => {
            let why = reason.as_deref().unwrap_or("the editor changed nothing");
            Some((NoticeLevel::Warning, format!("not applied: {why}")))
        }
        RunOutcome::Changed {
            outcome: Outcome::Partial { done, missing, other }, rest, ..
        } => {
            let text = partial((done, missing, other), rest.as_ref());
            Some((NoticeLevel::Warning, text))
        }
        RunOutcome::Changed { outcome: Outcome::Applied, rest: Some(rest), .. } => {
            let text = format!("the rest waits as {rest}: code actions apply it or set it aside");
            Some((NoticeLevel::Info, text))
        }
        RunOutcome::Reversed { refused, .. } if !refused.is_empty() => {
            let refused = refused.iter().map(|(id, why)| format!("{id}: {why}"));
            let refused: Vec<String> = refused.collect();
            Some((NoticeLevel::Warning, format!("left as it is: {}", refused.join("; "))))
        }
        // What it proposes was offered already.
        RunOutcome::Evolved { experiment, proposal: None } => {
            Some((NoticeLevel::Info, evolve::summary(experiment)))
        }
        RunOutcome::Evolved { .. }
        | RunOutcome::Changed { outcome: Outcome::Applied, .. }
        | RunOutcome::Reversed { .. }
        | RunOutcome::Recovered(_)
        | RunOutcome::Shown(_)
        | RunOutcome::Flowed(_)
        | RunOutcome::Indexed(_)
        | RunOutcome::HistoryRead(_)
        | RunOutcome::Remembered(_)
        | RunOutcome::Forgotten(_)
        | RunOutcome::Proposed { .. }
        | RunOutcome::Rejected(_)
        | RunOutcome::Done(_)
        | RunOutcome::Cancelled => None,
    }
}

/// What became of a change that was applied in part.
fn partial(
    (done, missing, other): (&[VfsPath], &[VfsPath], &[VfsPath]),
    rest: Option<&ProposalId>,
) -> String {
    let list = |paths: &[VfsPath]| {
        let paths: Vec<String> = paths.iter().map(VfsPath::to_string).collect();
        paths.join(", ")
    };
    let mut text = format!("applied in part: {} files", done.len());
    if !missing.is_empty() {
        text.push_str(&format!("; unchanged: {}", list(missing)));
    }
    if !other.is_empty() {
        text.push_str(&format!("; neither old nor new: {}", list(other)));
    }
    text.push_str("; `aios.undo` takes back what was applied");
    if let Some(rest) = rest {
        text.push_str(&format!(", {rest} completes it (a code action in these files)"));
    }
    text
}

/// Asks the user, and starts what they choose.
async fn offer(link: Arc<Link>, text: String, offers: Vec<Offer>) {
    let titles =
        offers.iter().map(|it| MessageActionItem { title: it.title.clone(), ..Default::default() });
    let params = ShowMessageRequestParams {
        kind: MessageType::Warning,
        message: text.clone(),
        actions: Some(titles.collect()),
    };
    match link.client.send_request::<ShowMessageRequest>(params).await {
        Ok(chosen) => {
            let title = chosen.map(|it| it.title);
            let offer = offers.into_iter().find(|it| Some(&it.title) == title.as_ref());
            if let Some(offer) = offer {
                link.run(offer.request);
            }
        }
        // A client that cannot be asked is told.
        Err(_) => message(&link, NoticeLevel::Warning, text).await,
    }
}

/// Has the client make an edit, and tells the engine what it says. That is noted, not believed: the
/// engine looks at buffers and disk itself.
async fn apply_edit(link: Arc<Link>, step: Box<EditStep>) {
    let style = Style { session: &link.session, spellings: &link.spellings };
    let written = Written {
        change: &step.change,
        lines: &step.lines,
        versions: &step.versions,
        annotations: &step.annotations,
        confirm: step.confirm,
    };
    let params = ApplyWorkspaceEditParams {
        label: Some(step.label.clone()),
        edit: workspace_edit(style, &written),
        metadata: None,
    };
    let (applied, reason) =
        match link.client.send_request::<ApplyWorkspaceEditRequest>(params).await {
            Ok(answer) => (answer.applied, answer.failure_reason),
            Err(error) => (false, Some(error.to_string())),
        };
    let (proposal, step) = (step.proposal, step.step);
    link.engine.post(ClientChange::EditAnswered { proposal, step, applied, reason });
}

/// What an editor is given that holds a document open: what was written to it since. Few read it
/// again when it is shown once more; those that do say that they take `aios/documentChanged`.
async fn renewal(link: &Link, path: &VfsPath) -> Option<ApplyWorkspaceEditParams> {
    let can = &link.session.can;
    if can.live_documents || !can.apply_edit || !link.spellings.is_open(path) {
        return None;
    }
    let asked = path.clone();
    let found = link.read("document", move |view| Ok(view.snapshot.written_anew(&asked))).await;
    let anew = found.ok()??;
    let style = Style { session: &link.session, spellings: &link.spellings };
    let written = Written {
        change: &anew.change,
        lines: &BTreeMap::from([(path.clone(), anew.lines)]),
        versions: &BTreeMap::from([(path.clone(), anew.version)]),
        annotations: &[],
        confirm: false,
    };
    let edit = workspace_edit(style, &written);
    Some(ApplyWorkspaceEditParams { label: None, edit, metadata: None })
}

async fn show_document(link: Arc<Link>, path: VfsPath) {
    let renewal = renewal(&link, &path).await;
    let renew = async {
        let Some(params) = renewal else { return };
        let answer = link.client.send_request::<ApplyWorkspaceEditRequest>(params).await;
        if let Err(error) = answer {
            tracing::info!(%error, %path, "an open document stays as it was");
        }
    };
    let params = ShowDocumentParams {
        uri: link.spellings.uri(&path),
        external: Some(false),
        take_focus: Some(true),
        selection: None,
    };
    // One after the other, and neither waits for the other's answer.
    let ((), shown) = tokio::join!(renew, link.client.show_document(params));
    match shown {
        Ok(true) => {}
        Ok(false) | Err(_) => {
            message(&link, NoticeLevel::Info, format!("to see it, open {path}")).await;
        }
    }
}

/// Hands a state to the task that tells this run's progress; each run has one, because a client has
/// to agree to a token before it may be used.
fn report(
    link: &Arc<Link>,
    progress: &mut FxHashMap<RunId, mpsc::UnboundedSender<ProgressState>>,
    run: RunId,
    state: ProgressState,
) {
    if !link.session.can.progress {
        return;
    }
    if let ProgressState::Begin { title, .. } = &state {
        let (sender, receiver) = mpsc::unbounded_channel();
        progress.insert(run, sender);
        // Some editors show the token itself.
        let token = format!("aios: {title} ({run})");
        tokio::spawn(tell_progress(link.clone(), run, token, receiver));
    }
    let is_end = matches!(state, ProgressState::End { .. });
    if let Some(sender) = progress.get(&run) {
        // Its task ended where the client did not agree.
        let _ = sender.send(state);
    }
    if is_end {
        progress.remove(&run);
    }
}

async fn tell_progress(
    link: Arc<Link>,
    run: RunId,
    token: String,
    mut states: mpsc::UnboundedReceiver<ProgressState>,
) {
    let proto_token = ProgressToken::String(token.clone());
    if link.client.create_work_done_progress(proto_token.clone()).await.is_err() {
        return;
    }
    link.progress.lock().expect("no holder panics").insert(token.clone(), Owner::Run(run));
    while let Some(state) = states.recv().await {
        let value = match state {
            ProgressState::Begin { title, cancellable } => encode(WorkDoneProgressBegin {
                title,
                cancellable: Some(cancellable),
                message: None,
                percentage: Some(0),
            }),
            ProgressState::Report { message, percent } => encode(WorkDoneProgressReport {
                cancellable: None,
                message: Some(message),
                percentage: percent,
            }),
            ProgressState::End { message } => {
                encode(WorkDoneProgressEnd { message: Some(message) })
            }
        };
        let params = ProgressParams { token: proto_token.clone(), value };
        link.client.send_notification::<ProgressNotification>(params).await;
    }
    link.progress.lock().expect("no holder panics").remove(&token);
}

fn encode(value: impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).expect("progress has only texts and numbers")
}

/// The status in the words of [`ext::ServerStatus`].
pub(crate) fn server_status(status: &engine::ServerStatus) -> ext::ServerStatus {
    ext::ServerStatus {
        health: match status.health {
            Health::Ok => "ok",
            Health::Warning => "warning",
            Health::Error => "error",
        }
        .to_owned(),
        quiescent: !status.indexing && status.lag == 0,
        message: (!status.message.is_empty()).then(|| status.message.clone()),
        revision: status.revision,
        files: status.files,
        indexed: status.indexed,
        skipped: status.n_skipped,
        read_only: status.read_only,
    }
}

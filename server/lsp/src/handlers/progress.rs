//! `window/workDoneProgress/cancel`: the user stops a run.

use tower_lsp::gen_lsp_types::{ProgressToken, WorkDoneProgressCancelParams};

use crate::backend::Backend;

pub(crate) async fn handle_cancel_progress(
    backend: &Backend,
    params: WorkDoneProgressCancelParams,
) {
    let link = backend.link();
    let ProgressToken::String(token) = params.token else { return };
    let run = link.progress.lock().expect("no holder panics").get(&token).copied();
    if let Some(run) = run {
        link.engine.cancel(run);
    }
}

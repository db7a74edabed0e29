//! `window/workDoneProgress/cancel`: the user stops a run.

use tower_lsp::gen_lsp_types::{ProgressToken, WorkDoneProgressCancelParams};

use crate::backend::{Backend, Owner};

pub(crate) async fn handle_cancel_progress(
    backend: &Backend,
    params: WorkDoneProgressCancelParams,
) {
    let link = backend.link();
    let ProgressToken::String(token) = params.token else { return };
    let mut progress = link.progress.lock().expect("no holder panics");
    match progress.get(&token) {
        Some(Owner::Run(run)) => link.engine.cancel(*run),
        Some(Owner::Question(_)) => {
            if let Some(Owner::Question(stop)) = progress.remove(&token) {
                // Whoever waited for the answer may be gone already.
                let _ = stop.send(());
            }
        }
        None => {}
    }
}

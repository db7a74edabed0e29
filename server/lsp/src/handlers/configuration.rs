//! `workspace/didChangeConfiguration`: the user changed a setting.

use engine::ClientChange;
use serde_json::Value;
use tower_lsp::gen_lsp_types::DidChangeConfigurationParams;

use crate::{
    backend::{Backend, Link},
    from_proto, notices, registration,
};

pub(crate) async fn handle_did_change_configuration(
    backend: &Backend,
    params: DidChangeConfigurationParams,
) {
    let link = backend.link();
    if link.session.can.configuration {
        // The client wants to be asked; what it sends along is not reliable then.
        let link = link.clone();
        tokio::spawn(async move {
            registration::pull_settings(&link).await;
            settled(&link).await;
        });
        return;
    }
    // The older way: the settings of all servers come along, each under its name.
    if let Value::Object(mut settings) = params.settings
        && let Some(ours) = settings.remove("aios")
    {
        link.engine.post(ClientChange::Settings(from_proto::settings(ours)));
        let link = link.clone();
        tokio::spawn(async move { settled(&link).await });
    }
}

/// Lenses and findings depend on settings.
async fn settled(link: &Link) {
    link.touched();
    notices::refresh(link).await;
}

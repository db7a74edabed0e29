//! What the server asks of a client after `initialized`: to watch files, to tell settings.

use std::sync::Arc;

use engine::ClientChange;
use serde_json::json;
use tower_lsp::gen_lsp_types::{ConfigurationItem, Registration};

use crate::{backend::Link, from_proto};

/// Registers what the client lets a server register, and asks for the settings.
pub(crate) async fn register(link: Arc<Link>) {
    let can = &link.session.can;
    let mut registrations = Vec::new();
    if can.register_configuration {
        registrations.push(Registration {
            id: "aios.configuration".to_owned(),
            method: "workspace/didChangeConfiguration".to_owned(),
            register_options: Some(json!({ "section": "aios" })),
        });
    }
    if can.register_watched_files {
        registrations.push(Registration {
            id: "aios.watchedFiles".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: Some(json!({ "watchers": [{ "globPattern": "**/*" }] })),
        });
    }
    if !registrations.is_empty()
        && let Err(error) = link.client.register_capability(registrations).await
    {
        tracing::warn!(%error, "the client registers nothing; the server watches files itself");
        let mut abilities = from_proto::abilities(can);
        abilities.watched_files = false;
        link.engine.post(ClientChange::Abilities(abilities));
    }
    pull_settings(&link).await;
}

/// Asks the client for the section `aios` and tells the engine.
pub(crate) async fn pull_settings(link: &Link) {
    if !link.session.can.configuration {
        return;
    }
    let item = ConfigurationItem { scope_uri: None, section: Some("aios".to_owned()) };
    match link.client.configuration(vec![item]).await {
        // A client without such a section says null, or nothing at all; what `initialize` brought
        // then stays.
        Ok(mut answers) => match answers.pop() {
            None | Some(serde_json::Value::Null) => {}
            Some(value) => {
                link.engine.post(ClientChange::Settings(from_proto::settings(value)));
            }
        },
        Err(error) => tracing::warn!(%error, "the client tells no settings"),
    }
}

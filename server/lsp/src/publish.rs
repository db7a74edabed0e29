//! Findings for clients that do not pull them: published a moment after the last edit, and taken
//! back when they are mended or their document is closed.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use engine::{ClientChange, Lane, ReadConfig, ReadError, WhenChanged};
use tower_lsp::gen_lsp_types::{
    Diagnostic, PublishDiagnosticsNotification, PublishDiagnosticsParams, Uri,
};

use crate::{
    backend::Link,
    findings::{diagnostics, result_id},
    from_proto,
    view::View,
};

/// How long nothing has to happen before findings are looked for.
const QUIET: Duration = Duration::from_millis(300);

/// The findings of one open document.
struct Found {
    uri: Uri,
    version: i32,
    items: Vec<Diagnostic>,
}

/// Publishes until the engine stops: whenever something was touched and then was quiet.
pub(crate) async fn publish(link: Arc<Link>) {
    // What the client holds, by URI: the name of its findings.
    let mut published: BTreeMap<String, (String, Uri)> = BTreeMap::new();
    loop {
        link.touch.notified().await;
        while tokio::time::timeout(QUIET, link.touch.notified()).await.is_ok() {}
        let found = match look(&link).await {
            Ok(found) => found,
            // The edit that came between touches again.
            Err(ReadError::Stale | ReadError::Cancelled) => continue,
            Err(ReadError::Stopped) => return,
            Err(error) => {
                tracing::warn!(%error, "no findings");
                continue;
            }
        };
        let mut gone = published.clone();
        for Found { uri, version, items } in found {
            let key = uri.to_string();
            gone.remove(&key);
            let id = result_id(&items);
            let known = published.get(&key).map(|it| it.0.as_str());
            if known == Some(&id) || (known.is_none() && items.is_empty()) {
                continue;
            }
            published.insert(key, (id, uri.clone()));
            if let Ok(path) = from_proto::path_of(&uri) {
                link.engine.post(ClientChange::DiagnosticsChanged { path });
            }
            tell(&link, uri, Some(version), items).await;
        }
        for (key, (_, uri)) in gone {
            published.remove(&key);
            tell(&link, uri, None, Vec::new()).await;
        }
    }
}

/// The findings of every open document at this moment.
async fn look(link: &Link) -> Result<Vec<Found>, ReadError> {
    let config = ReadConfig { lane: Lane::Work, when_changed: WhenChanged::Cancel };
    let (session, spellings) = (link.session.clone(), link.spellings.clone());
    let others = link.others.clone();
    let answer = link.engine.read_with(config, "publish diagnostics", move |snapshot| {
        let view = View::new(snapshot, &session, &spellings);
        let mut found = Vec::new();
        for (file, overlay) in snapshot.vfs.overlays() {
            let items = diagnostics(&view, &others, file)?;
            let uri = view.uri(snapshot.vfs.path(file));
            found.push(Found { uri, version: overlay.version, items });
        }
        Ok(found)
    });
    answer.await
}

async fn tell(link: &Link, uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
    let version = version.filter(|_| link.session.can.diagnostic_versions);
    let params = PublishDiagnosticsParams { uri, version, diagnostics };
    link.client.send_notification::<PublishDiagnosticsNotification>(params).await;
}

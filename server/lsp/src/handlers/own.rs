//! The commands about the product's own files: proposing what they hold, and trusting them.

use std::sync::Arc;

use engine::{Own, RunRequest, Then};
use proposal::ProposalId;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::{gen_lsp_types::Uri, jsonrpc::Result};

use crate::{backend::Link, error, from_proto};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TrustArgument {
    pub(super) seen: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ProposeArgument {
    uri: Option<Uri>,
    text: Option<String>,
    title: Option<String>,
    reason: String,
    keep: bool,
}

/// A file is to hold a text, or to go.
pub(super) fn propose(argument: ProposeArgument) -> Result<RunRequest> {
    let ProposeArgument { uri, text, title, reason, keep } = argument;
    let Some(uri) = uri else { return Err(error::failed("aios.propose needs a uri")) };
    let path = from_proto::path_of(&uri)?;
    let title = title.unwrap_or_else(|| match text {
        Some(_) => format!("Write {path}"),
        None => format!("Delete {path}"),
    });
    let then = if keep { Then::Keep } else { Then::Follow };
    Ok(RunRequest::Write { title, reason, files: vec![(path, text)], then })
}

/// Trust without a word about what was seen, answered at once.
pub(super) async fn trust_unseen(link: &Link) -> Result<Option<Value>> {
    let own = own(link).await?;
    let (run, _) = link.run(look_or_trust(&own));
    Ok(Some(json!({
        "run": run.to_string(),
        "standing": own.standing.name(),
        "seen": own.fingerprint,
    })))
}

/// What comes of it: where there is something to see it is shown first.
pub(super) fn look_or_trust(own: &Own) -> RunRequest {
    match own.changes.is_empty() {
        true => RunRequest::Trust { seen: Some(own.fingerprint.clone()) },
        false => RunRequest::ShowTrust,
    }
}

/// The product's own files as they are known now.
pub(super) async fn own(link: &Link) -> Result<Arc<Own>> {
    link.read("trust", |view| Ok(Arc::clone(&view.snapshot.own))).await
}

/// The proposal to check; `None`: the workspace.
pub(super) fn verified(argument: Value) -> Result<Option<ProposalId>> {
    let id = match &argument {
        Value::String(id) => Some(id.as_str()),
        other => other.get("proposal").and_then(Value::as_str),
    };
    let Some(id) = id else { return Ok(None) };
    let parsed = ProposalId::parse(id);
    let parsed = parsed.ok_or_else(|| error::invalid_params(format!("`{id}` is no proposal's id")));
    parsed.map(Some)
}

//! `textDocument/references`: where the symbol under the cursor is named.

use ide::FilePosition;
use tower_lsp::{
    gen_lsp_types::{Location, MessageType, ReferenceParams},
    jsonrpc::Result,
};

use crate::{
    backend::Backend,
    from_proto,
    partial::{Begin, in_parts},
    to_proto,
    unread::Waits,
    view::View,
};

/// Places in one answer; more help nobody and take a client down.
pub(crate) const REFERENCES_MAX: usize = 20_000;

pub(crate) async fn handle_references(
    backend: &Backend,
    params: ReferenceParams,
) -> Result<Option<Vec<Location>>> {
    let link = backend.link();
    let at = params.text_document_position_params;
    let with_declaration = params.context.include_declaration;
    let path = from_proto::path(&at.text_document)?;
    let token = params.partial_result_params.partial_result_token;
    let answer = in_parts(link, token, |begin: Begin<Location>| {
        let about = ("textDocument/references", Some(path.clone()));
        link.read_whole(about, Waits::Always, move |view| {
            let mut parts = begin.parts();
            let Some(position) = view.position(&path, at.position) else { return Ok(None) };
            let Some(references) = view.snapshot.analysis.references(position)? else {
                return Ok(None);
            };
            if with_declaration {
                parts.extend(references.declarations.iter().map(|it| to_proto::location(view, it)));
            }
            if REFERENCES_MAX < references.found.len() {
                tracing::warn!(
                    found = references.found.len(),
                    "only {REFERENCES_MAX} are answered"
                );
            }
            let found = references.found.iter().take(REFERENCES_MAX);
            parts.extend(found.map(|it| view.location(it.file, it.range)));
            let guesses = match references.found.is_empty() && view.session.can.candidates {
                true => guesses(view, position)?,
                false => Vec::new(),
            };
            let n_guesses = guesses.len();
            parts.extend(guesses);
            Ok(Some((parts.finish(), n_guesses)))
        })
    });
    let Some((places, n_guesses)) = answer.await? else { return Ok(None) };
    if 0 < n_guesses {
        let text = format!(
            "no place certainly means this; {n_guesses} places bear the name and do not resolve"
        );
        link.client.show_message(MessageType::Info, text).await;
    }
    Ok(Some(places))
}

/// Places that bear the name and do not resolve: only for clients that tell the user so.
fn guesses(
    view: &View<'_>,
    position: FilePosition,
) -> std::result::Result<Vec<Location>, engine::ReadError> {
    let analysis = &view.snapshot.analysis;
    let mut guesses = Vec::new();
    for symbol in analysis.symbols_at(position)? {
        let sites = analysis.candidate_references(symbol)?;
        guesses.extend(sites.iter().map(|it| view.location(it.file, it.range)));
    }
    Ok(guesses)
}

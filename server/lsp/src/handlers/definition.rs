//! `textDocument/definition`: where the name under the cursor is defined.

use tower_lsp::{
    gen_lsp_types::{DefinitionParams, Location, MessageType},
    jsonrpc::Result,
};

use crate::{backend::Backend, from_proto, hits, to_proto, unread::Waits};

pub(crate) async fn handle_definition(
    backend: &Backend,
    params: DefinitionParams,
) -> Result<Option<Vec<Location>>> {
    let link = backend.link();
    let at = params.text_document_position_params;
    let path = from_proto::path(&at.text_document)?;
    let about = ("textDocument/definition", Some(path.clone()));
    let answer = link.read_whole(about, Waits::IfNothing, move |view| {
        if let Some(listed) = hits::listed_at(view, &path, at.position.line) {
            return Ok(Some((vec![listed], None)));
        }
        let Some(position) = view.position(&path, at.position) else { return Ok(None) };
        let analysis = &view.snapshot.analysis;
        let mut targets = analysis.definition(position)?;
        if targets.is_empty() && view.snapshot.status.unread {
            return Ok(None);
        }
        // Only to clients that show what they are: a place cannot be marked as a guess.
        let guesses = targets.is_empty() && view.session.can.candidates;
        if guesses {
            targets = analysis.candidates(position)?;
        }
        let places: Vec<Location> = targets.iter().map(|it| to_proto::location(view, it)).collect();
        let guessed = targets.first().filter(|_| guesses).map(|it| it.name.clone());
        Ok(Some((places, guessed)))
    });
    let Some((places, guessed)) = answer.await? else { return Ok(None) };
    if let Some(name) = guessed {
        let n = places.len();
        let text = format!("`{name}` does not resolve: {n} places that bear the name, by guess");
        link.client.show_message(MessageType::Info, text).await;
    }
    Ok(Some(places))
}

//! `textDocument/references`: where the symbol under the cursor is named.

use tower_lsp::{
    gen_lsp_types::{Location, ReferenceParams},
    jsonrpc::Result,
};

use crate::{backend::Backend, from_proto, to_proto};

/// Places in one answer; more help nobody and take a client down.
pub(crate) const REFERENCES_MAX: usize = 20_000;

pub(crate) async fn handle_references(
    backend: &Backend,
    params: ReferenceParams,
) -> Result<Option<Vec<Location>>> {
    let at = params.text_document_position_params;
    let with_declaration = params.context.include_declaration;
    let path = from_proto::path(&at.text_document)?;
    let answer = backend.link().read("references", move |view| {
        let Some(position) = view.position(&path, at.position) else { return Ok(None) };
        let Some(references) = view.snapshot.analysis.references(position)? else {
            return Ok(None);
        };
        let mut acc: Vec<Location> = Vec::new();
        if with_declaration {
            acc.extend(references.declarations.iter().map(|it| to_proto::location(view, it)));
        }
        if REFERENCES_MAX < references.found.len() {
            tracing::warn!(found = references.found.len(), "only {REFERENCES_MAX} are answered");
        }
        let found = references.found.iter().take(REFERENCES_MAX);
        acc.extend(found.map(|it| view.location(it.file, it.range)));
        Ok(Some(acc))
    });
    answer.await
}

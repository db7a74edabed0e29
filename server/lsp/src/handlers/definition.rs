//! `textDocument/definition`: where the name under the cursor is defined.

use tower_lsp::{
    gen_lsp_types::{DefinitionParams, Location},
    jsonrpc::Result,
};

use crate::{backend::Backend, from_proto, to_proto};

pub(crate) async fn handle_definition(
    backend: &Backend,
    params: DefinitionParams,
) -> Result<Option<Vec<Location>>> {
    let at = params.text_document_position_params;
    let path = from_proto::path(&at.text_document)?;
    let answer = backend.link().read("definition", move |view| {
        let Some(position) = view.position(&path, at.position) else { return Ok(None) };
        let targets = view.snapshot.analysis.definition(position)?;
        Ok(Some(targets.iter().map(|it| to_proto::location(view, it)).collect()))
    });
    answer.await
}

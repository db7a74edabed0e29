//! `textDocument/declaration`, `typeDefinition` and `implementation`: ways from a name to others.

use ide::{Analysis, Cancellable, FilePosition, NavTarget};
use tower_lsp::{
    gen_lsp_types::{
        DeclarationParams, ImplementationParams, Location, TextDocumentPositionParams,
        TypeDefinitionParams,
    },
    jsonrpc::Result,
};

use crate::{backend::Backend, from_proto, to_proto};

pub(crate) async fn handle_declaration(
    backend: &Backend,
    params: DeclarationParams,
) -> Result<Option<Vec<Location>>> {
    let at = params.text_document_position_params;
    targets(backend, "textDocument/declaration", at, Analysis::declaration).await
}

pub(crate) async fn handle_type_definition(
    backend: &Backend,
    params: TypeDefinitionParams,
) -> Result<Option<Vec<Location>>> {
    let at = params.text_document_position_params;
    targets(backend, "textDocument/typeDefinition", at, Analysis::type_definition).await
}

pub(crate) async fn handle_implementation(
    backend: &Backend,
    params: ImplementationParams,
) -> Result<Option<Vec<Location>>> {
    let at = params.text_document_position_params;
    targets(backend, "textDocument/implementation", at, Analysis::implementations).await
}

async fn targets(
    backend: &Backend,
    method: &'static str,
    at: TextDocumentPositionParams,
    question: fn(&Analysis, FilePosition) -> Cancellable<Vec<NavTarget>>,
) -> Result<Option<Vec<Location>>> {
    let path = from_proto::path(&at.text_document)?;
    let answer = backend.link().read_about(method, path.clone(), move |view| {
        let Some(position) = view.position(&path, at.position) else { return Ok(None) };
        let targets = question(&view.snapshot.analysis, position)?;
        Ok(Some(targets.iter().map(|it| to_proto::location(view, it)).collect()))
    });
    answer.await
}

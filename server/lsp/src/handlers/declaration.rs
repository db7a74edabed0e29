//! `textDocument/declaration`, `typeDefinition` and `implementation`: ways from a name to others.

use ide::{Analysis, Cancellable, FilePosition, NavTarget};
use tower_lsp::{
    gen_lsp_types::{
        DeclarationParams, ImplementationParams, Location, TextDocumentPositionParams,
        TypeDefinitionParams,
    },
    jsonrpc::Result,
};

use crate::{backend::Backend, from_proto, to_proto, unread::Waits};

pub(crate) async fn handle_declaration(
    backend: &Backend,
    params: DeclarationParams,
) -> Result<Option<Vec<Location>>> {
    let at = params.text_document_position_params;
    let method = ("textDocument/declaration", Waits::IfNothing);
    targets(backend, method, at, Analysis::declaration).await
}

pub(crate) async fn handle_type_definition(
    backend: &Backend,
    params: TypeDefinitionParams,
) -> Result<Option<Vec<Location>>> {
    let at = params.text_document_position_params;
    let method = ("textDocument/typeDefinition", Waits::IfNothing);
    targets(backend, method, at, Analysis::type_definition).await
}

pub(crate) async fn handle_implementation(
    backend: &Backend,
    params: ImplementationParams,
) -> Result<Option<Vec<Location>>> {
    let at = params.text_document_position_params;
    let method = ("textDocument/implementation", Waits::Always);
    targets(backend, method, at, Analysis::implementations).await
}

async fn targets(
    backend: &Backend,
    (method, waits): (&'static str, Waits),
    at: TextDocumentPositionParams,
    question: fn(&Analysis, FilePosition) -> Cancellable<Vec<NavTarget>>,
) -> Result<Option<Vec<Location>>> {
    let path = from_proto::path(&at.text_document)?;
    let about = (method, Some(path.clone()));
    let answer = backend.link().read_whole(about, waits, move |view| {
        let Some(position) = view.position(&path, at.position) else { return Ok(None) };
        let targets = question(&view.snapshot.analysis, position)?;
        if targets.is_empty() {
            return Ok(None);
        }
        Ok(Some(targets.iter().map(|it| to_proto::location(view, it)).collect()))
    });
    answer.await
}

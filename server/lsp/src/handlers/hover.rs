//! `textDocument/hover`: what is known of the name under the cursor.

use tower_lsp::{
    gen_lsp_types::{Hover, HoverParams},
    jsonrpc::Result,
};

use crate::{backend::Backend, from_proto, to_proto};

pub(crate) async fn handle_hover(backend: &Backend, params: HoverParams) -> Result<Option<Hover>> {
    let at = params.text_document_position_params;
    let path = from_proto::path(&at.text_document)?;
    let answer = backend.link().read_about("textDocument/hover", path.clone(), move |view| {
        let Some(position) = view.position(&path, at.position) else { return Ok(None) };
        let Some((_, lines)) = view.file(&path) else { return Ok(None) };
        let hover = view.snapshot.analysis.hover(position)?;
        Ok(hover.map(|it| to_proto::hover(view, &lines, it)))
    });
    answer.await
}

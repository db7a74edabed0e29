//! `textDocument/documentLink`: imports that name files, and what a list of hits leads to.

use tower_lsp::{
    gen_lsp_types::{DocumentLink, DocumentLinkParams},
    jsonrpc::Result,
};

use crate::{backend::Backend, from_proto, hits};

pub(crate) async fn handle_document_link(
    backend: &Backend,
    params: DocumentLinkParams,
) -> Result<Option<Vec<DocumentLink>>> {
    let path = from_proto::path(&params.text_document)?;
    let method = "textDocument/documentLink";
    let answer = backend.link().read_about(method, path.clone(), move |view| {
        if let Some(links) = hits::links(view, &path) {
            return Ok(Some(links));
        }
        let Some((file, lines)) = view.file(&path) else { return Ok(None) };
        let links = view.snapshot.analysis.import_links(file)?;
        let links = links.iter().map(|it| {
            let target = view.snapshot.vfs.path(it.target);
            DocumentLink {
                range: view.range(&lines, it.range),
                target: Some(view.uri(target)),
                tooltip: view.session.can.link_tooltips.then(|| view.shown_path(target)),
                data: None,
            }
        });
        Ok(Some(links.collect()))
    });
    answer.await
}

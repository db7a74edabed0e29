//! `textDocument/documentLink`: imports that name files, and what a list of hits leads to.

use tower_lsp::{
    gen_lsp_types::{DocumentLink, DocumentLinkParams},
    jsonrpc::Result,
};
use vfs::VfsPath;

use crate::{
    backend::{Asked, Backend},
    from_proto, hits,
    unread::{Time, Tried, Waits},
    view::View,
};

pub(crate) async fn handle_document_link(
    backend: &Backend,
    params: DocumentLinkParams,
) -> Result<Option<Vec<DocumentLink>>> {
    let path = from_proto::path(&params.text_document)?;
    let link = backend.link();
    let ask = |time: Time| {
        let path = path.clone();
        link.read_about("textDocument/documentLink", path.clone(), move |view| {
            if let Some(links) = hits::links(view, &path) {
                return Ok(Some(Tried::Answer(links)));
            }
            time.ask((view, Some(&path)), Waits::Always, || imports(view, &path))
        })
    };
    link.once_read(ask).await
}

/// The imports of a file that lead to files of the workspace.
fn imports(view: &View<'_>, path: &VfsPath) -> Asked<Option<Vec<DocumentLink>>> {
    let Some((file, lines)) = view.file(path) else { return Ok(None) };
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
}

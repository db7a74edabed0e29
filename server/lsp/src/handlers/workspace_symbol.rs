//! `workspace/symbol` and its resolve: definitions by name, and by meaning where no name fits.

use engine::ReadError;
use memory::{Hit, Query};
use tower_lsp::{
    gen_lsp_types::{WorkspaceSymbol, WorkspaceSymbolParams},
    jsonrpc::Result,
};
use vfs::VfsPath;

use crate::{
    backend::Backend,
    partial::{Begin, in_parts},
    to_proto,
    unread::Waits,
    view::View,
};

/// Symbols in one answer: an editor asks again with every letter.
pub(crate) const SYMBOLS_MAX: usize = 256;

/// Symbols that are only near in meaning.
const NEAR_MAX: usize = 20;

/// Shorter questions are the beginning of a name.
const MEANING_BYTES_MIN: usize = 4;

/// What is said in place of the container of a symbol that was found by its meaning.
const BY_MEANING: &str = "by meaning";

pub(crate) async fn handle_workspace_symbol(
    backend: &Backend,
    params: WorkspaceSymbolParams,
) -> Result<Option<Vec<WorkspaceSymbol>>> {
    let link = backend.link();
    let others = link.others.clone();
    let token = params.partial_result_params.partial_result_token;
    let answer = in_parts(link, token, |begin: Begin<WorkspaceSymbol>| {
        let about = ("workspace symbols", None);
        link.read_whole(about, Waits::IfNothing, move |view| {
            let mut parts = begin.parts();
            let hits = view.snapshot.analysis.workspace_symbols(&params.query, SYMBOLS_MAX)?;
            let ours = hits
                .iter()
                .filter(|it| others.leave_closed(view, it.target.file, "workspace/symbol"));
            parts.extend(ours.map(|it| to_proto::workspace_symbol(view, it)));
            // A name may still be read; what it may mean is the second question.
            if hits.is_empty() && view.snapshot.status.unread {
                return Ok(None);
            }
            if hits.is_empty() && MEANING_BYTES_MIN <= params.query.trim().len() {
                parts.extend(near(view, &params.query)?);
            }
            Ok(Some(parts.finish()))
        })
    });
    answer.await
}

/// Symbols that the question is about although none is called so.
fn near(view: &View<'_>, query: &str) -> std::result::Result<Vec<WorkspaceSymbol>, ReadError> {
    let answer = view.snapshot.search(&Query::text(query, NEAR_MAX))?;
    Ok(answer.hits.iter().filter_map(|it| symbol(view, it)).collect())
}

fn symbol(view: &View<'_>, hit: &Hit) -> Option<WorkspaceSymbol> {
    let path = VfsPath::new(&hit.root)?.join(&hit.path);
    let (file, _) = view.file(&path)?;
    let facts = view.snapshot.analysis.facts(file)?;
    let name = hit.symbol.as_deref()?;
    let (_, symbol) = facts.symbols().find(|(_, it)| {
        it.range.intersects(hit.range) && facts.name(it.name) == name && !it.is_local
    })?;
    Some(WorkspaceSymbol {
        location: view.location(file, symbol.name_range).into(),
        data: None,
        base_symbol_information: to_proto::base_symbol(name, symbol.kind, Some(BY_MEANING)),
    })
}

/// Every symbol is answered with its range, so there is nothing left to find out.
pub(crate) async fn handle_workspace_symbol_resolve(
    _backend: &Backend,
    symbol: WorkspaceSymbol,
) -> Result<WorkspaceSymbol> {
    Ok(symbol)
}

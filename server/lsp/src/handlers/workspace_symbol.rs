//! `workspace/symbol` and its resolve: definitions by name.

use tower_lsp::{
    gen_lsp_types::{WorkspaceSymbol, WorkspaceSymbolParams},
    jsonrpc::Result,
};

use crate::{
    backend::Backend,
    partial::{Parts, in_parts},
    to_proto,
};

/// Symbols in one answer: an editor asks again with every letter.
pub(crate) const SYMBOLS_MAX: usize = 256;

pub(crate) async fn handle_workspace_symbol(
    backend: &Backend,
    params: WorkspaceSymbolParams,
) -> Result<Option<Vec<WorkspaceSymbol>>> {
    let link = backend.link();
    let others = link.others.clone();
    let token = params.partial_result_params.partial_result_token;
    let answer = in_parts(link, token, |mut parts: Parts<WorkspaceSymbol>| {
        link.read("workspace symbols", move |view| {
            let hits = view.snapshot.analysis.workspace_symbols(&params.query, SYMBOLS_MAX)?;
            let ours = hits
                .iter()
                .filter(|it| others.leave_closed(view, it.target.file, "workspace/symbol"));
            parts.extend(ours.map(|it| to_proto::workspace_symbol(view, it)));
            Ok(Some(parts.finish()))
        })
    });
    answer.await
}

/// Every symbol is answered with its range, so there is nothing left to find out.
pub(crate) async fn handle_workspace_symbol_resolve(
    _backend: &Backend,
    symbol: WorkspaceSymbol,
) -> Result<WorkspaceSymbol> {
    Ok(symbol)
}

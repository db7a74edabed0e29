//! `workspace/symbol` and its resolve: definitions by name.

use tower_lsp::{
    gen_lsp_types::{WorkspaceSymbol, WorkspaceSymbolParams},
    jsonrpc::Result,
};

use crate::{backend::Backend, to_proto};

/// Symbols in one answer: an editor asks again with every letter.
pub(crate) const SYMBOLS_MAX: usize = 256;

pub(crate) async fn handle_workspace_symbol(
    backend: &Backend,
    params: WorkspaceSymbolParams,
) -> Result<Option<Vec<WorkspaceSymbol>>> {
    let answer = backend.link().read("workspace symbols", move |view| {
        let hits = view.snapshot.analysis.workspace_symbols(&params.query, SYMBOLS_MAX)?;
        Ok(Some(hits.iter().map(|it| to_proto::workspace_symbol(view, it)).collect()))
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

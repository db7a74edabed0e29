//! `textDocument/prepareCallHierarchy` and its two directions.

use ide::{Call, NavTarget};
use tower_lsp::{
    gen_lsp_types::{
        CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
        CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams,
        Range,
    },
    jsonrpc::Result,
};

use crate::{backend::Backend, from_proto, symbol_data, to_proto, unread::Waits, view::View};

pub(crate) async fn handle_prepare_call_hierarchy(
    backend: &Backend,
    params: CallHierarchyPrepareParams,
) -> Result<Option<Vec<CallHierarchyItem>>> {
    let at = params.text_document_position_params;
    let path = from_proto::path(&at.text_document)?;
    let about = ("textDocument/prepareCallHierarchy", Some(path.clone()));
    let answer = backend.link().read_whole(about, Waits::IfNothing, move |view| {
        let Some(position) = view.position(&path, at.position) else { return Ok(None) };
        let analysis = &view.snapshot.analysis;
        let symbols = analysis.symbols_at(position)?;
        let called = symbols.into_iter().filter(|it| analysis.is_callable(*it));
        let targets = called.filter_map(|it| analysis.nav_target(it));
        let items: Vec<CallHierarchyItem> = targets.map(|it| item(view, &it)).collect();
        Ok((!items.is_empty()).then_some(items))
    });
    answer.await
}

pub(crate) async fn handle_incoming_calls(
    backend: &Backend,
    params: CallHierarchyIncomingCallsParams,
) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
    let answer = backend.link().read_whole(("incoming calls", None), Waits::Always, move |view| {
        let Some(symbol) = symbol_data::find(view, &params.item.uri, params.item.data.as_ref())
        else {
            return Ok(None);
        };
        let calls = view.snapshot.analysis.callers(symbol)?;
        let calls = calls.iter().map(|it| CallHierarchyIncomingCall {
            from: item(view, &it.target),
            from_ranges: ranges(view, it),
        });
        Ok(Some(calls.collect()))
    });
    answer.await
}

pub(crate) async fn handle_outgoing_calls(
    backend: &Backend,
    params: CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
    let answer = backend.link().read_whole(("outgoing calls", None), Waits::Always, move |view| {
        let Some(symbol) = symbol_data::find(view, &params.item.uri, params.item.data.as_ref())
        else {
            return Ok(None);
        };
        let calls = view.snapshot.analysis.callees(symbol)?;
        let calls = calls.iter().map(|it| CallHierarchyOutgoingCall {
            to: item(view, &it.target),
            from_ranges: ranges(view, it),
        });
        Ok(Some(calls.collect()))
    });
    answer.await
}

fn item(view: &View<'_>, target: &NavTarget) -> CallHierarchyItem {
    let whole = view.location(target.file, target.range.cover(target.name_range));
    CallHierarchyItem {
        name: target.name.clone(),
        kind: to_proto::symbol_kind(target.kind),
        tags: None,
        detail: target.container.clone(),
        selection_range: view.location(target.file, target.name_range).range,
        range: whole.range,
        uri: whole.uri,
        data: symbol_data::data(view, target),
    }
}

fn ranges(view: &View<'_>, call: &Call) -> Vec<Range> {
    call.sites.iter().map(|it| view.location(it.file, it.range).range).collect()
}

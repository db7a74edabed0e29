//! `textDocument/prepareTypeHierarchy` and its two directions.

use ide::{Analysis, Cancellable, NavTarget, SymbolRef};
use serde_json::Value;
use tower_lsp::{
    gen_lsp_types::{
        TypeHierarchyItem, TypeHierarchyPrepareParams, TypeHierarchySubtypesParams,
        TypeHierarchySupertypesParams, Uri,
    },
    jsonrpc::Result,
};

use crate::{backend::Backend, from_proto, symbol_data, to_proto, unread::Waits, view::View};

pub(crate) async fn handle_prepare_type_hierarchy(
    backend: &Backend,
    params: TypeHierarchyPrepareParams,
) -> Result<Option<Vec<TypeHierarchyItem>>> {
    let at = params.text_document_position_params;
    let path = from_proto::path(&at.text_document)?;
    let about = ("textDocument/prepareTypeHierarchy", Some(path.clone()));
    let answer = backend.link().read_whole(about, Waits::IfNothing, move |view| {
        let Some(position) = view.position(&path, at.position) else { return Ok(None) };
        let analysis = &view.snapshot.analysis;
        let symbols = analysis.symbols_at(position)?;
        let types = symbols.into_iter().filter(|it| analysis.is_type(*it));
        let targets = types.filter_map(|it| analysis.nav_target(it));
        let items: Vec<TypeHierarchyItem> = targets.map(|it| item(view, &it)).collect();
        Ok((!items.is_empty()).then_some(items))
    });
    answer.await
}

pub(crate) async fn handle_supertypes(
    backend: &Backend,
    params: TypeHierarchySupertypesParams,
) -> Result<Option<Vec<TypeHierarchyItem>>> {
    let item = (params.item.uri, params.item.data);
    types(backend, "supertypes", item, Analysis::supertypes).await
}

pub(crate) async fn handle_subtypes(
    backend: &Backend,
    params: TypeHierarchySubtypesParams,
) -> Result<Option<Vec<TypeHierarchyItem>>> {
    let item = (params.item.uri, params.item.data);
    types(backend, "subtypes", item, Analysis::subtypes).await
}

async fn types(
    backend: &Backend,
    name: &'static str,
    (uri, data): (Uri, Option<Value>),
    question: fn(&Analysis, SymbolRef) -> Cancellable<Vec<NavTarget>>,
) -> Result<Option<Vec<TypeHierarchyItem>>> {
    let answer = backend.link().read_whole((name, None), Waits::Always, move |view| {
        let Some(symbol) = symbol_data::find(view, &uri, data.as_ref()) else { return Ok(None) };
        let types = question(&view.snapshot.analysis, symbol)?;
        Ok(Some(types.iter().map(|it| item(view, it)).collect()))
    });
    answer.await
}

fn item(view: &View<'_>, target: &NavTarget) -> TypeHierarchyItem {
    let whole = view.location(target.file, target.range.cover(target.name_range));
    TypeHierarchyItem {
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

//! What an item carries so that a later request about it finds its symbol again: the server keeps
//! nothing between requests, and edits in between move everything but names.

use ide::{NavTarget, SymbolId, SymbolRef};
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types::Uri;

use crate::{from_proto, view::View};

/// The data of an item; `None` for a whole file.
pub(crate) fn data(view: &View<'_>, target: &NavTarget) -> Option<Value> {
    let id = view.snapshot.analysis.symbol_id(target.symbol?)?;
    Some(json!({ "path": &*id.path, "nth": id.nth }))
}

/// The symbol that an item's data name; `None` where it is gone.
pub(crate) fn find(view: &View<'_>, uri: &Uri, data: Option<&Value>) -> Option<SymbolRef> {
    let path = from_proto::path_of(uri).ok()?;
    let file = view.snapshot.file(&path).ok()?;
    let data = data?;
    let name = data.get("path")?.as_str()?;
    let nth = u32::try_from(data.get("nth")?.as_u64()?).ok()?;
    view.snapshot.analysis.symbol(&SymbolId { file, path: name.into(), nth })
}

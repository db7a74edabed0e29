//! The command `aios.refactor`: what its argument asks for.

use engine::{Area, Place, RunRequest};
use ide::{Refactor, Rewrite};
use serde::Deserialize;
use tower_lsp::{
    gen_lsp_types::{Range, Uri},
    jsonrpc::Result,
};

use super::execute_command::{Document, then};
use crate::{backend::Link, error, from_proto};

/// The argument.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RefactorArgument {
    refactor: String,
    text_document: Option<Document>,
    range: Range,
    symbol: Option<String>,
    name: Option<String>,
    keep: bool,
}

/// The run that it asks for.
pub(super) fn request(link: &Link, argument: RefactorArgument) -> Result<RunRequest> {
    let RefactorArgument { refactor: id, text_document, range, symbol, name, keep } = argument;
    let refactor = Refactor::of_id(&id, name).ok_or_else(|| {
        error::invalid_params(format!("aios.refactor knows no refactoring `{id}`"))
    })?;
    let at = match (text_document, symbol) {
        (Some(document), _) => Area::Range {
            path: from_proto::path_of(&document.uri)?,
            range: (from_proto::line_col(range.start), from_proto::line_col(range.end)),
            encoding: link.session.encoding,
            version: document.version,
        },
        (None, Some(symbol)) => Area::Place(Place::Symbol(symbol)),
        (None, None) => return Err(error::failed("aios.refactor needs a document")),
    };
    Ok(RunRequest::Refactor { at, refactor, then: then(keep) })
}

/// The argument of `aios.rewrite`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RewriteArgument {
    pattern: String,
    replacement: String,
    language: String,
    path: Option<Uri>,
    keep: bool,
}

/// The run that it asks for.
pub(super) fn rewrite(argument: RewriteArgument) -> Result<RunRequest> {
    let RewriteArgument { pattern, replacement, language, path, keep } = argument;
    if pattern.is_empty() || language.is_empty() {
        return Err(error::failed("aios.rewrite needs a pattern, a replacement and a language"));
    }
    let below = path.as_ref().map(from_proto::path_of).transpose()?;
    let rewrite = Rewrite { pattern, replacement, language, below };
    Ok(RunRequest::Rewrite { rewrite, then: then(keep) })
}

//! `textDocument/codeLens` and its resolve: callers and tests above definitions.

use ide::{LensScope, Usage};
use serde_json::json;
use settings::Lenses;
use tower_lsp::{
    gen_lsp_types::{CodeLens, CodeLensParams, Command, Uri},
    jsonrpc::Result,
};

use vfs::FileId;

use crate::{
    backend::{Asked, Backend},
    ext, from_proto,
    notices::refresh_later,
    skill_actions::place,
    symbol_data,
    unread::{Time, Tried, Waits},
    view::View,
};

/// What a lens says before its number can be known.
const NOT_COUNTED: &str = "not counted yet: files are still being read";

/// The places of the definitions; what there is to count is counted when a lens is shown.
pub(crate) async fn handle_code_lens(
    backend: &Backend,
    params: CodeLensParams,
) -> Result<Option<Vec<CodeLens>>> {
    let uri = params.text_document.uri;
    let path = from_proto::path_of(&uri)?;
    let method = "textDocument/codeLens";
    let answer = backend.link().read_about(method, path.clone(), move |view| {
        let scope = match view.snapshot.settings.code_lens {
            Lenses::Off => return Ok(None),
            Lenses::Exported => LensScope::Exported,
            Lenses::All => LensScope::All,
        };
        let Some((file, lines)) = view.file(&path) else { return Ok(None) };
        let analysis = &view.snapshot.analysis;
        let symbols = analysis.lenses(file, scope)?;
        let targets = symbols.into_iter().filter_map(|it| analysis.nav_target(it));
        let lenses = targets.filter_map(|it| {
            let mut data = symbol_data::data(view, &it)?;
            data["uri"] = json!(uri);
            let range = view.range(&lines, it.name_range);
            Some(CodeLens { range, command: None, data: Some(data) })
        });
        Ok(Some(lenses.chain(marks(view, file)).collect()))
    });
    answer.await
}

/// What the last review found, above its places; with what mends it, where something does.
fn marks(view: &View<'_>, file: FileId) -> Vec<CodeLens> {
    let found = view.snapshot.found_in(file).into_iter();
    let lenses = found.map(|(range, finding)| {
        let command = match finding.remedy {
            None => nothing(&finding.message),
            Some(skill) => {
                let mut argument = place(view, file, range);
                argument["skill"] = json!(skill.skill().name);
                Command {
                    title: format!("{} · {}", finding.message, skill.skill().title),
                    tooltip: None,
                    command: ext::SKILL.to_owned(),
                    arguments: Some(vec![argument]),
                }
            }
        };
        let range = view.location(file, range).range;
        CodeLens { range, command: Some(command), data: None }
    });
    lenses.collect()
}

pub(crate) async fn handle_code_lens_resolve(
    backend: &Backend,
    lens: CodeLens,
) -> Result<CodeLens> {
    if lens.command.is_some() {
        return Ok(lens);
    }
    let link = backend.link();
    let ask = |time: Time| {
        let lens = lens.clone();
        link.read("code lens", move |view| {
            // A client that can be told shows the number when it is there; others wait for it.
            if view.snapshot.status.unread && view.session.can.refresh_lenses {
                let answer = (CodeLens { command: Some(nothing(NOT_COUNTED)), ..lens }, true);
                return Ok(Some(Tried::Answer(answer)));
            }
            time.ask((view, None), Waits::Always, || Ok(Some((counted(view, lens)?, false))))
        })
    };
    let Some((counted, is_put_off)) = link.once_read(ask).await? else { return Ok(lens) };
    if is_put_off {
        let link = link.clone();
        tokio::spawn(async move {
            // The user may stop it: then the lens stays as it is until the next refresh.
            if link.await_files().await.is_ok() {
                refresh_later(link).await;
            }
        });
    }
    Ok(counted)
}

/// The lens with its numbers.
fn counted(view: &View<'_>, lens: CodeLens) -> Asked<CodeLens> {
    let data = lens.data.as_ref();
    let uri: Option<Uri> =
        data.and_then(|it| it.get("uri")).and_then(|it| serde_json::from_value(it.clone()).ok());
    let symbol = uri.as_ref().and_then(|it| symbol_data::find(view, it, data));
    let target = symbol.and_then(|it| view.snapshot.analysis.nav_target(it));
    let (Some(uri), Some(symbol), Some(target)) = (uri, symbol, target) else {
        // The definition is gone; the editor will ask for all lenses again.
        return Ok(CodeLens { command: Some(nothing("")), ..lens });
    };
    let usage: Option<Usage> = view.snapshot.analysis.usage(symbol)?;
    let Some(usage) = usage else {
        return Ok(CodeLens { command: Some(nothing("used everywhere")), ..lens });
    };
    let position = view.location(target.file, target.name_range).range.start;
    let argument = json!({ "textDocument": { "uri": uri }, "position": position });
    let command = Command {
        title: usage.describe(target.kind),
        tooltip: None,
        command: ext::CALLERS.to_owned(),
        arguments: Some(vec![argument]),
    };
    Ok(CodeLens { command: Some(command), ..lens })
}

/// A title without anything to run.
fn nothing(title: &str) -> Command {
    Command { title: title.to_owned(), tooltip: None, command: String::new(), arguments: None }
}

//! The commands that ask the graph: callers, callees, impact, tests, path, cycles, dead code,
//! pictures.

use std::sync::Arc;

use engine::{Lane, ReadConfig, ReadError, WhenChanged};
use ide::{
    Answer, AnswerItem, Coverage, CycleKind, DeadCodeConfig, Exported, Picture, PictureFormat,
    SymbolRef, WalkConfig,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::{
    gen_lsp_types::{Position, Uri},
    jsonrpc::Result,
};
use vfs::VfsPath;

use crate::{
    asked::{Told, ask},
    backend::Link,
    error, ext, from_proto,
    unread::{Time, Waits},
    view::View,
};

/// Symbols of one answer, where the question names no limit.
const ITEMS: usize = 200;
/// Symbols of one answer at most.
const ITEMS_MAX: usize = 5_000;
/// Edges from what was asked about, where the question names no depth.
const DEPTH: u32 = 10;
/// Boxes of one picture, where the question names no limit: more nobody can read.
const BOXES: usize = 60;

/// The argument of every question; each takes what it needs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Argument {
    #[serde(flatten)]
    at: Place,
    from: Option<Place>,
    to: Option<Place>,
    limit: Option<usize>,
    depth: Option<u32>,
    of: Option<String>,
    exported: bool,
    format: Option<String>,
}

/// A symbol, pointed at or named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Place {
    text_document: Option<Document>,
    position: Position,
    symbol: Option<String>,
}

impl Place {
    /// The document that is pointed into.
    fn path(&self) -> Result<Option<VfsPath>> {
        self.text_document.as_ref().map(|it| from_proto::path_of(&it.uri)).transpose()
    }
}

#[derive(Clone, Debug, Deserialize)]
struct Document {
    uri: Uri,
}

/// Whether a command is one of these.
pub(super) fn is_question(command: &str) -> bool {
    QUESTIONS.iter().any(|it| it.0 == command)
}

type Ask = fn(&View<'_>, &Argument, &mut Told) -> std::result::Result<Value, ReadError>;

/// The commands, what each does for people, and who answers.
const QUESTIONS: [(&str, &str, Ask); 8] = [
    (ext::CALLERS, "looking for callers", callers),
    (ext::CALLEES, "looking for callees", callees),
    (ext::IMPACT, "looking for what depends on it", impact),
    (ext::TESTS, "looking for tests", tests),
    (ext::PATH, "looking for a way", path),
    (ext::CYCLES, "looking for cycles", cycles),
    (ext::DEAD_CODE, "looking for dead code", dead_code),
    (ext::EXPORT_GRAPH, "drawing", export_graph),
];

/// Asks, with progress where it takes its time. Dropping the future, as `$/cancelRequest` does,
/// ends the search.
pub(super) async fn answer(
    link: &Arc<Link>,
    command: &str,
    argument: Value,
) -> Result<Option<Value>> {
    let argument = match argument {
        Value::Null => Argument::default(),
        Value::String(symbol) => Argument {
            at: Place { symbol: Some(symbol), ..Place::default() },
            ..Argument::default()
        },
        other => {
            serde_json::from_value(other).map_err(|it| error::invalid_params(it.to_string()))?
        }
    };
    let question = QUESTIONS.iter().find(|it| it.0 == command);
    let (_, title, question) = question.expect("whoever calls has looked");
    let config = ReadConfig { lane: Lane::Work, when_changed: WhenChanged::Finish };
    let path = argument.at.path()?;
    let ask = |time: Time| {
        let (argument, path) = (argument.clone(), path.clone());
        ask(link, (config, title), move |view, told| {
            time.ask((view, path.as_ref()), Waits::Always, || {
                question(view, &argument, told).map(Some)
            })
        })
    };
    link.once_read(ask).await
}

fn callers(
    view: &View<'_>,
    argument: &Argument,
    _: &mut Told,
) -> std::result::Result<Value, ReadError> {
    let symbols = symbols(view, &argument.at)?;
    Ok(answer_json(view, &view.snapshot.analysis.callers_of(&symbols, limit(argument))?))
}

fn callees(
    view: &View<'_>,
    argument: &Argument,
    _: &mut Told,
) -> std::result::Result<Value, ReadError> {
    let symbols = symbols(view, &argument.at)?;
    Ok(answer_json(view, &view.snapshot.analysis.callees_of(&symbols, limit(argument))?))
}

fn impact(
    view: &View<'_>,
    argument: &Argument,
    _: &mut Told,
) -> std::result::Result<Value, ReadError> {
    let symbols = symbols(view, &argument.at)?;
    Ok(answer_json(view, &view.snapshot.analysis.impact(&symbols, walk(argument))?))
}

fn tests(
    view: &View<'_>,
    argument: &Argument,
    _: &mut Told,
) -> std::result::Result<Value, ReadError> {
    let symbols = symbols(view, &argument.at)?;
    Ok(answer_json(view, &view.snapshot.analysis.tests_of(&symbols, walk(argument))?))
}

fn path(
    view: &View<'_>,
    argument: &Argument,
    _: &mut Told,
) -> std::result::Result<Value, ReadError> {
    let from = symbols(view, argument.from.as_ref().unwrap_or(&argument.at))?;
    let Some(to) = &argument.to else {
        return Err(ReadError::Refused("aios.path needs `from` and `to`".to_owned()));
    };
    let to = symbols(view, to)?;
    Ok(answer_json(view, &view.snapshot.analysis.path_between(&from, &to)?))
}

fn cycles(
    view: &View<'_>,
    argument: &Argument,
    told: &mut Told,
) -> std::result::Result<Value, ReadError> {
    let kind = match argument.of.as_deref() {
        None | Some("imports") => CycleKind::Imports,
        Some("calls") => CycleKind::Calls,
        Some(other) => {
            let why = format!("aios.cycles: `{other}` is neither imports nor calls");
            return Err(ReadError::Refused(why));
        }
    };
    let mut progress = |done, all| told.progress(done, all);
    let answer = view.snapshot.analysis.cycles(kind, limit(argument), &mut progress)?;
    Ok(answer_json(view, &answer))
}

fn dead_code(
    view: &View<'_>,
    argument: &Argument,
    told: &mut Told,
) -> std::result::Result<Value, ReadError> {
    let exported = if argument.exported { Exported::Judged } else { Exported::Alive };
    let config = DeadCodeConfig { exported, items_max: limit(argument) };
    let mut progress = |done, all| told.progress(done, all);
    Ok(answer_json(view, &view.snapshot.analysis.dead_code(config, &mut progress)?))
}

fn export_graph(
    view: &View<'_>,
    argument: &Argument,
    told: &mut Told,
) -> std::result::Result<Value, ReadError> {
    let format = match argument.format.as_deref() {
        None | Some("mermaid") => PictureFormat::Mermaid,
        Some("dot") => PictureFormat::Dot,
        Some(other) => {
            let why = format!("aios.exportGraph: `{other}` is neither mermaid nor dot");
            return Err(ReadError::Refused(why));
        }
    };
    let items_max = argument.limit.unwrap_or(BOXES).clamp(1, ITEMS_MAX);
    let analysis = &view.snapshot.analysis;
    let is_about_symbol = argument.at.text_document.is_some() || argument.at.symbol.is_some();
    let picture = if is_about_symbol {
        let config = WalkConfig { depth_max: argument.depth.unwrap_or(1), items_max };
        analysis.neighbourhood(&symbols(view, &argument.at)?, config, format)?
    } else {
        let mut progress = |done, all| told.progress(done, all);
        analysis.modules_picture(items_max, format, &mut progress)?
    };
    Ok(picture_json(view, &picture))
}

fn limit(argument: &Argument) -> usize {
    argument.limit.unwrap_or(ITEMS).clamp(1, ITEMS_MAX)
}

fn walk(argument: &Argument) -> WalkConfig {
    WalkConfig { depth_max: argument.depth.unwrap_or(DEPTH), items_max: limit(argument) }
}

/// The symbols that a place means.
fn symbols(view: &View<'_>, place: &Place) -> std::result::Result<Vec<SymbolRef>, ReadError> {
    let analysis = &view.snapshot.analysis;
    let (symbols, what) = match (&place.text_document, &place.symbol) {
        (Some(document), _) => {
            let path = from_proto::path_of(&document.uri)
                .map_err(|it| ReadError::Refused(it.message.into_owned()))?;
            let position = view.position(&path, place.position);
            let position = position.ok_or_else(|| ReadError::NoFile(path.clone()))?;
            let line = place.position.line + 1;
            (analysis.symbols_at(position)?, format!("{path}:{line}: no symbol stands there"))
        }
        (None, Some(name)) => {
            let found = analysis.find_symbol(name)?;
            let symbols = found.iter().filter_map(|it| it.symbol).collect();
            (symbols, format!("no symbol `{name}` was found"))
        }
        (None, None) => {
            let why = "which symbol? `textDocument` with `position`, or `symbol`";
            return Err(ReadError::Refused(why.to_owned()));
        }
    };
    if symbols.is_empty() { Err(ReadError::Refused(what)) } else { Ok(symbols) }
}

fn answer_json(view: &View<'_>, answer: &Answer) -> Value {
    let items: Vec<Value> = answer.items.iter().map(|it| item_json(view, it)).collect();
    json!({
        "items": items,
        "coverage": coverage_json(view, &answer.coverage),
        "limit": answer.limit.map(|it| json!({
            "what": it.what, "max": it.max, "leftOut": it.left_out,
        })),
        "notes": answer.notes,
    })
}

fn item_json(view: &View<'_>, item: &AnswerItem) -> Value {
    let target = &item.target;
    let name = match (&target.symbol, &target.container) {
        (None, _) => view.shown_path(view.snapshot.vfs.path(target.file)),
        (Some(_), Some(container)) => format!("{container}::{}", target.name),
        (Some(_), None) => target.name.clone(),
    };
    let edge = item.edge.as_ref().map(|it| {
        let sites = it.sites.iter().map(|it| json!(view.location(it.file, it.range)));
        json!({
            "kind": it.kind.as_str(),
            "resolution": it.resolution.as_str(),
            "sites": sites.collect::<Vec<_>>(),
        })
    });
    json!({
        "name": name,
        "kind": target.kind.as_str(),
        "location": view.location(target.file, target.name_range),
        "why": target.why,
        "depth": item.depth,
        "from": item.from,
        "group": item.group,
        "test": item.is_test,
        "edge": edge,
    })
}

fn coverage_json(view: &View<'_>, coverage: &Coverage) -> Value {
    json!({
        "files": coverage.files,
        "references": coverage.references,
        "unresolved": coverage.unresolved,
        "sameName": coverage.same_name,
        "isSample": coverage.is_sample,
        "waiting": view.snapshot.status.lag,
    })
}

fn picture_json(view: &View<'_>, picture: &Picture) -> Value {
    json!({
        "text": picture.text,
        "nodes": picture.nodes,
        "edges": picture.edges,
        "coverage": coverage_json(view, &picture.coverage),
        "limit": picture.limit.map(|it| json!({
            "what": it.what, "max": it.max, "leftOut": it.left_out,
        })),
    })
}

//! `aios.search`: places that a question is about, or code like what stands at a place.

use engine::{ClientChange, Lane, Neighbours, ReadConfig, RunRequest, Sought, WhenChanged};
use ide::NavTarget;
use memory::{Filters, Query};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::{
    gen_lsp_types::{Position, Uri},
    jsonrpc::Result,
};
use vfs::VfsPath;

use crate::{backend::Link, error, from_proto, uri, view::View};

/// Hits of one search at most.
pub(crate) const HITS_MAX: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SearchArgument {
    query: String,
    limit: Option<usize>,
    kinds: Vec<String>,
    language: Option<String>,
    path: Option<String>,
    similar_to: Option<PlaceArgument>,
    /// Where the question stands in the code.
    asked_at: Option<PlaceArgument>,
    since: Option<u64>,
    neighbours: bool,
}

/// A place in the code.
#[derive(Debug, Deserialize)]
struct PlaceArgument {
    uri: Uri,
    position: Position,
}

impl PlaceArgument {
    /// The file, and the line from 1.
    fn line(&self) -> Result<(VfsPath, u32)> {
        Ok((from_proto::path_of(&self.uri)?, self.position.line + 1))
    }
}

/// The request of `aios.showHits`.
pub(crate) fn show_hits(argument: SearchArgument) -> Result<RunRequest> {
    let place = |it: Option<PlaceArgument>| it.map(|it| it.line()).transpose();
    let sought = match place(argument.similar_to)? {
        Some((path, line)) => Sought::Like(path, line),
        None if argument.query.trim().is_empty() => {
            return Err(error::failed("aios.showHits needs a query or a place"));
        }
        None => Sought::Question(argument.query, place(argument.asked_at)?),
    };
    Ok(RunRequest::ShowHits(sought))
}

pub(crate) async fn search(link: &Link, argument: SearchArgument) -> Result<Option<Value>> {
    if argument.query.trim().is_empty() && argument.similar_to.is_none() {
        return Err(error::failed("aios.search needs a query"));
    }
    if !argument.query.trim().is_empty() {
        link.engine.post(ClientChange::Asked { question: argument.query.clone() });
    }
    let similar = argument.similar_to.as_ref().map(PlaceArgument::line).transpose()?;
    let config = ReadConfig { lane: Lane::Work, when_changed: WhenChanged::Finish };
    let (session, spellings) = (link.session.clone(), link.spellings.clone());
    let question = argument.query.clone();
    let answer = link.engine.read_with(config, "search", move |snapshot| {
        let view = View::new(snapshot, &session, &spellings);
        let limit = argument.limit.unwrap_or(snapshot.settings.top_k).min(HITS_MAX);
        let since = argument.since.map(|it| (it / 1000).cast_signed());
        let filters = Filters {
            files: since.map(|it| snapshot.changed_since(it)).transpose()?,
            kinds: argument.kinds,
            language: argument.language,
            path_prefix: argument.path,
            relevance_min: f32::from(snapshot.settings.threshold) / 100.0,
            ..Filters::default()
        };
        let query = Query { filters, ..Query::text(&argument.query, limit) };
        let answer = match &similar {
            Some((path, line)) => snapshot.similar(path, *line, &query)?,
            None => snapshot.search(&query)?,
        };
        let mut hits: Vec<Value> = answer.hits.iter().map(|it| hit(&view, it)).collect();
        if argument.neighbours {
            for (value, hit) in hits.iter_mut().zip(&answer.hits) {
                value["neighbours"] = neighbours(&view, snapshot.neighbours_of_hit(hit)?);
            }
        }
        let paths = paths(&answer.hits);
        let retrievers: Vec<String> = answer.retrievers.iter().map(ToString::to_string).collect();
        let absent: Vec<String> =
            answer.absent.iter().map(|(who, why)| format!("{who}: {why}")).collect();
        let found = json!({
            "hits": hits,
            "retrievers": retrievers,
            "absent": absent,
            "lagging": answer.lagging,
            "unembedded": answer.unembedded,
        });
        Ok((found, paths))
    });
    let (found, paths) = answer.await.map_err(error::of_read)?;
    if !question.trim().is_empty() {
        link.engine.post(ClientChange::Found { question, paths });
    }
    Ok(Some(found))
}

/// The files of hits, each once.
fn paths(hits: &[memory::Hit]) -> Vec<VfsPath> {
    let mut res = Vec::new();
    for hit in hits {
        let path = VfsPath::new(&hit.root).map(|it| it.join(&hit.path));
        res.extend(path.filter(|it| !res.contains(it)));
    }
    res
}

fn neighbours(view: &View<'_>, around: Neighbours) -> Value {
    let list = |targets: Vec<NavTarget>| {
        let named = targets.iter().map(
            |it| json!({ "name": it.name, "location": view.location(it.file, it.name_range) }),
        );
        named.collect::<Vec<_>>()
    };
    json!({
        "container": list(around.container.into_iter().collect()),
        "callers": list(around.callers),
        "callees": list(around.callees),
        "tests": list(around.tests),
    })
}

fn hit(view: &View<'_>, hit: &memory::Hit) -> Value {
    let path = VfsPath::new(&hit.root).map(|it| it.join(&hit.path));
    let place = path.as_ref().and_then(|path| {
        let (file, _) = view.file(path)?;
        Some(json!(view.location(file, hit.range)))
    });
    // A file without facts is still found by its lines.
    let place = place.or_else(|| {
        let line = |line: u32| json!({ "line": line.saturating_sub(1), "character": 0 });
        let range = json!({ "start": line(hit.lines.0), "end": line(hit.lines.1) });
        Some(json!({ "uri": uri::from_path(path.as_ref()?), "range": range }))
    });
    json!({
        "location": place,
        "path": hit.path,
        "symbol": hit.symbol,
        "kind": hit.kind,
        "score": hit.score,
        "relevance": hit.relevance,
        "why": hit.why(),
    })
}

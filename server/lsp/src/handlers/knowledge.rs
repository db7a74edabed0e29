//! The commands about the past, memories, patterns and contexts: each a translation around one
//! question to a snapshot, or the request of a run.

use engine::{
    About, Area, CONTEXT_TOKENS, CONTEXT_TOKENS_MAX, ClientChange, ContextQuery, Forget,
    HistoryDepth, HistoryQuery, Lane, LikeCommit, PatternQuery, Place, ReadConfig, ReadError,
    Remember, RunRequest, SymbolHistory, WhenChanged,
};
use history::hex;
use memory::{MemoryKind, RecallQuery, Recalled, Term};
use patterns::{Finding, Site};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::{
    gen_lsp_types::{Position, Range},
    jsonrpc::Result,
};

use super::{
    execute_command::{Document, parse},
    search::HITS_MAX,
    skills::area,
};
use crate::{backend::Link, error, from_proto, view::View};

/// Commits, memories or findings of one answer, where the question names no limit.
const LIMIT: usize = 20;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Argument {
    text_document: Option<Document>,
    position: Option<Position>,
    range: Option<Range>,
    symbol: Option<String>,
    text: String,
    kind: Option<String>,
    query: String,
    like: Option<String>,
    at: Option<String>,
    replaces: Option<String>,
    memory: String,
    all: bool,
    commit: Option<String>,
    task: String,
    tokens: Option<usize>,
    limit: Option<usize>,
}

impl Argument {
    fn limit(&self) -> usize {
        self.limit.unwrap_or(LIMIT).min(HITS_MAX)
    }

    /// Where the user is.
    fn area(&self, link: &Link) -> Result<Option<Area>> {
        let document = self.text_document.as_ref();
        document.map(|it| area(link, it, self.range, self.position)).transpose()
    }

    /// What it is about: a symbol, a place in a document, a whole document, or nothing.
    fn about(&self, link: &Link) -> Result<Option<About>> {
        let place = match (&self.symbol, &self.text_document, self.position) {
            (Some(symbol), ..) => Place::Symbol(symbol.clone()),
            (None, Some(document), Some(position)) => Place::Position {
                path: from_proto::path_of(&document.uri)?,
                position: from_proto::line_col(position),
                encoding: link.session.encoding,
                version: document.version,
            },
            (None, Some(document), None) => {
                return Ok(Some(About::File(from_proto::path_of(&document.uri)?)));
            }
            (None, None, _) => return Ok(None),
        };
        Ok(Some(About::Symbol(place)))
    }
}

/// Reads what was committed since the last time, so that the answer knows it. What stands in the
/// way is told by the answer itself.
async fn read_history(link: &Link) {
    let (_, done) = link.run(RunRequest::ReadHistory(HistoryDepth::All));
    let _ = done.await;
}

/// Asks the present moment, however long it takes; edits do not end it.
async fn ask(
    link: &Link,
    name: &'static str,
    question: impl FnOnce(&View<'_>) -> std::result::Result<Value, ReadError> + Send + 'static,
) -> Result<Option<Value>> {
    let config = ReadConfig { lane: Lane::Work, when_changed: WhenChanged::Finish };
    let (session, spellings) = (link.session.clone(), link.spellings.clone());
    let answer = link.engine.read_with(config, name, move |snapshot| {
        question(&View::new(snapshot, &session, &spellings))
    });
    Ok(Some(answer.await.map_err(error::of_read)?))
}

pub(super) async fn history(link: &Link, argument: Value) -> Result<Option<Value>> {
    let argument: Argument = parse(argument, "symbol")?;
    let query =
        HistoryQuery { since_s: None, at: argument.at.clone(), commits_max: argument.limit() };
    let about = argument.about(link)?;
    read_history(link).await;
    if let Some(question) = argument.like {
        return ask(link, "commits like", move |view| {
            let commits = view.snapshot.commits_like(&question, &query)?;
            Ok(json!({ "commits": commits.iter().map(like).collect::<Vec<_>>() }))
        })
        .await;
    }
    let about = about.ok_or_else(|| error::failed("aios.history needs a symbol or a document"))?;
    ask(link, "history", move |view| {
        let found = match &about {
            About::Symbol(place) => {
                view.snapshot.symbol_history(view.snapshot.symbol_of(place)?, &query)?
            }
            About::File(path) => view.snapshot.file_history(view.snapshot.file(path)?, &query)?,
        };
        Ok(past(&found))
    })
    .await
}

fn past(found: &SymbolHistory) -> Value {
    let touches = found.touches.iter().map(|it| {
        json!({
            "commit": hex(&it.commit.key),
            "time": it.commit.time_s,
            "author": it.commit.author.0,
            "subject": it.commit.subject,
            "path": it.path,
            "added": it.lines.0,
            "removed": it.lines.1,
            "came": it.came,
        })
    });
    let partners = found
        .partners
        .iter()
        .map(|it| json!({ "path": it.path, "together": it.together, "of": it.of }));
    let then = found.then.as_ref().map(
        |it| json!({ "commit": it.commit, "path": it.path, "line": it.line, "text": it.text }),
    );
    json!({
        "path": found.path,
        "symbol": found.symbol,
        "uncommitted": found.is_uncommitted,
        "touches": touches.collect::<Vec<_>>(),
        "partners": partners.collect::<Vec<_>>(),
        "then": then,
        "limits": found.limits,
    })
}

fn like(it: &LikeCommit) -> Value {
    let touched = it.links.iter().map(|it| {
        json!({ "path": it.path, "symbol": it.symbol, "added": it.lines.0, "removed": it.lines.1 })
    });
    json!({
        "commit": hex(&it.commit.key),
        "time": it.commit.time_s,
        "author": it.commit.author.0,
        "subject": it.commit.subject,
        "score": it.score,
        "touched": touched.collect::<Vec<_>>(),
        "more": it.n_more,
    })
}

pub(super) fn remember(link: &Link, argument: Value) -> Result<RunRequest> {
    let argument: Argument = parse(argument, "text")?;
    if argument.text.trim().is_empty() {
        return Err(error::failed("aios.remember needs a text"));
    }
    let kind = match argument.kind.as_deref() {
        None => MemoryKind::default(),
        Some(word) => MemoryKind::parse(word)
            .ok_or_else(|| error::invalid_params(format!("`{word}` is no kind of memory")))?,
    };
    let about = argument.about(link)?;
    Ok(RunRequest::Remember(Box::new(Remember {
        text: argument.text,
        kind,
        about: about.into_iter().collect(),
        replaces: argument.replaces,
        ..Remember::default()
    })))
}

pub(super) fn forget(argument: Value) -> Result<RunRequest> {
    let argument: Argument = parse(argument, "memory")?;
    match argument.memory.is_empty() {
        true => Err(error::failed("aios.forget needs the id of a memory")),
        false => Ok(RunRequest::Forget(Forget::Memory(argument.memory))),
    }
}

pub(super) async fn recall(link: &Link, argument: Value) -> Result<Option<Value>> {
    let argument: Argument = parse(argument, "query")?;
    let about = argument.about(link)?;
    let kind = argument.kind.as_deref().and_then(MemoryKind::parse);
    let (all, limit, text) = (argument.all, argument.limit(), argument.query);
    ask(link, "recall", move |view| {
        let snapshot = view.snapshot;
        let (path, symbol) = match &about {
            None => (None, None),
            Some(about) => snapshot.place_of(about)?,
        };
        let recalled = snapshot.recall(&RecallQuery {
            text,
            kind,
            path,
            symbol,
            now_ms: snapshot.now_ms(),
            with_ended: all,
            memories_max: limit,
        })?;
        Ok(json!({ "memories": recalled.iter().map(memory).collect::<Vec<_>>() }))
    })
    .await
}

fn memory(it: &Recalled) -> Value {
    let anchors = it.memory.anchors.iter();
    let anchors = anchors.map(|it| json!({ "path": it.path, "symbol": it.symbol }));
    json!({
        "memory": it.memory.id,
        "kind": it.memory.kind,
        "text": it.memory.text,
        "by": it.memory.author,
        "state": it.freshness.as_str(),
        "holds": it.term == Term::Holds,
        "recorded": it.memory.recorded_ms,
        "about": anchors.collect::<Vec<_>>(),
    })
}

pub(super) async fn patterns(link: &Link, argument: Value) -> Result<Option<Value>> {
    let argument: Argument = parse(argument, "kind")?;
    let limit = argument.limit();
    let query = match argument.kind.as_deref() {
        Some("duplicates") => PatternQuery::Duplicates,
        Some("conventions") => PatternQuery::Conventions,
        Some("hotspots") => PatternQuery::Hotspots,
        Some("cochange") => PatternQuery::CoChange { commit: argument.commit },
        Some("layering") => PatternQuery::Layering,
        _ => {
            let kinds = "duplicates, conventions, hotspots, cochange, layering";
            return Err(error::failed(format!("aios.patterns needs a kind: {kinds}")));
        }
    };
    if matches!(query, PatternQuery::Hotspots | PatternQuery::CoChange { .. }) {
        read_history(link).await;
    }
    ask(link, "patterns", move |view| {
        let findings = view.snapshot.patterns(&query, limit)?;
        let found: Vec<Value> = findings.found.iter().map(|it| finding(view, it)).collect();
        Ok(json!({ "found": found, "limits": findings.limits }))
    })
    .await
}

fn finding(view: &View<'_>, it: &Finding) -> Value {
    let evidence = it.evidence.iter().map(|it| match &it.site {
        Site::Path(path) => json!({ "path": path, "note": it.note }),
        Site::Code { file, range, name } => json!({
            "location": view.location(*file, *range), "name": name, "note": it.note,
        }),
    });
    json!({ "title": it.title, "score": it.score, "evidence": evidence.collect::<Vec<_>>() })
}

pub(super) async fn context(link: &Link, argument: Value) -> Result<Option<Value>> {
    let argument: Argument = parse(argument, "task")?;
    if argument.task.trim().is_empty() {
        return Err(error::failed("aios.context needs a task"));
    }
    let tokens_max = argument.tokens.unwrap_or(CONTEXT_TOKENS).min(CONTEXT_TOKENS_MAX);
    link.engine.post(ClientChange::Asked { question: argument.task.clone() });
    read_history(link).await;
    let at = argument.area(link)?;
    let query = ContextQuery {
        task: argument.task,
        tokens_max,
        with_history: true,
        at,
        relevance_min: 0.0,
    };
    ask(link, "context", move |view| {
        let found = view.snapshot.context(&query)?;
        let pieces = found.pack.pieces.iter().map(|(it, tokens)| {
            json!({
                "path": it.path,
                "start": it.lines.0,
                "end": it.lines.1,
                "symbol": it.symbol,
                "why": it.why,
                "tokens": tokens,
                "text": it.text,
            })
        });
        Ok(json!({
            "pieces": pieces.collect::<Vec<_>>(),
            "tokens": found.pack.tokens,
            "leftOut": found.pack.n_left_out,
            "limits": found.limits,
        }))
    })
    .await
}

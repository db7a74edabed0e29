//! `aios search`: places that a question is about, or code that is like some other.

use std::path::Path;

use anyhow::bail;
use engine::LoadGraph;
use memory::{Answer, Filters, Hit, Query};
use serde_json::{Map, Value, json};

use crate::{
    args::SearchArgs,
    commands::target::existing_file,
    exit::Exit,
    output::{Output, Paint},
    session::Session,
};

/// Runs the command over `root`.
pub(crate) fn run(root: &Path, args: &SearchArgs, output: Output) -> anyhow::Result<Exit> {
    // What stands at a place is known by the graph's facts.
    let graph = if args.similar.is_some() { LoadGraph::Always } else { LoadGraph::Never };
    let mut session = Session::with_vectors(root, graph)?;
    session.index()?;
    let filters = Filters {
        kinds: args.kind.clone(),
        language: args.lang.clone(),
        path_prefix: args.path.clone(),
        ..Filters::default()
    };
    let limit = args.limit.map(usize::from);
    let query = Query { filters, ..Query::text(&args.query.join(" "), 0) };
    let similar = match &args.similar {
        Some(place) => Some(self::place(place, &session)?),
        None => None,
    };
    let answer = session.ask("search", move |snapshot| {
        let mut query = query;
        query.hits_max = limit.unwrap_or(snapshot.settings.top_k);
        query.filters.relevance_min = f32::from(snapshot.settings.threshold) / 100.0;
        match similar {
            Some((path, line)) => snapshot.similar(&path, line, &query),
            None => snapshot.search(&query),
        }
    })?;
    for hit in &answer.hits {
        output.line(|| hit_json(hit, args.explain), || hit_text(hit, args.explain, output))?;
    }
    if answer.hits.is_empty() {
        return Ok(output.refuse("nothing was found")?);
    }
    tell_how(&answer, output)?;
    Ok(Exit::Done)
}

/// Who looked, who did not, and what the answer does not cover.
fn tell_how(answer: &Answer, output: Output) -> anyhow::Result<()> {
    let took: Vec<String> = answer.retrievers.iter().map(ToString::to_string).collect();
    let absent: Vec<String> =
        answer.absent.iter().map(|(who, why)| format!("{who}: {why}")).collect();
    let note = || {
        let mut note = format!("by {}", took.join(", "));
        note.extend(absent.iter().map(|it| format!("; without {it}")));
        if 0 < answer.unembedded {
            let files = answer.unembedded;
            note.push_str(&format!("; {files} files are found by words alone so far"));
        }
        if 0 < answer.words_left_out {
            let words = answer.words_left_out;
            note.push_str(&format!("; the last {words} words of the question were not used"));
        }
        output.paint(Paint::Faint, note)
    };
    output.line(
        || {
            json!({
                "retrievers": took,
                "absent": absent,
                "lagging": answer.lagging,
                "unembedded": answer.unembedded,
                "words_left_out": answer.words_left_out,
            })
        },
        note,
    )?;
    Ok(())
}

/// `FILE:LINE`.
fn place(written: &str, session: &Session) -> anyhow::Result<(vfs::VfsPath, u32)> {
    let parts = written.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
    let Some((file, line)) = parts.filter(|it| 0 < it.1) else {
        bail!("`{written}` is no FILE:LINE; lines count from 1");
    };
    match existing_file(file, &session.root) {
        Some(path) => Ok((path, line)),
        None => bail!("{file}: no such file"),
    }
}

fn hit_json(hit: &Hit, explain: bool) -> Value {
    let parts: Map<String, Value> =
        hit.parts.iter().map(|(name, score)| ((*name).to_owned(), json!(score))).collect();
    let mut res = json!({
        "file": hit.path,
        "start_line": hit.lines.0,
        "end_line": hit.lines.1,
        "score": hit.score,
        "relevance": hit.relevance,
        "symbol": hit.symbol,
        "kind": hit.kind,
        "language": hit.language,
        "test": hit.is_test,
        "parts": parts,
        "why": hit.why(),
    });
    if explain {
        let values: Map<String, Value> = hit
            .values
            .iter()
            .map(|(feature, value)| (feature.as_str().to_owned(), json!(value)))
            .collect();
        res["values"] = Value::Object(values);
        res["cosine"] = json!(hit.cosine);
    }
    res
}

fn hit_text(hit: &Hit, explain: bool, output: Output) -> String {
    let place = format!("{}:{}-{}", hit.path, hit.lines.0, hit.lines.1);
    let symbol = hit.symbol.as_deref().unwrap_or("");
    let kind = hit.kind.as_deref().unwrap_or("");
    let score = match explain {
        true => String::new(),
        false => format!("  {:.0} %", hit.relevance * 100.0),
    };
    let mut res = format!(
        "{}  {} {}{}",
        output.paint(Paint::Place, place),
        output.paint(Paint::Faint, kind),
        output.paint(Paint::Name, symbol),
        output.paint(Paint::Faint, score)
    );
    if explain {
        let cosine = hit.cosine.map_or("none".to_owned(), |it| format!("{it:.2}"));
        res.push_str(&output.paint(
            Paint::Faint,
            format!(
                "\n    relevance {:.0} %, score {:.2} = {}; cosine {cosine}",
                hit.relevance * 100.0,
                hit.score,
                hit.why()
            ),
        ));
    }
    res
}

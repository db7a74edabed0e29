//! `aios search`: places that a question is about, or code that is like some other.

use std::path::Path;

use anyhow::bail;
use engine::{LoadGraph, Neighbours, ReadError, Snapshot};
use evolve::StandsFor;
use ide::NavTarget;
use memory::{Answer, Filters, Hit, Query};
use serde_json::{Map, Value, json};

use crate::{
    args::SearchArgs,
    commands::{history, target::file_named},
    exit::Exit,
    output::{Output, Paint},
    session::Session,
    when::{self, Way},
};

/// Runs the command over `root`.
pub(crate) fn run(root: &Path, args: &SearchArgs, output: Output) -> anyhow::Result<Exit> {
    // What stands at a place, and what is around it, is known by the graph's facts.
    let needs_graph = args.similar.is_some() || args.neighbours;
    let graph = if needs_graph { LoadGraph::Always } else { LoadGraph::Never };
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
    let since = args.since.as_deref().map(|it| when::moment(it, Way::Back)).transpose()?;
    if since.is_some() {
        history::read(&mut session)?;
    }
    let with_neighbours = args.neighbours;
    let asked = query.text.clone();
    let (answer, neighbours, words) = session.ask("search", move |snapshot| {
        let mut query = query;
        if let Some(since) = since {
            query.filters.files = Some(snapshot.changed_since(since.as_second())?);
        }
        query.hits_max = limit.unwrap_or(snapshot.settings.top_k);
        query.filters.relevance_min = f32::from(snapshot.settings.threshold) / 100.0;
        let answer = match similar {
            Some((path, line)) => snapshot.similar(&path, line, &query)?,
            None => snapshot.search(&query)?,
        };
        let neighbours = answer.hits.iter().filter(|_| with_neighbours);
        let neighbours = neighbours.map(|it| neighbours_of(snapshot, it));
        let neighbours = neighbours.collect::<Result<Vec<_>, _>>()?;
        let own = &snapshot.own;
        let words = own.written_vocabulary.stands_for(&asked);
        Ok((answer, neighbours, (words, own.vocabulary_waits())))
    })?;
    for (nth, hit) in answer.hits.iter().enumerate() {
        let around = neighbours.get(nth);
        output.line(
            || {
                let mut res = hit_json(hit, args.explain);
                if let Some(around) = around {
                    res["neighbours"] = around.json();
                }
                res
            },
            || {
                let mut res = hit_text(hit, args.explain, output);
                for line in around.map(Around::lines).unwrap_or_default() {
                    res.push_str(&format!("\n    {}", output.paint(Paint::Faint, line)));
                }
                res
            },
        )?;
    }
    if answer.hits.is_empty() {
        return Ok(output.refuse("nothing was found")?);
    }
    if args.explain {
        tell_words(&words.0, words.1, output)?;
    }
    tell_how(&answer, args, output)?;
    Ok(Exit::Done)
}

/// What stands around a hit: how, and each by name and place.
struct Around(Vec<(&'static str, Vec<(String, String)>)>);

fn neighbours_of(snapshot: &Snapshot, hit: &Hit) -> Result<Around, ReadError> {
    let Neighbours { container, callers, callees, tests } = snapshot.neighbours_of_hit(hit)?;
    let named = |it: NavTarget| {
        let path = snapshot.vfs.path(it.file);
        let lines = snapshot.line_index(it.file);
        let line = lines.map_or(1, |lines| lines.line_of(it.name_range.start()) + 1);
        let root = snapshot.roots.iter().find_map(|root| path.relative_to(root));
        let place = format!("{}:{line}", root.unwrap_or(path.as_str()));
        let name = match it.container {
            Some(container) => format!("{container}::{}", it.name),
            None => it.name,
        };
        (name, place)
    };
    let kinds = [
        ("container", container.into_iter().collect()),
        ("callers", callers),
        ("callees", callees),
        ("tests", tests),
    ];
    let named = kinds.map(|(kind, all)| (kind, all.into_iter().map(named).collect()));
    Ok(Around(named.into_iter().collect()))
}

impl Around {
    fn json(&self) -> Value {
        let kinds = self.0.iter().map(|(kind, all)| {
            let all = all.iter().map(|(name, place)| json!({ "name": name, "place": place }));
            ((*kind).to_owned(), all.collect())
        });
        Value::Object(kinds.collect())
    }

    /// A line for each kind that there is.
    fn lines(&self) -> Vec<String> {
        let some = self.0.iter().filter(|it| !it.1.is_empty());
        let lines = some.map(|(kind, all)| {
            let all: Vec<String> =
                all.iter().map(|(name, place)| format!("{name} ({place})")).collect();
            format!("{kind}: {}", all.join(", "))
        });
        lines.collect()
    }
}

/// What the question says that stands for a place in this repository; where that waits for trust,
/// it counted nothing.
fn tell_words(words: &[StandsFor], waits: bool, output: Output) -> anyhow::Result<()> {
    if words.is_empty() {
        return Ok(());
    }
    let head = match waits {
        false => "the repository's words:".to_owned(),
        true => {
            "the repository's words, which count once you trust them (`aios trust`):".to_owned()
        }
    };
    let object = |it: &StandsFor| {
        let (place, share) = (it.spot.to_string(), [it.times, it.said]);
        json!({ "word": it.word, "place": place, "changed": share[0], "of": share[1] })
    };
    output.line(
        || json!({ "words": words.iter().map(object).collect::<Vec<_>>(), "trusted": !waits }),
        || {
            let lines = words.iter().map(|it| format!("  {it}"));
            let lines: Vec<String> = [head].into_iter().chain(lines).collect();
            output.paint(Paint::Faint, lines.join("\n"))
        },
    )?;
    Ok(())
}

/// Who looked, who did not, and what the answer does not cover.
fn tell_how(answer: &Answer, args: &SearchArgs, output: Output) -> anyhow::Result<()> {
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
            // Code that is to be found again is longer than a question.
            let asked = if args.similar.is_some() { "what stands there" } else { "the question" };
            note.push_str(&format!("; the last {words} words of {asked} were not used"));
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
    match file_named(file, &session.root)? {
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
        let made = format!(
            "relevance {:.0} %, score {:.2} = {}; cosine {cosine}",
            hit.relevance * 100.0,
            hit.score,
            hit.why()
        );
        res.push_str(&format!("\n    {}", output.paint(Paint::Faint, made)));
    }
    res
}

//! `aios index`: reads the workspace and says what was found.

use std::path::Path;

use anyhow::bail;
use engine::{IndexSummary, LoadGraph};
use serde_json::{Value, json};

use crate::{
    cost,
    exit::Exit,
    output::{Output, Paint},
    session::Session,
};

/// Skipped files that are listed; the summary tells how many more there are.
const SKIPPED_SHOWN_MAX: usize = 20;

/// Runs the command over `root`.
///
/// # Errors
/// Where what was found could not be kept: whoever asked for an index has none.
pub(crate) fn run(root: &Path, output: Output) -> anyhow::Result<Exit> {
    let mut session = Session::with_vectors(root, LoadGraph::IfChanged)?;
    let summary = session.index()?;
    for skipped in summary.skipped.iter().take(SKIPPED_SHOWN_MAX) {
        let path = skipped.path.relative_to(&session.root).unwrap_or(skipped.path.as_str());
        output.line(
            || json!({"file": path, "skipped": skipped.reason.to_string()}),
            || output.paint(Paint::Faint, format!("skipped {path}: {}", skipped.reason)),
        )?;
    }
    output.line(|| summary_json(&summary), || summary_text(&summary, output))?;
    if let Some(why) = &summary.unkept {
        bail!("the index of {} is not complete: {why}", session.root);
    }
    Ok(Exit::Done)
}

fn summary_json(summary: &IndexSummary) -> Value {
    let edges = summary.edges.map(|it| {
        json!({
            "exact": it.exact,
            "inferred": it.inferred,
            "candidates": it.candidates,
            "modules": it.modules,
            "external": it.external,
            "unresolved": it.unresolved,
        })
    });
    let languages: serde_json::Map<String, Value> =
        summary.languages.iter().map(|(name, n)| (name.clone(), json!(n))).collect();
    json!({
        "files": summary.files,
        "read": summary.read,
        "gone": summary.gone,
        "lines": summary.lines,
        "languages": languages,
        "symbols": summary.symbols,
        "edges": edges,
        "edges_stale": summary.edges_stale,
        "skipped": summary.n_skipped,
        "unkept": summary.unkept,
        "wall_ms": summary.took.as_millis() as u64,
        "cpu_ms": cost::cpu_time().map(|it| it.as_millis() as u64),
        "peak_bytes": cost::peak_bytes(),
    })
}

fn summary_text(summary: &IndexSummary, output: Output) -> String {
    let languages: Vec<String> =
        summary.languages.iter().map(|(name, n)| format!("{name} {n}")).collect();
    let mut lines = vec![
        format!(
            "{} files ({} lines), {} read now, {} gone",
            summary.files, summary.lines, summary.read, summary.gone
        ),
        format!("languages: {}", languages.join(", ")),
        format!("symbols:   {}", summary.symbols),
    ];
    if let Some(it) = summary.edges {
        let when = if summary.edges_stale { " (counted before these changes)" } else { "" };
        lines.push(format!(
            "edges:     {} exact, {} inferred by type, {} to modules, {} to outside, \
             {} known by name only, {} unresolved{when}",
            it.exact, it.inferred, it.modules, it.external, it.candidates, it.unresolved
        ));
    }
    lines.push(format!("skipped:   {} (`aios status --skipped` lists all)", summary.n_skipped));
    let cpu =
        cost::cpu_time().map_or(String::new(), |it| format!(", {:.2} s CPU", it.as_secs_f32()));
    let time = format!("took {:.2} s{cpu}", summary.took.as_secs_f32());
    lines.push(output.paint(Paint::Faint, time));
    lines.join("\n")
}

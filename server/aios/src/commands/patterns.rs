//! `aios patterns`: what comes again and again in the workspace, with its evidence.

use std::path::Path;

use engine::{LoadGraph, PatternQuery, Snapshot};
use patterns::{Evidence, Finding, Site};
use serde_json::{Value, json};
use text::PositionEncoding;

use crate::{
    args::{PatternKind, PatternsArgs},
    commands::{ask::shown_path, history},
    exit::Exit,
    output::{Output, Paint},
    session::Session,
};

/// A finding, ready to be printed.
struct Shown {
    title: String,
    score: f32,
    evidence: Vec<(String, (u32, u32), String, String)>,
}

/// Runs the command.
pub(crate) fn run(root: &Path, args: &PatternsArgs, output: Output) -> anyhow::Result<Exit> {
    let query = match args.kind {
        PatternKind::Duplicates => PatternQuery::Duplicates,
        PatternKind::Conventions => PatternQuery::Conventions,
        PatternKind::Hotspots => PatternQuery::Hotspots,
        PatternKind::Cochange => PatternQuery::CoChange { commit: args.commit.clone() },
        PatternKind::Layering => PatternQuery::Layering,
    };
    let mut session = Session::indexed(root, LoadGraph::Always)?;
    if matches!(args.kind, PatternKind::Hotspots | PatternKind::Cochange) {
        history::read(&mut session)?;
    }
    let max = usize::from(args.limit);
    let (found, limits) = session.ask("patterns", move |snapshot| {
        let findings = snapshot.patterns(&query, max)?;
        let shown = findings.found.iter().map(|it| shown(snapshot, it)).collect();
        Ok::<(Vec<Shown>, Vec<String>), _>((shown, findings.limits))
    })?;
    for it in &found {
        output.line(|| finding_json(it), || finding_text(it, output))?;
    }
    for limit in &limits {
        output.line(
            || json!({"limit": limit}),
            || output.paint(Paint::Faint, format!("note: {limit}")),
        )?;
    }
    if found.is_empty() {
        return Ok(output.refuse("nothing was found")?);
    }
    Ok(Exit::Done)
}

fn shown(snapshot: &Snapshot, finding: &Finding) -> Shown {
    let evidence = finding.evidence.iter().map(|it| place(snapshot, it));
    Shown { title: finding.title.clone(), score: finding.score, evidence: evidence.collect() }
}

/// Path, first and last line, name, note.
fn place(snapshot: &Snapshot, it: &Evidence) -> (String, (u32, u32), String, String) {
    match &it.site {
        Site::Path(path) => (path.clone(), (0, 0), String::new(), it.note.clone()),
        Site::Code { file, range, name } => {
            let path = shown_path(snapshot, snapshot.vfs.path(*file));
            let line = |offset| {
                let at = snapshot.line_col(*file, offset, PositionEncoding::Utf8);
                at.map_or(0, |it| it.line + 1)
            };
            let lines = (line(range.start()), line(range.end()));
            (path, lines, name.clone(), it.note.clone())
        }
    }
}

fn finding_json(it: &Shown) -> Value {
    let evidence = it.evidence.iter().map(|(path, lines, name, note)| {
        json!({
            "file": path, "start_line": lines.0, "end_line": lines.1, "name": name, "note": note,
        })
    });
    json!({"title": it.title, "score": it.score, "evidence": evidence.collect::<Vec<_>>()})
}

fn finding_text(it: &Shown, output: Output) -> String {
    let mut lines = vec![output.paint(Paint::Name, &it.title)];
    for (path, (start, _), name, note) in &it.evidence {
        let place = if *start == 0 { path.clone() } else { format!("{path}:{start}") };
        lines.push(format!(
            "    {}  {}  {}",
            output.paint(Paint::Place, place),
            proposal::visible_line(name),
            output.paint(Paint::Faint, note)
        ));
    }
    lines.join("\n")
}

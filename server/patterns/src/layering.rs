//! Layering: folders that import each other mostly in one direction, and the imports that go
//! against it.

use std::collections::BTreeMap;

use graph::{Cancelled, Check, CodeGraph, Resolved};
use text::TextRange;
use vfs::FileId;

use crate::{Evidence, Finding, Findings, Site};

/// Fewer imports in the main direction make no layer.
const IMPORTS_MIN: usize = 5;
/// So many times more imports go in the main direction than against it.
const TIMES_MIN: usize = 5;
/// Imports against a direction that are listed.
const LISTED_MAX: usize = 10;

type Import = (FileId, TextRange);

/// The imports between folders that go against the direction of most. `folder_of` gives the folder
/// of a file, as it is to be shown; files without one are left out.
///
/// # Errors
/// [`Cancelled`] where `check` says so.
pub fn layering(
    graph: &CodeGraph,
    folder_of: &dyn Fn(FileId) -> Option<String>,
    max: usize,
    check: Check<'_>,
) -> Result<Findings, Cancelled> {
    let mut edges: BTreeMap<(String, String), Vec<Import>> = BTreeMap::new();
    let mut n_unknown = 0usize;
    for file in graph.files() {
        check()?;
        let Some(facts) = graph.facts(file).filter(|it| !it.is_test) else { continue };
        let Some(from) = folder_of(file) else { continue };
        for (nth, import) in facts.imports.iter().enumerate() {
            let files = match graph.resolve_import(file, nth) {
                Resolved::Targets(targets) => targets.iter().map(|it| it.file).collect(),
                Resolved::Module(files) => files,
                Resolved::External => continue,
                Resolved::Unresolved => {
                    n_unknown += 1;
                    continue;
                }
            };
            let Some(to) = files.first().and_then(|it| folder_of(*it)) else { continue };
            if from != to {
                edges.entry((from.clone(), to)).or_default().push((file, import.range));
            }
        }
    }
    let mut found = Vec::new();
    for ((from, to), against) in &edges {
        let Some(main) = edges.get(&(to.clone(), from.clone())) else { continue };
        if main.len() < IMPORTS_MIN || main.len() < TIMES_MIN * against.len() {
            continue;
        }
        found.push(finding(graph, (from, to), main.len(), against));
    }
    let mut limits = vec!["only imports count, and tests do not; a folder is a layer".to_owned()];
    if 0 < n_unknown {
        limits.push(format!("{n_unknown} imports could not be resolved"));
    }
    Ok(Findings { found, limits }.best(max))
}

fn finding(
    graph: &CodeGraph,
    (from, to): (&str, &str),
    n_main: usize,
    against: &[Import],
) -> Finding {
    let evidence = against.iter().take(LISTED_MAX).map(|(file, range)| {
        let name = graph.path(*file).and_then(|it| it.file_name()).unwrap_or_default().to_owned();
        let site = Site::Code { file: *file, range: *range, name };
        Evidence { site, note: format!("imports {to}") }
    });
    Finding {
        title: format!(
            "{to} imports {from} {n_main} times, and {from} imports {to} {} times",
            against.len()
        ),
        score: n_main as f32 / against.len() as f32,
        evidence: evidence.collect(),
    }
}

//! Hotspots: files that change often and are hard to follow.

use graph::CodeGraph;
use syntax::SymbolKind;
use vfs::FileId;

use crate::{Evidence, Finding, Findings, Site, complexity};

/// The functions of a file that are shown as the hard ones.
const FUNCTIONS_MAX: usize = 3;
/// Commits from which on a file can be said to change often.
const COMMITS_MIN: u32 = 3;

/// The files whose churn times complexity is highest, of those that change at all. `past_of` gives
/// the path that a file is known by and its past, where it has one.
pub fn hotspots(
    graph: &CodeGraph,
    past_of: &dyn Fn(FileId) -> Option<(String, history::FilePast)>,
    max: usize,
) -> Findings {
    let mut found = Vec::new();
    let (mut n_without, mut n_still) = (0, 0);
    for file in graph.files() {
        let Some(facts) = graph.facts(file).filter(|it| !it.is_test && it.language.is_some())
        else {
            continue;
        };
        let functions = facts.symbols().filter(|(_, it)| {
            matches!(it.kind, SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor)
                && !it.is_test
        });
        let mut hard: Vec<(u32, syntax::SymbolIdx)> =
            functions.map(|(idx, it)| (complexity(facts, it), idx)).collect();
        if hard.is_empty() {
            continue;
        }
        let Some((path, past)) = past_of(file) else {
            n_without += 1;
            continue;
        };
        if past.n_commits < COMMITS_MIN {
            n_still += 1;
            continue;
        }
        let sum: u32 = hard.iter().map(|it| it.0).sum();
        hard.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let evidence = hard.iter().take(FUNCTIONS_MAX).map(|(complexity, idx)| {
            let range = facts.symbol(*idx).range;
            let name = facts.name_path(*idx);
            Evidence {
                site: Site::Code { file, range, name },
                note: format!("complexity {complexity}"),
            }
        });
        found.push(Finding {
            title: format!(
                "{path}: {} commits by {}, churn {:.1}, complexity {sum} in {}",
                past.n_commits,
                counted(past.n_authors as usize, "author"),
                past.churn,
                counted(hard.len(), "function")
            ),
            score: past.churn * (sum as f32).sqrt(),
            evidence: evidence.collect(),
        });
    }
    let mut limits = vec![
        "churn counts a commit half after 180 days; complexity counts blocks by their depth"
            .to_owned(),
    ];
    if 0 < n_still {
        limits.push(format!(
            "{} of fewer than {COMMITS_MIN} commits {} not told",
            counted(n_still, "file"),
            if n_still == 1 { "is" } else { "are" }
        ));
    }
    if 0 < n_without {
        let files = counted(n_without, "file");
        limits.push(format!("{files} with functions: changed by no commit that was read"));
    }
    Findings { found, limits }.best(max)
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

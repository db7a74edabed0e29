//! `aios check`: the findings that editors show, for a file or for the whole workspace.

use std::path::Path;

use engine::{LoadGraph, ReadError, Snapshot};
use ide::{Progress, Rule, Rules};
use serde_json::json;
use settings::{Findings, Severity};
use vfs::{FileId, VfsPath};

use crate::{
    args::CheckArgs,
    commands::{ask::Row, target::file_named},
    exit::Exit,
    output::{Output, Paint},
    session::Session,
};

/// A finding as it is printed.
struct Found {
    row: Row,
    rule: Rule,
    severity: Severity,
}

/// `aios check`.
pub(crate) fn run(root: &Path, args: &CheckArgs, output: Output) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Always)?;
    let only: Option<VfsPath> = match &args.file {
        None => None,
        Some(written) => match file_named(written, &session.root)? {
            Some(path) => Some(path),
            None => return Ok(output.refuse(format!("{written}: no such file"))?),
        },
    };
    let max = usize::from(args.limit);
    let (found, n_files, n_more) = session.ask_long("checking", move |snapshot, progress| {
        let files = match only {
            Some(path) => vec![snapshot.file(&path)?],
            None => snapshot.analysis.graph().files(),
        };
        check(snapshot, &files, max, progress)
    })?;
    for Found { row, rule, severity } in &found {
        let object = || {
            let mut object = row.json();
            object["rule"] = json!(rule.as_str());
            object["severity"] = json!(word(*severity));
            object
        };
        output.line(object, || row.text(output))?;
    }
    let (n_found, files) = (found.len(), if n_files == 1 { "file" } else { "files" });
    let more = if n_more == 0 { String::new() } else { format!(", {n_more} more not listed") };
    let text =
        || output.paint(Paint::Faint, format!("{n_found} findings in {n_files} {files}{more}"));
    output.line(|| json!({ "found": n_found, "files": n_files, "left_out": n_more }), text)?;
    Ok(Exit::Done)
}

/// The findings, how many files were looked at, and how many findings are left out.
fn check(
    snapshot: &Snapshot,
    files: &[FileId],
    max: usize,
    progress: Progress<'_>,
) -> Result<(Vec<Found>, usize, usize), ReadError> {
    let Findings { import_cycles, unresolved_imports, unused_private } = snapshot.settings.findings;
    let rules = Rules {
        import_cycles: import_cycles.is_some(),
        unresolved_imports: unresolved_imports.is_some(),
        unused_private: unused_private.is_some(),
    };
    let (mut found, mut n_more) = (Vec::new(), 0);
    for (n, file) in files.iter().enumerate() {
        progress(n, files.len());
        for it in snapshot.analysis.findings(*file, rules, &|path| snapshot.may_exist(path))? {
            if found.len() == max {
                n_more += 1;
                continue;
            }
            let severity = match it.rule {
                Rule::ImportCycle => import_cycles,
                Rule::UnresolvedImport => unresolved_imports,
                Rule::UnusedPrivate => unused_private,
            };
            let Some(severity) = severity else { continue };
            let mut row = Row::new(snapshot, *file, it.range);
            row.what = it.message;
            row.kind = word(severity).to_owned();
            row.why = it.rule.as_str().to_owned();
            found.push(Found { row, rule: it.rule, severity });
        }
    }
    Ok((found, files.len(), n_more))
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Hint => "hint",
        Severity::Information => "information",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

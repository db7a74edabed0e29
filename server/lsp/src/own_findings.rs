//! What is wrong in the product's own files, as diagnostics in the file, while it is being written.

use engine::own_problems;
use text::{TextRange, TextSize};
use tower_lsp::gen_lsp_types::{Diagnostic, DiagnosticSeverity};
use vfs::FileId;

use crate::view::View;

/// The problems of a file under `.aios/` of the first folder; none of any other.
pub(crate) fn own_findings(view: &View<'_>, file: FileId) -> Vec<Diagnostic> {
    let snapshot = view.snapshot;
    let path = snapshot.vfs.path(file);
    let Some(relative) = snapshot.roots.first().and_then(|it| path.relative_to(it)) else {
        return Vec::new();
    };
    if !relative.starts_with(".aios/") {
        return Vec::new();
    }
    let text = snapshot.text(file).unwrap_or_default();
    let problems = own_problems(relative, &text, &snapshot.own);
    problems
        .iter()
        .map(|it| {
            let range = place(&text, it.line, it.column);
            Diagnostic {
                range: view.location(file, range).range,
                severity: Some(DiagnosticSeverity::Error),
                code: None,
                code_description: None,
                source: Some("aios".to_owned()),
                message: it.fact.clone().into(),
                tags: None,
                related_information: None,
                data: None,
            }
        })
        .collect()
}

/// From a place, counted from 1 in characters, to the end of its line.
fn place(text: &str, line: u32, column: u32) -> TextRange {
    let row = line.saturating_sub(1) as usize;
    let start: usize = text.split_inclusive('\n').take(row).map(str::len).sum();
    let rest = text[start..].lines().next().unwrap_or_default();
    let skip = column.saturating_sub(1) as usize;
    let inside: usize = rest.chars().take(skip).map(char::len_utf8).sum();
    TextRange::new(TextSize::from_usize(start + inside), TextSize::from_usize(start + rest.len()))
}

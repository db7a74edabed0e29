//! The questions for places: `symbols`, `refs`.

use std::path::Path;

use engine::{LoadGraph, ReadError, Snapshot};
use ide::{FilePosition, NavTarget, OutlineItem, Site};
use serde_json::{Value, json};
use text::{LineCol, PositionEncoding, TextRange};
use vfs::{FileId, VfsPath};

use crate::{
    commands::target::{Target, file_named},
    exit::Exit,
    output::{Output, Paint},
    session::Session,
};

/// A line of source is shown up to here.
const LINE_CHARS_MAX: usize = 160;

/// `aios symbols`: the outline of a file, or symbols by name.
pub(crate) fn symbols(
    root: &Path,
    target: &str,
    max: usize,
    output: Output,
) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Always)?;
    let rows = match file_named(target, &session.root)? {
        Some(path) => session.ask("symbols", move |snapshot| outline_of(snapshot, &path, max))?,
        None => {
            let query = target.to_owned();
            session.ask("symbols", move |snapshot| symbols_named(snapshot, &query, max))?
        }
    };
    print_rows(&rows, output, "no symbol was found")
}

/// `aios refs`: every place that means a symbol.
pub(crate) fn refs(root: &Path, symbol: &str, output: Output) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Always)?;
    let target = Target::parse(symbol, &session.root)?;
    let rows = session.ask("references", move |snapshot| {
        let mut rows = Vec::new();
        for position in target.positions(snapshot)? {
            rows.extend(references_at(snapshot, position)?);
        }
        Ok(rows)
    })?;
    print_rows(&rows, output, &format!("no symbol `{symbol}` was found"))
}

/// One line of an answer: a place, what stands there, and how it was found.
pub(crate) struct Row {
    file: String,
    lines: (u32, u32),
    column: u32,
    /// What stands there: a symbol or a line of source.
    pub(crate) what: String,
    pub(crate) kind: String,
    pub(crate) why: String,
    pub(crate) depth: usize,
}

impl Row {
    pub(crate) fn new(snapshot: &Snapshot, file: FileId, range: TextRange) -> Row {
        let at = |offset| {
            let position = snapshot.line_col(file, offset, PositionEncoding::Utf32);
            position.unwrap_or(LineCol { line: 0, col: 0 })
        };
        let (start, end) = (at(range.start()), at(range.end()));
        Row {
            file: shown_path(snapshot, snapshot.vfs.path(file)),
            lines: (start.line + 1, end.line + 1),
            column: start.col + 1,
            what: String::new(),
            kind: String::new(),
            why: String::new(),
            depth: 0,
        }
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "file": self.file,
            "start_line": self.lines.0,
            "end_line": self.lines.1,
            "column": self.column,
            "name": self.what,
            "kind": self.kind,
            "why": self.why,
        })
    }

    pub(crate) fn text(&self, output: Output) -> String {
        let place = format!("{}:{}:{}", self.file, self.lines.0, self.column);
        let indent = "  ".repeat(self.depth);
        let why = if self.why.is_empty() { String::new() } else { format!("  ({})", self.why) };
        format!(
            "{}  {indent}{} {}{}",
            output.paint(Paint::Place, place),
            self.kind,
            output.paint(Paint::Name, &self.what),
            output.paint(Paint::Faint, why)
        )
    }
}

fn print_rows(rows: &[Row], output: Output, nothing: &str) -> anyhow::Result<Exit> {
    for row in rows {
        output.line(|| row.json(), || row.text(output))?;
    }
    if rows.is_empty() {
        return Ok(output.refuse(nothing)?);
    }
    Ok(Exit::Done)
}

fn outline_of(snapshot: &Snapshot, path: &VfsPath, max: usize) -> Result<Vec<Row>, ReadError> {
    let file = snapshot.file(path)?;
    let outline = snapshot.analysis.document_symbols(file)?;
    let mut rows = Vec::new();
    let mut rest: Vec<(usize, &OutlineItem)> = outline.iter().rev().map(|it| (0, it)).collect();
    while let Some((depth, item)) = rest.pop() {
        if rows.len() == max {
            break;
        }
        rest.extend(item.children.iter().rev().map(|it| (depth + 1, it)));
        let mut row = Row::new(snapshot, file, item.range);
        row.what = item.name.clone();
        row.kind = item.kind.as_str().to_owned();
        row.depth = depth;
        rows.push(row);
    }
    Ok(rows)
}

fn symbols_named(snapshot: &Snapshot, query: &str, max: usize) -> Result<Vec<Row>, ReadError> {
    let hits = snapshot.analysis.workspace_symbols(query, max)?;
    Ok(hits.iter().map(|hit| target_row(snapshot, &hit.target)).collect())
}

pub(crate) fn target_row(snapshot: &Snapshot, target: &NavTarget) -> Row {
    let mut row = Row::new(snapshot, target.file, target.range);
    row.what = match &target.container {
        Some(container) => format!("{container}::{}", target.name),
        None => target.name.clone(),
    };
    row.kind = target.kind.as_str().to_owned();
    row
}

/// The definitions of what stands at a position, then the places that mean it.
fn references_at(snapshot: &Snapshot, at: FilePosition) -> Result<Vec<Row>, ReadError> {
    let Some(references) = snapshot.analysis.references(at)? else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for declaration in &references.declarations {
        let mut row = target_row(snapshot, declaration);
        row.why = "definition".to_owned();
        rows.push(row);
    }
    rows.extend(references.found.iter().map(|site| site_row(snapshot, site)));
    Ok(rows)
}

pub(crate) fn site_row(snapshot: &Snapshot, site: &Site) -> Row {
    let mut row = Row::new(snapshot, site.file, site.range);
    row.what = source_line(snapshot, site.file, site.range);
    row.kind = site.kind.as_str().to_owned();
    row.why = match &site.within {
        Some(within) => format!("{}, in {within}", site.resolution),
        None => site.resolution.to_string(),
    };
    row
}

fn source_line(snapshot: &Snapshot, file: FileId, range: TextRange) -> String {
    let line = || {
        let lines = snapshot.line_index(file)?;
        let line = lines.line(lines.line_of(range.start()))?;
        let text = snapshot.text(file)?;
        let text = text.get(line.to_usize())?.trim();
        Some(text.chars().take(LINE_CHARS_MAX).collect())
    };
    line().unwrap_or_default()
}

/// `path` below its workspace folder, else whole.
pub(crate) fn shown_path(snapshot: &Snapshot, path: &VfsPath) -> String {
    let below = snapshot.roots.iter().find_map(|root| path.relative_to(root));
    below.unwrap_or(path.as_str()).to_owned()
}

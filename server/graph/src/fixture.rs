//! Graphs from fixtures, for tests.

use std::sync::Arc;

use fixture::Fixture;
use syntax::FileFacts;
use text::{TextRange, TextSize};
use vfs::{FileId, VfsPath};

use crate::{CodeGraph, Resolved, SymbolRef};

/// The facts of a text, as the engine would have them.
pub(crate) fn facts_of(path: &str, text: &str) -> Arc<FileFacts> {
    let first = text.lines().next().unwrap_or_default();
    Arc::new(match grammars::language_for_path(path, first) {
        Some(language) => syntax::facts(path, text, language),
        None => syntax::facts_of_text(path, text),
    })
}

/// The graph of a fixture, its files numbered in order, and its cursor.
pub(crate) fn graph_at(fixture: &str) -> (CodeGraph, FileId, TextSize) {
    let fixture = Fixture::parse(fixture);
    let mut graph = CodeGraph::default();
    for (index, file) in fixture.files.iter().enumerate() {
        let path = VfsPath::new(&file.path).unwrap();
        let facts = facts_of(&file.path, &file.text);
        graph.set_file(FileId::from_index(index as u32), &path, Some(facts));
    }
    let (file, offset) = fixture.cursor();
    let file = graph.file_at(&file.path).unwrap();
    (graph, file, offset)
}

/// `path:line name` of a symbol.
pub(crate) fn render_symbol(graph: &CodeGraph, symbol: SymbolRef) -> String {
    let range = graph.facts(symbol.file).unwrap().symbol(symbol.symbol).name_range;
    format!("{} {}", render_place(graph, symbol.file, range), graph.name_path(symbol).unwrap())
}

/// `path:line` with the line from 1.
pub(crate) fn render_place(graph: &CodeGraph, file: FileId, range: TextRange) -> String {
    let line = graph.facts(file).unwrap().lines.line_of(range.start()) + 1;
    format!("{}:{line}", graph.path(file).unwrap())
}

/// One line for each thing that a name stands for.
pub(crate) fn render_resolved(graph: &CodeGraph, resolved: &Resolved) -> String {
    match resolved {
        Resolved::Targets(targets) => {
            let lines = targets.iter().map(|it| {
                let symbol = render_symbol(graph, it.symbol_ref());
                format!("{symbol}, {}: {}", it.resolution, it.why)
            });
            lines.collect::<Vec<_>>().join("\n")
        }
        Resolved::Module(files) => {
            let paths = files.iter().map(|it| graph.path(*it).unwrap().to_string());
            format!("module {}", paths.collect::<Vec<_>>().join(" "))
        }
        Resolved::External => "external".to_owned(),
        Resolved::Unresolved => "unresolved".to_owned(),
    }
}

//! Analyses from fixtures, for tests.

use std::sync::Arc;

use fixture::Fixture;
use rustc_hash::FxHashMap;
use syntax::FileFacts;
use text::{PositionEncoding, Rope, TextRange};
use vfs::{FileId, SourceChange, VfsPath};

use crate::{
    Analysis, AnalysisHost, Change, FileDelta, FilePosition, FileRange, FileState, OpenDocument,
    Workspace,
};

/// A host with the files of a fixture, all closed, and what gives their texts.
pub(crate) struct World {
    pub(crate) host: AnalysisHost,
    pub(crate) texts: FxHashMap<FileId, Arc<str>>,
}

pub(crate) fn facts_of(path: &str, text: &str) -> Arc<FileFacts> {
    let first = text.lines().next().unwrap_or_default();
    Arc::new(match grammars::language_for_path(path, first) {
        Some(language) => syntax::facts(path, text, language),
        None => syntax::facts_of_text(path, text),
    })
}

pub(crate) fn document(path: &str, version: i32, text: &str) -> OpenDocument {
    let rope = Rope::from_str(text);
    let language = grammars::language_for_path(path, text.lines().next().unwrap_or_default());
    let parse = language.map(|it| syntax::parse(path, &rope, it, None));
    OpenDocument::new(version, rope, parse)
}

impl World {
    pub(crate) fn new(fixture: &Fixture) -> World {
        let mut host = AnalysisHost::new();
        let mut texts = FxHashMap::default();
        let mut change = Change::default();
        for (index, it) in fixture.files.iter().enumerate() {
            let file = FileId::from_index(index as u32);
            let path = VfsPath::new(&it.path).unwrap();
            texts.insert(file, Arc::from(&*it.text));
            let state = FileState::Settled(facts_of(&it.path, &it.text));
            change.files.push(FileDelta { file, path, state });
        }
        host.apply_change(change);
        let roots = vec![VfsPath::new("/").unwrap()];
        host.set_workspace(Workspace { roots, ..Workspace::default() });
        World { host, texts }
    }

    pub(crate) fn analysis(&self) -> Analysis {
        let texts = self.texts.clone();
        self.host.analysis(Arc::new(move |file| texts.get(&file).cloned()))
    }

    pub(crate) fn set(&mut self, path: &str, state: FileState) {
        let path = VfsPath::new(path).unwrap();
        let file = self.host.settled().file_at(path.as_str()).unwrap();
        self.host.apply_change(Change { files: vec![FileDelta { file, path, state }] });
    }
}

/// The analysis of a fixture and its cursor.
pub(crate) fn analysis_at(fixture: &str) -> (Analysis, FilePosition) {
    let fixture = Fixture::parse(fixture);
    let analysis = World::new(&fixture).analysis();
    let (file, offset) = fixture.cursor();
    let file = analysis.file(&VfsPath::new(&file.path).unwrap()).unwrap();
    (analysis, FilePosition { file, offset })
}

/// The analysis of a fixture and its selection: between two cursors, or at one.
pub(crate) fn analysis_of_selection(fixture: &str) -> (Analysis, FileRange) {
    let fixture = Fixture::parse(fixture);
    let analysis = World::new(&fixture).analysis();
    let (file, range) = fixture.selection();
    let file = analysis.file(&VfsPath::new(&file.path).unwrap()).unwrap();
    (analysis, FileRange { file, range })
}

/// `path:line:column`, counted from 1.
pub(crate) fn render_place(analysis: &Analysis, file: FileId, range: TextRange) -> String {
    let lines = analysis.line_index(file).unwrap();
    let at = lines.line_col(range.start(), PositionEncoding::Utf8);
    format!("{}:{}:{}", analysis.path(file).unwrap(), at.line + 1, at.col + 1)
}

/// The texts of the edited files after a change, each under its path.
pub(crate) fn render_change(analysis: &Analysis, change: &SourceChange) -> String {
    let files = change.edits.iter().map(|(path, edits)| {
        let file = analysis.file(path).unwrap();
        let text = edits.apply(&analysis.text(file).unwrap()).unwrap();
        format!("//- {path}\n{}", text.trim_end())
    });
    files.collect::<Vec<_>>().join("\n")
}

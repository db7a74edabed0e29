//! A moment of the workspace as one client sees it: positions in its encoding, paths as its URIs.

use std::{
    cell::RefCell,
    sync::{Arc, RwLock},
};

use engine::Snapshot;
use ide::{FilePosition, FileRange};
use rustc_hash::FxHashMap;
use text::{LineCol, LineIndex, PositionEncoding, TextRange, TextSize};
use tower_lsp::gen_lsp_types::{Location, Position, Range, Uri};
use vfs::{FileId, VfsPath};

use crate::{session::Session, uri};

/// How the client spells the URIs of its open documents: an editor may compare them letter by
/// letter.
#[derive(Debug, Default)]
pub(crate) struct Spellings {
    /// `None` for our own spelling.
    open: RwLock<FxHashMap<VfsPath, Option<Uri>>>,
}

impl Spellings {
    /// Notes the spelling of a document that was opened.
    pub(crate) fn open(&self, path: &VfsPath, uri: Uri) {
        let uri = Some(uri).filter(|it| *it != uri::from_path(path));
        self.open.write().expect("no holder panics").insert(path.clone(), uri);
    }

    /// Whether the client holds the document open.
    pub(crate) fn is_open(&self, path: &VfsPath) -> bool {
        self.open.read().expect("no holder panics").contains_key(path)
    }

    /// Forgets the spelling of a document that was closed.
    pub(crate) fn close(&self, path: &VfsPath) {
        self.open.write().expect("no holder panics").remove(path);
    }

    /// The URI of `path` as the client spells it.
    pub(crate) fn uri(&self, path: &VfsPath) -> Uri {
        let known = self.open.read().expect("no holder panics").get(path).cloned().flatten();
        known.unwrap_or_else(|| uri::from_path(path))
    }
}

/// The moment.
pub(crate) struct View<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) session: &'a Session,
    pub(crate) spellings: &'a Spellings,
    /// The lines of the file that was asked for last: answers are sorted by file.
    last: RefCell<Option<(FileId, Uri, Arc<LineIndex>)>>,
}

impl<'a> View<'a> {
    /// `snapshot` as the client of `session` sees it.
    pub(crate) fn new(
        snapshot: &'a Snapshot,
        session: &'a Session,
        spellings: &'a Spellings,
    ) -> View<'a> {
        View { snapshot, session, spellings, last: RefCell::default() }
    }

    /// The file at `path` with its lines; `None` where the server knows nothing of it.
    pub(crate) fn file(&self, path: &VfsPath) -> Option<(FileId, Arc<LineIndex>)> {
        let file = self.snapshot.file(path).ok()?;
        let lines = self.snapshot.analysis.line_index(file)?;
        Some((file, lines))
    }

    /// The version of an open document.
    pub(crate) fn version(&self, path: &VfsPath) -> Option<i32> {
        let file = self.snapshot.vfs.file_id(path)?;
        self.snapshot.vfs.overlay(file).map(|it| it.version)
    }

    /// The place that a client names; `None` where the server knows nothing of the document.
    pub(crate) fn position(&self, path: &VfsPath, position: Position) -> Option<FilePosition> {
        let (file, lines) = self.file(path)?;
        Some(FilePosition { file, offset: offset(&lines, position, self.session.encoding) })
    }

    /// The stretch that a client names; `None` where the server knows nothing of the document.
    pub(crate) fn file_range(&self, path: &VfsPath, range: Range) -> Option<FileRange> {
        let (file, lines) = self.file(path)?;
        let offset = |position| offset(&lines, position, self.session.encoding);
        Some(FileRange { file, range: TextRange::new(offset(range.start), offset(range.end)) })
    }

    /// `range` of a text with these lines.
    pub(crate) fn range(&self, lines: &LineIndex, range: TextRange) -> Range {
        to_range(lines, range, self.session.encoding)
    }

    /// The URI of a path.
    pub(crate) fn uri(&self, path: &VfsPath) -> Uri {
        self.spellings.uri(path)
    }

    /// `path` below its workspace folder, else whole.
    pub(crate) fn shown_path(&self, path: &VfsPath) -> String {
        let below = self.snapshot.roots.iter().find_map(|root| path.relative_to(root));
        below.unwrap_or(path.as_str()).to_owned()
    }

    /// A stretch of any file.
    pub(crate) fn location(&self, file: FileId, range: TextRange) -> Location {
        let mut last = self.last.borrow_mut();
        if last.as_ref().is_none_or(|it| it.0 != file) {
            // A file that has just gone has no lines; the place is then its beginning.
            let lines = self.snapshot.analysis.line_index(file).unwrap_or_default();
            *last = Some((file, self.uri(self.snapshot.vfs.path(file)), lines));
        }
        let (_, uri, lines) = last.as_ref().expect("it was just filled");
        Location { uri: uri.clone(), range: self.range(lines, range) }
    }
}

/// The offset of a position, clamped to the line and to the text.
pub(crate) fn offset(lines: &LineIndex, at: Position, encoding: PositionEncoding) -> TextSize {
    let position = LineCol { line: at.line, col: at.character };
    lines.offset(position, encoding).unwrap_or_else(|| lines.len())
}

/// A range in the client's words.
pub(crate) fn to_range(lines: &LineIndex, range: TextRange, encoding: PositionEncoding) -> Range {
    let position = |offset| {
        let LineCol { line, col } = lines.line_col(offset, encoding);
        Position { line, character: col }
    };
    Range { start: position(range.start()), end: position(range.end()) }
}

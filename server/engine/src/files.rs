//! The files as the loop holds them: the virtual file system, its folders and the open documents.

use std::sync::Arc;

use grammars::Language;
use ide::{Change, FileDelta, FileState, OpenDocument, TextOf};
use rustc_hash::FxHashMap;
use syntax::{InputEdit, Parse};
use text::{Rope, TextRange, edit_rope, rope_offset};
use vfs::{ContentHash, FILE_BYTES_MAX, FileId, Loader, Overlay, Vfs, VfsPath, decode};

use crate::{
    ContentEdit,
    in_order::{Early, InOrder, Step},
};

/// How long a document must be quiet before its facts go into the graph.
pub(crate) const QUIET_MS: u64 = 300;

/// Files, folders, open documents.
#[derive(Default)]
pub(crate) struct Files {
    /// What is known of every file.
    pub(crate) vfs: Vfs,
    /// The folders of the workspace, sorted.
    pub(crate) roots: Arc<[VfsPath]>,
    documents: FxHashMap<FileId, Document>,
    /// What came before its document was opened.
    early: Early,
    /// How many texts of documents the host was given.
    n_texts: u64,
}

/// What is kept of an open document besides its text.
struct Document {
    language: Option<&'static Language>,
    parse: Option<Parse>,
    /// As the host has it, and which text of this session that is; `None` until the first flush.
    open: Option<(OpenDocument, u64)>,
    /// Edits since `parse`.
    pending: Vec<InputEdit>,
    /// The last edits, for one that comes late.
    order: InOrder,
    /// True where the host has not seen the present text.
    is_dirty: bool,
    /// When its facts are to go into the graph; `None` where they have.
    settle_at: Option<u64>,
}

impl Files {
    /// A document was opened, or opened again with another text.
    pub(crate) fn open(&mut self, path: &VfsPath, language: &str, version: i32, text: &str) {
        let file = self.vfs.intern(path);
        let first_line = text.lines().next().unwrap_or_default();
        let by_path = grammars::language_for_path(self.relative(path), first_line);
        let document = Document {
            // A client may call a file another language than its name says, but then mostly one
            // that is not known here.
            language: by_path
                .or_else(|| grammars::language(language))
                .filter(|_| text.len() as u64 <= FILE_BYTES_MAX),
            parse: None,
            open: None,
            pending: Vec::new(),
            order: InOrder::new(version),
            is_dirty: true,
            settle_at: None,
        };
        self.documents.insert(file, document);
        let hash = ContentHash::of(text.as_bytes());
        let saved = self.vfs.disk(file).map(|it| it.hash).filter(|it| *it == hash);
        let (rope, language) = (Rope::from_str(text), Arc::from(language));
        self.vfs.set_overlay(file, Overlay { version, rope, language, saved });
        for early in self.early.take(path, version) {
            tracing::debug!(%path, version = early.version, "an edit came before its document");
            self.edit(path, early.version, early.edits, early.encoding);
        }
    }

    /// A document was saved.
    pub(crate) fn saved(&mut self, path: &VfsPath) {
        let Some(file) = self.vfs.file_id(path) else { return };
        let Some(overlay) = self.vfs.overlay(file) else { return };
        let overlay = Overlay { saved: Some(overlay.hash()), ..Overlay::clone(overlay) };
        self.vfs.set_overlay(file, overlay);
    }

    /// True where an editor holds the file. One that was there, and is gone from the disk, is held
    /// in name only: editors keep a document for a while after its file was deleted.
    pub(crate) fn is_held(&self, path: &VfsPath) -> bool {
        let Some(file) = self.vfs.file_id(path) else { return false };
        let Some(overlay) = self.vfs.overlay(file) else { return false };
        self.vfs.disk(file).is_some() || !overlay.is_saved()
    }

    /// A document was edited. An edit that comes behind later ones is put where its version says,
    /// and one that is too old for that is told and not done; false where the document is not open:
    /// it is done when that is opened, where it follows on the text of then.
    pub(crate) fn edit(
        &mut self,
        path: &VfsPath,
        version: i32,
        edits: Vec<ContentEdit>,
        encoding: text::PositionEncoding,
    ) -> bool {
        let file = self.vfs.file_id(path);
        let open = file.and_then(|file| Some((file, self.vfs.overlay(file)?)));
        let Some((file, overlay)) = open else {
            self.early.keep(path, version, edits, encoding);
            return false;
        };
        let document = self.documents.get_mut(&file).expect("every overlay has a document");
        let Some(later) = document.order.take_later(version) else {
            tracing::warn!(%path, version, "an edit came too late to be taken");
            return true;
        };
        let is_late = !later.is_empty();
        let before = later.first().map_or(&overlay.rope, |it| &it.before).clone();
        let newest = version.max(overlay.version);
        let (language, saved) = (Arc::clone(&overlay.language), overlay.saved);

        let mut rope = before;
        let later = later.into_iter().map(|it| (it.version, it.edits));
        for (version, edits) in std::iter::once((version, edits)).chain(later) {
            let before = rope.clone();
            for edit in &edits {
                document.edit(&mut rope, edit, encoding);
            }
            document.order.push(Step { version, before, edits });
        }
        if is_late {
            // No edit leads from the old tree to this text.
            document.forget_parse();
        }
        document.is_dirty = true;
        self.vfs.set_overlay(file, Overlay { version: newest, rope, language, saved });
        true
    }

    /// A document was closed; what the host is to be told. Nothing where it was not open.
    pub(crate) fn close(&mut self, path: &VfsPath) -> Change {
        let closed = self.vfs.file_id(path).filter(|it| self.vfs.close(*it).is_some());
        let Some(file) = closed else { return Change::default() };
        self.documents.remove(&file);
        let delta = |state| FileDelta { file, path: path.clone(), state };
        let mut files = vec![delta(FileState::Closed)];
        // A file that is not in the index goes with its document.
        if self.vfs.disk(file).is_none() || self.root_of(path).is_none() {
            files.push(delta(FileState::Gone));
        }
        Change { files }
    }

    /// What was edited since the last time: what the host is to be told. Parses nothing: whoever
    /// asks a document first does, on a thread of its own.
    pub(crate) fn flush(&mut self, now_ms: u64) -> Change {
        let mut change = Change::default();
        let mut dirty: Vec<FileId> =
            self.documents.iter().filter(|it| it.1.is_dirty).map(|it| *it.0).collect();
        dirty.sort();
        for file in dirty {
            let path = self.vfs.path(file).clone();
            let relative = self.relative(&path).to_owned();
            let overlay = self.vfs.overlay(file).expect("every document has an overlay");
            let document = self.documents.get_mut(&file).expect("it was just listed");
            let fits = overlay.rope.len_bytes() as u64 <= FILE_BYTES_MAX;
            document.parse = document.language.filter(|_| fits).map(|language| {
                let old = document.parse.as_ref().map(|it| (it, document.pending.as_slice()));
                syntax::parse(&relative, &overlay.rope, language, old)
            });
            document.pending.clear();
            document.is_dirty = false;
            document.settle_at = Some(now_ms + QUIET_MS);
            let rope = overlay.rope.clone();
            let open = OpenDocument::new(overlay.version, rope, document.parse.clone());
            self.n_texts += 1;
            document.open = Some((open.clone(), self.n_texts));
            change.files.push(FileDelta { file, path, state: FileState::Open(open) });
        }
        change
    }

    /// The documents that were quiet long enough by `now_ms`, each with the number of its text;
    /// each text is given once.
    pub(crate) fn quiet(&mut self, now_ms: u64) -> Vec<(FileId, OpenDocument, u64)> {
        let mut res = Vec::new();
        for (file, document) in &mut self.documents {
            if document.settle_at.is_some_and(|it| it <= now_ms) {
                document.settle_at = None;
                res.extend(document.open.clone().map(|(open, text)| (*file, open, text)));
            }
        }
        res.sort_by_key(|it| it.0);
        res
    }

    /// When the next document will have been quiet long enough.
    pub(crate) fn next_quiet_ms(&self) -> Option<u64> {
        self.documents.values().filter_map(|it| it.settle_at).min()
    }

    /// The document as the host has it, where it is open.
    pub(crate) fn document(&self, file: FileId) -> Option<&OpenDocument> {
        self.documents.get(&file)?.open.as_ref().map(|it| &it.0)
    }

    /// True where `text` is the number of the document's present text.
    pub(crate) fn is_present(&self, file: FileId, text: u64) -> bool {
        let document = self.documents.get(&file).filter(|it| !it.is_dirty);
        document.and_then(|it| it.open.as_ref()).is_some_and(|it| it.1 == text)
    }

    /// The same text of a document, parsed anew.
    pub(crate) fn replace_parse(&mut self, file: FileId, open: &OpenDocument) {
        if let Some(document) = self.documents.get_mut(&file) {
            document.parse = open.parse().cloned();
            self.n_texts += 1;
            document.open = Some((open.clone(), self.n_texts));
        }
    }

    /// Another parse of the present text, with the same facts, from which later edits go on.
    pub(crate) fn renew_parse(&mut self, file: FileId, parse: Parse) {
        if let Some(document) = self.documents.get_mut(&file) {
            document.parse = Some(parse);
        }
    }

    /// True where the host knows the present text of every document.
    pub(crate) fn is_flushed(&self) -> bool {
        self.documents.values().all(|it| !it.is_dirty)
    }

    /// The innermost folder of the workspace that holds `path`.
    pub(crate) fn root_of(&self, path: &VfsPath) -> Option<&VfsPath> {
        root_of(&self.roots, path)
    }

    /// `path` below its folder of the workspace; outside of all, its file name.
    pub(crate) fn relative<'a>(&self, path: &'a VfsPath) -> &'a str {
        let below = self.root_of(path).and_then(|root| path.relative_to(root));
        below.or_else(|| path.file_name()).unwrap_or(path.as_str())
    }

    /// Gives texts of closed files as this moment knows them: from disk, where their hash is still
    /// the one that was indexed.
    pub(crate) fn text_of(&self, loader: &Arc<dyn Loader>) -> TextOf {
        let vfs = self.vfs.clone();
        let loader = Arc::clone(loader);
        Arc::new(move |file| {
            let known = vfs.disk(file)?;
            let path = vfs.path(file);
            let bytes = loader.read(path).ok()?;
            let is_same = ContentHash::of(&bytes) == known.hash;
            let text = decode(path, bytes).ok()?;
            is_same.then(|| Arc::from(text))
        })
    }
}

impl Document {
    /// Does one edit to the text, and notes it for the next parse.
    fn edit(&mut self, rope: &mut Rope, edit: &ContentEdit, encoding: text::PositionEncoding) {
        match edit {
            ContentEdit::Full(text) => {
                *rope = Rope::from_str(text);
                // No edit leads from the old tree to this text.
                self.forget_parse();
            }
            ContentEdit::Range { start, end, text } => {
                let start = rope_offset(rope, *start, encoding);
                let end = rope_offset(rope, *end, encoding).max(start);
                let range = TextRange::new(start, end);
                self.pending.push(syntax::input_edit(rope, range, text));
                edit_rope(rope, range, text).expect("both ends are offsets of the rope");
            }
        }
    }

    fn forget_parse(&mut self) {
        self.parse = None;
        self.pending.clear();
    }
}

/// The innermost of `roots` that holds `path`.
pub(crate) fn root_of<'a>(roots: &'a [VfsPath], path: &VfsPath) -> Option<&'a VfsPath> {
    let holding = roots.iter().filter(|root| path.starts_with(root));
    holding.max_by_key(|root| root.as_str().len())
}

#[cfg(test)]
mod tests {
    use text::LineCol;

    use super::*;

    #[test]
    fn the_loop_parses_nothing_however_large_a_document_is() {
        let mut files = Files::default();
        let path = VfsPath::new("/w/a.rs").unwrap();
        files.open(&path, "rust", 0, &"fn f() {}\n".repeat(1_000));
        let file = files.vfs.file_id(&path).unwrap();
        let present = |files: &mut Files| {
            assert_eq!(files.flush(0).files.len(), 1);
            files.document(file).unwrap().clone()
        };
        let opened = present(&mut files);
        for version in 1..=3 {
            let at = LineCol { line: 500, col: 0 };
            let typed = ContentEdit::Range { start: at, end: at, text: "fn g() {}".to_owned() };
            assert!(files.edit(&path, version, vec![typed], text::PositionEncoding::Utf8));
        }
        let edited = present(&mut files);
        let is_parsed = |it: &OpenDocument| it.parse().unwrap().is_parsed();
        assert!(!is_parsed(&opened) && !is_parsed(&edited));
        assert_eq!(edited.facts().symbols.len(), 1_003);
        assert!(is_parsed(&edited));
    }

    /// Types `text` a character a message, the messages in the order of `sent`, and gives what
    /// stands in the document.
    fn typed(text: &str, sent: impl IntoIterator<Item = usize>) -> (String, usize) {
        let mut files = Files::default();
        let path = VfsPath::new("/w/a.py").unwrap();
        files.open(&path, "python", 1, "");
        files.flush(0);
        for at in sent {
            let place = LineCol { line: 0, col: at as u32 };
            let typed = text[at..=at].to_owned();
            let edit = ContentEdit::Range { start: place, end: place, text: typed };
            let version = 2 + at as i32;
            assert!(files.edit(&path, version, vec![edit], text::PositionEncoding::Utf16));
            files.flush(0);
        }
        let file = files.vfs.file_id(&path).unwrap();
        let n_symbols = files.document(file).unwrap().facts().symbols.len();
        (files.vfs.overlay(file).unwrap().rope.to_string(), n_symbols)
    }

    #[test]
    fn edits_that_overtook_each_other_are_done_in_the_order_of_their_versions() {
        let text = "def zebra(): pass";
        let swapped = (0..text.len()).map(|it| if it + 1 < text.len() { it ^ 1 } else { it });
        assert_eq!(typed(text, 0..text.len()), (text.to_owned(), 1));
        assert_eq!(typed(text, swapped), (text.to_owned(), 1));
        assert_eq!(typed(text, (0..text.len()).rev()), (text.to_owned(), 1));
    }

    #[test]
    fn an_edit_that_overtook_the_opening_is_done_behind_it_and_one_of_another_life_is_not() {
        let path = VfsPath::new("/w/a.py").unwrap();
        let typed = |text: &str, at| {
            let place = LineCol { line: 0, col: at };
            vec![ContentEdit::Range { start: place, end: place, text: text.to_owned() }]
        };
        let opened = |edits: &[(i32, &str, u32)]| {
            let mut files = Files::default();
            for (version, text, at) in edits {
                let edits = typed(text, *at);
                assert!(!files.edit(&path, *version, edits, text::PositionEncoding::Utf8));
            }
            files.open(&path, "python", 0, "a");
            let overlay = files.vfs.overlay(files.vfs.file_id(&path).unwrap()).unwrap();
            (overlay.rope.to_string(), overlay.version)
        };
        assert_eq!(opened(&[(2, "c", 2), (1, "b", 1)]), ("abc".to_owned(), 2));
        assert_eq!(opened(&[(7, "old", 0)]), ("a".to_owned(), 0));
        assert_eq!(opened(&[(1, "b", 1), (7, "old", 0)]), ("ab".to_owned(), 1));
    }

    #[test]
    fn behind_a_whole_text_older_edits_do_not_count() {
        let mut files = Files::default();
        let path = VfsPath::new("/w/a.py").unwrap();
        files.open(&path, "python", 1, "old");
        for (version, text) in [(3, "newest"), (2, "new")] {
            let whole = ContentEdit::Full(text.to_owned());
            assert!(files.edit(&path, version, vec![whole], text::PositionEncoding::Utf16));
        }
        let overlay = files.vfs.overlay(files.vfs.file_id(&path).unwrap()).unwrap();
        assert_eq!((overlay.rope.to_string().as_str(), overlay.version), ("newest", 3));
    }
}

//! What the store keeps, as plain values, and the trait everybody else sees it through.

use crate::{Nearest, Result, TextVectors, VectorFiles, VectorKey, VectorSpace};

/// Bytes of a [`ContentKey`].
pub const CONTENT_KEY_BYTES: usize = 32;

/// The hash of a file's bytes; facts are kept under it, so worktrees and branches share them.
pub type ContentKey = [u8; CONTENT_KEY_BYTES];

/// Most documents one file may have; further ones are refused as [`crate::Fault::Invalid`].
pub const DOCUMENTS_PER_FILE_MAX: usize = 1 << 16;

/// From the first document of one file to the first of the next. No power of two: FTS5 keeps
/// deleted rows in a hash table whose slot is the row number modulo a power of two, and with such a
/// stride the documents of all files would meet in the same few slots (half of a search's time,
/// measured). The low bits are the golden ratio's, which spreads them.
pub(crate) const DOCUMENT_STRIDE: i64 = (1 << 16) + 40_503;

/// A file as it was when it was last indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// Relative to its root, `/` between folders.
    pub path: String,
    /// Bytes.
    pub len: u64,
    /// When it was last written, as the file system says it.
    pub mtime_ns: i128,
    /// Hash of its bytes.
    pub hash: ContentKey,
    /// Id of its language; `None` for plain text.
    pub language: Option<String>,
    /// True for tests, which count less in a search.
    pub is_test: bool,
    /// What there is to count in it.
    pub counts: FileCounts,
}

/// What a summary counts in one file. Kept with each, so that the sum is right after every change
/// without any other file being read again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// Symbols, local ones apart.
    pub symbols: u32,
    /// Lines.
    pub lines: u32,
}

impl FileRow {
    /// As what the text is read. Facts are kept under hash and reading, because the same bytes say
    /// something else in another language, and as a test.
    pub(crate) fn reading(&self) -> String {
        let language = self.language.as_deref().unwrap_or("");
        format!("{language}{}", if self.is_test { " test" } else { "" })
    }
}

/// A file that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedRow {
    /// Relative to its root.
    pub path: String,
    /// The reason in the user's words.
    pub reason: String,
}

/// One file to be written. What is `None` stays as it is: a file that was only touched brings
/// neither facts nor documents.
#[derive(Clone, Debug)]
pub struct FileWrite {
    /// The new row.
    pub row: FileRow,
    /// The facts of `row.hash`, encoded by whoever owns them.
    pub facts: Option<Vec<u8>>,
    /// All documents of the file; they replace what it had.
    pub documents: Option<FileDocuments>,
    /// Why the file, or its tree, was left out; `None` where it was not. Kept with the row, so that
    /// whoever is killed before the whole list is written leaves none that is wrong.
    pub skipped: Option<String>,
}

/// What of one file can be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileDocuments {
    /// The words of the whole file, split and separated by spaces.
    pub body: String,
    /// The words of its path.
    pub path: String,
    /// Its functions, types and sections.
    pub chunks: Vec<Document>,
}

/// A piece of a file that a search can return. Its texts hold words that are already split, in
/// lower case and separated by spaces; the store looks at them no further.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Byte range in the file.
    pub range: (u32, u32),
    /// First and last line, from 1.
    pub lines: (u32, u32),
    /// The symbol's name as written; `None` for a section without one.
    pub symbol: Option<String>,
    /// What the symbol is, in a word.
    pub kind: Option<String>,
    /// What it is to a search.
    pub role: Role,
    /// Hash of the piece's text: vectors are kept under it.
    pub hash: u64,
    /// Words of the text.
    pub body: String,
    /// Words of the symbol's name.
    pub name: String,
    /// Words of the documentation.
    pub doc: String,
}

/// What a document is to a search: code that does something is looked for more often than the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A definition that is no test.
    #[default]
    Definition,
    /// Prose, data, or what stands between definitions.
    Section,
    /// Test code.
    Test,
}

impl Role {
    pub(crate) fn number(self) -> i64 {
        match self {
            Role::Definition => 0,
            Role::Section => 1,
            Role::Test => 2,
        }
    }

    pub(crate) fn numbered(number: i64) -> Option<Role> {
        [Role::Definition, Role::Section, Role::Test].into_iter().find(|it| it.number() == number)
    }
}

/// A document's row: the file's number and the document's number in the file, which it keeps while
/// its words stay the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(i64);

impl DocumentId {
    /// Document `nth` of the file with this number.
    pub fn new(file: i64, nth: usize) -> DocumentId {
        debug_assert!(nth < DOCUMENTS_PER_FILE_MAX);
        DocumentId(file * DOCUMENT_STRIDE + nth as i64)
    }

    /// The file's number.
    pub fn file(self) -> i64 {
        self.0.div_euclid(DOCUMENT_STRIDE)
    }

    /// The document's number in its file.
    pub fn nth(self) -> usize {
        self.0.rem_euclid(DOCUMENT_STRIDE) as usize
    }

    pub(crate) fn from_raw(raw: i64) -> DocumentId {
        DocumentId(raw)
    }

    pub(crate) fn raw(self) -> i64 {
        self.0
    }
}

/// A document as it is read back: without its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    /// Its id.
    pub id: DocumentId,
    /// The root its file belongs to.
    pub root: String,
    /// The file, relative to the root.
    pub path: String,
    /// Id of the file's language.
    pub language: Option<String>,
    /// Byte range in the file.
    pub range: (u32, u32),
    /// First and last line, from 1.
    pub lines: (u32, u32),
    /// The symbol's name as written.
    pub symbol: Option<String>,
    /// What the symbol is, in a word.
    pub kind: Option<String>,
    /// What it is to a search.
    pub role: Role,
    /// Number of words of its body.
    pub n_words: u32,
    /// Hash of the piece's text.
    pub hash: u64,
}

/// A part of a document that is searched on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The text of a chunk.
    Body,
    /// The name of a chunk's symbol.
    Name,
    /// The documentation of a chunk.
    Doc,
    /// The text of a whole file.
    File,
    /// A file's path.
    Path,
}

impl Field {
    /// All fields.
    pub const ALL: [Field; 5] = [Field::Body, Field::Name, Field::Doc, Field::File, Field::Path];

    /// True where the field belongs to a whole file rather than to a chunk.
    pub fn is_of_file(self) -> bool {
        matches!(self, Field::File | Field::Path)
    }
}

/// One question to one field: any of the words, ranked by BM25.
#[derive(Clone, Debug)]
pub struct FullTextQuery<'a> {
    /// Where to look.
    pub field: Field,
    /// Words as [`Document`] holds them; a word that stands twice counts twice.
    pub words: &'a [String],
    /// At most so many results, best first.
    pub hits_max: usize,
}

/// A document, or a whole file, and its score in one field: higher is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredDoc {
    /// The document; for a field of the file, its document 0.
    pub id: DocumentId,
    /// BM25.
    pub score: f32,
}

/// What BM25 needs to score a text that is not in the store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldStatistics {
    /// Number of texts.
    pub n_docs: u64,
    /// Mean number of words in one.
    pub words_mean: f32,
    /// For each word asked for, in how many texts it stands.
    pub n_docs_with: Vec<u64>,
}

/// The cache of one workspace: rows, facts, full text, vectors. Roots are absolute paths; one state
/// folder may hold several, as worktrees of one repository do.
pub trait Store: Send + Sync {
    /// The roots that have files, in order.
    fn roots(&self) -> Result<Vec<String>>;

    /// All files of `root`, by path. Loads no facts.
    fn files(&self, root: &str) -> Result<Vec<FileRow>>;

    /// The facts of the text with the hash of `row`, read as its language, as a test or not.
    fn facts(&self, row: &FileRow) -> Result<Option<Vec<u8>>>;

    /// Gives the facts of all files of `root` to `found`, by path, one at a time.
    fn facts_of(&self, root: &str, found: &mut dyn FnMut(FileRow, Vec<u8>)) -> Result<()>;

    /// Writes a batch in one transaction: all of it or nothing.
    fn put(&self, root: &str, batch: &[FileWrite]) -> Result<()>;

    /// Forgets files and what could be found of them; their facts stay until they are spare.
    fn remove(&self, root: &str, paths: &[&str]) -> Result<()>;

    /// The files that were left out, by path.
    fn skipped(&self, root: &str) -> Result<Vec<SkippedRow>>;

    /// Replaces the list of files that were left out.
    fn set_skipped(&self, root: &str, rows: &[SkippedRow]) -> Result<()>;

    /// Drops facts and vectors that no file uses, beyond a number that is kept for branches to
    /// come back to, and writes vector files that are out of date; gives how many rows went.
    fn collect_garbage(&self) -> Result<usize>;

    /// Best documents of one field, over all roots.
    fn search(&self, query: &FullTextQuery<'_>) -> Result<Vec<ScoredDoc>>;

    /// What BM25 needs to know of `field` to score other texts by `words`.
    fn statistics(&self, field: Field, words: &[String]) -> Result<FieldStatistics>;

    /// The rows of `ids`, in their order; an id that is gone is left out.
    fn documents(&self, ids: &[DocumentId]) -> Result<Vec<DocumentRow>>;

    /// The rows of all documents of a file, in the file's order.
    fn documents_of(&self, file: i64) -> Result<Vec<DocumentRow>>;

    /// The numbers of the files that `keep` keeps; it is given root, path and language of each.
    fn file_numbers(
        &self,
        keep: &mut dyn FnMut(&str, &str, Option<&str>) -> bool,
    ) -> Result<Vec<i64>>;

    /// Those of `keys` that have no vector in `space` yet.
    fn vectors_missing(&self, space: &VectorSpace, keys: &[VectorKey]) -> Result<Vec<VectorKey>>;

    /// Root and path of the files with a document that has no vector in `space` yet.
    fn files_without_vectors(&self, space: &VectorSpace) -> Result<Vec<(String, String)>>;

    /// Keeps vectors, each of the dimensions of `space`; what the texts had is replaced.
    fn put_vectors(&self, space: &VectorSpace, texts: &[TextVectors]) -> Result<()>;

    /// Writes index files that are out of date, and forgets the vectors of all spaces but `space`.
    fn save_vectors(&self, space: &VectorSpace, files: VectorFiles) -> Result<()>;

    /// The spaces that have vectors.
    fn vector_spaces(&self) -> Result<Vec<VectorSpace>>;

    /// The documents of the `texts_max` texts that are nearest by cosine, best first.
    fn nearest(
        &self,
        space: &VectorSpace,
        vector: &[f32],
        texts_max: usize,
    ) -> Result<Vec<Nearest>>;

    /// The cosine to each of the texts `keys`; `None` where one has no vector.
    fn similarities(
        &self,
        space: &VectorSpace,
        vector: &[f32],
        keys: &[VectorKey],
    ) -> Result<Vec<Option<f32>>>;

    /// A small value kept under `key`: summary counts, versions.
    fn meta(&self, key: &str) -> Result<Option<String>>;

    /// Keeps a small value.
    fn set_meta(&self, key: &str, value: &str) -> Result<()>;
}

//! A question and its answer, as plain values.

use std::fmt;

use rustc_hash::{FxHashMap, FxHashSet};
use store::{DocumentRow, Role, VectorSpace};
use syntax::FileFacts;
use text::TextRange;

use crate::{QuestionKind, Signal, Values};

/// A question: a few words, an identifier, a path, a sentence, an error message with its trace.
#[derive(Clone, Debug)]
pub struct Query {
    /// As it was typed.
    pub text: String,
    /// The text's vector, where an embedding model is there.
    pub vector: Option<QueryVector>,
    /// At most so many hits.
    pub hits_max: usize,
    /// What may be found.
    pub filters: Filters,
}

impl Query {
    /// The question `text` about everything, without a vector.
    pub fn text(text: &str, hits_max: usize) -> Query {
        Query { text: text.to_owned(), vector: None, hits_max, filters: Filters::default() }
    }
}

/// A question as a vector.
#[derive(Clone, Debug)]
pub struct QueryVector {
    /// The model it comes from: only vectors of the same can be near it.
    pub space: VectorSpace,
    /// The vector.
    pub components: Vec<f32>,
}

/// What may be found; the default is everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters {
    /// Only files of these roots; none means all.
    pub roots: Vec<String>,
    /// Only files whose path, relative to its root, begins so.
    pub path_prefix: Option<String>,
    /// Only files of this language.
    pub language: Option<String>,
    /// Only these files, each as root and path relative to it; `None` means all.
    pub files: Option<FxHashSet<(String, String)>>,
    /// Only symbols of these kinds: `function`, `class`, …; none means all, and what is no symbol.
    pub kinds: Vec<String>,
    /// What becomes of tests.
    pub tests: Tests,
    /// Only hits of at least this relevance, 0 to 1.
    pub relevance_min: f32,
}

impl Filters {
    /// True where they let a document through.
    pub(crate) fn has_row(&self, row: &DocumentRow) -> bool {
        let is_kind = |kinds: &[String]| row.kind.as_ref().is_some_and(|it| kinds.contains(it));
        let fits_tests = match self.tests {
            Tests::Weighted => true,
            Tests::Without => row.role != Role::Test,
            Tests::Only => row.role == Role::Test,
        };
        fits_tests && (self.kinds.is_empty() || is_kind(&self.kinds))
    }
}

/// What is known from elsewhere and speaks for some places: history, past use. Whoever knows it
/// gives it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signals {
    /// By file, relative to its root.
    of_files: FxHashMap<String, Vec<PlaceSignal>>,
}

/// What speaks for a file or for a symbol in it.
#[derive(Clone, Debug, Default, PartialEq)]
struct PlaceSignal {
    symbol: Option<String>,
    signal: Signal,
}

impl Signals {
    /// Adds what speaks for the file at `path`, relative to its root, or for a symbol in it.
    pub fn add(&mut self, path: &str, symbol: Option<&str>, signal: Signal) {
        let of_file = self.of_files.entry(path.to_owned()).or_default();
        match of_file.iter_mut().find(|it| it.symbol.as_deref() == symbol) {
            Some(it) => it.signal.raise(signal),
            None => of_file.push(PlaceSignal { symbol: symbol.map(str::to_owned), signal }),
        }
    }

    /// True where a word of the question stands for the file at `path`, or for a symbol in it.
    pub(crate) fn mean(&self, path: &str) -> bool {
        let mut of_file = self.of_files.get(path).into_iter().flatten();
        of_file.any(|it| 0.0 < it.signal.vocabulary)
    }

    /// True where there is nothing that a word of the question stands for.
    pub(crate) fn mean_nothing(&self) -> bool {
        !self.of_files.keys().any(|it| self.mean(it))
    }

    /// What speaks for a document: the most of what is said of it.
    pub(crate) fn of(&self, row: &DocumentRow) -> Signal {
        let mut res = Signal::default();
        let of_file = self.of_files.get(&row.path).into_iter().flatten();
        for it in of_file.filter(|it| it.symbol.is_none() || it.symbol == row.symbol) {
            res.raise(it.signal);
        }
        res
    }
}

/// What becomes of test code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tests {
    /// It counts less than other code.
    #[default]
    Weighted,
    /// It is left out.
    Without,
    /// Nothing else is wanted.
    Only,
}

/// A file that is open and differs from what the store knows.
#[derive(Clone, Copy, Debug)]
pub struct UnsavedFile<'a> {
    /// The root it belongs to.
    pub root: &'a str,
    /// Relative to its root.
    pub path: &'a str,
    /// As it is in the editor.
    pub text: &'a str,
    /// The facts of `text`.
    pub facts: &'a FileFacts,
}

/// A place in the code that answers, with the sum that put it there.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The root its file belongs to.
    pub root: String,
    /// The file, relative to the root.
    pub path: String,
    /// Id of the file's language.
    pub language: Option<String>,
    /// Where in the file.
    pub range: TextRange,
    /// First and last line, from 1.
    pub lines: (u32, u32),
    /// The symbol that stands there, by its name.
    pub symbol: Option<String>,
    /// What the symbol is: `function`, `class`, …
    pub kind: Option<String>,
    /// True for test code.
    pub is_test: bool,
    /// The sum of `parts`.
    pub score: f32,
    /// The chance, 0 to 1, that this is what was meant.
    pub relevance: f32,
    /// The cosine of question and text, where both have a vector.
    pub cosine: Option<f32>,
    /// What the score is made of; what counts against the hit is negative.
    pub parts: Vec<(&'static str, f32)>,
    /// What the parts were weighted from.
    pub values: Values,
}

impl Hit {
    /// The parts in words: `name 2.10 + body 1.70`.
    pub fn why(&self) -> String {
        let parts: Vec<String> =
            self.parts.iter().map(|(name, score)| format!("{name} {score:.2}")).collect();
        parts.join(" + ")
    }
}

/// Who looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Retriever {
    /// Full text by fields.
    FullText,
    /// Nearness of vectors.
    Vectors,
}

impl fmt::Display for Retriever {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Retriever::FullText => "full text",
            Retriever::Vectors => "vectors",
        })
    }
}

/// The hits, and how far they can be trusted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Best first.
    pub hits: Vec<Hit>,
    /// What the question was taken for.
    pub kind: Option<QuestionKind>,
    /// Who took part.
    pub retrievers: Vec<Retriever>,
    /// Who did not, and why.
    pub absent: Vec<(Retriever, String)>,
    /// Files that one of the retrievers knows only as they were saved, relative to their roots.
    pub lagging: Vec<String>,
    /// Files whose vectors are still to come: they are found by words alone.
    pub unembedded: usize,
    /// Words of the question that were not looked at, because it has more than the limit.
    pub words_left_out: usize,
}

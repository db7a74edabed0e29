//! Open files that differ from what the store knows: their own documents, scored with the store's
//! statistics as if they were in it.

use rustc_hash::FxHashMap;
use store::{
    Document, DocumentId, DocumentRow, Field, FieldStatistics, FileDocuments, FullTextQuery,
    ScoredDoc, Store,
};

use crate::{
    Filters, UnsavedFile, documents,
    rank::{STORE_B as B, STORE_K1 as K1},
    search::is_in,
};

/// What a word that stands in more than half of the texts still counts.
const IDF_MIN: f32 = 1e-6;

/// The unsaved files that may be found, with their documents. Their files are numbered from -1
/// downwards, where the store has none.
pub(crate) struct Unsaved<'a> {
    files: Vec<(&'a UnsavedFile<'a>, FileDocuments)>,
}

impl<'a> Unsaved<'a> {
    pub(crate) fn new(files: &'a [UnsavedFile<'a>], filters: &Filters) -> Unsaved<'a> {
        let kept = files.iter().filter(|it| {
            let language = it.facts.language.map(|it| it.id);
            is_in(filters, it.root, it.path, language)
        });
        Unsaved { files: kept.map(|it| (it, documents(it.path, it.text, it.facts))).collect() }
    }

    /// Number and path of each file.
    pub(crate) fn files(&self) -> impl Iterator<Item = (i64, &'a str)> {
        self.files.iter().enumerate().map(|(index, (file, _))| (number(index), file.path))
    }

    /// The paths of all.
    pub(crate) fn paths(&self) -> impl Iterator<Item = String> {
        self.files.iter().map(|(file, _)| file.path.to_owned())
    }

    /// Adds the documents of all files to the list of one field.
    pub(crate) fn score(
        &self,
        acc: &mut Vec<ScoredDoc>,
        store: &dyn Store,
        query: &FullTextQuery<'_>,
    ) -> store::Result<()> {
        if self.files.is_empty() {
            return Ok(());
        }
        let statistics = store.statistics(query.field, query.words)?;
        for (index, (_, documents)) in self.files.iter().enumerate() {
            for (nth, words) in texts(documents, query.field).enumerate() {
                let score = bm25(words, query.words, &statistics);
                if 0.0 < score {
                    acc.push(ScoredDoc { id: DocumentId::new(number(index), nth), score });
                }
            }
        }
        Ok(())
    }

    /// The rows of the documents of one file; `None` where the number is of the store.
    pub(crate) fn rows_of(&self, file: i64) -> Option<Vec<DocumentRow>> {
        let (_, documents) = self.files.get(index(file)?)?;
        let ids = (0..documents.chunks.len()).map(|nth| DocumentId::new(file, nth));
        Some(ids.filter_map(|it| self.row(it)).collect())
    }

    /// The row of a document of these files.
    pub(crate) fn row(&self, id: DocumentId) -> Option<DocumentRow> {
        let (file, documents) = self.files.get(index(id.file())?)?;
        let it: &Document = documents.chunks.get(id.nth())?;
        Some(DocumentRow {
            id,
            root: file.root.to_owned(),
            path: file.path.to_owned(),
            language: file.facts.language.map(|it| it.id.to_owned()),
            range: it.range,
            lines: it.lines,
            symbol: it.symbol.clone(),
            role: it.role,
            n_words: it.body.split_ascii_whitespace().count() as u32,
            hash: it.hash,
        })
    }
}

fn number(index: usize) -> i64 {
    -1 - index as i64
}

fn index(number: i64) -> Option<usize> {
    usize::try_from(-1 - number).ok()
}

/// The texts of one field, in the order of the documents; of a field of the file only one.
fn texts(documents: &FileDocuments, field: Field) -> Box<dyn Iterator<Item = &str> + '_> {
    let chunks = documents.chunks.iter();
    match field {
        Field::Body => Box::new(chunks.map(|it| it.body.as_str())),
        Field::Name => Box::new(chunks.map(|it| it.name.as_str())),
        Field::Doc => Box::new(chunks.map(|it| it.doc.as_str())),
        Field::File => Box::new(std::iter::once(documents.body.as_str())),
        Field::Path => Box::new(std::iter::once(documents.path.as_str())),
    }
}

/// BM25 as the store computes it.
fn bm25(words: &str, asked: &[String], statistics: &FieldStatistics) -> f32 {
    let mut counts: FxHashMap<&str, f32> = FxHashMap::default();
    let mut len = 0.0;
    for word in words.split_ascii_whitespace() {
        *counts.entry(word).or_default() += 1.0;
        len += 1.0;
    }
    let n_docs = statistics.n_docs as f32;
    let length = 1.0 - B + B * len / statistics.words_mean.max(1.0);
    let score = |(word, n_with): (&String, &u64)| {
        let Some(count) = counts.get(word.as_str()) else { return 0.0 };
        let n_with = (*n_with as f32).min(n_docs);
        let idf = ((n_docs - n_with + 0.5) / (n_with + 0.5)).ln();
        idf.max(IDF_MIN) * count * (K1 + 1.0) / (count + K1 * length)
    };
    asked.iter().zip(&statistics.n_docs_with).map(score).sum()
}

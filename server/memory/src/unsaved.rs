//! Open files that differ from what the store knows: their own documents, scored with the store's
//! statistics as if they were in it.

use rustc_hash::{FxHashMap, FxHashSet};
use store::{
    Document, DocumentId, DocumentRow, Field, FieldStatistics, FileDocuments, FullTextQuery,
    Nearest, ScoredDoc, Store,
};

use crate::{
    Embedding, Filters, QueryVector, UnsavedFile, documents,
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

    /// Adds the documents to what is near `vector`: by the vectors that the store has of their
    /// texts, else by new ones. Gives the paths of the files some of whose texts have none.
    pub(crate) fn nearest(
        &self,
        acc: &mut Vec<Nearest>,
        store: &dyn Store,
        vector: &QueryVector,
        embedding: Option<Embedding<'_>>,
    ) -> store::Result<Vec<String>> {
        let mut res = Vec::new();
        let embedding = embedding.filter(|it| it.space() == vector.space);
        for (index, (file, documents)) in self.files.iter().enumerate() {
            let keys: Vec<u64> = documents.chunks.iter().map(|it| it.hash).collect();
            let mut known = store.similarities(&vector.space, &vector.components, &keys)?;
            let missing: FxHashSet<u64> =
                keys.iter().zip(&known).filter(|it| it.1.is_none()).map(|it| *it.0).collect();
            let new = embedding
                .filter(|_| !missing.is_empty())
                .and_then(|it| it.vectors(file.text, file.facts, &missing).ok());
            match new {
                None if missing.is_empty() => {}
                None => res.push(file.path.to_owned()),
                Some(new) => {
                    let new: FxHashMap<u64, Option<f32>> =
                        new.iter().map(|it| (it.key, nearness(vector, &it.pieces))).collect();
                    for (key, known) in keys.iter().zip(&mut known) {
                        *known = known.or_else(|| new.get(key).copied().flatten());
                    }
                }
            }
            for (nth, similarity) in known.into_iter().enumerate() {
                let id = DocumentId::new(number(index), nth);
                acc.extend(similarity.map(|similarity| Nearest { id, similarity }));
            }
        }
        Ok(res)
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
            kind: it.kind.clone(),
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

/// The cosine of the nearest of `pieces`, which have length one as the question has.
fn nearness(question: &QueryVector, pieces: &[Vec<f32>]) -> Option<f32> {
    let cosine = |it: &Vec<f32>| question.components.iter().zip(it).map(|(a, b)| a * b).sum();
    pieces.iter().map(cosine).max_by(f32::total_cmp)
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

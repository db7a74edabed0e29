//! Full text by fields, in FTS5: one contentless table a field, its rows numbered like documents.
//! FTS5 writes them; they are read as they lie.

pub(crate) mod lengths;
mod postings;

use rusqlite::{Connection, params};

use crate::{
    Document, DocumentId, Fault, Field, FieldStatistics, FileDocuments, FullTextQuery, ScoredDoc,
    full_text::{
        lengths::{LengthCache, Lengths},
        postings::{Posting, Postings},
    },
    schema::table,
};

/// The constants of BM25 as FTS5 has them.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// What a word that stands in more than half of the texts still counts.
const IDF_MIN: f64 = 1e-6;

/// Bytes of postings collected in memory before they are written as a segment. Fewer, larger
/// segments cost less merging.
const POSTINGS_BYTES_MAX: u32 = 4 << 20;

/// Row of the totals of a full-text table: number of rows, then the words of each column, each as
/// a SQLite varint.
const TOTALS_ROW: i64 = 1;

/// Settings that belong to the connection that writes.
pub(crate) fn configure(db: &Connection) -> rusqlite::Result<()> {
    for field in Field::ALL {
        let table = table(field);
        let sql = format!("INSERT INTO {table} ({table}, rank) VALUES (?, ?)");
        db.execute(&sql, params!["hashsize", POSTINGS_BYTES_MAX])?;
    }
    Ok(())
}

/// Writes what of a whole file can be found.
pub(crate) fn put_file(db: &Connection, file: i64, it: &FileDocuments) -> Result<(), Fault> {
    let id = DocumentId::new(file, 0);
    put(db, Field::File, id, &it.body)?;
    put(db, Field::Path, id, &it.path)
}

/// Writes what of a chunk can be found.
pub(crate) fn put_chunk(db: &Connection, id: DocumentId, it: &Document) -> Result<(), Fault> {
    put(db, Field::Body, id, &it.body)?;
    put(db, Field::Name, id, &it.name)?;
    put(db, Field::Doc, id, &it.doc)
}

/// Forgets a file and its chunks.
pub(crate) fn remove(db: &Connection, file: i64, n_documents: usize) -> Result<(), Fault> {
    remove_file(db, file)?;
    (0..n_documents).try_for_each(|nth| remove_chunk(db, DocumentId::new(file, nth)))
}

/// Forgets what of a whole file can be found.
pub(crate) fn remove_file(db: &Connection, file: i64) -> Result<(), Fault> {
    let id = DocumentId::new(file, 0);
    Field::ALL.into_iter().filter(|it| it.is_of_file()).try_for_each(|it| delete(db, it, id))
}

/// Forgets a chunk.
pub(crate) fn remove_chunk(db: &Connection, id: DocumentId) -> Result<(), Fault> {
    Field::ALL.into_iter().filter(|it| !it.is_of_file()).try_for_each(|it| delete(db, it, id))
}

fn delete(db: &Connection, field: Field, id: DocumentId) -> Result<(), Fault> {
    let sql = match field {
        Field::Body => "DELETE FROM full_body WHERE rowid = ?",
        Field::Name => "DELETE FROM full_name WHERE rowid = ?",
        Field::Doc => "DELETE FROM full_doc WHERE rowid = ?",
        Field::File => "DELETE FROM full_file WHERE rowid = ?",
        Field::Path => "DELETE FROM full_path WHERE rowid = ?",
    };
    db.prepare_cached(sql)?.execute([id.raw()])?;
    Ok(())
}

/// Best documents of one field, by BM25 as FTS5 computes it.
pub(crate) fn search(
    db: &Connection,
    cache: &LengthCache,
    query: &FullTextQuery<'_>,
) -> rusqlite::Result<Vec<ScoredDoc>> {
    if query.words.is_empty() {
        return Ok(Vec::new());
    }
    // All pages are of one moment; nothing is written, so it ends as it began.
    let _moment = db.unchecked_transaction()?;
    let structure = postings::structure(db, query.field)?;
    let totals = totals(db, query.field)?;
    let mut postings = Postings::open(db, query.field, &structure)?;
    let mut lists: Vec<(f64, Vec<Posting>)> = Vec::new();
    for (word, times) in counted(query.words) {
        let mut list = Vec::new();
        postings.of(&mut list, word)?;
        if !list.is_empty() {
            lists.push((times * totals.idf(list.len()), list));
        }
    }
    let lengths = cache.get(db, (query.field, &structure), &lists, totals.n_docs as usize)?;
    Ok(best(scores(&lists, &lengths, &totals), &lengths, query.hits_max))
}

/// The sum for each place of `lengths`.
fn scores(lists: &[(f64, Vec<Posting>)], lengths: &Lengths, totals: &Totals) -> Vec<f64> {
    let mut res = vec![0.0; lengths.len()];
    let words_mean = totals.words_mean();
    for (weight, list) in lists {
        let (mut place, mut last) = (0, i64::MIN);
        for posting in list {
            // Where a segment ends the rows begin anew.
            let start = if last < posting.row { place } else { 0 };
            last = posting.row;
            let Some(found) = lengths.place(posting.row, start) else { continue };
            place = found;
            let count = f64::from(posting.count);
            let length = 1.0 - B + B * f64::from(lengths.words(found)) / words_mean;
            res[found] += weight * count * (K1 + 1.0) / (count + K1 * length);
        }
    }
    res
}

/// The `max` largest, best first.
fn best(scores: Vec<f64>, lengths: &Lengths, max: usize) -> Vec<ScoredDoc> {
    let scored = scores.iter().enumerate().filter(|(_, score)| 0.0 < **score);
    let mut res: Vec<(f64, i64)> =
        scored.map(|(place, score)| (*score, lengths.row(place))).collect();
    let by_score = |a: &(f64, i64), b: &(f64, i64)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if max < res.len() {
        res.select_nth_unstable_by(max, by_score);
        res.truncate(max);
    }
    res.sort_unstable_by(by_score);
    let document = |(score, row)| ScoredDoc { id: DocumentId::from_raw(row), score: score as f32 };
    res.into_iter().map(document).collect()
}

/// Each word once, with how often it counts.
fn counted(words: &[String]) -> Vec<(&str, f64)> {
    let mut res: Vec<(&str, f64)> = Vec::new();
    for word in words {
        match res.iter_mut().find(|it| it.0 == word) {
            Some(it) => it.1 += 1.0,
            None => res.push((word, 1.0)),
        }
    }
    res
}

/// What BM25 needs to know of a field.
pub(crate) fn statistics(
    db: &Connection,
    field: Field,
    words: &[String],
) -> rusqlite::Result<FieldStatistics> {
    let _moment = db.unchecked_transaction()?;
    let totals = totals(db, field)?;
    let mut n_docs_with = Vec::with_capacity(words.len());
    if !words.is_empty() {
        let structure = postings::structure(db, field)?;
        let mut postings = Postings::open(db, field, &structure)?;
        let mut list = Vec::new();
        for word in words {
            postings.of(&mut list, word)?;
            n_docs_with.push(list.len() as u64);
        }
    }
    let words_mean = totals.words_mean() as f32;
    Ok(FieldStatistics { n_docs: totals.n_docs, words_mean, n_docs_with })
}

/// How many texts a field has, and how many words they have together.
struct Totals {
    n_docs: u64,
    n_words: u64,
}

impl Totals {
    fn words_mean(&self) -> f64 {
        if self.n_docs == 0 { 0.0 } else { self.n_words as f64 / self.n_docs as f64 }
    }

    /// How much a word says that stands in so many texts.
    fn idf(&self, n_with: usize) -> f64 {
        let (n_docs, n_with) = (self.n_docs as f64, n_with as f64);
        let idf = ((n_docs - n_with + 0.5) / (n_with + 0.5)).ln();
        if 0.0 < idf { idf } else { IDF_MIN }
    }
}

fn totals(db: &Connection, field: Field) -> rusqlite::Result<Totals> {
    let table = table(field);
    let totals: Vec<u8> = db
        .prepare_cached(&format!("SELECT block FROM {table}_data WHERE id = ?"))?
        .query_row([TOTALS_ROW], |row| row.get(0))?;
    let mut totals = totals.as_slice();
    let n_docs = varint(&mut totals).unwrap_or(0);
    let n_words = varint(&mut totals).unwrap_or(0);
    Ok(Totals { n_docs, n_words })
}

fn put(db: &Connection, field: Field, id: DocumentId, words: &str) -> Result<(), Fault> {
    if words.is_empty() {
        return Ok(());
    }
    let sql = match field {
        Field::Body => "INSERT INTO full_body (rowid, words) VALUES (?, ?)",
        Field::Name => "INSERT INTO full_name (rowid, words) VALUES (?, ?)",
        Field::Doc => "INSERT INTO full_doc (rowid, words) VALUES (?, ?)",
        Field::File => "INSERT INTO full_file (rowid, words) VALUES (?, ?)",
        Field::Path => "INSERT INTO full_path (rowid, words) VALUES (?, ?)",
    };
    db.prepare_cached(sql)?.execute(params![id.raw(), words])?;
    Ok(())
}

/// The first SQLite varint of `bytes`, which is taken off: big-endian groups of seven bits, the
/// ninth byte whole.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut res: u64 = 0;
    for nth in 0..9 {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        if nth == 8 {
            return Some((res << 8) | u64::from(*first));
        }
        res = (res << 7) | u64::from(first & 0x7f);
        if first & 0x80 == 0 {
            break;
        }
    }
    Some(res)
}

//! Full text by fields, in FTS5: one contentless table a field, its rows numbered like documents.

use rusqlite::{Connection, params};

use crate::{
    Document, DocumentId, Fault, Field, FieldStatistics, FileDocuments, FullTextQuery, ScoredDoc,
    schema::table,
};

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

/// Best documents of one field.
pub(crate) fn search(
    db: &Connection,
    query: &FullTextQuery<'_>,
) -> rusqlite::Result<Vec<ScoredDoc>> {
    let Some(expression) = any_of(query.words) else { return Ok(Vec::new()) };
    let table = table(query.field);
    let mut rows = db.prepare_cached(&format!(
        "SELECT rowid, bm25({table}) AS cost FROM {table}
         WHERE {table} MATCH ? ORDER BY cost LIMIT ?"
    ))?;
    let scored = |row: &rusqlite::Row<'_>| {
        // FTS5 counts down from zero, so that its natural order is best first.
        let cost: f64 = row.get(1)?;
        Ok(ScoredDoc { id: DocumentId::from_raw(row.get(0)?), score: -cost as f32 })
    };
    rows.query_map(params![expression, query.hits_max as i64], scored)?.collect()
}

/// What BM25 needs to know of a field.
pub(crate) fn statistics(
    db: &Connection,
    field: Field,
    words: &[String],
) -> rusqlite::Result<FieldStatistics> {
    let table = table(field);
    let totals: Vec<u8> = db
        .prepare_cached(&format!("SELECT block FROM {table}_data WHERE id = ?"))?
        .query_row([TOTALS_ROW], |row| row.get(0))?;
    let mut totals = totals.as_slice();
    let n_docs = varint(&mut totals).unwrap_or(0);
    let n_words = varint(&mut totals).unwrap_or(0);
    let mut count =
        db.prepare_cached(&format!("SELECT count(*) FROM {table} WHERE {table} MATCH ?"))?;
    let mut n_docs_with = Vec::with_capacity(words.len());
    for word in words {
        let n: i64 = count.query_row([quoted(word)], |row| row.get(0))?;
        n_docs_with.push(n.cast_unsigned());
    }
    let words_mean = if n_docs == 0 { 0.0 } else { n_words as f32 / n_docs as f32 };
    Ok(FieldStatistics { n_docs, words_mean, n_docs_with })
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

/// The expression for any of `words`; `None` for no word.
fn any_of(words: &[String]) -> Option<String> {
    let words: Vec<String> = words.iter().map(|it| quoted(it)).collect();
    (!words.is_empty()).then(|| words.join(" OR "))
}

/// `word` as FTS5 takes it literally.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
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

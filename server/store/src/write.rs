//! Writing files, their facts and their documents; dropping what nobody uses.

use std::cmp::Reverse;

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;

use crate::{
    DOCUMENTS_PER_FILE_MAX, Document, DocumentId, Fault, FileDocuments, FileRow, FileWrite,
    SkippedRow, full_text,
};

/// Facts that no file uses and that are kept nonetheless: a branch that is come back to.
const FACTS_SPARE_MAX: u32 = 4_000;

/// Writes all of `batch`; gives the numbers of its files.
pub(crate) fn put(db: &Connection, root: &str, batch: &[FileWrite]) -> Result<Vec<i64>, Fault> {
    let root = root_id(db, root)?;
    let mut res = Vec::with_capacity(batch.len());
    for file in batch {
        let old = file_id(db, root, &file.row.path)?;
        let id = put_row(db, root, old, &file.row)?;
        if let Some(data) = &file.facts {
            put_facts(db, &file.row, data)?;
        }
        if let Some(documents) = &file.documents {
            put_documents(db, (id, old.map(|it| it.1)), documents)?;
        }
        match &file.skipped {
            Some(reason) => skip(db, root, &file.row.path, reason)?,
            None => unskip(db, root, &file.row.path)?,
        }
        res.push(id);
    }
    Ok(res)
}

/// Forgets the files `paths` of `root`; gives the numbers they had.
pub(crate) fn remove(db: &Connection, root: &str, paths: &[&str]) -> Result<Vec<i64>, Fault> {
    let root = root_id(db, root)?;
    let mut res = Vec::new();
    for path in paths {
        let Some((id, n_documents)) = file_id(db, root, path)? else { continue };
        remove_documents(db, id, n_documents)?;
        db.prepare_cached("DELETE FROM files WHERE id = ?")?.execute([id])?;
        unskip(db, root, path)?;
        res.push(id);
    }
    Ok(res)
}

fn skip(db: &Connection, root: i64, path: &str, reason: &str) -> Result<(), Fault> {
    db.prepare_cached("INSERT OR REPLACE INTO skipped (root, path, reason) VALUES (?, ?, ?)")?
        .execute(params![root, path, reason])?;
    Ok(())
}

fn unskip(db: &Connection, root: i64, path: &str) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM skipped WHERE root = ? AND path = ?")?
        .execute(params![root, path])?;
    Ok(())
}

/// Replaces the files that were left out.
pub(crate) fn set_skipped(db: &Connection, root: &str, rows: &[SkippedRow]) -> Result<(), Fault> {
    let root = root_id(db, root)?;
    db.prepare_cached("DELETE FROM skipped WHERE root = ?")?.execute([root])?;
    rows.iter().try_for_each(|it| skip(db, root, &it.path, &it.reason))
}

/// Drops spare facts, oldest first, and vectors of texts that no document has.
pub(crate) fn collect_garbage(db: &Connection) -> Result<usize, Fault> {
    let facts = db.execute(
        "DELETE FROM facts WHERE id IN (
             SELECT a.id FROM facts a WHERE NOT EXISTS (
                 SELECT 1 FROM files f
                 WHERE f.hash = a.hash AND f.reading = a.reading)
             ORDER BY a.id DESC LIMIT -1 OFFSET ?)",
        [FACTS_SPARE_MAX],
    )?;
    let vectors =
        db.execute("DELETE FROM vectors WHERE hash NOT IN (SELECT hash FROM documents)", [])?;
    Ok(facts + vectors)
}

/// What facts are checked against when they are read.
pub(crate) fn checksum(data: &[u8]) -> i64 {
    let hash = blake3::hash(data);
    let (first, _) = hash.as_bytes().split_at(8);
    i64::from_le_bytes(first.try_into().expect("eight bytes were split off"))
}

fn root_id(db: &Connection, root: &str) -> Result<i64, Fault> {
    let known = db
        .prepare_cached("SELECT id FROM roots WHERE path = ?")?
        .query_row([root], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    db.prepare_cached("INSERT INTO roots (path) VALUES (?)")?.execute([root])?;
    Ok(db.last_insert_rowid())
}

/// The file's number and how many documents it has.
fn file_id(db: &Connection, root: i64, path: &str) -> Result<Option<(i64, usize)>, Fault> {
    let res = db
        .prepare_cached("SELECT id, n_documents FROM files WHERE root = ? AND path = ?")?
        .query_row(params![root, path], |row| Ok((row.get(0)?, row.get::<_, u32>(1)? as usize)))
        .optional()?;
    Ok(res)
}

fn put_row(
    db: &Connection,
    root: i64,
    old: Option<(i64, usize)>,
    row: &FileRow,
) -> Result<i64, Fault> {
    // A time beyond the year 2262 is kept as the last one that fits; the file then looks changed
    // at every start, which costs time and nothing else.
    let mtime_ns = i64::try_from(row.mtime_ns).unwrap_or(i64::MAX);
    let len = row.len.cast_signed();
    match old {
        Some((id, _)) => {
            db.prepare_cached(
                "UPDATE files SET len = ?, mtime_ns = ?, hash = ?, language = ?, is_test = ?,
                 n_symbols = ?, n_lines = ?, reading = ? WHERE id = ?",
            )?
            .execute(params![
                len,
                mtime_ns,
                row.hash,
                row.language,
                row.is_test,
                row.counts.symbols,
                row.counts.lines,
                row.reading(),
                id
            ])?;
            Ok(id)
        }
        None => {
            db.prepare_cached(
                "INSERT INTO files (root, path, len, mtime_ns, hash, language, is_test, n_symbols,
                 n_lines, reading, n_documents) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            )?
            .execute(params![
                root,
                row.path,
                len,
                mtime_ns,
                row.hash,
                row.language,
                row.is_test,
                row.counts.symbols,
                row.counts.lines,
                row.reading()
            ])?;
            Ok(db.last_insert_rowid())
        }
    }
}

fn put_facts(db: &Connection, row: &FileRow, data: &[u8]) -> Result<(), Fault> {
    db.prepare_cached(
        "INSERT OR IGNORE INTO facts (hash, reading, checksum, data) VALUES (?, ?, ?, ?)",
    )?
    .execute(params![row.hash, row.reading(), checksum(data), data])?;
    Ok(())
}

/// Writes the documents of a file; `n_before` is how many numbers its old ones take up, where the
/// file is known. A document with the words of an old one takes its number, so that the full text
/// knows it already: a line that is typed at the head of a file moves all of it and changes little.
fn put_documents(
    db: &Connection,
    (file, n_before): (i64, Option<usize>),
    documents: &FileDocuments,
) -> Result<(), Fault> {
    let n_documents = documents.chunks.len();
    if DOCUMENTS_PER_FILE_MAX <= n_documents {
        let why = format!("file number {file} has {n_documents} documents");
        return Err(Fault::Invalid(why));
    }
    if n_before.is_some() {
        full_text::remove_file(db, file)?;
    }
    full_text::put_file(db, file, documents)?;
    let mut rows = old_documents(db, file)?;
    // In a damaged cache the file's row may say less.
    let last = rows.first().map_or(0, |it| it.1.id.nth() + 1);
    let head = rows.pop_if(|it| it.1.id.nth() == 0);
    put_first(db, DocumentId::new(file, 0), head, documents.chunks.first())?;
    let mut old: FxHashMap<i64, Vec<OldDocument>> = FxHashMap::default();
    for (words, document) in rows {
        old.entry(words).or_default().push(document);
    }
    let mut new = Vec::new();
    let mut end = n_documents.min(1);
    for it in documents.chunks.iter().skip(1) {
        let words = words_of(it);
        match old.get_mut(&words).and_then(Vec::pop) {
            Some(known) => {
                known.update(db, it)?;
                end = end.max(known.id.nth() + 1);
            }
            None => new.push((words, it)),
        }
    }
    let gone = old.into_values().flatten().map(|it| it.id);
    let mut free: Vec<DocumentId> = gone.collect();
    free.sort_unstable_by_key(|it| Reverse(it.raw()));
    free.iter().try_for_each(|it| delete_document(db, *it))?;
    let mut next = n_before.unwrap_or(0).max(last).max(1);
    for (words, it) in new {
        let id = free.pop().unwrap_or_else(|| {
            next += 1;
            DocumentId::new(file, next - 1)
        });
        insert_document(db, id, words, it)?;
        end = end.max(id.nth() + 1);
    }
    db.prepare_cached("UPDATE files SET n_documents = ?, embedded = NULL WHERE id = ?")?
        .execute(params![end as i64, file])?;
    Ok(())
}

/// Writes the first document of a file. It always has the first number, by which a file as a whole
/// is found.
fn put_first(
    db: &Connection,
    id: DocumentId,
    old: Option<(i64, OldDocument)>,
    new: Option<&Document>,
) -> Result<(), Fault> {
    match (old, new) {
        (Some((words, known)), Some(it)) if words == words_of(it) => known.update(db, it),
        (old, new) => {
            if old.is_some() {
                delete_document(db, id)?;
            }
            new.map_or(Ok(()), |it| insert_document(db, id, words_of(it), it))
        }
    }
}

fn delete_document(db: &Connection, id: DocumentId) -> Result<(), Fault> {
    full_text::remove_chunk(db, id)?;
    db.prepare_cached("DELETE FROM documents WHERE id = ?")?.execute([id.raw()])?;
    Ok(())
}

fn insert_document(
    db: &Connection,
    id: DocumentId,
    words: i64,
    it: &Document,
) -> Result<(), Fault> {
    let n_words = it.body.split_ascii_whitespace().count() as i64;
    db.prepare_cached(
        "INSERT OR REPLACE INTO documents (id, start, end, line_start, line_end, symbol, kind,
         role, n_words, hash, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        id.raw(),
        it.range.0,
        it.range.1,
        it.lines.0,
        it.lines.1,
        it.symbol,
        it.kind,
        it.role.number(),
        n_words,
        it.hash.cast_signed(),
        words
    ])?;
    full_text::put_chunk(db, id, it)
}

/// A number for the words of a document, equal where they are.
fn words_of(it: &Document) -> i64 {
    checksum([it.body.as_str(), &it.name, &it.doc].join("\0").as_bytes())
}

/// The row of a document, without its words.
struct OldDocument {
    id: DocumentId,
    range: (u32, u32),
    lines: (u32, u32),
    symbol: Option<String>,
    kind: Option<String>,
    role: i64,
    hash: i64,
}

impl OldDocument {
    /// Writes where `it` is now and what else is new about it.
    fn update(&self, db: &Connection, it: &Document) -> Result<(), Fault> {
        let (role, hash) = (it.role.number(), it.hash.cast_signed());
        let is_same = (self.range, self.lines, self.role, self.hash)
            == (it.range, it.lines, role, hash)
            && (&self.symbol, &self.kind) == (&it.symbol, &it.kind);
        if !is_same {
            db.prepare_cached(
                "UPDATE documents SET start = ?, end = ?, line_start = ?, line_end = ?, symbol = ?,
                 kind = ?, role = ?, hash = ? WHERE id = ?",
            )?
            .execute(params![
                it.range.0,
                it.range.1,
                it.lines.0,
                it.lines.1,
                it.symbol,
                it.kind,
                role,
                hash,
                self.id.raw()
            ])?;
        }
        Ok(())
    }
}

/// The documents that a file has, each with the number for its words; the last comes first.
fn old_documents(db: &Connection, file: i64) -> Result<Vec<(i64, OldDocument)>, Fault> {
    let mut rows = db.prepare_cached(
        "SELECT id, start, end, line_start, line_end, symbol, kind, role, hash, words
         FROM documents
         WHERE id >= ? AND id < ? ORDER BY id DESC",
    )?;
    let (first, end) = (DocumentId::new(file, 0), DocumentId::new(file + 1, 0));
    let rows = rows.query_map([first.raw(), end.raw()], |row| {
        let document = OldDocument {
            id: DocumentId::from_raw(row.get(0)?),
            range: (row.get(1)?, row.get(2)?),
            lines: (row.get(3)?, row.get(4)?),
            symbol: row.get(5)?,
            kind: row.get(6)?,
            role: row.get(7)?,
            hash: row.get(8)?,
        };
        Ok((row.get::<_, i64>(9)?, document))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn remove_documents(db: &Connection, file: i64, n_documents: usize) -> Result<(), Fault> {
    full_text::remove(db, file, n_documents)?;
    let (first, end) = (DocumentId::new(file, 0), DocumentId::new(file + 1, 0));
    db.prepare_cached("DELETE FROM documents WHERE id >= ? AND id < ?")?
        .execute([first.raw(), end.raw()])?;
    Ok(())
}

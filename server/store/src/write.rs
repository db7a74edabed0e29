//! Writing files, their facts and their documents; dropping what nobody uses.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    DOCUMENTS_PER_FILE_MAX, DocumentId, Fault, FileDocuments, FileRow, FileWrite, SkippedRow,
    full_text,
};

/// Facts that no file uses and that are kept nonetheless: a branch that is come back to.
const FACTS_SPARE_MAX: u32 = 4_000;

/// Writes all of `batch`.
pub(crate) fn put(db: &Connection, root: &str, batch: &[FileWrite]) -> Result<(), Fault> {
    let root = root_id(db, root)?;
    for file in batch {
        let old = file_id(db, root, &file.row.path)?;
        let id = put_row(db, root, old, &file.row)?;
        if let Some(data) = &file.facts {
            put_facts(db, &file.row, data)?;
        }
        if let Some(documents) = &file.documents {
            if let Some((id, n_documents)) = old {
                remove_documents(db, id, n_documents)?;
            }
            put_documents(db, id, documents)?;
        }
    }
    Ok(())
}

/// Forgets the files `paths` of `root`.
pub(crate) fn remove(db: &Connection, root: &str, paths: &[&str]) -> Result<(), Fault> {
    let root = root_id(db, root)?;
    for path in paths {
        let Some((id, n_documents)) = file_id(db, root, path)? else { continue };
        remove_documents(db, id, n_documents)?;
        db.prepare_cached("DELETE FROM files WHERE id = ?")?.execute([id])?;
    }
    Ok(())
}

/// Replaces the files that were left out.
pub(crate) fn set_skipped(db: &Connection, root: &str, rows: &[SkippedRow]) -> Result<(), Fault> {
    let root = root_id(db, root)?;
    db.prepare_cached("DELETE FROM skipped WHERE root = ?")?.execute([root])?;
    let mut insert =
        db.prepare_cached("INSERT OR REPLACE INTO skipped (root, path, reason) VALUES (?, ?, ?)")?;
    for row in rows {
        insert.execute(params![root, row.path, row.reason])?;
    }
    Ok(())
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
                 reading = ? WHERE id = ?",
            )?
            .execute(params![
                len,
                mtime_ns,
                row.hash,
                row.language,
                row.is_test,
                row.reading(),
                id
            ])?;
            Ok(id)
        }
        None => {
            db.prepare_cached(
                "INSERT INTO files (root, path, len, mtime_ns, hash, language, is_test, reading,
                 n_documents) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
            )?
            .execute(params![
                root,
                row.path,
                len,
                mtime_ns,
                row.hash,
                row.language,
                row.is_test,
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

fn put_documents(db: &Connection, file: i64, documents: &FileDocuments) -> Result<(), Fault> {
    let n_documents = documents.chunks.len();
    if DOCUMENTS_PER_FILE_MAX <= n_documents {
        let why = format!("file number {file} has {n_documents} documents");
        return Err(Fault::Invalid(why));
    }
    full_text::put_file(db, file, documents)?;
    let mut insert = db.prepare_cached(
        "INSERT INTO documents (id, start, end, line_start, line_end, symbol, kind, role, n_words,
         hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    for (nth, it) in documents.chunks.iter().enumerate() {
        let id = DocumentId::new(file, nth);
        let hash = it.hash.cast_signed();
        let n_words = it.body.split_ascii_whitespace().count();
        let (range, lines) = (it.range, it.lines);
        insert.execute(params![
            id.raw(),
            range.0,
            range.1,
            lines.0,
            lines.1,
            it.symbol,
            it.kind,
            it.role.number(),
            n_words as i64,
            hash
        ])?;
        full_text::put_chunk(db, id, it)?;
    }
    db.prepare_cached("UPDATE files SET n_documents = ? WHERE id = ?")?
        .execute(params![n_documents as i64, file])?;
    Ok(())
}

fn remove_documents(db: &Connection, file: i64, n_documents: usize) -> Result<(), Fault> {
    full_text::remove(db, file, n_documents)?;
    let (first, end) = (DocumentId::new(file, 0), DocumentId::new(file + 1, 0));
    db.prepare_cached("DELETE FROM documents WHERE id >= ? AND id < ?")?
        .execute([first.raw(), end.raw()])?;
    Ok(())
}

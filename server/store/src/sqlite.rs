//! The store in one SQLite file: its connections, and the reading of rows.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    DocumentId, DocumentRow, Fault, FieldStatistics, FileCounts, FileRow, FileWrite, FullTextQuery,
    Nearest, Result, Role, ScoredDoc, SkippedRow, Store, StoreError, TextVectors, VectorFiles,
    VectorKey, VectorSpace,
    database::{Open, open_database},
    full_text::{
        self,
        lengths::{FILES_RENEWED_MAX, LengthCache},
    },
    rows::DOCUMENT_STRIDE,
    schema::SCHEMA,
    vectors::{self, Vectors},
    write,
};

/// Page cache of the connection that writes.
const WRITER_CACHE_KIB: u32 = 8 * 1024;

/// Page cache of each connection that reads.
const READER_CACHE_KIB: u32 = 2 * 1024;

/// Connections kept for readers; more are opened when they are needed, and closed afterwards.
const READERS_MAX: usize = 4;

/// Under which `meta` keeps the version of what was extracted.
const EXTRACTION_KEY: &str = "extraction";

/// Left beside a cache that was seen to be damaged; the next writer drops both.
pub(crate) const DAMAGED_FILE: &str = "index.db.damaged";

/// The cache in SQLite and usearch.
pub struct SqliteStore {
    /// What errors name; `:memory:` for the store in memory.
    path: PathBuf,
    place: Place,
    writer: Option<Mutex<Connection>>,
    readers: Mutex<Vec<Connection>>,
    vectors: Vectors,
    lengths: LengthCache,
    is_damaged: AtomicBool,
    /// The lock on the state folder; it ends with the file handle.
    _lock: Option<File>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Memory,
    Disk,
}

impl SqliteStore {
    pub(crate) fn writer(path: &Path, lock: File, extraction: &str) -> Result<SqliteStore> {
        let db = open_database(path, Open::ReadWrite, WRITER_CACHE_KIB, &SCHEMA)?;
        check_rows(&db).map_err(StoreError::sql(path))?;
        if meta(&db, EXTRACTION_KEY).map_err(StoreError::sql(path))?.is_none() {
            set_meta(&db, EXTRACTION_KEY, extraction).map_err(StoreError::sql(path))?;
        }
        check_extraction(&db, path, extraction)?;
        full_text::configure(&db).map_err(StoreError::sql(path))?;
        Ok(SqliteStore {
            path: path.to_owned(),
            place: Place::Disk,
            writer: Some(Mutex::new(db)),
            readers: Mutex::default(),
            vectors: Vectors::new(path.parent()),
            lengths: LengthCache::default(),
            is_damaged: AtomicBool::new(false),
            _lock: Some(lock),
        })
    }

    pub(crate) fn reader(path: &Path, extraction: &str) -> Result<SqliteStore> {
        let db = open_database(path, Open::ReadOnly, READER_CACHE_KIB, &SCHEMA)?;
        check_rows(&db).map_err(StoreError::sql(path))?;
        check_extraction(&db, path, extraction)?;
        Ok(SqliteStore {
            path: path.to_owned(),
            place: Place::Disk,
            writer: None,
            readers: Mutex::new(vec![db]),
            vectors: Vectors::new(path.parent()),
            lengths: LengthCache::default(),
            is_damaged: AtomicBool::new(false),
            _lock: None,
        })
    }

    pub(crate) fn memory() -> Result<SqliteStore> {
        let path = Path::new(":memory:");
        let db = open_database(path, Open::ReadWrite, WRITER_CACHE_KIB, &SCHEMA)?;
        full_text::configure(&db).map_err(StoreError::sql(path))?;
        Ok(SqliteStore {
            path: path.to_owned(),
            place: Place::Memory,
            writer: Some(Mutex::new(db)),
            readers: Mutex::default(),
            vectors: Vectors::new(None),
            lengths: LengthCache::default(),
            is_damaged: AtomicBool::new(false),
            _lock: None,
        })
    }

    /// Lets the database grow by at most `pages` further pages: beyond, the disk counts as full.
    ///
    /// # Errors
    /// Where the store may not be written.
    pub fn limit_pages(&self, pages: u32) -> Result<()> {
        let Some(writer) = &self.writer else {
            return Err(StoreError::new(&self.path, Fault::ReadOnly));
        };
        let db = lock(writer);
        let failed = StoreError::sql(&self.path);
        let now: u32 =
            db.pragma_query_value(None, "page_count", |row| row.get(0)).map_err(&failed)?;
        // The pragma answers with the new limit, so it is asked rather than set.
        db.query_row(&format!("PRAGMA max_page_count = {}", now + pages), [], |_| Ok(()))
            .map_err(&failed)
    }

    /// Runs `query` on a connection that may read, beside the writer where the store is on disk.
    fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let res = match (self.place, &self.writer) {
            (Place::Memory, Some(writer)) => query(&lock(writer)),
            _ => {
                let idle = lock(&self.readers).pop();
                let db = match idle {
                    Some(db) => db,
                    None => open_database(&self.path, Open::ReadOnly, READER_CACHE_KIB, &SCHEMA)?,
                };
                let res = query(&db);
                let mut readers = lock(&self.readers);
                if readers.len() < READERS_MAX {
                    readers.push(db);
                }
                res
            }
        };
        res.map_err(|error| self.failed(Fault::from(error)))
    }

    /// Reads with faults of vectors beside those of SQLite.
    fn ask_vectors<T>(
        &self,
        ask: impl FnOnce(&Connection) -> std::result::Result<T, Fault>,
    ) -> Result<T> {
        self.read(|db| Ok(ask(db)))?.map_err(|fault| self.failed(fault))
    }

    /// Runs `change` in one transaction: all of it or nothing.
    fn write<T>(
        &self,
        change: impl FnOnce(&Connection) -> std::result::Result<T, Fault>,
    ) -> Result<T> {
        let Some(writer) = &self.writer else {
            return Err(StoreError::new(&self.path, Fault::ReadOnly));
        };
        let mut db = lock(writer);
        let res: std::result::Result<T, Fault> = (|| {
            let transaction = db.transaction()?;
            let res = change(&transaction)?;
            transaction.commit()?;
            Ok(res)
        })();
        res.map_err(|fault| self.failed(fault))
    }

    /// Runs `change`, which gives the numbers of the files it wrote, in one transaction; what is
    /// kept of their texts in memory is renewed.
    fn write_files(
        &self,
        change: impl FnOnce(&Connection) -> std::result::Result<Vec<i64>, Fault>,
    ) -> Result<()> {
        let files = self.write(change)?;
        if self.lengths.is_empty() {
            return Ok(());
        }
        let is_few = files.len() <= FILES_RENEWED_MAX;
        // What was written stays written: where its lengths cannot be read, whoever asks is told.
        if !is_few || self.read(|db| self.lengths.renew(db, &files)).is_err() {
            self.lengths.clear();
        }
        Ok(())
    }

    /// The error to hand out. Damage is remembered beside the file, so that the next writer starts
    /// anew even where this process does not.
    fn failed(&self, fault: Fault) -> StoreError {
        let is_first =
            matches!(fault, Fault::Corrupt(_)) && !self.is_damaged.swap(true, Ordering::Relaxed);
        if is_first && self.place == Place::Disk {
            tracing::warn!(path = %self.path.display(), %fault, "the index is damaged");
            // Without the mark the next writer finds the damage by itself, only later.
            let _ = File::create(self.path.with_file_name(DAMAGED_FILE));
        }
        StoreError::new(&self.path, fault)
    }
}

impl Store for SqliteStore {
    fn roots(&self) -> Result<Vec<String>> {
        self.read(|db| {
            let mut rows = db.prepare_cached(
                "SELECT path FROM roots r
                 WHERE EXISTS (SELECT 1 FROM files f WHERE f.root = r.id) ORDER BY path",
            )?;
            rows.query_map([], |row| row.get(0))?.collect()
        })
    }

    fn files(&self, root: &str) -> Result<Vec<FileRow>> {
        self.read(|db| {
            let mut rows = db.prepare_cached(
                "SELECT f.path, len, mtime_ns, hash, language, is_test, n_symbols, n_lines
                 FROM files f
                 JOIN roots r ON r.id = f.root WHERE r.path = ? ORDER BY f.path",
            )?;
            rows.query_map([root], file_row)?.collect()
        })
    }

    fn facts(&self, row: &FileRow) -> Result<Option<Vec<u8>>> {
        self.read(|db| {
            db.prepare_cached("SELECT checksum, data FROM facts WHERE hash = ? AND reading = ?")?
                .query_row(params![row.hash, row.reading()], |row| facts_data(row, 0))
                .optional()
        })
    }

    fn facts_of(&self, root: &str, found: &mut dyn FnMut(FileRow, Vec<u8>)) -> Result<()> {
        self.read(|db| {
            let mut rows = db.prepare_cached(
                "SELECT f.path, len, mtime_ns, f.hash, f.language, is_test, n_symbols, n_lines,
                 checksum, data
                 FROM files f JOIN roots r ON r.id = f.root
                 JOIN facts a ON a.hash = f.hash AND a.reading = f.reading
                 WHERE r.path = ? ORDER BY f.path",
            )?;
            let mut rows = rows.query([root])?;
            while let Some(row) = rows.next()? {
                found(file_row(row)?, facts_data(row, 8)?);
            }
            Ok(())
        })
    }

    fn put(&self, root: &str, batch: &[FileWrite]) -> Result<()> {
        self.write_files(|db| write::put(db, root, batch))
    }

    fn remove(&self, root: &str, paths: &[&str]) -> Result<()> {
        self.write_files(|db| write::remove(db, root, paths))
    }

    fn skipped(&self, root: &str) -> Result<Vec<SkippedRow>> {
        self.read(|db| {
            let mut rows = db.prepare_cached(
                "SELECT s.path, reason FROM skipped s JOIN roots r ON r.id = s.root
                 WHERE r.path = ? ORDER BY s.path",
            )?;
            let row = |row: &Row<'_>| Ok(SkippedRow { path: row.get(0)?, reason: row.get(1)? });
            rows.query_map([root], row)?.collect()
        })
    }

    fn set_skipped(&self, root: &str, rows: &[SkippedRow]) -> Result<()> {
        self.write(|db| write::set_skipped(db, root, rows))
    }

    fn collect_garbage(&self) -> Result<usize> {
        self.write(|db| {
            let n_dropped = write::collect_garbage(db)?;
            self.vectors.save(db, None, VectorFiles::Trust)?;
            Ok(n_dropped)
        })
    }

    fn search(&self, query: &FullTextQuery<'_>) -> Result<Vec<ScoredDoc>> {
        self.read(|db| full_text::search(db, &self.lengths, query))
    }

    fn statistics(&self, field: crate::Field, words: &[String]) -> Result<FieldStatistics> {
        self.read(|db| full_text::statistics(db, field, words))
    }

    fn documents(&self, ids: &[DocumentId]) -> Result<Vec<DocumentRow>> {
        self.read(|db| {
            let mut rows = db.prepare_cached(&documents_where("d.id = ?"))?;
            let mut res = Vec::with_capacity(ids.len());
            for id in ids {
                res.extend(rows.query_row([id.raw()], document_row).optional()?);
            }
            Ok(res)
        })
    }

    fn documents_of(&self, file: i64) -> Result<Vec<DocumentRow>> {
        let (first, end) = (DocumentId::new(file, 0), DocumentId::new(file + 1, 0));
        self.read(|db| {
            let mut rows =
                db.prepare_cached(&documents_where("d.id >= ? AND d.id < ? ORDER BY d.id"))?;
            rows.query_map([first.raw(), end.raw()], document_row)?.collect()
        })
    }

    fn file_numbers(
        &self,
        keep: &mut dyn FnMut(&str, &str, Option<&str>) -> bool,
    ) -> Result<Vec<i64>> {
        self.read(|db| {
            let mut rows = db.prepare_cached(
                "SELECT f.id, r.path, f.path, language FROM files f JOIN roots r ON r.id = f.root",
            )?;
            let mut rows = rows.query([])?;
            let mut res = Vec::new();
            while let Some(row) = rows.next()? {
                let text = |idx| Ok::<_, rusqlite::Error>(row.get_ref(idx)?.as_str()?);
                let language = row.get_ref(3)?.as_str_or_null()?;
                if keep(text(1)?, text(2)?, language) {
                    res.push(row.get(0)?);
                }
            }
            Ok(res)
        })
    }

    fn vectors_missing(&self, space: &VectorSpace, keys: &[VectorKey]) -> Result<Vec<VectorKey>> {
        self.read(|db| self.vectors.missing(db, space, keys))
    }

    fn files_without_vectors(&self, space: &VectorSpace) -> Result<Vec<(String, String)>> {
        self.read(|db| self.vectors.files_without(db, space))
    }

    fn put_vectors(&self, space: &VectorSpace, texts: &[TextVectors]) -> Result<()> {
        self.write(|db| self.vectors.put(db, space, texts))?;
        self.ask_vectors(|db| self.vectors.catch_up(db, space))
    }

    fn save_vectors(&self, space: &VectorSpace, files: VectorFiles) -> Result<()> {
        self.write(|db| self.vectors.save(db, Some(space), files))
    }

    fn vector_spaces(&self) -> Result<Vec<VectorSpace>> {
        self.read(|db| Ok(vectors::spaces(db)?.into_iter().map(|it| it.0).collect()))
    }

    fn nearest(
        &self,
        space: &VectorSpace,
        vector: &[f32],
        texts_max: usize,
    ) -> Result<Vec<Nearest>> {
        self.ask_vectors(|db| self.vectors.nearest(db, space, vector, texts_max))
    }

    fn similarities(
        &self,
        space: &VectorSpace,
        vector: &[f32],
        keys: &[VectorKey],
    ) -> Result<Vec<Option<f32>>> {
        self.ask_vectors(|db| self.vectors.similarities(db, space, vector, keys))
    }

    fn meta(&self, key: &str) -> Result<Option<String>> {
        self.read(|db| meta(db, key))
    }

    fn set_meta(&self, key: &str, value: &str) -> Result<()> {
        self.write(|db| Ok(set_meta(db, key, value)?))
    }
}

/// Documents by `condition`, as [`document_row`] reads them.
fn documents_where(condition: &str) -> String {
    format!(
        "SELECT d.id, r.path, f.path, f.language, start, end, line_start, line_end, symbol, kind,
             role, n_words, d.hash
         FROM documents d JOIN files f ON f.id = d.id / {DOCUMENT_STRIDE}
         JOIN roots r ON r.id = f.root
         WHERE {condition}"
    )
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere left at worst a connection whose transaction was rolled back.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn meta(db: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    db.prepare_cached("SELECT value FROM meta WHERE key = ?")?
        .query_row([key], |row| row.get(0))
        .optional()
}

pub(crate) fn set_meta(db: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)")?
        .execute([key, value])?;
    Ok(())
}

fn check_extraction(db: &Connection, path: &Path, expected: &str) -> Result<()> {
    let found = meta(db, EXTRACTION_KEY).map_err(StoreError::sql(path))?;
    match found {
        Some(found) if found == expected => Ok(()),
        found => Err(StoreError::new(path, Fault::Extraction(found.unwrap_or_default()))),
    }
}

/// Checks the pages of the small tables, which everything else hangs on; the large ones report
/// damage when they are read.
fn check_rows(db: &Connection) -> rusqlite::Result<()> {
    for table in ["meta", "roots", "files"] {
        let found: String =
            db.query_row(&format!("PRAGMA quick_check({table})"), [], |row| row.get(0))?;
        if found != "ok" {
            return Err(damaged(&found));
        }
    }
    Ok(())
}

/// The error SQLite itself would give for damaged bytes.
pub(crate) fn damaged(why: &str) -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    rusqlite::Error::SqliteFailure(code, Some(why.to_owned()))
}

fn file_row(row: &Row<'_>) -> rusqlite::Result<FileRow> {
    Ok(FileRow {
        path: row.get(0)?,
        len: row.get::<_, i64>(1)?.cast_unsigned(),
        mtime_ns: i128::from(row.get::<_, i64>(2)?),
        hash: row.get(3)?,
        language: row.get(4)?,
        is_test: row.get(5)?,
        counts: FileCounts { symbols: row.get(6)?, lines: row.get(7)? },
    })
}

fn facts_data(row: &Row<'_>, first: usize) -> rusqlite::Result<Vec<u8>> {
    let data: Vec<u8> = row.get(first + 1)?;
    if write::checksum(&data) != row.get::<_, i64>(first)? {
        return Err(damaged("facts do not match their checksum"));
    }
    Ok(data)
}

fn document_row(row: &Row<'_>) -> rusqlite::Result<DocumentRow> {
    Ok(DocumentRow {
        id: DocumentId::from_raw(row.get(0)?),
        root: row.get(1)?,
        path: row.get(2)?,
        language: row.get(3)?,
        range: (row.get(4)?, row.get(5)?),
        lines: (row.get(6)?, row.get(7)?),
        symbol: row.get(8)?,
        kind: row.get(9)?,
        role: Role::numbered(row.get(10)?).ok_or_else(|| damaged("unknown role"))?,
        n_words: row.get(11)?,
        hash: row.get::<_, i64>(12)?.cast_unsigned(),
    })
}

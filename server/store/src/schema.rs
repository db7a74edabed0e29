//! The schema of `index.db`. A cache has one number and no history: another number, another file.

use crate::{Field, database::Migration};

/// The only step: the whole schema. A change of it is a new number, and old caches are dropped.
pub(crate) const SCHEMA: [Migration; 1] = [Migration { number: 7, sql: SQL }];

// The full-text tables hold no text of their own (`content=''`): what they return is a number, and
// the place in the code is a row of `documents`. One table a field, because BM25 is computed per
// field and summed; the words come already split, so the plainest tokenizer does.
const SQL: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE roots (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    root INTEGER NOT NULL REFERENCES roots,
    path TEXT NOT NULL,
    len INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    hash BLOB NOT NULL,
    language TEXT,
    is_test INTEGER NOT NULL,
    n_symbols INTEGER NOT NULL,
    n_lines INTEGER NOT NULL,
    reading TEXT NOT NULL,
    n_documents INTEGER NOT NULL,
    -- The space in which all its documents have vectors.
    embedded INTEGER,
    UNIQUE (root, path)
);
CREATE TABLE skipped (
    root INTEGER NOT NULL REFERENCES roots,
    path TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (root, path)
) WITHOUT ROWID;
CREATE TABLE facts (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    reading TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (hash, reading)
);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    line_start INTEGER NOT NULL,
    line_end INTEGER NOT NULL,
    symbol TEXT,
    kind TEXT,
    role INTEGER NOT NULL,
    n_words INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    words INTEGER NOT NULL
);
CREATE TABLE spaces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model TEXT NOT NULL,
    dims INTEGER NOT NULL,
    format TEXT NOT NULL,
    UNIQUE (model, dims, format)
);
CREATE TABLE vectors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    space INTEGER NOT NULL REFERENCES spaces,
    hash INTEGER NOT NULL,
    piece INTEGER NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (space, hash, piece)
);
CREATE VIRTUAL TABLE full_body USING fts5(
    words, content='', contentless_delete=1, tokenize='ascii');
CREATE VIRTUAL TABLE full_name USING fts5(
    words, content='', contentless_delete=1, tokenize='ascii');
CREATE VIRTUAL TABLE full_doc USING fts5(
    words, content='', contentless_delete=1, tokenize='ascii');
CREATE VIRTUAL TABLE full_file USING fts5(
    words, content='', contentless_delete=1, tokenize='ascii');
CREATE VIRTUAL TABLE full_path USING fts5(
    words, content='', contentless_delete=1, tokenize='ascii');
";

/// The full-text table of `field`.
pub(crate) fn table(field: Field) -> &'static str {
    match field {
        Field::Body => "full_body",
        Field::Name => "full_name",
        Field::Doc => "full_doc",
        Field::File => "full_file",
        Field::Path => "full_path",
    }
}

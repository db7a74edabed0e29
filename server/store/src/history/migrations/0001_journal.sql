-- Servers that ever opened this history. A number is never used twice, so that a transaction which a
-- killed server left begun is not taken for one of a living server.
CREATE TABLE servers (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    opened_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE proposals (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL,
    state      TEXT NOT NULL,
    title      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    caller     TEXT NOT NULL,
    action     TEXT NOT NULL,
    body       TEXT NOT NULL
) STRICT;

-- Contents by their hash: an undo and its redo share them, and so do equal files.
CREATE TABLE blobs (
    key   BLOB NOT NULL PRIMARY KEY,
    len   INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE transactions (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    proposal    TEXT NOT NULL REFERENCES proposals (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    root        TEXT NOT NULL,
    server      INTEGER NOT NULL,
    started_ms  INTEGER NOT NULL,
    finished_ms INTEGER,
    state       TEXT NOT NULL
) STRICT;

CREATE INDEX transactions_by_root ON transactions (root);
CREATE INDEX transactions_by_proposal ON transactions (proposal);

CREATE TABLE transaction_files (
    tx          TEXT NOT NULL REFERENCES transactions (id) ON DELETE CASCADE,
    nth         INTEGER NOT NULL,
    root_nth    INTEGER NOT NULL,
    path_before TEXT,
    path_after  TEXT,
    pre         BLOB,
    post        BLOB,
    is_secret   INTEGER NOT NULL,
    standing    TEXT NOT NULL,
    PRIMARY KEY (tx, nth)
) STRICT;

CREATE INDEX transaction_files_by_pre ON transaction_files (pre);
CREATE INDEX transaction_files_by_post ON transaction_files (post);

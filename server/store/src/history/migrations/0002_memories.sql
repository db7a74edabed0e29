-- What somebody wanted to be remembered. Nothing is changed but its end and its use; what is
-- forgotten is deleted.
CREATE TABLE memories (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE,
    kind          TEXT NOT NULL,
    text          TEXT NOT NULL,
    author        TEXT NOT NULL,
    recorded_ms   INTEGER NOT NULL,
    valid_from_ms INTEGER NOT NULL,
    valid_to_ms   INTEGER,
    expires_ms    INTEGER,
    replaces      TEXT
) STRICT;

CREATE TABLE memory_anchors (
    memory TEXT NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
    nth    INTEGER NOT NULL,
    path   TEXT NOT NULL,
    symbol TEXT NOT NULL,
    hash   BLOB NOT NULL,
    PRIMARY KEY (memory, nth)
) STRICT;

CREATE INDEX memory_anchors_by_path ON memory_anchors (path);

-- What happened lately: edits, questions, places. Bounded by whoever writes.
CREATE TABLE recent (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    kind   TEXT NOT NULL,
    at_ms  INTEGER NOT NULL,
    path   TEXT NOT NULL,
    symbol TEXT NOT NULL,
    text   TEXT NOT NULL
) STRICT;

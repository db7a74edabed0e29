-- Experiments with the server's own settings: what was tried, on what, and what came of it.
CREATE TABLE experiments (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,
    at_ms    INTEGER NOT NULL,
    outcome  TEXT NOT NULL,
    proposal TEXT,
    body     TEXT NOT NULL
) STRICT;

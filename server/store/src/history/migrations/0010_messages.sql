-- What agents said to each other, each message in its envelope.
CREATE TABLE messages (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    root       TEXT NOT NULL,
    from_agent TEXT NOT NULL,
    to_agent   TEXT NOT NULL,
    at_ms      INTEGER NOT NULL,
    message    TEXT NOT NULL,
    context    TEXT NOT NULL,
    run        TEXT NOT NULL,
    hops       INTEGER NOT NULL,
    answer     TEXT NOT NULL
) STRICT;

CREATE INDEX messages_by_root ON messages (root, seq);
CREATE INDEX messages_by_run ON messages (run);

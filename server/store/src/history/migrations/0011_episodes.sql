-- What was done with the server, for what it can learn from: bounded, and never sent anywhere.
CREATE TABLE episodes (
    seq     INTEGER PRIMARY KEY,
    kind    TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,
    client  TEXT NOT NULL,
    what    TEXT NOT NULL,
    outcome TEXT NOT NULL,
    path    TEXT NOT NULL,
    place   INTEGER NOT NULL,
    took_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX episodes_by_kind ON episodes (kind, seq);

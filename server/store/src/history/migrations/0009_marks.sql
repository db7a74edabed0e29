-- When a schedule was last looked at, and which hooks are used up.
CREATE TABLE marks (
    root  TEXT NOT NULL,
    kind  TEXT NOT NULL,
    name  TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (root, kind, name)
) STRICT, WITHOUT ROWID;

-- Runs of workflows. A run and all its steps are written before anything is done that they say, so
-- that a run goes on from what is here, whenever its server ended.
CREATE TABLE workflow_runs (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    root       TEXT NOT NULL,
    workflow   TEXT NOT NULL,
    caller     TEXT NOT NULL,
    cause      TEXT NOT NULL,
    parameters TEXT NOT NULL,
    definition TEXT NOT NULL,
    server     INTEGER NOT NULL,
    began_ms   INTEGER NOT NULL,
    ended_ms   INTEGER,
    state      TEXT NOT NULL,
    why        TEXT NOT NULL
) STRICT;

CREATE INDEX workflow_runs_by_root ON workflow_runs (root, seq);

CREATE TABLE workflow_steps (
    run       TEXT NOT NULL REFERENCES workflow_runs (id) ON DELETE CASCADE,
    nth       INTEGER NOT NULL,
    name      TEXT NOT NULL,
    step      TEXT NOT NULL,
    item      TEXT,
    state     TEXT NOT NULL,
    attempts  INTEGER NOT NULL,
    text      TEXT NOT NULL,
    findings  INTEGER NOT NULL,
    proposals TEXT NOT NULL,
    why       TEXT NOT NULL,
    agent_run TEXT,
    PRIMARY KEY (run, nth)
) STRICT, WITHOUT ROWID;

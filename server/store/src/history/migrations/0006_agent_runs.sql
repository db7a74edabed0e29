-- What agents were asked to do, and each step of it. A run is written before its first step and
-- when it ends; one whose server is gone without the end was interrupted.
CREATE TABLE agent_runs (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    root        TEXT NOT NULL,
    agent       TEXT NOT NULL,
    caller      TEXT NOT NULL,
    cause       TEXT NOT NULL,
    request     TEXT NOT NULL,
    definition  TEXT NOT NULL,
    server      INTEGER NOT NULL,
    began_ms    INTEGER NOT NULL,
    ended_ms    INTEGER,
    state       TEXT NOT NULL,
    why         TEXT NOT NULL,
    steps       INTEGER NOT NULL,
    tokens      INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL
) STRICT;

CREATE INDEX agent_runs_by_root ON agent_runs (root, seq);
CREATE INDEX agent_runs_by_state ON agent_runs (state);

CREATE TABLE agent_run_steps (
    run   TEXT NOT NULL REFERENCES agent_runs (id) ON DELETE CASCADE,
    nth   INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    kind  TEXT NOT NULL,
    title TEXT NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (run, nth)
) STRICT, WITHOUT ROWID;

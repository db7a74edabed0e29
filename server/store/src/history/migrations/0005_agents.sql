-- The lives of agents: every transition is a row, and the last of an agent says where it stands. A
-- workspace has its own, even where it shares the history with others.
CREATE TABLE agent_events (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    root       TEXT NOT NULL,
    agent      TEXT NOT NULL,
    at_ms      INTEGER NOT NULL,
    transition TEXT NOT NULL,
    state      TEXT NOT NULL,
    caller     TEXT NOT NULL,
    definition TEXT NOT NULL,
    proposal   TEXT
) STRICT;

CREATE INDEX agent_events_by_agent ON agent_events (root, agent, seq);

-- What checks found, of a proposal or of the workspace as it was.
CREATE TABLE verdicts (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    proposal TEXT,
    at_ms    INTEGER NOT NULL,
    outcome  TEXT NOT NULL,
    body     TEXT NOT NULL
) STRICT;

CREATE INDEX verdicts_by_proposal ON verdicts (proposal);

-- A verdict goes with its proposal.
CREATE TRIGGER verdicts_forgotten AFTER DELETE ON proposals BEGIN
    DELETE FROM verdicts WHERE proposal = OLD.id;
END;

-- Bulk runs: what was planned, and the journal of what was done. The journal is only ever added to.

CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES accounts (key) ON DELETE CASCADE,
    -- `bulk`, or `edit` for a single contact saved from a form.
    kind TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    -- When the last row got its end; NULL while some have none.
    ended_at INTEGER,
    -- The plan's header and, once counted, the tally, as JSON.
    header TEXT NOT NULL,
    tally TEXT,
    -- When the personal data in it was deleted.
    forgotten_at INTEGER
) STRICT;

CREATE INDEX runs_by_account ON runs (account, id);

-- The different patches of a run: mostly one.
CREATE TABLE run_patches (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    patch INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (run, patch)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_rows (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    row INTEGER NOT NULL,
    contact TEXT NOT NULL,
    name TEXT NOT NULL,
    record TEXT,
    -- NULL where nothing is to be sent; then `settled` says why.
    patch INTEGER,
    -- The values that will change, as JSON; NULL where they were not known.
    changes TEXT,
    -- The end that the plan already knew, as JSON.
    settled TEXT,
    PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    row INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- i intent, r released, s settled, o reopened
    kind TEXT NOT NULL,
    -- The entry as JSON.
    entry TEXT NOT NULL
) STRICT;

CREATE INDEX journal_by_row ON journal (run, row, seq);

-- Contacts with an open intent: one writer each, whichever process it is in.
CREATE TABLE run_open (
    account INTEGER NOT NULL REFERENCES accounts (key) ON DELETE CASCADE,
    contact TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    PRIMARY KEY (account, contact)
) STRICT, WITHOUT ROWID;

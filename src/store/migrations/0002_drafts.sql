-- Half-typed forms, what a provider says about attributes and tags, and remembered settings.

CREATE TABLE drafts (
    account INTEGER NOT NULL REFERENCES accounts (key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

-- kind: 'definitions' or 'tags'.
CREATE TABLE vocabulary (
    account INTEGER NOT NULL REFERENCES accounts (key) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (account, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    account INTEGER NOT NULL REFERENCES accounts (key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;

-- Contacts of local accounts (the only copy) and of providers (a mirror), in one table.

CREATE TABLE accounts (
    key INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- How many rows of contacts belong to it; kept by every write.
    contacts INTEGER NOT NULL DEFAULT 0,
    -- The next id of a local contact.
    next_id INTEGER NOT NULL DEFAULT 1,
    -- Counts writes to contacts; a changed row carries the number of its last write.
    revision INTEGER NOT NULL DEFAULT 0,
    -- Counts writes that deleted contacts.
    dropped INTEGER NOT NULL DEFAULT 0,
    -- The newest walk through the provider's list, and when one last reached its end (ms).
    generation INTEGER NOT NULL DEFAULT 0,
    complete_at INTEGER
) STRICT;

-- Narrow, so that reading every line does not read every document.
CREATE TABLE contacts (
    row INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (key) ON DELETE CASCADE,
    -- The id in a form whose text order is number order: 481 is '03481', others are '~' and the id.
    id_key TEXT NOT NULL,
    -- The folded name; NULL where there is none, which sorts last.
    name_key TEXT CHECK (name_key <> ''),
    -- When the provider last changed it (ms).
    updated_at INTEGER,
    revision INTEGER NOT NULL,
    -- The walk that last met it.
    generation INTEGER NOT NULL,
    -- What filters search.
    line TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX contacts_by_id ON contacts (account, id_key);
CREATE INDEX contacts_by_name ON contacts (account, name_key, id_key);
CREATE INDEX contacts_by_update ON contacts (account, updated_at, id_key);
CREATE INDEX contacts_by_revision ON contacts (account, revision);

-- Each contact whole, as JSON.
CREATE TABLE documents (
    row INTEGER PRIMARY KEY REFERENCES contacts (row) ON DELETE CASCADE,
    document TEXT NOT NULL
) STRICT;

-- Contacts of accounts whose provider lists nothing: known by their ids alone, in the order of adding. The
-- person's own, like drafts: nothing at the provider brings them back.

CREATE TABLE roster (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES accounts (key) ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    -- What the identity hash of this contact is of, where it was given.
    identifier TEXT CHECK (identifier <> ''),
    added_at INTEGER NOT NULL,
    -- How it came: typed, a file, an account.
    origin TEXT NOT NULL,
    UNIQUE (account, source_id)
) STRICT;

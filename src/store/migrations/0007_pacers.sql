-- The processes that send requests for an account at present: they share its limit. A row is written anew every
-- few seconds while its process sends, and counts for some seconds more; what is older is a process that has ended.

CREATE TABLE pacers (
    account INTEGER NOT NULL REFERENCES accounts (key) ON DELETE CASCADE,
    process TEXT NOT NULL,
    -- Milliseconds since 1970.
    seen_at INTEGER NOT NULL,
    -- Until when the provider told this one to wait.
    held_until INTEGER,
    PRIMARY KEY (account, process)
) STRICT, WITHOUT ROWID;

-- An account is its name and the place of its contacts: '' for this store, else the provider, its server and
-- the account there. Of older rows the documents tell the provider; its next opening adds the rest.

CREATE TABLE accounts_by_place (
    key INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    place TEXT NOT NULL DEFAULT '',
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
    complete_at INTEGER,
    UNIQUE (name, place)
) STRICT;

INSERT INTO accounts_by_place
    SELECT key, name,
        CASE WHEN next_id > 1 THEN ''
            ELSE coalesce(nullif(coalesce(
                (SELECT json_extract(document, '$.provider') FROM contacts JOIN documents USING (row)
                    WHERE account = accounts.key LIMIT 1),
                (SELECT json_extract(document, '$.base.provider') FROM drafts
                    WHERE account = accounts.key LIMIT 1)), 'local'), '')
        END,
        contacts, next_id, revision, dropped, generation, complete_at
    FROM accounts;

DROP TABLE accounts;
ALTER TABLE accounts_by_place RENAME TO accounts;

-- The revision of the account at which a contact was last read by itself, after which a list that was asked
-- for before tells nothing new of it.
ALTER TABLE contacts ADD COLUMN read_at INTEGER NOT NULL DEFAULT 0;

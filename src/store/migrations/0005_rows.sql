-- A row number is never given to another contact, not even after the one that had the highest is deleted:
-- marks on screen name contacts by it.
CREATE TABLE row_numbers (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    -- No contact gets this number or a lower one any more.
    used INTEGER NOT NULL
) STRICT;

INSERT INTO row_numbers (only, used) SELECT 1, coalesce(max(row), 0) FROM contacts;

CREATE TRIGGER contacts_deleted AFTER DELETE ON contacts BEGIN
    UPDATE row_numbers SET used = OLD.row WHERE used < OLD.row;
END;

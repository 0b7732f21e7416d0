//! SQL rows to domain values and back: the only file that knows how a contact is laid out in columns.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::de::DeserializeOwned;

use super::error::Fault;
use super::index::segment;
use super::place::AccountKey;
use crate::domain::{Contact, ContactId, SortKey, fold};

/// The key of an account, where it has one yet.
pub(super) fn account_key(conn: &Connection, account: &AccountKey) -> Result<Option<i64>, Fault> {
    let mut statement =
        conn.prepare_cached("SELECT key FROM accounts WHERE name = ?1 AND place = ?2")?;
    Ok(statement
        .query_row(account.columns(), |r| r.get(0))
        .optional()?)
}

/// The key of an account, which is created where it is missing.
pub(super) fn ensure_account(conn: &Connection, account: &AccountKey) -> Result<i64, Fault> {
    if let Some(key) = account_key(conn, account)? {
        return Ok(key);
    }
    let sql = "INSERT INTO accounts (name, place) VALUES (?1, ?2)";
    conn.execute(sql, account.columns())?;
    Ok(conn.last_insert_rowid())
}

/// Starts a write to an account's contacts; gives its revision.
pub(super) fn next_revision(conn: &Connection, account: i64) -> Result<i64, Fault> {
    let sql = "UPDATE accounts SET revision = revision + 1 WHERE key = ?1 RETURNING revision";
    Ok(conn
        .prepare_cached(sql)?
        .query_row([account], |r| r.get(0))?)
}

/// Changes the kept number of contacts.
pub(super) fn count_more(conn: &Connection, account: i64, more: i64) -> Result<(), Fault> {
    let sql = "UPDATE accounts SET contacts = contacts + ?2 WHERE key = ?1";
    conn.prepare_cached(sql)?.execute([account, more])?;
    Ok(())
}

/// The id so that text order is number order; two ids never share a key.
pub(super) fn id_key(id: &str) -> String {
    let number = !id.is_empty() && id.len() < 100 && id.bytes().all(|b| b.is_ascii_digit());
    if number {
        format!("{:02}{id}", id.len())
    } else {
        format!("~{id}")
    }
}

/// The id of a key made by [`id_key`].
pub(super) fn id_of_key(key: &str) -> ContactId {
    let id = key.strip_prefix('~').or_else(|| key.get(2..));
    ContactId::new(id.unwrap_or(key))
}

/// A contact's row and document text.
pub(super) fn find(
    conn: &Connection,
    account: i64,
    id: &ContactId,
) -> Result<Option<(i64, String)>, Fault> {
    let sql = "SELECT c.row, d.document FROM contacts c JOIN documents d ON d.row = c.row \
               WHERE c.account = ?1 AND c.id_key = ?2";
    let mut statement = conn.prepare_cached(sql)?;
    let found = statement.query_row(params![account, id_key(id.as_str())], |r| {
        Ok((r.get(0)?, r.get(1)?))
    });
    Ok(found.optional()?)
}

/// The contact at a row; `None` where there is no such row any more.
pub(super) fn read(conn: &Connection, row: i64) -> Result<Option<Contact>, Fault> {
    let mut statement = conn.prepare_cached("SELECT document FROM documents WHERE row = ?1")?;
    let text = statement.query_row([row], |r| r.get::<_, String>(0));
    text.optional()?
        .map(|t| decode("a contact", &t))
        .transpose()
}

/// The JSON under which a contact is stored.
pub(super) fn encode<T: serde::Serialize>(what: &str, value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|e| Fault::Value(what.to_string(), e.to_string()))
}

/// Reads stored JSON.
pub(super) fn decode<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|e| Fault::Value(what.to_string(), e.to_string()))
}

/// Adds a contact that is not there yet; gives its row, a number that no contact had before.
pub(super) fn insert(
    conn: &Connection,
    account: i64,
    contact: &Contact,
    revision: i64,
    generation: i64,
) -> Result<i64, Fault> {
    let line = fold::line(contact);
    let sql = "INSERT INTO contacts \
               (row, account, id_key, name_key, updated_at, revision, generation, line) \
               SELECT 1 + max(used, coalesce((SELECT max(row) FROM contacts), 0)), \
               ?1, ?2, ?3, ?4, ?5, ?6, ?7 FROM row_numbers";
    conn.prepare_cached(sql)?.execute(params![
        account,
        id_key(contact.id.as_str()),
        name_key(&line),
        millis(contact.updated_at),
        revision,
        generation,
        line,
    ])?;
    let row = conn.last_insert_rowid();
    let sql = "INSERT INTO documents (row, document) VALUES (?1, ?2)";
    conn.prepare_cached(sql)?
        .execute(params![row, encode("a contact", contact)?])?;
    Ok(row)
}

/// The account's revision at which a contact was last read by itself; 0: never.
pub(super) fn read_at(conn: &Connection, row: i64) -> Result<i64, Fault> {
    let mut statement = conn.prepare_cached("SELECT read_at FROM contacts WHERE row = ?1")?;
    Ok(statement.query_row([row], |r| r.get(0))?)
}

/// Notes that a contact was read by itself.
pub(super) fn was_read(conn: &Connection, row: i64, revision: i64) -> Result<(), Fault> {
    let sql = "UPDATE contacts SET read_at = ?2 WHERE row = ?1";
    conn.prepare_cached(sql)?.execute([row, revision])?;
    Ok(())
}

/// Writes a contact over its row; `document` is its encoded form.
pub(super) fn replace(
    conn: &Connection,
    row: i64,
    contact: &Contact,
    document: &str,
    revision: i64,
    generation: Option<i64>,
) -> Result<(), Fault> {
    let line = fold::line(contact);
    let sql = "UPDATE contacts SET name_key = ?2, updated_at = ?3, revision = ?4, \
               generation = max(generation, coalesce(?5, generation)), line = ?6 WHERE row = ?1";
    conn.prepare_cached(sql)?.execute(params![
        row,
        name_key(&line),
        millis(contact.updated_at),
        revision,
        generation,
        line,
    ])?;
    let sql = "UPDATE documents SET document = ?2 WHERE row = ?1";
    conn.prepare_cached(sql)?.execute(params![row, document])?;
    Ok(())
}

/// A time as it is stored: milliseconds since 1970.
pub(super) fn millis(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::as_millisecond)
}

/// A stored time.
pub(super) fn time(millis: i64) -> Result<Timestamp, Fault> {
    Timestamp::from_millisecond(millis).map_err(|e| Fault::Value("a time".into(), e.to_string()))
}

fn name_key(line: &str) -> Option<&str> {
    Some(segment(line, SortKey::Name)).filter(|n| !n.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_keys_sort_numbers_as_numbers_and_read_back() {
        let ids = [
            "7",
            "9",
            "10",
            "481",
            "007abc",
            "64b0c0ffee0123456789abcd",
            "a",
        ];
        let keys: Vec<String> = ids.iter().map(|id| id_key(id)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
        let back: Vec<ContactId> = keys.iter().map(|k| id_of_key(k)).collect();
        assert_eq!(back, ids.map(ContactId::new));
    }
}

//! Contacts in order straight from SQL's indexes: windows before the list is filled, and everything, bit
//! by bit, for headless commands.

use std::ops::Range;

use rusqlite::{Connection, params};

use super::error::{Fault, StoreError};
use super::index::Index;
use super::place::AccountKey;
use super::thread::Owner;
use super::{Reply, Store, row};
use crate::domain::filter::Filter;
use crate::domain::{AccountName, Contact, ContactId, Order, SortKey};

/// Contacts read per request of a [`Listing`].
const CHUNK: usize = 200;

impl Store {
    /// The contacts that match, in order, at most `limit`: the set is fixed now, contacts are read as the
    /// listing is walked.
    pub fn list(
        &self,
        account: &AccountName,
        filter: &Filter,
        order: Order,
        limit: Option<usize>,
    ) -> Reply<Listing> {
        let (store, account, filter) = (self.clone(), self.key_of(account), filter.clone());
        self.ask(move |owner| {
            let rows = owner.matching(&account, &filter, order, limit)?;
            Ok(Listing {
                store,
                rows,
                at: 0,
                ahead: None,
                read: Vec::new().into_iter(),
            })
        })
    }

    /// The ids of all contacts that match, in order.
    pub fn ids(
        &self,
        account: &AccountName,
        filter: &Filter,
        order: Order,
    ) -> Reply<Vec<ContactId>> {
        let (account, filter) = (self.key_of(account), filter.clone());
        self.ask(move |owner| {
            let rows = owner.matching(&account, &filter, order, None)?;
            owner.read("reading contacts", |tx, _| {
                let mut statement =
                    tx.prepare_cached("SELECT id_key FROM contacts WHERE row = ?1")?;
                let mut ids = Vec::with_capacity(rows.len());
                for row in rows {
                    let mut found = statement.query([row])?;
                    if let Some(r) = found.next()? {
                        let key = r.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
                        ids.push(row::id_of_key(key));
                    }
                }
                Ok(ids)
            })
        })
    }
}

/// Contacts of one question, read a few hundred at a time. As an iterator it blocks and is not for
/// async code, where [`next_chunk`](Self::next_chunk) is.
#[derive(Debug)]
pub struct Listing {
    store: Store,
    rows: Vec<u32>,
    at: usize,
    /// The next contacts are read while those before are printed.
    ahead: Option<Reply<Vec<Contact>>>,
    read: std::vec::IntoIter<Contact>,
}

impl Listing {
    /// How many contacts matched when the question was asked.
    pub fn matched(&self) -> usize {
        self.rows.len()
    }

    /// The next few hundred contacts; `None` at the end. Contacts deleted meanwhile are left out.
    pub fn next_chunk(&mut self) -> Option<Reply<Vec<Contact>>> {
        let next = self.ahead.take().or_else(|| self.ask_chunk())?;
        self.ahead = self.ask_chunk();
        Some(next)
    }

    fn ask_chunk(&mut self) -> Option<Reply<Vec<Contact>>> {
        let rest = self.rows.get(self.at..).unwrap_or_default();
        let rows: Vec<u32> = rest.iter().copied().take(CHUNK).collect();
        if rows.is_empty() {
            return None;
        }
        self.at += rows.len();
        Some(self.store.ask(move |owner| {
            owner.read("reading contacts", |tx, _| {
                let mut contacts = Vec::with_capacity(rows.len());
                for row in rows {
                    contacts.extend(row::read(tx, row.into())?);
                }
                Ok(contacts)
            })
        }))
    }
}

impl Iterator for Listing {
    type Item = Result<Contact, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(contact) = self.read.next() {
                return Some(Ok(contact));
            }
            match self.next_chunk()?.wait() {
                Ok(contacts) => self.read = contacts.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl Owner {
    /// The rows that match, in order.
    fn matching(
        &mut self,
        account: &AccountKey,
        filter: &Filter,
        order: Order,
        limit: Option<usize>,
    ) -> Result<Vec<u32>, StoreError> {
        self.read("reading contacts", |tx, _| {
            let Some(key) = row::account_key(tx, account)? else {
                return Ok(Vec::new());
            };
            let limit = limit.unwrap_or(usize::MAX);
            if filter.is_empty() && has_index(order.key) {
                let mut rows = Vec::new();
                for part in parts(order, false) {
                    walk(tx, key, &part, 0, limit - rows.len(), &mut rows)?;
                }
                return Ok(rows);
            }
            let mut index = matching_index(tx, key, filter)?;
            index.select(&Filter::default(), order);
            Ok(index.rows(0..limit))
        })
    }
}

/// A list of the matching contacts only.
fn matching_index(conn: &Connection, key: i64, filter: &Filter) -> Result<Index, Fault> {
    let mut index = Index::with_room(0);
    let sql =
        "SELECT row, line, updated_at FROM contacts NOT INDEXED WHERE account = ?1 ORDER BY row";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([key])?;
    while let Some(r) = rows.next()? {
        let line = r.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        if filter.matches(line) && !index.push(r.get(0)?, line, r.get(2)?) {
            return Err(Fault::Value(
                "the list".into(),
                "more than 4 GB of searchable text; ask for less".into(),
            ));
        }
    }
    Ok(index)
}

/// Whether SQL has an index for a key.
pub(super) fn has_index(key: SortKey) -> bool {
    matches!(key, SortKey::Name | SortKey::Updated | SortKey::Id)
}

/// The parts of an unfiltered list one after another, each walked along an index: contacts with the key,
/// then those without. `backwards`: the same list from its end.
fn parts(order: Order, backwards: bool) -> Vec<String> {
    let down = if order.descending != backwards {
        " DESC"
    } else {
        ""
    };
    let column = match order.key {
        SortKey::Name => "name_key",
        SortKey::Updated => "updated_at",
        _ => {
            return vec![format!(
                "FROM contacts WHERE account = ?1 ORDER BY id_key{down}"
            )];
        }
    };
    let blank_down = if backwards { " DESC" } else { "" };
    let mut parts = vec![
        format!(
            "FROM contacts WHERE account = ?1 AND {column} IS NOT NULL \
             ORDER BY {column}{down}, id_key{down}"
        ),
        format!(
            "FROM contacts WHERE account = ?1 AND {column} IS NULL ORDER BY id_key{blank_down}"
        ),
    ];
    if backwards {
        parts.reverse();
    }
    parts
}

/// Walks a part; skips some, takes some; gives how many are left to skip.
fn walk(
    conn: &Connection,
    key: i64,
    part: &str,
    mut skip: usize,
    take: usize,
    rows: &mut Vec<u32>,
) -> Result<usize, Fault> {
    if take == 0 {
        return Ok(skip);
    }
    let enough = rows.len().saturating_add(take);
    let mut statement = conn.prepare_cached(&format!("SELECT row {part}"))?;
    let mut found = statement.query([key])?;
    while rows.len() < enough
        && let Some(r) = found.next()?
    {
        if skip > 0 {
            skip -= 1;
        } else {
            rows.push(r.get(0)?);
        }
    }
    Ok(skip)
}

/// The rows of a window of the unfiltered list, walked to from the nearer end.
pub(super) fn window(
    conn: &Connection,
    key: i64,
    order: Order,
    window: Range<usize>,
    total: usize,
) -> Result<Vec<u32>, Fault> {
    let behind = total.saturating_sub(window.end);
    let backwards = behind < window.start;
    let mut skip = if backwards { behind } else { window.start };
    let mut rows = Vec::with_capacity(window.len());
    for part in parts(order, backwards) {
        let missing = window.len() - rows.len();
        skip = walk(conn, key, &part, skip, missing, &mut rows)?;
    }
    if backwards {
        rows.reverse();
    }
    Ok(rows)
}

/// Where a contact stands in the unfiltered list: counts those before it along an index.
pub(super) fn position(
    conn: &Connection,
    key: i64,
    order: Order,
    id: &ContactId,
) -> Result<Option<usize>, Fault> {
    position_of_key(conn, key, order, &row::id_key(id.as_str()))
}

/// The same of a row.
pub(super) fn position_of_row(
    conn: &Connection,
    key: i64,
    order: Order,
    row: u32,
) -> Result<Option<usize>, Fault> {
    let mut statement =
        conn.prepare_cached("SELECT id_key FROM contacts WHERE row = ?1 AND account = ?2")?;
    let mut found = statement.query(params![row, key])?;
    match found.next()? {
        Some(r) => position_of_key(conn, key, order, &r.get::<_, String>(0)?),
        None => Ok(None),
    }
}

fn position_of_key(
    conn: &Connection,
    key: i64,
    order: Order,
    id_key: &str,
) -> Result<Option<usize>, Fault> {
    let column = match order.key {
        SortKey::Name => "name_key",
        SortKey::Updated => "updated_at",
        _ => "NULL",
    };
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {column} IS NULL, {column} FROM contacts WHERE account = ?1 AND id_key = ?2"
    ))?;
    let mut found = statement.query(params![key, id_key])?;
    let Some(r) = found.next()? else {
        return Ok(None);
    };
    let blank: bool = r.get(0)?;
    let value: rusqlite::types::Value = r.get(1)?;
    let before = if order.descending { ">" } else { "<" };
    let count = |condition: &str| -> Result<usize, Fault> {
        let sql = format!("SELECT count(*) FROM contacts WHERE account = ?1 AND {condition}");
        let all = params![key, id_key, value];
        let mut statement = conn.prepare_cached(&sql)?;
        let used = all.get(..statement.parameter_count()).unwrap_or(all);
        let n: i64 = statement.query_row(used, |r| r.get(0))?;
        Ok(usize::try_from(n).unwrap_or_default())
    };
    let place = match (order.key, blank) {
        (SortKey::Id, _) => count(&format!("id_key {before} ?2"))?,
        (_, true) => {
            count(&format!("{column} IS NOT NULL"))?
                + count(&format!("{column} IS NULL AND id_key < ?2"))?
        }
        (_, false) => count(&format!("({column}, id_key) {before} (?3, ?2)"))?,
    };
    Ok(Some(place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema;

    #[test]
    fn every_part_is_walked_along_an_index_alone() {
        let conn = schema::open_in_memory().unwrap();
        for key in SortKey::ALL.into_iter().filter(|k| has_index(*k)) {
            for (descending, backwards) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                for part in parts(Order { key, descending }, backwards) {
                    let sql = format!("EXPLAIN QUERY PLAN SELECT row {part}");
                    let mut statement = conn.prepare(&sql).unwrap();
                    let steps = statement.query_map([1], |r| r.get::<_, String>(3)).unwrap();
                    let steps: Vec<String> = steps.map(Result::unwrap).collect();
                    assert!(steps.len() == 1, "{part}: {steps:?}");
                    assert!(
                        steps[0].contains("USING COVERING INDEX"),
                        "{part}: {steps:?}"
                    );
                }
            }
        }
    }
}

//! The roster: the contacts of an account whose provider has no list, by their ids. Kept whether or not a mirror
//! is wanted, since nothing could bring it back. What the contacts are like is in the mirror.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::error::Fault;
use super::{Reply, Store, row};
use crate::domain::{AccountName, ContactId};

/// One contact of a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    /// Its id at the provider.
    pub source_id: ContactId,
    /// The identifier that its identity hash is of, where one was given.
    pub identifier: Option<String>,
    /// When it was first added.
    pub added_at: Timestamp,
    /// How it came, in a few words: `typed`, `file people.csv`, `account support`.
    pub origin: String,
}

/// What adding did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RosterAdded {
    /// Contacts that were not in the roster.
    pub added: usize,
    /// Contacts that were; those among them whose identifier is another one now count as well.
    pub known: usize,
    /// Known contacts whose identifier was added or replaced.
    pub identified: usize,
}

/// A part of a roster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RosterPage {
    /// The contacts, in the order of adding.
    pub entries: Vec<RosterEntry>,
    /// Contacts in all.
    pub total: u64,
    /// Where the next part starts; `None` at the end.
    pub next: Option<i64>,
}

/// A roster of the same account name in another place of the same provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterElsewhere {
    /// The server, and behind a blank which part of it, as [`Place`](super::Place) was given them.
    pub server: String,
    /// Contacts in it.
    pub contacts: u64,
}

const COLUMNS: &str = "position, source_id, identifier, added_at, origin";

impl Store {
    /// The whole roster of an account, in the order of adding.
    pub fn roster(&self, account: &AccountName) -> Reply<Vec<RosterEntry>> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("reading the roster", |tx, _| {
                let key = row::account_key(tx, &account)?;
                Ok(part(tx, key, 0, i64::MAX)?
                    .into_iter()
                    .map(|(_, e)| e)
                    .collect())
            })
        })
    }

    /// At most `limit` contacts of it from `after` on, which came with the part before.
    pub fn roster_page(
        &self,
        account: &AccountName,
        after: Option<i64>,
        limit: usize,
    ) -> Reply<RosterPage> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("reading the roster", |tx, _| {
                let key = row::account_key(tx, &account)?;
                let most = i64::try_from(limit).unwrap_or(i64::MAX);
                let mut found = part(tx, key, after.unwrap_or(0), most.saturating_add(1))?;
                let more = found.len() > limit;
                found.truncate(limit);
                let last = found.last().map(|(position, _)| *position);
                let sql = "SELECT count(*) FROM roster WHERE account = ?1";
                let total: i64 = tx.query_row(sql, [key], |r| r.get(0))?;
                Ok(RosterPage {
                    entries: found.into_iter().map(|(_, e)| e).collect(),
                    total: u64::try_from(total).unwrap_or_default(),
                    next: last.filter(|_| more),
                })
            })
        })
    }

    /// One contact of the roster.
    pub fn roster_entry(
        &self,
        account: &AccountName,
        id: &ContactId,
    ) -> Reply<Option<RosterEntry>> {
        let (account, id) = (self.key_of(account), id.clone());
        self.ask(move |owner| {
            owner.read("reading the roster", |tx, _| {
                let key = row::account_key(tx, &account)?;
                let sql =
                    format!("SELECT {COLUMNS} FROM roster WHERE account = ?1 AND source_id = ?2");
                let mut statement = tx.prepare_cached(&sql)?;
                let found = statement.query_row(params![key, id.as_str()], columns);
                let found = found.optional()?;
                Ok(found.map(entry).transpose()?.map(|(_, e)| e))
            })
        })
    }

    /// The rosters that accounts of this name have in other places of this provider: those of former settings.
    pub fn rosters_elsewhere(&self, account: &AccountName) -> Reply<Vec<RosterElsewhere>> {
        let account = self.key_of(account);
        let provider = self.provider_of_place();
        self.ask(move |owner| {
            let Some(provider) = provider else {
                return Ok(Vec::new());
            };
            owner.read("reading the roster", |tx, _| {
                let [name, place] = account.columns();
                let prefix = format!("{provider} ");
                let sql = "SELECT a.place, count(*) FROM roster r JOIN accounts a ON a.key = r.account \
                           WHERE a.name = ?1 AND a.place <> ?2 AND substr(a.place, 1, length(?3)) = ?3 \
                           GROUP BY a.place ORDER BY a.place";
                let mut statement = tx.prepare_cached(sql)?;
                let rows = statement.query_map(params![name, place, prefix], |r| {
                    let (place, contacts): (String, i64) = (r.get(0)?, r.get(1)?);
                    Ok(RosterElsewhere {
                        server: place.strip_prefix(&prefix).unwrap_or(&place).to_string(),
                        contacts: u64::try_from(contacts).unwrap_or_default(),
                    })
                })?;
                Ok(rows.collect::<Result<Vec<_>, _>>()?)
            })
        })
    }

    /// Adds contacts, all or none. One that is known keeps its place, its time and its origin, and takes an
    /// identifier that comes with it.
    pub fn roster_add(
        &self,
        account: &AccountName,
        entries: Vec<RosterEntry>,
    ) -> Reply<RosterAdded> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.write_durably("adding to the roster", |tx| {
                let key = row::ensure_account(tx, &account)?;
                let mut done = RosterAdded::default();
                let insert = "INSERT INTO roster (account, source_id, identifier, added_at, origin) \
                              VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
                let identify = "UPDATE roster SET identifier = ?3 \
                                WHERE account = ?1 AND source_id = ?2 AND identifier IS NOT ?3";
                for entry in &entries {
                    let id = entry.source_id.as_str();
                    let identifier = entry.identifier.as_deref().filter(|i| !i.is_empty());
                    let at = row::millis(Some(entry.added_at));
                    let new = tx
                        .prepare_cached(insert)?
                        .execute(params![key, id, identifier, at, entry.origin])?;
                    done.added += new;
                    done.known += 1 - new.min(1);
                    if new == 0 && identifier.is_some() {
                        let mut statement = tx.prepare_cached(identify)?;
                        done.identified += statement.execute(params![key, id, identifier])?;
                    }
                }
                Ok(done)
            })
        })
    }

    /// Takes a contact out of the roster; whether it was in it.
    pub fn roster_remove(&self, account: &AccountName, id: &ContactId) -> Reply<bool> {
        let (account, id) = (self.key_of(account), id.clone());
        self.ask(move |owner| {
            owner.write_durably("taking a contact out of the roster", |tx| {
                let key = row::account_key(tx, &account)?;
                let sql = "DELETE FROM roster WHERE account = ?1 AND source_id = ?2";
                Ok(tx.execute(sql, params![key, id.as_str()])? > 0)
            })
        })
    }
}

type Columns = (i64, String, Option<String>, i64, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
    ))
}

fn entry(columns: Columns) -> Result<(i64, RosterEntry), Fault> {
    let (position, source_id, identifier, added_at, origin) = columns;
    let entry = RosterEntry {
        source_id: ContactId::new(source_id),
        identifier,
        added_at: row::time(added_at)?,
        origin,
    };
    Ok((position, entry))
}

/// At most so many contacts behind a position.
fn part(
    tx: &Transaction<'_>,
    key: Option<i64>,
    after: i64,
    most: i64,
) -> Result<Vec<(i64, RosterEntry)>, Fault> {
    let sql = format!(
        "SELECT {COLUMNS} FROM roster WHERE account = ?1 AND position > ?2 ORDER BY position LIMIT ?3"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map(params![key, after, most], columns)?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(entry).collect()
}

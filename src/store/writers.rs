//! One writer a contact, whichever process it is in: who has it open, and who wrote to it since it was read. What a
//! run has open stays open when its process ends; whether it is driven, `lock` tells.
//!
//! A contact is read, then its intent is written down, then it is written to. Who comes between the reading and the
//! intent would be written over: the intent is refused then, and the contact has to be read again.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::error::Fault;
use super::{Reply, Store, row};
use crate::domain::{AccountName, ContactId};
use crate::engine::journal::RunId;

/// How far the journal of all runs was written at a moment; by default, when nothing was.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(i64);

/// For each row that is to be written, a mark from before its contact was read.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Marks {
    rows: HashMap<u32, Mark>,
    rest: Mark,
}

impl Marks {
    /// A row's own.
    pub(super) fn of(&self, row: u32) -> Mark {
        self.rows.get(&row).copied().unwrap_or(self.rest)
    }
}

impl From<Mark> for Marks {
    /// One for all rows.
    fn from(rest: Mark) -> Self {
        let rows = HashMap::new();
        Self { rows, rest }
    }
}

impl FromIterator<(u32, Mark)> for Marks {
    fn from_iter<I: IntoIterator<Item = (u32, Mark)>>(rows: I) -> Self {
        Self {
            rows: rows.into_iter().collect(),
            rest: Mark::default(),
        }
    }
}

/// An intent that was not written, since another run is at the contact, or was there since it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// That run.
    pub by: RunId,
    /// Whether it still is; else the contact only has to be read again.
    pub still: bool,
}

/// Contacts that runs wrote about, the last of those that did, and how far the journal was written then.
pub(super) type Touched = HashMap<ContactId, (RunId, Mark)>;

impl Store {
    /// How far the journal is written now: to be asked for before a contact is read that is to be written.
    pub fn journal_mark(&self) -> Reply<Mark> {
        self.ask(move |owner| owner.read("reading the journal", |tx, _| mark(tx)))
    }

    /// The run that has a contact open.
    pub fn holder(&self, account: &AccountName, contact: &ContactId) -> Reply<Option<RunId>> {
        let (account, contact) = (self.key_of(account), contact.clone());
        self.ask(move |owner| {
            owner.read("reading the journal", |tx, _| {
                match row::account_key(tx, &account)? {
                    Some(key) => holder(tx, key, &contact),
                    None => Ok(None),
                }
            })
        })
    }
}

/// How far the journal is written.
pub(super) fn mark(tx: &Connection) -> Result<Mark, Fault> {
    let sql = "SELECT coalesce(max(seq), 0) FROM journal";
    Ok(Mark(tx.prepare_cached(sql)?.query_row([], |r| r.get(0))?))
}

/// The contacts of an account that runs wrote about after a mark; `but`: the run whose own entries do not count.
pub(super) fn touched(
    tx: &Connection,
    account: i64,
    but: Option<RunId>,
    since: Mark,
) -> Result<Touched, Fault> {
    // In this order: few entries are that new, and mostly none of them is another run's.
    let sql = "SELECT w.contact, j.run, j.seq FROM journal j CROSS JOIN runs r ON r.id = j.run \
               CROSS JOIN run_rows w ON w.run = j.run AND w.row = j.row \
               WHERE j.seq > ?1 AND j.run IS NOT ?2 AND r.account = ?3 ORDER BY j.seq";
    let mut statement = tx.prepare_cached(sql)?;
    let found = statement.query_map(params![since.0, but.map(|b| b.0), account], |r| {
        let last = (RunId(r.get(1)?), Mark(r.get(2)?));
        Ok((ContactId::new(r.get::<_, String>(0)?), last))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Who is in the way of writing to a contact that was read after a mark; `own`: the run that may have it open.
pub(super) fn in_the_way(
    tx: &Connection,
    account: i64,
    contact: &ContactId,
    own: Option<RunId>,
    touched: &Touched,
    since: Mark,
) -> Result<Option<Held>, Fault> {
    let open = holder(tx, account, contact)?;
    if let Some(by) = open.filter(|by| Some(*by) != own) {
        return Ok(Some(Held { by, still: true }));
    }
    let last = touched.get(contact).filter(|(_, at)| *at > since);
    Ok(last.map(|(by, _)| Held {
        by: *by,
        still: false,
    }))
}

/// Opens a contact for a run, whichever has it open.
pub(super) fn open(
    tx: &Connection,
    account: i64,
    contact: &ContactId,
    run: RunId,
) -> Result<(), Fault> {
    let sql = "INSERT INTO run_open (account, contact, run) VALUES (?1, ?2, ?3) \
               ON CONFLICT DO UPDATE SET run = excluded.run";
    tx.prepare_cached(sql)?
        .execute(params![account, contact.as_str(), run.0])?;
    Ok(())
}

/// The run that has a contact open.
fn holder(tx: &Connection, account: i64, contact: &ContactId) -> Result<Option<RunId>, Fault> {
    let sql = "SELECT run FROM run_open WHERE account = ?1 AND contact = ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let found = statement.query_row(params![account, contact.as_str()], |r| r.get(0));
    Ok(found.optional()?.map(RunId))
}

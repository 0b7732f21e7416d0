//! Windows of the opened account's list: from memory once it is filled, before that from SQL's indexes.
//!
//! The list follows the database by revision: whatever wrote there, this process or another, each question
//! first takes over the rows that were written since the last.

use std::ops::Range;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::error::{Fault, StoreError};
use super::index::{Entry, Index};
use super::marks::{Tallied, Tally};
use super::place::AccountKey;
use super::row;
use super::thread::{Owner, StoreEvent};
use super::{Reply, Store, listing};
use crate::domain::filter::Filter;
use crate::domain::{AccountName, Contact, ContactId, Marks, Order};

/// Row numbers looked through in one go while filling: a request waits for one go at most, a millisecond.
const STRIDE: i64 = 2_000;

pub(super) const WRITTEN_SINCE: &str = "SELECT row, line, updated_at FROM contacts \
    WHERE account = ?1 AND revision > ?2 AND (?3 OR row <= ?4)";

/// A question about the opened account's list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Which contacts.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// Which positions among the matches; what lies beyond the end is left out.
    pub window: Range<usize>,
    /// A contact whose position is wanted.
    pub follow: Option<ContactId>,
    /// Marked rows: how many of them the view does not show is wanted, and which are gone.
    pub marks: Arc<Marks>,
    /// A row whose position is wanted.
    pub anchor: Option<u32>,
}

/// A window of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Contacts that match.
    pub matched: usize,
    /// Contacts of the account.
    pub total: usize,
    /// Whether every contact was looked at. If not, ask again after [`StoreEvent::Filled`].
    pub complete: bool,
    /// Position of the first row.
    pub start: usize,
    /// The contacts at the window's positions.
    pub rows: Vec<Contact>,
    /// The row number of each of them.
    pub numbers: Vec<u32>,
    /// Where the followed contact stands among the matches.
    pub followed: Option<usize>,
    /// How many marks stand outside of the matches; `None`: not every contact was looked at yet.
    pub hidden: Option<usize>,
    /// The marks whose contacts are gone.
    pub gone: Marks,
    /// Where the wanted row stands among the matches.
    pub anchored: Option<usize>,
}

/// The account whose list is kept in memory.
pub(super) struct Opened {
    pub(super) name: AccountName,
    key: i64,
    pub(super) index: Index,
    /// Rows up to this one are loaded.
    loaded: i64,
    failed: bool,
    /// Whether a window was asked for.
    asked: bool,
    /// What the index knows of the account.
    pub(super) revision: i64,
    pub(super) dropped: i64,
    pub(super) tallied: Option<Tallied>,
}

/// An account's counters.
struct Counters {
    contacts: usize,
    revision: i64,
    dropped: i64,
}

impl Store {
    /// Makes an account's list ready and fills it in the background; gives its number of contacts. The
    /// list of the account before is forgotten.
    pub fn open_view(&self, account: &AccountName) -> Reply<usize> {
        let account = self.key_of(account);
        self.ask(move |owner| owner.open_view(&account))
    }

    /// A window of the opened list. Until the list is filled, an unfiltered question by name, update or id is
    /// answered from the database; others speak of what is loaded so far, with `complete` false.
    pub fn view(&self, query: Query) -> Reply<View> {
        self.ask(move |owner| owner.view(&query))
    }

    /// The same; `then` is called with the answer on the store's thread and must not block.
    pub fn view_then(
        &self,
        query: Query,
        then: impl FnOnce(Result<View, StoreError>) + Send + 'static,
    ) {
        self.ask_then(move |owner| owner.view(&query), then);
    }
}

impl Opened {
    /// Whether there is more to load.
    pub(super) fn is_filling(&self) -> bool {
        !self.index.is_complete() && !self.failed
    }

    /// Whether it was just opened: the first question is about to come.
    pub(super) fn is_fresh(&self) -> bool {
        self.is_filling() && self.loaded == 0 && !self.asked
    }

    /// Starts to fill from nothing.
    fn restart(&mut self, counters: &Counters) {
        self.index = Index::with_room(counters.contacts);
        self.loaded = 0;
        self.failed = false;
        self.revision = counters.revision;
        self.dropped = counters.dropped;
    }

    /// Takes over what was written since the last time; gives the number of contacts.
    pub(super) fn follow(&mut self, conn: &Connection) -> Result<usize, Fault> {
        let now = counters(conn, self.key)?;
        if now.dropped != self.dropped {
            // Rows that another process deleted leave no trace.
            self.restart(&now);
        } else if now.revision != self.revision {
            let mut statement = conn.prepare_cached(WRITTEN_SINCE)?;
            let complete = self.index.is_complete();
            let bounds = params![self.key, self.revision, complete, self.loaded];
            let entries = statement.query_map(bounds, |r| {
                Ok(Entry {
                    row: r.get(0)?,
                    line: r.get(1)?,
                    updated: r.get(2)?,
                })
            })?;
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            if !self.index.apply(&[], &entries) {
                return Err(too_much());
            }
            self.revision = now.revision;
        }
        Ok(now.contacts)
    }

    /// Loads one stride.
    fn load(&mut self, conn: &Connection) -> Result<(), Fault> {
        let upto = self.loaded + STRIDE;
        // NOT INDEXED: by row number, or the rows would be looked up one by one.
        let sql = "SELECT row, line, updated_at FROM contacts NOT INDEXED \
                   WHERE row > ?1 AND row <= ?2 AND account = ?3 ORDER BY row";
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query(params![self.loaded, upto, self.key])?;
        while let Some(r) = rows.next()? {
            let line = r.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            if !self.index.push(r.get(0)?, line, r.get(2)?) {
                return Err(too_much());
            }
        }
        self.loaded = upto;
        let last: i64 = conn
            .prepare_cached("SELECT coalesce(max(row), 0) FROM contacts")?
            .query_row([], |r| r.get(0))?;
        if last <= upto {
            self.index.finish();
        }
        Ok(())
    }
}

impl Owner {
    pub(super) fn open_view(&mut self, account: &AccountKey) -> Result<usize, StoreError> {
        let key = match self.read("opening an account", |tx, _| row::account_key(tx, account))? {
            Some(key) => key,
            None => self.write("opening an account", |tx| row::ensure_account(tx, account))?,
        };
        let counters = self.read("opening an account", |tx, _| counters(tx, key))?;
        if self.opened.as_ref().is_none_or(|o| o.key != key) {
            let mut opened = Opened {
                name: account.name.clone(),
                key,
                index: Index::default(),
                loaded: 0,
                failed: false,
                asked: false,
                revision: 0,
                dropped: 0,
                tallied: None,
            };
            opened.restart(&counters);
            self.opened = Some(opened);
        }
        Ok(counters.contacts)
    }

    /// One step of filling.
    pub(super) fn fill(&mut self) {
        let step = self.read("reading the list", |tx, opened| match opened {
            Some(opened) => opened.load(tx),
            None => Ok(()),
        });
        let Some(opened) = &mut self.opened else {
            return;
        };
        let event = match step {
            Err(error) => {
                opened.failed = true;
                StoreEvent::FillFailed(error)
            }
            Ok(()) if opened.index.is_complete() => StoreEvent::Filled {
                account: opened.name.clone(),
                contacts: opened.index.len(),
            },
            Ok(()) => return,
        };
        self.tell(&event);
    }

    /// After a write of this process: rows that it deleted leave the list.
    pub(super) fn dropped(&mut self, account: i64, rows: &[u32]) {
        if let Some(opened) = self.opened.as_mut().filter(|o| o.key == account)
            && !rows.is_empty()
        {
            // Without room there is nothing to do: removing adds nothing.
            let _ = opened.index.apply(rows, &[]);
            opened.dropped += 1;
        }
        self.written(account);
    }

    /// After a write of this process: rows that it changed are taken over. The write is done and stays
    /// done if this fails; the next question tries again and says so.
    pub(super) fn written(&mut self, account: i64) {
        if self.opened.as_ref().is_none_or(|o| o.key != account) {
            return;
        }
        let followed = self.read("reading the list", |tx, opened| match opened {
            Some(opened) => opened.follow(tx).map(|_| ()),
            None => Ok(()),
        });
        if let Err(error) = followed {
            tracing::warn!(%error, "the list does not follow yet");
        }
    }

    pub(super) fn view(&mut self, query: &Query) -> Result<View, StoreError> {
        self.read("reading the list", |tx, opened| match opened {
            Some(opened) => view(tx, opened, query),
            None => Err(StoreError::NothingOpen.into()),
        })
    }
}

fn view(conn: &Connection, opened: &mut Opened, query: &Query) -> Result<View, Fault> {
    opened.asked = true;
    let total = opened.follow(conn)?;
    let Query {
        filter,
        order,
        window,
        follow,
        marks,
        anchor,
    } = query;
    let (matched, complete, numbers, followed, anchored);
    if !opened.index.is_complete() && filter.is_empty() && listing::has_index(order.key) {
        (matched, complete) = (total, true);
        let bounds = window.start.min(total)..window.end.min(total);
        numbers = listing::window(conn, opened.key, *order, bounds, total)?;
        followed = match follow {
            Some(id) => listing::position(conn, opened.key, *order, id)?,
            None => None,
        };
        anchored = match anchor {
            Some(row) => listing::position_of_row(conn, opened.key, *order, *row)?,
            None => None,
        };
    } else {
        opened.index.select(filter, *order);
        (matched, complete) = (opened.index.matched(), opened.index.is_complete());
        numbers = opened.index.rows(window.clone());
        let row = match follow {
            Some(id) => row::find(conn, opened.key, id)?,
            None => None,
        };
        followed = row
            .and_then(|(row, _)| u32::try_from(row).ok())
            .and_then(|row| opened.index.position(row));
        anchored = anchor.and_then(|row| opened.index.position(row));
    }
    let (mut rows, mut read) = (Vec::with_capacity(numbers.len()), Vec::new());
    for number in numbers {
        if let Some(contact) = row::read(conn, number.into())? {
            rows.push(contact);
            read.push(number);
        }
    }
    let tally = match marks.is_empty() {
        true => Some(Tally::default()),
        false => opened.tally(marks, filter),
    };
    Ok(View {
        matched,
        total,
        complete,
        start: window.start.min(matched),
        rows,
        numbers: read,
        followed,
        hidden: tally.as_ref().map(|t| t.hidden),
        gone: tally.map(|t| t.gone).unwrap_or_default(),
        anchored,
    })
}

fn counters(conn: &Connection, account: i64) -> Result<Counters, Fault> {
    let sql = "SELECT contacts, revision, dropped FROM accounts WHERE key = ?1";
    let found = conn.prepare_cached(sql)?.query_row([account], |r| {
        Ok(Counters {
            contacts: usize::try_from(r.get::<_, i64>(0)?).unwrap_or_default(),
            revision: r.get(1)?,
            dropped: r.get(2)?,
        })
    });
    Ok(found.optional()?.unwrap_or(Counters {
        contacts: 0,
        revision: 0,
        dropped: 0,
    }))
}

fn too_much() -> Fault {
    Fault::Value(
        "the list".into(),
        "more than 4 GB of searchable text".into(),
    )
}

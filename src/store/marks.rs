//! Marking over the opened list: the rows that a key means, the marks that a view does not show, and marked
//! rows in order. What looks at every row waits until the list is filled and nobody waits for a window.

use std::sync::Arc;

use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use super::error::{Fault, StoreError};
use super::thread::Owner;
use super::view::Opened;
use super::{Reply, Store, row};
use crate::domain::filter::Filter;
use crate::domain::{AccountName, ContactId, Marks, Order, Span};

/// Marked rows in the order of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arranged {
    /// The rows: those that the filter hides first.
    pub rows: Vec<u32>,
    /// How many of them the filter hides.
    pub hidden: usize,
    /// Marks whose contacts are gone.
    pub gone: usize,
}

/// What a view says of marks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Marks that the view does not show.
    pub(super) hidden: usize,
    /// Marks whose contacts are gone.
    pub(super) gone: Marks,
}

/// The last tally, and what it is of: scrolling asks for the same one again and again.
#[derive(Debug)]
pub(super) struct Tallied {
    marks: Arc<Marks>,
    filter: Filter,
    revision: i64,
    dropped: i64,
    tally: Tally,
}

impl Store {
    /// The rows of the opened list that a filter shows in an order, or some of them.
    pub fn pick(&self, filter: &Filter, order: Order, span: Span) -> Reply<Marks> {
        let filter = filter.clone();
        self.ask_filled(move |opened| {
            opened.index.select(&filter, order);
            match span {
                Span::All => opened.index.all_rows(),
                Span::Between(a, b) => opened.index.rows_between(a, b),
            }
        })
    }

    /// Marked rows of the opened list in an order, those that the filter hides first.
    pub fn arrange(&self, marks: &Arc<Marks>, filter: &Filter, order: Order) -> Reply<Arranged> {
        let (marks, filter) = (Arc::clone(marks), filter.clone());
        self.ask_filled(move |opened| {
            opened.index.select(&filter, order);
            let (rows, hidden) = opened.index.arrange(&marks);
            Arranged {
                gone: marks.len() - rows.len(),
                rows,
                hidden,
            }
        })
    }

    /// The ids of rows of an account, in the order of the rows; rows that are gone are left out. Meant for
    /// some thousand rows at a time: meanwhile nobody gets a window.
    pub fn ids_of_rows(&self, account: &AccountName, rows: Vec<u32>) -> Reply<Vec<ContactId>> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("reading contacts", |tx, _| {
                let Some(key) = row::account_key(tx, &account)? else {
                    return Ok(Vec::new());
                };
                read_ids(tx, key, &rows)
            })
        })
    }

    /// Asks the opened list, when it is filled.
    fn ask_filled<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Opened) -> T + Send + 'static,
    ) -> Reply<T> {
        let (answer, reply) = oneshot::channel();
        self.later(move |owner| owner.when_filled(work, answer));
        Reply::from(reply)
    }
}

impl Owner {
    fn when_filled<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Opened) -> T + Send + 'static,
        answer: oneshot::Sender<Result<T, StoreError>>,
    ) {
        let ready = self.read("reading the list", |tx, opened| {
            let opened = opened.ok_or(StoreError::NothingOpen)?;
            opened.follow(tx)?;
            Ok(!opened.is_filling())
        });
        let result = match (ready, &mut self.opened) {
            // What another process deleted makes it fill anew.
            (Ok(false), _) => {
                let again = move |owner: &mut Self| owner.when_filled(work, answer);
                self.later.push_back(Box::new(again));
                return;
            }
            (Ok(true), Some(opened)) if opened.index.is_complete() => Ok(work(opened)),
            (Ok(true), _) => Err(Fault::Value(
                "the list".into(),
                "it could not be read to its end".into(),
            )
            .say(&self.path, "reading the list")),
            (Err(error), _) => Err(error),
        };
        // Nobody may be waiting any more.
        let _ = answer.send(result);
    }
}

impl Opened {
    /// What is to be said of marks, once every contact was looked at.
    pub(super) fn tally(&mut self, marks: &Arc<Marks>, filter: &Filter) -> Option<Tally> {
        if !self.index.is_complete() {
            return None;
        }
        let known = self.tallied.take().filter(|known| {
            Arc::ptr_eq(&known.marks, marks)
                && known.filter == *filter
                && (known.revision, known.dropped) == (self.revision, self.dropped)
        });
        let tallied = known.unwrap_or_else(|| {
            let (shown, living) = self.index.count_marked(marks);
            let gone = if living == marks.len() {
                Marks::default()
            } else {
                self.index.gone(marks)
            };
            Tallied {
                marks: Arc::clone(marks),
                filter: filter.clone(),
                revision: self.revision,
                dropped: self.dropped,
                tally: Tally {
                    hidden: living - shown,
                    gone,
                },
            }
        });
        Some(self.tallied.insert(tallied).tally.clone())
    }
}

fn read_ids(conn: &Connection, account: i64, rows: &[u32]) -> Result<Vec<ContactId>, Fault> {
    let sql = "SELECT id_key FROM contacts WHERE row = ?1 AND account = ?2";
    let mut statement = conn.prepare_cached(sql)?;
    let mut ids = Vec::with_capacity(rows.len());
    for number in rows {
        let mut found = statement.query(params![number, account])?;
        if let Some(r) = found.next()? {
            let key = r.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            ids.push(row::id_of_key(key));
        }
    }
    Ok(ids)
}

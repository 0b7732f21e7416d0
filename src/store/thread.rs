//! The thread that owns the connection: takes requests in turn, and fills the list while none waits.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::{Fault, StoreError};
use super::results::Known;
use super::view::Opened;
use crate::domain::AccountName;

/// A request.
pub(super) type Job = Box<dyn FnOnce(&mut Owner) + Send>;

/// How long filling waits for the first question: the first rows should not wait for it.
const GRACE: Duration = Duration::from_millis(4);

/// What the store tells by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreEvent {
    /// The list of the opened account holds every contact now.
    Filled {
        /// The account.
        account: AccountName,
        /// How many contacts.
        contacts: usize,
    },
    /// Filling the list failed; what is loaded so far can still be seen.
    FillFailed(StoreError),
}

/// Everything that belongs to the thread.
pub(super) struct Owner {
    pub(super) conn: Connection,
    pub(super) path: PathBuf,
    pub(super) opened: Option<Opened>,
    pub(super) listeners: Vec<Box<dyn Fn(StoreEvent) + Send>>,
    /// Work that has time: done when nobody waits and the list is filled.
    pub(super) later: VecDeque<Job>,
    /// Of the run whose results were asked for last.
    pub(super) known_ends: Option<Known>,
}

impl Owner {
    pub(super) fn new(conn: Connection, path: &Path) -> Self {
        Self {
            conn,
            path: path.to_path_buf(),
            opened: None,
            listeners: Vec::new(),
            later: VecDeque::new(),
            known_ends: None,
        }
    }

    /// Serves until every handle is dropped.
    pub(super) fn serve(mut self, inbox: &Receiver<Job>) {
        loop {
            let filling = self.opened.as_ref().is_some_and(Opened::is_filling);
            let job = if self.opened.as_ref().is_some_and(Opened::is_fresh) {
                match inbox.recv_timeout(GRACE) {
                    Ok(job) => Some(job),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            } else if filling || !self.later.is_empty() {
                match inbox.try_recv() {
                    Ok(job) => Some(job),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => return,
                }
            } else {
                match inbox.recv() {
                    Ok(job) => Some(job),
                    Err(_) => return,
                }
            };
            match job {
                Some(job) => job(&mut self),
                None if filling => self.fill(),
                None => {
                    if let Some(job) = self.later.pop_front() {
                        job(&mut self);
                    }
                }
            }
        }
    }

    /// Reads in one transaction, so that all of it is of one moment.
    pub(super) fn read<T>(
        &mut self,
        doing: &str,
        work: impl FnOnce(&Transaction<'_>, Option<&mut Opened>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let Self { conn, opened, .. } = self;
        let result = (|| {
            let tx = conn.transaction()?;
            work(&tx, opened.as_mut())
        })();
        result.map_err(|fault: Fault| fault.say(&self.path, doing))
    }

    /// Writes in one transaction: all or nothing.
    pub(super) fn write<T>(
        &mut self,
        doing: &str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let result = (|| {
            let tx = self
                .conn
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&tx)?;
            tx.commit()?;
            Ok(done)
        })();
        result.map_err(|fault: Fault| fault.say(&self.path, doing))
    }

    /// Writes what exists nowhere else and was asked for by a person: on the disk before the answer, at
    /// the price of one sync. Drafts and mirrors do without: a killed process loses neither, and a power cut
    /// costs a few typed letters or pages that can be loaded again.
    pub(super) fn write_durably<T>(
        &mut self,
        doing: &str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let set = |conn: &Connection, level: &str| {
            let set = conn.pragma_update(None, "synchronous", level);
            set.map_err(|e| Fault::from(e).say(&self.path, doing))
        };
        set(&self.conn, "full")?;
        let result = self.write(doing, work);
        let _ = self.conn.pragma_update(None, "synchronous", "normal");
        result
    }

    pub(super) fn tell(&self, event: &StoreEvent) {
        for hear in &self.listeners {
            hear(event.clone());
        }
    }

    pub(super) fn check(&mut self) -> Result<Vec<String>, StoreError> {
        self.read("checking the database", |tx, _| {
            let mut statement = tx.prepare("PRAGMA quick_check")?;
            let rows = statement.query_map([], |r| r.get::<_, String>(0))?;
            let found = rows.collect::<Result<Vec<_>, _>>()?;
            Ok(found.into_iter().filter(|line| line != "ok").collect())
        })
    }
}

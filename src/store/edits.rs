//! Single edits in the journal: a run of one row, begun with its intent in one transaction, and ended in another.
//! Unlike the rows of a bulk run they do not wait for anybody who has the same contact open.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;

use super::error::Fault;
use super::runs::{self, RunKind};
use super::{Reply, Store, journal, row};
use crate::domain::AccountName;
use crate::engine::journal::{Entry, RunId};
use crate::engine::plan::Plan;

impl Store {
    /// Keeps a plan of one row, and what is about to be sent for it, on the disk before the answer.
    pub fn begin_edit(
        &self,
        account: &AccountName,
        plan: Arc<Plan>,
        intent: Entry,
        now: Timestamp,
    ) -> Reply<RunId> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.write_durably("writing down an edit", |tx| {
                let key = row::ensure_account(tx, &account)?;
                let run = runs::insert(tx, key, RunKind::Edit, &plan, now)?;
                append(tx, run, &intent, now)?;
                Ok(RunId(run))
            })
        })
    }

    /// Writes down how an edit ended. One whose end is lost with the power is found open, and looked at when it is
    /// resumed.
    pub fn end_edit(&self, run: RunId, entries: Vec<Entry>, now: Timestamp) -> Reply<()> {
        self.ask(move |owner| {
            owner.write("writing down an edit", |tx| {
                for entry in &entries {
                    append(tx, run.0, entry, now)?;
                }
                runs::end(tx, run.0, now)
            })
        })
    }
}

fn append(tx: &Connection, run: i64, entry: &Entry, now: Timestamp) -> Result<(), Fault> {
    journal::append(tx, run, 0, entry, now)
}

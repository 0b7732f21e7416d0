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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ContactId, Patch, ProviderId};
    use crate::engine::journal::{End, Intent, Noted, Outcome};
    use crate::engine::plan::{Allowed, Header, Planned, Row};
    use crate::store::Forget;

    fn plan(contact: &str) -> (Arc<Plan>, Entry) {
        let mut patch = Patch::default();
        patch.tags.add.insert("vip".into());
        let planned = Planned::Send {
            patch: Arc::new(patch.clone()),
            changes: "[]".into(),
        };
        let header = Header {
            account: AccountName::new("a"),
            provider: ProviderId::Local,
            place: String::new(),
            made_at: Timestamp::UNIX_EPOCH,
            made_by: "ana".into(),
            change: Some(patch.clone()),
            allowed: Allowed::default(),
            reason: None,
            undo_of: None,
            filter: None,
            doubts: Vec::new(),
        };
        let row = Row {
            id: ContactId::new(contact),
            name: "Ada".into(),
            record: None,
            planned,
            struck: false,
        };
        let intent = Intent {
            patch,
            changes: Vec::new(),
            record: None,
        };
        let rows = vec![row];
        (Arc::new(Plan { header, rows }), Entry::Intent(intent))
    }

    #[test]
    fn an_edit_waits_for_no_run_and_none_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("db")).unwrap();
        let (account, now) = (AccountName::new("a"), Timestamp::UNIX_EPOCH);
        let (plan, intent) = plan("1");
        let begun = store.begin_run(&account, RunKind::Bulk, Arc::clone(&plan), now);
        let bulk = begun.wait().unwrap();
        let noted = vec![Noted {
            row: 0,
            entry: intent.clone(),
        }];
        assert_eq!(
            store.journal(bulk, noted.clone(), now).wait().unwrap(),
            [Ok(())]
        );
        let edit = store.begin_edit(&account, Arc::clone(&plan), intent, now);
        let edit = edit.wait().unwrap();
        let record = store.run(&account, edit).wait().unwrap().unwrap();
        assert_eq!((record.kind, record.tally.left), (RunKind::Edit, 1));
        // Not at its end, it is not forgotten.
        let forget = |run| store.forget_runs(&account, Forget::Run(run), now).wait();
        assert_eq!(forget(edit).unwrap(), 0);
        let end = End::Applied { note: None };
        let settled = Entry::Settled {
            end,
            otherwise: Vec::new(),
        };
        store.end_edit(edit, vec![settled], now).wait().unwrap();
        let row = store.run_rows(edit, 0, 9).wait().unwrap().remove(0);
        assert_eq!(row.fold.end.map(|e| e.outcome()), Some(Outcome::Applied));
        assert_eq!(row.fold.intents.len(), 1);
        // The bulk run has the contact still.
        let other = store.begin_run(&account, RunKind::Bulk, plan, now);
        let other = other.wait().unwrap();
        let held = store.journal(other, noted, now).wait().unwrap();
        assert_eq!(held[0].map_err(|h| h.by), Err(bulk.0));
        assert!(
            store
                .runs(&account, false, 9)
                .wait()
                .unwrap()
                .iter()
                .all(|r| r.id != edit)
        );
        assert_eq!(forget(edit).unwrap(), 1);
        let record = store.run(&account, edit).wait().unwrap().unwrap();
        assert_eq!((record.header.change, record.tally.applied), (None, 1));
    }
}

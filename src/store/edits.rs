//! Single edits in the journal: a run of one row, begun with its intent in one transaction, and ended in another.
//! As a row of a bulk run does, an edit waits for whoever has the contact open; unlike one it takes over what a run
//! has open that nobody drives.

use std::sync::Arc;

use jiff::Timestamp;

use super::runs::{self, RunKind};
use super::writers::{self, Held, Mark, Touched};
use super::{Reply, RunLock, Store, journal, row};
use crate::domain::AccountName;
use crate::engine::journal::{Entry, RunId};
use crate::engine::plan::Plan;

/// An edit that is to be written down before it is sent.
#[derive(Debug)]
pub struct Edit {
    /// A plan of one row.
    pub plan: Arc<Plan>,
    /// What is about to be sent for it.
    pub intent: Entry,
    /// A mark from before the contact was read.
    pub since: Mark,
    /// The run that the contact is taken over from, where it has it open and nobody drives it: the lock keeps it so.
    pub over: Option<RunLock>,
}

/// What came of it.
#[derive(Debug)]
pub enum Begun {
    /// It may be sent.
    Noted {
        /// Its run.
        run: RunId,
        /// Keeps others from driving it; to be held until the edit's end is written down.
        lock: RunLock,
    },
    /// Another run is in the way; nothing was written down.
    Held(Held),
}

impl Store {
    /// Keeps an edit on the disk before the answer, and opens its contact for it, unless another run is at it, or
    /// was since it was read. The run is locked before anybody can see it.
    pub fn begin_edit(&self, account: &AccountName, edit: Edit, now: Timestamp) -> Reply<Begun> {
        let account = self.key_of(account);
        let locks = self.locks.clone();
        self.ask(move |owner| {
            let Edit {
                plan,
                intent,
                since,
                over,
            } = edit;
            owner.write_durably("keeping what will be sent", |tx| {
                let key = row::ensure_account(tx, &account)?;
                let from = over.as_ref().map(RunLock::run);
                let touched = writers::touched(tx, key, None, since)?;
                for row in &plan.rows {
                    let id = &row.id;
                    if let Some(by) = writers::in_the_way(tx, key, id, from, &touched, since)? {
                        return Ok(Begun::Held(by));
                    }
                }
                let run = RunId(runs::insert(tx, key, RunKind::Edit, &plan, now)?);
                let lock = locks.take_new(run)?;
                for row in &plan.rows {
                    writers::open(tx, key, &row.id, run)?;
                }
                journal::append(tx, run.0, 0, &intent, now)?;
                Ok(Begun::Noted { run, lock })
            })
        })
    }

    /// Writes down how an edit ended, and lets its contact go. One whose end is lost with the power is found open,
    /// and looked at when it is resumed.
    pub fn end_edit(&self, run: RunId, entries: Vec<Entry>, now: Timestamp) -> Reply<()> {
        self.ask(move |owner| {
            owner.write("writing down an edit", |tx| {
                for entry in &entries {
                    let none = (&Touched::new(), Mark::default());
                    journal::note(tx, run.0, 0, entry, none, now)?;
                }
                runs::end(tx, run.0, now)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ContactId, Patch, ProviderId};
    use crate::engine::journal::{End, Intent, Noted, Outcome};
    use crate::engine::plan::{Allowed, Header, Planned, Row};
    use crate::store::{Forget, Held};

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

    struct Desk {
        store: Store,
        account: AccountName,
        now: Timestamp,
        _folder: tempfile::TempDir,
    }

    impl Desk {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            Self {
                store: Store::open(&folder.path().join("db")).unwrap(),
                account: AccountName::new("a"),
                now: Timestamp::UNIX_EPOCH,
                _folder: folder,
            }
        }

        fn mark(&self) -> Mark {
            self.store.journal_mark().wait().unwrap()
        }

        fn begin(&self, since: Mark, over: Option<RunLock>) -> Begun {
            let (plan, intent) = plan("1");
            let edit = Edit {
                plan,
                intent,
                since,
                over,
            };
            let begun = self.store.begin_edit(&self.account, edit, self.now);
            begun.wait().unwrap()
        }

        fn noted(&self, since: Mark, over: Option<RunLock>) -> (RunId, RunLock) {
            match self.begin(since, over) {
                Begun::Noted { run, lock } => (run, lock),
                Begun::Held(held) => panic!("{held:?}"),
            }
        }

        fn held(&self, since: Mark, over: Option<RunLock>) -> Held {
            match self.begin(since, over) {
                Begun::Held(held) => held,
                noted @ Begun::Noted { .. } => panic!("{noted:?}"),
            }
        }

        fn bulk(&self) -> RunId {
            let (plan, _) = plan("1");
            let begun = self
                .store
                .begin_run(&self.account, RunKind::Bulk, plan, self.now);
            begun.wait().unwrap()
        }

        /// One entry of a bulk run.
        fn enter(&self, run: RunId, entry: Entry, since: Mark) -> Result<(), Held> {
            let noted = vec![Noted { row: 0, entry }];
            let kept = self.store.journal(run, noted, since, self.now);
            kept.wait().unwrap().remove(0)
        }

        fn end(&self, edit: RunId) {
            let ended = self.store.end_edit(edit, vec![settled()], self.now);
            ended.wait().unwrap();
        }

        fn holder(&self) -> Option<RunId> {
            let asked = self.store.holder(&self.account, &ContactId::new("1"));
            asked.wait().unwrap()
        }
    }

    fn intent() -> Entry {
        plan("1").1
    }

    fn settled() -> Entry {
        let end = End::Applied { note: None };
        Entry::Settled {
            end,
            otherwise: Vec::new(),
        }
    }

    #[test]
    fn an_edit_is_kept_with_its_intent_and_its_end() {
        let desk = Desk::new();
        let (store, account, now) = (&desk.store, &desk.account, desk.now);
        let (edit, lock) = desk.noted(desk.mark(), None);
        let record = store.run(account, edit).wait().unwrap().unwrap();
        assert_eq!((record.kind, record.tally.left), (RunKind::Edit, 1));
        assert!(store.is_driven(edit));
        // Not at its end, it is not forgotten.
        let forget = |run| store.forget_runs(account, Forget::Run(run), now).wait();
        assert_eq!(forget(edit).unwrap(), 0);
        desk.end(edit);
        drop(lock);
        assert!(!store.is_driven(edit));
        let row = store.run_rows(edit, 0, 9).wait().unwrap().remove(0);
        assert_eq!(row.fold.end.map(|e| e.outcome()), Some(Outcome::Applied));
        assert_eq!(row.fold.intents.len(), 1);
        let runs = store.runs(account, false, 9).wait().unwrap();
        assert!(runs.iter().all(|r| r.id != edit));
        assert_eq!(forget(edit).unwrap(), 1);
        let record = store.run(account, edit).wait().unwrap().unwrap();
        assert_eq!((record.header.change, record.tally.applied), (None, 1));
    }

    #[test]
    fn a_run_waits_for_an_edit_and_an_edit_for_a_run() {
        let desk = Desk::new();
        let (bulk, early) = (desk.bulk(), desk.mark());
        let (edit, _lock) = desk.noted(early, None);
        let by_edit = |still| Held { by: edit, still };
        assert_eq!(desk.enter(bulk, intent(), desk.mark()), Err(by_edit(true)));
        desk.end(edit);
        assert_eq!(desk.holder(), None);
        // What was read before the edit was written is not what stands there now.
        assert_eq!(desk.enter(bulk, intent(), early), Err(by_edit(false)));
        let later = desk.mark();
        assert_eq!(desk.enter(bulk, intent(), later), Ok(()));

        let by_bulk = |still| Held { by: bulk, still };
        assert_eq!(desk.held(desk.mark(), None), by_bulk(true));
        assert_eq!(desk.holder(), Some(bulk));
        assert_eq!(desk.enter(bulk, settled(), later), Ok(()));
        assert_eq!(desk.held(later, None), by_bulk(false));
        let (second, _lock) = desk.noted(desk.mark(), None);
        assert_eq!(desk.held(desk.mark(), None).by, second);
        // Of those that were refused nothing was kept.
        let runs = desk.store.runs(&desk.account, true, 9).wait().unwrap();
        assert_eq!(runs.len(), 3);
    }

    #[test]
    fn what_a_dead_run_has_open_is_taken_over_and_it_goes_on_afterwards() {
        let desk = Desk::new();
        let bulk = desk.bulk();
        assert_eq!(desk.enter(bulk, intent(), desk.mark()), Ok(()));
        let over = desk.store.lock_run(bulk).unwrap();
        // In the way is whoever has it, not whoever is dead somewhere else.
        let other = desk.store.lock_run(desk.bulk()).unwrap();
        assert_eq!(desk.held(desk.mark(), other).by, bulk);
        let (edit, lock) = desk.noted(desk.mark(), over);
        assert!(!desk.store.is_driven(bulk) && desk.holder() == Some(edit));
        // Resumed, it looks at its row, and may say how that ended; but writes nothing.
        let held = Err(Held {
            by: edit,
            still: true,
        });
        assert_eq!(desk.enter(bulk, intent(), desk.mark()), held);
        assert_eq!(desk.enter(bulk, Entry::Reopened, desk.mark()), Ok(()));
        assert_eq!(desk.enter(bulk, settled(), desk.mark()), Ok(()));
        assert_eq!(desk.holder(), Some(edit));
        // An edit whose process died is taken over in its turn.
        drop(lock);
        let over = desk.store.lock_run(edit).unwrap();
        let (second, _lock) = desk.noted(desk.mark(), over);
        desk.end(edit);
        assert_eq!(desk.holder(), Some(second));
        desk.end(second);
        assert_eq!(desk.enter(bulk, intent(), desk.mark()), Ok(()));
        assert_eq!(desk.holder(), Some(bulk));
    }

    #[test]
    fn an_edit_that_can_not_be_locked_is_not_kept() {
        let desk = Desk::new();
        // Whatever the number of the next run is, it is locked already.
        let _locks: Vec<_> = (1..9)
            .map(|n| desk.store.lock_run(RunId(n)).unwrap())
            .collect();
        let (plan, intent) = plan("1");
        let edit = Edit {
            plan,
            intent,
            since: desk.mark(),
            over: None,
        };
        let begun = desk.store.begin_edit(&desk.account, edit, desk.now).wait();
        let said = begun.unwrap_err().to_string();
        assert!(said.contains("lock file"), "{said}");
        assert_eq!(desk.holder(), None);
        assert!(
            desk.store
                .runs(&desk.account, true, 9)
                .wait()
                .unwrap()
                .is_empty()
        );
    }
}

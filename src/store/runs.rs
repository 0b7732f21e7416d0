//! Bulk runs: starting one, what is kept of each, and forgetting. The journal of a run is in `journal`.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};

use super::error::Fault;
use super::thread::Owner;
use super::{Reply, Store, row};
use crate::domain::{AccountName, Patch};
use crate::engine::journal::{End, RunId, Tally};
use crate::engine::plan::{Header, Plan, Planned};

/// What a run was started by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// A bulk plan.
    Bulk,
    /// One contact's form.
    Edit,
}

impl RunKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Bulk => "bulk",
            Self::Edit => "edit",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "edit" => Self::Edit,
            _ => Self::Bulk,
        }
    }
}

/// A run as the history tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// Its number.
    pub id: RunId,
    /// What it was started by.
    pub kind: RunKind,
    /// What was planned.
    pub header: Header,
    /// When it was started.
    pub started_at: Timestamp,
    /// When its last row got its end.
    pub ended_at: Option<Timestamp>,
    /// How its rows stand.
    pub tally: Tally,
    /// When the personal data in it was deleted.
    pub forgotten_at: Option<Timestamp>,
}

impl Store {
    /// Keeps a plan as a run of the account, on the disk before the answer. Rows that nothing is to be sent for
    /// have their end already.
    pub fn begin_run(
        &self,
        account: &AccountName,
        kind: RunKind,
        plan: Arc<Plan>,
        now: Timestamp,
    ) -> Reply<RunId> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.write_durably("starting a run", |tx| {
                let key = row::ensure_account(tx, &account)?;
                insert(tx, key, kind, &plan, now).map(RunId)
            })
        })
    }

    /// The runs of an account, the latest first, at most `limit`. Single edits only where asked for.
    pub fn runs(
        &self,
        account: &AccountName,
        edits_too: bool,
        limit: usize,
    ) -> Reply<Vec<RunRecord>> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("reading the history", |tx, _| {
                let sql = "SELECT id, kind, started_at, ended_at, header, tally, forgotten_at FROM runs \
                           WHERE account = ?1 AND (?2 OR kind <> 'edit') ORDER BY id DESC LIMIT ?3";
                let key = row::account_key(tx, &account)?;
                let mut statement = tx.prepare_cached(sql)?;
                let limit = i64::try_from(limit).unwrap_or(i64::MAX);
                let mut rows = statement.query(params![key, edits_too, limit])?;
                let mut found = Vec::new();
                while let Some(r) = rows.next()? {
                    found.push(record(tx, r)?);
                }
                Ok(found)
            })
        })
    }

    /// One run of an account.
    pub fn run(&self, account: &AccountName, run: RunId) -> Reply<Option<RunRecord>> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("reading a run", |tx, _| {
                let sql = "SELECT id, kind, started_at, ended_at, header, tally, forgotten_at FROM runs \
                           WHERE account = ?1 AND id = ?2";
                let key = row::account_key(tx, &account)?;
                let mut statement = tx.prepare_cached(sql)?;
                let mut rows = statement.query(params![key, run.0])?;
                rows.next()?.map(|r| record(tx, r)).transpose()
            })
        })
    }

    /// The runs that changed something by taking this one back, in the order in which they were started.
    pub fn undone_by(&self, account: &AccountName, run: RunId) -> Reply<Vec<RunRecord>> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("reading the history", |tx, _| {
                // A plan from a file may say to take back a run that is yet to come.
                let sql = "SELECT id, kind, started_at, ended_at, header, tally, forgotten_at FROM runs \
                           WHERE account = ?1 AND header ->> '$.undo_of' = ?2 AND id > ?2 ORDER BY id";
                let key = row::account_key(tx, &account)?;
                let mut statement = tx.prepare_cached(sql)?;
                let mut rows = statement.query(params![key, run.0])?;
                let mut runs = Vec::new();
                while let Some(r) = rows.next()? {
                    runs.push(record(tx, r)?);
                }
                runs.retain(|run| run.tally.applied > 0);
                Ok(runs)
            })
        })
    }

    /// The name of the account that a run belongs to, whichever it is.
    pub fn account_of_run(&self, run: RunId) -> Reply<Option<AccountName>> {
        self.ask(move |owner| {
            owner.read("reading a run", |tx, _| {
                let sql = "SELECT a.name FROM runs r JOIN accounts a ON a.key = r.account WHERE r.id = ?1";
                let name = tx.query_row(sql, [run.0], |r| r.get::<_, String>(0));
                Ok(name.optional()?.map(AccountName::new))
            })
        })
    }

    /// Notes that every row of a run has its end.
    pub fn end_run(&self, run: RunId, now: Timestamp) -> Reply<()> {
        self.ask(move |owner| owner.write("ending a run", |tx| end(tx, run.0, now)))
    }

    /// Notes that rows of a run were opened again.
    pub fn reopen_run(&self, run: RunId) -> Reply<()> {
        self.ask(move |owner| {
            owner.write("opening a run again", |tx| {
                let sql = "UPDATE runs SET ended_at = NULL, tally = NULL WHERE id = ?1";
                tx.execute(sql, [run.0])?;
                Ok(())
            })
        })
    }

    /// Deletes what runs that began before a time, or one run, hold of people: rows, values and journal. Counts
    /// and the change stay. A run that has not ended is left alone. Gives how many were forgotten.
    pub fn forget_runs(
        &self,
        account: &AccountName,
        which: Forget,
        now: Timestamp,
    ) -> Reply<usize> {
        let account = self.key_of(account);
        self.ask(move |owner| owner.forget_runs(&account, which, now))
    }

    /// The same for all that began before a time, when nobody waits for anything else.
    pub fn forget_runs_later(&self, account: &AccountName, before: Timestamp, now: Timestamp) {
        let account = self.key_of(account);
        self.later(move |owner| {
            if let Err(error) = owner.forget_runs(&account, Forget::Before(before), now) {
                tracing::warn!(%error, "old runs were not forgotten");
            }
        });
    }
}

/// Which runs to forget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forget {
    /// One.
    Run(RunId),
    /// All that began before.
    Before(Timestamp),
}

impl Owner {
    fn forget_runs(
        &mut self,
        account: &super::place::AccountKey,
        which: Forget,
        now: Timestamp,
    ) -> Result<usize, super::StoreError> {
        self.write_durably("forgetting runs", |tx| {
            let key = row::account_key(tx, account)?;
            let (run, before) = match which {
                Forget::Run(run) => (Some(run.0), i64::MAX),
                Forget::Before(time) => (None, time.as_millisecond()),
            };
            let sql = "SELECT id, ended_at IS NOT NULL FROM runs WHERE account = ?1 \
                       AND (?2 IS NULL OR id = ?2) AND started_at < ?3 AND forgotten_at IS NULL";
            let mut statement = tx.prepare_cached(sql)?;
            let found = statement.query_map(params![key, run, before], |r| {
                Ok((r.get::<_, i64>(0)?, r.get::<_, bool>(1)?))
            })?;
            let mut runs = Vec::new();
            for run in found {
                let (run, ended) = run?;
                // One whose process ended right after its last row was never said to have ended.
                if ended || end_if_done(tx, run, now)? {
                    runs.push(run);
                }
            }
            for run in &runs {
                for table in ["journal", "run_rows", "run_patches", "run_open"] {
                    tx.execute(&format!("DELETE FROM {table} WHERE run = ?1"), [run])?;
                }
                // The change of a single edit is somebody's name or number.
                let sql = "UPDATE runs SET forgotten_at = ?2, header = json_remove(header, '$.reason', \
                           '$.filter', '$.doubts', iif(kind = 'edit', '$.change', '$.reason')) \
                           WHERE id = ?1";
                tx.execute(sql, params![run, now.as_millisecond()])?;
            }
            Ok(runs.len())
        })
    }
}

/// Keeps a plan as a run; gives its number.
pub(super) fn insert(
    tx: &Connection,
    account: i64,
    kind: RunKind,
    plan: &Plan,
    now: Timestamp,
) -> Result<i64, Fault> {
    let header = row::encode("a plan", &plan.header)?;
    let sql = "INSERT INTO runs (account, kind, started_at, header) VALUES (?1, ?2, ?3, ?4)";
    tx.prepare_cached(sql)?.execute(params![
        account,
        kind.as_str(),
        now.as_millisecond(),
        header
    ])?;
    let run = tx.last_insert_rowid();
    keep_rows(tx, run, plan)?;
    Ok(run)
}

/// Notes that every row has its end.
pub(super) fn end(tx: &Connection, run: i64, now: Timestamp) -> Result<(), Fault> {
    let tally = row::encode("a tally", &super::journal::tally(tx, run)?)?;
    let sql = "UPDATE runs SET ended_at = ?2, tally = ?3 WHERE id = ?1";
    tx.prepare_cached(sql)?
        .execute(params![run, now.as_millisecond(), tally])?;
    Ok(())
}

/// Notes the end of a run whose rows all have theirs; whether they have.
fn end_if_done(tx: &Connection, run: i64, now: Timestamp) -> Result<bool, Fault> {
    let tally = super::journal::tally(tx, run)?;
    if tally.left == 0 {
        let sql = "UPDATE runs SET ended_at = ?2, tally = ?3 WHERE id = ?1";
        let tally = row::encode("a tally", &tally)?;
        tx.execute(sql, params![run, now.as_millisecond(), tally])?;
    }
    Ok(tally.left == 0)
}

fn record(tx: &Connection, r: &SqlRow<'_>) -> Result<RunRecord, Fault> {
    let id: i64 = r.get(0)?;
    let ended: Option<i64> = r.get(3)?;
    let forgotten: Option<i64> = r.get(6)?;
    let what = format!("run {id}");
    let tally = match r.get::<_, Option<String>>(5)? {
        Some(text) => row::decode::<Tally>(&what, &text)?,
        None => super::journal::tally(tx, id)?,
    };
    Ok(RunRecord {
        id: RunId(id),
        kind: RunKind::parse(&r.get::<_, String>(1)?),
        started_at: row::time(r.get(2)?)?,
        ended_at: ended.map(row::time).transpose()?,
        header: row::decode(&what, &r.get::<_, String>(4)?)?,
        tally,
        forgotten_at: forgotten.map(row::time).transpose()?,
    })
}

fn keep_rows(tx: &Connection, run: i64, plan: &Plan) -> Result<(), Fault> {
    let mut patches: HashMap<*const Patch, i64> = HashMap::new();
    let mut insert = tx.prepare_cached(
        "INSERT INTO run_rows (run, row, contact, name, record, patch, changes, settled) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (number, planned) in (0_i64..).zip(&plan.rows) {
        let patch = match planned.patch().filter(|_| planned.goes()) {
            None => None,
            Some(patch) => Some(match patches.get(&Arc::as_ptr(patch)) {
                Some(known) => *known,
                None => {
                    let new = i64::try_from(patches.len()).unwrap_or(i64::MAX);
                    let sql = "INSERT INTO run_patches (run, patch, document) VALUES (?1, ?2, ?3)";
                    let document = row::encode("a change", &**patch)?;
                    tx.prepare_cached(sql)?
                        .execute(params![run, new, document])?;
                    patches.insert(Arc::as_ptr(patch), new);
                    new
                }
            }),
        };
        let changes = match &planned.planned {
            Planned::Send { changes, .. } if planned.goes() => Some(&**changes),
            _ => None,
        };
        let settled = settled(planned);
        let settled = settled.map(|end| row::encode("an end", &end)).transpose()?;
        insert.execute(params![
            run,
            number,
            planned.id.as_str(),
            &*planned.name,
            planned.record.as_deref(),
            patch,
            changes,
            settled,
        ])?;
    }
    Ok(())
}

/// The end that a plan already knows.
fn settled(planned: &crate::engine::plan::Row) -> Option<End> {
    if planned.struck {
        return Some(End::Unchanged {
            why: "struck out of the plan".into(),
        });
    }
    match &planned.planned {
        Planned::Send { .. } | Planned::Unread { .. } => None,
        Planned::Nothing { why } => Some(End::Unchanged {
            why: why.to_string(),
        }),
        Planned::Blocked { reason, why } => Some(End::Failed {
            reason: *reason,
            message: why.to_string(),
        }),
    }
}

//! What came of a run's rows: a window of those that are asked for, and the failed in groups. Read from the
//! journal of `journal`; rows are found by their ends, without reading what they hold.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};

use super::error::{Fault, StoreError};
use super::journal::{RunRow, rows};
use super::thread::Owner;
use super::{Reply, Store};
use crate::domain::ContactId;
use crate::engine::journal::{End, Outcome, RunId};
use crate::engine::reason::Reason;
use crate::engine::results::{Group, Said, Which, sentence};

/// A window of the rows that were asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunResults {
    /// The position of the first of them.
    pub start: usize,
    /// The rows.
    pub rows: Vec<RunRow>,
    /// How many there are of this kind.
    pub matched: usize,
    /// Those that failed, whatever was asked for, the most frequent reason first.
    pub failed: Vec<Group>,
}

impl Store {
    /// Rows of a run that ended in a way, at these positions among them.
    pub fn run_results(&self, run: RunId, which: Which, window: Range<usize>) -> Reply<RunResults> {
        self.ask(move |owner| owner.ends(run.0, |tx, known| results(tx, known, which, &window)))
    }

    /// The failed rows of a run in groups, the most frequent reason first.
    pub fn run_failures(&self, run: RunId) -> Reply<Vec<Group>> {
        self.ask(move |owner| owner.ends(run.0, groups))
    }
}

impl Owner {
    /// Reads with the ends of a run's rows. They are kept, so that the next time only what the journal has got since
    /// is read.
    fn ends<T>(
        &mut self,
        run: i64,
        work: impl FnOnce(&Connection, &Known) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let known = self.known_ends.take();
        let (known, done) = self.read("reading the results of a run", |tx, _| {
            let sql = "SELECT forgotten_at FROM runs WHERE id = ?1";
            let forgotten_at = tx.query_row(sql, [run], |r| r.get(0)).optional()?;
            let known = known.filter(|k| (k.run, k.forgotten_at) == (run, forgotten_at));
            let mut known = match known {
                Some(known) => known,
                None => Known::planned(tx, run, forgotten_at)?,
            };
            known.follow(tx)?;
            let done = work(tx, &known)?;
            Ok((known, done))
        })?;
        self.known_ends = Some(known);
        Ok(done)
    }
}

/// The ends of a run's rows, up to an entry of the journal.
pub(super) struct Known {
    run: i64,
    /// As the run says; nothing of a run that is gone.
    forgotten_at: Option<Option<i64>>,
    seq: i64,
    ends: Ends,
}

/// How a row ended.
#[derive(Clone, Copy)]
struct RowEnd {
    outcome: Outcome,
    reason: Option<Reason>,
    /// Whether the plan knew it.
    planned: bool,
    /// What stands for its sentence: equal ones have the same.
    said: u64,
}

/// The end of each row; the place is the row.
type Ends = Vec<Option<RowEnd>>;

/// Sentences that a group tells.
const TOLD: usize = 3;

/// The end that three columns from `at` on tell, where they tell one.
fn end(
    r: &SqlRow<'_>,
    at: usize,
    planned: bool,
    contact: impl FnOnce() -> Result<ContactId, Fault>,
) -> Result<Option<RowEnd>, Fault> {
    let outcome: Option<String> = r.get(at)?;
    let Some(outcome) = outcome.and_then(|o| Outcome::ALL.into_iter().find(|k| k.as_str() == o))
    else {
        return Ok(None);
    };
    let reason: Option<String> = r.get(at + 1)?;
    let reason = reason.as_deref().and_then(Reason::parse);
    let mut said = DefaultHasher::new();
    if reason.is_some() {
        let message: Option<String> = r.get(at + 2)?;
        sentence(&message.unwrap_or_default(), &contact()?).hash(&mut said);
    }
    Ok(Some(RowEnd {
        outcome,
        reason,
        planned,
        said: said.finish(),
    }))
}

fn results(
    tx: &Connection,
    known: &Known,
    which: Which,
    window: &Range<usize>,
) -> Result<RunResults, Fault> {
    let end = |end: &Option<RowEnd>| end.map(|e| (e.outcome, e.reason));
    let meant = (0u32..)
        .zip(&known.ends)
        .filter(|(_, found)| which.means(end(found)));
    let meant: Vec<u32> = meant.map(|(row, _)| row).collect();
    let start = window.start.min(meant.len());
    let mut found = Vec::new();
    for row in meant.iter().skip(start).take(window.len()) {
        found.extend(rows(tx, known.run, *row, 1)?);
    }
    Ok(RunResults {
        start,
        rows: found,
        matched: meant.len(),
        failed: groups(tx, known)?,
    })
}

impl Known {
    /// What the plan knew.
    fn planned(
        tx: &Connection,
        run: i64,
        forgotten_at: Option<Option<i64>>,
    ) -> Result<Self, Fault> {
        let mut known = Self {
            run,
            forgotten_at,
            seq: 0,
            ends: Ends::new(),
        };
        let sql = "SELECT settled ->> '$.end', settled ->> '$.reason', settled ->> '$.message', \
                   contact FROM run_rows WHERE run = ?1 ORDER BY row";
        let mut statement = tx.prepare_cached(sql)?;
        let mut found = statement.query([run])?;
        while let Some(r) = found.next()? {
            let end = end(r, 0, true, || Ok(ContactId::new(r.get::<_, String>(3)?)))?;
            known.ends.push(end);
        }
        Ok(known)
    }

    /// Takes in what the journal has got since.
    fn follow(&mut self, tx: &Connection) -> Result<(), Fault> {
        // Of every entry that is no end all are NULL: the row is open again. A sentence is read of those that failed.
        let sql = "SELECT seq, row, entry ->> '$.settled.end.end', entry ->> '$.settled.end.reason', \
                   entry ->> '$.settled.end.message' FROM journal WHERE run = ?1 AND seq > ?2 ORDER BY seq";
        let mut statement = tx.prepare_cached(sql)?;
        let mut found = statement.query([self.run, self.seq])?;
        while let Some(r) = found.next()? {
            self.seq = r.get(0)?;
            let row: u32 = r.get(1)?;
            let last = end(r, 2, false, || contact(tx, self.run, row))?;
            if let Some(known) = self.ends.get_mut(row as usize) {
                *known = last;
            }
        }
        Ok(())
    }
}

/// What is counted of a reason: rows, those that the plan blocked, and of each sentence how many say it and who is
/// the first.
#[derive(Default)]
struct Sum {
    rows: u64,
    blocked: u64,
    said: HashMap<u64, (u64, u32)>,
}

fn groups(tx: &Connection, known: &Known) -> Result<Vec<Group>, Fault> {
    let mut sums: BTreeMap<Reason, Sum> = BTreeMap::new();
    for (row, end) in (0u32..).zip(&known.ends) {
        let Some((end, reason)) = end.and_then(|e| Some((e, e.reason?))) else {
            continue;
        };
        let sum = sums.entry(reason).or_default();
        sum.rows += 1;
        sum.blocked += u64::from(end.planned);
        sum.said.entry(end.said).or_insert((0, row)).0 += 1;
    }
    let mut groups = Vec::new();
    for (reason, sum) in sums {
        let mut most: Vec<(u64, u32)> = sum.said.into_values().collect();
        most.sort_unstable_by_key(|(rows, first)| (Reverse(*rows), *first));
        let mut said = Vec::new();
        for (count, first) in most.into_iter().take(TOLD) {
            for row in rows(tx, known.run, first, 1)? {
                let message = row.fold.end.as_ref().and_then(End::message);
                said.push(Said {
                    message: sentence(message.unwrap_or_default(), &row.id).into_owned(),
                    rows: count,
                    first: row.id,
                });
            }
        }
        groups.push(Group {
            reason,
            rows: sum.rows,
            blocked: sum.blocked,
            said,
        });
    }
    groups.sort_by_key(|g| Reverse(g.rows));
    Ok(groups)
}

fn contact(tx: &Connection, run: i64, row: u32) -> Result<ContactId, Fault> {
    let sql = "SELECT contact FROM run_rows WHERE run = ?1 AND row = ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let id = statement.query_row(params![run, row], |r| r.get::<_, String>(0))?;
    Ok(ContactId::new(id))
}

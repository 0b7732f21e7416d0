//! What came of a run's rows: a window of those that are asked for, and the failed in groups. Read from the
//! journal of `journal`; rows are found by their ends, without reading what they hold.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};

use super::error::{Fault, StoreError};
use super::journal::{RunRow, rows};
use super::thread::Owner;
use super::{Reply, Store};
use crate::domain::ContactId;
use crate::engine::journal::{Outcome, RunId};
use crate::engine::reason::Reason;
use crate::engine::results::{Group, Said, Which};

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
    sentences: Sentences,
}

/// How a row ended.
#[derive(Clone, Copy)]
struct RowEnd {
    outcome: Outcome,
    reason: Option<Reason>,
    /// Whether the plan knew it.
    planned: bool,
    /// Its sentence, among those of its reason; one that is not kept is beyond them.
    said: usize,
}

/// The end of each row; the place is the row.
type Ends = Vec<Option<RowEnd>>;

/// Different sentences that are kept of a reason.
const KEPT: usize = 16;

/// Sentences that a group tells.
const TOLD: usize = 3;

/// The sentences of each reason, in the order in which they were met.
#[derive(Default)]
struct Sentences(BTreeMap<Reason, Vec<String>>);

impl Sentences {
    fn place(&mut self, reason: Reason, message: String) -> usize {
        let kept = self.0.entry(reason).or_default();
        match kept.iter().position(|known| *known == message) {
            Some(place) => place,
            None if kept.len() < KEPT => {
                kept.push(message);
                kept.len() - 1
            }
            None => usize::MAX,
        }
    }

    /// The end that three columns from `at` on tell, where they tell one.
    fn end(&mut self, r: &SqlRow<'_>, at: usize, planned: bool) -> Result<Option<RowEnd>, Fault> {
        let outcome: Option<String> = r.get(at)?;
        let outcome = outcome.and_then(|o| Outcome::ALL.into_iter().find(|k| k.as_str() == o));
        let reason: Option<String> = r.get(at + 1)?;
        let reason = reason.as_deref().and_then(Reason::parse);
        let message: Option<String> = r.get(at + 2)?;
        Ok(outcome.map(|outcome| RowEnd {
            outcome,
            reason,
            planned,
            said: reason.map_or(0, |reason| self.place(reason, message.unwrap_or_default())),
        }))
    }
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
            sentences: Sentences::default(),
        };
        let sql = "SELECT settled ->> '$.end', settled ->> '$.reason', settled ->> '$.message' \
                   FROM run_rows WHERE run = ?1 ORDER BY row";
        let mut statement = tx.prepare_cached(sql)?;
        let mut found = statement.query([run])?;
        while let Some(r) = found.next()? {
            let end = known.sentences.end(r, 0, true)?;
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
            let last = self.sentences.end(r, 2, false)?;
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
    said: BTreeMap<usize, (u64, u32)>,
}

fn groups(tx: &Connection, known: &Known) -> Result<Vec<Group>, Fault> {
    let Known {
        run,
        ends,
        sentences,
        ..
    } = known;
    let mut sums: BTreeMap<Reason, Sum> = BTreeMap::new();
    for (row, end) in (0u32..).zip(ends) {
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
        let kept = sentences.0.get(&reason);
        let told = |place: usize| kept.and_then(|k| k.get(place));
        let mut most: Vec<_> = sum.said.iter().collect();
        most.sort_by_key(|(_, (rows, first))| (Reverse(*rows), *first));
        let mut said = Vec::new();
        for (message, rows, first) in most
            .into_iter()
            .filter_map(|(place, (rows, first))| Some((told(*place)?, *rows, *first)))
            .take(TOLD)
        {
            said.push(Said {
                message: message.clone(),
                rows,
                first: contact(tx, *run, first)?,
            });
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

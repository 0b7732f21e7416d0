//! What came of a run's rows: a window of those that are asked for, and the failed in groups. Read from the
//! journal of `journal`; rows are found by their ends, without reading what they hold.

use std::collections::BTreeMap;
use std::ops::Range;

use rusqlite::{Connection, params};

use super::error::Fault;
use super::journal::{RunRow, rows};
use super::{Reply, Store};
use crate::engine::journal::{Outcome, RunId};
use crate::engine::reason::Reason;
use crate::engine::results::{Group, Which};

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
        self.ask(move |owner| {
            owner.read("reading the results of a run", |tx, _| {
                results(tx, run.0, which, &window)
            })
        })
    }

    /// The failed rows of a run in groups, the most frequent reason first.
    pub fn run_failures(&self, run: RunId) -> Reply<Vec<Group>> {
        self.ask(move |owner| {
            owner.read("reading the results of a run", |tx, _| {
                groups(tx, run.0, &ends(tx, run.0)?)
            })
        })
    }
}

/// The end of each row, without its sentence; the place is the row.
type Ends = Vec<Option<(Outcome, Option<Reason>)>>;

fn results(
    tx: &Connection,
    run: i64,
    which: Which,
    window: &Range<usize>,
) -> Result<RunResults, Fault> {
    let ends = ends(tx, run)?;
    let meant = (0u32..).zip(&ends).filter(|(_, end)| which.means(**end));
    let meant: Vec<u32> = meant.map(|(row, _)| row).collect();
    let start = window.start.min(meant.len());
    let mut found = Vec::new();
    for row in meant.iter().skip(start).take(window.len()) {
        found.extend(rows(tx, run, *row, 1)?);
    }
    Ok(RunResults {
        start,
        rows: found,
        matched: meant.len(),
        failed: groups(tx, run, &ends)?,
    })
}

fn ends(tx: &Connection, run: i64) -> Result<Ends, Fault> {
    let end = |outcome: Option<String>, reason: Option<String>| {
        let outcome = outcome?;
        let outcome = Outcome::ALL.into_iter().find(|o| o.as_str() == outcome)?;
        Some((outcome, reason.as_deref().and_then(Reason::parse)))
    };
    let mut ends = Ends::new();
    let sql = "SELECT settled ->> '$.end', settled ->> '$.reason' FROM run_rows WHERE run = ?1 ORDER BY row";
    let mut statement = tx.prepare_cached(sql)?;
    let mut found = statement.query([run])?;
    while let Some(r) = found.next()? {
        ends.push(end(r.get(0)?, r.get(1)?));
    }
    // Of every entry that is no end both are NULL: the row is open again.
    let sql = "SELECT row, entry ->> '$.settled.end.end', entry ->> '$.settled.end.reason' FROM journal \
               WHERE run = ?1 ORDER BY seq";
    let mut statement = tx.prepare_cached(sql)?;
    let mut found = statement.query(params![run])?;
    while let Some(r) = found.next()? {
        let row: u32 = r.get(0)?;
        if let Some(known) = ends.get_mut(row as usize) {
            *known = end(r.get(1)?, r.get(2)?);
        }
    }
    Ok(ends)
}

fn groups(tx: &Connection, run: i64, ends: &Ends) -> Result<Vec<Group>, Fault> {
    let mut sums: BTreeMap<Reason, (u64, u32)> = BTreeMap::new();
    for (row, end) in (0u32..).zip(ends) {
        if let Some((_, Some(reason))) = end {
            sums.entry(*reason).or_insert((0, row)).0 += 1;
        }
    }
    let mut groups = Vec::new();
    for (reason, (count, first)) in sums {
        let row = rows(tx, run, first, 1)?.into_iter().next();
        let end = row.and_then(|r| r.fold.end);
        let message = end.as_ref().and_then(|e| e.message()).unwrap_or_default();
        groups.push(Group {
            reason,
            rows: count,
            message: message.to_string(),
        });
    }
    groups.sort_by_key(|g| std::cmp::Reverse(g.rows));
    Ok(groups)
}

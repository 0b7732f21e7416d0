//! The journal of runs: writing entries, folding them, and what a run's driver and the results are read from.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::error::Fault;
use super::thread::Owner;
use super::writers::{self, Held, Mark, Marks, Touched};
use super::{Reply, Store, StoreError, row};
use crate::domain::{Change, Contact, ContactId, Patch};
use crate::engine::journal::{End, Entry, Noted, Outcome, RowFold, RunId, Tally};
use crate::engine::run::Cell;

/// What a run's driver needs of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct RunTask {
    /// The row.
    pub row: u32,
    /// The contact.
    pub id: ContactId,
    /// The record behind it, as the plan saw it.
    pub record: Option<String>,
    /// What is to change.
    pub patch: Patch,
    /// The values that will change, where the plan knew them.
    pub changes: Option<Vec<Change>>,
    /// The contact as it is known here.
    pub known: Option<Contact>,
    /// What the journal says.
    pub fold: RowFold,
    /// What other runs sent for the contact since the row's last intent, or since it was opened again, the first one
    /// first; nothing where that intent has its end.
    pub meanwhile: Vec<(RunId, Patch)>,
    /// How far the journal was written when this was read.
    pub mark: Mark,
}

/// A row of a run's results.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// The row.
    pub row: u32,
    /// The contact.
    pub id: ContactId,
    /// What it was called when the plan was made.
    pub name: String,
    /// What was planned for it, where something was.
    pub patch: Option<Patch>,
    /// The values that the plan would change, where it knew them.
    pub planned: Vec<Change>,
    /// What the journal says; with the end that the plan already knew.
    pub fold: RowFold,
}

impl Store {
    /// Writes entries in one transaction, on the disk before the answer where one of them is an intent. An intent
    /// for a contact that another run has open, or wrote to after the row's mark, is left out, and all entries behind
    /// it of the same row; the answer says so for each entry.
    pub fn journal(
        &self,
        run: RunId,
        entries: Vec<Noted>,
        since: impl Into<Marks>,
        now: Timestamp,
    ) -> Reply<Vec<Result<(), Held>>> {
        let since = since.into();
        self.ask(move |owner| owner.journal(run.0, &entries, &since, now))
    }

    /// How each row of a run stands, in the order of the plan.
    pub fn run_cells(&self, run: RunId) -> Reply<Vec<Cell>> {
        self.ask(move |owner| owner.read("reading a run", |tx, _| cells(tx, run.0)))
    }

    /// What is needed to do rows of a run; rows that there are not are left out.
    pub fn run_tasks(&self, run: RunId, rows: Vec<u32>) -> Reply<Vec<RunTask>> {
        self.ask(move |owner| {
            owner.read("reading a run", |tx, _| {
                let mut patches = HashMap::new();
                let mark = writers::mark(tx)?;
                let each = rows.into_iter();
                let tasks = each.map(|row| task(tx, run.0, row, mark, &mut patches));
                tasks.filter_map(Result::transpose).collect()
            })
        })
    }

    /// Rows of a run with what came of them, from row `from` on, at most `limit`.
    pub fn run_rows(&self, run: RunId, from: u32, limit: usize) -> Reply<Vec<RunRow>> {
        self.ask(move |owner| owner.read("reading a run", |tx, _| rows(tx, run.0, from, limit)))
    }
}

impl Owner {
    fn journal(
        &mut self,
        run: i64,
        entries: &[Noted],
        since: &Marks,
        now: Timestamp,
    ) -> Result<Vec<Result<(), Held>>, StoreError> {
        let written = entries.iter().filter(|n| n.entry.is_intent());
        let earliest = written.map(|n| since.of(n.row)).min();
        let intents = earliest.is_some();
        let work = |tx: &rusqlite::Transaction<'_>| {
            let touched = match earliest {
                Some(earliest) => {
                    let sql = "SELECT account FROM runs WHERE id = ?1";
                    let account = tx.prepare_cached(sql)?.query_row([run], |r| r.get(0))?;
                    writers::touched(tx, account, Some(RunId(run)), earliest)?
                }
                None => Touched::new(),
            };
            let mut held: HashMap<u32, Held> = HashMap::new();
            let mut answers = Vec::with_capacity(entries.len());
            for Noted { row, entry } in entries {
                if let Some(by) = held.get(row) {
                    answers.push(Err(*by));
                    continue;
                }
                match note(tx, run, *row, entry, (&touched, since.of(*row)), now)? {
                    None => answers.push(Ok(())),
                    Some(by) => {
                        held.insert(*row, by);
                        answers.push(Err(by));
                    }
                }
            }
            Ok(answers)
        };
        let doing = "writing the journal of a run";
        // An end that is lost with the power is found again by looking; an intent would not be.
        match intents {
            true => self.write_durably(doing, work),
            false => self.write(doing, work),
        }
    }
}

/// Writes one entry; gives who is in the way, where somebody is. With it what runs touched, and the row's mark.
pub(super) fn note(
    tx: &Connection,
    run: i64,
    row: u32,
    entry: &Entry,
    (touched, since): (&Touched, Mark),
    now: Timestamp,
) -> Result<Option<Held>, Fault> {
    match entry {
        Entry::Intent(_) => {
            let sql = "SELECT r.account, w.contact FROM runs r JOIN run_rows w ON w.run = r.id \
                       WHERE r.id = ?1 AND w.row = ?2";
            let (account, contact) = tx.prepare_cached(sql)?.query_row(params![run, row], |r| {
                Ok((r.get::<_, i64>(0)?, ContactId::new(r.get::<_, String>(1)?)))
            })?;
            let run = RunId(run);
            let held = writers::in_the_way(tx, account, &contact, Some(run), touched, since)?;
            if held.is_some() {
                return Ok(held);
            }
            writers::open(tx, account, &contact, run)?;
        }
        Entry::Released | Entry::Settled { .. } => {
            let sql = "DELETE FROM run_open WHERE run = ?1 AND (account, contact) = \
                       (SELECT r.account, w.contact FROM runs r JOIN run_rows w ON w.run = r.id \
                        WHERE r.id = ?1 AND w.row = ?2)";
            tx.prepare_cached(sql)?.execute(params![run, row])?;
        }
        Entry::Reopened => {}
    }
    append(tx, run, row, entry, now)?;
    Ok(None)
}

/// Puts an entry at the end.
pub(super) fn append(
    tx: &Connection,
    run: i64,
    row: u32,
    entry: &Entry,
    now: Timestamp,
) -> Result<(), Fault> {
    let kind = match entry {
        Entry::Intent(_) => "i",
        Entry::Released => "r",
        Entry::Settled { .. } => "s",
        Entry::Reopened => "o",
    };
    let sql = "INSERT INTO journal (run, row, at, kind, entry) VALUES (?1, ?2, ?3, ?4, ?5)";
    let text = row::encode("an entry", entry)?;
    tx.prepare_cached(sql)?
        .execute(params![run, row, now.as_millisecond(), kind, text])?;
    Ok(())
}

/// The end that a row's JSON tells, without its sentence.
fn outcome(text: &str) -> Option<Outcome> {
    Outcome::ALL.into_iter().find(|o| o.as_str() == text)
}

/// How each row stands.
fn cells(tx: &Connection, run: i64) -> Result<Vec<Cell>, Fault> {
    let mut cells = Vec::new();
    let sql = "SELECT settled ->> '$.end' FROM run_rows WHERE run = ?1 ORDER BY row";
    let mut statement = tx.prepare_cached(sql)?;
    let mut found = statement.query([run])?;
    while let Some(r) = found.next()? {
        let end = r.get::<_, Option<String>>(0)?;
        let end = end.as_deref().and_then(outcome);
        cells.push(end.map_or(Cell::Waiting, Cell::Ended));
    }
    let sql = "SELECT row, kind, CASE kind WHEN 's' THEN entry ->> '$.settled.end.end' END \
               FROM journal WHERE run = ?1 ORDER BY seq";
    let mut statement = tx.prepare_cached(sql)?;
    let mut found = statement.query([run])?;
    // As `Cell::of` a fold over the entries, without reading them whole.
    while let Some(r) = found.next()? {
        let row: u32 = r.get(0)?;
        let end = r.get::<_, Option<String>>(2)?;
        let before = cells.get(row as usize).copied();
        let cell = match r.get_ref(1)?.as_str().map_err(rusqlite::Error::from)? {
            "i" => Cell::Unsettled,
            "s" => end
                .as_deref()
                .and_then(outcome)
                .map_or(Cell::Unsettled, Cell::Ended),
            "o" if before == Some(Cell::Ended(Outcome::Unknown)) => Cell::Unsettled,
            _ => Cell::Waiting,
        };
        if let Some(known) = cells.get_mut(row as usize) {
            *known = cell;
        }
    }
    Ok(cells)
}

/// How many rows ended how.
pub(super) fn tally(tx: &Connection, run: i64) -> Result<Tally, Fault> {
    let mut tally = Tally::default();
    for cell in cells(tx, run)? {
        match cell {
            Cell::Ended(outcome) => tally.add(outcome, 1),
            Cell::Waiting | Cell::Unsettled | Cell::Open => tally.left += 1,
        }
    }
    Ok(tally)
}

fn fold(tx: &Connection, run: i64, row: u32) -> Result<RowFold, Fault> {
    let sql = "SELECT entry FROM journal WHERE run = ?1 AND row = ?2 ORDER BY seq";
    let mut statement = tx.prepare_cached(sql)?;
    let mut found = statement.query(params![run, row])?;
    let mut fold = RowFold::default();
    while let Some(r) = found.next()? {
        let text = r.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        fold.add(row::decode(&format!("the journal of run {run}"), text)?);
    }
    Ok(fold)
}

/// What other runs sent for a contact since a row's last intent, or since it was opened again: who opens it again has
/// been told of what was there before.
fn meanwhile(
    tx: &Connection,
    account: i64,
    contact: &ContactId,
    (run, number): (i64, u32),
) -> Result<Vec<(RunId, Patch)>, Fault> {
    let sql = "SELECT j.run, j.entry FROM journal j CROSS JOIN runs r ON r.id = j.run \
               CROSS JOIN run_rows w ON w.run = j.run AND w.row = j.row \
               WHERE j.seq > (SELECT max(seq) FROM journal WHERE run = ?1 AND row = ?2 AND kind IN ('i', 'o')) \
               AND j.run <> ?1 AND j.kind = 'i' AND r.account = ?3 AND w.contact = ?4 \
               AND NOT EXISTS (SELECT 1 FROM journal l WHERE l.run = j.run AND l.row = j.row \
                               AND l.seq > j.seq AND l.kind = 'r') ORDER BY j.seq";
    let mut statement = tx.prepare_cached(sql)?;
    let mut found = statement.query(params![run, number, account, contact.as_str()])?;
    let mut sent = Vec::new();
    while let Some(r) = found.next()? {
        let by = r.get(0)?;
        let text = r.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        if let Entry::Intent(intent) = row::decode(&format!("the journal of run {by}"), text)? {
            sent.push((RunId(by), intent.patch));
        }
    }
    Ok(sent)
}

fn patch(
    tx: &Connection,
    run: i64,
    number: i64,
    known: &mut HashMap<i64, Patch>,
) -> Result<Patch, Fault> {
    if let Some(patch) = known.get(&number) {
        return Ok(patch.clone());
    }
    let sql = "SELECT document FROM run_patches WHERE run = ?1 AND patch = ?2";
    let text: String = tx
        .prepare_cached(sql)?
        .query_row(params![run, number], |r| r.get(0))?;
    let patch: Patch = row::decode(&format!("a change of run {run}"), &text)?;
    known.insert(number, patch.clone());
    Ok(patch)
}

fn task(
    tx: &Connection,
    run: i64,
    number: u32,
    mark: Mark,
    patches: &mut HashMap<i64, Patch>,
) -> Result<Option<RunTask>, Fault> {
    let sql = "SELECT r.account, w.contact, w.record, w.patch, w.changes FROM run_rows w \
               JOIN runs r ON r.id = w.run WHERE w.run = ?1 AND w.row = ?2 AND w.patch IS NOT NULL";
    let mut statement = tx.prepare_cached(sql)?;
    let mut found = statement.query(params![run, number])?;
    let Some(r) = found.next()? else {
        return Ok(None);
    };
    let account: i64 = r.get(0)?;
    let id = ContactId::new(r.get::<_, String>(1)?);
    let changes = r.get::<_, Option<String>>(4)?;
    let what = || format!("row {number} of run {run}");
    let known = row::find(tx, account, &id)?;
    let known = known.map(|(_, text)| super::contacts::decode(&id, &text));
    let fold = fold(tx, run, number)?;
    let meanwhile = match fold.open {
        true => meanwhile(tx, account, &id, (run, number))?,
        false => Vec::new(),
    };
    Ok(Some(RunTask {
        row: number,
        record: r.get(2)?,
        patch: patch(tx, run, r.get(3)?, patches)?,
        changes: changes.map(|t| row::decode(&what(), &t)).transpose()?,
        known: known.transpose()?,
        fold,
        meanwhile,
        mark,
        id,
    }))
}

pub(super) fn rows(
    tx: &Connection,
    run: i64,
    from: u32,
    limit: usize,
) -> Result<Vec<RunRow>, Fault> {
    let sql = "SELECT row, contact, name, patch, changes, settled FROM run_rows \
               WHERE run = ?1 AND row >= ?2 ORDER BY row LIMIT ?3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = tx.prepare_cached(sql)?;
    let mut found = statement.query(params![run, from, limit])?;
    let mut patches = HashMap::new();
    let mut rows = Vec::new();
    while let Some(r) = found.next()? {
        let number: u32 = r.get(0)?;
        let what = || format!("row {number} of run {run}");
        let changes = r.get::<_, Option<String>>(4)?;
        let settled = r.get::<_, Option<String>>(5)?;
        let planned = changes.map(|t| row::decode(&what(), &t)).transpose()?;
        let mut fold = fold(tx, run, number)?;
        if let Some(text) = settled {
            fold.end = Some(row::decode::<End>(&what(), &text)?);
        }
        let own = r.get::<_, Option<i64>>(3)?;
        rows.push(RunRow {
            row: number,
            id: ContactId::new(r.get::<_, String>(1)?),
            name: r.get(2)?,
            patch: own.map(|n| patch(tx, run, n, &mut patches)).transpose()?,
            planned: planned.unwrap_or_default(),
            fold,
        });
    }
    Ok(rows)
}

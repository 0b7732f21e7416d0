//! A bulk run as a pure machine: which contact is next, what is written down before anything is sent, how each
//! row ends, and when the run has to wait for a person.
//!
//! ```text
//!  waiting ─► Load ─► Read ─► check ─► Record(intent) ─► Write ─► verify ─► Record(settled) ─► end
//!     ▲                         │            │                       │
//!     └──── Record(released) ◄──┴── nothing was stored, and it was no fault of this row ◄──┘
//! ```
//!
//! [`Do::Write`] exists only as the answer to [`Run::on_recorded`] for that row's intent: no call can be sent
//! before the journal holds what it is. A row with an intent whose end is not known, after a crash or after a
//! connection that broke, is read again and settled by what is seen ([`look`]), never blindly sent again.
//!
//! No I/O and no clock: `app::bulk` does what the machine says and tells it what came of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::journal::{End, Entry, Outcome, RowFold, Tally};
use super::reason::Reason;
use super::save::{Permits, Save, WriteResult};
use crate::domain::{Contact, FieldTable, Patch, Trouble};

mod judge;
pub mod look;
mod rows;
pub mod single;
mod standing;
mod step;

pub use standing::{Halt, Standing};
pub use step::{Cell, Do, Hold, NotRecorded, Task};

/// How often a row is tried when it is not its own fault that it failed.
const TRIES: u8 = 4;

/// At least so many failures in a row, none of them a row's own fault, halt the run.
const FEWEST_MISSES: usize = 3;

#[derive(Debug, Clone, PartialEq)]
enum Stage {
    Loading,
    /// Reading, writing or verifying. `fold`: what the journal holds.
    Saving {
        save: Box<Save>,
        fold: RowFold,
    },
    /// The intent is on its way into the journal.
    Intending {
        save: Box<Save>,
        fold: RowFold,
        fresh: Box<Contact>,
        patch: Patch,
    },
    /// What became of an earlier intent is being read.
    Looking(Box<Task>),
    /// The last entries are on their way into the journal; then the row is at its end, or waits again.
    Closing {
        entries: Vec<Entry>,
        then: Cell,
    },
}

/// A run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    table: Arc<FieldTable>,
    permits: Permits,
    cells: Vec<Cell>,
    queue: VecDeque<u32>,
    open: BTreeMap<u32, Stage>,
    /// How often a row came back through no fault of its own.
    tries: BTreeMap<u32, u8>,
    /// Rows whose last entries could not be written: they are written when the run goes on.
    unwritten: BTreeSet<u32>,
    most: usize,
    misses: usize,
    /// Whether rows that are not stored get no further turn.
    given_up: bool,
    standing: Standing,
    tally: Tally,
}

impl Run {
    /// A run over rows that stand as given; nothing happens before [`Run::poll`]. `merge`: whether contacts may
    /// be merged away; whatever else needs to be allowed was asked for by the plan, which blocks such rows.
    /// `most`: rows under way at once.
    pub fn new(table: FieldTable, merge: bool, cells: Vec<Cell>, most: usize) -> Self {
        let permits = Permits {
            force: false,
            merge,
            new_field: true,
        };
        let mut tally = Tally::default();
        let mut unsettled = VecDeque::new();
        let mut waiting = VecDeque::new();
        for (row, cell) in (0..).zip(&cells) {
            match cell {
                Cell::Ended(outcome) => *tally.slot(*outcome) += 1,
                Cell::Unsettled | Cell::Open => unsettled.push_back(row),
                Cell::Waiting => waiting.push_back(row),
            }
        }
        tally.left = (unsettled.len() + waiting.len()) as u64;
        // What may be half done is seen to first.
        unsettled.append(&mut waiting);
        Self {
            table: Arc::new(table),
            permits,
            cells,
            queue: unsettled,
            open: BTreeMap::new(),
            tries: BTreeMap::new(),
            unwritten: BTreeSet::new(),
            most: most.max(1),
            misses: 0,
            given_up: false,
            standing: Standing::Running,
            tally,
        }
    }

    /// What to do now: rows whose turn has come.
    pub fn poll(&mut self) -> Vec<Do> {
        let mut list = Vec::new();
        while self.standing == Standing::Running && self.open.len() < self.most {
            let Some(row) = self.queue.pop_front() else {
                break;
            };
            self.open.insert(row, Stage::Loading);
            list.push(Do::Load { row });
        }
        list
    }

    /// The rows whose turn comes next, for reading ahead.
    pub fn upcoming(&self, rows: usize) -> impl Iterator<Item = u32> + '_ {
        self.queue.iter().take(rows).copied()
    }

    /// Takes the result of [`Do::Load`].
    pub fn on_loaded(&mut self, row: u32, task: Result<Task, Trouble>) -> Vec<Do> {
        if !matches!(self.open.get(&row), Some(Stage::Loading)) {
            return Vec::new();
        }
        let task = match task {
            Ok(task) => task,
            Err(trouble) => {
                // The store failed, and would for the next row as well.
                self.put_back(row);
                self.halt(Halt::Store(trouble));
                return Vec::new();
            }
        };
        if task.fold.open {
            self.open.insert(row, Stage::Looking(Box::new(task)));
            return vec![Do::Read {
                row,
                after_write: true,
            }];
        }
        self.start(row, task)
    }

    /// Takes the result of [`Do::Read`].
    pub fn on_read(&mut self, row: u32, result: Result<Contact, Trouble>) -> Vec<Do> {
        match self.open.remove(&row) {
            Some(Stage::Saving { mut save, fold }) => {
                let step = save.on_read(result);
                self.advance(row, save, fold, step)
            }
            Some(Stage::Looking(task)) => self.looked(row, *task, result),
            other => self.unasked(row, other),
        }
    }

    /// Takes the result of [`Do::Write`].
    pub fn on_written(&mut self, row: u32, result: WriteResult) -> Vec<Do> {
        match self.open.remove(&row) {
            Some(Stage::Saving { mut save, fold }) => {
                let step = save.on_written(result);
                self.advance(row, save, fold, step)
            }
            other => self.unasked(row, other),
        }
    }

    /// Takes the result of [`Do::Record`].
    pub fn on_recorded(&mut self, row: u32, result: Result<(), NotRecorded>) -> Vec<Do> {
        match (self.open.remove(&row), result) {
            (
                Some(Stage::Intending {
                    save,
                    fold,
                    fresh,
                    patch,
                }),
                Ok(()),
            ) => {
                self.open.insert(row, Stage::Saving { save, fold });
                vec![Do::Write { row, fresh, patch }]
            }
            (Some(Stage::Intending { .. }), Err(NotRecorded::Failed(trouble))) => {
                self.put_back(row);
                self.halt(Halt::Store(trouble));
                Vec::new()
            }
            (Some(Stage::Intending { .. }), Err(NotRecorded::Busy { run, hold })) => {
                if hold != Hold::Left && !self.given_up && self.tried(row) {
                    self.put_last(row, Cell::Waiting);
                    return Vec::new();
                }
                let (reason, message) = (Reason::Busy, hold.said(run));
                // The intent is not in the journal, so there is nothing to take back.
                let end = End::Failed { reason, message };
                self.close(row, &RowFold::default(), end, vec![])
            }
            (Some(Stage::Closing { then, .. }), Ok(())) => {
                self.unwritten.remove(&row);
                match then {
                    Cell::Ended(outcome) => self.end(row, outcome),
                    Cell::Waiting if self.given_up => return self.give(row, &RowFold::default()),
                    cell => self.put_last(row, cell),
                }
                Vec::new()
            }
            (Some(stage @ Stage::Closing { .. }), Err(why)) => {
                self.open.insert(row, stage);
                self.unwritten.insert(row);
                if let NotRecorded::Failed(trouble) = why {
                    self.halt(Halt::Store(trouble));
                }
                Vec::new()
            }
            (other, _) => self.unasked(row, other),
        }
    }

    /// Stops handing out rows; what is under way goes on to its end.
    pub fn pause(&mut self, halt: Halt) {
        self.halt(halt);
    }

    /// Goes on after a halt.
    pub fn go_on(&mut self) -> Vec<Do> {
        self.standing = Standing::Running;
        self.misses = 0;
        let rows = std::mem::take(&mut self.unwritten);
        let again = rows
            .into_iter()
            .filter_map(|row| match self.open.get(&row) {
                Some(Stage::Closing { entries, .. }) => Some(Do::Record {
                    row,
                    entries: entries.clone(),
                }),
                _ => None,
            });
        again.collect()
    }

    /// How the rows stand.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Whether it runs, or what it waits for.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// How many rows are under way; those that only can not be written down now are not.
    pub fn under_way(&self) -> usize {
        self.open.len().saturating_sub(self.unwritten.len())
    }

    /// Whether every row has its end, and the journal holds it.
    pub fn is_done(&self) -> bool {
        self.queue.is_empty() && self.open.is_empty()
    }

    /// Whether nothing is under way but what can not be written down now.
    pub fn is_idle(&self) -> bool {
        self.open.len() == self.unwritten.len()
    }

    /// Where a row stands.
    pub fn cell(&self, row: u32) -> Option<Cell> {
        match self.open.contains_key(&row) {
            true => Some(Cell::Open),
            false => self.cells.get(row as usize).copied(),
        }
    }

    fn end(&mut self, row: u32, outcome: Outcome) {
        if let Some(cell) = self.cells.get_mut(row as usize) {
            *cell = Cell::Ended(outcome);
        }
        self.tries.remove(&row);
        self.tally.left = self.tally.left.saturating_sub(1);
        *self.tally.slot(outcome) += 1;
    }

    /// Its turn is still to come, as if nothing had been tried.
    fn put_back(&mut self, row: u32) {
        self.open.remove(&row);
        self.queue.push_front(row);
    }

    fn put_last(&mut self, row: u32, cell: Cell) {
        self.open.remove(&row);
        if let Some(known) = self.cells.get_mut(row as usize) {
            *known = cell;
        }
        self.queue.push_back(row);
    }

    /// Counts a try; whether the row may have another one.
    fn tried(&mut self, row: u32) -> bool {
        let tries = self.tries.entry(row).or_default();
        *tries += 1;
        *tries < TRIES
    }

    /// A failure that was no fault of its row: enough of them in a row halt the run.
    fn miss(&mut self, halt: Halt) {
        self.misses += 1;
        if self.misses >= self.most.max(FEWEST_MISSES) {
            self.halt(halt);
        }
    }

    /// The first reason stays. What a person asked for gives way to what a person has to see to; a network that is
    /// gone meanwhile comes back by itself, and is no reason to go on unasked.
    fn halt(&mut self, halt: Halt) {
        let gives_way = match &self.standing {
            Standing::Running => true,
            Standing::Halted(Halt::Asked) => !matches!(halt, Halt::Network(_)),
            Standing::Halted(_) => false,
        };
        if gives_way {
            self.standing = Standing::Halted(halt);
        }
    }

    /// A result that nothing asked for changes nothing.
    fn unasked(&mut self, row: u32, stage: Option<Stage>) -> Vec<Do> {
        if let Some(stage) = stage {
            self.open.insert(row, stage);
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests;

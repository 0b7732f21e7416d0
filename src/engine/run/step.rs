//! What passes between a run and its driver: what to do next, what a row's task is, where a row stands.

use crate::domain::{Contact, Patch, Trouble};
use crate::engine::journal::{Entry, Outcome, RowFold, RunId};

/// What the driver has to do. Everything but the recording may be done at the same time; what is recorded is
/// recorded in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum Do {
    /// Get the row's task and call [`Run::on_loaded`](super::Run::on_loaded).
    Load {
        /// The row.
        row: u32,
    },
    /// Read the contact whole and call [`Run::on_read`](super::Run::on_read).
    Read {
        /// The row.
        row: u32,
        /// Whether this is to see what a write came to.
        after_write: bool,
    },
    /// Write entries to the journal and call [`Run::on_recorded`](super::Run::on_recorded).
    Record {
        /// The row.
        row: u32,
        /// What to write, in this order.
        entries: Vec<Entry>,
    },
    /// Send the write and call [`Run::on_written`](super::Run::on_written).
    Write {
        /// The row.
        row: u32,
        /// The contact as just read.
        fresh: Box<Contact>,
        /// What to change.
        patch: Patch,
    },
}

/// What the driver knows about a row when its turn comes.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// The contact as the plan saw it.
    pub base: Contact,
    /// What is to be changed.
    pub patch: Patch,
    /// What the journal says about it.
    pub fold: RowFold,
    /// What other runs sent for the contact since this row's last intent, or since it was opened again: of use only
    /// where that intent is open.
    pub meanwhile: Vec<(RunId, Patch)>,
}

/// How another run is in the way of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It has the contact open, and is under way.
    Run,
    /// It is the save of a form, and under way.
    Save,
    /// It has the contact open, and nobody drives it: waiting is of no use.
    Left,
    /// It was at the contact since that was read, and is not any more.
    Gone,
}

impl Hold {
    /// What there is to say and to do.
    pub(super) fn said(self, by: RunId) -> String {
        let run = format!("run {by}");
        match self {
            Self::Run => {
                format!("{run} is at this contact; let it end, or stop it, then retry this row")
            }
            Self::Save => format!(
                "another save of this contact is under way ({run}); let it end, then retry this row"
            ),
            Self::Left => format!(
                "{run} has an open change of this contact and nobody drives it: `cardex runs resume {by}`, \
                 then retry this row"
            ),
            Self::Gone => {
                format!("{run} was at this contact each time it had been read; retry this row")
            }
        }
    }
}

/// Why an entry is not in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotRecorded {
    /// Another run is at the contact, or was since it was read.
    Busy {
        /// That run.
        run: RunId,
        /// How it is in the way.
        hold: Hold,
    },
    /// It can not be written.
    Failed(Trouble),
}

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// Its turn has not come.
    Waiting,
    /// Something may be stored that nobody has seen yet: it is looked at when its turn comes.
    Unsettled,
    /// Under way.
    Open,
    /// At its end.
    Ended(Outcome),
}

impl Cell {
    /// Where a row stands by its journal.
    pub fn of(fold: &RowFold) -> Self {
        match &fold.end {
            Some(end) => Self::Ended(end.outcome()),
            None if fold.open => Self::Unsettled,
            None => Self::Waiting,
        }
    }
}

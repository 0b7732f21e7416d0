//! Bulk changes on an open account: making a plan, driving its run against the network and the journal, taking
//! it back. What is decided is decided in `engine::plan` and `engine::run`; this does it.
//!
//! ```text
//!  ids or filter ─► plan ─► begin (store) ─► drive ◄─► engine::run
//!                    ▲                         ├─► session (lane, or local store)
//!                  undo ◄── journal ◄──────────┘
//! ```

use jiff::Timestamp;

use crate::app::session::Session;
use crate::domain::Trouble;
use crate::engine::journal::{RunId, Tally};
use crate::engine::run::Standing;

mod alike;
mod batch;
mod begin;
mod drive;
mod held;
mod learnt;
mod plan;
mod present;
mod question;
pub mod rate;
pub mod results;
mod retry;
mod row;
mod undo;

pub use begin::{begin, fits};
pub use drive::drive;
pub(in crate::app) use plan::header;
pub use plan::{Asked, by_filter, by_ids};
pub use present::{allowed_here, looked_at};
pub use undo::undo;

pub use crate::store::{Forget, RunKind, RunRecord, RunRow};

/// Whether somebody drives a run at this moment.
pub fn is_driven(session: &Session, run: RunId) -> bool {
    session.journal().is_driven(run)
}

/// What somebody tells a run that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Hand out no further rows.
    Pause,
    /// Go on.
    GoOn,
    /// Finish what is under way, and leave the rest for another time.
    Stop,
    /// Finish what is under way, and end all other rows as given up.
    GiveUp,
    /// Open rows that failed for this reason again; all that failed or are not known, where none is named.
    Retry(Option<crate::engine::Reason>),
}

/// How a run stands, told while it is driven.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The run.
    pub run: RunId,
    /// How its rows stand.
    pub tally: Tally,
    /// How many rows are under way.
    pub under_way: usize,
    /// Whether it runs, or what it waits for.
    pub standing: Standing,
    /// Rows that got their end since it was driven, and since when.
    pub ended_now: u64,
    /// When driving began.
    pub since: Timestamp,
    /// Until when the provider wants nothing sent, where it does.
    pub held_until: Option<Timestamp>,
    /// Whether every row has its end.
    pub done: bool,
}

/// How driving a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Driven {
    /// How it stands.
    pub progress: Progress,
    /// Why rows are left, where it was not a wish.
    pub trouble: Option<Trouble>,
}

impl Progress {
    /// Rows that got their end in a minute, on average since it was driven; none at the very beginning.
    pub fn per_minute(&self) -> Option<f64> {
        let minutes = crate::app::clock::now()
            .duration_since(self.since)
            .as_secs_f64()
            / 60.0;
        let rows = u32::try_from(self.ended_now).unwrap_or(u32::MAX);
        (rows > 0 && minutes > 0.0).then(|| f64::from(rows) / minutes)
    }

    /// How long the rest will take at that rate, in seconds.
    pub fn seconds_left(&self) -> Option<f64> {
        let left = u32::try_from(self.tally.left).unwrap_or(u32::MAX);
        self.per_minute().map(|rate| f64::from(left) / rate * 60.0)
    }
}

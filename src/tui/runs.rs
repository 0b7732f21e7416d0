//! What the screen knows of bulk runs: orders to one that is under way, how it stands, and what came of it.
//! Plain data; `app::execute` tells it, the screens `run` and `history` show it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::{AccountName, Change, ContactId};
use crate::engine::journal::{End, RunId, Tally};
use crate::engine::plan::Header;
use crate::engine::reason::Reason;
use crate::engine::results::Group;
use crate::engine::run::Standing;

pub mod words;

/// A run and the account that it belongs to: numbers count for one database alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunKey {
    /// The account.
    pub account: AccountName,
    /// Its number.
    pub run: RunId,
}

/// What somebody tells a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Hand out no further rows.
    Pause,
    /// Go on; with a token that is read anew where the last one was refused.
    GoOn,
    /// Finish what is under way, and leave the rest for another time.
    Stop,
    /// Finish what is under way, and end all other rows as given up.
    GiveUp,
    /// Open rows that failed for this reason again; all that failed or are not known, where none is named.
    Retry(Option<Reason>),
    /// Fewer requests a minute.
    Slower,
    /// More requests a minute, inside of the limit.
    Faster,
}

/// What is to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// The latest change of the account, a single edit or a run.
    Last,
    /// A run: all of it, or only these rows.
    Run {
        /// Which.
        run: RunId,
        /// Its rows, where not all are meant.
        only: Option<BTreeSet<u32>>,
    },
}

/// How a run that this process drives stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Which.
    pub key: RunKey,
    /// The change, in a few words.
    pub change: String,
    /// How its rows stand.
    pub tally: Tally,
    /// How many rows are under way.
    pub under_way: usize,
    /// Whether it hands out rows, or what it waits for.
    pub standing: Standing,
    /// Until when the provider wants nothing sent, where it does.
    pub held_until: Option<Timestamp>,
    /// When it is tried again by itself, where it halted for the network.
    pub tries_at: Option<Timestamp>,
    /// Rows that got their end in a minute, lately; `None`: not known yet.
    pub per_minute: Option<u32>,
    /// How long the rest takes at that rate, in seconds.
    pub seconds_left: Option<u64>,
    /// The pace of requests and what it comes from, in words; nothing where there is none.
    pub pace: Option<String>,
    /// Whether it still is driven. If not, and rows are left, it can be resumed.
    pub driven: bool,
}

impl Progress {
    /// Whether every row has its end.
    pub fn is_done(&self) -> bool {
        self.tally.left == 0
    }
}

/// A run as the history tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// Which.
    pub key: RunKey,
    /// Whether it was the saving of one contact's form.
    pub edit: bool,
    /// What was planned.
    pub header: Header,
    /// When it was started.
    pub started_at: Timestamp,
    /// When its last row got its end.
    pub ended_at: Option<Timestamp>,
    /// How its rows stand.
    pub tally: Tally,
    /// Whether the personal data in it was deleted.
    pub forgotten: bool,
    /// Whether another process drives it at this moment.
    pub elsewhere: bool,
}

/// A contact's row in a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number in the plan.
    pub row: u32,
    /// The contact.
    pub id: ContactId,
    /// What it was called when the plan was made.
    pub name: String,
    /// The values as they were and as the run left them; before it was at the contact, as the plan says.
    pub changes: Vec<Change>,
    /// Whether something was sent for it, that can be taken back.
    pub sent: bool,
    /// How it ended.
    pub end: Option<End>,
}

/// A window of what came of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// The run, as it is kept.
    pub past: Past,
    /// The position of the first row among those that were asked for.
    pub start: usize,
    /// The rows.
    pub rows: Vec<Row>,
    /// How many were asked for in all.
    pub matched: usize,
    /// Those that failed, by reason.
    pub failed: Vec<Group>,
}

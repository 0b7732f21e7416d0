//! What came of a run's rows: which of them are asked for, and in which groups those that failed are counted.

use super::journal::Outcome;
use super::reason::Reason;

/// Which rows of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Which {
    /// Every row.
    #[default]
    All,
    /// Those without an end yet.
    Left,
    /// Those that ended so.
    Ended(Outcome),
    /// Those that failed for this reason.
    Because(Reason),
}

impl Which {
    /// Whether a row with this end, or without one, is meant.
    pub fn means(self, end: Option<(Outcome, Option<Reason>)>) -> bool {
        match self {
            Self::All => true,
            Self::Left => end.is_none(),
            Self::Ended(outcome) => end.is_some_and(|(o, _)| o == outcome),
            Self::Because(reason) => end.is_some_and(|(_, r)| r == Some(reason)),
        }
    }
}

/// Rows that failed for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The reason.
    pub reason: Reason,
    /// How many.
    pub rows: u64,
    /// What the first of them says.
    pub message: String,
}

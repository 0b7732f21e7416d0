//! What came of a run's rows: which of them are asked for, and in which groups those that failed are counted.

use super::journal::Outcome;
use super::reason::Reason;
use crate::domain::ContactId;

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
    /// How many of them the plan had blocked: nothing was sent for them, and a new plan is needed to try.
    pub blocked: u64,
    /// What they say, the most frequent sentences first; not all of them, where there are many.
    pub said: Vec<Said>,
}

/// A sentence that rows of a group say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The sentence.
    pub message: String,
    /// How many say it.
    pub rows: u64,
    /// The contact of the first of them.
    pub first: ContactId,
}

impl Group {
    /// How many rows say none of its sentences.
    pub fn others(&self) -> u64 {
        let told: u64 = self.said.iter().map(|s| s.rows).sum();
        self.rows.saturating_sub(told)
    }
}

/// Why nothing is tried again of rows that the plan blocked, where some are: `3 were blocked by the plan (widens
/// consent)…`.
pub fn blocked_words<'a>(groups: impl Iterator<Item = &'a Group>) -> Option<String> {
    let blocked: Vec<&Group> = groups.filter(|g| g.blocked > 0).collect();
    let rows: u64 = blocked.iter().map(|g| g.blocked).sum();
    let labels: Vec<&str> = blocked.iter().map(|g| g.reason.label()).collect();
    let were = if rows == 1 { "was" } else { "were" };
    (rows > 0).then(|| {
        format!(
            "{rows} {were} blocked by the plan ({}): nothing was sent for that, and only a new plan can",
            labels.join(", ")
        )
    })
}

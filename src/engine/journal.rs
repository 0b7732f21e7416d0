//! What is written down about a run, and what follows from it: entries, and the fold over them. Where they are
//! kept is the store's business; what is entered, and when, is decided by [`super::run`].
//!
//! A row's entries, in order: an intent (what will be sent, on what), then that it was released (nothing of it
//! is stored, the row is free again) or settled. A settled row may be reopened for another try. An intent that
//! nothing follows is open: the process may have ended between sending and knowing. Once it was looked at and not
//! found stored, another intent may follow: what the first one said may be stored in part, or arrive late.

use serde::{Deserialize, Serialize};

use super::reason::Reason;
use crate::domain::{Change, Patch, count};

/// A run's number in its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

impl std::fmt::Display for RunId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What is about to be sent for one contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// What changes; nothing in it was already so.
    pub patch: Patch,
    /// Each value that changes, as it was read right before, and as it will be.
    pub changes: Vec<Change>,
    /// The record that was addressed, where the provider tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

/// How a row ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum End {
    /// The change is stored, and was seen there.
    Applied {
        /// What could not be proven, where something could not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Nothing was sent, because nothing had to change.
    Unchanged {
        /// Why.
        why: String,
    },
    /// The change is not stored, or not as asked.
    Failed {
        /// The kind.
        reason: Reason,
        /// The sentence.
        message: String,
    },
    /// It is not known whether the change is stored.
    Unknown {
        /// Why.
        message: String,
    },
}

impl End {
    /// Which of the four it is.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Applied { .. } => Outcome::Applied,
            Self::Unchanged { .. } => Outcome::Unchanged,
            Self::Failed { .. } => Outcome::Failed,
            Self::Unknown { .. } => Outcome::Unknown,
        }
    }

    /// Why it failed, where it did.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Failed { reason, .. } => Some(*reason),
            _ => None,
        }
    }

    /// What there is to say of it.
    pub fn message(&self) -> Option<&str> {
        match self {
            Self::Applied { note } => note.as_deref(),
            Self::Unchanged { why } => Some(why),
            Self::Failed { message, .. } | Self::Unknown { message } => Some(message),
        }
    }
}

/// The four ways in which a row ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Stored and seen.
    Applied,
    /// Nothing had to be sent.
    Unchanged,
    /// Not stored.
    Failed,
    /// Not known.
    Unknown,
}

impl Outcome {
    /// Every outcome, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Applied, Self::Unchanged, Self::Failed, Self::Unknown];

    /// The name in results and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// One entry about one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// This will be sent.
    Intent(Intent),
    /// Nothing of the open intent is stored, and none of it is on its way.
    Released,
    /// The end of the row.
    Settled {
        /// How.
        end: End,
        /// The values that are stored otherwise than the intent says: `old` is what was asked.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        otherwise: Vec<Change>,
    },
    /// The row is to be tried again.
    Reopened,
}

impl Entry {
    /// Whether something is about to be sent.
    pub fn is_intent(&self) -> bool {
        matches!(self, Self::Intent(_))
    }
}

/// An entry, and the row that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The row's number in its plan.
    pub row: u32,
    /// What is to be kept.
    pub entry: Entry,
}

/// What follows from the entries about one row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowFold {
    /// Every intent that was not released, and may therefore be stored, the first one first.
    pub intents: Vec<Intent>,
    /// Whether the last of them has no end yet.
    pub open: bool,
    /// The end, where the row has one.
    pub end: Option<End>,
    /// The values that are stored otherwise than asked.
    pub otherwise: Vec<Change>,
}

impl RowFold {
    /// Takes the next entry.
    pub fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Intent(intent) => {
                self.intents.push(intent);
                self.open = true;
                self.end = None;
                self.otherwise.clear();
            }
            Entry::Released => {
                if self.open {
                    self.intents.pop();
                }
                self.open = false;
            }
            Entry::Settled { end, otherwise } => {
                // A try that failed without a trace leaves what was seen of an earlier one as it is.
                let traceless = !self.open && otherwise.is_empty();
                if !(traceless && end.outcome() == Outcome::Failed) {
                    self.otherwise = otherwise;
                }
                self.open = false;
                self.end = Some(end);
            }
            Entry::Reopened => {
                // What nobody knew is looked at before it is tried again.
                self.open = matches!(self.end, Some(End::Unknown { .. }));
                self.end = None;
            }
        }
    }

    /// The fold over entries from the first one on.
    pub fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut fold = Self::default();
        for entry in entries {
            fold.add(entry);
        }
        fold
    }

    /// All that the row may have changed, as one patch.
    pub fn patch(&self) -> Patch {
        let all = self.intents.iter();
        all.fold(Patch::default(), |sum, i| sum.then(&i.patch))
    }

    /// Each value that the row may have changed: as it was before the first intent that named it, and as the
    /// last one, or what was seen afterwards, left it.
    pub fn changes(&self) -> Vec<Change> {
        let mut sum: Vec<Change> = Vec::new();
        for change in self.intents.iter().flat_map(|i| &i.changes) {
            match sum.iter_mut().find(|c| c.key == change.key) {
                Some(known) => known.new = change.new.clone(),
                None => sum.push(change.clone()),
            }
        }
        for seen in &self.otherwise {
            if let Some(known) = sum.iter_mut().find(|c| c.key == seen.key) {
                known.new = seen.new.clone();
            }
        }
        sum
    }
}

/// How many rows ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Stored and seen.
    pub applied: u64,
    /// Nothing had to be sent.
    pub unchanged: u64,
    /// Not stored.
    pub failed: u64,
    /// Not known.
    pub unknown: u64,
    /// Without an end yet.
    pub left: u64,
}

impl Tally {
    /// All rows of the selection.
    pub fn selected(&self) -> u64 {
        self.done() + self.left
    }

    /// Rows that have an end.
    pub fn done(&self) -> u64 {
        self.applied + self.unchanged + self.failed + self.unknown
    }

    /// The numbers as a sentence part; what is left only where something is.
    pub fn words(&self) -> String {
        let mut text = format!(
            "{}: {} applied, {} unchanged, {} failed, {} unknown",
            count::contacts(self.selected()),
            self.applied,
            self.unchanged,
            self.failed,
            self.unknown
        );
        if self.left > 0 {
            text.push_str(&format!(", {} left", self.left));
        }
        text
    }

    /// The number behind an outcome.
    pub fn of(&self, outcome: Outcome) -> u64 {
        match outcome {
            Outcome::Applied => self.applied,
            Outcome::Unchanged => self.unchanged,
            Outcome::Failed => self.failed,
            Outcome::Unknown => self.unknown,
        }
    }

    pub(super) fn slot(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Applied => &mut self.applied,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Failed => &mut self.failed,
            Outcome::Unknown => &mut self.unknown,
        }
    }

    /// Counts rows with an end.
    pub fn add(&mut self, outcome: Outcome, rows: u64) {
        *self.slot(outcome) += rows;
    }
}

#[cfg(test)]
mod tests;

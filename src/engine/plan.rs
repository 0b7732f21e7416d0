//! A bulk change before anything is sent: a row for each selected contact, with what will change, or why nothing
//! will. Rows are made by [`planner`], written and read by [`mod@file`], taken back by [`back`]; what is sent is
//! [`super::run`]'s business.
//!
//! A hundred thousand rows fit: patches are shared, and the values that change are kept as one JSON text a row.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::journal::RunId;
use super::reason::Reason;
use crate::domain::{AccountName, Change, Contact, ContactId, FieldKey, Flag, Patch, ProviderId};

pub mod back;
pub mod command;
pub mod file;
pub mod planner;

pub use planner::Planner;

/// More contacts than this are confirmed by typing their number, on the screen and at a prompt.
pub const BY_LETTER: usize = 25;

/// What was allowed by name, for the whole plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// Consent may be widened.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opt_in: bool,
    /// Attributes that no contact has may be made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new_field: bool,
    /// Tags that are not in the provider's catalogue may be added.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new_tag: bool,
    /// Contacts may be merged away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub merge: bool,
}

/// What a plan is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The account.
    pub account: AccountName,
    /// Its provider.
    pub provider: ProviderId,
    /// Whose contacts these are: server and account there. Empty for the local store.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Who made it: the user of this machine.
    pub made_by: String,
    /// The change that was asked for; none where each row has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Patch>,
    /// What was allowed by name.
    #[serde(default)]
    pub allowed: Allowed,
    /// Why it is done, in the words of whoever asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The run that this takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_of: Option<RunId>,
    /// How the contacts were chosen, in the words of the filter, where it was one; empty: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// What could not be looked up when it was made, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
}

impl Header {
    /// What it does, in a few words: the change, or the run that it takes back.
    pub fn words(&self) -> String {
        match (&self.change, self.undo_of) {
            (_, Some(run)) => format!("undo of run {run}"),
            (Some(change), None) => change.words(),
            (None, None) => "a change for each contact".into(),
        }
    }
}

/// What is planned for one contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planned {
    /// It will be changed.
    Send {
        /// What changes; nothing in it is so already, as far as known.
        patch: Arc<Patch>,
        /// The values as a JSON array of changes.
        changes: Box<str>,
    },
    /// It is not known how it is now: read when its turn comes, and changed if need be.
    Unread {
        /// What is to be so afterwards.
        patch: Arc<Patch>,
    },
    /// Nothing will be sent.
    Nothing {
        /// Why.
        why: Arc<str>,
    },
    /// Nothing can be sent.
    Blocked {
        /// The kind.
        reason: Reason,
        /// The sentence.
        why: Arc<str>,
    },
}

/// A contact's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The contact.
    pub id: ContactId,
    /// What to call it.
    pub name: Box<str>,
    /// The record behind it, where the provider tells.
    pub record: Option<Box<str>>,
    /// What will happen.
    pub planned: Planned,
    /// Whether somebody struck it out.
    pub struck: bool,
}

/// What the rows of a plan are counted and struck out by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Will be changed.
    Send,
    /// Is looked at when its turn comes.
    Unread,
    /// Is so already.
    Nothing,
    /// Can not be changed.
    Blocked(Reason),
    /// Was struck out.
    Struck,
}

impl Row {
    /// What it is counted by.
    pub fn kind(&self) -> Kind {
        match &self.planned {
            _ if self.struck => Kind::Struck,
            planned => planned.kind(),
        }
    }

    /// Whether its turn will come.
    pub fn goes(&self) -> bool {
        matches!(self.kind(), Kind::Send | Kind::Unread)
    }

    /// What it will be changed by.
    pub fn patch(&self) -> Option<&Arc<Patch>> {
        match &self.planned {
            Planned::Send { patch, .. } | Planned::Unread { patch } => Some(patch),
            Planned::Nothing { .. } | Planned::Blocked { .. } => None,
        }
    }

    /// The values that will change, as far as known.
    pub fn changes(&self) -> Vec<Change> {
        match &self.planned {
            Planned::Send { changes, .. } => serde_json::from_str(changes).unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}

impl Planned {
    fn kind(&self) -> Kind {
        match self {
            Self::Send { .. } => Kind::Send,
            Self::Unread { .. } => Kind::Unread,
            Self::Nothing { .. } => Kind::Nothing,
            Self::Blocked { reason, .. } => Kind::Blocked(*reason),
        }
    }
}

/// Which rows there are, and how many of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    kinds: std::collections::BTreeMap<Kind, usize>,
}

impl Counts {
    /// How many of a kind.
    pub fn of(&self, kind: Kind) -> usize {
        self.kinds.get(&kind).copied().unwrap_or_default()
    }

    /// How many will be sent or looked at.
    pub fn go(&self) -> usize {
        self.of(Kind::Send) + self.of(Kind::Unread)
    }

    /// All rows.
    pub fn all(&self) -> usize {
        self.kinds.values().sum()
    }

    /// The kinds that occur, with their numbers.
    pub fn kinds(&self) -> impl Iterator<Item = (Kind, usize)> + '_ {
        self.kinds.iter().map(|(k, n)| (*k, *n))
    }
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What it is about.
    pub header: Header,
    /// A row for each contact, in the order in which their turn comes.
    pub rows: Vec<Row>,
}

impl Plan {
    /// How many rows there are of each kind.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for row in &self.rows {
            *counts.kinds.entry(row.kind()).or_default() += 1;
        }
        counts
    }

    /// Strikes a row out, or takes that back. Rows that would not go anyway stay as they are.
    pub fn strike(&mut self, row: usize, struck: bool) {
        if let Some(row) = self.rows.get_mut(row)
            && row.patch().is_some()
        {
            row.struck = struck;
        }
    }
}

/// The contact as a row's changes say that it was: what a later look is compared with. Where more is known of
/// it, `known`, that is kept.
pub fn base_of(known: Contact, changes: &[Change], record: Option<&str>) -> Contact {
    let mut base = known;
    for change in changes {
        restore(&mut base, change);
    }
    if let Some(record) = record {
        base.record = Some(record.to_string());
    }
    base
}

/// The same for a row of which nothing was known: nothing can have changed since, so no later look conflicts.
pub fn base_of_unread(known: Contact, patch: &Patch, record: Option<&str>) -> Contact {
    let mut base = patch.apply(&known);
    base.record = record.map(String::from);
    base
}

/// Puts the old value of a change back.
fn restore(contact: &mut Contact, change: &Change) {
    if let Some(name) = change.key.strip_prefix("attr.") {
        if change.old.is_null() {
            contact.attributes.remove(name);
        } else {
            contact.attributes.insert(name.into(), change.old.clone());
        }
    } else if change.key == "tags" {
        let names = change.old.as_array().into_iter().flatten();
        contact.tags = names.filter_map(|t| t.as_str().map(String::from)).collect();
        contact.tags_read = crate::domain::TagsRead::All;
    } else if let Some(flag) = Flag::parse(&change.key) {
        match change.old.as_bool() {
            Some(state) => contact.flags.insert(flag, state),
            None => contact.flags.remove(&flag),
        };
    } else if let Some(key) = FieldKey::parse(&change.key) {
        contact.set_field(key, change.old.as_str().unwrap_or_default());
    }
}

#[cfg(test)]
mod tests;

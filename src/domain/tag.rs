//! Tags: sets of names, and changes to them as additions and removals.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A set of tag names, exact spelling, sorted.
pub type TagSet = BTreeSet<String>;

/// A change of tags that leaves all others alone: what to add and what to remove.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagDelta {
    /// Names to add.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub add: TagSet,
    /// Names to remove.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub remove: TagSet,
}

impl TagDelta {
    /// The delta that turns `from` into `to`.
    pub fn between(from: &TagSet, to: &TagSet) -> Self {
        Self {
            add: to.difference(from).cloned().collect(),
            remove: from.difference(to).cloned().collect(),
        }
    }

    /// Whether nothing is added or removed.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }

    /// The set after the change. A name that is in both lists ends up present.
    #[must_use]
    pub fn apply(&self, tags: &TagSet) -> TagSet {
        tags.difference(&self.remove)
            .chain(&self.add)
            .cloned()
            .collect()
    }

    /// This change, then `later`, as one.
    #[must_use]
    pub fn then(&self, later: &Self) -> Self {
        Self {
            add: self
                .add
                .difference(&later.remove)
                .chain(&later.add)
                .cloned()
                .collect(),
            remove: self
                .remove
                .difference(&later.add)
                .chain(&later.remove)
                .cloned()
                .collect(),
        }
    }
}

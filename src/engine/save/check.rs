//! What a contact that was read after a write says about the write.

use super::Check;
use crate::domain::guard::{Guard, guarded};
use crate::domain::{Contact, FieldTable, Patch, TagsRead, diff};

impl Check {
    /// Compares what is stored with what `patch` made of `before`. `merge`: whether merging was allowed by name.
    pub fn of(
        before: &Contact,
        stored: &Contact,
        patch: &Patch,
        table: &FieldTable,
        merge: bool,
    ) -> Self {
        if let Some(merged) = Self::merged(before, stored, patch, table, merge) {
            return merged;
        }
        let asked = patch.apply(before);
        let rows = diff::drift(&asked, stored, patch, table);
        if !rows.is_empty() {
            return Self::Drifted(rows);
        }
        if !patch.attributes.is_empty() && !stored.attributes_known {
            return Self::Unknown("accepted; what was read back does not tell attributes".into());
        }
        if !patch.tags.is_empty() && stored.tags_read == TagsRead::No {
            return Self::Unknown("accepted; what was read back does not tell tags".into());
        }
        let hidden = diff::unprovable(&asked, stored, patch, table);
        if hidden.is_empty() {
            return Self::Verified;
        }
        Self::Unprovable(hidden.join(", "))
    }

    /// Another record behind the same id, where there is one.
    pub(super) fn merged(
        before: &Contact,
        stored: &Contact,
        patch: &Patch,
        table: &FieldTable,
        merge: bool,
    ) -> Option<Self> {
        let (gone, into) = (before.record.as_ref()?, stored.record.as_ref()?);
        if gone == into {
            return None;
        }
        let acts = guarded(table, &std::collections::BTreeSet::new(), before, patch);
        Some(Self::Merged {
            gone: gone.clone(),
            into: into.clone(),
            allowed: merge && acts.iter().any(|act| act.guard == Guard::Merge),
        })
    }
}

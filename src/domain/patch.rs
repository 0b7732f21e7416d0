//! A patch names only what changes: keep, clear or set for each field, attribute and flag, and tags
//! as additions and removals.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::attribute::same;
use super::contact::Contact;
use super::field::{FieldKey, Flag};
use super::tag::TagDelta;

mod words;

/// What to do with one value. Absence from a [`Patch`] means *keep*.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit<T> {
    /// Empty it, remove it, or (flags) make it unknown.
    Clear,
    /// Give it this value.
    Set(T),
}

/// A change to one contact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// Standard fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<FieldKey, Edit<String>>,
    /// Tags.
    #[serde(default, skip_serializing_if = "TagDelta::is_empty")]
    pub tags: TagDelta,
    /// Custom attributes; [`Edit::Clear`] removes the attribute.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Edit<Value>>,
    /// Flags; [`Edit::Clear`] makes it unknown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub flags: BTreeMap<Flag, Edit<bool>>,
}

impl Patch {
    /// Whether both change the same value, or the same tag however it is spelled in capitals.
    pub fn meets(&self, other: &Self) -> bool {
        let folded = |p: &Self| -> BTreeSet<String> {
            let tags = p.tags.add.iter().chain(&p.tags.remove);
            tags.map(|t| t.to_lowercase()).collect()
        };
        self.fields.keys().any(|k| other.fields.contains_key(k))
            || self.flags.keys().any(|k| other.flags.contains_key(k))
            || (self.attributes.keys()).any(|k| other.attributes.contains_key(k))
            || !folded(self).is_disjoint(&folded(other))
    }

    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
            && self.tags.is_empty()
            && self.attributes.is_empty()
            && self.flags.is_empty()
    }

    /// The contact after the change.
    #[must_use]
    pub fn apply(&self, contact: &Contact) -> Contact {
        let mut after = contact.clone();
        for (key, edit) in &self.fields {
            match edit {
                Edit::Clear => after.set_field(*key, ""),
                Edit::Set(text) => after.set_field(*key, text),
            }
        }
        after.tags = self.tags.apply(&contact.tags);
        apply_map(&self.attributes, &mut after.attributes);
        apply_map(&self.flags, &mut after.flags);
        after
    }

    /// The patch that turns `before` into `after`, over everything that cardex manages.
    pub fn between(before: &Contact, after: &Contact) -> Self {
        Self {
            fields: map_between(&before.fields, &after.fields, PartialEq::eq),
            tags: TagDelta::between(&before.tags, &after.tags),
            attributes: map_between(&before.attributes, &after.attributes, same),
            flags: map_between(&before.flags, &after.flags, PartialEq::eq),
        }
    }

    /// The part of this patch that would change `contact`; the rest is already so.
    #[must_use]
    pub fn effective(&self, contact: &Contact) -> Self {
        let mut rest = Self::between(contact, &self.apply(contact));
        rest.fields.retain(|k, _| self.fields.contains_key(k));
        rest
    }

    /// The same with numbers and yes/no in attributes as their texts, for a provider that stores nothing else.
    #[must_use]
    pub fn in_texts(mut self) -> Self {
        for edit in self.attributes.values_mut() {
            if let Edit::Set(value @ (Value::Number(_) | Value::Bool(_))) = edit {
                *value = Value::String(value.to_string());
            }
        }
        self
    }

    /// The patch that takes `self.apply(before)` back to `before`.
    #[must_use]
    pub fn invert(&self, before: &Contact) -> Self {
        Self::between(&self.apply(before), before)
    }

    /// This patch, then `later`, as one.
    #[must_use]
    pub fn then(&self, later: &Self) -> Self {
        let mut both = self.clone();
        both.fields.extend(later.fields.clone());
        both.attributes.extend(later.attributes.clone());
        both.flags.extend(later.flags.clone());
        both.tags = self.tags.then(&later.tags);
        both
    }
}

fn apply_map<K: Ord + Clone, V: Clone>(edits: &BTreeMap<K, Edit<V>>, target: &mut BTreeMap<K, V>) {
    for (key, edit) in edits {
        match edit {
            Edit::Clear => {
                target.remove(key);
            }
            Edit::Set(value) => {
                target.insert(key.clone(), value.clone());
            }
        }
    }
}

fn map_between<K: Ord + Clone, V: Clone>(
    before: &BTreeMap<K, V>,
    after: &BTreeMap<K, V>,
    same: fn(&V, &V) -> bool,
) -> BTreeMap<K, Edit<V>> {
    let gone = before.keys().filter(|k| !after.contains_key(*k));
    let set = after
        .iter()
        .filter(|(k, v)| !before.get(k).is_some_and(|b| same(b, v)))
        .map(|(k, v)| (k.clone(), Edit::Set(v.clone())));
    gone.map(|k| (k.clone(), Edit::Clear)).chain(set).collect()
}

#[cfg(test)]
mod tests;

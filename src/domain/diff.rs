//! Differences between two states of a contact, as rows to show, to print as JSON and to verify by.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::contact::Contact;
use super::field::{Compare, FieldKey, FieldTable, Flag};
use super::patch::Patch;
use super::tag::TagSet;

/// One changed value. Keys are `name`, `tags`, `attr.plan`, `optin` …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What changed.
    pub key: String,
    /// The value before; null where there was none.
    pub old: Value,
    /// The value after; null where there is none.
    pub new: Value,
}

/// The key of an attribute in [`Change`], filters and field problems.
pub fn attribute_key(name: &str) -> String {
    format!("attr.{name}")
}

/// Every difference between two states, standard fields first, then tags, attributes, flags.
pub fn changes(before: &Contact, after: &Contact) -> Vec<Change> {
    let mut rows = Vec::new();
    for key in FieldKey::ALL {
        push(
            &mut rows,
            key.as_str(),
            json!(before.fields.get(&key)),
            json!(after.fields.get(&key)),
        );
    }
    push(&mut rows, "tags", json!(before.tags), json!(after.tags));
    let names = before.attributes.keys().chain(after.attributes.keys());
    let names: std::collections::BTreeSet<&String> = names.collect();
    for name in names {
        let (old, new) = (before.attributes.get(name), after.attributes.get(name));
        if old != new {
            rows.push(Change {
                key: attribute_key(name),
                old: json!(old),
                new: json!(new),
            });
        }
    }
    for flag in Flag::ALL {
        push(
            &mut rows,
            flag.as_str(),
            json!(before.flag(flag)),
            json!(after.flag(flag)),
        );
    }
    rows
}

fn push(rows: &mut Vec<Change>, key: &str, old: Value, new: Value) {
    if old != new {
        rows.push(Change {
            key: key.to_string(),
            old,
            new,
        });
    }
}

/// What `patch` changes on `contact`.
pub fn changes_of(contact: &Contact, patch: &Patch) -> Vec<Change> {
    changes(contact, &patch.apply(contact))
}

/// The rows in which `stored` differs from what `patch` asked for; empty means verified. `old` is
/// what was asked, `new` what is stored. Comparison follows the provider's table (an e-mail that comes
/// back lower-cased is not a difference). Values that the patch does not name are not looked at.
pub fn drift(asked: &Contact, stored: &Contact, patch: &Patch, table: &FieldTable) -> Vec<Change> {
    let mut rows = Vec::new();
    for key in patch.fields.keys() {
        let spec = table.field(*key);
        if spec.is_some_and(|s| matches!(s.access, super::field::Access::WriteOnly(_))) {
            continue;
        }
        let compare = spec.map_or(Compare::Exact, |s| s.compare);
        let (want, got) = (asked.field(*key), stored.field(*key));
        let same = match compare {
            Compare::Exact => want == got,
            Compare::IgnoreCase => want.to_lowercase() == got.to_lowercase(),
        };
        if !same {
            let (want, got) = (asked.fields.get(key), stored.fields.get(key));
            rows.push(Change {
                key: key.as_str().into(),
                old: json!(want),
                new: json!(got),
            });
        }
    }
    if !patch.tags.is_empty() {
        let has = |name: &String| contains(&stored.tags, name, table.tags.ignore_case);
        let missing = patch.tags.add.iter().any(|t| !has(t));
        let left = patch.tags.remove.iter().any(has);
        if missing || left {
            push(&mut rows, "tags", json!(asked.tags), json!(stored.tags));
        }
    }
    for name in patch.attributes.keys() {
        let (want, got) = (asked.attributes.get(name), stored.attributes.get(name));
        if want != got {
            rows.push(Change {
                key: attribute_key(name),
                old: json!(want),
                new: json!(got),
            });
        }
    }
    for flag in patch.flags.keys() {
        push(
            &mut rows,
            flag.as_str(),
            json!(asked.flag(*flag)),
            json!(stored.flag(*flag)),
        );
    }
    rows
}

/// Whether a set holds a name under the provider's rule of comparison.
pub fn contains(tags: &TagSet, name: &str, ignore_case: bool) -> bool {
    tags.contains(name)
        || (ignore_case && tags.iter().any(|t| t.to_lowercase() == name.to_lowercase()))
}

/// The keys that `patch` changes and that differ between `base` (what the person saw) and `theirs`
/// (what is stored now), unless the stored value already is what the patch asks for.
pub fn conflicts(base: &Contact, theirs: &Contact, patch: &Patch) -> Vec<Change> {
    let asked = patch.apply(base);
    let moved = changes(base, theirs);
    let wanted = changes(base, &asked);
    let named = |key: &str| wanted.iter().find(|w| w.key == key);
    moved
        .into_iter()
        // Tags are deltas: a colleague's tag set meanwhile is merged with, not overwritten.
        .filter(|m| m.key != "tags")
        .filter(|m| named(&m.key).is_some_and(|w| w.new != m.new))
        .collect()
}

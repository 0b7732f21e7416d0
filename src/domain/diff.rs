//! Differences between two states of a contact, as rows to show, to print as JSON and to verify by.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::attribute::same;
use super::contact::{Contact, TagsRead};
use super::field::{Access, Compare, FieldKey, FieldTable, Flag};
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
        if !both_same(old, new) {
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

fn both_same(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        _ => a == b,
    }
}

/// Whether two texts of a field are the same under the provider's rule: an e-mail that comes back
/// lower-cased is.
pub fn same_text(table: &FieldTable, key: FieldKey, a: &str, b: &str) -> bool {
    match table.field(key).map_or(Compare::Exact, |s| s.compare) {
        Compare::Exact => a == b,
        Compare::IgnoreCase => a.to_lowercase() == b.to_lowercase(),
        Compare::Resolved => a == b,
    }
}

/// The rows in which `stored` differs from what `patch` asked for; empty means verified. `old` is
/// what was asked, `new` what is stored. Of what the patch does not name, only losses are rows: a field,
/// tag or attribute that stood there before and is gone. What can not be told by comparing is no row either;
/// see [`unprovable`].
pub fn drift(asked: &Contact, stored: &Contact, patch: &Patch, table: &FieldTable) -> Vec<Change> {
    let mut rows = Vec::new();
    for key in FieldKey::ALL {
        let (want, got) = (asked.field(key), stored.field(key));
        let differs = if patch.fields.contains_key(&key) {
            !is_write_only(table, key)
                && !same_text(table, key, want, got)
                && !is_resolved(table, key, want, got)
        } else {
            !want.is_empty() && got.is_empty()
        };
        if differs {
            let (want, got) = (asked.fields.get(&key), stored.fields.get(&key));
            rows.push(Change {
                key: key.as_str().into(),
                old: json!(want),
                new: json!(got),
            });
        }
    }
    if !patch.tags.is_empty() && stored.tags_read != TagsRead::No {
        let loose = table.tags.ignore_case;
        let has = |name: &String| contains(&stored.tags, name, loose);
        let goes = |name: &String| {
            contains(&patch.tags.remove, name, loose) && !contains(&patch.tags.add, name, loose)
        };
        let missing = asked.tags.iter().any(|t| !goes(t) && !has(t));
        let left = patch.tags.remove.iter().any(|t| goes(t) && has(t));
        if missing || left {
            push(&mut rows, "tags", json!(asked.tags), json!(stored.tags));
        }
    }
    // Unnamed, they may still be lost: where a vendor replaces what was to be merged.
    if patch.tags.is_empty() && stored.tags_read == TagsRead::All {
        let has = |name: &String| contains(&stored.tags, name, table.tags.ignore_case);
        if !asked.tags.iter().all(has) {
            push(&mut rows, "tags", json!(asked.tags), json!(stored.tags));
        }
    }
    let named = patch.attributes.keys();
    let names: std::collections::BTreeSet<&String> = named.chain(asked.attributes.keys()).collect();
    for name in names.into_iter().filter(|_| stored.attributes_known) {
        let (want, got) = (asked.attributes.get(name), stored.attributes.get(name));
        let differs = if patch.attributes.contains_key(name) {
            !both_same(want, got)
        } else {
            got.is_none()
        };
        if differs {
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

fn is_write_only(table: &FieldTable, key: FieldKey) -> bool {
    table
        .field(key)
        .is_some_and(|s| matches!(s.access, Access::WriteOnly(_)))
}

/// Whether a text that the provider looks up came back as the number that it found.
fn is_resolved(table: &FieldTable, key: FieldKey, asked: &str, stored: &str) -> bool {
    let number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let resolved = table
        .field(key)
        .is_some_and(|s| s.compare == Compare::Resolved);
    resolved && !asked.is_empty() && !number(asked) && number(stored)
}

/// What of a patch no comparison with `stored` can prove, a half sentence each.
pub fn unprovable(
    asked: &Contact,
    stored: &Contact,
    patch: &Patch,
    table: &FieldTable,
) -> Vec<String> {
    let mut said = Vec::new();
    for key in patch.fields.keys() {
        let (want, got) = (asked.field(*key), stored.field(*key));
        if is_write_only(table, *key) {
            said.push(format!("{key} is never read back here"));
        } else if is_resolved(table, *key, want, got) {
            said.push(format!(
                "{key} is {got} now: whether that is {want} is not told"
            ));
        }
    }
    said
}

/// The attributes that were to be gone and are still there, by name, of the rows of [`drift`].
pub fn kept_attributes(rows: &[Change]) -> impl Iterator<Item = &str> {
    let kept = rows.iter().filter(|r| r.old.is_null() && !r.new.is_null());
    kept.filter_map(|row| row.key.strip_prefix("attr."))
}

/// Whether a set holds a name under the provider's rule of comparison.
pub fn contains(tags: &TagSet, name: &str, ignore_case: bool) -> bool {
    tags.contains(name)
        || (ignore_case && tags.iter().any(|t| t.to_lowercase() == name.to_lowercase()))
}

/// The keys that `patch` changes and that differ between `base` (what the person saw) and `theirs`
/// (what is stored now), unless the stored value already is what the patch asks for, under the
/// provider's rules of comparison.
pub fn conflicts(
    base: &Contact,
    theirs: &Contact,
    patch: &Patch,
    table: &FieldTable,
) -> Vec<Change> {
    let asked = patch.apply(base);
    let wanted = changes(base, &asked);
    let agreed = changes(theirs, &asked);
    let settled = |key: &str| match FieldKey::parse(key) {
        Some(field) => same_text(table, field, theirs.field(field), asked.field(field)),
        None => !agreed.iter().any(|a| a.key == key),
    };
    changes(base, theirs)
        .into_iter()
        // What is not told may be as it was.
        .filter(|m| theirs.attributes_known || !m.key.starts_with("attr."))
        // Tags are deltas: a colleague's tag set meanwhile is merged with, not overwritten.
        .filter(|m| m.key != "tags")
        .filter(|m| match FieldKey::parse(&m.key) {
            Some(field) => !same_text(table, field, base.field(field), theirs.field(field)),
            None => true,
        })
        .filter(|m| wanted.iter().any(|w| w.key == m.key) && !settled(&m.key))
        .collect()
}

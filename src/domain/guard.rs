//! Acts that reach beyond the contact that is edited: a taken e-mail that merges two people, a mistyped name
//! that creates a field for a whole company. They are done only when somebody asked for just that.
//!
//! Which values are guarded is said by the field table; whether a switch was given is known to the caller.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::contact::Contact;
use super::diff::attribute_key;
use super::field::{FieldTable, TagPlace};
use super::patch::{Edit, Patch};

/// A guarded act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    /// May merge this contact into another one and destroy it.
    Merge,
    /// Creates a field for every contact of the account.
    NewField,
}

impl Guard {
    /// The switch that allows it where nobody can be asked.
    pub fn switch(self) -> &'static str {
        match self {
            Self::Merge => "--allow-merge",
            Self::NewField => "--allow-new-field",
        }
    }
}

/// A guarded act in a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guarded {
    /// What has to be allowed.
    pub guard: Guard,
    /// The key of the value, as in a change: `email`, `attr.Tier`, `tags`.
    pub key: String,
    /// What may happen, a sentence without a full stop.
    pub message: String,
}

/// The guarded acts in what `patch` changes on `base`. `names`: the attributes that contacts of the account are
/// known to have, the one that keeps tags among them.
pub fn guarded(
    table: &FieldTable,
    names: &BTreeSet<String>,
    base: &Contact,
    patch: &Patch,
) -> Vec<Guarded> {
    let mut acts = Vec::new();
    for (key, edit) in &patch.fields {
        let Some((guard, message)) = table.field(*key).and_then(|spec| spec.guard) else {
            continue;
        };
        // Emptying a value takes it from nobody.
        let Edit::Set(text) = edit else { continue };
        if text != base.field(*key) {
            acts.push(Guarded {
                guard,
                key: key.as_str().to_string(),
                message: message.to_string(),
            });
        }
    }
    if let Some((guard, message)) = table.attributes.new_name_guard {
        let set = |edit: &Edit<_>| matches!(edit, Edit::Set(_));
        let new = patch.attributes.iter().filter(|(name, edit)| {
            set(edit) && !base.attributes.contains_key(*name) && !names.contains(*name)
        });
        acts.extend(new.map(|(name, _)| Guarded {
            guard,
            key: attribute_key(name),
            message: message.to_string(),
        }));
        acts.extend(
            new_tags_attribute(table, names, base, patch).map(|place| Guarded {
                guard,
                key: "tags".into(),
                message: format!("tags are kept in {place}, and {message}"),
            }),
        );
    }
    acts
}

/// The attribute that would be made by adding tags: no contact is known to have it, with tags or without.
fn new_tags_attribute<'a>(
    table: &'a FieldTable,
    names: &BTreeSet<String>,
    base: &Contact,
    patch: &Patch,
) -> Option<&'a TagPlace> {
    let place = table.tags.kept_in.as_ref()?;
    let known = !base.tags.is_empty()
        || base.attributes.contains_key(&place.attribute)
        || names.contains(&place.attribute);
    (!known && !patch.tags.add.is_empty()).then_some(place)
}

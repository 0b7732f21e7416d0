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

/// The tags in a text that keeps them separated by commas. Blanks around a name do not count; what is empty
/// is no tag.
pub fn from_text(text: &str) -> TagSet {
    let names = text.split(',').map(str::trim);
    names.filter(|n| !n.is_empty()).map(String::from).collect()
}

/// The text that keeps tags, for [`from_text`].
pub fn to_text(tags: &TagSet) -> String {
    let names: Vec<&str> = tags.iter().map(String::as_str).collect();
    names.join(", ")
}

/// Why such a text can not keep a name as it is, where it can not.
pub fn unkeepable(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        return Some("a tag needs a name");
    }
    if name.contains(',') {
        return Some("tags are kept separated by commas here, so a name can not hold one");
    }
    if name.trim() != name {
        return Some("has blanks around it, which would be lost here");
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags_in_a_text_are_read_however_somebody_wrote_them() {
        for (text, want) in [
            ("", ""),
            (" , ,", ""),
            ("vip", "vip"),
            ("vip,trial", "trial, vip"),
            (" big customer ,\tvip,, vip ", "big customer, vip"),
        ] {
            assert_eq!(to_text(&from_text(text)), want, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_a_text_can_keep_comes_back(names in prop::collection::btree_set("[ -.a-c\u{e9}]{0,4}", 0..6)) {
            let kept: TagSet = names.iter().filter(|n| unkeepable(n).is_none()).cloned().collect();
            prop_assert_eq!(from_text(&to_text(&kept)), kept);
            for name in names.iter().filter(|n| unkeepable(n).is_some()) {
                let alone = TagSet::from([name.clone()]);
                prop_assert_ne!(from_text(&to_text(&alone)), alone);
            }
        }
    }
}

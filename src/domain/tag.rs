//! Tags: sets of names, and changes to them as additions and removals.

use std::collections::{BTreeMap, BTreeSet};

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

/// How many of some contacts have which tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagCounts {
    held: BTreeMap<String, usize>,
    known: usize,
    untold: usize,
}

impl TagCounts {
    /// Counts a contact; `None`: its tags are not known.
    pub fn add(&mut self, tags: Option<TagSet>) {
        let Some(tags) = tags else {
            self.untold += 1;
            return;
        };
        self.known += 1;
        for tag in tags {
            *self.held.entry(tag).or_default() += 1;
        }
    }

    /// Counts other contacts too.
    pub fn join(&mut self, other: Self) {
        self.known += other.known;
        self.untold += other.untold;
        for (tag, count) in other.held {
            *self.held.entry(tag).or_default() += count;
        }
    }

    /// How many have a tag. Where case is ignored, two spellings on one contact count twice, but never more than
    /// there are contacts.
    pub fn of(&self, name: &str, ignore_case: bool) -> usize {
        if !ignore_case {
            return self.held.get(name).copied().unwrap_or_default();
        }
        let lower = name.to_lowercase();
        let alike = self.held.iter().filter(|(n, _)| n.to_lowercase() == lower);
        alike.map(|(_, n)| n).sum::<usize>().min(self.known)
    }

    /// The tags that any of them has.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.held.keys()
    }

    /// How many contacts were looked at whose tags are known.
    pub fn known(&self) -> usize {
        self.known
    }

    /// How many contacts were looked at whose tags are not known.
    pub fn untold(&self) -> usize {
        self.untold
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
    fn counts_of_parts_make_the_count_of_all() {
        let set = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect());
        let contacts = [set(&["vip"]), set(&[]), None, set(&["VIP", "vip", "b"])];
        let mut all = TagCounts::default();
        let mut parts = TagCounts::default();
        for contact in contacts {
            all.add(contact.clone());
            let mut part = TagCounts::default();
            part.add(contact);
            parts.join(part);
        }
        assert_eq!(parts, all);
        assert_eq!((all.of("vip", false), all.of("Vip", false)), (2, 0));
        assert_eq!((all.of("Vip", true), all.of("b", true)), (3, 1));
        assert_eq!((all.known(), all.untold()), (3, 1));
    }

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

//! The laws of patches, on generated contacts.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::{AccountName, ContactId, ProviderId, TagSet};

fn tag_set() -> impl Strategy<Value = TagSet> {
    prop::collection::btree_set("[a-d]", 0..4)
}

fn contact() -> impl Strategy<Value = Contact> {
    (
        prop::collection::btree_map(prop::sample::select(&FieldKey::ALL[..]), "[a-c]{1,2}", 0..4),
        tag_set(),
        prop::collection::btree_map("[k-m]", 0..3_i32, 0..3),
        prop::collection::btree_map(prop::sample::select(&Flag::ALL[..]), any::<bool>(), 0..3),
    )
        .prop_map(|(fields, tags, attributes, flags)| {
            let mut c = Contact::new(
                ContactId::new("1"),
                AccountName::new("a"),
                ProviderId::Local,
            );
            c.fields = fields;
            c.tags = tags;
            c.attributes = attributes.into_iter().map(|(k, v)| (k, json!(v))).collect();
            c.flags = flags;
            c
        })
}

fn edit<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Edit<T>> {
    prop_oneof![Just(Edit::Clear), value.prop_map(Edit::Set)].boxed()
}

fn patch() -> impl Strategy<Value = Patch> {
    (
        prop::collection::btree_map(
            prop::sample::select(&FieldKey::ALL[..]),
            edit("[a-c]{1,2}".prop_map(String::from)),
            0..3,
        ),
        tag_set(),
        tag_set(),
        prop::collection::btree_map("[k-m]", edit((0..3_i32).prop_map(|v| json!(v))), 0..3),
        prop::collection::btree_map(
            prop::sample::select(&Flag::ALL[..]),
            edit(any::<bool>()),
            0..3,
        ),
    )
        .prop_map(|(fields, add, remove, attributes, flags)| Patch {
            fields,
            tags: TagDelta {
                remove: remove.difference(&add).cloned().collect(),
                add,
            },
            attributes: attributes.into_iter().collect::<BTreeMap<_, _>>(),
            flags,
        })
}

proptest! {
    #[test]
    fn invert_undoes_apply(c in contact(), p in patch()) {
        prop_assert_eq!(p.invert(&c).apply(&p.apply(&c)), c);
    }

    #[test]
    fn then_is_one_after_the_other(c in contact(), p in patch(), q in patch()) {
        prop_assert_eq!(p.then(&q).apply(&c), q.apply(&p.apply(&c)));
    }

    #[test]
    fn effective_does_the_same_and_nothing_twice(c in contact(), p in patch()) {
        let effective = p.effective(&c);
        let after = p.apply(&c);
        prop_assert_eq!(effective.apply(&c), after.clone());
        prop_assert!(p.effective(&after).is_empty());
    }

    #[test]
    fn between_names_only_differences(a in contact(), b in contact()) {
        prop_assert_eq!(Patch::between(&a, &b).apply(&a), b);
        prop_assert!(Patch::between(&a, &a).is_empty());
    }
}

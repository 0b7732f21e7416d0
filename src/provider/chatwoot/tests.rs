//! Laws of Chatwoot's codec: what an update may name, and that its calls, carried out by a server that
//! follows Chatwoot's rules, leave exactly what was asked for.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::{AccountName, Edit, TagDelta, TagSet, TagsRead, diff};
use crate::http::Method;
use crate::provider::TagsMode;

pub(super) fn context() -> Context {
    Context {
        account: AccountName::new("laws"),
        base_url: "https://chat.example/prefix/".into(),
        account_id: Some(7),
        email_attribute: None,
        tags_attribute: None,
        tags_mode: TagsMode::Replace,
        identity_hash: false,
        read_only: false,
    }
}

fn edit<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Edit<T>> {
    prop_oneof![Just(Edit::Clear), value.prop_map(Edit::Set)].boxed()
}

fn labels() -> impl Strategy<Value = TagSet> {
    prop::collection::btree_set("[a-c]{1,2}", 0..4)
}

/// Stored labels: unique ignoring case, of any case, some with a comma or an apostrophe.
fn stored_labels() -> impl Strategy<Value = TagSet> {
    let name = prop_oneof![4 => "[a-cA-C]{1,2}", 1 => "[a-c], [a-c]", 1 => "'[a-c]'"];
    prop::collection::vec(name, 0..5).prop_map(|names| {
        let mut seen = BTreeSet::new();
        let fresh = names.into_iter().filter(|n| seen.insert(n.to_lowercase()));
        fresh.collect()
    })
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[a-z]{0,3}".prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!({"nested": [1, "x"]})),
    ]
}

fn patch() -> impl Strategy<Value = Patch> {
    let key = prop::sample::select(&FieldKey::ALL[..4]);
    let fields = prop::collection::btree_map(key, edit("[a-zA-Z0-9+@]{0,5}"), 0..4);
    let attributes = prop::collection::btree_map("[k-n]", edit(value()), 0..4);
    let blocked = prop::option::of(any::<bool>());
    (fields, labels(), labels(), attributes, blocked).prop_map(
        |(fields, add, remove, attributes, blocked)| Patch {
            fields,
            tags: TagDelta {
                remove: remove.difference(&add).cloned().collect(),
                add,
            },
            attributes,
            flags: blocked
                .map(|b| (Flag::Blocked, Edit::Set(b)))
                .into_iter()
                .collect(),
        },
    )
}

fn fresh() -> impl Strategy<Value = Contact> {
    let key = prop::sample::select(&FieldKey::ALL[..4]);
    let fields = prop::collection::btree_map(key, "[a-zA-Z0-9+@]{1,5}", 0..4);
    let attributes = prop::collection::btree_map("[k-n]", value(), 0..4);
    (fields, stored_labels(), attributes, any::<bool>()).prop_map(
        |(fields, tags, attributes, blocked)| Contact {
            fields,
            tags,
            attributes,
            flags: BTreeMap::from([(Flag::Blocked, blocked)]),
            ..Contact::new(
                ContactId::new("481"),
                AccountName::new("laws"),
                ProviderId::Chatwoot,
            )
        },
    )
}

/// The rules that the recordings show, applied to a stored contact.
fn carry_out(stored: &mut Contact, call: &Call) {
    let body = call.request.body.as_ref().unwrap().as_object().unwrap();
    let path = call.request.url.rsplit('/').next().unwrap();
    match (call.request.method, path) {
        (Method::Put, "481") => {
            for (member, value) in body {
                match member.as_str() {
                    "custom_attributes" => {
                        let set = value.as_object().unwrap().clone();
                        stored.attributes.extend(set);
                    }
                    "blocked" => {
                        stored.flags.insert(Flag::Blocked, value.as_bool().unwrap());
                    }
                    field => {
                        let mut keys = FieldKey::ALL.into_iter();
                        let key = keys.find(|k| call::member(*k) == field).unwrap();
                        let empty = if field == "name" {
                            json!("")
                        } else {
                            Value::Null
                        };
                        assert!(*value == empty || value.as_str().is_some_and(|t| !t.is_empty()));
                        let text = value.as_str().unwrap_or_default();
                        let lower = field == "email";
                        stored.set_field(
                            key,
                            &if lower {
                                text.to_lowercase()
                            } else {
                                text.into()
                            },
                        );
                    }
                }
            }
        }
        (Method::Post, "destroy_custom_attributes") => {
            for key in body["custom_attributes"].as_array().unwrap() {
                stored.attributes.remove(key.as_str().unwrap());
            }
        }
        (Method::Post, "labels") => {
            let sent = body["labels"].as_array().unwrap().iter();
            stored.tags = sent.flat_map(|l| split(l.as_str().unwrap())).collect();
        }
        other => panic!("{other:?} is no call of an update"),
    }
}

/// A sent label as the server reads it: quotes keep it whole, commas split it.
fn split(label: &str) -> Vec<String> {
    for quote in ['"', '\''] {
        let inner = label
            .strip_prefix(quote)
            .and_then(|l| l.strip_suffix(quote));
        if let Some(inner) = inner {
            return vec![inner.trim().to_string()];
        }
    }
    label.split(',').map(|l| l.trim().to_string()).collect()
}

proptest! {
    #[test]
    fn an_update_leaves_what_was_asked_and_touches_nothing_else(fresh in fresh(), patch in patch()) {
        let calls = Chatwoot.update(&context(), &fresh, &patch).unwrap();
        let mut stored = fresh.clone();
        for call in &calls {
            carry_out(&mut stored, call);
        }
        let asked = patch.apply(&fresh);
        prop_assert_eq!(diff::drift(&asked, &stored, &patch, &table()), vec![]);

        for key in FieldKey::ALL {
            if !patch.fields.contains_key(&key) {
                prop_assert_eq!(stored.field(key), fresh.field(key));
            }
        }
        let others = |of: &Contact| {
            let mut rest = of.attributes.clone();
            rest.retain(|k, _| !patch.attributes.contains_key(k));
            rest
        };
        prop_assert_eq!(others(&stored), others(&fresh));
        let named: TagSet = patch.tags.add.union(&patch.tags.remove).cloned().collect();
        let others = |of: &Contact| {
            let mut rest = of.tags.clone();
            rest.retain(|t| !named.contains(&t.to_lowercase()));
            rest
        };
        prop_assert_eq!(others(&stored), others(&fresh));

        let folded: TagSet = stored.tags.iter().map(|t| t.to_lowercase()).collect();
        prop_assert_eq!(folded.len(), stored.tags.len(), "no label twice");

        // Sending all of it again, to the state that it left, changes nothing; planning again sends nothing.
        let mut again = stored.clone();
        for call in &calls {
            prop_assert!(call.idempotent);
            carry_out(&mut again, call);
        }
        prop_assert_eq!(&again, &stored);
        let mut patch = patch;
        for (key, edit) in &mut patch.fields {
            if let (FieldKey::Email, Edit::Set(text)) = (key, edit) {
                *text = text.to_lowercase();
            }
        }
        prop_assert_eq!(Chatwoot.update(&context(), &stored, &patch).unwrap(), vec![]);
    }

    #[test]
    fn an_update_names_only_what_the_patch_names(fresh in fresh(), patch in patch()) {
        for call in Chatwoot.update(&context(), &fresh, &patch).unwrap() {
            let body = call.request.body.unwrap();
            let destroys = call.request.url.ends_with("/destroy_custom_attributes");
            for (member, value) in body.as_object().unwrap() {
                match member.as_str() {
                    "labels" => prop_assert!(!patch.tags.is_empty()),
                    "blocked" => prop_assert!(patch.flags.contains_key(&Flag::Blocked)),
                    "custom_attributes" if destroys => {
                        for key in value.as_array().unwrap() {
                            let edit = patch.attributes.get(key.as_str().unwrap());
                            prop_assert_eq!(edit, Some(&Edit::Clear));
                        }
                    }
                    "custom_attributes" => {
                        for (key, value) in value.as_object().unwrap() {
                            let edit = patch.attributes.get(key);
                            prop_assert_eq!(edit, Some(&Edit::Set(value.clone())));
                        }
                    }
                    field => {
                        let key = FieldKey::ALL.into_iter().find(|k| call::member(*k) == field);
                        prop_assert!(key.is_some_and(|k| patch.fields.contains_key(&k)));
                    }
                }
            }
        }
    }

    #[test]
    fn labels_are_never_written_over_labels_that_were_not_read(fresh in fresh(), patch in patch()) {
        let fresh = Contact { tags: TagSet::new(), tags_read: TagsRead::No, ..fresh };
        let planned = Chatwoot.update(&context(), &fresh, &patch);
        prop_assert_eq!(planned.is_err(), !patch.tags.is_empty());
    }
}

#[test]
fn the_table_has_a_row_for_every_field_and_flag() {
    let table = table();
    assert!(FieldKey::COMMON.iter().all(|k| table.field(*k).is_some()));
    assert!(Flag::ALL.iter().all(|f| table.flag(*f).is_some()));
}

#[test]
fn the_web_page_keeps_a_path_prefix_and_refuses_foreign_ids() {
    let page = |id: &str| Chatwoot.web_page(&context(), &ContactId::new(id));
    let address = "https://chat.example/prefix/app/accounts/7/contacts/481";
    assert_eq!(page("481").as_deref(), Some(address));
    assert_eq!(page("../481"), None);
}

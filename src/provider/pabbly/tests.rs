//! Laws of the update, on generated contacts and patches, and what the table says. Exchanges are golden
//! cases under `tests/codec/pabbly`.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::{AccountName, Edit, TagDelta, TagSet};
use crate::provider::TagsMode;

const ID: &str = "64b0c0ffee0123456789abcd";

fn context(email_attribute: Option<&str>) -> Context {
    Context {
        account: AccountName::new("support"),
        base_url: "https://chatflow.pabbly.com/api/v1".into(),
        account_id: None,
        email_attribute: email_attribute.map(str::to_string),
        tags_attribute: None,
        tags_mode: TagsMode::Replace,
        identity_hash: false,
        read_only: false,
    }
}

fn stored() -> impl Strategy<Value = Contact> {
    (
        "[a-c]{0,2}",
        "[0-9]{7,8}",
        "[a-c]{0,2}",
        prop::collection::btree_set("[a-d]", 0..4),
        prop::collection::btree_map("[k-n]", "[a-c]{0,2}".prop_map(Value::from), 0..4),
        prop::collection::btree_map(prop::sample::select(&Flag::ALL[..]), any::<bool>(), 0..3),
    )
        .prop_map(|(name, phone, email, tags, attributes, flags)| {
            let mut contact = Contact::new(
                ContactId::new(ID),
                AccountName::new("support"),
                ProviderId::Pabbly,
            );
            contact.set_field(FieldKey::Name, &name);
            contact.set_field(FieldKey::Phone, &phone);
            contact.set_field(FieldKey::Email, &email);
            contact.tags = tags;
            contact.attributes = attributes;
            contact.flags = flags;
            contact
        })
}

fn edit<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Edit<T>> {
    prop_oneof![Just(Edit::Clear), value.prop_map(Edit::Set)].boxed()
}

fn mode() -> impl Strategy<Value = TagsMode> {
    prop::sample::select(&TagsMode::ALL[..])
}

/// Patches that Chatflow can carry out with an `email_attribute`.
fn patch() -> impl Strategy<Value = Patch> {
    let tags = || prop::collection::btree_set("[a-d]", 0..3);
    let set = prop_oneof![
        "[a-c]{1,2}".prop_map(Value::from),
        (0..3_u8).prop_map(Value::from),
        any::<bool>().prop_map(Value::from)
    ];
    (
        prop::option::of(edit("[a-c]{1,2}".prop_map(String::from))),
        prop::option::of("[0-9]{7,8}"),
        prop::option::of(edit("[a-c]{1,2}".prop_map(String::from))),
        (tags(), tags()),
        prop::collection::btree_map("[k-n]", edit(set), 0..4),
        prop::collection::btree_map(
            prop::sample::select(&Flag::ALL[..]),
            any::<bool>().prop_map(Edit::Set),
            0..3,
        ),
    )
        .prop_map(|(name, phone, email, (add, remove), attributes, flags)| {
            let fields = [
                (FieldKey::Name, name),
                (FieldKey::Phone, phone.map(Edit::Set)),
                (FieldKey::Email, email),
            ];
            let fields = fields.into_iter().filter_map(|(k, e)| Some((k, e?)));
            Patch {
                fields: fields.collect(),
                tags: TagDelta { add, remove },
                attributes,
                flags,
            }
        })
}

/// The contact as Chatflow shows it after a body has been applied to it.
fn put(contact: &Contact, body: &Value) -> Contact {
    let mut after = contact.clone();
    for (member, value) in body.as_object().unwrap() {
        match member.as_str() {
            "name" => after.set_field(FieldKey::Name, value.as_str().unwrap()),
            "mobile" => after.set_field(FieldKey::Phone, value.as_str().unwrap()),
            "optin" => _ = after.flags.insert(Flag::Optin, value.as_bool().unwrap()),
            "incomingBlocked" => _ = after.flags.insert(Flag::Blocked, value.as_bool().unwrap()),
            "tags" => after.tags = serde_json::from_value(value.clone()).unwrap(),
            "tagsToAdd" => after.tags.extend(names(value)),
            "tagsToRemove" => {
                for name in names(value) {
                    assert!(after.tags.remove(&name), "{name} was not there");
                }
            }
            "attributes" => {
                for entry in value.as_array().unwrap() {
                    let entry = entry.as_object().unwrap();
                    assert_eq!(entry.keys().collect::<Vec<_>>(), ["name", "value"]);
                    let (name, text) = (entry["name"].as_str().unwrap(), &entry["value"]);
                    assert!(text.is_string());
                    if name == "mail" {
                        after.set_field(FieldKey::Email, text.as_str().unwrap());
                    } else if text == "" {
                        after.attributes.remove(name);
                    } else {
                        after.attributes.insert(name.to_string(), text.clone());
                    }
                }
            }
            other => panic!("{other} is not in the vendor's table"),
        }
    }
    after
}

/// The names of a change of tags, as a list or as a text.
fn names(value: &Value) -> TagSet {
    match value {
        Value::String(text) => text.split(',').map(str::to_string).collect(),
        list => serde_json::from_value(list.clone()).unwrap(),
    }
}

/// What the patch asks for, values as Chatflow stores them.
fn asked(contact: &Contact, patch: &Patch) -> Contact {
    let mut after = patch.apply(contact);
    for name in patch.attributes.keys() {
        if let Some(value) = after.attributes.get_mut(name) {
            *value = json!(crate::domain::attribute::text_of(value));
        }
    }
    after
}

fn named(patch: &Patch) -> BTreeSet<&str> {
    let fields = patch.fields.keys().map(|k| match k {
        FieldKey::Name => "name",
        FieldKey::Phone => "mobile",
        _ => "attributes",
    });
    let flags = patch.flags.keys().map(|f| match f {
        Flag::Optin => "optin",
        Flag::Blocked => "incomingBlocked",
    });
    let tags = (!patch.tags.is_empty()).then_some("tags");
    let attributes = (!patch.attributes.is_empty()).then_some("attributes");
    fields.chain(flags).chain(tags).chain(attributes).collect()
}

proptest! {
    #[test]
    fn an_update_names_nothing_that_the_patch_does_not(c in stored(), p in patch(), mode in mode()) {
        let context = Context { tags_mode: mode, ..context(Some("mail")) };
        let calls = Pabbly.update(&context, &c, &p).unwrap();
        prop_assert!(calls.len() <= 1);
        for call in calls {
            let body = call.request.body.unwrap();
            let members = body.as_object().unwrap().keys().map(String::as_str);
            let sent: BTreeSet<&str> = members.map(|m| if m.starts_with("tags") { "tags" } else { m }).collect();
            prop_assert!(sent.is_subset(&named(&p)), "{sent:?}");
            let list = body["attributes"].as_array().cloned().unwrap_or_default();
            for entry in list {
                let name = entry["name"].as_str().unwrap();
                let email = name == "mail" && p.fields.contains_key(&FieldKey::Email);
                prop_assert!(email || p.attributes.contains_key(name));
            }
            prop_assert!(!body.to_string().contains("null"));
        }
    }

    #[test]
    fn an_update_does_what_was_asked_and_then_nothing(c in stored(), p in patch(), mode in mode()) {
        let context = Context { tags_mode: mode, ..context(Some("mail")) };
        let mut after = c.clone();
        for call in Pabbly.update(&context, &c, &p).unwrap() {
            after = put(&c, &call.request.body.unwrap());
        }
        prop_assert_eq!(&after, &asked(&c, &p));
        prop_assert!(Pabbly.update(&context, &after, &p).unwrap().is_empty());
    }

    #[test]
    fn unknown_delta_type_tags_never_go_with_deltas_and_no_name_stands_in_both(
        c in stored(), p in patch(), mode in mode(),
    ) {
        let context = Context { tags_mode: mode, ..context(Some("mail")) };
        for call in Pabbly.update(&context, &c, &p).unwrap() {
            let body = call.request.body.unwrap();
            let delta = ["tagsToAdd", "tagsToRemove"].map(|m| body.get(m));
            if mode == TagsMode::Replace {
                prop_assert_eq!(delta, [None, None]);
                continue;
            }
            prop_assert!(body.get("tags").is_none());
            for value in delta.into_iter().flatten() {
                prop_assert_eq!(value.is_string(), mode == TagsMode::DeltaText);
            }
            let [add, remove] = delta.map(|v| v.map(names).unwrap_or_default());
            prop_assert!(add.is_disjoint(&remove) && add.is_disjoint(&c.tags));
        }
    }

    #[test]
    fn only_24_hexadecimal_characters_reach_a_path(id in "[0-9a-fA-F/.?]{22,26}|.{0,30}") {
        let good = id.len() == 24 && id.chars().all(|c| c.is_ascii_hexdigit());
        let read = Pabbly.read(&context(None), Target::of(&ContactId::new(id.as_str())));
        prop_assert_eq!(read.is_ok(), good);
    }
}

#[test]
fn email_is_a_field_only_where_an_attribute_holds_it() {
    let access = |attribute| {
        let table = table(&context(attribute));
        table.field(FieldKey::Email).unwrap().access
    };
    assert!(matches!(access(None), Access::Absent(_)));
    assert!(matches!(access(Some(" ")), Access::Absent(_)));
    assert_eq!(access(Some("email")), Access::Full);
}

#[test]
fn dangerous_changes_carry_a_caution() {
    let table = table(&context(None));
    let phone = table.field(FieldKey::Phone).unwrap();
    assert!(phone.caution.unwrap().contains("WhatsApp") && !phone.access.can_clear());
    let optin = table.flag(Flag::Optin).unwrap();
    assert!(optin.caution.unwrap().contains("consent") && !optin.access.can_clear());
    assert!(table.attributes.empty_removes);
    assert!(table.attributes.undefined_note.unwrap().contains("deleted"));
}

#[test]
fn every_standard_field_and_flag_has_a_row() {
    let table = table(&context(None));
    assert!(FieldKey::COMMON.iter().all(|k| table.field(*k).is_some()));
    assert!(Flag::ALL.iter().all(|f| table.flag(*f).is_some()));
}

#[test]
fn a_contact_listed_without_tags_is_not_given_new_ones() {
    let mut contact = Contact::new(
        ContactId::new(ID),
        AccountName::new("support"),
        ProviderId::Pabbly,
    );
    contact.tags_read = crate::domain::TagsRead::No;
    let patch = Patch {
        tags: TagDelta {
            add: TagSet::from(["vip".to_string()]),
            remove: TagSet::new(),
        },
        attributes: BTreeMap::new(),
        ..Patch::default()
    };
    assert!(Pabbly.update(&context(None), &contact, &patch).is_err());
}

//! Laws of the codec: an update says what was asked and nothing else, what was sent reads back as what was
//! asked, a list is walked whole once, and only numbers reach a path.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::{AccountName, Edit, TagDelta, TagSet, TagsRead};

const TAGS: &str = "t";

fn context(tags: bool) -> Context {
    Context {
        account: AccountName::new("outreach"),
        base_url: "https://revyops.example/api".into(),
        account_id: None,
        email_attribute: None,
        tags_attribute: tags.then(|| TAGS.to_string()),
        identity_hash: false,
        read_only: false,
        tags_mode: crate::provider::TagsMode::Replace,
    }
}

fn blank() -> Contact {
    let (id, account) = (ContactId::new("481"), AccountName::new("outreach"));
    Contact::new(id, account, ProviderId::RevyOps)
}

/// A value of a member, as its field takes it.
fn text_for(key: FieldKey) -> BoxedStrategy<String> {
    match key {
        FieldKey::CompanyId => prop_oneof!["[1-9][0-9]{0,6}", "[a-c]{1,3}\\.com"].boxed(),
        _ => "[a-c]{1,2}".boxed(),
    }
}

fn fields() -> impl Strategy<Value = Vec<(FieldKey, Option<String>)>> {
    let each: Vec<_> = map::MEMBERS
        .iter()
        .map(|(key, _)| (Just(*key), prop::option::of(text_for(*key))))
        .collect();
    each
}

fn stored() -> impl Strategy<Value = Contact> {
    let names = || prop::collection::btree_set("[a-d]", 0..4);
    let attributes = prop::collection::btree_map("[k-n]", "[a-c]{0,2}".prop_map(Value::from), 0..4);
    (fields(), names(), attributes).prop_map(|(fields, tags, attributes)| {
        let mut contact = blank();
        for (key, text) in fields {
            // What is stored as a company is a number.
            let text = text.filter(|t| key != FieldKey::CompanyId || !t.contains('.'));
            contact.set_field(key, &text.unwrap_or_default());
        }
        contact.tags = tags;
        contact.attributes = attributes;
        contact
    })
}

fn edit<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Edit<T>> {
    prop_oneof![Just(Edit::Clear), value.prop_map(Edit::Set)].boxed()
}

/// Patches that RevyOps can carry out with a `tags_attribute`.
fn patch() -> impl Strategy<Value = Patch> {
    let tags = || prop::collection::btree_set("[a-d]", 0..3);
    let value = prop_oneof![
        "[a-c]{0,2}".prop_map(Value::from),
        (0..3_u8).prop_map(Value::from)
    ];
    let cleared = prop::collection::btree_set(0..map::MEMBERS.len(), 0..3);
    (
        fields(),
        cleared,
        (tags(), tags()),
        prop::collection::btree_map("[k-n]", edit(value), 0..4),
    )
        .prop_map(|(fields, cleared, (add, remove), attributes)| {
            let set = fields
                .into_iter()
                .filter_map(|(k, t)| Some((k, Edit::Set(t?))));
            let cleared = cleared.into_iter();
            let cleared = cleared.map(|i| (map::MEMBERS[i].0, Edit::Clear));
            Patch {
                fields: set.chain(cleared).collect(),
                tags: TagDelta { add, remove },
                attributes,
                ..Patch::default()
            }
        })
}

/// The contact as RevyOps shows it after a body has been applied to it: custom fields merge by name, null
/// takes one away.
fn patched(contact: &Contact, body: &Value) -> Contact {
    let mut after = contact.clone();
    for (member, value) in body.as_object().unwrap() {
        if member != fields::MEMBER {
            let (key, _) = map::MEMBERS.iter().find(|(_, m)| m == member).unwrap();
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) if *key == FieldKey::CompanyId => number.to_string(),
                Value::Null if *key == FieldKey::CompanyId => String::new(),
                other => panic!("{other} is no value of {member}"),
            };
            after.set_field(*key, &text);
            continue;
        }
        for entry in value.as_array().unwrap() {
            let name = entry["field_name"].as_str().unwrap().to_string();
            match (&entry["field_value"], name.as_str()) {
                (Value::Null, TAGS) => after.tags = TagSet::new(),
                (Value::String(text), TAGS) => {
                    after.tags = text.split(", ").map(String::from).collect();
                }
                (Value::Null, _) => _ = after.attributes.remove(&name),
                (text @ Value::String(_), _) => _ = after.attributes.insert(name, text.clone()),
                (other, _) => panic!("{other} is no value of a field"),
            }
        }
    }
    after
}

/// What the patch asks for, values as RevyOps stores them.
fn asked(contact: &Contact, patch: &Patch) -> Contact {
    let mut after = patch.apply(contact);
    for name in patch.attributes.keys() {
        if let Some(value) = after.attributes.get_mut(name) {
            *value = json!(crate::domain::attribute::text_of(value));
        }
    }
    after
}

/// The keys that a body names: members, and `attr.` with the names of custom fields.
fn named(body: &Value) -> BTreeSet<String> {
    let body = body.as_object().unwrap();
    let members = body.keys().filter(|m| *m != fields::MEMBER).cloned();
    let custom = body.get(fields::MEMBER).and_then(Value::as_array);
    let custom = custom.into_iter().flatten();
    let custom = custom.map(|e| format!("attr.{}", e["field_name"].as_str().unwrap()));
    members.chain(custom).collect()
}

proptest! {
    #[test]
    fn an_update_names_nothing_that_the_patch_does_not(c in stored(), p in patch()) {
        let mut allowed: BTreeSet<String> = p.fields.keys().map(ToString::to_string).collect();
        allowed.extend(p.attributes.keys().map(|name| format!("attr.{name}")));
        if !p.tags.is_empty() {
            allowed.insert(format!("attr.{TAGS}"));
        }
        for call in RevyOps.update(&context(true), &c, &p).unwrap() {
            let sent = named(&call.request.body.unwrap());
            prop_assert!(sent.is_subset(&allowed), "{sent:?}");
        }
    }

    #[test]
    fn an_update_does_what_was_asked_and_then_nothing(c in stored(), p in patch()) {
        let context = context(true);
        let mut after = c.clone();
        for call in RevyOps.update(&context, &c, &p).unwrap() {
            prop_assert!(call.request.url.ends_with("/contacts/481?structure=NESTED"));
            after = patched(&after, &call.request.body.unwrap());
        }
        prop_assert_eq!(&after, &asked(&c, &p));
        prop_assert!(RevyOps.update(&context, &after, &p).unwrap().is_empty());
    }

    #[test]
    fn digits_are_never_sent_as_a_text(number in "[0-9]{1,20}") {
        let patch = Patch {
            fields: [(FieldKey::CompanyId, Edit::Set(number.clone()))].into(),
            ..Patch::default()
        };
        if let Ok(calls) = RevyOps.update(&context(false), &blank(), &patch) {
            let body = calls[0].request.body.clone().unwrap();
            prop_assert_eq!(body["company_id"].as_u64().unwrap().to_string(), number);
        }
    }

    #[test]
    fn only_whole_numbers_reach_a_path(id in "[0-9./?]{0,20}|.{0,20}") {
        let good = (1..=18).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_digit())
            && !id.starts_with('0');
        let read = RevyOps.read(&context(false), Target::of(&ContactId::new(id.as_str())));
        prop_assert_eq!(read.is_ok(), good);
    }

    /// Whatever a server answers, a page leads on to the next one and never back, on the same server, with the
    /// same filters, and without a parameter that it made up.
    #[test]
    fn paging_stays_where_it_is_and_goes_on(
        number in 1..50_u64,
        link in prop_oneof![
            Just(Value::Null),
            "https://evil\\.example/x\\?page=[0-9]{1,3}&client_id=c".prop_map(Value::from),
            ".{0,20}".prop_map(Value::from),
            any::<u16>().prop_map(Value::from),
        ],
        pages in prop::option::of(0..60_u64),
        filtered in any::<bool>(),
    ) {
        let context = context(false);
        let filter = if filtered { "&email=a%40b.example" } else { "" };
        let call = RevyOps.page(&context, Some(&Cursor(format!("{number}{filter}"))));
        let mut body = json!({"results": [{"id": 1}], "next": link});
        if let Some(pages) = pages {
            body["total_pages"] = json!(pages);
        }
        let Reply::Page(page) = RevyOps.decode(&context, &call, &HttpResponse::json(200, &body)).unwrap() else {
            panic!("a page was asked for");
        };
        let Some(next) = page.next else {
            prop_assert!(link.is_null() && pages.is_none_or(|n| n <= number));
            return Ok(());
        };
        let request = RevyOps.page(&context, Some(&next)).request;
        prop_assert!(call::page_number(&request) > number);
        let page = call::page_number(&request);
        let wanted = format!("https://revyops.example/api/public/v2/contacts?page={page}&page_size=100&structure=NESTED{filter}");
        prop_assert_eq!(request.url, wanted);
    }

    #[test]
    fn custom_fields_read_alike_in_every_form(
        fields in prop::collection::btree_map("[A-Za-z \\[\\]']{1,6}", prop::option::of(".{0,6}"), 0..5),
    ) {
        let array: Vec<Value> = fields
            .iter()
            .map(|(name, value)| json!({"id": 1, "field_name": name, "field_value": value}))
            .collect();
        let (array, map) = (json!(array), json!(fields));
        let forms = [array.clone(), map.clone(), json!(array.to_string()), json!(map.to_string())];
        let read = |value: Value| {
            let contact = map::contact(&context(false), &value, "the contact").unwrap();
            prop_assert!(contact.attributes_known);
            Ok((contact.attributes, contact.extra))
        };
        let first = read(json!({"id": 1, "contact_custom_fields": array}))?;
        prop_assert_eq!(first.0.len(), fields.values().flatten().count());
        for form in forms {
            prop_assert_eq!(&read(json!({"id": 1, "contact_custom_fields": form}))?, &first);
            prop_assert_eq!(&read(json!({"id": 1, "contact_custom_fields_input": form}))?, &first);
            let both = json!({"id": 1, "contact_custom_fields": form, "contact_custom_fields_input": array});
            prop_assert_eq!(&read(both)?, &first);
        }
    }
}

#[test]
fn every_standard_field_and_flag_has_a_row() {
    let table = table(&context(false));
    assert!(FieldKey::ALL.iter().all(|k| table.field(*k).is_some()));
    assert!(Flag::ALL.iter().all(|f| table.flag(*f).is_some()));
    for (key, _) in map::MEMBERS {
        let access = table.field(key).unwrap().access;
        assert!(access.can_set() && access.can_clear(), "{key}");
    }
}

#[test]
fn a_name_is_two_fields_and_never_one() {
    let table = table(&context(false));
    let name = table.field(FieldKey::Name).unwrap();
    assert!(
        name.access
            .reason()
            .unwrap()
            .contains("first_name and last_name")
    );
    let patch = Patch {
        fields: [(FieldKey::Name, Edit::Set("Ann Lee".to_string()))].into(),
        ..Patch::default()
    };
    assert!(RevyOps.update(&context(false), &blank(), &patch).is_err());
}

#[test]
fn changes_with_an_unknown_effect_carry_a_caution() {
    let table = table(&context(false));
    for (key, _) in map::MEMBERS {
        let spec = table.field(key).unwrap();
        assert!(spec.access.clearing_caution().is_some(), "{key}");
    }
    let company = table.field(FieldKey::CompanyId).unwrap();
    assert!(company.caution.unwrap().contains("not documented"));
    assert!(
        company
            .access
            .clearing_caution()
            .unwrap()
            .contains("no company")
    );
    assert!(table.attributes.removal_note.unwrap().contains("null"));
    assert!(table.field(FieldKey::ContactStatus).unwrap().offers_seen);
    let (guard, why) = table.attributes.new_name_guard.unwrap();
    assert_eq!(guard, Guard::NewField);
    assert!(why.contains("creates one"));
    assert_eq!(table.attributes.max_chars, Some(2500));
}

#[test]
fn tags_are_there_only_where_a_field_keeps_them() {
    let off = table(&context(false)).tags;
    assert!(off.access.reason().unwrap().contains("tags_attribute"));
    let on = table(&context(true)).tags;
    assert_eq!(on.access, Access::Full);
    assert!(on.comma_forbidden && on.full_label().contains("custom field"));
    let mut contact = blank();
    contact.tags_read = TagsRead::No;
    let patch = Patch {
        tags: TagDelta {
            add: TagSet::from(["vip".to_string()]),
            remove: TagSet::new(),
        },
        ..Patch::default()
    };
    assert!(RevyOps.update(&context(true), &contact, &patch).is_err());
    assert!(RevyOps.update(&context(false), &blank(), &patch).is_err());
}

/// How filters match is not documented, so that what they find is never the whole.
#[test]
fn filter_match_semantics_unknown_so_a_narrowed_list_is_a_beginning() {
    for (text, start) in [
        ("email:ann@acme.example", Some("1&email=ann%40acme.example")),
        (
            "first_name:Ann last_name:\"van Lee\" tier",
            Some("1&firstname=Ann&lastname=van%20Lee"),
        ),
        ("email:a email:b", Some("1&email=a")),
        ("-email:ann@acme.example", None),
        ("ann", None),
        ("origin:import", None),
        ("", None),
    ] {
        let narrowed = RevyOps.narrow(&context(false), &Filter::parse(text).unwrap());
        let wanted = start.map(|start| Narrowed {
            start: Cursor(start.into()),
            whole: false,
        });
        assert_eq!(narrowed, wanted, "{text:?}");
    }
}

#[test]
fn holders_are_found_by_email_in_version_2_and_by_linkedin_url_in_version_1() {
    let context = context(false);
    let url = |key, value| {
        let cursor = RevyOps.holders(&context, key, value)?;
        Some(RevyOps.page(&context, Some(&cursor)).request.url)
    };
    assert_eq!(
        url(FieldKey::Email, "ann+x@acme.example").unwrap(),
        "https://revyops.example/api/public/v2/contacts?page=1&page_size=100&structure=NESTED&\
         email=ann%2Bx%40acme.example"
    );
    assert_eq!(
        url(FieldKey::LinkedinUrl, "https://www.linkedin.com/in/ann").unwrap(),
        "https://revyops.example/api/public/contacts?linkedin_url=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fann"
    );
    assert_eq!(url(FieldKey::Email, " "), None);
    assert_eq!(url(FieldKey::Origin, "import"), None);
}

/// A contact with these members, as a list or a single read tells it.
fn told(listed: bool, members: Value) -> Contact {
    let mut contact = json!({"id": 481});
    for (name, value) in members.as_object().unwrap() {
        contact[name] = value.clone();
    }
    let read = if listed { map::listed } else { map::contact };
    read(&context(true), &contact, "the contact").unwrap()
}

fn adding(tag: &str) -> Patch {
    let add = TagSet::from([tag.to_string()]);
    let remove = TagSet::new();
    Patch {
        tags: TagDelta { add, remove },
        ..Patch::default()
    }
}

#[test]
fn what_can_not_be_read_is_not_none_because_the_other_member_is_empty() {
    let pair = [fields::MEMBER, fields::INPUT];
    for (bad, empty) in [(pair[0], pair[1]), (pair[1], pair[0])] {
        for nothing in [json!(null), json!([]), json!("")] {
            let contact = told(false, json!({bad: "[Tier", empty: nothing}));
            assert!(!contact.attributes_known, "{bad} beside {nothing}");
            assert_eq!(contact.tags_read, TagsRead::No);
            assert!(
                RevyOps
                    .update(&context(true), &contact, &adding("vip"))
                    .is_err()
            );
            assert!(contact.extra["Custom fields"].contains(bad));
        }
        let some = json!([{"field_name": TAGS, "field_value": "a, b"}]);
        let contact = told(false, json!({bad: "[Tier", empty: some}));
        assert!(contact.attributes_known && contact.tags_read == TagsRead::All);
        assert_eq!(contact.tags.len(), 2);
    }
}

#[test]
fn a_list_without_the_member_tells_nothing_and_a_single_read_tells_that_there_are_none() {
    let known = |c: Contact| (c.attributes_known, c.tags_read);
    assert_eq!(known(told(true, json!({}))), (false, TagsRead::No));
    assert_eq!(known(told(false, json!({}))), (true, TagsRead::All));
    let none = json!({fields::MEMBER: []});
    assert_eq!(known(told(true, none)), (true, TagsRead::All));
    // What was known before stays.
    let before = told(false, json!({fields::MEMBER: {TAGS: "a", "Tier": "gold"}}));
    let mut after = told(true, json!({}));
    assert!(after.keep_untold(&before));
    assert_eq!(
        (&after.tags, &after.attributes),
        (&before.tags, &before.attributes)
    );
}

#[test]
fn fields_that_were_not_told_are_removed_all_the_same() {
    let patch = Patch {
        attributes: [("Tier".to_string(), Edit::Clear)].into(),
        ..Patch::default()
    };
    let calls = |c| RevyOps.update(&context(true), &c, &patch).unwrap().len();
    assert_eq!(calls(told(true, json!({}))), 1);
    assert_eq!(calls(told(false, json!({}))), 0);
}

#[test]
fn a_tags_field_that_is_no_text_or_stands_twice_is_kept_and_never_rewritten() {
    let entry = |value: Value| json!({"field_name": TAGS, "field_value": value});
    for (entries, shown) in [
        (json!([entry(json!(["a", "b"]))]), r#"["a","b"]"#),
        (json!([entry(json!({"a": 1}))]), r#"{"a":1}"#),
        (json!([entry(json!(7))]), "7"),
        (json!([entry(json!("a")), entry(json!("b"))]), "b"),
        (json!([entry(json!("a")), entry(json!("a"))]), "a"),
    ] {
        let contact = told(false, json!({fields::MEMBER: entries}));
        assert_eq!(contact.tags_read, TagsRead::No, "{entries}");
        assert!(contact.tags.is_empty() && contact.attributes_known);
        assert_eq!(contact.attributes[TAGS], shown);
        let twice = contact.extra.get("Custom fields stored twice");
        assert_eq!(twice.is_some(), entries.as_array().unwrap().len() == 2);
        let refused = RevyOps.update(&context(true), &contact, &adding("vip"));
        assert!(
            refused.unwrap_err().0[0]
                .message
                .contains("does not hold one text")
        );
    }
    // A null beside a text is no second value.
    let one = json!([entry(json!(null)), entry(json!("a"))]);
    assert_eq!(
        told(false, json!({fields::MEMBER: one})).tags_read,
        TagsRead::All
    );
}

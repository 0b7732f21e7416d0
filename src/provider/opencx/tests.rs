//! Laws of the update and of looking for one contact, on generated values, and what the table says. Exchanges
//! are golden cases under `tests/codec/opencx`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::domain::{AccountName, Edit, TagDelta, TagsRead};
use crate::provider::{Lookup, TagsMode};

const ID: &str = "8b0e6c1e-7a55-4a0e-9d3b-0f3f7f0c2a11";

fn context(tags_attribute: Option<&str>) -> Context {
    Context {
        account: AccountName::new("desk"),
        base_url: "https://api.open.cx".into(),
        account_id: None,
        email_attribute: None,
        tags_attribute: tags_attribute.map(str::to_string),
        tags_mode: TagsMode::Replace,
        identity_hash: false,
        read_only: false,
    }
}

/// A contact as the list shows it. Names of custom data are `k` to `n`, and `tags`.
fn listed() -> impl Strategy<Value = Value> {
    let text = || prop::option::of("[a-c]{0,2}");
    let data = prop::collection::btree_map("[k-n]", "[a-c]{0,2}".prop_map(Value::from), 0..4);
    // As somebody else may have written them.
    let tags = prop::option::of("[a-c]{0,1}(, ?[a-c]{0,1}){0,3}");
    (text(), text(), text(), prop::option::of((data, tags))).prop_map(
        |(name, email, phone, data)| {
            let data = data.map(|(mut data, tags): (BTreeMap<String, Value>, _)| {
                data.extend(tags.map(|t| ("tags".to_string(), Value::from(t))));
                data
            });
            json!({"id": ID, "name": name, "email": email, "phone_number": phone, "custom_data": data})
        },
    )
}

fn edit<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Edit<T>> {
    prop_oneof![Just(Edit::Clear), value.prop_map(Edit::Set)].boxed()
}

/// Patches that OpenCX can carry out with a `tags_attribute`.
fn patch() -> impl Strategy<Value = Patch> {
    let text = || prop::option::of(edit("[a-c]{1,2}".prop_map(String::from)));
    let set = prop_oneof![
        "[a-c]{0,2}".prop_map(Value::from),
        (0..3_u8).prop_map(Value::from),
        any::<bool>().prop_map(Value::from)
    ];
    let tags = || prop::collection::btree_set("[a-d]", 0..3);
    (
        text(),
        prop::option::of("[a-c]{1,2}@b\\.co".prop_map(|e| Edit::Set(e.to_string()))),
        text(),
        (tags(), tags()),
        prop::collection::btree_map("[k-n]", edit(set), 0..4),
    )
        .prop_map(|(name, email, phone, (add, remove), attributes)| {
            let fields = [
                (FieldKey::Name, name),
                (FieldKey::Email, email),
                (FieldKey::Phone, phone),
            ];
            Patch {
                fields: fields
                    .into_iter()
                    .filter_map(|(k, e)| Some((k, e?)))
                    .collect(),
                tags: TagDelta { add, remove },
                attributes,
                ..Patch::default()
            }
            .in_texts()
        })
}

fn read(context: &Context, listed: &Value) -> Contact {
    map::contact(context, listed, "the contact").unwrap()
}

/// What OpenCX may make of an update, the two readings of custom data that are left open.
fn carried_out(stored: &Value, body: &Map<String, Value>, merge: bool) -> Value {
    let mut stored = stored.clone();
    for (member, value) in body {
        let listed = match member.as_str() {
            "phone" => "phone_number",
            other => other,
        };
        let kept = stored[listed].as_object().cloned();
        stored[listed] = match (value, kept) {
            (Value::Object(sent), Some(mut kept)) if merge => {
                kept.extend(sent.clone());
                Value::Object(kept)
            }
            _ => value.clone(),
        };
    }
    stored
}

fn lookups(known: Option<&Contact>, written_at: Option<Timestamp>, whole: bool) -> Vec<Lookup> {
    let id = ContactId::new(ID);
    find::lookups(Target {
        id: &id,
        known,
        written_at,
        whole,
    })
}

fn starts(lists: &[Lookup]) -> Vec<&str> {
    lists.iter().map(|l| l.start.0.as_str()).collect()
}

/// The bounds that a query names.
fn bounds(query: &str) -> Vec<(String, Timestamp)> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| {
            let value = value.replace("%3A", ":").replace("%2B", "+");
            (name.to_string(), value.parse().unwrap())
        })
        .collect()
}

fn second(at: &str) -> Timestamp {
    at.parse().unwrap()
}

proptest! {
    /// UNKNOWN: merge or replace of `custom_data` in PATCH. Traps: `phone` written and `phone_number` listed,
    /// texts only, nothing null, `http_action_overrides` never sent.
    #[test]
    fn an_update_is_right_under_merge_and_under_replace(stored in listed(), patch in patch()) {
        let context = context(Some("tags"));
        let fresh = read(&context, &stored);
        let body = map::update_body(&context, &fresh, &patch).unwrap();
        for (member, value) in &body {
            prop_assert!(["name", "email", "phone", "custom_data"].contains(&member.as_str()));
            match value {
                Value::Object(data) => prop_assert!(data.values().all(Value::is_string)),
                other => prop_assert!(other.is_string()),
            }
        }
        let asked = patch.apply(&fresh);
        for merge in [false, true] {
            let after = read(&context, &carried_out(&stored, &body, merge));
            prop_assert_eq!(&after.fields, &asked.fields);
            prop_assert_eq!(&after.tags, &asked.tags);
            let mut attributes = after.attributes.clone();
            if merge {
                // A key that is left out may stay: that is said, not hidden.
                attributes.retain(|name, _| patch.attributes.get(name) != Some(&Edit::Clear));
            }
            prop_assert_eq!(&attributes, &asked.attributes);
        }
        prop_assert_eq!(body.is_empty(), patch.effective(&fresh).is_empty());
    }

    /// Writing tags leaves all other custom data as it is, and what was written is read.
    #[test]
    fn tags_in_custom_data_come_back_and_leave_the_rest_alone(
        stored in listed(),
        add in prop::collection::btree_set("[ -~é]{0,4}", 0..4),
        remove in prop::collection::btree_set("[a-d]", 0..3),
    ) {
        let context = context(Some("tags"));
        let fresh = read(&context, &stored);
        let patch = Patch { tags: TagDelta { add: add.clone(), remove }, ..Patch::default() };
        let bad = add.iter().any(|name| crate::domain::tag::unkeepable(name).is_some());
        match map::update_body(&context, &fresh, &patch) {
            Err(_) => prop_assert!(bad),
            Ok(body) => {
                prop_assert!(!bad);
                for merge in [false, true] {
                    let after = read(&context, &carried_out(&stored, &body, merge));
                    prop_assert_eq!(&after.tags, &patch.tags.apply(&fresh.tags));
                    prop_assert_eq!(&after.attributes, &fresh.attributes);
                    prop_assert_eq!(&after.fields, &fresh.fields);
                }
            }
        }
    }

    /// Editing other custom data leaves the tags' own text as somebody wrote it.
    #[test]
    fn tags_text_stays_while_tags_do(stored in listed()) {
        let context = context(Some("tags"));
        let fresh = read(&context, &stored);
        let mut patch = Patch::default();
        patch.attributes.insert("z".into(), Edit::Set(json!("new")));
        let body = map::update_body(&context, &fresh, &patch).unwrap();
        let text = |v: &Value| v["tags"].as_str().unwrap_or_default().to_string();
        prop_assert_eq!(text(&body["custom_data"]), text(&stored["custom_data"]));
    }

    /// UNKNOWN: whether bounds take themselves in, and how exact stored times are.
    #[test]
    fn the_window_of_creation_holds_it_however_bounds_and_seconds_are_meant(
        nanos in 0..2_000_000_000_000_000_000_i128,
        unit in prop::sample::select(vec![1_i128, 1_000, 1_000_000, 1_000_000_000]),
    ) {
        let at = Timestamp::from_nanosecond(nanos).unwrap();
        let cut = nanos.div_euclid(unit) * unit;
        // What is listed may be coarser than what is stored and compared, or rounded.
        for listed in [nanos, cut, cut + unit] {
            let mut known = read(&context(None), &json!({"id": ID, "custom_data": {}}));
            known.created_at = Some(Timestamp::from_nanosecond(listed).unwrap());
            let lists = lookups(Some(&known), None, true);
            let found = bounds(&lists[0].start.0);
            prop_assert_eq!(&found[0].0, "created_after");
            prop_assert_eq!(&found[1].0, "created_before");
            for stored in [at, Timestamp::from_nanosecond(cut).unwrap()] {
                prop_assert!(found[0].1 < stored && stored < found[1].1, "{:?} {stored}", found);
            }
            prop_assert!(found.iter().all(|(_, t)| t.subsec_nanosecond() == 0));
            prop_assert!(lists[0].exhaustive);
        }
    }
}

#[test]
fn after_a_write_what_was_changed_since_comes_first_with_slack_for_clocks() {
    let written = second("2026-05-01T12:00:00.7Z");
    let mut known = read(&context(None), &json!({"id": ID, "email": "a@b.co"}));
    known.created_at = Some(second("2025-01-01T00:00:00Z"));
    let lists = lookups(Some(&known), Some(written), false);
    let found = bounds(&lists[0].start.0);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "updated_after");
    assert_eq!(found[0].1, second("2026-05-01T11:58:00Z"));
    assert!(!lists[0].exhaustive);
    assert!(lists[1].start.0.starts_with("created_after="));
}

#[test]
fn without_times_the_list_is_read_and_a_search_is_enough_for_name_email_and_phone() {
    let listed = json!({"id": ID, "email": "a+b@c.de", "phone_number": "+1", "name": "Ann Lee"});
    let known = read(&context(None), &listed);
    let searches = ["q=a%2Bb%40c.de", "q=%2B1", "q=Ann%20Lee"];
    // What search tells is no base for writing custom data: it comes last.
    let whole = lookups(Some(&known), None, true);
    assert_eq!(starts(&whole)[1..], searches);
    assert_eq!(whole[0].start.0, "");
    assert!(whole[0].exhaustive && whole[0].pages > 100);
    let part = lookups(Some(&known), None, false);
    assert_eq!(starts(&part)[1..4], searches);
    assert!(part[0].pages < 100 && part[4].pages > 100 && part[4].exhaustive);
    assert!(part[1..4].iter().all(|list| !list.exhaustive));
}

#[test]
fn with_the_time_of_change_alone_what_was_changed_since_is_looked_at() {
    let listed = json!({"id": ID, "name": "Ann", "updated_at": "2026-01-01T00:00:00Z"});
    let known = read(&context(None), &listed);
    let lists = lookups(Some(&known), None, true);
    assert_eq!(lists[0].start.0, "updated_after=2025-12-31T23%3A58%3A00Z");
    assert!(!lists[0].exhaustive);
}

#[test]
fn of_whom_nothing_is_known_the_whole_list_is_read_to_its_end() {
    let lists = lookups(None, None, true);
    assert_eq!(starts(&lists), [""]);
    assert!(lists[0].exhaustive && lists[0].pages == usize::MAX);
    let nameless = read(&context(None), &json!({"id": ID, "name": " "}));
    assert_eq!(starts(&lookups(Some(&nameless), None, true)), [""]);
}

#[test]
fn a_filter_is_searched_for_by_its_longest_text_and_not_called_whole() {
    for (text, want) in [
        ("ada", Some("q=ada")),
        ("ada email:\"ada@example\"", Some("q=ada%40example")),
        ("-ada", None),
        ("tag:vip has:email", None),
        ("identifier:abcdef ad", Some("q=ad")),
        ("attr.plan=gold", None),
        ("", None),
    ] {
        let narrowed = find::narrowed(&Filter::parse(text).unwrap());
        let query = narrowed.as_ref().map(|n| n.start.0.as_str());
        assert_eq!(query, want, "{text:?}");
        assert!(narrowed.is_none_or(|n| !n.whole));
    }
}

#[test]
fn who_has_an_email_or_phone_is_searched_for() {
    let holder = |key, value| find::holders(key, value).map(|c| c.0);
    assert_eq!(holder(FieldKey::Email, "a@b.co"), Some("q=a%40b.co".into()));
    assert_eq!(holder(FieldKey::Phone, "+1 5"), Some("q=%2B1%205".into()));
    assert_eq!(holder(FieldKey::Name, "Ann"), None);
    // A search needs at least one character.
    assert_eq!(holder(FieldKey::Email, " "), None);
}

#[test]
fn the_table_has_a_row_for_what_people_look_for_and_says_where_tags_are() {
    let bare = table(&context(None));
    assert!(FieldKey::COMMON.iter().all(|k| bare.field(*k).is_some()));
    assert!(Flag::ALL.iter().all(|f| bare.flag(*f).is_some()));
    let why = bare.tags.access.reason().unwrap();
    assert!(why.contains("tags_attribute"), "{why}");
    assert_eq!(bare.tags.full_label(), "Tags");
    assert_eq!(table(&context(Some(" "))).tags, bare.tags);
    let kept = table(&context(Some("tags")));
    assert_eq!(kept.tags.access, Access::Full);
    assert_eq!(kept.tags.full_label(), "Tags (in custom data “tags”)");
    assert!(kept.tags.comma_forbidden);
}

#[test]
fn the_pace_stays_below_one_call_in_650_ms() {
    let pace = FACTS.pace;
    assert!(60_000 / pace.per_minute >= 650);
    // Even a burst on top stays below the hundred a minute that are allowed.
    assert!(pace.per_minute + pace.burst < 100);
}

#[test]
fn tags_are_not_known_where_their_custom_data_is_no_text() {
    let listed = json!({"id": ID, "custom_data": {"tags": ["vip"]}});
    let contact = read(&context(Some("tags")), &listed);
    assert_eq!(contact.tags_read, TagsRead::No);
    assert_eq!(contact.attributes["tags"], json!(["vip"]));
}

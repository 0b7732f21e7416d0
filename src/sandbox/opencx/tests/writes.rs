//! Updates, creations and deletions: the schema, the e-mail pattern, the effect on what is stored.

use proptest::prelude::*;

use super::super::check::is_email;
use super::super::quirks::{Blank, Body, CustomData, Flat, Members, Taken, Unknown};
use super::*;

fn ann(fake: &OpenCx) -> &Contact {
    fake.contact(ANN).unwrap()
}

fn custom_data(fake: &OpenCx) -> Value {
    json!(ann(fake).custom_data)
}

#[test]
fn an_update_changes_what_it_names_and_answers_with_nothing() {
    let mut fake = organisation();
    let change = json!({"name": "Ann B", "email": "a+@b.co", "phone": "call me"});
    assert_eq!(patch(&mut fake, change), (200, Value::Null));
    let ann = ann(&fake);
    assert_eq!(ann.name.as_deref(), Some("Ann B"));
    assert_eq!(ann.email.as_deref(), Some("a+@b.co"));
    assert_eq!(ann.phone.as_deref(), Some("call me"));
    assert_eq!(custom_data(&fake), json!({"plan": "pro", "city": "Pune"}));
    assert_eq!((ann.created_at, ann.updated_at), (at(0), at(LATER)));
    assert_eq!(patch(&mut fake, json!({})).0, 200);
}

#[test]
fn trap_phone_is_written_under_another_name_than_it_is_listed() {
    let mut fake = organisation();
    let listed = get(&mut fake, "/contacts")["items"][1].clone();
    assert_eq!(listed["phone_number"], "+15550100");
    let echo = json!({"phone_number": "+15550199"});
    assert_eq!(patch(&mut fake, echo.clone()).0, 200);
    assert_eq!(ann(&fake).phone.as_deref(), Some("+15550100"));
    fake.quirks.unknown_members = Members::Refused;
    let (status, body) = patch(&mut fake, echo);
    assert_eq!(
        (status, &body["message"]),
        (400, &json!("contact.phone_number: Unrecognized key"))
    );
}

#[test]
fn trap_a_flat_body_is_refused_or_does_nothing() {
    let target = format!("/contacts/{ANN}");
    for body in [r#"{"name":"New"}"#, "{}"] {
        let (status, refusal) = send(&mut organisation(), "PATCH", &target, body);
        assert_eq!(
            (status, &refusal["message"]),
            (400, &json!("contact: Required"))
        );
        let mut fake = with(|q| q.flat_body = Flat::Ignored);
        assert_eq!(send(&mut fake, "PATCH", &target, body), (200, Value::Null));
        assert_eq!(fake.contact(ANN), organisation().contact(ANN));
    }
    let mut strict = with(|q| q.unknown_members = Members::Refused);
    let body = r#"{"contact":{},"name":"New"}"#;
    assert_eq!(send(&mut strict, "PATCH", &target, body).0, 400);
}

#[test]
fn types_are_held_and_every_problem_is_named() {
    for (contact, message) in [
        (json!(null), "contact: Expected object, received null"),
        (json!([]), "contact: Expected object, received array"),
        (
            json!({"name": null}),
            "contact.name: Expected string, received null",
        ),
        (
            json!({"phone": 1}),
            "contact.phone: Expected string, received number",
        ),
        (
            json!({"email": true}),
            "contact.email: Expected string, received boolean",
        ),
        (json!({"email": ""}), "contact.email: Invalid email"),
        (
            json!({"custom_data": null}),
            "contact.custom_data: Expected object, received null",
        ),
        (
            json!({"custom_data": []}),
            "contact.custom_data: Expected object, received array",
        ),
        (
            json!({"name": {}, "custom_data": {"n": 1, "ok": "1", "b": false, "z": null, "o": {}}}),
            "contact.name: Expected string, received object; \
             contact.custom_data.n: Expected string, received number; \
             contact.custom_data.b: Expected string, received boolean; \
             contact.custom_data.z: Expected string, received null; \
             contact.custom_data.o: Expected string, received object",
        ),
        (
            json!({"http_action_overrides": 1}),
            "contact.http_action_overrides: Expected object, received number",
        ),
        (
            json!({"http_action_overrides": {"headers": {"a": 1}, "body_params": []}}),
            "contact.http_action_overrides.body_params: Expected object, received array; \
             contact.http_action_overrides.headers.a: Expected string, received number",
        ),
    ] {
        let mut fake = organisation();
        let (status, body) = patch(&mut fake, contact.clone());
        assert_eq!(
            (status, &body["message"]),
            (400, &json!(message)),
            "{contact}"
        );
        assert_eq!(
            fake.contact(ANN),
            organisation().contact(ANN),
            "nothing of it"
        );
        assert!(fake.overrides().is_empty());
        let body = json!({ "contact": contact }).to_string();
        assert_eq!(send(&mut fake, "POST", "/contacts", &body).0, 400);
        assert_eq!(fake.contacts().len(), 2);
    }
}

#[test]
fn unknown_custom_data_is_merged_or_replaced() {
    for (quirk, after, emptied) in [
        (
            CustomData::Merge,
            json!({"plan": "free", "city": "Pune", "x": ""}),
            json!({"plan": "free", "city": "Pune", "x": ""}),
        ),
        (
            CustomData::Replace,
            json!({"plan": "free", "x": ""}),
            json!({}),
        ),
    ] {
        let mut fake = with(|q| q.custom_data = quirk);
        patch(&mut fake, json!({"custom_data": {"plan": "free", "x": ""}}));
        assert_eq!(custom_data(&fake), after);
        patch(&mut fake, json!({"custom_data": {}}));
        assert_eq!(custom_data(&fake), emptied);
        // Of a contact without any, both make the same.
        let body = r#"{"contact":{"custom_data":{"a":"1"}}}"#;
        send(&mut fake, "PATCH", &format!("/contacts/{BEN}"), body);
        assert_eq!(
            json!(fake.contact(BEN).unwrap().custom_data),
            json!({"a": "1"})
        );
    }
}

#[test]
fn unknown_body_of_a_success_is_a_switch() {
    let shown = |fake: &mut OpenCx| get(fake, "/contacts")["items"][1].clone();
    for (quirk, path) in [
        (Body::Contact, ""),
        (Body::Wrapped, "/contact"),
        (Body::Data, "/data"),
    ] {
        let mut fake = with(|q| q.body = quirk);
        let (status, body) = patch(&mut fake, json!({"name": "Ann B"}));
        assert_eq!(status, 200);
        assert_eq!(body.pointer(path), Some(&shown(&mut fake)), "{quirk:?}");
    }
    let answer = answer(
        &mut organisation(),
        "PATCH",
        &format!("/contacts/{ANN}"),
        r#"{"contact":{}}"#,
    );
    assert_eq!((answer.headers.len(), answer.body.len()), (0, 0));
}

#[test]
fn unknown_effect_of_empty_strings_is_a_switch() {
    for (quirk, wanted) in [
        (Blank::Stored, Some("")),
        (Blank::Null, None),
        (Blank::Ignored, Some("kept")),
    ] {
        let mut fake = with(|q| q.blank = quirk);
        patch(&mut fake, json!({"name": "kept", "phone": "kept"}));
        assert_eq!(patch(&mut fake, json!({"name": "", "phone": ""})).0, 200);
        let ann = ann(&fake);
        assert_eq!(
            (ann.name.as_deref(), ann.phone.as_deref()),
            (wanted, wanted)
        );
    }
    let mut fake = with(|q| q.blank = Blank::Refused);
    for member in ["name", "phone"] {
        let (status, body) = patch(&mut fake, json!({member: ""}));
        let message = json!(format!(
            "contact.{member}: String must contain at least 1 character(s)"
        ));
        assert_eq!((status, &body["message"]), (400, &message));
    }
    assert_eq!(fake.contact(ANN), organisation().contact(ANN));
}

#[test]
fn unknown_answer_for_unknown_contacts_is_a_switch() {
    for (quirk, status) in [
        (Unknown::NotFound, 404),
        (Unknown::BadRequest, 400),
        (Unknown::Crash, 500),
        (Unknown::Success, 200),
    ] {
        let mut fake = with(|q| q.unknown_contact = quirk);
        for id in ["1f3d2c4b-0000-4000-a000-000000000000", "7", "a%2Fb", "%00"] {
            let target = format!("/contacts/{id}");
            let update = send(&mut fake, "PATCH", &target, r#"{"contact":{"name":"x"}}"#).0;
            let delete = send(&mut fake, "DELETE", &target, "").0;
            assert_eq!((update, delete), (status, status), "{id}");
        }
        assert_eq!(fake.contacts(), organisation().contacts());
    }
}

#[test]
fn unknown_uniqueness_of_email_and_phone_is_a_switch() {
    for (quirk, status) in [
        (Taken::Allowed, None),
        (Taken::BadRequest, Some(400)),
        (Taken::Conflict, Some(409)),
        (Taken::Unprocessable, Some(422)),
    ] {
        let mut fake = with(|q| q.taken = quirk);
        let target = format!("/contacts/{BEN}");
        for contact in [
            json!({"email": "ann@EXAMPLE.com"}),
            json!({"phone": "+15550100"}),
        ] {
            let body = json!({ "contact": contact }).to_string();
            let update = send(&mut fake, "PATCH", &target, &body).0;
            assert_eq!(update, status.unwrap_or(200), "{quirk:?} {contact}");
            let create = send(&mut fake, "POST", "/contacts", &body).0;
            assert_eq!(create, status.unwrap_or(201), "{quirk:?} {contact}");
        }
        // What is one's own already is not taken.
        let own = json!({"email": "ann@example.com", "phone": "+15550100"});
        assert_eq!(patch(&mut fake, own).0, 200);
    }
}

#[test]
fn unknown_phone_check_is_a_switch() {
    for (phone, good) in [
        ("+15550100", true),
        ("+123456789012345", true),
        ("+1234567890123456", false),
        ("+123456", false),
        ("+05550100", false),
        ("15550100", false),
        ("+1 555 0100", false),
        ("+١٢٣٤٥٦٧", false),
    ] {
        assert_eq!(
            patch(&mut organisation(), json!({ "phone": phone })).0,
            200,
            "{phone}"
        );
        let mut strict = with(|q| q.phone_check = true);
        let wanted = if good { 200 } else { 400 };
        assert_eq!(
            patch(&mut strict, json!({ "phone": phone })).0,
            wanted,
            "{phone}"
        );
        assert_eq!(patch(&mut strict, json!({"phone": ""})).0, 200);
    }
}

#[test]
fn trap_http_action_overrides_are_seen_when_they_are_sent() {
    let mut fake = organisation();
    patch(&mut fake, json!({"name": "Ann"}));
    assert!(fake.overrides().is_empty());
    let sent = json!({"headers": {"x": "1"}, "query_params": {}});
    let (status, _) = patch(&mut fake, json!({"http_action_overrides": sent}));
    assert_eq!((status, fake.overrides()), (200, &[sent.clone()][..]));
    let body = json!({"contact": {"http_action_overrides": {}}}).to_string();
    assert_eq!(send(&mut fake, "POST", "/contacts", &body).0, 201);
    assert_eq!(fake.overrides(), [sent, json!({})]);
}

#[test]
fn creations_answer_with_an_id_and_a_retry_duplicates() {
    let mut fake = organisation();
    let body = r#"{"contact":{"name":"Cid","custom_data":{"a":"b"}}}"#;
    let created: Vec<String> = (0..2)
        .map(|_| {
            let (status, answer) = send(&mut fake, "POST", "/contacts", body);
            assert_eq!(
                (status, answer.as_object().map(serde_json::Map::len)),
                (201, Some(1))
            );
            answer["id"].as_str().unwrap().to_string()
        })
        .collect();
    assert_ne!(created[0], created[1]);
    for id in &created {
        let cid = fake.contact(id).unwrap();
        assert_eq!(
            (cid.name.as_deref(), cid.email.as_ref()),
            (Some("Cid"), None)
        );
        assert_eq!((cid.created_at, cid.updated_at), (at(LATER), at(LATER)));
    }
    let mut flat = with(|q| q.flat_body = Flat::Ignored);
    assert_eq!(send(&mut flat, "POST", "/contacts", "{}").0, 400);
}

#[test]
fn deletions_have_no_body_and_happen_once() {
    let mut fake = organisation();
    let target = format!("/contacts/{}", ANN.to_uppercase());
    assert_eq!(send(&mut fake, "DELETE", &target, ""), (200, Value::Null));
    assert_eq!(send(&mut fake, "DELETE", &target, "").0, 404);
    assert_eq!(ids(&get(&mut fake, "/contacts")), [BEN]);
}

#[test]
fn contacts_change_behind_the_clients_back() {
    let mut fake = organisation();
    assert!(fake.change(BEN, at(9), |ben| {
        ben.name = Some("Ben".into());
        ben.id = "else".into();
    }));
    let ben = fake.contact(BEN).unwrap();
    assert_eq!((ben.name.as_deref(), ben.updated_at), (Some("Ben"), at(9)));
    assert!(!fake.change("else", at(9), |_| {}));
    assert_eq!(fake.remove(ANN).map(|c| c.id).as_deref(), Some(ANN));
    assert_eq!(
        (fake.contact(ANN), fake.contact(BEN).is_some()),
        (None, true)
    );
}

/// Texts at the edges of the pattern, each with what it makes of them.
const ADDRESSES: [(&str, bool); 46] = [
    ("a@b.co", true),
    ("A-Z_0'9+x.y@Sub-Domain.Example.COM", true),
    ("a+@b.co", true),
    ("a-@b.co", true),
    ("_@b.co", true),
    ("'a@b.co", true),
    ("+@1.2.ab", true),
    ("a@b-.co", true),
    ("a@b--c.co", true),
    ("a@9.co", true),
    ("a@xn--bcher-kva.example", true),
    ("a@a.b.c.d.e.museum", true),
    ("", false),
    ("a", false),
    ("@", false),
    ("@b.co", false),
    ("a@", false),
    ("a@b", false),
    ("a@b.", false),
    ("a@.co", false),
    ("a@b.c", false),
    ("a@b.c0", false),
    ("a@b.co-", false),
    ("a@-b.co", false),
    ("a@b_c.co", false),
    ("a@b.co.", false),
    ("a..b@x.co", false),
    ("a@b..co", false),
    (".a@b.co", false),
    ("a.@b.co", false),
    ("a'@b.co", false),
    ("a@b@c.co", false),
    ("a b@c.co", false),
    (" a@b.co", false),
    ("a@b.co ", false),
    ("a@b.co\n", false),
    ("a\n@b.co", false),
    ("a@b.co\0", false),
    ("\"a b\"@c.co", false),
    ("a@[127.0.0.1]", false),
    ("a@127.0.0.1", false),
    ("ä@b.co", false),
    ("a@bücher.de", false),
    ("a@b.cö", false),
    ("a!b@c.co", false),
    ("a@b.co?subject=x", false),
];

#[test]
fn trap_the_email_pattern_needs_its_look_aheads() {
    for (text, good) in ADDRESSES {
        assert_eq!(is_email(text), good, "{text:?}");
        assert_eq!(by_rules(text), good, "{text:?}");
        let wanted = if good { 200 } else { 400 };
        let (status, _) = patch(&mut organisation(), json!({ "email": text }));
        assert_eq!(status, wanted, "{text:?}");
    }
}

/// The same as the pattern, said in plain rules.
fn by_rules(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let labels: Vec<&str> = domain.split('.').collect();
    let Some((last, others)) = labels.split_last() else {
        return false;
    };
    let letters = |label: &str| label.len() >= 2 && label.bytes().all(|b| b.is_ascii_alphabetic());
    let label = |label: &&str| {
        label.starts_with(|c: char| c.is_ascii_alphanumeric())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    !text.starts_with('.')
        && !text.contains("..")
        && !local.is_empty()
        && !local.ends_with(['.', '\''])
        && local
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_'+-.".contains(c))
        && !others.is_empty()
        && others.iter().all(label)
        && letters(last)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    #[test]
    fn the_email_pattern_is_its_plain_rules(text in "[aZ0_'+.@é \n-]{0,6}@?([aZ0.-]{1,3}\\.)?[aZ0.-]{0,3}") {
        prop_assert_eq!(is_email(&text), by_rules(&text), "{:?}", text);
    }
}

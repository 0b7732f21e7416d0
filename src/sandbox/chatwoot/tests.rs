//! What the recordings do not show: seeding, colleagues, limits on loopback, bulk removal, and rules
//! read in the vendor's source.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Channel, Chatwoot, ContactSeed, DefinitionSeed, Limits, Role, Version};
use crate::http::HttpResponse;
use crate::sandbox::{Fake, Received};

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn fake(version: Version) -> Chatwoot {
    let mut fake = Chatwoot::new(version);
    let account = fake.add_account("Acme", now());
    let admin = [(account, Role::Administrator)];
    fake.add_user("Ada", "ada@example.com", "admin", &admin);
    fake.add_user("Al", "al@example.com", "agent", &[(account, Role::Agent)]);
    fake
}

fn seed(name: &str, email: &str, labels: &[&str]) -> ContactSeed {
    ContactSeed {
        name: Some(name.into()),
        email: Some(email.into()),
        labels: labels.iter().map(|l| (*l).to_owned()).collect(),
        ..ContactSeed::default()
    }
}

fn call(fake: &mut Chatwoot, token: &str, line: &str, body: Value) -> HttpResponse {
    call_at(fake, token, line, body, now())
}

fn call_at(
    fake: &mut Chatwoot,
    token: &str,
    line: &str,
    body: Value,
    at: Timestamp,
) -> HttpResponse {
    let (method, path) = line.split_once(' ').unwrap();
    let request = Received {
        method: method.into(),
        target: format!("/api/v1/accounts/1/{path}"),
        headers: vec![
            ("api-access-token".into(), token.into()),
            ("content-type".into(), "application/json".into()),
        ],
        body: if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        },
    };
    fake.answer(&request, at)
}

fn json_of(answer: &HttpResponse) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn seeded_contacts_are_listed_and_a_colleagues_edit_is_seen() {
    let mut fake = fake(Version::V4_15_1);
    let inbox = fake.add_inbox(1, "Website", Channel::Api, false, now());
    let mut contact = seed("Mia", "mia@example.com", &["vip", "billing"]);
    contact.inboxes.push((inbox, "mia-1".into()));
    let id = fake.add_contact(1, contact, now());
    assert_eq!(fake.contact_labels(id), ["vip", "billing"]);

    let listed = call(
        &mut fake,
        "admin",
        "GET contacts?labels[]=VIP&sort=name",
        Value::Null,
    );
    let listed = json_of(&listed);
    assert_eq!(listed["meta"]["count"], 1);
    assert_eq!(
        listed["payload"][0]["contact_inboxes"][0]["source_id"],
        "mia-1"
    );

    assert!(fake.edit_contact(id, now(), |c| c.name = Some("Mia M.".into())));
    fake.set_contact_labels(id, &["billing"]);
    let shown = json_of(&call(
        &mut fake,
        "admin",
        &format!("GET contacts/{id}"),
        Value::Null,
    ));
    assert_eq!(shown["payload"]["name"], "Mia M.");
    assert_eq!(fake.contact(id).unwrap().name.as_deref(), Some("Mia M."));
    assert_eq!(fake.contact_labels(id), ["billing"]);
    assert!(fake.remove_contact(id) && !fake.remove_contact(id));
}

#[test]
fn an_unseen_edit_is_overwritten_key_by_key() {
    let mut fake = fake(Version::V4_15_1);
    let id = fake.add_contact(1, seed("Mia", "mia@example.com", &[]), now());
    fake.edit_contact(id, now(), |c| {
        c.custom_attributes.insert("plan".into(), json!("gold"));
    });
    let body = json!({"custom_attributes": {"seats": 1.50}});
    let answer = call(&mut fake, "agent", &format!("PATCH contacts/{id}"), body);
    let attributes = json!({"plan": "gold", "seats": 1.5});
    assert_eq!(json_of(&answer)["payload"]["custom_attributes"], attributes);
}

#[test]
fn loopback_is_limited_only_when_asked_for() {
    let limits = Limits {
        requests_per_address: 2,
        loopback: true,
        ..Limits::default()
    };
    let mut strict = Chatwoot::with_limits(Version::V4_15_1, limits);
    let mut lenient = Chatwoot::with_limits(
        Version::V4_15_1,
        Limits {
            loopback: false,
            ..limits
        },
    );
    let statuses = |fake: &mut Chatwoot, at| {
        [(); 3].map(|()| call_at(fake, "", "GET contacts", Value::Null, at).status)
    };
    assert_eq!(statuses(&mut strict, now()), [401, 401, 429]);
    let minute = now() + SignedDuration::from_secs(60);
    assert_eq!(statuses(&mut strict, minute), [401, 401, 429]);
    assert_eq!(statuses(&mut lenient, now()), [401, 401, 401]);
}

#[test]
fn bulk_removal_and_deletion_belong_to_the_newer_version() {
    let mut fake = fake(Version::V4_15_1);
    let first = fake.add_contact(1, seed("A", "a@example.com", &["vip", "old"]), now());
    let second = fake.add_contact(1, seed("B", "b@example.com", &["vip"]), now());
    let ids = json!([second, first, 99]);
    let remove = json!({"type": "Contact", "ids": ids, "labels": {"remove": ["vip"]}});
    assert_eq!(
        call(&mut fake, "agent", "POST bulk_actions", remove).status,
        200
    );
    assert_eq!(fake.contact_labels(first), ["old"]);
    assert!(fake.contact_labels(second).is_empty());
    let delete = json!({"type": "Contact", "ids": [first], "action_name": "delete"});
    assert_eq!(
        call(&mut fake, "agent", "POST bulk_actions", delete.clone()).status,
        401
    );
    assert_eq!(
        call(&mut fake, "admin", "POST bulk_actions", delete).status,
        200
    );
    assert_eq!(fake.contacts(1).map(|c| c.id).collect::<Vec<_>>(), [second]);
}

#[test]
fn a_contact_gone_invalid_refuses_even_labels() {
    let mut fake = fake(Version::V4_15_1);
    let mut legacy = seed("A", "a@example.com", &[]);
    legacy.phone_number = Some("0151 123".into());
    let id = fake.add_contact(1, legacy, now());
    let body = json!({"labels": ["vip"]});
    let answer = call(
        &mut fake,
        "admin",
        &format!("POST contacts/{id}/labels"),
        body,
    );
    assert_eq!(answer.status, 422);
    assert_eq!(json_of(&answer)["attributes"], json!(["phone_number"]));
    assert!(fake.contact_labels(id).is_empty());
}

#[test]
fn filters_on_defined_attributes_follow_the_version() {
    let statuses = [(Version::V4_15_1, 422, 500), (Version::V4_3_0, 500, 200)];
    for (version, bad_number, days_before) in statuses {
        let mut fake = fake(version);
        let seats = DefinitionSeed {
            key: "seats".into(),
            name: "Seats".into(),
            display_type: "number".into(),
            ..DefinitionSeed::default()
        };
        fake.add_definition(1, seats, now());
        fake.add_contact(
            1,
            seed("A", "a@example.com", &[]),
            now() - SignedDuration::from_hours(72),
        );
        let mut ask = |key: &str, operator: &str, value: &str| {
            let condition = json!({
                "attribute_key": key,
                "filter_operator": operator,
                "values": [value],
                "query_operator": null,
            });
            call(
                &mut fake,
                "agent",
                "POST contacts/filter",
                json!({"payload": [condition]}),
            )
        };
        assert_eq!(ask("seats", "is_greater_than", "many").status, bad_number);
        let recent = ask("created_at", "days_before", "1");
        assert_eq!(recent.status, days_before);
        if days_before == 200 {
            assert_eq!(json_of(&recent)["meta"]["count"], 1);
        }
    }
}

#[test]
fn the_server_notes_its_search_for_a_picture_later() {
    let mut fake = fake(Version::V4_15_1);
    let body = json!({"name": "Mia", "email": "mia@example.com"});
    call(&mut fake, "agent", "POST contacts", body);
    let shown = |fake: &mut Chatwoot, seconds| {
        let at = now() + SignedDuration::from_secs(seconds);
        let answer = call_at(fake, "agent", "GET contacts/1", Value::Null, at);
        json_of(&answer)["payload"]["additional_attributes"].clone()
    };
    assert_eq!(shown(&mut fake, 29), json!({}));
    assert_eq!(
        shown(&mut fake, 31)["last_avatar_sync_at"],
        "2026-11-21T12:00:30Z"
    );
}

#[test]
fn text_that_html_would_read_is_escaped() {
    let answer = super::reply::body(200, &json!("<b>&\u{2028}é"));
    assert_eq!(answer.text_body(), "\"\\u003cb\\u003e\\u0026\\u2028é\"");
}

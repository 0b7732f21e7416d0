//! The fake against the documents: every call and every error. Switches, bodies and pages have files of
//! their own.

mod bodies;
mod lists;
mod switches;

use serde_json::{Value, json};

use super::*;

const KEY: &str = "rk_test";
const CLIENT: &str = "client-1";
const ANN: u64 = 1;
const BEN: u64 = 2;
const CY: u64 = 3;
const STRANGER: u64 = 9;
const ACME: u64 = 1;
const FOREIGN: u64 = 2;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).unwrap()
}

/// Ann has everything, Ben hardly anything, Cy shares Ann's name, and a stranger is another client's.
fn account() -> RevyOps {
    let mut fake = RevyOps::new(KEY, CLIENT);
    fake.client_name = "Client One".into();
    assert_eq!(fake.add_company("Acme", "Acme.com", at(0)), ACME);
    assert_eq!(
        fake.add_foreign_company("client-2", "Other", "other.com", at(0)),
        FOREIGN
    );
    let mut ann = Contact::new(ANN, CLIENT, at(10));
    ann.email = Some("ann@example.com".into());
    ann.linkedin_url = Some("https://www.linkedin.com/in/ann".into());
    ann.first_name = "Ann".into();
    ann.last_name = "van Lee".into();
    ann.company_id = Some(ACME);
    ann.origin = "Import".into();
    ann.status = Some("Active".into());
    ann.last_reply_received = Some(at(5));
    ann.fields = vec![
        fake.new_field("Tier", "gold", at(1)),
        fake.new_field("Buyer's role [x]", "Käufer", at(2)),
    ];
    let mut ben = Contact::new(BEN, CLIENT, at(30));
    ben.linkedin_url = Some("https://www.linkedin.com/in/ben".into());
    ben.first_name = "Ben".into();
    let mut cy = Contact::new(CY, CLIENT, at(20));
    cy.email = Some("cy@example.org".into());
    cy.first_name = "Ann".into();
    cy.last_name = "van Lee".into();
    cy.fields = vec![fake.new_field("Tier", "silver", at(3))];
    let mut stranger = Contact::new(STRANGER, "client-2", at(0));
    stranger.email = Some("stranger@example.com".into());
    stranger.fields = vec![fake.new_field("Tier", "gold", at(0))];
    for contact in [ann, ben, cy, stranger] {
        fake.insert(contact);
    }
    fake
}

fn with(spec: &str) -> RevyOps {
    account().with_quirks(Quirks::parse(spec).unwrap())
}

fn request(method: &str, target: &str, body: &str) -> Received {
    let mut headers = vec![
        ("host".to_string(), "127.0.0.1:8080".to_string()),
        ("X-API-KEY".to_string(), KEY.to_string()),
    ];
    if !body.is_empty() {
        headers.push(("content-type".into(), "application/json".into()));
    }
    Received {
        method: method.into(),
        target: target.into(),
        headers,
        body: body.as_bytes().to_vec(),
    }
}

fn parsed(answer: &HttpResponse) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
}

fn send(fake: &mut RevyOps, method: &str, target: &str, body: &str) -> (u16, Value) {
    let answer = fake.answer(&request(method, target, body), at(100));
    (answer.status, parsed(&answer))
}

fn get(fake: &mut RevyOps, target: &str) -> Value {
    let (status, body) = send(fake, "GET", target, "");
    assert_eq!(status, 200, "{target}: {body}");
    body
}

fn patch(fake: &mut RevyOps, body: &str) -> (u16, Value) {
    send(fake, "PATCH", &format!("/public/v2/contacts/{ANN}"), body)
}

fn ids(body: &Value) -> Vec<u64> {
    let list = body.as_array().or_else(|| body["results"].as_array());
    let ids = list.unwrap().iter().map(|c| c["id"].as_u64().unwrap());
    ids.collect()
}

fn members(body: &Value) -> Vec<&str> {
    body.as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn one_contact_looks_as_documented() {
    let mut fake = account();
    let shown = get(&mut fake, "/api/public/v2/contacts/1?structure=NESTED");
    assert_eq!(
        shown,
        json!({
            "id": 1, "updated_time": "2026-01-01T00:00:10.000000Z",
            "email": "ann@example.com", "linkedin_url": "https://www.linkedin.com/in/ann",
            "first_name": "Ann", "last_name": "van Lee", "company_id": 1,
            "contact_custom_fields": [
                {"id": 1, "updated_time": "2026-01-01T00:00:01.000000Z",
                 "field_name": "Tier", "field_value": "gold"},
                {"id": 2, "updated_time": "2026-01-01T00:00:02.000000Z",
                 "field_name": "Buyer's role [x]", "field_value": "Käufer"}],
            "origin": "Import", "contact_status": "Active",
            "first_campaign_email_sent": null, "last_campaign_email_sent": null,
            "last_reply_received": "2026-01-01T00:00:05.000000Z",
            "previous_status": null, "status_changed_at": null,
        })
    );
    assert_eq!(get(&mut fake, "/public/v2/contacts/1"), shown);
    let answer = fake.answer(&request("HEAD", "/public/v2/contacts/1", ""), at(0));
    assert_eq!(answer.status, 200);
}

#[test]
fn members_without_a_value_are_missing_and_declared_ones_always_there() {
    let ben = get(&mut account(), "/public/v2/contacts/2");
    assert_eq!(
        members(&ben),
        [
            "id",
            "updated_time",
            "linkedin_url",
            "first_name",
            "last_name",
            "contact_custom_fields",
            "origin",
            "first_campaign_email_sent",
            "last_campaign_email_sent",
            "last_reply_received",
            "previous_status",
            "status_changed_at",
        ]
    );
    assert_eq!(
        (&ben["last_name"], &ben["origin"]),
        (&json!(""), &json!(""))
    );
}

/// Trap 7: `FLAT` changes a member's type, loses the ids and one of two fields of one name.
#[test]
fn flat_is_a_map_that_can_not_hold_two_fields_of_one_name() {
    let mut fake = account();
    let second = fake.new_field("Tier", "platinum", at(4));
    fake.change(ANN, at(10), |ann| ann.fields.push(second));
    let flat = get(&mut fake, "/public/v2/contacts/1?structure=FLAT");
    let fields = json!({"Tier": "platinum", "Buyer's role [x]": "Käufer"});
    assert_eq!(flat["contact_custom_fields"], fields);
    let nested = get(&mut fake, "/public/v2/contacts/1");
    let count = nested["contact_custom_fields"].as_array().map(Vec::len);
    assert_eq!(count, Some(3));
    let (_, changed) = send(
        &mut fake,
        "PATCH",
        "/public/v2/contacts/1?structure=FLAT",
        r#"{"first_name":"Anne"}"#,
    );
    assert_eq!(changed["contact_custom_fields"], fields);
}

/// Trap 2: 401 is "not yours", 403 is the key. Trap 9: ids are integers.
#[test]
fn errors_have_the_declared_status_and_a_detail() {
    let foreign = "Contact does not belong to this client.";
    let absent = "Contact with this ID does not exist.";
    let cases = [
        ("GET", "/public/v2/contacts/9", "", 401, foreign),
        ("GET", "/public/contacts/9", "", 401, foreign),
        ("PATCH", "/public/v2/contacts/9", "{}", 401, foreign),
        ("DELETE", "/public/contacts/9", "", 401, foreign),
        (
            "POST",
            "/public/contacts/9/custom-fields",
            "{}",
            401,
            foreign,
        ),
        (
            "GET",
            "/public/v2/companies/2",
            "",
            401,
            "Company does not belong",
        ),
        ("GET", "/public/v2/contacts/4", "", 404, absent),
        ("PATCH", "/public/v2/contacts/4", "{}", 404, absent),
        ("DELETE", "/public/contacts/4", "", 404, absent),
        ("GET", "/public/v2/contacts/abc", "", 404, "Not found."),
        ("GET", "/public/v2/contacts/-1", "", 404, "Not found."),
        ("GET", "/public/v2/contacts/+1", "", 404, "Not found."),
        ("GET", "/public/v2/contacts/1.0", "", 404, "Not found."),
        ("GET", "/public/v2/contacts/1%00", "", 404, "Not found."),
        (
            "GET",
            "/public/v2/contacts/99999999999999999999",
            "",
            404,
            "Not found.",
        ),
        ("GET", "/public/v2/contacts/", "", 404, "Not found."),
        ("GET", "/public/v2/contacts/1/", "", 404, "Not found."),
        ("GET", "/public/v3/contacts", "", 404, "Not found."),
        ("GET", "/v1/public/v2/contacts", "", 404, "Not found."),
        ("GET", "/api", "", 404, "Not found."),
        (
            "GET",
            "/public/v2/companies/3",
            "",
            404,
            "Company with this ID does not exist.",
        ),
        (
            "GET",
            "/public/v2/contacts/1?structure=flat",
            "",
            400,
            "structure: Must be NESTED or FLAT.",
        ),
        (
            "PATCH",
            "/public/v2/contacts/1?structure=",
            "{}",
            400,
            "structure: Must be",
        ),
        (
            "GET",
            "/public/v2/contacts/lookup-by-custom-field?field_name=Tier",
            "",
            400,
            "field_value: This field is required.",
        ),
        (
            "DELETE",
            "/public/contacts/1/custom-fields/77",
            "",
            404,
            "Custom field with this ID",
        ),
        (
            "PATCH",
            "/public/contacts/1/custom-fields/77",
            "{}",
            404,
            "Custom field with this ID",
        ),
    ];
    for (method, target, body, status, text) in cases {
        let mut fake = account();
        let (got, answer) = send(&mut fake, method, target, body);
        assert_eq!(got, status, "{method} {target}: {answer}");
        assert_eq!(members(&answer), ["detail"], "{method} {target}");
        let detail = answer["detail"].as_str().unwrap();
        assert!(detail.starts_with(text), "{method} {target}: {detail}");
    }
}

#[test]
fn other_methods_are_405_with_allow_once_the_key_is_right() {
    let cases = [
        ("PUT", "/public/v2/contacts/1", "GET, PATCH, HEAD, OPTIONS"),
        (
            "DELETE",
            "/public/v2/contacts/1",
            "GET, PATCH, HEAD, OPTIONS",
        ),
        ("QUERY", "/public/v2/contacts", "GET, POST, HEAD, OPTIONS"),
        (
            "TRACE",
            "/public/v2/contacts/lookup-by-custom-field",
            "GET, HEAD, OPTIONS",
        ),
        ("PATCH", "/public/contacts/1", "GET, DELETE, HEAD, OPTIONS"),
        ("POST", "/public/contacts", "GET, HEAD, OPTIONS"),
        ("GET", "/public/contacts/1/custom-fields", "POST, OPTIONS"),
        (
            "GET",
            "/public/contacts/1/custom-fields/1",
            "PATCH, DELETE, OPTIONS",
        ),
        ("POST", "/public/whoami", "GET, HEAD, OPTIONS"),
    ];
    for (method, target, allowed) in cases {
        let mut asked = request(method, target, "");
        let answer = account().answer(&asked, at(0));
        assert_eq!(answer.status, 405, "{method} {target}");
        assert_eq!(answer.header("allow"), Some(allowed), "{method} {target}");
        let detail = json!({"detail": format!("Method \"{method}\" not allowed.")});
        assert_eq!(parsed(&answer), detail);
        asked.method = "OPTIONS".into();
        let answer = account().answer(&asked, at(0));
        assert_eq!(
            (answer.status, answer.header("allow")),
            (200, Some(allowed))
        );
        asked.headers.clear();
        assert_eq!(account().answer(&asked, at(0)).status, 403);
    }
}

#[test]
fn an_update_changes_what_it_names_and_answers_the_whole() {
    let mut fake = account();
    let body = r#"{"first_name":"Anne","contact_status":"Unsubscribed","company_id":null,
        "contact_custom_fields":[{"field_name":"Tier","field_value":null},
                                 {"field_name":"Region","field_value":"EMEA 🌍"}],
        "id":77,"updated_time":"x","previous_status":"x","phone":"+1","contact_custom_fields_input":[1]}"#;
    let (status, answer) = patch(&mut fake, body);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer, get(&mut fake, "/public/v2/contacts/1"));
    assert_eq!(answer["id"], 1);
    assert_eq!(answer["updated_time"], "2026-01-01T00:01:40.000000Z");
    assert_eq!(
        (
            &answer["first_name"],
            &answer["last_name"],
            &answer["email"]
        ),
        (&json!("Anne"), &json!("van Lee"), &json!("ann@example.com"))
    );
    assert!(answer.get("company_id").is_none());
    assert_eq!(
        (&answer["contact_status"], &answer["previous_status"]),
        (&json!("Unsubscribed"), &json!("Active"))
    );
    assert_eq!(answer["status_changed_at"], "2026-01-01T00:01:40.000000Z");
    let fields = answer["contact_custom_fields"].as_array().unwrap();
    let pair = |at: usize| (&fields[at]["field_name"], &fields[at]["field_value"]);
    assert_eq!(fields.len(), 2);
    assert_eq!(pair(0), (&json!("Buyer's role [x]"), &json!("Käufer")));
    assert_eq!(pair(1), (&json!("Region"), &json!("EMEA 🌍")));
    // The id of a field is its own, whichever contact it is on.
    assert_eq!(fields[1]["id"], 5);
    assert!(fake.fields.contains("Region"));
}

#[test]
fn a_refused_update_changes_nothing_and_names_every_culprit() {
    let long = format!(
        r#"{{"contact_custom_fields":[{{"field_name":"Tier","field_value":"{}"}}]}}"#,
        "ä".repeat(LONGEST + 1)
    );
    let cases = [
        (r#"{"email":7}"#, "email: Not a valid string."),
        (
            r#"{"last_name":null}"#,
            "last_name: This field may not be null.",
        ),
        (r#"{"origin":["x"]}"#, "origin: Not a valid string."),
        (
            r#"{"contact_status":true}"#,
            "contact_status: Not a valid string.",
        ),
        (
            r#"{"company_id":true}"#,
            "company_id: A valid integer or a domain is required.",
        ),
        (
            r#"{"company_id":1.5}"#,
            "company_id: A valid integer is required.",
        ),
        (
            r#"{"company_id":""}"#,
            "company_id: A valid integer or a domain is required.",
        ),
        (
            r#"{"company_id":{}}"#,
            "company_id: A valid integer or a domain is required.",
        ),
        (
            r#"{"company_id":"nobody.com"}"#,
            r#"company_id: No company with the domain "nobody.com"."#,
        ),
        (
            r#"{"company_id":"other.com"}"#,
            r#"company_id: No company with the domain "other.com"."#,
        ),
        (
            r#"{"contact_custom_fields":null}"#,
            "contact_custom_fields: This field may not be null.",
        ),
        (
            r#"{"contact_custom_fields":{"Tier":"x"}}"#,
            "contact_custom_fields.non_field_errors: Expected a list of items but got type \"dict\".",
        ),
        (
            r#"{"contact_custom_fields":[{"field_name":"A","field_value":"b"},{"field_value":"x"}]}"#,
            "contact_custom_fields[1].field_name: This field is required.",
        ),
        (
            r#"{"contact_custom_fields":["Tier"]}"#,
            "contact_custom_fields[0].non_field_errors: Invalid data. Expected a dictionary, but got str.",
        ),
        (
            r#"{"contact_custom_fields":[{"field_name":"","field_value":"x"}]}"#,
            "contact_custom_fields[0].field_name: This field may not be blank.",
        ),
        (
            r#"{"contact_custom_fields":[{"field_name":null,"field_value":"x"}]}"#,
            "contact_custom_fields[0].field_name: This field may not be null.",
        ),
        (
            r#"{"contact_custom_fields":[{"field_name":"Tier","field_value":7}]}"#,
            "contact_custom_fields[0].field_value: Not a valid string.",
        ),
        (
            long.as_str(),
            "contact_custom_fields[0].field_value: Ensure this field has no more than 2500 characters.",
        ),
        (
            r#"{"email":7,"company_id":[]}"#,
            "email: Not a valid string. company_id: A valid integer or a domain is required.",
        ),
    ];
    for (body, text) in cases {
        let mut fake = account();
        // A member before the refused one must not be stored either.
        let body = body.replacen('{', r#"{"first_name":"New","#, 1);
        let (status, answer) = patch(&mut fake, &body);
        assert_eq!((status, &answer["detail"]), (400, &json!(text)), "{body}");
        assert_eq!(fake.contact(ANN), account().contact(ANN), "{body}");
        assert_eq!(fake.fields, account().fields, "{body}");
    }
    let longest = "ä".repeat(LONGEST);
    let fits = json!({"contact_custom_fields": [{"field_name": "Tier", "field_value": longest}]});
    assert_eq!(patch(&mut account(), &fits.to_string()).0, 200);
}

/// Trap 4: in may be a domain, out is an integer.
#[test]
fn a_company_is_named_by_id_or_domain_and_answered_by_id() {
    let cases = [
        ("1", 200, json!(1)),
        ("1.0", 200, json!(1)),
        (r#""acme.com""#, 200, json!(1)),
        (r#"" ACME.com ""#, 200, json!(1)),
        ("2", 401, json!(null)),
        ("3", 404, json!(null)),
        ("0", 404, json!(null)),
        ("-1", 404, json!(null)),
        ("100000000000000000000000", 404, json!(null)),
        (r#""1""#, 400, json!(null)),
        (r#""https://acme.com""#, 400, json!(null)),
    ];
    for (sent, status, company) in cases {
        let mut fake = account();
        let body = format!(r#"{{"company_id":{sent}}}"#);
        let (got, answer) = send(&mut fake, "PATCH", "/public/v2/contacts/2", &body);
        assert_eq!((got, &answer["company_id"]), (status, &company), "{sent}");
        let stored = fake.contact(BEN).unwrap().company_id;
        assert_eq!(json!(stored), company, "{sent}");
    }
}

#[test]
fn a_taken_email_whatever_its_case_or_linkedin_url_is_409() {
    let cases = [
        (r#"{"email":"CY@example.org"}"#, 409),
        (r#"{"linkedin_url":"https://www.linkedin.com/in/ben"}"#, 409),
        // Its own ones, another client's, and empty ones are free.
        (
            r#"{"email":"Ann@example.com","linkedin_url":"https://www.linkedin.com/in/ann"}"#,
            200,
        ),
        (r#"{"email":"stranger@example.com"}"#, 200),
        (r#"{"email":"","linkedin_url":""}"#, 200),
    ];
    for (body, status) in cases {
        let mut fake = account();
        fake.change(CY, at(0), |cy| cy.linkedin_url = Some(String::new()));
        let (got, answer) = patch(&mut fake, body);
        assert_eq!(got, status, "{body}: {answer}");
        if status == 409 {
            let text = "A contact with this email or LinkedIn URL already exists for this client.";
            assert_eq!(answer, json!({ "detail": text }));
            assert_eq!(fake.contact(ANN), account().contact(ANN));
        }
    }
    let (status, _) = send(
        &mut account(),
        "POST",
        "/public/v2/contacts",
        r#"{"email":"Ann@Example.com"}"#,
    );
    assert_eq!(status, 409);
}

#[test]
fn a_new_contact_takes_its_fields_under_the_other_name() {
    let mut fake = account();
    let body = r#"{"email":"dee@example.com","first_name":"Dee","company_id":"acme.com",
        "contact_custom_fields":[{"field_name":"Not me","field_value":"x"}],
        "contact_custom_fields_input":[{"field_name":"Tier","field_value":"bronze"}]}"#;
    let (status, answer) = send(&mut fake, "POST", "/public/v2/contacts", body);
    assert_eq!((status, &answer["id"]), (201, &json!(10)), "{answer}");
    assert_eq!(answer["company_id"], 1);
    assert_eq!(answer["contact_custom_fields"][0]["field_value"], "bronze");
    assert_eq!(answer["contact_custom_fields"].as_array().unwrap().len(), 1);
    assert_eq!(fake.contact(10).unwrap().client, CLIENT);
    let missing = r#"{"company_id":55}"#;
    assert_eq!(
        send(&mut fake, "POST", "/public/v2/contacts", missing).0,
        404
    );
    let null = r#"{"company_id":null}"#;
    assert_eq!(send(&mut fake, "POST", "/public/v2/contacts", null).0, 400);
    let foreign = r#"{"company_id":2}"#;
    assert_eq!(
        send(&mut fake, "POST", "/public/v2/contacts", foreign).0,
        401
    );
}

#[test]
fn one_field_is_added_changed_and_deleted_by_the_calls_of_version_1() {
    let mut fake = account();
    let fields = "/public/contacts/2/custom-fields";
    let (status, field) = send(
        &mut fake,
        "POST",
        fields,
        r#"{"field_name":"Region","field_value":""}"#,
    );
    let wanted = json!({"id": 5, "updated_time": "2026-01-01T00:01:40.000000Z",
        "field_name": "Region", "field_value": ""});
    assert_eq!((status, &field), (200, &wanted));
    let again = r#"{"field_name":"Region","field_value":"x"}"#;
    assert_eq!(send(&mut fake, "POST", fields, again).0, 409);
    for body in [
        r#"{"field_name":"X"}"#,
        r#"{"field_name":"X","field_value":null}"#,
        r#"{"field_value":"x"}"#,
        "[]",
    ] {
        assert_eq!(send(&mut fake, "POST", fields, body).0, 400, "{body}");
    }
    let one = "/public/contacts/2/custom-fields/5";
    let (status, field) = send(&mut fake, "PATCH", one, r#"{"field_value":"EMEA"}"#);
    assert_eq!((status, &field["field_name"]), (200, &json!("Region")));
    let (_, field) = send(&mut fake, "PATCH", one, r#"{"field_name":"Area"}"#);
    assert_eq!(field["field_value"], "EMEA");
    assert_eq!(fake.contact(BEN).unwrap().value("Area"), Some("EMEA"));
    assert_eq!(
        send(&mut fake, "PATCH", one, r#"{"field_value":null}"#).0,
        400
    );
    // A field is addressed through its own contact.
    assert_eq!(
        send(
            &mut fake,
            "DELETE",
            "/public/contacts/1/custom-fields/5",
            ""
        )
        .0,
        404
    );
    let answer = fake.answer(&request("DELETE", one, ""), at(200));
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert!(fake.contact(BEN).unwrap().fields.is_empty());
    assert_eq!(fake.contact(BEN).unwrap().updated, at(200));
}

#[test]
fn a_deleted_contact_is_gone() {
    let mut fake = account();
    let answer = fake.answer(&request("DELETE", "/public/contacts/1", ""), at(0));
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(send(&mut fake, "GET", "/public/v2/contacts/1", "").0, 404);
    assert_eq!(send(&mut fake, "DELETE", "/public/contacts/1", "").0, 404);
}

#[test]
fn the_vendors_own_package_learns_who_its_key_is() {
    let body = get(&mut account(), "/api/public/whoami");
    assert_eq!(
        body,
        json!({"client_id": CLIENT, "client_name": "Client One"})
    );
    let companies = get(&mut account(), "/api/public/v2/companies?domain=acme.com");
    assert_eq!(ids(&companies), [1]);
    let company = json!({"id": 1, "updated_time": "2026-01-01T00:00:00.000000Z",
        "name": "Acme", "domain": "acme.com"});
    assert_eq!(companies["results"][0], company);
    assert_eq!(get(&mut account(), "/public/v2/companies/1"), company);
}

/// Trap 10: a webhook changes a contact while it is being edited.
#[test]
fn a_webhook_changes_a_contact_between_two_reads() {
    let mut fake = account();
    let before = get(&mut fake, "/public/v2/contacts/1");
    assert!(fake.webhook_unsubscribed(ANN, at(50)));
    assert!(!fake.webhook_unsubscribed(77, at(50)));
    let after = get(&mut fake, "/public/v2/contacts/1");
    assert_eq!(after["contact_status"], "unsubscribed");
    assert_eq!(after["previous_status"], "Active");
    assert_eq!(after["updated_time"], "2026-01-01T00:00:50.000000Z");
    assert_eq!(after["first_name"], before["first_name"]);
    // The same report again is no change of status.
    assert!(fake.webhook_unsubscribed(ANN, at(60)));
    assert_eq!(
        fake.contact(ANN).unwrap().previous_status.as_deref(),
        Some("Active")
    );
}

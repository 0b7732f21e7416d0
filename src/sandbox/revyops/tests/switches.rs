//! The switches: each value of each one makes a difference, and the difference that it promises.

use super::*;
use crate::sandbox::spec::{Allowed, Help};

/// What is asked with one set of switches.
const SCRIPT: [(&str, &str, &str, &str); 33] = [
    ("GET", "/public/v2/contacts", KEY, ""),
    ("GET", "/api/public/v2/contacts/1", KEY, ""),
    ("GET", "/public/v2/contacts/1", "wrong", ""),
    ("GET", "/public/v2/contacts?client_id=wrong", KEY, ""),
    ("GET", "/public/v2/contacts?client_id=client-1", KEY, ""),
    ("GET", "/public/v2/contacts?client_id=client-1", "", ""),
    (
        "GET",
        "/public/v2/contacts?client_id=client-1&page_size=1",
        KEY,
        "",
    ),
    (
        "GET",
        "/public/v2/contacts?page_size=101&client_id=client-1",
        KEY,
        "",
    ),
    (
        "GET",
        "/public/v2/contacts?page=9&client_id=client-1",
        KEY,
        "",
    ),
    (
        "GET",
        "/public/v2/contacts?firstname=ann&client_id=client-1",
        KEY,
        "",
    ),
    (
        "GET",
        "/public/v2/contacts?firstname=An&client_id=client-1",
        KEY,
        "",
    ),
    (
        "GET",
        "/public/v2/contacts?firstname=x&client_id=client-1",
        KEY,
        "",
    ),
    ("GET", "/public/v2/contacts/9", KEY, ""),
    (
        "GET",
        "/public/v2/contacts-master-list/1",
        "rk_test-master",
        "",
    ),
    (
        "PATCH",
        "/public/v2/contacts/1",
        KEY,
        r#"{"contact_custom_fields":[{"field_name":"Tier","field_value":null}]}"#,
    ),
    (
        "PATCH",
        "/public/v2/contacts/1",
        KEY,
        r#"{"contact_custom_fields":[{"field_name":"Tier","field_value":""}]}"#,
    ),
    (
        "PATCH",
        "/public/v2/contacts/1",
        KEY,
        r#"{"contact_custom_fields":[{"field_name":"Buyer's role [x]"}]}"#,
    ),
    (
        "PATCH",
        "/public/v2/contacts/1",
        KEY,
        r#"{"contact_custom_fields":[{"field_name":"Teir","field_value":"x"}]}"#,
    ),
    ("GET", "/public/v2/contacts/1", KEY, ""),
    (
        "PATCH",
        "/public/v2/contacts/1",
        KEY,
        r#"{"company_id":"new.com"}"#,
    ),
    (
        "PATCH",
        "/public/v2/contacts/1",
        KEY,
        r#"{"company_id":77}"#,
    ),
    (
        "PATCH",
        "/public/v2/contacts/3",
        KEY,
        r#"{"company_id":"1"}"#,
    ),
    ("PATCH", "/public/v2/contacts/1", KEY, r#"{"email":7}"#),
    ("PATCH", "/public/v2/contacts/1", KEY, r#"{"email":""}"#),
    (
        "PATCH",
        "/public/v2/contacts/1",
        KEY,
        r#"{"last_name":"a long name"}"#,
    ),
    (
        "PATCH",
        "/public/v2/contacts/1",
        KEY,
        r#"{"contact_status":"Asleep"}"#,
    ),
    (
        "PATCH",
        "/public/v2/contacts/1",
        KEY,
        r#"{"contact_status":"Bounced"}"#,
    ),
    ("GET", "/public/v2/contacts/1", KEY, ""),
    ("GET", "/public/v2/contacts/2", KEY, ""),
    ("GET", "/public/contacts?email=x", KEY, ""),
    (
        "POST",
        "/public/v2/contacts",
        KEY,
        r#"{"first_name":"Dee"}"#,
    ),
    ("DELETE", "/public/contacts/2", KEY, ""),
    ("GET", "/public/v2/contacts/2", KEY, ""),
];

/// The status and the body of each answer.
type Transcript = Vec<(u16, Vec<u8>)>;

fn transcript(spec: &str) -> Transcript {
    let mut fake = with(spec);
    let answers = SCRIPT.iter().map(|(method, target, key, body)| {
        let mut asked = request(method, target, body);
        asked.headers[1].1 = (*key).into();
        if key.is_empty() {
            asked.headers.remove(1);
        }
        let answer = fake.answer(&asked, at(100));
        (answer.status, answer.body)
    });
    answers.collect()
}

/// Values to try where a switch has no words.
fn values(help: &Help) -> Vec<String> {
    match help.key {
        "header" => vec!["".into(), "authorization".into()],
        "next_origin" => vec!["".into(), "https://app.revyops.com".into()],
        "default_size" | "max_size" => vec!["100".into(), "2".into()],
        "text_limit" => vec!["0".into(), "10".into()],
        _ => match &help.allowed {
            Allowed::Words(words) => words.iter().map(ToString::to_string).collect(),
            other => panic!("{}: no values to try of {other}", help.key),
        },
    }
}

#[test]
fn every_value_of_every_switch_makes_a_difference() {
    for help in Quirks::help() {
        // A link has to be there to lead elsewhere.
        let around = match help.key {
            "next_origin" => "envelope=links,",
            _ => "",
        };
        let mut seen: Vec<(String, Transcript)> = Vec::new();
        for value in values(&help) {
            let script = transcript(&format!("{around}{}={value}", help.key));
            if value == help.default {
                let default = transcript(around.trim_end_matches(','));
                assert!(script == default, "{}={value} is no default", help.key);
            }
            if let Some((other, _)) = seen.iter().find(|(_, old)| *old == script) {
                panic!("{0}={value} is the same as {0}={other}", help.key);
            }
            seen.push((value, script));
        }
        assert!(seen.len() > 1, "{}", help.key);
        assert!(
            seen.iter().any(|(value, _)| *value == help.default),
            "{}",
            help.key
        );
    }
}

#[test]
fn an_unreadable_switch_is_refused_by_name() {
    let error = Quirks::parse("auth=basic").unwrap_err();
    for part in ["auth", "basic", "header", "client-id", "both", "either"] {
        assert!(error.contains(part), "{error}");
    }
    assert!(Quirks::parse("oauth=yes").unwrap_err().contains("oauth"));
    assert!(
        Quirks::parse("page_size")
            .unwrap_err()
            .contains("page_size")
    );
    assert_eq!(Quirks::parse(""), Ok(Quirks::default()));
}

fn signed(fake: &mut RevyOps, header: Option<(&str, &str)>, query: &str) -> (u16, Value) {
    let mut asked = request("GET", &format!("/public/v2/contacts/1{query}"), "");
    asked.headers = header
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .into_iter()
        .collect();
    let answer = fake.answer(&asked, at(0));
    (answer.status, parsed(&answer)["detail"].clone())
}

/// UNKNOWN: the true auth of an account. Trap 2: 403 is the key.
#[test]
fn auth_by_header_by_client_id_by_both_or_by_either() {
    let key = Some(("X-Api-Key", KEY));
    let bad = Some(("X-Api-Key", "rk_tes"));
    let (mine, other) = ("?client_id=client-1", "?client_id=client-2");
    let missing = "Authentication credentials were not provided.";
    let wrong = "Invalid API key.";
    let stranger = "API key is not authorized for this client_id.";
    let cases = [
        ("header", key, "", 200, ""),
        ("header", key, other, 200, ""),
        ("header", None, mine, 403, missing),
        ("header", bad, mine, 403, wrong),
        ("header", Some(("authorization", KEY)), "", 403, missing),
        ("client-id", None, mine, 200, ""),
        ("client-id", bad, mine, 200, ""),
        ("client-id", key, "", 403, missing),
        ("client-id", key, other, 403, "Invalid client_id."),
        ("client-id", None, "?client_id=", 403, "Invalid client_id."),
        ("both", key, mine, 200, ""),
        ("both", key, "", 403, missing),
        ("both", None, mine, 403, missing),
        ("both", bad, mine, 403, wrong),
        ("both", key, other, 401, stranger),
        ("either", key, "", 200, ""),
        ("either", None, mine, 200, ""),
        ("either", key, mine, 200, ""),
        ("either", None, "", 403, missing),
        ("either", bad, "", 403, wrong),
        ("either", key, other, 401, stranger),
        ("either", None, other, 403, "Invalid client_id."),
    ];
    for (auth, header, query, status, text) in cases {
        let got = signed(&mut with(&format!("auth={auth}")), header, query);
        let detail = if text.is_empty() {
            Value::Null
        } else {
            json!(text)
        };
        assert_eq!(got, (status, detail), "{auth} {header:?} {query}");
    }
    let mut named = with("header=Authorization,bad_key=401");
    assert_eq!(signed(&mut named, Some(("authorization", KEY)), "").0, 200);
    assert_eq!(signed(&mut named, key, "").0, 401);
}

/// Contradiction: the base URL, with or without `/api`.
#[test]
fn prefix_is_optional_absent_or_required() {
    for (prefix, bare, api) in [
        ("optional", 200, 200),
        ("none", 200, 404),
        ("api", 404, 200),
    ] {
        let mut fake = with(&format!("prefix={prefix}"));
        assert_eq!(
            send(&mut fake, "GET", "/public/v2/contacts", "").0,
            bare,
            "{prefix}"
        );
        assert_eq!(
            send(&mut fake, "GET", "/api/public/v2/contacts", "").0,
            api,
            "{prefix}"
        );
        assert_eq!(
            send(&mut fake, "GET", "/api/api/public/v2/contacts", "").0,
            404
        );
    }
}

/// Trap 6: `contact_custom_fields` against `contact_custom_fields_input`, and the type of either.
#[test]
fn custom_fields_come_in_every_shape_under_either_member() {
    let array = json!([{"id": 3, "updated_time": "2026-01-01T00:00:03.000000Z",
        "field_name": "Tier", "field_value": "silver"}]);
    let map = json!({"Tier": "silver"});
    let text = |value: &Value| json!(value.to_string());
    let cases = [
        ("fields_shape=array", "", Some(array.clone()), None),
        ("fields_shape=map", "", Some(map.clone()), None),
        ("fields_shape=json", "", Some(text(&array)), None),
        ("fields_shape=json-map", "", Some(text(&map)), None),
        (
            "fields_shape=json",
            "?structure=FLAT",
            Some(text(&map)),
            None,
        ),
        ("fields_member=input", "", None, Some(array.clone())),
        (
            "fields_member=both",
            "",
            Some(text(&array)),
            Some(array.clone()),
        ),
        (
            "fields_member=both",
            "?structure=FLAT",
            Some(text(&map)),
            Some(map.clone()),
        ),
        ("fields_member=input,fields_shape=map", "", None, Some(map)),
    ];
    for (spec, query, plain, input) in cases {
        let mut fake = with(spec);
        let one = get(&mut fake, &format!("/public/v2/contacts/3{query}"));
        let list = get(&mut fake, &format!("/public/v2/contacts{query}"));
        for shown in [&one, &list["results"][2]] {
            assert_eq!(
                shown.get("contact_custom_fields"),
                plain.as_ref(),
                "{spec}{query}"
            );
            assert_eq!(
                shown.get("contact_custom_fields_input"),
                input.as_ref(),
                "{spec}{query}"
            );
        }
        // Version 1, and the answer to an update, are declared as an array.
        let first = get(&mut fake, "/public/contacts/3");
        assert_eq!(first["contact_custom_fields"], array, "{spec}");
        let (_, updated) = send(&mut fake, "PATCH", "/public/v2/contacts/3", "{}");
        assert_eq!(updated["contact_custom_fields"], array, "{spec}");
    }
    let ben = get(&mut with("fields_empty=absent"), "/public/v2/contacts/2");
    assert!(ben.get("contact_custom_fields").is_none());
}

fn values_after(spec: &str, sent: &str) -> (u16, Vec<(String, Option<String>)>) {
    let mut fake = with(spec);
    let body = format!(r#"{{"contact_custom_fields":[{sent}]}}"#);
    let (status, _) = patch(&mut fake, &body);
    let fields = fake.contact(ANN).unwrap().fields.iter();
    (
        status,
        fields.map(|f| (f.name.clone(), f.value.clone())).collect(),
    )
}

/// UNKNOWN: array semantics, null against "", and a value that is not there.
#[test]
fn custom_fields_are_merged_or_replaced_and_null_is_not_empty() {
    let role = ("Buyer's role [x]".to_string(), Some("Käufer".to_string()));
    let tier = |value: Option<&str>| ("Tier".to_string(), value.map(String::from));
    let null = r#"{"field_name":"Tier","field_value":null}"#;
    let empty = r#"{"field_name":"Tier","field_value":""}"#;
    let bare = r#"{"field_name":"Tier"}"#;
    let set = r#"{"field_name":"Tier","field_value":"x"}"#;
    let before = || vec![tier(Some("gold")), role.clone()];
    let cases = [
        (
            "fields_sent=merge",
            set,
            200,
            vec![tier(Some("x")), role.clone()],
        ),
        ("fields_sent=replace", set, 200, vec![tier(Some("x"))]),
        ("fields_sent=replace", bare, 200, vec![tier(Some("gold"))]),
        ("fields_sent=replace", "", 200, vec![]),
        ("fields_sent=merge", "", 200, before()),
        ("null_value=delete", null, 200, vec![role.clone()]),
        ("null_value=null", null, 200, vec![tier(None), role.clone()]),
        (
            "null_value=empty",
            null,
            200,
            vec![tier(Some("")), role.clone()],
        ),
        ("null_value=400", null, 400, before()),
        (
            "empty_value=store",
            empty,
            200,
            vec![tier(Some("")), role.clone()],
        ),
        ("empty_value=delete", empty, 200, vec![role.clone()]),
        ("empty_value=400", empty, 400, before()),
        ("absent_value=ignore", bare, 200, before()),
        ("absent_value=delete", bare, 200, vec![role.clone()]),
        ("absent_value=400", bare, 400, before()),
    ];
    for (spec, sent, status, fields) in cases {
        assert_eq!(values_after(spec, sent), (status, fields), "{spec} {sent}");
    }
    // A replaced field keeps its id.
    let mut fake = with("fields_sent=replace");
    patch(
        &mut fake,
        &format!(r#"{{"contact_custom_fields":[{set}]}}"#),
    );
    assert_eq!(fake.contact(ANN).unwrap().field("Tier").unwrap().id, 1);
    let shown = get(&mut with("null_value=null"), "/public/v2/contacts/1");
    assert_eq!(shown["contact_custom_fields"][0]["field_value"], "gold");
}

/// UNKNOWN: what strict mode answers; a typo makes a field in flexible mode.
#[test]
fn an_unknown_field_name_is_created_refused_or_dropped() {
    let typo = r#"{"field_name":"Teir","field_value":"x"}"#;
    let known = r#"{"field_name":"Region","field_value":"x"}"#;
    for (spec, status, stored) in [
        ("schema=flexible", 200, true),
        ("schema=strict", 400, false),
        ("schema=drop", 200, false),
    ] {
        let (got, fields) = values_after(spec, typo);
        assert_eq!(got, status, "{spec}");
        assert_eq!(
            fields.iter().any(|(name, _)| name == "Teir"),
            stored,
            "{spec}"
        );
        let mut fake = with(spec);
        fake.fields.insert("Region".into());
        let body = format!(r#"{{"contact_custom_fields":[{known}]}}"#);
        assert_eq!(patch(&mut fake, &body).0, 200, "{spec}");
        assert_eq!(
            fake.contact(ANN).unwrap().value("Region"),
            Some("x"),
            "{spec}"
        );
        // Version 1 goes by the same schema, and has no answer without a field.
        let added = send(&mut fake, "POST", "/public/contacts/2/custom-fields", typo).0;
        assert_eq!(added, if stored { 200 } else { 400 }, "{spec}");
    }
}

/// UNKNOWN: an unresolved domain; digits as text may be taken for one.
#[test]
fn a_domain_that_nobody_has_is_refused_or_makes_a_company() {
    let cases = [
        ("unresolved=400", r#""New.com""#, 400, None),
        ("unresolved=404", r#""New.com""#, 404, None),
        ("unresolved=create", r#""New.com""#, 200, Some(3)),
        ("unresolved=create", r#""acme.com""#, 200, Some(1)),
        ("digits=domain", r#""1""#, 400, None),
        ("digits=id", r#""1""#, 200, Some(1)),
        ("digits=id", r#""acme.com""#, 200, Some(1)),
        ("digits=domain,unresolved=create", r#""1""#, 200, Some(3)),
        ("unknown_company=404", "77", 404, None),
        ("unknown_company=401", "77", 401, None),
        ("unknown_company=400", "77", 400, None),
    ];
    for (spec, company, status, id) in cases {
        let mut fake = with(spec);
        let body = format!(r#"{{"company_id":{company}}}"#);
        let (got, answer) = send(&mut fake, "PATCH", "/public/v2/contacts/3", &body);
        assert_eq!(got, status, "{spec} {company}: {answer}");
        assert_eq!(fake.contact(CY).unwrap().company_id, id, "{spec} {company}");
        assert_eq!(answer.get("company_id"), id.map(|id| json!(id)).as_ref());
    }
    let mut fake = with("unresolved=create");
    // What is refused makes no company either.
    let taken = r#"{"company_id":"new.com","email":"cy@example.org"}"#;
    assert_eq!(patch(&mut fake, taken).0, 409);
    assert_eq!(fake.companies().len(), 2);
    patch(&mut fake, r#"{"company_id":"New.com"}"#);
    assert_eq!(fake.company(3).unwrap().domain, "new.com");
}

/// UNKNOWN: the body of a 400; clients render every form.
#[test]
fn a_400_has_a_detail_or_names_its_members_or_hardly_anything() {
    let body = r#"{"email":7,"contact_custom_fields":[{"field_name":"A"},{"field_value":"x"}]}"#;
    let text =
        "email: Not a valid string. contact_custom_fields[1].field_name: This field is required.";
    let nested = json!({"email": ["Not a valid string."],
        "contact_custom_fields": [{}, {"field_name": ["This field is required."]}]});
    for (form, wanted) in [
        ("detail", json!({ "detail": text })),
        ("fields", nested),
        ("message", json!({ "message": text })),
    ] {
        let answer = patch(&mut with(&format!("bad_request={form}")), body);
        assert_eq!(answer, (400, wanted), "{form}");
    }
    let mut asked = request("PATCH", "/public/v2/contacts/1", body);
    let answer = with("bad_request=text").answer(&asked, at(0));
    assert_eq!(answer.text_body(), text);
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert!(
        with("bad_request=empty")
            .answer(&asked, at(0))
            .body
            .is_empty()
    );
    asked.body = b"{".to_vec();
    let broken = parsed(&with("bad_request=fields").answer(&asked, at(0)));
    assert!(
        broken["detail"]
            .as_str()
            .unwrap()
            .starts_with("JSON parse error")
    );
}

/// UNKNOWN: the time zone of timestamps, and whether they can be read at all.
#[test]
fn times_have_a_zone_or_none_or_are_no_times() {
    for (form, wanted) in [
        ("z", "2026-01-01T00:00:10.000000Z"),
        ("offset", "2026-01-01T02:00:10.000000+02:00"),
        ("naive", "2026-01-01T00:00:10.000000"),
        ("unreadable", "01/01/2026 00:00"),
    ] {
        let shown = get(&mut with(&format!("times={form}")), "/public/v2/contacts/1");
        assert_eq!(shown["updated_time"], wanted);
    }
}

/// Contradiction: the schema denies null, and declares some members as not always there.
#[test]
fn answers_leave_out_members_or_say_null() {
    let (_, short) = patch(
        &mut with("written=required"),
        r#"{"email":"new@example.com"}"#,
    );
    assert_eq!(
        members(&short),
        [
            "id",
            "updated_time",
            "first_name",
            "last_name",
            "origin",
            "first_campaign_email_sent",
            "last_campaign_email_sent",
            "last_reply_received",
            "previous_status",
            "status_changed_at",
        ]
    );
    let ben = get(
        &mut with("no_company=null,no_text=null"),
        "/public/v2/contacts/2",
    );
    for key in ["company_id", "email", "contact_status"] {
        assert_eq!(ben.get(key), Some(&Value::Null), "{key}");
    }
    let ben = get(&mut with("no_text=empty"), "/public/v2/contacts/2");
    assert_eq!((&ben["email"], ben.get("company_id")), (&json!(""), None));
}

/// UNKNOWN: `""` for a standard member, and how long one may be.
#[test]
fn an_empty_text_is_stored_cleared_or_refused_and_a_long_one_perhaps_too() {
    for (form, status, stored) in [
        ("store", 200, Some("")),
        ("clear", 200, None),
        ("400", 400, Some("ann@example.com")),
    ] {
        let mut fake = with(&format!("empty_text={form}"));
        assert_eq!(patch(&mut fake, r#"{"email":""}"#).0, status);
        assert_eq!(
            fake.contact(ANN).unwrap().email.as_deref(),
            stored,
            "{form}"
        );
    }
    let mut fake = with("text_limit=3");
    assert_eq!(patch(&mut fake, r#"{"first_name":"äöü"}"#).0, 200);
    assert_eq!(patch(&mut fake, r#"{"first_name":"äöüß"}"#).0, 400);
}

/// UNKNOWN: the vocabulary of `contact_status`.
#[test]
fn a_status_is_any_text_or_one_of_three_or_made_lower_case() {
    for (form, sent, status, stored) in [
        ("free", "Asleep", 200, "Asleep"),
        ("closed", "Asleep", 400, "Active"),
        ("closed", "bounced", 400, "Active"),
        ("closed", "Bounced", 200, "Bounced"),
        ("lower-case", "Bounced", 200, "bounced"),
    ] {
        let mut fake = with(&format!("status={form}"));
        let body = json!({ "contact_status": sent }).to_string();
        assert_eq!(patch(&mut fake, &body).0, status, "{form} {sent}");
        assert_eq!(
            fake.contact(ANN).unwrap().status.as_deref(),
            Some(stored),
            "{form}"
        );
    }
}

/// UNKNOWN: match semantics, order, default and largest page size.
#[test]
fn lists_match_order_and_cut_as_switched() {
    for (spec, query, found) in [
        ("filter=exact", "firstname=ann", vec![]),
        ("filter=ignore-case", "firstname=ann", vec![1, 3]),
        ("filter=ignore-case", "firstname=an", vec![]),
        ("filter=substring", "email=EXAMPLE", vec![1, 3]),
        ("order=id", "", vec![1, 2, 3]),
        ("order=-id", "", vec![3, 2, 1]),
        ("order=updated", "", vec![1, 3, 2]),
        ("order=-updated", "", vec![2, 3, 1]),
        ("default_size=2", "", vec![1, 2]),
        ("default_size=2", "page_size=3", vec![1, 2, 3]),
        ("max_size=2", "page_size=3", vec![1, 2]),
        ("max_size=2", "", vec![1, 2]),
    ] {
        let body = get(&mut with(spec), &format!("/public/v2/contacts?{query}"));
        assert_eq!(ids(&body), found, "{spec} {query}");
    }
    let mut strict = with("max_size=2,over_max=400");
    let (status, body) = send(&mut strict, "GET", "/public/v2/contacts?page_size=3", "");
    let text = "page_size: Ensure this value is at most 2.";
    assert_eq!((status, body), (400, json!({ "detail": text })));
}

#[test]
fn the_remaining_switches_do_as_they_say() {
    assert_eq!(
        send(&mut with("foreign=404"), "GET", "/public/v2/contacts/9", "").0,
        404
    );
    let (status, body) = send(&mut with("delete=200"), "DELETE", "/public/contacts/1", "");
    assert_eq!((status, body), (200, json!({"status": "Deleted"})));
    let mut needy = with("create=identifier");
    for (body, status) in [
        ("{}", 400),
        (r#"{"email":""}"#, 400),
        (r#"{"linkedin_url":"x"}"#, 201),
    ] {
        assert_eq!(
            send(&mut needy, "POST", "/public/v2/contacts", body).0,
            status,
            "{body}"
        );
    }
    let mut asked = request("GET", "/public/contacts-master-list/9", "");
    asked.headers[1] = ("X-Master-Api-Key".into(), format!("{KEY}-master"));
    assert_eq!(
        with("master=x-master-api-key").answer(&asked, at(0)).status,
        200
    );
    assert_eq!(account().answer(&asked, at(0)).status, 403);
}

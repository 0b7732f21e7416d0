//! Odd requests: none may end in a server error, and none may be taken for a good one.

use proptest::prelude::*;

use super::*;

#[test]
fn bodies_of_other_types_are_refused() {
    let target = format!("/contacts/{ANN}");
    let good = r#"{"contact":{"name":"x"}}"#;
    for (kind, body, status) in [
        (Some("application/json; charset=utf-8"), good, 200),
        (Some("APPLICATION/JSON"), good, 200),
        (None, good, 400),
        (Some(""), good, 400),
        (Some("text/plain"), good, 400),
        (Some("application/jsonp"), good, 400),
        (Some("application/x-www-form-urlencoded"), "contact=1", 400),
        (Some("multipart/form-data; boundary=x"), good, 400),
        (Some("application/json"), "", 400),
        (Some("application/json"), "{", 400),
        (Some("application/json"), "null", 400),
        (Some("application/json"), "[]", 400),
        (Some("application/json"), "1e999", 400),
        (
            Some("application/json"),
            r#"{"contact":{"name":"\ud800"}}"#,
            400,
        ),
        (
            Some("application/json"),
            r#"{"contact":{"name":"a\u0000b"}}"#,
            200,
        ),
        // The last of two members of a name counts.
        (
            Some("application/json"),
            r#"{"contact":1,"contact":{"name":1,"name":"x"}}"#,
            200,
        ),
    ] {
        let mut request = request("PATCH", &target, body);
        request.headers.retain(|(name, _)| name != "content-type");
        if let Some(kind) = kind {
            request.headers.push(("Content-Type".into(), kind.into()));
        }
        let answer = organisation().answer(&request, at(0));
        assert_eq!(answer.status, status, "{kind:?} {body}");
    }
    let mut request = request("PATCH", &target, good);
    request.body = vec![0xff, 0xfe];
    assert_eq!(organisation().answer(&request, at(0)).status, 400);
}

#[test]
fn huge_and_deep_values_do_no_harm() {
    let long = "a.".repeat(50_000);
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for (contact, status) in [
        (json!({"name": long}).to_string(), 200),
        (
            json!({"custom_data": {long.as_str(): long}}).to_string(),
            200,
        ),
        (json!({"email": long}).to_string(), 400),
        (
            json!({"email": format!("{}@b.co", "a".repeat(50_000))}).to_string(),
            200,
        ),
        (json!({"email": format!("a@{long}co")}).to_string(), 200),
        (
            json!({"email": format!("a@{}", "b".repeat(50_000))}).to_string(),
            400,
        ),
        (deep, 400),
        (format!("{{\"phone\":{}}}", "9".repeat(100_000)), 400),
    ] {
        let body = format!(r#"{{"contact":{contact}}}"#);
        let target = format!("/contacts/{ANN}");
        let (answered, _) = send(&mut organisation(), "PATCH", &target, &body);
        assert_eq!(answered, status, "{:.60}", body);
    }
    let target = format!("/contacts/{}", "x".repeat(100_000));
    assert_eq!(send(&mut organisation(), "DELETE", &target, "").0, 404);
    let target = format!("/chat/sessions/search?q={}", "x".repeat(100_000));
    assert_eq!(send(&mut organisation(), "GET", &target, "").0, 200);
}

proptest! {
    #[test]
    fn no_request_ends_in_a_server_error(
        method in "(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE|QUERY|[A-Z]{0,5})",
        path in "(/contacts|/contacts/|/contacts/8b0e6c1e-7a55-4a0e-9d3b-0f3f7f0c2a11|/chat/sessions/search|/tags|/blocklist/contacts|\\PC{0,8})",
        more in "(|/|/\\PC{1,4}|%00|%ff|%)",
        query in "(|\\?((q|cursor|created_after|updated_before|page|limit)=(\\PC{0,6}|%00|c/1%2B1=|2026-01-01)&){0,3}\\PC{0,4})",
        kind in "(application/json|text/plain|\\PC{0,4})",
        body in "(\\{\"contact\":)?[\\[{]?(\"(name|email|phone|custom_data|tag_name)\":)?(1|null|\"x\"|\\{\\}|\\[\\])[\\]}]{0,2}|\\PC{0,6}",
    ) {
        let request = Received {
            method,
            target: format!("{path}{more}{query}"),
            headers: vec![
                ("authorization".into(), format!("Bearer {KEY}")),
                ("content-type".into(), kind),
            ],
            body: body.into_bytes(),
        };
        let answer = organisation().answer(&request, at(0));
        prop_assert!(answer.status < 500, "{:?}: {:?}", request, answer);
        if !answer.is_success() {
            let error: Value = serde_json::from_slice(&answer.body).unwrap();
            prop_assert_eq!(&error["statusCode"], &json!(answer.status));
        }
    }
}

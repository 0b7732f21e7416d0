//! Bodies: content types, forms, and everything that a careless or hostile client sends.

use proptest::prelude::*;

use super::*;

fn sent(kind: Option<&str>, body: &[u8]) -> (RevyOps, HttpResponse) {
    let mut asked = request("PATCH", "/public/v2/contacts/1", "");
    if let Some(kind) = kind {
        asked.headers.push(("Content-Type".into(), kind.into()));
    }
    asked.body = body.to_vec();
    let mut fake = account();
    let answer = fake.answer(&asked, at(100));
    (fake, answer)
}

#[test]
fn json_that_is_no_object_is_400_and_other_types_415() {
    let json = Some("application/json; charset=utf-8");
    let cases: [(Option<&str>, &[u8], u16, &str); 14] = [
        (json, b"null", 400, "non_field_errors: No data provided"),
        (
            json,
            b"[]",
            400,
            "non_field_errors: Invalid data. Expected a dictionary, but got list.",
        ),
        (
            json,
            b"\"x\"",
            400,
            "non_field_errors: Invalid data. Expected a dictionary, but got str.",
        ),
        (
            json,
            b"7",
            400,
            "non_field_errors: Invalid data. Expected a dictionary, but got int.",
        ),
        (
            json,
            b"7.5",
            400,
            "non_field_errors: Invalid data. Expected a dictionary, but got float.",
        ),
        (
            json,
            b"true",
            400,
            "non_field_errors: Invalid data. Expected a dictionary, but got bool.",
        ),
        (json, b"{", 400, "JSON parse error - "),
        (json, b"{\"email\":NaN}", 400, "JSON parse error - "),
        (json, b"\xff\xfe", 400, "JSON parse error - "),
        (json, b"\0", 400, "JSON parse error - "),
        (json, b" ", 400, "JSON parse error - "),
        (
            Some("text/plain"),
            b"{}",
            415,
            "Unsupported media type \"text/plain\" in request.",
        ),
        (
            Some("application/xml"),
            b"<a/>",
            415,
            "Unsupported media type \"application/xml\"",
        ),
        (None, b"{}", 415, "Unsupported media type \"\" in request."),
    ];
    for (kind, body, status, text) in cases {
        let (_, answer) = sent(kind, body);
        assert_eq!(answer.status, status, "{kind:?} {body:?}");
        let detail = parsed(&answer)["detail"].as_str().unwrap().to_string();
        assert!(detail.starts_with(text), "{kind:?} {body:?}: {detail}");
    }
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    assert_eq!(sent(json, deep.as_bytes()).1.status, 400);
    // All members are optional, and so is the body.
    assert_eq!(sent(None, b"").1.status, 200);
    assert_eq!(sent(json, b"{}").1.status, 200);
    assert_eq!(sent(Some("APPLICATION/JSON"), b"{}").1.status, 200);
    let nul = sent(json, b"{\"first_name\":\"a\\u0000b\"}");
    assert_eq!(parsed(&nul.1)["first_name"], "a\0b");
}

/// Trap 8: forms are taken too, and can not say null.
#[test]
fn forms_are_taken_too() {
    let form = Some("application/x-www-form-urlencoded");
    let cases = [
        (
            "first_name=Ann+%26+Co&company_id=1",
            200,
            "Ann & Co",
            Some("gold"),
        ),
        ("first_name=A&first_name=B", 200, "B", Some("gold")),
        (
            "contact_custom_fields[0]field_name=Tier&contact_custom_fields[0]field_value=x",
            200,
            "Ann",
            Some("x"),
        ),
        (
            "contact_custom_fields%5B0%5D.field_name=Tier&contact_custom_fields%5B0%5D.field_value=y",
            200,
            "Ann",
            Some("y"),
        ),
        (
            "contact_custom_fields[3][field_value]=z&contact_custom_fields[0][field_name]=Tier",
            200,
            "Ann",
            Some("z"),
        ),
        (
            "contact_custom_fields=%5B%7B%22field_name%22%3A%22Tier%22%2C%22field_value%22%3Anull%7D%5D",
            200,
            "Ann",
            None,
        ),
        (
            "contact_custom_fields=%7B%22field_name%22%3A%22Tier%22%2C%22field_value%22%3A%22j%22%7D",
            200,
            "Ann",
            Some("j"),
        ),
        ("contact_custom_fields=Tier", 400, "Ann", Some("gold")),
        (
            "contact_custom_fields[0]field_value=x",
            400,
            "Ann",
            Some("gold"),
        ),
        ("company_id=x", 400, "Ann", Some("gold")),
        ("company_id=", 400, "Ann", Some("gold")),
        ("company_id=-77", 404, "Ann", Some("gold")),
        ("company_id=77", 404, "Ann", Some("gold")),
        ("last_name=null", 200, "Ann", Some("gold")),
        ("%00=%ff&&=&x", 200, "Ann", Some("gold")),
    ];
    for (body, status, first, tier) in cases {
        let (fake, answer) = sent(form, body.as_bytes());
        assert_eq!(answer.status, status, "{body}: {}", answer.text_body());
        let ann = fake.contact(ANN).unwrap();
        assert_eq!(
            (ann.first_name.as_str(), ann.value("Tier")),
            (first, tier),
            "{body}"
        );
    }
    let null = sent(form, b"last_name=null").0;
    assert_eq!(null.contact(ANN).unwrap().last_name, "null");
}

#[test]
fn multipart_forms_are_taken_too() {
    let kind = Some("multipart/form-data; boundary=\"--b\"");
    let good = "--\r\npreamble\r\n----b\r\nContent-Disposition: form-data; name=\"first_name\"\r\n\r\nZoë\r\n----b\r\n\
        content-disposition: form-data; name=\"last_name\"; filename=\"x.txt\"\r\n\r\nfile\r\n----b\r\n\
        Content-Disposition: form-data; name=contact_custom_fields[0]field_name\r\n\r\nTier\r\n----b--\r\n";
    let (fake, answer) = sent(kind, good.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text_body());
    let ann = fake.contact(ANN).unwrap();
    assert_eq!(
        (ann.first_name.as_str(), ann.last_name.as_str()),
        ("Zoë", "van Lee")
    );
    for (kind, body) in [
        ("multipart/form-data", good),
        ("multipart/form-data; boundary=", good),
        ("multipart/form-data; boundary=c", good),
        (
            "multipart/form-data; boundary=\"--b\"",
            "----b\r\nno head\r\n----b--",
        ),
        (
            "multipart/form-data; boundary=\"--b\"",
            "----b\r\nA: b\r\n\r\nunfinished",
        ),
    ] {
        let (_, answer) = sent(Some(kind), body.as_bytes());
        assert_eq!(answer.status, 400, "{kind} {body}");
    }
}

fn junk() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("email".to_string()),
        Just("company_id".to_string()),
        Just("contact_custom_fields".to_string()),
        Just("[0]field_name".to_string()),
        Just("\"field_value\"".to_string()),
        Just("null".to_string()),
        Just("-1e400".to_string()),
        Just("99999999999999999999999".to_string()),
        Just("\\u0000".to_string()),
        Just("%00".to_string()),
        "[\\[\\]{}:,=&;\"\\-]",
        "\\PC{0,4}",
    ];
    proptest::collection::vec(word, 0..12).prop_map(|words| words.concat())
}

proptest! {
    /// Nothing that can be sent makes the server fail.
    #[test]
    fn nothing_is_a_server_error(
        method in prop_oneof![Just("GET"), Just("POST"), Just("PATCH"), Just("DELETE"), Just("QUERY")],
        path in prop_oneof![
            Just("/public/v2/contacts"), Just("/public/v2/contacts/1"), Just("/public/v2/contacts/-7"),
            Just("/api/public/v2/contacts/lookup-by-custom-field"), Just("/public/contacts/1/custom-fields"),
            Just("/public/contacts/1/custom-fields/1"), Just("/public/contacts/1"), Just("//"), Just(""),
        ],
        query in junk(),
        kind in prop_oneof![
            Just("application/json"), Just("application/x-www-form-urlencoded"),
            Just("multipart/form-data; boundary=&"), Just("text/plain"), Just(""),
        ],
        body in junk(),
    ) {
        let mut asked = request(method, &format!("{path}?{query}"), "");
        asked.headers.push(("content-type".into(), kind.into()));
        asked.body = body.into_bytes();
        let answer = account().answer(&asked, at(100));
        prop_assert!(answer.status < 500);
        if !answer.is_success() {
            prop_assert!(parsed(&answer)["detail"].is_string());
        }
    }
}
